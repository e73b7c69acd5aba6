# SPDX-License-Identifier: Apache-2.0
"""Packages whose names come from their modules, imported when they are first asked for: imports stay cheap."""
import sys
from importlib import import_module


def exports(package, modules):
    """The __all__, __getattr__ and __dir__ of a package.

    modules: module -> its names, separated by spaces; a module that begins with a dot lies in the package.
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def getattr_(name):
        module = home.get(name)
        if module is None:
            from flott._missing import attribute
            return attribute(package, name)
        value = getattr(import_module(module, package), name)
        setattr(sys.modules[package], name, value)
        return value

    return sorted(home), getattr_, lambda: sorted(set(home) | set(vars(sys.modules[package])))
