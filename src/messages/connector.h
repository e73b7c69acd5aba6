/* SPDX-License-Identifier: Apache-2.0 */
/* connector.h -- connectors and modules.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_CONNECTOR_H
#define FL_MESSAGES_CONNECTOR_H

// clang-format off: one part of an entry on a line

/* The table is declared to come from memory, and no program has handed it in. */
#define FL_ERR_CONNECTOR_NO_ARROW_TABLE \
    FL_E_VALIDATION, "no table '%s' has been handed in" \
    FL_ADVICE "call flott_session_put_arrow before the query"

/* The declaration and the table that was handed in differ in their number of columns. */
#define FL_ERR_CONNECTOR_ARROW_COLUMNS \
    FL_E_VALIDATION, "table '%s' is declared with %d columns, and '%s' was handed in with %d" \
    FL_ADVICE "declare the columns that were handed in, in their order"

/* The declaration and the table that was handed in differ in a column's type. */
#define FL_ERR_CONNECTOR_ARROW_TYPE \
    FL_E_VALIDATION, "column '%s' is declared as %s, and column %d of '%s' was handed in as %s" \
    FL_ADVICE "declare the type that was handed in, and cast it in the query"

/* The bound does not fit into the type of the column. */
#define FL_ERR_CONNECTOR_DATAGEN_RANGE \
    FL_E_VALIDATION, "For input string: \"%s\": must lie between %lld and %lld" \
    FL_ADVICE "choose a bound that the type holds"

/* The least value is not below the greatest. */
#define FL_ERR_CONNECTOR_DATAGEN_BOUNDS \
    FL_E_VALIDATION, \
    "lower bound (%s) must be strictly less than upper bound (%s): 'fields.%s.min' and 'fields.%s.max'" \
    FL_ADVICE "exchange the two, or widen the range"

/* Bounds of random numbers must be finite. */
#define FL_ERR_CONNECTOR_DATAGEN_FINITE \
    FL_E_VALIDATION, "a finite number is expected" \
    FL_ADVICE "write a finite number"

/* CHAR and BINARY have the length of their type. */
#define FL_ERR_CONNECTOR_DATAGEN_FIXED \
    FL_E_VALIDATION, "Custom length for fixed-length type (CHAR/BINARY) field '%s' is not supported." \
    FL_ADVICE "remove the option, or declare the column as STRING or BYTES"

/* The length asked for is greater than the type allows. */
#define FL_ERR_CONNECTOR_DATAGEN_LENGTH \
    FL_E_VALIDATION, \
    "Custom length '%d' for variable-length type (VARCHAR/STRING/VARBINARY/BYTES) field '%s' should be " \
    "shorter than '%d' defined in the schema." \
    FL_ADVICE "lower the option, or widen the type"

/* Only texts and bytes of variable length can vary in length. */
#define FL_ERR_CONNECTOR_DATAGEN_VARLEN \
    FL_E_VALIDATION, "Only supports specifying 'fields.#.var-len' option for variable-length types " \
                     "(VARCHAR/STRING/VARBINARY/BYTES). The type of field '%s' is not within this range." \
    FL_ADVICE "remove the option"

/* No random values are made for this type. */
#define FL_ERR_CONNECTOR_DATAGEN_TYPE \
    FL_E_VALIDATION, "Unsupported type: %s%s (column '%s')" \
    FL_ADVICE "leave the column out and compute it in the query"

/* A share of rows is a number between 0 and 1. */
#define FL_ERR_CONNECTOR_DATAGEN_RATE \
    FL_E_VALIDATION, "must lie between 0 and 1" \
    FL_ADVICE "write 0.1 for every tenth row"

/* A sequence has a start and an end. */
#define FL_ERR_CONNECTOR_DATAGEN_SEQUENCE \
    FL_E_VALIDATION, "Could not find required property 'fields.%s.%s' for sequence generator." \
    FL_ADVICE "add 'fields.<column>.start' and 'fields.<column>.end' to WITH"

/* A sequence runs upwards. */
#define FL_ERR_CONNECTOR_DATAGEN_ORDER \
    FL_E_VALIDATION, "The start value (%lld) cannot be greater than the end value (%lld)." \
    FL_ADVICE "exchange 'start' and 'end'"

/* The sequence has more values than 64 bits count. */
#define FL_ERR_CONNECTOR_DATAGEN_TOTAL \
    FL_E_VALIDATION, "The total size of range (%lld, %lld) exceeds the maximum limit: Long.MAX_VALUE - 1." \
    FL_ADVICE "bring 'start' and 'end' nearer together"

/* There are two kinds of generators. */
#define FL_ERR_CONNECTOR_DATAGEN_KIND \
    FL_E_VALIDATION, "Unsupported generator kind: %s" \
    FL_ADVICE "write 'random' or 'sequence'"

