/* SPDX-License-Identifier: Apache-2.0 */
/* find.c -- looking into UTF-8 many bytes at a time: the first occurrence of a text, the number of code points
 * and of units of UTF-16.
 *
 * What:       texts in columns are short, some tens of bytes: what counts is to begin and to end quickly.
 * Algorithm:  fl_str_find compares twice sixteen places at once with the first and the last byte of what is looked for,
 *             and looks at the bytes between only where both fit. The last sixteen places overlap those before. Where
 *             there are fewer places, memchr finds the first byte.
 *
 *                 text     …the quick brown fox…       looked for: "brown"
 *                 first    ..........b.........        places that hold a 'b'
 *                 last     ..............n.....        places that hold an 'n' four bytes on
 *
 *             fl_utf8_count counts bytes that continue no code point, in sixteen counters of a byte each.
 * Invariant:  no byte outside of the text is read.
 */
#include "base/bytes.h"
#include "base/str.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { LANES = 16 };

/* ---- places that hold a byte ---- */

/* A bit for each of sixteen places, spread over PLACE_BITS bits: `first` stands there and `last` stands `far` bytes on.
 */
#if defined(__SSE2__)
enum { PLACE_BITS = 1 };
typedef __m128i lanes;
static inline lanes lanes_of(char c) { return _mm_set1_epi8(c); }
static inline uint64_t places(const char *p, size_t far, lanes first, lanes last) {
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(p + far));
    return (uint64_t)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, last)));
}
#define FIND_BY_LANES
#elif defined(__aarch64__)
enum { PLACE_BITS = 4 };
typedef uint8x16_t lanes;
static inline lanes lanes_of(char c) { return vdupq_n_u8((uint8_t)c); }
static inline uint64_t places(const char *p, size_t far, lanes first, lanes last) {
    uint8x16_t x = vld1q_u8((const uint8_t *)p), y = vld1q_u8((const uint8_t *)p + far);
    uint8x16_t both = vandq_u8(vceqq_u8(x, first), vceqq_u8(y, last));
    uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(both), 4);
    return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0) & 0x1111111111111111u;
}
#define FIND_BY_LANES
#endif

/* ---- finding ---- */

/* Whether n bytes are the same; a call of memcmp costs more than to compare what is mostly looked for. */
static inline bool same(const char *p, const char *q, size_t n) {
    if (n > 16) return memcmp(p, q, n) == 0;
    if (n >= 8) return ((fl_load8(p) ^ fl_load8(q)) | (fl_load8(p + n - 8) ^ fl_load8(q + n - 8))) == 0;
    for (size_t i = 0; i < n; i++)
        if (p[i] != q[i]) return false;
    return true;
}

/* The first of the places from p on, of which `found` has the bits, where what is between fits, too; or NULL. */
static inline const char *first_of(const char *p, uint64_t found, fl_str what) {
    for (; found != 0; found &= found - 1) {
        const char *at = p + __builtin_ctzll(found) / PLACE_BITS;
        if (same(at + 1, what.p + 1, what.n - 2)) return at;
    }
    return NULL;
}

static const char *find_by_byte(const char *p, const char *last_place, fl_str what) {
    for (; p <= last_place; p++) {
        p = memchr(p, what.p[0], (size_t)(last_place - p) + 1);
        if (p == NULL || same(p + 1, what.p + 1, what.n - 1)) return p;
    }
    return NULL;
}

