#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Arrow border against pyarrow, which is Arrow's own C++ implementation: it makes what comes in, and it takes and
fully validates what goes out.

How: libflott.so is opened by ctypes. Tables go in by flott_session_put_arrow, are read by SELECT, and come out by
flott_batch_arrow: every type of the type system, nullable and not, whole, in slices with offsets, empty, all NULL, and
filtered. border.c adds what flott.h does not offer: all export flags, and selections for any type.

$FLOTT_PYARROW is a Python that has pyarrow, if this one has not; without any all is skipped, with exit code 77.
$FLOTT_LIBRARY and $FLOTT_BORDER are the libraries, $FLOTT_PRELOAD what must be loaded before them: a sanitizer's
run-time library."""
import ctypes
import gc
import os
import sys
import unittest
from ctypes import POINTER, byref, c_bool, c_char, c_char_p, c_int, c_int64, c_size_t, c_void_p
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

WANTED = {"LD_PRELOAD": os.environ.get("FLOTT_PRELOAD", "")}
try:
    import pyarrow as pa
    HERE = WANTED["LD_PRELOAD"] in ("", os.environ.get("LD_PRELOAD"))
except ImportError:
    pa = None
    HERE = False
if not HERE:
    PYTHON = sys.executable if pa else os.environ.get("FLOTT_PYARROW", "")
    if not os.access(PYTHON, os.X_OK) or os.environ.get("FLOTT_AGAIN"):
        print("skipped: pyarrow is missing; FLOTT_PYARROW=PYTHON names a Python that has it, as ./check does")
        sys.exit(77)
    CHANGES = {k: v for k, v in WANTED.items() if v}
    if CHANGES:
        CHANGES["ASAN_OPTIONS"] = "detect_leaks=0"  # of Python's own
    os.execve(PYTHON, [PYTHON, *sys.argv], {**os.environ, **CHANGES, "FLOTT_AGAIN": "1"})

# ---- flott.h ----


class ArrowSchema(ctypes.Structure):
    _fields_ = [("format", c_char_p), ("name", c_char_p), ("metadata", c_void_p), ("flags", c_int64),
                ("n_children", c_int64), ("children", POINTER(c_void_p)), ("dictionary", c_void_p),
                ("release", c_void_p), ("private_data", c_void_p)]


class ArrowArray(ctypes.Structure):
    _fields_ = [("length", c_int64), ("null_count", c_int64), ("offset", c_int64), ("n_buffers", c_int64),
                ("n_children", c_int64), ("buffers", POINTER(c_void_p)), ("children", c_void_p),
                ("dictionary", c_void_p), ("release", c_void_p), ("private_data", c_void_p)]


class FlottError(ctypes.Structure):
    _fields_ = [("code", c_int), ("retriable", c_bool), ("row", c_int64), ("line", c_int), ("column", c_int), ("length", c_int),
                ("message", c_char * 1200), ("hint", c_char * 400)]


class Refused(Exception):
    pass


LIBRARY = ctypes.CDLL(os.environ.get("FLOTT_LIBRARY", "build/libflott.so"))
BORDER = ctypes.CDLL(os.environ.get("FLOTT_BORDER", "build/tests/libarrow_border.so"))
for function, result, *arguments in (
        ("session_new", c_void_p, c_void_p),
        ("session_free", None, c_void_p),
        ("session_put_arrow", c_int, c_void_p, c_char_p, c_void_p, c_void_p, c_int, c_void_p),
        ("execute", c_int, c_void_p, c_char_p, c_int64, c_void_p, c_void_p),
        ("result_free", None, c_void_p),
        ("result_next", c_int, c_void_p, c_int64, c_void_p, c_void_p),
        ("result_arrow_schema", c_int, c_void_p, c_void_p, c_void_p),
        ("batch_arrow", c_int, c_void_p, c_void_p, c_void_p),
        ("batch_free", None, c_void_p)):
    f = getattr(LIBRARY, "flott_" + function)
    f.restype, f.argtypes = result, arguments
BORDER.border_pass.argtypes = [c_void_p, c_void_p, c_int, c_int64, c_int, c_int, c_void_p, c_void_p, c_char_p, c_size_t]


def import_batch(schema, array):
    """The record batch behind two C structs, which pyarrow takes over. Fully validated."""
    batch = pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))
    batch.validate(full=True)
    return batch


class Session:
    """A session, as a context manager."""

    def __enter__(self):
        self.handle = LIBRARY.flott_session_new(None)
        return self

    def __exit__(self, *_):
        LIBRARY.flott_session_free(self.handle)

    def put(self, name, batches, schema=None):
        """Hands record batches in."""
        error, c_schema, arrays = FlottError(), ArrowSchema(), (ArrowArray * max(len(batches), 1))()
        (schema or batches[0].schema)._export_to_c(ctypes.addressof(c_schema))
        for batch, array in zip(batches, arrays):
            batch._export_to_c(ctypes.addressof(array))
        code = LIBRARY.flott_session_put_arrow(self.handle, name.encode(), byref(c_schema), arrays, len(batches),
                                               byref(error))
        assert c_schema.release is None and all(a.release is None for a in arrays), "not taken over"
        if code < 0:
            raise Refused(error.message.decode())

    def execute(self, sql):
        """The record batches of a query; None for other statements."""
        error, result = FlottError(), c_void_p()
        if LIBRARY.flott_execute(self.handle, sql.encode(), -1, byref(result), byref(error)) < 0:
            raise Refused(error.message.decode())
        batches, code = [], 0
        schema = ArrowSchema()
        if LIBRARY.flott_result_arrow_schema(result, byref(schema), byref(error)) < 0:
            LIBRARY.flott_result_free(result)
            raise Refused(error.message.decode())
        self.schema = pa.Schema._import_from_c(ctypes.addressof(schema))
        while code == 0:
            rows = c_void_p()
            code = LIBRARY.flott_result_next(result, -1, byref(rows), byref(error))
            if code == 0:
                schema, array = ArrowSchema(), ArrowArray()
                LIBRARY.flott_result_arrow_schema(result, byref(schema), byref(error))
                code = LIBRARY.flott_batch_arrow(rows, byref(array), byref(error))
                LIBRARY.flott_batch_free(rows)
                if code == 0:
                    batches.append(import_batch(schema, array))
                else:
                    pa.Schema._import_from_c(ctypes.addressof(schema))
        LIBRARY.flott_result_free(result)
        if code < 0:
            raise Refused(error.message.decode())
        return batches

    def query(self, sql):
        return pa.Table.from_batches(self.execute(sql), self.schema)


def border_pass(batch, flags=0, at=0, n=None, every=1):
    """Rows of a batch through the engine's batches and back."""
    schema, array, out_schema, out_array = ArrowSchema(), ArrowArray(), ArrowSchema(), ArrowArray()
    message = ctypes.create_string_buffer(2000)
    n = batch.num_rows - at if n is None else n
    batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
    code = BORDER.border_pass(byref(schema), byref(array), flags, at, n, every, byref(out_schema), byref(out_array),
                              message, 2000)
    assert schema.release is None and array.release is None, "not taken over"
    if code < 0:
        raise Refused(message.value.decode())
    return import_batch(out_schema, out_array)


