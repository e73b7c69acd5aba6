/* SPDX-License-Identifier: Apache-2.0 */
/* json_read.c -- JSON texts: checked, made into trees, and printed again.
 *
 * What:       a recursive descent that either only checks or builds: fl_json_value with a node or without.
 * Rules:      Jackson's over characters: no comments, no leading zeros, no control characters inside of strings; text
 *             behind the first value is ignored, but a number or a word must be over there: 1} is no JSON, "a"} is.
 * Interface:  json.h; json_int.h for those who look for something in a text.
 */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "expr/json_int.h"
#include "expr/json_skip.h"
#include "messages/json.h"

/* ---- refusals ---- */

static int ended(const json_reader *r) { return fl_fail(r->err, FL_ERR_JSON_ENDS); }

static int unexpected(const json_reader *r, const char *what) {
    uint32_t cp;
    if (r->p >= r->end) return ended(r);
    int n = fl_utf8_decode(r->p, r->end, &cp);
    if (cp < ' ') return fl_fail(r->err, FL_ERR_JSON_CONTROL, cp, what);
    return fl_fail(r->err, FL_ERR_JSON_CHARACTER, n, r->p, cp, what);
}

static int wrong_word(const json_reader *r, const char *from) {
    const char *p = from;
    while (p < r->end && json_is_word_char((unsigned char)*p)) p++;
    return fl_fail(r->err, FL_ERR_JSON_TOKEN, (int)FL_MIN(p - from, 256), from);
}

/* ---- tokens ---- */

json_reader fl_json_reader_make(fl_str text, fl_arena *a, fl_error *err) {
    const char *p = text.n > 0 ? text.p : "";
    return (json_reader){.p = p, .end = p + text.n, .arena = a, .err = err};
}

static void skip_blanks(json_reader *r) { r->p = json_skip_blanks(r->p, r->end); }

int fl_json_begin(json_reader *r) {
    skip_blanks(r);
    return r->p < r->end ? 0 : fl_fail(r->err, FL_ERR_JSON_EMPTY);
}

int fl_json_enter(json_reader *r) {
    if (++r->depth <= FL_JSON_DEPTH_MAX) return 0;
    return fl_fail(r->err, FL_ERR_JSON_DEPTH, FL_JSON_DEPTH_MAX);
}

int fl_json_first(json_reader *r, char close, bool *more) {
    r->p++;
    skip_blanks(r);
    if (r->p == r->end) return ended(r);
    *more = *r->p != close;
    r->p += !*more;
    return 0;
}

int fl_json_next(json_reader *r, char close, bool *more) {
    skip_blanks(r);
    if (r->p == r->end) return ended(r);
    *more = *r->p == ',';
    if (!*more && *r->p != close)
        return unexpected(r, close == '}' ? "was expecting comma to separate Object entries"
                                          : "was expecting comma to separate Array entries");
    r->p++;
    if (*more) skip_blanks(r);
    return 0;
}

/* Over an escape whose backslash stands at p. */
static int skip_escape(json_reader *r) {
    if (++r->p == r->end) return ended(r);
    if (*r->p != 'u') {
        if (fl_json_unescaped(*r->p) < 0) return unexpected(r, "Unrecognized character escape");
        r->p++;
        return 0;
    }
    r->p++;
    for (int i = 0; i < 4; i++, r->p++)
        if (r->p == r->end || fl_hex_digit(*r->p) < 0)
            return unexpected(r, "expected a hex-digit for character escape sequence");
    return 0;
}

/* The string whose quote stands at p. */
static int read_string(json_reader *r, json_string *out) {
    const char *from = ++r->p;
    out->escaped = false;
    for (;;) {
        r->p = fl_json_skip_plain(r->p, r->end, false);
        if (r->p == r->end) return ended(r);
        if (*r->p == '"') break;
        if (*r->p != '\\')
            return unexpected(r, "Illegal unquoted character: has to be escaped using backslash to be included in "
                                 "string value");
        out->escaped = true;
        FL_TRY(skip_escape(r));
    }
    out->raw = fl_str_make(from, (size_t)(r->p - from));
    r->p++;
    return 0;
}

fl_str fl_json_unescape(fl_arena *a, json_string s) {
    if (!s.escaped) return s.raw;
    fl_buf b;
    fl_buf_init(&b);
    fl_json_units u = {&b, 0};
    for (const char *p = s.raw.p, *end = p + s.raw.n; p < end;) {
        const char *plain = fl_json_skip_plain(p, end, false);
        if (plain > p) fl_json_units_end(&u);
        fl_buf_put(&b, p, (size_t)(plain - p));
        if ((p = plain) == end) break;
        if (p[1] == 'u') {
            fl_json_units_put(&u, (uint16_t)fl_json_unit(p + 2, end)); /* the reader has seen the digits */
            p += 6;
        } else {
            fl_json_units_put(&u, (uint16_t)fl_json_unescaped(p[1]));
            p += 2;
        }
    }
    fl_json_units_end(&u);
    size_t n = b.n;
    return fl_str_make(fl_buf_finish(&b, a), n);
}

