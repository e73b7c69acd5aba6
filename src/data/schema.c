/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c -- names of columns, and the builder that collects rows for them. */
#include "data/schema.h"

#include <stdlib.h>

int fl_schema_find(const fl_schema *s, const char *name) {
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->fields[i].name, name) == 0) return i;
    return -1;
}

void fl_schema_print(fl_buf *out, const fl_schema *s) {
    fl_buf_putc(out, '(');
    for (int i = 0; i < s->n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, s->fields[i].name);
        fl_buf_putc(out, ' ');
        fl_type_print(out, s->fields[i].type, FL_TYPE_SUMMARY);
    }
    fl_buf_putc(out, ')');
}

/* ---- the builder ---- */

static fl_column **new_columns(const fl_schema *s, int cap) {
    fl_column **cols = fl_malloc(sizeof *cols * (size_t)s->n);
    for (int i = 0; i < s->n; i++) cols[i] = fl_column_new(s->fields[i].type, cap);
    return cols;
}

void fl_builder_init(fl_builder *b, const fl_schema *schema, int cap) {
    fl_assert(cap > 0 && cap <= FL_BATCH_ROWS_MAX);
    *b = (fl_builder){.schema = schema, .cols = new_columns(schema, cap), .cap = cap};
}

void fl_builder_deinit(fl_builder *b) {
    for (int i = 0; i < b->schema->n; i++) fl_column_unref(b->cols[i]);
    free(b->cols);
    free(b->kinds);
    *b = (fl_builder){0};
}

/* A builder holds more than `cap` rows if its owner goes on after it was full, as within one record of many rows. */
static void put_kind(fl_builder *b, fl_row_kind kind) {
    if (b->kinds == NULL && kind == FL_INSERT) return;
    if (b->kinds == NULL) b->kinds = fl_calloc((size_t)FL_MAX(b->cap, b->n), 1);
    if (b->n >= b->cap) b->kinds = fl_realloc(b->kinds, fl_align_up((uint64_t)b->n + 1, FL_BATCH_ROWS));
    b->kinds[b->n] = (uint8_t)kind;
}

void fl_builder_end_row(fl_builder *b, fl_row_kind kind) {
    fl_assert(b->n < FL_BATCH_ROWS_MAX);
    for (int i = 0; i < b->schema->n; i++) fl_assert(b->cols[i]->n == b->n + 1);
    put_kind(b, kind);
    b->n++;
}

void fl_builder_abandon_row(fl_builder *b) {
    for (int i = 0; i < b->schema->n; i++) fl_column_truncate(b->cols[i], b->n);
}

fl_batch *fl_builder_take(fl_builder *b) {
    if (b->n == 0) return NULL;
    fl_batch *out = fl_batch_new(b->schema->n, b->n);
    memcpy(out->cols, b->cols, sizeof *b->cols * (size_t)b->schema->n);
    out->kinds = b->kinds;
    free(b->cols);
    b->cols = new_columns(b->schema, b->cap);
    b->kinds = NULL;
    b->n = 0;
    return out;
}
