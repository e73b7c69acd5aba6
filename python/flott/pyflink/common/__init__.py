# SPDX-License-Identifier: Apache-2.0
"""Rows, configuration, jobs: what tables and streams share."""
from flott._lazy import exports

__all__, __getattr__, __dir__ = exports(__name__, {
    ".completable_future": "CompletableFuture",
    ".config_options": "ConfigOption ConfigOptions",
    ".configuration": "Configuration",
    ".execution_config": "ExecutionConfig",
    ".execution_mode": "ExecutionMode",
    ".input_dependency_constraint": "InputDependencyConstraint",
    ".job_client": "JobClient",
    ".job_execution_result": "JobExecutionResult",
    ".job_id": "JobID",
    ".job_status": "JobStatus",
    ".restart_strategy": "RestartStrategies RestartStrategyConfiguration",
    ".time": "Duration Instant Time",
    ".types": "Row RowKind",
})
