/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c -- the configuration of a session: which layer is in force, what becomes of each value, that every key
 * of Flink SQL is known with Flink's default, and that docs/configuration.md is what the tables say.
 *
 * Runs in the root of the source tree: it reads tests/data/config_keys.txt and docs/configuration.md.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "env/config_int.h"

static fl_error err;

/* ---- a session that listens ---- */

static char note[400]; /* the last one; empty: none */

static void listen(void *arg, const char *text) {
    (void)arg;
    snprintf(note, sizeof note, "%s", text);
}

static int begin(void **state) {
    *state = fl_config_new(listen, NULL);
    return 0;
}

static int end(void **state) {
    fl_config_free(*state);
    return 0;
}

static void set_in(fl_config *c, fl_config_layer layer, const char *key, const char *value) {
    note[0] = '\0';
    if (fl_config_set(c, layer, key, value, &err) != 0) fail_msg("%s = %s: %s", key, value, err.message);
}

static void set(fl_config *c, const char *key, const char *value) { set_in(c, FL_CONFIG_SET, key, value); }

static void silent(fl_config *c, const char *key, const char *value) {
    set(c, key, value);
    if (note[0] != '\0') fail_msg("%s = %s: %s", key, value, note);
}

static void noted(fl_config *c, const char *key, const char *value, const char *words) {
    set(c, key, value);
    if (strstr(note, words) == NULL) fail_msg("%s = %s: '%s'", key, value, note);
}

static void refused(fl_config *c, const char *key, const char *value, int code, const char *words, const char *hint) {
    const char *before = fl_config_get(c, key);
    note[0] = '\0';
    if (fl_config_set(c, FL_CONFIG_SET, key, value, &err) != code) fail_msg("%s = %s is not refused so", key, value);
    if (strstr(err.message, words) == NULL) fail_msg("%s = %s: %s", key, value, err.message);
    if (strstr(err.hint, hint) == NULL) fail_msg("%s = %s: %s", key, value, err.hint);
    assert_string_equal(note, "");
    assert_ptr_equal(fl_config_get(c, key), before);
}

static void reset(fl_config *c, const char *key) { assert_int_equal(fl_config_reset(c, key, &err), 0); }

/* ---- values and layers ---- */

static void defaults_are_in_force(void **state) {
    const fl_config *c = *state;
    assert_int_equal(fl_config_i64(c, "parallelism.default"), 1);
    assert_int_equal(fl_config_i64(c, "pipeline.max-parallelism"), -1);
    assert_int_equal(fl_config_i64(c, "table.optimizer.runtime-filter.max-build-data-size"), 150 << 20);
    assert_int_equal(fl_config_duration_ms(c, "pipeline.auto-watermark-interval"), 200);
    assert_int_equal(fl_config_duration_ms(c, "execution.checkpointing.interval"), 0);
    assert_true(fl_config_bool(c, "table.dynamic-table-options.enabled"));
    assert_false(fl_config_bool(c, "table.dml-sync"));
    assert_true(fl_config_double(c, "restart-strategy.exponential-delay.jitter-factor") == 0.1);
    assert_true(fl_config_is(c, "execution.runtime-mode", "STREAMING"));
    assert_int_equal(fl_config_enum(c, "restart-strategy.type"), -1);
    assert_string_equal(fl_config_string(c, "table.local-time-zone"), "default");
    assert_null(fl_config_string(c, "pipeline.name"));
    assert_null(fl_config_get(c, "no.such.key"));
    assert_int_equal(fl_config_settings(c), 0);
}

static void the_highest_layer_is_in_force(void **state) {
    fl_config *c = *state;
    const char *key = "parallelism.default";
    set_in(c, FL_CONFIG_GIVEN, key, "2");
    assert_int_equal(fl_config_i64(c, key), 2);
    set(c, key, "3");
    set_in(c, FL_CONFIG_GIVEN, key, "4");
    assert_int_equal(fl_config_i64(c, key), 3);
    reset(c, key);
    assert_int_equal(fl_config_i64(c, key), 4);
    set(c, key, "5");
    set(c, "pipeline.name", "nightly");
    set(c, "metrics.reporter.prom.port", "9249");
    reset(c, NULL);
    assert_int_equal(fl_config_i64(c, key), 4);
    assert_null(fl_config_get(c, "pipeline.name"));
    assert_null(fl_config_get(c, "metrics.reporter.prom.port"));
    assert_int_equal(fl_config_settings(c), 1);
    assert_int_equal(fl_config_reset(c, "parallelism.defalt", &err), FL_E_VALIDATION);
    assert_string_equal(err.hint, "did you mean 'parallelism.default'?");
}

