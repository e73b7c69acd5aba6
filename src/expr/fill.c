/* SPDX-License-Identifier: Apache-2.0 */
/* fill.c -- what a field of a row holds where its value is NULL and its type has none.
 *
 * Example:    CAST(CAST(1234 AS DECIMAL(3, 0)) AS INT)    -1: the decimal does not fit, which makes it NULL
 * Interface:  fill.h.
 */
#include "expr/fill.h"

bool fl_type_has_fill(const fl_type *t) {
    bool number = fl_type_is_integer(t) || fl_type_is_approximate(t) || fl_type_is_interval(t);
    return !t->nullable && (number || fl_type_is_char(t) || t->kind == FL_T_BOOLEAN || t->kind == FL_T_DATE);
}

void fl_column_append_fill(fl_column *out, const fl_type *t) {
    if (!fl_type_has_fill(t))
        fl_column_append_null(out);
    else if (fl_type_is_char(t))
        fl_column_append_str(out, fl_str_make("", 0));
    else if (fl_type_is_approximate(t))
        fl_column_append_f64(out, -1);
    else
        fl_column_append_i64(out, t->kind == FL_T_BOOLEAN ? 0 : -1);
}
