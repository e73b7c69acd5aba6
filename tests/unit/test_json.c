/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c -- JSON: the recorded answers of Flink straight through the format's hooks; random rows there and back;
 * the fast way against the careful one; input cut at every byte. */
#include "formats.h"

static void json_reads(const char *type, const char *options, const char *lines, const char *rows) {
    reads("json", type, options, lines, rows);
}
static void json_refuses(const char *type, const char *options, const char *lines, const char *words) {
    refuses("json", type, options, lines, words);
}

#define IGNORE "ignore-parse-errors=true"
#define TREE   "decode.json-parser.enabled=false"

/* ---- reading ---- */

static const char types_lines[] =
    "{\"bo\":true,\"ti\":1,\"si\":2,\"i\":3,\"bi\":4,\"f\":1.5,\"d\":2.5,\"de\":12.345}\n"
    "{\"bo\":false,\"ti\":-128,\"si\":-32768,\"i\":-2147483648,\"bi\":-9223372036854775808,\"f\":-1e10,\"d\":1e300,"
    "\"de\":-99999999.99}\n"
    "{\"bo\":\"true\",\"ti\":\"5\",\"si\":\"6\",\"i\":\"7\",\"bi\":\"8\",\"f\":\"9.5\",\"d\":\"10.5\",\"de\":\"1.005\"}"
    "\n"
    "{\"bo\":\"no\",\"ti\":127,\"si\":32767,\"i\":2147483647,\"bi\":9223372036854775807,\"f\":0.1,\"d\":0.1,\"de\":1e3}"
    "\n"
    "{\"bo\":null,\"ti\":null,\"si\":null,\"i\":null,\"bi\":null,\"f\":null,\"d\":null,\"de\":null}\n"
    "{}\n";

static void numbers_are_read(void **state) {
    (void)state;
    json_reads(
        "ROW<bo BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT>", "", types_lines,
        "+I[true, 1, 2, 3, 4]\n+I[false, -128, -32768, -2147483648, -9223372036854775808]\n+I[true, 5, 6, 7, 8]\n"
        "+I[false, 127, 32767, 2147483647, 9223372036854775807]\n+I[null, null, null, null, null]\n"
        "+I[null, null, null, null, null]\n");
    json_reads("ROW<f FLOAT, d DOUBLE, de DECIMAL(10, 2)>", "", types_lines,
               "+I[1.5, 2.5, 12.35]\n+I[-1.0E10, 1.0E300, -99999999.99]\n+I[9.5, 10.5, 1.01]\n+I[0.1, 0.1, 1000.00]\n"
               "+I[null, null, null]\n+I[null, null, null]\n");
    json_reads("ROW<d STRING, f STRING, i STRING, bo STRING>", "", types_lines,
               "+I[2.5, 1.5, 3, true]\n+I[1e300, -1e10, -2147483648, false]\n+I[10.5, 9.5, 7, true]\n"
               "+I[0.1, 0.1, 2147483647, no]\n+I[null, null, null, null]\n+I[null, null, null, null]\n");
    json_reads("ROW<x INT>", "", "{\"x\":1.9}\n{\"x\":\" 7 \"}\n{\"x\":-0}\n{\"x\":1e2}\n",
               "+I[1]\n+I[7]\n+I[0]\n+I[100]\n");
    json_reads("ROW<de DECIMAL(5, 2), f FLOAT, bo BOOLEAN>", "", "{\"de\":123456.789,\"f\":1e50,\"bo\":\"maybe\"}",
               "+I[null, Infinity, false]\n");
}

