/* SPDX-License-Identifier: Apache-2.0 */
/* splits.c -- the table of a source's splits, and who is told when it changes. */
#include "exec/splits.h"

#include <stdlib.h>

static void changed(fl_splits *s) {
    for (fl_split_watch *w = s->watches; w != NULL; w = w->next) {
        w->changed = true;
        w->op->timer_ms = INT64_MIN;
    }
}

void fl_splits_deinit(fl_splits *s) {
    for (int i = 0; i < s->n; i++) {
        free(s->splits[i].id);
        free(s->splits[i].after);
    }
    free(s->splits);
    *s = (fl_splits){0};
}

int fl_splits_start(fl_splits *s, const char *id, const char *after) {
    if (s->n == s->cap) {
        s->cap = FL_MAX(2 * s->cap, 8);
        s->splits = fl_realloc(s->splits, sizeof *s->splits * (size_t)s->cap);
    }
    s->splits[s->n++] = (fl_split){fl_strdup(id), after != NULL ? fl_strdup(after) : NULL, true};
    changed(s);
    return s->n;
}

void fl_splits_end(fl_splits *s, int number) {
    fl_assert(number > 0 && number <= s->n);
    s->splits[number - 1].active = false;
    changed(s);
}

void fl_splits_known(fl_splits *s) {
    if (s->known) return;
    s->known = true;
    changed(s);
}

void fl_splits_watch(fl_splits *s, fl_split_watch *watch, fl_op *op) {
    *watch = (fl_split_watch){.op = op, .changed = true, .next = s->watches};
    s->watches = watch;
    op->timer_ms = INT64_MIN;
}
