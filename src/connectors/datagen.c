/* SPDX-License-Identifier: Apache-2.0 */
/* datagen.c -- the connector 'datagen': rows of random numbers and of sequences, as fast as asked for.
 *
 * What:       a source whose columns are described by 'fields.<path>.<what>' options; 'number-of-rows' and the first
 *             sequence that ends make it bounded. Only columns that the query reads are made.
 * Interface:  fl_datagen_connector, at the end of this file. The values come from datagen_values.c.
 * Lanes:      a subtask's work is a list of lanes, each a run of rows first, first + step, first + 2 step, … of the
 *             table, with a seed of its own. At the start subtask t of P has one lane: first t, step P. As value k of
 *             a lane depends only on its seed and k, the lanes with their positions are the whole state.
 *
 *                 P = 2, after 3 and 5 rows      lane 0:  0 2 4 | 6 8 …       lane 1:  1 3 5 7 9 | 11 …
 *                 restored with P = 3            rest of lane 0: 6 8, then three new lanes from row 10 on
 *
 *             With another parallelism, what the slower lanes lack to the fastest becomes lanes that end, dealt out in
 *             turn; behind that every subtask has a lane of its own again.
 * Pace:       row i of the table is due i / rows-per-second after the start, so that all subtasks together give a
 *             smooth stream. Rows that are due go out together, but not more often than every PACE_US. From
 *             UNTHROTTLED rows per second on nobody could see a pace: batches are full and no clock is read for it.
 * Invariants: (1) the last lane is the only one that reaches up to the end of the table.  (2) lane.at <= lane.count.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "connectors/connector_int.h"
#include "connectors/datagen.h"
#include "data/decimal.h"
#include "messages/checkpoint.h"
#include "messages/connector.h"
#include "messages/option.h"

enum {
    PACE_US = 10000,
    UNTHROTTLED = 100000000,
    TEXT_LENGTH = 100, /* of STRING and BYTES */
    COLLECTION_LENGTH = 3,
    BATCH_BYTES = 4 << 20,   /* a batch of wide rows has fewer of them */
    ROW_BYTES_MAX = 1 << 30, /* a row that is wider is refused */
};

typedef struct datagen_config {
    fl_gen **gens; /* by physical column */
    int64_t rows_per_second;
    int64_t rows; /* of the table; INT64_MAX: without end */
} datagen_config;

/* ---- planning ---- */

typedef struct planner {
    fl_connector_ctx *ctx;
    const fl_table *table;
    bool *used;         /* by option of the table */
    const char **asked; /* keys that some column understands */
    int n_asked, cap_asked;
} planner;

/* The option 'fields.<path>.<what>' as written, or NULL. */
static const char *field_option(planner *p, const char *path, const char *what) {
    const char *key = fl_arena_printf(p->ctx->arena, "fields.%s.%s", path, what);
    FL_PUSH(p->ctx->arena, p->asked, p->n_asked, p->cap_asked, key);
    for (int i = 0; i < p->table->n_options; i++) {
        if (strcmp(p->table->options[i].key, key) != 0) continue;
        p->used[i] = true;
        return p->table->options[i].value;
    }
    return NULL;
}

static int bad_option(const char *path, const char *what, const char *value, fl_error *err) {
    char key[256];
    snprintf(key, sizeof key, "fields.%s.%s", path, what);
    return fl_connector_bad_value(key, value, err);
}

/* Reads an integer option into *x, which keeps its value if there is none. */
static int integer_option(planner *p, const fl_gen *g, const char *what, int64_t low, int64_t high, int64_t *x,
                          fl_error *err) {
    const char *value = field_option(p, g->path, what);
    if (value == NULL) return 0;
    int rc = fl_parse_i64(fl_str_from(value), x, err);
    if (rc == 0 && (*x < low || *x > high))
        rc = fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_RANGE, value, (long long)low, (long long)high);
    return rc < 0 ? bad_option(g->path, what, value, err) : 0;
}

static void type_limits(const fl_type *t, int64_t *low, int64_t *high) {
    *low = INT64_MIN, *high = INT64_MAX;
    switch (t->kind) {
    case FL_T_TINYINT: *low = INT8_MIN, *high = INT8_MAX; break;
    case FL_T_SMALLINT: *low = INT16_MIN, *high = INT16_MAX; break;
    case FL_T_INT:
    case FL_T_INTERVAL_MONTH: *low = INT32_MIN, *high = INT32_MAX; break;
    default: break;
    }
}

