/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_type.c -- arbitrary text as the name of a type, in both of its dialects, and arbitrary bytes as a stored type.
 *
 * Proves: what is accepted prints, and the print means the same type again; what was written as bytes is read back.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/rowcodec.h"

/* Printed and read in the same dialect, written and read: the same type. */
static void check_again(fl_arena *a, const fl_type *t, bool in_ddl) {
    fl_buf b;
    fl_error err;
    const fl_type *again;
    size_t used;
    fl_buf_init(&b);
    fl_type_print(&b, t, FL_TYPE_DDL);
    int rc = fl_type_parse(a, fl_str_make(b.p, b.n), in_ddl, &again, &used, &err);
    if (rc < 0 || used != b.n || !fl_type_equal(t, again, true)) {
        fprintf(stderr, "%s is not itself again: %s\n", fl_buf_cstr(&b), rc < 0 ? err.message : "another type");
        abort();
    }
    fl_buf_reset(&b);
    fl_encode_type(&b, t);
    fl_reader r = fl_reader_make(b.p, b.n);
    fl_assert(fl_decode_type(&r, a, &again, &err) == 0 && r.p == r.end && fl_type_equal(t, again, true));
    fl_buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    fl_error err;
    const fl_type *t;
    size_t used;
    if (size > 20000) return 0;
    fl_arena_init(&a);
    for (int in_ddl = 0; in_ddl < 2; in_ddl++) {
        if (fl_type_parse(&a, fl_str_make((const char *)data, size), in_ddl, &t, &used, &err) < 0) continue;
        fl_assert(used <= size);
        check_again(&a, t, in_ddl);
    }
    fl_reader r = fl_reader_make(data, size);
    if (fl_decode_type(&r, &a, &t, &err) == 0) {
        fl_buf b;
        fl_buf_init(&b);
        fl_type_print(&b, t, FL_TYPE_SUMMARY);
        fl_type_phys(t);
        fl_buf_deinit(&b);
    }
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("INT"), WORD("BIGINT"), WORD("STRING"), WORD("BYTES"), WORD("BOOLEAN"), WORD("DECIMAL(10, 2)"), WORD("DEC"),
    WORD("NUMERIC(38)"), WORD("CHAR(3)"), WORD("VARCHAR"), WORD("VARCHAR(7)"), WORD("BINARY(2)"),
    WORD("VARBINARY(2147483647)"), WORD("DOUBLE PRECISION"), WORD("DATE"), WORD("TIME(3)"), WORD("TIMESTAMP(9)"),
    WORD("TIMESTAMP_LTZ(0)"), WORD("TIMESTAMP(3) WITH LOCAL TIME ZONE"), WORD("WITHOUT TIME ZONE"),
    WORD("INTERVAL DAY(2) TO SECOND(3)"), WORD("INTERVAL YEAR(4) TO MONTH"), WORD("ARRAY<"), WORD("MAP<"),
    WORD("MULTISET<"), WORD("ROW<"), WORD("ROW<a INT, `b c` STRING 'text'>"), WORD("ROW("), WORD("a"), WORD("`q``q`"),
    WORD("'c''c'"), WORD(">"), WORD(">"), WORD(">"), WORD(","), WORD("("), WORD(")"), WORD("NOT NULL"), WORD("NULL"),
    WORD("RAW('java.lang.Object', 'AAE=')"), WORD("STRUCTURED<'c', a INT>"), WORD("VARIANT"), WORD("INT ARRAY"),
    WORD("MULTISET"), WORD("*ROWTIME*"), WORD("99999999999"), WORD("-1"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 20, .separator = " ", .texts = 300000};
