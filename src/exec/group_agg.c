/* SPDX-License-Identifier: Apache-2.0 */
/* group_agg.c -- GROUP BY without windows, over rows that are only inserted.
 *
 * What:       streaming: each input row that changes its group's results emits them: +I for a new group, then -U old and +U
 *             new. Batch mode: one row for each group at the end; without keys one row even if there was no input.
 * Algorithm:  a batch is cut into stretches in which no key occurs twice; in a stretch the results before, the update and
 *             the results after are each done for all rows at once. Rows whose results are equal before and after emit
 *             nothing. At the end of the batch the output rows are picked from the two sets of results in input order.
 *             Under a time-to-live of state they emit it all the same, as in Flink.
 * Invariant:  group id has its accumulator at acc[id]; groups are never forgotten (there is no time-to-live yet).
 */
#include <stdlib.h>

#include "base/hash.h"
#include "exec/ops.h"
#include "exec/results.h"
#include "state/keytab.h"

typedef struct group_agg {
    fl_op base;
    const fl_group_agg *plan;
    const fl_agg_layout *layout;
    fl_keytab *keys;
    fl_column **key_cols; /* scratch */
    char **acc;           /* by id; owned */
    uint32_t n_acc, cap_acc;
    uint32_t *seen;       /* by id: the stretch in which the key was met last */
    uint32_t stretch;
    fl_results out;
    bool finishing;       /* batch mode: groups are being emitted */
    uint32_t next;        /* of them */
} group_agg;

static int group_agg_open(fl_op *op, fl_error *err) {
    (void)err;
    group_agg *g = (group_agg *)op;
    const fl_plan *p = op->plan;
    fl_arena *a = op->ctx->arena;
    g->plan = &p->group_agg;
    g->layout = fl_agg_layout_new(a, g->plan->calls, g->plan->n_calls, false);
    const fl_schema *in = &fl_plan_out(p->inputs[0])->schema;
    const fl_type **types = FL_NEW_N(a, const fl_type *, g->plan->n_keys);
    for (int i = 0; i < g->plan->n_keys; i++) types[i] = in->fields[g->plan->keys[i]].type;
    g->keys = fl_keytab_new(types, g->plan->n_keys);
    g->key_cols = FL_NEW_N(a, fl_column *, g->plan->n_keys);
    fl_results_init(&g->out, &p->outputs[0].schema);
    return 0;
}

static void group_agg_close(fl_op *op) {
    group_agg *g = (group_agg *)op;
    for (uint32_t i = 0; i < g->n_acc; i++) {
        fl_agg_free(g->layout, g->acc[i]);
        free(g->acc[i]);
    }
    free(g->acc);
    free(g->seen);
    fl_keytab_free(g->keys);
    fl_results_deinit(&g->out);
}

/* The accumulator of a key; *fresh: it is new. */
static char *acc_of(group_agg *g, uint32_t id, bool *fresh) {
    *fresh = id >= g->n_acc;
    if (!*fresh) return g->acc[id];
    fl_assert(id == g->n_acc);
    if (g->n_acc == g->cap_acc) {
        g->cap_acc = g->cap_acc ? g->cap_acc * 2 : 64;
        g->acc = fl_realloc(g->acc, sizeof *g->acc * g->cap_acc);
        g->seen = fl_realloc(g->seen, sizeof *g->seen * g->cap_acc);
    }
    g->seen[id] = 0;
    g->acc[id] = memset(fl_aligned(16, (size_t)g->layout->size), 0, (size_t)g->layout->size);
    return g->acc[g->n_acc++];
}

/* Equality as Flink's generated code tests it: 0.0 equals -0.0, NaN equals nothing. */
static bool result_equal(const fl_column *a, const fl_column *b, int i) {
    bool null_a = fl_column_is_null(a, i), null_b = fl_column_is_null(b, i);
    if (null_a || null_b) return null_a == null_b;
    if (a->phys == FL_P_F64) return FL_DATA(a, double)[i] == FL_DATA(b, double)[i];
    if (a->phys == FL_P_F32) return FL_DATA(a, float)[i] == FL_DATA(b, float)[i];
    return fl_column_equal_at(a, i, b, i);
}

