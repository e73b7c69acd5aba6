/* SPDX-License-Identifier: Apache-2.0 */
/* functions_compare.c -- = <> < <= > >=, IS [NOT] DISTINCT FROM, IS [NOT] NULL, BETWEEN.
 *
 * What:       compare_align.c brings both sides to one layout; then a kernel for each layout writes a bitmap, 64 rows a
 *             word. > and >= are < and <= with their arguments exchanged. Doubles compare as IEEE: NaN equals nothing.
 *             What is compared with itself is equal, whatever it is, if it is not NULL: so it is in Flink's planner.
 * Rewrites:   a BETWEEN x AND y            a >= x AND a <= y; SYMMETRIC: either way round; NOT: its opposite
 *             ROW(a, b) = ROW(c, d)        a = c AND b = d, where a NULL makes the result unknown; row columns compare
 *                                          as GROUP BY does, NULL equal to NULL
 *             x IS NULL                    FALSE if the type of x is NOT NULL, without a look at x
 * Interface:  the table at the end. IN is in functions_in.c.
 *
 * Texts, bytes, nested types and decimals of different scale are compared by forms of the same functions that see only
 * rows that need it: they follow pointers.
 */
#include "expr/functions_int.h"

#include "messages/function.h"

/* ---- numbers and times ---- */

#define ORDERED_KERNELS(name, T)                                                                                       \
    FL_COMPARE_KERNEL(eq_##name, T, x == y)                                                                            \
    FL_COMPARE_KERNEL(ne_##name, T, x != y)                                                                            \
    FL_COMPARE_KERNEL(lt_##name, T, x < y)                                                                             \
    FL_COMPARE_KERNEL(le_##name, T, x <= y)                                                                            \
    SWAPPED(gt_##name, lt_##name)                                                                                      \
    SWAPPED(ge_##name, le_##name)
#define SWAPPED(name, other)                                                                                           \
    static int name(FL_KERNEL_ARGS) { return other(ev, call, (fl_column *const[]){in[1], in[0]}, out, rows, err); }
ORDERED_KERNELS(i32, int32_t)
ORDERED_KERNELS(i64, int64_t)
ORDERED_KERNELS(i128, fl_i128)
ORDERED_KERNELS(f64, double)

/* ---- booleans: words; FALSE is less than TRUE ---- */

#define BOOLEAN_KERNEL(name, EXPR)                                                                                     \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        for (int w = 0; w < fl_word_count(out); w++) {                                                                 \
            const uint64_t x = fl_bool_word(in[0], w), y = fl_bool_word(in[1], w), z = (EXPR);                         \
            memcpy((uint8_t *)out->data + 8 * w, &z, 8);                                                               \
        }                                                                                                              \
        return 0;                                                                                                      \
    }
BOOLEAN_KERNEL(eq_bool, ~(x ^ y))
BOOLEAN_KERNEL(ne_bool, x ^ y)
BOOLEAN_KERNEL(lt_bool, ~x &y)
BOOLEAN_KERNEL(le_bool, ~x | y)
SWAPPED(gt_bool, lt_bool)
SWAPPED(ge_bool, le_bool)

/* ---- texts and bytes ---- */

/* One side is constant and lies in its view: the views are compared as two words each. */
static void equal_short(const fl_column *c, fl_view v, fl_column *out, fl_rows rows, uint64_t flip) {
    const uint64_t *words = c->data;
    uint64_t want[2];
    memcpy(want, &v, 16);
    FL_EACH_BIT(rows, out->data, i, ((words[2 * i] ^ want[0]) | (words[2 * i + 1] ^ want[1])) == 0);
    if (flip == 0) return;
    for (int w = 0; w < fl_word_count(out); w++) { /* also of rows that do not count */
        uint64_t x = ~fl_bool_word(out, w);
        memcpy((uint8_t *)out->data + 8 * w, &x, 8);
    }
}

static int equal_views(fl_column *const *in, fl_column *out, fl_rows rows, bool not_equal) {
    const fl_view *a = in[0]->data, *b = in[1]->data;
    const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);
    if (rows.sel == NULL && sa + sb == 1 && (sa == 0 ? a : b)->n <= FL_VIEW_INLINE) {
        equal_short(sa == 0 ? in[1] : in[0], sa == 0 ? *a : *b, out, rows, not_equal);
        return 0;
    }
    FL_EACH_BIT(rows, out->data, i, fl_view_eq(&a[i * sa], &b[i * sb]) != not_equal);
    return 0;
}

static int eq_view(FL_KERNEL_ARGS) { return equal_views(in, out, rows, false); }
static int ne_view(FL_KERNEL_ARGS) { return equal_views(in, out, rows, true); }

#define VIEW_KERNEL(name, CMP, OP)                                                                                     \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        const fl_view *a = in[0]->data, *b = in[1]->data;                                                              \
        const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);                                              \
        FL_EACH_BIT(rows, out->data, i, CMP(&a[i * sa], &b[i * sb]) OP 0);                                             \
        return 0;                                                                                                      \
    }
VIEW_KERNEL(lt_view, fl_view_cmp, <)
VIEW_KERNEL(le_view, fl_view_cmp, <=)
SWAPPED(gt_view, lt_view)
SWAPPED(ge_view, le_view)
#define eq_text eq_view
#define ne_text ne_view
VIEW_KERNEL(lt_text, fl_view_cmp_text, <)
VIEW_KERNEL(le_text, fl_view_cmp_text, <=)
SWAPPED(gt_text, lt_text)
SWAPPED(ge_text, le_text)

/* ---- decimals whose common form would have more than 38 digits ---- */

#define DECIMAL_KERNEL(name, OP)                                                                                       \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        const int sa = in[0]->type->scale, sb = in[1]->type->scale;                                                    \
        FL_EACH_ROW(rows, i, {                                                                                         \
            const fl_i128 x = fl_decimal_at(in[0], fl_column_at(in[0], i));                                            \
            const fl_i128 y = fl_decimal_at(in[1], fl_column_at(in[1], i));                                            \
            fl_bit_put(out->data, i, fl_decimal_cmp(x, sa, y, sb) OP 0);                                               \
        });                                                                                                            \
        return 0;                                                                                                      \
    }
