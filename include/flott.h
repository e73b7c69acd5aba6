/* SPDX-License-Identifier: Apache-2.0 */
/* flott.h -- the public interface: run Apache Flink SQL inside a process.
 *
 *     flott_session *s = flott_session_new(NULL);
 *     flott_result *r;
 *     flott_error err;
 *     if (flott_execute(s, "SELECT 1 + 1", -1, &r, &err) < 0) …            the error tells what, where and what to do
 *     for (flott_batch *b; (rc = flott_result_next(r, -1, &b, &err)) == FLOTT_OK; flott_batch_free(b)) …
 *     flott_result_free(r);
 *     flott_session_free(s);
 *
 * Handles are opaque. Functions return 0 (FLOTT_OK) or a positive answer when all went well and a negative code, equal
 * to err->code, otherwise; `err` is never NULL. Texts are UTF-8. A `const char *` that is returned is borrowed from its
 * object; where a row, a column or a number of something does not exist it is NULL, and numbers are 0. Lengths that
 * are given back may be left out with NULL. Results are freed before their session. A session and what was made from it
 * belong to one thread at a time; jobs run on threads of their own, and the functions marked [any thread] may be called
 * from anywhere.
 */
#ifndef FLOTT_H
#define FLOTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flott_function.h" /* functions of users, and the structs of the Arrow C data interface */

