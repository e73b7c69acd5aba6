/* SPDX-License-Identifier: Apache-2.0 */
/* test_arrow.c -- batches go out as Arrow and come back; foreign arrays of every format come in; bad ones do not. */
#include "model.h"

#include <stdio.h>
#include <sys/mman.h>

#include "data/arrow.h"

enum { SEED = 17, ROUNDS = 400, ROWS = 80 };

static fl_arena arena;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    model_rng = SEED;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    return 0;
}

/* ---- out and back ---- */

/* Arrow has no NULL among the keys of a map. */
static const fl_type *without_null_keys(const fl_type *t) {
    fl_field f[8];
    for (int i = 0; i < t->n_fields; i++)
        f[i] = (fl_field){t->fields[i].name, without_null_keys(t->fields[i].type), NULL};
    if (t->kind == FL_T_MAP || t->kind == FL_T_MULTISET)
        f[0].type = f[0].type->kind == FL_T_NULL ? fl_type_string(false) : fl_type_nullable(&arena, f[0].type, false);
    switch (t->kind) {
    case FL_T_ARRAY: return fl_type_array(&arena, f[0].type, t->nullable);
    case FL_T_MAP: return fl_type_map(&arena, f[0].type, f[1].type, t->nullable);
    case FL_T_MULTISET: return fl_type_multiset(&arena, f[0].type, t->nullable);
    case FL_T_ROW: return fl_type_row(&arena, f, t->n_fields, t->nullable);
    default: return t;
    }
}

static const fl_type *draw_arrow_type(int depth) { return without_null_keys(draw_type(&arena, depth, false)); }

typedef struct exported {
    struct ArrowSchema schema;
    struct ArrowArray array;
} exported;

static void export_both(fl_batch *b, const fl_schema *s, int flags, exported *e) {
    fl_error err;
    assert_int_equal(fl_arrow_export_schema(s, flags, &e->schema, &err), 0);
    if (fl_arrow_export_batch(b, s, flags, &e->array, &err) < 0) fail_msg("%s", err.message);
}

static fl_batch *import_rows(const struct ArrowSchema *form, const struct ArrowArray *in, fl_buffer *keep,
                             const fl_schema *s, int64_t at, int n) {
    fl_error err;
    fl_batch *b = NULL;
    if (fl_arrow_import_batch(form, in, keep, s, at, n, &b, &err) < 0) fail_msg("%s", err.message);
    fl_batch_check(b);
    return b;
}

static void batches_come_back_as_they_went(void **state) {
    (void)state;
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        int n = draw(ROWS), flags = draw(4);
        fl_field f[3];
        model *v[3];
        fl_schema s = {3, f}, back = {0};
        fl_batch *b = fl_batch_new(3, n);
        for (int k = 0; k < 3; k++) {
            f[k] = (fl_field){k == 0 ? "a" : k == 1 ? "b" : "c", draw_arrow_type(2), NULL};
            v[k] = draw_values(&arena, f[k].type, n);
            b->cols[k] = model_column(f[k].type, v[k], n);
        }
        if (draw(2)) { /* columns that begin in the middle of their memory */
            int at = draw(n + 1);
            fl_batch *slice = fl_batch_slice(b, at, n - at);
            fl_batch_unref(b);
            b = slice, n -= at;
            for (int k = 0; k < 3; k++) v[k] += at;
        }
        if (draw(2)) {
            uint16_t *sel = fl_batch_need_sel(b);
            for (int i = 0; i < n; i++)
                if (draw(3)) {
                    for (int k = 0; k < 3; k++) v[k][b->n_sel] = v[k][i];
                    sel[b->n_sel++] = (uint16_t)i;
                }
            n = b->n_sel;
        }
        exported e;
        fl_error err;
        export_both(b, &s, flags, &e);
        fl_batch_unref(b);
        assert_int_equal(e.array.length, n);
        assert_int_equal(fl_arrow_import_schema(&arena, &e.schema, &back, &err), 0);
        for (int k = 0; k < 3; k++) {
            assert_string_equal(back.fields[k].name, f[k].name);
            if (!fl_type_equal(back.fields[k].type, f[k].type, true))
                fail_msg("%s became %s", fl_type_name(&arena, f[k].type, FL_TYPE_SUMMARY),
                         fl_type_name(&arena, back.fields[k].type, FL_TYPE_SUMMARY));
        }
        fl_buffer *keep = fl_arrow_keep(&e.array);
        assert_null(e.array.release);
        int at = draw(n + 1), m = draw(n - at + 1);
        fl_batch *all = import_rows(&e.schema, &e.array, keep, &s, 0, n);
        fl_batch *part = import_rows(&e.schema, &e.array, keep, &back, at, m);
        fl_buffer_unref(keep);
        e.schema.release(&e.schema);
        assert_null(e.schema.release);
        for (int k = 0; k < 3; k++) assert_column(all->cols[k], v[k], n);
        fl_batch_unref(all);
        for (int k = 0; k < 3; k++) assert_column(part->cols[k], v[k] + at, m);
        fl_batch_unref(part);
        fl_arena_reset(&arena);
    }
}

static fl_batch *numbers_and_texts(fl_schema *s) {
    static fl_field f[2];
    f[0] = (fl_field){"n", fl_type_of(FL_T_BIGINT, true), NULL};
    f[1] = (fl_field){"s", fl_type_string(true), NULL};
    *s = (fl_schema){2, f};
    fl_batch *b = fl_batch_new(2, 10);
    for (int k = 0; k < 2; k++) b->cols[k] = fl_column_new(f[k].type, 10);
    for (int i = 0; i < 10; i++) {
        fl_column_append_i64(b->cols[0], i);
        fl_column_append_str(b->cols[1], fl_str_from("a string that lies in a heap"));
    }
    return b;
}

static void memory_is_shared_in_both_directions(void **state) {
    (void)state;
    fl_schema s;
    exported e;
    fl_batch *b = numbers_and_texts(&s);
    export_both(b, &s, FL_ARROW_VIEWS, &e);
    assert_ptr_equal(e.array.children[0]->buffers[1], b->cols[0]->data);
    assert_ptr_equal(e.array.children[1]->buffers[2], b->cols[1]->heaps[0]->data);
    fl_buffer *keep = fl_arrow_keep(&e.array);
    fl_batch *back = import_rows(&e.schema, &e.array, keep, &s, 3, 5);
    assert_ptr_equal(back->cols[0]->data, FL_DATA(b->cols[0], int64_t) + 3);
    assert_ptr_equal(FL_DATA(back->cols[1], fl_view)[0].p, FL_DATA(b->cols[1], fl_view)[3].p);
    fl_column_reset(back->cols[0]); /* foreign memory is never written to: other memory is taken */
    assert_ptr_not_equal(back->cols[0]->data, FL_DATA(b->cols[0], int64_t) + 3);
    fl_batch_unref(b);
    fl_buffer_unref(keep);
    assert_true(fl_str_is(fl_column_str(back->cols[1], 4), "a string that lies in a heap"));
    fl_batch_unref(back);
    e.schema.release(&e.schema);
}

