/* SPDX-License-Identifier: Apache-2.0 */
/* limit_ticker.c -- W2's limit: JSON lines to least prices in sliding windows of 10 s by 5 s to JSON lines.
 *
 *     limit_ticker TICKS RESULT
 *
 * It knows the message it is going to get, as an engine knows it that has learned the order of the keys:
 *
 *     {"event_time": "2026-01-01T00:00:00.001883", "ticker": "MSFT", "price": 48.09}
 *
 * The fixed parts are compared, the parts between them are read in one pass; the time up to its minute is looked at
 * only when it changes. Prices are counted in hundredths. A message of another form ends the program, as does one from
 * before the slice that is open: rows come in the order of time. A slice has 5 s; a window is the last two.
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

enum {
    SLICE_MS = 5000,
    LINE_MAX = 256,
    BLOCK = 1 << 18,
    TICKERS = 64,       /* a power of 2, of which half may be used */
    MINUTE_LENGTH = 17, /* 2026-01-01T00:00: */
    TIME_LENGTH = 26,
    NO_PRICE = INT32_MAX,
};

static struct windows {
    uint64_t ticker[TICKERS]; /* its characters, 0: free */
    int32_t open[TICKERS];    /* least price in the slice that is open */
    int32_t last[TICKERS];    /* and in the one before it */
    int tickers;
    int64_t number; /* of the open slice: time / SLICE_MS; 0: none yet */
    FILE *result;
} windows;

static void fire(int64_t end_ms) {
    char end[32];
    time_t second = end_ms / 1000;
    strftime(end, sizeof end, "%Y-%m-%d %H:%M:%S", gmtime(&second));
    for (int i = 0; i < TICKERS; i++) {
        int32_t least = windows.open[i] < windows.last[i] ? windows.open[i] : windows.last[i];
        if (windows.ticker[i] != 0 && least != NO_PRICE)
            fprintf(windows.result, "{\"ticker\":\"%.8s\",\"price\":%d.%02d,\"event_time\":\"%s\"}\n",
                    (const char *)&windows.ticker[i], least / 100, least % 100, end);
        windows.last[i] = windows.open[i];
        windows.open[i] = NO_PRICE;
    }
}

/* Closes slices until `number` is the open one. */
static void advance(int64_t number) {
    if (number < windows.number) die("take", "a message that is late");
    if (windows.number == 0) windows.number = number;
    for (; windows.number < number; windows.number++) fire((windows.number + 1) * SLICE_MS);
}

static int place(uint64_t ticker) {
    int i = ticker * UINT64_C(0x9e3779b97f4a7c15) >> 58;
    while (windows.ticker[i] != ticker) {
        if (windows.ticker[i] == 0) {
            if (++windows.tickers > TICKERS / 2) die("keep", "so many tickers");
            windows.ticker[i] = ticker;
            break;
        }
        i = (i + 1) % TICKERS;
    }
    return i;
}

static inline int digit(char c) {
    unsigned d = (unsigned char)c - '0';
    if (d > 9) die("read", "what should be a digit");
    return d;
}

static inline int two(const char *p) { return digit(p[0]) * 10 + digit(p[1]); }

static inline const char *expect(const char *p, const char *text, size_t length) {
    if (memcmp(p, text, length) != 0) die("find in a message", text);
    return p + length;
}
#define EXPECT(p, text) expect(p, text, sizeof text - 1)

static int64_t minute_ms(const char *p) {
    static char seen[MINUTE_LENGTH];
    static int64_t ms;
    if (memcmp(p, seen, MINUTE_LENGTH) != 0) {
        struct tm t = {.tm_year = two(p) * 100 + two(p + 2) - 1900,
                       .tm_mon = two(p + 5) - 1,
                       .tm_mday = two(p + 8),
                       .tm_hour = two(p + 11),
                       .tm_min = two(p + 14)};
        ms = timegm(&t) * INT64_C(1000);
        memcpy(seen, p, MINUTE_LENGTH);
    }
    return ms;
}

/* The characters before the next quote, at most eight, as a number; *p moves to the quote. */
static inline uint64_t ticker_at(const char **p) {
    uint64_t eight, quotes;
    memcpy(&eight, *p, 8);
    quotes = eight ^ UINT64_C(0x2222222222222222);
    quotes = (quotes - UINT64_C(0x0101010101010101)) & ~quotes & UINT64_C(0x8080808080808080);
    if (quotes == 0) die("keep", "a ticker of more than seven characters");
    int length = __builtin_ctzll(quotes) / 8;
    *p += length;
    return eight & ((UINT64_C(1) << length * 8) - 1);
}

/* Takes the message at p; returns the start of the next. */
static inline const char *message(const char *p) {
    p = EXPECT(p, "{\"event_time\": \"");
    int64_t at_ms = minute_ms(p) + two(p + 17) * 1000 + digit(p[20]) * 100 + two(p + 21);
    p = EXPECT(p + TIME_LENGTH, "\", \"ticker\": \"");
    uint64_t ticker = ticker_at(&p);
    p = EXPECT(p, "\", \"price\": ");
    int32_t price = digit(*p++);
    while (*p != '.') price = price * 10 + digit(*p++);
    price = price * 100 + two(p + 1);
    p = EXPECT(p + 3, "}\n");
    if (at_ms / SLICE_MS != windows.number) advance(at_ms / SLICE_MS);
    int i = place(ticker);
    windows.open[i] = price < windows.open[i] ? price : windows.open[i];
    return p;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: limit_ticker TICKS RESULT\n", stderr);
        return 2;
    }
    static char block[BLOCK + LINE_MAX];
    int in = open(argv[1], O_RDONLY);
    if (in < 0) die("open", argv[1]);
    windows.result = open_or_die(argv[2], "w");
    for (int i = 0; i < TICKERS; i++) windows.open[i] = windows.last[i] = NO_PRICE;
    size_t kept = 0; /* the start of a message whose end is still to be read */
    for (ssize_t got; (got = read(in, block + kept, BLOCK - kept)) > 0;) {
        char *end = block + kept + got, *last = memrchr(block, '\n', end - block);
        const char *p = block;
        while (last != NULL && p <= last) p = message(p);
        kept = end - p;
        memmove(block, p, kept);
        if (kept == BLOCK) die("find the end of a line in", argv[1]);
    }
    if (kept > 0) die("find the last line's end in", argv[1]);
    advance(windows.number + 2);
    return fclose(windows.result) != 0;
}
