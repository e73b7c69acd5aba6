/* SPDX-License-Identifier: Apache-2.0 */
/* text.c -- any value as text, in the two ways that Flink has.
 *
 *     type            Java (Row.toString)         SQL (CAST AS STRING)
 *     BOOLEAN         true                        TRUE
 *     DECIMAL(10, 8)  1.0E-7                      0.00000010
 *     BYTES           [65, -1]                    as UTF-8, what is none as U+FFFD
 *     TIMESTAMP(3)    2024-05-05T12:00            2024-05-05 12:00:00.000
 *     TIMESTAMP_LTZ   2024-05-05T12:00:00Z        as TIMESTAMP, in the session's zone
 *     INTERVAL        PT24H, P14M                 +1 00:00:00.000, +1-02
 *     ROW             +I[1, null]                 (1, NULL)
 *     MAP             {k=v}                       {k=v}
 *
 * Maps:       Flink turns a map into a java.util.HashMap before Row.toString prints it, and programs and recorded
 *             answers show its order. So the Java text lists entries as a HashMap would: by bucket, which follows
 *             from the hash of the key's Java class, then as they stand in the column. Only keys that are bare arrays
 *             have no such order, in Java either.
 */
#include "data/text.h"

#include <stdlib.h>

#include "data/decimal.h"
#include "data/object.h"
#include "data/timestamp.h"
#include "data/variant.h"

/* ---- Java's hash codes, which wrap like its int ---- */

static uint32_t hash_long(int64_t x) { return (uint32_t)((uint64_t)x ^ (uint64_t)x >> 32); }

static uint32_t hash_float(float x) {
    uint32_t bits = 0x7fc00000;
    if (x == x) memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint32_t hash_double(double x) {
    int64_t bits = 0x7ff8000000000000;
    if (x == x) memcpy(&bits, &x, sizeof bits);
    return hash_long(bits);
}

/* String: over UTF-16 units. */
uint32_t fl_java_hash(fl_str s) {
    uint32_t h = 0, cp;
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        p += fl_utf8_decode(p, end, &cp);
        if (cp >= 0x10000) {
            h = 31 * h + (0xd800 + ((cp - 0x10000) >> 10));
            cp = 0xdc00 + ((cp - 0x10000) & 0x3ff);
        }
        h = 31 * h + cp;
    }
    return h;
}

static uint32_t hash_bytes(fl_str s) {
    uint32_t h = 1;
    for (size_t i = 0; i < s.n; i++) h = 31 * h + (uint32_t)(int8_t)s.p[i];
    return h;
}

/* BigDecimal: of the words of the unscaled value, most significant first. */
static uint32_t hash_decimal(fl_i128 x, int scale) {
    fl_u128 u = x < 0 ? -(fl_u128)x : (fl_u128)x;
    uint32_t h = 0;
    for (int shift = 96; shift >= 0; shift -= 32) h = 31 * h + (uint32_t)(u >> shift);
    return 31 * (x < 0 ? -h : h) + (uint32_t)scale;
}

static uint32_t hash_date(int64_t days) {
    int64_t year;
    int month, day;
    fl_civil_from_days(days, &year, &month, &day);
    uint32_t y = (uint32_t)year;
    return (y & 0xfffff800) ^ ((y << 11) + (uint32_t)(month << 6) + (uint32_t)day);
}

static uint32_t hash_local_time(int64_t ms_of_day, int nanos) { return hash_long(ms_of_day * 1000000 + nanos); }

static uint32_t hash_timestamp(fl_ts t) {
    return hash_date(fl_floor_div(t.ms, FL_MS_PER_DAY)) ^ hash_local_time(fl_floor_mod(t.ms, FL_MS_PER_DAY), t.nanos);
}

/* Instant and Duration. */
static uint32_t hash_seconds(int64_t ms, int nanos) {
    return hash_long(fl_floor_div(ms, 1000)) + 51 * ((uint32_t)fl_floor_mod(ms, 1000) * 1000000 + (uint32_t)nanos);
}

