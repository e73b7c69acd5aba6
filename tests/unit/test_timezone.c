/* SPDX-License-Identifier: Apache-2.0 */
/* test_timezone.c -- zones against the C library's localtime_r, gaps and overlaps against a search over instants, and
 * zone files with wrong bytes. Needs the system's time zone data; says so and skips where there is none. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/platform.h"
#include "base/str.h"
#include "data/timestamp.h"
#include "data/timezone.h"

static uint64_t rng;
static uint64_t next_u64(void) { return fl_splitmix(rng += FL_SPLITMIX_STEP); }
static int64_t between(int64_t from, int64_t to) { return from + (int64_t)(next_u64() % (uint64_t)(to - from + 1)); }

static const char *const regions[] = {"Europe/Berlin",
                                      "Europe/Dublin",
                                      "America/New_York",
                                      "America/Los_Angeles",
                                      "America/St_Johns",
                                      "America/Sao_Paulo",
                                      "America/Nuuk",
                                      "Africa/Casablanca",
                                      "Africa/Monrovia",
                                      "Asia/Kathmandu",
                                      "Asia/Tehran",
                                      "Asia/Gaza",
                                      "Asia/Kolkata",
                                      "Australia/Lord_Howe",
                                      "Pacific/Apia",
                                      "Pacific/Auckland",
                                      "Antarctica/Troll",
                                      "Etc/GMT+8",
                                      "CET",
                                      "UTC"};

static const int64_t year_1900 = -2208988800, year_2100 = 4102444800, year_5000 = 95617584000;

static void need_zone_data(void) {
    if (fl_disk_exists(fl_platform_real(), "/usr/share/zoneinfo/Europe/Berlin")) return;
    print_message("no time zone data: install tzdata\n");
    skip();
}

static const fl_tz *zone(const char *name) {
    const fl_tz *tz;
    fl_error err;
    if (fl_tz_find(name, &tz, &err) != 0) fail_msg("%s", err.message);
    return tz;
}

static int64_t ms(const char *text) {
    fl_ts t;
    assert_true(fl_ts_parse(fl_str_from(text), &t));
    return t.ms;
}

static void use_zone(const char *tz) {
    if (tz != NULL)
        setenv("TZ", tz, 1);
    else
        unsetenv("TZ");
    tzset();
}

static int64_t libc_offset(int64_t seconds) {
    time_t t = (time_t)seconds;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    return tm.tm_gmtoff;
}

static void check_offset(const fl_tz *tz, int64_t t, uint64_t seed) {
    int64_t want = libc_offset(t) * 1000, got = fl_tz_offset_ms(tz, t * 1000 + 999);
    if (want != got)
        fail_msg("seed %llu: %s at %lld s: %lld ms, the C library says %lld", (unsigned long long)seed, fl_tz_name(tz),
                 (long long)t, (long long)got, (long long)want);
}

/* ---- instants to local time ---- */

static void offsets_agree_with_the_c_library(void **state) {
    (void)state;
    need_zone_data();
    for (size_t i = 0; i < FL_ARRAY_LEN(regions); i++) {
        const fl_tz *tz = zone(regions[i]);
        use_zone(regions[i]);
        for (uint64_t seed = 1; seed <= 4000; seed++) {
            rng = seed;
            check_offset(tz, between(year_1900, seed % 4 ? year_2100 : year_5000), seed);
        }
    }
    use_zone(NULL);
}

/* Every change in a span of years is met on the second. */
static void offsets_change_at_the_same_second(void **state) {
    (void)state;
    need_zone_data();
    static const char *const some[] = {"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"};
    for (size_t i = 0; i < FL_ARRAY_LEN(some); i++) {
        const fl_tz *tz = zone(some[i]);
        use_zone(some[i]);
        int64_t step = 40 * 86400;
        for (int64_t t = 0; t < year_2100; t += step) {
            int64_t lo = t, hi = t + step;
            if (libc_offset(lo) == libc_offset(hi)) continue;
            while (hi - lo > 1) *(libc_offset((lo + hi) / 2) == libc_offset(lo) ? &lo : &hi) = (lo + hi) / 2;
            check_offset(tz, lo, 0);
            check_offset(tz, hi, 0);
        }
    }
    use_zone(NULL);
}

