/* SPDX-License-Identifier: Apache-2.0 */
/* test_filesystem.c -- the connector filesystem on a simulated disk: what is read, what is written, and that each row
 * stands in the finished files exactly once, whatever step the machine dies at.
 *
 * The exactly-once tests play a job by hand: rows are numbers, a checkpoint is the number of the next row and what each
 * subtask's sink prepared, kept in the test's memory as soon as all have prepared. After a failure the sinks are made
 * anew, perhaps more or fewer of them, and restored from the last checkpoint.
 */
#include "test.h"

#include <stdio.h>

#include "ends.h"

#include "base/hash.h"
#include "connectors/filesystem/filesystem.h"

#define CSV(path, ...)                                                                                                 \
    ((const char *const[]){"connector", "filesystem", "format", "csv", "path", path, ##__VA_ARGS__, NULL})
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static fl_platform *world(uint64_t seed) {
    return fl_sim_new(&(fl_sim_options){.seed = seed, .start_ms = 1767225600000});
}

static void put(fl_platform *pf, const char *path, const char *text) { fl_sim_put_file(pf, path, text, strlen(text)); }

/* ---- reading ---- */

/* All rows of a bounded table as lines, or the refusal. */
static void read_table(fl_platform *pf, const char *columns, const char *const *options, const char *const *keys,
                       const char *const *metadata, int batch_rows, fl_buf *out) {
    end_task t;
    fl_error err;
    fl_batch *b;
    end_init(&t, pf);
    t.ctx.batch_rows = batch_rows;
    fl_source_plan p = {.table = end_table(&t.arena, columns, options, keys)};
    int rc = end_plan_source(&t, &p, metadata, &err);
    if (rc == 0) rc = end_open_source(&t, &err);
    while (rc >= 0 && (rc = end_poll(&t, &b, &err)) == FL_POLL_BATCH) {
        assert_true(b->n <= batch_rows);
        end_print(out, b);
        fl_batch_unref(b);
    }
    if (rc < 0) fl_buf_printf(out, "%s: %s\n", fl_error_word(rc), err.message);
    end_close(&t);
}

static void expect_rows(fl_platform *pf, const char *columns, const char *const *options, const char *const *keys,
                        const char *const *metadata, const char *expected) {
    for (int batch_rows = 1; batch_rows <= 64; batch_rows *= 8) {
        fl_buf out;
        fl_buf_init(&out);
        read_table(pf, columns, options, keys, metadata, batch_rows, &out);
        assert_string_equal(fl_buf_cstr(&out), expected);
        fl_buf_deinit(&out);
    }
}

static void files_and_directories_are_found_as_flink_finds_them(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    put(pf, "/x/d/b.csv", "2\n");
    put(pf, "/x/d/a.csv", "1\n");
    put(pf, "/x/d/sub/c.csv", "3");
    put(pf, "/x/d/_skip.csv", "4\n");
    put(pf, "/x/d/.skip.csv", "5\n");
    put(pf, "/x/d/_dir/x.csv", "6\n");
    put(pf, "/x/d/empty.csv", "");
    put(pf, "/x/one.csv", "7\n");
    expect_rows(pf, "n INT", CSV("/x/d"), NULL, NULL, "+I[1]\n+I[2]\n+I[3]\n");
    expect_rows(pf, "n INT", CSV("/x//d/"), NULL, NULL, "+I[1]\n+I[2]\n+I[3]\n");
    expect_rows(pf, "n INT", CSV("/x/one.csv"), NULL, NULL, "+I[7]\n");
    expect_rows(pf, "n INT", CSV("file:///x/one.csv"), NULL, NULL, "+I[7]\n");
    expect_rows(pf, "n INT", CSV("/x/d/_skip.csv"), NULL, NULL, "");
    expect_rows(pf, "n INT", CSV("/x/d", "source.path.regex-pattern", ".*/b[.]csv"), NULL, NULL, "+I[2]\n");
    expect_rows(pf, "n INT", CSV("/x/d", "source.path.regex-pattern", "b[.]csv"), NULL, NULL, "");
    expect_rows(pf, "n INT", CSV("/x/d", "source.path.regex-pattern", "/x/d/[_.]skip.*"), NULL, NULL, "+I[5]\n+I[4]\n");
    expect_rows(
        pf, "n INT", CSV("/x/nowhere"), NULL, NULL,
        "runtime: File /x/nowhere does not exist or the user running flott has insufficient permissions to access "
        "it.\n");
    expect_rows(pf, "n INT", CSV("s3://bucket/x"), NULL, NULL,
                "unsupported: file system scheme 's3' of path 's3://bucket/x' is not supported\n");
    put(pf, "/x/z/a.csv.gz", "?");
    expect_rows(pf, "n INT", CSV("/x/z"), NULL, NULL,
                "unsupported: file '/x/z/a.csv.gz': reading compressed files is not supported\n");
    fl_sim_free(pf);
}

static void partition_values_come_from_directory_names(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    put(pf, "/in/day=2024-01-01/kind=a/p1.csv", "1,x\n2,y\n");
    put(pf, "/in/day=2024-01-01/kind=b/p2.csv", "3,z\n");
    put(pf, "/in/day=2024-01-02/kind=c/p3.csv", "4,w\n");
    put(pf, "/in/day=2024-01-02/kind=sl%2Fash/p4.csv", "5,v\n");
    put(pf, "/in/day=2024-01-02/kind=a/_hidden.csv", "6,h\n");
    put(pf, "/in/_temporary/kind=a/p.csv", "7,t\n");
    expect_rows(pf, "id INT, s STRING, day STRING, kind STRING", CSV("/in"), NAMES("day", "kind"), NULL,
                "+I[1, x, 2024-01-01, a]\n+I[2, y, 2024-01-01, a]\n+I[3, z, 2024-01-01, b]\n"
                "+I[4, w, 2024-01-02, c]\n+I[5, v, 2024-01-02, sl/ash]\n");
    expect_rows(pf, "kind STRING, id INT, day DATE, s STRING", CSV("/in"), NAMES("day", "kind"), NULL,
                "+I[a, 1, 2024-01-01, x]\n+I[a, 2, 2024-01-01, y]\n+I[b, 3, 2024-01-01, z]\n"
                "+I[c, 4, 2024-01-02, w]\n+I[sl/ash, 5, 2024-01-02, v]\n");
    expect_rows(pf, "id INT, day INT, kind STRING", CSV("/in"), NAMES("day", "kind"), NULL,
                "runtime: For input string: \"2024-01-01\"\n");
    put(pf, "/de/p=2.50/f.csv", "1\n");
    expect_rows(pf, "id INT, p DECIMAL(5, 2)", CSV("/de"), NAMES("p"), NULL,
                "runtime: Can not convert 2.50 to type DECIMAL(5, 2) for partition value\n");
    put(pf, "/dt/p=19723/f.csv", "1\n");
    expect_rows(pf, "id INT, p DATE", CSV("/dt"), NAMES("p"), NULL,
                "runtime: Text '19723' could not be parsed at index 0\n");
    put(pf, "/ty/p=true/q=-5/r=1.5/s=2024-01-01T10%3A00/f.csv", "1\n");
    expect_rows(pf, "id INT, p BOOLEAN, q BIGINT, r DOUBLE, s TIMESTAMP(3)", CSV("/ty"), NAMES("p", "q", "r", "s"),
                NULL, "+I[1, true, -5, 1.5, 2024-01-01T10:00]\n");
    expect_rows(pf, "id INT, p STRING", CSV("/nothing"), NAMES("p"), NULL, "");
    fl_sim_free(pf);
}

static void partition_directories_that_do_not_fit_are_refused(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    put(pf, "/def/kind=__DEFAULT_PARTITION__/p.csv", "1,x\n");
    put(pf, "/def/kind=b/p.csv", "2,y\n");
    expect_rows(pf, "id INT, s STRING, kind STRING", CSV("/def"), NAMES("kind"), NULL,
                "validation: Path should not be null or empty: null\n");
    expect_rows(pf, "id INT, s STRING, kind STRING", CSV("/def", "partition.default-name", "other"), NAMES("kind"),
                NULL, "+I[1, x, __DEFAULT_PARTITION__]\n+I[2, y, b]\n");
    put(pf, "/odd/kind=a/p.csv", "1,x\n");
    put(pf, "/odd/p.csv", "2,y\n");
    expect_rows(pf, "id INT, s STRING, kind STRING", CSV("/odd"), NAMES("kind"), NULL,
                "validation: Partition keys are: [kind], incomplete partition spec: {}\n");
    fl_sim_free(pf);
}

/* Keeps the partitions whose first key is 'b'. */
static int keep_b(void *arg, const fl_batch *partitions, bool *keep, fl_error *err) {
    (void)err;
    ++*(int *)arg;
    for (int i = 0; i < partitions->n; i++)
        keep[i] = !fl_column_is_null(partitions->cols[0], i) && fl_str_is(fl_column_str(partitions->cols[0], i), "b");
    return 0;
}

static void partitions_that_no_row_can_pass_are_left_out(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    fl_batch *b;
    int asked = 0;
    put(pf, "/def/kind=__DEFAULT_PARTITION__/p.csv", "1,x\n");
    put(pf, "/def/kind=b/p.csv", "2,y\n");
    end_init(&t, pf);
    fl_source_plan p = {.table = end_table(&t.arena, "id INT, s STRING, kind STRING", CSV("/def"), NAMES("kind"))};
    p.prune = keep_b;
    p.prune_arg = &asked;
    assert_int_equal(end_plan_source(&t, &p, NULL, &err), 0);
    assert_int_equal(asked, 1);
    assert_int_equal(end_open_source(&t, &err), 0);
    assert_int_equal(end_poll(&t, &b, &err), FL_POLL_BATCH);
    assert_int_equal(b->n, 1);
    assert_int_equal(fl_column_i64(b->cols[0], 0), 2);
    fl_batch_unref(b);
    assert_int_equal(end_poll(&t, &b, &err), FL_POLL_END);
    end_close(&t);
    fl_sim_free(pf);
}

static void metadata_columns_tell_about_the_file(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    put(pf, "/in/k=1/one.csv", "1,a\n2,b\n");
    fl_sim_advance_ms(pf, 1500);
    put(pf, "/in/k=2/two.csv", "3,ccc\n");
    expect_rows(pf, "id INT, s STRING, k INT", CSV("/in"), NAMES("k"),
                NAMES("file.name", "file.size", "file.path", "file.modification-time"),
                "+I[1, a, 1, one.csv, 8, /in/k=1/one.csv, 2026-01-01T00:00:00Z]\n"
                "+I[2, b, 1, one.csv, 8, /in/k=1/one.csv, 2026-01-01T00:00:00Z]\n"
                "+I[3, ccc, 2, two.csv, 6, /in/k=2/two.csv, 2026-01-01T00:00:01.500Z]\n");
    fl_sim_free(pf);
}

/* ---- positions of a source ---- */

/* Lines of very different lengths, some longer than a read, so that records lie across all kinds of borders. */
static char *odd_lines(int lines, size_t *n) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < lines; i++) {
        uint64_t r = fl_splitmix((uint64_t)i * FL_SPLITMIX_STEP);
        size_t length = r % 50 == 0 ? 200000 + r / 64 % 600000 : r / 64 % 3000;
        fl_buf_printf(&b, "%d,", i);
        memset(fl_buf_reserve(&b, length), 'a' + i % 26, length);
        b.n += length;
        fl_buf_putc(&b, '\n');
    }
    *n = b.n;
    return b.p;
}

