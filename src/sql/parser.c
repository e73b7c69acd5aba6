/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c -- one statement's text becomes one tree; a script becomes statements.
 *
 * What:       recursive descent over an array of tokens, laid out like Flink's grammar; operators by precedence.
 * Interface:  parser.h. This file has its entry points, the words of refusals, and the rules that all others use.
 * Memory:     everything lives in the arena that the caller gave; nothing is freed here.
 * Errors:     the first token that fits no rule is refused, in the words that Flink's generated parser would use:
 *
 *                 Encountered "x" at line 1, column 7.                  a token that cannot stand there
 *                 Encountered "+ )" at line 1, column 7.                the same; it had looked one token further
 *                 Incorrect syntax near the keyword 'X' at line 1, …    X is a keyword in capitals, and a name could
 *                                                                       have stood there
 *                 Lexical error at line 1, column 7.  Encountered: …    characters that make no token
 *
 *             Which of them it is depends on what rules have tried at that token, so they note it: fl_parser_tried….
 *             Then follows what would have been right, and in `hint` what to do about it.
 * Limits:     nesting up to FL_SQL_DEPTH_MAX, since rules call themselves; trees up to FL_SQL_HEIGHT_MAX, since those
 *             who walk them do.
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"
#include "messages/type.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- places ---- */

fl_pos fl_pos_of(const fl_parser *p, const fl_token *t) {
    return (fl_pos){t->line, t->column, (int)(t->text.p - p->sql.p), t->length};
}

fl_pos fl_pos_since(const fl_parser *p, const fl_token *first) {
    fl_pos pos = fl_pos_of(p, first);
    const fl_token *last = previous(p);
    if (last >= first) pos.length = last->index + last->length - first->index;
    return pos;
}

fl_str fl_text_since(const fl_parser *p, const fl_token *first) {
    const fl_token *last = previous(p);
    return fl_str_make(first->text.p, (size_t)(last->text.p + last->text.n - first->text.p));
}

/* ---- refusing ---- */

void fl_parser_tried_name(fl_parser *p) {
    fl_parser_tried(p, 1);
    p->tried.name = true;
}

void fl_parser_tried(fl_parser *p, int reach) {
    if (p->tried.at != p->at) {
        p->tried.at = p->at;
        p->tried.name = false;
        p->tried.reach = 1;
    }
    p->tried.reach = FL_MAX(p->tried.reach, reach);
}

static int set_place(fl_error *err, fl_pos pos) {
    err->line = pos.line;
    err->column = pos.column;
    err->length = FL_MAX(pos.length, 1);
    return err->code;
}

int fl_parser_fail(fl_parser *p, fl_pos pos, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(p->err, code, fmt, ap);
    va_end(ap);
    return set_place(p->err, pos);
}

/* The first of the two halves that Java sees in a character outside the BMP. */
static uint32_t high_half(uint32_t cp) { return 0xd7c0 + (cp >> 10); }

/* Java's escapes, for Flink prints tokens with them: non-ASCII characters as UTF-16. Long tokens are cut. */
static void put_escaped(fl_buf *out, fl_str s) {
    enum { SHOWN_MAX = 300 };
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        if (p - s.p > SHOWN_MAX) {
            fl_buf_puts(out, "…");
            return;
        }
        p += fl_utf8_decode(p, end, &cp);
        switch (cp) {
        case '\b': fl_buf_puts(out, "\\b"); break;
        case '\t': fl_buf_puts(out, "\\t"); break;
        case '\n': fl_buf_puts(out, "\\n"); break;
        case '\f': fl_buf_puts(out, "\\f"); break;
        case '\r': fl_buf_puts(out, "\\r"); break;
        case '"': fl_buf_puts(out, "\\\""); break;
        case '\'': fl_buf_puts(out, "\\'"); break;
        case '\\': fl_buf_puts(out, "\\\\"); break;
        default:
            if (cp >= 0x20 && cp < 0x7f)
                fl_buf_putc(out, (char)cp);
            else if (cp > 0xffff)
                fl_buf_printf(out, "\\u%04x\\u%04x", high_half(cp), 0xdc00 + (cp & 0x3ff));
            else
                fl_buf_printf(out, "\\u%04x", cp);
        }
    }
}