static void unmap(fl_buffer *b) { munmap(b->data, b->size); }

static void heaps_beyond_two_gigabytes_are_shown_in_windows(void **state) {
    (void)state;
    static const int64_t places[] = {0, (1ll << 30) - 5, 1ll << 30, (1ll << 31) - 1, 1ll << 31, (3ll << 30) - 40};
    fl_field f = {"s", fl_type_string(false), NULL};
    fl_schema s = {1, &f};
    size_t size = (size_t)3 << 30;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) skip();
    fl_batch *b = fl_batch_new(1, FL_ARRAY_LEN(places));
    fl_column *c = b->cols[0] = fl_column_new(f.type, b->n);
    fl_column_append_str(c, fl_str_from("a heap of another size, before the large one"));
    fl_column_truncate(c, 0);
    fl_buffer *heap = fl_buffer_wrap(p, size, unmap, NULL);
    fl_column_add_heap(c, heap);
    fl_buffer_unref(heap);
    for (; c->n < b->n; c->n++) {
        char *at = p + places[c->n];
        memcpy(at, "a string longer than a view", 27);
        FL_DATA(c, fl_view)[c->n] = fl_view_make(at, 27);
    }
    exported e;
    export_both(b, &s, FL_ARROW_VIEWS, &e);
    fl_buffer *keep = fl_arrow_keep(&e.array);
    fl_batch *back = import_rows(&e.schema, &e.array, keep, &s, 0, b->n);
    fl_buffer_unref(keep);
    e.schema.release(&e.schema);
    for (int i = 0; i < b->n; i++) assert_ptr_equal(FL_DATA(back->cols[0], fl_view)[i].p, p + places[i]);
    fl_batch_unref(b);
    fl_batch_unref(back);
}

static void a_child_may_be_moved_out_and_outlives_the_rest(void **state) {
    (void)state;
    fl_schema s;
    exported e;
    fl_batch *b = numbers_and_texts(&s);
    export_both(b, &s, 0, &e);
    fl_batch_unref(b);
    struct ArrowArray moved = *e.array.children[1];
    struct ArrowSchema moved_schema = *e.schema.children[1];
    e.array.children[1]->release = NULL;
    e.schema.children[1]->release = NULL;
    e.array.release(&e.array);
    e.schema.release(&e.schema);
    assert_string_equal(moved_schema.name, "s");
    assert_string_equal(moved_schema.format, "u");
    assert_memory_equal((const char *)moved.buffers[2] + ((const int32_t *)moved.buffers[1])[9], "a string that", 13);
    moved.release(&moved);
    moved_schema.release(&moved_schema);
}

static void check_format(const char *type, int flags, const char *format, const char *told) {
    fl_error err;
    const fl_type *t;
    size_t used;
    struct ArrowSchema out;
    assert_int_equal(fl_type_parse(&arena, fl_str_from(type), false, &t, &used, &err), 0);
    fl_field f = {"x", t, NULL};
    assert_int_equal(fl_arrow_export_schema(&(fl_schema){1, &f}, flags, &out, &err), 0);
    assert_string_equal(out.children[0]->format, format);
    assert_int_equal(out.children[0]->metadata != NULL, told != NULL);
    if (told != NULL)
        assert_memory_equal(out.children[0]->metadata + 4 + 4 + strlen("flott:type") + 4, told, strlen(told));
    out.release(&out);
}

static void formats_are_those_of_the_specification(void **state) {
    (void)state;
    check_format("BOOLEAN", 0, "b", NULL);
    check_format("TINYINT", 0, "c", NULL);
    check_format("SMALLINT", 0, "s", NULL);
    check_format("INT", 0, "i", NULL);
    check_format("BIGINT", 0, "l", NULL);
    check_format("FLOAT", 0, "f", NULL);
    check_format("DOUBLE", 0, "g", NULL);
    check_format("DECIMAL(10, 2)", 0, "d:10,2", NULL);
    check_format("DECIMAL(10, 2)", FL_ARROW_DECIMAL64, "d:10,2,64", NULL);
    check_format("DECIMAL(30, 2)", FL_ARROW_DECIMAL64, "d:30,2", NULL);
    check_format("STRING", 0, "u", NULL);
    check_format("STRING", FL_ARROW_VIEWS, "vu", NULL);
    check_format("BYTES", 0, "z", NULL);
    check_format("CHAR(3) NOT NULL", 0, "u", "CHAR(3) NOT NULL");
    check_format("VARBINARY(3)", FL_ARROW_VIEWS, "vz", "VARBINARY(3)");
    check_format("DATE", 0, "tdD", NULL);
    check_format("TIME(0)", 0, "ttm", "TIME(0)");
    check_format("TIME(3)", 0, "ttm", NULL);
    check_format("TIMESTAMP(0)", 0, "tsm:", "TIMESTAMP(0)");
    check_format("TIMESTAMP(3)", 0, "tsm:", NULL);
    check_format("TIMESTAMP(6)", 0, "tsu:", NULL);
    check_format("TIMESTAMP(9)", 0, "tsn:", NULL);
    check_format("TIMESTAMP_LTZ(3)", 0, "tsm:UTC", NULL);
    check_format("TIMESTAMP_LTZ(8)", 0, "tsn:UTC", "TIMESTAMP(8) WITH LOCAL TIME ZONE");
    check_format("INTERVAL MONTH", 0, "tiM", NULL);
    check_format("INTERVAL DAY", 0, "tDm", NULL);
    check_format("ARRAY<INT>", 0, "+l", NULL);
    check_format("MAP<INT, INT>", 0, "+m", NULL);
    check_format("MULTISET<INT>", 0, "+m", "MULTISET<INT>");
    check_format("ROW<a INT>", 0, "+s", NULL);
    check_format("RAW('c', 's')", 0, "z", "RAW('c', 's')");
    check_format("NULL", 0, "n", NULL);
}

