# SPDX-License-Identifier: Apache-2.0
"""Lengths and points of time."""

__all__ = ["Duration", "Instant", "Time"]


class Duration:
    """A length of time, exact to the nanosecond."""

    def __init__(self, nanos):
        self._nanos = nanos

    @classmethod
    def of_days(cls, days):
        return cls(days * 86400 * 10 ** 9)

    @classmethod
    def of_hours(cls, hours):
        return cls(hours * 3600 * 10 ** 9)

    @classmethod
    def of_minutes(cls, minutes):
        return cls(minutes * 60 * 10 ** 9)

    @classmethod
    def of_seconds(cls, seconds):
        return cls(seconds * 10 ** 9)

    @classmethod
    def of_millis(cls, millis):
        return cls(millis * 10 ** 6)

    @classmethod
    def of_nanos(cls, nanos):
        return cls(nanos)

    def to_millis(self):
        """Whole milliseconds."""
        return self._nanos // 10 ** 6

    def __eq__(self, other):
        return isinstance(other, Duration) and self._nanos == other._nanos

    def __hash__(self):
        return hash(self._nanos)


class Instant:
    """A point in time: seconds since 1970-01-01T00:00:00Z and nanoseconds of the second."""

    def __init__(self, seconds, nanos):
        self.seconds, self.nanos = seconds, nanos

    @staticmethod
    def of_epoch_milli(epoch_milli):
        """From milliseconds."""
        seconds, millis = divmod(epoch_milli, 1000)
        return Instant(seconds, millis * 10 ** 6)

    def to_epoch_milli(self):
        """As whole milliseconds."""
        return self.seconds * 1000 + self.nanos // 10 ** 6

    def __eq__(self, other):
        return isinstance(other, Instant) and (self.seconds, self.nanos) == (other.seconds, other.nanos)

    def __hash__(self):
        return hash((self.seconds, self.nanos))

    def __repr__(self):
        return f"Instant<{self.seconds}, {self.nanos}>"


class Time:
    """A length of time in milliseconds."""

    def __init__(self, milliseconds):
        self._milliseconds = milliseconds

    @staticmethod
    def milliseconds(milliseconds):
        return Time(milliseconds)

    @staticmethod
    def seconds(seconds):
        return Time(seconds * 1000)

    @staticmethod
    def minutes(minutes):
        return Time(minutes * 60000)

    @staticmethod
    def hours(hours):
        return Time(hours * 3600000)

    @staticmethod
    def days(days):
        return Time(days * 86400000)

    def to_milliseconds(self):
        """Milliseconds."""
        return self._milliseconds

    def __eq__(self, other):
        return isinstance(other, Time) and self._milliseconds == other._milliseconds

    def __hash__(self):
        return hash(self._milliseconds)

    def __str__(self):
        return f"{self._milliseconds} ms"
