/* SPDX-License-Identifier: Apache-2.0 */
/* json_filter.c -- the conditions in JSON paths: [?(@.price > 10 && !@.sold)].
 *
 * What:       a tree of comparisons under && || and !, compiled once, asked for each item. A side is a literal or a
 *             path, `@` from the item and `$` from the document; a path that stands alone asks whether it is there.
 * Grammar:    or ::= and {'||' and}     and ::= operand {'&&' operand}
 *             operand ::= '!' operand | '(' or ')' | side [operator side]
 *             Where the operator or the side behind it is none, the first side has stood alone and must be a path.
 * Values:     the loose equality of JsonPath: 1 == "1" by number, and "1" == 1 by text. What is not found equals
 *             nothing.
 * Failures:   a list operator whose side is no list makes the item fail as a whole, also under a `!`.
 * Left out:   TYPE and MATCHES, which have no literals that could stand behind them.
 */
#include <math.h>

#include "data/json_text.h"
#include "expr/json_int.h"

/* ---- what a filter is made of ---- */

typedef enum side_kind { SIDE_PATH, SIDE_VALUE, SIDE_TREE, SIDE_PATTERN } side_kind;

typedef struct side {
    side_kind kind;
    bool wanted;             /* PATH: without a `!` in front */
    fl_json_path *path;      /* PATH */
    fl_json_node value;      /* VALUE: a scalar; TREE: an array or object as it is written */
    fl_str spelling;         /* VALUE that is a number */
    const fl_regex *pattern; /* PATTERN */
} side;

#define OPERATORS(X)                                                                                                   \
    X(GTE, ">=")                                                                                                       \
    X(LTE, "<=")                                                                                                       \
    X(EQ, "==")                                                                                                        \
    X(TSEQ, "===")                                                                                                     \
    X(NE, "!=")                                                                                                        \
    X(TSNE, "!==")                                                                                                     \
    X(LT, "<")                                                                                                         \
    X(GT, ">")                                                                                                         \
    X(REGEX, "=~")                                                                                                     \
    X(NIN, "NIN")                                                                                                      \
    X(IN, "IN")                                                                                                        \
    X(CONTAINS, "CONTAINS")                                                                                            \
    X(ALL, "ALL")                                                                                                      \
    X(SIZE, "SIZE")                                                                                                    \
    X(EXISTS, "EXISTS")                                                                                                \
    X(TYPE, "TYPE")                                                                                                    \
    X(MATCHES, "MATCHES")                                                                                              \
    X(EMPTY, "EMPTY")                                                                                                  \
    X(SUBSETOF, "SUBSETOF")                                                                                            \
    X(ANYOF, "ANYOF")                                                                                                  \
    X(NONEOF, "NONEOF")

typedef enum operator{
    OP_OR = -4,
    OP_AND,
    OP_NOT,
    OP_THERE, /* a path by itself */
#define X(name, text) OP_##name,
    OPERATORS(X)
#undef X
}
operator;

static const char *const operator_texts[] = {
#define X(name, text) text,
    OPERATORS(X)
#undef X
};

struct json_filter {
    operator op;
    json_filter **kids; /* OR, AND, NOT */
    int n;
    side left, right;
};

/* ---- compiling ---- */

typedef json_path_reader reader; /* `end` is behind the last unit of the condition; brackets follow */

enum { BAD = JSON_INVALID };

static uint16_t skip_blanks(reader *r) {
    while (r->at < r->end - 1 && json_unit(r, r->at) == ' ') r->at++;
    return json_unit(r, r->at);
}

/* Behind the bracket that closes the one at i, not looking into strings; -1: none. */
static int behind_bracket(const reader *r, int i, uint16_t open, uint16_t close) {
    int depth = 1;
    for (i++; json_inside(r, i); i++) {
        if (json_unit(r, i) == '\'' || json_unit(r, i) == '"')
            if ((i = json_behind_quoted(r, i)) < 0) return -1;
        depth += json_unit(r, i) == open ? 1 : json_unit(r, i) == close ? -1 : 0;
        if (depth == 0) return json_inside(r, i) ? i + 1 : -1;
    }
    return -1;
}

static fl_str text_between(reader *r, int from, int to) { return json_units_text(r->a, r->s + from, to - from); }

