/* SPDX-License-Identifier: Apache-2.0 */
/* type.c -- making, comparing and printing logical types.
 *
 * Kinds without parameters, STRING and BYTES are constants of this file, one nullable and one not; all other types are
 * made in an arena. Nothing is interned: two types are compared by content.
 */
#include "data/type.h"

enum { KINDS = FL_T_OBJECT + 1 };

static const fl_type plain[2][KINDS] = {
#define FL_X(k, name) [FL_T_##k] = {.kind = FL_T_##k, .nullable = FL_T_##k == FL_T_NULL},
    {FL_TYPE_KINDS(FL_X)},
#undef FL_X
#define FL_X(k, name) [FL_T_##k] = {.kind = FL_T_##k, .nullable = true},
    {FL_TYPE_KINDS(FL_X)},
#undef FL_X
};

static const fl_type strings[2] = {{.kind = FL_T_VARCHAR, .length = FL_LENGTH_MAX},
                                   {.kind = FL_T_VARCHAR, .length = FL_LENGTH_MAX, .nullable = true}};
static const fl_type bytes[2] = {{.kind = FL_T_VARBINARY, .length = FL_LENGTH_MAX},
                                 {.kind = FL_T_VARBINARY, .length = FL_LENGTH_MAX, .nullable = true}};

static const char *const kind_names[KINDS] = {
#define FL_X(k, name) [FL_T_##k] = name,
    FL_TYPE_KINDS(FL_X)
#undef FL_X
};

static bool is_plain(fl_type_kind k) {
    switch (k) {
    case FL_T_NULL:
    case FL_T_BOOLEAN:
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT:
    case FL_T_FLOAT:
    case FL_T_DOUBLE:
    case FL_T_DATE:
    case FL_T_INTERVAL_MONTH:
    case FL_T_INTERVAL_DAY:
    case FL_T_SYMBOL:
    case FL_T_DESCRIPTOR:
    case FL_T_VARIANT: return true;
    default: return false;
    }
}

/* ---- making ---- */

const fl_type *fl_type_of(fl_type_kind kind, bool nullable) {
    fl_assert(is_plain(kind));
    return &plain[nullable][kind];
}

const fl_type *fl_type_string(bool nullable) { return &strings[nullable]; }
const fl_type *fl_type_bytes(bool nullable) { return &bytes[nullable]; }

static fl_type *make(fl_arena *a, fl_type_kind kind, bool nullable) {
    fl_type *t = FL_NEW(a, fl_type);
    t->kind = kind;
    t->nullable = nullable;
    return t;
}

const fl_type *fl_type_text(fl_arena *a, fl_type_kind kind, int length, bool nullable) {
    fl_assert(kind >= FL_T_CHAR && kind <= FL_T_VARBINARY && length >= 0);
    if (kind == FL_T_VARCHAR && length == FL_LENGTH_MAX) return fl_type_string(nullable);
    if (kind == FL_T_VARBINARY && length == FL_LENGTH_MAX) return fl_type_bytes(nullable);
    fl_type *t = make(a, kind, nullable);
    t->length = length;
    return t;
}

const fl_type *fl_type_decimal(fl_arena *a, int precision, int scale, bool nullable) {
    fl_assert(precision >= 1 && precision <= FL_DECIMAL_PRECISION_MAX && scale >= 0 && scale <= precision);
    fl_type *t = make(a, FL_T_DECIMAL, nullable);
    t->precision = precision;
    t->scale = scale;
    return t;
}

const fl_type *fl_type_time(fl_arena *a, fl_type_kind kind, int precision, bool nullable) {
    fl_assert(kind >= FL_T_TIME && kind <= FL_T_TIMESTAMP_TZ);
    fl_assert(precision >= 0 && precision <= FL_TIMESTAMP_PRECISION_MAX);
    fl_type *t = make(a, kind, nullable);
    t->precision = precision;
    return t;
}

static const fl_type *make_nested(fl_arena *a, fl_type_kind kind, const fl_field *fields, int n, bool nullable) {
    fl_type *t = make(a, kind, nullable);
    fl_field *copy = FL_NEW_N(a, fl_field, n);
    if (n > 0) memcpy(copy, fields, sizeof *fields * (size_t)n);
    t->fields = copy;
    t->n_fields = n;
    return t;
}

