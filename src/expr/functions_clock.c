/* SPDX-License-Identifier: Apache-2.0 */
/* functions_clock.c -- what time it is, and how far event time has come.
 *
 * What:       the clock is read once for a batch (fl_eval.now_ms), so all rows of a batch see one time; in batch mode
 *             the functions that Flink evaluates once per query give the time when the job started.
 * Interface:  the table at the end. All are computed as one constant value, but CURRENT_WATERMARK, which reads the
 *             marks of the batch: its value for a row is the watermark before the row's own mark, NULL while there is
 *             none.
 */
#include "expr/functions_int.h"

#include "messages/function.h"

/* call->extra of a function that batch mode evaluates once. */
static const char once_per_query;

static int64_t clock_ms(const fl_eval *ev, const fl_kernel_call *call) {
    return call->expr->extra == &once_per_query ? ev->start_ms : ev->now_ms;
}

static int instant(FL_KERNEL_ARGS) {
    fl_make_constant(out);
    FL_DATA(out, int64_t)[0] = clock_ms(ev, call);
    return 0;
}

static int local_timestamp(FL_KERNEL_ARGS) {
    fl_make_constant(out);
    FL_DATA(out, int64_t)[0] = fl_tz_to_local(ev->tz, clock_ms(ev, call));
    return 0;
}

static int local_date(FL_KERNEL_ARGS) {
    fl_make_constant(out);
    FL_DATA(out, int32_t)[0] = (int32_t)fl_floor_div(fl_tz_to_local(ev->tz, clock_ms(ev, call)), FL_MS_PER_DAY);
    return 0;
}

static int local_time(FL_KERNEL_ARGS) {
    fl_make_constant(out);
    FL_DATA(out, int32_t)[0] = (int32_t)fl_floor_mod(fl_tz_to_local(ev->tz, clock_ms(ev, call)), FL_MS_PER_DAY);
    return 0;
}

static int watermark(FL_KERNEL_ARGS) {
    int64_t now = ev->watermark;
    int m = 0;
    for (int k = 0; k < rows.n; k++) {
        int i = fl_row_at(rows, k);
        for (; m < ev->batch->n_marks && ev->batch->marks[m].row < i; m++) now = ev->batch->marks[m].watermark;
        FL_DATA(out, int64_t)[i] = now;
        if (now == FL_WATERMARK_MIN) fl_kernel_null(out, i);
    }
    return 0;
}

/* ---- type rules ---- */

static int infer_now(fl_bind *b, fl_expr *call, fl_error *err) {
    (void)err;
    const char *name = call->fn->name;
    bool per_row = strcmp(name, "CURRENT_ROW_TIMESTAMP") == 0 || strcmp(name, "PROCTIME") == 0;
    if (b->batch && !per_row) call->extra = &once_per_query;
    if (strcmp(name, "CURRENT_DATE") == 0)
        call->type = fl_type_of(FL_T_DATE, false);
    else if (strcmp(name, "CURRENT_TIME") == 0 || strcmp(name, "LOCALTIME") == 0)
        call->type = fl_type_time(b->arena, FL_T_TIME, 0, false);
    else if (strcmp(name, "LOCALTIMESTAMP") == 0)
        call->type = fl_type_time(b->arena, FL_T_TIMESTAMP, 3, false);
    else
        call->type = fl_type_time(b->arena, FL_T_TIMESTAMP_LTZ, 3, false);
    if (name[0] == 'P') call->type = fl_type_attr(b->arena, call->type, FL_ATTR_PROCTIME);
    return 0;
}

static fl_kernel_fn *choose_now(const fl_expr *call) {
    switch (call->type->kind) {
    case FL_T_DATE: return local_date;
    case FL_T_TIME: return local_time;
    case FL_T_TIMESTAMP: return local_timestamp;
    default: return instant;
    }
}

static int infer_watermark(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type;
    if (t->attr != FL_ATTR_ROWTIME) {
        fl_buf text;
        fl_buf_init(&text);
        fl_type_print(&text, t, FL_TYPE_SUMMARY);
        fl_fail(err, FL_ERR_FUNCTION_WATERMARK_ARGUMENT, fl_buf_cstr(&text));
        fl_buf_deinit(&text);
        return fl_error_at(err, call->span);
    }
    call->type = fl_type_time(b->arena, t->kind, 3, true);
    return 0;
}

static fl_kernel_fn *choose_watermark(const fl_expr *call FL_UNUSED) { return watermark; }

#define NOW(word, form, text)                                                                                          \
    { .name = word, .flags = FL_FN_DYNAMIC, .infer = infer_now, .choose = choose_now, .signature = form, .doc = text }

FL_FUNCTION_TABLE(clock) = {
    NOW("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", "The current instant."),
    NOW("NOW", "NOW()", "The current instant."),
    NOW("CURRENT_ROW_TIMESTAMP", "CURRENT_ROW_TIMESTAMP()", "The current instant, in batch mode too."),
    NOW("CURRENT_DATE", "CURRENT_DATE", "Today in the session's time zone."),
    NOW("CURRENT_TIME", "CURRENT_TIME", "The wall time in the session's time zone."),
    NOW("LOCALTIME", "LOCALTIME", "The wall time in the session's time zone."),
    NOW("LOCALTIMESTAMP", "LOCALTIMESTAMP", "Date and wall time in the session's time zone."),
    NOW("PROCTIME", "PROCTIME()", "The processing time, as a time attribute."),
    {.name = "CURRENT_WATERMARK",
     .min_args = 1,
     .max_args = 1,
     .flags = FL_FN_MARKS,
     .infer = infer_watermark,
     .choose = choose_watermark,
     .signature = "CURRENT_WATERMARK(rowtime)",
     .doc = "The watermark that the row found on its arrival; NULL if there was none."},
    {0},
};
