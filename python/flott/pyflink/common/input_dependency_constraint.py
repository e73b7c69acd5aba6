# SPDX-License-Identifier: Apache-2.0
"""InputDependencyConstraint."""
from enum import Enum

__all__ = ["InputDependencyConstraint"]


class InputDependencyConstraint(Enum):
    """When a task may start: with one input, or with all."""

    ANY = 0
    ALL = 1
