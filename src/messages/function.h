/* SPDX-License-Identifier: Apache-2.0 */
/* function.h -- calls of functions: names, arguments, patterns.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_FUNCTION_H
#define FL_MESSAGES_FUNCTION_H

// clang-format off: one part of an entry on a line

/* The aggregate is not defined for values of this type. */
#define FL_ERR_FUNCTION_AGGREGATE_TYPE \
    FL_E_UNSUPPORTED, "%s aggregate function does not support type: ''%s''." \
    FL_ADVICE "cast the argument to a type that it takes, such as STRING"

/* What an aggregate keeps has a limit, so that one group cannot take all memory. */
#define FL_ERR_FUNCTION_AGGREGATE_SIZE \
    FL_E_LIMIT, "%s: there would be more than %llu %s" \
    FL_ADVICE "group by more columns, or aggregate fewer rows with WHERE or FILTER"

/* A scalar subquery, or SINGLE_VALUE itself, must give one row. */
#define FL_ERR_FUNCTION_SINGLE_VALUE \
    FL_E_RUNTIME, "SingleValueAggFunction received more than one element." \
    FL_ADVICE "make it one row: with an aggregate such as MAX, or with more conditions"

/* SINGLE_VALUE is defined for plain values. */
#define FL_ERR_FUNCTION_SINGLE_VALUE_TYPE \
    FL_E_VALIDATION, "SINGLE_VALUE aggregate function doesn't support type '%s'." \
    FL_ADVICE "select a single field or element, or cast to STRING"

/* Members of a JSON object have different keys. */
#define FL_ERR_FUNCTION_JSON_SAME_KEY \
    FL_E_RUNTIME, \
    "Key '%.*s' is already present. Duplicate keys are not allowed in JSON_OBJECTAGG. Please ensure that keys are unique." \
    FL_ADVICE "group by more columns, or keep one row of each key with a subquery"

/* Members of a JSON object have keys. */
#define FL_ERR_FUNCTION_JSON_NO_KEY \
    FL_E_RUNTIME, "JSON_OBJECTAGG: a key is NULL. The accumulator state could not be serialized." \
    FL_ADVICE "leave such rows out with WHERE key IS NOT NULL, or write COALESCE(key, '')"

/* The function is an estimate over all rows, for which Flink has no plan over a stream. */
#define FL_ERR_FUNCTION_BATCH_ONLY \
    FL_E_UNSUPPORTED, \
    "Cannot generate a valid execution plan for the given query: %s is computed in batch mode only" \
    FL_ADVICE "write COUNT(DISTINCT x), or SET 'execution.runtime-mode' = 'batch'"

/* A percentile is between the least and the greatest value. */
#define FL_ERR_FUNCTION_FRACTION \
    FL_E_VALIDATION, "Percentage of PERCENTILE should be between [0.0, 1.0], but was '%g'." \
    FL_ADVICE "write 0.5 for the median, 0.99 for the value that 99 %% lie below"

/* Only aggregates that keep NULLs can be told to leave them out. */
#define FL_ERR_FUNCTION_NULL_TREATMENT \
    FL_E_VALIDATION, "Cannot specify IGNORE NULLS or RESPECT NULLS following '%s'" \
    FL_ADVICE "remove it; for other NULLs write FILTER (WHERE x IS NOT NULL)"

/* Flink does not count distinct ROWs either. */
#define FL_ERR_FUNCTION_DISTINCT_ROW \
    FL_E_UNSUPPORTED, "Distinct aggregate function does not support type: ROW." \
    FL_ADVICE "count distinct values of a single field, or of CAST(… AS STRING)"

/* Java prints periods of the day ("in the morning") from its locale data. */
#define FL_ERR_FUNCTION_PATTERN_PERIOD \
    FL_E_UNSUPPORTED, "pattern letter B (periods of the day) is not supported" \
    FL_ADVICE "use a for AM and PM"

/* A literal text in a date pattern is opened by a quote and never closed. */
#define FL_ERR_FUNCTION_PATTERN_QUOTE \
    FL_E_VALIDATION, "Unterminated quote in date pattern '%.*s'" \
    FL_ADVICE "close it; in SQL each of these quotes is written twice: 'yyyy-MM-dd''T''HH:mm'"

/* The letter stands more often in a row than Java allows. */
#define FL_ERR_FUNCTION_PATTERN_COUNT \
    FL_E_VALIDATION, "Too many pattern letters: %c" \
    FL_ADVICE "repeat the letter fewer times, such as yyyy, MM, dd, HH, mm, ss, SSS"