static void check_odd_row(const fl_batch *b, int row, int expected) {
    fl_str s = fl_column_str(b->cols[1], row);
    assert_int_equal(fl_column_i64(b->cols[0], row), expected);
    for (size_t k = 0; k < s.n; k += 997) assert_int_equal(s.p[k], 'a' + expected % 26);
}

static void large_files_are_read_on_from_any_position(void **state) {
    (void)state;
    enum { LINES = 700 };
    size_t n;
    char *text = odd_lines(LINES, &n);
    for (int batch_rows = 3; batch_rows < 200; batch_rows *= 7) {
        fl_platform *pf = world(1);
        fl_buf own;
        fl_buf_init(&own);
        fl_sim_put_file(pf, "/d/big.csv", text, n);
        int row = 0;
        for (bool first = true, more = true; more; first = false) { /* a new source for every two batches */
            end_task t;
            fl_error err;
            fl_batch *b;
            end_init(&t, pf);
            t.ctx.batch_rows = batch_rows;
            fl_source_plan p = {.table = end_table(&t.arena, "i INT, s STRING", CSV("/d"), NULL)};
            assert_int_equal(end_plan_source(&t, &p, NULL, &err), 0);
            assert_int_equal(end_open_source(&t, &err), 0);
            fl_str before = fl_str_make(own.p, own.n);
            if (!first) assert_int_equal(t.source->type->restore(t.source, &before, 1, &err), 0);
            for (int k = 0; k < 2 && (more = end_poll(&t, &b, &err) == FL_POLL_BATCH); k++) {
                for (int i = 0; i < b->n; i++) check_odd_row(b, i, row++);
                fl_batch_unref(b);
            }
            fl_buf_reset(&own);
            assert_int_equal(t.source->type->snapshot(t.source, &own, &err), 0);
            end_close(&t);
        }
        assert_int_equal(row, LINES);
        fl_buf_deinit(&own);
        fl_sim_free(pf);
    }
    free(text);
}

/* A format whose record "n" is the n rows 0 … n - 1. */
static int decode_repeated(fl_decoder *d, fl_str bytes, fl_buffer *owner, bool last, fl_builder *out, size_t *used,
                           fl_error *err) {
    (void)d, (void)owner, (void)last, (void)err;
    *used = 0;
    while (!fl_builder_full(out) && *used < bytes.n) {
        const char *end = memchr(bytes.p + *used, '\n', bytes.n - *used);
        if (end == NULL) return 0;
        for (int i = 0, n = atoi(bytes.p + *used); i < n; i++) {
            fl_column_append_i64(out->cols[0], i);
            fl_builder_end_row(out, FL_INSERT);
        }
        *used = (size_t)(end + 1 - bytes.p);
    }
    return 0;
}
static void free_nothing(fl_decoder *d) { (void)d; }
static int repeated_decoder(const fl_format_config *c, fl_decoder **out, fl_error *err) {
    static fl_decoder d = {.decode = decode_repeated, .free = free_nothing};
    (void)c, (void)err;
    *out = &d;
    return 0;
}

