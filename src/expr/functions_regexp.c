/* SPDX-License-Identifier: Apache-2.0 */
/* functions_regexp.c -- REGEXP, REGEXP_EXTRACT and its like, REGEXP_REPLACE, STR_TO_MAP and SIMILAR TO.
 *
 * What:       patterns are those of java.util.regex; PCRE2 runs them. Most of the two languages is the same: what
 *             differs is spelled anew before it is compiled, and what cannot be is refused by name, never taken for
 *             another pattern.
 *                 \p{Alpha} and its like are ASCII   \u00e9 is \x{00e9}   a class inside a class, && are refused
 * Bad ones:   a pattern that is none makes REGEXP false, all others that begin with REGEXP_ NULL; SIMILAR TO fails.
 * SIMILAR TO: a regular expression in which _ is one character and % any number, and which must cover the whole text.
 * Life:       a literal pattern is compiled when the call is bound (call->extra); one of a row is kept until another
 *             one comes, at most to the end of the batch.
 * Interface:  the table at the end. A replacement is taken as it is: $1 means nothing in it, as in Flink.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/text.h"
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/value.h"

static inline fl_str text_at(const fl_column *c, int i) { return fl_view_str(fl_view_at(c, i)); }

/* ---- spelling ---- */

/* Words of \p{…} that mean ASCII in Java, and Java's words for classes of SIMILAR TO. */
static const struct {
    const char *word, *posix;
} classes[] = {{"Lower", "[:lower:]"}, {"Upper", "[:upper:]"}, {"ASCII", "\\x00-\\x7f"}, {"Alpha", "[:alpha:]"},
               {"Digit", "[:digit:]"}, {"Alnum", "[:alnum:]"}, {"Punct", "[:punct:]"},   {"Graph", "[:graph:]"},
               {"Print", "[:print:]"}, {"Blank", "[:blank:]"}, {"Cntrl", "[:cntrl:]"},   {"XDigit", "[:xdigit:]"},
               {"Space", "[:space:]"}};

static int refuse_construct(const char *what, fl_error *err) {
    return fl_fail(err, FL_ERR_FUNCTION_REGEX_CONSTRUCT, what);
}

/* \p{…} at p, behind the backslash; *next is what follows. */
static int put_property(fl_buf *out, const char *p, const char *end, bool in_class, const char **next, fl_error *err) {
    const char *close = p + 1 < end && p[1] == '{' ? memchr(p, '}', (size_t)(end - p)) : NULL;
    if (close == NULL) { /* \pL, or nothing that is one */
        fl_buf_printf(out, "\\%c", *p);
        *next = p + 1;
        return 0;
    }
    fl_str word = fl_str_make(p + 2, (size_t)(close - p - 2));
    *next = close + 1;
    for (size_t i = 0; i < FL_ARRAY_LEN(classes); i++) {
        if (!fl_str_is(word, classes[i].word)) continue;
        if (in_class && *p == 'P') return refuse_construct("\\P{…} of a POSIX class inside a class", err);
        fl_buf_printf(out, in_class ? "%s" : *p == 'P' ? "[^%s]" : "[%s]", classes[i].posix);
        return 0;
    }
    if (word.n > 2 && word.p[0] == 'I' && word.p[1] == 's') word = fl_str_make(word.p + 2, word.n - 2);
    if (word.n > 2 || memchr(word.p, '=', word.n) != NULL) { /* scripts, blocks, java… */
        char what[80];
        snprintf(what, sizeof what, "\\p{%.*s}", (int)FL_MIN(word.n, 40u), word.p);
        return refuse_construct(what, err);
    }
    fl_buf_printf(out, "\\%c{%.*s}", *p, (int)word.n, word.p);
    return 0;
}

/* What stands behind a backslash at p; *next is what follows. */
static int put_escape(fl_buf *out, const char *p, const char *end, bool in_class, const char **next, fl_error *err) {
    *next = p + 1;
    switch (*p) {
    case 'p':
    case 'P': return put_property(out, p, end, in_class, next, err);
    case 'u':
        if (end - p < 5) break;
        fl_buf_printf(out, "\\x{%.4s}", p + 1);
        *next = p + 5;
        return 0;
    case '0': {
        int n = 1;
        while (n < 4 && p + n < end && p[n] >= '0' && p[n] <= '7') n++;
        fl_buf_printf(out, "\\o{%.*s}", n - 1, p + 1);
        *next = p + n;
        return 0;
    }
    case 'N':
    case 'X':
    case 'b':
        if (*p != 'b' || (p + 1 < end && p[1] == '{')) return refuse_construct("\\N, \\X or \\b{…}", err);
        break;
    case 'G':
    case 'K': return refuse_construct("\\G or \\K", err);
    default: break;
    }
    fl_buf_putc(out, '\\');
    *next = fl_utf8_next(p, end);
    fl_buf_put(out, p, (size_t)(*next - p));
    return 0;
}

