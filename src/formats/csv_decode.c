/* SPDX-License-Identifier: Apache-2.0 */
/* csv_decode.c -- CSV records to rows.
 *
 * What:       the decoder of the format. Columns are found by their position in the record; cells that no column
 *             reads are split off but never looked at.
 * Example:    the record 7,"a, b",1;2 with columns (id INT, s STRING, a ARRAY<INT>) gives [7, a, b, [1, 2]].
 * Interface:  csv_decoder_new.
 * Algorithm:  a plain record (one character between the cells, no quotes where a value begins, values in their usual
 *             spelling) is read cell by cell straight into the arrays of the columns, as quick_int.h tells. A single
 *             cell that is not so is split off by the scanner and read with care. What does not fit at all (too few
 *             or too many cells, malformed quotes, comments) is split into cells as a whole first, as Flink does it,
 *             so that its mistakes are told in Flink's order.
 */
#include <stdlib.h>

#include "formats/csv_int.h"
#include "formats/quick_int.h"
#include "messages/format.h"

typedef struct csv_decoder {
    fl_decoder base;
    /* set once */
    csv_options opt;
    const fl_schema *schema;
    int *columns; /* of each cell: the column that reads it, or -1 */
    int *cells;   /* of each column: its cell */
    int n_cells;
    bool plain; /* the options allow the fast way */
    quick_column *cols;
    /* changes with every record */
    csv_scan scan;
    fl_buffer *owner;
    fl_buf bytes; /* decoded base64 */
    bool started; /* at the very beginning a byte order mark may stand */
} csv_decoder;

/* ---- text to values ---- */

/* All of [p, end), at most `most` characters of it, as Integer.parseInt takes them where no minus can be. */
static bool read_field(const char *p, const char *end, int most, int *out) {
    if (end - p > most) return false;
    if (end - p > 1 && *p == '+') p++;
    bool any = p < end;
    for (*out = 0; p < end && text_is_digit(*p); p++) *out = *out * 10 + *p - '0';
    return any && p == end;
}

enum { FIRST_GREGORIAN_YEAR = 1582 };

/* As java.sql.Date.valueOf and toLocalDate: yyyy-[m]m-[d]d, where February 30 runs on into March, before the autumn of
 * 1582 by the Julian calendar. False also for the leap days that the Gregorian calendar has not. */
static bool read_sql_date(fl_str s, int32_t *days) {
    const char *p = s.p, *end = s.p + s.n, *dash = s.n > 5 ? memchr(p + 5, '-', s.n - 5) : NULL;
    int y, m, day;
    if (dash == NULL || p[4] != '-' || !read_field(p, p + 4, 4, &y) || !read_field(p + 5, dash, 2, &m) ||
        !read_field(dash + 1, end, 2, &day))
        return false;
    if (m < 1 || m > 12 || day < 1 || day > 31) return false;
    y = FL_MAX(y, 1);
    int last = m == 2 && y < FIRST_GREGORIAN_YEAR ? 28 + (y % 4 == 0) : fl_month_days(y, m);
    if (day > last) {
        day -= last;
        m++;
    }
    if (y == FIRST_GREGORIAN_YEAR && m == 10 && day > 4 && day < 15) day += 10;
    if (day > fl_month_days(y, m)) return false;
    *days = (int32_t)fl_days_from_civil(y, m, day);
    return true;
}

/* Dates that the quick reader takes for what they say, and Java does not: the ten days that were left out in 1582, and
 * the year 0. */
static bool is_odd_date(int32_t days) { return days < -719162 || (days > -141438 && days < -141427); }

static int read_date(fl_str text, fl_column *c, fl_error *err) {
    int32_t days;
    if (!read_sql_date(text, &days)) return text_no_value(text, "a date yyyy-MM-dd", err);
    fl_column_append_i64(c, days);
    return 0;
}

static int read_time(fl_str text, fl_column *c, fl_error *err) {
    int32_t ms, unit = (int32_t)fl_pow10_i64[3 - FL_MIN(c->type->precision, 3)];
    if (!fl_time_parse_strict(text, true, &ms)) return text_no_value(text, "a time HH:mm[:ss[.f]]", err);
    fl_column_append_i64(c, ms / unit * unit);
    return 0;
}

static int read_string(csv_decoder *d, fl_str text, fl_column *c) {
    if (FL_UNLIKELY(!fl_utf8_valid(text))) return fl_fail(d->scan.err, FL_ERR_FORMAT_CSV_UTF8);
    text_append_string(c, text, d->owner);
    return 0;
}

