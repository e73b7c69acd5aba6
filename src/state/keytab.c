/* SPDX-License-Identifier: Apache-2.0 */
/* keytab.c -- a dictionary from keys to small numbers, a batch of lookups at a time.
 *
 * Three layouts, chosen by the key's types:
 *   WORD    fixed-width columns of up to 8 bytes in all, packed into one word; NULLs in a mask beside it.
 *           A single integer column whose values lie close together is looked up in `direct`, indexed by value.
 *   STRING  one text or binary column: its view.
 *   BYTES   anything else: the bytes of rowcodec.h.
 *
 *     entry:   id -> key                          word[id], nulls[id]   or   view[id] (+ nulls)
 *     slot:    hash & mask -> tag of the hash, id + 1;   linear probing, deletion by shifting back
 *
 * Invariants: (1) every existing id is in exactly one slot, reachable from its hash without an empty slot between.
 *             (2) direct[v - base] is id + 1 of key v, or 0 if v is not known to be there (it may be, in a slot).
 */
#include "state/keytab.h"

#include <stdlib.h>

#include "base/hash.h"
#include "data/rowcodec.h"
#include "messages/checkpoint.h"

typedef enum layout { LAYOUT_NONE, LAYOUT_WORD, LAYOUT_STRING, LAYOUT_BYTES } layout;

enum { DIRECT_MAX = 1 << 16, MIN_SLOTS = 64, COLUMNS_MAX = 8, RECENT_BITS = 8 };

typedef struct slot {
    uint32_t tag; /* upper half of the hash */
    uint32_t id1; /* id + 1; 0: empty */
} slot;

struct fl_keytab {
    layout layout;
    const fl_type **types;
    int n_types;
    int width[COLUMNS_MAX]; /* WORD: bytes of each column */
    /* by id */
    uint64_t *hash;
    uint64_t *word; /* WORD */
    uint8_t *nulls; /* WORD, STRING: mask of NULL columns */
    fl_view *view;  /* STRING, BYTES: long ones own their bytes */
    bool *exists;
    uint32_t bound, cap, count;
    /* by hash */
    slot *slots;
    uint64_t mask;
    /* by value */
    uint32_t *direct;
    int64_t direct_base, direct_last; /* the values that it covers */
    int64_t direct_n;
    size_t heap_bytes;
};

static layout layout_of(const fl_type *const *types, int n, int *width) {
    if (n == 0) return LAYOUT_NONE;
    if (n == 1 && fl_type_phys(types[0]) == FL_P_VIEW) return LAYOUT_STRING;
    int total = 0;
    for (int i = 0; i < n; i++) {
        fl_phys p = fl_type_phys(types[i]);
        bool fixed = p == FL_P_BOOL || (p >= FL_P_I8 && p <= FL_P_I64);
        int w = p == FL_P_BOOL ? 1 : fl_phys_size(p);
        if (!fixed || i >= COLUMNS_MAX || total + w > 8) return LAYOUT_BYTES;
        if (width != NULL) width[i] = w;
        total += w;
    }
    return LAYOUT_WORD;
}

fl_keytab *fl_keytab_new(const fl_type *const *types, int n) {
    fl_keytab *t = fl_calloc(1, sizeof *t);
    t->layout = layout_of(types, n, t->width);
    t->n_types = n;
    t->types = fl_calloc((size_t)n, sizeof *t->types);
    for (int i = 0; i < n; i++) t->types[i] = types[i];
    t->mask = MIN_SLOTS - 1;
    t->slots = fl_calloc(MIN_SLOTS, sizeof *t->slots);
    return t;
}

static void drop_bytes(fl_keytab *t, fl_view *v) {
    if (v->n <= FL_VIEW_INLINE) return;
    t->heap_bytes -= v->n;
    free((char *)(uintptr_t)v->p);
}

void fl_keytab_free(fl_keytab *t) {
    if (t == NULL) return;
    for (uint32_t id = 0; t->view != NULL && id < t->bound; id++)
        if (t->exists[id]) drop_bytes(t, &t->view[id]);
    free(t->types);
    free(t->hash);
    free(t->word);
    free(t->nulls);
    free(t->view);
    free(t->exists);
    free(t->slots);
    free(t->direct);
    free(t);
}

