/* SPDX-License-Identifier: Apache-2.0 */
/* ast.h -- what the parser makes of a statement: the text's structure, names unresolved.
 *
 * All nodes live in the arena given to the parser and keep pointing into the statement's text for positions. Nothing
 * here knows types or tables; the binder gives meaning. Lists are arrays with a count.
 */
#ifndef FL_SQL_AST_H
#define FL_SQL_AST_H

#include "base/error.h"
#include "data/type.h"

/* Where a node stands in the text. */
typedef struct fl_pos {
    int line, column; /* 1-based, in characters */
    int offset;       /* in bytes */
    int length;       /* in characters, as in fl_error */
} fl_pos;

static inline fl_span fl_span_of(fl_pos p) { return (fl_span){p.line, p.column, p.length}; }

/* a.b.c; a part is unquoted text with its case kept. */
typedef struct fl_name {
    int n;
    const char **part;
    fl_pos pos;
} fl_name;

typedef struct fl_ast_expr fl_ast_expr;
typedef struct fl_ast_query fl_ast_query;
typedef struct fl_ast_from fl_ast_from;
typedef struct fl_ast_select fl_ast_select;

/* ---- expressions ---- */

typedef enum fl_ast_expr_kind {
    FL_AX_NUMBER,    /* text: 1, 1.5, 1e3 as written */
    FL_AX_STRING,    /* text: unescaped UTF-8; adjacent literals joined */
    FL_AX_BINARY,    /* text: the bytes of X'…' */
    FL_AX_BOOLEAN,   /* flag */
    FL_AX_NULL,      /* NULL */
    FL_AX_UNKNOWN,   /* UNKNOWN */
    FL_AX_DATE,      /* DATE '…': text, as 2024-01-05 */
    FL_AX_TIME,      /* TIME '…': text, as 01:02:03.45 */
    FL_AX_TIMESTAMP, /* TIMESTAMP '…': text, as 2024-01-05 01:02:03.45 */
    FL_AX_INTERVAL,  /* INTERVAL [-]'…' unit: text, flag = negative, interval; INTERVAL x unit: args[0], no text */
    FL_AX_NAME,      /* column or qualified column: name; `t.*` has part "*" last and flag set; plain * likewise */
    FL_AX_OP,        /* operator: op, args */
    FL_AX_CALL,      /* function call: name, args (of special calls: parse_special.c), and the clauses below; flag: its
                        name is no keyword, or stands in backticks */
    FL_AX_CAST, /* CAST(args[0] AS type); text: the type as written; interval: its unit if it is one; flag: TRY_CAST */
    FL_AX_CASE, /* args: [value,] when, then, when, then, …, else (NULL node if absent); flag: has value */
    FL_AX_IN,   /* args[0] [NOT] IN (args[1..]) or (query); flag: NOT */
    FL_AX_QUANTIFIED, /* args[0] op SOME|ALL (args[1..]) or (query); flag: ALL */
    FL_AX_EXISTS,     /* EXISTS (query) */
    FL_AX_SUBQUERY,   /* scalar subquery, or the table argument of a function: query */
    FL_AX_ROW,        /* ROW(…) or (a, b) with two or more: args; flag: written with ROW */
    FL_AX_ARRAY,      /* ARRAY[…]; with query: ARRAY(SELECT …) */
    FL_AX_MAP,        /* MAP[k, v, …] */
    FL_AX_MULTISET,   /* MULTISET[…] */
    FL_AX_FIELD,      /* args[0].text: field of an expression that is not a plain name, such as f(x).a or a[1].b */
    FL_AX_SYMBOL,     /* a keyword argument: unit in EXTRACT, flag in TRIM, ON EMPTY behaviours: text, upper case */
    FL_AX_TYPE,       /* a type argument: RETURNING type: type, text as written */
    FL_AX_DESCRIPTOR, /* DESCRIPTOR(a, b): args are FL_AX_NAME, or wrong */
    FL_AX_TABLE_ARG,  /* TABLE t [PARTITION BY …] [ORDER BY …] as argument of a table function: name or query;
                         args = keys, within = order */
    FL_AX_NAMED_ARG,  /* text => args[0] */
    FL_AX_DEFAULT,    /* DEFAULT as an argument */
} fl_ast_expr_kind;

