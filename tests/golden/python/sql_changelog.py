# Rows of a query with the kinds of their changes: streaming shows the way, batch the end.
from pyflink.common import RowKind
from pyflink.table import EnvironmentSettings, ResultKind, TableEnvironment

QUERIES = [
    "SELECT k, SUM(v) AS s, COUNT(*) AS c FROM (VALUES ('a', 1), ('b', 2), ('a', 3), ('a', CAST(NULL AS INT))) AS t(k, v) GROUP BY k",
    "SELECT MAX(v) AS m, MIN(v), AVG(v) FROM (VALUES (3), (9), (4)) AS t(v)",
    "SELECT DISTINCT v FROM (VALUES (1), (2), (1)) AS t(v)",
    "SELECT x FROM (VALUES (1)) AS t(x) WHERE x = 2",
]
for settings in [EnvironmentSettings.in_streaming_mode(), EnvironmentSettings.in_batch_mode()]:
    t_env = TableEnvironment.create(settings)
    t_env.get_config().set("parallelism.default", "1")
    for query in QUERIES:
        with t_env.execute_sql(query).collect() as rows:
            seen = [(str(row.get_row_kind()), row.get_row_kind() == RowKind.INSERT, row) for row in rows]
        print(*(seen if settings.is_streaming_mode() else sorted(seen, key=str)), sep="\n")
        print("--")
t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.get_config().set("parallelism.default", "1")
t_env.execute_sql(QUERIES[0]).print()
print(t_env.sql_query(QUERIES[1]).execute().get_result_kind() == ResultKind.SUCCESS_WITH_CONTENT, ResultKind.SUCCESS, ResultKind.SUCCESS_WITH_CONTENT)
