/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv.c -- CSV (and raw): the recorded answers of Flink straight through the format's hooks; random rows there and
 * back; the fast way against the careful one; input cut at every byte. */
#include "formats.h"

#define IGNORE "ignore-parse-errors=true"

static void csv_reads(const char *type, const char *options, const char *text, const char *rows) {
    reads("csv", type, options, text, rows);
}
static void csv_refuses(const char *type, const char *options, const char *text, const char *words) {
    refuses("csv", type, options, text, words);
}

/* ---- reading ---- */

static void every_type_is_read(void **state) {
    (void)state;
    csv_reads(
        "ROW<bo BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, de DECIMAL(10, 2)>", "",
        "true,1,2,3,4,1.5,2.5,12.345\nfalse,-128,-32768,-2147483648,-9223372036854775808,-1e10,1e300,-99999999.99\n"
        "TRUE, 5 , 6 , 7 , 8 , 9.5 , 10.5 ,1.005\nno,127,32767,2147483647,9223372036854775807,0.1,0.1,1E3\n"
        "true,01,+2,-0,\"4\",00.5,1.,.5\n",
        "+I[true, 1, 2, 3, 4, 1.5, 2.5, 12.35]\n"
        "+I[false, -128, -32768, -2147483648, -9223372036854775808, -1.0E10, 1.0E300, -99999999.99]\n"
        "+I[true, 5, 6, 7, 8, 9.5, 10.5, 1.01]\n+I[false, 127, 32767, 2147483647, 9223372036854775807, 0.1, 0.1, "
        "1000.00]\n"
        "+I[true, 1, 2, 0, 4, 0.5, 1.0, 0.50]\n");
    csv_reads("ROW<s STRING, c CHAR(4), b BYTES>", "",
              "text,abcd,AQID\n,,\n padded , x ,/w==\n\"quoted, comma\",ü,AA==\n",
              "+I[text, abcd, [1, 2, 3]]\n+I[, , []]\n+I[ padded ,  x , [-1]]\n+I[quoted, comma, ü, [0]]\n");
    csv_reads("ROW<da DATE, t TIME, ts TIMESTAMP(3), lt TIMESTAMP_LTZ(3)>", "",
              "2024-02-29,10:11:12,2024-02-29 10:11:12.123,2024-02-29 10:11:12.123Z\n"
              "0001-01-01,00:00,1969-12-31 23:59:59.999, 1969-12-31 23:59:59Z \n2024-02-30,23:59:59,2024-02-30 "
              "10:11:12,2024-02-29 10:11:12.5Z\n",
              "+I[2024-02-29, 10:11:12, 2024-02-29T10:11:12.123, 2024-02-29T10:11:12.123Z]\n"
              "+I[0001-01-01, 00:00, 1969-12-31T23:59:59.999, 1969-12-31T23:59:59Z]\n"
              "+I[2024-03-01, 23:59:59, 2024-02-29T10:11:12, 2024-02-29T10:11:12.500Z]\n");
    csv_reads("ROW<t TIME(3), ts TIMESTAMP(9)>", "", "10:11:12.345,2024-02-29 10:11:12.123456789\n",
              "+I[10:11:12.345, 2024-02-29T10:11:12.123456789]\n");
}

/* java.sql.Date: one digit will do, days run over into the next month, and 1582 has its gap. */
static void dates_are_those_of_java_sql(void **state) {
    (void)state;
    csv_reads(
        "ROW<n INT, d DATE>", IGNORE,
        "1,2024-02-30\n2,2024-1-5\n3,20240105\n4,\n5,1582-10-10\n6,1582-10-15\n7,1500-02-29\n8,1500-02-30\n9,0000-01-"
        "01\n"
        "10,2023-02-29\n11,2024-00-10\n12,2024-01-005\n13,2024-+1-05\n",
        "+I[1, 2024-03-01]\n+I[2, 2024-01-05]\n+I[3, null]\n+I[4, null]\n+I[5, 1582-10-20]\n+I[6, 1582-10-15]\n+I[7, "
        "null]\n"
        "+I[8, 1500-03-01]\n+I[9, 0001-01-01]\n+I[10, 2023-03-01]\n+I[11, null]\n+I[12, null]\n+I[13, 2024-01-05]\n");
}