/* A class from its '[' on. A ']' that comes first is a character in PCRE2 and in Java none. */
static int put_class(fl_buf *out, const char *p, const char *end, const char **next, fl_error *err) {
    fl_buf_putc(out, *p++);
    if (p < end && *p == '^') fl_buf_putc(out, *p++);
    while (p < end && *p != ']') {
        if (*p == '[') return refuse_construct("a class inside a class", err);
        if (*p == '&' && p + 1 < end && p[1] == '&') return refuse_construct("&& of classes", err);
        if (*p == '\\' && p + 1 < end) {
            FL_TRY(put_escape(out, p + 1, end, true, &p, err));
            continue;
        }
        fl_buf_putc(out, *p++);
    }
    if (p < end) fl_buf_putc(out, *p++);
    *next = p;
    return 0;
}

static int spell_java(fl_buf *out, fl_str s, fl_error *err) {
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        if (*p == '[') {
            FL_TRY(put_class(out, p, end, &p, err));
        } else if (*p == '\\' && end - p > 1 && p[1] == 'Q') { /* as it is, to \E */
            const char *close = memmem(p, (size_t)(end - p), "\\E", 2);
            const char *behind = close != NULL ? close + 2 : end;
            fl_buf_put(out, p, (size_t)(behind - p));
            p = behind;
        } else if (*p == '\\' && end - p > 1) {
            FL_TRY(put_escape(out, p + 1, end, false, &p, err));
        } else {
            fl_buf_putc(out, *p++);
        }
    }
    return 0;
}

/* ---- compiled patterns ---- */

struct fl_regex {
    pcre2_code *code; /* NULL: the pattern is none */
    int why;          /* PCRE2's number for that */
    bool jit;         /* there is machine code for it */
    pcre2_match_data *match;
};

static void regex_free(void *arg) {
    fl_regex *r = arg;
    pcre2_match_data_free(r->match);
    pcre2_code_free(r->code);
    *r = (fl_regex){0};
}

/* Compiles a spelled pattern. One that PCRE2 refuses and Java does not is refused here, too. */
static int regex_compile(fl_regex *r, const fl_buf *spelled, uint32_t options, fl_error *err) {
    PCRE2_SIZE at;
    options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    r->code = pcre2_compile((PCRE2_SPTR)(spelled->n > 0 ? spelled->p : ""), spelled->n, options, &r->why, &at, context);
    pcre2_compile_context_free(context);
    if (r->code != NULL) {
        r->jit = pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0;
        r->match = pcre2_match_data_create_from_pattern(r->code, NULL);
        return 0;
    }
    if (r->why == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH)
        return refuse_construct("a lookbehind of several lengths", err);
    return 0;
}

enum { WHOLE = PCRE2_ANCHORED | PCRE2_ENDANCHORED };

static int compile_java(fl_regex *r, fl_str pattern, uint32_t options, fl_error *err) {
    fl_buf spelled;
    fl_buf_init(&spelled);
    int rc = spell_java(&spelled, pattern, err);
    if (rc == 0) rc = regex_compile(r, &spelled, options, err);
    fl_buf_deinit(&spelled);
    return rc;
}

/* Looks for the pattern from byte `from` on: 1 found, 0 not, or an error. */
static int regex_find(const fl_regex *r, fl_str s, size_t from, const fl_kernel_call *call, fl_error *err) {
    /* the quick way in: what it does not check is the text, which is matched as it is (PCRE2_MATCH_INVALID_UTF) */
    int n = r->jit ? pcre2_jit_match(r->code, (PCRE2_SPTR)s.p, s.n, from, 0, r->match, NULL)
                   : pcre2_match(r->code, (PCRE2_SPTR)s.p, s.n, from, 0, r->match, NULL);
    if (n == PCRE2_ERROR_NOMATCH) return 0;
    return n >= 0 ? 1 : fl_kernel_fail(err, call, FL_ERR_VALUE_REGEX_GIVES_UP);
}

/* ---- for others ---- */

unsigned fl_regex_flag(char letter) {
    static const char letters[] = "ixmsuUd";
    const char *at = letter != '\0' ? strchr(letters, letter) : NULL;
    return at != NULL ? 1u << (at - letters) : 0;
}

