/* SPDX-License-Identifier: Apache-2.0 */
/* test_valueset.c -- the set of values that DISTINCT keeps, compared with a list that is searched from end to end. */
#define SEED 5
#include "own_arena.h"

#include "expr/valueset.h"

enum { ROUNDS = 100, VALUES = 300 };

static void assert_set(const fl_valueset *s, const fl_str *list, uint32_t n) {
    assert_int_equal(fl_valueset_count(s), n);
    for (uint32_t i = 0; i < n; i++) assert_true(fl_str_eq(fl_valueset_at(s, i), list[i]));
}

static void values_are_kept_once_in_the_order_of_their_coming(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_valueset *s = fl_valueset_new(), *earlier = NULL;
        fl_str list[VALUES], drawn[VALUES];
        uint32_t n = 0, n_earlier = 0;
        for (int k = 0; k < VALUES; k++) {
            drawn[k] = k > 0 && draw(3) == 0 ? drawn[draw(k)] : draw_text(&arena);
            bool fresh = true;
            for (uint32_t i = 0; i < n; i++) fresh = fresh && !fl_str_eq(list[i], drawn[k]);
            assert_int_equal(fl_valueset_add(s, drawn[k]), fresh);
            if (fresh) list[n++] = drawn[k];
            if (k == VALUES / 2) {
                earlier = fl_valueset_clone(s);
                n_earlier = n;
            }
        }
        assert_set(s, list, n);
        fl_valueset_free(s);
        assert_set(earlier, list, n_earlier); /* a clone shares nothing */
        fl_valueset_free(earlier);
        fl_arena_reset(&arena);
    }
}

static void an_empty_set_and_no_set_are_empty(void **state) {
    (void)state;
    fl_valueset *s = fl_valueset_new(), *c = fl_valueset_clone(s);
    assert_int_equal(fl_valueset_count(NULL), 0);
    assert_int_equal(fl_valueset_count(c), 0);
    assert_true(fl_valueset_add(c, fl_str_make("", 0)));
    assert_false(fl_valueset_add(c, fl_str_make("", 0)));
    assert_int_equal(fl_valueset_at(c, 0).n, 0);
    fl_valueset_free(s);
    fl_valueset_free(c);
    fl_valueset_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(values_are_kept_once_in_the_order_of_their_coming),
        TEST(an_empty_set_and_no_set_are_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
