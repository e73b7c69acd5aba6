/* SPDX-License-Identifier: Apache-2.0 */
/* functions_string.c -- texts made of texts: concatenation, case, pieces, trimming, choosing.
 *
 * What:       positions and lengths count code points, as in Flink; a piece of a text is a view of the same bytes, so
 *             SUBSTRING, LEFT, RIGHT and TRIM copy nothing.
 * Interface:  the table at the end. TRIM comes as TRIM(flag, chars, s) with flag 'BOTH', 'LEADING' or 'TRAILING'.
 *             Functions that count UTF-16 units (LPAD, RPAD, OVERLAY) and encodings (HEX, Base64) are in
 *             functions_utf16.c and functions_encode.c; searching is in functions_search.c.
 */
#include "base/bytes.h"
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/value.h"

/* ---- || CONCAT CONCAT_WS ---- */

static int refuse_length(fl_kernel_call *call, uint64_t n, fl_error *err) {
    return fl_kernel_fail(err, call, FL_ERR_VALUE_RESULT_TOO_LONG, (unsigned long long)n);
}

static bool all_constant(const fl_expr *call, fl_column *const *in) {
    for (int a = 0; a < call->n_args; a++)
        if (!in[a]->constant) return false;
    return true;
}

static int concat(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    if (all_constant(call->expr, in)) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        uint64_t n = 0;
        for (int a = 0; a < n_args; a++) n += fl_view_at(in[a], i)->n;
        if (n > INT32_MAX) return refuse_length(call, n, err);
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, n, small), *at = to;
        for (int a = 0; a < n_args; a++) {
            const fl_view *v = fl_view_at(in[a], i);
            memcpy(at, fl_view_ptr(v), v->n);
            at += v->n;
        }
        fl_put_slice(out, i, to, n);
    });
    return 0;
}

/* NULL arguments are left out, together with their separator; a NULL separator makes NULL. */
static int concat_ws(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        if (fl_column_is_null(in[0], i)) {
            fl_kernel_null(out, i);
            continue;
        }
        int parts = 0;
        fl_buf_reset(&b);
        for (int a = 1; a < n_args; a++) {
            if (fl_column_is_null(in[a], i)) continue;
            if (parts++ > 0) fl_buf_put_str(&b, fl_view_str(fl_view_at(in[0], i)));
            fl_buf_put_str(&b, fl_view_str(fl_view_at(in[a], i)));
        }
        fl_column_put_str(out, i, fl_buf_str(&b));
    });
    fl_buf_deinit(&b);
    return 0;
}

