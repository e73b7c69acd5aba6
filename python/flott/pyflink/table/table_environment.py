# SPDX-License-Identifier: Apache-2.0
"""TableEnvironment: SQL, tables, views, catalogs and the configuration of a table program."""
from flott._missing import Partial
from flott._session import Session, named, note, quoted
from pyflink.common.configuration import Configuration
from pyflink.table.environment_settings import EnvironmentSettings
from pyflink.table.table import Table
from pyflink.table.table_config import TableConfig
from pyflink.table.table_result import TableResult

__all__ = ["TableEnvironment", "StreamTableEnvironment"]

# Keys that say something to this module and nothing to the engine.
_OWN = ("table.builtin-catalog-name", "table.builtin-database-name", "execution.target")


class TableEnvironment(Partial):
    """One session: its catalogs, views and settings. Statements run in this process."""

    def __init__(self, configuration):
        self._session = Session()
        self._configuration = Configuration()
        self._configuration._listeners.append(self._on_set)
        self._config = TableConfig(self._configuration)
        self._names = 0
        self._configuration.add_all(configuration)
        settings = EnvironmentSettings(configuration)
        catalog, database = settings.get_built_in_catalog_name(), settings.get_built_in_database_name()
        if catalog != "default_catalog":
            self._session.execute(f"CREATE CATALOG {named(catalog)} WITH ('type' = 'generic_in_memory', "
                                  f"'default-database' = {quoted(database)})").close()
            self._session.execute(f"USE CATALOG {named(catalog)}").close()
            self._session.execute("DROP CATALOG default_catalog").close()
        elif database != "default_database":
            self._session.execute(f"CREATE DATABASE {named(database)}").close()
            self._session.execute(f"USE {named(database)}").close()

    @staticmethod
    def create(environment_settings):
        """A new environment from EnvironmentSettings, or from a Configuration."""
        if isinstance(environment_settings, EnvironmentSettings):
            environment_settings = environment_settings.get_configuration()
        if not isinstance(environment_settings, Configuration):
            raise TypeError("argument should be EnvironmentSettings or Configuration")
        return TableEnvironment(environment_settings)

    def _on_set(self, key, value):
        if key == "pipeline.jars":
            from pyflink.datastream.stream_execution_environment import note_jars
            note_jars("pipeline.jars", [jar for jar in value.split(";") if jar])
        elif key not in _OWN:
            self._session.set(key, value)

    def _streaming(self):
        return self._configuration.get_string("execution.runtime-mode", "STREAMING").upper() != "BATCH"

    def _next_name(self):
        self._names += 1
        return f"UnnamedTable${self._names - 1}"

    def get_config(self):
        """The TableConfig; it is live."""
        return self._config

    # ---- SQL ----

    def execute_sql(self, stmt):
        """Executes one statement; an INSERT only starts. Gives a TableResult.

        Raises Py4JJavaError: what SQL and Flink's validation refuse; TableException, CatalogException: as in PyFlink.
        """
        return TableResult(self._session.execute(stmt), self._streaming())

    def sql_query(self, query):
        """A query as a Table; it does not run yet. Raises as execute_sql()."""
        return Table(query.strip().rstrip(";"), self)

    def explain_sql(self, stmt, *extra_details):
        """The plan of a query or an INSERT, as text. extra_details: of ExplainDetail."""
        return self._explain(stmt, extra_details)

    def _explain(self, stmt, details):
        from pyflink.table.explain_detail import WORDS
        words = ", ".join(WORDS[detail] for detail in details)
        return self._session.rows(f"EXPLAIN {words + ' ' if words else ''}{stmt}")[0][0]

    def create_statement_set(self):
        """An empty StatementSet: several INSERTs as one job."""
        from pyflink.table.statement_set import StatementSet
        return StatementSet(self)

    # ---- tables and views ----

    def from_path(self, path):
        """A table or view of a catalog as a Table."""
        return Table(f"SELECT * FROM {path}", self, path)

    def scan(self, *table_path):
        """from_path() with the parts of the path one by one."""
        return self.from_path(".".join(named(part) for part in table_path))

    def create_temporary_view(self, view_path, table_or_data_stream, *fields_or_schema):
        """Gives a Table a name in SQL."""
        if not isinstance(table_or_data_stream, Table):
            raise NotImplementedError("TableEnvironment.create_temporary_view of a DataStream is not supported yet by "
                                      "flott")
        self._session.execute(f"CREATE TEMPORARY VIEW {view_path} AS {table_or_data_stream._query}").close()

    def register_table(self, name, table):
        """create_temporary_view(), as it was called before."""
        self.create_temporary_view(named(name), table)

    def create_temporary_table(self, path, descriptor):
        """A table that ends with the program, from a TableDescriptor."""
        self._session.execute(descriptor._create(path, True)).close()

    def create_table(self, path, descriptor):
        """A table of the catalog, from a TableDescriptor."""
        self._session.execute(descriptor._create(path, False)).close()

    def from_descriptor(self, descriptor):
        """A Table from a TableDescriptor, without a name that a program would use."""
        return self.from_path(self._described(descriptor))

    def _described(self, descriptor):
        path = named(self._next_name())
        self._session.execute(descriptor._create(path, True)).close()
        return path

    def _drop(self, what, path, kinds):
        if path.strip("`") not in kinds():
            return False
        self._session.execute(f"DROP TEMPORARY {what} {path}").close()
        return True

    def drop_temporary_view(self, view_path):
        """True: it was there."""
        return self._drop("VIEW", view_path, self.list_temporary_views)

    def drop_temporary_table(self, table_path):
        """True: it was there."""
        return self._drop("TABLE", table_path, self.list_temporary_tables)

    # ---- what there is ----

    def _list(self, what):
        return [row[0] for row in self._session.rows(f"SHOW {what}")]

    def list_tables(self):
        """Names of tables and views in the current database, sorted."""
        return sorted(set(self._list("TABLES")) | set(self._list("VIEWS")))

    def list_views(self):
        """Names of views, sorted."""
        return self._list("VIEWS")

    def _temporary(self, what, names):
        return [name for name in names
                if self._session.rows(f"SHOW CREATE {what} {named(name)}")[0][0].startswith("CREATE TEMPORARY")]

    def list_temporary_views(self):
        """Names of temporary views, sorted."""
        return self._temporary("VIEW", self._list("VIEWS"))

    def list_temporary_tables(self):
        """Names of temporary tables and views, sorted."""
        views = set(self._list("VIEWS"))
        return sorted(self._temporary("TABLE", [n for n in self._list("TABLES") if n not in views]) +
                      self._temporary("VIEW", views))

    def list_catalogs(self):
        """Names of catalogs, sorted."""
        return self._list("CATALOGS")

    def list_databases(self):
        """Names of databases in the current catalog, sorted."""
        return self._list("DATABASES")

    def list_modules(self):
        """Names of the modules in use."""
        return self._list("MODULES")

    def list_full_modules(self):
        """All modules, as ModuleEntry."""
        from pyflink.table.module import ModuleEntry
        return [ModuleEntry(name, True) for name in self.list_modules()]

    def list_functions(self):
        """Names of functions, sorted."""
        return self._list("FUNCTIONS")

    def list_user_defined_functions(self):
        """Names of the program's own functions."""
        return self._list("USER FUNCTIONS")

    def get_current_catalog(self):
        return self._list("CURRENT CATALOG")[0]

    def get_current_database(self):
        return self._list("CURRENT DATABASE")[0]

    def use_catalog(self, catalog_name):
        """Makes it the current catalog. CatalogException: there is none of this name."""
        self._session.execute(f"USE CATALOG {named(catalog_name)}").close()

    def use_database(self, database_name):
        """Makes it the current database. CatalogException: there is none of this name."""
        self._session.execute(f"USE {named(database_name)}").close()

    # ---- schemas as text ----

    def _schema_text(self, names, types, path):
        lines = [f"{named(name)} {text}" for name, text in zip(names, types)]
        if path is not None:
            tail, key = [], None
            for i, row in enumerate(self._session.rows(f"DESCRIBE {path}")):
                extras, watermark = row[4], row[5]
                lines[i] += f" {extras}" if extras else ""
                if watermark:
                    if "*" not in types[i]:
                        lines[i] += " *ROWTIME*"  # batch queries do not see it, the schema does
                    kind = types[i].partition(" NOT NULL")[0].partition(" *")[0]
                    tail.append(f"WATERMARK FOR {named(row[0])}: {kind} AS {watermark}")
                if row[3] and row[3].startswith("PRI("):
                    key = row[3][4:-1].split(", ")
            if key:
                constraint = self._session.rows(f"SHOW CREATE TABLE {path}")[0][0].partition("CONSTRAINT `")[2]
                tail.append(f"CONSTRAINT {named(constraint.partition('`')[0])} PRIMARY KEY "
                            f"({', '.join(map(named, key))}) NOT ENFORCED")
            lines += tail
        return "(\n  " + ",\n  ".join(lines) + "\n)"

    # ---- Python functions and what belongs to them ----

    def set_python_requirements(self, requirements_file_path, requirements_cache_dir=None):
        """Noted: packages are those of this Python."""
        note("set_python_requirements() has no effect: packages are those of this Python")

    def add_python_file(self, file_path):
        """Makes a file's or folder's modules importable, as for functions of PyFlink."""
        import os
        import sys
        path = os.path.abspath(file_path)
        sys.path.append(os.path.dirname(path) if path.endswith(".py") else path)


class StreamTableEnvironment(TableEnvironment):
    """A table environment on top of a StreamExecutionEnvironment, whose settings it shares."""

    @staticmethod
    def create(stream_execution_environment=None, environment_settings=None):
        """A new environment; one of the two arguments may be left out."""
        if stream_execution_environment is None and environment_settings is None:
            raise ValueError("create() needs a StreamExecutionEnvironment, EnvironmentSettings, or both")
        configuration = Configuration()
        if stream_execution_environment is not None:
            configuration.add_all(stream_execution_environment._configuration)
        if environment_settings is not None:
            configuration.add_all(environment_settings.get_configuration())
        t_env = StreamTableEnvironment(configuration)
        if stream_execution_environment is not None:
            stream_execution_environment._configuration._listeners.append(t_env._configuration._put)
        return t_env
