/* SPDX-License-Identifier: Apache-2.0 */
/* testfile.c -- reads the files of `flott test`. See testfile.h.
 *
 * Algorithm:  the text is copied without the returns of other systems' line ends; then everything is slices of that
 *             copy. A script is cut into blocks of lines at blank lines; each block becomes a record or a complaint.
 */
#include "testfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- complaints ---- */

static void complain(cli_test_file *f, int line, const char *fmt, ...) CLI_PRINTF(3, 4);

static void complain(cli_test_file *f, int line, const char *fmt, ...) {
    cli_buf b = {0};
    va_list args;
    va_start(args, fmt);
    cli_buf_vprintf(&b, fmt, args);
    va_end(args);
    if (f->n_complaints == f->cap_complaints) {
        f->cap_complaints = f->cap_complaints == 0 ? 8 : 2 * f->cap_complaints;
        f->complaints = cli_grow(f->complaints, (size_t)f->cap_complaints * sizeof *f->complaints);
    }
    f->complaints[f->n_complaints++] = (cli_complaint){line, cli_copy(cli_str_from(cli_buf_text(&b)))};
    cli_buf_deinit(&b);
}

/* For messages: at most so much of a text that may be anything. */
#define EXCERPT(s) ((s).n > 60 ? 60 : (int)(s).n), ((s).n == 0 ? "" : (s).p)

/* ---- times ---- */

static bool digits(cli_str *s, int at_least, int at_most, int64_t *out) {
    int n = 0;
    for (*out = 0; s->n > 0 && n < at_most && *s->p >= '0' && *s->p <= '9'; n++, s->p++, s->n--)
        *out = *out * 10 + (*s->p - '0');
    return n >= at_least;
}

