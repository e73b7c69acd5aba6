/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c -- the Python extension flott._engine: include/flott.h as three Python types.
 *
 * What:       Session, Result and Job wrap the handles of flott.h; Error carries a flott_error. What PyFlink's classes
 *             make of them is plain Python above (python/flott/).
 * Example:    s = _engine.Session(note=print)
 *             r = s.execute("SELECT 1 AS a")
 *             r.names, r.types, r.fetch("values")        (['a'], ['INT NOT NULL'], (b'\0', [[1]]))
 * Threads:    the GIL is released around every call that may block. A session belongs to one thread at a time, so each
 *             has a lock, taken after the GIL was released and given back before it is taken again. Whoever waits for
 *             rows or for a job does so in slices of SLICE_MS without the lock between them: Ctrl-C and other threads
 *             come to their turn.
 * Life:       a Result and a Job keep their Session. Session.close() frees all its results first.
 * Interface:  the stable ABI of Python 3.10, so that one file serves all later ones.
 */
#include "engine.h"

#include <string.h>

enum { SLICE_MS = 100 };

static PyObject *error_type; /* flott._engine.Error */

typedef struct result result;

typedef struct session {
    PyObject_HEAD flott_session *s; /* NULL: closed */
    PyThread_type_lock lock;
    int callers;     /* that are between enter and leave; the GIL protects it */
    PyObject *note;  /* called with a text; NULL: nobody listens */
    result *results; /* those whose handle is open */
} session;

struct result {
    PyObject_HEAD session *session;
    flott_result *r;      /* NULL: closed */
    flott_batch *pending; /* has come and was not fetched yet */
    result *before, *after;
    engine_types *types; /* of the columns, when values are first asked for */
};

typedef struct job {
    PyObject_HEAD session *session;
    flott_job *j;
} job;

static PyTypeObject *result_type, *job_type;

/* ---- the lock, the GIL, errors ---- */

static PyThreadState *enter(session *s) {
    s->callers++;
    PyThreadState *state = PyEval_SaveThread();
    PyThread_acquire_lock(s->lock, WAIT_LOCK);
    return state;
}

static void leave(session *s, PyThreadState *state) {
    PyThread_release_lock(s->lock);
    PyEval_RestoreThread(state);
    s->callers--;
}

