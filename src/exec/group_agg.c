/* SPDX-License-Identifier: Apache-2.0 */
/* group_agg.c -- GROUP BY without windows, over rows that are only inserted.
 *
 * What:       streaming: each input row that changes its group's results emits them: +I for a new group, then -U old
 *             and +U new. Batch mode: one row for each group at the end; without keys one row even if there was no
 *             input.
 * Algorithm:  a batch is cut into stretches in which no key occurs twice; in a stretch the results before, the update
 *             and the results after are each done for all rows at once. Rows whose results are equal before and after
 *             emit nothing. At the end of the batch the output rows are picked from the two sets of results in input
 *             order. Under a time-to-live of state they emit it all the same, as in Flink.
 * Bundles:    with mini-batch the results before are those before a bundle of rows, which may span batches, and results
 *             are emitted for each group that it has met. A bundle ends when it is full, when its first row has waited
 *             long enough, before a watermark and the end. A checkpoint has the results before it, so that a bundle
 *             goes on behind it.
 * Invariant:  group id has its accumulator at acc[id]; groups are never forgotten (there is no time-to-live yet).
 */
#include <stdlib.h>

#include "base/hash.h"
#include "data/rowcodec.h"
#include "exec/ops.h"
#include "exec/results.h"
#include "messages/checkpoint.h"
#include "state/keytab.h"

/* Results that grow, such as lists, are emitted whole with every row: rows are taken in pieces whose results have about
 * as many bytes, however long a list becomes. */
enum { PIECE_BYTES = 64 << 20, PIECE_ROWS_FIRST = 64 };

enum { BUNDLE_GROUPS_MAX = FL_BATCH_ROWS / 2 }; /* each makes two rows at most, and all go in one batch */

/* Rows that have been added and not been answered. */
typedef struct bundle {
    int n_rows;
    uint32_t *ids;      /* groups that they belong to, in order of their first rows */
    bool *is_new;       /* by position in ids, as the next: it did not exist before */
    fl_column **before; /* by call: its results then */
    int n, cap;         /* more than usual only behind a checkpoint of several subtasks */
} bundle;

typedef struct group_agg {
    fl_op base;
    const fl_group_agg *plan;
    const fl_agg_layout *layout;
    fl_keytab *keys;
    fl_column **key_cols; /* scratch */
    char **acc;           /* by id; owned */
    uint32_t n_acc, cap_acc;
    uint32_t *seen; /* by id: the stretch, or bundle, in which the key was met last */
    uint32_t stretch;
    fl_results out;
    bool finishing; /* batch mode: groups are being emitted */
    uint32_t next;  /* of them */
    fl_batch *in;   /* in progress; NULL: none */
    int at;         /* its first row that is still to be added */
    int piece_rows; /* rows to take at once */
    bundle bundle;
} group_agg;

static void bundle_init(group_agg *g, int cap) {
    fl_arena *a = g->base.ctx->arena;
    g->bundle = (bundle){.ids = FL_NEW_N(a, uint32_t, cap),
                         .is_new = FL_NEW_N(a, bool, cap),
                         .before = FL_NEW_N(a, fl_column *, g->plan->n_calls),
                         .cap = cap};
}

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
    g->stretch = 1;
    g->piece_rows = g->layout->grows && !op->ctx->batch_mode ? PIECE_ROWS_FIRST : FL_BATCH_ROWS;
    if (g->plan->bundle_rows > 0) bundle_init(g, BUNDLE_GROUPS_MAX);
    return 0;
}

