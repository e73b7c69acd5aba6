/* SPDX-License-Identifier: Apache-2.0 */
/* connector_int.h -- what the connectors of this folder share with their registry. */
#ifndef FL_CONNECTORS_CONNECTOR_INT_H
#define FL_CONNECTORS_CONNECTOR_INT_H

#include "connectors/connector.h"

extern const fl_connector fl_arrow_connector;
extern const fl_connector fl_blackhole_connector;
extern const fl_connector fl_datagen_connector;
extern const fl_connector fl_filesystem_connector;
extern const fl_connector fl_firehose_connector;
extern const fl_connector fl_kinesis_connector;
extern const fl_connector fl_kinesis_legacy_connector;
extern const fl_connector fl_print_connector;

/* Refuses an option in Flink's words; suggests one of `known`, if one is near. */
int fl_connector_unsupported(const char *connector, const char *key, const char *const *known, int n_known,
                             fl_error *err);

/* What a value that does not parse is called. Keeps the story in err behind it. */
int fl_connector_bad_value(const char *key, const char *value, fl_error *err);

#endif
