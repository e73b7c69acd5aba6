/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c -- all functions, family by family. A new family is a line in this list. */
#include "expr/expr.h"

#define FL_FUNCTION_FAMILIES(X)                                                                                        \
    X(arithmetic)                                                                                                      \
    X(math)                                                                                                            \
    X(compare)                                                                                                         \
    X(in)                                                                                                              \
    X(logic)                                                                                                           \
    X(conditional)                                                                                                     \
    X(cast)                                                                                                            \
    X(string)                                                                                                          \
    X(printf)                                                                                                          \
    X(utf16)                                                                                                           \
    X(encode)                                                                                                          \
    X(charset)                                                                                                         \
    X(search)                                                                                                          \
    X(regexp)                                                                                                          \
    X(temporal)                                                                                                        \
    X(clock)                                                                                                           \
    X(datetext)                                                                                                        \
    X(collection)                                                                                                      \
    X(array)                                                                                                           \
    X(map)                                                                                                             \
    X(inspect)                                                                                                         \
    X(session)                                                                                                         \
    X(hash)                                                                                                            \
    X(url)                                                                                                             \
    X(json)                                                                                                            \
    X(json_make)                                                                                                       \
    X(json_quote)                                                                                                      \
    X(variant)

#define FL_X(family) extern const fl_function fl_functions_##family[];
FL_FUNCTION_FAMILIES(FL_X)
#undef FL_X

static const fl_function *const families[] = {
#define FL_X(family) fl_functions_##family,
    FL_FUNCTION_FAMILIES(FL_X)
#undef FL_X
};

const fl_function *fl_function_find(fl_str name) {
    for (size_t f = 0; f < FL_ARRAY_LEN(families); f++)
        for (const fl_function *fn = families[f]; fn->name != NULL; fn++)
            if (fl_str_iis(name, fn->name)) return fn;
    return NULL;
}

int fl_function_count(void) {
    int n = 0;
    for (size_t f = 0; f < FL_ARRAY_LEN(families); f++)
        for (const fl_function *fn = families[f]; fn->name != NULL; fn++) n++;
    return n;
}

const fl_function *fl_function_at(int i) {
    for (size_t f = 0; f < FL_ARRAY_LEN(families); f++)
        for (const fl_function *fn = families[f]; fn->name != NULL; fn++)
            if (i-- == 0) return fn;
    return NULL;
}