DECIMAL_KERNEL(eq_decimal, ==)
DECIMAL_KERNEL(ne_decimal, !=)
DECIMAL_KERNEL(lt_decimal, <)
DECIMAL_KERNEL(le_decimal, <=)
SWAPPED(gt_decimal, lt_decimal)
SWAPPED(ge_decimal, le_decimal)

/* ---- nested types ---- */

static bool map_has(const fl_column *b, int from, int to, const fl_column *a, int e) {
    for (int k = from; k < to; k++)
        if (fl_column_equal_at(a->child[0], e, b->child[0], k))
            return fl_column_equal_at(a->child[1], e, b->child[1], k);
    return false;
}

/* The order of a map's entries does not count. */
static bool equal_nested(const fl_column *a, int i, const fl_column *b, int j) {
    if (a->phys != FL_P_MAP) return fl_column_equal_at(a, i, b, j);
    i = fl_column_at(a, i), j = fl_column_at(b, j);
    const int32_t *x = FL_DATA(a, int32_t) + i, *y = FL_DATA(b, int32_t) + j;
    if (x[1] - x[0] != y[1] - y[0]) return false;
    for (int e = x[0]; e < x[1]; e++)
        if (!map_has(b, y[0], y[1], a, e)) return false;
    return true;
}

static int eq_nested(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, equal_nested(in[0], i, in[1], i)));
    return 0;
}
static int ne_nested(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, !equal_nested(in[0], i, in[1], i)));
    return 0;
}

/* ---- a text and a BOOLEAN are never equal ---- */

static int never(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, false));
    return 0;
}
static int always(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, true));
    return 0;
}

/* ---- arrays and maps of unlike things are equal only if both are empty ---- */

static bool is_empty_list(const fl_column *c, int i) {
    const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);
    return offsets[0] == offsets[1];
}
static int eq_unlike(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, is_empty_list(in[0], i) && is_empty_list(in[1], i)));
    return 0;
}
static int ne_unlike(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, !is_empty_list(in[0], i) || !is_empty_list(in[1], i)));
    return 0;
}