static bool set(PyObject *object, const char *name, PyObject *value) {
    bool good = value != NULL && PyObject_SetAttrString(object, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

/* Raises Error; returns NULL. */
static PyObject *raise(const flott_error *err) {
    PyObject *text = PyUnicode_DecodeUTF8(err->message, (Py_ssize_t)strlen(err->message), "replace");
    PyObject *e = text != NULL ? PyObject_CallFunctionObjArgs(error_type, text, NULL) : NULL;
    Py_XDECREF(text);
    if (e != NULL && set(e, "code", PyLong_FromLong(err->code)) &&
        set(e, "word", PyUnicode_FromString(flott_error_word(err->code))) &&
        set(e, "line", PyLong_FromLong(err->line)) && set(e, "column", PyLong_FromLong(err->column)) &&
        set(e, "length", PyLong_FromLong(err->length)) &&
        set(e, "hint", PyUnicode_DecodeUTF8(err->hint, (Py_ssize_t)strlen(err->hint), "replace")) &&
        set(e, "retriable", PyBool_FromLong(err->retriable)))
        PyErr_SetObject(error_type, e);
    Py_XDECREF(e);
    return NULL;
}

static bool is_open(session *s) {
    if (s->s == NULL) PyErr_SetString(PyExc_RuntimeError, "the session is closed");
    return s->s != NULL;
}

/* ---- sessions ---- */

/* From any thread, with or without the session's lock; never with the GIL. */
static void note(void *arg, const char *text) {
    session *s = arg;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *answer = PyObject_CallFunction(s->note, "s", text);
    if (answer == NULL) PyErr_WriteUnraisable(s->note);
    Py_XDECREF(answer);
    PyGILState_Release(state);
}

static PyObject *session_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char note_name[] = "note", script_name[] = "script", folder_name[] = "folder";
    static char *names[] = {note_name, script_name, folder_name, NULL};
    PyObject *listener = Py_None;
    const char *script = NULL, *folder = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Ozz", names, &listener, &script, &folder)) return NULL;
    session *s = (session *)PyType_GenericAlloc(type, 0);
    if (s == NULL) return NULL;
    s->lock = PyThread_allocate_lock();
    if (listener != Py_None) {
        Py_INCREF(listener);
        s->note = listener;
    }
    const flott_options options = {.note = s->note ? note : NULL, .note_arg = s, .script = script, .folder = folder};
    s->s = flott_session_new(&options);
    return (PyObject *)s;
}

static void result_release(result *r) {
    if (r->r == NULL) return;
    flott_result *handle = r->r;
    flott_batch *pending = r->pending;
    *(r->before ? &r->before->after : &r->session->results) = r->after;
    if (r->after != NULL) r->after->before = r->before;
    r->r = NULL;
    r->pending = NULL;
    PyThreadState *state = enter(r->session);
    flott_batch_free(pending);
    flott_result_free(handle);
    leave(r->session, state);
}

/* Jobs that run are canceled; waits until their threads have ended. A session that another thread is in is left alone:
 * the process is about to end. */
static void session_release(session *s) {
    if (s->callers > 0) return;
    while (s->results != NULL) result_release(s->results);
    flott_session *handle = s->s;
    s->s = NULL;
    if (handle == NULL) return;
    PyThreadState *state = enter(s);
    flott_session_free(handle);
    leave(s, state);
}

static PyObject *session_close(PyObject *self, PyObject *unused) {
    (void)unused;
    session_release((session *)self);
    Py_RETURN_NONE;
}

static void session_dealloc(PyObject *self) {
    session *s = (session *)self;
    PyTypeObject *type = Py_TYPE(self);
    session_release(s);
    Py_XDECREF(s->note);
    if (s->lock != NULL) PyThread_free_lock(s->lock);
    PyObject_Free(self);
    Py_DECREF(type);
}

typedef int statement_fn(flott_session *s, const char *sql, int64_t size, flott_result **out, flott_error *err);

static PyObject *run(PyObject *self, PyObject *sql, statement_fn *statement) {
    session *s = (session *)self;
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(sql, &size);
    if (text == NULL || !is_open(s)) return NULL;
    result *r = (result *)PyType_GenericAlloc(result_type, 0);
    if (r == NULL) return NULL;
    Py_INCREF(self);
    r->session = s;
    flott_error err;
    flott_result *handle;
    PyThreadState *state = enter(s);
    int rc = statement(s->s, text, size, &handle, &err);
    leave(s, state);
    if (rc < 0) {
        Py_DECREF(r);
        return raise(&err);
    }
    r->r = handle;
    r->after = s->results;
    if (r->after != NULL) r->after->before = r;
    s->results = r;
    return (PyObject *)r;
}

static PyObject *session_execute(PyObject *self, PyObject *sql) { return run(self, sql, flott_execute); }
static PyObject *session_describe(PyObject *self, PyObject *query) { return run(self, query, flott_describe); }

static PyObject *session_set(PyObject *self, PyObject *args) {
    session *s = (session *)self;
    const char *key, *value;
    if (!PyArg_ParseTuple(args, "ss", &key, &value) || !is_open(s)) return NULL;
    flott_error err;
    PyThreadState *state = enter(s);
    int rc = flott_session_set(s->s, key, value, &err);
    leave(s, state);
    if (rc < 0) return raise(&err);
    Py_RETURN_NONE;
}

static PyObject *session_get(PyObject *self, PyObject *arg) {
    session *s = (session *)self;
    const char *key = PyUnicode_AsUTF8AndSize(arg, NULL);
    if (key == NULL || !is_open(s)) return NULL;
    PyThreadState *state = enter(s);
    const char *value = flott_session_get(s->s, key);
    char *copy = value != NULL ? strdup(value) : NULL; /* another thread may set it anew */
    leave(s, state);
    if (copy == NULL) Py_RETURN_NONE;
    PyObject *text = PyUnicode_FromString(copy);
    free(copy);
    return text;
}

static PyObject *new_job(session *s, flott_job *handle) {
    job *j = (job *)PyType_GenericAlloc(job_type, 0);
    if (j == NULL) return NULL;
    Py_INCREF(s);
    j->session = s;
    j->j = handle;
    return (PyObject *)j;
}

static PyObject *session_jobs(PyObject *self, PyObject *unused) {
    (void)unused;
    session *s = (session *)self;
    int n = s->s != NULL ? flott_session_jobs(s->s) : 0;
    PyObject *list = PyList_New(n);
    for (int i = 0; i < n && list != NULL; i++) {
        PyObject *j = new_job(s, flott_session_job(s->s, i));
        if (j == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, i, j);
    }
    return list;
}

static PyMethodDef session_methods[] = {
    {"execute", session_execute, METH_O, "execute(sql: str) -> Result. Executes one statement. Raises Error."},
    {"describe", session_describe, METH_O,
     "describe(query: str) -> Result. The columns that a query would give; it does not run. Raises Error."},
    {"set", session_set, METH_VARARGS, "set(key: str, value: str). Sets a configuration key. Raises Error."},
    {"get", session_get, METH_O, "get(key: str) -> str | None. The value of a configuration key that is in force."},
    {"jobs", session_jobs, METH_NOARGS, "jobs() -> list[Job]. All jobs that were submitted, in order."},
    {"close", session_close, METH_NOARGS, "close(). Cancels jobs that run and frees everything."},
    {0},
};

static char session_doc[] =
    "Session(note=None, script=None). note(text) is told what deserves a visible note, from any thread.";
static PyType_Slot session_slots[] = {
    {Py_tp_new, session_new},
    {Py_tp_dealloc, session_dealloc},
    {Py_tp_methods, session_methods},
    {Py_tp_doc, session_doc},
    {0},
};
static PyType_Spec session_spec = {"flott._engine.Session", sizeof(session), 0, Py_TPFLAGS_DEFAULT, session_slots};

/* ---- results ---- */

static void result_dealloc(PyObject *self) {
    result *r = (result *)self;
    PyTypeObject *type = Py_TYPE(self);
    result_release(r);
    engine_types_free(r->types);
    Py_XDECREF(r->session);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *result_close(PyObject *self, PyObject *unused) {
    (void)unused;
    result_release((result *)self);
    Py_RETURN_NONE;
}

static bool result_open(const result *r) {
    if (r->r == NULL) PyErr_SetString(PyExc_RuntimeError, "the result is closed");
    return r->r != NULL;
}

static PyObject *texts(const result *r, const char *(*get)(const flott_result *, int)) {
    if (!result_open(r)) return NULL;
    int n = flott_result_columns(r->r);
    PyObject *list = PyList_New(n);
    for (int i = 0; i < n && list != NULL; i++) {
        PyObject *text = PyUnicode_FromString(get(r->r, i));
        if (text == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, i, text);
    }
    return list;
}

static PyObject *result_kind(PyObject *self, void *unused) {
    (void)unused;
    static const char *const words[] = {[FLOTT_RESULT_OK] = "ok",
                                        [FLOTT_RESULT_TABLE] = "table",
                                        [FLOTT_RESULT_QUERY] = "query",
                                        [FLOTT_RESULT_JOB] = "job"};
    const result *r = (result *)self;
    return result_open(r) ? PyUnicode_FromString(words[flott_result_get_kind(r->r)]) : NULL;
}

static PyObject *result_names(PyObject *self, void *unused) {
    (void)unused;
    return texts((result *)self, flott_result_name);
}

static PyObject *result_types(PyObject *self, void *unused) {
    (void)unused;
    return texts((result *)self, flott_result_type);
}

static PyObject *result_widths(PyObject *self, void *unused) {
    (void)unused;
    const result *r = (result *)self;
    if (!result_open(r)) return NULL;
    int n = flott_result_columns(r->r);
    PyObject *list = PyList_New(n);
    for (int i = 0; i < n && list != NULL; i++) PyList_SetItem(list, i, PyLong_FromLong(flott_result_width(r->r, i)));
    return list;
}

static PyObject *result_insert_only(PyObject *self, void *unused) {
    (void)unused;
    const result *r = (result *)self;
    return result_open(r) ? PyBool_FromLong(flott_result_insert_only(r->r)) : NULL;
}

static PyObject *result_job(PyObject *self, void *unused) {
    (void)unused;
    const result *r = (result *)self;
    if (!result_open(r)) return NULL;
    flott_job *handle = flott_result_job(r->r);
    if (handle == NULL) Py_RETURN_NONE;
    return new_job(r->session, handle);
}

/* The fields of a batch as texts, a list for each column. */
static PyObject *text_columns(flott_batch *b, int n_columns) {
    int n = flott_batch_rows(b);
    PyObject *columns = PyList_New(n_columns);
    for (int c = 0; c < n_columns && columns != NULL; c++) {
        PyObject *list = PyList_New(n);
        if (list != NULL) PyList_SetItem(columns, c, list);
        for (int i = 0; i < n && list != NULL; i++) {
            size_t size;
            PyObject *text = Py_None;
            if (flott_batch_is_null(b, i, c)) {
                Py_INCREF(text);
            } else {
                const char *bytes = flott_batch_text(b, i, c, FLOTT_TEXT_TABLE, &size);
                text = PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)size, "replace");
            }
            if (text == NULL) Py_CLEAR(list);
            if (list != NULL) PyList_SetItem(list, i, text);
        }
        if (list == NULL) Py_CLEAR(columns);
    }
    return columns;
}

