/* SPDX-License-Identifier: Apache-2.0 */
/* test_timestamp.c -- the calendar against a walk over its days, texts against Flink's own and against each other. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "data/timestamp.h"

static uint64_t rng;
static uint64_t next_u64(void) { return fl_splitmix(rng += FL_SPLITMIX_STEP); }
static int64_t between(int64_t from, int64_t to) { return from + (int64_t)(next_u64() % (uint64_t)(to - from + 1)); }

/* ---- calendar ---- */

static void the_calendar_is_a_walk_over_its_days(void **state) {
    (void)state;
    int64_t day_number = fl_days_from_civil(-801, 1, 1);
    for (int64_t year = -801; year <= 2801; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= fl_month_days(year, month); day++, day_number++) {
                int64_t y;
                int m, d;
                fl_civil_from_days(day_number, &y, &m, &d);
                if (fl_days_from_civil(year, month, day) != day_number || y != year || m != month || d != day)
                    fail_msg("day %lld is %lld-%d-%d", (long long)day_number, (long long)year, month, day);
            }
    assert_int_equal(fl_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(fl_days_from_civil(2024, 2, 29), 19782);
    assert_int_equal(fl_days_from_civil(1, 1, 1), -719162);
    assert_int_equal(fl_days_from_civil(9999, 12, 31), 2932896);
}

static void far_years_keep_their_days(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        rng = seed;
        int64_t days = between(-106000000000, 106000000000), y;
        int m, d;
        fl_civil_from_days(days, &y, &m, &d);
        if (fl_days_from_civil(y, m, d) != days || d > fl_month_days(y, m))
            fail_msg("seed %llu: day %lld", (unsigned long long)seed, (long long)days);
    }
}

static void a_timestamp_has_the_fields_that_the_c_library_gives_it(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 50000; seed++) {
        rng = seed;
        fl_ts t = {between(-62135596800000, 253402300799999), (int32_t)between(0, 999999)};
        fl_civil c = fl_civil_from_ts(t);
        time_t seconds = fl_floor_div(t.ms, 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        fl_ts back = fl_civil_to_ts(&c);
        if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday || c.hour != tm.tm_hour ||
            c.minute != tm.tm_min || c.second != tm.tm_sec || c.millis != fl_floor_mod(t.ms, 1000) || back.ms != t.ms ||
            back.nanos != t.nanos)
            fail_msg("seed %llu: %lld ms", (unsigned long long)seed, (long long)t.ms);
    }
}

static void months_are_added_by_the_calendar(void **state) {
    (void)state;
    static const struct {
        int year, month, day, months, to_year, to_month, to_day;
    } cases[] = {
        {2024, 1, 31, 1, 2024, 2, 29},   {2023, 1, 31, 1, 2023, 2, 28},  {2024, 2, 29, 12, 2025, 2, 28},
        {2024, 2, 29, -12, 2023, 2, 28}, {2024, 3, 31, -1, 2024, 2, 29}, {2024, 12, 15, 1, 2025, 1, 15},
        {2024, 1, 15, -1, 2023, 12, 15}, {1970, 1, 1, -1, 1969, 12, 1},  {2024, 2, 29, 48, 2028, 2, 29},
        {2024, 5, 31, 0, 2024, 5, 31},   {1, 1, 31, -13, -1, 12, 31},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++)
        assert_int_equal(
            fl_days_add_months(fl_days_from_civil(cases[i].year, cases[i].month, cases[i].day), cases[i].months),
            fl_days_from_civil(cases[i].to_year, cases[i].to_month, cases[i].to_day));
}

/* ---- the number in a column ---- */

static void packing_keeps_what_the_unit_can_hold(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        rng = seed;
        fl_ts t = {between(-62135596800000, 253402300799999), (int32_t)between(0, 999999)};
        for (int unit = 3; unit <= 9; unit += 3) {
            fl_ts back = fl_ts_unpack(fl_ts_pack(t, unit), unit), cut = fl_ts_truncate(t, unit);
            if (back.ms != cut.ms || back.nanos != cut.nanos)
                fail_msg("seed %llu: %lld ms %d ns in unit %d", (unsigned long long)seed, (long long)t.ms, t.nanos,
                         unit);
        }
    }
    assert_true(fl_ts_pack((fl_ts){-1, 999999}, 9) == -1);
    assert_true(fl_ts_pack((fl_ts){-1, 999000}, 6) == -1);
}

