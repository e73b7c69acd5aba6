# SPDX-License-Identifier: Apache-2.0
"""Modules: where functions come from. There is one, `core`."""
from flott._missing import Partial

__all__ = ["Module", "ModuleEntry"]


class Module(Partial):
    """A source of functions. HiveModule is not there."""


class ModuleEntry:
    """A module's name and whether it is in use."""

    def __init__(self, name, used):
        self._name, self._used = name, used

    def name(self):
        return self._name

    def used(self):
        return self._used

    def __repr__(self):
        return f"{self._name}, {self._used}"

    def __eq__(self, other):
        return isinstance(other, ModuleEntry) and (self._name, self._used) == (other._name, other._used)

    def __hash__(self):
        return hash((self._name, self._used))
