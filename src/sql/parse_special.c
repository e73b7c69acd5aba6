/* SPDX-License-Identifier: Apache-2.0 */
/* parse_special.c -- functions whose arguments are not just separated by commas: CAST, EXTRACT, TRIM, JSON_VALUE and
 * more.
 *
 * What:       each becomes an FL_AX_CALL (CAST and TRY_CAST: FL_AX_CAST) with its arguments in a fixed order; what SQL
 *             writes as words between them becomes arguments of the kinds FL_AX_SYMBOL and FL_AX_TYPE. Defaults that
 *             Flink's grammar fills in are filled in here, so that there is one form for those who bind a call:
 *
 *                 EXTRACT(u FROM x)                EXTRACT: u, x                 u is a symbol with a unit's name
 *                 FLOOR(x TO u), CEIL(x TO u)      FLOOR: x, u
 *                 TIMESTAMPADD(u, n, x)            TIMESTAMPADD: u, n, x         TIMESTAMPDIFF likewise
 *                 POSITION(a IN b [FROM c])        POSITION: a, b [, c]
 *                 OVERLAY(a PLACING b FROM c …)    OVERLAY: a, b, c [, d]
 *                 SUBSTRING(a FROM b [FOR c])      SUBSTRING: a, b [, c]
 *                 TRIM([flag] [c] FROM s)          TRIM: flag, c, s              flag is BOTH, c is ' ' if not given
 *                 CONVERT(x USING c)               CONVERT: x, c                 c is a symbol; TRANSLATE likewise
 *                 JSON_EXISTS(x, p [b ON ERROR])   JSON_EXISTS: x, p [, b]       b is TRUE FALSE UNKNOWN ERROR
 *                 JSON_VALUE(x, p …)               JSON_VALUE: x, p [, type] then, as written, NULL ON EMPTY,
 *                                                  ERROR ON EMPTY, or DEFAULT ON EMPTY and its value; ON ERROR likewise
 *                 JSON_QUERY(x, p …)               JSON_QUERY: x, p [, type], wrapper, b ON EMPTY, b ON ERROR
 *                                                  b is NULL, ERROR, EMPTY ARRAY or EMPTY OBJECT; the wrapper is
 *                                                  WITHOUT, WITH CONDITIONAL or WITH UNCONDITIONAL, then ARRAY WRAPPER
 *                 JSON_OBJECT([k VALUE v, …] n)    JSON_OBJECT: n, k, v, …       n is NULL ON NULL or ABSENT ON NULL
 *                 JSON_ARRAY([v, …] n)             JSON_ARRAY: n, v, …
 *                 JSON_OBJECTAGG(k VALUE v n)      JSON_OBJECTAGG: n, k, v
 *                 JSON_ARRAYAGG(v [ORDER BY …] n)  JSON_ARRAYAGG: n, v           the order is in `within`
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"

#include <stdio.h>

/* A call under construction. */
typedef struct call {
    fl_ast_expr *e;
    int cap;
    const fl_token *first;
} call;

static int begin(fl_parser *p, call *c, const char *name) {
    c->first = peek(p);
    c->cap = 0;
    c->e = fl_ast_expr_new(p, FL_AX_CALL, c->first);
    c->e->name = fl_name_one(p, name != NULL ? name : fl_keyword_text(c->first->word), c->first);
    skip(p);
    return fl_parser_expect(p, FL_TOK_LPAREN);
}

/* Takes the ')'; `expected` says what else could have stood there. */
static int finish(fl_parser *p, call *c, const char *expected) {
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, expected);
    skip(p);
    c->e->pos = fl_pos_since(p, c->first);
    return 0;
}

static int add_expr(fl_parser *p, call *c, fl_ast_context ctx) {
    fl_ast_expr *e;
    FL_TRY(fl_parse_expr(p, ctx, &e));
    fl_ast_expr_add_arg(p, c->e, &c->cap, e);
    return 0;
}

static void add_symbol(fl_parser *p, call *c, const char *text, const fl_token *at) {
    fl_ast_expr_add_arg(p, c->e, &c->cap, fl_ast_expr_symbol(p, text, at));
}

/* ---- CAST ---- */

