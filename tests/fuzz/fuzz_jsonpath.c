/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_jsonpath.c -- arbitrary text as a JSON path, and as the document that it is followed into.
 *
 * The first line is the path, the rest the document. Proves: nothing breaks; what is found prints as JSON that reads
 * back to the same; a path of names and positions finds the same in the text as another spelling of it in the tree.
 */
#include "fuzz.h"

#include "expr/json_int.h"

static fl_str print(fl_arena *a, const fl_json_node *v) {
    fl_buf b;
    fl_buf_init(&b);
    fl_json_print(&b, v);
    size_t n = b.n;
    return fl_str_make(fl_buf_finish(&b, a), n);
}

/* What is found in the text is found in the tree. */
static void check_tree(fl_arena *a, const fl_json_path *p, fl_str document, const fl_json_result *r) {
    fl_error err;
    fl_json_result other;
    fl_json_path slow = *p;
    slow.simple = false;
    fl_assert(fl_json_find(&slow, document, true, a, &other, &err) == 0);
    fl_assert(other.outcome == r->outcome);
    if (r->outcome == FL_JSON_FOUND) fl_assert(fl_str_eq(print(a, &other.value), print(a, &r->value)));
    if (r->outcome == FL_JSON_FAILED) fl_assert(other.why == r->why && other.step == r->step);
}

static bool is_utf8(fl_str s) {
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (cp == 0xfffd) return false;
    }
    return true;
}

static void check_value(fl_arena *a, const fl_json_node *v) {
    fl_error err;
    fl_json_node again;
    fl_json_kind kind;
    fl_str text = print(a, v);
    fl_assert(fl_json_check(text, &kind, &err) == 0);
    fl_assert(fl_json_parse(a, text, &again, &err) == 0);
    fl_assert(fl_str_eq(print(a, &again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    fl_error err, again;
    fl_json_result r, shallow;
    fl_json_kind kind;
    const fl_json_path *p;
    if (size > 4000) return 0;
    fl_arena_init(&a);
    const char *from = fl_arena_strndup(&a, (const char *)data, size), *end = from + size;
    const char *nl = memchr(from, '\n', size);
    fl_str path = fl_str_make(from, (size_t)((nl != NULL ? nl : end) - from));
    fl_str document = nl != NULL ? fl_str_make(nl + 1, (size_t)(end - nl - 1)) : fl_str_make("", 0);
    int rc = fl_json_check(document, &kind, &err);
    fl_json_node tree;
    fl_assert(fl_json_parse(&a, document, &tree, &again) == rc);
    bool utf8 = is_utf8(document); /* else two names may print as one */
    if (rc == 0 && utf8) check_value(&a, &tree);
    if (fl_json_path_compile(&a, path, &p, &err) == 0 && fl_json_find(p, document, true, &a, &r, &err) == 0) {
        fl_assert(fl_json_find(p, document, false, &a, &shallow, &err) == 0 && shallow.outcome == r.outcome);
        if (r.outcome == FL_JSON_FOUND && utf8) check_value(&a, &r.value);
        if (r.outcome == FL_JSON_FAILED) fl_assert(fl_json_fail(p, &r, &err) < 0);
        if (p->simple) check_tree(&a, p, document, &r);
    }
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("$"), WORD("@"), WORD("lax "), WORD("strict "), WORD("."), WORD(".."), WORD("*"), WORD("a"), WORD("b"), WORD(".a"),
    WORD(".b"), WORD("['a']"), WORD("[\"b\"]"), WORD("['a','b']"), WORD("['\\u0061']"), WORD("[0]"), WORD("[-1]"), WORD("[1,0]"),
    WORD("[1:]"), WORD("[:-1]"), WORD("[-2:1]"), WORD("[*]"), WORD("[?("), WORD(")]"), WORD("[?(@.a)]"), WORD("[?(!@.b)]"),
    WORD("[?(@.a == 1)]"), WORD("[?(@ > 'x')]"), WORD("[?(@.a in [1,\"x\"])]"), WORD("[?(@ =~ /x.*/i)]"), WORD("[?($..a)]"),
    WORD("@.a"), WORD(" == "), WORD(" != "), WORD(" < "), WORD(" in "), WORD(" size "), WORD(" empty true"), WORD(" && "),
    WORD(" || "), WORD("!"), WORD("("), WORD(")"), WORD("'x'"), WORD("/x/"), WORD("1e400"), WORD("null"), WORD("true"), WORD("[1,2]"),
    WORD(".length()"), WORD(".max()"), WORD(".sum()"), WORD(".keys()"), WORD(".last()"), WORD("\n"), WORD("\n{\"a\":"),
    WORD("\n[{\"a\":1},{\"a\":\"x\",\"b\":[1,2]},[3]]"), WORD("\n{\"a\":{\"b\":[1,{\"a\":2}]},\"b\":\"x\"}"),
    WORD("\n{\"a\":1,\"\\u0061\":{\"b\":null}}"), WORD("{"), WORD("}"), WORD("["), WORD("]"), WORD("\"a\":"), WORD("\"b\":"), WORD(","),
    WORD(":"), WORD("\"x\""), WORD("\"\\ud83d\\ude00\""), WORD("\"\\ud83d\""), WORD("1.5"), WORD("-0"), WORD("1E400"), WORD("01"),
    WORD("\xf0\x9f\x98\x80"), WORD("\xff"), WORD(" "), WORD("\\"), WORD("\0"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 24, .start = "$", .texts = 200000};
