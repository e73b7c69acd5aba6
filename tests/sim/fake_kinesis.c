/* SPDX-License-Identifier: Apache-2.0 */
/* fake_kinesis.c -- streams, shards, and the operations on them. See fake_kinesis.h.
 *
 * A stream is a log of all its records in the order in which they came; a shard is a list of positions in that log. A
 * shard owns a range of hashes; when it is split or merged it is closed, and its children take over the range. The hash
 * of a key is not MD5 here; nobody but the service may know.
 *
 *     shardId-0  [0 ─────────────── 2^128)      closed by a split
 *     shardId-1  [0 ────── 2^127)               child of 0
 *     shardId-2           [2^127 ── 2^128)      child of 0
 *
 * An iterator says all it needs: stream, shard, position, when it was given out.
 */
#include "fake_kinesis.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"

typedef unsigned __int128 u128;

/* What a shard has done in the second that is running. */
typedef struct budget {
    int64_t second;
    int64_t records_in, bytes_in, reads;
    int64_t blocked_until_ms; /* after a read of more than 2 MB */
} budget;

typedef struct fake_shard {
    char id[32];
    int parent, adjacent;                   /* -1: none */
    int child[2];                           /* -1: none */
    u128 first, last;                       /* hashes */
    const char *first_number, *last_number; /* NULL: still open */
    int64_t closed_ms;                      /* INT64_MAX: open */
    bool gone;                              /* closed, and its last record is trimmed */
    int *records;                           /* positions in the stream's log; owned */
    int n, cap;
    int trimmed; /* so many of them cannot be read any more */
    budget budget;
} fake_shard;

typedef struct fake_stream {
    const char *name;
    fake_shard *shards; /* owned */
    int n_shards, cap_shards;
    fake_kinesis_record *log; /* owned */
    int n, cap;
} fake_stream;

enum { RECORD_MAX = 1 << 20, CALL_RECORDS = 500, CALL_BYTES = 5 << 20, READ_BYTES = 10 << 20, READ_RECORDS = 10000 };

static int64_t now_of(const fake_kinesis *k) { return fl_now_ms(k->pf); }

/* ---- JSON, as far as requests go: values are pieces of the text ---- */

static void skip_blanks(fl_str *s) {
    while (s->n > 0 && strchr(" \t\r\n", *s->p) != NULL) s->p++, s->n--;
}

static fl_str take(fl_str *s, size_t n) {
    fl_str x = fl_str_make(s->p, FL_MIN(n, s->n));
    s->p += x.n;
    s->n -= x.n;
    return x;
}

/* The value at the front of *s, taken off. Empty: there is none. */
static fl_str take_value(fl_str *s) {
    skip_blanks(s);
    size_t i = 0;
    int depth = 0;
    while (i < s->n) {
        char c = s->p[i];
        if (c == '"') {
            for (i++; i < s->n && s->p[i] != '"'; i++) i += s->p[i] == '\\';
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth > 0 && (c == '}' || c == ']')) {
            depth--;
        } else if (depth == 0 && strchr(",:}] \t\r\n", c) != NULL) {
            break;
        }
        i++;
        if (depth == 0 && strchr("\"}]", c) != NULL) break;
    }
    return take(s, i);
}

/* A member of an object; p == NULL: it is not there. */
static fl_str member(fl_str object, const char *name) {
    take(&object, 1);
    for (;;) {
        skip_blanks(&object);
        fl_str key = take_value(&object);
        if (key.n < 2) return fl_str_make(NULL, 0);
        skip_blanks(&object);
        take(&object, 1); /* : */
        fl_str value = take_value(&object);
        if (fl_str_is(fl_str_make(key.p + 1, key.n - 2), name)) return value;
        skip_blanks(&object);
        take(&object, 1); /* , */
    }
}

/* The next element of an array: *rest is the array at first. False: no more. */
static bool next_element(fl_str *rest, fl_str *element) {
    skip_blanks(rest);
    if (rest->n == 0 || *rest->p == ']') return false;
    take(rest, 1); /* [ or , */
    *element = take_value(rest);
    return element->n > 0;
}

/* A text without its quotes and escapes; NULL if it is not there. */
static const char *text_of(fl_arena *a, fl_str value) {
    if (value.n < 2 || *value.p != '"') return NULL;
    char *out = fl_arena_alloc(a, value.n), *at = out;
    for (size_t i = 1; i + 1 < value.n; i++) {
        char c = value.p[i];
        if (c != '\\') {
            *at++ = c;
            continue;
        }
        unsigned cp = 0;
        c = value.p[++i];
        const char *plain = strchr("nrtbf", c);
        if (c == 'u' && sscanf(value.p + i + 1, "%4x", &cp) == 1) {
            at += fl_utf8_encode(cp, at);
            i += 4;
        } else {
            *at++ = plain != NULL ? "\n\r\t\b\f"[plain - "nrtbf"] : c;
        }
    }
    *at = '\0';
    return out;
}

static const char *text_member(fl_arena *a, fl_str object, const char *name) {
    return text_of(a, member(object, name));
}

static bool number_member(fl_str object, const char *name, double *out) {
    fl_str v = member(object, name);
    char text[64];
    if (v.p == NULL || v.n >= sizeof text) return false;
    memcpy(text, v.p, v.n);
    text[v.n] = '\0';
    *out = strtod(text, NULL);
    return true;
}

