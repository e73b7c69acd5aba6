/* SPDX-License-Identifier: Apache-2.0 */
/* fake_flott.c -- flott.h without an engine. See fake_flott.h.
 *
 * Time is real in a real session: what comes later is waited for. In a simulated one the clock stands, and jumps when a
 * call allows it to.
 */
#include "fake_flott.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 200, COLUMNS_MAX = 16, SETTINGS_MAX = 32, FILES_MAX = 64, JOBS_MAX = 4096 };

/* ---- the test's side ---- */

static const fake_answer *known;
static int n_known;
static char *log_text;

static void log_line(const char *text, size_t n) {
    size_t used = log_text == NULL ? 0 : strlen(log_text);
    log_text = realloc(log_text, used + n + 2);
    if (log_text == NULL) abort();
    memcpy(log_text + used, text, n);
    memcpy(log_text + used + n, "\n", 2);
}

void fake_answers(const fake_answer *answers, int n) {
    known = answers;
    n_known = n;
    free(log_text);
    log_text = NULL;
}

const char *fake_log(void) { return log_text == NULL ? "" : log_text; }

/* ---- objects ---- */

struct flott_job {
    flott_session *session;
    const fake_answer *answer;
    int64_t begun_ms;
    bool stopped, canceled, over;
};

struct flott_session {
    flott_options options;
    int64_t clock_ms;
    char *keys[SETTINGS_MAX], *values[SETTINGS_MAX];
    int n_settings;
    char *paths[FILES_MAX], *bytes[FILES_MAX];
    size_t sizes[FILES_MAX];
    int n_files;
    flott_job *jobs[JOBS_MAX];
    int n_jobs;
};

struct flott_result {
    flott_result_kind kind;
    const fake_answer *answer;
    flott_job *job;
    char names[COLUMNS_MAX][NAME_MAX_BYTES], types[COLUMNS_MAX][NAME_MAX_BYTES];
    int columns;
    int next; /* row */
};

struct flott_batch {
    const flott_result *result;
    flott_row_kind kind;
    char *fields[COLUMNS_MAX]; /* NULL: NULL */
    char *text;                /* what was asked for last */
};

static char *copy(const char *p, size_t n) {
    char *c = malloc(n + 1);
    if (c == NULL) abort();
    memcpy(c, p, n);
    c[n] = '\0';
    return c;
}

static int fail(flott_error *err, int code, const char *message) {
    *err = (flott_error){.code = code};
    snprintf(err->message, sizeof err->message, "%s", message);
    return code;
}

