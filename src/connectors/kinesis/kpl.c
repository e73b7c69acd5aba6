/* SPDX-License-Identifier: Apache-2.0 */
/* kpl.c -- records that the Kinesis Producer Library has put into one.
 *
 * What:       F3 89 9A C2, a protobuf message, and the MD5 of that message:
 *
 *                 1 partition keys     repeated text                      a table
 *                 2 explicit hash keys repeated text                      another
 *                 3 records            repeated: 1 partition key (index)
 *                                                2 explicit hash key (index; may be missing)
 *                                                3 data
 *                                                4 tags, of no interest
 *
 * Rules:      those of Amazon's own library. A wrong checksum, or a message that does not read, means that this was no
 *             aggregated record: it is one record as it stands. A user record whose hash key lies outside of the shard
 *             was put here by a producer that knew an old map of shards; the producer has seen that and put it again
 *             where it belongs, so here it is left out. It keeps its number among the others.
 */
#include "connectors/kinesis/kinesis_int.h"

enum { MARK_BYTES = 4, MD5_BYTES = 16 };

bool kinesis_hash_key(fl_str s, fl_u128 *out) {
    fl_u128 x = 0, most = ~(fl_u128)0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned char)s.p[i] - '0';
        if (d > 9 || x > (most - d) / 10) return false;
        x = x * 10 + d;
    }
    *out = x;
    return s.n > 0;
}

/* ---- protobuf ---- */

typedef struct proto {
    const uint8_t *p, *end;
    bool bad;
} proto;

static uint64_t varint(proto *m) {
    uint64_t x = 0;
    for (int shift = 0; shift < 64 && m->p < m->end; shift += 7) {
        uint8_t b = *m->p++;
        x |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) return x;
    }
    m->bad = true;
    m->p = m->end;
    return 0;
}

static fl_str bytes(proto *m) {
    uint64_t n = varint(m);
    if (n > (uint64_t)(m->end - m->p)) {
        m->bad = true;
        m->p = m->end;
        return (fl_str){0};
    }
    fl_str s = fl_str_make((const char *)m->p, (size_t)n);
    m->p += n;
    return s;
}

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static void skip_field(proto *m, int wire) {
    ptrdiff_t n = wire == FIXED64 ? 8 : wire == FIXED32 ? 4 : 0;
    if (wire == VARINT) {
        varint(m);
    } else if (wire == BYTES) {
        bytes(m);
    } else if (n == 0 || m->end - m->p < n) {
        m->bad = true;
        m->p = m->end;
    } else {
        m->p += n;
    }
}

/* The next field's number, 0 at the end; *wire: how it is written. */
static int next_field(proto *m, int *wire) {
    if (m->p >= m->end) return 0;
    uint64_t tag = varint(m);
    *wire = (int)(tag & 7);
    if (m->bad || tag >> 3 == 0 || tag >> 3 > INT32_MAX) {
        m->bad = true;
        m->p = m->end;
        return 0;
    }
    return (int)(tag >> 3);
}

static proto proto_of(fl_str s) { return (proto){(const uint8_t *)s.p, (const uint8_t *)s.p + s.n, false}; }

/* The i-th text of a repeated field; a message has few keys, and most have one. */
static bool text_at(fl_str message, int field, uint64_t i, fl_str *out) {
    proto m = proto_of(message);
    for (int wire, f; (f = next_field(&m, &wire)) > 0;) {
        if (f != field || wire != BYTES) {
            skip_field(&m, wire);
            continue;
        }
        *out = bytes(&m);
        if (i-- == 0) return !m.bad;
    }
    return false;
}

/* ---- user records ---- */

/* Both tables and the last answer of each: records of one key mostly stand together. */
typedef struct keys {
    fl_str message;
    uint64_t partition_at, hash_at; /* UINT64_MAX: none yet */
    fl_str partition;
    fl_u128 hash, partition_hash;
    bool partition_hashed;
    const flott_http *http;
} keys;

static bool find_partition(keys *k, uint64_t i) {
    if (k->partition_at == i) return true;
    k->partition_at = i;
    k->partition_hashed = false;
    return text_at(k->message, 1, i, &k->partition);
}

static bool find_hash(keys *k, uint64_t i) {
    fl_str text;
    if (k->hash_at == i) return true;
    k->hash_at = i;
    return text_at(k->message, 2, i, &text) && kinesis_hash_key(text, &k->hash);
}

static fl_u128 hash_of_partition(keys *k) {
    uint8_t md5[MD5_BYTES];
    if (k->partition_hashed) return k->partition_hash;
    k->http->md5(k->partition.p, k->partition.n, md5);
    k->partition_hash = 0;
    for (int i = 0; i < MD5_BYTES; i++) k->partition_hash = k->partition_hash << 8 | md5[i];
    k->partition_hashed = true;
    return k->partition_hash;
}

/* Fills data and partition key of a user record. 1: it is one of this shard, 0: of another, -1: malformed. */
static int read_user_record(keys *k, fl_str message, const kinesis_range *range, kinesis_record *out) {
    proto m = proto_of(message);
    uint64_t partition = UINT64_MAX, hash = UINT64_MAX;
    bool data = false;
    for (int wire, f; (f = next_field(&m, &wire)) > 0;) {
        if (f == 1 && wire == VARINT)
            partition = varint(&m);
        else if (f == 2 && wire == VARINT)
            hash = varint(&m);
        else if (f == 3 && wire == BYTES) {
            out->data = bytes(&m);
            data = true;
        } else
            skip_field(&m, wire);
    }
    if (m.bad || !data || partition == UINT64_MAX || !find_partition(k, partition)) return -1;
    if (hash != UINT64_MAX && !find_hash(k, hash)) return -1;
    out->partition_key = k->partition;
    fl_u128 key = hash != UINT64_MAX ? k->hash : hash_of_partition(k);
    return key >= range->first && key <= range->last;
}

/* The message is whole: its last 16 bytes are its checksum. */
static bool is_whole(const flott_http *http, fl_str data) {
    uint8_t md5[MD5_BYTES];
    size_t n = data.n - MARK_BYTES - MD5_BYTES;
    http->md5(data.p + MARK_BYTES, n, md5);
    return memcmp(md5, data.p + data.n - MD5_BYTES, MD5_BYTES) == 0;
}

bool kpl_split(const flott_http *http, const kinesis_record *r, const kinesis_range *range, kinesis_answer *out) {
    kinesis_record whole = *r; /* `out` may be where it lies */
    if (!kpl_is_aggregated(whole.data) || !is_whole(http, whole.data)) return false;
    fl_str message = fl_str_make(whole.data.p + MARK_BYTES, whole.data.n - MARK_BYTES - MD5_BYTES);
    keys k = {.message = message, .partition_at = UINT64_MAX, .hash_at = UINT64_MAX, .http = http};
    proto m = proto_of(message);
    int first = out->n, sub = 0;
    for (int wire, f; (f = next_field(&m, &wire)) > 0;) {
        if (f != 3 || wire != BYTES) {
            skip_field(&m, wire);
            continue;
        }
        kinesis_record one = whole;
        fl_str text = bytes(&m);
        int ours = m.bad ? -1 : read_user_record(&k, text, range, &one);
        if (ours < 0) {
            m.bad = true;
            break;
        }
        one.sub = sub++;
        if (ours) *kinesis_answer_add(out) = one;
    }
    if (m.bad) out->n = first;
    for (int i = first; i < out->n; i++) out->records[i].n_sub = sub;
    return !m.bad;
}
