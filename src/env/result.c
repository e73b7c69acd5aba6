/* SPDX-License-Identifier: Apache-2.0 */
/* result.c -- what a statement gives to the client: columns, and rows as they come. */
#include <stdlib.h>

#include "data/arrow.h"
#include "data/text.h"
#include "env/session.h"
#include "formats/format.h"

struct flott_batch {
    flott_result *result;
    fl_batch *rows; /* without selection */
    fl_buf text;
};

/* ---- results ---- */

flott_result *fl_result_new(flott_session *s, flott_result_kind kind) {
    flott_result *r = fl_calloc(1, sizeof *r);
    r->kind = kind;
    r->session = s;
    r->insert_only = true;
    fl_arena_init(&r->arena);
    return r;
}

void fl_result_set_schema(flott_result *r, const fl_schema *schema) {
    fl_field *fields = FL_NEW_N(&r->arena, fl_field, schema->n);
    r->types = FL_NEW_N(&r->arena, const char *, schema->n);
    for (int i = 0; i < schema->n; i++) {
        fields[i] = (fl_field){fl_arena_strdup(&r->arena, schema->fields[i].name),
                               fl_type_copy(&r->arena, schema->fields[i].type), NULL};
        r->types[i] = fl_type_name(&r->arena, fields[i].type, FL_TYPE_SUMMARY);
    }
    r->schema = (fl_schema){schema->n, fields};
}

flott_result *fl_result_table(flott_session *s, const char *const *names, const char *types, const char *const *cells,
                              int n_rows) {
    int n = (int)strlen(types);
    fl_field fields[n];
    for (int i = 0; i < n; i++)
        fields[i] = (fl_field){names[i], types[i] == 'B' ? fl_type_of(FL_T_BOOLEAN, true) : fl_type_string(true), NULL};
    flott_result *r = fl_result_new(s, FLOTT_RESULT_TABLE);
    fl_result_set_schema(r, &(fl_schema){n, fields});
    r->rows = fl_batch_new(n, n_rows);
    for (int c = 0; c < n; c++) {
        fl_column *col = r->rows->cols[c] = fl_column_new(r->schema.fields[c].type, n_rows);
        for (int i = 0; i < n_rows; i++) {
            const char *cell = cells[i * n + c];
            if (cell == NULL)
                fl_column_append_null(col);
            else if (types[c] == 'B')
                fl_column_append_i64(col, cell[0] == 't');
            else
                fl_column_append_str(col, fl_str_from(cell));
        }
    }
    return r;
}

void flott_result_free(flott_result *r) {
    if (r == NULL) return;
    if (r->kind == FLOTT_RESULT_QUERY) fl_job_cancel(r->job->job); /* one that has ended does not mind */
    fl_batch_unref(r->rows);
    for (int i = 0; i < 2; i++)
        if (r->encoders[i] != NULL) ((fl_encoder *)r->encoders[i])->free(r->encoders[i]);
    fl_arena_deinit(&r->arena);
    free(r);
}

flott_result_kind flott_result_get_kind(const flott_result *r) { return r->kind; }
int flott_result_columns(const flott_result *r) { return r->schema.n; }

static bool has_column(const flott_result *r, int column) { return column >= 0 && column < r->schema.n; }

const char *flott_result_name(const flott_result *r, int column) {
    return has_column(r, column) ? r->schema.fields[column].name : NULL;
}

const char *flott_result_type(const flott_result *r, int column) {
    return has_column(r, column) ? r->types[column] : NULL;
}

bool flott_result_insert_only(const flott_result *r) { return r->insert_only; }
flott_job *flott_result_job(const flott_result *r) { return r->job; }

int flott_result_width(const flott_result *r, int column) {
    if (!has_column(r, column)) return 0;
    const fl_type *t = r->schema.fields[column].type;
    switch (t->kind) {
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: return fl_type_integer_digits(t) + 1;
    case FL_T_DECIMAL: return t->precision + 2;
    case FL_T_BOOLEAN: return 5;
    case FL_T_DATE: return 10;
    case FL_T_TIME: return t->precision == 0 ? 8 : t->precision + 9;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
        return t->precision == 0 ? 19 : 20 + (t->precision + 2) / 3 * 3; /* digits in groups of three */
    default: return (int)fl_config_i64(r->session->config, "table.display.max-column-width");
    }
}

int flott_result_arrow_schema(const flott_result *r, struct ArrowSchema *out, flott_error *err) {
    return fl_arrow_export_schema(&r->schema, 0, out, fl_error_of(err));
}

/* ---- fetching ---- */

static flott_batch *wrap(flott_result *r, fl_batch *rows) {
    flott_batch *b = fl_calloc(1, sizeof *b);
    b->result = r;
    b->rows = rows;
    fl_buf_init(&b->text);
    return b;
}