static void texts_and_times_are_read(void **state) {
    (void)state;
    json_reads(
        "ROW<s STRING, c CHAR(4), v VARCHAR(2), y BYTES>", "",
        "{\"s\":\"text\",\"c\":\"abcd\",\"v\":\"vc\",\"y\":\"AQID\"}\n{\"s\":123,\"c\":true,\"v\":1.50,\"y\":\"\"}\n"
        "{\"s\":\"esc \\u00e9 \\\" \\\\ \\/ \\n \\t\",\"c\":\"ü€😀\",\"v\":null,\"y\":\"/w==\"}\n"
        "{\"s\":\"\\ud83d\\ude00 \\ud83d|\",\"v\":\"raw\ttab\"}\n",
        "+I[text, abcd, vc, [1, 2, 3]]\n+I[123, true, 1.50, []]\n+I[esc é \" \\ / \n \t, ü€😀, null, [-1]]\n"
        "+I[😀 ?|, null, raw\ttab, null]\n");
    json_reads("ROW<da DATE, t TIME, ts TIMESTAMP(3), lt TIMESTAMP_LTZ(3)>", "",
               "{\"da\":\"2024-02-29\",\"t\":\"10:11:12\",\"ts\":\"2024-02-29 10:11:12.123\",\"lt\":\"2024-02-29 "
               "10:11:12.123Z\"}\n"
               "{\"da\":\"0001-01-01\",\"t\":\"23:59:59.999\",\"ts\":\"1969-12-31 23:59:59.999\",\"lt\":\"1969-12-31 "
               "23:59:59Z\"}\n"
               "{\"da\":\"9999-12-31\",\"t\":\"24:00:00\",\"ts\":\"2024-02-29 10:11:12.123456789\",\"lt\":\"2024-02-30 "
               "10:11:12Z\"}\n",
               "+I[2024-02-29, 10:11:12, 2024-02-29T10:11:12.123, 2024-02-29T10:11:12.123Z]\n"
               "+I[0001-01-01, 23:59:59, 1969-12-31T23:59:59.999, 1969-12-31T23:59:59Z]\n"
               "+I[9999-12-31, 00:00, 2024-02-29T10:11:12.123, 2024-02-29T10:11:12Z]\n");
    json_reads("ROW<ts TIMESTAMP(6), lt TIMESTAMP_LTZ(6), t9 TIMESTAMP(9)>", "timestamp-format.standard=ISO-8601",
               "{\"ts\":\"2024-02-29T10:11:12.1\",\"lt\":\"2024-02-29T10:11:12.123456Z\",\"t9\":\"2024-02-29T10:11:12."
               "123456789\"}\n"
               "{\"ts\":\"2024-02-29T10:11\",\"lt\":\"2024-02-29T10:11Z\",\"t9\":\"2024-02-29t10:11:12\"}\n",
               "+I[2024-02-29T10:11:12.100, 2024-02-29T10:11:12.123456Z, 2024-02-29T10:11:12.123456789]\n"
               "+I[2024-02-29T10:11, 2024-02-29T10:11:00Z, 2024-02-29T10:11:12]\n");
}

static void nested_values_are_read(void **state) {
    (void)state;
    const char *type = "ROW<r ROW<a ROW<b ROW<c INT>>>, ar ARRAY<ROW<x INT, y ARRAY<INT>>>, m MAP<STRING, ROW<z INT>>, "
                       "ms MULTISET<STRING>, anything STRING>";
    json_reads(type, "",
               "{\"r\":{\"a\":{\"b\":{\"c\":5}}},\"ar\":[{\"x\":1,\"y\":[1,2]},{\"x\":2}],\"m\":{\"\":{\"z\":9}},"
               "\"ms\":{\"q\":0},"
               "\"anything\":{\"free\":[1,\"two\",null]}}\n"
               "{\"r\":{\"a\":null},\"ar\":[],\"m\":{},\"ms\":{},\"anything\":[1, 2,  {\"a\": \"b\"}]}\n"
               "{\"r\":null,\"ar\":[null,{}],\"m\":{\"k\":null},\"ms\":null,\"anything\":12.50}\n{\"anything\":true}\n",
               "+I[+I[+I[+I[5]]], [+I[1, [1, 2]], +I[2, null]], {=+I[9]}, {q=0}, {\"free\":[1,\"two\",null]}]\n"
               "+I[+I[null], [], {}, {}, [1,2,{\"a\":\"b\"}]]\n"
               "+I[null, [null, +I[null, null]], {k=null}, null, 12.50]\n+I[null, null, null, null, true]\n");
    json_reads("ROW<m MAP<STRING, INT>>", "", "{\"m\":{\"a\":1,\"b\":2,\"a\":3}}", "+I[{a=3, b=2}]\n");
    json_reads("ROW<s STRING>", "", "{\"s\":{\"k\":1,\"j\":1.50,\"k\":[-0,1e5,\"\\u0001/é\"]}}",
               "+I[{\"k\":[0,100000.0,\"\\u0001/é\"],\"j\":1.5}]\n");
    json_reads("ROW<s STRING, d DECIMAL(3, 1)>", "", "{\"s\":{\"j\":[1.50,1e5,1E-20,0.00]}}",
               "+I[{\"j\":[1.5,1E+5,1E-20,0]}, null]\n");
}

