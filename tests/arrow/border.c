/* SPDX-License-Identifier: Apache-2.0 */
/* border.c -- what flott.h does not offer of the Arrow border, for test_pyarrow.py: every export flag, any window of
 * rows, and selections, for any type and without SQL between.
 */
#include <stdio.h>

#include "data/arrow.h"

__attribute__((visibility("default"))) int border_pass(struct ArrowSchema *schema, struct ArrowArray *array, int flags,
                                                       int64_t at, int n, int every, struct ArrowSchema *out_schema,
                                                       struct ArrowArray *out_array, char *message, size_t size);

/* Imports rows [at, at + n) of a struct array, selects each `every`-th of them from the first on, and exports these.
 * Takes schema and array over. 0, or a negative code and a message. */
int border_pass(struct ArrowSchema *schema, struct ArrowArray *array, int flags, int64_t at, int n, int every,
                struct ArrowSchema *out_schema, struct ArrowArray *out_array, char *message, size_t size) {
    fl_arena arena;
    fl_schema columns;
    fl_batch *b = NULL;
    fl_error err = {0};
    fl_arena_init(&arena);
    fl_buffer *keep = fl_arrow_keep(array);
    int rc = fl_arrow_import_schema(&arena, schema, &columns, &err);
    if (rc == 0) rc = fl_arrow_import_batch(schema, array, keep, &columns, at, n, &b, &err);
    fl_buffer_unref(keep);
    schema->release(schema);
    if (rc == 0 && every > 1) {
        uint16_t *sel = fl_batch_need_sel(b);
        for (int row = 0; row < n; row += every) sel[b->n_sel++] = (uint16_t)row;
    }
    if (rc == 0) fl_batch_check(b);
    if (rc == 0) rc = fl_arrow_export_schema(&columns, flags, out_schema, &err);
    if (rc == 0) {
        rc = fl_arrow_export_batch(b, &columns, flags, out_array, &err);
        if (rc < 0) out_schema->release(out_schema);
    }
    fl_batch_unref(b);
    snprintf(message, size, "%s", rc < 0 ? err.message : "");
    fl_arena_deinit(&arena);
    return rc;
}
