/* SPDX-License-Identifier: Apache-2.0 */
/* datagen_values.c -- the loops that fill columns with random numbers.
 *
 * What:       value i of a column from (seed, path, i), a column at a time, so that the loops become vector code.
 * Interface:  fl_gen_column.
 * Algorithm:  two mixers turn a counter into random bits. fl_splitmix gives 64 of them. A range of up to 2^20 numbers
 *             needs fewer: a 32-bit mixer, keyed by column and by the upper half of the counter, costs half as much
 *             where 64-bit multiplications are slow. Bits become a number of a range by multiplying and keeping the
 *             upper half; what that adds to the chance of a single number is below range / 2^32 or range / 2^64.
 *             A counter that steps by one through a bijection meets no number twice, which a small range hides.
 * Layout:     text of more than 12 characters lies in one heap for the column, every value from a multiple of a word
 *             on, so that filling it is one loop over words too.
 */
#include "connectors/datagen.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "data/decimal.h"
#include "data/timestamp.h"

enum {
    SMALL_SPAN = 1 << 20,
    HEX_WORD = 16, /* characters made from one random word */
    STREAM_NULLS = 1,
    STREAM_LENGTHS = 2,
    STREAM_HIGH = 3, /* the upper half of 128 bits */
};

/* ---- mixers ---- */

static inline uint64_t mix(uint64_t key, uint64_t i) { return fl_splitmix(key + i * FL_SPLITMIX_STEP); }

/* Murmur's 32-bit finaliser with a second key in its middle: two columns are never shifted copies of each other. */
static inline uint32_t mix32(uint32_t x, uint32_t key) {
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = ((x ^ (x >> 13)) ^ key) * 0xc2b2ae35u;
    return x ^ (x >> 16);
}

/* floor(x * range / 2^64) for a range of at most 2^32. */
static inline uint64_t scale32(uint64_t x, uint64_t range) {
    return ((x >> 32) * range + (((x & 0xffffffffu) * range) >> 32)) >> 32;
}

/* The upper half of a product, from 32-bit halves: vector units have no instruction for it. */
static inline uint64_t scale64(uint64_t x, uint64_t range) {
    uint64_t x0 = x & 0xffffffffu, x1 = x >> 32, r0 = range & 0xffffffffu, r1 = range >> 32;
    uint64_t low = x0 * r0, a = x1 * r0 + (low >> 32), b = x0 * r1 + (a & 0xffffffffu);
    return x1 * r1 + (a >> 32) + (b >> 32);
}

static fl_u128 scale128(fl_u128 x, fl_u128 range) {
    fl_u128 x0 = (uint64_t)x, x1 = x >> 64, r0 = (uint64_t)range, r1 = range >> 64;
    fl_u128 a = x1 * r0 + ((x0 * r0) >> 64), b = x0 * r1 + (uint64_t)a;
    return x1 * r1 + (a >> 64) + (b >> 64);
}

static inline double unit(uint64_t x) { /* [0, 1) from the upper 52 bits */
    uint64_t bits = x >> 12 | 0x3ff0000000000000u;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d - 1.0;
}

/* ---- loops ---- */

#define X(name, T)                                                                                                     \
    FL_CLONES static void small_##name(T *restrict out, int n, uint32_t from, uint32_t key, int64_t min,               \
                                       uint32_t range) {                                                               \
        for (int i = 0; i < n; i++)                                                                                    \
            out[i] = (T)((T)min + (T)(((uint64_t)mix32(from + (uint32_t)i, key) * range) >> 32));                      \
    }
X(i8, int8_t)
X(i16, int16_t)
X(i32, int32_t)
X(i64, int64_t)
#undef X

#define X(name, T)                                                                                                     \
    FL_CLONES static void range32_##name(T *restrict out, int n, uint64_t key, uint64_t first, int64_t min,            \
                                         uint64_t range) {                                                             \
        for (int i = 0; i < n; i++) out[i] = (T)((uint64_t)min + scale32(mix(key, first + (uint64_t)i), range));       \
    }
X(i32, int32_t)
X(i64, int64_t)
#undef X

FL_CLONES static void range64(int64_t *restrict out, int n, uint64_t key, uint64_t first, int64_t min, uint64_t range) {
    for (int i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)min + scale64(mix(key, first + (uint64_t)i), range));
}

FL_CLONES static void random_words(uint64_t *restrict out, size_t n, uint64_t key, uint64_t first) {
    for (size_t i = 0; i < n; i++) out[i] = mix(key, first + i);
}

#define X(name, T)                                                                                                     \
    FL_CLONES static void real_##name(T *restrict out, int n, uint64_t key, uint64_t first, double low, double high) { \
        for (int i = 0; i < n; i++) {                                                                                  \
            double u = unit(mix(key, first + (uint64_t)i));                                                            \
            out[i] = (T)(u * high + (1.0 - u) * low);                                                                  \
        }                                                                                                              \
    }
