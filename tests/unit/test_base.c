/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c -- arenas, texts, errors and both platforms: what the rest of the engine stands on. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/platform_sim.h"
#include "base/str.h"

static void arena_gives_aligned_memory_that_a_reset_reuses(void **state) {
    (void)state;
    fl_arena a;
    fl_arena_init(&a);
    for (int i = 1; i < 5000; i++) {
        char *p = fl_arena_alloc(&a, (size_t)i % 97 + 1);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, i, (size_t)i % 97 + 1);
    }
    char *big = fl_arena_zalloc(&a, 3 << 20);
    for (int i = 0; i < 3 << 20; i++) assert_int_equal(big[i], 0);
    fl_arena_reset(&a);
    assert_string_equal(fl_arena_printf(&a, "%s-%d", "x", 7), "x-7");
    fl_arena_deinit(&a);
}

static void suggestions_find_slips_and_nothing_else(void **state) {
    (void)state;
    static const char *const words[] = {"sensor_id", "temperature", "event_time", "My Table"};
    assert_string_equal(fl_suggest("sensor_di", words, 4), "sensor_id");
    assert_string_equal(fl_suggest("SENSOR_ID", words, 4), "sensor_id");
    assert_string_equal(fl_suggest("my table", words, 4), "My Table");
    assert_string_equal(fl_suggest("temprature", words, 4), "temperature");
    assert_null(fl_suggest("price", words, 4));
}

/* A text of a few letters in memory of just its size, so that a reader that goes too far is caught. */
static fl_str random_text(unsigned *seed, size_t n, const char *const *letters, int n_letters) {
    fl_buf b;
    fl_buf_init(&b);
    while (b.n < n) fl_buf_puts(&b, letters[rand_r(seed) % n_letters]);
    char *p = malloc(n + (n == 0));
    if (n > 0) memcpy(p, b.p, n);
    fl_buf_deinit(&b);
    return fl_str_make(p, n);
}

static void texts_are_found_where_they_first_are(void **state) {
    (void)state;
    static const char *const letters[] = {"a", "b", "\xc3\xa9"};
    unsigned seed = 1;
    int found = 0;
    for (int round = 0; round < 40000; round++) {
        fl_str s = random_text(&seed, (size_t)(rand_r(&seed) % 80), letters, 2 + round % 2);
        fl_str what = random_text(&seed, (size_t)(rand_r(&seed) % 9), letters, 2);
        const char *at = NULL;
        for (size_t i = 0; at == NULL && i + what.n <= s.n; i++)
            if (memcmp(s.p + i, what.p, what.n) == 0) at = s.p + i;
        assert_ptr_equal(fl_str_find(s, what), at);
        found += at != NULL;
        free((char *)(uintptr_t)s.p);
        free((char *)(uintptr_t)what.p);
    }
    assert_in_range(found, 10000, 39000);
}

static void code_points_are_counted(void **state) {
    (void)state;
    static const char *const letters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\x88"};
    unsigned seed = 1;
    for (size_t n = 0; n < 5000; n = n < 100 ? n + 1 : n * 2) {
        for (int round = 0; round < 20; round++) {
            fl_str s = random_text(&seed, n, letters, 4);
            int64_t count = 0;
            for (size_t i = 0; i < n; i++) count += (s.p[i] & 0xc0) != 0x80;
            assert_int_equal(fl_utf8_count(s.p, n), count);
            free((char *)(uintptr_t)s.p);
        }
    }
}

static void one_code_point_among_ascii_is_seen(void **state) {
    (void)state;
    char text[100];
    for (size_t n = 2; n <= sizeof text; n++)
        for (size_t at = 0; at + 2 <= n; at++) {
            memset(text, 'a', n);
            memcpy(text + at, "\xc3\xa9", 2);
            assert_int_equal(fl_utf8_count(text, n), n - 1);
        }
}

