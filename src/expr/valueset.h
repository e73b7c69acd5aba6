/* SPDX-License-Identifier: Apache-2.0 */
/* valueset.h -- a set of encoded values that remembers the order in which they came: what DISTINCT keeps for a
 * group. */
#ifndef FL_EXPR_VALUESET_H
#define FL_EXPR_VALUESET_H

#include "base/str.h"

typedef struct fl_valueset fl_valueset;

fl_valueset *fl_valueset_new(void);
void fl_valueset_free(fl_valueset *s); /* NULL is fine */
fl_valueset *fl_valueset_clone(const fl_valueset *s);
/* True if the value was not there. */
bool fl_valueset_add(fl_valueset *s, fl_str value);
/* The same; *at becomes the value's number. */
bool fl_valueset_put(fl_valueset *s, fl_str value, uint32_t *at);
uint32_t fl_valueset_count(const fl_valueset *s);
/* The i-th value that came. Borrowed until the next add. */
fl_str fl_valueset_at(const fl_valueset *s, uint32_t i);

#endif
