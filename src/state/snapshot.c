/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c -- collects an operator's state at a barrier and reads it back.
 *
 * As bytes:   "flst" u32 version, own (u32 n, bytes), u32 groups, then for each group that has entries:
 *             u32 group, u32 entries, each entry (u32 n, bytes)
 */
#include "state/snapshot.h"

#include "messages/checkpoint.h"

#include <stdlib.h>

enum { VERSION = 1 };

typedef struct group {
    fl_buf bytes; /* entries, each with its length */
    uint32_t n;
} group;

typedef struct deferred {
    void *frozen;
    int (*write)(void *frozen, fl_snapshot *s, fl_error *err);
    void (*release)(void *frozen);
} deferred;

struct fl_snapshot {
    fl_buf own;
    group *groups;
    int n_groups;
    deferred *later;
    int n_later, cap_later;
};

fl_snapshot *fl_snapshot_new(int max_parallelism) {
    fl_snapshot *s = fl_calloc(1, sizeof *s);
    s->n_groups = max_parallelism;
    s->groups = fl_calloc((size_t)max_parallelism, sizeof *s->groups);
    return s;
}

void fl_snapshot_free(fl_snapshot *s) {
    if (s == NULL) return;
    for (int i = 0; i < s->n_later; i++) s->later[i].release(s->later[i].frozen);
    for (int g = 0; g < s->n_groups; g++) fl_buf_deinit(&s->groups[g].bytes);
    fl_buf_deinit(&s->own);
    free(s->groups);
    free(s->later);
    free(s);
}

fl_buf *fl_snapshot_own(fl_snapshot *s) { return &s->own; }

void fl_snapshot_entry(fl_snapshot *s, int key_group, const void *bytes, size_t n) {
    fl_assert(key_group >= 0 && key_group < s->n_groups);
    fl_buf_put_bytes(&s->groups[key_group].bytes, bytes, n);
    s->groups[key_group].n++;
}

void fl_snapshot_defer(fl_snapshot *s, void *frozen, int (*write)(void *frozen, fl_snapshot *s, fl_error *err),
                       void (*release)(void *frozen)) {
    if (s->n_later == s->cap_later) {
        s->cap_later = s->cap_later ? s->cap_later * 2 : 4;
        s->later = fl_realloc(s->later, sizeof *s->later * (size_t)s->cap_later);
    }
    s->later[s->n_later++] = (deferred){frozen, write, release};
}

int fl_snapshot_write_deferred(fl_snapshot *s, fl_error *err) {
    while (s->n_later > 0) {
        deferred d = s->later[--s->n_later];
        int rc = d.write(d.frozen, s, err);
        d.release(d.frozen);
        if (rc < 0) return rc;
    }
    return 0;
}

void fl_snapshot_encode(fl_snapshot *s, fl_buf *out) {
    fl_assert(s->n_later == 0);
    uint32_t used = 0;
    for (int g = 0; g < s->n_groups; g++) used += s->groups[g].n > 0;
    fl_buf_put(out, "flst", 4);
    fl_buf_put_u32(out, VERSION);
    fl_buf_put_bytes(out, s->own.p, s->own.n);
    fl_buf_put_u32(out, used);
    for (int g = 0; g < s->n_groups; g++) {
        if (s->groups[g].n == 0) continue;
        fl_buf_put_u32(out, (uint32_t)g);
        fl_buf_put_u32(out, s->groups[g].n);
        fl_buf_put(out, s->groups[g].bytes.p, s->groups[g].bytes.n);
    }
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_OPERATOR_STATE); }

int fl_restore_read(fl_arena *a, const fl_str *blobs, int n_blobs, int first_group, int end_group, fl_restore *out,
                    fl_error *err) {
    fl_str *own = FL_NEW_N(a, fl_str, n_blobs), *entries = NULL;
    int n = 0, cap = 0;
    for (int b = 0; b < n_blobs; b++) {
        fl_reader r = fl_reader_make(blobs[b].p, blobs[b].n);
        const char *magic = fl_read_raw(&r, 4);
        if (magic == NULL || memcmp(magic, "flst", 4) != 0) return corrupt(err);
        uint32_t version = fl_read_u32(&r);
        if (version != VERSION) return fl_fail(err, FL_ERR_CHECKPOINT_STATE_VERSION, version, VERSION);
        own[b] = fl_read_bytes(&r);
        for (uint32_t groups = fl_read_u32(&r); groups > 0 && !r.bad; groups--) {
            uint32_t g = fl_read_u32(&r);
            for (uint32_t k = fl_read_u32(&r); k > 0 && !r.bad; k--) {
                fl_str entry = fl_read_bytes(&r);
                if ((int64_t)g >= first_group && (int64_t)g < end_group && !r.bad) FL_PUSH(a, entries, n, cap, entry);
            }
        }
        if (r.bad || r.p != r.end) return corrupt(err);
    }
    *out = (fl_restore){own, n_blobs, entries, n};
    return 0;
}
