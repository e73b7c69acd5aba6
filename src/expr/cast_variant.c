/* SPDX-License-Identifier: Apache-2.0 */
/* cast_variant.c -- CAST and TRY_CAST from VARIANT.
 *
 * What:       a value inside of a VARIANT becomes one of SQL if the type can hold it as it is: a number any numeric
 *             type, if neither its range nor its fraction is in the way; a BOOLEAN, a date, a time, bytes only what
 *             they are; a scalar any text. FLOAT and DOUBLE round. Lengths and precisions cut and fill as in other
 *             casts. A JSON null is NULL.
 * Nested:     an array becomes an ARRAY, item by item; an object a MAP of texts, or a ROW whose fields are found by
 *             name, wherever they stand, and all of which must be there.
 * Since:      Flink 2.4 has these casts; earlier ones refuse all of them.
 * Interface:  fl_cast_from_variant.
 */
#include <math.h>

#include "data/text.h"
#include "data/variant.h"
#include "expr/cast_int.h"

/* One run of the kernel. */
typedef struct conversion {
    const fl_tz *tz;
    fl_variant_builder b; /* for parts that stay a VARIANT */
    fl_buf text;
    fl_error *err;
} conversion;

static int put(conversion *c, const fl_variant *v, fl_column *out);

/* ---- refusals ---- */

enum { SHOWN = 60 };

static const char *type_name(fl_arena *a, const fl_column *out) { return fl_type_name(a, out->type, FL_TYPE_BARE); }

static int refuse_kind(conversion *c, const fl_variant *v, const fl_column *out) {
    fl_arena a;
    fl_arena_init(&a);
    int rc =
        fl_fail(c->err, FL_ERR_VALUE_VARIANT_CAST, fl_variant_kind_name(fl_variant_kind_of(v)), type_name(&a, out));
    fl_arena_deinit(&a);
    return rc;
}

typedef enum loss { LOSS_NONE, LOSS_RANGE, LOSS_FRACTION } loss;

static int refuse_number(conversion *c, const fl_variant *v, const fl_column *out, loss why) {
    fl_arena a;
    fl_arena_init(&a);
    fl_buf_reset(&c->text);
    fl_variant_print(&c->text, v);
    int n = (int)FL_MIN(c->text.n, (size_t)SHOWN);
    int rc = why == LOSS_RANGE ? fl_fail(c->err, FL_ERR_VALUE_VARIANT_OVERFLOW, n, c->text.p, type_name(&a, out))
                               : fl_fail(c->err, FL_ERR_VALUE_VARIANT_LOSSY, n, c->text.p, type_name(&a, out));
    fl_arena_deinit(&a);
    return rc;
}

static int refuse_null(conversion *c, const fl_column *out) {
    fl_arena a;
    fl_arena_init(&a);
    int rc = fl_fail(c->err, FL_ERR_VALUE_VARIANT_NULL, type_name(&a, out));
    fl_arena_deinit(&a);
    return rc;
}

/* ---- numbers ---- */

static bool is_numeric(fl_variant_kind k) { return k >= FL_VARIANT_TINYINT && k <= FL_VARIANT_DECIMAL; }

/* Leaves zeros of the fraction out, as far as `scale`. */
static void strip(fl_variant_scalar *s, int scale) {
    for (; s->scale > scale && s->unscaled % 10 == 0; s->scale--) s->unscaled /= 10;
}

static loss to_integer(fl_variant_scalar s, fl_phys p, int64_t *out) {
    int64_t most = (int64_t)(~0ull >> 1 >> (64 - 8 * fl_phys_size(p)));
    if (fl_variant_is_integer(s.kind)) {
        *out = s.i;
    } else if (s.kind == FL_VARIANT_DECIMAL) {
        strip(&s, 0);
        if (s.scale > 0) return LOSS_FRACTION;
        if (s.unscaled != (int64_t)s.unscaled) return LOSS_RANGE;
        *out = (int64_t)s.unscaled;
    } else {
        if (!(fabs(s.d) < 0x1p63)) return LOSS_RANGE;
        *out = (int64_t)s.d;
        if ((double)*out != s.d) return LOSS_FRACTION;
    }
    return *out > most || *out < -most - 1 ? LOSS_RANGE : LOSS_NONE;
}

