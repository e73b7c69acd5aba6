/* SPDX-License-Identifier: Apache-2.0 */
/* flott_function.h -- functions of users: what a C file, or another language, gives to SQL.
 *
 *     CREATE FUNCTION distance AS 'geo.so:distance' LANGUAGE C;
 *     SELECT distance(x0, y0, x1, y1) FROM legs;
 *
 * geo.so is a shared object that exports the symbol `distance`: a const flott_function, or (flott_function_get) a
 * function that returns one. It is looked for as given if the path is absolute, else in the folders of
 * $FLOTT_MODULE_PATH, that of the script, modules/ beside the program and the library folder of the installation; it is
 * opened with RTLD_LOCAL when the function is first used, and stays open until the process ends. Other languages come
 * in by the same struct: flott_session_set_language in flott.h. examples/functions/ has a function of each kind.
 *
 * Rows travel as Arrow arrays, a batch at a time. Arguments are a struct array with a child for each argument, all of
 * its length, constants too; what to make of NULL is the function's business. An instance, one for each call in a
 * subtask, is used by one thread at a time and may block. Functions return 0 when all went well; on failure they fill
 * *err and return a negative number: the statement is refused, or the job fails, with these words.
 */
#ifndef FLOTT_FUNCTION_H
#define FLOTT_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flott_arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct below changes; a function made for another number is refused by name. */
#define FLOTT_FUNCTION_ABI 1

typedef struct flott_function_error {
    char message[480]; /* what failed, and why */
    char hint[240];    /* what to do about it; may be empty */
} flott_function_error;

typedef enum flott_function_kind {
    FLOTT_FUNCTION_SCALAR,    /* a value for each row:           SELECT f(x) */
    FLOTT_FUNCTION_TABLE,     /* any number of rows for each:    FROM t, LATERAL TABLE(f(x)) AS r (a, b) */
    FLOTT_FUNCTION_AGGREGATE, /* a value for each group:      SELECT k, f(x) FROM t GROUP BY k */
} flott_function_kind;

/* What `infer` answers. Texts are types as SQL writes them: 'DECIMAL(10, 2) NOT NULL', 'ROW<word STRING, size INT>';
 * they are borrowed, and read before anything else of the function is called. */
typedef struct flott_function_types {
    /* The result; of a TABLE function a ROW of its columns, or any other type for a single one. */
    const char *result;
    /* Or the same as an Arrow type, which flott releases. Counts if `result` is NULL. */
    struct ArrowSchema result_schema;
    /* What the first n_args arguments are to be cast to, a text for each; others, and those with NULL, stay as they are.
     * Casts are those that INSERT makes by itself (INT to BIGINT); the call is refused if there is none. */
    const char *const *args;
    int n_args;
} flott_function_types;

/* The call that an instance is for; borrowed, and valid until close. */
typedef struct flott_function_call {
    const struct ArrowSchema *args;   /* a struct with a child for each argument, after casts */
    const struct ArrowSchema *result; /* the type of what eval gives; of a TABLE function a struct of its columns */
} flott_function_call;

/* Takes bytes of an accumulator; may be called any number of times. */
typedef struct flott_function_writer flott_function_writer;
struct flott_function_writer {
    void (*put)(flott_function_writer *w, const void *bytes, size_t size);
};

/* Order of calls: infer, any number of times, when statements are made; for each instance open, the
 * hooks of the kind in any mix, close. */
typedef struct flott_function {
    uint32_t abi; /* FLOTT_FUNCTION_ABI */
    flott_function_kind kind;
    const char *name; /* for messages */
    const char *doc;  /* one sentence */
    /* Equal arguments give equal results: equal calls are made once, and constant ones when the statement is made. */
    bool deterministic;

    /* `args` is a struct with a child for each argument, whose flags say if it may be NULL. A refusal says what the
     * function takes. */
    int (*infer)(void *self, const struct ArrowSchema *args, flott_function_types *out, flott_function_error *err);
    /* *instance is what eval and close are given. NULL: it is `self`. On failure nothing is left behind. */
    int (*open)(void *self, const flott_function_call *call, void **instance, flott_function_error *err);
    void (*close)(void *instance); /* NULL: there is nothing to give back */

    /* SCALAR: *result becomes an array of the result's type, as long as `args`; flott releases it. */
    int (*eval)(void *instance, const struct ArrowArray *args, struct ArrowArray *result, flott_function_error *err);
    /* TABLE: *rows becomes a struct array of the columns, which flott releases; (*origin)[i] is the row of `args` that
     * row i is made from. Origins ascend; they are borrowed until the next call with this instance. */
    int (*eval_table)(void *instance, const struct ArrowArray *args, struct ArrowArray *rows, const int32_t **origin,
                      flott_function_error *err);

    /* AGGREGATE, of one to three arguments. An accumulator is what the function remembers of a group of rows: a pointer
     * of its own making, never NULL. flott decides how many there are and which rows they get, keeps them between
     * batches, and puts them into checkpoints as bytes. */
    int (*create)(void *instance, void **accumulator, flott_function_error *err);
    /* accumulators[i] gets row i of `args`; a group's comes as often as it has rows, which are in their order. */
    int (*update)(void *instance, void *const *accumulators, const struct ArrowArray *args, flott_function_error *err);
    /* into[i] gets all that from[i] has; from[i] stays as it is. Windows that share rows are put together so. */
    int (*merge)(void *instance, void *const *into, const void *const *from, int64_t n, flott_function_error *err);
    /* The values of n accumulators, which stay as they are: as `eval` gives them. */
    int (*result)(void *instance, void *const *accumulators, int64_t n, struct ArrowArray *result,
                  flott_function_error *err);
    /* An accumulator as bytes, and one from bytes that this function has written, maybe in another process. */
    int (*encode)(void *instance, const void *accumulator, flott_function_writer *w, flott_function_error *err);
    int (*decode)(void *instance, const void *bytes, size_t size, void **accumulator, flott_function_error *err);
    void (*discard)(void *instance, void *accumulator);
} flott_function;

/* `self` of a C function is NULL. */
typedef const flott_function *flott_function_get(void);
#define FLOTT_FUNCTION_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
}
#endif
#endif
