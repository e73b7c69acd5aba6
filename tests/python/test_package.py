# SPDX-License-Identifier: Apache-2.0
"""What a program sees of the package: its start, imports, refusals by name, notes, signals, threads, the end."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ENDLESS = "CREATE TABLE endless (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')"
PRELUDE = f"""
from pyflink.table import EnvironmentSettings, TableEnvironment
t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.execute_sql({ENDLESS!r})
t_env.execute_sql("CREATE TABLE hole (a INT) WITH ('connector' = 'blackhole')")
"""


def flott(*arguments, **options):
    """Runs python -m flott; the result has returncode, stdout, stderr."""
    return subprocess.run([sys.executable, "-m", "flott", *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, **options)


def program(text):
    return flott("-c", text)


class Starting(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="flott-python-")
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = Path(self.folder.name) / name
        path.write_text(text)
        return str(path)

    def test_help_and_version(self):
        self.assertIn("python -m flott examples/python/sensors.py", flott("--help").stdout)
        self.assertRegex(flott("--version").stdout, r"^flott \d+\.\d+\.\d+\n$")
        self.assertEqual(flott().returncode, 2)
        self.assertIn("unknown option --frob", flott("--frob").stderr)

    def test_a_program_is_run_as_by_python(self):
        self.write("beside.py", "VALUE = 5\n")
        path = self.write("job.py", "import sys, beside\nfrom pyflink.table import DataTypes\n"
                                    "print(__name__, sys.argv[1:], beside.VALUE, DataTypes.INT(), __file__)\n"
                                    "sys.exit(7)\n")
        done = flott(path, "-x", "y")
        self.assertEqual((done.stdout, done.returncode), (f"__main__ ['-x', 'y'] 5 INT {path}\n", 7))

    def test_functions_in_c_lie_beside_the_program(self):
        shutil.copy(os.environ["FLOTT_FUNCTIONS"], self.folder.name)
        path = self.write("job.py", PRELUDE + """
t_env.execute_sql("CREATE FUNCTION distance AS 'functions.so:distance' LANGUAGE C")
print(list(t_env.execute_sql("SELECT distance(0, 0, 3, 4)").collect()))
""")
        done = flott(path, cwd="/")
        self.assertEqual(done.stdout, "[<Row(5.0)>]\n", done.stderr)

    def test_modules_and_texts(self):
        self.write("job.py", "import sys\nimport pyflink.table\nprint(__name__, sys.argv[1:])\n")
        done = flott("-m", "job", "a", cwd=self.folder.name)
        self.assertEqual(done.stdout, "__main__ ['a']\n", done.stderr)
        self.assertEqual(flott("-c", "import sys; print(sys.argv)", "b").stdout, "['-c', 'b']\n")

    def test_tracebacks_begin_in_the_program(self):
        path = self.write("job.py", PRELUDE + "t_env.sql_query('SELECT frob FROM endless')\n")
        done = flott(path)
        self.assertEqual(done.returncode, 1)
        lines = done.stderr.splitlines()
        self.assertEqual(lines[0], "Traceback (most recent call last):")
        self.assertIn(f'File "{path}"', lines[1])
        self.assertIn("Column 'frob' not found in any table", lines[-1])
        self.assertIn("cannot open", flott("/nowhere/job.py").stderr)


class Importing(unittest.TestCase):
    def test_only_after_install(self):
        code = ("import sys, flott\nassert not any(m.startswith('pyflink') for m in sys.modules)\nflott.install()\n"
                "flott.install()\nimport pyflink.table, pyflink.version\n"
                "print(pyflink.__file__, pyflink.version.__version__)")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertIn("flott/pyflink/__init__.py 1.20", done.stdout, done.stderr)

    def test_too_late(self):
        code = "import sys, types\nsys.modules['pyflink'] = types.ModuleType('pyflink')\nimport flott\nflott.install()"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertIn("has already been imported", done.stderr)

    def test_what_is_missing_is_named(self):
        for text, words in {
            "from pyflink.table import CsvTableSource":
                "ImportError: pyflink.table.CsvTableSource is not supported yet by flott",
            "import pyflink.metrics.metricbase": "ModuleNotFoundError: pyflink.metrics is not supported yet by flott",
            "from pyflink.datastream import RocksDBStateBackend": "RocksDBStateBackend is not supported yet by flott",
            "from pyflink.table import Frob": "cannot import name 'Frob'",
            "import py4j.java_gateway": "py4j.java_gateway is not there: no Java runs behind flott",
            "import pyflink.frob": "No module named 'pyflink.frob'",
            PRELUDE + "t_env.from_path('endless').join_lateral('x')": "Table.join_lateral is not supported yet by flott",
            PRELUDE + "t_env.get_catalog('x')": "TableEnvironment.get_catalog is not supported yet by flott",
            PRELUDE + "t_env.frob": "'TableEnvironment' object has no attribute 'frob'",
            "from pyflink.datastream import *\nStreamExecutionEnvironment.get_execution_environment().execute()":
                "StreamExecutionEnvironment.execute is not supported yet by flott",
        }.items():
            done = program(text)
            self.assertIn(words, done.stderr.splitlines()[-1], text)

    def test_every_name_of_pyflink_is_there_or_is_named(self):
        done = program("""