static void a_record_of_many_rows_can_be_left_in_its_middle(void **state) {
    (void)state;
    static const fl_format repeated = {.name = "repeated", .decoder = repeated_decoder};
    fl_platform *pf = world(1);
    put(pf, "/d/f", "3\n0\n25\n1\n7\n");
    for (int stop = 0; stop < 40; stop++) {
        fl_buf own, all;
        fl_buf_init(&own);
        fl_buf_init(&all);
        for (int run = 0; run < 3; run++) {
            end_task t;
            fl_error err;
            fl_batch *b;
            end_init(&t, pf);
            t.ctx.batch_rows = run == 1 ? 3 : 2;
            fl_source_plan p = {.table = end_table(&t.arena, "i INT", CSV("/d"), NULL)};
            assert_int_equal(end_plan_source(&t, &p, NULL, &err), 0);
            fs_source_config *cfg = (fs_source_config *)(uintptr_t)p.config;
            cfg->format.format = &repeated;
            assert_int_equal(end_open_source(&t, &err), 0);
            fl_str before = fl_str_make(own.p, own.n);
            if (run > 0) assert_int_equal(t.source->type->restore(t.source, &before, 1, &err), 0);
            for (int polls = run < 2 ? stop / 2 : 1000; polls > 0 && end_poll(&t, &b, &err) == FL_POLL_BATCH; polls--) {
                assert_true(b->n <= t.ctx.batch_rows);
                for (int i = 0; i < b->n; i++) fl_buf_printf(&all, "%d ", (int)fl_column_i64(b->cols[0], i));
                fl_batch_unref(b);
            }
            fl_buf_reset(&own);
            assert_int_equal(t.source->type->snapshot(t.source, &own, &err), 0);
            end_close(&t);
        }
        assert_string_equal(fl_buf_cstr(&all),
                            "0 1 2 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 0 0 1 2 "
                            "3 4 5 6 ");
        fl_buf_deinit(&own);
        fl_buf_deinit(&all);
    }
    fl_sim_free(pf);
}

/* ---- watching, and several subtasks ---- */

typedef struct readers {
    end_task t[4];
    int n;
    bool watching;
} readers;

static void start_readers(readers *r, fl_platform *pf, int n, const fl_buf *own, int n_own) {
    fl_str before[4];
    fl_error err;
    for (int j = 0; j < n_own; j++) before[j] = fl_str_make(own[j].p, own[j].n);
    r->n = n;
    for (int i = 0; i < n; i++) {
        end_task *t = &r->t[i];
        end_init(t, pf);
        t->ctx.subtask = i;
        t->ctx.parallelism = n;
        t->ctx.batch_rows = 2;
        const char *const *options = r->watching ? CSV("/w", "source.monitor-interval", "10 s") : CSV("/w");
        fl_source_plan p = {.table = end_table(&t->arena, "i INT", options, NULL)};
        if (end_plan_source(t, &p, NULL, &err) < 0) fail_msg("%s", err.message);
        assert_int_equal(p.bounded, !r->watching);
        assert_int_equal(end_open_source(t, &err), 0);
        if (n_own > 0) assert_int_equal(t->source->type->restore(t->source, before, n_own, &err), 0);
    }
}

/* Polls in turn, at most `polls` times each. */
static void run_readers(readers *r, int polls, int *seen) {
    fl_batch *b;
    fl_error err;
    for (; polls > 0; polls--) {
        for (int i = 0; i < r->n; i++) {
            int rc = end_poll(&r->t[i], &b, &err);
            if (rc < 0) fail_msg("%s", err.message);
            if (rc == FL_POLL_IDLE) assert_true(r->watching && r->t[i].source->wake_ms > fl_now_ms(r->t[i].ctx.pf));
            if (rc == FL_POLL_END) assert_false(r->watching);
            for (int k = 0; rc == FL_POLL_BATCH && k < b->n; k++) seen[fl_column_i64(b->cols[0], k)]++;
            if (rc == FL_POLL_BATCH) fl_batch_unref(b);
        }
    }
}

/* Positions of all subtasks into own; the readers are gone. */
static int stop_readers(readers *r, fl_buf *own) {
    fl_error err;
    for (int i = 0; i < r->n; i++) {
        fl_buf_reset(&own[i]);
        assert_int_equal(r->t[i].source->type->snapshot(r->t[i].source, &own[i], &err), 0);
        end_close(&r->t[i]);
    }
    return r->n;
}

static int put_numbers(fl_platform *pf, const char *path, int from, int n) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < n; i++) fl_buf_printf(&b, "%d\n", from + i);
    fl_sim_put_file(pf, path, b.p, b.n);
    fl_buf_deinit(&b);
    return from + n;
}

/* Files come and subtasks change; every number is read once. */
static void check_readers(uint64_t seed, bool watching) {
    fl_platform *pf = world(seed);
    readers r = {.watching = watching};
    fl_buf own[4] = {0};
    int seen[2000] = {0}, n = 0, n_own = 0, files = 0;
    fl_error err;
    for (; files < 12; files++) n = put_numbers(pf, watching ? "/elsewhere/f" : "/w/f", n, 0);
    fl_disk_remove(pf, "/w/f", &err);
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 4 && (watching || round == 0); i++) {
            char path[32];
            snprintf(path, sizeof path, "/w/d%d/f%d.csv", files % 3, files);
            n = put_numbers(pf, path, n, (int)(fl_splitmix(seed * 99 + (uint64_t)files++) % 9));
        }
        start_readers(&r, pf, 1 + (int)(fl_splitmix(seed * 7 + (uint64_t)round) % 4), own, n_own);
        run_readers(&r, (int)(fl_splitmix(seed * 13 + (uint64_t)round) % 4), seen);
        n_own = stop_readers(&r, own);
    }
    start_readers(&r, pf, 2, own, n_own);
    run_readers(&r, 50, seen);
    if (watching) { /* nothing new until the interval has passed */
        int before = n;
        n = put_numbers(pf, "/w/last.csv", n, 5);
        run_readers(&r, 5, seen);
        assert_int_equal(seen[before], 0);
        fl_sim_advance_ms(pf, 10000);
        run_readers(&r, 10, seen);
    }
    for (int i = 0; i < n; i++) assert_int_equal(seen[i], 1);
    stop_readers(&r, own);
    for (int j = 0; j < 4; j++) fl_buf_deinit(&own[j]);
    fl_sim_free(pf);
}

static void files_are_dealt_out_and_read_once(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) check_readers(seed, seed % 2);
}

/* ---- looking at what a sink wrote ---- */

typedef struct found {
    fl_arena arena;
    const char **paths; /* of all files below the root, hidden ones too */
    int n, cap;
} found;

static void find_files(found *f, fl_platform *pf, const char *dir) {
    char **names;
    int n;
    fl_error err;
    if (!fl_disk_exists(pf, dir)) return;
    assert_int_equal(fl_disk_list(pf, dir, &f->arena, &names, &n, &err), 0);
    for (int i = 0; i < n; i++) {
        fl_stat st;
        char *path = fl_path_join(&f->arena, dir, names[i]);
        assert_int_equal(fl_disk_stat(pf, path, &st, &err), 0);
        if (st.is_directory)
            find_files(f, pf, path);
        else
            FL_PUSH(&f->arena, f->paths, f->n, f->cap, path);
    }
}

