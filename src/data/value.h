/* SPDX-License-Identifier: Apache-2.0 */
/* value.h -- one value by itself: literals, defaults, bounds. For planning and tests, never for rows on their way. */
#ifndef FL_DATA_VALUE_H
#define FL_DATA_VALUE_H

#include "data/column.h"

typedef struct fl_value {
    const fl_type *type;
    bool is_null;
    union {
        int64_t i;    /* BOOL, I8 … I64 */
        fl_i128 w;    /* I128 */
        double d;     /* F32, F64 */
        fl_str s;     /* VIEW; borrowed */
        void *object; /* OBJECT; borrowed */
        struct {
            fl_column *nested; /* LIST, MAP, ROW: a row of this column; borrowed */
            int row;
        };
    };
} fl_value;

fl_value fl_value_null(const fl_type *type);
/* Row i of a column; strings, objects and nested values are borrowed from it. */
fl_value fl_value_get(fl_column *c, int i);
void fl_column_append_value(fl_column *c, const fl_value *v);
/* A column of one row, flagged constant. Owned by the caller. */
fl_column *fl_value_column(const fl_value *v);

#endif
