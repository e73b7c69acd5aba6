/* SPDX-License-Identifier: Apache-2.0 */
/* user_aggregate.c -- aggregate functions of users: accumulators that only the function understands, behind a cell.
 *
 *     accumulator row  [ … cells of others … ][ pointer ]──► what the function remembers of the group; NULL: of no row
 *
 * Rows of a batch go over in one call, each with its accumulator. The function turns an accumulator into bytes for a
 * checkpoint and back; copying one is making another and merging into it. A failure is kept in the layout, where
 * whoever runs the aggregate looks before results go on (fl_agg_failed).
 */
#include <stdlib.h>

#include "expr/cells.h"
#include "expr/user_function_int.h"
#include "messages/udf.h"

/* What a cell of a layout owns: its instance, opened when the first row comes. */
typedef struct user_cell {
    fl_user_instance *instance;
} user_cell;

static void **slot(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }
static const flott_function *impl_of(const fl_cell *c) { return c->call->user->fn->impl; }

/* Keeps the first failure. */
static void fail(const fl_cell *c, const fl_error *err) {
    if (c->failure->code == 0) *c->failure = *err;
    fl_error_at(c->failure, c->call->span);
}

static void failed(const fl_cell *c, flott_function_error *why) {
    fl_error err = {0};
    fl_user_failed(c->call->user, why, &err);
    fail(c, &err);
}

/* The cell's instance; NULL: it cannot be opened, or something has failed already. */
static fl_user_instance *open_cell(const fl_cell *c) {
    user_cell *own = c->own;
    fl_error err;
    if (c->failure->code != 0) return NULL;
    if (own->instance == NULL && fl_user_open(c->call->user, &own->instance, &err) < 0) fail(c, &err);
    return own->instance;
}

static void close_cell(void *own) { fl_user_close(((user_cell *)own)->instance); }

static void user_open(fl_arena *a, fl_cell *c) {
    c->own = FL_NEW(a, user_cell);
    fl_arena_on_free(a, close_cell, c->own);
}

/* A new accumulator; false: it failed. */
static bool create(const fl_cell *c, fl_user_instance *x, void **out) {
    flott_function_error why = {{0}, {0}};
    *out = NULL;
    if (impl_of(c)->create(x->instance, out, &why) >= 0 && *out != NULL) return true;
    failed(c, &why);
    return false;
}

static void discard(const fl_cell *c, fl_user_instance *x, void *accumulator) {
    if (accumulator != NULL) impl_of(c)->discard(x->instance, accumulator);
}

/* ---- rows in ---- */

/* Columns of the arguments for `rows`, moved together. */
static fl_batch *take_args(const fl_cell *c, fl_column *const *args, fl_rows rows) {
    fl_batch *b = fl_batch_new(c->call->n_args, rows.n);
    for (int i = 0; i < c->call->n_args; i++)
        b->cols[i] = rows.sel == NULL && args[i]->n == rows.n ? fl_column_ref(args[i])
                                                              : fl_column_take(args[i], rows.sel, rows.n);
    return b;
}

static void user_update(const fl_cell *c, char *const *acc, fl_column *const *args, fl_rows rows, fl_arena *scratch) {
    fl_user_instance *x = open_cell(c);
    void **accumulators = fl_arena_alloc(scratch, sizeof *accumulators * (size_t)rows.n + 8);
    struct ArrowArray in;
    flott_function_error why = {{0}, {0}};
    fl_error err;
    if (x == NULL || rows.n == 0) return;
    for (int k = 0; k < rows.n; k++) {
        void **own = slot(c, acc[k]);
        if (*own == NULL && !create(c, x, own)) return;
        accumulators[k] = *own;
    }
    fl_batch *b = take_args(c, args, rows);
    if (fl_user_hand_over(c->call->user, b, &in, &err) < 0) {
        fail(c, &err);
    } else {
        if (impl_of(c)->update(x->instance, accumulators, &in, &why) < 0) failed(c, &why);
        in.release(&in);
    }
    fl_batch_unref(b);
}

static void user_merge(const fl_cell *c, char *const *dst, char *const *src, int n, fl_arena *scratch) {
    fl_user_instance *x = open_cell(c);
    void **into = fl_arena_alloc(scratch, sizeof *into * (size_t)n + 8);
    void **from = fl_arena_alloc(scratch, sizeof *from * (size_t)n + 8);
    flott_function_error why = {{0}, {0}};
    int pairs = 0;
    for (int i = 0; x != NULL && i < n; i++) {
        void **own = slot(c, dst[i]);
        if (*slot(c, src[i]) == NULL) continue;
        if (*own == NULL && !create(c, x, own)) return;
        into[pairs] = *own;
        from[pairs++] = *slot(c, src[i]);
    }
    if (pairs > 0 && impl_of(c)->merge(x->instance, into, (const void *const *)from, pairs, &why) < 0) failed(c, &why);
}

/* ---- results ---- */

static int read_results(const fl_cell *c, fl_user_instance *x, void *const *all, int n, fl_batch **out, fl_error *err) {
    struct ArrowArray values = {0};
    flott_function_error why = {{0}, {0}};
    int rc = impl_of(c)->result(x->instance, all, n, &values, &why);
    return fl_user_take_values(c->call->user, rc, &values, &why, n, out, err);
}

