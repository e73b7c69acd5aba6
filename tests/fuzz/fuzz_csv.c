/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv.c -- arbitrary bytes as CSV: nothing breaks, and reading at once and in pieces say the same.
 *
 * The first byte chooses options. The rest is decoded at once, cut in the middle, and in batches of one row; the rows
 * must be equal.
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -DFL_NO_CLONES -D_GNU_SOURCE -std=gnu17 -Isrc \
 *         tests/fuzz/fuzz_csv.c src/base/?*.c src/data/?*.c src/formats/?*.c -lutf8proc -lpthread -lm -o fuzz_csv
 */
#include "fuzz_format.h"

static const char type[] =
    "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DATE, n ARRAY<INT>, r ROW<x INT, y STRING>>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) return 0;
    fl_option options[6] = {{"allow-comments", data[0] & 1 ? "true" : "false"},
                            {"field-delimiter", data[0] & 2 ? "," : "§"},
                            {"ignore-parse-errors", data[0] & 4 ? "true" : "false"}};
    int n = 3;
    if (data[0] & 8) options[n++] = (fl_option){"escape-character", "\\"};
    if (data[0] & 16) options[n++] = (fl_option){"null-literal", "1"};
    if (data[0] & 32) options[n++] = (fl_option){"quote-character", "'"};
    fuzz_rows(&fl_format_csv, type, options, n, fl_str_make((const char *)data + 1, size - 1));
    return 0;
}
