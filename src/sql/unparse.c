/* SPDX-License-Identifier: Apache-2.0 */
/* unparse.c -- trees back to text, in the form that Flink stores and shows: DESCRIBE, SHOW CREATE VIEW.
 *
 * What:       names in backticks, keywords in capitals, one line for each clause of a query, parentheses where the
 *             tree would be another one without them. What is printed can be parsed, and prints the same again.
 * Precedence: each expression is printed for a place with two numbers, how tightly its neighbours on the left and on
 *             the right bind, and has parentheses if it binds less. 0 is no neighbour. The numbers are those of
 *             parse_expr.c; an operator that goes from left to right counts one more on its right side. Freedom:
 *             where Flink's own form could not be read back, ours can be: a partitioned table argument with two keys,
 *             a set operation in WITH, an element of a sum.
 */
#include "sql/parser_int.h"

#include "base/bytes.h"

const char *const fl_ast_op_text[] = {
#define FL_X(op, text, n) text,
    FL_AST_OPS(FL_X)
#undef FL_X
};

enum {
    PREC_SUFFIXED_CALL = 20, /* f(x) OVER w, and others with words behind them */
    PREC_CALL = 100,
    PREC_ACCESS = 99, /* what is before [ ] and . */
};

static void put_expr(fl_buf *out, const fl_ast_expr *e, int left, int right);
static void put_query(fl_buf *out, const fl_ast_query *q);

/* ---- names, texts, numbers ---- */

static void put_name(fl_buf *out, const fl_name *name, bool star) {
    for (int i = 0; i < name->n; i++) {
        if (i > 0) fl_buf_putc(out, '.');
        if (star && i == name->n - 1)
            fl_buf_putc(out, '*');
        else
            fl_quote_name(out, name->part[i]);
    }
}

/* (`a`, `b`) */
static void put_names(fl_buf *out, const char *const *names, int n) {
    fl_buf_putc(out, '(');
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, names[i]);
    }
    fl_buf_putc(out, ')');
}

void fl_sql_print_string(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') fl_buf_putc(out, '\'');
        fl_buf_putc(out, s.p[i]);
    }
    fl_buf_putc(out, '\'');
}

static void put_utf16(fl_buf *out, uint32_t cp) {
    if (cp > 0xffff)
        fl_buf_printf(out, "\\%04x\\%04x", 0xd7c0 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
    else
        fl_buf_printf(out, "\\%04x", cp);
}

/* A literal: plain ASCII, or u&'\00e9'. */
static void put_text_literal(fl_buf *out, fl_str s) {
    bool plain = true;
    for (size_t i = 0; i < s.n; i++) plain &= (unsigned char)s.p[i] < 0x80;
    if (plain) {
        fl_sql_print_string(out, s);
        return;
    }
    fl_buf_puts(out, "u&'");
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (cp == '\'' || cp == '\\') fl_buf_putc(out, (char)cp);
        if (cp < 32 || cp >= 128)
            put_utf16(out, cp);
        else
            fl_buf_putc(out, (char)cp);
    }
    fl_buf_putc(out, '\'');
}

/* .5 is 0.5, 1. is 1, 00.10 is 0.10. */
static void put_exact(fl_buf *out, fl_str text) {
    const char *point = memchr(text.p, '.', text.n);
    size_t whole = point != NULL ? (size_t)(point - text.p) : text.n, zeros = 0;
    while (zeros < whole && text.p[zeros] == '0') zeros++;
    if (zeros == whole)
        fl_buf_putc(out, '0');
    else
        fl_buf_put(out, text.p + zeros, whole - zeros);
    if (whole + 1 < text.n) fl_buf_put(out, text.p + whole, text.n - whole);
}

/* One digit, then the others as a fraction: 15e9 is 1.5E10. */
static void put_approximate(fl_buf *out, fl_str text) {
    enum { EXPONENT_MAX = 1000000000 };
    int significant = 0, fraction = 0, exponent = 0, trailing_zeros = 0;
    size_t e = 0, i;
    bool point = false;
    for (; text.p[e] != 'e' && text.p[e] != 'E'; e++) {
        point |= text.p[e] == '.';
        if (text.p[e] == '.') continue;
        fraction += point;
        significant += significant > 0 || text.p[e] != '0';
        trailing_zeros = text.p[e] == '0' ? trailing_zeros + 1 : 0;
    }
    bool negative = text.p[e + 1] == '-';
    for (i = e + 1 + (negative || text.p[e + 1] == '+'); i < text.n; i++)
        exponent = FL_MIN((int64_t)exponent * 10 + (text.p[i] - '0'), (int64_t)EXPONENT_MAX);
    if (negative) exponent = -exponent;
    bool zero = significant == 0;
    int n = 0, last = fraction == exponent ? significant - FL_MIN(trailing_zeros, significant) : significant;
    if (zero) fl_buf_putc(out, '0');
    for (i = 0; i < e && n < last; i++) {
        if (text.p[i] == '.' || (n == 0 && text.p[i] == '0')) continue;
        if (n == 1) fl_buf_putc(out, '.');
        fl_buf_putc(out, text.p[i]);
        n++;
    }
    exponent += FL_MAX(significant, 1) - fraction - 1;
    fl_buf_printf(out, "E%d", FL_MAX(-EXPONENT_MAX, FL_MIN(EXPONENT_MAX, exponent)));
}

static void put_number(fl_buf *out, fl_str text) {
    bool approximate = memchr(text.p, 'e', text.n) != NULL || memchr(text.p, 'E', text.n) != NULL;
    if (approximate)
        put_approximate(out, text);
    else
        put_exact(out, text);
}

/* ---- types and intervals ---- */

