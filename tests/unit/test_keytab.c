/* SPDX-License-Identifier: Apache-2.0 */
/* test_keytab.c -- the dictionary of keys, compared with a list of keys in the order in which they came.
 *
 * Random types of keys (so that every layout is met), random batches with selections, random releases and compactions.
 * The list is searched from front to back with fl_column_equal_at; it knows nothing of hashes.
 */
#include "model.h"

#include "state/keytab.h"
#include <stdio.h>

enum { ROUNDS = 300, STEPS = 20, ROWS = 60, COLUMNS = 3, KEYS_MAX = STEPS * ROWS };

static fl_arena arena, scratch;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_arena_init(&scratch);
    draw_from(31);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_arena_deinit(&scratch);
    return 0;
}

/* ---- the list ---- */

typedef struct known {
    fl_column *key[COLUMNS]; /* row of the list's own columns is the id */
    int n_columns;
    bool exists[KEYS_MAX];
    int n, count;
} known;

static void known_init(known *l, const fl_type *const *types, int n) {
    *l = (known){.n_columns = n};
    for (int c = 0; c < n; c++) l->key[c] = fl_column_new(types[c], 0);
}

static void known_deinit(known *l) {
    for (int c = 0; c < l->n_columns; c++) fl_column_unref(l->key[c]);
}

static bool known_is(const known *l, int id, fl_column *const *keys, int row) {
    for (int c = 0; c < l->n_columns; c++)
        if (!fl_column_equal_at(l->key[c], id, keys[c], row)) return false;
    return l->exists[id];
}

static int known_id(known *l, fl_column *const *keys, int row) {
    for (int id = 0; id < l->n; id++)
        if (known_is(l, id, keys, row)) return id;
    for (int c = 0; c < l->n_columns; c++) fl_column_append_from(l->key[c], keys[c], row);
    l->exists[l->n] = true;
    l->count++;
    return l->n++;
}

/* Closes gaps. */
static void known_compact(known *l, const fl_type *const *types) {
    known now;
    known_init(&now, types, l->n_columns);
    for (int id = 0; id < l->n; id++)
        if (l->exists[id]) known_id(&now, l->key, id);
    known_deinit(l);
    *l = now;
}

/* ---- what keys look like ---- */

/* One of the layouts: none, one integer close together or far apart, one text, several packed into a word, anything. */
static int draw_key_types(const fl_type **types) {
    static const fl_type_kind integers[] = {FL_T_TINYINT, FL_T_SMALLINT, FL_T_INT, FL_T_BIGINT, FL_T_DATE};
    switch (draw(6)) {
    case 0: return 0;
    case 1: types[0] = fl_type_of(integers[draw(5)], draw(2)); return 1;
    case 2: types[0] = fl_type_text(&arena, FL_T_VARCHAR, 20, draw(2)); return 1;
    case 3:
        types[0] = fl_type_of(FL_T_SMALLINT, true);
        types[1] = fl_type_of(draw(2) ? FL_T_INT : FL_T_BOOLEAN, draw(2));
        types[2] = fl_type_of(draw(2) ? FL_T_BOOLEAN : FL_T_TINYINT, true);
        return 2 + draw(2);
    default: {
        int n = 1 + draw(COLUMNS);
        for (int c = 0; c < n; c++) types[c] = draw_type(&arena, 1, false);
        return n;
    }
    }
}

static void assert_same_keys(const fl_keytab *t, const known *l, const fl_type *const *types) {
    fl_column *out[COLUMNS];
    uint32_t ids[KEYS_MAX];
    int n = 0;
    assert_int_equal(fl_keytab_count(t), l->count);
    assert_int_equal(fl_keytab_bound(t), l->n);
    for (int id = 0; id < l->n; id++) {
        assert_int_equal(fl_keytab_exists(t, (uint32_t)id), l->exists[id]);
        if (l->exists[id]) ids[n++] = (uint32_t)id;
    }
    assert_false(fl_keytab_exists(t, (uint32_t)l->n));
    for (int c = 0; c < l->n_columns; c++) out[c] = fl_column_new(types[c], 0);
    fl_keytab_emit(t, ids, n, out);
    for (int c = 0; c < l->n_columns; c++) {
        fl_column_check(out[c]);
        assert_int_equal(out[c]->n, n);
        for (int k = 0; k < n; k++) assert_true(fl_column_equal_at(out[c], k, l->key[c], (int)ids[k]));
        fl_column_unref(out[c]);
    }
}

/* ---- steps ---- */

/* The rows of one batch get the ids of the list, and hashes that are those of their keys. */
static void look_up(fl_keytab *t, known *l, const fl_type *const *types) {
    fl_error err;
    fl_column *keys[COLUMNS];
    uint32_t ids[ROWS];
    uint64_t hashes[ROWS];
    fl_rows rows;
    for (int c = 0; c < l->n_columns; c++) keys[c] = model_column(types[c], draw_values(&arena, types[c], ROWS), ROWS);
    rows.sel = draw_sel(&arena, ROWS, 1 + draw(8), &rows.n);
    assert_int_equal(fl_keytab_lookup(t, keys, rows, ids, &scratch, &err), 0);
    assert_int_equal(fl_key_hashes(keys, l->n_columns, rows, hashes, &scratch, &err), 0);
    for (int k = 0; k < rows.n; k++) {
        assert_int_equal(ids[k], known_id(l, keys, rows.sel ? rows.sel[k] : k));
        assert_true(fl_keytab_hash(t, ids[k]) == hashes[k]);
    }
    for (int c = 0; c < l->n_columns; c++) fl_column_unref(keys[c]);
    fl_arena_reset(&scratch);
}

