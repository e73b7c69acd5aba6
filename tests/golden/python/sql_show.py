# SHOW, DESCRIBE, USE and the list_… functions; catalogs and databases.
from pyflink.table import EnvironmentSettings, TableEnvironment

t_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
t_env.execute_sql("CREATE TABLE readings (id INT NOT NULL, `value` DOUBLE, since TIMESTAMP(3), tags MAP<STRING, ARRAY<INT>>, twice AS `value` * 2,"
                  " WATERMARK FOR since AS since - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED)"
                  " COMMENT 'what was read' WITH ('connector' = 'datagen', 'number-of-rows' = '1')")
t_env.execute_sql("CREATE TEMPORARY TABLE passing (a INT) WITH ('connector' = 'blackhole')")
t_env.execute_sql("CREATE VIEW high AS SELECT id FROM readings WHERE `value` > 10")
for statement in ["SHOW TABLES", "SHOW VIEWS", "SHOW CATALOGS", "SHOW DATABASES", "SHOW CURRENT CATALOG", "SHOW CURRENT DATABASE", "SHOW MODULES",
                  "SHOW TABLES LIKE 'r%'", "DESCRIBE readings", "SHOW COLUMNS FROM readings", "SHOW CREATE TABLE readings", "SHOW CREATE VIEW high"]:
    t_env.execute_sql(statement).print()
print(t_env.list_tables(), t_env.list_views(), t_env.list_temporary_tables(), t_env.list_temporary_views())
print(t_env.list_catalogs(), t_env.list_databases(), t_env.list_modules())
print([f"{m.name()} {m.used()}" for m in t_env.list_full_modules()], t_env.list_user_defined_functions())
print("sum" in t_env.list_functions(), "no_such" in t_env.list_functions())
t_env.execute_sql("CREATE DATABASE lab")
t_env.use_database("lab")
print(t_env.get_current_catalog(), t_env.get_current_database(), t_env.list_tables(), sorted(t_env.list_databases()))
t_env.execute_sql("CREATE CATALOG other WITH ('type' = 'generic_in_memory')")
t_env.use_catalog("other")
print(t_env.get_current_catalog(), t_env.get_current_database(), sorted(t_env.list_catalogs()))
t_env.execute_sql("USE CATALOG default_catalog")
t_env.execute_sql("USE default_database")
t_env.execute_sql("DROP DATABASE lab")
print(t_env.list_databases(), t_env.drop_temporary_table("passing"), t_env.drop_temporary_table("passing"), t_env.list_tables())
with t_env.execute_sql("SHOW TABLES").collect() as rows:
    print([row[0] for row in rows])
t_env.from_path("readings").print_schema()
t_env.sql_query("SELECT COUNT(*) AS c, MAX(since) AS m, 'x' AS x, ROW(1, 'a') AS r FROM readings").print_schema()
print("high" in t_env.explain_sql("SELECT * FROM readings") or "readings" in t_env.explain_sql("SELECT * FROM readings"), "readings" in t_env.from_path("high").explain())
with t_env.execute_sql("EXPLAIN SELECT id FROM readings").collect() as rows:
    print("readings" in next(rows)[0])
t_env.execute_sql("ALTER TABLE readings RENAME TO measured") if False else None
t_env.execute_sql("DROP TABLE IF EXISTS nowhere").print()
