/* SPDX-License-Identifier: Apache-2.0 */
/* fs_partition.c -- partition directories: their names, their values, and the time that they stand for.
 *
 * A directory is <key>=<value>; characters that a path or a shell would trip over are written %XX, as Hive and Flink
 * do. NULL and the empty text share the default name, so neither can be read back: Flink refuses to read a table that
 * has such a directory, unless the query leaves it out, and so do we.
 */

#include "connectors/filesystem/filesystem.h"
#include "data/decimal.h"
#include "data/timestamp.h"
#include "messages/connector.h"

fs_keys fs_table_keys(fl_arena *a, const fl_table *table, const char *default_name) {
    fl_field *fields = FL_NEW_N(a, fl_field, table->n_partition_keys);
    for (int i = 0; i < table->n_partition_keys; i++) fields[i] = table->physical.fields[table->partition_keys[i]];
    return (fs_keys){table->n_partition_keys, fields, default_name};
}

/* ---- names ---- */

static const bool escaped[256] = {
    [0 ... 0x1f] = true, ['"'] = true, ['#'] = true, ['%'] = true,  ['\''] = true, ['*'] = true,
    ['/'] = true,        [':'] = true, ['='] = true, ['?'] = true,  ['\\'] = true, ['['] = true,
    [']'] = true,        ['^'] = true, ['{'] = true, [0x7f] = true,
};

static void escape(fl_buf *out, fl_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (escaped[(unsigned char)s.p[i]])
            fl_buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
        else
            fl_buf_putc(out, s.p[i]);
    }
}

/* %XX is the character with that number; what is not of that form stays. */
static const char *unescape(fl_arena *a, fl_str s) {
    char *out = fl_arena_alloc(a, s.n + 1), *at = out;
    for (size_t i = 0; i < s.n; i++) {
        int high = i + 2 < s.n && s.p[i] == '%' ? fl_hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? fl_hex_digit(s.p[i + 2]) : -1;
        if (low < 0) {
            *at++ = s.p[i];
        } else {
            at += fl_utf8_encode((uint32_t)(high * 16 + low), at);
            i += 2;
        }
    }
    *at = '\0';
    return out;
}

/* Texts, numbers, and what Flink writes as a number: days of a DATE, milliseconds of a TIME. */
bool fs_key_type_ok(const fl_type *t) {
    return fl_type_is_char(t) || fl_type_is_numeric(t) || fl_type_is_datetime(t) || fl_type_is_interval(t) ||
           t->kind == FL_T_BOOLEAN;
}

static void print_value(fl_buf *out, const fl_column *c, int row) {
    switch (c->type->kind) {
    case FL_T_BOOLEAN: fl_buf_puts(out, fl_column_i64(c, row) ? "true" : "false"); break;
    case FL_T_FLOAT: fl_float_print(out, FL_DATA(c, float)[row]); break;
    case FL_T_DOUBLE: fl_double_print(out, FL_DATA(c, double)[row]); break;
    case FL_T_DECIMAL: fl_decimal_print(out, fl_column_i128(c, row), c->type->scale); break;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: fl_ts_print_java(out, fl_column_ts(c, row)); break;
    default: fl_i64_print(out, fl_column_i64(c, row)); break;
    }
}

static void put_key(fl_buf *out, const fs_keys *keys, int i) {
    if (i > 0) fl_buf_putc(out, '/');
    escape(out, fl_str_from(keys->fields[i].name));
    fl_buf_putc(out, '=');
}

static void put_value(fl_buf *out, const fs_keys *keys, fl_str value) {
    escape(out, value.n > 0 ? value : fl_str_from(keys->default_name));
}

void fs_partition_dir(fl_buf *out, const fs_keys *keys, const char *const *values) {
    for (int i = 0; i < keys->n; i++) {
        put_key(out, keys, i);
        put_value(out, keys, fl_str_from(values[i] != NULL ? values[i] : ""));
    }
}

void fs_partition_row_dir(fl_buf *out, fl_buf *text, const fs_keys *keys, const int *key_cols, const fl_batch *b,
                          int row) {
    for (int i = 0; i < keys->n; i++) {
        const fl_column *c = b->cols[key_cols[i]];
        put_key(out, keys, i);
        if (fl_column_is_null(c, row)) {
            put_value(out, keys, fl_str_from(""));
        } else if (fl_type_is_char(c->type)) {
            put_value(out, keys, fl_column_str(c, row));
        } else {
            fl_buf_reset(text);
            print_value(text, c, row);
            put_value(out, keys, fl_buf_str(text));
        }
    }
}

/* ---- reading names ---- */

static int find_key(const fs_keys *keys, const char *name) {
    for (int i = 0; i < keys->n; i++)
        if (strcmp(keys->fields[i].name, name) == 0) return i;
    return -1;
}

