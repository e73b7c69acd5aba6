/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.c -- aggregate functions, and the layout of what they remember.
 *
 * What:       calls become cells; equal cells are made once (AVG(x), SUM(x) and COUNT(x) share one).
 * Cells:      cells.c holds the primitives; this file only puts them together.
 * Results:    COUNT, SUM, AVG read a sum cell; MIN, MAX, FIRST_VALUE, LAST_VALUE a kept value; COUNT(*) a row counter.
 */
#include "expr/aggregate.h"

#include <math.h>
#include <stdlib.h>

#include "data/decimal.h"
#include "expr/cells.h"
#include "expr/functions_int.h"
#include "expr/program.h"
#include "messages/checkpoint.h"
#include "messages/function.h"
#include "messages/type.h"

/* ---- type rules ---- */

static int refuse(const fl_agg_call *call, const char *form, fl_error *err) {
    fl_buf given, taken;
    fl_buf_init(&given);
    fl_buf_init(&taken);
    for (int i = 0; i < call->n_args; i++) {
        fl_buf_puts(&given, i > 0 ? ", <" : "<");
        fl_type_print(&given, call->args[i].type, FL_TYPE_BARE);
        fl_buf_putc(&given, '>');
    }
    fl_buf_printf(&taken, "'%s(%s)'", call->fn->name, form);
    fl_fail(err, FL_ERR_FUNCTION_BAD_ARGUMENTS, call->fn->name, call->fn->name, fl_buf_cstr(&given),
            fl_buf_cstr(&taken));
    fl_buf_deinit(&given);
    fl_buf_deinit(&taken);
    return fl_error_at(err, call->span);
}

/* NULL where no row has counted: always possible without GROUP BY and under a FILTER. */
static const fl_type *result_type(fl_bind *b, const fl_agg_call *call, const fl_type *t) {
    return fl_type_nullable(b->arena, t, call->args[0].type->nullable || !call->grouped || call->filter >= 0);
}

static int infer_count(fl_bind *b, fl_agg_call *call, fl_error *err) {
    (void)b;
    if (call->distinct && call->args[0].type->kind == FL_T_ROW) return fl_fail(err, FL_ERR_FUNCTION_DISTINCT_ROW);
    call->type = fl_type_of(FL_T_BIGINT, false);
    return 0;
}

static int infer_sum(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    if (!fl_type_is_numeric(t)) return refuse(call, "<NUMERIC>", err);
    if (t->kind == FL_T_DECIMAL) t = fl_type_decimal(b->arena, 38, t->scale, true);
    call->type = result_type(b, call, t);
    return 0;
}

static int infer_avg(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    if (!fl_type_is_numeric(t)) return refuse(call, "<NUMERIC>", err);
    if (t->kind == FL_T_DECIMAL) t = fl_type_decimal(b->arena, 38, FL_MAX(t->scale, 6), true);
    call->type = result_type(b, call, t);
    return 0;
}

static int infer_extreme(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    if (fl_type_phys(t) >= FL_P_LIST || fl_type_is(t, FL_T_VARIANT)) return refuse(call, "<COMPARABLE_TYPE>", err);
    if (fl_type_phys(t) == FL_P_NONE) return fl_fail(err, FL_ERR_TYPE_NULL_HAS_NO_TYPE);
    call->type = result_type(b, call, t);
    return 0;
}

