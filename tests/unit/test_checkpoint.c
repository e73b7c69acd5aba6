/* SPDX-License-Identifier: Apache-2.0 */
/* test_checkpoint.c -- a checkpoint on disk is there whole or not at all, and is read with every byte checked:
 * whichever byte of whichever file is changed, cut off or added, reading fails, names the checkpoint and says what is
 * wrong.
 */
#include "model.h"

#include <stdio.h>

#include "base/platform_sim.h"
#include "runtime/checkpoint.h"

static fl_platform *pf;
static fl_arena arena;
static fl_error err;

static int setup(void **state) {
    (void)state;
    draw_from(311);
    pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64(), .start_ms = 1000});
    fl_arena_init(&arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_sim_free(pf);
    return 0;
}

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) < 0) fail_msg("%s", err.message);                                                                   \
    } while (0)

static const fl_checkpoint_op ops[] = {{0, 1, "Scan(table=[a b], fields=[x])"}, {2, 2, "Sink(fields=[x\ny])"}};
static const fl_checkpoint_meta meta = {.id = 12,
                                        .job_uid = 81985529216486895,
                                        .start_ms = 1767225600000,
                                        .created_ms = 1767225660000,
                                        .max_parallelism = 128,
                                        .job_name = "insert into\nsensors é",
                                        .ops = ops,
                                        .n_ops = 2};

/* One operator in one task and two in another; a state that is empty, and one that is not text. */
static void write_some(const char *dir, int64_t id, int64_t job_uid) {
    fl_checkpoint_writer *w;
    fl_checkpoint_meta m = meta;
    fl_buf b;
    m.id = id;
    m.job_uid = job_uid;
    fl_buf_init(&b);
    OK(fl_disk_mkdirs(pf, dir, &err));
    OK(fl_checkpoint_begin(pf, dir, &m, &w, &err));
    fl_checkpoint_put_op(&b, 0, 0, fl_str_from("position 17"));
    OK(fl_checkpoint_write(w, 0, 0, fl_str_make(b.p, b.n), &err));
    for (int subtask = 0; subtask < 2; subtask++) {
        fl_buf_reset(&b);
        fl_checkpoint_put_op(&b, 2, subtask, subtask == 0 ? fl_str_from("") : fl_str_make("\0\n\xff", 3));
        fl_checkpoint_put_op(&b, 3, subtask, fl_str_from("x"));
        OK(fl_checkpoint_write(w, 1, subtask, fl_str_make(b.p, b.n), &err));
    }
    OK(fl_checkpoint_finish(w, &err));
    fl_checkpoint_writer_free(w);
    fl_buf_deinit(&b);
}

static fl_checkpoint *read_some(const char *path) {
    fl_checkpoint *c;
    OK(fl_checkpoint_read(pf, &arena, path, &c, &err));
    return c;
}

static void assert_state(const fl_checkpoint *c, int plan_id, int subtask, int n, fl_str expected) {
    fl_str *states;
    assert_int_equal(fl_checkpoint_states(c, &arena, plan_id, &states), n);
    assert_true(fl_str_eq(states[subtask], expected));
}

static void what_is_written_is_read(void **state) {
    (void)state;
    write_some("/a/chk", 12, meta.job_uid);
    fl_checkpoint *c = read_some("/a/chk/chk-12");
    assert_string_equal(c->path, "/a/chk/chk-12");
    assert_int_equal(c->meta.id, 12);
    assert_int_equal(c->meta.job_uid, meta.job_uid);
    assert_int_equal(c->meta.start_ms, meta.start_ms);
    assert_int_equal(c->meta.created_ms, meta.created_ms);
    assert_int_equal(c->meta.max_parallelism, 128);
    assert_false(c->meta.finished);
    assert_string_equal(c->meta.job_name, "insert into sensors é"); /* names are one line */
    assert_int_equal(c->meta.n_ops, 2);
    assert_int_equal(c->meta.ops[0].plan_id, 0);
    assert_int_equal(c->meta.ops[1].parallelism, 2);
    assert_string_equal(c->meta.ops[0].digest, ops[0].digest);
    assert_string_equal(c->meta.ops[1].digest, "Sink(fields=[x y])");
    assert_int_equal(c->n_states, 5);
    assert_state(c, 0, 0, 1, fl_str_from("position 17"));
    assert_state(c, 2, 0, 2, fl_str_from(""));
    assert_state(c, 2, 1, 2, fl_str_make("\0\n\xff", 3));
    fl_str *none;
    assert_int_equal(fl_checkpoint_states(c, &arena, 7, &none), 0);
}

