/* SPDX-License-Identifier: Apache-2.0 */
/* test_type.c -- types are read, printed, compared and laid out as Flink's are: the tables are answers of Flink 1.20.5.
 */
#include "test.h"

#include <stdlib.h>

#include "base/hash.h"
#include "data/type.h"

static fl_arena arena;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    return 0;
}

static const fl_type *parse(const char *text, bool ddl) {
    fl_error err = {0};
    const fl_type *t = NULL;
    size_t used = 0;
    if (fl_type_parse(&arena, fl_str_from(text), ddl, &t, &used, &err) < 0) fail_msg("'%s': %s", text, err.message);
    if (used != strlen(text)) fail_msg("'%s': only %zu characters were read", text, used);
    return t;
}

static void check_print(const char *text, bool ddl, fl_type_style style, const char *expected) {
    const char *got = fl_type_name(&arena, parse(text, ddl), style);
    if (strcmp(got, expected) != 0) fail_msg("'%s' prints '%s', not '%s'", text, got, expected);
}

static void check_error(const char *text, bool ddl, int code, int column, const char *message) {
    fl_error err = {0};
    const fl_type *t = NULL;
    size_t used = 0;
    if (fl_type_parse(&arena, fl_str_from(text), ddl, &t, &used, &err) == 0)
        fail_msg("'%s' was accepted as %s", text, fl_type_name(&arena, t, FL_TYPE_SUMMARY));
    assert_null(t);
    if (strcmp(err.message, message) != 0) fail_msg("'%s': '%s', not '%s'", text, err.message, message);
    if (err.code != code) fail_msg("'%s': code %d, not %d", text, err.code, code);
    if (err.column != column) fail_msg("'%s': column %d, not %d", text, err.column, column);
}

