# SPDX-License-Identifier: Apache-2.0
"""RuntimeExecutionMode."""
from enum import Enum

__all__ = ["RuntimeExecutionMode"]


class RuntimeExecutionMode(Enum):
    """STREAMING: results as they change; BATCH: the end of bounded inputs; AUTOMATIC: BATCH if all are bounded."""

    STREAMING = 0
    BATCH = 1
    AUTOMATIC = 2
