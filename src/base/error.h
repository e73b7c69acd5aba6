/* SPDX-License-Identifier: Apache-2.0 */
/* error.h -- how a failure travels: a negative code up the call chain, and its story in a small struct of the caller.
 *
 * Three kinds of failure have three shapes. A mistake of the user and a failure of the outside world fill an fl_error;
 * a mistake of ours trips fl_assert. A function that can fail takes `fl_error *err` last (never NULL), returns 0 or a
 * positive answer when all went well, and a negative code, equal to err->code, otherwise.
 */
#ifndef FL_BASE_ERROR_H
#define FL_BASE_ERROR_H

#include "base/common.h"

#include <stdarg.h>

/* code, value, the word that users see */
#define FL_ERROR_CODES(X)                                                                                              \
    X(PARSE, -1, "parse")             /* the statement is not SQL */                                                   \
    X(VALIDATION, -2, "validation")   /* the statement is SQL but has no meaning: names, types, options */             \
    X(UNSUPPORTED, -3, "unsupported") /* flott does not do this yet; the message names it */                           \
    X(RUNTIME, -4, "runtime")         /* a value that the job cannot process */                                        \
    X(IO, -5, "io")                   /* disk or network */                                                            \
    X(CORRUPT, -6, "corrupt")         /* a file of ours that does not say what its checksum says */                    \
    X(LIMIT, -7, "limit")             /* a documented limit was exceeded */                                            \
    X(CANCELED, -8, "canceled")       /* stopped on request */                                                         \
    X(CRASHED, -9, "crashed")         /* simulation only: the machine has lost power at this step */

enum fl_error_code {
#define FL_X(name, value, word) FL_E_##name = value,
    FL_ERROR_CODES(FL_X)
#undef FL_X
};

enum { FL_ERROR_MESSAGE_MAX = 1200, FL_ERROR_HINT_MAX = 400 };

typedef struct fl_error {
    int code;                           /* 0 or one of FL_E_… */
    bool retriable;                     /* the same call may succeed later: worth a restart */
    int64_t row;                        /* the number that the source gave the row in question; 0: none */
    int line, column;                   /* 1-based position in the SQL text; 0: none */
    int length;                         /* characters marked from there, for the caret line */
    char message[FL_ERROR_MESSAGE_MAX]; /* what failed, where, why; UTF-8, cut at the end if too long */
    char hint[FL_ERROR_HINT_MAX];       /* what to do about it; may be empty */
} fl_error;

/* A place in the SQL text, kept with what was made from it so that later stages can point there. 0: none. */
typedef struct fl_span {
    int line, column, length;
} fl_span;

/* All messages stand in one catalogue, the headers in src/messages, one for each topic. An entry is a macro that is a
 * code and a format; the comment above says why it comes to that, and what follows FL_ADVICE in the format says what
 * to do:
 *
 *     // The connector cannot do without this option.
 *     #define FL_ERR_OPTION_MISSING \
 *         FL_E_VALIDATION, "One or more required options are missing.\n\nMissing required options are:\n\n%s" \
 *         FL_ADVICE "add the option to WITH"
 *
 *     return fl_fail(err, FL_ERR_OPTION_MISSING, key);      the compiler checks `key` against the format
 *
 * FL_HINT_… is advice for fl_error_hint where the call knows better, FL_AT_… a place for fl_error_prefix, FL_DO_…
 * advice that several entries share. docs/errors.md is printed from these headers; `ninja docs` writes it anew. */
#define FL_ADVICE "\x1f"

/* Fills *err and returns `code`, so that `return fl_fail(err, FL_ERR_…, …)` reads well. The message is what stands
 * before FL_ADVICE in the format, the hint what stands behind it. Any earlier content is replaced. */
int fl_fail(fl_error *err, int code, const char *fmt, ...) FL_PRINTF(3, 4);
int fl_vfail(fl_error *err, int code, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

/* Puts words before the message that is there: the place that only the caller knows. Returns err->code. */
int fl_error_prefix(fl_error *err, const char *fmt, ...) FL_PRINTF(2, 3);

/* Sets other advice than the entry's own. Returns err->code. */
int fl_error_hint(fl_error *err, const char *fmt, ...) FL_PRINTF(2, 3);

/* Sets the position, if the error has none yet. Returns err->code. */
int fl_error_at(fl_error *err, fl_span span);

void fl_error_clear(fl_error *err);

/* "parse", "validation", … for a code; "ok" for 0. */
const char *fl_error_word(int code);

/* Returns early where the function owns nothing yet. */
#define FL_TRY(call)                                                                                                   \
    do {                                                                                                               \
        int try_rc_ = (call);                                                                                          \
        if (FL_UNLIKELY(try_rc_ < 0)) return try_rc_;                                                                  \
    } while (0)

#endif
