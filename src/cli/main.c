/* SPDX-License-Identifier: Apache-2.0 */
/* main.c -- the program `flott`. Its commands are listed in commands.c, each has a file of its own. */
#include "command.h"

int main(int argc, char **argv) { return cli_main(stdout, stderr, argc, argv); }
