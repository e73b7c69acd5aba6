/* SPDX-License-Identifier: Apache-2.0 */
/* functions_search.c -- finding texts in texts: POSITION, INSTR, REPLACE, TRANSLATE, SPLIT_INDEX, STARTSWITH, LIKE …
 *
 * What:       positions count code points from 1; the search itself runs over bytes, which UTF-8 allows.
 * LIKE:       a pattern is cut at its % signs into parts; a part is literal bytes and `_`, and covers a fixed number
 *             of code points. The first and the last part are anchored, those between are found leftmost, one after
 *             the other.
 *                 'ab%c_d%'     parts: "ab" at the front | "c" _ "d" anywhere behind it | nothing at the end
 *             `_` does not match a line end, `%` does, as in Flink. There is no escape character unless one is given.
 *             A literal pattern is cut once, when the call is bound (call->extra).
 * Interface:  the table at the end. Keywords are gone: POSITION(sub, s [, from]), LIKE(s, pattern [, escape]).
 */
#include <stdlib.h>

#include "expr/functions_int.h"
#include "expr/text_search.h"

#include "messages/function.h"
#include "messages/value.h"

static inline int64_t bigint_at(const fl_column *c, int i) { return FL_DATA(c, int64_t)[fl_column_at(c, i)]; }
static inline fl_str text_at(const fl_column *c, int i) { return fl_view_str(fl_view_at(c, i)); }

/* The first occurrence of `what` in [p, end), or NULL. */
static const char *find(const char *p, const char *end, fl_str what) {
    return fl_str_find(fl_str_make(p, (size_t)(end - p)), what);
}

/* Of n rows those asked for; in the evaluator's scratch memory. */
static int32_t *find_all(fl_eval *ev, const fl_column *texts, fl_rows rows, fl_str what, int n) {
    int32_t *at = fl_arena_alloc(ev->scratch, sizeof *at * (size_t)n);
    fl_find_rows(texts, rows, what, at);
    return at;
}

/* ---- POSITION LOCATE INSTR ---- */

/* 1-based position of the first occurrence at or behind `from`; an empty text is found at 1, wherever one begins. */
static int64_t locate(fl_str what, fl_str s, int64_t from) {
    if (what.n == 0) return 1;
    const char *end = s.p + s.n, *at = find(fl_utf8_skip(s.p, end, FL_MAX(from, (int64_t)1) - 1), end, what);
    return at == NULL ? 0 : fl_utf8_count(s.p, (size_t)(at - s.p)) + 1;
}

/* POSITION(what, s), LOCATE(what, s), each with from */
static int position(FL_KERNEL_ARGS) {
    bool has_from = call->expr->n_args == 3;
    const fl_str what = in[0]->constant ? text_at(in[0], 0) : fl_str_make("", 0);
    if (!has_from && what.n > 0) {
        int32_t *at = find_all(ev, in[1], rows, what, out->n);
        FL_EACH_ROW(rows, i, {
            const fl_str s = text_at(in[1], i);
            FL_DATA(out, int32_t)[i] = at[i] < 0 ? 0 : (int32_t)fl_utf8_count(s.p, (size_t)at[i]) + 1;
        });
        return 0;
    }
    FL_EACH_ROW(rows, i, {
        int64_t from = has_from ? bigint_at(in[2], i) : 1;
        FL_DATA(out, int32_t)[i] = (int32_t)locate(text_at(in[0], i), text_at(in[1], i), from);
    });
    return 0;
}

/* The nth occurrence that ends no later than `behind` code points before the end of s, from right to left. */
static int64_t locate_back(fl_str s, fl_str what, int64_t behind, int64_t nth) {
    const char *end = s.p + s.n;
    int64_t length = fl_utf8_count(s.p, s.n);
    if (behind > length) return 0;
    for (int64_t at = length - behind - fl_utf8_count(what.p, what.n); at >= 0; at--) {
        const char *p = fl_utf8_skip(s.p, end, at);
        if ((size_t)(end - p) >= what.n && memcmp(p, what.p, what.n) == 0 && --nth == 0) return at + 1;
    }
    return 0;
}

static int64_t instr(fl_str s, fl_str what, int64_t from, int64_t nth) {
    if (from == 0) return 0;
    if (from < 0) return locate_back(s, what, -(from + 1), nth);
    int64_t at = from - 1;
    for (; nth > 0 && at >= 0; nth--) {
        int64_t found = locate(what, s, at + 1);
        if (found == 0) return 0;
        if (what.n == 0) return 1;
        at = found;
    }
    return at;
}