static int bad_bounds(const fl_gen *g, const char *min, const char *max, fl_error *err) {
    return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_BOUNDS, min, max, g->path, g->path);
}

static int plan_integer(planner *p, fl_gen *g, fl_error *err) {
    int64_t low, high, min, max;
    type_limits(g->type, &low, &high);
    min = low, max = high;
    if (g->type->kind == FL_T_INTERVAL_MONTH) min = 0, max = 120000;
    FL_TRY(integer_option(p, g, "min", low, high, &min, err));
    FL_TRY(integer_option(p, g, "max", low, high, &max, err));
    g->min = min;
    g->span = (fl_u128)((fl_i128)max - min);
    if (min <= max) return 0;
    fl_arena *a = p->ctx->arena;
    return bad_bounds(g, fl_arena_printf(a, "%lld", (long long)min), fl_arena_printf(a, "%lld", (long long)max), err);
}

static int real_option(planner *p, const fl_gen *g, const char *what, double *x, fl_error *err) {
    const char *value = field_option(p, g->path, what);
    if (value == NULL) return 0;
    int rc = fl_parse_f64(fl_str_from(value), x, err);
    if (rc == 0 && !isfinite(*x)) rc = fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_FINITE);
    return rc < 0 ? bad_option(g->path, what, value, err) : 0;
}

static int plan_real(planner *p, fl_gen *g, fl_error *err) {
    bool is_float = g->type->kind == FL_T_FLOAT;
    g->low = is_float ? (double)FLT_TRUE_MIN : DBL_TRUE_MIN;
    g->high = is_float ? (double)FLT_MAX : DBL_MAX;
    FL_TRY(real_option(p, g, "min", &g->low, err));
    FL_TRY(real_option(p, g, "max", &g->high, err));
    if (g->low <= g->high) return 0;
    fl_arena *a = p->ctx->arena;
    return bad_bounds(g, fl_arena_printf(a, "%g", g->low), fl_arena_printf(a, "%g", g->high), err);
}

/* A bound of a DECIMAL, cut to what the type can hold. */
static int decimal_option(planner *p, const fl_gen *g, const char *what, fl_i128 *x, fl_error *err) {
    const char *value = field_option(p, g->path, what);
    if (value == NULL) return 0;
    fl_i128 largest = fl_pow10_i128(g->type->precision) - 1;
    switch (fl_decimal_parse(fl_str_from(value), g->type->precision, g->type->scale, x)) {
    case FL_NUMBER_OK: return 0;
    case FL_NUMBER_OVERFLOW: *x = value[0] == '-' ? -largest : largest; return 0;
    default: break;
    }
    fl_fail(err, FL_ERR_OPTION_NOT_A_NUMBER, value);
    return bad_option(g->path, what, value, err);
}

static int plan_decimal(planner *p, fl_gen *g, fl_error *err) {
    fl_i128 max = fl_pow10_i128(g->type->precision) - 1;
    g->min = 1; /* Flink's default is the smallest positive number */
    FL_TRY(decimal_option(p, g, "min", &g->min, err));
    FL_TRY(decimal_option(p, g, "max", &max, err));
    g->span = (fl_u128)(max - g->min);
    if (g->min <= max) return 0;
    fl_buf low, high;
    fl_buf_init(&low);
    fl_buf_init(&high);
    fl_decimal_print(&low, g->min, g->type->scale);
    fl_decimal_print(&high, max, g->type->scale);
    bad_bounds(g, fl_buf_cstr(&low), fl_buf_cstr(&high), err);
    fl_buf_deinit(&low);
    fl_buf_deinit(&high);
    return err->code;
}

static int plan_length(planner *p, fl_gen *g, int64_t fallback, fl_error *err) {
    int64_t length = fallback;
    FL_TRY(integer_option(p, g, "length", 0, INT32_MAX, &length, err));
    g->length = (int)length;
    return 0;
}

