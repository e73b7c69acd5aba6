/* SPDX-License-Identifier: Apache-2.0 */
/* flink_functions.c -- names of Flink's functions, so that one that is missing here is told apart from one that is
 * nowhere. */
#include "messages/function.h"
#include "sql/binder_int.h"

/* Of Flink 1.20. */
static const char *const names[] = {
    "ABS", "ACOS", "APPROX_COUNT_DISTINCT", "ARRAY_AGG", "ARRAY_APPEND", "ARRAY_CONCAT", "ARRAY_CONTAINS",
    "ARRAY_DISTINCT", "ARRAY_EXCEPT", "ARRAY_INTERSECT", "ARRAY_JOIN", "ARRAY_MAX", "ARRAY_MIN", "ARRAY_POSITION",
    "ARRAY_PREPEND", "ARRAY_REMOVE", "ARRAY_REVERSE", "ARRAY_SLICE", "ARRAY_SORT", "ARRAY_UNION", "ASCII", "ASIN",
    "ATAN", "ATAN2", "AVG", "BIN", "CARDINALITY", "CASE", "CAST", "CEIL", "CEILING", "CHARACTER_LENGTH", "CHAR_LENGTH",
    "CHR", "CLASSIFIER", "COALESCE", "COLLECT", "CONCAT", "CONCAT_WS", "CONVERT_TZ", "COS", "COSH", "COT", "COUNT",
    "CUME_DIST", "CURRENT_DATABASE", "CURRENT_DATE", "CURRENT_ROW_TIMESTAMP", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "CURRENT_WATERMARK", "DATE_FORMAT", "DAYOFMONTH", "DAYOFWEEK", "DAYOFYEAR", "DECODE", "DEGREES", "DENSE_RANK",
    "ELEMENT", "ENCODE", "EXP", "EXTRACT", "FIRST_VALUE", "FLOOR", "FROM_BASE64", "FROM_UNIXTIME", "GREATEST",
    "GROUPING", "GROUPING_ID", "GROUP_ID", "HASH_CODE", "HEX", "HOP_END", "HOP_PROCTIME", "HOP_ROWTIME", "HOP_START",
    "HOUR", "IF", "IFNULL", "INITCAP", "INSTR", "IS_ALPHA", "IS_DECIMAL", "IS_DIGIT", "JSON_ARRAY", "JSON_ARRAYAGG",
    "JSON_EXISTS", "JSON_OBJECT", "JSON_OBJECTAGG", "JSON_QUERY", "JSON_STRING", "JSON_VALUE", "LAG", "LAST_VALUE",
    "LEAD", "LEAST", "LEFT", "LISTAGG", "LN", "LOCALTIME", "LOCALTIMESTAMP", "LOCATE", "LOG", "LOG10", "LOG2", "LOWER",
    "LPAD", "LTRIM", "MAP_ENTRIES", "MAP_FROM_ARRAYS", "MAP_KEYS", "MAP_UNION", "MAP_VALUES", "MATCH_PROCTIME",
    "MATCH_ROWTIME", "MAX", "MD5", "MIN", "MINUTE", "MOD", "MONTH", "NEXT", "NOW", "NTILE", "NULLIF", "OVERLAPS",
    "OVERLAY", "PARSE_URL", "PERCENT_RANK", "PI", "POSITION", "POWER", "PREV", "PRINT", "PROCTIME", "QUARTER",
    "RADIANS", "RAND", "RAND_INTEGER", "RANK", "REGEXP", "REGEXP_EXTRACT", "REGEXP_REPLACE", "REPEAT", "REPLACE",
    "REVERSE", "RIGHT", "ROUND", "ROW_NUMBER", "RPAD", "RTRIM", "SECOND", "SESSION_END", "SESSION_PROCTIME",
    "SESSION_ROWTIME", "SESSION_START", "SHA1", "SHA2", "SHA224", "SHA256", "SHA384", "SHA512", "SIGN", "SIN",
    "SINGLE_VALUE", "SINH", "SOURCE_WATERMARK", "SPLIT", "SPLIT_INDEX", "SQRT", "STDDEV", "STDDEV_POP", "STDDEV_SAMP",
    "STR_TO_MAP", "SUBSTR", "SUBSTRING", "SUM", "TAN", "TANH", "TIMESTAMPADD", "TIMESTAMPDIFF", "TO_BASE64", "TO_DATE",
    "TO_TIMESTAMP", "TO_TIMESTAMP_LTZ", "TRIM", "TRUNCATE", "TRY_CAST", "TUMBLE_END", "TUMBLE_PROCTIME",
    "TUMBLE_ROWTIME", "TUMBLE_START", "TYPEOF", "UNIX_TIMESTAMP", "UNNEST", "UPPER", "UUID", "VARIANCE", "VAR_POP",
    "VAR_SAMP", "WEEK", "YEAR",
};

/* Only of Flink 2.x, without those of the registry. */
static const struct {
    const char *name;
    const char *advice; /* NULL: nothing more than that it is missing */
} later[] = {
    {"ML_EVALUATE", FL_HINT_FUNCTION_MODELS},
    {"ML_PREDICT", FL_HINT_FUNCTION_MODELS},
    {"OBJECT_OF", FL_HINT_FUNCTION_OBJECTS},
    {"OBJECT_UPDATE", FL_HINT_FUNCTION_OBJECTS},
    {"PARSE_JSON", NULL},
    {"PERCENTILE", NULL},
    {"TRY_PARSE_JSON", NULL},
    {"VECTOR_SEARCH", FL_HINT_FUNCTION_VECTORS},
};

bool fl_is_function_of_flink(const char *name, const char **advice) {
    fl_str s = fl_str_from(name);
    *advice = NULL;
    for (size_t i = 0; i < FL_ARRAY_LEN(later); i++) {
        if (!fl_str_iis(s, later[i].name)) continue;
        *advice = later[i].advice;
        return true;
    }
    for (size_t i = 0; i < FL_ARRAY_LEN(names); i++)
        if (fl_str_iis(s, names[i])) return true;
    return false;
}
