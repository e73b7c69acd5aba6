/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.h -- open session windows by key: opening, merging, and which one ends next.
 *
 *     key 7     [ 10:00 ────── 10:09 )         [ 10:20 ── 10:25 )            a row at 10:12 with a gap of 8 minutes
 *               [ 10:00 ─────────────────────────────── 10:25 )             makes one of the two
 *
 * A session carries `data` of its owner (an accumulator, a list of rows). Sessions of one key never touch.
 */
#ifndef FL_EXEC_SESSIONS_H
#define FL_EXEC_SESSIONS_H

#include "base/common.h"

typedef struct fl_session {
    int64_t start, end;      /* wall time */
    uint32_t key;            /* id in the owner's keytab */
    void *data;              /* owner's; NULL in a new session */
    struct fl_session *into; /* the session that it was merged into; NULL: open */
    int refs;                /* from the heap of ends, and one while open or merged during a call */
} fl_session;

typedef struct fl_sessions fl_sessions;

/* `merge` adds from->data to into->data and frees it; `drop` frees data. */
fl_sessions *fl_sessions_new(void (*merge)(void *owner, fl_session *into, fl_session *from),
                             void (*drop)(void *owner, void *data), void *owner);
void fl_sessions_free(fl_sessions *s);

/* Whether the key has an open session. */
bool fl_sessions_any(const fl_sessions *s, uint32_t key);
/* Whether [t, t + gap) would join an open session of the key. */
bool fl_sessions_joins(const fl_sessions *s, uint32_t key, int64_t t, int64_t gap);
/* The session of a row at t: opened, extended or merged. */
fl_session *fl_sessions_touch(fl_sessions *s, uint32_t key, int64_t t, int64_t gap);
/* The session that a session returned earlier has become. */
static inline fl_session *fl_session_now(fl_session *x) {
    while (x->into != NULL) x = x->into;
    return x;
}
/* Frees sessions that were merged away: after the pointers of one batch are not needed any more. */
void fl_sessions_settle(fl_sessions *s);

/* The open session that ends first (then by key); NULL: none. */
fl_session *fl_sessions_first(fl_sessions *s);
/* Removes it; its data is the caller's to drop first. *key_gone: no session of the key is left. */
void fl_sessions_remove(fl_sessions *s, fl_session *x, bool *key_gone);
/* Puts back a session from a checkpoint. */
fl_session *fl_sessions_restore(fl_sessions *s, uint32_t key, int64_t start, int64_t end);

/* All open sessions, key by key in the order of ids. */
void fl_sessions_each(fl_sessions *s, void (*visit)(void *arg, fl_session *x), void *arg);

/* Keys have been renumbered. */
void fl_sessions_renumber(fl_sessions *s, const uint32_t *map, uint32_t old_bound);

#endif
