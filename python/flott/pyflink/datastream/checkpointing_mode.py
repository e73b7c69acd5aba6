# SPDX-License-Identifier: Apache-2.0
"""CheckpointingMode."""
from enum import Enum

__all__ = ["CheckpointingMode"]


class CheckpointingMode(Enum):
    """What state guarantees after a failure. Here it is always exactly once."""

    EXACTLY_ONCE = 0
    AT_LEAST_ONCE = 1
