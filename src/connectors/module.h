/* SPDX-License-Identifier: Apache-2.0 */
/* module.h -- connectors from loadable modules (flott_module.h): finding, opening and checking them. */
#ifndef FL_CONNECTORS_MODULE_H
#define FL_CONNECTORS_MODULE_H

#include "connectors/connector.h"
#include "flott_module.h"

/* The connector of module flott-NAME.so: 1, or 0 if there is no such file. A file that cannot be used is an error that
 * names it. Modules are opened once and stay; any thread. */
int fl_module_connector(const char *name, const fl_connector **out, fl_error *err);

/* Opens flott-NAME.so and finds a symbol in it: 1 with *path (in the arena), *handle and *symbol; 0 if there is no such
 * file; or an error that names the file. */
int fl_module_file(fl_arena *a, const char *name, const char *symbol, const char **path, void **handle, void **found,
                   fl_error *err);

/* Finds a symbol in a shared object, which is looked for where modules are, and in folder `here`, unless its path is
 * absolute: 1 with *found, and in *code whether it is a function; 0 if there is no such file, with the folders in
 * *looked (in the arena); or an error that names the file. The object stays open. */
int fl_module_symbol(fl_arena *a, const char *file, const char *symbol, const char *here, void **found, bool *code,
                     const char **looked, fl_error *err);

/* The module behind a connector that fl_module_connector has given. */
const flott_module *fl_module_of(const fl_connector *c);

/* The ends of every module's connectors (module_ends.c). */
int fl_module_plan_source(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err);
int fl_module_plan_sink(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err);
extern const fl_source_type fl_module_source_type;
extern const fl_sink_type fl_module_sink_type;

#endif
