/* SPDX-License-Identifier: Apache-2.0 */
/* functions_int.h -- what the families of functions share: questions of type rules, units of time, decimals in columns.
 *
 * For src/expr only.
 */
#ifndef FL_EXPR_FUNCTIONS_INT_H
#define FL_EXPR_FUNCTIONS_INT_H

#include "data/decimal.h"
#include "data/timestamp.h"
#include "expr/kernel.h"
#include "messages/value.h"

/* ---- type rules (infer.c) ---- */

bool fl_args_nullable(const fl_expr *call); /* some argument is */
/* call->type = t, nullable as given; `t` itself is not changed. */
int fl_typed(fl_bind *b, fl_expr *call, const fl_type *t, bool nullable);
/* fl_bad_arguments in the words of Flink's newer functions: "Invalid input arguments. Cannot apply …". */
int fl_invalid_arguments(const fl_expr *call, fl_error *err);
/* Refuses a bare NULL among the arguments, as Flink does where nothing tells its type. */
int fl_refuse_nulls(const fl_expr *call, fl_error *err);
/* *call becomes a copy of `by` that keeps the call's place in the text. */
int fl_become(fl_expr *call, const fl_expr *by);
/* fl_expr_call_name for up to three arguments, with the span of `like`. */
int fl_call1(fl_bind *b, const char *name, fl_expr *x, fl_span span, fl_expr **out, fl_error *err);
int fl_call2(fl_bind *b, const char *name, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out, fl_error *err);
int fl_call3(fl_bind *b, const char *name, fl_expr *x, fl_expr *y, fl_expr *z, fl_span span, fl_expr **out,
             fl_error *err);
/* All arguments from `first` on become `type`, each with its own nullability. */
int fl_coerce_from(fl_bind *b, fl_expr *call, int first, const fl_type *type, fl_error *err);
/* The text of a literal argument, which is how the binder passes a keyword; empty if the argument is no text literal.
 */
fl_str fl_symbol(const fl_expr *arg);
/* A STRING NOT NULL literal. */
fl_expr *fl_symbol_literal(fl_arena *a, const char *word);
/* True and the value if the argument is an integer literal that is not NULL. */
bool fl_literal_int(const fl_expr *arg, int64_t *x);

/* The least type that Flink's own functions (COALESCE, GREATEST, …) bring their arguments to, or NULL. It differs from
 * fl_type_common, which is the parser's: FLOAT with DOUBLE is DOUBLE, and a type that all others convert to implicitly
 * is found where families differ. (cast.c) */
const fl_type *fl_type_merged(fl_arena *a, const fl_type *const *types, int n);

/* DECIMAL(p, s) as which a number counts in decimal arithmetic: itself, or DECIMAL(3|5|10|19, 0) for an integer. */
void fl_as_decimal(const fl_type *t, int *precision, int *scale);

/* Brings two arguments of a comparison to one form by casts, or refuses in the name of the call. (compare_align.c) */
int fl_align_sides(fl_bind *b, fl_expr *call, int left, int right, fl_error *err);
/* A value of an IN becomes one of the key's type: of a number all that this type does not have is dropped, so that 1 is
 * IN (1.5); a VARCHAR is cut to the key's CHAR(n). */
int fl_align_to_key(fl_bind *b, fl_expr *call, int arg, fl_error *err);
/* A row that was written as one, field by field: a literal has been folded from one. */
bool fl_is_row_value(const fl_expr *e);
/* x = y or x <> y of IN and of rows: DECIMALs are compared by their values, where the operators that are written round
 * them to a common type. (functions_compare.c) */
int fl_equal_exactly(fl_bind *b, const char *op, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out, fl_error *err);
/* (a, b) = (c, d) is a = c AND b = d, <> is a <> c OR b <> d, and IN is a IN (c) AND b IN (d). Of two rows of as many
 * fields, at least one. (functions_compare.c) */
int fl_compare_row_values(fl_bind *b, const char *op, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out,
                          fl_error *err);
/* Brings all arguments of an IN to one form; false if they have none that a set of values could be made of. */
bool fl_align_all(fl_bind *b, fl_expr *call, fl_error *err);

/* ---- casts (cast.c, functions_cast.c) ---- */

/* Converts columns from one type to another, or NULL. The kernel goes by the types of its columns. */
fl_kernel_fn *fl_cast_kernel(const fl_type *from, const fl_type *to);

