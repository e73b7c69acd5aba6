/* SPDX-License-Identifier: Apache-2.0 */
/* user_function_int.h -- what the calls of scalar, table and aggregate functions of users share. */
#ifndef FL_EXPR_USER_FUNCTION_INT_H
#define FL_EXPR_USER_FUNCTION_INT_H

#include "expr/user_function.h"

struct fl_user_instance {
    const fl_user_call *call;
    flott_function_call told; /* what open was told: valid until close */
    void *instance;           /* what the function's hooks are given */
};

/* Fills err with the words of a hook that has failed. Returns err->code. */
int fl_user_failed(const fl_user_call *c, flott_function_error *why, fl_error *err);
/* A batch of arguments at the border; released by the caller. */
int fl_user_hand_over(const fl_user_call *c, fl_batch *args, struct ArrowArray *out, fl_error *err);
/* What eval or result has answered with rc, as a column of n values. Takes `result` over. */
int fl_user_take_values(const fl_user_call *c, int rc, struct ArrowArray *result, flott_function_error *why, int n,
                        fl_batch **out, fl_error *err);

/* The aggregate in the form of the built-in ones (user_aggregate.c). */
fl_agg_function fl_user_aggregate(const fl_user_function *f);

#endif
