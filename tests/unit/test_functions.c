/* SPDX-License-Identifier: Apache-2.0 */
/* test_functions.c -- values that Flink was seen to give, one expression each, without SQL; and SQL's promise that a guarded
 * expression is not computed where its guard says no. That a function gives the same however it is asked is shown with
 * drawn arguments by tests/expr/batch_rows.c.
 */
#include "model.h"

#include "data/text.h"
#include "expr/program.h"

static fl_arena arena; /* what one call or one check needs */
static fl_arena scratch;
static fl_bind binder;
static fl_eval eval;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_arena_init(&scratch);
    binder = (fl_bind){.arena = &arena, .tz = fl_tz_utc(), .database = "default_database"};
    eval = (fl_eval){.pf = fl_platform_real(), .tz = fl_tz_utc(), .scratch = &scratch, .watermark = FL_WATERMARK_MIN};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&scratch);
    fl_arena_deinit(&arena);
    return 0;
}

/* ---- expressions in short ---- */

static const fl_type *type(const char *text) {
    const fl_type *t;
    size_t used;
    fl_error err;
    if (fl_type_parse(&arena, fl_str_from(text), false, &t, &used, &err) < 0) fail_msg("%s: %s", text, err.message);
    return t;
}

static fl_expr *text_of(const char *s) {
    int length = 0;
    for (const char *p = s; *p != 0; p++) length += (*p & 0xc0) != 0x80;
    fl_value v = {.type = fl_type_text(&arena, FL_T_CHAR, length, false), .s = fl_str_from(s)};
    return fl_expr_literal(&arena, &v);
}

/* A word of the syntax, as the binder passes it. */
static fl_expr *word(const char *s) {
    fl_value v = {.type = fl_type_string(false), .s = fl_str_from(s)};
    return fl_expr_literal(&arena, &v);
}

static fl_expr *cast(fl_expr *e, const char *to) {
    fl_error err;
    fl_expr *out;
    if (fl_expr_cast(&binder, e, type(to), false, (fl_span){0}, &out, &err) < 0) fail_msg("%s: %s", to, err.message);
    return out;
}

static fl_expr *as(const char *s, const char *to) { return cast(text_of(s), to); }
static fl_expr *whole(int64_t x) { return fl_expr_int(&arena, x, fl_type_of(FL_T_INT, false)); }
static fl_expr *null_of(const char *t) { return fl_expr_null(&arena, type(t)); }

static int try_call(const char *name, fl_expr **args, int n, fl_expr **out, fl_error *err) {
    fl_expr **copy = fl_arena_alloc(&arena, sizeof *copy * (size_t)(n + 1));
    if (n > 0) memcpy(copy, args, sizeof *copy * (size_t)n);
    return fl_expr_call_name(&binder, name, copy, n, (fl_span){0}, out, err);
}

static fl_expr *call(const char *name, fl_expr **args, int n) {
    fl_error err;
    fl_expr *out;
    if (try_call(name, args, n, &out, &err) < 0) fail_msg("%s: %s", name, err.message);
    return out;
}

#define LIST(...)    (fl_expr *[]){__VA_ARGS__}, (int)(sizeof((fl_expr *[]){__VA_ARGS__}) / sizeof(fl_expr *))
#define F(name, ...) call(name, LIST(__VA_ARGS__))

/* Row i as Row.toString shows it. */
static const char *shown(const fl_column *c, int i) {
    fl_buf out;
    fl_buf_init(&out);
    fl_text_java(&out, c, i);
    const char *s = fl_arena_strndup(&arena, fl_buf_cstr(&out), out.n);
    fl_buf_deinit(&out);
    return s;
}

static const char *shown_value(const fl_value *v) {
    fl_column *c = fl_value_column(v);
    const char *s = shown(c, 0);
    fl_column_unref(c);
    return s;
}

