/* SPDX-License-Identifier: Apache-2.0 */
/* cells.c -- row counters, sums, kept values: updated, merged and saved; and the packed form for few groups.
 *
 * One group.  Each update has a second form for rows that all go into one accumulator, which then stays in registers.
 *
 * Packed form. Where many rows fall into few groups, a row costs one load, add, max and store on 16 bytes:
 *
 *     [ sum of (v - least) : 40 bits | count : 24 bits ][ -min : 32 ][ max : 32 ]       sums alone: the first 8 bytes
 *
 * It holds one run of rows (at most 65,535) of values that lie within 2^24 of each other, and is then carried over to
 * the wide cells of each group. So it never overflows, and values may be negative: `least` is subtracted first.
 */
#include "expr/cells.h"

#include <stdlib.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <smmintrin.h>
#endif

#include "data/decimal.h"
#include "data/rowcodec.h"
#include "expr/valueset.h"
#include "messages/checkpoint.h"

/* An update is written once, as add_<word>, and inlined into two forms: `one` says that acc[0] is every row's. */
#define ADD_ARGS const fl_cell *cell, char *const *acc, const bool one, fl_column *const *args, fl_rows rows
#define ADD_FN   static inline __attribute__((always_inline)) void
#define UPDATES(word)                                                                                                  \
    static void update_##word(CELL_UPDATE_ARGS) { add_##word(cell, acc, false, args, rows); }                          \
    FL_CLONES static void update_one_##word(CELL_UPDATE_ARGS) { add_##word(cell, acc, true, args, rows); }
#define WITH_UPDATES(word) .update = update_##word, .update_one = update_one_##word

/* Runs BODY with k, the row i and s, the cell of its accumulator, for rows where arg is not NULL. */
#define EACH_VALUE(S, BODY)                                                                                            \
    {                                                                                                                  \
        S *const at = one ? fl_cell_at(cell, acc[0]) : NULL, only = one ? *at : (S){0};                                \
        for (int k = 0; k < rows.n; k++) {                                                                             \
            const int i = rows.sel ? rows.sel[k] : k;                                                                  \
            if (fl_column_is_null(arg, i)) continue;                                                                   \
            S *s = one ? &only : fl_cell_at(cell, acc[k]);                                                             \
            BODY;                                                                                                      \
        }                                                                                                              \
        if (one) *at = only;                                                                                           \
    }

#define EACH_PAIR(S, BODY)                                                                                             \
    for (int k = 0; k < n; k++) {                                                                                      \
        S *d = fl_cell_at(cell, dst[k]);                                                                               \
        const S *s = fl_cell_at(cell, src[k]);                                                                         \
        BODY;                                                                                                          \
    }

/* ---- counters ---- */

static void update_rows(CELL_UPDATE_ARGS) {
    (void)args;
    for (int k = 0; k < rows.n; k++) ++*(int64_t *)fl_cell_at(cell, acc[k]);
}

static void update_one_rows(CELL_UPDATE_ARGS) {
    (void)args;
    *(int64_t *)fl_cell_at(cell, acc[0]) += rows.n;
}

static void merge_counts(CELL_MERGE_ARGS) { EACH_PAIR(int64_t, *d += *s); }

ADD_FN add_count(ADD_ARGS) {
    const fl_column *arg = args[0];
    EACH_VALUE(int64_t, ++*s)
}
UPDATES(count)

const fl_cell_type fl_cell_rows = {.name = "ROWS", .size = 8, .plain = true, WITH_UPDATES(rows), .merge = merge_counts};
const fl_cell_type fl_cell_count = {
    .name = "COUNT", .size = 8, .plain = true, WITH_UPDATES(count), .merge = merge_counts};

/* ---- sums ---- */