/* Words of types that Flink prints otherwise than they may be written; NULL: nothing is printed. */
static const char *type_word(const fl_token *t) {
    switch (t->word) {
    case FL_KW_INT: return "INTEGER";
    case FL_KW_DEC:
    case FL_KW_NUMERIC: return "DECIMAL";
    case FL_KW_CHARACTER: return t[1].word == FL_KW_VARYING ? "VARCHAR" : "CHAR";
    case FL_KW_CHAR: return t[1].word == FL_KW_VARYING ? "VARCHAR" : "CHAR";
    case FL_KW_BINARY: return t[1].word == FL_KW_VARYING ? "VARBINARY" : "BINARY";
    case FL_KW_PRECISION:
    case FL_KW_VARYING:
    case FL_KW_WITHOUT: return NULL;
    case FL_KW_TIME:
    case FL_KW_ZONE: /* WITHOUT TIME ZONE */
        return t[-1].word == FL_KW_WITHOUT || t[-2].word == FL_KW_WITHOUT ? NULL : fl_keyword_text(t->word);
    default: return fl_keyword_text(t->word);
    }
}

/* True if no blank stands between t[-1] and t[0]. */
static bool sticks(const fl_token *t) {
    switch (t->kind) {
    case FL_TOK_LPAREN:
    case FL_TOK_RPAREN:
    case FL_TOK_COMMA:
    case FL_TOK_LT:
    case FL_TOK_NE: /* ROW<> */
    case FL_TOK_DOT: return true;
    default: return t[-1].kind == FL_TOK_END || t[-1].kind == FL_TOK_LPAREN || t[-1].kind == FL_TOK_DOT;
    }
}

/* A type as it was written, with its words in capitals and the names of fields in backticks. */
static void put_type(fl_buf *out, fl_str text) {
    enum { AROUND = 2, NESTING_MAX = 4 * FL_TYPE_DEPTH_MAX };
    fl_token window[2 * AROUND + 1] = {0}, *t = &window[AROUND]; /* two tokens before, the current one, two behind it */
    bool in_row[NESTING_MAX] = {false};                          /* for each bracket around t */
    int depth = 0;
    fl_lexer lx;
    fl_arena a;
    fl_lexer_init(&lx, text);
    fl_arena_init(&a);
    for (int i = 0; i <= AROUND; i++) t[i] = fl_lexer_next(&lx);
    while (t->kind != FL_TOK_END) {
        bool field =
            in_row[depth] && (t[-1].kind == FL_TOK_LT || t[-1].kind == FL_TOK_LPAREN || t[-1].kind == FL_TOK_COMMA);
        bool variant = t->kind == FL_TOK_WORD && !field && fl_str_iis(t->text, "VARIANT"); /* no word of 1.20 */
        bool name =
            t->kind == FL_TOK_NAME || (t->kind == FL_TOK_WORD && (field || (t->word == FL_NO_KEYWORD && !variant)));
        const char *word = variant ? "VARIANT" : t->kind == FL_TOK_WORD && !name ? type_word(t) : NULL;
        if (t->kind != FL_TOK_WORD || name || word != NULL) {
            if (!sticks(t)) fl_buf_putc(out, ' ');
            if (name)
                fl_quote_name(out, fl_token_unquote(&a, t).p);
            else if (word != NULL)
                fl_buf_puts(out, word);
            else
                fl_buf_put_str(out, t->text);
        }
        if (t->kind == FL_TOK_LT || t->kind == FL_TOK_LPAREN) {
            fl_assert(depth + 1 < NESTING_MAX);
            in_row[++depth] = t[-1].word == FL_KW_ROW;
        } else if (t->kind == FL_TOK_GT || t->kind == FL_TOK_RPAREN) {
            depth -= depth > 0;
        }
        memmove(window, window + 1, sizeof window - sizeof window[0]);
        t[AROUND] = fl_lexer_next(&lx);
    }
    fl_arena_deinit(&a);
}

static void put_qualifier(fl_buf *out, const fl_interval_qualifier *q) {
    fl_buf_puts(out, fl_time_unit_name[q->from]);
    bool fraction = q->fraction_precision >= 0 && q->to == FL_UNIT_NONE;
    if (q->precision >= 0) {
        fl_buf_printf(out, "(%d", q->precision);
        if (fraction) fl_buf_printf(out, ", %d", q->fraction_precision);
        fl_buf_putc(out, ')');
    }
    if (q->to == FL_UNIT_NONE) return;
    fl_buf_printf(out, " TO %s", fl_time_unit_name[q->to]);
    if (q->fraction_precision >= 0) fl_buf_printf(out, "(%d)", q->fraction_precision);
}

/* INTERVAL '1' DAY; what is computed stands in parentheses: (INTERVAL `a` DAY). */
static void put_interval(fl_buf *out, const fl_ast_expr *e) {
    bool computed = e->n_args > 0;
    if (computed) fl_buf_putc(out, '(');
    fl_buf_puts(out, "INTERVAL ");
    if (e->flag) fl_buf_puts(out, computed ? "- " : "-");
    if (!computed) {
        fl_sql_print_string(out, e->text);
    } else if (e->args[0]->kind == FL_AX_NUMBER || e->args[0]->kind == FL_AX_NAME) {
        put_expr(out, e->args[0], 0, 0);
    } else {
        fl_buf_putc(out, '(');
        put_expr(out, e->args[0], 0, 0);
        fl_buf_putc(out, ')');
    }
    fl_buf_putc(out, ' ');
    put_qualifier(out, &e->interval);
    if (computed) fl_buf_putc(out, ')');
}

/* ---- lists ---- */

static void put_exprs(fl_buf *out, fl_ast_expr *const *list, int n) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        put_expr(out, list[i], 0, 0);
    }
}

static void put_order_items(fl_buf *out, const fl_ast_order *items, int n) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        put_expr(out, items[i].expr, 0, 0);
        if (items[i].descending) fl_buf_puts(out, " DESC");
        if (items[i].nulls != FL_NULLS_DEFAULT)
            fl_buf_puts(out, items[i].nulls == FL_NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST");
    }
}

