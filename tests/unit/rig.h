/* SPDX-License-Identifier: Apache-2.0 */
/* rig.h -- operators without a job: a subtask's context in a simulated world, batches from plain numbers, and taps that
 * write down what comes out.
 */
#ifndef FL_TESTS_UNIT_RIG_H
#define FL_TESTS_UNIT_RIG_H

#include "model.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/platform_sim.h"
#include "data/schema.h"
#include "data/text.h"
#include "exec/operator.h"
#include "plan/plan.h"

/* ---- a subtask's world ---- */

typedef struct rig {
    fl_platform *pf;
    fl_arena arena, scratch;
    fl_task_ctx ctx;
    fl_chain *chain;
    fl_error err;
} rig;

static inline void rig_init(rig *r) {
    *r = (rig){.pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64(), .start_ms = 1000})};
    fl_arena_init(&r->arena);
    fl_arena_init(&r->scratch);
    r->ctx = (fl_task_ctx){.pf = r->pf,
                           .arena = &r->arena,
                           .scratch = &r->scratch,
                           .tz = fl_tz_utc(),
                           .parallelism = 1,
                           .max_parallelism = 128,
                           .batch_rows = FL_BATCH_ROWS};
    r->chain = fl_chain_new(&r->ctx);
}

static inline void rig_deinit(rig *r) {
    fl_chain_free(r->chain);
    fl_arena_deinit(&r->scratch);
    fl_arena_deinit(&r->arena);
    fl_sim_free(r->pf);
}

/* The chain is as new, with no operators. The clock goes on. */
static inline void rig_restart(rig *r) {
    fl_chain_free(r->chain);
    fl_arena_reset(&r->arena);
    fl_arena_reset(&r->scratch);
    r->chain = fl_chain_new(&r->ctx);
}

/* ---- taps ---- */

enum { ROOM_ALWAYS = INT32_MAX };

/* The log has a line for each row, watermark and change of idleness: "+I[1, x]", "W 5", "idle", "active". */
typedef struct tap {
    fl_port port;
    int room; /* messages that still fit */
    int batches;
    fl_buf log;
} tap;

static inline void tap_line(tap *t, const char *text) {
    if (t->room != ROOM_ALWAYS) t->room--;
    fl_buf_puts(&t->log, text);
}

static inline void log_watermark(fl_buf *log, int64_t watermark) {
    if (watermark == FL_WATERMARK_MAX)
        fl_buf_puts(log, "W MAX\n");
    else
        fl_buf_printf(log, "W %lld\n", (long long)watermark);
}

/* The rows that count and the marks of a batch, in their order. */
static inline void log_batch(fl_buf *log, const fl_batch *b) {
    int m = 0;
    fl_batch_check(b);
    for (int k = 0; k < b->n_sel; k++) {
        int row = fl_batch_row(b, k);
        for (; m < b->n_marks && b->marks[m].row < row; m++) log_watermark(log, b->marks[m].watermark);
        fl_text_row(log, b, row);
        fl_buf_putc(log, '\n');
    }
    for (; m < b->n_marks; m++) log_watermark(log, b->marks[m].watermark);
}

static inline int tap_batch(fl_port *p, fl_batch *b, fl_error *err) {
    (void)err;
    tap *t = FL_CONTAINER_OF(p, tap, port);
    t->batches++;
    tap_line(t, "");
    log_batch(&t->log, b);
    return 0;
}

static inline int tap_watermark(fl_port *p, int64_t watermark, fl_error *err) {
    (void)err;
    tap *t = FL_CONTAINER_OF(p, tap, port);
    tap_line(t, "");
    log_watermark(&t->log, watermark);
    return 0;
}

static inline int tap_idle(fl_port *p, bool idle, fl_error *err) {
    (void)err;
    tap_line(FL_CONTAINER_OF(p, tap, port), idle ? "idle\n" : "active\n");
    return 0;
}

static inline bool tap_has_room(fl_port *p) { return FL_CONTAINER_OF(p, tap, port)->room > 0; }

