# SPDX-License-Identifier: Apache-2.0
"""python -m flott: runs a PyFlink program as Python itself would run it, on flott's engine."""
import sys

USAGE = """usage: python -m flott PROGRAM.py [ARGUMENT...]
       python -m flott -m MODULE [ARGUMENT...]
       python -m flott -c TEXT [ARGUMENT...]

Runs a PyFlink program, unchanged, in this process: `import pyflink` gives flott's modules, whether or not an
apache-flink is installed. Everything else is as with `python PROGRAM.py`: arguments, exit code, tracebacks.

  python -m flott examples/python/sensors.py
  python -m flott -m jobs.daily --date 2026-01-01
  python -m flott -c 'from pyflink.table import *; print(DataTypes.INT())'

  -h, --help   this text
  --version    the version of flott
"""


def main(arguments):
    """Runs what the arguments name. Returns the exit code where the program did not set one."""
    if not arguments or arguments[0] in ("-h", "--help"):
        (sys.stdout if arguments else sys.stderr).write(USAGE)
        return 0 if arguments else 2
    first = arguments[0]
    if first == "--version":
        import flott
        print(f"flott {flott.__version__}")
        return 0
    if first.startswith("-") and first not in ("-m", "-c"):
        sys.stderr.write(f"python -m flott: unknown option {first}; --help shows what there is\n")
        return 2
    if first in ("-m", "-c") and len(arguments) < 2:
        sys.stderr.write(f"python -m flott: {first} needs an argument\n")
        return 2
    import flott
    flott.install()
    from flott import _run
    return _run.run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