/* Rows are made in batches in memory. */
#define FL_ERR_CONNECTOR_DATAGEN_ROW \
    FL_E_LIMIT, "a row of table '%s' would take about %lld MB; 'datagen' makes rows of up to %d MB" \
    FL_ADVICE "lower 'fields.<column>.length'"

/* A speed is a positive number. */
#define FL_ERR_CONNECTOR_DATAGEN_SPEED \
    FL_E_VALIDATION, "'rows-per-second' must be positive, but is %lld" \
    FL_ADVICE "leave 'rows-per-second' out for the default, 10000"

/* A number of rows is not negative. */
#define FL_ERR_CONNECTOR_DATAGEN_COUNT \
    FL_E_VALIDATION, "'number-of-rows' must not be negative, but is %lld" \
    FL_ADVICE "leave 'number-of-rows' out for an endless table"

/* The path is a URL of a storage that cannot be reached from here yet. */
#define FL_ERR_CONNECTOR_SCHEME \
    FL_E_UNSUPPORTED, "file system scheme '%.*s' of path '%s' is not supported" \
    FL_ADVICE "use a path of this machine; remote storage can be mounted"

/* The path is a URL with two slashes, so its first part is taken for a host. */
#define FL_ERR_CONNECTOR_PATH_HOST \
    FL_E_VALIDATION, "path '%s' names a host: a local file is file:///…" \
    FL_ADVICE "write file:///path, or the plain path"

/* The table has no place. */
#define FL_ERR_CONNECTOR_PATH_EMPTY \
    FL_E_VALIDATION, "'path' is empty" \
    FL_ADVICE "set 'path' to a file or directory"

/* Names of directories can only be made of plain values. */
#define FL_ERR_CONNECTOR_PARTITION_TYPE \
    FL_E_UNSUPPORTED, "a partition column of type %s ('%s') is not supported" \
    FL_ADVICE "cast the column to STRING, INT or DATE"

/* The connector has no such metadata. */
#define FL_ERR_CONNECTOR_METADATA_KEY \
    FL_E_VALIDATION, "Invalid metadata key '%s'" \
    FL_ADVICE "DESCRIBE the table"

/* Flink fails, too, when it reads a partition whose name stands for NULL. */
#define FL_ERR_CONNECTOR_PARTITION_NULL \
    FL_E_VALIDATION, "Path should not be null or empty: null" \
    FL_ADVICE "leave the partition out with a WHERE, or set 'partition.default-name' to another name"

/* The pattern is no regular expression. */
#define FL_ERR_CONNECTOR_PATH_PATTERN \
    FL_E_VALIDATION, "'source.path.regex-pattern' is not a regular expression: %s at index %zu: %s" \
    FL_ADVICE "correct it; it must match the whole path, as in '.*\\.json'"

/* An interval of zero would read the directory without pause. */
#define FL_ERR_CONNECTOR_MONITOR \
    FL_E_VALIDATION, "'source.monitor-interval' must be positive" \
    FL_ADVICE "write a duration such as '10 s', or leave the option out to read once"

/* Flink takes this value of the option, flott does not yet. */
#define FL_ERR_CONNECTOR_VALUE_NOT_YET \
    FL_E_UNSUPPORTED, "'%s' = '%s' is not supported" \
    FL_ADVICE "use another value, or remove the option"

/* There is no such policy for committing partitions. */
#define FL_ERR_CONNECTOR_COMMIT_POLICY \
    FL_E_VALIDATION, "Unsupported policy: %.*s" \
    FL_ADVICE "use 'metastore' or 'success-file'"

/* The name is neither in the time zone database nor a fixed offset. */
#define FL_ERR_CONNECTOR_COMMIT_ZONE \
    FL_E_VALIDATION, \
    "Invalid time zone for 'sink.partition-commit.watermark-time-zone'. The value should be a Time Zone " \
    "Database (TZDB) ID such as 'America/Los_Angeles' to include daylight saving time. Fixed offsets are " \
    "supported using 'GMT-03:00' or 'GMT+03:00'. Or use 'UTC' without time zone and daylight saving time." \
    FL_ADVICE "write a name such as 'Europe/Berlin', or 'UTC'"

/* The option takes a positive number. */
#define FL_ERR_CONNECTOR_POSITIVE \
    FL_E_VALIDATION, "'%s' must be positive" \
    FL_ADVICE "write 1 or more, or remove the option for its default"

