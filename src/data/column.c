/* SPDX-License-Identifier: Apache-2.0 */
/* column.c -- buffers and columns: sharing them, filling them, moving rows between them.
 *
 * What:       the flat and nested columns of column.h, and the copying of rows that everything else is built from.
 * Interface:  column.h.
 * Algorithm:  whatever moves many rows goes through append_picks: a choice of rows is made once (a run, a selection
 *             or a list of row numbers), the physical type is switched on once, and a plain loop over C values does
 *             the rest. A list turns its choice of rows into a choice of elements for its child, and so on downwards.
 *
 * Invariants, which fl_column_check asserts of a finished column as far as they show:
 *
 *  1. Bits of `valid` at and behind n are set, in a column that is being written: a value that is appended is valid
 *     unless said otherwise, and a kernel may write rows first and set n later.
 *  2. offsets[0 … n] of a LIST or MAP grow. A column that was sliced may begin above 0.
 *  3. A buffer of OBJECT values holds a pointer or NULL in every slot, and owns one reference of each.
 */
#include "data/column.h"

#include <stdlib.h>

#include "data/object.h"

enum {
    BUFFER_HEADER = 64, /* in front of the data of fl_buffer_new, so that these are aligned */
    BUFFER_SLACK = 8,
    WORD_BITS = 56, /* what moves at a time: a word that need not begin at a byte must still fit into 8 bytes */
    HEAP_FIRST = 4096,
    HEAP_LARGEST = 1 << 20,
    ROWS_FIRST = 16,
    HEAPS_COMPARED = 16, /* of the newest: a heap found there is not added twice */
};

/* ---- buffers ---- */

_Static_assert(sizeof(fl_buffer) <= BUFFER_HEADER, "the header fits in front of the data");

fl_buffer *fl_buffer_new(size_t size) {
    fl_buffer *b = fl_aligned(BUFFER_HEADER, BUFFER_HEADER + size + BUFFER_SLACK);
    *b = (fl_buffer){.refs = 1, .size = size, .data = (uint8_t *)b + BUFFER_HEADER};
    return b;
}

fl_buffer *fl_buffer_wrap(void *data, size_t size, void (*release)(fl_buffer *), void *owner) {
    fl_buffer *b = fl_malloc(sizeof *b);
    *b = (fl_buffer){.refs = 1, .size = size, .data = data, .release = release, .owner = owner};
    return b;
}

void fl_buffer_unref(fl_buffer *b) {
    if (b == NULL || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1) return;
    if (b->release != NULL) b->release(b);
    free(b);
}

static void release_objects(fl_buffer *b) {
    const fl_object_ops *ops = b->owner;
    void **objects = (void **)b->data;
    for (size_t i = 0; i < b->size / sizeof *objects; i++)
        if (objects[i] != NULL) ops->release(objects[i]);
    free(objects);
}

static fl_buffer *object_buffer(const fl_type *t, int cap) {
    size_t size = (size_t)cap * sizeof(void *);
    return fl_buffer_wrap(memset(fl_aligned(BUFFER_HEADER, size), 0, size), size, release_objects,
                          (void *)(uintptr_t)t->object);
}

/* Memory that was made here and that nobody else sees: it may be written to. */
static bool writable(const fl_buffer *b) {
    return atomic_load_explicit(&b->refs, memory_order_acquire) == 1 &&
           (b->release == NULL || b->release == release_objects);
}

/* ---- bits ---- */

FL_CLONES int fl_bitmap_count(const uint8_t *bits, int n) {
    int count = 0, i = 0;
    uint64_t x;
    for (; i + 64 <= n; i += 64) {
        memcpy(&x, bits + i / 8, sizeof x);
        count += __builtin_popcountll(x);
    }
    if (i == n) return count;
    x = 0;
    memcpy(&x, bits + i / 8, (size_t)(n - i + 7) / 8);
    return count + __builtin_popcountll(x & ((1ull << (n - i)) - 1));
}

static inline uint64_t low_bits(int n) { return (1ull << n) - 1; }

/* n <= WORD_BITS bits from bit `at` on. */
static inline uint64_t load_bits(const uint8_t *bits, int at, int n) {
    uint64_t x;
    memcpy(&x, bits + (at >> 3), sizeof x);
    return x >> (at & 7) & low_bits(n);
}

static inline void store_bits(uint8_t *bits, int at, uint64_t x, int n) {
    uint64_t old;
    memcpy(&old, bits + (at >> 3), sizeof old);
    old = (old & ~(low_bits(n) << (at & 7))) | x << (at & 7);
    memcpy(bits + (at >> 3), &old, sizeof old);
}

void fl_bitmap_copy(uint8_t *to, int to_at, const uint8_t *from, int from_at, int n) {
    if ((to_at & 7) == 0 && (from_at & 7) == 0) {
        memcpy(to + to_at / 8, from + from_at / 8, (size_t)n / 8);
        int whole = n & ~7;
        to_at += whole, from_at += whole, n -= whole;
    }
    for (int i = 0; i < n; i += WORD_BITS) {
        int k = FL_MIN(n - i, (int)WORD_BITS);
        store_bits(to, to_at + i, load_bits(from, from_at + i, k), k);
    }
}

