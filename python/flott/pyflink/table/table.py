# SPDX-License-Identifier: Apache-2.0
"""Table: a query that has not run yet."""
from flott._missing import NotSupported, Partial

__all__ = ["Table"]


class Table(Partial):
    """A query: its text in SQL, and the environment that it belongs to. It runs when it is executed.

    In an f-string a table is its name: f"SELECT * FROM {table}".
    """

    def __init__(self, query, t_env, path=None):
        self._query, self._t_env, self._path, self._name = query, t_env, path, None
        self._names, self._types = t_env._session.describe(query)

    def __getattr__(self, name):
        if name in self.__dict__.get("_names", ()):
            raise NotSupported(f"Table.{name}: columns as expressions are not supported yet by flott; use sql_query()")
        return super().__getattr__(name)

    def __str__(self):
        """A name of its own, under which the table is a temporary view from now on."""
        if self._name is None:
            self._name = self._t_env._next_name()
            self._t_env._session.execute(f"CREATE TEMPORARY VIEW `{self._name}` AS {self._query}").close()
        return self._name

    def execute(self):
        """Runs the query. Gives a TableResult."""
        return self._t_env.execute_sql(self._query)

    def explain(self, *extra_details):
        """The plan, as text. extra_details: of ExplainDetail."""
        return self._t_env._explain(self._query, extra_details)

    def _insert_into(self, target, overwrite):
        path = target if isinstance(target, str) else self._t_env._described(target)
        return f"INSERT {'OVERWRITE' if overwrite else 'INTO'} {path} {self._query}"

    def execute_insert(self, table_path_or_descriptor, overwrite=False):
        """Writes the rows to a table that is named, or described; starts at once. Gives a TableResult."""
        return self._t_env.execute_sql(self._insert_into(table_path_or_descriptor, overwrite))

    def get_schema(self):
        """Names and types of the columns, a TableSchema."""
        from pyflink.table.table_schema import TableSchema
        from pyflink.table.types import parsed
        return TableSchema(self._names, [parsed(text) for text in self._types])

    def print_schema(self):
        """Prints names and types, of a table also what its columns are made of."""
        print(self._t_env._schema_text(self._names, self._types, self._path))