static uint32_t rotate_left(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* RowUtils.deepHashCode, by which a Row hashes its fields: arrays and maps by content, all else through a list of one.
 */
static uint32_t deep_hash(const fl_column *c, int i) {
    const int32_t *offsets = c->data;
    if (fl_column_is_null(c, i)) return 0;
    uint32_t h = 1;
    switch (c->phys) {
    case FL_P_LIST:
        for (int e = offsets[i]; e < offsets[i + 1]; e++) h = 31 * h + deep_hash(c->child[0], e);
        return h;
    case FL_P_MAP:
        for (int e = offsets[i]; e < offsets[i + 1]; e++) h += deep_hash(c->child[0], e) ^ deep_hash(c->child[1], e);
        return h;
    default: return 31 + fl_java_hash_at(c, i);
    }
}

/* Of value, metadata and the place of the value in its bytes, which is 0. */
static uint32_t hash_variant(fl_str bytes) {
    const fl_variant v = fl_variant_of(bytes);
    uint32_t value = hash_bytes(fl_str_make(v.p, (size_t)(v.end - v.p))),
             names = hash_bytes(fl_str_make(v.names, v.names_n));
    return 31 * (31 * (31 + value) + names);
}

static uint32_t hash_row(const fl_column *c, int i) {
    uint32_t h = 1;
    for (int k = 0; k < c->n_children; k++) h = 31 * h + deep_hash(c->child[k], i);
    return h;
}

static uint32_t hash_map(const fl_column *c, int i) {
    const int32_t *offsets = c->data;
    uint32_t h = 0;
    for (int e = offsets[i]; e < offsets[i + 1]; e++)
        h += fl_java_hash_at(c->child[0], e) ^ fl_java_hash_at(c->child[1], e);
    return h;
}

uint32_t fl_java_hash_at(const fl_column *c, int i) {
    if (fl_column_is_null(c, i)) return 0;
    switch (c->type->kind) {
    case FL_T_BOOLEAN: return fl_column_i64(c, i) ? 1231 : 1237;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT: return (uint32_t)fl_column_i64(c, i);
    case FL_T_BIGINT: return hash_long(fl_column_i64(c, i));
    case FL_T_FLOAT: return hash_float(FL_DATA(c, float)[i]);
    case FL_T_DOUBLE: return hash_double(FL_DATA(c, double)[i]);
    case FL_T_DECIMAL: return hash_decimal(fl_column_i128(c, i), c->type->scale);
    case FL_T_CHAR:
    case FL_T_VARCHAR: return fl_java_hash(fl_column_str(c, i));
    case FL_T_BINARY:
    case FL_T_VARBINARY:
    case FL_T_RAW: return hash_bytes(fl_column_str(c, i));
    case FL_T_VARIANT: return hash_variant(fl_column_str(c, i));
    case FL_T_DATE: return hash_date(fl_column_i64(c, i));
    case FL_T_TIME: return hash_local_time(fl_column_i64(c, i), 0);
    case FL_T_TIMESTAMP: return hash_timestamp(fl_column_ts(c, i));
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_TIMESTAMP_TZ: return hash_seconds(fl_column_ts(c, i).ms, fl_column_ts(c, i).nanos);
    case FL_T_INTERVAL_DAY: return hash_seconds(fl_column_i64(c, i), 0);
    case FL_T_INTERVAL_MONTH: return rotate_left((uint32_t)fl_column_i64(c, i), 8);
    case FL_T_ROW:
    case FL_T_STRUCTURED: return hash_row(c, i);
    case FL_T_MAP:
    case FL_T_MULTISET: return hash_map(c, i);
    case FL_T_OBJECT: return (uint32_t)c->type->object->hash(FL_DATA(c, void *)[i]);
    default: return 0; /* arrays hash by where they lie: no order */
    }
}

/* ---- the order of a HashMap ---- */

typedef struct entry {
    uint32_t bucket;
    int row; /* of the children */
} entry;

static int by_bucket(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->bucket != y->bucket) return x->bucket < y->bucket ? -1 : 1;
    return x->row - y->row;
}

/* The rows [from, to) of the keys as a HashMap lists them. Owned by the caller. */
static entry *hash_map_order(const fl_column *keys, int from, int to) {
    uint32_t n = (uint32_t)(to - from), buckets = 16;
    bool hashes = keys->type->kind != FL_T_ARRAY && keys->phys != FL_P_NONE && !fl_type_is_binary(keys->type);
    entry *e = fl_malloc(sizeof *e * n);
    while (n > buckets / 4 * 3) buckets *= 2;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t h = hashes ? fl_java_hash_at(keys, from + (int)i) : 0;
        e[i] = (entry){(h ^ h >> 16) & (buckets - 1), from + (int)i};
    }
    if (n > 1) qsort(e, n, sizeof *e, by_bucket);
    return e;
}

/* ---- Java ---- */

static void print_signed_bytes(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '[');
    for (size_t i = 0; i < s.n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_i64_print(out, (int8_t)s.p[i]);
    }
    fl_buf_putc(out, ']');
}

