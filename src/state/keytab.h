/* SPDX-License-Identifier: Apache-2.0 */
/* keytab.h -- the keys that an operator has met, each with a small number (its id).
 *
 * Everything else that an operator keeps is addressed by id: an array, not a hash table. Ids grow in the order in which
 * keys are first met, so an order by id is the same whatever the sizes of batches, and after a restore. A released id
 * is not given out again; fl_keytab_compact closes the gaps. Looking up a batch of keys is one pass: integers of a
 * small range go through a table indexed by value, other keys of up to 8 bytes and strings of up to 12 are compared as
 * words, the rest as encoded bytes.
 */
#ifndef FL_STATE_KEYTAB_H
#define FL_STATE_KEYTAB_H

#include "data/batch.h"
#include "expr/expr.h"

typedef struct fl_keytab fl_keytab;

/* Keys of n columns of these types (n may be 0: one key for all rows). */
fl_keytab *fl_keytab_new(const fl_type *const *types, int n);
void fl_keytab_free(fl_keytab *t);

/* ids[k] = id of the key in the k-th row, made if it is new. */
int fl_keytab_lookup(fl_keytab *t, fl_column *const *keys, fl_rows rows, uint32_t *ids, fl_arena *scratch,
                     fl_error *err);

/* One more than the largest id in use: the length of arrays by id. */
uint32_t fl_keytab_bound(const fl_keytab *t);
uint32_t fl_keytab_count(const fl_keytab *t); /* keys that exist */
bool fl_keytab_exists(const fl_keytab *t, uint32_t id);

/* Forgets a key. */
void fl_keytab_release(fl_keytab *t, uint32_t id);
/* More than half of the ids are gaps. */
bool fl_keytab_sparse(const fl_keytab *t);
/* Renumbers the keys that exist 0, 1, 2, … in their order: map[old] is the new id, UINT32_MAX for a gap (map has room
 * for fl_keytab_bound). */
void fl_keytab_compact(fl_keytab *t, uint32_t *map);

/* Stable across machines and versions: decides the key group. */
uint64_t fl_keytab_hash(const fl_keytab *t, uint32_t id);

/* The hash that fl_keytab_hash gives, for rows on their way through an exchange. */
int fl_key_hashes(fl_column *const *keys, int n_keys, fl_rows rows, uint64_t *hashes, fl_arena *scratch, fl_error *err);

/* Appends the key columns of ids[0..n) to out[]. */
void fl_keytab_emit(const fl_keytab *t, const uint32_t *ids, int n, fl_column *const *out);

/* A key as bytes, and back: for snapshots. decode gives the id, made if it is new. */
void fl_keytab_encode(const fl_keytab *t, uint32_t id, fl_buf *out);
int fl_keytab_decode(fl_keytab *t, fl_str key, uint32_t *id, fl_error *err);

size_t fl_keytab_bytes(const fl_keytab *t); /* memory, for metrics */

#endif
