/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_records.c -- answers of GetRecords and PutRecords, read in one pass; and those of ListShards, which are few.
 *
 * What:       {"Records":[{"SequenceNumber":"4957…","ApproximateArrivalTimestamp":1.441215410867E9,"Data":"eyJ…",
 *             "PartitionKey":"AAPL"}, …],"NextShardIterator":"AAAA…","MillisBehindLatest":0,"ChildShards":[…]}
 *             becomes a list of records. Members may stand in any order, and unknown ones are skipped.
 * Memory:     data goes from base64 straight to where the decoder of the format will find it, a buffer that columns may
 *             share; all other texts stay in the answer, with escapes undone where they stand.
 * Speed:      a record of a hundred bytes of data is three hundred of JSON, most of it its sequence number. So texts
 *             are searched for their end 16 bytes at a time, and base64 is undone 32 characters at a time where the
 *             machine can (AVX2), else 4 at a time by tables.
 */
#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"
#include "messages/kinesis_source.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { DEPTH_MAX = 64 };

/* ---- base64 ---- */

/* What a character stands for, and 64; 0: it is none of base64. */
enum { GOOD = 64 };
static const uint8_t sixbits[256] = {
    ['A'] = 64,  ['B'] = 65,  ['C'] = 66,  ['D'] = 67,  ['E'] = 68,  ['F'] = 69,  ['G'] = 70,  ['H'] = 71,
    ['I'] = 72,  ['J'] = 73,  ['K'] = 74,  ['L'] = 75,  ['M'] = 76,  ['N'] = 77,  ['O'] = 78,  ['P'] = 79,
    ['Q'] = 80,  ['R'] = 81,  ['S'] = 82,  ['T'] = 83,  ['U'] = 84,  ['V'] = 85,  ['W'] = 86,  ['X'] = 87,
    ['Y'] = 88,  ['Z'] = 89,  ['a'] = 90,  ['b'] = 91,  ['c'] = 92,  ['d'] = 93,  ['e'] = 94,  ['f'] = 95,
    ['g'] = 96,  ['h'] = 97,  ['i'] = 98,  ['j'] = 99,  ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103,
    ['o'] = 104, ['p'] = 105, ['q'] = 106, ['r'] = 107, ['s'] = 108, ['t'] = 109, ['u'] = 110, ['v'] = 111,
    ['w'] = 112, ['x'] = 113, ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118, ['3'] = 119,
    ['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123, ['8'] = 124, ['9'] = 125, ['+'] = 126, ['/'] = 127,
};

/* Whole groups of four characters; how many of the n characters were good. */
static size_t base64_groups(const uint8_t *p, size_t n, uint8_t *to) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4, to += 3) {
        uint32_t a = sixbits[p[i]], b = sixbits[p[i + 1]], c = sixbits[p[i + 2]], d = sixbits[p[i + 3]];
        if (FL_UNLIKELY((a & b & c & d & GOOD) == 0)) break;
        uint32_t x = (a & 63) << 18 | (b & 63) << 12 | (c & 63) << 6 | (d & 63);
        to[0] = (uint8_t)(x >> 16);
        to[1] = (uint8_t)(x >> 8);
        to[2] = (uint8_t)x;
    }
    return i;
}

#if defined(__x86_64__)
/* The same 32 characters at a time, as far as they are all good. A character's six bits are the character plus an
 * offset that its upper half byte tells, but for '/', which shares one with '+': 2x digits and signs, 4x and 5x
 * capitals, 6x and 7x small letters. Writes 8 bytes beyond the end. */
__attribute__((target("avx2"))) static size_t base64_wide(const uint8_t *p, size_t n, uint8_t *to) {
    const __m256i offsets = _mm256_setr_epi8(0, 0, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19, 4, -65,
                                             -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10,
                                          9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i gather = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7), half = _mm256_set1_epi8(0x0f);
    size_t i = 0;
    for (; i + 32 <= n; i += 32, to += 24) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
        __m256i upper = _mm256_and_si256(_mm256_srli_epi32(x, 4), half);
        __m256i slash = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('/')), plus = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('+'));
