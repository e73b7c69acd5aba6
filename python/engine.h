/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h -- what the files of the Python extension share: how columns become Python values. */
#ifndef FLOTT_PYTHON_ENGINE_H
#define FLOTT_PYTHON_ENGINE_H

#define Py_LIMITED_API 0x030A0000 /* Python 3.10 and later */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdlib.h>

#include "flott.h"
#include "flott_arrow.h"

/* Types of columns, read once for each result. */
typedef struct engine_types engine_types;

/* NULL: an exception is set. */
engine_types *engine_types_new(const struct ArrowSchema *schema);
void engine_types_free(engine_types *t);

/* The columns of a batch as a list of lists. A nested row becomes make_row([its fields]). NULL: an exception is set. */
PyObject *engine_columns(const engine_types *t, const struct ArrowArray *batch, PyObject *make_row);

/* Looks up the classes of Python that values become. False: an exception is set. */
bool engine_values_init(void);

#endif
