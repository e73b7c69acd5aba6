/* SPDX-License-Identifier: Apache-2.0 */
/* functions_logic.c -- AND, OR, NOT and IS [NOT] TRUE, FALSE, UNKNOWN: three-valued logic, 64 rows a word.
 *
 * A BOOLEAN column is two bits a row: is it there (v), is it true (b). The words of all rows are combined, whatever the
 * selection: where the evaluator has not computed an argument, the other one decides, so stray bits do no harm.
 *
 *     AND   true where both are true; known where both are known or one is known to be false
 *     OR    true where one is known to be true; known where both are known or one is known to be true
 *
 * Interface:  the table at the end. AND and OR are special: the evaluator computes a later argument only for rows
 *             that the earlier ones leave open, and calls the kernel for two at a time.
 */
#include "expr/functions_int.h"

/* One word of a BOOLEAN column; b is a subset of v. */
typedef struct truth {
    uint64_t v, b;
} truth;

static inline truth load(const fl_column *c, int w) {
    truth t = {.v = fl_valid_word(c, w)};
    if (t.v != 0) t.b = fl_bool_word(c, w) & t.v;
    return t;
}

static inline void store(fl_column *out, int w, truth t) {
    memcpy((uint8_t *)out->data + 8 * w, &t.b, 8);
    if (out->valid != NULL) memcpy(out->valid + 8 * w, &t.v, 8);
}

static int and_or(fl_column *const *in, fl_column *out, bool is_and) {
    if (fl_column_may_be_null(in[0]) || fl_column_may_be_null(in[1])) fl_column_need_valid(out);
    for (int w = 0; w < fl_word_count(out); w++) {
        truth x = load(in[0], w), y = load(in[1], w);
        if (is_and)
            store(out, w, (truth){(x.v & y.v) | (x.v & ~x.b) | (y.v & ~y.b), x.b & y.b});
        else
            store(out, w, (truth){(x.v & y.v) | x.b | y.b, x.b | y.b});
    }
    return 0;
}

static int kernel_and(FL_KERNEL_ARGS) { return and_or(in, out, true); }
static int kernel_or(FL_KERNEL_ARGS) { return and_or(in, out, false); }

/* Validity is the evaluator's. */
static int kernel_not(FL_KERNEL_ARGS) {
    for (int w = 0; w < fl_word_count(out); w++) {
        uint64_t x = ~fl_bool_word(in[0], w);
        memcpy((uint8_t *)out->data + 8 * w, &x, 8);
    }
    return 0;
}

/* IS [NOT] TRUE, FALSE */
static int kernel_is(FL_KERNEL_ARGS) {
    const char *word = call->expr->fn->name + 3;
    bool negated = word[0] == 'N';
    if (negated) word += 4;
    for (int w = 0; w < fl_word_count(out); w++) {
        truth t = load(in[0], w);
        uint64_t x = word[0] == 'T' ? t.b : t.v & ~t.b;
        if (negated) x = ~x;
        memcpy((uint8_t *)out->data + 8 * w, &x, 8);
    }
    return 0;
}

/* ---- type rules ---- */

static int need_booleans(const fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++)
        if (call->args[i]->type->kind != FL_T_BOOLEAN) return fl_bad_arguments(call, err);
    return 0;
}

static int infer_logic(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_booleans(call, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), fl_args_nullable(call));
}

static int infer_is(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_booleans(call, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), false);
}

static int infer_is_unknown(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *e;
    FL_TRY(need_booleans(call, err));
    FL_TRY(fl_call1(b, call->fn->name[3] == 'N' ? "IS NOT NULL" : "IS NULL", call->args[0], call->span, &e, err));
    return fl_become(call, e);
}

static fl_kernel_fn *choose(const fl_expr *call) {
    switch (call->fn->name[0]) {
    case 'A': return kernel_and;
    case 'O': return kernel_or;
    case 'N': return kernel_not;
    default: return kernel_is;
    }
}

#define IS(word, rule, text)                                                                                           \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1, .flags = FL_FN_OPERATOR, .infer = infer_##rule, .choose = choose,  \
        .signature = "'<BOOLEAN> " word "'", .doc = text                                                               \
    }

FL_FUNCTION_TABLE(logic) = {
    {.name = "AND",
     .min_args = 2,
     .max_args = -1,
     .flags = FL_FN_OPERATOR | FL_FN_SUBSTITUTE,
     .special = FL_SPECIAL_AND,
     .infer = infer_logic,
     .choose = choose,
     .signature = "'<BOOLEAN> AND <BOOLEAN>'",
     .doc = "Both are true; FALSE AND UNKNOWN is FALSE."},
    {.name = "OR",
     .min_args = 2,
     .max_args = -1,
     .flags = FL_FN_OPERATOR | FL_FN_SUBSTITUTE,
     .special = FL_SPECIAL_OR,
     .infer = infer_logic,
     .choose = choose,
     .signature = "'<BOOLEAN> OR <BOOLEAN>'",
     .doc = "One is true; TRUE OR UNKNOWN is TRUE."},
    {.name = "NOT",
     .min_args = 1,
     .max_args = 1,
     .flags = FL_FN_OPERATOR | FL_FN_STRICT,
     .infer = infer_logic,
     .choose = choose,
     .signature = "'NOT<BOOLEAN>'",
     .doc = "The opposite; of UNKNOWN, UNKNOWN."},
    IS("IS TRUE", is, "TRUE only for TRUE."),
    IS("IS NOT TRUE", is, "TRUE for FALSE and UNKNOWN."),
    IS("IS FALSE", is, "TRUE only for FALSE."),
    IS("IS NOT FALSE", is, "TRUE for TRUE and UNKNOWN."),
    IS("IS UNKNOWN", is_unknown, "TRUE only for UNKNOWN."),
    IS("IS NOT UNKNOWN", is_unknown, "TRUE for TRUE and FALSE."),
    {0},
};