static void settings_come_in_the_order_of_keys(void **state) {
    static const fl_config_setting want[] = {
        {"execution.runtime-mode", "batch"}, {"pipeline.name", "a"},
        {"restart-strategy.type", "none"},   {"s3.access-key", "k"},
        {"table.local-time-zone", "UTC"},
    };
    fl_config *c = *state;
    set(c, "table.local-time-zone", "UTC");
    set(c, "s3.access-key", "k");
    set(c, "execution.runtime-mode", "streaming");
    set_in(c, FL_CONFIG_GIVEN, "restart-strategy", "none");
    set(c, "pipeline.name", "a");
    set(c, "execution.runtime-mode", "batch");
    assert_int_equal(fl_config_settings(c), FL_ARRAY_LEN(want));
    for (int i = 0; i < fl_config_settings(c); i++) {
        assert_string_equal(fl_config_setting_at(c, i).key, want[i].key);
        assert_string_equal(fl_config_setting_at(c, i).value, want[i].value);
    }
    set(c, "pipeline.name", fl_config_get(c, "pipeline.name"));
    assert_string_equal(fl_config_get(c, "pipeline.name"), "a");
}

static void many_settings_find_room(void **state) {
    fl_config *c = *state;
    char key[40];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "metrics.scope.%d", i * 37 % 100);
        set(c, key, key);
    }
    assert_int_equal(fl_config_settings(c), 100);
    for (int i = 0; i < 100; i++) {
        assert_string_equal(fl_config_setting_at(c, i).key, fl_config_setting_at(c, i).value);
        if (i > 0) assert_true(strcmp(fl_config_setting_at(c, i - 1).key, fl_config_setting_at(c, i).key) < 0);
    }
}

static void values_are_read_by_their_type(void **state) {
    fl_config *c = *state;
    set(c, "execution.runtime-mode", "Batch");
    assert_true(fl_config_is(c, "execution.runtime-mode", "BATCH"));
    assert_int_equal(fl_config_enum(c, "execution.runtime-mode"), 1);
    set(c, "execution.checkpointing.interval", "1 min");
    assert_int_equal(fl_config_duration_ms(c, "execution.checkpointing.interval"), 60000);
    set(c, "table.dml-sync", "TRUE");
    assert_true(fl_config_bool(c, "table.dml-sync"));
    set(c, "table.exec.spill-compression.block-size", "1mb");
    assert_int_equal(fl_config_i64(c, "table.exec.spill-compression.block-size"), 1 << 20);
}

static void mistakes_are_told_in_flinks_words(void **state) {
    fl_config *c = *state;
    refused(c, "parallelism.default", "abc", FL_E_VALIDATION,
            "Could not parse value 'abc' for key 'parallelism.default'. For input string: \"abc\"", "");
    refused(c, "pipeline.object-reuse", "yes", FL_E_VALIDATION, "Expected either true or false(case insensitive)", "");
    refused(c, "execution.runtime-mode", "x", FL_E_VALIDATION, "Expected one of: [[STREAMING, BATCH, AUTOMATIC]]", "");
    refused(c, "table.exec.source.idle-timeout", "1.5 s", FL_E_VALIDATION,
            "Time interval unit label '.5 s' does not match any of the recognized units", "");
    refused(c, "execution.checkpointing.interval", "5 ms", FL_E_VALIDATION, "must be larger than or equal to 10 ms",
            "");
    refused(c, "parallelism.default", "0", FL_E_VALIDATION, "must be larger than or equal to 1", "");
    refused(c, "pipeline.max-parallelism", "32769", FL_E_VALIDATION, "must be smaller than or equal to 32768", "");
    refused(c, "restart-strategy", "sometimes", FL_E_VALIDATION, "for key 'restart-strategy.type'", "");
    silent(c, "pipeline.max-parallelism", "-1");
}

