/* SPDX-License-Identifier: Apache-2.0 */
/* type.h -- types, and time zones.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_TYPE_H
#define FL_MESSAGES_TYPE_H

// clang-format off: one part of an entry on a line

/* The system's file for this time zone cannot be read as one. */
#define FL_ERR_TYPE_ZONE_FILE \
    FL_E_IO, "'%s' is not a time zone file, or it is damaged" \
    FL_ADVICE "install the package tzdata again, or name a fixed offset such as GMT+01:00"

/* The system has no time zone data at all. */
#define FL_ERR_TYPE_NO_ZONE_DATA \
    FL_E_IO, "cannot find time zone '%s': there is no time zone data on this machine (%s)" \
    FL_ADVICE "install the package tzdata (apt install tzdata, dnf install tzdata, apk add tzdata), or name a " \
              "fixed offset such as GMT+01:00"

/* The name is neither in the system's time zone database nor a fixed offset. */
#define FL_ERR_TYPE_UNKNOWN_ZONE \
    FL_E_VALIDATION, "Invalid time zone '%s'. The value should be a Time Zone Database (TZDB) ID such as " \
                     "'America/Los_Angeles', a fixed offset such as 'GMT+03:00', or 'UTC'" \
    FL_ADVICE "names are case-sensitive and look like 'Europe/Berlin'; abbreviations such as CEST are not taken"

/* The text of a type ends where more is expected. */
#define FL_ERR_TYPE_ENDS \
    FL_E_VALIDATION, "Could not parse type at position %zu: Unexpected end." \
    FL_ADVICE "complete the type, as in DECIMAL(10, 2), ARRAY<INT> or ROW<a INT, b STRING>"

/* The text of a type has something at this place that no type has. */
#define FL_ERR_TYPE_TOKEN \
    FL_E_VALIDATION, "Could not parse type at position %zu: Unexpected token: %.*s" \
    FL_ADVICE "write the type as in Flink SQL: INT, DECIMAL(10, 2), ARRAY<INT>, ROW<a INT, b STRING>"

/* Something else than a type stands where a column's type is expected. */
#define FL_ERR_TYPE_SYNTAX \
    FL_E_PARSE, "Encountered \"%.*s\"" \
    FL_ADVICE "write a type of Flink SQL: INT, DECIMAL(10, 2), TIMESTAMP(3), ARRAY<INT>, ROW<a INT, b STRING>"

/* A keyword stands where a type is expected. */
#define FL_ERR_TYPE_KEYWORD \
    FL_E_PARSE, "Incorrect syntax near the keyword '%.*s'" \
    FL_ADVICE "write a type of Flink SQL, or put a name that is a keyword in backticks"

/* Two fields of a ROW type have one name. */
#define FL_ERR_TYPE_FIELD_TWICE \
    FL_E_VALIDATION, "Field names must be unique. Found duplicates: [%s]" \
    FL_ADVICE "give each field a name of its own"

/* A plain NULL has no type, and nothing around it gives it one. */
#define FL_ERR_TYPE_NULL_HAS_NO_TYPE \
    FL_E_VALIDATION, "Illegal use of 'NULL'" \
    FL_ADVICE "write CAST(NULL AS …)"

/* A plain NULL as an argument leaves the type of the call open. */
#define FL_ERR_TYPE_NULL_ARGUMENT \
    FL_E_VALIDATION, "Illegal use of 'NULL': nothing tells its type in '%s'" \
    FL_ADVICE "write CAST(NULL AS …)"

/* The column is a plain NULL, which has no type. */
#define FL_ERR_TYPE_NULL_COLUMN \
    FL_E_VALIDATION, "Illegal use of 'NULL': column '%s' has no type" \
    FL_ADVICE "write CAST(NULL AS …)"

/* The precision of days in an interval type goes from 1 to 6. */
#define FL_ERR_TYPE_DAY_PRECISION \
    FL_E_VALIDATION, "DAY_INTERVAL_TYPES precision is not supported: %d" \
    FL_ADVICE "write INTERVAL DAY(3) TO SECOND"

/* Flink compares these types only after a cast. */
#define FL_ERR_TYPE_IMPLICIT \
    FL_E_VALIDATION, "implicit type conversion between %s and %s is not supported now" \
    FL_ADVICE "write CAST(… AS …) around one side"

/* A precision or a length of a type is out of Flink's bounds. */
#define FL_ERR_TYPE_RANGE \
    FL_E_VALIDATION, "%s must be between %d and %d (both inclusive)." \
    FL_ADVICE "write a number within the bounds"

/* The scale counts digits behind the point, the precision all of them. */
#define FL_ERR_TYPE_SCALE \
    FL_E_VALIDATION, "Decimal scale must be between 0 and the precision %d (both inclusive)." \
    FL_ADVICE "write DECIMAL(precision, scale) with the greater number first"

/* Months have no fixed number of days. */
#define FL_ERR_TYPE_INTERVAL_MIX \
    FL_E_VALIDATION, "An interval holds months, or days and times, not both" \
    FL_ADVICE "use two columns, one for months and one for days"

/* Flink's grammar knows the type, its planner does not. */
#define FL_ERR_TYPE_UNSUPPORTED \
    FL_E_UNSUPPORTED, "Type is not supported: %s" \
    FL_ADVICE "use another type, such as BYTES or STRING"

/* Nesting has a limit so that no script can exhaust the stack. */
#define FL_ERR_TYPE_DEPTH \
    FL_E_LIMIT, "A type nests more than %d levels deep" \
    FL_ADVICE "flatten the type, or keep the inner part as STRING"

/* RAW values are Java objects; only the Java class that serialised them can read them. */
#define FL_ERR_TYPE_RAW \
    FL_E_VALIDATION, "Unable to restore the RAW type of class '%s' with serializer snapshot '%s'." \
    FL_ADVICE "declare the column as BYTES, or as the type that the values have in SQL; flott runs no Java classes"

// clang-format on

#endif