static void arrays_and_rows_are_read(void **state) {
    (void)state;
    const char *type = "ROW<a ARRAY<INT>, r ROW<x INT, y STRING>, s ARRAY<STRING>>";
    csv_reads(
        type, "", "1;2;3,5;five,a;b\n,6;,x\n7,8;a,;;\n , , \n",
        "+I[[1, 2, 3], +I[5, five], [a, b]]\n+I[[], +I[6, ], [x]]\n+I[[7], +I[8, a], [, , ]]\n+I[[], null, []]\n");
    csv_reads(type, "array-element-delimiter=| " IGNORE, "1;2;3,5|five,a;b\n7,8,;;\n",
              "+I[[null], +I[5, five], [a;b]]\n+I[[7], +I[8, null], [;;]]\n");
    csv_reads(type, "null-literal=NIL", "NIL;1,NIL;NIL,NIL\n", "+I[[null, 1], +I[null, null], [null]]\n");
    csv_refuses(type, "", "1,5,a\n",
                "Fail to deserialize at field: r. Row length mismatch. 2 fields expected but was 1.");
}

static void cells_are_split_as_jackson_splits_them(void **state) {
    (void)state;
    const char *type = "ROW<a INT, b STRING>";
    csv_reads(type, "", "1,\"a\"\"b\"\n2,\"a\nb\"\r\n3,a\"b\r4, \"x\"\n5,\"x\"  \n6,x,\n7,",
              "+I[1, a\"b]\n+I[2, a\nb]\n+I[3, a\"b]\n+I[4,  \"x\"]\n+I[5, x]\n+I[6, x]\n+I[7, ]\n");
    csv_reads(type, "",
              "\xef\xbb\xbf"
              "1,x\n2,y\n",
              "+I[1, x]\n+I[2, y]\n");
    csv_reads(type, "field-delimiter=; quote-character='", "1;'x;y'\n2;\"z\"\n3;'it''s'\n",
              "+I[1, x;y]\n+I[2, \"z\"]\n+I[3, it's]\n");
    csv_reads(type, "field-delimiter=\\t disable-quote-character=true", "1\t\"a\"\n2\t,\n", "+I[1, \"a\"]\n+I[2, ,]\n");
    csv_reads(type, "field-delimiter=\\u0001", "1\x01x\n", "+I[1, x]\n");
    csv_reads(type, "field-delimiter=§", "1§x\n2§\"§é\"\n", "+I[1, x]\n+I[2, §é]\n");
    csv_reads(type, "escape-character=\\", "1,a\\,b\n2,\"a\\\"b\"\n3,\\n\\q\\\\\n",
              "+I[1, a,b]\n+I[2, a\"b]\n+I[3, \nq\\]\n");
    csv_reads(type, "allow-comments=true", "#1,x\n\n  \n1,y\n # no\n2,#z\n#end", "+I[1, y]\n+I[2, #z]\n");
    csv_reads(type, "null-literal=NIL", "NIL,NIL\n1,\"NIL\"\n2,nil\n", "+I[null, null]\n+I[1, null]\n+I[2, nil]\n");
    csv_reads(type, "null-literal=", ",x\n3,\n", "+I[null, x]\n+I[3, null]\n");
}

