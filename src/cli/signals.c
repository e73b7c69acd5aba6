/* SPDX-License-Identifier: Apache-2.0 */
/* signals.c -- counts requests to stop. The only state of the command line that is not passed as a parameter, because a
 * signal handler has none. See signals.h. */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "command.h"

static atomic_int requests;
static atomic_int first_signal;

static void on_signal(int number) {
    int none = 0;
    atomic_compare_exchange_strong(&first_signal, &none, number);
    if (atomic_fetch_add(&requests, 1) + 1 >= 3) _exit(CLI_SIGNALLED + number);
}

void cli_signals_install(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int cli_signals_count(void) { return atomic_load(&requests); }

int cli_signals_exit_code(void) { return CLI_SIGNALLED + atomic_load(&first_signal); }
