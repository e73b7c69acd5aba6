/* SPDX-License-Identifier: Apache-2.0 */
/* cells_sketch.c -- how many different values there are, in little memory: APPROX_COUNT_DISTINCT.
 *
 * What:       the hashes of the values themselves, and the exact answer, up to SPARSE_MAX of them; from then on a
 *             HyperLogLog of REGISTERS registers, 16 KiB a group, whose standard error is 0.8 %.
 * Registers:  the first 14 bits of a hash choose one; it keeps the greatest number of leading zeros, plus one, of the
 *             50 bits behind them.
 * Estimate:   O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, section 4: needs no
 *             tables of biases, and is as good for few values as for many.
 * Saved:      u8 0: u32 count, u64 hashes; or u8 1: the registers. The hashes must stay what they are.
 */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "expr/cells.h"
#include "messages/checkpoint.h"

enum { INDEX_BITS = 14, REGISTERS = 1 << INDEX_BITS, RANK_BITS = 64 - INDEX_BITS };
enum { SPARSE_MAX = 1024, SLOTS_FIRST = 16 };

typedef struct sketch {
    uint64_t *slots; /* sparse: hashes, 0 is a free slot; NULL: there are registers */
    uint32_t n, mask;
    uint8_t *registers;
} sketch;

static sketch **sketch_of(const fl_cell *c, const char *acc) { return fl_cell_at(c, acc); }

/* ---- adding hashes ---- */

static sketch *sketch_new(void) {
    sketch *s = fl_calloc(1, sizeof *s);
    s->slots = fl_calloc(SLOTS_FIRST, sizeof *s->slots);
    s->mask = SLOTS_FIRST - 1;
    return s;
}

static void add_to_registers(sketch *s, uint64_t hash) {
    const uint32_t index = (uint32_t)(hash >> RANK_BITS);
    const uint64_t rest = hash << INDEX_BITS | 1ull << (INDEX_BITS - 1); /* the 1 behind all ends the zeros */
    const uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    if (rank > s->registers[index]) s->registers[index] = rank;
}

static void become_dense(sketch *s) {
    s->registers = fl_calloc(REGISTERS, 1);
    for (uint32_t i = 0; i <= s->mask; i++)
        if (s->slots[i] != 0) add_to_registers(s, s->slots[i]);
    free(s->slots);
    s->slots = NULL;
    s->n = 0;
}

static bool put_slot(sketch *s, uint64_t hash) {
    uint32_t at = (uint32_t)hash & s->mask;
    while (s->slots[at] != 0 && s->slots[at] != hash) at = (at + 1) & s->mask;
    if (s->slots[at] == hash) return false;
    s->slots[at] = hash;
    return true;
}

static void grow_slots(sketch *s) {
    uint64_t *old = s->slots;
    const uint32_t n_old = s->mask + 1;
    s->mask = 2 * n_old - 1;
    s->slots = fl_calloc(s->mask + 1, sizeof *s->slots);
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i] != 0) put_slot(s, old[i]);
    free(old);
}

static void add_hash(sketch *s, uint64_t hash) {
    if (hash == 0) hash = 1;
    if (s->registers != NULL) {
        add_to_registers(s, hash);
        return;
    }
    if (!put_slot(s, hash)) return;
    if (++s->n > SPARSE_MAX)
        become_dense(s);
    else if (2 * s->n > s->mask)
        grow_slots(s);
}

/* ---- values ---- */

static uint64_t hash_double(double x) {
    uint64_t bits = 0x7ff8000000000000; /* all NaN are one */
    if (x == 0) x = 0;                  /* and so are both zeros */
    if (x == x) memcpy(&bits, &x, sizeof bits);
    return fl_hash_u64(bits);
}

static uint64_t hash_at(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    switch (c->phys) {
    case FL_P_F32: return hash_double((double)FL_DATA(c, float)[i]);
    case FL_P_F64: return hash_double(FL_DATA(c, double)[i]);
    case FL_P_VIEW: {
        const fl_str s = fl_view_str(&FL_DATA(c, fl_view)[i]);
        return fl_hash_bytes(s.p, s.n);
    }
    case FL_P_I128: return fl_hash_bytes(&FL_DATA(c, fl_i128)[i], sizeof(fl_i128));
    default: return fl_hash_u64((uint64_t)fl_column_i64(c, i));
    }
}

static void update_sketch(CELL_UPDATE_ARGS) {
    const fl_column *arg = args[0];
    for (int k = 0; k < rows.n; k++) {
        const int i = rows.sel ? rows.sel[k] : k;
        sketch **s = sketch_of(cell, acc[k]);
        if (fl_column_is_null(arg, i)) continue;
        if (*s == NULL) *s = sketch_new();
        add_hash(*s, hash_at(arg, i));
    }
}