static void put_text(fl_buf *b, fl_str s) {
    fl_buf_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            fl_buf_printf(b, "\\%c", c);
        else if (c < 0x20)
            fl_buf_printf(b, "\\u%04x", c);
        else
            fl_buf_putc(b, (char)c);
    }
    fl_buf_putc(b, '"');
}

/* ---- base64 ---- */

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(fl_buf *b, fl_str s) {
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = FL_MIN(s.n - i, (size_t)3);
        unsigned x = (unsigned)p[i] << 16 | (left > 1 ? p[i + 1] : 0u) << 8 | (left > 2 ? p[i + 2] : 0u);
        char four[4] = {digits64[x >> 18], digits64[x >> 12 & 63], left > 1 ? digits64[x >> 6 & 63] : '=',
                        left > 2 ? digits64[x & 63] : '='};
        fl_buf_put(b, four, 4);
    }
}

/* In place of the text; false: it is not base64. */
static bool base64_of(fl_arena *a, fl_str value, fl_str *out) {
    if (value.n < 2 || *value.p != '"' || (value.n - 2) % 4 != 0) return false;
    size_t n = value.n - 2;
    const char *p = value.p + 1;
    char *to = fl_arena_alloc(a, n / 4 * 3 + 1), *at = to;
    for (size_t i = 0; i < n; i += 4) {
        unsigned x = 0;
        int pads = 0;
        for (int k = 0; k < 4; k++) {
            const char *d = p[i + k] == '\0' ? NULL : strchr(digits64, p[i + k]);
            bool pad = p[i + k] == '=' && i + 4 == n && k >= 2;
            if ((d == NULL && !pad) || (pads > 0 && !pad)) return false;
            pads += pad;
            x = x << 6 | (pad ? 0 : (unsigned)(d - digits64));
        }
        char three[3] = {(char)(x >> 16), (char)(x >> 8), (char)x};
        memcpy(at, three, 3);
        at += 3 - pads;
    }
    *out = fl_str_make(to, (size_t)(at - to));
    return true;
}

/* ---- streams and shards ---- */

static fake_stream *find_stream(const fake_kinesis *k, const char *name) {
    for (int i = 0; name != NULL && i < k->n_streams; i++)
        if (strcmp(k->streams[i]->name, name) == 0) return k->streams[i];
    return NULL;
}

static fake_stream *need_stream(const fake_kinesis *k, const char *name) {
    fake_stream *s = find_stream(k, name);
    fl_assert(s != NULL);
    return s;
}

/* Decimal, growing, and too long for 64 bits, as theirs are. */
static const char *next_number(fake_kinesis *k) {
    k->numbered += 1 + fl_splitmix(k->numbered) % 1000;
    return fl_arena_printf(&k->arena, "4966%022llu%026llu", (unsigned long long)k->numbered,
                           (unsigned long long)fl_splitmix(k->numbered));
}

