# SPDX-License-Identifier: Apache-2.0
"""Finds pyflink and py4j below this folder, under their own names.

The modules there are plain Python files. One that asks them for a name of PyFlink's that is not there yet is told so by
name (flott._missing).
"""
import os
from importlib.machinery import PathFinder, SourceFileLoader

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Loader(SourceFileLoader):
    def exec_module(self, module):
        super().exec_module(module)
        if "__getattr__" not in module.__dict__:
            def missing(name):
                from flott._missing import attribute
                return attribute(module.__name__, name)
            module.__getattr__ = missing


class Finder:
    """The entry of sys.meta_path that flott.install() adds."""

    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top not in ("pyflink", "py4j"):
            return None
        spec = PathFinder.find_spec(name, path if rest else [FOLDER], target)
        if spec is None:
            from flott import _missing
            _missing.module(name)
            return None
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec

    def invalidate_caches(self):
        """Asked by importlib.invalidate_caches(); nothing is kept here."""


FINDER = Finder()
