/* SPDX-License-Identifier: Apache-2.0 */
/* window_store.c -- see window_store.h for the picture.
 *
 * Files of state:  entry = 1 u8 kind: ROW (i64 slice end, u32 old id, key, accumulator)
 *                                  or RUNNING (i64 spec, u32 old id, key, accumulator)
 *                  own   = u32 specs, and for each: i64 fired, i64 done, i64 period
 * Entries are read back in the order of their old ids, so that keys keep their order.
 */
#include "exec/window_store.h"

#include <stdlib.h>

#include "base/hash.h"
#include "messages/checkpoint.h"

enum { DENSE_IDS_MAX = 1 << 16, MERGE_SLICES_MAX = 4, CHUNK = 512, FEW_ROWS_MIN = 32 };
enum { SPARE_SLICES_MAX = 64, SPARE_ROWS_MAX = 1024 };

/* Key id -> row: an array where ids are few, else a hash table. */
typedef struct idmap {
    uint32_t *dense; /* row + 1 by id; 0: none */
    uint32_t dense_n;
    uint32_t *slot_id; /* id + 1; 0: empty */
    uint32_t *slot_row;
    uint32_t mask, n;
} idmap;

struct fl_slice {
    int64_t end;
    char *acc; /* n rows of layout->size bytes */
    uint32_t *key;
    uint32_t n, cap;
    bool sorted; /* key[] ascends */
    idmap rows;
};

typedef enum strategy { DIRECT, MERGE, RUNNING, STACK } strategy;

/* An accumulator on the front stack: the merge of its slice with all later ones up to mid. */
typedef struct front_row {
    struct front_row *later; /* of the same key */
    uint32_t id;
    char acc[] __attribute__((aligned(16)));
} front_row;

typedef struct front_slice {
    int64_t end;
    front_row **rows;
    int n, cap;
} front_slice;

typedef struct spec {
    const fl_window *w;
    bool oldest_first; /* MERGE: the order of slices */
    strategy strategy;
    int64_t fired;  /* no window that ends here or before fires again */
    int64_t done;   /* RUNNING, STACK: slices up to here are in back or front */
    int64_t mid;    /* STACK: the front covers slices up to here; INT64_MIN: no front */
    int64_t period; /* RUNNING: start of the window that back belongs to */
    char **back;    /* by id; NULL: none */
    uint32_t cap;   /* of back and front */
    fl_arena back_mem;
    char **back_rows; /* all of them, for freeing */
    int n_back_rows, cap_back_rows;
    front_row **front; /* by id: of the oldest slice in the window */
    fl_arena front_mem;
    front_slice *front_slices; /* oldest first */
    int n_front, at_front;     /* slices before at_front have left the window */
} spec;

struct fl_window_store {
    const fl_agg_layout *layout;
    spec *specs;
    int n_specs;
    int64_t slice_size, offset;
    fl_keytab *keys;
    uint32_t *uses; /* by id */
    uint32_t cap_uses;
    fl_slice **slices; /* by end */
    int n_slices, cap_slices;
    fl_slice *spare[SPARE_SLICES_MAX]; /* empty small ones with their memory, for slices to come */
    int n_spare;
    /* the window being read */
    spec *reading;
    int64_t read_start, read_end;
    uint32_t read_at;
    uint32_t *order; /* DIRECT: rows by key */
    fl_slice *read_slice;
    char *merged; /* results of front + back */
    int n_merged, cap_merged;
};

/* ---- ids to rows ---- */

static void idmap_free(idmap *m) {
    free(m->dense);
    free(m->slot_id);
    free(m->slot_row);
    *m = (idmap){0};
}

static uint32_t slot_find(const idmap *m, uint32_t id) {
    uint32_t at = (uint32_t)fl_hash_u64(id) & m->mask;
    while (m->slot_id[at] != 0 && m->slot_id[at] != id + 1) at = (at + 1) & m->mask;
    return at;
}

static uint32_t idmap_get(const idmap *m, uint32_t id) { /* row + 1, or 0 */
    if (m->slot_id != NULL) {
        uint32_t at = slot_find(m, id);
        return m->slot_id[at] ? m->slot_row[at] + 1 : 0;
    }
    return id < m->dense_n ? m->dense[id] : 0;
}

