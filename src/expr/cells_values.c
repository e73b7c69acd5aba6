/* SPDX-License-Identifier: Apache-2.0 */
/* cells_values.c -- cells that keep the values of their rows: joined to a text, in a list, counted, by key, by number.
 *
 * What:       LISTAGG, JSON_ARRAYAGG   one text, to which each value is added with a separator
 *             ARRAY_AGG, SINGLE_VALUE  a column of the argument's type, a row for each value
 *             COLLECT                  a set of encoded values, and how often each came
 *             JSON_OBJECTAGG           a set of keys, and the values of all in one run of bytes
 *             PERCENTILE               numbers with their frequencies, sorted and put together when there are many
 * Memory:     a cell is a pointer, NULL while nothing has come; what it points to is the cell's own.
 * Limits:     a text of FL_AGG_TEXT_MAX bytes, FL_AGG_VALUES_MAX values in a group: a row beyond is refused, and the
 *             job with it (fl_agg_failed).
 * Results:    texts grow at their end only. A result is a view of the bytes that are there, which the cell never
 *             touches again, so that a long list that changes with each row is not copied with each row.
 */
#include <math.h>
#include <stdlib.h>

#include "data/decimal.h"
#include "data/json_text.h"
#include "data/rowcodec.h"
#include "expr/cells.h"
#include "expr/valueset.h"
#include "messages/checkpoint.h"
#include "messages/function.h"

enum { TEXT_FIRST = 64, SHARED_MIN = 256, PAIRS_FIRST = 16, INSERTED_MAX = 4 };

static bool within_limit(const fl_cell *cell, uint64_t n, uint64_t more, uint64_t most, const char *what) {
    if (n + more <= most) return true;
    fl_fail(cell->failure, FL_ERR_FUNCTION_AGGREGATE_SIZE, cell->call->fn->name, (unsigned long long)most, what);
    return false;
}

static int malformed(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE); }

/* ---- texts ---- */

/* Bytes [0, n) of the buffer never change: results point to them. */
typedef struct joined {
    fl_buffer *buffer; /* NULL: nothing yet */
    uint32_t n;
    bool has;
} joined;

static bool is_json(const fl_cell *cell) { return cell->type == &fl_cell_json_array; }

static fl_str separator(const fl_cell *cell) {
    const fl_agg_call *call = cell->call;
    return is_json(cell) || call->n_args < 2 ? fl_str_from(",") : call->args[1].literal->s;
}

/* The clause NULL ON NULL is the last argument of a call that makes JSON. */
static bool keeps_nulls(const fl_agg_call *call) {
    return fl_str_starts(call->args[call->n_args - 1].literal->s, "NULL ON NULL");
}

static void put_bytes(joined *s, fl_str bytes) {
    size_t need = s->n + bytes.n;
    if (s->buffer == NULL || s->buffer->size < need) {
        fl_buffer *bigger = fl_buffer_new(FL_MAX(2 * need, (size_t)TEXT_FIRST));
        if (s->n > 0) memcpy(bigger->data, s->buffer->data, s->n);
        fl_buffer_unref(s->buffer);
        s->buffer = bigger;
    }
    if (bytes.n > 0) memcpy(s->buffer->data + s->n, bytes.p, bytes.n);
    s->n = (uint32_t)need;
}

static void join(const fl_cell *cell, joined *s, fl_str more) {
    const fl_str between = s->has ? separator(cell) : fl_str_make("", 0);
    if (!within_limit(cell, s->n, between.n + more.n, FL_AGG_TEXT_MAX, "bytes in a group")) return;
    put_bytes(s, between);
    put_bytes(s, more);
    s->has = true;
}

static void update_joined(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0];
    const bool nulls = is_json(cell) && keeps_nulls(cell->call);
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        joined *s = fl_cell_at(cell, acc[k]);
        if (!fl_column_is_null(arg, i))
            join(cell, s, fl_column_str(arg, i));
        else if (nulls)
            join(cell, s, fl_str_from("null"));
    }
}

static fl_str joined_text(const joined *s) {
    return s->n > 0 ? fl_str_make((const char *)s->buffer->data, s->n) : fl_str_make("", 0);
}