static void bytes_become_hexadecimal_digits(void **state) {
    (void)state;
    unsigned char bytes[256];
    char text[2 * sizeof bytes], want[4];
    for (int i = 0; i < 256; i++) bytes[i] = (unsigned char)(i * 7);
    for (size_t n = 0; n <= sizeof bytes; n = n < 9 ? n + 1 : n + 13) {
        for (int upper = 0; upper < 2; upper++) {
            fl_put_hex(text, bytes, n, upper ? 'A' : 'a');
            for (size_t i = 0; i < n; i++) {
                snprintf(want, sizeof want, upper ? "%02X" : "%02x", bytes[i]);
                assert_memory_equal(text + 2 * i, want, 2);
            }
        }
    }
}

static void messages_are_cut_at_a_character(void **state) {
    (void)state;
    fl_error err;
    char text[3000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2) memcpy(text + i, "ü", 2);
    text[sizeof text - 2] = '\0';
    assert_int_equal(fl_fail(&err, FL_E_RUNTIME, "x%s", text), FL_E_RUNTIME);
    size_t n = strlen(err.message);
    assert_true(n < sizeof err.message);
    assert_memory_equal(err.message + n - 3, "…", 3);
    fl_error_prefix(&err, "in %s: ", "here");
    assert_memory_equal(err.message, "in here: xü", 11);
}

static void reader_notices_the_end(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put_u32(&b, 7);
    fl_buf_put_bytes(&b, "hello", 5);
    fl_reader r = fl_reader_make(b.p, b.n);
    assert_int_equal(fl_read_u32(&r), 7);
    assert_true(fl_str_is(fl_read_bytes(&r), "hello"));
    assert_false(r.bad);
    assert_int_equal(fl_read_u64(&r), 0);
    assert_true(r.bad);
    fl_buf_deinit(&b);
}

static void key_groups_are_dealt_out_without_gap_or_overlap(void **state) {
    (void)state;
    for (int p = 1; p <= 16; p++) {
        for (int g = 0; g < 128; g++) {
            int s = fl_key_group_subtask(g, 128, p);
            assert_true(g >= fl_key_group_first(s, 128, p) && g < fl_key_group_first(s + 1, 128, p));
        }
        assert_int_equal(fl_key_group_first(0, 128, p), 0);
        assert_int_equal(fl_key_group_first(p, 128, p), 128);
    }
}

/* ---- the disk, real and simulated: the same script of calls must have the same answers ---- */

static void disk_script(fl_platform *pf, const char *root) {
    fl_arena a;
    fl_error err;
    fl_file *f;
    fl_stat st;
    char buf[16], **names;
    int n;
    fl_arena_init(&a);
    char *dir = fl_path_join(&a, root, "a/b"), *path = fl_path_join(&a, dir, "f"),
         *other = fl_path_join(&a, root, "a/g");
    assert_int_equal(fl_disk_mkdirs(pf, dir, &err), 0);
    assert_int_equal(fl_disk_mkdirs(pf, dir, &err), 0);
    assert_int_equal(fl_file_open(pf, path, FL_OPEN_READ, &f, &err), FL_E_IO);
    assert_non_null(strstr(err.message, "No such file"));
    assert_int_equal(fl_file_open(pf, path, FL_OPEN_CREATE, &f, &err), 0);
    assert_int_equal(fl_file_write(f, "hello ", 6, &err), 0);
    assert_int_equal(fl_file_write(f, "world", 5, &err), 0);
    assert_int_equal(fl_file_sync(f, &err), 0);
    fl_file_close(f);
    assert_int_equal(fl_file_open(pf, path, FL_OPEN_APPEND, &f, &err), 0);
    assert_int_equal(fl_file_truncate(f, 6, &err), 0);
    assert_int_equal(fl_file_write(f, "you", 3, &err), 0);
    fl_file_close(f);
    assert_int_equal(fl_file_open(pf, path, FL_OPEN_READ, &f, &err), 0);
    assert_int_equal(fl_file_read(f, 0, buf, sizeof buf, &err), 9);
    assert_memory_equal(buf, "hello you", 9);
    assert_int_equal(fl_file_read(f, 6, buf, 2, &err), 2);
    assert_int_equal(fl_file_read(f, 9, buf, 2, &err), 0);
    fl_file_close(f);
    assert_int_equal(fl_disk_rename(pf, path, other, &err), 0);
    assert_false(fl_disk_exists(pf, path));
    assert_int_equal(fl_disk_stat(pf, other, &st, &err), 0);
    assert_int_equal(st.size_bytes, 9);
    assert_int_equal(fl_disk_list(pf, fl_path_parent(&a, other), &a, &names, &n, &err), 0);
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "b");
    assert_string_equal(names[1], "g");
    assert_int_equal(fl_disk_remove(pf, fl_path_join(&a, root, "a"), &err), FL_E_IO);
    assert_int_equal(fl_disk_remove_tree(pf, fl_path_join(&a, root, "a"), &err), 0);
    assert_false(fl_disk_exists(pf, other));
    fl_arena_deinit(&a);
}