static int refuse_open_comment(fl_parser *p, const fl_token *t) {
    const fl_token *end = &p->tokens[p->n_tokens - 1];
    return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_OPEN_COMMENT, end->line, end->column + 1, t->line,
                          t->column);
}

/* Characters that make no token. Flink names the one where it gave up, and what it had read of a token before. */
static int refuse_characters(fl_parser *p, const fl_token *t) {
    const char *end = p->sql.p + p->sql.n, *bad = t->text.p + t->text.n;
    uint32_t cp = 0;
    int n = bad < end ? fl_utf8_decode(bad, end, &cp) : 0, column = t->column + (t->text.n > 0 ? t->length : 0);
    bool last = bad + n >= end && cp <= 0xffff; /* it then looks beyond it, and sees the end */
    fl_buf b, after, open;
    fl_buf_init(&b);
    if (last) {
        fl_buf_puts(&b, "<EOF> ");
    } else {
        fl_buf_putc(&b, '"');
        if (cp > 0xffff)
            fl_buf_printf(&b, "\\u%04x", high_half(cp));
        else
            put_escaped(&b, fl_str_make(bad, (size_t)n));
        fl_buf_printf(&b, "\" (%u), ", cp > 0xffff ? high_half(cp) : cp);
    }
    fl_buf_init(&after);
    fl_buf_init(&open);
    put_escaped(&after, t->text);
    bool name = t->text.n > 0 && t->text.p[0] == '`';
    if (name)
        fl_buf_printf(&open, ". The name that begins at line %d, column %d has no closing backtick", t->line,
                      t->column);
    fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_CHARACTERS, t->line, column + (last && bad < end), fl_buf_cstr(&b),
                   fl_buf_cstr(&after), open.n > 0 ? fl_buf_cstr(&open) : "");
    if (name)
        fl_error_hint(p->err, FL_HINT_SYNTAX_OPEN_NAME);
    else if (cp == 0xfffd)
        fl_error_hint(p->err, FL_HINT_SYNTAX_ENCODING);
    fl_buf_deinit(&b);
    fl_buf_deinit(&after);
    fl_buf_deinit(&open);
    return FL_E_PARSE;
}

static bool is_capital(fl_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z') return false;
    return true;
}

/* A reserved word that someone may have meant as a name, rather than as the clause or operator that it is. */
static bool may_be_meant_as_name(const fl_token *t) {
    static const fl_keyword words[] = {
        FL_KW_SELECT,    FL_KW_FROM,    FL_KW_WHERE,    FL_KW_GROUP,    FL_KW_HAVING, FL_KW_UNION,
        FL_KW_INTERSECT, FL_KW_EXCEPT,  FL_KW_JOIN,     FL_KW_LEFT,     FL_KW_ON,     FL_KW_USING,
        FL_KW_AS,        FL_KW_AND,     FL_KW_OR,       FL_KW_NOT,      FL_KW_IN,     FL_KW_IS,
        FL_KW_LIKE,      FL_KW_BETWEEN, FL_KW_WITH,     FL_KW_WHEN,     FL_KW_THEN,   FL_KW_ELSE,
        FL_KW_END,       FL_KW_CASE,    FL_KW_BY,       FL_KW_INSERT,   FL_KW_CREATE, FL_KW_DROP,
        FL_KW_NULL,      FL_KW_CAST,    FL_KW_INTERVAL, FL_KW_DISTINCT, FL_KW_OVER,   FL_KW_FILTER,
    };
    return t->kind == FL_TOK_WORD && !is_name_token(t) && !is_one_of(t->word, words, FL_ARRAY_LEN(words));
}

