/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c -- the files of the AWS command line: named sets of settings.
 *
 *     ~/.aws/credentials                     ~/.aws/config
 *     [default]                              [default]
 *     aws_access_key_id = AKID…              region = eu-central-1
 *     aws_secret_access_key = …              [profile deploy]
 *                                            role_arn = arn:aws:iam::123456789012:role/deploy
 *                                            source_profile = default
 *
 * Where both files set something, the credentials file wins. Lines that begin with a blank belong to the setting above
 * them, and none of those that are read here has any. Messages name file and line, and never show what stands there.
 */
#include "connectors/aws/credentials_int.h"

#include "messages/aws.h"

enum { FILE_MAX = 1 << 20 };

/* ---- reading ---- */

static void put(aws_profiles *p, fl_arena *a, const char *profile, const char *key, const char *value) {
    FL_PUSH(a, p->settings, p->n, p->cap, ((struct aws_setting){profile, key, value}));
}

static fl_str without_comment(fl_str s) {
    for (size_t i = 1; i < s.n; i++)
        if ((s.p[i] == '#' || s.p[i] == ';') && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t')) s.n = i;
    return fl_str_trim(s);
}

/* The profile that [HEAD] begins; NULL: something else, whose settings are skipped. */
static const char *profile_of(fl_str head, bool config, fl_arena *a) {
    static const char word[] = "profile";
    head = fl_str_trim(head);
    size_t n = sizeof word - 1;
    bool named = head.n > n && fl_str_starts(head, word) && (head.p[n] == ' ' || head.p[n] == '\t');
    if (named) head = fl_str_trim(fl_str_make(head.p + n, head.n - n));
    if (config && !named && !fl_str_is(head, "default")) return NULL;
    return fl_arena_strndup(a, head.p, head.n);
}

int aws_profiles_parse(fl_str text, const char *file, bool config, fl_arena *a, aws_profiles *out, fl_error *err) {
    const char *profile = NULL;
    bool begun = false;
    int number = 0;
    for (size_t at = 0; at < text.n;) {
        const char *p = text.p + at, *stop = memchr(p, '\n', text.n - at);
        fl_str line = fl_str_make(p, stop != NULL ? (size_t)(stop - p) : text.n - at);
        at += line.n + 1;
        number++;
        bool indented = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
        line = fl_str_trim(line);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';') continue;
        if (line.p[0] == '[' && !indented) {
            const char *end = memchr(line.p, ']', line.n);
            if (end == NULL) return fl_fail(err, FL_ERR_AWS_PROFILE_HEAD, file, number);
            profile = profile_of(fl_str_make(line.p + 1, (size_t)(end - line.p) - 1), config, a);
            if (profile != NULL) put(out, a, profile, NULL, NULL);
            begun = true;
            continue;
        }
        const char *equals = memchr(line.p, '=', line.n);
        if (indented && begun) continue;
        if (equals == NULL || !begun) return fl_fail(err, FL_ERR_AWS_PROFILE_LINE, file, number);
        if (profile == NULL) continue;
        fl_str key = fl_str_trim(fl_str_make(line.p, (size_t)(equals - line.p)));
        fl_str value = without_comment(fl_str_make(equals, (size_t)(line.p + line.n - equals)));
        value = fl_str_trim(fl_str_make(value.p + 1, value.n - 1));
        put(out, a, profile, fl_arena_strndup(a, key.p, key.n), fl_arena_strndup(a, value.p, value.n));
    }
    return 0;
}

static const char *expanded(fl_platform *pf, fl_arena *a, const char *path) {
    const char *home = fl_env(pf, "HOME");
    if (path[0] != '~' || path[1] != '/' || home == NULL) return path;
    return fl_path_join(a, home, path + 2);
}

static int read_file(fl_platform *pf, const char *path, bool config, fl_arena *a, aws_profiles *out, fl_error *err) {
    char *text;
    size_t n;
    FL_TRY(fl_disk_read_all(pf, path, FILE_MAX, a, &text, &n, err));
    return aws_profiles_parse(fl_str_make(text, n), path, config, a, out, err);
}

static const char *file_of(fl_platform *pf, fl_arena *a, const char *variable, const char *standard) {
    const char *given = fl_env(pf, variable);
    return expanded(pf, a, given != NULL && given[0] != '\0' ? given : standard);
}

int aws_profiles_read(fl_platform *pf, const char *path, fl_arena *a, aws_profiles *out, fl_error *err) {
    *out = (aws_profiles){0};
    if (path != NULL) {
        out->files = expanded(pf, a, path);
        return read_file(pf, out->files, false, a, out, err);
    }
    const char *credentials = file_of(pf, a, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    const char *config = file_of(pf, a, "AWS_CONFIG_FILE", "~/.aws/config");
    bool have_credentials = fl_disk_exists(pf, credentials), have_config = fl_disk_exists(pf, config);
    out->files = fl_arena_printf(a, "%s, %s", credentials, config);
    if (!have_credentials && !have_config) return fl_fail(err, FL_ERR_AWS_NO_PROFILES, credentials, config);
    if (have_credentials) FL_TRY(read_file(pf, credentials, false, a, out, err));
    if (have_config) FL_TRY(read_file(pf, config, true, a, out, err));
    return 0;
}

bool aws_profiles_has(const aws_profiles *p, const char *profile) {
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->settings[i].profile, profile) == 0) return true;
    return false;
}