static void all_regions_of_the_machine_can_be_read(void **state) {
    (void)state;
    need_zone_data();
    FILE *f = fopen("/usr/share/zoneinfo/zone1970.tab", "r");
    if (f == NULL) skip();
    char line[512], name[128];
    while (fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#' || sscanf(line, "%*s %*s %127s", name) != 1) continue;
        const fl_tz *tz = zone(name);
        use_zone(name);
        for (uint64_t seed = 1; seed <= 50; seed++) {
            rng = seed;
            check_offset(tz, between(0, year_2100), seed);
        }
    }
    fclose(f);
    use_zone(NULL);
}

static void rules_of_posix_mean_what_the_c_library_says(void **state) {
    (void)state;
    static const char *const rules[] = {"CET-1CEST,M3.5.0,M10.5.0/3",
                                        "EST5EDT,M3.2.0,M11.1.0",
                                        "FOO5BAR,M3.2.0,M11.1.0",
                                        "NZST-12NZDT,M9.5.0,M4.1.0/3",
                                        "IST-1GMT0,M10.5.0,M3.5.0/1",
                                        "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
                                        "<+0330>-3:30<+0430>,J79/24,J263/24",
                                        "AAA3BBB2:30,J60,J300/3:15:30",
                                        "AAA-3BBB,59/0,300/26",
                                        "UTC0",
                                        "XYZ-14"};
    for (size_t i = 0; i < FL_ARRAY_LEN(rules); i++) {
        use_zone(rules[i]);
        const fl_tz *tz = fl_tz_system();
        for (uint64_t seed = 1; seed <= 3000; seed++) {
            rng = seed;
            check_offset(tz, between(0, seed % 4 ? year_2100 : year_5000), seed);
        }
    }
    use_zone(NULL);
}

/* ---- local time to instants ---- */

typedef struct meaning {
    int n;               /* instants that show this local time: 0 is a gap */
    int64_t first, last; /* of them; in a gap the local time moved on by its length, and the gap's instant */
} meaning;

/* By trying every offset that holds within a day and a half. False if there is more than one change in that time. */
static bool model_meaning(int64_t local, meaning *m) {
    int64_t before = libc_offset(local - 129600), after = libc_offset(local + 129600), lo = local - 129600,
            hi = local + 129600;
    for (int64_t t = lo; t <= hi; t += 900)
        if (libc_offset(t) != before && libc_offset(t) != after) return false;
    while (hi - lo > 1) *(libc_offset((lo + hi) / 2) == before ? &lo : &hi) = (lo + hi) / 2;
    bool early = local - before < hi || before == after, late = local - after >= hi && before != after;
    *m = (meaning){early + late, early || !late ? local - before : local - after,
                   late    ? local - after
                   : early ? local - before
                           : hi};
    return true;
}

static void check_meaning(const fl_tz *tz, int64_t local, uint64_t seed) {
    meaning m;
    if (!model_meaning(local, &m)) return;
    int64_t utc = fl_tz_to_utc(tz, local * 1000 + 123), timer = fl_tz_timer_to_utc(tz, local * 1000 + 123);
    if (utc != m.first * 1000 + 123 || timer != (m.n == 0 ? m.last * 1000 : m.last * 1000 + 123))
        fail_msg("seed %llu: local %lld s in %s (%d instants): %lld and %lld ms, expected %lld and %lld s",
                 (unsigned long long)seed, (long long)local, fl_tz_name(tz), m.n, (long long)utc, (long long)timer,
                 (long long)m.first, (long long)m.last);
}

