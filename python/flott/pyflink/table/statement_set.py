# SPDX-License-Identifier: Apache-2.0
"""StatementSet: several INSERTs as one job."""
from flott._missing import Partial

__all__ = ["StatementSet"]


class StatementSet(Partial):
    """Gathers INSERTs that become one job; what they read in common is read once."""

    def __init__(self, t_env):
        self._t_env, self._inserts = t_env, []

    def add_insert_sql(self, stmt):
        """Adds an INSERT in SQL; gives the set. TableException: it is none. What it names must be there already."""
        if not is_insert(stmt):
            from pyflink.util.exceptions import TableException
            raise TableException("Only insert statement is supported now.")
        self._t_env._session.execute("EXPLAIN " + stmt).close()
        self._inserts.append(stmt.strip().rstrip(";"))
        return self

    def add_insert(self, target_path_or_descriptor, table, overwrite=False):
        """Adds the rows of a Table for a table that is named, or described; gives the set."""
        return self.add_insert_sql(table._insert_into(target_path_or_descriptor, overwrite))

    def _text(self):
        # semicolons stand on lines of their own: an INSERT may end in a comment
        return "STATEMENT SET BEGIN\n" + "".join(f"{insert}\n;\n" for insert in self._inserts) + "END"

    def explain(self, *extra_details):
        """The plan of the job, as text. extra_details: of ExplainDetail."""
        if not self._inserts:
            return "== Optimized Execution Plan ==\n"
        return self._t_env._explain(self._text(), extra_details)

    def execute(self):
        """Starts the job and empties the set. Gives a TableResult: wait() waits for the end.

        Py4JJavaError: it is empty, or the job cannot start.
        """
        if not self._inserts:
            from py4j.protocol import Py4JJavaError
            raise Py4JJavaError("The statement set is empty: fill it with add_insert_sql() or add_insert().",
                                "java.lang.IllegalArgumentException")
        text = "EXECUTE " + self._text()
        self._inserts = []
        return self._t_env.execute_sql(text)


def is_insert(stmt):
    """Whether a statement begins as INSERTs do, comments aside."""
    import re
    text = re.sub(r"^(\s+|--[^\n]*\n|/\*.*?\*/)+", "", stmt, flags=re.S)
    return text[:6].upper() == "INSERT"