static int infer_concat(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, call->n_args, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

/* CHAR of the summed lengths if both are CHAR, else VARCHAR. */
static int infer_concat_operator(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    int length = (int)FL_MIN((int64_t)x->length + y->length, (int64_t)FL_LENGTH_MAX);
    bool fixed = x->kind == FL_T_CHAR && y->kind == FL_T_CHAR;
    const fl_type *t = fl_type_text(b->arena, fixed ? FL_T_CHAR : FL_T_VARCHAR, length, true);
    return fl_typed(b, call, t, fl_args_nullable(call));
}

static fl_kernel_fn *choose_concat(const fl_expr *call) {
    return strcmp(call->fn->name, "CONCAT_WS") == 0 ? concat_ws : concat;
}

/* ---- UPPER LOWER INITCAP ---- */

static void change_case_of_any(fl_column *out, int i, fl_str s, bool upper, fl_buf *b) {
    fl_buf_reset(b);
    (upper ? fl_upper : fl_lower)(b, s);
    fl_column_put_str(out, i, fl_buf_str(b));
}

/* Where the texts lie that do not fit into their views, and how many bytes they have. */
typedef struct extent {
    uintptr_t begin, end;
    size_t bytes;
} extent;

FL_CLONES static extent extent_of(const fl_view *views, int n) {
    extent e = {.begin = UINTPTR_MAX};
    for (int i = 0; i < n; i++) {
        const uintptr_t p = (uintptr_t)views[i].p;
        const bool is_long = views[i].n > FL_VIEW_INLINE;
        e.begin = FL_MIN(e.begin, is_long ? p : UINTPTR_MAX);
        e.end = FL_MAX(e.end, is_long ? p + views[i].n : 0);
        e.bytes += is_long ? views[i].n : 0;
    }
    return e;
}

/* Whether they lie in one of the column's heaps, with little between them. That is older than the last of them, so nobody
 * writes to it any more. */
static bool is_dense(const fl_column *c, extent e) {
    if (e.bytes == 0) return true;
    bool inside = false;
    for (int h = 0; h < c->n_heaps; h++) {
        const uintptr_t at = (uintptr_t)c->heaps[h]->data;
        inside |= at <= e.begin && e.end <= at + c->heaps[h]->size;
    }
    return inside && e.end - e.begin <= 2 * e.bytes;
}

/* The bit that differs between the cases, where one of eight ASCII bytes is a letter from `first` on. */
static inline uint64_t case_bits(uint64_t x, unsigned char first) {
    const uint64_t low = x & ~FL_HIGH8, from = low + (0x80 - first) * FL_EACH8, behind = from - 26 * FL_EACH8;
    return (from & ~behind & ~x & FL_HIGH8) >> 2;
}

/* False: some are not ASCII. */
FL_CLONES static bool flip_bytes(unsigned char *restrict to, const unsigned char *restrict from, size_t n,
                                 unsigned char first) {
    unsigned char any = 0;
    for (size_t i = 0; i < n; i++) {
        any |= from[i];
        to[i] = from[i] ^ (unsigned char)((unsigned char)(from[i] - first) < 26 ? 0x20 : 0);
    }
    return any < 0x80;
}

/* The views of texts that have been moved by `by` bytes and changed there; short ones are changed here. */
FL_CLONES static bool flip_views(uint64_t *restrict to, const uint64_t *restrict from, int n, uintptr_t by,
                                 unsigned char first) {
    const uint64_t prefix = 0xffffffff00000000;
    uint64_t any = 0;
    for (int i = 0; i < 2 * n; i += 2) {
        const uint64_t head = from[i], rest = from[i + 1];
        const uint64_t is_short = (uint32_t)head <= FL_VIEW_INLINE ? UINT64_MAX : 0;
        any |= (head & prefix) | (rest & is_short);
        to[i] = head ^ (case_bits(head, first) & prefix);
        to[i + 1] = (rest ^ (case_bits(rest, first) & is_short)) + (by & ~is_short);
    }
    return (any & FL_HIGH8) == 0;
}

/* Changes all texts at once, together with what lies between them. False: they lie apart, or are not ASCII. */
static bool change_case_of_all(fl_column *out, const fl_column *c, int n, extent e, unsigned char first) {
    if (!is_dense(c, e)) return false;
    const size_t span = e.bytes > 0 ? e.end - e.begin : 0;
    char *room = fl_column_heap(out, span);
    if (flip_bytes((unsigned char *)room, (const unsigned char *)e.begin, span, first) &&
        flip_views(out->data, c->data, n, (uintptr_t)room - e.begin, first))
        return true;
    fl_column_heap_end(out, room);
    return false;
}

static int change_case(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    const bool upper = call->expr->fn->name[0] == 'U';
    const unsigned char first = upper ? 'a' : 'A';
    if (rows.sel == NULL && change_case_of_all(out, in[0], rows.n, extent_of(in[0]->data, rows.n), first)) return 0;
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        const fl_str s = fl_view_str(fl_view_at(in[0], i));
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, s.n, small);
        if (flip_bytes((unsigned char *)to, (const unsigned char *)s.p, s.n, first))
            fl_put_slice(out, i, to, s.n);
        else
            change_case_of_any(out, i, s, upper, &b);
    });
    fl_buf_deinit(&b);
    return 0;
}