static void bad_values_and_records(void **state) {
    (void)state;
    const char *ns = "ROW<n INT, s STRING>", *nd = "ROW<n INT, d DATE>", *nt = "ROW<n INT, ts TIMESTAMP(3)>";
    csv_refuses(ns, "", "1,x\nabc,y\n", "For input string: \"abc\"");
    csv_refuses(ns, "", "1,x\n,y\n", "For input string: \"\"");
    csv_refuses(ns, "", "1.9,x\n", "For input string: \"1.9\"");
    csv_refuses(ns, "", "3000000000,x\n", "For input string: \"3000000000\"");
    csv_refuses(nd, "", "3,20240105\n", "Fail to deserialize at field: d.");
    csv_refuses(nt, "", "1,2024-02-29T10:11:12\n", "Text '2024-02-29T10:11:12' could not be parsed at index 10");
    csv_refuses(nt, "", "1,2024-02-29 10:11\n", "could not be parsed at index 16");
    csv_refuses("ROW<de DECIMAL(10, 2)>", "", " 1.005 \n",
                "Character   is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.");
    csv_refuses(ns, "", "1,x\n2\n", "Row length mismatch. 2 fields expected but was 1.");
    csv_refuses(ns, "", "1,x\n\n", "Row length mismatch. 2 fields expected but was 1.");
    csv_refuses(ns, "", "1,x,z\n", "Too many entries: expected at most 2 (value #2 (1 chars) \"z\")");
    csv_refuses(
        ns, "", "1,\"x\"z\n",
        "Unexpected character ('z' (code 122)): Expected column separator character (',' (code 44)) or end-of-line");
    csv_refuses(ns, "", "1,\"x\n2,y\n", "Missing closing quote for value");
    csv_refuses(ns, "", "1,x\nabc,y\n", "Failed to deserialize CSV row 'abc,y'. Fail to deserialize at field: n.");
    csv_reads(ns, IGNORE, "1,x\nabc,y\n,z\n4\n\n5,x,y\n6,\"x\"z\n7,w\n",
              "+I[1, x]\n+I[null, y]\n+I[null, z]\n+I[4, null]\n+I[null, null]\n+I[7, w]\n");
    fixture f;
    fixture_init(&f, "csv", ns, IGNORE);
    decode_all(&f, fl_str_from("1,x\n5,x,y\n6,\"x\"z\n7,w\n"), 10);
    assert_int_equal(f.d->bad_records, 2);
    fixture_deinit(&f);
}

static void only_cells_that_are_read_count(void **state) {
    (void)state;
    static const int c[] = {2}, ca[] = {2, 0};
    fixture f;
    fixture_init(&f, "csv", "ROW<a INT, b INT, c STRING>", "");
    fixture_project(&f, c, 1);
    assert_string_equal(decode_all(&f, fl_str_from("1,x,y\nno,,\"z\"\n1,2\n3,4,5\n"), 10),
                        "+I[y]\n+I[z]\n+I[null]\n+I[5]\n");
    fixture_deinit(&f);
    fixture_init(&f, "csv", "ROW<a INT, b INT, c STRING>", "");
    fixture_project(&f, ca, 2);
    assert_string_equal(decode_all(&f, fl_str_from("1,x,y\n2,,z\n3,\"q\nr\",w\n"), 10),
                        "+I[y, 1]\n+I[z, 2]\n+I[w, 3]\n");
    fixture_deinit(&f);
}

static void messages_are_one_record(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "csv", "ROW<a INT, b STRING>", "");
    fixture_renew_decoder(&f);
    assert_string_equal(decode_message(&f, fl_str_from("1,a text that is not short"), true),
                        "+I[1, a text that is not short]\n");
    assert_string_equal(decode_message(&f, fl_str_from("2,\"y\"\n3,z\n"), false), "+I[2, y]\n");
    assert_non_null(strstr(decode_message(&f, fl_str_from(""), true), "No content to map due to end-of-input"));
    fixture_deinit(&f);
}

/* ---- writing ---- */

static void csv_writes(const char *type, const char *options, const char *rows, const char *text) {
    writes("csv", type, options, rows, text);
}