const fl_type *fl_type_array(fl_arena *a, const fl_type *element, bool nullable) {
    return make_nested(a, FL_T_ARRAY, &(fl_field){"", element, NULL}, 1, nullable);
}

const fl_type *fl_type_map(fl_arena *a, const fl_type *key, const fl_type *value, bool nullable) {
    return make_nested(a, FL_T_MAP, (fl_field[]){{"", key, NULL}, {"", value, NULL}}, 2, nullable);
}

const fl_type *fl_type_multiset(fl_arena *a, const fl_type *element, bool nullable) {
    return make_nested(a, FL_T_MULTISET, &(fl_field){"", element, NULL}, 1, nullable);
}

const fl_type *fl_type_row(fl_arena *a, const fl_field *fields, int n_fields, bool nullable) {
    return make_nested(a, FL_T_ROW, fields, n_fields, nullable);
}

const fl_type *fl_type_object(fl_arena *a, const fl_object_ops *ops, bool nullable) {
    fl_type *t = make(a, FL_T_OBJECT, nullable);
    t->object = ops;
    return t;
}

const fl_type *fl_type_nullable(fl_arena *a, const fl_type *t, bool nullable) {
    if (t->nullable == nullable || t->kind == FL_T_NULL) return t;
    if (is_plain(t->kind) && t->attr == FL_ATTR_NONE) return fl_type_of(t->kind, nullable);
    fl_type *copy = FL_NEW(a, fl_type);
    *copy = *t;
    copy->nullable = nullable;
    return copy;
}

const fl_type *fl_type_attr(fl_arena *a, const fl_type *t, fl_time_attr attr) {
    if (t->attr == attr) return t;
    fl_type *copy = FL_NEW(a, fl_type);
    *copy = *t;
    copy->attr = attr;
    return copy;
}

static const char *copy_text(fl_arena *a, const char *s) { return s != NULL ? fl_arena_strdup(a, s) : NULL; }

const fl_type *fl_type_copy(fl_arena *a, const fl_type *t) {
    if (is_plain(t->kind) && t->attr == FL_ATTR_NONE) return fl_type_of(t->kind, t->nullable);
    fl_type *copy = FL_NEW(a, fl_type);
    *copy = *t;
    copy->class_name = copy_text(a, t->class_name);
    copy->serializer = copy_text(a, t->serializer);
    fl_field *fields = FL_NEW_N(a, fl_field, t->n_fields);
    for (int i = 0; i < t->n_fields; i++) {
        const fl_field *f = &t->fields[i];
        fields[i] = (fl_field){copy_text(a, f->name), fl_type_copy(a, f->type), copy_text(a, f->comment)};
    }
    copy->fields = fields;
    return copy;
}

/* ---- asking ---- */

static fl_phys timestamp_phys(const fl_type *t) { return t->precision <= 6 ? FL_P_I64 : FL_P_I128; }

fl_phys fl_type_phys(const fl_type *t) {
    switch (t->kind) {
    case FL_T_NULL: return FL_P_NONE;
    case FL_T_BOOLEAN: return FL_P_BOOL;
    case FL_T_TINYINT: return FL_P_I8;
    case FL_T_SMALLINT: return FL_P_I16;
    case FL_T_INT:
    case FL_T_DATE:
    case FL_T_TIME:
    case FL_T_INTERVAL_MONTH: return FL_P_I32;
    case FL_T_BIGINT:
    case FL_T_INTERVAL_DAY: return FL_P_I64;
    case FL_T_FLOAT: return FL_P_F32;
    case FL_T_DOUBLE: return FL_P_F64;
    case FL_T_DECIMAL: return t->precision <= 18 ? FL_P_I64 : FL_P_I128;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_TIMESTAMP_TZ: return timestamp_phys(t);
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_BINARY:
    case FL_T_VARBINARY:
    case FL_T_RAW:
    case FL_T_VARIANT: return FL_P_VIEW;
    case FL_T_ARRAY: return FL_P_LIST;
    case FL_T_MAP:
    case FL_T_MULTISET: return FL_P_MAP;
    case FL_T_ROW:
    case FL_T_STRUCTURED: return FL_P_ROW;
    case FL_T_OBJECT: return FL_P_OBJECT;
    case FL_T_SYMBOL: /* stand in plans only */
    case FL_T_DESCRIPTOR: return FL_P_NONE;
    }
    fl_assert(!"a type of unknown kind");
}