/* The fields of a batch as Python values, a list for each column. */
static PyObject *value_columns(result *r, flott_batch *b, PyObject *make_row) {
    flott_error err;
    struct ArrowArray array;
    if (r->types == NULL) {
        struct ArrowSchema schema;
        if (flott_result_arrow_schema(r->r, &schema, &err) < 0) return raise(&err);
        r->types = engine_types_new(&schema);
        schema.release(&schema);
        if (r->types == NULL) return NULL;
    }
    if (flott_batch_arrow(b, &array, &err) < 0) return raise(&err);
    PyObject *columns = engine_columns(r->types, &array, make_row);
    array.release(&array);
    return columns;
}

static PyObject *kinds_of(const flott_batch *b) {
    int n = flott_batch_rows(b);
    PyObject *kinds = PyBytes_FromStringAndSize(NULL, n);
    char *to = kinds != NULL ? PyBytes_AsString(kinds) : NULL;
    for (int i = 0; i < n && to != NULL; i++) to[i] = (char)flott_batch_kind(b, i);
    return kinds;
}

/* Waits until the next batch is in r->pending, which stays NULL at the end. 1: so it is; 0: the time is over; -1: an
 * exception. */
static int await_batch(result *r, long long timeout_ms) {
    flott_error err;
    while (r->pending == NULL) {
        if (PyErr_CheckSignals() < 0 || !result_open(r)) return -1;
        long long slice = timeout_ms >= 0 && timeout_ms < SLICE_MS ? timeout_ms : SLICE_MS;
        PyThreadState *state = enter(r->session);
        flott_batch *b = NULL;
        int rc = flott_result_next(r->r, slice, &b, &err);
        leave(r->session, state);
        if (rc == FLOTT_OK) r->pending = b;
        if (rc == FLOTT_END) break;
        if (rc < 0) {
            raise(&err);
            return -1;
        }
        if (timeout_ms >= 0 && rc == FLOTT_TIMEOUT && (timeout_ms -= slice) == 0) return 0;
    }
    return 1;
}

