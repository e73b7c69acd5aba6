/* SPDX-License-Identifier: Apache-2.0 */
/* flott_program.h -- what programs over flott.h share: running a statement, and Arrow structs of memory that stays. */
#ifndef BENCH_FLOTT_PROGRAM_H
#define BENCH_FLOTT_PROGRAM_H

#include "flott.h"
#include "flott_arrow.h"
#include "limit.h"

enum { ARROW_BATCH_ROWS = 1 << 16 };

/* The memory behind the structs belongs to the program and lives as long as it does. */
static inline void release_schema(struct ArrowSchema *s) { s->release = NULL; }
static inline void release_array(struct ArrowArray *a) { a->release = NULL; }

static inline _Noreturn void fail(const char *what, const flott_error *err) {
    fprintf(stderr, "%s: %s\n%s\n", what, err->message, err->hint);
    exit(1);
}

static inline void write_rows(flott_batch *b, FILE *result) {
    for (int i = 0; i < flott_batch_rows(b); i++) {
        size_t n;
        const char *line = flott_batch_csv(b, i, &n);
        fprintf(result, "%.*s\n", (int)n, line);
    }
}

/* Runs a statement to its end; rows go to `result` unless it is NULL. How many there were, or a negative code. */
static inline long run_statement(flott_session *s, const char *sql, size_t length, FILE *result, flott_error *err) {
    flott_result *r;
    flott_batch *b;
    long rows = 0;
    int rc = flott_execute(s, sql, length, &r, err);
    if (rc < 0) return rc;
    if (flott_result_get_kind(r) == FLOTT_RESULT_QUERY) {
        while ((rc = flott_result_next(r, -1, &b, err)) == FLOTT_OK) {
            rows += flott_batch_rows(b);
            if (result != NULL) write_rows(b, result);
            flott_batch_free(b);
        }
    }
    flott_result_free(r);
    return rc < 0 ? rc : rows;
}

#endif
