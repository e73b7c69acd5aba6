/* SPDX-License-Identifier: Apache-2.0 */
/* secret.c -- the values that nobody is shown. See secret.h. */
#include "base/secret.h"

#include "messages/option.h"

#include <stdio.h>

/* A key is a secret's if it contains one of these words, in any case. */
static const char *const words[] = {
    /* GlobalConfiguration.SENSITIVE_KEYS of Flink 1.20 and 2.0 */
    "password", "secret", "fs.azure.account.key", "apikey", "api-key", "auth-params", "service-key", "token",
    "basic-auth", "jaas.config", "http-headers",
    /* aws.credentials.basic.accesskeyid: half of a pair, and of use to who has found the other half */
    "accesskey", "access-key"};

static bool contains(fl_str text, fl_str word) {
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (fl_str_ieq(fl_str_make(text.p + i, word.n), word)) return true;
    return false;
}

bool fl_is_secret(fl_str key) {
    for (size_t i = 0; i < FL_ARRAY_LEN(words); i++)
        if (contains(key, fl_str_from(words[i]))) return true;
    return false;
}

const char *fl_option_shown(const char *key, const char *value) {
    return fl_is_secret(fl_str_from(key)) ? FL_SECRET_SHOWN : value;
}

/* ---- in SQL ---- */

static size_t skip_blanks(fl_str s, size_t at) {
    while (at < s.n && strchr(" \t\r\n", s.p[at]) != NULL) at++;
    return at;
}

/* Where the text that begins at `at` ends: its closing quote, a quote in it being written twice, or the end of all. */
static size_t text_end(fl_str s, size_t at) {
    for (; at < s.n; at++)
        if (s.p[at] == '\'') {
            if (at + 1 == s.n || s.p[at + 1] != '\'') break;
            at++;
        }
    return at;
}

/* Any quote may be the one before a key: so nothing that a comment or an open text does to the quotes before it can
 * help a secret out. */
bool fl_secret_find(fl_str sql, size_t from, size_t *begin, size_t *end) {
    for (size_t at = from; at < sql.n; at++) {
        const char *quote = memchr(sql.p + at, '\'', sql.n - at);
        if (quote == NULL) return false;
        at = (size_t)(quote - sql.p);
        const char *close = memchr(quote + 1, '\'', sql.n - at - 1);
        if (close == NULL) return false;
        size_t after = skip_blanks(sql, (size_t)(close - sql.p) + 1);
        if (after < sql.n && sql.p[after] == '=') after = skip_blanks(sql, after + 1);
        if (after >= sql.n || sql.p[after] != '\'') continue;
        if (!fl_is_secret(fl_str_make(quote + 1, (size_t)(close - quote) - 1))) continue;
        *begin = after + 1;
        *end = text_end(sql, after + 1);
        while (*end < sql.n && (after = skip_blanks(sql, *end + 1)) < sql.n && sql.p[after] == '\'')
            *end = text_end(sql, after + 1); /* texts that follow one another are pieces of one */
        return true;
    }
    return false;
}

void fl_secret_put(fl_buf *out, fl_str sql) {
    size_t at = 0, begin, end;
    for (; fl_secret_find(sql, at, &begin, &end); at = end) {
        fl_buf_put(out, sql.p + at, begin - at);
        fl_buf_puts(out, FL_SECRET_SHOWN);
    }
    fl_buf_put(out, sql.p + at, sql.n - at);
}

/* ---- in errors ---- */

enum { PLAIN_LENGTH = 4 }; /* a shorter secret is looked for in quotes only: 'a' stands in any message */

static void hide(char *text, size_t size, fl_str secret) {
    fl_buf out;
    fl_buf_init(&out);
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        bool here = i + secret.n <= n && memcmp(text + i, secret.p, secret.n) == 0;
        if (here && secret.n < PLAIN_LENGTH)
            here = i > 0 && strchr("'\"", text[i - 1]) != NULL && strchr("'\"", text[i + secret.n]) != NULL;
        if (here)
            fl_buf_puts(&out, FL_SECRET_SHOWN);
        else
            fl_buf_putc(&out, text[i]);
        i += here ? secret.n : 1;
    }
    snprintf(text, size, "%s", fl_buf_cstr(&out));
    fl_buf_deinit(&out);
}

void fl_error_hide(fl_error *err, fl_str secret) {
    if (secret.n == 0 || fl_str_is(secret, FL_SECRET_SHOWN)) return;
    hide(err->message, sizeof err->message, secret);
    hide(err->hint, sizeof err->hint, secret);
}

int fl_error_hide_all(fl_error *err, fl_str sql) {
    size_t begin, end;
    fl_buf value; /* with its quotes written once */
    fl_buf_init(&value);
    for (size_t at = 0; fl_secret_find(sql, at, &begin, &end); at = end) {
        fl_error_hide(err, fl_str_make(sql.p + begin, end - begin));
        fl_buf_reset(&value);
        for (size_t i = begin; i < end; i++) {
            fl_buf_putc(&value, sql.p[i]);
            i += sql.p[i] == '\'' && i + 1 < end;
        }
        if (value.n < end - begin) fl_error_hide(err, fl_str_make(value.p, value.n));
    }
    fl_buf_deinit(&value);
    return err->code;
}

int fl_option_refused(fl_error *err, const char *key, const char *value) {
    if (fl_is_secret(fl_str_from(key))) fl_error_hide(err, fl_str_from(value));
    return fl_error_prefix(err, FL_AT_OPTION_IN_VALUE, fl_option_shown(key, value), key);
}
