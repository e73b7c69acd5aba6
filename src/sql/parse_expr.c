/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr.c -- expressions: operators by precedence, and the operands between them.
 *
 * What:       precedence climbing. The numbers are Flink's; a higher one binds tighter, all operators go from left to
 *             right, prefix operators take what binds at least as tightly as they do:
 *
 *                 22 OR   24 AND   26 NOT   28 IS …   30 = <> < <= > >= IS DISTINCT FROM OVERLAPS   32 IN LIKE BETWEEN
 *                 40 + -   60 * / % ||   80 sign   100 [ ] .
 *
 * Example:    a OR NOT b = c + 1 IS NULL   is   a OR (NOT ((b = (c + 1)) IS NULL)).
 * Look ahead: an operator counts only if something that can begin an operand follows; otherwise the expression ends
 *             before it, as in Flink. So it is the operator that is refused in `1 + )`.
 * Height:     each rule tells how tall its tree is, since a long chain makes a tall tree without any nesting.
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"

enum {
    PREC_OR = 22,
    PREC_AND = 24,
    PREC_NOT = 26,
    PREC_IS = 28,
    PREC_COMPARE = 30,
    PREC_RANGE = 32, /* IN, LIKE, SIMILAR TO, BETWEEN */
    PREC_ADD = 40,
    PREC_MULTIPLY = 60,
    PREC_SIGN = 80,
};

static int parse_chain(fl_parser *p, fl_ast_context ctx, int min, bool stop_at_and, fl_ast_expr **out, int *height);

/* ---- making nodes ---- */

fl_ast_expr *fl_ast_expr_new(fl_parser *p, fl_ast_expr_kind kind, const fl_token *first) {
    fl_ast_expr *e = FL_NEW(p->arena, fl_ast_expr);
    e->kind = kind;
    e->pos = fl_pos_since(p, first);
    e->interval.precision = e->interval.fraction_precision = -1;
    return e;
}

void fl_ast_expr_add_arg(fl_parser *p, fl_ast_expr *e, int *cap, fl_ast_expr *arg) {
    FL_PUSH(p->arena, e->args, e->n_args, *cap, arg);
}

static fl_ast_expr *new_op(fl_parser *p, fl_ast_op op, const fl_token *first, fl_ast_expr *a, fl_ast_expr *b) {
    static const signed char arity[] = {
#define FL_X(op, text, n) n,
        FL_AST_OPS(FL_X)
#undef FL_X
    };
    fl_ast_expr *e = fl_ast_expr_new(p, FL_AX_OP, first);
    e->op = op;
    e->n_args = arity[op];
    e->args = FL_NEW_N(p->arena, fl_ast_expr *, e->n_args);
    e->args[0] = a;
    if (e->n_args > 1) e->args[1] = b;
    return e;
}

fl_ast_expr *fl_ast_expr_symbol(fl_parser *p, const char *text, const fl_token *at) {
    fl_ast_expr *e = fl_ast_expr_new(p, FL_AX_SYMBOL, at);
    e->text = fl_str_from(text);
    return e;
}

/* ---- what can begin an operand ---- */

static bool is_function_word(const fl_token *t) {
    fl_keyword_class c = fl_keyword_class_of(t->word);
    return t->kind == FL_TOK_WORD && (c == FL_WORD_F || c == FL_WORD_B);
}
static bool is_value_word(const fl_token *t) {
    fl_keyword_class c = fl_keyword_class_of(t->word);
    return t->kind == FL_TOK_WORD && (c == FL_WORD_V || c == FL_WORD_B);
}

/* Reserved words that begin an operand when the right token follows. */
static bool is_opening_word(fl_keyword w) {
    static const fl_keyword words[] = {
        FL_KW_DATE,         FL_KW_TIME,          FL_KW_TIMESTAMP,
        FL_KW_INTERVAL,     FL_KW_ARRAY,         FL_KW_MULTISET,
        FL_KW_CAST,         FL_KW_EXTRACT,       FL_KW_POSITION,
        FL_KW_CONVERT,      FL_KW_TRANSLATE,     FL_KW_OVERLAY,
        FL_KW_CEIL,         FL_KW_SUBSTRING,     FL_KW_TRIM,
        FL_KW_CLASSIFIER,   FL_KW_MATCH_NUMBER,  FL_KW_PREV,
        FL_KW_NEXT,         FL_KW_JSON_EXISTS,   FL_KW_JSON_VALUE,
        FL_KW_JSON_QUERY,   FL_KW_JSON_OBJECT,   FL_KW_JSON_OBJECTAGG,
        FL_KW_JSON_ARRAY,   FL_KW_JSON_ARRAYAGG, FL_KW_ARRAY_CONCAT_AGG,
        FL_KW_GROUP_CONCAT, FL_KW_STRING_AGG,    FL_KW_PERIOD,
        FL_KW_NEW,
    };
    return is_one_of(w, words, FL_ARRAY_LEN(words));
}