static void every_type_is_written(void **state) {
    (void)state;
    csv_writes("ROW<bo BOOLEAN, ti TINYINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, de DECIMAL(10, 3)>", "",
               "{}\n{\"bo\":false,\"ti\":-128,\"i\":-2147483648,\"bi\":-9223372036854775807,\"f\":1e10,\"d\":1e300,"
               "\"de\":-1234567.891}\n"
               "{\"bo\":true,\"ti\":0,\"i\":0,\"bi\":0,\"f\":100,\"d\":1e-7,\"de\":100}\n",
               ",,,,,,\nfalse,-128,-2147483648,-9223372036854775807,1.0E10,1.0E300,-1234567.891\ntrue,0,0,0,100.0,1.0E-"
               "7,\"1E+2\"\n");
    csv_writes("ROW<a ARRAY<INT>, r ROW<x INT, y STRING>, t ARRAY<STRING>>", "",
               "{\"a\":[1,2],\"r\":{\"x\":1,\"y\":\"in\"},\"t\":[\"a\",\"b;c\",\"d,e\"]}\n{\"a\":[1,null],\"r\":{\"y\":"
               "\"\"}}\n",
               "1;2,1;in,\"a;b;c;d,e\"\n1;,;,\n");
    csv_writes("ROW<a ARRAY<INT>, r ROW<x INT, y STRING>>", "array-element-delimiter=|",
               "{\"a\":[7,8],\"r\":{\"x\":9,\"y\":\"z\"}}\n", "7|8,9|z\n");
    csv_writes(
        "ROW<da DATE, t TIME, ts TIMESTAMP(9), lt TIMESTAMP_LTZ(3), b BYTES>", "",
        "{\"da\":\"0001-01-01\",\"t\":\"10:11:00\",\"ts\":\"2024-02-29 10:11:12.120\",\"lt\":\"1969-12-31 "
        "23:59:59.999Z\",\"b\":\"\"}\n"
        "{\"da\":\"2024-02-29\",\"ts\":\"2024-02-29 10:11:12\",\"lt\":\"1970-01-01 00:00:00Z\",\"b\":\"AQID\"}\n",
        "0001-01-01,10:11:00,\"2024-02-29 10:11:12.12\",\"1969-12-31 23:59:59.999Z\",\n"
        "2024-02-29,,\"2024-02-29 10:11:12\",\"1970-01-01 00:00:00Z\",AQID\n");
    const char *decimals = "ROW<a DECIMAL(10, 2), b DECIMAL(20, 10), c DECIMAL(38, 0)>";
    csv_writes(decimals, "", "{\"a\":100,\"b\":0.0000000001,\"c\":100000}\n", "\"1E+2\",1E-10,\"1E+5\"\n");
    csv_writes(decimals, "write-bigdecimal-in-scientific-notation=false",
               "{\"a\":100,\"b\":0.0000000001,\"c\":100000}\n", "\"1E+2\",1E-10,\"1E+5\"\n");
    fixture f;
    fixture_init(&f, "csv", decimals, "write-bigdecimal-in-scientific-notation=false");
    assert_string_equal(encode_rows(&f, "{\"a\":100,\"b\":0.5,\"c\":1}\n", true), "100,0.5,1");
    fixture_deinit(&f);
}

static const char quoting_rows[] =
    "{\"s\":\"abc\"}\n{\"s\":\"a "
    "b\"}\n{\"s\":\"a+b\"}\n{\"s\":\"a-b\"}\n{\"s\":\"a'b\"}\n{\"s\":\"_a:b;c|d~\"}\n{\"s\":\"back\\\\slash\"}\n"
    "{\"s\":\"quo\\\"te\"}\n{\"s\":\"123456789012345678901234\"}\n{\"s\":\"1234567890123456789012345\"}\n{\"s\":"
    "\"üüüüüüüüüüüüüüüüüüüüüüüü\"}\n"
    "{\"s\":\"😀😀😀😀😀😀😀😀😀😀😀😀😀\"}\n{\"s\":\"\"}\n{\"s\":null}\n";

static void texts_are_quoted_by_looks(void **state) {
    (void)state;
    csv_writes(
        "ROW<s STRING>", "", quoting_rows,
        "abc\n\"a b\"\n\"a+b\"\na-b\n\"a'b\"\n_a:b;c|d~\n\"back\\slash\"\n\"quo\"\"te\"\n123456789012345678901234\n"
        "\"1234567890123456789012345\"\nüüüüüüüüüüüüüüüüüüüüüüüü\n\"😀😀😀😀😀😀😀😀😀😀😀😀😀\"\n\n\n");
    csv_writes("ROW<i INT, s STRING>", "field-delimiter=| null-literal=NIL",
               "{\"i\":1,\"s\":\"abc\"}\n{\"s\":\"~\"}\n{\"i\":3}\n", "1|\"abc\"\nNIL|~\n3|NIL\n");
    csv_writes("ROW<i INT, s STRING>", "field-delimiter=\\t",
               "{\"i\":1,\"s\":\"abc\"}\n{\"i\":2,\"s\":\"a b\"}\n{\"i\":3,\"s\":\"a#b\"}\n",
               "1\tabc\n2\t\"a b\"\n3\ta#b\n");
    csv_writes("ROW<s STRING>", "disable-quote-character=true", "{\"s\":\"com,ma\"}\n{\"s\":\"quo\\\"te\"}\n",
               "com,ma\nquo\"te\n");
    csv_writes("ROW<s STRING>", "escape-character=\\",
               "{\"s\":\"quo\\\"te\"}\n{\"s\":\"back\\\\slash\"}\n{\"s\":\"com,ma\"}\n",
               "\"quo\"\"te\"\n\"back\\\\slash\"\n\"com,ma\"\n");
    csv_writes("ROW<s STRING>", "quote-character=*", "{\"s\":\"st*ar\"}\n{\"s\":\"com,ma\"}\n", "*st**ar*\n*com,ma*\n");
}

