/* SPDX-License-Identifier: Apache-2.0 */
/* parse_query.c -- queries: WITH, SELECT and its clauses, VALUES, set operations, ORDER BY and LIMIT.
 *
 * What:       a query is leaves joined by set operators, INTERSECT before UNION and EXCEPT, from left to right; then
 *             ORDER BY and LIMIT for the whole. A parenthesised query is the query itself, unless clauses follow that
 *             it has already: then FL_QUERY_NESTED holds it. Ambiguity:  behind '(' a query, a join, an expression,
 *             or a query that turns out to be the first operand of a set operator may follow. Nothing is tried twice:
 *             a leading '(' is read as an expression, and if that is a query and a set operator or ORDER BY follows,
 *             the rule goes on with it as its first leaf.
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"

static int parse_leaf(fl_parser *p, fl_ast_query **out);
static int parse_table_ref(fl_parser *p, fl_ast_from **out);

bool fl_begins_query(const fl_parser *p) {
    return is_word(p, FL_KW_SELECT) || is_word(p, FL_KW_VALUES) || is_word(p, FL_KW_TABLE) || is_word(p, FL_KW_WITH);
}

static fl_ast_query *new_query(fl_parser *p, fl_query_kind kind) {
    fl_ast_query *q = FL_NEW(p->arena, fl_ast_query);
    q->kind = kind;
    return q;
}

/* ---- hints ---- */

/* A value among a hint's: a name, a text or a number. False if the current token is none. */
static int parse_hint_value(fl_parser *p, const char **out, bool *found) {
    const fl_token *t = peek(p);
    *found = true;
    if (is_name(p)) return fl_parse_name(p, out);
    if (t->kind == FL_TOK_STRING || t->kind == FL_TOK_UNICODE_STRING || t->kind == FL_TOK_CHARSET_STRING)
        return fl_parse_any_string(p, out);
    bool sign = t->kind == FL_TOK_PLUS || t->kind == FL_TOK_MINUS;
    const fl_token *number = peek_at(p, sign);
    *found = number->kind >= FL_TOK_INTEGER && number->kind <= FL_TOK_APPROX;
    if (!*found) return 0;
    p->at += 1 + sign;
    fl_str text = fl_text_since(p, t);
    *out = fl_arena_strndup(p->arena, text.p, text.n);
    return 0;
}

