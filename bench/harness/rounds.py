# SPDX-License-Identifier: Apache-2.0
"""One job after the other: results are compared, then engines are measured in rounds, A B C A B C …

An engine that is not installed is told as absent and left out; one that fails or whose results differ is told as FAILED
and not measured further. Neither stops the others.
"""

from harness import report, starts
from harness.engines import ENGINES, Noise
from harness.install import Missing
from harness.process import Failed
from harness.results import differences


class Bench:
    def __init__(self, tools, peers, rounds, scale, quick, tell):
        self.tools = tools
        self.rounds = rounds
        self.scale = scale
        self.quick = quick
        self.tell = tell
        self.engines = {e.name: e(tools) for e in ENGINES if e.name in ("flott", *peers)}
        self.sound = True  # nothing has failed or differed

    # ---- jobs: events per CPU second ----

    def job(self, job):
        """The job's record (report.py)."""
        variants = [variant for variant in job.variants if variant.engine in self.engines]
        problems = {}  # by label; whoever has one is not measured
        self._prepare(job, variants, problems)
        comparison = self._compare(job, [v for v in variants if v.label not in problems], problems)
        samples = self._measure(job, [v for v in variants if v.label not in problems], problems)
        return report.job_record(job, variants, comparison, samples, problems)

    def _prepare(self, job, variants, problems):
        for variant in variants:
            try:
                self.engines[variant.engine].prepare(job)
            except Missing as e:
                problems[variant.label] = f"absent: {e}"

    def _compare(self, job, variants, problems):
        """Notes whose results are not as they should be; returns a sentence about the others'."""
        self.tell(f"{job.name}: comparing results")
        rows = job.quick_check_rows if self.quick else job.check_rows
        results = {}
        for variant in variants:
            try:
                results[variant.label] = self.engines[variant.engine].check(job, variant, rows)
            except Failed as e:
                self._fail(problems, variant.label, e)
        if not results:
            return "no results to compare"
        if job.conserved:
            expected = f"{rows:,} rows in, all of them in tumbling windows and five times in sliding ones"
            wrong = {label: f"{found[0]:,} and {found[1]:,} rows were counted, not {rows:,} and {5 * rows:,}"
                     for label, found in results.items() if found != (rows, 5 * rows)}
        else:
            model = _model(variant for variant in variants if variant.label in results)
            expected = f"{rows:,} rows in, {len(results[model]):,} rows out, as {model} has them"
            wrong = {label: "\n".join(lines) for label, found in results.items()
                     if (lines := differences(found, results[model]))}
        for label, difference in wrong.items():
            self._fail(problems, label, f"results differ: {difference}")
        return f"results: {expected}: {', '.join(label for label in results if label not in wrong)}"

    def _measure(self, job, variants, problems):
        """Samples by label."""
        samples = {}
        for number in range(self.rounds + 1):  # 0 warms up: the JVM, the page cache
            self.tell(f"{job.name}: round {number} of {self.rounds}")
            for variant in (v for v in variants if v.label not in problems):
                try:
                    rows = int((variant.quick_rows if self.quick else variant.rows) * self.scale)
                    sample = self.engines[variant.engine].measure(job, variant, rows)
                except Noise as e:
                    self.tell(f"{job.name}: {variant.label}: no figure from this round: {e}")
                except Failed as e:
                    self._fail(problems, variant.label, e)
                else:
                    samples.setdefault(variant.label, []).extend([sample] if number > 0 else [])
        return samples

    # ---- starts: W10 ----

    def start(self, start):
        """The start's record (report.py)."""
        costs, problems = {}, {}
        for number in range(1, self.rounds + 1):
            self.tell(f"{start.name}: round {number} of {self.rounds}")
            for engine in (e for e in self._starting() if e not in problems):
                try:
                    costs.setdefault(engine, []).append(starts.measure(engine, start, self.tools))
                except Missing as e:
                    problems[engine] = f"absent: {e}"
                except Failed as e:
                    self._fail(problems, engine, e)
        return report.start_record(start, self._starting(), costs, problems)

    def sizes(self):
        """Megabytes on disk by engine and part; engines that are absent are left out."""
        found = {}
        for engine in self._starting():
            try:
                found[engine] = starts.sizes(engine, self.tools)
            except Missing:
                pass
        return {engine: parts for engine, parts in found.items() if parts}

    def _starting(self):
        """The engines as W10 knows them: Flink comes a second time, as PyFlink."""
        return [name for e in self.engines for name in ((e, "pyflink") if e == "flink" else (e,))]

    # ---- both ----

    def versions(self):
        return {name: engine.version for name, engine in self.engines.items() if engine.version}

    def leave(self):
        """Ends what is still running."""
        for engine in self.engines.values():
            engine.leave()

    def _fail(self, problems, label, problem):
        self.sound = False
        problems[label] = f"FAILED: {problem}"


def _model(variants):
    """Whose results are taken for right: Flink's; if Flink does not take part, the first of the others but flott."""
    order = {"flink": 0, "flott": 2}
    return min(variants, key=lambda variant: order.get(variant.engine, 1)).label