/* What Flink calls the root of a type. */
static const char *root_name(fl_bind *b, const fl_type *t) {
    switch (t->kind) {
    case FL_T_INT: return "INTEGER";
    case FL_T_TIME: return "TIME_WITHOUT_TIME_ZONE";
    case FL_T_TIMESTAMP: return "TIMESTAMP_WITHOUT_TIME_ZONE";
    case FL_T_TIMESTAMP_LTZ: return "TIMESTAMP_WITH_LOCAL_TIME_ZONE";
    case FL_T_INTERVAL_MONTH: return "INTERVAL_YEAR_MONTH";
    case FL_T_INTERVAL_DAY: return "INTERVAL_DAY_TIME";
    default: break;
    }
    const char *name = fl_type_name(b->arena, t, FL_TYPE_DDL);
    return fl_arena_strndup(b->arena, name, strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

static int refuse_type(fl_bind *b, const fl_agg_call *call, fl_error *err) {
    fl_fail(err, FL_ERR_FUNCTION_AGGREGATE_TYPE, call->fn->name, root_name(b, call->args[0].type));
    return fl_error_at(err, call->span);
}

static int infer_first_last(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    bool taken = fl_type_is_numeric(t) || t->kind == FL_T_BOOLEAN || t->kind == FL_T_VARCHAR || t->kind == FL_T_VARIANT;
    if (!taken) return refuse_type(b, call, err);
    call->type = result_type(b, call, t);
    return 0;
}

static int infer_listagg(fl_bind *b, fl_agg_call *call, fl_error *err) {
    bool fits = fl_type_is_char(call->args[0].type);
    if (call->n_args == 2) {
        const fl_value *separator = call->args[1].literal;
        fits = fits && separator != NULL && !separator->is_null && fl_type_is_char(separator->type);
    }
    if (!fits) return refuse(call, "<CHARACTER>[, <CHARACTER literal>]", err);
    call->type = result_type(b, call, call->args[0].type);
    return 0;
}

/* Objects have no bytes that equal objects share. */
static bool holds_object(const fl_type *t) {
    if (t->kind == FL_T_OBJECT) return true;
    for (int i = 0; i < t->n_fields; i++)
        if (holds_object(t->fields[i].type)) return true;
    return false;
}

/* An array is NULL if no row has counted, which the type of a NOT NULL argument does not say in Flink. */
static int infer_array(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    bool none = t->nullable || call->filter >= 0 || (b->batch && !call->grouped);
    if (holds_object(t)) return refuse_type(b, call, err);
    call->type = fl_type_array(b->arena, t, none);
    return 0;
}

static int infer_multiset(fl_bind *b, fl_agg_call *call, fl_error *err) {
    if (holds_object(call->args[0].type)) return refuse_type(b, call, err);
    call->type = fl_type_multiset(b->arena, call->args[0].type, false);
    return 0;
}

static int infer_single(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    if (fl_type_phys(t) >= FL_P_LIST || fl_type_is_binary(t)) {
        fl_fail(err, FL_ERR_FUNCTION_SINGLE_VALUE_TYPE, root_name(b, t));
        return fl_error_at(err, call->span);
    }
    call->type = result_type(b, call, t);
    return 0;
}

static int infer_approximate(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_type *t = call->args[0].type;
    if (!b->batch) {
        fl_fail(err, FL_ERR_FUNCTION_BATCH_ONLY, call->fn->name);
        return fl_error_at(err, call->span);
    }
    if (!fl_type_is_numeric(t) && !fl_type_is_char(t) && !fl_type_is_datetime(t)) return refuse_type(b, call, err);
    call->type = fl_type_of(FL_T_BIGINT, false);
    return 0;
}

static int infer_json(fl_bind *b, fl_agg_call *call, fl_error *err) {
    (void)err;
    call->type = fl_type_text(b->arena, FL_T_VARCHAR, 2000, false);
    return 0;
}

/* A fraction, or an array of them, that is there. */
static bool is_fraction(const fl_value *v) {
    if (v == NULL || v->is_null) return false;
    if (fl_type_is_numeric(v->type)) return true;
    if (v->type->kind != FL_T_ARRAY || !fl_type_is_numeric(fl_type_element(v->type))) return false;
    const fl_column *list = v->nested;
    for (int i = FL_DATA(list, int32_t)[v->row]; i < FL_DATA(list, int32_t)[v->row + 1]; i++)
        if (fl_column_is_null(list->child[0], i)) return false;
    return true;
}

static int infer_percentile(fl_bind *b, fl_agg_call *call, fl_error *err) {
    const fl_value *fraction = call->args[1].literal;
    bool fits = fl_type_is_numeric(call->args[0].type) && is_fraction(fraction) &&
                (call->n_args == 2 || fl_type_is_integer(call->args[2].type));
    if (!fits) {
        refuse(call, "<NUMERIC>, {<NUMERIC literal> | ARRAY<NUMERIC> literal} [, <INTEGER>]", err);
        fl_error_prefix(err, FL_AT_FUNCTION_IN_ARGUMENTS);
        return err->code;
    }
    double wrong = fl_agg_wrong_fraction(fraction);
    if (!isnan(wrong)) {
        fl_fail(err, FL_ERR_FUNCTION_FRACTION, wrong);
        return fl_error_at(err, call->span);
    }
    const fl_type *t = fl_type_of(FL_T_DOUBLE, true);
    call->type = fraction->type->kind == FL_T_ARRAY ? fl_type_array(b->arena, t, true) : t;
    return 0;
}

/* ---- arguments that become others ---- */

/* JSON functions get values as JSON texts. The last argument is the null clause. */
static int prepare_json_array(fl_bind *b, const fl_agg_function *fn, fl_expr **args, int n, fl_span at, fl_error *err) {
    (void)fn;
    (void)n;
    return fl_call1(b, "JSON_STRING", args[0], at, &args[0], err);
}

static int prepare_json_object(fl_bind *b, const fl_agg_function *fn, fl_expr **args, int n, fl_span at,
                               fl_error *err) {
    (void)n;
    if (fl_type_is_char(args[0]->type)) return fl_call1(b, "JSON_STRING", args[1], at, &args[1], err);
    const char *clause = fl_str_starts(fl_symbol(args[2]), "NULL") ? "NULL_ON_NULL" : "ABSENT_ON_NULL";
    const char *name = fl_arena_printf(b->arena, "%s_%s", fn->name, clause);
    fl_fail(err, FL_ERR_FUNCTION_BAD_ARGUMENTS, name, name,
            fl_arena_printf(b->arena, "<%s>, <%s>", fl_type_name(b->arena, args[0]->type, FL_TYPE_BARE),
                            fl_type_name(b->arena, args[1]->type, FL_TYPE_BARE)),
            fl_arena_printf(b->arena, "'%s(<CHARACTER>, <ANY>)'", name));
    return fl_error_at(err, at);
}

/* ---- which cell ---- */

static const fl_cell_type *sum_cell(const fl_type *arg, bool average) {
    switch (arg->kind) {
    case FL_T_DECIMAL: return &fl_cell_sum_decimal;
    case FL_T_FLOAT: return average ? &fl_cell_sum_double : &fl_cell_sum_float;
    case FL_T_DOUBLE: return &fl_cell_sum_double;
    default: return &fl_cell_sum_integer;
    }
}

static const fl_cell_type *cell_count(const fl_agg_call *call) {
    if (call->n_args == 0) return &fl_cell_rows;
    return fl_type_is_numeric(call->args[0].type) ? sum_cell(call->args[0].type, false) : &fl_cell_count;
}
static const fl_cell_type *cell_sum(const fl_agg_call *call) { return sum_cell(call->args[0].type, false); }
static const fl_cell_type *cell_avg(const fl_agg_call *call) { return sum_cell(call->args[0].type, true); }

/* The cell that keeps one value of an argument: of min, max, first, last. */
#define KEEPER(function, word)                                                                                         \
    static const fl_cell_type *function(const fl_agg_call *call) {                                                     \
        switch (fl_type_phys(call->args[0].type)) {                                                                    \
        case FL_P_I128: return &fl_cell_##word##_wide;                                                                 \
        case FL_P_F32:                                                                                                 \
        case FL_P_F64: return &fl_cell_##word##_double;                                                                \
        case FL_P_VIEW: return &fl_cell_##word##_string;                                                               \
        default: return &fl_cell_##word##_integer;                                                                     \
        }                                                                                                              \
    }
KEEPER(cell_min, min)
KEEPER(cell_max, max)
KEEPER(cell_first, first)
KEEPER(cell_last, last)

#define ALWAYS(function, cells)                                                                                        \
    static const fl_cell_type *function(const fl_agg_call *call FL_UNUSED) { return &cells; }
ALWAYS(cell_joined, fl_cell_joined)
ALWAYS(cell_json_array, fl_cell_json_array)
ALWAYS(cell_json_object, fl_cell_json_object)
ALWAYS(cell_list, fl_cell_list)
ALWAYS(cell_single, fl_cell_single)
ALWAYS(cell_multiset, fl_cell_multiset)
ALWAYS(cell_numbers, fl_cell_numbers)
ALWAYS(cell_sketch, fl_cell_sketch)

/* ---- results ---- */

static void result_count(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out) {
    (void)call;
    for (int i = 0; i < n; i++) fl_column_append_i64(out, fl_cell_counted(cell, acc[i]));
}

static void result_sum(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out) {
    (void)call;
    for (int i = 0; i < n; i++) {
        if (cell->type == &fl_cell_sum_integer) {
            const fl_sum_integer *s = fl_cell_at(cell, acc[i]);
            if (s->count > 0)
                fl_column_append_i64(out, s->sum); /* narrowed: sums of INT wrap as Flink's do */
            else
                fl_column_append_null(out);
        } else if (cell->type == &fl_cell_sum_decimal) {
            const fl_sum_decimal *s = fl_cell_at(cell, acc[i]);
            if (s->has)
                fl_column_append_i128(out, s->sum);
            else
                fl_column_append_null(out);
        } else {
            const fl_sum_double *s = fl_cell_at(cell, acc[i]);
            if (s->count > 0)
                fl_column_append_f64(out, cell->type == &fl_cell_sum_float ? (double)s->as_float : s->sum);
            else
                fl_column_append_null(out);
        }
    }
}

static void append_decimal_average(const fl_agg_call *call, const fl_sum_decimal *s, fl_column *out) {
    fl_i128 q;
    if (s->count == 0 || s->overflowed ||
        !fl_decimal_div(s->sum, call->args[0].type->scale, s->count, 0, 38, call->type->scale, &q))
        fl_column_append_null(out);
    else
        fl_column_append_i128(out, q);
}

static void result_avg(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out) {
    for (int i = 0; i < n; i++) {
        if (cell->type == &fl_cell_sum_integer) {
            const fl_sum_integer *s = fl_cell_at(cell, acc[i]);
            if (s->count > 0)
                fl_column_append_i64(out, s->sum / s->count);
            else
                fl_column_append_null(out);
        } else if (cell->type == &fl_cell_sum_decimal) {
            append_decimal_average(call, fl_cell_at(cell, acc[i]), out);
        } else {
            const fl_sum_double *s = fl_cell_at(cell, acc[i]);
            if (s->count > 0)
                fl_column_append_f64(out,
                                     (s->sum + 0.0) / (double)s->count); /* Flink starts at 0.0: no -0.0 comes out */
            else
                fl_column_append_null(out);
        }
    }
}

static void result_kept(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out) {
    (void)call;
    for (int i = 0; i < n; i++) fl_cell_append_kept(cell, acc[i], out);
}

/* ---- the table ---- */

#define ROW(word, least, most, rule, cells, results, form, text)                                                       \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .infer = rule, .cell = cells, .result = results,            \
        .signature = form, .doc = text                                                                                 \
    }

#define MOMENT(word, text)                                                                                             \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1, .infer = infer_avg, .reduce = fl_agg_reduce_moment,                \
        .signature = word "([DISTINCT] x)", .doc = text                                                                \
    }

