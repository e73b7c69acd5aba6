/* SPDX-License-Identifier: Apache-2.0 */
/* json_find.c -- what a JSON path finds in a document.
 *
 * Two ways:   a path of names and positions is followed in the text itself, in the one pass that checks the document:
 *             values beside the path are skipped, and a name that comes again begins anew, for the last one counts.
 *             Any other path is followed in a tree, and so is every path in a document of which a pass over its text is
 *             not sure.
 * Rules:      JsonPath's. A path that may find several values (a star, a slice, a filter, ..) gives an array, however
 *             many there are. What is missing is an exception in strict mode, unless a step before it may find several
 *             values; in lax mode nothing is found. The rest is told where it is done.
 * Limits:     steps of a search are counted: no path may run for ever.
 */
#include <math.h>

#include "expr/json_int.h"
#include "expr/json_skip.h"
#include "messages/json.h"

enum { SEARCH_STEPS_MAX = 20000000, TEXT_STEPS_MAX = 64 /* each is a nested call */ };

/* ---- in the text ---- */

typedef struct text_search {
    const fl_json_path *path;
    const char *end;
    fl_str found;  /* the value as it is written */
    bool plain;    /* a string without escapes */
    int why, step; /* why not; 0: found */
} text_search;

static const char *follow(text_search *s, const char *p, int step);

static const char *follow_name(text_search *s, const char *p, int step) {
    const char *end = s->end;
    const fl_str wanted = s->path->steps[step].names[0];
    bool more, escaped = false;
    s->why = step + 1 == s->path->n ? WHY_NO_RESULT : WHY_NO_PROPERTY;
    s->step = step;
    p = json_skip_open(p, end, '}', &more);
    while (p != NULL && more) {
        const char *name = p + 1;
        if ((p = json_skip_name(p, end, &escaped)) == NULL || escaped) return NULL;
        const bool same = fl_str_eq(fl_str_make(name, (size_t)(p - 1 - name)), wanted);
        if ((p = json_skip_colon(p, end)) == NULL) return NULL;
        p = same ? follow(s, p, step + 1) : json_skip_value(p, end, JSON_SKIP_DEPTH);
        if (p != NULL) p = json_skip_comma(p, end, '}', &more);
    }
    return p;
}

static const char *follow_index(text_search *s, const char *p, int step) {
    const char *end = s->end;
    bool more;
    s->why = WHY_NO_RESULT;
    s->step = s->path->n - 1;
    p = json_skip_open(p, end, ']', &more);
    for (int left = s->path->steps[step].indexes[0]; p != NULL && more; left--) {
        p = left == 0 ? follow(s, p, step + 1) : json_skip_value(p, end, JSON_SKIP_DEPTH);
        if (p != NULL) p = json_skip_comma(p, end, ']', &more);
    }
    return p;
}

/* Follows the path from `step` on into the value at p, and goes over that value. NULL: it cannot be done so, for it is no
 * JSON, too deep, or has names with escapes. */
static const char *follow(text_search *s, const char *p, int step) {
    const char *behind;
    const char first = p < s->end ? *p : '\0';
    if (step < s->path->n) {
        const bool name = s->path->steps[step].kind == STEP_NAMES;
        if (name && first == '{') return follow_name(s, p, step);
        if (!name && first == '[') return follow_index(s, p, step);
        s->why = name ? WHY_NO_OBJECT : first == 'n' ? WHY_NULL_ARRAY : WHY_NO_ARRAY;
        s->step = step;
        return json_skip_value(p, s->end, JSON_SKIP_DEPTH);
    }
    bool escaped = false;
    behind = first == '"' ? json_skip_string(p, s->end, &escaped) : json_skip_value(p, s->end, JSON_SKIP_DEPTH);
    if (behind == NULL) return NULL;
    s->why = 0;
    s->found = fl_str_make(p, (size_t)(behind - p));
    s->plain = first == '"' && !escaped;
    return behind;
}

/* ---- in a tree ---- */

/* One path on its way: the values found so far. */
typedef struct walk {
    json_search *s;
    const fl_json_path *path;
    int n; /* steps that are followed: all, or without a function at the end */
    bool require;
    fl_json_node *found;
    int n_found, cap_found;
    int *upstream; /* for each step: the position in the array that .. gave it; -1: none */
} walk;

