/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_shards.c -- the tree of shards: what there is, who reads it, and when a child may begin.
 *
 *     shard-0 ──split──► shard-2 ──┐
 *             └────────► shard-3   ├─merge─► shard-4         records of a key go on in a child: it is read
 *     shard-1 ─────────────────────┘                         when its parents have been read to their end
 *
 * Listing:    each subtask lists all shards of the stream by itself, page by page, now and then. A shard that is listed
 *             no more has expired: there is nothing left to read in it, so it counts as read.
 * Owner:      a function of the shard alone, so that subtasks need not agree on anything, and another parallelism
 *             deals all shards out anew: by the number at the end of its id (shardId-000000000012 is number 12), so that
 *             neighbours go to different subtasks; by a hash of an id without a number; with the assigner `uniform` by
 *             the place of its hash range, so that each subtask gets a stretch of keys.
 * Children:   parent and child may be read by different subtasks. They run in one process, and share a table of the
 *             shards that were read to their end. A child must not begin in a checkpoint in which its parent has not
 *             ended, or else a restore would read the parent's last records after the child's first. Each subtask counts
 *             the epochs between the snapshots that it has given:
 *
 *                 A reads the parent   ──── e ──────── end ──── e+1 ────          the end is in snapshot e+1
 *                 B reads the child    ──────── e ──╳── begin ──── e+1 ──         before its own snapshot e (╳: the
 *                                                                                 barrier has not come yet) B waits
 *
 *             So B begins when its own epoch is not behind that of the end. As barriers reach all sources at about the
 *             same time, it nearly never waits. After a restore the ends that the checkpoint knows are put in first.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "connectors/kinesis/kinesis_int.h"

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

/* ---- who reads ---- */

int kinesis_shard_owner(fl_str id, fl_u128 first_hash_key, bool uniform, int parallelism) {
    if (uniform) return (int)((first_hash_key >> 64) * (unsigned)parallelism >> 64);
    size_t digits = 0;
    uint64_t number = 0;
    while (digits < id.n && digits < 18 && (unsigned char)(id.p[id.n - 1 - digits] - '0') < 10) digits++;
    for (size_t i = id.n - digits; i < id.n; i++) number = number * 10 + (uint64_t)(id.p[i] - '0');
    if (digits == 0) number = fl_hash_bytes(id.p, id.n);
    return (int)(number % (unsigned)parallelism);
}

/* ---- ends ---- */

typedef struct end {
    char *id; /* owned */
    int64_t checkpoint;
} end;

struct kinesis_ends {
    const void *plan_node;
    int users;
    end *ends; /* owned */
    int n, cap;
    kinesis_ends *next;
};

static fl_mutex lock = PTHREAD_MUTEX_INITIALIZER; /* protects all of these; taken with no other held */
static kinesis_ends *all;

kinesis_ends *kinesis_ends_open(const void *plan_node) {
    fl_mutex_lock(&lock);
    kinesis_ends *e = all;
    while (e != NULL && e->plan_node != plan_node) e = e->next;
    if (e == NULL) {
        e = fl_calloc(1, sizeof *e);
        e->plan_node = plan_node;
        e->next = all;
        all = e;
    }
    e->users++;
    fl_mutex_unlock(&lock);
    return e;
}

void kinesis_ends_close(kinesis_ends *e) {
    if (e == NULL) return;
    fl_mutex_lock(&lock);
    bool last = --e->users == 0;
    kinesis_ends **at = &all;
    while (*at != e) at = &(*at)->next;
    if (last) *at = e->next;
    fl_mutex_unlock(&lock);
    if (!last) return;
    for (int i = 0; i < e->n; i++) free(e->ends[i].id);
    free(e->ends);
    free(e);
}

static end *find_end(const kinesis_ends *e, fl_str id) {
    for (int i = 0; i < e->n; i++)
        if (fl_str_is(id, e->ends[i].id)) return &e->ends[i];
    return NULL;
}

void kinesis_ends_put(kinesis_ends *e, fl_str id, int64_t checkpoint) {
    fl_mutex_lock(&lock);
    if (find_end(e, id) == NULL) {
        if (e->n == e->cap) {
            e->cap = FL_MAX(2 * e->cap, 8);
            e->ends = fl_realloc(e->ends, sizeof *e->ends * (size_t)e->cap);
        }
        e->ends[e->n++] = (end){fl_strndup(id.p, id.n), checkpoint};
    }
    fl_mutex_unlock(&lock);
}

static bool has_ended(kinesis_ends *e, fl_str id, int64_t checkpoint) {
    fl_mutex_lock(&lock);
    const end *x = find_end(e, id);
    bool yes = x != NULL && x->checkpoint <= checkpoint;
    fl_mutex_unlock(&lock);
    return yes;
}

bool kinesis_shards_ready(const kinesis_shards *t, const kinesis_shard *s, kinesis_ends *e, int64_t checkpoint) {
    const char *parents[] = {s->parent, s->adjacent};
    for (int i = 0; i < 2; i++) {
        if (parents[i] == NULL) continue;
        fl_str id = fl_str_from(parents[i]);
        if (kinesis_shards_find(t, id) != NULL && !has_ended(e, id, checkpoint)) return false;
    }
    return true;
}