static void merge_joined(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const joined *s = fl_cell_at(cell, src[k]);
        if (s->has) join(cell, fl_cell_at(cell, dst[k]), joined_text(s));
    }
}

static void clone_joined(const fl_cell *cell, char *dst, const char *src) {
    const joined *s = fl_cell_at(cell, src);
    joined *d = fl_cell_at(cell, dst);
    *d = (joined){.has = s->has};
    put_bytes(d, joined_text(s));
}

static void free_joined(const fl_cell *cell, char *acc) {
    joined *s = fl_cell_at(cell, acc);
    fl_buffer_unref(s->buffer);
    *s = (joined){0};
}

static void encode_joined(const fl_cell *cell, const char *acc, fl_buf *out) {
    const joined *s = fl_cell_at(cell, acc);
    const fl_str text = joined_text(s);
    fl_buf_put_u8(out, s->has);
    if (s->has) fl_buf_put_bytes(out, text.p, text.n);
}

static int decode_joined(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    joined *s = fl_cell_at(cell, acc);
    uint8_t has = fl_read_u8(in);
    if (has > 1) return malformed(err);
    if (has == 0) return 0;
    fl_str text = fl_read_bytes(in);
    if (in->bad) return 0; /* told by the caller */
    if (text.n > FL_AGG_TEXT_MAX) return malformed(err);
    put_bytes(s, text);
    s->has = true;
    return 0;
}

#define JOINED(word)                                                                                                   \
    const fl_cell_type fl_cell_##word = {.name = #word,                                                                \
                                         .size = sizeof(joined),                                                       \
                                         .grows = true,                                                                \
                                         .ordered = true,                                                              \
                                         .update = update_joined,                                                      \
                                         .merge = merge_joined,                                                        \
                                         .clone = clone_joined,                                                        \
                                         .free = free_joined,                                                          \
                                         .encode = encode_joined,                                                      \
                                         .decode = decode_joined}
JOINED(joined);
JOINED(json_array);

/* A long text is shared with the cell, a short one is copied. */
static void append_joined(fl_column *out, const joined *s) {
    if (s->n < SHARED_MIN) {
        fl_column_append_str(out, joined_text(s));
        return;
    }
    fl_column_add_heap(out, s->buffer);
    FL_DATA(out, fl_view)[out->n] = fl_view_make((const char *)s->buffer->data, s->n);
    fl_column_set_valid(out, out->n++);
}

void fl_agg_result_listagg(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                           fl_column *out) {
    fl_column_reserve(out, out->n + n);
    for (int i = 0; i < n; i++) {
        const joined *s = fl_cell_at(cell, acc[i]);
        if (s->has)
            append_joined(out, s);
        else
            fl_column_append_null(out);
    }
}

void fl_agg_result_json_array(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                              fl_column *out) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < n; i++) {
        fl_buf_reset(&b);
        fl_buf_putc(&b, '[');
        fl_buf_put_str(&b, joined_text(fl_cell_at(cell, acc[i])));
        fl_buf_putc(&b, ']');
        fl_column_append_str(out, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
}

/* ---- lists ---- */

static fl_column **list_of(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }

static int list_length(const fl_column *list) { return list == NULL ? 0 : list->n; }

/* Whether there is room for n more values. */
static bool list_takes(const fl_cell *cell, const fl_column *list, int n) {
    if (cell->type != &fl_cell_single)
        return within_limit(cell, (uint64_t)list_length(list), (uint64_t)n, FL_AGG_VALUES_MAX, "values in a group");
    if (list_length(list) + n <= 1) return true;
    fl_fail(cell->failure, FL_ERR_FUNCTION_SINGLE_VALUE);
    return false;
}

static void update_list(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0];
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        fl_column **list = list_of(cell, acc[k]);
        if (cell->call->ignore_nulls && fl_column_is_null(arg, i)) continue;
        if (!list_takes(cell, *list, 1)) return;
        if (*list == NULL) *list = fl_column_new(cell->call->args[0].type, 1);
        fl_column_append_from(*list, arg, i);
    }
}