static void fill_bits(uint8_t *bits, int at, int n, bool on) {
    for (; n > 0 && (at & 7) != 0; n--) fl_bit_put(bits, at++, on);
    memset(bits + at / 8, on ? 0xff : 0, (size_t)n / 8);
    for (at += n & ~7, n &= 7; n > 0; n--) fl_bit_put(bits, at++, on);
}

/* ---- a choice of rows, and the loops over C values that it drives ---- */

typedef struct picks {
    int n;
    int at;              /* the first row of a run, if there is no list */
    const uint16_t *sel; /* one of the two, or neither */
    const int32_t *rows;
} picks;

typedef struct pair {
    uint64_t a, b;
} pair;

/* name, C type of that many bits */
#define WIDTHS(X)                                                                                                      \
    X(8, uint8_t)                                                                                                      \
    X(16, uint16_t)                                                                                                    \
    X(32, uint32_t)                                                                                                    \
    X(64, uint64_t)                                                                                                    \
    X(128, pair)

#define X(bits, type)                                                                                                  \
    static void gather_##bits(type *restrict to, const type *from, const picks *p) {                                   \
        const uint16_t *restrict sel = p->sel;                                                                         \
        const int32_t *restrict rows = p->rows;                                                                        \
        int n = p->n;                                                                                                  \
        if (sel != NULL) {                                                                                             \
            for (int i = 0; i < n; i++) to[i] = from[sel[i]];                                                          \
        } else if (rows != NULL) {                                                                                     \
            for (int i = 0; i < n; i++) to[i] = from[rows[i]];                                                         \
        } else {                                                                                                       \
            memcpy(to, from + p->at, sizeof *to * (size_t)n);                                                          \
        }                                                                                                              \
    }
WIDTHS(X)
#undef X

#define GATHER_BITS(list)                                                                                              \
    for (int i = 0; i < n; i += WORD_BITS) {                                                                           \
        int k = FL_MIN(n - i, (int)WORD_BITS);                                                                         \
        uint64_t x = 0;                                                                                                \
        for (int j = 0; j < k; j++) x |= (uint64_t)fl_bit(from, (list)[i + j]) << j;                                   \
        store_bits(to, at + i, x, k);                                                                                  \
    }

static void gather_bits(uint8_t *restrict to, int at, const uint8_t *from, const picks *p) {
    const uint16_t *restrict sel = p->sel;
    const int32_t *restrict rows = p->rows;
    int n = p->n;
    if (sel != NULL) {
        GATHER_BITS(sel)
    } else if (rows != NULL) {
        GATHER_BITS(rows)
    } else {
        fl_bitmap_copy(to, at, from, p->at, n);
    }
}

static inline int picked(const picks *p, int i) {
    return p->sel != NULL ? p->sel[i] : p->rows != NULL ? p->rows[i] : p->at + i;
}

/* ---- making and sharing ---- */

static size_t data_bytes(fl_phys p, int cap) {
    switch (p) {
    case FL_P_BOOL: return fl_bitmap_bytes(cap);
    case FL_P_LIST:
    case FL_P_MAP: return ((size_t)cap + 1) * sizeof(int32_t);
    default: return (size_t)cap * (size_t)fl_phys_size(p);
    }
}

static fl_buffer *new_data(const fl_column *c, int cap) {
    switch (c->phys) {
    case FL_P_NONE:
    case FL_P_ROW: return NULL;
    case FL_P_OBJECT: return object_buffer(c->type, cap);
    default: return fl_buffer_new(data_bytes(c->phys, cap));
    }
}

static void set_data(fl_column *c, fl_buffer *b, int cap) {
    c->data_buf = b;
    c->data = b != NULL ? b->data : NULL;
    c->cap = cap;
}

static bool is_list(const fl_column *c) { return c->phys == FL_P_LIST || c->phys == FL_P_MAP; }

/* The type of child k: a MULTISET counts its elements in its second child. */
static const fl_type *child_type(const fl_type *t, int k) {
    return k < t->n_fields ? t->fields[k].type : fl_type_of(FL_T_INT, false);
}

static int child_count(const fl_type *t, fl_phys p) {
    return p == FL_P_LIST ? 1 : p == FL_P_MAP ? 2 : p == FL_P_ROW ? t->n_fields : 0;
}

/* A column without data: refs, type and room for children. */
static fl_column *new_shell(const fl_type *type) {
    fl_column *c = fl_calloc(1, sizeof *c);
    atomic_init(&c->refs, 1);
    c->type = type;
    c->phys = fl_type_phys(type);
    c->n_children = child_count(type, c->phys);
    if (c->n_children > 0) c->child = fl_calloc((size_t)c->n_children, sizeof(fl_column *));
    return c;
}

fl_column *fl_column_new(const fl_type *type, int cap) {
    fl_assert(cap >= 0);
    fl_column *c = new_shell(type);
    set_data(c, new_data(c, cap), cap);
    if (is_list(c)) FL_DATA(c, int32_t)[0] = 0;
    for (int k = 0; k < c->n_children; k++) c->child[k] = fl_column_new(child_type(type, k), cap);
    return c;
}

static void drop_heaps(fl_column *c) {
    for (int i = 0; i < c->n_heaps; i++) fl_buffer_unref(c->heaps[i]);
    c->n_heaps = 0;
}