/* cast ::= ('CAST' | 'TRY_CAST') '(' expr 'AS' type ')' */
static int parse_cast(fl_parser *p, call *c) {
    bool try_cast = is_word(p, FL_KW_TRY_CAST);
    FL_TRY(begin(p, c, NULL));
    c->e->kind = FL_AX_CAST;
    c->e->flag = try_cast;
    c->e->name = (fl_name){0};
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
    const fl_token *type = peek(p);
    int at = p->at;
    if (accept_word(p, FL_KW_INTERVAL)) { /* its unit, which the type does not tell */
        FL_TRY(fl_parse_interval_qualifier(p, true, &c->e->interval));
        p->at = at;
    }
    FL_TRY(fl_parse_type(p, true, &c->e->type));
    c->e->text = fl_text_since(p, type);
    return finish(p, c, "')'");
}

/* ---- units of time ---- */

/* A unit where Flink takes only some words, and any other name is a name it does not know. */
static int add_unit(fl_parser *p, call *c, fl_time_unit smallest) {
    const fl_token *t = peek(p);
    fl_time_unit u = FL_UNIT_NONE;
    if (t->kind == FL_TOK_WORD) {
        for (fl_time_unit i = smallest; i <= FL_UNIT_ISOYEAR; i++)
            if (fl_str_iis(t->text, fl_time_unit_name[i])) u = i;
    }
    if (u == FL_UNIT_NONE) {
        if (!is_name(p)) return fl_parser_refuse(p, "a unit of time, such as DAY");
        fl_str name = fl_token_unquote(p->arena, t);
        return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_FORMAT_NAME, (int)FL_MIN(name.n, (size_t)400), name.p);
    }
    skip(p);
    add_symbol(p, c, fl_time_unit_name[u], t);
    return 0;
}

/* extract ::= 'EXTRACT' '(' unit 'FROM' expr ')' */
static int parse_extract(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(add_unit(p, c, FL_UNIT_NANOSECOND));
    FL_TRY(fl_parser_expect_word(p, FL_KW_FROM));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator or ')'");
}

/* round ::= ('FLOOR' | 'CEIL' | 'CEILING') '(' expr ['TO' unit] ')' [over] */
static int parse_round(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, is_word(p, FL_KW_FLOOR) ? "FLOOR" : "CEIL"));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (accept_word(p, FL_KW_TO)) FL_TRY(add_unit(p, c, FL_UNIT_MILLISECOND));
    FL_TRY(finish(p, c, "an operator, TO or ')'"));
    return fl_parse_over(p, c->e);
}

/* timestamp_call ::= ('TIMESTAMPADD' | 'TIMESTAMPDIFF') '(' unit ',' expr ',' expr ')' */
static int parse_timestamp_call(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    const fl_token *t = peek(p);
    fl_time_unit u = t->kind == FL_TOK_WORD && t->word != FL_NO_KEYWORD ? fl_time_unit_find(t->text) : FL_UNIT_NONE;
    char last = t->text.n > 0 ? t->text.p[t->text.n - 1] : '\0';
    bool plural = last == 'S' || last == 's';
    if (u == FL_UNIT_MILLISECOND || u > FL_UNIT_YEAR || plural) u = FL_UNIT_NONE;
    if (u == FL_UNIT_NONE)
        return fl_parser_refuse(p, "NANOSECOND, MICROSECOND, SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR");
    skip(p);
    add_symbol(p, c, fl_time_unit_name[u], t);
    FL_TRY(fl_parser_expect(p, FL_TOK_COMMA));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    FL_TRY(fl_parser_expect(p, FL_TOK_COMMA));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator or ')'");
}

/* ---- texts ---- */

/* position ::= 'POSITION' '(' operand 'IN' expr ['FROM' expr] ')' */
static int parse_position(fl_parser *p, call *c) {
    fl_ast_expr *e;
    FL_TRY(begin(p, c, NULL));
    FL_TRY(fl_parse_operand(p, FL_CTX_SUB_QUERY, &e));
    fl_ast_expr_add_arg(p, c->e, &c->cap, e);
    FL_TRY(fl_parser_expect_word(p, FL_KW_IN));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (accept_word(p, FL_KW_FROM)) FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator, FROM or ')'");
}

