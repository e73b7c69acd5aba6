/* SPDX-License-Identifier: Apache-2.0 */
/* test_job.c -- what happens to a job from start to end: it finishes, is stopped, canceled, fails, is restarted.
 * Whatever happens, the world outside has seen every number once: the sink shows what a checkpoint has covered.
 *
 * Most jobs run in a simulation, where an hour passes at once and a seed tells the order of all steps; the last ones
 * run with threads, so that sanitizers see them.
 */
#include "jobs.h"

static fl_platform *pf;
static desk d;

static int setup(void **state) {
    (void)state;
    draw_from(241);
    pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64(), .start_ms = 1000});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_sim_free(pf);
    return 0;
}

static fl_job *start(fl_job_plan *plan, const fl_job_options *o) {
    fl_error err;
    fl_job *j = fl_job_new(pf, plan, o);
    assert_int_equal(fl_job_get_state(j), FL_JOB_CREATED);
    if (fl_job_start(j, &err) < 0) fail_msg("%s", err.message);
    return j;
}

/* As far as the job comes in so many ms. */
static void pass(fl_job *j, int64_t ms) {
    int64_t until = fl_now_ms(pf) + ms;
    for (;;) {
        while (fl_job_step(j)) continue;
        int64_t due = fl_job_due_ms(j);
        if (due > until) break;
        pf->ops->advance_to(pf, due);
    }
    pf->ops->advance_to(pf, until);
}

static void assert_ends(fl_job *j, fl_job_state state) {
    fl_error err = {0};
    int rc = fl_job_wait(j, &err);
    if (fl_job_get_state(j) != state)
        fail_msg("the job is %s: %s", fl_job_state_name[fl_job_get_state(j)], err.message);
    assert_int_equal(rc, state == FL_JOB_FAILED ? err.code : state == FL_JOB_CANCELED ? FL_E_CANCELED : 0);
    assert_int_equal(d.n_ended, 1);
}

static void assert_fails(fl_job *j, const char *message) {
    fl_error err = {0};
    assert_true(fl_job_wait(j, &err) < 0);
    assert_int_equal(fl_job_get_state(j), FL_JOB_FAILED);
    assert_string_equal(err.message, message);
    assert_int_equal(d.n_ended, 1);
    assert_int_equal(d.n_open, 0);
}

/* Names below a folder of the disk, with blanks between. */
static void assert_folder(const char *dir, const char *expected) {
    fl_arena a;
    fl_error err;
    fl_buf b;
    char **names;
    int n;
    fl_arena_init(&a);
    fl_buf_init(&b);
    assert_int_equal(fl_disk_list(pf, dir, &a, &names, &n, &err), 0);
    for (int i = 0; i < n; i++) fl_buf_printf(&b, "%s%s", i > 0 ? " " : "", names[i]);
    assert_string_equal(fl_buf_cstr(&b), expected);
    fl_buf_deinit(&b);
    fl_arena_deinit(&a);
}

/* ---- ends ---- */

static void a_job_ends_when_its_input_does(void **state) {
    (void)state;
    for (int sources = 1; sources <= 3; sources++)
        for (int sinks = 0; sinks <= 3; sinks++) {
            desk_init(&d, 1234);
            fl_job_options o = desk_options(&d, 0);
            fl_job *j = start(desk_plan(&d, sources, FL_DIST_HASH, sinks, "t"), &o);
            assert_ends(j, FL_JOB_FINISHED);
            assert_all_shown_once(&d);
            fl_job_metrics m;
            fl_job_get_metrics(j, &m);
            assert_int_equal(fl_job_checkpoints(j), 0);
            assert_false(fl_disk_exists(pf, "/chk"));
            fl_job_free(j);
            desk_deinit(&d);
        }
}

