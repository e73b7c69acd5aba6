/* SPDX-License-Identifier: Apache-2.0 */
/* json_layout.c -- the fast way through JSON: a record that looks like one that was read before.
 *
 * What:       programs write their records with the same keys in the same order and with the same blanks. What lies
 *             between the values of a record is remembered, and the next record is compared with it, bytes with
 *             bytes; only the values are read.
 * Example:    {"t": "2026-01-01T00:00:01", "x": 5.5}      is learned as
 *
 *                 slot    literal before it     value
 *                 0       {"t": "  without "    column t, a timestamp
 *                 1       , "x":·               column x, a number
 *                 tail    }
 *
 * Interface:  json_layouts_… of json_int.h: json_decode.c tries this first and reads by tokens what is not taken
 *             here.
 * Algorithm:  for each slot the literal is compared in words of eight bytes, then the value is read by its column's
 *             quick reader and stored at the row, past the column's own counter. A value that is spelled in an
 *             unusual way (NULL, an escape, a number as text, an object) is read by the scanner and the column's
 *             reader, in the middle of the record. If anything does not fit, the record is a miss, all traces of it
 *             are wiped out, and it is read by tokens.
 * Why it is the same: a record that fits has the keys of the learned one, and each value was read to its end. So the
 *             tokens of both differ only inside of values, and the row reader would take the same steps.
 * Invariants: those of quick_int.h, and: no more than the TEXT_SLACK bytes behind a place are looked at without a
 *             comparison with `limit`.
 */
#include <stdlib.h>

#include "formats/json_int.h"
#include "formats/quick_int.h"

enum { LAYOUTS = 4, SLOTS_MAX = 2000, PENALTY_MAX = 256, HITS_TO_FORGIVE = 1024 };

typedef struct slot {
    const char *literal; /* padded to words */
    uint32_t n;
    int col; /* -1: the value is skipped */
} slot;

typedef struct layout {
    fl_arena arena; /* of the rest */
    slot *slots;
    int n_slots;
    const char *tail;
    uint32_t n_tail;
    int *absent; /* columns without a slot */
    int n_absent;
    bool has_newline; /* in a literal: fits messages only */
    uint32_t hits;
} layout;

struct json_layouts {
    layout all[LAYOUTS];
    int n, newest;
    quick_column *cols;
    int n_cols;
    int wait, penalty; /* records to pass before the next is learned; doubles */
    uint32_t hits;
    fl_error error; /* of what is read again by tokens */
};

/* One record on its way. */
typedef struct run {
    json_decoder *d;
    json_layouts *l;
    const char *start;
    const char *end;   /* of the record, if it is a message; else NULL: the end of the line is looked for when needed */
    const char *limit; /* of what may be looked at */
    int row;
} run;

json_layouts *json_layouts_new(const json_decoder *d) {
    json_layouts *l = fl_calloc(1, sizeof *l);
    l->n_cols = d->row.n_kids;
    l->cols = fl_calloc((size_t)l->n_cols, sizeof *l->cols);
    for (int i = 0; i < l->n_cols; i++) quick_init(&l->cols[i], d->row.kids[i].type);
    return l;
}

void json_layouts_free(json_layouts *l) {
    if (l == NULL) return;
    for (int i = 0; i < l->n; i++) fl_arena_deinit(&l->all[i].arena);
    free(l->cols);
    free(l);
}

/* ---- learning ---- */

static const char *keep_literal(layout *y, const char *p, size_t n) {
    char *copy = fl_arena_zalloc(&y->arena, fl_align_up(n, 8));
    memcpy(copy, p, n);
    y->has_newline |= memchr(p, '\n', n) != NULL;
    return copy;
}

/* Reads the record once more and notes its slots. False if it is not worth it, or too odd: a repeated key. */
static bool note_slots(json_decoder *d, layout *y) {
    json_scan *s = &d->scan;
    json_layouts *l = d->layouts;
    const char *from = d->record.p;
    int cap = 0, taken = 0;
    bool *seen = FL_NEW_N(&y->arena, bool, l->n_cols), ended;
    json_scan_start(s, d->record, &l->error);
    if (s->p != from || json_next(s) < 0) return false;
    while (json_next(s) >= 0 && s->token == JSON_NAME) {
        int col = taken < l->n_cols ? json_names_find(&d->row.names, s->name) : -1;
        if (col >= 0 && seen[col]) return false;
        if (json_next(s) < 0 || y->n_slots == SLOTS_MAX) return false;
        slot to = {.col = col, .n = (uint32_t)(s->value - from)};
        to.literal = keep_literal(y, from, to.n);
        if (col >= 0) seen[col] = true;
        taken += col >= 0;
        FL_PUSH(&y->arena, y->slots, y->n_slots, cap, to);
        while (s->depth > 1)
            if (json_next(s) < 0) return false;
        if (json_value_end(s, 1, &ended) < 0 || !ended) return false;
        from = s->p;
    }
    if (s->token != JSON_OBJECT_END || s->depth > 0) return false; /* of a value, and then the record broke off */
    y->n_tail = (uint32_t)(s->p - from);
    y->tail = keep_literal(y, from, y->n_tail);
    y->absent = FL_NEW_N(&y->arena, int, l->n_cols);
    for (int i = 0; i < l->n_cols; i++)
        if (!seen[i]) y->absent[y->n_absent++] = i;
    return true;
}