static int number_cmp(const char *a, const char *b) {
    while (*a == '0') a++;
    while (*b == '0') b++;
    size_t n = strlen(a), m = strlen(b);
    return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

static int add_shard(fake_kinesis *k, fake_stream *s, u128 first, u128 last, int parent, int adjacent) {
    if (s->n_shards == s->cap_shards) {
        s->cap_shards = s->cap_shards ? 2 * s->cap_shards : 8;
        s->shards = fl_realloc(s->shards, sizeof *s->shards * (size_t)s->cap_shards);
    }
    fake_shard *h = &s->shards[s->n_shards];
    *h = (fake_shard){.parent = parent,
                      .adjacent = adjacent,
                      .child = {-1, -1},
                      .first = first,
                      .last = last,
                      .first_number = next_number(k),
                      .closed_ms = INT64_MAX};
    snprintf(h->id, sizeof h->id, "shardId-%012d", s->n_shards);
    return s->n_shards++;
}

static bool is_open(const fake_shard *h) { return h->closed_ms == INT64_MAX; }

static int count_open(const fake_stream *s) {
    int n = 0;
    for (int i = 0; i < s->n_shards; i++) n += is_open(&s->shards[i]);
    return n;
}

static int nth_open(const fake_stream *s, int which) {
    for (int i = 0; i < s->n_shards; i++)
        if (is_open(&s->shards[i]) && which-- == 0) return i;
    return -1;
}

static void close_shard(fake_kinesis *k, fake_shard *h) {
    h->closed_ms = now_of(k);
    h->last_number = next_number(k);
}

static bool split(fake_kinesis *k, fake_stream *s, int i) {
    if (i < 0 || s->shards[i].last - s->shards[i].first < 2 || count_open(s) >= k->shards_max) return false;
    u128 first = s->shards[i].first, last = s->shards[i].last, middle = first + (last - first) / 2;
    close_shard(k, &s->shards[i]);
    int low = add_shard(k, s, first, middle, i, -1), high = add_shard(k, s, middle + 1, last, i, -1);
    s->shards[i].child[0] = low;
    s->shards[i].child[1] = high;
    k->n_reshards++;
    return true;
}

static bool merge(fake_kinesis *k, fake_stream *s, int i) {
    int next = -1;
    for (int n = 0; i >= 0 && n < s->n_shards; n++)
        if (is_open(&s->shards[n]) && n != i && s->shards[i].last + 1 == s->shards[n].first && s->shards[n].first > 0)
            next = n;
    if (next < 0) return false;
    u128 first = s->shards[i].first, last = s->shards[next].last;
    close_shard(k, &s->shards[i]);
    close_shard(k, &s->shards[next]);
    int child = add_shard(k, s, first, last, i, next);
    s->shards[i].child[0] = s->shards[next].child[0] = child;
    k->n_reshards++;
    return true;
}

static void perhaps_reshard(fake_kinesis *k, fake_stream *s) {
    if (s->n_shards >= k->reshards_max || !fake_http_chance(&k->http, k->faults.reshard_ppm)) return;
    int i = nth_open(s, (int)fake_http_draw(&k->http, (uint64_t)count_open(s)));
    if (fake_http_draw(&k->http, 2) == 0)
        split(k, s, i);
    else
        merge(k, s, i);
}

static int shard_of_key(const fake_stream *s, fl_str key) {
    XXH128_hash_t x = XXH3_128bits(key.p, key.n);
    u128 hash = (u128)x.high64 << 64 | x.low64;
    for (int i = 0; i < s->n_shards; i++)
        if (is_open(&s->shards[i]) && hash >= s->shards[i].first && hash <= s->shards[i].last) return i;
    fl_assert(false);
    return -1;
}

static const char *store(fake_kinesis *k, fake_stream *s, int shard, fl_str key, fl_str data) {
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->log = fl_realloc(s->log, sizeof *s->log * (size_t)s->cap);
    }
    fake_shard *h = &s->shards[shard];
    if (h->n == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 64;
        h->records = fl_realloc(h->records, sizeof *h->records * (size_t)h->cap);
    }
    fake_kinesis_record *r = &s->log[s->n];
    *r = (fake_kinesis_record){.data = {fl_arena_strndup(&k->arena, data.p, data.n), data.n},
                               .partition_key = {fl_arena_strndup(&k->arena, key.p, key.n), key.n},
                               .shard_id = fl_arena_strdup(&k->arena, h->id),
                               .sequence_number = next_number(k),
                               .arrived_ms = now_of(k)};
    h->records[h->n++] = s->n++;
    return r->sequence_number;
}

static void trim(fake_stream *s, int64_t before_ms) {
    for (int i = 0; i < s->n_shards; i++) {
        fake_shard *h = &s->shards[i];
        while (h->trimmed < h->n && s->log[h->records[h->trimmed]].arrived_ms < before_ms) h->trimmed++;
        h->gone = h->closed_ms < before_ms && h->trimmed == h->n;
    }
}

/* ---- refusals ---- */

static void refuse(fake_http_call *c, int status, const char *type, const char *message) {
    c->status = status;
    fl_buf_reset(&c->answer);
    fl_buf_printf(&c->answer, "{\"__type\":\"%s\",\"message\":", type);
    put_text(&c->answer, fl_str_from(message));
    fl_buf_putc(&c->answer, '}');
}

/* What no client should ever do: refused, and remembered for the test. */
static void complain(fake_kinesis *k, fake_http_call *c, const char *type, const char *message) {
    snprintf(k->complaint, sizeof k->complaint, "%s: %s", type, message);
    refuse(c, 400, type, message);
}

static void not_found(fake_http_call *c, fl_arena *a, const char *stream) {
    refuse(c, 400, "ResourceNotFoundException",
           fl_arena_printf(a, "Stream %s under account " FAKE_ACCOUNT " not found.", stream));
}

/* ---- who asks ---- */

/* The text between `before` and the next of the characters in `ends`. */
static const char *part(fl_arena *a, const char *text, const char *before, const char *ends) {
    const char *at = strstr(text, before);
    return at != NULL ? fl_arena_strndup(a, at + strlen(before), strcspn(at + strlen(before), ends)) : "";
}

static bool is_hex(const char *s, size_t n) { return strlen(s) == n && strspn(s, "0123456789abcdef") == n; }

static void renew(fake_kinesis *k) {
    unsigned long long n = (unsigned long long)++k->n_expired;
    k->access_key = fl_arena_printf(&k->arena, "ASIAFAKE%011llu", n);
    k->session_token = fl_arena_printf(&k->arena, "token/%llu+of==%llu", n, (unsigned long long)fl_splitmix(n));
    k->renew(k->renew_arg, k->access_key, k->session_token);
}