static void the_last_checkpoint_shows_what_is_left(void **state) {
    (void)state;
    desk_init(&d, 500);
    fl_job_options o = desk_options(&d, 1000000);
    fl_job *j = start(desk_plan(&d, 2, FL_DIST_HASH, 3, "t"), &o);
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    assert_int_equal(fl_job_checkpoints(j), 1);
    assert_int_equal(fl_job_last_checkpoint(j), 1);
    fl_arena a;
    fl_error err;
    fl_checkpoint *c;
    fl_arena_init(&a);
    assert_int_equal(fl_checkpoint_read(pf, &a, "/chk/chk-1", &c, &err), 0);
    assert_true(c->meta.finished);
    assert_string_equal(c->meta.job_name, "numbers");
    fl_arena_deinit(&a);
    fl_job_free(j);
    desk_deinit(&d);
}

static void old_checkpoints_are_deleted(void **state) {
    (void)state;
    desk_init(&d, 1000);
    d.pace_ms = 100; /* 100 batches: ten seconds */
    fl_job_options o = desk_options(&d, 1030);
    o.checkpoints_retained = 3;
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 8500);
    assert_int_equal(fl_job_checkpoints(j), 8);
    assert_folder("/chk", "chk-6 chk-7 chk-8");
    assert_int_equal(desk_shown(&d), 830); /* batches at 0, 100 … 8200 ms; checkpoint 8 was cut at 8240 ms */
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    fl_job_free(j);
    desk_deinit(&d);
}

/* The sum of two runs: what the first has shown and what the second, restored from its last checkpoint, adds. */
static void a_stopped_job_goes_on_elsewhere(void **state) {
    (void)state;
    for (int round = 0; round < 30; round++) {
        int sources = 1 + draw(3);
        fl_platform *old = pf;
        pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64(), .start_ms = 1000});
        desk_init(&d, 1500);
        d.pace_ms = 10;
        fl_job_options o = desk_options(&d, draw(2) ? 70 : 1000000);
        fl_job *j = start(desk_plan(&d, sources, FL_DIST_HASH, 1 + draw(4), "t"), &o);
        pass(j, draw(400));
        fl_job_stop(j);
        fl_job_stop(j); /* is no harm */
        assert_ends(j, FL_JOB_STOPPED);
        assert_int_equal(d.n_given, d.n_shown);
        assert_true(d.n_shown < 1500);
        int64_t last = fl_job_last_checkpoint(j);
        fl_job_free(j);
        assert_int_equal(d.n_open, 0);
        d.n_ended = 0;
        o.restore_path = "/chk";
        j = start(desk_plan(&d, sources, FL_DIST_HASH, 1 + draw(4), "t"), &o);
        assert_ends(j, FL_JOB_FINISHED);
        assert_all_shown_once(&d);
        assert_true(fl_job_last_checkpoint(j) > last);
        fl_job_free(j);
        desk_deinit(&d);
        fl_sim_free(pf);
        pf = old;
    }
}

static void a_stop_without_checkpoints_shows_what_is_on_its_way(void **state) {
    (void)state;
    desk_init(&d, -1);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 0);
    fl_job *j = start(desk_plan(&d, 2, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 333);
    fl_job_stop(j);
    assert_ends(j, FL_JOB_STOPPED);
    assert_int_equal(d.n_shown, 2 * 34 * 10);
    assert_int_equal(d.n_given, d.n_shown);
    assert_int_equal(d.n_open, 0);
    assert_false(fl_disk_exists(pf, "/chk"));
    fl_job_free(j);
    desk_deinit(&d);
}

static void a_canceled_job_shows_no_more_and_leaves_its_checkpoints(void **state) {
    (void)state;
    desk_init(&d, -1);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 105);
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 155);
    int shown = desk_shown(&d);
    assert_int_equal(shown, 11 * 10);
    fl_job_cancel(j);
    assert_ends(j, FL_JOB_CANCELED);
    fl_error err;
    assert_int_equal(fl_job_wait(j, &err), FL_E_CANCELED);
    assert_string_equal(err.message, "the job 'numbers' was canceled");
    assert_int_equal(d.n_shown, shown);
    assert_int_equal(d.n_open, 0);
    assert_folder("/chk", "chk-1");
    fl_job_free(j);
    desk_deinit(&d);
}