# ---- types and values ----

VIEWS, DECIMAL64 = 1, 2
UTC = timezone.utc
EPOCH = datetime(1970, 1, 1)
LONG = "far longer than the twelve bytes that a view holds in itself: äöü €"
KEYS = ["a", "bb", LONG]


class Type:
    """A SQL type, Arrow's type for it when it goes out, the type in which it comes in (`form`), and values for it.

    Behind -- stand types that a query can have but no declaration."""

    def __init__(self, sql, arrow, values, form=None):
        self.sql, self.arrow, self.values, self.form = sql, arrow, values, form or arrow
        self.declared = not sql.startswith("--")

    def column(self, n, null_every=0):
        """n values; each null_every-th is NULL."""
        return [None if null_every and i % null_every == 1 else self.values[i % len(self.values)] for i in range(n)]


def declared(types):
    return [t for t in types if t.declared]


def at(micro=0, **parts):
    return datetime(2024, 2, 29, 12, 34, 56, micro, **parts)


I8, I16, I32, I64 = ([0, 1, -1, 2 ** (bits - 1) - 1, -2 ** (bits - 1)] for bits in (8, 16, 32, 64))
DOUBLES = [0.0, -0.0, 1.5, -2.25, float("inf"), float("-inf"), float("nan"), 2.0 ** -149]
TEXTS = ["", "a", "exactly 12 b", "thirteen byte", LONG, "\0", "𝄞" * 5]
BYTES = [b"", b"\0\xff", b"exactly 12 b", b"thirteen byte", bytes(range(256))]
TYPES = [
    Type("BOOLEAN", pa.bool_(), [True, False, False]),
    Type("TINYINT", pa.int8(), I8),
    Type("SMALLINT", pa.int16(), I16),
    Type("INT", pa.int32(), I32),
    Type("BIGINT", pa.int64(), I64),
    Type("FLOAT", pa.float32(), DOUBLES),
    Type("DOUBLE", pa.float64(), [*DOUBLES, 1e308, 5e-324]),
    Type("DECIMAL(5, 2)", pa.decimal128(5, 2), [Decimal(x) for x in ("999.99", "-999.99", "0.00", "1.20")]),
    Type("DECIMAL(18, 0)", pa.decimal128(18, 0), [Decimal(10 ** 18 - 1), Decimal(1 - 10 ** 18), Decimal(0)]),
    Type("DECIMAL(19, 3)", pa.decimal128(19, 3), [Decimal("1234567890123456.789"), Decimal("-0.001")]),
    Type("DECIMAL(38, 10)", pa.decimal128(38, 10),
         [Decimal("9" * 28 + "." + "9" * 10), Decimal("-" + "9" * 28 + ".0000000001")]),
    Type("STRING", pa.string(), TEXTS),
    Type("BYTES", pa.binary(), BYTES),
    Type("DATE", pa.date32(), [date(1970, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31)]),
    Type("TIME(3)", pa.time32("ms"), [time(0), time(23, 59, 59, 999000), time(12, 34, 56, 7000)]),
    Type("TIMESTAMP(3)", pa.timestamp("ms"), [at(789000), EPOCH - timedelta(milliseconds=1), datetime(1, 1, 1)]),
    Type("TIMESTAMP(6)", pa.timestamp("us"), [at(789012), EPOCH - timedelta(microseconds=1), datetime(9999, 1, 1)]),
    Type("TIMESTAMP(9)", pa.timestamp("ns"), [at(789012), EPOCH - timedelta(microseconds=1), datetime(2262, 1, 1)]),
    Type("TIMESTAMP_LTZ(3)", pa.timestamp("ms", "UTC"), [at(789000, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)]),
    Type("TIMESTAMP_LTZ(6)", pa.timestamp("us", "UTC"), [at(789012, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)]),
    Type("TIMESTAMP_LTZ(9)", pa.timestamp("ns", "UTC"), [at(789012, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)]),
    Type("-- INTERVAL DAY", pa.duration("ms"), [timedelta(0), timedelta(days=9, milliseconds=-1), timedelta(days=-1)]),
    Type("MULTISET<STRING>", pa.map_(pa.string(), pa.field("value", pa.int32(), False)),
         [[], [("a", 1)], [(LONG, 3), ("b", 1)]]),
    Type("ARRAY<INT>", pa.list_(pa.int32()), [[], [1], [1, None, 3], list(range(20))]),
    Type("ARRAY<STRING>", pa.list_(pa.string()), [[], ["a", None], [LONG, "", LONG]]),
    Type("ARRAY<BOOLEAN>", pa.list_(pa.bool_()), [[True], [False, None, True], []]),
    Type("ARRAY<DECIMAL(5, 2)>", pa.list_(pa.decimal128(5, 2)), [[Decimal("1.50"), None], [Decimal("-0.01")]]),
    Type("ARRAY<ARRAY<BIGINT>>", pa.list_(pa.list_(pa.int64())), [[], [[]], [[1, 2], None, [3]], [[None]]]),
    Type("ARRAY<TIMESTAMP(9)>", pa.list_(pa.timestamp("ns")), [[at(1)], [None, at(2)], []]),
    Type("MAP<STRING, INT>", pa.map_(pa.string(), pa.int32()), [[], [("a", 1)], [("bb", None), (LONG, 3)]]),
    Type("MAP<INT, ARRAY<STRING>>", pa.map_(pa.int32(), pa.list_(pa.string())),
         [[(1, ["a", None])], [(2, None), (3, [])]]),
    Type("ROW<a INT, b STRING>", pa.struct([("a", pa.int32()), ("b", pa.string())]),
         [{"a": 1, "b": "x"}, {"a": None, "b": LONG}, {"a": 3, "b": None}]),
    Type("ROW<f ROW<g ARRAY<ROW<h DOUBLE>>>>",
         pa.struct([("f", pa.struct([("g", pa.list_(pa.struct([("h", pa.float64())])))]))]),
         [{"f": {"g": [{"h": 1.5}, None, {"h": None}]}}, {"f": None}, {"f": {"g": []}}, {"f": {"g": None}}]),
    Type("ARRAY<MAP<STRING, ROW<x DATE>>>", pa.list_(pa.map_(pa.string(), pa.struct([("x", pa.date32())]))),
         [[[("a", {"x": date(2024, 1, 1)})], []], [None, [("b", None)]], []]),
]
# What comes in otherwise than it goes out.
FOREIGN = [
    Type("SMALLINT", pa.int16(), [0, 255, 7], pa.uint8()),
    Type("INT", pa.int32(), [0, 65535, 7], pa.uint16()),
    Type("BIGINT", pa.int64(), [0, 2 ** 32 - 1, 7], pa.uint32()),
    Type("DECIMAL(20, 0)", pa.decimal128(20, 0), [0, 2 ** 64 - 1, 7], pa.uint64()),
    Type("STRING", pa.string(), TEXTS, pa.large_string()),
    Type("STRING", pa.string(), TEXTS, pa.string_view()),
    Type("STRING", pa.string(), ["a", "bb", LONG], pa.dictionary(pa.int8(), pa.string())),
    Type("BIGINT", pa.int64(), I64, pa.dictionary(pa.int32(), pa.int64())),
    Type("BYTES", pa.binary(), BYTES, pa.large_binary()),
    Type("BYTES", pa.binary(), BYTES, pa.binary_view()),
    Type("BINARY(3)", pa.binary(), [b"abc", b"\0\0\0", b"xyz"], pa.binary(3)),
    Type("DATE", pa.date32(), [date(1969, 12, 31), date(2024, 2, 29)], pa.date64()),
    Type("TIME(0)", pa.time32("ms"), [time(0), time(23, 59, 59)], pa.time32("s")),
    Type("TIME(3)", pa.time32("ms"), [time(0), time(23, 59, 59, 999000)], pa.time64("us")),
    Type("TIME(3)", pa.time32("ms"), [time(0), time(23, 59, 59, 999000)], pa.time64("ns")),
    Type("TIMESTAMP(0)", pa.timestamp("ms"), [at(), datetime(1969, 12, 31)], pa.timestamp("s")),
    Type("TIMESTAMP_LTZ(3)", pa.timestamp("ms", "UTC"), [at(1000, tzinfo=UTC)], pa.timestamp("ms", "Europe/Berlin")),
    Type("-- INTERVAL DAY", pa.duration("ms"), [timedelta(1), timedelta(-1)], pa.duration("s")),
    Type("-- INTERVAL DAY", pa.duration("ms"), [timedelta(1), timedelta(-1)], pa.duration("us")),
    Type("-- INTERVAL DAY", pa.duration("ms"), [timedelta(1), timedelta(-1)], pa.duration("ns")),
    Type("ARRAY<INT>", pa.list_(pa.int32()), [[], [1], [1, None, 3]], pa.large_list(pa.int32())),
    Type("ARRAY<STRING>", pa.list_(pa.string()), [["a", LONG], [None, "b"]], pa.list_(pa.string(), 2)),
    Type("ARRAY<STRING>", pa.list_(pa.string()), [["a", LONG], [], [None, "b"]], pa.list_(pa.string_view())),
    Type("ROW<a STRING>", pa.struct([("a", pa.string())]), [{"a": "x"}, {"a": None}, {"a": LONG}],
         pa.struct([("a", pa.dictionary(pa.int16(), pa.string()))])),
]
if hasattr(pa, "decimal64"):
    FOREIGN += [Type("DECIMAL(18, 2)", pa.decimal128(18, 2), [Decimal("1.25"), Decimal("-0.01")], pa.decimal64(18, 2)),
                Type("DECIMAL(9, 2)", pa.decimal128(9, 2), [Decimal("1.25"), Decimal("-0.01")], pa.decimal32(9, 2))]
