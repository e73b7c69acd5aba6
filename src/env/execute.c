/* SPDX-License-Identifier: Apache-2.0 */
/* execute.c -- statements: parsed, and each done by who it is for. The table of contents of a session.
 *
 * Each statement has an arena on the heap, in which its text, its tree and what becomes of them live. A job takes it
 * over, for its plan points into it; after all other statements it is freed.
 */
#include <stdlib.h>

#include "base/secret.h"
#include "env/functions.h"
#include "env/session.h"
#include "messages/session.h"
#include "sql/parser.h"

/* A statement at work. */
typedef struct execution {
    flott_session *session;
    fl_arena *arena; /* NULL: a job has taken it over */
    fl_str text;
    fl_ast_stmt *stmt;
} execution;

static int done(execution *x, flott_result **out) {
    *out = fl_result_new(x->session, FLOTT_RESULT_OK);
    return 0;
}

/* ---- queries and inserts ---- */

/* The query's columns under names that differ. */
static fl_rel *with_result_names(fl_arena *a, fl_rel *r) { return fl_rel_rename(a, r, fl_result_names(a, r)); }

/* The query's own types: the plan's may have lost a mark or a nullability that no layout depends on. */
static void set_columns(flott_result *r, const fl_rel *rel) {
    fl_field *fields = FL_NEW_N(&r->arena, fl_field, rel->n_cols);
    for (int i = 0; i < rel->n_cols; i++) fields[i] = (fl_field){rel->cols[i].name, rel->cols[i].type, NULL};
    fl_result_set_schema(r, &(fl_schema){rel->n_cols, fields});
}

/* The query of a statement, bound. */
static int bind_query(execution *x, const fl_ast_stmt *stmt, fl_sql_ctx *c, fl_rel **out, fl_error *err) {
    FL_TRY(fl_session_sql_ctx(x->session, x->arena, c, err));
    FL_TRY(fl_bind_query(c, stmt->query, out, err));
    *out = with_result_names(c->arena, *out);
    return 0;
}

static int describe_query(execution *x, flott_result **out, fl_error *err) {
    fl_sql_ctx c;
    fl_rel *rel;
    if (x->stmt->kind != FL_STMT_QUERY) return fl_fail(err, FL_ERR_SESSION_NO_QUERY);
    FL_TRY(bind_query(x, x->stmt, &c, &rel, err));
    *out = fl_result_new(x->session, FLOTT_RESULT_OK);
    set_columns(*out, rel);
    return 0;
}

static int run_query(execution *x, flott_result **out, fl_error *err) {
    flott_session *s = x->session;
    fl_sql_ctx c;
    fl_rel_sink sink = {0};
    fl_job_plan *plan;
    FL_TRY(bind_query(x, x->stmt, &c, &sink.input, err));
    fl_collector *collector = fl_collector_new(!s->opt.simulated);
    c.client_config = collector;
    if (fl_plan_job(&c, &sink, 1, &plan, err) < 0) {
        fl_collector_free(collector);
        return err->code;
    }
    flott_result *r = fl_result_new(s, FLOTT_RESULT_QUERY);
    set_columns(r, sink.input);
    r->insert_only = fl_plan_out(plan->sinks[0]->inputs[0])->changes == FL_CHANGES_INSERT;
    x->arena = NULL;
    if (fl_session_submit(s, plan, "collect", collector, &r->job, err) < 0) {
        r->kind = FLOTT_RESULT_OK; /* there is no job to cancel */
        flott_result_free(r);
        return err->code;
    }
    *out = r;
    return 0;
}

static const char *insert_name(fl_arena *a, const fl_rel_sink *sinks, int n) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, "insert-into_");
    for (int i = 0; i < n; i++) fl_buf_printf(&b, "%s%s", i > 0 ? "," : "", sinks[i].table.name);
    return fl_buf_finish(&b, a);
}

static int plan_inserts(execution *x, fl_ast_insert *const *inserts, int n, fl_job_plan **out, fl_rel_sink **sinks,
                        fl_error *err) {
    fl_sql_ctx c;
    FL_TRY(fl_session_sql_ctx(x->session, x->arena, &c, err));
    *sinks = FL_NEW_N(x->arena, fl_rel_sink, n);
    for (int i = 0; i < n; i++) FL_TRY(fl_bind_insert(&c, inserts[i], &(*sinks)[i], err));
    return fl_plan_job(&c, *sinks, n, out, err);
}