void fl_column_unref(fl_column *c) {
    if (c == NULL || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) > 1) return;
    for (int k = 0; k < c->n_children; k++) fl_column_unref(c->child[k]);
    drop_heaps(c);
    fl_buffer_unref(c->valid_buf);
    fl_buffer_unref(c->data_buf);
    free(c->heaps);
    free(c->child);
    free(c);
}

static void release_slots(fl_column *c, int from, int to) {
    void **objects = c->data;
    for (int i = from; i < to; i++) {
        if (objects[i] != NULL) c->type->object->release(objects[i]);
        objects[i] = NULL;
    }
}

/* Keeps the newest heap if it is ours alone, and starts to fill it again: a warm column allocates no more. */
static void reset_heaps(fl_column *c) {
    fl_buffer *own = NULL;
    for (int i = 0; i < c->n_heaps && own == NULL; i++)
        if (c->heap_end != NULL && c->heap_end == (char *)c->heaps[i]->data + c->heaps[i]->size) own = c->heaps[i];
    if (own != NULL && writable(own))
        fl_buffer_ref(own);
    else
        own = NULL;
    drop_heaps(c);
    c->heap_at = own != NULL ? (char *)own->data : NULL;
    c->heap_end = own != NULL ? c->heap_at + own->size : NULL;
    if (own != NULL) c->heaps[c->n_heaps++] = own;
}

#define COLUMN_RANGE(T, name)                                                                                          \
    FL_CLONES static void range_##name(const T *v, const uint16_t *sel, int n, int64_t *least, int64_t *greatest) {    \
        T a = v[sel ? sel[0] : 0], z = a;                                                                              \
        if (sel == NULL) {                                                                                             \
            for (int k = 0; k < n; k++) {                                                                              \
                a = v[k] < a ? v[k] : a;                                                                               \
                z = v[k] > z ? v[k] : z;                                                                               \
            }                                                                                                          \
        } else {                                                                                                       \
            for (int k = 0; k < n; k++) {                                                                              \
                T x = v[sel[k]];                                                                                       \
                a = x < a ? x : a;                                                                                     \
                z = x > z ? x : z;                                                                                     \
            }                                                                                                          \
        }                                                                                                              \
        *least = a;                                                                                                    \
        *greatest = z;                                                                                                 \
    }
COLUMN_RANGE(int8_t, i8)
COLUMN_RANGE(int16_t, i16)
COLUMN_RANGE(int32_t, i32)
COLUMN_RANGE(int64_t, i64)
#undef COLUMN_RANGE

void fl_column_range(const fl_column *c, const uint16_t *sel, int n, int64_t *least, int64_t *greatest) {
    switch (c->phys) {
    case FL_P_I8: range_i8(c->data, sel, n, least, greatest); break;
    case FL_P_I16: range_i16(c->data, sel, n, least, greatest); break;
    case FL_P_I32: range_i32(c->data, sel, n, least, greatest); break;
    default: fl_assert(c->phys == FL_P_I64); range_i64(c->data, sel, n, least, greatest);
    }
}

void fl_column_reset(fl_column *c) {
    fl_assert(fl_column_exclusive(c));
    if (c->data_buf != NULL && c->data == c->data_buf->data && writable(c->data_buf)) {
        if (c->phys == FL_P_OBJECT) release_slots(c, 0, c->cap);
    } else {
        fl_buffer *old = c->data_buf;
        set_data(c, new_data(c, c->cap), c->cap);
        fl_buffer_unref(old);
    }
    if (c->valid_buf != NULL && !writable(c->valid_buf)) {
        fl_buffer_unref(c->valid_buf);
        c->valid_buf = NULL;
    }
    c->valid = NULL; /* valid_buf waits for the next NULL */
    c->n = 0;
    c->constant = false;
    if (is_list(c)) FL_DATA(c, int32_t)[0] = 0;
    reset_heaps(c);
    for (int k = 0; k < c->n_children; k++) {
        if (fl_column_exclusive(c->child[k])) {
            fl_column_reset(c->child[k]);
        } else {
            fl_column *fresh = fl_column_new(c->child[k]->type, c->child[k]->cap);
            fl_column_unref(c->child[k]);
            c->child[k] = fresh;
        }
    }
}

/* A new shell over the same memory. */
static fl_column *share(fl_column *c, const fl_type *type) {
    fl_column *s = new_shell(type);
    s->constant = c->constant;
    s->n = s->cap = c->n;
    s->valid = c->valid;
    s->data = c->data;
    if (c->valid != NULL) s->valid_buf = fl_buffer_ref(c->valid_buf);
    if (c->data_buf != NULL) s->data_buf = fl_buffer_ref(c->data_buf);
    fl_column_share_heaps(s, c);
    return s;
}

/* Bits [at, at + n) of *bits: in place where they begin at a byte, else in a new buffer. */
static void slice_bits(uint8_t **bits, fl_buffer **buf, int at, int n) {
    if (at % 8 == 0) {
        *bits += at / 8;
        return;
    }
    fl_buffer *copy = fl_buffer_new(fl_bitmap_bytes(n));
    fl_bitmap_copy(copy->data, 0, *bits, at, n);
    fl_buffer_unref(*buf);
    *buf = copy;
    *bits = copy->data;
}

