/* SPDX-License-Identifier: Apache-2.0 */
/* value.h -- values that a running job cannot compute with.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_VALUE_H
#define FL_MESSAGES_VALUE_H

// clang-format off: one part of an entry on a line

/* Advice that several entries give. */
#define FL_DO_TRY_CAST "correct the value, or use TRY_CAST to get NULL instead"

/* Stands before what is wrong with a value that was computed from these columns of a row. */
#define FL_AT_VALUE_IN_ROW \
    "with %s: "

/* A value that goes into state or over an exchange can have 2 GB at most. */
#define FL_ERR_VALUE_TOO_LONG \
    FL_E_LIMIT, "A value of %s takes %zu bytes" \
    FL_ADVICE "shorten the value in the query, for example with SUBSTRING"

/* The text to be cast is no number, or its number does not fit into the type. */
#define FL_ERR_VALUE_NOT_INTEGER \
    FL_E_RUNTIME, "For input string: '%.*s'. %s" \
    FL_ADVICE FL_DO_TRY_CAST

/* A blank text is no number. */
#define FL_ERR_VALUE_EMPTY_NUMBER \
    FL_E_RUNTIME, "empty String" \
    FL_ADVICE "use TRY_CAST, or NULLIF(x, ''), to get NULL instead"

/* The text is no number. */
#define FL_ERR_VALUE_NOT_NUMBER \
    FL_E_RUNTIME, "For input string: \"%.*s\"" \
    FL_ADVICE FL_DO_TRY_CAST

/* Only true, false, t, f, yes, no, y, n, 1 and 0 are taken for BOOLEAN, in any case. */
#define FL_ERR_VALUE_NOT_BOOLEAN \
    FL_E_RUNTIME, "Cannot parse '%.*s' as BOOLEAN." \
    FL_ADVICE FL_DO_TRY_CAST

/* The text is no date or time of the form YYYY-MM-DD or HH:MM:SS. */
#define FL_ERR_VALUE_NOT_A_DATE \
    FL_E_RUNTIME, "For input string: '%.*s'." \
    FL_ADVICE FL_DO_TRY_CAST

/* A time of day is at least 00:00 and ends before 24:00. Expressions may go beyond, but not what they show. */
#define FL_ERR_VALUE_HOUR_RANGE \
    FL_E_RUNTIME, "Hour out of range: [%d]" \
    FL_ADVICE "correct the value: hours go from 0 to 23"

/* The text is no timestamp of the form YYYY-MM-DD HH:MM:SS.fff. */
#define FL_ERR_VALUE_NOT_A_TIMESTAMP \
    FL_E_RUNTIME, "Text '%.*s' could not be parsed as a timestamp" \
    FL_ADVICE "use TO_TIMESTAMP(text, pattern) for other forms, or TRY_CAST to get NULL"

/* The printed value is longer than the width the pattern gives it. */
#define FL_ERR_VALUE_PAD_WIDTH \
    FL_E_RUNTIME, "Cannot print as output of %zu characters exceeds pad width of %d" \
    FL_ADVICE "remove the p letters from the pattern, or add more of them"

/* A TIMESTAMP without time zone has no offset that could be printed. */
#define FL_ERR_VALUE_NO_ZONE_TO_PRINT \
    FL_E_RUNTIME, "a TIMESTAMP has no zone to print: pattern letter %c" \
    FL_ADVICE "remove the letter, or cast to TIMESTAMP_LTZ"

/* The divisor is zero in at least one row. */
#define FL_ERR_VALUE_DIVISION_BY_ZERO \
    FL_E_RUNTIME, "Division by zero" \
    FL_ADVICE "guard it: x / NULLIF(y, 0) gives NULL, CASE WHEN y <> 0 THEN x / y END too"

/* The divisor is zero in at least one row; the words are Java's. */
#define FL_ERR_VALUE_MODULO_BY_ZERO \
    FL_E_RUNTIME, "/ by zero" \
    FL_ADVICE "guard it: MOD(x, NULLIF(y, 0)) gives NULL"