static fl_ts ts(const char *text) {
    fl_ts t;
    assert_true(fl_ts_parse(fl_str_from(text), &t));
    return t;
}

static void truncation_cuts_digits_also_before_1970(void **state) {
    (void)state;
    static const char *const past[] = {"1969-12-31 23:59:59",          "1969-12-31 23:59:59.9",
                                       "1969-12-31 23:59:59.98",       "1969-12-31 23:59:59.987",
                                       "1969-12-31 23:59:59.9876",     "1969-12-31 23:59:59.98765",
                                       "1969-12-31 23:59:59.987654",   "1969-12-31 23:59:59.9876543",
                                       "1969-12-31 23:59:59.98765432", "1969-12-31 23:59:59.987654321"};
    for (int precision = 0; precision <= 9; precision++) {
        fl_buf b;
        fl_buf_init(&b);
        fl_ts_print_sql(&b, fl_ts_truncate(ts(past[9]), precision), precision);
        assert_string_equal(fl_buf_cstr(&b), past[precision]);
        fl_buf_deinit(&b);
    }
}

/* ---- values to text ---- */

static const char *shown(fl_buf *b) {
    static char text[100];
    snprintf(text, sizeof text, "%s", fl_buf_cstr(b));
    fl_buf_deinit(b);
    return text;
}

static void timestamps_print_as_java_prints_them(void **state) {
    (void)state;
    static const struct {
        const char *text, *java, *instant;
    } cases[] = {
        {"2024-02-29 12:34:56.78", "2024-02-29T12:34:56.780", "2024-02-29T12:34:56.780Z"},
        {"2024-02-29 12:34:56.789123", "2024-02-29T12:34:56.789123", "2024-02-29T12:34:56.789123Z"},
        {"2024-02-29 12:34:56.7891234", "2024-02-29T12:34:56.789123400", "2024-02-29T12:34:56.789123400Z"},
        {"2024-02-29 12:34:56", "2024-02-29T12:34:56", "2024-02-29T12:34:56Z"},
        {"2024-02-29 12:34:00", "2024-02-29T12:34", "2024-02-29T12:34:00Z"},
        {"2024-02-29 12:34:00.001", "2024-02-29T12:34:00.001", "2024-02-29T12:34:00.001Z"},
        {"2024-02-29", "2024-02-29T00:00", "2024-02-29T00:00:00Z"},
        {"0001-01-01", "0001-01-01T00:00", "0001-01-01T00:00:00Z"},
        {"1969-12-31 23:59:59.999999", "1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999Z"},
        {"9999-12-31 23:59:59.999999999", "9999-12-31T23:59:59.999999999", "9999-12-31T23:59:59.999999999Z"},
        {"+12024-01-01 00:00:00.00000012", "+12024-01-01T00:00:00.000000120", "+12024-01-01T00:00:00.000000120Z"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_buf b;
        fl_buf_init(&b);
        fl_ts_print_java(&b, ts(cases[i].text));
        assert_string_equal(shown(&b), cases[i].java);
        fl_ts_print_instant(&b, ts(cases[i].text));
        assert_string_equal(shown(&b), cases[i].instant);
    }
}

static void the_ends_of_time_print_too(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    fl_ts_print_instant(&b, (fl_ts){INT64_MIN, 0});
    assert_string_equal(shown(&b), "-292275055-05-16T16:47:04.192Z");
    fl_buf_init(&b);
    fl_ts_print_instant(&b, (fl_ts){INT64_MAX, 0});
    assert_string_equal(shown(&b), "+292278994-08-17T07:12:55.807Z");
}

static void timestamps_print_as_sql_casts_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int precision;
        const char *sql, *brief;
    } cases[] = {
        {"2024-02-29 12:34:56", 0, "2024-02-29 12:34:56", "2024-02-29T12:34:56"},
        {"2024-02-29 12:34:56", 3, "2024-02-29 12:34:56.000", "2024-02-29T12:34:56"},
        {"2024-02-29 12:34:56.98", 2, "2024-02-29 12:34:56.98", "2024-02-29T12:34:56.98"},
        {"2024-02-29 12:34:56.9876", 3, "2024-02-29 12:34:56.9876", "2024-02-29T12:34:56.9876"},
        {"2024-02-29 12:34:56.7", 6, "2024-02-29 12:34:56.700000", "2024-02-29T12:34:56.7"},
        {"0999-12-31 23:59:59.9", 1, "0999-12-31 23:59:59.9", "0999-12-31T23:59:59.9"},
        {"1969-12-31 23:59:59.999", 3, "1969-12-31 23:59:59.999", "1969-12-31T23:59:59.999"},
        {"1970-01-01 00:00:00.000000001", 9, "1970-01-01 00:00:00.000000001", "1970-01-01T00:00:00.000000001"},
        {"9999-12-31 24:00:00", 0, "10000-01-01 00:00:00", "+10000-01-01T00:00:00"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_buf b;
        fl_buf_init(&b);
        fl_ts_print_sql(&b, ts(cases[i].text), cases[i].precision);
        assert_string_equal(shown(&b), cases[i].sql);
        fl_ts_print_short(&b, ts(cases[i].text), 'T');
        assert_string_equal(shown(&b), cases[i].brief);
    }
}

