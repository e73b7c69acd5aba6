/* SPDX-License-Identifier: Apache-2.0 */
/* json_path.c -- the text of a JSON path becomes a list of steps.
 *
 *     lax $.a['b','c'][0, -1][1:3]..d[*][?(@.e > 1)].length()
 *     │   │ │         │      │    │  │  │            └ STEP_FUNCTION
 *     mode root NAMES INDEXES SLICE SCAN, NAMES, STAR, FILTER
 *
 * What:       what Flink takes for a path, which is what Jayway's JsonPath reads: over UTF-16 units, forgiving in odd
 *             places. Without a mode in front a path is strict. A text that does not begin with $ or @ gets `$.` in
 *             front. One character behind a `]` that ends a path is not looked at.
 * Bad ones:   what is no path is noted in it, for only the row that meets it fails.
 * Left out:   arguments of functions, but `()`, and the functions that need them.
 */
#include "data/json_text.h"
#include "expr/json_int.h"
#include "messages/json.h"

enum { PATH_UNITS_MAX = 1 << 14, STEPS_MAX = 200 };

/* A path being read. `end` is behind the last unit that counts; blanks at the end lie between it and `n`. */
typedef json_path_reader reader;

enum { BAD = JSON_INVALID }; /* no path */

static bool is_digit(uint16_t c) { return c >= '0' && c <= '9'; }
/* Nothing follows, or one unit. */
static bool at_tail(const reader *r) { return r->at >= r->end - 1; }

/* The first place behind `i` that is no blank; -1: there is none. */
static int significant(const reader *r, int i) {
    for (i++; json_inside(r, i) && json_unit(r, i) == ' '; i++) {}
    return json_inside(r, i) ? i : -1;
}

static int find_unit(const reader *r, int from, uint16_t c) {
    for (int i = from; json_inside(r, i); i++)
        if (json_unit(r, i) == c) return i;
    return -1;
}

int json_behind_quoted(const json_path_reader *r, int i) {
    uint16_t quote = json_unit(r, i);
    for (i++; json_inside(r, i); i++) {
        if (json_unit(r, i) == '\\')
            i++;
        else if (json_unit(r, i) == quote)
            return i + 1;
    }
    return -1;
}

fl_str json_units_text(fl_arena *a, const uint16_t *s, int n) {
    fl_buf b;
    fl_buf_init(&b);
    fl_json_units u = {&b, 0};
    for (int i = 0; i < n; i++) fl_json_units_put(&u, s[i]);
    fl_json_units_end(&u);
    size_t size = b.n;
    return fl_str_make(fl_buf_finish(&b, a), size);
}

static json_step *add(reader *r, json_step_kind kind, const char *text) {
    json_step s = {.kind = kind, .text = text};
    FL_PUSH(r->a, r->out->steps, r->out->n, r->cap, s);
    return &r->out->steps[r->out->n - 1];
}

static int read_step(reader *r);

/* ---- names ---- */

/* ['a'] as messages show it. */
static const char *names_text(fl_arena *a, const fl_str *names, int n) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_putc(&b, '[');
    for (int i = 0; i < n; i++) fl_buf_printf(&b, "%s'%.*s'", i > 0 ? "," : "", (int)names[i].n, names[i].p);
    fl_buf_putc(&b, ']');
    return fl_buf_finish(&b, a);
}

static void add_names(reader *r, fl_str *names, int n) {
    json_step *s = add(r, STEP_NAMES, names_text(r->a, names, n));
    s->names = names;
    s->n = n;
}

