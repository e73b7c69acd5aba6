# SPDX-License-Identifier: Apache-2.0
"""ResultKind."""

__all__ = ["ResultKind"]


class ResultKind:
    """SUCCESS: a statement that only does something; SUCCESS_WITH_CONTENT: one that gives rows."""

    SUCCESS = 0
    SUCCESS_WITH_CONTENT = 1