int fl_json_name(json_reader *r, json_string *out) {
    if (r->p == r->end || *r->p != '"') return unexpected(r, "was expecting double-quote to start field name");
    FL_TRY(read_string(r, out));
    skip_blanks(r);
    if (r->p == r->end || *r->p != ':') return unexpected(r, "was expecting a colon to separate field name and value");
    r->p++;
    skip_blanks(r);
    return 0;
}

/* ---- scalars ---- */

static int need_digits(json_reader *r, const char *what) {
    if (r->p == r->end || !json_is_digit(*r->p)) return unexpected(r, what);
    while (r->p < r->end && json_is_digit(*r->p)) r->p++;
    return 0;
}

/* 1.50, 1E+3 */
static int spell_exact(json_reader *r, fl_str number, fl_str *out) {
    fl_big_decimal d;
    fl_buf b;
    fl_buf_init(&b);
    bool fits = fl_big_decimal_read(&d, number);
    if (fits) fl_big_decimal_print(&b, &d);
    fl_big_decimal_deinit(&d);
    size_t n = b.n;
    *out = fl_str_make(fl_buf_finish(&b, r->arena), n);
    return fits ? 0 : fl_fail(r->err, FL_ERR_JSON_EXPONENT, (int)FL_MIN(number.n, (size_t)100), number.p);
}

static int read_number(json_reader *r, fl_json_node *out) {
    const char *from = r->p;
    bool whole = true;
    r->p += *r->p == '-';
    if (r->end - r->p >= 2 && *r->p == '0' && json_is_digit(r->p[1])) return fl_fail(r->err, FL_ERR_JSON_ZEROES);
    FL_TRY(need_digits(r, "expected digit (0-9) to follow minus sign, for valid numeric value"));
    if (r->p < r->end && *r->p == '.') {
        r->p++;
        whole = false;
        FL_TRY(need_digits(r, "Decimal point not followed by a digit"));
    }
    if (r->p < r->end && (*r->p | 32) == 'e') {
        r->p++;
        whole = false;
        r->p += r->p < r->end && (*r->p == '-' || *r->p == '+');
        FL_TRY(need_digits(r, "Exponent indicator not followed by a digit"));
    }
    if (r->depth == 0 && r->p < r->end && !json_is_blank(*r->p))
        return unexpected(r, "Expected space separating root-level values");
    if (out == NULL) return 0;
    fl_str text = fl_str_make(from, (size_t)(r->p - from));
    *out = (fl_json_node){.kind = whole || r->exact ? FL_JSON_INT : FL_JSON_FLOAT};
    if (!whole && r->exact) return spell_exact(r, text, &out->text);
    if (whole)
        out->text = fl_str_is(text, "-0") ? fl_str_from("0") : text;
    else
        fl_double_parse(text, &out->d);
    return 0;
}

static int read_word(json_reader *r, const char *word, fl_json_kind kind, fl_json_node *out) {
    size_t n = strlen(word);
    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0) return wrong_word(r, r->p);
    if (r->p + n < r->end && json_is_word_char((unsigned char)r->p[n])) return wrong_word(r, r->p);
    r->p += n;
    if (out != NULL) *out = (fl_json_node){.kind = kind};
    return 0;
}

/* ---- containers ---- */

static int read_array(json_reader *r, fl_json_node *out) {
    fl_json_node *items = NULL, item;
    int n = 0, cap = 0;
    bool more = false;
    FL_TRY(fl_json_enter(r));
    for (int rc = fl_json_first(r, ']', &more); rc < 0 || more; rc = fl_json_next(r, ']', &more)) {
        FL_TRY(rc);
        FL_TRY(fl_json_value(r, out != NULL ? &item : NULL));
        if (out != NULL) FL_PUSH(r->arena, items, n, cap, item);
    }
    r->depth--;
    if (out != NULL) *out = (fl_json_node){.kind = FL_JSON_ARRAY, .n = n, .items = items};
    return 0;
}

