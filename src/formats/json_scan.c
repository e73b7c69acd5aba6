/* SPDX-License-Identifier: Apache-2.0 */
/* json_scan.c -- JSON text to tokens, one at a time and without a tree.
 *
 * What:       a pull scanner over one record that lies in memory.
 * Example:    {"a":1,"b":[true]} gives OBJECT, NAME a, INT 1, NAME b, ARRAY, TRUE, ARRAY_END, OBJECT_END, NONE.
 * Interface:  json_int.h.
 * Order:      start (or value); then next, text and skip in any mix.
 * Algorithm:  Flink reads JSON with Jackson's streaming parser, and what happens after a mistake is visible to its
 *             users: with ignore-parse-errors a decoder goes on from where the scanner stopped. So the scanner keeps
 *             Jackson's order of steps: the value behind a name is begun together with the name; a string's text is
 *             left unread until somebody wants it; a wrong character is consumed, and of a wrong word the character
 *             behind it too. Its sentences are kept as well. Texts without escapes are borrowed from the record;
 *             others are decoded into a buffer, UTF-16 surrogates joined.
 */
#include "formats/json_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/decimal.h"
#include "messages/format.h"

enum { IN_OBJECT = 1, STARTED = 2 }; /* bits of a scope */

static const char value_words[] = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

void json_scan_init(json_scan *s) {
    *s = (json_scan){0};
    fl_buf_init(&s->name_text);
    fl_buf_init(&s->string_text);
}

void json_scan_deinit(json_scan *s) {
    free(s->scopes);
    fl_buf_deinit(&s->name_text);
    fl_buf_deinit(&s->string_text);
}

void json_scan_start(json_scan *s, fl_str record, fl_error *err) {
    if (fl_str_starts(record, "\xef\xbb\xbf")) record = fl_str_make(record.p + 3, record.n - 3); /* byte order mark */
    s->p = record.p;
    s->end = record.p + record.n;
    s->token = s->behind = JSON_NONE;
    s->pending = false;
    s->depth = 0;
    s->err = err;
}

/* ---- refusals ---- */

/* 'x' (code 120) */
static void describe(char out[40], uint32_t c) {
    char utf8[5] = "";
    if (c >= ' ') fl_utf8_encode(c, utf8);
    if (c < ' ')
        snprintf(out, 40, "(CTRL-CHAR, code %u)", c);
    else
        snprintf(out, 40, c > 255 ? "'%s' (code %u / 0x%x)" : "'%s' (code %u)", utf8, c, c);
}

static int unexpected(json_scan *s, unsigned char c, const char *where, const char *what) {
    char text[40];
    describe(text, c);
    return fl_fail(s->err, FL_ERR_FORMAT_JSON_CHARACTER, text, where, what);
}

static int no_value(json_scan *s, char c) {
    char text[40];
    describe(text, (unsigned char)c);
    return fl_fail(s->err, FL_ERR_FORMAT_JSON_NO_VALUE, text, value_words);
}

static int ended(json_scan *s, const char *where) { return fl_fail(s->err, FL_ERR_FORMAT_JSON_ENDS_IN, where); }

static const char *scope_name(const json_scan *s) {
    return s->depth == 0 ? "root" : s->scopes[s->depth - 1] & IN_OBJECT ? "Object" : "Array";
}

static int ended_between(json_scan *s) { return fl_fail(s->err, FL_ERR_FORMAT_JSON_ENDS_BETWEEN, scope_name(s)); }

static bool is_word_char(unsigned char c) {
    return text_is_digit((char)c) || (c | 32u) - 'a' < 26u || c == '_' || c == '$' || c >= 0x80;
}

static int bad_start(json_scan *s, unsigned char c) { return fl_fail(s->err, FL_ERR_FORMAT_JSON_UTF8_START, c); }

/* How many bytes follow the first one of a character; -1: it is none. */
static int count_more(unsigned char first) {
    if (first < 0x80) return 0;
    return first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
}

/* The next byte of a character that has several. */
static int take_middle(json_scan *s, const char *where, uint32_t *cp) {
    if (s->p == s->end) return ended(s, where);
    unsigned char c = (unsigned char)*s->p++;
    if ((c & 0xc0) != 0x80) return fl_fail(s->err, FL_ERR_FORMAT_JSON_UTF8_MIDDLE, c);
    *cp = *cp << 6 | (c & 0x3f);
    return 0;
}

