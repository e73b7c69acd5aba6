/* SPDX-License-Identifier: Apache-2.0 */
/* case_map.c -- UPPER and LOWER of any text, as Java's String maps it.
 *
 * utf8proc knows the characters that map to one character. Those that become several when upper-cased are listed here,
 * from Unicode's SpecialCasing without conditions; lower-casing has one such (U+0130) and one rule that looks around: a
 * capital sigma at the end of a word becomes a final sigma.
 */
#include <utf8proc.h>

#include "expr/functions_int.h"

typedef struct expansion {
    uint16_t from, to[3];
} expansion;

/* Ascending. */
static const expansion upper_expansions[] = {
    {0x00df, {0x0053, 0x0053}},         {0x0149, {0x02bc, 0x004e}},         {0x01f0, {0x004a, 0x030c}},
    {0x0390, {0x0399, 0x0308, 0x0301}}, {0x03b0, {0x03a5, 0x0308, 0x0301}}, {0x0587, {0x0535, 0x0552}},
    {0x1e96, {0x0048, 0x0331}},         {0x1e97, {0x0054, 0x0308}},         {0x1e98, {0x0057, 0x030a}},
    {0x1e99, {0x0059, 0x030a}},         {0x1e9a, {0x0041, 0x02be}},         {0x1f50, {0x03a5, 0x0313}},
    {0x1f52, {0x03a5, 0x0313, 0x0300}}, {0x1f54, {0x03a5, 0x0313, 0x0301}}, {0x1f56, {0x03a5, 0x0313, 0x0342}},
    {0x1f80, {0x1f08, 0x0399}},         {0x1f81, {0x1f09, 0x0399}},         {0x1f82, {0x1f0a, 0x0399}},
    {0x1f83, {0x1f0b, 0x0399}},         {0x1f84, {0x1f0c, 0x0399}},         {0x1f85, {0x1f0d, 0x0399}},
    {0x1f86, {0x1f0e, 0x0399}},         {0x1f87, {0x1f0f, 0x0399}},         {0x1f88, {0x1f08, 0x0399}},
    {0x1f89, {0x1f09, 0x0399}},         {0x1f8a, {0x1f0a, 0x0399}},         {0x1f8b, {0x1f0b, 0x0399}},
    {0x1f8c, {0x1f0c, 0x0399}},         {0x1f8d, {0x1f0d, 0x0399}},         {0x1f8e, {0x1f0e, 0x0399}},
    {0x1f8f, {0x1f0f, 0x0399}},         {0x1f90, {0x1f28, 0x0399}},         {0x1f91, {0x1f29, 0x0399}},
    {0x1f92, {0x1f2a, 0x0399}},         {0x1f93, {0x1f2b, 0x0399}},         {0x1f94, {0x1f2c, 0x0399}},
    {0x1f95, {0x1f2d, 0x0399}},         {0x1f96, {0x1f2e, 0x0399}},         {0x1f97, {0x1f2f, 0x0399}},
    {0x1f98, {0x1f28, 0x0399}},         {0x1f99, {0x1f29, 0x0399}},         {0x1f9a, {0x1f2a, 0x0399}},
    {0x1f9b, {0x1f2b, 0x0399}},         {0x1f9c, {0x1f2c, 0x0399}},         {0x1f9d, {0x1f2d, 0x0399}},
    {0x1f9e, {0x1f2e, 0x0399}},         {0x1f9f, {0x1f2f, 0x0399}},         {0x1fa0, {0x1f68, 0x0399}},
    {0x1fa1, {0x1f69, 0x0399}},         {0x1fa2, {0x1f6a, 0x0399}},         {0x1fa3, {0x1f6b, 0x0399}},
    {0x1fa4, {0x1f6c, 0x0399}},         {0x1fa5, {0x1f6d, 0x0399}},         {0x1fa6, {0x1f6e, 0x0399}},
    {0x1fa7, {0x1f6f, 0x0399}},         {0x1fa8, {0x1f68, 0x0399}},         {0x1fa9, {0x1f69, 0x0399}},
    {0x1faa, {0x1f6a, 0x0399}},         {0x1fab, {0x1f6b, 0x0399}},         {0x1fac, {0x1f6c, 0x0399}},
    {0x1fad, {0x1f6d, 0x0399}},         {0x1fae, {0x1f6e, 0x0399}},         {0x1faf, {0x1f6f, 0x0399}},
    {0x1fb2, {0x1fba, 0x0399}},         {0x1fb3, {0x0391, 0x0399}},         {0x1fb4, {0x0386, 0x0399}},
    {0x1fb6, {0x0391, 0x0342}},         {0x1fb7, {0x0391, 0x0342, 0x0399}}, {0x1fbc, {0x0391, 0x0399}},
    {0x1fc2, {0x1fca, 0x0399}},         {0x1fc3, {0x0397, 0x0399}},         {0x1fc4, {0x0389, 0x0399}},
    {0x1fc6, {0x0397, 0x0342}},         {0x1fc7, {0x0397, 0x0342, 0x0399}}, {0x1fcc, {0x0397, 0x0399}},
    {0x1fd2, {0x0399, 0x0308, 0x0300}}, {0x1fd3, {0x0399, 0x0308, 0x0301}}, {0x1fd6, {0x0399, 0x0342}},
    {0x1fd7, {0x0399, 0x0308, 0x0342}}, {0x1fe2, {0x03a5, 0x0308, 0x0300}}, {0x1fe3, {0x03a5, 0x0308, 0x0301}},
    {0x1fe4, {0x03a1, 0x0313}},         {0x1fe6, {0x03a5, 0x0342}},         {0x1fe7, {0x03a5, 0x0308, 0x0342}},
    {0x1ff2, {0x1ffa, 0x0399}},         {0x1ff3, {0x03a9, 0x0399}},         {0x1ff4, {0x038f, 0x0399}},
    {0x1ff6, {0x03a9, 0x0342}},         {0x1ff7, {0x03a9, 0x0342, 0x0399}}, {0x1ffc, {0x03a9, 0x0399}},
    {0xfb00, {0x0046, 0x0046}},         {0xfb01, {0x0046, 0x0049}},         {0xfb02, {0x0046, 0x004c}},
    {0xfb03, {0x0046, 0x0046, 0x0049}}, {0xfb04, {0x0046, 0x0046, 0x004c}}, {0xfb05, {0x0053, 0x0054}},
    {0xfb06, {0x0053, 0x0054}},         {0xfb13, {0x0544, 0x0546}},         {0xfb14, {0x0544, 0x0535}},
    {0xfb15, {0x0544, 0x053b}},         {0xfb16, {0x054e, 0x0546}},         {0xfb17, {0x0544, 0x053d}},
};

