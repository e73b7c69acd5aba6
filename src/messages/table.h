/* SPDX-License-Identifier: Apache-2.0 */
/* table.h -- tables: their declaration, reading and writing them.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_TABLE_H
#define FL_MESSAGES_TABLE_H

// clang-format off: one part of an entry on a line

/* The table declares the column NOT NULL, and the query gives a NULL. */
#define FL_ERR_TABLE_NULL_FOR_NOT_NULL \
    FL_E_RUNTIME, "Column '%s' is NOT NULL, however, a null value is being written into it. You can set job " \
                  "configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such " \
                  "records silently." \
    FL_ADVICE "filter the NULLs out or replace them with COALESCE, or SET 'table.exec.sink.not-null-enforcer' " \
              "= 'DROP'"

/* A row has a NULL in the column for which WATERMARK FOR is declared. */
#define FL_ERR_TABLE_NULL_ROWTIME \
    FL_E_RUNTIME, "RowTime field should not be null, please convert it to a non-null long value." \
    FL_ADVICE "give the time attribute a value for every row, for example by a computed column COALESCE(…, …), " \
              "or filter such rows out in the source"

/* Two columns of a table have one name. */
#define FL_ERR_TABLE_COLUMN_TWICE \
    FL_E_VALIDATION, "A column with the same name `%s` has been defined at line %d, column %d." \
    FL_ADVICE "rename or remove one of them"

/* A computed column is computed row by row. */
#define FL_ERR_TABLE_COMPUTED_AGGREGATE \
    FL_E_UNSUPPORTED, "an aggregate function in computed column '%s' is not supported" \
    FL_ADVICE "aggregate in a view or in the query that reads the table"

/* A table has one watermark. */
#define FL_ERR_TABLE_WATERMARKS \
    FL_E_VALIDATION, "Multiple WATERMARK declarations are not supported yet." \
    FL_ADVICE "keep one WATERMARK FOR"

/* WATERMARK FOR names a column that the table does not have. */
#define FL_ERR_TABLE_WATERMARK_COLUMN \
    FL_E_VALIDATION, "The rowtime attribute field '%s' is not defined in the table schema, at line %d, column %d" \
    FL_ADVICE "declare the column, or correct its name"

/* WATERMARK FOR names a field of a ROW. */
#define FL_ERR_TABLE_WATERMARK_FIELD \
    FL_E_VALIDATION, \
    "Invalid column name '%s.%s' for rowtime attribute in watermark declaration. Available columns are: %s" \
    FL_ADVICE "add a computed column: ts AS r.ts, and declare WATERMARK FOR ts"

/* Processing time is always in order and needs no watermark. */
#define FL_ERR_TABLE_WATERMARK_PROCTIME \
    FL_E_VALIDATION, "A watermark can not be defined for a processing-time attribute." \
    FL_ADVICE "remove the WATERMARK, or use another column"

/* A time attribute is a TIMESTAMP of at most milliseconds. */
#define FL_ERR_TABLE_WATERMARK_TYPE \
    FL_E_VALIDATION, "Invalid data type of time field for watermark definition. %s time field type is %s" \
    FL_ADVICE "add a computed column, such as ts AS TO_TIMESTAMP_LTZ(millis, 3), and declare WATERMARK FOR ts"

/* The expression after AS must be a time. */
#define FL_ERR_TABLE_WATERMARK_EXPRESSION \
    FL_E_VALIDATION, \
    "Invalid data type of expression for watermark definition. %s watermark expression type is %s" \
    FL_ADVICE "write column - INTERVAL '5' SECOND"

/* Flink has no UNIQUE either. */
#define FL_ERR_TABLE_UNIQUE \
    FL_E_VALIDATION, "UNIQUE constraint is not supported yet" \
    FL_ADVICE "declare PRIMARY KEY (…) NOT ENFORCED"

/* A table has one primary key. */
#define FL_ERR_TABLE_TWO_KEYS \
    FL_E_VALIDATION, "Duplicate primary key definition" \
    FL_ADVICE "keep one PRIMARY KEY, over several columns if needed"

/* Flink does not check keys of data that others own. */
#define FL_ERR_TABLE_ENFORCED \
    FL_E_VALIDATION, \
    "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint. ENFORCED/NOT ENFORCED controls if the " \
    "constraint checks are performed on the incoming/outgoing data. Flink does not own the data therefore " \
    "the only supported mode is the NOT ENFORCED mode" \
    FL_ADVICE "write PRIMARY KEY (…) NOT ENFORCED"