static void a_checkpoint_can_be_asked_for(void **state) {
    (void)state;
    desk_init(&d, -1);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, (int64_t)1 << 40);
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 100);
    assert_int_equal(desk_shown(&d), 0);
    fl_job_trigger_checkpoint(j);
    pass(j, 1);
    assert_int_equal(fl_job_checkpoints(j), 1);
    assert_int_equal(desk_shown(&d), 110);
    fl_job_free(j); /* cancels */
    assert_int_equal(d.n_open, 0);
    desk_deinit(&d);
}

/* ---- failures ---- */

static void a_failure_that_would_come_again_ends_the_job(void **state) {
    (void)state;
    for (place at = AT_POLL; at <= AT_FINISH; at++) {
        if (at == AT_SOURCE_RESTORE || at == AT_SINK_RESTORE) continue;
        desk_init(&d, 500);
        d.pace_ms = 10;
        d.fatal = true;
        d.fail_in[at] = 1 + draw(at == AT_FINISH ? 2 : 3);
        char expected[64];
        snprintf(expected, sizeof expected, "the desk fails at %s", place_name[at]);
        fl_job_options o = desk_options(&d, 30);
        fl_job *j = start(desk_plan(&d, 2, FL_DIST_HASH, 2, "t"), &o);
        assert_fails(j, expected);
        assert_notes(&d, "");
        fl_job_free(j);
        desk_deinit(&d);
    }
}

static void a_job_that_cannot_open_does_not_start(void **state) {
    (void)state;
    fl_error err;
    desk_init(&d, 500);
    d.fail_in[AT_OPEN] = 2;
    fl_job_options o = desk_options(&d, 0);
    fl_job *j = fl_job_new(pf, desk_plan(&d, 3, FL_DIST_HASH, 2, "t"), &o);
    assert_int_equal(fl_job_start(j, &err), FL_E_IO);
    assert_string_equal(err.message, "the desk fails at open");
    assert_fails(j, "the desk fails at open");
    fl_job_free(j);
    desk_deinit(&d);
}

static void a_restart_goes_on_from_the_last_checkpoint(void **state) {
    (void)state;
    desk_init(&d, 1000);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 105);
    o.restart.delay_ms = 5000;
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 355);
    assert_int_equal(desk_shown(&d), 320); /* by checkpoint 3, at 315 ms */
    d.fail_in[AT_POLL] = 1;
    pass(j, 10);
    assert_int_equal(fl_job_get_state(j), FL_JOB_RESTARTING);
    assert_int_equal(d.n_open, 0);
    assert_notes(&d, "the job failed and is restarted in 5000 ms from the last checkpoint: the desk fails at poll\n");
    pass(j, 4990);
    assert_int_equal(fl_job_get_state(j), FL_JOB_RESTARTING);
    int given = d.n_given;
    pass(j, 10);
    assert_int_equal(fl_job_get_state(j), FL_JOB_RUNNING);
    assert_int_equal(given, 360);
    pass(j, 0);
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    assert_int_equal(d.n_given, 1000 + 360 - 320);
    fl_job_metrics m;
    fl_job_get_metrics(j, &m);
    assert_int_equal(m.restarts, 1);
    assert_int_equal(m.rows_in, d.n_given);
    fl_job_free(j);
    desk_deinit(&d);
}

static void a_restart_without_checkpoints_begins_again(void **state) {
    (void)state;
    desk_init(&d, 100);
    fl_job_options o = desk_options(&d, 0);
    d.fail_in[AT_POLL] = 6;
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 0, "t"), &o);
    assert_ends(j, FL_JOB_FINISHED);
    assert_notes(&d, "the job failed and is restarted in 0 ms from the beginning: the desk fails at poll\n");
    assert_int_equal(d.n_shown, 100);
    assert_int_equal(d.n_doubled, 50); /* as in Flink: without checkpoints there is no once */
    fl_job_free(j);
    desk_deinit(&d);
}

