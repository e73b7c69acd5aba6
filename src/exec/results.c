/* SPDX-License-Identifier: Apache-2.0 */
/* results.c -- gathers result rows into batches. */
#include "exec/results.h"

#include <stdlib.h>

static void fresh_columns(fl_results *r) {
    for (int i = 0; i < r->schema->n; i++)
        r->cols[i] = fl_column_new(r->schema->fields[i].type, FL_MAX(r->rows_hint, 16));
    r->n = 0;
    r->n_marks = 0;
}

void fl_results_init(fl_results *r, const fl_schema *schema) {
    *r = (fl_results){.schema = schema};
    r->cols = fl_calloc((size_t)schema->n, sizeof(fl_column *));
    fresh_columns(r);
}

void fl_results_deinit(fl_results *r) {
    for (int i = 0; r->cols != NULL && i < r->schema->n; i++) fl_column_unref(r->cols[i]);
    free(r->cols);
    free(r->kinds);
    free(r->marks);
    *r = (fl_results){0};
}

void fl_results_mark(fl_results *r, int64_t watermark) {
    if (r->n_marks > 0 && r->marks[r->n_marks - 1].row == r->n - 1) {
        r->marks[r->n_marks - 1].watermark = watermark;
        return;
    }
    if (r->n_marks == r->cap_marks) {
        r->cap_marks = r->cap_marks ? r->cap_marks * 2 : 16;
        r->marks = fl_realloc(r->marks, sizeof *r->marks * (size_t)r->cap_marks);
    }
    r->marks[r->n_marks++] = (fl_mark){r->n - 1, watermark};
}

void fl_results_kinds(fl_results *r, const uint8_t *kinds, int n) {
    if (r->cap_kinds < r->n + n) {
        int old = r->cap_kinds;
        r->cap_kinds = FL_MAX(r->n + n, old * 2);
        r->kinds = fl_realloc(r->kinds, (size_t)r->cap_kinds);
        memset(r->kinds + old, FL_INSERT, (size_t)(r->cap_kinds - old));
    }
    memcpy(r->kinds + r->n, kinds, (size_t)n);
}

int fl_results_flush(fl_results *r, fl_op *op, int out, fl_error *err) {
    if (r->n == 0 && r->n_marks == 0) return 0;
    if (r->n == 0) { /* one mark in front of all rows: most batches of a window's input end here */
        r->n_marks = 0;
        return fl_emit_watermark_to(op, out, r->marks[0].watermark, err);
    }
    fl_batch *b = fl_batch_new(r->schema->n, r->n);
    for (int i = 0; i < r->schema->n; i++) b->cols[i] = r->cols[i];
    for (int i = 0; i < r->n_marks; i++) fl_batch_add_mark(b, r->marks[i].row, r->marks[i].watermark);
    if (r->kinds != NULL && r->n > 0) { /* rows behind the last kind that was said are +I */
        size_t known = (size_t)FL_MIN(r->n, r->cap_kinds);
        memcpy(fl_batch_need_kinds(b), r->kinds, known);
        memset(r->kinds, FL_INSERT, known);
    }
    r->rows_hint = r->n;
    fresh_columns(r);
    int rc = fl_emit(op, out, b, err);
    fl_batch_unref(b);
    return rc;
}
