# Windows over files in SQL, streaming and batch: group windows, the window functions, late rows, and time attributes.
import os
import tempfile

from pyflink.datastream import RuntimeExecutionMode, StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

folder = tempfile.mkdtemp()
with open(os.path.join(folder, "readings.csv"), "w") as f:
    for second, sensor, value in [(1, 10, 20.0), (4, 11, 30.0), (9, 10, 22.5), (12, 10, 25.0), (3, 11, 99.0), (25, 11, 31.0), (31, 10, 18.0)]:
        f.write(f"{sensor},{value},2024-05-06 07:08:{second:02}\n")
for mode in [RuntimeExecutionMode.STREAMING, RuntimeExecutionMode.BATCH]:
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    env.set_runtime_mode(mode)
    t_env = StreamTableEnvironment.create(env)
    t_env.execute_sql(f"""
        CREATE TABLE readings (sensor INT, temperature DECIMAL(6, 2), since TIMESTAMP(3), WATERMARK FOR since AS since - INTERVAL '2' SECOND)
        WITH ('connector' = 'filesystem', 'path' = '{folder}', 'format' = 'csv')""")
    t_env.from_path("readings").print_schema()
    for query in [
        "SELECT sensor, AVG(temperature) AS average, TUMBLE_END(since, INTERVAL '10' SECOND) AS till FROM readings"
        " GROUP BY TUMBLE(since, INTERVAL '10' SECOND), sensor",
        "SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(HOP(TABLE readings, DESCRIPTOR(since), INTERVAL '5' SECOND, INTERVAL '10' SECOND))"
        " GROUP BY window_start, window_end",
    ]:
        with t_env.execute_sql(query).collect() as rows:
            print(*sorted(str(list(row)) for row in rows), sep="\n")
        print("--")
    print(t_env.get_config().get("execution.runtime-mode", "?"), t_env.get_config().get("parallelism.default", "?"))
