/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_raw.c -- arbitrary bytes in the format raw, of every type that it has: nothing breaks, and reading at once and
 * in pieces say the same. The first byte chooses type and options.
 */
#include "fuzz.h"

#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const types[] = {"ROW<s STRING>",   "ROW<s BYTES>",  "ROW<s BOOLEAN>", "ROW<s TINYINT>",
                                        "ROW<s SMALLINT>", "ROW<s INT>",    "ROW<s FLOAT>",   "ROW<s BIGINT>",
                                        "ROW<s DOUBLE>",   "ROW<s CHAR(3)>"};
    static const char *const charsets[] = {"UTF-8", "ISO-8859-1", "US-ASCII"};
    if (size < 1 || size > 20000) return 0;
    const fl_option options[] = {{"charset", charsets[data[0] % 3]},
                                 {"endianness", data[0] & 128 ? "big-endian" : "little-endian"}};
    fl_str bytes = fl_str_make((const char *)data + 1, size - 1);
    fuzz_rows(&fl_format_raw, types[data[0] / 3 % FL_ARRAY_LEN(types)], options, 2, bytes);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\n"), WORD("\r\n"), WORD("\r"), WORD("\0\0\0\7"), WORD("abc"), WORD("\xc3\xa9"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 20, .texts = 100000};