/* CHAR and BINARY have the length of their type; the others may be shorter than it. */
static int plan_text(planner *p, fl_gen *g, fl_error *err) {
    const fl_type *t = g->type;
    bool fixed = t->kind == FL_T_CHAR || t->kind == FL_T_BINARY;
    FL_TRY(plan_length(p, g, t->length == FL_LENGTH_MAX ? TEXT_LENGTH : t->length, err));
    const char *length = field_option(p, g->path, "length"), *variable = field_option(p, g->path, "var-len");
    if (fixed && length != NULL) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_FIXED, g->path);
    if (g->length > t->length) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_LENGTH, g->length, g->path, t->length);
    if (variable != NULL && fl_parse_bool(fl_str_from(variable), &g->var_length, err) < 0)
        return bad_option(g->path, "var-len", variable, err);
    if (fixed && g->var_length) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_VARLEN, g->path);
    return 0;
}

static int plan_past(planner *p, fl_gen *g, fl_error *err) {
    const char *value = field_option(p, g->path, "max-past");
    if (value == NULL) return 0;
    int rc = fl_parse_duration_ms(fl_str_from(value), &g->past_ms, err);
    return rc < 0 ? bad_option(g->path, "max-past", value, err) : 0;
}

static int plan_random(planner *p, const char *path, const fl_type *t, fl_gen **out, fl_error *err);

static const char *child_path(planner *p, const fl_gen *g, int k) {
    const char *name = g->type->kind == FL_T_ROW || g->type->kind == FL_T_STRUCTURED ? g->type->fields[k].name
                       : g->type->kind != FL_T_MAP                                   ? "element"
                       : k == 0                                                      ? "key"
                                                                                     : "value";
    return fl_arena_printf(p->ctx->arena, "%s.%s", g->path, name);
}

/* The counts of a MULTISET: 0 to 10, as Flink makes them. */
static fl_gen *multiset_counts(planner *p, const fl_gen *g) {
    fl_gen *counts = FL_NEW(p->ctx->arena, fl_gen);
    const char *path = fl_arena_printf(p->ctx->arena, "%s.count", g->path);
    *counts = (fl_gen){.kind = FL_GEN_RANDOM,
                       .type = fl_type_of(FL_T_INT, false),
                       .path = path,
                       .salt = fl_hash_bytes(path, strlen(path)),
                       .span = 10,
                       .weight_bytes = 4};
    return counts;
}

static int plan_nested(planner *p, fl_gen *g, fl_error *err) {
    bool is_row = fl_type_phys(g->type) == FL_P_ROW, multiset = g->type->kind == FL_T_MULTISET;
    g->kind = FL_GEN_NESTED;
    g->length = 1;
    if (!is_row) FL_TRY(plan_length(p, g, COLLECTION_LENGTH, err));
    g->n_children = g->type->n_fields + multiset;
    g->child = FL_NEW_N(p->ctx->arena, fl_gen *, g->n_children);
    for (int k = 0; k < g->type->n_fields; k++)
        FL_TRY(plan_random(p, child_path(p, g, k), g->type->fields[k].type, &g->child[k], err));
    if (multiset) g->child[1] = multiset_counts(p, g);
    g->weight_bytes = 4;
    for (int k = 0; k < g->n_children; k++) g->weight_bytes += g->length * g->child[k]->weight_bytes;
    return 0;
}

static int unsupported_type(planner *p, const fl_gen *g, const char *why, fl_error *err) {
    return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_TYPE, fl_type_name(p->ctx->arena, g->type, FL_TYPE_SUMMARY), why,
                   g->path);
}

static int plan_by_type(planner *p, fl_gen *g, fl_error *err) {
    switch (g->type->kind) {
    case FL_T_BOOLEAN: return 0;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT:
    case FL_T_INTERVAL_MONTH:
    case FL_T_INTERVAL_DAY: return plan_integer(p, g, err);
    case FL_T_FLOAT:
    case FL_T_DOUBLE: return plan_real(p, g, err);
    case FL_T_DECIMAL: return plan_decimal(p, g, err);
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_BINARY:
    case FL_T_VARBINARY: return plan_text(p, g, err);
    case FL_T_DATE: g->kind = FL_GEN_DATE; return 0;
    case FL_T_TIME: g->kind = FL_GEN_TIME; return 0;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: g->kind = FL_GEN_TIMESTAMP; return plan_past(p, g, err);
    case FL_T_ARRAY:
    case FL_T_MAP:
    case FL_T_MULTISET:
    case FL_T_ROW: return plan_nested(p, g, err);
    default: return unsupported_type(p, g, "", err);
    }
}