#define WITHIN(lo, hi)                                                                                                 \
    _mm256_and_si256(_mm256_cmpgt_epi8(x, _mm256_set1_epi8((lo)-1)), _mm256_cmpgt_epi8(_mm256_set1_epi8((hi) + 1), x))
        __m256i good = _mm256_or_si256(_mm256_or_si256(WITHIN('A', 'Z'), WITHIN('a', 'z')),
                                       _mm256_or_si256(WITHIN('0', '9'), _mm256_or_si256(slash, plus)));
#undef WITHIN
        if (_mm256_movemask_epi8(good) != -1) break;
        __m256i offset =
            _mm256_add_epi8(_mm256_shuffle_epi8(offsets, upper), _mm256_and_si256(slash, _mm256_set1_epi8(16 - 19)));
        __m256i six = _mm256_add_epi8(x, offset);
        /* 6 + 6 bits of neighbours, then 12 + 12: 24 bits in each 32, whose bytes are turned and moved together */
        __m256i twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
        __m256i all = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));
        __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(all, pack), gather);
        _mm256_storeu_si256((__m256i *)to, bytes);
    }
    return i;
}

/* Decodes a beginning of the text; returns how many characters that are. */
static size_t base64_begin(const uint8_t *p, size_t n, uint8_t *to) {
    return __builtin_cpu_supports("avx2") ? base64_wide(p, n, to) : 0;
}
#else
static size_t base64_begin(const uint8_t *p FL_UNUSED, size_t n FL_UNUSED, uint8_t *to FL_UNUSED) { return 0; }
#endif

int64_t kinesis_base64(fl_str s, uint8_t *to) {
    const uint8_t *p = (const uint8_t *)s.p;
    size_t n = s.n;
    while (n > 0 && s.n - n < 2 && p[n - 1] == '=') n--;
    size_t whole = n & ~(size_t)3, i = base64_begin(p, whole, to);
    i += base64_groups(p + i, whole - i, to + i / 4 * 3);
    if (i < whole || (s.n != n && s.n % 4 != 0)) return -1;
    uint8_t *at = to + i / 4 * 3;
    if (n - i == 1) return -1;
    if (n - i >= 2) {
        uint32_t a = sixbits[p[i]], b = sixbits[p[i + 1]], c = n - i == 3 ? sixbits[p[i + 2]] : GOOD;
        if ((a & b & c & GOOD) == 0) return -1;
        *at++ = (uint8_t)(a << 2 | (b & 63) >> 4);
        if (n - i == 3) *at++ = (uint8_t)(b << 4 | (c & 63) >> 2);
    }
    return at - to;
}

/* ---- scanning ---- */

typedef struct scan {
    const char *call;
    char *begin, *p, *end;
    uint8_t *to; /* where the next data goes */
    fl_error *err;
} scan;

static int broken(const scan *s, const char *why) {
    fl_fail(s->err, FL_ERR_KINESIS_SOURCE_ANSWER, s->call, why, (size_t)(s->p - s->begin), (size_t)(s->end - s->begin));
    s->err->retriable = true;
    return s->err->code;
}

static void skip_blanks(scan *s) {
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t')) s->p++;
}

/* Takes a character that must come next. */
static int expect(scan *s, char c) {
    skip_blanks(s);
    if (FL_UNLIKELY(s->p == s->end || *s->p != c))
        return broken(s, c == '{'   ? "no object"
                         : c == '"' ? "no text"
                         : c == ':' ? "no colon"
                                    : "neither a comma nor the end");
    s->p++;
    return 0;
}

