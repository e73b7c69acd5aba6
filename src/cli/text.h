/* SPDX-License-Identifier: Apache-2.0 */
/* text.h -- what the command line needs to handle texts: slices, a growing buffer, lists of lines, widths on a screen.
 *
 * The command line sees the engine through flott.h only, so it brings these few itself. Amounts are small; running out
 * of memory ends the process in one place.
 */
#ifndef FLOTT_CLI_TEXT_H
#define FLOTT_CLI_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. */
typedef struct cli_str {
    const char *p;
    size_t n;
} cli_str;

static inline cli_str cli_str_from(const char *s) { return (cli_str){s, strlen(s)}; }
static inline bool cli_str_eq(cli_str a, cli_str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool cli_str_is(cli_str a, const char *b) { return cli_str_eq(a, cli_str_from(b)); }
bool cli_str_iis(cli_str a, const char *b); /* ASCII letters compare without case */
cli_str cli_str_trim(cli_str s);            /* without blanks and line ends at both ends */
/* The part of *s before the next `separator`; *s becomes what follows it, {NULL, 0} after the last part. */
cli_str cli_str_cut(cli_str *s, char separator);
/* Whether `needle` occurs; letters of ASCII compare without case. */
bool cli_str_contains(const char *hay, const char *needle);

/* Never NULL: out of memory is reported and ends the process. cli_grow resizes, NULL starts. */
void *cli_grow(void *p, size_t size);
char *cli_copy(cli_str s); /* NUL-terminated; freed by the caller */

typedef struct cli_buf {
    char *p; /* owned; NUL-terminated once anything was added */
    size_t n, cap;
} cli_buf;

#define CLI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
void cli_buf_deinit(cli_buf *b);
static inline void cli_buf_reset(cli_buf *b) { b->n = 0; }
void cli_buf_add(cli_buf *b, const char *p, size_t n);
void cli_buf_fill(cli_buf *b, char c, size_t n);
static inline void cli_buf_add_str(cli_buf *b, cli_str s) { cli_buf_add(b, s.p, s.n); }
static inline void cli_buf_puts(cli_buf *b, const char *s) { cli_buf_add(b, s, strlen(s)); }
static inline void cli_buf_putc(cli_buf *b, char c) { cli_buf_add(b, &c, 1); }
void cli_buf_printf(cli_buf *b, const char *fmt, ...) CLI_PRINTF(2, 3);
void cli_buf_vprintf(cli_buf *b, const char *fmt, va_list args) CLI_PRINTF(2, 0);
static inline const char *cli_buf_text(const cli_buf *b) { return b->n == 0 ? "" : b->p; }
/* `s` in the shell's spelling: as it is, or in single quotes. */
void cli_buf_add_quoted(cli_buf *b, const char *s);
/* 1234567 as 1,234,567 */
void cli_buf_add_count(cli_buf *b, int64_t n);

/* Lines that are owned, each NUL-terminated. */
typedef struct cli_lines {
    char **p;
    int n, cap;
} cli_lines;

void cli_lines_add(cli_lines *l, cli_str line);
void cli_lines_sort(cli_lines *l);  /* by bytes */
void cli_lines_reset(cli_lines *l); /* frees the lines */
void cli_lines_deinit(cli_lines *l);

/* Decodes one UTF-8 character and returns its length in bytes, at least 1; *c is U+FFFD for a byte that begins none. */
size_t cli_utf8(const char *p, size_t n, uint32_t *c);
/* Columns of a screen that a character takes: 2 for East Asian wide ones, else 1, as Flink's client counts. */
int cli_char_width(uint32_t c);
int cli_width(cli_str s);
/* The same for a name in Flink's client, which counts UTF-16 units. */
int cli_units(cli_str s);

/* The candidate nearest to `word`, or NULL if none is near enough to be a slip of the pen. next(arg, i) gives the
 * candidates, NULL ends them. */
const char *cli_nearest(const char *word, const char *(*next)(const void *arg, int i), const void *arg);

/* The folder of a file, for flott_options; NULL: the working folder. Freed by the caller. */
char *cli_folder_of(const char *path);
/* Reads a whole file, "-" is standard input; false with errno. *text is freed by the caller. */
bool cli_read_file(const char *path, char **text, size_t *size);

#endif