static loss to_decimal(fl_variant_scalar s, const fl_type *t, fl_i128 *out) {
    if (s.kind == FL_VARIANT_FLOAT || s.kind == FL_VARIANT_DOUBLE) {
        if (!fl_decimal_from_double(s.d, t->precision, t->scale, out)) return LOSS_RANGE;
        double back = fl_decimal_to_double(*out, t->scale);
        bool same = s.kind == FL_VARIANT_FLOAT ? (float)back == (float)s.d : back == s.d;
        return same ? LOSS_NONE : LOSS_FRACTION;
    }
    if (s.kind != FL_VARIANT_DECIMAL) {
        s.unscaled = s.i;
        s.scale = 0;
    }
    strip(&s, t->scale);
    if (!fl_decimal_fits(s.unscaled / fl_pow10_i128(s.scale), t->precision - t->scale)) return LOSS_RANGE;
    if (s.scale > t->scale) return LOSS_FRACTION;
    return fl_decimal_rescale(s.unscaled, s.scale, t->scale, t->precision, out) ? LOSS_NONE : LOSS_RANGE;
}

/* Rounded once, also to a FLOAT. */
static loss to_approximate(conversion *c, const fl_variant_scalar *s, bool wide, double *out) {
    float f = 0;
    if (s->kind == FL_VARIANT_DECIMAL) {
        fl_buf_reset(&c->text);
        fl_decimal_print(&c->text, s->unscaled, s->scale);
        fl_str text = fl_str_make(c->text.p, c->text.n);
        bool good = wide ? fl_double_parse(text, out) : fl_float_parse(text, &f);
        fl_assert(good);
        if (!wide) *out = (double)f;
    } else if (fl_variant_is_integer(s->kind)) {
        *out = wide ? (double)s->i : (double)(float)s->i;
    } else {
        *out = wide ? s->d : (double)(float)s->d;
    }
    return isfinite(*out) ? LOSS_NONE : LOSS_RANGE;
}

static int put_number(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant_scalar s = fl_variant_scalar_of(v);
    if (!is_numeric(s.kind)) return refuse_kind(c, v, out);
    loss why;
    int64_t i = 0;
    double d = 0;
    fl_i128 x = 0;
    if (fl_type_is_integer(out->type)) {
        why = to_integer(s, out->phys, &i);
        if (why == LOSS_NONE) fl_column_append_i64(out, i);
    } else if (fl_type_is_approximate(out->type)) {
        why = to_approximate(c, &s, out->phys == FL_P_F64, &d);
        if (why == LOSS_NONE) fl_column_append_f64(out, d);
    } else {
        why = to_decimal(s, out->type, &x);
        if (why == LOSS_NONE && out->phys == FL_P_I128) fl_column_append_i128(out, x);
        if (why == LOSS_NONE && out->phys == FL_P_I64) fl_column_append_i64(out, (int64_t)x);
    }
    return why == LOSS_NONE ? 0 : refuse_number(c, v, out, why);
}

/* ---- texts ---- */

static bool is_zoned(fl_variant_kind k) { return k == FL_VARIANT_TIMESTAMP_LTZ || k == FL_VARIANT_TIMESTAMP_LTZ_NS; }
static bool is_wall(fl_variant_kind k) { return k == FL_VARIANT_TIMESTAMP || k == FL_VARIANT_TIMESTAMP_NS; }

static fl_ts ts_of(const fl_variant_scalar *s) {
    int unit = s->kind == FL_VARIANT_TIMESTAMP_NS || s->kind == FL_VARIANT_TIMESTAMP_LTZ_NS ? 9 : 6;
    return fl_ts_unpack(s->i, unit);
}

