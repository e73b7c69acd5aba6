/* SPDX-License-Identifier: Apache-2.0 */
/* batch_rows.c -- a function gives a row the same value, whatever rows and columns are around it.
 *
 *     batch_rows [-s SEED] [-n SIGNATURES] [FUNCTION…]     SIGNATURES of each function at most, drawn from all
 *
 * For every function of the registry, for the argument types that its rule accepts (draw.h), nullable and not, a call
 * over columns of troublesome values is evaluated
 *     - row by row: what the others are compared with, value by value and error code by error code,
 *     - as a batch: where rows fail the batch must fail as one of them does; without these rows it must succeed,
 *     - with a random selection,
 *     - over slices of longer columns, at offsets where bitmaps begin inside a byte and where they do not,
 *     - over nullable columns that happen to have no NULL, with and without a bitmap,
 *     - with each argument in turn as a constant: put into the bound call, and bound anew as a literal,
 *     - with all arguments constant, which is how constants are folded.
 * The rows' arguments are columns of one row each, made by themselves.
 *
 * Exempt:    functions that differ from call to call, or read watermarks; OVERLAPS, which becomes other calls of the
 *            parts of its rows; what a type rule makes another type of, or refuses, when it sees a literal; literals
 *            that the planner makes something else of (literals_differ).
 */
#include <getopt.h>

#include "draw.h"

enum { ROWS = 67 /* more than a word of a bitmap */, BEFORE_MAX = 9, SIGNATURES = 30, SEED = 17 };

static evaluator eval;
static fl_arena arena; /* of one call */

typedef struct call {
    const signature *s;
    fl_expr *args[ARGS_MAX], *e;
    fl_column *cols[ARGS_MAX]; /* what the call is over; words of the syntax: a column that nobody reads */
    fl_column *value[ROWS];    /* of each row; NULL: it fails */
    int code[ROWS];            /* of its failure */
    uint16_t good[ROWS];       /* rows that do not fail */
    int n_good;
} call;

static int failures;

/* ---- reports ---- */

static void describe(const call *c, int row) {
    static const char *const names[ARGS_MAX] = {"a", "b", "c", "d", "e", "f"};
    fl_buf out;
    fl_buf_init(&out);
    fl_expr_print(&out, c->e, names);
    for (int i = 0; i < c->s->n; i++) {
        fl_buf_printf(&out, ", %s %s", names[i], fl_type_name(&arena, c->args[i]->type, FL_TYPE_SUMMARY));
        if (row >= 0 && c->args[i]->kind == FL_EXPR_COLUMN)
            fl_buf_printf(&out, " = %.200s", shown(&arena, c->cols[i], row));
    }
    fprintf(stderr, "%s\n", fl_buf_cstr(&out));
    fl_buf_deinit(&out);
}

static void complain(const call *c, const char *how, int row, const char *got, const char *want) {
    failures++;
    describe(c, row);
    fprintf(stderr, "    %s: %s instead of %s\n", how, got, want);
}

/* Row `at` of the result is what row `row` gives alone. */
static bool check_value(const call *c, const char *how, const fl_column *got, int at, int row) {
    if (fl_column_equal_at(got, at, c->value[row], 0)) return true;
    complain(c, how, row, shown(&arena, got, at), shown(&arena, c->value[row], 0));
    return false;
}

static void check_failure(const call *c, const char *how, int rc, const fl_error *err) {
    for (int i = 0; i < ROWS; i++)
        if (c->value[i] == NULL && c->code[i] == rc) return;
    complain(c, how, -1, rc < 0 ? err->message : "success", "the failure of a row");
}

/* ---- ways ---- */

/* Evaluates the program over the rows of the table; the selected ones, or all, must give what rows[] say. */
static void check_run(const call *c, const char *how, fl_program *p, const table *t, const uint16_t *rows) {
    fl_column *out;
    fl_error err;
    int rc = evaluate(&eval, p, t, &out, &err);
    if (rc < 0) {
        complain(c, how, -1, err.message, "success");
        return;
    }
    fl_column_check(out);
    for (int k = 0; k < (t->sel != NULL ? t->n_sel : t->n_rows); k++)
        if (!check_value(c, how, out, t->sel != NULL ? t->sel[k] : k, rows[k])) break;
    fl_column_unref(out);
}

