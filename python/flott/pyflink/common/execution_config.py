# SPDX-License-Identifier: Apache-2.0
"""ExecutionConfig: how jobs of an environment run."""
from flott._missing import Partial
from pyflink.common.configuration import Configuration

__all__ = ["ExecutionConfig"]


def millis_of(text):
    """The milliseconds of a length of time as configurations write it: `200 ms`, `3 s`, `2 min`, 500."""
    text = str(text).strip()
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text[len(number):].strip() or "ms"
    for units, factor in (("ns nano nanosecond", 1e-6), ("us micro microsecond", 1e-3), ("ms milli millisecond", 1),
                          ("s sec second", 1000), ("m min minute", 60000), ("h hour", 3600000), ("d day", 86400000)):
        if unit in units.split() or unit.rstrip("s") in units.split():
            return int(int(number) * factor)
    raise ValueError(f"'{text}' is not a length of time")


class ExecutionConfig(Partial):
    """Settings of an environment; each stands for a configuration key. Setters give the object itself."""

    PARALLELISM_DEFAULT = -1
    PARALLELISM_UNKNOWN = -2

    def __init__(self, configuration=None):
        self._configuration = configuration if configuration is not None else Configuration()
        self._parameters, self._restart = {}, None

    def _set(self, key, value):
        self._configuration._put(key, value)
        return self

    def get_parallelism(self):
        """Subtasks of operators that have no parallelism of their own; -1: as configured."""
        return self._configuration.get_integer("parallelism.default", -1)

    def set_parallelism(self, parallelism):
        """1 or more."""
        return self._set("parallelism.default", parallelism)

    def get_max_parallelism(self):
        """Key groups; -1: from the parallelism."""
        return self._configuration.get_integer("pipeline.max-parallelism", -1)

    def set_max_parallelism(self, max_parallelism):
        """1 to 32768."""
        return self._set("pipeline.max-parallelism", max_parallelism)

    def get_auto_watermark_interval(self):
        """Milliseconds between watermarks."""
        return millis_of(self._configuration.get_string("pipeline.auto-watermark-interval", "200 ms"))

    def set_auto_watermark_interval(self, interval):
        """Milliseconds; 0: a watermark with every row."""
        return self._set("pipeline.auto-watermark-interval", f"{interval} ms")

    def get_latency_tracking_interval(self):
        """Milliseconds; 0: latencies are not tracked."""
        return millis_of(self._configuration.get_string("metrics.latency.interval", "0 ms"))

    def set_latency_tracking_interval(self, interval):
        """Milliseconds; 0: latencies are not tracked."""
        return self._set("metrics.latency.interval", f"{interval} ms") if interval else self

    def enable_object_reuse(self):
        """Rows are passed on without a copy, as they always are here."""
        return self._set("pipeline.object-reuse", True)

    def disable_object_reuse(self):
        return self._set("pipeline.object-reuse", False)

    def is_object_reuse_enabled(self):
        return self._configuration.get_boolean("pipeline.object-reuse", False)

    def is_closure_cleaner_enabled(self):
        """As set; there are no closures of Java's."""
        return self._configuration.get_string("pipeline.closure-cleaner-level", "RECURSIVE") != "NONE"

    def enable_closure_cleaner(self):
        return self._set("pipeline.closure-cleaner-level", "RECURSIVE")

    def disable_closure_cleaner(self):
        return self._set("pipeline.closure-cleaner-level", "NONE")

    def set_global_job_parameters(self, global_job_parameters_dict):
        """A dict of parameters for functions to read."""
        self._parameters = {str(k): str(v) for k, v in global_job_parameters_dict.items()}
        return self

    def get_global_job_parameters(self):
        """The dict."""
        return dict(self._parameters)

    def set_restart_strategy(self, restart_strategy_configuration):
        """What happens after a failure: see RestartStrategies."""
        self._restart = restart_strategy_configuration
        for key, value in restart_strategy_configuration._options.items():
            self._set(key, value)
        return self

    def get_restart_strategy(self):
        """The strategy that was set."""
        from pyflink.common.restart_strategy import RestartStrategies
        return self._restart or RestartStrategies.fall_back_restart()

    def is_use_snapshot_compression(self):
        return self._configuration.get_boolean("execution.checkpointing.snapshot-compression", False)

    def set_use_snapshot_compression(self, use_snapshot_compression):
        return self._set("execution.checkpointing.snapshot-compression", use_snapshot_compression)

    def __eq__(self, other):
        return isinstance(other, ExecutionConfig) and self._configuration == other._configuration

    def __hash__(self):
        return hash(self._configuration)