/* The value of an expression without columns; NULL, and *err, if it has none. */
static const char *value_of(const fl_expr *e, fl_error *err) {
    fl_value v;
    if (fl_expr_is_literal(e)) return shown_value(&e->value);
    return fl_expr_evaluate(&arena, e, &eval, &v, err) < 0 ? NULL : shown_value(&v);
}

/* ---- known answers ---- */

static void gives(fl_expr *e, const char *want_type, const char *want) {
    fl_error err;
    const char *got = value_of(e, &err);
    assert_string_equal(fl_type_name(&arena, e->type, FL_TYPE_SUMMARY), want_type);
    if (got == NULL) fail_msg("%s", err.message);
    assert_string_equal(got, want);
}

static void refused(const char *name, fl_expr **args, int n, const char *why) {
    fl_error err;
    fl_expr *out;
    assert_int_equal(try_call(name, args, n, &out, &err), FL_E_VALIDATION);
    if (strstr(err.message, why) == NULL) fail_msg("%s", err.message);
}

static void fails(fl_expr *e, const char *why) {
    fl_error err;
    assert_null(value_of(e, &err));
    if (strstr(err.message, why) == NULL) fail_msg("%s", err.message);
}

static void numbers_are_computed_as_in_flink(void **state) {
    (void)state;
    fl_expr *d = as("12.34", "DECIMAL(5, 2) NOT NULL"), *big = as("9223372036854775807", "BIGINT NOT NULL");
    gives(F("-", whole(-2147483648), whole(1)), "INT NOT NULL", "2147483647");
    gives(F("+", big, whole(1)), "BIGINT NOT NULL", "-9223372036854775808");
    gives(F("/", whole(-7), whole(2)), "INT NOT NULL", "-3");
    gives(F("*", d, d), "DECIMAL(11, 4) NOT NULL", "152.2756");
    gives(F("/", d, as("7", "DECIMAL(20, 10) NOT NULL")), "DECIMAL(36, 23) NOT NULL", "1.76285714285714285714286");
    gives(F("*", as("1.00", "DECIMAL(3, 2) NOT NULL"), whole(100)), "DECIMAL(14, 2) NOT NULL", "100.00");
    gives(F("%", as("100", "BIGINT NOT NULL"), as("-7", "TINYINT NOT NULL")), "TINYINT NOT NULL", "2");
    gives(F("/", as("-1", "DOUBLE NOT NULL"), as("0", "DOUBLE NOT NULL")), "DOUBLE NOT NULL", "-Infinity");
    gives(F("+", null_of("TINYINT"), null_of("BIGINT")), "BIGINT", "null");
    gives(F("TRUNCATE", as("-1234.5678", "DECIMAL(8, 4) NOT NULL"), whole(2)), "DECIMAL(7, 2) NOT NULL", "-1234.56");
    gives(F("POWER", whole(3), whole(40)), "DOUBLE NOT NULL", "1.2157665459056929E19");
    gives(F("GREATEST", whole(1), as("2", "BIGINT NOT NULL")), "BIGINT NOT NULL", "2");
    fails(F("/", whole(1), whole(0)), "Division by zero");
    fails(F("MOD", as("1.5", "DECIMAL(2, 1) NOT NULL"), whole(0)), "Division by zero");
    refused("%", LIST(d, as("1", "DOUBLE NOT NULL")), "Cannot apply '%' to arguments of type");
    refused("UPPER", LIST(whole(1)), "UPPER");
}

