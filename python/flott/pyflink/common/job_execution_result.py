# SPDX-License-Identifier: Apache-2.0
"""JobExecutionResult."""
from flott._missing import Partial

__all__ = ["JobExecutionResult"]


class JobExecutionResult(Partial):
    """What is left of a job that has finished."""

    def __init__(self, job_id, net_runtime_ms):
        self._job_id, self._net_runtime_ms = job_id, net_runtime_ms

    def get_job_id(self):
        """The JobID."""
        return self._job_id

    def get_net_runtime(self):
        """Milliseconds from the start to the end."""
        return self._net_runtime_ms

    def get_all_accumulator_results(self):
        """An empty dict: functions with accumulators do not run yet."""
        return {}

    def __str__(self):
        return (f"Program execution finished\nJob with JobID {self._job_id} has finished.\n"
                f"Job Runtime: {self._net_runtime_ms} ms\n")
