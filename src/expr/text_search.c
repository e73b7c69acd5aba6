/* SPDX-License-Identifier: Apache-2.0 */
/* text_search.c -- looking for a text in all texts of a column.
 *
 * What:       where little is found, a search that has to begin anew at each text spends most of its time on that.
 * Algorithm:  texts of a column mostly lie one behind the other in memory. Such a stretch is searched as if it were one
 *             text; rows that end before what is found do not have it, and what lies across the end of a row is not in it.
 *             The row of a place is not walked to: it is guessed as if all texts were of one length, and then set right.
 *
 *                 rows         |https://a.example/|http://b.example/?q=lotus|http://c.…
 *                 found                                           ^ the first row: -1, the second: 18
 *                 goes on                                                  ^ at the row behind
 * Interface:  text_search.h.
 */
#include "expr/text_search.h"

static inline const fl_view *view_of(const fl_column *texts, fl_rows rows, int k) {
    return &FL_DATA(texts, fl_view)[fl_column_at(texts, fl_row_at(rows, k))];
}

/* Behind the last row of the stretch that begins with the k-th. */
static int stretch_end(const fl_column *texts, fl_rows rows, int k) {
    const fl_view *v = view_of(texts, rows, k);
    if (v->n <= FL_VIEW_INLINE) return k + 1;
    const char *end = v->p + v->n;
    while (++k < rows.n) {
        v = view_of(texts, rows, k);
        if (v->n <= FL_VIEW_INLINE || v->p != end) break;
        end += v->n;
    }
    return k;
}

static void search_stretch(const fl_column *texts, fl_rows rows, int k, int end, fl_str what, int32_t *at) {
    const fl_str last = fl_view_str(view_of(texts, rows, end - 1));
    const char *p = fl_view_ptr(view_of(texts, rows, k)), *const stop = last.p + last.n;
    const uint64_t rows_a_byte = ((uint64_t)(end - k) << 32) / (uint64_t)(stop - p + 1); /* times 2^32 */
    for (int i = k; i < end; i++) at[fl_row_at(rows, i)] = -1;
    while (k < end) {
        const char *found = fl_str_find(fl_str_make(p, (size_t)(stop - p)), what);
        if (found == NULL) return;
        fl_str s = fl_view_str(view_of(texts, rows, k));
        if (s.p + s.n <= found) { /* not in the next row: in which one it would be if all were of one length */
            k = FL_MIN(k + (int)((uint64_t)(found - p) * rows_a_byte >> 32), end - 1);
            s = fl_view_str(view_of(texts, rows, k));
            while (s.p + s.n <= found) s = fl_view_str(view_of(texts, rows, ++k));
            while (s.p > found) s = fl_view_str(view_of(texts, rows, --k));
        }
        p = s.p + s.n;
        if (found + what.n <= p) at[fl_row_at(rows, k)] = (int32_t)(found - s.p);
        k++;
    }
}

void fl_find_rows(const fl_column *texts, fl_rows rows, fl_str what, int32_t *at) {
    fl_assert(what.n > 0);
    for (int k = 0, end; k < rows.n; k = end) {
        end = stretch_end(texts, rows, k);
        search_stretch(texts, rows, k, end, what, at);
    }
}
