# SPDX-License-Identifier: Apache-2.0
"""Prints python/flott/census.txt from the PyFlink that runs this: the public names of its modules and classes.

    ~/.cache/flink-oracle/bin/python tests/oracle/census.py > python/flott/census.txt
"""
import importlib
import inspect
import pkgutil
import warnings

INTERNAL = ("bin", "conf", "examples", "fn_execution", "gen_protos", "lib", "opt", "proto", "pyflink_", "serializers",
            "shell", "testing", "tests", "log", "plugins", "licenses")
HEAD = """# SPDX-License-Identifier: Apache-2.0
# The public names of PyFlink 1.20: `module: names` and `module class: members`. flott/_missing.py reads it to say
# by name what is not there yet. Made by tests/oracle/census.py."""


def public(names):
    return sorted(name for name in names if not name.startswith("_"))


def classes(module, owner, prefix=""):
    """The classes of a module, nested ones too, with their qualified names."""
    for name in public(vars(owner)):
        cls = vars(owner)[name]
        if inspect.isclass(cls) and cls.__module__ == module.__name__ and cls.__qualname__ == prefix + name:
            yield cls
            yield from classes(module, cls, cls.__qualname__ + ".")


def main():
    warnings.simplefilter("ignore")
    import pyflink
    print(HEAD)
    names = [info.name for info in pkgutil.walk_packages(pyflink.__path__, "pyflink.", onerror=lambda name: None)
             if not info.name.split(".")[1].startswith(INTERNAL) and ".tests" not in info.name]
    for name in sorted(names):
        try:
            module = importlib.import_module(name)
        except Exception:
            continue  # needs what is not installed
        if hasattr(module, "__path__"):
            own = getattr(module, "__all__", [])
        else:
            own = getattr(module, "__all__", None) or [
                n for n, v in vars(module).items()
                if (inspect.isclass(v) or inspect.isfunction(v)) and v.__module__ == name]
        if public(own):
            print(f"{name}: {' '.join(public(own))}")
        for cls in classes(module, module):
            members = public(vars(cls))
            if members:
                print(f"{name} {cls.__qualname__}: {' '.join(members)}")


if __name__ == "__main__":
    main()