static int plan_null_rate(planner *p, fl_gen *g, fl_error *err) {
    const char *value = field_option(p, g->path, "null-rate");
    double rate = 0;
    if (value == NULL) return 0;
    int rc = fl_parse_f64(fl_str_from(value), &rate, err);
    if (rc == 0 && !(rate >= 0 && rate <= 1)) rc = fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_RATE);
    if (rc < 0) return bad_option(g->path, "null-rate", value, err);
    g->null_below = (uint64_t)(rate * 4294967296.0);
    return 0;
}

static fl_gen *new_gen(planner *p, const char *path, const fl_type *t) {
    fl_gen *g = FL_NEW(p->ctx->arena, fl_gen);
    g->type = t;
    g->path = path;
    g->salt = fl_hash_bytes(path, strlen(path));
    return g;
}

static void weigh(fl_gen *g) {
    if (g->kind != FL_GEN_NESTED) g->weight_bytes = FL_MAX(fl_phys_size(fl_type_phys(g->type)), 1) + g->length;
    g->weight_bytes = FL_MIN(g->weight_bytes, (int64_t)1 << 40);
}

static int plan_random(planner *p, const char *path, const fl_type *t, fl_gen **out, fl_error *err) {
    fl_gen *g = *out = new_gen(p, path, t);
    FL_TRY(plan_by_type(p, g, err));
    weigh(g);
    return plan_null_rate(p, g, err);
}

static int plan_sequence(planner *p, const char *path, const fl_type *t, fl_gen **out, fl_error *err) {
    static const char *const ends[] = {"start", "end"};
    fl_gen *g = *out = new_gen(p, path, t);
    int64_t low, high;
    g->kind = FL_GEN_SEQUENCE;
    type_limits(t, &low, &high);
    if (!fl_type_is_numeric(t) && !fl_type_is_char(t) && !fl_type_is_binary(t))
        return unsupported_type(p, g, " for a sequence", err);
    for (int i = 0; i < 2; i++) {
        if (field_option(p, path, ends[i]) == NULL)
            return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_SEQUENCE, path, ends[i]);
        FL_TRY(integer_option(p, g, ends[i], low, high, i == 0 ? &g->start : &g->end, err));
    }
    if (g->start > g->end) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_ORDER, (long long)g->start, (long long)g->end);
    if ((fl_i128)g->end - g->start > INT64_MAX - 1)
        return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_TOTAL, (long long)g->start, (long long)g->end);
    weigh(g);
    return 0;
}

static int plan_column(planner *p, const fl_field *f, fl_gen **out, fl_error *err) {
    const char *kind = field_option(p, f->name, "kind");
    if (kind == NULL || strcmp(kind, "random") == 0) return plan_random(p, f->name, f->type, out, err);
    if (strcmp(kind, "sequence") == 0) return plan_sequence(p, f->name, f->type, out, err);
    fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_KIND, kind);
    return fl_error_hint(err, FL_HINT_CONNECTOR_DATAGEN_KIND, f->name);
}

/* Options of columns that do not exist, or that their type does not understand. */
static int check_unused(const planner *p, fl_error *err) {
    for (int i = 0; i < p->table->n_options; i++) {
        const char *key = p->table->options[i].key;
        if (!p->used[i] && strncmp(key, "fields.", 7) == 0)
            return fl_connector_unsupported("datagen", key, p->asked, p->n_asked, err);
    }
    return 0;
}

static int plan_columns(fl_connector_ctx *ctx, const fl_table *table, datagen_config *cfg, fl_error *err) {
    planner p = {.ctx = ctx, .table = table, .used = FL_NEW_N(ctx->arena, bool, table->n_options)};
    int64_t row_bytes = 0;
    cfg->gens = FL_NEW_N(ctx->arena, fl_gen *, table->physical.n);
    for (int i = 0; i < table->physical.n; i++) {
        FL_TRY(plan_column(&p, &table->physical.fields[i], &cfg->gens[i], err));
        const fl_gen *g = cfg->gens[i];
        row_bytes += g->weight_bytes;
        if (g->kind == FL_GEN_SEQUENCE) cfg->rows = FL_MIN(cfg->rows, g->end - g->start + 1);
    }
    if (row_bytes > ROW_BYTES_MAX)
        return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_ROW, table->name, (long long)(row_bytes >> 20),
                       ROW_BYTES_MAX >> 20);
    return check_unused(&p, err);
}

