/* SPDX-License-Identifier: Apache-2.0 */
/* model.h -- values as trees: the slow and obvious thing that columns are compared with, and a source of random ones.
 *
 * A test draws a type and some values, puts them into a column, does something clever to the column and something
 * plain to an array of model values, and then checks that both tell the same.
 */
#ifndef FL_TESTS_UNIT_MODEL_H
#define FL_TESTS_UNIT_MODEL_H

#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "data/column.h"
#include "data/object.h"

/* ---- chance ---- */

static uint64_t model_rng;

static inline uint64_t draw_u64(void) { return fl_splitmix(model_rng += FL_SPLITMIX_STEP); }
static inline int draw(int below) { return (int)((draw_u64() >> 32) * (uint64_t)below >> 32); }

/* Begins a stream of chance at `seed` and says so; FLOTT_SEED in the environment takes its place. */
static inline void draw_from(uint64_t seed) {
    const char *other = getenv("FLOTT_SEED");
    model_rng = other != NULL ? strtoull(other, NULL, 0) : seed;
    print_message("seed %llu\n", (unsigned long long)model_rng);
}

/* ---- objects: a number with a count of owners, and the sum of all owners alive ---- */

typedef struct thing {
    int refs, number;
} thing;

static int64_t thing_refs_alive;

static inline thing *thing_new(int number) {
    thing *t = malloc(sizeof *t);
    *t = (thing){1, number};
    thing_refs_alive++;
    return t;
}
static inline void *thing_retain(void *object) {
    ((thing *)object)->refs++;
    thing_refs_alive++;
    return object;
}
static inline void thing_release(void *object) {
    thing *t = object;
    assert_true(t->refs > 0);
    thing_refs_alive--;
    if (--t->refs == 0) free(t);
}
static inline uint64_t thing_hash(void *object) { return fl_hash_u64((uint64_t)((thing *)object)->number); }
static inline bool thing_equals(void *a, void *b) { return ((thing *)a)->number == ((thing *)b)->number; }
static inline int thing_serialise(void *object, fl_buf *out, fl_error *err) {
    (void)err;
    fl_buf_put_u32(out, (uint32_t)((thing *)object)->number);
    return 0;
}
static inline int thing_deserialise(fl_str bytes, void **object, fl_error *err) {
    uint32_t number;
    if (bytes.n != sizeof number) return fl_fail(err, FL_E_CORRUPT, "a thing of %zu bytes", bytes.n);
    memcpy(&number, bytes.p, sizeof number);
    *object = thing_new((int)number);
    return 0;
}
static inline void thing_print(void *object, fl_buf *out) { fl_buf_printf(out, "thing %d", ((thing *)object)->number); }

static const fl_object_ops thing_ops = {.name = "thing",
                                        .retain = thing_retain,
                                        .release = thing_release,
                                        .hash = thing_hash,
                                        .equals = thing_equals,
                                        .serialise = thing_serialise,
                                        .deserialise = thing_deserialise,
                                        .print = thing_print};

/* ---- types ---- */

static inline const fl_type *draw_flat_type(fl_arena *a, bool nullable) {
    switch (draw(12)) {
    case 0: return fl_type_text(a, (fl_type_kind)(FL_T_CHAR + draw(4)), 1 + draw(50), nullable);
    case 1:
    case 2: return fl_type_string(nullable);
    case 3: return fl_type_bytes(nullable);
    case 4:
    case 5: {
        int p = 1 + draw(38);
        return fl_type_decimal(a, p, draw(p + 1), nullable);
    }
    case 6: return fl_type_time(a, (fl_type_kind)(FL_T_TIME + draw(3)), draw(10), nullable);
    case 7: return fl_type_of((fl_type_kind)(FL_T_INTERVAL_MONTH + draw(2)), nullable);
    case 8: return fl_type_of(FL_T_DATE, nullable);
    case 9: return draw(3) ? fl_type_of(FL_T_DOUBLE, nullable) : fl_type_of(FL_T_NULL, true);
    default: return fl_type_of((fl_type_kind)(FL_T_BOOLEAN + draw(7)), nullable);
    }
}

