/* SPDX-License-Identifier: Apache-2.0 */
/* functions_in.c -- a IN (v, …) and NOT IN.
 *
 * What:       a list of literals becomes a set when the call is bound: a few values are compared one after the other,
 *             many are looked up in a hash table. Any other list becomes a = v OR …, as SQL defines IN.
 * Types:      values of other types than the key's are cast to that first, as Flink does: 1 IN (1.5) is TRUE, and so is
 *             (1, 'a') IN ((1.5, 'a')).
 * Unknown:    NULL IN (…) is NULL; a value that is not found is NULL if a NULL stands in the list. NaN is never
 *             found.
 * Interface:  the table at the end. The set is call->extra: it lives in the plan's arena and is read-only.
 */
#include "base/hash.h"
#include "expr/functions_int.h"
#include "messages/function.h"

enum { FEW = 8 /* values for which a loop beats the table */ };

typedef struct ends {
    uint64_t head, tail;
} ends;

typedef struct value_set {
    fl_phys phys;
    bool has_null;
    int n;          /* values without the NULLs */
    void *values;   /* in the layout of phys */
    int32_t *slots; /* open addressing: index of a value + 1, or 0; NULL: there are few values */
    uint64_t mask;
    ends few[FEW]; /* of few texts */
} value_set;

/* ---- hashing and equality, by layout ---- */

static uint64_t hash_i32(int32_t x) { return fl_hash_u64((uint64_t)(int64_t)x); }
static uint64_t hash_i64(int64_t x) { return fl_hash_u64((uint64_t)x); }
static uint64_t hash_i128(fl_i128 x) { return fl_hash_combine((uint64_t)x, (uint64_t)(x >> 64)); }
static uint64_t hash_f64(double x) {
    uint64_t bits;
    x += 0.0; /* -0.0 is 0.0 */
    memcpy(&bits, &x, 8);
    return fl_hash_u64(bits);
}
static uint64_t hash_view(fl_view x) {
    fl_str s = fl_view_str(&x);
    return fl_hash_bytes(s.p, s.n);
}
static bool same_view(fl_view x, fl_view y) { return fl_view_eq(&x, &y); }
#define SAME(x, y) ((x) == (y))

/* layout, C type, hash, equality */
#define LAYOUTS(X)                                                                                                     \
    X(I32, int32_t, hash_i32, SAME)                                                                                    \
    X(I64, int64_t, hash_i64, SAME)                                                                                    \
    X(I128, fl_i128, hash_i128, SAME)                                                                                  \
    X(F64, double, hash_f64, SAME)                                                                                     \
    X(VIEW, fl_view, hash_view, same_view)

#define X(layout, T, hash, same)                                                                                       \
    static void fill_##layout(value_set *s) {                                                                          \
        const T *values = s->values;                                                                                   \
        for (int v = 0; v < s->n; v++) {                                                                               \
            uint64_t at = hash(values[v]) & s->mask;                                                                   \
            while (s->slots[at] != 0) at = (at + 1) & s->mask;                                                         \
            s->slots[at] = v + 1;                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    static inline bool find_##layout(const value_set *s, T x) {                                                        \
        const T *values = s->values;                                                                                   \
        if (s->slots == NULL) {                                                                                        \
            bool found = false;                                                                                        \
            for (int v = 0; v < s->n; v++) found |= same(values[v], x);                                                \
            return found;                                                                                              \
        }                                                                                                              \
        for (uint64_t at = hash(x) & s->mask; s->slots[at] != 0; at = (at + 1) & s->mask)                              \
            if (same(values[s->slots[at] - 1], x)) return true;                                                        \
        return false;                                                                                                  \
    }                                                                                                                  \
    static void search_##layout(const value_set *s, const fl_column *c, fl_column *out, fl_rows rows) {                \
        const T *values = c->data;                                                                                     \
        FL_EACH_BIT(rows, out->data, i, find_##layout(s, values[i]));                                                  \
    }