static void the_manifest_is_text(void **state) {
    (void)state;
    static const char head[] =
        "flott checkpoint 1\n"
        "id 12 job 81985529216486895 started 1767225600000 created 1767225660000 max-parallelism 128 finished 0\n"
        "name insert into sensors é\n"
        "operator 0 1 Scan(table=[a b], fields=[x])\n"
        "operator 2 2 Sink(fields=[x y])\n"
        "file 27 ";
    char *text;
    size_t n;
    write_some("/chk", 12, meta.job_uid);
    OK(fl_disk_read_all(pf, "/chk/chk-12/manifest", 1 << 20, &arena, &text, &n, &err));
    assert_true(fl_str_starts(fl_str_make(text, n), head));
    assert_non_null(strstr(text, " task-0-0\nfile "));
    assert_non_null(strstr(text, " task-1-1\nend "));
}

/* ---- damage ---- */

static void assert_refused(const char *file, const char *how) {
    fl_checkpoint *c;
    int rc = fl_checkpoint_read(pf, &arena, "/chk/chk-12", &c, &err);
    if (rc != FL_E_CORRUPT) fail_msg("%s with %s is read: %d", file, how, rc);
    assert_true(fl_str_starts(fl_str_from(err.message), "checkpoint '/chk/chk-12' ")); /* by name */
    if (strcmp(file, "manifest") == 0)
        assert_true(strstr(err.message, "manifest") != NULL || strstr(err.message, "version") != NULL);
    else if (strstr(err.message, file) == NULL)
        fail_msg("%s with %s: %s", file, how, err.message);
}

/* Every byte of every file: changed in every bit, cut off there, or with a byte more in its place. */
static void no_byte_can_be_changed(void **state) {
    (void)state;
    static const char *const files[] = {"manifest", "task-0-0", "task-1-0", "task-1-1"};
    write_some("/chk", 12, meta.job_uid);
    read_some("/chk/chk-12");
    for (int f = 0; f < (int)FL_ARRAY_LEN(files); f++) {
        char path[64], how[64], *good;
        size_t n;
        snprintf(path, sizeof path, "/chk/chk-12/%s", files[f]);
        OK(fl_disk_read_all(pf, path, 1 << 20, &arena, &good, &n, &err));
        char *bad = fl_malloc(n + 1);
        for (size_t i = 0; i < n; i++) {
            for (int bit = 0; bit < 8; bit++) {
                snprintf(how, sizeof how, "bit %d of byte %zu changed", bit, i);
                memcpy(bad, good, n);
                bad[i] ^= (char)(1 << bit);
                fl_sim_put_file(pf, path, bad, n);
                assert_refused(files[f], how);
            }
            snprintf(how, sizeof how, "%zu bytes", i);
            fl_sim_put_file(pf, path, good, i);
            assert_refused(files[f], how);
            snprintf(how, sizeof how, "a byte more at %zu", i);
            memcpy(bad, good, i);
            bad[i] = good[i] == '0' ? '0' : (char)draw(256);
            memcpy(bad + i + 1, good + i, n - i);
            fl_sim_put_file(pf, path, bad, n + 1);
            assert_refused(files[f], how);
        }
        OK(fl_disk_remove(pf, path, &err));
        assert_refused(files[f], "nothing at all");
        fl_sim_put_file(pf, path, good, n);
        free(bad);
        read_some("/chk/chk-12");
    }
}

/* Spoilt in a way that a checksum cannot tell: whoever wrote it was wrong. */
static void assert_manifest(const char *lines, const char *message) {
    fl_checkpoint *c;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, lines);
    fl_buf_printf(&b, "end %016llx\n", (unsigned long long)fl_checksum(b.p, b.n));
    fl_sim_put_file(pf, "/made/manifest", b.p, b.n);
    fl_buf_deinit(&b);
    assert_int_equal(fl_checkpoint_read(pf, &arena, "/made", &c, &err), FL_E_CORRUPT);
    assert_string_equal(err.message, message);
}

#define HEAD "flott checkpoint 1\nid 1 job 2 started 3 created 4 max-parallelism 128 finished 0\nname n\n"