static void unknown_keys_are_told_with_the_nearest(void **state) {
    fl_config *c = *state;
    refused(c, "table.exec.state.tll", "1 h", FL_E_VALIDATION, "unknown option 'table.exec.state.tll'",
            "did you mean 'table.exec.state.ttl'?");
    refused(c, "state.checkpoint.dir", "/c", FL_E_VALIDATION, "unknown", "did you mean 'execution.checkpointing.dir'?");
    refused(c, "execution.checkpointing.intervall", "1 s", FL_E_VALIDATION, "unknown",
            "execution.checkpointing.interval'");
    refused(c, "my.very.own.parameter", "1", FL_E_VALIDATION, "unknown", "'pipeline.global-job-parameters.…'");
    refused(c, "", "1", FL_E_VALIDATION, "unknown option ''", "");
}

/* ---- what becomes of a value ---- */

static void what_has_no_effect_is_noted(void **state) {
    fl_config *c = *state;
    noted(c, "pipeline.object-reuse", "true",
          "option 'pipeline.object-reuse' has no effect: rows are never copied between chained operators");
    noted(c, "table.exec.deduplicate.mini-batch.compact-changes-enabled", "true", "final rows are the same");
    noted(c, "table.optimizer.agg-phase-strategy", "TWO_PHASE", "results are the same");
    noted(c, "pipeline.jars", "file:///k.jar", "JARs are not loaded");
    noted(c, "taskmanager.memory.process.size", "4g", "there is no cluster");
    noted(c, "pipeline.global-job-parameters.env", "test", "no function reads them");
    noted(c, "state.backend.rocksdb.block.cache-size", "64 mb", "hash tables in memory");
    noted(c, "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file", "1", "always aligned");
    assert_string_equal(fl_config_get(c, "taskmanager.memory.process.size"), "4g");
    fl_config *deaf = fl_config_new(NULL, NULL);
    assert_int_equal(fl_config_set(deaf, FL_CONFIG_SET, "pipeline.object-reuse", "true", &err), 0);
    fl_config_free(deaf);
}

static void what_would_differ_is_refused(void **state) {
    fl_config *c = *state;
    refused(c, "state.backend.type", "rocksdb", FL_E_UNSUPPORTED,
            "option 'state.backend.type' = 'rocksdb' is not supported", "Leave it at hashmap");
    refused(c, "execution.checkpointing.unaligned", "true", FL_E_UNSUPPORTED,
            "execution.checkpointing.unaligned.enabled", "always aligned");
    refused(c, "table.sql-dialect", "hive", FL_E_UNSUPPORTED, "'hive'", "Flink's own SQL");
    refused(c, "execution.target", "kubernetes-session", FL_E_UNSUPPORTED, "execution.target", "in this process");
    refused(c, "table.exec.state.ttl", "1 h", FL_E_UNSUPPORTED, "table.exec.state.ttl", "state does not expire yet");
    refused(c, "table.exec.emit.early-fire.enabled", "true", FL_E_UNSUPPORTED, "early-fire", "windows fire once");
    refused(c, "table.exec.emit.late-fire.enabled", "true", FL_E_UNSUPPORTED, "late-fire", "windows fire once");
    refused(c, "table.exec.sink.upsert-materialize", "FORCE", FL_E_UNSUPPORTED, "upsert-materialize", "AUTO");
    refused(c, "python.files", "f.py", FL_E_UNSUPPORTED, "python.files", "Python functions do not run yet");
}

