/* SPDX-License-Identifier: Apache-2.0 */
/* firehose.c -- the connector 'firehose': rows to an Amazon Data Firehose delivery stream, with PutRecordBatch.
 *
 * All that it does otherwise than the Kinesis sink is in its config; kinesis_sink.c does the work.
 */
#include "connectors/aws/options.h"
#include "connectors/kinesis/kinesis_int.h"
#include "messages/kinesis_sink.h"

static int firehose_plan(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    const fl_connector *c = &fl_firehose_connector;
    kinesis_sink_config *cfg = FL_NEW(ctx->arena, kinesis_sink_config);
    FL_TRY(fl_connector_check_options(c, r->table, ctx, err));
    if (r->table->n_partition_keys > 0) return fl_fail(err, FL_ERR_KINESIS_SINK_FIREHOSE_PARTITIONED, r->table->name);
    cfg->firehose = true;
    cfg->partitioner = KINESIS_KEYLESS;
    cfg->stream = fl_connector_string(c, r->table, "delivery-stream");
    FL_TRY(kinesis_sink_options(ctx, c, r->table, cfg, err));
    r->config = cfg;
    r->accepts = cfg->format.format->changes;
    return 0;
}

static const fl_option_def options[] = {
    {.key = "delivery-stream", .type = FL_OPT_STRING, .required = true, .help = "Name of the delivery stream."},
    {.key = "format", .type = FL_OPT_STRING, .required = true, .help = "Format of the records."},
    FL_AWS_OPTIONS,
    KINESIS_SINK_OPTIONS,
    {.key = NULL},
};

const fl_connector fl_firehose_connector = {
    .name = "firehose",
    .options = options,
    .formats = true,
    .plan_sink = firehose_plan,
    .sink = &fl_kinesis_sink,
    .doc = "Writes to a delivery stream of Amazon Data Firehose, at least once.",
};