static int incomplete(fl_arena *a, const fs_keys *keys, const char *dir, const char *spec, fl_error *err) {
    const char *names = "";
    for (int i = 0; i < keys->n; i++)
        names = fl_arena_printf(a, "%s%s%s", names, i > 0 ? ", " : "", keys->fields[i].name);
    fl_fail(err, FL_ERR_CONNECTOR_PARTITION_NAME, names, spec);
    return fl_error_hint(err, FL_HINT_CONNECTOR_PARTITION_NAME, dir, keys->fields[0].name);
}

int fs_partition_parse(fl_arena *a, const fs_keys *keys, const char *dir, fs_partition *out, fl_error *err) {
    bool *found = FL_NEW_N(a, bool, keys->n);
    const char *spec = "";
    int n_found = 0;
    *out = (fs_partition){.dir = dir, .values = FL_NEW_N(a, const char *, keys->n)};
    for (const char *p = dir; *p != '\0';) {
        size_t n = strcspn(p, "/");
        const char *equals = memchr(p, '=', n);
        if (equals != NULL && equals > p && equals + 1 < p + n) {
            const char *key = unescape(a, fl_str_make(p, (size_t)(equals - p)));
            const char *value = unescape(a, fl_str_make(equals + 1, (size_t)(p + n - equals - 1)));
            int i = find_key(keys, key);
            spec = fl_arena_printf(a, "%s%s%s=%s", spec, *spec != '\0' ? ", " : "", key, value);
            if (i >= 0) {
                n_found += !found[i];
                found[i] = true;
                out->values[i] = strcmp(value, keys->default_name) == 0 ? NULL : value;
            }
        }
        p += n;
        while (*p == '/') p++;
    }
    return n_found == keys->n ? 0 : incomplete(a, keys, dir, spec, err);
}

typedef struct lister {
    fl_platform *pf;
    fl_arena *a;
    const char *path;
    const fs_keys *keys;
    fs_partition *list;
    int n, cap;
} lister;

/* A directory on the last level is a partition; a file there spoils the table, one above it is left alone. */
static int list_level(lister *l, const char *dir, int level, fl_error *err) {
    char **names;
    int n;
    FL_TRY(fl_disk_list(l->pf, fl_path_join(l->a, l->path, dir), l->a, &names, &n, err));
    for (int i = 0; i < n; i++) {
        if (fs_is_hidden(names[i])) continue;
        const char *below = *dir != '\0' ? fl_path_join(l->a, dir, names[i]) : names[i];
        fl_stat st;
        if (level == l->keys->n) {
            fs_partition p;
            FL_TRY(fs_partition_parse(l->a, l->keys, below, &p, err));
            FL_PUSH(l->a, l->list, l->n, l->cap, p);
            continue;
        }
        FL_TRY(fl_disk_stat(l->pf, fl_path_join(l->a, l->path, below), &st, err));
        if (st.is_directory) FL_TRY(list_level(l, below, level + 1, err));
    }
    return 0;
}

int fs_partition_list(fl_platform *pf, fl_arena *a, const char *path, const fs_keys *keys, fs_partition **out, int *n,
                      fl_error *err) {
    lister l = {.pf = pf, .a = a, .path = path, .keys = keys};
    fl_stat st;
    *out = NULL;
    *n = 0;
    if (fl_disk_stat(pf, path, &st, err) < 0) return err->retriable || err->code != FL_E_IO ? err->code : 0;
    if (!st.is_directory) return 0;
    FL_TRY(list_level(&l, "", 1, err));
    *out = l.list;
    *n = l.n;
    return 0;
}

/* ---- values ---- */

static int bad_text(const char *value, fl_error *err) { return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_TIME, value); }

static int append_integer(fl_column *c, const char *value, fl_error *err) {
    static const int64_t most[] = {
        [FL_T_TINYINT] = INT8_MAX, [FL_T_SMALLINT] = INT16_MAX, [FL_T_INT] = INT32_MAX, [FL_T_BIGINT] = INT64_MAX};
    int64_t x, max = most[c->type->kind];
    if (fl_i64_parse(fl_str_from(value), &x) != FL_NUMBER_OK || x > max || x < -max - 1)
        return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_NUMBER, value);
    fl_column_append_i64(c, x);
    return 0;
}

static int append_real(fl_column *c, const char *value, fl_error *err) {
    double d = 0;
    float f = 0;
    bool ok = c->phys == FL_P_F32 ? fl_float_parse(fl_str_from(value), &f) : fl_double_parse(fl_str_from(value), &d);
    if (!ok) return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_NUMBER, value);
    fl_column_append_f64(c, c->phys == FL_P_F32 ? (double)f : d);
    return 0;
}

static int append_time(fl_column *c, const char *value, fl_error *err) {
    int32_t days;
    fl_ts ts;
    if (c->type->kind == FL_T_DATE) {
        if (!fl_date_parse_strict(fl_str_from(value), &days)) return bad_text(value, err);
        fl_column_append_i64(c, days);
        return 0;
    }
    if (!fl_ts_parse_strict(fl_str_from(value), 'T', true, &ts)) return bad_text(value, err);
    fl_column_append_ts(c, ts);
    return 0;
}

