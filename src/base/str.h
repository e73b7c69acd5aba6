/* SPDX-License-Identifier: Apache-2.0 */
/* str.h -- borrowed text with a length, and a buffer that grows up to a limit given at birth. */
#ifndef FL_BASE_STR_H
#define FL_BASE_STR_H

#include "base/arena.h"
#include "base/common.h"

/* Bytes that somebody else owns; not NUL-terminated. */
typedef struct fl_str {
    const char *p;
    size_t n;
} fl_str;

static inline fl_str fl_str_from(const char *s) { return (fl_str){s, strlen(s)}; }
static inline fl_str fl_str_make(const char *p, size_t n) { return (fl_str){p, n}; }
static inline bool fl_str_eq(fl_str a, fl_str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool fl_str_is(fl_str a, const char *b) { return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0; }
bool fl_str_ieq(fl_str a, fl_str b); /* ASCII letters compare without case */
bool fl_str_iis(fl_str a, const char *b);
fl_str fl_str_trim(fl_str s); /* without ASCII blanks at both ends */
/* The value of a hexadecimal digit; -1: it is none. */
static inline int fl_hex_digit(char c) {
    if ((unsigned char)(c - '0') < 10) return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
bool fl_str_starts(fl_str s, const char *prefix);

/* The first occurrence of `what` in s, or NULL; an empty one is at the front. (find.c) */
const char *fl_str_find(fl_str s, fl_str what);

/* Orders bytes as unsigned, shorter first when one is a prefix of the other. */
int fl_str_cmp(fl_str a, fl_str b);

/* The candidate nearest to `word` by edit distance, or NULL if none is near enough to be a slip of the pen.
 * Letters that differ in case only cost less than others. Borrowed from `candidates`. */
const char *fl_suggest(const char *word, const char *const *candidates, int n);

/* A growing run of bytes. `limit` is the most it may ever hold; exceeding it is an error of the data, so writers that
 * take amounts from outside check fl_buf_room() first, all others may assume it fits. */
typedef struct fl_buf {
    char *p;       /* owned; NUL-terminated by fl_buf_cstr only */
    size_t n, cap; /* bytes used, bytes allocated */
} fl_buf;

void fl_buf_init(fl_buf *b);
void fl_buf_deinit(fl_buf *b);
static inline void fl_buf_reset(fl_buf *b) { b->n = 0; }

void fl_buf_grow(fl_buf *b, size_t more);
/* Room for `more` bytes at the end; returns where they go. Advance with b->n += written. */
static inline char *fl_buf_reserve(fl_buf *b, size_t more) {
    if (FL_UNLIKELY(b->cap - b->n < more)) fl_buf_grow(b, more);
    return b->p + b->n;
}
static inline void fl_buf_put(fl_buf *b, const void *bytes, size_t n) {
    if (n == 0) return;
    memcpy(fl_buf_reserve(b, n), bytes, n);
    b->n += n;
}
static inline void fl_buf_putc(fl_buf *b, char c) {
    *fl_buf_reserve(b, 1) = c;
    b->n++;
}
static inline void fl_buf_puts(fl_buf *b, const char *s) { fl_buf_put(b, s, strlen(s)); }
static inline void fl_buf_put_str(fl_buf *b, fl_str s) { fl_buf_put(b, s.p, s.n); }
void fl_buf_printf(fl_buf *b, const char *fmt, ...) FL_PRINTF(2, 3);

/* The content; borrowed until the next change. */
static inline fl_str fl_buf_str(const fl_buf *b) { return fl_str_make(b->p != NULL ? b->p : "", b->n); }
/* The same as a C string. */
const char *fl_buf_cstr(fl_buf *b);
/* What it holds, as a text of the arena; the buffer is freed. */
char *fl_buf_finish(fl_buf *b, fl_arena *a);

/* Little-endian integers, for files and state. */
#define FL_BUF_PUT_INT(name, type)                                                                                     \
    static inline void fl_buf_put_##name(fl_buf *b, type x) { fl_buf_put(b, &x, sizeof x); }
FL_BUF_PUT_INT(u8, uint8_t)
FL_BUF_PUT_INT(u32, uint32_t)
FL_BUF_PUT_INT(u64, uint64_t)
FL_BUF_PUT_INT(i64, int64_t)
#undef FL_BUF_PUT_INT
void fl_buf_put_bytes(fl_buf *b, const void *p, size_t n); /* u32 length, then the bytes */

/* Reads what the writers above wrote. After the first read beyond the end `bad` is set and all reads give zero:
 * check once at the end. */
typedef struct fl_reader {
    const char *p, *end;
    bool bad;
} fl_reader;

static inline fl_reader fl_reader_make(const void *p, size_t n) {
    const char *from = n > 0 ? (const char *)p : ""; /* an empty run may have no address */
    return (fl_reader){from, from + n, false};
}
static inline const char *fl_read_raw(fl_reader *r, size_t n) {
    if (FL_UNLIKELY((size_t)(r->end - r->p) < n)) {
        r->bad = true;
        r->p = r->end;
        return NULL;
    }
    const char *at = r->p;
    r->p += n;
    return at;
}
#define FL_READ_INT(name, type)                                                                                        \
    static inline type fl_read_##name(fl_reader *r) {                                                                  \
        type x = 0;                                                                                                    \
        const char *at = fl_read_raw(r, sizeof x);                                                                     \
        if (at != NULL) memcpy(&x, at, sizeof x);                                                                      \
        return x;                                                                                                      \
    }
FL_READ_INT(u8, uint8_t)
FL_READ_INT(u32, uint32_t)
FL_READ_INT(u64, uint64_t)
FL_READ_INT(i64, int64_t)
#undef FL_READ_INT
static inline fl_str fl_read_bytes(fl_reader *r) {
    uint32_t n = fl_read_u32(r);
    const char *at = fl_read_raw(r, n);
    return at != NULL ? fl_str_make(at, n) : fl_str_make("", 0);
}

/* Well-formed UTF-8: shortest forms, no surrogates. */
bool fl_utf8_valid(fl_str s);
/* Decodes one code point of UTF-8 at p (p < end). Returns its length in bytes, 1 for a byte that starts none; *cp is
 * U+FFFD for malformed input. */
int fl_utf8_decode(const char *p, const char *end, uint32_t *cp);
int fl_utf8_encode(uint32_t cp, char out[4]);
/* Code points in UTF-8: bytes that do not continue one. (find.c) */
int64_t fl_utf8_count(const char *p, size_t n);
/* Units of UTF-16 that the text would take: Java's String.length. (find.c) */
int64_t fl_utf16_count(fl_str s);
/* Columns that the text takes on a terminal: East Asian wide characters count two, combining marks none. */
int fl_utf8_width(const char *p, size_t n);

#endif
