/* SPDX-License-Identifier: Apache-2.0 */
/* test_credentials.c -- proves that each provider of AWS credentials is asked as AWS's SDK asks it, that AUTO goes
 * through them in order, and that an error tells what was missing and never a secret. Services are a function here,
 * environment and disk those of a simulated world. */
#include "test.h"

#include "scripted_http.h"

#include "connectors/aws/credentials_int.h"

#define SECRET "topsecretwords"

/* ---- services ---- */

static const char sts_answer[] =
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
    "<AssumedRoleUser><Arn>arn</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
    "<SecretAccessKey>rolekey&amp;more</SecretAccessKey><SessionToken>to&#43;ken</SessionToken>"
    "<Expiration>2024-02-29T13:34:56Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
static const char metadata_answer[] =
    "{\"Code\":\"Success\",\"LastUpdated\":\"x\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"ASIAHOST\","
    "\"SecretAccessKey\":\"host\\/key\",\"Token\":\"hosttoken\",\"Expiration\":\"2024-02-29T18:34:56.000Z\"}";

static bool is_at(const flott_http_request *r, const char *url) { return strcmp(r->url, url) == 0; }

/* STS everywhere, the metadata services at their addresses; nobody else is there. */
static void serve(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    const char *given = scripted_header(r, "X-aws-ec2-metadata-token");
    (void)f;
    *out = (scripted_reply){.status = 404};
    if (strstr(r->url, "//sts.") != NULL || strstr(r->url, "localhost:4566") != NULL) {
        *out = (scripted_reply){.status = 200, .text = sts_answer};
    } else if (is_at(r, "http://169.254.169.254/latest/api/token")) {
        assert_string_equal(r->method, "PUT");
        assert_string_equal(scripted_header(r, "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
        *out = (scripted_reply){.status = 200, .text = "imds-token"};
    } else if (strncmp(r->url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/", 65) == 0) {
        assert_string_equal(given, "imds-token");
        *out = (scripted_reply){.status = 200, .text = r->url[65] == '\0' ? "my-role\n" : metadata_answer};
    } else if (strncmp(r->url, "http://169.254.170.2/", 21) == 0 || strncmp(r->url, "http://127.0.0.1:9/", 19) == 0) {
        *out = (scripted_reply){.status = 200, .text = metadata_answer};
    }
}

static void nobody(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)f, (void)r;
    *out = (scripted_reply){.status = 0, .refused = true, .text = "could not connect in time", .delay_ms = 1000};
}

static void busy(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    if (f->requests < 3)
        *out = (scripted_reply){.status = 503, .text = "<Code>Busy</Code>"};
    else
        serve(f, r, out);
}

static void denies(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)f, (void)r;
    *out = (scripted_reply){.status = 403,
                            .text = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                                    "<Message>User: x is not authorized to perform: sts:AssumeRole</Message></Error>"
                                    "</ErrorResponse>"};
}

/* ---- asking ---- */

static scripted_world w;
static fl_arena arena;
static fl_aws_credentials got;
static fl_error err;

static void begin(scripted_serve_fn *service, const char *const *env) {
    scripted_world_init(&w, service);
    w.env = env;
    fl_arena_init(&arena);
}

static void end(void) {
    fl_arena_deinit(&arena);
    scripted_world_deinit(&w);
}

static void plant(const char *path, const char *text) { fl_sim_put_file(w.pf, path, text, strlen(text)); }

static int get(const fl_aws_credentials_config *config) {
    fl_error_clear(&err);
    int rc = fl_aws_credentials_get(config, "eu-central-1", w.pf, &w.http.table, false, &arena, &got, &err);
    if (rc < 0) {
        assert_int_equal(rc, err.code);
        assert_null(strstr(err.message, SECRET));
        assert_null(strstr(err.hint, SECRET));
    }
    return rc;
}

static void expect(const fl_aws_credentials_config *config, const char *id, const char *secret, const char *token,
                   int64_t expires_s) {
    if (get(config) < 0) fail_msg("%s", err.message);
    assert_string_equal(got.access_key, id);
    assert_string_equal(got.secret_key, secret);
    if (token == NULL)
        assert_null(got.session_token);
    else
        assert_string_equal(got.session_token, token);
    assert_int_equal(got.expires_ms, expires_s == 0 ? INT64_MAX : expires_s * 1000);
}

static void refuse(const fl_aws_credentials_config *config, const char *words) {
    assert_true(get(config) < 0);
    if (strstr(err.message, words) == NULL) fail_msg("'%s' is not in: %s", words, err.message);
}

static void expect_log(const char *text) {
    assert_string_equal(fl_buf_cstr(&w.http.log), text);
    fl_buf_reset(&w.http.log);
}

#define ENV(...) ((const char *const[]){__VA_ARGS__, NULL})

static const fl_aws_credentials_config AUTO = {.provider = FL_AWS_AUTO}, ENV_VAR = {.provider = FL_AWS_ENV_VAR},
                                       PROFILE = {.provider = FL_AWS_PROFILE},
                                       WEB = {.provider = FL_AWS_WEB_IDENTITY_TOKEN};

/* ---- tests ---- */

static void basic(void **state) {
    (void)state;
    begin(nobody, NULL);
    expect(&(fl_aws_credentials_config){.provider = FL_AWS_BASIC, .access_key = " AKID ", .secret_key = "s"}, "AKID",
           "s", NULL, 0);
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_BASIC, .access_key = "A\nX: y", .secret_key = "s"},
           "the access key id is empty or has signs that none has");
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_BASIC, .access_key = "A", .secret_key = SECRET " \x01"},
           "the secret key is empty or has signs");
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_BASIC, .access_key = "A", .secret_key = " "},
           "the secret key is empty");
    assert_int_equal(w.http.requests, 0);
    end();
}

