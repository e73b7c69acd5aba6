# SPDX-License-Identifier: Apache-2.0
"""StreamExecutionEnvironment, as far as it is configuration."""
import os

from flott._missing import NotSupported, Partial
from flott._session import note
from pyflink.common.configuration import Configuration
from pyflink.common.execution_config import ExecutionConfig, millis_of

__all__ = ["StreamExecutionEnvironment"]


class StreamExecutionEnvironment(Partial):
    """What the jobs of a program have in common. Table environments that are made from it see each change.

    Sources, streams and execute() are refused by name: there is no DataStream API yet.
    """

    def __init__(self, configuration=None):
        self._configuration = Configuration(configuration)
        self._config = ExecutionConfig(self._configuration)
        self._checkpoints = self._backend = None

    @staticmethod
    def get_execution_environment(configuration=None):
        """A new environment, with the settings of a Configuration if one is given."""
        return StreamExecutionEnvironment(configuration)

    def _set(self, key, value):
        self._configuration._put(key, value)
        return self

    def get_config(self):
        """The ExecutionConfig; it is live."""
        return self._config

    def get_checkpoint_config(self):
        """The CheckpointConfig; it is live."""
        if self._checkpoints is None:
            from pyflink.datastream.checkpoint_config import CheckpointConfig
            self._checkpoints = CheckpointConfig(self._configuration)
        return self._checkpoints

    def configure(self, configuration):
        """Takes the settings of a Configuration over."""
        self._configuration.add_all(configuration)

    def get_parallelism(self):
        """Subtasks of operators that have no parallelism of their own."""
        return self._configuration.get_integer("parallelism.default", 1)

    def set_parallelism(self, parallelism):
        """1 or more."""
        return self._set("parallelism.default", parallelism)

    def get_max_parallelism(self):
        return self._config.get_max_parallelism()

    def set_max_parallelism(self, max_parallelism):
        """1 to 32768: key groups."""
        return self._set("pipeline.max-parallelism", max_parallelism)

    def set_runtime_mode(self, execution_mode):
        """A RuntimeExecutionMode."""
        return self._set("execution.runtime-mode", execution_mode.name)

    def get_buffer_timeout(self):
        """Milliseconds, as set."""
        return millis_of(self._configuration.get_string("execution.buffer-timeout.interval", "100 ms"))

    def set_buffer_timeout(self, timeout_millis):
        """Milliseconds."""
        return self._set("execution.buffer-timeout.interval", f"{timeout_millis} ms")

    def is_chaining_enabled(self):
        return self._configuration.get_boolean("pipeline.operator-chaining.enabled", True)

    def disable_operator_chaining(self):
        return self._set("pipeline.operator-chaining.enabled", False)

    def enable_checkpointing(self, interval, mode=None):
        """Takes a checkpoint every `interval` milliseconds; mode: a CheckpointingMode."""
        self.get_checkpoint_config().set_checkpoint_interval(interval)
        if mode is not None:
            self.get_checkpoint_config().set_checkpointing_mode(mode)
        return self

    def get_checkpoint_interval(self):
        """Milliseconds; -1: no checkpoints are taken."""
        return self.get_checkpoint_config().get_checkpoint_interval()

    def get_checkpointing_mode(self):
        return self.get_checkpoint_config().get_checkpointing_mode()

    def is_unaligned_checkpoints_enabled(self):
        return self.get_checkpoint_config().is_unaligned_checkpoints_enabled()

    def get_state_backend(self):
        """The StateBackend that was set, or None."""
        return self._backend

    def set_state_backend(self, state_backend):
        """A StateBackend."""
        self._backend = state_backend
        return self._set("state.backend.type", state_backend._type)

    def set_restart_strategy(self, restart_strategy_configuration):
        """What happens after a failure: see RestartStrategies."""
        self._config.set_restart_strategy(restart_strategy_configuration)

    def get_restart_strategy(self):
        return self._config.get_restart_strategy()

    def get_stream_time_characteristic(self):
        """A TimeCharacteristic: event time unless it is set."""
        from pyflink.datastream.time_characteristic import TimeCharacteristic
        return getattr(self, "_time", TimeCharacteristic.EventTime)

    def set_stream_time_characteristic(self, characteristic):
        """A TimeCharacteristic; queries say themselves which time they mean."""
        self._time = characteristic

    def set_default_savepoint_directory(self, directory):
        return self._set("execution.checkpointing.savepoint-dir", directory)

    def get_default_savepoint_directory(self):
        return self._configuration.get_string("execution.checkpointing.savepoint-dir", None)

    def add_jars(self, *jars_path):
        """Notes the JARs: connectors and formats are built in, so they are not loaded, and need not be there."""
        note_jars("add_jars", jars_path)

    def add_classpaths(self, *classpaths):
        """Notes the class paths: they are not loaded."""
        note_jars("add_classpaths", classpaths)

    def set_python_executable(self, python_exec):
        """Python functions would run in this process, whatever is set: noted."""
        note(f"set_python_executable('{python_exec}') has no effect: Python runs in this process")

    def close(self):
        """Nothing is open."""

    def execute(self, job_name=None):
        """Refused: jobs of streams do not run yet. Table programs call execute_sql or StatementSet.execute instead."""
        raise NotSupported("StreamExecutionEnvironment.execute is not supported yet by flott: there is no DataStream "
                           "job to run. Tables run with execute_sql(), execute_insert() and StatementSet.execute()")


def note_jars(what, jars):
    """Says that JARs are not loaded."""
    if jars:
        names = ", ".join(os.path.basename(str(jar)) for jar in jars)
        note(f"{what}: {names}: JARs are not loaded, connectors and formats are built in")
