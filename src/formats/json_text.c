/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.c -- values back to JSON text: whole values without blanks.
 *
 * A STRING column takes an object or array as its text. Flink gets that text by building a tree and printing it, so
 * that blanks go, 1.50 becomes 1.5, and of repeated keys the last value stands at the place of the first; json_compact
 * does the same straight from the tokens.
 */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "formats/json_int.h"
#include "messages/format.h"

/* ---- numbers ---- */

void json_put_double(fl_buf *out, fl_str number) {
    double d = 0;
    fl_double_parse(number, &d);
    fl_double_print(out, d);
}

/* ---- whole values ---- */

enum { COMPACT_DEPTH_MAX = 1000 };

typedef struct entry {
    uint32_t hash;          /* of the key as written */
    size_t key, value, end; /* in `out`: the key with its quotes, the value, the byte behind it */
} entry;

typedef struct writer {
    json_scan *s;
    fl_buf *out;
    bool exact;
    int depth;
} writer;

static int put_value(writer *w);

static int put_float(writer *w) {
    fl_str number = w->s->number;
    double d = 0;
    fl_double_parse(number, &d);
    if (w->exact && isfinite(d)) {
        if (fl_json_put_decimal(w->out, number)) return 0;
        return fl_fail(w->s->err, FL_ERR_FORMAT_JSON_EXPONENT, (int)FL_MIN(number.n, (size_t)100), number.p);
    }
    if (isfinite(d)) {
        fl_double_print(w->out, d);
    } else {
        fl_buf_puts(w->out, d < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    }
    return 0;
}

static void put_quoted(fl_buf *out, fl_str text) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, text, false);
    fl_buf_putc(out, '"');
}

/* The entry that has the same key as e, or -1. */
static int find_key(const fl_buf *out, const entry *entries, int n, const entry *e) {
    fl_str key = fl_str_make(out->p + e->key, e->value - e->key);
    for (int i = 0; i < n; i++)
        if (entries[i].hash == e->hash &&
            fl_str_eq(key, fl_str_make(out->p + entries[i].key, entries[i].value - entries[i].key)))
            return i;
    return -1;
}

/* The last entry's key stands at `earlier` too: its value moves there, and the entry goes. Entries of between shift. */
static void replace_value(fl_buf *out, entry *entries, int *n, int earlier) {
    entry last = entries[--*n], *at = &entries[earlier];
    size_t size = last.end - last.value, old = at->end - at->value;
    char *value = fl_malloc(size);
    memcpy(value, out->p + last.value, size);
    out->n = last.key - 1; /* the comma too */
    fl_buf_reserve(out, size);
    memmove(out->p + at->value + size, out->p + at->end, out->n - at->end);
    memcpy(out->p + at->value, value, size);
    out->n += size - old;
    for (int i = earlier + 1; i < *n; i++) {
        entries[i].key += size - old;
        entries[i].value += size - old;
        entries[i].end += size - old;
    }
    at->end += size - old;
    free(value);
}

static int put_entries(writer *w, fl_arena *a) {
    entry *entries = NULL;
    int n = 0, cap = 0;
    for (;;) {
        FL_TRY(json_next(w->s));
        if (w->s->token == JSON_OBJECT_END) return 0;
        entry e;
        if (n > 0) fl_buf_putc(w->out, ',');
        e.key = w->out->n;
        put_quoted(w->out, w->s->name);
        fl_buf_putc(w->out, ':');
        e.value = w->out->n;
        e.hash = (uint32_t)fl_hash_bytes(w->out->p + e.key, e.value - e.key);
        FL_TRY(json_next(w->s));
        FL_TRY(put_value(w));
        e.end = w->out->n;
        int earlier = find_key(w->out, entries, n, &e);
        FL_PUSH(a, entries, n, cap, e);
        if (earlier >= 0) replace_value(w->out, entries, &n, earlier);
    }
}

static int put_object(writer *w) {
    fl_arena a;
    fl_arena_init(&a);
    fl_buf_putc(w->out, '{');
    int rc = put_entries(w, &a);
    fl_buf_putc(w->out, '}');
    fl_arena_deinit(&a);
    return rc;
}

static int put_array(writer *w) {
    fl_buf_putc(w->out, '[');
    for (bool first = true;; first = false) {
        FL_TRY(json_next(w->s));
        if (w->s->token == JSON_ARRAY_END) break;
        if (!first) fl_buf_putc(w->out, ',');
        FL_TRY(put_value(w));
    }
    fl_buf_putc(w->out, ']');
    return 0;
}

static int put_value(writer *w) {
    fl_str text;
    if (w->depth == COMPACT_DEPTH_MAX) return fl_fail(w->s->err, FL_ERR_FORMAT_JSON_DEPTH, COMPACT_DEPTH_MAX);
    w->depth++;
    switch (w->s->token) {
    case JSON_OBJECT: FL_TRY(put_object(w)); break;
    case JSON_ARRAY: FL_TRY(put_array(w)); break;
    case JSON_FLOAT: FL_TRY(put_float(w)); break;
    case JSON_STRING:
        FL_TRY(json_text(w->s, &text));
        put_quoted(w->out, text);
        break;
    default:
        FL_TRY(json_text(w->s, &text));
        fl_buf_put_str(w->out, fl_str_is(text, "-0") ? fl_str_from("0") : text);
        break;
    }
    w->depth--;
    return 0;
}

int json_compact(json_scan *s, bool exact, fl_buf *out) {
    writer w = {s, out, exact, 0};
    return put_value(&w);
}
