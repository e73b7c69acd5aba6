/* SPDX-License-Identifier: Apache-2.0 */
/* query.h -- queries: groups, windows, conditions, unions.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_QUERY_H
#define FL_MESSAGES_QUERY_H

// clang-format off: one part of an entry on a line

/* A star stands for all columns of a query, not for a value. */
#define FL_ERR_QUERY_STAR \
    FL_E_VALIDATION, "A star cannot stand in an expression" \
    FL_ADVICE "name a column, or write COUNT(*)"

/* TUMBLE, HOP and SESSION in this spelling make groups, not values. */
#define FL_ERR_QUERY_GROUP_FUNCTION \
    FL_E_VALIDATION, "Group function '$%s' can only appear in GROUP BY clause" \
    FL_ADVICE "put it into GROUP BY, and use TUMBLE_START(…) in SELECT"

/* TUMBLE_START and its kin tell the bounds of a window that GROUP BY makes. */
#define FL_ERR_QUERY_NO_WINDOW \
    FL_E_VALIDATION, "Unsupported call: %s: the query does not group by a window" \
    FL_ADVICE "add GROUP BY TUMBLE(…) to the query"

/* An aggregate of an aggregate needs two steps. */
#define FL_ERR_QUERY_NESTED_AGGREGATE \
    FL_E_VALIDATION, "Aggregate expressions cannot be nested" \
    FL_ADVICE "aggregate in a subquery: SELECT MAX(s) FROM (SELECT SUM(x) AS s FROM t GROUP BY k)"

/* Rows are chosen before they are grouped, so aggregates are not known yet. */
#define FL_ERR_QUERY_AGGREGATE_PLACE \
    FL_E_VALIDATION, "Aggregate expression is illegal in %s clause" \
    FL_ADVICE "use HAVING instead of WHERE, or a subquery"

/* FILTER chooses the rows of an aggregate; the function is none. */
#define FL_ERR_QUERY_FILTER \
    FL_E_VALIDATION, "FILTER must be applied to aggregate function" \
    FL_ADVICE "use CASE WHEN … THEN … END"

/* The function does not depend on the order of rows. */
#define FL_ERR_QUERY_WITHIN \
    FL_E_VALIDATION, "%s takes no WITHIN GROUP" \
    FL_ADVICE "remove WITHIN GROUP"

/* DISTINCT goes with aggregates only. */
#define FL_ERR_QUERY_DISTINCT \
    FL_E_VALIDATION, "DISTINCT/ALL not allowed with %s function" \
    FL_ADVICE "remove DISTINCT"

/* A condition is not true or false. */
#define FL_ERR_QUERY_NOT_BOOLEAN \
    FL_E_VALIDATION, "Expected a boolean type" \
    FL_ADVICE "write a comparison, such as x > 0"

/* TABLE t and DESCRIPTOR(c) are arguments of window functions in FROM. */
#define FL_ERR_QUERY_TABLE_ARGUMENT \
    FL_E_VALIDATION, "a table or DESCRIPTOR can only be an argument of a table function" \
    FL_ADVICE "write FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))"

/* WHERE, HAVING and FILTER take what is true or false. */
#define FL_ERR_QUERY_CONDITION \
    FL_E_VALIDATION, "%s clause must be a condition" \
    FL_ADVICE "write a comparison, such as x > 0"

/* The list of names behind the table has another length than its columns. */
#define FL_ERR_QUERY_ALIAS_COUNT \
    FL_E_VALIDATION, \
    "List of column aliases must have same degree as table; table has %d columns (%s), whereas alias list " \
    "has %d columns" \
    FL_ADVICE "name all columns or none"

/* The list of names behind the table has one twice. */
#define FL_ERR_QUERY_ALIAS_TWICE \
    FL_E_VALIDATION, "Duplicate name '%s' in column alias list" \
    FL_ADVICE "give each column a name of its own"

/* The window function has no argument of this name. */
#define FL_ERR_QUERY_WINDOW_ARGUMENT \
    FL_E_VALIDATION, "'%.*s' is no argument of %s; it takes %s" \
    FL_ADVICE "use the names listed, or none"

/* The first argument of a window function is the table whose rows go into windows. */
#define FL_ERR_QUERY_WINDOW_TABLE \
    FL_E_VALIDATION, "the first argument of %s must be TABLE t or a query" \
    FL_ADVICE "write TABLE t, or a query in parentheses"

/* Rows are ordered by their time attribute. */
#define FL_ERR_QUERY_WINDOW_ORDER \
    FL_E_UNSUPPORTED, "ORDER BY for the table of %s is not supported" \
    FL_ADVICE "remove ORDER BY"