/* A DECIMAL can hold neither infinities nor NaN; Flink fails here even under TRY_CAST. */
#define FL_ERR_VALUE_INFINITE \
    FL_E_RUNTIME, "Infinite or NaN" \
    FL_ADVICE "filter such values out: x = x AND ABS(x) < 1e308"

/* One element of an array or a map cannot be cast. */
#define FL_ERR_VALUE_CAST_ELEMENT \
    FL_E_RUNTIME, "one of the elements cannot be cast" \
    FL_ADVICE "use TRY_CAST to get NULL for the whole value"

/* One field of a row cannot be cast. */
#define FL_ERR_VALUE_CAST_FIELD \
    FL_E_RUNTIME, "one of the fields cannot be cast" \
    FL_ADVICE "use TRY_CAST to get NULL for the whole value"

/* A map is made of keys and values at the same positions. */
#define FL_ERR_VALUE_MAP_ARRAYS \
    FL_E_RUNTIME, \
    "Invalid function MAP_FROM_ARRAYS call:\nThe length of the keys array %d is not equal to the length of the values " \
    "array %d" \
    FL_ADVICE "give it two arrays of the same length"

/* ELEMENT gives the only element of an array, and this array has several. */
#define FL_ERR_VALUE_ONE_ELEMENT \
    FL_E_RUNTIME, "Array has more than one element." \
    FL_ADVICE "use a[1] for the first one"

/* Numbers are taken as seconds or as milliseconds. */
#define FL_ERR_VALUE_LTZ_PRECISION \
    FL_E_RUNTIME, \
    "The precision value '%d' for function TO_TIMESTAMP_LTZ(numeric, precision) is unsupported, the " \
    "supported value is '0' for second or '3' for millisecond." \
    FL_ADVICE "pass 0 for seconds, or 3 for milliseconds"

/* The text has a character that base64 does not use. */
#define FL_ERR_VALUE_BASE64_CHARACTER \
    FL_E_RUNTIME, "Illegal base64 character %x" \
    FL_ADVICE "check that the value is base64; blanks and URL-safe characters are not taken"

/* Something stands behind the padding of a base64 text. */
#define FL_ERR_VALUE_BASE64_ENDING \
    FL_E_RUNTIME, "Input byte array has incorrect ending byte at %zu" \
    FL_ADVICE "check that the value is one base64 text"

/* The base64 text breaks off. */
#define FL_ERR_VALUE_BASE64_SHORT \
    FL_E_RUNTIME, "Last unit does not have enough valid bits" \
    FL_ADVICE "check that the value has not been cut"

/* The base64 text has too few or too many '=' at its end. */
#define FL_ERR_VALUE_BASE64_PADDING \
    FL_E_RUNTIME, "Input byte array has wrong 4-byte ending unit" \
    FL_ADVICE "pad the text with '=' to a multiple of four characters"

/* One batch of rows would make more text than a batch can hold. */
#define FL_ERR_VALUE_BATCH_TEXT \
    FL_E_RUNTIME, "the texts of one batch would have more than %d bytes" \
    FL_ADVICE "make shorter texts: look at REPEAT, LPAD and RPAD with large counts"

/* The value is infinite, or not a number, and cannot be rounded. */
#define FL_ERR_VALUE_NO_DIGITS \
    FL_E_RUNTIME, "%s has no decimal digits" \
    FL_ADVICE "filter such values out: x = x AND ABS(x) < 1e308"

/* Rounding goes by way of a DECIMAL of 38 digits. */
#define FL_ERR_VALUE_TOO_MANY_DIGITS \
    FL_E_RUNTIME, "%g has more than 20 digits before the point" \
    FL_ADVICE "round smaller numbers, or use FLOOR and CEIL"

