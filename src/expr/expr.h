/* SPDX-License-Identifier: Apache-2.0 */
/* expr.h -- what is computed from a row: typed expressions, and the functions that they call.
 *
 * An expression is a tree of columns, literals and calls, each with its logical type; it is made by the binder, lives
 * in a plan's arena and never changes. A function is a row of a table: its name, its rule for types, its kernels. To
 * add one, write the row in the file of its family (functions_*.c) and nothing else.
 */
#ifndef FL_EXPR_EXPR_H
#define FL_EXPR_EXPR_H

#include "base/platform.h"
#include "data/batch.h"
#include "data/timezone.h"
#include "data/value.h"

typedef struct fl_expr fl_expr;
typedef struct fl_function fl_function;
typedef struct fl_kernel_call fl_kernel_call;

typedef enum fl_expr_kind { FL_EXPR_COLUMN, FL_EXPR_LITERAL, FL_EXPR_CALL } fl_expr_kind;

struct fl_expr {
    fl_expr_kind kind;
    const fl_type *type;
    fl_span span;          /* where it stood in the SQL text */
    int column;            /* COLUMN: index into the input */
    fl_value value;        /* LITERAL */
    const fl_function *fn; /* CALL; LITERAL: the call that was folded into it, or NULL */
    fl_expr **args;        /* likewise */
    int n_args;
    const void *extra; /* CALL: what the function's type rule has prepared for its kernel; lives in the plan's arena.
                        * Follows from fn, args and types: two equal calls have equal extras */
};

/* What binding needs besides the arguments. */
typedef struct fl_bind {
    fl_arena *arena;
    const fl_tz *tz;      /* table.local-time-zone */
    bool batch;           /* execution.runtime-mode */
    bool legacy_cast;     /* table.exec.legacy-cast-behaviour */
    const char *database; /* the current one */
    void (*note)(void *arg, const char *text); /* what deserves a visible note; NULL: nobody listens */
    void *note_arg;
} fl_bind;

/* The rows of a batch that a kernel is to compute: sel[0..n), or 0..n if sel is NULL. Results go to the same row. */
typedef struct fl_rows {
    const uint16_t *sel;
    int n;
} fl_rows;

/* What kernels may ask of the job while they run. */
typedef struct fl_eval {
    fl_platform *pf;
    const fl_tz *tz;
    fl_arena *scratch;     /* emptied after each batch */
    int64_t now_ms;        /* the clock, read once for a batch */
    int64_t start_ms;      /* when the job started: the one time of CURRENT_TIMESTAMP in batch mode */
    const fl_batch *batch; /* the batch being evaluated: for marks */
    int64_t watermark;     /* before the batch's first row; FL_WATERMARK_MIN: none yet */
    uint64_t random;       /* state of RAND and its like */
    /* what a run that failed leaves: the call, and the row that it failed at; -1: not one row's fault */
    const fl_expr *failed;
    int failed_row;
} fl_eval;

/* One call that is executed: prepared when a program is compiled. */
struct fl_kernel_call {
    const fl_expr *expr; /* types, extra, span */
    void *cache;         /* memory of the kernel for the life of the program; fn->close gives back what needs it */
};

/* Computes out->data for `rows`; in[] may hold constant columns (one value at index 0). For a STRICT function validity
 * is done before the call, and rows with a NULL argument are skipped if it is also FALLIBLE; other functions write
 * validity themselves. out has room for all rows, out->n is set. Returns 0 or a negative code. */
typedef int fl_kernel_fn(fl_eval *ev, fl_kernel_call *call, fl_column *const *in, fl_column *out, fl_rows rows,
                         fl_error *err);

/* The type rule: checks call->args, may replace them by casts, sets call->type and call->extra. It may also turn *call
 * into another expression (fl_become): a BETWEEN into comparisons, an operator into its form for texts. A refusal says
 * what was given and which signatures exist (fl_bad_arguments). */
typedef int fl_infer_fn(fl_bind *b, fl_expr *call, fl_error *err);
/* The kernel for the argument types of a call; never NULL after a successful infer. */
typedef fl_kernel_fn *fl_choose_fn(const fl_expr *call);

enum fl_function_flags {
    FL_FN_STRICT = 1,       /* NULL in, NULL out; the evaluator handles it */
    FL_FN_FALLIBLE = 2,     /* can fail at run time, or is unsafe on garbage: only rows that need it are computed */
    FL_FN_DYNAMIC = 4,      /* differs from call to call or row to row: never folded, never shared */
    FL_FN_MARKS = 8,        /* reads the watermark at each row */
    FL_FN_COSTLY = 16,      /* worth skipping rows that are not needed (strings, patterns) */
    FL_FN_OPERATOR = 32,    /* not listed as a function */
    FL_FN_SINCE_2 = 64,     /* only Flink 2.x has it (doc says since when): a user's function of its name comes first */
    FL_FN_USER = 128,       /* a function of users (user_function.h): may wait for the outside world */
    FL_FN_SUBSTITUTE = 256, /* where no NULL can be, a missing element's substitute goes into it (expr.c) */
};

