/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.c -- SQL text to tokens, with the places that error messages and caret lines need.
 *
 * What:       one call, one token. Longest match, as in Flink: `1e5` is a number, `1e` a number and a name.
 * Places:     lines end with \n, \r or \r\n; columns count characters (code points), a tab is one.
 * Literals:   keep their quotes; fl_token_unquote takes them off when the parser knows that it wants the content.
 * Unclosed:   a quote without its partner is the token QUOTE and stands where the text begins, so the error does too.
 */
#include "sql/lexer.h"

/* ---- keywords ---- */

static const struct {
    const char *text;
    fl_keyword_class class;
} keywords[] = {{"", FL_WORD_N},
#define FL_X(word, class) {#word, FL_WORD_##class},
                FL_KEYWORDS(FL_X)
#undef FL_X
};

enum { KEYWORD_LENGTH_MAX = 32 };

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }

fl_keyword fl_keyword_find(fl_str word) {
    char up[KEYWORD_LENGTH_MAX + 1];
    if (word.n > KEYWORD_LENGTH_MAX) return FL_NO_KEYWORD;
    for (size_t i = 0; i < word.n; i++) up[i] = upper(word.p[i]);
    up[word.n] = '\0';
    int lo = 1, hi = (int)FL_ARRAY_LEN(keywords) - 1;
    while (lo <= hi) {
        int mid = (lo + hi) / 2, c = strcmp(up, keywords[mid].text);
        if (c == 0) return (fl_keyword)mid;
        if (c < 0)
            hi = mid - 1;
        else
            lo = mid + 1;
    }
    return FL_NO_KEYWORD;
}

fl_keyword_class fl_keyword_class_of(fl_keyword word) { return keywords[word].class; }
const char *fl_keyword_text(fl_keyword word) { return keywords[word].text; }

/* ---- characters ---- */

typedef struct range {
    uint32_t first, last;
} range;

/* What may begin a name; ASCII is decided before. */
static const range letters[] = {
    {0x00c0, 0x00d6}, {0x00d8, 0x00f6}, {0x00f8, 0x1fff}, {0x3040, 0x318f},
    {0x3300, 0x337f}, {0x3400, 0x3d2d}, {0x4e00, 0x9fff}, {0xf900, 0xfaff},
};
/* What may follow besides. */
static const range digits[] = {
    {0x0660, 0x0669}, {0x06f0, 0x06f9}, {0x0966, 0x096f}, {0x09e6, 0x09ef}, {0x0a66, 0x0a6f},
    {0x0ae6, 0x0aef}, {0x0b66, 0x0b6f}, {0x0be7, 0x0bef}, {0x0c66, 0x0c6f}, {0x0ce6, 0x0cef},
    {0x0d66, 0x0d6f}, {0x0e50, 0x0e59}, {0x0ed0, 0x0ed9}, {0x1040, 0x1049},
};

