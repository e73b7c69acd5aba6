/* SPDX-License-Identifier: Apache-2.0 */
/* module.c -- finding, opening and checking loadable modules.
 *
 * A module becomes a fl_connector like any built-in: its options are checked by the same code, and its ends are driven
 * by module_ends.c. All are kept in one list for the life of the process.
 */
#include "connectors/module.h"

#include "messages/connector.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

typedef struct loaded {
    fl_connector connector; /* first: fl_module_of looks behind it */
    const flott_module *module;
    struct loaded *next;
} loaded;

static fl_mutex lock = PTHREAD_MUTEX_INITIALIZER;
static loaded *modules;

/* ---- finding ---- */

static bool is_name(const char *s) {
    for (const char *c = s; *c != '\0'; c++)
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && *c != '-' && *c != '_') return false;
    return s[0] != '\0';
}

/* The folder of the program or library that holds this code. */
static const char *own_folder(fl_arena *a) {
    Dl_info info;
    if (dladdr(&modules, &info) == 0 || info.dli_fname == NULL) return ".";
    char *path = realpath(strchr(info.dli_fname, '/') != NULL ? info.dli_fname : "/proc/self/exe", NULL);
    const char *folder = path != NULL ? fl_path_parent(a, path) : ".";
    free(path);
    return folder;
}

/* Where modules may lie, in the order in which they are looked for; `here`: one more, or NULL. */
static void folders(fl_arena *a, const char *here, const char ***out, int *n) {
    int cap = 0;
    *out = NULL;
    *n = 0;
    const char *given = getenv("FLOTT_MODULE_PATH");
    for (const char *at = given; at != NULL && *at != '\0';) {
        const char *end = strchrnul(at, ':');
        if (end > at) FL_PUSH(a, *out, *n, cap, fl_arena_strndup(a, at, (size_t)(end - at)));
        at = *end == ':' ? end + 1 : end;
    }
    if (here != NULL) FL_PUSH(a, *out, *n, cap, here);
    FL_PUSH(a, *out, *n, cap, fl_path_join(a, own_folder(a), "modules"));
    FL_PUSH(a, *out, *n, cap, FLOTT_MODULE_FOLDER);
}

/* ---- opening ---- */

static const fl_option_type option_types[] = {
    [FLOTT_OPTION_STRING] = FL_OPT_STRING, [FLOTT_OPTION_BOOLEAN] = FL_OPT_BOOL,
    [FLOTT_OPTION_INTEGER] = FL_OPT_INT,   [FLOTT_OPTION_DURATION] = FL_OPT_DURATION,
    [FLOTT_OPTION_MEMORY] = FL_OPT_MEMORY,
};

static const fl_option_def *options_of(const flott_module *m) {
    int n = 0;
    while (m->options != NULL && m->options[n].key != NULL) n++;
    fl_option_def *defs = fl_calloc((size_t)n + 1, sizeof *defs);
    for (int i = 0; i < n; i++) {
        const flott_module_option *o = &m->options[i];
        defs[i] = (fl_option_def){.key = o->key,
                                  .type = option_types[o->type],
                                  .fallback = o->fallback,
                                  .required = o->required,
                                  .help = o->help};
    }
    return defs;
}

static int check_table(const char *name, const char *path, const flott_module *m, fl_error *err) {
    if (m->abi != FLOTT_MODULE_ABI)
        return fl_fail(err, FL_ERR_CONNECTOR_MODULE_VERSION, path, m->abi, FLOTT_MODULE_ABI);
    if (m->name == NULL || strcmp(m->name, name) != 0)
        return fl_fail(err, FL_ERR_CONNECTOR_MODULE_NAME, path, m->name != NULL ? m->name : "");
    for (const flott_module_option *o = m->options; o != NULL && o->key != NULL; o++)
        if ((unsigned)o->type >= FL_ARRAY_LEN(option_types))
            return fl_fail(err, FL_ERR_CONNECTOR_MODULE_OPTION, path, o->key);
    if (m->source == NULL && m->sink == NULL) return fl_fail(err, FL_ERR_CONNECTOR_MODULE_EMPTY, path);
    return 0;
}

static int cannot_open(const char *path, const char *why, fl_error *err) {
    return fl_fail(err, FL_ERR_CONNECTOR_MODULE_OPEN, path, why != NULL ? why : "unknown reason");
}