/* Whether the second token fits an opening word. */
static bool opening_goes_on(const fl_token *t, const fl_token *next) {
    switch (t->word) {
    case FL_KW_DATE:
    case FL_KW_TIME:
    case FL_KW_TIMESTAMP: return next->kind == FL_TOK_STRING;
    case FL_KW_INTERVAL:
        return next->kind == FL_TOK_STRING || next->kind == FL_TOK_PLUS || next->kind == FL_TOK_MINUS ||
               next->kind == FL_TOK_LPAREN || (next->kind >= FL_TOK_INTEGER && next->kind <= FL_TOK_APPROX) ||
               is_name_token(next);
    case FL_KW_ARRAY:
    case FL_KW_MULTISET: return next->kind == FL_TOK_LBRACKET || next->kind == FL_TOK_LPAREN;
    case FL_KW_NEXT: return next->kind == FL_TOK_LPAREN || next->word == FL_KW_VALUE;
    case FL_KW_NEW: return is_name_token(next);
    default: return next->kind == FL_TOK_LPAREN;
    }
}

static bool begins_by_itself(const fl_token *t) {
    static const fl_keyword words[] = {
        FL_KW_TRUE,   FL_KW_FALSE,    FL_KW_UNKNOWN, FL_KW_NULL, FL_KW_CASE,   FL_KW_ROW,
        FL_KW_CURSOR, FL_KW_SPECIFIC, FL_KW_RUNNING, FL_KW_NOT,  FL_KW_EXISTS, FL_KW_UNIQUE,
    };
    if (t->kind == FL_TOK_WORD)
        return is_name_token(t) || is_value_word(t) || is_one_of(t->word, words, FL_ARRAY_LEN(words));
    switch (t->kind) {
    case FL_TOK_PLUS:
    case FL_TOK_MINUS:
    case FL_TOK_LPAREN:
    case FL_TOK_LBRACE:
    case FL_TOK_QUESTION: return true;
    default: return t->kind >= FL_TOK_NAME && t->kind <= FL_TOK_APPROX;
    }
}

bool fl_begins_expr(const fl_token *t) {
    return begins_by_itself(t) || is_opening_word(t->word) || is_function_word(t);
}

/* How many of the tokens from `ahead` on fit the beginning of an operand: 2 if it is one, 1 if its second token is
 * wrong, 0 if none fits. */
static int operand_reach(const fl_parser *p, int ahead) {
    const fl_token *t = peek_at(p, ahead), *next = peek_at(p, ahead + 1);
    if (begins_by_itself(t)) return 2;
    if (is_opening_word(t->word)) return opening_goes_on(t, next) ? 2 : 1;
    if (is_function_word(t)) return next->kind == FL_TOK_LPAREN ? 2 : 1;
    return 0;
}

/* True if an operand follows the operator of `n` tokens; else the operator is left for others to refuse. */
static bool operand_follows(fl_parser *p, int n) {
    int reach = operand_reach(p, n);
    if (reach == 2) return true;
    fl_parser_tried_name(p);
    fl_parser_tried(p, n + 1 + reach);
    return false;
}

/* ---- parentheses, names, rows ---- */

static fl_ast_context inside(fl_ast_context ctx) { return ctx == FL_CTX_SUB_QUERY ? FL_CTX_ANY : ctx; }

static int refuse_non_query(fl_parser *p, fl_pos pos) { return fl_parser_fail(p, pos, FL_ERR_SYNTAX_NOT_A_QUERY); }

/* '(' query_or_expr {',' expr} ')': the items go to `list`. */
static int parse_parenthesised_list(fl_parser *p, fl_ast_context ctx, fl_ast_expr *list, int *cap) {
    fl_ast_expr *item;
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    FL_TRY(fl_parse_query_or_expr(p, inside(ctx), &item));
    fl_ast_expr_add_arg(p, list, cap, item);
    while (accept(p, FL_TOK_COMMA)) {
        if (ctx == FL_CTX_QUERY) return refuse_non_query(p, fl_pos_of(p, previous(p)));
        FL_TRY(fl_parse_expr(p, ctx, &item));
        fl_ast_expr_add_arg(p, list, cap, item);
    }
    return fl_parser_expect(p, FL_TOK_RPAREN);
}

