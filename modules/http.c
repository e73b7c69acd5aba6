/* SPDX-License-Identifier: Apache-2.0 */
/* http.c -- the module flott-http: the transport to web services over libcurl, and the hashes of OpenSSL.
 *
 * Each client has one thread that drives a curl_multi: all its requests run at the same time, over connections that are
 * kept.
 *
 *     send ──► incoming ──► queue ──► running (a curl_easy each) ──► done ──► take
 *              [lock]       └──────────── the thread's own ──────────┘ [lock]
 *
 * Threads:    `lock` protects incoming, done and closing, and is never held while libcurl works or wake is called.
 *             Easy handles are touched by the thread only; they are used again, as connections are.
 * Signals:    the thread blocks all of them: a connection that breaks while TLS writes must not raise SIGPIPE.
 * Proxies:    as http_proxy, https_proxy and no_proxy say, except for link-local addresses: the metadata services of
 *             cloud machines answer only those who come directly.
 * Certificates: $AWS_CA_BUNDLE, $CURL_CA_BUNDLE or $SSL_CERT_FILE instead of the system's authorities.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "flott_http.h"

enum {
    ANSWER_MAX = 64 << 20,        /* bytes of a body */
    CONNECTIONS_MAX = 64,         /* to one host: more requests share them or wait; file handles are few */
    CONNECT_TIMEOUT_MS = 10000,   /* of the time that a request has */
    TRANSFER_BUFFER = 256 * 1024, /* for one read or write of a connection */
    IDLE_MS = 60000,              /* the thread looks around at least so often */
    WHY_MAX = 240,
};

typedef struct request request;
struct request {
    request *next;
    char *method, *url; /* owned */
    struct curl_slist *headers;
    const void *body; /* borrowed */
    size_t body_size;
    int64_t timeout_ms, deadline_ms; /* deadline by the monotonic clock */
    uint64_t tag;
    /* the answer */
    int status;
    bool refused;
    char error[WHY_MAX];
    char *answer; /* owned; NUL-terminated once done */
    size_t n, cap;
    char words[CURL_ERROR_SIZE]; /* libcurl's */
};

typedef struct fifo {
    request *first, **last;
} fifo;

struct flott_http_client {
    flott_http_settings settings;
    char *authorities, *authorities_folder; /* owned; NULL: those of the system */
    CURLM *multi;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t come; /* done is not empty */
    fifo incoming, done; /* under lock */
    bool closing;        /* under lock */

    /* the thread's own */
    fifo queue;
    int n_running;
    CURL **easies; /* owned: all there are; their CURLINFO_PRIVATE is the request that they run, or NULL */
    CURL **spare;  /* owned: those that rest */
    int n_easies, n_spare, cap_easies;
};

/* ---- small things ---- */

static void *must(void *p) {
    if (p != NULL) return p;
    fputs("flott-http: out of memory\n", stderr);
    abort();
}

static char *copy_text(const char *s) { return must(strdup(s)); }

static int64_t mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fifo_init(fifo *f) { *f = (fifo){NULL, &f->first}; }

static void push(fifo *f, request *r) {
    r->next = NULL;
    *f->last = r;
    f->last = &r->next;
}

static request *pop(fifo *f) {
    request *r = f->first;
    if (r == NULL) return NULL;
    f->first = r->next;
    if (f->first == NULL) f->last = &f->first;
    return r;
}

/* All of `from` behind what is in `to`. */
static void move_all(fifo *to, fifo *from) {
    if (from->first == NULL) return;
    *to->last = from->first;
    to->last = from->last;
    fifo_init(from);
}

static void free_request(request *r) {
    curl_slist_free_all(r->headers);
    free(r->method);
    free(r->url);
    free(r->answer);
    free(r);
}

static void free_all(fifo *f) {
    for (request *r; (r = pop(f)) != NULL;) free_request(r);
}