static void group_agg_close(fl_op *op) {
    group_agg *g = (group_agg *)op;
    fl_batch_unref(g->in);
    for (uint32_t i = 0; i < g->n_acc; i++) {
        fl_agg_free(g->layout, g->acc[i]);
        free(g->acc[i]);
    }
    free(g->acc);
    free(g->seen);
    fl_keytab_free(g->keys);
    fl_results_deinit(&g->out);
    for (int i = 0; i < g->plan->n_calls && g->bundle.before != NULL; i++) fl_column_unref(g->bundle.before[i]);
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

/* Whether an array has an element that is NULL, at any depth. */
static bool holds_null(const fl_column *c, int i) {
    const int32_t *offsets = FL_DATA(c, int32_t) + i;
    for (int e = offsets[0]; e < offsets[1]; e++) {
        if (fl_column_is_null(c->child[0], e)) return true;
        if (c->child[0]->phys == FL_P_LIST && holds_null(c->child[0], e)) return true;
    }
    return false;
}

/* Equality as Flink's generated code tests it: 0.0 equals -0.0, NaN and an array that holds a NULL equal nothing. */
static bool result_equal(const fl_column *a, const fl_column *b, int i) {
    bool null_a = fl_column_is_null(a, i), null_b = fl_column_is_null(b, i);
    if (null_a || null_b) return null_a == null_b;
    if (a->phys == FL_P_F64) return FL_DATA(a, double)[i] == FL_DATA(b, double)[i];
    if (a->phys == FL_P_F32) return FL_DATA(a, float)[i] == FL_DATA(b, float)[i];
    if (a->phys == FL_P_LIST && holds_null(a, i)) return false;
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

/* Cuts the batch into stretches without a repeated key. A new key makes a stretch of its own, so that its accumulator
 * is there when the key comes again. */
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

static uint64_t column_bytes(const fl_column *c) {
    uint64_t bytes = (uint64_t)c->n * (uint64_t)fl_phys_size(c->phys);
    for (int i = 0; c->phys == FL_P_VIEW && i < c->n; i++) bytes += FL_DATA(c, fl_view)[i].n;
    for (int k = 0; k < c->n_children; k++) bytes += column_bytes(c->child[k]);
    return bytes;
}

/* How many rows to take next, after those whose results are `c`. */
static void set_piece(group_agg *g, const changes *c, int rows) {
    uint64_t bytes = 0;
    if (!g->layout->grows || rows == 0) return;
    for (int i = 0; i < g->plan->n_calls; i++) bytes += column_bytes(c->before[i]) + column_bytes(c->after[i]);
    uint64_t fit = PIECE_BYTES / (bytes / (uint64_t)rows + 1);
    g->piece_rows = (int)FL_MAX(FL_MIN(fit, (uint64_t)FL_MIN(4 * g->piece_rows, (int)FL_BATCH_ROWS)), (uint64_t)1);
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
    set_piece(g, &c, b->n_sel);
    int rc = fl_agg_failed(g->layout, err);
    if (rc == 0) rc = emit_changes(g, b, &c, err);
    for (int i = 0; i < g->plan->n_calls; i++) {
        fl_column_unref(c.before[i]);
        fl_column_unref(c.after[i]);
    }
    return rc;
}

/* ---- bundles ---- */

static const fl_type *result_type(const group_agg *g, int column) {
    return ((const fl_plan *)g->base.plan)->outputs[0].schema.fields[column].type;
}

/* The rows to emit: of the groups' results before, then after. */
static int pick_of_bundle(const group_agg *g, fl_column *const *after, uint16_t *from, uint16_t *group,
                          uint8_t *kinds) {
    const bundle *u = &g->bundle;
    int n = 0;
    for (int k = 0; k < u->n; k++) {
        bool equal = !u->is_new[k] && !g->plan->has_ttl;
        for (int i = 0; equal && i < g->plan->n_calls; i++) equal = result_equal(u->before[i], after[i], k);
        if (equal) continue;
        if (!u->is_new[k] && g->plan->update_before) {
            from[n] = (uint16_t)k;
            group[n] = (uint16_t)k;
            kinds[n++] = FL_UPDATE_BEFORE;
        }
        from[n] = (uint16_t)(u->n + k);
        group[n] = (uint16_t)k;
        kinds[n++] = u->is_new[k] ? FL_INSERT : FL_UPDATE_AFTER;
    }
    return n;
}

/* Emits what the bundle has changed, and behind it a watermark unless that is FL_WATERMARK_MIN. */
static int end_bundle(group_agg *g, int64_t watermark, fl_error *err) {
    fl_arena *scratch = g->base.ctx->scratch;
    bundle *u = &g->bundle;
    int n_keys = g->plan->n_keys, n_calls = g->plan->n_calls, n_out = 0;
    uint16_t *from = fl_arena_alloc(scratch, sizeof *from * 2 * (size_t)u->cap);
    uint16_t *group = fl_arena_alloc(scratch, sizeof *group * 2 * (size_t)u->cap);
    uint8_t *kinds = fl_arena_alloc(scratch, 2 * (size_t)u->cap);
    fl_column **cols = fl_arena_alloc(scratch, sizeof *cols * (size_t)(n_keys + n_calls + 1));
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)(u->n + 1));
    g->base.timer_ms = INT64_MAX;
    g->stretch++;
    u->n_rows = 0;
    for (int k = 0; k < u->n; k++) acc[k] = g->acc[u->ids[k]];
    for (int i = 0; i < n_keys + n_calls; i++) cols[i] = fl_column_new(result_type(g, i), u->n);
    if (u->n > 0) fl_keytab_emit(g->keys, u->ids, u->n, cols);
    for (int i = 0; i < n_calls && u->n > 0; i++) fl_agg_result(g->layout, i, acc, u->n, cols[n_keys + i]);
    n_out = pick_of_bundle(g, cols + n_keys, from, group, kinds);
    fl_batch *out = fl_batch_new(n_keys + n_calls, n_out);
    for (int i = 0; i < n_keys; i++) out->cols[i] = fl_column_take(cols[i], group, n_out);
    for (int i = 0; i < n_calls; i++) {
        if (u->n > 0) fl_column_append_rows(u->before[i], cols[n_keys + i], NULL, u->n);
        out->cols[n_keys + i] = fl_column_take(u->n > 0 ? u->before[i] : cols[n_keys + i], from, n_out);
        fl_column_unref(u->before[i]);
        u->before[i] = NULL;
    }
    for (int i = 0; i < n_keys + n_calls; i++) fl_column_unref(cols[i]);
    u->n = 0;
    if (n_out > 0) memcpy(fl_batch_need_kinds(out), kinds, (size_t)n_out);
    if (watermark != FL_WATERMARK_MIN) fl_batch_add_mark(out, n_out - 1, watermark);
    int rc = fl_agg_failed(g->layout, err);
    if (rc == 0) rc = fl_emit(&g->base, 0, out, err);
    fl_batch_unref(out);
    return rc;
}

