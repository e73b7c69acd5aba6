/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h -- looking for bytes in a run of them, eight at a time. */
#ifndef FL_BASE_BYTES_H
#define FL_BASE_BYTES_H

#include "base/common.h"

#define FL_EACH8 0x0101010101010101u
#define FL_HIGH8 0x8080808080808080u

static inline uint64_t fl_load8(const char *p) {
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* The high bit of each byte of x that equals c; above the lowest such byte there may be others too. */
static inline uint64_t fl_match8(uint64_t x, unsigned char c) {
    x ^= FL_EACH8 * c;
    return (x - FL_EACH8) & ~x & FL_HIGH8;
}

/* The first of three or four bytes in [p, end), or `end`. */
static inline const char *fl_find3(const char *p, const char *end, char a, char b, char c) {
    for (; end - p >= 8; p += 8) {
        uint64_t x = fl_load8(p);
        uint64_t hit = fl_match8(x, (unsigned char)a) | fl_match8(x, (unsigned char)b) | fl_match8(x, (unsigned char)c);
        if (hit != 0) return p + __builtin_ctzll(hit) / 8;
    }
    while (p < end && *p != a && *p != b && *p != c) p++;
    return p;
}

static inline const char *fl_find4(const char *p, const char *end, char a, char b, char c, char d) {
    for (; end - p >= 8; p += 8) {
        uint64_t x = fl_load8(p);
        uint64_t hit = fl_match8(x, (unsigned char)a) | fl_match8(x, (unsigned char)b) |
                       fl_match8(x, (unsigned char)c) | fl_match8(x, (unsigned char)d);
        if (hit != 0) return p + __builtin_ctzll(hit) / 8;
    }
    while (p < end && *p != a && *p != b && *p != c && *p != d) p++;
    return p;
}

/* The first byte in [p, end) that is not ASCII, or `end`. */
static inline const char *fl_skip_ascii(const char *p, const char *end) {
    while (end - p >= 8 && (fl_load8(p) & FL_HIGH8) == 0) p += 8;
    while (p < end && (unsigned char)*p < 0x80) p++;
    return p;
}

#endif