static void both_disks_answer_alike(void **state) {
    (void)state;
    char dir[] = "/tmp/flott-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    disk_script(fl_platform_real(), dir);
    rmdir(dir);
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    disk_script(pf, "/root");
    fl_sim_free(pf);
}

static void put(fl_platform *pf, const char *path, const char *text, bool sync) {
    fl_error err;
    fl_file *f;
    assert_int_equal(fl_file_open(pf, path, FL_OPEN_CREATE, &f, &err), 0);
    assert_int_equal(fl_file_write(f, text, strlen(text), &err), 0);
    if (sync) assert_int_equal(fl_file_sync(f, &err), 0);
    fl_file_close(f);
}

static void a_crash_keeps_what_was_synced_and_only_that_for_certain(void **state) {
    (void)state;
    int lost_name = 0, lost_bytes = 0, kept_all = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = seed});
        fl_error err;
        fl_disk_mkdirs(pf, "/d", &err);
        put(pf, "/d/safe", "0123456789", true);
        assert_int_equal(fl_disk_sync_dir(pf, "/d", &err), 0);
        put(pf, "/d/loose", "0123456789", false);
        fl_disk_rename(pf, "/d/safe", "/d/renamed", &err);
        fl_sim_crash(pf);
        const char *at = fl_disk_exists(pf, "/d/renamed") ? "/d/renamed" : "/d/safe";
        fl_stat st;
        assert_int_equal(fl_disk_stat(pf, at, &st, &err), 0);
        assert_int_equal(st.size_bytes, 10);
        lost_name += strcmp(at, "/d/safe") == 0;
        if (fl_disk_exists(pf, "/d/loose")) {
            fl_disk_stat(pf, "/d/loose", &st, &err);
            lost_bytes += st.size_bytes < 10;
            kept_all += st.size_bytes == 10;
        }
        fl_sim_free(pf);
    }
    assert_true(lost_name > 0 && lost_name < 300 && lost_bytes > 0 && kept_all > 0);
}

static void the_machine_dies_at_the_step_asked_for(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_error err;
    fl_file *f;
    assert_int_equal(fl_disk_mkdirs(pf, "/d", &err), 0);
    fl_sim_crash_at(pf, fl_sim_steps(pf) + 1); /* the next call works, the one after it does not */
    assert_int_equal(fl_file_open(pf, "/d/x", FL_OPEN_CREATE, &f, &err), 0);
    assert_int_equal(fl_file_write(f, "y", 1, &err), FL_E_CRASHED);
    assert_int_equal(fl_file_sync(f, &err), FL_E_CRASHED);
    assert_true(fl_sim_crashed(pf));
    fl_file_close(f);
    fl_sim_crash(pf);
    assert_int_equal(fl_disk_mkdirs(pf, "/e", &err), 0);
    fl_sim_free(pf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_aligned_memory_that_a_reset_reuses),
        cmocka_unit_test(suggestions_find_slips_and_nothing_else),
        cmocka_unit_test(texts_are_found_where_they_first_are),
        cmocka_unit_test(code_points_are_counted),
        cmocka_unit_test(one_code_point_among_ascii_is_seen),
        cmocka_unit_test(bytes_become_hexadecimal_digits),
        cmocka_unit_test(messages_are_cut_at_a_character),
        cmocka_unit_test(reader_notices_the_end),
        cmocka_unit_test(key_groups_are_dealt_out_without_gap_or_overlap),
        cmocka_unit_test(both_disks_answer_alike),
        cmocka_unit_test(a_crash_keeps_what_was_synced_and_only_that_for_certain),
        cmocka_unit_test(the_machine_dies_at_the_step_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
