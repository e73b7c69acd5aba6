/* SPDX-License-Identifier: Apache-2.0 */
/* functions_hash.c -- digests of texts (their UTF-8) in lower-case hexadecimal digits: MD5, SHA1, SHA224 … SHA2.
 *
 * Interface:  the table at the end.
 */
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "data/text.h"
#include "expr/functions_int.h"
#include "expr/md5.h"

#include "messages/function.h"

typedef struct digest {
    int bits; /* as SHA2's second argument names it; MD5 128, SHA1 160 */
    void (*of)(const void *p, size_t n, uint8_t *out);
} digest;

#define DIGEST(name)                                                                                                   \
    static void of_##name(const void *p, size_t n, uint8_t *out) {                                                     \
        struct name##_ctx c;                                                                                           \
        name##_init(&c);                                                                                               \
        name##_update(&c, n, p);                                                                                       \
        name##_digest(&c, name##_size, out);                                                                           \
    }
enum { md5_size = 16, sha1_size = 20, sha224_size = 28, sha256_size = 32, sha384_size = 48, sha512_size = 64 };
DIGEST(md5)
DIGEST(sha1)
DIGEST(sha224)
DIGEST(sha256)
DIGEST(sha384)
DIGEST(sha512)

static const digest digests[] = {{128, of_md5},    {160, of_sha1},   {224, of_sha224},
                                 {256, of_sha256}, {384, of_sha384}, {512, of_sha512}};

enum { SHA2_FIRST = 2 }; /* those before have functions of their own only */

static const digest *find(int64_t bits, int first) {
    for (int i = first; i < (int)FL_ARRAY_LEN(digests); i++)
        if (digests[i].bits == bits) return &digests[i];
    return NULL;
}

static void put_hex(fl_column *out, int i, const uint8_t *bytes, int n) {
    char *text = fl_column_heap(out, 2 * (size_t)n); /* of at least 32 digits: no view holds them */
    fl_put_hex(text, bytes, (size_t)n, 'a');
    fl_put_slice(out, i, text, 2 * (size_t)n);
}

static void put_digest(fl_column *out, int i, const digest *d, fl_str s) {
    uint8_t bytes[64];
    d->of(s.p, s.n, bytes);
    put_hex(out, i, bytes, d->bits / 8);
}

/* Texts that wait until there are enough of them to be digested side by side. */
typedef struct md5_queue {
    fl_str texts[FL_MD5_LANES];
    int rows[FL_MD5_LANES], n;
} md5_queue;

static void md5_flush(md5_queue *q, fl_column *out) {
    uint8_t digests[FL_MD5_LANES][FL_MD5_BYTES];
    fl_md5_short(q->texts, q->n, digests);
    for (int k = 0; k < q->n; k++) put_hex(out, q->rows[k], digests[k], FL_MD5_BYTES);
    q->n = 0;
}

static int md5(FL_KERNEL_ARGS) {
    md5_queue q = {.n = 0};
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        if (s.n > FL_MD5_SHORT_MAX) {
            put_digest(out, i, call->expr->extra, s);
            continue;
        }
        q.texts[q.n] = s;
        q.rows[q.n++] = i;
        if (q.n == FL_MD5_LANES) md5_flush(&q, out);
    });
    if (q.n > 0) md5_flush(&q, out);
    return 0;
}

static int named_digest(FL_KERNEL_ARGS) {
    const digest *d = call->expr->extra;
    FL_EACH_ROW(rows, i, put_digest(out, i, d, fl_view_str(fl_view_at(in[0], i))));
    return 0;
}

static int sha2(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        int32_t bits = FL_DATA(in[1], int32_t)[fl_column_at(in[1], i)];
        const digest *d = find(bits, SHA2_FIRST);
        if (d == NULL) return fl_kernel_fail(err, call, FL_ERR_FUNCTION_SHA_LENGTH, bits);
        put_digest(out, i, d, fl_view_str(fl_view_at(in[0], i)));
    });
    return 0;
}

static int infer_named(fl_bind *b, fl_expr *call, fl_error *err) {
    const char *name = call->fn->name;
    FL_TRY(fl_refuse_nulls(call, err));
    if (!fl_is_text_arg(call, 0)) return fl_bad_arguments(call, err);
    int bits = name[0] == 'M' ? 128 : name[3] == '1' ? 160 : atoi(name + 3);
    const digest *d = call->extra = find(bits, 0);
    return fl_typed(b, call, fl_type_text(b->arena, FL_T_CHAR, d->bits / 4, true), fl_args_nullable(call));
}

