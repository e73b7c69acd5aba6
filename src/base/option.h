/* SPDX-License-Identifier: Apache-2.0 */
/* option.h -- settings as users write them: 'key' = 'value', typed by a table.
 *
 * Connectors, formats and the configuration describe what they understand in tables of fl_option_def; one place reads
 * values, so that `10 s`, `128MB` and `true` mean the same everywhere and mistakes are told in the same words.
 */
#ifndef FL_BASE_OPTION_H
#define FL_BASE_OPTION_H

#include "base/error.h"
#include "base/str.h"

typedef enum fl_option_type {
    FL_OPT_STRING,
    FL_OPT_BOOL, /* true, false, in any case */
    FL_OPT_INT,  /* 64 bits */
    FL_OPT_DOUBLE,
    FL_OPT_DURATION, /* Flink's: 10 s, 5min, 1 h, 200 ms, 1 d; a bare number is ms. Value in ms */
    FL_OPT_MEMORY,   /* Flink's MemorySize: 128MB, 64 kb, 4096. Value in bytes */
    FL_OPT_ENUM,     /* one of `values`, in any case */
    FL_OPT_LIST,     /* separated by ; */
    FL_OPT_MAP,
} fl_option_type;

typedef enum fl_option_state {
    FL_OPT_HONOURED,
    FL_OPT_NOTED,   /* accepted; a visible note says that it has no effect here */
    FL_OPT_REFUSED, /* an error says that flott does not do this yet */
} fl_option_state;

typedef struct fl_option_def {
    const char *key;
    fl_option_type type;
    const char *fallback; /* default as text; NULL: none */
    bool required;
    const char *values; /* ENUM: "SQL|ISO-8601"; numbers and amounts: a range, "1..32768", "10 ms.."; NULL: any */
    const char *help;   /* one sentence */
    fl_option_state state;
    const char *note; /* NOTED, REFUSED: why, and what to do instead */
    const char *fine; /* NOTED, REFUSED: values that are honoured all the same, "A|B"; the default is one anyway */
} fl_option_def;

/* Reads one value. The refusal says what was expected; the caller prefixes the key. */
int fl_parse_bool(fl_str s, bool *out, fl_error *err);
int fl_parse_i64(fl_str s, int64_t *out, fl_error *err);
int fl_parse_f64(fl_str s, double *out, fl_error *err);
int fl_parse_duration_ms(fl_str s, int64_t *out, fl_error *err);
int fl_parse_memory(fl_str s, int64_t *out, fl_error *err);
/* The index of the value in "A|B|C". */
int fl_parse_enum(fl_str s, const char *values, int *out, fl_error *err);

/* Checks that `value` is of the option's type and in its range; the default may lie outside (-1: not set). */
int fl_option_check(const fl_option_def *def, fl_str value, fl_error *err);

/* What becomes of a value that has passed fl_option_check: the option's state, but HONOURED for the default and what is
 * `fine`. Values are compared by what they mean: `60 s` is `1 min`, texts are compared without case. */
fl_option_state fl_option_verdict(const fl_option_def *def, fl_str value);

/* "10 s", "1 min", "200 ms": the largest unit that divides. */
void fl_duration_print(fl_buf *out, int64_t ms);

#endif