REFUSED = [
    pa.array([1.5], pa.float32()).cast(pa.float16()), pa.array([Decimal("1.00")], pa.decimal256(40, 2)),
    pa.ListViewArray.from_arrays([0], [1], pa.array([1])), pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
    pa.RunEndEncodedArray.from_arrays([2], [5]), pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
]


def view_form(t):
    """Arrow's type of a column that is exported with views."""
    if pa.types.is_string(t):
        return pa.string_view()
    if pa.types.is_binary(t):
        return pa.binary_view()
    if pa.types.is_struct(t):
        return pa.struct([field.with_type(view_form(field.type)) for field in t])
    if pa.types.is_map(t):
        return pa.map_(view_form(t.key_type), t.item_field.with_type(view_form(t.item_type)))
    return pa.list_(view_form(t.value_type)) if pa.types.is_list(t) else t


def value(x):
    """To be compared: NaN equals itself, 0.0 is not -0.0, an instant has no zone."""
    if isinstance(x, (list, tuple)):
        return [value(y) for y in x]
    if isinstance(x, dict):
        return {k: value(y) for k, y in x.items()}
    if isinstance(x, datetime):
        x = x.to_pydatetime() if hasattr(x, "to_pydatetime") else x
        return x.astimezone(UTC).replace(tzinfo=None) if x.tzinfo else x
    return repr(x) if isinstance(x, float) else x