static const fl_agg_function functions[] = {
    ROW("COUNT", 0, 1, infer_count, cell_count, result_count, "COUNT(*) or COUNT([DISTINCT] x)",
        "The number of rows, or of rows where x is not NULL."),
    ROW("SUM", 1, 1, infer_sum, cell_sum, result_sum, "SUM([DISTINCT] x)",
        "The sum of all x that are not NULL; NULL if there is none. Sums of integers wrap."),
    ROW("AVG", 1, 1, infer_avg, cell_avg, result_avg, "AVG([DISTINCT] x)",
        "The mean of all x that are not NULL; of integers it is an integer, cut towards zero."),
    ROW("MIN", 1, 1, infer_extreme, cell_min, result_kept, "MIN(x)", "The least x that is not NULL."),
    ROW("MAX", 1, 1, infer_extreme, cell_max, result_kept, "MAX(x)", "The greatest x that is not NULL."),
    {.name = "FIRST_VALUE",
     .min_args = 1,
     .max_args = 1,
     .infer = infer_first_last,
     .cell = cell_first,
     .result = result_kept,
     .unmergeable = "FirstValueAggFunction",
     .signature = "FIRST_VALUE(x)",
     .doc = "The x that came first, of those that are not NULL."},
    {.name = "LAST_VALUE",
     .min_args = 1,
     .max_args = 1,
     .infer = infer_first_last,
     .cell = cell_last,
     .result = result_kept,
     .unmergeable = "LastValueAggFunction",
     .signature = "LAST_VALUE([DISTINCT] x)",
     .doc = "The x that came last, of those that are not NULL."},
    ROW("SINGLE_VALUE", 1, 1, infer_single, cell_single, fl_agg_result_single, "SINGLE_VALUE(x)",
        "The x of the only row; a second row fails the job."),
    {.name = "LISTAGG",
     .min_args = 1,
     .max_args = 2,
     .literals = 1 << 1,
     .infer = infer_listagg,
     .cell = cell_joined,
     .result = fl_agg_result_listagg,
     .signature = "LISTAGG([DISTINCT] s [, separator])",
     .doc = "All s that are not NULL in the order in which they came, with the separator, a comma, between them."},
    {.name = "ARRAY_AGG",
     .min_args = 1,
     .max_args = 1,
     .infer = infer_array,
     .cell = cell_list,
     .result = fl_agg_result_array,
     .takes_null_treatment = true,
     .signature = "ARRAY_AGG([DISTINCT] x) [{RESPECT | IGNORE} NULLS]",
     .doc = "All x as an array in the order in which they came."},
    ROW("COLLECT", 1, 1, infer_multiset, cell_multiset, fl_agg_result_multiset, "COLLECT([DISTINCT] x)",
        "All x that are not NULL as a multiset."),
    {.name = "JSON_ARRAYAGG",
     .min_args = 2,
     .max_args = 2,
     .literals = 1 << 1,
     .prepare = prepare_json_array,
     .infer = infer_json,
     .cell = cell_json_array,
     .result = fl_agg_result_json_array,
     .unmergeable = "JsonArrayAggFunction",
     .signature = "JSON_ARRAYAGG(x [{NULL | ABSENT} ON NULL])",
     .doc = "All x as a JSON array in the order in which they came; NULLs are left out unless NULL ON NULL is given."},
    {.name = "JSON_OBJECTAGG",
     .min_args = 3,
     .max_args = 3,
     .literals = 1 << 2,
     .prepare = prepare_json_object,
     .infer = infer_json,
     .cell = cell_json_object,
     .result = fl_agg_result_json_object,
     .signature = "JSON_OBJECTAGG([KEY] key VALUE x [{NULL | ABSENT} ON NULL])",
     .doc = "All x as a JSON object, sorted by key; a key that comes twice fails the job."},
    ROW("APPROX_COUNT_DISTINCT", 1, 1, infer_approximate, cell_sketch, fl_agg_result_sketch, "APPROX_COUNT_DISTINCT(x)",
        "About how many different x there are that are not NULL: exact up to 1024, then with an error of 0.8 %. In "
        "batch "
        "mode only."),
    {.name = "PERCENTILE",
     .min_args = 2,
     .max_args = 3,
     .literals = 1 << 1,
     .infer = infer_percentile,
     .cell = cell_numbers,
     .result = fl_agg_result_percentile,
     .signature = "PERCENTILE([DISTINCT] x, fraction [, frequency]), or an array of fractions",
     .doc = "The value that a fraction of all x, of 0 to 1, lies below, between two x by their distances."},
    MOMENT("STDDEV_POP", "The standard deviation of a population: all x that are not NULL."),
    MOMENT("STDDEV_SAMP", "The standard deviation of a sample; NULL of fewer than two x."),
    MOMENT("STDDEV", "The same as STDDEV_SAMP."),
    MOMENT("VAR_POP", "The variance of a population: all x that are not NULL."),
    MOMENT("VAR_SAMP", "The variance of a sample; NULL of fewer than two x."),
    MOMENT("VARIANCE", "The same as VAR_SAMP."),
};