static void comparisons_and_logic_are_those_of_flink(void **state) {
    (void)state;
    fl_expr *yes = cast(text_of("true"), "BOOLEAN NOT NULL"), *unknown = null_of("BOOLEAN");
    gives(F("=", text_of("a"), text_of("a ")), "BOOLEAN NOT NULL", "false");
    gives(F("=", whole(1), as("1", "BIGINT NOT NULL")), "BOOLEAN NOT NULL", "true");
    gives(F("IS NOT DISTINCT FROM", null_of("INT"), null_of("INT")), "BOOLEAN NOT NULL", "true");
    gives(F("BETWEEN SYMMETRIC", whole(2), whole(3), whole(1)), "BOOLEAN NOT NULL", "true");
    gives(F("IN", whole(2), whole(1), null_of("INT")), "BOOLEAN", "null");
    gives(F("NOT IN", whole(1), whole(1), null_of("INT")), "BOOLEAN", "false");
    gives(F("AND", yes, unknown), "BOOLEAN", "null");
    gives(F("OR", unknown, yes), "BOOLEAN", "true");
    gives(F("IS NOT TRUE", unknown), "BOOLEAN NOT NULL", "true");
    gives(F("NULLIF", text_of("a"), text_of("b")), "CHAR(1)", "a");
    gives(F("CASE", yes, text_of("a"), text_of("bcd")), "VARCHAR(3) NOT NULL", "a");
    gives(F("COALESCE", null_of("INT"), as("5", "BIGINT NOT NULL")), "BIGINT NOT NULL", "5");
    refused("=", LIST(whole(1), text_of("a")), "implicit type conversion between INT and CHAR");
}

static void texts_are_cut_and_made_as_in_flink(void **state) {
    (void)state;
    gives(F("SUBSTRING", text_of("hello"), whole(-3), whole(2)), "VARCHAR(5)", "ll");
    gives(F("SUBSTR", text_of("hello"), whole(0)), "VARCHAR(5)", "hello");
    gives(F("||", text_of("ab"), null_of("STRING")), "STRING", "null");
    gives(F("CONCAT_WS", text_of("-"), text_of("a"), null_of("STRING"), text_of("b")), "STRING", "a-b");
    gives(F("TRIM", word("LEADING"), text_of("x"), text_of("xxaxx")), "VARCHAR(5) NOT NULL", "axx");
    gives(F("RPAD", text_of("中"), whole(4), text_of("文字")), "STRING NOT NULL", "中文字文");
    gives(F("SPLIT_INDEX", text_of("a,b,c"), text_of(","), whole(1)), "STRING", "b");
    gives(F("LIKE", text_of("a%b"), text_of("a!%_"), text_of("!")), "BOOLEAN NOT NULL", "true");
    gives(F("LIKE", text_of("日本語"), text_of("_本%")), "BOOLEAN NOT NULL", "true");
    gives(F("INITCAP", text_of("hello wORLD")), "CHAR(11) NOT NULL", "Hello World");
    gives(F("POSITION", text_of("l"), text_of("hello")), "INT NOT NULL", "3");
    gives(F("OVERLAY", text_of("abcdef"), text_of("XX"), whole(2), whole(3)), "VARCHAR(8) NOT NULL", "aXXef");
    gives(F("CHR", whole(321)), "STRING", "A");
    gives(F("HEX", whole(1000)), "STRING NOT NULL", "3E8");
    gives(F("FROM_BASE64", text_of("aGVsbG8=")), "STRING NOT NULL", "hello");
}

static void values_are_cast_as_in_flink(void **state) {
    (void)state;
    fl_expr *ts = as("2024-02-29 12:34:56.789", "TIMESTAMP(3) NOT NULL");
    gives(cast(ts, "STRING NOT NULL"), "STRING NOT NULL", "2024-02-29 12:34:56.789");
    gives(cast(ts, "DATE NOT NULL"), "DATE NOT NULL", "2024-02-29");
    gives(cast(as("-1.9", "DECIMAL(2, 1) NOT NULL"), "INT NOT NULL"), "INT NOT NULL", "-1");
    gives(cast(text_of(" 12 "), "SMALLINT NOT NULL"), "SMALLINT NOT NULL", "12");
    gives(cast(F("TRY_CAST", text_of("1000"), null_of("DECIMAL(20, 8)")), "DECIMAL(5, 2)"), "DECIMAL(5, 2)", "null");
    gives(cast(F("MAP", whole(1), F("ARRAY", whole(1), whole(2))), "STRING NOT NULL"), "STRING NOT NULL", "{1=[1, 2]}");
    gives(cast(F("ROW", whole(1), text_of("a")), "VARCHAR(3) NOT NULL"), "VARCHAR(3) NOT NULL", "(1,");
    gives(F("TRY_CAST", text_of("x"), null_of("INT")), "INT", "null");
    fails(cast(text_of("9223372036854775808"), "BIGINT NOT NULL"), "'9223372036854775808'. Overflow.");
    assert_false(fl_cast_is_possible(type("BOOLEAN"), type("DATE")));
    assert_true(fl_cast_is_implicit(type("INT"), type("BIGINT")));
    assert_false(fl_cast_is_implicit(type("BIGINT"), type("INT")));
}