/* INSTR(s, what [, from [, nth]]) */
static int kernel_instr(FL_KERNEL_ARGS) {
    int n = call->expr->n_args;
    FL_EACH_ROW(rows, i, {
        int64_t from = n > 2 ? bigint_at(in[2], i) : 1, nth = n > 3 ? bigint_at(in[3], i) : 1;
        if (nth <= 0) return fl_kernel_fail(err, call, FL_ERR_VALUE_NTH);
        FL_DATA(out, int32_t)[i] = (int32_t)instr(text_at(in[0], i), text_at(in[1], i), from, nth);
    });
    return 0;
}

static int infer_position(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(fl_need_bigint(b, call, 2, err));
    FL_TRY(fl_need_bigint(b, call, 3, err));
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_position(const fl_expr *call) { return call->fn->name[0] == 'I' ? kernel_instr : position; }

/* ---- REPLACE ---- */

/* An empty text stands before each character and at the end. */
static void replace_empty(fl_buf *b, fl_str s, fl_str by) {
    fl_buf_put_str(b, by);
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        const char *next = fl_utf8_next(p, end);
        fl_buf_put(b, p, (size_t)(next - p));
        fl_buf_put_str(b, by);
        p = next;
    }
}

/* Replaces by a text that is not longer, so that there is room for the result in as many bytes of the heap; what is left
 * of them is given back. `at` is the first occurrence. */
static void replace_shorter(fl_column *out, int i, fl_str s, fl_str what, fl_str by, const char *at) {
    char *to = fl_column_heap(out, s.n), *start = to;
    const char *p = s.p, *end = s.p + s.n;
    for (; at != NULL; at = find(p, end, what)) {
        memcpy(to, p, (size_t)(at - p));
        to += at - p;
        if (by.n > 0) memcpy(to, by.p, by.n);
        to += by.n;
        p = at + what.n;
    }
    memcpy(to, p, (size_t)(end - p));
    to += end - p;
    fl_put_slice(out, i, start, (size_t)(to - start));
    fl_column_heap_end(out, to - start > FL_VIEW_INLINE ? to : start);
}