int fl_regex_new(fl_arena *a, fl_str pattern, unsigned flags, const fl_regex **out, fl_error *err) {
    static const uint32_t options[] = {PCRE2_CASELESS, PCRE2_EXTENDED, PCRE2_MULTILINE, PCRE2_DOTALL, 0, PCRE2_UCP};
    uint32_t all = WHOLE;
    *out = NULL;
    if (flags & fl_regex_flag('d')) return refuse_construct("the flag d", err);
    for (size_t i = 0; i < FL_ARRAY_LEN(options); i++)
        if (flags >> i & 1) all |= options[i];
    fl_regex *r = FL_NEW(a, fl_regex);
    FL_TRY(compile_java(r, pattern, all, err));
    fl_arena_on_free(a, regex_free, r);
    if (r->code != NULL) *out = r;
    return 0;
}

int fl_regex_matches(const fl_regex *r, fl_str s, fl_error *err) {
    pcre2_match_data *match = pcre2_match_data_create(1, NULL); /* several tasks may use one pattern */
    int n = pcre2_match(r->code, (PCRE2_SPTR)s.p, s.n, 0, 0, match, NULL);
    pcre2_match_data_free(match);
    if (n == PCRE2_ERROR_NOMATCH) return 0;
    return n >= 0 ? 1 : fl_fail(err, FL_ERR_VALUE_REGEX_GIVES_UP);
}

/* ---- the pattern of a row ---- */

/* The regex of a row: the call's own, if its pattern is a literal, or that of the last row as long as it is the
 * same. */
typedef struct regex_source {
    const fl_regex *own; /* the call's; NULL: none */
    fl_regex r;
    bool shared;    /* the code is the call's, which several tasks may run; the room for what is found is not */
    fl_str pattern; /* of r */
    bool known;
} regex_source;

static void source_deinit(regex_source *s) {
    if (s->shared) s->r.code = NULL;
    regex_free(&s->r);
}

static int regex_of_row(regex_source *s, fl_str pattern, fl_error *err) {
    const fl_regex *own = s->own;
    if (s->known && (s->shared || fl_str_eq(pattern, s->pattern))) return 0;
    s->known = true;
    s->pattern = pattern;
    if (own == NULL) {
        regex_free(&s->r);
        int rc = compile_java(&s->r, pattern, 0, err);
        if (rc == FL_E_UNSUPPORTED) rc = err->code = FL_E_RUNTIME; /* it is the row that is refused */
        return rc;
    }
    s->shared = true;
    s->r.code = own->code;
    s->r.jit = own->jit;
    if (own->code != NULL) s->r.match = pcre2_match_data_create_from_pattern(own->code, NULL);
    return 0;
}

/* ---- REGEXP ---- */

static int kernel_regexp(FL_KERNEL_ARGS) {
    regex_source source = {.own = call->expr->extra};
    int rc = 0;
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str pattern = text_at(in[1], i);
        if ((rc = regex_of_row(&source, pattern, err)) < 0) break;
        rc = source.r.code != NULL && pattern.n > 0 ? regex_find(&source.r, text_at(in[0], i), 0, call, err) : 0;
        fl_bit_put(out->data, i, rc > 0);
    }
    source_deinit(&source);
    return FL_MIN(rc, 0);
}

/* ---- REGEXP_EXTRACT(s, pattern [, group]) ---- */

static int kernel_extract(FL_KERNEL_ARGS) {
    regex_source source = {.own = call->expr->extra};
    int rc = 0;
    fl_column_share_heaps(out, in[0]);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str s = text_at(in[0], i);
        int64_t group = call->expr->n_args == 3 ? FL_DATA(in[2], int64_t)[fl_column_at(in[2], i)] : 0;
        if ((rc = regex_of_row(&source, text_at(in[1], i), err)) < 0) break;
        rc = source.r.code != NULL ? regex_find(&source.r, s, 0, call, err) : 0;
        const PCRE2_SIZE *at = rc > 0 ? pcre2_get_ovector_pointer(source.r.match) : NULL;
        bool is_group = at != NULL && group >= 0 && group < pcre2_get_ovector_count(source.r.match);
        bool found = is_group && at[2 * group] != PCRE2_UNSET;
        if (found)
            fl_put_slice(out, i, s.p + at[2 * group], at[2 * group + 1] - at[2 * group]);
        else
            fl_kernel_null(out, i);
    }
    source_deinit(&source);
    return FL_MIN(rc, 0);
}

/* ---- REGEXP_COUNT, REGEXP_INSTR, REGEXP_EXTRACT_ALL(s, pattern [, group]) ---- */

/* Goes from match to match as Java's Matcher.find does: behind an empty one it looks one UTF-16 unit later, and so also
 * between the two halves of a character beyond U+FFFF. */
typedef struct match_walk {
    const fl_regex *r;
    const fl_kernel_call *call;
    fl_str s;
    size_t from;
    bool halves; /* the next place is between two halves */
    fl_str text; /* what the groups of the match are positions in */
} match_walk;

/* What a pattern finds between two halves, neither of which it can name: the same as between two characters that are
 * no letters, digits or blanks, if that is empty. */
