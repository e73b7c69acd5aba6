/* SPDX-License-Identifier: Apache-2.0 */
/* values.c -- columns in Arrow layout become lists of Python values.
 *
 * A column is turned into a list by one switch over its type; lists, maps and rows turn their children into lists first
 * and cut or zip those. What a value becomes is PyFlink's choice:
 *
 *     BOOLEAN bool     integers int         FLOAT float, with the digits of Java's Float.toString    DOUBLE float
 *     DECIMAL Decimal  CHAR, VARCHAR str    BINARY, VARBINARY bytearray                              NULL None
 *     DATE date        TIME time            TIMESTAMP datetime, cut to milliseconds                  ARRAY list
 *     MAP dict         ROW make_row(list)   INTERVAL … TO SECOND timedelta                   INTERVAL … MONTH int
 *
 * PyFlink cannot collect TIMESTAMP_LTZ; here it is a datetime with the zone UTC, cut to milliseconds, too.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"

typedef enum form {
    NOTHING,
    BOOL,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    TEXT,
    BYTES,
    DATE,
    TIME_MS,
    TIMESTAMP,
    DURATION_MS,
    DECIMAL,
    LIST,
    MAP,
    STRUCT
} form;

struct engine_types {
    form form;
    int64_t per_second; /* of a TIMESTAMP */
    bool instant;       /* a TIMESTAMP_LTZ */
    int scale;          /* of a DECIMAL */
    int n;
    engine_types *children;
};

static PyObject *date_class, *time_class, *datetime_class, *timedelta_class, *decimal_class, *utc;

/* ---- types ---- */

static bool read_form(const char *f, engine_types *out) {
    static const struct {
        const char *format;
        form form;
    } plain[] = {{"n", NOTHING}, {"b", BOOL},  {"c", I8},   {"s", I16},     {"i", I32},          {"l", I64},
                 {"f", F32},     {"g", F64},   {"u", TEXT}, {"z", BYTES},   {"tdD", DATE},       {"ttm", TIME_MS},
                 {"tiM", I32},   {"+l", LIST}, {"+m", MAP}, {"+s", STRUCT}, {"tDm", DURATION_MS}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(plain[i].format, f) != 0) continue;
        out->form = plain[i].form;
        return true;
    }
    if (strncmp(f, "ts", 2) == 0 && f[2] != '\0') {
        out->form = TIMESTAMP;
        out->per_second = f[2] == 's' ? 1 : f[2] == 'm' ? 1000 : f[2] == 'u' ? 1000000 : 1000000000;
        out->instant = strlen(f) > 4;
        return true;
    }
    int precision;
    out->form = DECIMAL;
    return sscanf(f, "d:%d,%d", &precision, &out->scale) == 2;
}

static bool read_type(const struct ArrowSchema *s, engine_types *out) {
    if (!read_form(s->format, out)) {
        PyErr_Format(PyExc_NotImplementedError,
                     "column '%s': values of Arrow format '%s' are not supported yet by flott", s->name, s->format);
        return false;
    }
    out->n = (int)s->n_children;
    out->children = calloc((size_t)out->n + 1, sizeof *out->children);
    if (out->children == NULL) {
        out->n = 0;
        PyErr_NoMemory();
        return false;
    }
    for (int i = 0; i < out->n; i++)
        if (!read_type(s->children[i], &out->children[i])) return false;
    return true;
}

static void free_children(engine_types *t) {
    for (int i = 0; i < t->n && t->children != NULL; i++) free_children(&t->children[i]);
    free(t->children);
}

engine_types *engine_types_new(const struct ArrowSchema *schema) {
    engine_types *t = calloc(1, sizeof *t);
    if (t == NULL)
        PyErr_NoMemory();
    else if (!read_type(schema, t)) {
        engine_types_free(t);
        t = NULL;
    }
    return t;
}

void engine_types_free(engine_types *t) {
    if (t == NULL) return;
    free_children(t);
    free(t);
}

/* ---- single values ---- */

/* Days since 1970-01-01 as a date of the proleptic Gregorian calendar (Howard Hinnant's algorithm). */
static void civil(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int of_era = (int)(days - era * 146097);
    int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * of_year + 2) / 153; /* from March */
    *day = of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static PyObject *new_date(int32_t days) {
    int year, month, day;
    civil(days, &year, &month, &day);
    return PyObject_CallFunction(date_class, "iii", year, month, day);
}

static PyObject *new_time(int32_t ms) {
    return PyObject_CallFunction(time_class, "iiii", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000 * 1000);
}