/* Updates must arrive in order, so a sink of files that takes them cannot choose its parallelism. */
#define FL_ERR_CONNECTOR_SINK_PARALLELISM \
    FL_E_VALIDATION, \
    "Currently, filesystem sink doesn't support setting parallelism (%d) by 'sink.parallelism' when the " \
    "input stream is not INSERT only. The row kinds of input stream are [%s]" \
    FL_ADVICE "remove 'sink.parallelism'"

/* INSERT OVERWRITE replaces what is there, which an endless query never can. */
#define FL_ERR_CONNECTOR_OVERWRITE \
    FL_E_VALIDATION, "Streaming mode not support overwrite." \
    FL_ADVICE "SET 'execution.runtime-mode' = 'batch' for INSERT OVERWRITE"

/* A directory below the path is not named after the partition columns. */
#define FL_ERR_CONNECTOR_PARTITION_NAME \
    FL_E_VALIDATION, "Partition keys are: [%s], incomplete partition spec: {%s}" \
    FL_ADVICE "name directories column=value, or move the directory elsewhere"

/* The name of a directory is no date or time. */
#define FL_ERR_CONNECTOR_PARTITION_TIME \
    FL_E_RUNTIME, "Text '%s' could not be parsed at index 0" \
    FL_ADVICE "rename the directory, or declare the partition column as STRING"

/* The name of a directory is no number. */
#define FL_ERR_CONNECTOR_PARTITION_NUMBER \
    FL_E_RUNTIME, "For input string: \"%s\"" \
    FL_ADVICE "rename the directory, or declare the partition column as STRING"

/* The name of a directory is no value of the column's type. */
#define FL_ERR_CONNECTOR_PARTITION_VALUE \
    FL_E_RUNTIME, "Can not convert %s to type %s for partition value" \
    FL_ADVICE "rename the directory, or declare the partition column as STRING"

/* A literal text in the pattern is opened by a quote and never closed. */
#define FL_ERR_CONNECTOR_PARTITION_QUOTE \
    FL_E_VALIDATION, "Pattern ends with an incomplete string literal: %s" \
    FL_ADVICE "close it; in SQL each of these quotes is written twice"

/* The letter is not understood here. */
#define FL_ERR_CONNECTOR_PARTITION_LETTER \
    FL_E_UNSUPPORTED, "letter '%c' of 'partition.time-extractor.timestamp-formatter' is not supported" \
    FL_ADVICE "use y M d H m s S, and quote other letters: yyyy-MM-dd'T'HH:mm:ss"

/* The disk has not taken all that was written, or somebody else writes to the file. */
#define FL_ERR_CONNECTOR_PART_LENGTH \
    FL_E_CORRUPT, "part file '%s' has %lld bytes, but %lld were written" \
    FL_ADVICE "look for other programs that write there, and check the disk"

/* The file is shorter than at the checkpoint: it was cut or replaced since. */
#define FL_ERR_CONNECTOR_PART_CHANGED \
    FL_E_CORRUPT, "part file '%s' has %lld bytes, but the checkpoint knows of %lld" \
    FL_ADVICE "bring the file back from a backup, or start without --restore"

/* The path does not exist, or may not be read. */
#define FL_ERR_CONNECTOR_FILE_GONE \
    FL_E_RUNTIME, "File %s does not exist or the user running flott has insufficient permissions to access it." \
    FL_ADVICE "check the spelling of 'path' and the permissions: ls -ld shows them"

/* Compressed files cannot be read yet. */
#define FL_ERR_CONNECTOR_COMPRESSED \
    FL_E_UNSUPPORTED, "file '%s': reading compressed files is not supported" \
    FL_ADVICE "decompress it first, or leave it out with 'source.path.regex-pattern'"

/* A record has a limit so that a file without line ends cannot exhaust the memory. */
#define FL_ERR_CONNECTOR_RECORD_TOO_LONG \
    FL_E_LIMIT, "file '%s': the record at byte %lld is longer than %d MB" \
    FL_ADVICE "check that the file has line ends"

/* The pattern is no regular expression. */
#define FL_ERR_CONNECTOR_PATH_REGEX \
    FL_E_VALIDATION, "'source.path.regex-pattern' is not a regular expression: %s" \
    FL_ADVICE "correct it; it must match the whole path, as in '.*\\.json'"

/* The module was compiled for another version of flott. */
#define FL_ERR_CONNECTOR_MODULE_VERSION \
    FL_E_VALIDATION, "module '%s' was made for version %u of the module interface; this is version %d" \
    FL_ADVICE "compile it again with this flott's flott_module.h"

/* The file has been renamed, or holds another connector. */
#define FL_ERR_CONNECTOR_MODULE_NAME \
    FL_E_VALIDATION, "module '%s' calls itself '%s'" \
    FL_ADVICE "name the file flott-<connector>.so"

