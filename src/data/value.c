/* SPDX-License-Identifier: Apache-2.0 */
/* value.c -- one value out of a column, into a column, and as a column of its own. */
#include "data/value.h"

#include "data/object.h"

fl_value fl_value_null(const fl_type *type) { return (fl_value){.type = type, .is_null = true}; }

fl_value fl_value_get(fl_column *c, int i) {
    fl_value v = {.type = c->type, .is_null = fl_column_is_null(c, i)};
    if (v.is_null) return v;
    i = fl_column_at(c, i);
    switch (c->phys) {
    case FL_P_NONE: break;
    case FL_P_I128: v.w = fl_column_i128(c, i); break;
    case FL_P_F32: v.d = (double)FL_DATA(c, float)[i]; break;
    case FL_P_F64: v.d = FL_DATA(c, double)[i]; break;
    case FL_P_VIEW: v.s = fl_column_str(c, i); break;
    case FL_P_OBJECT: v.object = FL_DATA(c, void *)[i]; break;
    case FL_P_LIST:
    case FL_P_MAP:
    case FL_P_ROW:
        v.nested = c;
        v.row = i;
        break;
    default: v.i = fl_column_i64(c, i); break;
    }
    return v;
}

void fl_column_append_value(fl_column *c, const fl_value *v) {
    if (v->is_null) {
        fl_column_append_null(c);
        return;
    }
    switch (c->phys) {
    case FL_P_NONE: fl_column_append_null(c); break;
    case FL_P_I128: fl_column_append_i128(c, v->w); break;
    case FL_P_F32:
    case FL_P_F64: fl_column_append_f64(c, v->d); break;
    case FL_P_VIEW: fl_column_append_str(c, v->s); break;
    case FL_P_OBJECT: fl_column_append_object(c, c->type->object->retain(v->object)); break;
    case FL_P_LIST:
    case FL_P_MAP:
    case FL_P_ROW: fl_column_append_from(c, v->nested, v->row); break;
    default: fl_column_append_i64(c, v->i); break;
    }
}

fl_column *fl_value_column(const fl_value *v) {
    fl_column *c = fl_column_new(v->type, 1);
    fl_column_append_value(c, v);
    c->constant = true;
    return c;
}
