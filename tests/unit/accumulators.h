/* SPDX-License-Identifier: Apache-2.0 */
/* accumulators.h -- for tests of aggregates: accumulators in memory of their own, and what may happen to them between two
 * batches without changing any result.
 */
#ifndef FL_TESTS_UNIT_ACCUMULATORS_H
#define FL_TESTS_UNIT_ACCUMULATORS_H

#include "rig.h"

static inline char *new_acc(const fl_agg_layout *l) {
    return memset(fl_aligned(16, (size_t)l->size), 0, (size_t)l->size);
}

static inline void drop_acc(const fl_agg_layout *l, char *a) {
    fl_agg_free(l, a);
    free(a);
}

/* A copy takes the place of each of n accumulators. */
static inline void clone_all(const fl_agg_layout *l, char **acc, int n) {
    for (int g = 0; g < n; g++) {
        char *copy = new_acc(l);
        fl_agg_clone(l, copy, acc[g]);
        drop_acc(l, acc[g]);
        acc[g] = copy;
    }
}

/* n accumulators become bytes, and these accumulators again. */
static inline void save_and_load(const fl_agg_layout *l, char **acc, int n) {
    fl_error err;
    fl_buf b;
    fl_buf_init(&b);
    for (int g = 0; g < n; g++) {
        fl_agg_encode(l, acc[g], &b);
        drop_acc(l, acc[g]);
        acc[g] = new_acc(l);
    }
    fl_reader r = fl_reader_make(b.p, b.n);
    for (int g = 0; g < n; g++) assert_int_equal(fl_agg_decode(l, acc[g], &r, &err), 0);
    assert_true(r.p == r.end);
    fl_buf_deinit(&b);
}

#endif