static void merge_list(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const fl_column *from = *list_of(cell, src[k]);
        fl_column **to = list_of(cell, dst[k]);
        if (from == NULL) continue;
        if (!list_takes(cell, *to, from->n)) return;
        if (*to == NULL) *to = fl_column_new(cell->call->args[0].type, from->n);
        fl_column_append_rows(*to, from, NULL, from->n);
    }
}

static void clone_list(const fl_cell *cell, char *dst, const char *src) {
    fl_column *from = *list_of(cell, src);
    *list_of(cell, dst) = from == NULL ? NULL : fl_column_take(from, NULL, from->n);
}

static void free_list(const fl_cell *cell, char *acc) {
    fl_column_unref(*list_of(cell, acc));
    *list_of(cell, acc) = NULL;
}

static void encode_list(const fl_cell *cell, const char *acc, fl_buf *out) {
    const fl_column *list = *list_of(cell, acc);
    fl_error err;
    fl_buf_put_u32(out, (uint32_t)list_length(list));
    for (int i = 0; i < list_length(list); i++) {
        int rc = fl_encode_value(out, list, i, &err);
        fl_assert(rc == 0); /* OBJECT, the one kind that can fail, is refused at planning */
    }
}

static int decode_list(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    fl_column **list = list_of(cell, acc);
    uint32_t n = fl_read_u32(in);
    if (in->bad || n == 0) return 0;
    if (n > (cell->type == &fl_cell_single ? 1u : (uint32_t)FL_AGG_VALUES_MAX)) return malformed(err);
    *list = fl_column_new(cell->call->args[0].type, 1);
    for (; n > 0 && !in->bad; n--) FL_TRY(fl_decode_value(in, *list, err));
    return 0;
}

#define LIST(word)                                                                                                     \
    const fl_cell_type fl_cell_##word = {.name = #word,                                                                \
                                         .size = sizeof(fl_column *),                                                  \
                                         .grows = true,                                                                \
                                         .ordered = true,                                                              \
                                         .takes_null = true,                                                           \
                                         .update = update_list,                                                        \
                                         .merge = merge_list,                                                          \
                                         .clone = clone_list,                                                          \
                                         .free = free_list,                                                            \
                                         .encode = encode_list,                                                        \
                                         .decode = decode_list}
LIST(list);
LIST(single);

/* Whether a column of lists or maps has room for n more elements: their places are 32-bit numbers. */
static bool elements_fit(const fl_cell *cell, const fl_column *out, uint64_t n) {
    return within_limit(cell, (uint64_t)out->child[0]->n, n, INT32_MAX - 64, "values in the results of a batch");
}

void fl_agg_result_array(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                         fl_column *out) {
    for (int i = 0; i < n; i++) {
        const fl_column *list = *list_of(cell, acc[i]);
        if (list == NULL || !elements_fit(cell, out, (uint64_t)list->n)) {
            fl_column_append_null(out);
            continue;
        }
        fl_column_append_rows(out->child[0], list, NULL, list->n);
        fl_column_append_nested(out);
    }
}

void fl_agg_result_single(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                          fl_column *out) {
    for (int i = 0; i < n; i++) {
        const fl_column *list = *list_of(cell, acc[i]);
        if (list_length(list) == 0)
            fl_column_append_null(out);
        else
            fl_column_append_from(out, list, 0);
    }
}

/* ---- counted values ---- */

typedef struct counted {
    fl_valueset *values;
    int32_t *counts; /* of each value */
    uint32_t cap;
} counted;

static counted **counted_of(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }

