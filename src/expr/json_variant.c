/* SPDX-License-Identifier: Apache-2.0 */
/* json_variant.c -- a JSON text becomes a VARIANT.
 *
 * Numbers:    without a fraction and an exponent the least integer that holds them; else, written without an exponent
 *             and with 38 digits at most, a DECIMAL with the scale that shows; else a DOUBLE.
 * Interface:  fl_json_to_variant (json.h).
 */
#include <math.h>

#include "data/decimal.h"
#include "expr/json_int.h"
#include "messages/value.h"

static int put_value(json_reader *r, fl_variant_builder *b);

/* ---- numbers ---- */

/* The digits of a number without those zeros in front that do not count, and how many stand behind its point; false if
 * it has an exponent. */
static bool count_digits(fl_str s, int *digits, int *scale) {
    bool point = false;
    *digits = *scale = 0;
    for (size_t i = s.p[0] == '-'; i < s.n; i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        if ((unsigned char)(s.p[i] - '0') > 9) return false;
        *digits += *digits > 0 || s.p[i] != '0';
        *scale += point;
    }
    return true;
}

static int put_number(json_reader *r, fl_str s, fl_variant_builder *b) {
    int digits, scale;
    int64_t i;
    fl_i128 x;
    double d;
    bool plain = count_digits(s, &digits, &scale);
    if (plain && memchr(s.p, '.', s.n) == NULL && fl_i64_parse(s, &i) == FL_NUMBER_OK) {
        fl_variant_put_int(b, i);
        return 0;
    }
    if (plain && digits <= FL_DECIMAL_PRECISION_MAX && scale <= FL_DECIMAL_PRECISION_MAX &&
        fl_decimal_parse(s, FL_DECIMAL_PRECISION_MAX, scale, &x) == FL_NUMBER_OK) {
        fl_variant_put_decimal(b, x, scale);
        return 0;
    }
    if (!fl_double_parse(s, &d) || !isfinite(d))
        return fl_fail(r->err, FL_ERR_VALUE_VARIANT_NUMBER, (int)FL_MIN(s.n, (size_t)60), s.p);
    fl_variant_put_double(b, d);
    return 0;
}

/* ---- the rest ---- */

static int put_array(json_reader *r, fl_variant_builder *b) {
    bool more = false;
    FL_TRY(fl_json_enter(r));
    fl_variant_begin(b, FL_VARIANT_ARRAY);
    for (int rc = fl_json_first(r, ']', &more); rc < 0 || more; rc = fl_json_next(r, ']', &more)) {
        FL_TRY(rc);
        FL_TRY(put_value(r, b));
    }
    fl_variant_end(b);
    r->depth--;
    return 0;
}

static int put_object(json_reader *r, fl_variant_builder *b) {
    bool more = false;
    FL_TRY(fl_json_enter(r));
    fl_variant_begin(b, FL_VARIANT_OBJECT);
    for (int rc = fl_json_first(r, '}', &more); rc < 0 || more; rc = fl_json_next(r, '}', &more)) {
        json_string name;
        FL_TRY(rc);
        FL_TRY(fl_json_name(r, &name));
        fl_variant_put_name(b, fl_json_unescape(r->arena, name));
        FL_TRY(put_value(r, b));
    }
    fl_variant_end(b);
    r->depth--;
    return 0;
}

static int put_scalar(json_reader *r, fl_variant_builder *b) {
    const char *from = r->p;
    fl_json_node node;
    FL_TRY(fl_json_value(r, &node));
    switch (node.kind) {
    case FL_JSON_NULL: fl_variant_put_null(b); return 0;
    case FL_JSON_FALSE:
    case FL_JSON_TRUE: fl_variant_put_bool(b, node.kind == FL_JSON_TRUE); return 0;
    case FL_JSON_STRING: fl_variant_put_text(b, node.text); return 0;
    default: return put_number(r, fl_str_make(from, (size_t)(r->p - from)), b);
    }
}

/* The value whose first character stands at p. */
static int put_value(json_reader *r, fl_variant_builder *b) {
    char first = r->p < r->end ? *r->p : 0;
    return first == '{' ? put_object(r, b) : first == '[' ? put_array(r, b) : put_scalar(r, b);
}

_Static_assert((int)FL_JSON_DEPTH_MAX <= (int)FL_VARIANT_DEPTH_MAX, "what can be read can be put");

int fl_json_to_variant(fl_arena *a, fl_str text, fl_variant_builder *b, fl_error *err) {
    json_reader r = fl_json_reader_make(text, a, err);
    fl_variant_builder_reset(b);
    FL_TRY(fl_json_begin(&r));
    return put_value(&r, b);
}
