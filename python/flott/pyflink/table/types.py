# SPDX-License-Identifier: Apache-2.0
"""Data types of tables.

DataTypes makes them; str() is the kind's name, repr() tells all: `VarCharType(2147483647, true)`. Two types are equal
if they agree in everything but what the kind's name does not say. `sql_of` writes a type as SQL, `parsed` reads it.
"""
from flott._missing import Partial
from pyflink.common.types import Row, RowKind

__all__ = ["DataTypes", "UserDefinedType", "Row", "RowKind"]

_MAX = 0x7FFFFFFF


def _flag(nullable):
    return "true" if nullable else "false"


class DataType(Partial):
    """The base of all. `_arguments` are what repr() shows before the nullability."""

    def __init__(self, nullable=True):
        self._nullable = nullable
        self._conversion_cls = ""

    def _arguments(self):
        return ()

    @classmethod
    def type_name(cls):
        """The kind in capitals: INT, VARCHAR."""
        return cls.__name__[:-4].upper()

    def not_null(self):
        """The same type without NULL; gives a new object."""
        return self._with(False)

    def nullable(self):
        """The same type with NULL; gives a new object."""
        return self._with(True)

    def _with(self, nullable):
        import copy
        other = copy.copy(self)
        other._nullable = nullable
        return other

    def bridged_to(self, conversion_cls):
        """Remembers the name of a Java class, which nothing here uses."""
        self._conversion_cls = conversion_cls
        return self

    def __repr__(self):
        return f"{type(self).__name__}({', '.join([str(a) for a in self._arguments()] + [_flag(self._nullable)])})"

    def __str__(self):
        return self.type_name()

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(repr(self))


class AtomicType(DataType):
    """Types without parts."""


class NullType(AtomicType):
    def __init__(self):
        super().__init__(True)


class _Sized(AtomicType):
    def __init__(self, length=1, nullable=True):
        super().__init__(nullable)
        self.length = length

    def _arguments(self):
        return (self.length,)


class CharType(_Sized):
    pass


class VarCharType(_Sized):
    pass


class BinaryType(_Sized):
    pass


class VarBinaryType(_Sized):
    pass


class BooleanType(AtomicType):
    pass


class NumericType(AtomicType):
    pass


class IntegralType(NumericType):
    pass


class FractionalType(NumericType):
    pass


class TinyIntType(IntegralType):
    pass


class SmallIntType(IntegralType):
    pass


class IntType(IntegralType):
    pass


class BigIntType(IntegralType):
    pass


class FloatType(FractionalType):
    pass


class DoubleType(FractionalType):
    pass


class DecimalType(FractionalType):
    def __init__(self, precision=10, scale=0, nullable=True):
        super().__init__(nullable)
        self.precision, self.scale = precision, scale

    def _arguments(self):
        return (self.precision, self.scale)


class DateType(AtomicType):
    pass


class _Precise(AtomicType):
    def __init__(self, precision=6, nullable=True):
        super().__init__(nullable)
        self.precision = precision

    def _arguments(self):
        return (self.precision,)


class TimeType(_Precise):
    def __init__(self, precision=0, nullable=True):
        super().__init__(precision, nullable)


class TimestampType(_Precise):
    pass


class LocalZonedTimestampType(_Precise):
    pass


class ZonedTimestampType(_Precise):
    pass


class Resolution(Partial):
    """A field of an interval, and its digits; -1: it has none to choose."""

    def __init__(self, unit, precision=-1):
        self._unit, self._precision = unit, precision

    @property
    def unit(self):
        return self._unit

    @property
    def precision(self):
        return self._precision

    def __str__(self):
        return f"IntervalUnit.{self._unit}({self._precision})"


_YEARS, _DAYS = ("YEAR", "MONTH"), ("DAY", "HOUR", "MINUTE", "SECOND")


