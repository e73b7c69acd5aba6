/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_expr.c -- trees of random calls mean the same, however they are evaluated.
 *
 * The bytes choose a tree of calls of the registry, at most six deep, over columns and literals of any type: functions,
 * operators, CASE, AND, OR, COALESCE, casts, nested types. Types fit mostly from the start (tests/expr/draw.h finds out
 * what functions take), else a cast is put in. The columns hold troublesome values and NULLs with stray bits below.
 *
 * Proves: four ways give the same values, and where they give none the same error code:
 *     - the batch, some of whose rows are selected,
 *     - each selected row by itself,
 *     - each row's values put as constants into the bound tree,
 *     - the tree bound anew with a row's values as literals, which folds it: compared call by call from the leaves up.
 *
 * Exempt from the last: calls that with literals are refused or have another type, and those of which Flink's planner
 * makes something else than its run time does (literals_differ). What is above them is not compared for that row.
 * Functions that differ from call to call, or read watermarks, do not take part.
 *
 * Which tree the bytes make depends on the registry and so changes with it: what is found becomes a test of its own,
 * such as a line of tests/golden/expr/rows.tsv, and no file of a corpus. FUZZ_PRINT=1 prints the tree.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "../expr/draw.h"

enum { DEPTH_MAX = 6, COLUMNS_MAX = 8, ROWS_MAX = 70, FOLDED_ROWS = 3, SIGNATURES = 80, NODES_MAX = 60 };

/* ---- what functions take: found out once ---- */

static signatures found;          /* of all functions */
static int *giving[N_TYPES + 1];  /* indexes into found.p by the result's type; last: all */
static int n_giving[N_TYPES + 1]; /* how many */

static void find_all(void) {
    chance c = {.state = 1};
    drawing_init();
    for (int i = 0; i < fl_function_count(); i++) {
        const fl_function *fn = fl_function_at(i);
        if (is_drawn(fn)) find_signatures(&found, fn, &c, SIGNATURES);
    }
    for (int t = 0; t <= N_TYPES; t++) giving[t] = FL_NEW_N(&drawn_arena, int, found.n);
    for (int i = 0; i < found.n; i++) {
        int t = found.p[i].result;
        if (t >= 0) giving[t][n_giving[t]++] = i;
        giving[N_TYPES][n_giving[N_TYPES]++] = i;
    }
}

/* ---- trees ---- */

typedef enum node_kind { COLUMN, LITERAL, CALL } node_kind;

typedef struct node node;
struct node {
    node_kind kind;
    int column;
    const fl_function *fn;
    node *args[ARGS_MAX];
    fl_expr *folded[ARGS_MAX]; /* the arguments with the literals of the row that is folded */
    int n_args;
    fl_expr *e;          /* bound over the columns */
    fl_program *program; /* of e; made when it is needed */
};

typedef struct tree {
    fl_arena arena;
    fl_bind bind;
    chance bytes, values; /* what decides the tree, and what its values */
    const fl_type *types[COLUMNS_MAX];
    fl_column *cols[COLUMNS_MAX];
    int n_cols, n_rows, n_nodes;
    fl_column **held; /* what literals are borrowed from */
    int n_held, cap_held;
    evaluator eval;
} tree;

static node *new_node(tree *t, node_kind kind, fl_expr *e) {
    node *n = FL_NEW(&t->arena, node);
    n->kind = kind;
    n->e = e;
    t->n_nodes++;
    return n;
}

static node *make_literal(tree *t, const fl_type *type) {
    fl_column *c = drawn_column(type, 1, &t->values);
    FL_PUSH(&t->arena, t->held, t->n_held, t->cap_held, c);
    fl_value v = fl_value_get(c, 0);
    v.type = fl_type_nullable(&t->arena, type, v.is_null);
    return new_node(t, LITERAL, fl_expr_literal(&t->arena, &v));
}

/* A length: texts must not grow from call to call without bound. */
static node *make_small(tree *t, const fl_type *type) {
    fl_value v = {.type = fl_type_nullable(&t->arena, type, false), .i = chance_below(&t->values, 9) - 1};
    return new_node(t, LITERAL, fl_expr_literal(&t->arena, &v));
}

static node *make_column(tree *t, const fl_type *type) {
    int i = 0;
    while (i < t->n_cols && !fl_type_equal(t->types[i], type, false)) i++;
    if (i < t->n_cols && i + 1 < COLUMNS_MAX && chance_below(&t->bytes, 3) == 0) i = t->n_cols;
    if (i == COLUMNS_MAX) return make_literal(t, type);
    if (i == t->n_cols) {
        t->types[i] = fl_type_nullable(&t->arena, type, chance_below(&t->bytes, 3) > 0);
        t->n_cols++;
    }
    node *n = new_node(t, COLUMN, fl_expr_column(&t->arena, i, t->types[i]));
    n->column = i;
    return n;
}