/* The next quote or backslash, or the end. */
static char *find_special(char *p, const char *end) {
#if defined(__x86_64__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; end - p >= 16; p += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)p);
        int hit = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, slash)));
        if (hit != 0) return p + __builtin_ctz((unsigned)hit);
    }
#endif
    while (p < end && *p != '"' && *p != '\\') p++;
    return p;
}

/* \uXXXX at s->p, or two of them; what it stands for never takes more bytes than it did. */
static int unicode(scan *s, char **to) {
    uint32_t cp;
    int n = fl_json_code_point(s->p + 2, s->end, &cp);
    if (n == 0) return broken(s, "no such escape");
    s->p += 2 + n;
    *to += fl_utf8_encode(cp, *to);
    return 0;
}

/* The rest of a text with an escape at s->p: undone in place. */
static int unescape(scan *s, char *from, fl_str *out) {
    char *to = s->p;
    while (s->p < s->end && *s->p != '"') {
        if (*s->p != '\\') {
            char *next = find_special(s->p, s->end);
            memmove(to, s->p, (size_t)(next - s->p));
            to += next - s->p;
            s->p = next;
        } else if (s->end - s->p >= 2 && s->p[1] == 'u') {
            FL_TRY(unicode(s, &to));
        } else if (s->end - s->p >= 2 && fl_json_unescaped(s->p[1]) >= 0) {
            *to++ = (char)fl_json_unescaped(s->p[1]);
            s->p += 2;
        } else {
            return broken(s, "no such escape");
        }
    }
    if (s->p == s->end) return broken(s, "a text without an end");
    s->p++;
    *out = fl_str_make(from, (size_t)(to - from));
    return 0;
}

static inline int read_text(scan *s, fl_str *out) {
    FL_TRY(expect(s, '"'));
    char *from = s->p;
    s->p = find_special(from, s->end);
    if (FL_UNLIKELY(s->p == s->end)) return broken(s, "a text without an end");
    if (FL_UNLIKELY(*s->p == '\\')) return unescape(s, from, out);
    *out = fl_str_make(from, (size_t)(s->p - from));
    s->p++;
    return 0;
}

/* A text, or null: NULL. */
static int read_text_or_null(scan *s, fl_str *out) {
    skip_blanks(s);
    if (s->end - s->p < 4 || memcmp(s->p, "null", 4) != 0) return read_text(s, out);
    s->p += 4;
    *out = (fl_str){0};
    return 0;
}

/* A number times 10^shift, cut: 1.441215410867E9 seconds are 1441215410867 ms, and no double is in between. */
static int read_number(scan *s, int shift, int64_t *out) {
    int64_t x = 0;
    int digits = 0, exponent = 0, sign = 1;
    skip_blanks(s);
    bool negative = s->p < s->end && *s->p == '-', point = false;
    if (negative) s->p++;
    const char *first = s->p;
    for (; s->p < s->end && ((*s->p >= '0' && *s->p <= '9') || (*s->p == '.' && !point)); s->p++) {
        if (*s->p == '.') {
            point = true;
        } else if (digits < 18) {
            x = x * 10 + (*s->p - '0');
            digits += x > 0;
            shift -= point;
        } else {
            shift += !point;
        }
    }
    if (s->p == first) return broken(s, "no number");
    if (s->p < s->end && (*s->p | 32) == 'e') {
        s->p++;
        if (s->p < s->end && (*s->p == '-' || *s->p == '+')) sign = *s->p++ == '-' ? -1 : 1;
        if (s->p == s->end || *s->p < '0' || *s->p > '9') return broken(s, "no number");
        for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++)
            exponent = FL_MIN(exponent * 10 + (*s->p - '0'), 10000);
    }
    for (shift += sign * exponent; shift > 0 && x != 0; shift--)
        if (__builtin_mul_overflow(x, 10, &x)) return broken(s, "a number that is too large");
    for (; shift < 0 && x != 0; shift++) x /= 10;
    *out = negative ? -x : x;
    return 0;
}

