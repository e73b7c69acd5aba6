# SPDX-License-Identifier: Apache-2.0
"""State backends. State is kept in hash tables in memory, whatever is chosen; RocksDB is noted."""
from flott._missing import Partial

__all__ = ["StateBackend", "HashMapStateBackend", "EmbeddedRocksDBStateBackend"]


class StateBackend(Partial):
    """Where state lives. `_type` is the value of state.backend.type."""

    _type = "hashmap"


class HashMapStateBackend(StateBackend):
    """In memory."""

    def __str__(self):
        return "HashMapStateBackend"


class EmbeddedRocksDBStateBackend(StateBackend):
    """In RocksDB on disk; not there yet: choosing it is noted, and state stays in memory."""

    _type = "rocksdb"

    def __init__(self, enable_incremental_checkpointing=None):
        self._incremental = bool(enable_incremental_checkpointing)

    def is_incremental_checkpoints_enabled(self):
        """As given."""
        return self._incremental

    def __str__(self):
        return "EmbeddedRocksDBStateBackend"