fl_column *fl_column_slice(fl_column *c, int at, int n) {
    fl_assert(at >= 0 && n >= 0 && (c->constant || at <= c->n - n));
    fl_column *s = share(c, c->type);
    s->n = s->cap = n;
    if (c->constant) at = 0;
    for (int k = 0; k < c->n_children; k++)
        s->child[k] =
            c->phys == FL_P_ROW ? fl_column_slice(c->child[k], at, c->constant ? 1 : n) : fl_column_ref(c->child[k]);
    if (at == 0) return s;
    if (s->valid != NULL) slice_bits(&s->valid, &s->valid_buf, at, n);
    if (c->phys == FL_P_BOOL) {
        uint8_t *bits = s->data;
        slice_bits(&bits, &s->data_buf, at, n);
        s->data = bits;
    } else if (s->data != NULL) {
        s->data = (uint8_t *)s->data + (size_t)at * (size_t)fl_phys_size(c->phys);
    }
    return s;
}

fl_column *fl_column_retype(fl_column *c, const fl_type *type) {
    fl_assert(fl_type_same_layout(c->type, type));
    fl_column *s = share(c, type);
    for (int k = 0; k < c->n_children; k++) s->child[k] = fl_column_retype(c->child[k], child_type(type, k));
    return s;
}

/* ---- room ---- */

/* Other memory for the data. What the old memory held is copied; objects that others see too are retained. */
static void replace_data(fl_column *c, int cap) {
    fl_buffer *old = c->data_buf, *b = new_data(c, cap);
    if (b != NULL) {
        memcpy(b->data, c->data, data_bytes(c->phys, c->cap));
        if (c->phys == FL_P_OBJECT && writable(old)) {
            memset(c->data, 0, data_bytes(c->phys, c->cap));
        } else if (c->phys == FL_P_OBJECT) {
            for (int i = 0; i < c->cap; i++)
                if (((void **)b->data)[i] != NULL) c->type->object->retain(((void **)b->data)[i]);
        }
    }
    set_data(c, b, cap);
    fl_buffer_unref(old);
}

static fl_buffer *all_valid(int cap) {
    fl_buffer *b = fl_buffer_new(fl_bitmap_bytes(cap));
    memset(b->data, 0xff, b->size);
    return b;
}

void fl_column_reserve(fl_column *c, int cap) {
    if (cap <= c->cap) return;
    if (c->valid != NULL) {
        fl_buffer *b = all_valid(cap);
        fl_bitmap_copy(b->data, 0, c->valid, 0, c->cap);
        fl_buffer_unref(c->valid_buf);
        c->valid_buf = b;
        c->valid = b->data;
    }
    replace_data(c, cap);
    for (int k = 0; c->phys == FL_P_ROW && k < c->n_children; k++) fl_column_reserve(c->child[k], cap);
}

/* Room for n more rows; grows by doubling. */
static void need_rows(fl_column *c, int n) {
    fl_assert(n <= INT32_MAX - 64 - c->n); /* 64: whole words of bits must be countable */
    if (FL_LIKELY(c->n + n <= c->cap)) return;
    int doubled = c->cap <= INT32_MAX / 4 ? FL_MAX(2 * c->cap, (int)ROWS_FIRST) : 0;
    fl_column_reserve(c, FL_MAX(doubled, c->n + n));
}

void fl_column_need_valid(fl_column *c) {
    if (c->valid != NULL || c->phys == FL_P_NONE) return;
    if (c->valid_buf == NULL || c->valid_buf->size < fl_bitmap_bytes(c->cap)) {
        fl_buffer_unref(c->valid_buf);
        c->valid_buf = all_valid(c->cap);
    } else {
        memset(c->valid_buf->data, 0xff, c->valid_buf->size);
    }
    c->valid = c->valid_buf->data;
}

void fl_column_set_null(fl_column *c, int i) {
    if (c->phys == FL_P_NONE) return;
    fl_column_need_valid(c);
    fl_bit_clear(c->valid, i);
    if (c->phys == FL_P_VIEW) FL_DATA(c, fl_view)[i] = (fl_view){0};
    if (c->phys == FL_P_OBJECT) release_slots(c, i, i + 1);
}

static void push_heap(fl_column *c, fl_buffer *b) {
    if (c->n_heaps == c->cap_heaps) {
        c->cap_heaps = FL_MAX(2 * c->cap_heaps, 4);
        c->heaps = fl_realloc(c->heaps, sizeof *c->heaps * (size_t)c->cap_heaps);
    }
    c->heaps[c->n_heaps++] = b;
}

char *fl_column_heap(fl_column *c, size_t n) {
    if (c->heap_at == NULL || (size_t)(c->heap_end - c->heap_at) < n) {
        size_t last = c->heap_end != NULL ? c->heaps[c->n_heaps - 1]->size : 0;
        size_t size = FL_MIN(FL_MAX(last * 2, (size_t)HEAP_FIRST), (size_t)HEAP_LARGEST);
        fl_buffer *b = fl_buffer_new(FL_MAX(size, n));
        push_heap(c, b);
        c->heap_at = (char *)b->data;
        c->heap_end = c->heap_at + b->size;
    }
    char *p = c->heap_at;
    c->heap_at += n;
    return p;
}

void fl_column_add_heap(fl_column *c, fl_buffer *b) {
    for (int i = c->n_heaps - 1; i >= FL_MAX(0, c->n_heaps - HEAPS_COMPARED); i--)
        if (c->heaps[i] == b) return;
    push_heap(c, fl_buffer_ref(b));
}

