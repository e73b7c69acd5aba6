/* SPDX-License-Identifier: Apache-2.0 */
/* blend.c -- a column made of several: each row from the one whose bit says so.
 *
 * What:       CASE and COALESCE whose branches are cheap are computed for all rows and put together here, from the last
 *             branch to the first. That takes no selections, and the loops have no branches, so they vectorise.
 * Example:    CASE WHEN a > 5 THEN a ELSE 0 END     out = 0 0 0 0, then the rows with a > 5 taken from a
 * Validity:   words of bits, as the values: out gets a bitmap when the first NULL might come.
 * Interface:  blend.h.
 */
#include "expr/blend.h"

#include "expr/functions_int.h"

enum { WORD = 64, HALF = 32 };

bool fl_can_blend(fl_phys phys) {
    switch (phys) {
    case FL_P_I8:
    case FL_P_I16:
    case FL_P_I32:
    case FL_P_I64:
    case FL_P_I128:
    case FL_P_F32:
    case FL_P_F64:
    case FL_P_VIEW: return true;
    default: return false;
    }
}

/* Values are moved as integers of their size. Both are read and one is chosen by a mask: a choice between addresses would
 * not vectorise. */
#define BLEND(T, name)                                                                                                 \
    FL_CLONES static void blend_##name(T *restrict out, const T *restrict from, bool constant, const uint64_t *take,   \
                                       int n) {                                                                        \
        T same[HALF];                                                                                                  \
        for (int j = 0; constant && j < HALF; j++) same[j] = from[0];                                                  \
        for (int at = 0; at < n; at += HALF) {                                                                         \
            const uint32_t bits = (uint32_t)(take[at / WORD] >> at % WORD);                                            \
            const T *const some = constant ? same : from + at;                                                         \
            if (bits == 0) continue;                                                                                   \
            if (n - at >= HALF) {                                                                                      \
                for (int j = 0; j < HALF; j++) {                                                                       \
                    const T mask = (T)0 - (T)(bits >> j & 1);                                                          \
                    out[at + j] = (T)((some[j] & mask) | (out[at + j] & ~mask));                                       \
                }                                                                                                      \
            } else {                                                                                                   \
                for (int j = 0; at + j < n; j++) out[at + j] = bits >> j & 1 ? some[j] : out[at + j];                  \
            }                                                                                                          \
        }                                                                                                              \
    }
BLEND(uint8_t, 1)
BLEND(uint16_t, 2)
BLEND(uint32_t, 4)
BLEND(uint64_t, 8)
BLEND(fl_u128, 16)
#undef BLEND

static void blend_values(fl_column *out, const fl_column *from, const uint64_t *take, int n) {
    switch (fl_phys_size(out->phys)) {
    case 1: blend_1(out->data, from->data, from->constant, take, n); break;
    case 2: blend_2(out->data, from->data, from->constant, take, n); break;
    case 4: blend_4(out->data, from->data, from->constant, take, n); break;
    case 8: blend_8(out->data, from->data, from->constant, take, n); break;
    default: fl_assert(fl_phys_size(out->phys) == 16); blend_16(out->data, from->data, from->constant, take, n);
    }
}

static void blend_validity(fl_column *out, const fl_column *from, const uint64_t *take, int n) {
    if (out->valid == NULL && !fl_column_may_be_null(from)) return;
    fl_column_need_valid(out);
    for (int w = 0; w * WORD < n; w++) {
        uint64_t x;
        memcpy(&x, out->valid + 8 * w, 8);
        x = (x & ~take[w]) | (fl_valid_word(from, w) & take[w]);
        memcpy(out->valid + 8 * w, &x, 8);
    }
}

static bool no_values(const fl_column *from) {
    return from->phys == FL_P_NONE || (from->constant && fl_column_is_null(from, 0));
}

void fl_blend(fl_column *out, const fl_column *from, const uint64_t *take, int n) {
    static const fl_u128 empty_view;
    blend_validity(out, from, take, n);
    if (!no_values(from)) {
        fl_column_share_heaps(out, from);
        blend_values(out, from, take, n);
    } else if (out->phys == FL_P_VIEW) { /* under a NULL there is no text */
        blend_16(out->data, &empty_view, true, take, n);
    }
}

void fl_blend_all(fl_column *out, const fl_column *from, int n) {
    if (no_values(from)) {
        fl_column_append_nulls(out, n);
        return;
    }
    out->n = n;
    if (fl_column_may_be_null(from)) {
        fl_column_need_valid(out);
        memcpy(out->valid, from->valid, fl_bitmap_bytes(n));
    }
    fl_column_share_heaps(out, from);
    if (from->constant) {
        uint64_t all[(FL_BATCH_ROWS_MAX + 1) / WORD];
        memset(all, 255, sizeof all);
        blend_values(out, from, all, n);
    } else {
        memcpy(out->data, from->data, (size_t)fl_phys_size(out->phys) * (size_t)n);
    }
}
