/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json.c -- arbitrary bytes as JSON: nothing breaks, and reading at once and in pieces say the same.
 *
 * The first byte chooses options. The rest is decoded at once, cut in the middle, and in batches of one row; the rows
 * must be equal. Rows that came out are written and read back.
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -DFL_NO_CLONES -D_GNU_SOURCE -std=gnu17 -Isrc \
 *         tests/fuzz/fuzz_json.c src/base/?*.c src/data/?*.c src/formats/?*.c -lutf8proc -lpthread -lm -o fuzz_json
 */
#include "fuzz_format.h"

static const char type[] = "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DECIMAL(10, 2), y BYTES, "
                           "n ARRAY<INT>, m MAP<STRING, STRING>, r ROW<x BIGINT, y ARRAY<ROW<z DATE>>>>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) return 0;
    const fl_option options[] = {{"decode.json-parser.enabled", data[0] & 1 ? "true" : "false"},
                                 {"timestamp-format.standard", data[0] & 2 ? "SQL" : "ISO-8601"},
                                 {"ignore-parse-errors", "true"}};
    const fl_option strict[] = {options[0], options[1]};
    fl_str text = fl_str_make((const char *)data + 1, size - 1);
    fuzz_rows(&fl_format_json, type, options, 3, text);
    fuzz_rows(&fl_format_json, type, strict, 2, text);
    fuzz_back(&fl_format_json, type, options, 3, text);
    return 0;
}