/* Takes a character of one to four bytes, which it returns, as loosely as Jackson decodes it: too long forms and
 * surrogates pass. */
static int take_char(json_scan *s, const char *where, uint32_t *cp) {
    unsigned char first = (unsigned char)*s->p++;
    int more = count_more(first);
    if (more < 0) return bad_start(s, first);
    *cp = more == 0 ? first : first & (0x3fu >> more);
    for (int i = 0; i < more; i++) FL_TRY(take_middle(s, where, cp));
    return 1 + more;
}

/* `from` is where the wrong word begins; p stands where it turned out to be wrong. */
static int wrong_word(json_scan *s, const char *from) {
    uint32_t cp = 0;
    while (s->p < s->end && is_word_char((unsigned char)*s->p)) FL_TRY(take_char(s, "", &cp));
    int n = (int)FL_MIN(s->p - from, 256);
    if (s->p < s->end) s->p++;
    return fl_fail(s->err, FL_ERR_FORMAT_JSON_TOKEN, n, from, value_words);
}

/* ---- scopes ---- */

static void open_scope(json_scan *s, json_token t) {
    if (s->depth == s->cap_scopes) {
        s->cap_scopes = FL_MAX(2 * s->cap_scopes, 64);
        s->scopes = fl_realloc(s->scopes, (size_t)s->cap_scopes);
    }
    s->scopes[s->depth++] = t == JSON_OBJECT ? IN_OBJECT : 0;
}

static int close_scope(json_scan *s, char c) {
    bool object = c == '}';
    if (s->depth == 0 || (s->scopes[s->depth - 1] & IN_OBJECT) != object)
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_CLOSE, c, object ? ']' : '}', scope_name(s));
    s->depth--;
    s->token = object ? JSON_OBJECT_END : JSON_ARRAY_END;
    return 0;
}

/* ---- blanks ---- */

/* The next character that is no blank, consumed, into *c; *found is false at the end. */
static int skip_blanks(json_scan *s, char *c, bool *found) {
    for (*found = false; s->p < s->end;) {
        *c = *s->p++;
        if (FL_LIKELY((unsigned char)*c > ' ')) {
            *found = true;
            return *c != '/' ? 0
                             : unexpected(s, '/', "",
                                          "maybe a (non-standard) comment? (not recognized as one since Feature "
                                          "'ALLOW_COMMENTS' not enabled for parser)");
        }
        if (*c == ' ' || *c == '\n' || *c == '\t' || *c == '\r') continue;
        char text[40];
        describe(text, (unsigned char)*c);
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_CONTROL, text);
    }
    return 0;
}

/* The same where something must come. */
static int skip_to(json_scan *s, char *c) {
    bool found;
    FL_TRY(skip_blanks(s, c, &found));
    return found ? 0 : ended_between(s);
}

static int skip_colon(json_scan *s, char *c) {
    FL_TRY(skip_to(s, c));
    if (*c != ':')
        return unexpected(s, (unsigned char)*c, "", "was expecting a colon to separate field name and value");
    return skip_to(s, c);
}

/* ---- strings ---- */

/* What stands behind a backslash. */
static int read_escape(json_scan *s, fl_json_units *u) {
    if (s->p == s->end) return ended(s, " in character escape sequence");
    uint32_t cp = 0;
    int n = take_char(s, " in character escape sequence", &cp);
    if (n < 0) return n;
    char c = n == 1 ? (char)cp : '\0';
    int plain = fl_json_unescaped(c);
    if (plain >= 0) {
        fl_json_units_put(u, (uint16_t)plain);
        return 0;
    }
    if (c != 'u') {
        char text[40];
        describe(text, cp);
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_ESCAPE, text);
    }
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        if (s->p == s->end) return ended(s, " in character escape sequence");
        int digit = fl_hex_digit(*s->p++);
        if (digit < 0)
            return unexpected(s, (unsigned char)s->p[-1], "", "expected a hex-digit for character escape sequence");
        unit = unit << 4 | (unsigned)digit;
    }
    fl_json_units_put(u, (uint16_t)unit);
    return 0;
}

/* A character that has n bytes. */
static void put_char(fl_json_units *u, uint32_t cp, int n) {
    if (n == 4) {
        int32_t x = (int32_t)cp - 0x10000; /* below 0 for a form too long */
        fl_json_units_put(u, (uint16_t)(0xd800 | x >> 10));
        cp = 0xdc00 | (cp & 0x3ff);
    }
    fl_json_units_put(u, (uint16_t)cp);
}

