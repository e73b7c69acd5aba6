/* SPDX-License-Identifier: Apache-2.0 */
/* correlate.c -- each row with the rows that are made from it: UNNEST of a collection, table functions of users.
 *
 * Example:    SELECT k, e FROM t CROSS JOIN UNNEST(a) AS u (e)
 *
 *                 k  a           made rows        pairs              k  e
 *                 x  [1, 2]      0: 1             (x, 0) (x, 1)      x  1
 *                 y  []          1: 2                           ─►   x  2
 *                 z  [3]         2: 3             (z, 2)             z  3
 *
 * Algorithm:  for a whole batch, the made rows are found at once: the elements of the column of collections are there
 *             already, a table function is called once. Row i has made rows [begin[i], end[i]). A condition (ON) sees
 *             made rows only and is computed for all of them. Then pairs are dealt out, a batch of results at a time.
 * LEFT JOIN:  a row for which no pair is left comes once, with NULLs.
 * Kinds:      those of the row go to all that is made of it: -U takes back exactly what +I has given, if the function
 *             is deterministic.
 * NULLs:      a NULL collection has no elements; a NULL element is one, unless elements are rows.
 */
#include <stdlib.h>

#include "exec/ops.h"
#include "expr/program.h"

typedef struct correlate {
    fl_op base;
    const fl_correlate *plan;
    int n_made; /* columns of made rows */
    fl_program *args, *condition;
    fl_user_instance *function; /* NULL: UNNEST */
    /* the batch in progress */
    fl_batch *in;           /* without a selection; counted */
    fl_column *collection;  /* UNNEST: counted */
    fl_user_rows rows;      /* of the function */
    int32_t *begin, *end;   /* of each row: its made rows */
    int cap;                /* rows that fit into these two */
    bool *passes;           /* of each made row: the condition is true; NULL: there is none */
    const uint8_t *present; /* bitmap of the made rows that are not NULL as a whole; NULL: all */
    int at, mark;           /* the next row and mark */
    int32_t next;           /* the made row to go on with, -1: the row's first */
    int32_t copies;         /* that a MULTISET has given of it already */
    bool any;               /* the row has had a pair */
} correlate;

static int correlate_open(fl_op *op, fl_error *err) {
    correlate *c = (correlate *)op;
    const fl_plan *p = op->plan;
    const fl_correlate *plan = c->plan = &p->correlate;
    c->n_made = p->outputs[0].schema.n - plan->n_keep;
    FL_TRY(
        fl_program_new(op->ctx->arena, plan->args, plan->n_args, fl_plan_out(p->inputs[0])->schema.n, &c->args, err));
    if (plan->condition != NULL)
        FL_TRY(fl_program_new(op->ctx->arena, (fl_expr *const *)&plan->condition, 1, c->n_made, &c->condition, err));
    return plan->call != NULL ? fl_user_open(plan->call, &c->function, err) : 0;
}

static void drop_batch(correlate *c) {
    fl_batch_unref(c->in);
    fl_column_unref(c->collection);
    fl_user_rows_free(&c->rows);
    free(c->passes);
    c->in = NULL;
    c->collection = NULL;
    c->passes = NULL;
    c->present = NULL;
}

static void correlate_close(fl_op *op) {
    correlate *c = (correlate *)op;
    drop_batch(c);
    fl_user_close(c->function);
    free(c->begin);
    free(c->end);
}

/* ---- made rows ---- */

static bool is_rows(const fl_column *elements) { return elements->phys == FL_P_ROW; }

/* Column i of the made rows of an UNNEST; borrowed. */
static fl_column *made_column(const correlate *c, int i) {
    const fl_column *l = c->collection;
    if (l->type->kind == FL_T_MAP) return l->child[i];
    return is_rows(l->child[0]) ? l->child[0]->child[i] : l->child[0];
}

/* The elements of the collections are the made rows. */
static void find_elements(correlate *c) {
    const fl_column *l = c->collection;
    const int32_t *offsets = l->data;
    for (int i = 0; i < c->in->n; i++) {
        bool null = fl_column_is_null(l, i);
        c->begin[i] = null ? 0 : offsets[i];
        c->end[i] = null ? 0 : offsets[i + 1];
    }
    if (l->type->kind != FL_T_MAP && is_rows(l->child[0])) c->present = l->child[0]->valid;
}

