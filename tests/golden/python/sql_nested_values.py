# Arrays, maps and rows as Python values: nested, empty, and as print() shows them.
from pyflink.table import EnvironmentSettings, TableEnvironment

t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.get_config().set("parallelism.default", "1")
CASES = {
    "array": "ARRAY[1, 2, 3]", "texts": "ARRAY['a', 'it''s', '']", "arrays": "ARRAY[ARRAY[1], ARRAY[2, 3]]",
    "map": "MAP['k', 1.5, 'l', 2.5]", "map of arrays": "MAP[1, ARRAY['x'], 2, ARRAY['y', 'z']]",
    "row": "ROW(1, 'x', TRUE)", "row of rows": "ROW(ROW(1, 2), ROW('a'))",
    "named": "CAST(ROW(1, 'x') AS ROW<id INT, word STRING>)", "array of rows": "ARRAY[ROW(1, 'a'), ROW(2, 'b')]",
    "map of rows": "MAP['k', ROW(1, DATE '2024-05-06')]", "dates": "ARRAY[DATE '1969-12-31', DATE '2024-02-29']",
    "times": "ARRAY[TIME '00:00:01']", "timestamps": "ARRAY[TIMESTAMP '2024-02-29 01:02:03.456']", "decimals": "ARRAY[1.50, 2.25]",
    "bytes": "ARRAY[X'00ff', X'61']", "flags": "ARRAY[TRUE, FALSE]", "doubles": "ARRAY[1.5E0, -2E10]",
    "NULL array": "CAST(NULL AS ARRAY<INT>)", "NULL map": "CAST(NULL AS MAP<STRING, INT>)", "NULL row": "CAST(NULL AS ROW<a INT>)",
}
for name, expression in CASES.items():
    with t_env.execute_sql(f"SELECT {expression} AS v").collect() as rows:
        value = next(rows)[0]
    print(f"{name:14} {type(value).__name__:8} {value!r}")
t_env.execute_sql("SELECT " + ", ".join(f"{CASES[n]} AS c{i}" for i, n in enumerate(
    ["array", "texts", "arrays", "map", "row", "row of rows", "array of rows", "dates", "timestamps", "NULL row"]))
                  + ", ARRAY[CAST(NULL AS INT), 1] AS n0, MAP['k', CAST(NULL AS STRING)] AS n1, ROW(CAST(NULL AS INT), 'x') AS n2").print()
with t_env.execute_sql("SELECT v, CARDINALITY(v) FROM (VALUES (ARRAY[1, 2]), (ARRAY[3]), (CAST(NULL AS ARRAY<INT>))) AS t(v)").collect() as rows:
    for row in rows:
        print(row, list(row))
