/* SPDX-License-Identifier: Apache-2.0 */
/* csv_int.h -- what the files of the CSV format share: options, and the reader of cells.
 *
 *     csv.c          options, checks and the table of the format
 *     csv_scan.c     bytes to the cells of one record
 *     csv_decode.c   cells to rows, the fast way for plain records first
 *     csv_encode.c   rows to records
 */
#ifndef FL_FORMATS_CSV_INT_H
#define FL_FORMATS_CSV_INT_H

#include "formats/format.h"
#include "formats/text_int.h"

typedef struct csv_options {
    fl_str delimiter; /* one character, UTF-8 */
    fl_str quote;     /* one character; empty: none */
    fl_str escape;    /* one character; empty: none */
    fl_str element_delimiter;
    fl_str null_literal; /* p NULL: none */
    bool allow_comments;
    bool ignore_parse_errors;
    bool scientific;   /* decimals in messages have an exponent, as those in files do */
    char unescaped[4]; /* the delimiter, if it was written as an escape: do not copy the struct */
} csv_options;

int csv_options_read(const fl_format_config *c, csv_options *out, fl_error *err);

/* How a cell ended. */
typedef enum csv_end {
    CSV_DELIMITER, /* another cell follows */
    CSV_LINE,      /* with the line */
    CSV_INPUT,     /* with the input: there is no more */
    CSV_MORE,      /* not yet: more bytes must come */
    CSV_BAD,       /* it is malformed; err tells how */
} csv_end;

typedef struct csv_cell {
    const char *p; /* in the record; NULL: in the scanner's text, from `at` on */
    size_t at, n;
} csv_cell;

typedef struct csv_scan {
    /* set once */
    const csv_options *opt;
    int cells_max; /* columns of the record */
    /* of one record */
    const char *p, *end;
    bool last;       /* nothing follows `end` */
    csv_cell *cells; /* owned; cells_max + 1 */
    int n;
    fl_buf text; /* of cells that are not in the record as they are */
    fl_error *err;
} csv_scan;

void csv_scan_init(csv_scan *s, const csv_options *opt, int cells_max);
void csv_scan_deinit(csv_scan *s);

/* Reads the cells of the record at p, to the end of its line. CSV_LINE or CSV_INPUT if that went well. A bad record is
 * read to its end too. */
csv_end csv_scan_record(csv_scan *s);
/* One cell at p, and what ends it. */
csv_end csv_scan_cell(csv_scan *s, csv_cell *out);
/* Over the lines in front of a record that hold no data. False: more bytes must come. */
bool csv_skip_comments(csv_scan *s);

static inline fl_str csv_text(const csv_scan *s, const csv_cell *c) {
    return fl_str_make(c->p != NULL ? c->p : s->text.p + c->at, c->n);
}

/* Calls for each element of a cell that holds an array or a row. */
typedef struct csv_elements {
    fl_str rest; /* p NULL: none left */
    fl_str delimiter;
} csv_elements;

csv_elements csv_elements_of(fl_str cell, fl_str delimiter);
bool csv_next_element(csv_elements *e, fl_str *out);

int csv_decoder_new(const fl_format_config *c, fl_decoder **out, fl_error *err);
int csv_encoder_new(const fl_format_config *c, fl_encoder **out, fl_error *err);

#endif
