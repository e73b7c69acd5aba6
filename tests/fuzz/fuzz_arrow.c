/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_arrow.c -- record batches of arbitrary form and content at the Arrow border.
 *
 * The interface gives buffers no sizes, so those of the trees built here are always large enough for what lengths,
 * offsets and formats ask for where they are sensible; formats, flags, counts, offsets and every byte of the buffers
 * come from the input. Proves: an import gives a well-formed batch or an error; a batch leaves again and comes back the
 * same.
 */
#include "fuzz.h"

#include <stdlib.h>

#include "data/arrow.h"
#include "data/text.h"

enum { ROWS_MAX = 40, BUFFER_BYTES = 1 << 14, DEPTH_MAX = 4 };

/* The input, taken from its front; zeros behind its end. */
typedef struct input {
    const uint8_t *p, *end;
} input;

static unsigned take(input *in) { return in->p < in->end ? *in->p++ : 0; }

static const char *const formats[] = {
    "n",    "b",       "c",      "C",      "s",        "S",         "i",   "I",    "l",    "L",   "f",   "g",
    "u",    "U",       "vu",     "z",      "Z",        "vz",        "tdD", "tdm",  "tts",  "ttm", "ttu", "ttn",
    "tss:", "tsm:UTC", "tsu:",   "tsn:",   "tDs",      "tDm",       "tDu", "tDn",  "tiM",  "tiD", "+l",  "+L",
    "+m",   "+s",      "d:10,2", "d:38,4", "d:9,2,32", "d:18,0,64", "w:3", "w:20", "+w:2", "e",   "",
};

/* ---- trees, in an arena ---- */

static void release_schema(struct ArrowSchema *s) { s->release = NULL; }
static void release_array(struct ArrowArray *a) { a->release = NULL; }

static int children_of(input *in, const char *format) {
    if (format[0] != '+') return take(in) % 64 == 63;
    if (format[1] == 's') return (int)(take(in) % 4);
    return take(in) % 64 == 63 ? 0 : 1;
}

static struct ArrowSchema *make_schema(fl_arena *a, input *in, int depth, const char *format) {
    struct ArrowSchema *s = FL_NEW(a, struct ArrowSchema);
    s->format = format != NULL ? format : formats[take(in) % FL_ARRAY_LEN(formats)];
    if (depth >= DEPTH_MAX && s->format[0] == '+') s->format = "i";
    s->name = "x";
    s->flags = (int64_t)(take(in) & 2);
    s->release = release_schema;
    bool entries = depth > 0 && format != NULL;
    s->n_children = depth == 0 ? 1 + take(in) % 3 : entries ? 2 : children_of(in, s->format);
    s->children = FL_NEW_N(a, struct ArrowSchema *, s->n_children);
    for (int i = 0; i < s->n_children; i++)
        s->children[i] = make_schema(a, in, depth + 1, strcmp(s->format, "+m") == 0 && take(in) % 16 > 0 ? "+s" : NULL);
    if (depth > 0 && depth < DEPTH_MAX && s->format[0] != '\0' && strchr("cCsSiIlL", s->format[0]) &&
        s->format[1] == '\0' && take(in) % 4 == 3)
        s->dictionary = make_schema(a, in, depth + 1, NULL);
    return s;
}

/* Offsets that ascend a little, but for the odd byte. */
static void fill_offsets(input *in, char *p, int width, int64_t most) {
    int64_t x = 0;
    for (int i = 0; i < 2 * ROWS_MAX; i++) {
        memcpy(p + i * width, &x, (size_t)width);
        unsigned step = take(in);
        x += step == 255 ? -1 : step % 3;
        x = FL_MIN(x, most);
    }
}

static void fill_bytes(input *in, char *p, size_t n) {
    for (size_t i = 0; i < n && in->p < in->end; i++) p[i] = (char)take(in);
}

/* Views of any length, whose offsets lie anywhere in the first buffer. */
static void fill_views(input *in, char *p) {
    for (int i = 0; i < 2 * ROWS_MAX; i++) {
        int32_t v[4] = {(int32_t)(take(in) % 32), 0x20202020, (int32_t)(take(in) % 8 == 7), (int32_t)take(in)};
        memcpy(p + i * 16, v, sizeof v);
    }
}