/* When the job starts anew after each of its failures, ms after the first start; then it fails for good. */
static void assert_restarts(fl_restart_strategy s, int64_t lives_ms, const int64_t *at, int n) {
    desk_init(&d, -1);
    d.pace_ms = lives_ms;
    fl_job_options o = desk_options(&d, 0);
    o.restart = s;
    int64_t began = fl_now_ms(pf);
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 0, "t"), &o);
    for (int i = 0; i <= n; i++) {
        int opened = d.n_opened;
        d.fail_in[AT_POLL] = 2; /* each life has one batch */
        while (d.n_opened == opened && !fl_job_state_ended(fl_job_get_state(j))) {
            if (fl_job_step(j)) continue;
            pf->ops->advance_to(pf, fl_job_due_ms(j));
        }
        if (i < n) assert_int_equal(fl_now_ms(pf) - began, at[i]);
    }
    assert_fails(j, "the desk fails at poll");
    fl_job_metrics m;
    fl_job_get_metrics(j, &m);
    assert_int_equal(m.restarts, n);
    fl_job_free(j);
    desk_deinit(&d);
}

static void restarts_follow_their_strategy(void **state) {
    (void)state;
    assert_restarts((fl_restart_strategy){.kind = FL_RESTART_NONE}, 10, NULL, 0);
    assert_restarts((fl_restart_strategy){.kind = FL_RESTART_FIXED_DELAY, .attempts = 3, .delay_ms = 100}, 10,
                    (const int64_t[]){110, 220, 330}, 3);
    /* 1 s, doubled to at most 3 s */
    assert_restarts((fl_restart_strategy){.kind = FL_RESTART_EXPONENTIAL,
                                          .attempts = 4,
                                          .delay_ms = 1000,
                                          .multiplier = 2,
                                          .max_backoff_ms = 3000,
                                          .interval_ms = 60000},
                    10, (const int64_t[]){1010, 3020, 6030, 9040}, 4);
    /* two failures within a second are too many */
    assert_restarts(
        (fl_restart_strategy){.kind = FL_RESTART_FAILURE_RATE, .max_failures = 1, .interval_ms = 1000, .delay_ms = 7},
        10, (const int64_t[]){17}, 1);
}

/* A life longer than the threshold makes the back-off small again. */
static void calm_resets_the_backoff(void **state) {
    (void)state;
    assert_restarts((fl_restart_strategy){.kind = FL_RESTART_EXPONENTIAL,
                                          .attempts = 3,
                                          .delay_ms = 100,
                                          .multiplier = 10,
                                          .max_backoff_ms = 100000,
                                          .interval_ms = 500},
                    1000, (const int64_t[]){1100, 2200, 3300}, 3);
}

static void a_restarting_job_can_be_stopped_and_canceled(void **state) {
    (void)state;
    for (int cancel = 0; cancel < 2; cancel++) {
        desk_init(&d, -1);
        fl_job_options o = desk_options(&d, 0);
        o.restart.delay_ms = 1000000;
        d.pace_ms = 10;
        d.fail_in[AT_POLL] = 2;
        fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 0, "t"), &o);
        pass(j, 100);
        assert_int_equal(fl_job_get_state(j), FL_JOB_RESTARTING);
        if (cancel)
            fl_job_cancel(j);
        else
            fl_job_stop(j);
        int64_t now = fl_now_ms(pf);
        assert_ends(j, cancel ? FL_JOB_CANCELED : FL_JOB_STOPPED);
        assert_int_equal(fl_now_ms(pf), now);
        fl_job_free(j);
        desk_deinit(&d);
    }
}

/* ---- failures while a checkpoint is on its way ---- */

