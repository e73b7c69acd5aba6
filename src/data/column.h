/* SPDX-License-Identifier: Apache-2.0 */
/* column.h -- values of one type, one after the other, in Arrow layout.
 *
 *     valid   bitmap, bit i set: value i is there.   NULL pointer: all are there
 *     data    values of fl_phys_size bytes each; BOOL: bitmap; LIST and MAP: n + 1 int32 offsets into the children
 *     heaps   buffers that string views point into
 *     child   LIST: element; MAP: key, value; ROW: one for each field (as long as the row column itself)
 *
 * Columns and buffers are counted and may be shared between batches and threads; who shares does not write. A writer
 * fills rows [0, n) of a fresh column up to its capacity. The value under a cleared valid bit is unspecified but
 * readable (views are empty), so kernels may compute on it.
 *
 * A column may be `constant`: one value stands for all rows. Only the expression evaluator makes and sees such columns;
 * batches between operators never hold one.
 */
#ifndef FL_DATA_COLUMN_H
#define FL_DATA_COLUMN_H

#include <stdatomic.h>

#include "base/bytes.h"
#include "base/str.h"
#include "data/type.h"

enum {
    FL_BATCH_ROWS = 4096,      /* rows that sources and operators put into one batch at most */
    FL_BATCH_ROWS_MAX = 65535, /* what a selection can address */
};

/* Memory that columns share. */
typedef struct fl_buffer {
    _Atomic int32_t refs;
    size_t size;
    uint8_t *data;
    void (*release)(
        struct fl_buffer *b); /* frees `data` and what `owner` is; NULL: data was allocated with the header */
    void *owner;
} fl_buffer;

/* 64-byte aligned, not zeroed. 8 bytes behind the end may be read and rewritten too, so that bits move in words. */
fl_buffer *fl_buffer_new(size_t size);
/* Wraps memory of somebody else. */
fl_buffer *fl_buffer_wrap(void *data, size_t size, void (*release)(fl_buffer *), void *owner);
static inline fl_buffer *fl_buffer_ref(fl_buffer *b) {
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}
void fl_buffer_unref(fl_buffer *b); /* NULL is fine */

/* A string of up to 12 bytes lies in the view itself, zero-padded; of a longer one the first 4 bytes do. */
typedef struct fl_view {
    uint32_t n;
    char prefix[4]; /* for short strings the text starts here and runs on into `rest` */
    union {
        char rest[8];
        const char *p;
    };
} fl_view;
enum { FL_VIEW_INLINE = 12 };

static inline const char *fl_view_ptr(const fl_view *v) { return v->n <= FL_VIEW_INLINE ? v->prefix : v->p; }
/* Borrowed: from the view itself if the string is short. */
static inline fl_str fl_view_str(const fl_view *v) { return fl_str_make(fl_view_ptr(v), v->n); }
/* A view of bytes that live on at `p`. Put together in registers: what is written piece by piece and read at once waits. */
static inline fl_view fl_view_make(const char *p, uint32_t n) {
    uint64_t halves[2] = {n, 0}; /* length and four bytes; eight bytes or where they are */
    fl_view v;
    if (n > FL_VIEW_INLINE) {
        halves[0] |= (uint64_t)fl_load4(p) << 32;
        halves[1] = (uintptr_t)p;
    } else if (n >= 8) {
        const uint64_t front = fl_load8(p), back = fl_load8(p + n - 8); /* overlapping */
        halves[0] |= front << 32;
        halves[1] = front >> 32 | back >> 8 * (15 - n) >> 8 << 32;
    } else if (n >= 4) {
        halves[0] |= (uint64_t)fl_load4(p) << 32;
        halves[1] = (uint64_t)fl_load4(p + n - 4) >> 8 * (8 - n);
    } else if (n > 0) {
        const uint64_t c = (unsigned char)p[0], middle = (unsigned char)p[n / 2], last = (unsigned char)p[n - 1];
        halves[0] |= c << 32 | middle << (32 + n / 2 * 8) | last << (24 + n * 8);
    }
    memcpy(&v, halves, sizeof v);
    return v;
}
static inline bool fl_view_eq(const fl_view *a, const fl_view *b) {
    uint64_t x[2], y[2];
    memcpy(x, a, 16);
    memcpy(y, b, 16);
    if (x[0] != y[0]) return false;
    return a->n <= FL_VIEW_INLINE ? x[1] == y[1] : memcmp(a->p, b->p, a->n) == 0;
}
/* Unsigned bytes, shorter first. */
static inline int fl_view_cmp(const fl_view *a, const fl_view *b) { return fl_str_cmp(fl_view_str(a), fl_view_str(b)); }
/* The order of texts in expressions, which is that of UTF-16 units as Java's String has it. It is that of the bytes but
 * for the characters outside of the basic plane: their surrogates come before U+E000 to U+FFFF. */
