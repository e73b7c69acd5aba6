/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h -- what is done to a run of bytes, eight at a time: looking for bytes, writing them as hexadecimal digits. */
#ifndef FL_BASE_BYTES_H
#define FL_BASE_BYTES_H

#include "base/common.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define FL_EACH8 0x0101010101010101u
#define FL_HIGH8 0x8080808080808080u

static inline uint32_t fl_load4(const char *p) {
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

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

/* 64 bytes of 0 and 1 as the bits of a word, the first lowest. */
static inline uint64_t fl_pack_bits64(const uint8_t *bytes) {
    uint64_t word = 0;
#if defined(__SSE2__)
    for (int k = 0; k < 4; k++) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * k));
        word |= (uint64_t)_mm_movemask_epi8(_mm_slli_epi16(x, 7)) << (16 * k);
    }
#else /* of eight bytes the product gathers the bits on top */
    for (int k = 0; k < 8; k++) word |= (fl_load8((const char *)bytes + 8 * k) * 0x0102040810204080u >> 56) << (8 * k);
#endif
    return word;
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

/* Writes the 2 n hexadecimal digits of n bytes; the letters are a … f or A … F. */
static inline void fl_put_hex(char *to, const void *bytes, size_t n, char ten) {
    const unsigned char *p = bytes;
#if defined(__SSE2__)
    const __m128i low_half = _mm_set1_epi8(15), letters_from = _mm_set1_epi8((char)(ten - '0' - 10));
    for (; n >= 16; n -= 16, p += 16) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i upper = _mm_and_si128(_mm_srli_epi16(x, 4), low_half), lower = _mm_and_si128(x, low_half);
        __m128i nibbles[2] = {_mm_unpacklo_epi8(upper, lower), _mm_unpackhi_epi8(upper, lower)};
        for (int k = 0; k < 2; k++, to += 16) {
            const __m128i letter = _mm_cmpgt_epi8(nibbles[k], _mm_set1_epi8(9));
            const __m128i digit = _mm_add_epi8(nibbles[k], _mm_set1_epi8('0'));
            _mm_storeu_si128((__m128i *)(void *)to, _mm_add_epi8(digit, _mm_and_si128(letter, letters_from)));
        }
    }
#endif
    for (; n >= 4; n -= 4, p += 4, to += 8) { /* a byte becomes the two nibbles of 16 bits */
        uint64_t x = p[0] | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 32 | (uint64_t)p[3] << 48;
        x = (x >> 4 | x << 8) & (0x0f * FL_EACH8);
        const uint64_t letters = (x + 6 * FL_EACH8) >> 4 & FL_EACH8;
        x += '0' * FL_EACH8 + letters * (uint64_t)(ten - '0' - 10);
        memcpy(to, &x, 8);
    }
    for (; n > 0; n--, p++) {
        const unsigned upper = *p >> 4, lower = *p & 15;
        *to++ = (char)(upper < 10 ? '0' + upper : (unsigned)ten + upper - 10);
        *to++ = (char)(lower < 10 ? '0' + lower : (unsigned)ten + lower - 10);
    }
}

#endif