static int find_between_halves(match_walk *w, fl_error *err) {
    enum { HALF = 3 };
    w->text = fl_str_from("\uFFFD\uFFFD");
    w->halves = false;
    int found = regex_find(w->r, w->text, HALF, w->call, err);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(w->r->match);
    return found > 0 && (at[0] != HALF || at[1] != HALF) ? 0 : found;
}

/* 1: *at are the positions of the groups; 0: no more; or an error. */
static int next_match(match_walk *w, const PCRE2_SIZE **at, fl_error *err) {
    *at = pcre2_get_ovector_pointer(w->r->match);
    int found = w->halves ? find_between_halves(w, err) : 0;
    if (found != 0 || w->from > w->s.n) return found;
    w->text = w->s;
    found = regex_find(w->r, w->s, w->from, w->call, err);
    if (found <= 0) return found;
    w->from = (*at)[1];
    if ((*at)[0] != (*at)[1]) return 1;
    w->halves = w->from < w->s.n && (unsigned char)w->s.p[w->from] >= 0xf0;
    w->from = w->from < w->s.n ? (size_t)(fl_utf8_next(w->s.p + w->from, w->s.p + w->s.n) - w->s.p) : w->s.n + 1;
    return 1;
}

static int count_matches(match_walk *w, int64_t *count, fl_error *err) {
    const PCRE2_SIZE *at;
    int rc;
    for (*count = 0; (rc = next_match(w, &at, err)) > 0;) ++*count;
    return rc;
}

/* Where the first match begins, in UTF-16 units counted from 1; 0: nowhere. */
static int first_place(match_walk *w, int64_t *place, fl_error *err) {
    const PCRE2_SIZE *at;
    int rc = next_match(w, &at, err);
    *place = rc > 0 ? fl_utf16_count(fl_str_make(w->s.p, at[0])) + 1 : 0;
    return rc;
}

static int kernel_count(FL_KERNEL_ARGS) {
    regex_source source = {.own = call->expr->extra};
    bool all = call->expr->fn->name[7] == 'C';
    int rc = 0;
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        int64_t x;
        if ((rc = regex_of_row(&source, text_at(in[1], i), err)) < 0) break;
        match_walk w = {.r = &source.r, .call = call, .s = text_at(in[0], i)};
        if (source.r.code == NULL) {
            fl_kernel_null(out, i);
            continue;
        }
        rc = (all ? count_matches : first_place)(&w, &x, err);
        FL_DATA(out, int32_t)[i] = (int32_t)x;
    }
    source_deinit(&source);
    return FL_MIN(rc, 0);
}

/* Appends the list of what a group is in each match. Returns 0 or an error. */
static int append_matches(fl_column *out, match_walk *w, int64_t group, uint64_t *so_far, fl_error *err) {
    const PCRE2_SIZE *at;
    int rc;
    while ((rc = next_match(w, &at, err)) > 0) {
        FL_TRY(fl_text_grow(so_far, sizeof(fl_view), w->call, err)); /* many may be empty */
        if (at[2 * group] == PCRE2_UNSET)
            fl_column_append_null(out->child[0]);
        else
            fl_column_append_str(out->child[0],
                                 fl_str_make(w->text.p + at[2 * group], at[2 * group + 1] - at[2 * group]));
    }
    fl_column_append_nested(out);
    return rc;
}

static int kernel_extract_all(FL_KERNEL_ARGS) {
    regex_source source = {.own = call->expr->extra};
    uint64_t so_far = 0;
    int rc = 0;
    FL_EACH_NESTED_ROW(out, rows, i, {
        int64_t group = call->expr->n_args == 3 ? FL_DATA(in[2], int64_t)[fl_column_at(in[2], i)] : 1;
        if ((rc = regex_of_row(&source, text_at(in[1], i), err)) < 0) break;
        bool known = source.r.code != NULL && group >= 0 && group < pcre2_get_ovector_count(source.r.match);
        match_walk w = {.r = &source.r, .call = call, .s = text_at(in[0], i)};
        if (!known)
            fl_column_append_null(out);
        else if ((rc = append_matches(out, &w, group, &so_far, err)) < 0)
            break;
    });
    source_deinit(&source);
    return FL_MIN(rc, 0);
}

/* ---- REGEXP_REPLACE ---- */

/* Behind an empty match the search goes on one character later, and that character stays. */
static int replace_all(const fl_regex *r, fl_str s, fl_str by, fl_buf *b, const fl_kernel_call *call, fl_error *err) {
    size_t copied = 0, from = 0;
    while (from <= s.n && b->n <= (size_t)FL_TEXT_BYTES_MAX) {
        int found = regex_find(r, s, from, call, err);
        if (found < 0) return found;
        if (found == 0) break;
        const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->match);
        fl_buf_put(b, s.p + copied, at[0] - copied);
        fl_buf_put_str(b, by);
        copied = from = at[1];
        if (at[0] == at[1]) from = from < s.n ? (size_t)(fl_utf8_next(s.p + from, s.p + s.n) - s.p) : s.n + 1;
    }
    fl_buf_put(b, s.p + copied, s.n - copied);
    return 0;
}

