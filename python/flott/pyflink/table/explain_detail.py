# SPDX-License-Identifier: Apache-2.0
"""ExplainDetail."""

__all__ = ["ExplainDetail"]


class ExplainDetail:
    """What explain() shows besides the plan."""

    ESTIMATED_COST = 0
    CHANGELOG_MODE = 1
    JSON_EXECUTION_PLAN = 2
    PLAN_ADVICE = 3


WORDS = ("ESTIMATED_COST", "CHANGELOG_MODE", "JSON_EXECUTION_PLAN", "PLAN_ADVICE")