ADD_FN add_sum_integer(ADD_ARGS) {
    const fl_column *arg = args[0];
    const int c = arg->constant;
#define SUM_OF(T)                                                                                                      \
    {                                                                                                                  \
        const T *v = arg->data;                                                                                        \
        EACH_VALUE(fl_sum_integer, s->sum = (int64_t)((uint64_t)s->sum + (uint64_t)v[c ? 0 : i]); s->count++)          \
    }                                                                                                                  \
    break
    switch (arg->phys) {
    case FL_P_I8: SUM_OF(int8_t);
    case FL_P_I16: SUM_OF(int16_t);
    case FL_P_I32: SUM_OF(int32_t);
    case FL_P_I64: SUM_OF(int64_t);
    default: fl_assert(!"not an integer");
    }
#undef SUM_OF
}

UPDATES(sum_integer)

static void merge_sum_integer(CELL_MERGE_ARGS) {
    EACH_PAIR(fl_sum_integer, d->sum = (int64_t)((uint64_t)d->sum + (uint64_t)s->sum); d->count += s->count);
}

const fl_cell_type fl_cell_sum_integer = {.name = "SUM",
                                          .size = sizeof(fl_sum_integer),
                                          .plain = true,
                                          WITH_UPDATES(sum_integer),
                                          .merge = merge_sum_integer};

/* A sum beyond 38 digits is NULL, and the next value starts it again: Flink's rule. */
static void add_decimal(fl_sum_decimal *s, fl_i128 x) {
    s->sum = s->has ? s->sum + x : x;
    s->has = true;
    if (FL_UNLIKELY(!fl_decimal_fits(s->sum, FL_DECIMAL_PRECISION_MAX))) {
        s->sum = 0;
        s->has = false;
        s->overflowed = true;
    }
}

ADD_FN add_sum_decimal(ADD_ARGS) {
    const fl_column *arg = args[0];
    if (arg->phys == FL_P_I64) { /* 18 digits: 2^63 rows fit into 38 */
        const int64_t *v = arg->data;
        const int c = arg->constant;
        EACH_VALUE(fl_sum_decimal, s->sum += v[c ? 0 : i]; s->has = true; s->count++)
    } else {
        EACH_VALUE(fl_sum_decimal, add_decimal(s, fl_column_i128(arg, i)); s->count++)
    }
}

UPDATES(sum_decimal)

static void merge_sum_decimal(CELL_MERGE_ARGS) {
    EACH_PAIR(fl_sum_decimal, {
        d->overflowed |= s->overflowed;
        if (s->has) add_decimal(d, s->sum);
        d->count += s->count;
    });
}

/* The bytes are those of the struct, of which not all are a bool. */
static int decode_sum_decimal(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    const char *bytes = fl_read_raw(in, sizeof(fl_sum_decimal));
    if (bytes == NULL) return 0; /* told by the caller */
    if ((uint8_t)bytes[offsetof(fl_sum_decimal, has)] > 1 || (uint8_t)bytes[offsetof(fl_sum_decimal, overflowed)] > 1)
        return fl_fail(err, FL_ERR_CHECKPOINT_SUM);
    memcpy(fl_cell_at(cell, acc), bytes, sizeof(fl_sum_decimal));
    return 0;
}

const fl_cell_type fl_cell_sum_decimal = {.name = "SUM",
                                          .size = sizeof(fl_sum_decimal),
                                          .plain = true,
                                          WITH_UPDATES(sum_decimal),
                                          .merge = merge_sum_decimal,
                                          .decode = decode_sum_decimal};

ADD_FN add_sum_double(ADD_ARGS) {
    const fl_column *arg = args[0];
    if (arg->phys == FL_P_F32) {
        const float *v = arg->data;
        EACH_VALUE(fl_sum_double, const double x = (double)v[fl_column_at(arg, i)];
                   s->sum = s->count++ ? s->sum + x : x)
    } else {
        const double *v = arg->data;
        EACH_VALUE(fl_sum_double, const double x = v[fl_column_at(arg, i)]; s->sum = s->count++ ? s->sum + x : x)
    }
}

UPDATES(sum_double)

static void merge_sum_double(CELL_MERGE_ARGS) {
    EACH_PAIR(
        fl_sum_double, if (s->count > 0) {
            d->sum = d->count ? d->sum + s->sum : s->sum;
            d->count += s->count;
        });
}