static void odd_records_are_read_as_flink_reads_them(void **state) {
    (void)state;
    const char *type = "ROW<a INT, b STRING>";
    json_reads(
        type, "",
        "{\"a\":1,\"a\":2,\"b\":\"dup\"}\n{\"A\":1,\"B\":\"upper\"}\n{\"a\":3,\"b\":\"extra\",\"c\":[1,{\"d\":2}]}\n"
        "{\"b\":\"order\",\"a\":4}\n{ \"a\" : 5 , \"b\" : \"spaces\" }\n",
        "+I[2, null]\n+I[null, null]\n+I[3, extra]\n+I[4, order]\n+I[5, spaces]\n");
    json_reads(type, "", "{\"a\":1,\"b\":\"x\"} trailing\n\n{\"a\":2,\"b\":\"y\"}{\"a\":3}\r\n{\"a\":4,\"b\":\"w\"},",
               "+I[1, x]\n+I[2, y]\n+I[4, w]\n");
    json_reads(type, "",
               "{\"a\":1,\"b\":\"x\",\"c\":3}\n{\"a\":3,\"a\":4,\"b\":\"z\"}\n{\"b\":\"w\",\"b\":\"v\",\"a\":5}\n"
               "{\"a\":6,\"b\":\"u\"}}}}\n{\"a\":7,\"zz\":{\"a\":70,\"b\":\"no\"},\"b\":\"t\"}\n",
               "+I[1, x]\n+I[4, null]\n+I[null, v]\n+I[6, u]\n+I[7, t]\n");
    json_reads(type, TREE,
               "{\"a\":3,\"a\":4,\"b\":\"z\"}\n{\"b\":\"w\",\"b\":\"v\",\"a\":5}\n{\"a\":6,\"b\":1.50}}}}\nnull\n",
               "+I[4, z]\n+I[5, v]\n+I[6, 1.5]\n");
    json_reads(
        "ROW<id INT, r ROW<x INT, y STRING>, k INT>", "",
        "{\"id\":1,\"r\":{\"x\":1,\"y\":\"p\",\"z\":2},\"k\":5}\n{\"id\":2,\"r\":{\"x\":1,\"x\":2,\"y\":\"p\"},\"k\":6}"
        "\n"
        "{\"id\":3,\"r\":{\"y\":\"q\",\"w\":[1,2,{\"x\":9}]},\"k\":7}\n{\"id\":4,\"r\":{\"x\":1},\"k\":8,\"id\":9}\n",
        "+I[1, +I[1, p], 5]\n+I[2, +I[2, null], 6]\n+I[3, +I[null, q], 7]\n+I[4, +I[1, null], 8]\n");
}

