/* SPDX-License-Identifier: Apache-2.0 */
/* parse_literal.c -- numbers, texts, bytes, dates, times and intervals.
 *
 * What:       a literal's content is checked here as far as Flink's parser does, and stored in one canonical form, so
 *             that those who convert it need no tolerance: DATE '2024-1-5' has the text 2024-01-05, a TIMESTAMP always
 *             has its time of day, and as many digits of fraction as were written, nine at most. Intervals and numbers
 *             keep their text.
 * Texts:      U&'…' escapes are undone, pieces are joined, the character set is checked and forgotten: all is UTF-8.
 */
#include "sql/parser_int.h"

#include "messages/syntax.h"

#include <stdio.h>

const char *const fl_time_unit_name[] = {"",
#define FL_X(u) #u,
                                         FL_TIME_UNITS(FL_X)
#undef FL_X
};

fl_time_unit fl_time_unit_find(fl_str word) {
    static const char prefix[] = "SQL_TSI_";
    size_t skipped = sizeof prefix - 1;
    if (fl_str_iis(word, "FRAC_SECOND")) return FL_UNIT_MICROSECOND;
    if (fl_str_iis(word, "SQL_TSI_FRAC_SECOND")) return FL_UNIT_NANOSECOND;
    if (word.n > skipped && fl_str_iis(fl_str_make(word.p, skipped), prefix))
        word = fl_str_make(word.p + skipped, word.n - skipped);
    for (size_t i = 1; i < FL_ARRAY_LEN(fl_time_unit_name); i++) {
        size_t n = strlen(fl_time_unit_name[i]);
        bool plural = word.n == n + 1 && (word.p[n] == 's' || word.p[n] == 'S');
        if (fl_str_iis(fl_str_make(word.p, word.n - plural), fl_time_unit_name[i])) return (fl_time_unit)i;
    }
    return FL_UNIT_NONE;
}

/* ---- texts ---- */

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void put_utf8(fl_buf *out, uint32_t cp) {
    char utf8[4];
    fl_buf_put(out, utf8, (size_t)fl_utf8_encode(cp, utf8));
}

/* Undoes \XXXX in `s`; two halves of a surrogate pair become one character, a half alone U+FFFD. */
static int unescape(fl_parser *p, const fl_token *t, char escape, fl_str s, fl_buf *out) {
    enum { REPLACEMENT = 0xfffd };
    uint32_t high = 0; /* a first half that waits for its second */
    int index = 0, n;
    for (const char *c = s.p, *end = s.p + s.n; c < end; c += n) {
        uint32_t cp;
        if (*c != escape) {
            n = fl_utf8_decode(c, end, &cp);
            index++;
        } else if (end - c > 1 && c[1] == escape) {
            cp = (uint32_t)escape;
            n = 2;
            index += n;
        } else {
            cp = 0;
            for (n = 1; n <= 4; n++) {
                int digit = end - c > n ? hex_value(c[n]) : -1;
                if (digit < 0) return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_UNICODE_ESCAPE, index);
                cp = cp * 16 + (uint32_t)digit;
            }
            index += n;
        }
        bool is_high = cp >= 0xd800 && cp <= 0xdbff, is_low = cp >= 0xdc00 && cp <= 0xdfff;
        if (high != 0 && !is_low) put_utf8(out, REPLACEMENT);
        if (is_low) cp = high != 0 ? 0x10000 + ((high - 0xd800) << 10) + (cp - 0xdc00) : REPLACEMENT;
        high = is_high ? cp : 0;
        if (!is_high) put_utf8(out, cp);
    }
    if (high != 0) put_utf8(out, REPLACEMENT);
    return 0;
}

