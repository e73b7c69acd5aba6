/* SPDX-License-Identifier: Apache-2.0 */
/* text.h -- any value as text, in the two ways that Flink has. */
#ifndef FL_DATA_TEXT_H
#define FL_DATA_TEXT_H

#include "data/batch.h"
#include "data/timezone.h"

/* As Java's Row.toString prints external values: null, 2024-05-05T12:00, [1, 2], {k=v}, +I[a, b], true, bytes as
 * signed numbers. */
void fl_text_java(fl_buf *out, const fl_column *c, int i);

/* As SQL's CAST(x AS STRING) makes it: TRUE, 2024-05-05 12:00:00.000, [1, NULL], {k=v}, (a, b); TIMESTAMP_LTZ in zone
 * `tz`. A NULL at the top prints as NULL. */
void fl_text_sql(fl_buf *out, const fl_column *c, int i, const fl_tz *tz);

/* The same, but bytes as x'00ff', also inside collections: what Flink's clients show in tables. */
void fl_text_table(fl_buf *out, const fl_column *c, int i, const fl_tz *tz);

/* Java's String.hashCode: what the order of a HashMap follows from, and so of some of Flink's texts. */
uint32_t fl_java_hash(fl_str s);

/* hashCode() of the object that Flink hands out for row i, not of a constant column. */
uint32_t fl_java_hash_at(const fl_column *c, int i);

/* "+I[1, a]" for one row of a batch, as Row.toString. */
void fl_text_row(fl_buf *out, const fl_batch *b, int row);

#endif