/* overlay ::= 'OVERLAY' '(' expr 'PLACING' expr 'FROM' expr ['FOR' expr] ')' */
static int parse_overlay(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    FL_TRY(fl_parser_expect_word(p, FL_KW_PLACING));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    FL_TRY(fl_parser_expect_word(p, FL_KW_FROM));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (accept_word(p, FL_KW_FOR)) FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator, FOR or ')'");
}

/* substring ::= 'SUBSTRING' '(' expr ('FROM' | ',') expr [('FOR' | ',') expr] ')' */
static int parse_substring(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (!accept_word(p, FL_KW_FROM) && !accept(p, FL_TOK_COMMA)) return fl_parser_refuse(p, "FROM or ','");
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (accept_word(p, FL_KW_FOR) || accept(p, FL_TOK_COMMA)) FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator, FOR, ',' or ')'");
}

/* trim ::= 'TRIM' '(' [['BOTH' | 'LEADING' | 'TRAILING'] [expr] 'FROM'] expr ')' */
static int parse_trim(fl_parser *p, call *c) {
    fl_ast_expr *chars = NULL, *source = NULL;
    FL_TRY(begin(p, c, NULL));
    const fl_token *flag = peek(p);
    bool flagged = flag->word == FL_KW_BOTH || flag->word == FL_KW_LEADING || flag->word == FL_KW_TRAILING;
    if (flagged) skip(p);
    if (!is_word(p, FL_KW_FROM)) FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &chars));
    if (is_word(p, FL_KW_FROM)) {
        if (!flagged && chars == NULL) return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_TRIM_FROM);
        skip(p);
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &source));
    } else {
        source = chars;
        chars = NULL;
    }
    if (chars == NULL) {
        chars = fl_ast_expr_new(p, FL_AX_STRING, flag);
        chars->text = fl_str_from(" ");
    }
    add_symbol(p, c, flagged ? fl_keyword_text(flag->word) : "BOTH", flag);
    fl_ast_expr_add_arg(p, c->e, &c->cap, chars);
    fl_ast_expr_add_arg(p, c->e, &c->cap, source);
    return finish(p, c, "an operator, FROM or ')'");
}

/* using ::= 'USING' name, the name of a character set */
static int add_using(fl_parser *p, call *c) {
    const fl_token *t = peek(p);
    const char *name;
    FL_TRY(fl_parse_name(p, &name));
    add_symbol(p, c, name, t);
    return finish(p, c, "')'");
}

/* convert ::= 'CONVERT' '(' expr using ')' */
static int parse_convert(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    FL_TRY(fl_parser_expect_word(p, FL_KW_USING));
    return add_using(p, c);
}

/* translate ::= 'TRANSLATE' '(' expr (using | {',' expr}) ')' */
static int parse_translate(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    if (accept_word(p, FL_KW_USING)) return add_using(p, c);
    while (accept(p, FL_TOK_COMMA)) FL_TRY(add_expr(p, c, FL_CTX_SUB_QUERY));
    return finish(p, c, "an operator, ',' or ')'");
}

/* ---- JSON ---- */

/* json_path ::= expr ',' expr ['PASSING' …] */
static int parse_json_path(fl_parser *p, call *c) {
    FL_TRY(add_expr(p, c, FL_CTX_NON_QUERY));
    FL_TRY(fl_parser_expect(p, FL_TOK_COMMA));
    FL_TRY(add_expr(p, c, FL_CTX_NON_QUERY));
    if (is_word(p, FL_KW_PASSING))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "PASSING");
    return 0;
}

/* returning ::= 'RETURNING' type */
static int parse_returning(fl_parser *p, call *c) {
    const fl_token *first = peek(p);
    if (!accept_word(p, FL_KW_RETURNING)) return 0;
    fl_ast_expr *e = fl_ast_expr_new(p, FL_AX_TYPE, first);
    const fl_token *type = peek(p);
    FL_TRY(fl_parse_type(p, true, &e->type));
    e->text = fl_text_since(p, type);
    e->pos = fl_pos_since(p, first);
    fl_ast_expr_add_arg(p, c->e, &c->cap, e);
    return 0;
}