/* Byte by byte from p on; what lies between `from` and p is copied as it is. */
static int read_text_slowly(json_scan *s, const char *from, const char *where, fl_buf *buf, fl_str *out) {
    fl_buf_reset(buf);
    fl_buf_put(buf, from, (size_t)(s->p - from));
    fl_json_units u = {buf, 0};
    for (;;) {
        if (s->p == s->end) return ended(s, where);
        uint32_t cp = 0;
        int n = take_char(s, " in VALUE_STRING", &cp);
        if (n < 0) return n;
        if (n == 1 && cp == '"') break;
        if (n == 1 && cp == '\\')
            FL_TRY(read_escape(s, &u));
        else
            put_char(&u, cp, n);
    }
    fl_json_units_end(&u);
    *out = fl_buf_str(buf);
    return 0;
}

/* The text behind an opening quote, and over the closing one. */
static int read_text(json_scan *s, const char *where, fl_buf *buf, fl_str *out) {
    const char *from = s->p, *q = fl_find3(from, s->end, '"', '\\', '"');
    if (q < s->end && *q == '"' && fl_utf8_valid(fl_str_make(from, (size_t)(q - from)))) {
        *out = fl_str_make(from, (size_t)(q - from));
        s->p = q + 1;
        return 0;
    }
    s->p = fl_skip_ascii(from, q);
    return read_text_slowly(s, from, where, buf, out);
}

static int read_pending(json_scan *s) {
    s->pending = false;
    return read_text(s, " in VALUE_STRING", &s->string_text, &s->string);
}

/* ---- base64 ---- */

enum { BASE64_PADDING = -1, BASE64_QUOTE = -2, BASE64_SKIPPED = -3 };

/* The value of the character at p, consumed, the `place`th of four; or one of the above. Where it is no part of base64,
 * the string stays pending behind it, be it the closing quote. */
static int take_base64(json_scan *s, int place, int *value) {
    char c;
    if (s->p == s->end) return ended(s, " in VALUE_STRING");
    c = *s->p++;
    *value = text_base64_value(c);
    if (*value >= 0) return 0;
    *value = c == '=' ? BASE64_PADDING : BASE64_QUOTE;
    if ((c == '=' && place >= 2) || (c == '"' && place != 1)) return 0;
    if (c != '\\') return text_bad_base64(c, place, s->err);
    fl_buf_reset(&s->string_text);
    fl_json_units u = {&s->string_text, 0};
    FL_TRY(read_escape(s, &u));
    c = s->string_text.n == 1 ? s->string_text.p[0] : '\x7f';
    *value = text_base64_value(c);
    if (*value >= 0) return 0;
    *value = place == 0 ? BASE64_SKIPPED : BASE64_PADDING;
    return c == '=' || (place == 0 && (unsigned char)c <= ' ') ? 0 : text_bad_base64(c, place, s->err);
}

/* Four characters, of which the last one or two may be padding. *n: bytes; -1: the string is over. */
static int take_quad(json_scan *s, uint32_t *bits, int *n) {
    int value;
    do {
        while (s->p < s->end && (unsigned char)*s->p <= ' ') s->p++;
        FL_TRY(take_base64(s, 0, &value));
    } while (value == BASE64_SKIPPED);
    *n = value == BASE64_QUOTE ? -1 : 3;
    *bits = (uint32_t)value;
    for (int place = 1; *n == 3 && place < 4; place++) {
        FL_TRY(take_base64(s, place, &value));
        if (value == BASE64_QUOTE) {
            s->p--;
            return text_unpadded_base64(s->err);
        }
        if (value >= 0) {
            *bits = *bits << 6 | (uint32_t)value;
            continue;
        }
        *n = place - 1;
        *bits <<= 6 * (4 - place);
        if (place < 3) FL_TRY(take_base64(s, 3, &value));
        if (value != BASE64_PADDING) return text_bad_base64(s->p[-1], 3, s->err);
    }
    return 0;
}

int json_base64(json_scan *s, fl_buf *out) {
    fl_assert(s->token == JSON_STRING);
    if (!s->pending) return text_base64_decode(s->string, out, s->err);
    for (;;) {
        uint32_t bits;
        int n;
        FL_TRY(take_quad(s, &bits, &n));
        if (n < 0) break;
        char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        fl_buf_put(out, bytes, (size_t)n);
    }
    s->pending = false;
    return 0;
}

/* ---- numbers and words ---- */

