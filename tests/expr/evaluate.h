/* SPDX-License-Identifier: Apache-2.0 */
/* evaluate.h -- for the programs that compare ways to evaluate an expression: one run over given columns, and what came
 * out as text.
 */
#ifndef FL_TESTS_EXPR_EVALUATE_H
#define FL_TESTS_EXPR_EVALUATE_H

#include "base/hash.h"
#include "data/text.h"
#include "expr/program.h"

/* What a run needs besides the columns: emptied by evaluate_reset. */
typedef struct evaluator {
    fl_arena scratch;
    fl_eval ev;
} evaluator;

static inline void evaluator_init(evaluator *v) {
    fl_arena_init(&v->scratch);
    v->ev =
        (fl_eval){.pf = fl_platform_real(), .tz = fl_tz_utc(), .scratch = &v->scratch, .watermark = FL_WATERMARK_MIN};
}

static inline void evaluator_deinit(evaluator *v) { fl_arena_deinit(&v->scratch); }

/* The rows that a run is over: columns, and those of their rows that count (sel NULL: all). */
typedef struct table {
    fl_column **cols; /* borrowed */
    int n_cols, n_rows;
    const uint16_t *sel; /* borrowed */
    int n_sel;           /* with sel */
} table;

static inline fl_batch *table_batch(const table *t) {
    fl_batch *b = fl_batch_new(t->n_cols, t->n_rows);
    for (int i = 0; i < t->n_cols; i++) b->cols[i] = fl_column_ref(t->cols[i]);
    if (t->sel == NULL) return b;
    memcpy(fl_batch_need_sel(b), t->sel, sizeof *t->sel * (size_t)t->n_sel);
    b->n_sel = t->n_sel;
    return b;
}

/* Runs a program of one expression; *out is owned by the caller. */
static inline int evaluate(evaluator *v, fl_program *p, const table *t, fl_column **out, fl_error *err) {
    fl_batch *b = table_batch(t);
    v->ev.batch = b;
    int rc = fl_program_run(p, &v->ev, b, false, out, err);
    v->ev.batch = NULL;
    fl_batch_unref(b);
    fl_arena_reset(&v->scratch);
    return rc;
}

static inline fl_program *compiled(fl_arena *a, fl_expr *e, int n_columns) {
    fl_program *p;
    fl_error err;
    fl_assert(fl_program_new(a, &e, 1, n_columns, &p, &err) == 0);
    return p;
}

/* Row i as Row.toString shows it. */
static inline const char *shown(fl_arena *a, const fl_column *c, int i) {
    fl_buf out;
    fl_buf_init(&out);
    fl_text_java(&out, c, i);
    const char *s = fl_arena_strndup(a, fl_buf_cstr(&out), out.n);
    fl_buf_deinit(&out);
    return s;
}

/* ---- chance: numbers that follow from the state alone ---- */

typedef struct chance {
    const uint8_t *p, *end; /* bytes that decide as long as there are any: a fuzzer's */
    uint64_t state;         /* then this does */
} chance;

static inline uint64_t chance_u64(chance *c) { return fl_splitmix(c->state += FL_SPLITMIX_STEP); }

/* Below n, which is at most 65536. */
static inline int chance_below(chance *c, int n) {
    unsigned x;
    if (n <= 1) return 0;
    if (c->end - c->p < 2) return (int)((chance_u64(c) >> 32) * (uint64_t)n >> 32);
    x = *c->p++;
    if (n > 256) x |= (unsigned)*c->p++ << 8;
    return (int)(x % (unsigned)n);
}

#endif
