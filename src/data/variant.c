/* SPDX-License-Identifier: Apache-2.0 */
/* variant.c -- the bytes of VARIANT values: read in place, printed, made.
 *
 * Reading:    a value's first byte tells its kind, and how wide the numbers are that follow. An array is a count,
 *             offsets and values; an object has ids of names before the offsets. Items are found without looking at
 *             others, members by bisection, for they are sorted by name.
 * Making:     what is put becomes a list of nodes, each container before what is inside of it. When all is there
 *             members are sorted, sizes are added up from the end, and the bytes are written from the front: nothing
 *             is moved, and the widths are the least that do.
 * Order:      of names is that of their UTF-16 units, as in Flink; the open encoding asks for that of their bytes, from
 *             which it differs for characters beyond U+FFFF only.
 * Interface:  variant.h.
 * Invariants: (1) no byte outside of a value's own is read.  (2) Printing, checking and copying take steps in
 *             proportion to the bytes, also where parts overlap: each value uses up as many of them as it has.
 */
#include "data/variant.h"

#include <math.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/hash.h"
#include "data/decimal.h"
#include "data/json_text.h"
#include "data/timestamp.h"
#include "messages/value.h"

/* ---- the encoding ---- */

enum { BASIC_PRIMITIVE, BASIC_SHORT_STRING, BASIC_OBJECT, BASIC_ARRAY };

enum {
    VERSION = 1,
    SHORT_MAX = 63,     /* bytes of a short string */
    SMALL_COUNT = 255,  /* more items need a count of four bytes */
    LARGE_ARRAY = 0x10, /* in the header of an array: the count has four bytes */
    LARGE_OBJECT = 0x40,
    DECIMAL_DIGITS_MAX = 38,
};

/* Y(number of the primitive, its kind, bytes of its value) */
#define PRIMITIVES(Y)                                                                                                  \
    Y(0, NULL, 0)                                                                                                      \
    Y(1, BOOLEAN, 0)                                                                                                   \
    Y(2, BOOLEAN, 0)                                                                                                   \
    Y(3, TINYINT, 1)                                                                                                   \
    Y(4, SMALLINT, 2)                                                                                                  \
    Y(5, INT, 4)                                                                                                       \
    Y(6, BIGINT, 8)                                                                                                    \
    Y(7, DOUBLE, 8)                                                                                                    \
    Y(8, DECIMAL, 5)                                                                                                   \
    Y(9, DECIMAL, 9)                                                                                                   \
    Y(10, DECIMAL, 17)                                                                                                 \
    Y(11, DATE, 4)                                                                                                     \
    Y(12, TIMESTAMP_LTZ, 8)                                                                                            \
    Y(13, TIMESTAMP, 8)                                                                                                \
    Y(14, FLOAT, 4)                                                                                                    \
    Y(15, BYTES, 4)                                                                                                    \
    Y(16, STRING, 4)                                                                                                   \
    Y(17, TIME, 8)                                                                                                     \
    Y(18, TIMESTAMP_LTZ_NS, 8)                                                                                         \
    Y(19, TIMESTAMP_NS, 8)                                                                                             \
    Y(20, UUID, 16)

enum { P_TRUE = 1, P_FALSE = 2, P_INT1 = 3, P_DOUBLE = 7, P_DECIMAL4 = 8, P_LONG_STRING = 16 };

static const struct {
    uint8_t kind, bytes;
} primitives[] = {
#define Y(number, kind, bytes) [number] = {FL_VARIANT_##kind, bytes},
    PRIMITIVES(Y)
#undef Y
};

const char *fl_variant_kind_name(fl_variant_kind k) {
    static const char *const names[] = {
#define FL_X(kind, name) name,
        FL_VARIANT_KINDS(FL_X)
#undef FL_X
    };
    return names[k];
}

static uint32_t read_uint(const char *p, int width) {
    uint32_t x = 0;
    memcpy(&x, p, (size_t)width);
    return x;
}

static int64_t read_int(const char *p, int width) {
    uint64_t x = 0;
    memcpy(&x, p, (size_t)width);
    int unused = 64 - 8 * width;
    return (int64_t)(x << unused) >> unused;
}

/* ---- values ---- */

/* Bytes of the metadata that the text begins with; 0: it is none. */
static size_t metadata_size(fl_str s) {
    if (s.n < 1 || (s.p[0] & 0xf) != VERSION) return 0;
    size_t width = (size_t)((unsigned char)s.p[0] >> 6) + 1;
    if (s.n < 1 + width) return 0;
    uint64_t n = read_uint(s.p + 1, (int)width), head = 1 + width + (n + 1) * width;
    if (head > s.n) return 0;
    uint64_t size = head + read_uint(s.p + head - width, (int)width);
    return size <= s.n ? (size_t)size : 0;
}