/* ---- operators ---- */

typedef struct binding {
    int left, right;
} binding;

static binding binding_of(const fl_ast_expr *e) {
    switch (e->kind) {
    case FL_AX_IN: return (binding){32, 33};
    case FL_AX_QUANTIFIED: return (binding){30, 31};
    case FL_AX_EXISTS: return (binding){40, 41};
    case FL_AX_CALL:
        if (e->over != NULL || e->filter != NULL || e->null_treatment != FL_NULLS_AS_EVER)
            return (binding){PREC_SUFFIXED_CALL, PREC_SUFFIXED_CALL + 1};
        return (binding){PREC_CALL, PREC_CALL};
    case FL_AX_OP: break;
    case FL_AX_CAST: return (binding){PREC_CALL, PREC_CALL};
    default: return (binding){1000, 1000};
    }
    int prec;
    switch (e->op) {
    case FL_OP_OR: prec = 22; break;
    case FL_OP_AND: prec = 24; break;
    case FL_OP_NOT: prec = 26; break;
    case FL_OP_PLUS:
    case FL_OP_MINUS:
    case FL_OP_MINUS_DATE: prec = 40; break;
    case FL_OP_TIMES:
    case FL_OP_DIVIDE:
    case FL_OP_MOD:
    case FL_OP_CONCAT: prec = 60; break;
    case FL_OP_NEGATE:
    case FL_OP_POSITIVE: prec = 80; break;
    case FL_OP_ITEM: prec = 100; break;
    default:
        if (e->op >= FL_OP_BETWEEN && e->op <= FL_OP_NOT_SIMILAR)
            prec = 32;
        else if (e->op == FL_OP_IS_DISTINCT || e->op == FL_OP_IS_NOT_DISTINCT || e->op == FL_OP_OVERLAPS)
            prec = 30;
        else
            prec = e->op >= FL_OP_IS_NULL && e->op <= FL_OP_IS_NOT_JSON ? 28 : 30;
    }
    return (binding){prec, prec + 1};
}

static bool is_zero(fl_str number) {
    size_t n = 0;
    while (n < number.n && (number.p[n] == '0' || number.p[n] == '.')) n++;
    return n >= number.n || number.p[n] == 'e' || number.p[n] == 'E';
}

/* A number with signs before it is one literal. NULL if `e` is none; *negative says which sign remains. */
static const fl_ast_expr *signed_number(const fl_ast_expr *e, bool *negative) {
    for (*negative = false; e->kind == FL_AX_OP && (e->op == FL_OP_NEGATE || e->op == FL_OP_POSITIVE); e = e->args[0])
        *negative ^= e->op == FL_OP_NEGATE;
    return e->kind == FL_AX_NUMBER ? e : NULL;
}

/* True if an AND in `e` could be taken for the one of a BETWEEN around it. */
static bool has_loose_and(const fl_ast_expr *e) {
    if (e->kind != FL_AX_OP)
        return e->kind == FL_AX_IN || e->kind == FL_AX_QUANTIFIED ? has_loose_and(e->args[0]) : false;
    if (e->op == FL_OP_AND || (e->op >= FL_OP_BETWEEN && e->op <= FL_OP_NOT_BETWEEN_SYM)) return true;
    if (e->op == FL_OP_ITEM || e->op == FL_OP_MINUS_DATE) return false;
    for (int i = 0; i < e->n_args; i++)
        if (e->args[i] != NULL && has_loose_and(e->args[i])) return true;
    return false;
}

static void put_period(fl_buf *out, const fl_ast_expr *e, int left, int right) {
    if (e->kind != FL_AX_ROW || e->n_args != 2) {
        put_expr(out, e, left, right);
        return;
    }
    fl_buf_puts(out, "PERIOD (");
    put_exprs(out, e->args, 2);
    fl_buf_putc(out, ')');
}

/* What stands before .`a` or [1], in parentheses if it must. */
static void put_accessed(fl_buf *out, const fl_ast_expr *e, bool parentheses, int left) {
    if (parentheses) fl_buf_putc(out, '(');
    put_expr(out, e, left, PREC_ACCESS);
    if (parentheses) fl_buf_putc(out, ')');
}