/* A column for each table that is written to, as Flink's client has it. */
static void set_sink_columns(flott_result *r, const fl_rel_sink *sinks, int n) {
    fl_field *fields = FL_NEW_N(&r->arena, fl_field, n);
    for (int i = 0; i < n; i++)
        fields[i] = (fl_field){sinks[i].table.name, fl_type_of(FL_T_BIGINT, true), NULL}; /* copied below */
    fl_result_set_schema(r, &(fl_schema){n, fields});
}

static int run_inserts(execution *x, fl_ast_insert *const *inserts, int n, flott_result **out, fl_error *err) {
    flott_session *s = x->session;
    fl_job_plan *plan;
    flott_job *job;
    fl_rel_sink *sinks;
    FL_TRY(plan_inserts(x, inserts, n, &plan, &sinks, err));
    const char *name = insert_name(x->arena, sinks, n);
    flott_result *r = fl_result_new(s, FLOTT_RESULT_JOB);
    set_sink_columns(r, sinks, n);
    x->arena = NULL;
    if (fl_session_submit(s, plan, name, NULL, &job, err) < 0) {
        flott_result_free(r);
        return err->code;
    }
    r->job = job;
    *out = r;
    return 0;
}

/* ---- BEGIN STATEMENT SET … END as statements of their own ---- */

static int begin_set(execution *x, flott_result **out, fl_error *err) {
    flott_session *s = x->session;
    if (s->in_statement_set) return fl_fail(err, FL_ERR_SESSION_SET_BEGUN);
    s->in_statement_set = true;
    return done(x, out);
}

static void clear_set(flott_session *s) {
    s->in_statement_set = false;
    s->n_set = s->cap_set = 0;
    s->set = NULL;
    fl_arena_reset(&s->set_arena);
}

static int add_to_set(execution *x, fl_str sql, flott_result **out, fl_error *err) {
    flott_session *s = x->session;
    if (x->stmt->kind != FL_STMT_INSERT) return fl_fail(err, FL_ERR_SESSION_SET_INSERTS);
    fl_str copy = {fl_arena_strndup(&s->set_arena, sql.p, sql.n), sql.n};
    FL_PUSH(&s->set_arena, s->set, s->n_set, s->cap_set, copy);
    return done(x, out);
}

static int end_set(execution *x, flott_result **out, fl_error *err) {
    flott_session *s = x->session;
    if (!s->in_statement_set) return fl_fail(err, FL_ERR_SESSION_SET_END);
    int n = s->n_set, rc = n > 0 ? 0 : fl_fail(err, FL_ERR_SESSION_SET_EMPTY);
    fl_ast_insert **inserts = FL_NEW_N(x->arena, fl_ast_insert *, n);
    for (int i = 0; i < n && rc == 0; i++) {
        fl_ast_stmt *stmt;
        rc = fl_sql_parse(x->arena, fl_str_make(fl_arena_strndup(x->arena, s->set[i].p, s->set[i].n), s->set[i].n),
                          &stmt, err);
        if (rc == 0) inserts[i] = stmt->insert;
    }
    clear_set(s);
    return rc < 0 ? rc : run_inserts(x, inserts, n, out, err);
}

/* ---- EXPLAIN ---- */

static int plan_for_explain(execution *x, const fl_ast_stmt *stmt, fl_job_plan **plan, fl_error *err) {
    fl_rel_sink *sinks;
    switch (stmt->kind) {
    case FL_STMT_QUERY: {
        fl_sql_ctx c;
        fl_rel_sink sink = {0};
        FL_TRY(bind_query(x, stmt, &c, &sink.input, err));
        return fl_plan_job(&c, &sink, 1, plan, err);
    }
    case FL_STMT_INSERT: return plan_inserts(x, (fl_ast_insert *const *)&stmt->insert, 1, plan, &sinks, err);
    case FL_STMT_STATEMENT_SET: return plan_inserts(x, stmt->inserts, stmt->n_inserts, plan, &sinks, err);
    default: return fl_fail(err, FL_ERR_SESSION_EXPLAIN);
    }
}