/* Bytes that make no sense have a text, too: a print never fails. */
static void print_variant(fl_buf *out, fl_str bytes) {
    fl_variant v = fl_variant_of(bytes);
    if (!fl_variant_print(out, &v)) fl_buf_puts(out, "\"<INVALID>\"");
}

static void print_java_list(fl_buf *out, const fl_column *c, int i) {
    const int32_t *offsets = c->data;
    fl_buf_putc(out, '[');
    for (int e = offsets[i]; e < offsets[i + 1]; e++) {
        if (e > offsets[i]) fl_buf_puts(out, ", ");
        fl_text_java(out, c->child[0], e);
    }
    fl_buf_putc(out, ']');
}

static void print_java_map(fl_buf *out, const fl_column *c, int i) {
    const int32_t *offsets = c->data;
    int n = offsets[i + 1] - offsets[i];
    entry *entries = hash_map_order(c->child[0], offsets[i], offsets[i + 1]);
    fl_buf_putc(out, '{');
    for (int e = 0; e < n; e++) {
        if (e > 0) fl_buf_puts(out, ", ");
        fl_text_java(out, c->child[0], entries[e].row);
        fl_buf_putc(out, '=');
        fl_text_java(out, c->child[1], entries[e].row);
    }
    fl_buf_putc(out, '}');
    free(entries);
}

static void print_java_fields(fl_buf *out, fl_column *const *cols, int n, int i) {
    fl_buf_putc(out, '[');
    for (int k = 0; k < n; k++) {
        if (k > 0) fl_buf_puts(out, ", ");
        fl_text_java(out, cols[k], i);
    }
    fl_buf_putc(out, ']');
}

void fl_text_java(fl_buf *out, const fl_column *c, int i) {
    if (fl_column_is_null(c, i)) {
        fl_buf_puts(out, "null");
        return;
    }
    i = fl_column_at(c, i);
    switch (c->type->kind) {
    case FL_T_NULL:
    case FL_T_SYMBOL:
    case FL_T_DESCRIPTOR: fl_buf_puts(out, "null"); break;
    case FL_T_BOOLEAN: fl_buf_puts(out, fl_column_i64(c, i) ? "true" : "false"); break;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: fl_i64_print(out, fl_column_i64(c, i)); break;
    case FL_T_FLOAT: fl_float_print(out, FL_DATA(c, float)[i]); break;
    case FL_T_DOUBLE: fl_double_print(out, FL_DATA(c, double)[i]); break;
    case FL_T_DECIMAL: fl_decimal_print_row(out, fl_column_i128(c, i), c->type->scale); break;
    case FL_T_CHAR:
    case FL_T_VARCHAR: fl_buf_put_str(out, fl_column_str(c, i)); break;
    case FL_T_VARIANT: print_variant(out, fl_column_str(c, i)); break;
    case FL_T_BINARY:
    case FL_T_VARBINARY:
    case FL_T_RAW: print_signed_bytes(out, fl_column_str(c, i)); break;
    case FL_T_DATE: fl_date_print(out, (int32_t)fl_column_i64(c, i)); break;
    case FL_T_TIME: fl_time_print_java(out, (int32_t)fl_column_i64(c, i)); break;
    case FL_T_TIMESTAMP: fl_ts_print_java(out, fl_column_ts(c, i)); break;
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_TIMESTAMP_TZ: fl_ts_print_instant(out, fl_column_ts(c, i)); break;
    case FL_T_INTERVAL_MONTH: fl_period_print_java(out, fl_column_i64(c, i)); break;
    case FL_T_INTERVAL_DAY: fl_duration_print_java(out, fl_column_i64(c, i)); break;
    case FL_T_ARRAY: print_java_list(out, c, i); break;
    case FL_T_MAP:
    case FL_T_MULTISET: print_java_map(out, c, i); break;
    case FL_T_ROW:
    case FL_T_STRUCTURED:
        fl_buf_puts(out, fl_row_kind_text[FL_INSERT]);
        print_java_fields(out, c->child, c->n_children, i);
        break;
    case FL_T_OBJECT: c->type->object->print(FL_DATA(c, void *)[i], out); break;
    }
}

void fl_text_row(fl_buf *out, const fl_batch *b, int row) {
    fl_buf_puts(out, fl_row_kind_text[fl_batch_kind(b, row)]);
    print_java_fields(out, b->cols, b->n_cols, row);
}

/* ---- SQL ---- */