const fl_agg_function *fl_agg_find(fl_str name) {
    for (size_t i = 0; i < FL_ARRAY_LEN(functions); i++)
        if (fl_str_iis(name, functions[i].name)) return &functions[i];
    return NULL;
}
int fl_agg_count(void) { return (int)FL_ARRAY_LEN(functions); }
const fl_agg_function *fl_agg_at(int i) { return &functions[i]; }

/* ---- calls ---- */

static bool same_literal(const fl_value *a, const fl_value *b) {
    if (a == b) return true;
    if (a == NULL || b == NULL || !fl_type_equal(a->type, b->type, true)) return false;
    fl_column *x = fl_value_column(a), *y = fl_value_column(b);
    bool same = fl_column_equal_at(x, 0, y, 0);
    fl_column_unref(x);
    fl_column_unref(y);
    return same;
}

bool fl_agg_same_args(const fl_agg_call *a, const fl_agg_call *b) {
    if (a->n_args != b->n_args || a->ignore_nulls != b->ignore_nulls) return false;
    for (int i = 0; i < a->n_args; i++)
        if (a->args[i].column != b->args[i].column || !same_literal(a->args[i].literal, b->args[i].literal))
            return false;
    return true;
}

bool fl_agg_call_same(const fl_agg_call *a, const fl_agg_call *b) {
    return a->fn == b->fn && fl_agg_same_args(a, b) && a->filter == b->filter && a->distinct == b->distinct &&
           a->grouped == b->grouped && fl_type_equal(a->type, b->type, true);
}