/* A ')' at `at` behind `(` and a name with a point: the end of a function's call inside of the path that began at
 * `from`. */
static bool closes_call(const reader *r, int from) {
    int i = r->at - 1;
    while (json_inside(r, i) && json_unit(r, i) == ' ') i--;
    if (!json_inside(r, i) || json_unit(r, i) != '(') return false;
    for (i--; json_inside(r, i) && i > from; i--)
        if (json_unit(r, i) == '.') return true;
    return false;
}

static bool is_operator_char(uint16_t c) { return c == '<' || c == '>' || c == '=' || c == '~' || c == '!'; }

/* A path with `at` at its $ or @. */
static int read_path(reader *r, side *out) {
    int from = r->at, before = from - 1;
    while (json_inside(r, before) && json_unit(r, before) == ' ') before--;
    out->kind = SIDE_PATH;
    out->wanted = !json_inside(r, before) || json_unit(r, before) != '!';
    for (r->at++; json_inside(r, r->at); r->at++) {
        if (json_unit(r, r->at) == '[' && (r->at = behind_bracket(r, r->at, '[', ']')) < 0) return BAD;
        uint16_t c = json_unit(r, r->at);
        bool closes = c == ')' && !closes_call(r, from);
        if (!json_inside(r, r->at) || is_operator_char(c) || c == ' ' || closes) break;
    }
    out->path = FL_NEW(r->a, fl_json_path);
    FL_TRY(fl_json_path_read(r->a, r->s + from, FL_MIN(r->at, r->n) - from, r->depth + 1, out->path, r->err));
    return out->path->bad ? BAD : 0;
}

/* A string in either quotes, with the escapes of quoted names. */
static int read_string(reader *r, side *out) {
    int from = r->at + 1, to = json_behind_quoted(r, r->at);
    if (to < 0) return BAD;
    r->at = to;
    FL_TRY(fl_json_path_unescape(r->a, r->s + from, to - 1 - from, &out->value.text));
    out->kind = SIDE_VALUE;
    out->value.kind = FL_JSON_STRING;
    return 0;
}

/* /pattern/flags */
static int read_pattern(reader *r, side *out) {
    int from = r->at + 1, to = json_behind_quoted(r, r->at);
    if (to < 0) return BAD;
    fl_str pattern = text_between(r, from, to - 1);
    unsigned flags = 0;
    for (r->at = to; json_inside(r, r->at); r->at++) {
        unsigned flag = fl_regex_flag(json_unit(r, r->at) < 0x80 ? (char)json_unit(r, r->at) : '\0');
        if (flag == 0) break;
        flags |= flag;
    }
    out->kind = SIDE_PATTERN;
    FL_TRY(fl_regex_new(r->a, pattern, flags, &out->pattern, r->err));
    return out->pattern == NULL ? BAD : 0;
}

static int read_word(reader *r, const char *word, fl_json_kind kind, side *out) {
    int n = (int)strlen(word);
    for (int i = 0; i < n; i++)
        if (!json_inside(r, r->at + i) || json_unit(r, r->at + i) != (unsigned char)word[i]) return BAD;
    r->at += n;
    out->kind = SIDE_VALUE;
    out->value.kind = kind;
    return 0;
}

/* Anything else is a number, as BigDecimal reads it. */
static int read_number(reader *r, side *out) {
    int from = r->at;
    while (json_inside(r, r->at) && json_unit(r, r->at) < 0x80 && json_unit(r, r->at) != 0 &&
           strchr("0123456789-.eE", (char)json_unit(r, r->at)) != NULL)
        r->at++;
    fl_str text = text_between(r, from, r->at);
    double d;
    fl_big_decimal big;
    bool digits = false;
    for (size_t i = 0; i < text.n; i++) digits = digits || (unsigned char)(text.p[i] - '0') < 10;
    if (!digits || !fl_double_parse(text, &d)) return BAD;
    bool ok = fl_big_decimal_read(&big, text);
    fl_big_decimal_deinit(&big);
    out->kind = SIDE_VALUE;
    out->value = (fl_json_node){.kind = FL_JSON_FLOAT, .d = d};
    out->spelling = text;
    return ok ? 0 : BAD;
}