static void local_times_mean_the_earlier_instant_and_move_on_in_gaps(void **state) {
    (void)state;
    need_zone_data();
    for (size_t i = 0; i < FL_ARRAY_LEN(regions); i++) {
        const fl_tz *tz = zone(regions[i]);
        use_zone(regions[i]);
        for (uint64_t seed = 1; seed <= 300; seed++) {
            rng = seed;
            int64_t t = between(year_1900, seed % 4 ? year_2100 : year_5000), far = t + 200 * 86400;
            check_meaning(tz, t, seed);
            if (libc_offset(t) == libc_offset(far)) continue;
            while (far - t > 1) *(libc_offset((t + far) / 2) == libc_offset(t) ? &t : &far) = (t + far) / 2;
            check_meaning(tz, far + libc_offset(t) + between(-7200, 7200), seed); /* around the next change */
            check_meaning(tz, far + libc_offset(t), seed);
            check_meaning(tz, far + libc_offset(far), seed);
            check_meaning(tz, far + libc_offset(t) - 1, seed);
            check_meaning(tz, far + libc_offset(far) - 1, seed);
        }
    }
    use_zone(NULL);
}

static void conversions_give_what_flink_gives(void **state) {
    (void)state;
    need_zone_data();
    static const struct {
        const char *utc, *zone, *local;
    } cases[] = {
        {"2024-02-29 12:34:56", "America/Los_Angeles", "2024-02-29 04:34:56"},
        {"2024-07-01 12:00:00", "Europe/Berlin", "2024-07-01 14:00:00"},
        {"2024-03-31 00:59:59", "Europe/Berlin", "2024-03-31 01:59:59"},
        {"2024-10-27 00:59:59", "Europe/Berlin", "2024-10-27 02:59:59"},
        {"2024-10-27 01:00:00", "Europe/Berlin", "2024-10-27 02:00:00"},
        {"2024-11-03 06:30:00", "America/New_York", "2024-11-03 01:30:00"},
        {"2024-01-01 00:00:00", "GMT+8", "2024-01-01 08:00:00"},
        {"2024-01-01 00:00:00", "PST", "2023-12-31 16:00:00"},
        {"2024-01-01 00:00:00", "EST", "2023-12-31 19:00:00"},
        {"2024-01-01 00:00:00", "UTC", "2024-01-01 00:00:00"},
        {"2024-01-01 00:00:00", "Pacific/Kiritimati", "2024-01-01 14:00:00"},
        {"1969-12-31 23:59:59", "Asia/Tokyo", "1970-01-01 08:59:59"},
        {"9999-12-31 23:59:59", "Asia/Tokyo", "+10000-01-01 08:59:59"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++)
        assert_int_equal(fl_tz_to_local(fl_tz_find_legacy(cases[i].zone), ms(cases[i].utc)), ms(cases[i].local));
    static const char *const unknown[] = {"+08:00", "UTC+8", "No/Such_Zone", ""};
    for (size_t i = 0; i < FL_ARRAY_LEN(unknown); i++) assert_null(fl_tz_find_legacy(unknown[i]));
    assert_int_equal(fl_tz_to_utc(zone("Europe/Berlin"), ms("2024-03-31 02:30:00")), ms("2024-03-31 01:30:00"));
    assert_int_equal(fl_tz_to_utc(zone("America/New_York"), ms("2024-03-10 02:30:00")), ms("2024-03-10 07:30:00"));
    assert_int_equal(fl_tz_to_utc(zone("America/Los_Angeles"), ms("2024-02-29 12:34:56")), ms("2024-02-29 20:34:56"));
}

static void window_timers_wait_for_the_gap_and_for_the_second_pass(void **state) {
    (void)state;
    need_zone_data();
    const fl_tz *tz = zone("America/Los_Angeles");
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-03-14 01:59:59.999")), ms("2021-03-14 09:59:59.999"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-03-14 02:00:00")), ms("2021-03-14 10:00:00"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-03-14 02:59:59.999")), ms("2021-03-14 10:00:00"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-03-14 03:00:00")), ms("2021-03-14 10:00:00"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-11-07 00:59:59.999")), ms("2021-11-07 07:59:59.999"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2021-11-07 01:30:00")), ms("2021-11-07 09:30:00"));
    assert_int_equal(fl_tz_to_utc(tz, ms("2021-11-07 01:30:00")), ms("2021-11-07 08:30:00"));
    /* the same four hundred years later, beyond the table */
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2821-03-14 02:30:00")), ms("2821-03-14 10:00:00"));
    assert_int_equal(fl_tz_timer_to_utc(tz, ms("2821-11-07 01:30:00")), ms("2821-11-07 09:30:00"));
}

