/* SPDX-License-Identifier: Apache-2.0 */
/* test_window_store.c -- what the store does by itself: more keys than an array by id would bear, keys and slices that
 * go when nobody needs them, windows that are passed over, states that do not fit.
 *
 * That windows have the right rows, by every strategy, is proved through the operator in test_window_agg.c.
 */
#include "rig.h"

#include "exec/window_store.h"

static fl_arena arena, scratch;
static fl_agg_call calls[2];
static const fl_agg_layout *layout;
static const fl_type *key_type;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_arena_init(&scratch);
    draw_from(71);
    key_type = fl_type_of(FL_T_BIGINT, true);
    assert_true(rig_call(&arena, &calls[0], "COUNT", -1, NULL, false, -1));
    assert_true(rig_call(&arena, &calls[1], "MAX", 1, fl_type_string(true), false, -1));
    layout = fl_agg_layout_new(&arena, calls, 2, true);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_arena_deinit(&scratch);
    return 0;
}

static fl_window_spec hop(int64_t size, int64_t slide) {
    return (fl_window_spec){.window = {.kind = FL_WINDOW_HOP, .size = size, .slide = slide}};
}
static fl_window_spec cumulate(int64_t size, int64_t step) {
    return (fl_window_spec){.window = {.kind = FL_WINDOW_CUMULATE, .size = size, .slide = step}};
}

static fl_window_store *store_of(const fl_window_spec *specs, int n) {
    return fl_window_store_new(layout, specs, n, &key_type, 1);
}

/* One row for each key in [from, to) into a slice. */
static void add_keys(fl_window_store *s, int64_t end, int64_t from, int64_t to) {
    fl_error err;
    for (int64_t k = from; k < to;) {
        int n = (int)FL_MIN(to - k, (int64_t)FL_BATCH_ROWS);
        fl_column *cols[2] = {fl_column_new(key_type, n), fl_column_new(fl_type_string(true), n)};
        for (int i = 0; i < n; i++, k++) {
            rig_append(cols[0], k);
            rig_append(cols[1], k * 10 + end % 10);
        }
        assert_int_equal(fl_window_store_add(s, end, cols, cols, (fl_rows){NULL, n}, &scratch, &err), 0);
        for (int c = 0; c < 2; c++) fl_column_unref(cols[c]);
        fl_arena_reset(&scratch);
    }
}

/* Fires the next window of a spec: its keys, and their counts in all. */
static int fire(fl_window_store *s, int spec, int64_t *sum) {
    uint32_t ids[100], last = 0;
    char *acc[100];
    int keys = 0;
    *sum = 0;
    fl_window_store_begin(s, spec, fl_window_store_next(s, spec), &scratch);
    for (int n; (n = fl_window_store_read(s, ids, acc, 100, &scratch)) > 0; keys += n) {
        fl_column *out = fl_column_new(calls[0].type, n);
        fl_agg_result(layout, 0, acc, n, out);
        for (int i = 0; i < n; i++) {
            *sum += fl_column_i64(out, i);
            assert_true(keys + i == 0 || ids[i] > last);
            last = ids[i];
        }
        fl_column_unref(out);
    }
    fl_window_store_end(s);
    return keys;
}

static void a_hundred_thousand_keys_in_few_slices(void **state) {
    (void)state;
    enum { MANY = 100000 };
    fl_window_spec specs[] = {hop(60, 10), hop(10, 10), cumulate(30, 10)};
    fl_window_store *s = store_of(specs, 3);
    int64_t sum;
    add_keys(s, 10, 0, MANY);
    add_keys(s, 20, MANY - 10, MANY + 10); /* few of many ids: no array by id is worth it here */
    add_keys(s, 20, MANY - 5, MANY + 5);
    add_keys(s, 20, MANY - 1000, MANY - 10);
    assert_int_equal(fl_keytab_count(fl_window_store_keys(s)), MANY + 10);
    assert_int_equal(fire(s, 0, &sum), MANY);
    assert_int_equal(fire(s, 0, &sum), MANY + 10);
    assert_int_equal(sum, MANY + 20 + 10 + 990);
    assert_int_equal(fire(s, 1, &sum), MANY);
    assert_int_equal(fire(s, 1, &sum), 1010);
    assert_int_equal(sum, 20 + 10 + 990);
    assert_int_equal(fire(s, 2, &sum), MANY);
    assert_int_equal(fire(s, 2, &sum), MANY + 10);
    fl_window_store_free(s);
}