static void errors_are_ignored_as_flink_ignores_them(void **state) {
    (void)state;
    const char *type = "ROW<id INT, n INT, k INT>";
    const char *bad =
        "{\"id\":1,\"n\":\"abc\",\"k\":5}\n{\"id\":2,\"n\":[1,2],\"k\":6}\n{\"id\":3,\"n\":{\"k\":99},\"k\":7}\n"
        "{\"id\":4,\"n\":4,\"k\":\"z\"}\n";
    json_reads(type, IGNORE, bad, "+I[1, null, 5]\n+I[3, null, 99]\n+I[4, 4, null]\n");
    json_reads(type, IGNORE " " TREE, bad, "+I[1, null, 5]\n+I[2, null, 6]\n+I[3, null, 7]\n+I[4, 4, null]\n");
    json_reads("ROW<a INT, b STRING>", IGNORE,
               "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\nnot json at "
               "all\n[{\"a\":2}]\n5\n\"text\"\nnull\n{\"a\":NaN,\"b\":\"x\"}\n"
               "{'a':1}\n{\"a\":01}\n{\"a\":3,\"b\":\"y\"}\n",
               "+I[1, x]\n+I[3, y]\n");
    json_reads(
        "ROW<id INT, r ROW<a INT>, ar ARRAY<INT>, m MAP<STRING, INT>>", IGNORE,
        "{\"id\":1,\"r\":[1,2],\"ar\":[1],\"m\":{\"a\":1}}\n{\"id\":2,\"r\":{\"a\":1},\"ar\":{\"x\":1},\"m\":{\"a\":1}}"
        "\n"
        "{\"id\":3,\"r\":{\"a\":1},\"ar\":[1],\"m\":[1]}\n{\"id\":4,\"r\":{\"a\":1},\"ar\":[1],\"m\":{\"a\":1}}\n",
        "+I[1, null, null, null]\n+I[2, +I[1], null, null]\n+I[3, +I[1], [1], null]\n+I[4, +I[1], [1], {a=1}]\n");
    json_reads("ROW<l ARRAY<INT>, a INT>", IGNORE, "{\"l\":[1,\"x\",[2,3],4],\"a\":7}",
               "+I[[1, null, null, 2, 3], 7]\n");
    fixture f;
    fixture_init(&f, "json", "ROW<a INT>", IGNORE);
    decode_all(&f, fl_str_from("{\"a\":1}\n{\n\n{\"a\":2}\nx\n"), 10);
    assert_int_equal(f.d->bad_records, 2);
    fixture_deinit(&f);
}

static void mistakes_are_told_in_flinks_words(void **state) {
    (void)state;
    static const char *const fields[] = {"3000000000", "\"abc\"", "true", "{\"y\":1}", "\"\"", "[1]"};
    char line[200];
    for (size_t i = 0; i < FL_ARRAY_LEN(fields); i++) {
        snprintf(line, sizeof line, "{\"x\":1}\n{\"x\":%s}\n", fields[i]);
        json_refuses("ROW<x INT>", "", line, "Fail to deserialize at field: x.");
    }
    const char *ab = "ROW<a INT, b STRING>";
    json_refuses("ROW<x INT>", "", "{\"x\":\"abc\"}", "For input string: \"abc\"");
    json_refuses("ROW<x TINYINT>", "", "{\"x\":300}", "Fail to deserialize at field: x.");
    json_refuses("ROW<y BYTES>", "", "{\"y\":\"not base64!\"}", "Fail to deserialize at field: y.");
    json_refuses("ROW<d DATE>", "", "{\"d\":\"2024-02-30\"}", "Fail to deserialize at field: d.");
    json_refuses("ROW<r ROW<q INT>>", "", "{\"r\":{\"q\":\"z\"}}",
                 "Fail to deserialize at field: r. Fail to deserialize at field: q.");
    json_refuses(ab, "", "{\"a\":1}\n{\"a\":2,\"b\":\n", "Unexpected end-of-input within/between Object entries");
    json_refuses(ab, "", "{\"a\":2,\"b\":\"y\",\"junk", "Unexpected end-of-input in field name");
    json_refuses(ab, "", "{\"a\":2,\"b\":\"y\",\"c\":junk}",
                 "Unrecognized token 'junk': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
                 "or 'false')");
    json_refuses(ab, "", "[{\"a\":2}]", "No content to map due to end-of-input");
    json_refuses(ab, "", "{\"a\":NaN}",
                 "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow");
    json_refuses(ab, "", "{\"a\":1}\n{\"a\":x}", "Failed to deserialize JSON '{\"a\":x}'.");
    json_refuses(ab, "", "{\"a\":1}\n{\"a\":x}", "(record at byte 8)");
    json_refuses(ab, "fail-on-missing-field=true", "{\"a\":1}", "Some field is missing in the JSON data.");
    json_refuses(ab, "fail-on-missing-field=true " TREE, "{\"a\":1}", "Could not find field with name 'b'.");
}

/* ---- writing ---- */

static void json_writes(const char *type, const char *options, const char *rows, const char *text) {
    writes("json", type, options, rows, text);
}

