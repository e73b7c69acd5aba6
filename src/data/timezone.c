/* SPDX-License-Identifier: Apache-2.0 */
/* timezone.c -- time zones: from the system's TZif files to a sorted table, and local time to instants and back.
 *
 * What:       a zone is a list of instants at which its offset from UTC changes, and the offsets between them:
 *
 *                 offset[0]      offset[1]      offset[2]                offset[n]
 *             ────────────┬──────────────┬──────────────┬── … ──┬──────────────────▶ UTC
 *                       at[0]          at[1]          at[2]   at[n - 1]
 *
 * Example:    Europe/Berlin: 01:00 UTC on 2024-03-31 ends +1 h and begins +2 h. Local 02:30 does not exist that day
 *             and means 03:30; on 2024-10-27 local 02:30 exists twice and means the first one.
 * Interface:  timezone.h.
 * Algorithm:  A file lists changes up to some year and ends with a rule for the time after ("last Sunday of March").
 *             The rule is written out for four centuries when the zone is read, and whatever comes later is moved
 *             back by whole cycles of 400 years, after which the calendar repeats itself, weekdays included. So a
 *             lookup is a binary search and never computes a rule. A local time may belong to two neighbouring
 *             intervals (overlap) or to none (gap): the intervals that are near enough are tried in order.
 * Invariants: (1) at[] ascends strictly; neighbouring offsets differ; all lie within ±OFFSET_LIMIT. (2) from
 *             cycle_end - 400 years on, changes follow the rule, and at[] goes on beyond cycle_end. (3) a zone never
 *             changes once it is in the list of known zones; that list only grows.
 */
#include "data/timezone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/platform.h"
#include "base/str.h"
#include "data/timestamp.h"
#include "messages/name.h"
#include "messages/type.h"

enum {
    OFFSET_LIMIT = 26 * 3600, /* seconds; real ones stay within 16 hours */
    CYCLE_YEARS = 400,
    NAME_MAX_BYTES = 80,
    FILE_LIMIT_BYTES = 1 << 20,
    COUNT_LIMIT = 1 << 14, /* of anything in a file */
};
#define CYCLE_SECONDS (146097 * 86400LL)
#define EDGE_MS       (2 * FL_MS_PER_DAY) /* so near to the ends of 64 bits time has no zone */

struct fl_tz {
    struct fl_tz *next;  /* in the list of known zones */
    char *name;          /* owned; as asked for */
    bool is_utc;         /* all offsets are zero */
    int n;               /* changes */
    int64_t *at;         /* n instants, seconds since the epoch */
    int32_t *offset;     /* n + 1 offsets, seconds east of UTC; offset[i] holds before at[i] */
    int32_t least, most; /* of all offsets */
    int64_t cycle_end;   /* from here on the 400 years before repeat; INT64_MAX: nothing changes any more */
};

static const char zoneinfo_dir[] = "/usr/share/zoneinfo";

/* ---- looking up ---- */

/* The interval of an instant: how many changes lie at or before it. */
static int interval_at(const fl_tz *tz, int64_t t) {
    int lo = 0;
    for (int n = tz->n; n > 0;) {
        int half = n / 2;
        bool after = tz->at[lo + half] <= t;
        lo += after ? half + 1 : 0;
        n = after ? n - half - 1 : half;
    }
    return lo;
}

/* An instant or local time of the table that behaves like t. */
static int64_t into_cycle(const fl_tz *tz, int64_t t) {
    return FL_LIKELY(t < tz->cycle_end) ? t : t - ((t - tz->cycle_end) / CYCLE_SECONDS + 1) * CYCLE_SECONDS;
}

/* Nothing is to be added: local time is UTC here, or time ends. */
static bool stands_still(const fl_tz *tz, int64_t ms) {
    return tz->is_utc || ms > INT64_MAX - EDGE_MS || ms < INT64_MIN + EDGE_MS;
}