static void a_manifest_that_makes_no_sense_is_refused(void **state) {
    (void)state;
    assert_manifest("flott checkpoint 2\n", "checkpoint '/made' has version 2; this flott reads version 1");
    assert_manifest("something else\n", "checkpoint '/made' is damaged: the manifest does not begin as one");
    assert_manifest("flott checkpoint 1\nid 1\nname n\n",
                    "checkpoint '/made' is damaged: the head of the manifest is malformed");
    assert_manifest("flott checkpoint 1\nid 1 job 2 started 3 created 4 max-parallelism 0 finished 0\nname n\n",
                    "checkpoint '/made' is damaged: the head of the manifest is malformed");
    assert_manifest("flott checkpoint 1\nid 1 job 2 started 3 created 4 max-parallelism 128 finished 0\n",
                    "checkpoint '/made' is damaged: the head of the manifest is malformed");
    assert_manifest(HEAD "operator 1\n", "checkpoint '/made' is damaged: a line of the manifest is malformed");
    assert_manifest(HEAD "operator 1 0 x\n", "checkpoint '/made' is damaged: a line of the manifest is malformed");
    assert_manifest(HEAD "file 1 2\n", "checkpoint '/made' is damaged: a line of the manifest is malformed");
    assert_manifest(HEAD "file 1 2 ../x\n", "checkpoint '/made' is damaged: a line of the manifest is malformed");
    assert_manifest(HEAD "cat 1\n", "checkpoint '/made' is damaged: a line of the manifest is of no known kind");
}

/* A task's file of these bytes, with the right checksum. */
static void assert_task_file(fl_buf *bytes, const char *message) {
    char lines[256];
    snprintf(lines, sizeof lines, HEAD "file %zu %016llx task-0-0\n", bytes->n,
             (unsigned long long)fl_checksum(bytes->p, bytes->n));
    fl_sim_put_file(pf, "/made/task-0-0", bytes->p, bytes->n);
    assert_manifest(lines, message);
    fl_buf_reset(bytes);
}

static void states_that_make_no_sense_are_refused(void **state) {
    (void)state;
    static const char cut[] = "checkpoint '/made' is damaged: file 'task-0-0' ends in the middle of a state";
    static const char nobody[] = "checkpoint '/made' is damaged: file 'task-0-0' has a state of no possible subtask";
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put_u32(&b, 1);
    assert_task_file(&b, cut);
    fl_buf_put_u32(&b, 1);
    fl_buf_put_u32(&b, 0);
    fl_buf_put_u64(&b, 2);
    fl_buf_put_u8(&b, 0);
    assert_task_file(&b, cut);
    fl_buf_put_u32(&b, 1);
    fl_buf_put_u32(&b, 0);
    fl_buf_put_u64(&b, UINT64_MAX);
    assert_task_file(&b, cut);
    fl_checkpoint_put_op(&b, 1, -1, fl_str_from("x"));
    assert_task_file(&b, nobody);
    fl_checkpoint_put_op(&b, 1, 32768, fl_str_from("x"));
    assert_task_file(&b, nobody);
    fl_buf_deinit(&b);
}

/* ---- folders ---- */

static fl_buf warned;
static void warn(void *arg, const char *text) {
    assert_ptr_equal(arg, &warned);
    fl_buf_printf(&warned, "%s\n", text);
}

static int find(const char *path, int64_t job_uid, fl_checkpoint **c) {
    fl_buf_reset(&warned);
    return fl_checkpoint_find(pf, &arena, path, job_uid, warn, &warned, c, &err);
}