/* Adds rows [from, to) of the batch, for which the bundle has room. */
static void add_to_bundle(group_agg *g, fl_batch *b, const uint32_t *ids, int from, int to) {
    fl_arena *scratch = g->base.ctx->scratch;
    bundle *u = &g->bundle;
    int n = to - from, first = u->n;
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)n),
         **met = fl_arena_alloc(scratch, sizeof *met * (size_t)n);
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)n);
    for (int k = 0; k < n; k++) {
        uint32_t id = ids[from + k];
        bool fresh;
        acc[k] = acc_of(g, id, &fresh);
        sel[k] = (uint16_t)fl_batch_row(b, from + k);
        if (!fresh && g->seen[id] == g->stretch) continue;
        g->seen[id] = g->stretch;
        u->ids[u->n] = id;
        u->is_new[u->n] = fresh;
        met[u->n++ - first] = acc[k];
    }
    for (int i = 0; i < g->plan->n_calls; i++) {
        if (u->before[i] == NULL)
            u->before[i] = fl_column_new(result_type(g, g->plan->n_keys + i), 2 * BUNDLE_GROUPS_MAX);
        if (u->n > first) fl_agg_result(g->layout, i, met, u->n - first, u->before[i]);
    }
    fl_agg_update(g->layout, acc, b->cols, (fl_rows){sel, n}, scratch);
    if (u->n_rows == 0) g->base.timer_ms = fl_now_ms(g->base.ctx->pf) + g->plan->bundle_ms;
    u->n_rows += n;
}

/* The watermarks of a batch wait for its last row. */
static int bundle_batch(group_agg *g, fl_batch *b, const uint32_t *ids, fl_error *err) {
    bundle *u = &g->bundle;
    for (int k = 0; k < b->n_sel;) {
        int room = FL_MIN(g->plan->bundle_rows - u->n_rows, u->cap - u->n), n = FL_MIN(room, b->n_sel - k);
        if (n > 0) add_to_bundle(g, b, ids, k, k + n);
        k += FL_MAX(n, 0);
        if (n >= room) FL_TRY(end_bundle(g, FL_WATERMARK_MIN, err));
    }
    return b->n_marks > 0 ? end_bundle(g, b->marks[b->n_marks - 1].watermark, err) : FL_DONE;
}

static int group_agg_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    group_agg *g = (group_agg *)op;
    if (g->bundle.n_rows > 0) FL_TRY(end_bundle(g, FL_WATERMARK_MIN, err));
    return fl_emit_watermark(op, watermark, err);
}

static int group_agg_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    (void)now_ms;
    return end_bundle((group_agg *)op, FL_WATERMARK_MIN, err);
}

