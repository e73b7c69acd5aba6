/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h -- SQL text to syntax trees, and trees back to text. */
#ifndef FL_SQL_PARSER_H
#define FL_SQL_PARSER_H

#include "sql/ast.h"

enum {
    FL_SQL_DEPTH_MAX = 500,   /* nesting of expressions and queries that the parser follows */
    FL_SQL_HEIGHT_MAX = 2000, /* of a tree: a OR b OR c … is as tall as it has operators */
};

/* Parses exactly one statement; a semicolon at the end is allowed. The tree lives in the arena; it borrows `sql`, which
 * must outlive it. Errors are FL_E_PARSE (not SQL), FL_E_VALIDATION (types that do not exist) or FL_E_UNSUPPORTED, with
 * the position in `sql` and Flink's telling words (Encountered "x" at line 1, column 7.), then what was expected. */
int fl_sql_parse(fl_arena *a, fl_str sql, fl_ast_stmt **out, fl_error *err);

/* Parses an expression by itself (flott test's .tsv lines, options that hold one). */
int fl_sql_parse_expr(fl_arena *a, fl_str sql, fl_ast_expr **out, fl_error *err);

/* Splits a script: the next statement of `script` from byte *at on, without its semicolon and without blanks and
 * comments around it. EXECUTE STATEMENT SET BEGIN …; END is one statement. Returns false at the end of the script.
 * *at moves behind the statement. The statement's own text starts at out->p inside script.p. Never fails: text that is
 * not SQL becomes a statement that fl_sql_parse refuses. */
bool fl_sql_next_statement(fl_str script, size_t *at, fl_str *out);

/* Writes a tree as Flink prints expressions in DESCRIBE and SHOW CREATE: names in backticks, keywords upper case,
 * parentheses only where precedence needs them, special calls in their plain form (SUBSTRING(`s`, 1, 10)). */
void fl_sql_print_expr(fl_buf *out, const fl_ast_expr *e);
void fl_sql_print_query(fl_buf *out, const fl_ast_query *q);
/* 'it''s' */
void fl_sql_print_string(fl_buf *out, fl_str s);

/* True if an identifier must be quoted with backticks. */
bool fl_sql_is_reserved(fl_str word);

#endif
