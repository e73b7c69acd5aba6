/* SPDX-License-Identifier: Apache-2.0 */
/* http.h -- the transport of this world: that of the module flott-http.so, opened on first use, or the one that a
 * simulation has planted (fl_sim_set_http). */
#ifndef FL_CONNECTORS_HTTP_H
#define FL_CONNECTORS_HTTP_H

#include "base/platform.h"
#include "flott_http.h"

/* Lives as long as the process, or as the simulated world. Errors: no module, a module that does not fit; a simulation
 * without a transport has no network. Any thread. */
int fl_http_get(fl_platform *pf, const flott_http **out, fl_error *err);

#endif