static PyObject *new_timestamp(int64_t value, int64_t per_second, bool instant) {
    int year, month, day;
    int64_t seconds = value / per_second, rest = value % per_second;
    if (rest < 0) seconds--, rest += per_second;
    int64_t days = seconds / 86400, of_day = seconds % 86400;
    if (of_day < 0) days--, of_day += 86400;
    int us = per_second >= 1000 ? (int)(rest / (per_second / 1000)) * 1000 : 0;
    civil(days, &year, &month, &day);
    return PyObject_CallFunction(datetime_class, "iiiiiiiO", year, month, day, (int)(of_day / 3600),
                                 (int)(of_day / 60 % 60), (int)(of_day % 60), us, instant ? utc : Py_None);
}

static PyObject *new_decimal(const void *bytes, int scale) {
    __int128 value;
    memcpy(&value, bytes, sizeof value);
    bool negative = value < 0;
    unsigned __int128 left = negative ? -(unsigned __int128)value : (unsigned __int128)value;
    char text[48], *at = text + sizeof text;
    for (int digits = 0; left != 0 || digits <= scale; digits++) {
        if (digits == scale && scale > 0) *--at = '.';
        *--at = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    if (negative) *--at = '-';
    return PyObject_CallFunction(decimal_class, "s#", at, (Py_ssize_t)(text + sizeof text - at));
}

/* The double with the fewest digits that still is this float: 0.1, not 0.10000000149011612. */
static PyObject *new_float(float value) {
    char text[40];
    double d = value;
    if (isfinite(value)) {
        for (int digits = 6; digits <= 9; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, (double)value);
            d = strtod(text, NULL);
            if ((float)d == value) break;
        }
    }
    return PyFloat_FromDouble(d);
}

/* ---- columns ---- */

static bool is_null(const struct ArrowArray *a, int64_t i) {
    const uint8_t *valid = a->n_buffers > 0 ? a->buffers[0] : NULL;
    i += a->offset;
    return valid != NULL && !(valid[i >> 3] >> (i & 7) & 1);
}

static PyObject *none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}

static PyObject *leaf(const engine_types *t, const struct ArrowArray *a, int64_t row) {
    int64_t i = row + a->offset;
    const void *values = a->n_buffers > 1 ? a->buffers[1] : NULL;
    switch (t->form) {
    case BOOL: return PyBool_FromLong(((const uint8_t *)values)[i >> 3] >> (i & 7) & 1);
    case I8: return PyLong_FromLong(((const int8_t *)values)[i]);
    case I16: return PyLong_FromLong(((const int16_t *)values)[i]);
    case I32: return PyLong_FromLong(((const int32_t *)values)[i]);
    case I64: return PyLong_FromLongLong(((const int64_t *)values)[i]);
    case F32: return new_float(((const float *)values)[i]);
    case F64: return PyFloat_FromDouble(((const double *)values)[i]);
    case DATE: return new_date(((const int32_t *)values)[i]);
    case TIME_MS: return new_time(((const int32_t *)values)[i]);
    case TIMESTAMP: return new_timestamp(((const int64_t *)values)[i], t->per_second, t->instant);
    case DURATION_MS: {
        int64_t ms = ((const int64_t *)values)[i];
        return PyObject_CallFunction(timedelta_class, "iiiL", 0, 0, 0, (long long)ms);
    }
    case DECIMAL: return new_decimal((const char *)values + i * 16, t->scale);
    case TEXT:
    case BYTES: {
        const int32_t *offsets = values;
        const char *bytes = (const char *)a->buffers[2] + offsets[i];
        Py_ssize_t size = offsets[i + 1] - offsets[i];
        return t->form == TEXT ? PyUnicode_DecodeUTF8(bytes, size, "replace")
                               : PyByteArray_FromStringAndSize(bytes, size);
    }
    default: return none();
    }
}

static PyObject *column(const engine_types *t, const struct ArrowArray *a, int64_t from, int64_t n, PyObject *make_row);

static PyObject *take_slice(PyObject *list, int64_t from, int64_t to) {
    return PyList_GetSlice(list, (Py_ssize_t)from, (Py_ssize_t)to);
}

/* One value of an ARRAY, or of a MAP: items (or keys) and values of the rows from `first` on are lists already. */
static PyObject *collection(PyObject *items, PyObject *values, int64_t from, int64_t to) {
    if (values == NULL) return take_slice(items, from, to);
    PyObject *dict = PyDict_New();
    for (int64_t i = from; i < to && dict != NULL; i++)
        if (PyDict_SetItem(dict, PyList_GetItem(items, (Py_ssize_t)i), PyList_GetItem(values, (Py_ssize_t)i)) < 0)
            Py_CLEAR(dict);
    return dict;
}