/* op, spelling, number of operands */
#define FL_AST_OPS(X)                                                                                                  \
    X(OR, "OR", 2)                                                                                                     \
    X(AND, "AND", 2)                                                                                                   \
    X(NOT, "NOT", 1) X(EQ, "=", 2) X(NE, "<>", 2) X(LT, "<", 2) X(LE, "<=", 2) X(GT, ">", 2) X(GE, ">=", 2)            \
        X(IS_NULL, "IS NULL", 1) X(IS_NOT_NULL, "IS NOT NULL", 1) X(IS_TRUE, "IS TRUE", 1)                             \
            X(IS_NOT_TRUE, "IS NOT TRUE", 1) X(IS_FALSE, "IS FALSE", 1) X(IS_NOT_FALSE, "IS NOT FALSE", 1)             \
                X(IS_UNKNOWN, "IS UNKNOWN", 1) X(IS_NOT_UNKNOWN, "IS NOT UNKNOWN", 1)                                  \
                    X(IS_DISTINCT, "IS DISTINCT FROM", 2) X(IS_NOT_DISTINCT, "IS NOT DISTINCT FROM", 2)                \
                        X(IS_JSON, "IS JSON", 2)                                                                       \
                            X(IS_NOT_JSON, "IS NOT JSON", 2) /* second operand: symbol VALUE SCALAR ARRAY OBJECT */    \
        X(BETWEEN, "BETWEEN", 3) X(NOT_BETWEEN, "NOT BETWEEN", 3) X(BETWEEN_SYM, "BETWEEN SYMMETRIC", 3)               \
            X(NOT_BETWEEN_SYM, "NOT BETWEEN SYMMETRIC", 3) X(LIKE, "LIKE", 3)                                          \
                X(NOT_LIKE, "NOT LIKE", 3)                              /* third operand: escape, or NULL pointer */   \
        X(SIMILAR, "SIMILAR TO", 3) X(NOT_SIMILAR, "NOT SIMILAR TO", 3) /* likewise */                                 \
        X(PLUS, "+", 2) X(MINUS, "-", 2) X(TIMES, "*", 2) X(DIVIDE, "/", 2) X(MOD, "%", 2) X(CONCAT, "||", 2)          \
            X(NEGATE, "-", 1) X(POSITIVE, "+", 1) X(ITEM, "[]", 2)                                                     \
                X(MINUS_DATE, "-", 2) /* (a - b) unit: interval holds the unit */                                      \
        X(OVERLAPS, "OVERLAPS", 2)

typedef enum fl_ast_op {
#define FL_X(op, text, n) FL_OP_##op,
    FL_AST_OPS(FL_X)
#undef FL_X
} fl_ast_op;
extern const char *const fl_ast_op_text[];

/* Units of intervals and of EXTRACT, FLOOR … TO, TIMESTAMPADD. */
#define FL_TIME_UNITS(X)                                                                                               \
    X(NANOSECOND)                                                                                                      \
    X(MICROSECOND)                                                                                                     \
    X(MILLISECOND) X(SECOND) X(MINUTE) X(HOUR) X(DAY) X(WEEK) X(MONTH) X(QUARTER) X(YEAR) X(DECADE) X(CENTURY)         \
        X(MILLENNIUM) X(EPOCH) X(DOW) X(ISODOW) X(DOY) X(ISOYEAR)
typedef enum fl_time_unit {
    FL_UNIT_NONE,
#define FL_X(u) FL_UNIT_##u,
    FL_TIME_UNITS(FL_X)
#undef FL_X
} fl_time_unit;
extern const char *const fl_time_unit_name[];
/* From a word in any case, plural or singular, or an SQL_TSI_ name; FL_UNIT_NONE if it is none. */
fl_time_unit fl_time_unit_find(fl_str word);

typedef struct fl_interval_qualifier {
    fl_time_unit from, to;             /* to: FL_UNIT_NONE if there is no TO */
    int precision, fraction_precision; /* DAY(p), SECOND(p, f); -1: not given */
} fl_interval_qualifier;

typedef enum fl_null_order { FL_NULLS_DEFAULT, FL_NULLS_FIRST, FL_NULLS_LAST } fl_null_order;
typedef struct fl_ast_order {
    fl_ast_expr *expr;
    bool descending;
    fl_null_order nulls;
} fl_ast_order;