static bool hidden_path(const char *path) { return fs_is_hidden(strrchr(path, '/') + 1); }

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* "dir: line" of all visible files, sorted; and how many files there are. */
static void expect_files(fl_platform *pf, const char *root, const char *expected, int visible, int hidden) {
    found f = {0};
    const char **lines = NULL;
    int n = 0, cap = 0;
    fl_error err;
    fl_buf out;
    fl_buf_init(&out);
    fl_arena_init(&f.arena);
    find_files(&f, pf, root);
    for (int i = 0; i < f.n; i++) {
        char *text;
        size_t size;
        bool is_hidden = hidden_path(f.paths[i]);
        visible -= !is_hidden;
        hidden -= is_hidden;
        if (is_hidden) continue;
        assert_int_equal(fl_disk_read_all(pf, f.paths[i], 1 << 20, &f.arena, &text, &size, &err), 0);
        const char *dir = fl_path_parent(&f.arena, f.paths[i]) + strlen(root);
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
            FL_PUSH(&f.arena, lines, n, cap, fl_arena_printf(&f.arena, "%s%s%s", dir, *dir ? ": " : "", line));
    }
    if (n > 0) qsort(lines, (size_t)n, sizeof *lines, by_text);
    for (int i = 0; i < n; i++) fl_buf_printf(&out, "%s\n", lines[i]);
    assert_string_equal(fl_buf_cstr(&out), expected);
    assert_int_equal(visible, 0);
    assert_int_equal(hidden, 0);
    fl_buf_deinit(&out);
    fl_arena_deinit(&f.arena);
}

/* ---- writing ---- */

/* A batch from lines "a,b" for the columns (INT or STRING; an empty cell is NULL). */
static fl_batch *batch_of(const fl_schema *s, const char *text) {
    fl_builder b;
    fl_builder_init(&b, s, 64);
    while (*text != '\0') {
        for (int i = 0; i < s->n; i++) {
            size_t n = strcspn(text, ",\n");
            if (n == 0)
                fl_column_append_null(b.cols[i]);
            else if (b.cols[i]->phys == FL_P_VIEW)
                fl_column_append_str(b.cols[i], fl_str_make(text, n == 2 && text[0] == '\'' ? 0 : n));
            else
                fl_column_append_i64(b.cols[i], atoi(text));
            text += n + (text[n] != '\0');
        }
        fl_builder_end_row(&b, FL_INSERT);
    }
    fl_batch *out = fl_builder_take(&b);
    fl_builder_deinit(&b);
    return out;
}

typedef struct writer_options {
    const char *columns;
    const char *const *options, *const *keys;
    bool batch, checkpointed, overwrite;
    const fl_option *static_partition;
    int n_static;
    int subtask, parallelism;
    int64_t uid;
} writer_options;

/* 0 or the refusal. */
static int open_writer(end_task *t, fl_platform *pf, const writer_options *o, fl_error *err) {
    end_init(t, pf);
    t->ctx.batch_mode = o->batch;
    t->ctx.checkpointed = o->checkpointed;
    t->ctx.subtask = o->subtask;
    t->ctx.parallelism = FL_MAX(o->parallelism, 1);
    t->ctx.job_uid = o->uid;
    fl_sink_request r = {.table = end_table(&t->arena, o->columns, o->options, o->keys),
                         .overwrite = o->overwrite,
                         .static_partition = o->static_partition,
                         .n_static_partition = o->n_static};
    FL_TRY(end_plan_sink(t, &r, err));
    return end_open_sink(t, err);
}

static int write_text(end_task *t, const char *text, fl_error *err) {
    fl_batch *b = batch_of(t->sink->schema, text);
    int rc = t->sink->type->write(t->sink, b, err);
    fl_batch_unref(b);
    fl_arena_reset(&t->scratch);
    return rc;
}

/* Writes some batches and finishes. */
static void write_all(fl_platform *pf, const writer_options *o, const char *const *batches) {
    end_task t;
    fl_error err;
    if (open_writer(&t, pf, o, &err) < 0) fail_msg("%s", err.message);
    for (int i = 0; batches[i] != NULL; i++)
        if (write_text(&t, batches[i], &err) < 0) fail_msg("%s", err.message);
    if (t.sink->type->finish(t.sink, &err) < 0) fail_msg("%s", err.message);
    end_close(&t);
}

static void without_checkpoints_files_appear_at_the_end(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    writer_options o = {.columns = "a INT, b STRING", .options = CSV("/new/out"), .uid = 1};
    write_all(pf, &o, NAMES("1,x\n2,y\n", "3,z\n"));
    expect_files(pf, "/new/out", "1,x\n2,y\n3,z\n", 1, 0);
    o.uid = 2; /* another job adds to the table */
    write_all(pf, &o, NAMES("4,w\n"));
    expect_files(pf, "/new/out", "1,x\n2,y\n3,z\n4,w\n", 2, 0);
    o.uid = 3; /* one that fails leaves nothing */
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(write_text(&t, "5,v\n", &err), 0);
    expect_files(pf, "/new/out", "1,x\n2,y\n3,z\n4,w\n", 2, 1);
    end_close(&t);
    expect_files(pf, "/new/out", "1,x\n2,y\n3,z\n4,w\n", 2, 0);
    o.uid = 4;
    o.options = CSV("/new/none");
    write_all(pf, &o, NAMES(NULL));
    assert_true(fl_disk_exists(pf, "/new/none"));
    fl_sim_free(pf);
}

static void partitions_become_directories(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    writer_options o = {
        .columns = "p STRING, a INT, q INT", .options = CSV("/o"), .keys = NAMES("p", "q"), .batch = true};
    write_all(pf, &o, NAMES("k,1,5\nk,2,5\nk,3,6\n,4,5\n", "'',5,5\na b/c=d%,6,\nü,7,1\nq\"q:*?,8,1\nk,9,5\n"));
    expect_files(pf, "/o",
                 "/p=__DEFAULT_PARTITION__/q=5: 4\n/p=__DEFAULT_PARTITION__/q=5: 5\n"
                 "/p=a b%2Fc%3Dd%25/q=__DEFAULT_PARTITION__: 6\n/p=k/q=5: 1\n/p=k/q=5: 2\n/p=k/q=5: 9\n/p=k/q=6: 3\n"
                 "/p=q%22q%3A%2A%3F/q=1: 8\n/p=ü/q=1: 7\n",
                 6, 0);
    fl_sim_free(pf);
}

static void more_partitions_than_open_files_are_fine(void **state) {
    (void)state;
    enum { PARTITIONS = 300 };
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    writer_options o = {.columns = "a INT, p INT", .options = CSV("/o"), .keys = NAMES("p"), .batch = true};
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    for (int round = 0; round < 3; round++) {
        fl_builder b;
        fl_builder_init(&b, t.sink->schema, PARTITIONS);
        for (int i = 0; i < PARTITIONS; i++) {
            fl_column_append_i64(b.cols[0], round);
            fl_column_append_i64(b.cols[1], i * 7 % PARTITIONS);
            fl_builder_end_row(&b, FL_INSERT);
        }
        fl_batch *rows = fl_builder_take(&b);
        assert_int_equal(t.sink->type->write(t.sink, rows, &err), 0);
        fl_batch_unref(rows);
        fl_builder_deinit(&b);
    }
    assert_int_equal(t.sink->type->finish(t.sink, &err), 0);
    end_close(&t);
    for (int i = 0; i < PARTITIONS; i++) {
        char dir[32];
        snprintf(dir, sizeof dir, "/o/p=%d", i);
        expect_files(pf, dir, "0\n1\n2\n", 1, 0);
    }
    fl_sim_free(pf);
}

