/* SPDX-License-Identifier: Apache-2.0 */
/* file.h -- the disk and the operating system.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_FILE_H
#define FL_MESSAGES_FILE_H

// clang-format off: one part of an entry on a line

/* A file is wanted, and the path is that of a directory. */
#define FL_ERR_FILE_READ_DIRECTORY \
    FL_E_IO, "cannot read '%s': it is a directory" \
    FL_ADVICE "name a file in it"

/* Files that are read whole, such as manifests, have a limit so that a wrong path cannot exhaust the memory. */
#define FL_ERR_FILE_TOO_LARGE \
    FL_E_LIMIT, "'%s' has %lld bytes; at most %zu are read" \
    FL_ADVICE "check that the path names the file that was meant"

/* The operating system gives this process no more threads. */
#define FL_ERR_FILE_NO_THREAD \
    FL_E_IO, "cannot start thread '%s': %s" \
    FL_ADVICE "raise the limit (ulimit -u, or pids.max of the container), or lower 'parallelism.default'"

/* The operating system has refused to open, read, write, rename or remove this file; its reason ends the message. */
#define FL_ERR_FILE_DISK \
    FL_E_IO, "cannot %s '%s': %s" \
    FL_ADVICE "check that the path exists, that this user may use it, and that the disk has room"

/* Simulation only: the machine was told to lose its power at this step. */
#define FL_ERR_FILE_POWER_LOST \
    FL_E_CRASHED, "the simulated machine lost power at step %lld" \
    FL_ADVICE "nothing to mend: a test asked for it; restore from the last checkpoint"

/* ---- advice that replaces that of an entry ---- */

/* There is no such file or directory. */
#define FL_HINT_FILE_MISSING \
    "check the path; a relative path starts at the folder in which flott was started"

/* This user may not do that. */
#define FL_HINT_FILE_PERMISSION \
    "change the permissions, which ls -ld shows, or run flott as a user who has them"

/* The disk or the user's quota is full. */
#define FL_HINT_FILE_FULL \
    "make room: df -h shows what is free, df -i how many files are"

/* A file is wanted. */
#define FL_HINT_FILE_IS_DIRECTORY \
    "name a file, not a directory"

/* A directory is wanted. */
#define FL_HINT_FILE_NO_DIRECTORY \
    "a part of the path is a file; name another directory"

/* The file system takes no changes. */
#define FL_HINT_FILE_READ_ONLY \
    "choose a place that can be written; this file system is mounted read-only"

/* The process has too many files open. */
#define FL_HINT_FILE_TOO_MANY \
    "raise the limit of open files with ulimit -n"

// clang-format on

#endif