LAYOUTS(X)
#undef X

/* The length and the first four bytes, and the last eight; of a text of twelve bytes or less that is all. */
static inline ends ends_of(const fl_view *v) {
    ends e;
    memcpy(&e.head, v, sizeof e.head);
    memcpy(&e.tail, v->n <= FL_VIEW_INLINE ? v->rest : v->p + v->n - sizeof e.tail, sizeof e.tail);
    return e;
}

/* Few texts are told apart by their ends, which needs no branch but where one may have been found. */
static void search_few_texts(const value_set *s, const fl_column *c, fl_column *out, fl_rows rows) {
    const fl_view *values = c->data;
    FL_EACH_BIT(rows, out->data, i, ({
                    const ends e = ends_of(&values[i]);
                    bool found = false;
                    for (int v = 0; v < s->n; v++) found |= (s->few[v].head == e.head) & (s->few[v].tail == e.tail);
                    FL_UNLIKELY(found) && find_VIEW(s, values[i]);
                }));
}

static void fill(value_set *s) {
    switch (s->phys) {
#define X(layout, T, hash, same)                                                                                       \
    case FL_P_##layout: fill_##layout(s); break;
        LAYOUTS(X)
#undef X
    default: fl_assert(!"a layout of sets");
    }
}

static void search(const value_set *s, const fl_column *c, fl_column *out, fl_rows rows) {
    switch (s->phys) {
#define X(layout, T, hash, same)                                                                                       \
    case FL_P_##layout: search_##layout(s, c, out, rows); break;
        LAYOUTS(X)
#undef X
    default: fl_assert(!"a layout of sets");
    }
}

/* ---- the kernel ---- */

/* Rows of the column that have a value. */
static fl_rows present(fl_eval *ev, const fl_column *c, fl_rows rows) {
    if (c->valid == NULL) return rows;
    uint16_t *sel = fl_arena_alloc(ev->scratch, sizeof *sel * (size_t)(rows.n + 1));
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        sel[n] = (uint16_t)fl_row_at(rows, k);
        n += fl_bit(c->valid, sel[n]);
    }
    return (fl_rows){sel, n};
}

static int is_in(FL_KERNEL_ARGS) {
    const value_set *s = call->expr->extra;
    const fl_column *c = in[0];
    if (rows.n == 0) return 0;
    if (c->constant) rows = fl_constant_rows(out, rows);
    if (c->valid != NULL) {
        fl_column_need_valid(out);
        memcpy(out->valid, c->valid, fl_bitmap_bytes(out->n));
    }
    rows = present(ev, c, rows);
    if (s->phys == FL_P_VIEW && s->slots == NULL)
        search_few_texts(s, c, out, rows);
    else
        search(s, c, out, rows);
    for (int k = 0; s->has_null && k < rows.n; k++)
        if (!fl_bit(out->data, fl_row_at(rows, k))) fl_kernel_null(out, fl_row_at(rows, k));
    return 0;
}

/* ---- binding ---- */

static const value_set *make_set(fl_arena *a, const fl_expr *call) {
    value_set *s = FL_NEW(a, value_set);
    s->phys = fl_type_phys(call->args[0]->type);
    int size = fl_phys_size(s->phys);
    char *to = fl_arena_alloc(a, (size_t)size * (size_t)call->n_args);
    s->values = to;
    for (int i = 1; i < call->n_args; i++) {
        const fl_value *v = &call->args[i]->value;
        if (v->is_null) {
            s->has_null = true;
            continue;
        }
        fl_view view = s->phys == FL_P_VIEW ? fl_view_make(v->s.p, (uint32_t)v->s.n) : (fl_view){0};
        int32_t narrow = (int32_t)v->i;
        const void *from = s->phys == FL_P_VIEW  ? (const void *)&view
                           : s->phys == FL_P_I32 ? (const void *)&narrow
                           : s->phys == FL_P_F64 ? (const void *)&v->d
                           : s->phys == FL_P_I64 ? (const void *)&v->i
                                                 : (const void *)&v->w;
        memcpy(to + (size_t)size * (size_t)s->n++, from, (size_t)size);
    }
    if (s->n <= FEW) {
        for (int v = 0; v < s->n && s->phys == FL_P_VIEW; v++) s->few[v] = ends_of((const fl_view *)s->values + v);
        return s;
    }
    uint64_t slots = 16;
    while (slots < 2 * (uint64_t)s->n) slots *= 2;
    s->mask = slots - 1;
    s->slots = FL_NEW_N(a, int32_t, slots);
    fill(s);
    return s;
}