static void release(fl_keytab *t, known *l) {
    int share = draw(9);
    for (int id = 0; id < l->n; id++) {
        if (!l->exists[id] || draw(8) >= share) continue;
        fl_keytab_release(t, (uint32_t)id);
        l->exists[id] = false;
        l->count--;
    }
}

static void compact(fl_keytab *t, known *l, const fl_type *const *types) {
    uint32_t map[KEYS_MAX], next = 0;
    fl_keytab_compact(t, map);
    for (int id = 0; id < l->n; id++) assert_int_equal(map[id], l->exists[id] ? next++ : UINT32_MAX);
    known_compact(l, types);
}

/* All keys as bytes into a new table: the same keys in the same order, with the same hashes. */
static fl_keytab *save_and_load(fl_keytab *t, known *l, const fl_type *const *types) {
    fl_error err;
    fl_keytab *back = fl_keytab_new(types, l->n_columns);
    fl_buf b;
    fl_buf_init(&b);
    uint32_t next = 0;
    for (int id = 0; id < l->n; id++) {
        if (!l->exists[id]) continue;
        uint32_t got;
        fl_buf_reset(&b);
        fl_keytab_encode(t, (uint32_t)id, &b);
        fl_reader r = fl_reader_make(b.p, b.n);
        fl_str key = fl_read_bytes(&r);
        assert_true(!r.bad && r.p == r.end);
        assert_int_equal(fl_keytab_decode(back, key, &got, &err), 0);
        assert_int_equal(got, next++);
        assert_true(fl_keytab_hash(back, got) == fl_keytab_hash(t, (uint32_t)id));
        assert_int_equal(fl_keytab_decode(back, key, &got, &err), 0);
        assert_int_equal(got, next - 1);
    }
    fl_buf_deinit(&b);
    fl_keytab_free(t);
    known_compact(l, types);
    return back;
}

static void keys_have_the_ids_of_their_first_coming(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *types[COLUMNS];
        int n = draw_key_types(types);
        fl_keytab *t = fl_keytab_new(types, n);
        static known l;
        known_init(&l, types, n);
        for (int step = 0; step < STEPS; step++) {
            look_up(t, &l, types);
            if (draw(3) == 0) release(t, &l);
            if (draw(6) == 0) compact(t, &l, types);
            if (draw(12) == 0) t = save_and_load(t, &l, types);
            assert_same_keys(t, &l, types);
        }
        fl_keytab_free(t);
        known_deinit(&l);
        fl_arena_reset(&arena);
    }
}

/* ---- single cases ---- */

static fl_column *numbers(const fl_type *t, const int64_t *v, int n) {
    fl_column *c = fl_column_new(t, n);
    for (int i = 0; i < n; i++) fl_column_append_i64(c, v[i]);
    return c;
}

static void the_ends_of_the_numbers_are_keys_like_others(void **state) {
    (void)state;
    static const int64_t v[] = {INT64_MAX, INT64_MIN, INT64_MAX - 1, 0, INT64_MAX, INT64_MIN + 1};
    static const uint32_t expected[] = {0, 1, 2, 3, 0, 4};
    const fl_type *t = fl_type_of(FL_T_BIGINT, true);
    fl_error err;
    for (int at_once = 1; at_once <= 6; at_once++) {
        fl_keytab *tab = fl_keytab_new(&t, 1);
        for (int i = 0; i < 6; i += at_once) {
            uint32_t ids[6];
            int n = FL_MIN(at_once, 6 - i);
            fl_column *c = numbers(t, v + i, n);
            assert_int_equal(fl_keytab_lookup(tab, &c, (fl_rows){NULL, n}, ids, &scratch, &err), 0);
            for (int k = 0; k < n; k++) assert_int_equal(ids[k], expected[i + k]);
            fl_column_unref(c);
        }
        fl_keytab_release(tab, 0);
        fl_keytab_release(tab, 1);
        assert_int_equal(fl_keytab_count(tab), 3);
        fl_keytab_free(tab);
    }
}