/* ---- texts (case_map.c) ---- */

/* Appends s in upper or lower case, as Java's String does: ß is SS, a final Σ is ς. */
void fl_upper(fl_buf *out, fl_str s);
void fl_lower(fl_buf *out, fl_str s);

/* Types that functions of texts ask for: position `i` of the call is character data, an integer (made BIGINT). */
bool fl_is_text_arg(const fl_expr *call, int i);
int fl_need_texts(const fl_expr *call, int first, int end, fl_error *err);
/* The same as Flink's newer functions ask: a bare NULL is a text that is NULL, others are refused by their type. */
int fl_take_texts(fl_bind *b, fl_expr *call, int first, int end, fl_error *err);
/* The same, but a bare NULL is refused. */
int fl_demand_texts(fl_bind *b, fl_expr *call, int first, int end, fl_error *err);
int fl_need_bigint(fl_bind *b, fl_expr *call, int i, fl_error *err);
/* The VARCHAR of t's length. */
const fl_type *fl_varying(fl_arena *a, const fl_type *t);

/* Appends bytes as Java decodes UTF-8: each piece that is none becomes U+FFFD. (cast_text.c) */
void fl_utf8_put_java(fl_buf *out, fl_str bytes);

/* ---- regular expressions in the dialect of Java (functions_regexp.c) ---- */

typedef struct fl_regex fl_regex;
/* The bit of a letter that Java has for a flag; 0: none. */
unsigned fl_regex_flag(char letter);
/* Compiles a pattern that is to match whole texts; *out is NULL if it is none. It lives as long as the arena. */
int fl_regex_new(fl_arena *a, fl_str pattern, unsigned flags, const fl_regex **out, fl_error *err);
/* 1, 0, or an error. */
int fl_regex_matches(const fl_regex *r, fl_str s, fl_error *err);

/* The type rule of v[…] where v is a VARIANT. (functions_variant.c) */
int fl_infer_variant_item(fl_bind *b, fl_expr *call, fl_error *err);

/* ---- units of time ---- */

#define FL_UNITS(X)                                                                                                    \
    X(NANOSECOND)                                                                                                      \
    X(MICROSECOND)                                                                                                     \
    X(MILLISECOND)                                                                                                     \
    X(SECOND)                                                                                                          \
    X(MINUTE) X(HOUR) X(DAY) X(WEEK) X(MONTH) X(QUARTER) X(YEAR) X(DECADE) X(CENTURY) X(MILLENNIUM) X(EPOCH) X(DOW)    \
        X(ISODOW) X(DOY) X(ISOYEAR)
typedef enum fl_unit {
    FL_U_NONE,
#define FL_X(u) FL_U_##u,
    FL_UNITS(FL_X)
#undef FL_X
} fl_unit;
/* From an upper-case word; FL_U_NONE if it is none. */
fl_unit fl_unit_find(fl_str word);
const char *fl_unit_name(fl_unit u);

/* + - * with a date-time or an interval among the operands (time_arithmetic.c). The rule puts the interval second; the
 * kernel is for the argument types that it leaves. Careful kernels must see only rows that need them. */
int fl_infer_time(fl_bind *b, fl_expr *call, fl_error *err);
fl_kernel_fn *fl_time_kernel(const fl_expr *call);
bool fl_time_kernel_careful(const fl_expr *call);
/* Whole months from day d1 to day d0, as Flink counts them: the day may be clamped to the month's end. */
int64_t fl_months_between_days(int64_t d0, int64_t d1);
/* The same for wall times in ms, with the time of day. */
int64_t fl_months_between(int64_t t0, int64_t t1);

/* Type rule and kernels of FLOOR(t TO unit) and CEIL(t TO unit): the rows stand with the numeric ones, in
 * functions_math.c. (functions_temporal.c) */
int fl_infer_floor_time(fl_bind *b, fl_expr *call, fl_error *err);

/* ---- values in columns ---- */

/* A DECIMAL column's stored number at index i (not row). */
static inline fl_i128 fl_decimal_at(const fl_column *c, int i) {
    return c->phys == FL_P_I64 ? FL_DATA(c, int64_t)[i] : FL_DATA(c, fl_i128)[i];
}
static inline void fl_decimal_put(fl_column *c, int i, fl_i128 x) {
    if (c->phys == FL_P_I64)
        FL_DATA(c, int64_t)[i] = (int64_t)x;
    else
        FL_DATA(c, fl_i128)[i] = x;
}