/* An array or object, which JsonPath reads when it is first looked at. */
static int read_tree(reader *r, uint16_t open, uint16_t close, side *out) {
    int from = r->at, to = behind_bracket(r, r->at, open, close);
    fl_error ignored;
    if (to < 0) return BAD;
    r->at = to;
    fl_str text = text_between(r, from, to);
    if (memchr(text.p, '"', text.n) == NULL) /* its reader takes both quotes, ours takes one */
        for (char *p = (char *)(uintptr_t)text.p; *p != '\0'; p++)
            if (*p == '\'') *p = '"';
    out->kind = SIDE_TREE;
    return fl_json_parse(r->a, text, &out->value, &ignored) < 0 ? BAD : 0;
}

static int read_side(reader *r, side *out) {
    uint16_t c = skip_blanks(r);
    *out = (side){.wanted = true};
    if (c == '!') {
        r->at++;
        c = skip_blanks(r);
        return c == '$' || c == '@' ? read_path(r, out) : BAD;
    }
    switch (c) {
    case '$':
    case '@': return read_path(r, out);
    case '\'':
    case '"': return read_string(r, out);
    case 't': return read_word(r, "true", FL_JSON_TRUE, out);
    case 'f': return read_word(r, "false", FL_JSON_FALSE, out);
    case 'n': return read_word(r, "null", FL_JSON_NULL, out);
    case '{': return read_tree(r, '{', '}', out);
    case '[': return read_tree(r, '[', ']', out);
    case '/': return read_pattern(r, out);
    default: return read_number(r, out);
    }
}

static int read_operator(reader *r, operator* op) {
    int from = (skip_blanks(r), r->at);
    bool sign = is_operator_char(json_unit(r, from));
    while (json_inside(r, r->at) && (sign ? is_operator_char(json_unit(r, r->at)) : json_unit(r, r->at) != ' '))
        r->at++;
    fl_str text = text_between(r, from, r->at);
    for (size_t i = 0; i < FL_ARRAY_LEN(operator_texts); i++) {
        if (!fl_str_iis(text, operator_texts[i])) continue;
        *op = (operator)i;
        return 0;
    }
    return BAD;
}

static int read_comparison(reader *r, json_filter *f) {
    FL_TRY(read_side(r, &f->left));
    int behind = r->at, rc = read_operator(r, &f->op);
    if (rc == 0) rc = read_side(r, &f->right);
    if (rc != BAD) return rc;
    r->at = behind;
    f->op = OP_THERE;
    return f->left.kind == SIDE_PATH ? 0 : BAD;
}

static int read_or(reader *r, json_filter **out);

static int read_operand(reader *r, json_filter **out) {
    json_filter *f = *out = FL_NEW(r->a, json_filter);
    uint16_t c = skip_blanks(r);
    int from = r->at, rc;
    if (++r->depth > JSON_NESTED_MAX) return BAD;
    if (c == '!') {
        r->at++;
        c = skip_blanks(r);
        if (c != '$' && c != '@') {
            f->op = OP_NOT;
            f->n = 1;
            f->kids = FL_NEW_N(r->a, json_filter *, 1);
            rc = read_operand(r, &f->kids[0]);
            r->depth--;
            return rc;
        }
        r->at = from;
    }
    if (skip_blanks(r) == '(') {
        r->at++;
        rc = read_or(r, out);
        if (rc == 0 && skip_blanks(r) != ')') rc = BAD;
        r->at++;
    } else {
        rc = read_comparison(r, f);
    }
    r->depth--;
    return rc;
}

/* A chain of operands with `sign` twice between them. */
static int read_chain(reader *r, uint16_t sign, operator op, int (*operand)(reader *r, json_filter **out),
                      json_filter **out) {
    json_filter **kids = NULL, *kid;
    int n = 0, cap = 0;
    for (;;) {
        FL_TRY(operand(r, &kid));
        FL_PUSH(r->a, kids, n, cap, kid);
        int behind = r->at;
        if (skip_blanks(r) != sign || json_unit(r, r->at + 1) != sign || !json_inside(r, r->at + 1)) {
            r->at = behind;
            break;
        }
        r->at += 2;
    }
    *out = kids[0];
    if (n == 1) return 0;
    *out = FL_NEW(r->a, json_filter);
    **out = (json_filter){.op = op, .kids = kids, .n = n};
    return 0;
}