/* An escape is one of JSON's, and any other unit behind a backslash stands for itself. */
int fl_json_path_unescape(fl_arena *a, const uint16_t *s, int n, fl_str *out) {
    uint16_t *units = FL_NEW_N(a, uint16_t, n + 1);
    int n_units = 0;
    for (int i = 0; i < n; i++) {
        uint16_t c = s[i];
        if (c == '\\' && i + 1 < n) {
            c = s[++i];
            int plain = c < 0x80 ? fl_json_unescaped((char)c) : -1;
            if (plain >= 0) c = (uint16_t)plain;
            if (c == 'u') {
                if (n - i <= 4) break; /* digits that do not come: nothing more is read */
                c = 0;
                for (int end = i + 4; i < end;) {
                    int digit = s[++i] < 0x80 ? fl_hex_digit((char)s[i]) : -1;
                    if (digit < 0) return BAD;
                    c = (uint16_t)(c << 4 | digit);
                }
            }
        }
        units[n_units++] = c;
    }
    *out = json_units_text(a, units, n_units);
    return 0;
}

/* ['a'], ["a", "b"]: `at` stands at the bracket, `quote` is what the first name begins with. */
static int read_quoted_names(reader *r, uint16_t quote) {
    fl_str *names = NULL, name;
    int n = 0, cap = 0, from = 0, last = 0;
    bool in_name = false, escape = false, comma = false;
    int i = r->at + 1;
    for (; json_inside(r, i); i++) {
        uint16_t c = json_unit(r, i);
        if (escape) {
            escape = false;
        } else if (c == '\\') {
            escape = true;
        } else if (c == ']' && !in_name) {
            if (comma) return BAD;
            break;
        } else if (c == quote && !in_name) {
            from = i + 1;
            in_name = true;
            comma = false;
        } else if (c == quote) {
            int next = significant(r, i);
            if (next < 0 || (json_unit(r, next) != ']' && json_unit(r, next) != ',')) return BAD;
            FL_TRY(fl_json_path_unescape(r->a, r->s + from, i - from, &name));
            FL_PUSH(r->a, names, n, cap, name);
            last = i;
            in_name = false;
        } else if (c == ',' && !in_name) {
            if (comma) return BAD;
            comma = true;
        }
    }
    if (in_name || n == 0) return BAD;
    int close = significant(r, last);
    if (close < 0 || json_unit(r, close) != ']') return BAD;
    r->at = close + 1;
    add_names(r, names, n);
    return 0;
}

/* ---- functions ---- */

static const struct {
    const char *name;
    json_function function;
} functions[] = {
    {"avg", FUNCTION_AVG},       {"max", FUNCTION_MAX},     {"min", FUNCTION_MIN},   {"stddev", FUNCTION_STDDEV},
    {"sum", FUNCTION_SUM},       {"first", FUNCTION_FIRST}, {"last", FUNCTION_LAST}, {"keys", FUNCTION_KEYS},
    {"length", FUNCTION_LENGTH}, {"size", FUNCTION_LENGTH},
};

static int refuse_function(reader *r, fl_str name, const char *what) {
    return fl_fail(r->err, FL_ERR_JSON_FUNCTION_NOT_YET, what, (int)FL_MIN(name.n, (size_t)40), name.p);
}

/* name() with `at` at the parenthesis. */
static int read_function(reader *r, fl_str name) {
    static const char *const missing[] = {"append", "concat", "index"};
    int open = 1, i = r->at + 1;
    for (; json_inside(r, i) && open > 0; i++) open += json_unit(r, i) == '(' ? 1 : json_unit(r, i) == ')' ? -1 : 0;
    if (open > 0) return BAD;
    for (size_t k = 0; k < FL_ARRAY_LEN(missing); k++)
        if (fl_str_is(name, missing[k])) return refuse_function(r, name, "the function");
    json_function f = FUNCTION_NONE;
    for (size_t k = 0; k < FL_ARRAY_LEN(functions); k++)
        if (fl_str_is(name, functions[k].name)) f = functions[k].function;
    if (f != FUNCTION_NONE && json_unit(r, r->at + 1) != ')') return refuse_function(r, name, "an argument of");
    r->at = i - 1; /* the parenthesis: JsonPath stays there, and what follows is read from it on */
    json_step *s = add(r, STEP_FUNCTION, fl_arena_printf(r->a, ".%.*s()", (int)name.n, name.p));
    s->function = f;
    return 0;
}

