/* SPDX-License-Identifier: Apache-2.0 */
/* json_skip.h -- going over JSON values that nobody asks for, and checking them on the way.
 *
 * What:       each function begins at the first character of something and gives the place behind it, or NULL if it is
 *             no JSON. What is wrong is told by those who read with a reader (json_int.h), from the start.
 * Fast:       the place is an argument and a result, so it stays in a register. Strings are looked at eight bytes at a
 *             time; but names, numbers and blanks, which are alike from text to text, byte by byte: the processor goes
 *             on with a guess, where a computed length would have to be waited for.
 * Limits:     NULL as well for what is nested deeper than `depth` says.
 */
#ifndef FL_EXPR_JSON_SKIP_H
#define FL_EXPR_JSON_SKIP_H

#include "data/json_text.h"

enum { JSON_SKIP_DEPTH = 64 };

static inline bool json_is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static inline bool json_is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* A character that cannot stand behind true, false or null. */
static inline bool json_is_word_char(unsigned char c) {
    return json_is_digit((char)c) || (c | 32u) - 'a' < 26u || c == '_' || c == '$' || c >= 0x80;
}

static inline const char *json_skip_blanks(const char *p, const char *end) {
    while (p < end && (unsigned char)*p <= ' ' && json_is_blank(*p)) p++;
    return p;
}

/* From a backslash on. */
static inline const char *json_skip_escape(const char *p, const char *end) {
    if (end - p < 2) return NULL;
    if (p[1] == 'u') return fl_json_unit(p + 2, end) >= 0 ? p + 6 : NULL;
    return fl_json_unescaped(p[1]) >= 0 ? p + 2 : NULL;
}

/* A string, if there is one. *escaped becomes true if there are escapes in it. */
static inline const char *json_skip_string(const char *p, const char *end, bool *escaped) {
    if (p == end || *p != '"') return NULL;
    for (p = fl_json_skip_plain(p + 1, end, false);; p = fl_json_skip_plain(p, end, false)) {
        if (p == end) return NULL;
        if (*p == '"') return p + 1;
        if (*p != '\\' || (p = json_skip_escape(p, end)) == NULL) return NULL;
        *escaped = true;
    }
}

/* A string that is the name of a member. */
static inline const char *json_skip_name(const char *p, const char *end, bool *escaped) {
    if (p == end || *p != '"') return NULL;
    for (const char *q = p + 1, *stop = end - p > 16 ? p + 16 : end; q < stop; q++) {
        if (*q == '"') return q + 1;
        if ((unsigned char)*q < ' ' || *q == '\\') break;
    }
    return json_skip_string(p, end, escaped);
}

/* At least one digit. */
static inline const char *json_skip_digits(const char *p, const char *end) {
    const char *from = p;
    while (p < end && json_is_digit(*p)) p++;
    return p > from ? p : NULL;
}

static inline const char *json_skip_number(const char *p, const char *end) {
    p += *p == '-';
    if (end - p >= 2 && *p == '0' && json_is_digit(p[1])) return NULL;
    if ((p = json_skip_digits(p, end)) == NULL) return NULL;
    if (p < end && *p == '.' && (p = json_skip_digits(p + 1, end)) == NULL) return NULL;
    if (p == end || (*p | 32) != 'e') return p;
    p++;
    return json_skip_digits(p + (p < end && (*p == '-' || *p == '+')), end);
}

static inline const char *json_skip_word(const char *p, const char *end, const char *word, size_t n) {
    if ((size_t)(end - p) < n || memcmp(p, word, n) != 0) return NULL;
    return p + n < end && json_is_word_char((unsigned char)p[n]) ? NULL : p + n;
}

/* From behind a member's name over the colon to its value. */
static inline const char *json_skip_colon(const char *p, const char *end) {
    p = json_skip_blanks(p, end);
    return p < end && *p == ':' ? json_skip_blanks(p + 1, end) : NULL;
}

/* From the bracket that opens an array or object to its first item, or behind the one that closes it. */
static inline const char *json_skip_open(const char *p, const char *end, char close, bool *more) {
    p = json_skip_blanks(p + 1, end);
    if (p == end) return NULL;
    *more = *p != close;
    return *more ? p : p + 1;
}

/* From behind an item to the next one, or behind the bracket. */
static inline const char *json_skip_comma(const char *p, const char *end, char close, bool *more) {
    p = json_skip_blanks(p, end);
    if (p == end) return NULL;
    *more = *p == ',';
    if (*more) return json_skip_blanks(p + 1, end);
    return *p == close ? p + 1 : NULL;
}

/* Any value inside of another one. (At the top of a text a number must be over, too.) */
const char *json_skip_value(const char *p, const char *end, int depth);

#endif
