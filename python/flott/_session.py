# SPDX-License-Identifier: Apache-2.0
"""A session of the engine as PyFlink's classes use it: errors in their classes, notes on stderr, the end of jobs."""
import atexit
import os
import sys

from flott import _engine
from flott._errors import translated

_process = os.getpid()  # a child that was forked has none of the engine's threads
_sessions = []  # all of this process: a job goes on when the variable of its environment is gone


def note(text):
    """What the user should see, on stderr. The same text is said once."""
    if text not in _noted:
        _noted.add(text)
        _flush()
        sys.stderr.write(f"flott: note: {text}\n")
        sys.stderr.flush()


def _flush():
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


_noted = set()
_ACTIVE = ("CREATED", "RUNNING", "RESTARTING")


def quoted(text):
    """A text as a literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def named(name):
    """A name as an identifier of SQL."""
    return "`" + str(name).replace("`", "``") + "`"


class Session:
    """One session of the engine: catalogs, views, configuration."""

    def __init__(self):
        self.engine = _engine.Session(note=note, script=_script(), folder=_folder())
        self.inserts = []  # jobs of INSERTs, which the program may wait for
        _sessions.append(self)

    def execute(self, sql):
        """One statement. Raises what PyFlink raises (flott._errors)."""
        _flush()  # what a print table writes comes after what the program has printed
        try:
            result = self.engine.execute(sql)
        except _engine.Error as e:
            raise translated(e) from None
        if result.kind == "job":
            self.inserts.append(result.job)
        return result

    def rows(self, sql):
        """All rows of a statement, as tuples."""
        result, rows = self.execute(sql), []
        while True:
            batch = fetch(result, list)
            if batch is None:
                return rows
            rows += zip(*batch[1])

    def describe(self, sql):
        """Names and types of a query's columns, without running it."""
        try:
            result = self.engine.describe(sql)
        except _engine.Error as e:
            raise translated(e) from None
        return result.names, result.types

    def set(self, key, value):
        """A configuration key. A key that the engine does not know is noted and kept by the caller."""
        try:
            self.engine.set(key, value)
        except _engine.Error as e:
            if e.word == "validation" and "unknown" in str(e):
                note(f"{e}: it has no effect" + (f" ({e.hint})" if e.hint else ""))
            else:
                raise translated(e) from None


def fetch(result, make_row=None):
    """The next rows of a result, as its fetch() gives them. Raises what PyFlink raises."""
    try:
        return result.fetch(make_row) if make_row is not None else result.fetch()
    except _engine.Error as e:
        raise translated(e) from None


def wait(awaited, timeout_ms=-1):
    """Of a job, True: it has ended well; of a result, True: rows are there. False: the time is over.

    Raises what PyFlink raises.
    """
    try:
        return awaited.wait(timeout_ms)
    except _engine.Error as e:
        raise translated(e) from None
    except KeyboardInterrupt:  # a job is canceled already; let it end
        import time
        until = time.monotonic() + 5
        while getattr(awaited, "state", None) in _ACTIVE and time.monotonic() < until:
            time.sleep(0.002)
        raise


def _program():
    """The program's file; None: it is not one."""
    name = sys.argv[0] if sys.argv else ""
    return name if name.endswith(".py") else None


def _script():
    """The program's file without folder and ending: names its checkpoints."""
    program = _program()
    return program and os.path.basename(program)[:-3]


def _folder():
    """Where the program lies: modules with functions in C are looked for there."""
    program = _program()
    return program and os.path.dirname(os.path.abspath(program))


@atexit.register
def _end():
    """Jobs end with the program, as in PyFlink's local mode; one that was cut is told of."""
    if os.getpid() != _process:
        return
    for session in _sessions:
        for job in session.inserts:
            if job.state in _ACTIVE:
                note(f"job '{job.name}' was still running when the program ended, and has been cut: "
                     "call wait() on what executed it to let it finish")
                job.cancel()
        session.engine.close()