/* "localhost:4566" of a URL, for messages. */
static const char *authority(const request *r, int *n) {
    const char *from = strstr(r->url, "://");
    from = from != NULL ? from + 3 : r->url;
    *n = (int)strcspn(from, "/?#");
    return from;
}

/* ---- the answer ---- */

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
    CURL *easy = arg;
    request *r = NULL;
    curl_off_t length = -1;
    n *= size;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&r);
    if (r->n + n > ANSWER_MAX) return 0; /* CURLE_WRITE_ERROR */
    if (r->cap - r->n <= n) {
        curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        size_t cap = r->cap * 2 > r->n + n ? r->cap * 2 : r->n + n + 1;
        if (length > 0 && length <= ANSWER_MAX && (size_t)length + 1 > cap) cap = (size_t)length + 1;
        r->answer = must(realloc(r->answer, cap));
        r->cap = cap;
    }
    memcpy(r->answer + r->n, p, n);
    r->n += n;
    return n;
}

__attribute__((format(printf, 2, 3))) static void say(request *r, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, args);
    va_end(args);
}

/* libcurl's own words, or its general ones. */
static const char *words_of(const request *r, CURLcode code) {
    return r->words[0] != '\0' ? r->words : curl_easy_strerror(code);
}

/* Why no answer has come, for people; and whether the other side can have seen the request. */
static void explain(CURL *easy, request *r, CURLcode code) {
    int n;
    long os_error = 0;
    curl_off_t sent_us = 0;
    const char *host = authority(r, &n);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
    r->refused = sent_us == 0;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: say(r, "unknown host '%.*s'", n, host); break;
    case CURLE_COULDNT_RESOLVE_PROXY: say(r, "unknown proxy: %s", words_of(r, code)); break;
    case CURLE_COULDNT_CONNECT:
        say(r, "could not connect to %.*s: %s", n, host, os_error != 0 ? strerror((int)os_error) : words_of(r, code));
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        say(r, "the certificate of %.*s is not trusted: %s", n, host, words_of(r, code));
        break;
    case CURLE_SSL_CACERT_BADFILE:
        say(r, "the file with the certificate authorities cannot be read: %s", words_of(r, code));
        break;
    case CURLE_SSL_CONNECT_ERROR: say(r, "TLS with %.*s failed: %s", n, host, words_of(r, code)); break;
    case CURLE_OPERATION_TIMEDOUT:
        if (r->refused)
            say(r, "could not connect to %.*s in time", n, host);
        else
            say(r, "no answer from %.*s within %lld ms", n, host, (long long)r->timeout_ms);
        break;
    case CURLE_GOT_NOTHING: say(r, "%.*s closed the connection without an answer", n, host); break;
    case CURLE_PARTIAL_FILE: say(r, "%.*s closed the connection in the middle of its answer", n, host); break;
    case CURLE_WRITE_ERROR: say(r, "the answer of %.*s is larger than %d MiB", n, host, ANSWER_MAX >> 20); break;
    default: say(r, "the connection to %.*s broke: %s", n, host, words_of(r, code)); break;
    }
}

static void end_answer(request *r) {
    if (r->status == 0) r->n = 0;
    if (r->answer == NULL) r->answer = must(malloc(1));
    r->answer[r->n] = '\0';
}

/* ---- the thread ---- */

