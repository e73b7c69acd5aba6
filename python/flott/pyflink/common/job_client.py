# SPDX-License-Identifier: Apache-2.0
"""JobClient."""
import time

from flott._missing import Partial
from flott._session import wait
from pyflink.common.completable_future import CompletableFuture
from pyflink.common.job_id import JobID
from pyflink.common.job_status import JobStatus

__all__ = ["JobClient"]

# What the engine calls states, where Flink has another word.
_STATUS = {"STOPPED": "FINISHED"}
_ENDED = ("FINISHED", "STOPPED", "CANCELED", "FAILED")


class JobClient(Partial):
    """A job that was submitted: its state, its end."""

    def __init__(self, job):
        self._job, self._id, self._start = job, JobID(), time.monotonic()

    def get_job_id(self):
        """The JobID."""
        return self._id

    def get_job_status(self):
        """A future of the JobStatus."""
        def status():
            state = self._job.state
            return JobStatus[_STATUS.get(state, state)]
        return CompletableFuture(status)

    def cancel(self):
        """Ends the job without more. A future of None, done when the job has ended."""
        self._job.cancel()

        def ended():
            while self._job.state not in _ENDED:
                time.sleep(0.002)
        return CompletableFuture(ended, lambda: self._job.state in _ENDED)

    def get_accumulators(self):
        """A future of an empty dict: functions with accumulators do not run yet."""
        return CompletableFuture(dict)

    def get_job_execution_result(self):
        """A future of the JobExecutionResult; its result() waits for the job and raises if it fails."""
        def result():
            from pyflink.common.job_execution_result import JobExecutionResult
            wait(self._job)
            return JobExecutionResult(self._id, int((time.monotonic() - self._start) * 1000))
        return CompletableFuture(result, lambda: self._job.state in _ENDED)