static void dates_and_times_print_as_in_flink(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    static const struct {
        int year, month, day;
        const char *text;
    } dates[] = {{1, 1, 1, "0001-01-01"},      {1969, 12, 31, "1969-12-31"},   {9999, 12, 31, "9999-12-31"},
                 {1582, 10, 10, "1582-10-10"}, {10000, 1, 1, "+10000-01-01"},  {0, 1, 1, "0000-01-01"},
                 {-5, 1, 1, "-0005-01-01"},    {123456, 1, 1, "+123456-01-01"}};
    for (size_t i = 0; i < FL_ARRAY_LEN(dates); i++) {
        fl_date_print(&b, (int32_t)fl_days_from_civil(dates[i].year, dates[i].month, dates[i].day));
        assert_string_equal(shown(&b), dates[i].text);
    }
    static const struct {
        int32_t ms;
        const char *java, *tenths;
    } times[] = {{0, "00:00", "00:00:00.0"},
                 {43200000, "12:00", "12:00:00.0"},
                 {45296000, "12:34:56", "12:34:56.0"},
                 {45296700, "12:34:56.700", "12:34:56.7"},
                 {45296789, "12:34:56.789", "12:34:56.7"},
                 {1, "00:00:00.001", "00:00:00.0"},
                 {86399999, "23:59:59.999", "23:59:59.9"}};
    for (size_t i = 0; i < FL_ARRAY_LEN(times); i++) {
        fl_time_print_java(&b, times[i].ms);
        assert_string_equal(shown(&b), times[i].java);
        fl_time_print(&b, times[i].ms, 1);
        assert_string_equal(shown(&b), times[i].tenths);
    }
    fl_time_print(&b, 45296789, 0);
    assert_string_equal(shown(&b), "12:34:56");
    fl_time_print(&b, 45296789, 6);
    assert_string_equal(shown(&b), "12:34:56.789000");
}

