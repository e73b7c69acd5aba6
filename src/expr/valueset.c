/* SPDX-License-Identifier: Apache-2.0 */
/* valueset.c -- values one after the other in one buffer, and a table of their numbers by hash. */
#include "expr/valueset.h"

#include <stdlib.h>

#include "base/hash.h"

struct fl_valueset {
    fl_buf bytes;
    size_t *end; /* where value i ends in bytes */
    uint32_t n, cap;
    uint32_t *slots; /* i + 1; 0: empty */
    uint32_t mask;
};

fl_valueset *fl_valueset_new(void) { return fl_calloc(1, sizeof(fl_valueset)); }

void fl_valueset_free(fl_valueset *s) {
    if (s == NULL) return;
    fl_buf_deinit(&s->bytes);
    free(s->end);
    free(s->slots);
    free(s);
}

fl_valueset *fl_valueset_clone(const fl_valueset *s) {
    fl_valueset *c = fl_valueset_new();
    for (uint32_t i = 0; i < s->n; i++) fl_valueset_add(c, fl_valueset_at(s, i));
    return c;
}

uint32_t fl_valueset_count(const fl_valueset *s) { return s == NULL ? 0 : s->n; }

fl_str fl_valueset_at(const fl_valueset *s, uint32_t i) {
    size_t from = i == 0 ? 0 : s->end[i - 1];
    return s->end[i] > from ? fl_str_make(s->bytes.p + from, s->end[i] - from) : fl_str_make("", 0);
}

static uint32_t find(const fl_valueset *s, fl_str value) {
    uint32_t at = (uint32_t)fl_hash_bytes(value.p, value.n) & s->mask;
    while (s->slots[at] != 0 && !fl_str_eq(fl_valueset_at(s, s->slots[at] - 1), value)) at = (at + 1) & s->mask;
    return at;
}

static void grow(fl_valueset *s) {
    fl_assert(s->cap < UINT32_MAX / 4);
    s->cap = s->cap ? s->cap * 2 : 8;
    s->mask = s->cap * 2 - 1;
    s->end = fl_realloc(s->end, sizeof *s->end * s->cap);
    free(s->slots);
    s->slots = fl_calloc(s->mask + 1, sizeof *s->slots);
    for (uint32_t i = 0; i < s->n; i++) s->slots[find(s, fl_valueset_at(s, i))] = i + 1;
}

bool fl_valueset_put(fl_valueset *s, fl_str value, uint32_t *number) {
    if (s->n == s->cap) grow(s);
    uint32_t at = find(s, value);
    *number = s->slots[at] != 0 ? s->slots[at] - 1 : s->n;
    if (s->slots[at] != 0) return false;
    fl_buf_put_str(&s->bytes, value);
    s->end[s->n] = s->bytes.n;
    s->slots[at] = ++s->n;
    return true;
}

bool fl_valueset_add(fl_valueset *s, fl_str value) {
    uint32_t at;
    return fl_valueset_put(s, value, &at);
}