/* Any value, unread. */
static int skip_value(scan *s, int depth) {
    fl_str text;
    if (depth > DEPTH_MAX) return broken(s, "too deep a value");
    skip_blanks(s);
    if (s->p == s->end) return broken(s, "no value");
    if (*s->p == '"') return read_text(s, &text);
    if (*s->p == '{' || *s->p == '[') {
        char close = *s->p == '{' ? '}' : ']';
        s->p++;
        skip_blanks(s);
        for (bool first = true; s->p < s->end && *s->p != close; first = false) {
            if (!first) FL_TRY(expect(s, ','));
            if (close == '}') {
                FL_TRY(read_text(s, &text));
                FL_TRY(expect(s, ':'));
            }
            FL_TRY(skip_value(s, depth + 1));
            skip_blanks(s);
        }
        return expect(s, close);
    }
    const char *from = s->p;
    while (s->p < s->end && ((*s->p >= 'a' && *s->p <= 'z') || (*s->p >= '0' && *s->p <= '9') || *s->p == '-' ||
                             *s->p == '+' || *s->p == '.' || *s->p == 'E'))
        s->p++;
    return s->p > from ? 0 : broken(s, "no value");
}

/* Goes on to the next member of an object, or element of an array: 1; 0 at its end, which is taken. */
static inline int next_of(scan *s, char close, bool *first) {
    skip_blanks(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return 0;
    }
    if (!*first) FL_TRY(expect(s, ','));
    *first = false;
    return 1;
}

static inline int read_key(scan *s, fl_str *key) {
    FL_TRY(read_text(s, key));
    return expect(s, ':');
}

/* ---- the answer ---- */

#define IS(key, text) ((key).n == sizeof(text) - 1 && memcmp((key).p, text, sizeof(text) - 1) == 0)

static int read_data(scan *s, fl_str *out) {
    fl_str text;
    FL_TRY(read_text(s, &text));
    int64_t n = kinesis_base64(text, s->to);
    if (n < 0) return broken(s, "data that is no base64");
    *out = fl_str_make((const char *)s->to, (size_t)n);
    s->to += n;
    return 0;
}

static int read_record(scan *s, kinesis_record *r) {
    bool first = true;
    fl_str key;
    int more;
    *r = (kinesis_record){.partition_key = {"", 0}};
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (IS(key, "Data"))
            FL_TRY(read_data(s, &r->data));
        else if (IS(key, "SequenceNumber"))
            FL_TRY(read_text(s, &r->sequence_number));
        else if (IS(key, "PartitionKey"))
            FL_TRY(read_text(s, &r->partition_key));
        else if (IS(key, "ApproximateArrivalTimestamp"))
            FL_TRY(read_number(s, 3, &r->arrived_ms));
        else
            FL_TRY(skip_value(s, 0));
    }
    if (more < 0) return more;
    if (r->sequence_number.p == NULL || r->sequence_number.n == 0) return broken(s, "a record without a number");
    return r->data.p != NULL ? 0 : broken(s, "a record without data");
}

kinesis_record *kinesis_answer_add(kinesis_answer *a) {
    if (a->n == a->cap) {
        a->cap = FL_MAX(2 * a->cap, 64);
        a->records = fl_realloc(a->records, sizeof *a->records * (size_t)a->cap);
    }
    return &a->records[a->n++];
}

static int read_records(scan *s, kinesis_answer *out) {
    bool first = true;
    int more;
    FL_TRY(expect(s, '['));
    while ((more = next_of(s, ']', &first)) > 0) FL_TRY(read_record(s, kinesis_answer_add(out)));
    return more;
}

static int read_children(scan *s, kinesis_answer *out) {
    FL_TRY(skip_value(s, 0));
    out->children = true;
    return 0;
}

