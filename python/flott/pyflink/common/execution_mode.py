# SPDX-License-Identifier: Apache-2.0
"""ExecutionMode."""
from enum import Enum

__all__ = ["ExecutionMode"]


class ExecutionMode(Enum):
    """How batch jobs exchange data."""

    PIPELINED = 0
    PIPELINED_FORCED = 1
    BATCH = 2
    BATCH_FORCED = 3