static void every_type_is_written(void **state) {
    (void)state;
    json_writes("ROW<bo BOOLEAN, ti TINYINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, de DECIMAL(10, 3)>", "",
                "{\"bo\":false,\"ti\":-128,\"i\":-2147483648,\"bi\":-9223372036854775807,\"f\":1e10,\"d\":1e300,\"de\":"
                "-1234567.891}\n"
                "{}\n{\"bo\":true,\"ti\":0,\"i\":0,\"bi\":0,\"f\":100,\"d\":1e-7,\"de\":0.001}\n{\"f\":\"NaN\",\"d\":"
                "\"-Infinity\",\"de\":100}\n",
                "{\"bo\":false,\"ti\":-128,\"i\":-2147483648,\"bi\":-9223372036854775807,\"f\":1.0E10,\"d\":1.0E300,"
                "\"de\":-1234567.891}\n"
                "{\"bo\":null,\"ti\":null,\"i\":null,\"bi\":null,\"f\":null,\"d\":null,\"de\":null}\n"
                "{\"bo\":true,\"ti\":0,\"i\":0,\"bi\":0,\"f\":100.0,\"d\":1.0E-7,\"de\":0.001}\n"
                "{\"bo\":null,\"ti\":null,\"i\":null,\"bi\":null,\"f\":\"NaN\",\"d\":\"-Infinity\",\"de\":1E+2}\n");
    json_writes("ROW<s STRING, b BYTES>", "",
                "{\"s\":\"quote \\\" back \\\\ slash / tab\\tend\",\"b\":\"\"}\n{\"s\":\"ünï "
                "€😀\",\"b\":\"/w==\"}\n{\"s\":\"\\u0001\\u001f\"}\n",
                "{\"s\":\"quote \\\" back \\\\ slash / tab\\tend\",\"b\":\"\"}\n{\"s\":\"ünï "
                "€\\uD83D\\uDE00\",\"b\":\"/w==\"}\n"
                "{\"s\":\"\\u0001\\u001F\",\"b\":null}\n");
    json_writes("ROW<a ARRAY<INT>, m MAP<STRING, INT>, r ROW<x INT, `y z` ROW<q STRING>>, ar ARRAY<ROW<p DATE>>, ms "
                "MULTISET<STRING>>",
                "",
                "{\"a\":[1,null],\"m\":{\"k\":5},\"r\":{\"x\":1,\"y "
                "z\":{\"q\":\"in\"}},\"ar\":[{\"p\":\"2024-01-02\"},null],\"ms\":{\"x\":2}}\n{\"m\":{}}\n",
                "{\"a\":[1,null],\"m\":{\"k\":5},\"r\":{\"x\":1,\"y "
                "z\":{\"q\":\"in\"}},\"ar\":[{\"p\":\"2024-01-02\"},null],\"ms\":{\"x\":2}}\n"
                "{\"a\":null,\"m\":{},\"r\":null,\"ar\":null,\"ms\":null}\n");
    const char *times = "ROW<ts TIMESTAMP(9), lt TIMESTAMP_LTZ(3), d DATE, t TIME>";
    const char *rows = "{\"ts\":\"2024-02-29 10:11:12.100\",\"lt\":\"1969-12-31 "
                       "23:59:59.999Z\",\"d\":\"0001-01-01\",\"t\":\"10:11:00\"}\n"
                       "{\"ts\":\"2024-02-29 10:11:00\",\"lt\":\"1970-01-01 00:00:00Z\"}\n";
    json_writes(times, "", rows,
                "{\"ts\":\"2024-02-29 10:11:12.1\",\"lt\":\"1969-12-31 "
                "23:59:59.999Z\",\"d\":\"0001-01-01\",\"t\":\"10:11:00\"}\n"
                "{\"ts\":\"2024-02-29 10:11:00\",\"lt\":\"1970-01-01 00:00:00Z\",\"d\":null,\"t\":null}\n");
    json_writes(times, "timestamp-format.standard=ISO-8601", "{}\n",
                "{\"ts\":null,\"lt\":null,\"d\":null,\"t\":null}\n");
}

