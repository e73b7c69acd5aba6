/* SPDX-License-Identifier: Apache-2.0 */
/* format.h -- bytes to rows and rows to bytes.
 *
 * A format is one file that ends with its table; registry.c lists the tables. Decoders and encoders are made by a
 * connector for the columns that it reads or writes, with the options that stand under the format's prefix
 * ('json.ignore-parse-errors' of the table is 'ignore-parse-errors' here).
 */
#ifndef FL_FORMATS_FORMAT_H
#define FL_FORMATS_FORMAT_H

#include "base/option.h"
#include "data/schema.h"
#include "data/timezone.h"
#include "plan/plan.h"

typedef struct fl_format fl_format;
typedef struct fl_decoder fl_decoder;
typedef struct fl_encoder fl_encoder;

/* What a format gets to know. Everything borrowed lives as long as the decoder or encoder. */
typedef struct fl_format_config {
    const fl_format *format;
    const fl_schema *schema;  /* columns that are read (after projection) or written, in order */
    const fl_option *options; /* keys without the format's prefix */
    int n_options;
    const fl_schema *physical; /* decoding CSV: all columns of the record; NULL: schema */
    const int *positions;      /* of each column of schema in physical */
} fl_format_config;

/* An option's value: what the table says, or the default of its definition; NULL if it has none. */
const char *fl_format_option(const fl_format_config *c, const char *key);

struct fl_decoder {
    const fl_format *format;
    /* Decodes records from the front of bytes until the builder is full or no whole record is left. `bytes` lies inside
     * `owner`, which decoded strings may point into (the builder's columns take a reference). `last`: nothing follows,
     * so a record without its end is whole. *used: bytes consumed, to the end of the last record taken. Rows that
     * cannot be read fail with FL_E_RUNTIME (telling Flink's words and the record shortened; d->failed_at is its
     * offset), or are skipped and counted in d->bad_records where the options say so. */
    int (*decode)(fl_decoder *d, fl_str bytes, fl_buffer *owner, bool last, fl_builder *out, size_t *used,
                  fl_error *err);
    /* One message is one record (or several, or none). The same otherwise. owner may be NULL: strings are copied. */
    int (*message)(fl_decoder *d, fl_str message, fl_buffer *owner, fl_builder *out, fl_error *err);
    void (*free)(fl_decoder *d);
    int64_t bad_records;
    int64_t failed_at; /* where in `bytes` the record begins that the last failure was about */
};

struct fl_encoder {
    const fl_format *format;
    /* Appends one row, with the line end that files have between records. The row's kind is b's. */
    int (*row)(fl_encoder *e, const fl_batch *b, int row, fl_buf *out, fl_error *err);
    /* The same without a line end: one message. */
    int (*message)(fl_encoder *e, const fl_batch *b, int row, fl_buf *out, fl_error *err);
    void (*free)(fl_encoder *e);
};

struct fl_format {
    const char *name;             /* json */
    const fl_option_def *options; /* ends with key NULL; keys without prefix */
    unsigned changes;             /* row kinds that it can read and write: FL_CHANGES_INSERT for plain formats */
    /* At planning: refuses columns or options that the format cannot do. */
    int (*check)(const fl_format_config *c, bool encode, fl_error *err);
    int (*decoder)(const fl_format_config *c, fl_decoder **out, fl_error *err); /* NULL: cannot read */
    int (*encoder)(const fl_format_config *c, fl_encoder **out, fl_error *err); /* NULL: cannot write */
};

/* NULL if there is none. */
const fl_format *fl_format_find(const char *name);
/* The same, or says what is wrong with the name: unknown, or one of Flink's that is not supported yet. */
int fl_format_get(const char *name, const fl_format **out, fl_error *err);
int fl_format_count(void);
const fl_format *fl_format_at(int i);

/* The options of `table` that stand under "<prefix>" (such as "json."), with the prefix cut off, checked against the
 * format's table: values that do not parse are refused with Flink's words; unknown keys are left out, as in Flink, with
 * *unknown set to one of them for a visible note (NULL: none). */
int fl_format_options(fl_arena *a, const fl_format *f, const fl_table *table, const char *prefix, fl_format_config *c,
                      const char **unknown, fl_error *err);

#endif