/* A batch in progress: the results of each row's group before and after it. */
typedef struct changes {
    fl_column **before, **after; /* by call */
    uint8_t *is_new;             /* by row: the group did not exist */
} changes;

/* Rows [from, to) of the batch, no key twice. */
static void run_stretch(group_agg *g, fl_batch *b, const uint32_t *ids, int from, int to, changes *c) {
    fl_arena *scratch = g->base.ctx->scratch;
    int n = to - from;
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)n);
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)n);
    for (int k = 0; k < n; k++) {
        bool fresh;
        acc[k] = acc_of(g, ids[from + k], &fresh);
        c->is_new[from + k] = fresh;
        sel[k] = (uint16_t)fl_batch_row(b, from + k);
    }
    for (int i = 0; i < g->plan->n_calls; i++) fl_agg_result(g->layout, i, acc, n, c->before[i]);
    fl_agg_update(g->layout, acc, b->cols, (fl_rows){sel, n}, scratch);
    for (int i = 0; i < g->plan->n_calls; i++) fl_agg_result(g->layout, i, acc, n, c->after[i]);
}

/* Picks the rows to emit: numbers below n_sel are results before, others after. */
static int pick(group_agg *g, const fl_batch *b, const changes *c, uint16_t *from, uint16_t *key_row, uint8_t *kinds) {
    int n = 0;
    for (int k = 0; k < b->n_sel; k++) {
        bool equal = !c->is_new[k] && !g->plan->has_ttl;
        for (int i = 0; equal && i < g->plan->n_calls; i++) equal = result_equal(c->before[i], c->after[i], k);
        if (equal) continue;
        if (!c->is_new[k] && g->plan->update_before) {
            from[n] = (uint16_t)k;
            key_row[n] = (uint16_t)fl_batch_row(b, k);
            kinds[n++] = FL_UPDATE_BEFORE;
        }
        from[n] = (uint16_t)(b->n_sel + k);
        key_row[n] = (uint16_t)fl_batch_row(b, k);
        kinds[n++] = c->is_new[k] ? FL_INSERT : FL_UPDATE_AFTER;
    }
    return n;
}

/* Marks stand behind the output of the rows that they follow. */
static void carry_marks(const fl_batch *b, const uint16_t *key_row, int n, fl_batch *out) {
    int at = 0;
    for (int m = 0; m < b->n_marks; m++) {
        while (at < n && key_row[at] <= b->marks[m].row) at++;
        fl_batch_add_mark(out, at - 1, b->marks[m].watermark);
    }
}

static int emit_changes(group_agg *g, fl_batch *b, changes *c, fl_error *err) {
    fl_arena *scratch = g->base.ctx->scratch;
    uint16_t *from = fl_arena_alloc(scratch, sizeof *from * 2 * (size_t)b->n_sel + 2);
    uint16_t *key_row = fl_arena_alloc(scratch, sizeof *key_row * 2 * (size_t)b->n_sel + 2);
    uint8_t *kinds = fl_arena_alloc(scratch, 2 * (size_t)b->n_sel + 1);
    int n = pick(g, b, c, from, key_row, kinds);
    fl_batch *out = fl_batch_new(g->plan->n_keys + g->plan->n_calls, n);
    for (int i = 0; i < g->plan->n_keys; i++) out->cols[i] = fl_column_take(b->cols[g->plan->keys[i]], key_row, n);
    for (int i = 0; i < g->plan->n_calls; i++) {
        fl_column_append_rows(c->before[i], c->after[i], NULL, b->n_sel);
        out->cols[g->plan->n_keys + i] = fl_column_take(c->before[i], from, n);
    }
    if (n > 0) memcpy(fl_batch_need_kinds(out), kinds, (size_t)n);
    carry_marks(b, key_row, n, out);
    int rc = fl_emit(&g->base, 0, out, err);
    fl_batch_unref(out);
    return rc;
}