import importlib
from flott import _missing
refused, faults = "is not supported yet by flott", []

def look(where, find):
    try:
        return find()
    except (ImportError, AttributeError) as e:
        if refused not in str(e):
            faults.append(f"{where}: {e}")

for (module, cls), names in sorted(_missing._load().items()):
    target = look(module, lambda: importlib.import_module(module))
    for part in cls.split(".") if cls else ():
        target = target and look(f"{module}.{cls}", lambda: getattr(target, part))
    for name in names if target is not None else ():
        look(f"{module}.{cls}.{name}", lambda: getattr(target, name))
print(*faults, sep="\\n")
""")
        self.assertEqual(done.stdout, "pyflink.common.types.RowKind.to_j_row_kind: to_j_row_kind\n", done.stderr)

    def test_all_names_can_be_imported(self):
        done = program("""
import importlib
for package in ("pyflink.common", "pyflink.table", "pyflink.datastream"):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__name__ == name, name
        assert name in dir(module)
from pyflink.table import *
print(TableEnvironment.__module__, hasattr(TableEnvironment, "get_catalog"), hasattr(TableEnvironment, "execute_sql"))
""")
        self.assertEqual(done.stdout, "pyflink.table.table_environment False True\n", done.stderr)


class Running(unittest.TestCase):
    def test_notes(self):
        done = program(PRELUDE + """
from pyflink.datastream import StreamExecutionEnvironment
env = StreamExecutionEnvironment.get_execution_environment()
env.add_jars("file:///nowhere/flink-sql-connector-kafka.jar")
t_env.get_config().get_configuration().set_string("pipeline.jars", "file:///nowhere/a.jar;file:///nowhere/b.jar")
t_env.get_config().set("frob.nicate", "1").set("frob.nicate", "1")
print(t_env.get_config().get("frob.nicate", "?"), t_env.get_config().get("pipeline.jars", "?").count("jar"))
t_env.execute_sql("SELECT 1").print()
""")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("1 2\n"))
        notes = [line for line in done.stderr.splitlines()]
        self.assertEqual(len(notes), 3, notes)
        self.assertIn("add_jars: flink-sql-connector-kafka.jar: JARs are not loaded", notes[0])
        self.assertIn("pipeline.jars: a.jar, b.jar", notes[1])
        self.assertIn("frob.nicate", notes[2])

    def test_refused_settings(self):
        done = program(PRELUDE + "t_env.get_config().set('execution.checkpointing.unaligned.enabled', 'true')")
        self.assertIn("NotSupportedYet", done.stderr.splitlines()[-1])
        done = program(PRELUDE + "t_env.get_config().set('parallelism.default', 'many')")
        self.assertIn("parallelism.default", done.stderr.splitlines()[-1])

    def test_an_environment_is_live(self):
        done = program("""
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment
env = StreamExecutionEnvironment.get_execution_environment()
t_env = StreamTableEnvironment.create(env)
env.set_parallelism(3)
env.enable_checkpointing(5000)
print([tuple(row) for row in t_env.execute_sql("SET").collect()])
""")
        self.assertIn("('parallelism.default', '3')", done.stdout, done.stderr)
        self.assertIn("('execution.checkpointing.interval', '5000 ms')", done.stdout)

    def test_a_job_that_is_not_waited_for_is_cut(self):
        done = program(PRELUDE + "r = t_env.execute_sql('INSERT INTO hole SELECT a FROM endless')\n"
                                 "print(r.get_job_client().get_job_status().result().name)")
        self.assertIn(done.stdout, ("RUNNING\n", "CREATED\n"))
        self.assertIn("was still running when the program ended, and has been cut", done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_a_statement_set_may_hold_comments(self):
        done = program(PRELUDE + """
