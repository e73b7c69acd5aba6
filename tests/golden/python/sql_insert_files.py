# INSERT INTO files and reading them back: what execute_sql and execute_insert give, and how a job ends.
import glob
import os
import tempfile

from pyflink.table import EnvironmentSettings, ResultKind, TableEnvironment

folder = tempfile.mkdtemp()
for mode in ["batch", "streaming"]:
    t_env = TableEnvironment.create(EnvironmentSettings.in_batch_mode() if mode == "batch" else EnvironmentSettings.in_streaming_mode())
    t_env.get_config().set("parallelism.default", "1")
    for form in ["csv", "json"]:
        path = os.path.join(folder, mode + form)
        t_env.execute_sql(f"CREATE TABLE {form}_files (id INT, word STRING, price DECIMAL(8, 2), since TIMESTAMP(3), xs ARRAY<INT>)"
                          f" WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = '{form}')")
        result = t_env.execute_sql(f"INSERT INTO {form}_files VALUES (1, 'one', 1.5, TIMESTAMP '2024-05-06 07:08:09.123', ARRAY[1, 2]),"
                                   " (2, 'a,\"b\"', 0, TIMESTAMP '1970-01-01 00:00:00', ARRAY[3]), (3, CAST(NULL AS STRING), -0.01, TIMESTAMP '1969-12-31 23:59:59', ARRAY[0, -1])")
        print(result.wait(), result.get_result_kind() == ResultKind.SUCCESS_WITH_CONTENT, result.get_job_client() is not None)
        print(len(str(result.get_job_client().get_job_id())))
        print(list(result.collect()), result.get_table_schema().get_field_names())
        for part in sorted(glob.glob(os.path.join(path, "*"))):
            with open(part) as f:
                print(f.read(), end="")
        with t_env.execute_sql(f"SELECT * FROM {form}_files").collect() as rows:
            print(*sorted(rows, key=lambda row: row[0]), sep="\n")
    one = t_env.sql_query("SELECT id + 10, word, price, since, xs FROM json_files WHERE id < 3")
    one.execute_insert("csv_files").wait()
    t_env.execute_sql("SELECT COUNT(*) AS n, SUM(id) AS s FROM csv_files").wait()
    with t_env.execute_sql("SELECT id, word FROM csv_files WHERE id > 10").collect() as rows:
        print(sorted(tuple(row) for row in rows))
    if mode == "batch":
        one.execute_insert("csv_files", True).wait()
        with t_env.execute_sql("SELECT id, word FROM csv_files").collect() as rows:
            print(sorted(tuple(row) for row in rows))