/* parenthesised ::= '(' query_or_expr ')' | '(' expr ',' expr {',' expr} ')' | '(' expr '-' expr ')' qualifier */
static int parse_parenthesised(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *row = fl_ast_expr_new(p, FL_AX_ROW, first);
    int cap = 0;
    FL_TRY(parse_parenthesised_list(p, ctx, row, &cap));
    row->pos = fl_pos_since(p, first);
    *out = row;
    if (row->n_args > 1) return 0;
    fl_ast_expr *e = *out = row->args[0];
    e->parenthesised = true;
    if (e->kind == FL_AX_OP && e->op == FL_OP_MINUS && fl_interval_unit(peek(p)) != FL_UNIT_NONE) {
        *out = new_op(p, FL_OP_MINUS_DATE, first, e->args[0], e->args[1]);
        FL_TRY(fl_parse_interval_qualifier(p, true, &(*out)->interval));
        (*out)->pos = fl_pos_since(p, first);
    }
    return 0;
}

/* name ::= compound_name ['.' '*'];  named_call if '(' follows */
static int parse_name_or_call(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    int i = 1; /* find the '(' behind the name before anything is made of it */
    while (is_at(p, i, FL_TOK_DOT) && is_name_token(peek_at(p, i + 1))) i += 2;
    if (is_at(p, i, FL_TOK_LPAREN)) return fl_parse_named_call(p, out);
    fl_name name;
    FL_TRY(fl_parse_compound_name(p, true, &name));
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_NAME, first);
    e->name = name;
    e->flag = strcmp(name.part[name.n - 1], "*") == 0 && previous(p)->kind == FL_TOK_STAR;
    return 0;
}

/* CURRENT_DATE and its like are functions, CURRENT_USER and its like names that no table has. */
static int parse_value_word(fl_parser *p, fl_ast_expr **out) {
    const fl_token *t = peek(p);
    skip(p);
    bool call = fl_keyword_class_of(t->word) == FL_WORD_B && t->word != FL_KW_USER;
    fl_ast_expr *e = *out = fl_ast_expr_new(p, call ? FL_AX_CALL : FL_AX_NAME, t);
    e->no_parens = call;
    e->name = fl_name_one(p, call ? fl_keyword_text(t->word) : fl_token_unquote(p->arena, t).p, t);
    return 0;
}

/* ---- constructors, CASE ---- */

/* case ::= 'CASE' [expr] {'WHEN' expr {',' expr} 'THEN' expr}+ ['ELSE' expr] 'END' */
static int parse_case(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_CASE, first), *value = NULL, *arm;
    int cap = 0;
    skip(p);
    fl_parser_tried_name(p);
    if (fl_begins_expr(peek(p))) {
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &value));
        e->flag = true;
        fl_ast_expr_add_arg(p, e, &cap, value);
    }
    do {
        fl_ast_expr **values = NULL;
        int n = 0;
        FL_TRY(fl_parser_expect_word(p, FL_KW_WHEN));
        FL_TRY(fl_parse_expr_list(p, FL_CTX_SUB_QUERY, &values, &n));
        if (n > 1 && value == NULL) return fl_parser_fail(p, values[1]->pos, FL_ERR_SYNTAX_CASE);
        FL_TRY(fl_parser_expect_word(p, FL_KW_THEN));
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &arm));
        for (int i = 0; i < n; i++) { /* WHEN 1, 2 THEN x is two arms */
            fl_ast_expr_add_arg(p, e, &cap, values[i]);
            fl_ast_expr_add_arg(p, e, &cap, arm);
        }
    } while (is_word(p, FL_KW_WHEN));
    if (accept_word(p, FL_KW_ELSE))
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &arm));
    else
        arm = fl_ast_expr_new(p, FL_AX_NULL, previous(p));
    fl_ast_expr_add_arg(p, e, &cap, arm);
    FL_TRY(fl_parser_expect_word(p, FL_KW_END));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* collection ::= ('ARRAY' | 'MAP' | 'MULTISET') ('[' [expr {',' expr}] ']' | '(' query ')') */
static int parse_collection(fl_parser *p, fl_ast_expr_kind kind, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, kind, first);
    skip(p);
    if (accept(p, FL_TOK_LPAREN)) {
        fl_ast_expr *query;
        FL_TRY(fl_parse_query_or_expr(p, FL_CTX_QUERY, &query));
        e->query = query->query;
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    } else {
        FL_TRY(fl_parser_expect(p, FL_TOK_LBRACKET));
        fl_parser_tried_name(p);
        if (!is(p, FL_TOK_RBRACKET) || kind == FL_AX_MULTISET)
            FL_TRY(fl_parse_expr_list(p, FL_CTX_NON_QUERY, &e->args, &e->n_args));
        if (!is(p, FL_TOK_RBRACKET)) return fl_parser_refuse(p, "',' or ']'");
        skip(p);
    }
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* row ::= 'ROW' '(' expr {',' expr} ')' */
static int parse_row(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_ROW, first);
    int cap = 0;
    skip(p);
    FL_TRY(parse_parenthesised_list(p, ctx, e, &cap));
    e->flag = true;
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* period ::= 'PERIOD' '(' expr ',' expr ')', which is a row of two */
static int parse_period(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_ROW, first), *bound;
    int cap = 0;
    skip(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &bound));
    fl_ast_expr_add_arg(p, e, &cap, bound);
    FL_TRY(fl_parser_expect(p, FL_TOK_COMMA));
    FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &bound));
    fl_ast_expr_add_arg(p, e, &cap, bound);
    FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- operands ---- */