static int step_into(walk *w, int step, const fl_json_node *model);

static int fail_step(walk *w, int code, int why, int step) {
    w->s->why = why;
    w->s->step = step;
    return code;
}

static int count_step(walk *w) {
    if (w->s->steps-- > 0) return 0;
    return fl_fail(w->s->err, FL_ERR_JSON_SEARCH, (int)FL_MIN(w->path->spec.n, (size_t)100), w->path->spec.p,
                   SEARCH_STEPS_MAX);
}

static void add_found(walk *w, const fl_json_node *v) { FL_PUSH(w->s->arena, w->found, w->n_found, w->cap_found, *v); }

/* Behind the step: the value is found, or the next step looks into it. */
static int go_on(walk *w, int step, const fl_json_node *v) {
    FL_TRY(count_step(w));
    if (step + 1 < w->n) return step_into(w, step + 1, v);
    add_found(w, v);
    return 0;
}

/* Whether a missing or unfit value is passed over. */
static bool is_forgiven(const walk *w, int step) { return w->s->lax || !w->path->steps[step].upstream_definite; }

/* A value that .. found by its position counts at the end of the path only if the step before names that position:
 * JsonPath lets ..[0].a find the a of the first element only, and ..[*].a nothing in arrays. */
static bool comes_from_named_position(const walk *w, int step) {
    if (w->upstream[step] < 0) return true;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_printf(&b, "[%d]", w->upstream[step]);
    bool same = step > 0 && strcmp(fl_buf_cstr(&b), w->path->steps[w->n - 2].text) == 0;
    fl_buf_deinit(&b);
    return same;
}

static int step_member(walk *w, int step, const fl_json_node *object, fl_str name) {
    const fl_json_node *v = fl_json_member(object, name);
    w->s->steps -= object->n / 8;
    bool leaf = step + 1 == w->n;
    if (v == NULL) {
        const json_step *s = &w->path->steps[step];
        bool fine = leaf ? !w->require : !(s->upstream_definite && s->definite) && !w->require;
        if (fine || w->s->lax) return 0;
        return fail_step(w, JSON_MISSING, leaf ? WHY_NO_RESULT : WHY_NO_PROPERTY, step);
    }
    if (leaf && !comes_from_named_position(w, step)) return 0;
    return go_on(w, step, v);
}

/* ['a','b'] at the end: an object of those that there are. */
static int merge_members(walk *w, const json_step *s, const fl_json_node *object) {
    fl_json_node merged = {.kind = FL_JSON_OBJECT};
    merged.items = FL_NEW_N(w->s->arena, fl_json_node, s->n);
    merged.names = FL_NEW_N(w->s->arena, fl_str, s->n);
    for (int i = 0; i < s->n; i++) {
        const fl_json_node *v = fl_json_member(object, s->names[i]);
        w->s->steps -= object->n / 8 + 1;
        if (v == NULL && w->require) return fail_step(w, JSON_MISSING, WHY_NO_PROPERTY, w->n - 1);
        if (v == NULL || fl_json_member(&merged, s->names[i]) != NULL) continue;
        merged.names[merged.n] = s->names[i];
        merged.items[merged.n++] = *v;
    }
    FL_TRY(count_step(w));
    add_found(w, &merged);
    return 0;
}

static int step_names(walk *w, int step, const fl_json_node *model) {
    const json_step *s = &w->path->steps[step];
    if (model->kind != FL_JSON_OBJECT)
        return is_forgiven(w, step) ? 0 : fail_step(w, JSON_MISSING, WHY_NO_OBJECT, step);
    if (s->n > 1 && step + 1 == w->n) return merge_members(w, s, model);
    for (int i = 0; i < s->n; i++) FL_TRY(step_member(w, step, model, s->names[i]));
    return 0;
}

/* An item by its position, from the end if it is negative. */
static int step_item(walk *w, int step, const fl_json_node *array, int64_t at) {
    if (at < 0) at += array->n;
    return at >= 0 && at < array->n ? go_on(w, step, &array->items[at]) : 0;
}

