# SPDX-License-Identifier: Apache-2.0
"""TableDescriptor and FormatDescriptor: CREATE TABLE in Python."""
from flott._session import named, quoted

__all__ = ["TableDescriptor", "FormatDescriptor"]


def _text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _key(key):
    return key if isinstance(key, str) else key.key


class FormatDescriptor:
    """A format and its options."""

    class Builder:
        """Gathers options; each call gives the builder."""

        def __init__(self, format):
            self._format, self._options = format, {}

        def option(self, key, value):
            """An option without the format's name before it."""
            self._options[_key(key)] = _text(value)
            return self

        def build(self):
            """The FormatDescriptor."""
            return FormatDescriptor(self._format, self._options)

    def __init__(self, format, options):
        self._format, self._options = format, dict(options)

    @staticmethod
    def for_format(format):
        """A Builder for a format by its name: json, csv."""
        return FormatDescriptor.Builder(format)

    def get_format(self):
        return self._format

    def get_options(self):
        return dict(self._options)

    def __eq__(self, other):
        return isinstance(other, FormatDescriptor) and (self._format, self._options) == (other._format, other._options)

    def __hash__(self):
        return hash((self._format, tuple(sorted(self._options.items()))))

    def __str__(self):
        return f"{self._format}[{{{', '.join(f'{k}={v}' for k, v in self._options.items())}}}]"


class TableDescriptor:
    """A connector, its options and a Schema. `_create` writes it as SQL."""

    class Builder:
        """Gathers options; each call gives the builder."""

        def __init__(self, connector=None):
            self._schema, self._options, self._partitions, self._comment = None, {}, (), None
            if connector is not None:
                self._options["connector"] = connector

        def schema(self, schema):
            """A Schema."""
            self._schema = schema
            return self

        def option(self, key, value):
            """An option of the connector; key: a str or a ConfigOption."""
            self._options[_key(key)] = _text(value)
            return self

        def format(self, format, format_option=None):
            """The rows' format: a name or a FormatDescriptor. format_option: a ConfigOption, instead of `format`."""
            option = "format" if format_option is None else _key(format_option)
            if isinstance(format, str):
                format = FormatDescriptor(format, {})
            prefix = option[:-len("format")] + format.get_format() + "."
            for key, value in format.get_options().items():
                self._options[prefix + key] = value
            self._options[option] = format.get_format()
            return self

        def partitioned_by(self, *partition_keys):
            """Columns by which the table is cut into parts."""
            self._partitions = partition_keys
            return self

        def comment(self, comment):
            self._comment = comment
            return self

        def build(self):
            """The TableDescriptor."""
            return TableDescriptor(self._schema, self._options, self._partitions, self._comment)

    def __init__(self, schema, options, partitions, comment):
        self._schema, self._options = schema, dict(options)
        self._partitions, self._comment = tuple(partitions), comment

    @staticmethod
    def for_connector(connector):
        """A Builder for a connector by its name."""
        return TableDescriptor.Builder(connector)

    def get_schema(self):
        return self._schema

    def get_options(self):
        return dict(self._options)

    def get_partition_keys(self):
        return list(self._partitions)

    def get_comment(self):
        return self._comment

    def _tail(self):
        tail = f"\nCOMMENT {quoted(self._comment)}" if self._comment else ""
        if self._partitions:
            tail += f"\nPARTITIONED BY ({', '.join(map(named, self._partitions))})"
        options = ",\n".join(f"  {quoted(k)} = {quoted(v)}" for k, v in self._options.items())
        return f"{tail}\nWITH (\n{options}\n)"

    def _create(self, path, temporary):
        if self._schema is None:
            raise ValueError("a table needs a schema: TableDescriptor.for_connector(…).schema(…)")
        return f"CREATE {'TEMPORARY ' if temporary else ''}TABLE {path} {self._schema._lines(True)}{self._tail()}"

    def __eq__(self, other):
        return isinstance(other, TableDescriptor) and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash((self._schema, tuple(sorted(self._options.items())), self._partitions, self._comment))

    def __str__(self):
        return (str(self._schema) if self._schema is not None else "") + self._tail()