static PyObject *result_wait(PyObject *self, PyObject *args) {
    long long timeout_ms = -1;
    if (!PyArg_ParseTuple(args, "|L", &timeout_ms)) return NULL;
    int rc = await_batch((result *)self, timeout_ms);
    return rc < 0 ? NULL : PyBool_FromLong(rc);
}

static PyObject *result_fetch(PyObject *self, PyObject *args) {
    result *r = (result *)self;
    PyObject *make_row = NULL;
    if (!PyArg_ParseTuple(args, "|O", &make_row) || await_batch(r, -1) < 0) return NULL;
    flott_batch *b = r->pending;
    r->pending = NULL;
    if (b == NULL) Py_RETURN_NONE;
    PyObject *columns = make_row != NULL ? value_columns(r, b, make_row) : text_columns(b, flott_result_columns(r->r));
    PyObject *answer = columns != NULL ? Py_BuildValue("NN", kinds_of(b), columns) : NULL;
    PyThreadState *state = enter(r->session);
    flott_batch_free(b);
    leave(r->session, state);
    return answer;
}

static PyMethodDef result_methods[] = {
    {"fetch", result_fetch, METH_VARARGS,
     "fetch(make_row=None) -> (kinds: bytes, columns: list[list]) | None. Waits for the next rows; None: no more "
     "come.\n"
     "Fields are texts as print() shows them; with make_row, Python values, and a nested row is make_row(its fields).\n"
     "Raises Error if the job has failed."},
    {"wait", result_wait, METH_VARARGS,
     "wait(timeout_ms=-1) -> bool. True: rows are there, or no more come; False: the time is over. Raises Error."},
    {"close", result_close, METH_NOARGS, "close(). A query that runs is canceled; other jobs go on."},
    {0},
};
static PyGetSetDef result_getters[] = {
    {"kind", result_kind, NULL, "'ok', 'table', 'query' or 'job'", NULL},
    {"names", result_names, NULL, "names of the columns", NULL},
    {"types", result_types, NULL, "types of the columns, as Flink prints them", NULL},
    {"widths", result_widths, NULL, "widths that print() gives to the columns by their types", NULL},
    {"insert_only", result_insert_only, NULL, "whether only +I rows come", NULL},
    {"job", result_job, NULL, "the Job behind 'query' and 'job', else None", NULL},
    {0},
};
static char result_doc[] = "What a statement gives.";
static PyType_Slot result_slots[] = {
    {Py_tp_dealloc, result_dealloc},
    {Py_tp_methods, result_methods},
    {Py_tp_getset, result_getters},
    {Py_tp_doc, result_doc},
    {0},
};
static PyType_Spec result_spec = {"flott._engine.Result", sizeof(result), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, result_slots};