/* hint ::= name ['(' [key '=' string {',' key '=' string} | name {',' name} | literal {',' literal}] ')'] */
static int parse_hint(fl_parser *p, fl_ast_hint *h) {
    const fl_token *first = peek(p);
    int cap_keys = 0, cap_values = 0, n_values = 0;
    FL_TRY(fl_parse_name(p, &h->name));
    if (accept(p, FL_TOK_LPAREN) && !accept(p, FL_TOK_RPAREN)) {
        do {
            const char *key = NULL, *value;
            bool found;
            FL_TRY(parse_hint_value(p, &value, &found));
            if (!found) return fl_parser_refuse(p, "'key' = 'value', a name or ')'");
            if (h->n > 0 && (h->keys[0] != NULL) != is(p, FL_TOK_EQ))
                return fl_parser_refuse(p, h->keys[0] != NULL ? "'='" : "',' or ')'");
            if (accept(p, FL_TOK_EQ)) {
                key = value;
                FL_TRY(parse_hint_value(p, &value, &found));
                if (!found || is_name_token(previous(p))) return fl_parser_refuse(p, "a text in single quotes");
            } else if (!is(p, FL_TOK_COMMA) &&
                       !is(p, FL_TOK_RPAREN)) { /* Flink looks far ahead, then blames the first */
                p->at--;
                return fl_parser_refuse_at(p, 2, "'key' = 'value', a name or ')'");
            }
            FL_PUSH(p->arena, h->keys, h->n, cap_keys, key);
            FL_PUSH(p->arena, h->values, n_values, cap_values, value);
        } while (accept(p, FL_TOK_COMMA));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    h->pos = fl_pos_since(p, first);
    return 0;
}

/* hints ::= '/' '*' '+' hint {',' hint} '*' '/' */
int fl_parse_hints(fl_parser *p, fl_ast_hint **hints, int *n) {
    int cap = 0;
    if (!accept(p, FL_TOK_HINT)) return 0;
    do {
        fl_ast_hint h = {0};
        FL_TRY(parse_hint(p, &h));
        FL_PUSH(p->arena, *hints, *n, cap, h);
    } while (accept(p, FL_TOK_COMMA));
    return fl_parser_expect(p, FL_TOK_COMMENT_END);
}

/* ---- FROM ---- */

static fl_ast_from *new_from(fl_parser *p, fl_from_kind kind, const fl_token *first) {
    fl_ast_from *f = FL_NEW(p->arena, fl_ast_from);
    f->kind = kind;
    f->pos = fl_pos_since(p, first);
    return f;
}

/* match ::= 'MATCH_RECOGNIZE' '(' … 'PATTERN' … 'DEFINE' … ')', read up to its closing parenthesis */
static int parse_match(fl_parser *p, const fl_token *first, fl_ast_from **f) {
    fl_ast_from *m = new_from(p, FL_FROM_MATCH, first);
    bool pattern = false, define = false;
    int open = 1;
    skip(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    const fl_token *inside = peek(p);
    for (;; skip(p)) {
        const fl_token *t = peek(p);
        if (t->kind == FL_TOK_END || t->kind == FL_TOK_BAD || t->kind == FL_TOK_OPEN_COMMENT ||
            t->kind == FL_TOK_QUOTE || t->kind == FL_TOK_SEMICOLON)
            return fl_parser_refuse(p, "')' to end MATCH_RECOGNIZE");
        pattern |= open == 1 && t->word == FL_KW_PATTERN;
        define |= open == 1 && t->word == FL_KW_DEFINE && pattern;
        if (t->kind == FL_TOK_LPAREN) open++;
        if (t->kind == FL_TOK_RPAREN && --open == 0) break;
    }
    if (!pattern) return fl_parser_refuse(p, "PATTERN (…)");
    if (!define) return fl_parser_refuse(p, "DEFINE and the conditions of the pattern's variables");
    m->call = fl_ast_expr_symbol(p, "", inside);
    m->call->text = previous(p) >= inside ? fl_text_since(p, inside) : fl_str_make("", 0);
    skip(p);
    m->left = *f;
    m->pos = fl_pos_since(p, first);
    *f = m;
    return 0;
}

/* table ::= compound_name [hints] ['FOR' 'SYSTEM_TIME' 'AS' 'OF' expr] [match] */
static int parse_table(fl_parser *p, fl_ast_from **f) {
    const fl_token *first = peek(p);
    fl_ast_from *t = *f = new_from(p, FL_FROM_TABLE, first);
    FL_TRY(fl_parse_compound_name(p, false, &t->name));
    FL_TRY(fl_parse_hints(p, &t->hints, &t->n_hints));
    if (is_word(p, FL_KW_EXTEND) || is(p, FL_TOK_LPAREN)) {
        if (is_word(p, FL_KW_EXTEND))
            return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "EXTEND");
        fl_parser_refuse(p, "a join, a further clause or the end");
        return fl_error_hint(p->err, FL_HINT_SYNTAX_TABLE_FUNCTION, t->name.part[t->name.n - 1]);
    }
    if (accept_word(p, FL_KW_FOR)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_SYSTEM_TIME));
        FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
        FL_TRY(fl_parser_expect_word(p, FL_KW_OF));
        FL_TRY(fl_parse_expr(p, FL_CTX_NON_QUERY, &t->as_of));
    }
    t->pos = fl_pos_since(p, first);
    return is_word(p, FL_KW_MATCH_RECOGNIZE) ? parse_match(p, first, f) : 0;
}

/* function ::= 'TABLE' '(' table_call ')' */
static int parse_function(fl_parser *p, fl_ast_from **f) {
    const fl_token *first = peek(p);
    *f = new_from(p, FL_FROM_FUNCTION, first);
    skip(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    if (is_word(p, FL_KW_SPECIFIC))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "SPECIFIC");
    FL_TRY(fl_parse_table_call(p, &(*f)->call));
    FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    (*f)->pos = fl_pos_since(p, first);
    return 0;
}

/* unnest ::= 'UNNEST' '(' expr {',' expr} ')' ['WITH' 'ORDINALITY'] */
static int parse_unnest(fl_parser *p, fl_ast_from **f) {
    const fl_token *first = peek(p);
    *f = new_from(p, FL_FROM_UNNEST, first);
    skip(p);
    fl_ast_expr *call = (*f)->call = fl_ast_expr_new(p, FL_AX_CALL, first);
    call->name = fl_name_one(p, "UNNEST", first);
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    int cap = 0;
    do {
        fl_ast_expr *arg;
        FL_TRY(fl_parse_query_or_expr(p, FL_CTX_ANY, &arg));
        fl_ast_expr_add_arg(p, call, &cap, arg);
    } while (accept(p, FL_TOK_COMMA));
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "an operator, ',' or ')'");
    skip(p);
    call->pos = fl_pos_since(p, first);
    if (accept_word(p, FL_KW_WITH)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_ORDINALITY));
        (*f)->with_ordinality = true;
    }
    (*f)->pos = fl_pos_since(p, first);
    return 0;
}

/* join_type ::= ['NATURAL'] (['INNER'] | ('LEFT' | 'RIGHT' | 'FULL') ['OUTER'] | 'CROSS') 'JOIN'
 * 0: none begins here; else the number of its tokens. */
