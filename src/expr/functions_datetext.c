/* SPDX-License-Identifier: Apache-2.0 */
/* functions_datetext.c -- dates and times as texts and as numbers of seconds, and back.
 *
 * What:       DATE_FORMAT, TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ, FROM_UNIXTIME, UNIX_TIMESTAMP, CONVERT_TZ.
 * Patterns:   datetime_pattern.h. A literal pattern is compiled when the call is bound (call->extra); another one is
 *             compiled in scratch memory when it changes from row to row.
 * No answer:  as in Flink, text that cannot be read is NULL, but for two functions that give garbage instead:
 *             UNIX_TIMESTAMP gives -9223372036854775808, TO_DATE with a pattern the date that this number makes.
 * Interface:  the table at the end.
 */
#include <math.h>

#include "expr/datetime_pattern.h"
#include "expr/functions_int.h"
#include "messages/value.h"

static const char standard_pattern[] = "yyyy-MM-dd HH:mm:ss";

/* ---- patterns of a call ---- */

typedef struct date_text {
    const fl_dt_pattern *standard; /* SIMPLE */
    const fl_dt_pattern *given;    /* a literal; NULL: it is not one, or is not a pattern */
    bool is_literal;
} date_text;

/* The pattern of row i, remembered while it does not change. */
typedef struct pattern_of_row {
    const fl_dt_pattern *pattern;
    fl_str text;
} pattern_of_row;

static int find_pattern(fl_eval *ev, const date_text *d, const fl_column *c, int i, fl_dt_dialect dialect,
                        pattern_of_row *last, fl_error *err) {
    if (d->is_literal) {
        last->pattern = d->given;
        return 0;
    }
    fl_str text = fl_view_str(fl_view_at(c, i));
    if (last->pattern != NULL && fl_str_eq(text, last->text)) return 0;
    fl_dt_pattern *p;
    *last = (pattern_of_row){.text = text}; /* whatever happens, the old pattern is not this text's */
    if (fl_dt_compile(ev->scratch, text, dialect, &p, err) < 0)
        return err->code = FL_E_RUNTIME; /* whatever is wrong with the pattern, it is the row that is refused */
    last->pattern = p;
    return 0;
}

/* Prepares call->extra. `arg` is the pattern's place, which need not be there; reads: it is read with. */
static int prepare(fl_bind *b, fl_expr *call, int arg, fl_dt_dialect dialect, bool reads, bool bad_is_null,
                   fl_error *err) {
    date_text *d = FL_NEW(b->arena, date_text);
    fl_dt_pattern *p;
    FL_TRY(fl_dt_compile(b->arena, fl_str_from(standard_pattern), FL_DT_SIMPLE, &p, err));
    d->standard = d->given = p;
    d->is_literal = true;
    call->extra = d;
    if (arg >= call->n_args) return 0;
    const fl_value *v = fl_expr_value(call->args[arg]);
    d->given = NULL;
    d->is_literal = v != NULL;
    if (v == NULL || v->is_null) return 0;
    int rc = fl_dt_compile(b->arena, v->s, dialect, &p, err);
    if (rc >= 0 && reads) rc = fl_dt_readable(p, err);
    if (rc == FL_E_VALIDATION && bad_is_null) {
        const char *why = err->message;
        fl_bind_note(b, fl_arena_printf(b->arena, "%s: the result is NULL in every row: %s", call->fn->name, why));
        return 0;
    }
    if (rc < 0) return fl_error_at(err, call->args[arg]->span);
    d->given = p;
    return 0;
}

/* ---- DATE_FORMAT ---- */

/* Whether two wall times in one of the pattern's stretches, which print alike. Times far apart are told without dividing. */
static inline bool is_alike(const fl_dt_pattern *p, int64_t one, int64_t other) {
    const int64_t stretch = p->stretch_ms;
    if (stretch == 1 || (uint64_t)other - (uint64_t)one + (uint64_t)stretch > 2 * (uint64_t)stretch) return false;
    return fl_floor_div(one, stretch) == fl_floor_div(other, stretch);
}