int fl_phys_size(fl_phys p) {
    static const uint8_t sizes[] = {
        [FL_P_NONE] = 0, [FL_P_BOOL] = 0,  [FL_P_I8] = 1,  [FL_P_I16] = 2,   [FL_P_I32] = 4,
        [FL_P_I64] = 8,  [FL_P_I128] = 16, [FL_P_F32] = 4, [FL_P_F64] = 8,   [FL_P_VIEW] = 16,
        [FL_P_LIST] = 4, [FL_P_MAP] = 4,   [FL_P_ROW] = 0, [FL_P_OBJECT] = 8};
    return sizes[p];
}

static bool same_text(const char *a, const char *b) { return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0); }

bool fl_type_equal(const fl_type *a, const fl_type *b, bool strict) {
    if (a == b) return true;
    if (a->kind != b->kind || a->length != b->length || a->precision != b->precision || a->scale != b->scale)
        return false;
    if (strict && (a->nullable != b->nullable || a->attr != b->attr)) return false;
    if (!same_text(a->class_name, b->class_name) || !same_text(a->serializer, b->serializer)) return false;
    if (a->object != b->object || a->n_fields != b->n_fields) return false;
    for (int i = 0; i < a->n_fields; i++)
        if (!same_text(a->fields[i].name, b->fields[i].name) ||
            !fl_type_equal(a->fields[i].type, b->fields[i].type, strict))
            return false;
    return true;
}

/* Kinds whose values read alike: lengths are nothing but a promise. */
static fl_type_kind layout_kind(const fl_type *t) {
    if (fl_type_is_char(t)) return FL_T_VARCHAR;
    if (fl_type_is_binary(t)) return FL_T_VARBINARY;
    return t->kind;
}

/* The precision of a DECIMAL or TIMESTAMP is a length too, as long as the stored unit is the same. */
bool fl_type_same_layout(const fl_type *a, const fl_type *b) {
    if (a == b) return true;
    if (layout_kind(a) != layout_kind(b) || fl_type_phys(a) != fl_type_phys(b) || a->scale != b->scale) return false;
    if (fl_type_is_timestamp(a) && fl_type_timestamp_unit(a) != fl_type_timestamp_unit(b)) return false;
    if (!same_text(a->class_name, b->class_name) || !same_text(a->serializer, b->serializer)) return false;
    if (a->object != b->object || a->n_fields != b->n_fields) return false;
    for (int i = 0; i < a->n_fields; i++)
        if (!fl_type_same_layout(a->fields[i].type, b->fields[i].type)) return false;
    return true;
}

int fl_type_integer_digits(const fl_type *t) {
    switch (t->kind) {
    case FL_T_TINYINT: return 3;
    case FL_T_SMALLINT: return 5;
    case FL_T_INT: return 10;
    case FL_T_BIGINT: return 19;
    default: fl_assert(!"an integer type");
    }
}

int fl_type_timestamp_unit(const fl_type *t) { return t->precision <= 3 ? 3 : t->precision <= 6 ? 6 : 9; }

/* ---- names ---- */

void fl_quote_name(fl_buf *out, const char *name) {
    fl_buf_putc(out, '`');
    for (; *name != '\0'; name++) {
        if (*name == '`') fl_buf_putc(out, '`');
        fl_buf_putc(out, *name);
    }
    fl_buf_putc(out, '`');
}

static void put_literal(fl_buf *out, const char *text) {
    fl_buf_putc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') fl_buf_putc(out, '\'');
        fl_buf_putc(out, *text);
    }
    fl_buf_putc(out, '\'');
}

static void print_nested(fl_buf *out, const fl_type *t, fl_type_style style);

static void print_fields(fl_buf *out, const fl_type *t, fl_type_style style) {
    for (int i = 0; i < t->n_fields; i++) {
        const fl_field *f = &t->fields[i];
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, f->name);
        fl_buf_putc(out, ' ');
        print_nested(out, f->type, style);
        if (f->comment == NULL) continue;
        fl_buf_putc(out, ' ');
        put_literal(out, style == FL_TYPE_DDL ? f->comment : "...");
    }
}

