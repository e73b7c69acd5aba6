# Several INSERTs as one job: add_insert_sql, add_insert, EXECUTE STATEMENT SET, and what comes out of print tables.
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import EnvironmentSettings, StreamTableEnvironment

env = StreamExecutionEnvironment.get_execution_environment()
env.set_parallelism(1)
settings = EnvironmentSettings.new_instance().in_streaming_mode().build()
t_env = StreamTableEnvironment.create(env, environment_settings=settings)
t_env.execute_sql("CREATE TEMPORARY VIEW orders AS SELECT * FROM (VALUES (1, 'tea', 2.50), (2, 'mate', 3.20), (3, 'tea', 1.00)) AS t(id, what, price)")
for name, columns in {"all_of_it": "id INT, what STRING, price DECIMAL(3, 2)", "sums": "what STRING, total DECIMAL(38, 2)"}.items():
    t_env.execute_sql(f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'print', 'print-identifier' = '{name}')")
t_env.execute_sql("CREATE TABLE hole (id INT, what STRING, price DECIMAL(3, 2)) WITH ('connector' = 'blackhole')")

print("-- one INSERT")
t_env.execute_sql("INSERT INTO all_of_it SELECT * FROM orders").wait()
print("-- two, the other one into nothing")
statements = t_env.create_statement_set()
print(statements.add_insert_sql("INSERT INTO sums SELECT what, SUM(price) FROM orders GROUP BY what") is statements)
statements.add_insert("hole", t_env.from_path("orders"))
result = statements.execute()
result.wait()
print(result.get_table_schema().get_field_names(), [row for row in result.collect()])
print("-- the set is empty again, and can be filled anew")
statements.add_insert("all_of_it", t_env.sql_query("SELECT id * 10, UPPER(what), price + 1 FROM orders WHERE id > 1"))
statements.add_insert_sql("INSERT INTO hole SELECT id, what, price FROM orders")
statements.execute().wait()
print("-- in SQL")
t_env.execute_sql("""EXECUTE STATEMENT SET BEGIN
INSERT INTO all_of_it SELECT id, 'a;b', price FROM orders WHERE id = 1;
INSERT INTO hole SELECT * FROM orders;
END""").wait()
print("-- partial columns")
t_env.execute_sql("INSERT INTO all_of_it (what, id) SELECT 'only two', 7").wait()
print(type(statements.explain()).__name__)
