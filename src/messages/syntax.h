/* SPDX-License-Identifier: Apache-2.0 */
/* syntax.h -- the grammar: what is no SQL.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_SYNTAX_H
#define FL_MESSAGES_SYNTAX_H

// clang-format off: one part of an entry on a line

/* A length, a precision or a row count does not fit into 31 bits. */
#define FL_ERR_SYNTAX_NUMBER_TOO_LARGE \
    FL_E_PARSE, "Literal '%.*s' can not be parsed to type 'java.lang.Integer'" \
    FL_ADVICE "write a number of at most 2147483647"

/* Only classes of Java and Scala lie in JARs. */
#define FL_ERR_SYNTAX_USING_JAR \
    FL_E_PARSE, "CREATE FUNCTION USING JAR syntax is not applicable to %s language." \
    FL_ADVICE "leave USING JAR out"

/* A date, time or timestamp in the statement is not one. */
#define FL_ERR_SYNTAX_LITERAL \
    FL_E_VALIDATION, "Illegal %s literal '%.*s': not in format '%s'" \
    FL_ADVICE "write it as the format shows"

/* The number of digits of an interval goes from 1 to 10. */
#define FL_ERR_SYNTAX_INTERVAL_PRECISION \
    FL_E_VALIDATION, "Interval leading field precision '%d' out of range for INTERVAL %s" \
    FL_ADVICE "write SECOND(3) or another number in that range"

/* The text of an interval does not fit to its unit. */
#define FL_ERR_SYNTAX_INTERVAL_LITERAL \
    FL_E_VALIDATION, "Illegal interval literal format '%.*s' for INTERVAL %s%s%s" \
    FL_ADVICE "write INTERVAL '10' SECOND; the first number may have 2 digits, with SECOND(3) 3 of them"

/* An expression stands where a query is expected. */
#define FL_ERR_SYNTAX_NOT_A_QUERY \
    FL_E_PARSE, "Non-query expression encountered in illegal context" \
    FL_ADVICE "write SELECT … or VALUES …"

/* Only CASE x WHEN 1, 2 takes lists. */
#define FL_ERR_SYNTAX_CASE \
    FL_E_PARSE, "A CASE without an operand takes one condition in each WHEN" \
    FL_ADVICE "write CASE WHEN a OR b THEN …"

/* A statement here has no parameters. */
#define FL_ERR_SYNTAX_PARAMETER \
    FL_E_VALIDATION, "Illegal use of dynamic parameter" \
    FL_ADVICE "write the value in place of ?"

/* Flink SQL has no cursors. */
#define FL_ERR_SYNTAX_CURSOR \
    FL_E_PARSE, "CURSOR expression encountered in illegal context" \
    FL_ADVICE "write a subquery"

/* The name before the parenthesis is no function. */
#define FL_ERR_SYNTAX_NO_SUCH_CALL \
    FL_E_VALIDATION, "No match found for function signature %s" \
    FL_ADVICE "`flott functions` lists what there is"

/* BETWEEN has two bounds. */
#define FL_ERR_SYNTAX_BETWEEN \
    FL_E_PARSE, "BETWEEN operator has no terminating AND" \
    FL_ADVICE "write x BETWEEN a AND b"

/* Flink takes <> only. */
#define FL_ERR_SYNTAX_BANG \
    FL_E_PARSE, "Bang equal '!=' is not allowed under the current SQL conformance level" \
    FL_ADVICE "write <> instead"

/* In U&'…' a backslash is followed by four hexadecimal digits. */
#define FL_ERR_SYNTAX_UNICODE_ESCAPE \
    FL_E_PARSE, "Unicode escape sequence starting at character %d is not exactly four hex digits" \
    FL_ADVICE "write \\00e9, or double the backslash"

/* The text has characters that its character set does not have. */
#define FL_ERR_SYNTAX_CHARSET_VALUE \
    FL_E_PARSE, "Failed to encode '%.*s' in character set '%s'" \
    FL_ADVICE "leave the character set out: texts are Unicode"

/* There is no such character set. */
#define FL_ERR_SYNTAX_CHARSET \
    FL_E_PARSE, "Unknown character set '%.*s'" \
    FL_ADVICE "leave it out: texts are Unicode"

/* UESCAPE belongs to texts that begin with U&. */
#define FL_ERR_SYNTAX_UESCAPE_PLACE \
    FL_E_PARSE, "UESCAPE clause must be preceded by Unicode literal with introducer" \
    FL_ADVICE "write U&'…' UESCAPE '\\', or remove UESCAPE"

/* The escape is one character. */
#define FL_ERR_SYNTAX_UESCAPE_LENGTH \
    FL_E_PARSE, "UESCAPE '%.*s' must be exactly one character" \
    FL_ADVICE "write UESCAPE '!' or another single character"

/* The escape would be taken for something else. */
#define FL_ERR_SYNTAX_UESCAPE_CHARACTER \
    FL_E_PARSE, "UESCAPE character '%c' may not be hex digit, whitespace, plus sign, or double quote" \
    FL_ADVICE "choose another character, such as !"