static void intervals_print_as_in_flink(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *sql, *java;
    } days[] = {
        {0, "+0 00:00:00.000", "PT0S"},
        {86400000, "+1 00:00:00.000", "PT24H"},
        {90000000, "+1 01:00:00.000", "PT25H"},
        {-86400000, "-1 00:00:00.000", "PT-24H"},
        {-1, "-0 00:00:00.001", "PT-0.001S"},
        {1, "+0 00:00:00.001", "PT0.001S"},
        {93784567, "+1 02:03:04.567", "PT26H3M4.567S"},
        {-93784567, "-1 02:03:04.567", "PT-26H-3M-4.567S"},
        {-93784000, "-1 02:03:04.000", "PT-26H-3M-4S"},
        {93784500, "+1 02:03:04.500", "PT26H3M4.5S"},
        {611000, "+0 00:10:11.000", "PT10M11S"},
        {59000, "+0 00:00:59.000", "PT59S"},
        {-61001, "-0 00:01:01.001", "PT-1M-1.001S"},
        {3600500, "+0 01:00:00.500", "PT1H0.5S"},
        {INT64_MIN, "-106751991167 07:12:55.808", "PT-2562047788015H-12M-55.808S"},
    };
    static const struct {
        int64_t months;
        const char *sql, *java;
    } months[] = {{12, "+1-00", "P12M"}, {14, "+1-02", "P14M"},    {-14, "-1-02", "P-14M"},    {-5, "-0-05", "P-5M"},
                  {0, "+0-00", "P0D"},   {131, "+10-11", "P131M"}, {1200, "+100-00", "P1200M"}};
    fl_buf b;
    fl_buf_init(&b);
    for (size_t i = 0; i < FL_ARRAY_LEN(days); i++) {
        fl_interval_day_print(&b, days[i].ms);
        assert_string_equal(shown(&b), days[i].sql);
        fl_duration_print_java(&b, days[i].ms);
        assert_string_equal(shown(&b), days[i].java);
    }
    for (size_t i = 0; i < FL_ARRAY_LEN(months); i++) {
        fl_interval_month_print(&b, months[i].months);
        assert_string_equal(shown(&b), months[i].sql);
        fl_period_print_java(&b, months[i].months);
        assert_string_equal(shown(&b), months[i].java);
    }
}

/* ---- text to values ---- */

static void casts_read_dates_as_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *text, *date; /* NULL: refused */
    } cases[] = {
        {"2024-02-29", "2024-02-29"},
        {"2024-2-9", "2024-02-09"},
        {"24", "0024-01-01"},
        {"12", "0012-01-01"},
        {"9999-12-31", "9999-12-31"},
        {"2024-02-29 12:34:56", "2024-02-29"},
        {"2024-02-29 junk", "2024-02-29"},
        {" 2024-02-29", "2024-02-29"},
        {" 2024-02-29 ", "2024-02-29"},
        {"2024-2", "2024-02-01"},
        {"0024-02-29", "0024-02-29"},
        {"02024-02-29", "2024-02-29"},
        {" 2024 - 2 - 9", "2024-02-09"},
        {"2024-02-29\n", "2024-02-29"},
        {"0-1-1", "0000-01-01"},
        {"2024-13-01", NULL},
        {"2024-00-10", NULL},
        {"2024-01-32", NULL},
        {"2024-01-00", NULL},
        {"2023-02-29", NULL},
        {"2024-4-31", NULL},
        {"2024-02-29T12:34:56", NULL},
        {"2024-02-29junk", NULL},
        {"20240229", NULL},
        {"29-02-2024", NULL},
        {"", NULL},
        {" ", NULL},
        {"2024-", NULL},
        {"2024-02-", NULL},
        {"2024--1", NULL},
        {"-5", NULL},
        {"+2024-1-1", NULL},
        {"99999999999", NULL},
        {"99999999999999999999999", NULL},
        {"\xd9\xa2\xd9\xa0-02-29", NULL},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        int32_t days;
        fl_buf b;
        fl_buf_init(&b);
        assert_int_equal(fl_date_parse(fl_str_from(cases[i].text), &days), cases[i].date != NULL);
        if (cases[i].date == NULL) continue;
        fl_date_print(&b, days);
        assert_string_equal(shown(&b), cases[i].date);
    }
}