static void rehash(idmap *m, uint32_t n_slots) {
    idmap old = *m;
    m->slot_id = fl_calloc(n_slots, sizeof *m->slot_id);
    m->slot_row = fl_malloc(sizeof *m->slot_row * n_slots);
    m->mask = n_slots - 1;
    for (uint32_t i = 0; old.slot_id != NULL && i <= old.mask; i++) {
        if (old.slot_id[i] == 0) continue;
        uint32_t at = slot_find(m, old.slot_id[i] - 1);
        m->slot_id[at] = old.slot_id[i];
        m->slot_row[at] = old.slot_row[i];
    }
    for (uint32_t id = 0; id < old.dense_n; id++) {
        if (old.dense[id] == 0) continue;
        uint32_t at = slot_find(m, id);
        m->slot_id[at] = id + 1;
        m->slot_row[at] = old.dense[id] - 1;
    }
    free(old.slot_id);
    free(old.slot_row);
    free(old.dense);
    m->dense = NULL;
    m->dense_n = 0;
}

static void idmap_put(idmap *m, uint32_t id, uint32_t row, uint32_t bound) {
    m->n++;
    if (m->slot_id == NULL && bound <= DENSE_IDS_MAX) {
        if (id >= m->dense_n) {
            uint32_t n = (uint32_t)fl_align_up(FL_MAX(bound, id + 1), 64);
            m->dense = fl_realloc(m->dense, sizeof *m->dense * n);
            memset(m->dense + m->dense_n, 0, sizeof *m->dense * (n - m->dense_n));
            m->dense_n = n;
        }
        m->dense[id] = row + 1;
        return;
    }
    if (m->slot_id == NULL || m->n * 2 > m->mask) {
        uint32_t slots = 64;
        while (slots < m->n * 4) slots *= 2;
        rehash(m, slots);
    }
    uint32_t at = slot_find(m, id);
    m->slot_id[at] = id + 1;
    m->slot_row[at] = row;
}

/* ---- slices ---- */

static char *slice_acc(const fl_window_store *s, const fl_slice *x, uint32_t row) {
    return x->acc + (size_t)row * (size_t)s->layout->size;
}

static void use_key(fl_window_store *s, uint32_t id) {
    if (id >= s->cap_uses) {
        uint32_t cap = FL_MAX(s->cap_uses * 2, id + 64);
        s->uses = fl_realloc(s->uses, sizeof *s->uses * cap);
        memset(s->uses + s->cap_uses, 0, sizeof *s->uses * (cap - s->cap_uses));
        s->cap_uses = cap;
    }
    s->uses[id]++;
}

static uint32_t add_row(fl_window_store *s, fl_slice *x, uint32_t id) {
    if (x->n == x->cap) {
        x->cap = x->cap ? x->cap * 2 : 16;
        x->acc = fl_realloc(x->acc, (size_t)x->cap * (size_t)s->layout->size);
        x->key = fl_realloc(x->key, sizeof *x->key * x->cap);
    }
    memset(slice_acc(s, x, x->n), 0, (size_t)s->layout->size);
    if (x->n > 0 && x->key[x->n - 1] > id) x->sorted = false;
    x->key[x->n] = id;
    idmap_put(&x->rows, id, x->n, fl_keytab_bound(s->keys));
    use_key(s, id);
    return x->n++;
}

static uint32_t row_of(fl_window_store *s, fl_slice *x, uint32_t id) {
    uint32_t row1 = idmap_get(&x->rows, id);
    return row1 ? row1 - 1 : add_row(s, x, id);
}

