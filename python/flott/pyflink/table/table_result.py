# SPDX-License-Identifier: Apache-2.0
"""TableResult: what a statement gives; its rows, as an iterator or printed."""
import sys

from flott._session import fetch, wait
from pyflink.common.types import KINDS, Row
from pyflink.table.result_kind import ResultKind

__all__ = ["TableResult", "CloseableIterator"]


class CloseableIterator:
    """Rows, one after the other, as they come. close(), or `with`, ends what makes them."""

    def __init__(self, batches, close):
        self._rows, self._close = self._iterate(batches), close

    @staticmethod
    def _iterate(batches):
        of = Row._of
        for kinds, columns in batches:
            for kind, values in zip(kinds, zip(*columns)):
                yield of(list(values), KINDS[kind])

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._rows)

    next = __next__

    def close(self):
        """Cancels a query that runs; no more rows come."""
        self._rows = iter(())
        self._close()

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        self.close()


class TableResult:
    """What execute_sql() and its like give. The rows of a query can be had once: by collect() or print()."""

    def __init__(self, result, streaming):
        self._result, self._streaming = result, streaming
        self._kind, self._job, self._client = result.kind, result.job, None
        self._names, self._types = result.names, result.types
        if self._kind == "ok":
            self._names, self._types = ["result"], ["STRING"]

    def get_job_client(self):
        """The JobClient of the job behind it, or None."""
        if self._job is None:
            return None
        if self._client is None:
            from pyflink.common.job_client import JobClient
            self._client = JobClient(self._job)
        return self._client

    def get_result_kind(self):
        """ResultKind.SUCCESS or SUCCESS_WITH_CONTENT."""
        return ResultKind.SUCCESS if self._kind == "ok" else ResultKind.SUCCESS_WITH_CONTENT

    def get_table_schema(self):
        """Names and types of the columns, a TableSchema."""
        from pyflink.table.table_schema import TableSchema
        from pyflink.table.types import parsed
        return TableSchema(self._names, [parsed(text) for text in self._types])

    def wait(self, timeout_ms=None):
        """Waits: for the end of an INSERT, for the first row of a query. Ctrl-C cancels the job.

        timeout_ms: at most so long, in milliseconds; None: as long as it takes. Raises what the job fails with, and
        Py4JJavaError (a TimeoutException) when the time is over.
        """
        awaited = {"job": self._job, "query": self._result}.get(self._kind)
        if awaited is not None and not wait(awaited, -1 if timeout_ms is None else int(timeout_ms)):
            from py4j.protocol import Py4JJavaError
            what = "the job is still running" if self._kind == "job" else "no row has come"
            raise Py4JJavaError(f"{what} after {timeout_ms} ms", "java.util.concurrent.TimeoutException")

    def _batches(self):
        if self._kind == "ok":
            yield b"\0", [["OK"]]
        elif self._kind == "job":
            self.wait()
            yield b"\0", [[-1] for _ in self._names]
        else:
            yield from iter(lambda: fetch(self._result, list_row), None)

    def _close(self):
        if self._kind != "job":
            self._result.close()

    def collect(self):
        """The rows, a CloseableIterator of Row."""
        return CloseableIterator(self._batches(), self._close)

    def print(self):
        """Prints the rows as a table on stdout: of a query as they come, else when all are there."""
        if self._kind == "ok":
            print("OK")
            return
        if self._kind == "job":
            self.wait()
            batches, widths = [(b"\0", [["-1"] for _ in self._names])], None
        else:
            batches = iter(lambda: fetch(self._result), None)
            widths = self._result.widths if self._kind == "query" else None
        _print(self._names, batches, widths, self._kind == "query" and self._streaming)


def list_row(values):
    """A row inside a row, as PyFlink gives it: one field, a list of its values."""
    return Row._of([values])


# ---- tables of text ----

def _width(text):
    """Columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _cell(text, width):
    """The text at the right of `width` columns; what does not fit is cut and ends in dots."""
    needed = _width(text)
    if needed > width:
        keep, used = [], 0
        for c in text:
            used += _width(c)
            if used > width - 3:
                break
            keep.append(c)
        text = "".join(keep) + "..."
        needed = _width(text)
    return " " * (width - needed) + text


def _print(names, batches, widths, with_kinds):
    """widths None: as wide as what is in them, which takes all rows first, and NULL is empty: SHOW, DESCRIBE."""
    null = "<NULL>" if widths is not None else ""
    if widths is None:
        batches = list(batches)
        widths = [max([_width(name)] + [_width(t or "") for _, columns in batches for t in columns[i]])
                  for i, name in enumerate(names)]
    else:
        widths = [max(width, _width(name), len(null)) for width, name in zip(widths, names)]
    if with_kinds:
        names, widths = ["op"] + list(names), [2] + list(widths)
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+\n"
    count, write = 0, sys.stdout.write
    for kinds, columns in batches:
        if count == 0 and len(kinds) > 0:
            write(border + "| " + " | ".join(map(_cell, names, widths)) + " |\n" + border)
        for kind, row in zip(kinds, zip(*columns)):
            cells = [null if text is None else text for text in row]
            if with_kinds:
                cells.insert(0, str(KINDS[kind]))
            write("| " + " | ".join(map(_cell, cells, widths)) + " |\n")
        count += len(kinds)
        sys.stdout.flush()
    write(border + f"{count} {'row' if count == 1 else 'rows'} in set\n" if count else "Empty set\n")