static void casts_read_times_as_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int32_t ms; /* INT32_MIN: malformed */
    } cases[] = {
        {"12:34:56", 45296000},
        {"1:2:3", 3723000},
        {"12:34", 45240000},
        {"12", 43200000},
        {"12:34:56.", 45296000},
        {"12:34:56.7", 45296700},
        {"12:34:56.789123", 45296789},
        {"1:2:3.0009", 3723001},
        {"1:2:3.99999", 3724000},
        {"12:34:56.abc", 45296000},
        {"12:34:56+01:00", 48896000},
        {"12:34:56-01:00", 41696000},
        {"12:34:56.5+01:30", 50696500},
        {"12+2", 50400000},
        {" 12 : 34 : 56 ", 45296000},
        {"12:34:56.-7", 20096000},
        {"12:", INT32_MIN},
        {"-1:00:00", INT32_MIN},
        {"12:34:56Z", INT32_MIN},
        {"2024-02-29 12:34:56", INT32_MIN},
        {"abc", INT32_MIN},
        {"", INT32_MIN},
        {"12:34+01:00", INT32_MIN},
        {"12:34:56:7", INT32_MIN},
        {"12.5", INT32_MIN},
        {"12:34:56+", INT32_MIN},
        {"24:00:00", 86400000},
        {"23:60:00", 86400000},
        {"25:00:00", 90000000},
        {"23:34:56+02:00", 92096000},
        {"00:30:00-01:00", -1800000},
        {"2147483647", INT32_MAX},
        {"12345678901:0:0", INT32_MIN},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        int32_t ms;
        assert_int_equal(fl_time_parse(fl_str_from(cases[i].text), &ms),
                         cases[i].ms >= 0 && cases[i].ms < FL_MS_PER_DAY);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void casts_read_timestamps_as_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *text, *java;
    } cases[] = {
        {"2024-02-29 12:34:56.7", "2024-02-29T12:34:56.700"},
        {"2024-02-29 12:34:56.789123456", "2024-02-29T12:34:56.789123456"},
        {"2024-02-29 12:34:56.", "2024-02-29T12:34:56"},
        {"2024-02-29", "2024-02-29T00:00"},
        {"2024-2-9 1:2:3", "2024-02-09T01:02:03"},
        {"2024-02-29 24:00:00", "2024-03-01T00:00"},
        {"2024-12-31 24:0:0.000", "2025-01-01T00:00"},
        {"2023-02-29 00:00:00", "2023-02-28T00:00"},
        {"2024-04-31 1:1:1", "2024-04-30T01:01:01"},
        {"1969-12-31 23:59:59.9999", "1969-12-31T23:59:59.999900"},
        {"+12024-01-01 00:00:00", "+12024-01-01T00:00"},
        {"2024-02-29 12:34:56.7891234567", NULL},
        {"2024-02-29 12:34", NULL},
        {"2024-02-29 ", NULL},
        {"2024-02", NULL},
        {"2024", NULL},
        {"2024-02-29T12:34:56", NULL},
        {"2024-02-29 12:34:56Z", NULL},
        {"2024-02-29 23:59:60", NULL},
        {"2024-02-29 12:60:00", NULL},
        {"2024-02-29 24:00:01", NULL},
        {"2024-02-29 24:00:00.1", NULL},
        {"2024-02-29 25:00:00", NULL},
        {"2024-02-32", NULL},
        {"2024-13-01", NULL},
        {"0000-01-01 00:00:00", NULL},
        {"-2024-01-01", NULL},
        {"10000-01-01 00:00:00", NULL},
        {"24-01-01", NULL},
        {"+999999999-01-01", NULL},
        {" 2024-02-29 12:34:56 ", NULL},
        {"2024-02-29  12:34:56", NULL},
        {"2024/02/29 12:34:56", NULL},
        {"20240229123456", NULL},
        {"", NULL},
        {"abc", NULL},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_ts t;
        fl_buf b;
        fl_buf_init(&b);
        assert_int_equal(fl_ts_parse(fl_str_from(cases[i].text), &t), cases[i].java != NULL);
        if (cases[i].java == NULL) continue;
        fl_ts_print_java(&b, t);
        assert_string_equal(shown(&b), cases[i].java);
    }
}