static int kernel_replace(FL_KERNEL_ARGS) {
    regex_source source = {.own = call->expr->extra};
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        fl_buf_reset(&b);
        if ((rc = regex_of_row(&source, text_at(in[1], i), err)) < 0) break;
        if (source.r.code != NULL) {
            rc = replace_all(&source.r, text_at(in[0], i), text_at(in[2], i), &b, call, err);
            if (rc == 0) rc = fl_text_grow(&so_far, b.n, call, err);
            if (rc == 0) fl_column_put_str(out, i, fl_str_make(b.n > 0 ? b.p : "", b.n));
        } else if (call->expr->type->nullable) {
            fl_kernel_null(out, i);
        } else {
            rc = fl_kernel_fail(err, call, FL_ERR_VALUE_REGEX_NULL);
        }
    }
    source_deinit(&source);
    fl_buf_deinit(&b);
    return rc;
}

/* ---- type rules ---- */

/* Compiles the argument if it is a literal. */
static int prepare(fl_bind *b, fl_expr *call, int arg, const fl_regex **out, fl_error *err) {
    const fl_value *pattern = fl_expr_value(call->args[arg]);
    if (pattern == NULL || pattern->is_null) return 0;
    fl_regex *r = FL_NEW(b->arena, fl_regex);
    FL_TRY(compile_java(r, pattern->s, 0, err));
    fl_arena_on_free(b->arena, regex_free, r);
    *out = r;
    return 0;
}

static int prepare_pattern(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_regex *r = NULL;
    FL_TRY(prepare(b, call, 1, &r, err));
    call->extra = r;
    if (r == NULL || r->code != NULL) return 0;
    char why[120];
    const char *result = strcmp(call->fn->name, "REGEXP") == 0 ? "FALSE" : "NULL";
    pcre2_get_error_message(r->why, (PCRE2_UCHAR *)why, sizeof why);
    fl_bind_note(b, fl_arena_printf(b->arena,
                                    "%s: the result is %s in every row: the pattern is no regular expression: %s",
                                    call->fn->name, result, why));
    return 0;
}

static int infer_regexp(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), fl_args_nullable(call));
}