/* Lets a query go on until it has rows, ends, or the time is over. FLOTT_TIMEOUT: nothing has come. */
static int wait_for_rows(flott_result *r, int64_t timeout_ms, int64_t until_us) {
    flott_session *s = r->session;
    if (!s->opt.simulated) {
        int64_t left = timeout_ms < 0 ? -1 : until_us - fl_mono_us(s->pf);
        if (timeout_ms >= 0 && left <= 0) return FLOTT_TIMEOUT;
        fl_collector_wait(r->job->collector, timeout_ms < 0 ? 1000000 : left);
        return FLOTT_OK;
    }
    if (fl_session_step(s)) return FLOTT_OK;
    int64_t due = fl_session_due_ms(s);
    if (timeout_ms >= 0 || due == INT64_MAX) return FLOTT_TIMEOUT;
    s->pf->ops->advance_to(s->pf, due);
    return FLOTT_OK;
}

int flott_result_next(flott_result *r, int64_t timeout_ms, flott_batch **out, flott_error *err) {
    *out = NULL;
    if (r->kind != FLOTT_RESULT_QUERY) {
        if (r->rows == NULL) return FLOTT_END;
        *out = wrap(r, r->rows);
        r->rows = NULL;
        return FLOTT_OK;
    }
    int64_t until_us = timeout_ms < 0 ? 0 : fl_mono_us(r->session->pf) + timeout_ms * 1000;
    for (;;) {
        bool ended =
            fl_job_state_ended(fl_job_get_state(r->job->job)); /* before looking: what it gave is in the queue */
        fl_batch *rows = fl_collector_take(r->job->collector);
        if (rows != NULL) {
            *out = wrap(r, rows);
            return FLOTT_OK;
        }
        if (ended) {
            int rc = fl_job_wait(r->job->job, fl_error_of(err));
            return rc < 0 ? rc : FLOTT_END;
        }
        if (wait_for_rows(r, timeout_ms, until_us) == FLOTT_TIMEOUT) return FLOTT_TIMEOUT;
    }
}

/* ---- rows ---- */

void flott_batch_free(flott_batch *b) {
    if (b == NULL) return;
    fl_batch_unref(b->rows);
    fl_buf_deinit(&b->text);
    free(b);
}

int flott_batch_rows(const flott_batch *b) { return b->rows->n; }

static bool has_row(const flott_batch *b, int row) { return row >= 0 && row < b->rows->n; }
static bool has_field(const flott_batch *b, int row, int column) {
    return has_row(b, row) && column >= 0 && column < b->rows->n_cols;
}

flott_row_kind flott_batch_kind(const flott_batch *b, int row) {
    return has_row(b, row) ? (flott_row_kind)fl_batch_kind(b->rows, row) : FLOTT_INSERT;
}

bool flott_batch_is_null(const flott_batch *b, int row, int column) {
    return !has_field(b, row, column) || fl_column_is_null(b->rows->cols[column], row);
}

static const char *finish_text(flott_batch *b, size_t *length) {
    if (length != NULL) *length = b->text.n;
    return fl_buf_cstr(&b->text);
}

const char *flott_batch_text(flott_batch *b, int row, int column, flott_text style, size_t *length) {
    const fl_tz *tz = fl_tz_utc();
    if (!has_field(b, row, column)) return NULL;
    fl_buf_reset(&b->text);
    if (b->result->job) tz = fl_job_get_plan(b->result->job->job)->tz;
    switch (style) {
    case FLOTT_TEXT_JAVA: fl_text_java(&b->text, b->rows->cols[column], row); break;
    case FLOTT_TEXT_SQL: fl_text_sql(&b->text, b->rows->cols[column], row, tz); break;
    case FLOTT_TEXT_TABLE: fl_text_table(&b->text, b->rows->cols[column], row, tz); break;
    }
    return finish_text(b, length);
}

static const char *encode(flott_batch *b, int row, const char *format, int slot, size_t *length) {
    flott_result *r = b->result;
    fl_error err;
    if (!has_row(b, row)) return NULL;
    if (r->encoders[slot] == NULL) {
        fl_format_config *c = FL_NEW(&r->arena, fl_format_config);
        *c = (fl_format_config){.format = fl_format_find(format), .schema = &r->schema};
        if (c->format->check(c, true, &err) < 0 || c->format->encoder(c, (fl_encoder **)&r->encoders[slot], &err) < 0)
            return NULL;
    }
    fl_buf_reset(&b->text);
    fl_encoder *e = r->encoders[slot];
    return e->message(e, b->rows, row, &b->text, &err) < 0 ? NULL : finish_text(b, length);
}

const char *flott_batch_json(flott_batch *b, int row, size_t *length) { return encode(b, row, "json", 0, length); }
const char *flott_batch_csv(flott_batch *b, int row, size_t *length) { return encode(b, row, "csv", 1, length); }

int flott_batch_arrow(flott_batch *b, struct ArrowArray *out, flott_error *err) {
    return fl_arrow_export_batch(b->rows, &b->result->schema, 0, out, fl_error_of(err));
}
