# SPDX-License-Identifier: Apache-2.0
"""Exceptions that PyFlink has classes for. Their text is the engine's message."""


class JavaException(Exception):
    """The base of all. `stack_trace` holds the text: there is no trace of Java's."""

    def __init__(self, stack_trace=""):
        super().__init__(stack_trace)
        self.msg = stack_trace.partition("\n")[0]
        self.stack_trace = stack_trace

    def __str__(self):
        return self.stack_trace


class TableException(JavaException):
    """A table program that cannot run."""


class CatalogException(JavaException):
    """A catalog, or what is in it."""


class DatabaseAlreadyExistException(JavaException):
    """A database of this name is there already."""


class DatabaseNotExistException(JavaException):
    """There is no database of this name."""


class DatabaseNotEmptyException(JavaException):
    """The database still holds tables."""


class TableAlreadyExistException(JavaException):
    """A table of this name is there already."""


class TableNotExistException(JavaException):
    """There is no table of this name."""


class TableNotPartitionedException(JavaException):
    """The table has no partitions."""


class FunctionAlreadyExistException(JavaException):
    """A function of this name is there already."""


class FunctionNotExistException(JavaException):
    """There is no function of this name."""


class PartitionAlreadyExistsException(JavaException):
    """The partition is there already."""


class PartitionNotExistException(JavaException):
    """There is no such partition."""


class PartitionSpecInvalidException(JavaException):
    """The partition's keys are not those of the table."""


class NotSupportedYet(TableException, NotImplementedError):
    """flott's own: Flink does this and flott does not yet. The message names it."""