/* Flink keeps a text in its character set; we only refuse what would not fit. */
static int check_charset(fl_parser *p, const fl_token *t, fl_str text) {
    static const struct {
        const char *name, *canonical;
        uint32_t last; /* 0: all of Unicode */
    } sets[] = {
        {"UTF8", "UTF-8", 0},
        {"UTF-8", "UTF-8", 0},
        {"UTF16", "UTF-16", 0},
        {"UTF-16", "UTF-16", 0},
        {"UTF-16LE", "UTF-16LE", 0},
        {"UTF-16BE", "UTF-16BE", 0},
        {"UTF32", "UTF-32", 0},
        {"UTF-32", "UTF-32", 0},
        {"LATIN1", "ISO-8859-1", 0xff},
        {"ISO-8859-1", "ISO-8859-1", 0xff},
        {"ISO8859_1", "ISO-8859-1", 0xff},
        {"ISO_8859_1", "ISO-8859-1", 0xff},
        {"ASCII", "US-ASCII", 0x7f},
        {"US-ASCII", "US-ASCII", 0x7f},
    };
    const char *quote = memchr(t->text.p, '\'', t->text.n);
    fl_str name = fl_str_make(t->text.p + 1, (size_t)(quote - t->text.p - 1));
    if (t->text.p[0] != '_') name = fl_str_from("ISO-8859-1"); /* N'…' */
    for (size_t i = 0; i < FL_ARRAY_LEN(sets); i++) {
        if (!fl_str_iis(name, sets[i].name)) continue;
        for (const char *c = text.p, *end = text.p + text.n; c < end && sets[i].last != 0;) {
            uint32_t cp;
            c += fl_utf8_decode(c, end, &cp);
            if (cp > sets[i].last)
                return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_CHARSET_VALUE, (int)FL_MIN(text.n, (size_t)400),
                                      text.p, sets[i].canonical);
        }
        return 0;
    }
    return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_CHARSET, (int)name.n, name.p);
}

/* UESCAPE 'c' */
static int parse_uescape(fl_parser *p, bool unicode, char *escape) {
    if (!accept_word(p, FL_KW_UESCAPE)) return 0;
    const fl_token *t = peek(p);
    FL_TRY(fl_parser_expect(p, FL_TOK_STRING));
    if (!unicode) return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_UESCAPE_PLACE);
    fl_str c = fl_token_unquote(p->arena, t);
    if (c.n != 1 || (unsigned char)c.p[0] >= 0x80)
        return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_UESCAPE_LENGTH, (int)c.n, c.p);
    if (hex_value(c.p[0]) >= 0 || strchr(" \t\n\r\f+\"", c.p[0]) != NULL)
        return fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_UESCAPE_CHARACTER, c.p[0]);
    *escape = c.p[0];
    return 0;
}

/* A text goes on in another literal only from the next line on. */
static int check_pieces(fl_parser *p, const fl_token *first, const fl_token *end) {
    for (const fl_token *t = first; t + 1 < end; t++) {
        int line = t->line;
        for (size_t i = 0; i < t->text.n; i++) line += t->text.p[i] == '\n';
        if (t[1].line == line) return fl_parser_fail(p, fl_pos_of(p, t + 1), FL_ERR_SYNTAX_CONTINUED);
    }
    return 0;
}

/* string ::= ('…' | U&'…' | _charset'…' | N'…') {'…'} ['UESCAPE' '…'] */
int fl_parse_string(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p), *end;
    bool unicode = first->kind == FL_TOK_UNICODE_STRING;
    if (!unicode && first->kind != FL_TOK_STRING && first->kind != FL_TOK_CHARSET_STRING)
        return fl_parser_refuse(p, "a text in single quotes");
    do skip(p);
    while (is(p, FL_TOK_STRING));
    end = peek(p);
    FL_TRY(check_pieces(p, first, end));
    char escape = '\\';
    FL_TRY(parse_uescape(p, unicode, &escape));
    fl_buf b;
    fl_buf_init(&b);
    int rc = 0;
    for (const fl_token *t = first; t < end && rc == 0; t++) {
        fl_str piece = fl_token_unquote(p->arena, t);
        if (t->kind == FL_TOK_CHARSET_STRING) rc = check_charset(p, t, piece);
        if (unicode)
            rc = unescape(p, t, escape, piece, &b);
        else
            fl_buf_put_str(&b, piece);
    }
    if (rc == 0) {
        fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_STRING, first);
        e->text = fl_str_make(fl_arena_strndup(p->arena, b.n > 0 ? b.p : "", b.n), b.n);
    }
    fl_buf_deinit(&b);
    return rc;
}

