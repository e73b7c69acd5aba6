/* SPDX-License-Identifier: Apache-2.0 */
/* rig.h -- operators without a job: a subtask's context in a simulated world, batches from plain numbers, and taps that
 * write down what comes out.
 */
#ifndef FL_TESTS_UNIT_RIG_H
#define FL_TESTS_UNIT_RIG_H

#include "model.h"

#include <stdio.h>

#include "base/platform_sim.h"
#include "data/schema.h"
#include "data/text.h"
#include "exec/operator.h"

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

/* n rows of numbers, row by row, as columns of these types. */
static inline fl_batch *rig_batch(const fl_schema *s, const int64_t *v, int n) {
    fl_batch *b = fl_batch_new(s->n, n);
    for (int c = 0; c < s->n; c++) {
        b->cols[c] = fl_column_new(s->fields[c].type, n);
        for (int i = 0; i < n; i++) {
            int64_t x = v[i * s->n + c];
            if (x == NIL)
                fl_column_append_null(b->cols[c]);
            else if (b->cols[c]->phys == FL_P_F64 || b->cols[c]->phys == FL_P_F32)
                fl_column_append_f64(b->cols[c], (double)x / 8);
            else
                fl_column_append_i64(b->cols[c], x);
        }
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

#endif