static int read_simple(csv_decoder *d, fl_str text, fl_column *c) {
    fl_error *err = d->scan.err;
    switch (c->type->kind) {
    case FL_T_NULL: fl_column_append_null(c); return 0;
    case FL_T_BOOLEAN: text_append_bool(c, text); return 0;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: return text_append_integer(c, text, err);
    case FL_T_FLOAT:
    case FL_T_DOUBLE: return text_append_double(c, text, err);
    case FL_T_DECIMAL: return text_append_decimal(c, text, err);
    case FL_T_DATE: return read_date(text, c, err);
    case FL_T_TIME: return read_time(text, c, err);
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return text_append_timestamp(c, text_trim(text), ' ', err);
    case FL_T_BINARY:
    case FL_T_VARBINARY:
        fl_buf_reset(&d->bytes);
        FL_TRY(text_base64_decode(text, &d->bytes, err));
        fl_column_append_str(c, fl_str_make(d->bytes.p, d->bytes.n));
        return 0;
    default: return read_string(d, text, c);
    }
}

static int read_value(csv_decoder *d, const fl_type *t, fl_str text, fl_column *c);

static int read_array(csv_decoder *d, const fl_type *t, fl_str cell, fl_column *c) {
    csv_elements e = csv_elements_of(cell, d->opt.element_delimiter);
    for (fl_str text; csv_next_element(&e, &text);) FL_TRY(read_value(d, t->fields[0].type, text, c->child[0]));
    fl_column_append_nested(c);
    return 0;
}

static int field_failed(csv_decoder *d, const char *name) {
    return fl_error_prefix(d->scan.err, FL_AT_FORMAT_IN_FIELD, name);
}

static int too_few(csv_decoder *d, int wanted, int got) {
    return fl_fail(d->scan.err, FL_ERR_FORMAT_CSV_FIELDS, wanted, got);
}

/* Elements beyond the row's fields are not looked at. */
static int read_row(csv_decoder *d, const fl_type *t, fl_str cell, fl_column *c) {
    csv_elements e = csv_elements_of(cell, d->opt.element_delimiter), count = e;
    int n = 0;
    fl_str text;
    while (csv_next_element(&count, &text)) n++;
    if (n == 0) {
        fl_column_append_null(c);
        return 0;
    }
    if (n < t->n_fields && !d->opt.ignore_parse_errors) return too_few(d, t->n_fields, n);
    for (int i = 0; i < t->n_fields; i++) {
        if (!csv_next_element(&e, &text))
            fl_column_append_null(c->child[i]);
        else if (read_value(d, t->fields[i].type, text, c->child[i]) < 0)
            return field_failed(d, t->fields[i].name);
    }
    fl_column_append_nested(c);
    return 0;
}

/* The text of a cell or an element as one more value of the column. */
static int read_value(csv_decoder *d, const fl_type *t, fl_str text, fl_column *c) {
    bool nested = t->kind == FL_T_ARRAY || t->kind == FL_T_ROW;
    if (!nested && d->opt.null_literal.p != NULL && fl_str_eq(text, d->opt.null_literal)) {
        fl_column_append_null(c);
        return 0;
    }
    int n = c->n;
    int rc = t->kind == FL_T_ARRAY ? read_array(d, t, text, c)
             : t->kind == FL_T_ROW ? read_row(d, t, text, c)
                                   : read_simple(d, text, c);
    if (FL_LIKELY(rc >= 0)) return 0;
    fl_column_truncate(c, n);
    if (!d->opt.ignore_parse_errors) return rc;
    fl_column_append_null(c);
    return 0;
}

/* ---- records with care ---- */

static int read_columns(csv_decoder *d, fl_builder *out) {
    int n = d->schema->n;
    if (n > d->scan.n && !d->opt.ignore_parse_errors) return too_few(d, n, d->scan.n);
    for (int i = 0; i < n; i++) {
        const fl_field *f = &d->schema->fields[i];
        if (d->cells[i] >= d->scan.n)
            fl_column_append_null(out->cols[i]);
        else if (read_value(d, f->type, csv_text(&d->scan, &d->scan.cells[d->cells[i]]), out->cols[i]) < 0)
            return field_failed(d, f->name);
    }
    return 0;
}

static int record_failed(csv_decoder *d, fl_str record, int64_t offset) {
    while (record.n > 0 && (record.p[record.n - 1] == '\n' || record.p[record.n - 1] == '\r')) record.n--;
    return text_record_failed(&d->base, "CSV row", record, offset, d->scan.err);
}