X(f32, float)
X(f64, double)
#undef X

/* Bit i is set unless 32 random bits are below `below`. Whole words are written. Bits are bytes first, which a vector
 * unit can fill; a multiplication moves 8 of them together. */
FL_CLONES static void bits_from(uint64_t *restrict out, int n, uint64_t key, uint64_t first, uint64_t below) {
    for (int w = 0; w * 64 < n; w++, first += 64) {
        uint8_t on[64];
        uint64_t word = 0, eight;
        for (int i = 0; i < 64; i++) on[i] = mix(key, first + (uint64_t)i) >> 32 >= below;
        for (int i = 0; i < 8; i++) {
            memcpy(&eight, on + 8 * i, sizeof eight);
            word |= (eight * 0x0102040810204080u) >> 56 << 8 * i;
        }
        out[w] = word;
    }
}

/* The 8 hexadecimal digits of x, all at once: nibbles are spread to bytes, and those above 9 are moved up to 'a'. */
static inline uint64_t hex8(uint32_t bits) {
    uint64_t x = bits;
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
    uint64_t above_9 = (x + 6 * FL_EACH8) >> 4 & FL_EACH8;
    return x + 0x3030303030303030u + above_9 * ('a' - '0' - 10);
}

FL_CLONES static void hex_words(uint64_t *restrict out, size_t n, uint64_t key, uint64_t first) {
    for (size_t i = 0; i < n; i++) {
        uint64_t x = mix(key, first + i);
        out[2 * i] = hex8((uint32_t)x);
        out[2 * i + 1] = hex8((uint32_t)(x >> 32));
    }
}

#define X(name, T)                                                                                                     \
    FL_CLONES static void steps_##name(T *restrict out, int n, int64_t at, int64_t step) {                             \
        for (int i = 0; i < n; i++) out[i] = (T)(at + i * step);                                                       \
    }
X(i32, int32_t)
X(i64, int64_t)
#undef X

FL_CLONES static void multiply(int64_t *restrict out, int n, int64_t by) {
    for (int i = 0; i < n; i++) out[i] *= by;
}

FL_CLONES static void fill_i64(int64_t *restrict out, int n, int64_t x) {
    for (int i = 0; i < n; i++) out[i] = x;
}

/* ---- numbers ---- */

/* The 32-bit mixer sees the lower half of the counter; its keys change where the upper half does. */
static void fill_small(fl_column *c, const fl_gen *g, uint64_t key, uint64_t first, int n) {
    for (int at = 0, k; at < n; at += k) {
        uint64_t i = first + (uint64_t)at, left = 0x100000000u - (i & 0xffffffffu), keys = mix(key, i >> 32);
        k = (int)FL_MIN((uint64_t)(n - at), left);
        uint32_t from = (uint32_t)i + (uint32_t)keys, middle = (uint32_t)(keys >> 32), range = (uint32_t)g->span + 1;
        switch (c->phys) {
        case FL_P_I8: small_i8(FL_DATA(c, int8_t) + at, k, from, middle, (int64_t)g->min, range); break;
        case FL_P_I16: small_i16(FL_DATA(c, int16_t) + at, k, from, middle, (int64_t)g->min, range); break;
        case FL_P_I32: small_i32(FL_DATA(c, int32_t) + at, k, from, middle, (int64_t)g->min, range); break;
        default: small_i64(FL_DATA(c, int64_t) + at, k, from, middle, (int64_t)g->min, range); break;
        }
    }
}

static void fill_i128(fl_i128 *out, const fl_gen *g, uint64_t key, uint64_t first, int n) {
    uint64_t high = fl_hash_combine(key, STREAM_HIGH);
    for (int i = 0; i < n; i++) {
        fl_u128 x = (fl_u128)mix(high, first + (uint64_t)i) << 64 | mix(key, first + (uint64_t)i);
        out[i] = g->min + (fl_i128)scale128(x, g->span + 1);
    }
}

static void fill_integers(fl_column *c, const fl_gen *g, uint64_t key, uint64_t first, int n) {
    int64_t min = (int64_t)g->min;
    uint64_t range = (uint64_t)g->span + 1; /* 0: all 2^64 */
    if (c->phys == FL_P_I128) {
        fill_i128(c->data, g, key, first, n);
    } else if (g->span < SMALL_SPAN) {
        fill_small(c, g, key, first, n);
    } else if (c->phys == FL_P_I32) {
        range32_i32(c->data, n, key, first, min, range);
    } else if (range == 0) {
        random_words(c->data, (size_t)n, key, first);
    } else if (range <= 0x100000000u) {
        range32_i64(c->data, n, key, first, min, range);
    } else {
        range64(c->data, n, key, first, min, range);
    }
}

