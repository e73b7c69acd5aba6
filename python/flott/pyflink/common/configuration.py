# SPDX-License-Identifier: Apache-2.0
"""Configuration: keys and values, all texts underneath."""

__all__ = ["Configuration"]


class Configuration:
    """Keys and values. Setters give the configuration itself, so that calls can be chained.

    A configuration that belongs to an environment is live: what is set counts from then on.
    """

    def __init__(self, other=None):
        self._data = dict(other._data) if other is not None else {}
        self._listeners = []  # called with (key, text) before a value is taken; they may raise

    def _put(self, key, value):
        for listener in self._listeners:
            listener(key, text_of(value))
        self._data[key] = value
        return self

    def _get(self, key, default):
        value = self._data.get(key)
        return default if value is None else value

    def get_string(self, key, default_value):
        """The value as str, or default_value."""
        value = self._get(key, None)
        return default_value if value is None else text_of(value)

    def set_string(self, key, value):
        """Sets a str."""
        return self._put(key, value)

    def get_integer(self, key, default_value):
        """The value as int, or default_value. ValueError: it is no number."""
        return int(self._get(key, default_value))

    def set_integer(self, key, value):
        """Sets an int."""
        return self._put(key, value)

    def get_boolean(self, key, default_value):
        """The value as bool, or default_value. ValueError: it is neither true nor false."""
        value = self._get(key, default_value)
        if isinstance(value, str):
            if value.lower() not in ("true", "false"):
                raise ValueError(f"option '{key}' = '{value}' is neither true nor false")
            return value.lower() == "true"
        return bool(value)

    def set_boolean(self, key, value):
        """Sets a bool."""
        return self._put(key, value)

    def get_float(self, key, default_value):
        """The value as float, or default_value. ValueError: it is no number."""
        return float(self._get(key, default_value))

    def set_float(self, key, value):
        """Sets a float."""
        return self._put(key, value)

    def get_bytearray(self, key, default_value):
        """The value as bytearray, or default_value."""
        return bytearray(self._get(key, default_value))

    def set_bytearray(self, key, value):
        """Sets bytes."""
        return self._put(key, value)

    def key_set(self):
        """All keys, as a set."""
        return set(self._data)

    def contains_key(self, key):
        """Whether the key is set."""
        return key in self._data

    def remove_config(self, key):
        """Takes the key away. True: it was there."""
        return self._data.pop(key, None) is not None

    def add_all_to_dict(self, target_dict):
        """Copies all into a dict, as they were set."""
        target_dict.update(self._data)

    def add_all(self, other, prefix=None):
        """Takes all of another Configuration over, with a prefix before the keys if there is one."""
        for key, value in other._data.items():
            self._put((prefix or "") + key, value)
        return self

    def to_dict(self):
        """All keys and values as texts."""
        return {key: text_of(value) for key, value in self._data.items()}

    @staticmethod
    def parse_list_value(value, standard_yaml=True):
        """The items of a list that is written `a;b` or, standard_yaml, `[a, b]`."""
        value = value.strip()
        if standard_yaml and value.startswith("[") and value.endswith("]"):
            return [item.strip().strip("'\"") for item in value[1:-1].split(",") if item.strip()]
        return [item.strip() for item in value.split(";") if item.strip()]

    def __eq__(self, other):
        return isinstance(other, Configuration) and self._data == other._data

    def __hash__(self):
        return hash(frozenset(self.to_dict().items()))

    def __str__(self):
        return "{" + ", ".join(f"{key}={text_of(self._data[key])}" for key in _in_java_order(self._data)) + "}"


def _in_java_order(keys):
    """Keys as a HashMap of Java's iterates over them: by hash code, folded, in a table of a power of two."""
    size = 16
    while len(keys) * 4 > size * 3:
        size *= 2

    def slot(key):
        code, units = 0, key.encode("utf-16-le")
        for i in range(0, len(units), 2):
            code = (code * 31 + units[i] + 256 * units[i + 1]) & 0xFFFFFFFF
        return (code ^ code >> 16) & (size - 1)
    return sorted(keys, key=slot)


def text_of(value):
    """A value as configurations write it: true, 5, 1.5."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return "[" + ", ".join(str(b) for b in value) + "]"
    return str(value)
