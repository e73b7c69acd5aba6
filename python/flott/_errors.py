# SPDX-License-Identifier: Apache-2.0
"""The engine's errors as the exceptions that PyFlink raises in their place.

PyFlink turns some classes of Flink's into its own (pyflink.util.exceptions), by their name; all others arrive as
py4j.protocol.Py4JJavaError. So does flott, without Java: `java_exception` tells class and message.
"""

# What a message of validation looks like -> the class with which Flink says it, and its words where they differ (\\1:
# the first group). The first that fits counts.
_CLASSES = (
    (r"^Catalog (\S+) does not exist", "CatalogException", r"A catalog with name [\1] does not exist."),
    (r"^Database (\S+) does not exist in Catalog \S+", "CatalogException", r"A database with name [\1] does not exist"),
    (r"A (catalog|database) with name", "CatalogException", None),
    (r"doesn't support consuming", "TableException", None),
    (r"Table options do not contain an option key 'connector'", "TableException", None),
    (r"Cannot find table '", "TableException", None),
    (r"Sort on a non-time-attribute field", "TableException", None),
)
_API = "org.apache.flink.table.api."
_CATALOG = "org.apache.flink.table.catalog.exceptions."


def text_of(error):
    """Message, place and advice, in this order, on the last line of a traceback."""
    text = str(error)
    if error.word == "parse" and not text.startswith("SQL parse failed"):
        text = "SQL parse failed. " + text
    elif text.endswith("Division by zero"):
        text += " (/ by zero)"
    if error.line > 0 and "line " not in text:
        text += f" (line {error.line}, column {error.column})"
    if error.hint:
        text += ("" if text.endswith((".", "!", "?")) else ".") + " " + error.hint[0].upper() + error.hint[1:]
    return text


def translated(error):
    """The exception to raise for an _engine.Error."""
    from pyflink.util import exceptions
    text = text_of(error)
    if error.word == "unsupported":
        return exceptions.NotSupportedYet(text)
    if error.word == "validation":
        import re
        for form, name, words in _CLASSES:
            if re.search(form, text):
                return getattr(exceptions, name)(text if words is None else re.sub(form, words, text, count=1))
    from py4j.protocol import Py4JJavaError
    name = {"parse": _API + "SqlParserException", "validation": _API + "ValidationException"}.get(
        error.word, "org.apache.flink.runtime.client.JobExecutionException")
    return Py4JJavaError(text, name)