/* .name, .name() */
static int read_name(reader *r) {
    uint16_t first = json_unit(r, r->at);
    if (first == '[' || first == '*' || first == '.' || first == ' ') return BAD;
    int from = r->at, i = from;
    for (; json_inside(r, i); i++) {
        uint16_t c = json_unit(r, i);
        if (c == ' ') return BAD;
        if (c == '.' || c == '[' || c == '(') break;
    }
    fl_str name = json_units_text(r->a, r->s + from, i - from);
    bool function = json_inside(r, i) && json_unit(r, i) == '(';
    r->at = i;
    if (function) return read_function(r, name);
    fl_str *names = FL_NEW_N(r->a, fl_str, 1);
    names[0] = name;
    add_names(r, names, 1);
    return 0;
}

/* ---- positions ---- */

/* Integer.parseInt of [from, to). */
static bool read_int(const reader *r, int from, int to, int32_t *out) {
    char text[16];
    int n = 0;
    int64_t x;
    if (to - from >= (int)sizeof text) {
        while (to - from > 2 && json_unit(r, from) == '0') from++;
        if (to - from >= (int)sizeof text) return false;
    }
    for (int i = from; i < to; i++) text[n++] = (char)json_unit(r, i);
    if (fl_i64_parse(fl_str_make(text, (size_t)n), &x) != FL_NUMBER_OK || x != (int32_t)x) return false;
    *out = (int32_t)x;
    return true;
}

/* [from, to) at the first colon; a second one ends it. */
static int read_slice(reader *r, int from, int to) {
    int colon = from, until;
    for (int i = from; i < to; i++)
        if (json_unit(r, i) == ' ' || json_unit(r, i) == ',') return BAD;
    while (json_unit(r, colon) != ':') colon++;
    for (until = colon + 1; until < to && json_unit(r, until) != ':'; until++) {}
    json_step s = {.has_from = colon > from, .has_to = until > colon + 1};
    if (s.has_from && !read_int(r, from, colon, &s.from)) return BAD;
    if (s.has_to && !read_int(r, colon + 1, until, &s.to)) return BAD;
    if (!s.has_from && !s.has_to) return BAD;
    fl_str text = json_units_text(r->a, r->s + from, to - from);
    json_step *step = add(r, STEP_SLICE, fl_arena_printf(r->a, "[%.*s]", (int)text.n, text.p));
    step->from = s.from;
    step->to = s.to;
    step->has_from = s.has_from;
    step->has_to = s.has_to;
    return 0;
}

static int read_indexes(reader *r, int from, int to) {
    int32_t *indexes = NULL, x;
    int n = 0, cap = 0;
    fl_buf text;
    for (int i = from; i <= to; i++) {
        int a = i, z;
        while (i < to && json_unit(r, i) != ',') i++;
        for (z = i; z > a && json_unit(r, z - 1) == ' '; z--) {}
        while (a < z && json_unit(r, a) == ' ') a++;
        if (!read_int(r, a, z, &x)) return BAD;
        FL_PUSH(r->a, indexes, n, cap, x);
    }
    fl_buf_init(&text);
    for (int i = 0; i < n; i++) fl_buf_printf(&text, "%c%d", i > 0 ? ',' : '[', indexes[i]);
    fl_buf_putc(&text, ']');
    json_step *s = add(r, STEP_INDEXES, fl_buf_finish(&text, r->a));
    s->indexes = indexes;
    s->n = n;
    return 0;
}

/* [0], [1, 2], [1:]; *mine is false if what the bracket holds is nothing of that kind. */
static int read_positions(reader *r, bool *mine) {
    int close = find_unit(r, r->at + 1, ']'), from = r->at + 1, to = close;
    bool slice = false;
    *mine = false;
    if (close < 0) return 0;
    while (from < to && json_unit(r, from) <= ' ') from++;
    while (to > from && json_unit(r, to - 1) <= ' ') to--;
    for (int i = from; i < to; i++) {
        uint16_t c = json_unit(r, i);
        if (!is_digit(c) && c != ',' && c != '-' && c != ':' && c != ' ') return 0;
        slice = slice || c == ':';
    }
    *mine = true;
    FL_TRY(slice ? read_slice(r, from, to) : read_indexes(r, from, to));
    r->at = close + 1;
    return 0;
}