/* RAND_INTEGER draws below its bound. */
#define FL_ERR_VALUE_RANDOM_BOUND \
    FL_E_RUNTIME, "bound must be positive" \
    FL_ADVICE "pass a bound of at least 1"

/* Flink fails on a NULL among DECIMALs of different precision here. */
#define FL_ERR_VALUE_NULL_DECIMALS \
    FL_E_RUNTIME, "NULL among decimals of different types" \
    FL_ADVICE "cast all arguments to one DECIMAL type"

/* The pattern has too many ways to match this text, as (a+)+ has. */
#define FL_ERR_VALUE_REGEX_GIVES_UP \
    FL_E_RUNTIME, "matching gives up: the pattern tries too many ways" \
    FL_ADVICE "make the pattern more definite: anchor it, or avoid nested repetitions"

/* The pattern is not valid, which gives NULL, and the result's type does not allow NULL. */
#define FL_ERR_VALUE_REGEX_NULL \
    FL_E_RUNTIME, "the pattern is no regular expression: NULL where the type is NOT NULL" \
    FL_ADVICE "correct the pattern; backslashes in SQL texts are not doubled"

/* A delimiter of STR_TO_MAP is a regular expression, and this one is not valid. */
#define FL_ERR_VALUE_DELIMITER \
    FL_E_RUNTIME, "the delimiter '%.*s' is no regular expression" \
    FL_ADVICE "put a backslash before characters that mean more than themselves, such as . | [ ("

/* ENCODE and DECODE know the character sets that every Java has. */
#define FL_ERR_VALUE_CHARSET \
    FL_E_RUNTIME, "unsupported charset: %.*s" \
    FL_ADVICE "use UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE or UTF-16LE"

/* The pattern of SIMILAR TO is not one: a bracket is open, or an escape has nothing to escape. */
#define FL_ERR_VALUE_SIMILAR_PATTERN \
    FL_E_RUNTIME, "Invalid regular expression '%.*s'" \
    FL_ADVICE "close brackets and parentheses; put ESCAPE characters before what they quote"

/* The escape of SIMILAR TO must be one character. */
#define FL_ERR_VALUE_SIMILAR_ESCAPE \
    FL_E_RUNTIME, "Invalid escape character '%.*s'" \
    FL_ADVICE "write ESCAPE '\\' or another single character"

/* PRINTF knows the conversions %s, %c, %b, %d, %o, %x, %e, %f, %g and %a. */
#define FL_ERR_VALUE_PRINTF_CONVERSION \
    FL_E_RUNTIME, "the conversion %%%s%c is not supported" \
    FL_ADVICE "use %%s with a text: CAST(… AS STRING), or DATE_FORMAT for times"

/* Occurrences are counted from 1. */
#define FL_ERR_VALUE_NTH \
    FL_E_RUNTIME, "nthAppearance must be positive!" \
    FL_ADVICE "pass 1 or more"

/* The result of a text function would not fit into one value. */
#define FL_ERR_VALUE_RESULT_TOO_LONG \
    FL_E_RUNTIME, "the result would have %llu bytes" \
    FL_ADVICE "lower the count or the length passed to the function"

/* A number in the statement has more than 38 digits, or is too large for a DOUBLE. */
#define FL_ERR_VALUE_LITERAL_RANGE \
    FL_E_VALIDATION, "Numeric literal '%.*s' out of range" \
    FL_ADVICE "write it in quotes as a text, or with fewer digits"

/* A VARIANT has 16 MB at most, as in Flink: of names, and of all else. */
#define FL_ERR_VALUE_VARIANT_SIZE \
    FL_E_LIMIT, "VARIANT_SIZE_LIMIT: a VARIANT, and its names, can have %d bytes" \
    FL_ADVICE "keep parts of the JSON text only, for example with JSON_QUERY"

/* An object of a VARIANT has one member of a name; PARSE_JSON can be told to keep the last. */
#define FL_ERR_VALUE_VARIANT_DUPLICATE \
    FL_E_RUNTIME, "VARIANT_DUPLICATE_KEY: an object has two members of the same name" \
    FL_ADVICE "PARSE_JSON(s, TRUE) keeps the last of them, TRY_PARSE_JSON gives NULL"

