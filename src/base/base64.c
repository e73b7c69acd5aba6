/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c -- two characters at a time: a table gives those of every twelve bits. */
#include "base/base64.h"

#include "base/bytes.h"

/* clang-format off */
/* The 64 characters, each handed to X; twice, for a macro cannot stand in itself. */
#define FIRST_CHARACTERS(X)                                                                                            \
    X('A') X('B') X('C') X('D') X('E') X('F') X('G') X('H') X('I') X('J') X('K') X('L') X('M') X('N') X('O') X('P')    \
    X('Q') X('R') X('S') X('T') X('U') X('V') X('W') X('X') X('Y') X('Z') X('a') X('b') X('c') X('d') X('e') X('f')    \
    X('g') X('h') X('i') X('j') X('k') X('l') X('m') X('n') X('o') X('p') X('q') X('r') X('s') X('t') X('u') X('v')    \
    X('w') X('x') X('y') X('z') X('0') X('1') X('2') X('3') X('4') X('5') X('6') X('7') X('8') X('9') X('+') X('/')
#define SECOND_CHARACTERS(X, c)                                                                                        \
    X(c, 'A') X(c, 'B') X(c, 'C') X(c, 'D') X(c, 'E') X(c, 'F') X(c, 'G') X(c, 'H') X(c, 'I') X(c, 'J') X(c, 'K')      \
    X(c, 'L') X(c, 'M') X(c, 'N') X(c, 'O') X(c, 'P') X(c, 'Q') X(c, 'R') X(c, 'S') X(c, 'T') X(c, 'U') X(c, 'V')      \
    X(c, 'W') X(c, 'X') X(c, 'Y') X(c, 'Z') X(c, 'a') X(c, 'b') X(c, 'c') X(c, 'd') X(c, 'e') X(c, 'f') X(c, 'g')      \
    X(c, 'h') X(c, 'i') X(c, 'j') X(c, 'k') X(c, 'l') X(c, 'm') X(c, 'n') X(c, 'o') X(c, 'p') X(c, 'q') X(c, 'r')      \
    X(c, 's') X(c, 't') X(c, 'u') X(c, 'v') X(c, 'w') X(c, 'x') X(c, 'y') X(c, 'z') X(c, '0') X(c, '1') X(c, '2')      \
    X(c, '3') X(c, '4') X(c, '5') X(c, '6') X(c, '7') X(c, '8') X(c, '9') X(c, '+') X(c, '/')
#define PAIR(a, b) {a, b},
#define PAIRS_OF(a) SECOND_CHARACTERS(PAIR, a)
#define ONE(a)     a,
/* clang-format on */

static const char pairs[4096][2] = {FIRST_CHARACTERS(PAIRS_OF)};
static const char characters[64] = {FIRST_CHARACTERS(ONE)};

char *fl_base64_write(char *to, fl_str bytes) {
    const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
    for (; end - p >= 8; p += 6, to += 8) { /* eight are read, six of them taken */
        const uint64_t x = __builtin_bswap64(fl_load8((const char *)p));
        memcpy(to, pairs[x >> 52], 2);
        memcpy(to + 2, pairs[x >> 40 & 4095], 2);
        memcpy(to + 4, pairs[x >> 28 & 4095], 2);
        memcpy(to + 6, pairs[x >> 16 & 4095], 2);
    }
    for (; p < end; p += 3, to += 4) {
        size_t left = (size_t)(end - p);
        uint32_t x = (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0) | (left > 2 ? p[2] : 0);
        memcpy(to, pairs[x >> 12], 2);
        to[2] = left > 1 ? characters[x >> 6 & 63] : '=';
        to[3] = left > 2 ? characters[x & 63] : '=';
    }
    return to;
}

void fl_base64_put(fl_buf *out, fl_str bytes) {
    fl_base64_write(fl_buf_reserve(out, fl_base64_size(bytes.n)), bytes);
    out->n += fl_base64_size(bytes.n);
}
