/* SPDX-License-Identifier: Apache-2.0 */
/* functions_utf16.c -- LPAD, RPAD and OVERLAY, which count UTF-16 units as Java's String does.
 *
 * A character outside the basic plane is two units. Where a function cuts between them, the half that is left becomes
 * '?', as in Flink when it encodes the result. ASCII texts are worked on as they are; others are widened to units
 * first.
 */
#include "expr/functions_int.h"

/* A text as units, in scratch memory. */
typedef struct units {
    uint16_t *p;
    int64_t n;
} units;

static units widen(fl_arena *a, fl_str s) {
    units u = {.p = fl_arena_alloc(a, sizeof(uint16_t) * (s.n + 1))};
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (cp < 0x10000) {
            u.p[u.n++] = (uint16_t)cp;
        } else {
            u.p[u.n++] = (uint16_t)(0xd7c0 + (cp >> 10));
            u.p[u.n++] = (uint16_t)(0xdc00 | (cp & 0x3ff));
        }
    }
    return u;
}

static bool is_high(uint16_t unit) { return (unit & 0xfc00) == 0xd800; }
static bool is_low(uint16_t unit) { return (unit & 0xfc00) == 0xdc00; }

/* Writes units as row i. */
static void put_units(fl_buf *b, fl_column *out, int i, const uint16_t *p, int64_t n) {
    fl_buf_reset(b);
    for (int64_t k = 0; k < n; k++) {
        uint32_t cp = p[k];
        if (is_high(p[k]) && k + 1 < n && is_low(p[k + 1])) {
            cp = ((uint32_t)(p[k] - 0xd7c0) << 10) + (p[k + 1] & 0x3ff);
            k++;
        } else if (is_high(p[k]) || is_low(p[k])) {
            cp = '?';
        }
        b->n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(b, 4));
    }
    fl_column_put_str(out, i, fl_str_make(b->p != NULL ? b->p : "", b->n));
}

static inline int64_t bigint_at(const fl_column *c, int i) { return FL_DATA(c, int64_t)[fl_column_at(c, i)]; }

/* ---- LPAD RPAD ---- */

/* s cut or padded to n units. */
static void pad(uint16_t *to, int64_t n, units s, units with, bool left) {
    int64_t blanks = FL_MAX(n - s.n, 0), kept = n - blanks;
    memcpy(to + (left ? blanks : 0), s.p, sizeof *to * (size_t)kept);
    uint16_t *at = to + (left ? 0 : kept);
    for (int64_t k = 0; k < blanks; k++) at[k] = with.p[k % with.n];
}

static int kernel_pad(FL_KERNEL_ARGS) {
    bool left = call->expr->fn->name[0] == 'L';
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        int64_t n = bigint_at(in[1], i);
        fl_str with = fl_view_str(fl_view_at(in[2], i));
        if (n < 0 || with.n == 0) {
            fl_kernel_null(out, i);
        } else if ((rc = fl_text_grow(&so_far, sizeof(uint16_t) * (uint64_t)n, call, err)) == 0) {
            units s = widen(ev->scratch, fl_view_str(fl_view_at(in[0], i)));
            uint16_t *to = fl_arena_alloc(ev->scratch, sizeof *to * (size_t)(n + 1));
            pad(to, n, s, widen(ev->scratch, with), left);
            put_units(&b, out, i, to, n);
        }
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_pad(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 1, err));
    FL_TRY(fl_need_texts(call, 2, 3, err));
    FL_TRY(fl_need_bigint(b, call, 1, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_pad(const fl_expr *call FL_UNUSED) { return kernel_pad; }

/* ---- OVERLAY(s, r, start [, length]) ---- */

/* What stands behind the replaced part stays only if the part is not empty and ends within s. */
static void overlay(fl_arena *a, fl_buf *b, fl_column *out, int i, units s, units r, int64_t start, int64_t length) {
    uint16_t *to = fl_arena_alloc(a, sizeof *to * (size_t)(s.n + r.n + 1));
    int64_t n = start - 1;
    memcpy(to, s.p, sizeof *to * (size_t)n);
    memcpy(to + n, r.p, sizeof *to * (size_t)r.n);
    n += r.n;
    if (length > 0 && length <= s.n - start) {
        int64_t rest = start - 1 + length;
        memcpy(to + n, s.p + rest, sizeof *to * (size_t)(s.n - rest));
        n += s.n - rest;
    }
    put_units(b, out, i, to, n);
}

static int kernel_overlay(FL_KERNEL_ARGS) {
    fl_buf b;
    fl_buf_init(&b);
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        fl_str text = fl_view_str(fl_view_at(in[0], i));
        units s = widen(ev->scratch, text);
        int64_t start = bigint_at(in[2], i);
        if (start <= 0 || start > s.n) {
            fl_put_slice(out, i, text.p, text.n);
        } else {
            units r = widen(ev->scratch, fl_view_str(fl_view_at(in[1], i)));
            overlay(ev->scratch, &b, out, i, s, r, start, call->expr->n_args == 4 ? bigint_at(in[3], i) : r.n);
        }
    });
    fl_buf_deinit(&b);
    return 0;
}

static int infer_overlay(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(fl_need_bigint(b, call, 2, err));
    FL_TRY(fl_need_bigint(b, call, 3, err));
    int64_t length = (int64_t)call->args[0]->type->length + call->args[1]->type->length;
    const fl_type *t = fl_type_text(b->arena, FL_T_VARCHAR, (int)FL_MIN(length, (int64_t)FL_LENGTH_MAX), true);
    return fl_typed(b, call, t, fl_args_nullable(call));
}

static fl_kernel_fn *choose_overlay(const fl_expr *call FL_UNUSED) { return kernel_overlay; }

#define ROW(word, least, most, rule, pick, form, text)                                                                 \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_STRICT | FL_FN_COSTLY | FL_FN_FALLIBLE,      \
        .infer = rule, .choose = pick, .signature = form, .doc = text                                                  \
    }

FL_FUNCTION_TABLE(utf16) = {
    ROW("LPAD", 3, 3, infer_pad, choose_pad, "'LPAD(<CHARACTER>, <INTEGER>, <CHARACTER>)'",
        "Padded on the left, or cut, to n UTF-16 units."),
    ROW("RPAD", 3, 3, infer_pad, choose_pad, "'RPAD(<CHARACTER>, <INTEGER>, <CHARACTER>)'",
        "Padded on the right, or cut, to n UTF-16 units."),
    ROW("OVERLAY", 3, 4, infer_overlay, choose_overlay, "'OVERLAY(<STRING> PLACING <STRING> FROM <INTEGER>)'",
        "With a part replaced by another text."),
    {0},
};
