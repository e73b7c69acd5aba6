/* SPDX-License-Identifier: Apache-2.0 */
/* arrow.c -- batches out of the engine and into it as Arrow C Data.
 *
 * What:       the schema and the rows of a batch as Arrow's struct type and struct array; the same back, from anybody.
 * Interface:  arrow.h.
 * Order:      export_schema and export_batch with the same flags. keep, import_schema, then import_batch for any rows.
 *
 * Going out, every struct that a consumer gets (children too: it may move one elsewhere and outlive the rest) holds one
 * reference of a `life`, which owns all memory made for the export and one reference of the batch.
 *
 *     ArrowArray ─ children ─► ArrowArray          life { refs 2, arena, buffers, columns, batch }
 *          └─ private_data ──────────┴─────────────► freed with the last struct released
 *
 * Coming in, nothing is trusted but the pointers themselves, which the interface gives no way to check: lengths,
 * offsets, counts of children and buffers are. A format is looked up once in the table `formats`; its row names the
 * type, the layout and, if values must change, the loop that changes them. NULL rows are given empty views and zeros.
 */
#include "data/arrow.h"

#include <stdlib.h>

#include "data/object.h"
#include "data/text.h"
#include "messages/arrow.h"

#define TYPE_KEY "flott:type"

enum {
    CHILD_ROWS_MAX = INT32_MAX - 64,
    WINDOW_BITS = 30, /* a heap is shown to Arrow in windows that begin every 2^30 bytes: its offsets have 31 bits */
};

/* ==== out ==== */

typedef struct life {
    _Atomic int32_t refs;
    fl_arena arena;
    fl_batch *batch; /* shared memory of the columns; NULL for a schema */
    fl_buffer **buffers;
    fl_column **columns;
    int n_buffers, cap_buffers, n_columns, cap_columns;
} life;

static life *life_new(fl_batch *b) {
    life *l = fl_calloc(1, sizeof *l);
    atomic_init(&l->refs, 1);
    fl_arena_init(&l->arena);
    l->batch = b;
    return l;
}

static void life_unref(life *l) {
    if (atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) > 1) return;
    for (int i = 0; i < l->n_buffers; i++) fl_buffer_unref(l->buffers[i]);
    for (int i = 0; i < l->n_columns; i++) fl_column_unref(l->columns[i]);
    fl_batch_unref(l->batch);
    fl_arena_deinit(&l->arena);
    free(l);
}

static void release_schema(struct ArrowSchema *s) {
    for (int64_t i = 0; i < s->n_children; i++)
        if (s->children[i]->release != NULL) s->children[i]->release(s->children[i]);
    s->release = NULL;
    life_unref(s->private_data);
}

static void release_array(struct ArrowArray *a) {
    for (int64_t i = 0; i < a->n_children; i++)
        if (a->children[i]->release != NULL) a->children[i]->release(a->children[i]);
    a->release = NULL;
    life_unref(a->private_data);
}

/* A finished tree becomes the consumer's: every struct of it owns the life a little. */
static void hand_out_schema(struct ArrowSchema *s, life *l) {
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    s->release = release_schema;
    s->private_data = l;
    for (int64_t i = 0; i < s->n_children; i++) hand_out_schema(s->children[i], l);
}

static void hand_out_array(struct ArrowArray *a, life *l) {
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    a->release = release_array;
    a->private_data = l;
    for (int64_t i = 0; i < a->n_children; i++) hand_out_array(a->children[i], l);
}

/* ---- schemas out ---- */

static const char *timestamp_format(life *l, const fl_type *t) {
    char unit = fl_type_timestamp_unit(t) == 3 ? 'm' : fl_type_timestamp_unit(t) == 6 ? 'u' : 'n';
    return fl_arena_printf(&l->arena, "ts%c:%s", unit, t->kind == FL_T_TIMESTAMP_LTZ ? "UTC" : "");
}

static const char *decimal_format(life *l, const fl_type *t, int flags) {
    const char *width = fl_type_phys(t) == FL_P_I64 && (flags & FL_ARROW_DECIMAL64) ? ",64" : "";
    return fl_arena_printf(&l->arena, "d:%d,%d%s", t->precision, t->scale, width);
}

/* Arrow's format, or NULL for a type that does not leave the engine. */
static const char *format_of(life *l, const fl_type *t, int flags) {
    switch (t->kind) {
    case FL_T_NULL: return "n";
    case FL_T_BOOLEAN: return "b";
    case FL_T_TINYINT: return "c";
    case FL_T_SMALLINT: return "s";
    case FL_T_INT: return "i";
    case FL_T_BIGINT: return "l";
    case FL_T_FLOAT: return "f";
    case FL_T_DOUBLE: return "g";
    case FL_T_DECIMAL: return decimal_format(l, t, flags);
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_VARIANT: return flags & FL_ARROW_VIEWS ? "vu" : "u";
    case FL_T_BINARY:
    case FL_T_VARBINARY:
    case FL_T_RAW: return flags & FL_ARROW_VIEWS ? "vz" : "z";
    case FL_T_DATE: return "tdD";
    case FL_T_TIME: return "ttm";
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return timestamp_format(l, t);
    case FL_T_INTERVAL_MONTH: return "tiM";
    case FL_T_INTERVAL_DAY: return "tDm";
    case FL_T_ARRAY: return "+l";
    case FL_T_MAP:
    case FL_T_MULTISET: return "+m";
    case FL_T_ROW:
    case FL_T_STRUCTURED: return "+s";
    default: return NULL;
    }
}

/* Does the format alone not lead back to the type? */
static bool format_is_vague(const fl_type *t) {
    switch (t->kind) {
    case FL_T_VARCHAR:
    case FL_T_VARBINARY: return t->length != FL_LENGTH_MAX;
    case FL_T_CHAR:
    case FL_T_BINARY:
    case FL_T_MULTISET:
    case FL_T_STRUCTURED:
    case FL_T_RAW:
    case FL_T_VARIANT: return true;
    case FL_T_TIME: return t->precision != 3;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return t->precision != fl_type_timestamp_unit(t);
    default: return false;
    }
}

static void put_int32(fl_buf *b, int32_t x) { fl_buf_put(b, &x, sizeof x); }

/* Arrow's metadata: how many pairs, then length and bytes of each key and value, in the machine's own byte order. */
static const char *type_metadata(life *l, const fl_type *t) {
    fl_buf b;
    fl_buf_init(&b);
    const char *text = fl_type_name(&l->arena, t, FL_TYPE_DDL);
    put_int32(&b, 1);
    put_int32(&b, (int32_t)strlen(TYPE_KEY));
    fl_buf_puts(&b, TYPE_KEY);
    put_int32(&b, (int32_t)strlen(text));
    fl_buf_puts(&b, text);
    return fl_buf_finish(&b, &l->arena);
}

static struct ArrowSchema **new_schemas(life *l, int n) {
    struct ArrowSchema **s = FL_NEW_N(&l->arena, struct ArrowSchema *, n);
    for (int i = 0; i < n; i++) s[i] = FL_NEW(&l->arena, struct ArrowSchema);
    return s;
}

static int export_type(life *l, const char *name, const fl_type *t, int flags, struct ArrowSchema *out, fl_error *err);

