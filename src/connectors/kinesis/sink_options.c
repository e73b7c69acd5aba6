/* SPDX-License-Identifier: Apache-2.0 */
/* sink_options.c -- what the options of a Kinesis or Firehose sink mean.
 *
 * Old names:  before Flink 1.15 the sink was made of the Kinesis Producer Library, whose options programs still carry.
 *             Those that have a new name get it here, unless that is given, too; the others are noted.
 * Partition keys: of a table with PARTITIONED BY from the values of these columns, which stay in the record; of others
 *             random, or fixed for each subtask.
 */
#include "connectors/kinesis/kinesis_int.h"
#include "messages/kinesis_sink.h"

enum { REQUEST_BYTES = 5 << 20, RECORD_BYTES = 1 << 20 };
enum { FIREHOSE_REQUEST_BYTES = 4 << 20, FIREHOSE_RECORD_BYTES = 1000 << 10 };

/* ---- old names ---- */

static const char *const renamed[][2] = {
    {"sink.producer.record-max-buffered-time", "sink.flush-buffer.timeout"},
    {"sink.producer.collection-max-size", "sink.batch.max-size"},
    {"sink.producer.collection-max-count", "sink.requests.max-inflight"},
    {"sink.producer.fail-on-error", "sink.fail-on-error"},
};

/* The table with new names where it has old ones. */
static const fl_table *with_new_names(fl_arena *a, const fl_table *table) {
    fl_table *t = FL_NEW(a, fl_table);
    fl_option *options = NULL;
    int n = 0, cap = 0;
    for (int i = 0; i < table->n_options; i++) FL_PUSH(a, options, n, cap, table->options[i]);
    for (size_t i = 0; i < FL_ARRAY_LEN(renamed); i++) {
        const char *value = fl_table_option(table, renamed[i][0]);
        if (value != NULL && fl_table_option(table, renamed[i][1]) == NULL)
            FL_PUSH(a, options, n, cap, ((fl_option){renamed[i][1], value}));
    }
    const char *endpoint = fl_table_option(table, "sink.producer.kinesis-endpoint"),
               *port = fl_table_option(table, "sink.producer.kinesis-port"),
               *verify = fl_table_option(table, "sink.producer.verify-certificate");
    bool on;
    fl_error err;
    if (endpoint != NULL && fl_table_option(table, "aws.endpoint") == NULL) {
        const char *url = fl_arena_printf(a, port != NULL ? "https://%s:%s" : "https://%s", endpoint, port);
        FL_PUSH(a, options, n, cap, ((fl_option){"aws.endpoint", url}));
    }
    if (verify != NULL && fl_table_option(table, "aws.trust.all.certificates") == NULL &&
        fl_parse_bool(fl_str_from(verify), &on, &err) == 0)
        FL_PUSH(a, options, n, cap, ((fl_option){"aws.trust.all.certificates", on ? "false" : "true"}));
    *t = *table;
    t->options = options;
    t->n_options = n;
    return t;
}

/* ---- batches ---- */

/* The limits that Flink checks among each other, in its words. */
static int check_limits(const kinesis_sink_config *cfg, int64_t flush_bytes, fl_error *err) {
    if (cfg->max_buffered <= cfg->batch_records)
        return fl_fail(err, FL_ERR_KINESIS_SINK_BUFFERED, cfg->max_buffered, cfg->batch_records);
    if (flush_bytes < cfg->record_bytes)
        return fl_fail(err, FL_ERR_KINESIS_SINK_FLUSH_SIZE, (long long)flush_bytes, (long long)cfg->record_bytes);
    return 0;
}