/* Java's int, which wraps. */
static int32_t add_wrapping(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

static counted *counted_new(void) {
    counted *c = fl_calloc(1, sizeof *c);
    c->values = fl_valueset_new();
    return c;
}

/* False: it was there before. */
static bool count_value(counted *c, fl_str value, int32_t times) {
    uint32_t at;
    bool fresh = fl_valueset_put(c->values, value, &at);
    if (at >= c->cap) {
        c->cap = FL_MAX(2 * c->cap, (uint32_t)8);
        c->counts = fl_realloc(c->counts, sizeof *c->counts * c->cap);
    }
    c->counts[at] = fresh ? times : add_wrapping(c->counts[at], times);
    return fresh;
}

static bool counted_takes(const fl_cell *cell, const counted *c) {
    return within_limit(cell, fl_valueset_count(c->values), 1, FL_AGG_VALUES_MAX, "different values in a group");
}

static void update_counted(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0];
    fl_error err;
    fl_buf b;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        counted **c = counted_of(cell, acc[k]);
        if (fl_column_is_null(arg, i)) continue;
        if (*c == NULL) *c = counted_new();
        if (!counted_takes(cell, *c)) break;
        fl_buf_reset(&b);
        int rc = fl_encode_value(&b, arg, i, &err);
        fl_assert(rc == 0); /* OBJECT, the one kind that can fail, is refused at planning */
        count_value(*c, fl_buf_str(&b), 1);
    }
    fl_buf_deinit(&b);
}

static void merge_counted(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const counted *from = *counted_of(cell, src[k]);
        counted **to = counted_of(cell, dst[k]);
        if (from == NULL) continue;
        if (*to == NULL) *to = counted_new();
        for (uint32_t v = 0; v < fl_valueset_count(from->values); v++) {
            if (!counted_takes(cell, *to)) return;
            count_value(*to, fl_valueset_at(from->values, v), from->counts[v]);
        }
    }
}

static void clone_counted(const fl_cell *cell, char *dst, const char *src) {
    const counted *from = *counted_of(cell, src);
    *counted_of(cell, dst) = NULL;
    if (from == NULL) return;
    uint32_t n = fl_valueset_count(from->values);
    counted *to = *counted_of(cell, dst) = fl_calloc(1, sizeof *to);
    *to = (counted){fl_valueset_clone(from->values), fl_malloc(sizeof *to->counts * (n + 1)), n};
    memcpy(to->counts, from->counts, sizeof *to->counts * n);
}

static void free_counted(const fl_cell *cell, char *acc) {
    counted **c = counted_of(cell, acc);
    if (*c == NULL) return;
    fl_valueset_free((*c)->values);
    free((*c)->counts);
    free(*c);
    *c = NULL;
}

static void encode_counted(const fl_cell *cell, const char *acc, fl_buf *out) {
    const counted *c = *counted_of(cell, acc);
    uint32_t n = c == NULL ? 0 : fl_valueset_count(c->values);
    fl_buf_put_u32(out, n);
    for (uint32_t v = 0; v < n; v++) {
        fl_str value = fl_valueset_at(c->values, v);
        fl_buf_put_bytes(out, value.p, value.n);
        fl_buf_put_u32(out, (uint32_t)c->counts[v]);
    }
}

/* Bytes that are one value of the type, and not NULL. */
static int check_value(const fl_type *t, fl_str bytes, fl_error *err) {
    fl_column *one = fl_column_new(t, 1);
    fl_reader r = fl_reader_make(bytes.p, bytes.n);
    int rc = fl_decode_value(&r, one, err);
    if (rc == 0 && (r.bad || r.p != r.end || fl_column_is_null(one, 0))) rc = malformed(err);
    fl_column_unref(one);
    return rc;
}

static int decode_counted(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    uint32_t n = fl_read_u32(in);
    if (in->bad || n == 0) return 0;
    if (n > FL_AGG_VALUES_MAX) return malformed(err);
    counted *c = *counted_of(cell, acc) = counted_new();
    for (; n > 0; n--) {
        fl_str value = fl_read_bytes(in);
        int32_t times = (int32_t)fl_read_u32(in);
        if (in->bad) return 0; /* told by the caller */
        FL_TRY(check_value(cell->call->args[0].type, value, err));
        if (!count_value(c, value, times)) return malformed(err);
    }
    return 0;
}

const fl_cell_type fl_cell_multiset = {.name = "multiset",
                                       .size = sizeof(counted *),
                                       .grows = true,
                                       .ordered = true,
                                       .update = update_counted,
                                       .merge = merge_counted,
                                       .clone = clone_counted,
                                       .free = free_counted,
                                       .encode = encode_counted,
                                       .decode = decode_counted};

