/* SPDX-License-Identifier: Apache-2.0 */
/* test_parser.c -- SQL text to trees and back: single rules, the recorded answers of Flink, and texts gone wrong.
 *
 * The recorded answers are those of GOLDEN_FOLDER. A statement that was accepted there must
 * parse; one that was refused with `parse: …` must be refused with these words; whatever is printed must parse again
 * and print the same. Then random changes are made to those statements: each must parse or be refused, and never more
 * than that. FLOTT_SEED repeats a run, FLOTT_MUTATIONS makes it longer.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/platform.h"
#include "sql/lexer.h"
#include "sql/parser.h"

static const char GOLDEN_FOLDER[] = FLOTT_SOURCE_ROOT "/tests/golden";

static fl_arena arena;
static fl_error err;
static fl_buf text;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_buf_init(&text);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_buf_deinit(&text);
    return 0;
}

/* ---- looking at trees ---- */

static fl_ast_stmt *parse(const char *sql) {
    fl_ast_stmt *s = NULL;
    if (fl_sql_parse(&arena, fl_str_from(sql), &s, &err) < 0) fail_msg("%s\n  in: %s", err.message, sql);
    return s;
}

static fl_ast_expr *parse_expr(const char *sql) {
    fl_ast_expr *e = NULL;
    if (fl_sql_parse_expr(&arena, fl_str_from(sql), &e, &err) < 0) fail_msg("%s\n  in: %s", err.message, sql);
    return e;
}

static const char *printed(const char *sql) {
    fl_buf_reset(&text);
    fl_sql_print_expr(&text, parse_expr(sql));
    return fl_buf_cstr(&text);
}

static const char *printed_query(const char *sql) {
    fl_buf_reset(&text);
    fl_sql_print_query(&text, parse(sql)->query);
    return fl_buf_cstr(&text);
}

/* (op a b): the tree of operators, names and numbers, and nothing else. */
static void put_shape(const fl_ast_expr *e) {
    switch (e->kind) {
    case FL_AX_NUMBER: fl_buf_put_str(&text, e->text); return;
    case FL_AX_NAME: fl_buf_puts(&text, e->name.part[e->name.n - 1]); return;
    case FL_AX_OP: fl_buf_printf(&text, "(%s", fl_ast_op_text[e->op]); break;
    case FL_AX_IN: fl_buf_puts(&text, e->flag ? "(NOT IN" : "(IN"); break;
    case FL_AX_QUANTIFIED: fl_buf_printf(&text, "(%s %s", fl_ast_op_text[e->op], e->flag ? "ALL" : "SOME"); break;
    case FL_AX_EXISTS: fl_buf_puts(&text, "(EXISTS"); break;
    case FL_AX_FIELD: fl_buf_printf(&text, "(.%s", e->text.p); break;
    case FL_AX_CALL: fl_buf_printf(&text, "(%s", e->name.part[0]); break;
    case FL_AX_ROW: fl_buf_puts(&text, "(ROW"); break;
    case FL_AX_SYMBOL: fl_buf_put_str(&text, e->text); return;
    default: fl_buf_printf(&text, "(#%d", (int)e->kind); break;
    }
    for (int i = 0; i < e->n_args; i++) {
        fl_buf_putc(&text, ' ');
        if (e->args[i] != NULL)
            put_shape(e->args[i]);
        else
            fl_buf_putc(&text, '-');
    }
    fl_buf_putc(&text, ')');
}

static const char *shape(const char *sql) {
    fl_buf_reset(&text);
    put_shape(parse_expr(sql));
    return fl_buf_cstr(&text);
}

static void refused_at(const char *sql, const char *words, int line, int column, int length) {
    fl_ast_stmt *s;
    assert_int_equal(fl_sql_parse(&arena, fl_str_from(sql), &s, &err), FL_E_PARSE);
    if (strstr(err.message, words) == NULL) fail_msg("%s\n  has not: %s\n  in: %s", err.message, words, sql);
    if (err.line != line || err.column != column || err.length != length)
        fail_msg("%d:%d:%d instead of %d:%d:%d\n  in: %s", err.line, err.column, err.length, line, column, length, sql);
}

/* ---- expressions ---- */

static void operators_bind_as_they_do_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *sql, *tree;
    } cases[] = {
        {"a + b * c - d", "(- (+ a (* b c)) d)"},
        {"a - b - c", "(- (- a b) c)"},
        {"a || b * c", "(* (|| a b) c)"},
        {"- a * b", "(* (- a) b)"},
        {"- - a", "(- (- a))"},
        {"-a[1]", "(- ([] a 1))"},
        {"a.b[1].c.d", "(.d (.c ([] b 1)))"},
        {"f(x).a", "(.a (f x))"},
        {"a OR b AND NOT c", "(OR a (AND b (NOT c)))"},
        {"NOT a = b IS NULL", "(NOT (IS NULL (= a b)))"},
        {"a = NOT b = c", "(= a (NOT (= b c)))"},
        {"a = b = c", "(= (= a b) c)"},
        {"a = b LIKE c = d", "(= (= a (LIKE b c -)) d)"},
        {"a LIKE b || c ESCAPE d || e", "(LIKE a (|| b c) (|| d e))"},
        {"NOT a LIKE b", "(NOT (LIKE a b -))"},
        {"a NOT SIMILAR TO b", "(NOT SIMILAR TO a b -)"},
        {"a BETWEEN b AND c AND d", "(AND (BETWEEN a b c) d)"},
        {"a BETWEEN b OR e AND c = d", "(= (BETWEEN a (OR b e) c) d)"},
        {"a NOT BETWEEN SYMMETRIC b AND c + 1", "(NOT BETWEEN SYMMETRIC a b (+ c 1))"},
        {"a OR b AND c IN (1, 2) IS NULL", "(OR a (AND b (IS NULL (IN c 1 2))))"},
        {"a = b NOT IN (c)", "(= a (NOT IN b c))"},
        {"a IS NOT DISTINCT FROM b = c", "(= (IS NOT DISTINCT FROM a b) c)"},
        {"a IS JSON = b", "(= (IS JSON a VALUE) b)"},
        {"a <> ALL (b, c) OR d", "(OR (<> ALL a b c) d)"},
        {"(a, b) OVERLAPS (c, d)", "(OVERLAPS (ROW a b) (ROW c d))"},
        {"(a - b) DAY", "(- a b)"},
        {"EXISTS (SELECT 1) = a", "(= (EXISTS) a)"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) assert_string_equal(shape(cases[i].sql), cases[i].tree);
}

