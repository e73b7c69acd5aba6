/* SPDX-License-Identifier: Apache-2.0 */
/* parse_ddl.c -- CREATE: tables, views, databases, catalogs, functions.
 *
 * What:       the order of clauses is Flink's: columns, COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, then LIKE or AS.
 *             Whether they go together is asked by those who bind the statement.
 */
#include "sql/parser_int.h"

#include "messages/session.h"
#include "messages/syntax.h"
#include "messages/table.h"

/* ['IF' 'NOT' 'EXISTS'] */
int fl_parse_if_not_exists(fl_parser *p, bool *out) {
    if (!are_words(p, FL_KW_IF, FL_KW_NOT) || !is_word_at(p, 2, FL_KW_EXISTS)) return 0;
    p->at += 3;
    *out = true;
    return 0;
}

/* ['COMMENT' string] */
static int parse_comment(fl_parser *p, const char **out) {
    return accept_word(p, FL_KW_COMMENT) ? fl_parse_plain_string(p, out) : 0;
}

/* ---- columns and constraints ---- */

/* key ::= ['CONSTRAINT' name] ('PRIMARY' 'KEY' | 'UNIQUE') [name_list] [['NOT'] 'ENFORCED'] */
static bool begins_key(const fl_parser *p) {
    return is_word(p, FL_KW_CONSTRAINT) || is_word(p, FL_KW_PRIMARY) || is_word(p, FL_KW_UNIQUE);
}

static int parse_key(fl_parser *p, const fl_ast_column *column, fl_ast_key *k) {
    const fl_token *first = peek(p);
    k->enforced = true;
    if (accept_word(p, FL_KW_CONSTRAINT)) FL_TRY(fl_parse_name(p, &k->constraint));
    k->unique = accept_word(p, FL_KW_UNIQUE);
    if (!k->unique) {
        if (!accept_word(p, FL_KW_PRIMARY)) return fl_parser_refuse(p, "PRIMARY KEY or UNIQUE");
        FL_TRY(fl_parser_expect_word(p, FL_KW_KEY));
    }
    if (column == NULL) {
        FL_TRY(fl_parse_name_list(p, &k->columns, &k->column_pos, &k->n_columns));
    } else {
        k->n_columns = 1;
        k->columns = FL_NEW_N(p->arena, const char *, 1);
        k->columns[0] = column->name;
        k->column_pos = FL_NEW(p->arena, fl_pos);
        *k->column_pos = column->pos;
    }
    if (accept_word(p, FL_KW_NOT)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_ENFORCED));
        k->enforced = false;
    } else {
        accept_word(p, FL_KW_ENFORCED);
    }
    k->pos = fl_pos_since(p, first);
    return 0;
}

/* watermark ::= 'WATERMARK' 'FOR' compound_name 'AS' expr */
static int parse_watermark(fl_parser *p, fl_ast_watermark *w) {
    const fl_token *first = peek(p);
    skip(p);
    FL_TRY(fl_parser_expect_word(p, FL_KW_FOR));
    FL_TRY(fl_parse_compound_name(p, false, &w->column));
    FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
    FL_TRY(fl_parse_expr(p, FL_CTX_NON_QUERY, &w->expr));
    w->pos = fl_pos_since(p, first);
    return 0;
}

/* metadata ::= 'METADATA' ['FROM' string] ['VIRTUAL'] */
static int parse_metadata(fl_parser *p, fl_ast_column *c) {
    if (!accept_word(p, FL_KW_METADATA)) return 0;
    c->kind = FL_COLUMN_METADATA;
    if (accept_word(p, FL_KW_FROM)) FL_TRY(fl_parse_plain_string(p, &c->metadata_key));
    c->is_virtual = accept_word(p, FL_KW_VIRTUAL);
    return 0;
}

