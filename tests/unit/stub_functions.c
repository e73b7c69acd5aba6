/* SPDX-License-Identifier: Apache-2.0 */
/* stub_functions.c -- stands for the families of functions where a test needs programs of expressions but no function.
 */
#include "expr/expr.h"

#define NO_FUNCTIONS(family)                                                                                           \
    extern const fl_function fl_functions_##family[];                                                                  \
    const fl_function fl_functions_##family[1] = {{0}}
NO_FUNCTIONS(arithmetic);
NO_FUNCTIONS(compare);
NO_FUNCTIONS(logic);
NO_FUNCTIONS(conditional);
NO_FUNCTIONS(cast);
NO_FUNCTIONS(string);
NO_FUNCTIONS(temporal);
NO_FUNCTIONS(collection);

int fl_expr_cast(fl_bind *b, fl_expr *e, const fl_type *type, bool try_cast, fl_span span, fl_expr **out,
                 fl_error *err) {
    (void)b, (void)e, (void)type, (void)try_cast, (void)span, (void)out;
    return fl_fail(err, FL_E_UNSUPPORTED, "there are no casts here");
}