static int format_timestamp(FL_KERNEL_ARGS) {
    const fl_tz *zone = fl_type_is(in[0]->type, FL_T_TIMESTAMP_LTZ) ? ev->tz : fl_tz_utc();
    pattern_of_row p = {0};
    const fl_dt_pattern *last = NULL;
    int64_t printed = 0; /* this time, with that pattern, made that text */
    fl_view *views = out->data;
    fl_buf b;
    int rc = 0, made = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        fl_ts t = fl_column_ts(in[0], i);
        t.ms = fl_tz_to_local(zone, t.ms);
        rc = find_pattern(ev, call->expr->extra, in[1], i, FL_DT_FORMATTER, &p, err);
        if (rc < 0) break;
        if (p.pattern != last || !is_alike(last, printed, t.ms)) {
            last = p.pattern;
            printed = t.ms;
            fl_buf_reset(&b);
            rc = fl_dt_print(last, t, &b, err);
            fl_column_put_str(out, i, fl_buf_str(&b));
            made = i;
        } else {
            views[i] = views[made]; /* rows of one day, hour, … print alike */
        }
    }
    fl_buf_deinit(&b);
    return rc;
}

/* A text is read by the standard pattern and printed by the given one, both in UTC. */
static int format_text(FL_KERNEL_ARGS) {
    const date_text *d = call->expr->extra;
    pattern_of_row p = {0};
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        int64_t ms;
        fl_buf_reset(&b);
        rc = find_pattern(ev, d, in[1], i, FL_DT_SIMPLE, &p, err);
        if (rc < 0) break;
        if (fl_dt_read_simple(d->standard, fl_view_str(fl_view_at(in[0], i)), fl_tz_utc(), &ms)) {
            rc = fl_dt_print_simple(p.pattern, ms, fl_tz_utc(), &b, err);
            fl_column_put_str(out, i, fl_buf_str(&b));
        } else {
            fl_kernel_null(out, i);
        }
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_date_format(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 1, 2, err));
    bool text = fl_is_text_arg(call, 0);
    if (!text && !fl_type_is_timestamp(call->args[0]->type)) return fl_bad_arguments(call, err);
    FL_TRY(prepare(b, call, 1, text ? FL_DT_SIMPLE : FL_DT_FORMATTER, false, false, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_date_format(const fl_expr *call) {
    return fl_is_text_arg(call, 0) ? format_text : format_timestamp;
}

/* ---- TO_DATE ---- */

static int to_date(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        if (!fl_date_parse(fl_view_str(fl_view_at(in[0], i)), &FL_DATA(out, int32_t)[i])) fl_kernel_null(out, i);
    });
    return 0;
}

/* What cannot be read is the least int64, and its low 32 bits of days a date. */
static int to_date_by_pattern(FL_KERNEL_ARGS) {
    pattern_of_row p = {0};
    FL_EACH_ROW(rows, i, {
        FL_TRY(find_pattern(ev, call->expr->extra, in[1], i, FL_DT_SIMPLE, &p, err));
        int64_t ms;
        if (!fl_dt_read_simple(p.pattern, fl_view_str(fl_view_at(in[0], i)), fl_tz_utc(), &ms)) ms = INT64_MIN;
        FL_DATA(out, int32_t)[i] = (int32_t)(uint32_t)(uint64_t)(ms / FL_MS_PER_DAY);
    });
    return 0;
}

static int infer_to_date(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(prepare(b, call, 1, FL_DT_SIMPLE, true, false, err));
    return fl_typed(b, call, fl_type_of(FL_T_DATE, true), true);
}

static fl_kernel_fn *choose_to_date(const fl_expr *call) { return call->n_args == 1 ? to_date : to_date_by_pattern; }

/* ---- TO_TIMESTAMP ---- */