static bool may_ask(fake_kinesis *k, fake_http_call *c, fl_arena *a, const char *service) {
    const char *header = fake_http_header(c, "authorization"), *date = fake_http_header(c, "x-amz-date"),
               *token = fake_http_header(c, "x-amz-security-token"), *type = fake_http_header(c, "content-type");
    if (type == NULL || strcmp(type, "application/x-amz-json-1.1") != 0) {
        complain(k, c, "SerializationException", "the content type is not application/x-amz-json-1.1");
        return false;
    }
    if (header == NULL || date == NULL) {
        complain(k, c, "MissingAuthenticationTokenException", "Missing Authentication Token");
        return false;
    }
    const char *key = part(a, header, "Credential=", "/,"),
               *scope = part(a, header, fl_arena_printf(a, "Credential=%s/", key), ", "),
               *names = part(a, header, "SignedHeaders=", ", "), *signature = part(a, header, "Signature=", ", ");
    const char *wanted = fl_arena_printf(a, "%.8s/" FAKE_REGION "/%s/aws4_request", date, service);
    if (strncmp(header, "AWS4-HMAC-SHA256 ", 17) != 0 || !is_hex(signature, 64) || strstr(names, "host") == NULL ||
        strstr(names, "x-amz-date") == NULL || (token != NULL && strstr(names, "x-amz-security-token") == NULL)) {
        complain(k, c, "IncompleteSignatureException", header);
        return false;
    }
    if (strcmp(scope, wanted) != 0) {
        complain(k, c, "InvalidSignatureException", fl_arena_printf(a, "scope %s instead of %s", scope, wanted));
        return false;
    }
    struct tm t = {0};
    if (strptime(date, "%Y%m%dT%H%M%SZ", &t) == NULL || llabs(timegm(&t) * 1000LL - now_of(k)) > 300000) {
        refuse(c, 400, "InvalidSignatureException", fl_arena_printf(a, "Signature expired: %s", date));
        return false;
    }
    if (strcmp(key, k->access_key) == 0 && (token == NULL) == (k->session_token == NULL) &&
        (token == NULL || strcmp(token, k->session_token) == 0))
        return true;
    k->n_denied++;
    if (token != NULL && k->n_expired > 0)
        refuse(c, 400, "ExpiredTokenException", "The security token included in the request is expired");
    else
        refuse(c, 400, "UnrecognizedClientException", "The security token included in the request is invalid.");
    return false;
}

/* ---- writing ---- */

static budget *budget_of(fake_kinesis *k, fake_shard *h) {
    int64_t second = now_of(k) / 1000;
    if (h->budget.second != second) {
        int64_t until = h->budget.blocked_until_ms;
        h->budget = (budget){.second = second, .blocked_until_ms = until};
    }
    return &h->budget;
}

static bool has_budget_in(fake_kinesis *k, fake_shard *h, size_t bytes) {
    budget *b = budget_of(k, h);
    if (k->limits && (b->records_in >= 1000 || b->bytes_in + (int64_t)bytes > 1 << 20)) return false;
    b->records_in++;
    b->bytes_in += (int64_t)bytes;
    return true;
}

typedef struct entry {
    fl_str data;
    const char *key;
} entry;

/* Reads and checks all records of a call, before any takes effect. -1: refused. */
static int read_entries(fake_kinesis *k, fake_http_call *c, fl_arena *a, bool firehose, entry *out) {
    fl_str rest = member(c->body, "Records"), element;
    size_t total = 0, record_max = firehose ? 1000 << 10 : RECORD_MAX, call_max = firehose ? 4 << 20 : CALL_BYTES;
    int n = 0;
    while (next_element(&rest, &element)) {
        if (n == CALL_RECORDS) {
            complain(k, c, "ValidationException", "Member must have length less than or equal to 500");
            return -1;
        }
        entry *e = &out[n++];
        if (!base64_of(a, member(element, "Data"), &e->data)) {
            complain(k, c, "SerializationException", "Data is not base64");
            return -1;
        }
        e->key = firehose ? "" : text_member(a, element, "PartitionKey");
        if (e->key == NULL || (!firehose && (*e->key == '\0' || fl_utf8_width(e->key, strlen(e->key)) > 256))) {
            complain(k, c, "ValidationException", "a partition key must have 1 to 256 characters");
            return -1;
        }
        size_t size = e->data.n + strlen(e->key);
        total += size;
        if (size > record_max) {
            complain(k, c, "ValidationException", "Member must have length less than or equal to 1048576");
            return -1;
        }
    }
    if (n == 0 || rest.p == NULL) {
        complain(k, c, "ValidationException", "Member must have length greater than or equal to 1");
        return -1;
    }
    if (total > call_max) {
        complain(k, c, "InvalidArgumentException", "Records size exceeds the limit of one call");
        return -1;
    }
    return n;
}

static void put_refused(fake_kinesis *k, fl_buf *b, const fake_stream *s, const char *shard, bool throttled,
                        bool firehose) {
    k->n_refused_records++;
    if (firehose)
        fl_buf_puts(b, "{\"ErrorCode\":\"ServiceUnavailableException\",\"ErrorMessage\":\"Slow down.\"}");
    else if (throttled)
        fl_buf_printf(b,
                      "{\"ErrorCode\":\"ProvisionedThroughputExceededException\",\"ErrorMessage\":\"Rate exceeded for "
                      "shard %s in stream %s under account " FAKE_ACCOUNT ".\"}",
                      shard, s->name);
    else
        fl_buf_puts(b, "{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"Internal Service Failure\"}");
}