int64_t fl_tz_offset_ms(const fl_tz *tz, int64_t utc_ms) {
    if (stands_still(tz, utc_ms)) return 0;
    return 1000LL * tz->offset[interval_at(tz, into_cycle(tz, fl_floor_div(utc_ms, 1000)))];
}

int64_t fl_tz_legacy_offset_ms(const fl_tz *tz, int64_t utc_ms) {
    enum { FROM_1900_TO_1970 = 25567 }; /* days */
    if (utc_ms >= -FROM_1900_TO_1970 * 86400000LL || stands_still(tz, utc_ms)) return fl_tz_offset_ms(tz, utc_ms);
    bool summer_time = tz->cycle_end != INT64_MAX && tz->n > 0; /* the last two offsets take turns */
    return 1000LL * (summer_time ? FL_MIN(tz->offset[tz->n], tz->offset[tz->n - 1]) : tz->offset[tz->n]);
}

/* What a local time can mean, as offsets to take off it. */
typedef struct meaning {
    int32_t first; /* of the earlier instant; in a gap that which held before it */
    int32_t last;  /* of the later instant, if it exists twice; else the same */
    bool in_gap;
    int64_t gap_at; /* the instant of the gap */
} meaning;

/* `local` in seconds, within the table. */
static meaning resolve(const fl_tz *tz, int64_t local) {
    int k = interval_at(tz, local - tz->most); /* no instant that it can mean is earlier */
    while (k < tz->n && local - tz->offset[k] >= tz->at[k]) k++;
    if (k > 0 && local - tz->offset[k] < tz->at[k - 1]) /* too late for one interval, too early for the next */
        return (meaning){tz->offset[k - 1], tz->offset[k - 1], true, tz->at[k - 1]};
    meaning m = {tz->offset[k], tz->offset[k], false, 0};
    for (; k < tz->n && tz->at[k] <= local - tz->least; k++) {
        int64_t utc = local - tz->offset[k + 1];
        if (utc >= tz->at[k] && (k + 1 == tz->n || utc < tz->at[k + 1])) m.last = tz->offset[k + 1];
    }
    return m;
}

int64_t fl_tz_to_utc(const fl_tz *tz, int64_t local_ms) {
    if (stands_still(tz, local_ms)) return local_ms;
    return local_ms - 1000LL * resolve(tz, into_cycle(tz, fl_floor_div(local_ms, 1000))).first;
}

int64_t fl_tz_timer_to_utc(const fl_tz *tz, int64_t local_ms) {
    if (stands_still(tz, local_ms)) return local_ms;
    int64_t local = fl_floor_div(local_ms, 1000), moved = into_cycle(tz, local);
    meaning m = resolve(tz, moved);
    return m.in_gap ? (m.gap_at + (local - moved)) * 1000 : local_ms - 1000LL * m.last;
}

const char *fl_tz_name(const fl_tz *tz) { return tz->name; }
bool fl_tz_is_utc(const fl_tz *tz) { return tz->is_utc; }

const fl_tz *fl_tz_utc(void) {
    static char name[] = "UTC";
    static int32_t offset[1] = {0};
    static const fl_tz utc = {.name = name, .is_utc = true, .offset = offset, .cycle_end = INT64_MAX};
    return &utc;
}

/* ---- making a zone ---- */

static fl_tz *zone_new(const char *name, int32_t first_offset, int cap) {
    fl_tz *tz = fl_calloc(1, sizeof *tz);
    tz->name = fl_strdup(name);
    tz->at = fl_calloc((size_t)cap + 1, sizeof *tz->at);
    tz->offset = fl_calloc((size_t)cap + 1, sizeof *tz->offset);
    tz->offset[0] = first_offset;
    tz->cycle_end = INT64_MAX;
    return tz;
}

static void zone_free(fl_tz *tz) {
    free(tz->name);
    free(tz->at);
    free(tz->offset);
    free(tz);
}

