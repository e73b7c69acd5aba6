/* SPDX-License-Identifier: Apache-2.0 */
/* config.c -- the settings of a session, and what they say in the types of the engine.
 *
 * What:       a sorted list of what has been set, over the tables of config_keys.c.
 * Example:    -D state.backend=hashmap, then SET 'state.checkpoints.dir' = '/c', is kept as
 *
 *                 key                            GIVEN      SET
 *                 execution.checkpointing.dir               /c
 *                 state.backend.type             hashmap
 *
 * Interface:  config.h.
 * Algorithm:  an older spelling is replaced by the key that it stands for; the key is then sought in the table, then by
 *             how it begins. What is found says what becomes of the value, which is kept in its column. The value in
 *             force is that of the last column that has one.
 * Invariants: (1) every value of a key of the table has passed fl_option_check and is not refused, so reading cannot
 *             fail.  (2) keys are those of the table, never older spellings.  (3) a line has a value in some column.
 */
#include "env/config_int.h"

#include "base/secret.h"
#include "messages/name.h"
#include "messages/option.h"

#include <stdlib.h>

typedef struct setting {
    char *key;                      /* owned, as the values */
    char *values[FL_CONFIG_LAYERS]; /* NULL: not set in this layer */
} setting;

struct fl_config {
    fl_config_note_fn *note;
    void *note_arg;
    setting *settings; /* by key */
    int n, cap;
};

const char *const fl_config_state_name[] = {"honoured", "noted", "refused"};

fl_config *fl_config_new(fl_config_note_fn *note, void *arg) {
    fl_config *c = fl_calloc(1, sizeof *c);
    c->note = note;
    c->note_arg = arg;
    return c;
}

static void clear(setting *s) {
    for (int i = 0; i < FL_CONFIG_LAYERS; i++) free(s->values[i]);
    free(s->key);
}

void fl_config_free(fl_config *c) {
    for (int i = 0; i < c->n; i++) clear(&c->settings[i]);
    free(c->settings);
    free(c);
}

/* ---- the tables ---- */

int fl_config_keys(void) { return fl_config_table_n; }
const fl_option_def *fl_config_key_at(int i) { return &fl_config_table[i]; }

static int compare_key(const void *key, const void *def) { return strcmp(key, ((const fl_option_def *)def)->key); }

const fl_option_def *fl_config_key(const char *key) {
    const char *name = key;
    for (const fl_config_alias *a = fl_config_aliases; a->key != NULL; a++)
        if (strcmp(a->key, key) == 0) name = a->stands_for;
    return bsearch(name, fl_config_table, (size_t)fl_config_table_n, sizeof *fl_config_table, compare_key);
}

static const fl_config_family *find_family(const char *key) {
    for (const fl_config_family *f = fl_config_families; f->prefix != NULL; f++)
        if (strncmp(key, f->prefix, strlen(f->prefix)) == 0) return f;
    return NULL;
}

static int unknown_key(const char *key, fl_error *err) {
    fl_arena a;
    const char **known = NULL;
    int n = 0, cap = 0;
    fl_arena_init(&a);
    for (int i = 0; i < fl_config_table_n; i++) FL_PUSH(&a, known, n, cap, fl_config_table[i].key);
    for (const fl_config_alias *s = fl_config_aliases; s->key != NULL; s++) FL_PUSH(&a, known, n, cap, s->key);
    const char *near = fl_suggest(key, known, n);
    fl_fail(err, FL_ERR_OPTION_UNKNOWN_KEY, key);
    if (near != NULL)
        fl_error_hint(err, FL_HINT_DID_YOU_MEAN, fl_config_key(near)->key);
    else
        fl_error_hint(err, FL_HINT_OPTION_OWN_PARAMETERS);
    fl_arena_deinit(&a);
    return err->code;
}

/* ---- changing ---- */

/* The place of the key, or where it would stand. */
static int find_place(const fl_config *c, const char *key, bool *found) {
    int low = 0, high = c->n;
    *found = false;
    while (low < high && !*found) {
        int middle = (low + high) / 2, order = strcmp(key, c->settings[middle].key);
        if (order < 0)
            high = middle;
        else
            low = order == 0 ? middle : middle + 1;
        *found = order == 0;
    }
    return low;
}

static void keep(fl_config *c, fl_config_layer layer, const char *key, const char *value) {
    bool found;
    int at = find_place(c, key, &found);
    if (!found) {
        if (c->n == c->cap) {
            c->cap = FL_MAX(2 * c->cap, 16);
            c->settings = fl_realloc(c->settings, sizeof *c->settings * (size_t)c->cap);
        }
        memmove(&c->settings[at + 1], &c->settings[at], sizeof *c->settings * (size_t)(c->n++ - at));
        c->settings[at] = (setting){.key = fl_strdup(key)};
    }
    char *copy = fl_strdup(value); /* value may be the one that is replaced */
    free(c->settings[at].values[layer]);
    c->settings[at].values[layer] = copy;
}