def values(column):
    return value(column.to_pylist())


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        gc.collect()
        self.bytes_before = pa.total_allocated_bytes()

    def tearDown(self):
        """What was handed in has been given back."""
        gc.collect()
        self.assertEqual(pa.total_allocated_bytes(), self.bytes_before)

    def assert_column(self, got, arrow, expected):
        self.assertEqual(got.type, arrow)
        self.assertEqual(values(got), value(pa.array(expected, arrow).to_pylist()))


def batch_of(t, n, null_every=0, nullable=True):
    """Columns n (BIGINT) and x."""
    told = {"flott:type": t.sql} if t.sql.startswith("MULTISET") else None  # Arrow has only maps
    schema = pa.schema([pa.field("n", pa.int64()), pa.field("x", t.form, nullable, told)])
    return pa.record_batch([pa.array(range(n), pa.int64()), pa.array(t.column(n, null_every), t.form)], schema=schema)


class Tables(Case):
    """By flott.h: handed in, selected, taken out."""

    def select(self, sql_type, batches, sql, schema=None):
        with Session() as s:
            s.put("t", batches, schema)
            s.execute(f"CREATE TABLE t (n BIGINT, x {sql_type}) WITH ('connector' = 'arrow', 'name' = 't')")
            return s.query(sql)

    def check(self, t, null_every):
        whole = batch_of(t, 100, null_every)
        expected = t.column(100, null_every)
        got = self.select(t.sql, [whole], "SELECT n, x FROM t")
        self.assertEqual(values(got["n"]), list(range(100)))
        self.assert_column(got["x"], t.arrow, expected)
        self.assertTrue(got.schema.field("x").nullable)
        pieces = [whole.slice(3, 61), whole.slice(0, 0), whole.slice(64, 1), whole.slice(7, 35)]
        numbers = [*range(3, 64), 64, *range(7, 42)]
        got = self.select(t.sql, pieces, "SELECT x, n FROM t")
        self.assert_column(got["x"], t.arrow, [expected[i] for i in numbers])
        got = self.select(t.sql, pieces, "SELECT x FROM t WHERE MOD(n, 3) = 1")
        self.assert_column(got["x"], t.arrow, [expected[i] for i in numbers if i % 3 == 1])

    def test_every_type(self):
        for t in declared(TYPES):
            for null_every in 0, 3:
                with self.subTest(type=t.sql, null_every=null_every):
                    self.check(t, null_every)

    def test_every_foreign_form(self):
        for t in declared(FOREIGN):
            for null_every in 0, 3:
                with self.subTest(type=t.sql, form=str(t.form), null_every=null_every):
                    self.check(t, null_every)

    def test_not_null(self):
        for t in declared(TYPES):
            with self.subTest(type=t.sql):
                got = self.select(t.sql + " NOT NULL", [batch_of(t, 50, nullable=False)], "SELECT x FROM t")
                self.assertFalse(got.schema.field("x").nullable)
                self.assert_column(got["x"], t.arrow, t.column(50))

    def test_empty_and_all_null(self):
        for t in declared(TYPES + FOREIGN):
            with self.subTest(type=t.sql, form=str(t.form)):
                none = batch_of(t, 0)
                self.assert_column(self.select(t.sql, [none], "SELECT x FROM t")["x"], t.arrow, [])
                self.assert_column(self.select(t.sql, [], "SELECT x FROM t", none.schema)["x"], t.arrow, [])
                nulls = pa.record_batch([pa.array(range(20), pa.int64()), pa.nulls(20, t.form)], schema=none.schema)
                got = self.select(t.sql, [nulls, nulls.slice(5, 9)], "SELECT x FROM t")
                self.assert_column(got["x"], t.arrow, [None] * 29)
                got = self.select(t.sql, [nulls], "SELECT x FROM t WHERE n > 17")
                self.assert_column(got["x"], t.arrow, [None] * 2)

    def test_types_that_arrow_does_not_know(self):
        """Their values are Arrow's, and the type stands in the metadata."""
        for sql, arrow, x in (
                ("CAST('ab' AS CHAR(3))", pa.string(), "ab "),
                ("CAST('abcd' AS VARCHAR(3))", pa.string(), "abc"),
                ("CAST(x'0102' AS BINARY(2))", pa.binary(), b"\1\2"),
                ("CAST(x'0102' AS VARBINARY(9))", pa.binary(), b"\1\2"),
                ("TIME '12:34:56'", pa.time32("ms"), time(12, 34, 56)),
                ("TIMESTAMP '2024-02-29 12:34:56'", pa.timestamp("ms"), at())):
            with self.subTest(sql=sql), Session() as s:
                got = s.query(f"SELECT {sql} AS x FROM (VALUES (CAST(7 AS BIGINT))) AS t (n)")
                self.assertEqual(got.schema.field("x").type, arrow)
                self.assertEqual(values(got["x"])[-1], value(x))
                self.assertIn(b"flott:type", got.schema.field("x").metadata)

    def test_results_of_expressions(self):
        """Constants and computed columns, among them a column of NULLs without a type."""
        with Session() as s:
            s.put("t", [batch_of(TYPES[3], 10)])
            s.execute("CREATE TABLE t (n BIGINT, x INT) WITH ('connector' = 'arrow', 'name' = 't')")
            got = s.query("SELECT 1 AS a, 'x' AS b, n + 1 AS c, CAST(NULL AS STRING) AS d, ARRAY[n, n] AS e, "
                          "ROW(n, 'y') AS f, MAP['k', n] AS g, INTERVAL '36' HOUR AS h FROM t WHERE n < 2")
        self.assertEqual(got.to_pylist(), [
            {"a": 1, "b": "x", "c": n + 1, "d": None, "e": [n, n], "f": {"EXPR$0": n, "EXPR$1": "y"}, "g": [("k", n)],
             "h": timedelta(days=1.5)} for n in (0, 1)])

    def test_rows_outlive_the_session(self):
        with Session() as s:
            s.put("t", [batch_of(TYPES[11], 5000)])
            s.execute("CREATE TABLE t (n BIGINT, x STRING) WITH ('connector' = 'arrow', 'name' = 't')")
            batches = s.execute("SELECT n, x FROM t WHERE MOD(n, 2) = 0")
        column = batches[-1]["x"]
        rows = sum(b.num_rows for b in batches)
        last = batches[-1].num_rows
        del batches
        gc.collect()
        self.assertEqual(rows, 2500)
        self.assertEqual(values(column), TYPES[11].column(5000)[::2][-last:])

    def test_many_rows_in_parallel(self):
        n = 200000
        texts = pa.array([LONG + str(i) for i in range(n)])
        batch = pa.record_batch([pa.array(range(n), pa.int64()), texts], names=["n", "x"])
        pieces = [batch.slice(i, 777) for i in range(0, n, 777)]
        with Session() as s:
            s.put("t", pieces)
            s.execute("SET 'parallelism.default' = '4'")
            s.execute("CREATE TABLE t (n BIGINT, x STRING) WITH ('connector' = 'arrow', 'name' = 't')")
            got = s.query("SELECT x, n FROM t").sort_by("n")
        self.assertTrue(got.select(["n", "x"]).equals(pa.Table.from_batches([batch])))

    def test_what_is_refused(self):
        for column in REFUSED:
            with self.subTest(form=str(column.type)), Session() as s:
                with self.assertRaisesRegex(Refused, "Arrow format"):
                    s.put("t", [pa.record_batch([column], names=["x"])])
        with Session() as s:
            s.put("t", [batch_of(TYPES[3], 10)])
            s.execute("CREATE TABLE t (n BIGINT, x STRING) WITH ('connector' = 'arrow', 'name' = 't')")
            with self.assertRaisesRegex(Refused, "declared as STRING"):
                s.query("SELECT * FROM t")
            s.execute("CREATE TABLE u (n BIGINT, x INT NOT NULL) WITH ('connector' = 'arrow', 'name' = 'u')")
            s.put("u", [batch_of(TYPES[3], 10, null_every=3)])
            with self.assertRaisesRegex(Refused, "(?i)null"):
                s.query("SELECT * FROM u")
            with self.assertRaisesRegex(Refused, "1677"):
                s.query("SELECT CAST('0001-01-01 00:00:00' AS TIMESTAMP(9))")


