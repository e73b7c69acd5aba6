/* SPDX-License-Identifier: Apache-2.0 */
/* parse_stmt.c -- statements: which one it is, and all of them but queries and CREATE.
 *
 * What:       the first words decide. A statement that Flink has and we do not is recognised by its first words too,
 *             and becomes FL_STMT_UNSUPPORTED with its name in `what`; the rest of its text is not looked at.
 *             Clients:    SET, RESET, QUIT and others belong to Flink's clients rather than to its grammar; here they
 *             are statements like any other, for there is one door. SET takes its key and value without quotes as
 *             well.
 */
#include "messages/name.h"
#include "messages/syntax.h"
#include "sql/parser_int.h"

/* ---- small rules ---- */

static bool accept_if_exists(fl_parser *p) { return accept_words(p, FL_KW_IF, FL_KW_EXISTS); }

static bool at_statement_end(const fl_parser *p) { return is(p, FL_TOK_END) || is(p, FL_TOK_SEMICOLON); }

/* ---- INSERT ---- */

/* spec ::= '(' name ['=' literal] {',' name ['=' literal]} ')' */
int fl_parse_partition_spec(fl_parser *p, fl_ast_option **out, int *n) {
    int cap = 0;
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    do {
        const fl_token *first = peek(p);
        fl_ast_option o = {0};
        FL_TRY(fl_parse_name(p, &o.key));
        if (accept(p, FL_TOK_EQ)) {
            const fl_token *value = peek(p);
            fl_ast_expr *e;
            if (!is(p, FL_TOK_MINUS) && !is(p, FL_TOK_PLUS) && !fl_begins_literal(p))
                return fl_parser_refuse(p, "a literal");
            if (!accept(p, FL_TOK_MINUS)) accept(p, FL_TOK_PLUS);
            if (!fl_begins_literal(p)) return fl_parser_refuse(p, "a number");
            FL_TRY(fl_parse_literal(p, &e));
            fl_str text = e->kind == FL_AX_STRING ? e->text : fl_text_since(p, value);
            o.value = fl_arena_strndup(p->arena, text.p, text.n);
        }
        o.pos = fl_pos_since(p, first);
        FL_PUSH(p->arena, *out, *n, cap, o);
    } while (accept(p, FL_TOK_COMMA));
    return fl_parser_expect(p, FL_TOK_RPAREN);
}

/* insert ::= 'INSERT' ('INTO' | 'OVERWRITE') compound_name [hints] ['PARTITION' spec]
 *            ['(' compound_name {',' compound_name} ')'] query */
