/* SPDX-License-Identifier: Apache-2.0 */
/* meter.c -- runs a command and reports what it cost.
 *
 *     meter REPORT MARK COMMAND ARGUMENT…
 *
 * REPORT becomes one JSON object: how the command ended, the user and system time of it and all of its descendants, the
 * wall time to its end, the wall time until MARK was in its standard output (null: never; MARK may be empty), and the
 * peak memory, added up over the processes. Standard output is passed on.
 *
 * It is a program of its own because Linux counts the memory of the process that forks into ru_maxrss of the program
 * that it then becomes: a child of a Python program never seems smaller than Python. This one is as small as can be.
 *
 * Descendants whose parent ends become children of the meter (PR_SET_CHILD_SUBREAPER), so they are waited for and
 * counted too. On SIGTERM, or when the process that started it is gone, it kills the whole group and ends. The meter
 * should be started in a session of its own: the group that it kills is its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec * 1e-6; }

static void kill_group(int signal) {
    (void)signal;
    kill(0, SIGKILL); /* this process too */
}

static pid_t start(char **command, int *output) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(command[0], command);
        fprintf(stderr, "cannot run '%s': %s\n", command[0], strerror(errno));
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return pid;
}

/* Passes the output on until it ends; returns when the mark was seen, or -1. */
static double pass_on(int output, const char *mark) {
    char buffer[1 << 16];
    size_t mark_length = strlen(mark), kept = 0; /* the last bytes of the read before, where a mark may begin */
    double seen_s = -1;
    for (ssize_t got; (got = read(output, buffer + kept, sizeof buffer - kept)) != 0;) {
        if (got < 0) {
            if (errno == EINTR) continue;
            break;
        }
        size_t have = kept + got;
        if (mark_length > 0 && seen_s < 0 && memmem(buffer, have, mark, mark_length) != NULL) seen_s = now_s();
        for (ssize_t done = 0, n; done < got; done += n)
            if ((n = write(STDOUT_FILENO, buffer + kept + done, got - done)) < 0) return seen_s;
        kept = mark_length > 0 && have >= mark_length ? mark_length - 1 : 0;
        memmove(buffer, buffer + have - kept, kept);
    }
    return seen_s;
}

int main(int argc, char **argv) {
    if (argc < 4 || strlen(argv[2]) > 1000) {
        fputs("usage: meter REPORT MARK COMMAND ARGUMENT...\n", stderr);
        return 2;
    }
    pid_t parent = getppid();
    signal(SIGTERM, kill_group);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return 1;
    prctl(PR_SET_CHILD_SUBREAPER, 1);

    int output, status, main_status = 0;
    double began_s = now_s(), wall_s = 0, user_s = 0, system_s = 0;
    long peak_kb = 0;
    pid_t pid = start(argv + 3, &output), ended;
    if (pid < 0) {
        perror("cannot start a process");
        return 1;
    }
    double seen_s = pass_on(output, argv[2]);
    struct rusage u;
    while ((ended = wait4(-1, &status, 0, &u)) > 0 || errno == EINTR) {
        if (ended <= 0) continue;
        if (ended == pid) {
            wall_s = now_s() - began_s;
            main_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        user_s += seconds(u.ru_utime);
        system_s += seconds(u.ru_stime);
        peak_kb += u.ru_maxrss;
    }

    char mark_s[32] = "null";
    if (seen_s >= 0) snprintf(mark_s, sizeof mark_s, "%.6f", seen_s - began_s);
    FILE *report = fopen(argv[1], "w");
    if (report == NULL) {
        fprintf(stderr, "cannot open '%s': %s\n", argv[1], strerror(errno));
        return 1;
    }
    fprintf(
        report,
        "{\"status\": %d, \"user_s\": %.6f, \"system_s\": %.6f, \"wall_s\": %.6f, \"mark_s\": %s, \"peak_kb\": %ld}\n",
        main_status, user_s, system_s, wall_s, mark_s, peak_kb);
    return fclose(report) != 0;
}
