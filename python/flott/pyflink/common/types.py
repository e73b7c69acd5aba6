# SPDX-License-Identifier: Apache-2.0
"""Row and RowKind."""
from enum import Enum

__all__ = ["Row", "RowKind"]


class RowKind(Enum):
    """What a row says about a table: it is new, was so before, is so now, is gone."""

    INSERT = 0
    UPDATE_BEFORE = 1
    UPDATE_AFTER = 2
    DELETE = 3

    def __str__(self):
        return ("+I", "-U", "+U", "-D")[self.value]


KINDS = tuple(RowKind)


class Row:
    """A row: fields by position, or by name.

    Row("Alice", 11) has positions, Row(name="Alice", age=11) names as well. Row("name", "age") can be called with
    values and gives rows with these names. A row has a kind, INSERT unless it is set.
    """

    __slots__ = ("_values", "_fields", "_row_kind")

    def __init__(self, *args, **kwargs):
        if args and kwargs:
            raise ValueError("Can not use both args and kwargs to create Row")
        put = object.__setattr__
        put(self, "_values", list(kwargs.values() if kwargs else args))
        put(self, "_fields", list(kwargs) if kwargs else None)
        put(self, "_row_kind", RowKind.INSERT)

    @staticmethod
    def of_kind(row_kind, *args, **kwargs):
        """A row of the given RowKind."""
        row = Row(*args, **kwargs)
        row.set_row_kind(row_kind)
        return row

    @staticmethod
    def _of(values, row_kind=RowKind.INSERT):
        """A row without names that takes the list over."""
        row = Row.__new__(Row)
        put = object.__setattr__
        put(row, "_values", values)
        put(row, "_fields", None)
        put(row, "_row_kind", row_kind)
        return row

    def get_row_kind(self):
        """The RowKind."""
        return self._row_kind

    def set_row_kind(self, row_kind):
        """Sets the RowKind."""
        object.__setattr__(self, "_row_kind", row_kind)

    def set_field_names(self, field_names):
        """Names the fields, in their order."""
        object.__setattr__(self, "_fields", field_names)

    def get_fields_by_names(self, names):
        """The values of the named fields, in the order of the names. ValueError: there is no such name."""
        return [self[name] for name in names]

    def as_dict(self, recursive=False):
        """Names and values as a dict; recursive: rows inside become dicts, too. TypeError: the fields have no names."""
        if self._fields is None:
            raise TypeError("Cannot convert a Row class into dict")

        def plain(value):
            if isinstance(value, Row):
                return value.as_dict(True)
            if isinstance(value, list):
                return [plain(v) for v in value]
            if isinstance(value, dict):
                return {k: plain(v) for k, v in value.items()}
            return value
        return {name: plain(value) if recursive else value for name, value in zip(self._fields, self._values)}

    def __call__(self, *args):
        """A row with these values, whose names are the fields of this one."""
        if len(args) > len(self):
            raise ValueError(f"Can not create Row with fields {self!r}, expected {len(self)} values but got {args!r}")
        row = Row._of(list(args))
        row.set_field_names(list(self._values))
        return row

    def _index(self, name):
        try:
            return self._fields.index(name)
        except (AttributeError, ValueError):
            raise ValueError(name) from None

    def __getitem__(self, item):
        if isinstance(item, (int, slice)):
            return self._values[item]
        return self._values[self._index(item)]

    def __setitem__(self, key, value):
        self._values[key if isinstance(key, (int, slice)) else self._index(key)] = value

    def __getattr__(self, name):
        fields = None if name.startswith("__") or name in Row.__slots__ else self._fields
        if fields is None or name not in fields:
            raise AttributeError(name)
        return self._values[fields.index(name)]

    def __setattr__(self, name, value):
        if name not in ("_fields", "_row_kind", "_values"):
            raise AttributeError(name)
        object.__setattr__(self, name, value)

    def __contains__(self, item):
        return item in (self._values if self._fields is None else self._fields)

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return iter(self._values)

    def __hash__(self):
        return hash(tuple(self._values))

    def __eq__(self, other):
        if not isinstance(other, Row):
            return False
        if self._row_kind != other._row_kind:
            return False
        if self._fields is None or other._fields is None:
            return self._fields is other._fields and self._values == other._values
        return dict(zip(self._fields, self._values)) == dict(zip(other._fields, other._values))

    def __reduce__(self):
        return _pickled, (self._values, self._fields, self._row_kind)

    def __repr__(self):
        if self._fields is None:
            return "<Row(" + ", ".join(repr(v) for v in self._values) + ")>"
        return "Row(" + ", ".join(f"{n}={v!r}" for n, v in zip(self._fields, self._values)) + ")"


def _pickled(values, fields, kind):
    row = Row._of(values, kind)
    row.set_field_names(fields)
    return row