static void times_are_counted_as_in_flink(void **state) {
    (void)state;
    fl_expr *day = as("2024-01-31", "DATE NOT NULL"), *ts = as("2024-02-29 15:04:05.678", "TIMESTAMP(3) NOT NULL");
    fl_expr *month = fl_expr_int(&arena, 1, fl_type_of(FL_T_INTERVAL_MONTH, false));
    fl_expr *minute = fl_expr_int(&arena, 60000, fl_type_of(FL_T_INTERVAL_DAY, false));
    gives(F("+", day, month), "DATE NOT NULL", "2024-02-29");
    gives(F("-", ts, minute), "TIMESTAMP(3) NOT NULL", "2024-02-29T15:03:05.678");
    gives(F("TIMESTAMPADD", word("DAY"), whole(1), day), "DATE NOT NULL", "2024-02-01");
    gives(F("TIMESTAMPDIFF", word("MONTH"), day, ts), "INT NOT NULL", "1");
    fl_expr *back = fl_expr_int(&arena, -90061001, fl_type_of(FL_T_INTERVAL_DAY, false));
    gives(F("ABS", back), "INTERVAL SECOND(3) NOT NULL", "PT25H1M1.001S");
    gives(F("ABS", fl_expr_int(&arena, -14, fl_type_of(FL_T_INTERVAL_MONTH, false))), "INTERVAL MONTH NOT NULL",
          "P14M");
    gives(F("EXTRACT", word("WEEK"), ts), "BIGINT NOT NULL", "9");
    gives(F("QUARTER", day), "BIGINT NOT NULL", "1");
    gives(F("FLOOR", ts, word("HOUR")), "TIMESTAMP(3) NOT NULL", "2024-02-29T15:00");
    gives(F("CEIL", ts, word("MONTH")), "TIMESTAMP(3) NOT NULL", "2024-03-01T00:00");
    gives(F("MINUS_DATE", ts, F("-", ts, minute), word("SECOND")), "INTERVAL SECOND(3) NOT NULL", "PT1M");
    gives(F("DATE_FORMAT", ts, text_of("yyyy/MM/dd HH-mm")), "STRING", "2024/02/29 15-04");
    gives(F("TO_TIMESTAMP", text_of("05.01.2024"), text_of("dd.MM.yyyy")), "TIMESTAMP(3)", "2024-01-05T00:00");
    gives(F("TO_TIMESTAMP_LTZ", whole(1500), whole(3)), "TIMESTAMP_LTZ(3)", "1970-01-01T00:00:01.500Z");
    gives(F("CONVERT_TZ", text_of("1970-01-01 00:00:00"), text_of("UTC"), text_of("America/Los_Angeles")), "STRING",
          "1969-12-31 16:00:00");
    refused("EXTRACT", LIST(word("DAY"), as("12:00:00", "TIME NOT NULL")), "unit DAY can not be applied to time");
}