static CURL *new_easy(flott_http_client *c) {
    CURL *e = must(curl_easy_init());
    if (c->n_easies == c->cap_easies) {
        c->cap_easies = c->cap_easies > 0 ? c->cap_easies * 2 : 16;
        c->easies = must(realloc(c->easies, sizeof(CURL *) * (size_t)c->cap_easies));
        c->spare = must(realloc(c->spare, sizeof(CURL *) * (size_t)c->cap_easies));
    }
    c->easies[c->n_easies++] = e;
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, e);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)TRANSFER_BUFFER);
    curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, (long)TRANSFER_BUFFER);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
                     (long)(c->settings.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (c->settings.trust_all) {
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (c->authorities != NULL) curl_easy_setopt(e, CURLOPT_CAINFO, c->authorities);
    if (c->authorities_folder != NULL) curl_easy_setopt(e, CURLOPT_CAPATH, c->authorities_folder);
    return e;
}

static bool is_link_local(const request *r) {
    int n;
    const char *host = authority(r, &n);
    return strncmp(host, "169.254.", 8) == 0 || strncmp(host, "[fd00:ec2:", 10) == 0;
}

static CURLcode prepare(const flott_http_client *c, CURL *e, request *r, int64_t left_ms) {
    bool get = strcmp(r->method, "GET") == 0, tls = strncmp(r->url, "https:", 6) == 0;
    if (get) {
        curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(e, CURLOPT_POST, 1L);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, r->body != NULL ? r->body : "");
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_size);
    }
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, get || strcmp(r->method, "POST") == 0 ? NULL : r->method);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)left_ms);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(left_ms < CONNECT_TIMEOUT_MS ? left_ms : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(e, CURLOPT_PIPEWAIT, c->settings.http2 && tls ? 1L : 0L);
    curl_easy_setopt(e, CURLOPT_PROXY, is_link_local(r) ? "" : NULL);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->words);
    curl_easy_setopt(e, CURLOPT_PRIVATE, r);
    return curl_easy_setopt(e, CURLOPT_URL, r->url);
}

/* A request that never came as far as a connection. */
static void fail_early(request *r, const char *why, fifo *done) {
    r->refused = true;
    say(r, "%s", why);
    end_answer(r);
    push(done, r);
}

/* The handle has nothing to do any more. */
static void rest(flott_http_client *c, CURL *e) {
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(e, CURLOPT_PRIVATE, NULL);
    c->spare[c->n_spare++] = e;
}

static void start(flott_http_client *c, request *r, int64_t now, fifo *done) {
    if (r->deadline_ms <= now) {
        char why[WHY_MAX];
        snprintf(why, sizeof why, "the request was not sent within %lld ms: too many are before it",
                 (long long)r->timeout_ms);
        fail_early(r, why, done);
        return;
    }
    CURL *e = c->n_spare > 0 ? c->spare[--c->n_spare] : new_easy(c);
    CURLcode code = prepare(c, e, r, r->deadline_ms - now);
    if (code == CURLE_OK && curl_multi_add_handle(c->multi, e) == CURLM_OK) {
        c->n_running++;
        return;
    }
    rest(c, e);
    fail_early(r, curl_easy_strerror(code != CURLE_OK ? code : CURLE_OUT_OF_MEMORY), done);
}

/* Takes what libcurl has finished. */
static void finish(flott_http_client *c, fifo *done) {
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left)) != NULL;) {
        CURL *e = m->easy_handle;
        CURLcode code = m->data.result;
        request *r = NULL;
        long status = 0;
        curl_easy_getinfo(e, CURLINFO_PRIVATE, (char **)&r);
        curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK)
            r->status = (int)status;
        else
            explain(e, r, code);
        end_answer(r);
        curl_multi_remove_handle(c->multi, e);
        rest(c, e);
        c->n_running--;
        push(done, r);
    }
}

static void publish(flott_http_client *c, fifo *done) {
    if (done->first == NULL) return;
    pthread_mutex_lock(&c->lock);
    move_all(&c->done, done);
    pthread_cond_broadcast(&c->come);
    pthread_mutex_unlock(&c->lock);
    if (c->settings.wake != NULL) c->settings.wake(c->settings.wake_arg);
}