/* Makes room for one more: the least used goes. */
static layout *new_layout(json_layouts *l) {
    int at = 0;
    for (int i = 0; i < l->n; i++) {
        l->all[i].hits /= 2;
        if (l->all[i].hits < l->all[at].hits) at = i;
    }
    if (l->n < LAYOUTS)
        at = l->n++;
    else
        fl_arena_deinit(&l->all[at].arena);
    l->newest = at;
    return &l->all[at];
}

void json_layouts_learn(json_decoder *d) {
    json_layouts *l = d->layouts;
    if (l->wait > 0) {
        l->wait--;
        return;
    }
    layout y = {0};
    fl_arena_init(&y.arena);
    if (note_slots(d, &y))
        *new_layout(l) = y;
    else
        fl_arena_deinit(&y.arena);
    l->wait = l->penalty;
    l->penalty = FL_MIN(2 * l->penalty + 1, (int)PENALTY_MAX);
}

/* ---- values with care ---- */

static const char *line_end(const run *r, const char *p) {
    return r->end != NULL ? r->end : memchr(p, '\n', (size_t)(r->limit - p));
}

/* Whatever value stands at p, by the scanner and the column's reader. */
static const char *read_with_care(run *r, int col, const char *p) {
    quick_column *to = &r->l->cols[col];
    json_scan *s = &r->d->scan;
    if (memcmp(p, "null", 4) == 0) {
        quick_null(to, r->row);
        return p + 4;
    }
    const char *end = line_end(r, p);
    if (end == NULL || p >= end) return NULL;
    bool ended;
    r->d->record = fl_str_make(r->start, (size_t)(end - r->start));
    if (json_scan_value(s, p, end, &r->l->error) < 0) return NULL;
    quick_catch_up(to, r->row);
    if (json_read_value(r->d, &r->d->row.kids[col], to->c) < 0) return NULL;
    return json_value_end(s, 1, &ended) >= 0 && ended ? s->p : NULL;
}

static const char *skip_with_care(run *r, const char *p) {
    json_scan *s = &r->d->scan;
    const char *end = line_end(r, p);
    bool ended;
    if (end == NULL || p >= end || json_scan_value(s, p, end, &r->l->error) < 0) return NULL;
    while (s->depth > 1)
        if (json_next(s) < 0) return NULL;
    return json_value_end(s, 1, &ended) >= 0 && ended ? s->p : NULL;
}

/* ---- values in a hurry ---- */

/* The end of a plain string whose text begins at p: ASCII, no escapes. NULL if it is not plain. */
static inline const char *plain_end(const run *r, const char *p) {
    for (;; p += 8) {
        if (FL_UNLIKELY(r->limit - p < TEXT_SLACK)) return NULL;
        uint64_t x = fl_load8(p);
        uint64_t hit = fl_match8(x, '"') | fl_match8(x, '\\') | fl_match8(x, '\n') | (x & FL_HIGH8);
        if (hit == 0) continue;
        p += __builtin_ctzll(hit) / 8;
        return *p == '"' ? p : NULL;
    }
}

static inline const char *skip_quick(run *r, const char *p) {
    uint64_t x;
    int scale;
    bool negative;
    const char *q = NULL;
    if (*p == '"') {
        q = plain_end(r, p + 1);
        if (q != NULL) q++;
    } else if (text_is_digit(*p) || *p == '-') {
        q = text_quick_decimal(p, &x, &scale, &negative);
    }
    return FL_LIKELY(q != NULL) ? q : skip_with_care(r, p);
}