typedef enum fl_frame_bound_kind {
    FL_FRAME_UNBOUNDED_PRECEDING,
    FL_FRAME_PRECEDING,
    FL_FRAME_CURRENT_ROW,
    FL_FRAME_FOLLOWING,
    FL_FRAME_UNBOUNDED_FOLLOWING,
} fl_frame_bound_kind;
typedef struct fl_frame_bound {
    fl_frame_bound_kind kind;
    fl_ast_expr *offset; /* PRECEDING, FOLLOWING */
} fl_frame_bound;

/* OVER (…) or WINDOW w AS (…). */
typedef struct fl_ast_window {
    const char *name; /* OVER w, or the name that is defined; NULL: none */
    const char *base; /* (w …): an earlier definition that is refined; NULL: none */
    fl_ast_expr **partition;
    int n_partition;
    fl_ast_order *order;
    int n_order;
    bool has_frame, rows; /* ROWS rather than RANGE */
    fl_frame_bound start, end;
    fl_pos pos;
} fl_ast_window;

typedef enum fl_null_treatment { FL_NULLS_AS_EVER, FL_RESPECT_NULLS, FL_IGNORE_NULLS } fl_null_treatment;

struct fl_ast_expr {
    fl_ast_expr_kind kind;
    fl_pos pos;
    fl_ast_op op;
    bool flag;
    bool parenthesised;
    fl_str text;
    fl_name name;
    fl_ast_expr **args;
    int n_args;
    const fl_type *type;
    fl_interval_qualifier interval;
    fl_ast_query *query;
    /* FL_AX_CALL only */
    bool distinct;        /* f(DISTINCT x) */
    bool star;            /* f(*) */
    bool no_parens;       /* CURRENT_DATE and its like */
    fl_ast_expr *filter;  /* FILTER (WHERE …) */
    fl_ast_order *within; /* WITHIN GROUP (ORDER BY …), or ORDER BY among the arguments */
    int n_within;
    bool order_inside; /* the order stands among the arguments */
    fl_ast_window *over;
    fl_null_treatment null_treatment;
};

/* ---- queries ---- */

typedef struct fl_ast_hint {
    const char *name;            /* as written: OPTIONS, STATE_TTL, … */
    const char **keys, **values; /* 'k' = 'v'; keys[i] NULL: a plain value */
    int n;
    fl_pos pos;
} fl_ast_hint;

typedef enum fl_from_kind {
    FL_FROM_TABLE,    /* name, hints, as_of */
    FL_FROM_QUERY,    /* (query), lateral */
    FL_FROM_FUNCTION, /* [LATERAL] TABLE(call) */
    FL_FROM_UNNEST,   /* UNNEST(call->args…), with_ordinality */
    FL_FROM_JOIN,     /* left join right */
    FL_FROM_MATCH,    /* left MATCH_RECOGNIZE (…): only the text between the parentheses, in call->text */
} fl_from_kind;
typedef enum fl_join_kind {
    FL_JOIN_COMMA,
    FL_JOIN_CROSS,
    FL_JOIN_INNER,
    FL_JOIN_LEFT,
    FL_JOIN_RIGHT,
    FL_JOIN_FULL
} fl_join_kind;

struct fl_ast_from {
    fl_from_kind kind;
    fl_pos pos;
    fl_name name;
    fl_ast_hint *hints;
    int n_hints;
    fl_ast_expr *as_of; /* FOR SYSTEM_TIME AS OF */
    fl_ast_query *query;
    fl_ast_expr *call;
    bool lateral, with_ordinality, natural;
    const char *alias; /* NULL: none */
    const char **columns;
    int n_columns;
    fl_join_kind join;
    fl_ast_from *left, *right;
    fl_ast_expr *on;
    const char **using_columns;
    int n_using;
};

typedef struct fl_ast_item {
    fl_ast_expr *expr; /* FL_AX_NAME with flag set: a star */
    const char *alias; /* NULL: none */
} fl_ast_item;

typedef enum fl_group_kind {
    FL_GROUP_EXPR,
    FL_GROUP_EMPTY,
    FL_GROUP_SETS,
    FL_GROUP_ROLLUP,
    FL_GROUP_CUBE,
    FL_GROUP_LIST
} fl_group_kind;
typedef struct fl_ast_group {
    fl_group_kind kind; /* LIST: (a, b) inside GROUPING SETS, ROLLUP, CUBE */
    fl_ast_expr *expr;
    struct fl_ast_group *items;
    int n_items;
    fl_pos pos;
} fl_ast_group;