/* json_exists ::= 'JSON_EXISTS' '(' json_path [('TRUE' | 'FALSE' | 'UNKNOWN' | 'ERROR') 'ON' 'ERROR'] ')' */
static int parse_json_exists(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(parse_json_path(p, c));
    const fl_token *t = peek(p);
    if (t->word == FL_KW_TRUE || t->word == FL_KW_FALSE || t->word == FL_KW_UNKNOWN || t->word == FL_KW_ERROR) {
        skip(p);
        FL_TRY(fl_parser_expect_word(p, FL_KW_ON));
        FL_TRY(fl_parser_expect_word(p, FL_KW_ERROR));
        add_symbol(p, c, fl_keyword_text(t->word), t);
    }
    return finish(p, c, "an operator, TRUE, FALSE, UNKNOWN or ERROR ON ERROR, or ')'");
}

/* on ::= 'ON' ('EMPTY' | 'ERROR'); adds the symbol "what ON EMPTY" */
static int parse_on(fl_parser *p, const char *what, const fl_token *first, fl_ast_expr **out) {
    FL_TRY(fl_parser_expect_word(p, FL_KW_ON));
    bool empty = is_word(p, FL_KW_EMPTY);
    if (!empty && !is_word(p, FL_KW_ERROR)) return fl_parser_refuse(p, "EMPTY or ERROR");
    skip(p);
    *out = fl_ast_expr_symbol(p, fl_arena_printf(p->arena, "%s ON %s", what, empty ? "EMPTY" : "ERROR"), first);
    return 0;
}

/* json_value ::= 'JSON_VALUE' '(' json_path [returning] {('NULL' | 'ERROR' | 'DEFAULT' expr) on} ')' */
static int parse_json_value(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(parse_json_path(p, c));
    FL_TRY(parse_returning(p, c));
    for (;;) {
        const fl_token *t = peek(p);
        if (t->word != FL_KW_NULL && t->word != FL_KW_ERROR && t->word != FL_KW_DEFAULT) break;
        fl_ast_expr *value = NULL, *symbol = NULL;
        skip(p);
        if (t->word == FL_KW_DEFAULT) FL_TRY(fl_parse_expr(p, FL_CTX_NON_QUERY, &value));
        FL_TRY(parse_on(p, fl_keyword_text(t->word), t, &symbol));
        fl_ast_expr_add_arg(p, c->e, &c->cap, symbol);
        if (value != NULL) fl_ast_expr_add_arg(p, c->e, &c->cap, value);
    }
    return finish(p, c, "an operator, RETURNING, a behaviour ON EMPTY or ON ERROR, or ')'");
}

/* wrapper ::= ('WITHOUT' ['ARRAY'] | 'WITH' ['CONDITIONAL' | 'UNCONDITIONAL'] ['ARRAY']) 'WRAPPER' */
static int parse_wrapper(fl_parser *p, call *c) {
    const fl_token *first = peek(p);
    const char *text = "WITHOUT ARRAY WRAPPER";
    if (accept_word(p, FL_KW_WITH)) {
        text = "WITH UNCONDITIONAL ARRAY WRAPPER";
        if (accept_word(p, FL_KW_CONDITIONAL))
            text = "WITH CONDITIONAL ARRAY WRAPPER";
        else
            accept_word(p, FL_KW_UNCONDITIONAL);
    } else if (!accept_word(p, FL_KW_WITHOUT)) {
        add_symbol(p, c, text, first);
        return 0;
    }
    accept_word(p, FL_KW_ARRAY);
    FL_TRY(fl_parser_expect_word(p, FL_KW_WRAPPER));
    add_symbol(p, c, text, first);
    return 0;
}

/* json_query ::= 'JSON_QUERY' '(' json_path [returning] [wrapper]
 *                {('NULL' | 'ERROR' | 'EMPTY' 'ARRAY' | 'EMPTY' 'OBJECT') on} ')' */