/* Row by row. */
static void evaluate_rows(call *c, fl_program *p) {
    fl_error err;
    for (int i = 0; i < ROWS; i++) {
        fl_column *one[ARGS_MAX];
        uint16_t at = (uint16_t)i;
        for (int k = 0; k < c->s->n; k++) one[k] = fl_column_take(c->cols[k], &at, 1);
        table t = {one, c->s->n, 1, NULL, 0};
        c->code[i] = evaluate(&eval, p, &t, &c->value[i], &err);
        if (c->code[i] < 0) c->value[i] = NULL;
        if (c->code[i] == 0) c->good[c->n_good++] = (uint16_t)i;
        for (int k = 0; k < c->s->n; k++) fl_column_unref(one[k]);
    }
}

static void check_batches(call *c, fl_program *p, chance *ch) {
    fl_column *out;
    fl_error err;
    table t = {c->cols, c->s->n, ROWS, NULL, 0};
    if (c->n_good < ROWS) {
        int rc = evaluate(&eval, p, &t, &out, &err);
        check_failure(c, "as a batch", rc, &err);
        if (rc == 0) fl_column_unref(out);
        t.sel = c->good, t.n_sel = c->n_good;
    }
    uint16_t all[ROWS], some[ROWS];
    int n = 0;
    for (int i = 0; i < ROWS; i++) all[i] = (uint16_t)i;
    check_run(c, "as a batch", p, &t, t.sel != NULL ? c->good : all);
    for (int k = 0; k < c->n_good; k++)
        if (chance_below(ch, 3) == 0) some[n++] = c->good[k];
    t.sel = some, t.n_sel = n;
    check_run(c, "with a selection", p, &t, some);
}

/* The same rows behind `before` others, cut out again. */
static void check_slice(call *c, fl_program *p, chance *ch, int before) {
    fl_column *cut[ARGS_MAX];
    for (int k = 0; k < c->s->n; k++) {
        fl_column *longer = fl_column_new(c->cols[k]->type, ROWS + before);
        while (longer->n < before) append_drawn(longer, ch);
        fl_column_append_rows(longer, c->cols[k], NULL, ROWS);
        cut[k] = fl_column_slice(longer, before, ROWS);
        fl_column_unref(longer);
    }
    table t = {cut, c->s->n, ROWS, c->good, c->n_good};
    check_run(c, before % 8 == 0 ? "sliced at a byte" : "sliced inside a byte", p, &t, c->good);
    for (int k = 0; k < c->s->n; k++) fl_column_unref(cut[k]);
}

/* Bitmaps where there is no need for any. */
static void check_full_bitmaps(call *c, fl_program *p) {
    fl_column *full[ARGS_MAX];
    for (int k = 0; k < c->s->n; k++) {
        full[k] = fl_column_take(c->cols[k], NULL, ROWS);
        fl_column_need_valid(full[k]);
    }
    table t = {full, c->s->n, ROWS, c->good, c->n_good};
    check_run(c, "with full bitmaps", p, &t, c->good);
    for (int k = 0; k < c->s->n; k++) fl_column_unref(full[k]);
}

/* Literals of which the planner makes something else than rows give: FLOATs and CHARs that are computed, texts that are
 * cut or padded, comparisons with a FLOAT or a NaN, a negative zero; a number that is no DECIMAL of the key's type is
 * not IN if it is written, but is NULL in a column; so is a text that is no date where it is compared with one. */
static bool literals_differ(const call *c, const fl_expr *fresh, int arg, const fl_value *v) {
    const char *name = c->s->fn->name;
    bool approximate = fl_type_is_approximate(c->args[arg]->type);
    if (fresh->type->kind == FL_T_FLOAT || fresh->type->kind == FL_T_CHAR) return true;
    if (approximate && (fresh->type->kind == FL_T_BOOLEAN || (!v->is_null && v->d == 0 && signbit(v->d)))) return true;
    bool compares = fresh->type->kind == FL_T_BOOLEAN || strcmp(name, "NULLIF") == 0, text = false, time = false;
    for (int k = 0; k < c->s->n && compares; k++) {
        text |= fl_type_is_char(c->args[k]->type);
        time |= fl_type_is_datetime(c->args[k]->type);
    }
    if (text && time) return true;
    if (strcmp(name, "IN") == 0 || strcmp(name, "NOT IN") == 0) return c->args[0]->type->kind == FL_T_DECIMAL;
    return strcmp(name, "REGEXP_REPLACE") == 0; /* NULL for a bad pattern, where the type has one */
}