void fl_agg_result_multiset(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                            fl_column *out) {
    fl_error err;
    for (int i = 0; i < n; i++) {
        const counted *c = *counted_of(cell, acc[i]);
        uint32_t n_values = c == NULL ? 0 : fl_valueset_count(c->values);
        if (!elements_fit(cell, out, n_values)) n_values = 0; /* the job fails */
        for (uint32_t v = 0; v < n_values; v++) {
            fl_str value = fl_valueset_at(c->values, v);
            fl_reader r = fl_reader_make(value.p, value.n);
            int rc = fl_decode_value(&r, out->child[0], &err);
            fl_assert(rc == 0); /* written by fl_encode_value, or checked when it was read */
            fl_column_append_i64(out->child[1], c->counts[v]);
        }
        fl_column_append_nested(out);
    }
}

/* ---- JSON objects ---- */

/* Keys in the order in which they came; their values, JSON texts, one after the other: u32 length, bytes. */
typedef struct object {
    fl_valueset *keys;
    fl_buf values;
} object;

static object **object_of(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }

static object *object_new(void) {
    object *o = fl_calloc(1, sizeof *o);
    o->keys = fl_valueset_new();
    fl_buf_init(&o->values);
    return o;
}

/* False: the job fails. */
static bool add_member(const fl_cell *cell, object *o, fl_str key, fl_str value) {
    if (!within_limit(cell, o->values.n, value.n + key.n + 16, FL_AGG_TEXT_MAX, "bytes in a group")) return false;
    if (!fl_valueset_add(o->keys, key)) {
        fl_fail(cell->failure, FL_ERR_FUNCTION_JSON_SAME_KEY, (int)FL_MIN(key.n, (size_t)200), key.p);
        return false;
    }
    fl_buf_put_bytes(&o->values, value.p, value.n);
    return true;
}

static void update_object(CELL_UPDATE_ARGS) {
    const fl_column *keys = args[0], *values = args[1];
    const bool nulls = keeps_nulls(cell->call);
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        object **o = object_of(cell, acc[k]);
        const bool null = fl_column_is_null(values, i);
        if (fl_column_is_null(keys, i)) {
            fl_fail(cell->failure, FL_ERR_FUNCTION_JSON_NO_KEY);
            return;
        }
        if (*o == NULL) *o = object_new();
        if (null && !nulls) continue;
        if (!add_member(cell, *o, fl_column_str(keys, i), null ? fl_str_from("null") : fl_column_str(values, i)))
            return;
    }
}

static void merge_object(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const object *from = *object_of(cell, src[k]);
        object **to = object_of(cell, dst[k]);
        if (from == NULL) continue;
        if (*to == NULL) *to = object_new();
        fl_reader values = fl_reader_make(from->values.p, from->values.n);
        for (uint32_t v = 0; v < fl_valueset_count(from->keys); v++)
            if (!add_member(cell, *to, fl_valueset_at(from->keys, v), fl_read_bytes(&values))) return;
    }
}

static void clone_object(const fl_cell *cell, char *dst, const char *src) {
    const object *from = *object_of(cell, src);
    *object_of(cell, dst) = NULL;
    if (from == NULL) return;
    object *to = *object_of(cell, dst) = fl_calloc(1, sizeof *to);
    to->keys = fl_valueset_clone(from->keys);
    fl_buf_init(&to->values);
    fl_buf_put(&to->values, from->values.p, from->values.n);
}

static void free_object(const fl_cell *cell, char *acc) {
    object **o = object_of(cell, acc);
    if (*o == NULL) return;
    fl_valueset_free((*o)->keys);
    fl_buf_deinit(&(*o)->values);
    free(*o);
    *o = NULL;
}

static void encode_object(const fl_cell *cell, const char *acc, fl_buf *out) {
    const object *o = *object_of(cell, acc);
    uint32_t n = o == NULL ? 0 : fl_valueset_count(o->keys);
    fl_reader values = n > 0 ? fl_reader_make(o->values.p, o->values.n) : fl_reader_make("", 0);
    fl_buf_put_u32(out, n);
    for (uint32_t v = 0; v < n; v++) {
        fl_str key = fl_valueset_at(o->keys, v), value = fl_read_bytes(&values);
        fl_buf_put_bytes(out, key.p, key.n);
        fl_buf_put_bytes(out, value.p, value.n);
    }
}