/* ---- stars and filters ---- */

static int read_star(reader *r, int behind) {
    r->at = behind;
    add(r, STEP_STAR, "[*]");
    return 0;
}

/* The parenthesis that closes the one at i, not looking into strings and patterns; -1: none. */
static int closing(const reader *r, int i) {
    int open = 1;
    for (i++; json_inside(r, i); i++) {
        uint16_t c = json_unit(r, i);
        if (c == '\'' || c == '"') {
            if ((i = json_behind_quoted(r, i)) < 0) return -1;
            c = json_unit(r, i);
        }
        if (c == '/') {
            if ((i = json_behind_quoted(r, i)) < 0) return -1;
            c = json_unit(r, i);
        }
        open += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (open == 0) return json_inside(r, i) ? i : -1;
    }
    return -1;
}

/* [?(…)] with `question` at its question mark. */
static int read_filter(reader *r, int question) {
    const json_filter *f;
    int open = significant(r, question);
    if (open < 0 || json_unit(r, open) != '(') return BAD;
    int close = closing(r, open), end = close < 0 ? -1 : significant(r, close);
    if (end < 0 || json_unit(r, end) != ']') return BAD;
    FL_TRY(fl_json_filter_compile(r->a, r->s + r->at, end + 1 - r->at, r->depth + 1, &f, r->err));
    if (f == NULL) return BAD;
    r->at = end + 1;
    add(r, STEP_FILTER, "[?]")->filter = f;
    return 0;
}

/* ---- steps ---- */

static int read_bracket(reader *r) {
    int next = significant(r, r->at);
    uint16_t c = next >= 0 ? json_unit(r, next) : 0;
    if (c == '\'' || c == '"') return read_quoted_names(r, c);
    if (is_digit(c) || c == '-' || c == ':') {
        bool mine;
        int rc = read_positions(r, &mine);
        return mine || rc < 0 ? rc : BAD;
    }
    if (c == '*') {
        int close = significant(r, next);
        return close >= 0 && json_unit(r, close) == ']' ? read_star(r, close + 1) : BAD;
    }
    return c == '?' ? read_filter(r, next) : BAD;
}

static int read_dot(reader *r) {
    if (json_inside(r, r->at + 1) && json_unit(r, r->at + 1) == '.') {
        add(r, STEP_SCAN, "..");
        r->at++;
    } else if (!json_inside(r, r->at + 1)) {
        return BAD;
    }
    r->at++;
    if (r->at >= r->n || json_unit(r, r->at) == '.') return BAD;
    return read_step(r);
}

static int read_step(reader *r) {
    if (r->at >= r->n) return BAD;
    switch (json_unit(r, r->at)) {
    case '[': return read_bracket(r);
    case '.': return read_dot(r);
    case '*': return read_star(r, r->at + 1);
    default: return read_name(r);
    }
}

static int read_root(reader *r) {
    while (json_inside(r, r->at) && (json_unit(r, r->at) == ' ' || json_unit(r, r->at) == '\t' ||
                                     json_unit(r, r->at) == '\n' || json_unit(r, r->at) == '\r'))
        r->at++;
    uint16_t c = json_unit(r, r->at);
    if (c != '$' && c != '@') return BAD;
    r->out->from_item = c == '@';
    if (at_tail(r)) return 0;
    c = json_unit(r, ++r->at);
    if (c != '.' && c != '[') return BAD;
    do {
        FL_TRY(read_step(r));
        if (r->out->n > STEPS_MAX) return fl_fail(r->err, FL_ERR_JSON_STEPS, STEPS_MAX);
    } while (!at_tail(r));
    return 0;
}

/* ---- whole paths ---- */

static bool is_definite(const json_step *s, bool leaf) {
    switch (s->kind) {
    case STEP_NAMES: return s->n == 1 || leaf;
    case STEP_INDEXES: return s->n == 1;
    case STEP_FUNCTION: return true;
    default: return false;
    }
}

