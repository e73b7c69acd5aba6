# SPDX-License-Identifier: Apache-2.0
"""Restart strategies: what happens after a failure."""

__all__ = ["RestartStrategies", "RestartStrategyConfiguration"]


def _millis(value):
    """Milliseconds of a number or of a timedelta."""
    return int(value.total_seconds() * 1000) if hasattr(value, "total_seconds") else int(value)


def iso(millis):
    """A length of time as Java prints it: PT1S, PT0.5S, PT1M30S."""
    seconds, rest = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    part = f"{seconds}.{rest:03}".rstrip("0") if rest else str(seconds)
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{part}S" if part != "0" else "")
    return "PT" + (text or "0S")


class RestartStrategyConfiguration:
    """What an environment is told about restarts. `_options` are the configuration keys that it stands for."""

    _description, _options = "", {}

    def get_description(self):
        """In words."""
        return self._description

    def __eq__(self, other):
        return type(self) is type(other) and self._options == other._options

    def __hash__(self):
        return hash((type(self), tuple(self._options.items())))


class RestartStrategies:
    """Makes restart strategies."""

    @staticmethod
    def no_restart():
        """A failure ends the job."""
        return RestartStrategies.NoRestartStrategyConfiguration()

    @staticmethod
    def fall_back_restart():
        """What the configuration says."""
        return RestartStrategies.FallbackRestartStrategyConfiguration()

    @staticmethod
    def fixed_delay_restart(restart_attempts, delay_between_attempts):
        """At most restart_attempts restarts, each after a delay: milliseconds or a timedelta."""
        return RestartStrategies.FixedDelayRestartStrategyConfiguration(restart_attempts, delay_between_attempts)

    @staticmethod
    def failure_rate_restart(failure_rate, failure_interval, delay_interval):
        """At most failure_rate failures in an interval; intervals in milliseconds or as timedelta."""
        return RestartStrategies.FailureRateRestartStrategyConfiguration(failure_rate, failure_interval, delay_interval)

    class NoRestartStrategyConfiguration(RestartStrategyConfiguration):
        _description = "Restart deactivated."
        _options = {"restart-strategy.type": "none"}

    class FallbackRestartStrategyConfiguration(RestartStrategyConfiguration):
        _description = "Cluster level default restart strategy"

    class FixedDelayRestartStrategyConfiguration(RestartStrategyConfiguration):
        def __init__(self, restart_attempts, delay_between_attempts_interval):
            from datetime import timedelta
            millis = _millis(delay_between_attempts_interval)
            self._attempts, self._delay = restart_attempts, timedelta(milliseconds=millis)
            self._description = f"Restart with fixed delay ({iso(millis)}). #{restart_attempts} restart attempts."
            self._options = {"restart-strategy.type": "fixed-delay",
                             "restart-strategy.fixed-delay.attempts": str(restart_attempts),
                             "restart-strategy.fixed-delay.delay": f"{millis} ms"}

        def get_restart_attempts(self):
            """How often at most."""
            return self._attempts

        def get_delay_between_attempts_interval(self):
            """The delay, a timedelta."""
            return self._delay

    class FailureRateRestartStrategyConfiguration(RestartStrategyConfiguration):
        def __init__(self, max_failure_rate, failure_interval, delay_between_attempts_interval):
            from datetime import timedelta
            interval, delay = _millis(failure_interval), _millis(delay_between_attempts_interval)
            self._rate = max_failure_rate
            self._interval, self._delay = timedelta(milliseconds=interval), timedelta(milliseconds=delay)
            self._description = (f"Failure rate restart with maximum of {max_failure_rate} failures within interval "
                                 f"{iso(interval)} and fixed delay {iso(delay)}.")
            self._options = {"restart-strategy.type": "failure-rate",
                             "restart-strategy.failure-rate.max-failures-per-interval": str(max_failure_rate),
                             "restart-strategy.failure-rate.failure-rate-interval": f"{interval} ms",
                             "restart-strategy.failure-rate.delay": f"{delay} ms"}

        def get_max_failure_rate(self):
            """Failures in an interval, at most."""
            return self._rate

        def get_failure_interval(self):
            """The interval, a timedelta."""
            return self._interval

        def get_delay_between_attempts_interval(self):
            """The delay, a timedelta."""
            return self._delay