/* Java keeps the characters { } # for later use. */
#define FL_ERR_FUNCTION_PATTERN_RESERVED \
    FL_E_VALIDATION, "Pattern includes reserved character: '%c'" \
    FL_ADVICE "put the character in quotes"

/* An optional part of a date pattern is closed that was never opened. */
#define FL_ERR_FUNCTION_PATTERN_BRACKET \
    FL_E_VALIDATION, "Pattern invalid as it contains ] without previous [" \
    FL_ADVICE "write [ before it, or put ] in quotes"

/* Names of time zones need Java's locale data. */
#define FL_ERR_FUNCTION_PATTERN_ZONE \
    FL_E_UNSUPPORTED, "names of time zones (pattern letter z) can only be printed in UTC" \
    FL_ADVICE "use XXX or Z for the offset, or VV for the zone's id"

/* The letter can be printed, but what it prints cannot be read back here. */
#define FL_ERR_FUNCTION_PATTERN_READ \
    FL_E_UNSUPPORTED, "pattern letter %c is not supported for reading" \
    FL_ADVICE "read with y, M, d, H, m, s and S, or rework the text with REGEXP_REPLACE first"

/* A function was called with too few or too many arguments. */
#define FL_ERR_FUNCTION_ARGUMENT_COUNT \
    FL_E_VALIDATION, "Invalid number of arguments to function '%s'. Was expecting %d arguments%s; got %d" \
    FL_ADVICE "see `flott functions NAME` for its forms"

/* Flink fails in planning when the type of a query's column follows from a % with operands of such types. */
#define FL_ERR_FUNCTION_PERCENT_TYPES \
    FL_E_VALIDATION, \
    "Conversion to relational algebra failed to preserve datatypes: the result of %% is not of the second " \
    "operand's type" \
    FL_ADVICE "write MOD(a, b), or cast both to one type"

/* Flink cannot compute this of an interval and a number. */
#define FL_ERR_FUNCTION_INTERVAL_NUMBER \
    FL_E_UNSUPPORTED, "Unsupported call: %s of an INTERVAL and a number" \
    FL_ADVICE "compute with numbers first, and make the interval last: INTERVAL '1' SECOND * n"

/* The function works on arrays only. */
#define FL_ERR_FUNCTION_NOT_ARRAYS \
    FL_E_VALIDATION, "All arguments requires to be a ARRAY type" \
    FL_ADVICE "pass arrays, such as ARRAY[1, 2]"

/* The function works on maps only. */
#define FL_ERR_FUNCTION_NOT_MAPS \
    FL_E_VALIDATION, "All arguments requires to be a MAP type" \
    FL_ADVICE "pass maps, such as MAP['a', 1]"

/* No type holds the values of all arguments. */
#define FL_ERR_FUNCTION_NO_COMMON_TYPE \
    FL_E_VALIDATION, "Could not find a common type for arguments of %s" \
    FL_ADVICE "write CAST(… AS …) around some of them"

/* Elements of this type have no order. */
#define FL_ERR_FUNCTION_NOT_COMPARABLE \
    FL_E_VALIDATION, "Type '%s' should support both 'EQUALS' and 'ORDER' comparison with itself." \
    FL_ADVICE "compute with one field, such as with ARRAY[r.x]"

/* The length of a type is out of Flink's bounds. */
#define FL_ERR_FUNCTION_STRING_LENGTH \
    FL_E_VALIDATION, "Variable character string length must be between 1 and 2147483647 (both inclusive)." \
    FL_ADVICE "write a length between 1 and 2147483647"

/* A number has no obvious meaning as a time; Flink refuses the cast. */
#define FL_ERR_FUNCTION_CAST_NUMBER_TO_TIME \
    FL_E_VALIDATION, "The cast from NUMERIC type to %s type is not allowed." \
    FL_ADVICE "use TO_TIMESTAMP_LTZ(numeric_col, precision)"

/* A time has no obvious meaning as a number; Flink refuses the cast. */
#define FL_ERR_FUNCTION_CAST_TIME_TO_NUMBER \
    FL_E_VALIDATION, "The cast from %s type to NUMERIC type is not allowed." \
    FL_ADVICE "use UNIX_TIMESTAMP(CAST(timestamp_col AS STRING))"

/* There is no cast between these types. */
#define FL_ERR_FUNCTION_CAST \
    FL_E_VALIDATION, "Cast function cannot convert value of type %s to type %s" \
    FL_ADVICE "cast by way of a third type that both know, often STRING"