static bool character(cli_str *s, char c) {
    if (s->n == 0 || *s->p != c) return false;
    s->p++, s->n--;
    return true;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March, so that leap days come last. */
static int64_t days_since_epoch(int64_t y, int64_t m, int64_t d) {
    y -= m <= 2;
    int64_t era = y / 400, year = y - era * 400, day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

bool cli_parse_timestamp(cli_str s, int64_t *ms) {
    int64_t y, m, d, hour = 0, minute = 0, second = 0, fraction = 0;
    s = cli_str_trim(s);
    if (!digits(&s, 4, 4, &y) || !character(&s, '-') || !digits(&s, 2, 2, &m) || !character(&s, '-') ||
        !digits(&s, 2, 2, &d))
        return false;
    if (s.n > 0 && (character(&s, ' ') || character(&s, 'T'))) {
        if (!digits(&s, 2, 2, &hour) || !character(&s, ':') || !digits(&s, 2, 2, &minute)) return false;
        if (character(&s, ':') && !digits(&s, 2, 2, &second)) return false;
        if (character(&s, '.')) {
            size_t before = s.n;
            if (!digits(&s, 1, 3, &fraction)) return false;
            for (size_t n = before - s.n; n < 3; n++) fraction *= 10;
        }
        character(&s, 'Z');
    }
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (s.n > 0 || m < 1 || m > 12 || d < 1 || d > days[m - 1] + (m == 2 && leap) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *ms = (((days_since_epoch(y, m, d) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

static int64_t unit_ms(cli_str unit) {
    static const struct {
        const char *names; /* separated by blanks */
        int64_t ms;
    } units[] = {
        {"ms milli millis millisecond milliseconds", 1},
        {"s sec secs second seconds", 1000},
        {"m min mins minute minutes", 60000},
        {"h hour hours", 3600000},
        {"d day days", 86400000},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (cli_str names = cli_str_from(units[i].names); names.n > 0;) {
            cli_str name = cli_str_cut(&names, ' ');
            if (unit.n == name.n && strncasecmp(unit.p, name.p, name.n) == 0) return units[i].ms;
        }
    }
    return 0;
}

bool cli_parse_interval(cli_str s, int64_t *ms) {
    s = cli_str_trim(s);
    *ms = 0;
    if (s.n == 0) return false;
    while (s.n > 0) {
        int64_t number;
        if (!digits(&s, 1, 9, &number)) return false;
        s = cli_str_trim(s);
        cli_str unit = {s.p, 0};
        while (s.n > 0 && ((*s.p | 32) >= 'a' && (*s.p | 32) <= 'z')) s.p++, s.n--, unit.n++;
        int64_t scale = unit_ms(unit);
        if (scale == 0 || *ms > INT64_C(1) << 56) return false;
        *ms += number * scale;
        s = cli_str_trim(s);
    }
    return true;
}

/* ---- answers ---- */

void cli_test_escape(cli_buf *out, cli_str s) {
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '\\': cli_buf_puts(out, "\\\\"); break;
        case '\t': cli_buf_puts(out, "\\t"); break;
        case '\n': cli_buf_puts(out, "\\n"); break;
        case '\r': cli_buf_puts(out, "\\r"); break;
        case '\0': cli_buf_puts(out, "\\0"); break;
        default: cli_buf_putc(out, s.p[i]);
        }
    }
}

/* `kind: message` */
static bool parse_refusal(cli_str s, cli_test_refusal *out) {
    static const char *const kinds[] = {[CLI_REFUSAL_PARSE] = "parse",
                                        [CLI_REFUSAL_VALIDATION] = "validation",
                                        [CLI_REFUSAL_RUNTIME] = "runtime",
                                        [CLI_REFUSAL_LIMIT] = "limit"};
    cli_str kind = cli_str_cut(&s, ':');
    for (int i = 0; i <= CLI_REFUSAL_LIMIT; i++) {
        if (s.p != NULL && cli_str_is(kind, kinds[i])) {
            *out = (cli_test_refusal)i;
            return true;
        }
    }
    return false;
}

/* ---- records ---- */

static void add_record(cli_test_file *f, const cli_test_record *r) {
    if (f->n == f->cap) {
        f->cap = f->cap == 0 ? 64 : 2 * f->cap;
        f->records = cli_grow(f->records, (size_t)f->cap * sizeof *f->records);
    }
    f->records[f->n++] = *r;
}

/* The lines of a block, cut where the answer begins. */
typedef struct block {
    int line; /* of the title */
    cli_str title;
    cli_str text; /* below it; {NULL, 0}: nothing */
    cli_str expected;
    bool has_answer; /* there is a line ---- */
    int answer_line;
} block;

/* What a directive is and what may stand with it. */
typedef struct directive {
    const char *name;
    cli_test_kind kind;
    const char *argument; /* what is expected behind the name; NULL: nothing */
    bool text;            /* needs a text below; FILE: may have one */
    const char *answers;  /* words that choose how to compare; NULL: none */
} directive;

static const directive directives[] = {
    {"file", CLI_TEST_FILE, "a name", true, NULL},
    {"mode", CLI_TEST_MODE, "batch or streaming", false, NULL},
    {"sql", CLI_TEST_SQL, NULL, true, "error"},
    {"query", CLI_TEST_QUERY, NULL, true, "changelog sorted final error"},
    {"output", CLI_TEST_OUTPUT, "a folder", false, NULL},
    {"clock", CLI_TEST_CLOCK, "a timestamp such as 2026-01-01 00:00:00", false, NULL},
    {"start", CLI_TEST_START, NULL, true, NULL},
    {"advance", CLI_TEST_ADVANCE, "an interval such as 10 s", false, NULL},
    {"expect", CLI_TEST_EXPECT, NULL, false, "changelog sorted final"},
};

static const char *directive_name(const void *arg, int i) {
    (void)arg;
    return i < (int)(sizeof directives / sizeof *directives) ? directives[i].name : NULL;
}

static const directive *find_directive(cli_test_file *f, int line, cli_str name) {
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (cli_str_is(name, directives[i].name)) return &directives[i];
    }
    char *copy = cli_copy(name);
    const char *near = cli_nearest(copy, directive_name, NULL);
    free(copy);
    if (near == NULL)
        complain(
            f, line,
            "a record begins with file, mode, sql, query, output, clock, start, advance or expect, not with '%.*s'",
            EXCERPT(name));
    else
        complain(f, line, "unknown record '%.*s'; did you mean '%s'?", EXCERPT(name), near);
    return NULL;
}

/* Sets how the answer is compared by the word behind the directive; false after a complaint. */
static bool choose_answer(cli_test_file *f, const directive *d, const block *b, cli_str word, cli_test_record *r) {
    static const char *const words[] = {[CLI_ANSWER_CHANGELOG] = "changelog",
                                        [CLI_ANSWER_SORTED] = "sorted",
                                        [CLI_ANSWER_FINAL] = "final",
                                        [CLI_ANSWER_ERROR] = "error"};
    if (word.n == 0 && d->kind == CLI_TEST_QUERY) {
        complain(f, b->line, "this query has no recorded answer: changelog, sorted, final or error is missing");
        return false;
    }
    if (word.n == 0 && d->kind == CLI_TEST_SQL) return true;
    char *copy = cli_copy(word);
    bool allowed = word.n > 0 && strstr(d->answers, copy) != NULL;
    free(copy);
    for (int i = CLI_ANSWER_CHANGELOG; i <= CLI_ANSWER_ERROR && allowed; i++) {
        if (cli_str_is(word, words[i])) r->answer = (cli_test_answer)i;
    }
    if (r->answer != CLI_ANSWER_NONE) return true;
    complain(f, b->line, "'%s' is followed by one of: %s%s", d->name, d->answers,
             d->kind == CLI_TEST_SQL ? ", or nothing" : "");
    return false;
}

static bool read_argument(cli_test_file *f, const directive *d, const block *b, cli_str argument, cli_test_record *r) {
    cli_str rest = argument;
    bool good = argument.n > 0;
    r->name = cli_str_cut(&rest, ' ');
    if (d->kind == CLI_TEST_MODE) {
        r->batch = cli_str_is(argument, "batch");
        good = r->batch || cli_str_is(argument, "streaming");
    } else if (d->kind == CLI_TEST_CLOCK) {
        good = cli_parse_timestamp(argument, &r->ms);
    } else if (d->kind == CLI_TEST_ADVANCE) {
        good = cli_parse_interval(argument, &r->ms);
    }
    if (!good) complain(f, b->line, "'%s' is followed by %s", d->name, d->argument);
    return good;
}

/* The answer's form; false after a complaint. */
static bool check_answer(cli_test_file *f, const directive *d, const block *b, cli_test_record *r) {
    if (d->kind == CLI_TEST_OUTPUT) r->answer = CLI_ANSWER_LINES;
    if (r->answer == CLI_ANSWER_NONE) {
        if (b->has_answer)
            complain(f, b->answer_line, "'%s' has no answer; only `sql error`, query, expect and output do", d->name);
        return !b->has_answer;
    }
    if (!b->has_answer) {
        complain(f, b->line, "the answer is missing: a line ---- and what is expected below it");
        return false;
    }
    if (r->answer == CLI_ANSWER_ERROR) {
        bool good = memchr(b->expected.p == NULL ? "" : b->expected.p, '\n', b->expected.n) == NULL &&
                    parse_refusal(b->expected, &r->refusal);
        if (!good)
            complain(f, b->answer_line + 1,
                     "the answer is one line `kind: message` with the kind parse, validation, runtime or limit");
        return good;
    }
    if (r->answer != CLI_ANSWER_LINES && (b->expected.n == 0 || b->expected.p[0] != '(')) {
        complain(f, b->answer_line + 1, "the answer begins with the columns: (`name` TYPE, …)");
        return false;
    }
    return true;
}

static void read_block(cli_test_file *f, const block *b) {
    cli_test_record r = {.line = b->line, .title = b->title, .text = b->text, .expected = b->expected};
    cli_str rest = b->title, name = cli_str_cut(&rest, ' ');
    const directive *d = find_directive(f, b->line, name);
    if (d == NULL) return;
    r.kind = d->kind;
    rest = cli_str_trim(rest);
    if (d->argument != NULL && !read_argument(f, d, b, rest, &r)) return;
    if (d->answers != NULL && !choose_answer(f, d, b, rest, &r)) return;
    if (d->argument == NULL && d->answers == NULL && rest.n > 0) {
        complain(f, b->line, "nothing is expected behind '%s'", d->name);
        return;
    }
    if (!d->text && b->text.n > 0) {
        complain(f, b->line + 1, "'%s' is a record of one line", d->name);
        return;
    }
    if (d->text && d->kind != CLI_TEST_FILE) {
        r.text = cli_str_trim(r.text);
        while (r.text.n > 0 && r.text.p[r.text.n - 1] == ';') r.text.n--;
        if (r.text.n == 0) {
            complain(f, b->line, "'%s' needs a statement below it", d->name);
            return;
        }
    }
    if (check_answer(f, d, b, &r)) add_record(f, &r);
}

/* ---- lines ---- */

static bool blank(cli_str line) { return cli_str_trim(line).n == 0; }

/* Adds a line to a run of lines of the same text. */
static void extend(cli_str *run, cli_str line) {
    if (run->p == NULL)
        *run = line;
    else
        run->n = (size_t)(line.p + line.n - run->p);
}

static void parse_script(cli_test_file *f, cli_str text) {
    block b = {0};
    bool open = false;
    int number = 0;
    while (text.p != NULL) {
        cli_str line = cli_str_cut(&text, '\n');
        number++;
        if (blank(line)) {
            if (open) read_block(f, &b);
            open = false;
        } else if (!open) {
            if (line.p[0] == '#') continue; /* comments before the record */
            b = (block){.line = number, .title = cli_str_trim(line)};
            open = true;
        } else if (!b.has_answer && cli_str_is(line, "----")) {
            b.has_answer = true;
            b.answer_line = number;
        } else {
            extend(b.has_answer ? &b.expected : &b.text, line);
        }
    }
    if (open) read_block(f, &b);
}

bool cli_testfile_take_answer(cli_test_record *r, cli_str answer) {
    cli_str value = answer, type = cli_str_cut(&value, '\t');
    bool refused = cli_str_is(type, "!");
    if (refused && !parse_refusal(value, &r->refusal)) return false;
    r->answer = refused ? CLI_ANSWER_ERROR : CLI_ANSWER_VALUE;
    r->expected = refused ? value : answer;
    return true;
}

static void parse_table(cli_test_file *f, cli_str text) {
    int number = 0;
    while (text.p != NULL) {
        cli_str line = cli_str_cut(&text, '\n'), rest = line;
        number++;
        if (blank(line) || line.p[0] == '#') continue;
        cli_test_record r = {.kind = CLI_TEST_EXPRESSION, .line = number};
        r.text = r.title = cli_str_cut(&rest, '\t');
        cli_str value = rest;
        if (rest.p != NULL) cli_str_cut(&value, '\t');
        if (value.p == NULL || memchr(value.p, '\t', value.n) != NULL)
            complain(f, number, "a line is: expression TAB type TAB value");
        else if (cli_testfile_take_answer(&r, rest))
            add_record(f, &r);
        else
            complain(f, number, "behind ! stands `kind: message` with the kind parse, validation, runtime or limit");
    }
}

void cli_testfile_parse(cli_test_file *f, bool table, const char *text, size_t size) {
    *f = (cli_test_file){.bytes = cli_grow(NULL, size + 1)};
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n') continue;
        f->bytes[n++] = text[i];
    }
    f->bytes[n] = '\0';
    if (table)
        parse_table(f, (cli_str){f->bytes, n});
    else
        parse_script(f, (cli_str){f->bytes, n});
}

void cli_testfile_deinit(cli_test_file *f) {
    for (int i = 0; i < f->n_complaints; i++) free(f->complaints[i].text);
    free(f->complaints);
    free(f->records);
    free(f->bytes);
    *f = (cli_test_file){0};
}