/* Of equal names only the first stays, with the value of the last. Many are found through a table by hash. */
static void drop_repeated(fl_arena *a, fl_json_node *o) {
    enum { FEW = 8 };
    int n = 0, slots = 16;
    while (slots < 2 * o->n) slots *= 2;
    int *table = o->n > FEW ? FL_NEW_N(a, int, slots) : NULL; /* 1 + item; 0: free */
    for (int i = 0; i < o->n; i++) {
        int at = 0;
        uint32_t slot = 0;
        if (table == NULL) {
            while (at < n && !fl_str_eq(o->names[at], o->names[i])) at++;
        } else {
            slot = (uint32_t)fl_hash_bytes(o->names[i].p, o->names[i].n) & (uint32_t)(slots - 1);
            while (table[slot] != 0 && !fl_str_eq(o->names[table[slot] - 1], o->names[i]))
                slot = (slot + 1) & (uint32_t)(slots - 1);
            at = table[slot] != 0 ? table[slot] - 1 : n;
            table[slot] = at + 1;
        }
        o->names[at] = o->names[i];
        o->items[at] = o->items[i];
        n += at == n;
    }
    o->n = n;
}

static int read_object(json_reader *r, fl_json_node *out) {
    fl_json_node *items = NULL, item;
    fl_str *names = NULL;
    int n = 0, cap = 0, n_names = 0, cap_names = 0;
    bool more = false;
    FL_TRY(fl_json_enter(r));
    for (int rc = fl_json_first(r, '}', &more); rc < 0 || more; rc = fl_json_next(r, '}', &more)) {
        json_string name;
        FL_TRY(rc);
        FL_TRY(fl_json_name(r, &name));
        FL_TRY(fl_json_value(r, out != NULL ? &item : NULL));
        if (out == NULL) continue;
        fl_str text = fl_json_unescape(r->arena, name);
        FL_PUSH(r->arena, names, n_names, cap_names, text);
        FL_PUSH(r->arena, items, n, cap, item);
    }
    r->depth--;
    if (out == NULL) return 0;
    *out = (fl_json_node){.kind = FL_JSON_OBJECT, .n = n, .items = items, .names = names};
    drop_repeated(r->arena, out);
    return 0;
}

/* ---- values ---- */

static const char *skip_items(const char *p, const char *end, char close, int depth) {
    bool more, escaped;
    if (depth == 0) return NULL;
    p = json_skip_open(p, end, close, &more);
    while (p != NULL && more) {
        if (close == '}' && (p = json_skip_name(p, end, &escaped)) != NULL) p = json_skip_colon(p, end);
        if (p != NULL) p = json_skip_value(p, end, depth - 1);
        if (p != NULL) p = json_skip_comma(p, end, close, &more);
    }
    return p;
}

const char *json_skip_value(const char *p, const char *end, int depth) {
    bool escaped;
    if (p == end) return NULL;
    switch (*p) {
    case '"': return json_skip_string(p, end, &escaped);
    case '{': return skip_items(p, end, '}', depth);
    case '[': return skip_items(p, end, ']', depth);
    case 't': return json_skip_word(p, end, "true", 4);
    case 'f': return json_skip_word(p, end, "false", 5);
    case 'n': return json_skip_word(p, end, "null", 4);
    default: return *p == '-' || json_is_digit(*p) ? json_skip_number(p, end) : NULL;
    }
}

/* Over the value at hand if it can be skipped, which one at the top cannot that has no brackets. */
static bool skip_value(json_reader *r) {
    const bool nested = r->depth > 0 || (r->p < r->end && (*r->p == '{' || *r->p == '['));
    if (!nested || r->unsure || r->depth + JSON_SKIP_DEPTH > FL_JSON_DEPTH_MAX) return false;
    const char *behind = json_skip_value(r->p, r->end, JSON_SKIP_DEPTH);
    if (behind != NULL) r->p = behind;
    r->unsure = behind == NULL; /* else all that is inside would be tried, too, at each depth */
    return behind != NULL;
}

int fl_json_value(json_reader *r, fl_json_node *out) {
    json_string s;
    if (out == NULL && skip_value(r)) return 0;
    if (r->p == r->end) return ended(r);
    switch (*r->p) {
    case '{': return read_object(r, out);
    case '[': return read_array(r, out);
    case '"':
        FL_TRY(read_string(r, &s));
        if (out != NULL) *out = (fl_json_node){.kind = FL_JSON_STRING, .text = fl_json_unescape(r->arena, s)};
        return 0;
    case 't': return read_word(r, "true", FL_JSON_TRUE, out);
    case 'f': return read_word(r, "false", FL_JSON_FALSE, out);
    case 'n': return read_word(r, "null", FL_JSON_NULL, out);
    case '-':
    case '0' ... '9': return read_number(r, out);
    default: break;
    }
    if (json_is_word_char((unsigned char)*r->p)) return wrong_word(r, r->p);
    return unexpected(r, "expected a valid value");
}

/* ---- whole texts ---- */

