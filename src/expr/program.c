/* SPDX-License-Identifier: Apache-2.0 */
/* program.c -- compiles expressions into steps and runs them.
 *
 * Example:    v > 10 AND 100 / (v - 20) < 7        columns: 0 = v
 *
 *     step  kernel   out  in      rows
 *       0   >        r2   r0 r1   s0            r1 = 10
 *       1   narrow   s1   r2      s0            rows where r2 is not false: the division could fail
 *       2   -        r4   r0 r3   s1            r3 = 20
 *       3   /        r6   r5 r4   s1            r5 = 100
 *       4   <        r8   r6 r7   s1            r7 = 7
 *       5   and      r9   r2 r8   s0
 *
 * A CASE or COALESCE of cheap branches is one blend step instead: its arguments are computed for all rows.
 *
 * Registers: the first n_columns are the batch's columns, then literals and results, in the order they are met.
 * Selections: 0 is the batch's own; others are made by narrow steps and are subsets of their parent.
 *
 * Invariants: (1) a register is written by one step, before any step that reads it.  (2) a register computed for
 *             selection s may be read for any selection below s.
 */
#include "expr/program.h"

#include <stdlib.h>

#include "expr/blend.h"
#include "expr/fill.h"
#include "expr/functions_int.h"

typedef enum step_op {
    STEP_CALL,   /* out = kernel(in…) for the rows of sel */
    STEP_NARROW, /* sel_out = rows of sel where in[0] is … */
    STEP_MERGE,  /* out = in[i] for the rows of sels[i]; NULL elsewhere */
    STEP_BLEND,  /* CASE and COALESCE over arguments that are computed for all rows of sel */
    STEP_FILL,   /* out = in[0], where NULLs become values if in[1], in[2], … have one, too, or do not exist */
} step_op;

typedef enum narrow_to { NARROW_TRUE, NARROW_NOT_TRUE, NARROW_NOT_FALSE, NARROW_NULL, NARROW_NOT_NULL } narrow_to;

typedef struct step {
    step_op op;
    fl_kernel_fn *kernel;
    fl_kernel_call call;
    unsigned flags;
    int out;
    int *in;
    int n_in;
    int sel, sel_out;
    narrow_to narrow;
    int *sels; /* MERGE */
} step;

typedef struct reg {
    const fl_expr *expr; /* what it holds; NULL for batch columns */
    int sel;             /* the rows it is computed for */
    fl_column *col;      /* results: kept between batches for reuse; literals: constant. Owned */
    bool literal;
    fl_column *now; /* during a run: the column that holds it; borrowed */
} reg;

typedef struct selection {
    int parent;
    uint16_t *sel;
    int n, cap;
} selection;

struct fl_program {
    fl_arena *arena;
    reg *regs;
    int n_regs, cap_regs;
    step *steps;
    int n_steps, cap_steps;
    selection *sels;
    int n_sels, cap_sels;
    int *out; /* register of each expression */
    int n_out;
    int n_columns;
};

/* ---- compiling ---- */

static int compile(fl_program *p, const fl_expr *e, int sel, int *out, fl_error *err);

static bool below(const fl_program *p, int sel, int ancestor) {
    while (sel != ancestor && sel > 0) sel = p->sels[sel].parent;
    return sel == ancestor;
}

static int new_reg(fl_program *p, const fl_expr *e, int sel) {
    FL_PUSH(p->arena, p->regs, p->n_regs, p->cap_regs, ((reg){.expr = e, .sel = sel}));
    return p->n_regs - 1;
}

static step *new_step(fl_program *p, step_op op, int sel, int n_in) {
    step s = {.op = op, .sel = sel, .n_in = n_in, .in = FL_NEW_N(p->arena, int, n_in)};
    FL_PUSH(p->arena, p->steps, p->n_steps, p->cap_steps, s);
    return &p->steps[p->n_steps - 1];
}