static int parse_operand(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    const fl_token *t = peek(p);
    fl_parser_tried_name(p);
    switch (operand_reach(p, 0)) {
    case 0: return fl_parser_refuse(p, ctx == FL_CTX_QUERY ? "a query" : "an expression");
    case 1: return fl_parser_refuse_at(p, 2, "an expression");
    default: break;
    }
    if (t->kind == FL_TOK_LPAREN) return parse_parenthesised(p, ctx, out);
    if (t->word == FL_KW_ROW) return parse_row(p, ctx, out);
    if (ctx == FL_CTX_QUERY) return refuse_non_query(p, fl_pos_of(p, t));
    if (fl_begins_literal(p)) return fl_parse_literal(p, out);
    if (fl_begins_special_call(p)) return fl_parse_special_call(p, out);
    if (t->word == FL_KW_CASE) return parse_case(p, out);
    if (t->word == FL_KW_PERIOD) return parse_period(p, out);
    if (t->word == FL_KW_ARRAY) return parse_collection(p, FL_AX_ARRAY, out);
    if (t->word == FL_KW_MULTISET) return parse_collection(p, FL_AX_MULTISET, out);
    if (t->word == FL_KW_MAP && (is_at(p, 1, FL_TOK_LBRACKET) || is_at(p, 1, FL_TOK_LPAREN)))
        return parse_collection(p, FL_AX_MAP, out);
    if (is_name_token(t)) return parse_name_or_call(p, out);
    if (is_function_word(t) && is_at(p, 1, FL_TOK_LPAREN)) return fl_parse_named_call(p, out);
    if (is_value_word(t)) return parse_value_word(p, out);
    fl_pos pos = fl_pos_of(p, t);
    switch (t->kind) {
    case FL_TOK_QUESTION: return fl_parser_fail(p, pos, FL_ERR_SYNTAX_PARAMETER);
    case FL_TOK_LBRACE: return fl_parser_fail(p, pos, FL_ERR_SYNTAX_NOT_SUPPORTED, "The JDBC escape '{'");
    default: break;
    }
    switch (t->word) {
    case FL_KW_CURSOR: return fl_parser_fail(p, pos, FL_ERR_SYNTAX_CURSOR);
    case FL_KW_NEXT: return fl_parser_fail(p, pos, FL_ERR_SYNTAX_NOT_SUPPORTED, "NEXT VALUE FOR");
    case FL_KW_NEW:
    case FL_KW_SPECIFIC:
    case FL_KW_RUNNING: return fl_parser_fail(p, pos, FL_ERR_SYNTAX_NOT_SUPPORTED, fl_keyword_text(t->word));
    default: return fl_parser_refuse(p, "an expression");
    }
}

/* field ::= '.' name;  item ::= '[' expr ']' */
static int parse_accesses(fl_parser *p, const fl_token *first, fl_ast_expr **e, int *height) {
    for (;;) {
        if (is(p, FL_TOK_DOT)) {
            if (!is_name_token(peek_at(p, 1))) {
                fl_parser_tried(p, 2);
                return 0;
            }
            skip(p);
            if (is_at(p, 1, FL_TOK_LPAREN))
                return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_NOT_SUPPORTED,
                                      "Calling a method of a value");
            fl_ast_expr *field = fl_ast_expr_new(p, FL_AX_FIELD, first);
            field->text = fl_token_unquote(p->arena, peek(p));
            skip(p);
            field->args = FL_NEW_N(p->arena, fl_ast_expr *, 1);
            field->args[field->n_args++] = *e;
            field->pos = fl_pos_since(p, first);
            *e = field;
        } else if (is(p, FL_TOK_LBRACKET)) {
            if (!operand_follows(p, 1)) return 0;
            fl_ast_expr *index;
            int outer = p->height;
            p->height = 0;
            FL_TRY(fl_parser_enter(p));
            skip(p);
            FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &index));
            if (!is(p, FL_TOK_RBRACKET)) return fl_parser_refuse(p, "an operator or ']'");
            skip(p);
            leave(p);
            *height = FL_MAX(*height, p->height);
            p->height = outer;
            *e = new_op(p, FL_OP_ITEM, first, *e, index);
        } else {
            return 0;
        }
        FL_TRY(fl_parser_height(p, ++*height));
    }
}