/* ASCII only: digits are part of a word, any other character ends it. */
static int initcap(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, s.n, small);
        bool inside = false;
        for (size_t k = 0; k < s.n; k++) {
            char c = s.p[k], lower = (char)(c | 0x20);
            bool letter = lower >= 'a' && lower <= 'z' && (unsigned char)c < 0x80;
            to[k] = !letter ? c : inside ? lower : (char)(lower ^ 0x20);
            inside = letter || (c >= '0' && c <= '9');
        }
        fl_put_slice(out, i, to, s.n);
    });
    return 0;
}

static int infer_case_change(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    return fl_typed(b, call, call->args[0]->type, call->args[0]->type->nullable);
}

static fl_kernel_fn *choose_case_change(const fl_expr *call) {
    return call->fn->name[0] == 'I' ? initcap : change_case;
}

/* ---- CHAR_LENGTH ASCII ---- */

static int char_length(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        FL_DATA(out, int32_t)[i] = (int32_t)fl_utf8_count(s.p, s.n);
    });
    return 0;
}

/* The first byte of the UTF-8 text, signed. */
static int ascii(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        FL_DATA(out, int32_t)[i] = s.n == 0 ? 0 : (signed char)s.p[0];
    });
    return 0;
}

static int infer_length(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), call->args[0]->type->nullable);
}

static fl_kernel_fn *choose_length(const fl_expr *call) { return call->fn->name[0] == 'A' ? ascii : char_length; }

/* ---- SUBSTRING LEFT RIGHT ---- */

static inline int64_t bigint_at(const fl_column *c, int i) { return FL_DATA(c, int64_t)[fl_column_at(c, i)]; }

/* How far n code points reach from p: the same number of bytes as long as they are ASCII, eight of which are looked at
 * at once. */
static inline const char *reach(const char *p, const char *end, int64_t n) {
    for (; n >= 8 && end - p >= 8 && (fl_load8(p) & FL_HIGH8) == 0; p += 8) n -= 8;
    return fl_utf8_skip(p, end, n);
}

/* `length` code points of s from position `from` (1-based; negative: from the end; 0 is 1). */
static fl_str piece(fl_str s, int64_t from, int64_t length) {
    const char *end = s.p + s.n, *start = s.p;
    if (from > 0) {
        start = reach(s.p, end, from - 1);
    } else if (from < 0) {
        int64_t skip = fl_utf8_count(s.p, s.n) + from;
        start = skip < 0 ? end : reach(s.p, end, skip);
    }
    const char *stop = length >= end - start ? end : reach(start, end, length);
    return fl_str_make(start, (size_t)(stop - start));
}

static int substring(FL_KERNEL_ARGS) {
    bool bounded = call->expr->n_args == 3;
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        int64_t length = bounded ? bigint_at(in[2], i) : INT64_MAX;
        if (length < 0) {
            fl_kernel_null(out, i);
        } else {
            fl_str s = piece(fl_view_str(fl_view_at(in[0], i)), bigint_at(in[1], i), length);
            fl_put_slice(out, i, s.p, s.n);
        }
    });
    return 0;
}

static int left_right(FL_KERNEL_ARGS) {
    bool left = call->expr->fn->name[0] == 'L';
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        int64_t n = FL_MAX(bigint_at(in[1], i), 0);
        if (left)
            s = piece(s, 1, n);
        else if (n < (int64_t)s.n)
            s = n == 0 ? fl_str_make(s.p, 0) : n >= fl_utf8_count(s.p, s.n) ? s : piece(s, -n, INT64_MAX);
        fl_put_slice(out, i, s.p, s.n);
    });
    return 0;
}

static int infer_piece(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    FL_TRY(fl_need_bigint(b, call, 1, err));
    FL_TRY(fl_need_bigint(b, call, 2, err));
    return fl_typed(b, call, fl_varying(b->arena, call->args[0]->type), true);
}

static fl_kernel_fn *choose_piece(const fl_expr *call) { return call->fn->name[0] == 'S' ? substring : left_right; }

/* ---- TRIM LTRIM RTRIM BTRIM ---- */

enum { LEADING = 1, TRAILING = 2 };