static void overwrite_replaces_the_table_or_the_partitions_that_get_rows(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    writer_options o = {.columns = "a INT, b STRING", .options = CSV("/t"), .batch = true, .uid = 1};
    write_all(pf, &o, NAMES("1,x\n2,y\n"));
    o.overwrite = true;
    o.uid = 2;
    write_all(pf, &o, NAMES("9,new\n"));
    expect_files(pf, "/t", "9,new\n", 1, 0);
    o.uid = 3;
    write_all(pf, &o, NAMES(NULL));
    expect_files(pf, "/t", "", 0, 0);
    writer_options p = {
        .columns = "a INT, dt STRING, h INT", .options = CSV("/p"), .keys = NAMES("dt", "h"), .batch = true};
    write_all(pf, &p, NAMES("1,d1,1\n2,d1,2\n3,d2,1\n"));
    p.overwrite = true;
    p.uid = 5;
    write_all(pf, &p, NAMES("10,d1,1\n"));
    expect_files(pf, "/p", "/dt=d1/h=1: 10\n/dt=d1/h=2: 2\n/dt=d2/h=1: 3\n", 3, 0);
    static const fl_option both[] = {{"dt", "d1"}, {"h", "2"}};
    p.static_partition = both;
    p.n_static = 2;
    p.uid = 6;
    write_all(pf, &p, NAMES(NULL)); /* names a partition, has no rows for it */
    expect_files(pf, "/p", "/dt=d1/h=1: 10\n/dt=d2/h=1: 3\n", 2, 0);
    assert_true(fl_disk_exists(pf, "/p/dt=d1/h=2"));
    fl_sim_free(pf);
}

static void commit_at(end_task *t, int64_t checkpoint) {
    fl_error err;
    fl_buf own;
    fl_buf_init(&own);
    if (t->sink->type->prepare(t->sink, checkpoint, &own, &err) < 0) fail_msg("%s", err.message);
    fl_arena_reset(&t->scratch);
    if (t->sink->type->commit(t->sink, checkpoint, &err) < 0) fail_msg("%s", err.message);
    fl_arena_reset(&t->scratch);
    fl_buf_deinit(&own);
}

/* Advances the clock and runs the timer when it is due. */
static void pass(end_task *t, int64_t ms) {
    fl_error err;
    fl_sim_advance_ms(t->ctx.pf, ms);
    int64_t now_ms = fl_now_ms(t->ctx.pf);
    if (t->sink->timer_ms > now_ms) return;
    t->sink->timer_ms = INT64_MAX;
    assert_int_equal(t->sink->type->timer(t->sink, now_ms, &err), 0);
    assert_true(t->sink->timer_ms > now_ms);
}

static void files_roll_by_size_age_and_silence(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    writer_options o = {
        .columns = "a INT, b STRING",
        .options = CSV("/r", "sink.rolling-policy.file-size", "10b", "sink.rolling-policy.rollover-interval", "1 min",
                       "sink.rolling-policy.inactivity-interval", "20 s", "sink.rolling-policy.check-interval", "5 s"),
        .checkpointed = true};
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(write_text(&t, "1,xxxx\n2,xxxx\n3,xxxx\n", &err), 0); /* 14 bytes, then another file */
    expect_files(pf, "/r", "", 0, 2);
    commit_at(&t, 1);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n", 1, 1); /* what is open stays open */
    pass(&t, 5000);
    commit_at(&t, 2);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n", 1, 1);
    pass(&t, 16000); /* silent for 21 s */
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n", 1, 1);
    commit_at(&t, 3);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n3,xxxx\n", 2, 0);
    for (int i = 0; i < 8; i++) { /* never silent, but a minute old at last */
        assert_int_equal(write_text(&t, i == 0 ? "4,x\n" : "5,\n", &err), 0);
        fl_sim_advance_ms(pf, 100);
        if (i == 1) break;
    }
    for (int i = 0; i < 4; i++) {
        pass(&t, 15000);
        if (i < 3) commit_at(&t, 10 + i);
        if (i == 0) expect_files(pf, "/r", "1,xxxx\n2,xxxx\n3,xxxx\n", 2, 1);
    }
    commit_at(&t, 20);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n3,xxxx\n4,x\n5,\n", 3, 0);
    assert_int_equal(write_text(&t, "6,x\n", &err), 0);
    assert_int_equal(t.sink->type->finish(t.sink, &err), 0);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n3,xxxx\n4,x\n5,\n", 3, 1);
    commit_at(&t, 21);
    expect_files(pf, "/r", "1,xxxx\n2,xxxx\n3,xxxx\n4,x\n5,\n6,x\n", 4, 0);
    end_close(&t);
    fl_sim_free(pf);
}

/* ---- partitions that are complete ---- */

static bool marked(fl_platform *pf, const char *dir) {
    char path[128];
    snprintf(path, sizeof path, "%s/_SUCCESS", dir);
    return fl_disk_exists(pf, path);
}

static void a_partition_is_marked_when_its_time_has_passed(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    writer_options o = {.columns = "a INT, day STRING, h STRING",
                        .options = CSV("/c", "sink.partition-commit.policy.kind", "success-file",
                                       "sink.partition-commit.trigger", "partition-time", "sink.partition-commit.delay",
                                       "1 h", "partition.time-extractor.timestamp-pattern", "$day $h:00:00",
                                       "sink.partition-commit.watermark-time-zone", "Europe/Berlin"),
                        .keys = NAMES("day", "h"),
                        .checkpointed = true};
    const int64_t ten = 1704099600000; /* 2024-01-01 10:00 in Berlin is 09:00 UTC */
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(t.node.sink.parallelism, 1);
    assert_int_equal(write_text(&t, "1,2024-01-01,10\n2,2024-01-01,11\n", &err), 0);
    commit_at(&t, 1);
    assert_false(marked(pf, "/c/day=2024-01-01/h=10"));
    assert_int_equal(t.sink->type->watermark(t.sink, ten + 3600000, &err), 0);
    commit_at(&t, 2);
    assert_false(marked(pf, "/c/day=2024-01-01/h=10"));
    assert_int_equal(t.sink->type->watermark(t.sink, ten + 3600001, &err), 0);
    assert_int_equal(write_text(&t, "3,2024-01-01,10\n", &err), 0);
    expect_files(pf, "/c", "", 0, 2);
    commit_at(&t, 3);
    assert_true(marked(pf, "/c/day=2024-01-01/h=10"));
    assert_false(marked(pf, "/c/day=2024-01-01/h=11"));
    expect_files(pf, "/c", "/day=2024-01-01/h=10: 1\n/day=2024-01-01/h=10: 3\n", 1, 2);
    fl_disk_remove(pf, "/c/day=2024-01-01/h=10/_SUCCESS", &err);
    commit_at(&t, 4);
    assert_false(marked(pf, "/c/day=2024-01-01/h=10"));
    assert_int_equal(write_text(&t, "4,2024-01-01,10\n", &err), 0); /* late rows: marked again */
    commit_at(&t, 5);
    assert_true(marked(pf, "/c/day=2024-01-01/h=10"));
    assert_int_equal(t.sink->type->finish(t.sink, &err), 0);
    commit_at(&t, 6);
    assert_true(marked(pf, "/c/day=2024-01-01/h=11"));
    end_close(&t);
    fl_sim_free(pf);
}