static void a_checkpoint_that_does_not_get_through_is_given_up(void **state) {
    (void)state;
    desk_init(&d, 2000);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 100);
    o.checkpoint_timeout_ms = 50;
    o.tolerable_failed_checkpoints = 2;
    fl_job *j = start(desk_plan(&d, 2, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 95);
    d.full = true;
    pass(j, 150); /* begun at 100 and 200 */
    assert_int_equal(fl_job_checkpoints(j), 0);
    desk_empty(&d);
    static const char told[] =
        "checkpoint %d failed: not all operators passed the barrier within 50 ms (execution.checkpointing.timeout)";
    char expected[256];
    snprintf(expected, sizeof expected, told, 1);
    strcat(expected, "\n");
    assert_true(fl_str_starts(fl_str_from(fl_buf_cstr(&d.notes)), expected));
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    assert_true(fl_job_checkpoints(j) > 3);
    fl_job_free(j);
    desk_deinit(&d);
}

static void too_many_failed_checkpoints_restart_the_job(void **state) {
    (void)state;
    desk_init(&d, 2000);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 100);
    o.checkpoint_timeout_ms = 50;
    fl_job *j = start(desk_plan(&d, 2, FL_DIST_HASH, 2, "t"), &o);
    pass(j, 95);
    d.full = true;
    pass(j, 100);
    desk_empty(&d);
    assert_notes(
        &d,
        "the job failed and is restarted in 0 ms from the beginning: checkpoint 1 failed: not all operators passed the "
        "barrier within 50 ms (execution.checkpointing.timeout)\n");
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    fl_job_free(j);
    desk_deinit(&d);
}

/* A disk that refuses: the checkpoint fails, the job goes on from the one before, and nothing unfinished stays behind.
 */
static void a_task_or_the_disk_fails_while_a_checkpoint_runs(void **state) {
    (void)state;
    fl_platform *old = pf;
    for (int round = 0; round < 200; round++) {
        static const place places[] = {AT_SNAPSHOT, AT_PREPARE, AT_COMMIT,         AT_WRITE,
                                       AT_POLL,     AT_FINISH,  AT_SOURCE_RESTORE, AT_SINK_RESTORE};
        int sources = 1 + draw(3), sinks = draw(4);
        pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64(),
                                          .start_ms = 1000,
                                          .failed_sync_ppm = 3000,
                                          .short_write_ppm = 3000,
                                          .disk_full_ppm = 3000});
        desk_init(&d, 1000 + draw(1000));
        d.pace_ms = draw(20);
        fl_job_options o = desk_options(&d, 20 + draw(200));
        o.restart.attempts = 1000;
        o.restart.delay_ms = draw(50);
        o.tolerable_failed_checkpoints = draw(3);
        o.checkpoint_timeout_ms = draw(2) ? 0 : 10 + draw(50);
        o.batch_rows = 1 + draw(20);
        fl_job *j = start(desk_plan(&d, sources, draw(4) ? FL_DIST_HASH : FL_DIST_REBALANCE, sinks, "t"), &o);
        for (int i = draw(8); i > 0; i--) {
            pass(j, draw(200));
            if (draw(2)) d.fail_in[places[draw((int)FL_ARRAY_LEN(places))]] = 1 + draw(5);
            if (draw(6) == 0) d.full = true;
            pass(j, draw(200));
            desk_empty(&d);
        }
        fl_job_state s;
        while (!fl_job_state_ended(s = fl_job_get_state(j))) {
            pass(j, 1000);
            fl_job_step(j);
        }
        if (s == FL_JOB_FAILED) {
            fl_error err;
            fl_job_wait(j, &err);
            fail_msg("round %d: %s", round, err.message);
        }
        fl_sim_set_faults(pf, false);
        assert_all_shown_once(&d);
        fl_arena a;
        fl_error err;
        char **names;
        int n;
        fl_arena_init(&a);
        assert_int_equal(fl_disk_list(pf, "/chk", &a, &names, &n, &err), 0);
        int whole = 0;
        for (int i = 0; i < n; i++) whole += strstr(names[i], ".tmp") == NULL;
        assert_in_range(whole, 1, 3); /* two; and one that could not be deleted */
        fl_arena_deinit(&a);
        fl_job_free(j);
        desk_deinit(&d);
        fl_sim_free(pf);
    }
    pf = old;
}