int kinesis_sink_options(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, kinesis_sink_config *out,
                         fl_error *err) {
    table = with_new_names(ctx->arena, table);
    FL_TRY(fl_aws_config_read(ctx, c, table, out->firehose ? "firehose" : "kinesis", out->stream_arn, &out->aws, err));
    out->aws.max_concurrency = (int)FL_MIN(fl_connector_i64(c, table, "sink.http-client.max-concurrency", 0), 10000);
    out->aws.read_timeout_ms = fl_connector_i64(c, table, "sink.http-client.read-timeout", 0);
    out->aws.http2 = fl_connector_i64(c, table, "sink.http-client.protocol.version", 0) == 1;
    out->batch_records = (int)fl_connector_i64(c, table, "sink.batch.max-size", 0);
    out->max_in_flight = (int)fl_connector_i64(c, table, "sink.requests.max-inflight", 0);
    out->max_buffered = (int)fl_connector_i64(c, table, "sink.requests.max-buffered", 0);
    out->flush_ms = fl_connector_i64(c, table, "sink.flush-buffer.timeout", 0);
    out->fail_on_error = fl_connector_bool(c, table, "sink.fail-on-error");
    out->record_bytes = out->firehose ? FIREHOSE_RECORD_BYTES : RECORD_BYTES;
    int64_t flush_bytes = fl_connector_i64(c, table, "sink.flush-buffer.size", 0);
    out->batch_bytes = FL_MIN(flush_bytes, (int64_t)(out->firehose ? FIREHOSE_REQUEST_BYTES : REQUEST_BYTES));
    FL_TRY(check_limits(out, flush_bytes, err));
    return fl_connector_format(ctx, table, &table->physical, true, &out->format, err);
}

/* ---- partition keys ---- */

static bool has_plain_text(const fl_type *t) {
    return fl_type_is_char(t) || fl_type_is_integer(t) || fl_type_is_approximate(t) || fl_type_is(t, FL_T_BOOLEAN);
}

static int read_key(fl_connector_ctx *ctx, const fl_sink_request *r, kinesis_sink_config *cfg, fl_error *err) {
    const fl_table *t = r->table;
    kinesis_key_part *key = FL_NEW_N(ctx->arena, kinesis_key_part, t->n_partition_keys);
    for (int i = 0; i < t->n_partition_keys; i++) {
        const fl_field *f = &t->physical.fields[t->partition_keys[i]];
        key[i].column = t->partition_keys[i];
        if (!has_plain_text(f->type))
            return fl_fail(err, FL_ERR_KINESIS_SINK_KEY_TYPE, f->name, f->name,
                           fl_type_name(ctx->arena, f->type, FL_TYPE_SUMMARY));
        for (int k = 0; k < r->n_static_partition; k++)
            if (strcmp(r->static_partition[k].key, f->name) == 0) key[i].text = r->static_partition[k].value;
    }
    cfg->partitioner = KINESIS_BY_FIELDS;
    cfg->key = key;
    cfg->n_key = t->n_partition_keys;
    return 0;
}

static int read_partitioner(fl_connector_ctx *ctx, const fl_connector *c, const fl_sink_request *r,
                            kinesis_sink_config *cfg, fl_error *err) {
    const char *name = fl_connector_string(c, r->table, "sink.partitioner");
    cfg->delimiter = fl_connector_string(c, r->table, "sink.partitioner-field-delimiter");
    if (r->table->n_partition_keys > 0) {
        if (name != NULL) return fl_fail(err, FL_ERR_KINESIS_SINK_PARTITIONER_BOTH);
        return read_key(ctx, r, cfg, err);
    }
    cfg->partitioner = KINESIS_RANDOM;
    if (name == NULL || strcmp(name, "random") == 0) return 0;
    cfg->partitioner = KINESIS_FIXED;
    if (strcmp(name, "fixed") == 0) return 0;
    return fl_fail(err, FL_ERR_KINESIS_SINK_PARTITIONER_CLASS, name);
}

int kinesis_plan_sink(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    const fl_connector *c = fl_connector_find(fl_table_option(r->table, "connector"));
    kinesis_sink_config *cfg = FL_NEW(ctx->arena, kinesis_sink_config);
    FL_TRY(fl_connector_check_options(c, r->table, ctx, err));
    FL_TRY(kinesis_stream_of(ctx, r->table, &cfg->stream, &cfg->stream_arn, err));
    FL_TRY(kinesis_sink_options(ctx, c, r->table, cfg, err));
    FL_TRY(read_partitioner(ctx, c, r, cfg, err));
    r->config = cfg;
    r->accepts = cfg->format.format->changes;
    return 0;
}