/* ---- choosing ---- */

typedef enum comparison { EQ, NE, LT, LE, GT, GE } comparison;
static const char *const comparison_names[] = {"=", "<>", "<", "<=", ">", ">="};

static comparison comparison_of(const fl_expr *call) {
    for (int op = EQ; op <= GE; op++)
        if (strcmp(call->fn->name, comparison_names[op]) == 0) return (comparison)op;
    return EQ; /* IS DISTINCT FROM and its like start from equality */
}

static bool is_text_and_boolean(const fl_type *x, const fl_type *y) {
    return (fl_type_is_char(x) && y->kind == FL_T_BOOLEAN) || (fl_type_is_char(y) && x->kind == FL_T_BOOLEAN);
}

/* Arrays or maps of things that cannot be compared. */
static bool are_unlike_lists(const fl_type *x, const fl_type *y) {
    if (x->kind != y->kind || (x->kind != FL_T_ARRAY && x->kind != FL_T_MAP)) return false;
    const fl_type *pair[] = {x, y};
    fl_arena scratch;
    fl_arena_init(&scratch);
    bool unlike = fl_type_common(&scratch, pair, 2) == NULL;
    fl_arena_deinit(&scratch);
    return unlike;
}

static bool scales_differ(const fl_type *x, const fl_type *y) {
    return x->kind == FL_T_DECIMAL && y->kind == FL_T_DECIMAL &&
           (x->scale != y->scale || fl_type_phys(x) != fl_type_phys(y));
}