static void formats_read_timestamps_as_java_does(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool short_ok;
        const char *java;
    } cases[] = {
        {"2024-02-29 12:34:56", false, "2024-02-29T12:34:56"},
        {"2024-02-29T12:34:56", false, "2024-02-29T12:34:56"},
        {"2024-02-29 12:34:56.123456789", false, "2024-02-29T12:34:56.123456789"},
        {"2024-02-29 12:34:56.", false, "2024-02-29T12:34:56"},
        {"2024-02-29T12:34", true, "2024-02-29T12:34"},
        {"2024-02-29T12:34", false, NULL},
        {"2024-02-29T12", true, NULL},
        {"2023-02-29 12:34:56", false, "2023-02-28T12:34:56"},
        {"2023-04-31 12:34:56.5", false, "2023-04-30T12:34:56.500"},
        {"2023-02-28 24:00:00", false, "2023-03-01T00:00"},
        {"2023-02-29T12:34:56", false, NULL},
        {"2023-02-28T24:00:00", false, NULL},
        {"2023-02-28 23:59:60", false, NULL},
        {"2023-02-32 00:00:00", false, NULL},
        {"2023-13-01 00:00:00", false, NULL},
        {"2024-1-1 0:0:0", false, NULL},
        {"0000-01-01 00:00:00", false, "0000-01-01T00:00"},
        {"-0001-01-01 00:00:00", false, "-0001-01-01T00:00"},
        {"+12024-01-01 00:00:00", false, "+12024-01-01T00:00"},
        {"12024-01-01 00:00:00", false, NULL},
        {"2024-02-29 12:34:56.1234567890", false, NULL},
        {"2024-02-29 12:34:56.12x", false, NULL},
        {"2024-02-29 12:34:56Z", false, NULL},
        {"2024-02-2912:34:56 ", false, NULL},
        {"2024x02-29 12:34:56", false, NULL},
        {"2024-02-29 12:34:5:", false, NULL},
        {"2024-02-29 12:34:5/", false, NULL},
        {"2024-02-29 12:34:5\xb5", false, NULL},
        {"2024-02-29", true, NULL},
        {"", true, NULL},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_ts t;
        fl_buf b;
        fl_buf_init(&b);
        char separator = strchr(cases[i].text, 'T') != NULL ? 'T' : ' ';
        char *exact = fl_strdup(cases[i].text); /* on the heap, so that a sanitizer sees a byte read too many */
        fl_str s = fl_str_from(exact);
        assert_int_equal(fl_ts_parse_strict(s, separator, cases[i].short_ok, &t), cases[i].java != NULL);
        assert_false(fl_ts_parse_strict(s, separator == 'T' ? ' ' : 'T', cases[i].short_ok, &t));
        if (cases[i].java != NULL) {
            assert_true(fl_ts_parse_strict(s, separator, cases[i].short_ok, &t));
            fl_ts_print_java(&b, t);
            assert_string_equal(shown(&b), cases[i].java);
        }
        free(exact);
    }
}

static void formats_read_dates_and_times_strictly(void **state) {
    (void)state;
    int32_t x;
    assert_true(fl_date_parse_strict(fl_str_from("2024-02-29"), &x));
    assert_int_equal(x, 19782);
    assert_true(fl_date_parse_strict(fl_str_from("+12024-01-01"), &x));
    static const char *const bad_dates[] = {"2024-02-30", "2024-2-9",        "2024-02-29 ",     "20240229",
                                            "2024-00-01", "2024-13-01",      "+2024-01-01",     "2024-02-29T",
                                            "",           "+9999999-01-01x", "+292000001-01-01"};
    for (size_t i = 0; i < FL_ARRAY_LEN(bad_dates); i++)
        assert_false(fl_date_parse_strict(fl_str_from(bad_dates[i]), &x));
    assert_true(fl_time_parse_strict(fl_str_from("23:59:59.999"), false, &x));
    assert_int_equal(x, 86399999);
    assert_true(fl_time_parse_strict(fl_str_from("10:11"), true, &x));
    assert_int_equal(x, 36660000);
    static const char *const bad_times[] = {"10:11",    "1:02:03",  "24:00:00",  "25:00:00",
                                            "10:60:00", "10:11:60", "10:11:12Z", ""};
    for (size_t i = 0; i < FL_ARRAY_LEN(bad_times); i++)
        assert_false(fl_time_parse_strict(fl_str_from(bad_times[i]), false, &x));
}