static void put_op(fl_buf *out, const fl_ast_expr *e, int left, int right) {
    fl_ast_expr *const *a = e->args;
    binding b = binding_of(e);
    bool negative;
    switch (e->op) {
    case FL_OP_NOT:
    case FL_OP_NEGATE:
    case FL_OP_POSITIVE:
        fl_buf_printf(out, "%s ", fl_ast_op_text[e->op]);
        put_expr(out, a[0], b.left, b.right);
        return;
    case FL_OP_IS_JSON:
    case FL_OP_IS_NOT_JSON:
        put_expr(out, a[0], b.left, b.right);
        fl_buf_printf(out, " %s ", fl_ast_op_text[e->op]);
        fl_buf_put_str(out, a[1]->text);
        return;
    case FL_OP_BETWEEN:
    case FL_OP_NOT_BETWEEN:
    case FL_OP_BETWEEN_SYM:
    case FL_OP_NOT_BETWEEN_SYM: {
        int low = has_loose_and(a[1]) ? PREC_CALL : 0;
        put_expr(out, a[0], b.left, 0);
        fl_buf_printf(out, " %s ", fl_ast_op_text[e->op]);
        if (e->op <= FL_OP_NOT_BETWEEN) fl_buf_puts(out, "ASYMMETRIC ");
        put_expr(out, a[1], low, low);
        fl_buf_puts(out, " AND ");
        put_expr(out, a[2], 0, b.right);
        return;
    }
    case FL_OP_LIKE:
    case FL_OP_NOT_LIKE:
    case FL_OP_SIMILAR:
    case FL_OP_NOT_SIMILAR:
        put_expr(out, a[0], b.left, b.right);
        fl_buf_printf(out, " %s ", fl_ast_op_text[e->op]);
        put_expr(out, a[1], b.left, b.right);
        if (a[2] == NULL) return;
        fl_buf_puts(out, " ESCAPE ");
        put_expr(out, a[2], b.left, b.right);
        return;
    case FL_OP_ITEM:
        put_accessed(out, a[0], signed_number(a[0], &negative) != NULL && negative, left);
        fl_buf_putc(out, '[');
        put_expr(out, a[1], 0, 0);
        fl_buf_putc(out, ']');
        return;
    case FL_OP_MINUS_DATE:
        fl_buf_putc(out, '(');
        put_expr(out, a[0], 0, 40);
        fl_buf_puts(out, " - ");
        put_expr(out, a[1], 41, 0);
        fl_buf_puts(out, ") ");
        put_qualifier(out, &e->interval);
        return;
    case FL_OP_OVERLAPS:
        put_period(out, a[0], left, b.left);
        fl_buf_puts(out, " OVERLAPS ");
        put_period(out, a[1], b.right, right);
        return;
    default: break;
    }
    if (e->n_args == 1) { /* IS NULL and the like */
        put_expr(out, a[0], b.left, b.right);
        fl_buf_printf(out, " %s", fl_ast_op_text[e->op]);
        return;
    }
    put_expr(out, a[0], left, b.left);
    fl_buf_printf(out, " %s ", fl_ast_op_text[e->op]);
    put_expr(out, a[1], b.right, right);
}

/* ---- calls ---- */

static void put_window(fl_buf *out, const fl_ast_window *w);

static bool is_symbol(const fl_ast_expr *e, int arg) { return e->n_args > arg && e->args[arg]->kind == FL_AX_SYMBOL; }

/* Arguments with words between them. False: the call has none. */
static bool put_worded_arguments(fl_buf *out, const fl_ast_expr *e, const char *name) {
    static const char *const position[] = {"", " IN ", " FROM "},
                             *const overlay[] = {"", " PLACING ", " FROM ", " FOR "},
                             *const trim[] = {"", " ", " FROM "}, *const extract[] = {"", " FROM "},
                             *const round[] = {"", " TO "}, *const using[] = {"", " USING "};
    const char *const *words;
    if (strcmp(name, "POSITION") == 0 && e->n_args <= 3)
        words = position;
    else if (strcmp(name, "OVERLAY") == 0 && e->n_args <= 4)
        words = overlay;
    else if (strcmp(name, "TRIM") == 0 && e->n_args == 3 && is_symbol(e, 0))
        words = trim;
    else if (strcmp(name, "EXTRACT") == 0 && e->n_args == 2 && is_symbol(e, 0))
        words = extract;
    else if ((strcmp(name, "FLOOR") == 0 || strcmp(name, "CEIL") == 0) && e->n_args == 2 && is_symbol(e, 1))
        words = round;
    else if ((strcmp(name, "CONVERT") == 0 || strcmp(name, "TRANSLATE") == 0) && e->n_args == 2 && is_symbol(e, 1))
        words = using;
    else
        return false;
    for (int i = 0; i < e->n_args; i++) {
        int right = i > 0 ? 0 : words == position ? PREC_ACCESS : words == round ? PREC_CALL : 0;
        fl_buf_puts(out, words[i]);
        if (words == using && i == 1)
            fl_quote_name(out, e->args[i]->text.p);
        else
            put_expr(out, e->args[i], 0, right);
    }
    return true;
}

static void put_json_behaviours(fl_buf *out, const fl_ast_expr *e, int from) {
    for (int i = from; i < e->n_args; i++) {
        const fl_ast_expr *a = e->args[i];
        fl_buf_putc(out, ' ');
        if (a->kind == FL_AX_TYPE) fl_buf_puts(out, "RETURNING ");
        if (a->kind == FL_AX_SYMBOL && fl_str_starts(a->text, "DEFAULT ") && i + 1 < e->n_args) {
            fl_buf_puts(out, "DEFAULT ");
            put_expr(out, e->args[++i], 0, 0);
            fl_buf_put(out, a->text.p + 7, a->text.n - 7);
        } else {
            put_expr(out, a, 0, 0);
        }
    }
}

/* JSON_…: members first, then words. False: the call is none of them. */
static bool put_json_arguments(fl_buf *out, const fl_ast_expr *e, const char *name) {
    bool keyed = strcmp(name, "JSON_OBJECT") == 0 || strcmp(name, "JSON_OBJECTAGG") == 0;
    bool listed = strcmp(name, "JSON_ARRAY") == 0 || strcmp(name, "JSON_ARRAYAGG") == 0;
    if ((keyed || listed) && is_symbol(e, 0)) {
        for (int i = 1; i < e->n_args; i++) {
            bool key = keyed && i % 2 == 1;
            if (i > 1) fl_buf_puts(out, keyed && !key ? " VALUE " : ", ");
            size_t at = out->n;
            if (key) fl_buf_puts(out, "KEY ");
            put_expr(out, e->args[i], 0, 0);
            if (!key || strchr("+-(", out->p[at + 4]) == NULL) continue;
            memmove(out->p + at, out->p + at + 4, out->n - at - 4); /* KEY would be read as the name of a column */
            out->n -= 4;
        }
        if (e->order_inside) {
            fl_buf_puts(out, " ORDER BY ");
            put_order_items(out, e->within, e->n_within);
        }
        if (e->n_args > 1) fl_buf_putc(out, ' ');
        put_expr(out, e->args[0], 0, 0);
        return true;
    }
    if (strcmp(name, "JSON_EXISTS") != 0 && strcmp(name, "JSON_VALUE") != 0 && strcmp(name, "JSON_QUERY") != 0)
        return false;
    put_exprs(out, e->args, FL_MIN(e->n_args, 2));
    put_json_behaviours(out, e, 2);
    if (strcmp(name, "JSON_EXISTS") == 0 && e->n_args > 2) fl_buf_puts(out, " ON ERROR");
    return true;
}