static void planning_refuses(void **state) {
    (void)state;
    plans_not("csv", "ROW<a INT>", "field-delimiter=ab", false,
              "Option 'csv.field-delimiter' must be a string with single character, but was: ab");
    plans_not("csv", "ROW<a INT>", "quote-character=😀", false,
              "Option 'csv.quote-character' must be a string with single character");
    plans_not("csv", "ROW<a INT>", "disable-quote-character=true quote-character=*", true,
              "Format cannot define a quote character and disabled quote character at the same time.");
    plans_not("csv", "ROW<m MAP<STRING, INT>>", "", true, "Unsupported type 'MAP<STRING, INT>' for field 'm'.");
    plans_not("csv", "ROW<m ARRAY<ARRAY<INT>>>", "", false,
              "Only simple types are supported in the second level nesting of fields 'm' but was: ARRAY<INT>");
    plans_not("csv", "ROW<t TIME(6)>", "", false,
              "Csv does not support TIME type with precision: 6, it only supports precision 0 ~ 3.");
}

/* ---- properties ---- */

/* What CSV tells apart: a text or bytes that are not empty, an array that has elements, and none of the three that is
 * NULL. */
static const fl_type *draw_csv_type(fl_arena *a) {
    for (;;) {
        const fl_type *t = draw_flat_type(a, true);
        if (t->kind == FL_T_NULL || fl_type_is_interval(t) || fl_type_is_char(t) || fl_type_is_binary(t)) continue;
        if (t->kind == FL_T_TIME) return fl_type_time(a, FL_T_TIME, 3, true);
        return draw(5) ? t : fl_type_of(FL_T_BIGINT, true);
    }
}

static void random_rows_come_back(void **state) {
    (void)state;
    static const char *const options[] = {
        "null-literal=~NIL~", "null-literal=~NIL~ field-delimiter=| quote-character='",
        "null-literal=~NIL~ field-delimiter=\\t escape-character=\\", "null-literal=~NIL~ field-delimiter=§"};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int round = 0; round < 60; round++) {
        model_rng = (uint64_t)round * 91;
        fl_arena a;
        fl_arena_init(&a);
        fl_field fields[5],
            pair[] = {{"x", fl_type_of(FL_T_INT, true), NULL}, {"y", fl_type_of(FL_T_DATE, true), NULL}};
        int n = 1 + draw(5);
        for (int i = 0; i < n; i++) fields[i] = (fl_field){names[i], draw_csv_type(&a), NULL};
        if (n > 2) fields[1].type = fl_type_string(true);
        if (n > 3) fields[2].type = fl_type_row(&a, pair, 2, false);
        fl_schema s = {n, fields};
        round_trip("csv", &s, options[draw(4)], &a, 1 + draw(100));
        fl_arena_deinit(&a);
    }
}

static const char *const bases[] = {
    "12,text that is long,5.25,2024-02-29 10:11:12.5,true,2024-01-02,1;2",
    "-7,\"quoted, \"\"text\"\"\",100,2024-02-29 10:11:12,false,1582-10-10,",
    ",é,,,,,",
    "1,short,0.5,2024-02-29 10:12:12.123456,no,2024-1-2,3",
};
static const char mixed_type[] = "ROW<a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DATE, n ARRAY<INT>>";
static const char csv_alphabet[] = ",;\"\\ 019.e-+\n\rx\xc3\xa9#:";