static inline void tap_init(tap *t) {
    *t = (tap){.port = {tap_batch, tap_watermark, tap_idle, tap_has_room}, .room = ROOM_ALWAYS};
    fl_buf_init(&t->log);
}

static inline void tap_deinit(tap *t) { fl_buf_deinit(&t->log); }

/* What has come since the last look. */
static inline void assert_tap(tap *t, const char *expected) {
    assert_string_equal(fl_buf_cstr(&t->log), expected);
    fl_buf_reset(&t->log);
}

/* ---- batches ---- */

#define NIL INT64_MIN /* stands for NULL */

/* A number as a value of any flat type: a DOUBLE is an eighth of it, a text its digits, some short and some long. */
static inline void rig_append(fl_column *c, int64_t x) {
    char text[64];
    if (x == NIL) {
        fl_column_append_null(c);
    } else if (c->phys == FL_P_VIEW) {
        snprintf(text, sizeof text, x % 2 ? "%lld" : "the text of number %lld", (long long)x);
        fl_column_append_str(c, fl_str_from(text));
    } else if (c->phys == FL_P_F64 || c->phys == FL_P_F32) {
        fl_column_append_f64(c, (double)x / 8);
    } else {
        fl_column_append_i64(c, x);
    }
}

/* n rows of numbers, row by row, as columns of these types. */
static inline fl_batch *rig_batch(const fl_schema *s, const int64_t *v, int n) {
    fl_batch *b = fl_batch_new(s->n, n);
    for (int c = 0; c < s->n; c++) {
        b->cols[c] = fl_column_new(s->fields[c].type, n);
        for (int i = 0; i < n; i++) rig_append(b->cols[c], v[i * s->n + c]);
    }
    return b;
}

/* A schema of n columns a, b, c … that are all BIGINT. */
static inline fl_schema rig_schema(fl_arena *a, int n) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    fl_field *fields = FL_NEW_N(a, fl_field, n);
    for (int i = 0; i < n; i++) fields[i] = (fl_field){names[i], fl_type_of(FL_T_BIGINT, true), NULL};
    return (fl_schema){n, fields};
}

/* ---- plans ---- */

/* A node that stands for what is before: it has one output of these columns. */
static inline fl_plan *rig_input(fl_arena *a, const fl_schema *s) {
    fl_plan *p = fl_plan_new(a, FL_PLAN_UNION, 0, 1);
    fl_plan_set_columns(a, &p->outputs[0], s->fields, s->n);
    return p;
}

/* The column of a call's argument; -1: COUNT(*). */
static inline int rig_arg(const fl_agg_call *call) { return call->n_args > 0 ? call->args[0].column : -1; }

/* An aggregate call on column `arg` of the input (-1: none). False: the function refuses the type. */
static inline bool rig_call(fl_arena *a, fl_agg_call *call, const char *name, int arg, const fl_type *arg_type,
                            bool distinct, int filter) {
    fl_error err;
    fl_bind b = {.arena = a};
    *call = (fl_agg_call){.fn = fl_agg_find(fl_str_from(name)),
                          .args = {{.column = arg, .type = arg_type}},
                          .n_args = arg >= 0,
                          .filter = filter,
                          .distinct = distinct,
                          .grouped = true};
    assert_non_null(call->fn);
    return call->fn->infer(&b, call, &err) == 0;
}

/* ---- states on their way through a checkpoint ---- */

/* An operator's state as bytes in the arena. */
static inline fl_str rig_snapshot(fl_arena *a, fl_op *op) {
    fl_error err;
    fl_buf b;
    fl_snapshot *s = fl_snapshot_new(op->ctx->max_parallelism);
    assert_int_equal(op->type->snapshot(op, 1, s, &err), 0);
    assert_int_equal(fl_snapshot_write_deferred(s, &err), 0);
    fl_buf_init(&b);
    fl_snapshot_encode(s, &b);
    fl_snapshot_free(s);
    fl_str bytes = fl_str_make(fl_arena_strndup(a, b.p, b.n), b.n);
    fl_buf_deinit(&b);
    return bytes;
}

