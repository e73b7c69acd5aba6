# SPDX-License-Identifier: Apache-2.0
"""ExternalizedCheckpointRetention."""
from enum import Enum

__all__ = ["ExternalizedCheckpointRetention"]


class ExternalizedCheckpointRetention(Enum):
    """What becomes of checkpoints when a job ends. Here the newest are always kept."""

    DELETE_ON_CANCELLATION = 0
    RETAIN_ON_CANCELLATION = 1
    NO_EXTERNALIZED_CHECKPOINTS = 2