/* The index of the first slice that ends at or after `end`. */
static int slice_lower(const fl_window_store *s, int64_t end) {
    int lo = 0, hi = s->n_slices;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (s->slices[mid]->end < end)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static fl_slice *slice_get(fl_window_store *s, int64_t end) {
    int i = slice_lower(s, end);
    if (i < s->n_slices && s->slices[i]->end == end) return s->slices[i];
    if (s->n_slices == s->cap_slices) {
        s->cap_slices = s->cap_slices ? s->cap_slices * 2 : 16;
        s->slices = fl_realloc(s->slices, sizeof *s->slices * (size_t)s->cap_slices);
    }
    memmove(s->slices + i + 1, s->slices + i, sizeof *s->slices * (size_t)(s->n_slices - i));
    s->n_slices++;
    fl_slice *x = s->slices[i] = s->n_spare > 0 ? s->spare[--s->n_spare] : fl_calloc(1, sizeof *x);
    x->end = end;
    x->sorted = true;
    return x;
}

static void slice_free(fl_slice *x) {
    idmap_free(&x->rows);
    free(x->acc);
    free(x->key);
    free(x);
}

/* The slice is needed no more; its memory may serve another one. */
static void slice_drop(fl_window_store *s, fl_slice *x) {
    for (uint32_t r = 0; !s->layout->plain && r < x->n; r++) fl_agg_free(s->layout, slice_acc(s, x, r));
    bool small = x->cap <= SPARE_ROWS_MAX && x->rows.dense_n <= SPARE_ROWS_MAX && x->rows.slot_id == NULL;
    if (!small || s->n_spare == SPARE_SLICES_MAX) {
        slice_free(x);
        return;
    }
    for (uint32_t r = 0; r < x->n; r++) x->rows.dense[x->key[r]] = 0;
    x->rows.n = x->n = 0;
    s->spare[s->n_spare++] = x;
}

/* ---- the back: one accumulator a key ---- */

static void need_ids(fl_window_store *s, spec *p) {
    uint32_t n = fl_keytab_bound(s->keys);
    if (n <= p->cap) return;
    n = FL_MAX(n, p->cap * 2);
    p->back = fl_realloc(p->back, sizeof *p->back * n);
    p->front = fl_realloc(p->front, sizeof *p->front * n);
    memset(p->back + p->cap, 0, sizeof *p->back * (n - p->cap));
    memset(p->front + p->cap, 0, sizeof *p->front * (n - p->cap));
    p->cap = n;
}

static char *back_of(fl_window_store *s, spec *p, uint32_t id) {
    need_ids(s, p);
    if (p->back[id] == NULL) {
        p->back[id] = fl_arena_zalloc(&p->back_mem, (size_t)s->layout->size);
        if (!s->layout->plain) {
            if (p->n_back_rows == p->cap_back_rows) {
                p->cap_back_rows = p->cap_back_rows ? p->cap_back_rows * 2 : 64;
                p->back_rows = fl_realloc(p->back_rows, sizeof *p->back_rows * (size_t)p->cap_back_rows);
            }
            p->back_rows[p->n_back_rows++] = p->back[id];
        }
    }
    return p->back[id];
}

static void back_clear(fl_window_store *s, spec *p) {
    for (int i = 0; i < p->n_back_rows; i++) fl_agg_free(s->layout, p->back_rows[i]);
    p->n_back_rows = 0;
    if (p->back != NULL) memset(p->back, 0, sizeof *p->back * p->cap);
    fl_arena_reset(&p->back_mem);
}

/* back += all rows of a slice */
static void back_absorb(fl_window_store *s, spec *p, const fl_slice *x, fl_arena *scratch) {
    char *dst[CHUNK], *src[CHUNK];
    for (uint32_t r = 0; r < x->n;) {
        int n = 0;
        for (; n < CHUNK && r < x->n; r++, n++) {
            dst[n] = back_of(s, p, x->key[r]);
            src[n] = slice_acc(s, x, r);
        }
        fl_agg_merge(s->layout, dst, src, n, scratch);
    }
}

/* ---- the front: for each slice and key, the merge up to mid ---- */

static void front_clear(fl_window_store *s, spec *p) {
    for (int i = 0; i < p->n_front; i++) {
        front_slice *f = &p->front_slices[i];
        for (int r = 0; !s->layout->plain && r < f->n; r++) fl_agg_free(s->layout, f->rows[r]->acc);
        free(f->rows);
    }
    free(p->front_slices);
    p->front_slices = NULL;
    p->n_front = p->at_front = 0;
    if (p->front != NULL) memset(p->front, 0, sizeof *p->front * p->cap);
    fl_arena_reset(&p->front_mem);
}

/* Puts rows [from, to) of a slice on top of their keys' front stacks. */
static void front_push(fl_window_store *s, spec *p, front_slice *f, const fl_slice *x, uint32_t from, uint32_t to,
                       fl_arena *scratch) {
    size_t size = (size_t)s->layout->size;
    char *dst[CHUNK], *src[CHUNK];
    if (f->n + (int)(to - from) > f->cap) {
        f->cap = f->n + (int)(to - from);
        f->rows = fl_realloc(f->rows, sizeof *f->rows * (size_t)f->cap);
    }
    for (uint32_t r = from; r < to;) {
        int n = 0;
        for (; n < CHUNK && r < to; r++) {
            uint32_t id = x->key[r];
            front_row *row = fl_arena_alloc(&p->front_mem, sizeof *row + size);
            *row = (front_row){.later = p->front[id], .id = id};
            fl_agg_clone(s->layout, row->acc, slice_acc(s, x, r));
            f->rows[f->n++] = p->front[id] = row;
            if (row->later == NULL) continue;
            dst[n] = row->acc;
            src[n++] = row->later->acc;
        }
        fl_agg_merge(s->layout, dst, src, n, scratch);
    }
}

/* The window (start, end] becomes the front; the back is empty. */
static void flip(fl_window_store *s, spec *p, int64_t start, int64_t end, fl_arena *scratch) {
    front_clear(s, p);
    back_clear(s, p);
    need_ids(s, p);
    int lo = slice_lower(s, start + 1), hi = slice_lower(s, end + 1);
    p->n_front = hi - lo;
    p->front_slices = fl_calloc((size_t)p->n_front, sizeof *p->front_slices);
    for (int i = hi - 1; i >= lo; i--) {
        p->front_slices[i - lo].end = s->slices[i]->end;
        front_push(s, p, &p->front_slices[i - lo], s->slices[i], 0, s->slices[i]->n, scratch);
    }
    p->mid = p->done = end;
}

/* The window starts at `start` from now on: older slices leave the front. */
static void front_pop(spec *p, int64_t start) {
    for (; p->at_front < p->n_front && p->front_slices[p->at_front].end <= start; p->at_front++) {
        front_slice *f = &p->front_slices[p->at_front];
        for (int r = 0; r < f->n; r++)
            if (p->front[f->rows[r]->id] == f->rows[r]) p->front[f->rows[r]->id] = f->rows[r]->later;
    }
}

/* A late row has changed a slice that is in the stacks: this key's part of them is made anew. */
static void restack_key(fl_window_store *s, spec *p, uint32_t id, fl_arena *scratch) {
    need_ids(s, p);
    if (p->back[id] != NULL) {
        fl_agg_free(s->layout, p->back[id]);
        memset(p->back[id], 0, (size_t)s->layout->size);
    }
    p->front[id] = NULL; /* the old rows stay in their lists: no key points to them any more */
    int64_t start = p->fired + fl_window_step(p->w) - p->w->size;
    for (int i = slice_lower(s, p->done + 1) - 1; i >= 0 && s->slices[i]->end > start; i--) {
        const fl_slice *x = s->slices[i];
        uint32_t row1 = idmap_get(&x->rows, id);
        if (row1 == 0) continue;
        char *src = slice_acc(s, x, row1 - 1);
        if (x->end > p->mid) {
            char *dst = back_of(s, p, id);
            fl_agg_merge(s->layout, &dst, &src, 1, scratch);
            continue;
        }
        int f = p->at_front;
        while (f < p->n_front && p->front_slices[f].end < x->end) f++;
        if (f == p->n_front || p->front_slices[f].end != x->end) { /* the slice itself is new */
            p->front_slices = fl_realloc(p->front_slices, sizeof *p->front_slices * (size_t)(p->n_front + 1));
            memmove(p->front_slices + f + 1, p->front_slices + f, sizeof *p->front_slices * (size_t)(p->n_front - f));
            p->front_slices[f] = (front_slice){.end = x->end};
            p->n_front++;
        }
        front_push(s, p, &p->front_slices[f], x, row1 - 1, row1, scratch);
    }
}

/* ---- making ---- */

static strategy choose(const fl_agg_layout *l, const fl_window *w, int64_t slice_size) {
    if (w->attached) return DIRECT;
    if (w->kind == FL_WINDOW_CUMULATE) return RUNNING;
    int64_t n = w->size / slice_size;
    if (n == 1) return DIRECT;
    for (int i = 0; i < l->n_calls; i++)
        if (!fl_agg_call_exact(&l->calls[i])) return MERGE;
    return n <= MERGE_SLICES_MAX || w->kind == FL_WINDOW_TUMBLE ? MERGE : STACK;
}

fl_window_store *fl_window_store_new(const fl_agg_layout *layout, const fl_window_spec *specs, int n_specs,
                                     const fl_type *const *key_types, int n_keys) {
    fl_window_store *s = fl_calloc(1, sizeof *s);
    s->layout = layout;
    s->keys = fl_keytab_new(key_types, n_keys);
    s->n_specs = n_specs;
    s->specs = fl_calloc((size_t)n_specs, sizeof *s->specs);
    for (int i = 0; i < n_specs; i++) s->slice_size = fl_gcd(fl_window_slice(&specs[i].window), s->slice_size);
    s->offset = specs[0].window.offset;
    for (int i = 0; i < n_specs; i++) {
        spec *p = &s->specs[i];
        fl_assert(fl_floor_mod(specs[i].window.offset - s->offset, s->slice_size) == 0);
        p->w = &specs[i].window;
        p->oldest_first = specs[i].legacy;
        p->strategy = choose(layout, p->w, s->slice_size);
        p->fired = p->done = p->mid = p->period = INT64_MIN;
        fl_arena_init(&p->back_mem);
        fl_arena_init(&p->front_mem);
    }
    return s;
}

static void drop_merged(fl_window_store *s) {
    for (int i = 0; !s->layout->plain && i < s->n_merged; i++)
        fl_agg_free(s->layout, s->merged + (size_t)i * (size_t)s->layout->size);
    s->n_merged = 0;
}

void fl_window_store_free(fl_window_store *s) {
    if (s == NULL) return;
    drop_merged(s);
    for (int i = 0; i < s->n_specs; i++) {
        spec *p = &s->specs[i];
        back_clear(s, p);
        front_clear(s, p);
        fl_arena_deinit(&p->back_mem);
        fl_arena_deinit(&p->front_mem);
        free(p->back);
        free(p->back_rows);
        free(p->front);
    }
    for (int i = 0; i < s->n_slices; i++) slice_drop(s, s->slices[i]);
    for (int i = 0; i < s->n_spare; i++) slice_free(s->spare[i]);
    fl_keytab_free(s->keys);
    free(s->slices);
    free(s->specs);
    free(s->uses);
    free(s->order);
    free(s->merged);
    free(s);
}

int64_t fl_window_store_slice_size(const fl_window_store *s) { return s->slice_size; }
const fl_keytab *fl_window_store_keys(const fl_window_store *s) { return s->keys; }

/* ---- adding rows ---- */

/* Rows of slices that a spec has taken into its running accumulators or stacks already. */
static void add_late(fl_window_store *s, spec *p, const int64_t *ends, int64_t end, const uint32_t *ids,
                     fl_column *const *cols, fl_rows rows, fl_arena *scratch) {
    if (p->strategy != RUNNING && p->strategy != STACK) return;
    if (ends == NULL && end > p->done) return;
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)rows.n + 2);
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        int64_t e = ends ? ends[k] : end;
        if (e > p->done) continue;
        if (p->strategy == STACK) {
            restack_key(s, p, ids[k], scratch);
        } else if (e > p->period && e <= p->period + p->w->size) {
            sel[n] = (uint16_t)(rows.sel ? rows.sel[k] : k);
            acc[n++] = back_of(s, p, ids[k]);
        }
    }
    if (n > 0) fl_agg_update(s->layout, acc, cols, (fl_rows){sel, n}, scratch);
}