static void column_types_print_as_in_flink(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"CHAR", "CHAR(1)"},
        {"CHARACTER(5)", "CHAR(5)"},
        {"CHAR(0)", "CHAR(0)"},
        {"VARCHAR", "STRING"},
        {"VARCHAR(0)", "VARCHAR(0)"},
        {"VARCHAR ( 7 )", "VARCHAR(7)"},
        {"VARCHAR(2147483647)", "STRING"},
        {"CHAR VARYING(5)", "VARCHAR(5)"},
        {"CHARACTER VARYING", "STRING"},
        {"STRING", "STRING"},
        {"BINARY", "BINARY(1)"},
        {"BINARY VARYING(5)", "VARBINARY(5)"},
        {"BINARY VARYING", "BYTES"},
        {"VARBINARY", "BYTES"},
        {"VARBINARY(4)", "VARBINARY(4)"},
        {"BYTES", "BYTES"},
        {"BOOLEAN", "BOOLEAN"},
        {"DECIMAL", "DECIMAL(10, 0)"},
        {"DEC(5)", "DECIMAL(5, 0)"},
        {"NUMERIC(5, 1)", "DECIMAL(5, 1)"},
        {"DECIMAL(39)", "DECIMAL(38, 0)"},
        {"DECIMAL(40, 2)", "DECIMAL(38, 2)"},
        {"TINYINT", "TINYINT"},
        {"SMALLINT", "SMALLINT"},
        {"iNt", "INT"},
        {"INTEGER", "INT"},
        {"BIGINT", "BIGINT"},
        {"FLOAT", "FLOAT"},
        {"DOUBLE", "DOUBLE"},
        {"DOUBLE    PRECISION", "DOUBLE"},
        {"DATE", "DATE"},
        {"TIME", "TIME(0)"},
        {"TIME(3)", "TIME(0)"},
        {"TIME(10)", "TIME(0)"},
        {"TIME(9) WITHOUT TIME ZONE", "TIME(0)"},
        {"TIMESTAMP", "TIMESTAMP(6)"},
        {"TIMESTAMP(10)", "TIMESTAMP(9)"},
        {"TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP(6)"},
        {"TIMESTAMP_LTZ", "TIMESTAMP_LTZ(6)"},
        {"TIMESTAMP_LTZ(10)", "TIMESTAMP_LTZ(9)"},
        {"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"},
        {"TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(6)"},
        {"TIMESTAMP_LTZ(3) NOT NULL", "TIMESTAMP_LTZ(3) NOT NULL"},
        {"INT NULL", "INT"},
        {"ARRAY<INT>", "ARRAY<INT>"},
        {"INT ARRAY", "ARRAY<INT>"},
        {"INT ARRAY ARRAY", "ARRAY<ARRAY<INT>>"},
        {"INT ARRAY MULTISET", "MULTISET<ARRAY<INT>>"},
        {"INT NOT NULL ARRAY", "ARRAY<INT NOT NULL>"},
        {"INT ARRAY NOT NULL", "ARRAY<INT> NOT NULL"},
        {"int /* c */ ARRAY", "ARRAY<INT>"},
        {"int -- c\n ARRAY", "ARRAY<INT>"},
        {"ARRAY < INT NULL >", "ARRAY<INT>"},
        {"ARRAY<ARRAY<STRING NOT NULL> NOT NULL> NOT NULL", "ARRAY<ARRAY<STRING NOT NULL> NOT NULL> NOT NULL"},
        {"MAP<STRING NOT NULL, ARRAY<INT>>", "MAP<STRING NOT NULL, ARRAY<INT>>"},
        {"MAP<INT,INT> MULTISET", "MULTISET<MAP<INT, INT>>"},
        {"MULTISET<INT NOT NULL>", "MULTISET<INT NOT NULL>"},
        {"ROW<a INT, b STRING>", "ROW<`a` INT, `b` STRING>"},
        {"ROW(a INT NOT NULL, `b` ROW<c INT>)", "ROW<`a` INT, `b` ROW<`c` INT>>"},
        {"ROW(a INT) ARRAY", "ARRAY<ROW<`a` INT>>"},
        {"ROW<>", "ROW<>"},
        {"ROW()", "ROW<>"},
        {"ROW<`a b` INT, `c``d` STRING>", "ROW<`a b` INT, `c``d` STRING>"},
        {"ROW<a INT 'c1', b STRING 'it''s'>", "ROW<`a` INT, `b` STRING>"},
        {"ROW<a INT NOT NULL 'c1'>", "ROW<`a` INT>"},
        /* a row that may be NULL makes its fields nullable, also inside nested rows, but not inside arrays */
        {"ROW<a INT NOT NULL> NOT NULL", "ROW<`a` INT NOT NULL> NOT NULL"},
        {"ROW<a ROW<b INT NOT NULL> NOT NULL>", "ROW<`a` ROW<`b` INT>>"},
        {"ROW<a ROW<b INT NOT NULL> NOT NULL> NOT NULL", "ROW<`a` ROW<`b` INT NOT NULL> NOT NULL> NOT NULL"},
        {"ROW<a ROW<b INT NOT NULL>> NOT NULL", "ROW<`a` ROW<`b` INT>> NOT NULL"},
        {"ROW<a ARRAY<INT NOT NULL> NOT NULL>", "ROW<`a` ARRAY<INT NOT NULL>>"},
        {"ROW<a ARRAY<ROW<b INT NOT NULL>> NOT NULL>", "ROW<`a` ARRAY<ROW<`b` INT>>>"},
        {"ARRAY<ROW<a INT NOT NULL> NOT NULL>", "ARRAY<ROW<`a` INT NOT NULL> NOT NULL>"},
        {"RAW('java.lang.Object', 'AbC=')", "RAW('java.lang.Object', '...')"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) check_print(cases[i][0], true, FL_TYPE_SUMMARY, cases[i][1]);
}

