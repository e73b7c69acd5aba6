# SPDX-License-Identifier: Apache-2.0
"""Says what of PyFlink is not there yet, by name.

census.txt lists the public names of PyFlink: `module Class: members`, or `module: names`. It is read when something is
missing, never before.
"""
import os

_census = None  # (module, class or '') -> set of names


class NotSupported(NotImplementedError, AttributeError):
    """A method of PyFlink's that flott does not have yet. hasattr() is False for it."""


def _load():
    global _census
    if _census is None:
        _census = {}
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "census.txt"), encoding="utf-8") as f:
            for line in f:
                head, colon, names = line.partition(":")
                if not colon or line.startswith("#"):
                    continue
                where, _, cls = head.partition(" ")
                _census[where, cls] = frozenset(names.split())
    return _census


def module(name):
    """Raises ModuleNotFoundError in plain words if PyFlink has a module of this name, or asks Py4J for Java."""
    if name.startswith("py4j."):
        raise ModuleNotFoundError(f"{name} is not there: no Java runs behind flott", name=name)
    for known, _ in _load():
        if known == name or known.startswith(name + "."):
            raise ModuleNotFoundError(f"{name} is not supported yet by flott", name=name)


def attribute(where, name):
    """What a module's __getattr__ ends with.

    Raises ImportError if PyFlink has the name (so that `from module import name` shows this text), else AttributeError.
    """
    if name in _load().get((where, ""), ()) or (where, name) in _load():
        raise ImportError(f"{where}.{name} is not supported yet by flott", name=name)
    raise AttributeError(f"module {where!r} has no attribute {name!r}")


def member(cls, name):
    """What the __getattr__ of an object or a class ends with.

    Raises NotSupported if PyFlink's class of this name has the member, else AttributeError.
    """
    for base in cls.__mro__:
        if name in _load().get((base.__module__, base.__qualname__), ()):
            raise NotSupported(f"{base.__name__}.{name} is not supported yet by flott")
    raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}")


class _Missing(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        member(cls, name)


class Partial(metaclass=_Missing):
    """Base of classes that do not have all members of PyFlink's: asking for one of the others says so."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        member(type(self), name)