static int read_answer(scan *s, kinesis_answer *out) {
    bool first = true, records = false;
    fl_str key;
    int more;
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (IS(key, "Records")) {
            FL_TRY(read_records(s, out));
            records = true;
        } else if (IS(key, "NextShardIterator")) {
            FL_TRY(read_text_or_null(s, &out->next_iterator));
        } else if (IS(key, "MillisBehindLatest")) {
            FL_TRY(read_number(s, 0, &out->behind_ms));
        } else if (IS(key, "ChildShards")) {
            FL_TRY(read_children(s, out));
        } else {
            FL_TRY(skip_value(s, 0));
        }
    }
    if (more < 0) return more;
    skip_blanks(s);
    if (s->p < s->end) return broken(s, "something behind the end");
    return records ? 0 : broken(s, "no Records");
}

int kinesis_records_read(char *body, size_t n, uint8_t *to, kinesis_answer *out, fl_error *err) {
    scan s = {.call = "GetRecords", .begin = body, .p = body, .end = body + n, .to = to, .err = err};
    out->n = 0;
    out->next_iterator = (fl_str){0};
    out->behind_ms = 0;
    out->children = false;
    return read_answer(&s, out);
}

void kinesis_answer_deinit(kinesis_answer *a) {
    free(a->records);
    *a = (kinesis_answer){0};
}

/* ---- PutRecords, PutRecordBatch ---- */

/* {"FailedRecordCount":1,"Records":[{"SequenceNumber":"…","ShardId":"…"},{"ErrorCode":"…","ErrorMessage":"…"}]}: what
 * has an ErrorCode that is not null was refused. */
static int read_refusal(scan *s, uint8_t *refused, fl_str *why) {
    bool first = true;
    fl_str key, code = {0}, message = {0};
    int more;
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (IS(key, "ErrorCode"))
            FL_TRY(read_text_or_null(s, &code));
        else if (IS(key, "ErrorMessage"))
            FL_TRY(read_text_or_null(s, &message));
        else
            FL_TRY(skip_value(s, 0));
    }
    *refused = code.p != NULL;
    if (*refused) *why = message.n > 0 ? message : code;
    return more;
}

static int read_refusals(scan *s, int sent, uint8_t *refused, fl_str *why) {
    bool first = true;
    int more, n = 0, count = 0;
    FL_TRY(expect(s, '['));
    while ((more = next_of(s, ']', &first)) > 0) {
        if (n == sent) return broken(s, "more records than were sent");
        FL_TRY(read_refusal(s, &refused[n], why));
        count += refused[n++];
    }
    if (more < 0) return more;
    return n == sent ? count : broken(s, "fewer records than were sent");
}

/* The usual answer, told at a glance: inside of a text the quotes would be escaped. */
static bool says_none(fl_str body, const char *words) {
    size_t n = strlen(words);
    const char *at = memmem(body.p, body.n, words, n);
    return at != NULL && at + n < body.p + body.n && (at[n] == ',' || at[n] == '}');
}

int kinesis_refused_read(char *body, size_t n, bool firehose, int sent, uint8_t *refused, fl_str *why, fl_error *err) {
    scan s = {
        .call = firehose ? "PutRecordBatch" : "PutRecords", .begin = body, .p = body, .end = body + n, .err = err};
    const char *list = firehose ? "RequestResponses" : "Records",
               *count = firehose ? "FailedPutCount" : "FailedRecordCount";
    bool first = true;
    int more, found = -1;
    fl_str key;
    if (says_none(fl_str_make(body, n), firehose ? "\"FailedPutCount\":0" : "\"FailedRecordCount\":0")) return 0;
    FL_TRY(expect(&s, '{'));
    while ((more = next_of(&s, '}', &first)) > 0) {
        int64_t failed = -1;
        FL_TRY(read_key(&s, &key));
        if (fl_str_is(key, list))
            FL_TRY(found = read_refusals(&s, sent, refused, why));
        else if (fl_str_is(key, count))
            FL_TRY(read_number(&s, 0, &failed));
        else
            FL_TRY(skip_value(&s, 0));
        if (failed == 0) return 0;
    }
    if (more < 0) return more;
    return found >= 0 ? found : broken(&s, "no list of records");
}