/* bytes ::= X'…' {'…'} */
static int parse_binary(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_buf b;
    fl_buf_init(&b);
    int high = -1, rc = 0;
    do {
        const fl_token *t = peek(p);
        fl_str hex = fl_token_unquote(p->arena, t);
        for (size_t i = 0; i < hex.n && rc == 0; i++) {
            int digit = hex_value(hex.p[i]);
            if (digit < 0)
                rc = fl_parser_fail(p, fl_pos_of(p, t), FL_ERR_SYNTAX_BINARY_DIGITS);
            else if (high < 0)
                high = digit;
            else {
                fl_buf_putc(&b, (char)(high * 16 + digit));
                high = -1;
            }
        }
        skip(p);
    } while (rc == 0 && is(p, FL_TOK_STRING));
    if (rc == 0) rc = check_pieces(p, first, peek(p));
    if (rc == 0 && high >= 0) rc = fl_parser_fail(p, fl_pos_since(p, first), FL_ERR_SYNTAX_BINARY_ODD);
    if (rc == 0) {
        fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_BINARY, first);
        e->text = fl_str_make(fl_arena_strndup(p->arena, b.n > 0 ? b.p : "", b.n), b.n);
    }
    fl_buf_deinit(&b);
    return rc;
}

/* ---- dates and times ---- */

/* A number of the literal, with blanks before it. */
static bool scan_number(const char **at, const char *end, int *value) {
    const char *c = *at;
    while (c < end && (*c == ' ' || *c == '\t')) c++;
    const char *digits = c;
    for (*value = 0; c < end && *c >= '0' && *c <= '9' && c - digits < 9; c++) *value = *value * 10 + (*c - '0');
    *at = c;
    return c > digits;
}

static bool scan_char(const char **at, const char *end, char c) {
    if (*at == end || **at != c) return false;
    ++*at;
    return true;
}