static bool is_sane(int32_t offset) { return offset >= -OFFSET_LIMIT && offset <= OFFSET_LIMIT; }

/* From t on the offset is another one. A change at the instant of the last one replaces it, an earlier one is void. */
static void zone_change(fl_tz *tz, int64_t t, int32_t offset) {
    if (tz->n > 0 && t < tz->at[tz->n - 1]) return;
    if (tz->n > 0 && t == tz->at[tz->n - 1]) tz->n--;
    if (tz->offset[tz->n] == offset) return;
    tz->at[tz->n++] = t;
    tz->offset[tz->n] = offset;
}

static fl_tz *zone_finish(fl_tz *tz) {
    fl_assert(is_sane(tz->offset[0]));
    tz->least = tz->most = tz->offset[0];
    for (int i = 0; i < tz->n; i++) {
        fl_assert(i == 0 || tz->at[i] > tz->at[i - 1]);
        fl_assert(tz->offset[i] != tz->offset[i + 1] && is_sane(tz->offset[i + 1]));
        tz->least = FL_MIN(tz->least, tz->offset[i + 1]);
        tz->most = FL_MAX(tz->most, tz->offset[i + 1]);
    }
    tz->is_utc = tz->least == 0 && tz->most == 0;
    return tz;
}

/* ---- the rule at the end of a file: CET-1CEST,M3.5.0,M10.5.0/3 ---- */

typedef struct rule_day {
    char form;            /* 'M': month, week and weekday; 'J': day 1 … 365 without February 29; 'n': day 0 … 365 */
    int month, week, day; /* week 5 is the last one */
    int32_t time;         /* seconds after local midnight; may be negative or beyond the day */
} rule_day;

typedef struct rule {
    int32_t standard, summer; /* offsets, seconds east of UTC */
    bool has_summer;
    rule_day from, to; /* of summer time; each in the local time that it ends */
} rule;

typedef struct cursor {
    const char *p, *end;
    bool bad;
} cursor;

static bool take_if(cursor *c, char ch) {
    if (c->p == c->end || *c->p != ch) return false;
    c->p++;
    return true;
}

static bool at_digit(const cursor *c) { return c->p < c->end && *c->p >= '0' && *c->p <= '9'; }

