/* SPDX-License-Identifier: Apache-2.0 */
/* http.c -- finds the transport to web services, once. */
#include "connectors/http.h"

#include "connectors/module.h"

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
        rc = fl_fail(err, FL_E_IO, "the module flott-http.so, which talks to web services, is not there");
        fl_error_hint(err, "it lies in the folder modules/ beside the program; $FLOTT_MODULE_PATH names other folders");
    } else if (rc > 0) {
        memcpy(&http_open, &symbol, sizeof http_open); /* ISO C has no cast for it */
        const flott_http *h = http_open(why);
        if (h == NULL)
            rc = fl_fail(err, FL_E_IO, "module '%s' cannot be opened: %s", path, why);
        else if (h->abi != FLOTT_HTTP_ABI)
            rc = fl_fail(err, FL_E_VALIDATION,
                         "module '%s' was made for version %u of the transport; this is version %d", path, h->abi,
                         FLOTT_HTTP_ABI);
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
    if (fl_platform_cooperative(pf)) return fl_fail(err, FL_E_UNSUPPORTED, "there is no network in a simulation");
    int rc = 0;
    fl_mutex_lock(&lock);
    if (transport == NULL) rc = open_transport(&transport, err);
    *out = transport;
    fl_mutex_unlock(&lock);
    return rc;
}