static void options_of_writing(void **state) {
    (void)state;
    const char *decimals = "ROW<a DECIMAL(20, 10), b DECIMAL(38, 0), c DECIMAL(10, 2)>";
    const char *rows = "{\"a\":0.0000000001,\"b\":100000000000000000000,\"c\":100}\n{\"a\":0,\"b\":7,\"c\":-0.01}\n";
    json_writes(decimals, "", rows, "{\"a\":1E-10,\"b\":1E+20,\"c\":1E+2}\n{\"a\":0,\"b\":7,\"c\":-0.01}\n");
    json_writes(decimals, "encode.decimal-as-plain-number=true", rows,
                "{\"a\":0.0000000001,\"b\":100000000000000000000,\"c\":100}\n{\"a\":0,\"b\":7,\"c\":-0.01}\n");
    json_writes("ROW<a INT, r ROW<x INT, y STRING>, arr ARRAY<INT>, m MAP<STRING, INT>>",
                "encode.ignore-null-fields=true",
                "{\"a\":1,\"r\":{\"y\":\"y\"},\"arr\":[1,null],\"m\":{\"k\":null}}\n{\"m\":{\"only\":1}}\n{}\n",
                "{\"a\":1,\"r\":{\"y\":\"y\"},\"arr\":[1,null],\"m\":{\"k\":null}}\n{\"m\":{\"only\":1}}\n{}\n");
    fixture f;
    fixture_init(&f, "json", "ROW<a INT>", "");
    assert_string_equal(encode_rows(&f, "{\"a\":1}\n", true), "{\"a\":1}");
    fixture_deinit(&f);
}

/* A map with the entries (NULL, 2) and ("null", 3). */
static void write_null_key(const char *options, const char *text) {
    fixture f;
    fixture_init(&f, "json", "ROW<m MAP<STRING, INT>>", options);
    fl_batch *b = fl_batch_new(1, 1);
    fl_column *c = b->cols[0] = fl_column_new(f.schema.fields[0].type, 1);
    fl_column_append_null(c->child[0]);
    fl_column_append_i64(c->child[1], 2);
    fl_column_append_str(c->child[0], fl_str_from("null"));
    fl_column_append_i64(c->child[1], 3);
    fl_column_append_nested(c);
    assert_int_equal(f.config.format->encoder(&f.config, &f.e, &f.err), 0);
    fl_buf_puts(&f.out, "before ");
    if (f.e->row(f.e, b, 0, &f.out, &f.err) < 0) fl_buf_puts(&f.out, f.err.message);
    assert_string_equal(fl_buf_cstr(&f.out), text);
    fl_batch_unref(b);
    fixture_deinit(&f);
}

static void null_keys_of_maps(void **state) {
    (void)state;
    write_null_key("", "before Could not serialize row. Fail to serialize at field: m. JSON format doesn't support to "
                       "serialize map data with null keys. You can drop null key entries or encode null in literals by "
                       "specifying map-null-key.mode option.");
    write_null_key("map-null-key.mode=drop", "before {\"m\":{\"null\":3}}\n");
    write_null_key("map-null-key.mode=LITERAL", "before {\"m\":{\"null\":3}}\n");
    write_null_key("map-null-key.mode=LITERAL map-null-key.literal=nil", "before {\"m\":{\"nil\":2,\"null\":3}}\n");
}

static void planning_refuses(void **state) {
    (void)state;
    plans_not("json", "ROW<a INT>", "ignore-parse-errors=true fail-on-missing-field=true", false,
              "fail-on-missing-field and ignore-parse-errors shouldn't both be true.");
    plans_not("json", "ROW<a INT>", "timestamp-format.standard=RFC", false,
              "Unsupported value 'RFC' for timestamp-format.standard. Supported values are [SQL, ISO-8601].");
    plans_not("json", "ROW<a INT>", "map-null-key.mode=SKIP", true,
              "Unsupported value 'SKIP' for option map-null-key.mode. Supported values are [LITERAL, FAIL, DROP].");
    plans_not("json", "ROW<n ARRAY<MAP<INT, INT>>>", "", false,
              "JSON format doesn't support non-string as key type of map. The type is: MAP<INT, INT>");
}

/* ---- options of a table ---- */