static int parse_json_query(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    FL_TRY(parse_json_path(p, c));
    FL_TRY(parse_returning(p, c));
    FL_TRY(parse_wrapper(p, c));
    fl_ast_expr *on_empty = fl_ast_expr_symbol(p, "NULL ON EMPTY", c->first);
    fl_ast_expr *on_error = fl_ast_expr_symbol(p, "NULL ON ERROR", c->first);
    for (;;) {
        const fl_token *t = peek(p);
        const char *what = NULL;
        fl_ast_expr *symbol = NULL;
        if (accept_word(p, FL_KW_NULL))
            what = "NULL";
        else if (accept_word(p, FL_KW_ERROR))
            what = "ERROR";
        else if (accept_words(p, FL_KW_EMPTY, FL_KW_ARRAY))
            what = "EMPTY ARRAY";
        else if (accept_words(p, FL_KW_EMPTY, FL_KW_OBJECT))
            what = "EMPTY OBJECT";
        else
            break;
        FL_TRY(parse_on(p, what, t, &symbol));
        *(previous(p)->word == FL_KW_EMPTY ? &on_empty : &on_error) = symbol; /* the last one counts */
    }
    fl_ast_expr_add_arg(p, c->e, &c->cap, on_empty);
    fl_ast_expr_add_arg(p, c->e, &c->cap, on_error);
    return finish(p, c, "an operator, RETURNING, a WRAPPER, a behaviour ON EMPTY or ON ERROR, or ')'");
}

/* null_clause ::= ('NULL' | 'ABSENT') 'ON' 'NULL' */
static bool begins_null_clause(const fl_parser *p) {
    return (is_word(p, FL_KW_NULL) || is_word(p, FL_KW_ABSENT)) && is_word_at(p, 1, FL_KW_ON);
}

static int parse_null_clause(fl_parser *p, call *c, const char *otherwise) {
    const fl_token *t = peek(p);
    const char *text = otherwise;
    if (t->word == FL_KW_NULL || t->word == FL_KW_ABSENT) {
        skip(p);
        FL_TRY(fl_parser_expect_word(p, FL_KW_ON));
        FL_TRY(fl_parser_expect_word(p, FL_KW_NULL));
        text = t->word == FL_KW_NULL ? "NULL ON NULL" : "ABSENT ON NULL";
    }
    c->e->args[0] = fl_ast_expr_symbol(p, text, t);
    return 0;
}

/* name_value ::= ['KEY'] expr ('VALUE' | ':') expr */
static int parse_name_value(fl_parser *p, call *c) {
    const fl_token *first = peek(p);
    /* KEY may be the name of a column as well: JSON_OBJECT(key VALUE 1) */
    bool key = is_word(p, FL_KW_KEY) && fl_begins_expr(peek_at(p, 1)) && !is_at(p, 1, FL_TOK_PLUS) &&
               !is_at(p, 1, FL_TOK_MINUS) && !is_at(p, 1, FL_TOK_LPAREN);
    if (key) skip(p);
    FL_TRY(add_expr(p, c, FL_CTX_NON_QUERY));
    if (is(p, FL_TOK_COLON)) {
        if (key) return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_JSON_KEY);
        skip(p);
    } else if (!accept_word(p, FL_KW_VALUE)) {
        /* Flink looks ahead over one token only to see whether there are members at all. */
        if (c->e->n_args == 2 && !key && previous(p) == first) p->at--, fl_parser_tried(p, 2);
        return fl_parser_refuse(p, "an operator, VALUE or ':'");
    }
    return add_expr(p, c, FL_CTX_NON_QUERY);
}

/* json_object ::= 'JSON_OBJECT' '(' [name_value {',' name_value}] [null_clause] ')' */
static int parse_json_object(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    add_symbol(p, c, "", c->first);
    if (!is(p, FL_TOK_RPAREN) && !begins_null_clause(p)) {
        do FL_TRY(parse_name_value(p, c));
        while (accept(p, FL_TOK_COMMA));
    }
    FL_TRY(parse_null_clause(p, c, "NULL ON NULL"));
    return finish(p, c, "an operator, ',', NULL or ABSENT ON NULL, or ')'");
}

/* json_objectagg ::= 'JSON_OBJECTAGG' '(' name_value [null_clause] ')' */
static int parse_json_objectagg(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    add_symbol(p, c, "", c->first);
    FL_TRY(parse_name_value(p, c));
    FL_TRY(parse_null_clause(p, c, "NULL ON NULL"));
    return finish(p, c, "an operator, NULL or ABSENT ON NULL, or ')'");
}

/* json_array ::= 'JSON_ARRAY' '(' [expr {',' expr}] [null_clause] ')' */
static int parse_json_array(fl_parser *p, call *c) {
    FL_TRY(begin(p, c, NULL));
    add_symbol(p, c, "", c->first);
    if (!is(p, FL_TOK_RPAREN) && !begins_null_clause(p)) {
        do FL_TRY(add_expr(p, c, FL_CTX_NON_QUERY));
        while (accept(p, FL_TOK_COMMA));
    }
    FL_TRY(parse_null_clause(p, c, "ABSENT ON NULL"));
    return finish(p, c, "an operator, ',', NULL or ABSENT ON NULL, or ')'");
}

