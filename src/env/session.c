/* SPDX-License-Identifier: Apache-2.0 */
/* session.c -- sessions: made, set and ended; tables from memory. */
#include "env/session.h"

#include <stdlib.h>

#include "base/platform_sim.h"
#include "base/secret.h"
#include "sql/parser.h"

const char *flott_version(void) { return FLOTT_VERSION; }
const char *flott_error_word(int code) { return fl_error_word(code); }

bool flott_session_in_statement_set(const flott_session *s) { return s->in_statement_set; }

bool flott_secret_find(const char *sql, size_t size, size_t from, size_t *begin, size_t *end) {
    return fl_secret_find((fl_str){sql, size}, from, begin, end);
}

void fl_session_note(void *session, const char *text) {
    const flott_session *s = session;
    if (s->opt.note != NULL) s->opt.note(s->opt.note_arg, text);
}

flott_session *fl_session_new_on(fl_platform *pf, const flott_options *opt) {
    flott_session *s = fl_calloc(1, sizeof *s);
    if (opt != NULL) s->opt = *opt;
    s->script = fl_strdup(s->opt.script ? s->opt.script : "job");
    s->folder = fl_strdup(s->opt.folder ? s->opt.folder : ".");
    s->pf = pf;
    s->config = fl_config_new(fl_session_note, s);
    s->catalogs = fl_catalogs_new();
    fl_arena_init(&s->set_arena);
    fl_buf_init(&s->output);
    return s;
}

flott_session *flott_session_new(const flott_options *opt) {
    if (opt == NULL || !opt->simulated) return fl_session_new_on(fl_platform_real(), opt);
    fl_platform *pf =
        fl_sim_new(&(fl_sim_options){.seed = opt->seed, .start_ms = opt->clock_ms, .read_real_files = true});
    flott_session *s = fl_session_new_on(pf, opt);
    s->owns_pf = true;
    return s;
}

static void free_job(flott_job *j) {
    fl_job_free(j->job);
    fl_collector_free(j->collector);
    free(j->unused_checkpoints);
    free(j->name);
    free(j);
}

void flott_session_free(flott_session *s) {
    if (s == NULL) return;
    for (int i = 0; i < s->n_jobs; i++) fl_job_cancel(s->jobs[i]->job);
    for (int i = 0; i < s->n_jobs; i++) free_job(s->jobs[i]);
    free(s->jobs);
    for (int i = 0; i < s->n_tables; i++) fl_arrow_table_free(s->tables[i]);
    free(s->tables);
    fl_catalogs_free(s->catalogs);
    fl_config_free(s->config);
    fl_arena_deinit(&s->set_arena);
    fl_buf_deinit(&s->output);
    if (s->owns_pf) fl_sim_free(s->pf);
    free(s->script);
    free(s->folder);
    free(s);
}

int flott_session_set(flott_session *s, const char *key, const char *value, flott_error *err) {
    return fl_config_set(s->config, FL_CONFIG_GIVEN, key, value, fl_error_of(err));
}

const char *flott_session_get(const flott_session *s, const char *key) { return fl_config_get(s->config, key); }

int flott_session_jobs(const flott_session *s) { return s->n_jobs; }
flott_job *flott_session_job(const flott_session *s, int i) { return i >= 0 && i < s->n_jobs ? s->jobs[i] : NULL; }

bool flott_next_statement(const char *script, size_t size, size_t *at, const char **start, size_t *length) {
    fl_str stmt;
    if (!fl_sql_next_statement(fl_str_make(script, size), at, &stmt)) return false;
    *start = stmt.p;
    *length = stmt.n;
    return true;
}

int flott_session_put_arrow(flott_session *s, const char *name, struct ArrowSchema *schema, struct ArrowArray *arrays,
                            int n_arrays, flott_error *err) {
    fl_arrow_table *t;
    FL_TRY(fl_arrow_table_new(name, schema, arrays, n_arrays, &t, fl_error_of(err)));
    s->tables = fl_realloc(s->tables, sizeof *s->tables * (size_t)(s->n_tables + 1));
    s->tables[s->n_tables++] = t;
    return 0;
}