int fl_parse_operand(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    int outer = p->height;
    p->height = 0;
    FL_TRY(fl_parser_enter(p));
    FL_TRY(parse_operand(p, ctx, out));
    leave(p);
    p->height = FL_MAX(p->height + 1, outer);
    return 0;
}

/* exists ::= 'EXISTS' '(' query ')' */
static int parse_exists(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *query;
    skip(p);
    fl_parser_tried_name(p);
    if (!is(p, FL_TOK_LPAREN)) return fl_parser_refuse(p, "a query in parentheses");
    FL_TRY(fl_parse_operand(p, FL_CTX_QUERY, &query));
    *out = fl_ast_expr_new(p, FL_AX_EXISTS, first);
    (*out)->query = query->query;
    return 0;
}

/* prefixed ::= {'+' | '-' | 'NOT'} (operand {field | item} | exists) */
static int parse_prefixed(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out, int *height) {
    const fl_token *first = peek(p);
    bool sign = first->kind == FL_TOK_PLUS || first->kind == FL_TOK_MINUS, negation = first->word == FL_KW_NOT;
    bool prefix = sign || negation || first->word == FL_KW_EXISTS || first->word == FL_KW_UNIQUE;
    if (prefix && ctx == FL_CTX_QUERY) return refuse_non_query(p, fl_pos_of(p, first));
    p->height = 0;
    if (!prefix) {
        FL_TRY(fl_parse_operand(p, ctx, out));
        *height = p->height;
        return parse_accesses(p, first, out, height);
    }
    if (first->word == FL_KW_UNIQUE)
        return fl_parser_fail(p, fl_pos_of(p, first), FL_ERR_SYNTAX_NOT_SUPPORTED, "UNIQUE");
    if (first->word == FL_KW_EXISTS) {
        FL_TRY(parse_exists(p, out));
        *height = p->height + 1;
        return 0;
    }
    fl_ast_expr *e;
    FL_TRY(fl_parser_enter(p));
    skip(p);
    FL_TRY(parse_chain(p, ctx, sign ? PREC_SIGN : PREC_NOT, false, &e, height));
    leave(p);
    fl_ast_op op = negation ? FL_OP_NOT : first->kind == FL_TOK_PLUS ? FL_OP_POSITIVE : FL_OP_NEGATE;
    *out = new_op(p, op, first, e, NULL);
    ++*height;
    return 0;
}

/* ---- operators ---- */

typedef struct infix {
    fl_ast_op op;
    int prec;
    int tokens; /* of the operator */
    bool postfix;
} infix;

static bool symbol_infix(const fl_token *t, infix *in) {
    static const struct {
        fl_token_kind kind;
        fl_ast_op op;
        int prec;
    } table[] = {
        {FL_TOK_EQ, FL_OP_EQ, PREC_COMPARE},          {FL_TOK_NE, FL_OP_NE, PREC_COMPARE},
        {FL_TOK_BANG_EQ, FL_OP_NE, PREC_COMPARE},     {FL_TOK_LT, FL_OP_LT, PREC_COMPARE},
        {FL_TOK_LE, FL_OP_LE, PREC_COMPARE},          {FL_TOK_GT, FL_OP_GT, PREC_COMPARE},
        {FL_TOK_GE, FL_OP_GE, PREC_COMPARE},          {FL_TOK_PLUS, FL_OP_PLUS, PREC_ADD},
        {FL_TOK_MINUS, FL_OP_MINUS, PREC_ADD},        {FL_TOK_STAR, FL_OP_TIMES, PREC_MULTIPLY},
        {FL_TOK_SLASH, FL_OP_DIVIDE, PREC_MULTIPLY},  {FL_TOK_PERCENT, FL_OP_MOD, PREC_MULTIPLY},
        {FL_TOK_CONCAT, FL_OP_CONCAT, PREC_MULTIPLY},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(table); i++) {
        if (table[i].kind != t->kind) continue;
        *in = (infix){table[i].op, table[i].prec, 1, false};
        return true;
    }
    return false;
}