/* What to do about it, where that can be told from the token alone. */
static void advise(fl_parser *p, const fl_token *t, bool name) {
    int n = (int)t->text.n;
    if (t->kind == FL_TOK_QUOTE)
        fl_error_hint(p->err, FL_HINT_SYNTAX_OPEN_TEXT);
    else if (t->kind == FL_TOK_DOUBLE_QUOTE)
        fl_error_hint(p->err, FL_HINT_SYNTAX_QUOTES);
    else if (name && may_be_meant_as_name(t))
        fl_error_hint(p->err, FL_HINT_SYNTAX_RESERVED, n, t->text.p, n, t->text.p);
    else if (t->kind == FL_TOK_COLON && is_at(p, 1, FL_TOK_COLON))
        fl_error_hint(p->err, FL_HINT_SYNTAX_COLONS);
}

int fl_parser_refuse(fl_parser *p, const char *expected) {
    fl_parser_tried(p, 1);
    return fl_parser_refuse_at(p, p->tried.reach, expected);
}

int fl_parser_refuse_at(fl_parser *p, int reach, const char *expected) {
    const fl_token *t = peek(p);
    fl_parser_tried(p, 1);
    for (int i = 0; i < reach; i++) {
        const fl_token *bad = peek_at(p, i);
        if (bad->kind == FL_TOK_BAD) return refuse_characters(p, bad);
        if (bad->kind == FL_TOK_OPEN_COMMENT) return refuse_open_comment(p, bad);
    }
    bool name = p->tried.name;
    if (t->word != FL_NO_KEYWORD && name && is_capital(t->text)) {
        fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_KEYWORD, (int)t->text.n, t->text.p, t->line, t->column,
                       expected);
        advise(p, t, name);
        return FL_E_PARSE;
    }
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < reach; i++) {
        if (i > 0) fl_buf_putc(&b, ' ');
        if (peek_at(p, i)->kind == FL_TOK_END) {
            fl_buf_puts(&b, "<EOF>");
            break;
        }
        put_escaped(&b, peek_at(p, i)->text);
    }
    fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_UNEXPECTED, fl_buf_cstr(&b), t->line, t->column, expected);
    advise(p, t, name);
    fl_buf_deinit(&b);
    return FL_E_PARSE;
}

int fl_parser_expect(fl_parser *p, fl_token_kind kind) {
    static const char *const text[] = {[FL_TOK_STRING] = "a text in single quotes",
                                       [FL_TOK_INTEGER] = "a whole number",
#define FL_X(kind, spelling) [FL_TOK_##kind] = "'" spelling "'",
                                       FL_PUNCTUATION(FL_X)
#undef FL_X
    };
    if (accept(p, kind)) return 0;
    return fl_parser_refuse(p, text[kind]);
}

int fl_parser_expect_word(fl_parser *p, fl_keyword word) {
    if (accept_word(p, word)) return 0;
    return fl_parser_refuse(p, fl_keyword_text(word));
}

int fl_parser_enter(fl_parser *p) {
    if (++p->depth <= FL_SQL_DEPTH_MAX) return 0;
    return fl_parser_fail(p, fl_pos_of(p, peek(p)), FL_ERR_SYNTAX_TOO_DEEP, FL_SQL_DEPTH_MAX);
}

int fl_parser_height(fl_parser *p, int height) {
    p->height = FL_MAX(p->height, height);
    if (height <= FL_SQL_HEIGHT_MAX) return 0;
    return fl_parser_fail(p, fl_pos_of(p, previous(p)), FL_ERR_SYNTAX_TOO_LONG, FL_SQL_HEIGHT_MAX);
}

/* ---- names ---- */

enum { NAME_LENGTH_MAX = 256 /* characters */ };

/* name ::= WORD that is not reserved | '`' … '`' */
int fl_parse_name(fl_parser *p, const char **out) {
    if (!is_name(p)) return fl_parser_refuse(p, "a name");
    const fl_token *t = peek(p);
    if (t->length > NAME_LENGTH_MAX)
        return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_NAME_LENGTH, (int)FL_MIN(t->text.n, (size_t)400),
                              t->text.p, NAME_LENGTH_MAX);
    *out = fl_token_unquote(p->arena, t).p;
    skip(p);
    return 0;
}

fl_name fl_name_one(fl_parser *p, const char *part, const fl_token *at) {
    fl_name name = {1, FL_NEW_N(p->arena, const char *, 1), fl_pos_of(p, at)};
    name.part[0] = part;
    return name;
}

