/* SPDX-License-Identifier: Apache-2.0 */
/* run_simulated.c -- runs a SQL script in a simulation and leaves behind what it has written.
 *
 *     run_simulated [-D KEY=VALUE]… [--seed N] [--clock MS] [--crash] SCRIPT OUT
 *
 * What:    every statement of SCRIPT in order, on one thread and in virtual time, which starts at MS (since the epoch)
 *          and moves as far as the jobs need. Each job is awaited before the next statement, so a script may read what
 *          it has written. The real disk is only read; what the script writes below /out comes to the real folder OUT,
 *          what print tables write to the file OUT/printed.
 * Stdout:  {"rows_in":1,"rows_out":1,"late_rows":0,"clock":1500}, a line for each job; clock is the time of its end.
 * --crash: batches of one to three rows; after each a checkpoint, a power cut and a restore.
 * Exit:    0, 1 with a message if a statement or a job fails, 2 if the arguments are wrong.
 */
#include <errno.h>
#include <flott.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SIMULATED_OUT "/out"

enum { SETTINGS_MAX = 16 };

typedef struct arguments {
    const char *settings[SETTINGS_MAX]; /* KEY=VALUE */
    int n_settings;
    uint64_t seed;
    int64_t clock_ms;
    bool crash;
    const char *script, *out;
} arguments;

static void die(const char *what, const char *why) {
    fprintf(stderr, "run_simulated: %s: %s\n", what, why);
    exit(1);
}

static void usage(void) {
    fputs("usage: run_simulated [-D KEY=VALUE]... [--seed N] [--clock MS] [--crash] SCRIPT OUT\n", stderr);
    exit(2);
}

static arguments read_arguments(int argc, char **argv) {
    arguments a = {0};
    for (int i = 1; i < argc; i++) {
        bool last = i + 1 == argc;
        if (strcmp(argv[i], "--crash") == 0) {
            a.crash = true;
        } else if (argv[i][0] != '-' && a.script == NULL) {
            a.script = argv[i];
        } else if (argv[i][0] != '-' && a.out == NULL) {
            a.out = argv[i];
        } else if (last) {
            usage();
        } else if (strcmp(argv[i], "--seed") == 0) {
            a.seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--clock") == 0) {
            a.clock_ms = strtoll(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "-D") == 0 && a.n_settings < SETTINGS_MAX) {
            a.settings[a.n_settings++] = argv[++i];
        } else {
            usage();
        }
    }
    if (a.script == NULL || a.out == NULL) usage();
    return a;
}

/* ---- real files ---- */

static char *read_script(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) die(path, strerror(errno));
    size_t cap = 1 << 20;
    char *text = malloc(cap);
    *size = text == NULL ? 0 : fread(text, 1, cap, f);
    if (text == NULL || *size == cap || ferror(f)) die(path, "cannot be read, or is larger than a script");
    fclose(f);
    return text;
}

static void write_file(const char *path, const char *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes, 1, size, f) != size || fclose(f) != 0) die(path, strerror(errno));
}

/* /out/a/part-1 becomes <out>/a/part-1. */
static void copy_out(void *arg, const char *path, const char *bytes, size_t size) {
    const arguments *a = arg;
    char real[4096];
    snprintf(real, sizeof real, "%s%s", a->out, path + strlen(SIMULATED_OUT));
    for (char *slash = real + strlen(a->out) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        if (mkdir(real, 0777) != 0 && errno != EEXIST) die(real, strerror(errno));
        *slash = '/';
    }
    write_file(real, bytes, size);
}

/* ---- the script ---- */

static void run_statement(flott_session *s, const char *sql, size_t length) {
    flott_error err = {0};
    flott_result *r;
    if (flott_execute(s, sql, (int64_t)length, &r, &err) < 0) die("a statement fails", err.message);
    flott_job *job = flott_result_job(r);
    if (job != NULL) {
        flott_job_metrics m;
        if (flott_job_wait(job, -1, &err) < 0) die("a job fails", err.message);
        flott_job_get_metrics(job, &m);
        printf("{\"rows_in\":%lld,\"rows_out\":%lld,\"late_rows\":%lld,\"clock\":%lld}\n", (long long)m.rows_in,
               (long long)m.rows_out, (long long)m.late_rows, (long long)flott_session_clock(s));
    }
    flott_result_free(r);
}

static void keep_output(arguments *a, flott_session *s) {
    char path[4096];
    size_t length;
    flott_error err = {0};
    if (mkdir(a->out, 0777) != 0 && errno != EEXIST) die(a->out, strerror(errno));
    if (flott_session_read_files(s, SIMULATED_OUT, copy_out, a, &err) < 0) die(SIMULATED_OUT, err.message);
    snprintf(path, sizeof path, "%s/printed", a->out);
    const char *printed = flott_session_output(s, &length);
    write_file(path, printed, length);
}

int main(int argc, char **argv) {
    arguments a = read_arguments(argc, argv);
    flott_options options = {.simulated = true, .seed = a.seed, .clock_ms = a.clock_ms, .crash_always = a.crash};
    flott_session *s = flott_session_new(&options);
    for (int i = 0; i < a.n_settings; i++) {
        char key[256];
        flott_error err = {0};
        const char *equals = strchr(a.settings[i], '=');
        if (equals == NULL || (size_t)(equals - a.settings[i]) >= sizeof key) usage();
        snprintf(key, sizeof key, "%.*s", (int)(equals - a.settings[i]), a.settings[i]);
        if (flott_session_set(s, key, equals + 1, &err) < 0) die(a.settings[i], err.message);
    }
    size_t size, at = 0, length;
    const char *start;
    char *script = read_script(a.script, &size);
    while (flott_next_statement(script, size, &at, &start, &length)) run_statement(s, start, length);
    keep_output(&a, s);
    flott_session_free(s);
    free(script);
    return 0;
}