/* column ::= name ('AS' expr | type (metadata | [key])) ['COMMENT' string] */
static int parse_column(fl_parser *p, fl_ast_create_table *t, fl_ast_column *c, int *cap_keys) {
    const fl_token *first = peek(p);
    FL_TRY(fl_parse_name(p, &c->name));
    c->pos = fl_pos_of(p, first);
    if (accept_word(p, FL_KW_AS)) {
        const fl_token *expr = peek(p);
        c->kind = FL_COLUMN_COMPUTED;
        FL_TRY(fl_parse_expr(p, FL_CTX_NON_QUERY, &c->expr));
        c->expr_text = fl_text_since(p, expr);
        return parse_comment(p, &c->comment);
    }
    if (is(p, FL_TOK_DOT)) return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_TABLE_COLUMN_PATH);
    FL_TRY(fl_parse_type(p, false, &c->type));
    FL_TRY(parse_metadata(p, c));
    if (c->kind == FL_COLUMN_PHYSICAL && begins_key(p)) {
        fl_ast_key k = {0};
        FL_TRY(parse_key(p, c, &k));
        FL_PUSH(p->arena, t->keys, t->n_keys, *cap_keys, k);
    }
    return parse_comment(p, &c->comment);
}

/* columns ::= '(' (column | key | watermark) {',' …} ')' */
static int parse_columns(fl_parser *p, fl_ast_create_table *t) {
    int cap_columns = 0, cap_keys = 0, cap_watermarks = 0;
    if (!accept(p, FL_TOK_LPAREN)) return 0;
    t->has_columns = true;
    do {
        if (is_word(p, FL_KW_WATERMARK)) {
            fl_ast_watermark w = {0};
            FL_TRY(parse_watermark(p, &w));
            FL_PUSH(p->arena, t->watermarks, t->n_watermarks, cap_watermarks, w);
        } else if (begins_key(p)) {
            fl_ast_key k = {0};
            FL_TRY(parse_key(p, NULL, &k));
            FL_PUSH(p->arena, t->keys, t->n_keys, cap_keys, k);
        } else {
            fl_ast_column c = {0};
            FL_TRY(parse_column(p, t, &c, &cap_keys));
            FL_PUSH(p->arena, t->columns, t->n_columns, cap_columns, c);
        }
    } while (accept(p, FL_TOK_COMMA));
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "',' or ')'");
    skip(p);
    return 0;
}

/* ---- the other clauses of a table ---- */

/* buckets ::= 'INTO' number 'BUCKETS' */
static int parse_buckets(fl_parser *p, fl_ast_create_table *t) {
    FL_TRY(fl_parser_expect_word(p, FL_KW_INTO));
    FL_TRY(fl_parse_unsigned(p, &t->n_buckets));
    return fl_parser_expect_word(p, FL_KW_BUCKETS);
}

/* distribution ::= 'DISTRIBUTED' ('BY' [('HASH' | 'RANGE')] name_list [buckets] | buckets) */
static int parse_distribution(fl_parser *p, fl_ast_create_table *t) {
    t->n_buckets = -1;
    if (!accept_word(p, FL_KW_DISTRIBUTED)) return 0;
    t->distributed = true;
    if (is_word(p, FL_KW_INTO)) return parse_buckets(p, t);
    if (!accept_word(p, FL_KW_BY)) return fl_parser_refuse(p, "BY or INTO");
    if (is_word(p, FL_KW_HASH) || is_word(p, FL_KW_RANGE)) {
        t->distribution = fl_keyword_text(peek(p)->word);
        skip(p);
    }
    FL_TRY(fl_parse_name_list(p, &t->bucket_columns, NULL, &t->n_bucket_columns));
    return is_word(p, FL_KW_INTO) ? parse_buckets(p, t) : 0;
}

/* partitions ::= 'PARTITIONED' 'BY' name_list */
static int parse_partitions(fl_parser *p, fl_ast_create_table *t) {
    const char **names = NULL;
    fl_pos *pos = NULL;
    if (!accept_word(p, FL_KW_PARTITIONED)) return 0;
    FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
    FL_TRY(fl_parse_name_list(p, &names, &pos, &t->n_partitions));
    t->partitions = FL_NEW_N(p->arena, fl_name, t->n_partitions);
    for (int i = 0; i < t->n_partitions; i++) t->partitions[i] = (fl_name){1, &names[i], pos[i]};
    return 0;
}