static void classes_survive_in_the_metadata(void **state) {
    (void)state;
    static const char *const texts[] = {"RAW('c', 's')", "STRUCTURED<'my.User', `a` INT, `b` CHAR(2) NOT NULL>",
                                        "MAP<STRING, MULTISET<CHAR(3)>>"};
    for (size_t i = 0; i < FL_ARRAY_LEN(texts); i++) {
        fl_error err;
        const fl_type *t;
        fl_schema back;
        size_t used;
        struct ArrowSchema out;
        assert_int_equal(fl_type_parse(&arena, fl_str_from(texts[i]), false, &t, &used, &err), 0);
        fl_field f = {"x", t, NULL};
        assert_int_equal(fl_arrow_export_schema(&(fl_schema){1, &f}, 0, &out, &err), 0);
        assert_int_equal(fl_arrow_import_schema(&arena, &out, &back, &err), 0);
        if (!fl_type_equal(back.fields[0].type, t, true)) fail_msg("%s", texts[i]);
        out.release(&out);
    }
}

static void what_has_no_form_in_arrow_is_refused(void **state) {
    (void)state;
    fl_error err;
    struct ArrowSchema schema;
    struct ArrowArray array;
    fl_field f = {"x", fl_type_object(&arena, &thing_ops, true), NULL};
    fl_schema s = {1, &f};
    assert_int_equal(fl_arrow_export_schema(&s, 0, &schema, &err), FL_E_UNSUPPORTED);
    assert_string_equal(err.message, "column 'x' of type OBJECT has no form in Arrow");
    fl_batch *b = fl_batch_new(1, 1);
    b->cols[0] = fl_column_new(f.type, 1);
    fl_column_append_object(b->cols[0], thing_new(1));
    assert_int_equal(fl_arrow_export_batch(b, &s, 0, &array, &err), FL_E_UNSUPPORTED);
    fl_batch_unref(b);
    assert_int_equal(thing_refs_alive, 0);
    f.type = fl_type_time(&arena, FL_T_TIMESTAMP, 9, true);
    b = fl_batch_new(1, 2);
    b->cols[0] = fl_column_new(f.type, 2);
    fl_column_append_null(b->cols[0]);
    fl_column_append_i128(b->cols[0], (fl_i128)INT64_MAX + 1);
    assert_int_equal(fl_arrow_export_batch(b, &s, 0, &array, &err), FL_E_RUNTIME);
    assert_non_null(strstr(err.message, "column 'x': a TIMESTAMP(9) outside 1677"));
    fl_batch_unref(b);
    f.type = fl_type_map(&arena, fl_type_string(true), fl_type_of(FL_T_INT, true), true);
    b = fl_batch_new(1, 1);
    b->cols[0] = fl_column_new(f.type, 1);
    fl_column_append_null(b->cols[0]->child[0]);
    fl_column_append_i64(b->cols[0]->child[1], 1);
    fl_column_append_nested(b->cols[0]);
    assert_int_equal(fl_arrow_export_batch(b, &s, 0, &array, &err), FL_E_RUNTIME);
    assert_string_equal(err.message, "column 'x': a map with a NULL key has no form in Arrow");
    fl_batch_unref(b);
}

/* And comes back as that text. */
static void a_variant_leaves_as_its_json_text(void **state) {
    (void)state;
    fl_error err;
    fl_schema back;
    struct ArrowSchema schema;
    struct ArrowArray array;
    fl_field f = {"x", fl_type_of(FL_T_VARIANT, true), NULL};
    fl_schema s = {1, &f};
    fl_batch *b = fl_batch_new(1, 3);
    b->cols[0] = fl_column_new(f.type, 3);
    fl_column_append_str(b->cols[0], fl_str_make("\1\0\0\3\2\0\1\3\0\x0c\7", 11)); /* [null,7] */
    fl_column_append_null(b->cols[0]);
    fl_column_append_str(b->cols[0], fl_str_make("\1\0\0\5x", 5));
    b->n = 3;
    for (int flags = 0; flags <= FL_ARROW_VIEWS; flags += FL_ARROW_VIEWS) {
        assert_int_equal(fl_arrow_export_schema(&s, flags, &schema, &err), 0);
        assert_int_equal(fl_arrow_export_batch(b, &s, flags, &array, &err), 0);
        assert_string_equal(schema.children[0]->format, flags ? "vu" : "u");
        assert_int_equal(fl_arrow_import_schema(&arena, &schema, &back, &err), 0);
        assert_true(fl_type_equal(back.fields[0].type, fl_type_string(true), true));
        fl_buffer *keep = fl_arrow_keep(&array);
        fl_batch *again = import_rows(&schema, &array, keep, &back, 0, 3);
        assert_true(fl_str_is(fl_column_str(again->cols[0], 0), "[null,7]"));
        assert_true(fl_column_is_null(again->cols[0], 1));
        assert_true(fl_str_is(fl_column_str(again->cols[0], 2), "\"x\""));
        fl_batch_unref(again);
        fl_buffer_unref(keep);
        schema.release(&schema);
    }
    fl_batch_unref(b);
}

/* ---- foreign arrays, made by hand: every buffer has exactly its size, so that a read beyond it is seen ---- */

typedef struct node {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowSchema *child_schemas[4];
    struct ArrowArray *child_arrays[4];
    const void *buffers[6];
    void *owned[6];
} node;

static node *nodes[32];
static int n_nodes;

static node *make(const char *format, int64_t length, int64_t offset, int n_buffers) {
    node *x = calloc(1, sizeof *x);
    nodes[n_nodes++] = x;
    x->schema =
        (struct ArrowSchema){.format = format, .name = "x", .flags = ARROW_FLAG_NULLABLE, .children = x->child_schemas};
    x->array = (struct ArrowArray){
        .length = length, .offset = offset, .n_buffers = n_buffers, .buffers = x->buffers, .children = x->child_arrays};
    return x;
}

static void set_buffer(node *x, int k, const void *bytes, size_t n) {
    free(x->owned[k]);
    x->owned[k] = malloc(n);
    if (n > 0) memcpy(x->owned[k], bytes, n);
    x->buffers[k] = x->owned[k];
}

static void add_child(node *x, node *child) {
    int64_t k = x->schema.n_children++;
    x->array.n_children++;
    x->child_schemas[k] = &child->schema;
    x->child_arrays[k] = &child->array;
}

static void set_dictionary(node *x, node *d) {
    x->schema.dictionary = &d->schema;
    x->array.dictionary = &d->array;
}