/* Gives a new operator its part of the states of the n subtasks of then. */
static inline int rig_restore(fl_op *op, const fl_str *blobs, int n, fl_error *err) {
    fl_restore r;
    fl_task_ctx *c = op->ctx;
    int first = fl_key_group_first(c->subtask, c->max_parallelism, c->parallelism);
    int end = fl_key_group_first(c->subtask + 1, c->max_parallelism, c->parallelism);
    int rc = fl_restore_read(c->arena, blobs, n, first, end, &r, err);
    return rc < 0 ? rc : op->type->restore(op, &r, err);
}

/* ---- logs ---- */

static inline int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The lines of a log, without those of watermarks if `rows_only`; in the arena. */
static inline char **split_log(fl_arena *a, const fl_buf *log, bool rows_only, int *n) {
    char **lines = NULL, *text = fl_arena_strndup(a, log->p, log->n), *save;
    int cap = 0;
    *n = 0;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        if (!rows_only || line[2] == '[') FL_PUSH(a, lines, *n, cap, line);
    return lines;
}

/* Long texts are too much for one message: the first line that differs is shown. */
static inline void assert_same_text(const char *got, const char *want) {
    int line = 1, at = 0, start = 0;
    for (; got[at] != '\0' && got[at] == want[at]; at++)
        if (got[at] == '\n') line++, start = at + 1;
    if (got[at] == want[at]) return;
    int n = (int)strcspn(got + start, "\n"), m = (int)strcspn(want + start, "\n");
    fail_msg("line %d is\n    %.*s\ninstead of\n    %.*s", line, n, got + start, m, want + start);
}

/* The same rows, in whatever order. */
static inline void assert_same_rows(const fl_buf *got, const fl_buf *want) {
    fl_arena a;
    int n, m;
    fl_arena_init(&a);
    char **x = split_log(&a, got, true, &n), **y = split_log(&a, want, true, &m);
    if (n > 0) qsort(x, (size_t)n, sizeof *x, by_text);
    if (m > 0) qsort(y, (size_t)m, sizeof *y, by_text);
    for (int i = 0; i < n || i < m; i++) {
        int order = i >= n ? 1 : i >= m ? -1 : strcmp(x[i], y[i]);
        if (order < 0) fail_msg("a row too much: %s", x[i]);
        if (order > 0) fail_msg("a row is missing: %s", y[i]);
    }
    fl_arena_deinit(&a);
}

/* A log of which only the last of watermarks without rows between them is left, for an operator may gather them. */
static inline const char *last_watermarks(fl_arena *a, const fl_buf *log) {
    int n;
    fl_buf b;
    char **line = split_log(a, log, false, &n);
    fl_buf_init(&b);
    for (int i = 0; i < n; i++)
        if (line[i][0] != 'W' || i + 1 == n || line[i + 1][0] != 'W') fl_buf_printf(&b, "%s\n", line[i]);
    const char *text = fl_arena_strdup(a, fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return text;
}

/* The same with the rows sorted between watermarks. */
static inline const char *sort_stretches(fl_arena *a, const fl_buf *log) {
    fl_buf b;
    int n, from = 0;
    const char *text = last_watermarks(a, log);
    char **line = split_log(a, &(fl_buf){.p = (char *)(uintptr_t)text, .n = strlen(text)}, false, &n);
    fl_buf_init(&b);
    for (int i = 0; i <= n; i++) {
        if (i < n && line[i][0] != 'W') continue;
        if (i > from) qsort(line + from, (size_t)(i - from), sizeof *line, by_text);
        from = i + 1;
    }
    for (int i = 0; i < n; i++) fl_buf_printf(&b, "%s\n", line[i]);
    text = fl_arena_strdup(a, fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return text;
}

/* The same rows between the same watermarks. */
static inline void assert_same_stretches(const fl_buf *got, const fl_buf *want) {
    fl_arena a;
    fl_arena_init(&a);
    assert_same_text(sort_stretches(&a, got), sort_stretches(&a, want));
    fl_arena_deinit(&a);
}

#endif