/* TUMBLE, HOP and CUMULATE put all rows into windows alike. */
#define FL_ERR_QUERY_WINDOW_PARTITION \
    FL_E_VALIDATION, \
    "Only tables with set semantics may be partitioned. Invalid PARTITION BY clause in the 0-th operand of " \
    "table function '%s'" \
    FL_ADVICE "remove PARTITION BY, and group by the column behind the window"

/* The second argument of a window function names the time attribute. */
#define FL_ERR_QUERY_WINDOW_DESCRIPTOR \
    FL_E_VALIDATION, "the second argument of %s must be DESCRIPTOR(timecol)" \
    FL_ADVICE "write DESCRIPTOR(ts)"

/* Windows are made of times. */
#define FL_ERR_QUERY_WINDOW_TIME_TYPE \
    FL_E_VALIDATION, "The window function %s requires the timecol to be TIMESTAMP or TIMESTAMP_LTZ, but is %s." \
    FL_ADVICE "name the column for which WATERMARK FOR is declared"

/* A query over finite tables has no processing time. */
#define FL_ERR_QUERY_PROCTIME_BATCH \
    FL_E_UNSUPPORTED, "Processing time Window TableFunction is not supported yet." \
    FL_ADVICE "use a time column, or SET 'execution.runtime-mode' = 'streaming'"

/* The column is a time, but nothing tells when all rows up to a time are there. */
#define FL_ERR_QUERY_NO_TIME_ATTRIBUTE \
    FL_E_VALIDATION, "The window function requires the timecol is a time attribute type, but is %s." \
    FL_ADVICE "declare WATERMARK FOR the column in its table, or use a column AS PROCTIME(); expressions and " \
              "casts make an ordinary column of it"

/* Months and years differ in length. */
#define FL_ERR_QUERY_MONTHS \
    FL_E_UNSUPPORTED, \
    "windows of months and years are not supported, as their lengths differ: %s takes intervals of days to " \
    "seconds" \
    FL_ADVICE "group by YEAR(ts), MONTH(ts), or use days"

/* Sizes and slides of windows are intervals. */
#define FL_ERR_QUERY_WINDOW_LENGTH \
    FL_E_VALIDATION, "Cannot apply '%s' to arguments of type '<%s>'. Supported form(s): %s" \
    FL_ADVICE "write INTERVAL '10' SECOND"

/* Sizes and slides of windows must be known before the first row. */
#define FL_ERR_QUERY_WINDOW_CONSTANT \
    FL_E_VALIDATION, "Only constant window descriptors are supported." \
    FL_ADVICE "write a literal, such as INTERVAL '10' SECOND"

/* A window has a positive length. */
#define FL_ERR_QUERY_WINDOW_POSITIVE \
    FL_E_VALIDATION, "%s window parameters must satisfy %s > 0, but got %lld ms" \
    FL_ADVICE "write an interval above zero"

/* The steps of CUMULATE must fill the window exactly. */
#define FL_ERR_QUERY_CUMULATE \
    FL_E_VALIDATION, \
    "CUMULATE table function based aggregate requires maxSize must be an integral multiple of step, but " \
    "got maxSize %lld ms and step %lld ms" \
    FL_ADVICE "choose a size that is a multiple of the step"

/* PARTITION BY takes columns, not expressions. */
#define FL_ERR_QUERY_PARTITION_BY \
    FL_E_VALIDATION, "PARTITION BY takes columns" \
    FL_ADVICE "compute the column in a subquery first"

/* Flink has no such windows over finite tables. */
#define FL_ERR_QUERY_SESSION_BATCH \
    FL_E_UNSUPPORTED, "Unaligned windows like session are not supported in batch mode yet." \
    FL_ADVICE "SET 'execution.runtime-mode' = 'streaming'"

/* Results of these windows are put together from parts, which the function cannot do in Flink. */
#define FL_ERR_QUERY_UNMERGEABLE \
    FL_E_UNSUPPORTED, \
    "Could not find an implementation method 'merge' in class '%s' for function '%s', which %s windows need" \
    FL_ADVICE "compute it in TUMBLE windows, or without windows"

/* The aggregate does not depend on the order of rows. */
#define FL_ERR_QUERY_WITHIN_AGGREGATE \
    FL_E_VALIDATION, "Aggregate expression '%s' must not contain a WITHIN GROUP clause" \
    FL_ADVICE "remove WITHIN GROUP"