ADD_FN add_sum_float(ADD_ARGS) {
    const fl_column *arg = args[0];
    const float *v = arg->data;
    EACH_VALUE(fl_sum_double, const float x = v[fl_column_at(arg, i)]; s->as_float = s->count++ ? s->as_float + x : x)
}

UPDATES(sum_float)

static void merge_sum_float(CELL_MERGE_ARGS) {
    EACH_PAIR(
        fl_sum_double, if (s->count > 0) {
            d->as_float = d->count ? d->as_float + s->as_float : s->as_float;
            d->count += s->count;
        });
}

const fl_cell_type fl_cell_sum_double = {.name = "SUM",
                                         .size = sizeof(fl_sum_double),
                                         .plain = true,
                                         .ordered = true,
                                         WITH_UPDATES(sum_double),
                                         .merge = merge_sum_double};
const fl_cell_type fl_cell_sum_float = {.name = "SUM",
                                        .size = sizeof(fl_sum_double),
                                        .plain = true,
                                        .ordered = true,
                                        WITH_UPDATES(sum_float),
                                        .merge = merge_sum_float};

int64_t fl_cell_counted(const fl_cell *c, const char *acc) {
    const void *s = fl_cell_at(c, acc);
    if (c->type == &fl_cell_rows || c->type == &fl_cell_count) return *(const int64_t *)s;
    if (c->type == &fl_cell_sum_integer) return ((const fl_sum_integer *)s)->count;
    if (c->type == &fl_cell_sum_decimal) return ((const fl_sum_decimal *)s)->count;
    return ((const fl_sum_double *)s)->count;
}

/* ---- kept values: the least, the greatest, the first, the last ---- */

/* Whether x takes the place of the value that is kept. The first of equal values stays. */
#define LEAST(x, kept)    ((x) < (kept))
#define GREATEST(x, kept) ((x) > (kept))
#define FIRST(x, kept)    false
#define LAST(x, kept)     true

