# SPDX-License-Identifier: Apache-2.0
"""The stream environment, as far as it is configuration for table programs. Streams themselves are refused by name."""
from flott._lazy import exports

__all__, __getattr__, __dir__ = exports(__name__, {
    ".checkpoint_config": "CheckpointConfig",
    ".externalized_checkpoint_retention": "ExternalizedCheckpointRetention",
    ".checkpointing_mode": "CheckpointingMode",
    ".execution_mode": "RuntimeExecutionMode",
    ".state_backend": "EmbeddedRocksDBStateBackend HashMapStateBackend StateBackend",
    ".stream_execution_environment": "StreamExecutionEnvironment",
    ".time_characteristic": "TimeCharacteristic",
})