void fl_agg_call_map(fl_agg_call *call, const int *map) {
    for (int i = 0; i < call->n_args; i++)
        if (call->args[i].column >= 0) call->args[i].column = map[call->args[i].column];
    if (call->filter >= 0) call->filter = map[call->filter];
}

bool fl_agg_call_exact(const fl_agg_call *call) {
    const fl_cell_type *t = call->fn->cell(call);
    return call->fn->result == result_count || !t->ordered;
}

/* ---- layout ---- */

static bool same_cell(const fl_cell *a, const fl_cell *b) {
    if (a->type != b->type || a->filter != b->filter || a->distinct != b->distinct || a->hidden) return false;
    if (a->call == NULL || b->call == NULL) return a->arg == b->arg;
    return fl_agg_same_args(a->call, b->call) && (a->call->user == NULL || a->call->fn == b->call->fn);
}

static const fl_cell *add_cell(fl_agg_layout *l, const fl_cell *want) {
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *c = &l->cells[i];
        if (same_cell(c, want)) return c->distinct ? c->inner : c;
    }
    fl_cell *c = &l->cells[l->n_cells++];
    *c = *want;
    c->offset = l->size;
    c->failure = l->failure;
    if (!want->distinct) {
        l->size += (int)fl_align_up((uint64_t)c->type->size, 16);
        return c;
    }
    fl_cell *inner = &l->cells[l->n_cells++]; /* the set, and behind it the cell that sees each value once */
    *inner = *want;
    inner->failure = l->failure;
    inner->distinct = false;
    inner->hidden = true;
    inner->filter = -1;
    l->size += 16;
    inner->offset = l->size;
    l->size += (int)fl_align_up((uint64_t)inner->type->size, 16);
    c->inner = inner;
    return inner;
}