static int step_positions(walk *w, int step, const fl_json_node *model) {
    const json_step *s = &w->path->steps[step];
    if (model->kind != FL_JSON_ARRAY) {
        int why = model->kind == FL_JSON_NULL ? WHY_NULL_ARRAY : WHY_NO_ARRAY;
        return is_forgiven(w, step) ? 0 : fail_step(w, JSON_MISSING, why, step);
    }
    if (s->kind == STEP_INDEXES) {
        for (int i = 0; i < s->n; i++) FL_TRY(step_item(w, step, model, s->indexes[i]));
        return 0;
    }
    int64_t from = s->has_from ? s->from : 0, to = s->has_to ? FL_MIN(s->to, model->n) : model->n;
    if (!s->has_to) from = from < 0 ? FL_MAX(from + model->n, 0) : from;
    if (!s->has_from && s->to < 0) to = (int64_t)s->to + model->n;
    from = FL_MAX(from, -(int64_t)model->n);
    for (; from < to; from++) { /* [-1:2] counts from the end to zero, and on */
        FL_TRY(count_step(w));
        FL_TRY(step_item(w, step, model, from));
    }
    return 0;
}

static int step_star(walk *w, int step, const fl_json_node *model) {
    if (fl_json_is_scalar(model->kind)) return 0;
    for (int i = 0; i < model->n; i++) {
        bool object = model->kind == FL_JSON_OBJECT;
        if (object && step + 1 == w->n && !comes_from_named_position(w, step)) continue;
        int rc = go_on(w, step, &model->items[i]);
        if (rc == JSON_MISSING && !object && !w->require) rc = 0;
        FL_TRY(rc);
    }
    return 0;
}

static int step_filter(walk *w, int step, const fl_json_node *model) {
    const json_filter *f = w->path->steps[step].filter;
    int rc;
    if (model->kind == FL_JSON_OBJECT) {
        FL_TRY(rc = fl_json_filter_accepts(w->s, f, model));
        return rc > 0 ? go_on(w, step, model) : 0;
    }
    if (model->kind != FL_JSON_ARRAY)
        return w->path->steps[step].upstream_definite ? fail_step(w, JSON_INVALID, WHY_PRIMITIVE, step) : 0;
    for (int i = 0; i < model->n; i++) {
        FL_TRY(count_step(w));
        FL_TRY(rc = fl_json_filter_accepts(w->s, f, &model->items[i]));
        if (rc > 0) FL_TRY(go_on(w, step, &model->items[i]));
    }
    return 0;
}

/* ---- .. ---- */

/* Whether the step behind .. is tried on this value: 1, 0, or an error. */
static int is_target(walk *w, int step, const fl_json_node *model) {
    const json_step *s = &w->path->steps[step];
    switch (s->kind) {
    case STEP_NAMES:
        if (model->kind != FL_JSON_OBJECT) return 0;
        for (int i = 0; i < s->n && (s->n == 1 || step + 1 == w->n); i++)
            if (fl_json_member(model, s->names[i]) == NULL) return 0;
        return 1;
    case STEP_INDEXES:
    case STEP_SLICE: return model->kind == FL_JSON_ARRAY;
    case STEP_STAR: return 1;
    case STEP_FILTER: return fl_json_filter_accepts(w->s, s->filter, model);
    default: return 0;
    }
}

/* Tries the step on a value and all that is in it. In an array, JsonPath goes to the step after the next at once. */
static int scan(walk *w, int step, const fl_json_node *model) {
    if (fl_json_is_scalar(model->kind)) return 0;
    FL_TRY(count_step(w));
    int target = is_target(w, step, model);
    FL_TRY(target);
    if (target > 0 && (model->kind == FL_JSON_OBJECT || step + 1 == w->n)) {
        FL_TRY(step_into(w, step, model));
    } else if (target > 0) {
        for (int i = 0; i < model->n; i++) {
            w->upstream[step + 1] = i;
            FL_TRY(step_into(w, step + 1, &model->items[i]));
        }
    }
    for (int i = 0; i < model->n; i++) FL_TRY(scan(w, step, &model->items[i]));
    return 0;
}