/* Cuts the batch into stretches without a repeated key. A new key makes a stretch of its own, so that its accumulator is
 * there when the key comes again. */
static void run_batch(group_agg *g, fl_batch *b, const uint32_t *ids, changes *c) {
    int from = 0;
    g->stretch++;
    for (int k = 0; k < b->n_sel; k++) {
        bool is_new = ids[k] >= g->n_acc;
        if (is_new || g->seen[ids[k]] == g->stretch) {
            run_stretch(g, b, ids, from, k, c);
            from = k;
            g->stretch++;
        }
        if (is_new) {
            run_stretch(g, b, ids, k, k + 1, c);
            from = k + 1;
            continue;
        }
        g->seen[ids[k]] = g->stretch;
    }
    run_stretch(g, b, ids, from, b->n_sel, c);
}

static int stream(group_agg *g, fl_batch *b, const uint32_t *ids, fl_error *err) {
    fl_arena *scratch = g->base.ctx->scratch;
    const fl_schema *s = &((const fl_plan *)g->base.plan)->outputs[0].schema;
    changes c = {.before = fl_arena_alloc(scratch, sizeof(fl_column *) * (size_t)(g->plan->n_calls + 1)),
                 .after = fl_arena_alloc(scratch, sizeof(fl_column *) * (size_t)(g->plan->n_calls + 1)),
                 .is_new = fl_arena_alloc(scratch, (size_t)b->n_sel + 1)};
    for (int i = 0; i < g->plan->n_calls; i++) {
        c.before[i] = fl_column_new(s->fields[g->plan->n_keys + i].type, 2 * b->n_sel);
        c.after[i] = fl_column_new(s->fields[g->plan->n_keys + i].type, b->n_sel);
    }
    run_batch(g, b, ids, &c);
    int rc = emit_changes(g, b, &c, err);
    for (int i = 0; i < g->plan->n_calls; i++) {
        fl_column_unref(c.before[i]);
        fl_column_unref(c.after[i]);
    }
    return rc;
}

static int add_batch(group_agg *g, fl_batch *b, fl_error *err) {
    fl_arena *scratch = g->base.ctx->scratch;
    fl_rows rows = {b->sel, b->n_sel};
    uint32_t *ids = fl_arena_alloc(scratch, sizeof *ids * (size_t)rows.n + 4);
    for (int i = 0; i < g->plan->n_keys; i++) g->key_cols[i] = b->cols[g->plan->keys[i]];
    FL_TRY(fl_keytab_lookup(g->keys, g->key_cols, rows, ids, scratch, err));
    if (!g->base.ctx->batch_mode) return stream(g, b, ids, err);
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
    for (int k = 0; k < rows.n; k++) {
        bool fresh;
        acc[k] = acc_of(g, ids[k], &fresh);
    }
    for (int k = 0; k < rows.n; k++) acc[k] = g->acc[ids[k]];
    fl_agg_update(g->layout, acc, b->cols, rows, scratch);
    return FL_DONE;
}

/* Longer batches than usual are taken piece by piece: a row makes up to two. */
static int group_agg_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    group_agg *g = (group_agg *)op;
    if (b->n <= FL_BATCH_ROWS) return add_batch(g, b, err);
    for (int at = 0; at < b->n; at += FL_BATCH_ROWS) {
        fl_batch *piece = fl_batch_slice(b, at, FL_MIN(FL_BATCH_ROWS, b->n - at));
        int rc = add_batch(g, piece, err);
        fl_batch_unref(piece);
        if (rc < 0) return rc;
    }
    return FL_DONE;
}

