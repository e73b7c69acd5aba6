# SPDX-License-Identifier: Apache-2.0
"""JobID."""
import os

__all__ = ["JobID"]


class JobID:
    """A name for a job that no other has: 32 hexadecimal digits."""

    def __init__(self, text=None):
        self._text = text or os.urandom(16).hex()

    def __str__(self):
        return self._text

    def __eq__(self, other):
        return isinstance(other, JobID) and self._text == other._text

    def __hash__(self):
        return hash(self._text)