const fl_agg_layout *fl_agg_layout_new(fl_arena *a, const fl_agg_call *calls, int n, bool count_rows) {
    fl_agg_layout *l = FL_NEW(a, fl_agg_layout);
    l->calls = calls;
    l->failure = FL_NEW(a, fl_error);
    l->n_calls = n;
    l->cells = FL_NEW_N(a, fl_cell, 2 * n + 1);
    l->call_cell = FL_NEW_N(a, const fl_cell *, n);
    l->rows_cell = -1;
    for (int i = 0; i < n; i++) {
        const fl_cell_type *t = calls[i].fn->cell(&calls[i]);
        bool distinct = calls[i].distinct && calls[i].n_args > 0 && !fl_cell_is_idempotent(t);
        l->call_cell[i] = add_cell(l, &(fl_cell){.type = t,
                                                 .call = &calls[i],
                                                 .arg = calls[i].n_args > 0 ? calls[i].args[0].column : -1,
                                                 .filter = calls[i].filter,
                                                 .distinct = distinct});
    }
    if (count_rows) add_cell(l, &(fl_cell){.type = &fl_cell_rows, .arg = -1, .filter = -1});
    l->plain = true;
    for (int i = 0; i < l->n_cells; i++) {
        if (l->cells[i].type == &fl_cell_rows && l->cells[i].filter < 0) l->rows_cell = i;
        if (!l->cells[i].type->plain || l->cells[i].distinct) l->plain = false;
        if (l->cells[i].type->grows) l->grows = true;
        if (l->cells[i].type->open != NULL) l->cells[i].type->open(a, &l->cells[i]);
    }
    l->size = FL_MAX(l->size, 16);
    return l;
}

