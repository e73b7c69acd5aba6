/* SPDX-License-Identifier: Apache-2.0 */
/* functions_session.c -- functions of the place where a statement runs: CURRENT_DATABASE, PRINT, SOURCE_WATERMARK.
 *
 * CURRENT_DATABASE    a literal as soon as the statement is bound; a view tells the database of who asks.
 * PRINT(prefix, x)    is x, and writes a line `prefix` `x` for each row that it is computed for to standard output. It is
 *                     for looking into a running job: it waits for whoever reads the output.
 * SOURCE_WATERMARK    may only be the whole of a WATERMARK clause, which bind_ddl.c reads without this table; so whoever
 *                     comes here is refused.
 */
#include "data/text.h"
#include "expr/functions_int.h"
#include "messages/function.h"

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; }

static int infer_database(fl_bind *b, fl_expr *call, fl_error *err) {
    (void)err;
    return fl_become(call, fl_symbol_literal(b->arena, b->database));
}

/* The lines of a batch go out in one piece. */
static int print(FL_KERNEL_ARGS) {
    fl_buf lines;
    fl_buf_init(&lines);
    FL_EACH_NESTED_ROW(out, rows, i, {
        int at = fl_column_at(in[1], i);
        if (fl_column_is_null(in[0], i))
            fl_buf_puts(&lines, "null");
        else
            fl_buf_put_str(&lines, fl_column_str(in[0], i));
        fl_text_java(&lines, in[1], i);
        fl_buf_putc(&lines, '\n');
        fl_column_append_from(out, in[1], at);
    });
    int rc = lines.n > 0 ? fl_out(ev->pf, FL_STDOUT, lines.p, lines.n, err) : 0;
    fl_buf_deinit(&lines);
    return rc;
}

static int infer_print(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    return fl_typed(b, call, call->args[1]->type, fl_args_nullable(call));
}

static fl_kernel_fn *choose_print(const fl_expr *call FL_UNUSED) { return print; }

static int refuse_source_watermark(fl_bind *b, fl_expr *call, fl_error *err) {
    (void)b, (void)call;
    return fl_fail(err, FL_ERR_FUNCTION_SOURCE_WATERMARK);
}

#define ROW(word, args, flags_, rule, pick, form, text)                                                                \
    {                                                                                                                  \
        .name = word, .min_args = args, .max_args = args, .flags = flags_, .infer = rule, .choose = pick,              \
        .signature = form, .doc = text                                                                                 \
    }

FL_FUNCTION_TABLE(session) = {
    ROW("CURRENT_DATABASE", 0, 0, infer_database, choose_none, "CURRENT_DATABASE()", "The session's current database."),
    ROW("PRINT", 2, FL_FN_DYNAMIC | FL_FN_COSTLY | FL_FN_FALLIBLE, infer_print, choose_print,
        "'PRINT(<CHARACTER>, <ANY>)'", "The second argument; writes both to standard output, a line for each row."),
    ROW("SOURCE_WATERMARK", 0, 0, refuse_source_watermark, choose_none, "SOURCE_WATERMARK()",
        "In a WATERMARK clause: the watermarks that the source has of its own."),
    {0},
};