static void put_records(fake_kinesis *k, fake_http_call *c, fl_arena *a, fake_stream *s, bool firehose) {
    entry *e = FL_NEW_N(a, entry, CALL_RECORDS);
    bool *closed = FL_NEW_N(a, bool, s->n_shards); /* refuses the rest of the call */
    int n = read_entries(k, c, a, firehose, e), failed = 0, hole = -1, hole_at = 0;
    fl_buf list;
    if (n < 0) return;
    if (fake_http_chance(&k->http, k->faults.partial_ppm)) {
        hole_at = (int)fake_http_draw(&k->http, (uint64_t)n);
        hole = shard_of_key(s, fl_str_from(e[hole_at].key));
    }
    fl_buf_init(&list);
    for (int i = 0; i < n; i++) {
        fl_str key = fl_str_from(e[i].key);
        int shard = shard_of_key(s, key);
        fake_shard *h = &s->shards[shard];
        if ((shard == hole && i >= hole_at) || !has_budget_in(k, h, e[i].data.n + key.n)) closed[shard] = true;
        bool alone = fake_http_chance(&k->http, k->faults.hole_ppm);
        if (i > 0) fl_buf_putc(&list, ',');
        if (closed[shard] || alone) {
            failed++;
            put_refused(k, &list, s, h->id, closed[shard], firehose);
            continue;
        }
        const char *number = store(k, s, shard, key, e[i].data);
        if (firehose)
            fl_buf_printf(&list, "{\"RecordId\":\"%s\"}", number);
        else
            fl_buf_printf(&list, "{\"SequenceNumber\":\"%s\",\"ShardId\":\"%s\"}", number, h->id);
    }
    if (firehose)
        fl_buf_printf(&c->answer, "{\"FailedPutCount\":%d,\"Encrypted\":false,\"RequestResponses\":[", failed);
    else
        fl_buf_printf(&c->answer, "{\"FailedRecordCount\":%d,\"Records\":[", failed);
    fl_buf_put(&c->answer, list.p, list.n);
    fl_buf_puts(&c->answer, "]}");
    fl_buf_deinit(&list);
}

/* ---- shards ---- */

static void put_hash(fl_buf *b, u128 x) {
    char text[48], *at = text + sizeof text;
    *--at = '\0';
    do *--at = (char)('0' + (int)(x % 10));
    while ((x /= 10) > 0);
    fl_buf_printf(b, "\"%s\"", at);
}

static void put_range(fl_buf *b, const fake_shard *h) {
    fl_buf_puts(b, "\"HashKeyRange\":{\"StartingHashKey\":");
    put_hash(b, h->first);
    fl_buf_puts(b, ",\"EndingHashKey\":");
    put_hash(b, h->last);
    fl_buf_putc(b, '}');
}

static void put_shard(fl_buf *b, const fake_stream *s, const fake_shard *h) {
    fl_buf_printf(b, "{\"ShardId\":\"%s\",", h->id);
    if (h->parent >= 0) fl_buf_printf(b, "\"ParentShardId\":\"%s\",", s->shards[h->parent].id);
    if (h->adjacent >= 0) fl_buf_printf(b, "\"AdjacentParentShardId\":\"%s\",", s->shards[h->adjacent].id);
    put_range(b, h);
    fl_buf_printf(b, ",\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"%s\"", h->first_number);
    if (h->last_number != NULL) fl_buf_printf(b, ",\"EndingSequenceNumber\":\"%s\"", h->last_number);
    fl_buf_puts(b, "}}");
}

static int find_shard(const fake_stream *s, const char *id) {
    for (int i = 0; id != NULL && i < s->n_shards; i++)
        if (strcmp(s->shards[i].id, id) == 0) return s->shards[i].gone ? -1 : i;
    return -1;
}

static void list_shards(fake_kinesis *k, fake_http_call *c, fl_arena *a, fake_stream *s, int from) {
    double most = k->page_shards;
    const char *after = text_member(a, c->body, "ExclusiveStartShardId");
    number_member(c->body, "MaxResults", &most);
    int left = FL_MIN((int)most, k->page_shards), i = from;
    bool first = true;
    if (after != NULL)
        while (i < s->n_shards && strcmp(s->shards[i].id, after) <= 0) i++;
    fl_buf_puts(&c->answer, "{\"Shards\":[");
    for (; i < s->n_shards && left > 0; i++) {
        if (s->shards[i].gone) continue;
        if (!first) fl_buf_putc(&c->answer, ',');
        put_shard(&c->answer, s, &s->shards[i]);
        first = false;
        left--;
    }
    fl_buf_putc(&c->answer, ']');
    if (i < s->n_shards) fl_buf_printf(&c->answer, ",\"NextToken\":\"page/%s/%d==\"", s->name, i);
    fl_buf_putc(&c->answer, '}');
}

static void describe(fake_http_call *c, const fake_stream *s) {
    fl_buf_printf(&c->answer,
                  "{\"StreamDescriptionSummary\":{\"StreamName\":\"%s\",\"StreamARN\":\"arn:aws:kinesis:" FAKE_REGION
                  ":" FAKE_ACCOUNT
                  ":stream/%s\",\"StreamStatus\":\"ACTIVE\",\"RetentionPeriodHours\":24,\"OpenShardCount\":%d,"
                  "\"EncryptionType\":\"NONE\"}}",
                  s->name, s->name, count_open(s));
}

/* ---- reading ---- */

