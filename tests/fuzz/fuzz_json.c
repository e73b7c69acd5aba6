/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json.c -- arbitrary bytes as JSON: nothing breaks, and reading at once and in pieces say the same.
 *
 * The first byte chooses options. The rest is decoded at once, cut in the middle, and in batches of one row; the rows
 * must be equal. Rows that came out are written and read back.
 */
#include "fuzz.h"

#include "fuzz_format.h"

static const char type[] = "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DECIMAL(10, 2), y BYTES, "
                           "n ARRAY<INT>, m MAP<STRING, STRING>, r ROW<x BIGINT, y ARRAY<ROW<z DATE>>>>";

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

/* The first of a text chooses options; then come tokens, whole fields, and what spoils them. */
/* clang-format off */
static const fuzz_word words[] = {
    WORD("{"), WORD("{"), WORD("}"), WORD("}"), WORD("["), WORD("]"), WORD(","), WORD(","), WORD(","), WORD(":"),
    WORD("\n"), WORD("\n"), WORD("\""), WORD("\\"), WORD(" "), WORD("null"), WORD("true"), WORD("false"), WORD("1"),
    WORD("-0"), WORD("1.5"), WORD("1e400"), WORD("12345678901234567890"), WORD("0.1E-3"), WORD("NaN"), WORD("\"\""),
    WORD("\"abc\""), WORD("\"\\u00e9\\ud83d\\ude00\""), WORD("\"\\ud83d\""), WORD("\"\\n\\\"\""), WORD("\xc3\xa9"),
    WORD("\"twelve bytes and more of text\""), WORD("\"2024-02-29 10:11:12\""), WORD("\"2024-02-29T10:11:12.5\""),
    WORD("\"2024-02-29\""), WORD("\"YWJj\""), WORD("\"1\""), WORD("\"a\":"), WORD("\"b\":"), WORD("\"c\":"),
    WORD("\"ts\":"), WORD("\"k\":"), WORD("\"d\":"), WORD("\"y\":"), WORD("\"n\":"), WORD("\"m\":"), WORD("\"r\":"),
    WORD("\"x\":"), WORD("\"z\":"), WORD("\"a\":1,"), WORD("\"b\":\"q\","), WORD("\"c\":1.5,"), WORD("\"d\":9.99,"),
    WORD("\"ts\":\"2024-02-29 10:11:12\","), WORD("\"y\":\"YWI=\","), WORD("\"n\":[1,2],"),
    WORD("\"m\":{\"p\":\"q\"},"), WORD("\"r\":{\"x\":1,\"y\":[{\"z\":\"2024-02-29\"}]}"), WORD("\"k\":true}\n"),
    WORD("{\"a\":1,\"b\":\"q\",\"k\":true}\n"), WORD("{\"a\":2,\"b\":\"q\",\"k\":false}\n"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 40, .start = "\003{", .texts = 15000};
