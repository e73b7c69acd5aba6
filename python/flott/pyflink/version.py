# SPDX-License-Identifier: Apache-2.0
"""The version of PyFlink whose behaviour these modules have."""

__version__ = "1.20.5"