static int narrow(fl_program *p, int sel, int by, narrow_to to) {
    FL_PUSH(p->arena, p->sels, p->n_sels, p->cap_sels, ((selection){.parent = sel}));
    step *s = new_step(p, STEP_NARROW, sel, 1);
    s->in[0] = by;
    s->narrow = to;
    s->sel_out = p->n_sels - 1;
    return s->sel_out;
}

static int find_equal(const fl_program *p, const fl_expr *e, int sel) {
    for (int i = p->n_columns; i < p->n_regs; i++)
        if (p->regs[i].expr != NULL && below(p, sel, p->regs[i].sel) && fl_expr_equal(p->regs[i].expr, e)) return i;
    return -1;
}

/* An argument is given rows of its own only if it is worth it. */
static int compile_narrowed(fl_program *p, const fl_expr *e, int sel, int by, narrow_to to, int *out, fl_error *err) {
    return compile(p, e, fl_expr_guarded(e) ? narrow(p, sel, by, to) : sel, out, err);
}

static void call_step(fl_program *p, const fl_expr *e, int sel, const int *in, int n_in, int out) {
    step *s = new_step(p, STEP_CALL, sel, n_in);
    memcpy(s->in, in, sizeof *in * (size_t)n_in);
    s->kernel = e->fn->choose(e);
    s->call.expr = e;
    s->flags = e->fn->flags;
    s->out = out;
}

/* AND and OR of any number of arguments, two at a time: a AND b AND c = (a AND b) AND c. */
static int compile_logic(fl_program *p, const fl_expr *e, int sel, int *out, fl_error *err) {
    bool is_and = e->fn->special == FL_SPECIAL_AND;
    int left;
    FL_TRY(compile(p, e->args[0], sel, &left, err));
    for (int i = 1; i < e->n_args; i++) {
        int right;
        FL_TRY(compile_narrowed(p, e->args[i], sel, left, is_and ? NARROW_NOT_FALSE : NARROW_NOT_TRUE, &right, err));
        int both = new_reg(p, i + 1 == e->n_args ? e : NULL, sel);
        call_step(p, e, sel, (int[]){left, right}, 2, both);
        left = both;
    }
    *out = left;
    return 0;
}

static int merge(fl_program *p, const fl_expr *e, int sel, const int *in, const int *sels, int n) {
    int out = new_reg(p, e, sel);
    step *s = new_step(p, STEP_MERGE, sel, n);
    memcpy(s->in, in, sizeof *in * (size_t)n);
    s->sels = FL_NEW_N(p->arena, int, n);
    memcpy(s->sels, sels, sizeof *sels * (size_t)n);
    s->call.expr = e;
    s->out = out;
    return out;
}

enum { BLEND_ARGS_MAX = 16 }; /* beyond, rows that earlier branches have taken are worth skipping */

/* All arguments may be computed for rows that do not need them, and cost little. */
static bool is_blend(const fl_expr *e) {
    if (!fl_can_blend(fl_type_phys(e->type)) || e->n_args > BLEND_ARGS_MAX) return false;
    for (int i = 0; i < e->n_args; i++)
        if (fl_expr_guarded(e->args[i]) || !fl_expr_deterministic(e->args[i])) return false;
    return true;
}

static int compile_blend(fl_program *p, const fl_expr *e, int sel, int *out, fl_error *err) {
    int *in = FL_NEW_N(p->arena, int, e->n_args);
    for (int i = 0; i < e->n_args; i++) FL_TRY(compile(p, e->args[i], sel, &in[i], err));
    *out = new_reg(p, e, sel);
    step *s = new_step(p, STEP_BLEND, sel, e->n_args);
    memcpy(s->in, in, sizeof *in * (size_t)e->n_args);
    s->call.expr = e;
    s->out = *out;
    return 0;
}