/* The struct of keys and values that Arrow has between a map and its children. Arrow knows no NULL among keys. */
static int export_entries(life *l, const fl_type *t, int flags, struct ArrowSchema *out, fl_error *err) {
    const fl_type *key = t->fields[0].type,
                  *value = t->kind == FL_T_MAP ? t->fields[1].type : fl_type_of(FL_T_INT, false);
    *out = (struct ArrowSchema){.format = "+s", .name = "entries", .n_children = 2, .children = new_schemas(l, 2)};
    FL_TRY(export_type(l, "key", key, flags, out->children[0], err));
    if (key->nullable && key->n_fields == 0) out->children[0]->metadata = type_metadata(l, key);
    out->children[0]->flags &= ~ARROW_FLAG_NULLABLE;
    return export_type(l, "value", value, flags, out->children[1], err);
}

static int export_type(life *l, const char *name, const fl_type *t, int flags, struct ArrowSchema *out, fl_error *err) {
    const char *format = format_of(l, t, flags);
    if (format == NULL) return fl_fail(err, FL_ERR_ARROW_NO_FORM, name, fl_type_name(&l->arena, t, FL_TYPE_SUMMARY));
    *out = (struct ArrowSchema){.format = format,
                                .name = fl_arena_strdup(&l->arena, name),
                                .flags = t->nullable ? ARROW_FLAG_NULLABLE : 0,
                                .metadata = format_is_vague(t) ? type_metadata(l, t) : NULL};
    bool map = t->kind == FL_T_MAP || t->kind == FL_T_MULTISET;
    out->n_children = map ? 1 : t->n_fields;
    out->children = new_schemas(l, (int)out->n_children);
    if (map) return export_entries(l, t, flags, out->children[0], err);
    for (int i = 0; i < t->n_fields; i++) {
        const char *child = t->kind == FL_T_ARRAY ? "item" : t->fields[i].name;
        FL_TRY(export_type(l, child, t->fields[i].type, flags, out->children[i], err));
    }
    return 0;
}

int fl_arrow_export_schema(const fl_schema *s, int flags, struct ArrowSchema *out, fl_error *err) {
    life *l = life_new(NULL);
    struct ArrowSchema top = {.format = "+s", .name = "", .n_children = s->n, .children = new_schemas(l, s->n)};
    int rc = 0;
    for (int i = 0; rc == 0 && i < s->n; i++)
        rc = export_type(l, s->fields[i].name, s->fields[i].type, flags, top.children[i], err);
    if (rc == 0) {
        *out = top;
        hand_out_schema(out, l);
    }
    life_unref(l);
    return rc;
}

/* ---- rows out ---- */

/* The life's memory of `size` bytes. */
static void *new_memory(life *l, size_t size) {
    fl_buffer *b = fl_buffer_new(size);
    FL_PUSH(&l->arena, l->buffers, l->n_buffers, l->cap_buffers, b);
    return b->data;
}

static struct ArrowArray **new_arrays(life *l, int n) {
    struct ArrowArray **a = FL_NEW_N(&l->arena, struct ArrowArray *, n);
    for (int i = 0; i < n; i++) a[i] = FL_NEW(&l->arena, struct ArrowArray);
    return a;
}

static void set_buffers(life *l, struct ArrowArray *out, int n, const void *second, const void *third) {
    out->n_buffers = n;
    out->buffers = FL_NEW_N(&l->arena, const void *, FL_MAX(n, 3));
    out->buffers[1] = second;
    out->buffers[2] = third;
}

static int export_strings(life *l, const fl_column *c, struct ArrowArray *out, fl_error *err) {
    const fl_view *views = c->data;
    size_t total = 0;
    for (int i = 0; i < c->n; i++) total += views[i].n;
    if (total > INT32_MAX) return fl_fail(err, FL_ERR_ARROW_TEXT_TOO_LONG, total);
    int32_t *offsets = new_memory(l, sizeof *offsets * ((size_t)c->n + 1));
    char *bytes = new_memory(l, total);
    int32_t at = 0;
    for (int i = 0; i < c->n; i++) {
        offsets[i] = at;
        memcpy(bytes + at, fl_view_ptr(&views[i]), views[i].n);
        at += (int32_t)views[i].n;
    }
    offsets[c->n] = at;
    set_buffers(l, out, 3, offsets, bytes);
    return 0;
}

/* An Arrow view of more than 12 bytes: length, prefix, then buffer and offset where ours has a pointer. */
typedef struct arrow_view {
    int32_t n;
    char prefix[4];
    int32_t buffer, offset;
} arrow_view;

static int window_count(const fl_buffer *heap) { return (int)(heap->size >> WINDOW_BITS) + 1; }

/* The heap that holds p, searched from the one that held the last string. */
static int find_heap(const fl_column *c, const char *p, int guess) {
    for (int tries = 0; tries < c->n_heaps; tries++, guess = (guess + 1) % c->n_heaps) {
        const char *from = (const char *)c->heaps[guess]->data;
        if (p >= from && (size_t)(p - from) < c->heaps[guess]->size) return guess;
    }
    fl_assert(!"a view that points into a heap of its column");
}

static void export_views(life *l, const fl_column *c, struct ArrowArray *out) {
    const fl_view *from = c->data;
    arrow_view *to = new_memory(l, sizeof *to * (size_t)c->n);
    int32_t *first_window = FL_NEW_N(&l->arena, int32_t, c->n_heaps + 1);
    for (int h = 0; h < c->n_heaps; h++) first_window[h + 1] = first_window[h] + window_count(c->heaps[h]);
    for (int i = 0, heap = 0; i < c->n; i++) {
        memcpy(&to[i], &from[i], sizeof to[i]);
        if (from[i].n <= FL_VIEW_INLINE) continue;
        heap = find_heap(c, from[i].p, heap);
        size_t offset = (size_t)(from[i].p - (const char *)c->heaps[heap]->data);
        to[i].buffer = first_window[heap] + (int32_t)(offset >> WINDOW_BITS);
        to[i].offset = (int32_t)(offset & ((1u << WINDOW_BITS) - 1));
    }
    int windows = first_window[c->n_heaps];
    int64_t *sizes = new_memory(l, sizeof *sizes * (size_t)windows);
    set_buffers(l, out, 2 + windows + 1, to, NULL);
    for (int h = 0, w = 0; h < c->n_heaps; h++)
        for (size_t at = 0; w < first_window[h + 1]; w++, at += (size_t)1 << WINDOW_BITS) {
            out->buffers[2 + w] = c->heaps[h]->data + at;
            sizes[w] = (int64_t)(c->heaps[h]->size - at);
        }
    out->buffers[2 + windows] = sizes;
}

static void export_wide_decimals(life *l, const fl_column *c, struct ArrowArray *out) {
    fl_i128 *to = new_memory(l, sizeof *to * (size_t)c->n);
    for (int i = 0; i < c->n; i++) to[i] = FL_DATA(c, int64_t)[i];
    set_buffers(l, out, 2, to, NULL);
}

static int export_nanos(life *l, const fl_column *c, struct ArrowArray *out, fl_error *err) {
    int64_t *to = new_memory(l, sizeof *to * (size_t)c->n);
    for (int i = 0; i < c->n; i++) {
        fl_i128 x = fl_column_is_null(c, i) ? 0 : FL_DATA(c, fl_i128)[i];
        to[i] = (int64_t)x;
        if (to[i] != x) return fl_fail(err, FL_ERR_ARROW_TIMESTAMP_RANGE, c->type->precision);
    }
    set_buffers(l, out, 2, to, NULL);
    return 0;
}

