/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4.c -- signing requests to AWS.
 *
 *     request ──► canonical request ──SHA-256──► string to sign ──HMAC with the key of the day──► signature
 *
 *     POST                                  AWS4-HMAC-SHA256
 *     /                                     20150830T123600Z
 *                                           20150830/us-east-1/kinesis/aws4_request
 *     host:kinesis.us-east-1.amazonaws.com  816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0
 *     x-amz-date:20150830T123600Z
 *
 *     host;x-amz-date
 *     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  (SHA-256 of the body)
 *
 * Key of the day: HMAC(HMAC(HMAC(HMAC("AWS4" + secret, day), region), service), "aws4_request").
 *
 * The path is normalised and encoded once more than it is sent, as all services but S3 want it.
 */
#include "connectors/aws/sigv4.h"

#include "base/bytes.h"
#include "data/timestamp.h"

enum { HASH = 32 };

void fl_sigv4_init(fl_sigv4 *s, const flott_http *http, const fl_aws_credentials *who, const char *region,
                   const char *service) {
    *s = (fl_sigv4){.http = http, .credentials = who, .region = region, .service = service};
}

void fl_sigv4_deinit(fl_sigv4 *s) {
    explicit_bzero(s->key, sizeof s->key);
    s->day[0] = '\0';
}

void fl_sigv4_time(int64_t now_ms, char out[FL_SIGV4_TIME]) {
    int64_t day = fl_floor_div(now_ms, 86400000), year;
    int second = (int)(fl_floor_mod(now_ms, 86400000) / 1000), month, mday;
    fl_buf b;
    fl_buf_init(&b);
    fl_civil_from_days(FL_MIN(FL_MAX(day, 0), 2932896), &year, &month, &mday); /* years of four digits */
    fl_buf_printf(&b, "%04d%02d%02dT%02d%02d%02dZ", (int)year, month, mday, second / 3600, second / 60 % 60,
                  second % 60);
    fl_assert(b.n == FL_SIGV4_TIME - 1);
    memcpy(out, fl_buf_cstr(&b), FL_SIGV4_TIME);
    fl_buf_deinit(&b);
}

/* ---- encoding ---- */

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void fl_sigv4_encode(fl_buf *out, fl_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i])) {
            fl_buf_putc(out, s.p[i]);
        } else {
            char escape[3] = "%";
            fl_put_hex(escape + 1, s.p + i, 1, 'A');
            fl_buf_put(out, escape, sizeof escape);
        }
    }
}

/* What is percent-encoded already is not encoded twice. */
static void encode_again(fl_buf *out, fl_str s) {
    fl_buf plain;
    fl_buf_init(&plain);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '%' && i + 2 < s.n && fl_hex_digit(s.p[i + 1]) >= 0 && fl_hex_digit(s.p[i + 2]) >= 0) {
            fl_buf_putc(&plain, (char)(fl_hex_digit(s.p[i + 1]) << 4 | fl_hex_digit(s.p[i + 2])));
            i += 2;
        } else {
            fl_buf_putc(&plain, s.p[i]);
        }
    fl_sigv4_encode(out, fl_buf_str(&plain));
    fl_buf_deinit(&plain);
}

static void put_hex(fl_buf *out, const uint8_t hash[HASH]) {
    fl_put_hex(fl_buf_reserve(out, 2 * HASH), hash, HASH, 'a');
    out->n += 2 * HASH;
}

/* ---- the canonical request ---- */

/* Without empty segments and dots: /a/./b//../c is /a/c. What ends in a slash, or a dot, keeps the slash. */
static void put_path(fl_buf *out, fl_str path) {
    size_t start = out->n;
    bool open = true; /* ends with a slash so far */
    fl_buf_putc(out, '/');
    for (size_t at = 0; at < path.n;) {
        size_t end = at;
        while (end < path.n && path.p[end] != '/') end++;
        fl_str segment = fl_str_make(path.p + at, end - at);
        at = end + 1;
        if (segment.n == 0 || fl_str_is(segment, ".")) {
            if (!open) fl_buf_putc(out, '/');
            open = true;
        } else if (fl_str_is(segment, "..")) {
            if (open && out->n > start + 1) out->n--;
            while (out->n > start + 1 && out->p[out->n - 1] != '/') out->n--;
            open = true;
        } else {
            if (!open) fl_buf_putc(out, '/');
            fl_sigv4_encode(out, segment);
            open = false;
        }
    }
    if (!open && path.p[path.n - 1] == '/') fl_buf_putc(out, '/');
}

/* Sorts by name, then value; of equal ones the first stays first. */
typedef struct pair {
    fl_str name, value;
} pair;

static void sort(pair *pairs, int n, bool by_value) {
    for (int i = 1; i < n; i++) {
        pair p = pairs[i];
        int at = i;
        for (; at > 0; at--) {
            int order = fl_str_cmp(pairs[at - 1].name, p.name);
            if (order == 0 && by_value) order = fl_str_cmp(pairs[at - 1].value, p.value);
            if (order <= 0) break;
            pairs[at] = pairs[at - 1];
        }
        pairs[at] = p;
    }
}

/* Encodes a text into the arena. */
static fl_str encoded(fl_arena *a, fl_str s) {
    fl_buf b;
    fl_buf_init(&b);
    encode_again(&b, s);
    size_t n = b.n;
    return fl_str_make(fl_buf_finish(&b, a), n);
}

