/* SPDX-License-Identifier: Apache-2.0 */
/* columns.h -- the input of bench/expr: files by make_columns, mapped into memory as columns in Arrow's layout. */
#ifndef BENCH_COLUMNS_H
#define BENCH_COLUMNS_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limit.h"

enum { COLUMNS_MAX = 64, NAME_MAX_BYTES = 32 };

typedef struct mapped {
    const void *at; /* NULL: there is no such file */
    size_t size;
} mapped;

typedef struct column {
    char name[NAME_MAX_BYTES], format[NAME_MAX_BYTES]; /* Arrow's; of a list with that of its elements: +l:i */
    mapped values, offsets, valid;
} column;

typedef struct columns {
    long rows;
    int n;
    column column[COLUMNS_MAX];
} columns;

static inline mapped map_part(const char *folder, const char *name, const char *part) {
    char path[4096];
    struct stat about;
    if (snprintf(path, sizeof path, "%s/%s.%s", folder, name, part) >= (int)sizeof path) die("use the name", folder);
    int file = open(path, O_RDONLY);
    if (file < 0 && errno == ENOENT) return (mapped){0};
    if (file < 0 || fstat(file, &about) < 0) die("open", path);
    size_t size = (size_t)about.st_size;
    void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (at == MAP_FAILED) die("map", path);
    close(file);
    return (mapped){at, size};
}

static inline columns columns_load(const char *folder) {
    columns all = {0};
    char path[4096], name[NAME_MAX_BYTES], format[NAME_MAX_BYTES];
    if (snprintf(path, sizeof path, "%s/columns", folder) >= (int)sizeof path) die("use the name", folder);
    FILE *list = open_or_die(path, "r");
    while (fscanf(list, "%31s %31s", name, format) == 2) {
        if (all.n == COLUMNS_MAX) die("take so many columns from", path);
        column *c = &all.column[all.n++];
        strcpy(c->name, name);
        strcpy(c->format, format);
        c->values = map_part(folder, name, "values");
        c->offsets = map_part(folder, name, "offsets");
        c->valid = map_part(folder, name, "valid");
        if (c->values.at == NULL) die("find the values of", name);
    }
    fclose(list);
    if (all.n == 0 || strcmp(all.column[0].format, "l") != 0) die("find a row number in", path);
    all.rows = (long)(all.column[0].values.size / 8);
    return all;
}

#endif