static int replace(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    fl_column_share_heaps(out, in[0]);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str s = text_at(in[0], i), what = text_at(in[1], i), by = text_at(in[2], i);
        const char *p = s.p, *end = s.p + s.n, *at = what.n > 0 ? find(p, end, what) : NULL;
        if (what.n > 0 && at == NULL) {
            fl_put_slice(out, i, s.p, s.n);
            continue;
        }
        if (at != NULL && by.n <= what.n) {
            replace_shorter(out, i, s, what, by, at);
            continue;
        }
        fl_buf_reset(&b);
        if (what.n == 0) replace_empty(&b, s, by);
        for (; at != NULL && b.n <= (size_t)FL_TEXT_BYTES_MAX; at = find(p, end, what)) {
            fl_buf_put(&b, p, (size_t)(at - p));
            fl_buf_put_str(&b, by);
            p = at + what.n;
        }
        if (what.n > 0) fl_buf_put(&b, p, (size_t)(end - p));
        if ((rc = fl_text_grow(&so_far, b.n, call, err)) == 0) fl_column_put_str(out, i, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_replace(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 3, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_replace(const fl_expr *call FL_UNUSED) { return replace; }

/* ---- TRANSLATE(s, from, to) ---- */

/* What a code point becomes: nothing if `by` is empty. */
typedef struct substitute {
    uint32_t cp;
    int order;
    fl_str by;
} substitute;

typedef struct dictionary {
    fl_str from, to; /* what it was made of */
    substitute *p;   /* by code point; NULL: not made yet */
    int n;
} dictionary;

static int by_code_point(const void *a, const void *b) {
    const substitute *x = a, *y = b;
    return x->cp != y->cp ? (x->cp < y->cp ? -1 : 1) : x->order - y->order;
}

/* Pairs the characters of both texts. Of equal characters in `from` the first counts. */
static void make_dictionary(fl_arena *a, fl_str from, fl_str to, dictionary *d) {
    int n = 0;
    *d = (dictionary){from, to, FL_NEW_N(a, substitute, from.n + 1), 0};
    for (const char *p = from.p, *end = p + from.n, *q = to.p, *to_end = q + to.n; p < end; n++) {
        const char *next = q < to_end ? fl_utf8_next(q, to_end) : q;
        substitute *s = &d->p[n];
        *s = (substitute){.order = n, .by = fl_str_make(q, (size_t)(next - q))};
        p += fl_utf8_decode(p, end, &s->cp);
        q = next;
    }
    qsort(d->p, (size_t)n, sizeof *d->p, by_code_point);
    for (int k = 0; k < n; k++)
        if (d->n == 0 || d->p[d->n - 1].cp != d->p[k].cp) d->p[d->n++] = d->p[k];
}

static const substitute *look_up(const dictionary *d, uint32_t cp) {
    int low = 0, high = d->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (d->p[middle].cp < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->n && d->p[low].cp == cp ? &d->p[low] : NULL;
}

static void put_translated(fl_buf *b, const dictionary *d, fl_str s) {
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        uint32_t cp;
        int n = fl_utf8_decode(p, end, &cp);
        const substitute *by = look_up(d, cp);
        fl_buf_put_str(b, by != NULL ? by->by : fl_str_make(p, (size_t)n));
        p += n;
    }
}

/* Without characters to look for the text stays as it is; without others in their place they are taken out. */
static int translate(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    dictionary d = {0};
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        if (fl_column_is_null(in[0], i)) {
            fl_kernel_null(out, i);
            continue;
        }
        fl_str none = fl_str_make("", 0);
        fl_str from = fl_column_is_null(in[1], i) ? none : text_at(in[1], i);
        fl_str to = fl_column_is_null(in[2], i) ? none : text_at(in[2], i);
        if (d.p == NULL || !fl_str_eq(from, d.from) || !fl_str_eq(to, d.to)) make_dictionary(ev->scratch, from, to, &d);
        fl_buf_reset(&b);
        put_translated(&b, &d, text_at(in[0], i));
        if ((rc = fl_text_grow(&so_far, b.n, call, err)) == 0) fl_column_put_str(out, i, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_translate(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_demand_texts(b, call, 0, 3, err));
    return fl_typed(b, call, fl_type_string(true), call->args[0]->type->nullable);
}

static fl_kernel_fn *choose_translate(const fl_expr *call FL_UNUSED) { return translate; }

/* ---- SPLIT_INDEX(s, separator, index) ---- */

/* Java's Character.isWhitespace, as far as it is one byte: what an empty separator splits at. */
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

/* The next separator in [p, end) and its length, or NULL. */
static const char *next_separator(const char *p, const char *end, fl_str separator, size_t *n) {
    *n = separator.n;
    if (separator.n > 0) return find(p, end, separator);
    *n = 1;
    while (p < end && !is_space(*p)) p++;
    return p < end ? p : NULL;
}

static bool split(fl_str s, fl_str separator, int64_t index, fl_str *piece) {
    const char *p = s.p, *end = s.p + s.n;
    if (s.n == 0 || index < 0) return false;
    for (;; index--) {
        size_t n;
        const char *at = next_separator(p, end, separator, &n);
        if (index == 0) {
            *piece = fl_str_make(p, (size_t)((at != NULL ? at : end) - p));
            return true;
        }
        if (at == NULL) return false;
        p = at + n;
    }
}

static int split_index(FL_KERNEL_ARGS) {
    bool by_code = in[1]->phys != FL_P_VIEW;
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        fl_str piece;
        char text[4];
        int64_t code = by_code ? bigint_at(in[1], i) : 1;
        fl_str separator =
            by_code ? fl_str_make(text, (size_t)fl_utf8_encode((uint32_t)(code & 255), text)) : text_at(in[1], i);
        if (code >= 1 && code <= 255 && split(text_at(in[0], i), separator, bigint_at(in[2], i), &piece))
            fl_put_slice(out, i, piece.p, piece.n);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int infer_split_index(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    if (!fl_is_text_arg(call, 1)) FL_TRY(fl_need_bigint(b, call, 1, err));
    FL_TRY(fl_need_bigint(b, call, 2, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_split_index(const fl_expr *call FL_UNUSED) { return split_index; }

/* ---- STARTSWITH ENDSWITH ---- */

static int starts_ends(FL_KERNEL_ARGS) {
    bool starts = call->expr->fn->name[0] == 'S';
    FL_EACH_ROW(rows, i, {
        fl_str s = text_at(in[0], i), part = text_at(in[1], i);
        bool fits = part.n <= s.n;
        fl_bit_put(out->data, i, fits && memcmp(starts ? s.p : s.p + (s.n - part.n), part.p, part.n) == 0);
    });
    return 0;
}

static int infer_starts(fl_bind *b, fl_expr *call, fl_error *err) {
    for (int k = 0; k < 2; k++) { /* a bare NULL is what the other one is */
        const fl_type *other = call->args[1 - k]->type;
        if (!fl_type_is(call->args[k]->type, FL_T_NULL)) continue;
        FL_TRY(fl_coerce(b, call, k, fl_type_is(other, FL_T_NULL) ? fl_type_string(true) : other, err));
    }
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    bool texts = fl_type_is_char(x) && fl_type_is_char(y), bytes = fl_type_is_binary(x) && fl_type_is_binary(y);
    if (!texts && !bytes) return fl_invalid_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_starts(const fl_expr *call FL_UNUSED) { return starts_ends; }

/* ---- LIKE: patterns ---- */

/* Literal bytes, then `ones` times one character. */
typedef struct token {
    fl_str text;
    int ones;
} token;

typedef struct part {
    token *tokens;
    int n, cap;
    int64_t points; /* code points that it covers */
} part;

/* What a pattern comes to if it has no `_` and at most one piece of text. */
typedef enum shape {
    GENERAL,
    PREFIX,   /* text% */
    SUFFIX,   /* %text */
    CONTAINS, /* %text% */
} shape;

typedef struct pattern {
    part *parts; /* between the % signs: at least one; empty where a % begins or ends the pattern */
    int n, cap;
    shape shape;
    fl_str text; /* unless the shape is GENERAL */
} pattern;

/* Literal text of a part ends where a `_` follows. */
static void add_text(fl_arena *a, part *p, const char *bytes, size_t n) {
    if (p->n == 0 || p->tokens[p->n - 1].ones > 0)
        FL_PUSH(a, p->tokens, p->n, p->cap, ((token){.text = fl_str_make(fl_arena_alloc(a, 0), 0)}));
    fl_str *t = &p->tokens[p->n - 1].text;
    char *longer = fl_arena_alloc(a, t->n + n);
    memcpy(longer, t->p, t->n);
    memcpy(longer + t->n, bytes, n);
    *t = fl_str_make(longer, t->n + n);
    p->points += fl_utf8_count(bytes, n);
}

static void add_one(fl_arena *a, part *p) {
    if (p->n == 0) FL_PUSH(a, p->tokens, p->n, p->cap, ((token){.text = fl_str_make("", 0)}));
    p->tokens[p->n - 1].ones++;
    p->points++;
}

static void add_part(fl_arena *a, pattern *p) { FL_PUSH(a, p->parts, p->n, p->cap, ((part){0})); }

/* A part of literal bytes only, perhaps none. */
static bool is_plain(const part *p, fl_str *text) {
    *text = p->n > 0 ? p->tokens[0].text : fl_str_make("", 0);
    return p->n == 0 || (p->n == 1 && p->tokens[0].ones == 0);
}

static void find_shape(pattern *p) {
    fl_str first, last, middle;
    bool plain = p->n > 1 && is_plain(&p->parts[0], &first) && is_plain(&p->parts[p->n - 1], &last);
    p->shape = GENERAL;
    if (!plain) return;
    if (p->n == 2 && (first.n == 0 || last.n == 0)) {
        p->shape = last.n == 0 ? PREFIX : SUFFIX;
        p->text = last.n == 0 ? first : last;
    } else if (p->n == 3 && first.n == 0 && last.n == 0 && is_plain(&p->parts[1], &middle) && middle.n > 0) {
        p->shape = CONTAINS;
        p->text = middle;
    }
}

static bool is_special(char c) { return c == '%' || c == '_'; }

/* Cuts a pattern. `escape` is one character or empty. */
static int cut_pattern(fl_arena *a, fl_str text, fl_str escape, pattern **out, fl_error *err) {
    if (escape.n > 0 && fl_utf8_next(escape.p, escape.p + escape.n) != escape.p + escape.n)
        return fl_fail(err, FL_ERR_FUNCTION_LIKE_ESCAPE, (int)FL_MIN(escape.n, 40u), escape.p);
    pattern *p = FL_NEW(a, pattern);
    add_part(a, p);
    for (const char *c = text.p, *end = text.p + text.n; c < end;) {
        const char *next = fl_utf8_next(c, end);
        size_t n = (size_t)(next - c);
        if (escape.n == n && memcmp(c, escape.p, n) == 0) {
            const char *after = next < end ? fl_utf8_next(next, end) : next;
            size_t m = (size_t)(after - next);
            bool doubled = m == escape.n && memcmp(next, escape.p, m) == 0;
            if (m == 0 || (!doubled && !is_special(*next)))
                return fl_fail(err, FL_ERR_FUNCTION_LIKE_SEQUENCE, (int)FL_MIN(text.n, 80u), text.p,
                               (int)fl_utf8_count(text.p, (size_t)(c - text.p)));
            add_text(a, &p->parts[p->n - 1], next, m);
            next = after;
        } else if (*c == '%') {
            add_part(a, p);
        } else if (*c == '_') {
            add_one(a, &p->parts[p->n - 1]);
        } else {
            add_text(a, &p->parts[p->n - 1], c, n);
        }
        c = next;
    }
    find_shape(p);
    *out = p;
    return 0;
}

/* ---- LIKE: matching ---- */

/* Behind the character at p, or NULL if it is a line end. */
static const char *match_one(const char *p, const char *end) {
    uint32_t cp;
    p += fl_utf8_decode(p, end, &cp);
    return cp == '\n' || cp == '\r' || cp == 0x85 || cp == 0x2028 || cp == 0x2029 ? NULL : p;
}

/* Behind the part if it stands at p, else NULL. */
static const char *match_part(const part *part, const char *p, const char *end) {
    for (int t = 0; t < part->n; t++) {
        const token *token = &part->tokens[t];
        if ((size_t)(end - p) < token->text.n || memcmp(p, token->text.p, token->text.n) != 0) return NULL;
        p += token->text.n;
        for (int k = 0; k < token->ones; k++) {
            if (p == end || (p = match_one(p, end)) == NULL) return NULL;
        }
    }
    return p;
}

/* Behind the leftmost place in [p, end) where the part stands, else NULL. */
static const char *search_part(const part *part, const char *p, const char *end) {
    if (part->n == 0) return p;
    if (part->n == 1 && part->tokens[0].ones == 0) {
        const char *at = find(p, end, part->tokens[0].text);
        return at != NULL ? at + part->tokens[0].text.n : NULL;
    }
    for (;; p = fl_utf8_next(p, end)) {
        if (part->tokens[0].text.n > 0 && (p = find(p, end, part->tokens[0].text)) == NULL) return NULL;
        const char *behind = match_part(part, p, end);
        if (behind != NULL || p == end) return behind;
    }
}

/* n code points before `end`, or NULL if there are fewer behind p. */
static const char *step_back(const char *p, const char *end, int64_t n) {
    while (n > 0 && end > p)
        if (((unsigned char)*--end & 0xc0) != 0x80) n--;
    return n == 0 ? end : NULL;
}

static bool matches(const pattern *pat, fl_str s) {
    const char *p = s.p, *end = s.p + s.n;
    p = match_part(&pat->parts[0], p, end);
    if (pat->n == 1) return p == end;
    if (p == NULL) return false;
    const part *last = &pat->parts[pat->n - 1];
    const char *tail = step_back(p, end, last->points);
    if (tail == NULL || match_part(last, tail, end) != end) return false;
    for (int k = 1; k < pat->n - 1; k++)
        if ((p = search_part(&pat->parts[k], p, tail)) == NULL) return false;
    return true;
}

/* A literal pattern. */
static void like_literal(fl_eval *ev, const pattern *p, const fl_column *texts, fl_column *out, fl_rows rows) {
    const fl_str t = p->text;
    switch (p->shape) {
    case PREFIX:
        FL_EACH_BIT(rows, out->data, i, ({
                        fl_str s = text_at(texts, i);
                        s.n >= t.n &&memcmp(s.p, t.p, t.n) == 0;
                    }));
        break;
    case SUFFIX:
        FL_EACH_BIT(rows, out->data, i, ({
                        fl_str s = text_at(texts, i);
                        s.n >= t.n &&memcmp(s.p + (s.n - t.n), t.p, t.n) == 0;
                    }));
        break;
    case CONTAINS: {
        const int32_t *at = find_all(ev, texts, rows, t, out->n);
        FL_EACH_BIT(rows, out->data, i, at[i] >= 0);
        break;
    }
    default: FL_EACH_BIT(rows, out->data, i, matches(p, text_at(texts, i))); break;
    }
}

/* A pattern that is not a literal is cut again where it changes from row to row. */
static int like(FL_KERNEL_ARGS) {
    const pattern *p = call->expr->extra;
    pattern *made = NULL;
    if (p != NULL) {
        like_literal(ev, p, in[0], out, rows);
        return 0;
    }
    fl_str text = {0}, escape = {0};
    FL_EACH_ROW(rows, i, {
        fl_str t = text_at(in[1], i), e = call->expr->n_args == 3 ? text_at(in[2], i) : fl_str_make("", 0);
        if (made == NULL || !fl_str_eq(t, text) || !fl_str_eq(e, escape))
            FL_TRY(cut_pattern(ev->scratch, t, e, &made, err));
        text = t, escape = e;
        fl_bit_put(out->data, i, matches(made, text_at(in[0], i)));
    });
    return 0;
}

static int infer_like(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 3, err));
    const fl_value *text = fl_expr_value(call->args[1]);
    const fl_value *escape = call->n_args == 3 ? fl_expr_value(call->args[2]) : NULL;
    bool known = text != NULL && !text->is_null && (call->n_args == 2 || (escape != NULL && !escape->is_null));
    if (known) {
        pattern *p;
        FL_TRY(cut_pattern(b->arena, text->s, escape != NULL ? escape->s : fl_str_make("", 0), &p, err));
        call->extra = p;
    }
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), fl_args_nullable(call));
}

static int infer_not_like(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *e;
    FL_TRY(fl_expr_call_name(b, "LIKE", call->args, call->n_args, call->span, &e, err));
    FL_TRY(fl_call1(b, "NOT", e, call->span, &e, err));
    return fl_become(call, e);
}

static fl_kernel_fn *choose_like(const fl_expr *call FL_UNUSED) { return like; }

/* ---- the table ---- */

#define ROW(word, least, most, more_flags, rule, pick, form, text)                                                     \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_STRICT | FL_FN_COSTLY | (more_flags),        \
        .infer = rule, .choose = pick, .signature = form, .doc = text                                                  \
    }
#define F  FL_FN_FALLIBLE
#define OP FL_FN_OPERATOR

FL_FUNCTION_TABLE(search) = {
    ROW("POSITION", 2, 3, 0, infer_position, choose_position, "'POSITION(<STRING> IN <STRING>)'",
        "Where a text first occurs in another, counted from 1; 0 if it does not."),
    ROW("LOCATE", 2, 3, 0, infer_position, choose_position, "'LOCATE(<CHARACTER>, <CHARACTER>)'",
        "The same as POSITION, searching from a position on."),
    ROW("INSTR", 2, 4, F, infer_position, choose_position, "'INSTR(<CHARACTER>, <CHARACTER>)'",
        "Where a text occurs for the nth time; a negative start searches backwards."),
    ROW("REPLACE", 3, 3, F, infer_replace, choose_replace, "'REPLACE(<CHARACTER>, <CHARACTER>, <CHARACTER>)'",
        "With all occurrences of a text replaced by another."),
    {.name = "TRANSLATE",
     .min_args = 3,
     .max_args = 3,
     .flags = FL_FN_COSTLY | FL_FN_FALLIBLE | FL_FN_SINCE_2,
     .infer = infer_translate,
     .choose = choose_translate,
     .signature = "'TRANSLATE(<CHARACTER>, <CHARACTER>, <CHARACTER>)'",
     .doc = "With each character of a set replaced by its partner in another, or left out. From Flink 2.0 on."},
    ROW("SPLIT_INDEX", 3, 3, 0, infer_split_index, choose_split_index,
        "'SPLIT_INDEX(<CHARACTER>, <CHARACTER>, <INTEGER>)', 'SPLIT_INDEX(<CHARACTER>, <INTEGER>, <INTEGER>)'",
        "The nth piece, counted from 0, after splitting at a separator."),
    ROW("STARTSWITH", 2, 2, FL_FN_SINCE_2, infer_starts, choose_starts, "'STARTSWITH(<STRING>, <STRING>)'",
        "The text, or the bytes, begin with others. From Flink 2.0 on."),
    ROW("ENDSWITH", 2, 2, FL_FN_SINCE_2, infer_starts, choose_starts, "'ENDSWITH(<STRING>, <STRING>)'",
        "The text, or the bytes, end with others. From Flink 2.0 on."),
    ROW("LIKE", 2, 3, F | OP, infer_like, choose_like, "'LIKE(<STRING>, <STRING>, <STRING>)'",
        "The text matches a pattern: % is any run of characters, _ is one."),
    ROW("NOT LIKE", 2, 3, F | OP, infer_not_like, choose_like, "'NOT LIKE(<STRING>, <STRING>, <STRING>)'",
        "The text does not match a pattern."),
    {0},
};