/* json_arrayagg ::= 'JSON_ARRAYAGG' '(' expr ['ORDER' 'BY' items] [null_clause] ')'
 *                   ['WITHIN' 'GROUP' '(' 'ORDER' 'BY' items ')'] */
static int parse_json_arrayagg(fl_parser *p, call *c) {
    fl_ast_expr *e;
    FL_TRY(begin(p, c, NULL));
    e = c->e;
    add_symbol(p, c, "", c->first);
    FL_TRY(add_expr(p, c, FL_CTX_NON_QUERY));
    e->order_inside = accept_words(p, FL_KW_ORDER, FL_KW_BY);
    if (e->order_inside) FL_TRY(fl_parse_order_items(p, &e->within, &e->n_within));
    FL_TRY(parse_null_clause(p, c, "ABSENT ON NULL"));
    FL_TRY(finish(p, c, "an operator, ORDER BY, NULL or ABSENT ON NULL, or ')'"));
    if (!accept_word(p, FL_KW_WITHIN)) return 0;
    if (e->n_within > 0) return fl_parser_fail(p, e->pos, FL_ERR_SYNTAX_TWO_ORDERS);
    FL_TRY(fl_parse_within_group(p, e));
    e->pos = fl_pos_since(p, c->first);
    return 0;
}

/* ---- all of them ---- */

static const struct {
    fl_keyword word;
    int (*parse)(fl_parser *p, call *c);
} special_calls[] = {
    {FL_KW_CAST, parse_cast},
    {FL_KW_TRY_CAST, parse_cast},
    {FL_KW_EXTRACT, parse_extract},
    {FL_KW_FLOOR, parse_round},
    {FL_KW_CEIL, parse_round},
    {FL_KW_CEILING, parse_round},
    {FL_KW_TIMESTAMPADD, parse_timestamp_call},
    {FL_KW_TIMESTAMPDIFF, parse_timestamp_call},
    {FL_KW_POSITION, parse_position},
    {FL_KW_OVERLAY, parse_overlay},
    {FL_KW_SUBSTRING, parse_substring},
    {FL_KW_TRIM, parse_trim},
    {FL_KW_CONVERT, parse_convert},
    {FL_KW_TRANSLATE, parse_translate},
    {FL_KW_JSON_EXISTS, parse_json_exists},
    {FL_KW_JSON_VALUE, parse_json_value},
    {FL_KW_JSON_QUERY, parse_json_query},
    {FL_KW_JSON_OBJECT, parse_json_object},
    {FL_KW_JSON_OBJECTAGG, parse_json_objectagg},
    {FL_KW_JSON_ARRAY, parse_json_array},
    {FL_KW_JSON_ARRAYAGG, parse_json_arrayagg},
};

static int find_special_call(const fl_parser *p) {
    if (peek(p)->kind != FL_TOK_WORD || !is_at(p, 1, FL_TOK_LPAREN)) return -1;
    for (size_t i = 0; i < FL_ARRAY_LEN(special_calls); i++)
        if (is_word(p, special_calls[i].word)) return (int)i;
    return -1;
}

/* Reserved words that are called like any function. */
static bool begins_plain_call(const fl_parser *p) {
    switch (peek(p)->word) {
    case FL_KW_CLASSIFIER:
    case FL_KW_MATCH_NUMBER:
    case FL_KW_PREV:
    case FL_KW_NEXT:
    case FL_KW_ARRAY_CONCAT_AGG:
    case FL_KW_GROUP_CONCAT:
    case FL_KW_STRING_AGG: return is_at(p, 1, FL_TOK_LPAREN);
    default: return false;
    }
}

bool fl_begins_special_call(const fl_parser *p) { return find_special_call(p) >= 0 || begins_plain_call(p); }

int fl_parse_special_call(fl_parser *p, fl_ast_expr **out) {
    int i = find_special_call(p);
    if (i < 0) return fl_parse_named_call(p, out);
    call c;
    FL_TRY(special_calls[i].parse(p, &c));
    *out = c.e;
    return 0;
}
