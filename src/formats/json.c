/* SPDX-License-Identifier: Apache-2.0 */
/* json.c -- the format `json`: its options, what it refuses at planning, and its table.
 *
 * What:       one JSON object for each row, a line in a file or a message by itself.
 * Example:    {"id":1,"ts":"2024-02-29 10:11:12","r":{"x":1.5}} for (id INT, ts TIMESTAMP(3), r ROW<x DOUBLE>).
 * Interface:  fl_format_json, at the end. The work is done in json_decode.c and json_encode.c; json_int.h has the map.
 */
#include "formats/json_int.h"

#include "messages/format.h"

static const fl_option_def options[] = {
    {"fail-on-missing-field", FL_OPT_BOOL, "false", .help = "A column that is missing in the object fails the record."},
    {"ignore-parse-errors", FL_OPT_BOOL, "false",
     .help = "Fields that cannot be read become NULL, records are skipped."},
    {"timestamp-format.standard", FL_OPT_STRING, "SQL", .help = "SQL (blank) or ISO-8601 (T) between date and time."},
    {"map-null-key.mode", FL_OPT_STRING, "FAIL", .help = "FAIL, DROP or LITERAL for a map entry without a key."},
    {"map-null-key.literal", FL_OPT_STRING, "null", .help = "The key that LITERAL writes."},
    {"encode.decimal-as-plain-number", FL_OPT_BOOL, "false", .help = "Write decimals without an exponent."},
    {"encode.ignore-null-fields", FL_OPT_BOOL, "false", .help = "Leave NULL fields out."},
    {"decode.json-parser.enabled", FL_OPT_BOOL, "true", .help = "Read by tokens, rather than as a tree."},
    {NULL},
};

static bool flag(const fl_format_config *c, const char *key) {
    return fl_str_iis(fl_str_from(fl_format_option(c, key)), "true");
}

static int read_separator(const fl_format_config *c, char *out, fl_error *err) {
    const char *standard = fl_format_option(c, "timestamp-format.standard");
    *out = strcmp(standard, "SQL") == 0 ? ' ' : 'T';
    if (*out == ' ' || strcmp(standard, "ISO-8601") == 0) return 0;
    return fl_fail(err, FL_ERR_FORMAT_JSON_TIMESTAMPS, standard);
}

static int read_null_key(const fl_format_config *c, json_null_key *out, fl_error *err) {
    const char *mode = fl_format_option(c, "map-null-key.mode");
    int i;
    *out = JSON_NULL_KEY_FAIL;
    if (fl_parse_enum(fl_str_from(mode), "FAIL|DROP|LITERAL", &i, err) == 0) {
        *out = (json_null_key)i;
        return 0;
    }
    return fl_fail(err, FL_ERR_FORMAT_JSON_NULL_KEYS, mode);
}

int json_options_read(const fl_format_config *c, bool encode, json_options *out, fl_error *err) {
    *out = (json_options){
        .fail_on_missing_field = flag(c, "fail-on-missing-field"),
        .ignore_parse_errors = flag(c, "ignore-parse-errors"),
        .streaming = flag(c, "decode.json-parser.enabled"),
        .null_literal = fl_str_from(fl_format_option(c, "map-null-key.literal")),
        .plain_decimals = flag(c, "encode.decimal-as-plain-number"),
        .skip_null_fields = flag(c, "encode.ignore-null-fields"),
    };
    FL_TRY(read_separator(c, &out->separator, err));
    return encode ? read_null_key(c, &out->null_key, err) : 0;
}

static int check_type(const fl_type *t, fl_error *err) {
    char name[TEXT_TYPE_NAME_MAX];
    bool map = t->kind == FL_T_MAP || t->kind == FL_T_MULTISET,
         nested = map || t->kind == FL_T_ARRAY || t->kind == FL_T_ROW;
    if (map && !fl_type_is_char(t->fields[0].type))
        return fl_fail(err, FL_ERR_FORMAT_JSON_KEY_TYPE, text_type_name(name, t));
    bool other = fl_type_is_interval(t) || t->kind == FL_T_VARIANT;
    if (!nested && t->kind > FL_T_TIMESTAMP_LTZ && !other)
        return fl_fail(err, FL_ERR_FORMAT_JSON_TYPE, text_type_name(name, t));
    for (int i = 0; i < t->n_fields; i++) FL_TRY(check_type(t->fields[i].type, err));
    return 0;
}

static int check(const fl_format_config *c, bool encode, fl_error *err) {
    json_options opt;
    if (!encode && flag(c, "ignore-parse-errors") && flag(c, "fail-on-missing-field"))
        return fl_fail(err, FL_ERR_FORMAT_JSON_MISSING_OR_IGNORE);
    FL_TRY(json_options_read(c, encode, &opt, err));
    for (int i = 0; i < c->schema->n; i++)
        if (check_type(c->schema->fields[i].type, err) < 0)
            return fl_error_prefix(err, FL_AT_FORMAT_IN_COLUMN, c->schema->fields[i].name);
    return 0;
}

const fl_format fl_format_json = {
    .name = "json",
    .options = options,
    .changes = FL_CHANGES_INSERT,
    .check = check,
    .decoder = json_decoder_new,
    .encoder = json_encoder_new,
};