/* ---- ListShards ---- */

static int read_hash_key(scan *s, fl_u128 *out) {
    fl_str text;
    FL_TRY(read_text(s, &text));
    return kinesis_hash_key(text, out) ? 0 : broken(s, "a hash key that is no number");
}

static int read_range(scan *s, kinesis_range *out) {
    bool first = true;
    fl_str key;
    int more;
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (IS(key, "StartingHashKey"))
            FL_TRY(read_hash_key(s, &out->first));
        else if (IS(key, "EndingHashKey"))
            FL_TRY(read_hash_key(s, &out->last));
        else
            FL_TRY(skip_value(s, 0));
    }
    return more;
}

/* A shard with an ending number is closed. */
static int read_numbers(scan *s, bool *closed) {
    bool first = true;
    fl_str key, number;
    int more;
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (!IS(key, "EndingSequenceNumber")) {
            FL_TRY(skip_value(s, 0));
            continue;
        }
        FL_TRY(read_text_or_null(s, &number));
        *closed = number.n > 0;
    }
    return more;
}

static int read_shard(scan *s, kinesis_shard_info *out) {
    bool first = true;
    fl_str key;
    int more;
    *out = (kinesis_shard_info){.range = {0, ~(fl_u128)0}};
    FL_TRY(expect(s, '{'));
    while ((more = next_of(s, '}', &first)) > 0) {
        FL_TRY(read_key(s, &key));
        if (IS(key, "ShardId"))
            FL_TRY(read_text(s, &out->id));
        else if (IS(key, "ParentShardId"))
            FL_TRY(read_text_or_null(s, &out->parent));
        else if (IS(key, "AdjacentParentShardId"))
            FL_TRY(read_text_or_null(s, &out->adjacent));
        else if (IS(key, "HashKeyRange"))
            FL_TRY(read_range(s, &out->range));
        else if (IS(key, "SequenceNumberRange"))
            FL_TRY(read_numbers(s, &out->closed));
        else
            FL_TRY(skip_value(s, 0));
    }
    if (more < 0) return more;
    return out->id.n > 0 ? 0 : broken(s, "a shard without an id");
}

static int read_shards(scan *s, kinesis_shard_page *out) {
    bool first = true;
    int more;
    FL_TRY(expect(s, '['));
    while ((more = next_of(s, ']', &first)) > 0) {
        if (out->n == out->cap) {
            out->cap = FL_MAX(2 * out->cap, 16);
            out->shards = fl_realloc(out->shards, sizeof *out->shards * (size_t)out->cap);
        }
        FL_TRY(read_shard(s, &out->shards[out->n++]));
    }
    return more;
}

int kinesis_shard_page_read(char *body, size_t n, kinesis_shard_page *out, fl_error *err) {
    scan s = {.call = "ListShards", .begin = body, .p = body, .end = body + n, .err = err};
    bool first = true, shards = false;
    fl_str key;
    int more;
    out->n = 0;
    out->next_token = (fl_str){0};
    FL_TRY(expect(&s, '{'));
    while ((more = next_of(&s, '}', &first)) > 0) {
        FL_TRY(read_key(&s, &key));
        if (IS(key, "Shards")) {
            FL_TRY(read_shards(&s, out));
            shards = true;
        } else if (IS(key, "NextToken")) {
            FL_TRY(read_text_or_null(&s, &out->next_token));
        } else {
            FL_TRY(skip_value(&s, 0));
        }
    }
    if (more < 0) return more;
    return shards ? 0 : broken(&s, "no Shards");
}

void kinesis_shard_page_deinit(kinesis_shard_page *p) {
    free(p->shards);
    *p = (kinesis_shard_page){0};
}
