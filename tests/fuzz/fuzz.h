/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h -- what a fuzz target is, and how to run one.
 *
 * A target is one file fuzz_<name>.c: LLVMFuzzerTestOneInput, which must survive any bytes, and the words that often
 * make sense behind one another in its language, so that random texts reach deep. driver.c is the rest of the program.
 *
 * By itself, as `meson test --suite fuzz` does:
 *
 *     build/tests/fuzz_json               random texts, the same each time
 *     build/tests/fuzz_json -s SEED       other texts; `-s now`: of a seed from the clock, which it prints first
 *     build/tests/fuzz_json -n TEXTS      more of them, or fewer
 *     build/tests/fuzz_json FILE…         these bytes; of a folder, those of all its files
 *
 * With a fuzzer, which learns from the branches that it reaches:
 *
 *     CC=clang meson setup build-fuzz -Dfuzzer=true -Db_sanitize=address,undefined -Db_lundef=false
 *     ninja -C build-fuzz fuzz && build-fuzz/tests/fuzz_json -max_len=4096 FOLDER tests/fuzz/corpus/json
 *
 * What a fuzzer finds becomes a file in corpus/<name>/, named after the fault, and stays there: the tests run it.
 */
#ifndef FL_TESTS_FUZZ_H
#define FL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

typedef struct fuzz_word {
    const char *p;
    size_t n; /* a word may hold any bytes, NUL too */
} fuzz_word;

#define WORD(s)                                                                                                        \
    { s, sizeof(s) - 1 }
#define WORDS(list) .words = (list), .n_words = sizeof(list) / sizeof *(list)

typedef struct fuzz_target {
    const fuzz_word *words; /* NULL: texts of random bytes */
    int n_words;
    int words_max;         /* in one text */
    const char *separator; /* between words; NULL: none */
    const char *start;     /* what most texts begin with; NULL: nothing */
    int texts;             /* made by a run without files: as many as take about two seconds */
} fuzz_target;

/* Each target defines these. The data may be given only for the time of the call, at the very end of its memory. */
extern const fuzz_target fuzz;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
