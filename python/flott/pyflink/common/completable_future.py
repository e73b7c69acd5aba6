# SPDX-License-Identifier: Apache-2.0
"""CompletableFuture."""

__all__ = ["CompletableFuture"]


class CompletableFuture:
    """A value that may come later. wait() gives it or raises; is_done() says whether it would have to wait."""

    def __init__(self, wait, is_done=lambda: True):
        self._wait, self._is_done = wait, is_done

    def cancel(self):
        """False: what it waits for goes on. JobClient.cancel() ends a job."""
        return False

    def cancelled(self):
        """Whether cancel() has had an effect: never."""
        return False

    def done(self):
        """Whether result() gives its answer at once."""
        return self._is_done()

    def result(self):
        """The value; waits for it. Raises what went wrong."""
        return self._wait()

    def exception(self):
        """What result() would raise, or None; waits."""
        try:
            self._wait()
        except Exception as e:
            return e
        return None

    def __str__(self):
        return "CompletableFuture[" + ("completed" if self.done() else "not completed") + "]"
