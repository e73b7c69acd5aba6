# SPDX-License-Identifier: Apache-2.0
"""The gates: how fast flott must be, mostly as a multiple of another engine in the same run.

A gate is passed, failed, or not measured: left out of the run, or the other engine is absent. Where flott has several
spellings of a job the slowest of them counts, where the other engine has several the fastest, unless the gate names one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """Of a job: flott's rate is at least `bound` times the rate of `than`, or `bound` million events per CPU second."""

    job: str
    bound: float
    than: str | None = None
    spelling: str | None = None  # of both sides; None: any

    @property
    def text(self):
        of = f" ({self.spelling})" if self.spelling else ""
        return f"{self.job}{of} >= " + (f"{self.bound:g} x {self.than}" if self.than else f"{self.bound:g} M events/CPU-s")


@dataclass(frozen=True)
class StartGate:
    """Of flott's cold start: a figure of W10 is at most `bound`."""

    start: str
    figure: str
    bound: float

    @property
    def text(self):
        return f"{self.start} {self.figure} <= {self.bound:g}"


GATES = (
    Gate("w1", 270, "flink"),
    Gate("w1a", 1.1, "duckdb"),
    Gate("w2", 20, "flink"),
    Gate("w2", 2.8, "duckdb"),
    Gate("w5_1", 21, "flink", "tvf"),
    Gate("w5_10", 22, "flink", "tvf"),
    Gate("w5_100", 43, "flink", "tvf"),
    Gate("w5_100", 3),
    StartGate("w10_select", "first_row_ms", 20),
    StartGate("w10_select", "peak_mb", 20),
    StartGate("w10_datagen", "first_row_ms", 20),
    StartGate("w10_datagen", "peak_mb", 20),
)


def judge(jobs, starts):
    """A record for each gate: {gate, measured, passed}; measured and passed are None where there is no figure."""
    by_name = {record["name"]: record["variants"] for record in jobs + starts}
    return [_judged(gate, by_name.get(gate.start if isinstance(gate, StartGate) else gate.job, [])) for gate in GATES]


def _judged(gate, variants):
    if isinstance(gate, StartGate):
        found = [variant[gate.figure]["median"] for variant in variants
                 if variant["engine"] == "flott" and gate.figure in variant]
        measured = found[0] if found else None
        passed = None if measured is None else measured <= gate.bound
    else:
        ours = _rates(variants, "flott", gate.spelling)
        theirs = _rates(variants, gate.than, gate.spelling) if gate.than else [1e6]
        measured = min(ours) / max(theirs) if ours and theirs else None
        passed = None if measured is None else measured >= gate.bound
    return {"gate": gate.text, "measured": measured, "passed": passed}


def _rates(variants, engine, spelling):
    return [variant["events_per_cpu_s"]["median"] for variant in variants
            if variant["engine"] == engine and "events_per_cpu_s" in variant and spelling in (None, variant["spelling"])]
