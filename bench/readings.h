/* SPDX-License-Identifier: Apache-2.0 */
/* readings.h -- the input of W1a: rows in a file (make_input readings), columns in memory. */
#ifndef BENCH_READINGS_H
#define BENCH_READINGS_H

#include "limit.h"

struct reading {
    int32_t sensor, value; /* 10 … 20, 0 … 10000 */
    int64_t at_ms;         /* since the epoch; does not decrease */
};

typedef struct readings {
    long rows;
    int32_t *sensor, *value;
    int64_t *at_ms;
} readings;

static inline readings readings_load(const char *path) {
    static struct reading buffer[BATCH_ROWS];
    FILE *in = open_or_die(path, "rb");
    fseek(in, 0, SEEK_END);
    long rows = ftell(in) / (long)sizeof *buffer;
    rewind(in);
    readings r = {rows, new_array(rows, 4), new_array(rows, 4), new_array(rows, 8)};
    for (long i = 0, n; (n = fread(buffer, sizeof *buffer, BATCH_ROWS, in)) > 0; i += n)
        for (long j = 0; j < n; j++) {
            r.sensor[i + j] = buffer[j].sensor;
            r.value[i + j] = buffer[j].value;
            r.at_ms[i + j] = buffer[j].at_ms;
        }
    fclose(in);
    return r;
}

#endif
