/* SPDX-License-Identifier: Apache-2.0 */
/* parse_call.c -- calls of functions: their arguments, and the clauses that may follow.
 *
 * What:       f(a, b), f(DISTINCT a), COUNT(*), f(x => 1), table arguments, and behind the call IGNORE NULLS, WITHIN
 *             GROUP, FILTER and OVER with its window. Functions whose arguments have words between them are in
 *             parse_special.c.
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"

/* ---- arguments ---- */

static int parse_order_item(fl_parser *p, fl_ast_order *o);

/* table ::= 'TABLE' compound_name
 * partitioned ::= ['PARTITION' 'BY' (name | name_list)] ['ORDER' 'BY' (order_item | '(' order_items ')')] */
static int parse_partitioned(fl_parser *p, const fl_token *first, fl_ast_expr **arg) {
    if (!are_words(p, FL_KW_PARTITION, FL_KW_BY) &&
        !(are_words(p, FL_KW_ORDER, FL_KW_BY) && (*arg)->kind == FL_AX_TABLE_ARG))
        return 0;
    if ((*arg)->kind != FL_AX_TABLE_ARG) {
        fl_ast_expr *e = fl_ast_expr_new(p, FL_AX_TABLE_ARG, first);
        if ((*arg)->kind != FL_AX_SUBQUERY) return fl_parser_refuse(p, "',' or ')': only a table is partitioned");
        e->query = (*arg)->query;
        *arg = e;
    }
    if (accept_words(p, FL_KW_PARTITION, FL_KW_BY)) {
        int cap = 0;
        bool list = accept(p, FL_TOK_LPAREN);
        do {
            const fl_token *t = peek(p);
            fl_ast_expr *key = fl_ast_expr_new(p, FL_AX_NAME, t);
            FL_TRY(fl_parse_simple_name(p, &key->name));
            key->pos = key->name.pos;
            fl_ast_expr_add_arg(p, *arg, &cap, key);
        } while (list && accept(p, FL_TOK_COMMA));
        if (list) FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    if (accept_words(p, FL_KW_ORDER, FL_KW_BY)) {
        if (accept(p, FL_TOK_LPAREN)) {
            FL_TRY(fl_parse_order_items(p, &(*arg)->within, &(*arg)->n_within));
            FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
        } else {
            (*arg)->within = FL_NEW(p->arena, fl_ast_order);
            (*arg)->n_within = 1;
            FL_TRY(parse_order_item(p, (*arg)->within));
        }
    }
    (*arg)->pos = fl_pos_since(p, first);
    return 0;
}

static int parse_table_argument(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_TABLE_ARG, first);
    skip(p);
    FL_TRY(fl_parse_compound_name(p, false, &e->name));
    e->pos = fl_pos_since(p, first);
    return parse_partitioned(p, first, out);
}

/* argument ::= [name '=>'] ('DEFAULT' | table | query_or_expr partitioned) */
static int parse_argument(fl_parser *p, bool first_one, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *named = NULL;
    if (is_name(p) && is_at(p, 1, FL_TOK_ARROW)) {
        named = fl_ast_expr_new(p, FL_AX_NAMED_ARG, first);
        named->text = fl_token_unquote(p->arena, first);
        p->at += 2;
    }
    const fl_token *value = peek(p);
    if (accept_word(p, FL_KW_DEFAULT)) {
        *out = fl_ast_expr_new(p, FL_AX_DEFAULT, value);
    } else if (is_word(p, FL_KW_TABLE)) {
        FL_TRY(parse_table_argument(p, out));
    } else if (first_one || named != NULL) {
        FL_TRY(fl_parse_query_or_expr(p, FL_CTX_ANY, out));
        FL_TRY(parse_partitioned(p, value, out));
    } else {
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, out));
        FL_TRY(parse_partitioned(p, value, out));
    }
    if (named != NULL) {
        named->args = FL_NEW_N(p->arena, fl_ast_expr *, 1);
        named->args[named->n_args++] = *out;
        named->pos = fl_pos_since(p, first);
        *out = named;
    }
    return 0;
}

/* null_treatment ::= ('IGNORE' | 'RESPECT') 'NULLS' */
static void parse_null_treatment(fl_parser *p, fl_ast_expr *call) {
    if (accept_words(p, FL_KW_RESPECT, FL_KW_NULLS))
        call->null_treatment = FL_RESPECT_NULLS;
    else if (accept_words(p, FL_KW_IGNORE, FL_KW_NULLS))
        call->null_treatment = FL_IGNORE_NULLS;
}