/* Both programs give the same for the table, or fail with the same code. */
static void compare(const call *c, const char *how, fl_program *p, fl_program *q, const table *t) {
    fl_column *want = NULL, *got = NULL;
    fl_error want_err, err;
    int rc_want = evaluate(&eval, p, t, &want, &want_err), rc = evaluate(&eval, q, t, &got, &err);
    int n = t->sel != NULL ? t->n_sel : t->n_rows;
    if (rc != rc_want)
        complain(c, how, -1, rc < 0 ? err.message : "success", rc_want < 0 ? want_err.message : "success");
    for (int k = 0; k < n && rc == 0 && rc_want == 0; k++) {
        int i = t->sel != NULL ? t->sel[k] : k;
        if (fl_column_equal_at(got, i, want, i)) continue;
        complain(c, how, i, shown(&arena, got, i), shown(&arena, want, i));
        break;
    }
    if (rc == 0) fl_column_unref(got);
    if (rc_want == 0) fl_column_unref(want);
}

/* The call bound with a literal for an argument; NULL: that is refused, or something else by right. */
static fl_program *bound_anew(call *c, int arg, fl_expr *literal) {
    fl_bind b = {.arena = &arena, .tz = fl_tz_utc(), .database = "default_database"};
    fl_expr *args[ARGS_MAX], *fresh;
    fl_error err;
    for (int k = 0; k < c->s->n; k++) args[k] = k == arg ? literal : c->args[k];
    if (fl_expr_call(&b, c->s->fn, args, c->s->n, (fl_span){0}, &fresh, &err) < 0) return NULL;
    if (!fl_type_equal(fresh->type, c->e->type, false) || literals_differ(c, fresh, arg, &literal->value)) return NULL;
    return compiled(&arena, fresh, c->s->n);
}

/* Compares the call whose argument `arg` is row `row`'s value, as a constant, with the same value in all rows: of a few
 * rows alone, so that other rows' failures do not count, then of all. */
static void check_constant(call *c, fl_program *p, int arg, int row) {
    fl_column *cols[ARGS_MAX];
    fl_expr *by[ARGS_MAX];
    uint16_t same[ROWS];
    int n = c->s->n;
    for (int i = 0; i < ROWS; i++) same[i] = (uint16_t)row;
    fl_value v = fl_value_get(c->cols[arg], row);
    for (int k = 0; k < n; k++) {
        cols[k] = k == arg ? fl_column_take(c->cols[k], same, ROWS) : fl_column_ref(c->cols[k]);
        by[k] = k == arg ? fl_expr_literal(&arena, &v) : fl_expr_column(&arena, k, c->args[k]->type);
    }
    fl_program *ways[] = {compiled(&arena, fl_expr_substitute(&arena, c->e, by), n), bound_anew(c, arg, by[arg])};
    for (int w = 0; w < 2 && ways[w] != NULL; w++) {
        const char *how = fl_arena_printf(&arena, "argument %d as a %s, %.200s", arg + 1,
                                          w == 0 ? "constant" : "literal", shown(&arena, c->cols[arg], row));
        for (int k = 0; k < c->n_good; k += 1 + c->n_good / 4)
            compare(c, how, p, ways[w], &(table){cols, n, ROWS, &c->good[k], 1});
        compare(c, how, p, ways[w], &(table){cols, n, ROWS, NULL, 0});
    }
    for (int k = 0; k < n; k++) fl_column_unref(cols[k]);
}

/* All arguments are constant. */
static void check_folding(call *c, int row) {
    fl_expr *by[ARGS_MAX];
    fl_value out;
    fl_error err;
    for (int k = 0; k < c->s->n; k++) {
        fl_value v = fl_value_get(c->cols[k], row);
        by[k] = fl_expr_literal(&arena, &v);
    }
    int rc = fl_expr_evaluate(&arena, fl_expr_substitute(&arena, c->e, by), &eval.ev, &out, &err);
    fl_arena_reset(&eval.scratch);
    if (rc < 0 || c->value[row] == NULL) {
        if (rc != c->code[row]) complain(c, "all constant", row, rc < 0 ? err.message : "success", "the row's outcome");
        return;
    }
    fl_column *got = fl_value_column(&out);
    check_value(c, "all constant", got, 0, row);
    fl_column_unref(got);
}