static int call_function(correlate *c, fl_column **args, fl_error *err) {
    fl_batch *b = fl_batch_new(c->plan->n_args, c->in->n);
    for (int i = 0; i < c->plan->n_args; i++) b->cols[i] = args[i];
    int rc = fl_user_table(c->function, b, &c->rows, err);
    fl_batch_unref(b);
    if (rc < 0) return rc;
    int32_t k = 0, n = (int32_t)c->rows.n;
    for (int i = 0; i < c->in->n; i++) {
        c->begin[i] = k;
        while (k < n && c->rows.origin[k] == i) k++;
        c->end[i] = k;
    }
    return 0;
}

static int make_rows(correlate *c, fl_eval *ev, fl_error *err) {
    int n_args = c->plan->n_args;
    fl_column **args = fl_arena_zalloc(ev->scratch, sizeof *args * (size_t)(n_args + 1));
    if (c->cap < c->in->n) {
        c->cap = c->in->n;
        c->begin = fl_realloc(c->begin, sizeof *c->begin * (size_t)c->cap);
        c->end = fl_realloc(c->end, sizeof *c->end * (size_t)c->cap);
    }
    if (c->in->n == 0) return 0;
    if (fl_program_run(c->args, ev, c->in, false, args, err) < 0) return fl_op_fail_row(&c->base, ev, err);
    if (c->function != NULL) return call_function(c, args, err);
    c->collection = args[0];
    find_elements(c);
    return 0;
}

/* Made rows [at, at + n) as a batch. Owned by the caller. */
static int slice_made(correlate *c, int32_t at, int n, fl_batch **out, fl_error *err) {
    if (c->function != NULL) return fl_user_rows_take(c->function, &c->rows, at, n, out, err);
    *out = fl_batch_new(c->n_made, n);
    for (int i = 0; i < c->n_made; i++) (*out)->cols[i] = fl_column_slice(made_column(c, i), at, n);
    return 0;
}

static int32_t count_made(const correlate *c) {
    if (c->function != NULL) return (int32_t)c->rows.n;
    return c->collection != NULL ? c->collection->child[0]->n : 0;
}

static int test_condition(correlate *c, fl_error *err) {
    int32_t n = count_made(c);
    fl_eval ev;
    if (c->condition == NULL) return 0;
    c->passes = fl_calloc((size_t)n + 1, sizeof *c->passes);
    uint16_t *sel = fl_arena_alloc(c->base.ctx->scratch, sizeof *sel * FL_BATCH_ROWS);
    for (int32_t at = 0; at < n; at += FL_BATCH_ROWS) {
        fl_batch *b;
        fl_column *yes;
        FL_TRY(slice_made(c, at, FL_MIN(n - at, FL_BATCH_ROWS), &b, err));
        fl_op_eval(&c->base, b, &ev);
        int rc = fl_program_run(c->condition, &ev, b, true, &yes, err);
        int k = rc == 0 ? fl_select_true(yes, (fl_rows){NULL, b->n}, sel) : 0;
        for (int i = 0; i < k; i++) c->passes[at + sel[i]] = true;
        if (rc == 0) fl_column_unref(yes);
        fl_batch_unref(b);
        if (rc < 0) return rc;
    }
    return 0;
}

/* ---- pairs ---- */

typedef struct pairs {
    uint16_t *row; /* of the input */
    int32_t *made; /* -1: a row of NULLs */
    int n;
    fl_mark *marks;
    int n_marks;
} pairs;

/* How often the made row counts: a MULTISET says so. */
static int32_t copies_of(const correlate *c, int32_t made) {
    if (c->passes != NULL && !c->passes[made]) return 0;
    if (c->present != NULL && !fl_bit(c->present, made)) return 0;
    if (c->collection == NULL || c->collection->type->kind != FL_T_MULTISET) return 1;
    return (int32_t)fl_column_i64(c->collection->child[1], made);
}

static void add_pair(pairs *p, int row, int32_t made) {
    p->row[p->n] = (uint16_t)row;
    p->made[p->n++] = made;
}

/* Pairs of the row at c->at, as far as there is room; true if all of them are there. */
static bool pair_row(correlate *c, pairs *p) {
    if (c->next < 0) {
        c->next = c->begin[c->at];
        c->copies = 0;
        c->any = false;
    }
    for (; c->next < c->end[c->at]; c->next++, c->copies = 0)
        for (int32_t all = copies_of(c, c->next); c->copies < all; c->copies++) {
            if (p->n == FL_BATCH_ROWS) return false;
            add_pair(p, c->at, c->next);
            c->any = true;
        }
    if (!c->any && c->plan->left) {
        if (p->n == FL_BATCH_ROWS) return false;
        add_pair(p, c->at, -1);
    }
    c->next = -1;
    return true;
}

