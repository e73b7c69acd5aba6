/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h -- bytes as text of the standard alphabet, padded. */
#ifndef FL_BASE_BASE64_H
#define FL_BASE_BASE64_H

#include "base/str.h"

/* Bytes of the text of n bytes. */
static inline size_t fl_base64_size(size_t n) { return (n + 2) / 3 * 4; }
/* Writes fl_base64_size(bytes.n) characters; returns what is behind them. Little-endian machines only, as all of
 * flott. */
char *fl_base64_write(char *to, fl_str bytes);
/* The same, appended. */
void fl_base64_put(fl_buf *out, fl_str bytes);

#endif