static inline const fl_type *draw_type(fl_arena *a, int depth, bool objects) {
    static const char *const names[] = {"a", "b", "c", "d"};
    bool nullable = draw(3) > 0;
    int kind = draw(10);
    if (objects && draw(8) == 0) return fl_type_object(a, &thing_ops, nullable);
    if (depth == 0 || kind < 6) return draw_flat_type(a, nullable);
    const fl_type *first = draw_type(a, depth - 1, objects);
    if (kind == 6) return fl_type_array(a, first, nullable);
    if (kind == 7) return fl_type_map(a, first, draw_type(a, depth - 1, objects), nullable);
    if (kind == 8) return fl_type_multiset(a, first, nullable);
    fl_field fields[4];
    int n = draw(5);
    for (int i = 0; i < n; i++) fields[i] = (fl_field){names[i], i ? draw_type(a, depth - 1, objects) : first, NULL};
    return fl_type_row(a, fields, n, nullable);
}

/* ---- values ---- */

typedef struct model model;
struct model {
    bool null;
    fl_i128 w;  /* whole numbers, booleans, objects */
    double d;   /* FLOAT, DOUBLE */
    fl_str s;   /* strings and bytes */
    int n;      /* elements, entries or fields */
    model *kid; /* n of them; of a MAP or MULTISET 2 * n: key, value, key, value … */
};

static inline const fl_type *model_kid_type(const fl_type *t, int k) {
    if (t->kind == FL_T_MAP) return t->fields[k % 2].type;
    if (t->kind == FL_T_MULTISET) return k % 2 == 0 ? t->fields[0].type : fl_type_of(FL_T_INT, false);
    return t->kind == FL_T_ARRAY ? t->fields[0].type : t->fields[k].type;
}

/* Any number that a value of the type may be, often a small one, so that values meet again. */
static inline fl_i128 draw_number(const fl_type *t) {
    fl_phys p = fl_type_phys(t);
    int bits = p == FL_P_I8 ? 8 : p == FL_P_I16 ? 16 : p == FL_P_I32 ? 32 : p == FL_P_I64 ? 64 : 128;
    fl_i128 x = (fl_i128)((fl_u128)draw_u64() << 64 | draw_u64()), bound = 1;
    if (p == FL_P_BOOL) return draw(2);
    if (t->kind == FL_T_TIME) return draw(86400000);
    if (t->kind == FL_T_TIMESTAMP || t->kind == FL_T_TIMESTAMP_LTZ) bits = 64;
    x >>= 128 - (draw(2) ? 4 : bits);
    if (t->kind != FL_T_DECIMAL) return x;
    for (int i = 0; i < t->precision; i++) bound *= 10;
    return x % bound;
}

static inline double draw_double(bool single) {
    static const double special[] = {0.0, -0.0, 1.5, -2.25, (double)NAN, (double)INFINITY, 1e10};
    double d = draw(2) ? special[draw(FL_ARRAY_LEN(special))] : (double)(int64_t)draw_u64() / 1024;
    return single ? (double)(float)d : d;
}

static inline fl_str draw_text(fl_arena *a) {
    int n = draw(4) ? draw(16) : draw(4) ? draw(60) : draw(6000);
    char *p = fl_arena_alloc(a, (size_t)n);
    for (int i = 0; i < n; i++) p[i] = draw(3) ? 'a' : (char)draw(256);
    return fl_str_make(p, (size_t)n);
}

static inline model draw_value(fl_arena *a, const fl_type *t) {
    model v = {.null = t->kind == FL_T_NULL || (t->nullable && draw(5) == 0)};
    fl_phys p = fl_type_phys(t);
    if (v.null) return v;
    switch (p) {
    case FL_P_NONE: break;
    case FL_P_F32:
    case FL_P_F64: v.d = draw_double(p == FL_P_F32); break;
    case FL_P_VIEW: v.s = draw_text(a); break;
    case FL_P_OBJECT: v.w = draw(10); break;
    case FL_P_LIST:
    case FL_P_MAP: v.n = draw(3) ? draw(4) : 0; break;
    case FL_P_ROW: v.n = t->n_fields; break;
    default: v.w = draw_number(t); break;
    }
    int kids = p == FL_P_MAP ? 2 * v.n : v.n;
    v.kid = fl_arena_alloc(a, sizeof *v.kid * (size_t)kids);
    for (int k = 0; k < kids; k++) v.kid[k] = draw_value(a, model_kid_type(t, k));
    return v;
}

/* Many of them come again. */
static inline model *draw_values(fl_arena *a, const fl_type *t, int n) {
    model *v = fl_arena_alloc(a, sizeof *v * (size_t)n);
    for (int i = 0; i < n; i++) v[i] = i > 0 && draw(3) == 0 ? v[draw(i)] : draw_value(a, t);
    return v;
}

static inline bool same_double(double a, double b) {
    return (a != a && b != b) || (a == b && signbit(a) == signbit(b));
}

