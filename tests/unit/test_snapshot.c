/* SPDX-License-Identifier: Apache-2.0 */
/* test_snapshot.c -- what operators hand over comes back: each entry to the one subtask that owns its key group, each
 * subtask's own bytes to all, whatever the parallelism of then and of now. Bytes that are cut or changed do no harm.
 */
#define SEED 17
#include "own_arena.h"

#include "base/hash.h"
#include "state/snapshot.h"

enum { ROUNDS = 200, ENTRIES_MAX = 200, SUBTASKS_MAX = 7 };

typedef struct put_entry {
    int group;
    fl_str bytes;
} put_entry;

/* A part of a state that is written later: entries [from, to). */
typedef struct frozen {
    const put_entry *entries;
    int from, to;
    int *released;
} frozen;

static int write_frozen(void *arg, fl_snapshot *s, fl_error *err) {
    frozen *f = arg;
    if (f->from < 0) return fl_fail(err, FL_E_IO, "cannot thaw");
    for (int i = f->from; i < f->to; i++)
        fl_snapshot_entry(s, f->entries[i].group, f->entries[i].bytes.p, f->entries[i].bytes.n);
    return 0;
}

static void release_frozen(void *arg) { ++*((frozen *)arg)->released; }

/* Entries at once and entries later, in random parts, as bytes in the arena. */
static fl_str encode(const put_entry *entries, int n, fl_str own, int max) {
    fl_error err;
    fl_snapshot *s = fl_snapshot_new(max);
    fl_buf out;
    frozen parts[ENTRIES_MAX];
    int n_parts = 0, released = 0;
    fl_buf_init(&out);
    fl_buf_put_str(fl_snapshot_own(s), own);
    for (int i = 0; i < n;) {
        int to = FL_MIN(n, i + 1 + draw(20));
        parts[n_parts] = (frozen){entries, i, to, &released};
        if (draw(2)) {
            fl_snapshot_defer(s, &parts[n_parts], write_frozen, release_frozen);
            n_parts++;
        } else {
            write_frozen(&parts[n_parts], s, &err);
        }
        i = to;
    }
    assert_int_equal(released, 0);
    assert_int_equal(fl_snapshot_write_deferred(s, &err), 0);
    assert_int_equal(released, n_parts);
    fl_snapshot_encode(s, &out);
    fl_snapshot_free(s);
    assert_int_equal(released, n_parts);
    fl_str bytes = fl_str_make(fl_arena_strndup(&arena, out.p, out.n), out.n);
    fl_buf_deinit(&out);
    return bytes;
}

static void each_entry_comes_back_to_the_owner_of_its_group(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_error err;
        int max = 1 + draw(300), then = 1 + draw(SUBTASKS_MAX), now = 1 + draw(SUBTASKS_MAX), n = draw(ENTRIES_MAX);
        fl_str blobs[SUBTASKS_MAX], own[SUBTASKS_MAX];
        put_entry entries[ENTRIES_MAX];
        bool found[ENTRIES_MAX] = {false};
        for (int i = 0; i < n; i++) /* its number makes each entry unlike all others */
            entries[i] = (put_entry){draw(max), fl_str_from(fl_arena_printf(&arena, "%d %s", i, draw(2) ? "" : "…"))};
        for (int b = 0; b < then; b++) { /* subtask b of then had every then-th entry */
            put_entry mine[ENTRIES_MAX];
            int n_mine = 0;
            for (int i = b; i < n; i += then) mine[n_mine++] = entries[i];
            own[b] = draw_text(&arena);
            blobs[b] = encode(mine, n_mine, own[b], max);
        }
        for (int s = 0; s < now; s++) {
            fl_restore r;
            int first = fl_key_group_first(s, max, now), end = fl_key_group_first(s + 1, max, now);
            assert_int_equal(fl_restore_read(&arena, blobs, then, first, end, &r, &err), 0);
            assert_int_equal(r.n_own, then);
            for (int b = 0; b < then; b++) assert_true(fl_str_eq(r.own[b], own[b]));
            for (int k = 0; k < r.n_entries; k++) {
                int i = atoi(fl_arena_strndup(&arena, r.entries[k].p, r.entries[k].n));
                assert_true(fl_str_eq(r.entries[k], entries[i].bytes));
                assert_true(entries[i].group >= first && entries[i].group < end && !found[i]);
                found[i] = true;
            }
        }
        for (int i = 0; i < n; i++) assert_true(found[i]);
        fl_arena_reset(&arena);
    }
}

static void what_cannot_be_written_later_is_still_released(void **state) {
    (void)state;
    fl_error err;
    int released = 0;
    frozen good = {NULL, 0, 0, &released}, bad = {NULL, -1, 0, &released};
    fl_snapshot *s = fl_snapshot_new(4);
    fl_snapshot_defer(s, &good, write_frozen, release_frozen);
    fl_snapshot_defer(s, &bad, write_frozen, release_frozen);
    assert_int_equal(fl_snapshot_write_deferred(s, &err), FL_E_IO);
    assert_int_equal(released, 1);
    fl_snapshot_free(s);
    assert_int_equal(released, 2);
}

static void damaged_bytes_are_refused_or_read_without_harm(void **state) {
    (void)state;
    fl_error err;
    fl_restore r;
    put_entry entries[] = {{0, fl_str_from("first")}, {2, fl_str_from("")}, {2, fl_str_from("a longer one")}};
    fl_str whole = encode(entries, 3, fl_str_from("own"), 4);
    for (size_t n = 0; n < whole.n; n++) {
        fl_str cut = fl_str_make(fl_arena_strndup(&arena, whole.p, n), n);
        assert_int_equal(fl_restore_read(&arena, &cut, 1, 0, 4, &r, &err), FL_E_CORRUPT);
    }
    for (size_t at = 0; at < whole.n; at++)
        for (int bit = 0; bit < 8; bit++) {
            char *p = fl_arena_strndup(&arena, whole.p, whole.n);
            p[at] = (char)(p[at] ^ 1 << bit);
            fl_str changed = fl_str_make(p, whole.n);
            if (fl_restore_read(&arena, &changed, 1, 0, 4, &r, &err) < 0) continue;
            for (int k = 0; k < r.n_entries; k++) assert_true(r.entries[k].p + r.entries[k].n <= p + whole.n);
        }
    char *p = fl_arena_strndup(&arena, whole.p, whole.n);
    p[4] = 9;
    fl_str newer = fl_str_make(p, whole.n);
    assert_int_equal(fl_restore_read(&arena, &newer, 1, 0, 4, &r, &err), FL_E_CORRUPT);
    assert_non_null(strstr(err.message, "version 9"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_entry_comes_back_to_the_owner_of_its_group),
        TEST(what_cannot_be_written_later_is_still_released),
        TEST(damaged_bytes_are_refused_or_read_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