/* What follows from the steps together. */
static void finish(fl_json_path *p) {
    bool definite = true;
    p->simple = !p->bad;
    for (int i = 0; i < p->n; i++) {
        json_step *s = &p->steps[i];
        s->upstream_definite = definite;
        s->definite = is_definite(s, i + 1 == p->n);
        definite = definite && s->definite;
        bool plain = s->n == 1 && (s->kind == STEP_NAMES || (s->kind == STEP_INDEXES && s->indexes[0] >= 0));
        p->simple = p->simple && plain;
    }
    p->scanned = p->n > 1 && p->steps[0].kind == STEP_SCAN && p->steps[p->n - 1].kind == STEP_FUNCTION;
    p->definite = definite || p->scanned;
}

int fl_json_path_read(fl_arena *a, const uint16_t *text, int n, int depth, fl_json_path *out, fl_error *err) {
    reader r = {.s = text, .n = n, .end = n, .depth = depth, .a = a, .err = err, .out = out};
    int rc = BAD;
    if (n > 0 && text[0] != '$' && text[0] != '@') {
        uint16_t *longer = FL_NEW_N(a, uint16_t, n + 2);
        longer[0] = '$';
        longer[1] = '.';
        memcpy(longer + 2, text, sizeof *text * (size_t)n);
        r.s = longer;
        r.n = r.end = n + 2;
    }
    while (r.end > 1 && json_unit(&r, r.end - 1) == ' ') r.end--;
    if (n > 0 && n <= PATH_UNITS_MAX && depth <= JSON_NESTED_MAX && json_unit(&r, r.end - 1) != '.') rc = read_root(&r);
    out->bad = rc == BAD;
    finish(out);
    return rc == BAD ? 0 : rc;
}

/* ---- the mode in front ---- */

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Takes `lax ` or `strict `, in any case and between blanks, from the front; something must follow. */
static void take_mode(fl_str *s, bool *lax) {
    fl_str rest = *s;
    while (rest.n > 0 && is_space(rest.p[0])) rest.p++, rest.n--;
    bool is_lax = rest.n > 3 && fl_str_iis(fl_str_make(rest.p, 3), "lax");
    bool is_strict = rest.n > 6 && fl_str_iis(fl_str_make(rest.p, 6), "strict");
    size_t word = is_lax ? 3 : is_strict ? 6 : 0;
    if (word == 0 || !is_space(rest.p[word])) return;
    rest.p += word + 1;
    rest.n -= word + 1;
    while (rest.n > 1 && is_space(rest.p[0])) rest.p++, rest.n--; /* the last one may be the path */
    if (rest.n == 0) return;
    *s = rest;
    *lax = is_lax;
}

int fl_json_path_compile(fl_arena *a, fl_str spec, const fl_json_path **out, fl_error *err) {
    fl_json_path *p = FL_NEW(a, fl_json_path);
    *out = p;
    p->spec = fl_str_make(fl_arena_strndup(a, spec.p, spec.n), spec.n);
    if (spec.n > 4 * (size_t)PATH_UNITS_MAX) {
        p->bad = true;
        return 0;
    }
    fl_str rest = p->spec;
    take_mode(&rest, &p->lax);
    uint16_t *units = FL_NEW_N(a, uint16_t, rest.n + 1);
    int n = 0;
    for (const char *q = rest.p, *end = q + rest.n; q < end;) {
        uint32_t cp;
        q += fl_utf8_decode(q, end, &cp);
        if (cp > 0xffff) units[n++] = (uint16_t)(0xd800 | (cp - 0x10000) >> 10);
        units[n++] = (uint16_t)(cp > 0xffff ? 0xdc00 | (cp & 0x3ff) : cp);
    }
    return fl_json_path_read(a, units, n, 0, p, err);
}

bool fl_json_path_is_bad(const fl_json_path *p) { return p->bad; }

bool fl_json_path_is_lax(const fl_json_path *p) { return p->lax; }