static inline bool model_equal(const fl_type *t, const model *a, const model *b) {
    if (a->null || b->null) return a->null == b->null;
    if (a->w != b->w || !same_double(a->d, b->d) || a->s.n != b->s.n || a->n != b->n) return false;
    if (a->s.n > 0 && memcmp(a->s.p, b->s.p, a->s.n) != 0) return false;
    int kids = fl_type_phys(t) == FL_P_MAP ? 2 * a->n : a->n;
    for (int k = 0; k < kids; k++)
        if (!model_equal(model_kid_type(t, k), &a->kid[k], &b->kid[k])) return false;
    return true;
}

/* ---- to and from columns, one value at a time ---- */

static inline void model_append(fl_column *c, const model *v) {
    if (v->null) {
        fl_column_append_null(c);
        return;
    }
    int kids = c->phys == FL_P_MAP ? 2 * v->n : v->n;
    for (int k = 0; k < kids; k++)
        model_append(c->child[c->phys == FL_P_MAP ? k % 2 : c->phys == FL_P_LIST ? 0 : k], &v->kid[k]);
    switch (c->phys) {
    case FL_P_F32:
    case FL_P_F64: fl_column_append_f64(c, v->d); break;
    case FL_P_VIEW: fl_column_append_str(c, v->s); break;
    case FL_P_OBJECT: fl_column_append_object(c, thing_new((int)v->w)); break;
    case FL_P_LIST:
    case FL_P_MAP:
    case FL_P_ROW: fl_column_append_nested(c); break;
    case FL_P_I128: fl_column_append_i128(c, v->w); break;
    default: fl_column_append_i64(c, (int64_t)v->w); break;
    }
}

/* Row i of a column, read piece by piece. */
static inline model model_read(fl_arena *a, const fl_column *c, int i) {
    model v = {.null = fl_column_is_null(c, i)};
    if (v.null) return v;
    i = fl_column_at(c, i);
    const int32_t *offsets = c->data;
    switch (c->phys) {
    case FL_P_NONE: break;
    case FL_P_F32: v.d = (double)FL_DATA(c, float)[i]; break;
    case FL_P_F64: v.d = FL_DATA(c, double)[i]; break;
    case FL_P_VIEW: v.s = fl_column_str(c, i); break;
    case FL_P_OBJECT: v.w = (*FL_DATA(c, thing *)[i]).number; break;
    case FL_P_LIST:
    case FL_P_MAP: v.n = offsets[i + 1] - offsets[i]; break;
    case FL_P_ROW: v.n = c->n_children; break;
    default: v.w = fl_column_i128(c, i); break;
    }
    if (v.n == 0) return v;
    int kids = c->phys == FL_P_MAP ? 2 * v.n : v.n;
    v.kid = fl_arena_alloc(a, sizeof *v.kid * (size_t)kids);
    for (int k = 0; k < kids; k++) {
        if (c->phys == FL_P_MAP)
            v.kid[k] = model_read(a, c->child[k % 2], offsets[i] + k / 2);
        else if (c->phys == FL_P_LIST)
            v.kid[k] = model_read(a, c->child[0], offsets[i] + k);
        else
            v.kid[k] = model_read(a, c->child[k], i);
    }
    return v;
}

/* A selection of rows [0, n), each with a chance of share in 8; NULL if all are drawn. */
static inline uint16_t *draw_sel(fl_arena *a, int n, int share, int *n_sel) {
    uint16_t *sel = fl_arena_alloc(a, sizeof *sel * (size_t)(n + 1));
    *n_sel = 0;
    for (int i = 0; i < n; i++)
        if (draw(8) < share) sel[(*n_sel)++] = (uint16_t)i;
    return *n_sel == n ? NULL : sel;
}

static inline fl_column *model_column(const fl_type *t, const model *v, int n) {
    fl_column *c = fl_column_new(t, draw(2) ? n : draw(n + 1));
    for (int i = 0; i < n; i++) model_append(c, &v[i]);
    return c;
}

/* The column is well formed and holds exactly these values. */
static inline void assert_column(const fl_column *c, const model *v, int n) {
    fl_arena a;
    fl_arena_init(&a);
    fl_column_check(c);
    assert_int_equal(c->n, n);
    for (int i = 0; i < n; i++) {
        model got = model_read(&a, c, i);
        if (!model_equal(c->type, &got, &v[i])) fail_msg("row %d of %s", i, fl_type_name(&a, c->type, FL_TYPE_SUMMARY));
    }
    fl_arena_deinit(&a);
}

#endif
