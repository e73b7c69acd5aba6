# SPDX-License-Identifier: Apache-2.0
"""ChangelogMode."""

__all__ = ["ChangelogMode"]


class ChangelogMode:
    """Which kinds of rows a stream carries."""

    def __init__(self, kinds):
        self._kinds = kinds

    @staticmethod
    def insert_only():
        return ChangelogMode(("INSERT",))

    @staticmethod
    def upsert():
        return ChangelogMode(("INSERT", "UPDATE_AFTER", "DELETE"))

    @staticmethod
    def all():
        return ChangelogMode(("INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"))