/* As a cast of the value's own type prints it. */
static void print_scalar(conversion *c, const fl_variant *v, const fl_variant_scalar *s) {
    fl_ts t;
    switch (s->kind) {
    case FL_VARIANT_BOOLEAN: fl_buf_puts(&c->text, s->i ? "TRUE" : "FALSE"); break;
    case FL_VARIANT_STRING:
    case FL_VARIANT_BYTES: fl_buf_put_str(&c->text, s->s); break;
    case FL_VARIANT_DATE: fl_date_print(&c->text, (int32_t)s->i); break;
    case FL_VARIANT_TIME: fl_time_print(&c->text, (int32_t)(s->i / 1000), 3); break;
    case FL_VARIANT_TIMESTAMP:
    case FL_VARIANT_TIMESTAMP_NS:
    case FL_VARIANT_TIMESTAMP_LTZ:
    case FL_VARIANT_TIMESTAMP_LTZ_NS:
        t = ts_of(s);
        if (is_zoned(s->kind)) t.ms = fl_tz_to_local(c->tz, t.ms);
        fl_ts_print_sql(&c->text, t, s->kind >= FL_VARIANT_TIMESTAMP_NS ? 9 : 6);
        break;
    default: fl_variant_print(&c->text, v); break;
    }
}

/* A row to be written in place. */
static int new_row(fl_column *out) {
    int i = out->n;
    fl_column_append_null(out);
    fl_column_set_valid(out, i);
    return i;
}

static int put_text(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant_scalar s = fl_variant_scalar_of(v);
    fl_variant_kind k = fl_variant_kind_of(v);
    if (k == FL_VARIANT_ARRAY || k == FL_VARIANT_OBJECT)
        return fl_fail(c->err, FL_ERR_VALUE_VARIANT_TO_TEXT, fl_variant_kind_name(k));
    fl_buf_reset(&c->text);
    print_scalar(c, v, &s);
    fl_str text = fl_str_make(c->text.n > 0 ? c->text.p : "", c->text.n);
    if (k == FL_VARIANT_BYTES && !fl_utf8_valid(text)) return fl_fail(c->err, FL_ERR_VALUE_VARIANT_UTF8);
    fl_cast_put_text(out, new_row(out), text);
    return 0;
}

/* ---- bytes and times ---- */

static int put_bytes(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant_scalar s = fl_variant_scalar_of(v);
    if (s.kind != FL_VARIANT_BYTES) return refuse_kind(c, v, out);
    fl_cast_put_bytes(out, new_row(out), s.s, fl_type_is(out->type, FL_T_BINARY));
    return 0;
}

static int put_time(conversion *c, const fl_variant *v, fl_column *out) {
    static const int32_t unit_ms[] = {1000, 100, 10, 1};
    fl_variant_scalar s = fl_variant_scalar_of(v);
    const fl_type *t = out->type;
    if (t->kind == FL_T_DATE && s.kind == FL_VARIANT_DATE) {
        fl_column_append_i64(out, s.i);
    } else if (t->kind == FL_T_TIME && s.kind == FL_VARIANT_TIME) {
        int64_t unit = unit_ms[FL_MIN(t->precision, 3)];
        fl_column_append_i64(out, s.i / 1000 / unit * unit);
    } else if (fl_type_is_timestamp(t) && (t->kind == FL_T_TIMESTAMP ? is_wall(s.kind) : is_zoned(s.kind))) {
        fl_cast_put_ts(out, new_row(out), ts_of(&s));
    } else {
        return refuse_kind(c, v, out);
    }
    return 0;
}

static int put_boolean(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant_scalar s = fl_variant_scalar_of(v);
    if (s.kind != FL_VARIANT_BOOLEAN) return refuse_kind(c, v, out);
    fl_column_append_i64(out, s.i);
    return 0;
}

/* ---- arrays and objects ---- */

static int put_array(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant item;
    if (fl_variant_kind_of(v) != FL_VARIANT_ARRAY) return refuse_kind(c, v, out);
    for (int i = 0; fl_variant_item(v, i, &item); i++) FL_TRY(put(c, &item, out->child[0]));
    fl_column_append_nested(out);
    return 0;
}

static int put_map(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant value;
    fl_str name;
    if (fl_variant_kind_of(v) != FL_VARIANT_OBJECT) return refuse_kind(c, v, out);
    for (int i = 0; fl_variant_item(v, i, &value); i++) {
        if (!fl_variant_name(v, i, &name)) return fl_fail(c->err, FL_ERR_VALUE_VARIANT_BAD);
        fl_cast_put_text(out->child[0], new_row(out->child[0]), name);
        FL_TRY(put(c, &value, out->child[1]));
    }
    fl_column_append_nested(out);
    return 0;
}