static void the_newest_whole_one_is_found(void **state) {
    (void)state;
    fl_checkpoint *c;
    fl_buf_init(&warned);
    assert_int_equal(find("/chk", 0, &c), FL_E_VALIDATION);
    assert_string_equal(err.message, "there is no checkpoint at '/chk'");
    OK(fl_disk_mkdirs(pf, "/chk/chk-99.tmp", &err)); /* unfinished; others that are none */
    OK(fl_disk_mkdirs(pf, "/chk/chk-x", &err));
    OK(fl_disk_mkdirs(pf, "/chk/old chk-7", &err));
    assert_int_equal(find("/chk", 0, &c), FL_E_VALIDATION);
    assert_string_equal(err.message, "there is no checkpoint in '/chk'");
    write_some("/chk", 2, 5);
    write_some("/chk", 10, 6);
    write_some("/chk", 9, 6);
    int64_t *ids;
    int n;
    OK(fl_checkpoint_list(pf, &arena, "/chk", &ids, &n, &err));
    assert_int_equal(n, 3);
    assert_int_equal(ids[0], 10); /* by number, not by name */
    assert_int_equal(ids[2], 2);
    OK(find("/chk", 0, &c));
    assert_int_equal(c->meta.id, 10);
    OK(find("/chk/chk-2", 0, &c)); /* by itself */
    assert_int_equal(c->meta.id, 2);
    fl_sim_put_file(pf, "/chk/chk-10/task-0-0", "short", 5);
    OK(find("/chk", 0, &c));
    assert_int_equal(c->meta.id, 9);
    assert_string_equal(fl_buf_cstr(&warned),
                        "checkpoint '/chk/chk-10' is damaged: file 'task-0-0' has 5 bytes, the manifest says 27\n");
    OK(find("/chk", 6, &c));
    assert_int_equal(c->meta.id, 9);
    OK(fl_disk_remove_tree(pf, "/chk/chk-9/manifest", &err));
    OK(find("/chk", 0, &c));
    assert_int_equal(c->meta.id, 2);
    assert_int_equal(find("/chk", 6, &c), FL_E_CORRUPT);
    assert_true(fl_str_starts(fl_str_from(err.message),
                              "none of the 2 checkpoints of this job in '/chk' is whole; the oldest: "));
    assert_int_equal(find("/chk", 8, &c), FL_E_CORRUPT); /* whose the damaged ones were nobody knows */
    for (int id = 9; id <= 10; id++) OK(fl_checkpoint_delete(pf, "/chk", id, &err));
    assert_int_equal(find("/chk", 8, &c), FL_E_VALIDATION);
    assert_string_equal(err.message, "there is no checkpoint of this job in '/chk'");
    OK(fl_checkpoint_delete(pf, "/chk", 10, &err)); /* gone already */
    fl_buf_deinit(&warned);
}

static void what_was_not_finished_leaves_nothing(void **state) {
    (void)state;
    fl_checkpoint_writer *w;
    OK(fl_disk_mkdirs(pf, "/chk", &err));
    OK(fl_checkpoint_begin(pf, "/chk", &meta, &w, &err));
    OK(fl_checkpoint_write(w, 0, 0, fl_str_from(""), &err));
    assert_true(fl_disk_exists(pf, "/chk/chk-12.tmp/task-0-0"));
    assert_false(fl_disk_exists(pf, "/chk/chk-12"));
    fl_checkpoint_abort(w);
    fl_checkpoint_writer_free(w);
    assert_false(fl_disk_exists(pf, "/chk/chk-12.tmp"));
    OK(fl_disk_mkdirs(pf, "/chk/chk-12.tmp/rubbish", &err)); /* of a crash */
    write_some("/chk", 12, 1);
    assert_false(fl_disk_exists(pf, "/chk/chk-12/rubbish"));
    read_some("/chk/chk-12");
}

/* The machine dies at any step of writing a second checkpoint: it is there whole or not at all, and the first is whole.
 */
static void a_crash_leaves_all_or_nothing(void **state) {
    (void)state;
    int whole = 0, none = 0;
    for (int64_t step = 0; none == 0 || whole < 3; step++) {
        fl_sim_free(pf);
        pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64()});
        write_some("/chk", 1, 5);
        OK(fl_disk_sync_dir(pf, "/", &err));
        fl_checkpoint_writer *w;
        fl_checkpoint *c;
        fl_checkpoint_meta m = meta;
        m.id = 2;
        fl_sim_crash_at(pf, fl_sim_steps(pf) + step);
        int rc = fl_checkpoint_begin(pf, "/chk", &m, &w, &err);
        if (rc == 0) {
            rc = fl_checkpoint_write(w, 0, 0, fl_str_from(""), &err);
            if (rc == 0) rc = fl_checkpoint_finish(w, &err);
            fl_checkpoint_writer_free(w);
        }
        fl_sim_crash(pf);
        read_some("/chk/chk-1");
        bool there = fl_disk_exists(pf, "/chk/chk-2");
        if (there) assert_int_equal(fl_checkpoint_read(pf, &arena, "/chk/chk-2", &c, &err), 0);
        if (rc == 0) assert_true(there); /* it was said to be durable */
        whole += rc == 0;
        none += !there;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(the_manifest_is_text),
        TEST(no_byte_can_be_changed),
        TEST(a_manifest_that_makes_no_sense_is_refused),
        TEST(states_that_make_no_sense_are_refused),
        TEST(the_newest_whole_one_is_found),
        TEST(what_was_not_finished_leaves_nothing),
        TEST(a_crash_leaves_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
