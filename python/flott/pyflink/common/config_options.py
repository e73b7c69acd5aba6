# SPDX-License-Identifier: Apache-2.0
"""Configuration keys with a type and a default."""

__all__ = ["ConfigOption", "ConfigOptions"]


class ConfigOption:
    """A key, with its default value if it has one."""

    def __init__(self, key, default=None):
        self.key, self.default = key, default


class ConfigOptions:
    """ConfigOptions.key("a.b").int_type().default_value(5) makes a ConfigOption."""

    @staticmethod
    def key(key):
        """Begins an option of this name."""
        return ConfigOptions.OptionBuilder(key)

    class OptionBuilder:
        """Asks for the type."""

        def __init__(self, key):
            self._key = key

        def _typed(self):
            return ConfigOptions.TypedConfigOptionBuilder(self._key)

        boolean_type = int_type = long_type = float_type = double_type = string_type = duration_type = _typed
        memory_type = enum_type = map_type = _typed

    class TypedConfigOptionBuilder:
        """Asks for the default."""

        def __init__(self, key):
            self._key = key

        def as_list(self):
            """The value is a list of what was said before."""
            return self

        def default_value(self, value):
            """An option with a default."""
            return ConfigOption(self._key, value)

        def no_default_value(self):
            """An option without a default."""
            return ConfigOption(self._key)
