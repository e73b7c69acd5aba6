/* SPDX-License-Identifier: Apache-2.0 */
/* own_arena.h -- for test programs: an arena for each test, and a stream of chance that begins anew with it.
 *
 *     #define SEED 97
 *     #include "own_arena.h"
 *     … TEST(name) …
 */
#ifndef FL_TESTS_UNIT_OWN_ARENA_H
#define FL_TESTS_UNIT_OWN_ARENA_H

#include "model.h"

static fl_arena arena;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    draw_from(SEED);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