static void merge_sketch(CELL_MERGE_ARGS) {
    for (int k = 0; k < n; k++) {
        const sketch *from = *sketch_of(cell, src[k]);
        sketch **to = sketch_of(cell, dst[k]);
        if (from == NULL) continue;
        if (*to == NULL) *to = sketch_new();
        if (from->registers == NULL) {
            for (uint32_t i = 0; i <= from->mask; i++)
                if (from->slots[i] != 0) add_hash(*to, from->slots[i]);
            continue;
        }
        if ((*to)->registers == NULL) become_dense(*to);
        for (int i = 0; i < REGISTERS; i++) (*to)->registers[i] = FL_MAX((*to)->registers[i], from->registers[i]);
    }
}

/* ---- copying, dropping, saving ---- */

static void clone_sketch(const fl_cell *cell, char *dst, const char *src) {
    const sketch *from = *sketch_of(cell, src);
    *sketch_of(cell, dst) = NULL;
    if (from == NULL) return;
    sketch *to = *sketch_of(cell, dst) = fl_malloc(sizeof *to);
    *to = *from;
    if (from->registers != NULL) {
        to->registers = memcpy(fl_malloc(REGISTERS), from->registers, REGISTERS);
    } else {
        const size_t bytes = sizeof *to->slots * (from->mask + 1);
        to->slots = memcpy(fl_malloc(bytes), from->slots, bytes);
    }
}

static void free_sketch(const fl_cell *cell, char *acc) {
    sketch **s = sketch_of(cell, acc);
    if (*s == NULL) return;
    free((*s)->slots);
    free((*s)->registers);
    free(*s);
    *s = NULL;
}

static void encode_sketch(const fl_cell *cell, const char *acc, fl_buf *out) {
    const sketch *s = *sketch_of(cell, acc);
    fl_buf_put_u8(out, s != NULL && s->registers != NULL);
    if (s != NULL && s->registers != NULL) {
        fl_buf_put(out, s->registers, REGISTERS);
        return;
    }
    fl_buf_put_u32(out, s == NULL ? 0 : s->n);
    for (uint32_t i = 0; s != NULL && i <= s->mask; i++)
        if (s->slots[i] != 0) fl_buf_put_u64(out, s->slots[i]);
}

static int decode_registers(sketch *s, fl_reader *in, fl_error *err) {
    const char *bytes = fl_read_raw(in, REGISTERS);
    if (bytes == NULL) return 0; /* told by the caller */
    become_dense(s);
    memcpy(s->registers, bytes, REGISTERS);
    for (int i = 0; i < REGISTERS; i++)
        if (s->registers[i] > RANK_BITS + 1) return fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE);
    return 0;
}

static int decode_sketch(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err) {
    const uint8_t kind = fl_read_u8(in);
    if (in->bad) return 0; /* told by the caller */
    if (kind > 1) return fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE);
    sketch *s = *sketch_of(cell, acc) = sketch_new();
    if (kind == 1) return decode_registers(s, in, err);
    const uint32_t n = fl_read_u32(in);
    if (n > SPARSE_MAX) return fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE);
    for (uint32_t i = 0; i < n && !in->bad; i++) add_hash(s, fl_read_u64(in));
    if (!in->bad && s->n != n) return fl_fail(err, FL_ERR_CHECKPOINT_AGGREGATE);
    return 0;
}

const fl_cell_type fl_cell_sketch = {.name = "sketch",
                                     .size = sizeof(sketch *),
                                     .update = update_sketch,
                                     .merge = merge_sketch,
                                     .clone = clone_sketch,
                                     .free = free_sketch,
                                     .encode = encode_sketch,
                                     .decode = decode_sketch};

/* ---- the estimate ---- */

/* What the registers that are still 0 say: x is their part of all. */
static double sigma(double x) {
    double y = 1, sum = x, before;
    if (x == 1) return (double)INFINITY;
    do {
        x *= x;
        before = sum;
        sum += x * y;
        y += y;
    } while (sum != before);
    return sum;
}

/* What the registers that cannot grow any more say: 1 - x is their part of all. */
static double tau(double x) {
    double y = 1, sum = 1 - x, before;
    if (x == 0 || x == 1) return 0;
    do {
        x = sqrt(x);
        before = sum;
        y *= 0.5;
        sum -= (1 - x) * (1 - x) * y;
    } while (sum != before);
    return sum / 3;
}

static int64_t estimate(const sketch *s) {
    const double m = REGISTERS;
    int count[RANK_BITS + 2] = {0};
    if (s == NULL) return 0;
    if (s->registers == NULL) return s->n;
    for (int i = 0; i < REGISTERS; i++) count[s->registers[i]]++;
    double z = m * tau(1 - count[RANK_BITS + 1] / m);
    for (int k = RANK_BITS; k > 0; k--) z = 0.5 * (z + count[k]);
    z += m * sigma(count[0] / m);
    const double all = m * m / (2 * log(2.0) * z);
    return all < 9e18 ? (int64_t)llround(all) : INT64_MAX;
}

void fl_agg_result_sketch(const fl_agg_call *call FL_UNUSED, const fl_cell *cell, char *const *acc, int n,
                          fl_column *out) {
    for (int i = 0; i < n; i++) fl_column_append_i64(out, estimate(*sketch_of(cell, acc[i])));
}