static int join_tokens(fl_parser *p, fl_join_kind *kind) {
    int n = is_word(p, FL_KW_NATURAL);
    *kind = FL_JOIN_INNER;
    switch (peek_at(p, n)->word) {
    case FL_KW_JOIN: return n + 1;
    case FL_KW_INNER: n++; break;
    case FL_KW_CROSS:
        *kind = FL_JOIN_CROSS;
        n++;
        break;
    case FL_KW_LEFT:
    case FL_KW_RIGHT:
    case FL_KW_FULL:
        *kind = is_word_at(p, n, FL_KW_LEFT)    ? FL_JOIN_LEFT
                : is_word_at(p, n, FL_KW_RIGHT) ? FL_JOIN_RIGHT
                                                : FL_JOIN_FULL;
        n += 1 + is_word_at(p, n + 1, FL_KW_OUTER);
        break;
    default: break;
    }
    if (n > 0 && is_word_at(p, n, FL_KW_JOIN)) return n + 1;
    if (n > 0) fl_parser_tried(p, n + 1);
    return 0;
}

/* join ::= join_type table_ref ['ON' expr | 'USING' name_list] */
static int parse_join(fl_parser *p, const fl_token *first, int tokens, fl_join_kind kind, fl_ast_from **left) {
    bool natural = is_word(p, FL_KW_NATURAL);
    if (tokens < 3 && !is_name_token(peek_at(p, tokens)) && !is_at(p, tokens, FL_TOK_LPAREN) &&
        !is_word_at(p, tokens, FL_KW_TABLE) && !is_word_at(p, tokens, FL_KW_LATERAL) &&
        !is_word_at(p, tokens, FL_KW_UNNEST))
        return fl_parser_refuse_at(p, tokens + 1, "a table behind JOIN");
    p->at += tokens;
    fl_ast_from *j = new_from(p, FL_FROM_JOIN, first);
    j->join = kind;
    j->natural = natural;
    j->left = *left;
    FL_TRY(parse_table_ref(p, &j->right));
    if (accept_word(p, FL_KW_ON))
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &j->on));
    else if (accept_word(p, FL_KW_USING))
        FL_TRY(fl_parse_name_list(p, &j->using_columns, NULL, &j->n_using));
    j->pos = fl_pos_since(p, first);
    *left = j;
    return 0;
}

/* joined ::= table_ref {join} */
static int parse_joined(fl_parser *p, fl_ast_from **out, int *joins) {
    const fl_token *first = peek(p);
    fl_join_kind kind;
    FL_TRY(parse_table_ref(p, out));
    for (int n; (n = join_tokens(p, &kind)) > 0; ++*joins) FL_TRY(parse_join(p, first, n, kind, out));
    if ((is_word(p, FL_KW_CROSS) || is_word(p, FL_KW_OUTER)) && is_word_at(p, 1, FL_KW_APPLY))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_APPLY);
    return 0;
}

/* inner ::= '(' (query | joined) ')' */
static int parse_inner(fl_parser *p, fl_ast_from **out) {
    const fl_token *first = peek(p);
    FL_TRY(fl_parser_enter(p));
    const fl_token *second = peek_at(p, 1);
    fl_parser_tried_name(p);
    if (!is_name_token(second) && second->kind != FL_TOK_LPAREN && second->word != FL_KW_LATERAL &&
        second->word != FL_KW_UNNEST && second->word != FL_KW_SELECT && second->word != FL_KW_VALUES &&
        second->word != FL_KW_TABLE && second->word != FL_KW_WITH)
        return fl_parser_refuse_at(p, 2, "a table, a query in parentheses or a function");
    skip(p);
    bool table_function = is_word(p, FL_KW_TABLE) && is_at(p, 1, FL_TOK_LPAREN);
    fl_ast_query *q = NULL;
    int joins = 0;
    if (fl_begins_query(p) && !table_function) {
        FL_TRY(fl_parse_query(p, &q));
    } else if (is(p, FL_TOK_LPAREN)) {
        /* ((…)): a join in parentheses, or a query whose first leaf stands in parentheses */
        FL_TRY(parse_table_ref(p, out));
        bool bare = (*out)->kind == FL_FROM_QUERY && (*out)->alias == NULL && !(*out)->lateral;
        fl_join_kind kind;
        if (bare && join_tokens(p, &kind) == 0) {
            q = (*out)->query;
            FL_TRY(fl_continue_query(p, first + 1, &q));
        } else {
            for (int n; (n = join_tokens(p, &kind)) > 0; joins++) FL_TRY(parse_join(p, first, n, kind, out));
        }
    } else {
        FL_TRY(parse_joined(p, out, &joins));
    }
    if (q == NULL && (*out)->kind != FL_FROM_JOIN && is(p, FL_TOK_RPAREN))
        return fl_parser_fail(p, fl_pos_since(p, first), FL_ERR_SYNTAX_JOIN_PARENTHESES);
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "a join, a further clause or ')'");
    skip(p);
    if (q != NULL) {
        *out = new_from(p, FL_FROM_QUERY, first);
        (*out)->query = q;
    }
    leave(p);
    p->height += joins + 1;
    return 0;
}