static void slices_and_keys_go_when_all_windows_have_fired(void **state) {
    (void)state;
    fl_window_spec specs[] = {hop(60, 10), cumulate(40, 20)};
    fl_window_store *s = store_of(specs, 2);
    int64_t sum;
    assert_int_equal(fl_window_store_slice_size(s), 10);
    for (int64_t end = 10; end <= 3000; end += 10) {
        add_keys(s, end, end, end + 30);
        while (fl_window_store_next(s, 0) <= end) assert_true(fire(s, 0, &sum) > 0);
        while (fl_window_store_next(s, 1) <= end) assert_true(fire(s, 1, &sum) > 0);
        fl_window_store_expire(s);
        assert_true(fl_keytab_count(fl_window_store_keys(s)) <= 30 + 60);
        assert_true(fl_keytab_bound(fl_window_store_keys(s)) <= 2048);
    }
    while (fl_window_store_next(s, 0) != INT64_MAX) fire(s, 0, &sum);
    while (fl_window_store_next(s, 1) != INT64_MAX) fire(s, 1, &sum);
    fl_window_store_expire(s);
    assert_int_equal(fl_keytab_count(fl_window_store_keys(s)), 0);
    fl_window_store_free(s);
}

static void a_window_may_be_passed_over(void **state) {
    (void)state;
    fl_window_spec specs[] = {hop(20, 10)};
    fl_window_store *s = store_of(specs, 1);
    int64_t sum;
    assert_int_equal(fl_window_store_next(s, 0), INT64_MAX);
    assert_true(fl_window_store_fired(s, 0) == INT64_MIN);
    add_keys(s, 10, 0, 3);
    assert_int_equal(fl_window_store_next(s, 0), 10);
    fl_window_store_pass(s, 0, 10);
    assert_int_equal(fl_window_store_next(s, 0), 20);
    assert_int_equal(fire(s, 0, &sum), 3);
    assert_int_equal(fl_window_store_fired(s, 0), 20);
    assert_int_equal(fl_window_store_next(s, 0), INT64_MAX);
    fl_window_store_pass(s, 0, 5); /* what has fired does not become unfired */
    assert_int_equal(fl_window_store_fired(s, 0), 20);
    fl_window_store_expire(s);
    assert_int_equal(fl_keytab_count(fl_window_store_keys(s)), 0);
    fl_window_store_free(s);
}

static void states_that_do_not_fit_are_refused(void **state) {
    (void)state;
    fl_window_spec specs[] = {hop(20, 10), cumulate(40, 10)};
    fl_window_store *s = store_of(specs, 2);
    fl_snapshot *snapshot = fl_snapshot_new(4);
    fl_restore r;
    fl_error err;
    fl_buf bytes;
    int64_t sum;
    add_keys(s, 10, 0, 3);
    fire(s, 1, &sum);
    fl_window_store_snapshot(s, 4, snapshot);
    fl_buf_init(&bytes);
    fl_snapshot_encode(snapshot, &bytes);
    fl_snapshot_free(snapshot);
    fl_window_store_free(s);
    fl_str blob = fl_str_make(bytes.p, bytes.n);
    assert_int_equal(fl_restore_read(&arena, &blob, 1, 0, 4, &r, &err), 0);
    assert_int_equal(r.n_entries, 6); /* rows of the slice, and the running ones */

    s = store_of(specs, 2);
    assert_int_equal(fl_window_store_restore(s, &r, &err), 0);
    assert_int_equal(fl_window_store_fired(s, 1), 10);
    assert_int_equal(fl_window_store_next(s, 0), 10);
    assert_int_equal(fire(s, 1, &sum), 3);
    fl_window_store_free(s);

    s = store_of(specs, 1); /* another query */
    assert_int_equal(fl_window_store_restore(s, &r, &err), FL_E_CORRUPT);
    fl_window_store_free(s);

    for (int i = 0; i < r.n_entries; i++) /* cut entries */
        for (size_t n = 0; n < r.entries[i].n; n++) {
            fl_str *entries = fl_arena_alloc(&arena, sizeof *entries * (size_t)r.n_entries);
            memcpy(entries, r.entries, sizeof *entries * (size_t)r.n_entries);
            entries[i] = fl_str_make(fl_arena_strndup(&arena, entries[i].p, n), n);
            s = store_of(specs, 2);
            assert_int_equal(fl_window_store_restore(s, &(fl_restore){r.own, 1, entries, r.n_entries}, &err),
                             FL_E_CORRUPT);
            fl_window_store_free(s);
        }
    fl_buf_deinit(&bytes);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_hundred_thousand_keys_in_few_slices),
        TEST(slices_and_keys_go_when_all_windows_have_fired),
        TEST(a_window_may_be_passed_over),
        TEST(states_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