static void environment(void **state) {
    (void)state;
    begin(nobody, ENV("AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN="));
    expect(&ENV_VAR, "AKID", "s", NULL, 0);
    w.env = ENV("AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t");
    expect(&ENV_VAR, "AKID", "s", "t", 0);
    w.env = ENV("AWS_ACCESS_KEY_ID=AKID");
    refuse(&ENV_VAR, "no AWS credentials from ENV_VAR: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    w.env = NULL;
    refuse(&ENV_VAR, "AWS_ACCESS_KEY_ID is not set");
    end();
}

static void profiles(void **state) {
    (void)state;
    begin(nobody, ENV("HOME=/home/u"));
    refuse(&PROFILE, "there is neither /home/u/.aws/credentials nor /home/u/.aws/config");
    plant("/home/u/.aws/credentials", "# mine\r\n[default]\r\naws_access_key_id = AKID1 # old\r\n"
                                      "aws_secret_access_key=s1=#\r\n\r\n[two]\naws_access_key_id=AKID2\n"
                                      "aws_secret_access_key = s2\naws_session_token = t2\n[half]\n"
                                      "aws_access_key_id = AKIDhalf\n");
    expect(&PROFILE, "AKID1", "s1=#", NULL, 0);
    w.env = ENV("HOME=/home/u", "AWS_PROFILE=two");
    expect(&PROFILE, "AKID2", "s2", "t2", 0);
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "half"},
           "profile 'half' has no aws_secret_access_key (/home/u/.aws/credentials, /home/u/.aws/config)");
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "three"}, "no profile 'three' in");
    /* the config file completes it */
    plant("/home/u/.aws/config", "[default]\nregion = x\n[profile half]\naws_access_key_id = other\n"
                                 "aws_secret_access_key = sh\ns3 =\n  addressing = path\n  no equals sign\n"
                                 "[sso-session x]\nsso_region = y\n[profile sso]\nsso_session = x\n"
                                 "[profile process]\ncredential_process = run it\n[unnamed]\nkey = value\n");
    expect(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "half"}, "AKIDhalf", "sh", NULL, 0);
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "sso"},
           "profile 'sso' uses sso_session, which is not supported");
    assert_non_null(strstr(err.hint, "aws configure export-credentials --format env"));
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "process"}, "credential_process");
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_name = "unnamed"}, "no profile 'unnamed'");
    /* other files */
    plant("/etc/keys", "[default]\naws_access_key_id = AKIDfile\naws_secret_access_key = sf\n");
    expect(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE,
                                        .profile_path = "/etc/keys",
                                        .profile_name = "default"},
           "AKIDfile", "sf", NULL, 0);
    refuse(&(fl_aws_credentials_config){.provider = FL_AWS_PROFILE, .profile_path = "/etc/none"}, "/etc/none");
    w.env = ENV("HOME=/home/u", "AWS_SHARED_CREDENTIALS_FILE=/etc/keys", "AWS_CONFIG_FILE=~/nowhere");
    expect(&PROFILE, "AKIDfile", "sf", NULL, 0);
    plant("/etc/keys", "[default\n");
    refuse(&PROFILE, "/etc/keys:1: a ] is missing");
    plant("/etc/keys", "[default]\n\n" SECRET "\n");
    refuse(&PROFILE, "/etc/keys:3: neither [a profile] nor a setting of one");
    plant("/etc/keys", SECRET " = 1\n");
    refuse(&PROFILE, "/etc/keys:1: neither");
    end();
}