static bool is_list_aggregate(const char *name) {
    fl_str n = fl_str_from(name);
    return fl_str_iis(n, "ARRAY_AGG") || fl_str_iis(n, "ARRAY_CONCAT_AGG") || fl_str_iis(n, "GROUP_CONCAT") ||
           fl_str_iis(n, "STRING_AGG");
}

/* A function of one part needs backticks only where its name could not be read without. */
static void put_function_name(fl_buf *out, const fl_ast_expr *call) {
    const fl_name *name = &call->name;
    fl_str one = fl_str_from(name->part[0]);
    fl_keyword word = fl_keyword_find(one);
    fl_keyword_class c = fl_keyword_class_of(word);
    bool special = c == FL_WORD_R && !call->flag; /* EXTRACT has a grammar of its own, `EXTRACT` has none */
    bool readable = word == FL_NO_KEYWORD || c == FL_WORD_N || c == FL_WORD_F || c == FL_WORD_B || special;
    if (name->n == 1 && fl_is_plain_name(one) && readable)
        fl_buf_put_str(out, one);
    else
        put_name(out, name, false);
}

static void put_call(fl_buf *out, const fl_ast_expr *e) {
    const char *name = e->name.n == 1 ? e->name.part[0] : "";
    put_function_name(out, e);
    if (e->no_parens) return;
    bool inside = e->order_inside && is_list_aggregate(name);
    fl_buf_putc(out, '(');
    if (e->star) fl_buf_putc(out, '*');
    if (e->distinct) fl_buf_puts(out, "DISTINCT ");
    if (!put_worded_arguments(out, e, name) && !put_json_arguments(out, e, name)) put_exprs(out, e->args, e->n_args);
    if (inside) {
        fl_buf_puts(out, " ORDER BY ");
        put_order_items(out, e->within, e->n_within);
    }
    fl_buf_putc(out, ')');
    if (e->null_treatment != FL_NULLS_AS_EVER)
        fl_buf_puts(out, e->null_treatment == FL_RESPECT_NULLS ? " RESPECT NULLS" : " IGNORE NULLS");
    if (e->n_within > 0 && !e->order_inside) {
        fl_buf_puts(out, " WITHIN GROUP (ORDER BY ");
        put_order_items(out, e->within, e->n_within);
        fl_buf_putc(out, ')');
    }
    if (e->filter != NULL) {
        fl_buf_puts(out, " FILTER (WHERE ");
        put_expr(out, e->filter, 0, 0);
        fl_buf_putc(out, ')');
    }
    if (e->over != NULL) {
        fl_buf_puts(out, " OVER ");
        if (e->over->name != NULL)
            fl_quote_name(out, e->over->name);
        else
            put_window(out, e->over);
    }
}

static void put_bound(fl_buf *out, const fl_frame_bound *b) {
    switch (b->kind) {
    case FL_FRAME_UNBOUNDED_PRECEDING: fl_buf_puts(out, "UNBOUNDED PRECEDING"); return;
    case FL_FRAME_UNBOUNDED_FOLLOWING: fl_buf_puts(out, "UNBOUNDED FOLLOWING"); return;
    case FL_FRAME_CURRENT_ROW: fl_buf_puts(out, "CURRENT ROW"); return;
    case FL_FRAME_PRECEDING:
    case FL_FRAME_FOLLOWING: put_expr(out, b->offset, 0, 0);
    }
    fl_buf_puts(out, b->kind == FL_FRAME_PRECEDING ? " PRECEDING" : " FOLLOWING");
}

static void put_window(fl_buf *out, const fl_ast_window *w) {
    const char *sep = "(";
    if (w->base != NULL) {
        fl_buf_puts(out, sep);
        fl_quote_name(out, w->base);
        sep = " ";
    }
    if (w->n_partition > 0) {
        fl_buf_printf(out, "%sPARTITION BY ", sep);
        put_exprs(out, w->partition, w->n_partition);
        sep = " ";
    }
    if (w->n_order > 0) {
        fl_buf_printf(out, "%sORDER BY ", sep);
        put_order_items(out, w->order, w->n_order);
        sep = " ";
    }
    if (w->has_frame) {
        fl_buf_printf(out, "%s%s BETWEEN ", sep, w->rows ? "ROWS" : "RANGE");
        put_bound(out, &w->start);
        fl_buf_puts(out, " AND ");
        put_bound(out, &w->end);
        sep = " ";
    }
    fl_buf_puts(out, sep[0] == '(' ? "()" : ")");
}

/* ---- expressions ---- */

/* CASE x WHEN 1 … WHEN 2, 3 is CASE WHEN x = 1 … WHEN x IN (2, 3), as Flink has it. Returns how many arms that took. */
static int put_simple_when(fl_buf *out, const fl_ast_expr *e, int arm) {
    int n = 1;
    while (arm + 2 * n + 1 < e->n_args && e->args[arm + 2 * n + 1] == e->args[arm + 1]) n++;
    put_expr(out, e->args[0], 0, n > 1 ? 32 : 30);
    fl_buf_puts(out, n > 1 ? " IN (" : " = ");
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        put_expr(out, e->args[arm + 2 * i], n > 1 ? 0 : 31, 0);
    }
    if (n > 1) fl_buf_putc(out, ')');
    return n;
}