fl_variant fl_variant_of(fl_str bytes) {
    size_t n = metadata_size(bytes);
    const char *end = bytes.p + bytes.n;
    return (fl_variant){bytes.p, n, n > 0 ? bytes.p + n : end, end};
}

fl_variant_kind fl_variant_kind_of(const fl_variant *v) {
    if (v->p >= v->end) return FL_VARIANT_BAD;
    unsigned head = (unsigned char)*v->p, number = head >> 2;
    switch (head & 3) {
    case BASIC_SHORT_STRING: return FL_VARIANT_STRING;
    case BASIC_OBJECT: return FL_VARIANT_OBJECT;
    case BASIC_ARRAY: return FL_VARIANT_ARRAY;
    default: return number < FL_ARRAY_LEN(primitives) ? (fl_variant_kind)primitives[number].kind : FL_VARIANT_BAD;
    }
}

/* What stands in an array or object, and where. */
typedef struct items {
    uint32_t n;
    int id_width, offset_width; /* id_width 0: an array */
    const char *ids, *offsets, *values;
    size_t values_n;
} items;

/* False if it is neither, or its parts do not fit into it. */
static bool open_items(const fl_variant *v, items *out) {
    fl_variant_kind k = fl_variant_kind_of(v);
    if (k != FL_VARIANT_ARRAY && k != FL_VARIANT_OBJECT) return false;
    bool object = k == FL_VARIANT_OBJECT;
    unsigned head = (unsigned char)*v->p;
    size_t count_width = head & (object ? LARGE_OBJECT : LARGE_ARRAY) ? 4 : 1, left = (size_t)(v->end - v->p) - 1;
    if (left < count_width) return false;
    *out = (items){.n = read_uint(v->p + 1, (int)count_width),
                   .id_width = object ? (int)(head >> 4 & 3) + 1 : 0,
                   .offset_width = (int)(head >> 2 & 3) + 1};
    left -= count_width;
    uint64_t ids = (uint64_t)out->n * (unsigned)out->id_width,
             offsets = ((uint64_t)out->n + 1) * (unsigned)out->offset_width;
    if (ids + offsets > left) return false;
    out->ids = v->p + 1 + count_width;
    out->offsets = out->ids + ids;
    out->values = out->offsets + offsets;
    out->values_n = read_uint(out->values - out->offset_width, out->offset_width);
    return out->values_n <= left - ids - offsets;
}

/* Bytes of the value, without those of what is inside of it being looked at; 0: malformed. */
static size_t value_size(const fl_variant *v) {
    fl_variant_kind k = fl_variant_kind_of(v);
    if (k == FL_VARIANT_BAD) return 0;
    if (k == FL_VARIANT_ARRAY || k == FL_VARIANT_OBJECT) {
        items it;
        return open_items(v, &it) ? (size_t)(it.values - v->p) + it.values_n : 0;
    }
    unsigned head = (unsigned char)*v->p;
    size_t have = (size_t)(v->end - v->p), need = 1;
    if ((head & 3) == BASIC_SHORT_STRING)
        need += head >> 2;
    else
        need += primitives[head >> 2].bytes;
    if (need > have) return 0;
    bool counted = (head & 3) == BASIC_PRIMITIVE && (k == FL_VARIANT_STRING || k == FL_VARIANT_BYTES);
    if (counted) need += read_uint(v->p + 1, 4);
    return need <= have ? need : 0;
}

static bool read_decimal(const char *p, int width, fl_variant_scalar *out) {
    out->scale = (unsigned char)*p;
    if (width == 16)
        memcpy(&out->unscaled, p + 1, 16);
    else
        out->unscaled = read_int(p + 1, width);
    return out->scale <= DECIMAL_DIGITS_MAX && fl_decimal_fits(out->unscaled, DECIMAL_DIGITS_MAX);
}

static double read_float(const char *p) {
    float f;
    memcpy(&f, p, sizeof f);
    return f;
}

static double read_double(const char *p) {
    double d;
    memcpy(&d, p, sizeof d);
    return d;
}

fl_variant_scalar fl_variant_scalar_of(const fl_variant *v) {
    static const fl_variant_scalar bad = {.kind = FL_VARIANT_BAD};
    size_t n = value_size(v);
    fl_variant_scalar s = {.kind = n > 0 ? fl_variant_kind_of(v) : FL_VARIANT_BAD};
    if (n == 0) return bad;
    unsigned head = (unsigned char)*v->p, number = head >> 2;
    const char *p = v->p + 1;
    switch (s.kind) {
    case FL_VARIANT_ARRAY:
    case FL_VARIANT_OBJECT: return bad;
    case FL_VARIANT_NULL: break;
    case FL_VARIANT_BOOLEAN: s.i = number == P_TRUE; break;
    case FL_VARIANT_FLOAT: s.d = read_float(p); break;
    case FL_VARIANT_DOUBLE: s.d = read_double(p); break;
    case FL_VARIANT_DECIMAL: return read_decimal(p, primitives[number].bytes - 1, &s) ? s : bad;
    case FL_VARIANT_UUID: s.s = fl_str_make(p, 16); break;
    case FL_VARIANT_STRING:
    case FL_VARIANT_BYTES:
        p += (head & 3) == BASIC_SHORT_STRING ? 0 : 4;
        s.s = fl_str_make(p, (size_t)(v->p + n - p));
        break;
    case FL_VARIANT_TIME: s.i = read_int(p, 8); return s.i >= 0 && s.i < FL_MS_PER_DAY * 1000 ? s : bad;
    default: s.i = read_int(p, primitives[number].bytes); break;
    }
    return s;
}