int fl_parse_simple_name(fl_parser *p, fl_name *out) {
    const fl_token *t = peek(p);
    const char *part = NULL;
    FL_TRY(fl_parse_name(p, &part));
    *out = fl_name_one(p, part, t);
    return 0;
}

/* compound_name ::= name {'.' name} ['.' '*'] */
int fl_parse_compound_name(fl_parser *p, bool star, fl_name *out) {
    const fl_token *first = peek(p);
    int cap = 0;
    *out = (fl_name){0};
    for (;;) {
        const char *part = NULL;
        FL_TRY(fl_parse_name(p, &part));
        FL_PUSH(p->arena, out->part, out->n, cap, part);
        if (!is(p, FL_TOK_DOT)) break;
        if (star && is_at(p, 1, FL_TOK_STAR)) {
            p->at += 2;
            FL_PUSH(p->arena, out->part, out->n, cap, "*");
            break;
        }
        if (!is_name_token(peek_at(p, 1))) {
            fl_parser_tried(p, 2);
            break;
        }
        skip(p);
    }
    out->pos = fl_pos_since(p, first);
    return 0;
}

/* name_list ::= '(' name {',' name} ')' */
int fl_parse_name_list(fl_parser *p, const char ***names, fl_pos **pos, int *n) {
    int cap = 0, cap_pos = 0, n_pos = 0;
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    do {
        const char *name = NULL;
        const fl_token *t = peek(p);
        FL_TRY(fl_parse_name(p, &name));
        FL_PUSH(p->arena, *names, *n, cap, name);
        if (pos != NULL) FL_PUSH(p->arena, *pos, n_pos, cap_pos, fl_pos_of(p, t));
    } while (accept(p, FL_TOK_COMMA));
    return fl_parser_expect(p, FL_TOK_RPAREN);
}

/* ---- small things ---- */

/* Texts that are kept as C strings have no NUL in them. */
static int set_string(fl_parser *p, fl_pos pos, fl_str text, const char **out) {
    if (memchr(text.p, '\0', text.n) != NULL) return fl_parser_fail(p, pos, FL_ERR_SYNTAX_ZERO_CHARACTER);
    *out = text.p;
    return 0;
}

int fl_parse_plain_string(fl_parser *p, const char **out) {
    const fl_token *t = peek(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_STRING));
    return set_string(p, fl_pos_of(p, t), fl_token_unquote(p->arena, t), out);
}

int fl_parse_any_string(fl_parser *p, const char **out) {
    fl_ast_expr *e;
    FL_TRY(fl_parse_string(p, &e));
    return set_string(p, e->pos, e->text, out);
}

/* options ::= '(' [string '=' string {',' string '=' string}] ')' */
int fl_parse_options(fl_parser *p, fl_ast_option **options, int *n) {
    int cap = *n;
    FL_TRY(fl_parser_expect(p, FL_TOK_LPAREN));
    if (accept(p, FL_TOK_RPAREN)) return 0;
    do {
        fl_ast_option o = {0};
        const fl_token *first = peek(p);
        FL_TRY(fl_parse_any_string(p, &o.key));
        if (!is(p, FL_TOK_EQ)) return fl_parser_refuse(p, "'=' and a value: 'key' = 'value'");
        skip(p);
        FL_TRY(fl_parse_any_string(p, &o.value));
        o.pos = fl_pos_since(p, first);
        FL_PUSH(p->arena, *options, *n, cap, o);
    } while (accept(p, FL_TOK_COMMA));
    return fl_parser_expect(p, FL_TOK_RPAREN);
}

int fl_parse_unsigned(fl_parser *p, int *out) {
    const fl_token *t = peek(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_INTEGER));
    int64_t value = 0;
    for (size_t i = 0; i < t->text.n && value <= INT_MAX; i++) value = value * 10 + (t->text.p[i] - '0');
    if (value > INT_MAX)
        return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_NUMBER_TOO_LARGE, (int)FL_MIN(t->text.n, (size_t)400),
                              t->text.p);
    *out = (int)value;
    return 0;
}