static void put_case(fl_buf *out, const fl_ast_expr *e) {
    int arm = e->flag;
    fl_buf_puts(out, "CASE");
    while (arm + 1 < e->n_args) {
        int n = 1;
        fl_buf_puts(out, " WHEN ");
        if (e->flag)
            n = put_simple_when(out, e, arm);
        else
            put_expr(out, e->args[arm], 0, 0);
        fl_buf_puts(out, " THEN ");
        put_expr(out, e->args[arm + 1], 0, 0);
        arm += 2 * n;
    }
    fl_buf_puts(out, " ELSE ");
    put_expr(out, e->args[arm], 0, 0);
    fl_buf_puts(out, " END");
}

static void put_subquery(fl_buf *out, const fl_ast_query *q) {
    fl_buf_putc(out, '(');
    put_query(out, q);
    fl_buf_putc(out, ')');
}

/* `a` IN (…), `a` > ALL (…) */
static void put_in(fl_buf *out, const fl_ast_expr *e, int left) {
    put_expr(out, e->args[0], left, binding_of(e).left);
    if (e->kind == FL_AX_IN)
        fl_buf_puts(out, e->flag ? " NOT IN " : " IN ");
    else
        fl_buf_printf(out, " %s %s ", fl_ast_op_text[e->op], e->flag ? "ALL" : "SOME");
    if (e->query != NULL) {
        put_subquery(out, e->query);
        return;
    }
    fl_buf_putc(out, '(');
    put_exprs(out, e->args + 1, e->n_args - 1);
    fl_buf_putc(out, ')');
}

static void put_collection(fl_buf *out, const fl_ast_expr *e, const char *word) {
    fl_buf_puts(out, word);
    if (e->query != NULL) {
        put_subquery(out, e->query);
        return;
    }
    fl_buf_putc(out, '[');
    put_exprs(out, e->args, e->n_args);
    fl_buf_putc(out, ']');
}

static void put_table_argument(fl_buf *out, const fl_ast_expr *e) {
    if (e->query != NULL) {
        put_subquery(out, e->query);
    } else {
        fl_buf_puts(out, "TABLE ");
        put_name(out, &e->name, false);
    }
    if (e->n_args > 0) {
        fl_buf_puts(out, e->n_args > 1 ? " PARTITION BY (" : " PARTITION BY ");
        put_exprs(out, e->args, e->n_args);
        if (e->n_args > 1) fl_buf_putc(out, ')');
    }
    if (e->n_within > 0) {
        fl_buf_puts(out, e->n_within > 1 ? " ORDER BY (" : " ORDER BY ");
        put_order_items(out, e->within, e->n_within);
        if (e->n_within > 1) fl_buf_putc(out, ')');
    }
}

static void put_bytes(fl_buf *out, fl_str bytes) {
    fl_buf_puts(out, "X'");
    fl_put_hex(fl_buf_reserve(out, 2 * bytes.n), bytes.p, bytes.n, 'A');
    out->n += 2 * bytes.n;
    fl_buf_putc(out, '\'');
}

static void put_bare_expr(fl_buf *out, const fl_ast_expr *e, int left, int right) {
    switch (e->kind) {
    case FL_AX_NUMBER: put_number(out, e->text); return;
    case FL_AX_STRING: put_text_literal(out, e->text); return;
    case FL_AX_BINARY: put_bytes(out, e->text); return;
    case FL_AX_BOOLEAN: fl_buf_puts(out, e->flag ? "TRUE" : "FALSE"); return;
    case FL_AX_NULL: fl_buf_puts(out, "NULL"); return;
    case FL_AX_UNKNOWN: fl_buf_puts(out, "UNKNOWN"); return;
    case FL_AX_DATE: fl_buf_printf(out, "DATE '%.*s'", (int)e->text.n, e->text.p); return;
    case FL_AX_TIME: fl_buf_printf(out, "TIME '%.*s'", (int)e->text.n, e->text.p); return;
    case FL_AX_TIMESTAMP: fl_buf_printf(out, "TIMESTAMP '%.*s'", (int)e->text.n, e->text.p); return;
    case FL_AX_INTERVAL: put_interval(out, e); return;
    case FL_AX_NAME: put_name(out, &e->name, e->flag); return;
    case FL_AX_OP: put_op(out, e, left, right); return;
    case FL_AX_CALL: put_call(out, e); return;
    case FL_AX_CAST:
        fl_buf_puts(out, e->flag ? "TRY_CAST(" : "CAST(");
        put_expr(out, e->args[0], 0, 0);
        fl_buf_puts(out, " AS ");
        put_type(out, e->text);
        fl_buf_putc(out, ')');
        return;
    case FL_AX_CASE: put_case(out, e); return;
    case FL_AX_IN:
    case FL_AX_QUANTIFIED: put_in(out, e, left); return;
    case FL_AX_EXISTS:
        fl_buf_puts(out, "EXISTS ");
        put_subquery(out, e->query);
        return;
    case FL_AX_SUBQUERY: put_subquery(out, e->query); return;
    case FL_AX_ROW:
        fl_buf_puts(out, "ROW(");
        put_exprs(out, e->args, e->n_args);
        fl_buf_putc(out, ')');
        return;
    case FL_AX_ARRAY: put_collection(out, e, "ARRAY"); return;
    case FL_AX_MAP: put_collection(out, e, "MAP"); return;
    case FL_AX_MULTISET: put_collection(out, e, "MULTISET"); return;
    case FL_AX_FIELD: {
        bool negative; /* 1.`a` would be read as a number and a name */
        put_accessed(out, e->args[0], signed_number(e->args[0], &negative) != NULL, left);
        fl_buf_putc(out, '.');
        fl_quote_name(out, e->text.p);
        return;
    }
    case FL_AX_SYMBOL: fl_buf_put_str(out, e->text); return;
    case FL_AX_TYPE: put_type(out, e->text); return;
    case FL_AX_DESCRIPTOR:
        fl_buf_puts(out, "DESCRIPTOR(");
        put_exprs(out, e->args, e->n_args);
        fl_buf_putc(out, ')');
        return;
    case FL_AX_TABLE_ARG: put_table_argument(out, e); return;
    case FL_AX_NAMED_ARG:
        fl_quote_name(out, e->text.p);
        fl_buf_puts(out, " => ");
        put_expr(out, e->args[0], 0, 0);
        return;
    case FL_AX_DEFAULT: fl_buf_puts(out, "DEFAULT"); return;
    }
}