void fl_column_share_heaps(fl_column *c, const fl_column *from) {
    for (int i = 0; i < from->n_heaps; i++) fl_column_add_heap(c, from->heaps[i]);
}

/* ---- reading ---- */

fl_i128 fl_column_i128(const fl_column *c, int i) {
    return c->phys == FL_P_I128 ? FL_DATA(c, fl_i128)[fl_column_at(c, i)] : (fl_i128)fl_column_i64(c, i);
}

/* ---- writing one row ---- */

/* The row that is being appended, valid; n counts it. */
static inline int next_row(fl_column *c) {
    need_rows(c, 1);
    fl_column_set_valid(c, c->n);
    return c->n++;
}

#define PUT(c, i, x)                                                                                                   \
    switch ((c)->phys) {                                                                                               \
    case FL_P_BOOL: fl_bit_put((c)->data, i, (x) != 0); break;                                                         \
    case FL_P_I8: FL_DATA(c, int8_t)[i] = (int8_t)(x); break;                                                          \
    case FL_P_I16: FL_DATA(c, int16_t)[i] = (int16_t)(x); break;                                                       \
    case FL_P_I32: FL_DATA(c, int32_t)[i] = (int32_t)(x); break;                                                       \
    case FL_P_I64: FL_DATA(c, int64_t)[i] = (int64_t)(x); break;                                                       \
    case FL_P_I128: FL_DATA(c, fl_i128)[i] = (x); break;                                                               \
    default: fl_assert(!"a column of integers");                                                                       \
    }

void fl_column_append_i64(fl_column *c, int64_t x) {
    int i = next_row(c);
    PUT(c, i, x)
}

void fl_column_append_i128(fl_column *c, fl_i128 x) {
    int i = next_row(c);
    PUT(c, i, x)
}

void fl_column_append_f64(fl_column *c, double x) {
    int i = next_row(c);
    fl_assert(c->phys == FL_P_F32 || c->phys == FL_P_F64);
    if (c->phys == FL_P_F32)
        FL_DATA(c, float)[i] = (float)x;
    else
        FL_DATA(c, double)[i] = x;
}

void fl_column_append_str(fl_column *c, fl_str s) {
    fl_assert(c->phys == FL_P_VIEW && s.n <= INT32_MAX);
    fl_column_put_str(c, next_row(c), s);
}

void fl_column_append_object(fl_column *c, void *object) {
    fl_assert(c->phys == FL_P_OBJECT && object != NULL);
    int i = next_row(c); /* may replace the data */
    FL_DATA(c, void *)[i] = object;
}

void fl_column_append_nested(fl_column *c) {
    int i = next_row(c);
    if (is_list(c)) {
        FL_DATA(c, int32_t)[i + 1] = c->child[0]->n;
    } else {
        fl_assert(c->phys == FL_P_ROW);
        fl_assert(c->n_children == 0 || c->child[0]->n == i + 1);
    }
    for (int k = 1; k < c->n_children; k++) fl_assert(c->child[k]->n == c->child[0]->n);
}

static void append_filler(fl_column *c, int n);

/* n rows of zeros that count as valid, n not yet advanced; the children of a row are filled too. */
static void append_zeros(fl_column *c, int n) {
    need_rows(c, n);
    if (c->valid != NULL) fill_bits(c->valid, c->n, n, true);
    if (c->phys == FL_P_BOOL) {
        fill_bits(c->data, c->n, n, false);
    } else if (is_list(c)) {
        for (int i = 0; i < n; i++) FL_DATA(c, int32_t)[c->n + i + 1] = FL_DATA(c, int32_t)[c->n];
    } else if (c->data != NULL) {
        size_t size = (size_t)fl_phys_size(c->phys);
        memset((uint8_t *)c->data + (size_t)c->n * size, 0, (size_t)n * size);
    }
    for (int k = 0; c->phys == FL_P_ROW && k < c->n_children; k++) append_filler(c->child[k], n);
}

void fl_column_append_nulls(fl_column *c, int n) {
    if (n == 0) return;
    append_zeros(c, n);
    fl_column_need_valid(c);
    if (c->valid != NULL) fill_bits(c->valid, c->n, n, false);
    c->n += n;
}

void fl_column_append_null(fl_column *c) { fl_column_append_nulls(c, 1); }

/* Under a row that is NULL: what may be NULL is, and so is an object, which has no zero; the rest is zero. */
static void append_filler(fl_column *c, int n) {
    if (c->type->nullable || c->phys == FL_P_OBJECT) {
        fl_column_append_nulls(c, n);
    } else {
        append_zeros(c, n);
        c->n += n;
    }
}

void fl_column_truncate(fl_column *c, int n) {
    fl_assert(n >= 0 && n <= c->n);
    if (c->valid != NULL) fill_bits(c->valid, n, c->n - n, true);
    if (c->phys == FL_P_OBJECT) release_slots(c, n, c->n);
    c->n = n;
    for (int k = 0; k < c->n_children; k++) /* also of the right length: its own children may hold a part of a value */
        fl_column_truncate(c->child[k], is_list(c) ? FL_DATA(c, int32_t)[n] : n);
}