/* is ::= 'IS' ['NOT'] ('NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'JSON' [kind] | 'DISTINCT' 'FROM' operand) */
static bool is_infix(fl_parser *p, infix *in) {
    int negated = is_word_at(p, 1, FL_KW_NOT), n = 2 + negated;
    *in = (infix){.prec = PREC_IS, .tokens = n, .postfix = true};
    switch (peek_at(p, n - 1)->word) {
    case FL_KW_NULL: in->op = FL_OP_IS_NULL; break;
    case FL_KW_TRUE: in->op = FL_OP_IS_TRUE; break;
    case FL_KW_FALSE: in->op = FL_OP_IS_FALSE; break;
    case FL_KW_UNKNOWN: in->op = FL_OP_IS_UNKNOWN; break;
    case FL_KW_JSON: in->op = FL_OP_IS_JSON; break;
    case FL_KW_DISTINCT:
        *in = (infix){negated ? FL_OP_IS_NOT_DISTINCT : FL_OP_IS_DISTINCT, PREC_COMPARE, n + 1, false};
        return is_word_at(p, n, FL_KW_FROM);
    default: return false;
    }
    if (negated) in->op++; /* IS_NOT_… stands behind IS_… */
    return true;
}

/* The operator at the current token, if all its words are there. */
static bool find_infix(fl_parser *p, infix *in) {
    const fl_token *t = peek(p);
    bool negated = t->word == FL_KW_NOT;
    if (symbol_infix(t, in)) return true;
    switch (peek_at(p, negated)->word) {
    case FL_KW_OR: *in = (infix){FL_OP_OR, PREC_OR, 1, false}; return !negated;
    case FL_KW_AND: *in = (infix){FL_OP_AND, PREC_AND, 1, false}; return !negated;
    case FL_KW_OVERLAPS: *in = (infix){FL_OP_OVERLAPS, PREC_COMPARE, 1, false}; return !negated;
    case FL_KW_IS: return !negated && is_infix(p, in);
    case FL_KW_BETWEEN: *in = (infix){FL_OP_BETWEEN, PREC_RANGE, 1 + negated, false}; break;
    case FL_KW_LIKE: *in = (infix){FL_OP_LIKE, PREC_RANGE, 1 + negated, false}; break;
    case FL_KW_SIMILAR:
        *in = (infix){FL_OP_SIMILAR, PREC_RANGE, 2 + negated, false};
        if (!is_word_at(p, 1 + negated, FL_KW_TO)) return false;
        break;
    default: return false;
    }
    if (negated) in->op++; /* NOT_LIKE stands behind LIKE, and so do the others */
    return true;
}

/* Operators of the grammar that no function stands behind, neither in Flink nor here. */
static int refuse_strange_operator(fl_parser *p) {
    const fl_token *t = peek(p);
    int negated = t->word == FL_KW_NOT;
    const fl_token *word = peek_at(p, negated), *next = peek_at(p, negated + 1);
    const char *name = NULL, *unsupported = NULL;
    switch (word->word) {
    case FL_KW_ILIKE:
    case FL_KW_RLIKE:
        if (fl_begins_expr(next)) name = fl_keyword_text(word->word);
        break;
    case FL_KW_SUBMULTISET:
        if (next->word == FL_KW_OF) name = "SUBMULTISET OF";
        break;
    case FL_KW_MEMBER:
        if (next->word == FL_KW_OF) name = "MEMBER OF";
        break;
    case FL_KW_MULTISET:
        if (next->word == FL_KW_UNION) name = "MULTISET UNION ALL";
        if (next->word == FL_KW_INTERSECT) name = "MULTISET INTERSECT ALL";
        if (next->word == FL_KW_EXCEPT) name = "MULTISET EXCEPT ALL";
        break;
    case FL_KW_CONTAINS:
    case FL_KW_EQUALS:
    case FL_KW_PRECEDES:
    case FL_KW_SUCCEEDS:
        if (fl_begins_expr(next)) unsupported = fl_keyword_text(word->word);
        break;
    case FL_KW_IMMEDIATELY:
        if (next->word == FL_KW_PRECEDES || next->word == FL_KW_SUCCEEDS) unsupported = "IMMEDIATELY";
        break;
    case FL_KW_FORMAT:
        if (next->word == FL_KW_JSON) unsupported = "FORMAT JSON";
        break;
    case FL_KW_IS: {
        const fl_token *set = next->word == FL_KW_NOT ? next + 1 : next;
        if (set->word == FL_KW_EMPTY) unsupported = "IS EMPTY";
        if (set->word == FL_KW_A && set[1].word == FL_KW_SET) unsupported = "IS A SET";
        break;
    }
    default: break;
    }
    if (unsupported != NULL) return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_NOT_SUPPORTED, unsupported);
    if (name == NULL) return 0;
    return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_NO_SUCH_CALL, name);
}