/* ---- functions ---- */

/* Numbers of an array, gathered as JsonPath does: max begins at the least positive double. */
typedef struct numbers {
    double n, sum, squares, least, greatest;
} numbers;

static void gather(numbers *x, const fl_json_node *array) {
    for (int i = 0; array->kind == FL_JSON_ARRAY && i < array->n; i++) {
        const fl_json_node *v = &array->items[i];
        double d = v->d;
        if (v->kind != FL_JSON_INT && v->kind != FL_JSON_FLOAT) continue;
        if (v->kind == FL_JSON_INT) fl_double_parse(v->text, &d);
        x->n++;
        x->sum += d;
        x->squares += d * d;
        x->least = x->least > d ? d : x->least;
        x->greatest = x->greatest < d ? d : x->greatest;
    }
}

static double aggregate(const numbers *x, json_function f) {
    switch (f) {
    case FUNCTION_AVG: return x->sum / x->n;
    case FUNCTION_MAX: return x->greatest;
    case FUNCTION_MIN: return x->least;
    case FUNCTION_SUM: return x->sum;
    default: return sqrt(x->squares / x->n - x->sum * x->sum / x->n / x->n);
    }
}

static fl_json_node keys_of(walk *w, const fl_json_node *object) {
    fl_json_node keys = {.kind = FL_JSON_ARRAY, .n = object->n};
    keys.items = FL_NEW_N(w->s->arena, fl_json_node, object->n);
    for (int i = 0; i < object->n; i++)
        keys.items[i] = (fl_json_node){.kind = FL_JSON_STRING, .text = object->names[i]};
    return keys;
}

/* `scanned`: what `$..path` found, if the function is called on that; else NULL. */
static int call_function(walk *w, int step, const fl_json_node *model, const fl_json_node *scanned, fl_json_node *out) {
    json_function f = w->path->steps[step].function;
    const fl_json_node *counted = scanned != NULL ? scanned : model;
    *out = (fl_json_node){.kind = FL_JSON_NULL};
    switch (f) {
    case FUNCTION_NONE: return fail_step(w, JSON_INVALID, WHY_NO_FUNCTION, step);
    case FUNCTION_LENGTH:
        if (!fl_json_is_scalar(counted->kind))
            *out = (fl_json_node){.kind = FL_JSON_INT,
                                  .text = fl_str_from(fl_arena_printf(w->s->arena, "%d", counted->n))};
        return 0;
    case FUNCTION_KEYS:
        if (model->kind == FL_JSON_OBJECT) *out = keys_of(w, model);
        return 0;
    case FUNCTION_FIRST:
    case FUNCTION_LAST: {
        bool first = f == FUNCTION_FIRST; /* the last one of one is refused, too */
        if (model->kind != FL_JSON_ARRAY || model->n < (first ? 1 : 2))
            return fail_step(w, JSON_THROWN, WHY_EMPTY, step);
        *out = model->items[first ? 0 : model->n - 1];
        return 0;
    }
    default: break;
    }
    numbers x = {.least = 0x1.fffffffffffffp+1023, .greatest = 0x0.0000000000001p-1022};
    gather(&x, model);
    if (scanned != NULL) gather(&x, scanned);
    if (x.n == 0) return fail_step(w, JSON_THROWN, WHY_EMPTY, step);
    *out = (fl_json_node){.kind = FL_JSON_FLOAT, .d = aggregate(&x, f)};
    return 0;
}

static int step_function(walk *w, int step, const fl_json_node *model) {
    fl_json_node v;
    FL_TRY(call_function(w, step, model, NULL, &v));
    add_found(w, &v);
    return step + 1 < w->n ? step_into(w, step + 1, &v) : 0;
}

/* ---- all steps ---- */

static int step_into(walk *w, int step, const fl_json_node *model) {
    switch (w->path->steps[step].kind) {
    case STEP_NAMES: return step_names(w, step, model);
    case STEP_INDEXES:
    case STEP_SLICE: return step_positions(w, step, model);
    case STEP_STAR: return step_star(w, step, model);
    case STEP_SCAN: return step + 1 < w->n ? scan(w, step + 1, model) : 0;
    case STEP_FILTER: return step_filter(w, step, model);
    case STEP_FUNCTION: return step_function(w, step, model);
    }
    fl_assert(!"a step");
}