static void put_expr(fl_buf *out, const fl_ast_expr *e, int left, int right) {
    bool negative;
    const fl_ast_expr *number = signed_number(e, &negative);
    binding b = binding_of(e);
    if (number != NULL) {
        if (negative && !is_zero(number->text)) fl_buf_putc(out, '-');
        put_number(out, number->text);
    } else if (left > b.left || (b.right <= right && right != 0)) {
        fl_buf_putc(out, '(');
        put_bare_expr(out, e, 0, 0);
        fl_buf_putc(out, ')');
    } else {
        put_bare_expr(out, e, left, right);
    }
}

void fl_sql_print_expr(fl_buf *out, const fl_ast_expr *e) { put_expr(out, e, 0, 0); }

/* ---- FROM ---- */

static void put_hints(fl_buf *out, const fl_ast_hint *hints, int n) {
    fl_buf_puts(out, "/*+ ");
    for (int i = 0; i < n; i++) {
        const fl_ast_hint *h = &hints[i];
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, h->name);
        for (int k = 0; k < h->n; k++) {
            fl_buf_puts(out, k > 0 ? ", " : "(");
            if (h->keys[k] != NULL) {
                fl_sql_print_string(out, fl_str_from(h->keys[k]));
                fl_buf_puts(out, " = ");
                fl_sql_print_string(out, fl_str_from(h->values[k]));
            } else if (fl_sql_is_reserved(fl_str_from(h->values[k]))) {
                fl_sql_print_string(out, fl_str_from(h->values[k]));
            } else {
                fl_quote_name(out, h->values[k]);
            }
        }
        if (h->n > 0) fl_buf_putc(out, ')');
    }
    fl_buf_puts(out, " */");
}

static void put_from(fl_buf *out, const fl_ast_from *f, const char *newline);

static void put_join(fl_buf *out, const fl_ast_from *f, const char *newline) {
    static const char *const words[] = {
        [FL_JOIN_COMMA] = "",          [FL_JOIN_CROSS] = "CROSS JOIN ", [FL_JOIN_INNER] = "INNER JOIN ",
        [FL_JOIN_LEFT] = "LEFT JOIN ", [FL_JOIN_RIGHT] = "RIGHT JOIN ", [FL_JOIN_FULL] = "FULL JOIN ",
    };
    put_from(out, f->left, newline);
    if (f->join == FL_JOIN_COMMA) fl_buf_putc(out, ',');
    fl_buf_puts(out, newline);
    if (f->natural) fl_buf_puts(out, "NATURAL ");
    fl_buf_puts(out, words[f->join]);
    bool nested = f->right->kind == FL_FROM_JOIN && f->join != FL_JOIN_COMMA;
    if (nested) fl_buf_putc(out, '(');
    put_from(out, f->right, nested ? " " : newline);
    if (nested) fl_buf_putc(out, ')');
    if (f->on != NULL) {
        fl_buf_puts(out, " ON ");
        put_expr(out, f->on, 0, 0);
    } else if (f->n_using > 0) {
        fl_buf_puts(out, " USING ");
        put_names(out, f->using_columns, f->n_using);
    }
}

static void put_from(fl_buf *out, const fl_ast_from *f, const char *newline) {
    if (f->lateral) fl_buf_puts(out, "LATERAL ");
    switch (f->kind) {
    case FL_FROM_TABLE:
        put_name(out, &f->name, false);
        if (f->n_hints > 0) {
            fl_buf_putc(out, ' ');
            put_hints(out, f->hints, f->n_hints);
        }
        if (f->as_of != NULL) {
            fl_buf_puts(out, " FOR SYSTEM_TIME AS OF ");
            put_expr(out, f->as_of, 0, 0);
        }
        break;
    case FL_FROM_QUERY: put_subquery(out, f->query); break;
    case FL_FROM_FUNCTION:
        fl_buf_puts(out, "TABLE(");
        put_expr(out, f->call, 0, 0);
        fl_buf_putc(out, ')');
        break;
    case FL_FROM_UNNEST:
        fl_buf_puts(out, "UNNEST(");
        put_exprs(out, f->call->args, f->call->n_args);
        fl_buf_puts(out, f->with_ordinality ? ") WITH ORDINALITY" : ")");
        break;
    case FL_FROM_MATCH:
        put_from(out, f->left, newline);
        fl_buf_puts(out, " MATCH_RECOGNIZE (");
        fl_buf_put_str(out, f->call->text);
        fl_buf_putc(out, ')');
        break;
    case FL_FROM_JOIN: put_join(out, f, newline); return;
    }
    if (f->alias == NULL) return;
    fl_buf_puts(out, " AS ");
    fl_quote_name(out, f->alias);
    if (f->n_columns == 0) return;
    fl_buf_putc(out, ' ');
    put_names(out, f->columns, f->n_columns);
}

/* ---- queries ---- */

static void put_groups(fl_buf *out, const fl_ast_group *list, int n);