/* The record at the scanner's place: a row, or none if it is skipped. Returns 1 if more bytes must come. */
static int read_record(csv_decoder *d, int64_t offset, fl_builder *out) {
    const char *from = d->scan.p;
    csv_end end = csv_scan_record(&d->scan);
    if (end == CSV_MORE) return 1;
    int rc = end == CSV_BAD ? d->scan.err->code : read_columns(d, out);
    if (FL_LIKELY(rc >= 0)) {
        fl_builder_end_row(out, FL_INSERT);
        return 0;
    }
    fl_builder_abandon_row(out);
    if (!d->opt.ignore_parse_errors) return record_failed(d, fl_str_make(from, (size_t)(d->scan.p - from)), offset);
    d->base.bad_records++;
    return 0;
}

/* ---- plain records in a hurry ---- */

typedef struct run {
    csv_decoder *d;
    const char *limit; /* of what may be looked at */
    char delimiter, quote, escape;
    int row;
    fl_error error; /* of a cell that is read again */
} run;

/* The end of an unquoted cell at p: a delimiter, a line end, an escape or a byte beyond ASCII. NULL near the limit. */
static inline const char *cell_end(const run *r, const char *p) {
    for (;; p += 8) {
        if (FL_UNLIKELY(r->limit - p < TEXT_SLACK)) return NULL;
        uint64_t x = fl_load8(p);
        uint64_t hit = fl_match8(x, (unsigned char)r->delimiter) | fl_match8(x, '\n') | fl_match8(x, '\r') |
                       fl_match8(x, (unsigned char)r->escape) | (x & FL_HIGH8);
        if (hit != 0) return p + __builtin_ctzll(hit) / 8;
    }
}

/* Whatever cell begins at p, and over what ends it, which must be `want`. */
static const char *read_with_care(run *r, int column, const char *p, csv_end want) {
    csv_decoder *d = r->d;
    csv_scan *s = &d->scan;
    csv_cell cell;
    s->p = p;
    s->end = r->limit;
    s->last = false;
    s->err = &r->error;
    fl_buf_reset(&s->text);
    if (csv_scan_cell(s, &cell) != want) return NULL;
    if (column < 0) return s->p;
    quick_catch_up(&d->cols[column], r->row);
    int rc = read_value(d, d->schema->fields[column].type, csv_text(s, &cell), d->cols[column].c);
    return rc < 0 ? NULL : s->p;
}

/* A text must not look like the literal of NULL; one that is empty is read with care too. */
static inline bool may_be_null(const csv_decoder *d, const char *p) {
    return d->opt.null_literal.n > 0 && *p == d->opt.null_literal.p[0];
}

/* The cell at p; returns the place of what ends it, or NULL. */
static inline const char *read_quick(run *r, int column, const char *p) {
    csv_decoder *d = r->d;
    if (column < 0) return cell_end(r, p);
    quick_column *to = &d->cols[column];
    if (to->kind != QUICK_TEXT) {
        const char *q = may_be_null(d, p) ? NULL : quick_scalar(to, r->row, p, ' ');
        return to->kind == QUICK_DATE && is_odd_date(to->date) ? NULL : q;
    }
    const char *end = cell_end(r, p);
    if (FL_UNLIKELY(end == NULL || end == p || may_be_null(d, p))) return NULL;
    quick_text(to, r->row, p, (size_t)(end - p), d->owner);
    return end;
}

/* Returns the place behind the record's line end, or NULL. */
static inline const char *quick_record(run *r, const char *p) {
    const csv_decoder *d = r->d;
    for (int i = 0, n = d->n_cells; i < n; i++) {
        if (FL_UNLIKELY(r->limit - p < 2 * TEXT_SLACK)) return NULL;
        bool last = i == n - 1;
        const char *q = *p != r->quote ? read_quick(r, d->columns[i], p) : NULL;
        if (FL_LIKELY(q != NULL && !last && *q == r->delimiter)) {
            p = q + 1;
        } else if (FL_LIKELY(q != NULL && last && (*q == '\n' || (*q == '\r' && q[1] == '\n')))) {
            p = q + 1 + (*q == '\r');
        } else {
            p = read_with_care(r, d->columns[i], p, last ? CSV_LINE : CSV_DELIMITER);
            if (p == NULL) return NULL;
        }
    }
    return p;
}

static size_t quick_records(csv_decoder *d, fl_str bytes, fl_builder *out) {
    run r = {.d = d, .limit = bytes.p + bytes.n, .delimiter = d->opt.delimiter.p[0], .row = out->n};
    const char *p = bytes.p;
    r.quote = d->opt.quote.n > 0 ? d->opt.quote.p[0] : '\n';
    r.escape = d->opt.escape.n > 0 ? d->opt.escape.p[0] : '\n';
    quick_begin(d->cols, d->schema->n, out);
    while (r.row < out->cap) {
        if (d->opt.allow_comments && p < r.limit && (*p == '#' || *p == ' ' || *p == '\n' || *p == '\r')) break;
        const char *q = quick_record(&r, p);
        if (q == NULL) {
            quick_wipe(d->cols, d->schema->n, r.row);
            break;
        }
        p = q;
        r.row++;
    }
    quick_settle(d->cols, d->schema->n, out, r.row);
    return (size_t)(p - bytes.p);
}