/* ---- hashes: stable for ever, they decide key groups ---- */

static uint64_t hash_word(uint64_t word, uint8_t nulls) { return fl_hash_u64(word + nulls * FL_SPLITMIX_STEP); }

static uint64_t hash_view(const fl_view *v, uint8_t nulls) {
    fl_str s = fl_view_str(v);
    return nulls ? 0x9ae16a3b2f90404fu : fl_hash_bytes(s.p, s.n);
}

/* ---- entries ---- */

static uint32_t new_id(fl_keytab *t) {
    t->count++;
    if (t->bound == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->hash = fl_realloc(t->hash, sizeof *t->hash * t->cap);
        t->nulls = fl_realloc(t->nulls, sizeof *t->nulls * t->cap);
        t->exists = fl_realloc(t->exists, sizeof *t->exists * t->cap);
        if (t->layout == LAYOUT_WORD) t->word = fl_realloc(t->word, sizeof *t->word * t->cap);
        if (t->layout == LAYOUT_STRING || t->layout == LAYOUT_BYTES)
            t->view = fl_realloc(t->view, sizeof *t->view * t->cap);
    }
    return t->bound++;
}

static void place(fl_keytab *t, uint32_t id) {
    uint64_t h = t->hash[id], at = h & t->mask;
    while (t->slots[at].id1 != 0) at = (at + 1) & t->mask;
    t->slots[at] = (slot){(uint32_t)(h >> 32), id + 1};
}

static void grow(fl_keytab *t) {
    uint64_t n = (t->mask + 1) * 2;
    free(t->slots);
    t->slots = fl_calloc(n, sizeof *t->slots);
    t->mask = n - 1;
    for (uint32_t id = 0; id < t->bound; id++)
        if (t->exists[id]) place(t, id);
}

static uint32_t insert(fl_keytab *t, uint64_t hash, uint8_t nulls) {
    uint32_t id = new_id(t);
    t->hash[id] = hash;
    t->nulls[id] = nulls;
    t->exists[id] = false; /* grow must not place it yet */
    if (t->count * 2 > t->mask) grow(t);
    t->exists[id] = true;
    place(t, id);
    return id;
}

static uint32_t find_word(fl_keytab *t, uint64_t word, uint8_t nulls, uint64_t hash) {
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t at = hash & t->mask; t->slots[at].id1 != 0; at = (at + 1) & t->mask) {
        uint32_t id = t->slots[at].id1 - 1;
        if (t->slots[at].tag == tag && t->word[id] == word && t->nulls[id] == nulls) return id;
    }
    uint32_t id = insert(t, hash, nulls);
    t->word[id] = word;
    return id;
}

static uint32_t find_view(fl_keytab *t, const fl_view *v, uint8_t nulls, uint64_t hash) {
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t at = hash & t->mask; t->slots[at].id1 != 0; at = (at + 1) & t->mask) {
        uint32_t id = t->slots[at].id1 - 1;
        if (t->slots[at].tag == tag && t->nulls[id] == nulls && fl_view_eq(&t->view[id], v)) return id;
    }
    uint32_t id = insert(t, hash, nulls);
    t->view[id] = *v;
    if (v->n > FL_VIEW_INLINE) {
        t->view[id].p = memcpy(fl_malloc(v->n), v->p, v->n);
        t->heap_bytes += v->n;
    }
    return id;
}

/* Without key columns there is one key: the newest id, unless it has been released. */
static uint32_t only_id(fl_keytab *t) { return t->count > 0 ? t->bound - 1 : insert(t, hash_word(0, 0), 0); }

/* ---- looking up ---- */

static void pack_words(fl_column *const *keys, int n_keys, fl_rows rows, uint64_t *word, uint8_t *nulls) {
    int shift = 0;
    memset(word, 0, sizeof *word * (size_t)rows.n);
    memset(nulls, 0, (size_t)rows.n);
    for (int c = 0; c < n_keys; c++) {
        const fl_column *col = keys[c];
        int width = col->phys == FL_P_BOOL ? 1 : fl_phys_size(col->phys);
        for (int k = 0; k < rows.n; k++) {
            int i = rows.sel ? rows.sel[k] : k;
            if (fl_column_is_null(col, i)) {
                nulls[k] |= (uint8_t)(1 << c);
                continue;
            }
            uint64_t x = (uint64_t)fl_column_i64(col, i);
            word[k] |= (width == 8 ? x : x & ((1ull << (8 * width)) - 1)) << shift;
        }
        shift += 8 * width;
    }
}

