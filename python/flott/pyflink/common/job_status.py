# SPDX-License-Identifier: Apache-2.0
"""JobStatus."""
from enum import Enum

__all__ = ["JobStatus"]


class JobStatus(Enum):
    """What a job is doing."""

    CREATED = 0
    RUNNING = 1
    FAILING = 2
    FAILED = 3
    CANCELLING = 4
    CANCELED = 5
    FINISHED = 6
    RESTARTING = 7
    SUSPENDED = 8
    RECONCILING = 9

    def is_globally_terminal_state(self):
        """Whether it has ended for good."""
        return self in (JobStatus.FAILED, JobStatus.CANCELED, JobStatus.FINISHED)

    def is_terminal_state(self):
        """Whether it has ended here."""
        return self.is_globally_terminal_state() or self is JobStatus.SUSPENDED