static int infer_extract(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(fl_need_bigint(b, call, 2, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static int infer_replace(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 3, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static fl_kernel_fn *choose(const fl_expr *call) {
    switch (call->fn->name[6]) {
    case 0: return kernel_regexp;
    default: return call->fn->name[7] == 'E' ? kernel_extract : kernel_replace;
    }
}

static int infer_count(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 2, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), true);
}

static int infer_substr(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 2, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static int infer_extract_all(fl_bind *b, fl_expr *call, fl_error *err) {
    bool grouped = call->n_args == 3;
    const fl_type *bigint = fl_type_of(FL_T_BIGINT, true);
    if (grouped && fl_type_is(call->args[2]->type, FL_T_NULL)) FL_TRY(fl_coerce(b, call, 2, bigint, err));
    FL_TRY(fl_take_texts(b, call, 0, 2, err));
    if (grouped && !fl_type_is_integer(call->args[2]->type)) return fl_invalid_arguments(call, err);
    if (grouped) FL_TRY(fl_coerce(b, call, 2, bigint, err));
    FL_TRY(prepare_pattern(b, call, err));
    return fl_typed(b, call, fl_type_array(b->arena, fl_type_string(true), true), true);
}

static fl_kernel_fn *choose_count(const fl_expr *call FL_UNUSED) { return kernel_count; }
static fl_kernel_fn *choose_substr(const fl_expr *call FL_UNUSED) { return kernel_extract; }
static fl_kernel_fn *choose_extract_all(const fl_expr *call FL_UNUSED) { return kernel_extract_all; }

/* ---- STR_TO_MAP(s [, between entries, between key and value]) ---- */

typedef struct delimiter {
    regex_source source;
    char plain; /* it is this character; 0: a pattern */
} delimiter;

static int delimiter_of_row(delimiter *d, const fl_kernel_call *call, fl_str pattern, fl_error *err) {
    d->plain = pattern.n == 1 && strchr(".$|()[{^?*+\\", pattern.p[0]) == NULL ? pattern.p[0] : '\0';
    if (d->plain != '\0') return 0;
    FL_TRY(regex_of_row(&d->source, pattern, err));
    if (d->source.r.code != NULL) return 0;
    return fl_kernel_fail(err, call, FL_ERR_VALUE_DELIMITER, (int)FL_MIN(pattern.n, (size_t)100), pattern.p);
}

/* The first delimiter in s from byte `from` on, as Java's split has it: an empty one at the front does not count.
 * 1: it is [*at, *behind). */
static int find_delimiter(const delimiter *d, const fl_kernel_call *call, fl_str s, size_t from, size_t *at,
                          size_t *behind, fl_error *err) {
    if (d->plain != '\0') {
        const char *p = from < s.n ? memchr(s.p + from, d->plain, s.n - from) : NULL;
        *at = p != NULL ? (size_t)(p - s.p) : 0;
        *behind = *at + 1;
        return p != NULL;
    }
    while (from <= s.n) {
        int rc = regex_find(&d->source.r, s, from, call, err);
        if (rc <= 0) return rc;
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(d->source.r.match);
        *at = found[0];
        *behind = found[1];
        if (*behind > 0) return 1;
        from = s.n > 0 ? (size_t)(fl_utf8_next(s.p, s.p + s.n) - s.p) : 1;
    }
    return 0;
}

typedef struct map_entry {
    fl_str key, value; /* value.p NULL: none */
    uint32_t hash, bucket;
    int order;
    bool dropped; /* its key came before */
} map_entry;

static int by_hash(const void *a, const void *b) {
    const map_entry *x = a, *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : x->order - y->order;
}

static int by_bucket(const void *a, const void *b) {
    const map_entry *x = a, *y = b;
    return x->bucket != y->bucket ? (x->bucket < y->bucket ? -1 : 1) : x->order - y->order;
}

/* Keeps the first of equal keys, with the last one's value, and lists all as a java.util.HashMap made for n does. */
static void order_entries(map_entry *entries, int n) {
    int distinct = n;
    uint32_t buckets = 1;
    qsort(entries, (size_t)n, sizeof *entries, by_hash);
    for (int i = 1; i < n; i++)
        for (int k = i - 1; k >= 0 && entries[k].hash == entries[i].hash; k--) {
            if (entries[k].dropped || !fl_str_eq(entries[k].key, entries[i].key)) continue;
            entries[k].value = entries[i].value;
            entries[i].dropped = true;
            distinct--;
            break;
        }
    while (buckets < (uint32_t)n) buckets *= 2;
    while ((uint32_t)distinct > buckets / 4.0 * 3) buckets *= 2;
    for (int i = 0; i < n; i++) entries[i].bucket = (entries[i].hash ^ entries[i].hash >> 16) & (buckets - 1);
    qsort(entries, (size_t)n, sizeof *entries, by_bucket);
}

/* The pieces of the text between delimiters, without empty ones at the end. */
static int split_entries(fl_arena *a, const delimiter *d, const fl_kernel_call *call, fl_str s, map_entry **out,
                         fl_error *err) {
    int n = 0, cap = 0, rc;
    size_t from = 0, look = 0, at, behind;
    *out = NULL;
    for (;;) {
        if ((rc = find_delimiter(d, call, s, look, &at, &behind, err)) < 0) return rc;
        map_entry e = {.key = fl_str_make(s.p + from, (rc > 0 ? at : s.n) - from), .order = n};
        FL_PUSH(a, *out, n, cap, e);
        if (rc == 0) break;
        from = look = behind;
        if (at == behind) look = behind < s.n ? (size_t)(fl_utf8_next(s.p + behind, s.p + s.n) - s.p) : s.n + 1;
    }
    while (n > 1 && (*out)[n - 1].key.n == 0) n--;
    return n == 1 && (*out)[0].key.n == 0 ? 0 : n;
}

static int append_map(fl_column *out, fl_arena *a, const delimiter *d, const fl_kernel_call *call, fl_str s,
                      fl_error *err) {
    map_entry *entries;
    size_t at, behind;
    int n = s.n > 0 ? split_entries(a, &d[0], call, s, &entries, err) : 0, rc;
    FL_TRY(n);
    for (int i = 0; i < n; i++) {
        map_entry *e = &entries[i];
        fl_str piece = e->key;
        if ((rc = find_delimiter(&d[1], call, piece, 0, &at, &behind, err)) < 0) return rc;
        if (rc > 0) {
            e->key = fl_str_make(piece.p, at);
            e->value = fl_str_make(piece.p + behind, piece.n - behind);
        }
        e->hash = fl_java_hash(e->key);
    }
    if (n > 1) order_entries(entries, n);
    for (int i = 0; i < n; i++) {
        if (entries[i].dropped) continue;
        fl_column_append_str(out->child[0], entries[i].key);
        if (entries[i].value.p != NULL)
            fl_column_append_str(out->child[1], entries[i].value);
        else
            fl_column_append_null(out->child[1]);
    }
    fl_column_append_nested(out);
    return 0;
}

static int kernel_str_to_map(FL_KERNEL_ARGS) {
    const fl_regex *const *own = call->expr->extra;
    delimiter d[2] = {{.source = {.own = own[0]}, .plain = ','}, {.source = {.own = own[1]}, .plain = '='}};
    int rc = 0;
    fl_arena arena;
    fl_arena_init(&arena);
    FL_EACH_NESTED_ROW(out, rows, i, {
        for (int k = 0; k < 2 && rc >= 0 && call->expr->n_args == 3; k++)
            rc = delimiter_of_row(&d[k], call, text_at(in[k + 1], i), err);
        fl_arena_reset(&arena);
        if (rc >= 0) rc = append_map(out, &arena, d, call, text_at(in[0], i), err);
        if (rc < 0) break;
    });
    fl_arena_deinit(&arena);
    source_deinit(&d[0].source);
    source_deinit(&d[1].source);
    return FL_MIN(rc, 0);
}

static int infer_str_to_map(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_regex **own = FL_NEW_N(b->arena, const fl_regex *, 2);
    const fl_type *text = fl_type_string(true);
    if (call->n_args == 2) return fl_fail(err, FL_ERR_FUNCTION_ARGUMENT_COUNT, call->fn->name, 1, " or 3", 2);
    FL_TRY(fl_need_texts(call, 0, 3, err));
    for (int k = 1; k < call->n_args; k++) FL_TRY(prepare(b, call, k, &own[k - 1], err));
    call->extra = own;
    return fl_typed(b, call, fl_type_map(b->arena, text, text, true), true);
}

static fl_kernel_fn *choose_str_to_map(const fl_expr *call FL_UNUSED) { return kernel_str_to_map; }

/* ---- SIMILAR TO ---- */

static int bad_similar(fl_str pattern, fl_error *err) {
    return fl_fail(err, FL_ERR_VALUE_SIMILAR_PATTERN, (int)FL_MIN(pattern.n, 200u), pattern.p);
}

/* [:WORD:] at p as it stands inside a class; NULL: there is none. */
static const char *similar_class(const char *p, const char *end, fl_buf *out) {
    for (size_t i = 0; i < FL_ARRAY_LEN(classes); i++) {
        size_t n = strlen(classes[i].word);
        if ((size_t)(end - p) < n + 4 || !fl_str_iis(fl_str_make(p + 2, n), classes[i].word) ||
            memcmp(p + 2 + n, ":]", 2) != 0)
            continue;
        fl_buf_puts(out, strcmp(classes[i].word, "Space") == 0 ? " " : classes[i].posix);
        return p + n + 4;
    }
    fl_str white = fl_str_from("[:WHITESPACE:]");
    if ((size_t)(end - p) < white.n || !fl_str_ieq(fl_str_make(p, white.n), white)) return NULL;
    fl_buf_puts(out, "\\s");
    return p + white.n;
}

/* Texts that PCRE2 would take for more than themselves. */
static void put_plain(fl_buf *out, const char *p, size_t n) {
    if (n == 1 && strchr("\\[](){}.*+?^$|-&", *p) != NULL) fl_buf_putc(out, '\\');
    fl_buf_put(out, p, n);
}

static int spell_similar(fl_buf *out, fl_str pattern, fl_str escape, fl_error *err) {
    bool in_class = false;
    if (escape.n > 0 && fl_utf8_next(escape.p, escape.p + escape.n) != escape.p + escape.n)
        return fl_fail(err, FL_ERR_VALUE_SIMILAR_ESCAPE, (int)FL_MIN(escape.n, 40u), escape.p);
    for (const char *p = pattern.p, *end = pattern.p + pattern.n; p < end;) {
        const char *next = fl_utf8_next(p, end), *behind;
        size_t n = (size_t)(next - p);
        if (n == escape.n && memcmp(p, escape.p, n) == 0) {
            if (next == end) return bad_similar(pattern, err);
            behind = fl_utf8_next(next, end);
            put_plain(out, next, (size_t)(behind - next));
            p = behind;
            continue;
        }
        if (in_class && *p == '[' && next < end && *next == ':') {
            if ((behind = similar_class(p, end, out)) == NULL) return bad_similar(pattern, err);
            p = behind;
            continue;
        }
        if (*p == '[' && in_class) return bad_similar(pattern, err);
        if (*p == '[' || *p == ']') in_class = *p == '[';
        if (*p == '\\')
            fl_buf_puts(out, "\\\\");
        else if (*p == '_' && !in_class)
            fl_buf_putc(out, '.');
        else if (*p == '%' && !in_class)
            fl_buf_puts(out, "(?:.*)");
        else
            fl_buf_put(out, p, n);
        p = next;
    }
    return in_class ? bad_similar(pattern, err) : 0;
}

static int compile_similar(fl_regex *r, fl_str pattern, fl_str escape, fl_error *err) {
    fl_buf spelled;
    fl_buf_init(&spelled);
    int rc = spell_similar(&spelled, pattern, escape, err);
    if (rc == 0) rc = regex_compile(r, &spelled, WHOLE, err);
    if (rc == 0 && r->code == NULL) rc = bad_similar(pattern, err);
    fl_buf_deinit(&spelled);
    return rc;
}

static int similar(FL_KERNEL_ARGS) {
    fl_str pattern = {0}, escape = {0};
    fl_regex r = {0};
    int rc = 0;
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str p = text_at(in[1], i), e = call->expr->n_args == 3 ? text_at(in[2], i) : fl_str_make("", 0);
        if (r.code == NULL || !fl_str_eq(p, pattern) || !fl_str_eq(e, escape)) {
            regex_free(&r);
            if ((rc = compile_similar(&r, p, e, err)) < 0) break;
            pattern = p;
            escape = e;
        }
        rc = regex_find(&r, text_at(in[0], i), 0, call, err);
        fl_bit_put(out->data, i, rc > 0);
    }
    regex_free(&r);
    return FL_MIN(rc, 0);
}

static int infer_similar(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 3, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), fl_args_nullable(call));
}