static int read_and(reader *r, json_filter **out) { return read_chain(r, '&', OP_AND, read_operand, out); }
static int read_or(reader *r, json_filter **out) { return read_chain(r, '|', OP_OR, read_and, out); }

int fl_json_filter_compile(fl_arena *a, const uint16_t *text, int n, int depth, const json_filter **out,
                           fl_error *err) {
    reader r = {.s = text, .n = n, .end = n - 1, .at = 1, .depth = depth, .a = a, .err = err};
    json_filter *f = NULL;
    *out = NULL;
    if (depth > JSON_NESTED_MAX) return 0;
    while (r.end > 0 && json_unit(&r, r.end - 1) == ' ') r.end--;
    skip_blanks(&r); /* the question mark, which the caller has seen */
    r.at++;
    int rc = read_or(&r, &f);
    if (rc == 0) {
        skip_blanks(&r);
        rc = json_inside(&r, r.at) ? BAD : 0;
    }
    if (rc == 0) *out = f;
    return rc == BAD ? 0 : rc;
}

/* ---- values ---- */

typedef enum value_kind { UNDEFINED, NULL_VALUE, BOOLEAN, NUMBER, STRING, TREE, PATTERN } value_kind;

typedef struct value {
    value_kind kind;
    bool yes;                 /* BOOLEAN */
    bool written;             /* TREE: a literal */
    fl_str text;              /* STRING; NUMBER: its spelling */
    const fl_json_node *tree; /* TREE */
    const fl_regex *pattern;  /* PATTERN */
} value;

static value value_of(fl_arena *a, const fl_json_node *v) {
    switch (v->kind) {
    case FL_JSON_NULL: return (value){.kind = NULL_VALUE};
    case FL_JSON_FALSE:
    case FL_JSON_TRUE: return (value){.kind = BOOLEAN, .yes = v->kind == FL_JSON_TRUE};
    case FL_JSON_INT: return (value){.kind = NUMBER, .text = v->text};
    case FL_JSON_FLOAT: {
        fl_buf b;
        fl_buf_init(&b);
        fl_double_print(&b, v->d);
        size_t n = b.n;
        return (value){.kind = NUMBER, .text = fl_str_make(fl_buf_finish(&b, a), n)};
    }
    case FL_JSON_STRING: return (value){.kind = STRING, .text = v->text};
    default: return (value){.kind = TREE, .tree = v};
    }
}

/* The order of two numbers of any length; *ok is false if one is none. */
static int compare_numbers(fl_str a, fl_str b, bool *ok) {
    fl_big_decimal x, y;
    int64_t e;
    double d;
    *ok = fl_double_parse(a, &d) && fl_double_parse(b, &d);
    bool x_ok = fl_big_decimal_read(&x, a), y_ok = fl_big_decimal_read(&y, b);
    int order = 0;
    *ok = *ok && x_ok && y_ok;
    fl_big_decimal_strip(&x);
    fl_big_decimal_strip(&y);
    int x_sign = x.digits.n == 0 ? 0 : x.negative ? -1 : 1, y_sign = y.digits.n == 0 ? 0 : y.negative ? -1 : 1;
    if (x_sign != y_sign) {
        order = x_sign < y_sign ? -1 : 1;
    } else if (x_sign != 0) {
        e = (int64_t)x.digits.n + x.exp10 - (int64_t)y.digits.n - y.exp10;
        order = e < 0 ? -1 : e > 0 ? 1 : fl_str_cmp((fl_str){x.digits.p, x.digits.n}, (fl_str){y.digits.p, y.digits.n});
        order *= x_sign;
    }
    fl_big_decimal_deinit(&x);
    fl_big_decimal_deinit(&y);
    return order;
}

/* A number as BigDecimal spells it. */
static fl_str number_text(fl_arena *a, fl_str number) {
    fl_big_decimal d;
    fl_buf b;
    fl_buf_init(&b);
    fl_big_decimal_read(&d, number);
    fl_big_decimal_print(&b, &d);
    fl_big_decimal_deinit(&d);
    size_t n = b.n;
    return fl_str_make(fl_buf_finish(&b, a), n);
}