/* QUALIFY is a clause if an expression follows that is no list of column names, else an alias like any name. */
static bool begins_qualify(const fl_parser *p) {
    const fl_token *t = peek(p);
    if (t->kind != FL_TOK_WORD || !fl_str_iis(t->text, "QUALIFY") || !fl_begins_expr(peek_at(p, 1))) return false;
    if (!is_at(p, 1, FL_TOK_LPAREN)) return !is_word_at(p, 1, FL_KW_LEFT) && !is_word_at(p, 1, FL_KW_RIGHT);
    int i = 2;
    while (is_name_token(peek_at(p, i)) && is_at(p, i + 1, FL_TOK_COMMA)) i += 2;
    return !(is_name_token(peek_at(p, i)) && is_at(p, i + 1, FL_TOK_RPAREN));
}

/* alias ::= ['AS'] name [name_list] */
static int parse_alias(fl_parser *p, fl_ast_from *f) {
    bool as = accept_word(p, FL_KW_AS);
    if (!is_name(p) || (!as && begins_qualify(p))) return as ? fl_parser_refuse(p, "a name") : 0;
    if (f->kind == FL_FROM_JOIN) return fl_parser_fail(p, f->pos, FL_ERR_SYNTAX_JOIN_PLACE);
    FL_TRY(fl_parse_name(p, &f->alias));
    if (is(p, FL_TOK_LPAREN)) FL_TRY(fl_parse_name_list(p, &f->columns, NULL, &f->n_columns));
    return 0;
}

/* table_ref ::= (table | ['LATERAL'] (inner [match] | function) | unnest) [alias] */
static int parse_table_ref(fl_parser *p, fl_ast_from **out) {
    const fl_token *first = peek(p);
    fl_parser_tried_name(p);
    bool lateral = is_word(p, FL_KW_LATERAL);
    if (lateral) {
        if (!is_at(p, 1, FL_TOK_LPAREN) && !is_word_at(p, 1, FL_KW_TABLE)) {
            skip(p);
            fl_parser_refuse(p, "TABLE(f(x)) or a query in parentheses");
            return fl_error_hint(p->err, FL_HINT_SYNTAX_LATERAL);
        }
        skip(p);
    }
    if (is(p, FL_TOK_LPAREN)) {
        FL_TRY(parse_inner(p, out));
        if (lateral && (*out)->kind == FL_FROM_JOIN) return fl_parser_fail(p, (*out)->pos, FL_ERR_SYNTAX_JOIN_PLACE);
        (*out)->lateral = lateral;
        if (is_word(p, FL_KW_MATCH_RECOGNIZE)) FL_TRY(parse_match(p, first, out));
    } else if (is_word(p, FL_KW_TABLE)) {
        FL_TRY(parse_function(p, out));
        (*out)->lateral = lateral;
    } else if (is_word(p, FL_KW_UNNEST)) {
        FL_TRY(parse_unnest(p, out));
    } else if (is_name(p)) {
        FL_TRY(parse_table(p, out));
    } else {
        return fl_parser_refuse(p, "a table, a query in parentheses or a function");
    }
    if (is_word(p, FL_KW_PIVOT) || is_word(p, FL_KW_UNPIVOT))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, fl_keyword_text(peek(p)->word));
    FL_TRY(parse_alias(p, *out));
    if (is_word(p, FL_KW_TABLESAMPLE))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "TABLESAMPLE");
    return 0;
}

/* from ::= joined {',' joined} */
static int parse_from(fl_parser *p, fl_ast_from **out) {
    const fl_token *first = peek(p);
    int joins = 0;
    FL_TRY(parse_joined(p, out, &joins));
    while (accept(p, FL_TOK_COMMA)) {
        fl_ast_from *j = new_from(p, FL_FROM_JOIN, first);
        j->join = FL_JOIN_COMMA;
        j->left = *out;
        FL_TRY(parse_joined(p, &j->right, &joins));
        j->pos = fl_pos_since(p, first);
        *out = j;
        joins++;
    }
    return fl_parser_height(p, p->height + joins);
}

/* ---- SELECT ---- */