/* One struct, update and merge for each way to keep a value. */
#define KEPT(word, T, UPDATE, REPLACES, IN_ORDER)                                                                      \
    typedef struct kept_##word {                                                                                       \
        T value;                                                                                                       \
        int64_t has;                                                                                                   \
    } kept_##word;                                                                                                     \
    ADD_FN add_##word(ADD_ARGS) {                                                                                      \
        const fl_column *arg = args[0];                                                                                \
        UPDATE(kept_##word, T, REPLACES)                                                                               \
    }                                                                                                                  \
    UPDATES(word)                                                                                                      \
    static void merge_##word(CELL_MERGE_ARGS) {                                                                        \
        EACH_PAIR(                                                                                                     \
            kept_##word, if (s->has) {                                                                                 \
                if (!d->has || REPLACES(s->value, d->value)) d->value = s->value;                                      \
                d->has = 1;                                                                                            \
            });                                                                                                        \
    }                                                                                                                  \
    const fl_cell_type fl_cell_##word = {.name = #word,                                                                \
                                         .size = sizeof(kept_##word),                                                  \
                                         .plain = true,                                                                \
                                         .ordered = IN_ORDER,                                                          \
                                         WITH_UPDATES(word),                                                           \
                                         .merge = merge_##word};

#define UPDATE_BY(S, T, REPLACES, READ)                                                                                \
    EACH_VALUE(S, const T x = READ; if (!s->has || REPLACES(x, s->value)) s->value = x; s->has = 1)

/* One loop for each width. */
#define UPDATE_INTEGERS(S, T, REPLACES)                                                                                \
    switch (arg->phys) {                                                                                               \
    case FL_P_I8: UPDATE_BY(S, T, REPLACES, FL_DATA(arg, int8_t)[fl_column_at(arg, i)]) break;                         \
    case FL_P_I16: UPDATE_BY(S, T, REPLACES, FL_DATA(arg, int16_t)[fl_column_at(arg, i)]) break;                       \
    case FL_P_I32: UPDATE_BY(S, T, REPLACES, FL_DATA(arg, int32_t)[fl_column_at(arg, i)]) break;                       \
    case FL_P_I64: UPDATE_BY(S, T, REPLACES, FL_DATA(arg, int64_t)[fl_column_at(arg, i)]) break;                       \
    default: UPDATE_BY(S, T, REPLACES, fl_column_i64(arg, i))                                                          \
    }
#define UPDATE_WIDE(S, T, REPLACES)    UPDATE_BY(S, T, REPLACES, fl_column_i128(arg, i))
#define UPDATE_DOUBLES(S, T, REPLACES) UPDATE_BY(S, T, REPLACES, read_double(arg, i))

static inline double read_double(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    return c->phys == FL_P_F32 ? (double)FL_DATA(c, float)[i] : FL_DATA(c, double)[i];
}

KEPT(min_integer, int64_t, UPDATE_INTEGERS, LEAST, false)
KEPT(max_integer, int64_t, UPDATE_INTEGERS, GREATEST, false)
KEPT(first_integer, int64_t, UPDATE_INTEGERS, FIRST, true)
KEPT(last_integer, int64_t, UPDATE_INTEGERS, LAST, true)
KEPT(min_wide, fl_i128, UPDATE_WIDE, LEAST, false)
KEPT(max_wide, fl_i128, UPDATE_WIDE, GREATEST, false)
KEPT(first_wide, fl_i128, UPDATE_WIDE, FIRST, true)
KEPT(last_wide, fl_i128, UPDATE_WIDE, LAST, true)
KEPT(min_double, double, UPDATE_DOUBLES, LEAST, false)
KEPT(max_double, double, UPDATE_DOUBLES, GREATEST, false)
KEPT(first_double, double, UPDATE_DOUBLES, FIRST, true)
KEPT(last_double, double, UPDATE_DOUBLES, LAST, true)

/* A text that the cell owns if it is long. */
typedef struct kept_string {
    fl_view value;
    int64_t has;
} kept_string;

static void own(fl_view *to, const fl_view *from) {
    *to = *from;
    if (from->n > FL_VIEW_INLINE) to->p = memcpy(fl_malloc(from->n), from->p, from->n);
}

static void disown(fl_view *v) {
    if (v->n > FL_VIEW_INLINE) free((char *)(uintptr_t)v->p);
}

typedef enum keeping { KEEP_LEAST, KEEP_GREATEST, KEEP_FIRST, KEEP_LAST } keeping;

static keeping keeping_of(const fl_cell *cell) {
    return cell->type == &fl_cell_min_string     ? KEEP_LEAST
           : cell->type == &fl_cell_max_string   ? KEEP_GREATEST
           : cell->type == &fl_cell_first_string ? KEEP_FIRST
                                                 : KEEP_LAST;
}

static void take_string(kept_string *s, const fl_view *x, keeping keep) {
    if (s->has) {
        if (keep == KEEP_FIRST) return;
        if (keep == KEEP_LEAST && fl_view_cmp(x, &s->value) >= 0) return;
        if (keep == KEEP_GREATEST && fl_view_cmp(x, &s->value) <= 0) return;
        disown(&s->value);
    }
    own(&s->value, x);
    s->has = 1;
}

static void update_string(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0];
    const fl_view *v = arg->data;
    const keeping keep = keeping_of(cell);
    const bool one = false;
    EACH_VALUE(kept_string, take_string(s, &v[fl_column_at(arg, i)], keep))
}

static void merge_string(CELL_MERGE_ARGS) {
    const keeping keep = keeping_of(cell);
    EACH_PAIR(kept_string, if (s->has) take_string(d, &s->value, keep));
}

static void clone_string(const fl_cell *cell, char *dst, const char *src) {
    const kept_string *s = fl_cell_at(cell, src);
    if (s->has) own(&((kept_string *)fl_cell_at(cell, dst))->value, &s->value);
}

static void free_string(const fl_cell *cell, char *acc) {
    kept_string *s = fl_cell_at(cell, acc);
    if (s->has) disown(&s->value);
    s->has = 0;
}

static void encode_string(const fl_cell *cell, const char *acc, fl_buf *out) {
    const kept_string *s = fl_cell_at(cell, acc);
    fl_buf_put_u8(out, s->has != 0);
    if (s->has) fl_buf_put_bytes(out, fl_view_ptr(&s->value), s->value.n);
}

