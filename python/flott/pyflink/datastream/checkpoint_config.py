# SPDX-License-Identifier: Apache-2.0
"""CheckpointConfig: when checkpoints are taken and what they may cost."""
from flott._missing import Partial
from pyflink.common.execution_config import millis_of
from pyflink.datastream.checkpointing_mode import CheckpointingMode
from pyflink.datastream.externalized_checkpoint_retention import ExternalizedCheckpointRetention

__all__ = ["CheckpointConfig"]

_KEY = "execution.checkpointing."


class CheckpointConfig(Partial):
    """Settings of checkpoints; each stands for a configuration key. Times are milliseconds. Setters give the object."""

    DEFAULT_MODE = CheckpointingMode.EXACTLY_ONCE
    DEFAULT_TIMEOUT = 10 * 60 * 1000
    DEFAULT_MIN_PAUSE_BETWEEN_CHECKPOINTS = 0
    DEFAULT_MAX_CONCURRENT_CHECKPOINTS = 1

    def __init__(self, configuration):
        self._configuration = configuration

    def _set(self, key, value):
        self._configuration._put(_KEY + key, value)
        return self

    def _millis(self, key, default):
        text = self._configuration.get_string(_KEY + key, None)
        return default if text is None else millis_of(text)

    def is_checkpointing_enabled(self):
        """Whether an interval is set."""
        return self.get_checkpoint_interval() > 0

    def get_checkpoint_interval(self):
        """Milliseconds; -1: no checkpoints are taken."""
        return self._millis("interval", -1)

    def set_checkpoint_interval(self, checkpoint_interval):
        return self._set("interval", f"{checkpoint_interval} ms")

    def get_checkpointing_mode(self):
        """A CheckpointingMode, as set."""
        return CheckpointingMode[self._configuration.get_string(_KEY + "mode", "EXACTLY_ONCE")]

    def set_checkpointing_mode(self, checkpointing_mode):
        return self._set("mode", checkpointing_mode.name)

    def get_checkpoint_timeout(self):
        return self._millis("timeout", self.DEFAULT_TIMEOUT)

    def set_checkpoint_timeout(self, checkpoint_timeout):
        return self._set("timeout", f"{checkpoint_timeout} ms")

    def get_min_pause_between_checkpoints(self):
        return self._millis("min-pause", 0)

    def set_min_pause_between_checkpoints(self, min_pause_between_checkpoints):
        return self._set("min-pause", f"{min_pause_between_checkpoints} ms")

    def get_max_concurrent_checkpoints(self):
        return self._configuration.get_integer(_KEY + "max-concurrent-checkpoints", 1)

    def set_max_concurrent_checkpoints(self, max_concurrent_checkpoints):
        return self._set("max-concurrent-checkpoints", max_concurrent_checkpoints)

    def get_tolerable_checkpoint_failure_number(self):
        return self._configuration.get_integer(_KEY + "tolerable-failed-checkpoints", 0)

    def set_tolerable_checkpoint_failure_number(self, tolerable_checkpoint_failure_number):
        return self._set("tolerable-failed-checkpoints", tolerable_checkpoint_failure_number)

    def is_fail_on_checkpointing_errors(self):
        return self.get_tolerable_checkpoint_failure_number() == 0

    def is_unaligned_checkpoints_enabled(self):
        return self._configuration.get_boolean(_KEY + "unaligned.enabled", False)

    def enable_unaligned_checkpoints(self, enabled=True):
        """Remembered; a job that is started with them is refused by name."""
        return self._set("unaligned.enabled", enabled)

    def disable_unaligned_checkpoints(self):
        return self.enable_unaligned_checkpoints(False)

    def get_externalized_checkpoint_retention(self):
        """An ExternalizedCheckpointRetention, as set."""
        return ExternalizedCheckpointRetention[self._configuration.get_string(
            _KEY + "externalized-checkpoint-retention", "NO_EXTERNALIZED_CHECKPOINTS")]

    def set_externalized_checkpoint_retention(self, retention_mode):
        return self._set("externalized-checkpoint-retention", retention_mode.name)

    def set_checkpoint_storage_dir(self, checkpoint_path):
        """A path or a file: URI."""
        return self._set("dir", checkpoint_path)