/* ---- updating ---- */

typedef struct filtered {
    int filter;
    fl_rows rows;
    char **acc;
} filtered;

/* The rows that pass a FILTER, with their accumulators. */
static filtered filter_rows(int filter, char *const *acc, fl_column *const *cols, fl_rows rows, fl_arena *scratch) {
    filtered f = {.filter = filter};
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)rows.n + 2);
    f.acc = fl_arena_alloc(scratch, sizeof *f.acc * (size_t)rows.n + 8);
    const fl_column *c = cols[filter];
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k;
        if (fl_column_is_null(c, i) || !fl_bit(c->data, fl_column_at(c, i))) continue;
        sel[n] = (uint16_t)i;
        f.acc[n++] = acc[k];
    }
    f.rows = (fl_rows){sel, n};
    return f;
}

/* `one`: all rows have one accumulator. */
static void update_cell(const fl_cell *cell, char *const *acc, bool one, fl_column *const *cols, fl_rows rows,
                        fl_arena *scratch) {
    fl_column *args[FL_AGG_ARGS_MAX] = {NULL};
    for (int i = 0; cell->call != NULL && i < cell->call->n_args; i++)
        if (cell->call->args[i].column >= 0) args[i] = cols[cell->call->args[i].column];
    if (cell->distinct)
        fl_cell_update_distinct(cell, acc, args, rows, scratch);
    else if (one && cell->type->update_one != NULL)
        cell->type->update_one(cell, acc, args, rows, scratch);
    else
        cell->type->update(cell, acc, args, rows, scratch);
}

static bool is_one(char *const *acc, int n) {
    if (n < 2 || acc[0] != acc[n - 1]) return false;
    uintptr_t differ = 0;
    for (int k = 0; k < n; k++) differ |= (uintptr_t)acc[k] ^ (uintptr_t)acc[0];
    return differ == 0;
}

void fl_agg_update(const fl_agg_layout *l, char *const *acc, fl_column *const *cols, fl_rows rows, fl_arena *scratch) {
    filtered f = {.filter = -1};
    const bool one = is_one(acc, rows.n);
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *cell = &l->cells[i];
        if (cell->hidden) continue;
        if (cell->filter < 0) {
            update_cell(cell, acc, one, cols, rows, scratch);
            continue;
        }
        if (f.filter != cell->filter) f = filter_rows(cell->filter, acc, cols, rows, scratch);
        if (f.rows.n > 0) update_cell(cell, f.acc, one, cols, f.rows, scratch);
    }
}