static void put_iterator(fl_buf *b, const fake_kinesis *k, const fake_stream *s, int shard, int position) {
    fl_buf_printf(b, "\"AAAAiterator/%s/%d/%d/%lld==\"", s->name, shard, position, (long long)now_of(k));
}

/* Where an iterator begins; -1: refused. */
static int position_of(fake_kinesis *k, fake_http_call *c, fl_arena *a, const fake_stream *s, const fake_shard *h) {
    const char *type = text_member(a, c->body, "ShardIteratorType"),
               *number = text_member(a, c->body, "StartingSequenceNumber");
    int at = h->trimmed;
    if (type == NULL) type = "";
    if (strcmp(type, "TRIM_HORIZON") == 0) return at;
    if (strcmp(type, "LATEST") == 0) return h->n;
    if (strcmp(type, "AT_TIMESTAMP") == 0) {
        double seconds;
        if (!number_member(c->body, "Timestamp", &seconds)) {
            complain(k, c, "InvalidArgumentException", "AT_TIMESTAMP without a Timestamp");
            return -1;
        }
        while (at < h->n && (double)s->log[h->records[at]].arrived_ms < seconds * 1000) at++;
        return at;
    }
    bool after = strcmp(type, "AFTER_SEQUENCE_NUMBER") == 0;
    if (!after && strcmp(type, "AT_SEQUENCE_NUMBER") != 0) {
        complain(k, c, "ValidationException", "an unknown ShardIteratorType");
        return -1;
    }
    if (number == NULL || strspn(number, "0123456789") != strlen(number) || number_cmp(number, h->first_number) < 0 ||
        (h->last_number != NULL && number_cmp(number, h->last_number) > 0)) {
        complain(k, c, "InvalidArgumentException", "StartingSequenceNumber is not one of this shard");
        return -1;
    }
    for (; at < h->n; at++) {
        int order = number_cmp(s->log[h->records[at]].sequence_number, number);
        if (order > 0 || (order == 0 && !after)) break;
    }
    return at;
}

static void get_iterator(fake_kinesis *k, fake_http_call *c, fl_arena *a, fake_stream *s) {
    const char *id = text_member(a, c->body, "ShardId");
    int shard = find_shard(s, id);
    if (shard < 0) {
        refuse(c, 400, "ResourceNotFoundException",
               fl_arena_printf(a, "Shard %s in stream %s under account " FAKE_ACCOUNT " does not exist", id, s->name));
        return;
    }
    int at = position_of(k, c, a, s, &s->shards[shard]);
    if (at < 0) return;
    fl_buf_puts(&c->answer, "{\"ShardIterator\":");
    put_iterator(&c->answer, k, s, shard, at);
    fl_buf_putc(&c->answer, '}');
}

static void put_record(fl_buf *b, const fake_kinesis_record *r) {
    fl_buf_printf(b, "{\"SequenceNumber\":\"%s\",\"ApproximateArrivalTimestamp\":%lld.%03d,\"Data\":\"",
                  r->sequence_number, (long long)(r->arrived_ms / 1000), (int)(r->arrived_ms % 1000));
    put_base64(b, r->data);
    fl_buf_puts(b, "\",\"PartitionKey\":");
    put_text(b, r->partition_key);
    fl_buf_putc(b, '}');
}

static void put_children(fl_buf *b, const fake_stream *s, const fake_shard *h) {
    fl_buf_puts(b, ",\"ChildShards\":[");
    for (int i = 0; i < 2 && h->child[i] >= 0; i++) {
        const fake_shard *child = &s->shards[h->child[i]];
        fl_buf_printf(b, "%s{\"ShardId\":\"%s\",\"ParentShards\":[\"%s\"", i > 0 ? "," : "", child->id,
                      s->shards[child->parent].id);
        if (child->adjacent >= 0) fl_buf_printf(b, ",\"%s\"", s->shards[child->adjacent].id);
        fl_buf_puts(b, "],");
        put_range(b, child);
        fl_buf_putc(b, '}');
    }
    fl_buf_putc(b, ']');
}

static bool has_budget_out(fake_kinesis *k, fake_shard *h) {
    budget *b = budget_of(k, h);
    return !k->limits || (++b->reads <= 5 && b->blocked_until_ms <= now_of(k));
}

/* How many records a read may give. */
static int read_limit(fake_kinesis *k, fake_http_call *c, const fake_shard *h, int at) {
    double limit = READ_RECORDS;
    number_member(c->body, "Limit", &limit);
    if (limit < 1 || limit > READ_RECORDS) {
        complain(k, c, "ValidationException", "Limit is not from 1 to 10000");
        return -1;
    }
    int n = FL_MIN((int)limit, h->n - at);
    if (fake_http_chance(&k->http, k->faults.short_read_ppm))
        n = fake_http_draw(&k->http, 2) == 0 ? 0 : (int)fake_http_draw(&k->http, (uint64_t)n);
    return n;
}