static inline int fl_view_cmp_text(const fl_view *a, const fl_view *b) {
    fl_str x = fl_view_str(a), y = fl_view_str(b);
    size_t n = FL_MIN(x.n, y.n), i = 0;
    int c = n > 0 ? memcmp(x.p, y.p, n) : 0;
    if (c == 0) return (x.n > y.n) - (x.n < y.n);
    while (x.p[i] == y.p[i]) i++;
    unsigned char p = (unsigned char)x.p[i], q = (unsigned char)y.p[i];
    return p >= 0xee && q >= 0xee && (p >= 0xf0) != (q >= 0xf0) ? -c : c;
}

typedef struct fl_column fl_column;
struct fl_column {
    _Atomic int32_t refs;
    const fl_type *type; /* borrowed; outlives the column */
    fl_phys phys;
    bool constant;
    int32_t n, cap; /* rows; rows that fit */
    uint8_t *valid; /* into valid_buf, or NULL */
    void *data;     /* into data_buf, or NULL */
    fl_buffer *valid_buf, *data_buf;
    fl_buffer **heaps; /* string views only: counted */
    int n_heaps, cap_heaps;
    char *heap_at, *heap_end; /* free part of the last heap, if this column made it */
    fl_column **child;        /* counted */
    int n_children;
};

/* A writable column with room for `cap` rows, n = 0. Children of lists start with the same room and grow. */
fl_column *fl_column_new(const fl_type *type, int cap);
static inline fl_column *fl_column_ref(fl_column *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}
void fl_column_unref(fl_column *c); /* NULL is fine */
/* Nobody else sees the column: it may be overwritten. */
static inline bool fl_column_exclusive(const fl_column *c) {
    return atomic_load_explicit(&c->refs, memory_order_acquire) == 1;
}

/* Whether it holds integers of 1, 2, 4 or 8 bytes. */
static inline bool fl_column_is_integer(const fl_column *c) {
    return c->phys == FL_P_I8 || c->phys == FL_P_I16 || c->phys == FL_P_I32 || c->phys == FL_P_I64;
}
/* Least and greatest of the rows sel[0..n) (sel NULL: rows 0..n) of such a column, NULLs not looked at; n > 0. */
void fl_column_range(const fl_column *c, const uint16_t *sel, int n, int64_t *least, int64_t *greatest);

/* Empties an exclusive column for reuse; its capacity stays if its buffers are exclusive too, else they are
 * replaced. */
void fl_column_reset(fl_column *c);

/* Rows [at, at + n) as a column that shares the memory. Owned by the caller. Bits are copied unless at % 8 == 0. */
fl_column *fl_column_slice(fl_column *c, int at, int n);

/* Another type with the same layout over the same memory (a renamed row, a longer VARCHAR). Owned by the caller. */
fl_column *fl_column_retype(fl_column *c, const fl_type *type);

/* The rows sel[0..n) as a new column (sel NULL: rows 0..n). Flattens a constant. Strings are not copied. */
fl_column *fl_column_take(fl_column *c, const uint16_t *sel, int n);

/* ---- bits ---- */

static inline bool fl_bit(const uint8_t *bits, int i) { return bits[i >> 3] >> (i & 7) & 1; }
static inline void fl_bit_set(uint8_t *bits, int i) { bits[i >> 3] |= (uint8_t)(1 << (i & 7)); }
static inline void fl_bit_clear(uint8_t *bits, int i) { bits[i >> 3] &= (uint8_t) ~(1 << (i & 7)); }
static inline void fl_bit_put(uint8_t *bits, int i, bool on) {
    bits[i >> 3] = (uint8_t)((bits[i >> 3] & ~(1 << (i & 7))) | on << (i & 7));
}
static inline size_t fl_bitmap_bytes(int n) { return fl_align_up((uint64_t)n, 64) / 8; } /* whole words */
int fl_bitmap_count(const uint8_t *bits, int n);
/* Bits [from_at, from_at + n) to [to_at, to_at + n), word by word; both lie in buffers of fl_buffer_new. */
void fl_bitmap_copy(uint8_t *to, int to_at, const uint8_t *from, int from_at, int n);

/* ---- reading: `i` counts rows, also of a constant column ---- */

