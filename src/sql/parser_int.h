/* SPDX-License-Identifier: Apache-2.0 */
/* parser_int.h -- what the files of the parser share: its state, looking at tokens, refusing them.
 *
 *   parser.c         entry points, errors, names, options, types, splitting scripts
 *   parse_expr.c     operators and operands             parse_call.c     calls, their arguments and windows
 *   parse_literal.c  texts, dates, intervals            parse_special.c  functions with a grammar of their own
 *   parse_query.c    SELECT and what is around it       parse_stmt.c     statements; parse_ddl.c: CREATE
 *   unparse.c        trees back to text
 *
 * Each function reads one rule of the grammar, which stands above it: 'WORD' or '(' is a token, [ ] is optional, { } is
 * any number of times, | is a choice. A function is called when its first token is the current one, or when only this
 * rule can follow; it returns 0 with the current token behind what it read, or refuses a token and returns the code.
 */
#ifndef FL_SQL_PARSER_INT_H
#define FL_SQL_PARSER_INT_H

#include "sql/lexer.h"
#include "sql/parser.h"

typedef struct fl_parser {
    fl_arena *arena;
    fl_error *err;
    fl_str sql;
    const fl_token *tokens; /* the last one is FL_TOK_END */
    int n_tokens;
    int at;     /* the current token */
    int depth;  /* of nested rules, up to FL_SQL_DEPTH_MAX */
    int height; /* of the tallest expression or query that was finished since someone set this to 0 */
    /* What rules looked for at one token in vain. It decides the words of the refusal, for Flink's own words depend on
     * how far it had looked ahead: see fl_parser_refuse. */
    struct {
        int at;
        bool name; /* a name could have stood there */
        int reach; /* tokens looked at, when a rule went on to the next one before it gave up */
    } tried;
} fl_parser;

/* ---- tokens ---- */

static inline const fl_token *peek_at(const fl_parser *p, int ahead) {
    int i = p->at + ahead;
    return &p->tokens[i < p->n_tokens ? i : p->n_tokens - 1];
}
static inline const fl_token *peek(const fl_parser *p) { return &p->tokens[p->at]; }
static inline const fl_token *previous(const fl_parser *p) { return &p->tokens[p->at > 0 ? p->at - 1 : 0]; }
static inline void skip(fl_parser *p) {
    if (p->at < p->n_tokens - 1) p->at++;
}

static inline bool is(const fl_parser *p, fl_token_kind kind) { return peek(p)->kind == kind; }
static inline bool is_at(const fl_parser *p, int ahead, fl_token_kind kind) { return peek_at(p, ahead)->kind == kind; }
static inline bool is_word(const fl_parser *p, fl_keyword word) { return peek(p)->word == word; }
static inline bool is_word_at(const fl_parser *p, int ahead, fl_keyword word) {
    return peek_at(p, ahead)->word == word;
}
static inline bool are_words(const fl_parser *p, fl_keyword first, fl_keyword second) {
    return is_word(p, first) && is_word_at(p, 1, second);
}
static inline bool accept(fl_parser *p, fl_token_kind kind) {
    if (!is(p, kind)) return false;
    skip(p);
    return true;
}
static inline bool accept_word(fl_parser *p, fl_keyword word) {
    if (!is_word(p, word)) return false;
    skip(p);
    return true;
}
static inline bool accept_words(fl_parser *p, fl_keyword first, fl_keyword second) {
    if (!are_words(p, first, second)) return false;
    p->at += 2;
    return true;
}
static inline bool is_one_of(fl_keyword word, const fl_keyword *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (list[i] == word) return true;
    return false;
}
/* A token that can be a name: unreserved, or in backticks. */
static inline bool is_name_token(const fl_token *t) {
    return t->kind == FL_TOK_NAME || (t->kind == FL_TOK_WORD && fl_keyword_class_of(t->word) == FL_WORD_N);
}

/* Remember for a refusal that a name would have been taken here; that `reach` tokens from here on were looked at. */
void fl_parser_tried_name(fl_parser *p);
void fl_parser_tried(fl_parser *p, int reach);

static inline bool is_name(fl_parser *p) {
    fl_parser_tried_name(p);
    return is_name_token(peek(p));
}

/* ---- refusing ---- */

/* Fills the error for the current token, in Flink's words, followed by what was expected instead: "a name". */
int fl_parser_refuse(fl_parser *p, const char *expected);
/* The same when a rule had looked at `reach` tokens from here. */
int fl_parser_refuse_at(fl_parser *p, int reach, const char *expected);
/* Fills the error with a sentence, at a place of the caller's. */
int fl_parser_fail(fl_parser *p, fl_pos pos, int code, const char *fmt, ...) FL_PRINTF(4, 5);

int fl_parser_expect(fl_parser *p, fl_token_kind kind);
int fl_parser_expect_word(fl_parser *p, fl_keyword word);

/* A rule that calls itself does so between these two; the first one refuses what is nested too deeply. */
int fl_parser_enter(fl_parser *p);
static inline void leave(fl_parser *p) { p->depth--; }
/* Notes that a tree of this height was finished; refuses one that is too tall for recursion over it. */
int fl_parser_height(fl_parser *p, int height);

/* ---- places ---- */