static void tell(const fl_config *c, const char *key, const char *why) {
    fl_buf text;
    if (c->note == NULL) return;
    fl_buf_init(&text);
    fl_buf_printf(&text, "option '%s' has no effect: %s", key, why);
    c->note(c->note_arg, fl_buf_cstr(&text));
    fl_buf_deinit(&text);
}

static int refuse(const fl_option_def *def, const char *value, fl_error *err) {
    fl_fail(err, FL_ERR_OPTION_VALUE_NOT_YET, def->key, fl_option_shown(def->key, value));
    return fl_error_hint(err, "%s", def->note);
}

int fl_config_set(fl_config *c, fl_config_layer layer, const char *key, const char *value, fl_error *err) {
    const fl_option_def *def = fl_config_key(key);
    const fl_config_family *family = def == NULL ? find_family(key) : NULL;
    const char *why = family != NULL ? family->note : NULL;
    if (def == NULL && family == NULL) return unknown_key(key, err);
    if (def != NULL) {
        if (fl_option_check(def, fl_str_from(value), err) < 0) return fl_option_refused(err, def->key, value);
        switch (fl_option_verdict(def, fl_str_from(value))) {
        case FL_OPT_HONOURED: break;
        case FL_OPT_NOTED: why = def->note; break;
        case FL_OPT_REFUSED: return refuse(def, value, err);
        }
    }
    keep(c, layer, def != NULL ? def->key : key, value);
    if (why != NULL) tell(c, key, why);
    return 0;
}

int fl_config_reset(fl_config *c, const char *key, fl_error *err) {
    const fl_option_def *def = key != NULL ? fl_config_key(key) : NULL;
    const char *name = def != NULL ? def->key : key;
    int left = 0;
    if (key != NULL && def == NULL && find_family(key) == NULL) return unknown_key(key, err);
    for (int i = 0; i < c->n; i++) {
        setting *s = &c->settings[i];
        if (name == NULL || strcmp(s->key, name) == 0) {
            free(s->values[FL_CONFIG_SET]);
            s->values[FL_CONFIG_SET] = NULL;
        }
        if (s->values[FL_CONFIG_GIVEN] == NULL && s->values[FL_CONFIG_SET] == NULL)
            clear(s);
        else
            c->settings[left++] = *s;
    }
    c->n = left;
    return 0;
}

/* ---- reading ---- */

static const char *in_force(const setting *s) {
    return s->values[FL_CONFIG_SET] != NULL ? s->values[FL_CONFIG_SET] : s->values[FL_CONFIG_GIVEN];
}

const char *fl_config_get(const fl_config *c, const char *key) {
    const fl_option_def *def = fl_config_key(key);
    bool found;
    int at = find_place(c, def != NULL ? def->key : key, &found);
    if (found) return in_force(&c->settings[at]);
    return def != NULL ? def->fallback : NULL;
}

int fl_config_settings(const fl_config *c) { return c->n; }

fl_config_setting fl_config_setting_at(const fl_config *c, int i) {
    return (fl_config_setting){c->settings[i].key, in_force(&c->settings[i])};
}

const char *fl_config_string(const fl_config *c, const char *key) {
    fl_assert(fl_config_key(key) != NULL);
    return fl_config_get(c, key);
}

/* The value of a key that the engine says is of type `t`. False: it has none. */
static bool value_of(const fl_config *c, const char *key, fl_option_type t, fl_str *out) {
    const fl_option_def *def = fl_config_key(key);
    fl_assert(def != NULL && def->type == t);
    const char *value = fl_config_get(c, key);
    if (value != NULL) *out = fl_str_from(value);
    return value != NULL;
}

bool fl_config_bool(const fl_config *c, const char *key) {
    bool x = false;
    fl_str s;
    fl_error err;
    if (value_of(c, key, FL_OPT_BOOL, &s)) fl_assert(fl_parse_bool(s, &x, &err) == 0);
    return x;
}

int64_t fl_config_i64(const fl_config *c, const char *key) {
    const fl_option_def *def = fl_config_key(key);
    int64_t x = 0;
    fl_str s;
    fl_error err;
    fl_assert(def != NULL && (def->type == FL_OPT_INT || def->type == FL_OPT_MEMORY));
    if (value_of(c, key, def->type, &s))
        fl_assert((def->type == FL_OPT_INT ? fl_parse_i64 : fl_parse_memory)(s, &x, &err) == 0);
    return x;
}