/* A number of a JSON text is beyond what a DOUBLE holds. */
#define FL_ERR_VALUE_VARIANT_NUMBER \
    FL_E_RUNTIME, "the number %.*s is out of range of DOUBLE" \
    FL_ADVICE "write it as a JSON string, or use TRY_PARSE_JSON to get NULL"

/* v['name'] of an array or of a scalar. */
#define FL_ERR_VALUE_VARIANT_KEY \
    FL_E_RUNTIME, "String key access on variant requires an object variant, but a non-object variant was provided: %s" \
    FL_ADVICE "use v[1] for the first item of an array; CAST(v AS …) turns a scalar into a value of SQL"

/* v[1] of an object or of a scalar. */
#define FL_ERR_VALUE_VARIANT_INDEX \
    FL_E_RUNTIME, "Integer index access on variant requires an array variant, but a non-array variant was provided: %s" \
    FL_ADVICE "use v['name'] for a member of an object; CAST(v AS …) turns a scalar into a value of SQL"

/* A VARIANT holds one kind of value, and a cast makes nothing else of it: no number of a text, no text of an object. */
#define FL_ERR_VALUE_VARIANT_CAST \
    FL_E_RUNTIME, "Cannot cast a VARIANT %s value to %s" \
    FL_ADVICE "cast it to its own type first, for example CAST(CAST(v AS STRING) AS INT); TRY_CAST gives NULL"

/* The number is beyond the range of the type. */
#define FL_ERR_VALUE_VARIANT_OVERFLOW \
    FL_E_RUNTIME, "Casting the VARIANT value %.*s to %s overflowed" \
    FL_ADVICE "cast it to a wider type; TRY_CAST gives NULL"

/* The number has a fraction for which the type has no room. */
#define FL_ERR_VALUE_VARIANT_LOSSY \
    FL_E_RUNTIME, "Casting the VARIANT value %.*s to %s would lose precision" \
    FL_ADVICE "cast it to a type that holds it, such as DECIMAL(38, 18), and then to this one; TRY_CAST gives NULL"

/* A JSON null stands where the type is NOT NULL. */
#define FL_ERR_VALUE_VARIANT_NULL \
    FL_E_RUNTIME, "Cannot cast a VARIANT null value to %s because the target does not accept NULL" \
    FL_ADVICE "leave NOT NULL out of the type; TRY_CAST gives NULL"

/* A cast to a text is for scalars: an object or array has JSON text. */
#define FL_ERR_VALUE_VARIANT_TO_TEXT \
    FL_E_RUNTIME, "Cannot cast a VARIANT %s value to a character string" \
    FL_ADVICE "use JSON_STRING(v) for its JSON text; TRY_CAST gives NULL"

/* Bytes become a text if they are UTF-8. */
#define FL_ERR_VALUE_VARIANT_UTF8 \
    FL_E_RUNTIME, "Cannot cast the VARIANT binary value to a character string because it is not valid UTF-8" \
    FL_ADVICE "cast it to BYTES; TRY_CAST gives NULL"

/* A ROW is made of an object that has all of its fields; names must be written alike. */
#define FL_ERR_VALUE_VARIANT_NO_FIELD \
    FL_E_RUNTIME, "Cannot cast the VARIANT object to ROW because the field '%s' is not present in the VARIANT" \
    FL_ADVICE "cast to a MAP, or take the members with v['name']; TRY_CAST gives NULL"

/* Bytes that are to be a VARIANT are none: a file of state, or data from outside, is damaged. */
#define FL_ERR_VALUE_VARIANT_BAD \
    FL_E_RUNTIME, "MALFORMED_VARIANT: the bytes are no VARIANT" \
    FL_ADVICE "mend what the bytes come from"

// clang-format on

#endif
