/* SPDX-License-Identifier: Apache-2.0 */
/* make_columns.c -- the input of bench/expr: columns of many types, the same bytes on every machine.
 *
 *     make_columns ROWS FOLDER
 *
 * A column is files in FOLDER, in Arrow's layout: NAME.values, texts and lists also NAME.offsets (int32, ROWS + 1), one
 * with NULLs also NAME.valid (a bitmap). FOLDER/columns lists them: a name and Arrow's format on each line.
 */
#include <time.h>

#include "limit.h"

static const int64_t START_MS = 1577836800000; /* 2020-01-01 00:00:00 */
static const int64_t SPAN_MS = 6ll * 365 * 86400 * 1000;
enum { TEXT_MAX = 512 };

static long rows;
static const char *folder;
static FILE *list;

static FILE *open_part(const char *name, const char *part) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s.%s", folder, name, part) >= (int)sizeof path)
        die("use the long name", folder);
    FILE *out = open_or_die(path, "wb");
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    return out;
}

static void close_part(FILE *out, const char *name) {
    if (ferror(out) || fclose(out) != 0) die("write", name);
}

/* Random bits of a row of a column: columns are independent of each other. */
static uint64_t bits_of(long row, int column) { return random_at((uint64_t)row * 64 + (uint64_t)column); }
static uint32_t pick(long row, int column, uint32_t n) { return below((uint32_t)(bits_of(row, column) >> 32), n); }

/* ---- values of fixed width ---- */

typedef void value_fn(long row, int column, void *value);

static void small_int(long row, int column, void *value) { *(int32_t *)value = (int32_t)pick(row, column, 1000000); }
static void big_int(long row, int column, void *value) {
    *(int64_t *)value = (int64_t)(bits_of(row, column) >> 20) - (1ll << 43);
}
static void real(long row, int column, void *value) { *(double *)value = pick(row, column, 1000000) / 1000.0; }
static void cents(long row, int column, void *value) {
    *(__int128 *)value = (int)pick(row, column, 10000000) - 1000000;
}
static void wide(long row, int column, void *value) {
    *(__int128 *)value = (__int128)(int64_t)(bits_of(row, column) >> 1) * 1000000 + pick(row, column, 1000000);
}
static void moment(long row, int column, void *value) {
    *(int64_t *)value = START_MS + (int64_t)(bits_of(row, column) % (uint64_t)SPAN_MS);
}

static void fixed(const char *name, const char *format, int column, value_fn *make, size_t size) {
    FILE *out = open_part(name, "values");
    for (long i = 0; i < rows; i++) {
        char value[16] = {0};
        make(i, column, value);
        fwrite(value, size, 1, out);
    }
    close_part(out, name);
    fprintf(list, "%s %s\n", name, format);
}

/* A third of the rows is NULL. */
static void with_nulls(const char *name, int column) {
    fixed(name, "i", column, small_int, 4);
    FILE *out = open_part(name, "valid");
    for (long i = 0; i < rows; i += 8) {
        int byte = 0;
        for (int k = 0; k < 8; k++) byte |= (bits_of(i + k, column) % 3 != 0) << k;
        fputc(byte, out);
    }
    close_part(out, name);
}

/* ---- texts ---- */

static const char *const words[] = {"amber",  "basil", "cedar", "delta", "ember",  "fjord", "grove", "hazel",
                                    "indigo", "jade",  "karst", "lotus", "marble", "north", "ochre", "pearl"};
static const char *word(long row, int column, int shift) { return words[bits_of(row, column) >> shift & 15]; }

typedef int text_fn(long row, int column, char *text);