/* CASE and COALESCE: each result for the rows that no earlier branch has taken. */
static int compile_branches(fl_program *p, const fl_expr *e, int sel, int *out, fl_error *err) {
    bool is_case = e->fn->special == FL_SPECIAL_CASE;
    int n = is_case ? e->n_args / 2 + 1 : e->n_args;
    int *in = FL_NEW_N(p->arena, int, n), *sels = FL_NEW_N(p->arena, int, n), rest = sel;
    for (int i = 0; i < n; i++) {
        bool last = i + 1 == n;
        if (is_case) {
            int when;
            sels[i] = rest;
            if (!last) {
                FL_TRY(compile(p, e->args[2 * i], rest, &when, err));
                sels[i] = narrow(p, rest, when, NARROW_TRUE);
                rest = narrow(p, rest, when, NARROW_NOT_TRUE);
            }
            FL_TRY(compile(p, e->args[last ? e->n_args - 1 : 2 * i + 1], sels[i], &in[i], err));
        } else {
            FL_TRY(compile(p, e->args[i], rest, &in[i], err));
            sels[i] = narrow(p, rest, in[i], NARROW_NOT_NULL);
            if (!last) rest = narrow(p, rest, in[i], NARROW_NULL);
        }
    }
    *out = merge(p, e, sel, in, sels, n);
    return 0;
}

static int compile(fl_program *p, const fl_expr *e, int sel, int *out, fl_error *err) {
    if (e->kind == FL_EXPR_COLUMN) {
        fl_assert(e->column >= 0 && e->column < p->n_columns);
        *out = e->column;
        return 0;
    }
    bool shared = fl_expr_deterministic(e);
    if (shared && (*out = find_equal(p, e, sel)) >= 0) return 0;
    if (e->kind == FL_EXPR_LITERAL) {
        *out = new_reg(p, e, 0);
        p->regs[*out].literal = true;
        p->regs[*out].col = fl_value_column(&e->value);
        return 0;
    }
    if (e->fn->special == FL_SPECIAL_AND || e->fn->special == FL_SPECIAL_OR) return compile_logic(p, e, sel, out, err);
    if (e->fn->special != FL_SPECIAL_NONE && is_blend(e)) return compile_blend(p, e, sel, out, err);
    if (e->fn->special != FL_SPECIAL_NONE) return compile_branches(p, e, sel, out, err);
    int *in = FL_NEW_N(p->arena, int, e->n_args);
    for (int i = 0; i < e->n_args; i++) FL_TRY(compile(p, e->args[i], sel, &in[i], err));
    *out = new_reg(p, shared ? e : NULL, sel);
    call_step(p, e, sel, in, e->n_args, *out);
    return 0;
}

static void program_deinit(void *arg) {
    fl_program *p = arg;
    for (int i = 0; i < p->n_steps; i++) {
        const fl_kernel_call *call = &p->steps[i].call;
        if (p->steps[i].op == STEP_CALL && call->cache != NULL && call->expr->fn->close != NULL)
            call->expr->fn->close(call->cache);
    }
    for (int i = 0; i < p->n_regs; i++) fl_column_unref(p->regs[i].col);
    for (int i = 0; i < p->n_sels; i++) free(p->sels[i].sel);
}

int fl_program_new(fl_arena *a, fl_expr *const *exprs, int n, int n_columns, fl_program **out, fl_error *err) {
    fl_program *p = FL_NEW(a, fl_program);
    p->arena = a;
    p->n_columns = n_columns;
    fl_arena_on_free(a, program_deinit, p);
    for (int i = 0; i < n_columns; i++) new_reg(p, NULL, 0);
    FL_PUSH(a, p->sels, p->n_sels, p->cap_sels, ((selection){.parent = -1}));
    p->out = FL_NEW_N(a, int, n);
    p->n_out = n;
    for (int i = 0; i < n; i++) FL_TRY(compile(p, exprs[i], 0, &p->out[i], err));
    *out = p;
    return 0;
}

/* The step that computes a register. */
static const step *step_of(const fl_program *p, int out) {
    const step *s = p->steps, *end = s + p->n_steps;
    while (s < end && (s->op == STEP_NARROW || s->out != out)) s++;
    fl_assert(s < end);
    return s;
}

