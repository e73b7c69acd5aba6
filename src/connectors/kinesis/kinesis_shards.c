/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_shards.c -- the tree of shards: what there is, who reads it, and when a child may begin.
 *
 *     shard-0 ──split──► shard-2 ──┐
 *             └────────► shard-3   ├─merge─► shard-4         records of a key go on in a child: it is read
 *     shard-1 ─────────────────────┘                         when its parents have been read to their end
 *
 * Listing:    each subtask lists all shards of the stream by itself, page by page, now and then. A shard that is listed
 *             no more has expired: there is nothing left to read in it, so it counts as read.
 * Owner:      a shard that has no parent to wait for goes to a subtask by a function of the shard alone: by the number
 *             at the end of its id (shardId-000000000012 is number 12), so that neighbours go to different subtasks;
 *             by a hash of an id without a number; with the assigner `uniform` by the place of its hash range, so that
 *             each subtask gets a stretch of keys. A child goes to the subtask of its parent, for only there no
 *             watermark is ahead of its rows (watermark_assign.c). It stays there until the job starts anew or is
 *             restored: then all shards are dealt out again, by any parallelism, and parents that have ended no longer
 *             count.
 * Family:     subtasks run in one process and share a table: owners, so that all agree whatever each of them has seen,
 *             and shards that were read to their end.
 * Children:   the second parent of a merged shard may be read by another subtask. Its last records may then still be on
 *             their way to a sink, or to the subtask of their key, when the child's first set out. So the child waits
 *             for a checkpoint that holds that end: once it is durable, all that was before it has arrived. (Without
 *             checkpoints it does not wait, and these records may overtake each other.) So a restore never reads a
 *             parent's last records after its child's first, either. A subtask's own ends need no waiting.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "connectors/kinesis/kinesis_int.h"

enum { GENERATIONS_MAX = 10000 }; /* a circle of parents would be the service's mistake */

/* ---- the list ---- */

static void free_shard(kinesis_shard *s) {
    free(s->id);
    free(s->parent);
    free(s->adjacent);
}

void kinesis_shards_deinit(kinesis_shards *t) {
    for (int i = 0; i < t->n; i++) free_shard(&t->shards[i]);
    free(t->shards);
    *t = (kinesis_shards){0};
}

