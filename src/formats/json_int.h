/* SPDX-License-Identifier: Apache-2.0 */
/* json_int.h -- what the files of the JSON format share: options, the scanner, and how values reach columns.
 *
 *     json.c          options, checks and the table of the format
 *     json_scan.c     bytes to tokens, one at a time
 *     json_text.c     text again: escapes, numbers, whole values without blanks
 *     json_decode.c   records to rows, by the tokens (json.decode.json-parser.enabled = true, the default)
 *     json_tree.c     the same as if a tree had been built first (… = false): the last of repeated keys wins
 *     json_layout.c   the fast way: records that look like one that was read before
 *     json_encode.c   rows to records
 */
#ifndef FL_FORMATS_JSON_INT_H
#define FL_FORMATS_JSON_INT_H

#include "base/arena.h"
#include "data/json_text.h"
#include "data/variant.h"
#include "formats/format.h"
#include "formats/text_int.h"

/* ---- options ---- */

typedef enum json_null_key { JSON_NULL_KEY_FAIL, JSON_NULL_KEY_DROP, JSON_NULL_KEY_LITERAL } json_null_key;

typedef struct json_options {
    bool fail_on_missing_field;
    bool ignore_parse_errors;
    bool streaming; /* decode.json-parser.enabled */
    char separator; /* between date and time: ' ' (SQL) or 'T' (ISO-8601) */
    json_null_key null_key;
    fl_str null_literal; /* key that stands for NULL */
    bool plain_decimals;
    bool skip_null_fields;
} json_options;

/* What only writing needs is checked only if `encode`, as in Flink. */
int json_options_read(const fl_format_config *c, bool encode, json_options *out, fl_error *err);

/* ---- scanner ---- */

typedef enum json_token {
    JSON_NONE, /* the end, or nothing because the last call failed */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_NAME,
    JSON_STRING,
    JSON_INT,
    JSON_FLOAT,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
} json_token;

/* Reads one record token by token. The value behind a name is looked at together with the name, and the text of a
 * string only when somebody asks for it or goes on: which errors hit a field and which the record depends on this. */
typedef struct json_scan {
    const char *p, *end;
    const char *value; /* where the last value began */
    json_token token;
    json_token behind; /* token is JSON_NAME: that of its value */
    bool pending;      /* p stands at the unread text of a string */
    fl_str name;       /* of the last JSON_NAME */
    fl_str number;     /* spelling of the last number */
    fl_str string;     /* text of the last string that was read */
    int depth;         /* objects and arrays around p */
    uint8_t *scopes;   /* owned; of each: is it an object, has an entry been asked for */
    int cap_scopes;
    fl_buf name_text, string_text; /* owned; texts that had escapes */
    fl_error *err;
} json_scan;

void json_scan_init(json_scan *s);
void json_scan_deinit(json_scan *s);
/* Starts at the front of a record. */
void json_scan_start(json_scan *s, fl_str record, fl_error *err);
/* Starts inside of one, at a value that is known to lie at p; takes the value's first token. */
int json_scan_value(json_scan *s, const char *p, const char *end, fl_error *err);

/* The next token. On failure the scanner stands behind what it could not read, and may be asked again. */
int json_next(json_scan *s);
/* The text of the current token, whatever its kind: of a string or number, a name, `{`, `true` …; p is NULL if there is
 * none. Borrowed until the next token. */
int json_text(json_scan *s, fl_str *out);
/* Goes to the token behind the current value, over all that is inside. */
int json_skip(json_scan *s);
/* Nothing of the value that was entered at depth `depth` is left: its last token is the current one. Reads the text of
 * a string to its end. */
int json_value_end(json_scan *s, int depth, bool *ended);

/* Appends the bytes that the current string is the base64 text of. On failure the scanner stands where it was noticed:
 * the string is not over for it. */
int json_base64(json_scan *s, fl_buf *out);

/* Appends the current value as compact JSON text; the current token becomes the value's last one. Numbers with a
 * fraction or exponent are written as the nearest double, or, if `exact`, as a decimal without trailing zeros. */
