# SPDX-License-Identifier: Apache-2.0
"""Tables and SQL."""
from flott._lazy import exports

__all__, __getattr__, __dir__ = exports(__name__, {
    ".changelog_mode": "ChangelogMode",
    ".environment_settings": "EnvironmentSettings",
    ".explain_detail": "ExplainDetail",
    ".module": "Module ModuleEntry",
    ".result_kind": "ResultKind",
    ".schema": "Schema",
    ".sql_dialect": "SqlDialect",
    ".statement_set": "StatementSet",
    ".table": "Table",
    ".table_config": "TableConfig",
    ".table_descriptor": "FormatDescriptor TableDescriptor",
    ".table_environment": "StreamTableEnvironment TableEnvironment",
    ".table_result": "TableResult",
    ".table_schema": "TableSchema",
    ".types": "DataTypes UserDefinedType",
    "pyflink.common.types": "Row RowKind",
})
