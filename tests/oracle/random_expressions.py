#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes random SQL expressions whose answers record.py can ask Flink for; the same seed makes the same lines.

    random_expressions.py FAMILY [--seed N] [--count N] > random_FAMILY.tsv
    ~/.cache/flink-oracle/bin/python record.py random_FAMILY.tsv

An expression grows from a *kind* (an integer, a text, an ARRAY of something) by drawing one of the kind's templates
from the grammar below and replacing each {kind} in it, down to literals. Numbers, texts and times are drawn from where
mistakes live: extremes, many digits, characters outside of the basic plane, leap days, years before 1970.

- Most literals are wrapped, IF(RAND() < 2, x, y), which is x and which no planner can fold: what is recorded is what
  Flink does at run time, not what its constant folding makes of a value (it cuts and pads folded texts). Arguments that
  are usually literal (patterns, formats, paths, positions) are drawn without a wrapping; their kinds end in `!`.
- One in seven is meant to be refused: an argument of a foreign kind, a missing or surplus argument, a broken literal.
  They stand at the end of the file, because the recorder asks one by one for those that fail.
- A MAP is made of one entry or of two arrays: Flink lists the entries of MAP[k, v, k, v] in no order of theirs.
- Nothing depends on the clock, and no count is large enough to ask for much memory.
"""
import argparse
import random
import re

# Kinds that a T in a template may stand for.
ELEMENTS = ["int", "big", "dec", "dbl", "str", "bool", "date", "ts"]
KEYS = ["int", "str", "date"]

# Templates by kind. `{kind}` is an argument, `{kind!}` a bare literal, `T` an element kind that the whole template
# shares, `K` a key kind. A template behind `*` counts three times.
GRAMMAR = """
[int]
*({int} + {int})
*({int} - {int})
*({int} * {int})
({int} / {nonzero})
({int} % {nonzero})
MOD({int}, {nonzero})
-{int}
+{int}
ABS({int})
SIGN({int})
({small} + {small})
({small} * {tiny})
({tiny} - {tiny})
ROUND({int}, {places!})
TRUNCATE({int}, {places!})
FLOOR({int})
CEIL({int})
CEILING({int})
CAST({num} AS {inttype!})
CAST({dec} AS {inttype!})
CAST({bool} AS {inttype!})
TRY_CAST({digits} AS {inttype!})
CHAR_LENGTH({str})
CHARACTER_LENGTH({str})
POSITION({piece} IN {str})
INSTR({str}, {piece})
LOCATE({piece}, {str})
LOCATE({piece}, {str}, {pos!})
ASCII({str})
HASH_CODE({str})
CARDINALITY({arr<T>})
CARDINALITY({map<K,T>})
ARRAY_POSITION({arr<T>}, {T})
TIMESTAMPDIFF({diffunit!}, {ts}, {ts})
TIMESTAMPDIFF({diffunit!}, {date}, {date})
JSON_VALUE({json}, {path!} RETURNING INTEGER)
[big]
*{bigleaf}
({big} + {int})
({big} - {big})
({big} * {int})
({big} / {nonzero})
({big} % {nonzero})
-{big}
ABS({big})
CAST({any} AS BIGINT)
CAST({digits} AS BIGINT)
EXTRACT({unit!} FROM {ts})
EXTRACT({dateunit!} FROM {date})
EXTRACT({timeunit!} FROM {time})
EXTRACT({dayunit!} FROM {ds})
YEAR({date})
QUARTER({ts})
MONTH({date})
WEEK({ts})
DAYOFYEAR({date})
DAYOFMONTH({ts})
DAYOFWEEK({date})
HOUR({ts})
MINUTE({time})
SECOND({ts})
UNIX_TIMESTAMP({tstext})
UNIX_TIMESTAMP({tstext}, {format!})
[dec]
*({dec} + {dec})
*({dec} - {dec})
*({dec} * {dec})
*({dec} / {dec})
({dec} % {dec})
({dec} + {int})
({int} * {dec})
({dec} - {big})
-{dec}
ABS({dec})
SIGN({dec})
ROUND({dec}, {places!})
ROUND({dec})
TRUNCATE({dec}, {places!})
FLOOR({dec})
CEIL({dec})
CAST({num} AS {dectype!})
CAST({digits} AS {dectype!})
TRY_CAST({digits} AS {dectype!})
GREATEST({dec}, {dec})
LEAST({dec}, {int}, {dec})
[dbl]
*({dbl} + {dbl})
({dbl} - {num})
({dbl} * {dbl})
({dbl} / {dbl})
({dec} * {dbl})
({int} + {flt})
({flt} * {flt})
-{dbl}
ABS({dbl})
SIGN({dbl})
SQRT({num})
POWER({dbl}, {small})
POWER({dec}, {tiny})
EXP({dbl})
LN({num})
LOG10({num})
LOG2({num})
LOG({num})
LOG({num}, {num})
SIN({dbl})
COS({dbl})
TAN({dbl})
COT({dbl})
SINH({dbl})
COSH({dbl})
TANH({dbl})
ASIN({dbl})
ACOS({dbl})
ATAN({dbl})
ATAN2({dbl}, {dbl})
DEGREES({num})
RADIANS({num})
ROUND({dbl}, {places!})
TRUNCATE({dbl}, {places!})
FLOOR({dbl})
CEIL({flt})
CAST({num} AS {dbltype!})
CAST({digits} AS DOUBLE)
PI()
E()
JSON_VALUE({json}, {path!} RETURNING DOUBLE)
[flt]
CAST({num} AS FLOAT)
CAST({digits} AS FLOAT)
[num]
{int}
{big}
{dec}
{dbl}
{flt}
[str]
*({str} || {str})
UPPER({str})
LOWER({str})
INITCAP({str})
REVERSE({str})
TRIM({str})
TRIM(BOTH {piece!} FROM {str})
TRIM(LEADING {piece} FROM {str})
TRIM(TRAILING {piece!} FROM {str})
LTRIM({str})
RTRIM({str})
LTRIM({str}, {piece!})
RTRIM({str}, {piece})
REPEAT({str}, {count!})
REPLACE({str}, {piece}, {piece})
OVERLAY({str} PLACING {piece} FROM {pos!})
OVERLAY({str} PLACING {piece} FROM {pos!} FOR {count!})
SUBSTRING({str} FROM {pos!})
SUBSTRING({str} FROM {pos!} FOR {count!})
SUBSTR({str}, {tiny})
SUBSTRING({str}, {pos!}, {tiny})
LEFT({str}, {pos!})
RIGHT({str}, {count!})
LPAD({str}, {count!}, {piece})
RPAD({str}, {count!}, {piece})
CONCAT({str}, {str})
CONCAT({str}, {piece}, {str})
CONCAT_WS({piece}, {str}, {str}, {str})
REGEXP_REPLACE({str}, {regex!}, {piece!})
REGEXP_EXTRACT({str}, {regex!})
REGEXP_EXTRACT({str}, {regex!}, {group!})
SPLIT_INDEX({str}, {piece!}, {count!})
CHR({int})
BIN({int})
HEX({int})
HEX({str})
TO_BASE64({str})
FROM_BASE64(TO_BASE64({str}))
MD5({str})
SHA1({str})
SHA224({str})
SHA256({str})
SHA384({str})
SHA512({str})
SHA2({str}, {bits!})
DECODE({bytes}, {charset!})
DECODE(ENCODE({otext}, {charset!}), {charset!})
PARSE_URL({url}, {urlpart!})
PARSE_URL({url}, 'QUERY', {urlkey!})
CAST({any} AS {strtype!})
CAST({num} AS STRING)
CAST({arr<T>} AS STRING)
CAST({map<K,T>} AS STRING)
CAST({row} AS STRING)
CAST({time} AS STRING)
CAST({ts} AS STRING)
CAST({ds} AS STRING)
CAST({ym} AS STRING)
DATE_FORMAT({ts}, {format!})
DATE_FORMAT({tstext}, {format!})
FROM_UNIXTIME({epoch})
FROM_UNIXTIME({epoch}, {format!})
CONVERT_TZ({tstext}, {zone!}, {zone!})
ARRAY_JOIN({arr<str>}, {piece!})
ARRAY_JOIN({arr<str>}, {piece!}, {piece!})
TYPEOF({any})
JSON_VALUE({json}, {path!})
JSON_VALUE({json}, {path!} DEFAULT {piece!} ON EMPTY DEFAULT {piece!} ON ERROR)
JSON_QUERY({json}, {path!})
JSON_QUERY({json}, {path!} WITH UNCONDITIONAL WRAPPER)
JSON_STRING({any})
PRINT('p', {str})
[bool]
*({num} < {num})
*({num} = {num})
({int} <> {int})
({dec} >= {dec})
({dbl} <= {num})
({str} = {str})
({str} < {str})
({str} > {piece})
({date} <= {date})
({ts} > {ts})
({time} < {time})
({date} = {ts})
({bool} = {bool})
({bytes} < {bytes})
({arr<T>} = {arr<T>})
({row} = {row})
*({bool} AND {bool})
*({bool} OR {bool})
NOT {bool}
({bool} IS TRUE)
({bool} IS NOT TRUE)
({bool} IS FALSE)
({bool} IS NOT FALSE)
({bool} IS UNKNOWN)
({bool} IS NOT UNKNOWN)
({any} IS NULL)
({any} IS NOT NULL)
({num} IS DISTINCT FROM {num})
({str} IS NOT DISTINCT FROM {str})
({num} BETWEEN {num} AND {num})
({int} NOT BETWEEN {int} AND {int})
({dec} BETWEEN SYMMETRIC {dec} AND {int})
({str} NOT BETWEEN SYMMETRIC {str} AND {str})
({ts} BETWEEN {ts} AND {ts})
({int} IN ({int!}, {int!}, {int!}))
({dec} IN ({dec!}, {int!}))
({str} NOT IN ({str!}, {str!}))
({date} IN ({date!}, {date!}))
({str} LIKE {like!})
({str} NOT LIKE {like!})
({str} LIKE {like!} ESCAPE '!')
({str} SIMILAR TO {similar!})
({str} NOT SIMILAR TO {similar!})
REGEXP({str}, {regex!})
IS_ALPHA({str})
IS_DIGIT({str})
IS_DECIMAL({digits})
IS_DECIMAL({num})
ARRAY_CONTAINS({arr<T>}, {T})
(({date}, {date}) OVERLAPS ({date}, {date}))
(({ts}, {ds}) OVERLAPS ({ts}, {ds}))
CAST({booltext} AS BOOLEAN)
TRY_CAST({str} AS BOOLEAN)
CAST({int} AS BOOLEAN)
({json} IS JSON)
({json} IS NOT JSON OBJECT)
({json} IS JSON ARRAY)
({json} IS JSON SCALAR)
JSON_EXISTS({json}, {path!})
JSON_EXISTS({json}, {path!} TRUE ON ERROR)
JSON_VALUE({json}, {path!} RETURNING BOOLEAN)
[bytes]
CAST({str} AS {bytestype!})
ENCODE({otext}, {charset!})
[date]
({date} + {ym})
({date} - {ym})
({date} + INTERVAL '{days!}' DAY(3))
({date} - INTERVAL '{days!}' DAY(3))
CAST({ts} AS DATE)
CAST({datetext} AS DATE)
TRY_CAST({datetext} AS DATE)
TO_DATE({datetext})
TO_DATE({datetext}, 'yyyy-MM-dd')
TIMESTAMPADD({dateaddunit!}, {tiny}, {date})
FLOOR({date} TO {floorunit!})
CEIL({date} TO {floorunit!})
[time]
({time} + {ds})
({time} - {ds})
CAST({ts} AS {timetype!})
CAST({timetext} AS {timetype!})
FLOOR({time} TO {timefloorunit!})
[ts]
*({ts} + {ds})
*({ts} - {ds})
({ts} + {ym})
({ts} - {ym})
({date} + {ds})
TIMESTAMPADD({addunit!}, {small}, {ts})
TIMESTAMPADD({timeaddunit!}, {tiny}, {date})
FLOOR({ts} TO {floorunit!})
CEIL({ts} TO {floorunit!})
FLOOR({ts} TO {timefloorunit!})
CEIL({ts} TO {timefloorunit!})
CAST({ts} AS {tstype!})
CAST({date} AS {tstype!})
CAST({time} AS {tstype!})
CAST({tstext} AS {tstype!})
TRY_CAST({tstext} AS {tstype!})
TO_TIMESTAMP({tstext})
TO_TIMESTAMP({tstext}, {format!})
CAST({ltz} AS {tstype!})
[ltz]
TO_TIMESTAMP_LTZ({epoch}, {ltzscale!})
CAST({ts} AS TIMESTAMP_LTZ(3))
({ltz} + {ds})
({ltz} - {ym})
FLOOR({ltz} TO {floorunit!})
CEIL({ltz} TO {timefloorunit!})
[ds]
(({ts} - {ts}) {dsunit!})
(({date} - {date}) DAY)
(({time} - {time}) SECOND)
({ds} + {ds})
({ds} - {ds})
({ds} * {tiny})
-{ds}
[ym]
(({date} - {date}) MONTH)
(({ts} - {ts}) YEAR)
({ym} + {ym})
({ym} - {ym})
({ym} * {tiny})
-{ym}
[arr<T>]
*ARRAY[{T}, {T}]
ARRAY[{T}, {T}, {null<T>}, {T}]
ARRAY[{T}]
ARRAY_APPEND({arr<T>}, {T})
ARRAY_PREPEND({arr<T>}, {T})
ARRAY_CONCAT({arr<T>}, {arr<T>})
ARRAY_DISTINCT({arr<T>})
ARRAY_REMOVE({arr<T>}, {T})
ARRAY_REVERSE({arr<T>})
ARRAY_SLICE({arr<T>}, {pos!})
ARRAY_SLICE({arr<T>}, {pos!}, {pos!})
ARRAY_SORT({arr<T>})
ARRAY_SORT({arr<T>}, {bool!})
ARRAY_SORT({arr<T>}, {bool!}, {bool!})
ARRAY_UNION({arr<T>}, {arr<T>})
ARRAY_EXCEPT({arr<T>}, {arr<T>})
ARRAY_INTERSECT({arr<T>}, {arr<T>})
MAP_KEYS({map<T,int>})
MAP_VALUES({map<K,T>})
[arr<str>]
SPLIT({str}, {piece!})
CAST({arr<int>} AS ARRAY<STRING>)
JSON_QUERY({json}, {path!} RETURNING ARRAY<STRING>)
[map<K,T>]
*MAP[{K}, {T}]
MAP_FROM_ARRAYS(ARRAY[{K}, {K}], ARRAY[{T}, {T}])
MAP_FROM_ARRAYS(ARRAY[{K}, {K}, {null<K>}], ARRAY[{T}, {T}, {null<T>}])
MAP_UNION({map<K,T>}, {map<K,T>})
[map<str,str>]
STR_TO_MAP({str})
STR_TO_MAP({str}, {piece!}, {piece!})
[row]
ROW({any}, {any})
ROW({num}, {str}, {arr<T>})
ROW({int}, ROW({str}, {ts}))
[T]
*CASE WHEN {bool} THEN {T} ELSE {T} END
CASE WHEN {bool} THEN {T} WHEN {bool} THEN {T} END
CASE {int} WHEN {int!} THEN {T} WHEN {int!} THEN {T} ELSE {T} END
COALESCE({null<T>}, {T})
COALESCE({T}, {T}, {T})
NULLIF({T}, {T})
IF({bool}, {T}, {T})
IFNULL({T}, {T})
{arr<T>}[{index!}]
{map<K,T>}[{K}]
ELEMENT(ARRAY[{T}])
ARRAY_MAX({arr<T>})
ARRAY_MIN({arr<T>})
GREATEST({T}, {T})
LEAST({T}, {T}, {T})
[any]
*{int}
{big}
{dec}
{dbl}
*{str}
{bool}
{bytes}
{date}
{time}
{ts}
{ltz}
{arr<T>}
{map<K,T>}
{row}
{ds}
{ym}
[json]
JSON_OBJECT({urlkey!} VALUE {jsonable})
JSON_OBJECT(KEY {urlkey!} VALUE {jsonable}, KEY 'b' VALUE {jsonable} ABSENT ON NULL)
JSON_OBJECT('z' VALUE {jsonable}, 'a' VALUE JSON_ARRAY({jsonable}, {jsonable}) NULL ON NULL)
JSON_ARRAY({jsonable}, {jsonable})
JSON_ARRAY({jsonable}, JSON_OBJECT('k' VALUE {jsonable}), {jsonable} NULL ON NULL)
[jsonable]
{num}
{str}
{bool}
{ts}
{arr<int>}
{arr<str>}
{map<str,T>}
{bytes}
"""

# What a family's expressions begin with; the kinds of their arguments follow from the grammar.
FAMILIES = {
    "arithmetic": ["int", "big", "dec", "dec", "dbl", "flt", "num"],
    "text": ["str", "str", "str", "str", "bytes", "int"],
    "time": ["date", "time", "ts", "ts", "ltz", "ds", "ym", "big", "str"],
    "nested": ["arr<T>", "map<K,T>", "row", "T", "arr<str>", "map<str,str>", "str", "int"],
    "casts": ["casts"],
    "logic": ["bool", "bool", "bool", "T"],
    "json": ["json", "str", "bool", "arr<str>", "dbl", "int"],
}
# Where a family wants only some templates of a kind: those that contain one of the words.
ONLY = {
    ("text", "int"): "LENGTH POSITION INSTR LOCATE ASCII HASH",
    ("text", "str"): "(",
    ("time", "str"): "FORMAT UNIXTIME TZ {time {ts {ds {ym",
    ("time", "big"): "EXTRACT YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND UNIX",
    ("nested", "str"): "{arr {map {row",
    ("nested", "int"): "CARD ARRAY",
    ("nested", "arr<str>"): "SPLIT CAST",
    ("nested", "T"): "{arr {map ARRAY",
    ("json", "str"): "JSON",
    ("json", "bool"): "JSON",
    ("json", "arr<str>"): "JSON",
    ("json", "dbl"): "JSON",
    ("json", "int"): "JSON",
    ("arithmetic", "int"): "+ - * / % MOD ABS SIGN ROUND TRUNC FLOOR CEIL",
    ("arithmetic", "big"): "+ - * / % ABS",
}
# For the casts: a kind, and the kinds of type words that it mostly can be cast to.
CASTS = {
    "int": "inttype dectype dbltype strtype booltype",
    "big": "inttype dectype dbltype strtype",
    "dec": "inttype dectype dbltype strtype",
    "dbl": "inttype dectype dbltype strtype",
    "flt": "inttype dectype dbltype strtype",
    "num": "inttype dectype strtype booltype",
    "str": "strtype bytestype",
    "digits": "inttype dectype dbltype strtype",
    "bool": "inttype dectype dbltype strtype",
    "booltext": "booltype",
    "bytes": "bytestype strtype",
    "date": "datetype tstype ltztype strtype",
    "time": "timetype tstype strtype",
    "ts": "datetype timetype tstype ltztype strtype",
    "ltz": "datetype timetype tstype ltztype strtype",
    "datetext": "datetype tstype",
    "timetext": "timetype",
    "tstext": "tstype ltztype datetype timetype",
    "ds": "strtype bigtype",
    "ym": "strtype bigtype",
    "arr<int>": "strtype arrtype",
    "arr<dec>": "strtype arrtype",
    "arr<date>": "strtype",
    "arr<arr<ts>>": "strtype",
    "map<str,dec>": "strtype maptype",
    "map<int,ts>": "strtype",
    "map<date,arr<str>>": "strtype",
    "row": "strtype",
}
TEXTS_TO_READ = {"digits", "booltext", "datetext", "timetext", "tstext"}

INTS = [0, 1, -1, 2, 3, 7, 10, -10, 42, 100, 127, -128, 128, 255, 256, 32767, -32768, 65535, 1000000, 2147483647,
        -2147483648, 123456789]
BIGS = [2147483648, -2147483649, 9007199254740993, 4294967296, 9223372036854775807, -9223372036854775807,
        1000000000000, 123456789012345678]
DECIMALS = ["0.5", "-0.5", "1.5", "2.5", "0.00", "-1.25", "99.995", "0.1", "12345678901234567890.123456789",
            "0.000000000000000001", "99999999999999999999999999999999999999", "3.14159265358979323846", "1000.10",
            "-0.005", "79228162514264337593.543950335", "1.0", "0.049", "-99.99", "17179869184.25"]
DOUBLES = ["1e0", "-1e0", "5e-1", "1.5e0", "1e10", "1e-7", "123456.789e0", "1e300", "-1e-300", "4.9e-324", "2.5e0",
           "1.7976931348623157e308", "0e0", "1e16", "0.1e0", "3.3e-1", "1e7", "9999999e0", "1e-3", "-7.25e0"]
TEXTS = ["", " ", "a", "abc", "Hello World", "  pad  ", "straße", "ÀÉÎ õü", "日本語", "😀 smile", "İstanbul", "ŉ",
         "e\u0301", "a,b,,c", "k=v,x=y", "100%", "under_score", "O''Reilly", "x😀y", "Ωmega", "12", "-7", "1.5",
         "true", "tEST 1st", "a.b.c", "\u00a0nbsp", "ﬁn", "back\\slash", '{"a":1}', "2024-02-29", "aaa", "Zz", "null"]
PIECES = ["a", "b", ",", " ", "", "ab", "l", "o", "é", "😀", "-", "xyz", "A", "日", "ss", ".", "="]
DIGITS = ["0", "12", "-7", " 42 ", "1.5", "-0.005", "1e3", "2147483648", "9223372036854775808", "+5", "", "abc", ".5",
          "5.", "0x10", "NaN", "Infinity", "1e400", "00012", "- 1", "127", "-129", "3.999", "1_000",
          "99999999999999999999.5", "1d"]
DATES = ["2024-02-29", "1970-01-01", "1969-12-31", "2000-02-29", "1900-02-28", "0001-01-01", "9999-12-31",
         "2024-12-31", "2023-01-31", "1582-10-15", "1582-10-04", "2021-01-03", "2024-03-31", "2020-12-28"]
TIMES = ["00:00:00", "23:59:59", "12:34:56", "12:34:56.789", "00:00:00.001", "06:30:00", "23:59:59.999"]
FRACTIONS = ["", "", ".5", ".123", ".999", ".123456", ".999999", ".123456789", ".000000001"]
DAY_INTERVALS = ["INTERVAL '1' DAY", "INTERVAL '90' SECOND", "INTERVAL '-36' HOUR",
                 "INTERVAL '1 02:03:04.567' DAY TO SECOND", "INTERVAL '0.001' SECOND", "INTERVAL '99' MINUTE",
                 "INTERVAL '999' DAY(3)", "INTERVAL '10:30' HOUR TO MINUTE"]
MONTH_INTERVALS = ["INTERVAL '1' MONTH", "INTERVAL '-1' MONTH", "INTERVAL '1' YEAR", "INTERVAL '2-11' YEAR TO MONTH",
                   "INTERVAL '13' MONTH", "INTERVAL '99' YEAR"]
EPOCHS = [0, -1, 1709210096, 253402300799, -62135596800, 1700000000123, 951782400]
BOOLEAN_TEXTS = ["true", "f", "YES", "0", "", "2", "T", "no", "null"]
DATE_TEXTS = ["2024-1-5", "2024-02-30", "2024", "2024-13-01", "24-01-01", " 2024-02-29 ", "2024-02-29 12:00:00", "",
              "x", "0000-01-01", "2024/02/29", "10000-01-01", "-2024-01-01", "1969-12-31", "2024-2"]
TIME_TEXTS = ["12:34:56", "1:2:3", "12:34", "24:00:00", "23:59:60", "12:34:56.7891", "", "12", "a:b",
              "12:34:56+01:00"]
TS_TEXTS = ["2024-02-29 12:34:56", "2024-02-29 12:34:56.123456789", "2024-02-29", "2024-02-29T12:34:56",
            "1969-12-31 23:59:59.999", "2024-2-9 1:2:3", "2024-13-01 00:00:00", "0001-01-01 00:00:00",
            "9999-12-31 23:59:59", "2024-02-30 00:00:00", "", "2024-02-29 24:00:00", "2024-02-29 12:34",
            "29.02.2024 12:34", "2024-02-29 12:34:56.1", "2024-03-31 02:30:00"]
JSONS = ['{"a":1,"b":[2,3.5,null],"c":{"d":"x"}}', '[1,"two",true,null]', '"text"', "12", "null", "{}", "[]", "",
         '{"a":', '{"a":"12","b":"é😀","c":false}', '{"a":{"a":{"a":[1,[2,[3]]]}}}', '[{"a":1},{"a":2,"b":1},{"b":3}]',
         '{"a":1e3,"b":-0.5}', '{"a":"\\u00e9\\n"}', '{"a":true,"b":"true"}', "1 2", "{'a':1}",
         '{"a":12345678901234567890}', "TRUE", '{"z":1,"a":2}']
PATHS = ["$", "$.a", "$.b", "$.c.d", "lax $.a", "strict $.a", "lax $.x", "strict $.x", "$.b[0]", "lax $.b[9]", "$[1]",
         "$[*].a", "$.a.a.a[1][0]", "$.*", "$..a", "$.b[?(@ > 2)]", "$[?(@.a == 1)]", "lax $.c", "$[-1]", "$.b[0,1]",
         "$[''a'']", "$.b[*]"]
POOLS = {
    "regex": ["[a-z]+", "(a)(b)?", "\\d+", "", "^.", "l+o", "[^a-z ]", "(.)(.)", "\\s", "[", "(?i)HELLO", "a|b",
              "\\w+", ".", "(\\w)\\1", "\\bw", "$"],
    "like": ["%", "a%", "%b%", "_", "__%", "H%o%d", "100!%", "%!_%", "", "%😀%", "%c", "a_c", "%.%"],
    "similar": ["%", "a%", "(a|b)%", "[a-z]+", "_*", "a{2,3}", "%(l|o)%", "[[:ALPHA:]]+", "", "abc", "[^a]%"],
    "charset": ["UTF-8", "UTF-16LE", "ISO-8859-1", "US-ASCII", "UTF-16BE"],
    "urlpart": ["HOST", "PATH", "QUERY", "REF", "PROTOCOL", "AUTHORITY", "FILE", "USERINFO", "host"],
    "urlkey": ["a", "b", "key", "é"],
    "url": ["http://user:pw@example.com:80/p/a.html?a=1&b=2#top", "https://x.y/?key=v%20w&a=", "ftp://h/f",
            "not a url", "", "http://example.com", "http://[::1]/p?a=é", "file:///etc/passwd",
            "HTTP://E.com/?a=1&a=2"],
    "format": ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "HH:mm:ss.SSS", "dd/MM/yyyy", "yyyyMMddHHmmss", "EEE, d MMM yyyy",
               "yy-M-d H:m", "yyyy-MM-dd''T''HH:mm:ss", "MMMM", "D", "hh:mm a"],
    "zone": ["UTC", "America/New_York", "Asia/Shanghai", "Europe/Berlin", "GMT+05:30", "Nowhere/None",
             "Asia/Kolkata"],
}
WORDS = {
    "inttype": "TINYINT SMALLINT INT BIGINT",
    "bigtype": "BIGINT INT",
    "dbltype": "DOUBLE FLOAT",
    "dectype": "DECIMAL(5,2) DECIMAL(10,0) DECIMAL(38,18) DECIMAL(38,0) DECIMAL(3,3) DECIMAL(20,10)",
    "strtype": "STRING VARCHAR(3) CHAR(5) VARCHAR(20) CHAR(1) STRING",
    "booltype": "BOOLEAN",
    "arrtype": "ARRAY<BIGINT> ARRAY<STRING> ARRAY<DOUBLE> ARRAY<TINYINT>",
    "maptype": "MAP<STRING,DOUBLE> MAP<VARCHAR(2),INT>",
    "bytestype": "BYTES VARBINARY(4) BINARY(3)",
    "datetype": "DATE",
    "timetype": "TIME TIME(3) TIME(0)",
    "tstype": "TIMESTAMP(0) TIMESTAMP(3) TIMESTAMP TIMESTAMP(9)",
    "ltztype": "TIMESTAMP_LTZ(0) TIMESTAMP_LTZ(3) TIMESTAMP_LTZ(9)",
    "unit": "YEAR QUARTER MONTH WEEK DAY DOW DOY ISODOW ISOYEAR DECADE CENTURY MILLENNIUM HOUR MINUTE "
            "SECOND MILLISECOND MICROSECOND NANOSECOND EPOCH",
    "dateunit": "YEAR QUARTER MONTH WEEK DAY DOW DOY DECADE CENTURY EPOCH",
    "timeunit": "HOUR MINUTE SECOND MILLISECOND",
    "dayunit": "DAY HOUR MINUTE SECOND",
    "diffunit": "SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR",
    "dsunit": "DAY HOUR MINUTE SECOND",
    "dateaddunit": "DAY WEEK MONTH QUARTER YEAR",
    "addunit": "SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR",
    "timeaddunit": "SECOND MINUTE HOUR",
    "floorunit": "DAY WEEK MONTH QUARTER YEAR DECADE CENTURY MILLENNIUM",
    "timefloorunit": "SECOND MINUTE HOUR",
    "bits": "224 256 384 512",
    "group": "0 1 2 3 -1",
    "ltzscale": "0 3",
    "places": "0 1 2 3 -1 -2 5 10",
    "pos": "1 2 3 0 -1 -2 5 100 -100",
    "count": "0 1 2 3 5 12 -1",
    "index": "1 2 3 9",
    "days": "0 1 28 31 365 999",
    "nonzero": "3 -7 10 255",
}
TYPE_OF = {"int": "INT", "big": "BIGINT", "dec": "DECIMAL(10, 3)", "dbl": "DOUBLE", "flt": "FLOAT", "num": "DOUBLE",
           "str": "STRING", "bool": "BOOLEAN", "bytes": "BYTES", "date": "DATE", "time": "TIME", "ts": "TIMESTAMP(3)",
           "ltz": "TIMESTAMP_LTZ(3)"}
FOREIGN = ["int", "str", "bool", "date", "ts", "bytes", "arr<int>", "map<str,int>", "row", "dbl", "ym"]
BROKEN = ["DATE '2024-02-30'", "TIMESTAMP '2024-01-01 25:00:00'", "TIME '12:61:00'", "9223372036854775808", "1e",
          "'open", "INTERVAL '13' MONTH TO", "ARRAY[]", "MAP[1]", "CAST(1 AS NOTYPE)", "NOFUNCTION(1)", "x'ABC'",
          "DATE 'today'", "1 +", "(1, ", "CASE WHEN 1 THEN 2 END", "INTERVAL '100' DAY", "DECIMAL '1'",
          "column_that_is_not", "CAST('a' AS DECIMAL(40,2))", "'a' LIKE", "EXTRACT(FORTNIGHT FROM DATE '2024-01-01')",
          "IF(1, 2, 3)", "COALESCE()", "JSON_VALUE('{}', 'x $.a')"]


def read_grammar(text):
    rules, kind = {}, None
    for line in text.strip().split("\n"):
        if line.startswith("["):
            kind = line[1:-1]
            rules[kind] = []
        else:
            rules[kind] += [line.lstrip("*")] * (3 if line.startswith("*") else 1)
    return rules


RULES = read_grammar(GRAMMAR)
HOLE = re.compile(r"\{([a-zTK<>,]+)(!?)\}")   # {kind} or {kind!}


def quoted(text):
    return "'" + text + "'"


class Maker:
    """Draws expressions from one stream of random numbers."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    # ---- literals

    def bare(self, kind):
        """A literal of the kind, as text of SQL."""
        r = self.r
        if kind in WORDS:
            return r.choice(WORDS[kind].split())
        if kind in POOLS:
            return quoted(r.choice(POOLS[kind]))
        pools = {"str": TEXTS, "piece": PIECES, "digits": DIGITS, "datetext": DATE_TEXTS + DATES,
                 "timetext": TIME_TEXTS, "tstext": TS_TEXTS, "path": PATHS, "booltext": BOOLEAN_TEXTS}
        if kind in pools:
            return quoted(r.choice(pools[kind]))
        if kind == "json":
            return quoted(r.choice(JSONS).replace("'", "''"))
        return {
            "int": lambda: str(r.choice(INTS)),
            "big": lambda: str(r.choice(BIGS)),
            "bigleaf": lambda: str(r.choice(BIGS)),
            "dec": self.decimal,
            "dbl": lambda: r.choice(DOUBLES),
            "flt": lambda: f"CAST({r.choice(DOUBLES)} AS FLOAT)",
            "tiny": lambda: f"CAST({r.choice([0, 1, -1, 3, 100, 127, -128])} AS TINYINT)",
            "small": lambda: f"CAST({r.choice([0, 2, -3, 1000, 32767, -32768])} AS SMALLINT)",
            "epoch": lambda: str(r.choice(EPOCHS)),
            "bool": lambda: r.choice(["TRUE", "FALSE"]),
            "bytes": self.binary,
            "date": lambda: f"DATE '{r.choice(DATES)}'",
            "time": lambda: f"TIME '{r.choice(TIMES)}'",
            "ts": lambda: f"TIMESTAMP '{r.choice(DATES)} {r.choice(TIMES)[:8]}{r.choice(FRACTIONS)}'",
            "ds": lambda: r.choice(DAY_INTERVALS),
            "ym": lambda: r.choice(MONTH_INTERVALS),
        }[kind]()

    def binary(self):
        digits = range(2 * self.r.choice([0, 1, 2, 3, 5]))
        return "x'" + "".join(self.r.choice("0123456789ABCDEF") for _ in digits) + "'"

    def decimal(self):
        """Flink takes no literal of more digits than a BIGINT has."""
        digits = self.r.choice(DECIMALS)
        scale = len(digits.partition(".")[2])
        return digits if len(digits) < 19 else f"CAST('{digits}' AS DECIMAL({sum(map(str.isdigit, digits))}, {scale}))"

    def leaf(self, kind):
        """A literal that mostly no planner can fold."""
        if kind in ("num", "any", "jsonable", "T"):
            kind = self.r.choice(["int", "dec", "dbl"] if kind == "num" else ["int", "dec", "str", "bool"])
        if self.r.random() < 0.07 and kind in TYPE_OF:
            return self.null(kind)
        if kind == "otext":   # folded, ENCODE cuts
            return f"IF(RAND() < 2, {self.bare('str')}, {self.bare('str')})"
        text = self.bare(kind)
        text = f"({text})" if text.startswith("-") else text
        if kind in ("nonzero", "bool") or self.r.random() < (0.3 if text[0] in "(-0123456789.CI" else 0.03):
            return text
        if kind in ("ds", "ym"):   # IF takes no intervals
            return f"({text} * IF(RAND() < 2, 1, 2))"
        other = self.bare(kind)
        return f"IF(RAND() < 2, {text}, {other})"

    def null(self, kind):
        return f"CAST(NULL AS {self.type_of(kind)})"

    def type_of(self, kind):
        if kind.startswith("arr<"):
            return f"ARRAY<{self.type_of(kind[4:-1])}>"
        return TYPE_OF.get(kind, "STRING")

    # ---- trees

    def has_leaf(self, kind):
        return kind != "row" and kind != "ltz" and "<" not in kind

    def rules_for(self, kind):
        """The templates of a kind, with T and K bound; any element kind has those of T as well."""
        rules = list(RULES.get(kind, []))
        if m := re.fullmatch(r"arr<(.+)>", kind):
            rules += [self.bound(rule, m[1]) for rule in RULES["arr<T>"]]
        if m := re.fullmatch(r"map<([^,]+),(.+)>", kind):
            rules += [self.bound(rule, m[2], m[1]) for rule in RULES["map<K,T>"]]
        if kind in ELEMENTS:
            rules += [self.bound(rule, kind) for rule in self.r.sample(RULES["T"], 5)]
        return rules

    def bound(self, rule, element=None, key=None):
        element = element or self.r.choice(ELEMENTS)
        key = key or self.r.choice(KEYS)
        return HOLE.sub(lambda m: "{" + re.sub(r"\bT\b", element, re.sub(r"\bK\b", key, m[1])) + m[2] + "}", rule)

    def make(self, kind, depth):
        if m := re.fullmatch(r"null<(.+)>", kind):
            return self.null(m[1])
        kind = self.bound("{" + kind + "}")[1:-1]
        if self.has_leaf(kind) and (depth <= 0 or kind not in RULES or self.r.random() < 0.15):
            return self.leaf(kind)
        rules = self.rules_for(kind)
        return self.fill(self.simplest(kind) if depth <= 0 else self.r.choice(rules), depth - 1)

    def simplest(self, kind):
        """The constructor of a kind that has no literals."""
        if kind == "ltz":
            return "TO_TIMESTAMP_LTZ({epoch}, {ltzscale!})"
        if kind == "row":
            return "ROW({int}, {str})"
        parts = kind[4:-1].split(",", 1)
        return "ARRAY[{%s}, {%s}]" % (parts[0], parts[0]) if kind[0] == "a" else "MAP[{%s}, {%s}]" % tuple(parts)

    def fill(self, rule, depth, swap=None):
        """The template with its holes filled; with `swap`, one of them by a foreign kind."""
        rule = self.bound(rule)
        holes = [m for m in HOLE.finditer(rule) if not m[2]]
        wrong = self.r.choice(holes).start() if swap and holes else -1

        def hole(m):
            if m.start() == wrong:
                return self.make(self.r.choice([k for k in swap if k != m[1]]), min(depth, 1))
            return self.bare(m[1]) if m[2] else self.make(m[1], depth)
        return HOLE.sub(hole, rule)

    # ---- what a file holds

    def roots(self, family, kind):
        rules = self.rules_for(self.bound("{" + kind + "}")[1:-1]) if kind != "T" else RULES["T"]
        words = ONLY.get((family, kind))
        return [rule for rule in rules if not words or any(w in rule for w in words.split())]

    def expression(self, family):
        kind = self.r.choice(FAMILIES[family])
        depth = self.r.choice([1, 1, 2, 2, 3, 4]) - 1
        if kind == "casts":
            source = self.r.choice(list(CASTS))
            call = "TRY_CAST" if self.r.random() < (0.7 if source in TEXTS_TO_READ else 0.3) else "CAST"
            return f"{call}({self.make(source, depth)} AS {self.bare(self.r.choice(CASTS[source].split()))})"
        return self.fill(self.r.choice(self.roots(family, kind)), depth)

    def refusal(self, family):
        """An expression that most likely is refused."""
        kind = self.r.choice(FAMILIES[family])
        way = self.r.random()
        if kind == "casts":
            types = sorted(set(" ".join(CASTS.values()).split()))
            return f"CAST({self.make(self.r.choice(list(CASTS)), 0)} AS {self.bare(self.r.choice(types))})"
        if way < 0.15:
            return self.r.choice(BROKEN)
        rule = self.r.choice(self.roots(family, kind))
        if way < 0.3 and ", " in rule:
            return self.fill(rule[:rule.rindex(", ")] + rule[-1], 0)
        if way < 0.45 and rule.endswith(")") and rule[0] != "(":
            return self.fill(rule[:-1] + ", {int})", 0)
        return self.fill(rule, 0, FOREIGN)


def lines(family, seed, count):
    maker, seen = Maker(f"{family} {seed}"), set()

    def draw(make, n):
        out = []
        while len(out) < n:
            text = make(family)
            if text not in seen and len(text) < 700 and not text.startswith("#"):
                seen.add(text)
                out.append(text)
        return out
    refused = count // 7
    return ([f"# Random expressions, made by tests/oracle/random_expressions.py {family} --seed {seed} --count {count}"]
            + draw(maker.expression, count - refused)
            + ["", "# Most of these are mistakes."] + draw(maker.refusal, refused))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("family", choices=FAMILIES)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=200)
    a = p.parse_args()
    print("\n".join(lines(a.family, a.seed, a.count)))


if __name__ == "__main__":
    main()