static void put_query(fl_buf *out, fl_str query, fl_arena *a) {
    pair *pairs = NULL;
    int n = 0, cap = 0;
    for (size_t at = 0; at < query.n;) {
        const char *p = query.p + at, *stop = memchr(p, '&', query.n - at);
        size_t size = stop != NULL ? (size_t)(stop - p) : query.n - at;
        const char *equals = memchr(p, '=', size);
        size_t name = equals != NULL ? (size_t)(equals - p) : size;
        fl_str value = equals != NULL ? fl_str_make(equals + 1, size - name - 1) : fl_str_make("", 0);
        pair found = {encoded(a, fl_str_make(p, name)), encoded(a, value)};
        if (size > 0) FL_PUSH(a, pairs, n, cap, found);
        at += size + 1;
    }
    sort(pairs, n, true);
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_putc(out, '&');
        fl_buf_put_str(out, pairs[i].name);
        fl_buf_putc(out, '=');
        fl_buf_put_str(out, pairs[i].value);
    }
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Without blanks at both ends; several in a row are one. */
static void put_trimmed(fl_buf *out, fl_str s) {
    bool blank = false, begun = false;
    for (size_t i = 0; i < s.n; i++) {
        if (is_blank(s.p[i])) {
            blank = begun;
            continue;
        }
        if (blank) fl_buf_putc(out, ' ');
        fl_buf_putc(out, s.p[i]);
        blank = false;
        begun = true;
    }
}

static void put_headers(fl_buf *out, fl_buf *names, const fl_sigv4_request *r, fl_arena *a) {
    pair *pairs = FL_NEW_N(a, pair, r->n_headers + 1);
    for (int i = 0; i < r->n_headers; i++) {
        char *name = fl_arena_strdup(a, r->headers[i].name);
        for (char *c = name; *c != '\0'; c++)
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + 'a' - 'A');
        pairs[i] = (pair){fl_str_from(name), fl_str_from(r->headers[i].value)};
    }
    sort(pairs, r->n_headers, false);
    for (int i = 0; i < r->n_headers; i++) {
        bool again = i > 0 && fl_str_eq(pairs[i].name, pairs[i - 1].name); /* its values follow each other */
        if (again) {
            out->n--; /* the newline */
            fl_buf_putc(out, ',');
        } else {
            if (i > 0) fl_buf_putc(names, ';');
            fl_buf_put_str(names, pairs[i].name);
            fl_buf_put_str(out, pairs[i].name);
            fl_buf_putc(out, ':');
        }
        put_trimmed(out, pairs[i].value);
        fl_buf_putc(out, '\n');
    }
}

void fl_sigv4_canonical(const flott_http *http, const fl_sigv4_request *r, fl_buf *out, fl_buf *names) {
    uint8_t hash[HASH];
    fl_arena a;
    fl_arena_init(&a);
    fl_buf_printf(out, "%s\n", r->method);
    put_path(out, r->path);
    fl_buf_putc(out, '\n');
    put_query(out, r->query, &a);
    fl_buf_putc(out, '\n');
    size_t before = names->n;
    put_headers(out, names, r, &a);
    fl_buf_putc(out, '\n');
    fl_buf_put(out, names->p + before, names->n - before);
    fl_buf_putc(out, '\n');
    http->sha256(r->body.p, r->body.n, hash);
    put_hex(out, hash);
    fl_arena_deinit(&a);
}

/* ---- the signature ---- */

static void put_scope(const fl_sigv4 *s, const char *time, fl_buf *out) {
    fl_buf_printf(out, "%.8s/%s/%s/aws4_request", time, s->region, s->service);
}

void fl_sigv4_to_sign(const fl_sigv4 *s, const char *time, fl_str canonical, fl_buf *out) {
    uint8_t hash[HASH];
    fl_buf_printf(out, "AWS4-HMAC-SHA256\n%s\n", time);
    put_scope(s, time, out);
    fl_buf_putc(out, '\n');
    s->http->sha256(canonical.p, canonical.n, hash);
    put_hex(out, hash);
}

static void make_key(fl_sigv4 *s, const char *time) {
    const char *parts[] = {s->day, s->region, s->service, "aws4_request"};
    if (memcmp(s->day, time, 8) == 0) return;
    memcpy(s->day, time, 8);
    s->day[8] = '\0';
    fl_buf first;
    fl_buf_init(&first);
    fl_buf_printf(&first, "AWS4%s", s->credentials->secret_key);
    s->http->hmac_sha256(first.p, first.n, parts[0], strlen(parts[0]), s->key);
    explicit_bzero(first.p, first.n);
    fl_buf_deinit(&first);
    for (size_t i = 1; i < FL_ARRAY_LEN(parts); i++) {
        uint8_t next[HASH];
        s->http->hmac_sha256(s->key, HASH, parts[i], strlen(parts[i]), next);
        memcpy(s->key, next, HASH);
    }
}

void fl_sigv4_sign(fl_sigv4 *s, const fl_sigv4_request *r, const char *time, fl_buf *out) {
    uint8_t hash[HASH];
    fl_buf canonical, names, text;
    fl_buf_init(&canonical);
    fl_buf_init(&names);
    fl_buf_init(&text);
    make_key(s, time);
    fl_sigv4_canonical(s->http, r, &canonical, &names);
    fl_sigv4_to_sign(s, time, fl_buf_str(&canonical), &text);
    s->http->hmac_sha256(s->key, HASH, text.p, text.n, hash);
    fl_buf_printf(out, "AWS4-HMAC-SHA256 Credential=%s/", s->credentials->access_key);
    put_scope(s, time, out);
    fl_buf_printf(out, ", SignedHeaders=%s, Signature=", fl_buf_cstr(&names));
    put_hex(out, hash);
    fl_buf_deinit(&text);
    fl_buf_deinit(&names);
    fl_buf_deinit(&canonical);
}