/* ---- types ---- */

/* True if a type, and so the name of one, could begin at the current token: behind `first`, '<', a comma or a name. */
static bool type_may_begin(const fl_parser *p, const fl_token *first) {
    const fl_token *t = peek(p), *before = previous(p);
    if (t <= first) return true;
    if (before->kind == FL_TOK_LT || before->kind == FL_TOK_COMMA) return true;
    return before->kind == FL_TOK_LPAREN && before > first && before[-1].word == FL_KW_ROW;
}

/* A name, or a reserved word that a type begins with. */
static bool begins_type(const fl_token *t) {
    static const fl_keyword words[] = {
        FL_KW_ANY,           FL_KW_ARRAY,     FL_KW_BIGINT,    FL_KW_BINARY,   FL_KW_BOOLEAN, FL_KW_BYTES,
        FL_KW_CHAR,          FL_KW_CHARACTER, FL_KW_DATE,      FL_KW_DEC,      FL_KW_DECIMAL, FL_KW_DOUBLE,
        FL_KW_FLOAT,         FL_KW_INT,       FL_KW_INTEGER,   FL_KW_MULTISET, FL_KW_NUMERIC, FL_KW_RAW,
        FL_KW_REAL,          FL_KW_ROW,       FL_KW_SMALLINT,  FL_KW_STRING,   FL_KW_TIME,    FL_KW_TIMESTAMP,
        FL_KW_TIMESTAMP_LTZ, FL_KW_TINYINT,   FL_KW_VARBINARY, FL_KW_VARCHAR,
    };
    return is_name_token(t) || is_one_of(t->word, words, FL_ARRAY_LEN(words));
}

/* Words that fl_type_parse knows from elsewhere, but Flink's grammar of SQL does not take in a type. */
static int refuse_foreign_types(fl_parser *p, const fl_token *first) {
    int end = p->at;
    for (p->at = (int)(first - p->tokens); p->at < end; p->at++) {
        if (is(p, FL_TOK_BAD) || is(p, FL_TOK_OPEN_COMMENT)) return fl_parser_refuse(p, "a data type");
        if ((is_word(p, FL_KW_INTERVAL) || is_word(p, FL_KW_NULL)) && type_may_begin(p, first)) {
            fl_parser_tried_name(p);
            return fl_parser_refuse(p, "a data type");
        }
        if (is_word(p, FL_KW_TIME) && previous(p)->word == FL_KW_WITH)
            return fl_parser_refuse(p, "LOCAL: there is no type with a time zone of its own");
    }
    return 0;
}

/* Puts a failure of fl_type_parse, which counts bytes from the type's beginning, into the place and the words of the
 * statement. */
static int refuse_type(fl_parser *p, const fl_token *first) {
    fl_error *err = p->err;
    const char *bad = first->text.p + FL_MAX(err->column, 1) - 1;
    p->at = (int)(first - p->tokens);
    while (!is(p, FL_TOK_END) && peek(p)->text.p + peek(p)->text.n <= bad) skip(p);
    if (previous(p)->word == FL_KW_RAW && p->tokens + p->at > first && !is(p, FL_TOK_LPAREN)) p->at--; /* RAW alone */
    bool words = strncmp(err->message, "Encountered", 11) == 0 || strncmp(err->message, "Incorrect syntax", 16) == 0;
    if (err->code == FL_E_PARSE && words) {
        if (type_may_begin(p, first)) fl_parser_tried_name(p);
        return fl_parser_refuse(p, "a data type");
    }
    const fl_token *t = peek(p);
    if (err->code == FL_E_VALIDATION && is_name_token(t) && type_may_begin(p, first) && is_at(p, 1, FL_TOK_LPAREN)) {
        skip(p); /* a name that is no type could be one of the user's, but those have no parameters */
        return fl_parser_refuse(p, "a data type with a length or precision before it");
    }
    return set_place(err, fl_pos_of(p, t));
}