static void the_ends_of_time_have_no_zone(void **state) {
    (void)state;
    static const char *const names[] = {"+14:00", "-12:00", "UTC"};
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < FL_ARRAY_LEN(names); i++)
        for (size_t k = 0; k < FL_ARRAY_LEN(ends); k++) {
            assert_true(fl_tz_to_local(zone(names[i]), ends[k]) == ends[k]);
            assert_true(fl_tz_to_utc(zone(names[i]), ends[k]) == ends[k]);
            assert_true(fl_tz_timer_to_utc(zone(names[i]), ends[k]) == ends[k]);
        }
}

/* ---- names ---- */

static void fixed_offsets_have_many_spellings(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int minutes;
    } cases[] = {{"UTC", 0},         {"Z", 0},           {"GMT", 0},       {"UT", 0},        {"GMT+8", 480},
                 {"GMT+08:00", 480}, {"UTC+8", 480},     {"+08:00", 480},  {"+8", 480},      {"-03:30", -210},
                 {"-0330", -210},    {"GMT-8:00", -480}, {"+18:00", 1080}, {"UTC+00:00", 0}, {"+05:45:00", 345}};
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        const fl_tz *tz = zone(cases[i].name);
        assert_int_equal(fl_tz_offset_ms(tz, 0), cases[i].minutes * 60000);
        assert_int_equal(fl_tz_to_utc(tz, 0), -cases[i].minutes * 60000);
        assert_int_equal(fl_tz_is_utc(tz), cases[i].minutes == 0);
        assert_string_equal(fl_tz_name(tz), cases[i].name);
        assert_ptr_equal(tz, zone(cases[i].name));
    }
    assert_ptr_equal(zone("UTC"), fl_tz_utc());
}

static void no_name_leads_out_of_the_zone_directory(void **state) {
    (void)state;
    static const char *const bad[] = {
        "/etc/localtime",
        "../zoneinfo/Europe/Berlin",
        "Europe/../Europe/Berlin",
        "Europe//../Berlin",
        ".",
        "..",
        "",
        "Europe",
        "Europe/",
        "zone.tab",
        "tzdata.zi",
        "Europe/Berlin\n",
        "+19:00",
        "+8:0",
        "GMT+8x",
        "UTC+",
        "Z+1",
        "+08:60",
        "Mars/Olympus_Mons",
        "A_very_long_name_that_is_no_zone_at_all_but_goes_on_and_on_and_on_and_on_and_on_and_on"};
    const fl_tz *tz;
    fl_error err;
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        if (fl_tz_find(bad[i], &tz, &err) != FL_E_VALIDATION) fail_msg("'%s' was taken", bad[i]);
        assert_non_null(strstr(err.message, "Invalid time zone"));
    }
}

static void misspelt_regions_bring_a_suggestion(void **state) {
    (void)state;
    need_zone_data();
    static const char *const cases[][2] = {{"Europe/Berln", "Europe/Berlin"},
                                           {"europe/berlin", "Europe/Berlin"},
                                           {"America/New York", "America/New_York"},
                                           {"Berlin", "Europe/Berlin"},
                                           {"new york", "America/New_York"},
                                           {"Tokio", "Asia/Tokyo"},
                                           {"America/Los_Angels", "America/Los_Angeles"}};
    const fl_tz *tz;
    fl_error err;
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        assert_int_equal(fl_tz_find(cases[i][0], &tz, &err), FL_E_VALIDATION);
        if (strstr(err.hint, cases[i][1]) == NULL) fail_msg("'%s' brings: %s", cases[i][0], err.hint);
    }
    assert_int_equal(fl_tz_find("Nowhere/Whatever_Land", &tz, &err), FL_E_VALIDATION);
    assert_non_null(strstr(err.hint, "look like 'Europe/Berlin'"));
}