static int infer_not_similar(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *e;
    FL_TRY(fl_expr_call_name(b, "SIMILAR TO", call->args, call->n_args, call->span, &e, err));
    FL_TRY(fl_call1(b, "NOT", e, call->span, &e, err));
    return fl_become(call, e);
}

static fl_kernel_fn *choose_similar(const fl_expr *call FL_UNUSED) { return similar; }

/* ---- the table ---- */

#define ROW(word, least, most, more_flags, rule, pick, form, text)                                                     \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most,                                                             \
        .flags = FL_FN_STRICT | FL_FN_COSTLY | FL_FN_FALLIBLE | (more_flags), .infer = rule, .choose = pick,           \
        .signature = form, .doc = text                                                                                 \
    }

FL_FUNCTION_TABLE(regexp) = {
    ROW("REGEXP", 2, 2, 0, infer_regexp, choose, "'REGEXP(<CHARACTER>, <CHARACTER>)'",
        "Some part of the text matches a regular expression."),
    ROW("REGEXP_EXTRACT", 2, 3, 0, infer_extract, choose, "'REGEXP_EXTRACT(<CHARACTER>, <CHARACTER>, <INTEGER>)'",
        "What a regular expression, or one of its groups, matches first; NULL if there is no match."),
    ROW("REGEXP_REPLACE", 3, 3, 0, infer_replace, choose, "'REGEXP_REPLACE(<CHARACTER>, <CHARACTER>, <CHARACTER>)'",
        "With all matches of a regular expression replaced by a text."),
    ROW("REGEXP_COUNT", 2, 2, FL_FN_SINCE_2, infer_count, choose_count, "'REGEXP_COUNT(<CHARACTER>, <CHARACTER>)'",
        "How often a regular expression matches. From Flink 2.0 on."),
    ROW("REGEXP_EXTRACT_ALL", 2, 3, FL_FN_SINCE_2, infer_extract_all, choose_extract_all,
        "'REGEXP_EXTRACT_ALL(<CHARACTER>, <CHARACTER>, <INTEGER>)'",
        "What a group of a regular expression, by default the first, is in each match. From Flink 2.0 on."),
    ROW("REGEXP_INSTR", 2, 2, FL_FN_SINCE_2, infer_count, choose_count, "'REGEXP_INSTR(<CHARACTER>, <CHARACTER>)'",
        "Where a regular expression first matches, counted from 1; 0 if it does not. From Flink 2.0 on."),
    ROW("REGEXP_SUBSTR", 2, 2, FL_FN_SINCE_2, infer_substr, choose_substr, "'REGEXP_SUBSTR(<CHARACTER>, <CHARACTER>)'",
        "What a regular expression matches first; NULL if there is no match. From Flink 2.0 on."),
    ROW("STR_TO_MAP", 1, 3, 0, infer_str_to_map, choose_str_to_map, "'STR_TO_MAP(<CHARACTER>)'",
        "A map of the entries in a text; delimiters are regular expressions, by default , and =."),
    ROW("SIMILAR TO", 2, 3, FL_FN_OPERATOR, infer_similar, choose_similar, "'SIMILAR TO(<STRING>, <STRING>, <STRING>)'",
        "The text matches a pattern of SQL: a regular expression with _ and %."),
    ROW("NOT SIMILAR TO", 2, 3, FL_FN_OPERATOR, infer_not_similar, choose_similar,
        "'NOT SIMILAR TO(<STRING>, <STRING>, <STRING>)'", "The text does not match a pattern of SQL."),
    {0},
};
