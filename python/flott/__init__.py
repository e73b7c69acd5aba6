# SPDX-License-Identifier: Apache-2.0
"""flott runs Apache Flink's SQL and PyFlink programs inside this Python process.

    python -m flott job.py        runs an unchanged PyFlink program

or, in a program that would rather say it itself:

    import flott
    flott.install()               from here on `import pyflink` gives flott's
    from pyflink.table import EnvironmentSettings, TableEnvironment

Without install() an apache-flink that is installed stays what it is.
"""
import sys

__all__ = ["install", "__version__"]


def install():
    """Makes `import pyflink…` and `import py4j…` give flott's modules from now on.

    To call it again changes nothing. Raises ImportError if another pyflink has been imported already: its classes are
    in use, so it is too late.
    """
    from flott._finder import FINDER
    if FINDER in sys.meta_path:
        return
    for name in ("pyflink", "py4j"):
        if name in sys.modules:
            raise ImportError(f"{name} has already been imported from {getattr(sys.modules[name], '__file__', '?')}: "
                              "call flott.install() before it, or start the program with python -m flott", name=name)
    sys.meta_path.insert(0, FINDER)


def __getattr__(name):
    if name == "__version__":
        from flott import _engine
        return _engine.version
    raise AttributeError(f"module 'flott' has no attribute {name!r}")
