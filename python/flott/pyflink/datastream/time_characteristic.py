# SPDX-License-Identifier: Apache-2.0
"""TimeCharacteristic."""
from enum import Enum

__all__ = ["TimeCharacteristic"]


class TimeCharacteristic(Enum):
    """Which time a program means; queries say it themselves."""

    ProcessingTime = 0
    IngestionTime = 1
    EventTime = 2
