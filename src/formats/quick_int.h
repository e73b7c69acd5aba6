/* SPDX-License-Identifier: Apache-2.0 */
/* quick_int.h -- columns that the fast ways of JSON and CSV write to, past the columns' own counters.
 *
 * Reading a plain record must not cost a call for each value. A quick column knows the spelling that its type usually
 * has, reads it and stores the value at a row of its array; what is spelled in another way is read with care, by the
 * format. The rows are told to the columns and the builder at the end of a run:
 *
 *     begin
 *     for each record: for each value: quick_scalar, quick_text or with care; wipe if the record does not fit
 *     settle
 *
 * Invariants: (1) between records the columns hold the run's rows, but c->n of all kinds except QUICK_CARE is only
 *             set by settle. (2) bits of `valid` at and behind the row are set. (3) the builder has room, so no array
 *             moves in a run.
 */
#ifndef FL_FORMATS_QUICK_INT_H
#define FL_FORMATS_QUICK_INT_H

#include "data/schema.h"
#include "formats/text_int.h"

typedef enum quick_kind {
    QUICK_CARE, /* nothing usual about it: always read with care, c->n counts */
    QUICK_BOOL,
    QUICK_I8,
    QUICK_I16,
    QUICK_I32,
    QUICK_I64,
    QUICK_F32,
    QUICK_F64,
    QUICK_FIXED, /* DECIMAL(1..18) */
    QUICK_DATE,
    QUICK_MS, /* TIMESTAMP, TIMESTAMP_LTZ in the unit of its number */
    QUICK_US,
    QUICK_NS,
    QUICK_TEXT,
} quick_kind;

typedef struct quick_column {
    quick_kind kind;
    bool utc; /* TIMESTAMP_LTZ: a Z follows */
    uint8_t precision, scale;
    text_minute minute;    /* of the last timestamp */
    uint64_t date_text[2]; /* yyyy-MM- and yy-MM-dd of the last date */
    int32_t date;
    /* for one run */
    fl_column *c;
    void *data;
    bool shares_owner; /* the column's views may point into the owner of the bytes */
} quick_column;

void quick_init(quick_column *q, const fl_type *t);
void quick_begin(quick_column *q, int n, const fl_builder *out);
/* `row` rows are there now. */
void quick_settle(quick_column *q, int n, fl_builder *out, int row);
/* Takes back what was written at `row`. */
void quick_wipe(quick_column *q, int n, int row);
/* NULL at `row`, whatever the kind. */
void quick_null(quick_column *q, int row);
/* Makes the column's counter true, for a reader that appends. */
static inline void quick_catch_up(quick_column *q, int row) {
    if (q->kind != QUICK_CARE) q->c->n = row;
}
bool quick_date(quick_column *q, const char *p);

static inline const char *quick_bool(void *data, int row, const char *p) {
    bool yes = memcmp(p, "true", 4) == 0;
    if (!yes && memcmp(p, "false", 5) != 0) return NULL;
    fl_bit_put(data, row, yes);
    return p + 5 - yes;
}

static inline const char *quick_f32(void *data, int row, const char *p) {
    uint64_t x;
    int scale;
    bool negative;
    p = text_quick_decimal(p, &x, &scale, &negative);
    if (p == NULL || x > 1 << 24 || scale > 10) return NULL; /* else both parts are exact and one rounding is left */
    float f = (float)x / (float)text_pow10_f64[scale];
    ((float *)data)[row] = negative ? -f : f;
    return p;
}

static inline void quick_put_timestamp(void *data, quick_kind kind, int row, fl_ts ts) {
    if (kind == QUICK_MS)
        ((int64_t *)data)[row] = ts.ms;
    else if (kind == QUICK_US)
        ((int64_t *)data)[row] = (int64_t)((uint64_t)ts.ms * 1000 + (uint64_t)(ts.nanos / 1000));
    else
        ((fl_i128 *)data)[row] = (fl_i128)ts.ms * 1000000 + ts.nanos;
}

#define QUICK_INTEGER(type)                                                                                            \
    {                                                                                                                  \
        int64_t x;                                                                                                     \
        p = text_quick_i64(p, &x);                                                                                     \
        if (FL_UNLIKELY(p == NULL || x != (type)x)) return NULL;                                                       \
        ((type *)data)[row] = (type)x;                                                                                 \
        return p;                                                                                                      \
    }

/* Reads a value of any kind but QUICK_CARE and QUICK_TEXT at p, without quotes, and stores it. Returns the place behind
 * it, or NULL. */
static inline const char *quick_scalar(quick_column *q, int row, const char *p, char separator) {
    void *data = q->data;
    fl_ts ts;
    switch (q->kind) {
    case QUICK_BOOL: return quick_bool(data, row, p);
    case QUICK_I8: QUICK_INTEGER(int8_t)
    case QUICK_I16: QUICK_INTEGER(int16_t)
    case QUICK_I32: QUICK_INTEGER(int32_t)
    case QUICK_I64: QUICK_INTEGER(int64_t)
    case QUICK_F32: return quick_f32(data, row, p);
    case QUICK_F64: return text_quick_f64(p, (double *)data + row);
    case QUICK_FIXED: return text_quick_fixed(p, q->precision, q->scale, (int64_t *)data + row);
    case QUICK_DATE:
        if (!quick_date(q, p)) return NULL;
        ((int32_t *)data)[row] = q->date;
        return p + 10;
    case QUICK_MS:
    case QUICK_US:
    case QUICK_NS:
        p = text_quick_timestamp(&q->minute, p, separator, &ts);
        if (FL_UNLIKELY(p == NULL)) return NULL;
        quick_put_timestamp(data, q->kind, row, ts);
        if (q->utc && FL_UNLIKELY(*p++ != 'Z')) return NULL;
        return p;
    case QUICK_CARE:
    case QUICK_TEXT: break;
    }
    return NULL;
}
#undef QUICK_INTEGER

/* Stores a string; 16 bytes from p can be read. Shares the bytes if they have an owner. */
static inline void quick_text(quick_column *q, int row, const char *p, size_t n, fl_buffer *owner) {
    if (n > FL_VIEW_INLINE && FL_UNLIKELY(!q->shares_owner)) {
        if (owner == NULL) {
            fl_column_put_str(q->c, row, fl_str_make(p, n));
            return;
        }
        fl_column_add_heap(q->c, owner);
        q->shares_owner = true;
    }
    ((fl_view *)q->data)[row] = text_quick_view(p, n);
}

#endif
