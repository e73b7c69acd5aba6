/* SPDX-License-Identifier: Apache-2.0 */
/* limit_sensors.c -- W1's limit: rows of 11 sensors made up, averaged in four windows, dropped.
 *
 *     limit_sensors ROWS
 *
 * The windows are tumbling 10 s and sliding 10 s by 2 s, over event time and over processing time: both are cut into
 * the same slices of 2 s, so that a row is added once to each of the two times. As with Flink's generator the event
 * time is the clock's, read once a batch; a batch is made in the cache, then aggregated. Prints what came out of the
 * windows over event time: counts that add up to ROWS from the tumbling ones, to five times that from the sliding ones.
 */
#include <time.h>

#include "limit.h"

enum { SENSORS = 11, SLICE_MS = 2000, SLICES = 5 /* in a window */ };

typedef struct total {
    int64_t sum, count; /* of hundredths */
} total;

/* The windows over one of the two times. */
typedef struct domain {
    total slice[SLICES][SENSORS]; /* a ring, by number of the slice */
    int64_t number;               /* of the slice that is open: time / SLICE_MS */
    int64_t tumbled, slid;        /* rows counted in the windows that have fired */
    int64_t dropped;              /* the averages that were given out, added up so that they are worked out */
} domain;

static int64_t fire(domain *d) {
    int64_t rows = 0;
    for (int k = 0; k < SENSORS; k++) {
        total all = {0};
        for (int i = 0; i < SLICES; i++) {
            all.sum += d->slice[i][k].sum;
            all.count += d->slice[i][k].count;
        }
        if (all.count > 0) d->dropped += all.sum / all.count;
        rows += all.count;
    }
    return rows;
}

/* Closes slices until `number` is the open one. */
static void advance(domain *d, int64_t number) {
    for (; d->number < number; d->number++) {
        d->slid += fire(d);
        if ((d->number + 1) % SLICES == 0) d->tumbled += fire(d);
        memset(d->slice[(d->number + 1) % SLICES], 0, sizeof d->slice[0]);
    }
}

/* Sum and count of one batch fit in one number, so a row is one addition. */
static void add(domain *d, const int32_t *restrict sensor, const int32_t *restrict hundredths, int n) {
    int64_t batch[SENSORS] = {0}; /* count << 40 | sum */
    for (int i = 0; i < n; i++) batch[sensor[i]] += (INT64_C(1) << 40) + hundredths[i];
    total *slice = d->slice[d->number % SLICES];
    for (int k = 0; k < SENSORS; k++) {
        slice[k].sum += batch[k] & ((INT64_C(1) << 40) - 1);
        slice[k].count += batch[k] >> 40;
    }
}

/* Rows whose times may lie in several slices, in the order of time. */
static void add_by_time(domain *d, const int32_t *sensor, const int32_t *hundredths, const int64_t *at_ms, int n) {
    int64_t most = at_ms[0];
    for (int i = 1; i < n; i++) most = at_ms[i] > most ? at_ms[i] : most;
    for (int i = 0; i < n;) {
        advance(d, at_ms[i] / SLICE_MS);
        int64_t end_ms = (d->number + 1) * SLICE_MS;
        int stop = n;
        if (most >= end_ms)
            for (stop = i; stop < n && at_ms[stop] < end_ms;) stop++;
        add(d, sensor + i, hundredths + i, stop - i);
        i = stop;
    }
}

static int64_t clock_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: limit_sensors ROWS\n", stderr);
        return 2;
    }
    int64_t rows = atoll(argv[1]);
    static int32_t sensor[BATCH_ROWS], hundredths[BATCH_ROWS];
    static int64_t at_ms[BATCH_ROWS];
    static domain event, processing;
    event.number = processing.number = clock_ms() / SLICE_MS;
    for (int64_t start = 0; start < rows; start += BATCH_ROWS) {
        int n = rows - start < BATCH_ROWS ? rows - start : BATCH_ROWS;
        int64_t now_ms = clock_ms();
        for (int i = 0; i < n; i++) {
            uint64_t r = random_at(start + i);
            sensor[i] = below(r >> 32, SENSORS);
            hundredths[i] = below((uint32_t)r, 10001);
            at_ms[i] = now_ms;
        }
        add_by_time(&event, sensor, hundredths, at_ms, n);
        advance(&processing, now_ms / SLICE_MS);
        add(&processing, sensor, hundredths, n);
    }
    advance(&event, event.number + 2 * SLICES);
    printf("{\"tumbled\": %ld, \"slid\": %ld, \"dropped\": %ld}\n", (long)event.tumbled, (long)event.slid,
           (long)(event.dropped + processing.dropped));
    return 0;
}