struct fl_ast_select {
    fl_pos pos;
    bool distinct;
    fl_ast_hint *hints;
    int n_hints;
    fl_ast_item *items;
    int n_items;
    fl_ast_from *from; /* NULL: none */
    fl_ast_expr *where, *having, *qualify;
    fl_ast_group *group;
    int n_group;
    bool has_group; /* GROUP BY () has n_group 1, EMPTY */
    fl_ast_window *windows;
    int n_windows;
};

typedef enum fl_query_kind {
    FL_QUERY_SELECT,
    FL_QUERY_VALUES,
    FL_QUERY_TABLE,
    FL_QUERY_SET_OP,
    FL_QUERY_NESTED
} fl_query_kind;
typedef enum fl_set_op { FL_SET_UNION, FL_SET_INTERSECT, FL_SET_EXCEPT } fl_set_op;

typedef struct fl_ast_cte {
    const char *name;
    const char **columns;
    int n_columns;
    fl_ast_query *query;
    fl_pos pos;
} fl_ast_cte;

/* [WITH …] body [ORDER BY …] [LIMIT … OFFSET … FETCH …] */
struct fl_ast_query {
    fl_query_kind kind;
    fl_pos pos;
    fl_ast_cte *ctes;
    int n_ctes;
    fl_ast_select *select; /* SELECT */
    fl_ast_expr **rows;    /* VALUES: each FL_AX_ROW or a single expression */
    int n_rows;
    fl_name table; /* TABLE t */
    fl_set_op op;  /* SET_OP */
    bool all;
    fl_ast_query *left, *right;
    fl_ast_query *nested; /* ( query ) with clauses of its own */
    fl_ast_order *order;
    int n_order;
    fl_ast_expr *offset, *fetch; /* LIMIT n and FETCH NEXT n are the same; LIMIT ALL is none */
};

/* ---- statements ---- */

typedef struct fl_ast_option {
    const char *key, *value;
    fl_pos pos;
} fl_ast_option;

typedef enum fl_column_kind { FL_COLUMN_PHYSICAL, FL_COLUMN_COMPUTED, FL_COLUMN_METADATA } fl_column_kind;

typedef struct fl_ast_column {
    fl_column_kind kind;
    const char *name;
    const fl_type *type;      /* PHYSICAL, METADATA */
    fl_ast_expr *expr;        /* COMPUTED */
    fl_str expr_text;         /* its text as written */
    const char *metadata_key; /* METADATA FROM 'key'; NULL: the column's name */
    bool is_virtual;
    const char *comment;
    fl_pos pos;
} fl_ast_column;

typedef struct fl_ast_watermark {
    fl_name column;
    fl_ast_expr *expr;
    fl_pos pos;
} fl_ast_watermark;

typedef struct fl_ast_key {
    const char *constraint; /* CONSTRAINT name; NULL: none */
    const char **columns;
    fl_pos *column_pos;
    int n_columns;
    bool unique;   /* UNIQUE rather than PRIMARY KEY */
    bool enforced; /* ENFORCED, or neither word given */
    fl_pos pos;
} fl_ast_key;

typedef struct fl_ast_like_option {
    const char *strategy; /* INCLUDING EXCLUDING OVERWRITING */
    const char *feature;  /* ALL CONSTRAINTS DISTRIBUTION PARTITIONS GENERATED METADATA OPTIONS WATERMARKS */
    fl_pos pos;
} fl_ast_like_option;

typedef struct fl_ast_create_table {
    fl_name name;
    bool temporary, if_not_exists, replace, or_replace, has_columns;
    fl_ast_column *columns;
    int n_columns;
    fl_ast_watermark *watermarks; /* more than one is refused by the binder, with Flink's words */
    int n_watermarks;
    fl_ast_key *keys;
    int n_keys;
    const char *comment;
    bool distributed;
    const char *distribution; /* HASH, RANGE or NULL */
    const char **bucket_columns;
    int n_bucket_columns, n_buckets; /* n_buckets -1: not given */
    fl_name *partitions;             /* one part each, with position */
    int n_partitions;
    fl_ast_option *options;
    int n_options;
    bool has_options;
    fl_name like;
    bool has_like;
    fl_ast_like_option *like_options;
    int n_like_options;
    fl_ast_query *as; /* CTAS, RTAS */
} fl_ast_create_table;

