# Mistakes in SQL, their classes and telling words; the session goes on after each.
from py4j.protocol import Py4JJavaError
from pyflink.table import EnvironmentSettings, TableEnvironment

t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.get_config().set("parallelism.default", "1")
t_env.execute_sql("CREATE TABLE hole (a INT, b STRING) WITH ('connector' = 'blackhole')")
t_env.execute_sql("CREATE TABLE seen (a INT) WITH ('connector' = 'print')")


def attempt(what, action, *words):
    try:
        action()
        print(f"{what}: accepted")
    except Exception as e:
        kind = type(e).__name__ if type(e).__module__.startswith(("builtins", "pyflink")) else "refused"
        print(f"{what}: {kind}; {isinstance(e, Py4JJavaError)}; says {[w for w in words if w in str(e)]}")


def sql(what, statement, *words):
    attempt(what, lambda: t_env.execute_sql(statement), *words)


def collected(statement):
    with t_env.execute_sql(statement).collect() as rows:
        return list(rows)


sql("not SQL", "SELEC 1", "SQL parse failed", "Non-query expression")
sql("reserved word", "SELECT out FROM hole", "SQL parse failed", "out")
sql("two statements", "SELECT 1; SELECT 2", "only single statement supported")
sql("nothing", "")
sql("unknown table", "SELECT * FROM nowhere", "Object 'nowhere' not found")
sql("unknown column", "SELECT c FROM (VALUES (1)) AS t(a)", "Column 'c' not found in any table")
sql("unknown function", "SELECT FROB(1)", "No match found for function signature FROB(<NUMERIC>)")
sql("wrong argument", "SELECT UPPER(1)", "Cannot apply 'UPPER'")
sql("not grouped", "SELECT a, b FROM (VALUES (1, 2)) AS t(a, b) GROUP BY a", "Expression 'b' is not being grouped")
sql("table exists", "CREATE TABLE hole (a INT) WITH ('connector' = 'blackhole')", "already exists")
sql("unknown table to drop", "DROP TABLE nowhere", "does not exist")
sql("no connector", "CREATE TABLE x (a INT)") 
sql("no connector, used", "SELECT * FROM x", "connector")
sql("unknown type", "CREATE TABLE y (a FROB) WITH ('connector' = 'print')", "FROB")
sql("sink with other columns", "INSERT INTO hole SELECT 1", "Different number of columns")
sql("sink with other types", "INSERT INTO seen SELECT 'x'", "Incompatible types for sink column 'a' at position 0")
sql("sink without updates", "CREATE TABLE file_sink (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '/tmp/nothing-comes-here', 'format' = 'csv')")
sql("updates", "INSERT INTO file_sink SELECT COUNT(*) FROM (VALUES (1)) AS t(a)", "doesn't support consuming update changes")
sql("unknown catalog", "USE CATALOG nowhere", "A catalog with name [nowhere] does not exist")
sql("unknown database", "USE nowhere", "A database with name [nowhere] does not exist")
sql("option that the connector has not", "CREATE TABLE z (a INT) WITH ('connector' = 'print', 'frob' = '1')")
sql("option that the connector has not, used", "INSERT INTO z SELECT 1", "Unsupported options")
sql("source that cannot be read", "SELECT * FROM hole", "blackhole")
attempt("division by zero", lambda: collected("SELECT 1 / a FROM (VALUES (1), (0)) AS t(a)"), "/ by zero")
attempt("cast", lambda: collected("SELECT CAST(s AS INT) FROM (VALUES ('1'), ('x')) AS t(s)"), "'x'")
attempt("query that is no query", lambda: t_env.sql_query("INSERT INTO seen SELECT 1"), "Unsupported SQL query")
attempt("view of nothing", lambda: t_env.create_temporary_view("v", t_env.from_path("nowhere")), "nowhere")
attempt("insert that is none", lambda: t_env.create_statement_set().add_insert_sql("SELECT 1"), "Only insert statement is supported now.")
attempt("empty statement set", lambda: t_env.create_statement_set().execute())
attempt("explain of nothing", lambda: t_env.explain_sql("SELECT FROM"), "SQL parse failed")
print(collected("SELECT 'still here'"))
try:
    t_env.sql_query("SELECT nope FROM (VALUES (1)) AS t(a)")
except Py4JJavaError as e:
    print("not found" in e.java_exception.toString(), e.java_exception.getClass().getName() if hasattr(e.java_exception, "getClass") else None)
