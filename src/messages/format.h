/* SPDX-License-Identifier: Apache-2.0 */
/* format.h -- records of JSON, CSV and raw bytes.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_FORMAT_H
#define FL_MESSAGES_FORMAT_H

// clang-format off: one part of an entry on a line

/* Advice that several entries give. */
#define FL_DO_SKIP_JSON "set 'json.ignore-parse-errors' = 'true' to skip such records"
#define FL_DO_SKIP_CSV "set 'csv.ignore-parse-errors' = 'true' to skip such records"
#define FL_DO_SKIP "set 'ignore-parse-errors' of the format to 'true' to skip such records"
#define FL_DO_JSON "correct the record, or " FL_DO_SKIP_JSON
#define FL_DO_CSV "correct the line, or " FL_DO_SKIP_CSV
#define FL_DO_RECORD "correct the record, or " FL_DO_SKIP
#define FL_DO_TIMES "a timestamp is 2020-01-01 10:00:00, or 2020-01-01T10:00:00 where the format's timestamp standard is 'ISO-8601'"

/* Delimiters and quotes of CSV are single characters. */
#define FL_ERR_FORMAT_CSV_CHARACTER \
    FL_E_VALIDATION, "Option 'csv.%s' must be a string with single character, but was: %s" \
    FL_ADVICE "write one character, such as ';'; a tab is written U&'\\0009'"

/* A quote character is given and quoting is switched off. */
#define FL_ERR_FORMAT_CSV_QUOTES \
    FL_E_VALIDATION, "Format cannot define a quote character and disabled quote character at the same time." \
    FL_ADVICE "remove 'csv.quote-character' or 'csv.disable-quote-character'"

/* CSV writes times of day with milliseconds at most. */
#define FL_ERR_FORMAT_CSV_TIME \
    FL_E_VALIDATION, "Csv does not support TIME type with precision: %d, it only supports precision 0 ~ 3." \
    FL_ADVICE "declare the column as TIME(3), or as STRING"

/* CSV has no form for this type. */
#define FL_ERR_FORMAT_CSV_TYPE \
    FL_E_UNSUPPORTED, "Unsupported type '%s' for field '%s'." \
    FL_ADVICE "declare the column as STRING, and parse it in the query"

/* Elements and fields in a CSV cell can only be plain values. */
#define FL_ERR_FORMAT_CSV_NESTED \
    FL_E_UNSUPPORTED, "Only simple types are supported in the second level nesting of fields '%s' but was: %s" \
    FL_ADVICE "declare the column as STRING, or use JSON"

/* The file is not in UTF-8 here. */
#define FL_ERR_FORMAT_CSV_UTF8 \
    FL_E_RUNTIME, "Invalid UTF-8 in a cell" \
    FL_ADVICE "convert the file: iconv -f LATIN1 -t UTF-8; or " FL_DO_SKIP_CSV

/* The line has more or fewer cells than the table has columns. */
#define FL_ERR_FORMAT_CSV_FIELDS \
    FL_E_RUNTIME, "Row length mismatch. %d fields expected but was %d." \
    FL_ADVICE FL_DO_CSV

/* A record is empty. */
#define FL_ERR_FORMAT_EMPTY_RECORD \
    FL_E_RUNTIME, "No content to map due to end-of-input" \
    FL_ADVICE "remove blank lines, or set 'json.ignore-parse-errors' or 'csv.ignore-parse-errors' to 'true' to " \
              "skip them"

/* After the closing quote of a cell comes neither a delimiter nor the end of the line. */
#define FL_ERR_FORMAT_CSV_AFTER_QUOTE \
    FL_E_RUNTIME, \
    "Unexpected character ('%.*s' (code %u)): Expected column separator character ('%.*s' (code %u)) or " \
    "end-of-line" \
    FL_ADVICE FL_DO_CSV