/* FILTER chooses rows before they are aggregated. */
#define FL_ERR_QUERY_FILTER_AGGREGATE \
    FL_E_VALIDATION, "FILTER must not contain aggregate expression" \
    FL_ADVICE "use a subquery"

/* TUMBLE_START and its kin must repeat the arguments of the window in GROUP BY. */
#define FL_ERR_QUERY_AUXILIARY \
    FL_E_VALIDATION, \
    "Call to auxiliary group function '%s%s' must have matching call to group function '$%s' in GROUP BY " \
    "clause" \
    FL_ADVICE "copy the arguments of GROUP BY"

/* A window over processing time has no event time to hand on. */
#define FL_ERR_QUERY_PROCTIME_ROWTIME \
    FL_E_VALIDATION, "A proctime window cannot provide a rowtime attribute." \
    FL_ADVICE "use the function …_PROCTIME"

/* Months and years differ in length. */
#define FL_ERR_QUERY_GROUP_MONTHS \
    FL_E_UNSUPPORTED, \
    "Window aggregate only support SECOND, MINUTE, HOUR, DAY as the time unit. MONTH and YEAR time unit " \
    "are not supported yet." \
    FL_ADVICE "group by YEAR(ts), MONTH(ts), or use days"

/* The group function takes a time attribute and intervals. */
#define FL_ERR_QUERY_GROUP_ARGUMENTS \
    FL_E_VALIDATION, "Cannot apply '$%s' to arguments of type '$%s(%s)'. Supported form(s): '$%s(<DATETIME>, " \
                     "<DATETIME_INTERVAL>%s)'" \
    FL_ADVICE "write GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)"

/* A query over finite tables has no processing time. */
#define FL_ERR_QUERY_GROUP_PROCTIME_BATCH \
    FL_E_VALIDATION, "Window can not be defined over a proctime attribute column for batch mode" \
    FL_ADVICE "use a time column, or SET 'execution.runtime-mode' = 'streaming'"

/* The column is a time, but nothing tells when all rows up to a time are there. */
#define FL_ERR_QUERY_GROUP_NO_TIME_ATTRIBUTE \
    FL_E_VALIDATION, "Window aggregate can only be defined over a time attribute column, but %s encountered." \
    FL_ADVICE "declare WATERMARK FOR the column in its table, or use a column AS PROCTIME()"

/* Rows cannot be grouped by two windows at once. */
#define FL_ERR_QUERY_ONE_GROUP_WINDOW \
    FL_E_VALIDATION, "Only a single window group function may be used in GROUP BY" \
    FL_ADVICE "keep one, and aggregate its result again"

/* The group function has an offset. */
#define FL_ERR_QUERY_ALIGNMENT \
    FL_E_UNSUPPORTED, "%s window with alignment is not supported yet." \
    FL_ADVICE "use the table function: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size, offset))"

/* A window has a positive length. */
#define FL_ERR_QUERY_GROUP_POSITIVE \
    FL_E_VALIDATION, "%s parameters must satisfy 0 < size%s" \
    FL_ADVICE "write an interval above zero"

/* The column has many values in a group, and nothing says which one is meant. */
#define FL_ERR_QUERY_NOT_GROUPED \
    FL_E_VALIDATION, "Expression '%s' is not being grouped" \
    FL_ADVICE "add it to GROUP BY, or put it into an aggregate such as MAX(…)"

/* The hint STATE_TTL names tables and how long their state is kept. */
#define FL_ERR_QUERY_TTL_EMPTY \
    FL_E_VALIDATION, "Invalid STATE_TTL hint, expecting at least one key-value options specified." \
    FL_ADVICE "write /*+ STATE_TTL('t' = '1 d') */"

/* The hint STATE_TTL names something that is not in FROM. */
#define FL_ERR_QUERY_TTL_TABLE \
    FL_E_VALIDATION, \
    "The options of following hints cannot match the name of input tables or views: '%s' in STATE_TTL" \
    FL_ADVICE "use the table's name or alias"

/* There are no rows to choose from. */
#define FL_ERR_QUERY_WHERE_ALONE \
    FL_E_UNSUPPORTED, "WHERE without FROM is not supported" \
    FL_ADVICE "add FROM, or use CASE"

/* The two sides of UNION have different numbers of columns. */
#define FL_ERR_QUERY_UNION_COLUMNS \
    FL_E_VALIDATION, "Column count mismatch in UNION" \
    FL_ADVICE "select as many columns on both sides"