/* The first shard whose id is not before this one. */
static int lower(const kinesis_shards *t, fl_str id) {
    int from = 0, to = t->n;
    while (from < to) {
        int mid = (from + to) / 2;
        if (fl_str_cmp(fl_str_from(t->shards[mid].id), id) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

const kinesis_shard *kinesis_shards_find(const kinesis_shards *t, fl_str id) {
    int at = lower(t, id);
    return at < t->n && fl_str_is(id, t->shards[at].id) ? &t->shards[at] : NULL;
}

void kinesis_shards_begin(kinesis_shards *t) { t->listing++; }

static char *text_or_null(fl_str s) { return s.n > 0 ? fl_strndup(s.p, s.n) : NULL; }

static kinesis_shard *need_shard(kinesis_shards *t, const kinesis_shard_info *info) {
    int at = lower(t, info->id);
    if (at < t->n && fl_str_is(info->id, t->shards[at].id)) return &t->shards[at];
    if (t->n == t->cap) {
        t->cap = FL_MAX(2 * t->cap, 16);
        t->shards = fl_realloc(t->shards, sizeof *t->shards * (size_t)t->cap);
    }
    memmove(t->shards + at + 1, t->shards + at, sizeof *t->shards * (size_t)(t->n++ - at));
    t->shards[at] = (kinesis_shard){.id = fl_strndup(info->id.p, info->id.n),
                                    .parent = text_or_null(info->parent),
                                    .adjacent = text_or_null(info->adjacent),
                                    .range = info->range};
    return &t->shards[at];
}

void kinesis_shards_take(kinesis_shards *t, const kinesis_shard_page *page) {
    for (int i = 0; i < page->n; i++) {
        kinesis_shard *s = need_shard(t, &page->shards[i]);
        s->closed = page->shards[i].closed;
        s->seen = t->listing;
    }
}

void kinesis_shards_end(kinesis_shards *t) {
    int n = 0;
    for (int i = 0; i < t->n; i++) {
        if (t->shards[i].seen == t->listing)
            t->shards[n++] = t->shards[i];
        else
            free_shard(&t->shards[i]);
    }
    t->n = n;
}

/* ---- the family ---- */

typedef struct member {
    char *id;  /* owned */
    int owner; /* -1: not asked for yet */
    bool ended;
    int reader;         /* ended: who read it */
    int64_t checkpoint; /* ended: the last one before */
} member;

struct kinesis_family {
    const void *plan_node;
    int users;
    member *members; /* owned; by id */
    int n, cap;
    kinesis_family *next;
};

static fl_mutex lock = PTHREAD_MUTEX_INITIALIZER; /* protects all of these; taken with no other held */
static kinesis_family *all;

kinesis_family *kinesis_family_open(const void *plan_node) {
    fl_mutex_lock(&lock);
    kinesis_family *f = all;
    while (f != NULL && f->plan_node != plan_node) f = f->next;
    if (f == NULL) {
        f = fl_calloc(1, sizeof *f);
        f->plan_node = plan_node;
        f->next = all;
        all = f;
    }
    f->users++;
    fl_mutex_unlock(&lock);
    return f;
}

void kinesis_family_close(kinesis_family *f) {
    if (f == NULL) return;
    fl_mutex_lock(&lock);
    bool last = --f->users == 0;
    kinesis_family **at = &all;
    while (*at != f) at = &(*at)->next;
    if (last) *at = f->next;
    fl_mutex_unlock(&lock);
    if (!last) return;
    for (int i = 0; i < f->n; i++) free(f->members[i].id);
    free(f->members);
    free(f);
}

/* With the lock held. */
static member *need_member(kinesis_family *f, fl_str id) {
    int from = 0, to = f->n;
    while (from < to) {
        int mid = (from + to) / 2;
        if (fl_str_cmp(fl_str_from(f->members[mid].id), id) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    if (from < f->n && fl_str_is(id, f->members[from].id)) return &f->members[from];
    if (f->n == f->cap) {
        f->cap = FL_MAX(2 * f->cap, 16);
        f->members = fl_realloc(f->members, sizeof *f->members * (size_t)f->cap);
    }
    memmove(f->members + from + 1, f->members + from, sizeof *f->members * (size_t)(f->n++ - from));
    f->members[from] = (member){.id = fl_strndup(id.p, id.n), .owner = -1};
    return &f->members[from];
}

void kinesis_family_end(kinesis_family *f, fl_str id, int subtask, int64_t checkpoint) {
    fl_mutex_lock(&lock);
    member *m = need_member(f, id);
    if (!m->ended) {
        m->reader = subtask;
        m->checkpoint = checkpoint;
    }
    m->ended = true;
    fl_mutex_unlock(&lock);
}

/* All that was read of the shard goes before what this subtask reads from now on. */
static bool is_over(kinesis_family *f, fl_str id, int subtask, int64_t durable) {
    fl_mutex_lock(&lock);
    const member *m = need_member(f, id);
    bool before = m->checkpoint == INT64_MIN;
    bool yes = m->ended && (before || m->reader == subtask || m->checkpoint < durable);
    fl_mutex_unlock(&lock);
    return yes;
}

bool kinesis_shards_ready(const kinesis_shards *t, const kinesis_shard *s, kinesis_family *f, int subtask,
                          int64_t durable) {
    const char *parents[] = {s->parent, s->adjacent};
    for (int i = 0; i < 2; i++) {
        if (parents[i] == NULL) continue;
        fl_str id = fl_str_from(parents[i]);
        if (kinesis_shards_find(t, id) != NULL && !is_over(f, id, subtask, durable)) return false;
    }
    return true;
}

/* ---- owners ---- */

static int deal_out(const kinesis_shard *s, const kinesis_dealing *how) {
    unsigned parallelism = (unsigned)how->parallelism;
    if (how->uniform) return (int)((s->range.first >> 64) * parallelism >> 64);
    fl_str id = fl_str_from(s->id);
    size_t digits = 0;
    uint64_t number = 0;
    while (digits < id.n && digits < 18 && (unsigned char)(id.p[id.n - 1 - digits] - '0') < 10) digits++;
    for (size_t i = id.n - digits; i < id.n; i++) number = number * 10 + (uint64_t)(id.p[i] - '0');
    if (digits == 0) number = fl_hash_bytes(id.p, id.n);
    return (int)(number % parallelism);
}

/* With the lock held. The parent's, if it is listed or has an owner, and has not ended before this run. */
static int find_owner(kinesis_family *f, const kinesis_shards *t, const kinesis_shard *s, const kinesis_dealing *how,
                      int depth) {
    int owner = need_member(f, fl_str_from(s->id))->owner;
    if (owner >= 0) return owner;
    owner = deal_out(s, how);
    if (s->parent != NULL && depth < GENERATIONS_MAX) {
        const kinesis_shard *parent = kinesis_shards_find(t, fl_str_from(s->parent));
        const member *m = need_member(f, fl_str_from(s->parent));
        bool before = m->ended && m->checkpoint == INT64_MIN;
        if (!before && m->owner >= 0)
            owner = m->owner;
        else if (!before && parent != NULL && !(parent->closed && how->closed_over))
            owner = find_owner(f, t, parent, how, depth + 1);
    }
    return need_member(f, fl_str_from(s->id))->owner = owner;
}

int kinesis_family_owner(kinesis_family *f, const kinesis_shards *t, const kinesis_shard *s,
                         const kinesis_dealing *how) {
    fl_mutex_lock(&lock);
    int owner = find_owner(f, t, s, how, 0);
    fl_mutex_unlock(&lock);
    return owner;
}