static PyObject *collections(const engine_types *t, const struct ArrowArray *a, int64_t from, int64_t n,
                             PyObject *make_row) {
    const int32_t *offsets = (const int32_t *)a->buffers[1] + a->offset;
    int64_t first = n > 0 ? offsets[from] : 0, last = n > 0 ? offsets[from + n] : 0;
    const struct ArrowArray *inner = a->children[0];
    PyObject *items, *values = NULL, *list = NULL;
    if (t->form == MAP) {
        const engine_types *entry = &t->children[0];
        items = column(&entry->children[0], inner->children[0], inner->offset + first, last - first, make_row);
        values = items == NULL
                     ? NULL
                     : column(&entry->children[1], inner->children[1], inner->offset + first, last - first, make_row);
        if (values == NULL) goto out;
    } else {
        items = column(&t->children[0], inner, first, last - first, make_row);
        if (items == NULL) goto out;
    }
    list = PyList_New((Py_ssize_t)n);
    for (int64_t i = 0; i < n && list != NULL; i++) {
        PyObject *value = is_null(a, from + i)
                              ? none()
                              : collection(items, values, offsets[from + i] - first, offsets[from + i + 1] - first);
        if (value == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, (Py_ssize_t)i, value);
    }
out:
    Py_XDECREF(items);
    Py_XDECREF(values);
    return list;
}

/* All children as lists. */
static PyObject *children(const engine_types *t, const struct ArrowArray *a, int64_t from, int64_t n,
                          PyObject *make_row) {
    PyObject *lists = PyList_New(t->n);
    for (int c = 0; c < t->n && lists != NULL; c++) {
        PyObject *list = column(&t->children[c], a->children[c], a->offset + from, n, make_row);
        if (list == NULL)
            Py_CLEAR(lists);
        else
            PyList_SetItem(lists, c, list);
    }
    return lists;
}

static PyObject *one_row(const engine_types *t, PyObject *lists, int64_t i, PyObject *make_row) {
    PyObject *fields = PyList_New(t->n);
    for (int c = 0; c < t->n && fields != NULL; c++) {
        PyObject *value = PyList_GetItem(PyList_GetItem(lists, c), (Py_ssize_t)i);
        Py_INCREF(value);
        PyList_SetItem(fields, c, value);
    }
    PyObject *row = fields != NULL ? PyObject_CallFunctionObjArgs(make_row, fields, NULL) : NULL;
    Py_XDECREF(fields);
    return row;
}

static PyObject *rows(const engine_types *t, const struct ArrowArray *a, int64_t from, int64_t n, PyObject *make_row) {
    PyObject *lists = children(t, a, from, n, make_row);
    PyObject *list = lists != NULL ? PyList_New((Py_ssize_t)n) : NULL;
    for (int64_t i = 0; i < n && list != NULL; i++) {
        PyObject *row = is_null(a, from + i) ? none() : one_row(t, lists, i, make_row);
        if (row == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, (Py_ssize_t)i, row);
    }
    Py_XDECREF(lists);
    return list;
}

/* Rows [from, from + n) of a column as a list; `from` counts from the array's own offset. */
static PyObject *column(const engine_types *t, const struct ArrowArray *a, int64_t from, int64_t n,
                        PyObject *make_row) {
    if (t->form == LIST || t->form == MAP) return collections(t, a, from, n, make_row);
    if (t->form == STRUCT) return rows(t, a, from, n, make_row);
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (int64_t i = 0; i < n && list != NULL; i++) {
        PyObject *value = is_null(a, from + i) ? none() : leaf(t, a, from + i);
        if (value == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, (Py_ssize_t)i, value);
    }
    return list;
}

PyObject *engine_columns(const engine_types *t, const struct ArrowArray *batch, PyObject *make_row) {
    return children(t, batch, 0, batch->length, make_row);
}

static bool find(const char *module, const char *name, PyObject **out) {
    PyObject *m = PyImport_ImportModule(module);
    *out = m != NULL ? PyObject_GetAttrString(m, name) : NULL;
    Py_XDECREF(m);
    return *out != NULL;
}

bool engine_values_init(void) {
    PyObject *zone;
    if (!find("datetime", "timezone", &zone)) return false;
    utc = PyObject_GetAttrString(zone, "utc");
    Py_DECREF(zone);
    return utc != NULL && find("datetime", "date", &date_class) && find("datetime", "time", &time_class) &&
           find("datetime", "datetime", &datetime_class) && find("datetime", "timedelta", &timedelta_class) &&
           find("decimal", "Decimal", &decimal_class);
}