static void append_element_copies(fl_column *c, const fl_column *from, int i) {
    const int32_t *offsets = from->data;
    for (int k = 0; k < c->n_children; k++)
        for (int e = offsets[i]; e < offsets[i + 1]; e++) fl_column_append_from(c->child[k], from->child[k], e);
}

void fl_column_append_from(fl_column *c, const fl_column *from, int i) {
    fl_assert(c->phys == from->phys);
    i = fl_column_at(from, i);
    if (fl_column_is_null(from, i)) {
        fl_column_append_null(c);
        return;
    }
    switch (c->phys) {
    case FL_P_NONE: break;
    case FL_P_F32: fl_column_append_f64(c, (double)FL_DATA(from, float)[i]); break;
    case FL_P_F64: fl_column_append_f64(c, FL_DATA(from, double)[i]); break;
    case FL_P_VIEW: fl_column_append_str(c, fl_view_str(&FL_DATA(from, fl_view)[i])); break;
    case FL_P_OBJECT: fl_column_append_object(c, c->type->object->retain(FL_DATA(from, void *)[i])); break;
    case FL_P_LIST:
    case FL_P_MAP:
        append_element_copies(c, from, i);
        fl_column_append_nested(c);
        break;
    case FL_P_ROW:
        for (int k = 0; k < c->n_children; k++) fl_column_append_from(c->child[k], from->child[k], i);
        fl_column_append_nested(c);
        break;
    default: fl_column_append_i128(c, fl_column_i128(from, i)); break;
    }
}

/* ---- writing many rows ---- */

static void append_picks(fl_column *c, const fl_column *from, const picks *p);

/* Validity of the rows to come. */
static void append_validity(fl_column *c, const fl_column *from, const picks *p) {
    if (from->valid == NULL) {
        if (c->valid != NULL) fill_bits(c->valid, c->n, p->n, true);
        return;
    }
    fl_column_need_valid(c);
    gather_bits(c->valid, c->n, from->valid, p);
}

/* The elements of a run of lists are a run themselves. */
static void append_list_run(fl_column *c, const fl_column *from, const picks *p) {
    const int32_t *in = FL_DATA(from, int32_t) + p->at;
    int32_t *out = FL_DATA(c, int32_t) + c->n;
    picks elements = {.n = in[p->n] - in[0], .at = in[0]};
    fl_assert(elements.n <= INT32_MAX - out[0]);
    int32_t shift = out[0] - in[0];
    for (int i = 1; i <= p->n; i++) out[i] = in[i] + shift;
    for (int k = 0; k < c->n_children; k++) append_picks(c->child[k], from->child[k], &elements);
}

static void append_list_rows(fl_column *c, const fl_column *from, const picks *p) {
    const int32_t *in = from->data;
    int32_t *out = FL_DATA(c, int32_t) + c->n;
    int64_t end = out[0];
    for (int i = 0; i < p->n; i++) {
        int row = picked(p, i);
        end += in[row + 1] - in[row];
        fl_assert(end <= INT32_MAX);
        out[i + 1] = (int32_t)end;
    }
    picks elements = {.n = out[p->n] - out[0]};
    int32_t *rows = fl_malloc(sizeof *rows * (size_t)elements.n), *at = rows;
    for (int i = 0; i < p->n; i++) {
        int row = picked(p, i);
        for (int32_t e = in[row]; e < in[row + 1]; e++) *at++ = e;
    }
    elements.rows = rows;
    for (int k = 0; k < c->n_children; k++) append_picks(c->child[k], from->child[k], &elements);
    free(rows);
}

static void retain_all(const fl_column *c, int from, int to) {
    void **objects = c->data;
    for (int i = from; i < to; i++)
        if (objects[i] != NULL) objects[i] = c->type->object->retain(objects[i]);
}

/* `from` is read as a flat column even if it is constant. */
static void append_picks(fl_column *c, const fl_column *from, const picks *p) {
    fl_assert(c->phys == from->phys);
    if (p->n == 0) return;
    need_rows(c, p->n);
    append_validity(c, from, p);
    switch (c->phys) {
    case FL_P_NONE: break;
    case FL_P_BOOL: gather_bits(c->data, c->n, from->data, p); break;
    case FL_P_I8: gather_8(FL_DATA(c, uint8_t) + c->n, from->data, p); break;
    case FL_P_I16: gather_16(FL_DATA(c, uint16_t) + c->n, from->data, p); break;
    case FL_P_I32:
    case FL_P_F32: gather_32(FL_DATA(c, uint32_t) + c->n, from->data, p); break;
    case FL_P_I64:
    case FL_P_F64: gather_64(FL_DATA(c, uint64_t) + c->n, from->data, p); break;
    case FL_P_I128: gather_128(FL_DATA(c, pair) + c->n, from->data, p); break;
    case FL_P_VIEW:
        gather_128(FL_DATA(c, pair) + c->n, from->data, p);
        fl_column_share_heaps(c, from);
        break;
    case FL_P_OBJECT:
        gather_64(FL_DATA(c, uint64_t) + c->n, from->data, p);
        retain_all(c, c->n, c->n + p->n);
        break;
    case FL_P_LIST:
    case FL_P_MAP:
        if (p->sel == NULL && p->rows == NULL)
            append_list_run(c, from, p);
        else
            append_list_rows(c, from, p);
        break;
    case FL_P_ROW:
        for (int k = 0; k < c->n_children; k++) append_picks(c->child[k], from->child[k], p);
        break;
    }
    c->n += p->n;
}