static int decode_string(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    (void)err;
    kept_string *s = fl_cell_at(cell, acc);
    if (fl_read_u8(in) == 0) return 0;
    fl_str text = fl_read_bytes(in);
    fl_view v = fl_view_make(text.p, (uint32_t)text.n);
    own(&s->value, &v);
    s->has = 1;
    return 0;
}

#define KEPT_STRING(word, IN_ORDER)                                                                                    \
    const fl_cell_type fl_cell_##word = {.name = #word,                                                                \
                                         .size = sizeof(kept_string),                                                  \
                                         .ordered = IN_ORDER,                                                          \
                                         .update = update_string,                                                      \
                                         .merge = merge_string,                                                        \
                                         .clone = clone_string,                                                        \
                                         .free = free_string,                                                          \
                                         .encode = encode_string,                                                      \
                                         .decode = decode_string};
KEPT_STRING(min_string, false)
KEPT_STRING(max_string, false)
KEPT_STRING(first_string, true)
KEPT_STRING(last_string, true)

/* The four cells of a layout. */
#define IS_KEPT(type, layout)                                                                                          \
    ((type) == &fl_cell_min_##layout || (type) == &fl_cell_max_##layout || (type) == &fl_cell_first_##layout ||        \
     (type) == &fl_cell_last_##layout)

bool fl_cell_is_idempotent(const fl_cell_type *t) {
    bool last =
        t == &fl_cell_last_integer || t == &fl_cell_last_wide || t == &fl_cell_last_double || t == &fl_cell_last_string;
    return !last && (IS_KEPT(t, integer) || IS_KEPT(t, wide) || IS_KEPT(t, double) || IS_KEPT(t, string));
}

void fl_cell_append_kept(const fl_cell *c, const char *acc, fl_column *out) {
    const void *at = fl_cell_at(c, acc);
    if (IS_KEPT(c->type, string)) {
        const kept_string *s = at;
        if (s->has)
            fl_column_append_str(out, fl_view_str(&s->value));
        else
            fl_column_append_null(out);
    } else if (IS_KEPT(c->type, wide)) {
        const kept_min_wide *s = at;
        if (s->has)
            fl_column_append_i128(out, s->value);
        else
            fl_column_append_null(out);
    } else if (IS_KEPT(c->type, double)) {
        const kept_min_double *s = at;
        if (s->has)
            fl_column_append_f64(out, s->value);
        else
            fl_column_append_null(out);
    } else {
        const kept_min_integer *s = at;
        if (s->has)
            fl_column_append_i64(out, s->value);
        else
            fl_column_append_null(out);
    }
}

/* ---- DISTINCT ---- */

static fl_valueset **set_of(const fl_cell *c, const char *acc) { return (fl_valueset **)fl_cell_at(c, acc); }

static bool add_value(const fl_cell *c, char *acc, fl_str value) {
    fl_valueset **set = set_of(c, acc);
    if (*set == NULL) *set = fl_valueset_new();
    return fl_valueset_add(*set, value);
}

/* A DISTINCT call's columns: literals are the same for all rows. */
static int distinct_columns(const fl_cell *c, int cols[FL_AGG_ARGS_MAX]) {
    int n = 0;
    for (int i = 0; i < c->call->n_args; i++)
        if (c->call->args[i].column >= 0) cols[n++] = i;
    return n;
}

void fl_cell_update_distinct(const fl_cell *c, char *const *acc, fl_column *const *args, fl_rows rows,
                             fl_arena *scratch) {
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)rows.n + 2);
    char **fresh = fl_arena_alloc(scratch, sizeof *fresh * (size_t)rows.n + 8);
    int cols[FL_AGG_ARGS_MAX], n_cols = distinct_columns(c, cols), n = 0;
    fl_buf b;
    fl_error err;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k;
        if (!c->type->takes_null && fl_column_is_null(args[0], i)) continue;
        fl_buf_reset(&b);
        for (int a = 0; a < n_cols; a++) {
            int rc = fl_encode_value(&b, args[cols[a]], i, &err);
            fl_assert(rc == 0); /* OBJECT, the one kind that can fail, is refused at planning */
        }
        if (!add_value(c, acc[k], fl_buf_str(&b))) continue;
        sel[n] = (uint16_t)i;
        fresh[n++] = acc[k];
    }
    fl_buf_deinit(&b);
    if (n > 0) c->inner->type->update(c->inner, fresh, args, (fl_rows){sel, n}, scratch);
}