/* The module declares an option of a type that this flott does not know. */
#define FL_ERR_CONNECTOR_MODULE_OPTION \
    FL_E_VALIDATION, "module '%s': option '%s' has a type that is unknown here" \
    FL_ADVICE "compile it with this flott's flott_module.h"

/* The module provides nothing. */
#define FL_ERR_CONNECTOR_MODULE_EMPTY \
    FL_E_VALIDATION, "module '%s' has neither a source nor a sink" \
    FL_ADVICE "give its table a source or a sink; see modules/counter.c"

/* The system's loader, or the module itself, has refused. */
#define FL_ERR_CONNECTOR_MODULE_OPEN \
    FL_E_IO, "module '%s' cannot be opened: %s" \
    FL_ADVICE "install the library that is named, or set FLOTT_MODULE_PATH to the folder of the modules"

/* The module has reported this failure. */
#define FL_ERR_CONNECTOR_MODULE_FAILED \
    FL_E_RUNTIME, "connector '%s' cannot %s '%s': %.*s" \
    FL_ADVICE "its words tell the reason; check the options of the table"

/* The module breaks its contract. */
#define FL_ERR_CONNECTOR_MODULE_ROWS \
    FL_E_RUNTIME, "module '%s' gave %lld columns of %lld rows where %d of at most %lld were asked for" \
    FL_ADVICE "report this to the author of the module"

/* INSERT OVERWRITE needs a connector that can replace what is there. */
#define FL_ERR_CONNECTOR_NO_OVERWRITE \
    FL_E_VALIDATION, "table '%s': its connector has no partitions and cannot be overwritten" \
    FL_ADVICE "write INSERT INTO"

/* Flink has this connector, flott does not yet. */
#define FL_ERR_CONNECTOR_NOT_YET \
    FL_E_UNSUPPORTED, "connector '%s' is not supported yet" \
    FL_ADVICE "`flott connectors` lists what there is"

/* There is no connector of this name. */
#define FL_ERR_CONNECTOR_UNKNOWN_CONNECTOR \
    FL_E_VALIDATION, "Could not find any factory for identifier '%s' that implements " \
                     "'org.apache.flink.table.factories.DynamicTableFactory' in the classpath." \
    FL_ADVICE "`flott connectors` lists what there is"

/* What talks to web services is a module of its own, so that flott stays small. */
#define FL_ERR_CONNECTOR_NO_HTTP \
    FL_E_IO, "the module flott-http.so, which talks to web services, is not there" \
    FL_ADVICE "install flott-http.so beside the other modules, or set FLOTT_MODULE_PATH to its folder"

/* The module was compiled for another version of flott. */
#define FL_ERR_CONNECTOR_TRANSPORT_VERSION \
    FL_E_VALIDATION, "module '%s' was made for version %u of the transport; this is version %d" \
    FL_ADVICE "install the module of this flott"

/* A simulated session has no outside world. */
#define FL_ERR_CONNECTOR_NO_NETWORK \
    FL_E_UNSUPPORTED, "there is no network in a simulation" \
    FL_ADVICE "test with files or datagen, or run the script with `flott run`"

/* ---- advice that replaces that of an entry ---- */

/* No connector has a similar name. */
#define FL_HINT_CONNECTOR_CONNECTORS \
    "`flott connectors` lists what there is"

/* The kind of a generator is another word. */
#define FL_HINT_CONNECTOR_DATAGEN_KIND \
    "'fields.%s.kind' is 'random' or 'sequence'"

/* The directory stands for NULL. */
#define FL_HINT_CONNECTOR_PARTITION_NULL \
    "directory '%s' is the partition of NULL, which cannot be read back: leave it out with a WHERE, or set " \
    "'partition.default-name' to another name"

/* A directory below the path of a partitioned table has another kind of name. */
#define FL_HINT_CONNECTOR_PARTITION_NAME \
    "'%s' is not named after the partition columns, as in %s=…"

/* The time of a partition is taken from its values. */
#define FL_HINT_CONNECTOR_PARTITION_TIME \
    "the time of partition '%s': see 'partition.time-extractor.timestamp-pattern'"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with a table that a program has handed in. */
#define FL_AT_CONNECTOR_TABLE_IN_MEMORY \
    "table '%s' from memory: "

/* Stands before what is wrong with a record of a file. */
#define FL_AT_CONNECTOR_IN_FILE \
    "file '%s', line %lld (byte %lld): "

/* The same for a failure that a row of the file has led to further on. */
#define FL_AT_CONNECTOR_IN_FILE_ROW \
    "file '%s', row %lld: "

/* The same, where counting the lines before would take long. */
#define FL_AT_CONNECTOR_IN_LARGE_FILE \
    "file '%s', byte %lld: "

// clang-format on

#endif