static void a_partition_is_marked_some_time_after_its_first_row(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    fl_buf own;
    fl_buf_init(&own);
    writer_options o = {.columns = "a INT, p STRING",
                        .options = CSV("/c", "sink.partition-commit.policy.kind", "success-file",
                                       "sink.partition-commit.delay", "1 min",
                                       "sink.partition-commit.success-file.name", "_SUCCESS"),
                        .keys = NAMES("p"),
                        .checkpointed = true};
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(write_text(&t, "1,x\n", &err), 0);
    fl_sim_advance_ms(pf, 60000);
    assert_int_equal(t.sink->type->prepare(t.sink, 1, &own, &err), 0);
    end_close(&t);
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    fl_str before = fl_str_make(own.p, own.n);
    assert_int_equal(t.sink->type->restore(t.sink, &before, 1, &err), 0);
    assert_false(marked(pf, "/c/p=x"));
    fl_sim_advance_ms(pf, 1);
    commit_at(&t, 2);
    assert_true(marked(pf, "/c/p=x"));
    expect_files(pf, "/c", "/p=x: 1\n", 1, 1);
    fl_buf_deinit(&own);
    end_close(&t);
    fl_sim_free(pf);
}

static void times_of_partitions_follow_pattern_and_formatter(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *formatter, *dir;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {NULL, NULL, "day=2024-01-01/h=7", 1704067200000},
        {NULL, NULL, "day=2024-1-1 01:02:03/h=7", 1704070923000},
        {"$day $h:30:00", NULL, "day=2024-01-01/h=7", 1704094200000},
        {"$day$h", "yyyyMMddHH", "day=20240101/h=07", 1704092400000},
        {"$day $h", "yyyy-MM-dd'T'H", "day=2024-01-01/h=7", -1},
        {"$dayT$h", "yyyy-MM-dd'T'H", "day=2024-01-01/h=7", 1704092400000},
        {NULL, "dd/MM/yyyy", "day=31%2F12%2F2023/h=1", 1703980800000},
        {NULL, NULL, "day=__DEFAULT_PARTITION__/h=1", -1},
    };
    static const fl_type text = {.kind = FL_T_VARCHAR, .nullable = true, .length = FL_LENGTH_MAX};
    static const fl_field fields[] = {{"day", &text, NULL}, {"h", &text, NULL}};
    const fs_keys keys = {2, fields, "__DEFAULT_PARTITION__"};
    fl_arena a;
    fl_error err;
    fl_arena_init(&a);
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fs_commit_config c = {.tz = fl_tz_utc(), .pattern = cases[i].pattern, .formatter = cases[i].formatter};
        int64_t ms = -1;
        int rc = fs_partition_time_ms(&a, &c, &keys, cases[i].dir, &ms, &err);
        if ((rc < 0) != (cases[i].ms < 0) || ms != cases[i].ms) fail_msg("%s: %lld", cases[i].dir, (long long)ms);
    }
    assert_int_equal(fs_formatter_check("yyyy-MM-dd'T'HH:mm:ss.SSS", &err), 0);
    assert_int_equal(fs_formatter_check("yyyy-MMM", &err), 0);
    assert_int_equal(fs_formatter_check("eee", &err), FL_E_UNSUPPORTED);
    assert_int_equal(fs_formatter_check("yyyy'T", &err), FL_E_VALIDATION);
    fl_arena_deinit(&a);
}

/* ---- exactly once ---- */

enum { ROWS = 60, SUBTASKS_MAX = 3 };

typedef struct job {
    fl_platform *pf;
    const writer_options *o;
    uint64_t random;
    bool rescale; /* another parallelism after every failure */
    /* the last durable checkpoint */
    int64_t checkpoint; /* 0: none yet */
    int next_row, n_own;
    fl_buf own[SUBTASKS_MAX];
    int failures;
} job;

static uint64_t chance(job *j, uint64_t n) { return fl_splitmix(j->random += FL_SPLITMIX_STEP) % n; }

/* Counts the rows in visible files; each must lie in its partition. */
static void count_rows(fl_platform *pf, const char *root, bool partitioned, int *counts) {
    found f = {0};
    fl_error err;
    fl_arena_init(&f.arena);
    memset(counts, 0, sizeof *counts * ROWS);
    find_files(&f, pf, root);
    for (int i = 0; i < f.n; i++) {
        char *text;
        size_t size;
        if (hidden_path(f.paths[i])) continue;
        assert_int_equal(fl_disk_read_all(pf, f.paths[i], 1 << 20, &f.arena, &text, &size, &err), 0);
        const char *p = strstr(f.paths[i], "/p=");
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            int row = atoi(line);
            assert_in_range(row, 0, ROWS - 1);
            counts[row]++;
            if (partitioned) assert_int_equal(p[3] - '0', row % 3);
        }
    }
    fl_arena_deinit(&f.arena);
}

static fl_batch *numbers(const fl_schema *s, int from, int to, int subtask, int parallelism) {
    fl_builder b;
    fl_builder_init(&b, s, ROWS);
    for (int i = from; i < to; i++) {
        if (i % parallelism != subtask) continue;
        fl_column_append_i64(b.cols[0], i);
        fl_column_append_i64(b.cols[1], i % 3);
        fl_builder_end_row(&b, FL_INSERT);
    }
    fl_batch *out = fl_builder_take(&b);
    fl_builder_deinit(&b);
    return out;
}

static int write_numbers(end_task *t, int n, int from, int to, fl_error *err) {
    for (int i = 0; i < n; i++) {
        fl_batch *b = numbers(t[i].sink->schema, from, to, i, n);
        int rc = b != NULL ? t[i].sink->type->write(t[i].sink, b, err) : 0;
        fl_batch_unref(b);
        fl_arena_reset(&t[i].scratch);
        if (rc < 0) return rc;
    }
    return 0;
}

/* A checkpoint over all subtasks: durable once all have prepared; then it is committed, mostly. */
static int take_checkpoint(job *j, end_task *t, int n, int next_row, fl_error *err) {
    fl_buf own[SUBTASKS_MAX] = {0};
    int64_t checkpoint = j->checkpoint + 1;
    int rc = 0;
    for (int i = 0; rc == 0 && i < n; i++) {
        rc = t[i].sink->type->prepare(t[i].sink, checkpoint, &own[i], err);
        fl_arena_reset(&t[i].scratch);
    }
    for (int i = 0; rc == 0 && i < SUBTASKS_MAX; i++) {
        fl_buf old = j->own[i];
        j->own[i] = own[i];
        own[i] = old;
    }
    if (rc == 0) {
        j->checkpoint = checkpoint;
        j->next_row = next_row;
        j->n_own = n;
    }
    for (int i = 0; i < SUBTASKS_MAX; i++) fl_buf_deinit(&own[i]);
    for (int i = 0; rc == 0 && i < n; i++) {
        rc = t[i].sink->type->commit(t[i].sink, checkpoint, err);
        fl_arena_reset(&t[i].scratch);
    }
    return rc;
}

static int restore_all(job *j, end_task *t, int n, fl_error *err) {
    fl_str own[SUBTASKS_MAX];
    for (int i = 0; i < j->n_own; i++) own[i] = fl_str_make(j->own[i].p, j->own[i].n);
    for (int i = 0; j->checkpoint > 0 && i < n; i++) {
        FL_TRY(t[i].sink->type->restore(t[i].sink, own, j->n_own, err));
        fl_arena_reset(&t[i].scratch);
        if (chance(j, 2) == 0)
            FL_TRY(t[i].sink->type->commit(t[i].sink, j->checkpoint, err)); /* once more does no harm */
        fl_arena_reset(&t[i].scratch);
    }
    return 0;
}

