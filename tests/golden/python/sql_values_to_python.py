# What a value of each atomic type of SQL becomes in Python: its type, its digits, its NULL.
import decimal

from pyflink.table import EnvironmentSettings, TableEnvironment

t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.get_config().set("parallelism.default", "1")
CASES = [
    "TRUE", "CAST(127 AS TINYINT)", "CAST(-32768 AS SMALLINT)", "-2147483647", "9223372036854775807", "CAST(0.1 AS FLOAT)",
    "CAST(16777216 AS FLOAT)", "CAST(3.4028235E38 AS FLOAT)", "0.1E0", "1E-300", "CAST(123456789 AS DOUBLE)", "1.50", "CAST(7 AS DECIMAL(10, 3))", "-0.001",
    "CAST('12345678901234567890123456789.123456789' AS DECIMAL(38, 9))", "CAST(0 AS DECIMAL(5, 2))", "''", "'it''s'",
    "'grün 表 😀'", "CAST('ab' AS CHAR(4))", "CAST('abcdef' AS VARCHAR(3))", "X''", "X'00ff10'", "CAST('ab' AS VARBINARY(5))", "DATE '1970-01-01'",
    "DATE '0001-01-01'", "DATE '9999-12-31'", "TIME '23:59:59'", "CAST('10:11:12.345' AS TIME(3))", "TIMESTAMP '1970-01-01 00:00:00'",
    "TIMESTAMP '2024-02-29 12:34:56.789'", "CAST('2024-02-29 12:34:56.789123' AS TIMESTAMP(6))", "CAST('2024-02-29 12:34:56.789123456' AS TIMESTAMP(9))",
    "TIMESTAMP '1905-06-07 08:09:10.5'", "CAST(TIMESTAMP '2024-02-29 12:34:56.789' AS TIMESTAMP(0))",
]
for expression in CASES:
    with t_env.execute_sql(f"SELECT {expression}").collect() as rows:
        value = next(rows)[0]
    print(f"{expression:72} {type(value).__name__:9} {value!r}")
for kind in ["BOOLEAN", "INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL(10, 2)", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP(3)", "TIMESTAMP_LTZ(3)"]:
    with t_env.execute_sql(f"SELECT CAST(NULL AS {kind}), 1").collect() as rows:
        print(kind, next(rows))
with t_env.execute_sql("SELECT SUM(v), AVG(v), MAX(v) FROM (VALUES (1.10), (2.25), (CAST(NULL AS DECIMAL(3, 2)))) AS t(v)").collect() as rows:
    last = list(rows)[-1]
print(last, [type(v) is decimal.Decimal for v in last])