static bool is_list_aggregate(const fl_token *t) {
    return t->word == FL_KW_ARRAY_AGG || t->word == FL_KW_ARRAY_CONCAT_AGG || t->word == FL_KW_GROUP_CONCAT ||
           t->word == FL_KW_STRING_AGG;
}

/* arguments ::= '(' ['*' | ['DISTINCT' | 'ALL'] argument {',' argument}] ')'
 * Aggregates that make lists may have null_treatment and ORDER BY behind the last argument. */
int fl_parse_arguments(fl_parser *p, fl_ast_expr *call) {
    bool list = is_list_aggregate(previous(p));
    int cap = 0;
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    if (accept(p, FL_TOK_RPAREN)) return 0;
    if (!list && accept(p, FL_TOK_STAR)) {
        call->star = true;
        return fl_parser_expect(p, FL_TOK_RPAREN);
    }
    call->distinct = accept_word(p, FL_KW_DISTINCT);
    if (!call->distinct) accept_word(p, FL_KW_ALL);
    do {
        fl_ast_expr *arg;
        FL_TRY(parse_argument(p, call->n_args == 0 && !list, &arg));
        fl_ast_expr_add_arg(p, call, &cap, arg);
    } while (accept(p, FL_TOK_COMMA));
    if (list) {
        parse_null_treatment(p, call);
        call->order_inside = accept_words(p, FL_KW_ORDER, FL_KW_BY);
        if (call->order_inside) FL_TRY(fl_parse_order_items(p, &call->within, &call->n_within));
    }
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "an operator, ',' or ')'");
    skip(p);
    return 0;
}

/* ---- calls ---- */

/* over ::= 'OVER' (name | window) */
int fl_parse_over(fl_parser *p, fl_ast_expr *call) {
    if (!accept_word(p, FL_KW_OVER)) return 0;
    const fl_token *first = peek(p);
    fl_ast_window *w = call->over = FL_NEW(p->arena, fl_ast_window);
    if (is(p, FL_TOK_LPAREN)) return fl_parse_window(p, w);
    if (!is_name(p)) return fl_parser_refuse(p, "the name of a window, or '('");
    FL_TRY(fl_parse_name(p, &w->name));
    w->pos = fl_pos_since(p, first);
    return 0;
}

/* named_call ::= function_name arguments [null_treatment] ['WITHIN' 'GROUP' '(' 'ORDER' 'BY' items ')']
 *                ['FILTER' '(' 'WHERE' expr ')'] [over] */
int fl_parse_named_call(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_CALL, first);
    if (is_name_token(first)) {
        e->flag = first->kind == FL_TOK_NAME;
        FL_TRY(fl_parse_compound_name(p, false, &e->name));
    } else {
        skip(p);
        e->name = fl_name_one(p, fl_token_unquote(p->arena, first).p, first);
    }
    FL_TRY(fl_parse_arguments(p, e));
    e->pos = fl_pos_since(p, first);
    if (e->name.n == 1 && first->word == FL_KW_DESCRIPTOR) {
        e->kind = FL_AX_DESCRIPTOR; /* a call in form, but it names columns */
        return 0;
    }
    if (e->null_treatment == FL_NULLS_AS_EVER) parse_null_treatment(p, e);
    if (are_words(p, FL_KW_WITHIN, FL_KW_DISTINCT))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "WITHIN DISTINCT");
    if (accept_word(p, FL_KW_WITHIN)) FL_TRY(fl_parse_within_group(p, e));
    if (accept_word(p, FL_KW_FILTER)) {
        FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
        FL_TRY(fl_parser_expect_word(p, FL_KW_WHERE));
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &e->filter));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    FL_TRY(fl_parse_over(p, e));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* table_call ::= compound_name '(' [argument {',' argument}] ')' */
int fl_parse_table_call(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_CALL, first);
    int cap = 0;
    FL_TRY(fl_parse_compound_name(p, false, &e->name));
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    if (!is(p, FL_TOK_RPAREN)) {
        do {
            fl_ast_expr *arg;
            FL_TRY(parse_argument(p, e->n_args == 0, &arg));
            fl_ast_expr_add_arg(p, e, &cap, arg);
        } while (accept(p, FL_TOK_COMMA));
    }
    FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- windows and order ---- */

