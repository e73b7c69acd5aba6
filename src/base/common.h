/* SPDX-License-Identifier: Apache-2.0 */
/* common.h -- the few words that every file of the engine uses: integer types, branch hints, assertions, SIMD
 * clones. */
#ifndef FL_BASE_COMMON_H
#define FL_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef __int128 fl_i128;
typedef unsigned __int128 fl_u128;

#define FL_LIKELY(x)        __builtin_expect(!!(x), 1)
#define FL_UNLIKELY(x)      __builtin_expect(!!(x), 0)
#define FL_ARRAY_LEN(a)     (sizeof(a) / sizeof((a)[0]))
#define FL_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define FL_UNUSED           __attribute__((unused))
#define FL_NORETURN         __attribute__((noreturn))

#define FL_MIN(a, b)                                                                                                   \
    ({                                                                                                                 \
        __typeof__(a) min_a_ = (a);                                                                                    \
        __typeof__(b) min_b_ = (b);                                                                                    \
        min_a_ < min_b_ ? min_a_ : min_b_;                                                                             \
    })
#define FL_MAX(a, b)                                                                                                   \
    ({                                                                                                                 \
        __typeof__(a) max_a_ = (a);                                                                                    \
        __typeof__(b) max_b_ = (b);                                                                                    \
        max_a_ > max_b_ ? max_a_ : max_b_;                                                                             \
    })

/* The struct of type `type` whose member `member` lies at `ptr`. */
#define FL_CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* A kernel compiled once for each instruction set; the loader picks one when the program starts. Sanitizers cannot
 * run before the loader has finished, so their builds have the plain version only. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(FL_NO_CLONES)
#define FL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FL_CLONES
#endif

/* Asserts what must hold for the program to be right. Stays in release builds: a wrong answer is worse than a stop. */
#define fl_assert(cond) (FL_LIKELY(cond) ? (void)0 : fl_assert_failed(#cond, __FILE__, __LINE__))
FL_NORETURN void fl_assert_failed(const char *cond, const char *file, int line);

/* Memory that cannot be had ends the process here, in one place: small allocations are never checked elsewhere.
 * Amounts that come from data have a limit of their own, given where the container is made. */
void *fl_malloc(size_t size);
void *fl_calloc(size_t count, size_t size);
void *fl_realloc(void *p, size_t size);
void *fl_aligned(size_t alignment, size_t size);
char *fl_strdup(const char *s);
char *fl_strndup(const char *s, size_t n);

static inline uint64_t fl_align_up(uint64_t x, uint64_t to) { return (x + to - 1) & ~(to - 1); }

#endif