static int export_column(life *l, const fl_column *c, int flags, struct ArrowArray *out, fl_error *err);

/* The rows of a list's child that its rows cover: all of it, or a slice that the life owns. */
static const fl_column *covered(life *l, fl_column *child, int at, int n) {
    if (at == 0 && n == child->n) return child;
    fl_column *slice = fl_column_slice(child, at, n);
    FL_PUSH(&l->arena, l->columns, l->n_columns, l->cap_columns, slice);
    return slice;
}

static int export_list(life *l, const fl_column *c, int flags, struct ArrowArray *out, fl_error *err) {
    const int32_t *offsets = c->data;
    int32_t first = offsets[0], n = offsets[c->n] - first;
    if (first != 0) {
        int32_t *shifted = new_memory(l, sizeof *shifted * ((size_t)c->n + 1));
        for (int i = 0; i <= c->n; i++) shifted[i] = offsets[i] - first;
        offsets = shifted;
    }
    set_buffers(l, out, 2, offsets, NULL);
    out->n_children = 1;
    out->children = new_arrays(l, 1);
    if (c->phys == FL_P_LIST) return export_column(l, covered(l, c->child[0], first, n), flags, out->children[0], err);
    struct ArrowArray *entries = out->children[0];
    *entries = (struct ArrowArray){.length = n, .n_children = 2, .children = new_arrays(l, 2)};
    set_buffers(l, entries, 1, NULL, NULL);
    for (int k = 0; k < 2; k++)
        FL_TRY(export_column(l, covered(l, c->child[k], first, n), flags, entries->children[k], err));
    if (entries->children[0]->null_count == 0) return 0;
    return fl_fail(err, FL_ERR_ARROW_NULL_MAP_KEY); /* consumers may abort */
}

static int export_row(life *l, const fl_column *c, int flags, struct ArrowArray *out, fl_error *err) {
    set_buffers(l, out, 1, NULL, NULL);
    out->n_children = c->n_children;
    out->children = new_arrays(l, c->n_children);
    for (int k = 0; k < c->n_children; k++) FL_TRY(export_column(l, c->child[k], flags, out->children[k], err));
    return 0;
}

static int export_values(life *l, const fl_column *c, int flags, struct ArrowArray *out, fl_error *err) {
    switch (c->phys) {
    case FL_P_NONE: set_buffers(l, out, 0, NULL, NULL); return 0;
    case FL_P_VIEW:
        if (!(flags & FL_ARROW_VIEWS)) return export_strings(l, c, out, err);
        export_views(l, c, out);
        return 0;
    case FL_P_LIST:
    case FL_P_MAP: return export_list(l, c, flags, out, err);
    case FL_P_ROW: return export_row(l, c, flags, out, err);
    case FL_P_I64:
        if (c->type->kind != FL_T_DECIMAL || (flags & FL_ARROW_DECIMAL64)) break;
        export_wide_decimals(l, c, out);
        return 0;
    case FL_P_I128:
        if (c->type->kind == FL_T_DECIMAL) break;
        return export_nanos(l, c, out, err);
    case FL_P_OBJECT: return fl_fail(err, FL_ERR_ARROW_NO_OBJECTS, c->type->object->name);
    default: break;
    }
    set_buffers(l, out, 2, c->data, NULL);
    return 0;
}

