/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h -- hashing that means the same on every machine and in every version, for it decides where state lives.
 *
 * fl_hash_bytes (XXH3) and fl_hash_u64 (murmur's finaliser, a bijection) feed key groups, which are written into
 * checkpoints. Neither may ever change its answer.
 */
#ifndef FL_BASE_HASH_H
#define FL_BASE_HASH_H

#include "base/common.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t fl_hash_bytes(const void *p, size_t n) { return XXH3_64bits(p, n); }

static inline uint64_t fl_hash_u64(uint64_t x) {
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
}

static inline uint64_t fl_hash_combine(uint64_t a, uint64_t b) { return fl_hash_u64(a * 0x9e3779b97f4a7c15u + b); }

/* The key group of a key, in [0, max_parallelism), from the key's hash. As in Flink, groups are the unit in which
 * keyed state is dealt out again when the parallelism changes. */
static inline int fl_key_group(uint64_t hash, int max_parallelism) {
    return (int)(((hash >> 32) * (uint64_t)max_parallelism) >> 32);
}

/* The subtask of `parallelism` that owns a key group, and the groups [first, end) that a subtask owns. */
static inline int fl_key_group_subtask(int group, int max_parallelism, int parallelism) {
    return group * parallelism / max_parallelism;
}
static inline int fl_key_group_first(int subtask, int max_parallelism, int parallelism) {
    return (subtask * max_parallelism + parallelism - 1) / parallelism;
}

/* CRC that guards a file of ours against a torn or changed byte. */
static inline uint64_t fl_checksum(const void *p, size_t n) { return XXH3_64bits_withSeed(p, n, 0x666c6f7474u); }

/* SplitMix64: the generator behind datagen and the simulation. Counter-based: value i of a stream is
 * fl_splitmix(seed + i * FL_SPLITMIX_STEP), so a position is all the state there is. */
#define FL_SPLITMIX_STEP 0x9e3779b97f4a7c15u
static inline uint64_t fl_splitmix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
