/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c -- the list of formats, and how a table's options reach them. */
#include "formats/format.h"

#include "base/secret.h"
#include "messages/format.h"
#include "messages/name.h"
#include "messages/option.h"

extern const fl_format fl_format_csv, fl_format_json, fl_format_raw;

static const fl_format *const formats[] = {&fl_format_csv, &fl_format_json, &fl_format_raw};

/* Flink's formats that are not here yet: refused by name, where others are unknown. */
static const char *const awaited[] = {
    "avro", "avro-confluent", "canal-json", "debezium-avro-confluent", "debezium-json", "maxwell-json", "ogg-json",
    "orc",  "parquet",        "protobuf",
};

int fl_format_count(void) { return (int)FL_ARRAY_LEN(formats); }
const fl_format *fl_format_at(int i) { return formats[i]; }

const fl_format *fl_format_find(const char *name) {
    for (int i = 0; i < fl_format_count(); i++)
        if (strcmp(formats[i]->name, name) == 0) return formats[i];
    return NULL;
}

int fl_format_get(const char *name, const fl_format **out, fl_error *err) {
    const char *names[FL_ARRAY_LEN(formats)];
    *out = fl_format_find(name);
    if (*out != NULL) return 0;
    for (size_t i = 0; i < FL_ARRAY_LEN(awaited); i++)
        if (strcmp(awaited[i], name) == 0) return fl_fail(err, FL_ERR_FORMAT_NOT_YET, name);
    for (size_t i = 0; i < FL_ARRAY_LEN(formats); i++) names[i] = formats[i]->name;
    fl_fail(err, FL_ERR_FORMAT_UNKNOWN_FORMAT, name);
    const char *near = fl_suggest(name, names, (int)FL_ARRAY_LEN(formats));
    return near != NULL ? fl_error_hint(err, FL_HINT_DID_YOU_MEAN, near) : fl_error_hint(err, FL_HINT_FORMAT_FORMATS);
}

static const fl_option_def *find_def(const fl_format *f, const char *key) {
    for (const fl_option_def *def = f->options; def->key != NULL; def++)
        if (strcmp(def->key, key) == 0) return def;
    return NULL;
}

const char *fl_format_option(const fl_format_config *c, const char *key) {
    for (int i = 0; i < c->n_options; i++)
        if (strcmp(c->options[i].key, key) == 0) return c->options[i].value;
    const fl_option_def *def = find_def(c->format, key);
    return def != NULL ? def->fallback : NULL;
}

static int check_option(const fl_option_def *def, const fl_option *o, fl_error *err) {
    if (def->state == FL_OPT_REFUSED) return fl_fail(err, FL_ERR_FORMAT_OPTION_NOT_YET, o->key, def->note);
    if (fl_option_check(def, fl_str_from(o->value), err) == 0) return 0;
    return fl_option_refused(err, o->key, o->value);
}

int fl_format_options(fl_arena *a, const fl_format *f, const fl_table *table, const char *prefix, fl_format_config *c,
                      const char **unknown, fl_error *err) {
    fl_option *options = FL_NEW_N(a, fl_option, table->n_options);
    size_t cut = strlen(prefix);
    c->format = f;
    c->options = options;
    c->n_options = 0;
    *unknown = NULL;
    for (int i = 0; i < table->n_options; i++) {
        const fl_option *o = &table->options[i];
        if (strncmp(o->key, prefix, cut) != 0) continue;
        const fl_option_def *def = find_def(f, o->key + cut);
        if (def == NULL) {
            *unknown = o->key;
            continue;
        }
        FL_TRY(check_option(def, o, err));
        options[c->n_options++] = (fl_option){o->key + cut, o->value};
    }
    return 0;
}