/* like ::= 'LIKE' compound_name ['(' {('INCLUDING' | 'EXCLUDING' | 'OVERWRITING') feature}+ ')'] */
static int parse_like(fl_parser *p, fl_ast_create_table *t) {
    static const fl_keyword features[] = {
        FL_KW_ALL,       FL_KW_CONSTRAINTS, FL_KW_DISTRIBUTION, FL_KW_PARTITIONS,
        FL_KW_GENERATED, FL_KW_METADATA,    FL_KW_OPTIONS,      FL_KW_WATERMARKS,
    };
    int cap = 0;
    t->has_like = true;
    FL_TRY(fl_parse_compound_name(p, false, &t->like));
    if (!accept(p, FL_TOK_LPAREN)) return 0;
    do {
        const fl_token *first = peek(p);
        fl_ast_like_option o = {.strategy = fl_keyword_text(first->word)};
        if (!accept_word(p, FL_KW_INCLUDING) && !accept_word(p, FL_KW_EXCLUDING) && !accept_word(p, FL_KW_OVERWRITING))
            return fl_parser_refuse(p, "INCLUDING, EXCLUDING or OVERWRITING");
        for (size_t i = 0; i < FL_ARRAY_LEN(features) && o.feature == NULL; i++)
            if (accept_word(p, features[i])) o.feature = fl_keyword_text(features[i]);
        if (o.feature == NULL)
            return fl_parser_refuse(
                p, "ALL, CONSTRAINTS, DISTRIBUTION, PARTITIONS, GENERATED, METADATA, OPTIONS or WATERMARKS");
        o.pos = fl_pos_since(p, first);
        FL_PUSH(p->arena, t->like_options, t->n_like_options, cap, o);
    } while (!accept(p, FL_TOK_RPAREN));
    return 0;
}

/* create_table ::= 'TABLE' [if_not_exists] compound_name [columns] [comment] [distribution] [partitions]
 *                  ['WITH' options] ['LIKE' … | 'AS' query] */
static int parse_create_table(fl_parser *p, fl_ast_stmt *s, bool or_replace, bool replace) {
    fl_ast_create_table *t = s->create_table = FL_NEW(p->arena, fl_ast_create_table);
    s->kind = FL_STMT_CREATE_TABLE;
    t->temporary = s->temporary;
    t->or_replace = or_replace;
    t->replace = replace;
    skip(p);
    FL_TRY(fl_parse_if_not_exists(p, &t->if_not_exists));
    FL_TRY(fl_parse_compound_name(p, false, &t->name));
    FL_TRY(parse_columns(p, t));
    FL_TRY(parse_comment(p, &t->comment));
    FL_TRY(parse_distribution(p, t));
    FL_TRY(parse_partitions(p, t));
    if (accept_word(p, FL_KW_WITH)) {
        t->has_options = true;
        FL_TRY(fl_parse_options(p, &t->options, &t->n_options));
    }
    if (accept_word(p, FL_KW_LIKE)) return parse_like(p, t);
    if (accept_word(p, FL_KW_AS)) return fl_parse_query(p, &t->as);
    return replace ? fl_parser_refuse(p, "AS and a query") : 0;
}

int fl_parse_replace_table(fl_parser *p, fl_ast_stmt *s) {
    skip(p);
    return parse_create_table(p, s, false, true);
}

/* ---- views, databases, catalogs, functions ---- */

/* create_view ::= 'VIEW' [if_not_exists] compound_name [name_list] [comment] 'AS' query */
static int parse_create_view(fl_parser *p, fl_ast_stmt *s, bool or_replace) {
    fl_ast_create_view *v = s->create_view = FL_NEW(p->arena, fl_ast_create_view);
    s->kind = FL_STMT_CREATE_VIEW;
    v->temporary = s->temporary;
    v->or_replace = or_replace;
    skip(p);
    FL_TRY(fl_parse_if_not_exists(p, &v->if_not_exists));
    FL_TRY(fl_parse_compound_name(p, false, &v->name));
    if (is(p, FL_TOK_LPAREN)) FL_TRY(fl_parse_name_list(p, &v->columns, &v->column_pos, &v->n_columns));
    FL_TRY(parse_comment(p, &v->comment));
    FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
    const fl_token *query = peek(p);
    FL_TRY(fl_parse_query(p, &v->query));
    v->query_text = fl_text_since(p, query);
    return 0;
}

