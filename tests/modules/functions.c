/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c -- functions for tests: some that do as they are asked, and one for each thing that can go wrong. */
#include <stdio.h>

#include "../../examples/functions/columns.h"

#pragma GCC diagnostic ignored "-Woverride-init" /* each function says how it differs from one that works */

#define EXPORT FLOTT_FUNCTION_EXPORT extern const flott_function

static int bigint_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                        flott_function_error *err) {
    static const char *const all[] = {"BIGINT", "BIGINT", "BIGINT", "BIGINT"};
    (void)self;
    if (args->n_children < 1 || args->n_children > 4) {
        snprintf(err->message, sizeof err->message, "it takes one to four numbers");
        snprintf(err->hint, sizeof err->hint, "give it numbers");
        return -1;
    }
    out->args = all;
    out->n_args = 4;
    out->result = "BIGINT";
    return 0;
}

/* ---- twice(n): NULL stays NULL ---- */

static int twice_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                      flott_function_error *err) {
    const struct ArrowArray *in = args->children[0];
    int64_t *out = make_values(result, args->length, sizeof *out);
    (void)instance, (void)err;
    for (int64_t i = 0; i < args->length; i++) {
        out[i] = (int64_t)(2 * (uint64_t)longs(in)[i]); /* below a NULL there may be any bits */
        if (is_null(in, i)) set_null(result, i);
    }
    return 0;
}

#define SCALAR(symbol, ...)                                                                                            \
    EXPORT symbol;                                                                                                     \
    const flott_function symbol = {.abi = FLOTT_FUNCTION_ABI,                                                          \
                                   .kind = FLOTT_FUNCTION_SCALAR,                                                      \
                                   .name = #symbol,                                                                    \
                                   .deterministic = true,                                                              \
                                   .infer = bigint_types,                                                              \
                                   .eval = twice_eval,                                                                 \
                                   __VA_ARGS__}

SCALAR(twice, .doc = "Twice a number.");

/* The same by way of a function that returns the table. */
FLOTT_FUNCTION_EXPORT flott_function_get get_twice, get_nothing;
const flott_function *get_twice(void) { return &twice; }
const flott_function *get_nothing(void) { return NULL; }

/* ---- rows_seen(n): how many rows this instance has been given, which tells calls and rows apart ---- */

typedef struct counter {
    int64_t rows;
} counter;

static int counter_open(void *self, const flott_function_call *call, void **instance, flott_function_error *err) {
    (void)self;
    if (call->args->n_children < 1 || strcmp(call->result->format, "l") != 0) {
        snprintf(err->message, sizeof err->message, "open was told other types than infer");
        return -1;
    }
    *instance = calloc(1, sizeof(counter));
    return 0;
}

static int rows_seen_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                          flott_function_error *err) {
    counter *c = instance;
    int64_t *out = make_values(result, args->length, sizeof *out);
    (void)err;
    for (int64_t i = 0; i < args->length; i++) out[i] = ++c->rows;
    return 0;
}

SCALAR(rows_seen, .deterministic = false, .open = counter_open, .close = free, .eval = rows_seen_eval);

/* ---- pair(text, n): a row whose type is told by an Arrow schema; join(text, n): texts of any length ---- */

static void schema_release(struct ArrowSchema *s) {
    for (int64_t i = 0; i < s->n_children; i++) free(s->children[i]);
    free(s->children);
    s->release = NULL;
}

static int pair_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                      flott_function_error *err) {
    (void)self, (void)err, (void)args;
    out->result_schema = (struct ArrowSchema){.format = "+s",
                                              .name = "",
                                              .flags = ARROW_FLAG_NULLABLE,
                                              .n_children = 2,
                                              .children = calloc(2, sizeof(struct ArrowSchema *)),
                                              .release = schema_release};
    for (int i = 0; i < 2; i++) {
        out->result_schema.children[i] = calloc(1, sizeof(struct ArrowSchema));
        *out->result_schema.children[i] =
            (struct ArrowSchema){.format = i ? "l" : "u", .name = i ? "n" : "s", .flags = ARROW_FLAG_NULLABLE};
    }
    return 0;
}