static int take_number(cursor *c, int least, int most) {
    int x = 0, n = 0;
    for (; at_digit(c) && n < 4; n++) x = x * 10 + (*c->p++ - '0');
    c->bad |= n == 0 || x < least || x > most;
    return x;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int32_t take_hours(cursor *c, int most) {
    bool negative = take_if(c, '-');
    if (!negative) take_if(c, '+');
    int32_t seconds = take_number(c, 0, most) * 3600;
    if (take_if(c, ':')) seconds += take_number(c, 0, 59) * 60;
    if (take_if(c, ':')) seconds += take_number(c, 0, 59);
    return negative ? -seconds : seconds;
}

/* The name of a zone's time, CET or <+03>: at least three characters, of no use to us. */
static void skip_abbreviation(cursor *c) {
    bool quoted = take_if(c, '<');
    const char *start = c->p;
    while (c->p < c->end && (quoted ? *c->p != '>' : ((*c->p | 32) >= 'a' && (*c->p | 32) <= 'z'))) c->p++;
    c->bad |= c->p - start < 3 || (quoted && !take_if(c, '>'));
}

static rule_day take_rule_day(cursor *c) {
    rule_day d = {.form = 'n', .time = 2 * 3600};
    if (!take_if(c, ',')) c->bad = true;
    if (take_if(c, 'M')) {
        d.form = 'M';
        d.month = take_number(c, 1, 12);
        c->bad |= !take_if(c, '.');
        d.week = take_number(c, 1, 5);
        c->bad |= !take_if(c, '.');
        d.day = take_number(c, 0, 6);
    } else if (take_if(c, 'J')) {
        d.form = 'J';
        d.day = take_number(c, 1, 365);
    } else {
        d.day = take_number(c, 0, 365);
    }
    if (take_if(c, '/')) d.time = take_hours(c, 167);
    return d;
}

/* POSIX counts hours west of Greenwich, we count east. */
static bool parse_rule(fl_str text, rule *r) {
    cursor c = {text.p, text.p + text.n, false};
    *r = (rule){0};
    skip_abbreviation(&c);
    r->standard = -take_hours(&c, 24);
    if (c.bad || c.p == c.end) return !c.bad;
    r->has_summer = true;
    skip_abbreviation(&c);
    r->summer = c.p < c.end && *c.p != ',' ? -take_hours(&c, 24) : r->standard + 3600;
    r->from = take_rule_day(&c);
    r->to = take_rule_day(&c);
    return !c.bad && c.p == c.end;
}

/* Seconds from the epoch to the rule's moment of a year, as its local clock shows it. */
static int64_t rule_moment(const rule_day *d, int64_t year) {
    int64_t day = fl_days_from_civil(year, 1, 1) + d->day;
    if (d->form == 'J') day -= !(fl_leap_year(year) && d->day >= 60);
    if (d->form == 'M') {
        int64_t first = fl_days_from_civil(year, d->month, 1);
        int64_t weekday = fl_floor_mod(first + 4, 7); /* 1970-01-01 was a Thursday, Sunday is 0 */
        int64_t in_month = (d->day - weekday + 7) % 7 + 7 * (d->week - 1);
        day = first + (in_month < fl_month_days(year, d->month) ? in_month : in_month - 7);
    }
    return day * 86400 + d->time;
}

enum { RULE_YEARS = CYCLE_YEARS + 4, RULE_CHANGES = 2 * RULE_YEARS };

/* Writes the rule out behind the changes that are there, from 1900 on; see invariant 2. */
static void zone_follow_rule(fl_tz *tz, const rule *r) {
    static const int64_t year_1900 = -2208988800, year_10000 = 253402300800;
    int64_t last = tz->n > 0 ? tz->at[tz->n - 1] : INT64_MIN, first_year;
    int month, day;
    if (!r->has_summer || last > year_10000) return;
    fl_civil_from_days(fl_floor_div(FL_MAX(last, year_1900), 86400), &first_year, &month, &day);
    for (int64_t year = first_year; year < first_year + RULE_YEARS; year++) {
        int64_t from = rule_moment(&r->from, year) - r->standard, to = rule_moment(&r->to, year) - r->summer;
        bool north = from < to;
        int64_t earlier = north ? from : to, later = north ? to : from;
        if (earlier > last) zone_change(tz, earlier, north ? r->summer : r->standard);
        if (later > last) zone_change(tz, later, north ? r->standard : r->summer);
    }
    tz->cycle_end = fl_days_from_civil(first_year + 2 + CYCLE_YEARS, 1, 1) * 86400;
}

/* ---- TZif files (RFC 8536): big-endian, not to be trusted ---- */

static uint32_t load_be32(const char *p) {
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return __builtin_bswap32(x);
}

static int64_t load_be(const char *p, int width) {
    return width == 4 ? (int32_t)load_be32(p) : (int64_t)((uint64_t)load_be32(p) << 32 | load_be32(p + 4));
}

typedef struct tzif_header {
    char version;
    uint32_t n_ut, n_standard, n_leaps, n_times, n_types, n_chars;
} tzif_header;

static bool read_header(fl_reader *r, tzif_header *h) {
    const char *p = fl_read_raw(r, 44);
    if (p == NULL || memcmp(p, "TZif", 4) != 0) return false;
    h->version = p[4];
    uint32_t *counts[] = {&h->n_ut, &h->n_standard, &h->n_leaps, &h->n_times, &h->n_types, &h->n_chars};
    for (int i = 0; i < 6; i++) {
        *counts[i] = load_be32(p + 20 + 4 * i);
        if (*counts[i] > COUNT_LIMIT) return false;
    }
    return h->n_types > 0 && h->n_leaps == 0; /* with leap seconds it would not be POSIX time */
}

/* The part of a block behind its types. */
static void skip_rest(fl_reader *r, const tzif_header *h) { fl_read_raw(r, h->n_chars + h->n_standard + h->n_ut); }

static void skip_block(fl_reader *r, const tzif_header *h, uint32_t width) {
    fl_read_raw(r, h->n_times * (width + 1) + h->n_types * 6);
    skip_rest(r, h);
}

/* Times, the type of each, and the types. NULL if anything is out of bounds. */
static fl_tz *read_block(fl_reader *r, const tzif_header *h, int width, const char *name) {
    const char *times = fl_read_raw(r, (size_t)h->n_times * (size_t)width);
    const char *kinds = fl_read_raw(r, h->n_times), *types = fl_read_raw(r, h->n_types * 6);
    skip_rest(r, h);
    if (r->bad) return NULL;
    fl_tz *tz = zone_new(name, (int32_t)load_be32(types), (int)h->n_times + RULE_CHANGES);
    bool good = is_sane(tz->offset[0]);
    int64_t before = INT64_MIN;
    for (uint32_t i = 0; i < h->n_times && good; i++) {
        int64_t t = load_be(times + i * (uint32_t)width, width);
        uint8_t kind = (uint8_t)kinds[i];
        int32_t offset = kind < h->n_types ? (int32_t)load_be32(types + 6 * kind) : INT32_MAX;
        good = is_sane(offset) && (i == 0 || t > before);
        if (good) zone_change(tz, t, offset);
        before = t;
    }
    if (good) return tz;
    zone_free(tz);
    return NULL;
}

/* The text between two newlines at the end. */
static fl_str read_footer(fl_reader *r) {
    const char *end = r->p < r->end && *r->p == '\n' ? memchr(r->p + 1, '\n', (size_t)(r->end - r->p - 1)) : NULL;
    return end != NULL ? fl_str_make(r->p + 1, (size_t)(end - r->p - 1)) : fl_str_make("", 0);
}

static fl_tz *parse_tzif(const char *bytes, size_t n, const char *name) {
    fl_reader r = fl_reader_make(bytes, n);
    tzif_header h;
    rule rule;
    if (!read_header(&r, &h)) return NULL;
    if (h.version < '2') { /* 32-bit times and no rule: old, but right until 2037 */
        fl_tz *tz = read_block(&r, &h, 4, name);
        return tz != NULL ? zone_finish(tz) : NULL;
    }
    skip_block(&r, &h, 4);
    if (!read_header(&r, &h)) return NULL;
    fl_tz *tz = read_block(&r, &h, 8, name);
    if (tz == NULL) return NULL;
    fl_str footer = read_footer(&r);
    if (footer.n > 0 && parse_rule(footer, &rule)) zone_follow_rule(tz, &rule);
    return zone_finish(tz);
}

/* ---- names ---- */

static bool take_prefix(cursor *c, const char *prefix) {
    size_t n = strlen(prefix);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, prefix, n) != 0) return false;
    c->p += n;
    return true;
}