/* Many rows of few keys in one slice. Keys that are not in the slice yet get accumulators of their own first, and come
 * into the slice only if a row has met them. */
static void add_few(fl_window_store *s, fl_slice *x, const uint32_t *ids, fl_column *const *cols, fl_rows rows,
                    fl_arena *scratch) {
    int n = (int)fl_keytab_bound(s->keys);
    size_t size = (size_t)s->layout->size;
    char *group_acc[FL_AGG_GROUPS_MAX];
    for (int id = 0; id < n; id++) {
        uint32_t row1 = idmap_get(&x->rows, (uint32_t)id);
        group_acc[id] = row1 ? slice_acc(s, x, row1 - 1) : fl_arena_zalloc(scratch, size);
    }
    fl_agg_update_groups(s->layout, ids, group_acc, n, cols, rows, scratch);
    const fl_cell *counter = &s->layout->cells[s->layout->rows_cell];
    for (int id = 0; id < n; id++) {
        if (idmap_get(&x->rows, (uint32_t)id) != 0) continue;
        int64_t count;
        memcpy(&count, group_acc[id] + counter->offset, sizeof count);
        if (count > 0) memcpy(slice_acc(s, x, add_row(s, x, (uint32_t)id)), group_acc[id], size);
    }
}

int fl_window_store_add(fl_window_store *s, int64_t end, fl_column *const *keys, fl_column *const *cols, fl_rows rows,
                        fl_arena *scratch, fl_error *err) {
    uint32_t *ids = fl_arena_alloc(scratch, sizeof *ids * (size_t)rows.n + 4);
    FL_TRY(fl_keytab_lookup(s->keys, keys, rows, ids, scratch, err));
    fl_slice *x = slice_get(s, end);
    if (fl_keytab_bound(s->keys) <= FL_AGG_GROUPS_MAX && rows.n >= FEW_ROWS_MIN) {
        add_few(s, x, ids, cols, rows, scratch);
    } else {
        uint32_t *row = fl_arena_alloc(scratch, sizeof *row * (size_t)rows.n + 4);
        char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
        for (int k = 0; k < rows.n; k++) row[k] = row_of(s, x, ids[k]);
        for (int k = 0; k < rows.n; k++) acc[k] = slice_acc(s, x, row[k]);
        fl_agg_update(s->layout, acc, cols, rows, scratch);
    }
    for (int i = 0; i < s->n_specs; i++) add_late(s, &s->specs[i], NULL, end, ids, cols, rows, scratch);
    return 0;
}