static void *run(void *arg) {
    flott_http_client *c = arg;
    int still;
    fifo done;
    fifo_init(&done);
    for (;;) {
        pthread_mutex_lock(&c->lock);
        move_all(&c->queue, &c->incoming);
        bool closing = c->closing;
        pthread_mutex_unlock(&c->lock);
        if (closing) break;
        int64_t now = mono_ms(), pause = IDLE_MS;
        while (c->queue.first != NULL &&
               (c->n_running < c->settings.max_concurrency || c->queue.first->deadline_ms <= now))
            start(c, pop(&c->queue), now, &done);
        curl_multi_perform(c->multi, &still);
        finish(c, &done);
        publish(c, &done);
        if (c->queue.first != NULL) {
            if (c->n_running < c->settings.max_concurrency) continue;
            int64_t left = c->queue.first->deadline_ms - now;
            pause = left < 1 ? 1 : left < pause ? left : pause;
        }
        curl_multi_poll(c->multi, NULL, 0, (int)pause, NULL);
    }
    return NULL;
}

/* ---- the table ---- */

static char *first_env(const char *const *names) {
    for (; *names != NULL; names++) {
        const char *value = getenv(*names);
        if (value != NULL && value[0] != '\0') return copy_text(value);
    }
    return NULL;
}

static bool start_thread(flott_http_client *c) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&c->thread, NULL, run, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) pthread_setname_np(c->thread, "flott-http");
    errno = rc;
    return rc == 0;
}

static void free_client(flott_http_client *c) {
    for (int i = 0; i < c->n_easies; i++) {
        request *r = NULL;
        curl_easy_getinfo(c->easies[i], CURLINFO_PRIVATE, (char **)&r);
        if (r != NULL) curl_multi_remove_handle(c->multi, c->easies[i]);
        curl_easy_cleanup(c->easies[i]);
        if (r != NULL) free_request(r);
    }
    if (c->multi != NULL) curl_multi_cleanup(c->multi);
    free_all(&c->incoming);
    free_all(&c->queue);
    free_all(&c->done);
    pthread_cond_destroy(&c->come);
    pthread_mutex_destroy(&c->lock);
    free(c->easies);
    free(c->spare);
    free(c->authorities);
    free(c->authorities_folder);
    free(c);
}

static flott_http_client *client_open(const flott_http *self, const flott_http_settings *settings, char *why) {
    (void)self;
    flott_http_client *c = must(calloc(1, sizeof *c));
    pthread_condattr_t by_mono;
    c->settings = *settings;
    if (c->settings.max_concurrency < 1) c->settings.max_concurrency = 1;
    c->authorities = first_env((const char *[]){"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", NULL});
    c->authorities_folder = first_env((const char *[]){"SSL_CERT_DIR", NULL});
    fifo_init(&c->incoming);
    fifo_init(&c->queue);
    fifo_init(&c->done);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&by_mono);
    pthread_condattr_setclock(&by_mono, CLOCK_MONOTONIC);
    pthread_cond_init(&c->come, &by_mono);
    pthread_condattr_destroy(&by_mono);
    c->multi = curl_multi_init();
    if (c->multi == NULL) {
        snprintf(why, WHY_MAX, "libcurl has no memory for a client");
        free_client(c);
        return NULL;
    }
    long connections = c->settings.max_concurrency < CONNECTIONS_MAX ? c->settings.max_concurrency : CONNECTIONS_MAX;
    curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, connections);
    if (!start_thread(c)) {
        snprintf(why, WHY_MAX, "cannot start a thread: %s", strerror(errno));
        free_client(c);
        return NULL;
    }
    return c;
}

static struct curl_slist *copy_headers(const flott_http_request *r) {
    struct curl_slist *list = must(curl_slist_append(NULL, "Expect:")); /* no waiting for 100 Continue */
    for (int i = 0; i < r->n_headers; i++) {
        const char *name = r->headers[i].name, *value = r->headers[i].value;
        size_t size = strlen(name) + strlen(value) + 3;
        char *line = must(malloc(size));
        snprintf(line, size, value[0] != '\0' ? "%s: %s" : "%s;", name, value); /* ; is libcurl's sign for no value */
        list = must(curl_slist_append(list, line));
        free(line);
    }
    return list;
}