/* ---- texts and bytes ---- */

static int length_of(const fl_gen *g, uint64_t lengths, uint64_t i) {
    if (!g->var_length || g->length < 2) return g->length;
    return 1 + (int)scale32(mix(lengths, i), (uint64_t)g->length - 1);
}

/* A view of n <= 12 bytes at p; 16 can be read there. */
static inline fl_view short_view(const char *p, uint32_t n) {
    uint64_t low, high, low_bits = n >= 8 ? UINT64_MAX : ((uint64_t)1 << 8 * n) - 1;
    uint64_t high_bits = n > 8 ? ((uint64_t)1 << 8 * (n - 8)) - 1 : 0;
    fl_view v;
    memcpy(&low, p, sizeof low);
    memcpy(&high, p + 8, sizeof high);
    low &= low_bits;
    high &= high_bits;
    v.n = n;
    memcpy(v.prefix, &low, 4);
    memcpy(v.rest, (const char *)&low + 4, 4);
    memcpy(v.rest + 4, &high, 4);
    return v;
}

/* Words at a time into one heap; short values end up in their views. */
static void fill_views(fl_column *c, const fl_gen *g, uint64_t key, const fl_gen_rows *r) {
    bool hex = fl_type_is_char(g->type);
    size_t word = hex ? HEX_WORD : sizeof(uint64_t), words = ((size_t)g->length + word - 1) / word;
    uint64_t lengths = fl_hash_combine(key, STREAM_LENGTHS), first = r->first * words;
    fl_buffer *heap = fl_buffer_new((size_t)r->n * words * word + 16);
    fl_view *out = c->data;
    if (hex)
        hex_words((uint64_t *)heap->data, (size_t)r->n * words, key, first);
    else
        random_words((uint64_t *)heap->data, (size_t)r->n * words, key, first);
    for (int i = 0; i < r->n; i++) {
        const char *p = (const char *)heap->data + (size_t)i * words * word;
        uint32_t n = (uint32_t)length_of(g, lengths, r->first + (uint64_t)i);
        out[i] = n <= FL_VIEW_INLINE ? short_view(p, n) : fl_view_make(p, n);
    }
    if (g->length > FL_VIEW_INLINE) fl_column_add_heap(c, heap);
    fl_buffer_unref(heap);
}

/* ---- sequences ---- */

static void append_sequence_value(fl_column *c, const fl_gen *g, int64_t x, fl_buf *text) {
    fl_i128 scaled;
    uint64_t big_endian = __builtin_bswap64((uint64_t)x);
    switch (g->type->kind) {
    case FL_T_FLOAT:
    case FL_T_DOUBLE: fl_column_append_f64(c, (double)x); break;
    case FL_T_DECIMAL:
        if (fl_decimal_rescale(x, 0, g->type->scale, g->type->precision, &scaled))
            fl_column_append_i128(c, scaled);
        else
            fl_column_append_null(c);
        break;
    case FL_T_CHAR:
    case FL_T_VARCHAR:
        fl_buf_reset(text);
        fl_i64_print(text, x);
        fl_column_append_str(c, fl_buf_str(text));
        break;
    case FL_T_BINARY:
    case FL_T_VARBINARY: fl_column_append_str(c, fl_str_make((const char *)&big_endian, sizeof big_endian)); break;
    default: fl_column_append_i64(c, x); break;
    }
}

static void fill_sequence(fl_column *c, const fl_gen *g, const fl_gen_rows *r) {
    int64_t at = g->start + r->sequence_at;
    if (g->type->kind == FL_T_INT || g->type->kind == FL_T_BIGINT) {
        if (c->phys == FL_P_I32)
            steps_i32(c->data, r->n, at, r->sequence_step);
        else
            steps_i64(c->data, r->n, at, r->sequence_step);
        return;
    }
    fl_buf text;
    fl_buf_init(&text);
    for (int i = 0; i < r->n; i++) append_sequence_value(c, g, at + i * r->sequence_step, &text);
    fl_buf_deinit(&text);
}

/* ---- time ---- */

/* Up to past_ms before now, evenly. */
static void fill_timestamps(fl_column *c, const fl_gen *g, uint64_t key, const fl_gen_rows *r) {
    int unit_digits = fl_type_timestamp_unit(g->type);
    int64_t per_ms = unit_digits == 3 ? 1 : unit_digits == 6 ? 1000 : 1000000, earliest = r->now_ms - g->past_ms;
    uint64_t range = (uint64_t)g->past_ms + 1;
    if (c->phys == FL_P_I128) {
        for (int i = 0; i < r->n; i++) FL_DATA(c, fl_i128)
        [i] = (fl_i128)(earliest + (int64_t)scale64(mix(key, r->first + (uint64_t)i), range)) * per_ms;
        return;
    }
    if (g->past_ms == 0)
        fill_i64(c->data, r->n, r->now_ms);
    else
        range64(c->data, r->n, key, r->first, earliest, range);
    if (per_ms > 1) multiply(c->data, r->n, per_ms);
}