fl_pos fl_pos_of(const fl_parser *p, const fl_token *t);
/* From a token to the one before the current. */
fl_pos fl_pos_since(const fl_parser *p, const fl_token *first);
/* The text of the same. */
fl_str fl_text_since(const fl_parser *p, const fl_token *first);

/* ---- rules that many others use (parser.c) ---- */

int fl_parse_name(fl_parser *p, const char **out);
/* A name of one part, which stands at `at`. */
fl_name fl_name_one(fl_parser *p, const char *part, const fl_token *at);
/* The same from the current token. */
int fl_parse_simple_name(fl_parser *p, fl_name *out);
/* a {. b}; with `star` also a.* */
int fl_parse_compound_name(fl_parser *p, bool star, fl_name *out);
/* '(' name {',' name} ')'; *pos may be NULL */
int fl_parse_name_list(fl_parser *p, const char ***names, fl_pos **pos, int *n);
/* A plain 'text'; any kind of text literal. */
int fl_parse_plain_string(fl_parser *p, const char **out);
int fl_parse_any_string(fl_parser *p, const char **out);
/* '(' ['k' '=' 'v' {, …}] ')' */
int fl_parse_options(fl_parser *p, fl_ast_option **options, int *n);
int fl_parse_unsigned(fl_parser *p, int *out);
/* A type as in CREATE TABLE; in a cast it has no [NOT] NULL at its end. */
int fl_parse_type(fl_parser *p, bool cast, const fl_type **out);

/* ---- expressions ---- */

/* What an expression may be where it stands, as Flink's ExprContext. */
typedef enum fl_ast_context {
    FL_CTX_QUERY,     /* a query only */
    FL_CTX_NON_QUERY, /* no query at all */
    FL_CTX_SUB_QUERY, /* queries in parentheses only */
    FL_CTX_ANY,       /* both */
} fl_ast_context;

fl_ast_expr *fl_ast_expr_new(fl_parser *p, fl_ast_expr_kind kind, const fl_token *first);
int fl_parse_expr(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out);
/* expr {, expr}; a comma counts only if an expression follows. */
int fl_parse_expr_list(fl_parser *p, fl_ast_context ctx, fl_ast_expr ***out, int *n);
/* Operands without operators. */
int fl_parse_operand(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out);
/* True if an expression can begin with this token. */
bool fl_begins_expr(const fl_token *t);
/* '(' arguments ')' with everything that may follow a call. */
int fl_parse_named_call(fl_parser *p, fl_ast_expr **out);
/* name '(' arguments ')' in TABLE(…) */
int fl_parse_table_call(fl_parser *p, fl_ast_expr **out);
int fl_parse_arguments(fl_parser *p, fl_ast_expr *call);
int fl_parse_over(fl_parser *p, fl_ast_expr *call);
int fl_parse_window(fl_parser *p, fl_ast_window *w);
int fl_parse_order_items(fl_parser *p, fl_ast_order **out, int *n);
/* What stands behind WITHIN: GROUP '(' 'ORDER' 'BY' items ')'. */
int fl_parse_within_group(fl_parser *p, fl_ast_expr *e);
/* Functions with a grammar of their own (parse_special.c). */
bool fl_begins_special_call(const fl_parser *p);
int fl_parse_special_call(fl_parser *p, fl_ast_expr **out);
void fl_ast_expr_add_arg(fl_parser *p, fl_ast_expr *e, int *cap, fl_ast_expr *arg);
fl_ast_expr *fl_ast_expr_symbol(fl_parser *p, const char *text, const fl_token *at);

/* ---- literals (parse_literal.c) ---- */

bool fl_begins_literal(const fl_parser *p);
int fl_parse_literal(fl_parser *p, fl_ast_expr **out);
/* Any text literal, pieces joined. */
int fl_parse_string(fl_parser *p, fl_ast_expr **out);
/* The unit that a word of an interval names; FL_UNIT_NONE if it is none. */
fl_time_unit fl_interval_unit(const fl_token *t);
int fl_parse_interval_qualifier(fl_parser *p, bool with_to, fl_interval_qualifier *out);

/* ---- queries ---- */

/* True if a query begins here without a parenthesis. */
bool fl_begins_query(const fl_parser *p);
/* A query with all its clauses, in parentheses or not. */
int fl_parse_query(fl_parser *p, fl_ast_query **out);
/* What may stand between parentheses: a query becomes FL_AX_SUBQUERY. */
int fl_parse_query_or_expr(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out);
/* What follows the first leaf of a query, which began at `first`. */
int fl_continue_query(fl_parser *p, const fl_token *first, fl_ast_query **q);
int fl_parse_hints(fl_parser *p, fl_ast_hint **hints, int *n);

/* ---- statements ---- */

int fl_parse_statement(fl_parser *p, fl_ast_stmt **out);
int fl_parse_create(fl_parser *p, fl_ast_stmt *s);
/* function_body ::= 'AS' string [language] */
int fl_parse_function_body(fl_parser *p, fl_ast_function *f);
int fl_parse_replace_table(fl_parser *p, fl_ast_stmt *s);
int fl_parse_insert(fl_parser *p, fl_ast_insert **out);
int fl_parse_if_not_exists(fl_parser *p, bool *out);
int fl_parse_partition_spec(fl_parser *p, fl_ast_option **out, int *n);

#endif
