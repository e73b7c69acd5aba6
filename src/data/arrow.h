/* SPDX-License-Identifier: Apache-2.0 */
/* arrow.h -- the border to everybody else: batches as Arrow C Data, and back. */
#ifndef FL_DATA_ARROW_H
#define FL_DATA_ARROW_H

#include "data/schema.h"
#include "flott_arrow.h"

enum {
    FL_ARROW_VIEWS = 1,     /* export strings as utf8_view ("vu", "vz") in one pass, rather than offsets and bytes */
    FL_ARROW_DECIMAL64 = 2, /* export DECIMAL(1..18) as decimal64 without a copy, rather than widened to decimal128 */
};

/* The schema as an Arrow struct type, one child for each column; the logical type stands in the metadata key
 * "flott:type" where Arrow's own type does not tell it. Released by the consumer. */
int fl_arrow_export_schema(const fl_schema *s, int flags, struct ArrowSchema *out, fl_error *err);

/* The rows that count of a batch as an Arrow struct array. Column memory is shared, except: strings are copied once or
 * made into Arrow views, DECIMAL(1..18) is widened unless FL_ARROW_DECIMAL64, TIMESTAMP(7..9) becomes int64 ns (error
 * if outside 1677 … 2262), a VARIANT becomes its JSON text, OBJECT is refused. Released by the consumer. */
int fl_arrow_export_batch(fl_batch *b, const fl_schema *s, int flags, struct ArrowArray *out, fl_error *err);

/* What flott calls the type of an Arrow schema: a struct's children become the columns. What was a VARIANT comes back
 * as the STRING of its JSON text, for PARSE_JSON to read. Borrowed from the arena. */
int fl_arrow_import_schema(fl_arena *a, const struct ArrowSchema *in, fl_schema *out, fl_error *err);

/* Rows [at, at + n), n <= FL_BATCH_ROWS_MAX, of a struct array as a batch of the given schema (which
 * fl_arrow_import_schema gave for `form`, or one of the same layout). Memory is shared where layouts agree and kept
 * alive by `keep`, one more reference to which is taken for each buffer; `keep` is what fl_arrow_keep returned for the
 * array. Bitmaps, offsets that do not begin at 0 and values that are not aligned are copied. */
int fl_arrow_import_batch(const struct ArrowSchema *form, const struct ArrowArray *in, fl_buffer *keep,
                          const fl_schema *s, int64_t at, int n, fl_batch **out, fl_error *err);

/* Takes the array over (its release is set to NULL): the buffer's last unref releases it. */
fl_buffer *fl_arrow_keep(struct ArrowArray *in);

#endif