/* The line has more cells than the table has columns. */
#define FL_ERR_FORMAT_CSV_TOO_MANY \
    FL_E_RUNTIME, "Too many entries: expected at most %d (value #%d (%lld chars) \"%.*s\")" \
    FL_ADVICE FL_DO_CSV

/* There are two standards for timestamps in JSON. */
#define FL_ERR_FORMAT_JSON_TIMESTAMPS \
    FL_E_VALIDATION, \
    "Unsupported value '%s' for timestamp-format.standard. Supported values are [SQL, ISO-8601]." \
    FL_ADVICE "write 'SQL' (2020-01-01 10:00:00) or 'ISO-8601' (2020-01-01T10:00:00)"

/* There are three ways to treat NULL keys of maps. */
#define FL_ERR_FORMAT_JSON_NULL_KEYS \
    FL_E_VALIDATION, \
    "Unsupported value '%s' for option map-null-key.mode. Supported values are [LITERAL, FAIL, DROP]." \
    FL_ADVICE "write 'FAIL', 'DROP' or 'LITERAL'"

/* Keys of JSON objects are texts. */
#define FL_ERR_FORMAT_JSON_KEY_TYPE \
    FL_E_VALIDATION, "JSON format doesn't support non-string as key type of map. The type is: %s" \
    FL_ADVICE "declare the map's key as STRING"

/* JSON has no form for this type. */
#define FL_ERR_FORMAT_JSON_TYPE \
    FL_E_UNSUPPORTED, "Unsupported type: %s" \
    FL_ADVICE "declare the column as STRING"

/* One option wants to fail where the other wants to go on. */
#define FL_ERR_FORMAT_JSON_MISSING_OR_IGNORE \
    FL_E_VALIDATION, "fail-on-missing-field and ignore-parse-errors shouldn't both be true." \
    FL_ADVICE "set only one of 'json.fail-on-missing-field' and 'json.ignore-parse-errors'"

/* The number does not fit into the type of the column. */
#define FL_ERR_FORMAT_JSON_RANGE \
    FL_E_RUNTIME, "Numeric value (%.*s) out of range of %s%s" \
    FL_ADVICE "declare a wider type, such as BIGINT or DECIMAL, or " FL_DO_SKIP_JSON

/* A value for a number is neither a number nor a text of one. */
#define FL_ERR_FORMAT_JSON_NO_NUMBER \
    FL_E_RUNTIME, "The value is neither a number nor a text" \
    FL_ADVICE FL_DO_JSON

/* Binary columns are read from base64 texts. */
#define FL_ERR_FORMAT_JSON_NO_BINARY \
    FL_E_RUNTIME, "The value is no text, can not access as binary" \
    FL_ADVICE "declare the column as STRING, or " FL_DO_SKIP_JSON

/* The record ends in the middle of a value. */
#define FL_ERR_FORMAT_JSON_END \
    FL_E_RUNTIME, "Unexpected end-of-input" \
    FL_ADVICE FL_DO_JSON

/* The column is an ARRAY, the value is none. */
#define FL_ERR_FORMAT_JSON_NO_ARRAY \
    FL_E_RUNTIME, "Illegal JSON array data..." \
    FL_ADVICE FL_DO_JSON

/* The column is a MAP, the value is no object. */
#define FL_ERR_FORMAT_JSON_NO_MAP \
    FL_E_RUNTIME, "Illegal JSON map data..." \
    FL_ADVICE FL_DO_JSON

/* The column is a ROW, or this is the whole record, and the value is no object. */
#define FL_ERR_FORMAT_JSON_NO_OBJECT \
    FL_E_RUNTIME, "Illegal JSON object data..." \
    FL_ADVICE FL_DO_JSON

/* A column has no field in the record, and 'json.fail-on-missing-field' is set. */
#define FL_ERR_FORMAT_JSON_MISSING \
    FL_E_RUNTIME, "Some field is missing in the JSON data. The column is '%.*s'" \
    FL_ADVICE "add the field, or set 'json.fail-on-missing-field' = 'false' to read it as NULL"