static int64_t now(const flott_session *s) {
    struct timespec t;
    if (s->options.simulated) return s->clock_ms;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until `ms` have passed, or sets the virtual clock forward. */
static void pass_time(flott_session *s, int64_t ms) {
    if (s->options.simulated)
        s->clock_ms += ms;
    else
        usleep((useconds_t)ms * 1000);
}

const char *flott_version(void) { return "fake"; }

bool flott_session_in_statement_set(const flott_session *s) {
    (void)s;
    return false;
}

/* Its only secret is the word. */
bool flott_secret_find(const char *sql, size_t size, size_t from, size_t *begin, size_t *end) {
    const char *found = from < size ? memmem(sql + from, size - from, "secret", 6) : NULL;
    *begin = found == NULL ? size : (size_t)(found - sql);
    *end = *begin + 6;
    return found != NULL;
}

const char *flott_error_word(int code) {
    static const char *const words[] = {"ok", "parse",   "validation", "unsupported", "runtime",
                                        "io", "corrupt", "limit",      "canceled",    "crashed"};
    return words[code < 0 && code >= FLOTT_E_CRASHED ? -code : 0];
}

/* ---- sessions ---- */

flott_session *flott_session_new(const flott_options *opt) {
    flott_session *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    if (opt != NULL) s->options = *opt;
    s->clock_ms = s->options.clock_ms;
    return s;
}

void flott_session_free(flott_session *s) {
    for (int i = 0; i < s->n_settings; i++) free(s->keys[i]), free(s->values[i]);
    for (int i = 0; i < s->n_files; i++) free(s->paths[i]), free(s->bytes[i]);
    for (int i = 0; i < s->n_jobs; i++) free(s->jobs[i]);
    free(s);
}

int flott_session_set(flott_session *s, const char *key, const char *value, flott_error *err) {
    char line[NAME_MAX_BYTES];
    log_line(line, (size_t)snprintf(line, sizeof line, "set %.90s=%.90s", key, value));
    if (strcmp(key, "unknown.key") == 0) return fail(err, FLOTT_E_VALIDATION, "unknown key 'unknown.key'");
    if (strcmp(value, "refused") == 0)
        return fail(err, FLOTT_E_UNSUPPORTED, "this setting is not supported yet. Sorry.");
    int i = 0;
    while (i < s->n_settings && strcmp(s->keys[i], key) != 0) i++;
    if (i == SETTINGS_MAX) abort();
    if (i == s->n_settings)
        s->keys[s->n_settings++] = copy(key, strlen(key));
    else
        free(s->values[i]);
    s->values[i] = copy(value, strlen(value));
    return FLOTT_OK;
}

const char *flott_session_get(const flott_session *s, const char *key) {
    for (int i = 0; i < s->n_settings; i++) {
        if (strcmp(s->keys[i], key) == 0) return s->values[i];
    }
    return NULL;
}

int flott_session_put_arrow(flott_session *s, const char *name, struct ArrowSchema *schema, struct ArrowArray *arrays,
                            int n_arrays, flott_error *err) {
    (void)s, (void)name, (void)schema, (void)arrays, (void)n_arrays;
    return fail(err, FLOTT_E_UNSUPPORTED, "no Arrow here");
}

/* ---- statements ---- */

bool flott_next_statement(const char *script, size_t size, size_t *at, const char **start, size_t *length) {
    size_t i = *at;
    for (;;) {
        while (i < size && (script[i] == ';' || (unsigned char)script[i] <= ' ')) i++;
        if (i + 1 >= size || script[i] != '-' || script[i + 1] != '-') break;
        while (i < size && script[i] != '\n') i++;
    }
    if (i >= size) return false;
    *start = script + i;
    for (bool quoted = false; i < size && (quoted || script[i] != ';'); i++) quoted ^= script[i] == '\'';
    *length = (size_t)(script + i - *start);
    *at = i;
    return true;
}

static bool starts(const char *sql, const char *word) { return strncasecmp(sql, word, strlen(word)) == 0; }

/* SET 'key' = 'value' */
static int execute_set(flott_session *s, const char *sql, flott_error *err) {
    char key[NAME_MAX_BYTES], value[NAME_MAX_BYTES];
    if (sscanf(sql, "SET '%199[^']' = '%199[^']'", key, value) != 2) return FLOTT_OK;
    return flott_session_set(s, key, value, err);
}

static void split_columns(flott_result *r, const char *columns) {
    while (columns != NULL && *columns != '\0') {
        size_t n = strcspn(columns, "|"), name = strcspn(columns, " ");
        snprintf(r->names[r->columns], NAME_MAX_BYTES, "%.*s", (int)name, columns);
        snprintf(r->types[r->columns], NAME_MAX_BYTES, "%.*s", (int)(n - name - 1), columns + name + 1);
        r->columns++;
        columns += n + (columns[n] == '|');
    }
}

static flott_job *add_job(flott_session *s, const fake_answer *a) {
    flott_job *j = calloc(1, sizeof *j);
    if (j == NULL || s->n_jobs == JOBS_MAX) abort();
    *j = (flott_job){.session = s, .answer = a, .begun_ms = now(s)};
    s->jobs[s->n_jobs++] = j;
    return j;
}

int flott_execute(flott_session *s, const char *text, int64_t size, flott_result **out, flott_error *err) {
    char *sql = copy(text, size < 0 ? strlen(text) : (size_t)size);
    const fake_answer *a = NULL;
    int rc = FLOTT_OK;
    flott_result *r = NULL;
    log_line(sql, strlen(sql));
    for (int i = 0; i < n_known && a == NULL; i++) {
        if (strstr(sql, known[i].match) != NULL) a = &known[i];
    }
    if (a != NULL && a->refused.code < 0) {
        *err = a->refused;
        rc = err->code;
    } else if (a == NULL && starts(sql, "SET ")) {
        rc = execute_set(s, sql, err);
    } else if (a == NULL && !starts(sql, "CREATE") && !starts(sql, "DROP") && !starts(sql, "ALTER") &&
               !starts(sql, "USE")) {
        rc = fail(err, FLOTT_E_VALIDATION, "nothing answers this statement");
        err->line = err->column = 1;
        err->length = 6;
    }
    if (rc >= 0) {
        r = calloc(1, sizeof *r);
        if (r == NULL) abort();
        r->kind = a == NULL ? FLOTT_RESULT_OK : a->kind;
        r->answer = a;
        if (a != NULL) split_columns(r, a->columns);
        if (r->kind == FLOTT_RESULT_QUERY || r->kind == FLOTT_RESULT_JOB) r->job = add_job(s, a);
    }
    free(sql);
    *out = r;
    return rc;
}

void flott_result_free(flott_result *r) {
    if (r->kind == FLOTT_RESULT_QUERY) r->job->canceled = true;
    free(r);
}

flott_result_kind flott_result_get_kind(const flott_result *r) { return r->kind; }
int flott_result_columns(const flott_result *r) { return r->columns; }
const char *flott_result_name(const flott_result *r, int column) { return r->names[column]; }
const char *flott_result_type(const flott_result *r, int column) { return r->types[column]; }
int flott_result_width(const flott_result *r, int column) {
    return starts(r->types[column], "INT") ? 11 : starts(r->types[column], "BIGINT") ? 20 : 30;
}
int flott_result_arrow_schema(const flott_result *r, struct ArrowSchema *out, flott_error *err) {
    (void)r, (void)out;
    return fail(err, FLOTT_E_UNSUPPORTED, "no Arrow here");
}
bool flott_result_insert_only(const flott_result *r) { return r->answer == NULL || !r->answer->updating; }
flott_job *flott_result_job(const flott_result *r) { return r->job; }

/* ---- rows ---- */

static flott_batch *make_row(const flott_result *r, const char *text) {
    static const char *const kinds[] = {"+I", "-U", "+U", "-D"};
    flott_batch *b = calloc(1, sizeof *b);
    if (b == NULL) abort();
    b->result = r;
    for (int k = 0; k < 4; k++) {
        if (strncmp(text, kinds[k], 2) == 0) b->kind = (flott_row_kind)k;
    }
    text += 2;
    for (int i = 0; i < r->columns && *text == '|'; i++) {
        size_t n = strcspn(++text, "|");
        if (n != 2 || strncmp(text, "\\N", 2) != 0) b->fields[i] = copy(text, n);
        text += n;
    }
    return b;
}

int flott_result_next(flott_result *r, int64_t timeout_ms, flott_batch **out, flott_error *err) {
    const fake_answer *a = r->answer;
    const char *row = a == NULL || a->rows == NULL ? NULL : a->rows[r->next];
    int64_t due = 0;
    if (r->job != NULL && (r->job->canceled || r->job->stopped)) return fail(err, FLOTT_E_CANCELED, "canceled");
    if (row != NULL && *row == '@') {
        due = strtoll(row + 1, NULL, 10);
        row = strchr(row, ' ') + 1;
    }
    if (row == NULL && a != NULL && a->endless) due = INT64_MAX / 2;
    if (row == NULL && due == 0) {
        if (a == NULL || a->failed.code == 0) return FLOTT_END;
        *err = a->failed;
        return err->code;
    }
    int64_t wait = r->job == NULL ? 0 : r->job->begun_ms + due - now(r->job->session);
    if (wait > 0) {
        bool simulated = r->job->session->options.simulated;
        if (timeout_ms >= 0 && (simulated || wait > timeout_ms)) {
            if (!simulated) pass_time(r->job->session, timeout_ms);
            return FLOTT_TIMEOUT;
        }
        pass_time(r->job->session, wait);
    }
    r->next++;
    if (a->repeats && a->rows[r->next] == NULL) r->next = 0;
    *out = make_row(r, row);
    return FLOTT_OK;
}

void flott_batch_free(flott_batch *b) {
    for (int i = 0; i < COLUMNS_MAX; i++) free(b->fields[i]);
    free(b->text);
    free(b);
}

int flott_batch_rows(const flott_batch *b) { return b != NULL; }
flott_row_kind flott_batch_kind(const flott_batch *b, int row) { return row == 0 ? b->kind : FLOTT_INSERT; }
bool flott_batch_is_null(const flott_batch *b, int row, int column) { return row == 0 && b->fields[column] == NULL; }

const char *flott_batch_text(flott_batch *b, int row, int column, flott_text style, size_t *length) {
    (void)row;
    const char *text = b->fields[column] != NULL ? b->fields[column] : style == FLOTT_TEXT_JAVA ? "null" : "NULL";
    *length = strlen(text);
    return text;
}

/* All fields between commas; as JSON with names, all but numbers in quotes. */
static const char *encode(flott_batch *b, bool json, size_t *length) {
    char line[4096] = "";
    for (int i = 0; i < b->result->columns; i++) {
        const char *field = b->fields[i], *quote = starts(b->result->types[i], "INT") || field == NULL ? "" : "\"";
        char *end = line + strlen(line);
        if (strcmp(b->result->types[i], "OPAQUE") == 0) return NULL;
        if (json)
            snprintf(end, 300, "%s\"%s\":%s%s%s", i > 0 ? "," : "{", b->result->names[i], quote,
                     field == NULL ? "null" : field, quote);
        else
            snprintf(end, 300, "%s%s", i > 0 ? "," : "", field == NULL ? "" : field);
    }
    if (json) strcat(line, "}");
    free(b->text);
    *length = strlen(line);
    return b->text = copy(line, *length);
}

const char *flott_batch_json(flott_batch *b, int row, size_t *length) {
    return row == 0 ? encode(b, true, length) : NULL;
}
const char *flott_batch_csv(flott_batch *b, int row, size_t *length) {
    return row == 0 ? encode(b, false, length) : NULL;
}
int flott_batch_arrow(flott_batch *b, struct ArrowArray *out, flott_error *err) {
    (void)b, (void)out;
    return fail(err, FLOTT_E_UNSUPPORTED, "no Arrow here");
}

/* ---- jobs ---- */

static int64_t left_ms(const flott_job *j) {
    if (j->canceled || (j->stopped && !j->answer->stubborn)) return 0;
    if (j->answer->endless) return INT64_MAX / 2;
    int64_t due = j->answer->run_ms;
    for (const char *const *row = j->answer->rows; row != NULL && *row != NULL; row++) {
        if (**row == '@') due = strtoll(*row + 1, NULL, 10);
    }
    int64_t left = j->begun_ms + due - now(j->session);
    return left < 0 ? 0 : left;
}

const char *flott_job_name(const flott_job *j) {
    (void)j;
    return "insert-into_t";
}

flott_job_state flott_job_get_state(flott_job *j) {
    if (left_ms(j) > 0) return FLOTT_JOB_RUNNING;
    if (j->canceled) return FLOTT_JOB_CANCELED;
    if (j->stopped) return FLOTT_JOB_STOPPED;
    return j->answer->failed.code < 0 ? FLOTT_JOB_FAILED : FLOTT_JOB_FINISHED;
}

const char *flott_job_state_word(flott_job_state state) {
    static const char *const words[] = {"CREATED", "RUNNING",  "RESTARTING", "FINISHED",
                                        "STOPPED", "CANCELED", "FAILED"};
    return words[state];
}

void flott_job_get_metrics(flott_job *j, flott_job_metrics *out) {
    *out = j->answer->metrics;
    if (out->next_window == 0) out->next_window = INT64_MAX;
    if (out->watermark == 0) out->watermark = INT64_MIN;
}

int flott_job_wait(flott_job *j, int64_t timeout_ms, flott_error *err) {
    int64_t left = left_ms(j);
    if (left > 0 && timeout_ms >= 0 && left > timeout_ms) {
        pass_time(j->session, timeout_ms);
        return FLOTT_TIMEOUT;
    }
    pass_time(j->session, left);
    if (!j->over && j->answer->path != NULL && !j->canceled) {
        flott_session_put_file(j->session, j->answer->path, j->answer->bytes, strlen(j->answer->bytes), err);
    }
    j->over = true;
    if (j->canceled) return fail(err, FLOTT_E_CANCELED, "canceled");
    if (j->stopped || j->answer->failed.code == 0) return FLOTT_OK;
    *err = j->answer->failed;
    return err->code;
}

void flott_job_stop(flott_job *j) { j->stopped = true; }
void flott_job_cancel(flott_job *j) { j->canceled = true; }
const char *flott_job_unused_checkpoints(const flott_job *j) { return j->answer->unused_checkpoints; }
int flott_session_jobs(const flott_session *s) { return s->n_jobs; }
flott_job *flott_session_job(const flott_session *s, int i) { return s->jobs[i]; }

/* ---- simulation ---- */

int flott_session_advance(flott_session *s, int64_t ms, flott_error *err) {
    (void)err;
    s->clock_ms += ms;
    return FLOTT_OK;
}

int64_t flott_session_clock(const flott_session *s) { return s->clock_ms; }

int flott_session_set_clock(flott_session *s, int64_t clock_ms, flott_error *err) {
    if (s->n_jobs > 0) return fail(err, FLOTT_E_VALIDATION, "the clock is set before the first job");
    s->clock_ms = clock_ms;
    return FLOTT_OK;
}

int flott_session_settle(flott_session *s, flott_error *err) {
    (void)s, (void)err;
    return FLOTT_OK;
}

int flott_session_put_file(flott_session *s, const char *path, const void *bytes, size_t size, flott_error *err) {
    if (strstr(path, "..") != NULL) return fail(err, FLOTT_E_IO, "cannot write it");
    int i = 0;
    while (i < s->n_files && strcmp(s->paths[i], path) != 0) i++;
    if (i == FILES_MAX) abort();
    if (i == s->n_files)
        s->paths[s->n_files++] = copy(path, strlen(path));
    else
        free(s->bytes[i]);
    s->bytes[i] = copy(bytes, size);
    s->sizes[i] = size;
    return FLOTT_OK;
}

int flott_session_read_files(flott_session *s, const char *dir,
                             void (*each)(void *, const char *, const char *, size_t), void *arg, flott_error *err) {
    (void)err;
    for (int i = 0; i < s->n_files; i++) {
        if (starts(s->paths[i], dir)) each(arg, s->paths[i], s->bytes[i], s->sizes[i]);
    }
    return FLOTT_OK;
}

const char *flott_session_output(flott_session *s, size_t *length) {
    (void)s;
    *length = 0;
    return "";
}

/* ---- documentation ---- */

static const flott_entry entries[][3] = {
    [FLOTT_TOPIC_CONFIG] = {{"parallelism.default", "1", "honoured", "How many tasks run side by side."},
                            {"pipeline.object-reuse", "false", "noted", "Objects are always reused."}},
    [FLOTT_TOPIC_FUNCTION] = {{"ABS", "ABS(number)", NULL, "The value without its sign."},
                              {"JSON_VALUE", NULL, NULL, "A value out of a JSON text."}},
    [FLOTT_TOPIC_AGGREGATE] = {{"JSON_ARRAYAGG", NULL, NULL, "All values as a JSON array."}},
    [FLOTT_TOPIC_CONNECTOR] = {{"filesystem", NULL, NULL, "Files in a folder."}},
    [FLOTT_TOPIC_FORMAT] = {{"json", NULL, NULL, "One JSON object a line."}},
};

int flott_entries(flott_topic topic) {
    int n = 0;
    while (n < 3 && entries[topic][n].name != NULL) n++;
    return n;
}

flott_entry flott_entry_at(flott_topic topic, int i) { return entries[topic][i]; }
