/* SPDX-License-Identifier: Apache-2.0 */
/* rowcodec.c -- values and types as bytes.
 *
 * Example:    ROW<a INT, b STRING>: (7, 'hi') is  01  01 07000000  01 02000000 6869, and NULL is  00.
 * Invariants: (1) Two values are equal (fl_column_equal_at) exactly if their bytes are.  (2) What is decoded from any
 *             bytes at all is a well-formed column, or FL_E_CORRUPT and the column as it was before.
 *
 * An OBJECT is its serialised form with a u32 length. A type is a byte for its kind, one for nullability and time
 * attribute, then its parameters; comments of fields are left out, for they change nothing that is stored.
 */
#include "data/rowcodec.h"

#include "data/object.h"
#include "data/variant.h"
#include "messages/checkpoint.h"
#include "messages/value.h"

/* ---- values out ---- */

static void encode_f32(fl_buf *out, float x) {
    uint32_t bits = 0x7fc00000;
    if (x == x) memcpy(&bits, &x, sizeof bits);
    fl_buf_put_u32(out, bits);
}

static void encode_f64(fl_buf *out, double x) {
    uint64_t bits = 0x7ff8000000000000;
    if (x == x) memcpy(&bits, &x, sizeof bits);
    fl_buf_put_u64(out, bits);
}

static int encode_object(fl_buf *out, const fl_object_ops *ops, void *object, fl_error *err) {
    size_t at = out->n;
    fl_buf_put_u32(out, 0);
    FL_TRY(ops->serialise(object, out, err));
    size_t n = out->n - at - sizeof(uint32_t);
    if (n > INT32_MAX) return fl_fail(err, FL_ERR_VALUE_TOO_LONG, ops->name, n);
    uint32_t length = (uint32_t)n;
    memcpy(out->p + at, &length, sizeof length);
    return 0;
}

static int encode_elements(fl_buf *out, const fl_column *c, int i, fl_error *err) {
    const int32_t *offsets = c->data;
    fl_buf_put_u32(out, (uint32_t)(offsets[i + 1] - offsets[i]));
    for (int e = offsets[i]; e < offsets[i + 1]; e++)
        for (int k = 0; k < c->n_children; k++) FL_TRY(fl_encode_value(out, c->child[k], e, err));
    return 0;
}

int fl_encode_value(fl_buf *out, const fl_column *c, int i, fl_error *err) {
    i = fl_column_at(c, i);
    bool null = fl_column_is_null(c, i);
    fl_buf_put_u8(out, !null);
    if (null) return 0;
    switch (c->phys) {
    case FL_P_NONE: break;
    case FL_P_BOOL: fl_buf_put_u8(out, fl_bit(c->data, i)); break;
    case FL_P_I8: fl_buf_put(out, &FL_DATA(c, int8_t)[i], 1); break;
    case FL_P_I16: fl_buf_put(out, &FL_DATA(c, int16_t)[i], 2); break;
    case FL_P_I32: fl_buf_put(out, &FL_DATA(c, int32_t)[i], 4); break;
    case FL_P_I64: fl_buf_put(out, &FL_DATA(c, int64_t)[i], 8); break;
    case FL_P_I128: fl_buf_put(out, &FL_DATA(c, fl_i128)[i], 16); break;
    case FL_P_F32: encode_f32(out, FL_DATA(c, float)[i]); break;
    case FL_P_F64: encode_f64(out, FL_DATA(c, double)[i]); break;
    case FL_P_VIEW: fl_buf_put_bytes(out, fl_column_str(c, i).p, fl_column_str(c, i).n); break;
    case FL_P_OBJECT: return encode_object(out, c->type->object, FL_DATA(c, void *)[i], err);
    case FL_P_LIST:
    case FL_P_MAP: return encode_elements(out, c, i, err);
    case FL_P_ROW:
        for (int k = 0; k < c->n_children; k++) FL_TRY(fl_encode_value(out, c->child[k], i, err));
        break;
    }
    return 0;
}

int fl_encode_row(fl_buf *out, fl_column *const *cols, int n_cols, int i, fl_error *err) {
    for (int k = 0; k < n_cols; k++) FL_TRY(fl_encode_value(out, cols[k], i, err));
    return 0;
}

/* ---- values in ---- */

static int corrupt(const fl_type *t, const char *what, fl_error *err) {
    fl_buf name;
    fl_buf_init(&name);
    fl_type_print(&name, t, FL_TYPE_SUMMARY);
    fl_fail(err, FL_ERR_CHECKPOINT_STORED_VALUE, fl_buf_cstr(&name), what);
    fl_buf_deinit(&name);
    return FL_E_CORRUPT;
}

static int decode(fl_reader *r, fl_column *c, fl_error *err);

static int decode_object(fl_reader *r, fl_column *c, fl_error *err) {
    fl_str bytes = fl_read_bytes(r);
    void *object = NULL;
    if (r->bad) return corrupt(c->type, "the end is missing", err);
    FL_TRY(c->type->object->deserialise(bytes, &object, err));
    fl_column_append_object(c, object);
    return 0;
}