/* The selection that names row 0 as often as one likes: how a constant becomes flat. Never written to. */
static uint16_t zero_rows[FL_BATCH_ROWS_MAX];

void fl_column_append_rows(fl_column *c, const fl_column *from, const uint16_t *sel, int n) {
    fl_assert(n >= 0 && n <= (from->constant ? FL_BATCH_ROWS_MAX : INT32_MAX));
    append_picks(c, from, &(picks){.n = n, .sel = from->constant ? zero_rows : sel});
}

void fl_column_append_indexed(fl_column *c, const fl_column *from, const int32_t *rows, int n) {
    if (from->constant) {
        fl_column_append_rows(c, from, NULL, n);
    } else {
        append_picks(c, from, &(picks){.n = n, .rows = rows});
    }
}

fl_column *fl_column_take(fl_column *c, const uint16_t *sel, int n) {
    fl_column *t = fl_column_new(c->type, n);
    fl_column_append_rows(t, c, sel, n);
    return t;
}

/* ---- equality and order ---- */

static inline bool present(const fl_column *c, int i) { return c->valid == NULL || fl_bit(c->valid, i); }

/* All NaN are one, and 0.0 is not -0.0. */
static inline bool same_f32(float a, float b) {
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x == y || (a != a && b != b);
}
static inline bool same_f64(double a, double b) {
    uint64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x == y || (a != a && b != b);
}

typedef void *pointer;

/* name, C type, when a value at x equals one at y */
#define COMPARED(X)                                                                                                    \
    X(i8, int8_t, *x == *y)                                                                                            \
    X(i16, int16_t, *x == *y)                                                                                          \
    X(i32, int32_t, *x == *y)                                                                                          \
    X(i64, int64_t, *x == *y)                                                                                          \
    X(i128, fl_i128, *x == *y)                                                                                         \
    X(f32, float, same_f32(*x, *y))                                                                                    \
    X(f64, double, same_f64(*x, *y))                                                                                   \
    X(view, fl_view, fl_view_eq(x, y))                                                                                 \
    X(object, pointer, a->type->object->equals(*x, *y))

#define X(name, type, same)                                                                                            \
    static bool equal_##name(const fl_column *a, int i, const fl_column *b, int j, int n) {                            \
        const type *x = FL_DATA(a, type) + i, *y = FL_DATA(b, type) + j;                                               \
        for (int k = 0; k < n; k++, x++, y++)                                                                          \
            if (present(a, i + k) && !(same)) return false;                                                            \
        return true;                                                                                                   \
    }
COMPARED(X)
#undef X

static bool equal_runs(const fl_column *a, int i, const fl_column *b, int j, int n);

static bool equal_bits(const fl_column *a, int i, const fl_column *b, int j, int n) {
    for (int k = 0; k < n; k++)
        if (present(a, i + k) && fl_bit(a->data, i + k) != fl_bit(b->data, j + k)) return false;
    return true;
}

static bool equal_lists(const fl_column *a, int i, const fl_column *b, int j, int n) {
    const int32_t *x = FL_DATA(a, int32_t) + i, *y = FL_DATA(b, int32_t) + j;
    for (int k = 0; k < n; k++) {
        if (!present(a, i + k)) continue;
        int len = x[k + 1] - x[k];
        if (len != y[k + 1] - y[k]) return false;
        for (int f = 0; f < a->n_children; f++)
            if (!equal_runs(a->child[f], x[k], b->child[f], y[k], len)) return false;
    }
    return true;
}

/* Fields of a NULL row do not count. */
static bool equal_rows(const fl_column *a, int i, const fl_column *b, int j, int n) {
    int step = a->valid == NULL ? n : 1;
    for (int k = 0; k < n; k += step)
        for (int f = 0; present(a, i + k) && f < a->n_children; f++)
            if (!equal_runs(a->child[f], i + k, b->child[f], j + k, step)) return false;
    return true;
}

/* Rows [i, i + n) of a against [j, j + n) of b, without a look at constants. Maps are equal if their entries are, in
 * the order in which they stand: so are the bytes that encode them. */
static bool equal_runs(const fl_column *a, int i, const fl_column *b, int j, int n) {
    if (a->valid != NULL || b->valid != NULL)
        for (int k = 0; k < n; k++)
            if (present(a, i + k) != present(b, j + k)) return false;
    switch (a->phys) {
    case FL_P_NONE: return true;
    case FL_P_BOOL: return equal_bits(a, i, b, j, n);
    case FL_P_I8: return equal_i8(a, i, b, j, n);
    case FL_P_I16: return equal_i16(a, i, b, j, n);
    case FL_P_I32: return equal_i32(a, i, b, j, n);
    case FL_P_I64: return equal_i64(a, i, b, j, n);
    case FL_P_I128: return equal_i128(a, i, b, j, n);
    case FL_P_F32: return equal_f32(a, i, b, j, n);
    case FL_P_F64: return equal_f64(a, i, b, j, n);
    case FL_P_VIEW: return equal_view(a, i, b, j, n);
    case FL_P_OBJECT: return equal_object(a, i, b, j, n);
    case FL_P_LIST:
    case FL_P_MAP: return equal_lists(a, i, b, j, n);
    case FL_P_ROW: return equal_rows(a, i, b, j, n);
    }
    fl_assert(!"a column of unknown kind");
}