/* in ::= ['NOT'] 'IN' '(' query_or_expr {',' expr} ')' */
static int parse_in(fl_parser *p, const fl_token *first, fl_ast_expr **lhs) {
    fl_ast_expr *e = fl_ast_expr_new(p, FL_AX_IN, first);
    int cap = 0;
    e->flag = accept_word(p, FL_KW_NOT);
    skip(p);
    fl_ast_expr_add_arg(p, e, &cap, *lhs);
    FL_TRY(parse_parenthesised_list(p, FL_CTX_ANY, e, &cap));
    if (e->n_args == 2 && e->args[1]->kind == FL_AX_SUBQUERY) {
        e->query = e->args[1]->query;
        e->n_args = 1;
    }
    e->pos = fl_pos_since(p, first);
    *lhs = e;
    return 0;
}

/* quantified ::= comparison ('SOME' | 'ANY' | 'ALL') '(' query_or_expr {',' expr} ')' */
static int parse_quantified(fl_parser *p, const fl_token *first, fl_ast_op op, fl_ast_expr **lhs) {
    skip(p);
    bool all = is_word(p, FL_KW_ALL);
    FL_TRY(parse_in(p, first, lhs));
    (*lhs)->kind = FL_AX_QUANTIFIED;
    (*lhs)->op = op;
    (*lhs)->flag = all;
    return 0;
}

/* between ::= ['NOT'] 'BETWEEN' ['SYMMETRIC' | 'ASYMMETRIC'] chain 'AND' chain
 *
 * The lower bound ends at the first AND, whatever it contains. */
static int parse_between(fl_parser *p, const fl_token *first, const infix *in, fl_ast_expr **lhs, int *height) {
    const fl_token *op = peek(p);
    fl_ast_expr *low, *high;
    int h;
    p->at += in->tokens;
    bool symmetric = accept_word(p, FL_KW_SYMMETRIC);
    if (!symmetric) accept_word(p, FL_KW_ASYMMETRIC);
    FL_TRY(fl_parser_enter(p));
    FL_TRY(parse_chain(p, FL_CTX_SUB_QUERY, 0, true, &low, &h));
    leave(p);
    *height = FL_MAX(*height, h);
    if (!is_word(p, FL_KW_AND) || operand_reach(p, 1) < 2)
        return fl_parser_fail(p, fl_pos_of(p, op), FL_ERR_SYNTAX_BETWEEN);
    skip(p);
    FL_TRY(parse_chain(p, FL_CTX_SUB_QUERY, PREC_RANGE + 1, false, &high, &h));
    *height = FL_MAX(*height, h);
    *lhs = new_op(p, (fl_ast_op)(in->op + (symmetric ? FL_OP_BETWEEN_SYM - FL_OP_BETWEEN : 0)), first, *lhs, low);
    (*lhs)->args[2] = high;
    return 0;
}

/* like ::= ['NOT'] ('LIKE' | 'SIMILAR' 'TO') chain ['ESCAPE' chain] */
static int parse_like(fl_parser *p, const fl_token *first, const infix *in, fl_ast_expr **lhs, int *height) {
    fl_ast_expr *pattern, *escape = NULL;
    int h;
    p->at += in->tokens;
    FL_TRY(parse_chain(p, FL_CTX_SUB_QUERY, PREC_RANGE + 1, false, &pattern, &h));
    *height = FL_MAX(*height, h);
    if (is_word(p, FL_KW_ESCAPE) && operand_follows(p, 1)) {
        skip(p);
        FL_TRY(parse_chain(p, FL_CTX_SUB_QUERY, PREC_RANGE + 1, false, &escape, &h));
        *height = FL_MAX(*height, h);
    }
    *lhs = new_op(p, in->op, first, *lhs, pattern);
    (*lhs)->args[2] = escape;
    return 0;
}

/* IS JSON has a kind behind it, the other postfix operators nothing. */
static void finish_postfix(fl_parser *p, const fl_token *first, const infix *in, fl_ast_expr **lhs) {
    fl_ast_expr *kind = NULL;
    p->at += in->tokens;
    if (in->op == FL_OP_IS_JSON || in->op == FL_OP_IS_NOT_JSON) {
        const fl_token *t = peek(p);
        bool given =
            t->word == FL_KW_VALUE || t->word == FL_KW_SCALAR || t->word == FL_KW_ARRAY || t->word == FL_KW_OBJECT;
        if (given) skip(p);
        kind = fl_ast_expr_symbol(p, given ? fl_keyword_text(t->word) : "VALUE", given ? t : previous(p));
    }
    *lhs = new_op(p, in->op, first, *lhs, kind);
}

/* IS NOT … and IS DISTINCT … that go on wrongly: there is no way back from them. */
static int refuse_is(fl_parser *p) {
    if (are_words(p, FL_KW_IS, FL_KW_DISTINCT)) {
        skip(p);
        return fl_parser_refuse_at(p, 2, "DISTINCT FROM");
    }
    if (!accept_words(p, FL_KW_IS, FL_KW_NOT)) return 0;
    if (accept_word(p, FL_KW_DISTINCT)) return fl_parser_refuse(p, "FROM");
    return fl_parser_refuse(p, "NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM");
}