/* The bits as text, from the first row of the buffer on: "1101". */
static void set_bits(node *x, int k, const char *bits) {
    uint8_t bytes[16] = {0};
    for (int i = 0; bits[i] != '\0'; i++) fl_bit_put(bytes, i, bits[i] == '1');
    set_buffer(x, k, bytes, (strlen(bits) + 7) / 8);
    if (k == 0) x->array.null_count = -1;
}

static void free_nodes(void) {
    for (int i = 0; i < n_nodes; i++) {
        for (int k = 0; k < 6; k++) free(nodes[i]->owned[k]);
        free(nodes[i]);
    }
    n_nodes = 0;
}

static bool released;
static void note_release(struct ArrowArray *a) {
    released = true;
    a->release = NULL;
}

/* Imports rows [at, at + n) of one column. Gives the batch, or NULL and the error. */
static fl_batch *try_import(node *x, int64_t at, int n, fl_error *err) {
    node *top = make("+s", x->array.length, 0, 1);
    fl_schema s = {0};
    fl_batch *b = NULL;
    add_child(top, x);
    top->array.release = note_release;
    released = false;
    int rc = fl_arrow_import_schema(&arena, &top->schema, &s, err);
    fl_buffer *keep = fl_arrow_keep(&top->array);
    if (rc == 0) rc = fl_arrow_import_batch(&top->schema, &top->array, keep, &s, at, n, &b, err);
    fl_buffer_unref(keep);
    assert_int_equal(rc == 0, b != NULL);
    if (b != NULL) fl_batch_check(b);
    return b;
}

/* The values of the imported column, as text: numbers, texts, lists in brackets, "-" for NULL. */
static void print_value(fl_buf *out, const fl_column *c, int i) {
    const int32_t *offsets = c->data;
    if (fl_column_is_null(c, i)) {
        fl_buf_putc(out, '-');
        return;
    }
    switch (c->phys) {
    case FL_P_F32: fl_buf_printf(out, "%g", (double)FL_DATA(c, float)[i]); break;
    case FL_P_F64: fl_buf_printf(out, "%g", FL_DATA(c, double)[i]); break;
    case FL_P_VIEW: fl_buf_put_str(out, fl_column_str(c, i)); break;
    case FL_P_LIST:
    case FL_P_MAP:
        fl_buf_putc(out, '[');
        for (int e = offsets[i]; e < offsets[i + 1]; e++)
            for (int k = 0; k < c->n_children; k++) {
                if (e > offsets[i] || k > 0) fl_buf_putc(out, k > 0 ? '=' : ' ');
                print_value(out, c->child[k], e);
            }
        fl_buf_putc(out, ']');
        break;
    case FL_P_ROW:
        fl_buf_putc(out, '(');
        for (int k = 0; k < c->n_children; k++) {
            if (k > 0) fl_buf_putc(out, ' ');
            print_value(out, c->child[k], i);
        }
        fl_buf_putc(out, ')');
        break;
    default: {
        fl_i128 x = fl_column_i128(c, i);
        if (x != (int64_t)x) fl_buf_printf(out, "%lld*2^64+", (long long)(x >> 64));
        fl_buf_printf(out, x != (int64_t)x ? "%llu" : "%lld", (long long)x);
        break;
    }
    }
}

static void assert_import(node *x, int64_t at, int n, const char *type, const char *values) {
    fl_error err;
    fl_buf text;
    fl_batch *b = try_import(x, at, n, &err);
    if (b == NULL) fail_msg("%s: %s", x->schema.format, err.message);
    const fl_column *c = b->cols[0];
    assert_string_equal(fl_type_name(&arena, c->type, FL_TYPE_SUMMARY), type);
    fl_buf_init(&text);
    for (int i = 0; i < c->n; i++) {
        if (i > 0) fl_buf_putc(&text, ' ');
        print_value(&text, c, i);
    }
    assert_string_equal(fl_buf_cstr(&text), values);
    fl_buf_deinit(&text);
    fl_batch_unref(b);
    assert_true(released);
    free_nodes();
}

static void assert_refused(node *x, int n, int code, const char *message) {
    fl_error err;
    fl_batch *b = try_import(x, 0, n, &err);
    if (b != NULL) fail_msg("%s was accepted", x->schema.format);
    if (strcmp(err.message, message) != 0) fail_msg("'%s', not '%s'", err.message, message);
    assert_int_equal(err.code, code);
    free_nodes();
}

#define COUNT(...)                (sizeof(__VA_ARGS__) / sizeof((__VA_ARGS__)[0]))
#define FIXED(format, ctype, ...) fixed(format, (ctype[]){__VA_ARGS__}, COUNT((ctype[]){__VA_ARGS__}), sizeof(ctype))

static node *fixed(const char *format, const void *values, size_t n, size_t size) {
    node *x = make(format, (int64_t)n, 0, 2);
    set_buffer(x, 1, values, n * size);
    return x;
}

static void numbers_of_every_width_come_in(void **state) {
    (void)state;
    assert_import(FIXED("c", int8_t, -128, 127), 0, 2, "TINYINT", "-128 127");
    assert_import(FIXED("C", uint8_t, 0, 255), 0, 2, "SMALLINT", "0 255");
    assert_import(FIXED("s", int16_t, -32768, 1), 0, 2, "SMALLINT", "-32768 1");
    assert_import(FIXED("S", uint16_t, 65535), 0, 1, "INT", "65535");
    assert_import(FIXED("i", int32_t, INT32_MIN, 1, 2), 1, 2, "INT", "1 2");
    assert_import(FIXED("I", uint32_t, UINT32_MAX), 0, 1, "BIGINT", "4294967295");
    assert_import(FIXED("l", int64_t, INT64_MIN), 0, 1, "BIGINT", "-9223372036854775808");
    assert_import(FIXED("L", uint64_t, UINT64_MAX), 0, 1, "DECIMAL(20, 0)", "0*2^64+18446744073709551615");
    assert_import(FIXED("f", float, 1.5f, -2), 0, 2, "FLOAT", "1.5 -2");
    assert_import(FIXED("g", double, 1e300), 0, 1, "DOUBLE", "1e+300");
    node *x = make("n", 3, 0, 0);
    assert_import(x, 1, 2, "NULL", "- -");
}