/* Of a NULL that was computed at planning: not the function's own. */
static bool is_handed_down(const fl_expr *literal) {
    for (int i = 0; i < literal->n_args; i++)
        if (literal->args[i]->value.is_null) return true;
    return literal->fn->special != FL_SPECIAL_NONE;
}

static void fill_literal(fl_program *p, int i, const fl_expr *e) {
    if (!e->value.is_null || !is_handed_down(e)) return;
    p->out[i] = new_reg(p, NULL, 0);
    reg *r = &p->regs[p->out[i]];
    r->literal = true;
    r->col = fl_column_new(e->type, 1);
    fl_column_append_fill(r->col, e->type);
    r->col->constant = true;
}

void fl_program_fill(fl_program *p, fl_expr *const *exprs) {
    for (int i = 0; i < p->n_out; i++) {
        const fl_expr *e = exprs[i];
        if (e->fn == NULL || !fl_type_has_fill(e->type)) continue;
        bool branches = e->fn->special != FL_SPECIAL_NONE;
        if (!branches && !(e->fn->flags & FL_FN_STRICT)) continue;
        if (fl_expr_is_literal(e)) {
            fill_literal(p, i, e);
            continue;
        }
        const step *call = step_of(p, p->out[i]);
        int n_in = branches ? 0 : call->n_in, *in = call->in;
        step *s = new_step(p, STEP_FILL, 0, n_in + 1);
        s->in[0] = p->out[i];
        memcpy(s->in + 1, in, sizeof *in * (size_t)n_in);
        s->call.expr = e;
        s->out = p->out[i] = new_reg(p, NULL, 0);
    }
}

/* ---- running ---- */

int fl_select_true(const fl_column *c, fl_rows rows, uint16_t *sel) {
    int n = 0;
    if (c->constant) {
        if (fl_column_is_null(c, 0) || !fl_bit(c->data, 0)) return 0;
        for (int k = 0; k < rows.n; k++) sel[k] = (uint16_t)(rows.sel ? rows.sel[k] : k);
        return rows.n;
    }
    const uint8_t *bits = c->data, *valid = c->valid;
    if (rows.sel != NULL) {
        for (int k = 0; k < rows.n; k++) {
            int i = rows.sel[k];
            sel[n] = (uint16_t)i;
            n += fl_bit(bits, i) && (valid == NULL || fl_bit(valid, i));
        }
        return n;
    }
    for (int base = 0; base < rows.n; base += 64) {
        uint64_t word, ok;
        memcpy(&word, bits + base / 8, 8);
        if (valid != NULL) {
            memcpy(&ok, valid + base / 8, 8);
            word &= ok;
        }
        if (rows.n - base < 64) word &= (1ull << (rows.n - base)) - 1;
        for (; word != 0; word &= word - 1) sel[n++] = (uint16_t)(base + __builtin_ctzll(word));
    }
    return n;
}

static fl_rows rows_of(const fl_program *p, int sel) { return (fl_rows){p->sels[sel].sel, p->sels[sel].n}; }

static void run_narrow(fl_program *p, const step *s, const fl_rows *all) {
    fl_rows rows = s->sel == 0 ? *all : rows_of(p, s->sel);
    selection *to = &p->sels[s->sel_out];
    const fl_column *c = p->regs[s->in[0]].now;
    if (to->cap < rows.n) {
        to->cap = rows.n;
        to->sel = fl_realloc(to->sel, sizeof *to->sel * (size_t)to->cap);
    }
    if (s->narrow == NARROW_TRUE) {
        to->n = fl_select_true(c, rows, to->sel);
        return;
    }
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k;
        bool null = fl_column_is_null(c, i), yes = false;
        switch (s->narrow) {
        case NARROW_NOT_TRUE: yes = null || !fl_bit(c->data, fl_column_at(c, i)); break;
        case NARROW_NOT_FALSE: yes = null || fl_bit(c->data, fl_column_at(c, i)); break;
        case NARROW_NULL: yes = null; break;
        case NARROW_NOT_NULL: yes = !null; break;
        default: fl_assert(!"unreachable");
        }
        to->sel[n] = (uint16_t)i;
        n += yes;
    }
    to->n = n;
}