static int refuse_bang(fl_parser *p) { return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_BANG); }

static bool begins_in(const fl_parser *p) { return is_word(p, FL_KW_IN) || are_words(p, FL_KW_NOT, FL_KW_IN); }

/* SOME, ANY or ALL behind a comparison. */
static bool begins_quantified(const fl_parser *p, const infix *in) {
    const fl_token *t = peek_at(p, 1);
    return in->prec == PREC_COMPARE && is_at(p, 2, FL_TOK_LPAREN) &&
           (t->word == FL_KW_SOME || t->word == FL_KW_ANY || t->word == FL_KW_ALL);
}

/* Where no operator stands, one may have begun. */
static int end_of_chain(fl_parser *p) {
    FL_TRY(refuse_strange_operator(p));
    if (is_word(p, FL_KW_IS)) FL_TRY(refuse_is(p));
    if (is_word(p, FL_KW_IS) || is_word(p, FL_KW_NOT) || is_word(p, FL_KW_IN)) fl_parser_tried(p, 2);
    return 0;
}

/* One operator and what follows it, if it binds at least as tightly as `min`; *lhs becomes the whole. 1, or 0 where the
 * chain ends. */
static int parse_infix(fl_parser *p, const fl_token *first, int min, bool stop_at_and, fl_ast_expr **lhs, int *height) {
    infix in;
    int right = 0;
    p->height = 0;
    if (begins_in(p) && min <= PREC_RANGE) {
        if (is_word(p, FL_KW_IN) && !is_at(p, 1, FL_TOK_LPAREN)) return end_of_chain(p);
        FL_TRY(parse_in(p, first, lhs));
        right = p->height;
    } else if (!find_infix(p, &in)) {
        return end_of_chain(p);
    } else if (in.prec < min || (stop_at_and && in.op == FL_OP_AND)) {
        return 0;
    } else if (in.postfix) {
        finish_postfix(p, first, &in, lhs);
    } else if (begins_quantified(p, &in)) {
        if (is(p, FL_TOK_BANG_EQ)) return refuse_bang(p);
        FL_TRY(parse_quantified(p, first, in.op, lhs));
        right = p->height;
    } else if (in.op >= FL_OP_BETWEEN && in.op <= FL_OP_NOT_BETWEEN) {
        FL_TRY(parse_between(p, first, &in, lhs, height));
    } else if (!operand_follows(p, in.tokens)) {
        return 0;
    } else if (in.op >= FL_OP_LIKE && in.op <= FL_OP_NOT_SIMILAR) {
        FL_TRY(parse_like(p, first, &in, lhs, height));
    } else {
        fl_ast_expr *rhs;
        if (is(p, FL_TOK_BANG_EQ)) return refuse_bang(p);
        p->at += in.tokens;
        FL_TRY(parse_chain(p, FL_CTX_SUB_QUERY, in.prec + 1, stop_at_and, &rhs, &right));
        *lhs = new_op(p, in.op, first, *lhs, rhs);
    }
    *height = FL_MAX(*height, right) + 1;
    return 1;
}

/* chain ::= prefixed {operator prefixed}, as far as the operators bind at least as tightly as `min` */
static int parse_chain(fl_parser *p, fl_ast_context ctx, int min, bool stop_at_and, fl_ast_expr **out, int *height) {
    const fl_token *first = peek(p);
    FL_TRY(parse_prefixed(p, ctx, out, height));
    for (;;) {
        int more = parse_infix(p, first, min, stop_at_and, out, height);
        if (more <= 0) return more;
        FL_TRY(fl_parser_height(p, *height));
        if (ctx == FL_CTX_QUERY) return refuse_non_query(p, (*out)->pos);
    }
}

/* expr ::= chain */
int fl_parse_expr(fl_parser *p, fl_ast_context ctx, fl_ast_expr **out) {
    int outer = p->height, height;
    p->height = 0;
    FL_TRY(parse_chain(p, ctx, 0, false, out, &height));
    p->height = outer;
    return fl_parser_height(p, height);
}

int fl_parse_expr_list(fl_parser *p, fl_ast_context ctx, fl_ast_expr ***out, int *n) {
    int cap = 0;
    for (;;) {
        fl_ast_expr *e;
        FL_TRY(fl_parse_expr(p, ctx, &e));
        FL_PUSH(p->arena, *out, *n, cap, e);
        if (!is(p, FL_TOK_COMMA)) return 0;
        if (!fl_begins_expr(peek_at(p, 1))) {
            fl_parser_tried(p, 2);
            return 0;
        }
        skip(p);
        ctx = FL_CTX_SUB_QUERY;
    }
}