static void the_machine_has_the_zone_that_its_variable_names(void **state) {
    (void)state;
    need_zone_data();
    use_zone("Europe/Berlin");
    assert_ptr_equal(fl_tz_system(), zone("Europe/Berlin"));
    use_zone(":America/New_York");
    assert_ptr_equal(fl_tz_system(), zone("America/New_York"));
    use_zone(":/usr/share/zoneinfo/Asia/Tokyo");
    assert_int_equal(fl_tz_offset_ms(fl_tz_system(), 0), 9 * 3600000);
    assert_ptr_equal(fl_tz_system(), fl_tz_system());
    use_zone("");
    assert_ptr_equal(fl_tz_system(), fl_tz_utc());
    use_zone("no zone at all");
    assert_ptr_equal(fl_tz_system(), fl_tz_utc());
    use_zone(NULL);
    for (int64_t t = 0; t < year_2100; t += 86400 * 30) check_offset(fl_tz_system(), t, 0);
}

/* ---- files ---- */

static char dir[] = "/tmp/flott-test-zones-XXXXXX";

static int make_own_directory(void **state) {
    (void)state;
    return mkdtemp(dir) == NULL || setenv("TZDIR", dir, 1) != 0;
}

static int remove_own_directory(void **state) {
    (void)state;
    fl_error err;
    unsetenv("TZDIR");
    return fl_disk_remove_tree(fl_platform_real(), dir, &err);
}

static void write_zone(const char *name, const void *bytes, size_t n) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void put_be(fl_buf *b, int64_t x, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) fl_buf_putc(b, (char)(x >> 8 * i));
}

/* A block with one change from +1 h to +2 h at second 1000. */
static void put_block(fl_buf *b, char version, int width) {
    fl_buf_puts(b, "TZif");
    fl_buf_putc(b, version);
    for (int i = 0; i < 15; i++) fl_buf_putc(b, 0);
    static const int counts[] = {0, 0, 0, 1, 2, 4};
    for (int i = 0; i < 6; i++) put_be(b, counts[i], 4);
    put_be(b, 1000, width);
    fl_buf_putc(b, 1);
    for (int i = 1; i <= 2; i++) {
        put_be(b, 3600 * i, 4);
        put_be(b, 0, 2);
    }
    fl_buf_put(b, "XYZ", 4);
}

static void files_of_the_first_and_second_version_are_read(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    put_block(&b, 0, 4);
    write_zone("Old", b.p, b.n);
    const fl_tz *tz = zone("Old");
    assert_int_equal(fl_tz_offset_ms(tz, 999999), 3600000);
    assert_int_equal(fl_tz_offset_ms(tz, 1000000), 7200000);
    memcpy(b.p + 49, "\x80\0\0\0", 4); /* the first offset */
    write_zone("Far", b.p, b.n);
    fl_error err;
    assert_int_equal(fl_tz_find("Far", &tz, &err), FL_E_IO);
    fl_buf_reset(&b);
    put_block(&b, '2', 4);
    put_block(&b, '2', 8);
    fl_buf_puts(&b, "\nAAA-2BBB,M3.5.0,M10.5.0\n");
    write_zone("New", b.p, b.n);
    tz = zone("New");
    assert_int_equal(fl_tz_offset_ms(tz, 999999), 3600000);
    assert_int_equal(fl_tz_offset_ms(tz, 1000000), 7200000);
    assert_int_equal(fl_tz_offset_ms(tz, ms("2024-07-01")), 10800000);
    assert_int_equal(fl_tz_offset_ms(tz, ms("9999-07-01")), 10800000);
    fl_buf_deinit(&b);
}