static node *make_leaf(tree *t, const fl_type *type) {
    return chance_below(&t->bytes, 4) == 0 ? make_literal(t, type) : make_column(t, type);
}

static bool bind_node(tree *t, node *n) {
    fl_expr *args[ARGS_MAX];
    fl_error err;
    for (int i = 0; i < n->n_args; i++) args[i] = n->args[i]->e;
    return fl_expr_call(&t->bind, n->fn, args, n->n_args, (fl_span){0}, &n->e, &err) == 0;
}

/* CAST(n AS type), or NULL. */
static node *make_cast(tree *t, node *n, const fl_type *type) {
    node *cast = new_node(t, CALL, NULL);
    cast->fn = fl_function_find(fl_str_from("CAST"));
    cast->n_args = 2;
    cast->args[0] = n;
    cast->args[1] = new_node(t, LITERAL, fl_expr_null(&t->arena, type));
    return bind_node(t, cast) ? cast : NULL;
}

static node *make(tree *t, int type, int depth);

static node *make_argument(tree *t, const signature *s, int i, int depth) {
    if (s->type[i] < 0) return new_node(t, LITERAL, word_literal(&t->arena, words_at(s->fn, i), &t->bytes));
    const fl_type *type = drawn_types[s->type[i]];
    if (i == 1 && is_cast(s->fn)) return new_node(t, LITERAL, fl_expr_null(&t->arena, type));
    if (is_lengthy(s->fn) && fl_type_is_integer(type)) return make_small(t, type);
    return make(t, s->type[i], depth - 1);
}

/* A call that gives about that type, or NULL. */
static node *make_call(tree *t, int type, int depth) {
    if (n_giving[type] == 0) return NULL;
    const signature *s = &found.p[giving[type][chance_below(&t->bytes, n_giving[type])]];
    node *n = new_node(t, CALL, NULL);
    n->fn = s->fn;
    n->n_args = s->n;
    for (int i = 0; i < s->n; i++) n->args[i] = make_argument(t, s, i, depth);
    if (bind_node(t, n)) return n;
    for (int i = 0; i < s->n; i++) {
        if (s->type[i] < 0 || fl_type_equal(n->args[i]->e->type, drawn_types[s->type[i]], false)) continue;
        node *cast = make_cast(t, n->args[i], drawn_types[s->type[i]]);
        n->args[i] = cast != NULL ? cast : make_leaf(t, drawn_types[s->type[i]]);
    }
    return bind_node(t, n) ? n : NULL;
}

/* N_TYPES: any type. */
static node *make(tree *t, int type, int depth) {
    node *n = NULL;
    if (depth > 0 && t->n_nodes < NODES_MAX && t->bytes.p < t->bytes.end && chance_below(&t->bytes, 8) > 0)
        n = make_call(t, type, depth);
    if (type == N_TYPES) type = chance_below(&t->bytes, N_TYPES);
    return n != NULL ? n : make_leaf(t, drawn_types[type]);
}

/* ---- comparing ---- */

typedef struct outcome {
    int rc;
    fl_column *value; /* owned; NULL: it failed */
    fl_error err;
} outcome;

static void outcome_deinit(outcome *o) { fl_column_unref(o->value); }

static const char *outcome_text(tree *t, const outcome *o, int row) {
    return o->value != NULL ? shown(&t->arena, o->value, row) : o->err.message;
}

