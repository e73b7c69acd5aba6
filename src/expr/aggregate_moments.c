/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_moments.c -- STDDEV and VAR as arithmetic over SUM and COUNT.
 *
 * What:       VAR_POP(x)     (SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / COUNT(x)
 *             VAR_SAMP(x)    the same, divided by CASE COUNT(x) WHEN 1 THEN NULL ELSE COUNT(x) - 1 END
 *             STDDEV_…(x)    POWER(VAR_…(x), 0.5)
 * Types:      x is first cast to the result's type, in which all of this is computed: integers wrap and are cut, and a
 *             deviation that is small beside its mean loses its digits. Flink's planner writes the same, so results are
 *             equal to the last digit.
 */
#include "expr/aggregate.h"
#include "expr/cells.h"
#include "expr/functions_int.h"

/* The number that the sum of squares is divided by. */
static int denominator(fl_bind *b, fl_expr *count, bool sample, fl_span at, fl_expr **out, fl_error *err) {
    fl_expr *one = fl_expr_int(b->arena, 1, fl_type_of(FL_T_INT, false)), *is_one, *less;
    *out = count;
    if (!sample) return 0;
    FL_TRY(fl_call2(b, "=", count, one, at, &is_one, err));
    FL_TRY(fl_call2(b, "-", count, one, at, &less, err));
    return fl_call3(b, "CASE", is_one, fl_expr_null(b->arena, count->type), less, at, out, err);
}

static int square_root(fl_bind *b, fl_expr *x, fl_span at, fl_expr **out, fl_error *err) {
    const fl_value half = {.type = fl_type_decimal(b->arena, 2, 1, false), .i = 5};
    return fl_call2(b, "POWER", x, fl_expr_literal(b->arena, &half), at, out, err);
}

int fl_agg_reduce_moment(fl_bind *b, const fl_agg_call *call, fl_expr *arg, fl_agg_asker *asker, fl_expr **out,
                         fl_error *err) {
    const char *name = call->fn->name;
    const bool sample = strstr(name, "_POP") == NULL, root = name[0] == 'S';
    const fl_span at = call->span;
    fl_expr *x, *squares, *sum, *count, *mean_part, *n;
    FL_TRY(fl_expr_cast(b, arg, call->type, false, at, &x, err));
    FL_TRY(fl_call2(b, "*", x, x, at, &squares, err));
    FL_TRY(asker->ask(asker, "SUM", squares, &squares, err));
    FL_TRY(asker->ask(asker, "SUM", arg, &sum, err));
    FL_TRY(asker->ask(asker, "COUNT", arg, &count, err));
    FL_TRY(fl_expr_cast(b, sum, call->type, false, at, &sum, err));
    FL_TRY(fl_call2(b, "*", sum, sum, at, &mean_part, err));
    FL_TRY(fl_call2(b, "/", mean_part, count, at, &mean_part, err));
    FL_TRY(fl_call2(b, "-", squares, mean_part, at, &x, err));
    FL_TRY(denominator(b, count, sample, at, &n, err));
    FL_TRY(fl_call2(b, "/", x, n, at, &x, err));
    if (root) FL_TRY(square_root(b, x, at, &x, err));
    return fl_expr_cast(b, x, call->type, false, at, out, err);
}
