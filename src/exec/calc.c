/* SPDX-License-Identifier: Apache-2.0 */
/* calc.c -- WHERE and SELECT: filters rows and computes columns.
 *
 * Example:    SELECT a * 2, b FROM t WHERE a > 1      condition: a > 1      exprs: a * 2, b
 * Algorithm:  the condition narrows the selection; the expressions are computed for what is left; columns that are only
 *             passed on are shared, rows are not moved. Kinds and marks stay as they are: a filter tests each row by
 *             itself, -U and +U too.
 */
#include "exec/ops.h"
#include "expr/program.h"

typedef struct calc {
    fl_op base;
    const fl_calc *plan;
    fl_program *condition; /* NULL: none */
    fl_program *exprs;
    int n_out;
} calc;

static int calc_open(fl_op *op, fl_error *err) {
    calc *c = (calc *)op;
    const fl_plan *p = op->plan;
    int n_in = fl_plan_out(p->inputs[0])->schema.n;
    c->plan = &p->calc;
    c->n_out = p->outputs[0].schema.n;
    if (c->plan->condition != NULL)
        FL_TRY(fl_program_new(op->ctx->arena, (fl_expr *const *)&c->plan->condition, 1, n_in, &c->condition, err));
    FL_TRY(fl_program_new(op->ctx->arena, c->plan->exprs, c->n_out, n_in, &c->exprs, err));
    fl_program_fill(c->exprs, c->plan->exprs);
    return 0;
}

/* A batch with the rows of b for which the condition is true. Owned by the caller. */
static int filter(calc *c, fl_eval *ev, fl_batch *b, fl_batch **out, fl_error *err) {
    fl_column *yes;
    if (fl_program_run(c->condition, ev, b, true, &yes, err) < 0) return fl_op_fail_row(&c->base, ev, err);
    fl_batch *kept = fl_batch_copy(b);
    uint16_t *sel = fl_arena_alloc(ev->scratch, sizeof *sel * (size_t)b->n_sel + 2);
    int n = fl_select_true(yes, (fl_rows){b->sel, b->n_sel}, sel);
    fl_column_unref(yes);
    if (n < b->n_sel) {
        memcpy(fl_batch_need_sel(kept), sel, sizeof *sel * (size_t)n);
        kept->n_sel = n;
    }
    *out = kept;
    return 0;
}

static int calc_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    calc *c = (calc *)op;
    fl_eval ev;
    fl_op_eval(op, b, &ev);
    fl_batch *in = b;
    if (c->condition != NULL)
        FL_TRY(filter(c, &ev, b, &in, err));
    else
        fl_batch_ref(in);
    fl_batch *out = fl_batch_new(c->n_out, in->n);
    out->split = in->split;
    out->first = in->first;
    int rc = 0;
    if (in->n_sel > 0) {
        rc = fl_program_run(c->exprs, &ev, in, false, out->cols, err);
        if (rc < 0) fl_op_fail_row(op, &ev, err);
    } else { /* only marks are left */
        out->n = out->n_sel = 0;
        const fl_schema *s = &((const fl_plan *)op->plan)->outputs[0].schema;
        for (int i = 0; i < c->n_out; i++) out->cols[i] = fl_column_new(s->fields[i].type, 0);
        for (int i = 0; i < in->n_marks; i++) fl_batch_add_mark(out, -1, in->marks[i].watermark);
    }
    if (rc == 0 && in->n_sel > 0) {
        if (in->sel != NULL) {
            memcpy(fl_batch_need_sel(out), in->sel, sizeof *in->sel * (size_t)in->n_sel);
            out->n_sel = in->n_sel;
        }
        if (in->kinds != NULL) memcpy(fl_batch_need_kinds(out), in->kinds, (size_t)in->n);
        for (int i = 0; i < in->n_marks; i++) fl_batch_add_mark(out, in->marks[i].row, in->marks[i].watermark);
    }
    if (rc == 0) rc = fl_emit(op, 0, out, err);
    fl_batch_unref(out);
    fl_batch_unref(in);
    return rc;
}

static const fl_op_type calc_type = {.name = "Calc", .open = calc_open, .batch = calc_batch};
const fl_op_class fl_calc_class = {&calc_type, sizeof(calc)};