/* ---- what is inside ---- */

int fl_variant_count(const fl_variant *v) {
    items it;
    return open_items(v, &it) ? (int)it.n : -1;
}

static fl_variant item_at(const fl_variant *v, const items *it, uint32_t i) {
    size_t at = read_uint(it->offsets + i * (size_t)it->offset_width, it->offset_width);
    const char *end = it->values + it->values_n;
    return (fl_variant){v->names, v->names_n, at < it->values_n ? it->values + at : end, end};
}

/* The name of an id in the metadata; false if it has no such. */
static bool name_of_id(const fl_variant *v, uint32_t id, fl_str *out) {
    if (v->names_n == 0) return false;
    int width = ((unsigned char)v->names[0] >> 6) + 1;
    uint32_t n = read_uint(v->names + 1, width);
    if (id >= n) return false;
    const char *offsets = v->names + 1 + width, *texts = offsets + ((size_t)n + 1) * (size_t)width;
    size_t from = read_uint(offsets + (size_t)id * (size_t)width, width),
           to = read_uint(offsets + ((size_t)id + 1) * (size_t)width, width);
    if (from > to || to > (size_t)(v->names + v->names_n - texts)) return false;
    *out = fl_str_make(texts + from, to - from);
    return true;
}

static bool member_name(const fl_variant *v, const items *it, uint32_t i, fl_str *out) {
    return name_of_id(v, read_uint(it->ids + i * (size_t)it->id_width, it->id_width), out);
}

bool fl_variant_item(const fl_variant *v, int i, fl_variant *out) {
    items it;
    if (!open_items(v, &it) || i < 0 || (uint32_t)i >= it.n) return false;
    *out = item_at(v, &it, (uint32_t)i);
    return true;
}

bool fl_variant_name(const fl_variant *v, int i, fl_str *out) {
    items it;
    if (!open_items(v, &it) || it.id_width == 0 || i < 0 || (uint32_t)i >= it.n) return false;
    return member_name(v, &it, (uint32_t)i, out);
}

static int compare_names(fl_str a, fl_str b) {
    fl_view x = fl_view_make(a.p, (uint32_t)a.n), y = fl_view_make(b.p, (uint32_t)b.n);
    return fl_view_cmp_text(&x, &y);
}