static void get_records(fake_kinesis *k, fake_http_call *c, fl_arena *a, fake_stream *s, int shard, int at) {
    fake_shard *h = &s->shards[shard];
    at = FL_MAX(at, h->trimmed);
    int n = read_limit(k, c, h, at), i = 0;
    size_t bytes = 0;
    if (n < 0) return;
    if (!has_budget_out(k, h)) {
        k->n_throttled++;
        refuse(c, 400, "ProvisionedThroughputExceededException",
               fl_arena_printf(a, "Rate exceeded for shard %s in stream %s under account " FAKE_ACCOUNT ".", h->id,
                               s->name));
        return;
    }
    fl_buf_puts(&c->answer, "{\"Records\":[");
    for (; i < n; i++) {
        const fake_kinesis_record *r = &s->log[h->records[at + i]];
        bytes += r->data.n + r->partition_key.n;
        if (i > 0 && bytes > READ_BYTES) break;
        if (i > 0) fl_buf_putc(&c->answer, ',');
        put_record(&c->answer, r);
    }
    if (bytes > 2 << 20) h->budget.blocked_until_ms = now_of(k) + (int64_t)bytes * 1000 / (2 << 20);
    bool ended = at + i == h->n && !is_open(h);
    int64_t behind = at + i < h->n ? now_of(k) - s->log[h->records[at + i]].arrived_ms : 0;
    fl_buf_puts(&c->answer, "],\"NextShardIterator\":");
    if (ended)
        fl_buf_puts(&c->answer, "null");
    else
        put_iterator(&c->answer, k, s, shard, at + i);
    fl_buf_printf(&c->answer, ",\"MillisBehindLatest\":%lld", (long long)behind);
    if (ended) put_children(&c->answer, s, h);
    fl_buf_putc(&c->answer, '}');
}

static void read_shard(fake_kinesis *k, fake_http_call *c, fl_arena *a) {
    const char *iterator = text_member(a, c->body, "ShardIterator");
    char name[256];
    int shard, at;
    long long given_ms;
    if (iterator == NULL || sscanf(iterator, "AAAAiterator/%255[^/]/%d/%d/%lld==", name, &shard, &at, &given_ms) != 4) {
        complain(k, c, "InvalidArgumentException", "Invalid ShardIterator.");
        return;
    }
    fake_stream *s = find_stream(k, name);
    if (s == NULL || shard >= s->n_shards || s->shards[shard].gone) {
        not_found(c, a, name);
        return;
    }
    if (now_of(k) - given_ms > k->iterator_life_ms || fake_http_chance(&k->http, k->faults.expired_iterator_ppm)) {
        refuse(c, 400, "ExpiredIteratorException",
               "Iterator expired. The iterator was created at time … while right now it is … which is further in the "
               "future than the tolerated delay of 300000 milliseconds.");
        return;
    }
    perhaps_reshard(k, s);
    get_records(k, c, a, s, shard, at);
}

/* ---- calls ---- */

/* StreamName or StreamARN. */
static const char *stream_name(fl_arena *a, fl_str body) {
    const char *name = text_member(a, body, "StreamName"), *arn = text_member(a, body, "StreamARN");
    if (arn == NULL) return name != NULL ? name : "";
    const char *slash = strrchr(arn, '/');
    if (strncmp(arn, "arn:aws:kinesis:" FAKE_REGION ":" FAKE_ACCOUNT ":stream/", 16) != 0 || slash == NULL) return "";
    return name == NULL || strcmp(name, slash + 1) == 0 ? slash + 1 : "";
}

static void list_page(fake_kinesis *k, fake_http_call *c, fl_arena *a, const char *token) {
    char name[256];
    int from;
    if (member(c->body, "StreamName").p != NULL || member(c->body, "StreamARN").p != NULL) {
        complain(k, c, "InvalidArgumentException", "NextToken and StreamName cannot be provided together.");
        return;
    }
    fake_stream *s = sscanf(token, "page/%255[^/]/%d==", name, &from) == 2 ? find_stream(k, name) : NULL;
    if (s != NULL)
        list_shards(k, c, a, s, from);
    else
        complain(k, c, "InvalidArgumentException", "Invalid NextToken.");
}

static void on_stream(fake_kinesis *k, fake_http_call *c, fl_arena *a, const char *operation, bool firehose) {
    const char *token = strcmp(operation, "ListShards") == 0 ? text_member(a, c->body, "NextToken") : NULL;
    if (token != NULL) {
        list_page(k, c, a, token);
        return;
    }
    const char *name = firehose ? text_member(a, c->body, "DeliveryStreamName") : stream_name(a, c->body);
    fake_stream *s = find_stream(k, name);
    if (s == NULL)
        not_found(c, a, name);
    else if (strcmp(operation, "ListShards") == 0)
        list_shards(k, c, a, s, 0);
    else if (strcmp(operation, "DescribeStreamSummary") == 0)
        describe(c, s);
    else if (strcmp(operation, "GetShardIterator") == 0)
        get_iterator(k, c, a, s);
    else if (strcmp(operation, firehose ? "PutRecordBatch" : "PutRecords") == 0) {
        perhaps_reshard(k, s);
        put_records(k, c, a, s, firehose);
    } else
        complain(k, c, "UnknownOperationException", operation);
}