void fl_agg_update_groups(const fl_agg_layout *l, const uint32_t *group, char *const *group_acc, int n_groups,
                          fl_column *const *cols, fl_rows rows, fl_arena *scratch) {
    bool done[64] = {false};
    const bool one = n_groups == 1 && rows.n > 0;
    char **acc = NULL;
    fl_assert(n_groups <= FL_AGG_GROUPS_MAX);
    for (int i = 0; i < l->n_cells && i < 64; i++) {
        const fl_cell *cell = &l->cells[i];
        if (cell->hidden || done[i] || cell->filter >= 0 || cell->distinct || cell->arg < 0) continue;
        /* all plain cells of one column at once, with the row counter if no row is NULL */
        fl_cell_group g = {.rows = -1, .sum = -1, .min = -1, .max = -1};
        for (int k = i; k < l->n_cells && k < 64; k++) {
            const fl_cell *c = &l->cells[k];
            if (c->hidden || done[k] || c->filter >= 0 || c->distinct || c->arg != cell->arg) continue;
            if (c->type == &fl_cell_sum_integer || c->type == &fl_cell_sum_decimal) g.sum = k;
            if (c->type == &fl_cell_min_integer) g.min = k;
            if (c->type == &fl_cell_max_integer) g.max = k;
        }
        if (l->rows_cell >= 0 && l->rows_cell < 64 && !done[l->rows_cell]) g.rows = l->rows_cell;
        if (!fl_cells_pack(l->cells, &g, group, group_acc, n_groups, cols[cell->arg], rows)) continue;
        if (g.rows >= 0) done[g.rows] = true;
        if (g.sum >= 0) done[g.sum] = true;
        if (g.min >= 0) done[g.min] = true;
        if (g.max >= 0) done[g.max] = true;
    }
    filtered f = {.filter = -1};
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *cell = &l->cells[i];
        if (cell->hidden || (i < 64 && done[i])) continue;
        if (acc == NULL) {
            acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
            for (int k = 0; k < rows.n; k++) acc[k] = group_acc[group[k]];
        }
        if (cell->filter < 0) {
            update_cell(cell, acc, one, cols, rows, scratch);
            continue;
        }
        if (f.filter != cell->filter) f = filter_rows(cell->filter, acc, cols, rows, scratch);
        if (f.rows.n > 0) update_cell(cell, f.acc, one, cols, f.rows, scratch);
    }
}

void fl_agg_merge(const fl_agg_layout *l, char *const *dst, char *const *src, int n, fl_arena *scratch) {
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *cell = &l->cells[i];
        if (cell->hidden) continue;
        if (cell->distinct)
            fl_cell_merge_distinct(cell, dst, src, n, scratch);
        else
            cell->type->merge(cell, dst, src, n, scratch);
    }
}

int fl_agg_failed(const fl_agg_layout *l, fl_error *err) {
    if (FL_LIKELY(l->failure->code == 0)) return 0;
    *err = *l->failure;
    return err->code;
}

void fl_agg_result(const fl_agg_layout *l, int call, char *const *acc, int n, fl_column *out) {
    l->calls[call].fn->result(&l->calls[call], l->call_cell[call], acc, n, out);
}

/* ---- copying, dropping, saving ---- */

void fl_agg_clone(const fl_agg_layout *l, char *dst, const char *src) {
    memcpy(dst, src, (size_t)l->size);
    for (int i = 0; !l->plain && i < l->n_cells; i++) {
        const fl_cell *c = &l->cells[i];
        if (c->distinct)
            fl_cell_clone_distinct(c, dst, src);
        else if (c->type->clone != NULL)
            c->type->clone(c, dst, src);
    }
}

void fl_agg_free(const fl_agg_layout *l, char *acc) {
    for (int i = 0; !l->plain && i < l->n_cells; i++) {
        const fl_cell *c = &l->cells[i];
        if (c->distinct)
            fl_cell_free_distinct(c, acc);
        else if (c->type->free != NULL)
            c->type->free(c, acc);
    }
}

void fl_agg_encode(const fl_agg_layout *l, const char *acc, fl_buf *out) {
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *c = &l->cells[i];
        if (c->distinct)
            fl_cell_encode_distinct(c, acc, out);
        else if (c->type->encode != NULL)
            c->type->encode(c, acc, out);
        else
            fl_buf_put(out, acc + c->offset, (size_t)c->type->size);
    }
}

int fl_agg_decode(const fl_agg_layout *l, char *acc, fl_reader *in, fl_error *err) {
    for (int i = 0; i < l->n_cells; i++) {
        const fl_cell *c = &l->cells[i];
        if (c->distinct) {
            FL_TRY(fl_cell_decode_distinct(c, acc, in, err));
        } else if (c->type->decode != NULL) {
            FL_TRY(c->type->decode(c, acc, in, err));
        } else {
            const char *bytes = fl_read_raw(in, (size_t)c->type->size);
            if (bytes != NULL) memcpy(acc + c->offset, bytes, (size_t)c->type->size);
        }
    }
    if (in->bad) return fl_fail(err, FL_ERR_CHECKPOINT_SHORT_ACCUMULATOR);
    return 0;
}