/* create_database ::= ('DATABASE' | 'CATALOG') [if_not_exists] compound_name [comment] ['WITH' options] */
static int parse_create_database(fl_parser *p, fl_ast_stmt *s) {
    bool catalog = is_word(p, FL_KW_CATALOG);
    s->kind = catalog ? FL_STMT_CREATE_CATALOG : FL_STMT_CREATE_DATABASE;
    skip(p);
    FL_TRY(fl_parse_if_not_exists(p, &s->if_not_exists));
    if (catalog)
        FL_TRY(fl_parse_simple_name(p, &s->name));
    else
        FL_TRY(fl_parse_compound_name(p, false, &s->name));
    FL_TRY(parse_comment(p, &s->comment));
    return accept_word(p, FL_KW_WITH) ? fl_parse_options(p, &s->options, &s->n_options) : 0;
}

/* language ::= 'LANGUAGE' ('JAVA' | 'SCALA' | 'SQL' | 'PYTHON' | 'C') */
static int parse_language(fl_parser *p, const char **out) {
    static const fl_keyword languages[] = {FL_KW_JAVA, FL_KW_SCALA, FL_KW_SQL, FL_KW_PYTHON, FL_KW_C};
    *out = "JAVA";
    if (!accept_word(p, FL_KW_LANGUAGE)) return 0;
    if (!is_one_of(peek(p)->word, languages, FL_ARRAY_LEN(languages)))
        return fl_parser_refuse(p, "JAVA, SCALA, SQL, PYTHON or C");
    *out = fl_keyword_text(peek(p)->word);
    skip(p);
    return 0;
}

/* using_jars ::= 'USING' 'JAR' string {',' 'JAR' string} */
static int parse_jars(fl_parser *p, fl_ast_function *f) {
    const fl_token *first = peek(p);
    int cap = 0;
    if (!accept_word(p, FL_KW_USING)) return 0;
    do {
        const char *jar;
        FL_TRY(fl_parser_expect_word(p, FL_KW_JAR));
        FL_TRY(fl_parse_plain_string(p, &jar));
        FL_PUSH(p->arena, f->jars, f->n_jars, cap, jar);
    } while (accept(p, FL_TOK_COMMA));
    bool java = strcmp(f->language, "JAVA") == 0 || strcmp(f->language, "SCALA") == 0;
    return java ? 0 : fl_parser_fail(p, fl_pos_since(p, first), FL_ERR_SYNTAX_USING_JAR, f->language);
}

int fl_parse_function_body(fl_parser *p, fl_ast_function *f) {
    FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
    FL_TRY(fl_parse_plain_string(p, &f->what));
    return parse_language(p, &f->language);
}

/* create_function ::= ['SYSTEM'] 'FUNCTION' [if_not_exists] compound_name function_body [using_jars] */
static int parse_create_function(fl_parser *p, fl_ast_stmt *s) {
    const fl_token *first = peek(p);
    fl_ast_function *f = s->function = FL_NEW(p->arena, fl_ast_function);
    s->kind = FL_STMT_CREATE_FUNCTION;
    f->system = accept_word(p, FL_KW_SYSTEM);
    FL_TRY(fl_parser_expect_word(p, FL_KW_FUNCTION));
    FL_TRY(fl_parse_if_not_exists(p, &s->if_not_exists));
    if (f->system)
        FL_TRY(fl_parse_simple_name(p, &s->name));
    else
        FL_TRY(fl_parse_compound_name(p, false, &s->name));
    FL_TRY(fl_parse_function_body(p, f));
    FL_TRY(parse_jars(p, f));
    if (f->system && !s->temporary) return fl_parser_fail(p, fl_pos_of(p, first), FL_ERR_SESSION_SYSTEM_FUNCTION);
    return 0;
}

/* create ::= 'CREATE' ['OR' 'REPLACE'] ['TEMPORARY'] … */
int fl_parse_create(fl_parser *p, fl_ast_stmt *s) {
    bool or_replace = false;
    skip(p);
    if (accept_word(p, FL_KW_OR)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_REPLACE));
        or_replace = true;
    }
    s->temporary = accept_word(p, FL_KW_TEMPORARY);
    switch (peek(p)->word) {
    case FL_KW_TABLE: return parse_create_table(p, s, or_replace, false);
    case FL_KW_VIEW: return parse_create_view(p, s, or_replace);
    case FL_KW_DATABASE:
    case FL_KW_CATALOG: return parse_create_database(p, s);
    case FL_KW_SYSTEM:
    case FL_KW_FUNCTION: return parse_create_function(p, s);
    default: return fl_parser_refuse(p, "TABLE, VIEW, DATABASE, CATALOG or FUNCTION");
    }
}