static void print_elements(fl_buf *out, const fl_type *t, fl_type_style style) {
    fl_buf_puts(out, kind_names[t->kind]);
    fl_buf_putc(out, '<');
    for (int i = 0; i < t->n_fields; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        print_nested(out, t->fields[i].type, style);
    }
    fl_buf_putc(out, '>');
}

static void print_text(fl_buf *out, const fl_type *t, fl_type_style style) {
    if (style != FL_TYPE_DDL && t->length == FL_LENGTH_MAX && t->kind == FL_T_VARCHAR) {
        fl_buf_puts(out, "STRING");
    } else if (style != FL_TYPE_DDL && t->length == FL_LENGTH_MAX && t->kind == FL_T_VARBINARY) {
        fl_buf_puts(out, "BYTES");
    } else {
        fl_buf_printf(out, "%s(%d)", kind_names[t->kind], t->length);
    }
}

static void print_raw(fl_buf *out, const fl_type *t, fl_type_style style) {
    fl_buf_puts(out, "RAW(");
    put_literal(out, t->class_name != NULL ? t->class_name : "");
    fl_buf_puts(out, ", ");
    put_literal(out, style != FL_TYPE_DDL ? "..." : t->serializer != NULL ? t->serializer : "");
    fl_buf_putc(out, ')');
}

/* The type without what follows it: nullability and attribute. */
static void print_kind(fl_buf *out, const fl_type *t, fl_type_style style) {
    switch (t->kind) {
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_BINARY:
    case FL_T_VARBINARY: print_text(out, t, style); break;
    case FL_T_DECIMAL: fl_buf_printf(out, "DECIMAL(%d, %d)", t->precision, t->scale); break;
    case FL_T_TIMESTAMP_LTZ:
        if (style == FL_TYPE_DDL) {
            fl_buf_printf(out, "TIMESTAMP(%d) WITH LOCAL TIME ZONE", t->precision);
            break;
        } /* fall through */
    case FL_T_TIME:
    case FL_T_TIMESTAMP: fl_buf_printf(out, "%s(%d)", kind_names[t->kind], t->precision); break;
    case FL_T_TIMESTAMP_TZ: fl_buf_printf(out, "TIMESTAMP(%d) WITH TIME ZONE", t->precision); break;
    case FL_T_INTERVAL_MONTH: fl_buf_puts(out, "INTERVAL MONTH"); break;
    case FL_T_INTERVAL_DAY: fl_buf_puts(out, "INTERVAL SECOND(3)"); break;
    case FL_T_ARRAY:
    case FL_T_MAP:
    case FL_T_MULTISET: print_elements(out, t, style); break;
    case FL_T_ROW:
        fl_buf_puts(out, "ROW<");
        print_fields(out, t, style);
        fl_buf_putc(out, '>');
        break;
    case FL_T_STRUCTURED:
        fl_buf_puts(out, "STRUCTURED<");
        put_literal(out, t->class_name != NULL ? t->class_name : "");
        if (t->n_fields > 0) fl_buf_puts(out, ", ");
        print_fields(out, t, style);
        fl_buf_putc(out, '>');
        break;
    case FL_T_RAW: print_raw(out, t, style); break;
    default: fl_buf_puts(out, kind_names[t->kind]); break;
    }
}

static void print_attr(fl_buf *out, const fl_type *t, fl_type_style style) {
    if (style == FL_TYPE_DDL || t->attr == FL_ATTR_NONE) return;
    fl_buf_puts(out, t->attr == FL_ATTR_ROWTIME ? " *ROWTIME*" : " *PROCTIME*");
}

static void print_nested(fl_buf *out, const fl_type *t, fl_type_style style) {
    print_kind(out, t, style);
    if (!t->nullable) fl_buf_puts(out, " NOT NULL");
    print_attr(out, t, style);
}

void fl_type_print(fl_buf *out, const fl_type *t, fl_type_style style) {
    print_kind(out, t, style);
    if (!t->nullable && style != FL_TYPE_BARE) fl_buf_puts(out, " NOT NULL");
    print_attr(out, t, style);
}

const char *fl_type_name(fl_arena *a, const fl_type *t, fl_type_style style) {
    fl_buf b;
    fl_buf_init(&b);
    fl_type_print(&b, t, style);
    return fl_buf_finish(&b, a);
}