static void copy_texts(const struct ArrowArray *in, struct ArrowArray *out) {
    int32_t *offsets, length;
    size_t bytes = 0;
    for (int64_t i = 0; i < in->length; i++) {
        text(in, i, &length);
        bytes += (size_t)length;
    }
    char *to = make_texts(out, in->length, bytes, &offsets);
    for (int64_t i = 0; i < in->length; i++) {
        const char *p = text(in, i, &length);
        memcpy(to + offsets[i], p, (size_t)length);
        offsets[i + 1] = offsets[i] + length;
        if (is_null(in, i)) set_null(out, i);
    }
}

static int pair_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                     flott_function_error *err) {
    (void)instance, (void)err;
    struct ArrowArray **columns = make_rows(result, args->length, 2);
    copy_texts(args->children[0], columns[0]);
    memcpy(make_values(columns[1], args->length, 8), longs(args->children[1]), 8 * (size_t)args->length);
    return 0;
}

SCALAR(pair, .infer = pair_types, .eval = pair_eval);

/* ---- types ---- */

static int text_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                      flott_function_error *err) {
    (void)self, (void)args, (void)err;
    out->result = "STRING NOT NULL";
    return 0;
}

/* ---- upto(n): the numbers 1 … n, none for NULL ---- */

typedef struct upto_state {
    int32_t *origin;
} upto_state;

static int upto_open(void *self, const flott_function_call *call, void **instance, flott_function_error *err) {
    (void)self, (void)call, (void)err;
    *instance = calloc(1, sizeof(upto_state));
    return 0;
}

static void upto_close(void *instance) {
    free(((upto_state *)instance)->origin);
    free(instance);
}

static int upto_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *rows, const int32_t **origin,
                     flott_function_error *err) {
    const struct ArrowArray *in = args->children[0];
    upto_state *s = instance;
    int64_t n = 0, k = 0;
    (void)err;
    for (int64_t i = 0; i < in->length; i++) n += is_null(in, i) || longs(in)[i] < 0 ? 0 : longs(in)[i];
    int64_t *out = make_values(make_rows(rows, n, 1)[0], n, sizeof *out);
    s->origin = realloc(s->origin, sizeof *s->origin * (size_t)(n + 1));
    for (int64_t i = 0; i < in->length; i++)
        for (int64_t x = 1; !is_null(in, i) && x <= longs(in)[i]; x++) {
            s->origin[k] = (int32_t)i;
            out[k++] = x;
        }
    *origin = s->origin;
    return 0;
}

#define TABLE(symbol, ...)                                                                                             \
    EXPORT symbol;                                                                                                     \
    const flott_function symbol = {.abi = FLOTT_FUNCTION_ABI,                                                          \
                                   .kind = FLOTT_FUNCTION_TABLE,                                                       \
                                   .name = #symbol,                                                                    \
                                   .deterministic = true,                                                              \
                                   .infer = bigint_types,                                                              \
                                   .open = upto_open,                                                                  \
                                   .close = upto_close,                                                                \
                                   .eval_table = upto_eval,                                                            \
                                   __VA_ARGS__}

TABLE(upto, .doc = "The numbers from one on.");

/* ---- gather(text): the texts of a group in their order, each in brackets; NULL is one, too ---- */

typedef struct gathered {
    size_t n;
    char *p;
} gathered;

static int gather_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                        flott_function_error *err) {
    static const char *const text_only[] = {"STRING"};
    (void)self, (void)args, (void)err;
    out->args = text_only;
    out->n_args = 1;
    out->result = "STRING NOT NULL";
    return 0;
}

static void gather_add(gathered *g, const char *p, size_t n) {
    g->p = realloc(g->p, g->n + n + 1);
    memcpy(g->p + g->n, p, n);
    g->n += n;
}

static int gather_create(void *instance, void **accumulator, flott_function_error *err) {
    (void)instance, (void)err;
    *accumulator = calloc(1, sizeof(gathered));
    return 0;
}

static void gather_discard(void *instance, void *accumulator) {
    (void)instance;
    free(((gathered *)accumulator)->p);
    free(accumulator);
}

