/* SPDX-License-Identifier: Apache-2.0 */
/* broken.c -- modules that must be refused, by name and with the reason: one for each value of BROKEN. */
#include <stdio.h>

#include "flott_module.h"

enum { NO_SYMBOL, OTHER_ABI, OTHER_NAME, NO_ENDS, NO_HELP };

#if BROKEN != 0
const flott_module *flott_module_open(flott_module_error *err) {
    static const flott_module module = {
        .abi = BROKEN == OTHER_ABI ? FLOTT_MODULE_ABI + 1 : FLOTT_MODULE_ABI,
        .name = BROKEN == OTHER_NAME ? "somebody-else" : "no-ends",
    };
    if (BROKEN != NO_HELP) return &module;
    snprintf(err->message, sizeof err->message, "its library is too old");
    snprintf(err->hint, sizeof err->hint, "install a newer one");
    return NULL;
}
#endif