double fl_config_double(const fl_config *c, const char *key) {
    double x = 0;
    fl_str s;
    fl_error err;
    if (value_of(c, key, FL_OPT_DOUBLE, &s)) fl_assert(fl_parse_f64(s, &x, &err) == 0);
    return x;
}

int64_t fl_config_duration_ms(const fl_config *c, const char *key) {
    int64_t x = 0;
    fl_str s;
    fl_error err;
    if (value_of(c, key, FL_OPT_DURATION, &s)) fl_assert(fl_parse_duration_ms(s, &x, &err) == 0);
    return x;
}

int fl_config_enum(const fl_config *c, const char *key) {
    int x = -1;
    fl_str s;
    fl_error err;
    if (value_of(c, key, FL_OPT_ENUM, &s)) fl_assert(fl_parse_enum(s, fl_config_key(key)->values, &x, &err) == 0);
    return x;
}

bool fl_config_is(const fl_config *c, const char *key, const char *word) {
    int wanted, place = fl_config_enum(c, key);
    fl_error err;
    fl_assert(fl_parse_enum(fl_str_from(word), fl_config_key(key)->values, &wanted, &err) == 0);
    return place == wanted;
}

/* ---- restarts ---- */

#define EXPONENTIAL "restart-strategy.exponential-delay."

static int exponential(const fl_config *c, fl_restart_strategy *out, fl_error *err) {
    int64_t attempts = fl_config_i64(c, EXPONENTIAL "attempts-before-reset-backoff");
    out->delay_ms = fl_config_duration_ms(c, EXPONENTIAL "initial-backoff");
    out->max_backoff_ms = fl_config_duration_ms(c, EXPONENTIAL "max-backoff");
    out->multiplier = fl_config_double(c, EXPONENTIAL "backoff-multiplier");
    out->interval_ms = fl_config_duration_ms(c, EXPONENTIAL "reset-backoff-threshold");
    out->jitter = fl_config_double(c, EXPONENTIAL "jitter-factor");
    out->attempts = attempts == INT32_MAX ? -1 : (int)attempts;
    if (out->delay_ms > out->max_backoff_ms) return fl_fail(err, FL_ERR_OPTION_BACKOFF_ORDER);
    if (!(out->multiplier > 1)) return fl_fail(err, FL_ERR_OPTION_BACKOFF_FACTOR);
    return 0;
}

/* What is said without a type counts too: a session that sets only exponential-delay.max-backoff and takes checkpoints
 * means that backoff. (Flink takes the defaults there.) */
int fl_config_restart(const fl_config *c, fl_restart_strategy *out, fl_error *err) {
    static const fl_restart_kind kinds[] = {
        FL_RESTART_NONE,         /* disable */
        FL_RESTART_NONE,         /* none */
        FL_RESTART_NONE,         /* off */
        FL_RESTART_FIXED_DELAY,  /* fixed-delay */
        FL_RESTART_FIXED_DELAY,  /* fixeddelay */
        FL_RESTART_FAILURE_RATE, /* failure-rate */
        FL_RESTART_FAILURE_RATE, /* failurerate */
        FL_RESTART_EXPONENTIAL,  /* exponential-delay */
        FL_RESTART_EXPONENTIAL,  /* exponentialdelay */
    };
    int type = fl_config_enum(c, "restart-strategy.type");
    bool checkpoints = fl_config_duration_ms(c, "execution.checkpointing.interval") > 0;
    *out = (fl_restart_strategy){.kind = checkpoints ? FL_RESTART_EXPONENTIAL : FL_RESTART_NONE};
    if (type >= 0) out->kind = kinds[type];
    switch (out->kind) {
    case FL_RESTART_NONE: return 0;
    case FL_RESTART_FIXED_DELAY:
        out->delay_ms = fl_config_duration_ms(c, "restart-strategy.fixed-delay.delay");
        out->attempts = (int)fl_config_i64(c, "restart-strategy.fixed-delay.attempts");
        return 0;
    case FL_RESTART_FAILURE_RATE:
        out->delay_ms = fl_config_duration_ms(c, "restart-strategy.failure-rate.delay");
        out->max_failures = (int)fl_config_i64(c, "restart-strategy.failure-rate.max-failures-per-interval");
        out->interval_ms = fl_config_duration_ms(c, "restart-strategy.failure-rate.failure-rate-interval");
        return 0;
    case FL_RESTART_EXPONENTIAL: return exponential(c, out, err);
    }
    fl_assert(!"a restart strategy of unknown kind");
}