/* item ::= '*' | expr [['AS'] name] */
static int parse_item(fl_parser *p, fl_ast_item *item) {
    const fl_token *first = peek(p);
    if (accept(p, FL_TOK_STAR)) {
        item->expr = fl_ast_expr_new(p, FL_AX_NAME, first);
        item->expr->flag = true;
        item->expr->name = fl_name_one(p, "*", first);
    } else {
        fl_parser_tried_name(p);
        if (!fl_begins_expr(first)) return fl_parser_refuse(p, "an expression or '*'");
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &item->expr));
    }
    bool as = accept_word(p, FL_KW_AS);
    if (is(p, FL_TOK_STRING)) return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_ALIAS_TEXT);
    if (is_name(p)) return fl_parse_name(p, &item->alias);
    return as ? fl_parser_refuse(p, "a name") : 0;
}

/* group ::= 'GROUPING' 'SETS' '(' group {',' group} ')' | ('ROLLUP' | 'CUBE') '(' expr {',' expr} ')' | '(' ')' | expr
 *
 * (a, b) among the sets is one set of two. */
static int parse_group(fl_parser *p, bool in_sets, fl_ast_group *g);

static int parse_groups(fl_parser *p, bool in_sets, fl_ast_group **out, int *n) {
    int cap = 0;
    for (;;) {
        fl_ast_group g = {0};
        FL_TRY(parse_group(p, in_sets, &g));
        FL_PUSH(p->arena, *out, *n, cap, g);
        if (!is(p, FL_TOK_COMMA)) return 0;
        if (!fl_begins_expr(peek_at(p, 1)) && !is_word_at(p, 1, FL_KW_ROLLUP) && !is_word_at(p, 1, FL_KW_CUBE)) {
            fl_parser_tried(p, 2);
            return 0;
        }
        skip(p);
    }
}

/* An expression as an element; a row written without ROW is a list of elements. */
static void set_group_expr(fl_parser *p, fl_ast_group *g, fl_ast_expr *e) {
    g->pos = e->pos;
    g->kind = FL_GROUP_EXPR;
    g->expr = e;
    if (e->kind != FL_AX_ROW || e->flag) return;
    g->kind = FL_GROUP_LIST;
    g->expr = NULL;
    g->n_items = e->n_args;
    g->items = FL_NEW_N(p->arena, fl_ast_group, e->n_args);
    for (int i = 0; i < e->n_args; i++) {
        g->items[i].expr = e->args[i];
        g->items[i].pos = e->args[i]->pos;
    }
}

static int parse_group(fl_parser *p, bool in_sets, fl_ast_group *g) {
    const fl_token *first = peek(p);
    fl_ast_expr *e;
    fl_parser_tried_name(p);
    if (accept_words(p, FL_KW_GROUPING, FL_KW_SETS)) {
        g->kind = FL_GROUP_SETS;
        FL_TRY(fl_parser_enter(p));
        FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
        FL_TRY(parse_groups(p, true, &g->items, &g->n_items));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
        leave(p);
    } else if (is_word(p, FL_KW_ROLLUP) || is_word(p, FL_KW_CUBE)) {
        g->kind = is_word(p, FL_KW_ROLLUP) ? FL_GROUP_ROLLUP : FL_GROUP_CUBE;
        fl_ast_expr **exprs = NULL;
        skip(p);
        FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
        FL_TRY(fl_parse_expr_list(p, FL_CTX_SUB_QUERY, &exprs, &g->n_items));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
        g->items = FL_NEW_N(p->arena, fl_ast_group, g->n_items);
        for (int i = 0; i < g->n_items; i++) set_group_expr(p, &g->items[i], exprs[i]);
    } else if (is(p, FL_TOK_LPAREN) && is_at(p, 1, FL_TOK_RPAREN)) {
        g->kind = FL_GROUP_EMPTY;
        p->at += 2;
    } else {
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &e));
        if (in_sets) {
            set_group_expr(p, g, e);
        } else {
            g->kind = FL_GROUP_EXPR;
            g->expr = e;
        }
    }
    g->pos = fl_pos_since(p, first);
    return 0;
}

/* windows ::= 'WINDOW' name 'AS' window {',' name 'AS' window} */
static int parse_windows(fl_parser *p, fl_ast_select *s) {
    int cap = 0;
    for (;;) {
        fl_ast_window w = {0};
        skip(p);
        FL_TRY(fl_parse_name(p, &w.name));
        FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
        FL_TRY(fl_parse_window(p, &w));
        FL_PUSH(p->arena, s->windows, s->n_windows, cap, w);
        if (!is(p, FL_TOK_COMMA)) return 0;
        if (!is_name_token(peek_at(p, 1))) {
            fl_parser_tried(p, 2);
            return 0;
        }
    }
}

/* select ::= 'SELECT' [hints] ['DISTINCT' | 'ALL'] item {',' item}
 *            ['FROM' from ['WHERE' expr] ['GROUP' 'BY' ['DISTINCT' | 'ALL'] groups] ['HAVING' expr] [windows]
 *             ['QUALIFY' expr]] */