bool fl_column_equal_at(const fl_column *a, int i, const fl_column *b, int j) {
    fl_assert(a->phys == b->phys);
    return equal_runs(a, fl_column_at(a, i), b, fl_column_at(b, j), 1);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* As Flink's generated comparators: 0.0 and -0.0 are a tie; NaN, which they leave open, comes last. */
static int order_f64(double a, double b) {
    if (FL_UNLIKELY(a != a || b != b)) return (a != a) - (b != b);
    return ORDER(a, b);
}

/* Parts of rows and arrays: NULL is the least. */
static int order_parts(const fl_column *a, int i, const fl_column *b, int j) {
    bool x = !fl_column_is_null(a, i), y = !fl_column_is_null(b, j);
    return x && y ? fl_column_compare_at(a, i, b, j) : x - y;
}

static int order_lists(const fl_column *a, int i, const fl_column *b, int j) {
    const int32_t *x = FL_DATA(a, int32_t) + i, *y = FL_DATA(b, int32_t) + j;
    int n = x[1] - x[0], m = y[1] - y[0];
    for (int k = 0; k < FL_MIN(n, m); k++)
        for (int f = 0; f < a->n_children; f++) {
            int order = order_parts(a->child[f], x[0] + k, b->child[f], y[0] + k);
            if (order != 0) return order;
        }
    return ORDER(n, m);
}

int fl_column_compare_at(const fl_column *a, int i, const fl_column *b, int j) {
    fl_assert(a->phys == b->phys);
    i = fl_column_at(a, i);
    j = fl_column_at(b, j);
    switch (a->phys) {
    case FL_P_F32: return order_f64((double)FL_DATA(a, float)[i], (double)FL_DATA(b, float)[j]);
    case FL_P_F64: return order_f64(FL_DATA(a, double)[i], FL_DATA(b, double)[j]);
    case FL_P_I64: return ORDER(FL_DATA(a, int64_t)[i], FL_DATA(b, int64_t)[j]);
    case FL_P_VIEW: return fl_view_cmp(&FL_DATA(a, fl_view)[i], &FL_DATA(b, fl_view)[j]);
    case FL_P_LIST:
    case FL_P_MAP: return order_lists(a, i, b, j);
    case FL_P_ROW:
        for (int k = 0; k < a->n_children; k++) {
            int order = order_parts(a->child[k], i, b->child[k], j);
            if (order != 0) return order;
        }
        return 0;
    case FL_P_NONE: return 0;
    case FL_P_OBJECT: fl_assert(!"objects have no order");
    default: return ORDER(fl_column_i128(a, i), fl_column_i128(b, j));
    }
}

/* ---- checking ---- */

static bool in_heaps(const fl_column *c, const char *p, size_t n, int *guess) {
    for (int tries = 0; tries < c->n_heaps; tries++, *guess = (*guess + 1) % c->n_heaps) {
        const fl_buffer *b = c->heaps[*guess];
        const char *from = (const char *)b->data;
        if (p >= from && n <= b->size && (size_t)(p - from) <= b->size - n) return true;
    }
    return false;
}

static void check_views(const fl_column *c, int n) {
    int guess = 0;
    for (int i = 0; i < n; i++) {
        const fl_view *v = &FL_DATA(c, fl_view)[i];
        fl_assert(!fl_column_is_null(c, i) || v->n == 0);
        fl_view again = fl_view_make(fl_view_ptr(v), v->n);
        fl_assert(memcmp(&again, v, sizeof again) == 0);
        fl_assert(v->n <= FL_VIEW_INLINE || in_heaps(c, v->p, v->n, &guess));
    }
}

static void check_lists(const fl_column *c, int n) {
    const int32_t *offsets = c->data;
    fl_assert(offsets[0] >= 0);
    for (int i = 0; i < n; i++) fl_assert(offsets[i] <= offsets[i + 1]);
    for (int k = 0; k < c->n_children; k++) fl_assert(offsets[n] <= c->child[k]->n);
}

void fl_column_check(const fl_column *c) {
    int n = c->constant ? 1 : c->n;
    fl_assert(atomic_load_explicit(&c->refs, memory_order_relaxed) > 0);
    fl_assert(c->phys == fl_type_phys(c->type) && n >= 0 && n <= c->cap);
    fl_assert(c->n_children == child_count(c->type, c->phys));
    fl_assert((c->valid == NULL || c->valid_buf != NULL) && (c->data == NULL || c->data_buf != NULL));
    fl_assert(c->phys == FL_P_VIEW || c->n_heaps == 0);
    if (c->phys == FL_P_VIEW) check_views(c, n);
    if (is_list(c)) check_lists(c, n);
    for (int i = 0; c->phys == FL_P_OBJECT && i < n; i++) fl_assert(!present(c, i) || FL_DATA(c, void *)[i] != NULL);
    for (int k = 0; k < c->n_children; k++) {
        fl_assert(fl_type_same_layout(c->child[k]->type, child_type(c->type, k)));
        fl_assert(!c->child[k]->constant && (c->phys != FL_P_ROW || c->child[k]->n == n));
        fl_column_check(c->child[k]);
    }
}