static void put_code_point(fl_buf *out, uint32_t cp) { out->n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(out, 4)); }

static const expansion *find_expansion(uint32_t cp) {
    size_t low = 0, high = FL_ARRAY_LEN(upper_expansions);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (upper_expansions[middle].from < cp)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < FL_ARRAY_LEN(upper_expansions) && upper_expansions[low].from == cp;
    return found ? &upper_expansions[low] : NULL;
}

void fl_upper(fl_buf *out, fl_str s) {
    const char *end = s.p + s.n;
    for (const char *p = s.p; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        const expansion *e = cp >= 0x80 ? find_expansion(cp) : NULL;
        if (e == NULL) {
            put_code_point(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp));
            continue;
        }
        for (int k = 0; k < 3 && e->to[k] != 0; k++) put_code_point(out, e->to[k]);
    }
}

static bool is_cased(uint32_t cp) {
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT;
}

/* Characters that do not end a word: marks, modifiers, and the points and quotes that occur within one. */
static bool is_ignorable(uint32_t cp) {
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME || c == UTF8PROC_CATEGORY_CF ||
           c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_SK || cp == '\'' || cp == '.' || cp == ':' ||
           cp == 0xb7 || cp == 0x2019;
}

/* A sigma between `before` (the letter that counts in front of it, or 0) and p ends a word. */
static bool ends_word(uint32_t before, const char *p, const char *end) {
    if (!is_cased(before)) return false;
    while (p < end) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (!is_ignorable(cp)) return !is_cased(cp);
    }
    return true;
}

void fl_lower(fl_buf *out, fl_str s) {
    enum { CAPITAL_I_DOT = 0x130, DOT_ABOVE = 0x307, SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };
    const char *end = s.p + s.n;
    uint32_t before = 0;
    for (const char *p = s.p; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (cp == CAPITAL_I_DOT) {
            put_code_point(out, 'i');
            put_code_point(out, DOT_ABOVE);
        } else if (cp == SIGMA && ends_word(before, p, end)) {
            put_code_point(out, FINAL_SIGMA);
        } else {
            put_code_point(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
        }
        if (!is_ignorable(cp)) before = cp;
    }
}
