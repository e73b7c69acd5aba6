/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c -- three functions for SQL, written in C: the `distance` of two points, the `words` of a text, and the
 * `spread` of the values of a group.
 *
 *     cc -shared -fPIC -O2 -I../../include -o functions.so functions.c -lm
 *     flott run functions.sql
 */
#include <math.h>
#include <stdio.h>

#include "columns.h"

/* ---- distance(x0, y0, x1, y1): a value for each row ---- */

static int distance_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                          flott_function_error *err) {
    static const char *const doubles_only[] = {"DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE"};
    (void)self;
    if (args->n_children != 4) {
        snprintf(err->message, sizeof err->message, "distance takes four numbers: x0, y0, x1, y1");
        return -1;
    }
    out->args = doubles_only;
    out->n_args = 4;
    out->result = "DOUBLE";
    return 0;
}

static int distance_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                         flott_function_error *err) {
    (void)instance, (void)err;
    const double *x0 = doubles(args->children[0]), *y0 = doubles(args->children[1]);
    const double *x1 = doubles(args->children[2]), *y1 = doubles(args->children[3]);
    double *out = make_values(result, args->length, sizeof *out);
    for (int64_t i = 0; i < args->length; i++) out[i] = hypot(x1[i] - x0[i], y1[i] - y0[i]);
    for (int64_t i = 0; i < args->length; i++)
        for (int k = 0; k < 4; k++)
            if (is_null(args->children[k], i)) set_null(result, i);
    return 0;
}

FLOTT_FUNCTION_EXPORT extern const flott_function distance;
const flott_function distance = {
    .abi = FLOTT_FUNCTION_ABI,
    .kind = FLOTT_FUNCTION_SCALAR,
    .name = "distance",
    .doc = "How far it is from one point to another.",
    .deterministic = true,
    .infer = distance_types,
    .eval = distance_eval,
};

/* ---- words(text): a row for each word, with its length ---- */

/* What an instance owns: where its last rows came from. */
typedef struct words_state {
    int32_t *origin;
} words_state;

static int words_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                       flott_function_error *err) {
    static const char *const text_only[] = {"STRING"};
    (void)self;
    if (args->n_children != 1) {
        snprintf(err->message, sizeof err->message, "words takes one text");
        return -1;
    }
    out->args = text_only;
    out->n_args = 1;
    out->result = "ROW<word STRING NOT NULL, size INT NOT NULL>";
    return 0;
}

static int words_open(void *self, const flott_function_call *call, void **instance, flott_function_error *err) {
    (void)self, (void)call, (void)err;
    *instance = calloc(1, sizeof(words_state));
    return 0;
}

static void words_close(void *instance) {
    free(((words_state *)instance)->origin);
    free(instance);
}

/* The next word in [*p, end): where it begins, and *p behind it; NULL: there is none. */
static const char *next_word(const char **p, const char *end) {
    while (*p < end && **p == ' ') (*p)++;
    const char *begin = *p;
    while (*p < end && **p != ' ') (*p)++;
    return begin < *p ? begin : NULL;
}

/* How many words the texts have, and how many bytes are in these. */
static int64_t count_words(const struct ArrowArray *in, size_t *bytes) {
    int64_t n = 0;
    *bytes = 0;
    for (int64_t i = 0; i < in->length; i++) {
        int32_t length;
        const char *p = text(in, i, &length), *end = p + length, *word;
        while (!is_null(in, i) && (word = next_word(&p, end)) != NULL) {
            *bytes += (size_t)(p - word);
            n++;
        }
    }
    return n;
}

static int words_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *rows, const int32_t **origin,
                      flott_function_error *err) {
    words_state *state = instance;
    const struct ArrowArray *in = args->children[0];
    size_t bytes;
    int32_t *offsets;
    int64_t n = count_words(in, &bytes), k = 0;
    (void)err;
    struct ArrowArray **columns = make_rows(rows, n, 2);
    char *texts = make_texts(columns[0], n, bytes, &offsets);
    int32_t *size = make_values(columns[1], n, sizeof *size);
    state->origin = realloc(state->origin, sizeof *state->origin * (size_t)(n + 1));
    for (int64_t i = 0; i < in->length; i++) {
        int32_t length;
        const char *p = text(in, i, &length), *end = p + length, *word;
        while (!is_null(in, i) && (word = next_word(&p, end)) != NULL) {
            size[k] = (int32_t)(p - word);
            memcpy(texts + offsets[k], word, (size_t)size[k]);
            offsets[k + 1] = offsets[k] + size[k];
            state->origin[k++] = (int32_t)i;
        }
    }
    *origin = state->origin;
    return 0;
}