static void put_group(fl_buf *out, const fl_ast_group *g) {
    switch (g->kind) {
    case FL_GROUP_EXPR: put_expr(out, g->expr, 0, 0); return;
    case FL_GROUP_EMPTY: fl_buf_puts(out, "()"); return;
    case FL_GROUP_SETS: fl_buf_puts(out, "GROUPING SETS("); break;
    case FL_GROUP_ROLLUP: fl_buf_puts(out, "ROLLUP("); break;
    case FL_GROUP_CUBE: fl_buf_puts(out, "CUBE("); break;
    case FL_GROUP_LIST: fl_buf_putc(out, '('); break;
    }
    put_groups(out, g->items, g->n_items);
    fl_buf_putc(out, ')');
}

static void put_groups(fl_buf *out, const fl_ast_group *list, int n) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        put_group(out, &list[i]);
    }
}

static void put_clause(fl_buf *out, const char *word, const fl_ast_expr *e) {
    if (e == NULL) return;
    fl_buf_printf(out, "\n%s ", word);
    put_expr(out, e, 0, 0);
}

static void put_select(fl_buf *out, const fl_ast_select *s) {
    fl_buf_puts(out, "SELECT");
    if (s->n_hints > 0) {
        fl_buf_putc(out, '\n');
        put_hints(out, s->hints, s->n_hints);
    }
    if (s->distinct) fl_buf_puts(out, s->n_hints > 0 ? "\nDISTINCT" : " DISTINCT");
    for (int i = 0; i < s->n_items; i++) {
        fl_buf_puts(out, i > 0 ? ", " : s->n_hints > 0 && !s->distinct ? "\n" : " ");
        put_expr(out, s->items[i].expr, 0, 0);
        if (s->items[i].alias == NULL) continue;
        fl_buf_puts(out, " AS ");
        fl_quote_name(out, s->items[i].alias);
    }
    if (s->from == NULL) return;
    fl_buf_puts(out, "\nFROM ");
    put_from(out, s->from, "\n");
    put_clause(out, "WHERE", s->where);
    if (s->has_group) {
        fl_buf_puts(out, "\nGROUP BY ");
        put_groups(out, s->group, s->n_group);
    }
    put_clause(out, "HAVING", s->having);
    for (int i = 0; i < s->n_windows; i++) {
        fl_buf_puts(out, i > 0 ? ",\n" : "\nWINDOW ");
        fl_quote_name(out, s->windows[i].name);
        fl_buf_puts(out, " AS ");
        put_window(out, &s->windows[i]);
    }
    put_clause(out, "QUALIFY", s->qualify);
}

static void put_values(fl_buf *out, const fl_ast_query *q) {
    fl_buf_puts(out, "VALUES ");
    for (int i = 0; i < q->n_rows; i++) {
        bool row = q->rows[i]->kind == FL_AX_ROW;
        if (i > 0) fl_buf_puts(out, ",\n");
        if (!row) fl_buf_puts(out, "ROW(");
        put_expr(out, q->rows[i], 0, 0);
        if (!row) fl_buf_putc(out, ')');
    }
}

static bool has_clauses(const fl_ast_query *q) {
    return q->n_ctes > 0 || q->n_order > 0 || q->offset != NULL || q->fetch != NULL;
}

static int set_op_prec(const fl_ast_query *q) { return q->op == FL_SET_INTERSECT ? 2 : 1; }

static void put_operand(fl_buf *out, const fl_ast_query *q, int min) {
    if (has_clauses(q) || (q->kind == FL_QUERY_SET_OP && set_op_prec(q) < min))
        put_subquery(out, q);
    else
        put_query(out, q);
}

static void put_set_op(fl_buf *out, const fl_ast_query *q) {
    static const char *const words[] = {"UNION", "INTERSECT", "EXCEPT"};
    put_operand(out, q->left, set_op_prec(q));
    fl_buf_printf(out, "\n%s%s\n", words[q->op], q->all ? " ALL" : "");
    put_operand(out, q->right, set_op_prec(q) + 1);
}

static void put_body(fl_buf *out, const fl_ast_query *q) {
    switch (q->kind) {
    case FL_QUERY_SELECT: put_select(out, q->select); return;
    case FL_QUERY_VALUES: put_values(out, q); return;
    case FL_QUERY_TABLE:
        fl_buf_puts(out, "TABLE ");
        put_name(out, &q->table, false);
        return;
    case FL_QUERY_SET_OP: put_set_op(out, q); return;
    case FL_QUERY_NESTED: put_subquery(out, q->nested); return;
    }
}

static void put_ctes(fl_buf *out, const fl_ast_query *q) {
    for (int i = 0; i < q->n_ctes; i++) {
        const fl_ast_cte *c = &q->ctes[i];
        fl_buf_puts(out, i > 0 ? ", " : "WITH ");
        fl_quote_name(out, c->name);
        if (c->n_columns > 0) {
            fl_buf_putc(out, ' ');
            put_names(out, c->columns, c->n_columns);
        }
        fl_buf_puts(out, " AS ");
        put_subquery(out, c->query);
    }
}

static void put_query(fl_buf *out, const fl_ast_query *q) {
    put_ctes(out, q);
    if (q->n_ctes > 0) fl_buf_puts(out, q->kind == FL_QUERY_NESTED ? " " : " (");
    put_body(out, q);
    if (q->n_ctes > 0 && q->kind != FL_QUERY_NESTED) fl_buf_putc(out, ')');
    if (q->n_order > 0) {
        fl_buf_puts(out, "\nORDER BY ");
        put_order_items(out, q->order, q->n_order);
    }
    if (q->offset != NULL) {
        fl_buf_puts(out, "\nOFFSET ");
        put_expr(out, q->offset, 0, 0);
        fl_buf_puts(out, " ROWS");
    }
    if (q->fetch != NULL) {
        fl_buf_puts(out, "\nFETCH NEXT ");
        put_expr(out, q->fetch, 0, 0);
        fl_buf_puts(out, " ROWS ONLY");
    }
}

void fl_sql_print_query(fl_buf *out, const fl_ast_query *q) { put_query(out, q); }