static int datagen_plan(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err) {
    const fl_connector *c = &fl_datagen_connector;
    datagen_config *cfg = FL_NEW(ctx->arena, datagen_config);
    FL_TRY(fl_connector_check_options(c, p->table, ctx, err));
    FL_TRY(fl_connector_parallelism(p->table, "scan.parallelism", &p->parallelism, err));
    cfg->rows_per_second = fl_connector_i64(c, p->table, "rows-per-second", 0);
    cfg->rows = fl_connector_i64(c, p->table, "number-of-rows", INT64_MAX);
    if (cfg->rows_per_second <= 0) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_SPEED, (long long)cfg->rows_per_second);
    if (cfg->rows < 0) return fl_fail(err, FL_ERR_CONNECTOR_DATAGEN_COUNT, (long long)cfg->rows);
    FL_TRY(plan_columns(ctx, p->table, cfg, err));
    p->config = cfg;
    p->bounded = cfg->rows != INT64_MAX;
    p->changes = FL_CHANGES_INSERT;
    return 0;
}

/* ---- the source ---- */

typedef struct lane {
    uint64_t seed;
    int64_t first, step; /* rows of the table */
    int64_t at, count;   /* rows of the lane: given, in all */
} lane;

typedef struct datagen {
    fl_source base;
    const datagen_config *cfg;
    int rows_max; /* in one batch */
    /* what changes */
    lane *lanes; /* done ones are gone; owned */
    int n_lanes;
    bool seeded;
    bool paced;       /* start_us is set */
    int64_t start_us; /* when row 0 was due */
    int64_t given;    /* rows since then */
} datagen;

/* Rows first, first + step, … below `rows`. */
static int64_t lane_count(int64_t first, int64_t step, int64_t rows) {
    return first < rows ? (rows - first - 1) / step + 1 : 0;
}

static void push_lane(datagen *d, lane l) {
    d->lanes = fl_realloc(d->lanes, sizeof *d->lanes * (size_t)(d->n_lanes + 1));
    d->lanes[d->n_lanes++] = l;
}

/* The lane that reaches to the end of the table, for rows from `base` on. */
static void push_main_lane(datagen *d, uint64_t seed, int64_t base) {
    int64_t first = base + d->base.ctx->subtask, step = d->base.ctx->parallelism;
    push_lane(d, (lane){.seed = seed, .first = first, .step = step, .count = lane_count(first, step, d->cfg->rows)});
}

static void seed_once(datagen *d) {
    if (d->seeded) return;
    d->seeded = true;
    push_main_lane(d, fl_random_u64(d->base.ctx->pf), 0);
}

static int datagen_open(fl_source *s, fl_error *err) {
    (void)err;
    datagen *d = (datagen *)s;
    const fl_scan *scan = &s->plan->scan;
    int64_t row_bytes = 1;
    d->cfg = scan->config;
    for (int i = 0; i < scan->n_columns; i++) row_bytes += d->cfg->gens[scan->columns[i]]->weight_bytes;
    d->rows_max = (int)FL_MAX(FL_MIN((int64_t)s->ctx->batch_rows, BATCH_BYTES / row_bytes), 1);
    return 0;
}

/* How many rows of this subtask are due: row j of it is row j * parallelism + subtask of all. */
static int64_t rows_due(const datagen *d, int64_t elapsed_us) {
    const fl_task_ctx *ctx = d->base.ctx;
    fl_i128 all = (fl_i128)elapsed_us * d->cfg->rows_per_second / 1000000;
    return all < ctx->subtask ? 0 : (int64_t)FL_MIN((all - ctx->subtask) / ctx->parallelism + 1, (fl_i128)INT64_MAX);
}

static int64_t due_us(const datagen *d, int64_t row) {
    fl_i128 all = (fl_i128)row * d->base.ctx->parallelism + d->base.ctx->subtask;
    return (int64_t)((all * 1000000 + d->cfg->rows_per_second - 1) / d->cfg->rows_per_second);
}

