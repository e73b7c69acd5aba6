# SPDX-License-Identifier: Apache-2.0
"""TableSchema: names and types of columns."""
from pyflink.table.types import RowField, RowType, sql_of

__all__ = ["TableSchema"]


class TableSchema:
    """Names and data types, in order."""

    class Builder:
        """Gathers fields."""

        def __init__(self):
            self._names, self._types = [], []

        def field(self, name, data_type):
            """Adds a field; gives the builder."""
            self._names.append(name)
            self._types.append(data_type)
            return self

        def build(self):
            """The TableSchema."""
            return TableSchema(self._names, self._types)

    def __init__(self, field_names=None, data_types=None):
        self._names, self._types = list(field_names or []), list(data_types or [])

    @classmethod
    def builder(cls):
        """A Builder."""
        return cls.Builder()

    def copy(self):
        """Another one with the same fields."""
        return TableSchema(self._names, self._types)

    def get_field_names(self):
        return list(self._names)

    def get_field_data_types(self):
        return list(self._types)

    def get_field_count(self):
        return len(self._names)

    def get_field_name(self, field_index):
        """The name at an index, from 0; None: there is none."""
        return self._names[field_index] if 0 <= field_index < len(self._names) else None

    def get_field_data_type(self, field):
        """The type of a field, by its name or index; None: there is none. TypeError: neither a name nor an index."""
        if not isinstance(field, (int, str)):
            raise TypeError("Expected field index or field name, got %s" % type(field))
        if isinstance(field, str):
            field = self._names.index(field) if field in self._names else -1
        return self._types[field] if 0 <= field < len(self._types) else None

    def to_row_data_type(self):
        """The fields as a row type."""
        return RowType([RowField(n, t) for n, t in zip(self._names, self._types)], False)

    def __repr__(self):
        return "root\n" + "".join(f" |-- {n}: {sql_of(t)}\n" for n, t in zip(self._names, self._types))

    def __eq__(self, other):
        return isinstance(other, TableSchema) and (self._names, self._types) == (other._names, other._types)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((tuple(self._names), tuple(self._types)))
