/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c -- the list of connectors, and what they have in common: options checked in one place, in Flink's words.
 */
#include "base/secret.h"
#include "connectors/connector_int.h"
#include "connectors/module.h"
#include "messages/connector.h"
#include "messages/format.h"
#include "messages/name.h"
#include "messages/option.h"

static const fl_connector *const connectors[] = {
    &fl_arrow_connector,    &fl_blackhole_connector, &fl_datagen_connector,        &fl_filesystem_connector,
    &fl_firehose_connector, &fl_kinesis_connector,   &fl_kinesis_legacy_connector, &fl_print_connector,
};

/* Flink's connectors that are not here yet: refused by name, where others are unknown. */
static const char *const awaited[] = {
    "elasticsearch-6", "elasticsearch-7", "faker",   "hbase-1.4",  "hbase-2.2", "hive",         "jdbc",
    "kafka",           "mongodb",         "nexmark", "opensearch", "socket",    "upsert-kafka",
};

const fl_connector *fl_connector_find(const char *name) {
    for (size_t i = 0; i < FL_ARRAY_LEN(connectors); i++)
        if (strcmp(connectors[i]->name, name) == 0) return connectors[i];
    return NULL;
}

int fl_connector_get(const char *name, const fl_connector **out, fl_error *err) {
    const char *names[FL_ARRAY_LEN(connectors) + FL_ARRAY_LEN(awaited)];
    *out = fl_connector_find(name);
    if (*out != NULL) return 0;
    int rc = fl_module_connector(name, out, err);
    if (rc != 0) return FL_MIN(rc, 0);
    for (size_t i = 0; i < FL_ARRAY_LEN(awaited); i++)
        if (strcmp(awaited[i], name) == 0) return fl_fail(err, FL_ERR_CONNECTOR_NOT_YET, name);
    size_t n = 0;
    for (size_t i = 0; i < FL_ARRAY_LEN(connectors); i++) names[n++] = connectors[i]->name;
    for (size_t i = 0; i < FL_ARRAY_LEN(awaited); i++) names[n++] = awaited[i];
    const char *near = fl_suggest(name, names, (int)n);
    fl_fail(err, FL_ERR_CONNECTOR_UNKNOWN_CONNECTOR, name);
    return near != NULL ? fl_error_hint(err, FL_HINT_DID_YOU_MEAN, near)
                        : fl_error_hint(err, FL_HINT_CONNECTOR_CONNECTORS);
}

int fl_connector_count(void) { return (int)FL_ARRAY_LEN(connectors); }
const fl_connector *fl_connector_at(int i) { return connectors[i]; }

/* ---- errors ---- */

int fl_connector_unsupported(const char *connector, const char *key, const char *const *known, int n_known,
                             fl_error *err) {
    fl_buf list;
    fl_buf_init(&list);
    fl_buf_puts(&list, "connector");
    for (int i = 0; i < n_known; i++) fl_buf_printf(&list, "\n%s", known[i]);
    fl_fail(err, FL_ERR_OPTION_UNSUPPORTED_OPTION, connector, key, fl_buf_cstr(&list));
    fl_buf_deinit(&list);
    const char *near = fl_suggest(key, known, n_known);
    return near != NULL ? fl_error_hint(err, FL_HINT_DID_YOU_MEAN, near) : err->code;
}

int fl_connector_bad_value(const char *key, const char *value, fl_error *err) {
    return fl_option_refused(err, key, value);
}

static int missing(const char *key, fl_error *err) { return fl_fail(err, FL_ERR_OPTION_MISSING, key); }

/* ---- checking ---- */

/* "fields.#.min" stands for fields.<any path>.min. */
static bool key_matches(const char *pattern, const char *key) {
    const char *hash = strchr(pattern, '#');
    if (hash == NULL) return strcmp(pattern, key) == 0;
    size_t before = (size_t)(hash - pattern), after = strlen(hash + 1), n = strlen(key);
    return n > before + after && memcmp(key, pattern, before) == 0 && strcmp(key + n - after, hash + 1) == 0;
}

static const fl_option_def *find_def(const fl_connector *c, const char *key) {
    for (const fl_option_def *d = c->options; d->key != NULL; d++)
        if (key_matches(d->key, key)) return d;
    return NULL;
}

/* Options that every table may have. */
static bool is_general(const char *key) {
    return strcmp(key, "connector") == 0 || strcmp(key, "property-version") == 0;
}

/* An option under the prefix of the table's own format. */
static bool is_of_format(const fl_connector *c, const char *format, const char *key) {
    size_t n = c->formats && format != NULL ? strlen(format) : 0;
    return n > 0 && strncmp(key, format, n) == 0 && key[n] == '.';
}

static int unknown_option(const fl_connector *c, const char *key, fl_connector_ctx *ctx, fl_error *err) {
    const char **known = NULL;
    int n = 0, cap = 0;
    for (const fl_option_def *d = c->options; d->key != NULL; d++) FL_PUSH(ctx->arena, known, n, cap, d->key);
    return fl_connector_unsupported(c->name, key, known, n, err);
}

