/* SPDX-License-Identifier: Apache-2.0 */
/* http_probe.c -- sends requests through the real transport and prints what comes back, for tests/cli/test_http.py.
 *
 *     http_probe [-n TIMES] [-c CONCURRENCY] [-t TIMEOUT_MS] [-b BODY_BYTES] [-m METHOD] [-T] [-2] [-s] [-a] URL...
 *
 *     -T  trust any certificate     -2  HTTP/2 where TLS agrees     -s  one after the other
 *     -a  abandon them: close the client while they are on their way
 *
 * A line for each answer: tag, status, "refused" or "-", bytes of the body, and the body's first line or the error.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/http.h"

static _Atomic int wakes;
static _Atomic bool closed;

static void wake(void *arg) {
    (void)arg;
    fl_assert(!closed);
    wakes++;
}

static void show(const flott_http_answer *a) {
    fl_assert(a->body[a->body_size] == '\0');
    const char *text = a->status != 0 ? a->body : a->error;
    printf("%d %d %s %zu %.*s\n", (int)a->tag, a->status, a->refused ? "refused" : "-", a->body_size,
           (int)strcspn(text, "\n"), text);
}

/* Waits for the next answer; false: it took longer than a minute. */
static bool next(const flott_http *http, flott_http_client *c) {
    flott_http_answer a;
    for (int i = 0; i < 60; i++) {
        if (http->take(c, &a)) {
            show(&a);
            http->free_answer(c, &a);
            return true;
        }
        http->wait(c, 1000);
    }
    return false;
}

int main(int argc, char **argv) {
    flott_http_settings settings = {.max_concurrency = 100, .wake = wake};
    flott_http_request r = {.method = "POST", .timeout_ms = 20000};
    int times = 1, sent = 0;
    bool in_order = false, abandon = false;
    for (int c; (c = getopt(argc, argv, "n:c:t:b:m:T2sa")) != -1;) switch (c) {
        case 'n': times = atoi(optarg); break;
        case 'c': settings.max_concurrency = atoi(optarg); break;
        case 't': r.timeout_ms = atoi(optarg); break;
        case 'b': r.body_size = (size_t)atoi(optarg); break;
        case 'm': r.method = optarg; break;
        case 'T': settings.trust_all = true; break;
        case '2': settings.http2 = true; break;
        case 's': in_order = true; break;
        case 'a': abandon = true; break;
        default: return 2;
        }
    fl_error err;
    const flott_http *http;
    if (fl_http_get(fl_platform_real(), &http, &err) < 0) {
        puts(err.message);
        return 77; /* skipped */
    }
    char why[240], *body = calloc(r.body_size + 1, 1), tag_text[16];
    for (size_t i = 0; i < r.body_size; i++) body[i] = (char)('a' + i % 26);
    r.body = body;
    flott_http_client *c = http->open(http, &settings, why);
    fl_assert(c != NULL);
    bool good = http->due_ms(c) == INT64_MAX;
    for (int i = 0; i < times; i++)
        for (int k = optind; k < argc; k++) {
            snprintf(tag_text, sizeof tag_text, "%d", sent);
            flott_http_header headers[] = {{"X-Tag", tag_text}, {"Content-Type", "text/x-probe"}, {"X-Empty", ""}};
            r.url = argv[k];
            r.headers = headers;
            r.n_headers = 3;
            r.tag = (uint64_t)sent++;
            http->send(c, &r);
            if (in_order) good = good && next(http, c);
        }
    for (int i = 0; i < sent && !in_order && !abandon; i++) good = good && next(http, c);
    if (abandon) usleep(100000);
    http->close(c);
    closed = true;
    free(body);
    return good && (abandon || wakes > 0) ? 0 : 1;
}