static int gather_update(void *instance, void *const *accumulators, const struct ArrowArray *args,
                         flott_function_error *err) {
    const struct ArrowArray *in = args->children[0];
    (void)instance, (void)err;
    for (int64_t i = 0; i < args->length; i++) {
        int32_t n = 4;
        const char *p = is_null(in, i) ? "null" : text(in, i, &n);
        gather_add(accumulators[i], "[", 1);
        gather_add(accumulators[i], p, (size_t)n);
        gather_add(accumulators[i], "]", 1);
    }
    return 0;
}

static int gather_merge(void *instance, void *const *into, const void *const *from, int64_t n,
                        flott_function_error *err) {
    (void)instance, (void)err;
    for (int64_t i = 0; i < n; i++) {
        const gathered *g = from[i];
        if (g->n > 0) gather_add(into[i], g->p, g->n);
    }
    return 0;
}

static int gather_result(void *instance, void *const *accumulators, int64_t n, struct ArrowArray *result,
                         flott_function_error *err) {
    int32_t *offsets;
    size_t bytes = 0;
    (void)instance, (void)err;
    for (int64_t i = 0; i < n; i++) bytes += ((const gathered *)accumulators[i])->n;
    char *to = make_texts(result, n, bytes, &offsets);
    for (int64_t i = 0; i < n; i++) {
        const gathered *g = accumulators[i];
        if (g->n > 0) memcpy(to + offsets[i], g->p, g->n);
        offsets[i + 1] = offsets[i] + (int32_t)g->n;
    }
    return 0;
}

/* In two pieces, which flott must keep together. */
static int gather_encode(void *instance, const void *accumulator, flott_function_writer *w, flott_function_error *err) {
    const gathered *g = accumulator;
    (void)instance, (void)err;
    w->put(w, g->p, g->n / 2);
    w->put(w, g->n > 0 ? g->p + g->n / 2 : NULL, g->n - g->n / 2);
    return 0;
}

static int gather_decode(void *instance, const void *bytes, size_t size, void **accumulator,
                         flott_function_error *err) {
    if (gather_create(instance, accumulator, err) < 0) return -1;
    if (size > 0) gather_add(*accumulator, bytes, size);
    return 0;
}

#define AGGREGATE(symbol, ...)                                                                                         \
    EXPORT symbol;                                                                                                     \
    const flott_function symbol = {.abi = FLOTT_FUNCTION_ABI,                                                          \
                                   .kind = FLOTT_FUNCTION_AGGREGATE,                                                   \
                                   .name = #symbol,                                                                    \
                                   .deterministic = true,                                                              \
                                   .infer = gather_types,                                                              \
                                   .create = gather_create,                                                            \
                                   .update = gather_update,                                                            \
                                   .merge = gather_merge,                                                              \
                                   .result = gather_result,                                                            \
                                   .encode = gather_encode,                                                            \
                                   .decode = gather_decode,                                                            \
                                   .discard = gather_discard,                                                          \
                                   __VA_ARGS__}

AGGREGATE(gather, .doc = "The texts of a group.");

/* ---- what can go wrong ---- */

SCALAR(other_abi, .abi = FLOTT_FUNCTION_ABI + 1);
SCALAR(other_kind, .kind = (flott_function_kind)7);
SCALAR(no_infer, .infer = NULL);
SCALAR(no_eval, .eval = NULL);
TABLE(no_eval_table, .eval_table = NULL);

static int bad_type(void *self, const struct ArrowSchema *args, flott_function_types *out, flott_function_error *err) {
    (void)self, (void)args, (void)err;
    out->result = "BIGINT NOTHING";
    return 0;
}
SCALAR(gives_no_type, .infer = bad_type);

static int silent_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                        flott_function_error *err) {
    (void)self, (void)args, (void)err, (void)out;
    return 0;
}
SCALAR(gives_nothing, .infer = silent_types);
SCALAR(gives_text, .infer = text_types);

static int not_null_types(void *self, const struct ArrowSchema *args, flott_function_types *out,
                          flott_function_error *err) {
    int rc = bigint_types(self, args, out, err);
    out->result = "BIGINT NOT NULL";
    return rc;
}
SCALAR(gives_null, .infer = not_null_types);

