# SPDX-License-Identifier: Apache-2.0
"""What the two doors, bench/run and bench/expr, share: kinds of options, the machine, and where texts go."""

import argparse
import os
import platform
import subprocess
import sys
import time

from harness.install import REPOSITORY, cpu_name

BUSY_LOAD = 0.5


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def factor(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0.01 to 100")
    return value


def names_among(known):
    def names(text):
        by_name = {name.lower(): name for name in known}
        asked = [name.strip().lower() for name in text.split(",") if name.strip()]
        if unknown := [name for name in asked if name not in by_name]:
            raise argparse.ArgumentTypeError(f"'{unknown[0]}' is not one of {', '.join(known)}")
        return [by_name[name] for name in asked]

    return names


def tell(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def show(lines):
    print("\n".join(lines), end="\n\n", flush=True)


def machine():
    commit = subprocess.run(["git", "-C", REPOSITORY, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {"cpu": cpu_name(), "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0],
            "commit": commit.stdout.strip()}


def show_machine(about):
    show([f"{about['cpu']}, {about['cores']} cores, load {about['load']:.1f}, commit {about['commit']}"])
    if about["load"] > BUSY_LOAD:
        tell("something else is running on this machine: figures will suffer from it")
