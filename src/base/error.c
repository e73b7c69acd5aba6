/* SPDX-License-Identifier: Apache-2.0 */
/* error.c -- fills and words the error struct. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

/* Cuts a message that was too long at a character border and says so by an ellipsis. */
static void mark_cut(char *text, size_t size, int wanted) {
    if (wanted < 0 || (size_t)wanted < size) return;
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80) end--;
    memcpy(text + end, "…", 4);
}

static void format(char *out, size_t size, const char *fmt, va_list ap) {
    mark_cut(out, size, vsnprintf(out, size, fmt, ap));
}

void fl_error_clear(fl_error *err) {
    err->code = 0;
    err->retriable = false;
    err->row = 0;
    err->line = err->column = err->length = 0;
    err->message[0] = err->hint[0] = '\0';
}

/* Copies and cuts. */
static void put(char *out, size_t size, const char *text) { mark_cut(out, size, snprintf(out, size, "%s", text)); }

int fl_vfail(fl_error *err, int code, const char *fmt, va_list ap) {
    char *text;
    fl_assert(vasprintf(&text, fmt, ap) >= 0); /* whole: the advice may stand behind a very long value */
    fl_error_clear(err);
    err->code = code;
    char *advice = strstr(fmt, FL_ADVICE) != NULL ? strrchr(text, FL_ADVICE[0]) : NULL;
    if (advice != NULL) {
        *advice = '\0';
        put(err->hint, sizeof err->hint, advice + 1);
    }
    put(err->message, sizeof err->message, text);
    free(text);
    return code;
}

int fl_fail(fl_error *err, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(err, code, fmt, ap);
    va_end(ap);
    return code;
}

int fl_error_prefix(fl_error *err, const char *fmt, ...) {
    char old[FL_ERROR_MESSAGE_MAX];
    va_list ap;
    memcpy(old, err->message, sizeof old);
    va_start(ap, fmt);
    format(err->message, sizeof err->message, fmt, ap);
    va_end(ap);
    size_t n = strlen(err->message);
    mark_cut(err->message, sizeof err->message,
             (int)n + snprintf(err->message + n, sizeof err->message - n, "%s", old));
    return err->code;
}

int fl_error_hint(fl_error *err, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    format(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
    return err->code;
}

int fl_error_at(fl_error *err, fl_span span) {
    if (err->line == 0) {
        err->line = span.line;
        err->column = span.column;
        err->length = span.length;
    }
    return err->code;
}

const char *fl_error_word(int code) {
    switch (code) {
#define FL_X(name, value, word)                                                                                        \
    case value: return word;
        FL_ERROR_CODES(FL_X)
#undef FL_X
    default: return "ok";
    }
}