class _Interval(AtomicType):
    def __init__(self, upper, lower=None, nullable=True):
        super().__init__(nullable)
        self._fields = (upper.unit, upper.precision, lower.unit if lower else None, lower.precision if lower else None)

    def _sql(self):
        upper, digits, lower, fraction = self._fields
        text = f"INTERVAL {upper}" + (f"({digits})" if digits > 0 and upper in ("YEAR", "DAY") else "")
        if lower is not None:
            text += f" TO {lower}" + (f"({fraction})" if lower == "SECOND" else "")
        return text


class DayTimeIntervalType(_Interval):
    pass


class YearMonthIntervalType(_Interval):
    pass


class _Of(DataType):
    def __init__(self, element_type, nullable=True):
        super().__init__(nullable)
        self.element_type = element_type

    def _arguments(self):
        return (repr(self.element_type),)


class ArrayType(_Of):
    pass


class MultisetType(_Of):
    pass


class MapType(DataType):
    def __init__(self, key_type, value_type, nullable=True):
        super().__init__(nullable)
        self.key_type, self.value_type = key_type, value_type

    def _arguments(self):
        return (repr(self.key_type), repr(self.value_type))


class ListViewType(DataType):
    def __init__(self, element_type):
        super().__init__(True)
        self._element_type = element_type

    def __repr__(self):
        return f"ListViewType({self._element_type!r})"


class MapViewType(DataType):
    def __init__(self, key_type, value_type):
        super().__init__(True)
        self._key_type, self._value_type = key_type, value_type

    def __repr__(self):
        return f"MapViewType({self._key_type!r}, {self._value_type!r})"


class RowField(Partial):
    """A field of a row: name, type and, perhaps, a description."""

    def __init__(self, name, data_type, description=None):
        self.name, self.data_type, self.description = name, data_type, description

    def __repr__(self):
        return f"RowField({self.name}, {self.data_type!r}, {self.description or '...'})"

    def __str__(self):
        return f"RowField({self.name}, {self.data_type})"

    def __eq__(self, other):
        return isinstance(other, RowField) and self.__dict__ == other.__dict__

    __hash__ = None


class RowType(DataType):
    """Named fields."""

    def __init__(self, fields=None, nullable=True):
        super().__init__(nullable)
        self.fields = list(fields or [])
        self.names = [field.name for field in self.fields]

    def add(self, field, data_type=None):
        """Adds a RowField, or a name and a type; gives the type itself."""
        if not isinstance(field, RowField):
            if data_type is None:
                raise ValueError("Must specify DataType if passing name of row_field to create.")
            field = RowField(field, data_type)
        self.fields.append(field)
        self.names.append(field.name)
        return self

    def field_names(self):
        """The names, a list."""
        return list(self.names)

    def field_types(self):
        """The types, a list."""
        return [field.data_type for field in self.fields]

    def __iter__(self):
        return iter(self.fields)

    def __len__(self):
        return len(self.fields)

    def __getitem__(self, key):
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"No RowField named {key}")
            return self.fields[self.names.index(key)]
        return RowType(self.fields[key]) if isinstance(key, slice) else self.fields[key]

    def __repr__(self):
        return f"RowType({','.join(repr(field) for field in self.fields)})"

    def __eq__(self, other):
        return isinstance(other, RowType) and self.fields == other.fields and self._nullable == other._nullable

    __hash__ = DataType.__hash__


class UserDefinedType(DataType):
    """The base of types that a program defines; they do not run yet."""


