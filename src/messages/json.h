/* SPDX-License-Identifier: Apache-2.0 */
/* json.h -- JSON texts in expressions: reading them, paths into them, making them.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_JSON_H
#define FL_MESSAGES_JSON_H

// clang-format off: one part of an entry on a line

/* Advice that several entries give. */
#define FL_DO_CHECK_JSON "correct the text; `x IS JSON` finds such rows, ON ERROR says what they give instead"
#define FL_DO_ON_ERROR "correct the path or the value, or write NULL ON ERROR or DEFAULT … ON ERROR"

/* The text is empty, or has only blanks. */
#define FL_ERR_JSON_EMPTY \
    FL_E_RUNTIME, "No content to map due to end-of-input: the text is empty" \
    FL_ADVICE FL_DO_CHECK_JSON

/* The text breaks off inside of a value. */
#define FL_ERR_JSON_ENDS \
    FL_E_RUNTIME, "Unexpected end-of-input: the JSON text is cut" \
    FL_ADVICE FL_DO_CHECK_JSON

/* The exponent of a number is beyond all bounds. */
#define FL_ERR_JSON_EXPONENT \
    FL_E_RUNTIME, "the exponent of '%.*s' is too large" \
    FL_ADVICE FL_DO_CHECK_JSON

/* JSON(…) is no value of its own: it says that a text is part of a JSON text as it is. */
#define FL_ERR_JSON_PLACE \
    FL_E_VALIDATION, \
    "The JSON() function is currently only supported inside JSON_ARRAY() or as the VALUE param of JSON_OBJECT()." \
    FL_ADVICE "write JSON_OBJECT('a' VALUE JSON(x)) or JSON_ARRAY(JSON(x)); elsewhere use the text itself"

/* JSON_UNQUOTE met the beginning of an escape behind the string. */
#define FL_ERR_JSON_ESCAPE_ENDS \
    FL_E_RUNTIME, "the text ends within the four digits of a \\u escape" \
    FL_ADVICE "correct the text; CASE WHEN … THEN JSON_UNQUOTE(x) ELSE x END leaves such rows out"

/* A character stands where JSON allows none such. */
#define FL_ERR_JSON_CHARACTER \
    FL_E_RUNTIME, "Unexpected character ('%.*s' (code %u)): %s" \
    FL_ADVICE FL_DO_CHECK_JSON

/* Control characters, but blanks between values, must be escaped. */
#define FL_ERR_JSON_CONTROL \
    FL_E_RUNTIME, "Illegal character ((CTRL-CHAR, code %u)): %s" \
    FL_ADVICE FL_DO_CHECK_JSON

/* A word stands where JSON knows only true, false and null. */
#define FL_ERR_JSON_TOKEN \
    FL_E_RUNTIME, "Unrecognized token '%.*s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' " \
                  "or 'false')" \
    FL_ADVICE FL_DO_CHECK_JSON

/* JSON numbers have no leading zeroes. */
#define FL_ERR_JSON_ZEROES \
    FL_E_RUNTIME, "Leading zeroes not allowed in a numeric value" \
    FL_ADVICE FL_DO_CHECK_JSON

/* Nesting has a limit so that no text can exhaust the stack. */
#define FL_ERR_JSON_DEPTH \
    FL_E_LIMIT, "JSON is nested deeper than %d levels" \
    FL_ADVICE "filter such texts out; CHAR_LENGTH(x) < 1000 is a simple guard"

/* The whole document is the word null, into which no path can be followed. */
#define FL_ERR_JSON_NULL_DOCUMENT \
    FL_E_RUNTIME, "json object can not be null" \
    FL_ADVICE FL_DO_ON_ERROR

/* The text is no path of JsonPath. */
#define FL_ERR_JSON_PATH \
    FL_E_RUNTIME, "Illegal jsonpath spec '%.*s', format of the spec should be: '<lax|strict> ${expr}'" \
    FL_ADVICE "write a path such as $.a[0].b, or $['a b'] for names with blanks"

/* The last step of a strict path finds nothing. */
#define FL_ERR_JSON_NO_RESULT \
    FL_E_RUNTIME, "No results for path: %s" \
    FL_ADVICE "begin the path with lax if values may be missing, or write NULL ON ERROR"

/* A step of a strict path that is not its last one finds nothing. */
#define FL_ERR_JSON_NO_PROPERTY \
    FL_E_RUNTIME, "Missing property in path %s" \
    FL_ADVICE "begin the path with lax if values may be missing, or write NULL ON ERROR"

/* A strict path asks for a name of something that is no object. */
#define FL_ERR_JSON_NO_OBJECT \
    FL_E_RUNTIME, "Expected to find an object with property %s in path %s" \
    FL_ADVICE FL_DO_ON_ERROR

/* A strict path asks for a position in something that is no array. */
#define FL_ERR_JSON_NO_ARRAY \
    FL_E_RUNTIME, "Filter: %s can only be applied to arrays" \
    FL_ADVICE FL_DO_ON_ERROR

/* A strict path asks for a position in a null. */
#define FL_ERR_JSON_NULL_ARRAY \
    FL_E_RUNTIME, "The path %s is null" \
    FL_ADVICE FL_DO_ON_ERROR

/* A strict path ends at a null. */
#define FL_ERR_JSON_NULL_RESULT \
    FL_E_RUNTIME, "Strict jsonpath mode requires a non empty returned value, but is null" \
    FL_ADVICE "begin the path with lax to take a null for nothing"