static const char *skip_digits(const char *p, const char *end) {
    while (p < end && text_is_digit(*p)) p++;
    return p;
}

/* A digit must stand at p; consumes a wrong character. */
static int need_digit(json_scan *s, const char *what) {
    if (s->p < s->end && text_is_digit(*s->p)) return 0;
    if (s->p == s->end) return unexpected(s, 0, " in numeric value", what);
    s->p++;
    return unexpected(s, (unsigned char)s->p[-1], " in numeric value", what);
}

/* Behind a minus that no digit follows. */
static int negative_start(json_scan *s) {
    static const char *const words[] = {"-INF", "-Infinity"};
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(words[i]) - 1;
        if ((size_t)(s->end - s->p) < n || memcmp(s->p, words[i] + 1, n) != 0) continue;
        s->p += n;
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_NAN, words[i]);
    }
    if (s->p == s->end) return ended(s, " in a Number value");
    if (*s->p == '.') {
        s->p++;
        return no_value(s, '.');
    }
    return need_digit(s, "expected digit (0-9) to follow minus sign, for valid numeric value");
}

/* p stands at a minus or a digit. */
static int read_number(json_scan *s, json_token *t) {
    const char *from = s->p;
    if (*s->p == '-') {
        s->p++;
        if (s->p == s->end || !text_is_digit(*s->p)) return negative_start(s);
    }
    if (*s->p == '0' && s->p + 1 < s->end && text_is_digit(s->p[1])) {
        s->p++;
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_ZEROES);
    }
    s->p = skip_digits(s->p, s->end);
    *t = JSON_INT;
    if (s->p < s->end && *s->p == '.') {
        *t = JSON_FLOAT;
        s->p++;
        FL_TRY(need_digit(s, "Decimal point not followed by a digit"));
        s->p = skip_digits(s->p, s->end);
    }
    if (s->p < s->end && (*s->p | 32) == 'e') {
        *t = JSON_FLOAT;
        s->p++;
        if (s->p < s->end && (*s->p == '-' || *s->p == '+')) s->p++;
        FL_TRY(need_digit(s, "Exponent indicator not followed by a digit"));
        s->p = skip_digits(s->p, s->end);
    }
    s->number = fl_str_make(from, (size_t)(s->p - from));
    return 0;
}

/* The word must stand at `from`, one character of which is consumed. */
static int match_word(json_scan *s, const char *from, const char *word) {
    s->p = from;
    for (; *word != '\0'; word++, s->p++)
        if (s->p == s->end || *s->p != *word) return wrong_word(s, from);
    return s->p < s->end && is_word_char((unsigned char)*s->p) ? wrong_word(s, from) : 0;
}

static int odd_value(json_scan *s, char c) {
    const char *from = s->p - 1;
    switch (c) {
    case 'N':
    case 'I':
        FL_TRY(match_word(s, from, c == 'N' ? "NaN" : "Infinity"));
        return fl_fail(s->err, FL_ERR_FORMAT_JSON_NAN, c == 'N' ? "NaN" : "Infinity");
    case '+':
        if (s->p < s->end) s->p++;
        return unexpected(s, '+', " in numeric value",
                          "JSON spec does not allow numbers to have plus signs: enable "
                          "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow");
    case ']':
    case '}':
    case ',': return unexpected(s, (unsigned char)c, "", "expected a value");
    default: break;
    }
    if (is_word_char((unsigned char)c)) return wrong_word(s, from);
    return no_value(s, c);
}

/* The first token of a value whose first character c has been consumed. */
static int begin_value(json_scan *s, char c, json_token *t) {
    s->value = s->p - 1;
    switch (c) {
    case '"':
        s->pending = true;
        *t = JSON_STRING;
        return 0;
    case '{': *t = JSON_OBJECT; return 0;
    case '[': *t = JSON_ARRAY; return 0;
    case 't': *t = JSON_TRUE; return match_word(s, s->p - 1, "true");
    case 'f': *t = JSON_FALSE; return match_word(s, s->p - 1, "false");
    case 'n': *t = JSON_NULL; return match_word(s, s->p - 1, "null");
    case '-':
    case '0' ... '9': s->p--; return read_number(s, t);
    default: return odd_value(s, c);
    }
}

/* ---- tokens ---- */

static void enter(json_scan *s, json_token t) {
    if (t == JSON_OBJECT || t == JSON_ARRAY) open_scope(s, t);
    s->token = t;
}