/* ---- jobs ---- */

static void job_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((job *)self)->session);
    PyObject_Free(self);
    Py_DECREF(type);
}

static bool job_open(const job *j) { return is_open(j->session); }

static PyObject *job_name(PyObject *self, void *unused) {
    (void)unused;
    const job *j = (job *)self;
    return job_open(j) ? PyUnicode_FromString(flott_job_name(j->j)) : NULL;
}

static PyObject *job_state(PyObject *self, void *unused) {
    (void)unused;
    const job *j = (job *)self;
    return job_open(j) ? PyUnicode_FromString(flott_job_state_word(flott_job_get_state(j->j))) : NULL;
}

static PyObject *job_metrics(PyObject *self, void *unused) {
    (void)unused;
    const job *j = (job *)self;
    flott_job_metrics m;
    if (!job_open(j)) return NULL;
    flott_job_get_metrics(j->j, &m);
    return Py_BuildValue("{sLsLsLsLsLsLsLsLsL}", "rows_in", (long long)m.rows_in, "rows_out", (long long)m.rows_out,
                         "late_rows", (long long)m.late_rows, "bad_records", (long long)m.bad_records, "watermark",
                         (long long)m.watermark, "next_window", (long long)m.next_window, "restarts",
                         (long long)m.restarts, "checkpoints", (long long)m.checkpoints, "last_checkpoint",
                         (long long)m.last_checkpoint);
}

