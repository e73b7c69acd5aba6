/* SPDX-License-Identifier: Apache-2.0 */
/* make_input.c -- the input files, the same bytes on every machine.
 *
 *     make_input readings ROWS FILE     binary rows for W1a, 16 of them each millisecond:   struct reading
 *     make_input ticks ROWS FILE        JSON lines for W2, 1,000 each second:               79 bytes or so
 *     make_input events ROWS FILE       CSV for W5, one each millisecond:                   id,k,v
 */
#include <time.h>

#include "readings.h"

static const int64_t START_S = 1767225600; /* 2026-01-01 00:00:00 */

static void write_readings(long rows, FILE *out) {
    for (long i = 0; i < rows; i++) {
        uint64_t r = random_at(i);
        struct reading x = {10 + below(r >> 32, 11), below((uint32_t)r, 10001), START_S * 1000 + i / 16};
        fwrite(&x, sizeof x, 1, out);
    }
}

static void write_ticks(long rows, FILE *out) {
    static const char *const tickers[] = {"AAPL", "AMZN", "INTC", "MSFT", "TBV"};
    char second[32];
    for (long i = 0; i < rows; i++) {
        if (i % 1000 == 0) {
            time_t s = START_S + i / 1000;
            strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", gmtime(&s));
        }
        uint64_t r = random_at(i);
        unsigned micros = i % 1000 * 1000 + below(r >> 48 << 16, 1000), cents = below((uint32_t)r, 10000);
        fprintf(out, "{\"event_time\": \"%s.%06u\", \"ticker\": \"%s\", \"price\": %u.%02u}\n", second, micros,
                tickers[below(r >> 32 << 16, 5)], cents / 100, cents % 100);
    }
}

static void write_events(long rows, FILE *out) {
    for (long i = 0; i < rows; i++) {
        uint64_t r = random_at(i);
        fprintf(out, "%ld,%u,%u\n", i, below(r >> 32, 100), below((uint32_t)r, 1001));
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: make_input readings|ticks|events ROWS FILE\n", stderr);
        return 2;
    }
    long rows = atol(argv[2]);
    FILE *out = open_or_die(argv[3], "wb");
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    if (strcmp(argv[1], "readings") == 0)
        write_readings(rows, out);
    else if (strcmp(argv[1], "ticks") == 0)
        write_ticks(rows, out);
    else if (strcmp(argv[1], "events") == 0)
        write_events(rows, out);
    else
        die("make", argv[1]);
    if (ferror(out) || fclose(out) != 0) die("write", argv[3]);
    return 0;
}