/* One value of the set as columns of one row; FL_E_CORRUPT leaves none. */
static int value_columns(const fl_cell *c, fl_str value, fl_column *args[FL_AGG_ARGS_MAX], fl_error *err) {
    fl_reader r = fl_reader_make(value.p, value.n);
    int cols[FL_AGG_ARGS_MAX], n_cols = distinct_columns(c, cols), rc = 0;
    for (int i = 0; i < FL_AGG_ARGS_MAX; i++) args[i] = NULL;
    for (int a = 0; a < n_cols && rc == 0; a++) {
        args[cols[a]] = fl_column_new(c->call->args[cols[a]].type, 1);
        rc = fl_decode_value(&r, args[cols[a]], err);
    }
    if (rc == 0 && r.p != r.end) rc = fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE);
    for (int i = 0; i < FL_AGG_ARGS_MAX && rc < 0; i++) fl_column_unref(args[i]);
    return rc;
}

void fl_cell_merge_distinct(const fl_cell *c, char *const *dst, char *const *src, int n, fl_arena *scratch) {
    fl_error err;
    for (int k = 0; k < n; k++) {
        const fl_valueset *from = *set_of(c, src[k]);
        for (uint32_t v = 0; v < fl_valueset_count(from); v++) {
            fl_column *args[FL_AGG_ARGS_MAX];
            fl_str value = fl_valueset_at(from, v);
            if (!add_value(c, dst[k], value)) continue;
            int rc = value_columns(c, value, args, &err);
            fl_assert(rc == 0); /* written by fl_encode_value */
            c->inner->type->update(c->inner, &dst[k], args, (fl_rows){NULL, 1}, scratch);
            for (int i = 0; i < FL_AGG_ARGS_MAX; i++) fl_column_unref(args[i]);
        }
    }
}

void fl_cell_clone_distinct(const fl_cell *c, char *dst, const char *src) {
    const fl_valueset *s = *set_of(c, src);
    *set_of(c, dst) = s ? fl_valueset_clone(s) : NULL;
}

void fl_cell_free_distinct(const fl_cell *c, char *acc) {
    fl_valueset_free(*set_of(c, acc));
    *set_of(c, acc) = NULL;
}

void fl_cell_encode_distinct(const fl_cell *c, const char *acc, fl_buf *out) {
    const fl_valueset *s = *set_of(c, acc);
    uint32_t n = fl_valueset_count(s);
    fl_buf_put_u32(out, n);
    for (uint32_t i = 0; i < n; i++) {
        fl_str v = fl_valueset_at(s, i);
        fl_buf_put_bytes(out, v.p, v.n);
    }
}

int fl_cell_decode_distinct(const fl_cell *c, char *acc, fl_reader *in, fl_error *err) {
    for (uint32_t n = fl_read_u32(in); n > 0 && !in->bad; n--) {
        fl_column *args[FL_AGG_ARGS_MAX];
        fl_str v = fl_read_bytes(in);
        if (in->bad) break;
        FL_TRY(value_columns(c, v, args, err));
        for (int i = 0; i < FL_AGG_ARGS_MAX; i++) fl_column_unref(args[i]);
        add_value(c, acc, v);
    }
    return 0; /* the inner cell has been saved by itself */
}

/* ---- few groups ---- */

enum { SUM_BITS = 40, SPREAD_MAX = 1 << 24 };

