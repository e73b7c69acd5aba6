/* SPDX-License-Identifier: Apache-2.0 */
/* entries.c -- everything that flott knows by name, for help texts and generated documentation. */
#include "connectors/connector.h"
#include "env/session.h"
#include "expr/aggregate.h"
#include "formats/format.h"

int flott_entries(flott_topic topic) {
    switch (topic) {
    case FLOTT_TOPIC_CONFIG: return fl_config_keys();
    case FLOTT_TOPIC_FUNCTION: return fl_function_count();
    case FLOTT_TOPIC_AGGREGATE: return fl_agg_count();
    case FLOTT_TOPIC_CONNECTOR: return fl_connector_count();
    case FLOTT_TOPIC_FORMAT: return fl_format_count();
    }
    return 0;
}

flott_entry flott_entry_at(flott_topic topic, int i) {
    if (i < 0 || i >= flott_entries(topic)) return (flott_entry){0};
    switch (topic) {
    case FLOTT_TOPIC_CONFIG: {
        const fl_option_def *d = fl_config_key_at(i);
        return (flott_entry){d->key, d->fallback, fl_config_state_name[d->state], d->help};
    }
    case FLOTT_TOPIC_FUNCTION: {
        const fl_function *f = fl_function_at(i);
        return (flott_entry){f->name, f->signature, NULL, f->doc};
    }
    case FLOTT_TOPIC_AGGREGATE: {
        const fl_agg_function *f = fl_agg_at(i);
        return (flott_entry){f->name, f->signature, NULL, f->doc};
    }
    case FLOTT_TOPIC_CONNECTOR: {
        const fl_connector *c = fl_connector_at(i);
        return (flott_entry){c->name, NULL, NULL, c->doc};
    }
    case FLOTT_TOPIC_FORMAT: return (flott_entry){fl_format_at(i)->name, NULL, NULL, NULL};
    }
    return (flott_entry){0};
}
