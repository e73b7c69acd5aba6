/* SPDX-License-Identifier: Apache-2.0 */
/* arrow_table.h -- tables that a program hands in as Arrow record batches: the data behind connector 'arrow'. */
#ifndef FL_CONNECTORS_ARROW_TABLE_H
#define FL_CONNECTORS_ARROW_TABLE_H

#include "data/arrow.h"

typedef struct fl_arrow_table fl_arrow_table;

/* Takes over schema and arrays (their release is set to NULL), also on failure. */
int fl_arrow_table_new(const char *name, struct ArrowSchema *schema, struct ArrowArray *arrays, int n,
                       fl_arrow_table **out, fl_error *err);
void fl_arrow_table_free(fl_arrow_table *t);

const char *fl_arrow_table_name(const fl_arrow_table *t);

#endif