static void lookup_words(fl_keytab *t, fl_column *const *keys, fl_rows rows, uint32_t *ids, fl_arena *scratch) {
    uint64_t *word = fl_arena_alloc(scratch, sizeof *word * (size_t)rows.n);
    uint64_t *hash = fl_arena_alloc(scratch, sizeof *hash * (size_t)rows.n);
    uint8_t *nulls = fl_arena_alloc(scratch, (size_t)rows.n);
    enum { AHEAD = 16 };
    pack_words(keys, t->n_types, rows, word, nulls);
    for (int k = 0; k < rows.n; k++) hash[k] = hash_word(word[k], nulls[k]);
    for (int k = 0; k < rows.n; k++) {
        if (k + AHEAD < rows.n) __builtin_prefetch(&t->slots[hash[k + AHEAD] & t->mask]);
        ids[k] = find_word(t, word[k], nulls[k], hash[k]);
    }
}

/* Where a string is looked for before it is hashed: some bits of what tells it apart at first sight. */
static inline uint32_t recent_place(const fl_view *v) {
    uint64_t x[2];
    memcpy(x, v, sizeof x);
    if (v->n > FL_VIEW_INLINE) x[1] = 0;
    return (uint32_t)((x[0] * FL_SPLITMIX_STEP ^ x[1]) * FL_SPLITMIX_STEP >> (64 - RECENT_BITS));
}

static void lookup_strings(fl_keytab *t, const fl_column *c, fl_rows rows, uint32_t *ids) {
    const fl_view *v = c->data, empty = {0};
    uint32_t recent[1 << RECENT_BITS] = {0}; /* id + 1 of a string that these rows have had */
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k;
        if (fl_column_is_null(c, i)) {
            ids[k] = find_view(t, &empty, 1, hash_view(&empty, 1));
            continue;
        }
        uint32_t *at = &recent[recent_place(&v[i])];
        if (*at == 0 || !fl_view_eq(&t->view[*at - 1], &v[i])) *at = find_view(t, &v[i], 0, hash_view(&v[i], 0)) + 1;
        ids[k] = *at - 1;
    }
}

static int lookup_bytes(fl_keytab *t, fl_column *const *keys, fl_rows rows, uint32_t *ids, fl_error *err) {
    fl_buf b;
    fl_buf_init(&b);
    int rc = 0;
    for (int k = 0; k < rows.n && rc == 0; k++) {
        fl_buf_reset(&b);
        rc = fl_encode_row(&b, keys, t->n_types, rows.sel ? rows.sel[k] : k, err);
        if (rc < 0) break;
        fl_view v = fl_view_make(b.p, (uint32_t)b.n);
        ids[k] = find_view(t, &v, 0, hash_view(&v, 0));
    }
    fl_buf_deinit(&b);
    return rc;
}

/* Makes `direct` cover [lo, hi] beside what it covers, if that stays small. */
static bool cover(fl_keytab *t, int64_t lo, int64_t hi) {
    if (t->direct_n > 0) {
        if (lo >= t->direct_base && hi <= t->direct_last) return true;
        lo = FL_MIN(lo, t->direct_base);
        hi = FL_MAX(hi, t->direct_last);
    }
    if ((uint64_t)hi - (uint64_t)lo >= DIRECT_MAX) return false;
    int64_t n = hi - lo + 1;
    uint32_t *direct = fl_calloc((size_t)n, sizeof *direct);
    if (t->direct_n > 0) memcpy(direct + (t->direct_base - lo), t->direct, sizeof *direct * (size_t)t->direct_n);
    free(t->direct);
    t->direct = direct;
    t->direct_base = lo;
    t->direct_last = hi;
    t->direct_n = n;
    return true;
}

/* One integer column without NULLs whose values lie close together. The loop finds known keys and notes whether one was
 * missing; then those are made. It is unrolled, for its own counting would cost as much as the lookup. */
