/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv.c -- arbitrary bytes as CSV: nothing breaks, and reading at once and in pieces say the same.
 *
 * The first byte chooses options. The rest is decoded at once, cut in the middle, and in batches of one row; the rows
 * must be equal. Rows of flat values are written and read back.
 */
#include "fuzz.h"

#include "fuzz_format.h"

static const char type[] =
    "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DATE, n ARRAY<INT>, r ROW<x INT, y STRING>>";

/* Nested values have delimiters that nothing protects, so these alone come back as they were. */
static const char flat[] =
    "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DATE, e DECIMAL(10, 2), y BYTES>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) return 0;
    fl_option options[7] = {{"allow-comments", data[0] & 1 ? "true" : "false"},
                            {"field-delimiter", data[0] & 2 ? "," : "§"},
                            {"ignore-parse-errors", data[0] & 4 ? "true" : "false"}};
    int n = 3;
    if (data[0] & 8) options[n++] = (fl_option){"escape-character", "\\"};
    if (data[0] & 16) options[n++] = (fl_option){"null-literal", "1"};
    if (data[0] & 32) options[n++] = (fl_option){"quote-character", "'"};
    fl_str text = fl_str_make((const char *)data + 1, size - 1);
    fuzz_rows(&fl_format_csv, type, options, n, text);
    if (data[0] & 16) return 0; /* 01 would come back as NULL */
    options[n++] = (fl_option){"null-literal", "NULL"};
    fuzz_back(&fl_format_csv, flat, options, n, text);
    return 0;
}

/* The first of a text chooses options; then come fields, whole lines, and what spoils them. */
/* clang-format off */
static const fuzz_word words[] = {
    WORD(","), WORD(","), WORD(","), WORD(","), WORD(","), WORD(","), WORD("\n"), WORD("\n"), WORD("\r\n"), WORD("\r"),
    WORD("\xc2\xa7"), WORD(";"), WORD("\""), WORD("\""), WORD("\"\""), WORD("'"), WORD("''"), WORD("\\"), WORD("#"),
    WORD(" "), WORD("1"), WORD("-7"), WORD("2147483648"), WORD("1.5e3"), WORD("NaN"), WORD("0x1p3"), WORD("true"),
    WORD("FALSE"), WORD("null"), WORD("abc"), WORD("\xc3\xa9"), WORD("\xf0\x9f\x98\x80"), WORD("2024-02-29"),
    WORD("2024-02-29 10:11:12.123"), WORD("1;2;3"), WORD("5;x"), WORD("a b"), WORD("twelve bytes and more of text"),
    WORD("1,abc,1.5,2024-02-29 10:11:12,true,2024-02-29,1;2,5;x\n"),
    WORD("1,abc,1.5,2024-02-29 10:11:12,true,2024-02-29,1.25,YWI=\n"),
    WORD("1,\"a\nb\",1.5,2024-02-29 10:11:12,true,2024-02-29,,\n"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 40, .start = "\004", .texts = 25000};