/* The code point that starts at p is one of `set`. */
static bool in_set(fl_str set, const char *p, size_t n) {
    for (const char *c = set.p, *end = set.p + set.n; c < end;) {
        const char *next = fl_utf8_next(c, end);
        if ((size_t)(next - c) == n && memcmp(c, p, n) == 0) return true;
        c = next;
    }
    return false;
}

/* The set is one ASCII character, mostly a blank. Eight bytes are looked at at once: how many there are to take away
 * differs from row to row, and a loop over them would be guessed wrong. */
static fl_str trim_byte(fl_str s, char c, int ends) {
    const char *p = s.p, *end = s.p + s.n;
    const uint64_t all = (uint64_t)(unsigned char)c * FL_EACH8;
    while (ends & LEADING) {
        const uint64_t differs = end - p >= 8 ? fl_load8(p) ^ all : 0;
        if (differs != 0) {
            p += __builtin_ctzll(differs) / 8;
            break;
        }
        if (end - p < 8) {
            while (p < end && *p == c) p++;
            break;
        }
        p += 8;
    }
    while (ends & TRAILING) {
        const uint64_t differs = end - p >= 8 ? fl_load8(end - 8) ^ all : 0;
        if (differs != 0) {
            end -= __builtin_clzll(differs) / 8;
            break;
        }
        if (end - p < 8) {
            while (p < end && end[-1] == c) end--;
            break;
        }
        end -= 8;
    }
    return fl_str_make(p, (size_t)(end - p));
}

static fl_str trim(fl_str s, fl_str set, int ends) {
    if (set.n == 1 && (unsigned char)set.p[0] < 0x80) return trim_byte(s, set.p[0], ends);
    const char *p = s.p, *end = s.p + s.n;
    while ((ends & LEADING) && p < end) {
        const char *next = fl_utf8_next(p, end);
        if (!in_set(set, p, (size_t)(next - p))) break;
        p = next;
    }
    while ((ends & TRAILING) && p < end) {
        const char *last = end - 1;
        while (last > p && ((unsigned char)*last & 0xc0) == 0x80) last--;
        if (!in_set(set, last, (size_t)(end - last))) break;
        end = last;
    }
    return fl_str_make(p, (size_t)(end - p));
}

static int trim_ends(const fl_expr *call) {
    char c = call->n_args == 3 ? fl_symbol(call->args[0]).p[0] : call->fn->name[0];
    return c == 'L' ? LEADING : c == 'R' || c == 'T' ? TRAILING : LEADING | TRAILING;
}

static int kernel_trim(FL_KERNEL_ARGS) {
    int n = call->expr->n_args, ends = trim_ends(call->expr);
    const fl_column *texts = in[n == 3 ? 2 : 0], *sets = n == 3 ? in[1] : n == 2 ? in[1] : NULL;
    fl_column_share_heaps(out, texts);
    FL_EACH_ROW(rows, i, {
        fl_str set = sets != NULL ? fl_view_str(fl_view_at(sets, i)) : fl_str_make(" ", 1);
        fl_str s = trim(fl_view_str(fl_view_at(texts, i)), set, ends);
        fl_put_slice(out, i, s.p, s.n);
    });
    return 0;
}

static int infer_trim(fl_bind *b, fl_expr *call, fl_error *err) {
    bool plain = call->fn->name[0] == 'B';
    if (plain)
        FL_TRY(fl_take_texts(b, call, 0, 2, err));
    else
        FL_TRY(fl_need_texts(call, 0, call->n_args, err));
    if (call->n_args == 3 && fl_symbol(call->args[0]).n == 0) return fl_bad_arguments(call, err);
    const fl_type *t = call->args[call->n_args == 3 ? 2 : 0]->type;
    return fl_typed(b, call, plain ? fl_type_string(true) : fl_varying(b->arena, t), fl_args_nullable(call));
}

static fl_kernel_fn *choose_trim(const fl_expr *call FL_UNUSED) { return kernel_trim; }

/* ---- REPEAT REVERSE ---- */