static void every_timestamp_survives_its_texts(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 50000; seed++) {
        rng = seed;
        fl_ts t = fl_ts_truncate((fl_ts){between(-62135596800000, 253402300799999), (int32_t)between(0, 999999)},
                                 (int)between(0, 9));
        fl_ts a = {0}, b = {0}, c = {0};
        fl_buf out;
        fl_buf_init(&out);
        fl_ts_print_sql(&out, t, (int)between(0, 9));
        bool ok =
            fl_ts_parse(fl_str_make(out.p, out.n), &a) && fl_ts_parse_strict(fl_str_make(out.p, out.n), ' ', false, &b);
        fl_buf_reset(&out);
        fl_ts_print_java(&out, t);
        ok = ok && fl_ts_parse_strict(fl_str_make(out.p, out.n), 'T', true, &c);
        if (!ok || a.ms != t.ms || a.nanos != t.nanos || b.ms != t.ms || b.nanos != t.nanos || c.ms != t.ms ||
            c.nanos != t.nanos)
            fail_msg("seed %llu: %s", (unsigned long long)seed, fl_buf_cstr(&out));
        fl_buf_deinit(&out);
    }
}

/* One byte after the other, as a person reads. */
static bool model_read(const char *text, fl_ts *out) {
    static const char form[] = "dddd-dd-dd dd:dd:dd.ddd";
    int v[7] = {0}, field = 0;
    for (int i = 0; form[i] != '\0'; i++) {
        if (form[i] != 'd' && text[i] != form[i]) return false;
        if (form[i] == 'd' && (text[i] < '0' || text[i] > '9')) return false;
        if (form[i] == 'd')
            v[field] = v[field] * 10 + (text[i] - '0');
        else
            field++;
    }
    if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 || v[3] > 24 || v[4] > 59 || v[5] > 59) return false;
    if (v[3] == 24 && v[4] + v[5] + v[6] > 0) return false;
    fl_civil c = {v[0], v[1], FL_MIN(v[2], fl_month_days(v[0], v[1])), v[3], v[4], v[5], v[6], 0};
    *out = fl_civil_to_ts(&c);
    return true;
}

static void no_spoilt_text_is_read_as_something_else(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 300000; seed++) {
        rng = seed;
        char text[] = "2024-02-29 12:34:56.789";
        for (int64_t i = between(1, 4); i > 0; i--)
            text[between(0, 22)] = between(0, 9) ? "0123456789:-/. T"[between(0, 15)] : (char)between(-128, 127);
        fl_ts got = {0}, want = {0};
        bool read = fl_ts_parse_strict(fl_str_make(text, sizeof text - 1), ' ', false, &got);
        if (read != model_read(text, &want) || (read && (got.ms != want.ms || got.nanos != want.nanos)))
            fail_msg("seed %llu: '%s'", (unsigned long long)seed, text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_is_a_walk_over_its_days),
        cmocka_unit_test(far_years_keep_their_days),
        cmocka_unit_test(a_timestamp_has_the_fields_that_the_c_library_gives_it),
        cmocka_unit_test(months_are_added_by_the_calendar),
        cmocka_unit_test(packing_keeps_what_the_unit_can_hold),
        cmocka_unit_test(truncation_cuts_digits_also_before_1970),
        cmocka_unit_test(timestamps_print_as_java_prints_them),
        cmocka_unit_test(the_ends_of_time_print_too),
        cmocka_unit_test(timestamps_print_as_sql_casts_them),
        cmocka_unit_test(dates_and_times_print_as_in_flink),
        cmocka_unit_test(intervals_print_as_in_flink),
        cmocka_unit_test(casts_read_dates_as_in_flink),
        cmocka_unit_test(casts_read_times_as_in_flink),
        cmocka_unit_test(casts_read_timestamps_as_in_flink),
        cmocka_unit_test(formats_read_timestamps_as_java_does),
        cmocka_unit_test(formats_read_dates_and_times_strictly),
        cmocka_unit_test(every_timestamp_survives_its_texts),
        cmocka_unit_test(no_spoilt_text_is_read_as_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