/* ---- one signature ---- */

static bool bind_call(call *c, chance *ch, bool nullable) {
    fl_bind b = {.arena = &arena, .tz = fl_tz_utc(), .database = "default_database"};
    fl_error err;
    for (int i = 0; i < c->s->n; i++) {
        const fl_type *t = c->s->type[i] < 0 ? fl_type_string(false) : drawn_types[c->s->type[i]];
        const char *const *words = words_at(c->s->fn, i);
        t = fl_type_nullable(&arena, t, nullable && chance_below(ch, 4) > 0);
        if (c->s->type[i] < 0)
            c->args[i] = word_literal(&arena, words, ch);
        else
            c->args[i] = i == 1 && is_cast(c->s->fn) ? fl_expr_null(&arena, t) : fl_expr_column(&arena, i, t);
        bool small = is_lengthy(c->s->fn) && fl_type_is_integer(t);
        c->cols[i] = (small ? small_column : drawn_column)(t, ROWS, ch);
    }
    if (fl_expr_call(&b, c->s->fn, c->args, c->s->n, (fl_span){0}, &c->e, &err) == 0) return true;
    for (int i = 0; i < c->s->n; i++) fl_column_unref(c->cols[i]);
    return false; /* a word that may not stand there */
}

/* True if there was something to compare. */
static bool check_call(const signature *s, chance *ch, bool nullable) {
    call c = {.s = s};
    if (!bind_call(&c, ch, nullable)) return false;
    fl_program *p = compiled(&arena, c.e, s->n);
    evaluate_rows(&c, p);
    check_batches(&c, p, ch);
    check_slice(&c, p, ch, 8);
    check_slice(&c, p, ch, 1 + chance_below(ch, 7));
    check_full_bitmaps(&c, p);
    for (int k = 0; k < s->n; k++)
        if (c.args[k]->kind == FL_EXPR_COLUMN) check_constant(&c, p, k, chance_below(ch, ROWS));
    for (int k = 0; k < 4; k++) check_folding(&c, chance_below(ch, ROWS));
    for (int i = 0; i < ROWS; i++) fl_column_unref(c.value[i]);
    for (int i = 0; i < s->n; i++) fl_column_unref(c.cols[i]);
    bool any = c.n_good > 0;
    fl_arena_reset(&arena);
    return any;
}

static bool is_named(const char *name, char **names, int n) {
    for (int i = 0; i < n; i++)
        if (fl_str_iis(fl_str_from(name), names[i])) return true;
    return n == 0;
}

int main(int argc, char **argv) {
    uint64_t seed = SEED;
    int most = SIGNATURES, calls = 0, functions = 0;
    for (int o; (o = getopt(argc, argv, "s:n:")) != -1;) {
        if (o == 's') seed = strtoull(optarg, NULL, 0);
        if (o == 'n') most = atoi(optarg);
        if (o == '?') return 2;
    }
    printf("seed %llu\n", (unsigned long long)seed);
    drawing_init();
    evaluator_init(&eval);
    fl_arena_init(&arena);
    for (int f = 0; f < fl_function_count(); f++) {
        const fl_function *fn = fl_function_at(f);
        chance ch = {.state = seed + (uint64_t)f};
        signatures found = {0};
        int compared = 0, before = failures;
        if (!is_drawn(fn) || !is_named(fn->name, argv + optind, argc - optind)) continue;
        find_signatures(&found, fn, &ch, most);
        for (int i = 0; i < found.n && failures < before + 3; i++)
            for (int nullable = 0; nullable < 2; nullable++) compared += check_call(&found.p[i], &ch, nullable);
        if (compared == 0) {
            fprintf(stderr, "%s: no arguments that it takes\n", fn->name);
            failures++;
        }
        calls += compared;
        functions++;
    }
    printf("%d functions, %d calls, %d failed\n", functions, calls, failures);
    fl_arena_deinit(&arena);
    evaluator_deinit(&eval);
    fl_arena_deinit(&drawn_arena);
    return failures > 0;
}
