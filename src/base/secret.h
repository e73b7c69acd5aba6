/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h -- which options hold secrets, and how nothing that people see shows one.
 *
 * The rule is Flink's (GlobalConfiguration): a key that contains one of a few words, in any case. To those come the
 * access keys of AWS, both halves. A secret is shown as ******, in EXPLAIN, SHOW CREATE, SET, notes, errors, and the
 * lines of a script that an error quotes. What is stored and used stays as it is.
 */
#ifndef FL_BASE_SECRET_H
#define FL_BASE_SECRET_H

#include "base/error.h"
#include "base/str.h"

#define FL_SECRET_SHOWN "******"

/* The value of an option with this key must not be shown. */
bool fl_is_secret(fl_str key);

/* What is shown of an option's value: itself, or ******. Borrowed from `value`. */
const char *fl_option_shown(const char *key, const char *value);

/* The next secret in a text of SQL from byte `from` on: the content of VALUE in 'KEY' = 'VALUE', or in 'KEY' 'VALUE',
 * for a secret's key. A text that is not closed ends with the SQL. False: there is none. */
bool fl_secret_find(fl_str sql, size_t from, size_t *begin, size_t *end);

/* Adds the SQL to `out`, its secrets as ******. */
void fl_secret_put(fl_buf *out, fl_str sql);

/* Replaces `secret` wherever the message and the hint of an error have it. */
void fl_error_hide(fl_error *err, fl_str secret);
/* The same for all secrets in a text of SQL. Returns err->code. */
int fl_error_hide_all(fl_error *err, fl_str sql);

/* Puts "Could not parse value … for key …" before the error that reading this option's value has made. Returns
 * err->code. */
int fl_option_refused(fl_error *err, const char *key, const char *value);

#endif