static void offsets_and_nulls_are_minded(void **state) {
    (void)state;
    node *x = FIXED("i", int32_t, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8);
    x->array.offset = 3, x->array.length = 8;
    set_bits(x, 0, "00011011011");
    assert_import(x, 1, 6, "INT", "2 - 4 5 - 7");
    x = make("b", 10, 3, 2);
    set_bits(x, 1, "1110100110101");
    set_bits(x, 0, "1111111111011");
    assert_import(x, 1, 9, "BOOLEAN", "1 0 0 1 1 0 - 0 1");
    x = FIXED("l", int64_t, 1, 2);
    set_bits(x, 0, "11");
    x->array.null_count = 0;
    x->schema.flags = 0;
    assert_import(x, 0, 2, "BIGINT NOT NULL", "1 2");
}

static void values_that_are_not_aligned_are_copied(void **state) {
    (void)state;
    static char bytes[8 * 3 + 4] __attribute__((aligned(16)));
    int64_t values[3] = {1, -2, 3};
    memcpy(bytes + 4, values, sizeof values);
    node *x = make("l", 3, 0, 2);
    x->buffers[1] = bytes + 4;
    assert_import(x, 0, 3, "BIGINT", "1 -2 3");
    static fl_i128 wide[2] = {7, 8};
    x = make("d:38,0", 1, 0, 2);
    memmove((char *)wide + 8, wide, sizeof wide[0]);
    x->buffers[1] = (char *)wide + 8;
    assert_import(x, 0, 1, "DECIMAL(38, 0)", "7");
}

static void texts_of_every_kind_become_views(void **state) {
    (void)state;
    static const char bytes[] = "abca long string that is not inlinexy";
    node *x = make("u", 4, 0, 3);
    set_buffer(x, 1, (int32_t[]){0, 3, 35, 35, 37}, 5 * sizeof(int32_t));
    set_buffer(x, 2, bytes, 37);
    set_bits(x, 0, "1101");
    assert_import(x, 0, 4, "STRING", "abc a long string that is not inline - xy");
    x = make("Z", 3, 1, 3);
    set_buffer(x, 1, (int64_t[]){0, 3, 35, 35, 37}, 5 * sizeof(int64_t));
    set_buffer(x, 2, bytes, 37);
    assert_import(x, 0, 3, "BYTES", "a long string that is not inline  xy");
    x = make("w:2", 2, 1, 2);
    set_buffer(x, 1, "aabbcc", 6);
    assert_import(x, 0, 2, "BINARY(2)", "bb cc");
    x = make("w:13", 2, 0, 2);
    set_buffer(x, 1, "aaaaaaaaaaaaabbbbbbbbbbbbb", 26);
    assert_import(x, 1, 1, "BINARY(13)", "bbbbbbbbbbbbb");
    x = make("u", 0, 0, 3); /* of no rows, nothing need be there */
    assert_import(x, 0, 0, "STRING", "");
}

typedef struct view {
    int32_t n;
    char prefix[4];
    int32_t buffer, offset;
} view;

static node *make_views(void) {
    static const char bytes[] = "....a long string that is not inline";
    view v[3] = {{3, "abc", 0, 0}, {32, "a lo", 1, 4}, {2, "xy", 0, 0}};
    memset(&v[2].prefix[2], 'z', 10); /* padding that is not zero does not matter */
    node *x = make("vu", 3, 0, 5);
    set_buffer(x, 1, v, sizeof v);
    set_buffer(x, 2, "unused", 6);
    set_buffer(x, 3, bytes, 36);
    set_buffer(x, 4, (int64_t[]){6, 36}, 16);
    return x;
}

static void foreign_views_become_ours(void **state) {
    (void)state;
    assert_import(make_views(), 0, 3, "STRING", "abc a long string that is not inline xy");
    node *x = make("vz", 1, 0, 3);
    set_buffer(x, 1, &(view){2, "hi", 0, 0}, 16);
    assert_import(x, 0, 1, "BYTES", "hi");
}

static void times_of_every_unit_come_in(void **state) {
    (void)state;
    assert_import(FIXED("tdD", int32_t, -1, 19000), 0, 2, "DATE", "-1 19000");
    assert_import(FIXED("tdm", int64_t, -1, 86400000, -86400000), 0, 3, "DATE", "-1 1 -1");
    assert_import(FIXED("tts", int32_t, 86399), 0, 1, "TIME(0)", "86399000");
    assert_import(FIXED("ttm", int32_t, 1234), 0, 1, "TIME(3)", "1234");
    assert_import(FIXED("ttu", int64_t, 86399999999), 0, 1, "TIME(6)", "86399999");
    assert_import(FIXED("ttn", int64_t, 1999999), 0, 1, "TIME(9)", "1");
    assert_import(FIXED("tss:", int64_t, -1, 2), 0, 2, "TIMESTAMP(0)", "-1000 2000");
    assert_import(FIXED("tsm:", int64_t, -1, 2), 0, 2, "TIMESTAMP(3)", "-1 2");
    assert_import(FIXED("tsu:", int64_t, -1), 0, 1, "TIMESTAMP(6)", "-1");
    assert_import(FIXED("tsn:", int64_t, INT64_MIN), 0, 1, "TIMESTAMP(9)", "-9223372036854775808");
    assert_import(FIXED("tsn:Europe/Berlin", int64_t, 5), 0, 1, "TIMESTAMP_LTZ(9)", "5");
    assert_import(FIXED("tsu:UTC", int64_t, 5), 0, 1, "TIMESTAMP_LTZ(6)", "5");
    assert_import(FIXED("tDs", int64_t, -3), 0, 1, "INTERVAL SECOND(3)", "-3000");
    assert_import(FIXED("tDm", int64_t, 7), 0, 1, "INTERVAL SECOND(3)", "7");
    assert_import(FIXED("tDu", int64_t, -1, 1999), 0, 2, "INTERVAL SECOND(3)", "-1 1");
    assert_import(FIXED("tDn", int64_t, 5999999), 0, 1, "INTERVAL SECOND(3)", "5");
    assert_import(FIXED("tiM", int32_t, 14), 0, 1, "INTERVAL MONTH", "14");
    assert_import(FIXED("tiD", int32_t, 1, 500, -1, -1), 0, 2, "INTERVAL SECOND(3)", "86400500 -86400001");
}