#define DIRECT_LOOKUP(T, name)                                                                                         \
    FL_CLONES static bool known_##name(const T *v, fl_rows rows, const uint32_t *direct, int64_t base,                 \
                                       uint32_t *ids) {                                                                \
        uint32_t least = UINT32_MAX;                                                                                   \
        if (rows.sel == NULL) {                                                                                        \
            _Pragma("GCC unroll 8") for (int k = 0; k < rows.n; k++) {                                                 \
                uint32_t id1 = direct[(int64_t)v[k] - base];                                                           \
                ids[k] = id1 - 1;                                                                                      \
                least = id1 < least ? id1 : least;                                                                     \
            }                                                                                                          \
        } else {                                                                                                       \
            for (int k = 0; k < rows.n; k++) {                                                                         \
                uint32_t id1 = direct[(int64_t)v[rows.sel[k]] - base];                                                 \
                ids[k] = id1 - 1;                                                                                      \
                least = id1 < least ? id1 : least;                                                                     \
            }                                                                                                          \
        }                                                                                                              \
        return least != 0;                                                                                             \
    }                                                                                                                  \
    static bool direct_##name(fl_keytab *t, const fl_column *c, fl_rows rows, uint32_t *ids) {                         \
        const T *v = c->data;                                                                                          \
        int64_t lo, hi;                                                                                                \
        fl_column_range(c, rows.sel, rows.n, &lo, &hi);                                                                \
        if (!cover(t, lo, hi)) return false;                                                                           \
        if (known_##name(v, rows, t->direct, t->direct_base, ids)) return true;                                        \
        for (int k = 0; k < rows.n; k++) {                                                                             \
            T x = v[rows.sel ? rows.sel[k] : k];                                                                       \
            uint32_t *at = &t->direct[(int64_t)x - t->direct_base];                                                    \
            uint64_t word = (uint64_t)(int64_t)x & (sizeof(T) == 8 ? ~0ull : (1ull << (8 * (sizeof(T) & 7))) - 1);     \
            if (*at == 0) *at = find_word(t, word, 0, hash_word(word, 0)) + 1;                                         \
            ids[k] = *at - 1;                                                                                          \
        }                                                                                                              \
        return true;                                                                                                   \
    }
DIRECT_LOOKUP(int8_t, i8)
DIRECT_LOOKUP(int16_t, i16)
DIRECT_LOOKUP(int32_t, i32)
DIRECT_LOOKUP(int64_t, i64)
#undef DIRECT_LOOKUP

static bool lookup_direct(fl_keytab *t, const fl_column *c, fl_rows rows, uint32_t *ids) {
    if (t->n_types != 1 || c->valid != NULL || c->constant) return false;
    switch (c->phys) {
    case FL_P_I8: return direct_i8(t, c, rows, ids);
    case FL_P_I16: return direct_i16(t, c, rows, ids);
    case FL_P_I32: return direct_i32(t, c, rows, ids);
    case FL_P_I64: return direct_i64(t, c, rows, ids);
    default: return false;
    }
}

int fl_keytab_lookup(fl_keytab *t, fl_column *const *keys, fl_rows rows, uint32_t *ids, fl_arena *scratch,
                     fl_error *err) {
    if (rows.n == 0) return 0;
    switch (t->layout) {
    case LAYOUT_NONE: {
        uint32_t id = only_id(t);
        for (int k = 0; k < rows.n; k++) ids[k] = id;
        return 0;
    }
    case LAYOUT_WORD:
        if (!lookup_direct(t, keys[0], rows, ids)) lookup_words(t, keys, rows, ids, scratch);
        return 0;
    case LAYOUT_STRING: lookup_strings(t, keys[0], rows, ids); return 0;
    case LAYOUT_BYTES: return lookup_bytes(t, keys, rows, ids, err);
    }
    return 0;
}

uint32_t fl_keytab_bound(const fl_keytab *t) { return t->bound; }
uint32_t fl_keytab_count(const fl_keytab *t) { return t->count; }
bool fl_keytab_exists(const fl_keytab *t, uint32_t id) { return id < t->bound && t->exists[id]; }
uint64_t fl_keytab_hash(const fl_keytab *t, uint32_t id) { return t->hash[id]; }

