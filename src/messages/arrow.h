/* SPDX-License-Identifier: Apache-2.0 */
/* arrow.h -- tables that programs hand in and out as Arrow.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_ARROW_H
#define FL_MESSAGES_ARROW_H

// clang-format off: one part of an entry on a line

/* The type of the column has no counterpart in Arrow. */
#define FL_ERR_ARROW_NO_FORM \
    FL_E_UNSUPPORTED, "column '%s' of type %s has no form in Arrow" \
    FL_ADVICE "cast the column, for example to STRING"

/* The texts of one Arrow column are addressed by 32-bit offsets, which end at 2 GB. */
#define FL_ERR_ARROW_TEXT_TOO_LONG \
    FL_E_LIMIT, "%zu bytes of text do not fit into one Arrow column; take fewer rows" \
    FL_ADVICE "take fewer rows at a time"

/* Arrow keeps timestamps of more than microseconds in 64 bits of nanoseconds. */
#define FL_ERR_ARROW_TIMESTAMP_RANGE \
    FL_E_RUNTIME, "a TIMESTAMP(%d) outside 1677-09-21 … 2262-04-11 has no form in Arrow" \
    FL_ADVICE "cast the column to TIMESTAMP(6), which has no such limit"

/* Arrow maps have no NULL keys, and programs that read them may abort. */
#define FL_ERR_ARROW_NULL_MAP_KEY \
    FL_E_RUNTIME, "a map with a NULL key has no form in Arrow" \
    FL_ADVICE "filter the NULL keys out, or cast the map to STRING"

/* Opaque objects live in this process only. */
#define FL_ERR_ARROW_NO_OBJECTS \
    FL_E_UNSUPPORTED, "objects of kind '%s' have no form in Arrow" \
    FL_ADVICE "cast the column, or leave it out of the result"

/* The program that handed the data in has left the format of a column empty. */
#define FL_ERR_ARROW_NO_FORMAT \
    FL_E_VALIDATION, "column '%s' has no Arrow format" \
    FL_ADVICE "mend the schema: each column needs an Arrow format string"

/* The column is of an Arrow type that has no counterpart in Flink's SQL types. */
#define FL_ERR_ARROW_UNKNOWN_FORMAT \
    FL_E_UNSUPPORTED, "Arrow format '%s' of column '%s' is not supported" \
    FL_ADVICE "cast it in the program that hands it in"

/* A nested Arrow type has another number of children than its format says. */
#define FL_ERR_ARROW_WRONG_CHILDREN \
    FL_E_VALIDATION, "Arrow format '%s' of column '%s' has wrong children" \
    FL_ADVICE "mend the schema in the program that hands it in"

/* The entries of an Arrow map must be a struct of two fields. */
#define FL_ERR_ARROW_BAD_MAP \
    FL_E_VALIDATION, "an Arrow map needs entries of a key and a value" \
    FL_ADVICE "mend the schema in the program that hands it in"

/* Types are nested deeper than this program follows. */
#define FL_ERR_ARROW_TOO_DEEP \
    FL_E_LIMIT, "column '%s' nests more than %d levels deep" \
    FL_ADVICE "flatten the type in the program that hands it in"

/* Dictionary indices must be integers. */
#define FL_ERR_ARROW_BAD_DICTIONARY \
    FL_E_VALIDATION, "column '%s' has dictionary indices of Arrow format '%s'" \
    FL_ADVICE "mend the schema in the program that hands it in"

/* Tables are handed over as one struct whose fields are the columns. */
#define FL_ERR_ARROW_NO_STRUCT \
    FL_E_VALIDATION, "an Arrow schema must be a struct of columns, not format '%s'" \
    FL_ADVICE "export a record batch or a table, not a single column"

/* Lengths, offsets or buffers of the Arrow data contradict each other. */
#define FL_ERR_ARROW_MALFORMED \
    FL_E_RUNTIME, "malformed Arrow data of format '%s': %s" \
    FL_ADVICE "this is a fault of the program that made the data: check it there"

/* A value is outside of what its SQL type holds. */
#define FL_ERR_ARROW_OUT_OF_RANGE \
    FL_E_RUNTIME, "a value of Arrow format '%s' is out of range" \
    FL_ADVICE "cast or filter the value in the program that hands it in"

/* The elements of nested columns are counted with 31 bits. */
#define FL_ERR_ARROW_TOO_MANY \
    FL_E_LIMIT, "%lld elements in %d rows of Arrow format '%s' are too many" \
    FL_ADVICE "hand the data in as several smaller batches"

/* A batch has another number of columns than the schema it came with. */
#define FL_ERR_ARROW_COLUMN_COUNT \
    FL_E_VALIDATION, "%d columns in Arrow, not %d" \
    FL_ADVICE "hand in batches of one schema only"

/* A batch has a column of another type than the schema it came with. */
#define FL_ERR_ARROW_COLUMN_TYPE \
    FL_E_VALIDATION, "column '%s' is %s in Arrow, not %s" \
    FL_ADVICE "hand in batches of one schema only"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with one column of a table that was handed in or out as Arrow. */
#define FL_AT_ARROW_AT_COLUMN \
    "column '%s': "

// clang-format on

#endif