static inline const char *read_quick(run *r, quick_column *to, const char *p) {
    if (to->kind == QUICK_TEXT) {
        if (FL_UNLIKELY(*p != '"')) return NULL;
        const char *end = plain_end(r, p + 1);
        if (FL_UNLIKELY(end == NULL)) return NULL;
        quick_text(to, r->row, p + 1, (size_t)(end - p - 1), r->d->owner);
        return end + 1;
    }
    bool quoted = to->kind >= QUICK_DATE;
    if (quoted && FL_UNLIKELY(*p++ != '"')) return NULL;
    p = quick_scalar(to, r->row, p, r->d->opt.separator);
    if (!quoted || p == NULL) return p;
    return FL_LIKELY(*p == '"') ? p + 1 : NULL;
}

/* ---- records ---- */

static inline bool matches(const char *p, const char *literal, uint32_t n) {
    for (; n >= 8; n -= 8, p += 8, literal += 8)
        if (fl_load8(p) != fl_load8(literal)) return false;
    return n == 0 || (fl_load8(p) ^ fl_load8(literal)) << (64 - 8 * n) == 0;
}

/* Returns the place behind the closing brace, or NULL. */
static inline const char *read_record(run *r, const layout *y, const char *p) {
    r->start = p;
    for (int i = 0; i < y->n_slots; i++) {
        const slot *s = &y->slots[i];
        if (FL_UNLIKELY(r->limit - p < (ptrdiff_t)s->n + TEXT_SLACK || !matches(p, s->literal, s->n))) return NULL;
        p += s->n;
        if (s->col >= 0) {
            const char *q = read_quick(r, &r->l->cols[s->col], p);
            p = FL_LIKELY(q != NULL) ? q : read_with_care(r, s->col, p);
        } else {
            p = skip_quick(r, p);
        }
        if (FL_UNLIKELY(p == NULL)) return NULL;
    }
    if (FL_UNLIKELY(r->limit - p < (ptrdiff_t)y->n_tail + TEXT_SLACK || !matches(p, y->tail, y->n_tail))) return NULL;
    for (int i = 0; i < y->n_absent; i++) quick_null(&r->l->cols[y->absent[i]], r->row);
    return p + y->n_tail;
}

static const char *try_layout(run *r, layout *y, const char *p, bool lines) {
    if (lines && y->has_newline) return NULL;
    const char *q = read_record(r, y, p);
    if (q != NULL && lines) {
        if (FL_UNLIKELY(*q != '\n'))
            q = memchr(q, '\n', (size_t)(r->limit - q)); /* what follows the object is ignored */
        q = q != NULL ? q + 1 : NULL;
    } else if (q != NULL && q > r->end) {
        q = NULL;
    }
    if (FL_UNLIKELY(q == NULL)) quick_wipe(r->l->cols, r->l->n_cols, r->row);
    return q;
}

/* One record by any of the layouts, the newest first. */
static const char *read_any(run *r, const char *p, bool lines) {
    json_layouts *l = r->l;
    for (int i = 0; i < l->n; i++) {
        int at = i == 0 ? l->newest : i <= l->newest ? i - 1 : i;
        const char *q = try_layout(r, &l->all[at], p, lines);
        if (q == NULL) continue;
        l->newest = at;
        l->all[at].hits++;
        if (++l->hits % HITS_TO_FORGIVE == 0) l->penalty /= 2;
        return q;
    }
    return NULL;
}

size_t json_layouts_lines(json_decoder *d, fl_str bytes, fl_builder *out) {
    run r = {.d = d, .l = d->layouts, .limit = bytes.p + bytes.n, .row = out->n};
    const char *p = bytes.p;
    if (r.l->n == 0 || fl_builder_full(out)) return 0;
    quick_begin(r.l->cols, r.l->n_cols, out);
    while (r.row < out->cap) {
        const char *q = read_any(&r, p, true);
        if (q == NULL) break;
        p = q;
        r.row++;
    }
    quick_settle(r.l->cols, r.l->n_cols, out, r.row);
    return (size_t)(p - bytes.p);
}

bool json_layouts_message(json_decoder *d, fl_str message, fl_builder *out) {
    if (d->layouts->n == 0 || fl_builder_full(out) || message.n == 0) return false;
    run r = {.d = d, .l = d->layouts, .end = message.p + message.n, .limit = message.p + message.n, .row = out->n};
    if (d->owner != NULL) r.limit = (const char *)d->owner->data + d->owner->size;
    quick_begin(r.l->cols, r.l->n_cols, out);
    r.row += read_any(&r, message.p, false) != NULL;
    bool taken = r.row > out->n;
    quick_settle(r.l->cols, r.l->n_cols, out, r.row);
    return taken;
}