static int put_row(conversion *c, const fl_variant *v, fl_column *out) {
    fl_variant value;
    if (fl_variant_kind_of(v) != FL_VARIANT_OBJECT) return refuse_kind(c, v, out);
    for (int k = 0; k < out->n_children; k++) {
        const char *name = out->type->fields[k].name;
        if (!fl_variant_member(v, fl_str_from(name), &value))
            return fl_fail(c->err, FL_ERR_VALUE_VARIANT_NO_FIELD, name);
        FL_TRY(put(c, &value, out->child[k]));
    }
    fl_column_append_nested(out);
    return 0;
}

static int put_variant(conversion *c, const fl_variant *v, fl_column *out) {
    fl_str bytes = fl_variant_extract(&c->b, v);
    if (bytes.n == 0) return fl_fail(c->err, FL_ERR_VALUE_VARIANT_BAD);
    fl_column_append_str(out, bytes);
    return 0;
}

/* Appends the value, or fails; then parts of a nested one may have been appended. */
static int put(conversion *c, const fl_variant *v, fl_column *out) {
    const fl_type *t = out->type;
    fl_variant_kind k = fl_variant_kind_of(v);
    bool nested = k == FL_VARIANT_ARRAY || k == FL_VARIANT_OBJECT;
    if (!nested && fl_variant_scalar_of(v).kind == FL_VARIANT_BAD) return fl_fail(c->err, FL_ERR_VALUE_VARIANT_BAD);
    if (t->kind == FL_T_VARIANT) return put_variant(c, v, out);
    if (k == FL_VARIANT_NULL && !t->nullable) return refuse_null(c, out);
    if (k == FL_VARIANT_NULL) {
        fl_column_append_null(out);
        return 0;
    }
    if (fl_type_is_numeric(t)) return put_number(c, v, out);
    if (fl_type_is_char(t)) return put_text(c, v, out);
    if (fl_type_is_binary(t)) return put_bytes(c, v, out);
    switch (t->kind) {
    case FL_T_BOOLEAN: return put_boolean(c, v, out);
    case FL_T_ARRAY: return put_array(c, v, out);
    case FL_T_MAP: return put_map(c, v, out);
    case FL_T_ROW: return put_row(c, v, out);
    default: return put_time(c, v, out);
    }
}

/* ---- the kernel ---- */

/* Row i, which comes next. */
static int convert_row(conversion *c, fl_kernel_call *call, fl_str bytes, fl_column *out, int i) {
    fl_variant v = fl_variant_of(bytes);
    if (put(c, &v, out) == 0) return 0;
    if (!fl_cast_is_try(call)) return fl_kernel_failed(c->err, call);
    fl_column_truncate(out, i);
    fl_column_append_null(out);
    return fl_cast_refuse(call, out, i, c->err, FL_ERR_VALUE_CAST_ELEMENT);
}

static int from_variant(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    conversion c = {.tz = ev->tz, .err = err};
    int rc = 0;
    fl_variant_builder_init(&c.b);
    fl_buf_init(&c.text);
    FL_EACH_NESTED_ROW(out, rows, i, {
        if (rc == 0) rc = convert_row(&c, call, fl_view_str(fl_view_at(in[0], i)), out, i);
        if (rc < 0) fl_column_append_null(out);
    });
    fl_buf_deinit(&c.text);
    fl_variant_builder_deinit(&c.b);
    return rc;
}

static bool is_possible(const fl_type *to) {
    if (fl_type_is_numeric(to) || fl_type_is_char(to) || fl_type_is_binary(to) || fl_type_is_datetime(to)) return true;
    switch (to->kind) {
    case FL_T_BOOLEAN:
    case FL_T_VARIANT: return true;
    case FL_T_ARRAY: return is_possible(fl_type_element(to));
    case FL_T_MAP: return fl_type_is_char(to->fields[0].type) && is_possible(to->fields[1].type);
    case FL_T_ROW:
        for (int i = 0; i < to->n_fields; i++)
            if (!is_possible(to->fields[i].type)) return false;
        return true;
    default: return false;
    }
}

fl_kernel_fn *fl_cast_from_variant(const fl_type *to) { return is_possible(to) ? from_variant : NULL; }