# Rows left out in front by a slice of Arrow's, first row of the window on that, its rows, each how-manieth is selected.
WINDOWS = (0, 0, 90, 1), (0, 9, 64, 1), (5, 3, 70, 1), (0, 0, 90, 3), (11, 1, 77, 4), (2, 8, 0, 1), (0, 5, 1, 2)


class Batches(Case):
    """By border.c: windows of rows, selections, every flag."""

    def check(self, t, flags, null_every):
        arrow = view_form(t.arrow) if flags & VIEWS else t.arrow
        if flags & DECIMAL64 and pa.types.is_decimal(arrow) and arrow.precision <= 18:
            arrow = pa.decimal64(arrow.precision, arrow.scale)
        whole = batch_of(t, 90, null_every)
        expected = t.column(90, null_every)
        for window in WINDOWS:
            outer, at, n, every = window
            with self.subTest(type=t.sql, form=str(t.form), flags=flags, nulls=null_every, window=window):
                got = border_pass(whole.slice(outer), flags, at, n, every)
                first = outer + at
                self.assertEqual(values(got["n"]), list(range(first, first + n, every)))
                self.assert_column(got["x"], arrow, expected[first:first + n:every])

    def flags(self, t):
        decimals = hasattr(pa, "decimal64") or not pa.types.is_list(t.arrow) and not pa.types.is_decimal(t.arrow)
        nested_decimal = pa.types.is_list(t.arrow) and pa.types.is_decimal(t.arrow.value_type)
        return (0, VIEWS, DECIMAL64, VIEWS | DECIMAL64) if decimals and not nested_decimal else (0, VIEWS)

    def test_every_type(self):
        for t in TYPES + FOREIGN:
            for flags in self.flags(t):
                for null_every in 0, 3:
                    self.check(t, flags, null_every)

    def test_intervals_of_months(self):
        """pyarrow has none in Python: it hands them in and takes them out as INT."""
        numbers = [0, 14, -5, None, 2 ** 31 - 1]
        batch = pa.record_batch([pa.array(numbers, pa.int32())], names=["x"])
        schema, array, out_schema, out_array = ArrowSchema(), ArrowArray(), ArrowSchema(), ArrowArray()
        batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
        child = ctypes.cast(schema.children[0], POINTER(ArrowSchema)).contents
        child.format = b"tiM"
        message = ctypes.create_string_buffer(2000)
        code = BORDER.border_pass(byref(schema), byref(array), 0, 1, 4, 1, byref(out_schema), byref(out_array),
                                  message, 2000)
        self.assertEqual((code, message.value), (0, b""))
        child = ctypes.cast(out_schema.children[0], POINTER(ArrowSchema)).contents
        self.assertEqual(child.format, b"tiM")
        child.format = b"i"
        self.assertEqual(values(import_batch(out_schema, out_array)["x"]), numbers[1:])

    def test_nulls_without_a_type(self):
        lists = pa.array([[None] * (i % 3) for i in range(30)], pa.list_(pa.null()))
        got = border_pass(pa.record_batch([pa.nulls(30), lists], names=["x", "y"]).slice(2), 0, 4, 20, 3)
        self.assertTrue(got["x"].equals(pa.nulls(7)))
        self.assertTrue(got["y"].equals(lists.slice(6).take(pa.array(range(0, 20, 3)))))

    def test_null_rows_with_anything_behind_them(self):
        """What stands in a row that is NULL says nothing, whatever it is: offsets of views, values out of range."""
        days = pa.Array.from_buffers(pa.time64("us"), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(
            (7000).to_bytes(8, "little") + (2 ** 62).to_bytes(8, "little") + (9000).to_bytes(8, "little"))])
        view = (30).to_bytes(4, "little") + b"oops" + (99).to_bytes(4, "little") + (10 ** 6).to_bytes(4, "little")
        short = (1).to_bytes(4, "little") + b"a" + bytes(11)
        views = pa.Array.from_buffers(pa.string_view(), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(short + view + short)])
        got = border_pass(pa.record_batch([days, views], names=["x", "y"]))
        self.assertEqual(values(got["x"]), [time(0, 0, 0, 7000), None, time(0, 0, 0, 9000)])
        self.assertEqual(values(got["y"]), ["a", None, "a"])

    def test_struct_nulls_hide_their_fields(self):
        """A NULL row of a struct whose child has a value there, and a struct in a slice with its own offset."""
        inner = pa.array([1, 2, 3, 4, 5], pa.int32())
        texts = pa.array(["a", LONG, "c", None, "e"])
        rows = pa.StructArray.from_arrays([inner, texts], ["a", "b"], mask=pa.array([False, True, False, False, True]))
        for first in 0, 1, 2:
            got = border_pass(pa.record_batch([rows.slice(first)], names=["x"]))
            self.assertEqual(values(got["x"]), rows.slice(first).to_pylist())

    def test_lists_that_do_not_begin_at_zero(self):
        items = pa.array(list(range(100)), pa.int16())
        lists = pa.ListArray.from_arrays(pa.array([40, 42, 42, None, 50, 99], pa.int32()), items)
        for first in 0, 1, 3:
            got = border_pass(pa.record_batch([lists.slice(first)], names=["x"]))
            self.assertEqual(values(got["x"]), lists.slice(first).to_pylist())

    def test_dictionaries(self):
        """Indices of every width, NULL among the values, nested values."""
        words = pa.array(["a", None, LONG])
        for width in pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64():
            x = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 1, 2], width), words)
            got = border_pass(pa.record_batch([x.slice(1)], names=["x"]), every=2)
            self.assertEqual(values(got["x"]), ["a", None])
        nested = pa.array([[1, None], []], pa.list_(pa.int64()))
        lists = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1], pa.int32()), nested)
        self.assertEqual(values(border_pass(pa.record_batch([lists], names=["x"]))["x"]), [[], [1, None], []])

    def test_random_windows_of_everything(self):
        """All types side by side, windows and selections at random: bits and offsets that do not begin at a byte."""
        import random
        rnd = random.Random(1)
        everything = pa.record_batch([pa.array(t.column(2000, 1 + i % 5), t.form) for i, t in enumerate(TYPES)],
                                     names=[f"c{i}" for i in range(len(TYPES))])
        for _ in range(40):
            outer = rnd.randrange(500)
            first, n, every = rnd.randrange(500), rnd.randrange(900), rnd.choice((1, 1, 2, 7, 64))
            got = border_pass(everything.slice(outer, 1500), rnd.choice((0, VIEWS)), first, n, every)
            wanted = everything.slice(outer + first, n).take(pa.array(range(0, n, every), pa.int64()))
            for c in range(len(TYPES)):
                self.assertEqual(values(got.column(c)), values(wanted.column(c)), TYPES[c].sql)


if __name__ == "__main__":
    unittest.main()