/* Rows that may go out now; if none, wake_ms is set. */
static int64_t allowance(datagen *d) {
    if (d->cfg->rows_per_second >= UNTHROTTLED) return INT64_MAX;
    fl_platform *pf = d->base.ctx->pf;
    int64_t now_us = fl_mono_us(pf);
    if (!d->paced) d->start_us = now_us;
    d->paced = true;
    int64_t elapsed_us = now_us - d->start_us, due = rows_due(d, elapsed_us) - d->given;
    if (due > 0) return due;
    int64_t wait_us = due_us(d, d->given) - elapsed_us;
    d->base.wake_ms = fl_now_ms(pf) + (FL_MAX(wait_us, (int64_t)PACE_US) + 999) / 1000;
    return 0;
}

static fl_batch *make_batch(datagen *d, const lane *l, int n) {
    const fl_task_ctx *ctx = d->base.ctx;
    const fl_scan *scan = &d->base.plan->scan;
    fl_gen_rows rows = {.seed = l->seed, .first = (uint64_t)l->at, .n = n};
    rows.sequence_at = l->first + l->at * l->step;
    rows.sequence_step = l->step;
    rows.now_ms = fl_now_ms(ctx->pf);
    rows.local_ms = fl_tz_to_local(ctx->tz, rows.now_ms);
    fl_batch *b = fl_batch_new(scan->n_columns, n);
    for (int i = 0; i < scan->n_columns; i++) b->cols[i] = fl_gen_column(d->cfg->gens[scan->columns[i]], &rows);
    return b;
}

static void drop_done_lanes(datagen *d) {
    int done = 0;
    while (done < d->n_lanes && d->lanes[done].at == d->lanes[done].count) done++;
    done = FL_MIN(done, d->n_lanes - 1); /* the last one keeps the place in the table */
    d->n_lanes -= done;
    memmove(d->lanes, d->lanes + done, sizeof *d->lanes * (size_t)d->n_lanes);
}

static int datagen_poll(fl_source *s, fl_batch **out, fl_error *err) {
    (void)err;
    datagen *d = (datagen *)s;
    seed_once(d);
    drop_done_lanes(d);
    lane *l = &d->lanes[0];
    if (l->at == l->count) return FL_POLL_END;
    int64_t n = FL_MIN(FL_MIN(allowance(d), l->count - l->at), (int64_t)d->rows_max);
    if (n == 0) return FL_POLL_IDLE;
    *out = make_batch(d, l, (int)n);
    l->at += n;
    d->given += n;
    return FL_POLL_BATCH;
}

static int datagen_snapshot(fl_source *s, fl_buf *out, fl_error *err) {
    (void)err;
    datagen *d = (datagen *)s;
    seed_once(d);
    fl_buf_put_u32(out, (uint32_t)d->n_lanes);
    for (int i = 0; i < d->n_lanes; i++) {
        const lane *l = &d->lanes[i];
        fl_buf_put_u64(out, l->seed);
        fl_buf_put_i64(out, l->first);
        fl_buf_put_i64(out, l->step);
        fl_buf_put_i64(out, l->at);
        fl_buf_put_i64(out, l->count);
    }
    return 0;
}

/* The lanes of one subtask of then, in the arena. */
static int read_lanes(fl_arena *a, fl_str own, lane **lanes, int *n, fl_error *err) {
    fl_reader r = fl_reader_make(own.p, own.n);
    uint32_t count = fl_read_u32(&r);
    bool ok = !r.bad && count >= 1 && own.n >= 4 + (size_t)count * 40;
    if (ok) *lanes = FL_NEW_N(a, lane, count);
    for (uint32_t i = 0; ok && i < count; i++) {
        lane *l = &(*lanes)[i];
        l->seed = fl_read_u64(&r);
        l->first = fl_read_i64(&r);
        l->step = fl_read_i64(&r);
        l->at = fl_read_i64(&r);
        l->count = fl_read_i64(&r);
        ok = !r.bad && l->first >= 0 && l->step > 0 && l->at >= 0;
    }
    *n = (int)count;
    return ok ? 0 : fl_fail(err, FL_ERR_CHECKPOINT_DATAGEN);
}

