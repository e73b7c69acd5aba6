# SELECT without tables: what print() shows in streaming and in batch mode, its widths, NULLs and wide texts.
from pyflink.table import EnvironmentSettings, TableEnvironment

QUERIES = [
    "SELECT 1 AS number, 'text' AS word, TRUE AS flag, CAST(NULL AS INT) AS nothing, 1.50 AS price",
    "SELECT * FROM (VALUES (1, 'a'), (2, CAST(NULL AS STRING)), (3, 'a text that is much wider than the column it is in'))"
    " AS t(id, word)",
    "SELECT 'größer' AS `ü`, '表' AS wide, CAST(1 AS BIGINT) AS a_rather_long_name, X'00ff' AS octets",
    "SELECT DATE '2024-02-29' AS d, TIME '01:02:03' AS t, TIMESTAMP '2024-02-29 01:02:03.456' AS ts,"
    " INTERVAL '1 02:03' DAY TO MINUTE AS i, INTERVAL '3' YEAR AS y",
    "SELECT id FROM (VALUES (1), (2)) AS t(id) WHERE id > 5",
    "SELECT CAST(1.5 AS FLOAT) AS f, 1E300 AS d, CAST(0.1 AS DOUBLE) + 0.2 AS s, CAST(12.3 AS DECIMAL(20, 5)) AS c",
]
for settings in [EnvironmentSettings.in_streaming_mode(), EnvironmentSettings.in_batch_mode()]:
    t_env = TableEnvironment.create(settings)
    t_env.get_config().set("parallelism.default", "1")
    for query in QUERIES:
        t_env.execute_sql(query).print()
    t_env.sql_query("SELECT COUNT(*) AS n FROM (VALUES (1), (2)) AS t(id)").execute().print()
    t_env.execute_sql("CREATE TABLE hole (a INT) WITH ('connector' = 'blackhole')").print()
t_env.get_config().set("table.display.max-column-width", "12")
t_env.execute_sql(QUERIES[1]).print()