/* A map that is written has a NULL key. */
#define FL_ERR_FORMAT_JSON_NULL_KEY \
    FL_E_RUNTIME, \
    "JSON format doesn't support to serialize map data with null keys. You can drop null key entries or " \
    "encode null in literals by specifying map-null-key.mode option." \
    FL_ADVICE "set 'json.map-null-key.mode' to 'DROP' or 'LITERAL'"

/* The record has a character that JSON does not allow at this place. */
#define FL_ERR_FORMAT_JSON_CHARACTER \
    FL_E_RUNTIME, "Unexpected character (%s)%s: %s" \
    FL_ADVICE FL_DO_JSON

/* Something else than a value begins here. */
#define FL_ERR_FORMAT_JSON_NO_VALUE \
    FL_E_RUNTIME, "Unexpected character (%s): expected a valid value %s" \
    FL_ADVICE FL_DO_JSON

/* The record ends in the middle of a value. */
#define FL_ERR_FORMAT_JSON_ENDS_IN \
    FL_E_RUNTIME, "Unexpected end-of-input%s" \
    FL_ADVICE FL_DO_JSON

/* The record ends before its object or array is closed. */
#define FL_ERR_FORMAT_JSON_ENDS_BETWEEN \
    FL_E_RUNTIME, "Unexpected end-of-input within/between %s entries" \
    FL_ADVICE FL_DO_JSON

/* The record is not in UTF-8. */
#define FL_ERR_FORMAT_JSON_UTF8_START \
    FL_E_RUNTIME, "Invalid UTF-8 start byte 0x%x" \
    FL_ADVICE "convert it: iconv -f LATIN1 -t UTF-8; or " FL_DO_SKIP_JSON

/* The record is not in UTF-8, or a character is cut. */
#define FL_ERR_FORMAT_JSON_UTF8_MIDDLE \
    FL_E_RUNTIME, "Invalid UTF-8 middle byte 0x%x" \
    FL_ADVICE "convert it: iconv -f LATIN1 -t UTF-8; or " FL_DO_SKIP_JSON

/* A word stands without quotes that is none of true, false and null. */
#define FL_ERR_FORMAT_JSON_TOKEN \
    FL_E_RUNTIME, "Unrecognized token '%.*s': was expecting %s" \
    FL_ADVICE FL_DO_JSON

/* A closing bracket does not fit to the opening one. */
#define FL_ERR_FORMAT_JSON_CLOSE \
    FL_E_RUNTIME, "Unexpected close marker '%c': expected '%c' (for %s)" \
    FL_ADVICE FL_DO_JSON

/* A control character stands between two values. */
#define FL_ERR_FORMAT_JSON_CONTROL \
    FL_E_RUNTIME, "Illegal character (%s): only regular white space (\\r, \\n, \\t) is allowed between tokens" \
    FL_ADVICE FL_DO_JSON

/* A backslash in a text is followed by a character that makes no escape. */
#define FL_ERR_FORMAT_JSON_ESCAPE \
    FL_E_RUNTIME, "Unrecognized character escape %s" \
    FL_ADVICE FL_DO_JSON

/* NaN and Infinity are no JSON. */
#define FL_ERR_FORMAT_JSON_NAN \
    FL_E_RUNTIME, "Non-standard token '%s': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow" \
    FL_ADVICE FL_DO_JSON

/* JSON numbers have no leading zeroes. */
#define FL_ERR_FORMAT_JSON_ZEROES \
    FL_E_RUNTIME, "Invalid numeric value: Leading zeroes not allowed" \
    FL_ADVICE FL_DO_JSON

/* The record ends before its object or array is closed. */
#define FL_ERR_FORMAT_JSON_UNCLOSED \
    FL_E_RUNTIME, "Unexpected end-of-input: expected close marker for %s" \
    FL_ADVICE FL_DO_JSON

