/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_variant.c -- arbitrary bytes as a VARIANT, and arbitrary text as the JSON that one is made of.
 *
 * Proves: whatever the bytes are, nothing outside of them is read and every walk ends; a part that prints is a VARIANT
 * again after it was copied, which prints alike if the bytes are well formed. (Members that are in no order print, and
 * are sorted by the copy.) What is made of JSON is well formed, and so is what is made of its print, which prints alike
 * from then on. (1e5 is the DOUBLE 100000.0, that text the DECIMAL 100000.)
 */
#include "fuzz.h"

#include "base/arena.h"
#include "expr/json.h"

static fl_str print(fl_arena *a, const fl_variant *v, bool *good) {
    fl_buf b;
    fl_buf_init(&b);
    *good = fl_variant_print(&b, v);
    size_t n = b.n;
    return fl_str_make(fl_buf_finish(&b, a), n);
}

/* A part that prints, copied to a VARIANT of its own, and that printed; an empty text if two members have one name. */
static fl_str print_of_copy(fl_arena *a, const fl_variant *v, fl_variant *copy) {
    bool good = true;
    fl_str text = {"", 0};
    fl_variant_builder b;
    fl_variant_builder_init(&b);
    fl_str bytes = fl_variant_extract(&b, v);
    if (bytes.n > 0) {
        *copy = fl_variant_of(fl_str_make(fl_arena_strndup(a, bytes.p, bytes.n), bytes.n));
        text = print(a, copy, &good);
    }
    fl_variant_builder_deinit(&b);
    fl_assert(good && (bytes.n == 0 || text.n > 0));
    return text;
}

/* A few of the parts, wherever the bytes say that they are. */
static void look_inside(fl_arena *a, const fl_variant *v, bool well_formed, int depth) {
    fl_variant inner, once, twice;
    fl_str name;
    bool good;
    fl_str text = print(a, v, &good), copied = good ? print_of_copy(a, v, &once) : text;
    fl_assert(good == (text.n > 0));
    fl_assert(!well_formed || (good && fl_str_eq(copied, text)));
    if (copied.n > 0) fl_assert(fl_str_eq(print_of_copy(a, &once, &twice), copied));
    int n = fl_variant_count(v);
    for (int i = 0; i < n && i < 3 && depth < 4; i++) {
        if (fl_variant_name(v, i, &name) && fl_variant_member(v, name, &inner))
            look_inside(a, &inner, well_formed, depth + 1);
        if (fl_variant_item(v, i, &inner)) look_inside(a, &inner, well_formed, depth + 1);
    }
    fl_assert(!fl_variant_item(v, -1, &inner) && (n < 0 || !fl_variant_item(v, n, &inner)));
}

/* What is made of a JSON text, printed; an empty text if it is none. */
static fl_str print_of_json(fl_arena *a, fl_str text, bool last_wins) {
    fl_error err;
    fl_str bytes, printed = {"", 0};
    fl_variant_builder b;
    fl_variant_builder_init(&b);
    if (fl_json_to_variant(a, text, &b, &err) == 0 && fl_variant_finish(&b, last_wins, &bytes, &err) == 0) {
        fl_variant v = fl_variant_of(bytes);
        bool good;
        printed = print(a, &v, &good);
        fl_assert(good && printed.n > 0 && fl_variant_check(bytes));
        look_inside(a, &v, true, 0);
    }
    fl_variant_builder_deinit(&b);
    return printed;
}

static void check_json(fl_arena *a, fl_str text) {
    fl_str once = print_of_json(a, text, true);
    if (once.n == 0) return;
    fl_str twice = print_of_json(a, once, false);
    fl_assert(twice.n > 0 && fl_str_eq(print_of_json(a, twice, false), twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    if (size == 0 || size > 4000) return 0;
    fl_arena_init(&a);
    fl_str bytes = fl_str_make((const char *)data, size);
    fl_variant v = fl_variant_of(bytes);
    bool good;
    print(&a, &v, &good);
    fl_assert(good || !fl_variant_check(bytes));
    look_inside(&a, &v, fl_variant_check(bytes), 0);
    if (fl_utf8_valid(bytes)) check_json(&a, bytes);
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\x01\0\0"), WORD("\x01\x01\0\x01" "a"), WORD("\x01\x02\0\x01\x02" "ab"), WORD("\x41\x01\0\0\0\x01\0" "a"),
    WORD("\x02\x01\0\0\x02\x0c\x05"), WORD("\x02\x02\0\x01\0\x01\x02"), WORD("\x03\0\0"), WORD("\x03\x01\0\x01"),
    WORD("\x03\x02\0\x01\x02"), WORD("\x13\x01\0\0\0\0\x01"), WORD("\x42\x01\0\0\0\0\0\x01"), WORD("\0"), WORD("\x04"),
    WORD("\x08"), WORD("\x0c\x7f"), WORD("\x10\x01\x02"), WORD("\x14\x01\x02\x03\x04"), WORD("\x1c"), WORD("\x20\x02"),
    WORD("\x28\x26"), WORD("\x2c"), WORD("\x30"), WORD("\x38"), WORD("\x3c\x02\0\0\0"), WORD("\x40\x01\0\0\0"),
    WORD("\x44"), WORD("\x50"), WORD("\x05x"), WORD("\xff\xff\xff\xff"), WORD("\0\0\0\0\0\0\0\0"),
    WORD("{"), WORD("}"), WORD("["), WORD("]"), WORD(","), WORD(":"), WORD("\"a\":"), WORD("\"b\":"), WORD("\"\":"),
    WORD("\"a\""), WORD("\"\\ud83d\\ude00\""), WORD("\"\\ufffe\":"), WORD("\"\xf0\x9f\x98\x80\":"), WORD("1"), WORD("-0"),
    WORD("1.50"), WORD("1e5"), WORD("12345678901234567890"), WORD("0.00000000000000000000000000000000000000001"),
    WORD("true"), WORD("null"), WORD(" "),
};
const fuzz_target fuzz = {WORDS(words), .words_max = 24, .texts = 60000};