/* INT ARRAY and INT MULTISET, which stand behind their elements: in a cast those are NOT NULL. `last` ends the type. */
static const fl_type *with_elements_not_null(fl_arena *a, const fl_type *t, const fl_token *last) {
    if (last->word != FL_KW_ARRAY && last->word != FL_KW_MULTISET) return t;
    const fl_type *element = with_elements_not_null(a, fl_type_element(t), last - 1);
    element = fl_type_nullable(a, element, false);
    return t->kind == FL_T_ARRAY ? fl_type_array(a, element, true) : fl_type_multiset(a, element, true);
}

/* A RAW type in t, or NULL. */
static const fl_type *find_raw(const fl_type *t) {
    const fl_type *raw = t->kind == FL_T_RAW ? t : NULL;
    for (int i = 0; i < t->n_fields && raw == NULL; i++) raw = find_raw(t->fields[i].type);
    return raw;
}

/* The ROW type of a cast, which is as nullable as its operand, with all that is said of its fields. */
static int with_fields_as_written(fl_parser *p, fl_str text, const fl_type **out) {
    size_t used;
    const char *not_null = fl_arena_printf(p->arena, "%.*s NOT NULL", (int)text.n, text.p);
    FL_TRY(fl_type_parse(p->arena, fl_str_from(not_null), true, out, &used, p->err));
    *out = fl_type_nullable(p->arena, *out, true);
    return 0;
}

int fl_parse_type(fl_parser *p, bool cast, const fl_type **out) {
    const fl_token *first = peek(p);
    fl_str rest = fl_str_make(first->text.p, (size_t)(p->sql.p + p->sql.n - first->text.p));
    size_t used = 0;
    if (cast && accept_word(p, FL_KW_INTERVAL)) {
        fl_interval_qualifier q;
        FL_TRY(fl_parse_interval_qualifier(p, true, &q));
        *out = fl_type_of(q.from == FL_UNIT_YEAR || q.from == FL_UNIT_MONTH ? FL_T_INTERVAL_MONTH : FL_T_INTERVAL_DAY,
                          true);
        return 0;
    }
    if (!begins_type(first)) {
        fl_parser_tried_name(p);
        return fl_parser_refuse(p, "a data type");
    }
    if (fl_type_parse(p->arena, rest, true, out, &used, p->err) < 0) return refuse_type(p, first);
    while (!is(p, FL_TOK_END) && peek(p)->text.p < rest.p + used) skip(p);
    if (previous(p)->text.p + previous(p)->text.n > rest.p + used) { /* a word that only begins like a type */
        p->at--;
        return fl_parser_refuse(p, "a data type");
    }
    FL_TRY(refuse_foreign_types(p, first));
    if (cast && previous(p)->word == FL_KW_NULL) { /* CAST keeps the nullability of its operand */
        p->at--;
        bool is_not = previous(p)->word == FL_KW_NOT;
        if (is_not) p->at--;
        if (is_not || first[-1].word != FL_KW_RETURNING) /* RETURNING INT NULL ON EMPTY: the NULL is not the type's */
            return fl_parser_refuse(p, "')': a cast cannot change whether a value may be NULL");
    }
    const fl_type *raw = find_raw(*out);
    if (raw != NULL) {
        fl_fail(p->err, FL_ERR_TYPE_RAW, raw->class_name, raw->serializer);
        return set_place(p->err, fl_pos_of(p, first));
    }
    if (cast && (*out)->kind == FL_T_ROW) return with_fields_as_written(p, fl_str_make(rest.p, used), out);
    if (cast) *out = with_elements_not_null(p->arena, *out, previous(p));
    return 0;
}

/* ---- entry points ---- */

static int tokenize(fl_parser *p, fl_arena *a, fl_str sql, fl_error *err) {
    fl_lexer lx;
    fl_token *tokens = NULL, t;
    int n = 0, cap = 0;
    *p = (fl_parser){.arena = a, .err = err, .sql = sql, .tried.at = -1};
    fl_error_clear(err);
    if (sql.n > INT_MAX / 2) return fl_fail(err, FL_ERR_SYNTAX_STATEMENT_SIZE, INT_MAX / 2);
    fl_lexer_init(&lx, sql);
    do {
        t = fl_lexer_next(&lx);
        FL_PUSH(a, tokens, n, cap, t);
    } while (t.kind != FL_TOK_END);
    p->tokens = tokens;
    p->n_tokens = n;
    return 0;
}