/* A column for a result: the one of the last batch if nobody else holds it. */
static fl_column *result_column(reg *r, const fl_type *type, int n) {
    if (r->col == NULL || !fl_column_exclusive(r->col) || r->col->cap < n) {
        fl_column_unref(r->col);
        r->col = fl_column_new(type, FL_MAX(n, FL_BATCH_ROWS));
    } else {
        fl_column_reset(r->col);
    }
    r->col->constant = false;
    r->now = r->col;
    return r->col;
}

typedef enum validity { ALL_VALID, SOME_VALID, NONE_VALID } validity;

/* The rows of a strict call that have no NULL argument: sets out's bitmap. */
static validity strict_validity(const reg *regs, const step *s, fl_column *out, int n) {
    validity v = ALL_VALID;
    size_t words = fl_bitmap_bytes(n) / 8;
    for (int i = 0; i < s->n_in; i++) {
        const fl_column *c = regs[s->in[i]].now;
        if (c->phys == FL_P_NONE || (c->constant && fl_column_is_null(c, 0))) return NONE_VALID;
        if (c->constant || c->valid == NULL) continue;
        if (v == ALL_VALID) {
            fl_column_need_valid(out);
            memcpy(out->valid, c->valid, words * 8);
            v = SOME_VALID;
            continue;
        }
        for (size_t w = 0; w < words; w++) {
            uint64_t a, b; /* a sliced bitmap need not begin at a word */
            memcpy(&a, out->valid + 8 * w, 8);
            memcpy(&b, c->valid + 8 * w, 8);
            a &= b;
            memcpy(out->valid + 8 * w, &a, 8);
        }
    }
    return v;
}

/* The first of `rows` at which a call that has failed fails by itself, told in err; -1: at none. */
static int failing_row(fl_eval *ev, step *s, fl_column *const *in, fl_column *out, fl_rows rows, fl_error *err) {
    bool varies = false;
    int n = out->n;
    for (int i = 0; i < s->n_in; i++) varies |= !in[i]->constant;
    for (int k = 0; varies && !(s->flags & FL_FN_DYNAMIC) && k < rows.n; k++) {
        uint16_t row = (uint16_t)fl_row_at(rows, k);
        fl_error alone;
        fl_column_reset(out);
        out->n = n;
        if (s->kernel(ev, &s->call, in, out, (fl_rows){&row, 1}, &alone) < 0) {
            *err = alone;
            return row;
        }
    }
    return -1;
}

/* The rows without those that are not valid. */
static fl_rows valid_rows(fl_rows rows, const uint8_t *valid, fl_arena *scratch) {
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)rows.n + 2);
    int k = 0;
    for (int j = 0; j < rows.n; j++) {
        int i = fl_row_at(rows, j);
        sel[k] = (uint16_t)i;
        k += fl_bit(valid, i);
    }
    return (fl_rows){sel, k};
}

/* A strict call: validity is set, and rows become those that the kernel is to compute. False: there is nothing to
 * compute. */
static bool prepare_strict(const fl_program *p, fl_eval *ev, const step *s, fl_column *out, fl_rows *rows) {
    int n = out->n;
    validity v = strict_validity(p->regs, s, out, n);
    if (v == NONE_VALID) {
        out->n = 0;
        fl_column_append_nulls(out, n);
        return false;
    }
    bool careful = s->flags & (FL_FN_FALLIBLE | FL_FN_COSTLY);
    if (careful && v == SOME_VALID)
        *rows = valid_rows(*rows, out->valid, ev->scratch);
    else if (!careful && rows->sel != NULL && rows->n > n / 4)
        *rows = (fl_rows){NULL, n}; /* computing all is cheaper than picking some */
    return true;
}