typedef struct fl_ast_create_view {
    fl_name name;
    bool temporary, if_not_exists, or_replace;
    const char **columns;
    fl_pos *column_pos;
    int n_columns;
    const char *comment;
    fl_ast_query *query;
    fl_str query_text; /* as written */
} fl_ast_create_view;

/* CREATE and ALTER FUNCTION … AS 'what' [LANGUAGE …] [USING JAR …]; the name is the statement's. */
typedef struct fl_ast_function {
    bool system;          /* TEMPORARY SYSTEM: found before all others, in every database */
    const char *what;     /* a class, module.name, or file:symbol, as the language has it */
    const char *language; /* JAVA, SCALA, SQL, PYTHON or C; JAVA where nothing is said */
    const char **jars;
    int n_jars;
} fl_ast_function;

typedef struct fl_ast_insert {
    fl_name name;
    fl_ast_hint *hints;
    int n_hints;
    bool overwrite;
    fl_ast_option *partition; /* PARTITION (k = 'v', k2): value NULL if not given; literal text otherwise */
    int n_partition;
    fl_name *columns; /* column list */
    int n_columns;
    bool has_columns;
    fl_ast_query *query;
} fl_ast_insert;

/* SHOW … [FROM name] [[NOT] LIKE 'p'] and DESCRIBE … */
typedef struct fl_ast_show {
    const char
        *what;    /* upper case words: TABLES, VIEWS, DATABASES, CATALOGS, CURRENT CATALOG, CURRENT DATABASE, COLUMNS,
                         CREATE TABLE, CREATE VIEW, CREATE CATALOG, FUNCTIONS, USER FUNCTIONS, MODULES, FULL MODULES,
                         PARTITIONS, PROCEDURES, JARS, JOBS, … */
    fl_name name; /* the object, or after FROM / IN; n = 0: none */
    bool has_like, not_like, ilike;
    const char *pattern;
    bool extended; /* DESCRIBE EXTENDED */
} fl_ast_show;

typedef enum fl_stmt_kind {
    FL_STMT_QUERY,         /* query */
    FL_STMT_INSERT,        /* insert */
    FL_STMT_STATEMENT_SET, /* inserts */
    FL_STMT_BEGIN_SET,     /* BEGIN STATEMENT SET; of the old client spelling */
    FL_STMT_END_SET,       /* END; likewise */
    FL_STMT_CREATE_TABLE,
    FL_STMT_CREATE_VIEW,
    FL_STMT_DROP, /* what: TABLE, VIEW, DATABASE, CATALOG, FUNCTION …; name, temporary, if_exists, cascade */
    FL_STMT_CREATE_DATABASE, /* name, if_not_exists, comment, options */
    FL_STMT_CREATE_CATALOG,  /* likewise */
    FL_STMT_CREATE_FUNCTION, /* function; name, temporary, if_not_exists */
    FL_STMT_ALTER_FUNCTION,  /* function; name, temporary, if_exists */
    FL_STMT_USE,             /* what: "CATALOG" or "DATABASE"; name */
    FL_STMT_SET,             /* key, value; key NULL: list all */
    FL_STMT_RESET,           /* key; NULL: all */
    FL_STMT_SHOW,            /* show */
    FL_STMT_DESCRIBE,        /* show: what = TABLE, CATALOG, DATABASE, JOB, FUNCTION; name */
    FL_STMT_EXPLAIN,         /* what: details, comma-separated; inner */
    FL_STMT_UNSUPPORTED,     /* recognised and not done yet: what names it */
} fl_stmt_kind;

typedef struct fl_ast_stmt fl_ast_stmt;
struct fl_ast_stmt {
    fl_stmt_kind kind;
    fl_pos pos; /* of the whole statement */
    const char *what;
    fl_name name;
    bool temporary, if_exists, if_not_exists, cascade;
    const char *key, *value, *comment;
    fl_pos key_pos;
    fl_ast_option *options;
    int n_options;
    fl_ast_query *query;
    fl_ast_insert *insert;
    fl_ast_insert **inserts;
    int n_inserts;
    fl_ast_create_table *create_table;
    fl_ast_create_view *create_view;
    fl_ast_function *function;
    fl_ast_show *show; /* SHOW PARTITIONS … PARTITION (…): options too; DESCRIBE JOB: the id is the pattern */
    fl_ast_stmt *inner;
};

#endif