/* Whatever is in a file, reading it ends well, and what is accepted is a zone with sane offsets. */
static void spoilt_files_do_no_harm(void **state) {
    (void)state;
    need_zone_data();
    static const char *const sources[] = {"Europe/Berlin", "America/New_York", "Asia/Tokyo"};
    int accepted = 0, refused = 0;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        rng = seed;
        fl_arena a;
        fl_error err;
        const fl_tz *tz;
        char *bytes, name[20], path[100];
        size_t n;
        fl_arena_init(&a);
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", sources[seed % 3]);
        assert_int_equal(fl_disk_read_all(fl_platform_real(), path, 1 << 20, &a, &bytes, &n, &err), 0);
        size_t from = between(0, 1) ? 0 : n - FL_MIN(n, (size_t)120); /* headers and tables, or the rule */
        for (int64_t i = between(1, 4); i > 0; i--) bytes[between((int64_t)from, (int64_t)n - 1)] = (char)next_u64();
        if (between(0, 4) == 0) n = (size_t)between(0, (int64_t)n);
        snprintf(name, sizeof name, "Spoilt%llu", (unsigned long long)seed);
        write_zone(name, bytes, n);
        fl_arena_deinit(&a);
        if (fl_tz_find(name, &tz, &err) != 0) {
            refused++;
            continue;
        }
        accepted++;
        for (int i = 0; i < 50; i++) {
            int64_t t = i % 2 ? (int64_t)next_u64() : between(year_1900 * 1000, year_5000 * 1000);
            int64_t offset = fl_tz_offset_ms(tz, t), utc = fl_tz_to_utc(tz, t), timer = fl_tz_timer_to_utc(tz, t);
            if (llabs(offset) > 26 * 3600000 || llabs(utc / 2 - t / 2) > 26 * 3600000 ||
                llabs(timer / 2 - t / 2) > 52 * 3600000)
                fail_msg("seed %llu: %lld ms in %s", (unsigned long long)seed, (long long)t, name);
        }
    }
    assert_true(accepted > 100 && refused > 100);
}

static void *find_many(void *arg) {
    const fl_tz **found = arg;
    for (size_t i = 0; i < FL_ARRAY_LEN(regions); i++) {
        fl_error err;
        if (fl_tz_find(regions[i], &found[i], &err) != 0) found[i] = NULL;
    }
    return NULL;
}

static void threads_share_their_zones(void **state) {
    (void)state;
    need_zone_data();
    enum { THREADS = 4 };
    const fl_tz *found[THREADS][FL_ARRAY_LEN(regions)];
    fl_thread threads[THREADS];
    fl_error err;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(fl_thread_start(fl_platform_real(), &threads[i], "zones", find_many, found[i], &err), 0);
    for (int i = 0; i < THREADS; i++) fl_thread_join(threads[i]);
    for (int i = 0; i < THREADS; i++) assert_memory_equal(found[i], found[0], sizeof found[0]);
    for (size_t i = 0; i < FL_ARRAY_LEN(regions); i++) assert_non_null(found[0][i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_their_zones),
        cmocka_unit_test(offsets_agree_with_the_c_library),
        cmocka_unit_test(offsets_change_at_the_same_second),
        cmocka_unit_test(all_regions_of_the_machine_can_be_read),
        cmocka_unit_test(rules_of_posix_mean_what_the_c_library_says),
        cmocka_unit_test(local_times_mean_the_earlier_instant_and_move_on_in_gaps),
        cmocka_unit_test(conversions_give_what_flink_gives),
        cmocka_unit_test(window_timers_wait_for_the_gap_and_for_the_second_pass),
        cmocka_unit_test(the_ends_of_time_have_no_zone),
        cmocka_unit_test(fixed_offsets_have_many_spellings),
        cmocka_unit_test(no_name_leads_out_of_the_zone_directory),
        cmocka_unit_test(misspelt_regions_bring_a_suggestion),
        cmocka_unit_test(the_machine_has_the_zone_that_its_variable_names),
    };
    const struct CMUnitTest with_files[] = {
        cmocka_unit_test(files_of_the_first_and_second_version_are_read),
        cmocka_unit_test(spoilt_files_do_no_harm),
    };
    unsetenv("TZDIR");
    return cmocka_run_group_tests(tests, NULL, NULL) +
           cmocka_run_group_tests(with_files, make_own_directory, remove_own_directory);
}
