/* SPDX-License-Identifier: Apache-2.0 */
/* limit_kinesis.c -- W-kinesis's limit: a stream copied to another one by a bare loop over libcurl.
 *
 *     limit_kinesis URL FROM TO RECORDS
 *
 * Shard after shard: GetRecords, the base64 of each record undone and made again, PutRecords with 500 records and the
 * SHA-256 of the body that a signature needs. It knows how its service writes an answer, waits for each before it goes
 * on, and gives up at the first mistake.
 */
#include <curl/curl.h>
#include <openssl/sha.h>

#include "limit.h"

enum { BATCH = 500, TEXT_MAX = 1 << 16 };

typedef struct bytes {
    char *p;
    size_t n, cap;
} bytes;

static char *room(bytes *b, size_t more) {
    if (b->cap - b->n < more + 1) {
        b->cap = (b->cap + more + 1) * 2;
        if ((b->p = realloc(b->p, b->cap)) == NULL) die("allocate", "a buffer");
    }
    return b->p + b->n;
}

static void put(bytes *b, const void *p, size_t n) {
    memcpy(room(b, n), p, n);
    b->n += n;
}

static CURL *curl;
static const char *url;
static bytes answer;

static size_t on_bytes(char *p, size_t size, size_t n, void *arg) {
    (void)arg;
    put(&answer, p, size * n);
    return size * n;
}

/* Calls the service; its answer is in `answer`, terminated. */
static void call(const char *operation, const bytes *body) {
    char target[128], authorization[256];
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)body->p, body->n, hash);
    snprintf(target, sizeof target, "X-Amz-Target: Kinesis_20131202.%s", operation);
    snprintf(authorization, sizeof authorization,
             "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "
             "SignedHeaders=host, Signature=%02x%02x",
             hash[0], hash[1]);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/x-amz-json-1.1");
    headers = curl_slist_append(headers, target);
    headers = curl_slist_append(headers, authorization);
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->p);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->n);
    answer.n = 0;
    long status = 0;
    if (curl_easy_perform(curl) != CURLE_OK) die("call", url);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    room(&answer, 1)[0] = '\0';
    if (status != 200) die("call", operation);
}

static void text(bytes *b, const char *format, const char *x, const char *y) {
    b->n = 0;
    b->n = (size_t)snprintf(room(b, TEXT_MAX), TEXT_MAX, format, x, y);
}

/* ---- base64 ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static unsigned char values[256];
static char pairs[4096][2];

static void make_tables(void) {
    for (int i = 0; i < 64; i++) values[(unsigned char)digits[i]] = (unsigned char)i;
    for (int i = 0; i < 4096; i++) pairs[i][0] = digits[i >> 6], pairs[i][1] = digits[i & 63];
}

static size_t decode(const char *p, size_t n, char *to) {
    char *at = to;
    for (size_t i = 0; i < n; i += 4) {
        uint32_t x = (uint32_t)values[(unsigned char)p[i]] << 18 | (uint32_t)values[(unsigned char)p[i + 1]] << 12 |
                     (uint32_t)values[(unsigned char)p[i + 2]] << 6 | values[(unsigned char)p[i + 3]];
        *at++ = (char)(x >> 16), *at++ = (char)(x >> 8), *at++ = (char)x;
    }
    return (size_t)(at - to) - (n > 0 && p[n - 1] == '=') - (n > 1 && p[n - 2] == '=');
}

static void encode(const char *p, size_t n, bytes *out) {
    const unsigned char *s = (const unsigned char *)p;
    char *at = room(out, n / 3 * 4 + 8);
    size_t i = 0;
    for (; i + 3 <= n; i += 3, at += 4) {
        uint32_t x = (uint32_t)s[i] << 16 | (uint32_t)s[i + 1] << 8 | s[i + 2];
        memcpy(at, pairs[x >> 12], 2);
        memcpy(at + 2, pairs[x & 4095], 2);
    }
    if (i < n) {
        uint32_t x = (uint32_t)s[i] << 16 | (i + 1 < n ? (uint32_t)s[i + 1] << 8 : 0);
        memcpy(at, pairs[x >> 12], 2);
        at[2] = i + 1 < n ? digits[x >> 6 & 63] : '=';
        at[3] = '=';
        at += 4;
    }
    out->n = (size_t)(at - out->p);
}

/* ---- the copy ---- */

static const char *stream_to;
static bytes batch;
static int batched;

static void flush(void) {
    if (batched == 0) return;
    batch.n--;
    put(&batch, "]}", 2);
    bytes kept = answer; /* what is being read */
    answer = (bytes){0};
    call("PutRecords", &batch);
    if (strstr(answer.p, "\"FailedRecordCount\":0") == NULL) die("write to", stream_to);
    free(answer.p);
    answer = kept;
    batch.n = 0;
    batched = 0;
}

/* Moves the records of an answer; returns their number. */
static long move_records(void) {
    static char data[1 << 20];
    long n = 0;
    for (const char *p = answer.p; (p = strstr(p, "\"Data\":\"")) != NULL; n++) {
        p += 8;
        const char *end = strchr(p, '"'), *key = strstr(end, "\"PartitionKey\":\"") + 16, *key_end = strchr(key, '"');
        size_t size = decode(p, (size_t)(end - p), data);
        if (batched == 0) text(&batch, "{\"StreamName\":\"%s\",\"Records\":[%s", stream_to, "");
        put(&batch, "{\"Data\":\"", 9);
        encode(data, size, &batch);
        put(&batch, "\",\"PartitionKey\":\"", 18);
        put(&batch, key, (size_t)(key_end - key));
        put(&batch, "\"},", 3);
        p = key_end;
        if (++batched == BATCH) flush();
    }
    return n;
}

static void copy_member(const char *name, char *out) {
    const char *p = strstr(answer.p, name);
    if (p == NULL) die("find in the answer", name);
    p += strlen(name);
    size_t n = strcspn(p, "\"");
    memcpy(out, p, n);
    out[n] = '\0';
}

int main(int argc, char **argv) {
    static char shards[256][64], iterator[1024];
    if (argc != 5) {
        fputs("usage: limit_kinesis URL FROM TO RECORDS\n", stderr);
        return 2;
    }
    url = argv[1];
    stream_to = argv[3];
    long left = atol(argv[4]);
    int n_shards = 0;
    bytes body = {0};
    make_tables();
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    text(&body, "{\"StreamName\":\"%s\"}%s", argv[2], "");
    call("ListShards", &body);
    for (const char *p = answer.p; (p = strstr(p, "\"ShardId\": \"")) != NULL && n_shards < 256; n_shards++) {
        p += 12;
        memcpy(shards[n_shards], p, strcspn(p, "\""));
    }
    for (int i = 0; i < n_shards; i++) {
        text(&body, "{\"StreamName\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\",\"ShardId\":\"%s\"}", argv[2],
             shards[i]);
        call("GetShardIterator", &body);
        copy_member("\"ShardIterator\": \"", iterator);
        for (long n = 1; n > 0; left -= n) {
            text(&body, "{\"ShardIterator\":\"%s\",\"Limit\":10000}%s", iterator, "");
            call("GetRecords", &body);
            copy_member("\"NextShardIterator\":\"", iterator);
            n = move_records();
        }
    }
    flush();
    if (left != 0) die("find all records in", argv[2]);
    printf("%.3f\n", cpu_seconds());
    return 0;
}