/* CURRENT_WATERMARK tells the watermark of a time attribute, and the argument is none. */
#define FL_ERR_FUNCTION_WATERMARK_ARGUMENT \
    FL_E_VALIDATION, "The argument of CURRENT_WATERMARK() must be a rowtime attribute, but was '%s'." \
    FL_ADVICE "pass the column for which WATERMARK FOR is declared, as it is, without casts"

/* The arguments must be of one type. */
#define FL_ERR_FUNCTION_SAME_TYPES \
    FL_E_VALIDATION, "Parameters must be of the same type" \
    FL_ADVICE "write CAST(… AS …) around the others"

/* An array without elements has no type. */
#define FL_ERR_FUNCTION_NO_ELEMENTS \
    FL_E_VALIDATION, "Require at least 1 argument" \
    FL_ADVICE "write CAST(NULL AS ARRAY<INT>), or give an element"

/* Only a ROW has fields. */
#define FL_ERR_FUNCTION_NOT_A_ROW \
    FL_E_VALIDATION, "Incompatible types: only a ROW has fields" \
    FL_ADVICE "check the type with TYPEOF(…)"

/* TRUE is 1, which a DECIMAL without digits before the point cannot hold. */
#define FL_ERR_FUNCTION_CAST_ONE \
    FL_E_VALIDATION, "Cannot convert 1 to DECIMAL(%d, %d) due to overflow" \
    FL_ADVICE "take a precision that is greater than the scale, or TRY_CAST"

/* Rows, arrays, maps and VARIANTs have no order. */
#define FL_ERR_FUNCTION_COMPARE_NESTED \
    FL_E_VALIDATION, "Comparable type expected: '%s' cannot compare rows, arrays, maps or VARIANTs" \
    FL_ADVICE "compare single fields or elements; cast a VARIANT, for example CAST(v AS DOUBLE)"

/* The branches of CASE or COALESCE have types that no common type holds. */
#define FL_ERR_FUNCTION_MIXED_BRANCHES \
    FL_E_VALIDATION, "Illegal mixing of types in CASE or COALESCE statement" \
    FL_ADVICE "write CAST(… AS …) around some of them"

/* What stands after WHEN is not true or false. */
#define FL_ERR_FUNCTION_WHEN_CONDITION \
    FL_E_VALIDATION, "Expected a boolean type in CASE WHEN" \
    FL_ADVICE "write a comparison, such as WHEN x > 0 THEN …"

/* All branches are plain NULLs, so the result has no type. */
#define FL_ERR_FUNCTION_ALL_NULL \
    FL_E_VALIDATION, "ELSE clause or at least one THEN clause must be non-NULL" \
    FL_ADVICE "write CAST(NULL AS …) in one of them"

/* The values in the list have types that cannot be compared with the left side. */
#define FL_ERR_FUNCTION_IN_TYPES \
    FL_E_VALIDATION, "Values passed to IN operator must have compatible types" \
    FL_ADVICE "write CAST(… AS …) around the values"

/* Flink names types here that it cannot spell out. */
#define FL_ERR_FUNCTION_TYPEOF \
    FL_E_UNSUPPORTED, "TYPEOF of PROCTIME(), or of a DATE and less than a day, is not supported" \
    FL_ADVICE "cast the argument first"

/* Java's regular expressions have this construct, and the library used here does not. */
#define FL_ERR_FUNCTION_REGEX_CONSTRUCT \
    FL_E_UNSUPPORTED, "%s in a regular expression is not supported yet" \
    FL_ADVICE "write the pattern without it"

/* The escape of LIKE must be one character. */
#define FL_ERR_FUNCTION_LIKE_ESCAPE \
    FL_E_VALIDATION, "Invalid escape character '%.*s'" \
    FL_ADVICE "write ESCAPE '\\' or another single character"

/* The escape character of LIKE may only stand before %, _ and itself. */
#define FL_ERR_FUNCTION_LIKE_SEQUENCE \
    FL_E_VALIDATION, "Invalid escape sequence '%.*s', %d" \
    FL_ADVICE "double it where it means itself, or choose another ESCAPE character"

/* The unit does not go with the type. */
#define FL_ERR_FUNCTION_UNIT \
    FL_E_VALIDATION, "unit %s can not be applied to %s variable" \
    FL_ADVICE "use YEAR to DAY for dates, HOUR to SECOND for times, any for timestamps"

/* A time of day has no such unit. */
#define FL_ERR_FUNCTION_TIME_UNIT \
    FL_E_UNSUPPORTED, "%s of a TIME to %s is not supported" \
    FL_ADVICE "use HOUR, MINUTE or SECOND"