static void fill_days(fl_column *c, const fl_gen *g, const fl_gen_rows *r) {
    int64_t x =
        g->kind == FL_GEN_DATE ? fl_floor_div(r->local_ms, FL_MS_PER_DAY) : fl_floor_mod(r->local_ms, FL_MS_PER_DAY);
    for (int i = 0; i < r->n; i++) FL_DATA(c, int32_t)[i] = (int32_t)x;
}

/* ---- nested values ---- */

static void set_child(fl_column *c, int k, fl_column *child) {
    fl_column_unref(c->child[k]);
    c->child[k] = child;
}

/* Whether entry e of a map has the key of an entry of the same map before it. */
static bool repeats_key(const fl_column *keys, int from, int e) {
    for (int k = from; k < e; k++)
        if (fl_column_equal_at(keys, k, keys, e)) return true;
    return false;
}

/* A map has each key once: entries whose key was there before are taken out, so that such a map is smaller. */
static void drop_repeated_keys(fl_column *c, int n, int length) {
    int32_t *offsets = c->data, *kept = fl_malloc(sizeof *kept * (size_t)n * (size_t)length), n_kept = 0;
    for (int i = 0; i < n; i++) {
        for (int e = i * length; e < (i + 1) * length; e++)
            if (!repeats_key(c->child[0], i * length, e)) kept[n_kept++] = e;
        offsets[i + 1] = n_kept;
    }
    for (int k = 0; n_kept < n * length && k < c->n_children; k++) {
        fl_column *all = c->child[k], *once = fl_column_new(all->type, n_kept);
        fl_column_append_indexed(once, all, kept, n_kept);
        set_child(c, k, once);
    }
    free(kept);
}

static void fill_nested(fl_column *c, const fl_gen *g, const fl_gen_rows *r) {
    fl_gen_rows elements = *r;
    if (c->phys != FL_P_ROW) {
        elements.first = r->first * (uint64_t)g->length;
        elements.n = r->n * g->length;
        for (int i = 0; i <= r->n; i++) FL_DATA(c, int32_t)[i] = i * g->length;
    }
    for (int k = 0; k < g->n_children; k++) set_child(c, k, fl_gen_column(g->child[k], &elements));
    if (c->phys == FL_P_MAP) drop_repeated_keys(c, r->n, g->length);
}

/* ---- one column ---- */

static void fill_random(fl_column *c, const fl_gen *g, uint64_t key, const fl_gen_rows *r) {
    switch (c->phys) {
    case FL_P_BOOL: bits_from(c->data, r->n, key, r->first, 1u << 31); break;
    case FL_P_F32: real_f32(c->data, r->n, key, r->first, g->low, g->high); break;
    case FL_P_F64: real_f64(c->data, r->n, key, r->first, g->low, g->high); break;
    case FL_P_VIEW: fill_views(c, g, key, r); break;
    default: fill_integers(c, g, key, r->first, r->n); break;
    }
}

static void put_nulls(fl_column *c, const fl_gen *g, uint64_t key, const fl_gen_rows *r) {
    fl_column_need_valid(c);
    bits_from((uint64_t *)c->valid, r->n, fl_hash_combine(key, STREAM_NULLS), r->first, g->null_below);
    for (int i = r->n; i < (int)fl_bitmap_bytes(r->n) * 8; i++) fl_bit_set(c->valid, i);
    for (int i = 0; c->phys == FL_P_VIEW && i < r->n; i++)
        if (!fl_bit(c->valid, i)) FL_DATA(c, fl_view)[i] = (fl_view){0};
}

fl_column *fl_gen_column(const fl_gen *g, const fl_gen_rows *r) {
    uint64_t key = fl_hash_combine(r->seed, g->salt);
    fl_column *c = fl_column_new(g->type, r->n);
    switch (g->kind) {
    case FL_GEN_RANDOM: fill_random(c, g, key, r); break;
    case FL_GEN_SEQUENCE: fill_sequence(c, g, r); break;
    case FL_GEN_TIMESTAMP: fill_timestamps(c, g, key, r); break;
    case FL_GEN_DATE:
    case FL_GEN_TIME: fill_days(c, g, r); break;
    case FL_GEN_NESTED: fill_nested(c, g, r); break;
    }
    c->n = r->n;
    if (g->null_below > 0) put_nulls(c, g, key, r);
    return c;
}
