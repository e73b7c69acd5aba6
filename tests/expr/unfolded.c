/* SPDX-License-Identifier: Apache-2.0 */
/* unfolded.c -- what Flink has answered for an expression of constants holds for columns, too.
 *
 *     unfolded FOLDER CONSTANTS.tsv     the tables (*.tsv) of a folder of recorded answers
 *
 * Compared:  each line that has a value is bound as it stands, which folds it; then once more with each literal of its
 *            syntax tree replaced by the name of a column of exactly the literal's type, so that kernels run. Type and
 *            value must be the recorded ones both times. The columns are evaluated
 *                - in a batch of one row,
 *                - in a batch of a thousand, of which a random selection counts and holds the values in question; the
 *                  rows that do not count hold other literals of the same type,
 *                - in one without a selection, where every row counts: here another row's values may fail the run,
 *            and all that again with nullable columns, where rows that do not count are NULL with stray bits below. What
 *            stands for a NULL in a field that is NOT NULL (expr/fill.h) is NULL then.
 *            Lines that Flink refuses at run time must fail each time, unless the query or its sink refuses.
 * Literals:  numbers with their sign, texts, bytes, TRUE, dates, times, intervals, and CAST(NULL AS type), which is how
 *            a typed NULL is written.
 * Exempt:    words of the syntax and literals whose value Flink asks for before there are rows (the table `wanted`
 *            below); a bare NULL, for no column has its type; nullable columns where an answer depends on what is
 *            nullable (asks_nullability); what is refused as not supported yet; texts so long that a batch has no room
 *            for a thousand of them; PRINT. What else differs, because Flink derives a type from the value of a literal or its
 *            planner computes something else than its run time, is listed with the reason in CONSTANTS.tsv; a line of
 *            that list which does not differ fails the test. Where oddities.tsv beside the folder corrects a recorded
 *            answer, the correction counts.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluate.h"
#include "sql/binder_int.h"
#include "sql/parser.h"

enum { ROWS = 1000, COLUMNS_MAX = 64, SEED = 5 };
#define NOW_MS INT64_C(1767225600000) /* 2026-01-01, what CURRENT_TIMESTAMP is */

/* ---- tables of texts ---- */

static char *read_file(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(2);
    }
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *text = fl_malloc(*n + 1);
    fl_assert(fread(text, 1, *n, f) == *n);
    text[*n] = '\0';
    fclose(f);
    return text;
}

/* One line of a table: expression, type, value, and in a list of exceptions the reason. The type of an exception may be
 * ! (refused, with the words that stand for the value) or NULLABLE: what nullable columns give, or `! words`. Lines live
 * in `texts`. */
#define NULLABLE "nullable"
typedef struct line {
    fl_str expression, type, value, reason;
    const char *file;
    int number;
    bool met; /* exceptions: some line had it */
} line;

typedef struct lines {
    line *p;
    int n, cap;
} lines;

static fl_arena texts;

/* The text up to the separator, which is cut off with it. */
static fl_str cut(fl_str *s, char separator) {
    const char *at = s->n > 0 ? memchr(s->p, separator, s->n) : NULL;
    fl_str part = fl_str_make(s->p, at != NULL ? (size_t)(at - s->p) : s->n);
    *s = at != NULL ? fl_str_make(at + 1, s->n - part.n - 1) : fl_str_make(s->p + s->n, 0);
    return part;
}

static void read_lines(lines *out, const char *path) {
    size_t n;
    char *text = read_file(path, &n);
    const char *slash = strrchr(path, '/'), *name = fl_arena_strdup(&texts, slash != NULL ? slash + 1 : path);
    fl_str rest = fl_str_make(fl_arena_strndup(&texts, text, n), n);
    free(text);
    for (int number = 1; rest.n > 0; number++) {
        fl_str l = cut(&rest, '\n');
        if (l.n == 0 || l.p[0] == '#') continue;
        line x = {.expression = cut(&l, '\t'), .file = name, .number = number};
        x.type = cut(&l, '\t');
        x.value = cut(&l, '\t');
        x.reason = l;
        FL_PUSH(&texts, out->p, out->n, out->cap, x);
    }
}

