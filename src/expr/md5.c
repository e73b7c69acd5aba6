/* SPDX-License-Identifier: Apache-2.0 */
/* md5.c -- MD5 (RFC 1321) of many short texts at once.
 *
 * What:       each of the 64 steps of MD5 waits for the one before, so a single text leaves a CPU idle. A text of a
 *             column mostly fits one block: sixteen such blocks go through the steps side by side, one in each lane.
 * Layout:     words of the blocks lie across: word[k] holds the k-th word of all sixteen blocks.
 * Interface:  md5.h. Longer texts go through Nettle.
 */
#include "expr/md5.h"

#include "base/bytes.h"

enum { WORDS = 16 };
typedef uint32_t lanes __attribute__((vector_size(4 * FL_MD5_LANES)));

static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/* The functions of the four rounds, and which word their i-th step takes. */
#define MIX_1(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MIX_2(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define MIX_3(x, y, z) ((x) ^ (y) ^ (z))
#define MIX_4(x, y, z) ((y) ^ ((x) | ~(z)))
#define WORD_1(i)      (i)
#define WORD_2(i)      (5 * (i) + 1)
#define WORD_3(i)      (3 * (i) + 5)
#define WORD_4(i)      (7 * (i))

#define STEP(mix, a, b, c, d, k, i, turn)                                                                              \
    do {                                                                                                               \
        (a) += mix(b, c, d) + word[(k) % WORDS] + sines[i];                                                            \
        (a) = ((a) << (turn) | (a) >> (32 - (turn))) + (b);                                                            \
    } while (0)
#define ROUND(number, turn_1, turn_2, turn_3, turn_4)                                                                  \
    for (int i = 16 * ((number)-1); i < 16 * (number); i += 4) {                                                       \
        STEP(MIX_##number, a, b, c, d, WORD_##number(i), i, turn_1);                                                   \
        STEP(MIX_##number, d, a, b, c, WORD_##number(i + 1), i + 1, turn_2);                                           \
        STEP(MIX_##number, c, d, a, b, WORD_##number(i + 2), i + 2, turn_3);                                           \
        STEP(MIX_##number, b, c, d, a, WORD_##number(i + 3), i + 3, turn_4);                                           \
    }

/* All lanes' blocks, from the start state. */
FL_CLONES static void digest_blocks(const lanes *restrict word, lanes *restrict state) {
    const lanes zero = {0}, a0 = zero + 0x67452301u, b0 = zero + 0xefcdab89u, c0 = zero + 0x98badcfeu;
    const lanes d0 = zero + 0x10325476u;
    lanes a = a0, b = b0, c = c0, d = d0;
    ROUND(1, 7, 12, 17, 22)
    ROUND(2, 5, 9, 14, 20)
    ROUND(3, 4, 11, 16, 23)
    ROUND(4, 6, 10, 15, 21)
    state[0] = a + a0;
    state[1] = b + b0;
    state[2] = c + c0;
    state[3] = d + d0;
}

/* MD5 counts in little-endian words. */
static inline uint32_t little(uint32_t x) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(x);
#else
    return x;
#endif
}

/* What is left of a text behind its whole words, and the bit that ends it. */
static inline uint32_t last_word(fl_str s) {
    const size_t left = s.n % 4;
    uint32_t word = 0x80u << 8 * left;
    if (FL_LIKELY(s.n >= 4)) return word | (uint32_t)((uint64_t)little(fl_load4(s.p + s.n - 4)) >> 8 * (4 - left));
    for (size_t i = 0; i < left; i++) word |= (uint32_t)(unsigned char)s.p[s.n - left + i] << 8 * i;
    return word;
}

void fl_md5_short(const fl_str *texts, int n, uint8_t digests[][FL_MD5_BYTES]) {
    uint32_t words[WORDS][FL_MD5_LANES] __attribute__((aligned(64)));
    uint32_t state[4][FL_MD5_LANES] __attribute__((aligned(64)));
    fl_assert(n <= FL_MD5_LANES);
    memset(words, 0, sizeof words);
    for (int lane = 0; lane < n; lane++) {
        const fl_str s = texts[lane];
        const size_t whole = s.n / 4;
        fl_assert(s.n <= FL_MD5_SHORT_MAX);
        for (size_t k = 0; k < whole; k++) words[k][lane] = little(fl_load4(s.p + 4 * k));
        words[whole][lane] = last_word(s); /* all others are zero */
        words[WORDS - 2][lane] = (uint32_t)s.n * 8;
    }
    digest_blocks((const lanes *)(const void *)words, (lanes *)(void *)state);
    for (int lane = 0; lane < n; lane++)
        for (int k = 0; k < 4; k++) {
            uint32_t word = little(state[k][lane]);
            memcpy(digests[lane] + 4 * k, &word, 4);
        }
}