static int days_in_month(int year, int month) {
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* y-m-d; the ten days that the calendar left out in October 1582 are no dates. */
static bool scan_date(const char **at, const char *end, int *y, int *m, int *d) {
    if (!scan_number(at, end, y) || !scan_char(at, end, '-') || !scan_number(at, end, m) || !scan_char(at, end, '-') ||
        !scan_number(at, end, d))
        return false;
    if (*y < 1 || *m < 1 || *m > 12 || *d < 1 || *d > days_in_month(*y, *m)) return false;
    return !(*y == 1582 && *m == 10 && *d > 4 && *d < 15);
}

/* h:m:s[.f…] */
static bool scan_time(const char **at, const char *end, int *h, int *m, int *s, fl_str *fraction) {
    if (!scan_number(at, end, h) || !scan_char(at, end, ':') || !scan_number(at, end, m) || !scan_char(at, end, ':') ||
        !scan_number(at, end, s))
        return false;
    *fraction = fl_str_make(*at, 0);
    if (scan_char(at, end, '.')) {
        const char *digits = *at;
        while (*at < end && **at >= '0' && **at <= '9') ++*at;
        if (*at == digits) return false;
        *fraction = fl_str_make(digits - 1, FL_MIN((size_t)(*at - digits), (size_t)9) + 1);
    }
    return *h < 24 && *m < 60 && *s < 60;
}

/* ('DATE' | 'TIME' | 'TIMESTAMP') '…' */
static int parse_datetime(fl_parser *p, fl_ast_expr **out) {
    const fl_token *word = peek(p);
    skip(p);
    fl_str text = fl_token_unquote(p->arena, peek(p));
    skip(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_DATE, word);
    const char *at = text.p, *end = text.p + text.n, *kind = "DATE", *format = "yyyy-MM-dd", *canonical = NULL;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    fl_str f = {"", 0};
    bool good;
    switch (word->word) {
    case FL_KW_DATE:
        good = scan_date(&at, end, &y, &mo, &d);
        canonical = fl_arena_printf(p->arena, "%04d-%02d-%02d", y, mo, d);
        if (good && at == end && y > 9999) return fl_parser_fail(p, e->pos, FL_ERR_SYNTAX_YEAR, y);
        break;
    case FL_KW_TIME:
        e->kind = FL_AX_TIME;
        kind = "TIME";
        format = "HH:mm:ss";
        good = scan_time(&at, end, &h, &mi, &s, &f);
        canonical = fl_arena_printf(p->arena, "%02d:%02d:%02d%.*s", h, mi, s, (int)f.n, f.p);
        break;
    default:
        e->kind = FL_AX_TIMESTAMP;
        kind = "TIMESTAMP";
        format = "yyyy-MM-dd HH:mm:ss";
        good = scan_date(&at, end, &y, &mo, &d);
        if (good && at < end) good = scan_char(&at, end, ' ') && scan_time(&at, end, &h, &mi, &s, &f);
        canonical = fl_arena_printf(p->arena, "%04d-%02d-%02d %02d:%02d:%02d%.*s", y, mo, d, h, mi, s, (int)f.n, f.p);
        break;
    }
    if (!good || at != end)
        return fl_parser_fail(p, e->pos, FL_ERR_SYNTAX_DATETIME_LITERAL, kind, (int)FL_MIN(text.n, (size_t)400), text.p,
                              format);
    e->text = fl_str_from(canonical);
    return 0;
}

/* {d '…'}, {t '…'}, {ts '…'}: JDBC's spelling of the same. */
static bool begins_braced_datetime(const fl_parser *p) {
    fl_str w = peek_at(p, 1)->text;
    return is(p, FL_TOK_LBRACE) && is_at(p, 2, FL_TOK_STRING) && is_at(p, 3, FL_TOK_RBRACE) &&
           (fl_str_iis(w, "d") || fl_str_iis(w, "t") || fl_str_iis(w, "ts"));
}

static int parse_braced_datetime(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_token words[] = {*peek_at(p, 1), *peek_at(p, 2), *peek_at(p, 3)};
    words[0].word = fl_str_iis(words[0].text, "d")   ? FL_KW_DATE
                    : fl_str_iis(words[0].text, "t") ? FL_KW_TIME
                                                     : FL_KW_TIMESTAMP;
    fl_parser inner = *p;
    inner.tokens = words;
    inner.n_tokens = 3;
    inner.at = 0;
    FL_TRY(parse_datetime(&inner, out));
    p->at += 4;
    (*out)->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- intervals ---- */

fl_time_unit fl_interval_unit(const fl_token *t) {
    switch (t->word) {
    case FL_KW_YEAR:
    case FL_KW_YEARS: return FL_UNIT_YEAR;
    case FL_KW_MONTH:
    case FL_KW_MONTHS: return FL_UNIT_MONTH;
    case FL_KW_DAY:
    case FL_KW_DAYS: return FL_UNIT_DAY;
    case FL_KW_HOUR:
    case FL_KW_HOURS: return FL_UNIT_HOUR;
    case FL_KW_MINUTE:
    case FL_KW_MINUTES: return FL_UNIT_MINUTE;
    case FL_KW_SECOND:
    case FL_KW_SECONDS: return FL_UNIT_SECOND;
    default: return FL_UNIT_NONE;
    }
}

static bool may_end_interval(fl_time_unit from, fl_time_unit to) {
    if (from == FL_UNIT_YEAR) return to == FL_UNIT_MONTH;
    return from >= FL_UNIT_MINUTE && from <= FL_UNIT_DAY && to >= FL_UNIT_SECOND && to < from;
}

/* qualifier ::= unit ['(' number [',' number] ')'] ['TO' unit ['(' number ')']], the second number for SECOND only */
int fl_parse_interval_qualifier(fl_parser *p, bool with_to, fl_interval_qualifier *q) {
    *q = (fl_interval_qualifier){.precision = -1, .fraction_precision = -1};
    q->from = fl_interval_unit(peek(p));
    if (q->from == FL_UNIT_NONE) return fl_parser_refuse(p, "YEAR, MONTH, DAY, HOUR, MINUTE or SECOND");
    skip(p);
    if (accept(p, FL_TOK_LPAREN)) {
        FL_TRY(fl_parse_unsigned(p, &q->precision));
        if (q->from == FL_UNIT_SECOND && accept(p, FL_TOK_COMMA)) FL_TRY(fl_parse_unsigned(p, &q->fraction_precision));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    if (!with_to || !is_word(p, FL_KW_TO)) return 0;
    fl_time_unit to = fl_interval_unit(peek_at(p, 1));
    if (!may_end_interval(q->from, to)) {
        fl_parser_tried(p, 2);
        return 0;
    }
    p->at += 2;
    q->to = to;
    if (to == FL_UNIT_SECOND && accept(p, FL_TOK_LPAREN)) {
        FL_TRY(fl_parse_unsigned(p, &q->fraction_precision));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
    }
    return 0;
}

/* interval ::= 'INTERVAL' ['+' | '-'] (string qualifier | (number | compound_name | '(' expr ')') unit) */
static int parse_interval(fl_parser *p, fl_ast_expr **out) {
    const fl_token *first = peek(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, FL_AX_INTERVAL, first), *amount;
    skip(p);
    e->flag = accept(p, FL_TOK_MINUS);
    if (!e->flag) accept(p, FL_TOK_PLUS);
    const fl_token *t = peek(p);
    if (accept(p, FL_TOK_STRING)) {
        e->text = fl_token_unquote(p->arena, t);
        const fl_token *unit = peek(p);
        FL_TRY(fl_parse_interval_qualifier(p, true, &e->interval));
        e->pos = fl_pos_since(p, first);
        fl_str q = fl_text_since(p, unit);
        if (e->text.n == 0)
            return fl_parser_fail(p, e->pos, FL_ERR_SYNTAX_INTERVAL, (int)q.n, q.p, first->line, first->column);
        return 0;
    }
    if (accept(p, FL_TOK_LPAREN)) {
        FL_TRY(fl_parse_expr(p, FL_CTX_SUB_QUERY, &amount));
        FL_TRY(fl_parser_expect(p, FL_TOK_RPAREN));
        amount->parenthesised = true;
    } else if (t->kind >= FL_TOK_INTEGER && t->kind <= FL_TOK_APPROX) {
        FL_TRY(fl_parse_literal(p, &amount));
    } else if (is_name_token(t)) {
        amount = fl_ast_expr_new(p, FL_AX_NAME, t);
        FL_TRY(fl_parse_compound_name(p, false, &amount->name));
        amount->pos = amount->name.pos;
    } else {
        return fl_parser_refuse(p, "a text in single quotes, such as '1'");
    }
    e->args = FL_NEW_N(p->arena, fl_ast_expr *, 1);
    e->args[e->n_args++] = amount;
    FL_TRY(fl_parse_interval_qualifier(p, false, &e->interval));
    e->pos = fl_pos_since(p, first);
    return 0;
}

/* ---- all of them ---- */

bool fl_begins_literal(const fl_parser *p) {
    const fl_token *t = peek(p);
    switch (t->word) {
    case FL_KW_TRUE:
    case FL_KW_FALSE:
    case FL_KW_UNKNOWN:
    case FL_KW_NULL:
    case FL_KW_DATE:
    case FL_KW_TIME:
    case FL_KW_TIMESTAMP:
    case FL_KW_INTERVAL: return true;
    default: return (t->kind >= FL_TOK_STRING && t->kind <= FL_TOK_APPROX) || begins_braced_datetime(p);
    }
}

int fl_parse_literal(fl_parser *p, fl_ast_expr **out) {
    const fl_token *t = peek(p);
    fl_ast_expr_kind kind;
    switch (t->kind) {
    case FL_TOK_STRING:
    case FL_TOK_UNICODE_STRING:
    case FL_TOK_CHARSET_STRING: return fl_parse_string(p, out);
    case FL_TOK_BINARY: return parse_binary(p, out);
    case FL_TOK_LBRACE: return parse_braced_datetime(p, out);
    default: break;
    }
    switch (t->word) {
    case FL_KW_DATE:
    case FL_KW_TIME:
    case FL_KW_TIMESTAMP: return parse_datetime(p, out);
    case FL_KW_INTERVAL: return parse_interval(p, out);
    case FL_KW_TRUE:
    case FL_KW_FALSE: kind = FL_AX_BOOLEAN; break;
    case FL_KW_UNKNOWN: kind = FL_AX_UNKNOWN; break;
    case FL_KW_NULL: kind = FL_AX_NULL; break;
    default: kind = FL_AX_NUMBER;
    }
    skip(p);
    fl_ast_expr *e = *out = fl_ast_expr_new(p, kind, t);
    e->flag = t->word == FL_KW_TRUE;
    if (kind == FL_AX_NUMBER) e->text = t->text;
    return 0;
}
