/* SPDX-License-Identifier: Apache-2.0 */
/* md5.h -- MD5 of many short texts at once. */
#ifndef FL_EXPR_MD5_H
#define FL_EXPR_MD5_H

#include "base/str.h"

enum {
    FL_MD5_SHORT_MAX = 55, /* bytes of a text that is one block, with its length behind it */
    FL_MD5_LANES = 16,
    FL_MD5_BYTES = 16,
};

/* The digests of n texts, at most FL_MD5_LANES of at most FL_MD5_SHORT_MAX bytes each. */
void fl_md5_short(const fl_str *texts, int n, uint8_t digests[][FL_MD5_BYTES]);

#endif