static line *find_line(lines *in, fl_str expression) {
    for (int i = 0; i < in->n; i++)
        if (fl_str_eq(in->p[i].expression, expression)) return &in->p[i];
    return NULL;
}

/* Row i as answers spell it. */
static const char *answer(fl_arena *a, const fl_column *c, int i) {
    static const char plain[] = "\\\t\n\r", letters[] = "\\tnr0"; /* the NUL that ends the first counts */
    fl_buf value, b;
    fl_buf_init(&value);
    fl_buf_init(&b);
    fl_text_java(&value, c, i);
    for (size_t k = 0; k < value.n; k++) {
        const char *at = memchr(plain, value.p[k], sizeof plain);
        if (at != NULL) fl_buf_putc(&b, '\\');
        fl_buf_putc(&b, at != NULL ? letters[at - plain] : value.p[k]);
    }
    const char *copy = fl_arena_strdup(a, fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    fl_buf_deinit(&value);
    return copy;
}

/* ---- literals ---- */

/* Values that literals of the tables have, to fill other rows with. They live in `texts`. */
typedef struct pool {
    fl_value *p;
    int n, cap;
} pool;

static pool all_values;

/* The columns that stand for the literals of one expression. */
typedef struct columns {
    fl_value value[COLUMNS_MAX];
    int n;
} columns;

/* What binds one expression; everything lives in `arena`. */
typedef struct binding {
    fl_arena arena;
    fl_sql_ctx ctx;
    fl_binder binder;
} binding;

static void binding_init(binding *b) {
    fl_arena_init(&b->arena);
    b->ctx =
        (fl_sql_ctx){.arena = &b->arena, .pf = fl_platform_real(), .tz = fl_tz_utc(), .database = "default_database"};
    b->binder = fl_binder_make(&b->ctx);
}

static int bind(binding *b, const fl_ast_expr *e, const columns *c, bool nullable, fl_expr **out, fl_error *err) {
    fl_rel_column *cols = FL_NEW_N(&b->arena, fl_rel_column, COLUMNS_MAX);
    for (int i = 0; i < c->n; i++)
        cols[i] =
            (fl_rel_column){.name = fl_arena_printf(&b->arena, "c%d", i),
                            .type = nullable ? fl_type_nullable(&b->arena, c->value[i].type, true) : c->value[i].type};
    fl_scope scope = fl_scope_of_columns(&b->arena, "t", cols, c->n);
    fl_expr_ctx x = {.b = &b->binder, .scope = &scope, .clause = "SELECT"};
    return fl_bind_ast(&x, e, out, err);
}

/* Arguments whose value Flink asks for before there are rows: of calls by name, and only where the answer's type begins
 * with `type`. */
static const struct {
    const char *name;
    int arg;
    const char *type;
} wanted[] = {
    {"ROUND", 1, "DECIMAL"},    /* the places that are left decide the type */
    {"TRUNCATE", 1, "DECIMAL"}, /* likewise */
    {"TYPEOF", 1, "STRING"},    /* whether names are full */
};

/* What is written as a number counts units where it becomes an interval, and an interval counts its own where it becomes
 * a number; a NULL may be cast to anything. */
static bool is_cast_as_written(const fl_ast_expr *cast) {
    const fl_ast_expr *e = cast->args[0];
    if (e->kind == FL_AX_OP && e->op == FL_OP_NEGATE) e = e->args[0];
    if (e->kind == FL_AX_INTERVAL && fl_type_is_numeric(cast->type)) return true;
    if (e->kind == FL_AX_NUMBER && fl_type_is_interval(cast->type)) return true;
    return e->kind == FL_AX_CAST && e->args[0]->kind == FL_AX_NULL;
}

static bool is_wanted(const fl_ast_expr *parent, int arg, fl_str type) {
    if (parent != NULL && parent->kind == FL_AX_CAST) return is_cast_as_written(parent);
    if (parent == NULL || parent->kind != FL_AX_CALL) return false;
    fl_str name = fl_str_from(parent->name.part[parent->name.n - 1]);
    for (size_t i = 0; i < FL_ARRAY_LEN(wanted); i++)
        if (fl_str_iis(name, wanted[i].name) && wanted[i].arg == arg && fl_str_starts(type, wanted[i].type))
            return true;
    return false;
}

/* Whether the value depends on which types are nullable: a missing element of a type that is not has a value of its
 * own, and TYPEOF tells. */
static bool asks_nullability(const fl_ast_expr *e) {
    if (e == NULL) return false;
    if (e->kind == FL_AX_OP && e->op == FL_OP_ITEM) return true;
    fl_str name = e->kind == FL_AX_CALL ? fl_str_from(e->name.part[e->name.n - 1]) : fl_str_from("");
    if (fl_str_iis(name, "TYPEOF") || fl_str_iis(name, "ELEMENT")) return true;
    for (int i = 0; i < e->n_args; i++)
        if (asks_nullability(e->args[i])) return true;
    return false;
}

static bool is_literal(const fl_ast_expr *e) {
    switch (e->kind) {
    case FL_AX_NUMBER:
    case FL_AX_STRING:
    case FL_AX_BINARY:
    case FL_AX_BOOLEAN:
    case FL_AX_UNKNOWN:
    case FL_AX_DATE:
    case FL_AX_TIME:
    case FL_AX_TIMESTAMP: return true;
    case FL_AX_INTERVAL: return e->n_args == 0;
    case FL_AX_OP: return e->op == FL_OP_NEGATE && e->args[0]->kind == FL_AX_NUMBER;
    case FL_AX_CAST: return e->args[0]->kind == FL_AX_NULL;
    default: return false;
    }
}

/* Puts names of columns where literals are. */
static void replace(binding *b, const line *l, fl_ast_expr *e, const fl_ast_expr *parent, int arg, columns *out) {
    static const columns none;
    fl_expr *bound;
    fl_error err;
    if (e == NULL || is_wanted(parent, arg, l->type)) return;
    if (is_literal(e) && out->n < COLUMNS_MAX && bind(b, e, &none, false, &bound, &err) == 0 &&
        bound->kind == FL_EXPR_LITERAL) {
        const char **part = FL_NEW_N(&b->arena, const char *, 1);
        part[0] = fl_arena_printf(&b->arena, "c%d", out->n);
        out->value[out->n++] = bound->value;
        *e = (fl_ast_expr){.kind = FL_AX_NAME, .pos = e->pos, .name = {.n = 1, .part = part, .pos = e->pos}};
        return;
    }
    for (int i = 0; i < e->n_args; i++) replace(b, l, e->args[i], e, i, out);
}

static bool parse(binding *b, const line *l, fl_ast_expr **out) {
    fl_error err;
    return fl_sql_parse_expr(&b->arena, l->expression, out, &err) == 0;
}

/* ---- rows ---- */

static fl_value kept(const fl_value *v) {
    fl_value copy = *v;
    copy.type = fl_type_copy(&texts, v->type);
    if (fl_type_phys(v->type) == FL_P_VIEW && !v->is_null)
        copy.s = fl_str_make(fl_arena_strndup(&texts, v->s.p, v->s.n), v->s.n);
    return copy;
}

static void collect_values(const lines *in) {
    for (int i = 0; i < in->n; i++) {
        binding b;
        columns c = {.n = 0};
        fl_ast_expr *e;
        binding_init(&b);
        if (parse(&b, &in->p[i], &e)) replace(&b, &in->p[i], e, NULL, 0, &c);
        for (int k = 0; k < c.n; k++)
            if (!c.value[k].is_null && c.value[k].type->n_fields == 0)
                FL_PUSH(&texts, all_values.p, all_values.n, all_values.cap, kept(&c.value[k]));
        fl_arena_deinit(&b.arena);
    }
}

/* Where a number is a length, a thousand rows of another line's large one would be gigabytes of text. */
static bool has_lengths(fl_arena *a, const line *l) {
    static const char *const functions[] = {"PAD(", "REPEAT(", "SPACE("};
    const char *expression = fl_arena_strndup(a, l->expression.p, l->expression.n);
    for (int i = 0; i < (int)FL_ARRAY_LEN(functions); i++)
        if (strcasestr(expression, functions[i]) != NULL) return true;
    return false;
}

/* Another value of the type, or the value itself if the tables have no other. */
static const fl_value *other_value(chance *c, const fl_value *v, bool lengths) {
    enum { LENGTH_MAX = 1000 };
    for (int tries = 0; tries < 2000 && all_values.n > 0; tries++) {
        const fl_value *other = &all_values.p[chance_below(c, all_values.n)];
        if (!fl_type_equal(other->type, v->type, false)) continue;
        if (!lengths || !fl_type_is_integer(v->type) || other->i <= LENGTH_MAX) return other;
    }
    return v;
}

/* Row i becomes NULL, with stray bits where the value was. */
static void spoil(chance *c, fl_column *col, int i) {
    int size = fl_phys_size(col->phys);
    if (col->phys != FL_P_VIEW && col->phys != FL_P_LIST && col->phys != FL_P_MAP)
        for (int k = 0; k < size; k++)
            ((uint8_t *)col->data)[(size_t)i * (size_t)size + (size_t)k] = (uint8_t)chance_u64(c);
    fl_column_set_null(col, i);
}

/* ---- one expression ---- */

typedef struct trial {
    binding b;
    const line *l;
    columns cols;
    fl_expr *e;
    chance chance;
    fl_str type, value; /* that are to come out */
    const char *why;    /* what differs first; NULL: nothing */
    bool fails;         /* for rows, Flink says; any message of ours is fine */
    bool refused;       /* `fails`, or by the list of exceptions, whose value is some words of the message */
    bool not_yet;       /* it is not supported as it is written */
    bool stands_in;     /* the value is what a field that is NOT NULL holds for a NULL */
} trial;

static evaluator eval;

/* A refusal is right only if the list of exceptions has it. */
static void refused(trial *t, const char *how, const char *message) {
    const char *words = fl_arena_strndup(&t->b.arena, t->value.p, t->value.n);
    if (strncmp(words, "! ", 2) == 0) words += 2;
    if (t->refused && (t->fails || strstr(message, words) != NULL)) return;
    if (t->why == NULL) t->why = fl_arena_printf(&t->b.arena, "%s: %s", how, message);
}

static bool differs(trial *t, const char *how, const char *got, fl_str want) {
    if (fl_str_is(want, got)) return false;
    if (t->why == NULL) t->why = fl_arena_printf(&t->b.arena, "%s: %s", how, got);
    return true;
}

static bool has_time(const fl_type *t) {
    bool any = t->kind == FL_T_TIME;
    for (int i = 0; i < t->n_fields; i++) any |= has_time(t->fields[i].type);
    return any;
}

/* Whether it is the query or its sink that refuses the value, and not the expression: a NULL where there is none, a TIME
 * that is no time of day, a type that the planner has lost. */
static bool refused_later(trial *t, const fl_column *out, int row) {
    const char *message = fl_arena_strndup(&t->b.arena, t->l->value.p, t->l->value.n);
    if (!t->fails) return false;
    if (strstr(message, "is NOT NULL, however") != NULL) return fl_column_is_null(out, row);
    return has_time(t->e->type) || strstr(message, "failed to preserve datatypes") != NULL;
}

/* A column with the value in the rows that are marked and others elsewhere. */
static fl_column *make_column(trial *t, const fl_value *v, const bool *ours, int n_rows, bool nullable) {
    enum { FEW = 16 };
    chance *c = &t->chance;
    const fl_value *others[FEW];
    const fl_type *type = nullable ? fl_type_nullable(&t->b.arena, v->type, true) : v->type;
    fl_column *col = fl_column_new(type, n_rows);
    bool lengths = has_lengths(&t->b.arena, t->l);
    for (int i = 0; i < FEW && n_rows > 1; i++) others[i] = other_value(c, v, lengths);
    for (int i = 0; i < n_rows; i++) {
        bool null = !ours[i] && nullable && chance_below(c, 3) == 0;
        if (null && (col->phys == FL_P_VIEW || v->type->n_fields > 0))
            fl_column_append_null(col);
        else
            fl_column_append_value(col, ours[i] ? v : others[chance_below(c, FEW)]);
        if (null) spoil(c, col, i);
    }
    return col;
}

/* Runs the program over n_rows rows, of which those with the expression's own values count. */
static void run(trial *t, fl_program *p, int n_rows, bool nullable, bool select) {
    bool ours[ROWS];
    uint16_t sel[ROWS];
    fl_column *cols[COLUMNS_MAX], *out;
    fl_error err;
    int n_sel = 0, share = 1 + chance_below(&t->chance, 9);
    for (int i = 0; i < n_rows; i++) {
        ours[i] = i == n_rows / 2 || chance_below(&t->chance, 10) < share;
        if (ours[i]) sel[n_sel++] = (uint16_t)i;
    }
    for (int k = 0; k < t->cols.n; k++) cols[k] = make_column(t, &t->cols.value[k], ours, n_rows, nullable);
    table rows = {cols, t->cols.n, n_rows, select ? sel : NULL, n_sel};
    const char *how = fl_arena_printf(&t->b.arena, "%d rows%s%s", n_rows, nullable ? ", nullable" : "",
                                      select ? ", some selected" : "");
    int rc = evaluate(&eval, p, &rows, &out, &err);
    if (rc == 0) {
        fl_column_check(out);
        for (int k = 0; k < n_sel; k++)
            if (!refused_later(t, out, sel[k]) && differs(t, how, answer(&t->b.arena, out, sel[k]), t->value)) break;
        fl_column_unref(out);
    } else if ((select || n_rows == 1) && strstr(err.message, "the texts of one batch") == NULL) {
        refused(t, how, err.message);
    }
    for (int k = 0; k < t->cols.n; k++) fl_column_unref(cols[k]);
}

static void check_type(trial *t, const char *how) {
    differs(t, how, fl_type_name(&t->b.arena, t->e->type, FL_TYPE_SUMMARY), t->type);
}

/* The expression becomes a field of a row. */
static fl_program *compiled_field(trial *t) {
    fl_program *p = compiled(&t->b.arena, t->e, t->cols.n);
    fl_program_fill(p, &t->e);
    return p;
}

static void check_columns(trial *t, fl_ast_expr *ast, bool nullable) {
    fl_error err;
    if (bind(&t->b, ast, &t->cols, nullable, &t->e, &err) < 0) {
        refused(t, nullable ? "bound with nullable columns" : "bound with columns", err.message);
        return;
    }
    if (!nullable && !t->refused) check_type(t, "type of columns");
    fl_program *p = compiled_field(t);
    run(t, p, 1, nullable, false);
    run(t, p, ROWS, nullable, true);
    if (!t->refused) run(t, p, ROWS, nullable, false);
}

/* Whether the expression, which has no columns, is NULL as long as it is no field of a row. */
static bool is_null_inside(trial *t) {
    fl_column *out;
    fl_error err;
    table one = {.n_rows = 1};
    if (evaluate(&eval, compiled(&t->b.arena, t->e, 0), &one, &out, &err) < 0) return false;
    bool null = fl_column_is_null(out, 0);
    fl_column_unref(out);
    return null;
}

static void check_as_written(trial *t, const fl_ast_expr *ast) {
    static const columns none;
    fl_error err;
    int rc = bind(&t->b, ast, &none, false, &t->e, &err);
    t->not_yet = rc == FL_E_UNSUPPORTED;
    if (t->not_yet) return;
    if (rc < 0) {
        refused(t, "bound", err.message);
        return;
    }
    if (!t->refused) check_type(t, "type");
    fl_column *out;
    table one = {.n_rows = 1};
    rc = evaluate(&eval, compiled_field(t), &one, &out, &err);
    if (rc < 0)
        refused(t, "as written", err.message);
    else if (!refused_later(t, out, 0))
        differs(t, "as written", answer(&t->b.arena, out, 0), t->value);
    if (rc < 0) return;
    t->stands_in = !fl_column_is_null(out, 0) && is_null_inside(t);
    fl_column_unref(out);
}

typedef struct tally {
    int lines, columns, constant, exempt, not_yet, failed;
} tally;

static void report(const trial *t) {
    const line *l = t->l;
    fprintf(stderr, "%s:%d: %.*s\n    %s instead of %.*s %.*s\n", l->file, l->number, (int)l->expression.n,
            l->expression.p, t->why, (int)t->type.n, t->type.p, (int)t->value.n, t->value.p);
}

/* What columns are to give if they differ from the literals; nullable ones may have a line of their own. */
static bool take_exception(trial *t, lines *exceptions, bool nullable) {
    for (int i = 0; i < exceptions->n; i++) {
        line *x = &exceptions->p[i];
        bool for_nullable = fl_str_is(x->type, NULLABLE);
        if (!fl_str_eq(x->expression, t->l->expression) || for_nullable != nullable) continue;
        x->met = true;
        if (fl_str_eq(x->value, t->value) && (nullable || fl_str_eq(x->type, t->type)))
            t->why = "an exception that is none, for it lists what is expected anyway,";
        t->fails = false;
        t->refused = for_nullable ? fl_str_starts(x->value, "! ") : fl_str_is(x->type, "!");
        if (!for_nullable) t->type = x->type;
        t->value = x->value;
        return true;
    }
    return false;
}

static bool is_failure(const line *l) { return fl_str_is(l->type, "!") && fl_str_starts(l->value, "runtime: "); }

static void check_line(const line *l, lines *exceptions, tally *sum) {
    trial t = {.l = l, .type = l->type, .value = l->value, .chance = {.state = SEED}};
    t.refused = t.fails = is_failure(l);
    fl_ast_expr *ast;
    binding_init(&t.b);
    if (!parse(&t.b, l, &ast)) {
        t.why = "no expression";
    } else {
        check_as_written(&t, ast);
        bool flat = !asks_nullability(ast);
        if (t.why == NULL && !t.not_yet) replace(&t.b, l, ast, NULL, 0, &t.cols);
        if (t.cols.n > 0) {
            bool exempt = take_exception(&t, exceptions, false);
            check_columns(&t, ast, false);
            if (t.stands_in) t.value = fl_str_from("null"); /* as columns that may be NULL give it */
            exempt |= take_exception(&t, exceptions, true);
            if (flat) check_columns(&t, ast, true);
            sum->exempt += exempt;
        }
    }
    sum->lines++;
    sum->columns += t.cols.n;
    sum->not_yet += t.not_yet;
    sum->constant += t.why == NULL && !t.not_yet && t.cols.n == 0;
    sum->failed += t.why != NULL;
    if (t.why != NULL) report(&t);
    fl_arena_deinit(&t.b.arena);
}

static int is_table(const struct dirent *d) {
    size_t n = strlen(d->d_name);
    return n > 4 && strcmp(d->d_name + n - 4, ".tsv") == 0;
}

static void read_tables(lines *out, const char *folder) {
    struct dirent **entries;
    int n = scandir(folder, &entries, is_table, alphasort);
    if (n <= 0) {
        fprintf(stderr, "no tables in %s\n", folder);
        exit(2);
    }
    for (int i = 0; i < n; i++) {
        read_lines(out, fl_arena_printf(&texts, "%s/%s", folder, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "unfolded FOLDER CONSTANTS.tsv\n");
        return 2;
    }
    lines all = {0}, oddities = {0}, exceptions = {0};
    tally sum = {0};
    fl_arena_init(&texts);
    evaluator_init(&eval);
    eval.ev.now_ms = eval.ev.start_ms = NOW_MS;
    read_tables(&all, argv[1]);
    read_lines(&oddities, fl_arena_printf(&texts, "%s/../oddities.tsv", argv[1]));
    read_lines(&exceptions, argv[2]);
    collect_values(&all);
    for (int i = 0; i < all.n; i++) {
        line *odd = find_line(&oddities, all.p[i].expression);
        if (odd != NULL) all.p[i].type = odd->type, all.p[i].value = odd->value;
        if (fl_str_find(all.p[i].expression, fl_str_from("PRINT(")) != NULL) continue; /* it writes each row */
        if (!fl_str_is(all.p[i].type, "!") || is_failure(&all.p[i])) check_line(&all.p[i], &exceptions, &sum);
    }
    for (int i = 0; i < exceptions.n; i++) {
        if (exceptions.p[i].met) continue;
        fprintf(stderr, "%s:%d: no table has this line\n", argv[2], exceptions.p[i].number);
        sum.failed++;
    }
    printf("%d lines, %d columns for literals; %d without literals, %d that differ for a reason, %d not supported yet; "
           "%d failed\n",
           sum.lines, sum.columns, sum.constant, sum.exempt, sum.not_yet, sum.failed);
    evaluator_deinit(&eval);
    fl_arena_deinit(&texts);
    return sum.failed > 0;
}
