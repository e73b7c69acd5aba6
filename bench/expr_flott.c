/* SPDX-License-Identifier: Apache-2.0 */
/* expr_flott.c -- bench/expr in flott: columns in memory, handed in as Arrow batches, and statements over them.
 *
 *     expr_flott FOLDER
 *
 * Reads requests, a line each, with tabs between their parts; answers each with a line, DONE … or FAIL ….
 *
 *     rows FILE SQL     runs a statement; its rows go to FILE as CSV
 *     time SQL          runs a query again and again for 0.2 CPU seconds or more; answers the CPU seconds of one run
 *
 * SQL finds the columns as the Arrow table 'columns'.
 */
#include "columns.h"
#include "flott_program.h"

static const double TIMED_S = 0.2;
enum { RUNS_MIN = 3 };

/* ---- columns as Arrow ---- */

static struct ArrowSchema schema_of(const column *c) {
    static struct ArrowSchema item = {.format = "i", .name = "item", .release = release_schema}, *items[] = {&item};
    struct ArrowSchema s = {.format = c->format, .name = c->name, .release = release_schema};
    if (c->valid.at != NULL) s.flags = ARROW_FLAG_NULLABLE;
    if (c->format[0] == '+') {
        s.format = "+l";
        s.n_children = 1;
        s.children = items;
    }
    return s;
}

static struct ArrowSchema schema_of_all(const columns *all) {
    static struct ArrowSchema columns[COLUMNS_MAX], *children[COLUMNS_MAX];
    for (int i = 0; i < all->n; i++) {
        columns[i] = schema_of(&all->column[i]);
        children[i] = &columns[i];
    }
    return (struct ArrowSchema){
        .format = "+s", .name = "", .n_children = all->n, .children = children, .release = release_schema};
}

/* The structs of a batch for one column. */
typedef struct column_memory {
    struct ArrowArray array, item, *items[1];
    const void *buffers[3], *item_buffers[2];
} column_memory;

static int64_t null_count(const column *c, long start, long n) {
    int64_t nulls = 0;
    const uint8_t *bits = c->valid.at;
    for (long i = start; bits != NULL && i < start + n; i++) nulls += !(bits[i / 8] >> (i % 8) & 1);
    return nulls;
}

static void fill_column(column_memory *m, const column *c, long start, long n) {
    bool list = c->format[0] == '+', text = c->format[0] == 'u';
    m->array = (struct ArrowArray){.length = n,
                                   .offset = start,
                                   .null_count = null_count(c, start, n),
                                   .n_buffers = text ? 3 : 2,
                                   .buffers = m->buffers,
                                   .release = release_array};
    m->buffers[0] = c->valid.at;
    m->buffers[1] = list || text ? c->offsets.at : c->values.at;
    m->buffers[2] = c->values.at;
    if (!list) return;
    m->item_buffers[1] = c->values.at;
    m->item = (struct ArrowArray){
        .length = (int64_t)(c->values.size / 4), .n_buffers = 2, .buffers = m->item_buffers, .release = release_array};
    m->items[0] = &m->item;
    m->array.n_children = 1;
    m->array.children = m->items;
}

static struct ArrowArray batch_of(const columns *all, long start, long n) {
    static const void *no_validity;
    column_memory *m = calloc((size_t)all->n, sizeof *m);
    struct ArrowArray **children = new_array((size_t)all->n, sizeof *children);
    if (m == NULL) die("allocate", "a batch");
    for (int i = 0; i < all->n; i++) {
        fill_column(&m[i], &all->column[i], start, n);
        children[i] = &m[i].array;
    }
    return (struct ArrowArray){.length = n,
                               .n_buffers = 1,
                               .buffers = &no_validity,
                               .n_children = all->n,
                               .children = children,
                               .release = release_array};
}

static void put_columns(flott_session *s, const columns *all) {
    int n = (int)((all->rows + ARROW_BATCH_ROWS - 1) / ARROW_BATCH_ROWS);
    struct ArrowArray *batches = new_array((size_t)n, sizeof *batches);
    for (int i = 0; i < n; i++) {
        long start = (long)i * ARROW_BATCH_ROWS, left = all->rows - start;
        batches[i] = batch_of(all, start, left < ARROW_BATCH_ROWS ? left : ARROW_BATCH_ROWS);
    }
    struct ArrowSchema schema = schema_of_all(all);
    flott_error err;
    if (flott_session_put_arrow(s, "columns", &schema, batches, n, &err) < 0) fail("cannot hand in the columns", &err);
    free(batches);
}

/* Decimals of up to 18 digits are handed in as Arrow's of 64 bits: DuckDB and ClickHouse keep them so in their tables. */
static void narrow_decimals(columns *all) {
    for (int i = 0; i < all->n; i++) {
        column *c = &all->column[i];
        int precision, scale;
        if (sscanf(c->format, "d:%d,%d", &precision, &scale) != 2 || precision > 18) continue;
        const __int128 *wide = c->values.at;
        int64_t *narrow = new_array((size_t)all->rows, sizeof *narrow);
        for (long k = 0; k < all->rows; k++) narrow[k] = (int64_t)wide[k];
        c->values = (mapped){narrow, (size_t)all->rows * sizeof *narrow};
        snprintf(c->format, sizeof c->format, "d:%d,%d,64", precision, scale);
    }
}

/* ---- requests ---- */

static void refuse(const flott_error *err) {
    char line[200];
    size_t n = strcspn(err->message, "\n");
    snprintf(line, sizeof line, "%.*s", (int)n, err->message);
    printf("FAIL %s\n", line);
}

static void answer_rows(flott_session *s, char *request) {
    char *path = request, *sql = strchr(request, '\t');
    if (sql == NULL) {
        puts("FAIL no statement behind the file");
        return;
    }
    *sql++ = '\0';
    FILE *result = open_or_die(path, "w");
    flott_error err;
    long rows = run_statement(s, sql, strlen(sql), result, &err);
    if (fclose(result) != 0) die("write", path);
    if (rows < 0)
        refuse(&err);
    else
        printf("DONE %ld\n", rows);
}

static void answer_time(flott_session *s, const char *sql) {
    flott_error err;
    double began_s = cpu_seconds(), used_s = 0;
    int runs = 0;
    for (; runs < RUNS_MIN || used_s < TIMED_S; runs++, used_s = cpu_seconds() - began_s) {
        if (run_statement(s, sql, strlen(sql), NULL, &err) >= 0) continue;
        refuse(&err);
        return;
    }
    printf("DONE %.9f\n", used_s / runs);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: expr_flott FOLDER\n", stderr);
        return 2;
    }
    columns all = columns_load(argv[1]);
    narrow_decimals(&all);
    flott_session *s = flott_session_new(NULL);
    flott_error err;
    const char *const settings[][2] = {
        {"parallelism.default", "1"}, {"execution.runtime-mode", "batch"}, {"table.local-time-zone", "UTC"}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (flott_session_set(s, settings[i][0], settings[i][1], &err) < 0) fail("cannot set an option", &err);
    put_columns(s, &all);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0; fflush(stdout)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "rows\t", 5) == 0)
            answer_rows(s, line + 5);
        else if (strncmp(line, "time\t", 5) == 0)
            answer_time(s, line + 5);
        else
            puts("FAIL a request begins with rows or time and a tab");
    }
    free(line);
    flott_session_free(s);
    return 0;
}