static void options_reach_the_format(void **state) {
    (void)state;
    fl_arena a;
    fl_arena_init(&a);
    fl_error err;
    const fl_option good[] = {{"json.ignore-parse-errors", "TRUE"}, {"json.no-such", "1"}, {"format", "json"}};
    const fl_option bad[] = {{"json.ignore-parse-errors", "maybe"}};
    fl_table t = {.options = good, .n_options = 3};
    fl_format_config c = {0};
    const char *unknown;
    const fl_format *json = fl_format_find("json");
    assert_int_equal(fl_format_options(&a, json, &t, "json.", &c, &unknown, &err), 0);
    assert_string_equal(unknown, "json.no-such");
    assert_string_equal(fl_format_option(&c, "ignore-parse-errors"), "TRUE");
    assert_string_equal(fl_format_option(&c, "timestamp-format.standard"), "SQL");
    assert_null(fl_format_option(&c, "no-such"));
    t = (fl_table){.options = bad, .n_options = 1};
    assert_int_equal(fl_format_options(&a, json, &t, "json.", &c, &unknown, &err), FL_E_VALIDATION);
    assert_non_null(
        strstr(err.message, "Unrecognized option for boolean: maybe. Expected either true or false(case insensitive)"));
    assert_null(fl_format_find("nope"));
    for (int i = 0; i < fl_format_count(); i++)
        assert_ptr_equal(fl_format_find(fl_format_at(i)->name), fl_format_at(i));
    fl_arena_deinit(&a);
}

/* ---- properties ---- */

static const fl_type *draw_json_type(fl_arena *a, int depth) {
    int kind = draw(12);
    bool nullable = draw(3) > 0;
    if (depth == 0 || kind < 7) {
        const fl_type *t = draw_flat_type(a, nullable);
        return t->kind == FL_T_TIME ? fl_type_time(a, FL_T_TIME, 0, nullable) : t;
    }
    const fl_type *first = draw_json_type(a, depth - 1);
    if (kind == 7) return fl_type_array(a, first, nullable);
    if (kind == 8) return fl_type_map(a, fl_type_string(false), first, nullable);
    if (kind == 9) return fl_type_multiset(a, fl_type_string(false), nullable);
    fl_field fields[] = {
        {"x", first, NULL}, {"y \"q\"", draw_json_type(a, depth - 1), NULL}, {"zé", fl_type_string(true), NULL}};
    return fl_type_row(a, fields, 3, nullable);
}

static void random_rows_come_back(void **state) {
    (void)state;
    static const char *const options[] = {"", "timestamp-format.standard=ISO-8601", TREE,
                                          "encode.ignore-null-fields=true encode.decimal-as-plain-number=true"};
    for (int round = 0; round < 60; round++) {
        model_rng = (uint64_t)round * 77;
        fl_arena a;
        fl_arena_init(&a);
        fl_field fields[6];
        static const char *const names[] = {"a", "b c", "\"", "d", "long_name_of_a_column", "f"};
        int n = 1 + draw(6);
        for (int i = 0; i < n; i++) fields[i] = (fl_field){names[i], draw_json_type(&a, 2), NULL};
        fl_schema s = {n, fields};
        round_trip("json", &s, options[draw(4)], &a, 1 + draw(100));
        fl_arena_deinit(&a);
    }
}

static const char *const bases[] = {
    ("{\"a\": 12, \"b\": \"text that is long\", \"c\": 5.25, \"ts\": \"2024-02-29 10:11:12.5\", \"k\": true, \"d\": "
     "\"2024-01-02\", \"n\": [1,2]}"),
    "{\"ts\":\"2024-02-29 10:11:12\",\"b\":\"é\",\"a\":7,\"zz\":{\"x\":[1,\"y\"]},\"c\":-1}",
    "{\"a\":null,\"b\":null,\"c\":null,\"ts\":null,\"k\":null,\"d\":null,\"n\":null}",
    "{\"a\":1,\"b\":\"short\",\"skip\":\"q\\\"uoted\",\"k\":false,\"n\":[],\"other\":-12.5,\"c\":100.0}",
};
static const char mixed_type[] = "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DATE, n ARRAY<INT>>";
static const char json_alphabet[] = "{}[]:,\"\\ 0159.eE-+tfnul\xc3\xa9x";

