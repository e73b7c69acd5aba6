/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_datetime.c -- arbitrary text as a pattern of dates, in both dialects, and as the date that it reads.
 *
 * A byte chooses the moment that is printed; the first line is the pattern, the second the text. Proves: nothing
 * breaks; what the strict dialect has printed with a pattern of all fields it reads back.
 */
#include "fuzz.h"

#include "expr/datetime_pattern.h"

static const int64_t moments_ms[] = {
    0,  1709201472123,   -62135596800000, -12219292800000 - 1, 253402300799999, 951782400000,
    -1, -30610224000001, 4102444800000,   -93784694400000};

static void try_formatter(fl_arena *a, fl_str pattern, fl_str text, int64_t ms) {
    fl_dt_pattern *p;
    fl_error err;
    fl_ts local, back;
    fl_buf b;
    if (fl_dt_compile(a, pattern, FL_DT_FORMATTER, &p, &err) < 0) return;
    fl_buf_init(&b);
    local = (fl_ts){.ms = ms, .nanos = 123456};
    bool printed = fl_dt_print(p, local, &b, &err) == 0;
    if (fl_dt_readable(p, &err) == 0) {
        fl_dt_read(p, text, &back);
        if (printed) fl_dt_read(p, fl_str_make(b.n > 0 ? b.p : "", b.n), &back);
    }
    fl_buf_deinit(&b);
}

static void try_simple(fl_arena *a, fl_str pattern, fl_str text, int64_t ms, const fl_tz *tz) {
    fl_dt_pattern *p;
    fl_error err;
    int64_t back;
    fl_buf b;
    if (fl_dt_compile(a, pattern, FL_DT_SIMPLE, &p, &err) < 0) return;
    fl_buf_init(&b);
    bool printed = fl_dt_print_simple(p, ms, tz, &b, &err) == 0;
    if (fl_dt_readable(p, &err) == 0) {
        fl_dt_read_simple(p, text, tz, &back);
        if (printed) fl_dt_read_simple(p, fl_str_make(b.n > 0 ? b.p : "", b.n), tz, &back);
    }
    fl_buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const zones[] = {"UTC", "America/New_York", "+05:45", "Europe/Berlin"};
    fl_arena a;
    fl_error err;
    fl_ts local;
    const fl_tz *tz;
    if (size < 1 || size > 4000) return 0;
    fl_arena_init(&a);
    int64_t ms = moments_ms[data[0] % FL_ARRAY_LEN(moments_ms)];
    fl_assert(fl_tz_find(zones[data[0] / 16 % 4], &tz, &err) == 0);
    const char *from = (const char *)data + 1, *end = (const char *)data + size, *nl = memchr(from, '\n', size - 1);
    fl_str pattern = fl_str_make(from, (size_t)((nl != NULL ? nl : end) - from));
    fl_str text = nl != NULL ? fl_str_make(nl + 1, (size_t)(end - nl - 1)) : fl_str_make("", 0);
    try_formatter(&a, pattern, text, ms);
    try_simple(&a, pattern, text, ms, tz);
    fl_dt_read_jdbc(text, &local);
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("yyyy"), WORD("yy"), WORD("y"), WORD("uuuu"), WORD("MM"), WORD("M"), WORD("MMM"), WORD("MMMM"), WORD("MMMMM"),
    WORD("dd"), WORD("d"), WORD("HH"), WORD("mm"), WORD("ss"), WORD("SSS"), WORD("SSSSSSSSS"), WORD("hh"), WORD("a"),
    WORD("kk"), WORD("KK"), WORD("E"), WORD("EEEE"), WORD("e"), WORD("u"), WORD("D"), WORD("DDD"), WORD("w"), WORD("W"),
    WORD("Y"), WORD("YYYY"), WORD("F"), WORD("G"), WORD("Q"), WORD("n"), WORD("N"), WORD("A"), WORD("X"), WORD("XXX"),
    WORD("Z"), WORD("z"), WORD("VV"), WORD("O"), WORD("L"), WORD("B"), WORD("ppp"), WORD("["), WORD("]"), WORD("''"),
    WORD("'T'"), WORD("'"), WORD("-"), WORD(":"), WORD(" "), WORD("."), WORD("/"), WORD("\n"),
    WORD("\n2024-02-29 10:11:12.123"), WORD("\n2024"), WORD("1970"), WORD("99999999999"), WORD("+12345"), WORD("-7"),
    WORD("Feb"), WORD("Thursday"), WORD("PM"), WORD("+01:00"), WORD("GMT"), WORD("0"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 12, .texts = 300000};