/* +h, +hh, +h:mm, +hh:mm, +hhmm, each with seconds too, up to 18 hours as in Java. */
static bool parse_offset(cursor c, int32_t *offset) {
    bool negative = take_if(&c, '-');
    if (!negative && !take_if(&c, '+')) return false;
    int32_t part[3] = {0}, n = 0;
    for (; n < 3 && (n == 0 || c.p < c.end); n++) {
        if (n > 0) take_if(&c, ':');
        int digits = 0;
        for (; digits < 2 && at_digit(&c); digits++) part[n] = part[n] * 10 + (*c.p++ - '0');
        if (digits < (n == 0 ? 1 : 2)) return false;
    }
    *offset = part[0] * 3600 + part[1] * 60 + part[2];
    if (c.p != c.end || part[1] > 59 || part[2] > 59 || *offset > 18 * 3600) return false;
    if (negative) *offset = -*offset;
    return true;
}

/* Names that need no file: UTC, Z, GMT+8, +08:00. */
static bool parse_fixed(const char *name, int32_t *offset) {
    cursor c = {name, name + strlen(name), false};
    bool named = take_prefix(&c, "UTC") || take_prefix(&c, "GMT") || take_prefix(&c, "UT") || take_prefix(&c, "Z");
    *offset = 0;
    if (named && c.p == c.end) return true;
    return !(named && c.p[-1] == 'Z') && parse_offset(c, offset);
}