/* Pieces of one text stand on lines of their own. */
#define FL_ERR_SYNTAX_CONTINUED \
    FL_E_VALIDATION, "String literal continued on same line" \
    FL_ADVICE "join the texts with || or write one"

/* X'…' holds hexadecimal digits. */
#define FL_ERR_SYNTAX_BINARY_DIGITS \
    FL_E_PARSE, "Binary literal string must contain only characters '0' - '9', 'A' - 'F'" \
    FL_ADVICE "write two digits for each byte: X'00FF'"

/* X'…' holds two digits for each byte. */
#define FL_ERR_SYNTAX_BINARY_ODD \
    FL_E_PARSE, "Binary literal string must contain an even number of hexits" \
    FL_ADVICE "add a leading 0 to the byte that has one digit"

/* Years go from 1 to 9999. */
#define FL_ERR_SYNTAX_YEAR \
    FL_E_PARSE, "Year out of range: [%d]" \
    FL_ADVICE "write a year in that range"

/* A date, time or timestamp in the statement is not one. */
#define FL_ERR_SYNTAX_DATETIME_LITERAL \
    FL_E_PARSE, "Illegal %s literal '%.*s': not in format '%s'" \
    FL_ADVICE "write it as the format shows"

/* The text of an interval is no number. */
#define FL_ERR_SYNTAX_INTERVAL \
    FL_E_PARSE, "Illegal INTERVAL literal  %.*s; at line %d, column %d" \
    FL_ADVICE "write INTERVAL '10' SECOND"

/* APPLY is not of standard SQL. */
#define FL_ERR_SYNTAX_APPLY \
    FL_E_PARSE, "APPLY operator is not allowed under the current SQL conformance level" \
    FL_ADVICE "write CROSS JOIN LATERAL TABLE(f(x)) or LEFT JOIN LATERAL TABLE(f(x)) ON TRUE"

/* The parentheses in FROM hold neither a query nor a join. */
#define FL_ERR_SYNTAX_JOIN_PARENTHESES \
    FL_E_PARSE, "Expected query or join" \
    FL_ADVICE "remove them, or write (SELECT …)"

/* A join stands where a single table is expected. */
#define FL_ERR_SYNTAX_JOIN_PLACE \
    FL_E_PARSE, "Join expression encountered in illegal context" \
    FL_ADVICE "write it as a subquery: (SELECT * FROM a JOIN b ON …)"

/* A text stands where a name is expected. */
#define FL_ERR_SYNTAX_ALIAS_TEXT \
    FL_E_PARSE, "Expecting alias, found character literal" \
    FL_ADVICE "names are quoted with backticks, texts with single quotes"

/* Flink takes EXCEPT only. */
#define FL_ERR_SYNTAX_MINUS \
    FL_E_PARSE, "MINUS is not allowed under the current SQL conformance level" \
    FL_ADVICE "write EXCEPT instead"

/* Flink takes the SQL standard's form only. */
#define FL_ERR_SYNTAX_LIMIT_COMMA \
    FL_E_PARSE, "'LIMIT start, count' is not allowed under the current SQL conformance level" \
    FL_ADVICE "write LIMIT count OFFSET start"

/* Flink takes LIMIT before OFFSET only. */
#define FL_ERR_SYNTAX_OFFSET_LIMIT \
    FL_E_PARSE, "'OFFSET start LIMIT count' is not allowed under the current SQL conformance level" \
    FL_ADVICE "write LIMIT count OFFSET start"

/* A query stands where a value is expected. */
#define FL_ERR_SYNTAX_QUERY_PLACE \
    FL_E_PARSE, "Query expression encountered in illegal context" \
    FL_ADVICE "put the query in parentheses"

/* ORDER BY stands behind something that is no query. */
#define FL_ERR_SYNTAX_ORDER_PLACE \
    FL_E_PARSE, "ORDER BY unexpected" \
    FL_ADVICE "put the query in parentheses, or remove ORDER BY"

/* The word after FORMAT is none that SQL knows. */
#define FL_ERR_SYNTAX_FORMAT_NAME \
    FL_E_PARSE, "'%.*s' is not a valid datetime format" \
    FL_ADVICE "use a pattern in quotes, or remove FORMAT"

/* FROM needs something before it. */
#define FL_ERR_SYNTAX_TRIM_FROM \
    FL_E_PARSE, "'FROM' without operands preceding it is illegal" \
    FL_ADVICE "write TRIM(BOTH ' ' FROM x), or TRIM(x)"

/* JSON members are written in two ways that cannot be mixed. */
#define FL_ERR_SYNTAX_JSON_KEY \
    FL_E_PARSE, "illegal use of ':': KEY goes with VALUE" \
    FL_ADVICE "write KEY k VALUE v, or k : v"

/* The order of the array is given twice. */
#define FL_ERR_SYNTAX_TWO_ORDERS \
    FL_E_PARSE, \
    "Including both WITHIN GROUP(...) and inside ORDER BY in a single JSON_ARRAYAGG call is not allowed" \
    FL_ADVICE "keep one of the two"