/* ---- restoring ---- */

/* Leaves checkpoints of a job that was stopped after 100 ms, of the table `t`. */
static void leave_checkpoints(int sources, int sinks, int max_parallelism) {
    desk_init(&d, 1000);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 30);
    o.max_parallelism = max_parallelism;
    fl_job *j = start(desk_plan(&d, sources, FL_DIST_HASH, sinks, "t"), &o);
    pass(j, 100);
    fl_job_stop(j);
    assert_ends(j, FL_JOB_STOPPED);
    d.n_ended = 0;
    fl_job_free(j);
}

static void assert_does_not_start(fl_job_plan *plan, const fl_job_options *o, int code, const char *message) {
    fl_error err = {0};
    fl_job *j = fl_job_new(pf, plan, o);
    assert_int_equal(fl_job_start(j, &err), code);
    assert_string_equal(err.message, message);
    assert_int_equal(fl_job_get_state(j), FL_JOB_FAILED);
    fl_job_free(j);
    assert_int_equal(d.n_open, 0);
}

static void a_checkpoint_fits_its_own_query_only(void **state) {
    (void)state;
    leave_checkpoints(1, 2, 16);
    fl_job_options o = desk_options(&d, 30);
    o.restore_path = "/chk";
    assert_does_not_start(
        desk_plan(&d, 1, FL_DIST_HASH, 2, "u"), &o, FL_E_VALIDATION,
        "checkpoint '/chk/chk-4' was taken by another query: operator 0 was TableSourceScan(table=[t], fields=[a]), "
        "now it is TableSourceScan(table=[u], fields=[a])");
    o.restore_path = "/elsewhere";
    assert_does_not_start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o, FL_E_VALIDATION,
                          "there is no checkpoint at '/elsewhere'");
    desk_deinit(&d);
}

/* Keys cannot be dealt into other groups any more. */
static void the_number_of_key_groups_stays(void **state) {
    (void)state;
    leave_checkpoints(1, 2, 3);
    fl_job_options o = desk_options(&d, 30);
    o.restore_path = "/chk";
    assert_does_not_start(desk_plan(&d, 1, FL_DIST_HASH, 4, "t"), &o, FL_E_VALIDATION,
                          "parallelism 4 is greater than the maximum parallelism 3 of the checkpoint");
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 3, "t"), &o);
    d.n_ended = 0;
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    fl_job_free(j);
    desk_deinit(&d);
}

static void damage(const char *path) {
    fl_arena a;
    fl_error err;
    char *bytes;
    size_t n;
    fl_arena_init(&a);
    assert_int_equal(fl_disk_read_all(pf, path, 1 << 20, &a, &bytes, &n, &err), 0);
    bytes[n / 2] ^= 1;
    fl_sim_put_file(pf, path, bytes, n);
    fl_arena_deinit(&a);
}

static void a_damaged_checkpoint_is_named_and_passed_over(void **state) {
    (void)state;
    leave_checkpoints(1, 2, 16);
    assert_folder("/chk", "chk-3 chk-4");
    damage("/chk/chk-4/task-0-0");
    fl_job_options o = desk_options(&d, 30);
    o.restore_path = "/chk/chk-4";
    assert_does_not_start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o, FL_E_CORRUPT,
                          "checkpoint '/chk/chk-4' is damaged: the checksum of file 'task-0-0' does not match");
    o.restore_path = "/chk";
    d.n_ended = 0;
    for (int i = 0; i < NUMBERS_MAX; i++) /* what checkpoint 4 has shown comes again */
        if (d.shown_by[i] == 4) d.shown_by[i] = 0, d.n_shown--;
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    assert_notes(
        &d,
        "checkpoint '/chk/chk-4' is damaged: the checksum of file 'task-0-0' does not match; an older one is tried\n");
    assert_ends(j, FL_JOB_FINISHED);
    assert_all_shown_once(&d);
    assert_true(fl_job_last_checkpoint(j) > 4); /* not a second checkpoint 4 */
    fl_job_free(j);
    desk_deinit(&d);
}