static int name_text(long i, int c, char *t) {
    return sprintf(t, "%s %s %u", word(i, c, 0), word(i, c, 4), pick(i, c, 100000));
}
static int padded_text(long i, int c, char *t) {
    return sprintf(t, "%*s%s %s%*s", (int)(bits_of(i, c) >> 8 & 7), "", word(i, c, 0), word(i, c, 4),
                   (int)(bits_of(i, c) >> 12 & 7), "");
}
static int city_text(long i, int c, char *t) {
    uint32_t k = pick(i, c, 100);
    return sprintf(t, "%s%s-on-the-%s", k & 1 ? "New " : "", words[k % 16], words[k / 7]);
}
static int agent_text(long i, int c, char *t) {
    uint32_t k = pick(i, c, 50);
    return sprintf(t, "Mozilla/5.0 (X11; Linux x86_64; rv:1%u.0) Gecko/20100101 Firefox/1%u.0 %s/%u.%u", 10 + k, 10 + k,
                   words[k % 16], k, k % 7);
}
static int url_text(long i, int c, char *t) {
    static const char *const hosts[] = {"www.example.com", "shop.example.org", "api.example.net", "m.example.com"};
    uint64_t r = bits_of(i, c);
    return sprintf(t, "http%s://%s/%s/item%u?id=%u&q=%s", r & 1 ? "s" : "", hosts[r >> 1 & 3], word(i, c, 8),
                   (unsigned)(r >> 16 & 1023), pick(i, c, 10000000), word(i, c, 4));
}
static int log_text(long i, int c, char *t) {
    static const char *const levels[] = {"DEBUG", "INFO", "INFO", "INFO", "WARN", "INFO", "ERROR", "INFO"};
    uint64_t r = bits_of(i, c);
    return sprintf(t, "%s [worker-%u] %s.%s: request %u took %u ms", levels[r & 7], (unsigned)(r >> 4 & 31),
                   word(i, c, 12), word(i, c, 16), pick(i, c, 1000000), (unsigned)(r >> 24 & 1023));
}
static int json_text(long i, int c, char *t) {
    uint64_t r = bits_of(i, c);
    return sprintf(t, "{\"id\": %ld, \"user\": {\"name\": \"%s %s\", \"age\": %u}, \"price\": %u.%02u%s}", i,
                   word(i, c, 0), word(i, c, 4), 18 + (unsigned)(r >> 8 & 63), pick(i, c, 1000),
                   (unsigned)(r >> 16 & 63), r >> 24 & 1 ? ", \"tags\": [\"a\", \"b\"]" : "");
}
static int number_text(long i, int c, char *t) { return sprintf(t, "%lld", (long long)(bits_of(i, c) >> 30)); }
static int real_text(long i, int c, char *t) {
    return sprintf(t, "%u.%03u", pick(i, c, 1000000), (unsigned)(bits_of(i, c) & 511));
}
static int moment_text(long i, int c, char *t) {
    int64_t ms;
    moment(i, c, &ms);
    time_t s = ms / 1000;
    return (int)strftime(t, TEXT_MAX, "%Y-%m-%d %H:%M:%S", gmtime(&s));
}

static void texts(const char *name, int column, text_fn *make) {
    FILE *values = open_part(name, "values"), *offsets = open_part(name, "offsets");
    int32_t at = 0;
    char text[TEXT_MAX];
    fwrite(&at, 4, 1, offsets);
    for (long i = 0; i < rows; i++) {
        int n = make(i, column, text);
        fwrite(text, (size_t)n, 1, values);
        if (__builtin_add_overflow(at, n, &at)) die("put more than 2 GB into", name);
        fwrite(&at, 4, 1, offsets);
    }
    close_part(values, name);
    close_part(offsets, name);
    fprintf(list, "%s u\n", name);
}

/* ---- lists ---- */

static void lists(const char *name, int column) {
    FILE *values = open_part(name, "values"), *offsets = open_part(name, "offsets");
    int32_t at = 0;
    fwrite(&at, 4, 1, offsets);
    for (long i = 0; i < rows; i++) {
        int n = 2 + (int)pick(i, column, 6);
        for (int k = 0; k < n; k++) {
            int32_t x = (int32_t)(bits_of(i, column) >> (k * 4) & 1023);
            fwrite(&x, 4, 1, values);
        }
        at += n;
        fwrite(&at, 4, 1, offsets);
    }
    close_part(values, name);
    close_part(offsets, name);
    fprintf(list, "%s +l:i\n", name);
}

static void row_number(long row, int column, void *value) {
    (void)column;
    *(int64_t *)value = row;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: make_columns ROWS FOLDER\n", stderr);
        return 2;
    }
    rows = atol(argv[1]);
    folder = argv[2];
    char path[4096];
    if (snprintf(path, sizeof path, "%s/columns", folder) >= (int)sizeof path) die("use the long name", folder);
    list = open_or_die(path, "w");
    fixed("id", "l", 0, row_number, 8);
    fixed("a", "i", 1, small_int, 4);
    fixed("b", "i", 2, small_int, 4);
    fixed("x", "l", 3, big_int, 8);
    fixed("y", "l", 4, big_int, 8);
    fixed("d", "g", 5, real, 8);
    fixed("e", "g", 6, real, 8);
    fixed("price", "d:10,2", 7, cents, 16);
    fixed("fee", "d:10,2", 8, cents, 16);
    fixed("v", "d:36,10", 9, wide, 16);
    fixed("w", "d:36,10", 10, wide, 16);
    with_nulls("m", 11);
    with_nulls("n", 12);
    fixed("t", "tsm:", 13, moment, 8);
    fixed("u", "tsm:", 14, moment, 8);
    texts("name", 20, name_text);
    texts("padded", 21, padded_text);
    texts("city", 22, city_text);
    texts("agent", 23, agent_text);
    texts("url", 24, url_text);
    texts("line", 25, log_text);
    texts("doc", 26, json_text);
    texts("digits", 27, number_text);
    texts("point", 28, real_text);
    texts("stamp", 29, moment_text);
    lists("list", 30);
    close_part(list, "columns");
    return 0;
}