#define KERNELS(name)                                                                                                  \
    { eq_##name, ne_##name, lt_##name, le_##name, gt_##name, ge_##name }

static fl_kernel_fn *choose_comparison(const fl_type *x, const fl_type *y, comparison op) {
    static fl_kernel_fn *const kernels[][6] = {
        [FL_P_BOOL] = KERNELS(bool), [FL_P_I32] = KERNELS(i32), [FL_P_I64] = KERNELS(i64),
        [FL_P_I128] = KERNELS(i128), [FL_P_F64] = KERNELS(f64), [FL_P_VIEW] = KERNELS(view),
    };
    static fl_kernel_fn *const decimals[6] = KERNELS(decimal), *const texts[6] = KERNELS(text);
    if (is_text_and_boolean(x, y)) return op == EQ ? never : always;
    if (are_unlike_lists(x, y)) return op == EQ ? eq_unlike : ne_unlike;
    if (scales_differ(x, y)) return decimals[op];
    if (fl_type_is_char(x)) return texts[op];
    fl_phys p = fl_type_phys(x);
    if (p >= FL_P_LIST) return op == EQ ? eq_nested : ne_nested;
    return kernels[p][op];
}

static fl_kernel_fn *choose(const fl_expr *call) {
    return choose_comparison(call->args[0]->type, call->args[1]->type, comparison_of(call));
}

static bool needs_care(const fl_expr *call) {
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    return fl_type_phys(x) >= FL_P_VIEW || fl_type_phys(y) >= FL_P_VIEW || scales_differ(x, y);
}

/* ---- type rules of = and its like ---- */

static const fl_function careful_forms[6], exact_forms[2];

bool fl_is_row_value(const fl_expr *e) {
    if (e->type->kind != FL_T_ROW || e->type->n_fields == 0) return false;
    return fl_expr_is_call(e, "ROW") || (fl_expr_is_literal(e) && !e->value.is_null);
}

static int field_of(fl_bind *b, fl_expr *row, int i, fl_expr **out, fl_error *err) {
    if (fl_expr_is_call(row, "ROW")) {
        *out = row->args[i];
        return 0;
    }
    fl_expr *name = fl_symbol_literal(b->arena, row->type->fields[i].name);
    return fl_call2(b, "FIELD", row, name, row->span, out, err);
}

int fl_compare_row_values(fl_bind *b, const char *op, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out,
                          fl_error *err) {
    int n = x->type->n_fields;
    fl_expr **parts = FL_NEW_N(b->arena, fl_expr *, n);
    for (int i = 0; i < n; i++) {
        fl_expr *sides[2];
        FL_TRY(field_of(b, x, i, &sides[0], err));
        FL_TRY(field_of(b, y, i, &sides[1], err));
        FL_TRY(strcmp(op, "IN") == 0 ? fl_call2(b, op, sides[0], sides[1], span, &parts[i], err)
                                     : fl_equal_exactly(b, op, sides[0], sides[1], span, &parts[i], err));
    }
    *out = parts[0];
    return n == 1 ? 0 : fl_expr_call_name(b, op[0] == '<' ? "OR" : "AND", parts, n, span, out, err);
}

static int infer_row_values(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *x = call->args[0], *y = call->args[1], *all;
    if (x->type->n_fields != y->type->n_fields) return fl_bad_arguments(call, err);
    FL_TRY(fl_compare_row_values(b, call->fn->name, x, y, call->span, &all, err));
    return fl_become(call, all);
}

/* x = x, where only a NaN could make a difference. */
static int infer_same(fl_bind *b, fl_expr *call, bool result, fl_error *err) {
    fl_value v = {.type = fl_type_of(FL_T_BOOLEAN, false), .i = result};
    fl_expr *known, *choice, *literal = fl_expr_literal(b->arena, &v);
    if (!call->args[0]->type->nullable) return fl_become(call, literal);
    FL_TRY(fl_call1(b, "IS NOT NULL", call->args[0], call->span, &known, err));
    fl_expr *unknown = fl_expr_null(b->arena, fl_type_of(FL_T_BOOLEAN, true));
    FL_TRY(fl_call3(b, "CASE", known, literal, unknown, call->span, &choice, err));
    return fl_become(call, choice);
}

/* = and <> compare DECIMALs in their common type even where that has too few digits for a fraction: 3.14 is 3 beside a
 * DECIMAL(38, 0). */
static int round_decimals(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *pair[] = {call->args[0]->type, call->args[1]->type};
    bool decimal = pair[0]->kind == FL_T_DECIMAL || pair[1]->kind == FL_T_DECIMAL;
    const fl_type *common = decimal ? fl_type_common(b->arena, pair, 2) : NULL;
    if (common == NULL || common->kind != FL_T_DECIMAL) return 0;
    return common->scale < FL_MAX(pair[0]->scale, pair[1]->scale) ? fl_coerce_from(b, call, 0, common, err) : 0;
}

static int infer_comparison(fl_bind *b, fl_expr *call, fl_error *err) {
    comparison op = comparison_of(call);
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    bool equality = op == EQ || op == NE;
    if (equality && fl_is_row_value(call->args[0]) && fl_is_row_value(call->args[1]))
        return infer_row_values(b, call, err);
    bool approximate = fl_type_is_approximate(x) && fl_type_is_approximate(y);
    if (approximate && fl_expr_equal(call->args[0], call->args[1]) && fl_expr_deterministic(call->args[0]))
        return infer_same(b, call, op == EQ || op == LE || op == GE, err);
    bool nullable = fl_args_nullable(call);
    if (equality && call->fn != &exact_forms[op]) FL_TRY(round_decimals(b, call, err));
    bool variants = x->kind == FL_T_VARIANT && y->kind == FL_T_VARIANT;
    if (!equality && (x->n_fields > 0 || y->n_fields > 0 || variants)) {
        fl_fail(err, FL_ERR_FUNCTION_COMPARE_NESTED, call->fn->name);
        return fl_error_at(err, call->span);
    }
    if (!equality || !(is_text_and_boolean(x, y) || are_unlike_lists(x, y))) FL_TRY(fl_align_sides(b, call, 0, 1, err));
    if (needs_care(call)) call->fn = &careful_forms[op];
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), nullable);
}

/* ---- IS [NOT] DISTINCT FROM ---- */

static fl_rows rows_of_both(fl_eval *ev, fl_column *const *in, fl_rows rows) {
    uint16_t *sel = fl_arena_alloc(ev->scratch, sizeof *sel * (size_t)(rows.n + 1));
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        int i = fl_row_at(rows, k);
        sel[n] = (uint16_t)i;
        n += !fl_column_is_null(in[0], i) && !fl_column_is_null(in[1], i);
    }
    return (fl_rows){sel, n};
}

