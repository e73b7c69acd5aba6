/* SPDX-License-Identifier: Apache-2.0 */
/* limit.h -- what the limit programs and the makers of input share: random numbers, the packed accumulator, CPU time.
 *
 * The limit programs are built for the machine that runs them (-march=native): that is how they come to its SIMD. Here
 * vectors are written with GCC's vector types, so that the same text serves every CPU.
 */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __SSE4_1__
#include <immintrin.h>
#endif

enum { BATCH_ROWS = 4096 };

static inline _Noreturn void die(const char *what, const char *which) {
    fprintf(stderr, "cannot %s '%s'%s%s\n", what, which, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static inline FILE *open_or_die(const char *path, const char *mode) {
    FILE *f = fopen(path, mode);
    if (f == NULL) die("open", path);
    return f;
}

static inline void *new_array(size_t n, size_t size) {
    void *p = aligned_alloc(64, (n * size + 63) & ~(size_t)63);
    if (p == NULL) die("allocate", "an array");
    return p;
}

/* User and system time of this process. */
static inline double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

/* SplitMix64 as a function of a counter: row i's random bits, without a state that chains the rows. */
static inline uint64_t random_at(uint64_t i) {
    uint64_t x = i * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* 32 random bits to a number in 0 … n-1, without a division. */
static inline uint32_t below(uint32_t random, uint32_t n) { return (uint32_t)((uint64_t)random * n >> 32); }

/* ---- sum, count, minimum and maximum in 16 bytes: one load, one store a row ----
 *
 *     lane   0 (64 bits)                    1, upper 32    1, lower 32
 *            count << 40 | sum              maximum        -minimum
 *
 * Room for sums below 2^40 and counts below 2^24, which the limit programs' windows keep; values are not negative.
 */
typedef int64_t packed __attribute__((vector_size(16)));
typedef int32_t packed_halves __attribute__((vector_size(16)));

#define PACKED_EMPTY ((packed)(packed_halves){0, 0, INT32_MIN, INT32_MIN})

/* GCC does not see a maximum in a comparison and a mask, so it is named where there is a name for it. */
static inline packed_halves maximum(packed_halves a, packed_halves b) {
#ifdef __SSE4_1__
    return (packed_halves)_mm_max_epi32((__m128i)a, (__m128i)b);
#else
    packed_halves greater = a > b;
    return (a & greater) | (b & ~greater);
#endif
}

static inline packed packed_merge(packed a, packed b) {
    return __builtin_shufflevector(a + b, (packed)maximum((packed_halves)a, (packed_halves)b), 0, 3);
}

/* By shuffles of one vector: lanes put in one by one would cost twice as much. */
static inline packed packed_of(int32_t v) {
    packed_halves value = {v, 0, 0, 0}, both = __builtin_shufflevector(-value, value, 0, 4, 1, 5);
    return __builtin_shufflevector((packed)value + (packed){INT64_C(1) << 40, 0}, (packed)both, 0, 2);
}

static inline int64_t packed_sum(packed p) { return p[0] & ((INT64_C(1) << 40) - 1); }
static inline int64_t packed_count(packed p) { return p[0] >> 40; }
static inline int32_t packed_min(packed p) { return -((packed_halves)p)[2]; }
static inline int32_t packed_max(packed p) { return ((packed_halves)p)[3]; }

#endif
