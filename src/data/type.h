/* SPDX-License-Identifier: Apache-2.0 */
/* type.h -- Flink's logical types, how each lies in memory, and how their names are printed and read.
 *
 * A type is immutable and lives as long as the arena it was made in, or for ever (the plain ones are static).
 * Two axes that Flink keeps apart stay apart here: the logical type decides names, casts and results; the physical
 * kind (fl_phys) decides which C type a kernel sees.
 */
#ifndef FL_DATA_TYPE_H
#define FL_DATA_TYPE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* How a column's values lie in memory; all in Arrow layout. */
typedef enum fl_phys {
    FL_P_NONE, /* NULL: no values at all */
    FL_P_BOOL, /* bitmap */
    FL_P_I8,
    FL_P_I16,
    FL_P_I32,  /* INT, DATE (days), TIME (ms of day), INTERVAL YEAR TO MONTH (months) */
    FL_P_I64,  /* BIGINT, DECIMAL(1..18), TIMESTAMP(0..3) (ms), TIMESTAMP(4..6) (us), INTERVAL DAY TO SECOND (ms) */
    FL_P_I128, /* DECIMAL(19..38), TIMESTAMP(7..9) (ns) */
    FL_P_F32,
    FL_P_F64,
    FL_P_VIEW,   /* CHAR, VARCHAR, BINARY, VARBINARY, RAW, VARIANT: 16-byte views */
    FL_P_LIST,   /* ARRAY: int32 offsets, one child */
    FL_P_MAP,    /* MAP, MULTISET: int32 offsets, children key and value (MULTISET: element and INT count) */
    FL_P_ROW,    /* ROW: one child per field */
    FL_P_OBJECT, /* OBJECT: opaque pointers with hooks */
} fl_phys;

