# SPDX-License-Identifier: Apache-2.0
"""Runs a program as `__main__`, with tracebacks that begin in the program."""
import os
import sys


def _trim(kind, error, trace):
    """The traceback without the lines of the runner itself."""
    import traceback
    hidden = (__file__, os.path.join(os.path.dirname(__file__), "__main__.py"))

    def skip(t):
        while t is not None and (t.tb_frame.f_code.co_filename in hidden or
                                 t.tb_frame.f_code.co_filename.startswith("<frozen runpy")):
            t = t.tb_next
        return t
    traceback.print_exception(kind, error, skip(trace))


def run(arguments):
    """arguments: `-m MODULE …`, `-c TEXT …` or `PROGRAM …`. SystemExit passes through, as in Python; Ctrl-C that the
    program does not catch ends the process by that signal, so that a shell sees it."""
    sys.excepthook = _trim
    try:
        return _run(arguments)
    except KeyboardInterrupt as e:
        _trim(type(e), e, e.__traceback__)
        import atexit
        import signal
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)


def _run(arguments):
    if arguments[0] == "-m":
        import runpy
        sys.argv = arguments[1:]
        sys.path[0] = os.getcwd()
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    import types
    module = types.ModuleType("__main__")
    if arguments[0] == "-c":
        sys.argv = ["-c"] + arguments[2:]
        sys.path[0] = ""
        code = compile(arguments[1], "<string>", "exec")
    else:
        path = arguments[0]
        sys.argv = list(arguments)
        try:
            with open(path, "rb") as f:
                text = f.read()
        except OSError as e:
            sys.stderr.write(f"python -m flott: cannot open '{path}': {e.strerror}\n")
            return 2
        sys.path[0] = os.path.dirname(os.path.realpath(path))
        module.__file__ = os.path.abspath(path)
        module.__dict__["__cached__"] = None
        code = compile(text, module.__file__, "exec")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    exec(code, module.__dict__)
    return 0