static int distinct(FL_KERNEL_ARGS) {
    uint64_t flip = call->expr->fn->name[3] == 'N' ? ~0ull : 0; /* IS NOT … */
    const fl_type *x = call->expr->args[0]->type, *y = call->expr->args[1]->type;
    int n = out->n;
    FL_TRY(choose_comparison(x, y, EQ)(ev, call, in, out, rows_of_both(ev, in, rows), err));
    bool constant = out->constant; /* both sides were */
    uint64_t same = constant && fl_bit(out->data, 0) ? ~0ull : 0;
    out->constant = false;
    out->n = n;
    for (int w = 0; w < fl_word_count(out); w++) {
        uint64_t a = fl_valid_word(in[0], w), b = fl_valid_word(in[1], w);
        uint64_t equal = constant ? same : fl_bool_word(out, w);
        uint64_t z = ((a ^ b) | (a & b & ~equal)) ^ flip;
        memcpy((uint8_t *)out->data + 8 * w, &z, 8);
    }
    return 0;
}

static int infer_distinct(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    if (!is_text_and_boolean(x, y)) FL_TRY(fl_align_sides(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), false);
}

static fl_kernel_fn *choose_distinct(const fl_expr *call FL_UNUSED) { return distinct; }

/* ---- IS [NOT] NULL ---- */

static int null_test(FL_KERNEL_ARGS) {
    uint64_t flip = call->expr->fn->name[3] == 'N' && call->expr->fn->name[4] == 'O' ? 0 : ~0ull;
    for (int w = 0; w < fl_word_count(out); w++) {
        uint64_t z = (call->expr->n_args == 0 ? ~0ull : fl_valid_word(in[0], w)) ^ flip;
        memcpy((uint8_t *)out->data + 8 * w, &z, 8);
    }
    return 0;
}

/* A cast of a literal that could not be folded: it fails, and is to fail. */
static bool is_bad_cast(const fl_expr *e) {
    return (fl_expr_is_call(e, "CAST") || fl_expr_is_call(e, "TRY_CAST")) && fl_expr_is_literal(e->args[0]);
}

/* Arithmetic of DECIMALs, which may have been folded. */
static bool is_decimal_arithmetic(const fl_expr *e) {
    return e->fn != NULL && e->type->kind == FL_T_DECIMAL && strchr("+-*/%", e->fn->name[0]) != NULL &&
           e->fn->name[1] == 0;
}

/* Of arithmetic the planner asks the operands: an overflow, which is NULL, does not count. */
static int ask_operands(fl_bind *b, fl_expr *call, fl_error *err) {
    bool negated = strcmp(call->fn->name, "IS NULL") != 0;
    fl_expr *x = call->args[0], *parts[2], *all;
    int n = 0;
    for (int i = 0; i < x->n_args && i < 2; i++)
        FL_TRY(fl_call1(b, call->fn->name, x->args[i], call->span, &parts[n++], err));
    if (n == 1) return fl_become(call, parts[0]);
    FL_TRY(fl_call2(b, negated ? "AND" : "OR", parts[0], parts[1], call->span, &all, err));
    return fl_become(call, all);
}

/* An argument that is NOT NULL by type is dropped: it is not even computed. */
static int infer_null_test(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_expr *x = call->args[0];
    if (is_decimal_arithmetic(x)) return ask_operands(b, call, err);
    if (!x->type->nullable && !fl_expr_is_literal(x) && !is_bad_cast(x)) call->n_args = 0;
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), false);
}

static fl_kernel_fn *choose_null_test(const fl_expr *call FL_UNUSED) { return null_test; }

/* ---- BETWEEN ---- */

/* above: a >= x AND a <= y; or, as its opposite, a < x OR a > y. */
static int bounds(fl_bind *b, const fl_expr *call, int x, int y, bool opposite, fl_expr **out, fl_error *err) {
    fl_expr *low, *high, *a = call->args[0];
    FL_TRY(fl_call2(b, opposite ? "<" : ">=", a, call->args[x], call->span, &low, err));
    FL_TRY(fl_call2(b, opposite ? ">" : "<=", a, call->args[y], call->span, &high, err));
    return fl_call2(b, opposite ? "OR" : "AND", low, high, call->span, out, err);
}