static int parse_select(fl_parser *p, fl_ast_query **out) {
    const fl_token *first = peek(p);
    fl_ast_query *q = *out = new_query(p, FL_QUERY_SELECT);
    fl_ast_select *s = q->select = FL_NEW(p->arena, fl_ast_select);
    int cap = 0;
    skip(p);
    FL_TRY(fl_parse_hints(p, &s->hints, &s->n_hints));
    if (is_word(p, FL_KW_STREAM))
        return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "SELECT STREAM");
    s->distinct = accept_word(p, FL_KW_DISTINCT);
    if (!s->distinct) accept_word(p, FL_KW_ALL);
    do {
        fl_ast_item item = {0};
        FL_TRY(parse_item(p, &item));
        FL_PUSH(p->arena, s->items, s->n_items, cap, item);
    } while (accept(p, FL_TOK_COMMA));
    if (accept_word(p, FL_KW_FROM)) {
        FL_TRY(parse_from(p, &s->from));
        if (accept_word(p, FL_KW_WHERE)) FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &s->where));
        if (accept_word(p, FL_KW_GROUP)) {
            FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
            s->has_group = true;
            if (is_word(p, FL_KW_DISTINCT))
                return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED, "GROUP BY DISTINCT");
            accept_word(p, FL_KW_ALL);
            FL_TRY(parse_groups(p, false, &s->group, &s->n_group));
        }
        if (accept_word(p, FL_KW_HAVING)) FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &s->having));
        if (is_word(p, FL_KW_WINDOW)) FL_TRY(parse_windows(p, s));
        if (begins_qualify(p)) {
            skip(p);
            FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &s->qualify));
        }
    }
    q->pos = s->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- other leaves ---- */

/* row ::= ['ROW'] '(' value {',' value} ')' | '(' 'ROW' '(' … ')' ')' | expr;  value ::= expr | 'DEFAULT' */
static int parse_row(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    bool wrapped = is(p, FL_TOK_LPAREN) && is_word_at(p, 1, FL_KW_ROW) && is_at(p, 2, FL_TOK_LPAREN);
    if (wrapped) skip(p);
    bool row = accept_word(p, FL_KW_ROW);
    if (!is(p, FL_TOK_LPAREN)) {
        fl_parser_tried_name(p);
        if (!fl_begins_expr(peek(p))) return fl_parser_refuse(p, "a row of values in parentheses");
        return fl_parse_expr(p, FL_CTX_ANY, out);
    }
    skip(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_ROW, first), *value;
    int cap = 0;
    e->flag = row;
    do {
        const fl_token *t = peek(p);
        if (accept_word(p, FL_KW_DEFAULT))
            value = fl_ast_expr_new(p, FL_AX_DEFAULT, t);
        else if (e->n_args == 0)
            FL_TRY(fl_parse_query_or_expr(p, FL_CTX_ANY, &value));
        else
            FL_TRY(fl_parse_expr(p, FL_CTX_ANY, &value));
        fl_ast_expr_add_arg(p, e, &cap, value);
    } while (accept(p, FL_TOK_COMMA));
    if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "an operator, ',' or ')'");
    skip(p);
    if (wrapped) FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* values ::= 'VALUES' row {',' row} */
static int parse_values(fl_parser *p, fl_ast_query **out) {
    const fl_token *first = peek(p);
    fl_ast_query *q = *out = new_query(p, FL_QUERY_VALUES);
    int cap = 0;
    do {
        fl_ast_expr *row;
        skip(p);
        FL_TRY(parse_row(p, &row));
        FL_PUSH(p->arena, q->rows, q->n_rows, cap, row);
        if (is(p, FL_TOK_COMMA) && !fl_begins_expr(peek_at(p, 1))) {
            fl_parser_tried(p, 2);
            break;
        }
    } while (is(p, FL_TOK_COMMA));
    q->pos = fl_pos_since(p, first);
    return 0;
}

/* leaf ::= select | values | 'TABLE' compound_name | '(' query ')' */
static int parse_leaf(fl_parser *p, fl_ast_query **out) {
    const fl_token *first = peek(p);
    switch (first->word) {
    case FL_KW_SELECT: return parse_select(p, out);
    case FL_KW_VALUES: return parse_values(p, out);
    case FL_KW_TABLE:
        *out = new_query(p, FL_QUERY_TABLE);
        skip(p);
        FL_TRY(fl_parse_compound_name(p, false, &(*out)->table));
        (*out)->pos = fl_pos_since(p, first);
        return 0;
    default: break;
    }
    fl_ast_expr *e;
    FL_TRY(fl_parse_operand(p, FL_CTX_QUERY, &e));
    if (e->kind != FL_AX_SUBQUERY) return fl_parser_fail(p, e->pos, FL_ERR_SYNTAX_NOT_A_QUERY);
    *out = e->query;
    return 0;
}