static void without_a_whole_checkpoint_nothing_starts(void **state) {
    (void)state;
    leave_checkpoints(1, 2, 16);
    damage("/chk/chk-4/manifest");
    damage("/chk/chk-3/manifest");
    fl_job_options o = desk_options(&d, 30);
    o.restore_path = "/chk";
    assert_does_not_start(
        desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o, FL_E_CORRUPT,
        "none of the 2 checkpoints in '/chk' is whole; the oldest: checkpoint '/chk/chk-3' is damaged: the checksum of "
        "the manifest does not match");
    desk_deinit(&d);
}

/* A restart takes a checkpoint of its own run only: those of an earlier one, left in the same folder, tell another
 * story. */
static void a_restart_does_not_take_up_an_earlier_run(void **state) {
    (void)state;
    leave_checkpoints(1, 2, 16);
    desk_deinit(&d);
    desk_init(&d, 1000);
    d.pace_ms = 10;
    fl_job_options o = desk_options(&d, 30);
    fl_job *j = start(desk_plan(&d, 1, FL_DIST_HASH, 2, "t"), &o);
    while (fl_job_checkpoints(j) < 1) pass(j, 1);
    assert_folder("/chk", "chk-4 chk-5");
    damage("/chk/chk-5/task-0-0");
    d.fail_in[AT_POLL] = 1;
    pass(j, 30);
    assert_fails(
        j,
        "none of the 1 checkpoints of this job in '/chk' is whole; the oldest: checkpoint '/chk/chk-5' is damaged: the "
        "checksum of file 'task-0-0' does not match");
    fl_job_free(j);
    desk_deinit(&d);
}

/* ---- backpressure ---- */

/* A sink without room stops the sources after what fits into the channels between. */
static void a_full_sink_stops_the_sources(void **state) {
    (void)state;
    for (int sources = 1; sources <= 3; sources++)
        for (int sinks = 0; sinks <= 3; sinks++) {
            desk_init(&d, -1);
            d.full = true;
            fl_job_options o = desk_options(&d, 0);
            fl_job *j = start(desk_plan(&d, sources, FL_DIST_HASH, sinks, "t"), &o);
            for (int i = 0; i < 10000 && fl_job_step(j); i++) continue;
            assert_false(fl_job_step(j)); /* nothing can be done */
            assert_in_range(d.n_given, sources, sources * 10 * FL_MAX(sinks, 1) * (FL_CHANNEL_ROOM + 2));
            desk_empty(&d);
            int given = d.n_given;
            for (int i = 0; i < 1000; i++) fl_job_step(j);
            assert_true(d.n_given > given + 100); /* and there it goes on */
            fl_job_cancel(j);                     /* waits for no room */
            assert_ends(j, FL_JOB_CANCELED);
            fl_job_free(j);
            desk_deinit(&d);
        }
}

/* ---- with threads ---- */

typedef struct questions {
    fl_job *j;
    bool went_back;
} questions;