static bool can_be_set(fl_bind *b, fl_expr *call, fl_error *err) {
    for (int i = 1; i < call->n_args; i++)
        if (!fl_expr_is_literal(call->args[i])) return false;
    fl_expr **given = call->args; /* casts that turn out to be in vain are forgotten */
    call->args = FL_NEW_N(b->arena, fl_expr *, call->n_args);
    memcpy(call->args, given, sizeof *given * (size_t)call->n_args);
    if (fl_align_all(b, call, err)) return true;
    call->args = given;
    return false;
}

/* a = v OR …; of rows, each field is sought by itself. */
static int infer_alternatives(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr **parts = FL_NEW_N(b->arena, fl_expr *, call->n_args), *any;
    for (int i = 1; i < call->n_args; i++) {
        fl_expr *key = call->args[0], *v = call->args[i];
        if (fl_is_row_value(key) && fl_is_row_value(v))
            FL_TRY(fl_compare_row_values(b, "IN", key, v, call->span, &parts[i - 1], err));
        else
            FL_TRY(fl_equal_exactly(b, "=", key, v, call->span, &parts[i - 1], err));
    }
    any = parts[0];
    if (call->n_args > 2) FL_TRY(fl_expr_call_name(b, "OR", parts, call->n_args - 1, call->span, &any, err));
    return fl_become(call, any);
}

static int infer_in(fl_bind *b, fl_expr *call, fl_error *err) {
    bool nullable = fl_args_nullable(call);
    for (int i = 1; i < call->n_args; i++) {
        const fl_type *x = call->args[0]->type, *y = call->args[i]->type;
        if (x->kind != FL_T_ROW && y->kind != FL_T_ROW) continue;
        if (x->kind == y->kind && x->n_fields == y->n_fields) continue;
        fl_fail(err, FL_ERR_FUNCTION_IN_TYPES);
        return fl_error_at(err, call->args[i]->span);
    }
    for (int i = 1; i < call->n_args; i++) FL_TRY(fl_align_to_key(b, call, i, err));
    if (!can_be_set(b, call, err)) return infer_alternatives(b, call, err);
    call->extra = make_set(b->arena, call);
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), nullable);
}

static int infer_not_in(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *in;
    FL_TRY(fl_expr_call_name(b, "IN", call->args, call->n_args, call->span, &in, err));
    FL_TRY(fl_call1(b, "NOT", in, call->span, &in, err));
    return fl_become(call, in);
}

static fl_kernel_fn *choose_in(const fl_expr *call FL_UNUSED) { return is_in; }

FL_FUNCTION_TABLE(in) = {
    {.name = "IN",
     .min_args = 2,
     .max_args = -1,
     .flags = FL_FN_OPERATOR | FL_FN_COSTLY,
     .infer = infer_in,
     .choose = choose_in,
     .signature = "a IN (v, …)",
     .doc = "The value is one of a list; NULL if that is not known."},
    {.name = "NOT IN",
     .min_args = 2,
     .max_args = -1,
     .flags = FL_FN_OPERATOR,
     .infer = infer_not_in,
     .choose = choose_in,
     .signature = "a NOT IN (v, …)",
     .doc = "The value is not one of a list; NULL if that is not known."},
    {0},
};