static void decimals_of_every_width_come_in(void **state) {
    (void)state;
    assert_import(FIXED("d:5,2,32", int32_t, -12345), 0, 1, "DECIMAL(5, 2)", "-12345");
    assert_import(FIXED("d:20,2,32", int32_t, -12345), 0, 1, "DECIMAL(20, 2)", "-12345");
    assert_import(FIXED("d:18,0,64", int64_t, 999999999999999999), 0, 1, "DECIMAL(18, 0)", "999999999999999999");
    assert_import(FIXED("d:19,0,64", int64_t, INT64_MIN), 0, 1, "DECIMAL(19, 0)", "-9223372036854775808");
    assert_import(FIXED("d:10,2", fl_i128, -1, 5), 0, 2, "DECIMAL(10, 2)", "-1 5");
    assert_import(FIXED("d:38,10,128", fl_i128, (fl_i128)3 << 64), 0, 1, "DECIMAL(38, 10)", "3*2^64+0");
    assert_refused(FIXED("d:5,2", fl_i128, 100000), 1, FL_E_RUNTIME,
                   "column 'x': a value of Arrow format 'd:5,2' is out of range");
    assert_refused(FIXED("d:10,2", fl_i128, (fl_i128)1 << 64), 1, FL_E_RUNTIME,
                   "column 'x': a value of Arrow format 'd:10,2' is out of range");
    node *x = FIXED("d:5,2,64", int64_t, 100000, 3);
    set_bits(x, 0, "01");
    assert_import(x, 0, 2, "DECIMAL(5, 2)", "- 3");
}

static node *make_list(const char *format, bool wide) {
    node *x = make(format, 4, 0, 2);
    if (wide)
        set_buffer(x, 1, (int64_t[]){1, 3, 3, 4, 6}, 5 * sizeof(int64_t));
    else
        set_buffer(x, 1, (int32_t[]){1, 3, 3, 4, 6}, 5 * sizeof(int32_t));
    set_bits(x, 0, "1101");
    node *item = FIXED("s", int16_t, 10, 11, 12, 13, 14, 15, 16);
    item->array.offset = 1, item->array.length = 6;
    add_child(x, item);
    return x;
}

static void lists_of_every_kind_come_in(void **state) {
    (void)state;
    assert_import(make_list("+l", false), 0, 4, "ARRAY<SMALLINT>", "[12 13] [] - [15 16]");
    assert_import(make_list("+l", false), 1, 3, "ARRAY<SMALLINT>", "[] - [15 16]");
    assert_import(make_list("+L", true), 0, 4, "ARRAY<SMALLINT>", "[12 13] [] - [15 16]");
    node *x = make("+w:2", 2, 1, 1);
    node *item = FIXED("c", int8_t, 0, 1, 2, 3, 4, 5, 6);
    item->array.offset = 1, item->array.length = 6;
    add_child(x, item);
    assert_import(x, 0, 2, "ARRAY<TINYINT>", "[3 4] [5 6]");
    x = make("+l", 0, 0, 2);
    add_child(x, make("u", 0, 0, 3));
    assert_import(x, 0, 0, "ARRAY<STRING>", "");
}

static node *make_map(void) {
    node *x = make("+m", 2, 1, 2), *entries = make("+s", 4, 1, 1);
    set_buffer(x, 1, (int32_t[]){0, 1, 2, 4}, 4 * sizeof(int32_t));
    node *key = FIXED("i", int32_t, 0, 1, 2, 3, 4), *value = FIXED("c", int8_t, 10, 20, 30, 40, 50);
    key->schema.flags = 0;
    add_child(entries, key);
    add_child(entries, value);
    add_child(x, entries);
    return x;
}

static void maps_and_structs_come_in(void **state) {
    (void)state;
    assert_import(make_map(), 0, 2, "MAP<INT NOT NULL, TINYINT>", "[2=30] [3=40 4=50]");
    node *x = make("+s", 2, 1, 1);
    node *a = FIXED("i", int32_t, 1, 2, 3, 4), *b = FIXED("i", int32_t, 5, 6, 7);
    a->array.offset = 1, a->array.length = 3;
    a->schema.name = "a", b->schema.name = NULL;
    add_child(x, a);
    add_child(x, b);
    set_bits(x, 0, "101");
    assert_import(x, 0, 2, "ROW<`a` INT, `f1` INT>", "- (4 7)");
}

static node *make_dictionary(const char *format, const void *indices, size_t size) {
    node *x = fixed(format, indices, 3, size), *d = make("u", 2, 1, 3);
    set_buffer(d, 1, (int32_t[]){0, 1, 2, 22}, 4 * sizeof(int32_t));
    set_buffer(d, 2, "?abcdefghijklmnopqrstuvwxyz", 27);
    d->array.offset = 1;
    set_dictionary(x, d);
    return x;
}

static void dictionaries_are_decoded(void **state) {
    (void)state;
    const char *values = "bcdefghijklmnopqrstu a bcdefghijklmnopqrstu";
    assert_import(make_dictionary("c", (int8_t[]){1, 0, 1}, 1), 0, 3, "STRING", values);
    assert_import(make_dictionary("C", (uint8_t[]){1, 0, 1}, 1), 0, 3, "STRING", values);
    assert_import(make_dictionary("s", (int16_t[]){1, 0, 1}, 2), 0, 3, "STRING", values);
    assert_import(make_dictionary("S", (uint16_t[]){1, 0, 1}, 2), 0, 3, "STRING", values);
    assert_import(make_dictionary("i", (int32_t[]){1, 0, 1}, 4), 0, 3, "STRING", values);
    assert_import(make_dictionary("I", (uint32_t[]){1, 0, 1}, 4), 0, 3, "STRING", values);
    assert_import(make_dictionary("l", (int64_t[]){1, 0, 1}, 8), 1, 2, "STRING", values + 21);
    assert_import(make_dictionary("L", (uint64_t[]){1, 0, 1}, 8), 0, 3, "STRING", values);
    node *x = make_dictionary("c", (int8_t[]){99, 1, -1}, 1); /* what stands under a NULL does not matter */
    set_bits(x, 0, "010");
    assert_import(x, 0, 3, "STRING", "- bcdefghijklmnopqrstu -");
    x = make_dictionary("c", (int8_t[]){0, 0, 0}, 1);
    x->array.dictionary->length = 0;
    set_bits(x, 0, "000");
    assert_import(x, 0, 3, "STRING", "- - -");
}

/* ---- refusals ---- */

static void unknown_formats_are_refused_by_name(void **state) {
    (void)state;
    static const char *const unknown[] = {
        "e",  "d:40,2", "d:5,-1", "d:5,2,256", "d:5,6", "d:x",  "w:",  "w:-1", "tin", "+ud:0,1",
        "+r", "+vl",    "",       "ii",        "tsx:",  "+w:x", "ttx", "tDq",  "lo"};
    for (size_t i = 0; i < FL_ARRAY_LEN(unknown); i++) {
        char message[100];
        snprintf(message, sizeof message, "Arrow format '%s' of column 'x' is not supported", unknown[i]);
        assert_refused(make(unknown[i], 0, 0, 2), 0, FL_E_UNSUPPORTED, message);
    }
    assert_refused(make(NULL, 0, 0, 2), 0, FL_E_VALIDATION, "column 'x' has no Arrow format");
}

