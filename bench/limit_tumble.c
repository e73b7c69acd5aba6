/* SPDX-License-Identifier: Apache-2.0 */
/* limit_tumble.c -- W1a's limit: tumbling 10 s per sensor, minimum, maximum, sum, count, over columns in memory.
 *
 *     limit_tumble READINGS [RESULT]
 *
 * READINGS is made by make_input. Prints the CPU seconds of the windows alone, the columns being in memory. RESULT gets
 * the rows: sensor,minimum,maximum,sum,count,end of window in ms.
 *
 * A batch's least and greatest time are found first, in SIMD; a batch that lies within one window, as nearly all do,
 * then goes through a loop that does not look at the time. Neighbouring rows go to two tables of accumulators in turn,
 * so that a row need not wait for the store of the row before it. Rows come in the order of time.
 */
#include "readings.h"

enum { SENSOR_FIRST = 10, SENSOR_LAST = 20, SIZE_MS = 10000 };

typedef struct window {
    packed even[SENSOR_LAST + 1], odd[SENSOR_LAST + 1]; /* by sensor; the first ten are not used */
    int64_t end_ms;
} window;

static void open_window(window *w, int64_t at_ms) {
    for (int k = SENSOR_FIRST; k <= SENSOR_LAST; k++) w->even[k] = w->odd[k] = PACKED_EMPTY;
    w->end_ms = at_ms - at_ms % SIZE_MS + SIZE_MS;
}

static void fire(const window *w, FILE *result, int64_t *rows_out) {
    for (int k = SENSOR_FIRST; k <= SENSOR_LAST; k++) {
        packed p = packed_merge(w->even[k], w->odd[k]);
        if (packed_count(p) == 0) continue;
        *rows_out += 1;
        if (result != NULL)
            fprintf(result, "%d,%d,%d,%ld,%ld,%ld\n", k, packed_min(p), packed_max(p), (long)packed_sum(p),
                    (long)packed_count(p), (long)w->end_ms);
    }
}

static void add(window *w, const int32_t *restrict sensor, const int32_t *restrict value, long n) {
    long i = 0;
    for (; i + 1 < n; i += 2) {
        w->even[sensor[i]] = packed_merge(w->even[sensor[i]], packed_of(value[i]));
        w->odd[sensor[i + 1]] = packed_merge(w->odd[sensor[i + 1]], packed_of(value[i + 1]));
    }
    if (i < n) w->even[sensor[i]] = packed_merge(w->even[sensor[i]], packed_of(value[i]));
}

static int64_t tumble(const readings *r, FILE *result) {
    window w;
    int64_t rows_out = 0;
    if (r->rows > 0) open_window(&w, r->at_ms[0]);
    for (long start = 0; start < r->rows; start += BATCH_ROWS) {
        long end = start + BATCH_ROWS < r->rows ? start + BATCH_ROWS : r->rows;
        int64_t least = INT64_MAX, most = INT64_MIN;
        for (long i = start; i < end; i++) {
            least = r->at_ms[i] < least ? r->at_ms[i] : least;
            most = r->at_ms[i] > most ? r->at_ms[i] : most;
        }
        if (least < w.end_ms - SIZE_MS) die("take", "a reading that is late");
        for (long i = start; i < end;) {
            long stop = end;
            if (most >= w.end_ms)
                for (stop = i; stop < end && r->at_ms[stop] < w.end_ms;) stop++;
            add(&w, r->sensor + i, r->value + i, stop - i);
            if (stop < end) {
                fire(&w, result, &rows_out);
                open_window(&w, r->at_ms[stop]);
            }
            i = stop;
        }
    }
    if (r->rows > 0) fire(&w, result, &rows_out);
    return rows_out;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: limit_tumble READINGS [RESULT]\n", stderr);
        return 2;
    }
    readings r = readings_load(argv[1]);
    FILE *result = argc > 2 ? open_or_die(argv[2], "w") : NULL;
    double before = cpu_seconds();
    int64_t rows_out = tumble(&r, result);
    printf("{\"cpu_s\": %.6f, \"rows_out\": %ld}\n", cpu_seconds() - before, (long)rows_out);
    return result != NULL && fclose(result) != 0;
}