/* One side is TIMESTAMP_LTZ, the other is not. */
#define FL_ERR_FUNCTION_DIFF_TYPES \
    FL_E_VALIDATION, "TIMESTAMP_LTZ only supports diff between the same type." \
    FL_ADVICE "cast both to TIMESTAMP_LTZ(3)"

/* Flink cannot add this unit. */
#define FL_ERR_FUNCTION_ADD_UNIT \
    FL_E_UNSUPPORTED, "Unsupported call: TIMESTAMPADD with the unit %s" \
    FL_ADVICE "use YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND"

/* Flink has this function, flott does not yet. */
#define FL_ERR_FUNCTION_NOT_YET \
    FL_E_UNSUPPORTED, "function %s is not supported yet" \
    FL_ADVICE "`flott functions` lists what there is"

/* There is no such function, or none that takes arguments of these types. */
#define FL_ERR_FUNCTION_UNKNOWN \
    FL_E_VALIDATION, "No match found for function signature %s(%s)" \
    FL_ADVICE "`flott functions` lists what there is; CREATE FUNCTION adds functions of one's own"

/* This function is written without parentheses. */
#define FL_ERR_FUNCTION_PARENTHESES \
    FL_E_VALIDATION, "No match found for function signature %s()" \
    FL_ADVICE "write it without ()"

/* The first element of an array has index 1. */
#define FL_ERR_FUNCTION_INDEX \
    FL_E_VALIDATION, "Array element access needs an index starting at 1 but was %s%lld." \
    FL_ADVICE "use a[1] for the first element"

/* There is no cast between these types. */
#define FL_ERR_FUNCTION_CAST_WRITTEN \
    FL_E_VALIDATION, "Cast function cannot convert value of type %s to type %.*s" \
    FL_ADVICE "cast by way of a third type that both know, often STRING"

/* The function was called with too few or too many arguments. */
#define FL_ERR_FUNCTION_WINDOW_ARGUMENTS \
    FL_E_VALIDATION, "Invalid number of arguments to function '%s'. Was expecting %d arguments" \
    FL_ADVICE "windows take TUMBLE(TABLE t, DESCRIPTOR(ts), size), HOP(…, slide, size), CUMULATE(…, step, size)"

/* There is no table function of this name. */
#define FL_ERR_FUNCTION_UNKNOWN_TABLE_FUNCTION \
    FL_E_VALIDATION, "No match found for table function '%s'" \
    FL_ADVICE "window functions are TUMBLE, HOP, CUMULATE and SESSION; CREATE FUNCTION adds table functions of one's own"

/* COUNT takes one column. */
#define FL_ERR_FUNCTION_COUNT_ONE \
    FL_E_UNSUPPORTED, "We now only support the count of one field." \
    FL_ADVICE "count distinct rows of a subquery: SELECT COUNT(*) FROM (SELECT DISTINCT a, b FROM t)"

/* The group function was called with too few or too many arguments. */
#define FL_ERR_FUNCTION_GROUP_ARGUMENT_COUNT \
    FL_E_VALIDATION, "Invalid number of arguments to function '$%s'. Was expecting %d arguments" \
    FL_ADVICE "write TUMBLE(ts, size), HOP(ts, slide, size) or SESSION(ts, gap)"

/* The length of the hash is given by a column, and one row has another number. */
#define FL_ERR_FUNCTION_SHA_LENGTH \
    FL_E_RUNTIME, "SHA-%d MessageDigest not available" \
    FL_ADVICE "use 224, 256, 384 or 512"

/* SHA-2 has four lengths. */
#define FL_ERR_FUNCTION_SHA2_LENGTH \
    FL_E_VALIDATION, "Unsupported algorithm. SHA2 knows hash lengths of 224, 256, 384 and 512 bits" \
    FL_ADVICE "use 224, 256, 384 or 512"

/* The function exists, but takes arguments of other types. */
#define FL_ERR_FUNCTION_BAD_ARGUMENTS \
    FL_E_VALIDATION, "Cannot apply '%s' to arguments of type '%s(%s)'. Supported form(s): %s" \
    FL_ADVICE "write CAST(… AS …) around the argument that does not fit the form"

/* The two sides have types that cannot be compared. */
#define FL_ERR_FUNCTION_COMPARE \
    FL_E_VALIDATION, \
    "Cannot apply '%s' to arguments of type '<%s> %s <%s>'. Supported form(s): '<COMPARABLE_TYPE> %s " \
    "<COMPARABLE_TYPE>'" \
    FL_ADVICE "write CAST(… AS …) around one side"

