/* SPDX-License-Identifier: Apache-2.0 */
/* test_text_search.c -- what is found in the texts of a column is what each text by itself holds.
 *
 * Texts and what is looked for are drawn from two or three letters, so that much is found, and much lies across the end of
 * a row. Some texts are short, so that they lie in their views and end a stretch.
 */
#include "expr/text_search.h"

#define SEED 41
#include "own_arena.h"

enum { ROUNDS = 3000, ROWS_MAX = 90, TEXT_MAX = 70, WHAT_MAX = 24 };

static fl_str draw_letters(char *to, int n, int letters) {
    for (int i = 0; i < n; i++) to[i] = (char)('a' + draw(letters));
    return fl_str_make(to, (size_t)n);
}

static fl_column *draw_column(int n, int letters, int shortest) {
    char text[TEXT_MAX];
    fl_column *c = fl_column_new(fl_type_string(false), n);
    for (int i = 0; i < n; i++)
        fl_column_append_str(c, draw_letters(text, shortest + draw(TEXT_MAX - shortest), letters));
    return c;
}

static void check(const fl_column *c, fl_rows rows, fl_str what) {
    int32_t at[ROWS_MAX];
    memset(at, 0x5a, sizeof at);
    fl_find_rows(c, rows, what, at);
    for (int k = 0; k < rows.n; k++) {
        const int i = fl_row_at(rows, k);
        const fl_str s = fl_column_str(c, i);
        const char *found = fl_str_find(s, what);
        const int want = found != NULL ? (int)(found - s.p) : -1;
        if (at[i] != want)
            fail_msg("'%.*s' in row %d, '%.*s': %d instead of %d", (int)what.n, what.p, i, (int)s.n, s.p, at[i], want);
    }
}

static void a_text_is_found_where_its_row_has_it(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char text[WHAT_MAX];
        const int n = 1 + draw(ROWS_MAX), letters = 2 + draw(2);
        fl_column *c = draw_column(n, letters, draw(3) ? FL_VIEW_INLINE + 1 : 0);
        const fl_str what = draw_letters(text, 1 + draw(draw(4) ? 6 : WHAT_MAX), letters);
        int n_sel;
        const uint16_t *sel = draw_sel(&arena, n, 1 + draw(7), &n_sel);
        check(c, (fl_rows){NULL, n}, what);
        check(c, (fl_rows){sel, n_sel}, what);
        fl_column_unref(c);
        fl_arena_reset(&arena);
    }
}

/* What is found in the last bytes of one row and the first of the next is in none; what begins there is found. */
static void what_lies_across_the_end_of_a_row_is_not_in_it(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_string(false), 3);
    const char *const texts[] = {"the first row ends in nee", "dle needle and more of it", "no such thing is in here"};
    for (int i = 0; i < 3; i++) fl_column_append_str(c, fl_str_from(texts[i]));
    int32_t at[3];
    fl_find_rows(c, (fl_rows){NULL, 3}, fl_str_from("needle"), at);
    assert_int_equal(at[0], -1);
    assert_int_equal(at[1], 4);
    assert_int_equal(at[2], -1);
    fl_column_unref(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_text_is_found_where_its_row_has_it),
        TEST(what_lies_across_the_end_of_a_row_is_not_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