static int decode_object(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    uint32_t n = fl_read_u32(in);
    if (in->bad || n == 0) return 0;
    object *o = *object_of(cell, acc) = object_new();
    for (; n > 0; n--) {
        fl_str key = fl_read_bytes(in), value = fl_read_bytes(in);
        if (in->bad) return 0; /* told by the caller */
        if (o->values.n + value.n > FL_AGG_TEXT_MAX || !fl_valueset_add(o->keys, key)) return malformed(err);
        fl_buf_put_bytes(&o->values, value.p, value.n);
    }
    return 0;
}

const fl_cell_type fl_cell_json_object = {.name = "json_object",
                                          .size = sizeof(object *),
                                          .grows = true,
                                          .ordered = true,
                                          .update = update_object,
                                          .merge = merge_object,
                                          .clone = clone_object,
                                          .free = free_object,
                                          .encode = encode_object,
                                          .decode = decode_object};

typedef struct member {
    fl_str key, value;
} member;

static int by_key(const void *a, const void *b) {
    const fl_str x = ((const member *)a)->key, y = ((const member *)b)->key;
    const fl_view p = fl_view_make(x.p, (uint32_t)x.n), q = fl_view_make(y.p, (uint32_t)y.n);
    return fl_view_cmp_text(&p, &q);
}

static void print_object(fl_buf *out, const object *o) {
    const uint32_t n = o == NULL ? 0 : fl_valueset_count(o->keys);
    member *members = fl_malloc(sizeof *members * (n + 1));
    fl_reader values = n > 0 ? fl_reader_make(o->values.p, o->values.n) : fl_reader_make("", 0);
    for (uint32_t v = 0; v < n; v++) {
        members[v].key = fl_valueset_at(o->keys, v);
        members[v].value = fl_read_bytes(&values);
    }
    if (n > 1) qsort(members, n, sizeof *members, by_key);
    fl_buf_putc(out, '{');
    for (uint32_t v = 0; v < n; v++) {
        fl_buf_puts(out, v > 0 ? ",\"" : "\"");
        fl_json_escape(out, members[v].key, false);
        fl_buf_puts(out, "\":");
        fl_buf_put_str(out, members[v].value);
    }
    fl_buf_putc(out, '}');
    free(members);
}