int json_compact(json_scan *s, bool exact, fl_buf *out);

/* ---- texts ---- */

/* The nearest double as Java prints it. */
void json_put_double(fl_buf *out, fl_str number);

/* ---- names of fields ---- */

typedef struct json_names {
    const fl_str *names; /* in an arena */
    int n;
    int16_t *slots; /* open addressing by hash; NULL: few enough to compare each */
    uint32_t mask;
} json_names;

void json_names_init(json_names *t, fl_arena *a, const fl_field *fields, int n);
int json_names_find(const json_names *t, fl_str name); /* -1: none */

/* ---- decoder ---- */

typedef struct json_decoder json_decoder;
typedef struct json_reader json_reader;
typedef struct json_layouts json_layouts;

/* Turns the current value into exactly one more value of the column, or fails; then the column may have gained a part
 * of a value, which the caller cuts off. */
typedef int json_read_fn(json_decoder *d, const json_reader *r, fl_column *c);

struct json_reader {
    const fl_type *type;
    json_read_fn *read;
    const json_reader *kids; /* ARRAY: element; MAP, MULTISET: key, value; ROW: fields */
    int n_kids;
    json_names names; /* ROW */
};

struct json_decoder {
    fl_decoder base;
    /* set once */
    fl_arena arena;
    json_options opt;
    bool exact;            /* some column is a DECIMAL: fractions inside of texts are decimals too */
    json_reader row;       /* of the whole record */
    json_layouts *layouts; /* NULL: not learned */
    /* changes with every record */
    json_scan scan;
    fl_str record;    /* the one being read */
    fl_buffer *owner; /* of its bytes; NULL: strings are copied */
    fl_buf text;      /* scratch: container texts, decoded base64 */
    fl_arena scratch; /* of the VARIANT being read */
    fl_variant_builder variant;
};

/* json_decode.c: the reader of a type; its kids live in the decoder's arena. */
json_reader json_reader_of(json_decoder *d, const fl_type *type);
/* Runs a reader and keeps to ignore-parse-errors: an unreadable value becomes NULL. */
int json_read_value(json_decoder *d, const json_reader *r, fl_column *c);
/* Reads the text of a value of a scalar type into its column: what both ways of parsing do with text. */
int json_read_text(json_decoder *d, fl_str text, fl_column *c);
/* The current value as a VARIANT: what PARSE_JSON makes of its text, where of repeated keys the last counts. The current
 * token becomes the value's last one. */
int json_read_variant(json_decoder *d, fl_column *c);
/* The keys [first, n) of a map without repetition: for each, in the order in which they first came, the row where it
 * came last. NULL if none is repeated; else owned by the caller. */
int *json_distinct_keys(const fl_column *keys, int first, int *n);
/* Rows [first, n) of a column become these `n` of them. */
void json_keep_rows(fl_column *c, int first, const int *rows, int n);
/* Fails for a field: puts Flink's words before the reason. */
int json_field_failed(json_decoder *d, fl_str name);
/* The value of a number that need not be whole, as Java's int or long. */
int json_read_truncated(json_decoder *d, fl_str number, bool wide, int64_t *out);

/* json_tree.c */
int json_tree_record(json_decoder *d, fl_column **cols, int row, bool *none);

/* json_layout.c */
json_layouts *json_layouts_new(const json_decoder *d);
void json_layouts_free(json_layouts *l); /* NULL is fine */
/* Reads records at the front of `bytes` (which lie in d->owner) for as long as they look like a known one: whole lines,
 * or one message. Returns the bytes consumed. */
size_t json_layouts_lines(json_decoder *d, fl_str bytes, fl_builder *out);
bool json_layouts_message(json_decoder *d, fl_str message, fl_builder *out);
/* Remembers how d->record, which has just been read to a row, looks. */
void json_layouts_learn(json_decoder *d);

/* The hooks of the format's table. */
int json_encoder_new(const fl_format_config *c, fl_encoder **out, fl_error *err);
int json_decoder_new(const fl_format_config *c, fl_decoder **out, fl_error *err);

#endif