/* A decoder that has seen a record reads the next ones in a hurry; a new one reads its first with care. */
static void the_fast_way_is_the_careful_way(void **state) {
    (void)state;
    static const char *const options[] = {"", IGNORE, IGNORE " null-literal=1 escape-character=\\",
                                          IGNORE " allow-comments=true"};
    for (int round = 0; round < 6000; round++) {
        model_rng = (uint64_t)round * 31 + 5;
        fl_arena a;
        fl_arena_init(&a);
        fixture cold, warm;
        fixture_init(&cold, "csv", mixed_type, options[round % 4]);
        fixture_init(&warm, "csv", mixed_type, options[round % 4]);
        fl_str line = mutate(&a, fl_str_from(bases[draw(FL_ARRAY_LEN(bases))]), csv_alphabet);
        const char *text = fl_arena_printf(&a, "%.*s\n%s\n", (int)line.n, line.p, bases[0]);
        const char *more = fl_arena_printf(&a, "%s\n%s%s\n%s\n", bases[0], text, bases[0], bases[0]);
        fixture_renew_decoder(&cold);
        size_t used, at = 0, n = strlen(text);
        fl_builder b;
        fl_builder_init(&b, &cold.schema, 1);
        int rc = 0;
        while (rc == 0 && at < n) { /* one row each, by a new decoder */
            fixture_renew_decoder(&cold);
            rc = cold.d->decode(cold.d, fl_str_make(text + at, n - at), NULL, true, &b, &used, &cold.err);
            at += used;
            put_rows(&cold, &b);
        }
        fl_builder_deinit(&b);
        fixture_renew_decoder(&warm);
        decode_some(&warm, fl_str_from(more), true, 100);
        const char *want = fl_buf_cstr(&cold.out), *got = strchr(fl_buf_cstr(&warm.out), '\n') + 1;
        if (rc == 0 && strncmp(got, want, strlen(want)) != 0) fail_msg("'%s' gives %s, not %s", text, got, want);
        char *message = strchr(got, '!');
        if (rc < 0 && (message == NULL || strncmp(message + 2, cold.err.message, 40) != 0))
            fail_msg("'%s' gives %s, not %s", text, got, cold.err.message);
        fixture_deinit(&cold);
        fixture_deinit(&warm);
        fl_arena_deinit(&a);
    }
}

static void cuts_do_not_matter(void **state) {
    (void)state;
    static const char *const options[] = {IGNORE, IGNORE " escape-character=\\ allow-comments=true",
                                          IGNORE " field-delimiter=§ quote-character=é"};
    fl_buf text;
    fl_buf_init(&text);
    for (int i = 0; i < 8; i++) fl_buf_printf(&text, "%s%s", bases[i % 4], i % 3 ? "\n" : i % 2 ? "\r\n" : "\r");
    fl_buf_printf(&text, "#a\n \n1,\"two\nlines\",\"x\" ,\\\n3,é4§é,§é\n%s", bases[1]);
    fl_str s = fl_str_make(text.p, text.n);
    for (size_t k = 0; k < FL_ARRAY_LEN(options); k++) {
        fixture f;
        fixture_init(&f, "csv", mixed_type, options[k]);
        assert_cuts_do_not_matter(&f, s);
        fixture_deinit(&f);
    }
    fl_buf_deinit(&text);
}

/* Numbers that text_put_double writes by itself. */
static void short_doubles_print_as_java_prints_them(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "csv", "ROW<d DOUBLE>", "");
    assert_int_equal(f.config.format->encoder(&f.config, &f.e, &f.err), 0);
    fl_batch *b = fl_batch_new(1, 1);
    b->cols[0] = fl_column_new(f.schema.fields[0].type, 1);
    fl_column_append_f64(b->cols[0], 0);
    fl_buf java;
    fl_buf_init(&java);
    for (int i = 0; i < 300000; i++) {
        double d = i < 100000 ? i / 1000.0
                   : draw(2)  ? (double)(int64_t)(draw_u64() >> 30) / 1000
                              : -draw(2000000000) / 100.0;
        if (i % 7 == 0) d = nextafter(d, 1e9);
        FL_DATA(b->cols[0], double)[0] = d;
        fl_buf_reset(&f.out);
        fl_buf_reset(&java);
        f.e->message(f.e, b, 0, &f.out, &f.err);
        fl_double_print(&java, d);
        assert_string_equal(fl_buf_cstr(&f.out), fl_buf_cstr(&java));
    }
    fl_buf_deinit(&java);
    fl_batch_unref(b);
    fixture_deinit(&f);
}