/* The view of row i of a column that may be constant. */
static inline const fl_view *fl_view_at(const fl_column *c, int i) { return &FL_DATA(c, fl_view)[fl_column_at(c, i)]; }

/* 64 rows of a BOOLEAN column, and of any column's validity; bits of rows that are not there are unspecified. */
static inline uint64_t fl_bool_word(const fl_column *c, int w) {
    uint64_t x;
    if (c->constant) return fl_bit(c->data, 0) ? ~0ull : 0;
    memcpy(&x, (const uint8_t *)c->data + 8 * w, 8);
    return x;
}
static inline uint64_t fl_valid_word(const fl_column *c, int w) {
    uint64_t x;
    if (c->constant || c->phys == FL_P_NONE) return fl_column_is_null(c, 0) ? 0 : ~0ull;
    if (c->valid == NULL) return ~0ull;
    memcpy(&x, c->valid + 8 * w, 8);
    return x;
}
static inline int fl_word_count(const fl_column *c) { return (int)(fl_bitmap_bytes(c->n) / 8); }

/* Writes row i as a piece of bytes that `out` shares the heaps of. */
static inline void fl_put_slice(fl_column *out, int i, const char *p, size_t n) {
    FL_DATA(out, fl_view)[i] = fl_view_make(p, (uint32_t)n);
}

/* Where to write the n bytes of a text of `out`: into `small` or the column's heap; then fl_put_slice. */
static inline char *fl_text_room(fl_column *out, size_t n, char small[FL_VIEW_INLINE]) {
    return n <= FL_VIEW_INLINE ? small : fl_column_heap(out, n);
}

/* The start of the code point after the one at p; end stays. */
static inline const char *fl_utf8_next(const char *p, const char *end) {
    for (p++; p < end && ((unsigned char)*p & 0xc0) == 0x80; p++) {}
    return p;
}
/* n code points on from p, at most to end. */
static inline const char *fl_utf8_skip(const char *p, const char *end, int64_t n) {
    for (; n > 0 && p < end; n--) p = fl_utf8_next(p, end);
    return p;
}

enum { FL_TEXT_BYTES_MAX = 256 << 20 /* of texts that a function makes of shorter ones in a batch: REPEAT, LPAD, … */ };
/* Adds n bytes to what the batch has so far, or refuses. */
static inline int fl_text_grow(uint64_t *so_far, uint64_t n, const fl_kernel_call *call, fl_error *err) {
    if (n > (uint64_t)FL_TEXT_BYTES_MAX || *so_far + n > (uint64_t)FL_TEXT_BYTES_MAX)
        return fl_kernel_fail(err, call, FL_ERR_VALUE_BATCH_TEXT, FL_TEXT_BYTES_MAX);
    *so_far += n;
    return 0;
}

/* For kernels that make lists, maps or rows: a row at a time in order, NULL for rows that are not asked for. What
 * follows `i` appends the row i. */
#define FL_EACH_NESTED_ROW(out, rows, i, ...)                                                                          \
    do {                                                                                                               \
        const int nested_n_ = (out)->n;                                                                                \
        (out)->n = 0;                                                                                                  \
        for (int nested_k_ = 0; nested_k_ < (rows).n; nested_k_++) {                                                   \
            const int i = fl_row_at((rows), nested_k_);                                                                \
            while ((out)->n < i) fl_column_append_null(out);                                                           \
            __VA_ARGS__;                                                                                               \
        }                                                                                                              \
        while ((out)->n < nested_n_) fl_column_append_null(out);                                                       \
    } while (0)

/* ---- choosing kernels ---- */

/* Kernels by the layout of a number; NULL: none. */
typedef struct fl_kernels_by_phys {
    fl_kernel_fn *i8, *i16, *i32, *i64, *i128, *f32, *f64;
} fl_kernels_by_phys;

static inline fl_kernel_fn *fl_pick_kernel(const fl_kernels_by_phys *k, const fl_type *t) {
    switch (fl_type_phys(t)) {
    case FL_P_I8: return k->i8;
    case FL_P_I16: return k->i16;
    case FL_P_I32: return k->i32;
    case FL_P_I64: return k->i64;
    case FL_P_I128: return k->i128;
    case FL_P_F32: return k->f32;
    case FL_P_F64: return k->f64;
    default: fl_assert(!"a number");
    }
}

#endif
