/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_format.h -- what the fuzzers of formats share: several ways to decode the same bytes, compared row by row. */
#ifndef FL_TESTS_FUZZ_FORMAT_H
#define FL_TESTS_FUZZ_FORMAT_H

#include <stdio.h>
#include <stdlib.h>

#include "data/text.h"
#include "formats/format.h"

extern const fl_format fl_format_csv, fl_format_json, fl_format_raw;

/* Bytes at the very end of their memory, so that any look beyond them is seen. */
static fl_buffer *fuzz_bytes(fl_str s) {
    char *copy = malloc(s.n + 1);
    memcpy(copy, s.p, s.n);
    copy = realloc(copy, s.n > 0 ? s.n : 1);
    return fl_buffer_wrap(copy, s.n, NULL, NULL);
}

/* Appends the rows, and says so at the end if decoding failed. Returns the bytes used. */
static size_t fuzz_decode(fl_decoder *d, const fl_schema *schema, fl_str bytes, bool last, int cap, fl_buf *out) {
    fl_builder b;
    fl_error err;
    fl_buffer *owner = fuzz_bytes(bytes);
    size_t at = 0, used = 1;
    int rc = 0;
    fl_builder_init(&b, schema, cap);
    while (rc == 0 && at < bytes.n && used > 0) {
        rc = d->decode(d, fl_str_make((char *)owner->data + at, bytes.n - at), owner, last, &b, &used, &err);
        at += used;
        fl_batch *batch = fl_builder_take(&b);
        if (batch == NULL) continue;
        fl_batch_check(batch);
        for (int i = 0; i < batch->n; i++) {
            fl_text_row(out, batch, i);
            fl_buf_putc(out, '\n');
        }
        fl_batch_unref(batch);
    }
    if (rc < 0) fl_buf_puts(out, "failed\n");
    fl_builder_deinit(&b);
    free(owner->data);
    fl_buffer_unref(owner);
    return at;
}

static void fuzz_same(const char *what, const fl_buf *a, const fl_buf *b) {
    if (fl_str_eq(fl_str_make(a->p, a->n), fl_str_make(b->p, b->n))) return;
    fprintf(stderr, "at once:\n%.*s%s:\n%.*s", (int)a->n, a->n > 0 ? a->p : "", what, (int)b->n, b->n > 0 ? b->p : "");
    abort();
}

static fl_decoder *fuzz_decoder(const fl_format_config *c) {
    fl_decoder *d;
    fl_error err;
    fl_assert(c->format->decoder(c, &d, &err) == 0);
    return d;
}

/* The columns of a ROW type. */
static fl_schema fuzz_schema(fl_arena *a, const char *row_type) {
    fl_error err;
    const fl_type *t;
    size_t used;
    fl_assert(fl_type_parse(a, fl_str_from(row_type), false, &t, &used, &err) == 0);
    return (fl_schema){t->n_fields, t->fields};
}

/* At once, in batches of one row, and cut in two. */
static void fuzz_rows(const fl_format *format, const char *row_type, const fl_option *options, int n_options,
                      fl_str text) {
    fl_arena a;
    size_t used;
    fl_arena_init(&a);
    fl_schema schema = fuzz_schema(&a, row_type);
    fl_format_config c = {.format = format, .schema = &schema, .options = options, .n_options = n_options};
    fl_buf all, other;
    fl_buf_init(&all);
    fl_buf_init(&other);
    fl_decoder *d = fuzz_decoder(&c);
    fuzz_decode(d, &schema, text, true, 1000, &all);
    d->free(d);
    d = fuzz_decoder(&c);
    fuzz_decode(d, &schema, text, true, 1, &other);
    d->free(d);
    fuzz_same("row by row", &all, &other);
    fl_buf_reset(&other);
    d = fuzz_decoder(&c);
    used = fuzz_decode(d, &schema, fl_str_make(text.p, text.n / 2), false, 3, &other);
    if (other.n < 7 || memcmp(other.p + other.n - 7, "failed\n", 7) != 0)
        fuzz_decode(d, &schema, fl_str_make(text.p + used, text.n - used), true, 3, &other);
    d->free(d);
    fuzz_same("in two pieces", &all, &other);
    fl_buf_deinit(&all);
    fl_buf_deinit(&other);
    fl_arena_deinit(&a);
}

/* What has been read is written, and read again: the same rows. */
static FL_UNUSED void fuzz_back(const fl_format *format, const char *row_type, const fl_option *options, int n_options,
                                fl_str text) {
    fl_arena a;
    fl_error err;
    size_t used;
    fl_arena_init(&a);
    fl_schema schema = fuzz_schema(&a, row_type);
    fl_format_config c = {.format = format, .schema = &schema, .options = options, .n_options = n_options};
    fl_buf first, second, written;
    fl_buf_init(&first);
    fl_buf_init(&second);
    fl_buf_init(&written);
    fl_decoder *d = fuzz_decoder(&c);
    fl_encoder *e;
    fl_builder b;
    fl_builder_init(&b, &schema, 1000);
    fl_assert(format->encoder(&c, &e, &err) == 0);
    fl_buffer *owner = fuzz_bytes(text);
    d->decode(d, fl_str_make((char *)owner->data, text.n), owner, true, &b, &used, &err);
    fl_batch *batch = fl_builder_take(&b);
    for (int i = 0; batch != NULL && i < batch->n; i++) {
        fl_text_row(&first, batch, i);
        fl_buf_putc(&first, '\n');
        fl_assert(e->row(e, batch, i, &written, &err) == 0);
    }
    fl_batch_unref(batch);
    fuzz_decode(d, &schema, fl_str_make(written.n > 0 ? written.p : "", written.n), true, 1000, &second);
    fuzz_same("written and read again", &first, &second);
    free(owner->data);
    fl_buffer_unref(owner);
    d->free(d);
    e->free(e);
    fl_builder_deinit(&b);
    fl_buf_deinit(&first);
    fl_buf_deinit(&second);
    fl_buf_deinit(&written);
    fl_arena_deinit(&a);
}

#endif