static int repeat(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        uint64_t times = (uint64_t)FL_MAX(bigint_at(in[1], i), 0);
        if (s.n == 0) times = 0;
        times = FL_MIN(times, (uint64_t)FL_TEXT_BYTES_MAX + 1);
        FL_TRY(fl_text_grow(&so_far, times * s.n, call, err));
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, times * s.n, small);
        for (uint64_t k = 0; k < times; k++) memcpy(to + k * s.n, s.p, s.n);
        fl_put_slice(out, i, to, times * s.n);
    });
    return 0;
}

static int reverse(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, s.n, small), *at = to + s.n;
        for (const char *p = s.p, *end = s.p + s.n; p < end;) {
            const char *next = fl_utf8_next(p, end);
            at -= next - p;
            memcpy(at, p, (size_t)(next - p));
            p = next;
        }
        fl_put_slice(out, i, to, s.n);
    });
    return 0;
}

static int infer_repeat(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    FL_TRY(fl_need_bigint(b, call, 1, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static int infer_reverse(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_repeat(const fl_expr *call) { return call->fn->name[2] == 'P' ? repeat : reverse; }

/* ---- ELT(index, x, …) ---- */

static int elt(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    for (int a = 1; a < n_args; a++) fl_column_share_heaps(out, in[a]);
    FL_EACH_ROW(rows, i, {
        int64_t at = fl_column_is_null(in[0], i) ? 0 : bigint_at(in[0], i);
        if (at < 1 || at >= n_args || fl_column_is_null(in[at], i))
            fl_kernel_null(out, i);
        else
            FL_DATA(out, fl_view)[i] = *fl_view_at(in[at], i);
    });
    return 0;
}

static int check_elt_index(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *index = call->args[0];
    int64_t at;
    FL_TRY(fl_type_is(index->type, FL_T_NULL) ? fl_refuse_nulls(call, err) : 0);
    int rc = 0;
    if (!fl_type_is_integer(index->type))
        rc = fl_fail(err, FL_ERR_FUNCTION_ELT_TYPE);
    else if (fl_literal_int(index, &at) && at < 0)
        rc = fl_fail(err, FL_ERR_FUNCTION_ELT_INDEX, (long long)at);
    return rc < 0 ? fl_error_at(err, index->span) : fl_need_bigint(b, call, 0, err);
}

/* All texts, or all bytes; a bare NULL is one of length 1. */
static int infer_elt(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    bool texts = true, bytes = true;
    FL_TRY(check_elt_index(b, call, err));
    for (int a = 1; a < call->n_args; a++) {
        const fl_type *t = call->args[a]->type;
        texts &= fl_type_is(t, FL_T_NULL) || fl_type_is_char(t);
        bytes &= fl_type_is(t, FL_T_NULL) || fl_type_is_binary(t);
    }
    if (!texts && !bytes) return fl_invalid_arguments(call, err);
    const fl_type *null = fl_type_text(b->arena, texts ? FL_T_VARCHAR : FL_T_VARBINARY, 1, true);
    for (int a = 1; a < call->n_args; a++) {
        if (fl_type_is(call->args[a]->type, FL_T_NULL)) FL_TRY(fl_coerce(b, call, a, null, err));
        types[a] = call->args[a]->type;
    }
    const fl_type *t = fl_type_merged(b->arena, types + 1, call->n_args - 1);
    if (t == NULL) return fl_invalid_arguments(call, err);
    FL_TRY(fl_coerce_from(b, call, 1, t, err));
    return fl_typed(b, call, t, true);
}

static fl_kernel_fn *choose_elt(const fl_expr *call FL_UNUSED) { return elt; }

/* ---- the table ---- */

#define ROW(word, least, most, more_flags, rule, pick, form, text)                                                     \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_COSTLY | (more_flags), .infer = rule,        \
        .choose = pick, .signature = form, .doc = text                                                                 \
    }
#define S FL_FN_STRICT
#define F FL_FN_FALLIBLE

FL_FUNCTION_TABLE(string) = {
    ROW("||", 2, 2, S | F | FL_FN_OPERATOR, infer_concat_operator, choose_concat, "'<STRING> || <STRING>'",
        "One text after the other."),
    ROW("CONCAT", 1, -1, S | F, infer_concat, choose_concat, "'CONCAT(<CHARACTER>, …)'",
        "One text after the other; NULL if one is NULL."),
    ROW("CONCAT_WS", 1, -1, F, infer_concat, choose_concat, "'CONCAT_WS(separator, <CHARACTER>, …)'",
        "Texts with a separator between them; NULL ones are left out."),
    ROW("UPPER", 1, 1, S, infer_case_change, choose_case_change, "'UPPER(<CHARACTER>)'", "In upper case."),
    ROW("LOWER", 1, 1, S, infer_case_change, choose_case_change, "'LOWER(<CHARACTER>)'", "In lower case."),
    ROW("INITCAP", 1, 1, S, infer_case_change, choose_case_change, "'INITCAP(<CHARACTER>)'",
        "The first letter of each word in upper case, the others in lower case; ASCII letters only."),
    ROW("CHAR_LENGTH", 1, 1, S, infer_length, choose_length, "'CHAR_LENGTH(<CHARACTER>)'", "Number of code points."),
    ROW("CHARACTER_LENGTH", 1, 1, S, infer_length, choose_length, "'CHARACTER_LENGTH(<CHARACTER>)'",
        "The same as CHAR_LENGTH."),
    ROW("ASCII", 1, 1, S, infer_length, choose_length, "'ASCII(<CHARACTER>)'",
        "The first byte of the UTF-8 text, signed; 0 for an empty text."),
    ROW("SUBSTRING", 2, 3, S, infer_piece, choose_piece, "'SUBSTRING(<CHARACTER>, <INTEGER>, <INTEGER>)'",
        "A piece from a position on, counted from 1 or, if negative, from the end."),
    ROW("SUBSTR", 2, 3, S, infer_piece, choose_piece, "'SUBSTR(<CHARACTER>, <INTEGER>, <INTEGER>)'",
        "The same as SUBSTRING."),
    ROW("LEFT", 2, 2, S, infer_piece, choose_piece, "'LEFT(<CHARACTER>, <INTEGER>)'", "The first n characters."),
    ROW("RIGHT", 2, 2, S, infer_piece, choose_piece, "'RIGHT(<CHARACTER>, <INTEGER>)'", "The last n characters."),
    ROW("TRIM", 3, 3, S, infer_trim, choose_trim, "'TRIM([BOTH|LEADING|TRAILING] chars FROM <STRING>)'",
        "Without the characters of a set at one or both ends."),
    ROW("LTRIM", 1, 2, S, infer_trim, choose_trim, "'LTRIM(<CHARACTER>)', 'LTRIM(<CHARACTER>, chars)'",
        "Without blanks, or characters of a set, in front."),
    ROW("RTRIM", 1, 2, S, infer_trim, choose_trim, "'RTRIM(<CHARACTER>)', 'RTRIM(<CHARACTER>, chars)'",
        "Without blanks, or characters of a set, at the end."),
    ROW("BTRIM", 1, 2, S | FL_FN_SINCE_2, infer_trim, choose_trim, "'BTRIM(<CHARACTER>)', 'BTRIM(<CHARACTER>, chars)'",
        "Without blanks, or characters of a set, at both ends. From Flink 2.0 on."),
    ROW("ELT", 2, -1, FL_FN_SINCE_2, infer_elt, choose_elt, "'ELT(<INTEGER>, <STRING>, …)'",
        "The text at a place among the arguments, counted from 1; NULL if there is none. From Flink 2.0 on."),
    ROW("REPEAT", 2, 2, S | F, infer_repeat, choose_repeat, "'REPEAT(<CHARACTER>, <INTEGER>)'", "n times the text."),
    ROW("REVERSE", 1, 1, S, infer_reverse, choose_repeat, "'REVERSE(<CHARACTER>)'", "The characters in reverse order."),
    {0},
};