void fl_keytab_release(fl_keytab *t, uint32_t id) {
    fl_assert(fl_keytab_exists(t, id));
    uint64_t at = t->hash[id] & t->mask;
    while (t->slots[at].id1 != id + 1) at = (at + 1) & t->mask;
    /* shift back what would no longer be reachable across the hole */
    for (uint64_t next = (at + 1) & t->mask; t->slots[next].id1 != 0; next = (next + 1) & t->mask) {
        uint64_t home = t->hash[t->slots[next].id1 - 1] & t->mask;
        if (((next - home) & t->mask) < ((next - at) & t->mask)) continue;
        t->slots[at] = t->slots[next];
        at = next;
    }
    t->slots[at] = (slot){0, 0};
    if (t->direct_n > 0 && t->nulls[id] == 0) {
        int width = t->width[0];
        int64_t v = (int64_t)(t->word[id] << (64 - 8 * width)) >> (64 - 8 * width);
        if (v >= t->direct_base && v <= t->direct_last) t->direct[v - t->direct_base] = 0;
    }
    if (t->view != NULL) drop_bytes(t, &t->view[id]);
    t->exists[id] = false;
    t->count--;
}

bool fl_keytab_sparse(const fl_keytab *t) { return t->bound > 1024 && t->count < t->bound / 2; }

void fl_keytab_compact(fl_keytab *t, uint32_t *map) {
    uint32_t n = 0;
    for (uint32_t id = 0; id < t->bound; id++) {
        map[id] = t->exists[id] ? n : UINT32_MAX;
        if (!t->exists[id]) continue;
        t->hash[n] = t->hash[id];
        t->nulls[n] = t->nulls[id];
        if (t->word != NULL) t->word[n] = t->word[id];
        if (t->view != NULL) t->view[n] = t->view[id];
        t->exists[n++] = true;
    }
    t->bound = n;
    memset(t->slots, 0, sizeof *t->slots * (t->mask + 1));
    for (uint32_t id = 0; id < n; id++) place(t, id);
    for (int64_t v = 0; v < t->direct_n; v++)
        if (t->direct[v] != 0) t->direct[v] = map[t->direct[v] - 1] + 1;
}

/* ---- keys out ---- */

static void emit_word(const fl_keytab *t, uint32_t id, fl_column *const *out) {
    int shift = 0;
    for (int c = 0; c < t->n_types; c++) {
        int width = t->width[c];
        if (t->nulls[id] >> c & 1) {
            fl_column_append_null(out[c]);
        } else {
            int64_t x = (int64_t)(t->word[id] >> shift << (64 - 8 * width)) >> (64 - 8 * width);
            fl_column_append_i64(out[c], x);
        }
        shift += 8 * width;
    }
}

void fl_keytab_emit(const fl_keytab *t, const uint32_t *ids, int n, fl_column *const *out) {
    fl_error err;
    for (int k = 0; k < n; k++) {
        uint32_t id = ids[k];
        switch (t->layout) {
        case LAYOUT_NONE: return;
        case LAYOUT_WORD: emit_word(t, id, out); break;
        case LAYOUT_STRING:
            if (t->nulls[id])
                fl_column_append_null(out[0]);
            else
                fl_column_append_str(out[0], fl_view_str(&t->view[id]));
            break;
        case LAYOUT_BYTES: {
            fl_str s = fl_view_str(&t->view[id]);
            fl_reader r = fl_reader_make(s.p, s.n);
            int rc = fl_decode_row(&r, out, t->n_types, &err);
            fl_assert(rc == 0); /* written by fl_encode_row */
            break;
        }
        }
    }
}

void fl_keytab_encode(const fl_keytab *t, uint32_t id, fl_buf *out) {
    switch (t->layout) {
    case LAYOUT_NONE: fl_buf_put_bytes(out, NULL, 0); break;
    case LAYOUT_WORD:
        fl_buf_put_u32(out, 9);
        fl_buf_put_u8(out, t->nulls[id]);
        fl_buf_put_u64(out, t->word[id]);
        break;
    case LAYOUT_STRING:
    case LAYOUT_BYTES: {
        fl_str s = fl_view_str(&t->view[id]);
        fl_buf_put_u32(out, (uint32_t)s.n + 1);
        fl_buf_put_u8(out, t->nulls[id]);
        fl_buf_put_str(out, s);
        break;
    }
    }
}