#ifdef __cplusplus
extern "C" {
#endif

#define FLOTT_API __attribute__((visibility("default")))

FLOTT_API const char *flott_version(void);

/* ---- errors ---- */

enum {
    FLOTT_OK = 0,
    FLOTT_END = 1,            /* no more rows */
    FLOTT_TIMEOUT = 2,        /* nothing yet */
    FLOTT_E_PARSE = -1,       /* the statement is not SQL */
    FLOTT_E_VALIDATION = -2,  /* it is SQL but has no meaning: names, types, options */
    FLOTT_E_UNSUPPORTED = -3, /* flott does not do this yet; the message names it */
    FLOTT_E_RUNTIME = -4,     /* a value that the job cannot process */
    FLOTT_E_IO = -5,          /* disk or network */
    FLOTT_E_CORRUPT = -6,     /* a damaged checkpoint */
    FLOTT_E_LIMIT = -7,       /* a documented limit was exceeded */
    FLOTT_E_CANCELED = -8,    /* stopped on request */
    FLOTT_E_CRASHED = -9,     /* simulation: the machine has lost power */
};

typedef struct flott_error {
    int code;           /* 0 or one of FLOTT_E_… */
    bool retriable;     /* the same call may succeed later */
    int64_t row;        /* number of the row in question in its file; 0: none, or not known */
    int line, column;   /* 1-based position in the statement's text; 0: none */
    int length;         /* characters to mark from there */
    char message[1200]; /* what failed, where, why */
    char hint[400];     /* what to do about it; may be empty */
} flott_error;

/* "parse", "validation", … */
FLOTT_API const char *flott_error_word(int code);

/* Who shows a piece of a script shows ****** for the secrets in it: values of options like 'password'. Finds the next
 * one from byte `from` on; false: there is none. Messages, hints and results have none. */
FLOTT_API bool flott_secret_find(const char *sql, size_t size, size_t from, size_t *begin, size_t *end);

/* ---- sessions: configuration, catalogs, views; what SET and CREATE change ---- */

typedef struct flott_session flott_session;

typedef struct flott_options {
    /* Told about what deserves a visible note: an option that has no effect here, a restart, a damaged checkpoint that
     * was passed over. May be called from a job's thread. NULL: nobody listens. */
    void (*note)(void *arg, const char *text);
    void *note_arg;
    /* Name of what is run: of a script, its file without folder and ending. NULL: job. Names the folder of checkpoints
     * where neither execution.checkpointing.dir nor pipeline.name does. */
    const char *script;
    /* Where what is run lies: modules that it names are looked for there. NULL: the working folder. */
    const char *folder;
    /* A simulation: one thread, virtual time, a disk in memory over the real one (which is only read). */
    bool simulated;
    uint64_t seed;     /* of the order of steps and of all randomness */
    int64_t clock_ms;  /* where the clock starts, since the epoch */
    bool crash_always; /* batches of one to three rows; after each a checkpoint, a power cut and a restore */
} flott_options;

/* NULL: the defaults. Never fails. */
FLOTT_API flott_session *flott_session_new(const flott_options *opt);
/* Cancels jobs that still run. */
FLOTT_API void flott_session_free(flott_session *s);

/* BEGIN STATEMENT SET is waiting for its END: nothing of the set has run. */
FLOTT_API bool flott_session_in_statement_set(const flott_session *s);

/* A configuration key, as SET does it; keys that nobody knows are refused with the nearest one. */
FLOTT_API int flott_session_set(flott_session *s, const char *key, const char *value, flott_error *err);
/* The value in force, or NULL. */
FLOTT_API const char *flott_session_get(const flott_session *s, const char *key);

/* Tables from memory: `name` becomes the data of tables declared WITH ('connector' = 'arrow', 'name' = '<name>'). Takes
 * over schema and arrays (their release is set to NULL): struct arrays, one for each record batch. The declaration's
 * columns must have the same types in the same order. */
FLOTT_API int flott_session_put_arrow(flott_session *s, const char *name, struct ArrowSchema *schema,
                                      struct ArrowArray *arrays, int n_arrays, flott_error *err);

/* Where functions in LANGUAGE PYTHON come from: finds what CREATE FUNCTION … AS 'module.name' names and gives its
 * table, which lives as long as the session, and the `self` that the table's hooks are given. Called when a function is
 * first used. NULL: from nowhere; such functions can be created and are refused when they are called. */
typedef int flott_language_fn(void *arg, const char *what, const flott_function **function, void **self,
                              flott_function_error *err);
FLOTT_API int flott_session_set_language(flott_session *s, const char *language, flott_language_fn *resolve, void *arg,
                                         flott_error *err);

/* ---- statements ---- */

/* The next statement of a script from byte *at on, without its semicolon; false at the end. *at moves behind it. */
FLOTT_API bool flott_next_statement(const char *script, size_t size, size_t *at, const char **start, size_t *length);

typedef enum flott_result_kind {
    FLOTT_RESULT_OK,    /* done; nothing to show */
    FLOTT_RESULT_TABLE, /* rows that are known already: SHOW, DESCRIBE, EXPLAIN, SET */
    FLOTT_RESULT_QUERY, /* a SELECT: rows come as its job makes them */
    FLOTT_RESULT_JOB,   /* an INSERT or a statement set: a job that runs; a BIGINT column for each table written to,
                         * which has its full name, and no rows */
} flott_result_kind;

typedef struct flott_result flott_result;
typedef struct flott_job flott_job;
typedef struct flott_batch flott_batch;

/* Executes one statement (a semicolon at its end is allowed). size -1: sql ends with NUL. QUERY and JOB have been
 * submitted when this returns, also where table.dml-sync asks to wait for a JOB: that is left to the caller. A BEGIN
 * STATEMENT SET … END may come as one statement or as several. */
FLOTT_API int flott_execute(flott_session *s, const char *sql, int64_t size, flott_result **out, flott_error *err);
/* The columns that a query would give, without running it: a result of kind FLOTT_RESULT_OK with columns and no rows.
 * Anything but a query is refused. */
FLOTT_API int flott_describe(flott_session *s, const char *query, int64_t size, flott_result **out, flott_error *err);
/* A query that still runs is canceled; a job goes on. */
FLOTT_API void flott_result_free(flott_result *r);

FLOTT_API flott_result_kind flott_result_get_kind(const flott_result *r);
FLOTT_API int flott_result_columns(const flott_result *r);
FLOTT_API const char *flott_result_name(const flott_result *r, int column);
/* As Flink prints types: STRING, DECIMAL(10, 2), TIMESTAMP(3) NOT NULL *ROWTIME* */
FLOTT_API const char *flott_result_type(const flott_result *r, int column);
/* Display columns that Flink's client gives to a column of this type, names and `op` aside. */
FLOTT_API int flott_result_width(const flott_result *r, int column);
/* The columns as an Arrow struct type. Released by the caller. */
FLOTT_API int flott_result_arrow_schema(const flott_result *r, struct ArrowSchema *out, flott_error *err);
/* Only +I rows will come. */
FLOTT_API bool flott_result_insert_only(const flott_result *r);
/* The job behind QUERY and JOB, else NULL. Borrowed: it lives as long as the session. */
FLOTT_API flott_job *flott_result_job(const flott_result *r);

/* The next rows. FLOTT_OK: *out is owned by the caller and freed before the result; FLOTT_END; FLOTT_TIMEOUT after
 * timeout_ms (-1: waits as long as it takes). A negative code: the job has failed. In a simulation -1 lets time pass as
 * far as the rows need, any other value does what can be done without. */
FLOTT_API int flott_result_next(flott_result *r, int64_t timeout_ms, flott_batch **out, flott_error *err);

/* ---- rows ---- */

typedef enum flott_row_kind { FLOTT_INSERT, FLOTT_UPDATE_BEFORE, FLOTT_UPDATE_AFTER, FLOTT_DELETE } flott_row_kind;

typedef enum flott_text {
    FLOTT_TEXT_JAVA,  /* as Flink's Row.toString prints a field: null, 2024-05-05T12:00, [1, 2] */
    FLOTT_TEXT_SQL,   /* as CAST(x AS STRING): NULL, 2024-05-05 12:00:00.000, in the session's time zone */
    FLOTT_TEXT_TABLE, /* the same, but bytes as x'00ff': what Flink's clients show in tables */
} flott_text;

FLOTT_API void flott_batch_free(flott_batch *b);
FLOTT_API int flott_batch_rows(const flott_batch *b);
FLOTT_API flott_row_kind flott_batch_kind(const flott_batch *b, int row);
FLOTT_API bool flott_batch_is_null(const flott_batch *b, int row, int column);
/* A field as text; borrowed until the next call for this batch. */
FLOTT_API const char *flott_batch_text(flott_batch *b, int row, int column, flott_text style, size_t *length);
/* One row as JSON and as CSV, as flott's formats write them, without a line end; borrowed likewise. NULL where the type
 * cannot be written so. */
FLOTT_API const char *flott_batch_json(flott_batch *b, int row, size_t *length);
FLOTT_API const char *flott_batch_csv(flott_batch *b, int row, size_t *length);
/* The columns as an Arrow struct array, mostly without a copy. Released by the caller. Row kinds are not in it. */
FLOTT_API int flott_batch_arrow(flott_batch *b, struct ArrowArray *out, flott_error *err);

/* ---- jobs ---- */

typedef enum flott_job_state {
    FLOTT_JOB_CREATED,
    FLOTT_JOB_RUNNING,
    FLOTT_JOB_RESTARTING,
    FLOTT_JOB_FINISHED, /* all input has been worked off */
    FLOTT_JOB_STOPPED,  /* on request, with a last checkpoint if checkpoints are taken */
    FLOTT_JOB_CANCELED,
    FLOTT_JOB_FAILED,
} flott_job_state;

typedef struct flott_job_metrics {
    int64_t rows_in, rows_out;      /* given by sources, taken by sinks */
    int64_t late_rows, bad_records; /* dropped as too late; skipped as unreadable */
    int64_t watermark;              /* the least among the operators, ms since the epoch; INT64_MIN: none */
    int64_t next_window;            /* end of the next window that will fire, ms; INT64_MAX: none */
    int64_t restarts, checkpoints;
    int64_t last_checkpoint; /* its number; 0: none */
} flott_job_metrics;

FLOTT_API const char *flott_job_name(const flott_job *j);
FLOTT_API flott_job_state flott_job_get_state(flott_job *j);                /* [any thread] */
FLOTT_API const char *flott_job_state_word(flott_job_state state);          /* RUNNING, as Flink calls it */
FLOTT_API void flott_job_get_metrics(flott_job *j, flott_job_metrics *out); /* [any thread] */
/* FLOTT_OK: finished or stopped; FLOTT_TIMEOUT; or why it failed. timeout_ms -1: waits as long as it takes. In a
 * simulation time moves as far as the job needs. */
FLOTT_API int flott_job_wait(flott_job *j, int64_t timeout_ms, flott_error *err);
/* Finishes the rows on their way, takes a last checkpoint if checkpoints are taken, ends. Returns at once. [any
 * thread] */
FLOTT_API void flott_job_stop(flott_job *j);
/* Ends without more. Returns at once. [any thread] */
FLOTT_API void flott_job_cancel(flott_job *j);
/* A folder with checkpoints of an earlier run that this job does not resume; NULL: none. */
FLOTT_API const char *flott_job_unused_checkpoints(const flott_job *j);

/* All jobs that the session has submitted, in order. */
FLOTT_API int flott_session_jobs(const flott_session *s);
FLOTT_API flott_job *flott_session_job(const flott_session *s, int i);

/* ---- simulation ---- */

/* Lets `ms` of virtual time pass: everything that comes due on the way happens, in order. */
FLOTT_API int flott_session_advance(flott_session *s, int64_t ms, flott_error *err);
FLOTT_API int64_t flott_session_clock(const flott_session *s);
/* Sets the clock; before the first job only. */
FLOTT_API int flott_session_set_clock(flott_session *s, int64_t clock_ms, flott_error *err);
/* Does everything that can be done without time passing. */
FLOTT_API int flott_session_settle(flott_session *s, flott_error *err);
/* Writes a file of the simulated disk; parents are made. */
FLOTT_API int flott_session_put_file(flott_session *s, const char *path, const void *bytes, size_t size,
                                     flott_error *err);
/* Calls `each` for all files below a folder of the simulated disk, sorted by path, without hidden ones (names that
 * begin with . or _). A missing folder has none. */
FLOTT_API int flott_session_read_files(flott_session *s, const char *dir,
                                       void (*each)(void *arg, const char *path, const char *bytes, size_t size),
                                       void *arg, flott_error *err);
/* What print sinks have written since the last call. Borrowed until the next. */
FLOTT_API const char *flott_session_output(flott_session *s, size_t *length);

/* ---- documentation ---- */

/* Everything that flott knows by name, for help texts and generated tables. */
typedef enum flott_topic {
    FLOTT_TOPIC_CONFIG,
    FLOTT_TOPIC_FUNCTION,
    FLOTT_TOPIC_AGGREGATE,
    FLOTT_TOPIC_CONNECTOR,
    FLOTT_TOPIC_FORMAT
} flott_topic;
typedef struct flott_entry {
    const char *name;
    const char *detail; /* default value, signature; NULL: none */
    const char *state;  /* CONFIG: honoured, noted, refused; else NULL */
    const char *doc;    /* one sentence */
} flott_entry;
FLOTT_API int flott_entries(flott_topic topic);
FLOTT_API flott_entry flott_entry_at(flott_topic topic, int i);

#ifdef __cplusplus
}
#endif
#endif
