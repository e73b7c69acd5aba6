/* SPDX-License-Identifier: Apache-2.0 */
/* test_secret.c -- which options are secret, and that no text keeps one. */
#include "test.h"

#include "base/secret.h"

static void the_rule_is_flinks_and_knows_access_keys(void **state) {
    (void)state;
    static const char *const secret[] = {"password",
                                         "properties.ssl.KeyStore.Password",
                                         "s3.secret-key",
                                         "aws.credentials.basic.secretkey",
                                         "client.token",
                                         "aws.credentials.basic.accesskeyid",
                                         "s3.access-key",
                                         "fs.azure.account.key.x",
                                         "metrics.reporter.dghttp.apikey",
                                         "api-key",
                                         "service-key",
                                         "auth-params",
                                         "rest.basic-auth.x",
                                         "properties.sasl.jaas.config",
                                         "http-headers"};
    static const char *const open[] = {"", "connector", "path", "pass", "topic", "properties.key.serializer", "key"};
    for (size_t i = 0; i < FL_ARRAY_LEN(secret); i++)
        if (!fl_is_secret(fl_str_from(secret[i]))) fail_msg("%s is shown", secret[i]);
    for (size_t i = 0; i < FL_ARRAY_LEN(open); i++)
        if (fl_is_secret(fl_str_from(open[i]))) fail_msg("%s is hidden", open[i]);
    assert_string_equal(fl_option_shown("path", "/tmp"), "/tmp");
    assert_string_equal(fl_option_shown("x.password", "/tmp"), "******");
}

static void becomes(const char *sql, const char *want) {
    fl_buf b;
    fl_buf_init(&b);
    fl_secret_put(&b, fl_str_from(sql));
    assert_string_equal(fl_buf_cstr(&b), want);
    fl_buf_deinit(&b);
}

static void secrets_of_a_script_are_hidden_wherever_they_stand(void **state) {
    (void)state;
    becomes("WITH ('path' = 'a', 'password' = 'b')", "WITH ('path' = 'a', 'password' = '******')");
    becomes("WITH ('password'='b', 'token'\n = \t'c''d', 'e' = 'f')",
            "WITH ('password'='******', 'token'\n = \t'******', 'e' = 'f')");
    becomes("SET 'x.Secret' = 'it''s';", "SET 'x.Secret' = '******';");
    becomes("('password' 'b')", "('password' '******')"); /* the mistake is shown, the secret is not */
    becomes("('password' = 'b' 'c'\n'd', 'e')", "('password' = '******', 'e')");
    becomes("('password' = 'b", "('password' = '******");
    becomes("('password' = ''", "('password' = '******'"); /* an empty secret is one, too */
    becomes("-- don't\n('password' = 'b') -- 'token' = 'c'", "-- don't\n('password' = '******') -- 'token' = '******'");
    becomes("('password', 'b' = 'c')", "('password', 'b' = 'c')");
    becomes("'password'", "'password'");
    becomes("", "");
}

static void errors_are_cleaned(void **state) {
    (void)state;
    fl_error err;
    fl_fail(&err, FL_E_PARSE, "near 'hunter2' of hunter2 and it's" FL_ADVICE "not hunter2");
    assert_int_equal(fl_error_hide_all(&err, fl_str_from("'password' = 'hunter2', 'token' = 'it''s'")), FL_E_PARSE);
    assert_string_equal(err.message, "near '******' of ****** and ******");
    assert_string_equal(err.hint, "not ******");
    fl_fail(&err, FL_E_PARSE, "a 'a' and \"a\"");
    fl_error_hide(&err, fl_str_from("a")); /* a short one is looked for in quotes only */
    assert_string_equal(err.message, "a '******' and \"******\"");
    fl_fail(&err, FL_E_VALIDATION, "For input string: \"hunter2\"");
    fl_option_refused(&err, "password.length", "hunter2");
    assert_string_equal(err.message,
                        "Could not parse value '******' for key 'password.length'. For input string: \"******\"");
    fl_fail(&err, FL_E_VALIDATION, "For input string: \"x\"");
    fl_option_refused(&err, "length", "x");
    assert_string_equal(err.message, "Could not parse value 'x' for key 'length'. For input string: \"x\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_is_flinks_and_knows_access_keys),
        cmocka_unit_test(secrets_of_a_script_are_hidden_wherever_they_stand),
        cmocka_unit_test(errors_are_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