/* The symbol of the file, which is there. */
static int open_file(fl_arena *a, const char *path, const char *symbol, void **handle, void **found, fl_error *err) {
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*handle == NULL) return cannot_open(path, dlerror(), err);
    *found = dlsym(*handle, symbol);
    if (*found != NULL) return 1;
    dlclose(*handle);
    return cannot_open(path, fl_arena_printf(a, "it does not export %s", symbol), err);
}

int fl_module_file(fl_arena *a, const char *name, const char *symbol, const char **path, void **handle, void **found,
                   fl_error *err) {
    const char **list, *file = fl_arena_printf(a, "flott-%s.so", name);
    int n;
    folders(a, NULL, &list, &n);
    for (int i = 0; i < n; i++) {
        *path = fl_path_join(a, list[i], file);
        if (fl_disk_exists(fl_platform_real(), *path)) return open_file(a, *path, symbol, handle, found, err);
    }
    return 0;
}

/* Whether an address is code rather than data, as the table of symbols has it. */
static bool is_code(const void *address) {
    Dl_info info;
    void *found = NULL;
    if (dladdr1(address, &info, &found, RTLD_DL_SYMENT) == 0 || found == NULL) return false;
    const ElfW(Sym) *symbol = found;
    return ELF64_ST_TYPE(symbol->st_info) == STT_FUNC; /* the same for 32 bits */
}

int fl_module_symbol(fl_arena *a, const char *file, const char *symbol, const char *here, void **found, bool *code,
                     const char **looked, fl_error *err) {
    const char **list = &(const char *){""};
    void *handle;
    int n = 1, rc = 0;
    fl_buf tried;
    fl_buf_init(&tried);
    if (file[0] != '/') folders(a, here, &list, &n);
    for (int i = 0; i < n && rc == 0; i++) {
        const char *path = file[0] == '/' ? file : fl_path_join(a, list[i], file);
        fl_buf_printf(&tried, "%s%s", i > 0 ? ", " : "", fl_path_parent(a, path));
        if (fl_disk_exists(fl_platform_real(), path)) rc = open_file(a, path, symbol, &handle, found, err);
    }
    *looked = fl_buf_finish(&tried, a);
    if (rc == 1) *code = is_code(*found);
    return rc;
}

static loaded *make_connector(const flott_module *m) {
    loaded *l = fl_calloc(1, sizeof *l);
    l->module = m;
    l->connector = (fl_connector){
        .name = m->name,
        .options = options_of(m),
        .plan_source = m->source != NULL ? fl_module_plan_source : NULL,
        .source = &fl_module_source_type,
        .plan_sink = m->sink != NULL ? fl_module_plan_sink : NULL,
        .sink = &fl_module_sink_type,
        .doc = m->doc,
    };
    return l;
}

static int open_module(fl_arena *a, const char *name, loaded **out, fl_error *err) {
    const char *path;
    void *handle, *symbol;
    int rc = fl_module_file(a, name, "flott_module_open", &path, &handle, &symbol, err);
    if (rc <= 0) return rc;
    flott_module_error why = {{0}, {0}};
    flott_module_open_fn *module_open;
    memcpy(&module_open, &symbol, sizeof module_open); /* ISO C has no cast for it */
    const flott_module *m = module_open(&why);
    if (m == NULL) {
        rc = cannot_open(path, why.message, err);
        if (why.hint[0] != '\0') fl_error_hint(err, "%s", why.hint);
    } else {
        rc = check_table(name, path, m, err);
    }
    if (rc < 0) {
        dlclose(handle);
        return rc;
    }
    *out = make_connector(m);
    return 1;
}

static int find(const char *name, loaded **out, fl_error *err) {
    for (*out = modules; *out != NULL; *out = (*out)->next)
        if (strcmp((*out)->module->name, name) == 0) return 1;
    fl_arena a;
    fl_arena_init(&a);
    int rc = open_module(&a, name, out, err);
    fl_arena_deinit(&a);
    if (rc == 1) {
        (*out)->next = modules;
        modules = *out;
    }
    return rc;
}

int fl_module_connector(const char *name, const fl_connector **out, fl_error *err) {
    loaded *l = NULL;
    if (!is_name(name)) return 0;
    fl_mutex_lock(&lock);
    int rc = find(name, &l, err);
    fl_mutex_unlock(&lock);
    if (rc == 1) *out = &l->connector;
    return rc;
}

const flott_module *fl_module_of(const fl_connector *c) { return ((const loaded *)c)->module; }
