/* SPDX-License-Identifier: Apache-2.0 */
/* test_sessions.c -- open sessions by key, compared with a plain list of intervals: which join, which ends next (of
 * equal ends the lesser key), and what their owner is asked to merge and drop.
 */
#include "rig.h"

#include "exec/sessions.h"

enum { ROUNDS = 300, STEPS = 300, SESSIONS_MAX = STEPS };

static int setup(void **state) {
    (void)state;
    draw_from(83);
    return 0;
}

/* ---- what a session carries: a count of rows ---- */

static int alive; /* counts that have not been freed */

static int *new_count(int n) {
    int *c = fl_malloc(sizeof *c);
    *c = n;
    alive++;
    return c;
}

static void free_count(void *owner, void *data) {
    assert_ptr_equal(owner, &alive);
    if (data == NULL) return;
    alive--;
    free(data);
}

static void merge_counts(void *owner, fl_session *into, fl_session *from) {
    *(int *)into->data += *(int *)from->data;
    free_count(owner, from->data);
}

/* ---- the list ---- */

typedef struct interval {
    int64_t start, end;
    uint32_t key;
    int rows;
} interval;

typedef struct list {
    interval at[SESSIONS_MAX];
    int n;
} list;

static void list_remove(list *l, int i) { l->at[i] = l->at[--l->n]; }

static interval list_touch(list *l, uint32_t key, int64_t t, int64_t gap) {
    interval x = {t, t + gap, key, 1};
    for (int i = 0; i < l->n; i++) {
        interval *y = &l->at[i];
        if (y->key != key || y->start > x.end || y->end < x.start) continue;
        x = (interval){FL_MIN(x.start, y->start), FL_MAX(x.end, y->end), key, x.rows + y->rows};
        list_remove(l, i);
        i = -1; /* the longer interval may reach more */
    }
    return l->at[l->n++] = x;
}

static int list_first(const list *l) {
    int first = -1;
    for (int i = 0; i < l->n; i++) {
        const interval *x = &l->at[i], *y = first < 0 ? NULL : &l->at[first];
        if (y == NULL || x->end < y->end || (x->end == y->end && x->key < y->key)) first = i;
    }
    return first;
}

static bool list_any(const list *l, uint32_t key) {
    for (int i = 0; i < l->n; i++)
        if (l->at[i].key == key) return true;
    return false;
}

/* ---- steps ---- */

static void touch(fl_sessions *s, list *l, int n_keys, int64_t t) {
    uint32_t key = (uint32_t)draw(n_keys);
    int64_t gap = 1 + draw(8);
    bool joins = false;
    for (int i = 0; i < l->n; i++) joins |= l->at[i].key == key && l->at[i].start <= t + gap && l->at[i].end >= t;
    assert_int_equal(fl_sessions_joins(s, key, t, gap), joins);
    fl_session *x = fl_sessions_touch(s, key, t, gap);
    assert_int_equal(x->data == NULL, !joins);
    if (x->data == NULL) x->data = new_count(0);
    ++*(int *)x->data;
    interval want = list_touch(l, key, t, gap);
    assert_true(x->start == want.start && x->end == want.end && x->key == key && *(int *)x->data == want.rows);
    assert_ptr_equal(fl_session_now(x), x);
}

static void end_first(fl_sessions *s, list *l) {
    int i = list_first(l);
    fl_session *x = fl_sessions_first(s);
    assert_int_equal(x == NULL, i < 0);
    if (x == NULL) return;
    interval want = l->at[i];
    assert_true(x->start == want.start && x->end == want.end && x->key == want.key && *(int *)x->data == want.rows);
    bool gone;
    free_count(&alive, x->data);
    x->data = NULL;
    fl_sessions_remove(s, x, &gone);
    list_remove(l, i);
    assert_int_equal(gone, !list_any(l, want.key));
    assert_int_equal(fl_sessions_any(s, want.key), !gone);
}

/* Keys without a session go; the others close ranks. */
static void renumber(fl_sessions *s, list *l, int n_keys) {
    uint32_t map[64], next = 0;
    for (int key = 0; key < n_keys; key++) map[key] = list_any(l, (uint32_t)key) ? next++ : UINT32_MAX;
    fl_sessions_renumber(s, map, (uint32_t)n_keys);
    for (int i = 0; i < l->n; i++) l->at[i].key = map[l->at[i].key];
}

typedef struct walk {
    const list *l;
    fl_sessions *copy;
    int n;
    uint32_t key;
    int64_t end;
} walk;

static void visit(void *arg, fl_session *x) {
    walk *w = arg;
    assert_true(w->n == 0 || x->key > w->key || (x->key == w->key && x->start > w->end));
    w->key = x->key;
    w->end = x->end;
    w->n++;
    fl_sessions_restore(w->copy, x->key, x->start, x->end)->data = new_count(*(int *)x->data);
}

/* A copy made session by session takes the place of the first. */
static fl_sessions *save_and_load(fl_sessions *s, const list *l) {
    walk w = {.l = l, .copy = fl_sessions_new(merge_counts, free_count, &alive)};
    fl_sessions_each(s, visit, &w);
    assert_int_equal(w.n, l->n);
    fl_sessions_free(s);
    return w.copy;
}

static void sessions_are_those_of_the_list(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_sessions *s = fl_sessions_new(merge_counts, free_count, &alive);
        static list l;
        l.n = 0;
        int n_keys = 1 + draw(40), spread = 1 + draw(60);
        for (int step = 0; step < STEPS; step++) {
            if (draw(3))
                touch(s, &l, n_keys, step / 4 + draw(spread));
            else
                end_first(s, &l);
            if (draw(4) == 0) fl_sessions_settle(s);
            if (draw(20) == 0) fl_sessions_settle(s), renumber(s, &l, n_keys);
            if (draw(30) == 0) s = save_and_load(s, &l);
            assert_int_equal(alive, l.n);
        }
        if (draw(2))
            while (l.n > 0) end_first(s, &l);
        fl_sessions_free(s);
        assert_int_equal(alive, 0);
    }
}

/* Rows of one batch know their sessions by pointers, until all have been placed. */
static void a_session_that_was_merged_away_leads_to_its_heir(void **state) {
    (void)state;
    fl_sessions *s = fl_sessions_new(merge_counts, free_count, &alive);
    fl_session *x[4];
    static const int64_t t[] = {0, 20, 40, 10};
    for (int i = 0; i < 3; i++) {
        x[i] = fl_sessions_touch(s, 7, t[i], 10);
        x[i]->data = new_count(1);
    }
    x[3] = fl_sessions_touch(s, 7, t[3], 10); /* touches both neighbours */
    assert_ptr_equal(fl_session_now(x[1]), fl_session_now(x[3]));
    assert_ptr_equal(fl_session_now(x[0]), fl_session_now(x[3]));
    assert_ptr_equal(fl_session_now(x[2]), x[2]);
    fl_sessions_touch(s, 7, 30, 10);
    assert_ptr_equal(fl_session_now(x[1]), fl_session_now(x[2]));
    fl_session *all = fl_session_now(x[2]);
    assert_true(all->start == 0 && all->end == 50 && *(int *)all->data == 3);
    fl_sessions_settle(s);
    fl_sessions_free(s);
    assert_int_equal(alive, 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(sessions_are_those_of_the_list),
        TEST(a_session_that_was_merged_away_leads_to_its_heir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