static int add_batch(group_agg *g, fl_batch *b, fl_error *err) {
    fl_arena *scratch = g->base.ctx->scratch;
    fl_rows rows = {b->sel, b->n_sel};
    uint32_t *ids = fl_arena_alloc(scratch, sizeof *ids * (size_t)rows.n + 4);
    for (int i = 0; i < g->plan->n_keys; i++) g->key_cols[i] = b->cols[g->plan->keys[i]];
    FL_TRY(fl_keytab_lookup(g->keys, g->key_cols, rows, ids, scratch, err));
    if (g->plan->bundle_rows > 0) return bundle_batch(g, b, ids, err);
    if (!g->base.ctx->batch_mode) return stream(g, b, ids, err);
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
    for (bool fresh; g->n_acc < fl_keytab_bound(g->keys);) acc_of(g, g->n_acc, &fresh);
    for (int k = 0; k < rows.n; k++) acc[k] = g->acc[ids[k]];
    fl_agg_update(g->layout, acc, b->cols, rows, scratch);
    FL_TRY(fl_agg_failed(g->layout, err));
    return FL_DONE;
}

/* Longer batches than usual are taken piece by piece, too: a row makes up to two. */
static int group_agg_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    group_agg *g = (group_agg *)op;
    if (b != NULL) {
        if (b->n <= g->piece_rows) return add_batch(g, b, err);
        g->in = fl_batch_ref(b);
        g->at = 0;
    }
    while (g->at < g->in->n) {
        if (g->at > 0 && !fl_has_room(op, 0)) return FL_MORE;
        fl_batch *piece = fl_batch_slice(g->in, g->at, FL_MIN(g->piece_rows, g->in->n - g->at));
        g->at += piece->n;
        int rc = add_batch(g, piece, err);
        fl_batch_unref(piece);
        if (rc < 0) return rc;
    }
    fl_batch_unref(g->in);
    g->in = NULL;
    return FL_DONE;
}

/* Batch mode: the groups, each once. */
static int group_agg_finish(fl_op *op, fl_error *err) {
    group_agg *g = (group_agg *)op;
    if (g->bundle.n_rows > 0) return end_bundle(g, FL_WATERMARK_MIN, err);
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
        for (int i = 0; i < g->plan->n_calls; i++)
            fl_agg_result(g->layout, i, g->acc + ids[0], n, g->out.cols[g->plan->n_keys + i]);
        g->out.n += n;
        FL_TRY(fl_agg_failed(g->layout, err));
        FL_TRY(fl_results_flush(&g->out, op, 0, err));
    }
    return FL_DONE;
}

/* ---- saving: entry = u32 old id, key, accumulator, and with bundles u32 its place in the bundle from 1 (0: not in it)
 * and then u32 new, results before; own = u32 groups emitted, u32 rows of the bundle ---- */

/* By id: the group's place in the bundle, from 1. */
static uint32_t *places_in_bundle(const group_agg *g) {
    uint32_t *place = fl_calloc((size_t)g->n_acc + 1, sizeof *place);
    for (int k = 0; k < g->bundle.n; k++) place[g->bundle.ids[k]] = (uint32_t)k + 1;
    return place;
}

static int group_agg_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    (void)checkpoint;
    group_agg *g = (group_agg *)op;
    const bundle *u = &g->bundle;
    uint32_t *place = places_in_bundle(g);
    int rc = 0;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put_u32(fl_snapshot_own(s), g->next);
    fl_buf_put_u32(fl_snapshot_own(s), (uint32_t)u->n_rows);
    for (uint32_t id = 0; id < g->n_acc && rc == 0; id++) {
        fl_buf_reset(&b);
        fl_buf_put_u32(&b, id);
        fl_keytab_encode(g->keys, id, &b);
        fl_agg_encode(g->layout, g->acc[id], &b);
        if (g->plan->bundle_rows > 0) fl_buf_put_u32(&b, place[id]);
        if (place[id] > 0) {
            fl_buf_put_u32(&b, u->is_new[place[id] - 1]);
            rc = fl_encode_row(&b, u->before, g->plan->n_calls, (int)place[id] - 1, err);
        }
        fl_snapshot_entry(s, fl_key_group(fl_keytab_hash(g->keys, id), op->ctx->max_parallelism), b.p, b.n);
    }
    fl_buf_deinit(&b);
    free(place);
    return rc < 0 ? rc : fl_agg_failed(g->layout, err);
}