static void roles_of_profiles(void **state) {
    (void)state;
    begin(serve, ENV("HOME=/h"));
    plant("/h/.aws/config", "[profile base]\naws_access_key_id = AKID\naws_secret_access_key = s\n"
                            "[profile role]\nrole_arn = arn:r\nsource_profile = base\nexternal_id = e/1\n"
                            "[profile self]\nrole_arn = arn:s\nsource_profile = self\naws_access_key_id = AKID\n"
                            "aws_secret_access_key = s\n"
                            "[profile both]\nrole_arn = arn:r\nsource_profile = base\ncredential_source = Environment\n"
                            "[profile neither]\nrole_arn = arn:r\n"
                            "[profile env]\nrole_arn = arn:r\ncredential_source = Environment\n"
                            "[profile host]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata\n"
                            "[profile odd]\nrole_arn = arn:r\ncredential_source = Moon\n"
                            "[profile a]\nrole_arn = arn:r\nsource_profile = b\n"
                            "[profile b]\nrole_arn = arn:r\nsource_profile = a\n"
                            "[profile web]\nrole_arn = arn:w\nweb_identity_token_file = ~/token\n"
                            "role_session_name = me\n");
    plant("/h/token", " jwt \n");
    fl_aws_credentials_config c = {.provider = FL_AWS_PROFILE, .profile_name = "role"};
    expect(&c, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    expect_log("POST https://sts.eu-central-1.amazonaws.com/ Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Ar"
               "&RoleSessionName=flott&ExternalId=e%2F1\n");
    c.profile_name = "self";
    expect(&c, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    c.profile_name = "both";
    refuse(&c, "both source_profile and credential_source");
    c.profile_name = "neither";
    refuse(&c, "neither source_profile nor credential_source");
    c.profile_name = "env";
    refuse(&c, "profile 'env': AWS_ACCESS_KEY_ID is not set");
    c.profile_name = "host";
    expect(&c, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    c.profile_name = "odd";
    refuse(&c, "credential_source 'Moon' is unknown");
    c.profile_name = "a";
    refuse(&c, "source_profile leads from profile to profile and does not end");
    fl_buf_reset(&w.http.log);
    c.profile_name = "web";
    expect(&c, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    expect_log("POST https://sts.eu-central-1.amazonaws.com/ Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
               "&RoleArn=arn%3Aw&RoleSessionName=me&WebIdentityToken=jwt\n");
    end();
}

static void roles(void **state) {
    (void)state;
    fl_aws_credentials_config keys = {.provider = FL_AWS_BASIC, .access_key = "AKID", .secret_key = SECRET};
    fl_aws_credentials_config first = {.provider = FL_AWS_ASSUME_ROLE, .role_arn = "arn:1", .base = &keys};
    fl_aws_credentials_config second = {.provider = FL_AWS_ASSUME_ROLE,
                                        .role_arn = "arn:2",
                                        .session_name = "s",
                                        .sts_endpoint = "http://localhost:4566",
                                        .base = &first};
    begin(serve, NULL);
    expect(&second, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    expect_log("POST https://sts.eu-central-1.amazonaws.com/ Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3A1"
               "&RoleSessionName=flott\n"
               "POST http://localhost:4566/ Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3A2&RoleSessionName=s\n");
    w.http.serve = denies;
    refuse(&first,
           "no AWS credentials from ASSUME_ROLE: STS (https://sts.eu-central-1.amazonaws.com) does not give the "
           "role 'arn:1': AccessDenied: User: x is not authorized");
    assert_false(err.retriable);
    w.http.serve = nobody;
    refuse(&first, "STS (https://sts.eu-central-1.amazonaws.com): could not connect in time");
    assert_true(err.retriable);
    refuse(&second, "who is to assume the role 'arn:2': STS");
    w.http.serve = busy;
    w.http.requests = 0;
    expect(&first, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    assert_int_equal(w.http.requests, 3);
    end();
}

static void web_identity(void **state) {
    (void)state;
    begin(serve, NULL);
    refuse(&WEB, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    w.env = ENV("AWS_WEB_IDENTITY_TOKEN_FILE=/t");
    refuse(&WEB, "AWS_ROLE_ARN is not set");
    w.env = ENV("AWS_WEB_IDENTITY_TOKEN_FILE=/t", "AWS_ROLE_ARN=arn:r", "AWS_ROLE_SESSION_NAME=pod");
    refuse(&WEB, "/t");
    plant("/t", "\n");
    refuse(&WEB, "'/t' is empty");
    plant("/t", "jwt\n");
    expect(&WEB, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    expect_log("POST https://sts.eu-central-1.amazonaws.com/ Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
               "&RoleArn=arn%3Ar&RoleSessionName=pod&WebIdentityToken=jwt\n");
    expect(
        &(fl_aws_credentials_config){.provider = FL_AWS_WEB_IDENTITY_TOKEN, .token_file = "/t", .role_arn = "arn:own"},
        "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    end();
}

static void authorised(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    assert_string_equal(scripted_header(r, "Authorization"), f->arg);
    serve(f, r, out);
}

static void container(void **state) {
    (void)state;
    static const char *const far[] = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1@example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.2.example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:80@example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[::1].example.com/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://",
    };
    begin(serve, ENV("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x"));
    expect(&AUTO, "ASIAHOST", "host/key", "hosttoken", SCRIPTED_START_S + 6 * 3600);
    expect_log("GET http://169.254.170.2/v2/x\n");
    w.env = ENV("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN=abc");
    w.http.serve = authorised;
    w.http.arg = (char[]){"abc"};
    expect(&AUTO, "ASIAHOST", "host/key", "hosttoken", SCRIPTED_START_S + 6 * 3600);
    w.env = ENV("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN=abc",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/t");
    plant("/t", "of the file\n");
    w.http.arg = (char[]){"of the file"};
    expect(&AUTO, "ASIAHOST", "host/key", "hosttoken", SCRIPTED_START_S + 6 * 3600);
    w.http.serve = nobody;
    for (size_t i = 0; i < FL_ARRAY_LEN(far); i++) {
        w.env = ENV(far[i], "AWS_EC2_METADATA_DISABLED=true");
        refuse(&AUTO, "is plain http:// and leads to another machine");
    }
    end();
}

static void instance(void **state) {
    (void)state;
    begin(serve, NULL);
    expect(&AUTO, "ASIAHOST", "host/key", "hosttoken", SCRIPTED_START_S + 6 * 3600);
    expect_log("PUT http://169.254.169.254/latest/api/token\n"
               "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/\n"
               "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role\n");
    w.env = ENV("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://localhost:1/");
    refuse(&AUTO, "instance: PUT http://localhost:1/latest/api/token: status 404");
    end();
}

static void nothing_anywhere(void **state) {
    (void)state;
    begin(nobody, ENV("HOME=/h"));
    refuse(&AUTO, "no AWS credentials were found: environment: AWS_ACCESS_KEY_ID is not set; web identity token: "
                  "AWS_WEB_IDENTITY_TOKEN_FILE is not set; profile: there is neither /h/.aws/credentials nor "
                  "/h/.aws/config; container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                  "AWS_CONTAINER_CREDENTIALS_FULL_URI is set; instance: could not connect in time");
    assert_non_null(strstr(err.hint, "AWS_ACCESS_KEY_ID"));
    assert_int_equal(fl_now_ms(w.pf), SCRIPTED_START_S * 1000LL + 1000); /* and it took a second */
    w.env = ENV("HOME=/h", "AWS_EC2_METADATA_DISABLED=TRUE");
    refuse(&AUTO, "instance: AWS_EC2_METADATA_DISABLED is true");
    assert_false(err.retriable);
    end();
}

/* The first that has something is taken; one that fails does not end the list. */
static void order(void **state) {
    (void)state;
    begin(serve, ENV("HOME=/h", "AWS_WEB_IDENTITY_TOKEN_FILE=/gone", "AWS_ROLE_ARN=arn:r"));
    plant("/h/.aws/credentials", "[default]\naws_access_key_id = AKIDp\naws_secret_access_key = sp\n");
    expect(&AUTO, "AKIDp", "sp", NULL, 0);
    plant("/gone", "back");
    expect(&AUTO, "ASIAROLE", "rolekey&more", "to+ken", SCRIPTED_START_S + 3600);
    w.env = ENV("HOME=/h", "AWS_ACCESS_KEY_ID=AKIDe", "AWS_SECRET_ACCESS_KEY=se");
    expect(&AUTO, "AKIDe", "se", NULL, 0);
    end();
}

static const char *broken_text;

static void broken(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    serve(f, r, out);
    if (strstr(r->url, "my-role") != NULL || strstr(r->url, "sts") != NULL) out->text = broken_text;
}

static void broken_answers(void **state) {
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "the answer has no credentials"},
        {"{", "the answer has no credentials"},
        {"{\"AccessKeyId\":\"A\"}", "the answer has no credentials"},
        {"{\"AccessKeyId\":1,\"SecretAccessKey\":\"" SECRET "\"}", "the answer has no credentials"},
        {"{\"AccessKeyId\":\"A\\nB\",\"SecretAccessKey\":\"" SECRET "\"}", "has signs that none has"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"" SECRET "\",\"Expiration\":\"soon\"}", "'soon' is no time"},
        {"{\"Code\":\"AssumeRoleUnauthorizedAccess\"}", "the answer says AssumeRoleUnauthorizedAccess"},
    };
    fl_aws_credentials_config keys = {.provider = FL_AWS_BASIC, .access_key = "AKID", .secret_key = "s"};
    fl_aws_credentials_config role = {.provider = FL_AWS_ASSUME_ROLE, .role_arn = "arn:1", .base = &keys};
    begin(broken, NULL);
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        broken_text = cases[i].text;
        refuse(&AUTO, cases[i].words);
    }
    broken_text = "<AccessKeyId>A</AccessKeyId><SecretAccessKey>" SECRET;
    refuse(&role, "the answer has no credentials");
    broken_text = "<AccessKeyId>A</AccessKeyId><SecretAccessKey>" SECRET "</SecretAccessKey><Expiration></Expiration>";
    refuse(&role, "'' is no time of expiration");
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basic),     cmocka_unit_test(environment),       cmocka_unit_test(profiles),
        cmocka_unit_test(roles),     cmocka_unit_test(roles_of_profiles), cmocka_unit_test(web_identity),
        cmocka_unit_test(container), cmocka_unit_test(instance),          cmocka_unit_test(nothing_anywhere),
        cmocka_unit_test(order),     cmocka_unit_test(broken_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
