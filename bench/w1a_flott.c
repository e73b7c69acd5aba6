/* SPDX-License-Identifier: Apache-2.0 */
/* w1a_flott.c -- W1a in flott: readings handed in as Arrow batches, one query over them.
 *
 *     w1a_flott SCRIPT READINGS [RESULT]
 *
 * The last statement of SCRIPT is the query; the ones before it declare what it needs. The query runs twice and the
 * second run is measured, as the other engines are: its CPU seconds, from handing in the statement to the last row, are
 * printed. RESULT gets the rows of the first run as CSV.
 */
#include "flott_program.h"
#include "readings.h"

enum { COLUMNS = 3 };

static struct ArrowSchema readings_schema(void) {
    static struct ArrowSchema columns[COLUMNS] = {
        {.format = "i", .name = "sensor", .release = release_schema},
        {.format = "i", .name = "reading", .release = release_schema},
        {.format = "tsm:", .name = "measured_at", .release = release_schema},
    };
    static struct ArrowSchema *children[COLUMNS] = {&columns[0], &columns[1], &columns[2]};
    return (struct ArrowSchema){
        .format = "+s", .name = "", .n_children = COLUMNS, .children = children, .release = release_schema};
}

typedef struct batch_memory {
    struct ArrowArray column[COLUMNS], *children[COLUMNS];
    const void *buffers[COLUMNS][2]; /* validity (none), values */
    const void *no_validity;
} batch_memory;

/* `n` rows from `start` on, where they lie. */
static struct ArrowArray readings_batch(const readings *r, long start, long n) {
    batch_memory *m = calloc(1, sizeof *m);
    if (m == NULL) die("allocate", "a batch");
    const void *values[COLUMNS] = {r->sensor + start, r->value + start, r->at_ms + start};
    for (int i = 0; i < COLUMNS; i++) {
        m->buffers[i][1] = values[i];
        m->column[i] =
            (struct ArrowArray){.length = n, .n_buffers = 2, .buffers = m->buffers[i], .release = release_array};
        m->children[i] = &m->column[i];
    }
    return (struct ArrowArray){.length = n,
                               .n_buffers = 1,
                               .buffers = &m->no_validity,
                               .n_children = COLUMNS,
                               .children = m->children,
                               .release = release_array};
}

static void put_readings(flott_session *s, const char *name, const readings *r) {
    int n = (r->rows + ARROW_BATCH_ROWS - 1) / ARROW_BATCH_ROWS;
    struct ArrowArray *batches = new_array(n, sizeof *batches);
    for (int i = 0; i < n; i++) {
        long start = (long)i * ARROW_BATCH_ROWS, left = r->rows - start;
        batches[i] = readings_batch(r, start, left < ARROW_BATCH_ROWS ? left : ARROW_BATCH_ROWS);
    }
    struct ArrowSchema schema = readings_schema();
    flott_error err;
    if (flott_session_put_arrow(s, name, &schema, batches, n, &err) < 0) fail("cannot hand in the readings", &err);
    free(batches);
}

static long execute(flott_session *s, const char *sql, size_t length, FILE *result) {
    flott_error err;
    long rows = run_statement(s, sql, length, result, &err);
    if (rows < 0) fail("a statement has failed", &err);
    return rows;
}

static char *read_text(const char *path, size_t *size) {
    FILE *in = open_or_die(path, "r");
    fseek(in, 0, SEEK_END);
    *size = ftell(in);
    rewind(in);
    char *text = new_array(*size + 1, 1);
    if (fread(text, 1, *size, in) != *size) die("read", path);
    fclose(in);
    return text;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fputs("usage: w1a_flott SCRIPT READINGS [RESULT]\n", stderr);
        return 2;
    }
    size_t size, at = 0, length, next_length;
    char *script = read_text(argv[1], &size);
    readings r = readings_load(argv[2]);
    FILE *result = argc > 3 ? open_or_die(argv[3], "w") : NULL;

    flott_session *s = flott_session_new(NULL);
    flott_error err;
    if (flott_session_set(s, "parallelism.default", "1", &err) < 0) fail("cannot set the parallelism", &err);
    put_readings(s, argv[2], &r);

    const char *query, *next;
    if (!flott_next_statement(script, size, &at, &query, &length)) die("find a statement in", argv[1]);
    for (; flott_next_statement(script, size, &at, &next, &next_length); query = next, length = next_length)
        execute(s, query, length, NULL);
    execute(s, query, length, result);

    double before_s = cpu_seconds();
    long rows_out = execute(s, query, length, NULL);
    printf("{\"cpu_s\": %.6f, \"rows_out\": %ld}\n", cpu_seconds() - before_s, rows_out);
    flott_session_free(s);
    return result != NULL && fclose(result) != 0;
}
