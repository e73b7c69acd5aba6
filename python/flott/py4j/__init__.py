# SPDX-License-Identifier: Apache-2.0
"""What PyFlink programs use of Py4J: the exception in which errors of Flink arrive. No Java runs here."""