/* The primary key names a column that the table does not have. */
#define FL_ERR_TABLE_KEY_COLUMN \
    FL_E_VALIDATION, "Primary key column '%s' is not defined in the schema at line %d, column %d" \
    FL_ADVICE "declare the column, or correct its name"

/* Computed and metadata columns cannot be keys. */
#define FL_ERR_TABLE_KEY_NOT_PHYSICAL \
    FL_E_VALIDATION, \
    "Could not create a PRIMARY KEY with column '%s' at line %d, column %d. A PRIMARY KEY constraint must " \
    "be declared on physical columns." \
    FL_ADVICE "use physical columns in PRIMARY KEY"

/* The primary key names a column twice. */
#define FL_ERR_TABLE_KEY_TWICE \
    FL_E_VALIDATION, "Invalid primary key: the column '%s' is named twice" \
    FL_ADVICE "name it once"

/* PARTITIONED BY names a column that the table does not have. */
#define FL_ERR_TABLE_PARTITION_COLUMN \
    FL_E_VALIDATION, "Partition column '%s' not defined in the table schema. Available columns: %s" \
    FL_ADVICE "declare the column with its type, and name it in PARTITIONED BY"

/* DISTRIBUTED BY names a column that the table does not have. */
#define FL_ERR_TABLE_BUCKET_KEY \
    FL_E_VALIDATION, \
    "Invalid bucket key '%s'. A bucket key for a distribution must reference a physical column in the " \
    "schema. Available columns are: %s" \
    FL_ADVICE "use one of the columns listed"

/* There must be a bucket to put rows into. */
#define FL_ERR_TABLE_BUCKET_COUNT \
    FL_E_VALIDATION, \
    "Invalid bucket count '0'. The number of buckets for a distributed table must be at least 1." \
    FL_ADVICE "write INTO 1 BUCKETS or more"

/* Nothing tells where the table's data are. */
#define FL_ERR_TABLE_NO_CONNECTOR \
    FL_E_VALIDATION, "Table options do not contain an option key 'connector' for discovering a connector." \
    FL_ADVICE "add WITH ('connector' = '…'); `flott connectors` lists what there is"

/* The list of names of the view and its query differ in length. */
#define FL_ERR_TABLE_VIEW_COLUMNS \
    FL_E_VALIDATION, "VIEW definition and input fields not match: the view names %d columns, its query has %d" \
    FL_ADVICE "name as many columns as the query has"

/* Two columns of the view have one name. */
#define FL_ERR_TABLE_VIEW_COLUMN_TWICE \
    FL_E_VALIDATION, "A column with the same name `%s` has been defined in the view" \
    FL_ADVICE "give one of them an alias: SELECT a AS b"

/* Options of a table are changed for one query, which the session does not allow. */
#define FL_ERR_TABLE_HINTS_OFF \
    FL_E_VALIDATION, \
    "OPTIONS hint is allowed only when the config option 'table.dynamic-table-options.enabled' is set to " \
    "true." \
    FL_ADVICE "SET 'table.dynamic-table-options.enabled' = 'true'"

/* An option in a hint needs a value. */
#define FL_ERR_TABLE_HINT_PAIR \
    FL_E_VALIDATION, "OPTIONS takes 'key' = 'value'" \
    FL_ADVICE "write /*+ OPTIONS('key' = 'value') */"

/* The metadata cannot be cast to the type that the column declares. */
#define FL_ERR_TABLE_METADATA_TYPE \
    FL_E_VALIDATION, \
    "Invalid data type for metadata column '%s' with metadata key '%s' of table '%s'. The column cannot be " \
    "declared as '%s' because the type must be castable from metadata type '%s'." \
    FL_ADVICE "declare the column with the metadata's type, and cast it in the query"

/* The connector has no such metadata. */
#define FL_ERR_TABLE_METADATA_KEY \
    FL_E_VALIDATION, \
    "Invalid metadata key '%s' in column '%s' of table '%s'. The connector '%s' supports the following " \
    "metadata keys for reading: %s" \
    FL_ADVICE "use one of the keys listed, as in c STRING METADATA FROM 'key'"

/* Nothing tells where the table's data are. */
#define FL_ERR_TABLE_NO_CONNECTOR_OF \
    FL_E_VALIDATION, \
    "Table options do not contain an option key 'connector' for discovering a connector: table '%s'" \
    FL_ADVICE "add 'connector' = '…' to WITH; `flott connectors` lists what there is"

/* The connector can only be written to. */
#define FL_ERR_TABLE_SINK_ONLY \
    FL_E_VALIDATION, "Connector '%s' can only be used as a sink. It cannot be used as a source." \
    FL_ADVICE "read from another table; `flott connectors` tells which can be read"