class DataTypes:
    """Makes data types. `nullable` False: without NULL."""

    @staticmethod
    def NULL():
        return NullType()

    @staticmethod
    def CHAR(length, nullable=True):
        return CharType(length, nullable)

    @staticmethod
    def VARCHAR(length, nullable=True):
        return VarCharType(length, nullable)

    @staticmethod
    def STRING(nullable=True):
        return VarCharType(_MAX, nullable)

    @staticmethod
    def BOOLEAN(nullable=True):
        return BooleanType(nullable)

    @staticmethod
    def BINARY(length, nullable=True):
        return BinaryType(length, nullable)

    @staticmethod
    def VARBINARY(length, nullable=True):
        return VarBinaryType(length, nullable)

    @staticmethod
    def BYTES(nullable=True):
        return VarBinaryType(_MAX, nullable)

    @staticmethod
    def DECIMAL(precision, scale, nullable=True):
        return DecimalType(precision, scale, nullable)

    @staticmethod
    def TINYINT(nullable=True):
        return TinyIntType(nullable)

    @staticmethod
    def SMALLINT(nullable=True):
        return SmallIntType(nullable)

    @staticmethod
    def INT(nullable=True):
        return IntType(nullable)

    @staticmethod
    def BIGINT(nullable=True):
        return BigIntType(nullable)

    @staticmethod
    def FLOAT(nullable=True):
        return FloatType(nullable)

    @staticmethod
    def DOUBLE(nullable=True):
        return DoubleType(nullable)

    @staticmethod
    def DATE(nullable=True):
        return DateType(nullable)

    @staticmethod
    def TIME(precision=0, nullable=True):
        return TimeType(precision, nullable)

    @staticmethod
    def TIMESTAMP(precision=6, nullable=True):
        return TimestampType(precision, nullable)

    @staticmethod
    def TIMESTAMP_LTZ(precision=6, nullable=True):
        return LocalZonedTimestampType(precision, nullable)

    TIMESTAMP_WITH_LOCAL_TIME_ZONE = TIMESTAMP_LTZ

    @staticmethod
    def ARRAY(element_type, nullable=True):
        return ArrayType(element_type, nullable)

    @staticmethod
    def LIST_VIEW(element_type):
        return ListViewType(element_type)

    @staticmethod
    def MAP(key_type, value_type, nullable=True):
        return MapType(key_type, value_type, nullable)

    @staticmethod
    def MAP_VIEW(key_type, value_type):
        return MapViewType(key_type, value_type)

    @staticmethod
    def MULTISET(element_type, nullable=True):
        return MultisetType(element_type, nullable)

    @staticmethod
    def ROW(row_fields=(), nullable=True):
        return RowType(row_fields, nullable)

    @staticmethod
    def FIELD(name, data_type, description=None):
        return RowField(name, data_type, description)

    @staticmethod
    def SECOND(precision=6):
        return Resolution("SECOND", precision)

    @staticmethod
    def MINUTE():
        return Resolution("MINUTE")

    @staticmethod
    def HOUR():
        return Resolution("HOUR")

    @staticmethod
    def DAY(precision=2):
        return Resolution("DAY", precision)

    @staticmethod
    def MONTH():
        return Resolution("MONTH")

    @staticmethod
    def YEAR(precision=2):
        return Resolution("YEAR", precision)

    @staticmethod
    def INTERVAL(upper_resolution, lower_resolution=None):
        """An interval of one field, or from one to a smaller one of the same family. KeyError: not so."""
        units = [r.unit for r in (upper_resolution, lower_resolution) if r is not None]
        for family, cls in ((_YEARS, YearMonthIntervalType), (_DAYS, DayTimeIntervalType)):
            if all(unit in family for unit in units) and sorted(units, key=family.index) == units:
                return cls(upper_resolution, lower_resolution)
        raise KeyError(f"INTERVAL {' TO '.join(units)} is no interval: take YEAR TO MONTH, or DAY, HOUR, MINUTE, "
                       "SECOND in this order")


# ---- types as SQL ----

_PLAIN = {BooleanType: "BOOLEAN", TinyIntType: "TINYINT", SmallIntType: "SMALLINT", IntType: "INT",
          BigIntType: "BIGINT", FloatType: "FLOAT", DoubleType: "DOUBLE", DateType: "DATE", NullType: "NULL"}
_SIZED = {CharType: ("CHAR", "CHAR"), VarCharType: ("VARCHAR", "STRING"), BinaryType: ("BINARY", "BINARY"),
          VarBinaryType: ("VARBINARY", "BYTES")}
_PRECISE = {TimeType: "TIME", TimestampType: "TIMESTAMP", LocalZonedTimestampType: "TIMESTAMP_LTZ"}


def sql_of(t):
    """A type as SQL writes it: ROW<`a` INT NOT NULL>. TypeError: it has no such form."""
    if isinstance(t, str):
        return t
    return _sql_of(t) + ("" if t._nullable else " NOT NULL")