int fl_window_store_add_mixed(fl_window_store *s, const int64_t *ends, fl_column *const *keys, fl_column *const *cols,
                              fl_rows rows, fl_arena *scratch, fl_error *err) {
    uint32_t *ids = fl_arena_alloc(scratch, sizeof *ids * (size_t)rows.n + 4);
    uint32_t *row = fl_arena_alloc(scratch, sizeof *row * (size_t)rows.n + 4);
    fl_slice **slice = fl_arena_alloc(scratch, sizeof(fl_slice *) * (size_t)rows.n + 8);
    char **acc = fl_arena_alloc(scratch, sizeof *acc * (size_t)rows.n + 8);
    FL_TRY(fl_keytab_lookup(s->keys, keys, rows, ids, scratch, err));
    fl_slice *x = NULL;
    for (int k = 0; k < rows.n; k++) {
        if (x == NULL || x->end != ends[k]) x = slice_get(s, ends[k]);
        slice[k] = x;
        row[k] = row_of(s, x, ids[k]);
    }
    for (int k = 0; k < rows.n; k++) acc[k] = slice_acc(s, slice[k], row[k]);
    fl_agg_update(s->layout, acc, cols, rows, scratch);
    for (int i = 0; i < s->n_specs; i++) add_late(s, &s->specs[i], ends, 0, ids, cols, rows, scratch);
    return 0;
}

