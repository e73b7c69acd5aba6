/* SPDX-License-Identifier: Apache-2.0 */
/* driver.c -- the part of a fuzz program that all targets share; fuzz.h tells how to run it.
 *
 * What:       main, which runs files or makes texts; or, with a fuzzer that brings a main of its own, the mutation that
 *             makes the fuzzer speak the target's words.
 * Algorithm:  a text is a row of random words with now and then a random byte between them, and a few bytes spoilt in
 *             one text of four. Text i depends on the seed and i alone. One that ends the
 *             program, or does not come to an end, is left in the working directory as crash-<seed>-<i>. A text lies at
 * the very end of its memory, so that a sanitizer sees any look beyond it.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_SECONDS_MAX = 60 }; /* for one text: more is taken for an endless loop */

static uint64_t random_state;

/* splitmix64 */
static uint64_t draw(uint64_t n) {
    uint64_t x = random_state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return (x ^ x >> 31) % n;
}

#ifdef FUZZER

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Half of the time the fuzzer's own mutation, else a word put in, or put over what is there. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
    random_state = seed;
    if (fuzz.n_words == 0 || draw(2) == 0) return LLVMFuzzerMutate(data, size, max);
    const fuzz_word *w = &fuzz.words[draw((uint64_t)fuzz.n_words)];
    const char *separator = fuzz.separator != NULL && draw(4) > 0 ? fuzz.separator : "";
    size_t at = draw(size + 1), gap = strlen(separator), n = w->n + 2 * gap;
    size_t over = draw(3) == 0 ? draw(size - at + 1) : 0;
    if (size - over + n > max) return LLVMFuzzerMutate(data, size, max);
    memmove(data + at + n, data + at + over, size - at - over);
    memcpy(data + at, separator, gap);
    memcpy(data + at + gap, w->p, w->n);
    memcpy(data + at + gap + w->n, separator, gap);
    return size - over + n;
}

#else

/* ---- what is said when a text ends the program ---- */

static struct {
    const uint8_t *p;
    size_t n;
    const char *file; /* that it was read from, or is to be saved as */
    bool made;
} running;

static bool say(const char *s) { return write(STDERR_FILENO, s, strlen(s)) > 0; }

/* Names the file, or keeps the text as one, for it to be run alone. */
static void die(int signal) {
    int fd = running.made ? open(running.file, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
    bool saved = fd >= 0 && write(fd, running.p, running.n) == (ssize_t)running.n;
    if (signal == SIGALRM) say("took too long: ");
    if (say(saved ? "saved as " : "in ") && say(running.file)) say("\n");
    _exit(128 + signal);
}

static void run(const uint8_t *p, size_t n, const char *file, bool made) {
    running.p = p;
    running.n = n;
    running.file = file;
    running.made = made;
    alarm(TEXT_SECONDS_MAX);
    LLVMFuzzerTestOneInput(p, n);
    alarm(0);
}

/* ---- files ---- */

static int run_file(const char *path);

static int run_folder(const char *path, DIR *d) {
    int failed = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char inner[4096];
        if (e->d_name[0] == '.') continue;
        failed |= snprintf(inner, sizeof inner, "%s/%s", path, e->d_name) >= (int)sizeof inner || run_file(inner);
    }
    closedir(d);
    return failed;
}

static int run_file(const char *path) {
    DIR *d = opendir(path);
    if (d != NULL) return run_folder(path, d);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    int failed = size < 0 || fread(bytes, 1, (size_t)size, f) != (size_t)size;
    fclose(f);
    if (!failed) run(bytes, (size_t)size, path, false);
    free(bytes);
    return failed;
}

/* ---- random texts ---- */

typedef struct text {
    uint8_t *p;
    size_t n, cap;
} text;

static void put(text *t, const void *p, size_t n) {
    if (t->cap - t->n < n) t->p = realloc(t->p, t->cap = (t->cap + n) * 2);
    if (n > 0) memcpy(t->p + t->n, p, n);
    t->n += n;
}

static void put_string(text *t, const char *s) {
    if (s != NULL) put(t, s, strlen(s));
}

static void make(text *t) {
    t->n = 0;
    if (draw(4) > 0) put_string(t, fuzz.start);
    for (uint64_t n = draw((uint64_t)fuzz.words_max + 1); n > 0; n--) {
        uint8_t byte = (uint8_t)draw(256);
        const fuzz_word *w = fuzz.n_words > 0 ? &fuzz.words[draw((uint64_t)fuzz.n_words)] : NULL;
        if (w == NULL || draw(50) == 0)
            put(t, &byte, 1);
        else
            put(t, w->p, w->n);
        if (draw(20) > 0) put_string(t, fuzz.separator);
    }
    if (draw(4) > 0) return;
    for (uint64_t n = draw(4); n > 0 && t->n > 0; n--) t->p[draw(t->n)] = (uint8_t)draw(256);
}

static void run_random(uint64_t seed, int texts) {
    text t = {0};
    char file[64];
    for (int i = 0; i < texts; i++) {
        random_state = seed + ((uint64_t)i << 32);
        make(&t);
        uint8_t *copy = malloc(t.n > 0 ? t.n : 1);
        if (t.n > 0) memcpy(copy, t.p, t.n);
        snprintf(file, sizeof file, "crash-%llu-%d", (unsigned long long)seed, i);
        run(copy, t.n, file, true);
        free(copy);
    }
    free(t.p);
}

int main(int argc, char **argv) {
    uint64_t seed = 1;
    int texts = fuzz.texts, failed = 0, i = 1;
    for (; i + 1 < argc && (strcmp(argv[i], "-s") == 0 || strcmp(argv[i], "-n") == 0); i += 2)
        if (argv[i][1] == 's')
            seed = strcmp(argv[i + 1], "now") == 0 ? (uint64_t)time(NULL) : strtoull(argv[i + 1], NULL, 10);
        else
            texts = atoi(argv[i + 1]);
    static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    for (size_t k = 0; k < sizeof fatal / sizeof *fatal; k++) {
        void (*old)(int) = signal(fatal[k], die);
        if (old != SIG_DFL) signal(fatal[k], old); /* a sanitizer has more to say */
    }
    if (i < argc) {
        for (; i < argc; i++) failed |= run_file(argv[i]);
        return failed;
    }
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    run_random(seed, texts);
    return 0;
}

#endif