static int to_timestamp(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_ts t;
        if (fl_ts_parse(fl_view_str(fl_view_at(in[0], i)), &t))
            FL_DATA(out, int64_t)[i] = t.ms;
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

/* Reads the text of row i by the pattern in in[1], else in the form of JDBC, else not. */
static bool read_by_pattern(fl_eval *ev, const fl_kernel_call *call, fl_column *const *in, int i, pattern_of_row *p,
                            fl_ts *t, fl_error *err) {
    fl_str s = fl_view_str(fl_view_at(in[0], i));
    if (find_pattern(ev, call->expr->extra, in[1], i, FL_DT_FORMATTER, p, err) < 0 || p->pattern == NULL) {
        p->pattern = NULL; /* no pattern: no answer, as in Flink */
        return false;
    }
    return fl_dt_read(p->pattern, s, t) || fl_dt_read_jdbc(s, t);
}

static int to_timestamp_by_pattern(FL_KERNEL_ARGS) {
    pattern_of_row p = {0};
    FL_EACH_ROW(rows, i, {
        fl_ts t;
        if (read_by_pattern(ev, call, in, i, &p, &t, err))
            FL_DATA(out, int64_t)[i] = t.ms;
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int infer_to_timestamp(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(prepare(b, call, 1, FL_DT_FORMATTER, true, true, err));
    return fl_typed(b, call, fl_type_time(b->arena, FL_T_TIMESTAMP, 3, true), true);
}

static fl_kernel_fn *choose_to_timestamp(const fl_expr *call) {
    return call->n_args == 1 ? to_timestamp : to_timestamp_by_pattern;
}

/* ---- TO_TIMESTAMP_LTZ(text [, pattern [, zone]]) ---- */

/* The zone of row i, remembered while its name does not change. */
typedef struct zone_of_row {
    const fl_tz *tz; /* NULL: the name is none's */
    fl_str name;     /* p NULL: no row yet */
} zone_of_row;

/* Like java.time's ZoneId. */
static const fl_tz *find_zone(fl_eval *ev, const fl_column *c, int i, zone_of_row *last) {
    fl_str name = fl_view_str(fl_view_at(c, i));
    if (last->name.p == NULL || !fl_str_eq(name, last->name))
        *last = (zone_of_row){fl_tz_find_or_null(fl_arena_strndup(ev->scratch, name.p, name.n)), name};
    return last->tz;
}

/* The text is UTC's unless a zone is given. Only one that is read without a pattern must be a timestamp. */
static int text_to_timestamp_ltz(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    pattern_of_row p = {0};
    zone_of_row z = {.tz = fl_tz_utc()};
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        fl_ts t;
        bool read = n_args == 1 ? fl_ts_parse(s, &t) : read_by_pattern(ev, call, in, i, &p, &t, err);
        if (!read && n_args == 1)
            return fl_kernel_fail(err, call, FL_ERR_VALUE_NOT_A_TIMESTAMP, (int)FL_MIN(s.n, (size_t)100), s.p);
        const fl_tz *zone = n_args == 3 ? find_zone(ev, in[2], i, &z) : z.tz;
        if (read && zone != NULL)
            FL_DATA(out, int64_t)[i] = fl_tz_to_utc(zone, t.ms);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int infer_text_to_timestamp_ltz(fl_bind *b, fl_expr *call, fl_error *err) {
    for (int i = 1; i < call->n_args; i++)
        if (!fl_is_text_arg(call, i)) return fl_invalid_arguments(call, err);
    FL_TRY(prepare(b, call, 1, FL_DT_FORMATTER, true, true, err));
    return fl_typed(b, call, fl_type_time(b->arena, FL_T_TIMESTAMP_LTZ, 3, true), true);
}

/* ---- TO_TIMESTAMP_LTZ(epoch [, precision]) ---- */

/* Years 0000 to 9999. Milliseconds that are not a number are 0, as in Java; seconds are none. */
#define LTZ_MIN_MS (-62167219200000LL)
#define LTZ_MAX_MS 253402300799999LL

static int to_timestamp_ltz(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        int precision = FL_DATA(in[1], int32_t)[fl_column_at(in[1], i)];
        if (precision != 0 && precision != 3) return fl_kernel_fail(err, call, FL_ERR_VALUE_LTZ_PRECISION, precision);
        int at = fl_column_at(in[0], i);
        bool fits;
        if (in[0]->phys == FL_P_F64) {
            double x = FL_DATA(in[0], double)[at], ms = precision == 0 ? 1000 * x : isnan(x) ? 0 : x;
            fits = ms > (double)LTZ_MIN_MS - 1 && ms < (double)LTZ_MAX_MS + 1;
            if (fits) FL_DATA(out, int64_t)[i] = (int64_t)ms;
        } else {
            fl_i128 ms = (fl_i128)FL_DATA(in[0], int64_t)[at] * (precision == 0 ? 1000 : 1);
            fits = ms >= LTZ_MIN_MS && ms <= LTZ_MAX_MS;
            if (fits) FL_DATA(out, int64_t)[i] = (int64_t)ms;
        }
        if (!fits) fl_kernel_null(out, i);
    });
    return 0;
}

static int infer_to_timestamp_ltz(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *bigint = fl_type_of(FL_T_BIGINT, true);
    if (call->n_args == 1 && fl_type_is(call->args[0]->type, FL_T_NULL)) FL_TRY(fl_coerce(b, call, 0, bigint, err));
    FL_TRY(fl_refuse_nulls(call, err));
    if (fl_is_text_arg(call, 0)) return infer_text_to_timestamp_ltz(b, call, err);
    if (call->n_args == 1) { /* milliseconds */
        fl_expr **args = FL_NEW_N(b->arena, fl_expr *, 2);
        args[0] = call->args[0];
        args[1] = fl_expr_int(b->arena, 3, fl_type_of(FL_T_INT, false));
        call->args = args;
        call->n_args = 2;
    }
    const fl_type *t = call->args[0]->type;
    if (call->n_args > 2 || !fl_type_is_numeric(t) || !fl_type_is_integer(call->args[1]->type))
        return fl_invalid_arguments(call, err);
    FL_TRY(fl_coerce(b, call, 0, fl_type_is_approximate(t) ? fl_type_of(FL_T_DOUBLE, true) : bigint, err));
    FL_TRY(fl_coerce(b, call, 1, fl_type_of(FL_T_INT, true), err));
    return fl_typed(b, call, fl_type_time(b->arena, FL_T_TIMESTAMP_LTZ, 3, true), true);
}

static fl_kernel_fn *choose_to_timestamp_ltz(const fl_expr *call) {
    return fl_is_text_arg(call, 0) ? text_to_timestamp_ltz : to_timestamp_ltz;
}

/* ---- FROM_UNIXTIME, UNIX_TIMESTAMP ---- */

static int from_unixtime(FL_KERNEL_ARGS) {
    pattern_of_row p = {0};
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        int64_t ms = (int64_t)((uint64_t)FL_DATA(in[0], int64_t)[fl_column_at(in[0], i)] * 1000u);
        fl_buf_reset(&b);
        rc = find_pattern(ev, call->expr->extra, call->expr->n_args == 2 ? in[1] : NULL, i, FL_DT_SIMPLE, &p, err);
        if (rc == 0) rc = fl_dt_print_simple(p.pattern, ms, ev->tz, &b, err);
        if (rc == 0) fl_column_put_str(out, i, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_from_unixtime(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 1, 2, err));
    FL_TRY(fl_need_bigint(b, call, 0, err));
    FL_TRY(prepare(b, call, 1, FL_DT_SIMPLE, false, false, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_from_unixtime(const fl_expr *call FL_UNUSED) { return from_unixtime; }

static int unix_now(FL_KERNEL_ARGS) {
    fl_make_constant(out);
    FL_DATA(out, int64_t)[0] = fl_floor_div(ev->now_ms, 1000);
    return 0;
}

static int unix_timestamp(FL_KERNEL_ARGS) {
    const date_text *d = call->expr->extra;
    pattern_of_row p = {0};
    FL_EACH_ROW(rows, i, {
        FL_TRY(find_pattern(ev, d, call->expr->n_args == 2 ? in[1] : NULL, i, FL_DT_SIMPLE, &p, err));
        int64_t ms;
        bool ok = fl_dt_read_simple(p.pattern, fl_view_str(fl_view_at(in[0], i)), ev->tz, &ms);
        FL_DATA(out, int64_t)[i] = ok ? ms / 1000 : INT64_MIN;
    });
    return 0;
}

static const fl_function unix_now_form;

static int infer_unix_timestamp(fl_bind *b, fl_expr *call, fl_error *err) {
    if (call->n_args == 0) {
        call->fn = &unix_now_form;
        return fl_typed(b, call, fl_type_of(FL_T_BIGINT, true), false);
    }
    FL_TRY(fl_need_texts(call, 0, 2, err));
    FL_TRY(prepare(b, call, 1, FL_DT_SIMPLE, true, false, err));
    return fl_typed(b, call, fl_type_of(FL_T_BIGINT, true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_unix_timestamp(const fl_expr *call) {
    return call->n_args == 0 ? unix_now : unix_timestamp;
}

/* ---- CONVERT_TZ(text, from, to) ---- */

static const fl_tz *find_legacy_zone(fl_eval *ev, const fl_column *c, int i, zone_of_row *last) {
    fl_str name = fl_view_str(fl_view_at(c, i));
    if (last->name.p != NULL && fl_str_eq(name, last->name)) return last->tz;
    const fl_tz *tz = fl_tz_find_legacy(fl_arena_strndup(ev->scratch, name.p, name.n));
    *last = (zone_of_row){tz != NULL ? tz : fl_tz_utc(), name};
    return last->tz;
}

static int convert_tz(FL_KERNEL_ARGS) {
    const fl_dt_pattern *p = ((const date_text *)call->expr->extra)->standard;
    zone_of_row from = {0}, to = {0};
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        int64_t ms;
        if (!fl_dt_read_simple(p, fl_view_str(fl_view_at(in[0], i)), find_legacy_zone(ev, in[1], i, &from), &ms)) {
            fl_kernel_null(out, i);
            continue;
        }
        fl_buf_reset(&b);
        rc = fl_dt_print_simple(p, ms, find_legacy_zone(ev, in[2], i, &to), &b, err);
        fl_column_put_str(out, i, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    return rc;
}

/* Notes that the name which is written there is none of a zone. */
static void check_zone(fl_bind *b, const fl_expr *call, int arg) {
    const fl_value *v = fl_expr_value(call->args[arg]);
    if (v == NULL || v->is_null) return;
    const char *name = fl_arena_strndup(b->arena, v->s.p, v->s.n);
    const fl_tz *tz;
    fl_error err;
    if (fl_tz_find_legacy(name) != NULL) return;
    const char *advice = fl_tz_find(name, &tz, &err) == 0 ? "write GMT before an offset" : err.hint;
    fl_bind_note(b, fl_arena_printf(b->arena, "%s: '%s' is none of Java's time zones, UTC is taken%s%s", call->fn->name,
                                    name, advice[0] != '\0' ? ": " : "", advice));
}

static int infer_convert_tz(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_need_texts(call, 0, 3, err));
    for (int i = 1; i < 3; i++) check_zone(b, call, i);
    FL_TRY(prepare(b, call, call->n_args, FL_DT_SIMPLE, true, false, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_convert_tz(const fl_expr *call FL_UNUSED) { return convert_tz; }

/* ---- the table ---- */

#define ROW(word, least, most, flags_, rule, pick, form, text)                                                         \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = flags_, .infer = rule, .choose = pick,             \
        .signature = form, .doc = text                                                                                 \
    }
#define SAFE  (FL_FN_STRICT | FL_FN_COSTLY)
#define RISKY (SAFE | FL_FN_FALLIBLE)
#define UNIX_TIMESTAMP(flags)                                                                                          \
    ROW("UNIX_TIMESTAMP", 0, 2, flags, infer_unix_timestamp, choose_unix_timestamp,                                    \
        "'UNIX_TIMESTAMP()', 'UNIX_TIMESTAMP(<CHARACTER>, <CHARACTER>)'",                                              \
        "Seconds since 1970, now or of a text in the session's time zone.")

static const fl_function unix_now_form = UNIX_TIMESTAMP(FL_FN_DYNAMIC);

FL_FUNCTION_TABLE(datetext) = {
    ROW("DATE_FORMAT", 2, 2, RISKY, infer_date_format, choose_date_format, "'DATE_FORMAT(<TIMESTAMP>, <CHARACTER>)'",
        "A timestamp as text by a pattern."),
    ROW("TO_DATE", 1, 2, RISKY, infer_to_date, choose_to_date, "'TO_DATE(<CHARACTER>, <CHARACTER>)'",
        "The date in a text, by a pattern or as y-m-d."),
    ROW("TO_TIMESTAMP", 1, 2, SAFE, infer_to_timestamp, choose_to_timestamp, "'TO_TIMESTAMP(<CHARACTER>, <CHARACTER>)'",
        "The timestamp in a text, by a pattern or as y-m-d h:m:s.f; NULL if there is none."),
    ROW("TO_TIMESTAMP_LTZ", 1, 3, RISKY, infer_to_timestamp_ltz, choose_to_timestamp_ltz,
        "'TO_TIMESTAMP_LTZ(<NUMERIC>, <INTEGER>)', 'TO_TIMESTAMP_LTZ(<CHARACTER>, <CHARACTER>, <CHARACTER>)'",
        "The instant of a number of seconds (0) or milliseconds (3), or of a text by a pattern in a time zone."),
    ROW("FROM_UNIXTIME", 1, 2, RISKY, infer_from_unixtime, choose_from_unixtime,
        "'FROM_UNIXTIME(<INTEGER>, <CHARACTER>)'", "Seconds since 1970 as text in the session's time zone."),
    UNIX_TIMESTAMP(RISKY),
    ROW("CONVERT_TZ", 3, 3, RISKY, infer_convert_tz, choose_convert_tz,
        "'CONVERT_TZ(<CHARACTER>, <CHARACTER>, <CHARACTER>)'", "A wall time of one zone in another one."),
    {0},
};