#define PACK_SUMS(T, name)                                                                                             \
    static void sums_##name(const T *v, int64_t least, const uint32_t *group, fl_rows rows, uint64_t *a) {             \
        /* two copies, so that a group hit twice in a row does not wait for its own store */                           \
        uint64_t *b = a + FL_AGG_GROUPS_MAX;                                                                           \
        const uint64_t one = (1ull << SUM_BITS) - (uint64_t)least; /* counts, and subtracts the least */               \
        int k = 0;                                                                                                     \
        if (rows.sel == NULL) {                                                                                        \
            for (; k + 2 <= rows.n; k += 2) {                                                                          \
                a[group[k]] += (uint64_t)(int64_t)v[k] + one;                                                          \
                b[group[k + 1]] += (uint64_t)(int64_t)v[k + 1] + one;                                                  \
            }                                                                                                          \
        }                                                                                                              \
        for (; k < rows.n; k++) a[group[k]] += (uint64_t)(int64_t)v[rows.sel ? rows.sel[k] : k] + one;                 \
    }
PACK_SUMS(int8_t, i8)
PACK_SUMS(int16_t, i16)
PACK_SUMS(int32_t, i32)
PACK_SUMS(int64_t, i64)
#undef PACK_SUMS

/* sum and count in one word, the negated least and the greatest in the other: all four by one 16-byte operation. */
typedef struct packed_all {
    uint64_t sum;
    int32_t neg_min, max;
} __attribute__((aligned(16))) packed_all;

#if defined(__x86_64__) && defined(__GNUC__)
typedef long long v2di __attribute__((vector_size(16)));
typedef int v4si __attribute__((vector_size(16)));

/* What one value adds. Its lanes come from one register by shuffles: put in one by one they cost twice as much. */
__attribute__((target("sse4.1"))) static inline v4si packed_value(int32_t y) {
    const v4si value = {y, 0, 0, 0}, both = __builtin_shufflevector(-value, value, 0, 4, 1, 5);
    const v2di counted = (v2di)value + (v2di){1ll << SUM_BITS, 0};
    return (v4si)__builtin_shufflevector(counted, (v2di)both, 0, 2);
}

#define PACK_ALL(T, name)                                                                                              \
    __attribute__((target("sse4.1"))) static void all_##name(const T *v, int64_t least, const uint32_t *group,         \
                                                             fl_rows rows, packed_all *acc) {                          \
        _Pragma("GCC unroll 4") for (int k = 0; k < rows.n; k++) {                                                     \
            const v4si fresh = packed_value((int32_t)((int64_t)v[rows.sel ? rows.sel[k] : k] - least));                \
            v4si *at = (v4si *)&acc[group[k]];                                                                         \
            const v2di sum = (v2di)*at + (v2di)fresh, more = (v2di)_mm_max_epi32((__m128i)*at, (__m128i)fresh);        \
            *at = (v4si)__builtin_shufflevector(sum, more, 0, 3);                                                      \
        }                                                                                                              \
    }
static bool pack_all_works(void) { return __builtin_cpu_supports("sse4.1"); }
#else
#define PACK_ALL(T, name)                                                                                              \
    static void all_##name(const T *v, int64_t least, const uint32_t *group, fl_rows rows, packed_all *acc) {          \
        for (int k = 0; k < rows.n; k++) {                                                                             \
            const int32_t y = (int32_t)((int64_t)v[rows.sel ? rows.sel[k] : k] - least);                               \
            packed_all *at = &acc[group[k]];                                                                           \
            at->sum += (1ull << SUM_BITS) + (uint64_t)y;                                                               \
            at->neg_min = at->neg_min > -y ? at->neg_min : -y;                                                         \
            at->max = at->max > y ? at->max : y;                                                                       \
        }                                                                                                              \
    }
static bool pack_all_works(void) { return true; }
#endif
PACK_ALL(int8_t, i8)
PACK_ALL(int16_t, i16)
PACK_ALL(int32_t, i32)
PACK_ALL(int64_t, i64)
#undef PACK_ALL