static PyObject *job_wait(PyObject *self, PyObject *args) {
    job *j = (job *)self;
    long long timeout_ms = -1;
    if (!PyArg_ParseTuple(args, "|L", &timeout_ms)) return NULL;
    flott_error err;
    int rc;
    for (;;) {
        if (!job_open(j)) return NULL;
        long long slice = timeout_ms >= 0 && timeout_ms < SLICE_MS ? timeout_ms : SLICE_MS;
        PyThreadState *state = enter(j->session);
        rc = flott_job_wait(j->j, slice, &err);
        leave(j->session, state);
        if (PyErr_CheckSignals() < 0) {
            if (j->session->s != NULL) flott_job_cancel(j->j);
            return NULL;
        }
        if (timeout_ms >= 0) timeout_ms -= slice;
        if (rc != FLOTT_TIMEOUT || timeout_ms == 0) break;
    }
    return rc < 0 ? raise(&err) : PyBool_FromLong(rc == FLOTT_OK);
}

static PyObject *job_cancel(PyObject *self, PyObject *unused) {
    (void)unused;
    const job *j = (job *)self;
    if (!job_open(j)) return NULL;
    flott_job_cancel(j->j);
    Py_RETURN_NONE;
}

static PyObject *job_stop(PyObject *self, PyObject *unused) {
    (void)unused;
    const job *j = (job *)self;
    if (!job_open(j)) return NULL;
    flott_job_stop(j->j);
    Py_RETURN_NONE;
}

static PyMethodDef job_methods[] = {
    {"wait", job_wait, METH_VARARGS,
     "wait(timeout_ms=-1) -> bool. True: finished or stopped; False: the time is over. Raises Error if it has failed "
     "or\n"
     "was canceled. Ctrl-C cancels the job."},
    {"cancel", job_cancel, METH_NOARGS, "cancel(). Ends the job without more; returns at once."},
    {"stop", job_stop, METH_NOARGS,
     "stop(). Finishes the rows on their way, takes a last checkpoint; returns at once."},
    {0},
};
static PyGetSetDef job_getters[] = {
    {"name", job_name, NULL, "the job's name", NULL},
    {"state", job_state, NULL, "'CREATED', 'RUNNING', 'FINISHED', …", NULL},
    {"metrics", job_metrics, NULL, "a dict of numbers", NULL},
    {0},
};
static char job_doc[] = "A job that was submitted.";
static PyType_Slot job_slots[] = {
    {Py_tp_dealloc, job_dealloc}, {Py_tp_methods, job_methods}, {Py_tp_getset, job_getters}, {Py_tp_doc, job_doc}, {0},
};
static PyType_Spec job_spec = {"flott._engine.Job", sizeof(job), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, job_slots};

/* ---- the module ---- */

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "flott._engine",
                                    .m_doc = "flott.h for Python. Programs use flott and pyflink instead.",
                                    .m_size = -1};

PyMODINIT_FUNC PyInit__engine(void); /* called by Python's import */

PyMODINIT_FUNC PyInit__engine(void) {
    PyObject *m = PyModule_Create(&module);
    if (m == NULL) return NULL;
    PyObject *session_type = PyType_FromSpec(&session_spec);
    result_type = (PyTypeObject *)PyType_FromSpec(&result_spec);
    job_type = (PyTypeObject *)PyType_FromSpec(&job_spec);
    error_type =
        PyErr_NewExceptionWithDoc("flott._engine.Error", "What failed, where, why; hint says what to do.", NULL, NULL);
    if (session_type == NULL || result_type == NULL || job_type == NULL || error_type == NULL ||
        PyModule_AddObject(m, "Session", session_type) < 0 || PyModule_AddObjectRef(m, "Error", error_type) < 0 ||
        PyModule_AddStringConstant(m, "version", flott_version()) < 0 || !engine_values_init())
        Py_CLEAR(m);
    return m;
}