/* Another end of the table than then: the main lane is measured again. */
static void adopt(datagen *d, const lane *lanes, int n) {
    for (int i = 0; i < n; i++) push_lane(d, lanes[i]);
    lane *main = &d->lanes[d->n_lanes - 1];
    main->count = FL_MAX(lane_count(main->first, main->step, d->cfg->rows), main->at);
}

/* Deals out the lanes of `n` subtasks: the picture in the head of this file. */
static int redeal(datagen *d, const fl_str *own, int n, fl_error *err) {
    const fl_task_ctx *ctx = d->base.ctx;
    lane **lanes = FL_NEW_N(ctx->arena, lane *, n);
    int *n_lanes = FL_NEW_N(ctx->arena, int, n), turn = 0;
    int64_t fastest = 0;
    for (int j = 0; j < n; j++) {
        FL_TRY(read_lanes(ctx->arena, own[j], &lanes[j], &n_lanes[j], err));
        fastest = FL_MAX(fastest, lanes[j][n_lanes[j] - 1].at);
    }
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < n_lanes[j]; i++) {
            lane l = lanes[j][i];
            if (i == n_lanes[j] - 1) l.count = FL_MIN(fastest, lane_count(l.first, l.step, d->cfg->rows));
            if (l.at < l.count && turn++ % ctx->parallelism == ctx->subtask) push_lane(d, l);
        }
    }
    const lane *main0 = &lanes[0][n_lanes[0] - 1];
    int64_t base = main0->first + fastest * main0->step;
    push_main_lane(d, fl_hash_combine(main0->seed, (uint64_t)(base + ctx->subtask)), base);
    return 0;
}

static int datagen_restore(fl_source *s, const fl_str *own, int n, fl_error *err) {
    datagen *d = (datagen *)s;
    d->seeded = true;
    if (n != s->ctx->parallelism) return redeal(d, own, n, err);
    lane *lanes;
    int n_lanes;
    FL_TRY(read_lanes(s->ctx->arena, own[s->ctx->subtask], &lanes, &n_lanes, err));
    adopt(d, lanes, n_lanes);
    return 0;
}

static void datagen_close(fl_source *s) { free(((datagen *)s)->lanes); }

static const fl_source_type datagen_source = {
    .name = "datagen",
    .size = sizeof(datagen),
    .open = datagen_open,
    .poll = datagen_poll,
    .snapshot = datagen_snapshot,
    .restore = datagen_restore,
    .close = datagen_close,
};

static const fl_option_def options[] = {
    {.key = "rows-per-second",
     .type = FL_OPT_INT,
     .fallback = "10000",
     .help = "Rows per second of all subtasks together."},
    {.key = "number-of-rows", .type = FL_OPT_INT, .help = "Rows in all; makes the source bounded."},
    {.key = "scan.parallelism", .type = FL_OPT_INT, .help = "Subtasks of the source."},
    {.key = "fields.#.kind", .type = FL_OPT_STRING, .fallback = "random", .help = "random or sequence."},
    {.key = "fields.#.min", .type = FL_OPT_STRING, .help = "Smallest random number."},
    {.key = "fields.#.max", .type = FL_OPT_STRING, .help = "Largest random number."},
    {.key = "fields.#.max-past",
     .type = FL_OPT_DURATION,
     .fallback = "0",
     .help = "How far before now timestamps may lie."},
    {.key = "fields.#.length", .type = FL_OPT_INT, .help = "Characters, bytes or elements of a value."},
    {.key = "fields.#.var-len", .type = FL_OPT_BOOL, .fallback = "false", .help = "Random lengths up to `length`."},
    {.key = "fields.#.start", .type = FL_OPT_STRING, .help = "First number of a sequence."},
    {.key = "fields.#.end", .type = FL_OPT_STRING, .help = "Last number of a sequence."},
    {.key = "fields.#.null-rate", .type = FL_OPT_DOUBLE, .fallback = "0", .help = "Share of NULLs, 0 to 1."},
    {.key = NULL},
};

const fl_connector fl_datagen_connector = {
    .name = "datagen",
    .options = options,
    .plan_source = datagen_plan,
    .source = &datagen_source,
    .doc = "Random rows and sequences.",
};