/* Batch mode: the groups, each once. */
static int group_agg_finish(fl_op *op, fl_error *err) {
    group_agg *g = (group_agg *)op;
    if (!op->ctx->batch_mode) return FL_DONE;
    bool global = g->plan->n_keys == 0;
    if (!g->finishing && global && g->n_acc == 0 && op->ctx->subtask == 0) {
        bool fresh;
        uint32_t id;
        FL_TRY(fl_keytab_lookup(g->keys, g->key_cols, (fl_rows){NULL, 1}, &id, op->ctx->scratch, err));
        acc_of(g, id, &fresh);
    }
    g->finishing = true;
    while (g->next < g->n_acc) {
        if (!fl_has_room(op, 0)) return FL_MORE;
        uint32_t ids[512];
        int n = 0;
        for (; n < 512 && g->next < g->n_acc; n++) ids[n] = g->next++;
        fl_keytab_emit(g->keys, ids, n, g->out.cols);
        for (int i = 0; i < g->plan->n_calls; i++) fl_agg_result(g->layout, i, g->acc + ids[0], n, g->out.cols[g->plan->n_keys + i]);
        g->out.n += n;
        FL_TRY(fl_results_flush(&g->out, op, 0, err));
    }
    return FL_DONE;
}

/* ---- saving: entry = u32 old id, key, accumulator; own = u32 groups emitted ---- */

static int group_agg_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    (void)checkpoint, (void)err;
    group_agg *g = (group_agg *)op;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put_u32(fl_snapshot_own(s), g->next);
    for (uint32_t id = 0; id < g->n_acc; id++) {
        fl_buf_reset(&b);
        fl_buf_put_u32(&b, id);
        fl_keytab_encode(g->keys, id, &b);
        fl_agg_encode(g->layout, g->acc[id], &b);
        fl_snapshot_entry(s, fl_key_group(fl_keytab_hash(g->keys, id), op->ctx->max_parallelism), b.p, b.n);
    }
    fl_buf_deinit(&b);
    return 0;
}

static int by_old_id(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, ((const fl_str *)a)->p, sizeof x);
    memcpy(&y, ((const fl_str *)b)->p, sizeof y);
    return (x > y) - (x < y);
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_E_CORRUPT, "the groups in the checkpoint do not fit the query"); }

static int group_agg_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    group_agg *g = (group_agg *)op;
    fl_str *entries = FL_NEW_N(op->ctx->arena, fl_str, r->n_entries);
    for (int i = 0; i < r->n_entries; i++) {
        if (r->entries[i].n < sizeof(uint32_t)) return corrupt(err);
        entries[i] = r->entries[i];
    }
    if (r->n_entries > 0) qsort(entries, (size_t)r->n_entries, sizeof *entries, by_old_id);
    for (int i = 0; i < r->n_entries; i++) {
        fl_reader in = fl_reader_make(entries[i].p, entries[i].n);
        uint32_t id;
        bool fresh;
        fl_read_u32(&in);
        fl_str key = fl_read_bytes(&in);
        if (in.bad) return corrupt(err);
        FL_TRY(fl_keytab_decode(g->keys, key, &id, err));
        char *acc = acc_of(g, id, &fresh);
        if (!fresh) return corrupt(err);
        FL_TRY(fl_agg_decode(g->layout, acc, &in, err));
        if (in.p != in.end) return corrupt(err);
    }
    if (r->n_own == op->ctx->parallelism && r->n_own > 0) {
        fl_reader in = fl_reader_make(r->own[op->ctx->subtask].p, r->own[op->ctx->subtask].n);
        g->next = FL_MIN(fl_read_u32(&in), g->n_acc);
        g->finishing = g->next > 0;
    }
    return 0;
}

static const fl_op_type group_agg_type = {
    .name = "GroupAggregate",
    .open = group_agg_open,
    .batch = group_agg_batch,
    .finish = group_agg_finish,
    .snapshot = group_agg_snapshot,
    .restore = group_agg_restore,
    .close = group_agg_close,
};
const fl_op_class fl_group_agg_class = {&group_agg_type, sizeof(group_agg)};