/* Every element takes at least one byte, so a count cannot ask for more memory than there are bytes. */
static int decode_elements(fl_reader *r, fl_column *c, fl_error *err) {
    uint32_t n = fl_read_u32(r);
    if (n > (size_t)(r->end - r->p) || n > INT32_MAX - 64 - (uint32_t)c->child[0]->n)
        return corrupt(c->type, "more elements than bytes", err);
    for (uint32_t e = 0; e < n; e++)
        for (int k = 0; k < c->n_children; k++) FL_TRY(decode(r, c->child[k], err));
    fl_column_append_nested(c);
    return 0;
}

static int decode_fields(fl_reader *r, fl_column *c, fl_error *err) {
    for (int k = 0; k < c->n_children; k++) FL_TRY(decode(r, c->child[k], err));
    fl_column_append_nested(c);
    return 0;
}

static void read_into(fl_reader *r, void *x, size_t n) {
    const char *at = fl_read_raw(r, n);
    if (at != NULL) memcpy(x, at, n);
}

/* A number or a string, appended even if the reader has come to its end: the caller looks at r->bad. */
static int decode_scalar(fl_reader *r, fl_column *c, fl_error *err) {
#define NUMBER(type, append)                                                                                           \
    {                                                                                                                  \
        type x = 0;                                                                                                    \
        read_into(r, &x, sizeof x);                                                                                    \
        append(c, x);                                                                                                  \
        return 0;                                                                                                      \
    }
    switch (c->phys) {
    case FL_P_BOOL: {
        uint8_t x = fl_read_u8(r);
        if (x > 1) return corrupt(c->type, "neither true nor false", err);
        fl_column_append_i64(c, x);
        return 0;
    }
    case FL_P_I8: NUMBER(int8_t, fl_column_append_i64)
    case FL_P_I16: NUMBER(int16_t, fl_column_append_i64)
    case FL_P_I32: NUMBER(int32_t, fl_column_append_i64)
    case FL_P_I64: NUMBER(int64_t, fl_column_append_i64)
    case FL_P_I128: NUMBER(fl_i128, fl_column_append_i128)
    case FL_P_F32: NUMBER(float, fl_column_append_f64)
    case FL_P_F64: NUMBER(double, fl_column_append_f64)
    default: {
        fl_str s = fl_read_bytes(r);
        if (s.n > INT32_MAX) return corrupt(c->type, "too long", err);
        if (c->type->kind == FL_T_VARIANT && !fl_variant_check(s)) return corrupt(c->type, "no VARIANT", err);
        fl_column_append_str(c, s);
        return 0;
    }
    }
#undef NUMBER
}

/* May leave half a value behind on an error. */
static int decode(fl_reader *r, fl_column *c, fl_error *err) {
    int rc = 0;
    uint8_t there = fl_read_u8(r);
    if (there > 1 || (there == 1 && c->phys == FL_P_NONE)) return corrupt(c->type, "bad first byte", err);
    if (there == 0) {
        fl_column_append_null(c);
    } else if (c->phys == FL_P_LIST || c->phys == FL_P_MAP) {
        rc = decode_elements(r, c, err);
    } else if (c->phys == FL_P_ROW) {
        rc = decode_fields(r, c, err);
    } else if (c->phys == FL_P_OBJECT) {
        rc = decode_object(r, c, err);
    } else {
        rc = decode_scalar(r, c, err);
    }
    if (rc == 0 && r->bad) rc = corrupt(c->type, "the end is missing", err);
    return rc;
}

int fl_decode_value(fl_reader *r, fl_column *c, fl_error *err) {
    int n = c->n, rc = decode(r, c, err);
    if (rc < 0) fl_column_truncate(c, n);
    return rc;
}

int fl_decode_row(fl_reader *r, fl_column *const *cols, int n_cols, fl_error *err) {
    for (int k = 0; k < n_cols; k++) {
        int rc = fl_decode_value(r, cols[k], err);
        if (rc == 0) continue;
        for (int done = 0; done < k; done++) fl_column_truncate(cols[done], cols[done]->n - 1);
        return rc;
    }
    return 0;
}

/* ---- objects for a second owner ---- */

static bool holds_objects(const fl_type *t) {
    if (t->kind == FL_T_OBJECT) return true;
    for (int i = 0; i < t->n_fields; i++)
        if (holds_objects(t->fields[i].type)) return true;
    return false;
}

static int copy_column(const fl_column *c, fl_column **out, fl_error *err) {
    fl_column *copy = fl_column_new(c->type, c->n);
    fl_buf bytes;
    int rc = 0;
    fl_buf_init(&bytes);
    for (int i = 0; i < c->n && rc == 0; i++) {
        fl_buf_reset(&bytes);
        rc = fl_encode_value(&bytes, c, i, err);
        fl_reader r = fl_reader_make(bytes.p, bytes.n);
        if (rc == 0) rc = fl_decode_value(&r, copy, err);
    }
    fl_buf_deinit(&bytes);
    if (rc < 0)
        fl_column_unref(copy);
    else
        *out = copy;
    return rc;
}