bool fl_variant_member(const fl_variant *v, fl_str name, fl_variant *out) {
    items it;
    if (!open_items(v, &it) || it.id_width == 0) return false;
    uint32_t low = 0, high = it.n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        fl_str at;
        if (!member_name(v, &it, mid, &at)) return false;
        int c = compare_names(at, name);
        if (c == 0) {
            *out = item_at(v, &it, mid);
            return true;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* ---- walking through all of it ---- */

/* What is left of the bytes that a walk may see, and of levels. */
typedef struct walk {
    size_t bytes;
    int depth;
} walk;

static walk walk_of(const fl_variant *v) { return (walk){(size_t)(v->end - v->p), FL_VARIANT_DEPTH_MAX}; }

/* Enters a value: false if it is malformed or the walk has seen too much. Leaving a container is w->depth++. */
static bool walk_scalar(walk *w, const fl_variant *v, fl_variant_scalar *out) {
    size_t n = value_size(v);
    *out = fl_variant_scalar_of(v);
    if (out->kind == FL_VARIANT_BAD || n > w->bytes) return false;
    w->bytes -= n;
    return true;
}

static bool walk_items(walk *w, const fl_variant *v, items *out) {
    if (!open_items(v, out) || w->depth == 0) return false;
    size_t n = (size_t)(out->values - v->p);
    if (n > w->bytes) return false;
    w->bytes -= n;
    w->depth--;
    return true;
}

static bool is_container(const fl_variant *v) {
    fl_variant_kind k = fl_variant_kind_of(v);
    return k == FL_VARIANT_ARRAY || k == FL_VARIANT_OBJECT;
}

static bool check(walk *w, const fl_variant *v) {
    items it;
    fl_variant_scalar s;
    if (!is_container(v)) return walk_scalar(w, v, &s) && (s.kind != FL_VARIANT_STRING || fl_utf8_valid(s.s));
    if (!walk_items(w, v, &it)) return false;
    fl_str name, before = {NULL, 0};
    for (uint32_t i = 0; i < it.n; i++) {
        fl_variant inner = item_at(v, &it, i);
        if (it.id_width > 0) {
            if (!member_name(v, &it, i, &name) || !fl_utf8_valid(name)) return false;
            if (i > 0 && compare_names(before, name) >= 0) return false;
            before = name;
        }
        if (!check(w, &inner)) return false;
    }
    w->depth++;
    return true;
}

bool fl_variant_check(fl_str bytes) {
    fl_variant v = fl_variant_of(bytes);
    walk w = walk_of(&v);
    return check(&w, &v) && w.bytes == 0;
}

/* ---- printing ---- */

static void put_quoted(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, s, false);
    fl_buf_putc(out, '"');
}

static void put_float(fl_buf *out, const fl_variant_scalar *s) {
    bool quoted = !isfinite(s->d);
    if (quoted) fl_buf_putc(out, '"');
    if (s->kind == FL_VARIANT_FLOAT)
        fl_float_print(out, (float)s->d);
    else
        fl_double_print(out, s->d);
    if (quoted) fl_buf_putc(out, '"');
}

/* `unit` of them are a millisecond. */
static fl_ts ts_of(int64_t x, int64_t unit) {
    return (fl_ts){fl_floor_div(x, unit), (int32_t)(fl_floor_mod(x, unit) * (1000000 / unit))};
}

/* 10:11:12.3: what stands behind the date of a timestamp of 1970. */
static void put_time(fl_buf *out, int64_t us) {
    size_t at = out->n;
    enum { DATE_CHARS = 11 };
    fl_ts_print_short(out, ts_of(us, 1000), 'T');
    out->n -= DATE_CHARS;
    memmove(out->p + at, out->p + at + DATE_CHARS, out->n - at);
}

/* Without zeros at the end of the fraction: 1.50 is 1.5, 7.00 is 7. */
static void put_decimal(fl_buf *out, fl_i128 x, int scale) {
    for (; scale > 0 && x % 10 == 0; scale--) x /= 10;
    fl_decimal_print(out, x, scale);
}

static void put_uuid(fl_buf *out, fl_str s) {
    for (size_t i = 0; i < s.n; i++)
        fl_buf_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", (unsigned char)s.p[i]);
}

static void put_scalar(fl_buf *out, const fl_variant_scalar *s) {
    bool quoted = s->kind >= FL_VARIANT_BYTES;
    if (quoted) fl_buf_putc(out, '"');
    switch (s->kind) {
    case FL_VARIANT_NULL: fl_buf_puts(out, "null"); break;
    case FL_VARIANT_BOOLEAN: fl_buf_puts(out, s->i ? "true" : "false"); break;
    case FL_VARIANT_FLOAT:
    case FL_VARIANT_DOUBLE: put_float(out, s); break;
    case FL_VARIANT_DECIMAL: put_decimal(out, s->unscaled, s->scale); break;
    case FL_VARIANT_STRING: put_quoted(out, s->s); break;
    case FL_VARIANT_BYTES: fl_base64_put(out, s->s); break;
    case FL_VARIANT_UUID: put_uuid(out, s->s); break;
    case FL_VARIANT_DATE: fl_date_print(out, (int32_t)s->i); break;
    case FL_VARIANT_TIME: put_time(out, s->i); break;
    case FL_VARIANT_TIMESTAMP:
    case FL_VARIANT_TIMESTAMP_LTZ: fl_ts_print_short(out, ts_of(s->i, 1000), 'T'); break;
    case FL_VARIANT_TIMESTAMP_NS:
    case FL_VARIANT_TIMESTAMP_LTZ_NS: fl_ts_print_short(out, ts_of(s->i, 1000000), 'T'); break;
    default: fl_i64_print(out, s->i); break;
    }
    if (s->kind == FL_VARIANT_TIMESTAMP_LTZ || s->kind == FL_VARIANT_TIMESTAMP_LTZ_NS) fl_buf_putc(out, 'Z');
    if (quoted) fl_buf_putc(out, '"');
}

static bool print(walk *w, fl_buf *out, const fl_variant *v) {
    items it;
    fl_variant_scalar s;
    if (!is_container(v)) {
        bool good = walk_scalar(w, v, &s);
        if (good) put_scalar(out, &s);
        return good;
    }
    if (!walk_items(w, v, &it)) return false;
    fl_buf_putc(out, it.id_width > 0 ? '{' : '[');
    for (uint32_t i = 0; i < it.n; i++) {
        fl_variant inner = item_at(v, &it, i);
        fl_str name;
        if (i > 0) fl_buf_putc(out, ',');
        if (it.id_width > 0) {
            if (!member_name(v, &it, i, &name)) return false;
            put_quoted(out, name);
            fl_buf_putc(out, ':');
        }
        if (!print(w, out, &inner)) return false;
    }
    fl_buf_putc(out, it.id_width > 0 ? '}' : ']');
    w->depth++;
    return true;
}

bool fl_variant_print(fl_buf *out, const fl_variant *v) {
    size_t before = out->n;
    walk w = walk_of(v);
    bool good = print(&w, out, v);
    if (!good) out->n = before;
    return good;
}

/* ---- making: what is put ---- */

struct variant_node {
    int32_t end;          /* behind what is inside; of a container that is open: the one around it */
    int32_t name;         /* of a member */
    uint32_t at, size;    /* scalars: in b->scalars; containers: size is set by finish */
    int32_t kids, n_kids; /* finish: in b->kids */
    uint8_t basic;        /* BASIC_OBJECT, BASIC_ARRAY, or anything else for a scalar */
    bool dead;            /* finish: another member of its name took its place */
};

struct variant_name {
    uint32_t at, n; /* in b->text */
    int32_t rank;   /* finish: place among the sorted names */
    int32_t id;     /* finish: place among those that are used */
    bool used;
};

struct variant_kid {
    int32_t node, rank;
};

void fl_variant_builder_init(fl_variant_builder *b) {
    *b = (fl_variant_builder){.open = -1, .next = -1};
    fl_buf_init(&b->scalars);
    fl_buf_init(&b->text);
    fl_buf_init(&b->out);
}

void fl_variant_builder_deinit(fl_variant_builder *b) {
    fl_buf_deinit(&b->out);
    fl_buf_deinit(&b->text);
    fl_buf_deinit(&b->scalars);
    free(b->kids);
    free(b->slots);
    free(b->names);
    free(b->nodes);
}

void fl_variant_builder_reset(fl_variant_builder *b) {
    enum { SLOTS_KEPT = 4096 };
    if (b->n_slots > SLOTS_KEPT) { /* one value with many names does not make all others clear a large table */
        free(b->slots);
        b->slots = NULL;
        b->n_slots = 0;
    } else if (b->n_names > 0) {
        memset(b->slots, 0, sizeof *b->slots * (size_t)b->n_slots);
    }
    fl_buf_reset(&b->scalars);
    fl_buf_reset(&b->text);
    b->n = b->n_names = b->depth = b->ignored = 0;
    b->open = b->next = -1;
    b->bytes = 0;
}

/* Room for one more of `n` things in an array that grows by doubling. */
#define GROW(array, n, cap)                                                                                            \
    do {                                                                                                               \
        if ((n) == (cap)) {                                                                                            \
            (cap) = (cap) > 0 ? 2 * (cap) : 16;                                                                        \
            (array) = fl_realloc((array), sizeof *(array) * (size_t)(cap));                                            \
        }                                                                                                              \
    } while (0)

/* A node of `size` bytes; NULL if there is too much already. */
static struct variant_node *push(fl_variant_builder *b, size_t size) {
    int name = b->next;
    b->next = -1;
    b->bytes += size;
    if (b->bytes > FL_VARIANT_BYTES_MAX) return NULL;
    GROW(b->nodes, b->n, b->cap);
    struct variant_node *node = &b->nodes[b->n++];
    *node = (struct variant_node){.end = b->n, .name = name, .size = (uint32_t)size};
    return node;
}

/* A scalar: its bytes are `head`, then two runs that may be empty. */
static void put_parts(fl_variant_builder *b, int head, const void *p, size_t p_n, const void *q, size_t q_n) {
    struct variant_node *node = push(b, 1 + p_n + q_n);
    if (node == NULL) return;
    node->at = (uint32_t)b->scalars.n;
    fl_buf_putc(&b->scalars, (char)head);
    fl_buf_put(&b->scalars, p, p_n);
    fl_buf_put(&b->scalars, q, q_n);
}

static void put_primitive(fl_variant_builder *b, int number, const void *p, size_t n) {
    put_parts(b, number << 2, p, n, NULL, 0);
}

void fl_variant_put_null(fl_variant_builder *b) { put_primitive(b, 0, NULL, 0); }

void fl_variant_put_bool(fl_variant_builder *b, bool x) { put_primitive(b, x ? P_TRUE : P_FALSE, NULL, 0); }

void fl_variant_put_int(fl_variant_builder *b, int64_t x) {
    int wider = x == (int8_t)x ? 0 : x == (int16_t)x ? 1 : x == (int32_t)x ? 2 : 3;
    put_primitive(b, P_INT1 + wider, &x, (size_t)1 << wider);
}

void fl_variant_put_double(fl_variant_builder *b, double x) {
    if (isnan(x)) x = (double)NAN;
    put_primitive(b, P_DOUBLE, &x, sizeof x);
}

void fl_variant_put_decimal(fl_variant_builder *b, fl_i128 unscaled, int scale) {
    int wider = scale <= 9 && fl_decimal_fits(unscaled, 9) ? 0 : scale <= 18 && fl_decimal_fits(unscaled, 18) ? 1 : 2;
    uint8_t s = (uint8_t)scale;
    fl_assert(scale >= 0 && scale <= DECIMAL_DIGITS_MAX && fl_decimal_fits(unscaled, DECIMAL_DIGITS_MAX));
    put_parts(b, (P_DECIMAL4 + wider) << 2, &s, 1, &unscaled, (size_t)4 << wider);
}

void fl_variant_put_text(fl_variant_builder *b, fl_str s) {
    uint32_t n = (uint32_t)FL_MIN(s.n, (size_t)UINT32_MAX);
    if (s.n <= SHORT_MAX)
        put_parts(b, (int)(s.n << 2 | BASIC_SHORT_STRING), s.p, s.n, NULL, 0);
    else
        put_parts(b, P_LONG_STRING << 2, &n, sizeof n, s.p, s.n);
}

void fl_variant_begin(fl_variant_builder *b, fl_variant_kind container) {
    bool object = container == FL_VARIANT_OBJECT;
    fl_assert(b->depth < FL_VARIANT_DEPTH_MAX);
    b->depth++;
    struct variant_node *node = push(b, 3);
    if (node == NULL) {
        b->ignored++;
        return;
    }
    node->basic = object ? BASIC_OBJECT : BASIC_ARRAY;
    node->end = b->open;
    b->open = b->n - 1;
}

void fl_variant_end(fl_variant_builder *b) {
    fl_assert(b->depth > 0);
    b->depth--;
    if (b->ignored > 0) {
        b->ignored--;
        return;
    }
    struct variant_node *node = &b->nodes[b->open];
    b->open = node->end;
    node->end = b->n;
}

static fl_str name_text(const fl_variant_builder *b, int name) {
    return fl_str_make(b->text.n > 0 ? b->text.p + b->names[name].at : "", b->names[name].n);
}

/* The slot of a name, or the free one where it would be. */
static uint32_t find_slot(const fl_variant_builder *b, fl_str name) {
    uint32_t mask = (uint32_t)b->n_slots - 1, slot = (uint32_t)fl_hash_bytes(name.p, name.n) & mask;
    while (b->slots[slot] != 0 && !fl_str_eq(name_text(b, b->slots[slot] - 1), name)) slot = (slot + 1) & mask;
    return slot;
}

static void grow_slots(fl_variant_builder *b) {
    b->n_slots = b->n_slots > 0 ? 2 * b->n_slots : 32;
    free(b->slots);
    b->slots = fl_calloc((size_t)b->n_slots, sizeof *b->slots);
    for (int i = 0; i < b->n_names; i++) b->slots[find_slot(b, name_text(b, i))] = i + 1;
}

void fl_variant_put_name(fl_variant_builder *b, fl_str name) {
    if (name.n == 0) name.p = "";
    if (b->bytes > FL_VARIANT_BYTES_MAX) return;
    if (2 * b->n_names >= b->n_slots) grow_slots(b);
    uint32_t slot = find_slot(b, name);
    if (b->slots[slot] == 0) {
        b->bytes += name.n + 1;
        if (b->bytes > FL_VARIANT_BYTES_MAX) return;
        GROW(b->names, b->n_names, b->cap_names);
        b->names[b->n_names++] = (struct variant_name){.at = (uint32_t)b->text.n, .n = (uint32_t)name.n};
        fl_buf_put_str(&b->text, name);
        b->slots[slot] = b->n_names;
    }
    b->next = b->slots[slot] - 1;
}

static bool put_copy(fl_variant_builder *b, walk *w, const fl_variant *v) {
    items it;
    fl_variant_scalar s;
    if (!is_container(v)) {
        if (!walk_scalar(w, v, &s)) return false;
        put_parts(b, (unsigned char)*v->p, v->p + 1, value_size(v) - 1, NULL, 0);
        return true;
    }
    if (b->depth == FL_VARIANT_DEPTH_MAX || !walk_items(w, v, &it)) return false;
    fl_variant_begin(b, it.id_width > 0 ? FL_VARIANT_OBJECT : FL_VARIANT_ARRAY);
    bool good = true;
    for (uint32_t i = 0; i < it.n && good; i++) {
        fl_variant inner = item_at(v, &it, i);
        fl_str name;
        if (it.id_width > 0) {
            good = member_name(v, &it, i, &name);
            if (good) fl_variant_put_name(b, name);
        }
        good = good && put_copy(b, w, &inner);
    }
    fl_variant_end(b);
    w->depth++;
    return good;
}

bool fl_variant_put(fl_variant_builder *b, const fl_variant *v) {
    walk w = walk_of(v);
    return put_copy(b, &w, v);
}

/* ---- making: the bytes ---- */

static int width_of(uint32_t x) { return x <= 0xff ? 1 : x <= 0xffff ? 2 : x <= 0xffffff ? 3 : 4; }

static void put_uint(fl_buf *out, uint32_t x, int width) { fl_buf_put(out, &x, (size_t)width); }

typedef struct sorted_name {
    fl_str text;
    int name;
} sorted_name;

static int by_text(const void *a, const void *b) {
    return compare_names(((const sorted_name *)a)->text, ((const sorted_name *)b)->text);
}

static void rank_names(fl_variant_builder *b) {
    sorted_name *sorted = fl_malloc(sizeof *sorted * (size_t)b->n_names + 1);
    for (int i = 0; i < b->n_names; i++) sorted[i] = (sorted_name){name_text(b, i), i};
    if (b->n_names > 1) qsort(sorted, (size_t)b->n_names, sizeof *sorted, by_text);
    for (int i = 0; i < b->n_names; i++) b->names[sorted[i].name].rank = i;
    free(sorted);
}

static int by_rank(const void *a, const void *b) {
    const struct variant_kid *x = a, *y = b;
    return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : (x->node > y->node) - (x->node < y->node);
}

/* Sorts the members of an object; of those with one name only the last stays. False if that is not allowed. */
static bool sort_members(fl_variant_builder *b, struct variant_node *object, bool last_wins) {
    struct variant_kid *kids = b->kids + object->kids;
    int n = 0;
    bool sorted = true;
    for (int k = 1; k < object->n_kids; k++) sorted &= kids[k - 1].rank < kids[k].rank;
    if (!sorted) qsort(kids, (size_t)object->n_kids, sizeof *kids, by_rank);
    for (int k = 0; k < object->n_kids; k++) {
        if (k + 1 < object->n_kids && kids[k].rank == kids[k + 1].rank) {
            if (!last_wins) return false;
            b->nodes[kids[k].node].dead = true;
        } else {
            b->names[b->nodes[kids[k].node].name].used = true;
            kids[n++] = kids[k];
        }
    }
    object->n_kids = n;
    return true;
}

/* Finds what is directly inside of each container. */
static bool gather_kids(fl_variant_builder *b, bool last_wins) {
    int n = 0;
    GROW(b->kids, 0, b->cap_kids); /* what is empty has a place, too */
    for (int i = 0; i < b->n; i++) {
        struct variant_node *node = &b->nodes[i];
        node->kids = n;
        node->n_kids = 0;
        if (node->dead) {
            i = node->end - 1; /* for the loop */
            continue;
        }
        if (node->basic != BASIC_OBJECT && node->basic != BASIC_ARRAY) continue;
        for (int k = i + 1; k < node->end; k = b->nodes[k].end, n++) {
            GROW(b->kids, n, b->cap_kids);
            int name = b->nodes[k].name;
            b->kids[n] = (struct variant_kid){k, name >= 0 ? b->names[name].rank : 0};
        }
        node->n_kids = n - node->kids;
        if (node->basic == BASIC_OBJECT && !sort_members(b, node, last_wins)) return false;
    }
    return true;
}

static int id_of(const fl_variant_builder *b, struct variant_kid kid) { return b->names[b->nodes[kid.node].name].id; }

static int id_width(const fl_variant_builder *b, const struct variant_node *object) {
    int most = 0;
    for (int k = 0; k < object->n_kids; k++) most = FL_MAX(most, id_of(b, b->kids[object->kids + k]));
    return width_of((uint32_t)most);
}

static uint32_t values_size(const fl_variant_builder *b, const struct variant_node *node) {
    uint32_t n = 0;
    for (int k = 0; k < node->n_kids; k++) n += b->nodes[b->kids[node->kids + k].node].size;
    return n;
}

static void add_up(fl_variant_builder *b) {
    for (int i = b->n - 1; i >= 0; i--) {
        struct variant_node *node = &b->nodes[i];
        if (node->basic != BASIC_OBJECT && node->basic != BASIC_ARRAY) continue;
        uint32_t values = values_size(b, node), n = (uint32_t)node->n_kids;
        uint32_t ids = node->basic == BASIC_OBJECT ? n * (uint32_t)id_width(b, node) : 0;
        node->size = 1 + (n > SMALL_COUNT ? 4 : 1) + ids + (n + 1) * (uint32_t)width_of(values) + values;
    }
}

static void write_value(fl_variant_builder *b, const struct variant_node *node) {
    fl_buf *out = &b->out;
    bool object = node->basic == BASIC_OBJECT;
    if (!object && node->basic != BASIC_ARRAY) {
        fl_buf_put(out, b->scalars.p + node->at, node->size);
        return;
    }
    const struct variant_kid *kids = b->kids + node->kids;
    uint32_t values = values_size(b, node), n = (uint32_t)node->n_kids, at = 0;
    int ids = object ? id_width(b, node) : 0, offsets = width_of(values);
    int head = (object ? BASIC_OBJECT | (ids - 1) << 4 : BASIC_ARRAY) | (offsets - 1) << 2;
    if (n > SMALL_COUNT) head |= object ? LARGE_OBJECT : LARGE_ARRAY;
    fl_buf_putc(out, (char)head);
    put_uint(out, n, n > SMALL_COUNT ? 4 : 1);
    for (uint32_t k = 0; object && k < n; k++) put_uint(out, (uint32_t)id_of(b, kids[k]), ids);
    for (uint32_t k = 0; k < n; at += b->nodes[kids[k].node].size, k++) put_uint(out, at, offsets);
    put_uint(out, at, offsets);
    for (uint32_t k = 0; k < n; k++) write_value(b, &b->nodes[kids[k].node]);
}

/* Gives the names that are used their ids and writes them. */
static void write_names(fl_variant_builder *b) {
    uint32_t n = 0, bytes = 0, at = 0;
    for (int i = 0; i < b->n_names; i++) {
        if (!b->names[i].used) continue;
        b->names[i].id = (int32_t)n++;
        bytes += b->names[i].n;
    }
    int width = width_of(FL_MAX(n, bytes));
    fl_buf_putc(&b->out, (char)(VERSION | (width - 1) << 6));
    put_uint(&b->out, n, width);
    for (int i = 0; i < b->n_names; i++) {
        if (!b->names[i].used) continue;
        put_uint(&b->out, at, width);
        at += b->names[i].n;
    }
    put_uint(&b->out, at, width);
    for (int i = 0; i < b->n_names; i++)
        if (b->names[i].used) fl_buf_put_str(&b->out, name_text(b, i));
}

static int too_big(fl_error *err) { return fl_fail(err, FL_ERR_VALUE_VARIANT_SIZE, FL_VARIANT_BYTES_MAX); }

int fl_variant_finish(fl_variant_builder *b, bool last_wins, fl_str *out, fl_error *err) {
    fl_assert(b->depth == 0);
    fl_buf_reset(&b->out);
    if (b->bytes > FL_VARIANT_BYTES_MAX) return too_big(err);
    fl_assert(b->n > 0 && b->nodes[0].end == b->n);
    rank_names(b);
    if (!gather_kids(b, last_wins)) return fl_fail(err, FL_ERR_VALUE_VARIANT_DUPLICATE);
    write_names(b);
    add_up(b);
    if (b->out.n > FL_VARIANT_BYTES_MAX || b->nodes[0].size > FL_VARIANT_BYTES_MAX) return too_big(err);
    write_value(b, &b->nodes[0]);
    *out = fl_str_make(b->out.p, b->out.n);
    return 0;
}

/* Marks the ids of all names in the value. */
static bool mark_names(walk *w, const fl_variant *v, uint8_t *bits) {
    items it;
    fl_variant_scalar s;
    if (!is_container(v)) return walk_scalar(w, v, &s);
    if (!walk_items(w, v, &it)) return false;
    for (uint32_t i = 0; i < it.n; i++) {
        fl_variant inner = item_at(v, &it, i);
        fl_str name;
        if (it.id_width > 0) {
            if (!member_name(v, &it, i, &name)) return false;
            fl_bit_set(bits, (int)read_uint(it.ids + i * (size_t)it.id_width, it.id_width));
        }
        if (!mark_names(w, &inner, bits)) return false;
    }
    w->depth++;
    return true;
}

/* The names of a value come first, in their old order. */
static bool put_names_of(fl_variant_builder *b, const fl_variant *v) {
    uint32_t n = v->names_n > 0 ? read_uint(v->names + 1, ((unsigned char)v->names[0] >> 6) + 1) : 0;
    uint8_t *bits = fl_calloc(n / 8 + 1, 1);
    walk w = walk_of(v);
    bool good = mark_names(&w, v, bits);
    for (uint32_t id = 0; id < n && good; id++) {
        fl_str name;
        if (fl_bit(bits, (int)id) && name_of_id(v, id, &name)) fl_variant_put_name(b, name);
    }
    b->next = -1;
    free(bits);
    return good;
}

fl_str fl_variant_extract(fl_variant_builder *b, const fl_variant *v) {
    static const char no_names[] = {VERSION, 0, 0};
    fl_error ignored;
    fl_str out = {"", 0};
    fl_variant_builder_reset(b);
    if (is_container(v)) {
        if (!put_names_of(b, v) || !fl_variant_put(b, v)) return out;
        return fl_variant_finish(b, false, &out, &ignored) == 0 ? out : fl_str_make("", 0);
    }
    size_t n = value_size(v);
    if (n == 0) return out;
    fl_buf_reset(&b->out);
    fl_buf_put(&b->out, no_names, sizeof no_names);
    fl_buf_put(&b->out, v->p, n);
    return fl_str_make(b->out.p, b->out.n);
}