/* As the equals() of x's node. */
static bool same(json_search *s, const value *x, const value *y) {
    bool ok;
    switch (x->kind) {
    case NULL_VALUE: return y->kind == NULL_VALUE;
    case BOOLEAN: return y->kind == BOOLEAN && x->yes == y->yes;
    case NUMBER:
        if (y->kind != NUMBER && y->kind != STRING) return false;
        return compare_numbers(x->text, y->text, &ok) == 0 && ok;
    case STRING:
        if (y->kind == NUMBER) return fl_str_eq(x->text, number_text(s->arena, y->text));
        return y->kind == STRING && fl_str_eq(x->text, y->text);
    case TREE: return y->kind == TREE && !x->written && fl_json_equal(x->tree, y->tree);
    default: return false;
    }
}

static bool is_list(const value *v) { return v->kind == TREE && v->tree->kind == FL_JSON_ARRAY; }

static bool list_has(json_search *s, const value *list, const value *x) {
    for (int i = 0; i < list->tree->n && s->steps > 0; i++, s->steps--) {
        value item = value_of(s->arena, &list->tree->items[i]);
        if (same(s, x, &item)) return true;
    }
    return false;
}

/* ---- asking ---- */

static int failed(json_search *s, int code) {
    s->why = WHY_FILTER;
    return code;
}

static int find_side(json_search *s, const side *from, const fl_json_node *item, value *out) {
    switch (from->kind) {
    case SIDE_PATTERN: *out = (value){.kind = PATTERN, .pattern = from->pattern}; return 0;
    case SIDE_TREE: *out = (value){.kind = TREE, .tree = &from->value, .written = true}; return 0;
    case SIDE_VALUE:
        if (from->value.kind == FL_JSON_FLOAT)
            *out = (value){.kind = NUMBER, .text = from->spelling};
        else
            *out = value_of(s->arena, &from->value);
        return 0;
    case SIDE_PATH: break;
    }
    fl_json_node *found = FL_NEW(s->arena, fl_json_node);
    int rc = fl_json_follow(s, from->path, from->path->from_item ? item : s->root, false, found);
    *out = (value){.kind = UNDEFINED};
    if (rc == JSON_MISSING) return 0;
    FL_TRY(rc);
    *out = value_of(s->arena, found);
    return found->kind == FL_JSON_FLOAT && !isfinite(found->d) ? failed(s, JSON_THROWN) : 0;
}

static int order(json_search *s, operator op, const value *x, const value *y) {
    int c;
    bool ok = true;
    (void)s;
    if (x->kind == NUMBER && y->kind == NUMBER) {
        c = compare_numbers(x->text, y->text, &ok);
    } else if (x->kind == STRING && y->kind == STRING) {
        fl_view a = fl_view_make(x->text.p, (uint32_t)x->text.n), b = fl_view_make(y->text.p, (uint32_t)y->text.n);
        c = fl_view_cmp_text(&a, &b);
    } else {
        return 0;
    }
    return ok && (op == OP_LT ? c < 0 : op == OP_LTE ? c <= 0 : op == OP_GT ? c > 0 : c >= 0);
}

static int match_one(json_search *s, const fl_regex *r, const value *v) {
    fl_str text = v->kind == STRING    ? v->text
                  : v->kind == NUMBER  ? number_text(s->arena, v->text)
                  : v->kind == BOOLEAN ? fl_str_from(v->yes ? "true" : "false")
                                       : fl_str_from("");
    return fl_regex_matches(r, text, s->err);
}

static int match(json_search *s, const value *x, const value *y) {
    if ((x->kind == PATTERN) == (y->kind == PATTERN)) return 0;
    const value *pattern = x->kind == PATTERN ? x : y, *other = x->kind == PATTERN ? y : x;
    if (!is_list(other)) return match_one(s, pattern->pattern, other);
    for (int i = 0; i < other->tree->n; i++) {
        value item = value_of(s->arena, &other->tree->items[i]);
        int rc = match_one(s, pattern->pattern, &item);
        if (rc != 0) return rc;
    }
    return 0;
}

static int has_size(const value *x, const value *y) {
    double d;
    if (y->kind != NUMBER || !fl_double_parse(y->text, &d)) return 0;
    int length = x->kind == STRING ? (int)fl_utf16_count(x->text) : is_list(x) ? x->tree->n : -1;
    return x->kind == STRING || x->kind == TREE ? length == (int64_t)d : 0;
}