static void column_types_are_refused_as_in_flink(void **state) {
    (void)state;
    check_error("DECIMAL(5, 6)", true, FL_E_VALIDATION, 1,
                "Decimal scale must be between 0 and the precision 5 (both inclusive).");
    check_error("DECIMAL(39, 39)", true, FL_E_VALIDATION, 1,
                "Decimal scale must be between 0 and the precision 38 (both inclusive).");
    check_error("DECIMAL(0)", true, FL_E_VALIDATION, 1, "Decimal precision must be between 1 and 38 (both inclusive).");
    check_error("DECIMAL(5,-1)", true, FL_E_PARSE, 11, "Encountered \"-\"");
    check_error("DECIMAL()", true, FL_E_PARSE, 9, "Encountered \")\"");
    check_error("DECIMAL('5')", true, FL_E_PARSE, 9, "Encountered \"'5'\"");
    check_error("VARCHAR(2147483648)", true, FL_E_PARSE, 9,
                "Literal '2147483648' can not be parsed to type 'java.lang.Integer'");
    check_error("INTERVAL DAY", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'INTERVAL'");
    check_error("ARRAY<NULL>", true, FL_E_PARSE, 7, "Incorrect syntax near the keyword 'NULL'");
    check_error("ARRAY", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'ARRAY'");
    check_error("ARRAY<>", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'ARRAY'");
    check_error("ARRAY(INT)", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'ARRAY'");
    check_error("MAP<INT>", true, FL_E_PARSE, 8, "Encountered \">\"");
    check_error("MAP<,>", true, FL_E_PARSE, 5, "Encountered \",\"");
    check_error("ARRAY<INT)", true, FL_E_PARSE, 10, "Encountered \")\"");
    check_error("ROW<INT>", true, FL_E_PARSE, 5, "Incorrect syntax near the keyword 'INT'");
    check_error("ROW<a INT,>", true, FL_E_PARSE, 11, "Encountered \">\"");
    check_error("ROW<a.b INT>", true, FL_E_PARSE, 6, "Encountered \".\"");
    check_error("ROW<a INT COMMENT 'x'>", true, FL_E_PARSE, 11, "Encountered \"COMMENT\"");
    check_error("ROW<a INT, b INT, a STRING, c INT, c INT>", true, FL_E_VALIDATION, 5,
                "Field names must be unique. Found duplicates: [a, c]");
    check_error("TIMESTAMP(3) WITH TIME ZONE", true, FL_E_PARSE, 19, "Encountered \"TIME\"");
    check_error("TEXT", true, FL_E_VALIDATION, 1, "Unknown identifier 'TEXT'");
    check_error("`INT`", true, FL_E_VALIDATION, 1, "Unknown identifier 'INT'");
    check_error("foo.`b``c`", true, FL_E_VALIDATION, 1, "Unknown identifier 'foo.b`c'");
    check_error("ARRAY<TEXT>", true, FL_E_VALIDATION, 7, "Unknown identifier 'TEXT'");
    check_error("REAL", true, FL_E_UNSUPPORTED, 1, "Type is not supported: REAL");
    check_error("SET", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'SET'");
    check_error("5", true, FL_E_PARSE, 1, "Encountered \"5\"");
    check_error("'x'", true, FL_E_PARSE, 1, "Encountered \"'x'\"");
    check_error("", true, FL_E_PARSE, 1, "Encountered \"<EOF>\"");
    check_error("ROW<`a INT>", true, FL_E_PARSE, 5, "Encountered \"`a INT>\"");
    check_error("ARRAY /* never closed", true, FL_E_PARSE, 1, "Incorrect syntax near the keyword 'ARRAY'");
}

static void type_strings_print_as_in_flink(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        /* text, summary, as DDL */
        {"VARCHAR", "VARCHAR(1)", "VARCHAR(1)"},
        {"VARBINARY", "VARBINARY(1)", "VARBINARY(1)"},
        {"STRING", "STRING", "VARCHAR(2147483647)"},
        {"BYTES", "BYTES", "VARBINARY(2147483647)"},
        {"TIME(9) WITHOUT TIME ZONE", "TIME(9)", "TIME(9)"},
        {"TIMESTAMP_LTZ(3) NOT NULL", "TIMESTAMP_LTZ(3) NOT NULL", "TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL"},
        {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP(6) WITH TIME ZONE"},
        {"ROW<a INT NOT NULL>", "ROW<`a` INT NOT NULL>", "ROW<`a` INT NOT NULL>"},
        {"ROW<a INT NOT NULL 'c1'>", "ROW<`a` INT NOT NULL '...'>", "ROW<`a` INT NOT NULL 'c1'>"},
        {"ROW<a INT 'c1', b STRING 'it''s'>", "ROW<`a` INT '...', `b` STRING '...'>",
         "ROW<`a` INT 'c1', `b` VARCHAR(2147483647) 'it''s'>"},
        {"MAP<STRING NOT NULL, INT> NOT NULL", "MAP<STRING NOT NULL, INT> NOT NULL",
         "MAP<VARCHAR(2147483647) NOT NULL, INT> NOT NULL"},
        {"INT NOT NULL ARRAY NOT NULL", "ARRAY<INT NOT NULL> NOT NULL", "ARRAY<INT NOT NULL> NOT NULL"},
        {"ARRAY<NULL>", "ARRAY<NULL>", "ARRAY<NULL>"},
        {"RAW('c', 's''')", "RAW('c', '...')", "RAW('c', 's''')"},
        {"STRUCTURED<'my.User', name STRING, age INT NOT NULL>",
         "STRUCTURED<'my.User', `name` STRING, `age` INT NOT NULL>",
         "STRUCTURED<'my.User', `name` VARCHAR(2147483647), `age` INT NOT NULL>"},
        /* of intervals two types are left, as expressions have them */
        {"INTERVAL YEAR(4) TO MONTH", "INTERVAL MONTH", "INTERVAL MONTH"},
        {"INTERVAL MONTH", "INTERVAL MONTH", "INTERVAL MONTH"},
        {"INTERVAL DAY(3) TO SECOND(9) NOT NULL", "INTERVAL SECOND(3) NOT NULL", "INTERVAL SECOND(3) NOT NULL"},
        {"INTERVAL HOUR TO MINUTE", "INTERVAL SECOND(3)", "INTERVAL SECOND(3)"},
        {"INTERVAL SECOND(3, 2)", "INTERVAL SECOND(3)", "INTERVAL SECOND(3)"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        check_print(cases[i][0], false, FL_TYPE_SUMMARY, cases[i][1]);
        check_print(cases[i][0], false, FL_TYPE_DDL, cases[i][2]);
    }
}

static void type_strings_out_of_range_are_refused(void **state) {
    (void)state;
    check_error("CHAR(0)", false, FL_E_VALIDATION, 1,
                "Character string length must be between 1 and 2147483647 (both inclusive).");
    check_error("VARCHAR(0)", false, FL_E_VALIDATION, 1,
                "Variable character string length must be between 1 and 2147483647 (both inclusive).");
    check_error("BINARY(0)", false, FL_E_VALIDATION, 1,
                "Binary string length must be between 1 and 2147483647 (both inclusive).");
    check_error("DECIMAL(39)", false, FL_E_VALIDATION, 1,
                "Decimal precision must be between 1 and 38 (both inclusive).");
    check_error("TIME(10)", false, FL_E_VALIDATION, 1, "Time precision must be between 0 and 9 (both inclusive).");
    check_error("TIMESTAMP_LTZ(10)", false, FL_E_VALIDATION, 1,
                "Timestamp with local time zone precision must be between 0 and 9 (both inclusive).");
    check_error("INTERVAL DAY(7)", false, FL_E_VALIDATION, 13,
                "Day precision of day-time intervals must be between 1 and 6 (both inclusive).");
    check_error("INTERVAL MONTH TO DAY", false, FL_E_VALIDATION, 1,
                "An interval holds months, or days and times, not both");
    check_error("MAP<INT>", false, FL_E_VALIDATION, 8, "Could not parse type at position 7: Unexpected token: >");
    check_error("ARRAY<INT", false, FL_E_VALIDATION, 10, "Could not parse type at position 9: Unexpected end.");
}

static void what_does_not_continue_a_type_is_left(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"INT PRIMARY KEY", "INT"},
        {"STRING(5)", "STRING"},
        {"INT NOT NULL COMMENT 'x', b INT", "INT NOT NULL"},
        {"INT NOT ENFORCED", "INT"},
        {"ROW<a INT> METADATA", "ROW<a INT>"},
        {"TIMESTAMP(3) , x", "TIMESTAMP(3)"},
        {"TIMESTAMP_LTZ WITH TIME ZONE", "TIMESTAMP_LTZ"},
        {"INT /* comment */ )", "INT"},
        {"ARRAYS<INT>", ""},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_error err;
        const fl_type *t;
        size_t used = 0;
        int rc = fl_type_parse(&arena, fl_str_from(cases[i][0]), true, &t, &used, &err);
        assert_int_equal(rc, cases[i][1][0] == '\0' ? FL_E_VALIDATION : 0);
        assert_int_equal(used, strlen(cases[i][1]));
    }
}

static void time_attributes_show_except_in_ddl(void **state) {
    (void)state;
    const fl_type *t = fl_type_time(&arena, FL_T_TIMESTAMP, 3, false);
    const fl_type *row = fl_type_attr(&arena, t, FL_ATTR_ROWTIME);
    assert_string_equal(fl_type_name(&arena, row, FL_TYPE_SUMMARY), "TIMESTAMP(3) NOT NULL *ROWTIME*");
    assert_string_equal(fl_type_name(&arena, row, FL_TYPE_BARE), "TIMESTAMP(3) *ROWTIME*");
    assert_string_equal(fl_type_name(&arena, row, FL_TYPE_DDL), "TIMESTAMP(3) NOT NULL");
    const fl_type *proc = fl_type_attr(&arena, fl_type_time(&arena, FL_T_TIMESTAMP_LTZ, 3, false), FL_ATTR_PROCTIME);
    assert_string_equal(fl_type_name(&arena, proc, FL_TYPE_SUMMARY), "TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*");
    assert_true(fl_type_equal(row, t, false));
    assert_false(fl_type_equal(row, t, true));
    assert_ptr_equal(fl_type_attr(&arena, row, FL_ATTR_ROWTIME), row);
}

static void the_outermost_not_null_alone_is_bare(void **state) {
    (void)state;
    check_print("ARRAY<INT NOT NULL> NOT NULL", false, FL_TYPE_BARE, "ARRAY<INT NOT NULL>");
}

static void equality_goes_by_content(void **state) {
    (void)state;
    static const char *const different[][2] = {
        {"INT", "BIGINT"},
        {"CHAR(3)", "CHAR(4)"},
        {"CHAR(3)", "VARCHAR(3)"},
        {"DECIMAL(5, 2)", "DECIMAL(5, 1)"},
        {"TIMESTAMP(3)", "TIMESTAMP_LTZ(3)"},
        {"ROW<a INT>", "ROW<b INT>"},
        {"ROW<a INT>", "ROW<a INT, b INT>"},
        {"ARRAY<INT>", "MULTISET<INT>"},
        {"RAW('a', 'b')", "RAW('a', 'c')"},
        {"MAP<INT, INT>", "MAP<INT, BIGINT>"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(different); i++) {
        const fl_type *a = parse(different[i][0], false), *b = parse(different[i][1], false);
        if (fl_type_equal(a, b, false)) fail_msg("%s equals %s", different[i][0], different[i][1]);
        assert_true(fl_type_equal(a, parse(different[i][0], false), true));
        fl_arena other;
        fl_arena_init(&other);
        const fl_type *copy = fl_type_copy(&other, b);
        assert_true(fl_type_equal(copy, b, true));
        fl_arena_deinit(&other);
    }
    const fl_type *a = parse("ARRAY<INT NOT NULL>", false), *b = parse("ARRAY<INT>", false);
    assert_true(fl_type_equal(a, b, false));
    assert_false(fl_type_equal(a, b, true));
}

static void nullability_changes_without_a_needless_copy(void **state) {
    (void)state;
    const fl_type *t = parse("DECIMAL(10, 2) NOT NULL", false);
    assert_ptr_equal(fl_type_nullable(&arena, t, false), t);
    assert_string_equal(fl_type_name(&arena, fl_type_nullable(&arena, t, true), FL_TYPE_SUMMARY), "DECIMAL(10, 2)");
    assert_ptr_equal(fl_type_nullable(&arena, fl_type_of(FL_T_INT, true), false), fl_type_of(FL_T_INT, false));
    const fl_type *null = fl_type_of(FL_T_NULL, false);
    assert_true(null->nullable);
    assert_ptr_equal(fl_type_nullable(&arena, null, false), null);
}

static void layouts_agree_where_values_can_be_shared(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"CHAR(3)", "STRING", true},
        {"BINARY(3)", "BYTES", true},
        {"STRING", "BYTES", false},
        {"DECIMAL(5, 2)", "DECIMAL(18, 2)", true},
        {"DECIMAL(5, 2)", "DECIMAL(19, 2)", false},
        {"DECIMAL(5, 2)", "DECIMAL(5, 1)", false},
        {"TIMESTAMP(0)", "TIMESTAMP(3)", true},
        {"TIMESTAMP(3)", "TIMESTAMP(4)", false},
        {"TIMESTAMP(3)", "TIMESTAMP_LTZ(3)", false},
        {"TIME(0)", "TIME(3)", true},
        {"INT", "DATE", false},
        {"ROW<a INT, b CHAR(1)>", "ROW<x INT NOT NULL, y STRING>", true},
        {"ARRAY<TIMESTAMP(6)>", "ARRAY<TIMESTAMP(9)>", false},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        const fl_type *a = parse(cases[i].a, false), *b = parse(cases[i].b, false);
        if (fl_type_same_layout(a, b) != cases[i].same || fl_type_same_layout(b, a) != cases[i].same)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

static void physical_kinds_have_the_sizes_of_their_c_types(void **state) {
    (void)state;
    assert_int_equal(fl_type_phys(parse("DECIMAL(18, 2)", false)), FL_P_I64);
    assert_int_equal(fl_type_phys(parse("DECIMAL(19, 2)", false)), FL_P_I128);
    assert_int_equal(fl_type_phys(parse("TIMESTAMP(6)", false)), FL_P_I64);
    assert_int_equal(fl_type_phys(parse("TIMESTAMP_LTZ(7)", false)), FL_P_I128);
    assert_int_equal(fl_type_phys(parse("TIME(3)", false)), FL_P_I32);
    assert_int_equal(fl_type_phys(parse("INTERVAL DAY", false)), FL_P_I64);
    assert_int_equal(fl_type_phys(parse("MULTISET<INT>", false)), FL_P_MAP);
    assert_int_equal(fl_phys_size(FL_P_I128), sizeof(fl_i128));
    assert_int_equal(fl_phys_size(FL_P_OBJECT), sizeof(void *));
    assert_int_equal(fl_phys_size(FL_P_BOOL), 0);
    assert_int_equal(fl_type_timestamp_unit(parse("TIMESTAMP(4)", false)), 6);
    assert_int_equal(fl_type_integer_digits(fl_type_of(FL_T_BIGINT, true)), 19);
}

static void nesting_stops_at_the_limit(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    for (int depth = FL_TYPE_DEPTH_MAX - 2; depth <= FL_TYPE_DEPTH_MAX + 2; depth++) {
        fl_error err;
        const fl_type *t;
        size_t used;
        fl_buf_reset(&b);
        for (int i = 1; i < depth; i++) fl_buf_puts(&b, "ARRAY<");
        fl_buf_puts(&b, "INT");
        for (int i = 1; i < depth; i++) fl_buf_puts(&b, ">");
        int rc = depth <= FL_TYPE_DEPTH_MAX ? 0 : FL_E_LIMIT;
        assert_int_equal(fl_type_parse(&arena, fl_str_make(b.p, b.n), true, &t, &used, &err), rc);
        fl_buf_reset(&b);
        fl_buf_puts(&b, "INT");
        for (int i = 1; i < depth; i++) fl_buf_puts(&b, " ARRAY");
        assert_int_equal(fl_type_parse(&arena, fl_str_make(b.p, b.n), true, &t, &used, &err), rc);
    }
    fl_buf_deinit(&b);
}

/* ---- random texts ---- */

enum { SEED = 20240229 };

static uint64_t rng;
static uint32_t draw(uint32_t below) { return (uint32_t)((fl_splitmix(rng += FL_SPLITMIX_STEP) >> 32) * below >> 32); }

/* A type that is printed for people's eyes in DDL style reads back as the same type. */
static const fl_type *random_type(int depth) {
    bool nullable = draw(2);
    switch (draw(depth > 0 ? 14 : 9)) {
    case 0: return fl_type_of(FL_T_BOOLEAN + draw(7), nullable);
    case 1: return fl_type_text(&arena, FL_T_CHAR + draw(4), 1 + (int)draw(100), nullable);
    case 2: return fl_type_string(nullable);
    case 3: return fl_type_bytes(nullable);
    case 4: {
        int p = 1 + (int)draw(38);
        return fl_type_decimal(&arena, p, (int)draw((uint32_t)p + 1), nullable);
    }
    case 5: return fl_type_time(&arena, FL_T_TIME + draw(4), (int)draw(10), nullable);
    case 6: return fl_type_of(FL_T_DATE, nullable);
    case 7: return fl_type_of(draw(2) ? FL_T_INTERVAL_DAY : FL_T_INTERVAL_MONTH, nullable);
    case 8: return fl_type_of(FL_T_NULL, true);
    case 9: return fl_type_array(&arena, random_type(depth - 1), nullable);
    case 10: return fl_type_map(&arena, random_type(depth - 1), random_type(depth - 1), nullable);
    case 11: return fl_type_multiset(&arena, random_type(depth - 1), nullable);
    default: {
        static const char *const names[] = {"a", "B c", "d`e", "ü", "INT"};
        fl_field f[5];
        int n = (int)draw(6);
        for (int i = 0; i < n; i++) f[i] = (fl_field){names[i], random_type(depth - 1), draw(4) ? NULL : "it's"};
        return fl_type_row(&arena, f, n, nullable);
    }
    }
}

static void printed_types_read_back_as_themselves(void **state) {
    (void)state;
    rng = SEED;
    for (int i = 0; i < 3000; i++) {
        const fl_type *t = random_type(4);
        const char *text = fl_type_name(&arena, t, FL_TYPE_DDL);
        const fl_type *back = parse(text, false);
        if (!fl_type_equal(t, back, true)) fail_msg("%s", text);
        assert_string_equal(fl_type_name(&arena, back, FL_TYPE_DDL), text);
        assert_true(fl_type_equal(fl_type_copy(&arena, t), t, true));
        fl_arena_reset(&arena);
    }
}

static void random_texts_never_crash_the_parser(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "ROW",      "<",      ">",         "(",      ")",     ",",          " ",    "ARRAY",   "MAP",  "INT",
        "a",        "`b`",    "'",         "`",      "/*",    "*/",         "--",   "\n",      "NOT",  "NULL",
        "MULTISET", "STRING", "TIMESTAMP", "WITH",   "LOCAL", "TIME",       "ZONE", "DECIMAL", "5",    "99999999999",
        "INTERVAL", "DAY",    "TO",        "SECOND", "RAW",   "STRUCTURED", ".",    "ü",       "\xff", "''"};
    print_message("seed %d\n", SEED);
    rng = SEED;
    char text[64];
    int read = 0;
    for (int i = 0; i < 300000; i++) {
        size_t n = 0;
        if (i % 2) {
            n = draw(sizeof text);
            for (size_t k = 0; k < n; k++) text[k] = (char)draw(256);
        } else {
            for (int k = (int)draw(12); k >= 0; k--) {
                const char *piece = pieces[draw(FL_ARRAY_LEN(pieces))];
                size_t m = strlen(piece);
                if (n + m + 1 > sizeof text) break;
                memcpy(text + n, piece, m);
                n += m;
                if (draw(2)) text[n++] = ' ';
            }
        }
        char *exact = malloc(n ? n : 1); /* so that a read beyond the end is seen */
        memcpy(exact, text, n);
        fl_error err = {0};
        const fl_type *t;
        size_t used;
        if (fl_type_parse(&arena, fl_str_make(exact, n), draw(2), &t, &used, &err) == 0) {
            assert_true(used <= n && t != NULL);
            read++;
        } else {
            assert_true(err.code < 0 && err.message[0] != '\0' && err.column >= 1 && (size_t)err.column <= n + 1);
        }
        free(exact);
        fl_arena_reset(&arena);
    }
    assert_true(read > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(column_types_print_as_in_flink),
        cmocka_unit_test(column_types_are_refused_as_in_flink),
        cmocka_unit_test(type_strings_print_as_in_flink),
        cmocka_unit_test(type_strings_out_of_range_are_refused),
        cmocka_unit_test(what_does_not_continue_a_type_is_left),
        cmocka_unit_test(time_attributes_show_except_in_ddl),
        cmocka_unit_test(the_outermost_not_null_alone_is_bare),
        cmocka_unit_test(equality_goes_by_content),
        cmocka_unit_test(nullability_changes_without_a_needless_copy),
        cmocka_unit_test(layouts_agree_where_values_can_be_shared),
        cmocka_unit_test(physical_kinds_have_the_sizes_of_their_c_types),
        cmocka_unit_test(nesting_stops_at_the_limit),
        cmocka_unit_test(printed_types_read_back_as_themselves),
        cmocka_unit_test(random_texts_never_crash_the_parser),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