/* The record ends before its object is closed. */
#define FL_ERR_FORMAT_JSON_ENDS_INSIDE \
    FL_E_RUNTIME, "The record ends inside of an object" \
    FL_ADVICE FL_DO_JSON

/* The exponent of the number has too many digits. */
#define FL_ERR_FORMAT_JSON_EXPONENT \
    FL_E_RUNTIME, "The exponent of '%.*s' is too large" \
    FL_ADVICE FL_DO_JSON

/* A STRING column takes nested JSON as text, to a certain depth. */
#define FL_ERR_FORMAT_JSON_DEPTH \
    FL_E_RUNTIME, "A text column can take JSON that is nested %d deep at most" \
    FL_ADVICE "flatten the record, or " FL_DO_SKIP_JSON

/* The value is of another kind than its column. */
#define FL_ERR_FORMAT_JSON_KIND \
    FL_E_RUNTIME, "The value is no JSON %s" \
    FL_ADVICE FL_DO_JSON

/* A column has no field in the record, and 'json.fail-on-missing-field' is set. */
#define FL_ERR_FORMAT_JSON_NO_FIELD \
    FL_E_RUNTIME, "Could not find field with name '%.*s'." \
    FL_ADVICE "add the field, or set 'json.fail-on-missing-field' = 'false' to read it as NULL"

/* The record is blank or null. */
#define FL_ERR_FORMAT_JSON_NO_CONTENT \
    FL_E_RUNTIME, "No content to map: the record is no JSON object" \
    FL_ADVICE FL_DO_JSON

/* The charset is none of those that can be read. */
#define FL_ERR_FORMAT_RAW_CHARSET \
    FL_E_VALIDATION, "Unsupported 'raw.charset' name: %s." \
    FL_ADVICE "UTF-8, ISO-8859-1 and US-ASCII are understood"

/* The order of bytes is one of two. */
#define FL_ERR_FORMAT_RAW_ENDIANNESS \
    FL_E_VALIDATION, \
    "Unsupported endianness name: %s. Valid values of 'raw.endianness' option are 'big-endian' and " \
    "'little-endian'." \
    FL_ADVICE "write 'big-endian' or 'little-endian'"

/* The raw format takes the whole record as one value. */
#define FL_ERR_FORMAT_RAW_COLUMNS \
    FL_E_VALIDATION, \
    "The 'raw' format only supports single physical column. However the defined schema contains multiple " \
    "physical columns: [%s]" \
    FL_ADVICE "declare one column, or use another format, such as 'csv'"

/* The raw format reads texts, bytes, numbers and booleans. */
#define FL_ERR_FORMAT_RAW_TYPE \
    FL_E_VALIDATION, "The 'raw' format doesn't supports '%s' as column type." \
    FL_ADVICE "declare the column as STRING or BYTES"

/* A number in the raw format has as many bytes as its type. */
#define FL_ERR_FORMAT_RAW_SIZE \
    FL_E_RUNTIME, "Size of data received for deserializing %s type is not %d." \
    FL_ADVICE "check the column's type against the data"

/* Flink has this format, flott does not yet. */
#define FL_ERR_FORMAT_NOT_YET \
    FL_E_UNSUPPORTED, "format '%s' is not supported yet" \
    FL_ADVICE "`flott formats` lists what there is"

/* There is no format of this name. */
#define FL_ERR_FORMAT_UNKNOWN_FORMAT \
    FL_E_VALIDATION, "Could not find any format factory for identifier '%s' in the classpath." \
    FL_ADVICE "`flott formats` lists what there is"

/* Flink has this option of the format, flott does not yet. */
#define FL_ERR_FORMAT_OPTION_NOT_YET \
    FL_E_UNSUPPORTED, "The option '%s' is not supported: %s" \
    FL_ADVICE "remove the option if its default will do"

/* The text for a binary column has a character that base64 does not use. */
#define FL_ERR_FORMAT_BASE64_CHARACTER \
    FL_E_RUNTIME, "Illegal character '%c' (code 0x%x) as character #%d of 4-char base64 unit" \
    FL_ADVICE "encode the value as base64, or declare the column as STRING"