/* Letters, digits and -+_/ only: no dots, so there is no way out of the directory. */
static bool is_region_name(const char *name) {
    size_t n = strlen(name), i = 0;
    for (; i < n; i++) {
        char c = name[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z', digit = c >= '0' && c <= '9';
        if (!letter && !digit && !(i > 0 && strchr("-+_/", c) != NULL)) return false;
    }
    return n > 0 && n < NAME_MAX_BYTES && name[n - 1] != '/';
}

/* ---- known zones ---- */

static fl_mutex lock = PTHREAD_MUTEX_INITIALIZER; /* protects known_zones; held while a file is read; no other inside */
static fl_tz *known_zones;

static const fl_tz *find_known(const char *name) {
    for (const fl_tz *tz = known_zones; tz != NULL; tz = tz->next)
        if (strcmp(tz->name, name) == 0) return tz;
    return NULL;
}

static const fl_tz *add_known(fl_tz *tz) {
    tz->next = known_zones;
    known_zones = tz;
    return tz;
}

/* 1: found, 0: there is no such file. */
static int load_file(const char *path, const char *name, const fl_tz **out, fl_error *err) {
    fl_platform *pf = fl_platform_real();
    fl_stat st;
    fl_arena a;
    char *bytes;
    size_t n;
    if (fl_disk_stat(pf, path, &st, err) < 0 || st.is_directory) return 0;
    fl_arena_init(&a);
    int rc = fl_disk_read_all(pf, path, FILE_LIMIT_BYTES, &a, &bytes, &n, err);
    if (rc == 0) {
        fl_tz *tz = parse_tzif(bytes, n, name);
        rc = tz != NULL ? 1 : fl_fail(err, FL_ERR_TYPE_ZONE_FILE, path);
        if (tz != NULL) *out = add_known(tz);
    }
    fl_arena_deinit(&a);
    return rc;
}

/* Where zone files may lie; the second may be NULL. */
static int zone_dirs(const char *dirs[2]) {
    const char *own = getenv("TZDIR");
    bool has_own = own != NULL && own[0] != '\0';
    dirs[0] = has_own ? own : zoneinfo_dir;
    dirs[1] = zoneinfo_dir;
    return has_own ? 2 : 1;
}

static int load_region(const char *name, const fl_tz **out, fl_error *err) {
    char path[1024];
    const char *dirs[2];
    int rc = 0;
    for (int i = 0, n = zone_dirs(dirs); i < n && rc == 0; i++)
        if (snprintf(path, sizeof path, "%s/%s", dirs[i], name) < (int)sizeof path)
            rc = load_file(path, name, out, err);
    return rc;
}

/* As fl_tz_find, under the lock. 1: found, 0: unknown. */
static int find_zone(const char *name, const fl_tz **out, fl_error *err) {
    int32_t offset;
    *out = find_known(name);
    if (*out != NULL) return 1;
    if (parse_fixed(name, &offset)) {
        *out = add_known(zone_finish(zone_new(name, offset, 0)));
        return 1;
    }
    return is_region_name(name) ? load_region(name, out, err) : 0;
}

/* ---- names that are near ---- */

typedef struct name_list {
    const char **names; /* regions; then the same as their last parts: Berlin */
    int n, cap;
} name_list;

static void list_regions(const char *dir, const char *prefix, int depth, fl_arena *a, name_list *list) {
    fl_platform *pf = fl_platform_real();
    fl_error ignored;
    char **names;
    int n;
    if (depth > 3 || fl_disk_list(pf, dir, a, &names, &n, &ignored) < 0) return;
    for (int i = 0; i < n; i++) {
        fl_stat st;
        char *path = fl_path_join(a, dir, names[i]), *region = fl_arena_printf(a, "%s%s", prefix, names[i]);
        if (names[i][0] < 'A' || names[i][0] > 'Z' || !is_region_name(names[i])) continue; /* tables, posix/, right/ */
        if (fl_disk_stat(pf, path, &st, &ignored) < 0) continue;
        if (st.is_directory)
            list_regions(path, fl_arena_printf(a, "%s/", region), depth + 1, a, list);
        else
            FL_PUSH(a, list->names, list->n, list->cap, region);
    }
}

/* A region whose name, or whose city if there is no slash, is like the given one. NULL: none. Borrowed from `a`. */
static const char *similar_region(const char *name, fl_arena *a) {
    name_list list = {0};
    const char *dirs[2];
    for (int i = 0, n = zone_dirs(dirs); i < n; i++) list_regions(dirs[i], "", 1, a, &list);
    char *word = fl_arena_strdup(a, name);
    for (char *p = word; *p != '\0'; p++)
        if (*p == ' ') *p = '_';
    if (strchr(word, '/') != NULL) return fl_suggest(word, list.names, list.n);
    const char **cities = FL_NEW_N(a, const char *, list.n + 1);
    for (int i = 0; i < list.n; i++) {
        const char *slash = strrchr(list.names[i], '/');
        cities[i] = slash != NULL ? slash + 1 : list.names[i];
    }
    const char *city = fl_suggest(word, cities, list.n);
    for (int i = 0; i < list.n && city != NULL; i++)
        if (cities[i] == city) return list.names[i];
    return NULL;
}

static int fail_unknown(const char *name, fl_error *err) {
    const char *dirs[2];
    fl_stat st;
    bool installed = false;
    for (int i = 0, n = zone_dirs(dirs); i < n; i++)
        installed |= fl_disk_stat(fl_platform_real(), dirs[i], &st, err) == 0;
    if (!installed) return fl_fail(err, FL_ERR_TYPE_NO_ZONE_DATA, name, dirs[0]);
    fl_arena a;
    fl_arena_init(&a);
    const char *similar = similar_region(name, &a);
    fl_fail(err, FL_ERR_TYPE_UNKNOWN_ZONE, name);
    if (similar != NULL) fl_error_hint(err, FL_HINT_DID_YOU_MEAN, similar);
    fl_arena_deinit(&a);
    return FL_E_VALIDATION;
}

/* 1, 0: there is none, or an error. */
static int find_locked(const char *name, const fl_tz **out, fl_error *err) {
    *out = fl_tz_utc();
    if (strcmp(name, "UTC") == 0) return 1;
    fl_mutex_lock(&lock);
    int rc = find_zone(name, out, err);
    fl_mutex_unlock(&lock);
    return rc;
}

int fl_tz_find(const char *name, const fl_tz **out, fl_error *err) {
    int rc = find_locked(name, out, err);
    if (rc == 0) return fail_unknown(name, err);
    return FL_MIN(rc, 0);
}

const fl_tz *fl_tz_find_or_null(const char *name) {
    const fl_tz *tz;
    fl_error ignored;
    return find_locked(name, &tz, &ignored) > 0 ? tz : NULL;
}

const fl_tz *fl_tz_find_legacy(const char *name) {
    static const char *const short_names[][2] = {
        {"ACT", "Australia/Darwin"},
        {"AET", "Australia/Sydney"},
        {"AGT", "America/Argentina/Buenos_Aires"},
        {"ART", "Africa/Cairo"},
        {"AST", "America/Anchorage"},
        {"BET", "America/Sao_Paulo"},
        {"BST", "Asia/Dhaka"},
        {"CAT", "Africa/Harare"},
        {"CNT", "America/St_Johns"},
        {"CST", "America/Chicago"},
        {"CTT", "Asia/Shanghai"},
        {"EAT", "Africa/Addis_Ababa"},
        {"ECT", "Europe/Paris"},
        {"EST", "GMT-5"},
        {"HST", "GMT-10"},
        {"IET", "America/Indiana/Indianapolis"},
        {"IST", "Asia/Kolkata"},
        {"JST", "Asia/Tokyo"},
        {"MIT", "Pacific/Apia"},
        {"MST", "GMT-7"},
        {"NET", "Asia/Yerevan"},
        {"NST", "Pacific/Auckland"},
        {"PLT", "Asia/Karachi"},
        {"PNT", "America/Phoenix"},
        {"PRT", "America/Puerto_Rico"},
        {"PST", "America/Los_Angeles"},
        {"SST", "Pacific/Guadalcanal"},
        {"VST", "Asia/Ho_Chi_Minh"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(short_names); i++)
        if (strcmp(name, short_names[i][0]) == 0) name = short_names[i][1];
    int32_t offset;
    const fl_tz *tz = NULL;
    fl_error ignored;
    if (strcmp(name, "UTC") == 0) return fl_tz_utc();
    if (parse_fixed(name, &offset) && strncmp(name, "GMT", 3) != 0) return NULL;
    fl_mutex_lock(&lock);
    int rc = find_zone(name, &tz, &ignored);
    fl_mutex_unlock(&lock);
    return rc > 0 ? tz : NULL;
}

/* ---- the zone of the machine ---- */

/* $TZ: a name, a file, or a rule as POSIX has it. NULL if it is none of these. */
static const fl_tz *zone_of_variable(const char *text) {
    const fl_tz *tz = NULL;
    fl_error ignored;
    rule rule;
    if (text[0] == ':') text++;
    if (text[0] == '\0') return fl_tz_utc();
    if (find_zone(text, &tz, &ignored) > 0 || (text[0] == '/' && load_file(text, text, &tz, &ignored) > 0)) return tz;
    if (!parse_rule(fl_str_from(text), &rule)) return NULL;
    fl_tz *own = zone_new(text, rule.standard, RULE_CHANGES);
    zone_follow_rule(own, &rule);
    return add_known(zone_finish(own));
}

static bool same_changes(const fl_tz *a, const fl_tz *b) {
    return a->n == b->n && memcmp(a->offset, b->offset, sizeof *a->offset * (size_t)(a->n + 1)) == 0 &&
           memcmp(a->at, b->at, sizeof *a->at * (size_t)a->n) == 0;
}

/* /etc/localtime is a zone without a name; /etc/timezone has the name if it is kept up to date. */
static const fl_tz *zone_of_files(void) {
    static const char path[] = "/etc/localtime";
    const fl_tz *tz = find_known(path), *named;
    fl_error ignored;
    fl_arena a;
    char *text;
    size_t n;
    if (tz == NULL && load_file(path, path, &tz, &ignored) <= 0) return fl_tz_utc();
    fl_arena_init(&a);
    if (fl_disk_read_all(fl_platform_real(), "/etc/timezone", NAME_MAX_BYTES, &a, &text, &n, &ignored) == 0) {
        fl_str name = fl_str_trim(fl_str_make(text, n));
        if (find_zone(fl_arena_strndup(&a, name.p, name.n), &named, &ignored) > 0 && same_changes(tz, named))
            tz = named;
    }
    fl_arena_deinit(&a);
    return tz;
}

const fl_tz *fl_tz_system(void) {
    const char *text = getenv("TZ");
    fl_mutex_lock(&lock);
    const fl_tz *tz = text != NULL ? zone_of_variable(text) : zone_of_files();
    fl_mutex_unlock(&lock);
    return tz != NULL ? tz : fl_tz_utc();
}
