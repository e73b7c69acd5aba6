/* SPDX-License-Identifier: Apache-2.0 */
/* gen_config.c -- writes docs/configuration.md: `ninja docs` runs it after a change of the tables. */
#include <stdio.h>

#include "env/config.h"

int main(int argc, char **argv) {
    fl_buf text;
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: gen_config FILE\n");
        return 2;
    }
    fl_buf_init(&text);
    fl_config_markdown(&text);
    bool written = fwrite(text.p, 1, text.n, out) == text.n;
    written = fclose(out) == 0 && written;
    fl_buf_deinit(&text);
    if (!written) perror(argv[1]);
    return written ? 0 : 1;
}
