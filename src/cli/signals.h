/* SPDX-License-Identifier: Apache-2.0 */
/* signals.h -- requests to stop: Ctrl-C and SIGTERM. The first asks, the second insists, the third ends the process. */
#ifndef FLOTT_CLI_SIGNALS_H
#define FLOTT_CLI_SIGNALS_H

/* From now on the two signals are counted. A closed pipe becomes an error of writing instead of a signal. */
void cli_signals_install(void);
int cli_signals_count(void);
/* The exit code for an interrupted command: 128 and the number of the first signal. */
int cli_signals_exit_code(void);

#endif
