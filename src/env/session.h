/* SPDX-License-Identifier: Apache-2.0 */
/* session.h -- what the files of the session share; inside the folder only.
 *
 *   session.c    making sessions, their settings, tables from memory     execute.c   statements
 *   show.c       SHOW, DESCRIBE, EXPLAIN as rows                          submit.c    a plan becomes a running job
 *   result.c     results and rows for the client                          simulate.c  virtual time
 *   collect.c    the sink behind a SELECT                                 catalogs.c  tables by name
 *   config.c     Flink's configuration keys                               entries.c   everything that has a name
 *   languages.c  opening functions of users                               functions.c functions of users by name
 */
#ifndef FL_ENV_SESSION_H
#define FL_ENV_SESSION_H

#include "base/platform.h"
#include "connectors/arrow_table.h"
#include "env/catalogs.h"
#include "env/collect.h"
#include "env/config.h"
#include "flott.h"
#include "runtime/job.h"
#include "sql/planner.h"

/* One error under two names: the public one and the engine's. */
_Static_assert(sizeof(flott_error) == sizeof(fl_error) && offsetof(flott_error, hint) == offsetof(fl_error, hint) &&
                   offsetof(flott_error, message) == offsetof(fl_error, message) &&
                   offsetof(flott_error, line) == offsetof(fl_error, line) &&
                   offsetof(flott_error, row) == offsetof(fl_error, row),
               "flott_error must look like fl_error");
static inline fl_error *fl_error_of(flott_error *err) {
    fl_error *e = (fl_error *)err;
    fl_error_clear(e);
    return e;
}

struct flott_job {
    flott_session *session;
    fl_job *job;
    fl_collector *collector; /* of a SELECT; NULL: none */
    char *name;
    char *unused_checkpoints; /* a folder that it does not resume; NULL: none */
    /* a simulation that crashes always */
    int64_t rows_seen; /* rows in when the last checkpoint was asked for */
    int64_t checkpoints_seen;
    int64_t steps_to_crash; /* -1: no crash is due */
    int idle_crashes;       /* since rows have come */
};

struct flott_session {
    fl_platform *pf;
    bool owns_pf;
    int batch_rows; /* rows that sources put into a batch; 0: as many as usual */
    flott_options opt;
    char *script;
    char *folder; /* of what is run */
    fl_config *config;
    fl_catalogs *catalogs;
    flott_job **jobs;
    int n_jobs, cap_jobs;
    bool in_statement_set; /* between BEGIN STATEMENT SET and END */
    fl_arena set_arena;    /* its texts */
    fl_str *set;
    int n_set, cap_set;
    fl_arrow_table **tables; /* put_arrow; the newest of a name counts */
    int n_tables;
    flott_language_fn *python; /* where functions in Python come from; NULL: from nowhere */
    void *python_arg;
    fl_buf output; /* what flott_session_output has handed out */
};

/* A note for the user. */
void fl_session_note(void *session, const char *text);

/* ---- results ---- */

struct flott_result {
    flott_result_kind kind;
    flott_session *session;
    fl_arena arena;
    fl_schema schema;
    const char **types; /* of the columns, as text */
    bool insert_only;
    flott_job *job;
    fl_batch *rows;    /* TABLE: handed out once */
    void *encoders[2]; /* JSON, CSV: made when first asked for */
};

flott_result *fl_result_new(flott_session *s, flott_result_kind kind);
/* The columns; copied. */
void fl_result_set_schema(flott_result *r, const fl_schema *schema);
/* A result of known rows: n_columns names and texts, all STRING (a NULL text is NULL), or BOOLEAN where types[] says
 * 'B'. */
flott_result *fl_result_table(flott_session *s, const char *const *names, const char *types, const char *const *cells,
                              int n_rows);

/* ---- statements ---- */

/* SHOW, DESCRIBE. */
int fl_session_show(flott_session *s, const fl_ast_stmt *stmt, flott_result **out, fl_error *err);
/* What a statement is bound and planned with. `arena` is on the heap: a job takes it over. */
int fl_session_sql_ctx(flott_session *s, fl_arena *arena, fl_sql_ctx *out, fl_error *err);
/* fl_catalog_function_fn and fl_function_open_fn over a session (languages.c). */
int fl_session_find_function(void *session, const fl_name *name, const char *catalog, const char *database,
                             fl_function_place place, const fl_catalog_function **out, fl_error *err);
int fl_session_open_function(void *session, fl_arena *a, const fl_catalog_function *f, const fl_user_function **out,
                             fl_error *err);
/* Starts a job, which takes over the plan's arena, and the collector; both are freed on failure. */
int fl_session_submit(flott_session *s, fl_job_plan *plan, const char *name, fl_collector *collector, flott_job **out,
                      fl_error *err);

/* ---- simulation ---- */

/* A session of a process on a simulated machine that is there already and outlives it; opt->simulated is set. */
flott_session *fl_session_new_on(fl_platform *pf, const flott_options *opt);

/* One step of some job. False: nothing can be done before fl_session_due_ms. */
bool fl_session_step(flott_session *s);
int64_t fl_session_due_ms(flott_session *s);

#endif