static void collections_are_those_of_flink(void **state) {
    (void)state;
    fl_expr *list = F("ARRAY", whole(1), whole(2), whole(3)), *row = F("ROW", whole(1), text_of("a"));
    gives(list, "ARRAY<INT NOT NULL> NOT NULL", "[1, 2, 3]");
    gives(F("ITEM", list, whole(2)), "INT", "2");
    gives(F("ITEM", F("ARRAY", null_of("INT")), whole(2)), "INT", "null");
    gives(F("ITEM", list, whole(4)), "INT", "-1"); /* what Flink's arrays hold for an INT NOT NULL that is missing */
    gives(F("ITEM", F("MAP", text_of("a"), whole(1)), text_of("a")), "INT", "1");
    gives(F("FIELD", row, word("EXPR$1")), "CHAR(1) NOT NULL", "a");
    gives(F("CARDINALITY", list), "INT NOT NULL", "3");
    fails(F("ELEMENT", list), "more than one element");
    refused("FIELD", LIST(row, word("nothing")), "nothing");
}

static void json_is_asked_and_made_as_in_flink(void **state) {
    (void)state;
    fl_expr *doc = text_of("{\"a\":{\"b\":[7,1.50]},\"c\":null}"), *wrap = word("WITH CONDITIONAL ARRAY WRAPPER");
    fl_expr *empty = word("EMPTY ARRAY ON EMPTY"), *error = word("NULL ON ERROR");
    gives(F("IS JSON", doc, word("OBJECT")), "BOOLEAN NOT NULL", "true");
    gives(F("IS NOT JSON", doc, word("ARRAY")), "BOOLEAN NOT NULL", "true");
    gives(F("JSON_EXISTS", doc, text_of("lax $.a.z")), "BOOLEAN", "false");
    gives(F("JSON_VALUE", doc, text_of("$.a.b[1]")), "STRING", "1.5");
    gives(F("JSON_VALUE", doc, text_of("$.a.b[0]"), null_of("BIGINT")), "BIGINT", "7");
    gives(F("JSON_VALUE", doc, text_of("$.z"), word("DEFAULT ON ERROR"), text_of("r")), "STRING", "r");
    gives(F("JSON_QUERY", doc, text_of("$.a.b[0]"), wrap, empty, error), "STRING", "[7]");
    gives(F("JSON_QUERY", doc, text_of("lax $.c"), wrap, empty, error), "STRING", "[]");
    gives(F("JSON_OBJECT", word("ABSENT ON NULL"), text_of("b"), F("JSON_ARRAY", word("NULL ON NULL"), whole(1)),
            text_of("a"), null_of("INT")),
          "STRING NOT NULL", "{\"b\":[1]}");
    gives(F("JSON_STRING", F("MAP", text_of("b"), whole(2), text_of("a"), whole(1))), "STRING NOT NULL",
          "{\"a\":1,\"b\":2}");
    refused("JSON_STRING", LIST(as("2024-01-01", "DATE NOT NULL")), "cannot be converted into JSON");
    fails(F("JSON_VALUE", doc, text_of("$.z"), word("ERROR ON ERROR")), "No results for path: $['z']");
}

/* ---- guards ---- */

static fl_column *ints(const fl_type *t, int n, const int *x) {
    fl_column *c = fl_column_new(t, n);
    for (int i = 0; i < n; i++) x[i] == INT32_MIN ? fl_column_append_null(c) : fl_column_append_i64(c, x[i]);
    return c;
}

enum { NOTHING = INT32_MIN };

/* Runs the expressions over one INT column and compares what each gives; NULL: the run fails. */
static void runs_as(fl_expr **exprs, int n_exprs, const int *x, int n, const char *const *want) {
    fl_error err;
    fl_program *p;
    fl_column *out[8];
    fl_batch *b = fl_batch_new(1, n);
    b->cols[0] = ints(fl_type_of(FL_T_INT, true), n, x);
    b->n_sel = n;
    eval.batch = b;
    assert_int_equal(fl_program_new(&arena, exprs, n_exprs, 1, &p, &err), 0);
    int rc = fl_program_run(p, &eval, b, false, out, &err);
    if (want == NULL) assert_int_equal(rc, FL_E_RUNTIME);
    for (int e = 0; want != NULL && e < n_exprs; e++) {
        fl_buf line;
        fl_buf_init(&line);
        if (rc < 0) fail_msg("%s", err.message);
        for (int i = 0; i < n; i++) fl_buf_printf(&line, "%s%s", i ? " " : "", shown(out[e], i));
        assert_string_equal(fl_buf_cstr(&line), want[e]);
        fl_buf_deinit(&line);
        fl_column_unref(out[e]);
    }
    fl_batch_unref(b);
}

