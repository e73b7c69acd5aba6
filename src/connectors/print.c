/* SPDX-License-Identifier: Apache-2.0 */
/* print.c -- the connector 'print': every change as a line on standard output or standard error.
 *
 * A line is [identifier][:][subtask + 1]> +I[a, b]. The number is there if there is more than one subtask, the arrow if
 * there is anything before it; values of PARTITION (k = 'v') count as a part of the identifier. The lines of a batch go
 * out in one piece, so that lines of other subtasks stand before or behind them.
 */
#include "connectors/connector_int.h"
#include "data/text.h"

enum { FLUSH_BYTES = 1 << 20 };

typedef struct print_config {
    const char *identifier; /* "": none */
    fl_stream stream;
} print_config;

typedef struct print_sink {
    fl_sink base;
    const print_config *cfg;
    const char *prefix; /* of every line */
    fl_buf lines;       /* of the batch in hand */
} print_sink;

static int print_plan(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    const fl_connector *c = &fl_print_connector;
    FL_TRY(fl_connector_check_options(c, r->table, ctx, err));
    FL_TRY(fl_connector_parallelism(r->table, "sink.parallelism", &r->parallelism, err));
    print_config *cfg = FL_NEW(ctx->arena, print_config);
    const char *identifier = fl_connector_string(c, r->table, "print-identifier");
    for (int i = 0; i < r->n_static_partition; i++) {
        const fl_option *o = &r->static_partition[i];
        identifier = fl_arena_printf(ctx->arena, "%s%s%s=%s", identifier != NULL ? identifier : "",
                                     identifier != NULL ? ":" : "", o->key, o->value);
    }
    cfg->identifier = identifier != NULL ? identifier : "";
    cfg->stream = fl_connector_bool(c, r->table, "standard-error") ? FL_STDERR : FL_STDOUT;
    r->config = cfg;
    r->accepts = FL_CHANGES_ALL;
    return 0;
}

static int print_open(fl_sink *s, fl_error *err) {
    (void)err;
    print_sink *p = (print_sink *)s;
    const fl_task_ctx *ctx = s->ctx;
    fl_arena *a = ctx->arena;
    p->cfg = s->plan->config;
    p->prefix = p->cfg->identifier;
    if (ctx->parallelism > 1)
        p->prefix = fl_arena_printf(a, "%s%s%d", p->prefix, p->prefix[0] != '\0' ? ":" : "", ctx->subtask + 1);
    if (p->prefix[0] != '\0') p->prefix = fl_arena_printf(a, "%s> ", p->prefix);
    return 0;
}

static int flush(print_sink *p, fl_error *err) {
    FL_TRY(fl_out(p->base.ctx->pf, p->cfg->stream, p->lines.p, p->lines.n, err));
    fl_buf_reset(&p->lines);
    return 0;
}

static int print_write(fl_sink *s, fl_batch *b, fl_error *err) {
    print_sink *p = (print_sink *)s;
    for (int k = 0; k < b->n_sel; k++) {
        fl_buf_puts(&p->lines, p->prefix);
        fl_text_row(&p->lines, b, fl_batch_row(b, k));
        fl_buf_putc(&p->lines, '\n');
        if (p->lines.n >= FLUSH_BYTES) FL_TRY(flush(p, err));
    }
    return flush(p, err);
}

/* A line that was printed cannot be taken back: there is nothing to keep. */
static int print_prepare(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *err) {
    (void)s, (void)checkpoint, (void)out, (void)err;
    return 0;
}
static int print_commit(fl_sink *s, int64_t checkpoint, fl_error *err) {
    (void)s, (void)checkpoint, (void)err;
    return 0;
}
static int print_restore(fl_sink *s, const fl_str *own, int n, fl_error *err) {
    (void)s, (void)own, (void)n, (void)err;
    return 0;
}
static int print_finish(fl_sink *s, fl_error *err) {
    (void)s, (void)err;
    return 0;
}
static void print_close(fl_sink *s) { fl_buf_deinit(&((print_sink *)s)->lines); }

static const fl_sink_type print_sink_type = {
    .name = "print",
    .size = sizeof(print_sink),
    .may_block = true, /* whoever reads the stream may be slow */
    .open = print_open,
    .write = print_write,
    .prepare = print_prepare,
    .commit = print_commit,
    .restore = print_restore,
    .finish = print_finish,
    .close = print_close,
};

static const fl_option_def options[] = {
    {.key = "print-identifier", .type = FL_OPT_STRING, .help = "Prefix of each line."},
    {.key = "standard-error", .type = FL_OPT_BOOL, .fallback = "false", .help = "Write to standard error."},
    {.key = "sink.parallelism", .type = FL_OPT_INT, .help = "Subtasks of the sink."},
    {.key = NULL},
};

const fl_connector fl_print_connector = {
    .name = "print",
    .options = options,
    .plan_sink = print_plan,
    .sink = &print_sink_type,
    .doc = "Prints every change.",
};
