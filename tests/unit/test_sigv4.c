/* SPDX-License-Identifier: Apache-2.0 */
/* test_sigv4.c -- proves that requests are signed as AWS's own libraries sign them: each line of tests/data/sigv4.tsv
 * is a request with the canonical request, the text to sign and the signature that botocore made of it.
 *
 *     test_sigv4 [FILE]      another file of the same form, such as AWS's published suite turned into one
 *
 * Columns: name, access key, secret key, time, region, service, method, path, query, headers (Name:value, each with a
 * \n behind it), body, canonical request, text to sign, signature. \n, \t and \\ are escapes.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "connectors/aws/sigv4.h"
#include "connectors/http.h"

enum { COLUMNS = 14, HEADERS_MAX = 32 };

static const char *file = FLOTT_SOURCE_ROOT "/tests/data/sigv4.tsv";
static const flott_http *http;

/* Undoes the escapes in place. */
static void unescape(char *s) {
    char *to = s;
    for (; *s != '\0'; s++) {
        if (*s == '\\' && s[1] != '\0') {
            s++;
            *to++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

static int read_headers(char *text, flott_http_header *out) {
    int n = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        char *colon = strchr(line, ':');
        assert_non_null(colon);
        *colon = '\0';
        assert_true(n < HEADERS_MAX);
        out[n++] = (flott_http_header){line, colon + 1};
    }
    return n;
}

static void check(char **x) {
    flott_http_header headers[HEADERS_MAX];
    fl_aws_credentials who = {.access_key = x[1], .secret_key = x[2], .expires_ms = INT64_MAX};
    fl_sigv4 s;
    fl_buf canonical, names, text;
    fl_sigv4_init(&s, http, &who, x[4], x[5]);
    fl_sigv4_request r = {.method = x[6],
                          .path = fl_str_from(x[7]),
                          .query = fl_str_from(x[8]),
                          .headers = headers,
                          .n_headers = read_headers(x[9], headers),
                          .body = fl_str_from(x[10])};
    fl_buf_init(&canonical);
    fl_buf_init(&names);
    fl_buf_init(&text);
    fl_sigv4_canonical(http, &r, &canonical, &names);
    if (strcmp(fl_buf_cstr(&canonical), x[11]) != 0) print_error("%s: canonical request\n", x[0]);
    assert_string_equal(fl_buf_cstr(&canonical), x[11]);
    fl_sigv4_to_sign(&s, x[3], fl_str_make(canonical.p, canonical.n), &text);
    assert_string_equal(fl_buf_cstr(&text), x[12]);
    for (int i = 0; i < 2; i++) { /* the second time with the key that was kept */
        fl_buf_reset(&text);
        fl_sigv4_sign(&s, &r, x[3], &text);
        const char *signature = strstr(fl_buf_cstr(&text), "Signature=");
        assert_non_null(signature);
        assert_string_equal(signature + strlen("Signature="), x[13]);
        assert_non_null(strstr(fl_buf_cstr(&text), fl_buf_cstr(&names)));
    }
    fl_sigv4_deinit(&s);
    fl_buf_deinit(&text);
    fl_buf_deinit(&names);
    fl_buf_deinit(&canonical);
}

static void vectors(void **state) {
    (void)state;
    char *all, *x[COLUMNS];
    size_t size;
    int n = 0;
    fl_arena a;
    fl_error err;
    if (http == NULL) skip();
    fl_arena_init(&a);
    assert_int_equal(fl_disk_read_all(fl_platform_real(), file, 1 << 22, &a, &all, &size, &err), 0);
    for (char *line = all, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (line[0] == '#') continue;
        int k = 0;
        for (char *field = line; field != NULL && k < COLUMNS; k++) {
            x[k] = field;
            field = strchr(field, '\t');
            if (field != NULL) *field++ = '\0';
        }
        assert_int_equal(k, COLUMNS);
        for (k = 0; k < COLUMNS; k++) unescape(x[k]);
        check(x);
        n++;
    }
    assert_true(n >= 20);
    print_message("%d signed requests\n", n);
    fl_arena_deinit(&a);
}

/* A key is made for a day: another day makes another one. */
static void day_changes(void **state) {
    (void)state;
    fl_aws_credentials who = {.access_key = "A", .secret_key = "s", .expires_ms = INT64_MAX};
    fl_sigv4 s, fresh;
    fl_buf one, two;
    flott_http_header headers[] = {{"Host", "h"}};
    fl_sigv4_request r = {"POST", fl_str_from("/"), fl_str_from(""), headers, 1, fl_str_from("{}")};
    if (http == NULL) skip();
    fl_buf_init(&one);
    fl_buf_init(&two);
    fl_sigv4_init(&s, http, &who, "us-east-1", "kinesis");
    fl_sigv4_init(&fresh, http, &who, "us-east-1", "kinesis");
    fl_sigv4_sign(&s, &r, "20240101T235959Z", &one);
    fl_buf_reset(&one);
    fl_sigv4_sign(&s, &r, "20240102T000000Z", &one);
    fl_sigv4_sign(&fresh, &r, "20240102T000000Z", &two);
    assert_string_equal(fl_buf_cstr(&one), fl_buf_cstr(&two));
    fl_buf_deinit(&two);
    fl_buf_deinit(&one);
}

static void times(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "19700101T000000Z"},
        {1440938160999, "20150830T123600Z"},
        {1709251199000, "20240229T235959Z"},
        {INT64_MAX, "99991231T071207Z"},
        {-1, "19700101T235959Z"},
    };
    char out[FL_SIGV4_TIME];
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_sigv4_time(cases[i].ms, out);
        assert_memory_equal(out, cases[i].text, 8);
        if (i < 3) assert_string_equal(out, cases[i].text);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(day_changes),
        cmocka_unit_test(times),
    };
    fl_error err;
    if (argc > 1) file = argv[1];
    if (fl_http_get(fl_platform_real(), &http, &err) < 0) print_message("skipped: %s\n", err.message);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