t_env.execute_sql("CREATE TABLE shown (a INT) WITH ('connector' = 'print')")
statements = t_env.create_statement_set()
statements.add_insert_sql("-- one\\nINSERT INTO shown VALUES (1) -- the first")
statements.add_insert_sql("/* two */ insert into hole VALUES (2);")
print("shown" in statements.explain(), flush=True)
statements.execute().wait()
try:
    statements.execute()
except Exception as e:
    print(e)
""")
        self.assertEqual(done.stdout, "True\n+I[1]\n"
                         "The statement set is empty: fill it with add_insert_sql() or add_insert().\n",
                         done.stderr)

    def test_cancel_and_timeouts(self):
        done = program(PRELUDE + """
from py4j.protocol import Py4JJavaError
result = t_env.execute_sql("INSERT INTO hole SELECT a FROM endless")
try:
    result.wait(20)
except Py4JJavaError as e:
    print(e.java_exception.getClass().getSimpleName())
client = result.get_job_client()
print(client.get_job_execution_result().done())
client.cancel().result()
print(client.get_job_status().result().name, client.get_job_status().result().is_terminal_state())
try:
    result.wait()
except Exception as e:
    print(type(e).__name__)
""")
        self.assertEqual(done.stdout, "TimeoutException\nFalse\nCANCELED True\nPy4JJavaError\n", done.stderr)
        self.assertEqual(done.stderr, "")

    def test_interrupts(self):
        for wait in ("t_env.execute_sql('INSERT INTO hole SELECT a FROM endless').wait()",
                     "list(t_env.execute_sql('SELECT a FROM endless').collect())",
                     "list(t_env.execute_sql('SELECT a FROM endless WHERE a = 1').collect())"):
            text = (PRELUDE + f"print('go', flush=True)\ntry:\n    {wait}\n"
                    "except KeyboardInterrupt:\n    print('stopped')\n")
            p = subprocess.Popen([sys.executable, "-m", "flott", "-c", text], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
            self.assertEqual(p.stdout.readline(), "go\n")
            time.sleep(0.3)
            p.send_signal(signal.SIGINT)
            out, errors = p.communicate(timeout=20)
            self.assertEqual((out, errors, p.returncode), ("stopped\n", "", 0), wait)

    def test_an_interrupt_that_nobody_catches_ends_the_process(self):
        text = PRELUDE + "print('go', flush=True)\nt_env.execute_sql('INSERT INTO hole SELECT a FROM endless').wait()\n"
        p = subprocess.Popen([sys.executable, "-m", "flott", "-c", text], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        p.stdout.readline()
        time.sleep(0.2)
        p.send_signal(signal.SIGINT)
        out, errors = p.communicate(timeout=20)
        self.assertEqual((p.returncode, errors.splitlines()[-1]), (-signal.SIGINT, "KeyboardInterrupt"), errors)

    def test_other_threads_run_while_one_waits(self):
        done = program(PRELUDE + """
import threading
result = t_env.execute_sql("INSERT INTO hole SELECT a FROM endless")
def later():
    print([tuple(row) for row in t_env.execute_sql("SELECT 41 + 1").collect()])
    result.get_job_client().cancel()