/* Millions of keys come and go; what is kept stays small. */
static void gaps_are_closed_before_they_cost_memory(void **state) {
    (void)state;
    const fl_type *t = fl_type_string(false);
    fl_keytab *tab = fl_keytab_new(&t, 1);
    fl_error err;
    int64_t next = 0;
    for (int round = 0; round < 200; round++) {
        uint32_t ids[500];
        fl_column *c = fl_column_new(t, 500);
        char text[40];
        for (int i = 0; i < 500; i++) {
            snprintf(text, sizeof text, "a key of many bytes, %lld", (long long)next++);
            fl_column_append_str(c, fl_str_from(text));
        }
        assert_int_equal(fl_keytab_lookup(tab, &c, (fl_rows){NULL, 500}, ids, &scratch, &err), 0);
        for (int i = 0; i < 499; i++) fl_keytab_release(tab, ids[i]);
        if (fl_keytab_sparse(tab)) {
            uint32_t *map = fl_malloc(sizeof *map * fl_keytab_bound(tab));
            fl_keytab_compact(tab, map);
            free(map);
        }
        fl_column_unref(c);
        assert_int_equal(fl_keytab_count(tab), round + 1);
        assert_true(fl_keytab_bound(tab) <= 2048);
        assert_true(fl_keytab_bytes(tab) < 200000);
    }
    fl_keytab_free(tab);
}

static void assert_hashes(const uint64_t h[3], const uint64_t expected[3]) {
    for (int k = 0; k < 3; k++) assert_true(h[k] == expected[k]);
}

/* Keys of checkpoints land in these groups for ever. */
static void hashes_never_change(void **state) {
    (void)state;
    fl_error err;
    uint64_t h[3];
    static const int64_t v[] = {0, 42, -1};
    const fl_type *texts = fl_type_string(true);
    fl_column *n = numbers(fl_type_of(FL_T_INT, true), v, 3), *s = fl_column_new(texts, 3);
    fl_column_append_str(s, fl_str_from("sensor-1"));
    fl_column_append_str(s, fl_str_from("a text that is too long to be inline"));
    fl_column_append_null(s);
    fl_column *both[] = {s, n};
    assert_int_equal(fl_key_hashes(&n, 1, (fl_rows){NULL, 3}, h, &scratch, &err), 0);
    assert_hashes(h, (uint64_t[]){0, 0x810879608e4259cc, 0xcc71ecda2aa8bcc6});
    assert_int_equal(fl_key_hashes(&s, 1, (fl_rows){NULL, 3}, h, &scratch, &err), 0);
    assert_hashes(h, (uint64_t[]){0xbb05c9a08b99653a, 0x69e55aae15542d42, 0x9ae16a3b2f90404f});
    assert_int_equal(fl_key_hashes(both, 2, (fl_rows){NULL, 3}, h, &scratch, &err), 0);
    assert_hashes(h, (uint64_t[]){0x01aa2e16f0d32d58, 0xd6daa5094a9be889, 0xe7ac34e97fb3f4a0});
    fl_column_unref(n);
    fl_column_unref(s);
}

static void keys_that_do_not_fit_the_types_are_refused(void **state) {
    (void)state;
    fl_error err;
    uint32_t id;
    const fl_type *word = fl_type_of(FL_T_INT, true), *text = fl_type_string(true);
    const fl_type *two[] = {text, fl_type_of(FL_T_DOUBLE, true)};
    fl_keytab *a = fl_keytab_new(&word, 1), *b = fl_keytab_new(&text, 1), *c = fl_keytab_new(two, 2);
    assert_int_equal(fl_keytab_decode(a, fl_str_make("\0\1\2\3", 4), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(a, fl_str_make("\2\0\0\0\0\0\0\0\0", 9), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(b, fl_str_make("\2x", 2), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(b, fl_str_make("", 0), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(c, fl_str_make("\0\1\5\0\0\0abc", 9), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(c, fl_str_make("\0\0\0\0", 4), &id, &err), FL_E_CORRUPT);
    assert_int_equal(fl_keytab_decode(c, fl_str_make("\0\0\0", 3), &id, &err), 0);
    fl_keytab_free(a);
    fl_keytab_free(b);
    fl_keytab_free(c);
}

static void a_key_may_have_any_number_of_columns(void **state) {
    (void)state;
    enum { MANY = 100 };
    fl_error err;
    fl_column *keys[MANY];
    const fl_type *types[MANY];
    uint64_t h[2];
    uint32_t ids[2];
    static const int64_t v[] = {1, 2};
    for (int c = 0; c < MANY; c++) {
        types[c] = fl_type_of(FL_T_INT, false);
        keys[c] = numbers(types[c], v, 2);
    }
    fl_keytab *t = fl_keytab_new(types, MANY);
    assert_int_equal(fl_keytab_lookup(t, keys, (fl_rows){NULL, 2}, ids, &scratch, &err), 0);
    assert_int_equal(fl_key_hashes(keys, MANY, (fl_rows){NULL, 2}, h, &scratch, &err), 0);
    for (int k = 0; k < 2; k++) assert_true(h[k] == fl_keytab_hash(t, ids[k]));
    for (int c = 0; c < MANY; c++) fl_column_unref(keys[c]);
    fl_keytab_free(t);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(keys_have_the_ids_of_their_first_coming),    TEST(the_ends_of_the_numbers_are_keys_like_others),
        TEST(gaps_are_closed_before_they_cost_memory),    TEST(hashes_never_change),
        TEST(keys_that_do_not_fit_the_types_are_refused), TEST(a_key_may_have_any_number_of_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
