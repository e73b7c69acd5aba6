/* SPDX-License-Identifier: Apache-2.0 */
/* common.c -- where the program stops when it must: failed assertions and exhausted memory. */
#include "base/common.h"

#include <stdio.h>
#include <stdlib.h>

void fl_assert_failed(const char *cond, const char *file, int line) {
    fprintf(stderr,
            "flott: internal error: %s:%d: `%s` does not hold. Please report this with the statement that was run.\n",
            file, line, cond);
    abort();
}

static void *or_die(void *p, size_t size) {
    if (FL_UNLIKELY(p == NULL)) {
        fprintf(stderr, "flott: out of memory (asked for %zu bytes)\n", size);
        abort();
    }
    return p;
}

void *fl_malloc(size_t size) { return or_die(malloc(size ? size : 1), size); }
void *fl_calloc(size_t count, size_t size) { return or_die(calloc(count ? count : 1, size ? size : 1), count * size); }
void *fl_realloc(void *p, size_t size) { return or_die(realloc(p, size ? size : 1), size); }
void *fl_aligned(size_t alignment, size_t size) {
    return or_die(aligned_alloc(alignment, fl_align_up(size ? size : 1, alignment)), size);
}
char *fl_strdup(const char *s) { return fl_strndup(s, strlen(s)); }
char *fl_strndup(const char *s, size_t n) {
    char *p = fl_malloc(n + 1);
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}