static int infer_sha2(fl_bind *b, fl_expr *call, fl_error *err) {
    int64_t bits;
    FL_TRY(fl_refuse_nulls(call, err));
    if (!fl_is_text_arg(call, 0) || !fl_type_is_integer(call->args[1]->type)) return fl_bad_arguments(call, err);
    if (fl_literal_int(call->args[1], &bits) && find(bits, SHA2_FIRST) == NULL) {
        fl_fail(err, FL_ERR_FUNCTION_SHA2_LENGTH);
        return fl_error_at(err, call->args[1]->span);
    }
    bool nullable = fl_args_nullable(call);
    FL_TRY(fl_coerce(b, call, 1, fl_type_of(FL_T_INT, true), err));
    return fl_typed(b, call, fl_type_text(b->arena, FL_T_VARCHAR, 128, true), nullable);
}

static fl_kernel_fn *choose_named(const fl_expr *call) {
    return ((const digest *)call->extra)->of == of_md5 ? md5 : named_digest;
}
static fl_kernel_fn *choose_sha2(const fl_expr *call FL_UNUSED) { return sha2; }

/* ---- HASH_CODE ---- */

/* Java's hashCode() of what Flink computes with: days for a date, ms for a time of day; of a text the absolute value,
 * which the least INT has none of. */
static int hash_code(FL_KERNEL_ARGS) {
    const fl_column *c = in[0];
    FL_EACH_ROW(rows, i, {
        int at = fl_column_at(c, i);
        uint32_t h = 0;
        if (c->type->kind == FL_T_DATE || c->type->kind == FL_T_TIME) {
            h = (uint32_t)fl_column_i64(c, at);
        } else if (fl_type_is_timestamp(c->type)) {
            fl_ts t = fl_column_ts(c, at);
            h = 31 * (uint32_t)(t.ms ^ (int64_t)((uint64_t)t.ms >> 32)) + (uint32_t)t.nanos;
        } else {
            h = fl_java_hash_at(c, at);
        }
        if (fl_type_is_char(c->type) && h > INT32_MAX) h = -h;
        FL_DATA(out, int32_t)[i] = (int32_t)h;
    });
    return 0;
}

static int infer_hash_code(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type;
    FL_TRY(fl_refuse_nulls(call, err));
    bool known = t->kind == FL_T_BOOLEAN || fl_type_is_numeric(t) || fl_type_is_char(t) || fl_type_is_datetime(t);
    if (!known) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), t->nullable);
}

static fl_kernel_fn *choose_hash_code(const fl_expr *call FL_UNUSED) { return hash_code; }

/* ---- the table ---- */

#define SAFE (FL_FN_STRICT | FL_FN_COSTLY)
#define NAMED(word, text)                                                                                              \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1, .flags = SAFE, .infer = infer_named, .choose = choose_named,       \
        .signature = "'" word "(<STRING>)'", .doc = text                                                               \
    }

FL_FUNCTION_TABLE(hash) = {
    NAMED("MD5", "The MD5 digest of a text, in 32 hexadecimal digits."),
    NAMED("SHA1", "The SHA-1 digest of a text, in 40 hexadecimal digits."),
    NAMED("SHA224", "The SHA-224 digest of a text, in 56 hexadecimal digits."),
    NAMED("SHA256", "The SHA-256 digest of a text, in 64 hexadecimal digits."),
    NAMED("SHA384", "The SHA-384 digest of a text, in 96 hexadecimal digits."),
    NAMED("SHA512", "The SHA-512 digest of a text, in 128 hexadecimal digits."),
    {.name = "SHA2",
     .min_args = 2,
     .max_args = 2,
     .flags = SAFE | FL_FN_FALLIBLE,
     .infer = infer_sha2,
     .choose = choose_sha2,
     .signature = "'SHA2(DATA, HASH_LENGTH)'",
     .doc = "The SHA-2 digest of a text whose length is given in bits: 224, 256, 384 or 512."},
    {.name = "HASH_CODE",
     .min_args = 1,
     .max_args = 1,
     .flags = SAFE,
     .infer = infer_hash_code,
     .choose = choose_hash_code,
     .signature = "'HASH_CODE(<BOOLEAN>)'",
     .doc = "The hash code that Java gives the value; of a text its absolute value."},
    {0},
};