/* A warm decoder has layouts for some records and finds one more, changed a little, between them. It must say what a
 * cold one, which reads by tokens, says of that record alone. */
static void the_fast_way_is_the_careful_way(void **state) {
    (void)state;
    fixture cold, warm;
    for (int ignore = 0; ignore < 2; ignore++) {
        fixture_init(&cold, "json", mixed_type, ignore ? IGNORE : "");
        fixture_init(&warm, "json", mixed_type, ignore ? IGNORE : "");
        fixture_renew_decoder(&warm);
        for (int round = 0; round < 4000; round++) {
            model_rng = (uint64_t)round * 31 + 5;
            fl_arena a;
            fl_arena_init(&a);
            const char *base = bases[draw(FL_ARRAY_LEN(bases))];
            decode_message(&warm, fl_str_from(base), true); /* learned, unless too many were */
            fl_str line = draw(8) ? mutate(&a, fl_str_from(base), json_alphabet) : fl_str_from(base);
            while (memchr(line.p, '\n', line.n) != NULL) line = fl_str_from(base);
            fixture_renew_decoder(&cold);
            const char *want = decode_message(&cold, line, false);
            /* the record needs some bytes behind it to be read in a hurry */
            fl_buf with_tail;
            fl_buf_init(&with_tail);
            fl_buf_put_str(&with_tail, line);
            fl_buf_printf(&with_tail, "\n%s\n%s\n", base, base);
            fl_buf_reset(&warm.out);
            decode_some(&warm, fl_str_make(with_tail.p, with_tail.n), true, 100);
            const char *got = fl_buf_cstr(&warm.out);
            char *offset = strstr(warm.out.p, " (record at byte 0)");
            if (offset != NULL) strcpy(offset, "\n");
            if (strncmp(got, want, strlen(want)) != 0)
                fail_msg("'%.*s' gives %s, not %s", (int)line.n, line.p, got, want);
            fl_buf_deinit(&with_tail);
            fl_arena_deinit(&a);
        }
        fixture_deinit(&cold);
        fixture_deinit(&warm);
    }
}

static void cuts_do_not_matter(void **state) {
    (void)state;
    fl_buf text;
    fl_buf_init(&text);
    for (int i = 0; i < 6; i++) fl_buf_printf(&text, "%s%s", bases[i % 4], i % 3 ? "\n" : "\r\n\n");
    fl_buf_printf(&text, "broken\n%s", bases[1]);
    fl_str s = fl_str_make(text.p, text.n);
    fixture f;
    fixture_init(&f, "json", mixed_type, IGNORE);
    assert_cuts_do_not_matter(&f, s);
    fixture_deinit(&f);
    fl_buf_deinit(&text);
}

static void columns_that_nobody_wants(void **state) {
    (void)state;
    json_reads("ROW<id INT>", "", "{\"a\":1}\n{\"b\":[1]}\n", "+I[null]\n+I[null]\n");
    fixture f;
    fixture_init(&f, "json", "ROW<a INT>", "");
    fixture_project(&f, NULL, 0);
    assert_string_equal(decode_all(&f, fl_str_from("{\"a\":1}\n{\"a\":2,\"b\":{}}\n{}\n{\"a\":1}\n"), 10),
                        "+I[]\n+I[]\n+I[]\n+I[]\n");
    fixture_deinit(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(texts_and_times_are_read),
        cmocka_unit_test(nested_values_are_read),
        cmocka_unit_test(odd_records_are_read_as_flink_reads_them),
        cmocka_unit_test(errors_are_ignored_as_flink_ignores_them),
        cmocka_unit_test(mistakes_are_told_in_flinks_words),
        cmocka_unit_test(every_type_is_written),
        cmocka_unit_test(options_of_writing),
        cmocka_unit_test(null_keys_of_maps),
        cmocka_unit_test(planning_refuses),
        cmocka_unit_test(options_reach_the_format),
        cmocka_unit_test(random_rows_come_back),
        cmocka_unit_test(the_fast_way_is_the_careful_way),
        cmocka_unit_test(cuts_do_not_matter),
        cmocka_unit_test(columns_that_nobody_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