static void malformed_schemas_are_refused(void **state) {
    (void)state;
    assert_refused(make("+l", 0, 0, 2), 0, FL_E_VALIDATION, "Arrow format '+l' of column 'x' has wrong children");
    node *x = FIXED("i", int32_t, 1);
    x->schema.n_children = -1;
    assert_refused(x, 1, FL_E_VALIDATION, "Arrow format 'i' of column 'x' has wrong children");
    x = make("+s", 0, 0, 1);
    x->schema.n_children = 2; /* of which there are none */
    assert_refused(x, 0, FL_E_VALIDATION, "Arrow format '+s' of column 'x' has wrong children");
    x = make_map();
    x->child_schemas[0]->n_children = 1;
    assert_refused(x, 0, FL_E_VALIDATION, "an Arrow map needs entries of a key and a value");
    x = make_dictionary("i", (int32_t[]){0, 0, 0}, 4);
    x->schema.format = "u";
    assert_refused(x, 0, FL_E_VALIDATION, "column 'x' has dictionary indices of Arrow format 'u'");
    x = make("+l", 0, 0, 2);
    add_child(x, x); /* a circle */
    assert_refused(x, 0, FL_E_LIMIT, "column 'x' nests more than 64 levels deep");
    fl_error err;
    fl_schema s;
    assert_int_equal(fl_arrow_import_schema(&arena, &make("i", 0, 0, 2)->schema, &s, &err), FL_E_VALIDATION);
    assert_string_equal(err.message, "an Arrow schema must be a struct of columns, not format 'i'");
    free_nodes();
}

static void refuse_data(node *x, const char *what) {
    char message[200];
    snprintf(message, sizeof message, "column 'x': malformed Arrow data of format '%s': %s", x->schema.format, what);
    assert_refused(x, (int)FL_MAX(FL_MIN(x->array.length, 100), 0), FL_E_RUNTIME, message);
}

static void malformed_data_is_refused(void **state) {
    (void)state;
    node *x = FIXED("i", int32_t, 1, 2);
    x->array.offset = -1;
    refuse_data(x, "impossible length or offset");
    x = FIXED("i", int32_t, 1, 2);
    x->array.offset = INT64_MAX;
    refuse_data(x, "impossible length or offset");
    x = FIXED("i", int32_t, 1, 2);
    x->array.n_buffers = 1;
    refuse_data(x, "wrong number of buffers");
    x = FIXED("i", int32_t, 1, 2);
    x->buffers[1] = NULL;
    refuse_data(x, "wrong number of buffers");
    x = FIXED("i", int32_t, 1, 2);
    x->array.null_count = 1;
    refuse_data(x, "nulls without a bitmap");
    x = FIXED("i", int32_t, 1, 2);
    x->array.n_children = 1;
    refuse_data(x, "wrong number of children");
    x = make("u", 2, 0, 3);
    set_buffer(x, 1, (int32_t[]){0, 2, 1}, 12);
    set_buffer(x, 2, "ab", 2);
    refuse_data(x, "offsets that fall");
    x = make("u", 1, 0, 3);
    set_buffer(x, 1, (int32_t[]){-1, 2}, 8);
    set_buffer(x, 2, "ab", 2);
    refuse_data(x, "bad offsets");
    x = make("u", 1, 0, 3);
    set_buffer(x, 1, (int32_t[]){0, 2}, 8);
    refuse_data(x, "text is missing");
    x = make("U", 1, 0, 3);
    set_buffer(x, 1, (int64_t[]){0, (int64_t)1 << 31}, 16);
    set_buffer(x, 2, "", 1);
    refuse_data(x, "a text too long");
    for (int wrong = 0; wrong < 4; wrong++) {
        x = make_views();
        view *v = x->owned[1];
        if (wrong == 0) v[1].buffer = 2;
        if (wrong == 1) v[1].offset = 5;
        if (wrong == 2) v[1].n = -1;
        if (wrong == 3) v[1].offset = -1;
        refuse_data(x, "a view outside its buffers");
    }
    x = make_list("+l", false);
    x->child_arrays[0]->length = 5;
    assert_refused(x, 4, FL_E_RUNTIME, "column 'x': malformed Arrow data of format 's': fewer rows than are needed");
    x = make_list("+L", true);
    ((int64_t *)x->owned[1])[4] = INT64_MAX;
    assert_refused(x, 4, FL_E_LIMIT,
                   "column 'x': 9223372036854775806 elements in 4 rows of Arrow format '+L' are too many");
    x = make("+w:999999999", 3, 0, 1);
    add_child(x, FIXED("c", int8_t, 1));
    assert_refused(x, 3, FL_E_LIMIT,
                   "column 'x': 2999999997 elements in 3 rows of Arrow format '+w:999999999' are too many");
    x = make_map();
    set_bits(nodes[1], 0, "11011");
    assert_refused(x, 2, FL_E_RUNTIME, "column 'x': malformed Arrow data of format '+s': an entry of a map is NULL");
    x = make_dictionary("c", (int8_t[]){0, 2, 0}, 1);
    refuse_data(x, "an index outside its dictionary");
    x = make_dictionary("c", (int8_t[]){0, -1, 0}, 1);
    refuse_data(x, "an index outside its dictionary");
    x = make_dictionary("c", (int8_t[]){0, 0, 0}, 1);
    x->array.dictionary = NULL;
    refuse_data(x, "a dictionary without its type");
    assert_refused(FIXED("ttm", int32_t, 86400000), 1, FL_E_RUNTIME,
                   "column 'x': a value of Arrow format 'ttm' is out of range");
    assert_refused(FIXED("tss:", int64_t, INT64_MAX / 1000 + 1), 1, FL_E_RUNTIME,
                   "column 'x': a value of Arrow format 'tss:' is out of range");
    assert_refused(FIXED("tdm", int64_t, INT64_MAX), 1, FL_E_RUNTIME,
                   "column 'x': a value of Arrow format 'tdm' is out of range");
}