/* One attempt of the job, from the last checkpoint to the end of the rows, or to a failure. */
static int attempt(job *j, end_task *t, int n, fl_error *err) {
    int row = j->checkpoint > 0 ? j->next_row : 0;
    FL_TRY(restore_all(j, t, n, err));
    while (row < ROWS) {
        int to = FL_MIN(row + 1 + (int)chance(j, 7), (int)ROWS);
        FL_TRY(write_numbers(t, n, row, to, err));
        row = to;
        fl_sim_advance_ms(j->pf, 1000);
        for (int i = 0; i < n && chance(j, 3) == 0; i++) {
            FL_TRY(t[i].sink->type->timer(t[i].sink, fl_now_ms(j->pf), err));
            fl_arena_reset(&t[i].scratch);
        }
        if (j->o->checkpointed && chance(j, 2) == 0) FL_TRY(take_checkpoint(j, t, n, row, err));
    }
    for (int i = 0; i < n; i++) {
        FL_TRY(t[i].sink->type->finish(t[i].sink, err));
        fl_arena_reset(&t[i].scratch);
    }
    return j->o->checkpointed ? take_checkpoint(j, t, n, ROWS, err) : 0;
}

/* What can be seen is never more than once there, and never from behind the last checkpoint. */
static void check_visible(job *j) {
    int counts[ROWS];
    count_rows(j->pf, "/job", j->o->keys != NULL, counts);
    for (int i = 0; i < ROWS; i++) assert_true(counts[i] == 0 || (counts[i] == 1 && i < j->next_row));
}

/* Runs attempts until one ends well. Every row must be there once, and no hidden file left. */
static void run_job(job *j) {
    for (int tries = 0;; tries++) {
        end_task t[SUBTASKS_MAX];
        fl_error err;
        int n = j->rescale ? 1 + (int)chance(j, SUBTASKS_MAX) : FL_MAX(j->o->parallelism, 1), rc = 0;
        for (int i = 0; i < n; i++) {
            writer_options o = *j->o;
            o.subtask = i;
            o.parallelism = n;
            assert_int_equal(open_writer(&t[i], j->pf, &o, &err), 0);
        }
        rc = attempt(j, t, n, &err);
        for (int i = 0; i < n; i++) end_close(&t[i]);
        if (rc == 0) break;
        j->failures++;
        if (rc != FL_E_CRASHED && rc != FL_E_IO) fail_msg("%s", err.message);
        if (fl_sim_crashed(j->pf) || chance(j, 2) == 0) fl_sim_crash(j->pf);
        if (tries == 20) fl_sim_set_faults(j->pf, false);
        if (tries == 30) fail_msg("the job never ends: %s", err.message);
        if (j->o->checkpointed) check_visible(j);
    }
    int counts[ROWS], hidden = 0;
    found f = {0};
    fl_arena_init(&f.arena);
    count_rows(j->pf, "/job", j->o->keys != NULL, counts);
    for (int i = 0; i < ROWS; i++)
        if (counts[i] != 1) fail_msg("row %d is there %d times", i, counts[i]);
    find_files(&f, j->pf, "/job");
    for (int i = 0; i < f.n; i++) hidden += f.paths[i][0] != '\0' && strstr(f.paths[i], ".inprogress") != NULL;
    assert_int_equal(hidden, 0);
    fl_arena_deinit(&f.arena);
    for (int i = 0; i < SUBTASKS_MAX; i++) fl_buf_deinit(&j->own[i]);
}

#define ROLLING                                                                                                        \
    "sink.rolling-policy.file-size", "9b", "sink.rolling-policy.inactivity-interval", "2 s",                           \
        "sink.rolling-policy.check-interval", "1 s"

/* The machine dies once, at each of its steps in turn. */
static void crash_at_every_step(const writer_options *o, bool rescale, uint64_t seeds) {
    for (uint64_t seed = 0; seed < seeds; seed++) {
        for (int64_t step = 0;; step++) {
            job j = {.pf = world(seed * 1000 + (uint64_t)step), .o = o, .random = seed, .rescale = rescale};
            fl_sim_crash_at(j.pf, step);
            run_job(&j);
            fl_sim_free(j.pf);
            if (j.failures == 0) break; /* it ended before that step */
        }
    }
}

static void every_row_is_there_once_whenever_the_machine_dies(void **state) {
    (void)state;
    writer_options flat = {.columns = "i INT, p INT", .options = CSV("/job/out"), .checkpointed = true, .uid = 5};
    crash_at_every_step(&flat, false, 3);
    flat.options = CSV("/job/out", ROLLING);
    crash_at_every_step(&flat, false, 3);
    crash_at_every_step(&flat, true, 5);
    writer_options keys = flat;
    keys.keys = NAMES("p");
    crash_at_every_step(&keys, true, 3);
    keys.options = CSV("/job/out", ROLLING, "sink.partition-commit.policy.kind", "success-file",
                       "sink.partition-commit.delay", "5 s");
    crash_at_every_step(&keys, false, 2);
}

static void every_row_is_there_once_without_checkpoints_too(void **state) {
    (void)state;
    writer_options o = {.columns = "i INT, p INT", .options = CSV("/job/out"), .keys = NAMES("p"), .uid = 5};
    crash_at_every_step(&o, false, 2);
    o.parallelism = 2; /* the first subtask may be done when the second fails */
    crash_at_every_step(&o, false, 2);
    o.batch = true;
    o.overwrite = true;
    o.parallelism = 1;
    crash_at_every_step(&o, false, 2);
}

/* Faulty disks: writes that stop in the middle, syncs that fail, no space; and power cuts on top. */
static void every_row_is_there_once_on_a_bad_disk(void **state) {
    (void)state;
    int failures = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        writer_options o = {.columns = "i INT, p INT",
                            .options = CSV("/job/out", ROLLING),
                            .keys = seed % 2 ? NAMES("p") : NULL,
                            .checkpointed = seed % 5 != 0,
                            .uid = 9};
        job j = {.o = &o, .random = seed, .rescale = seed % 3 == 0 && o.checkpointed};
        j.pf = fl_sim_new(&(fl_sim_options){
            .seed = seed, .short_write_ppm = 20000, .failed_sync_ppm = 20000, .disk_full_ppm = 10000});
        run_job(&j);
        failures += j.failures;
        fl_sim_free(j.pf);
    }
    assert_true(failures > 200);
}

/* An older checkpoint is restored although a newer one was committed: what that one made visible is taken back. */
static void an_older_checkpoint_can_be_restored(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        writer_options o = {
            .columns = "i INT, p INT", .options = CSV("/job/out", ROLLING), .checkpointed = true, .uid = 5};
        job j = {.pf = world(seed), .o = &o, .random = seed};
        end_task t;
        fl_error err;
        int row = 0, rounds = 3 + (int)chance(&j, 4), kept_row = 0;
        fl_buf kept;
        fl_buf_init(&kept);
        assert_int_equal(open_writer(&t, j.pf, &o, &err), 0);
        for (int i = 0; i < rounds; i++) {
            assert_int_equal(write_numbers(&t, 1, row, row + 5, &err), 0);
            row += 5;
            assert_int_equal(take_checkpoint(&j, &t, 1, row, &err), 0);
            if (i != 1) continue;
            fl_buf_put(&kept, j.own[0].p, j.own[0].n);
            kept_row = row;
        }
        end_close(&t);
        fl_buf_reset(&j.own[0]);
        fl_buf_put(&j.own[0], kept.p, kept.n);
        j.checkpoint = 2;
        j.next_row = kept_row;
        j.n_own = 1;
        run_job(&j);
        fl_buf_deinit(&kept);
        fl_sim_free(j.pf);
    }
}

