/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.c -- deals rows out to the subtasks behind: by key group, in turn, or all to the first.
 *
 * What:       one output for each subtask behind; an edge of the job graph, as an operator at the end of a chain.
 * Hash:       hash of the key -> key group -> the subtask that owns the group (base/hash.h). Rows of one key stay in
 *             order.
 * Marks:      every output gets every watermark, behind the rows that came before it.
 */
#include "base/hash.h"
#include "exec/ops.h"
#include "state/keytab.h"

typedef struct exchange {
    fl_op base;
    const fl_exchange *plan;
    fl_column **keys; /* scratch */
    int next;         /* REBALANCE */
} exchange;

static int exchange_open(fl_op *op, fl_error *err) {
    (void)err;
    exchange *x = (exchange *)op;
    x->plan = &((const fl_plan *)op->plan)->exchange;
    x->keys = FL_NEW_N(op->ctx->arena, fl_column *, x->plan->n_keys);
    x->next = op->ctx->subtask; /* subtasks start at different places */
    return 0;
}

/* The selected rows sel[0..n) of b as a batch of their own, with the marks of b at their new places. */
static fl_batch *pick(const fl_batch *b, const uint16_t *sel, int n) {
    fl_batch *out = fl_batch_new(b->n_cols, n);
    for (int c = 0; c < b->n_cols; c++) out->cols[c] = fl_column_take(b->cols[c], sel, n);
    if (b->kinds != NULL) {
        uint8_t *kinds = fl_batch_need_kinds(out);
        for (int k = 0; k < n; k++) kinds[k] = b->kinds[sel[k]];
    }
    int at = 0;
    for (int m = 0; m < b->n_marks; m++) {
        while (at < n && sel[at] <= b->marks[m].row) at++;
        fl_batch_add_mark(out, at - 1, b->marks[m].watermark);
    }
    return out;
}

static int emit_picked(exchange *x, int out, const fl_batch *b, const uint16_t *sel, int n, fl_error *err) {
    fl_batch *picked = pick(b, sel, n);
    int rc = fl_emit(&x->base, out, picked, err);
    fl_batch_unref(picked);
    return rc;
}

static int by_hash(exchange *x, fl_batch *b, fl_error *err) {
    fl_task_ctx *ctx = x->base.ctx;
    int n_out = x->base.n_outputs;
    uint64_t *hash = fl_arena_alloc(ctx->scratch, sizeof *hash * (size_t)b->n_sel + 8);
    uint16_t *sel = fl_arena_alloc(ctx->scratch, sizeof *sel * (size_t)b->n_sel + 2);
    int *start = fl_arena_zalloc(ctx->scratch, sizeof *start * (size_t)(n_out + 2));
    for (int i = 0; i < x->plan->n_keys; i++) x->keys[i] = b->cols[x->plan->keys[i]];
    FL_TRY(fl_key_hashes(x->keys, x->plan->n_keys, (fl_rows){b->sel, b->n_sel}, hash, ctx->scratch, err));
    for (int k = 0; k < b->n_sel; k++) {
        int group = fl_key_group(hash[k], ctx->max_parallelism);
        hash[k] = (uint64_t)fl_key_group_subtask(group, ctx->max_parallelism, n_out);
        start[hash[k] + 2]++;
    }
    for (int i = 2; i < n_out + 2; i++) start[i] += start[i - 1];
    for (int k = 0; k < b->n_sel; k++) sel[start[hash[k] + 1]++] = (uint16_t)fl_batch_row(b, k);
    for (int i = 0; i < n_out; i++) /* start[i] is where output i begins, now that each end has moved one on */
        if (start[i + 1] > start[i] || b->n_marks > 0)
            FL_TRY(emit_picked(x, i, b, sel + start[i], start[i + 1] - start[i], err));
    return 0;
}

/* All rows to one output; marks to all. */
static int to_one(exchange *x, int out, fl_batch *b, fl_error *err) {
    for (int i = 0; i < x->base.n_outputs; i++) {
        if (i == out)
            FL_TRY(fl_emit(&x->base, i, b, err));
        else if (b->n_marks > 0)
            FL_TRY(emit_picked(x, i, b, NULL, 0, err));
    }
    return 0;
}

static int exchange_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    exchange *x = (exchange *)op;
    switch (x->plan->distribution) {
    case FL_DIST_HASH: return by_hash(x, b, err);
    case FL_DIST_SINGLE: return to_one(x, 0, b, err);
    case FL_DIST_REBALANCE: return to_one(x, x->next++ % op->n_outputs, b, err);
    }
    return 0;
}

static const fl_op_type exchange_type = {.name = "Exchange", .open = exchange_open, .batch = exchange_batch};
const fl_op_class fl_exchange_class = {&exchange_type, sizeof(exchange)};