static void a_schema_of_another_layout_is_refused(void **state) {
    (void)state;
    fl_error err;
    fl_batch *b;
    node *top = make("+s", 1, 0, 1);
    add_child(top, FIXED("i", int32_t, 1));
    fl_buffer *keep = fl_arrow_keep(&top->array);
    fl_field f = {"a", fl_type_string(true), NULL};
    assert_int_equal(fl_arrow_import_batch(&top->schema, &top->array, keep, &(fl_schema){1, &f}, 0, 1, &b, &err),
                     FL_E_VALIDATION);
    assert_string_equal(err.message, "column 'a' is INT in Arrow, not STRING");
    assert_int_equal(fl_arrow_import_batch(&top->schema, &top->array, keep, &(fl_schema){0, &f}, 0, 1, &b, &err),
                     FL_E_VALIDATION);
    assert_string_equal(err.message, "1 columns in Arrow, not 0");
    f.type = fl_type_of(FL_T_INT, true);
    assert_int_equal(fl_arrow_import_batch(&top->schema, &top->array, keep, &(fl_schema){1, &f}, 1, 1, &b, &err),
                     FL_E_RUNTIME);
    set_bits(top, 0, "0");
    assert_int_equal(fl_arrow_import_batch(&top->schema, &top->array, keep, &(fl_schema){1, &f}, 0, 1, &b, &err),
                     FL_E_RUNTIME);
    assert_string_equal(err.message, "malformed Arrow data of format '+s': a row is NULL as a whole");
    fl_buffer_unref(keep);
    free_nodes();
}

/* ---- random damage to what can be checked ---- */

static bool has_offsets(const struct ArrowSchema *s) {
    return strcmp(s->format, "+l") == 0 || strcmp(s->format, "+m") == 0;
}
static bool has_views(const struct ArrowSchema *s) { return s->format[0] == 'v'; }

/* A tree that may be damaged, over the same values: structs, offsets and views are copies. */
static struct ArrowArray *copy_tree(const struct ArrowArray *a, const struct ArrowSchema *s) {
    struct ArrowArray *c = FL_NEW(&arena, struct ArrowArray);
    size_t size = has_views(s) ? 16 * (size_t)a->length : has_offsets(s) ? 4 * ((size_t)a->length + 1) : 0;
    *c = *a;
    c->buffers = FL_NEW_N(&arena, const void *, a->n_buffers);
    for (int64_t k = 0; k < a->n_buffers; k++) c->buffers[k] = a->buffers[k];
    if (size > 0) c->buffers[1] = memcpy(fl_arena_alloc(&arena, size), a->buffers[1], size);
    c->children = FL_NEW_N(&arena, struct ArrowArray *, a->n_children);
    for (int64_t k = 0; k < a->n_children; k++) c->children[k] = copy_tree(a->children[k], s->children[k]);
    return c;
}

static int32_t draw_bad(void) { return draw(2) ? draw(100) - 20 : (int32_t)draw_u64(); }

/* One change somewhere in the tree. Lengths only shrink: nobody can tell how large a buffer really is. */
static void damage(struct ArrowArray *a, const struct ArrowSchema *s) {
    if (a->n_children > 0 && draw(3) > 0) {
        int k = draw((int)a->n_children);
        damage(a->children[k], s->children[k]);
        return;
    }
    switch (draw(6)) {
    case 0: a->length = draw(4) ? draw((int)a->length + 1) : -1; break;
    case 1: a->offset = draw(2) ? -1 : INT64_MAX - draw(3); break;
    case 2: a->null_count = draw_bad(); break;
    case 3: a->n_buffers = draw(3) - 1; break;
    case 4: a->n_children = draw_bad(); break;
    default:
        if (a->length > 0 && has_offsets(s)) {
            int32_t *offsets = (int32_t *)(uintptr_t)a->buffers[1];
            offsets[draw((int)a->length + 1)] = draw_bad();
        } else if (a->length > 0 && has_views(s)) {
            view *v = (view *)(uintptr_t)a->buffers[1] + draw((int)a->length);
            int32_t *parts[] = {&v->n, &v->buffer, &v->offset};
            *parts[draw(3)] = draw_bad();
        }
    }
}

static void damaged_arrays_are_an_error_or_do_no_harm(void **state) {
    (void)state;
    int good = 0, bad = 0;
    for (int round = 0; round < 3000; round++) {
        int n = 1 + draw(20);
        fl_field f = {"a", draw_arrow_type(3), NULL};
        fl_schema s = {1, &f};
        fl_batch *b = fl_batch_new(1, n), *back;
        b->cols[0] = model_column(f.type, draw_values(&arena, f.type, n), n);
        exported e;
        export_both(b, &s, FL_ARROW_VIEWS, &e);
        fl_batch_unref(b);
        fl_buffer *keep = fl_arrow_keep(&e.array);
        for (int try = 0; try < 10; try++) {
            fl_error err;
            struct ArrowArray *copy = copy_tree(&e.array, &e.schema);
            damage(copy, &e.schema);
            bool ok = fl_arrow_import_batch(&e.schema, copy, keep, &s, 0, draw(n + 1), &back, &err) == 0;
            ok ? good++ : bad++;
            if (!ok) continue;
            fl_batch_check(back);
            fl_batch_unref(back);
        }
        fl_buffer_unref(keep);
        e.schema.release(&e.schema);
        fl_arena_reset(&arena);
    }
    assert_true(good > 1000 && bad > 10000);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(batches_come_back_as_they_went),
        TEST(memory_is_shared_in_both_directions),
        TEST(heaps_beyond_two_gigabytes_are_shown_in_windows),
        TEST(a_child_may_be_moved_out_and_outlives_the_rest),
        TEST(formats_are_those_of_the_specification),
        TEST(classes_survive_in_the_metadata),
        TEST(what_has_no_form_in_arrow_is_refused),
        TEST(a_variant_leaves_as_its_json_text),
        TEST(numbers_of_every_width_come_in),
        TEST(offsets_and_nulls_are_minded),
        TEST(values_that_are_not_aligned_are_copied),
        TEST(texts_of_every_kind_become_views),
        TEST(foreign_views_become_ours),
        TEST(times_of_every_unit_come_in),
        TEST(decimals_of_every_width_come_in),
        TEST(lists_of_every_kind_come_in),
        TEST(maps_and_structs_come_in),
        TEST(dictionaries_are_decoded),
        TEST(unknown_formats_are_refused_by_name),
        TEST(malformed_schemas_are_refused),
        TEST(malformed_data_is_refused),
        TEST(a_schema_of_another_layout_is_refused),
        TEST(damaged_arrays_are_an_error_or_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