/* ---- reading windows ---- */

int64_t fl_window_store_next(const fl_window_store *s, int spec_index) {
    const spec *p = &s->specs[spec_index];
    int64_t step = fl_window_step(p->w);
    for (int i = 0; i < s->n_slices; i++) {
        int64_t end = s->slices[i]->end, first, last;
        if (!fl_window_ends(p->w, end - s->slice_size, end, &first, &last) || last <= p->fired) continue;
        if (first > p->fired) return first;
        /* some windows of this slice have fired: the next on the grid of its ends */
        return first + (p->fired - first) / step * step + step;
    }
    return INT64_MAX;
}

int64_t fl_window_store_fired(const fl_window_store *s, int spec_index) { return s->specs[spec_index].fired; }
void fl_window_store_pass(fl_window_store *s, int spec_index, int64_t end) {
    spec *p = &s->specs[spec_index];
    p->fired = FL_MAX(p->fired, end);
}

/* Sorts row numbers by key: a counting sort by each byte that ids have, or nothing if they ascend already. */
static void order_rows(fl_window_store *s, const fl_slice *x) {
    s->order = fl_realloc(s->order, sizeof *s->order * (x->n + 1) * 2);
    for (uint32_t r = 0; r < x->n; r++) s->order[r] = r;
    if (x->sorted) return;
    uint32_t *from = s->order, *to = s->order + x->n + 1;
    for (int shift = 0; shift < 32 && fl_keytab_bound(s->keys) >> shift != 0; shift += 8) {
        uint32_t count[257] = {0}; /* then: where the next row with this byte goes */
        for (uint32_t r = 0; r < x->n; r++) count[(x->key[from[r]] >> shift & 0xff) + 1]++;
        for (int i = 0; i < 256; i++) count[i + 1] += count[i];
        for (uint32_t r = 0; r < x->n; r++) to[count[x->key[from[r]] >> shift & 0xff]++] = from[r];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != s->order) memcpy(s->order, from, sizeof *from * x->n);
}

void fl_window_store_begin(fl_window_store *s, int spec_index, int64_t end, fl_arena *scratch) {
    spec *p = &s->specs[spec_index];
    int64_t start = fl_window_start(p->w, end);
    s->reading = p;
    s->read_start = start;
    s->read_end = end;
    s->read_at = 0;
    int lo = slice_lower(s, start + 1), hi = slice_lower(s, end + 1);
    need_ids(s, p);
    switch (p->strategy) {
    case DIRECT:
        s->read_slice = s->slices[hi - 1];
        fl_assert(s->read_slice->end == end);
        order_rows(s, s->read_slice);
        break;
    case MERGE:
        back_clear(s, p);
        for (int i = 0; i < hi - lo; i++) /* in Flink's order: its older windows begin with the oldest slice */
            back_absorb(s, p, s->slices[p->oldest_first ? lo + i : hi - 1 - i], scratch);
        break;
    case RUNNING:
        if (p->period != start) {
            back_clear(s, p);
            p->period = p->done = start;
        }
        for (int i = slice_lower(s, p->done + 1); i < hi; i++) back_absorb(s, p, s->slices[i], scratch);
        p->done = end;
        break;
    case STACK:
        if (p->mid == INT64_MIN || start > p->mid) {
            flip(s, p, start, end, scratch);
            break;
        }
        front_pop(p, start);
        for (int i = slice_lower(s, p->done + 1); i < hi; i++) back_absorb(s, p, s->slices[i], scratch);
        p->done = end;
        break;
    }
}