/* Calls that decide which of their arguments are evaluated for which rows. */
typedef enum fl_special {
    FL_SPECIAL_NONE,
    FL_SPECIAL_AND,
    FL_SPECIAL_OR,
    FL_SPECIAL_CASE,     /* when, then, when, then, …, else */
    FL_SPECIAL_COALESCE, /* first that is not NULL */
} fl_special;

struct fl_function {
    const char *name;       /* upper case */
    int min_args, max_args; /* max -1: any number */
    unsigned flags;
    fl_special special;
    fl_infer_fn *infer;
    fl_choose_fn *choose;
    const char *signature;      /* as the documentation shows it: UPPER(s) */
    const char *doc;            /* one sentence */
    const void *user;           /* FL_FN_USER: the fl_user_function that it is part of */
    void (*close)(void *cache); /* gives a call's cache back; NULL: nothing to do */
};

/* ---- the registry ---- */

/* NULL if there is none. Case does not matter. */
const fl_function *fl_function_find(fl_str name);
/* All functions, in tables one after the other, for SHOW FUNCTIONS, suggestions and documentation. */
int fl_function_count(void);
const fl_function *fl_function_at(int i);

/* ---- making expressions ---- */

fl_expr *fl_expr_column(fl_arena *a, int column, const fl_type *type);
fl_expr *fl_expr_literal(fl_arena *a, const fl_value *v);
fl_expr *fl_expr_null(fl_arena *a, const fl_type *type);
fl_expr *fl_expr_int(fl_arena *a, int64_t x, const fl_type *type);

/* A call of `fn`: checks the number of arguments, applies the type rule, folds constants. */
int fl_expr_call(fl_bind *b, const fl_function *fn, fl_expr **args, int n_args, fl_span span, fl_expr **out,
                 fl_error *err);
/* The same by name, which must exist. */
int fl_expr_call_name(fl_bind *b, const char *name, fl_expr **args, int n_args, fl_span span, fl_expr **out,
                      fl_error *err);

/* CAST(e AS type), or e itself if there is nothing to do. Explicit: any pair that Flink's CAST allows. */
int fl_expr_cast(fl_bind *b, fl_expr *e, const fl_type *type, bool try_cast, fl_span span, fl_expr **out,
                 fl_error *err);
/* Whether INSERT and comparisons convert without being asked: the widening of Flink's LogicalTypeCasts. */
bool fl_cast_is_implicit(const fl_type *from, const fl_type *to);
bool fl_cast_is_possible(const fl_type *from, const fl_type *to);

/* The type that all of types[] can be brought to (CASE, UNION, COALESCE, IN, VALUES), or NULL. */
const fl_type *fl_type_common(fl_arena *a, const fl_type *const *types, int n);

/* For type rules: makes args[i] of that type by an implicit cast. */
int fl_coerce(fl_bind *b, fl_expr *call, int arg, const fl_type *type, fl_error *err);
/* For type rules: tells the user what is no error and hardly meant, as "REGEXP: … is FALSE in every row". */
static inline void fl_bind_note(const fl_bind *b, const char *text) {
    if (b->note != NULL) b->note(b->note_arg, text);
}
/* The refusal of a type rule: "Cannot apply 'F' to arguments of type 'F(<INT>)'. Supported form(s): …". */
int fl_bad_arguments(const fl_expr *call, fl_error *err);

/* ---- asking ---- */

bool fl_expr_equal(const fl_expr *a, const fl_expr *b);
static inline bool fl_expr_is_literal(const fl_expr *e) { return e->kind == FL_EXPR_LITERAL; }
static inline bool fl_expr_is_call(const fl_expr *e, const char *name) {
    return e->kind == FL_EXPR_CALL && strcmp(e->fn->name, name) == 0;
}
/* A ROW that is a cast, or was one before it was folded: CAST(… AS ROW<…>). */
bool fl_expr_is_named_row(const fl_expr *e);
/* Nothing in it differs from call to call. */
bool fl_expr_deterministic(const fl_expr *e);
/* Can fail, or is dear: worth a selection of its own. */
bool fl_expr_guarded(const fl_expr *e);
/* Some function in it is of users: whoever computes it may have to wait. */
bool fl_expr_waits(const fl_expr *e);
/* Some function in it reads marks. */
bool fl_expr_reads_marks(const fl_expr *e);
/* used[column] = true for each column that it reads. */
void fl_expr_columns(const fl_expr *e, bool *used);
/* A copy whose columns are renumbered by map[], or replaced by expressions over another input. */
fl_expr *fl_expr_renumber(fl_arena *a, const fl_expr *e, const int *map);
fl_expr *fl_expr_substitute(fl_arena *a, const fl_expr *e, fl_expr *const *by);
/* The value of an expression without columns that folding has made a literal. */
static inline const fl_value *fl_expr_value(const fl_expr *e) { return e->kind == FL_EXPR_LITERAL ? &e->value : NULL; }
/* Whether it can be a column of a query's result. */
int fl_expr_check_column(const fl_expr *e, fl_error *err);
/* As EXPLAIN shows it: (`temperature` * 2); names from the input's schema. */
void fl_expr_print(fl_buf *out, const fl_expr *e, const char *const *names);

#endif