/* ---- the decoder ---- */

/* False: more bytes must come to tell. */
static bool skip_byte_order_mark(csv_scan *s) {
    static const char mark[] = "\xef\xbb\xbf";
    size_t n = FL_MIN((size_t)(s->end - s->p), (size_t)3);
    if (memcmp(s->p, mark, n) != 0) return true;
    s->p += n == 3 ? 3 : 0;
    return n == 3 || s->last;
}

static int decode(fl_decoder *base, fl_str bytes, fl_buffer *owner, bool last, fl_builder *out, size_t *used,
                  fl_error *err) {
    csv_decoder *d = FL_CONTAINER_OF(base, csv_decoder, base);
    csv_scan *s = &d->scan;
    d->owner = owner;
    for (*used = 0; *used < bytes.n && !fl_builder_full(out);) {
        if (d->plain && d->started) {
            size_t taken = quick_records(d, fl_str_make(bytes.p + *used, bytes.n - *used), out);
            *used += taken;
            if (taken > 0) continue;
        }
        s->p = bytes.p + *used;
        s->end = bytes.p + bytes.n;
        s->last = last;
        s->err = err;
        if (!d->started && !skip_byte_order_mark(s)) break;
        d->started = true;
        if (d->opt.allow_comments && !csv_skip_comments(s)) break;
        *used = (size_t)(s->p - bytes.p);
        if (*used == bytes.n) break;
        int rc = read_record(d, (int64_t)*used, out);
        if (rc != 0) return FL_MIN(rc, 0);
        *used = (size_t)(s->p - bytes.p);
    }
    return 0;
}

static int decode_message(fl_decoder *base, fl_str message, fl_buffer *owner, fl_builder *out, fl_error *err) {
    csv_decoder *d = FL_CONTAINER_OF(base, csv_decoder, base);
    csv_scan *s = &d->scan;
    d->owner = owner;
    if (message.n == 0) message.p = ""; /* whatever it was */
    s->p = message.p;
    s->end = message.p + message.n;
    s->last = true;
    s->err = err;
    if (message.n > 0) skip_byte_order_mark(s);
    if (d->opt.allow_comments) csv_skip_comments(s);
    if (s->p < s->end) return read_record(d, -1, out);
    if (d->opt.ignore_parse_errors) return 0;
    fl_fail(err, FL_ERR_FORMAT_EMPTY_RECORD);
    return record_failed(d, message, 0);
}

static void decoder_free(fl_decoder *base) {
    csv_decoder *d = FL_CONTAINER_OF(base, csv_decoder, base);
    csv_scan_deinit(&d->scan);
    fl_buf_deinit(&d->bytes);
    free(d->columns);
    free(d->cells);
    free(d->cols);
    free(d);
}

static void place_columns(csv_decoder *d, const fl_format_config *c) {
    int n = c->schema->n;
    d->n_cells = c->physical != NULL ? c->physical->n : n;
    d->columns = fl_malloc(sizeof *d->columns * (size_t)d->n_cells);
    d->cells = fl_malloc(sizeof *d->cells * (size_t)n);
    d->cols = fl_calloc((size_t)n, sizeof *d->cols);
    for (int i = 0; i < d->n_cells; i++) d->columns[i] = -1;
    for (int i = 0; i < n; i++) {
        d->cells[i] = c->physical != NULL ? c->positions[i] : i;
        d->columns[d->cells[i]] = i;
        quick_init(&d->cols[i], c->schema->fields[i].type);
    }
}

int csv_decoder_new(const fl_format_config *c, fl_decoder **out, fl_error *err) {
    csv_decoder *d = fl_calloc(1, sizeof *d);
    if (csv_options_read(c, &d->opt, err) < 0) {
        free(d);
        return err->code;
    }
    d->base = (fl_decoder){.format = c->format, .decode = decode, .message = decode_message, .free = decoder_free};
    d->schema = c->schema;
    fl_buf_init(&d->bytes);
    place_columns(d, c);
    csv_scan_init(&d->scan, &d->opt, d->n_cells);
    d->plain = d->opt.delimiter.n == 1 && d->opt.quote.n <= 1 && d->opt.escape.n <= 1;
    *out = &d->base;
    return 0;
}
