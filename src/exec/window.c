/* SPDX-License-Identifier: Apache-2.0 */
/* window.c -- window arithmetic. */
#include "exec/window.h"

int64_t fl_gcd(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

int64_t fl_window_slice(const fl_window *w) {
    if (w->attached) return fl_window_step(w);
    switch (w->kind) {
    case FL_WINDOW_HOP: return fl_gcd(w->size, w->slide);
    case FL_WINDOW_CUMULATE: return w->slide;
    default: return w->size;
    }
}

bool fl_window_ends(const fl_window *w, int64_t begin, int64_t end, int64_t *first, int64_t *last) {
    if (w->attached) {
        *first = *last = end;
        return true;
    }
    if (w->kind == FL_WINDOW_CUMULATE) {
        int64_t period = fl_grid_floor(begin, w->offset, w->size);
        *first = fl_grid_ceil(end, period, w->slide);
        *last = period + w->size;
        return true;
    }
    int64_t step = fl_window_step(w);
    int64_t first_start = fl_grid_ceil(end - w->size, w->offset, step),
            last_start = fl_grid_floor(begin, w->offset, step);
    *first = first_start + w->size;
    *last = last_start + w->size;
    return first_start <= last_start;
}

int64_t fl_window_start(const fl_window *w, int64_t end) {
    if (w->kind == FL_WINDOW_CUMULATE) return fl_grid_floor(end - 1, w->offset, w->size);
    return end - w->size;
}

void fl_window_append_prop(fl_column *out, fl_window_prop prop, const fl_window *w, const fl_tz *tz, int64_t start,
                           int64_t end, int n) {
    if (prop == FL_PROP_NULL_TIME) {
        fl_column_append_nulls(out, n);
        return;
    }
    int64_t x = prop == FL_PROP_START ? start : prop == FL_PROP_END ? end : fl_window_time(w, tz, end);
    if (out->cap < out->n + n) fl_column_reserve(out, FL_MAX(2 * out->cap, out->n + n));
    int64_t *at = FL_DATA(out, int64_t) + out->n;
    for (int i = 0; i < n; i++) at[i] = x;
    if (out->valid != NULL)
        for (int i = 0; i < n; i++) fl_bit_set(out->valid, out->n + i);
    out->n += n;
}