int fl_window_store_read(fl_window_store *s, uint32_t *ids, char **acc, int max, fl_arena *scratch) {
    spec *p = s->reading;
    int n = 0;
    max = FL_MIN(max, (int)CHUNK);
    drop_merged(s);
    if (p->strategy == DIRECT) {
        const fl_slice *x = s->read_slice;
        for (; n < max && s->read_at < x->n; s->read_at++, n++) {
            uint32_t row = s->order[s->read_at];
            ids[n] = x->key[row];
            acc[n] = slice_acc(s, x, row);
        }
        return n;
    }
    if (s->cap_merged < max) {
        s->cap_merged = max;
        free(s->merged);
        s->merged = fl_aligned(16, (size_t)max * (size_t)s->layout->size);
    }
    uint32_t bound = FL_MIN(fl_keytab_bound(s->keys), p->cap);
    char *both[CHUNK], *back[CHUNK];
    for (; n < max && s->read_at < bound; s->read_at++) {
        front_row *f = p->front[s->read_at];
        char *b = p->back[s->read_at];
        if (f == NULL && b == NULL) continue;
        ids[n] = s->read_at;
        acc[n] = f == NULL ? b : f->acc;
        if (f != NULL && b != NULL) { /* front and back together, in a third place */
            char *merged = s->merged + (size_t)s->n_merged * (size_t)s->layout->size;
            fl_agg_clone(s->layout, merged, f->acc);
            back[s->n_merged] = b;
            acc[n] = both[s->n_merged++] = merged;
        }
        n++;
    }
    fl_agg_merge(s->layout, both, back, s->n_merged, scratch);
    return n;
}

void fl_window_store_end(fl_window_store *s) {
    spec *p = s->reading;
    drop_merged(s);
    p->fired = FL_MAX(p->fired, s->read_end);
    if (p->strategy == STACK) front_pop(p, s->read_end + p->w->slide - p->w->size);
    if (p->strategy == MERGE) back_clear(s, p);
    s->reading = NULL;
}

/* ---- dropping ---- */

static bool expired(const fl_window_store *s, const fl_slice *x) {
    for (int i = 0; i < s->n_specs; i++) {
        int64_t first, last;
        if (fl_window_ends(s->specs[i].w, x->end - s->slice_size, x->end, &first, &last) && last > s->specs[i].fired)
            return false;
    }
    return true;
}

/* Ids have been renumbered: map[old] = new. */
static void renumber(fl_window_store *s, const uint32_t *map, uint32_t old_bound) {
    for (uint32_t id = 0; id < FL_MIN(old_bound, s->cap_uses); id++)
        if (map[id] != UINT32_MAX && map[id] != id) s->uses[map[id]] = s->uses[id];
    uint32_t bound = fl_keytab_bound(s->keys);
    for (uint32_t id = bound; id < s->cap_uses; id++) s->uses[id] = 0;
    for (int i = 0; i < s->n_slices; i++) {
        fl_slice *x = s->slices[i];
        idmap_free(&x->rows);
        for (uint32_t r = 0; r < x->n; r++) {
            x->key[r] = map[x->key[r]];
            idmap_put(&x->rows, x->key[r], r, bound);
        }
    }
    for (int i = 0; i < s->n_specs; i++) {
        spec *p = &s->specs[i];
        for (int f = p->at_front; f < p->n_front; f++)
            for (int r = 0; r < p->front_slices[f].n; r++)
                p->front_slices[f].rows[r]->id = map[p->front_slices[f].rows[r]->id];
        for (uint32_t id = 0; id < FL_MIN(p->cap, old_bound); id++) {
            char *back = p->back[id];
            front_row *front = p->front[id];
            p->back[id] = NULL;
            p->front[id] = NULL;
            if (map[id] == UINT32_MAX) continue;
            p->back[map[id]] = back;
            p->front[map[id]] = front;
        }
    }
}

void fl_window_store_expire(fl_window_store *s) {
    int n = 0;
    while (n < s->n_slices && expired(s, s->slices[n])) {
        fl_slice *x = s->slices[n++];
        for (uint32_t r = 0; r < x->n; r++)
            if (--s->uses[x->key[r]] == 0) fl_keytab_release(s->keys, x->key[r]);
        slice_drop(s, x);
    }
    if (n == 0) return;
    s->n_slices -= n;
    memmove(s->slices, s->slices + n, sizeof *s->slices * (size_t)s->n_slices);
    for (int i = 0; i < s->n_specs; i++) { /* a running accumulator of a finished period holds keys that may be gone */
        spec *p = &s->specs[i];
        if (p->strategy == RUNNING && p->period != INT64_MIN && p->fired >= p->period + p->w->size) {
            back_clear(s, p);
            p->period = INT64_MIN;
        }
    }
    if (!fl_keytab_sparse(s->keys)) return;
    uint32_t bound = fl_keytab_bound(s->keys), *map = fl_malloc(sizeof *map * (bound + 1));
    fl_keytab_compact(s->keys, map);
    renumber(s, map, bound);
    free(map);
}