const char *fl_str_find(fl_str s, fl_str what) {
    if (what.n > s.n) return NULL;
    if (what.n <= 1) return what.n == 0 ? s.p : memchr(s.p, what.p[0], s.n);
    const char *p = s.p, *last_place = s.p + (s.n - what.n);
#ifdef FIND_BY_LANES
    if (last_place - p >= LANES - 1) {
        const lanes first = lanes_of(what.p[0]), last = lanes_of(what.p[what.n - 1]);
        const char *at;
        for (; last_place - p >= 2 * LANES - 1; p += 2 * LANES) {
            const uint64_t low = places(p, what.n - 1, first, last), high = places(p + LANES, what.n - 1, first, last);
            if (FL_LIKELY((low | high) == 0)) continue;
            if ((at = first_of(p, low, what)) != NULL || (at = first_of(p + LANES, high, what)) != NULL) return at;
        }
        if (last_place - p >= LANES) {
            if ((at = first_of(p, places(p, what.n - 1, first, last), what)) != NULL) return at;
        }
        p = last_place - (LANES - 1); /* some of these places have been looked at */
        return first_of(p, places(p, what.n - 1, first, last), what);
    }
#endif
    return find_by_byte(p, last_place, what);
}

/* ---- counting ---- */

typedef signed char numbers __attribute__((vector_size(LANES)));
typedef unsigned char counters __attribute__((vector_size(LANES)));

/* The sum of sixteen counters from 0 to 255. */
static inline int64_t sum_of(counters c) {
    uint64_t half[2], pairs;
    memcpy(half, &c, sizeof half);
    const uint64_t even = 0x00ff00ff00ff00ff;
    pairs = (half[0] & even) + (half[0] >> 8 & even) + (half[1] & even) + (half[1] >> 8 & even);
    return (int64_t)(pairs * 0x0001000100010001 >> 48);
}

/* Of eight bytes, those that continue a code point. */
static inline int continuing(uint64_t x) { return (int)((x >> 7 & ~(x >> 6) & FL_EACH8) * FL_EACH8 >> 56); }

/* Of less than LANES bytes. */
static inline int64_t count_few(const char *p, size_t n) {
    int64_t count = 0;
    if (n < 8) {
        for (size_t i = 0; i < n; i++) count += (p[i] & 0xc0) != 0x80;
        return count;
    }
    count = (int64_t)n - continuing(fl_load8(p));
    return n > 8 ? count - continuing(fl_load8(p + n - 8) >> 8 * (16 - n)) : count; /* without the first eight */
}

/* Of LANES to 4 LANES bytes: are all of them ASCII? */
static inline bool few_ascii(const char *p, size_t n) {
    const char *end = p + n;
    numbers a, b;
    uint64_t half[2];
    memcpy(&a, p, sizeof a);
    memcpy(&b, end - LANES, sizeof b);
    a |= b;
    if (n > 2 * LANES) {
        memcpy(&b, p + LANES, sizeof b);
        a |= b;
        memcpy(&b, end - 2 * LANES, sizeof b);
        a |= b;
    }
    memcpy(half, &a, sizeof half);
    return ((half[0] | half[1]) & FL_HIGH8) == 0;
}

int64_t fl_utf8_count(const char *p, size_t n) {
    enum { ROUNDS_MAX = 254 }; /* and one for what is left */
    static const signed char no_then_yes[2 * LANES] = {[LANES] = -1, -1, -1, -1, -1, -1, -1, -1,
                                                       -1,           -1, -1, -1, -1, -1, -1, -1};
    const char *end = p + n;
    int64_t count = 0;
    if (n < LANES) return count_few(p, n);
    if (n <= 4 * LANES && few_ascii(p, n)) return (int64_t)n;
    for (;;) {
        counters sum = {0}, counts;
        numbers x;
        for (int k = 0; k < ROUNDS_MAX && end - p >= LANES; k++, p += LANES) {
            memcpy(&x, p, sizeof x);
            sum -= (counters)(x > -65); /* true is -1; continuing bytes are -128 … -65 */
        }
        if (end - p >= LANES) {
            count += sum_of(sum);
            continue;
        }
        memcpy(&x, end - LANES, sizeof x);
        memcpy(&counts, no_then_yes + (end - p), sizeof counts);
        return count + sum_of(sum - ((counters)(x > -65) & counts));
    }
}

int64_t fl_utf16_count(fl_str s) {
    int64_t count = fl_utf8_count(s.p, s.n);
    for (size_t i = 0; i < s.n; i++) count += (unsigned char)s.p[i] >= 0xf0;
    return count;
}
