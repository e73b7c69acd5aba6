# SPDX-License-Identifier: Apache-2.0
"""Schema: columns of a table that is yet to be made, with their watermark and primary key."""
from flott._missing import Partial
from flott._session import named, quoted
from pyflink.table.types import RowType, sql_of

__all__ = ["Schema"]


class Schema(Partial):
    """Made by Schema.new_builder()…build()."""

    class Builder(Partial):
        """Gathers columns; each call gives the builder."""

        def __init__(self):
            self._columns, self._watermarks, self._key = [], [], None  # (name, text, SQL), (name, text, SQL)

        def from_schema(self, unresolved_schema):
            """Takes over all of another Schema."""
            self._columns += unresolved_schema._columns
            self._watermarks += unresolved_schema._watermarks
            self._key = unresolved_schema._key or self._key
            return self

        def from_row_data_type(self, data_type):
            """A column for each field of a row type."""
            if not isinstance(data_type, RowType):
                raise TypeError(f"Data type of ROW expected, got {data_type!r}")
            return self.from_fields(data_type.field_names(), data_type.field_types())

        def from_fields(self, field_names, field_data_types):
            """A column for each name and type."""
            if len(field_names) != len(field_data_types):
                raise ValueError("field_names and field_data_types must have the same length")
            for name, data_type in zip(field_names, field_data_types):
                self.column(name, data_type)
            return self

        def column(self, column_name, data_type):
            """A physical column; the type is of DataTypes, or SQL."""
            text = f"[{data_type}]" if isinstance(data_type, str) else sql_of(data_type)
            self._columns.append((column_name, text, sql_of(data_type)))
            return self

        def column_by_expression(self, column_name, expr):
            """A column that is computed: an expression in SQL."""
            if not isinstance(expr, str):
                raise NotImplementedError("Schema.Builder.column_by_expression: expressions of the Table API are not "
                                          "supported yet by flott; write the expression as SQL in a str")
            self._columns.append((column_name, f"AS [{expr}]", f"AS {expr}"))
            return self

        def column_by_metadata(self, column_name, data_type, metadata_key=None, is_virtual=False):
            """A column of the connector's metadata; metadata_key: its name there, if it differs."""
            tail = "METADATA" + (f" FROM {quoted(metadata_key)}" if metadata_key else "") + (
                " VIRTUAL" if is_virtual else "")
            self._columns.append((column_name, tail, f"{sql_of(data_type)} {tail}"))
            return self

        def watermark(self, column_name, watermark_expr):
            """The rowtime column and its watermark: an expression in SQL."""
            if not isinstance(watermark_expr, str):
                raise NotImplementedError("Schema.Builder.watermark: expressions of the Table API are not supported "
                                          "yet by flott; write the expression as SQL in a str")
            self._watermarks.append((column_name, f"[{watermark_expr}]", watermark_expr))
            return self

        def primary_key(self, *column_names):
            """The columns of the primary key."""
            return self.primary_key_named("PK_" + "_".join(column_names), *column_names)

        def primary_key_named(self, constraint_name, *column_names):
            """The same, with a name."""
            self._key = (constraint_name, tuple(column_names))
            return self

        def build(self):
            """The Schema."""
            schema = Schema()
            schema._columns, schema._watermarks = tuple(self._columns), tuple(self._watermarks)
            schema._key = self._key
            return schema

    _columns, _watermarks, _key = (), (), None

    @staticmethod
    def new_builder():
        """A Builder."""
        return Schema.Builder()

    def _lines(self, sql):
        lines = [f"{named(c[0])} {c[2 if sql else 1]}" for c in self._columns]
        lines += [f"WATERMARK FOR {named(w[0])} AS {w[2 if sql else 1]}" for w in self._watermarks]
        if self._key is not None:
            lines.append(f"CONSTRAINT {named(self._key[0])} PRIMARY KEY ({', '.join(map(named, self._key[1]))}) "
                         "NOT ENFORCED")
        return "(\n  " + ",\n  ".join(lines) + "\n)"

    def __str__(self):
        return self._lines(False)

    def __eq__(self, other):
        return isinstance(other, Schema) and (self._columns, self._watermarks, self._key) == (
            other._columns, other._watermarks, other._key)

    def __hash__(self):
        return hash((self._columns, self._watermarks, self._key))
