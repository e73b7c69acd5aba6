/* SPDX-License-Identifier: Apache-2.0 */
/* limit_hop.c -- W5's limit: least value and sum by key in windows of 10 s that overlap 1, 10 or 100 times.
 *
 *     limit_hop SLIDE_MS ROWS             rows made up: one each millisecond, 100 keys, values 0 … 1000
 *     limit_hop SLIDE_MS EVENTS RESULT    rows of a file by make_input; RESULT gets key,least,sum,end of window in ms
 *
 * A row goes into the slice that is open, whatever the number of windows. When a slice closes, a window fires and the
 * oldest slice leaves it: the sum is subtracted, and the least value comes from two stacks, so that a firing costs the
 * same for 100 slices as for 1. All keys share the slices; each step is a loop over the keys that becomes SIMD.
 *
 *     front stack (oldest slice on top)        back
 *     least of slices 3…5 | 4…5 | 5            least of slices 6…8         slices 6, 7, 8 are kept one by one
 *
 * When the front stack is empty, the kept slices become the front.
 */
#include "limit.h"

enum { KEYS = 100, SIZE_MS = 10000, SLICES_MAX = 100, VALUES = 1001, NOTHING = INT32_MAX };

typedef struct events {
    int64_t first_ms; /* of the first row; each of the others is 1 ms later than the one before it */
    int n;
    int32_t key[BATCH_ROWS], value[BATCH_ROWS];
} events;

static struct {
    int slide_ms, slices; /* slices in a window */

    packed open[KEYS]; /* the slice that rows go to */
    int64_t end_ms;    /* where it ends */

    int32_t kept[SLICES_MAX][KEYS];  /* least values of the slices in the back */
    int32_t front[SLICES_MAX][KEYS]; /* [i]: least of the i + 1 youngest slices of the front */
    int32_t back[KEYS];
    int n_kept, n_front;

    int64_t slice_sum[SLICES_MAX][KEYS], sum[KEYS];
    int32_t slice_count[SLICES_MAX][KEYS], count[KEYS];
    int oldest; /* of the two rings above */

    FILE *result;
    int64_t rows_out, dropped; /* what was given out, added up so that it is worked out */
} w;

static void init(int slide_ms) {
    w.slide_ms = slide_ms;
    w.slices = SIZE_MS / slide_ms;
    w.end_ms = slide_ms;
    w.n_front = w.slices - 1; /* of empty slices, before the first row */
    for (int k = 0; k < KEYS; k++) {
        w.open[k] = PACKED_EMPTY;
        w.back[k] = NOTHING;
        for (int i = 0; i < w.slices; i++) w.front[i][k] = NOTHING;
    }
}

static inline int32_t lesser(int32_t a, int32_t b) { return a < b ? a : b; }

static void turn_stacks(void) {
    for (int i = 0; i < w.n_kept; i++)
        for (int k = 0; k < KEYS; k++) {
            int32_t slice = w.kept[w.n_kept - 1 - i][k];
            w.front[i][k] = i == 0 ? slice : lesser(slice, w.front[i - 1][k]);
        }
    for (int k = 0; k < KEYS; k++) w.back[k] = NOTHING;
    w.n_front = w.n_kept;
    w.n_kept = 0;
}

static void close_slice(void) {
    int32_t *kept = w.kept[w.n_kept++];
    int64_t *slice_sum = w.slice_sum[w.oldest];
    int32_t *slice_count = w.slice_count[w.oldest];
    for (int k = 0; k < KEYS; k++) {
        packed p = w.open[k];
        w.open[k] = PACKED_EMPTY;
        kept[k] = packed_count(p) > 0 ? packed_min(p) : NOTHING;
        w.back[k] = lesser(w.back[k], kept[k]);
        w.sum[k] += packed_sum(p) - slice_sum[k];
        w.count[k] += packed_count(p) - slice_count[k];
        slice_sum[k] = packed_sum(p);
        slice_count[k] = packed_count(p);
    }
    w.oldest = (w.oldest + 1) % w.slices;
}

static void fire(void) {
    const int32_t *front = w.n_front > 0 ? w.front[w.n_front - 1] : w.back;
    for (int k = 0; k < KEYS; k++) {
        int32_t least = lesser(w.back[k], front[k]);
        w.rows_out += w.count[k] > 0;
        w.dropped += w.count[k] > 0 ? least + w.sum[k] : 0;
        if (w.result != NULL && w.count[k] > 0)
            fprintf(w.result, "%d,%d,%ld,%ld\n", k, least, (long)w.sum[k], (long)w.end_ms);
    }
    if (w.n_front == 0) turn_stacks();
    w.n_front--;
    w.end_ms += w.slide_ms;
}

static void add(const events *e) {
    for (int i = 0; i < e->n;) {
        if (e->first_ms + i >= w.end_ms) {
            close_slice();
            fire();
        }
        int64_t left = w.end_ms - (e->first_ms + i);
        int stop = left < e->n - i ? i + (int)left : e->n;
        for (; i < stop; i++) w.open[e->key[i]] = packed_merge(w.open[e->key[i]], packed_of(e->value[i]));
    }
}

static void make(events *e, int64_t first, int64_t rows) {
    e->first_ms = first;
    e->n = rows - first < BATCH_ROWS ? rows - first : BATCH_ROWS;
    for (int i = 0; i < e->n; i++) {
        uint64_t r = random_at(first + i);
        e->key[i] = below(r >> 32, KEYS);
        e->value[i] = below((uint32_t)r, VALUES);
    }
}

static void read_batch(events *e, FILE *in) {
    long id, first = e->first_ms + e->n;
    for (e->first_ms = first, e->n = 0; e->n < BATCH_ROWS; e->n++) {
        if (fscanf(in, "%ld,%d,%d\n", &id, &e->key[e->n], &e->value[e->n]) != 3) break;
        if (id != first + e->n || e->key[e->n] < 0 || e->key[e->n] >= KEYS) die("take", "this row of the events");
    }
}

int main(int argc, char **argv) {
    int slide_ms = argc > 2 ? atoi(argv[1]) : 0;
    if (argc < 3 || argc > 4 || slide_ms < SIZE_MS / SLICES_MAX || SIZE_MS % slide_ms != 0) {
        fputs("usage: limit_hop SLIDE_MS ROWS | SLIDE_MS EVENTS RESULT   (slides that divide 10 s, from 100 ms)\n",
              stderr);
        return 2;
    }
    static events e;
    init(slide_ms);
    if (argc == 3) {
        int64_t rows = atoll(argv[2]);
        for (int64_t first = 0; first < rows; first += e.n) {
            make(&e, first, rows);
            add(&e);
        }
    } else {
        FILE *in = open_or_die(argv[2], "r");
        w.result = open_or_die(argv[3], "w");
        for (read_batch(&e, in); e.n > 0; read_batch(&e, in)) add(&e);
        fclose(in);
    }
    for (int i = 0; i < w.slices; i++) {
        close_slice();
        fire();
    }
    printf("{\"rows_out\": %ld, \"dropped\": %ld}\n", (long)w.rows_out, (long)w.dropped);
    return w.result != NULL && fclose(w.result) != 0;
}