/* ---- a real disk ---- */

static void the_real_disk_is_used_alike(void **state) {
    (void)state;
    char dir[] = "/tmp/flott-test-XXXXXX";
    fl_platform *pf = fl_platform_real();
    fl_error err;
    assert_non_null(mkdtemp(dir));
    char path[64];
    snprintf(path, sizeof path, "%s/new/table", dir);
    writer_options o = {
        .columns = "i INT, p INT", .options = CSV(path), .keys = NAMES("p"), .checkpointed = true, .uid = 5};
    job j = {.pf = pf, .o = &o};
    end_task t;
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(write_numbers(&t, 1, 0, 10, &err), 0);
    assert_int_equal(take_checkpoint(&j, &t, 1, 10, &err), 0);
    assert_int_equal(write_numbers(&t, 1, 10, 20, &err), 0); /* lost: these come again */
    end_close(&t);
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_int_equal(restore_all(&j, &t, 1, &err), 0);
    assert_int_equal(write_numbers(&t, 1, 10, 21, &err), 0);
    assert_int_equal(t.sink->type->finish(t.sink, &err), 0);
    assert_int_equal(take_checkpoint(&j, &t, 1, 21, &err), 0);
    end_close(&t);
    expect_files(pf, path,
                 "/p=0: 0\n/p=0: 12\n/p=0: 15\n/p=0: 18\n/p=0: 3\n/p=0: 6\n/p=0: 9\n"
                 "/p=1: 1\n/p=1: 10\n/p=1: 13\n/p=1: 16\n/p=1: 19\n/p=1: 4\n/p=1: 7\n"
                 "/p=2: 11\n/p=2: 14\n/p=2: 17\n/p=2: 2\n/p=2: 20\n/p=2: 5\n/p=2: 8\n",
                 3, 0);
    fl_buf out;
    fl_buf_init(&out);
    read_table(pf, "i INT, p INT", CSV(path), NAMES("p"), NULL, 100, &out);
    assert_memory_equal(out.p, "+I[0, 0]\n+I[3, 0]\n", 18);
    fl_buf_deinit(&out);
    for (int i = 0; i < SUBTASKS_MAX; i++) fl_buf_deinit(&j.own[i]);
    assert_int_equal(fl_disk_remove_tree(pf, dir, &err), 0);
}

/* ---- what is refused ---- */

static void expect_refused(const writer_options *o, const char *words) {
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    if (open_writer(&t, pf, o, &err) == 0 || strstr(err.message, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, err.message);
    end_close(&t);
    fl_sim_free(pf);
}

static void what_cannot_be_done_is_refused_by_name(void **state) {
    (void)state;
    writer_options o = {.columns = "a INT, p STRING", .keys = NAMES("p"), .checkpointed = true};
#define REFUSED(words, ...) (o.options = CSV("/x", __VA_ARGS__), expect_refused(&o, words))
    REFUSED("'auto-compaction' = 'true' is not supported", "auto-compaction", "true");
    REFUSED("option 'compaction.file-size' is not supported", "compaction.file-size", "1mb");
    REFUSED("'sink.partition-commit.policy.kind' = 'metastore,success-file' is not supported",
            "sink.partition-commit.policy.kind", "metastore,success-file");
    REFUSED("= 'custom' is not supported", "sink.partition-commit.policy.kind", "custom");
    REFUSED("Unsupported policy: nope", "sink.partition-commit.policy.kind", "nope");
    REFUSED("'sink.partition-commit.policy.class' is not supported", "sink.partition-commit.policy.class", "X");
    REFUSED("'partition.time-extractor.kind' = 'custom'", "partition.time-extractor.kind", "custom");
    REFUSED("Invalid time zone for 'sink.partition-commit.watermark-time-zone'.",
            "sink.partition-commit.watermark-time-zone", "Mars/Base");
    REFUSED("letter 'e' of", "partition.time-extractor.timestamp-formatter", "yyyy-e");
    REFUSED("Could not parse value 'big'", "sink.rolling-policy.file-size", "big");
    REFUSED("must be positive", "sink.rolling-policy.check-interval", "0 s");
    REFUSED("Unsupported options found for 'filesystem'.", "no.such.option", "1");
    REFUSED("Unsupported options found for 'filesystem'.", "json.ignore-parse-errors", "true");
    o.overwrite = true;
    REFUSED("Streaming mode not support overwrite.", "sink.parallelism", "1");
    o.overwrite = false;
    o.columns = "a INT, p BYTES";
    REFUSED("a partition column of type BYTES", "sink.parallelism", "1");
    o.columns = "a INT, p STRING";
    o.options = (const char *const[]){"connector", "filesystem", "format", "csv", NULL};
    expect_refused(&o, "One or more required options are missing.");
    o.options = (const char *const[]){"connector", "filesystem", "path", "/x", "format", "nope", NULL};
    expect_refused(&o, "Could not find any format factory for identifier 'nope' in the classpath.");
}

static void options_without_effect_are_noted(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    writer_options o = {.columns = "a INT, p STRING",
                        .keys = NAMES("p"),
                        .options =
                            CSV("/x", "source.report-statistics", "none", "sink.shuffle-by-partition.enable", "true",
                                "sink.parallelism", "4", "sink.partition-commit.policy.kind", "success-file")};
    assert_int_equal(open_writer(&t, pf, &o, &err), 0);
    assert_non_null(strstr(fl_buf_cstr(&t.notes), "'source.report-statistics' has no effect"));
    assert_non_null(strstr(fl_buf_cstr(&t.notes), "'sink.shuffle-by-partition.enable' has no effect"));
    assert_non_null(strstr(fl_buf_cstr(&t.notes), "'sink.parallelism' has no effect"));
    end_close(&t);
    fl_sim_free(pf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_directories_are_found_as_flink_finds_them),
        cmocka_unit_test(partition_values_come_from_directory_names),
        cmocka_unit_test(partition_directories_that_do_not_fit_are_refused),
        cmocka_unit_test(partitions_that_no_row_can_pass_are_left_out),
        cmocka_unit_test(metadata_columns_tell_about_the_file),
        cmocka_unit_test(large_files_are_read_on_from_any_position),
        cmocka_unit_test(a_record_of_many_rows_can_be_left_in_its_middle),
        cmocka_unit_test(files_are_dealt_out_and_read_once),
        cmocka_unit_test(without_checkpoints_files_appear_at_the_end),
        cmocka_unit_test(partitions_become_directories),
        cmocka_unit_test(more_partitions_than_open_files_are_fine),
        cmocka_unit_test(overwrite_replaces_the_table_or_the_partitions_that_get_rows),
        cmocka_unit_test(files_roll_by_size_age_and_silence),
        cmocka_unit_test(a_partition_is_marked_when_its_time_has_passed),
        cmocka_unit_test(a_partition_is_marked_some_time_after_its_first_row),
        cmocka_unit_test(times_of_partitions_follow_pattern_and_formatter),
        cmocka_unit_test(every_row_is_there_once_whenever_the_machine_dies),
        cmocka_unit_test(every_row_is_there_once_without_checkpoints_too),
        cmocka_unit_test(every_row_is_there_once_on_a_bad_disk),
        cmocka_unit_test(an_older_checkpoint_can_be_restored),
        cmocka_unit_test(the_real_disk_is_used_alike),
        cmocka_unit_test(what_cannot_be_done_is_refused_by_name),
        cmocka_unit_test(options_without_effect_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