void fl_agg_result_json_object(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                               fl_column *out) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < n; i++) {
        fl_buf_reset(&b);
        print_object(&b, *object_of(cell, acc[i]));
        fl_column_append_str(out, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
}

/* ---- numbers with frequencies ---- */

typedef struct pair {
    double value;
    int64_t times;
} pair;

typedef struct numbers {
    pair *pairs; /* the first n_sorted are in order, each value once */
    uint32_t n, cap, n_sorted;
} numbers;

static numbers **numbers_of(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }

/* Java's order of doubles: -0.0 before 0.0, NaN after everything. */
static int compare_doubles(double x, double y) {
    if (x < y) return -1;
    if (x > y) return 1;
    if (isnan(x) || isnan(y)) return (isnan(x) != 0) - (isnan(y) != 0);
    return (signbit(y) != 0) - (signbit(x) != 0);
}

static int by_value(const void *a, const void *b) {
    return compare_doubles(((const pair *)a)->value, ((const pair *)b)->value);
}

static void insert_sorted(numbers *s, pair p) {
    uint32_t at = 0, end = s->n_sorted;
    while (at < end) {
        const uint32_t middle = at + (end - at) / 2;
        if (compare_doubles(s->pairs[middle].value, p.value) < 0)
            at = middle + 1;
        else
            end = middle;
    }
    if (at < s->n_sorted && compare_doubles(s->pairs[at].value, p.value) == 0) {
        s->pairs[at].times = (int64_t)((uint64_t)s->pairs[at].times + (uint64_t)p.times);
        return;
    }
    memmove(s->pairs + at + 1, s->pairs + at, sizeof *s->pairs * (s->n_sorted++ - at));
    s->pairs[at] = p;
}

/* A row or two since the last result are put where they belong; many are sorted with all others. */
static void sort_numbers(numbers *s) {
    uint32_t n = 0;
    if (s->n - s->n_sorted <= INSERTED_MAX) {
        for (uint32_t i = s->n_sorted, all = s->n; i < all; i++) insert_sorted(s, s->pairs[i]);
        s->n = s->n_sorted;
        return;
    }
    qsort(s->pairs, s->n, sizeof *s->pairs, by_value);
    for (uint32_t i = 0; i < s->n; i++) {
        if (n > 0 && compare_doubles(s->pairs[n - 1].value, s->pairs[i].value) == 0)
            s->pairs[n - 1].times = (int64_t)((uint64_t)s->pairs[n - 1].times + (uint64_t)s->pairs[i].times);
        else
            s->pairs[n++] = s->pairs[i];
    }
    s->n = s->n_sorted = n;
}

/* False: the job fails. Equal values are put together before more memory is asked for. */
static bool add_number(const fl_cell *cell, numbers *s, pair p) {
    if (s->n == s->cap) {
        sort_numbers(s);
        if (!within_limit(cell, s->n, 1, FL_AGG_VALUES_MAX, "different values in a group")) return false;
        if (s->n >= s->cap / 2) {
            s->cap = FL_MAX(2 * s->cap, (uint32_t)PAIRS_FIRST);
            s->pairs = fl_realloc(s->pairs, sizeof *s->pairs * s->cap);
        }
    }
    s->pairs[s->n++] = p;
    return true;
}

static double number_at(const fl_column *c, int i) {
    switch (c->phys) {
    case FL_P_F32: return (double)FL_DATA(c, float)[fl_column_at(c, i)];
    case FL_P_F64: return FL_DATA(c, double)[fl_column_at(c, i)];
    default: break;
    }
    if (c->type->kind == FL_T_DECIMAL) return fl_decimal_to_double(fl_column_i128(c, i), c->type->scale);
    return (double)fl_column_i64(c, i);
}

static void update_numbers(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0], *frequency = args[2];
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        numbers **s = numbers_of(cell, acc[k]);
        int64_t times = 1;
        if (fl_column_is_null(arg, i)) continue;
        if (frequency != NULL) times = fl_column_is_null(frequency, i) ? 0 : fl_column_i64(frequency, i);
        if (times <= 0) continue;
        if (*s == NULL) *s = fl_calloc(1, sizeof **s);
        if (!add_number(cell, *s, (pair){number_at(arg, i), times})) return;
    }
}

static void merge_numbers(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const numbers *from = *numbers_of(cell, src[k]);
        numbers **to = numbers_of(cell, dst[k]);
        if (from == NULL) continue;
        if (*to == NULL) *to = fl_calloc(1, sizeof **to);
        for (uint32_t i = 0; i < from->n; i++)
            if (!add_number(cell, *to, from->pairs[i])) return;
    }
}

static void clone_numbers(const fl_cell *cell, char *dst, const char *src) {
    const numbers *from = *numbers_of(cell, src);
    *numbers_of(cell, dst) = NULL;
    if (from == NULL) return;
    numbers *to = *numbers_of(cell, dst) = fl_malloc(sizeof *to);
    *to = *from;
    to->pairs = fl_malloc(sizeof *to->pairs * (from->cap + 1));
    if (from->n > 0) memcpy(to->pairs, from->pairs, sizeof *to->pairs * from->n);
}

static void free_numbers(const fl_cell *cell, char *acc) {
    numbers **s = numbers_of(cell, acc);
    if (*s == NULL) return;
    free((*s)->pairs);
    free(*s);
    *s = NULL;
}

static void encode_numbers(const fl_cell *cell, const char *acc, fl_buf *out) {
    numbers *s = *numbers_of(cell, acc);
    if (s != NULL) sort_numbers(s); /* equal contents, equal bytes */
    fl_buf_put_u32(out, s == NULL ? 0 : s->n);
    for (uint32_t i = 0; s != NULL && i < s->n; i++) {
        fl_buf_put(out, &s->pairs[i].value, sizeof(double));
        fl_buf_put_u64(out, (uint64_t)s->pairs[i].times);
    }
}