static void guarded_rows_are_not_computed(void **state) {
    (void)state;
    const int x[] = {0, 2, NOTHING, -1, 0};
    fl_expr *c = fl_expr_column(&arena, 0, fl_type_of(FL_T_INT, true)), *zero = whole(0), *ten = whole(10);
    fl_expr *inverse = F("/", ten, c), *is_zero = F("=", c, zero), *not_zero = F("<>", c, zero);
    fl_expr *big = F(">", inverse, zero), *none = F("NULLIF", c, c);
    fl_expr *all[] = {F("CASE", is_zero, zero, inverse),
                      F("AND", not_zero, big),
                      F("OR", is_zero, big),
                      F("IF", F("IS NOT TRUE", not_zero), whole(7), F("CASE", F("<", c, zero), zero, inverse)),
                      F("COALESCE", F("NULLIF", c, whole(2)), F("+", inverse, ten)),
                      F("COALESCE", c, inverse)};
    const char *const want[] = {
        "0 5 null -10 0", "false true null false false", "true true null false true", "7 5 7 0 7", "0 15 null -1 0",
        "0 2 null -1 0"};
    runs_as(all, FL_ARRAY_LEN(all), x, FL_ARRAY_LEN(x), want);
    for (size_t e = 0; e < FL_ARRAY_LEN(all); e++) runs_as(&all[e], 1, x, FL_ARRAY_LEN(x), &want[e]);
    fl_expr *bare[] = {F("CASE", is_zero, zero, inverse), F("AND", F("IS NULL", none), big)};
    runs_as(bare, 2, x, FL_ARRAY_LEN(x), NULL);
    runs_as((fl_expr *[]){inverse}, 1, x, FL_ARRAY_LEN(x), NULL);
    runs_as((fl_expr *[]){inverse}, 1, x + 1, 3, (const char *const[]){"5 null -10"});
}

static void a_guard_that_is_constant_folds(void **state) {
    (void)state;
    fl_expr *fails_always = F("/", whole(1), whole(0)), *no = as("false", "BOOLEAN NOT NULL");
    gives(F("CASE", no, fails_always, whole(3)), "INT NOT NULL", "3");
    gives(F("AND", no, F(">", fails_always, whole(0))), "BOOLEAN NOT NULL", "false");
    gives(F("COALESCE", whole(4), fails_always), "INT NOT NULL", "4");
}

/* ---- the registry ---- */

/* What a user's function comes before tells it in its documentation. */
static void functions_of_flink_2_say_so(void **state) {
    (void)state;
    int later = 0;
    for (int f = 0; f < fl_function_count(); f++) {
        const fl_function *fn = fl_function_at(f);
        bool told = strstr(fn->doc, " From Flink 2.") != NULL;
        if (told != !!(fn->flags & FL_FN_SINCE_2)) fail_msg("%s: the flag is not what its text says", fn->name);
        later += told;
    }
    assert_true(later > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_computed_as_in_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(comparisons_and_logic_are_those_of_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_cut_and_made_as_in_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_cast_as_in_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(times_are_counted_as_in_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(collections_are_those_of_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(json_is_asked_and_made_as_in_flink, setup, teardown),
        cmocka_unit_test_setup_teardown(guarded_rows_are_not_computed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_guard_that_is_constant_folds, setup, teardown),
        cmocka_unit_test(functions_of_flink_2_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