static int infer_between(fl_bind *b, fl_expr *call, fl_error *err) {
    bool opposite = call->fn->name[0] == 'N', symmetric = strstr(call->fn->name, "SYMMETRIC") != NULL;
    fl_expr *one, *other;
    FL_TRY(bounds(b, call, 1, 2, opposite, &one, err));
    if (!symmetric) return fl_become(call, one);
    FL_TRY(bounds(b, call, 2, 1, opposite, &other, err));
    FL_TRY(fl_call2(b, opposite ? "AND" : "OR", one, other, call->span, &one, err));
    return fl_become(call, one);
}

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; }

/* ---- the table ---- */

#define COMPARISON(word, more_flags, text)                                                                             \
    {                                                                                                                  \
        .name = word, .min_args = 2, .max_args = 2, .flags = FL_FN_STRICT | FL_FN_OPERATOR | (more_flags),             \
        .infer = infer_comparison, .choose = choose, .signature = "'<COMPARABLE_TYPE> " word " <COMPARABLE_TYPE>'",    \
        .doc = text                                                                                                    \
    }
#define COMPARISONS(flags)                                                                                             \
    COMPARISON("=", flags, "Equal."), COMPARISON("<>", flags, "Not equal."), COMPARISON("<", flags, "Less than."),     \
        COMPARISON("<=", flags, "Less than or equal."), COMPARISON(">", flags, "Greater than."),                       \
        COMPARISON(">=", flags, "Greater than or equal.")
#define ROW(word, args, more_flags, rule, pick, form, text)                                                            \
    {                                                                                                                  \
        .name = word, .min_args = args, .max_args = args, .flags = FL_FN_OPERATOR | (more_flags), .infer = rule,       \
        .choose = pick, .signature = form, .doc = text                                                                 \
    }

static const fl_function careful_forms[6] = {COMPARISONS(FL_FN_COSTLY)};
static const fl_function exact_forms[2] = {COMPARISON("=", 0, "Equal."), COMPARISON("<>", 0, "Not equal.")};

int fl_equal_exactly(fl_bind *b, const char *op, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out, fl_error *err) {
    fl_expr *sides[] = {x, y};
    return fl_expr_call(b, &exact_forms[strcmp(op, "<>") == 0], sides, 2, span, out, err);
}

FL_FUNCTION_TABLE(compare) = {
    COMPARISONS(0),
    ROW("IS DISTINCT FROM", 2, FL_FN_COSTLY, infer_distinct, choose_distinct, "a IS DISTINCT FROM b",
        "Not equal, where NULL equals NULL."),
    ROW("IS NOT DISTINCT FROM", 2, FL_FN_COSTLY, infer_distinct, choose_distinct, "a IS NOT DISTINCT FROM b",
        "Equal, where NULL equals NULL."),
    ROW("IS NULL", 1, FL_FN_SUBSTITUTE, infer_null_test, choose_null_test, "a IS NULL", "The value is NULL."),
    ROW("IS NOT NULL", 1, FL_FN_SUBSTITUTE, infer_null_test, choose_null_test, "a IS NOT NULL",
        "The value is not NULL."),
    ROW("BETWEEN", 3, 0, infer_between, choose_none, "a BETWEEN x AND y", "a >= x AND a <= y."),
    ROW("NOT BETWEEN", 3, 0, infer_between, choose_none, "a NOT BETWEEN x AND y", "a < x OR a > y."),
    ROW("BETWEEN SYMMETRIC", 3, 0, infer_between, choose_none, "a BETWEEN SYMMETRIC x AND y",
        "Between two bounds in either order."),
    ROW("NOT BETWEEN SYMMETRIC", 3, 0, infer_between, choose_none, "a NOT BETWEEN SYMMETRIC x AND y",
        "Outside of two bounds in either order."),
    {0},
};