/* Carries one group's packed accumulator over to its cells. */
static void carry(const fl_cell *cells, const fl_cell_group *g, char *acc, uint64_t packed, int64_t least, int64_t min,
                  int64_t max) {
    int64_t count = (int64_t)(packed >> SUM_BITS);
    fl_i128 sum = (fl_i128)(packed & ((1ull << SUM_BITS) - 1)) + (fl_i128)count * least; /* decimals need the width */
    if (packed == 0) return;
    if (g->rows >= 0) *(int64_t *)fl_cell_at(&cells[g->rows], acc) += count;
    if (g->sum >= 0 && cells[g->sum].type == &fl_cell_sum_integer) {
        fl_sum_integer *s = fl_cell_at(&cells[g->sum], acc);
        s->sum = (int64_t)((uint64_t)s->sum + (uint64_t)sum);
        s->count += count;
    } else if (g->sum >= 0) {
        fl_sum_decimal *s = fl_cell_at(&cells[g->sum], acc);
        s->sum += sum;
        s->has = true;
        s->count += count;
    }
    if (g->min >= 0) {
        kept_min_integer *s = fl_cell_at(&cells[g->min], acc);
        if (!s->has || min < s->value) s->value = min;
        s->has = 1;
    }
    if (g->max >= 0) {
        kept_max_integer *s = fl_cell_at(&cells[g->max], acc);
        if (!s->has || max > s->value) s->value = max;
        s->has = 1;
    }
}

static void pack_sums(const fl_cell *cells, const fl_cell_group *g, const uint32_t *group, char *const *group_acc,
                      int n_groups, const fl_column *arg, fl_rows rows, int64_t least) {
    uint64_t acc[2 * FL_AGG_GROUPS_MAX];
    memset(acc, 0, sizeof *acc * (size_t)n_groups);
    memset(acc + FL_AGG_GROUPS_MAX, 0, sizeof *acc * (size_t)n_groups);
    switch (arg->phys) {
    case FL_P_I8: sums_i8(arg->data, least, group, rows, acc); break;
    case FL_P_I16: sums_i16(arg->data, least, group, rows, acc); break;
    case FL_P_I32: sums_i32(arg->data, least, group, rows, acc); break;
    default: sums_i64(arg->data, least, group, rows, acc); break;
    }
    for (int i = 0; i < n_groups; i++) carry(cells, g, group_acc[i], acc[i] + acc[FL_AGG_GROUPS_MAX + i], least, 0, 0);
}

static void pack_all(const fl_cell *cells, const fl_cell_group *g, const uint32_t *group, char *const *group_acc,
                     int n_groups, const fl_column *arg, fl_rows rows, int64_t least) {
    packed_all acc[FL_AGG_GROUPS_MAX];
    for (int i = 0; i < n_groups; i++) acc[i] = (packed_all){0, INT32_MIN, INT32_MIN};
    switch (arg->phys) {
    case FL_P_I8: all_i8(arg->data, least, group, rows, acc); break;
    case FL_P_I16: all_i16(arg->data, least, group, rows, acc); break;
    case FL_P_I32: all_i32(arg->data, least, group, rows, acc); break;
    default: all_i64(arg->data, least, group, rows, acc); break;
    }
    for (int i = 0; i < n_groups; i++)
        if (acc[i].sum != 0)
            carry(cells, g, group_acc[i], acc[i].sum, least, least - acc[i].neg_min, least + acc[i].max);
}

bool fl_cells_pack(const fl_cell *cells, const fl_cell_group *g, const uint32_t *group, char *const *group_acc,
                   int n_groups, const fl_column *arg, fl_rows rows) {
    int64_t lo, hi;
    if (arg->valid != NULL || arg->constant || rows.n == 0 || (g->sum < 0 && g->min < 0 && g->max < 0)) return false;
    if (!fl_column_is_integer(arg)) return false;
    fl_column_range(arg, rows.sel, rows.n, &lo, &hi);
    if ((uint64_t)hi - (uint64_t)lo >= SPREAD_MAX) return false;
    if (g->min < 0 && g->max < 0) {
        pack_sums(cells, g, group, group_acc, n_groups, arg, rows, lo);
        return true;
    }
    if (!pack_all_works()) return false;
    pack_all(cells, g, group, group_acc, n_groups, arg, rows, lo);
    return true;
}