def _sql_of(t):
    kind = type(t)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _SIZED:
        return _SIZED[kind][1] if t.length == _MAX else f"{_SIZED[kind][0]}({t.length})"
    if kind in _PRECISE:
        return f"{_PRECISE[kind]}({t.precision})"
    if kind is DecimalType:
        return f"DECIMAL({t.precision}, {t.scale})"
    if isinstance(t, _Of):
        return f"{kind.__name__[:-4].upper()}<{sql_of(t.element_type)}>"
    if kind is MapType:
        return f"MAP<{sql_of(t.key_type)}, {sql_of(t.value_type)}>"
    if isinstance(t, _Interval):
        return t._sql()
    if kind is RowType:
        from flott._session import named, quoted
        return "ROW<" + ", ".join(named(f.name) + " " + sql_of(f.data_type) + (
            f" {quoted(f.description)}" if f.description else "") for f in t.fields) + ">"
    raise TypeError(f"{t!r} cannot be written as a type of SQL")


def parsed(text):
    """The type that the engine has written: TIMESTAMP(3) NOT NULL *ROWTIME*. ValueError: it is none."""
    import re
    tokens = re.findall(r"`(?:[^`]|``)*`|'(?:[^']|'')*'|\w+|\*\w+\*|[^\s\w]", text)
    t, at = _read(tokens, 0)
    if at < len(tokens) and not (tokens[at].startswith("*") and at + 1 == len(tokens)):
        raise ValueError(f"'{text}' is no type")
    return t


def _numbers(tokens, at):
    numbers = []
    if at < len(tokens) and tokens[at] == "(":
        while tokens[at] != ")":
            at += 1
            if tokens[at].isdigit():
                numbers.append(int(tokens[at]))
        at += 1
    return numbers, at


def _read(tokens, at):
    name = tokens[at]
    at += 1
    plain = {sql: cls for cls, sql in _PLAIN.items()}
    sized = {names[0]: cls for cls, names in _SIZED.items()}
    precise = {sql: cls for cls, sql in _PRECISE.items()}
    if name in ("STRING", "BYTES"):
        t = VarCharType(_MAX) if name == "STRING" else VarBinaryType(_MAX)
    elif name == "NULL":
        t = NullType()
    elif name in plain:
        t = plain[name]()
    elif name in sized or name in precise or name == "DECIMAL":
        numbers, at = _numbers(tokens, at)
        t = (DecimalType if name == "DECIMAL" else sized.get(name) or precise[name])(*numbers)
    elif name in ("ARRAY", "MULTISET"):
        element, at = _read(tokens, at + 1)
        at += 1
        t = (ArrayType if name == "ARRAY" else MultisetType)(element)
    elif name == "MAP":
        key, at = _read(tokens, at + 1)
        value, at = _read(tokens, at + 1)
        at += 1
        t = MapType(key, value)
    elif name == "ROW":
        fields = []
        if tokens[at:at + 2] == ["<", ">"]:
            at += 1
        while tokens[at] != ">":
            field = tokens[at + 1]
            inner, at = _read(tokens, at + 2)
            description = None
            if tokens[at].startswith("'"):
                description, at = tokens[at][1:-1].replace("''", "'"), at + 1
            if field.startswith("`"):
                field = field[1:-1].replace("``", "`")
            fields.append(RowField(field, inner, description))
        at += 1
        t = RowType(fields)
    elif name == "INTERVAL":
        ends = []
        while at < len(tokens) and tokens[at] in _YEARS + _DAYS + ("TO",):
            unit = tokens[at]
            numbers, at = _numbers(tokens, at + 1)
            if unit != "TO":
                ends.append(Resolution(unit, numbers[0] if numbers else -1))
        t = DataTypes.INTERVAL(*ends)
    else:
        raise ValueError(f"'{name}' is no type that is known here")
    if tokens[at:at + 2] == ["NOT", "NULL"]:
        t, at = t.not_null(), at + 2
    return t, at