/* order_item ::= expr ['ASC' | 'DESC'] ['NULLS' ('FIRST' | 'LAST')] */
static int parse_order_item(fl_parser *p, fl_ast_order *o) {
    FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &o->expr));
    o->descending = accept_word(p, FL_KW_DESC);
    if (!o->descending) accept_word(p, FL_KW_ASC);
    if (!accept_word(p, FL_KW_NULLS)) return 0;
    if (accept_word(p, FL_KW_FIRST))
        o->nulls = FL_NULLS_FIRST;
    else if (accept_word(p, FL_KW_LAST))
        o->nulls = FL_NULLS_LAST;
    else
        return fl_parser_refuse(p, "FIRST or LAST");
    return 0;
}

/* order_items ::= order_item {',' order_item}; a comma counts only if an expression follows. */
int fl_parse_order_items(fl_parser *p, fl_ast_order **out, int *n) {
    int cap = 0;
    for (;;) {
        fl_ast_order o = {0};
        FL_TRY(parse_order_item(p, &o));
        FL_PUSH(p->arena, *out, *n, cap, o);
        if (!is(p, FL_TOK_COMMA)) return 0;
        if (!fl_begins_expr(peek_at(p, 1))) {
            fl_parser_tried(p, 2);
            return 0;
        }
        skip(p);
    }
}

int fl_parse_within_group(fl_parser *p, fl_ast_expr *e) {
    FL_TRY(fl_parser_expect_word(p, FL_KW_GROUP));
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    FL_TRY(fl_parser_expect_word(p, FL_KW_ORDER));
    FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
    FL_TRY(fl_parse_order_items(p, &e->within, &e->n_within));
    return fl_parser_expect(p, FL_TOK_RPAREN);
}

/* bound ::= 'CURRENT' 'ROW' | 'UNBOUNDED' ('PRECEDING' | 'FOLLOWING') | expr ('PRECEDING' | 'FOLLOWING') */
static int parse_frame_bound(fl_parser *p, fl_frame_bound *b) {
    if (accept_words(p, FL_KW_CURRENT, FL_KW_ROW)) {
        b->kind = FL_FRAME_CURRENT_ROW;
        return 0;
    }
    bool unbounded =
        is_word(p, FL_KW_UNBOUNDED) && (is_word_at(p, 1, FL_KW_PRECEDING) || is_word_at(p, 1, FL_KW_FOLLOWING));
    if (unbounded)
        skip(p);
    else
        FL_TRY(fl_parse_expr(p, FL_CTX_NON_QUERY, &b->offset));
    if (accept_word(p, FL_KW_PRECEDING))
        b->kind = unbounded ? FL_FRAME_UNBOUNDED_PRECEDING : FL_FRAME_PRECEDING;
    else if (accept_word(p, FL_KW_FOLLOWING))
        b->kind = unbounded ? FL_FRAME_UNBOUNDED_FOLLOWING : FL_FRAME_FOLLOWING;
    else
        return fl_parser_refuse(p, "PRECEDING or FOLLOWING");
    return 0;
}

/* window ::= '(' [name] ['PARTITION' 'BY' exprs] ['ORDER' 'BY' items]
 *            [('ROWS' | 'RANGE') (bound | 'BETWEEN' bound 'AND' bound)] ')' */
int fl_parse_window(fl_parser *p, fl_ast_window *w) {
    const fl_token *first = peek(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    if (is_name(p)) FL_TRY(fl_parse_name(p, &w->base));
    if (accept_word(p, FL_KW_PARTITION)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
        FL_TRY(fl_parse_expr_list(p, FL_CTX_NON_QUERY, &w->partition, &w->n_partition));
    }
    if (accept_word(p, FL_KW_ORDER)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
        FL_TRY(fl_parse_order_items(p, &w->order, &w->n_order));
    }
    if (is_word(p, FL_KW_ROWS) || is_word(p, FL_KW_RANGE)) {
        w->has_frame = true;
        w->rows = is_word(p, FL_KW_ROWS);
        skip(p);
        if (accept_word(p, FL_KW_BETWEEN)) {
            FL_TRY(parse_frame_bound(p, &w->start));
            FL_TRY(fl_parser_expect_word(p, FL_KW_AND));
            FL_TRY(parse_frame_bound(p, &w->end));
        } else {
            FL_TRY(parse_frame_bound(p, &w->start));
            w->end.kind = FL_FRAME_CURRENT_ROW;
        }
    }
    if (is_word(p, FL_KW_ALLOW) || is_word(p, FL_KW_DISALLOW))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "ALLOW PARTIAL");
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "PARTITION BY, ORDER BY, ROWS, RANGE or ')'");
    skip(p);
    w->pos = fl_pos_since(p, first);
    return 0;
}
