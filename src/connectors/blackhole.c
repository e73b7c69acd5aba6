/* SPDX-License-Identifier: Apache-2.0 */
/* blackhole.c -- the connector 'blackhole': a sink that forgets every row. Updates come without their -U. */
#include "connectors/connector_int.h"

static int blackhole_plan(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    FL_TRY(fl_connector_check_options(&fl_blackhole_connector, r->table, ctx, err));
    r->accepts = FL_CHANGES_UPSERT;
    return 0;
}

static int done(fl_sink *s, fl_error *err) {
    (void)s, (void)err;
    return 0;
}
static int write_rows(fl_sink *s, fl_batch *b, fl_error *err) {
    (void)s, (void)b, (void)err;
    return 0;
}
static int prepare(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *err) {
    (void)s, (void)checkpoint, (void)out, (void)err;
    return 0;
}
static int commit(fl_sink *s, int64_t checkpoint, fl_error *err) {
    (void)s, (void)checkpoint, (void)err;
    return 0;
}
static int restore(fl_sink *s, const fl_str *own, int n, fl_error *err) {
    (void)s, (void)own, (void)n, (void)err;
    return 0;
}
static void close_sink(fl_sink *s) { (void)s; }

static const fl_sink_type blackhole_sink = {
    .name = "blackhole",
    .size = sizeof(fl_sink),
    .open = done,
    .write = write_rows,
    .prepare = prepare,
    .commit = commit,
    .restore = restore,
    .finish = done,
    .close = close_sink,
};

static const fl_option_def options[] = {{.key = NULL}};

const fl_connector fl_blackhole_connector = {
    .name = "blackhole",
    .options = options,
    .plan_sink = blackhole_plan,
    .sink = &blackhole_sink,
    .doc = "Swallows all rows.",
};