static bool in_ranges(uint32_t cp, const range *r, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (cp >= r[i].first && cp <= r[i].last) return true;
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/* The length in bytes of the letter, or letter or digit, at p; 0 if there is none. */
static int letter(const char *p, const char *end, bool first) {
    if (p == end) return 0;
    char c = *p;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$') return 1;
    if (is_digit(c)) return first ? 0 : 1;
    if ((unsigned char)c < 0x80) return 0;
    uint32_t cp;
    int n = fl_utf8_decode(p, end, &cp);
    bool yes = in_ranges(cp, letters, FL_ARRAY_LEN(letters)) || (!first && in_ranges(cp, digits, FL_ARRAY_LEN(digits)));
    return yes ? n : 0;
}

static const char *word_end(const char *p, const char *end) {
    for (int n; (n = letter(p, end, false)) > 0;) p += n;
    return p;
}

bool fl_is_plain_name(fl_str word) {
    const char *end = word.p + word.n;
    int n = letter(word.p, end, true);
    return n > 0 && word_end(word.p + n, end) == end;
}

/* ---- moving on ---- */

void fl_lexer_init(fl_lexer *lx, fl_str text) { *lx = (fl_lexer){.text = text, .at = text.p, .line = 1, .column = 1}; }

static const char *text_end(const fl_lexer *lx) { return lx->text.p + lx->text.n; }

/* Moves to `to`, counting lines and characters on the way. */
static void advance(fl_lexer *lx, const char *to) {
    const char *end = text_end(lx);
    for (const char *p = lx->at; p < to;) {
        lx->last_line = lx->line;
        lx->last_column = lx->column;
        lx->index++;
        lx->column++;
        if (*p == '\n' || (*p == '\r' && (p + 1 == end || p[1] != '\n'))) {
            lx->line++;
            lx->column = 1;
        }
        uint32_t cp;
        p += (unsigned char)*p < 0x80 ? 1 : fl_utf8_decode(p, end, &cp);
    }
    lx->at = to;
}

static const char *find_text(const char *p, const char *end, const char *what) {
    const char *at = p < end ? memmem(p, (size_t)(end - p), what, strlen(what)) : NULL;
    return at;
}

/* Skips blanks, `-- line`, `// line` and block comments. False at a block comment without an end. */
static bool skip_blanks(fl_lexer *lx) {
    const char *end = text_end(lx);
    for (;;) {
        const char *p = lx->at;
        while (p < end && is_blank(*p)) p++;
        advance(lx, p);
        if (end - p < 2) return true;
        if ((p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '/')) {
            while (p < end && *p != '\n' && *p != '\r') p++;
        } else if (p[0] == '/' && p[1] == '*' && !(end - p > 2 && p[2] == '+')) {
            const char *close = find_text(p + 2, end, "*/");
            if (close == NULL) return false;
            p = close + 2;
        } else {
            return true;
        }
        advance(lx, p);
    }
}

/* The end of a quoted text whose first quote is at p, doubled quotes included; NULL if it is not closed. */
static const char *quoted_end(const char *p, const char *end) {
    for (const char *q = p + 1; q < end; q++) {
        if (*q != '\'') continue;
        if (q + 1 < end && q[1] == '\'')
            q++;
        else
            return q + 1;
    }
    return NULL;
}

/* [digits] [. [digits]] [e [+-] digits] */
static const char *number_end(const char *p, const char *end, fl_token_kind *kind) {
    *kind = FL_TOK_INTEGER;
    while (p < end && is_digit(*p)) p++;
    if (p < end && *p == '.') {
        *kind = FL_TOK_DECIMAL;
        for (p++; p < end && is_digit(*p);) p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        if (q < end && (*q == '+' || *q == '-')) q++;
        if (q < end && is_digit(*q)) {
            *kind = FL_TOK_APPROX;
            while (q < end && is_digit(*q)) q++;
            p = q;
        }
    }
    return p;
}

/* `name`: no line breaks, no NUL, at least one character, inner backticks doubled. NULL if it is not closed; *stop then
 * is the first character that does not belong to it. */
static const char *backtick_end(const char *p, const char *end, const char **stop) {
    const char *q = p + 1;
    while (q < end && *q != '\n' && *q != '\r' && *q != '\0') {
        if (*q != '`')
            q++;
        else if (q + 1 < end && q[1] == '`')
            q += 2;
        else if (q > p + 1)
            return q + 1;
        else {
            q++;
            break;
        }
    }
    *stop = q;
    return NULL;
}

/* A literal with a prefix: X'…', U&'…', N'…', _charset'…'. NULL if there is none at p. */
static const char *prefixed_end(const char *p, const char *end, fl_token_kind *kind) {
    const char *quote;
    if ((*p == 'x' || *p == 'X') && end - p > 1) {
        *kind = FL_TOK_BINARY;
        quote = p + 1;
    } else if ((*p == 'u' || *p == 'U') && end - p > 2 && p[1] == '&') {
        *kind = FL_TOK_UNICODE_STRING;
        quote = p + 2;
    } else if ((*p == 'n' || *p == 'N') && end - p > 1) {
        *kind = FL_TOK_CHARSET_STRING;
        quote = p + 1;
    } else if (*p == '_') {
        *kind = FL_TOK_CHARSET_STRING;
        for (quote = p + 1; quote < end; quote++) {
            char c = upper(*quote);
            bool more = quote > p + 1 && (c == ':' || c == '.' || c == '-' || c == '_');
            if (!(c >= 'A' && c <= 'Z') && !is_digit(c) && !more) break;
        }
        if (quote == p + 1) return NULL;
    } else {
        return NULL;
    }
    return quote < end && *quote == '\'' ? quoted_end(quote, end) : NULL;
}

static const struct {
    const char *text;
    fl_token_kind kind;
} punctuation[] = {
#define FL_X(kind, text) {text, FL_TOK_##kind},
    FL_PUNCTUATION(FL_X)
#undef FL_X
};

/* The longest operator at p; 0 if there is none. */
static size_t punctuation_at(const char *p, const char *end, fl_token_kind *kind) {
    size_t best = 0;
    for (size_t i = 0; i < FL_ARRAY_LEN(punctuation); i++) {
        size_t n = strlen(punctuation[i].text);
        if (n > best && (size_t)(end - p) >= n && memcmp(p, punctuation[i].text, n) == 0) {
            best = n;
            *kind = punctuation[i].kind;
        }
    }
    return best;
}

fl_token fl_lexer_next(fl_lexer *lx) {
    bool open_comment = !skip_blanks(lx);
    const char *p = lx->at, *end = text_end(lx), *to;
    fl_token t = {.line = lx->line, .column = lx->column, .index = lx->index};
    size_t n;
    int first;
    if (open_comment) {
        t.kind = FL_TOK_OPEN_COMMENT;
        to = end;
    } else if (p == end) {
        t.kind = FL_TOK_END;
        t.line = lx->last_line;
        t.column = lx->last_column;
        t.text = fl_str_make(end, 0);
        return t;
    } else if ((to = prefixed_end(p, end, &t.kind)) != NULL) {
        /* as it says */
    } else if ((first = letter(p, end, true)) > 0) {
        t.kind = FL_TOK_WORD;
        to = word_end(p + first, end);
        t.word = fl_keyword_find(fl_str_make(p, (size_t)(to - p)));
    } else if (is_digit(*p) || (*p == '.' && end - p > 1 && is_digit(p[1]))) {
        to = number_end(p, end, &t.kind);
    } else if (*p == '\'' && (to = quoted_end(p, end)) != NULL) {
        t.kind = FL_TOK_STRING;
    } else if (*p == '`') {
        t.kind = FL_TOK_NAME;
        const char *stop;
        to = backtick_end(p, end, &stop);
        if (to == NULL) {
            t.kind = FL_TOK_BAD;
            to = stop;
        }
    } else if ((n = punctuation_at(p, end, &t.kind)) > 0) {
        to = p + n;
    } else {
        t.kind = FL_TOK_BAD;
        to = *p == '!' ? p + 1 : p;
    }
    t.text = fl_str_make(p, (size_t)(to - p));
    if (t.kind == FL_TOK_BAD && to == p) { /* step over what is no token, or the next call would meet it again */
        uint32_t cp;
        to += fl_utf8_decode(p, end, &cp);
    }
    advance(lx, to);
    t.length = lx->index - t.index;
    return t;
}

fl_str fl_token_unquote(fl_arena *a, const fl_token *t) {
    const char *p = t->text.p, *end = p + t->text.n;
    if (t->kind == FL_TOK_WORD) return fl_str_make(fl_arena_strndup(a, p, t->text.n), t->text.n);
    char quote = t->kind == FL_TOK_NAME ? '`' : '\'';
    while (*p != quote) p++;
    char *out = fl_arena_alloc(a, (size_t)(end - p)), *o = out;
    for (p++, end--; p < end; p++) {
        *o++ = *p;
        if (*p == quote) p++;
    }
    *o = '\0';
    return fl_str_make(out, (size_t)(o - out));
}