static void client_send(flott_http_client *c, const flott_http_request *r) {
    request *q = must(calloc(1, sizeof *q));
    q->method = copy_text(r->method);
    q->url = copy_text(r->url);
    q->headers = copy_headers(r);
    q->body = r->body;
    q->body_size = r->body_size;
    q->timeout_ms = r->timeout_ms;
    q->deadline_ms = mono_ms() + (r->timeout_ms < INT32_MAX ? r->timeout_ms : INT32_MAX);
    q->tag = r->tag;
    pthread_mutex_lock(&c->lock);
    bool first = c->incoming.first == NULL; /* else the thread has been woken and not looked yet */
    push(&c->incoming, q);
    pthread_mutex_unlock(&c->lock);
    if (first) curl_multi_wakeup(c->multi);
}

static bool client_take(flott_http_client *c, flott_http_answer *out) {
    pthread_mutex_lock(&c->lock);
    request *r = pop(&c->done);
    pthread_mutex_unlock(&c->lock);
    if (r == NULL) return false;
    *out = (flott_http_answer){
        .tag = r->tag, .status = r->status, .refused = r->refused, .body = r->answer, .body_size = r->n};
    memcpy(out->error, r->error, sizeof r->error);
    r->answer = NULL; /* theirs now */
    free_request(r);
    return true;
}

static void client_free_answer(flott_http_client *c, flott_http_answer *a) {
    (void)c;
    free(a->body);
    a->body = NULL;
}

static void client_wait(flott_http_client *c, int64_t timeout_ms) {
    struct timespec until;
    if (timeout_ms <= 0) return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + timeout_ms % 1000 * 1000000;
    until.tv_sec += (time_t)(timeout_ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&c->lock);
    while (c->done.first == NULL && pthread_cond_timedwait(&c->come, &c->lock, &until) == 0) {}
    pthread_mutex_unlock(&c->lock);
}

static int64_t client_due_ms(flott_http_client *c) {
    (void)c;
    return INT64_MAX;
}

static void client_close(flott_http_client *c) {
    pthread_mutex_lock(&c->lock);
    c->closing = true;
    pthread_mutex_unlock(&c->lock);
    curl_multi_wakeup(c->multi);
    pthread_join(c->thread, NULL);
    free_client(c);
}

/* ---- hashes ---- */

static EVP_MD *md5, *sha256; /* fetched once; live as long as the process */

static void hash(const EVP_MD *md, const void *p, size_t n, uint8_t *out) {
    if (EVP_Digest(n > 0 ? p : "", n, out, NULL, md, NULL) == 1) return;
    fputs("flott-http: OpenSSL cannot hash\n", stderr);
    abort();
}

static void hash_md5(const void *p, size_t n, uint8_t out[16]) { hash(md5, p, n, out); }
static void hash_sha256(const void *p, size_t n, uint8_t out[32]) { hash(sha256, p, n, out); }

static void hash_hmac(const void *key, size_t key_size, const void *p, size_t n, uint8_t out[32]) {
    unsigned size = 32;
    if (HMAC(sha256, key, (int)key_size, n > 0 ? p : (const void *)"", n, out, &size) != NULL) return;
    fputs("flott-http: OpenSSL cannot hash\n", stderr);
    abort();
}

/* ---- the module ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *broken; /* why it cannot work here */

static void begin(void) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) broken = "libcurl cannot be initialised";
    md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (md5 == NULL || sha256 == NULL) broken = "this OpenSSL has no MD5 or no SHA-256";
}

const flott_http *flott_http_open(char *why) {
    static const flott_http table = {
        .abi = FLOTT_HTTP_ABI,
        .doc = "Requests over libcurl, hashes of OpenSSL.",
        .open = client_open,
        .send = client_send,
        .take = client_take,
        .free_answer = client_free_answer,
        .wait = client_wait,
        .due_ms = client_due_ms,
        .close = client_close,
        .md5 = hash_md5,
        .sha256 = hash_sha256,
        .hmac_sha256 = hash_hmac,
    };
    pthread_once(&once, begin);
    if (broken == NULL) return &table;
    snprintf(why, WHY_MAX, "%s", broken);
    return NULL;
}