/* ---- set operations, order, limits ---- */

/* set_op ::= ('UNION' | 'INTERSECT' | 'EXCEPT') ['ALL' | 'DISTINCT'] */
static bool begins_set_op(const fl_parser *p) {
    return is_word(p, FL_KW_UNION) || is_word(p, FL_KW_INTERSECT) || is_word(p, FL_KW_EXCEPT) ||
           is_word(p, FL_KW_MINUS);
}

/* operation ::= leaf {set_op leaf}, those that bind at least as tightly as `min`: 1 UNION and EXCEPT, 2 INTERSECT */
static int parse_operation(fl_parser *p, const fl_token *first, int min, fl_ast_query **out, int *operators) {
    while (begins_set_op(p)) {
        const fl_token *t = peek(p);
        if (t->word == FL_KW_MINUS) return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_MINUS);
        int prec = t->word == FL_KW_INTERSECT ? 2 : 1;
        if (prec < min) return 0;
        fl_ast_query *q = new_query(p, FL_QUERY_SET_OP);
        q->op = t->word == FL_KW_UNION ? FL_SET_UNION : t->word == FL_KW_INTERSECT ? FL_SET_INTERSECT : FL_SET_EXCEPT;
        skip(p);
        q->all = accept_word(p, FL_KW_ALL);
        if (!q->all) accept_word(p, FL_KW_DISTINCT);
        q->left = *out;
        t = peek(p);
        FL_TRY(parse_leaf(p, &q->right));
        FL_TRY(parse_operation(p, t, prec + 1, &q->right, operators));
        q->pos = fl_pos_since(p, first);
        *out = q;
        ++*operators;
    }
    return 0;
}

/* count ::= number */
static int parse_count(fl_parser *p, fl_ast_expr **out) {
    const fl_token *t = peek(p);
    if (t->kind == FL_TOK_QUESTION) return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_PARAMETER);
    if (t->kind < FL_TOK_INTEGER || t->kind > FL_TOK_APPROX) return fl_parser_refuse(p, "a number");
    return fl_parse_literal(p, out);
}

static int parse_limit(fl_parser *p, fl_ast_query *q) {
    skip(p);
    if (accept_word(p, FL_KW_ALL)) return 0;
    const fl_token *t = peek(p);
    FL_TRY(parse_count(p, &q->fetch));
    if (!is(p, FL_TOK_COMMA) || peek_at(p, 1)->kind < FL_TOK_INTEGER || peek_at(p, 1)->kind > FL_TOK_APPROX) return 0;
    return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_LIMIT_COMMA);
}

static int parse_offset(fl_parser *p, fl_ast_query *q) {
    skip(p);
    FL_TRY(parse_count(p, &q->offset));
    if (!accept_word(p, FL_KW_ROW)) accept_word(p, FL_KW_ROWS);
    return 0;
}

static int parse_fetch(fl_parser *p, fl_ast_query *q) {
    skip(p);
    if (!accept_word(p, FL_KW_FIRST) && !accept_word(p, FL_KW_NEXT)) return fl_parser_refuse(p, "FIRST or NEXT");
    FL_TRY(parse_count(p, &q->fetch));
    if (!accept_word(p, FL_KW_ROW) && !accept_word(p, FL_KW_ROWS)) return fl_parser_refuse(p, "ROW or ROWS");
    return fl_parser_expect_word(p, FL_KW_ONLY);
}

static bool begins_tail(const fl_parser *p) {
    return is_word(p, FL_KW_ORDER) || is_word(p, FL_KW_LIMIT) || is_word(p, FL_KW_OFFSET) || is_word(p, FL_KW_FETCH);
}

/* tail ::= ['ORDER' 'BY' items] ['LIMIT' (count | 'ALL') ['OFFSET' count [rows]]
 *          | 'OFFSET' count [rows] ['FETCH' …] | 'FETCH' ('FIRST' | 'NEXT') count rows 'ONLY'] */
