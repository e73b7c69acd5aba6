# Views of views, Tables registered as views, and Tables named in an f-string.
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
env.set_parallelism(1)
t_env = StreamTableEnvironment.create(env)


def rows(table_result):
    with table_result.collect() as found:
        return [tuple(row) for row in found]


t_env.execute_sql("CREATE TEMPORARY VIEW numbers AS SELECT * FROM (VALUES (1, 'one'), (2, 'two'), (3, 'three')) AS t(n, word)")
t_env.execute_sql("CREATE VIEW doubled (n, twice) AS SELECT n, n * 2 FROM numbers")
t_env.execute_sql("CREATE VIEW summed AS SELECT d.twice + 1 AS odd, 'x''y' AS quoted FROM doubled AS d WHERE d.n <> 2")
print(rows(t_env.execute_sql("SELECT * FROM summed")))

big = t_env.sql_query("SELECT n, word FROM numbers WHERE n > 1")
t_env.create_temporary_view("big", big)
print(rows(t_env.execute_sql("SELECT word FROM big")))
bigger = t_env.sql_query(f"SELECT n * 100 AS n FROM {big} WHERE n > 2")
print(rows(t_env.execute_sql(f"SELECT n + 1 FROM {bigger}")), rows(bigger.execute()))
print(str(big) == str(big), str(big) == str(bigger), str(big).startswith("UnnamedTable$"))
print(rows(t_env.from_path("doubled").execute()))

print(sorted(v for v in t_env.list_views() if not v.startswith("Unnamed")), sorted(v for v in t_env.list_temporary_views() if not v.startswith("Unnamed")))
print(sorted(v for v in t_env.list_tables() if not v.startswith("Unnamed")), t_env.list_temporary_tables() == [])
print(t_env.drop_temporary_view("big"), t_env.drop_temporary_view("big"), "big" in t_env.list_tables())
t_env.execute_sql("DROP VIEW summed")
print("summed" in t_env.list_views(), rows(big.execute()))
big.print_schema()
print(big.get_schema().get_field_names(), bigger.get_schema().get_field_data_types())
