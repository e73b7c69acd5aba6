/* SPDX-License-Identifier: Apache-2.0 */
/* config.h -- what a session is set to: Flink's configuration keys, each with its type, its default and what flott
 * makes of it.
 *
 *     fl_config *c = fl_config_new(note, arg);
 *     fl_config_set(c, FL_CONFIG_GIVEN, "parallelism.default", "4", &err)      as -D and flott_session_set do
 *     fl_config_set(c, FL_CONFIG_SET, "pipeline.object-reuse", "true", &err)   as SET does; note is told: no effect
 *     fl_config_i64(c, "parallelism.default")                                  4
 *     fl_config_reset(c, NULL, &err)                                           as RESET does: what was given is back
 *     fl_config_free(c);
 *
 * The value in force is that of the highest layer that has one: SET, then GIVEN, then the default. Every key is one of
 *     a key of the table   typed; honoured, noted or refused, by its state and its value (fl_option_verdict)
 *     an older spelling    of a key of the table: taken for that key, everywhere
 *     below a prefix       of what only a cluster or Java has (metrics., taskmanager.…): kept as text, and noted
 *     unknown              refused, with the nearest known key
 * docs/configuration.md is this table, printed by fl_config_markdown.
 *
 * A configuration belongs to one thread at a time, as its session does. Texts that it gives are borrowed until the key
 * is set or reset.
 */
#ifndef FL_ENV_CONFIG_H
#define FL_ENV_CONFIG_H

#include "base/option.h"
#include "runtime/job.h"

typedef struct fl_config fl_config;

typedef enum fl_config_layer {
    FL_CONFIG_GIVEN, /* with the session */
    FL_CONFIG_SET,   /* by SET; RESET takes it away */
    FL_CONFIG_LAYERS,
} fl_config_layer;

/* Told that a setting has no effect, and why. Called by fl_config_set. */
typedef void fl_config_note_fn(void *arg, const char *text);

/* Nothing is set. note NULL: nobody listens. */
fl_config *fl_config_new(fl_config_note_fn *note, void *arg);
void fl_config_free(fl_config *c);

/* ---- changing ---- */

/* FL_E_VALIDATION: an unknown key, a value of another type or out of range; FL_E_UNSUPPORTED: a value that is refused.
 * The hint says what to do instead. A failure changes nothing. */
int fl_config_set(fl_config *c, fl_config_layer layer, const char *key, const char *value, fl_error *err);

/* Takes away what SET has set; key NULL: all of it. FL_E_VALIDATION: an unknown key. */
int fl_config_reset(fl_config *c, const char *key, fl_error *err);

/* ---- reading: for users, who may write any key ---- */

/* The value in force, as it was written; NULL: none, or an unknown key. */
const char *fl_config_get(const fl_config *c, const char *key);

/* What has been set in any layer, in the order of keys: what SET alone prints. */
typedef struct fl_config_setting {
    const char *key, *value;
} fl_config_setting;
int fl_config_settings(const fl_config *c);
fl_config_setting fl_config_setting_at(const fl_config *c, int i);

/* ---- reading: for the engine, which knows the key and its type (both asserted) ---- */

/* The value in force. A key without value and without default gives NULL, false, 0. */
const char *fl_config_string(const fl_config *c, const char *key); /* of any type, as written */
bool fl_config_bool(const fl_config *c, const char *key);
int64_t fl_config_i64(const fl_config *c, const char *key); /* INT; MEMORY in bytes */
double fl_config_double(const fl_config *c, const char *key);
int64_t fl_config_duration_ms(const fl_config *c, const char *key);
int fl_config_enum(const fl_config *c, const char *key); /* place in the key's list of values; -1: no value */
/* The value of an ENUM is `word`, which must be one of its values. */
bool fl_config_is(const fl_config *c, const char *key, const char *word);

/* How to restart a job. Without restart-strategy.type, as Flink 1.20: exponential delay if checkpoints are taken, else
 * none. FL_E_VALIDATION where single values are fine and do not go together. */
int fl_config_restart(const fl_config *c, fl_restart_strategy *out, fl_error *err);

/* ---- what is known: for documentation and completion ---- */

/* All keys of the table, in the order of keys. */
int fl_config_keys(void);
const fl_option_def *fl_config_key_at(int i);
/* By any spelling; NULL: not in the table. */
const fl_option_def *fl_config_key(const char *key);

/* "honoured", "noted", "refused", by fl_option_state. */
extern const char *const fl_config_state_name[];

/* The text of docs/configuration.md. */
void fl_config_markdown(fl_buf *out);

#endif