static int parse_tail(fl_parser *p, fl_ast_query **q) {
    if (!begins_tail(p)) return 0;
    fl_ast_query *inner = *q;
    if (inner->n_ctes > 0 || inner->n_order > 0 || inner->offset != NULL || inner->fetch != NULL) {
        *q = new_query(p, FL_QUERY_NESTED);
        (*q)->nested = inner;
        (*q)->pos = inner->pos;
    }
    if (accept_word(p, FL_KW_ORDER)) {
        FL_TRY(fl_parser_expect_word(p, FL_KW_BY));
        FL_TRY(fl_parse_order_items(p, &(*q)->order, &(*q)->n_order));
    }
    if (is_word(p, FL_KW_LIMIT)) {
        FL_TRY(parse_limit(p, *q));
        if (is_word(p, FL_KW_OFFSET)) FL_TRY(parse_offset(p, *q));
    } else if (is_word(p, FL_KW_OFFSET)) {
        FL_TRY(parse_offset(p, *q));
        if (is_word(p, FL_KW_FETCH)) FL_TRY(parse_fetch(p, *q));
        if (is_word(p, FL_KW_LIMIT)) {
            fl_pos pos = fl_pos_of(p, peek(p));
            FL_TRY(parse_limit(p, *q));
            return fl_parser_fail(p, pos, FL_ERR_SYNTAX_OFFSET_LIMIT);
        }
    } else if (is_word(p, FL_KW_FETCH)) {
        FL_TRY(parse_fetch(p, *q));
    }
    return 0;
}

int fl_continue_query(fl_parser *p, const fl_token *first, fl_ast_query **q) {
    int operators = 0, inner = p->height;
    FL_TRY(parse_operation(p, first, 1, q, &operators));
    FL_TRY(parse_tail(p, q));
    (*q)->pos = fl_pos_since(p, first);
    return fl_parser_height(p, FL_MAX(p->height, inner) + operators + 1);
}

/* ctes ::= 'WITH' name [name_list] 'AS' '(' query ')' {',' …} */
static int parse_ctes(fl_parser *p, fl_ast_cte **out, int *n) {
    int cap = 0;
    skip(p);
    do {
        const fl_token *first = peek(p);
        fl_ast_cte c = {0};
        FL_TRY(fl_parse_name(p, &c.name));
        c.pos = fl_pos_of(p, first);
        if (is(p, FL_TOK_LPAREN)) FL_TRY(fl_parse_name_list(p, &c.columns, NULL, &c.n_columns));
        FL_TRY(fl_parser_expect_word(p, FL_KW_AS));
        FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
        if (!fl_begins_query(p) && !is(p, FL_TOK_LPAREN)) return fl_parser_refuse(p, "a query");
        FL_TRY(fl_parse_query(p, &c.query));
        if (!is(p, FL_TOK_RPAREN)) return fl_parser_refuse(p, "a further clause or ')'");
        skip(p);
        FL_PUSH(p->arena, *out, *n, cap, c);
    } while (accept(p, FL_TOK_COMMA));
    return 0;
}

/* query ::= [ctes] operation tail */
int fl_parse_query(fl_parser *p, fl_ast_query **out) {
    const fl_token *first = peek(p);
    fl_ast_cte *ctes = NULL;
    int n_ctes = 0, outer = p->height;
    FL_TRY(fl_parser_enter(p));
    p->height = 0;
    if (is_word(p, FL_KW_WITH)) FL_TRY(parse_ctes(p, &ctes, &n_ctes));
    const fl_token *leaf = peek(p);
    FL_TRY(parse_leaf(p, out));
    FL_TRY(fl_continue_query(p, leaf, out));
    fl_ast_query *q = *out;
    if (n_ctes > 0 && q->n_ctes > 0) { /* WITH … (WITH … SELECT …) */
        *out = new_query(p, FL_QUERY_NESTED);
        (*out)->nested = q;
        q = *out;
    }
    if (n_ctes > 0) {
        q->ctes = ctes;
        q->n_ctes = n_ctes;
    }
    if (n_ctes > 0) q->pos = fl_pos_since(p, first);
    leave(p);
    p->height = FL_MAX(p->height, outer);
    return 0;
}

/* query_or_expr ::= query | expr */
int fl_parse_query_or_expr(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_query *q = NULL;
    if (fl_begins_query(p)) {
        if (ctx == FL_CTX_NON_QUERY || ctx == FL_CTX_SUB_QUERY)
            return fl_parser_fail(p, fl_pos_of(p, first), FL_ERR_SYNTAX_QUERY_PLACE);
        FL_TRY(fl_parse_query(p, &q));
    } else {
        FL_TRY(fl_parse_expr(p, ctx, out));
        bool is_query = (*out)->kind == FL_AX_SUBQUERY;
        if (begins_set_op(p) && !is_query) return fl_parser_fail(p, (*out)->pos, FL_ERR_SYNTAX_NOT_A_QUERY);
        if (is_word(p, FL_KW_ORDER) && !is_query && ctx != FL_CTX_QUERY && is_word_at(p, 1, FL_KW_BY) &&
            (*out)->kind != FL_AX_TABLE_ARG)
            return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_ORDER_PLACE);
        if (!is_query) return 0;
        q = (*out)->query;
        if (!begins_set_op(p) && !begins_tail(p)) return 0;
        FL_TRY(fl_continue_query(p, first, &q));
    }
    *out = fl_ast_expr_new(p, FL_AX_SUBQUERY, first);
    (*out)->query = q;
    return 0;
}