/* `$..path.f()` is f() of the document with what the path finds as an argument; length() counts what is inside of
 * that. */
static int follow_scanned(walk *w, const fl_json_node *item, fl_json_node *out) {
    fl_json_path inner = *w->path;
    const json_step *last = &inner.steps[--inner.n];
    fl_json_node scanned, merged = {.kind = FL_JSON_ARRAY};
    inner.scanned = inner.definite = false;
    if (last->function == FUNCTION_NONE) return fail_step(w, JSON_INVALID, WHY_NO_FUNCTION, inner.n);
    FL_TRY(fl_json_follow(w->s, &inner, item, false, &scanned));
    for (int i = 0, cap = 0; last->function == FUNCTION_LENGTH && i < scanned.n; i++)
        for (int k = 0; !fl_json_is_scalar(scanned.items[i].kind) && k < scanned.items[i].n; k++)
            FL_PUSH(w->s->arena, merged.items, merged.n, cap, scanned.items[i].items[k]);
    return call_function(w, inner.n, item, last->function == FUNCTION_LENGTH ? &merged : &scanned, out);
}

int fl_json_follow(json_search *s, const fl_json_path *p, const fl_json_node *item, bool require, fl_json_node *out) {
    walk w = {.s = s, .path = p, .n = p->n, .require = require};
    if (p->scanned) return follow_scanned(&w, item, out);
    w.upstream = FL_NEW_N(s->arena, int, p->n + 1);
    for (int i = 0; i <= p->n; i++) w.upstream[i] = -1;
    if (p->n == 0)
        add_found(&w, item);
    else
        FL_TRY(step_into(&w, 0, item));
    if (!p->definite) {
        *out = (fl_json_node){.kind = FL_JSON_ARRAY, .n = w.n_found, .items = w.found};
        return 0;
    }
    *out = (fl_json_node){.kind = FL_JSON_NULL};
    if (w.n_found == 0) return s->lax ? 0 : fail_step(&w, JSON_MISSING, WHY_NO_RESULT, p->n - 1);
    *out = w.found[w.n_found - 1];
    return 0;
}

/* ---- whole searches ---- */

static int fail_with(fl_json_result *out, int why, int step) {
    out->outcome = FL_JSON_FAILED;
    out->why = why;
    out->step = step;
    return 0;
}

/* The document is no JSON: nothing for lax, an exception for strict. */
static int no_json(const fl_json_path *p, fl_json_result *out, int rc, fl_error *err) {
    if (rc != FL_E_RUNTIME) {
        *err = out->error;
        return rc;
    }
    if (p->lax) return 0;
    return fail_with(out, WHY_NO_JSON, 0);
}

/* 1: done; 0: it is for search_tree. */
static int search_text(const fl_json_path *p, fl_str document, bool whole, fl_arena *a, fl_json_result *out,
                       fl_error *err) {
    text_search s = {.path = p, .end = document.p + document.n};
    const char *from = json_skip_blanks(document.p, s.end);
    const bool brackets = from < s.end && (*from == '{' || *from == '[');
    if (!brackets || p->n > TEXT_STEPS_MAX || follow(&s, from, 0) == NULL) return 0;
    if (s.why != 0) {
        if (!p->lax) fail_with(out, s.why, s.step);
        return 1;
    }
    out->outcome = FL_JSON_FOUND;
    const char first = s.found.p[0];
    if (s.plain) {
        out->value = (fl_json_node){.kind = FL_JSON_STRING, .text = fl_str_make(s.found.p + 1, s.found.n - 2)};
        return 1;
    }
    if (!whole && (first == '[' || first == '{')) {
        out->value = (fl_json_node){.kind = first == '[' ? FL_JSON_ARRAY : FL_JSON_OBJECT};
        return 1;
    }
    json_reader r = fl_json_reader_make(s.found, a, err);
    FL_TRY(fl_json_value(&r, &out->value));
    return 1;
}

