/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h -- memory that is given back all at once.
 *
 * An arena is a chain of blocks; allocation moves a pointer. What lives as long as a statement, a plan, a job or one
 * call of a hook is allocated in the arena of that lifetime and never freed alone. Not thread-safe: one owner.
 */
#ifndef FL_BASE_ARENA_H
#define FL_BASE_ARENA_H

#include "base/common.h"

typedef struct fl_arena_block fl_arena_block;

typedef struct fl_arena {
    char *at, *end;                    /* free part of the newest block */
    fl_arena_block *blocks;            /* newest first */
    struct fl_arena_cleanup *cleanups; /* newest first */
    size_t allocated_bytes;            /* sum of block sizes, for metrics */
} fl_arena;

void fl_arena_init(fl_arena *a);

/* Gives all memory back. The arena may be used again. */
void fl_arena_deinit(fl_arena *a);

/* Empties for reuse and keeps the newest block, so that a scratch arena stops allocating once it is warm. */
void fl_arena_reset(fl_arena *a);

/* Never NULL; aligned to 16 bytes; not zeroed. Owned by the arena. */
void *fl_arena_alloc(fl_arena *a, size_t size);
void *fl_arena_zalloc(fl_arena *a, size_t size);

/* Calls `run(arg)` when the arena is emptied or given back, newest first: for what lives in the arena but owns more. */
void fl_arena_on_free(fl_arena *a, void (*run)(void *arg), void *arg);

/* Copies of strings, NUL-terminated. */
char *fl_arena_strdup(fl_arena *a, const char *s);
char *fl_arena_strndup(fl_arena *a, const char *s, size_t n);
char *fl_arena_printf(fl_arena *a, const char *fmt, ...) FL_PRINTF(2, 3);

#define FL_NEW(arena, type)      ((type *)fl_arena_zalloc((arena), sizeof(type)))
#define FL_NEW_N(arena, type, n) ((type *)fl_arena_zalloc((arena), sizeof(type) * (size_t)(n)))

/* Appends `item` to an arena array of *n items that grows by doubling: use on a pointer, a count and a capacity. */
#define FL_PUSH(arena, array, n, cap, item)                                                                            \
    do {                                                                                                               \
        if ((n) == (cap)) {                                                                                            \
            __typeof__(cap) push_cap_ = (cap) ? (cap)*2 : 4;                                                           \
            __typeof__(array) push_a_ = fl_arena_alloc((arena), sizeof *(array) * (size_t)push_cap_);                  \
            if (n) memcpy((void *)push_a_, (const void *)(array), sizeof *(array) * (size_t)(n));                      \
            (array) = push_a_;                                                                                         \
            (cap) = push_cap_;                                                                                         \
        }                                                                                                              \
        (array)[(n)++] = (item);                                                                                       \
    } while (0)

#endif