FLOTT_FUNCTION_EXPORT extern const flott_function words;
const flott_function words = {
    .abi = FLOTT_FUNCTION_ABI,
    .kind = FLOTT_FUNCTION_TABLE,
    .name = "words",
    .doc = "The words of a text and their lengths.",
    .deterministic = true,
    .infer = words_types,
    .open = words_open,
    .close = words_close,
    .eval_table = words_eval,
};

/* ---- spread(x): how far the greatest value of a group is from the least ---- */

typedef struct spread_state {
    double least, greatest;
    int64_t values;
} spread_state;

static int spread_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                        flott_function_error *err) {
    static const char *const double_only[] = {"DOUBLE"};
    (void)self;
    if (args->n_children != 1) {
        snprintf(err->message, sizeof err->message, "spread takes one number");
        return -1;
    }
    out->args = double_only;
    out->n_args = 1;
    out->result = "DOUBLE";
    return 0;
}

static int spread_create(void *instance, void **accumulator, flott_function_error *err) {
    (void)instance, (void)err;
    *accumulator = calloc(1, sizeof(spread_state));
    return 0;
}

static void spread_discard(void *instance, void *accumulator) {
    (void)instance;
    free(accumulator);
}

static void add(spread_state *s, double least, double greatest, int64_t values) {
    if (values == 0) return;
    if (s->values == 0 || least < s->least) s->least = least;
    if (s->values == 0 || greatest > s->greatest) s->greatest = greatest;
    s->values += values;
}

static int spread_update(void *instance, void *const *accumulators, const struct ArrowArray *args,
                         flott_function_error *err) {
    const struct ArrowArray *x = args->children[0];
    (void)instance, (void)err;
    for (int64_t i = 0; i < args->length; i++)
        if (!is_null(x, i)) add(accumulators[i], doubles(x)[i], doubles(x)[i], 1);
    return 0;
}

static int spread_merge(void *instance, void *const *into, const void *const *from, int64_t n,
                        flott_function_error *err) {
    (void)instance, (void)err;
    for (int64_t i = 0; i < n; i++) {
        const spread_state *s = from[i];
        add(into[i], s->least, s->greatest, s->values);
    }
    return 0;
}

static int spread_result(void *instance, void *const *accumulators, int64_t n, struct ArrowArray *result,
                         flott_function_error *err) {
    double *out = make_values(result, n, sizeof *out);
    (void)instance, (void)err;
    for (int64_t i = 0; i < n; i++) {
        const spread_state *s = accumulators[i];
        out[i] = s->greatest - s->least;
        if (s->values == 0) set_null(result, i);
    }
    return 0;
}

static int spread_encode(void *instance, const void *accumulator, flott_function_writer *w, flott_function_error *err) {
    (void)instance, (void)err;
    w->put(w, accumulator, sizeof(spread_state));
    return 0;
}

static int spread_decode(void *instance, const void *bytes, size_t size, void **accumulator,
                         flott_function_error *err) {
    if (size != sizeof(spread_state)) {
        snprintf(err->message, sizeof err->message, "these %zu bytes are no state of spread", size);
        return -1;
    }
    if (spread_create(instance, accumulator, err) < 0) return -1;
    memcpy(*accumulator, bytes, size);
    return 0;
}

FLOTT_FUNCTION_EXPORT extern const flott_function spread;
const flott_function spread = {
    .abi = FLOTT_FUNCTION_ABI,
    .kind = FLOTT_FUNCTION_AGGREGATE,
    .name = "spread",
    .doc = "How far the greatest value of a group is from the least.",
    .deterministic = true,
    .infer = spread_types,
    .create = spread_create,
    .update = spread_update,
    .merge = spread_merge,
    .result = spread_result,
    .encode = spread_encode,
    .decode = spread_decode,
    .discard = spread_discard,
};
