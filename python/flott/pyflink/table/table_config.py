# SPDX-License-Identifier: Apache-2.0
"""TableConfig: the live configuration of a table environment."""
from flott._missing import Partial
from pyflink.common.configuration import Configuration
from pyflink.common.execution_config import millis_of
from pyflink.table.sql_dialect import SqlDialect

__all__ = ["TableConfig"]

_ZONE, _DIALECT, _CODE, _TTL = ("table.local-time-zone", "table.sql-dialect", "table.generated-code.max-length",
                                "table.exec.state.ttl")


class TableConfig(Partial):
    """Keys and values of an environment. What is set counts for statements from then on. Setters give the object."""

    def __init__(self, configuration=None):
        self._configuration = configuration if configuration is not None else Configuration()
        self._python = None

    def get(self, key, default_value):
        """The value as text, or default_value where the key was not set."""
        return self._configuration.get_string(key, default_value)

    def set(self, key, value):
        """Sets a key to a text. Raises Py4JJavaError: not a value of this key; TableException: refused by name."""
        self._configuration.set_string(key, value)
        return self

    def get_configuration(self):
        """The Configuration underneath; it is live."""
        return self._configuration

    def add_configuration(self, configuration):
        """Takes all keys of a Configuration over."""
        self._configuration.add_all(configuration)

    def to_map(self):
        """All that is set, as a dict of texts."""
        return self._configuration.to_dict()

    def get_local_timezone(self):
        """The session's time zone: that of the system unless it was set."""
        zone = self.get(_ZONE, "default")
        return _system_zone() if zone == "default" else zone

    def set_local_timezone(self, timezone_id):
        """A name such as America/Los_Angeles or GMT-08:00."""
        return self.set(_ZONE, timezone_id)

    def get_sql_dialect(self):
        """A SqlDialect."""
        return SqlDialect.HIVE if self.get(_DIALECT, "default").lower() == "hive" else SqlDialect.DEFAULT

    def set_sql_dialect(self, sql_dialect):
        """SqlDialect.DEFAULT; HIVE is refused."""
        return self.set(_DIALECT, "hive" if sql_dialect == SqlDialect.HIVE else "default")

    def get_max_generated_code_length(self):
        """As set; no code is generated here."""
        return self._configuration.get_integer(_CODE, 4000)

    def set_max_generated_code_length(self, max_generated_code_length):
        """Remembered; no code is generated here."""
        return self.set(_CODE, str(max_generated_code_length))

    def set_idle_state_retention(self, duration):
        """How long state that is not touched is kept, a timedelta; zero: for ever."""
        return self.set(_TTL, f"{int(duration.total_seconds() * 1000)} ms")

    def get_idle_state_retention(self):
        """A timedelta."""
        from datetime import timedelta
        return timedelta(milliseconds=millis_of(self.get(_TTL, "0 ms")))

    def get_python_executable(self):
        """What set_python_executable() was told, or None."""
        return self._python

    def set_python_executable(self, python_exec):
        """Remembered and noted: Python runs in this process."""
        from flott._session import note
        note(f"set_python_executable('{python_exec}') has no effect: Python runs in this process")
        self._python = python_exec

    @staticmethod
    def get_default():
        """A configuration of its own, without an environment."""
        return TableConfig()


def _system_zone():
    """The name of the system's time zone: TZ, or what /etc/localtime points to."""
    import os
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        path = os.path.realpath("/etc/localtime")
        name = path.partition("zoneinfo/")[2]
    return name or "UTC"
