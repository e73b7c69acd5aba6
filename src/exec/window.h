/* SPDX-License-Identifier: Apache-2.0 */
/* window.h -- which windows a time belongs to. Plain arithmetic; times are wall-clock ms (already shifted to the
 * session's zone where the attribute is TIMESTAMP_LTZ).
 */
#ifndef FL_EXEC_WINDOW_H
#define FL_EXEC_WINDOW_H

#include "data/timestamp.h"
#include "data/timezone.h"
#include "plan/plan.h"

/* The greatest grid point offset + k * step that is <= t, and the least that is >= t. */
static inline int64_t fl_grid_floor(int64_t t, int64_t offset, int64_t step) {
    return t - fl_floor_mod(t - offset, step);
}
static inline int64_t fl_grid_ceil(int64_t t, int64_t offset, int64_t step) {
    int64_t f = fl_grid_floor(t, offset, step);
    return f == t ? t : f + step;
}

int64_t fl_gcd(int64_t a, int64_t b);

/* The length of the slices from which the window can be put together; its grid has the window's offset. */
int64_t fl_window_slice(const fl_window *w);

/* Ends of the first and of the last window that contain all of the slice [begin, end). False: no window does (HOP with
 * a slide greater than its size leaves gaps). */
bool fl_window_ends(const fl_window *w, int64_t begin, int64_t end, int64_t *first, int64_t *last);

/* The grid of slices of an attached window is that of its ends: for HOP the planner puts it into the offset. */

/* The start of the window that ends at `end`, and the end of the window that fires after it (CUMULATE: the next step,
 * of this period or the next one). */
int64_t fl_window_start(const fl_window *w, int64_t end);
static inline int64_t fl_window_step(const fl_window *w) { return w->kind == FL_WINDOW_TUMBLE ? w->size : w->slide; }

/* The instant (watermark or clock) at which a window that ends at wall time `end` fires. */
static inline int64_t fl_window_fires_at(const fl_window *w, const fl_tz *tz, int64_t end) {
    return w->ltz && !fl_tz_is_utc(tz) ? fl_tz_timer_to_utc(tz, end - 1) : end - 1;
}
/* Instants far beyond any calendar would overflow the arithmetic of windows: they are moved to where there is room. */
static inline int64_t fl_window_clamp(int64_t t) { return FL_MAX(FL_MIN(t, (int64_t)1 << 60), -((int64_t)1 << 60)); }
/* The wall time of an instant. */
static inline int64_t fl_window_local(const fl_window *w, const fl_tz *tz, int64_t t) {
    t = fl_window_clamp(t);
    return w->ltz && !fl_tz_is_utc(tz) ? fl_tz_to_local(tz, t) : t;
}
/* The value of window_time: end - 1 ms, as the attribute's type has it. */
static inline int64_t fl_window_time(const fl_window *w, const fl_tz *tz, int64_t end) {
    return w->ltz && !fl_tz_is_utc(tz) ? fl_tz_to_utc(tz, end - 1) : end - 1;
}

/* Appends a property of the window to a column, n times. */
void fl_window_append_prop(fl_column *out, fl_window_prop prop, const fl_window *w, const fl_tz *tz, int64_t start,
                           int64_t end, int n);

#endif
