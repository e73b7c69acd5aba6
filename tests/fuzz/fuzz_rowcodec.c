/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_rowcodec.c -- arbitrary bytes as stored rows of many types.
 *
 * The first byte chooses the type, the rest is its values. Proves: what is decoded is a well-formed column whose values
 * are written as they were read (equal values have equal bytes, so but for NaN and the like nothing is lost); what is
 * refused leaves the column as it was.
 */
#include "fuzz.h"

#include "data/rowcodec.h"
#include "data/text.h"

static const char *const types[] = {
    "ROW<a INT, b STRING>",
    "ROW<a BOOLEAN, b TINYINT, c SMALLINT, d BIGINT>",
    "ROW<a FLOAT, b DOUBLE>",
    "ROW<a DECIMAL(10, 2), b DECIMAL(38, 4)>",
    "ROW<a DATE, b TIME, c TIMESTAMP(3), d TIMESTAMP_LTZ(6), e TIMESTAMP(9)>",
    "ROW<a ARRAY<INT>, b MAP<STRING, ARRAY<BYTES>>, c MULTISET<STRING>>",
    "ROW<a ROW<x INT, y ROW<z STRING>>, b ARRAY<ROW<p DOUBLE, q MAP<INT, INT>>>>",
    "ROW<a INTERVAL DAY TO SECOND, b INTERVAL YEAR TO MONTH, c CHAR(3), d VARBINARY(5)>",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    fl_error err;
    const fl_type *t;
    size_t used;
    if (size < 1 || size > 20000) return 0;
    fl_arena_init(&a);
    fl_assert(fl_type_parse(&a, fl_str_from(types[data[0] % FL_ARRAY_LEN(types)]), false, &t, &used, &err) == 0);
    fl_batch *b = fl_batch_new(t->n_fields, 0);
    for (int i = 0; i < t->n_fields; i++) b->cols[i] = fl_column_new(t->fields[i].type, 4);
    fl_reader r = fl_reader_make(data + 1, size - 1);
    fl_buf text, bytes, again;
    fl_buf_init(&text);
    fl_buf_init(&bytes);
    fl_buf_init(&again);
    int rc = 0;
    while (rc == 0 && r.p < r.end && b->n < 1000) {
        rc = fl_decode_row(&r, b->cols, b->n_cols, &err);
        b->n_sel = b->n += rc == 0;
        for (int i = 0; i < b->n_cols; i++) fl_assert(b->cols[i]->n == b->n);
    }
    fl_assert(rc == 0 || err.code == FL_E_CORRUPT);
    fl_batch_check(b);
    for (int i = 0; i < b->n; i++) {
        fl_text_row(&text, b, i);
        fl_assert(fl_encode_row(&bytes, b->cols, b->n_cols, i, &err) == 0);
    }
    r = fl_reader_make(bytes.p, bytes.n);
    for (int n = b->n, i = 0; i < n; i++) {
        fl_assert(fl_decode_row(&r, b->cols, b->n_cols, &err) == 0);
        b->n_sel = ++b->n;
        fl_assert(fl_encode_row(&again, b->cols, b->n_cols, b->n - 1, &err) == 0);
        for (int k = 0; k < b->n_cols; k++) fl_assert(fl_column_equal_at(b->cols[k], i, b->cols[k], b->n - 1));
    }
    fl_assert(fl_str_eq(fl_str_make(bytes.p, bytes.n), fl_str_make(again.p, again.n)));
    fl_batch_unref(b);
    fl_buf_deinit(&text);
    fl_buf_deinit(&bytes);
    fl_buf_deinit(&again);
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\0"), WORD("\0"), WORD("\0"), WORD("\1"), WORD("\1"), WORD("\1"), WORD("\1\7\0\0\0"), WORD("\1\2\0\0\0hi"),
    WORD("\1\0\0\0\0"), WORD("\1\1"), WORD("\1\1\0"), WORD("\1\377\377"), WORD("\1\0\0\300\177"),
    WORD("\1\1\0\0\0\0\0\370\377"), WORD("\1\0\0\0\0\0\0\0\200"), WORD("\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    WORD("\1\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\177"), WORD("\1\1\0\0\0"), WORD("\1\2\0\0\0"),
    WORD("\1\377\377\377\177"), WORD("\1\377\377\377\377"), WORD("\1\20\0\0\0sixteen letters!"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 30, .texts = 100000};
