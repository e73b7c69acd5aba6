/* SPDX-License-Identifier: Apache-2.0 */
/* config_int.h -- the tables behind config.h: config_keys.c fills them, config.c and config_docs.c read them. */
#ifndef FL_ENV_CONFIG_INT_H
#define FL_ENV_CONFIG_INT_H

#include "env/config.h"

/* Sorted by key, so that keys are found by halving. */
extern const fl_option_def fl_config_table[];
extern const int fl_config_table_n;

/* Older spellings that Flink still understands, and what a later version calls a key. None is a key of the table. */
typedef struct fl_config_alias {
    const char *key;
    const char *stands_for; /* a key of the table */
} fl_config_alias;
extern const fl_config_alias fl_config_aliases[]; /* ends with key NULL */

/* Keys that are known by how they begin; all are noted. A key of the table or an alias goes before. */
typedef struct fl_config_family {
    const char *prefix;
    const char *note;
} fl_config_family;
extern const fl_config_family fl_config_families[]; /* ends with prefix NULL */

#endif
