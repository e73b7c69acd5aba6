/* SPDX-License-Identifier: Apache-2.0 */
/* quick.c -- the parts of quick_int.h that run once for a column or a run, and NULLs. */
#include "formats/quick_int.h"

static quick_kind kind_of(const fl_type *t) {
    switch (t->kind) {
    case FL_T_BOOLEAN: return QUICK_BOOL;
    case FL_T_TINYINT: return QUICK_I8;
    case FL_T_SMALLINT: return QUICK_I16;
    case FL_T_INT:
    case FL_T_INTERVAL_MONTH: return QUICK_I32;
    case FL_T_BIGINT:
    case FL_T_INTERVAL_DAY: return QUICK_I64;
    case FL_T_FLOAT: return QUICK_F32;
    case FL_T_DOUBLE: return QUICK_F64;
    case FL_T_DECIMAL: return fl_type_phys(t) == FL_P_I64 ? QUICK_FIXED : QUICK_CARE;
    case FL_T_CHAR:
    case FL_T_VARCHAR: return QUICK_TEXT;
    case FL_T_DATE: return QUICK_DATE;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: {
        int unit = fl_type_timestamp_unit(t);
        return unit == 3 ? QUICK_MS : unit == 6 ? QUICK_US : QUICK_NS;
    }
    default: return QUICK_CARE;
    }
}

void quick_init(quick_column *q, const fl_type *t) {
    *q = (quick_column){.kind = kind_of(t),
                        .utc = t->kind == FL_T_TIMESTAMP_LTZ,
                        .precision = (uint8_t)t->precision,
                        .scale = (uint8_t)t->scale};
}

void quick_begin(quick_column *q, int n, const fl_builder *out) {
    for (int i = 0; i < n; i++) {
        q[i].c = out->cols[i];
        q[i].data = q[i].c->data;
        q[i].shares_owner = false;
    }
}

void quick_settle(quick_column *q, int n, fl_builder *out, int row) {
    for (int i = 0; i < n; i++) q[i].c->n = row;
    if (out->kinds != NULL) memset(out->kinds + out->n, FL_INSERT, (size_t)(row - out->n));
    out->n = row;
}

void quick_wipe(quick_column *q, int n, int row) {
    for (int i = 0; i < n; i++) {
        fl_column *c = q[i].c;
        if (c->n > row) fl_column_truncate(c, row);
        if (c->valid != NULL && row < c->cap) fl_bit_set(c->valid, row);
    }
}

void quick_null(quick_column *q, int row) {
    fl_column *c = q->c;
    if (q->kind == QUICK_CARE) {
        fl_column_append_null(c);
        return;
    }
    fl_column_set_null(c, row);
    size_t size = (size_t)fl_phys_size(c->phys);
    if (c->phys == FL_P_BOOL)
        fl_bit_clear(c->data, row);
    else
        memset((char *)c->data + (size_t)row * size, 0, size);
}

bool quick_date(quick_column *q, const char *p) {
    uint64_t a = fl_load8(p), b = fl_load8(p + 2);
    if (FL_LIKELY(a == q->date_text[0] && b == q->date_text[1])) return true;
    if (!fl_date_parse_strict(fl_str_make(p, 10), &q->date)) return false;
    q->date_text[0] = a;
    q->date_text[1] = b;
    return true;
}