/* The base64 text for a binary column breaks off. */
#define FL_ERR_FORMAT_BASE64_END \
    FL_E_RUNTIME, \
    "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects padding (one or " \
    "more '=' characters) at the end." \
    FL_ADVICE "pad the text with '=' to a multiple of four characters"

/* The text of a cell or field is no value of the column's type. */
#define FL_ERR_FORMAT_TEXT_AS \
    FL_E_RUNTIME, "Text '%.*s' could not be parsed as %s" \
    FL_ADVICE FL_DO_RECORD

/* The number does not fit into the type of the column. */
#define FL_ERR_FORMAT_TEXT_RANGE \
    FL_E_RUNTIME, "Value out of range. Value:\"%.*s\" Radix:10" \
    FL_ADVICE "declare a wider type, such as BIGINT or DECIMAL, or " FL_DO_SKIP

/* The text of a cell or field is no number. */
#define FL_ERR_FORMAT_TEXT_DECIMAL \
    FL_E_RUNTIME, \
    "Character %.*s is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark. " \
    "The text is \"%.*s\"" \
    FL_ADVICE FL_DO_RECORD

/* The text of a date or time is not of the expected form from this character on. */
#define FL_ERR_FORMAT_TIME_AT \
    FL_E_RUNTIME, "Text '%.*s' could not be parsed at index %d" \
    FL_ADVICE FL_DO_TIMES

/* Something stands behind a date or time. */
#define FL_ERR_FORMAT_TIME_REST \
    FL_E_RUNTIME, "Text '%.*s' could not be parsed, unparsed text found at index %d" \
    FL_ADVICE FL_DO_TIMES

/* The text looks like a date or time, but the calendar has no such one. */
#define FL_ERR_FORMAT_TIME_NONE \
    FL_E_RUNTIME, "Text '%.*s' could not be parsed: no such date or time" \
    FL_ADVICE FL_DO_RECORD

/* The format works in one direction only. */
#define FL_ERR_FORMAT_ONE_WAY \
    FL_E_VALIDATION, "format '%s' can only be used to %s" \
    FL_ADVICE "choose another format; `flott formats` lists what there is"

/* The file ends behind an escape character. */
#define FL_ERR_FORMAT_CSV_ESCAPE \
    FL_E_RUNTIME, "Unexpected EOF in escaped character" \
    FL_ADVICE FL_DO_CSV

/* A cell begins with a quote, and the file ends before the closing one. */
#define FL_ERR_FORMAT_CSV_UNCLOSED \
    FL_E_RUNTIME, "Missing closing quote for value" \
    FL_ADVICE "close the quote, or set 'csv.disable-quote-character' = 'true' if quotes are plain characters"

/* ---- advice that replaces that of an entry ---- */

/* No format has a similar name. */
#define FL_HINT_FORMAT_FORMATS \
    "`flott formats` lists what there is"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with the value of one field of a record. */
#define FL_AT_FORMAT_IN_FIELD \
    "Fail to deserialize at field: %s. "

/* Stands before what a format cannot do with one column. */
#define FL_AT_FORMAT_IN_COLUMN \
    "Column '%s': "

/* Stands before what is wrong with the value of one field of a JSON record. */
#define FL_AT_FORMAT_IN_JSON_FIELD \
    "Fail to deserialize at field: %.*s. "

/* Stands before what is wrong with a field that is written. */
#define FL_AT_FORMAT_WRITING_FIELD \
    "Fail to serialize at field: %s. "

/* Stands before what is wrong with a row that is written. */
#define FL_AT_FORMAT_WRITING_ROW \
    "Could not serialize row. "

/* Stands before what is wrong with one record, and shows its beginning. */
#define FL_AT_FORMAT_RECORD \
    "Failed to deserialize %s '%.*s%s'. "

// clang-format on

#endif