int fl_copy_objects(fl_batch *b, fl_batch **out, fl_error *err) {
    fl_batch *copy = NULL;
    for (int i = 0; i < b->n_cols; i++) {
        fl_column *fresh;
        if (!holds_objects(b->cols[i]->type)) continue;
        int rc = copy_column(b->cols[i], &fresh, err);
        if (rc < 0) {
            fl_batch_unref(copy);
            return rc;
        }
        if (copy == NULL) copy = fl_batch_copy(b);
        fl_column_unref(copy->cols[i]);
        copy->cols[i] = fresh;
    }
    *out = copy != NULL ? copy : fl_batch_ref(b);
    return 0;
}

/* ---- types ---- */

/* Kinds stand in checkpoints by number: the list in type.h may grow at its end only. */
_Static_assert(FL_T_DECIMAL == 8 && FL_T_TIMESTAMP == 15 && FL_T_ROW == 23 && FL_T_OBJECT == 29,
               "kinds keep their numbers");

enum { FIELD_BYTES_MIN = 16 }; /* a name's length, and a type without parameters */

static void put_text(fl_buf *out, const char *s) {
    fl_buf_put_bytes(out, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

void fl_encode_type(fl_buf *out, const fl_type *t) {
    fl_buf_put_u8(out, (uint8_t)t->kind);
    fl_buf_put_u8(out, (uint8_t)(t->nullable | t->attr << 1));
    fl_buf_put_u32(out, (uint32_t)t->length);
    fl_buf_put_u8(out, (uint8_t)t->precision);
    fl_buf_put_u8(out, (uint8_t)t->scale);
    if (t->kind == FL_T_OBJECT) put_text(out, t->object->name);
    if (t->kind == FL_T_RAW || t->kind == FL_T_STRUCTURED) put_text(out, t->class_name);
    if (t->kind == FL_T_RAW) put_text(out, t->serializer);
    fl_buf_put_u32(out, (uint32_t)t->n_fields);
    for (int i = 0; i < t->n_fields; i++) {
        put_text(out, t->fields[i].name);
        fl_encode_type(out, t->fields[i].type);
    }
}

static const char *read_text(fl_reader *r, fl_arena *a) {
    fl_str s = fl_read_bytes(r);
    return fl_arena_strndup(a, s.p, s.n);
}

/* What the constructors of type.h would refuse. */
static bool well_formed(const fl_type *t) {
    switch (t->kind) {
    case FL_T_DECIMAL:
        return t->precision >= 1 && t->precision <= FL_DECIMAL_PRECISION_MAX && t->scale <= t->precision &&
               t->length == 0;
    case FL_T_TIME:
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_TIMESTAMP_TZ:
        return t->precision <= FL_TIMESTAMP_PRECISION_MAX && t->scale == 0 && t->length == 0 && t->n_fields == 0;
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_BINARY:
    case FL_T_VARBINARY: return t->length >= 0 && t->precision == 0 && t->n_fields == 0;
    case FL_T_ARRAY:
    case FL_T_MULTISET: return t->n_fields == 1;
    case FL_T_MAP: return t->n_fields == 2;
    case FL_T_ROW:
    case FL_T_STRUCTURED: return true;
    default: return t->n_fields == 0 && t->length == 0 && t->precision == 0 && t->scale == 0;
    }
}

static int bad_type(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_STORED_TYPE); }

static int decode_type(fl_reader *r, fl_arena *a, int depth, const fl_type **out, fl_error *err) {
    fl_type *t = FL_NEW(a, fl_type);
    uint8_t kind = fl_read_u8(r), flags = fl_read_u8(r);
    if (r->bad || kind > FL_T_OBJECT || flags >> 1 > FL_ATTR_PROCTIME || depth > FL_TYPE_DEPTH_MAX)
        return bad_type(err);
    t->kind = (fl_type_kind)kind;
    t->nullable = flags & 1;
    t->attr = (fl_time_attr)(flags >> 1);
    t->length = (int)fl_read_u32(r);
    t->precision = fl_read_u8(r);
    t->scale = fl_read_u8(r);
    if (t->kind == FL_T_OBJECT) return fl_fail(err, FL_ERR_CHECKPOINT_OBJECT_LOST, read_text(r, a));
    if (t->kind == FL_T_RAW || t->kind == FL_T_STRUCTURED) t->class_name = read_text(r, a);
    if (t->kind == FL_T_RAW) t->serializer = read_text(r, a);
    uint32_t n = fl_read_u32(r);
    if (r->bad || n > (size_t)(r->end - r->p) / FIELD_BYTES_MIN) return bad_type(err);
    t->n_fields = (int)n;
    if (!well_formed(t)) return bad_type(err);
    fl_field *fields = FL_NEW_N(a, fl_field, n);
    for (uint32_t i = 0; i < n; i++) {
        fields[i].name = read_text(r, a);
        FL_TRY(decode_type(r, a, depth + 1, &fields[i].type, err));
    }
    t->fields = fields;
    *out = t;
    return 0;
}

int fl_decode_type(fl_reader *r, fl_arena *a, const fl_type **out, fl_error *err) {
    return decode_type(r, a, 1, out, err);
}