/* A column has types on both sides of UNION that no common type holds. */
#define FL_ERR_QUERY_UNION_TYPES \
    FL_E_VALIDATION, "Type mismatch in column %d of UNION: %s and %s" \
    FL_ADVICE "write CAST(… AS …) on one side"

/* The rows of VALUES differ in length. */
#define FL_ERR_QUERY_VALUES_WIDTH \
    FL_E_VALIDATION, "Values passed to VALUES operator must have compatible types: rows of %d and of %d columns" \
    FL_ADVICE "give all rows as many values"

/* A column of VALUES has types that no common type holds. */
#define FL_ERR_QUERY_VALUES_TYPES \
    FL_E_VALIDATION, "Values passed to VALUES operator must have compatible types" \
    FL_ADVICE "write CAST(… AS …) around some of them"

/* Views and subqueries are bound one in another, to a certain depth; a view may also use itself. */
#define FL_ERR_QUERY_TOO_DEEP \
    FL_E_LIMIT, "views and subqueries are nested more than %d deep" \
    FL_ADVICE "flatten the query"

/* There are no columns to stand for. */
#define FL_ERR_QUERY_STAR_ALONE \
    FL_E_VALIDATION, "SELECT * requires a FROM clause" \
    FL_ADVICE "add FROM"

/* The operator cannot take rows back. */
#define FL_ERR_QUERY_UPDATES \
    FL_E_UNSUPPORTED, "%s over rows that are updated or deleted is not supported yet" \
    FL_ADVICE "aggregate in a window, which emits each result once"

/* The offset moves windows by less than their size. */
#define FL_ERR_QUERY_OFFSET \
    FL_E_VALIDATION, \
    "Tumbling Window parameters must satisfy abs(offset) < size, bot got size %lldms and offset %lldms." \
    FL_ADVICE "write an offset below the size"

/* The slides of HOP must fill the window exactly. */
#define FL_ERR_QUERY_HOP \
    FL_E_VALIDATION, \
    "HOP table function based aggregate requires size must be an integral multiple of slide, but got size " \
    "%lld ms and slide %lld ms" \
    FL_ADVICE "choose a size that is a multiple of the slide; GROUP BY HOP(…), the older spelling, takes any " "slide"

/* Windows over windows need their times as event times. */
#define FL_ERR_QUERY_WINDOW_COLUMNS \
    FL_E_UNSUPPORTED, "aggregates over the window columns of %s are not supported yet" \
    FL_ADVICE "aggregate by GROUP BY window_start, window_end over TUMBLE, HOP or CUMULATE of event time"

/* UNNEST takes collections apart. */
#define FL_ERR_QUERY_UNNEST \
    FL_E_VALIDATION, \
    "Cannot apply 'UNNEST' to arguments of type 'UNNEST(<%s>)'. Supported form(s): 'UNNEST(<MULTISET>)', " \
    "'UNNEST(<ARRAY>)', 'UNNEST(<MAP>)'" \
    FL_ADVICE "pass an array, a map or a multiset"

/* Flink cannot plan this condition beside UNNEST or a table function. */
#define FL_ERR_QUERY_CORRELATE_ON \
    FL_E_VALIDATION, \
    "unexpected correlate variable in the plan: ON beside UNNEST or a table function may read what these make, not " \
    "the row that they make it from" \
    FL_ADVICE "put the condition into WHERE; of a LEFT JOIN, into a CASE around the collection"

/* What is made from rows needs rows first. */
#define FL_ERR_QUERY_CORRELATE_KIND \
    FL_E_VALIDATION, "Unknown join type %s: what is made from rows needs rows on the left" \
    FL_ADVICE "write CROSS JOIN or LEFT JOIN … ON TRUE"

/* ---- advice that replaces that of an entry ---- */

/* The bounds of a window are asked for, and there is no window. */
#define FL_HINT_QUERY_ADD_GROUP_BY \
    "add GROUP BY %s(…) to the query"

/* A plain name stands where a window function expects its table. */
#define FL_HINT_QUERY_FIRST_ARGUMENT \
    "the first argument of %s is a table: TABLE %s"

/* A plain name stands where a window function expects its time attribute. */
#define FL_HINT_QUERY_SECOND_ARGUMENT \
    "the second argument of %s is DESCRIPTOR(%s)"

/* A column is named like one that the window function adds. */
#define FL_HINT_QUERY_PRODUCED_COLUMN \
    "%s adds a column of that name: give the one of its table another name first"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with a duration in STATE_TTL. */
#define FL_AT_QUERY_TTL_VALUE \
    "Invalid STATE_TTL hint value: "

// clang-format on

#endif