static int failing_open(void *self, const flott_function_call *call, void **instance, flott_function_error *err) {
    (void)self, (void)call, (void)instance;
    snprintf(err->message, sizeof err->message, "it will not be opened");
    return -1;
}
SCALAR(fails_to_open, .open = failing_open);

static int failing_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                        flott_function_error *err) {
    (void)instance, (void)args, (void)result;
    snprintf(err->message, sizeof err->message, "row 0 is not to its taste");
    snprintf(err->hint, sizeof err->hint, "try another");
    return -1;
}
SCALAR(fails, .eval = failing_eval);

static int silent_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                       flott_function_error *err) {
    (void)instance, (void)args, (void)result, (void)err;
    return 0;
}
SCALAR(gives_no_array, .eval = silent_eval);

static int short_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                      flott_function_error *err) {
    int rc = twice_eval(instance, args, result, err);
    result->length--;
    return rc;
}
SCALAR(gives_too_few, .eval = short_eval);

static int no_buffers_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                           flott_function_error *err) {
    int rc = twice_eval(instance, args, result, err);
    result->n_buffers = 1;
    return rc;
}
SCALAR(gives_no_values, .eval = no_buffers_eval);

static int wild_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *rows, const int32_t **origin,
                     flott_function_error *err) {
    int rc = upto_eval(instance, args, rows, origin, err);
    upto_state *s = instance;
    for (int64_t i = 0; i < rows->length; i++) s->origin[i] = 70000;
    return rc;
}
TABLE(wild_origins, .eval_table = wild_eval);

static int falling_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *rows, const int32_t **origin,
                        flott_function_error *err) {
    int rc = upto_eval(instance, args, rows, origin, err);
    upto_state *s = instance;
    for (int64_t i = 0, n = rows->length; i < n / 2; i++) {
        int32_t x = s->origin[i];
        s->origin[i] = s->origin[n - 1 - i];
        s->origin[n - 1 - i] = x;
    }
    return rc;
}
TABLE(falling_origins, .eval_table = falling_eval);

static int no_origin_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *rows,
                          const int32_t **origin, flott_function_error *err) {
    int rc = upto_eval(instance, args, rows, origin, err);
    *origin = NULL;
    return rc;
}
TABLE(no_origins, .eval_table = no_origin_eval);

AGGREGATE(no_merge, .merge = NULL);
AGGREGATE(no_discard, .discard = NULL);

static int no_create(void *instance, void **accumulator, flott_function_error *err) {
    (void)instance, (void)accumulator;
    snprintf(err->message, sizeof err->message, "no more groups");
    return -1;
}
AGGREGATE(fails_to_create, .create = no_create);

static int failing_update(void *instance, void *const *accumulators, const struct ArrowArray *args,
                          flott_function_error *err) {
    (void)instance, (void)accumulators, (void)args;
    snprintf(err->message, sizeof err->message, "these rows are too many");
    return -1;
}
AGGREGATE(fails_to_update, .update = failing_update);

static int short_result(void *instance, void *const *accumulators, int64_t n, struct ArrowArray *result,
                        flott_function_error *err) {
    return gather_result(instance, accumulators, n - 1, result, err);
}
AGGREGATE(gives_too_few_results, .result = short_result);

static int failing_encode(void *instance, const void *accumulator, flott_function_writer *w,
                          flott_function_error *err) {
    (void)instance, (void)accumulator, (void)w;
    snprintf(err->message, sizeof err->message, "it has no bytes");
    return -1;
}
AGGREGATE(fails_to_encode, .encode = failing_encode);

static int failing_decode(void *instance, const void *bytes, size_t size, void **accumulator,
                          flott_function_error *err) {
    (void)instance, (void)bytes, (void)size, (void)accumulator;
    snprintf(err->message, sizeof err->message, "these bytes mean nothing");
    return -1;
}
AGGREGATE(fails_to_decode, .decode = failing_decode);

/* Not a function at all. */
FLOTT_FUNCTION_EXPORT extern const char not_a_function[];
const char not_a_function[256] = "not a function";