static int decode_numbers(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    uint32_t n = fl_read_u32(in);
    if (in->bad || n == 0) return 0;
    if (n > FL_AGG_VALUES_MAX) return malformed(err);
    numbers *s = *numbers_of(cell, acc) = fl_calloc(1, sizeof *s);
    for (; n > 0; n--) {
        pair p = {0};
        const char *bytes = fl_read_raw(in, sizeof p.value);
        p.times = (int64_t)fl_read_u64(in);
        if (in->bad) return 0; /* told by the caller */
        memcpy(&p.value, bytes, sizeof p.value);
        if (p.times <= 0) return malformed(err);
        if (s->n > 0 && compare_doubles(s->pairs[s->n - 1].value, p.value) >= 0) return malformed(err);
        s->n_sorted = s->n; /* so that nothing is sorted on the way */
        (void)add_number(cell, s, p);
    }
    s->n_sorted = s->n;
    return 0;
}

const fl_cell_type fl_cell_numbers = {.name = "numbers",
                                      .size = sizeof(numbers *),
                                      .update = update_numbers,
                                      .merge = merge_numbers,
                                      .clone = clone_numbers,
                                      .free = free_numbers,
                                      .encode = encode_numbers,
                                      .decode = decode_numbers};

/* For counts that may be as great as a number gets. */
static int64_t whole(double x) { return x < 0x1p63 ? (int64_t)x : INT64_MAX; }

/* The value that a fraction of all lies below; between two of them by their distances. */
static double percentile(const numbers *s, int64_t total, double fraction) {
    const double position = fraction * (double)(total - 1) + 1;
    const int64_t lower = whole(floor(position)), higher = whole(ceil(position));
    uint32_t at = 0;
    uint64_t up_to = (uint64_t)s->pairs[0].times;
    while (up_to < (uint64_t)lower && at + 1 < s->n) up_to += (uint64_t)s->pairs[++at].times;
    if (up_to >= (uint64_t)higher || at + 1 == s->n) return s->pairs[at].value;
    return ((double)higher - position) * s->pairs[at].value + (position - (double)lower) * s->pairs[at + 1].value;
}

static int64_t total_of(numbers *s) {
    uint64_t total = 0;
    if (s == NULL) return 0;
    sort_numbers(s);
    for (uint32_t i = 0; i < s->n; i++) total += (uint64_t)s->pairs[i].times;
    return (int64_t)total;
}

void fl_agg_result_percentile(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out) {
    fl_column *given = fl_value_column(call->args[1].literal);
    const bool array = given->phys == FL_P_LIST;
    const int from = array ? FL_DATA(given, int32_t)[0] : 0, to = array ? FL_DATA(given, int32_t)[1] : 1;
    const fl_column *fractions = array ? given->child[0] : given;
    for (int i = 0; i < n; i++) {
        numbers *s = *numbers_of(cell, acc[i]);
        const int64_t total = total_of(s);
        if (total <= 0 || from == to) {
            fl_column_append_null(out);
            continue;
        }
        fl_column *values = array ? out->child[0] : out;
        for (int f = from; f < to; f++) fl_column_append_f64(values, percentile(s, total, number_at(fractions, f)));
        if (array) fl_column_append_nested(out);
    }
    fl_column_unref(given);
}

/* A fraction that is none; NAN: all are. */
double fl_agg_wrong_fraction(const fl_value *literal) {
    fl_column *given = fl_value_column(literal);
    const bool array = given->phys == FL_P_LIST;
    const int from = array ? FL_DATA(given, int32_t)[0] : 0, to = array ? FL_DATA(given, int32_t)[1] : 1;
    const fl_column *fractions = array ? given->child[0] : given;
    double wrong = (double)NAN;
    for (int f = from; f < to && isnan(wrong); f++) {
        const double x = number_at(fractions, f);
        if (!(x >= 0 && x <= 1)) wrong = isnan(x) ? (double)INFINITY : x;
    }
    fl_column_unref(given);
    return wrong;
}