static int run_call(fl_program *p, fl_eval *ev, step *s, int n, fl_rows rows, fl_error *err) {
    fl_column *out = result_column(&p->regs[s->out], s->call.expr->type, n);
    fl_column **in = fl_arena_alloc(ev->scratch, sizeof *in * (size_t)(s->n_in + 1));
    for (int i = 0; i < s->n_in; i++) in[i] = p->regs[s->in[i]].now;
    out->n = n;
    if ((s->flags & FL_FN_STRICT) && !prepare_strict(p, ev, s, out, &rows)) return 0;
    if (out->phys == FL_P_VIEW && rows.sel != NULL) memset(out->data, 0, sizeof(fl_view) * (size_t)n); /* readable */
    int rc = s->kernel(ev, &s->call, in, out, rows, err);
    if (rc < 0) {
        ev->failed = s->call.expr;
        ev->failed_row = failing_row(ev, s, in, out, rows, err);
        if (rc == FL_E_VALIDATION) err->code = FL_E_RUNTIME; /* a pattern in a row, not in the statement */
        return fl_error_at(err, s->call.expr->span);
    }
    return 0;
}

/* Copies values in place; for layouts where a row's place is fixed. */
static void copy_rows(fl_column *out, const fl_column *in, fl_rows rows) {
    int size = fl_phys_size(out->phys);
    fl_column_share_heaps(out, in);
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k, j = fl_column_at(in, i);
        if (fl_column_is_null(in, i)) {
            fl_bit_clear(out->valid, i);
            continue;
        }
        fl_bit_set(out->valid, i);
        if (out->phys == FL_P_BOOL)
            fl_bit_put(out->data, i, fl_bit(in->data, j));
        else
            memcpy((char *)out->data + (size_t)i * (size_t)size, (const char *)in->data + (size_t)j * (size_t)size,
                   (size_t)size);
    }
}

static void run_merge(fl_program *p, fl_eval *ev, const step *s, int n, const fl_rows *all) {
    fl_column *out = result_column(&p->regs[s->out], s->call.expr->type, n);
    bool fixed = out->phys != FL_P_LIST && out->phys != FL_P_MAP && out->phys != FL_P_ROW && out->phys != FL_P_OBJECT;
    uint16_t *which = NULL;
    if (fixed) {
        fl_column_append_nulls(out, n);
        fl_column_need_valid(out);
    } else {
        which = fl_arena_alloc(ev->scratch, sizeof *which * (size_t)n + 2);
        memset(which, 255, sizeof *which * (size_t)n);
    }
    for (int b = 0; b < s->n_in; b++) {
        fl_rows rows = s->sels[b] == 0 ? *all : rows_of(p, s->sels[b]);
        const fl_column *in = p->regs[s->in[b]].now;
        if (fixed && in->phys != FL_P_NONE)
            copy_rows(out, in, rows);
        else if (!fixed)
            for (int k = 0; k < rows.n; k++) which[rows.sel ? rows.sel[k] : k] = (uint16_t)b;
    }
    for (int i = 0; !fixed && i < n; i++) {
        if (which[i] == UINT16_MAX || fl_column_is_null(p->regs[s->in[which[i]]].now, i))
            fl_column_append_null(out);
        else
            fl_column_append_from(out, p->regs[s->in[which[i]]].now, fl_column_at(p->regs[s->in[which[i]]].now, i));
    }
}

/* Bits of the rows where a BOOLEAN column is true, or where any column has a value. */
static void true_bits(const fl_column *c, bool has_value, uint64_t *bits, int n) {
    for (int w = 0; w * 64 < n; w++) {
        uint64_t valid = fl_valid_word(c, w);
        bits[w] = has_value || valid == 0 ? valid : valid & fl_bool_word(c, w);
    }
}

/* From the last branch to the first, so that the first one that applies stays. */
static void run_blend(fl_program *p, fl_eval *ev, const step *s, int n) {
    fl_column *out = result_column(&p->regs[s->out], s->call.expr->type, n);
    bool is_case = s->call.expr->fn->special == FL_SPECIAL_CASE;
    uint64_t *take = fl_arena_alloc(ev->scratch, fl_bitmap_bytes(n) + 8);
    fl_blend_all(out, p->regs[s->in[s->n_in - 1]].now, n);
    for (int k = s->n_in - 2; k >= 0; k -= is_case ? 2 : 1) {
        const fl_column *then = p->regs[s->in[k]].now;
        true_bits(is_case ? p->regs[s->in[k - 1]].now : then, !is_case, take, n);
        fl_blend(out, then, take, n);
    }
}

