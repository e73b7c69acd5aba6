/* SPDX-License-Identifier: Apache-2.0 */
/* failed_row.c -- tells at which row an expression has failed: by its values, and by its number in the source. */
#include "data/text.h"
#include "exec/ops.h"
#include "messages/value.h"

enum { COLUMNS_MAX = 4, CHARACTERS_MAX = 60 };

/* The first characters of a text, behind which stands that there are more. */
static void put_short(fl_buf *out, fl_str text) {
    const char *end = text.p + text.n, *p = text.p;
    for (int i = 0; i < CHARACTERS_MAX && p < end; i++)
        for (p++; p < end && ((unsigned char)*p & 0xc0) == 0x80; p++) {}
    fl_buf_put(out, text.p, (size_t)(p - text.p));
    if (p < end) fl_buf_puts(out, "…");
}

static void put_value(fl_buf *out, fl_buf *text, const char *name, const fl_column *c, int row, const fl_tz *tz) {
    bool quoted = fl_type_is_char(c->type) && !fl_column_is_null(c, row);
    fl_buf_reset(text);
    fl_text_table(text, c, row, tz);
    if (name[0] != '$') fl_buf_printf(out, "%s = ", name); /* else it is one of ours, which nobody has written */
    if (quoted) fl_buf_putc(out, '\'');
    put_short(out, fl_buf_str(text));
    if (quoted) fl_buf_putc(out, '\'');
}

int fl_op_fail_row(fl_op *op, const fl_eval *ev, fl_error *err) {
    const fl_batch *b = ev->batch;
    const fl_schema *schema = &fl_plan_out(((const fl_plan *)op->plan)->inputs[0])->schema;
    if (ev->failed_row < 0) return err->code;
    bool *used = fl_arena_alloc(ev->scratch, sizeof *used * (size_t)b->n_cols + 1);
    memset(used, 0, sizeof *used * (size_t)b->n_cols);
    fl_expr_columns(ev->failed, used);
    fl_buf row, text;
    fl_buf_init(&row);
    fl_buf_init(&text);
    for (int i = 0, n = 0; i < b->n_cols && n < COLUMNS_MAX; i++) {
        if (!used[i]) continue;
        if (n++ > 0) fl_buf_puts(&row, ", ");
        put_value(&row, &text, schema->fields[i].name, b->cols[i], ev->failed_row, op->ctx->tz);
    }
    if (row.n > 0) fl_error_prefix(err, FL_AT_VALUE_IN_ROW, fl_buf_cstr(&row));
    if (b->first > 0) err->row = b->first + ev->failed_row;
    fl_buf_deinit(&row);
    fl_buf_deinit(&text);
    return err->code;
}