/* A VARIANT column as JSON texts, which the life owns. */
static const fl_column *printed(life *l, const fl_column *c) {
    fl_column *texts = fl_column_new(fl_type_string(true), c->n);
    FL_PUSH(&l->arena, l->columns, l->n_columns, l->cap_columns, texts);
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < c->n; i++) {
        fl_buf_reset(&b);
        if (!fl_column_is_null(c, i)) fl_text_java(&b, c, i);
        if (fl_column_is_null(c, i))
            fl_column_append_null(texts);
        else
            fl_column_append_str(texts, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    return texts;
}

static int export_column(life *l, const fl_column *c, int flags, struct ArrowArray *out, fl_error *err) {
    if (c->type->kind == FL_T_VARIANT) c = printed(l, c);
    *out = (struct ArrowArray){.length = c->n};
    FL_TRY(export_values(l, c, flags, out, err));
    out->null_count = c->phys == FL_P_NONE ? c->n : c->valid != NULL ? c->n - fl_bitmap_count(c->valid, c->n) : 0;
    if (out->null_count > 0 && c->phys != FL_P_NONE) out->buffers[0] = c->valid;
    return 0;
}

int fl_arrow_export_batch(fl_batch *b, const fl_schema *s, int flags, struct ArrowArray *out, fl_error *err) {
    fl_assert(b->n_cols == s->n);
    fl_batch *flat = fl_batch_compact(b);
    life *l = life_new(flat);
    struct ArrowArray top = {.length = flat->n, .n_children = s->n, .children = new_arrays(l, s->n)};
    set_buffers(l, &top, 1, NULL, NULL);
    int rc = 0;
    for (int i = 0; rc == 0 && i < s->n; i++) {
        rc = export_column(l, flat->cols[i], flags, top.children[i], err);
        if (rc < 0) fl_error_prefix(err, FL_AT_ARROW_AT_COLUMN, s->fields[i].name);
    }
    if (rc == 0) {
        *out = top;
        hand_out_array(out, l);
    }
    life_unref(l);
    return rc;
}

/* ==== in ==== */

/* ---- loops that change values: `from` need not be aligned, NULL rows become zero ---- */

/* False if a value has no form here. */
typedef bool change_fn(void *to, const void *from, const uint8_t *valid, int n);

#define CHANGE(name, in, out, ok, expr)                                                                                \
    static bool name(void *to, const void *from, const uint8_t *valid, int n) {                                        \
        for (int i = 0; i < n; i++) {                                                                                  \
            in x = 0;                                                                                                  \
            if (valid == NULL || fl_bit(valid, i)) memcpy(&x, (const char *)from + sizeof x * (size_t)i, sizeof x);    \
            if (!(ok)) return false;                                                                                   \
            ((out *)to)[i] = (out)(expr);                                                                              \
        }                                                                                                              \
        return true;                                                                                                   \
    }

#define MS_PER_DAY           86400000LL
#define FLOOR_DIV(x, y)      ((x) / (y) - ((x) % (y) < 0))
#define IN_DAY(x, in_second) ((x) >= 0 && (x) < 86400LL * (in_second))

CHANGE(u8_to_i16, uint8_t, int16_t, true, x)
CHANGE(u16_to_i32, uint16_t, int32_t, true, x)
CHANGE(u32_to_i64, uint32_t, int64_t, true, x)
CHANGE(u64_to_i128, uint64_t, fl_i128, true, x)
CHANGE(i32_to_i64, int32_t, int64_t, true, x)
CHANGE(i32_to_i128, int32_t, fl_i128, true, x)
CHANGE(i64_to_i128, int64_t, fl_i128, true, x)
CHANGE(i128_to_i64, fl_i128, int64_t, (int64_t)x == x, x)
CHANGE(ms_to_days, int64_t, int32_t, (int32_t)FLOOR_DIV(x, MS_PER_DAY) == FLOOR_DIV(x, MS_PER_DAY),
       FLOOR_DIV(x, MS_PER_DAY))
CHANGE(time_from_s, int32_t, int32_t, IN_DAY(x, 1), x * 1000)
CHANGE(time_from_us, int64_t, int32_t, IN_DAY(x, 1000000), x / 1000)
CHANGE(time_from_ns, int64_t, int32_t, IN_DAY(x, 1000000000), x / 1000000)
CHANGE(s_to_ms, int64_t, int64_t, x <= INT64_MAX / 1000 && x >= INT64_MIN / 1000, x * 1000)
CHANGE(us_to_ms, int64_t, int64_t, true, FLOOR_DIV(x, 1000))
CHANGE(ns_to_ms, int64_t, int64_t, true, FLOOR_DIV(x, 1000000))
CHANGE(days_and_ms, uint64_t, int64_t, true, MS_PER_DAY *(int32_t)x + (int32_t)(x >> 32))

/* ---- formats ---- */

typedef enum layout {
    L_NONE,
    L_BITS,
    L_FIXED,  /* values of one size: shared, or sent through a change_fn */
    L_TEXT32, /* offsets and bytes */
    L_TEXT64,
    L_VIEWS,
    L_CHUNKS, /* bytes, so many for each value */
    L_LIST32, /* offsets and a child; from here on types are nested */
    L_LIST64,
    L_GROUPS, /* a child, so many rows of it for each value */
    L_MAP,
    L_STRUCT,
} layout;

typedef struct form {
    const char *format;
    fl_type_kind kind;
    int precision, scale; /* of the type */
    layout layout;
    int size; /* L_FIXED: bytes of a value as it comes; L_CHUNKS, L_GROUPS: how many */
    change_fn *change;
} form;

/* A format that ends in ':' goes on with a time zone, which may be empty. */
static const form formats[] = {
    {"n", FL_T_NULL, .layout = L_NONE},
    {"b", FL_T_BOOLEAN, .layout = L_BITS},
    {"c", FL_T_TINYINT, .layout = L_FIXED, .size = 1},
    {"C", FL_T_SMALLINT, .layout = L_FIXED, .size = 1, .change = u8_to_i16},
    {"s", FL_T_SMALLINT, .layout = L_FIXED, .size = 2},
    {"S", FL_T_INT, .layout = L_FIXED, .size = 2, .change = u16_to_i32},
    {"i", FL_T_INT, .layout = L_FIXED, .size = 4},
    {"I", FL_T_BIGINT, .layout = L_FIXED, .size = 4, .change = u32_to_i64},
    {"l", FL_T_BIGINT, .layout = L_FIXED, .size = 8},
    {"L", FL_T_DECIMAL, 20, 0, .layout = L_FIXED, .size = 8, .change = u64_to_i128},
    {"f", FL_T_FLOAT, .layout = L_FIXED, .size = 4},
    {"g", FL_T_DOUBLE, .layout = L_FIXED, .size = 8},
    {"u", FL_T_VARCHAR, .layout = L_TEXT32},
    {"U", FL_T_VARCHAR, .layout = L_TEXT64},
    {"vu", FL_T_VARCHAR, .layout = L_VIEWS},
    {"z", FL_T_VARBINARY, .layout = L_TEXT32},
    {"Z", FL_T_VARBINARY, .layout = L_TEXT64},
    {"vz", FL_T_VARBINARY, .layout = L_VIEWS},
    {"tdD", FL_T_DATE, .layout = L_FIXED, .size = 4},
    {"tdm", FL_T_DATE, .layout = L_FIXED, .size = 8, .change = ms_to_days},
    {"tts", FL_T_TIME, 0, .layout = L_FIXED, .size = 4, .change = time_from_s},
    {"ttm", FL_T_TIME, 3, .layout = L_FIXED, .size = 4},
    {"ttu", FL_T_TIME, 6, .layout = L_FIXED, .size = 8, .change = time_from_us},
    {"ttn", FL_T_TIME, 9, .layout = L_FIXED, .size = 8, .change = time_from_ns},
    {"tss:", FL_T_TIMESTAMP, 0, .layout = L_FIXED, .size = 8, .change = s_to_ms},
    {"tsm:", FL_T_TIMESTAMP, 3, .layout = L_FIXED, .size = 8},
    {"tsu:", FL_T_TIMESTAMP, 6, .layout = L_FIXED, .size = 8},
    {"tsn:", FL_T_TIMESTAMP, 9, .layout = L_FIXED, .size = 8, .change = i64_to_i128},
    {"tDs", FL_T_INTERVAL_DAY, .layout = L_FIXED, .size = 8, .change = s_to_ms},
    {"tDm", FL_T_INTERVAL_DAY, .layout = L_FIXED, .size = 8},
    {"tDu", FL_T_INTERVAL_DAY, .layout = L_FIXED, .size = 8, .change = us_to_ms},
    {"tDn", FL_T_INTERVAL_DAY, .layout = L_FIXED, .size = 8, .change = ns_to_ms},
    {"tiM", FL_T_INTERVAL_MONTH, .layout = L_FIXED, .size = 4},
    {"tiD", FL_T_INTERVAL_DAY, .layout = L_FIXED, .size = 8, .change = days_and_ms},
    {"+l", FL_T_ARRAY, .layout = L_LIST32},
    {"+L", FL_T_ARRAY, .layout = L_LIST64},
    {"+m", FL_T_MAP, .layout = L_MAP},
    {"+s", FL_T_ROW, .layout = L_STRUCT},
};

static bool read_number(const char **p, int *out) {
    const char *from = *p;
    for (*out = 0; **p >= '0' && **p <= '9' && *p - from < 9; ++*p) *out = *out * 10 + (**p - '0');
    return *p > from;
}

/* d:precision,scale[,bits] */
static bool decimal_form(const char *p, form *f) {
    int bits = 128;
    *f = (form){"d:", FL_T_DECIMAL, .layout = L_FIXED};
    if (strncmp(p, "d:", 2) != 0) return false;
    p += 2;
    if (!read_number(&p, &f->precision) || *p++ != ',' || !read_number(&p, &f->scale)) return false;
    if (*p == ',') {
        p++;
        if (!read_number(&p, &bits)) return false;
    }
    if (*p != '\0' || f->precision < 1 || f->precision > FL_DECIMAL_PRECISION_MAX || f->scale > f->precision)
        return false;
    bool narrow = f->precision <= 18;
    f->size = bits / 8;
    f->change = bits == 32                    ? (narrow ? i32_to_i64 : i32_to_i128)
                : bits == (narrow ? 64 : 128) ? NULL
                : bits == 64                  ? i64_to_i128
                                              : i128_to_i64;
    return bits == 32 || bits == 64 || bits == 128;
}

/* w:bytes or +w:rows */
static bool sized_form(const char *p, form *f) {
    bool list = *p == '+';
    *f = (form){list ? "+w:" : "w:", list ? FL_T_ARRAY : FL_T_BINARY, .layout = list ? L_GROUPS : L_CHUNKS};
    p += list;
    if (strncmp(p, "w:", 2) != 0) return false;
    p += 2;
    return read_number(&p, &f->size) && *p == '\0';
}

static bool table_form(const char *format, form *f) {
    for (size_t i = 0; i < FL_ARRAY_LEN(formats); i++) {
        size_t n = strlen(formats[i].format);
        bool zoned = formats[i].format[n - 1] == ':';
        if (strncmp(format, formats[i].format, n) != 0 || (!zoned && format[n] != '\0')) continue;
        *f = formats[i];
        if (zoned && format[n] != '\0') f->kind = FL_T_TIMESTAMP_LTZ;
        return true;
    }
    return false;
}

static const char *name_of(const struct ArrowSchema *in) { return in->name != NULL ? in->name : ""; }

static int64_t children_of(const form *f, const struct ArrowSchema *in) {
    switch (f->layout) {
    case L_LIST32:
    case L_LIST64:
    case L_GROUPS:
    case L_MAP: return 1;
    case L_STRUCT: return in->n_children;
    default: return 0;
    }
}

static int find_form(const struct ArrowSchema *in, form *f, fl_error *err) {
    if (in->format == NULL) return fl_fail(err, FL_ERR_ARROW_NO_FORMAT, name_of(in));
    if (!table_form(in->format, f) && !decimal_form(in->format, f) && !sized_form(in->format, f))
        return fl_fail(err, FL_ERR_ARROW_UNKNOWN_FORMAT, in->format, name_of(in));
    bool ok = in->n_children == children_of(f, in) && in->n_children >= 0 && in->n_children < CHILD_ROWS_MAX;
    for (int64_t i = 0; ok && i < in->n_children; i++) ok = in->children != NULL && in->children[i] != NULL;
    if (!ok) return fl_fail(err, FL_ERR_ARROW_WRONG_CHILDREN, in->format, name_of(in));
    return 0;
}

/* ---- schemas in ---- */

/* The value of a key in Arrow's metadata; empty if it is not there. */
static fl_str metadata_value(const char *p, const char *key) {
    int32_t pairs = 0, n[2];
    const char *text[2];
    if (p != NULL) memcpy(&pairs, p, sizeof pairs), p += sizeof pairs;
    for (int32_t i = 0; i < pairs; i++) {
        for (int k = 0; k < 2; k++) {
            memcpy(&n[k], p, sizeof n[k]);
            if (n[k] < 0) return fl_str_make("", 0);
            text[k] = p + sizeof n[k];
            p = text[k] + n[k];
        }
        if (fl_str_is(fl_str_make(text[0], (size_t)n[0]), key)) return fl_str_make(text[1], (size_t)n[1]);
    }
    return fl_str_make("", 0);
}

/* The type that the metadata tells, if values of Arrow's type `t` can be taken for it; else t itself. */
static const fl_type *with_metadata(fl_arena *a, const struct ArrowSchema *in, const fl_type *t) {
    fl_str text = metadata_value(in->metadata, TYPE_KEY);
    const fl_type *told;
    size_t used;
    fl_error ignored;
    if (text.n == 0 || fl_type_parse(a, text, false, &told, &used, &ignored) < 0 || used != text.n) return t;
    bool nullable = t->nullable || told->nullable;
    if (told->kind == FL_T_MULTISET && t->kind == FL_T_MAP && t->fields[1].type->kind == FL_T_INT)
        return fl_type_multiset(a, t->fields[0].type, t->nullable);
    if (told->kind == FL_T_STRUCTURED && t->kind == FL_T_ROW) {
        fl_type *s = FL_NEW(a, fl_type);
        *s = *t;
        s->kind = FL_T_STRUCTURED;
        s->class_name = told->class_name;
        return s;
    }
    bool raw = told->kind == FL_T_RAW && fl_type_is_binary(t);
    if (raw || (told->n_fields == 0 && fl_type_same_layout(told, t))) return fl_type_nullable(a, told, nullable);
    return t;
}

static int import_type(fl_arena *a, const struct ArrowSchema *in, int depth, const fl_type **out, fl_error *err);

static int import_fields(fl_arena *a, const struct ArrowSchema *in, int depth, fl_field *fields, fl_error *err) {
    for (int64_t i = 0; i < in->n_children; i++) {
        const char *name = name_of(in->children[i]);
        fields[i].name = name[0] != '\0' ? fl_arena_strdup(a, name) : fl_arena_printf(a, "f%d", (int)i);
        FL_TRY(import_type(a, in->children[i], depth + 1, &fields[i].type, err));
    }
    return 0;
}

static int import_nested(fl_arena *a, const struct ArrowSchema *in, const form *f, int depth, const fl_type **out,
                         fl_error *err) {
    bool nullable = in->flags & ARROW_FLAG_NULLABLE;
    form entries;
    if (f->layout == L_MAP) {
        in = in->children[0];
        FL_TRY(find_form(in, &entries, err));
        if (entries.layout != L_STRUCT || in->n_children != 2 || in->dictionary != NULL)
            return fl_fail(err, FL_ERR_ARROW_BAD_MAP);
    }
    fl_field *fields = FL_NEW_N(a, fl_field, in->n_children);
    FL_TRY(import_fields(a, in, depth, fields, err));
    *out = f->layout == L_MAP      ? fl_type_map(a, fields[0].type, fields[1].type, nullable)
           : f->layout == L_STRUCT ? fl_type_row(a, fields, (int)in->n_children, nullable)
                                   : fl_type_array(a, fields[0].type, nullable);
    return 0;
}

static const fl_type *flat_type(fl_arena *a, const form *f, bool nullable) {
    switch (f->kind) {
    case FL_T_VARCHAR: return fl_type_string(nullable);
    case FL_T_VARBINARY: return fl_type_bytes(nullable);
    case FL_T_BINARY: return fl_type_text(a, f->kind, f->size, nullable);
    case FL_T_DECIMAL: return fl_type_decimal(a, f->precision, f->scale, nullable);
    case FL_T_TIME:
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return fl_type_time(a, f->kind, f->precision, nullable);
    default: return fl_type_of(f->kind, nullable);
    }
}

static bool is_index_format(const char *f) {
    return f != NULL && f[0] != '\0' && f[1] == '\0' && strchr("cCsSiIlL", f[0]);
}

static int import_type(fl_arena *a, const struct ArrowSchema *in, int depth, const fl_type **out, fl_error *err) {
    bool nullable = in->flags & ARROW_FLAG_NULLABLE;
    form f;
    if (depth > FL_TYPE_DEPTH_MAX) return fl_fail(err, FL_ERR_ARROW_TOO_DEEP, name_of(in), FL_TYPE_DEPTH_MAX);
    FL_TRY(find_form(in, &f, err));
    if (in->dictionary != NULL) {
        if (!is_index_format(in->format)) return fl_fail(err, FL_ERR_ARROW_BAD_DICTIONARY, name_of(in), in->format);
        FL_TRY(import_type(a, in->dictionary, depth + 1, out, err));
        *out = fl_type_nullable(a, *out, nullable);
    } else if (f.layout >= L_LIST32) {
        FL_TRY(import_nested(a, in, &f, depth, out, err));
    } else {
        *out = flat_type(a, &f, nullable);
    }
    *out = with_metadata(a, in, *out);
    return 0;
}

int fl_arrow_import_schema(fl_arena *a, const struct ArrowSchema *in, fl_schema *out, fl_error *err) {
    form f;
    FL_TRY(find_form(in, &f, err));
    if (f.layout != L_STRUCT || in->dictionary != NULL) return fl_fail(err, FL_ERR_ARROW_NO_STRUCT, in->format);
    fl_field *fields = FL_NEW_N(a, fl_field, in->n_children);
    FL_TRY(import_fields(a, in, 0, fields, err));
    *out = (fl_schema){(int)in->n_children, fields};
    return 0;
}

/* ---- rows in ---- */

/* Where values come from: one node of Arrow's two trees, looked up and checked, and the rows wanted of it. */
typedef struct source {
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    form form;
    fl_buffer *keep;
    int64_t row; /* first row wanted, counted from the start of the buffers */
    int n;
} source;

static int import_rows(const source *parent, const struct ArrowSchema *schema, const struct ArrowArray *array,
                       const fl_type *t, int64_t at, int n, fl_column **out, fl_error *err);

static int malformed(const struct ArrowSchema *s, const char *what, fl_error *err) {
    return fl_fail(err, FL_ERR_ARROW_MALFORMED, s->format, what);
}

static bool buffers_fit(layout l, const struct ArrowArray *a) {
    switch (l) {
    case L_NONE: return true;
    case L_STRUCT:
    case L_GROUPS: return a->n_buffers == 1 && a->buffers != NULL;
    case L_TEXT32:
    case L_TEXT64: return a->n_buffers == 3 && a->buffers != NULL;
    case L_VIEWS: return a->n_buffers >= 3 && a->n_buffers < CHILD_ROWS_MAX && a->buffers != NULL;
    default: return a->n_buffers == 2 && a->buffers != NULL && (a->buffers[1] != NULL || a->length == 0);
    }
}

static int open_source(source *s, const struct ArrowSchema *schema, const struct ArrowArray *a, fl_buffer *keep,
                       int64_t at, int n, fl_error *err) {
    *s = (source){.schema = schema, .array = a, .keep = keep, .n = n};
    FL_TRY(find_form(schema, &s->form, err));
    if (a == NULL) return malformed(schema, "a child is missing", err);
    if (a->length < 0 || a->offset < 0 || a->offset > INT64_MAX / 64 - a->length)
        return malformed(schema, "impossible length or offset", err);
    if (at < 0 || n < 0 || at > a->length - n) return malformed(schema, "fewer rows than are needed", err);
    if (a->n_children != schema->n_children || (a->n_children > 0 && a->children == NULL))
        return malformed(schema, "wrong number of children", err);
    if ((a->dictionary != NULL) != (schema->dictionary != NULL))
        return malformed(schema, "a dictionary without its type", err);
    if (!buffers_fit(s->form.layout, a)) return malformed(schema, "wrong number of buffers", err);
    s->row = a->offset + at;
    return 0;
}

static void release_keep(fl_buffer *b) { fl_buffer_unref(b->owner); }

/* Foreign memory that lives as long as the array it belongs to. */
static fl_buffer *share_memory(const source *s, const void *p, size_t size) {
    return fl_buffer_wrap((void *)(uintptr_t)p, size, release_keep, fl_buffer_ref(s->keep));
}

/* The wanted bits of a foreign bitmap in memory of our own, which may be read in words as the foreign one may not. */
static fl_buffer *copy_bits(const source *s, const uint8_t *bits) {
    int shift = (int)(s->row % 8);
    size_t n = ((size_t)shift + (size_t)s->n + 7) / 8;
    fl_buffer *copy = fl_buffer_new(fl_bitmap_bytes(shift + s->n));
    memcpy(copy->data, bits + s->row / 8, n);
    if (shift == 0) return copy;
    fl_buffer *aligned = fl_buffer_new(fl_bitmap_bytes(s->n));
    fl_bitmap_copy(aligned->data, 0, copy->data, shift, s->n);
    fl_buffer_unref(copy);
    return aligned;
}

/* NULL if no row is NULL. */
static int import_validity(const source *s, fl_buffer **out, fl_error *err) {
    const struct ArrowArray *a = s->array;
    *out = NULL;
    if (a->null_count == 0 || s->n == 0 || s->form.layout == L_NONE) return 0;
    if (a->buffers[0] == NULL) return a->null_count > 0 ? malformed(s->schema, "nulls without a bitmap", err) : 0;
    fl_buffer *bits = copy_bits(s, a->buffers[0]);
    if (fl_bitmap_count(bits->data, s->n) < s->n)
        *out = bits;
    else
        fl_buffer_unref(bits);
    return 0;
}

static fl_i128 power_of_ten(int n) {
    fl_i128 x = 1;
    while (n-- > 0) x *= 10;
    return x;
}

/* Puts other memory under a column. Takes the buffer. */
static void set_memory(fl_column *c, fl_buffer *data, void *p) {
    fl_buffer_unref(c->data_buf);
    c->data_buf = data;
    c->data = p;
}

/* ---- flat rows in: each fills a column that has its rows and its validity, but neither memory nor children ---- */

/* What the engine relies on, beyond the number of bits: times lie within a day, decimals have their digits. */
static bool in_range(const fl_column *c) {
    fl_i128 most = MS_PER_DAY - 1, least = 0;
    if (c->type->kind == FL_T_DECIMAL) most = power_of_ten(c->type->precision) - 1, least = -most;
#define IN_RANGE(type)                                                                                                 \
    for (int i = 0; i < c->n; i++)                                                                                     \
        if (FL_UNLIKELY(FL_DATA(c, type)[i] > most || FL_DATA(c, type)[i] < least) && !fl_column_is_null(c, i))        \
            return false;                                                                                              \
    return true
    if (c->phys == FL_P_I32) {
        IN_RANGE(int32_t);
    } else if (c->phys == FL_P_I64) {
        IN_RANGE(int64_t);
    } else {
        IN_RANGE(fl_i128);
    }
#undef IN_RANGE
}

static int import_fixed(const source *s, fl_column *c, fl_error *err) {
    size_t size = (size_t)fl_phys_size(c->phys), bytes = size * (size_t)s->n;
    const char *from = s->array->buffers[1];
    bool ok = true;
    if (s->n == 0) return 0;
    from += s->row * s->form.size;
    fl_assert(s->form.change != NULL || (int)size == s->form.size);
    fl_buffer *data;
    if (s->form.change == NULL && (uintptr_t)from % size == 0) {
        data = share_memory(s, from, bytes);
    } else {
        data = fl_buffer_new(bytes);
        if (s->form.change != NULL)
            ok = s->form.change(data->data, from, c->valid, s->n);
        else
            memcpy(data->data, from, bytes);
    }
    set_memory(c, data, data->data);
    if (ok && ((c->type->kind != FL_T_TIME && c->type->kind != FL_T_DECIMAL) || in_range(c))) return 0;
    return fl_fail(err, FL_ERR_ARROW_OUT_OF_RANGE, s->schema->format);
}

static void import_bits(const source *s, fl_column *c) {
    if (s->n == 0) return;
    fl_buffer *bits = copy_bits(s, s->array->buffers[1]);
    set_memory(c, bits, bits->data);
}

static int64_t offset_at(const source *s, int i) {
    const char *offsets = s->array->buffers[1];
    if (s->form.layout == L_TEXT64 || s->form.layout == L_LIST64) {
        int64_t x;
        memcpy(&x, offsets + (s->row + i) * (int64_t)sizeof x, sizeof x);
        return x;
    }
    int32_t x;
    memcpy(&x, offsets + (s->row + i) * (int64_t)sizeof x, sizeof x);
    return x;
}

/* Offsets of the wanted rows begin at 0 or above and never fall. */
static int check_offsets(const source *s, fl_error *err) {
    if (s->array->buffers[1] == NULL || offset_at(s, 0) < 0) return malformed(s->schema, "bad offsets", err);
    for (int i = 0; i < s->n; i++)
        if (offset_at(s, i) > offset_at(s, i + 1)) return malformed(s->schema, "offsets that fall", err);
    return 0;
}

static void new_views(fl_column *c) {
    fl_buffer *views = fl_buffer_new(sizeof(fl_view) * (size_t)c->n);
    set_memory(c, views, views->data);
}

/* False for a string of 2^31 bytes or more. */
static bool put_view(fl_column *c, int i, const char *p, int64_t n) {
    if (n > INT32_MAX) return false;
    FL_DATA(c, fl_view)[i] = fl_column_is_null(c, i) ? (fl_view){0} : fl_view_make(p, (uint32_t)n);
    return true;
}

static void add_heap(const source *s, fl_column *c, const char *p, int64_t n) {
    if (n <= FL_VIEW_INLINE) return;
    fl_buffer *heap = share_memory(s, p, (size_t)n);
    fl_column_add_heap(c, heap);
    fl_buffer_unref(heap);
}

static int import_text(const source *s, fl_column *c, fl_error *err) {
    const char *bytes = s->array->buffers[2];
    if (s->n == 0) return 0;
    FL_TRY(check_offsets(s, err));
    int64_t first = offset_at(s, 0), end = offset_at(s, s->n);
    if (bytes == NULL && end > first) return malformed(s->schema, "text is missing", err);
    if (bytes == NULL) bytes = "";
    new_views(c);
    for (int i = 0; i < s->n; i++) {
        int64_t at = offset_at(s, i);
        if (!put_view(c, i, bytes + at, offset_at(s, i + 1) - at)) return malformed(s->schema, "a text too long", err);
    }
    add_heap(s, c, bytes + first, end - first);
    return 0;
}

static int import_chunks(const source *s, fl_column *c, fl_error *err) {
    int64_t size = s->form.size, end;
    if (s->n == 0) return 0;
    if (__builtin_mul_overflow(s->row + s->n, size, &end)) return malformed(s->schema, "impossible offset", err);
    const char *bytes = (const char *)s->array->buffers[1] + s->row * size;
    new_views(c);
    for (int i = 0; i < s->n; i++) put_view(c, i, bytes + i * size, size);
    if (size > FL_VIEW_INLINE) add_heap(s, c, bytes, s->n * size);
    return 0;
}

/* One Arrow view; `sizes` are those of the buffers, the first of which is buffers[2]. */
static bool import_view(const source *s, const arrow_view *v, const int64_t *sizes, fl_column *c, int i) {
    int64_t n_buffers = s->array->n_buffers - 3;
    if (v->n < 0) return false;
    if (v->n <= FL_VIEW_INLINE) return put_view(c, i, (const char *)v + offsetof(arrow_view, prefix), v->n);
    if (v->buffer < 0 || v->buffer >= n_buffers || v->offset < 0) return false;
    const char *bytes = s->array->buffers[2 + v->buffer];
    if (bytes == NULL || v->offset > sizes[v->buffer] - v->n) return false;
    return put_view(c, i, bytes + v->offset, v->n);
}

static int import_views(const source *s, fl_column *c, fl_error *err) {
    int64_t n_buffers = s->array->n_buffers - 3;
    const char *views = s->array->buffers[1];
    const int64_t *sizes = s->array->buffers[s->array->n_buffers - 1];
    if (s->n == 0) return 0;
    if (views == NULL || (sizes == NULL && n_buffers > 0)) return malformed(s->schema, "views are missing", err);
    new_views(c);
    for (int i = 0; i < s->n; i++) {
        arrow_view v = {0};
        if (!fl_column_is_null(c, i)) memcpy(&v, views + (s->row + i) * (int64_t)sizeof v, sizeof v);
        if (!import_view(s, &v, sizes, c, i)) return malformed(s->schema, "a view outside its buffers", err);
    }
    for (int64_t k = 0; k < n_buffers; k++)
        if (s->array->buffers[2 + k] != NULL) add_heap(s, c, s->array->buffers[2 + k], sizes[k]);
    return 0;
}

/* ---- nested rows in ---- */

/* Rows [at, at + n) of child k of Arrow's `schema` and `array` become child k of the column. */
static int import_child(const source *s, const struct ArrowSchema *schema, const struct ArrowArray *array, int k,
                        int64_t at, int n, fl_column *c, fl_error *err) {
    fl_column *child;
    FL_TRY(import_rows(s, schema->children[k], array->children[k], c->child[k]->type, at, n, &child, err));
    fl_column_unref(c->child[k]);
    c->child[k] = child;
    return 0;
}

static int check_child_rows(const source *s, int64_t n, fl_error *err) {
    if (n <= CHILD_ROWS_MAX) return 0;
    return fl_fail(err, FL_ERR_ARROW_TOO_MANY, (long long)n, s->n, s->schema->format);
}

/* The wanted offsets, counted from the first of them: shared if that is 0 already. */
static void import_offsets(const source *s, fl_column *c) {
    const int32_t *from = s->array->buffers[1];
    size_t bytes = sizeof *from * ((size_t)s->n + 1);
    fl_buffer *b;
    if (s->form.layout != L_LIST64 && (uintptr_t)from % sizeof *from == 0 && offset_at(s, 0) == 0) {
        b = share_memory(s, from + s->row, bytes);
    } else {
        b = fl_buffer_new(bytes);
        for (int i = 0; i <= s->n; i++) ((int32_t *)b->data)[i] = (int32_t)(offset_at(s, i) - offset_at(s, 0));
    }
    set_memory(c, b, b->data);
}

/* The struct between a map and its keys and values: no row of it may be NULL. */
static int import_entries(const source *map, int64_t at, int n, fl_column *c, fl_error *err) {
    source s;
    fl_buffer *nulls;
    FL_TRY(open_source(&s, map->schema->children[0], map->array->children[0], map->keep, at, n, err));
    FL_TRY(import_validity(&s, &nulls, err));
    fl_buffer_unref(nulls);
    if (nulls != NULL) return malformed(s.schema, "an entry of a map is NULL", err);
    for (int k = 0; k < 2; k++) FL_TRY(import_child(&s, s.schema, s.array, k, s.row, n, c, err));
    return 0;
}

static int import_list(const source *s, fl_column *c, fl_error *err) {
    if (s->n == 0) return 0;
    FL_TRY(check_offsets(s, err));
    int64_t first = offset_at(s, 0), n = offset_at(s, s->n) - first;
    FL_TRY(check_child_rows(s, n, err));
    import_offsets(s, c);
    if (s->form.layout == L_MAP) return import_entries(s, first, (int)n, c, err);
    return import_child(s, s->schema, s->array, 0, first, (int)n, c, err);
}

static int import_groups(const source *s, fl_column *c, fl_error *err) {
    int64_t size = s->form.size, end;
    if (s->n == 0) return 0;
    if (__builtin_mul_overflow(s->row + s->n, size, &end)) return malformed(s->schema, "impossible offset", err);
    FL_TRY(check_child_rows(s, s->n * size, err));
    fl_buffer *b = fl_buffer_new(sizeof(int32_t) * ((size_t)s->n + 1));
    for (int i = 0; i <= s->n; i++) ((int32_t *)b->data)[i] = (int32_t)(i * size);
    set_memory(c, b, b->data);
    return import_child(s, s->schema, s->array, 0, s->row * size, (int)(s->n * size), c, err);
}

static int import_struct(const source *s, fl_column *c, fl_error *err) {
    for (int k = 0; k < c->n_children; k++) FL_TRY(import_child(s, s->schema, s->array, k, s->row, s->n, c, err));
    return 0;
}

/* ---- dictionaries ---- */

/* The index in row i: -1 if it is outside the dictionary, whatever its width. */
static int64_t index_at(const source *s, int i, int64_t entries) {
    int64_t x = 0, row = s->row + i;
    const char *p = s->array->buffers[1];
    switch (s->schema->format[0]) {
#define INDEX(format, type)                                                                                            \
    case format: {                                                                                                     \
        type y;                                                                                                        \
        memcpy(&y, p + row * (int64_t)sizeof y, sizeof y);                                                             \
        x = (int64_t)y;                                                                                                \
        break;                                                                                                         \
    }
        INDEX('c', int8_t)
        INDEX('C', uint8_t)
        INDEX('s', int16_t)
        INDEX('S', uint16_t)
        INDEX('i', int32_t)
        INDEX('I', uint32_t)
        INDEX('l', int64_t)
        INDEX('L', uint64_t)
#undef INDEX
    }
    return x >= 0 && x < entries ? x : -1;
}

static int import_indices(const source *s, const fl_column *valid, int64_t entries, int32_t *rows, fl_error *err) {
    for (int i = 0; i < s->n; i++) {
        int64_t x = fl_column_is_null(valid, i) ? 0 : index_at(s, i, entries);
        if (x < 0) return malformed(s->schema, "an index outside its dictionary", err);
        rows[i] = (int32_t)x;
    }
    return 0;
}

/* Every row gets a value of its own; `valid` has the rows and their validity. */
static int import_dictionary(const source *s, const fl_column *valid, fl_column **out, fl_error *err) {
    const struct ArrowArray *d = s->array->dictionary;
    const fl_type *t = valid->type;
    fl_column *values = NULL, *c = NULL;
    int32_t *rows = NULL;
    if (d->length < 0 || d->length > CHILD_ROWS_MAX)
        return malformed(s->schema, "a dictionary of impossible length", err);
    int rc = import_rows(s, s->schema->dictionary, d, t, 0, (int)d->length, &values, err);
    if (rc < 0) goto out;
    rows = fl_malloc(sizeof *rows * (size_t)s->n);
    rc = import_indices(s, valid, d->length, rows, err);
    if (rc < 0) goto out;
    c = fl_column_new(t, s->n);
    if (d->length > 0) fl_column_append_indexed(c, values, rows, s->n);
    for (int i = 0; d->length == 0 && i < s->n; i++) fl_column_append_null(c);
    for (int i = 0; i < s->n; i++)
        if (fl_column_is_null(valid, i)) fl_column_set_null(c, i);
    *out = c;
out:
    free(rows);
    fl_column_unref(values);
    return rc;
}

/* ---- any rows in ---- */

static int import_layout(const source *s, fl_column *c, fl_error *err) {
    switch (s->form.layout) {
    case L_NONE: return 0;
    case L_BITS: import_bits(s, c); return 0;
    case L_FIXED: return import_fixed(s, c, err);
    case L_TEXT32:
    case L_TEXT64: return import_text(s, c, err);
    case L_VIEWS: return import_views(s, c, err);
    case L_CHUNKS: return import_chunks(s, c, err);
    case L_LIST32:
    case L_LIST64:
    case L_MAP: return import_list(s, c, err);
    case L_GROUPS: return import_groups(s, c, err);
    case L_STRUCT: return import_struct(s, c, err);
    }
    fl_assert(!"an unknown layout");
}

static int import_rows(const source *parent, const struct ArrowSchema *schema, const struct ArrowArray *array,
                       const fl_type *t, int64_t at, int n, fl_column **out, fl_error *err) {
    source s;
    fl_buffer *valid;
    FL_TRY(open_source(&s, schema, array, parent->keep, at, n, err));
    FL_TRY(import_validity(&s, &valid, err));
    fl_column *c = fl_column_new(t, 0);
    c->n = c->cap = n;
    c->valid_buf = valid;
    c->valid = valid != NULL ? valid->data : NULL;
    *out = c;
    int rc = schema->dictionary != NULL ? import_dictionary(&s, c, out, err) : import_layout(&s, c, err);
    if (rc < 0 || *out != c) fl_column_unref(c);
    if (rc < 0) *out = NULL;
    return rc;
}

/* The types that Arrow's schema tells must be those of `s`, but for names. */
static int check_schema(const struct ArrowSchema *form, const fl_schema *s, fl_error *err) {
    fl_arena a;
    fl_schema told = {0};
    fl_arena_init(&a);
    int rc = fl_arrow_import_schema(&a, form, &told, err);
    if (rc == 0 && told.n != s->n) rc = fl_fail(err, FL_ERR_ARROW_COLUMN_COUNT, told.n, s->n);
    for (int i = 0; rc == 0 && i < s->n; i++) {
        const fl_type *is = told.fields[i].type, *wanted = s->fields[i].type;
        if (fl_type_same_layout(is, wanted)) continue;
        rc = fl_fail(err, FL_ERR_ARROW_COLUMN_TYPE, s->fields[i].name, fl_type_name(&a, is, FL_TYPE_BARE),
                     fl_type_name(&a, wanted, FL_TYPE_BARE));
    }
    fl_arena_deinit(&a);
    return rc;
}

int fl_arrow_import_batch(const struct ArrowSchema *form, const struct ArrowArray *in, fl_buffer *keep,
                          const fl_schema *s, int64_t at, int n, fl_batch **out, fl_error *err) {
    source top;
    fl_buffer *nulls;
    FL_TRY(check_schema(form, s, err));
    FL_TRY(open_source(&top, form, in, keep, at, n, err));
    FL_TRY(import_validity(&top, &nulls, err));
    fl_buffer_unref(nulls);
    if (nulls != NULL) return malformed(form, "a row is NULL as a whole", err);
    fl_batch *b = fl_batch_new(s->n, n);
    for (int i = 0; i < s->n; i++) {
        int rc = import_rows(&top, form->children[i], in->children[i], s->fields[i].type, top.row, n, &b->cols[i], err);
        if (rc == 0) continue;
        fl_error_prefix(err, FL_AT_ARROW_AT_COLUMN, s->fields[i].name);
        fl_batch_unref(b);
        return rc;
    }
    *out = b;
    return 0;
}

static void release_kept(fl_buffer *b) {
    struct ArrowArray *a = b->owner;
    if (a->release != NULL) a->release(a);
    free(a);
}

fl_buffer *fl_arrow_keep(struct ArrowArray *in) {
    struct ArrowArray *a = fl_malloc(sizeof *a);
    *a = *in;
    in->release = NULL;
    return fl_buffer_wrap(NULL, 0, release_kept, a);
}
