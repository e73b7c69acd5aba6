# SPDX-License-Identifier: Apache-2.0
"""PyFlink's modules on flott's engine. They are imported as `pyflink` after flott.install()."""
