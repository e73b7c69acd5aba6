/* SPDX-License-Identifier: Apache-2.0 */
/* http.c -- finds the transport to web services, once. */
#include "connectors/http.h"

#include "connectors/module.h"
#include "messages/connector.h"

static fl_mutex lock = PTHREAD_MUTEX_INITIALIZER;
static const flott_http *transport;

static int open_transport(const flott_http **out, fl_error *err) {
    fl_arena a;
    const char *path;
    void *handle, *symbol;
    char why[240] = "";
    flott_http_open_fn *http_open;
    fl_arena_init(&a);
    int rc = fl_module_file(&a, "http", "flott_http_open", &path, &handle, &symbol, err);
    if (rc == 0) {
        rc = fl_fail(err, FL_ERR_CONNECTOR_NO_HTTP);
    } else if (rc > 0) {
        memcpy(&http_open, &symbol, sizeof http_open); /* ISO C has no cast for it */
        const flott_http *h = http_open(why);
        if (h == NULL)
            rc = fl_fail(err, FL_ERR_CONNECTOR_MODULE_OPEN, path, why);
        else if (h->abi != FLOTT_HTTP_ABI)
            rc = fl_fail(err, FL_ERR_CONNECTOR_TRANSPORT_VERSION, path, h->abi, FLOTT_HTTP_ABI);
        else
            *out = h;
    }
    fl_arena_deinit(&a);
    return FL_MIN(rc, 0);
}

int fl_http_get(fl_platform *pf, const flott_http **out, fl_error *err) {
    if (pf->http != NULL) {
        *out = pf->http;
        return 0;
    }
    if (fl_platform_cooperative(pf)) return fl_fail(err, FL_ERR_CONNECTOR_NO_NETWORK);
    int rc = 0;
    fl_mutex_lock(&lock);
    if (transport == NULL) rc = open_transport(&transport, err);
    *out = transport;
    fl_mutex_unlock(&lock);
    return rc;
}