static int explain(execution *x, flott_result **out, fl_error *err) {
    static const char *const column = "result";
    const char *details = x->stmt->what ? x->stmt->what : "";
    fl_job_plan *plan;
    fl_buf b;
    if (strstr(details, "JSON_EXECUTION_PLAN") != NULL)
        return fl_fail(err, FL_ERR_SESSION_NOT_YET, "EXPLAIN JSON_EXECUTION_PLAN");
    if (strstr(details, "ESTIMATED_COST") != NULL)
        fl_session_note(x->session,
                        "EXPLAIN ESTIMATED_COST: plans are not chosen by cost here, so there is none to show");
    FL_TRY(plan_for_explain(x, x->stmt->inner, &plan, err));
    fl_buf_init(&b);
    fl_buf_puts(&b, "== Optimized Execution Plan ==\n");
    fl_plan_explain(&b, plan, strstr(details, "CHANGELOG_MODE") != NULL);
    const char *text = fl_buf_cstr(&b);
    *out = fl_result_table(x->session, &column, "S", &text, 1);
    fl_buf_deinit(&b);
    return 0;
}

/* ---- definitions ---- */

static int create_table(execution *x, flott_result **out, fl_error *err) {
    const fl_ast_create_table *t = x->stmt->create_table;
    fl_catalog_table def;
    fl_sql_ctx c;
    if (t->replace || t->or_replace) return fl_fail(err, FL_ERR_SESSION_NOT_YET, "REPLACE TABLE");
    FL_TRY(fl_session_sql_ctx(x->session, x->arena, &c, err));
    FL_TRY(fl_bind_create_table(&c, t, &def, err));
    FL_TRY(fl_catalogs_add(x->session->catalogs, &t->name, &def, t->if_not_exists, err));
    return done(x, out);
}

static int create_view(execution *x, flott_result **out, fl_error *err) {
    const fl_ast_create_view *v = x->stmt->create_view;
    fl_catalog_table def;
    fl_sql_ctx c;
    FL_TRY(fl_session_sql_ctx(x->session, x->arena, &c, err));
    FL_TRY(fl_bind_create_view(&c, v, &def, err));
    FL_TRY(fl_catalogs_add(x->session->catalogs, &v->name, &def, v->if_not_exists,
                           err)); /* OR REPLACE does nothing in Flink 1.20 */
    return done(x, out);
}

static int drop(execution *x, flott_result **out, fl_error *err) {
    fl_catalogs *c = x->session->catalogs;
    const char *what = x->stmt->what;
    if (strcmp(what, "TABLE") == 0)
        FL_TRY(fl_catalogs_drop_table(c, x->stmt, false, err));
    else if (strcmp(what, "VIEW") == 0)
        FL_TRY(fl_catalogs_drop_table(c, x->stmt, true, err));
    else if (strcmp(what, "DATABASE") == 0)
        FL_TRY(fl_catalogs_drop_database(c, x->stmt, err));
    else if (strcmp(what, "CATALOG") == 0)
        FL_TRY(fl_catalogs_drop(c, x->stmt, err));
    else if (strcmp(what, "FUNCTION") == 0 || strcmp(what, "SYSTEM FUNCTION") == 0)
        FL_TRY(fl_functions_drop(c, x->stmt, what[0] == 'S', err));
    else
        return fl_fail(err, FL_ERR_SESSION_DROP_NOT_YET, what);
    return done(x, out);
}

static int create_function(execution *x, flott_result **out, fl_error *err) {
    FL_TRY(fl_functions_create(x->session->catalogs, x->stmt, fl_session_open_function, x->session, err));
    return done(x, out);
}

static int alter_function(execution *x, flott_result **out, fl_error *err) {
    FL_TRY(fl_functions_alter(x->session->catalogs, x->stmt, err));
    return done(x, out);
}

/* ---- settings ---- */

static int list_settings(execution *x, flott_result **out) {
    static const char *const names[] = {"key", "value"};
    const fl_config *c = x->session->config;
    int n = fl_config_settings(c);
    const char **cells = FL_NEW_N(x->arena, const char *, 2 * n);
    for (int i = 0; i < n; i++) {
        fl_config_setting setting = fl_config_setting_at(c, i);
        cells[2 * i] = setting.key;
        cells[2 * i + 1] = fl_option_shown(setting.key, setting.value);
    }
    *out = fl_result_table(x->session, names, "SS", cells, n);
    return 0;
}

static int set(execution *x, flott_result **out, fl_error *err) {
    const fl_ast_stmt *s = x->stmt;
    if (s->key == NULL) return list_settings(x, out);
    const fl_tz *zone;
    int rc = 0;
    if (strcmp(s->key, "table.local-time-zone") == 0 && strcmp(s->value, "default") != 0)
        rc = fl_tz_find(s->value, &zone, err) < 0 ? fl_option_refused(err, s->key, s->value) : 0;
    if (rc == 0) rc = fl_config_set(x->session->config, FL_CONFIG_SET, s->key, s->value, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(s->key_pos)) : done(x, out);
}