static inline int fl_column_at(const fl_column *c, int i) { return c->constant ? 0 : i; }
static inline bool fl_column_is_null(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    return c->phys == FL_P_NONE || (c->valid != NULL && !fl_bit(c->valid, i));
}
/* False: no row is NULL. */
static inline bool fl_column_may_be_null(const fl_column *c) {
    return c->constant ? fl_column_is_null(c, 0) : c->phys == FL_P_NONE || c->valid != NULL;
}
#define FL_DATA(c, type) ((type *)(c)->data)
/* Any integer-like value (I8 … I64, BOOL) as int64. */
static inline int64_t fl_column_i64(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    switch (c->phys) {
    case FL_P_BOOL: return fl_bit(c->data, i);
    case FL_P_I8: return FL_DATA(c, int8_t)[i];
    case FL_P_I16: return FL_DATA(c, int16_t)[i];
    case FL_P_I32: return FL_DATA(c, int32_t)[i];
    case FL_P_I64: return FL_DATA(c, int64_t)[i];
    default: fl_assert(!"an integer of at most 64 bits");
    }
}
/* I8 … I128 widened. */
fl_i128 fl_column_i128(const fl_column *c, int i);
static inline fl_str fl_column_str(const fl_column *c, int i) {
    return fl_view_str(&FL_DATA(c, fl_view)[fl_column_at(c, i)]);
}

/* ---- writing ---- */

/* Room for `cap` rows in all. Values written so far are kept. */
void fl_column_reserve(fl_column *c, int cap);
/* Gives the column a bitmap with rows [0, n) valid, if it has none. */
void fl_column_need_valid(fl_column *c);
/* Marks row i (< cap) NULL. */
void fl_column_set_null(fl_column *c, int i);
static inline void fl_column_set_valid(fl_column *c, int i) {
    if (c->valid != NULL) fl_bit_set(c->valid, i);
}

/* `n` bytes that live as long as the column, for a string of it. */
char *fl_column_heap(fl_column *c, size_t n);
/* Gives back the end of what the last call gave. */
static inline void fl_column_heap_end(fl_column *c, char *end) { c->heap_at = end; }
/* The column's views may point into `b` from now on. */
void fl_column_add_heap(fl_column *c, fl_buffer *b);
/* Takes over all heaps of another column. */
void fl_column_share_heaps(fl_column *c, const fl_column *from);
/* Writes row i, copying the bytes. Does not touch valid or n. */
static inline void fl_column_put_str(fl_column *c, int i, fl_str s) {
    if (s.n > FL_VIEW_INLINE) s.p = memcpy(fl_column_heap(c, s.n), s.p, s.n);
    FL_DATA(c, fl_view)[i] = fl_view_make(s.p, (uint32_t)s.n);
}

/* Appends one row at c->n; grows as needed. */
void fl_column_append_null(fl_column *c);
void fl_column_append_i64(fl_column *c, int64_t x); /* narrowed to the column's width; BOOL: x != 0 */
void fl_column_append_i128(fl_column *c, fl_i128 x);
void fl_column_append_f64(fl_column *c, double x); /* F32 or F64 */
void fl_column_append_str(fl_column *c, fl_str s);
void fl_column_append_object(fl_column *c, void *object); /* taken: the column releases it */
/* Ends a list, map or row whose children were appended to before: the row covers what they gained since the last. */
void fl_column_append_nested(fl_column *c);
/* A copy of row i of `from`, which has the same layout. Strings are copied. */
void fl_column_append_from(fl_column *c, const fl_column *from, int i);
/* The same for many rows (sel NULL: rows [0, n)). Strings are shared through the heaps. */
void fl_column_append_rows(fl_column *c, const fl_column *from, const uint16_t *sel, int n);
/* The same with wide row numbers, each of which may come any number of times. */
void fl_column_append_indexed(fl_column *c, const fl_column *from, const int32_t *rows, int n);
/* +n rows of NULL, also where the type is NOT NULL; the children of a row that cannot be NULL get zeros. */
void fl_column_append_nulls(fl_column *c, int n);
/* Cuts a column that nobody else sees back to its first n rows, and its children to what these cover. */
void fl_column_truncate(fl_column *c, int n);

/* Equality of two values as GROUP BY sees it (NULL equals NULL, NaN equals NaN, 0.0 differs from -0.0). */
bool fl_column_equal_at(const fl_column *a, int i, const fl_column *b, int j);
/* Order of two non-NULL values of one type: numbers, texts by bytes, false < true, rows and arrays by their parts. */
int fl_column_compare_at(const fl_column *a, int i, const fl_column *b, int j);

/* Asserts the layout: lengths, offsets that grow, views inside their heaps. For tests and for data from outside. */
void fl_column_check(const fl_column *c);

#endif