/* Bytes at p that are one character, or that Java's decoder replaces by one U+FFFD. */
static size_t utf8_unit(const uint8_t *p, size_t n, bool *good) {
    uint8_t b = p[0], least = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80, most = b == 0xf4 ? 0x8f : 0xbf;
    size_t want = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    size_t have = 1;
    for (; have < want && have < n && p[have] >= least && p[have] <= most; have++) least = 0x80, most = 0xbf;
    *good = have == want && !(b == 0xed && p[1] >= 0xa0); /* half of a surrogate pair is no character */
    return have;
}

static void print_utf8(fl_buf *out, fl_str s) {
    bool good;
    for (size_t i = 0, n; i < s.n; i += n) {
        n = utf8_unit((const uint8_t *)s.p + i, s.n - i, &good);
        if (good)
            fl_buf_put(out, s.p + i, n);
        else
            fl_buf_puts(out, "\xef\xbf\xbd");
    }
}

static void print_sql_timestamp(fl_buf *out, const fl_column *c, int i, const fl_tz *tz) {
    fl_ts t = fl_column_ts(c, i);
    if (c->type->kind != FL_T_TIMESTAMP) t.ms = fl_tz_to_local(tz, t.ms);
    fl_ts_print_sql(out, t, c->type->precision);
}

typedef struct sql_style {
    const fl_tz *tz;
    bool hex; /* bytes as x'00ff', rather than as the text that they may be */
} sql_style;

static void print_sql(fl_buf *out, const fl_column *c, int i, const sql_style *style);

static void print_hex(fl_buf *out, fl_str s) {
    fl_buf_puts(out, "x'");
    for (size_t k = 0; k < s.n; k++) fl_buf_printf(out, "%02x", (unsigned char)s.p[k]);
    fl_buf_putc(out, '\'');
}

/* Lists and maps: open, elements or entries, close. */
static void print_sql_elements(fl_buf *out, const fl_column *c, int i, const char *brackets, const sql_style *style) {
    const int32_t *offsets = c->data;
    fl_buf_putc(out, brackets[0]);
    for (int e = offsets[i]; e < offsets[i + 1]; e++)
        for (int k = 0; k < c->n_children; k++) {
            if (k > 0 || e > offsets[i]) fl_buf_puts(out, k > 0 ? "=" : ", ");
            print_sql(out, c->child[k], e, style);
        }
    fl_buf_putc(out, brackets[1]);
}

static void print_sql_row(fl_buf *out, const fl_column *c, int i, const sql_style *style) {
    fl_buf_putc(out, '(');
    for (int k = 0; k < c->n_children; k++) {
        if (k > 0) fl_buf_puts(out, ", ");
        print_sql(out, c->child[k], i, style);
    }
    fl_buf_putc(out, ')');
}

/* Where the two do not differ, the Java text is taken. */
static void print_sql(fl_buf *out, const fl_column *c, int i, const sql_style *style) {
    if (fl_column_is_null(c, i)) {
        fl_buf_puts(out, "NULL");
        return;
    }
    i = fl_column_at(c, i);
    switch (c->type->kind) {
    case FL_T_BOOLEAN: fl_buf_puts(out, fl_column_i64(c, i) ? "TRUE" : "FALSE"); break;
    case FL_T_DECIMAL: fl_decimal_print(out, fl_column_i128(c, i), c->type->scale); break;
    case FL_T_BINARY:
    case FL_T_VARBINARY:
        if (style->hex)
            print_hex(out, fl_column_str(c, i));
        else
            print_utf8(out, fl_column_str(c, i));
        break;
    case FL_T_TIME: fl_time_print(out, (int32_t)fl_column_i64(c, i), c->type->precision); break;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_TIMESTAMP_TZ: print_sql_timestamp(out, c, i, style->tz); break;
    case FL_T_INTERVAL_MONTH: fl_interval_month_print(out, fl_column_i64(c, i)); break;
    case FL_T_INTERVAL_DAY: fl_interval_day_print(out, fl_column_i64(c, i)); break;
    case FL_T_ARRAY: print_sql_elements(out, c, i, "[]", style); break;
    case FL_T_MAP:
    case FL_T_MULTISET: print_sql_elements(out, c, i, "{}", style); break;
    case FL_T_ROW:
    case FL_T_STRUCTURED: print_sql_row(out, c, i, style); break;
    default: fl_text_java(out, c, i); break;
    }
}

void fl_text_sql(fl_buf *out, const fl_column *c, int i, const fl_tz *tz) {
    print_sql(out, c, i, &(sql_style){.tz = tz});
}

void fl_text_table(fl_buf *out, const fl_column *c, int i, const fl_tz *tz) {
    print_sql(out, c, i, &(sql_style){.tz = tz, .hex = true});
}
