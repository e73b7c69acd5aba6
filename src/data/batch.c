/* SPDX-License-Identifier: Apache-2.0 */
/* batch.c -- batches: sharing, cutting and compacting them; what happens to selection, kinds and marks meanwhile. */
#include "data/batch.h"

#include <stdlib.h>

const char *const fl_row_kind_text[4] = {"+I", "-U", "+U", "-D"};

fl_batch *fl_batch_new(int n_cols, int n) {
    fl_assert(n_cols >= 0 && n >= 0 && n <= FL_BATCH_ROWS_MAX);
    fl_batch *b = fl_calloc(1, sizeof *b);
    atomic_init(&b->refs, 1);
    b->n = b->n_sel = n;
    b->n_cols = n_cols;
    b->cols = fl_calloc((size_t)n_cols, sizeof *b->cols);
    return b;
}

void fl_batch_unref(fl_batch *b) {
    if (b == NULL || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1) return;
    for (int i = 0; i < b->n_cols; i++) fl_column_unref(b->cols[i]);
    free(b->cols);
    free(b->sel);
    free(b->kinds);
    free(b->marks);
    free(b);
}

uint16_t *fl_batch_need_sel(fl_batch *b) {
    if (b->sel == NULL) b->sel = fl_malloc(sizeof *b->sel * (size_t)b->n);
    b->n_sel = 0;
    return b->sel;
}

uint8_t *fl_batch_need_kinds(fl_batch *b) {
    if (b->kinds == NULL) b->kinds = fl_calloc((size_t)b->n, 1);
    return b->kinds;
}

/* Of two marks after one row the later counts: it says all that the earlier did. */
void fl_batch_add_mark(fl_batch *b, int row, int64_t watermark) {
    fl_assert(row >= -1 && row < b->n);
    fl_mark *last = b->n_marks > 0 ? &b->marks[b->n_marks - 1] : NULL;
    fl_assert(last == NULL || (row >= last->row && watermark >= last->watermark));
    if (last != NULL && row == last->row) last->watermark = watermark;
    if (last != NULL && (row == last->row || watermark == last->watermark)) return;
    if (b->n_marks == b->cap_marks) {
        b->cap_marks = FL_MAX(2 * b->cap_marks, 4);
        b->marks = fl_realloc(b->marks, sizeof *b->marks * (size_t)b->cap_marks);
    }
    b->marks[b->n_marks++] = (fl_mark){row, watermark};
}

int fl_batch_sel_lower(const fl_batch *b, int row) {
    if (b->sel == NULL) return FL_MIN(FL_MAX(row, 0), b->n);
    int from = 0, to = b->n_sel;
    while (from < to) {
        int mid = (from + to) / 2;
        if (b->sel[mid] < row)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* The selected rows of [at, at + out->n), counted from `at`. */
static void slice_sel(fl_batch *out, const fl_batch *b, int at) {
    if (b->sel == NULL) return;
    int from = fl_batch_sel_lower(b, at), to = fl_batch_sel_lower(b, at + out->n);
    uint16_t *sel = fl_batch_need_sel(out);
    for (int i = from; i < to; i++) sel[i - from] = (uint16_t)(b->sel[i] - at);
    out->n_sel = to - from;
}

fl_batch *fl_batch_slice(fl_batch *b, int at, int n) {
    fl_assert(at >= 0 && n >= 0 && at <= b->n - n);
    fl_batch *out = fl_batch_new(b->n_cols, n);
    out->split = b->split;
    out->first = b->first > 0 ? b->first + at : 0;
    bool whole = at == 0 && n == b->n;
    for (int i = 0; i < b->n_cols; i++)
        out->cols[i] = whole ? fl_column_ref(b->cols[i]) : fl_column_slice(b->cols[i], at, n);
    slice_sel(out, b, at);
    if (b->kinds != NULL && n > 0) memcpy(fl_batch_need_kinds(out), b->kinds + at, (size_t)n);
    for (int i = 0; i < b->n_marks; i++) {
        int row = b->marks[i].row;
        if (row >= (at == 0 ? -1 : at) && row < at + n) fl_batch_add_mark(out, row - at, b->marks[i].watermark);
    }
    return out;
}

fl_batch *fl_batch_copy(fl_batch *b) { return fl_batch_slice(b, 0, b->n); }

/* A mark after physical row r stands after the last selected row that is not behind r. */
static void compact_marks(fl_batch *out, const fl_batch *b) {
    for (int i = 0; i < b->n_marks; i++)
        fl_batch_add_mark(out, fl_batch_sel_lower(b, b->marks[i].row + 1) - 1, b->marks[i].watermark);
}

fl_batch *fl_batch_compact(fl_batch *b) {
    if (b->sel == NULL) return fl_batch_ref(b);
    fl_batch *out = fl_batch_new(b->n_cols, b->n_sel);
    out->split = b->split;
    for (int i = 0; i < b->n_cols; i++) out->cols[i] = fl_column_take(b->cols[i], b->sel, b->n_sel);
    if (b->kinds != NULL) {
        uint8_t *kinds = fl_batch_need_kinds(out);
        for (int i = 0; i < b->n_sel; i++) kinds[i] = b->kinds[b->sel[i]];
    }
    compact_marks(out, b);
    return out;
}

void fl_batch_check(const fl_batch *b) {
    fl_assert(b->n >= 0 && b->n <= FL_BATCH_ROWS_MAX && b->n_sel >= 0 && b->n_sel <= b->n);
    fl_assert(b->sel != NULL || b->n_sel == b->n);
    for (int i = 0; i < b->n_cols; i++) {
        fl_assert(b->cols[i] != NULL && !b->cols[i]->constant && b->cols[i]->n == b->n);
        fl_column_check(b->cols[i]);
    }
    for (int i = 0; b->sel != NULL && i < b->n_sel; i++)
        fl_assert(b->sel[i] < b->n && (i == 0 || b->sel[i - 1] < b->sel[i]));
    for (int i = 0; b->kinds != NULL && i < b->n; i++) fl_assert(b->kinds[i] <= FL_DELETE);
    for (int i = 0; i < b->n_marks; i++) {
        fl_assert(b->marks[i].row >= -1 && b->marks[i].row < b->n);
        fl_assert(i == 0 ||
                  (b->marks[i - 1].row < b->marks[i].row && b->marks[i - 1].watermark < b->marks[i].watermark));
    }
}