static int check_option(const fl_option_def *d, const fl_option *o, fl_connector_ctx *ctx, fl_error *err) {
    bool always = d->fallback == NULL && d->fine == NULL; /* whatever the value is */
    if (d->state == FL_OPT_REFUSED && always) {
        fl_fail(err, FL_ERR_OPTION_NOT_YET, o->key);
        return fl_error_hint(err, "%s", d->note);
    }
    if (fl_option_check(d, fl_str_from(o->value), err) < 0) return fl_connector_bad_value(o->key, o->value, err);
    fl_option_state state = always ? d->state : fl_option_verdict(d, fl_str_from(o->value));
    if (state == FL_OPT_REFUSED) {
        fl_fail(err, FL_ERR_CONNECTOR_VALUE_NOT_YET, o->key, o->value);
        return fl_error_hint(err, "%s", d->note);
    }
    if (state == FL_OPT_NOTED && ctx->note != NULL)
        ctx->note(ctx->note_arg, fl_arena_printf(ctx->arena, "option '%s' has no effect: %s", o->key, d->note));
    return 0;
}

int fl_connector_check_options(const fl_connector *c, const fl_table *table, fl_connector_ctx *ctx, fl_error *err) {
    const char *format = fl_table_option(table, "format");
    for (const fl_option_def *d = c->options; d->key != NULL; d++)
        if (d->required && fl_table_option(table, d->key) == NULL) return missing(d->key, err);
    for (int i = 0; i < table->n_options; i++) {
        const fl_option *o = &table->options[i];
        const fl_option_def *d = find_def(c, o->key);
        if (is_general(o->key) || (d == NULL && is_of_format(c, format, o->key))) continue;
        if (d == NULL) return unknown_option(c, o->key, ctx, err);
        FL_TRY(check_option(d, o, ctx, err));
    }
    return 0;
}

/* ---- reading ---- */

const char *fl_table_option(const fl_table *table, const char *key) {
    for (int i = 0; i < table->n_options; i++)
        if (strcmp(table->options[i].key, key) == 0) return table->options[i].value;
    return NULL;
}

const char *fl_connector_string(const fl_connector *c, const fl_table *table, const char *key) {
    const fl_option_def *d = find_def(c, key);
    fl_assert(d != NULL);
    const char *value = fl_table_option(table, key);
    return value != NULL ? value : d->fallback;
}

int64_t fl_connector_i64(const fl_connector *c, const fl_table *table, const char *key, int64_t if_missing) {
    const fl_option_def *d = find_def(c, key);
    const char *value = fl_connector_string(c, table, key);
    int64_t x = 0;
    int index = 0, rc;
    fl_error err;
    if (value == NULL) return if_missing;
    switch (d->type) {
    case FL_OPT_DURATION: rc = fl_parse_duration_ms(fl_str_from(value), &x, &err); break;
    case FL_OPT_MEMORY: rc = fl_parse_memory(fl_str_from(value), &x, &err); break;
    case FL_OPT_ENUM:
        rc = fl_parse_enum(fl_str_from(value), d->values, &index, &err);
        x = index;
        break;
    default: rc = fl_parse_i64(fl_str_from(value), &x, &err); break;
    }
    fl_assert(rc == 0); /* checked before */
    return x;
}

bool fl_connector_bool(const fl_connector *c, const fl_table *table, const char *key) {
    const char *value = fl_connector_string(c, table, key);
    bool on = false;
    fl_error err;
    if (value != NULL) fl_assert(fl_parse_bool(fl_str_from(value), &on, &err) == 0);
    return on;
}

int fl_connector_parallelism(const fl_table *table, const char *key, int *out, fl_error *err) {
    const char *value = fl_table_option(table, key);
    int64_t x = 0;
    *out = 0;
    if (value == NULL) return 0;
    if (fl_parse_i64(fl_str_from(value), &x, err) < 0) return fl_connector_bad_value(key, value, err);
    if (x <= 0 || x > INT32_MAX) return fl_fail(err, FL_ERR_OPTION_PARALLELISM, value, table->name, key);
    *out = (int)x;
    return 0;
}

/* ---- formats ---- */

int fl_connector_format(fl_connector_ctx *ctx, const fl_table *table, const fl_schema *schema, bool encode,
                        fl_format_config *out, fl_error *err) {
    const char *name = fl_table_option(table, "format"), *unknown = NULL;
    if (name == NULL) return missing("format", err);
    const fl_format *f;
    FL_TRY(fl_format_get(name, &f, err));
    if ((encode && f->encoder == NULL) || (!encode && f->decoder == NULL))
        return fl_fail(err, FL_ERR_FORMAT_ONE_WAY, name, encode ? "read" : "write");
    *out = (fl_format_config){.format = f, .schema = schema};
    FL_TRY(fl_format_options(ctx->arena, f, table, fl_arena_printf(ctx->arena, "%s.", name), out, &unknown, err));
    if (unknown != NULL && ctx->note != NULL)
        ctx->note(ctx->note_arg, fl_arena_printf(ctx->arena, "option '%s' is unknown to format '%s' and has no effect",
                                                 unknown, name));
    return f->check != NULL ? f->check(out, encode, err) : 0;
}