static void special_calls_have_their_arguments_in_a_fixed_order(void **state) {
    (void)state;
    static const struct {
        const char *sql, *tree;
    } cases[] = {
        {"EXTRACT(DAY FROM a)", "(EXTRACT DAY a)"},
        {"floor(a TO hour)", "(FLOOR a HOUR)"},
        {"CEILING(a)", "(CEIL a)"},
        {"TIMESTAMPADD(SQL_TSI_MONTH, 1, a)", "(TIMESTAMPADD MONTH 1 a)"},
        {"TIMESTAMPDIFF(frac_second, a, b)", "(TIMESTAMPDIFF MICROSECOND a b)"},
        {"POSITION(a IN b FROM 2)", "(POSITION a b 2)"},
        {"OVERLAY(a PLACING b FROM 1 FOR 2)", "(OVERLAY a b 1 2)"},
        {"SUBSTRING(a FROM 1 FOR 2)", "(SUBSTRING a 1 2)"},
        {"SUBSTRING(a, 1)", "(SUBSTRING a 1)"},
        {"JSON_EXISTS(a, b FALSE ON ERROR)", "(JSON_EXISTS a b FALSE)"},
        {"JSON_VALUE(a, b NULL ON EMPTY DEFAULT 1 ON ERROR)", "(JSON_VALUE a b NULL ON EMPTY DEFAULT ON ERROR 1)"},
        {"JSON_QUERY(a, b WITH WRAPPER EMPTY ARRAY ON ERROR)",
         "(JSON_QUERY a b WITH UNCONDITIONAL ARRAY WRAPPER NULL ON EMPTY EMPTY ARRAY ON ERROR)"},
        {"JSON_OBJECT(KEY a VALUE 1, b: 2)", "(JSON_OBJECT NULL ON NULL a 1 b 2)"},
        {"JSON_OBJECT(key VALUE 1 ABSENT ON NULL)", "(JSON_OBJECT ABSENT ON NULL key 1)"},
        {"JSON_ARRAY(a, b)", "(JSON_ARRAY ABSENT ON NULL a b)"},
        {"JSON_ARRAYAGG(a NULL ON NULL)", "(JSON_ARRAYAGG NULL ON NULL a)"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) assert_string_equal(shape(cases[i].sql), cases[i].tree);

    fl_ast_expr *trim = parse_expr("TRIM(LEADING FROM a)");
    assert_true(fl_str_is(trim->args[0]->text, "LEADING"));
    assert_true(fl_str_is(trim->args[1]->text, " "));
    fl_ast_expr *cast = parse_expr("TRY_CAST(a AS DECIMAL(4, 2))");
    assert_int_equal(cast->kind, FL_AX_CAST);
    assert_true(cast->flag && cast->type != NULL && fl_str_is(cast->text, "DECIMAL(4, 2)"));
}

static void calls_keep_everything_that_follows_them(void **state) {
    (void)state;
    fl_ast_expr *e = parse_expr("SUM(DISTINCT a) FILTER (WHERE b) OVER (PARTITION BY c, d ORDER BY e DESC NULLS LAST "
                                "ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING)");
    assert_true(e->distinct && e->filter != NULL && e->over != NULL);
    assert_int_equal(e->over->n_partition, 2);
    assert_true(e->over->order[0].descending && e->over->order[0].nulls == FL_NULLS_LAST && e->over->rows);
    assert_int_equal(e->over->start.kind, FL_FRAME_PRECEDING);
    assert_int_equal(e->over->end.kind, FL_FRAME_UNBOUNDED_FOLLOWING);
    assert_string_equal(parse_expr("COUNT(*) OVER w")->over->name, "w");
    assert_true(parse_expr("COUNT(*)")->star);
    assert_int_equal(parse_expr("ARRAY_AGG(a IGNORE NULLS ORDER BY b)")->n_within, 1);
    assert_int_equal(parse_expr("LISTAGG(a) WITHIN GROUP (ORDER BY b, c)")->n_within, 2);
    assert_int_equal(parse_expr("FIRST_VALUE(a) RESPECT NULLS")->null_treatment, FL_RESPECT_NULLS);
    assert_true(parse_expr("CURRENT_DATE")->no_parens);
    assert_false(parse_expr("CURRENT_DATE()")->no_parens);
    assert_int_equal(parse_expr("user")->kind, FL_AX_NAME);
    e = parse_expr("f(x => 1, y => DEFAULT, z => TABLE t PARTITION BY (a, b) ORDER BY c)");
    assert_int_equal(e->args[1]->args[0]->kind, FL_AX_DEFAULT);
    assert_int_equal(e->args[2]->args[0]->kind, FL_AX_TABLE_ARG);
    assert_int_equal(e->args[2]->args[0]->n_args, 2);
    assert_int_equal(e->args[2]->args[0]->n_within, 1);
}

static void literals_have_one_form(void **state) {
    (void)state;
    assert_true(fl_str_is(parse_expr("'it''s'\n' on'\n' two lines'")->text, "it's on two lines"));
    assert_true(fl_str_is(parse_expr("U&'\\00e9\\d83d\\de00\\\\'")->text, "é😀\\"));
    assert_true(fl_str_is(parse_expr("U&'!0061' UESCAPE '!'")->text, "a"));
    assert_true(fl_str_is(parse_expr("_UTF8'é'")->text, "é"));
    assert_true(fl_str_eq(parse_expr("X'00fF'")->text, fl_str_make("\0\xff", 2)));
    assert_true(fl_str_is(parse_expr("DATE '2024-1-5'")->text, "2024-01-05"));
    assert_true(fl_str_is(parse_expr("TIME '1:2:3.4500'")->text, "01:02:03.4500"));
    assert_true(fl_str_is(parse_expr("TIMESTAMP '2024-02-29'")->text, "2024-02-29 00:00:00"));
    assert_true(fl_str_is(parse_expr("{ts '2024-02-29 1:2:3'}")->text, "2024-02-29 01:02:03"));
    fl_ast_expr *i = parse_expr("INTERVAL -'1 02:03:04.5' DAY(3) TO SECONDS(2)");
    assert_true(i->flag && i->interval.from == FL_UNIT_DAY && i->interval.to == FL_UNIT_SECOND);
    assert_int_equal(i->interval.precision, 3);
    assert_int_equal(i->interval.fraction_precision, 2);
    assert_int_equal(parse_expr("INTERVAL 3 HOURS")->args[0]->kind, FL_AX_NUMBER);
    assert_int_equal(fl_time_unit_find(fl_str_from("Weeks")), FL_UNIT_WEEK);
    assert_int_equal(fl_time_unit_find(fl_str_from("SQL_TSI_DAY")), FL_UNIT_DAY);
    assert_int_equal(fl_time_unit_find(fl_str_from("FORTNIGHT")), FL_UNIT_NONE);
}

static void wrong_literals_are_refused_by_name(void **state) {
    (void)state;
    refused_at("SELECT DATE '2024-02-30'", "Illegal DATE literal '2024-02-30': not in format 'yyyy-MM-dd'", 1, 8, 17);
    refused_at("SELECT TIME '24:00:00'", "Illegal TIME literal '24:00:00': not in format 'HH:mm:ss'", 1, 8, 15);
    refused_at("SELECT U&'\\zz'", "Unicode escape sequence starting at character 0", 1, 8, 7);
    refused_at("SELECT _LATIN1'中'", "Failed to encode '中' in character set 'ISO-8859-1'", 1, 8, 10);
    refused_at("SELECT X'4'", "even number of hexits", 1, 8, 4);
    refused_at("SELECT INTERVAL '' DAY", "Illegal INTERVAL literal  DAY; at line 1, column 8", 1, 8, 15);
}

/* ---- queries ---- */

static void queries_print_one_clause_a_line(void **state) {
    (void)state;
    assert_string_equal(printed_query("select distinct a, t.*, sum(b) x from t as t2 (c) where d group by e, rollup(f) "
                                      "having g order by h desc limit 5 offset 3"),
                        "SELECT DISTINCT `a`, `t`.*, sum(`b`) AS `x`\nFROM `t` AS `t2` (`c`)\nWHERE `d`\n"
                        "GROUP BY `e`, ROLLUP(`f`)\nHAVING `g`\nORDER BY `h` DESC\nOFFSET 3 ROWS\n"
                        "FETCH NEXT 5 ROWS ONLY");
    assert_string_equal(
        printed_query("SELECT * FROM a JOIN (b CROSS JOIN c) USING (x, y), LATERAL TABLE(f(a.z)) AS u (v)"),
        "SELECT *\nFROM `a`\nINNER JOIN (`b` CROSS JOIN `c`) USING (`x`, `y`),\n"
        "LATERAL TABLE(f(`a`.`z`)) AS `u` (`v`)");
    assert_string_equal(
        printed_query("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL (SELECT 4 LIMIT 1)"),
        "SELECT 1\nUNION\nSELECT 2\nINTERSECT\nSELECT 3\nEXCEPT ALL\n(SELECT 4\nFETCH NEXT 1 ROWS ONLY)");
    assert_string_equal(printed_query("(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3"),
                        "(SELECT 1\nUNION\nSELECT 2)\nINTERSECT\nSELECT 3");
    assert_string_equal(printed_query("WITH x (a) AS (VALUES 1, (2)) SELECT * FROM x ORDER BY 1"),
                        "WITH `x` (`a`) AS (VALUES ROW(1),\nROW(2)) (SELECT *\nFROM `x`)\nORDER BY 1");
    assert_string_equal(printed_query("((SELECT 1) LIMIT 2) LIMIT 3"),
                        "(SELECT 1\nFETCH NEXT 2 ROWS ONLY)\nFETCH NEXT 3 ROWS ONLY");
    assert_string_equal(printed_query("TABLE a.b"), "TABLE `a`.`b`");
}

static void set_operations_group_from_the_left_and_intersect_first(void **state) {
    (void)state;
    fl_ast_query *q = parse("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4")->query;
    assert_int_equal(q->op, FL_SET_EXCEPT);
    assert_true(q->all);
    assert_int_equal(q->left->op, FL_SET_UNION);
    assert_int_equal(q->left->right->op, FL_SET_INTERSECT);
}

static void from_knows_every_kind_of_table(void **state) {
    (void)state;
    fl_ast_from *f =
        parse("SELECT * FROM t /*+ OPTIONS('a'='b'), X(c, d) */ FOR SYSTEM_TIME AS OF o.p AS u")->query->select->from;
    assert_int_equal(f->n_hints, 2);
    assert_string_equal(f->hints[0].keys[0], "a");
    assert_null(f->hints[1].keys[1]);
    assert_string_equal(f->hints[1].values[1], "d");
    assert_non_null(f->as_of);
    assert_string_equal(f->alias, "u");
    f = parse("SELECT * FROM a NATURAL LEFT OUTER JOIN UNNEST(x, y) WITH ORDINALITY AS u (v, w)")->query->select->from;
    assert_int_equal(f->join, FL_JOIN_LEFT);
    assert_true(f->natural && f->right->with_ordinality);
    assert_int_equal(f->right->kind, FL_FROM_UNNEST);
    assert_int_equal(f->right->call->n_args, 2);
    f = parse("SELECT * FROM ((SELECT 1) UNION SELECT 2) AS x, (a JOIN b ON c)")->query->select->from;
    assert_int_equal(f->join, FL_JOIN_COMMA);
    assert_int_equal(f->left->query->kind, FL_QUERY_SET_OP);
    assert_int_equal(f->right->kind, FL_FROM_JOIN);
    f = parse("SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A (B)) DEFINE B AS x > ')') AS m")->query->select->from;
    assert_int_equal(f->kind, FL_FROM_MATCH);
    assert_true(fl_str_is(f->call->text, "PATTERN (A (B)) DEFINE B AS x > ')'"));
    assert_string_equal(f->alias, "m");
}

static void qualify_is_a_clause_only_where_a_condition_follows(void **state) {
    (void)state;
    assert_non_null(parse("SELECT * FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1")->query->select->qualify);
    assert_non_null(parse("SELECT * FROM t WHERE a QUALIFY (b + 1) = 1")->query->select->qualify);
    assert_string_equal(parse("SELECT * FROM t QUALIFY WHERE a")->query->select->from->alias, "QUALIFY");
    assert_int_equal(parse("SELECT * FROM t QUALIFY (a, b)")->query->select->from->n_columns, 2);
}

/* ---- statements ---- */

static void every_statement_is_recognised(void **state) {
    (void)state;
    static const struct {
        const char *sql;
        fl_stmt_kind kind;
        const char *what;
    } cases[] = {
        {"VALUES (1)", FL_STMT_QUERY, NULL},
        {"INSERT OVERWRITE t PARTITION (a = '1', b = 2) (c, d) SELECT 1, 2;", FL_STMT_INSERT, NULL},
        {"EXECUTE INSERT INTO t TABLE s", FL_STMT_INSERT, NULL},
        {"EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END", FL_STMT_STATEMENT_SET,
         NULL},
        {"BEGIN STATEMENT SET;", FL_STMT_BEGIN_SET, NULL},
        {"END;", FL_STMT_END_SET, NULL},
        {"DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f", FL_STMT_DROP, "SYSTEM FUNCTION"},
        {"DROP DATABASE d CASCADE", FL_STMT_DROP, "DATABASE"},
        {"CREATE DATABASE IF NOT EXISTS c.d COMMENT 'x' WITH ('k' = 'v')", FL_STMT_CREATE_DATABASE, NULL},
        {"CREATE CATALOG c WITH ('type' = 'x')", FL_STMT_CREATE_CATALOG, NULL},
        {"USE CATALOG c", FL_STMT_USE, "CATALOG"},
        {"USE c.d", FL_STMT_USE, "DATABASE"},
        {"EXPLAIN ESTIMATED_COST, CHANGELOG_MODE SELECT 1", FL_STMT_EXPLAIN, "ESTIMATED_COST, CHANGELOG_MODE"},
        {"EXPLAIN PLAN FOR INSERT INTO t SELECT 1", FL_STMT_EXPLAIN, ""},
        {"ALTER TABLE t ADD c INT FIRST", FL_STMT_UNSUPPORTED, "ALTER TABLE … ADD"},
        {"ALTER VIEW v RENAME TO w", FL_STMT_UNSUPPORTED, "ALTER VIEW … RENAME"},
        {"ALTER MATERIALIZED TABLE m SUSPEND", FL_STMT_UNSUPPORTED, "ALTER MATERIALIZED TABLE … SUSPEND"},
        {"CREATE MATERIALIZED TABLE m AS SELECT 1", FL_STMT_UNSUPPORTED, "CREATE MATERIALIZED TABLE"},
        {"COMPILE PLAN 'f' FOR STATEMENT SET BEGIN INSERT INTO t SELECT 1; END", FL_STMT_UNSUPPORTED, "COMPILE PLAN"},
        {"ANALYZE TABLE t COMPUTE STATISTICS", FL_STMT_UNSUPPORTED, "ANALYZE TABLE"},
        {"CALL a.b(1)", FL_STMT_UNSUPPORTED, "CALL"},
        {"ADD JAR 'x'", FL_STMT_UNSUPPORTED, "ADD JAR"},
        {"LOAD MODULE m WITH ('k' = 'v')", FL_STMT_UNSUPPORTED, "LOAD MODULE"},
        {"USE MODULES a, b", FL_STMT_UNSUPPORTED, "USE MODULES"},
        {"STOP JOB 'x' WITH SAVEPOINT", FL_STMT_UNSUPPORTED, "STOP JOB"},
        {"TRUNCATE TABLE t", FL_STMT_UNSUPPORTED, "TRUNCATE TABLE"},
        {"UPDATE t SET a = 1", FL_STMT_UNSUPPORTED, "UPDATE"},
        {"DELETE FROM t WHERE a", FL_STMT_UNSUPPORTED, "DELETE"},
        {"quit;", FL_STMT_UNSUPPORTED, "QUIT"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_ast_stmt *s = parse(cases[i].sql);
        if (s->kind != cases[i].kind) fail_msg("kind %d of %s", (int)s->kind, cases[i].sql);
        if (cases[i].what != NULL) assert_string_equal(s->what, cases[i].what);
    }
}

static void create_table_keeps_every_clause(void **state) {
    (void)state;
    fl_ast_create_table *t =
        parse("CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (\n"
              "  id BIGINT PRIMARY KEY NOT ENFORCED COMMENT 'k', `b c` AS  id  * 2 COMMENT 'x',\n"
              "  ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, v ROW<a INT, b ARRAY<STRING>> NOT NULL,\n"
              "  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT u UNIQUE (id, v))\n"
              "COMMENT 'y' DISTRIBUTED BY HASH(id) INTO 4 BUCKETS PARTITIONED BY (v, id) WITH ('k' = 'v', 'l' = '')\n"
              "LIKE s (INCLUDING ALL OVERWRITING OPTIONS)")
            ->create_table;
    assert_true(t->temporary && t->if_not_exists && t->has_columns && t->has_options && t->has_like);
    assert_int_equal(t->name.n, 3);
    assert_int_equal(t->n_columns, 4);
    assert_string_equal(t->columns[0].comment, "k");
    assert_int_equal(t->columns[1].kind, FL_COLUMN_COMPUTED);
    assert_string_equal(t->columns[1].name, "b c");
    assert_true(fl_str_is(t->columns[1].expr_text, "id  * 2"));
    assert_string_equal(t->columns[2].metadata_key, "timestamp");
    assert_true(t->columns[2].is_virtual);
    assert_int_equal(t->columns[3].pos.line, 3);
    assert_int_equal(t->columns[3].pos.column, 58);
    assert_int_equal(t->n_watermarks, 1);
    assert_int_equal(t->n_keys, 2);
    assert_false(t->keys[0].enforced || t->keys[0].unique);
    assert_true(t->keys[1].enforced && t->keys[1].unique);
    assert_string_equal(t->keys[1].constraint, "u");
    assert_string_equal(t->distribution, "HASH");
    assert_int_equal(t->n_buckets, 4);
    assert_string_equal(t->partitions[1].part[0], "id");
    assert_string_equal(t->options[1].value, "");
    assert_string_equal(t->like_options[1].strategy, "OVERWRITING");
    assert_string_equal(t->like_options[1].feature, "OPTIONS");
    t = parse("CREATE OR REPLACE TABLE t WITH () AS SELECT 1")->create_table;
    assert_true(t->or_replace && !t->replace && t->as != NULL);
    assert_true(parse("REPLACE TABLE t AS SELECT 1")->create_table->replace);
}

static void views_and_inserts_keep_their_parts(void **state) {
    (void)state;
    fl_ast_create_view *v = parse("CREATE VIEW v (a, b) COMMENT 'x' AS  SELECT 1, /* two */ 2 ; ")->create_view;
    assert_int_equal(v->n_columns, 2);
    assert_int_equal(v->column_pos[1].column, 19);
    assert_true(fl_str_is(v->query_text, "SELECT 1, /* two */ 2"));
    fl_ast_insert *i = parse("INSERT INTO c.t /*+ OPTIONS('a'='b') */ PARTITION (p = 'x', q = -1, r) (a, b.c) "
                             "(SELECT 1)")
                           ->insert;
    assert_int_equal(i->n_hints, 1);
    assert_string_equal(i->partition[0].value, "x");
    assert_string_equal(i->partition[1].value, "-1");
    assert_null(i->partition[2].value);
    assert_int_equal(i->columns[1].n, 2);
    assert_false(parse("INSERT INTO t (SELECT 1)")->insert->has_columns);
}

static void show_and_describe_take_their_filters(void **state) {
    (void)state;
    fl_ast_show *s = parse("SHOW TABLES FROM a.b NOT LIKE 'x%'")->show;
    assert_string_equal(s->what, "TABLES");
    assert_true(s->has_like && s->not_like && !s->ilike && s->name.n == 2);
    assert_true(parse("SHOW FUNCTIONS ILIKE 'x'")->show->ilike);
    assert_string_equal(parse("SHOW USER FUNCTIONS")->show->what, "USER FUNCTIONS");
    assert_string_equal(parse("SHOW CURRENT CATALOG")->show->what, "CURRENT CATALOG");
    assert_string_equal(parse("SHOW CREATE VIEW v")->show->what, "CREATE VIEW");
    assert_int_equal(parse("SHOW PARTITIONS t PARTITION (a = 'b')")->n_options, 1);
    assert_true(parse("DESC EXTENDED a.b")->show->extended);
    assert_string_equal(parse("DESCRIBE CATALOG c")->show->what, "CATALOG");
    assert_string_equal(parse("DESCRIBE catalog")->show->what, "TABLE");
    assert_string_equal(parse("DESCRIBE JOB 'x'")->show->pattern, "x");
    refused_at("SHOW TABLES ILIKE 'x'", "Encountered \"ILIKE\" at line 1, column 13.", 1, 13, 5);
}

static void set_takes_keys_with_and_without_quotes(void **state) {
    (void)state;
    fl_ast_stmt *s = parse("SET 'a.b' = 'it''s';");
    assert_string_equal(s->key, "a.b");
    assert_string_equal(s->value, "it's");
    assert_int_equal(s->key_pos.column, 5);
    s = parse("set execution.runtime-mode = batch -- for now");
    assert_string_equal(s->key, "execution.runtime-mode");
    assert_string_equal(s->value, "batch");
    s = parse("SET table.exec.x=10 s;");
    assert_string_equal(s->value, "10 s");
    assert_null(parse("SET")->key);
    assert_null(parse("RESET;")->key);
    assert_string_equal(parse("RESET 'k'")->key, "k");
    refused_at("SET 'a' 'b'", "Encountered \"\\'b\\'\" at line 1, column 9.", 1, 9, 3);
    refused_at("SET 'a' =", "Encountered \"<EOF>\" at line 1, column 9.", 1, 9, 1);
}

/* ---- refusals ---- */

static void refusals_use_flinks_words_and_tell_the_place(void **state) {
    (void)state;
    refused_at("SELECT order FROM t", "Encountered \"order\" at line 1, column 8.", 1, 8, 5);
    assert_non_null(strstr(err.message, "Expected an expression or '*'."));
    assert_non_null(strstr(err.hint, "`order`, in backticks"));
    refused_at("SELECT a,\n       ORDER", "Incorrect syntax near the keyword 'ORDER' at line 2, column 8.", 2, 8, 5);
    refused_at("SELECT 'é😀' FRM t", "Encountered \"t\" at line 1, column 17.", 1, 17, 1);
    refused_at("SELECT 1 + )", "Encountered \"+ )\" at line 1, column 10.", 1, 10, 1);
    refused_at("SELECT a FROM t WHERE", "Encountered \"<EOF>\" at line 1, column 21.", 1, 21, 1);
    refused_at("SELECT 1 & 2", "Lexical error at line 1, column 10.  Encountered: \"&\" (38), after : \"\"", 1, 10, 1);
    refused_at("SELECT \"a\"", "Encountered \"\\\"\" at line 1, column 8.", 1, 8, 1);
    assert_non_null(strstr(err.hint, "backticks"));
    refused_at("SELECT a != b", "Bang equal '!=' is not allowed", 1, 10, 2);
    refused_at("SELECT a FROM t LIMIT 1, 2", "'LIMIT start, count' is not allowed", 1, 23, 1);
    refused_at("SELECT 1 MINUS SELECT 2", "MINUS is not allowed", 1, 10, 5);
    refused_at("SELECT a AS 'b'", "Expecting alias, found character literal", 1, 13, 3);
    refused_at("SELCT 1", "Non-query expression encountered in illegal context", 1, 1, 5);
    assert_string_equal(err.hint, "did you mean SELECT?");
    refused_at("SELECT 1; SELECT 2", "only single statement supported", 1, 11, 6);
    refused_at("", "Encountered \"<EOF>\"", 0, 0, 1);
    refused_at("CREATE TABLE t (a INT, b INT AS a)", "Encountered \"AS\" at line 1, column 30.", 1, 30, 2);
    refused_at("CREATE TABLE t (a\n DECIMAL(-1))", "Encountered \"-\" at line 2, column 10.", 2, 10, 1);
    refused_at("SELECT CAST(1 AS INT NOT NULL)", "Encountered \"NOT\" at line 1, column 22.", 1, 22, 3);
    refused_at("SELECT CAST(1 AS ARRAY<NULL>)", "Incorrect syntax near the keyword 'NULL'", 1, 24, 4);
    refused_at("CREATE FUNCTION g AS 'x' LANGUAGE COBOL", "Encountered \"COBOL\" at line 1, column 35.", 1, 35, 5);
}

static void what_is_not_closed_is_shown_where_it_began(void **state) {
    (void)state;
    refused_at("SELECT 1,\n  'open text\nFROM t", "Encountered \"\\'\" at line 2, column 3.", 2, 3, 1);
    refused_at("SELECT 1 /* open\n comment", "The comment that begins at line 1, column 10 has no end", 1, 10, 16);
    refused_at("SELECT `open\nname` FROM t", "The name that begins at line 1, column 8 has no closing backtick", 1, 8,
               5);
    refused_at("SELECT (1 + (2 * 3)", "Encountered \"<EOF>\" at line 1, column 19.", 1, 19, 1);
}

static const char *repeated(const char *before, const char *piece, int n, const char *middle, const char *close) {
    fl_buf_reset(&text);
    fl_buf_puts(&text, before);
    for (int i = 0; i < n; i++) fl_buf_puts(&text, piece);
    fl_buf_puts(&text, middle);
    for (int i = 0; i < n; i++) fl_buf_puts(&text, close);
    return fl_arena_strndup(&arena, text.p, text.n);
}

static void nesting_has_a_limit_and_says_so(void **state) {
    (void)state;
    static const struct {
        const char *before, *piece, *middle, *close;
    } shapes[] = {
        {"SELECT ", "(", "1", ")"},
        {"SELECT ", "- ", "1", ""},
        {"SELECT ", "NOT ", "a", ""},
        {"SELECT ", "f(", "1", ")"},
        {"SELECT ", "CASE WHEN a THEN ", "1", " END"},
        {"SELECT ", "ARRAY[", "1", "]"},
        {"SELECT ", "a[", "1", "]"},
        {"SELECT ", "POSITION(", "a", " IN b)"},
        {"SELECT ", "(SELECT ", "1", ")"},
        {"SELECT ", "EXISTS (SELECT ", "1", ")"},
        {"", "SELECT * FROM (", "SELECT 1", ")"},
        {"SELECT * FROM ", "(", "a JOIN b ON c", ")"},
        {"SELECT * FROM ", "(a JOIN ", "b", " ON c)"},
        {"", "(", "SELECT 1", ")"},
        {"SELECT 1 FROM t GROUP BY ", "GROUPING SETS (", "a", ")"},
        {"", "WITH x AS (", "SELECT 1", ") SELECT 1"},
        {"SELECT a BETWEEN ", "b BETWEEN ", "c", " AND d"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(shapes); i++) {
        fl_ast_stmt *s;
        const char *good = repeated(shapes[i].before, shapes[i].piece, 100, shapes[i].middle, shapes[i].close);
        if (i != 16) parse(good); /* BETWEEN BETWEEN takes the first AND for itself, as in Flink */
        const char *deep = repeated(shapes[i].before, shapes[i].piece, 100000, shapes[i].middle, shapes[i].close);
        assert_int_equal(fl_sql_parse(&arena, fl_str_from(deep), &s, &err), FL_E_PARSE);
        if (i != 16 && strstr(err.message, "nested deeper than") == NULL) fail_msg("%zu: %s", i, err.message);
    }
}

static void chains_have_a_limit_and_say_so(void **state) {
    (void)state;
    fl_ast_stmt *s;
    parse(repeated("SELECT a", " OR b", FL_SQL_HEIGHT_MAX - 10, "", ""));
    parse(repeated("SELECT 1", " UNION ALL SELECT 2", FL_SQL_HEIGHT_MAX - 10, "", ""));
    parse(repeated("SELECT f(a", ", b", 20000, ")", ""));
    parse(repeated("INSERT INTO t VALUES (1)", ", (2)", 20000, "", ""));
    static const char *const pieces[][2] = {
        {"SELECT a", " + b"},       {"SELECT a", " IS NULL"}, {"SELECT 1", " UNION SELECT 2"},
        {"SELECT * FROM t", ", u"}, {"SELECT a", "[1]"},      {"SELECT * FROM t", " CROSS JOIN u"}};
    for (size_t i = 0; i < FL_ARRAY_LEN(pieces); i++) {
        const char *tall = repeated(pieces[i][0], pieces[i][1], 100000, "", "");
        assert_int_equal(fl_sql_parse(&arena, fl_str_from(tall), &s, &err), FL_E_PARSE);
        if (strstr(err.message, "follow one another") == NULL) fail_msg("%zu: %s", i, err.message);
    }
}

/* ---- printing ---- */

static void expressions_print_as_flink_shows_them(void **state) {
    (void)state;
    assert_string_equal(printed("substring(stamp from 1 for 10)"), "SUBSTRING(`stamp`, 1, 10)");
    assert_string_equal(printed("'n' || cast(q AS string)"), "'n' || CAST(`q` AS STRING)");
    assert_string_equal(printed("ts - interval '5' seconds"), "`ts` - INTERVAL '5' SECOND");
    assert_string_equal(printed("(a + b) * c - (d - e)"), "(`a` + `b`) * `c` - (`d` - `e`)");
    assert_string_equal(printed("not (a and b) or not c is null"), "NOT (`a` AND `b`) OR NOT `c` IS NULL");
    assert_string_equal(printed("case a when 1 then 2 when 3, 4 then 5 end"),
                        "CASE WHEN `a` = 1 THEN 2 WHEN `a` IN (3, 4) THEN 5 ELSE NULL END");
    assert_string_equal(printed("cast(a as row<x int, `y z` array<varchar(3) not null>>)"),
                        "CAST(`a` AS ROW< `x` INTEGER, `y z` ARRAY< VARCHAR(3) NOT NULL > >)");
    assert_string_equal(printed("trim(s)"), "TRIM(BOTH ' ' FROM `s`)");
    assert_string_equal(printed("json_object('a': 1)"), "JSON_OBJECT(KEY 'a' VALUE 1 NULL ON NULL)");
    assert_string_equal(printed("a between b and c"), "`a` BETWEEN ASYMMETRIC `b` AND `c`");
    assert_string_equal(printed("(1, 2)"), "ROW(1, 2)");
    assert_string_equal(printed("'it''s é\\'"), "u&'it''s \\00e9\\\\'");
    assert_string_equal(printed("- .5 + 1. - 00.10 + 1.50e10 + 10e0"), "-0.5 + 1 - 0.10 + 1.50E10 + 1E1");
    assert_string_equal(printed("SUM(a) OVER (ORDER BY b) + 1"), "(SUM(`a`) OVER (ORDER BY `b`)) + 1");
    assert_string_equal(printed("`a``b`.c"), "`a``b`.`c`");
    assert_string_equal(printed("`day`(*)"), "`day`(*)");
    fl_buf_reset(&text);
    fl_sql_print_string(&text, fl_str_from("it's"));
    assert_string_equal(fl_buf_cstr(&text), "'it''s'");
}

static void reserved_words_and_strange_names_need_backticks(void **state) {
    (void)state;
    static const char *const reserved[] = {"COMMENT", "date",  "VALUE",    "TIMESTAMP", "order",
                                           "user",    "COUNT", "My Table", "1a",        ""};
    static const char *const free_words[] = {"name", "TYPE", "data", "K", "EXPR$0", "é"};
    for (size_t i = 0; i < FL_ARRAY_LEN(reserved); i++) assert_true(fl_sql_is_reserved(fl_str_from(reserved[i])));
    for (size_t i = 0; i < FL_ARRAY_LEN(free_words); i++) assert_false(fl_sql_is_reserved(fl_str_from(free_words[i])));
}

static void tokens_know_their_places(void **state) {
    (void)state;
    fl_lexer lx;
    fl_lexer_init(&lx, fl_str_from("é1 -- x\r\n\t`a``b` 1e5 1e .5 /*+ X'4a' <> =>"));
    static const struct {
        fl_token_kind kind;
        int line, column, length;
    } want[] = {
        {FL_TOK_WORD, 1, 1, 2},  {FL_TOK_NAME, 2, 2, 6},     {FL_TOK_APPROX, 2, 9, 3}, {FL_TOK_INTEGER, 2, 13, 1},
        {FL_TOK_WORD, 2, 14, 1}, {FL_TOK_DECIMAL, 2, 16, 2}, {FL_TOK_HINT, 2, 19, 3},  {FL_TOK_BINARY, 2, 23, 5},
        {FL_TOK_NE, 2, 29, 2},   {FL_TOK_ARROW, 2, 32, 2},   {FL_TOK_END, 2, 33, 0},   {FL_TOK_END, 2, 33, 0},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(want); i++) {
        fl_token t = fl_lexer_next(&lx);
        assert_int_equal(t.kind, want[i].kind);
        assert_int_equal(t.line, want[i].line);
        assert_int_equal(t.column, want[i].column);
        assert_int_equal(t.length, want[i].length);
    }
}

/* ---- scripts ---- */

/* The statements of a script, each in angle brackets. */
static const char *split(const char *script) {
    size_t at = 0;
    fl_str s;
    fl_buf_reset(&text);
    while (fl_sql_next_statement(fl_str_from(script), &at, &s)) fl_buf_printf(&text, "<%.*s>", (int)s.n, s.p);
    assert_int_equal(at, strlen(script));
    return fl_buf_cstr(&text);
}

static void scripts_are_split_at_semicolons_that_end_statements(void **state) {
    (void)state;
    assert_string_equal(split(""), "");
    assert_string_equal(split(" ; -- a;\n ;/* b; */ "), "");
    assert_string_equal(split("SELECT 1;SELECT 2 ; "), "<SELECT 1><SELECT 2>");
    assert_string_equal(split("-- first\nSELECT ';' /* ; */, `;` -- ;\n, 1; -- last\n"),
                        "<SELECT ';' /* ; */, `;` -- ;\n, 1>");
    assert_string_equal(split("EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT CASE WHEN a THEN 1 END; "
                              "INSERT INTO t SELECT 2; END; SELECT 3"),
                        "<EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT CASE WHEN a THEN 1 END; "
                        "INSERT INTO t SELECT 2; END><SELECT 3>");
    assert_string_equal(
        split("explain statement set begin insert into t select case a when 1 then case b when 2 then 3 end end;"
              "end;x"),
        "<explain statement set begin insert into t select case a when 1 then case b when 2 then 3 end end;"
        "end><x>");
    assert_string_equal(split("BEGIN STATEMENT SET; INSERT INTO t SELECT 1; END; SELECT CASE WHEN a THEN b END;"),
                        "<BEGIN STATEMENT SET><INSERT INTO t SELECT 1><END><SELECT CASE WHEN a THEN b END>");
    assert_string_equal(split("EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1 END; SELECT 2"),
                        "<EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1 END><SELECT 2>");
    assert_string_equal(split("SELECT 1; SELECT 'open; SELECT 2;\n"), "<SELECT 1><SELECT 'open; SELECT 2;>");
    assert_string_equal(split("SELECT 1; /* open ; SELECT 2"), "<SELECT 1></* open ; SELECT 2>");
    assert_string_equal(split("SET 'a' = 'b;c'; # ; x"), "<SET 'a' = 'b;c'><#><x>");
}

/* ---- the recorded answers ---- */

typedef struct record {
    const char *where; /* file:line */
    const char *sql;   /* the statement; SELECT … AS `e0` around an expression */
    const char *expr;  /* the expression alone; NULL: a statement */
    const char *error; /* "kind: message"; NULL: accepted */
} record;

static record *records;
static int n_records, cap_records;
static fl_arena records_arena;

static char *read_all(const char *path) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long n = ftell(f);
    rewind(f);
    char *content = fl_arena_alloc(&records_arena, (size_t)n + 1);
    assert_int_equal(fread(content, 1, (size_t)n, f), n);
    content[n] = '\0';
    fclose(f);
    return content;
}

static const char *unescaped(const char *s) {
    char *out = fl_arena_strdup(&records_arena, s), *o = out;
    for (; *s != '\0'; s++) {
        if (*s != '\\' || s[1] == '\0') {
            *o++ = *s;
            continue;
        }
        s++;
        *o++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s == 'r' ? '\r' : *s;
    }
    while (o > out && o[-1] == ' ') o--;
    *o = '\0';
    return out;
}

static void add_record(record r) { FL_PUSH(&records_arena, records, n_records, cap_records, r); }

/* expression TAB type TAB value, a line each */
static void read_tsv(const char *path) {
    int line_number = 0;
    char *rest = read_all(path), *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        line_number++;
        if (*line == '\0' || *line == '#') continue;
        char *expr = strsep(&line, "\t"), *type = strsep(&line, "\t");
        add_record((record){
            .where = fl_arena_printf(&records_arena, "%s:%d", path, line_number),
            .sql = fl_arena_printf(&records_arena, "SELECT %s AS `e0`", expr),
            .expr = expr,
            .error = strcmp(type, "!") == 0 ? unescaped(line) : NULL,
        });
    }
}

/* Records between blank lines: a directive, lines of SQL, ----, the answer. */
static void read_test(const char *path) {
    char *rest = read_all(path), *line, *directive = NULL, *answer = NULL;
    int line_number = 0, start = 0;
    bool in_answer = false;
    fl_buf sql;
    fl_buf_init(&sql);
    for (;;) {
        line = strsep(&rest, "\n");
        line_number++;
        if (line != NULL && *line == '#') continue;
        if (line != NULL && *line != '\0') {
            if (directive == NULL) {
                directive = line;
                start = line_number;
            } else if (!in_answer && strcmp(line, "----") == 0) {
                in_answer = true;
            } else if (in_answer && answer == NULL) {
                answer = line;
            } else if (!in_answer) {
                if (sql.n > 0) fl_buf_putc(&sql, '\n');
                fl_buf_puts(&sql, line);
            }
            continue;
        }
        if (directive != NULL && (strncmp(directive, "sql", 3) == 0 || strncmp(directive, "query", 5) == 0)) {
            while (sql.n > 0 && (sql.p[sql.n - 1] == ';' || sql.p[sql.n - 1] == ' ')) sql.n--;
            add_record((record){
                .where = fl_arena_printf(&records_arena, "%s:%d", path, start),
                .sql = fl_arena_strndup(&records_arena, sql.p, sql.n),
                .error = strstr(directive, " error") != NULL && answer != NULL ? unescaped(answer) : NULL,
            });
        }
        directive = answer = NULL;
        in_answer = false;
        fl_buf_reset(&sql);
        if (line == NULL) break;
    }
    fl_buf_deinit(&sql);
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static void read_folder(const char *folder) {
    char **names;
    int n;
    fl_platform *pf = fl_platform_real();
    if (fl_disk_list(pf, folder, &records_arena, &names, &n, &err) < 0) return;
    for (int i = 0; i < n; i++) {
        const char *path = fl_path_join(&records_arena, folder, names[i]);
        fl_stat st;
        if (fl_disk_stat(pf, path, &st, &err) < 0) continue;
        if (st.is_directory)
            read_folder(path);
        else if (ends_with(path, ".tsv"))
            read_tsv(path);
        else if (ends_with(path, ".test"))
            read_test(path);
    }
}

static int read_golden(void **state) {
    (void)state;
    fl_arena_init(&records_arena);
    read_folder(GOLDEN_FOLDER);
    return n_records > 0 ? setup(state) : -1;
}

static int forget_golden(void **state) {
    fl_arena_deinit(&records_arena);
    return teardown(state);
}

/* Flink counts columns in units of UTF-16, which differ from characters only behind those outside of the basic plane. */
static const char *refusal_of(const record *r) {
    const char *words = r->error + strlen("parse: "), *place = strstr(words, " at line ");
    for (const char *p = r->sql; *p != '\0'; p++)
        if ((unsigned char)*p >= 0xf0 && place != NULL) return fl_arena_strndup(&arena, words, (size_t)(place - words));
    return words;
}

static void check_refused(const record *r) {
    fl_ast_stmt *s;
    fl_ast_expr *e;
    const char *words = refusal_of(r);
    if (fl_sql_parse(&arena, fl_str_from(r->sql), &s, &err) != FL_E_PARSE)
        fail_msg("%s: not refused: %s", r->where, r->sql);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s: %s\n  has not: %s\n  in: %s", r->where, err.message, words, r->sql);
    if (err.line < 1 || err.column < 1 || err.length < 1) fail_msg("%s: no place: %s", r->where, err.message);
    if (r->expr != NULL && fl_sql_parse_expr(&arena, fl_str_from(r->expr), &e, &err) >= 0)
        fail_msg("%s: alone it is not refused: %s", r->where, r->expr);
}

static void the_parser_agrees_with_every_recorded_answer(void **state) {
    (void)state;
    int accepted = 0, refused = 0, other = 0;
    for (int i = 0; i < n_records; i++) {
        const record *r = &records[i];
        fl_ast_stmt *s;
        fl_ast_expr *e;
        fl_arena_reset(&arena);
        int rc = fl_sql_parse(&arena, fl_str_from(r->sql), &s, &err);
        if (r->error == NULL) {
            if (rc < 0) fail_msg("%s: %s\n  in: %s", r->where, err.message, r->sql);
            if (r->expr != NULL && fl_sql_parse_expr(&arena, fl_str_from(r->expr), &e, &err) < 0)
                fail_msg("%s: %s\n  in: %s", r->where, err.message, r->expr);
            accepted++;
        } else if (strncmp(r->error, "parse: ", 7) == 0) {
            check_refused(r);
            refused++;
        } else {
            other++; /* refused by those who bind it, or already here */
        }
    }
    print_message("%d accepted, %d refused in the same words, %d refused by those behind the parser\n", accepted,
                  refused, other);
}

/* ---- printing and reading again ---- */

static void put_statement(fl_buf *out, const fl_ast_stmt *s) {
    fl_buf_reset(out);
    switch (s->kind) {
    case FL_STMT_QUERY: fl_sql_print_query(out, s->query); break;
    case FL_STMT_INSERT: fl_sql_print_query(out, s->insert->query); break;
    case FL_STMT_CREATE_VIEW: fl_sql_print_query(out, s->create_view->query); break;
    case FL_STMT_CREATE_TABLE:
        for (int i = 0; i < s->create_table->n_columns; i++) {
            if (s->create_table->columns[i].expr == NULL) continue;
            fl_buf_puts(out, out->n == 0 ? "SELECT " : ", ");
            fl_sql_print_expr(out, s->create_table->columns[i].expr);
        }
        break;
    default: break;
    }
}

/* What is printed of a statement parses, and prints the same. */
static void check_round_trip(const char *where, const fl_ast_stmt *s) {
    fl_ast_stmt *again;
    put_statement(&text, s);
    if (text.n == 0) return;
    char *first = fl_arena_strndup(&arena, text.p, text.n);
    if (fl_sql_parse(&arena, fl_str_make(first, text.n), &again, &err) < 0)
        fail_msg("%s: %s\n  in what was printed: %s", where, err.message, first);
    put_statement(&text, again);
    if (strcmp(fl_buf_cstr(&text), first) != 0) fail_msg("%s: %s\n  printed again: %s", where, first, text.p);
}

static void what_is_printed_is_read_and_printed_the_same(void **state) {
    (void)state;
    for (int i = 0; i < n_records; i++) {
        fl_ast_stmt *s;
        fl_arena_reset(&arena);
        if (fl_sql_parse(&arena, fl_str_from(records[i].sql), &s, &err) < 0) continue;
        check_round_trip(records[i].where, s);
    }
    static const char *const numbers[] = {"SELECT +(-5).a", "SELECT (-5).a", "SELECT 5 .a", "SELECT (-5)[1]",
                                          "SELECT -5[1]"};
    for (size_t i = 0; i < FL_ARRAY_LEN(numbers); i++) {
        fl_ast_stmt *s;
        fl_arena_reset(&arena);
        assert_int_equal(fl_sql_parse(&arena, fl_str_from(numbers[i]), &s, &err), 0);
        check_round_trip(numbers[i], s);
    }
}

/* ---- random changes ---- */

static uint64_t random_state;
static uint64_t draw(uint64_t n) {
    random_state += FL_SPLITMIX_STEP;
    return fl_splitmix(random_state) % n;
}

static const char *random_piece(void) {
    static const char *const pieces[] = {
        "SELECT ",
        " FROM ",
        "(",
        ")",
        ",",
        ".",
        "'",
        "`",
        "\"",
        "/*",
        "*/",
        "--",
        "/*+",
        ";",
        "=",
        "<>",
        "=>",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "?",
        ":",
        "1",
        "1e",
        "1e5",
        ".5",
        "'x'",
        "U&'\\",
        "X'4",
        "_a'",
        " AS ",
        " NULL ",
        " CASE ",
        " WHEN ",
        " END ",
        " IN ",
        " BETWEEN ",
        " AND ",
        " NOT ",
        " IS ",
        " LIKE ",
        " JOIN ",
        " LEFT ",
        " ON ",
        " GROUP BY ",
        " ORDER BY ",
        " UNION ",
        " VALUES ",
        " WITH ",
        " TABLE ",
        " ROW",
        " ARRAY",
        " INTERVAL ",
        " DAY ",
        " DATE ",
        " CAST(",
        " OVER ",
        " PARTITION BY ",
        " EXISTS ",
        " LIMIT ",
        " BEGIN ",
        " SET ",
        " STATEMENT ",
        " QUALIFY ",
        " MATCH_RECOGNIZE ",
        "é",
        "😀",
        "\n",
        "\t",
        "\xff",
        "\xc3",
        "a",
        "order",
    };
    return pieces[draw(FL_ARRAY_LEN(pieces))];
}

/* Cuts, doubles, swaps or inserts somewhere in *out, a few times. */
static void mutate(fl_buf *out) {
    for (uint64_t times = 1 + draw(2); times > 0; times--) {
        size_t at = draw(out->n + 1), n = draw(FL_MIN(out->n - at, (size_t)12) + 1);
        char tail[4096];
        size_t rest = FL_MIN(out->n - at - n, sizeof tail);
        memcpy(tail, out->p + at + n, rest);
        const char *piece = random_piece();
        switch (draw(5)) {
        case 0: out->n = at; break; /* cut it out */
        case 1:                     /* cut everything behind it off */
            out->n = at;
            rest = 0;
            break;
        case 2: /* put another piece into its place */
            out->n = at;
            fl_buf_puts(out, piece);
            break;
        case 3: /* put another piece behind it */
            out->n = at + n;
            fl_buf_puts(out, piece);
            break;
        default: /* change one character */
            out->n = at + n;
            if (n > 0) out->p[at] = (char)draw(256);
            break;
        }
        fl_buf_put(out, tail, rest);
    }
}

static void changed_statements_are_parsed_or_refused_and_never_more(void **state) {
    (void)state;
    static const char *const own[] = {
        "SELECT a, COUNT(*) FROM t JOIN u ON t.x = u.y WHERE b BETWEEN 1 AND 2 GROUP BY a HAVING COUNT(*) > 1",
        "CREATE TABLE t (a INT NOT NULL, b ROW<x STRING>, WATERMARK FOR ts AS ts) WITH ('k' = 'v')",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT CASE WHEN a THEN 'x' END; END",
    };
    const char *given = getenv("FLOTT_SEED"), *count = getenv("FLOTT_MUTATIONS");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 1;
    int mutations = count != NULL ? atoi(count) : 100000, accepted = 0;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_state = seed;
    fl_buf sql;
    fl_buf_init(&sql);
    for (int i = 0; i < mutations; i++) {
        fl_ast_stmt *s;
        fl_ast_expr *e;
        fl_str piece;
        size_t at = 0;
        fl_arena_reset(&arena);
        fl_buf_reset(&sql);
        fl_buf_puts(&sql, n_records > 0 ? records[draw((uint64_t)n_records)].sql : own[draw(FL_ARRAY_LEN(own))]);
        mutate(&sql);
        char *copy =
            fl_strndup(sql.p != NULL ? sql.p : "", sql.n); /* of its own size, for reads beyond it to be seen */
        fl_str whole = fl_str_make(copy, sql.n);
        int rc = fl_sql_parse(&arena, whole, &s, &err);
        if (rc >= 0) {
            accepted++;
            check_round_trip(copy, s);
        } else {
            assert_int_equal(rc, err.code);
            assert_true(err.message[0] != '\0' && err.line >= 0 && err.column >= 0 && err.length >= 1);
        }
        if (fl_sql_parse_expr(&arena, whole, &e, &err) < 0) assert_true(err.message[0] != '\0');
        while (fl_sql_next_statement(whole, &at, &piece))
            assert_true(piece.p >= copy && piece.p + piece.n <= copy + sql.n);
        assert_int_equal(at, sql.n);
        free(copy);
    }
    print_message("%d of %d were accepted\n", accepted, mutations);
    fl_buf_deinit(&sql);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(operators_bind_as_they_do_in_flink),
        TEST(special_calls_have_their_arguments_in_a_fixed_order),
        TEST(calls_keep_everything_that_follows_them),
        TEST(literals_have_one_form),
        TEST(wrong_literals_are_refused_by_name),
        TEST(queries_print_one_clause_a_line),
        TEST(set_operations_group_from_the_left_and_intersect_first),
        TEST(from_knows_every_kind_of_table),
        TEST(qualify_is_a_clause_only_where_a_condition_follows),
        TEST(every_statement_is_recognised),
        TEST(create_table_keeps_every_clause),
        TEST(views_and_inserts_keep_their_parts),
        TEST(show_and_describe_take_their_filters),
        TEST(set_takes_keys_with_and_without_quotes),
        TEST(refusals_use_flinks_words_and_tell_the_place),
        TEST(what_is_not_closed_is_shown_where_it_began),
        TEST(nesting_has_a_limit_and_says_so),
        TEST(chains_have_a_limit_and_say_so),
        TEST(expressions_print_as_flink_shows_them),
        TEST(reserved_words_and_strange_names_need_backticks),
        TEST(tokens_know_their_places),
        TEST(scripts_are_split_at_semicolons_that_end_statements),
    };
    const struct CMUnitTest recorded[] = {
        cmocka_unit_test(the_parser_agrees_with_every_recorded_answer),
        cmocka_unit_test(what_is_printed_is_read_and_printed_the_same),
        cmocka_unit_test(changed_statements_are_parsed_or_refused_and_never_more),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("recorded answers", recorded, read_golden, forget_golden);
}