/* A filter is asked of a value that is neither an array nor an object. */
#define FL_ERR_JSON_PRIMITIVE \
    FL_E_RUNTIME, "Filter: %s can not be applied to primitives" \
    FL_ADVICE FL_DO_ON_ERROR

/* A path calls a function that JsonPath does not have. */
#define FL_ERR_JSON_NO_FUNCTION \
    FL_E_RUNTIME, "Function with name: %s does not exist" \
    FL_ADVICE "use min(), max(), avg(), sum(), stddev(), length(), size(), keys(), first() or last()"

/* A path computes min(), max() and the like of something without numbers. */
#define FL_ERR_JSON_AGGREGATE \
    FL_E_RUNTIME, "Aggregation function attempted to calculate value using empty array" \
    FL_ADVICE FL_DO_ON_ERROR

/* A condition in a path meets a value that its operator does not know. */
#define FL_ERR_JSON_FILTER \
    FL_E_RUNTIME, "A filter of the path cannot be computed for a value" \
    FL_ADVICE FL_DO_ON_ERROR

/* JSON_VALUE with a strict path gives scalars only. */
#define FL_ERR_JSON_NOT_SCALAR \
    FL_E_RUNTIME, "Strict jsonpath mode requires scalar value, and the actual value is: ''%s''" \
    FL_ADVICE "use JSON_QUERY for arrays and objects"

/* JSON_QUERY with a strict path gives arrays and objects only. */
#define FL_ERR_JSON_SCALAR \
    FL_E_RUNTIME, "Strict jsonpath mode requires array or object value, and the actual value is: ''%.*s''" \
    FL_ADVICE "use JSON_VALUE for scalars, or WITH WRAPPER"

/* The clause ERROR ON EMPTY is given, and nothing is found. */
#define FL_ERR_JSON_EMPTY_RESULT \
    FL_E_RUNTIME, "Empty result of %s function is not allowed" \
    FL_ADVICE "write NULL ON EMPTY to get NULL instead"

/* RETURNING converts nothing but numbers to wider ones. */
#define FL_ERR_JSON_CAST \
    FL_E_RUNTIME, "the value '%.*s' cannot be cast to the type of RETURNING" \
    FL_ADVICE "leave RETURNING out and use CAST or TRY_CAST of the text"

/* Searching has a limit so that no path can run for ever. */
#define FL_ERR_JSON_SEARCH \
    FL_E_LIMIT, "the JSON path '%.*s' visits more than %d values of one document" \
    FL_ADVICE "write the path with fewer stars and deep scans"

/* Paths have a limit so that no text can exhaust the stack. */
#define FL_ERR_JSON_STEPS \
    FL_E_UNSUPPORTED, "a JSON path of more than %d steps is not supported" \
    FL_ADVICE "follow the path in two calls, the first of JSON_QUERY"

/* JsonPath knows this function, flott does not yet. */
#define FL_ERR_JSON_FUNCTION_NOT_YET \
    FL_E_UNSUPPORTED, "%s %.*s() of a JSON path is not supported yet" \
    FL_ADVICE "use min(), max(), avg(), sum(), stddev(), length(), size(), keys(), first() or last() without arguments"

/* The function gives values of other types only. */
#define FL_ERR_JSON_RETURNING \
    FL_E_UNSUPPORTED, "RETURNING %s in %s() is not supported" \
    FL_ADVICE "leave RETURNING out and use CAST of the text"

/* An ARRAY cannot be an empty object. */
#define FL_ERR_JSON_EMPTY_OBJECT \
    FL_E_VALIDATION, "Illegal on %s behavior 'EMPTY OBJECT' for return type: %s" \
    FL_ADVICE "write EMPTY ARRAY, or leave RETURNING out"

/* IS JSON asks of texts only. */
#define FL_ERR_JSON_IS_JSON \
    FL_E_VALIDATION, "Cannot apply 'IS JSON %.*s' to arguments of type '<%s> IS JSON %.*s'. Supported form(s): " \
                     "'<CHARACTER> IS JSON %.*s'" \
    FL_ADVICE "write CAST(… AS STRING)"

/* Flink has no JSON form of dates, times of day and intervals. */
#define FL_ERR_JSON_TYPE \
    FL_E_VALIDATION, "Type '%s' is not scalar or cannot be converted into JSON." \
    FL_ADVICE "write CAST(… AS STRING)"

/* Names in JSON objects are texts. */
#define FL_ERR_JSON_KEY_TYPE \
    FL_E_VALIDATION, "Type '%s' is not supported for JSON conversion. The key type must be a character string." \
    FL_ADVICE "write CAST(… AS MAP<STRING, …>)"

/* A name in a JSON object cannot be NULL. */
#define FL_ERR_JSON_NULL_KEY \
    FL_E_RUNTIME, "Key at index %d was null. This is not supported during conversion to JSON." \
    FL_ADVICE "use COALESCE(key, '') or leave such entries out"

/* A name in a JSON object cannot be NULL. */
#define FL_ERR_JSON_NAME_NULL \
    FL_E_VALIDATION, "Argument to function '%s' must not be NULL" \
    FL_ADVICE "write the key as a text"

/* A name in a JSON object is a text. */
#define FL_ERR_JSON_NAME_TYPE \
    FL_E_VALIDATION, "Expected a character type for a key of %s, but it is '%s'" \
    FL_ADVICE "write CAST(… AS STRING)"

// clang-format on

#endif