/* statement {';'} */
int fl_sql_parse(fl_arena *a, fl_str sql, fl_ast_stmt **out, fl_error *err) {
    fl_parser p;
    FL_TRY(tokenize(&p, a, sql, err));
    FL_TRY(fl_parse_statement(&p, out));
    if (is(&p, FL_TOK_END)) return 0;
    if (!is(&p, FL_TOK_SEMICOLON)) return fl_parser_refuse(&p, "an operator, a further clause or the end");
    while (accept(&p, FL_TOK_SEMICOLON)) {}
    if (is(&p, FL_TOK_END)) return 0;
    return fl_parser_fail(&p, fl_pos_of(&p, peek(&p)), FL_ERR_SYNTAX_ONE_STATEMENT);
}

int fl_sql_parse_expr(fl_arena *a, fl_str sql, fl_ast_expr **out, fl_error *err) {
    fl_parser p;
    FL_TRY(tokenize(&p, a, sql, err));
    FL_TRY(fl_parse_expr(&p, FL_CTX_SUB_QUERY, out));
    if (is(&p, FL_TOK_END)) return 0;
    return fl_parser_refuse(&p, "an operator or the end");
}

bool fl_sql_is_reserved(fl_str word) {
    return !fl_is_plain_name(word) || fl_keyword_class_of(fl_keyword_find(word)) != FL_WORD_N;
}

/* ---- scripts ---- */

/* Whether a semicolon ends the statement: not between STATEMENT SET BEGIN and its END. */
typedef struct splitter {
    fl_keyword last[2]; /* the words before, newest first */
    bool in_set;
    bool after_semicolon;
    int open_cases; /* CASE without its END yet, since the last semicolon */
} splitter;

static void split_at(splitter *s, const fl_token *t) {
    if (s->in_set && t->word == FL_KW_CASE) s->open_cases++;
    if (s->in_set && t->word == FL_KW_END) {
        if (s->after_semicolon || s->open_cases == 0)
            s->in_set = false;
        else
            s->open_cases--;
    }
    s->after_semicolon = t->kind == FL_TOK_SEMICOLON;
    if (s->after_semicolon) s->open_cases = 0;
    if (t->word == FL_KW_BEGIN && s->last[0] == FL_KW_SET && s->last[1] == FL_KW_STATEMENT) {
        s->in_set = true;
        s->after_semicolon = true; /* BEGIN END: a set of nothing, which the parser refuses */
    }
    s->last[1] = s->last[0];
    s->last[0] = t->word;
}

bool fl_sql_next_statement(fl_str script, size_t *at, fl_str *out) {
    fl_lexer lx;
    splitter s = {0};
    if (*at >= script.n) return false;
    const char *begin = NULL, *end = NULL, *from = script.p + *at;
    fl_lexer_init(&lx, fl_str_make(from, (size_t)(script.p + script.n - from)));
    for (;;) {
        fl_token t = fl_lexer_next(&lx);
        if (t.kind == FL_TOK_SEMICOLON && !s.in_set) {
            if (begin == NULL) continue; /* nothing between two semicolons */
            break;
        }
        if (t.kind == FL_TOK_END) break;
        if (begin == NULL) begin = t.text.p;
        end = t.kind == FL_TOK_BAD ? lx.at : t.text.p + t.text.n;
        if (t.kind == FL_TOK_QUOTE) { /* not closed: all that follows belongs to it */
            lx.at = script.p + script.n;
            fl_str rest = fl_str_trim(fl_str_make(t.text.p, (size_t)(lx.at - t.text.p)));
            end = rest.p + rest.n;
            break;
        }
        split_at(&s, &t);
    }
    *at = (size_t)(lx.at - script.p);
    if (begin == NULL) return false;
    *out = fl_str_make(begin, (size_t)(end - begin));
    return true;
}