threading.Timer(0.2, later).start()
try:
    result.wait()
except Exception as e:
    print(type(e).__name__)
""")
        self.assertEqual(done.stdout, "[(42,)]\nPy4JJavaError\n", done.stderr)

    def test_rows_come_lazily_and_can_be_left(self):
        done = program(PRELUDE + """
with t_env.execute_sql("SELECT a FROM endless").collect() as rows:
    print(type(next(rows)[0]).__name__, len(next(rows)))
rows.close()
print(list(rows))
""")
        self.assertEqual(done.stdout, "int 1\n[]\n", done.stderr)
        self.assertEqual(done.stderr, "")

    def test_waiting_for_a_query_takes_no_rows_away(self):
        done = program(PRELUDE + """
from py4j.protocol import Py4JJavaError
result = t_env.execute_sql("SELECT 42 AS x")
result.wait()
result.wait(1000)
result.print()
result = t_env.execute_sql("SELECT * FROM (VALUES (1), (2)) AS t(x)")
result.wait()
print([row[0] for row in result.collect()])
try:
    t_env.execute_sql("SELECT a FROM endless WHERE a <> a").wait(50)
except Py4JJavaError as e:
    print(e)
t_env.execute_sql("SHOW TABLES").wait()
""")
        self.assertIn("|          42 |", done.stdout, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-2:], ["[1, 2]", "no row has come after 50 ms"])

    def test_many_rows_keep_their_order(self):
        done = program("""
from pyflink.table import *
t_env = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
t_env.execute_sql("CREATE TABLE s (i BIGINT, t STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20000',"
                  " 'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '20000',"
                  " 'fields.t.length' = '3')")
with t_env.execute_sql("SELECT i, CAST(i AS DECIMAL(12, 2)), ARRAY[i, i + 1], t FROM s").collect() as rows:
    n = 0
    for row in rows:
        n += 1
        assert row[0] == n and row[1] == n and row[2] == [n, n + 1] and len(row[3]) == 3, row
print(n)
""")
        self.assertEqual(done.stdout, "20000\n", done.stderr)

    def test_types_of_sql_are_read_and_written(self):
        done = program("""
from pyflink.table import DataTypes as T
from pyflink.table.types import parsed, sql_of
for t in [T.INT(False), T.STRING(), T.BYTES(), T.CHAR(3), T.DECIMAL(10, 2), T.TIME(3), T.TIMESTAMP(3),
          T.TIMESTAMP_LTZ(9, False),
          T.ARRAY(T.MAP(T.STRING(False), T.INT())), T.MULTISET(T.DATE()), T.INTERVAL(T.YEAR(4), T.MONTH()),
          T.INTERVAL(T.DAY(2), T.SECOND(3)),
          T.ROW([T.FIELD("a`b", T.INT(), "it's"), T.FIELD("c d", T.ROW([]))], False)]:
    assert parsed(sql_of(t)) == t and parsed(sql_of(t)).not_null() == t.not_null(), (t, sql_of(t), parsed(sql_of(t)))
print(repr(parsed("TIMESTAMP(3) NOT NULL *ROWTIME*")))
""")
        self.assertEqual(done.stdout, "TimestampType(3, false)\n", done.stderr)


class Example(unittest.TestCase):
    def test_sensors(self):
        folder = Path(__file__).resolve().parents[2] / "examples" / "python"
        with tempfile.TemporaryDirectory(prefix="flott-python-") as name:
            properties = json.loads((folder / "application_properties.json").read_text())
            for group in properties:
                if group["PropertyGroupId"] == "consumer.config.0":
                    group["PropertyMap"].update({"rows.per.second": "4000", "rows": "4000"})
            path = os.path.join(name, "properties.json")
            Path(path).write_text(json.dumps(properties))
            done = flott(str(folder / "sensors.py"), path)
        self.assertEqual(done.returncode, 0, done.stderr)
        kinds = {line.partition(">")[0] for line in done.stdout.splitlines()}
        self.assertLessEqual({"tumbling by event", "sliding by event"}, kinds, done.stderr)
        self.assertIn("pipeline.jars", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