/* Whether a name is UTF-8 is found out behind its closing quote. */
static void skip_bad_name(json_scan *s, const char *from) {
    if (strncmp(s->err->message, "Invalid UTF-8", 13) != 0) return;
    for (s->p = from; s->p < s->end && *s->p != '"'; s->p++) s->p += *s->p == '\\' && s->p + 1 < s->end;
    s->p += s->p < s->end;
}

static int next_name(json_scan *s, char c) {
    if (c != '"') return unexpected(s, (unsigned char)c, "", "was expecting double-quote to start field name");
    const char *from = s->p;
    if (read_text(s, " in field name", &s->name_text, &s->name) < 0) {
        skip_bad_name(s, from);
        return s->err->code;
    }
    s->token = JSON_NAME;
    s->behind = JSON_NONE;
    FL_TRY(skip_colon(s, &c));
    json_token t = JSON_NONE;
    FL_TRY(begin_value(s, c, &t));
    s->behind = t;
    return 0;
}

static int next_value(json_scan *s, char c) {
    json_token t = JSON_NONE;
    FL_TRY(begin_value(s, c, &t));
    enter(s, t);
    return 0;
}

int json_next(json_scan *s) {
    if (s->token == JSON_NAME) {
        enter(s, s->behind);
        return 0;
    }
    if (s->pending) FL_TRY(read_pending(s));
    char c;
    bool found;
    FL_TRY(skip_blanks(s, &c, &found));
    if (!found) {
        if (s->depth > 0) return fl_fail(s->err, FL_ERR_FORMAT_JSON_UNCLOSED, scope_name(s));
        s->token = JSON_NONE;
        return 0;
    }
    if (c == ']' || c == '}') return close_scope(s, c);
    if (s->depth == 0) return next_value(s, c);
    uint8_t *scope = &s->scopes[s->depth - 1];
    bool object = *scope & IN_OBJECT;
    if (*scope & STARTED) {
        if (c != ',')
            return unexpected(s, (unsigned char)c, "",
                              object ? "was expecting comma to separate Object entries"
                                     : "was expecting comma to separate Array entries");
        FL_TRY(skip_to(s, &c));
    }
    *scope |= STARTED;
    return object ? next_name(s, c) : next_value(s, c);
}

int json_scan_value(json_scan *s, const char *p, const char *end, fl_error *err) {
    json_scan_start(s, fl_str_make(p, (size_t)(end - p)), err);
    open_scope(s, JSON_OBJECT);
    s->scopes[0] |= STARTED;
    s->p = p + 1; /* `p` may look like a byte order mark only if it is no value */
    return next_value(s, *p);
}

int json_text(json_scan *s, fl_str *out) {
    static const char *const fixed[] = {
        [JSON_OBJECT] = "{",  [JSON_OBJECT_END] = "}", [JSON_ARRAY] = "[",  [JSON_ARRAY_END] = "]",
        [JSON_TRUE] = "true", [JSON_FALSE] = "false",  [JSON_NULL] = "null"};
    switch (s->token) {
    case JSON_NONE: *out = (fl_str){0}; return 0;
    case JSON_NAME: *out = s->name; return 0;
    case JSON_INT:
    case JSON_FLOAT: *out = s->number; return 0;
    case JSON_STRING:
        if (s->pending) FL_TRY(read_pending(s));
        *out = s->string;
        return 0;
    default: *out = fl_str_from(fixed[s->token]); return 0;
    }
}

int json_skip(json_scan *s) {
    if (s->token == JSON_NONE) return fl_fail(s->err, FL_ERR_FORMAT_JSON_ENDS_INSIDE);
    if (s->token == JSON_OBJECT || s->token == JSON_ARRAY) {
        for (int open = 1; open > 0;) {
            FL_TRY(json_next(s));
            if (s->token == JSON_OBJECT || s->token == JSON_ARRAY) open++;
            if (s->token == JSON_OBJECT_END || s->token == JSON_ARRAY_END) open--;
            if (s->token == JSON_NONE) return fl_fail(s->err, FL_ERR_FORMAT_JSON_ENDS_INSIDE);
        }
    }
    return json_next(s);
}

int json_value_end(json_scan *s, int depth, bool *ended_here) {
    *ended_here = false;
    if (s->token == JSON_NONE || s->token == JSON_NAME || s->depth != depth) return 0;
    if (s->pending) FL_TRY(read_pending(s));
    *ended_here = true;
    return 0;
}