/* ---- raw ---- */

static void raw_is_one_value(void **state) {
    (void)state;
    reads("raw", "ROW<line STRING>", "", "hello\n two words \n\nünï €\r\n\"quoted,\"",
          "+I[hello]\n+I[ two words ]\n+I[]\n+I[ünï €]\n+I[\"quoted,\"]\n");
    reads("raw", "ROW<line STRING>", "charset=ISO-8859-1", "\xe9\n", "+I[é]\n");
    reads("raw", "ROW<line BYTES>", "", "42\n", "+I[[52, 50]]\n");
    refuses("raw", "ROW<n BIGINT>", "", "42\n", "Size of data received for deserializing BIGINT type is not 8.");
    writes("raw", "ROW<s STRING>", "", "{\"s\":\"with \\\"quotes\\\", and\"}\n{\"s\":\"ü\"}\n",
           "with \"quotes\", and\nü\n");
    plans_not(
        "raw", "ROW<a STRING, b STRING>", "", false,
        "The 'raw' format only supports single physical column. However the defined schema contains multiple physical "
        "columns: [`a` STRING, `b` STRING]");
    plans_not("raw", "ROW<a ARRAY<STRING>>", "", false,
              "The 'raw' format doesn't supports 'ARRAY<STRING>' as column type.");
    plans_not("raw", "ROW<a STRING>", "charset=NO-SUCH-CHARSET", false, "NO-SUCH-CHARSET");
}

static void raw_numbers_have_an_endianness(void **state) {
    (void)state;
    static const char *const types[] = {"ROW<n BOOLEAN>", "ROW<n TINYINT>", "ROW<n SMALLINT>", "ROW<n INT>",
                                        "ROW<n BIGINT>",  "ROW<n FLOAT>",   "ROW<n DOUBLE>"};
    for (size_t i = 0; i < 2 * FL_ARRAY_LEN(types); i++) {
        fixture f;
        fixture_init(&f, "raw", types[i / 2], i % 2 ? "endianness=little-endian" : "");
        const char *value = i < 2 ? "true" : "-3";
        char json[32];
        snprintf(json, sizeof json, "{\"n\":%s}", value);
        encode_rows(&f, json, true);
        fl_str bytes = fl_str_make(fl_arena_strndup(&f.arena, f.out.p, f.out.n), f.out.n);
        if (i / 2 == 3) assert_memory_equal(bytes.p, i % 2 ? "\xfd\xff\xff\xff" : "\xff\xff\xff\xfd", 4);
        fixture_renew_decoder(&f);
        const char *want = i < 2 ? "+I[true]\n" : i < 10 ? "+I[-3]\n" : "+I[-3.0]\n";
        assert_string_equal(decode_message(&f, bytes, true), want);
        fixture_deinit(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),        cmocka_unit_test(dates_are_those_of_java_sql),
        cmocka_unit_test(arrays_and_rows_are_read),  cmocka_unit_test(cells_are_split_as_jackson_splits_them),
        cmocka_unit_test(bad_values_and_records),    cmocka_unit_test(only_cells_that_are_read_count),
        cmocka_unit_test(messages_are_one_record),   cmocka_unit_test(every_type_is_written),
        cmocka_unit_test(texts_are_quoted_by_looks), cmocka_unit_test(planning_refuses),
        cmocka_unit_test(random_rows_come_back),     cmocka_unit_test(the_fast_way_is_the_careful_way),
        cmocka_unit_test(cuts_do_not_matter),        cmocka_unit_test(short_doubles_print_as_java_prints_them),
        cmocka_unit_test(raw_is_one_value),          cmocka_unit_test(raw_numbers_have_an_endianness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