static void the_state_follows_the_value(void **state) {
    fl_config *c = *state;
    silent(c, "execution.checkpointing.unaligned.enabled", "FALSE");
    silent(c, "table.exec.state.ttl", "0");
    silent(c, "state.backend", "HashMap");
    silent(c, "state.backend", "filesystem");
    silent(c, "table.sql-dialect", "DEFAULT");
    silent(c, "execution.target", "local");
    silent(c, "table.exec.sink.upsert-materialize", "none");
    silent(c, "execution.checkpointing.storage", "filesystem");
    noted(c, "execution.checkpointing.storage", "jobmanager", "execution.checkpointing.dir");
    silent(c, "execution.checkpointing.mode", "exactly_once");
    noted(c, "execution.checkpointing.mode", "AT_LEAST_ONCE", "always aligned");
    silent(c, "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    noted(c, "execution.checkpointing.externalized-checkpoint-retention", "DELETE_ON_CANCELLATION", "always kept");
    silent(c, "sql-client.execution.result-mode", "tableau");
    noted(c, "sql-client.execution.result-mode", "changelog", "as tables");
    silent(c, "table.exec.mini-batch.size", "2");
}

static void older_spellings_are_the_same_key(void **state) {
    fl_config *c = *state;
    for (const fl_config_alias *a = fl_config_aliases; a->key != NULL; a++) {
        assert_non_null(fl_config_key(a->key));
        assert_string_equal(fl_config_key(a->key)->key, a->stands_for);
        assert_ptr_equal(fl_config_key(a->key), fl_config_key(a->stands_for));
    }
    set(c, "state.checkpoints.dir", "file:///c");
    assert_string_equal(fl_config_string(c, "execution.checkpointing.dir"), "file:///c");
    assert_string_equal(fl_config_get(c, "state.backend.fs.checkpointdir"), "file:///c");
    set(c, "execution.checkpointing.dir", "/d");
    assert_string_equal(fl_config_get(c, "state.checkpoints.dir"), "/d");
    reset(c, "state.checkpoints.dir");
    assert_null(fl_config_get(c, "execution.checkpointing.dir"));
    silent(c, "execution.savepoint.path", "/s");
    assert_string_equal(fl_config_string(c, "execution.state-recovery.path"), "/s");
}

/* ---- restarts ---- */

static fl_restart_strategy restart(const fl_config *c) {
    fl_restart_strategy s;
    if (fl_config_restart(c, &s, &err) != 0) fail_msg("%s", err.message);
    return s;
}

static void restarts_follow_checkpoints(void **state) {
    fl_config *c = *state;
    assert_int_equal(restart(c).kind, FL_RESTART_NONE);
    set(c, "execution.checkpointing.interval", "10 s");
    fl_restart_strategy s = restart(c);
    assert_int_equal(s.kind, FL_RESTART_EXPONENTIAL);
    assert_int_equal(s.delay_ms, 1000);
    assert_int_equal(s.max_backoff_ms, 60000);
    assert_int_equal(s.interval_ms, 3600000);
    assert_int_equal(s.attempts, -1);
    assert_true(s.multiplier == 1.5 && s.jitter == 0.1);
    set(c, "restart-strategy.exponential-delay.max-backoff", "5 s");
    assert_int_equal(restart(c).max_backoff_ms, 5000);
    set(c, "restart-strategy.type", "off");
    assert_int_equal(restart(c).kind, FL_RESTART_NONE);
}

static void every_strategy_has_its_parameters(void **state) {
    static const struct {
        const char *word;
        fl_restart_kind kind;
    } words[] = {
        {"disable", FL_RESTART_NONE},
        {"None", FL_RESTART_NONE},
        {"off", FL_RESTART_NONE},
        {"fixed-delay", FL_RESTART_FIXED_DELAY},
        {"fixeddelay", FL_RESTART_FIXED_DELAY},
        {"failure-rate", FL_RESTART_FAILURE_RATE},
        {"failurerate", FL_RESTART_FAILURE_RATE},
        {"exponential-delay", FL_RESTART_EXPONENTIAL},
        {"exponentialdelay", FL_RESTART_EXPONENTIAL},
    };
    fl_config *c = *state;
    for (size_t i = 0; i < FL_ARRAY_LEN(words); i++) {
        set(c, "restart-strategy", words[i].word);
        assert_int_equal(restart(c).kind, words[i].kind);
    }
    set(c, "restart-strategy", "fixed-delay");
    assert_int_equal(restart(c).attempts, 1);
    set(c, "restart-strategy.fixed-delay.attempts", "2147483647");
    set(c, "restart-strategy.fixed-delay.delay", "3 s");
    assert_int_equal(restart(c).attempts, INT32_MAX);
    assert_int_equal(restart(c).delay_ms, 3000);

    set(c, "restart-strategy", "failure-rate");
    assert_int_equal(restart(c).max_failures, 1);
    assert_int_equal(restart(c).interval_ms, 60000);
    assert_int_equal(restart(c).delay_ms, 1000);

    set(c, "restart-strategy", "exponential-delay");
    set(c, "restart-strategy.exponential-delay.attempts-before-reset-backoff", "7");
    assert_int_equal(restart(c).attempts, 7);
}

static void strategies_that_make_no_sense_are_refused(void **state) {
    fl_config *c = *state;
    fl_restart_strategy s;
    set(c, "restart-strategy", "exponential-delay");
    set(c, "restart-strategy.exponential-delay.initial-backoff", "2 min");
    assert_int_equal(fl_config_restart(c, &s, &err), FL_E_VALIDATION);
    assert_string_equal(err.message, "Initial backoff cannot be higher than maximum backoff.");
    reset(c, "restart-strategy.exponential-delay.initial-backoff");
    set(c, "restart-strategy.exponential-delay.backoff-multiplier", "1");
    assert_int_equal(fl_config_restart(c, &s, &err), FL_E_VALIDATION);
    assert_string_equal(err.message, "Backoff multiplier must be greater than 1.");
    refused(c, "restart-strategy.exponential-delay.jitter-factor", "1.5", FL_E_VALIDATION, "equal to 1", "");
    refused(c, "restart-strategy.fixed-delay.attempts", "2147483648", FL_E_VALIDATION, "equal to 2147483647", "");
}

/* ---- the tables ---- */

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void the_table_is_sound(void **state) {
    fl_config *c = *state;
    for (int i = 0; i < fl_config_keys(); i++) {
        const fl_option_def *def = fl_config_key_at(i);
        if (i > 0 && strcmp(fl_config_key_at(i - 1)->key, def->key) >= 0) fail_msg("%s is out of order", def->key);
        assert_ptr_equal(fl_config_key(def->key), def);
        assert_non_null(def->help);
        if (!ends_with(def->help, ".")) fail_msg("%s: the help is no sentence", def->key);
        if (def->type == FL_OPT_ENUM) assert_non_null(def->values);
        if ((def->state == FL_OPT_HONOURED) != (def->note == NULL)) fail_msg("%s: state and note differ", def->key);
        /* A reason ends a sentence, an advice is one. */
        if (def->note != NULL && ends_with(def->note, ".") != (def->state == FL_OPT_REFUSED))
            fail_msg("%s: %s", def->key, def->note);
        if (def->fallback != NULL) silent(c, def->key, def->fallback);
    }
    for (const fl_config_family *f = fl_config_families; f->prefix != NULL; f++) assert_non_null(f->note);
}

/* Copies the line at *at without its end; false behind the last. */
static bool next_line(FILE *in, char *line, int size) {
    if (fgets(line, size, in) == NULL) return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static void every_key_of_flink_is_known(void **state) {
    char line[300];
    int n = 0;
    FILE *in = fopen("tests/data/config_keys.txt", "r");
    (void)state;
    assert_non_null(in);
    while (next_line(in, line, sizeof line)) {
        if (line[0] == '#') continue;
        char *equals = strstr(line, " =");
        assert_non_null(equals);
        *equals = '\0';
        const char *fallback = equals[2] == '\0' ? "" : equals + 3;
        const fl_option_def *def = fl_config_key(line);
        if (def == NULL) fail_msg("%s is missing", line);
        if (strcmp(def->fallback != NULL ? def->fallback : "(none)", fallback) != 0)
            fail_msg("%s: the default is %s", line, fallback);
        n++;
    }
    fclose(in);
    assert_int_equal(n, 191);
}

static void the_page_says_what_the_tables_say(void **state) {
    fl_buf want, have;
    FILE *in = fopen("docs/configuration.md", "r");
    (void)state;
    assert_non_null(in);
    fl_buf_init(&want);
    fl_buf_init(&have);
    fl_config_markdown(&want);
    for (size_t n = 1; n > 0; have.n += n) n = fread(fl_buf_reserve(&have, 4096), 1, 4096, in);
    fclose(in);
    bool equal = strcmp(fl_buf_cstr(&want), fl_buf_cstr(&have)) == 0;
    fl_buf_deinit(&want);
    fl_buf_deinit(&have);
    if (!equal) fail_msg("docs/configuration.md is not what the tables say: run ninja docs");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_in_force),
        TEST(the_highest_layer_is_in_force),
        TEST(settings_come_in_the_order_of_keys),
        TEST(many_settings_find_room),
        TEST(values_are_read_by_their_type),
        TEST(mistakes_are_told_in_flinks_words),
        TEST(unknown_keys_are_told_with_the_nearest),
        TEST(what_has_no_effect_is_noted),
        TEST(what_would_differ_is_refused),
        TEST(the_state_follows_the_value),
        TEST(older_spellings_are_the_same_key),
        TEST(restarts_follow_checkpoints),
        TEST(every_strategy_has_its_parameters),
        TEST(strategies_that_make_no_sense_are_refused),
        TEST(the_table_is_sound),
        TEST(every_key_of_flink_is_known),
        TEST(the_page_says_what_the_tables_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
