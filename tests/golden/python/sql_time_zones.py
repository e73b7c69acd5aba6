# The session's time zone: what prints, what is cast, and what Python gets.
from pyflink.table import EnvironmentSettings, TableEnvironment

t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
config = t_env.get_config()
config.set("parallelism.default", "1")
QUERY = ("SELECT TO_TIMESTAMP_LTZ(1710054000123, 3) AS moment, CAST(TO_TIMESTAMP_LTZ(1710054000123, 3) AS TIMESTAMP(3)) AS local_time,"
         " CAST(TO_TIMESTAMP_LTZ(1710054000123, 3) AS STRING) AS text, CAST(TIMESTAMP '2024-03-10 12:00:00' AS TIMESTAMP_LTZ(3)) AS instant,"
         " HOUR(TO_TIMESTAMP_LTZ(0, 0)) AS h")
for zone in ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Europe/Berlin", "GMT-08:00"]:
    config.set_local_timezone(zone)
    print(config.get_local_timezone(), config.get("table.local-time-zone", "?"))
    t_env.execute_sql(QUERY).print()
    with t_env.sql_query(f"SELECT local_time, text, h FROM ({QUERY})").execute().collect() as rows:
        print(list(next(rows)))