static int reset(execution *x, flott_result **out, fl_error *err) {
    int rc = fl_config_reset(x->session->config, x->stmt->key, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(x->stmt->key_pos)) : done(x, out);
}

static int use(execution *x, flott_result **out, fl_error *err) {
    fl_catalogs *c = x->session->catalogs;
    FL_TRY(strcmp(x->stmt->what, "CATALOG") == 0 ? fl_catalogs_use(c, &x->stmt->name, err)
                                                 : fl_catalogs_use_database(c, &x->stmt->name, err));
    return done(x, out);
}

/* ---- all of them ---- */

static int execute(execution *x, flott_result **out, fl_error *err) {
    const fl_ast_stmt *s = x->stmt;
    switch (s->kind) {
    case FL_STMT_QUERY: return run_query(x, out, err);
    case FL_STMT_INSERT: return run_inserts(x, (fl_ast_insert *const *)&s->insert, 1, out, err);
    case FL_STMT_STATEMENT_SET: return run_inserts(x, s->inserts, s->n_inserts, out, err);
    case FL_STMT_BEGIN_SET: return begin_set(x, out, err);
    case FL_STMT_END_SET: return end_set(x, out, err);
    case FL_STMT_CREATE_TABLE: return create_table(x, out, err);
    case FL_STMT_CREATE_VIEW: return create_view(x, out, err);
    case FL_STMT_CREATE_FUNCTION: return create_function(x, out, err);
    case FL_STMT_ALTER_FUNCTION: return alter_function(x, out, err);
    case FL_STMT_DROP: return drop(x, out, err);
    case FL_STMT_CREATE_DATABASE:
        FL_TRY(fl_catalogs_create_database(x->session->catalogs, s, err));
        return done(x, out);
    case FL_STMT_CREATE_CATALOG: FL_TRY(fl_catalogs_create(x->session->catalogs, s, err)); return done(x, out);
    case FL_STMT_USE: return use(x, out, err);
    case FL_STMT_SET: return set(x, out, err);
    case FL_STMT_RESET: return reset(x, out, err);
    case FL_STMT_SHOW:
    case FL_STMT_DESCRIBE: return fl_session_show(x->session, s, out, err);
    case FL_STMT_EXPLAIN: return explain(x, out, err);
    case FL_STMT_UNSUPPORTED: return fl_fail(err, FL_ERR_SESSION_NOT_YET, s->what);
    }
    return 0;
}

static fl_str given(const char *sql, int64_t size) { return fl_str_make(sql, size < 0 ? strlen(sql) : (size_t)size); }

static void begin(execution *x, flott_session *s, const char *sql, int64_t size) {
    fl_str text = given(sql, size);
    *x = (execution){.session = s, .arena = fl_malloc(sizeof *x->arena)};
    fl_arena_init(x->arena);
    x->text = fl_str_make(fl_arena_strndup(x->arena, text.p, text.n), text.n);
}

static void end(execution *x) {
    if (x->arena == NULL) return;
    fl_arena_deinit(x->arena);
    free(x->arena);
}

int flott_execute(flott_session *s, const char *sql, int64_t size, flott_result **out, flott_error *error) {
    fl_error *err = fl_error_of(error);
    execution x;
    *out = NULL;
    begin(&x, s, sql, size);
    int rc = fl_sql_parse(x.arena, x.text, &x.stmt, err);
    if (rc == 0)
        rc = s->in_statement_set && x.stmt->kind != FL_STMT_END_SET ? add_to_set(&x, x.text, out, err)
                                                                    : execute(&x, out, err);
    end(&x);
    return rc < 0 ? fl_error_hide_all(err, given(sql, size)) : rc;
}

int flott_describe(flott_session *s, const char *query, int64_t size, flott_result **out, flott_error *error) {
    fl_error *err = fl_error_of(error);
    execution x;
    *out = NULL;
    begin(&x, s, query, size);
    int rc = fl_sql_parse(x.arena, x.text, &x.stmt, err);
    if (rc == 0) rc = describe_query(&x, out, err);
    end(&x);
    return rc < 0 ? fl_error_hide_all(err, given(query, size)) : rc;
}
