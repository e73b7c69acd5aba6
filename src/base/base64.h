/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h -- bytes as text of the standard alphabet, padded. */
#ifndef FL_BASE_BASE64_H
#define FL_BASE_BASE64_H

#include "base/str.h"

/* Appends. Little-endian machines only, as all of flott. */
void fl_base64_put(fl_buf *out, fl_str bytes);

#endif