static int search_tree(const fl_json_path *p, fl_str document, fl_arena *a, fl_json_result *out, fl_error *err) {
    fl_json_node *root = FL_NEW(a, fl_json_node);
    int rc = fl_json_parse(a, document, root, &out->error);
    if (rc < 0) return no_json(p, out, rc, err);
    if (root->kind == FL_JSON_NULL) return fail_with(out, WHY_NULL_DOCUMENT, 0);
    if (p->bad) return fail_with(out, WHY_NO_PATH, 0);
    json_search s = {.root = root, .arena = a, .err = err, .lax = p->lax, .steps = SEARCH_STEPS_MAX};
    rc = fl_json_follow(&s, p, root, false, &out->value);
    if (rc == JSON_MISSING || rc == JSON_INVALID || rc == JSON_THROWN) return fail_with(out, s.why, s.step);
    FL_TRY(rc);
    out->outcome = FL_JSON_FOUND;
    return 0;
}

int fl_json_find(const fl_json_path *p, fl_str document, bool whole, fl_arena *a, fl_json_result *out, fl_error *err) {
    out->outcome = FL_JSON_NOTHING;
    int done = p->simple ? search_text(p, document, whole, a, out, err) : 0;
    FL_TRY(done);
    if (done == 0) FL_TRY(search_tree(p, document, a, out, err));
    if (out->outcome != FL_JSON_FOUND || out->value.kind != FL_JSON_NULL) return 0;
    out->outcome = FL_JSON_NOTHING;
    return p->lax ? 0 : fail_with(out, WHY_NULL_RESULT, 0);
}

/* ---- reasons ---- */

/* The path up to a step. */
static void print_path(fl_buf *out, const fl_json_path *p, int n) {
    fl_buf_putc(out, '$');
    for (int i = 0; i < n; i++) fl_buf_puts(out, p->steps[i].text);
}

int fl_json_fail(const fl_json_path *p, const fl_json_result *r, fl_error *err) {
    fl_buf here, behind, whole; /* the path before the step, with it, and to its end */
    const char *step = r->step < p->n ? p->steps[r->step].text : "";
    fl_buf_init(&here);
    fl_buf_init(&behind);
    fl_buf_init(&whole);
    print_path(&here, p, FL_MIN(r->step, p->n));
    print_path(&behind, p, FL_MIN(r->step + 1, p->n));
    print_path(&whole, p, p->n);
    switch (r->why) {
    case WHY_NO_JSON: *err = r->error; break;
    case WHY_NULL_DOCUMENT: fl_fail(err, FL_ERR_JSON_NULL_DOCUMENT); break;
    case WHY_NO_PATH: fl_fail(err, FL_ERR_JSON_PATH, (int)FL_MIN(p->spec.n, (size_t)200), p->spec.p); break;
    case WHY_NO_PROPERTY: fl_fail(err, FL_ERR_JSON_NO_PROPERTY, fl_buf_cstr(&behind)); break;
    case WHY_NO_OBJECT: fl_fail(err, FL_ERR_JSON_NO_OBJECT, step, fl_buf_cstr(&here)); break;
    case WHY_NO_ARRAY: fl_fail(err, FL_ERR_JSON_NO_ARRAY, step); break;
    case WHY_NULL_ARRAY: fl_fail(err, FL_ERR_JSON_NULL_ARRAY, fl_buf_cstr(&here)); break;
    case WHY_NULL_RESULT: fl_fail(err, FL_ERR_JSON_NULL_RESULT); break;
    case WHY_PRIMITIVE: fl_fail(err, FL_ERR_JSON_PRIMITIVE, step); break;
    case WHY_NO_FUNCTION: fl_fail(err, FL_ERR_JSON_NO_FUNCTION, step); break;
    case WHY_EMPTY: fl_fail(err, FL_ERR_JSON_AGGREGATE); break;
    case WHY_FILTER: fl_fail(err, FL_ERR_JSON_FILTER); break;
    default: fl_fail(err, FL_ERR_JSON_NO_RESULT, fl_buf_cstr(&whole)); break;
    }
    fl_buf_deinit(&here);
    fl_buf_deinit(&behind);
    fl_buf_deinit(&whole);
    return err->code;
}
