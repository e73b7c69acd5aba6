/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.h -- what programs that run a simulated job under many seeds share. */
#ifndef FL_TESTS_SIM_SEEDS_H
#define FL_TESTS_SIM_SEEDS_H

#include <stdio.h>
#include <stdlib.h>

#include "flott.h"
#include "runtime/checkpoint.h"

/* The number behind argv[*i], to which *i moves; without one the program ends with its usage. */
static inline int64_t seeds_number_after(int argc, char **argv, int *i, const char *usage) {
    char *end;
    long long n = *i + 1 < argc ? strtoll(argv[++*i], &end, 10) : -1;
    if (n >= 0 && *end == '\0') return n;
    fprintf(stderr, "usage: %s\n", usage);
    exit(2);
}

/* A configuration key that is a duration. */
static inline int seeds_set_ms(flott_session *s, const char *key, int ms, flott_error *err) {
    char text[32];
    snprintf(text, sizeof text, "%d ms", ms);
    return flott_session_set(s, key, text, err);
}

static inline bool seeds_has_checkpoints(fl_platform *pf, const char *dir) {
    fl_arena a;
    fl_error err;
    int64_t *ids;
    int n = 0;
    fl_arena_init(&a);
    bool some = fl_checkpoint_list(pf, &a, dir, &ids, &n, &err) == 0 && n > 0;
    fl_arena_deinit(&a);
    return some;
}

#endif