static struct ArrowArray *make_array(fl_arena *a, input *in, const struct ArrowSchema *s, int64_t length) {
    struct ArrowArray *x = FL_NEW(a, struct ArrowArray);
    const char *f = s->format;
    bool views = f[0] == 'v', text = f[0] == 'u' || f[0] == 'U' || f[0] == 'z' || f[0] == 'Z';
    bool list = f[0] == '+' && f[1] != 's' && f[1] != 'w', wide = f[0] == 'U' || f[0] == 'Z' || (list && f[1] == 'L');
    x->length = length;
    x->offset = take(in) % 8 == 7 ? take(in) % 8 : 0;
    unsigned nulls = take(in);
    x->null_count = nulls % 4 == 0 ? -1 : nulls % 4 == 1 ? 1 : 0;
    x->n_buffers = views ? 4 : text ? 3 : f[0] == '+' && !list ? 1 : f[0] == 'n' ? 0 : 2;
    if (take(in) == 255) x->n_buffers = take(in) % 4;
    x->buffers = FL_NEW_N(a, const void *, 4);
    for (int i = 0; i < x->n_buffers; i++) {
        char *p = fl_arena_zalloc(a, BUFFER_BYTES);
        x->buffers[i] = p;
        if (i == 0 && nulls % 8 == 0)
            x->buffers[i] = NULL;
        else if (i == 1 && (text || list))
            fill_offsets(in, p, wide ? 8 : 4, list ? ROWS_MAX : BUFFER_BYTES);
        else if (i == 1 && views)
            fill_views(in, p);
        else if (i == 3)
            *(int64_t *)p = take(in) * 2;
        else
            fill_bytes(in, p, i == 0 ? 8 : 64);
    }
    x->n_children = s->n_children;
    if (take(in) == 255) x->n_children = take(in) % 3;
    x->children = FL_NEW_N(a, struct ArrowArray *, FL_MAX(s->n_children, 3));
    for (int i = 0; i < s->n_children; i++)
        x->children[i] = make_array(a, in, s->children[i], f[0] == '+' && f[1] == 's' ? length + x->offset : ROWS_MAX);
    if (s->dictionary != NULL) x->dictionary = make_array(a, in, s->dictionary, take(in) % 8);
    x->release = release_array;
    return x;
}

/* ---- in, out and in again ---- */

static void print_rows(fl_buf *out, const fl_batch *b) {
    for (int i = 0; i < b->n; i++) {
        fl_text_row(out, b, i);
        fl_buf_putc(out, '\n');
    }
}

static void check_again(fl_batch *b, const fl_schema *schema, int flags) {
    struct ArrowSchema form;
    struct ArrowArray array;
    fl_error err;
    fl_arena a;
    fl_schema told;
    fl_batch *again;
    if (fl_arrow_export_schema(schema, flags, &form, &err) < 0) return;
    if (fl_arrow_export_batch(b, schema, flags, &array, &err) < 0) {
        form.release(&form);
        return;
    }
    fl_arena_init(&a);
    fl_assert(fl_arrow_import_schema(&a, &form, &told, &err) == 0);
    fl_buffer *keep = fl_arrow_keep(&array);
    fl_assert(fl_arrow_import_batch(&form, keep->owner, keep, &told, 0, b->n, &again, &err) == 0);
    fl_batch_check(again);
    fl_buf one, two;
    fl_buf_init(&one);
    fl_buf_init(&two);
    print_rows(&one, b);
    print_rows(&two, again);
    fl_assert(fl_str_eq(fl_str_make(one.p, one.n), fl_str_make(two.p, two.n)));
    fl_buf_deinit(&one);
    fl_buf_deinit(&two);
    fl_batch_unref(again);
    fl_buffer_unref(keep);
    form.release(&form);
    fl_arena_deinit(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    fl_error err;
    fl_schema schema;
    fl_batch *b;
    input in = {data, data + size};
    fl_arena_init(&a);
    int n = (int)(take(&in) % ROWS_MAX), flags = (int)(take(&in) % 4);
    struct ArrowSchema *form = make_schema(&a, &in, 0, "+s");
    struct ArrowArray *array = make_array(&a, &in, form, n);
    if (fl_arrow_import_schema(&a, form, &schema, &err) == 0) {
        int64_t at = n > 0 ? take(&in) % n : 0;
        fl_buffer *keep = fl_arrow_keep(array);
        if (fl_arrow_import_batch(form, keep->owner, keep, &schema, at, n - (int)at, &b, &err) == 0) {
            fl_batch_check(b);
            check_again(b, &schema, flags);
            fl_batch_unref(b);
        }
        fl_buffer_unref(keep);
    }
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\0"), WORD("\0\0\0\0"), WORD("\377"), WORD("\1"), WORD("\2\2\2\2\2\2"), WORD("\45"), WORD("\42"), WORD("\44"),
    WORD("\14"), WORD("\16"), WORD("\377\377\377\377\377\377\377\377"), WORD("abcdefghijklmnop"), WORD("\7\7"),
    WORD("\3"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 60, .texts = 60000};
