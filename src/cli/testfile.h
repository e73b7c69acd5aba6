/* SPDX-License-Identifier: Apache-2.0 */
/* testfile.h -- reads the files of `flott test`: scripts (.test) and tables of expressions (.tsv).
 *
 * A script is records separated by blank lines. Lines with # before a record belong to it and are not read. The first
 * line names what is to be done, the lines below are its text, and behind a line ---- stands the answer:
 *
 *     file NAME             a file that statements reach as ${dir}/NAME; its lines
 *     mode batch            a fresh session, or streaming
 *     sql                   must succeed; an INSERT is awaited
 *     sql error             must be refused; the answer is `kind: message`
 *     query changelog       the answer is the columns with their types, then the rows with their kinds, in order;
 *                           or sorted (order does not count), final (what is left when the changelog is applied), error
 *     output DIR            the lines of all files below ${dir}/DIR, sorted
 *     clock TIMESTAMP       where the virtual clock starts
 *     start                 an INSERT or SELECT that goes on while the script does
 *     advance INTERVAL      lets virtual time pass
 *     expect changelog      the rows of the running SELECT since the last expect; or sorted, final
 *
 * A table has lines `expression TAB type TAB value`; the type ! stands before `kind: message`. In values and answers
 * backslash, tab, newline, return and NUL are written \\ \t \n \r \0.
 *
 * All mistakes of a file are collected with their lines.
 */
#ifndef FLOTT_CLI_TESTFILE_H
#define FLOTT_CLI_TESTFILE_H

#include "text.h"

typedef enum cli_test_kind {
    CLI_TEST_FILE,
    CLI_TEST_MODE,
    CLI_TEST_SQL,
    CLI_TEST_QUERY,
    CLI_TEST_OUTPUT,
    CLI_TEST_CLOCK,
    CLI_TEST_START,
    CLI_TEST_ADVANCE,
    CLI_TEST_EXPECT,
    CLI_TEST_EXPRESSION, /* a line of a table */
} cli_test_kind;

/* What the answer of a record is and how it is compared. */
typedef enum cli_test_answer {
    CLI_ANSWER_NONE, /* it has to succeed */
    CLI_ANSWER_CHANGELOG,
    CLI_ANSWER_SORTED,
    CLI_ANSWER_FINAL,
    CLI_ANSWER_ERROR,
    CLI_ANSWER_LINES, /* OUTPUT */
    CLI_ANSWER_VALUE, /* EXPRESSION: type TAB value */
} cli_test_answer;

/* Why Flink refused. */
typedef enum cli_test_refusal {
    CLI_REFUSAL_PARSE,
    CLI_REFUSAL_VALIDATION,
    CLI_REFUSAL_RUNTIME,
    CLI_REFUSAL_LIMIT
} cli_test_refusal;

typedef struct cli_test_record {
    cli_test_kind kind;
    cli_test_answer answer;
    cli_test_refusal refusal; /* ERROR */
    int line;                 /* of its first line, from 1 */
    cli_str title;            /* that line: "query changelog" */
    cli_str name;             /* FILE, OUTPUT */
    cli_str text; /* FILE: the bytes of the file without the last line end; else the statement without its semicolon */
    cli_str expected; /* lines behind ----, without the last line end */
    bool batch;       /* MODE */
    int64_t ms;       /* CLOCK: since the epoch; ADVANCE */
} cli_test_record;

typedef struct cli_complaint {
    int line;
    char *text; /* owned */
} cli_complaint;

typedef struct cli_test_file {
    char *bytes;              /* what the records point into; owned */
    cli_test_record *records; /* owned */
    int n, cap;
    cli_complaint *complaints; /* owned */
    int n_complaints, cap_complaints;
} cli_test_file;

/* Reads a file's text, which is copied. A file with complaints is not to be run. */
/* Takes `type TAB value`, or `! TAB kind: message`, for the answer of an EXPRESSION; false if it is neither. */
bool cli_testfile_take_answer(cli_test_record *r, cli_str answer);
void cli_testfile_parse(cli_test_file *f, bool table, const char *text, size_t size);
void cli_testfile_deinit(cli_test_file *f);

/* `s` with \\ \t \n \r \0 for the characters that answers cannot hold. */
void cli_test_escape(cli_buf *out, cli_str s);

/* "2026-01-01 00:00:00.5" as ms since the epoch, in UTC; "1 min 30 s" as ms. */
bool cli_parse_timestamp(cli_str s, int64_t *ms);
bool cli_parse_interval(cli_str s, int64_t *ms);

#endif
