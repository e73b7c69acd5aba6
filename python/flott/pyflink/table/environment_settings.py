# SPDX-License-Identifier: Apache-2.0
"""EnvironmentSettings: what a table environment begins with."""
from pyflink.common.configuration import Configuration

__all__ = ["EnvironmentSettings"]

_MODE, _CATALOG, _DATABASE = ("execution.runtime-mode", "table.builtin-catalog-name", "table.builtin-database-name")


class EnvironmentSettings:
    """Mode, configuration, and the names of the built-in catalog and database. Made by in_streaming_mode(),
    in_batch_mode() or new_instance()…build()."""

    class Builder:
        """Gathers settings; each call gives the builder, build() the settings."""

        def __init__(self):
            self._configuration = Configuration()

        def with_configuration(self, config):
            """Takes over all keys of a Configuration."""
            self._configuration.add_all(config)
            return self

        def in_batch_mode(self):
            """Bounded inputs; queries give their final rows."""
            self._configuration.set_string(_MODE, "BATCH")
            return self

        def in_streaming_mode(self):
            """Queries give rows as they change; the default."""
            self._configuration.set_string(_MODE, "STREAMING")
            return self

        def with_built_in_catalog_name(self, built_in_catalog_name):
            """Instead of default_catalog."""
            self._configuration.set_string(_CATALOG, built_in_catalog_name)
            return self

        def with_built_in_database_name(self, built_in_database_name):
            """Instead of default_database."""
            self._configuration.set_string(_DATABASE, built_in_database_name)
            return self

        def use_blink_planner(self):
            """As it was written before Flink 1.14, when there were two planners. Changes nothing."""
            return self

        def build(self):
            """The EnvironmentSettings."""
            return EnvironmentSettings(self._configuration)

    def __init__(self, configuration=None):
        self._configuration = Configuration(configuration)

    @staticmethod
    def new_instance():
        """A Builder."""
        return EnvironmentSettings.Builder()

    @staticmethod
    def in_streaming_mode():
        """Settings in streaming mode."""
        return EnvironmentSettings.new_instance().in_streaming_mode().build()

    @staticmethod
    def in_batch_mode():
        """Settings in batch mode."""
        return EnvironmentSettings.new_instance().in_batch_mode().build()

    @staticmethod
    def from_configuration(config):
        """Settings from a Configuration."""
        return EnvironmentSettings.new_instance().with_configuration(config).build()

    def is_streaming_mode(self):
        """Whether the mode is streaming."""
        return self._configuration.get_string(_MODE, "STREAMING").upper() == "STREAMING"

    def get_built_in_catalog_name(self):
        return self._configuration.get_string(_CATALOG, "default_catalog")

    def get_built_in_database_name(self):
        return self._configuration.get_string(_DATABASE, "default_database")

    def get_configuration(self):
        """The Configuration that was given, with the mode in it."""
        return self._configuration

    to_configuration = get_configuration