/* ---- saving ---- */

enum { ENTRY_ROW = 1, ENTRY_RUNNING = 2 };

static void put_entry(fl_window_store *s, fl_snapshot *out, int max_parallelism, fl_buf *b, uint8_t kind, int64_t place,
                      uint32_t id, const char *acc) {
    fl_buf_reset(b);
    fl_buf_put_u8(b, kind);
    fl_buf_put_i64(b, place);
    fl_buf_put_u32(b, id);
    fl_keytab_encode(s->keys, id, b);
    fl_agg_encode(s->layout, acc, b);
    fl_snapshot_entry(out, fl_key_group(fl_keytab_hash(s->keys, id), max_parallelism), b->p, b->n);
}

void fl_window_store_snapshot(fl_window_store *s, int max_parallelism, fl_snapshot *out) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < s->n_slices; i++) {
        const fl_slice *x = s->slices[i];
        for (uint32_t r = 0; r < x->n; r++)
            put_entry(s, out, max_parallelism, &b, ENTRY_ROW, x->end, x->key[r], slice_acc(s, x, r));
    }
    fl_buf *own = fl_snapshot_own(out);
    fl_buf_put_u32(own, (uint32_t)s->n_specs);
    for (int i = 0; i < s->n_specs; i++) {
        spec *p = &s->specs[i];
        fl_buf_put_i64(own, p->fired);
        fl_buf_put_i64(own, p->done);
        fl_buf_put_i64(own, p->period);
        for (uint32_t id = 0;
             p->strategy == RUNNING && p->period != INT64_MIN && id < FL_MIN(p->cap, fl_keytab_bound(s->keys)); id++)
            if (p->back[id] != NULL) put_entry(s, out, max_parallelism, &b, ENTRY_RUNNING, i, id, p->back[id]);
    }
    fl_buf_deinit(&b);
}

typedef struct saved {
    uint32_t id;
    uint8_t kind;
    int64_t place;
    fl_str key;
    fl_reader acc;
} saved;

static int by_old_id(const void *a, const void *b) {
    const saved *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_WINDOWS); }

static int restore_entry(fl_window_store *s, saved *e, bool running, fl_error *err) {
    uint32_t id;
    char *acc;
    if (e->kind == ENTRY_RUNNING && !running) return 0;
    FL_TRY(fl_keytab_decode(s->keys, e->key, &id, err));
    if (e->kind == ENTRY_ROW) {
        fl_slice *x = slice_get(s, e->place);
        acc = slice_acc(s, x, row_of(s, x, id));
    } else {
        if (e->place < 0 || e->place >= s->n_specs || s->specs[e->place].strategy != RUNNING) return corrupt(err);
        acc = back_of(s, &s->specs[e->place], id);
    }
    FL_TRY(fl_agg_decode(s->layout, acc, &e->acc, err));
    return e->acc.p == e->acc.end ? 0 : corrupt(err);
}

/* Of one subtask of then everything is taken as it was. Several have come to different places: windows that not all
 * have fired fire, and running accumulators are made anew from the slices. */
int fl_window_store_restore(fl_window_store *s, const fl_restore *r, fl_error *err) {
    bool running = r->n_own == 1;
    for (int i = 0; i < r->n_own; i++) {
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        if (fl_read_u32(&in) != (uint32_t)s->n_specs) return corrupt(err);
        for (int k = 0; k < s->n_specs; k++) {
            spec *p = &s->specs[k];
            int64_t fired = fl_read_i64(&in), done = fl_read_i64(&in), period = fl_read_i64(&in);
            p->fired = i == 0 ? fired : FL_MIN(p->fired, fired);
            if (p->strategy == RUNNING && running) {
                p->done = done;
                p->period = period;
            }
        }
        if (in.bad || in.p != in.end) return corrupt(err);
    }
    saved *all = fl_calloc((size_t)r->n_entries, sizeof *all);
    int rc = 0;
    for (int i = 0; i < r->n_entries; i++) {
        fl_reader in = fl_reader_make(r->entries[i].p, r->entries[i].n);
        all[i].kind = fl_read_u8(&in);
        all[i].place = fl_read_i64(&in);
        all[i].id = fl_read_u32(&in);
        all[i].key = fl_read_bytes(&in);
        all[i].acc = in;
        if (in.bad || (all[i].kind != ENTRY_ROW && all[i].kind != ENTRY_RUNNING)) rc = corrupt(err);
    }
    if (r->n_entries > 0) qsort(all, (size_t)r->n_entries, sizeof *all, by_old_id);
    for (int i = 0; i < r->n_entries && rc == 0; i++) rc = restore_entry(s, &all[i], running, err);
    free(all);
    return rc;
}