/* The SQL grammar has this, Flink does not run it, or flott does not. */
#define FL_ERR_SYNTAX_NOT_SUPPORTED \
    FL_E_UNSUPPORTED, "%s is not supported" \
    FL_ADVICE "write the statement without it"

/* A comment is opened and never closed. */
#define FL_ERR_SYNTAX_OPEN_COMMENT \
    FL_E_PARSE, \
    "Lexical error at line %d, column %d.  Encountered: <EOF> after : \"\". The comment that begins at " \
    "line %d, column %d has no end" \
    FL_ADVICE "close it with */"

/* Nesting has a limit so that no script can exhaust the stack. */
#define FL_ERR_SYNTAX_TOO_DEEP \
    FL_E_PARSE, "Expressions and queries are nested deeper than %d levels here" \
    FL_ADVICE "remove parentheses that are not needed, or split the expression by a subquery"

/* A chain of operators has a limit so that no script can exhaust the stack. */
#define FL_ERR_SYNTAX_TOO_LONG \
    FL_E_PARSE, "More than %d operators follow one another here" \
    FL_ADVICE "use IN (…) instead of many ORs, CONCAT_WS instead of many ||, or a table"

/* Names have 256 characters at most. */
#define FL_ERR_SYNTAX_NAME_LENGTH \
    FL_E_PARSE, "Length of identifier '%.*s' must be less than or equal to %d characters" \
    FL_ADVICE "shorten the name"

/* Names and options cannot hold the character U+0000. */
#define FL_ERR_SYNTAX_ZERO_CHARACTER \
    FL_E_PARSE, "A text with the character U+0000 cannot stand here" \
    FL_ADVICE "remove it from the text"

/* A statement has a limit. */
#define FL_ERR_SYNTAX_STATEMENT_SIZE \
    FL_E_PARSE, "The statement has more than %d bytes" \
    FL_ADVICE "split it into several statements, or read the values from a file"

/* Two statements stand where one is expected. */
#define FL_ERR_SYNTAX_ONE_STATEMENT \
    FL_E_PARSE, "only single statement supported" \
    FL_ADVICE "send them one by one"

/* A character stands here that begins no word of SQL, or a quoted name has no end. */
#define FL_ERR_SYNTAX_CHARACTERS \
    FL_E_PARSE, "Lexical error at line %d, column %d.  Encountered: %safter : \"%s\"%s" \
    FL_ADVICE "remove the character, or put it into a text in single quotes or a name in backticks"

/* The statement is SQL up to this place, and cannot go on like this. */
#define FL_ERR_SYNTAX_UNEXPECTED \
    FL_E_PARSE, "Encountered \"%s\" at line %d, column %d. Expected %s." \
    FL_ADVICE "correct the place that is marked, or the word before it"

/* A keyword stands where the statement cannot go on with it. */
#define FL_ERR_SYNTAX_KEYWORD \
    FL_E_PARSE, "Incorrect syntax near the keyword '%.*s' at line %d, column %d. Expected %s." \
    FL_ADVICE "correct the place that is marked, or the word before it; a keyword as a name is written in " \
              "backticks"

/* ---- advice that replaces that of an entry ---- */

/* A parenthesis stands behind a name in FROM. */
#define FL_HINT_SYNTAX_TABLE_FUNCTION \
    "a function in FROM is called as TABLE(%s(…))"

/* LATERAL stands before a plain call. */
#define FL_HINT_SYNTAX_LATERAL \
    "a function is called as LATERAL TABLE(f(x))"

/* A quote is open until the end of the statement. */
#define FL_HINT_SYNTAX_OPEN_TEXT \
    "the text that begins here has no closing quote; a quote inside a text is written twice"

/* A name in backticks is open until the end of its line. */
#define FL_HINT_SYNTAX_OPEN_NAME \
    "close the name with a backtick; it may not go over the end of a line"

/* The bytes are not those of a character. */
#define FL_HINT_SYNTAX_ENCODING \
    "the script is not in UTF-8 here: convert it, as by iconv -f LATIN1 -t UTF-8"

/* No statement begins with this word. */
#define FL_HINT_SYNTAX_STATEMENTS \
    "a statement begins with SELECT, INSERT, CREATE, DROP, ALTER, SHOW, DESCRIBE, EXPLAIN, USE, SET or EXECUTE"

/* Double quotes mean nothing in Flink SQL. */
#define FL_HINT_SYNTAX_QUOTES \
    "names are quoted with backticks, texts with single quotes"

/* A word that the grammar needs stands where a name is expected. */
#define FL_HINT_SYNTAX_RESERVED \
    "%.*s is a reserved word: as a name it is written `%.*s`, in backticks"

/* A cast of PostgreSQL. */
#define FL_HINT_SYNTAX_COLONS \
    "Flink SQL writes x::INT as CAST(x AS INT)"

// clang-format on

#endif