/* Groups without a row have an accumulator for the moment. */
static void user_result(const fl_agg_call *call, const fl_cell *c, char *const *acc, int n, fl_column *out) {
    (void)call;
    fl_user_instance *x = open_cell(c);
    void **all = fl_calloc((size_t)n + 1, sizeof *all);
    fl_batch *values = NULL;
    fl_error err;
    bool good = x != NULL;
    for (int i = 0; good && i < n; i++) {
        all[i] = *slot(c, acc[i]);
        if (all[i] == NULL) good = create(c, x, &all[i]);
    }
    if (good && read_results(c, x, all, n, &values, &err) < 0) fail(c, &err);
    if (values != NULL)
        fl_column_append_rows(out, values->cols[0], NULL, n);
    else
        fl_column_append_nulls(out, n);
    for (int i = 0; x != NULL && i < n; i++)
        if (*slot(c, acc[i]) == NULL) discard(c, x, all[i]);
    fl_batch_unref(values);
    free(all);
}

/* ---- copying, dropping, saving ---- */

static void user_clone(const fl_cell *c, char *dst, const char *src) {
    fl_user_instance *x = open_cell(c);
    flott_function_error why = {{0}, {0}};
    void *from = *slot(c, src), **into = slot(c, dst);
    *into = NULL;
    if (from == NULL || x == NULL || !create(c, x, into)) return;
    if (impl_of(c)->merge(x->instance, into, (const void *const *)&from, 1, &why) < 0) failed(c, &why);
}

static void user_free(const fl_cell *c, char *acc) {
    const user_cell *own = c->own;
    if (own->instance != NULL) discard(c, own->instance, *slot(c, acc));
    *slot(c, acc) = NULL;
}

typedef struct writer {
    flott_function_writer base;
    fl_buf *out;
} writer;

static void put(flott_function_writer *w, const void *bytes, size_t size) {
    fl_buf_put(((writer *)w)->out, bytes, size);
}

/* Whether there is an accumulator, the length of its bytes, and these. */
static void user_encode(const fl_cell *c, const char *acc, fl_buf *out) {
    fl_user_instance *x = open_cell(c);
    flott_function_error why = {{0}, {0}};
    fl_buf bytes;
    fl_buf_init(&bytes);
    writer w = {{put}, &bytes};
    void *accumulator = *slot(c, acc);
    if (x != NULL && accumulator != NULL && impl_of(c)->encode(x->instance, accumulator, &w.base, &why) < 0)
        failed(c, &why);
    fl_buf_put_u8(out, accumulator != NULL);
    fl_buf_put_bytes(out, bytes.p, bytes.n);
    fl_buf_deinit(&bytes);
}

static int user_decode(const fl_cell *c, char *acc, fl_reader *in, fl_error *err) {
    bool there = fl_read_u8(in);
    fl_str bytes = fl_read_bytes(in);
    fl_user_instance *x;
    flott_function_error why = {{0}, {0}};
    if (!there || in->bad) return 0;
    x = open_cell(c);
    if (x != NULL && impl_of(c)->decode(x->instance, bytes.p, bytes.n, slot(c, acc), &why) >= 0) return 0;
    if (x != NULL) failed(c, &why);
    *err = *c->failure;
    return err->code;
}

static const fl_cell_type user_cell_type = {.name = "USER",
                                            .size = sizeof(void *),
                                            .ordered = true,
                                            .takes_null = true,
                                            .open = user_open,
                                            .update = user_update,
                                            .merge = user_merge,
                                            .clone = user_clone,
                                            .free = user_free,
                                            .encode = user_encode,
                                            .decode = user_decode};

/* ---- as an aggregate like any other ---- */

static int user_prepare(fl_bind *b, const fl_agg_function *fn, fl_expr **args, int n, fl_span at, fl_error *err) {
    fl_user_call *ignored;
    return fl_user_infer(b, fn->user, args, n, at, &ignored, err);
}

static int user_infer(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_user_function *f = call->fn->user;
    fl_expr *args[FL_AGG_ARGS_MAX];
    fl_user_call *c;
    if (call->distinct && call->n_args > 1) {
        fl_fail(err, FL_ERR_UDF_DISTINCT, f->fn.name);
        return fl_error_at(err, call->span);
    }
    for (int i = 0; i < call->n_args; i++) args[i] = fl_expr_column(b->arena, i, call->args[i].type);
    FL_TRY(fl_user_infer(b, f, args, call->n_args, call->span, &c, err));
    call->user = c;
    call->type = c->result.fields[0].type;
    return 0;
}

static const fl_cell_type *user_cells(const fl_agg_call *call) {
    (void)call;
    return &user_cell_type;
}

fl_agg_function fl_user_aggregate(const fl_user_function *f) {
    return (fl_agg_function){.name = f->fn.name,
                             .min_args = 1,
                             .max_args = FL_AGG_ARGS_MAX,
                             .prepare = user_prepare,
                             .infer = user_infer,
                             .cell = user_cells,
                             .result = user_result,
                             .signature = f->fn.name,
                             .doc = f->impl->doc,
                             .user = f};
}