int fl_json_check(fl_str text, fl_json_kind *kind, fl_error *err) {
    json_reader r = fl_json_reader_make(text, NULL, err);
    FL_TRY(fl_json_begin(&r));
    char c = *r.p;
    *kind = c == '{' ? FL_JSON_OBJECT : c == '[' ? FL_JSON_ARRAY : c == 'n' ? FL_JSON_NULL : FL_JSON_STRING;
    return fl_json_value(&r, NULL);
}

int fl_json_parse(fl_arena *a, fl_str text, fl_json_node *out, fl_error *err) {
    json_reader r = fl_json_reader_make(text, a, err);
    FL_TRY(fl_json_begin(&r));
    return fl_json_value(&r, out);
}

const fl_json_node *fl_json_member(const fl_json_node *object, fl_str name) {
    for (int i = 0; i < object->n; i++)
        if (fl_str_eq(object->names[i], name)) return &object->items[i];
    return NULL;
}

bool fl_json_equal(const fl_json_node *a, const fl_json_node *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case FL_JSON_INT:
    case FL_JSON_STRING: return fl_str_eq(a->text, b->text);
    case FL_JSON_FLOAT: return (isnan(a->d) && isnan(b->d)) || memcmp(&a->d, &b->d, sizeof a->d) == 0;
    case FL_JSON_ARRAY:
    case FL_JSON_OBJECT: break;
    default: return true;
    }
    if (a->n != b->n) return false;
    for (int i = 0; i < a->n; i++) {
        bool in_place = a->kind == FL_JSON_ARRAY || fl_str_eq(a->names[i], b->names[i]);
        const fl_json_node *other = in_place ? &b->items[i] : fl_json_member(b, a->names[i]);
        if (other == NULL || !fl_json_equal(&a->items[i], other)) return false;
    }
    return true;
}

/* ---- printing ---- */

void fl_json_print_scalar(fl_buf *out, const fl_json_node *v) {
    switch (v->kind) {
    case FL_JSON_NULL: fl_buf_puts(out, "null"); break;
    case FL_JSON_FALSE: fl_buf_puts(out, "false"); break;
    case FL_JSON_TRUE: fl_buf_puts(out, "true"); break;
    case FL_JSON_FLOAT: fl_double_print(out, v->d); break;
    default: fl_buf_put_str(out, v->text); break;
    }
}

static void print_quoted(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, s, false);
    fl_buf_putc(out, '"');
}

void fl_json_print(fl_buf *out, const fl_json_node *v) {
    bool object = v->kind == FL_JSON_OBJECT;
    if (v->kind == FL_JSON_STRING) {
        print_quoted(out, v->text);
    } else if (v->kind == FL_JSON_FLOAT && !isfinite(v->d)) {
        fl_buf_putc(out, '"');
        fl_double_print(out, v->d);
        fl_buf_putc(out, '"');
    } else if (fl_json_is_scalar(v->kind)) {
        fl_json_print_scalar(out, v);
    } else {
        fl_buf_putc(out, object ? '{' : '[');
        for (int i = 0; i < v->n; i++) {
            if (i > 0) fl_buf_putc(out, ',');
            if (object) {
                print_quoted(out, v->names[i]);
                fl_buf_putc(out, ':');
            }
            fl_json_print(out, &v->items[i]);
        }
        fl_buf_putc(out, object ? '}' : ']');
    }
}

/* ---- normal form ---- */

typedef struct json_member {
    fl_str name;
    fl_json_node value;
} json_member;

/* By UTF-16 units, as Java compares. */
static int by_name(const void *a, const void *b) {
    const json_member *x = a, *y = b;
    fl_view p = fl_view_make(x->name.p, (uint32_t)x->name.n), q = fl_view_make(y->name.p, (uint32_t)y->name.n);
    return fl_view_cmp_text(&p, &q);
}

static void sort_members(fl_arena *a, fl_json_node *v) {
    if (fl_json_is_scalar(v->kind)) return;
    for (int i = 0; i < v->n; i++) sort_members(a, &v->items[i]);
    if (v->kind == FL_JSON_ARRAY || v->n < 2) return;
    json_member *members = FL_NEW_N(a, json_member, v->n);
    for (int i = 0; i < v->n; i++) members[i] = (json_member){v->names[i], v->items[i]};
    qsort(members, (size_t)v->n, sizeof *members, by_name);
    for (int i = 0; i < v->n; i++) v->names[i] = members[i].name, v->items[i] = members[i].value;
}

int fl_json_normalise(fl_arena *a, fl_str text, fl_buf *out, fl_error *err) {
    json_reader r = fl_json_reader_make(text, a, err);
    fl_json_node v;
    r.exact = true;
    FL_TRY(fl_json_begin(&r));
    FL_TRY(fl_json_value(&r, &v));
    sort_members(a, &v);
    fl_json_print(out, &v);
    return 0;
}