static void describe(tree *t, const fl_expr *e, int row) {
    static const char *const names[COLUMNS_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    fl_buf out;
    fl_buf_init(&out);
    fl_expr_print(&out, e, names);
    fprintf(stderr, "%s\n  %s\n", fl_buf_cstr(&out), fl_type_name(&t->arena, e->type, FL_TYPE_SUMMARY));
    for (int i = 0; i < t->n_cols; i++)
        fprintf(stderr, "  %s %s = %s\n", names[i], fl_type_name(&t->arena, t->types[i], FL_TYPE_SUMMARY),
                row >= 0 ? shown(&t->arena, t->cols[i], row) : "…");
    fl_buf_deinit(&out);
}

static void differ(tree *t, const fl_expr *e, int row, const char *how, const char *got, const char *want) {
    describe(t, e, row);
    fprintf(stderr, "%s: %s instead of %s\n", how, got, want);
    abort();
}

static bool same(const outcome *a, int i, const outcome *b, int j) {
    if (a->value == NULL || b->value == NULL) return a->rc == b->rc;
    return fl_column_equal_at(a->value, i, b->value, j);
}

static outcome run(tree *t, fl_program *p, const table *rows) {
    outcome o = {0};
    o.rc = evaluate(&t->eval, p, rows, &o.value, &o.err);
    if (o.rc < 0) o.value = NULL;
    if (o.value != NULL) fl_column_check(o.value);
    return o;
}

static outcome run_row(tree *t, node *n, int row) {
    fl_column *one[COLUMNS_MAX];
    uint16_t at = (uint16_t)row;
    if (n->program == NULL) n->program = compiled(&t->arena, n->e, t->n_cols);
    for (int i = 0; i < t->n_cols; i++) one[i] = fl_column_take(t->cols[i], &at, 1);
    outcome o = run(t, n->program, &(table){one, t->n_cols, 1, NULL, 0});
    for (int i = 0; i < t->n_cols; i++) fl_column_unref(one[i]);
    return o;
}

/* An expression without columns. */
static outcome run_constant(tree *t, const fl_expr *e) {
    outcome o = {0};
    fl_value v;
    if (fl_expr_is_literal(e))
        v = e->value;
    else
        o.rc = fl_expr_evaluate(&t->arena, e, &t->eval.ev, &v, &o.err);
    fl_arena_reset(&t->eval.scratch);
    if (o.rc == 0) o.value = fl_value_column(&v);
    return o;
}

/* ---- ways ---- */

/* The value has the column's type, so that what is nullable stays so: a missing element, and TYPEOF, depend on it. */
static fl_expr *literal_of(tree *t, int column, int row) {
    fl_value v = fl_value_get(t->cols[column], row);
    return fl_expr_literal(&t->arena, &v);
}

static void check_constants(tree *t, node *n, int row, const outcome *want) {
    fl_expr *by[COLUMNS_MAX];
    for (int i = 0; i < t->n_cols; i++) by[i] = literal_of(t, i, row);
    outcome got = run_constant(t, fl_expr_substitute(&t->arena, n->e, by));
    if (!same(&got, 0, want, 0))
        differ(t, n->e, row, "as constants", outcome_text(t, &got, 0), outcome_text(t, want, 0));
    outcome_deinit(&got);
}

static bool has_float(const fl_type *t) {
    bool any = t->kind == FL_T_FLOAT;
    for (int i = 0; i < t->n_fields; i++) any |= has_float(t->fields[i].type);
    return any;
}

/* What the planner computes otherwise: FLOATs and CHARs, decimals that do not fit, comparisons of FLOATs and NaNs,
 * zeros, of which it has no negative one, and what is made of them. A pattern that is none gives NULL where the type has
 * one. A ROW is compared field by field if it is written, else as a whole. A number that is written and no DECIMAL of
 * the key's type is not IN, but is NULL in a column. A test for NULL looks at a literal, but at no column that is NOT
 * NULL. A text that is written has to be a date where it is compared with one. */
static bool literals_differ(const node *n, const outcome *got, const outcome *want) {
    const fl_type *type = n->e->type;
    const char *name = n->fn->name;
    if (has_float(type) || type->kind == FL_T_CHAR) return true;
    if (type->kind == FL_T_DECIMAL && got->value != NULL && want->value != NULL)
        return fl_column_is_null(got->value, 0) != fl_column_is_null(want->value, 0);
    if (strcmp(name, "REGEXP_REPLACE") == 0) return true;
    bool null_test =
        strncmp(name, "IS ", 3) == 0 && (strstr(name, " NULL") != NULL || strstr(name, " UNKNOWN") != NULL);
    if (null_test && !n->args[0]->e->type->nullable) return true;
    for (int i = 0; i < n->n_args; i++) {
        const fl_expr *arg = n->folded[i];
        if (fl_type_is_approximate(arg->type) && fl_expr_is_literal(arg) && arg->value.d == 0) return true;
    }
    if (type->kind == FL_T_DOUBLE && got->value != NULL && want->value != NULL)
        return FL_DATA(got->value, double)[0] == 0 && FL_DATA(want->value, double)[0] == 0;
    bool compares = type->kind == FL_T_BOOLEAN || strcmp(name, "NULLIF") == 0;
    bool text = false, time = false;
    for (int i = 0; i < n->n_args && compares; i++) {
        const fl_type *arg = n->args[i]->e->type;
        if (fl_type_is_approximate(arg) || arg->kind == FL_T_ROW) return true;
        text |= fl_type_is_char(arg);
        time |= fl_type_is_datetime(arg);
    }
    if (text && time) return got->value == NULL;
    bool list = strcmp(name, "IN") == 0 || strcmp(name, "NOT IN") == 0;
    return list && n->args[0]->e->type->kind == FL_T_DECIMAL;
}

/* The tree bound anew with a row's literals; NULL: it cannot be compared any more. */
static fl_expr *fold(tree *t, node *n, int row) {
    fl_expr *e;
    fl_error err;
    if (n->kind == COLUMN) return literal_of(t, n->column, row);
    if (n->kind == LITERAL) return n->e;
    bool comparable = true;
    for (int i = 0; i < n->n_args; i++) {
        n->folded[i] = fold(t, n->args[i], row);
        comparable &= n->folded[i] != NULL;
    }
    if (!comparable || fl_expr_call(&t->bind, n->fn, n->folded, n->n_args, (fl_span){0}, &e, &err) < 0) return NULL;
    if (!fl_type_equal(e->type, n->e->type, true)) return NULL; /* TYPEOF tells whether it is nullable */
    outcome want = run_row(t, n, row), got = run_constant(t, e);
    check_constants(t, n, row, &want);
    bool equal = same(&got, 0, &want, 0);
    if (!equal && !literals_differ(n, &got, &want))
        differ(t, n->e, row, "folded", outcome_text(t, &got, 0), outcome_text(t, &want, 0));
    outcome_deinit(&got);
    outcome_deinit(&want);
    return equal ? e : NULL;
}

/* Each selected row by itself, then with constants, and some folded. Returns how many fail. */
static int check_rows(tree *t, node *n, const uint16_t *sel, int n_sel, outcome *rows) {
    int failed = 0;
    for (int k = 0; k < n_sel && k < FOLDED_ROWS; k++) fold(t, n, sel[k]); /* first: it finds the least subtree */
    for (int k = 0; k < n_sel; k++) {
        rows[k] = run_row(t, n, sel[k]);
        failed += rows[k].value == NULL;
        check_constants(t, n, sel[k], &rows[k]);
    }
    return failed;
}

static void check_tree(tree *t, node *n) {
    uint16_t sel[ROWS_MAX];
    outcome rows[ROWS_MAX];
    int n_sel = 0, share = 1 + chance_below(&t->values, 8);
    for (int i = 0; i < t->n_rows; i++)
        if (chance_below(&t->values, 8) < share) sel[n_sel++] = (uint16_t)i;
    int failed = check_rows(t, n, sel, n_sel, rows);
    outcome batch = run(t, n->program != NULL ? n->program : compiled(&t->arena, n->e, t->n_cols),
                        &(table){t->cols, t->n_cols, t->n_rows, sel, n_sel});
    bool agree = batch.value != NULL && failed == 0;
    for (int k = 0; k < n_sel; k++) {
        if (batch.value != NULL && rows[k].value != NULL && !same(&batch, sel[k], &rows[k], 0))
            differ(t, n->e, sel[k], "in a batch", outcome_text(t, &batch, sel[k]), outcome_text(t, &rows[k], 0));
        agree |= batch.value == NULL && rows[k].value == NULL && rows[k].rc == batch.rc;
    }
    if (!agree) differ(t, n->e, -1, "as a batch", outcome_text(t, &batch, 0), "what a row gives");
    for (int k = 0; k < n_sel; k++) outcome_deinit(&rows[k]);
    outcome_deinit(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (found.n == 0) find_all();
    if (size < 4 || size > 1000) return 0;
    tree t = {.bytes = {.p = data + 1, .end = data + size, .state = size},
              .values = {.state = fl_hash_bytes((const char *)data, size)}};
    fl_arena_init(&t.arena);
    evaluator_init(&t.eval);
    t.bind = (fl_bind){.arena = &t.arena, .tz = fl_tz_utc(), .database = "default_database"};
    t.n_rows = 1 + data[0] % ROWS_MAX;
    node *n = make(&t, N_TYPES, DEPTH_MAX);
    for (int i = 0; i < t.n_cols; i++) t.cols[i] = drawn_column(t.types[i], t.n_rows, &t.values);
    if (getenv("FUZZ_PRINT") != NULL) describe(&t, n->e, -1);
    check_tree(&t, n);
    for (int i = 0; i < t.n_cols; i++) fl_column_unref(t.cols[i]);
    for (int i = 0; i < t.n_held; i++) fl_column_unref(t.held[i]);
    evaluator_deinit(&t.eval);
    fl_arena_deinit(&t.arena);
    return 0;
}

const fuzz_target fuzz = {.words_max = 120, .texts = 1000}; /* without words: random bytes */