/* kind, SQL name */
#define FL_TYPE_KINDS(X)                                                                                               \
    X(NULL, "NULL")                                                                                                    \
    X(BOOLEAN, "BOOLEAN")                                                                                              \
    X(TINYINT, "TINYINT")                                                                                              \
    X(SMALLINT, "SMALLINT")                                                                                            \
    X(INT, "INT")                                                                                                      \
    X(BIGINT, "BIGINT")                                                                                                \
    X(FLOAT, "FLOAT")                                                                                                  \
    X(DOUBLE, "DOUBLE")                                                                                                \
    X(DECIMAL, "DECIMAL")                                                                                              \
    X(CHAR, "CHAR")                                                                                                    \
    X(VARCHAR, "VARCHAR")                                                                                              \
    X(BINARY, "BINARY")                                                                                                \
    X(VARBINARY, "VARBINARY")                                                                                          \
    X(DATE, "DATE")                                                                                                    \
    X(TIME, "TIME")                                                                                                    \
    X(TIMESTAMP, "TIMESTAMP")                                                                                          \
    X(TIMESTAMP_LTZ, "TIMESTAMP_LTZ")                                                                                  \
    X(TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE")                                                                        \
    X(INTERVAL_MONTH, "INTERVAL YEAR TO MONTH")                                                                        \
    X(INTERVAL_DAY, "INTERVAL DAY TO SECOND")                                                                          \
    X(ARRAY, "ARRAY")                                                                                                  \
    X(MAP, "MAP")                                                                                                      \
    X(MULTISET, "MULTISET")                                                                                            \
    X(ROW, "ROW")                                                                                                      \
    X(STRUCTURED, "STRUCTURED")                                                                                        \
    X(RAW, "RAW")                                                                                                      \
    X(SYMBOL, "SYMBOL")                                                                                                \
    X(DESCRIPTOR, "DESCRIPTOR")                                                                                        \
    X(VARIANT, "VARIANT")                                                                                              \
    X(OBJECT, "OBJECT")

typedef enum fl_type_kind {
#define FL_X(kind, name) FL_T_##kind,
    FL_TYPE_KINDS(FL_X)
#undef FL_X
} fl_type_kind;

/* Marks a time attribute in a type. The mark survives some expressions (`ts + INTERVAL …`), as in Flink; whether the
 * watermark really follows the column is a property of the plan node, not of the type. */
typedef enum fl_time_attr { FL_ATTR_NONE, FL_ATTR_ROWTIME, FL_ATTR_PROCTIME } fl_time_attr;

enum {
    FL_LENGTH_MAX = 2147483647, /* STRING is VARCHAR of this, BYTES is VARBINARY of this */
    FL_DECIMAL_PRECISION_MAX = 38,
    FL_TIMESTAMP_PRECISION_MAX = 9,
    FL_TYPE_DEPTH_MAX = 64, /* nesting that the parser accepts */
};

typedef struct fl_type fl_type;

typedef struct fl_field {
    const char *name;
    const fl_type *type;
    const char *comment; /* NULL: none */
} fl_field;

typedef struct fl_object_ops fl_object_ops; /* data/object.h */

struct fl_type {
    fl_type_kind kind;
    bool nullable;
    fl_time_attr attr;
    int length;                  /* CHAR, VARCHAR: code points; BINARY, VARBINARY: bytes */
    int precision, scale;        /* DECIMAL; TIME, TIMESTAMP*: precision only */
    int n_fields;                /* ARRAY 1 (element), MAP 2 (key, value), MULTISET 1, ROW, STRUCTURED: fields */
    const fl_field *fields;      /* names are "" except for ROW and STRUCTURED */
    const char *class_name;      /* RAW, STRUCTURED */
    const char *serializer;      /* RAW */
    const fl_object_ops *object; /* OBJECT */
};

/* ---- making types: the result is borrowed from the arena, or static where no arena is asked for ---- */

/* Kinds without parameters: BOOLEAN … DOUBLE, DATE, intervals, NULL, SYMBOL, DESCRIPTOR, VARIANT. */
const fl_type *fl_type_of(fl_type_kind kind, bool nullable);
const fl_type *fl_type_string(bool nullable);
const fl_type *fl_type_bytes(bool nullable);
/* CHAR, VARCHAR, BINARY, VARBINARY. */
const fl_type *fl_type_text(fl_arena *a, fl_type_kind kind, int length, bool nullable);
const fl_type *fl_type_decimal(fl_arena *a, int precision, int scale, bool nullable);
/* TIME, TIMESTAMP, TIMESTAMP_LTZ, TIMESTAMP_TZ. */
const fl_type *fl_type_time(fl_arena *a, fl_type_kind kind, int precision, bool nullable);
const fl_type *fl_type_array(fl_arena *a, const fl_type *element, bool nullable);
const fl_type *fl_type_map(fl_arena *a, const fl_type *key, const fl_type *value, bool nullable);
const fl_type *fl_type_multiset(fl_arena *a, const fl_type *element, bool nullable);
/* Copies the array of fields, borrows what it points to. */
const fl_type *fl_type_row(fl_arena *a, const fl_field *fields, int n_fields, bool nullable);
const fl_type *fl_type_object(fl_arena *a, const fl_object_ops *ops, bool nullable);

const fl_type *fl_type_nullable(fl_arena *a, const fl_type *t, bool nullable); /* t itself if it is so already */
/* Nullable; of a ROW so are its fields, and theirs if they are rows: where no row is, no field of it is NOT NULL. */
const fl_type *fl_type_relax(fl_arena *a, const fl_type *t);
const fl_type *fl_type_attr(fl_arena *a, const fl_type *t, fl_time_attr attr);
/* A deep copy into another arena. */
const fl_type *fl_type_copy(fl_arena *a, const fl_type *t);

/* ---- asking ---- */

fl_phys fl_type_phys(const fl_type *t);
/* Bytes of one value in the values buffer; 0 for BOOL (bits), NONE and ROW. LIST and MAP: of one offset. */
int fl_phys_size(fl_phys p);

/* Equal in kind, parameters and children; nullability and attributes count only if `strict`. Field names count
 * always. */
bool fl_type_equal(const fl_type *a, const fl_type *b, bool strict);
/* A value of one can be taken for a value of the other without any work: equal but for names, lengths, nullability. */
bool fl_type_same_layout(const fl_type *a, const fl_type *b);

static inline bool fl_type_is(const fl_type *t, fl_type_kind k) { return t->kind == k; }
static inline bool fl_type_is_char(const fl_type *t) { return t->kind == FL_T_CHAR || t->kind == FL_T_VARCHAR; }
static inline bool fl_type_is_binary(const fl_type *t) { return t->kind == FL_T_BINARY || t->kind == FL_T_VARBINARY; }
static inline bool fl_type_is_integer(const fl_type *t) { return t->kind >= FL_T_TINYINT && t->kind <= FL_T_BIGINT; }
static inline bool fl_type_is_approximate(const fl_type *t) { return t->kind == FL_T_FLOAT || t->kind == FL_T_DOUBLE; }
static inline bool fl_type_is_numeric(const fl_type *t) { return t->kind >= FL_T_TINYINT && t->kind <= FL_T_DECIMAL; }
static inline bool fl_type_is_timestamp(const fl_type *t) {
    return t->kind == FL_T_TIMESTAMP || t->kind == FL_T_TIMESTAMP_LTZ;
}
static inline bool fl_type_is_interval(const fl_type *t) {
    return t->kind == FL_T_INTERVAL_MONTH || t->kind == FL_T_INTERVAL_DAY;
}
static inline bool fl_type_is_datetime(const fl_type *t) {
    return t->kind == FL_T_DATE || t->kind == FL_T_TIME || fl_type_is_timestamp(t);
}
static inline const fl_type *fl_type_element(const fl_type *t) { return t->fields[0].type; }

/* Digits that an integer type counts as in decimal arithmetic: 3, 5, 10, 19. */
int fl_type_integer_digits(const fl_type *t);
/* Fraction digits that one unit of a TIMESTAMP's stored number has: 3, 6 or 9. */
int fl_type_timestamp_unit(const fl_type *t);

/* ---- names ---- */

typedef enum fl_type_style {
    FL_TYPE_SUMMARY, /* as Flink's DataType prints: STRING, DECIMAL(10, 2), TIMESTAMP(3) NOT NULL *ROWTIME* */
    FL_TYPE_DDL,     /* as SHOW CREATE TABLE prints: VARCHAR(2147483647); no attributes */
    FL_TYPE_BARE,    /* SUMMARY without the outermost NOT NULL; DESCRIBE has a column of its own for it */
} fl_type_style;

void fl_type_print(fl_buf *out, const fl_type *t, fl_type_style style);
/* The same into an arena. */
const char *fl_type_name(fl_arena *a, const fl_type *t, fl_type_style style);

/* Reads one type from the front of `text`: all spellings of Flink's DDL and of its type strings, nested, with
 * comments and quoted names. *used is what was consumed. On error err->column counts from the start of `text`.
 * `in_ddl`: as in CREATE TABLE, bare VARCHAR is STRING, NOT NULL inside a ROW is dropped and TIME keeps no fraction. */
int fl_type_parse(fl_arena *a, fl_str text, bool in_ddl, const fl_type **out, size_t *used, fl_error *err);

/* Appends `name` in backticks, inner ones doubled. */
void fl_quote_name(fl_buf *out, const char *name);

#endif