int fl_parse_insert(fl_parser *p, fl_ast_insert **out) {
    fl_ast_insert *i = *out = FL_NEW(p->arena, fl_ast_insert);
    FL_TRY(fl_parser_expect_word(p, FL_KW_INSERT));
    i->overwrite = accept_word(p, FL_KW_OVERWRITE);
    if (!i->overwrite && !accept_word(p, FL_KW_INTO)) return fl_parser_refuse(p, "INTO or OVERWRITE");
    FL_TRY(fl_parse_compound_name(p, false, &i->name));
    FL_TRY(fl_parse_hints(p, &i->hints, &i->n_hints));
    if (accept_word(p, FL_KW_PARTITION)) FL_TRY(fl_parse_partition_spec(p, &i->partition, &i->n_partition));
    if (is(p, FL_TOK_LPAREN) && is_name_token(peek_at(p, 1))) {
        int cap = 0;
        i->has_columns = true;
        do {
            fl_name column;
            skip(p);
            FL_TRY(fl_parse_compound_name(p, false, &column));
            FL_PUSH(p->arena, i->columns, i->n_columns, cap, column);
        } while (is(p, FL_TOK_COMMA));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    return fl_parse_query(p, &i->query);
}

static int parse_insert_statement(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_INSERT;
    return fl_parse_insert(p, &s->insert);
}

/* statement_set ::= 'STATEMENT' 'SET' 'BEGIN' {insert ';'}+ 'END' */
static int parse_statement_set(fl_parser *p, fl_ast_stmt *s) {
    int cap = 0;
    s->kind = FL_STMT_STATEMENT_SET;
    FL_TRY(fl_parser_expect_word(p, FL_KW_STATEMENT));
    FL_TRY(fl_parser_expect_word(p, FL_KW_SET));
    FL_TRY(fl_parser_expect_word(p, FL_KW_BEGIN));
    do {
        fl_ast_insert *insert;
        FL_TRY(fl_parse_insert(p, &insert));
        FL_PUSH(p->arena, s->inserts, s->n_inserts, cap, insert);
        FL_TRY(fl_parser_expect(p, FL_TOK_SEMICOLON));
    } while (!accept_word(p, FL_KW_END));
    return 0;
}

static int parse_query_statement(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_QUERY;
    return fl_parse_query(p, &s->query);
}

/* ---- EXECUTE, EXPLAIN ---- */

/* execute ::= 'EXECUTE' (statement_set | insert | query) */
static int parse_execute(fl_parser *p, fl_ast_stmt *s) {
    skip(p);
    if (is_word(p, FL_KW_STATEMENT)) return parse_statement_set(p, s);
    return is_word(p, FL_KW_INSERT) ? parse_insert_statement(p, s) : parse_query_statement(p, s);
}

static bool is_explain_detail(const fl_token *t) {
    return t->word == FL_KW_ESTIMATED_COST || t->word == FL_KW_CHANGELOG_MODE || t->word == FL_KW_JSON_EXECUTION_PLAN ||
           t->word == FL_KW_PLAN_ADVICE;
}

/* explain ::= 'EXPLAIN' ['PLAN' 'FOR' | detail {',' detail}] (statement_set | insert | query | execute | create) */
static int parse_explain(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_EXPLAIN;
    s->what = "";
    skip(p);
    if (!accept_words(p, FL_KW_PLAN, FL_KW_FOR) && is_explain_detail(peek(p))) {
        do {
            if (!is_explain_detail(peek(p)))
                return fl_parser_refuse(p, "ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN or PLAN_ADVICE");
            s->what = fl_arena_printf(p->arena, "%s%s%s", s->what, s->what[0] != '\0' ? ", " : "",
                                      fl_keyword_text(peek(p)->word));
            skip(p);
        } while (accept(p, FL_TOK_COMMA));
    }
    const fl_token *first = peek(p);
    fl_ast_stmt *inner = s->inner = FL_NEW(p->arena, fl_ast_stmt);
    switch (first->word) {
    case FL_KW_STATEMENT: FL_TRY(parse_statement_set(p, inner)); break;
    case FL_KW_INSERT: FL_TRY(parse_insert_statement(p, inner)); break;
    case FL_KW_EXECUTE: FL_TRY(parse_execute(p, inner)); break;
    case FL_KW_CREATE: FL_TRY(fl_parse_create(p, inner)); break;
    default: FL_TRY(parse_query_statement(p, inner));
    }
    inner->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- SHOW, DESCRIBE ---- */

/* pattern ::= ['NOT'] ('LIKE' | 'ILIKE') string */
static int parse_pattern(fl_parser *p, fl_ast_show *show, bool with_ilike) {
    bool negated = is_word(p, FL_KW_NOT);
    if (negated) skip(p);
    if (accept_word(p, FL_KW_LIKE))
        show->has_like = true;
    else if (with_ilike && accept_word(p, FL_KW_ILIKE))
        show->has_like = show->ilike = true;
    else
        return negated ? fl_parser_refuse(p, with_ilike ? "LIKE or ILIKE" : "LIKE") : 0;
    show->not_like = negated;
    return fl_parse_plain_string(p, &show->pattern);
}

/* in ::= ('FROM' | 'IN') compound_name */
static int parse_in(fl_parser *p, fl_ast_show *show, bool required) {
    if (accept_word(p, FL_KW_FROM) || accept_word(p, FL_KW_IN)) return fl_parse_compound_name(p, false, &show->name);
    return required ? fl_parser_refuse(p, "FROM or IN") : 0;
}

static int parse_show_current(fl_parser *p, fl_ast_show *show) {
    if (accept_word(p, FL_KW_CATALOG))
        show->what = "CURRENT CATALOG";
    else if (accept_word(p, FL_KW_DATABASE))
        show->what = "CURRENT DATABASE";
    else
        return fl_parser_refuse(p, "CATALOG or DATABASE");
    return 0;
}

static int parse_show_create(fl_parser *p, fl_ast_show *show) {
    if (accept_word(p, FL_KW_TABLE))
        show->what = "CREATE TABLE";
    else if (accept_word(p, FL_KW_VIEW))
        show->what = "CREATE VIEW";
    else if (accept_word(p, FL_KW_MODEL))
        show->what = "CREATE MODEL";
    else if (accept_words(p, FL_KW_MATERIALIZED, FL_KW_TABLE))
        show->what = "CREATE MATERIALIZED TABLE";
    else if (accept_word(p, FL_KW_CATALOG)) {
        show->what = "CREATE CATALOG";
        return fl_parse_simple_name(p, &show->name);
    } else {
        return fl_parser_refuse(p, "TABLE, VIEW or CATALOG");
    }
    return fl_parse_compound_name(p, false, &show->name);
}

/* show ::= 'SHOW' ( ('CATALOGS' | 'DATABASES' | 'TABLES' | 'VIEWS' | ['USER'] 'FUNCTIONS' | …) [in] [pattern]
 *                 | 'COLUMNS' in [pattern] | 'PARTITIONS' compound_name ['PARTITION' spec]
 *                 | 'CURRENT' … | 'CREATE' … | ['FULL'] 'MODULES' | 'JARS' | 'JOBS' ) */
static int parse_show(fl_parser *p, fl_ast_stmt *s) {
    fl_ast_show *show = s->show = FL_NEW(p->arena, fl_ast_show);
    s->kind = FL_STMT_SHOW;
    skip(p);
    const fl_token *t = peek(p);
    bool ilike = false;
    show->what = fl_keyword_text(t->word);
    skip(p);
    switch (t->word) {
    case FL_KW_CURRENT: return parse_show_current(p, show);
    case FL_KW_CREATE: return parse_show_create(p, show);
    case FL_KW_JARS:
    case FL_KW_JOBS:
    case FL_KW_MODULES: return 0;
    case FL_KW_FULL: show->what = "FULL MODULES"; return fl_parser_expect_word(p, FL_KW_MODULES);
    case FL_KW_COLUMNS: FL_TRY(parse_in(p, show, true)); return parse_pattern(p, show, false);
    case FL_KW_PARTITIONS:
        FL_TRY(fl_parse_compound_name(p, false, &show->name));
        return accept_word(p, FL_KW_PARTITION) ? fl_parse_partition_spec(p, &s->options, &s->n_options) : 0;
    case FL_KW_USER:
        show->what = "USER FUNCTIONS";
        FL_TRY(fl_parser_expect_word(p, FL_KW_FUNCTIONS));
        ilike = true;
        break;
    case FL_KW_CATALOGS: return parse_pattern(p, show, true);
    case FL_KW_DATABASES:
    case FL_KW_FUNCTIONS:
    case FL_KW_PROCEDURES: ilike = true; break;
    case FL_KW_TABLES:
    case FL_KW_VIEWS:
    case FL_KW_MODELS: break;
    default:
        p->at--;
        return fl_parser_refuse(p, "CATALOGS, DATABASES, TABLES, VIEWS, COLUMNS, FUNCTIONS, CREATE TABLE or another "
                                   "kind of thing to show");
    }
    FL_TRY(parse_in(p, show, false));
    return parse_pattern(p, show, ilike);
}

/* describe ::= ('DESCRIBE' | 'DESC') ( 'CATALOG' ['EXTENDED'] name | 'JOB' string
 *              | ['DATABASE' | 'FUNCTION' | 'MODEL'] ['EXTENDED'] compound_name ) */
static int parse_describe(fl_parser *p, fl_ast_stmt *s) {
    fl_ast_show *show = s->show = FL_NEW(p->arena, fl_ast_show);
    s->kind = FL_STMT_DESCRIBE;
    show->what = "TABLE";
    skip(p);
    if (is_word(p, FL_KW_JOB) && is_at(p, 1, FL_TOK_STRING)) {
        show->what = "JOB";
        skip(p);
        return fl_parse_plain_string(p, &show->pattern);
    }
    const fl_token *t = peek(p), *next = peek_at(p, 1);
    bool named = is_name_token(next) || next->word == FL_KW_EXTENDED; /* else a table with that word as its name */
    if (named && (t->word == FL_KW_CATALOG || t->word == FL_KW_DATABASE || t->word == FL_KW_FUNCTION ||
                  t->word == FL_KW_MODEL)) {
        show->what = fl_keyword_text(t->word);
        skip(p);
    }
    show->extended = accept_word(p, FL_KW_EXTENDED);
    if (t->word == FL_KW_CATALOG && named) return fl_parse_simple_name(p, &show->name);
    return fl_parse_compound_name(p, false, &show->name);
}

/* ---- DROP, USE ---- */

/* drop ::= 'DROP' ['TEMPORARY'] ('TABLE' | 'VIEW' | 'DATABASE' | 'CATALOG' | ['SYSTEM'] 'FUNCTION' | 'MODEL'
 *          | 'MATERIALIZED' 'TABLE') ['IF' 'EXISTS'] compound_name ['RESTRICT' | 'CASCADE'] */
static int parse_drop(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_DROP;
    skip(p);
    s->temporary = accept_word(p, FL_KW_TEMPORARY);
    const fl_token *t = peek(p);
    switch (t->word) {
    case FL_KW_TABLE:
    case FL_KW_VIEW:
    case FL_KW_DATABASE:
    case FL_KW_CATALOG:
    case FL_KW_FUNCTION:
    case FL_KW_MODEL:
        s->what = fl_keyword_text(t->word);
        skip(p);
        break;
    case FL_KW_SYSTEM:
        s->what = "SYSTEM FUNCTION";
        skip(p);
        FL_TRY(fl_parser_expect_word(p, FL_KW_FUNCTION));
        break;
    case FL_KW_MATERIALIZED:
        s->what = "MATERIALIZED TABLE";
        skip(p);
        FL_TRY(fl_parser_expect_word(p, FL_KW_TABLE));
        break;
    default: return fl_parser_refuse(p, "TABLE, VIEW, DATABASE, CATALOG or FUNCTION");
    }
    s->if_exists = accept_if_exists(p);
    FL_TRY(fl_parse_compound_name(p, false, &s->name));
    if (t->word == FL_KW_DATABASE && !accept_word(p, FL_KW_RESTRICT)) s->cascade = accept_word(p, FL_KW_CASCADE);
    return 0;
}

/* use ::= 'USE' ('CATALOG' name | compound_name) */
static int parse_use(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_USE;
    s->what = "DATABASE";
    skip(p);
    if (is_word(p, FL_KW_CATALOG) && !is_at(p, 1, FL_TOK_DOT)) {
        skip(p);
        s->what = "CATALOG";
        return fl_parse_simple_name(p, &s->name);
    }
    return fl_parse_compound_name(p, false, &s->name);
}

/* ---- SET, RESET ---- */

/* One side of SET: a text in single quotes, or whatever stands there, up to `end` or the end of the statement. */
static int parse_setting(fl_parser *p, fl_token_kind end, const char **out) {
    const fl_token *first = peek(p);
    while (!at_statement_end(p) && !is(p, end)) skip(p);
    if (previous(p) < first) return fl_parser_refuse(p, "a key or a value, such as 'key' = 'value'");
    if (previous(p) == first && first->kind == FL_TOK_STRING) {
        p->at--;
        return fl_parse_plain_string(p, out);
    }
    for (const fl_token *t = first; t <= previous(p); t++) {
        if (t->kind != FL_TOK_STRING && t->kind != FL_TOK_QUOTE) continue;
        p->at = (int)(t - p->tokens) + (t == first && t->kind == FL_TOK_STRING);
        return fl_parser_refuse(p, end == FL_TOK_EQ ? "'='" : "the end of the statement");
    }
    fl_str text = fl_text_since(p, first);
    *out = fl_arena_strndup(p->arena, text.p, text.n);
    return 0;
}

/* set ::= 'SET' [setting '=' setting] */
static int parse_set(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_SET;
    skip(p);
    if (at_statement_end(p)) return 0;
    const fl_token *key = peek(p);
    FL_TRY(parse_setting(p, FL_TOK_EQ, &s->key));
    s->key_pos = fl_pos_since(p, key);
    FL_TRY(fl_parser_expect(p, FL_TOK_EQ));
    return parse_setting(p, FL_TOK_END, &s->value);
}

/* reset ::= 'RESET' [setting] */
static int parse_reset(fl_parser *p, fl_ast_stmt *s) {
    s->kind = FL_STMT_RESET;
    skip(p);
    if (at_statement_end(p)) return 0;
    const fl_token *key = peek(p);
    FL_TRY(parse_setting(p, FL_TOK_END, &s->key));
    s->key_pos = fl_pos_since(p, key);
    return 0;
}

/* ---- what we do not do yet ---- */

/* The rest of a statement that is not looked at. Only characters that are no tokens are refused. */
static int skip_rest(fl_parser *p, fl_ast_stmt *s, const char *what) {
    bool begun = false; /* a BEGIN was seen: semicolons belong to the statement */
    s->kind = FL_STMT_UNSUPPORTED;
    s->what = what;
    for (; !is(p, FL_TOK_END) && (begun || !is(p, FL_TOK_SEMICOLON)); skip(p)) {
        if (is(p, FL_TOK_BAD) || is(p, FL_TOK_OPEN_COMMENT) || is(p, FL_TOK_QUOTE) || is(p, FL_TOK_DOUBLE_QUOTE))
            return fl_parser_refuse(p, "the rest of the statement");
        begun |= is_word(p, FL_KW_BEGIN);
    }
    return 0;
}

/* what, its first words, what must follow: a 'n'ame, a 's'tring, or nothing */
static const struct {
    const char *what;
    fl_keyword words[4];
    char then;
} unsupported[] = {
    {"UPDATE", {FL_KW_UPDATE}, 'n'},
    {"DELETE", {FL_KW_DELETE, FL_KW_FROM}, 'n'},
    {"MERGE", {FL_KW_MERGE, FL_KW_INTO}, 'n'},
    {"UPSERT", {FL_KW_UPSERT, FL_KW_INTO}, 'n'},
    {"TRUNCATE TABLE", {FL_KW_TRUNCATE, FL_KW_TABLE}, 'n'},
    {"ANALYZE TABLE", {FL_KW_ANALYZE, FL_KW_TABLE}, 'n'},
    {"CALL", {FL_KW_CALL}, 'n'},
    {"COMPILE AND EXECUTE PLAN", {FL_KW_COMPILE, FL_KW_AND, FL_KW_EXECUTE, FL_KW_PLAN}, 's'},
    {"COMPILE PLAN", {FL_KW_COMPILE, FL_KW_PLAN}, 's'},
    {"EXECUTE PLAN", {FL_KW_EXECUTE, FL_KW_PLAN}, 's'},
    {"ADD JAR", {FL_KW_ADD, FL_KW_JAR}, 's'},
    {"REMOVE JAR", {FL_KW_REMOVE, FL_KW_JAR}, 's'},
    {"LOAD MODULE", {FL_KW_LOAD, FL_KW_MODULE}, 'n'},
    {"UNLOAD MODULE", {FL_KW_UNLOAD, FL_KW_MODULE}, 'n'},
    {"USE MODULES", {FL_KW_USE, FL_KW_MODULES}, 'n'},
    {"STOP JOB", {FL_KW_STOP, FL_KW_JOB}, 's'},
    {"CREATE MATERIALIZED TABLE", {FL_KW_CREATE, FL_KW_MATERIALIZED, FL_KW_TABLE}, 'n'},
    {"CREATE MODEL", {FL_KW_CREATE, FL_KW_MODEL}, 'n'},
    {"CREATE CONNECTION", {FL_KW_CREATE, FL_KW_CONNECTION}, 'n'},
};

/* The row of the table that the statement is; -1 if none. */
static int find_unsupported(const fl_parser *p) {
    for (size_t i = 0; i < FL_ARRAY_LEN(unsupported); i++) {
        int n = 0;
        while (n < 4 && unsupported[i].words[n] != FL_NO_KEYWORD && is_word_at(p, n, unsupported[i].words[n])) n++;
        if (n == 4 || unsupported[i].words[n] == FL_NO_KEYWORD) return (int)i;
    }
    return -1;
}

static int parse_unsupported(fl_parser *p, fl_ast_stmt *s, int row) {
    fl_name name;
    const char *text;
    for (int n = 0; n < 4 && unsupported[row].words[n] != FL_NO_KEYWORD; n++) skip(p);
    if (unsupported[row].then == 'n')
        FL_TRY(fl_parse_compound_name(p, false, &name));
    else
        FL_TRY(fl_parse_plain_string(p, &text));
    return skip_rest(p, s, unsupported[row].what);
}

/* kind of thing, what can be done to it */
static const struct {
    fl_keyword kind;
    const char *text;
    fl_keyword verbs[10];
} alterations[] = {
    {FL_KW_TABLE,
     "TABLE",
     {FL_KW_RENAME, FL_KW_ADD, FL_KW_MODIFY, FL_KW_DROP, FL_KW_SET, FL_KW_RESET, FL_KW_COMPACT, FL_KW_PARTITION}},
    {FL_KW_VIEW, "VIEW", {FL_KW_RENAME, FL_KW_AS}},
    {FL_KW_DATABASE, "DATABASE", {FL_KW_SET}},
    {FL_KW_CATALOG, "CATALOG", {FL_KW_SET, FL_KW_RESET, FL_KW_COMMENT}},
    {FL_KW_MODEL, "MODEL", {FL_KW_SET, FL_KW_RESET, FL_KW_RENAME}},
    {FL_KW_MATERIALIZED,
     "MATERIALIZED TABLE",
     {FL_KW_SUSPEND, FL_KW_RESUME, FL_KW_REFRESH, FL_KW_AS, FL_KW_SET, FL_KW_RESET, FL_KW_ADD, FL_KW_MODIFY,
      FL_KW_DROP}},
};

/* alter_function ::= 'FUNCTION' ['IF' 'EXISTS'] compound_name function_body */
static int parse_alter_function(fl_parser *p, fl_ast_stmt *s, bool system) {
    s->kind = FL_STMT_ALTER_FUNCTION;
    s->function = FL_NEW(p->arena, fl_ast_function);
    s->function->system = system;
    skip(p);
    s->if_exists = accept_if_exists(p);
    FL_TRY(fl_parse_compound_name(p, false, &s->name));
    return fl_parse_function_body(p, s->function);
}

/* alter ::= 'ALTER' ['TEMPORARY' ['SYSTEM']] (alter_function | kind ['IF' 'EXISTS'] compound_name verb …) */
static int parse_alter(fl_parser *p, fl_ast_stmt *s) {
    skip(p);
    s->temporary = accept_word(p, FL_KW_TEMPORARY);
    bool system = s->temporary && accept_word(p, FL_KW_SYSTEM);
    if (is_word(p, FL_KW_FUNCTION)) return parse_alter_function(p, s, system);
    for (size_t i = 0; i < FL_ARRAY_LEN(alterations); i++) {
        if (!accept_word(p, alterations[i].kind)) continue;
        if (alterations[i].kind == FL_KW_MATERIALIZED) FL_TRY(fl_parser_expect_word(p, FL_KW_TABLE));
        accept_if_exists(p);
        FL_TRY(fl_parse_compound_name(p, false, &s->name));
        for (const fl_keyword *verb = alterations[i].verbs; *verb != FL_NO_KEYWORD; verb++) {
            if (!is_word(p, *verb)) continue;
            return skip_rest(p, s,
                             fl_arena_printf(p->arena, "ALTER %s … %s", alterations[i].text, fl_keyword_text(*verb)));
        }
        return fl_parser_refuse(p, "what to alter");
    }
    return fl_parser_refuse(p, "TABLE, VIEW, DATABASE, CATALOG or FUNCTION");
}

/* ---- all of them ---- */

/* Commands of Flink's client that stand alone. */
static const char *client_command(const fl_parser *p) {
    static const char *const commands[] = {"QUIT", "EXIT", "HELP", "CLEAR"};
    if (!is_at(p, 1, FL_TOK_END) && !is_at(p, 1, FL_TOK_SEMICOLON)) return NULL;
    for (size_t i = 0; i < FL_ARRAY_LEN(commands); i++)
        if (fl_str_iis(peek(p)->text, commands[i])) return commands[i];
    return NULL;
}

/* A word that begins no statement may be one that was misspelt. */
static int refuse_statement(fl_parser *p, const fl_token *first) {
    static const char *const words[] = {
        "SELECT",   "INSERT",  "WITH", "VALUES", "CREATE", "DROP",    "ALTER", "SHOW",
        "DESCRIBE", "EXPLAIN", "USE",  "SET",    "RESET",  "EXECUTE", "BEGIN", "END",
    };
    int code = p->err->code;
    if (first->kind != FL_TOK_WORD || first->text.n > 30 || p->err->line != first->line ||
        p->err->column != first->column)
        return code;
    char word[32] = {0};
    for (size_t i = 0; i < first->text.n; i++) {
        char c = first->text.p[i];
        word[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    const char *near = fl_suggest(word, words, (int)FL_ARRAY_LEN(words));
    if (near != NULL && strcmp(near, word) != 0)
        fl_error_hint(p->err, FL_HINT_DID_YOU_MEAN_WORD, near);
    else if (near == NULL)
        fl_error_hint(p->err, FL_HINT_SYNTAX_STATEMENTS);
    return code;
}

static int parse_by_first_word(fl_parser *p, fl_ast_stmt *s) {
    int row = find_unsupported(p);
    const char *command = client_command(p);
    if (row >= 0) return parse_unsupported(p, s, row);
    if (command != NULL) {
        skip(p);
        return skip_rest(p, s, command);
    }
    const fl_token *first = peek(p);
    switch (first->word) {
    case FL_KW_INSERT: return parse_insert_statement(p, s);
    case FL_KW_CREATE: return fl_parse_create(p, s);
    case FL_KW_DROP: return parse_drop(p, s);
    case FL_KW_ALTER: return parse_alter(p, s);
    case FL_KW_USE: return parse_use(p, s);
    case FL_KW_EXPLAIN: return parse_explain(p, s);
    case FL_KW_EXECUTE: return parse_execute(p, s);
    case FL_KW_SET: return parse_set(p, s);
    case FL_KW_RESET: return parse_reset(p, s);
    case FL_KW_SHOW: return parse_show(p, s);
    case FL_KW_DESCRIBE:
    case FL_KW_DESC: return parse_describe(p, s);
    case FL_KW_REPLACE:
        if (is_word_at(p, 1, FL_KW_TABLE)) return fl_parse_replace_table(p, s);
        break;
    case FL_KW_BEGIN:
        if (!is_word_at(p, 1, FL_KW_STATEMENT) || !is_word_at(p, 2, FL_KW_SET)) break;
        p->at += 3;
        s->kind = FL_STMT_BEGIN_SET;
        return 0;
    case FL_KW_END:
        skip(p);
        s->kind = FL_STMT_END_SET;
        return 0;
    default: break;
    }
    int rc = parse_query_statement(p, s);
    return rc < 0 ? refuse_statement(p, first) : rc;
}

int fl_parse_statement(fl_parser *p, fl_ast_stmt **out) {
    const fl_token *first = peek(p);
    fl_ast_stmt *s = *out = FL_NEW(p->arena, fl_ast_stmt);
    FL_TRY(parse_by_first_word(p, s));
    s->pos = fl_pos_since(p, first);
    return 0;
}