static void handle(void *arg, fake_http_call *c) {
    fake_kinesis *k = arg;
    fl_arena a;
    fl_arena_init(&a);
    const char *target = fake_http_header(c, "x-amz-target");
    bool firehose = target != NULL && strncmp(target, "Firehose_20150804.", 18) == 0;
    k->n_calls++;
    for (int i = 0; i < k->n_streams; i++) trim(k->streams[i], now_of(k) - k->retention_ms);
    if (k->renew != NULL && fake_http_chance(&k->http, k->faults.expired_token_ppm)) renew(k);
    if (strcmp(c->method, "POST") != 0 || target == NULL ||
        (!firehose && strncmp(target, "Kinesis_20131202.", 17) != 0)) {
        complain(k, c, "UnknownOperationException", target != NULL ? target : c->url);
    } else if (!may_ask(k, c, &a, firehose ? "firehose" : "kinesis")) {
        /* refused */
    } else if (fake_http_chance(&k->http, k->faults.throttle_ppm)) {
        static const char *const moods[] = {"ProvisionedThroughputExceededException", "LimitExceededException",
                                            "ThrottlingException"};
        k->n_throttled++;
        refuse(c, 400, moods[fake_http_draw(&k->http, 3)], "Rate exceeded");
    } else if (strcmp(target, "Kinesis_20131202.GetRecords") == 0) {
        read_shard(k, c, &a);
    } else {
        on_stream(k, c, &a, strchr(target, '.') + 1, firehose);
    }
    fl_arena_deinit(&a);
}

/* ---- for tests ---- */

fake_kinesis *fake_kinesis_new(fl_platform *pf) {
    fake_kinesis *k = fl_calloc(1, sizeof *k);
    fake_http_init(&k->http, pf, handle, k);
    k->http.latency_ms = 10;
    k->pf = pf;
    fl_arena_init(&k->arena);
    k->limits = true;
    k->shards_max = 16;
    k->reshards_max = 40;
    k->page_shards = 1000;
    k->iterator_life_ms = 300000;
    k->retention_ms = 86400000;
    k->access_key = FAKE_ACCESS_KEY;
    return k;
}

void fake_kinesis_free(fake_kinesis *k) {
    if (k == NULL) return;
    fake_http_deinit(&k->http);
    for (int i = 0; i < k->n_streams; i++) {
        fake_stream *s = k->streams[i];
        for (int h = 0; h < s->n_shards; h++) free(s->shards[h].records);
        free(s->shards);
        free(s->log);
        free(s);
    }
    free(k->streams);
    fl_arena_deinit(&k->arena);
    free(k);
}

const flott_http *fake_kinesis_http(fake_kinesis *k) { return &k->http.table; }

void fake_kinesis_create(fake_kinesis *k, const char *stream, int n_shards) {
    fake_stream *s = fl_calloc(1, sizeof *s);
    s->name = fl_arena_strdup(&k->arena, stream);
    u128 step = ~(u128)0 / (unsigned)n_shards;
    for (int i = 0; i < n_shards; i++)
        add_shard(k, s, step * (unsigned)i, i + 1 < n_shards ? step * (unsigned)(i + 1) - 1 : ~(u128)0, -1, -1);
    if (k->n_streams == k->cap_streams) {
        k->cap_streams = k->cap_streams ? 2 * k->cap_streams : 4;
        k->streams = fl_realloc(k->streams, sizeof(fake_stream *) * (size_t)k->cap_streams);
    }
    k->streams[k->n_streams++] = s;
}

void fake_kinesis_put_bytes(fake_kinesis *k, const char *stream, const char *partition_key, const void *data,
                            size_t n) {
    fake_stream *s = need_stream(k, stream);
    fl_str key = fl_str_from(partition_key);
    fake_http_run(&k->http);
    store(k, s, shard_of_key(s, key), key, fl_str_make(data, n));
}

void fake_kinesis_put(fake_kinesis *k, const char *stream, const char *partition_key, const char *data) {
    fake_kinesis_put_bytes(k, stream, partition_key, data, strlen(data));
}

void fake_kinesis_put_at(fake_kinesis *k, const char *stream, int open_shard, const char *partition_key,
                         const char *data) {
    fake_stream *s = need_stream(k, stream);
    fake_http_run(&k->http);
    int shard = nth_open(s, open_shard);
    fl_assert(shard >= 0);
    store(k, s, shard, fl_str_from(partition_key), fl_str_from(data));
}

bool fake_kinesis_split(fake_kinesis *k, const char *stream, int open_shard) {
    fake_stream *s = need_stream(k, stream);
    fake_http_run(&k->http);
    return split(k, s, nth_open(s, open_shard));
}

bool fake_kinesis_merge(fake_kinesis *k, const char *stream, int open_shard) {
    fake_stream *s = need_stream(k, stream);
    fake_http_run(&k->http);
    return merge(k, s, nth_open(s, open_shard));
}

int fake_kinesis_open_shards(fake_kinesis *k, const char *stream) { return count_open(need_stream(k, stream)); }
int fake_kinesis_shards(fake_kinesis *k, const char *stream) { return need_stream(k, stream)->n_shards; }

void fake_kinesis_trim(fake_kinesis *k, const char *stream, int64_t before_ms) {
    fake_http_run(&k->http);
    trim(need_stream(k, stream), before_ms);
}

const fake_kinesis_record *fake_kinesis_records(fake_kinesis *k, const char *stream, int *n) {
    fake_stream *s = need_stream(k, stream);
    fake_http_run(&k->http);
    *n = s->n;
    return s->log;
}