/* A table below the view has changed since the view was made. */
#define FL_ERR_TABLE_VIEW_CHANGED \
    FL_E_VALIDATION, "the query has %d columns now and had %d when the view was made" \
    FL_ADVICE "drop the view and create it again"

/* A view has no options of its own. */
#define FL_ERR_TABLE_VIEW_HINT \
    FL_E_VALIDATION, \
    "View '`%s`.`%s`.`%s`' cannot be enriched with new options. Hints can only be applied to tables." \
    FL_ADVICE "put the hint behind the table in the view's query"

/* PARTITION (…) names a column that is no partition column. */
#define FL_ERR_TABLE_NOT_A_PARTITION \
    FL_E_VALIDATION, "Partition column '%s' is not a partition key of '%s'" \
    FL_ADVICE "name a column of PARTITIONED BY, or give the value in the query"

/* The list of columns of INSERT has one twice. */
#define FL_ERR_TABLE_TARGET_TWICE \
    FL_E_VALIDATION, "Target column '%s' is assigned more than once" \
    FL_ADVICE "name it once"

/* A column that INSERT leaves out would be NULL, which it must not be. */
#define FL_ERR_TABLE_NO_DEFAULT \
    FL_E_VALIDATION, "Column '%s' has no default value and does not allow NULLs" \
    FL_ADVICE "add the column to the list and to the query"

/* A sink takes one event time. */
#define FL_ERR_TABLE_TWO_ROWTIMES \
    FL_E_VALIDATION, \
    "The query contains more than one rowtime attribute column [%s] for writing into table '%s'." \
    FL_ADVICE "make ordinary timestamps of all but one: CAST(… AS TIMESTAMP(3))"

/* The connector cannot write metadata. */
#define FL_ERR_TABLE_METADATA_SINK \
    FL_E_VALIDATION, \
    "Table '%s' declares persistable metadata columns, but the underlying DynamicTableSink doesn't " \
    "implement the SupportsWritingMetadata interface. If the column should not be persisted, it can be " \
    "declared with the VIRTUAL keyword." \
    FL_ADVICE "add VIRTUAL to the metadata column, so that it is only read"

/* A view holds no data. */
#define FL_ERR_TABLE_INSERT_VIEW \
    FL_E_VALIDATION, "'%s' is a view: INSERT needs a table" \
    FL_ADVICE "insert into the table below the view"

/* The connector has no buckets. */
#define FL_ERR_TABLE_BUCKETS \
    FL_E_VALIDATION, \
    "Table '%s' is distributed into buckets, but the underlying DynamicTableSink doesn't implement the " \
    "SupportsBucketing interface." \
    FL_ADVICE "remove DISTRIBUTED BY"

/* A column of a new table has a name of several parts. */
#define FL_ERR_TABLE_COLUMN_PATH \
    FL_E_PARSE, "A column of a new table has a name of one part" \
    FL_ADVICE "write a name of one part, in backticks if it holds a point"

/* The query changes rows that it has given before, and the sink can only add rows. */
#define FL_ERR_TABLE_SINK_CHANGES \
    FL_E_VALIDATION, "Table sink '%s' doesn't support consuming %s changes which is produced by node %s" \
    FL_ADVICE "a window aggregate emits each result once; or write to a sink that takes updates, such as print"

/* The connector can only be read. */
#define FL_ERR_TABLE_SOURCE_ONLY \
    FL_E_VALIDATION, "Connector '%s' can only be used as a source. It cannot be used as a sink." \
    FL_ADVICE "write to another table; `flott connectors` tells which can be written"

/* The columns of the query go to those of the table by position, and they differ in number or in type. */
#define FL_ERR_TABLE_MISMATCH \
    FL_E_VALIDATION, \
    "Column types of query result and sink for '%s' do not match.\nCause: %s\n\nQuery schema: [%s]\nSink " \
    "schema:  [%s]" \
    FL_ADVICE "select as many columns as the table has, in its order, each cast to the type of its column"

/* ---- advice that replaces that of an entry ---- */

/* The types of the query and of the sink differ. */
#define FL_HINT_TABLE_CAST_COLUMN \
    "cast the column: CAST(%s AS %s)"

/* ---- places: what stands before a message ---- */

/* Stands before why a table cannot be read. */
#define FL_AT_TABLE_READING \
    "Unable to create a source for reading table '%s': "

/* Stands before what is wrong in the query of a view. */
#define FL_AT_TABLE_IN_VIEW \
    "in view '%s': "

/* Stands before why a table cannot be written. */
#define FL_AT_TABLE_WRITING \
    "Unable to create a sink for writing table '%s': "

// clang-format on

#endif