/* Marks that stand before a row stand behind the pairs so far. */
static void pass_marks(correlate *c, pairs *p, int row) {
    while (c->mark < c->in->n_marks && c->in->marks[c->mark].row < row)
        p->marks[p->n_marks++] = (fl_mark){p->n - 1, c->in->marks[c->mark++].watermark};
}

static void deal(correlate *c, pairs *p) {
    p->n = p->n_marks = 0;
    for (; c->at < c->in->n; c->at++) {
        pass_marks(c, p, c->at);
        if (!pair_row(c, p)) return;
    }
    pass_marks(c, p, INT32_MAX);
}

/* ---- results ---- */

/* The made rows of the pairs as a column; `from` has made row `base` first. */
static fl_column *pick(const fl_type *type, const fl_column *from, const pairs *p, int32_t base, int32_t *index) {
    fl_column *out = fl_column_new(type, FL_MAX(p->n, 1));
    if (from == NULL || from->n == 0) {
        fl_column_append_nulls(out, p->n);
        return out;
    }
    for (int k = 0; k < p->n; k++) index[k] = p->made[k] < 0 ? 0 : p->made[k] - base;
    fl_column_append_indexed(out, from, index, p->n);
    for (int k = 0; k < p->n; k++)
        if (p->made[k] < 0) fl_column_set_null(out, k);
    return out;
}

static int results(correlate *c, const pairs *p, fl_batch **out, fl_error *err) {
    const fl_schema *s = &((const fl_plan *)c->base.plan)->outputs[0].schema;
    int n_keep = c->plan->n_keep, first = 0, last = p->n - 1;
    int32_t *index = fl_arena_alloc(c->base.ctx->scratch, sizeof *index * (size_t)p->n + 4), base = 0;
    fl_batch *made = NULL;
    while (first < p->n && p->made[first] < 0) first++;
    while (last > first && p->made[last] < 0) last--;
    if (c->function != NULL && first < p->n) {
        base = p->made[first];
        FL_TRY(slice_made(c, base, p->made[last] - base + 1, &made, err));
    }
    fl_batch *b = *out = fl_batch_new(s->n, p->n);
    b->split = c->in->split;
    for (int i = 0; i < n_keep; i++) b->cols[i] = fl_column_take(c->in->cols[c->plan->keep[i]], p->row, p->n);
    for (int i = 0; i < c->n_made; i++) {
        const fl_column *from = made != NULL                          ? made->cols[i]
                                : c->function == NULL && first < p->n ? made_column(c, i)
                                                                      : NULL;
        b->cols[n_keep + i] = pick(s->fields[n_keep + i].type, from, p, base, index);
    }
    fl_batch_unref(made);
    if (c->in->kinds != NULL) {
        uint8_t *kinds = fl_batch_need_kinds(b);
        for (int k = 0; k < p->n; k++) kinds[k] = c->in->kinds[p->row[k]];
    }
    for (int m = 0; m < p->n_marks; m++) fl_batch_add_mark(b, p->marks[m].row, p->marks[m].watermark);
    return 0;
}

static int begin_batch(correlate *c, fl_batch *b, fl_error *err) {
    fl_eval ev;
    c->in = fl_batch_compact(b);
    c->at = c->mark = 0;
    c->next = -1;
    fl_op_eval(&c->base, c->in, &ev);
    FL_TRY(make_rows(c, &ev, err));
    return test_condition(c, err);
}

static int correlate_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    correlate *c = (correlate *)op;
    fl_arena *scratch = op->ctx->scratch;
    if (b != NULL) FL_TRY(begin_batch(c, b, err));
    pairs p = {.row = fl_arena_alloc(scratch, sizeof *p.row * FL_BATCH_ROWS),
               .made = fl_arena_alloc(scratch, sizeof *p.made * FL_BATCH_ROWS),
               .marks = fl_arena_alloc(scratch, sizeof *p.marks * (size_t)(c->in->n_marks + 1))};
    while (c->at < c->in->n || c->mark < c->in->n_marks) {
        fl_batch *out;
        if (!fl_has_room(op, 0)) return FL_MORE;
        deal(c, &p);
        FL_TRY(results(c, &p, &out, err));
        int rc = fl_emit(op, 0, out, err);
        fl_batch_unref(out);
        if (rc < 0) return rc;
    }
    drop_batch(c);
    return FL_DONE;
}

static const fl_op_type correlate_type = {
    .name = "Correlate", .open = correlate_open, .batch = correlate_batch, .close = correlate_close};
const fl_op_class fl_correlate_class = {&correlate_type, sizeof(correlate)};