/* Asks and asks, and sees no row twice. */
static void *ask_for_metrics(void *arg) {
    questions *q = arg;
    fl_job_metrics m;
    for (int64_t rows = 0; !fl_job_state_ended(fl_job_get_state(q->j)); rows = m.rows_in) {
        fl_job_get_metrics(q->j, &m);
        if (m.rows_in < rows) q->went_back = true;
        fl_job_trigger_checkpoint(q->j);
        fl_job_wait_ms(q->j, 1);
    }
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state) {
    (void)state;
    char dir[64];
    snprintf(dir, sizeof dir, "build-tmp-job-%llu", (unsigned long long)draw_u64());
    fl_platform *real = fl_platform_real();
    fl_error err;
    for (int round = 0; round < 6; round++) {
        desk_init(&d, NUMBERS_MAX);
        d.may_block = round % 2;
        d.pace_ms = 1;
        fl_job_options o = desk_options(&d, 20);
        o.checkpoint_dir = dir;
        o.batch_rows = 50;
        o.restart.attempts = 1000;
        fl_job *j = fl_job_new(real, desk_plan(&d, 1 + draw(3), FL_DIST_HASH, 1 + draw(4), "t"), &o);
        if (fl_job_start(j, &err) < 0) fail_msg("%s", err.message);
        fl_thread asking;
        questions q = {j, false};
        assert_int_equal(fl_thread_start(real, &asking, "asking", ask_for_metrics, &q, &err), 0);
        for (int i = 0; i < 15; i++) {
            fl_job_wait_ms(j, 1 + draw(15));
            d.fail_in[AT_POLL + draw(AT_SINK_RESTORE - AT_POLL)] = 1 + draw(3);
        }
        for (place at = AT_OPEN; at < PLACES; at++) d.fail_in[at] = 0;
        d.pace_ms = 0;
        if (fl_job_wait(j, &err) < 0) fail_msg("%s", err.message);
        fl_thread_join(asking);
        assert_false(q.went_back);
        assert_int_equal(fl_job_get_state(j), FL_JOB_FINISHED);
        assert_all_shown_once(&d);
        fl_job_free(j);
        assert_int_equal(d.n_ended, 1);
        desk_deinit(&d);
        assert_int_equal(fl_disk_remove_tree(real, dir, &err), 0);
    }
}

static void threads_stop_at_once(void **state) {
    (void)state;
    fl_error err;
    for (int round = 0; round < 20; round++) {
        desk_init(&d, -1);
        d.may_block = round % 2;
        d.full = draw(2); /* a cancellation does not wait for room */
        d.pace_ms = 1;
        fl_job_options o = desk_options(&d, 0);
        fl_job *j = fl_job_new(fl_platform_real(), desk_plan(&d, 2, FL_DIST_HASH, 1 + draw(4), "t"), &o);
        if (fl_job_start(j, &err) < 0) fail_msg("%s", err.message);
        assert_false(fl_job_wait_ms(j, draw(5)));
        if (draw(3)) {
            fl_job_cancel(j);
            assert_true(fl_job_wait_ms(j, 60000));
            assert_int_equal(fl_job_get_state(j), FL_JOB_CANCELED);
        }
        fl_job_free(j);
        assert_int_equal(d.n_open, 0);
        desk_deinit(&d);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_job_ends_when_its_input_does),
        TEST(the_last_checkpoint_shows_what_is_left),
        TEST(old_checkpoints_are_deleted),
        TEST(a_stopped_job_goes_on_elsewhere),
        TEST(a_stop_without_checkpoints_shows_what_is_on_its_way),
        TEST(a_canceled_job_shows_no_more_and_leaves_its_checkpoints),
        TEST(a_checkpoint_can_be_asked_for),
        TEST(a_failure_that_would_come_again_ends_the_job),
        TEST(a_job_that_cannot_open_does_not_start),
        TEST(a_restart_goes_on_from_the_last_checkpoint),
        TEST(a_restart_without_checkpoints_begins_again),
        TEST(restarts_follow_their_strategy),
        TEST(calm_resets_the_backoff),
        TEST(a_restarting_job_can_be_stopped_and_canceled),
        TEST(a_checkpoint_that_does_not_get_through_is_given_up),
        TEST(too_many_failed_checkpoints_restart_the_job),
        TEST(a_task_or_the_disk_fails_while_a_checkpoint_runs),
        TEST(a_checkpoint_fits_its_own_query_only),
        TEST(the_number_of_key_groups_stays),
        TEST(a_damaged_checkpoint_is_named_and_passed_over),
        TEST(without_a_whole_checkpoint_nothing_starts),
        TEST(a_restart_does_not_take_up_an_earlier_run),
        TEST(a_full_sink_stops_the_sources),
        TEST(threads_do_not_disturb_each_other),
        TEST(threads_stop_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