/* GREATEST and LEAST compare all arguments with each other. */
#define FL_ERR_FUNCTION_EXTREME \
    FL_E_VALIDATION, \
    "All types in a comparison should support both 'EQUALS' and 'ORDER' comparison with each other. Can " \
    "not compare %s" \
    FL_ADVICE "write CAST(… AS …) around some of them"

/* A map without entries has no type. */
#define FL_ERR_FUNCTION_MAP_EMPTY \
    FL_E_VALIDATION, "Map requires at least 2 arguments" \
    FL_ADVICE "write CAST(NULL AS MAP<STRING, INT>), or give a key and a value"

/* A key has no value. */
#define FL_ERR_FUNCTION_MAP_ODD \
    FL_E_VALIDATION, "Map requires an even number of arguments" \
    FL_ADVICE "write MAP[key, value, key, value]"

/* The function takes texts apart. */
#define FL_ERR_FUNCTION_NEEDS_TEXT \
    FL_E_VALIDATION, \
    "Invalid input arguments. Unsupported argument type. Expected type of family 'CHARACTER_STRING' but actual type was '%s'." \
    FL_ADVICE "cast the argument: CAST(… AS STRING)"

/* Flink prints a place in memory. */
#define FL_ERR_FUNCTION_PRINTF_TYPE \
    FL_E_UNSUPPORTED, "PRINTF of a value of type %s is not supported" \
    FL_ADVICE "cast it to a text: CAST(… AS STRING)"

/* It says in a WATERMARK clause that the source has watermarks of its own, which no connector here has. */
#define FL_ERR_FUNCTION_SOURCE_WATERMARK \
    FL_E_VALIDATION, \
    "SOURCE_WATERMARK() is a declarative marker function and doesn't have concrete runtime implementation. It can only " \
    "be used as a single expression in a WATERMARK FOR clause, of a table whose connector makes watermarks" \
    FL_ADVICE "declare the watermark by a column: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND"

/* ELT counts its texts. */
#define FL_ERR_FUNCTION_ELT_TYPE \
    FL_E_VALIDATION, "Invalid input arguments. Index can only be an INTEGER NUMERIC type." \
    FL_ADVICE "cast the index: CAST(… AS INT)"

/* ELT counts its texts from 1; 0 and numbers beyond the last one give NULL. */
#define FL_ERR_FUNCTION_ELT_INDEX \
    FL_E_VALIDATION, "Invalid input arguments. Index must be an integer starting from '0', but was '%lld'." \
    FL_ADVICE "write 1 for the first text"

/* The letter means nothing in a pattern of Java's SimpleDateFormat. */
#define FL_ERR_FUNCTION_PATTERN_LETTER \
    FL_E_VALIDATION, "Illegal pattern character '%c'" \
    FL_ADVICE "use y, M, d, H, m, s, S, or put the letter in quotes; in SQL each is written twice: " \
              "'yyyy-MM-dd''T''HH:mm'"

/* The letter means nothing in a pattern of Java's DateTimeFormatter. */
#define FL_ERR_FUNCTION_FORMATTER_LETTER \
    FL_E_VALIDATION, "Unknown pattern letter: %c" \
    FL_ADVICE "use y, M, d, H, m, s, S, or put the letter in quotes; in SQL each is written twice: " \
              "'yyyy-MM-dd''T''HH:mm'"

/* ---- advice that replaces that of an entry ---- */

/* The call has another number of arguments. */
#define FL_HINT_FUNCTION_FORM \
    "write %s"

/* Flink 2.x calls models that are declared with CREATE MODEL. */
#define FL_HINT_FUNCTION_MODELS \
    "flott calls no models: call yours from a function of your own, or run the statement on Apache Flink 2.x"

/* Flink 2.x has values of classes of its users. */
#define FL_HINT_FUNCTION_OBJECTS \
    "flott has no structured objects: use rows, CAST(ROW(…) AS ROW<…>)"

/* Flink 2.x asks connectors for the nearest vectors. */
#define FL_HINT_FUNCTION_VECTORS \
    "flott has no connector that searches vectors: run the statement on Apache Flink 2.x"

/* One of the three above. */
#define FL_HINT_FUNCTION_INSTEAD \
    "%s"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with the arguments of a function. */
#define FL_AT_FUNCTION_IN_ARGUMENTS \
    "Invalid input arguments. "

/* Stands before what a function cannot compute: the function. */
#define FL_AT_FUNCTION_CALL \
    "%s: "

// clang-format on

#endif