const char *aws_profiles_get(const aws_profiles *p, const char *profile, const char *key) {
    for (int i = 0; i < p->n; i++) {
        const struct aws_setting *s = &p->settings[i];
        if (s->key != NULL && strcmp(s->profile, profile) == 0 && strcmp(s->key, key) == 0 && s->value[0] != '\0')
            return s->value;
    }
    return NULL;
}

/* ---- what a profile means ---- */

static int of_profile(aws_asking *q, const aws_profiles *p, const char *name, fl_aws_credentials *out, fl_error *err);

static int of_source(aws_asking *q, const char *source, fl_aws_credentials *out, fl_error *err) {
    if (strcmp(source, "Environment") == 0) return aws_ask_environment(q, out, err);
    if (strcmp(source, "Ec2InstanceMetadata") == 0) return aws_ask_instance(q, out, err);
    if (strcmp(source, "EcsContainer") == 0) return aws_ask_container(q, out, err);
    return fl_fail(err, FL_ERR_AWS_PROFILE_UNKNOWN_SOURCE, source);
}

/* The keys that a profile itself holds. */
static int own_keys(aws_asking *q, const aws_profiles *p, const char *name, fl_aws_credentials *out, fl_error *err) {
    const char *id = aws_profiles_get(p, name, "aws_access_key_id");
    const char *secret = aws_profiles_get(p, name, "aws_secret_access_key");
    if (id == NULL || secret == NULL)
        return fl_fail(err, FL_ERR_AWS_PROFILE_KEYS, name, id == NULL ? "aws_access_key_id" : "aws_secret_access_key",
                       p->files);
    return aws_keys(q, fl_arena_printf(q->a, "profile '%s'", name), id, secret,
                    aws_profiles_get(p, name, "aws_session_token"), NULL, out, err);
}

static int role_of_profile(aws_asking *q, const aws_profiles *p, const char *name, const aws_role *role,
                           fl_aws_credentials *out, fl_error *err) {
    const char *from = aws_profiles_get(p, name, "source_profile");
    const char *source = aws_profiles_get(p, name, "credential_source");
    fl_aws_credentials who;
    if (role->token_file != NULL) return aws_assume_web_identity(q, role, out, err);
    if ((from == NULL) == (source == NULL))
        return fl_fail(err, FL_ERR_AWS_PROFILE_SOURCE, name, from == NULL ? "neither" : "both",
                       from == NULL ? "nor" : "and");
    int rc = from == NULL              ? of_source(q, source, &who, err)
             : strcmp(from, name) == 0 ? own_keys(q, p, from, &who, err) /* it names itself */
                                       : of_profile(q, p, from, &who, err);
    if (rc < 0) return fl_error_prefix(err, FL_AT_AWS_PROFILE, name);
    return aws_assume_role(q, role, &who, out, err);
}

static int of_profile(aws_asking *q, const aws_profiles *p, const char *name, fl_aws_credentials *out, fl_error *err) {
    static const char *const refused[] = {"credential_process", "sso_session", "sso_start_url", "sso_account_id",
                                          "login_session"};
    if (++q->depth > AWS_DEPTH_MAX) return fl_fail(err, FL_ERR_AWS_PROFILE_CIRCLE);
    if (!aws_profiles_has(p, name)) return fl_fail(err, FL_ERR_AWS_NO_PROFILE, name, p->files);
    aws_role role = {.arn = aws_profiles_get(p, name, "role_arn"),
                     .session_name = aws_profiles_get(p, name, "role_session_name"),
                     .external_id = aws_profiles_get(p, name, "external_id"),
                     .token_file = aws_profiles_get(p, name, "web_identity_token_file")};
    if (role.token_file != NULL) role.token_file = expanded(q->pf, q->a, role.token_file);
    if (role.arn != NULL) return role_of_profile(q, p, name, &role, out, err);
    if (aws_profiles_get(p, name, "aws_access_key_id") == NULL)
        for (size_t i = 0; i < FL_ARRAY_LEN(refused); i++)
            if (aws_profiles_get(p, name, refused[i]) != NULL)
                return fl_fail(err, FL_ERR_AWS_PROFILE_KIND, name, refused[i]);
    return own_keys(q, p, name, out, err);
}

int aws_ask_profile(aws_asking *q, const char *path, const char *name, fl_aws_credentials *out, fl_error *err) {
    aws_profiles p;
    if (name == NULL) name = aws_env(q, "AWS_PROFILE");
    FL_TRY(aws_profiles_read(q->pf, path, q->a, &p, err));
    return of_profile(q, &p, name != NULL ? name : "default", out, err);
}