static int is_empty(json_search *s, const value *x, const value *y) {
    if (x->kind != STRING && x->kind != TREE) return 0;
    if (y->kind != BOOLEAN) return failed(s, JSON_INVALID);
    if (x->kind == TREE && !is_list(x)) return failed(s, JSON_THROWN);
    return (x->kind == STRING ? x->text.n == 0 : x->tree->n == 0) == y->yes;
}

/* SUBSETOF: all of x are in y; ANYOF: one is; NONEOF: none is. */
static int compare_lists(json_search *s, operator op, const value *x, const value *y) {
    bool all = true, any = false;
    if (y->kind != TREE || x->kind != TREE) return failed(s, JSON_INVALID);
    if (!is_list(y) || !is_list(x)) return 0;
    for (int i = 0; i < x->tree->n; i++) {
        value item = value_of(s->arena, &x->tree->items[i]);
        bool in = list_has(s, y, &item);
        all = all && in;
        any = any || in;
    }
    return op == OP_SUBSETOF ? all : op == OP_ANYOF ? any : !any;
}

static int is_in(json_search *s, const value *x, const value *y) {
    if (y->kind != TREE) return failed(s, JSON_INVALID);
    return is_list(y) && list_has(s, y, x);
}

static int contains(json_search *s, const value *x, const value *y) {
    if (x->kind == STRING && y->kind == STRING) return y->text.n == 0 || fl_str_find(x->text, y->text) != NULL;
    return is_list(x) && list_has(s, x, y);
}

static int compare(json_search *s, const json_filter *f, const fl_json_node *item) {
    value x, y;
    int rc;
    FL_TRY(find_side(s, &f->left, item, &x));
    FL_TRY(find_side(s, &f->right, item, &y));
    switch (f->op) {
    case OP_EQ: return same(s, &x, &y);
    case OP_NE: return !same(s, &x, &y);
    case OP_TSEQ: return x.kind == y.kind && same(s, &x, &y);
    case OP_TSNE: return x.kind != y.kind || !same(s, &x, &y);
    case OP_LT:
    case OP_LTE:
    case OP_GT:
    case OP_GTE: return order(s, f->op, &x, &y);
    case OP_REGEX: return match(s, &x, &y);
    case OP_IN: return is_in(s, &x, &y);
    case OP_NIN: rc = is_in(s, &x, &y); return rc < 0 ? rc : !rc;
    case OP_CONTAINS: return contains(s, &x, &y);
    case OP_SIZE: return has_size(&x, &y);
    case OP_EMPTY: return is_empty(s, &x, &y);
    case OP_SUBSETOF:
    case OP_ANYOF:
    case OP_NONEOF: return compare_lists(s, f->op, &x, &y);
    default: return failed(s, JSON_INVALID); /* ALL, TYPE, MATCHES, EXISTS find nothing that they could take */
    }
}

static int ask(json_search *s, const json_filter *f, const fl_json_node *item) {
    fl_json_node found;
    int rc = 0;
    switch (f->op) {
    case OP_OR:
        for (int i = 0; i < f->n && rc == 0; i++) rc = ask(s, f->kids[i], item);
        return rc;
    case OP_AND:
        for (int i = 0; i < f->n; i++)
            if ((rc = ask(s, f->kids[i], item)) <= 0) return rc;
        return 1;
    case OP_NOT: rc = ask(s, f->kids[0], item); return rc < 0 ? rc : !rc;
    case OP_THERE: {
        bool lax = s->lax;
        s->lax = false;
        rc = fl_json_follow(s, f->left.path, item, true, &found);
        s->lax = lax;
        if (rc < 0 && rc != JSON_MISSING) return rc;
        return (rc == 0) == f->left.wanted;
    }
    default: return compare(s, f, item);
    }
}

int fl_json_filter_accepts(json_search *s, const json_filter *f, const fl_json_node *item) {
    int why = s->why, step = s->step, rc = ask(s, f, item);
    if (rc >= 0 || rc == JSON_INVALID || rc == JSON_MISSING) { /* what was missing inside is no failure outside */
        s->why = why;
        s->step = step;
        return rc > 0;
    }
    return rc;
}