int fs_partition_append(fl_column *c, const char *value, fl_error *err) {
    fl_buf name;
    if (value == NULL) {
        fl_column_append_null(c);
        return 0;
    }
    switch (c->type->kind) {
    case FL_T_CHAR:
    case FL_T_VARCHAR: fl_column_append_str(c, fl_str_from(value)); return 0;
    case FL_T_BOOLEAN: fl_column_append_i64(c, fl_str_iis(fl_str_from(value), "true")); return 0;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: return append_integer(c, value, err);
    case FL_T_FLOAT:
    case FL_T_DOUBLE: return append_real(c, value, err);
    case FL_T_DATE:
    case FL_T_TIMESTAMP: return append_time(c, value, err);
    default: break;
    }
    fl_buf_init(&name);
    fl_type_print(&name, c->type, FL_TYPE_SUMMARY);
    fl_fail(err, FL_ERR_CONNECTOR_PARTITION_VALUE, value, fl_buf_cstr(&name));
    fl_buf_deinit(&name);
    return err->code;
}

/* ---- the time of a partition ---- */

int fs_formatter_check(const char *formatter, fl_error *err) {
    for (const char *p = formatter; *p != '\0'; p++) {
        if (*p == '\'') {
            const char *end = strchr(p + 1, '\'');
            if (end == NULL) return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_QUOTE, formatter);
            p = end;
        } else if (((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) && strchr("yMdHmsS", *p) == NULL) {
            return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_LETTER, *p);
        }
    }
    return 0;
}

/* Reads digits: as many as the pattern has letters, or any number of them for a single letter. */
static bool read_digits(const char **text, int width, int64_t *x) {
    int n = 0;
    for (*x = 0; **text >= '0' && **text <= '9' && n < (width == 1 ? 9 : width); n++) *x = *x * 10 + (*(*text)++ - '0');
    return width == 1 ? n > 0 : n == width;
}

static bool take_field(const char **text, char letter, int width, fl_civil *c) {
    int64_t x;
    if (!read_digits(text, width, &x)) return false;
    switch (letter) {
    case 'y': c->year = width == 2 ? 2000 + x : x; return true;
    case 'M': c->month = (int)x; return x >= 1 && x <= 12;
    case 'd': c->day = (int)x; return x >= 1 && x <= 31;
    case 'H': c->hour = (int)x; return x < 24;
    case 'm': c->minute = (int)x; return x < 60;
    case 's': c->second = (int)x; return x < 60;
    default:
        for (int i = width; i < 3; i++) x *= 10;
        for (int i = width; i > 3; i--) x /= 10;
        c->millis = (int)x;
        return true;
    }
}

static bool parse_formatted(const char *text, const char *formatter, fl_ts *out) {
    fl_civil c = {.year = 1970, .month = 1, .day = 1};
    for (const char *p = formatter; *p != '\0';) {
        int run = 1;
        if (*p == '\'') {
            const char *end = strchr(p + 1, '\'');
            size_t n = (size_t)(end - p - 1);
            if (strncmp(text, n > 0 ? p + 1 : p, FL_MAX(n, (size_t)1)) != 0) return false;
            text += FL_MAX(n, (size_t)1);
            p = end + 1;
        } else if (strchr("yMdHmsS", *p) != NULL) {
            while (p[run] == *p) run++;
            if (!take_field(&text, *p, run, &c)) return false;
            p += run;
        } else if (*text++ != *p++) {
            return false;
        }
    }
    if (*text != '\0' || c.day > fl_month_days(c.year, c.month)) return false;
    *out = fl_civil_to_ts(&c);
    return true;
}

static const char *replace_all(fl_arena *a, const char *text, const char *what, const char *with) {
    const char *at = strstr(text, what);
    if (at == NULL) return text;
    const char *rest = replace_all(a, at + strlen(what), what, with);
    return fl_arena_printf(a, "%.*s%s%s", (int)(at - text), text, with, rest);
}

int fs_partition_time_ms(fl_arena *a, const fs_commit_config *c, const fs_keys *keys, const char *dir, int64_t *ms,
                         fl_error *err) {
    fs_partition p;
    fl_ts ts;
    FL_TRY(fs_partition_parse(a, keys, dir, &p, err));
    const char *text = c->pattern;
    for (int i = 0; text != NULL && i < keys->n; i++)
        text = replace_all(a, text, fl_arena_printf(a, "$%s", keys->fields[i].name),
                           p.values[i] != NULL ? p.values[i] : keys->default_name);
    if (text == NULL) text = p.values[0] != NULL ? p.values[0] : keys->default_name;
    bool ok = c->formatter != NULL ? parse_formatted(text, c->formatter, &ts) : fl_ts_parse(fl_str_from(text), &ts);
    if (!ok) {
        bad_text(text, err);
        return fl_error_hint(err, FL_HINT_CONNECTOR_PARTITION_TIME, dir);
    }
    *ms = fl_tz_to_utc(c->tz, ts.ms);
    return 0;
}
