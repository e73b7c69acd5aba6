/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c -- a chain of blocks, each twice as large as the one before, up to a limit. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20, ALIGNMENT = 16 };

struct fl_arena_block {
    fl_arena_block *older;
    size_t size; /* of the whole block */
    char data[] __attribute__((aligned(ALIGNMENT)));
};

typedef struct fl_arena_cleanup {
    struct fl_arena_cleanup *older;
    void (*run)(void *arg);
    void *arg;
} fl_arena_cleanup;

void fl_arena_init(fl_arena *a) { memset(a, 0, sizeof *a); }

static void free_blocks(fl_arena_block *b) {
    while (b != NULL) {
        fl_arena_block *older = b->older;
        free(b);
        b = older;
    }
}

void fl_arena_on_free(fl_arena *a, void (*run)(void *arg), void *arg) {
    fl_arena_cleanup *c = fl_arena_alloc(a, sizeof *c);
    *c = (fl_arena_cleanup){a->cleanups, run, arg};
    a->cleanups = c;
}

static void run_cleanups(fl_arena *a) {
    while (a->cleanups != NULL) {
        fl_arena_cleanup *c = a->cleanups;
        a->cleanups = c->older;
        c->run(c->arg);
    }
}

void fl_arena_deinit(fl_arena *a) {
    run_cleanups(a);
    free_blocks(a->blocks);
    fl_arena_init(a);
}

void fl_arena_reset(fl_arena *a) {
    run_cleanups(a);
    if (a->blocks == NULL) return;
    free_blocks(a->blocks->older);
    a->blocks->older = NULL;
    a->allocated_bytes = a->blocks->size;
    a->at = a->blocks->data;
}

static void add_block(fl_arena *a, size_t need) {
    size_t size = a->blocks ? FL_MIN(a->blocks->size * 2, (size_t)LARGEST_BLOCK_BYTES) : (size_t)FIRST_BLOCK_BYTES;
    size = FL_MAX(size, need + sizeof(fl_arena_block));
    fl_arena_block *b = fl_aligned(ALIGNMENT, size);
    b->older = a->blocks;
    b->size = size;
    a->blocks = b;
    a->allocated_bytes += size;
    a->at = b->data;
    a->end = (char *)b + size;
}

void *fl_arena_alloc(fl_arena *a, size_t size) {
    size = fl_align_up(size, ALIGNMENT);
    if (FL_UNLIKELY((size_t)(a->end - a->at) < size || a->at == NULL)) add_block(a, size);
    void *p = a->at;
    a->at += size;
    return p;
}

void *fl_arena_zalloc(fl_arena *a, size_t size) { return memset(fl_arena_alloc(a, size), 0, size); }

char *fl_arena_strndup(fl_arena *a, const char *s, size_t n) {
    char *p = fl_arena_alloc(a, n + 1);
    if (n > 0) memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *fl_arena_strdup(fl_arena *a, const char *s) { return fl_arena_strndup(a, s, strlen(s)); }

char *fl_arena_printf(fl_arena *a, const char *fmt, ...) {
    va_list ap, again;
    fl_assert(fmt != NULL); /* a sanitizer that checks for NULL goes on behind its check, and gcc warns of that */
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    fl_assert(n >= 0);
    char *p = fl_arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}