/* Bytes of a checkpoint are checked, not trusted: a row that does not decode to the key's types is refused. */
static int check_row(const fl_keytab *t, fl_str s, fl_error *err) {
    fl_column **cols = fl_calloc((size_t)t->n_types, sizeof *cols);
    for (int i = 0; i < t->n_types; i++) cols[i] = fl_column_new(t->types[i], 1);
    fl_reader r = fl_reader_make(s.p, s.n);
    int rc = fl_decode_row(&r, cols, t->n_types, err);
    if (rc == 0 && r.p != r.end) rc = fl_fail(err, FL_ERR_CHECKPOINT_KEY_TOO_LONG, (size_t)(r.end - r.p));
    for (int i = 0; i < t->n_types; i++) fl_column_unref(cols[i]);
    free(cols);
    return rc;
}

int fl_keytab_decode(fl_keytab *t, fl_str key, uint32_t *id, fl_error *err) {
    fl_reader r = fl_reader_make(key.p, key.n);
    if (t->layout == LAYOUT_NONE) {
        *id = only_id(t);
        return 0;
    }
    uint8_t nulls = fl_read_u8(&r);
    if (t->layout == LAYOUT_WORD) {
        uint64_t word = fl_read_u64(&r);
        if (r.bad || r.p != r.end || nulls >> t->n_types != 0) return fl_fail(err, FL_ERR_CHECKPOINT_KEY);
        *id = find_word(t, word, nulls, hash_word(word, nulls));
        return 0;
    }
    if (r.bad || nulls > 1) return fl_fail(err, FL_ERR_CHECKPOINT_KEY);
    fl_str s = fl_str_make(r.p, (size_t)(r.end - r.p));
    if (t->layout == LAYOUT_BYTES) FL_TRY(check_row(t, s, err));
    fl_view v = fl_view_make(s.p, (uint32_t)s.n);
    *id = find_view(t, &v, nulls, hash_view(&v, nulls));
    return 0;
}

int fl_key_hashes(fl_column *const *keys, int n_keys, fl_rows rows, uint64_t *hashes, fl_arena *scratch,
                  fl_error *err) {
    const fl_type **types = fl_arena_alloc(scratch, sizeof *types * (size_t)n_keys);
    for (int i = 0; i < n_keys; i++) types[i] = keys[i]->type;
    switch (layout_of(types, n_keys, NULL)) {
    case LAYOUT_NONE:
        for (int k = 0; k < rows.n; k++) hashes[k] = hash_word(0, 0);
        return 0;
    case LAYOUT_WORD: {
        uint64_t *word = fl_arena_alloc(scratch, sizeof *word * (size_t)rows.n);
        uint8_t *nulls = fl_arena_alloc(scratch, (size_t)rows.n);
        pack_words(keys, n_keys, rows, word, nulls);
        for (int k = 0; k < rows.n; k++) hashes[k] = hash_word(word[k], nulls[k]);
        return 0;
    }
    case LAYOUT_STRING:
        for (int k = 0; k < rows.n; k++) {
            int i = rows.sel ? rows.sel[k] : k;
            hashes[k] = hash_view(&FL_DATA(keys[0], fl_view)[i], fl_column_is_null(keys[0], i));
        }
        return 0;
    case LAYOUT_BYTES: {
        fl_buf b;
        int rc = 0;
        fl_buf_init(&b);
        for (int k = 0; k < rows.n && rc == 0; k++) {
            fl_buf_reset(&b);
            rc = fl_encode_row(&b, keys, n_keys, rows.sel ? rows.sel[k] : k, err);
            hashes[k] = fl_hash_bytes(b.p, b.n);
        }
        fl_buf_deinit(&b);
        return rc;
    }
    }
    return 0;
}

size_t fl_keytab_bytes(const fl_keytab *t) {
    size_t per_id = sizeof *t->hash + sizeof *t->nulls + sizeof *t->exists + (t->word ? sizeof *t->word : 0) +
                    (t->view ? sizeof *t->view : 0);
    return per_id * t->cap + sizeof *t->slots * (t->mask + 1) + sizeof *t->direct * (size_t)t->direct_n + t->heap_bytes;
}