static int by_old_id(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, ((const fl_str *)a)->p, sizeof x);
    memcpy(&y, ((const fl_str *)b)->p, sizeof y);
    return (x > y) - (x < y);
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_GROUPS); }

/* A group of the bundle as the checkpoint has it. */
typedef struct saved_group {
    uint32_t place, id;
    int row; /* of the results before */
    bool is_new;
} saved_group;

static int by_place(const void *a, const void *b) {
    const saved_group *x = a, *y = b;
    return x->place != y->place ? (x->place > y->place) - (x->place < y->place) : (x->id > y->id) - (x->id < y->id);
}

/* Reads what stands behind the accumulator of group `id`. */
static int read_saved_group(group_agg *g, fl_reader *in, uint32_t id, saved_group *groups, fl_error *err) {
    bundle *u = &g->bundle;
    uint32_t place = fl_read_u32(in);
    if (place == 0 || in->bad) return 0;
    saved_group *saved = &groups[u->n];
    *saved = (saved_group){.place = place, .id = id, .row = u->n, .is_new = fl_read_u32(in) != 0};
    for (int i = 0; i < g->plan->n_calls; i++)
        if (u->before[i] == NULL)
            u->before[i] = fl_column_new(result_type(g, g->plan->n_keys + i), 2 * BUNDLE_GROUPS_MAX);
    u->n++;
    return fl_decode_row(in, u->before, g->plan->n_calls, err);
}

/* The groups in their order. Those of several subtasks come together. */
static void place_saved_groups(group_agg *g, saved_group *groups) {
    bundle *u = &g->bundle;
    uint16_t *order = FL_NEW_N(g->base.ctx->arena, uint16_t, u->n);
    if (u->n == 0) return;
    qsort(groups, (size_t)u->n, sizeof *groups, by_place);
    for (int k = 0; k < u->n; k++) {
        order[k] = (uint16_t)groups[k].row;
        u->ids[k] = groups[k].id;
        u->is_new[k] = groups[k].is_new;
        g->seen[groups[k].id] = g->stretch;
    }
    for (int i = 0; i < g->plan->n_calls; i++) {
        fl_column *ordered = fl_column_new(result_type(g, g->plan->n_keys + i), 2 * u->cap);
        fl_column_append_rows(ordered, u->before[i], order, u->n);
        fl_column_unref(u->before[i]);
        u->before[i] = ordered;
    }
    u->n_rows = u->n;
    g->base.timer_ms = fl_now_ms(g->base.ctx->pf) + g->plan->bundle_ms;
}

static int group_agg_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    enum { GROUPS_MAX = UINT16_MAX / 2 }; /* of a bundle: rows of a batch are numbered by 16 bits */
    group_agg *g = (group_agg *)op;
    bool bundles = g->plan->bundle_rows > 0;
    saved_group *groups = FL_NEW_N(op->ctx->arena, saved_group, bundles ? r->n_entries : 0);
    if (bundles) bundle_init(g, FL_MAX(FL_MIN(r->n_entries, (int)GROUPS_MAX), (int)BUNDLE_GROUPS_MAX));
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
        if (bundles && g->bundle.n == g->bundle.cap) return corrupt(err);
        if (bundles) FL_TRY(read_saved_group(g, &in, id, groups, err));
        if (in.p != in.end) return corrupt(err);
    }
    if (bundles) place_saved_groups(g, groups);
    if (r->n_own == op->ctx->parallelism && r->n_own > 0) {
        fl_reader in = fl_reader_make(r->own[op->ctx->subtask].p, r->own[op->ctx->subtask].n);
        g->next = FL_MIN(fl_read_u32(&in), g->n_acc);
        g->finishing = g->next > 0;
        uint32_t n_rows = fl_read_u32(&in);
        if (!in.bad && g->bundle.n > 0) g->bundle.n_rows = (int)FL_MIN(n_rows, (uint32_t)INT32_MAX);
    }
    return 0;
}

static const fl_op_type group_agg_type = {
    .name = "GroupAggregate",
    .open = group_agg_open,
    .batch = group_agg_batch,
    .watermark = group_agg_watermark,
    .timer = group_agg_timer,
    .finish = group_agg_finish,
    .snapshot = group_agg_snapshot,
    .restore = group_agg_restore,
    .close = group_agg_close,
};
const fl_op_class fl_group_agg_class = {&group_agg_type, sizeof(group_agg)};
