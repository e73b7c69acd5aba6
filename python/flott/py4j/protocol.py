# SPDX-License-Identifier: Apache-2.0
"""Errors as Py4J hands them over."""

__all__ = ["Py4JError", "Py4JJavaError", "Py4JNetworkError"]


class Py4JError(Exception):
    """The base of all."""


class Py4JNetworkError(Py4JError):
    """Never raised here: there is no network between a program and the engine."""


class _JavaClass:
    def __init__(self, name):
        self._name = name

    def getName(self):
        return self._name

    def getSimpleName(self):
        return self._name.rpartition(".")[2]


class _JavaException:
    """The little that programs ask a Java exception for."""

    def __init__(self, text, name):
        self._text, self._class = text, _JavaClass(name)

    def getMessage(self):
        return self._text

    getLocalizedMessage = getMessage

    def getClass(self):
        return self._class

    def getCause(self):
        return None

    def toString(self):
        return f"{self._class.getName()}: {self._text}"

    __str__ = toString


class Py4JJavaError(Py4JError):
    """An error of the engine for which PyFlink has no class of its own.

    java_exception: getMessage(), toString(), getClass().getName() with the name of Flink's class.
    """

    def __init__(self, text, java_class="java.lang.Exception"):
        super().__init__(text)
        self.errmsg = text
        self.java_exception = _JavaException(text, java_class)