static bool any_null(const fl_program *p, const step *s, int row) {
    for (int i = 1; i < s->n_in; i++)
        if (fl_column_is_null(p->regs[s->in[i]].now, row)) return true;
    return s->n_in == 1;
}

/* A bitmap says little: of COALESCE it has been filled up. */
static bool has_null(const fl_column *c, fl_rows rows) {
    if (!fl_column_may_be_null(c)) return false;
    if (c->constant) return rows.n > 0;
    uint64_t all = ~0ull;
    for (int w = 0; w * 64 < c->n; w++) all &= fl_valid_word(c, w) | (c->n - w * 64 < 64 ? ~0ull << c->n % 64 : 0);
    for (int k = 0; all != ~0ull && k < rows.n; k++)
        if (fl_column_is_null(c, fl_row_at(rows, k))) return true;
    return false;
}

static void run_fill(fl_program *p, const step *s, int n, fl_rows rows) {
    fl_column *in = p->regs[s->in[0]].now;
    if (!has_null(in, rows)) {
        p->regs[s->out].now = in;
        return;
    }
    const fl_type *type = s->call.expr->type;
    fl_column *out = result_column(&p->regs[s->out], type, n);
    for (int i = 0, k = 0; i < n; i++) {
        bool counts = k < rows.n && fl_row_at(rows, k) == i;
        k += counts;
        if (counts && fl_column_is_null(in, i) && any_null(p, s, i))
            fl_column_append_fill(out, type);
        else if (counts)
            fl_column_append_from(out, in, i);
        else
            fl_column_append_null(out);
    }
}

int fl_program_run(fl_program *p, fl_eval *ev, fl_batch *b, bool keep_constants, fl_column **out, fl_error *err) {
    fl_rows all = {b->sel, b->n_sel};
    for (int i = 0; i < p->n_columns; i++) p->regs[i].now = b->cols[i];
    for (int i = p->n_columns; i < p->n_regs; i++)
        if (p->regs[i].literal) p->regs[i].now = p->regs[i].col;
    for (int i = 0; i < p->n_steps; i++) {
        step *s = &p->steps[i];
        switch (s->op) {
        case STEP_CALL: FL_TRY(run_call(p, ev, s, b->n, s->sel == 0 ? all : rows_of(p, s->sel), err)); break;
        case STEP_NARROW: run_narrow(p, s, &all); break;
        case STEP_MERGE: run_merge(p, ev, s, b->n, &all); break;
        case STEP_BLEND: run_blend(p, ev, s, b->n); break;
        case STEP_FILL: run_fill(p, s, b->n, all); break;
        }
    }
    for (int i = 0; i < p->n_out; i++) {
        fl_column *c = p->regs[p->out[i]].now;
        if (c->constant && !keep_constants)
            out[i] = fl_column_take(c, NULL, b->n);
        else
            out[i] = fl_column_ref(c);
    }
    return 0;
}

static void release_column(void *c) { fl_column_unref(c); }

int fl_expr_evaluate(fl_arena *a, const fl_expr *e, fl_eval *ev, fl_value *out, fl_error *err) {
    fl_program *p;
    fl_column *c;
    fl_expr *exprs[] = {(fl_expr *)(uintptr_t)e};
    FL_TRY(fl_program_new(a, exprs, 1, 0, &p, err));
    fl_batch *b = fl_batch_new(0, 1);
    int rc = fl_program_run(p, ev, b, true, &c, err);
    fl_batch_unref(b);
    if (rc < 0) return rc;
    *out = fl_value_get(c, 0); /* may point into the column, which lives as long as the value from here on */
    out->type = e->type;
    fl_arena_on_free(a, release_column, c);
    return 0;
}
