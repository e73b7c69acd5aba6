# SPDX-License-Identifier: Apache-2.0
"""SqlDialect."""

__all__ = ["SqlDialect"]


class SqlDialect:
    """DEFAULT is Flink's; HIVE is refused when it is set."""

    DEFAULT = 0
    HIVE = 1
