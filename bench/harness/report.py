# SPDX-License-Identifier: Apache-2.0
"""Makes records of samples, which go to results.json, and tables of records.

    job      {name, title, note, comparison, ratios, variants}
             a variant: {label, engine, spelling}, with {samples, ns_per_event, events_per_cpu_s} or {problem} or both
    start    {name, title, ratios, variants}
             a variant: {label, engine}, with {samples, cpu_ms, first_row_ms, peak_mb} or {problem} or both
    expression   {name, sql, compared, samples, ns, problems}: engines whose values agree; then by engine nanoseconds a row of
             the query and of its base in each round, of the expression alone by the least of them; what went wrong

A figure is {median, least, greatest} of the rounds. A ratio is one of medians.
"""

import math
import statistics
from dataclasses import asdict

RATIOS_TO = ("flink", "duckdb", "chdb", "limit")


def job_record(job, variants, comparison, samples, problems):
    records = []
    for variant in variants:
        record = {"label": variant.label, "engine": variant.engine, "spelling": variant.spelling}
        if done := samples.get(variant.label):
            record["samples"] = [asdict(sample) for sample in done]
            record["events_per_cpu_s"] = _figure(sample.rows / sample.cpu_s for sample in done)
            record["ns_per_event"] = 1e9 / record["events_per_cpu_s"]["median"]
        if problem := problems.get(variant.label) or (None if done else "no figure: noise in every round"):
            record["problem"] = problem
        records.append(record)
    return {
        "name": job.name,
        "title": job.title,
        "note": job.note,
        "comparison": comparison,
        "ratios": _job_ratios(records),
        "variants": records,
    }


def start_record(start, engines, costs, problems):
    records = []
    for engine in engines:
        record = {"label": engine, "engine": engine}
        if done := costs.get(engine):
            record["samples"] = [asdict(cost) for cost in done]
            record["cpu_ms"] = _figure(cost.cpu_s * 1e3 for cost in done)
            record["first_row_ms"] = _figure(cost.mark_s * 1e3 for cost in done)
            record["peak_mb"] = _figure(cost.peak_mb for cost in done)
        if engine in problems:
            record["problem"] = problems[engine]
        records.append(record)
    cpu_ms = {record["engine"]: record["cpu_ms"]["median"] for record in records if "cpu_ms" in record}
    ours = cpu_ms.pop("flott", None)
    ratios = {f"{engine} / flott": theirs / ours for engine, theirs in cpu_ms.items()} if ours else {}
    return {"name": start.name, "title": start.title, "ratios": ratios, "variants": records}


def _job_ratios(records):
    """How many times another engine's rate flott has: that of the same spelling, else that of its fastest."""
    rates = {engine: {} for engine in ("flott", *RATIOS_TO)}
    for record in records:
        if "events_per_cpu_s" in record:
            rates[record["engine"]][record["spelling"]] = record["label"], record["events_per_cpu_s"]["median"]
    ratios = {}
    for spelling, (our_label, ours) in rates["flott"].items():
        for others in (rates[engine] for engine in RATIOS_TO if rates[engine]):
            label, theirs = others.get(spelling) or max(others.values(), key=lambda other: other[1])
            ratios[f"{our_label} / {label}"] = ours / theirs
    return ratios


def _figure(numbers):
    numbers = list(numbers)
    return {"median": statistics.median(numbers), "least": min(numbers), "greatest": max(numbers)}


# ---- tables ----


def job_table(record):
    lines = [f"{record['name']}: {record['title']}"]
    if record["note"]:
        lines.append(f"  ({record['note']})")
    lines.append(f"  {record['comparison']}")
    lines.append(_row("engine", "events", "ns/event", "M events/CPU-s", "least", "greatest", "runs"))
    for variant in record["variants"]:
        if "samples" in variant:
            rate = [_digits(rate / 1e6) for rate in variant["events_per_cpu_s"].values()]
            samples = variant["samples"]
            events = f"{samples[0]['rows']:,}"
            lines.append(_row(variant["label"], events, _digits(variant["ns_per_event"]), *rate, len(samples)))
        lines += _problem(variant)
    return lines + _ratios(record)


def start_table(record):
    lines = [f"{record['name']}: {record['title']}"]
    lines.append(_row("engine", "first row ms", "peak MB", "CPU ms", "least", "greatest", "runs"))
    for variant in record["variants"]:
        if "samples" in variant:
            cpu = [_digits(ms) for ms in variant["cpu_ms"].values()]
            first, peak = (_digits(variant[name]["median"]) for name in ("first_row_ms", "peak_mb"))
            lines.append(_row(variant["label"], first, peak, *cpu, len(variant["samples"])))
        lines += _problem(variant)
    return lines + _ratios(record)


def sizes_table(sizes):
    lines = ["on disk, MB (without Python):"]
    for engine, parts in sizes.items():
        lines.append(f"  {engine:<20} " + ", ".join(f"{name} {_digits(mb)}" for name, mb in parts.items()))
    return lines


def gates_table(records):
    words = {True: "passed", False: "FAILED", None: "not measured"}
    lines = ["gates:"]
    for record in records:
        measured = "" if record["measured"] is None else _digits(record["measured"])
        lines.append(f"  {record['gate']:<36} {measured:>10}   {words[record['passed']]}")
    return lines


# ---- expressions ----

SLOWER_LIMIT = 1.5


def _lead(record):
    """How many times the rate of the fastest other engine flott has, and which that is; None: nothing to compare."""
    others = {name: ns for name, ns in record["ns"].items() if name != "flott"}
    if "flott" not in record["ns"] or not others:
        return None
    best = min(others, key=others.get)
    return others[best] / record["ns"]["flott"], best


def expression_heading(engines):
    return ["M rows/CPU-s of the expression alone:", _expression_row("expression", engines, "flott is")]


def expression_lines(record, engines):
    cells = ["FAILED" if name in record["problems"] else _digits(1e3 / record["ns"][name]) if name in record["ns"]
             else "noise" if name in record["samples"] else "equal" if record["compared"].count(name) else "-"
             for name in engines]
    lead = _lead(record)
    lines = [_expression_row(record["name"], cells, f"{lead[0]:.2f} x {lead[1]}" if lead else "")]
    for name, problem in record["problems"].items():
        lines += [f"    {name}: {line}" for line in problem.splitlines()]
    return lines


def expression_summary(records):
    leads = [(lead[0], record["name"]) for record in records if (lead := _lead(record))]
    faster = sum(lead > 1 for lead, _ in leads)
    lines = [f"flott is the fastest at {faster} of {len(leads)} expressions"]
    if slow := [f"{name} ({lead:.2f} x)" for lead, name in sorted(leads) if lead < 1 / SLOWER_LIMIT]:
        lines.append(f"slower than the fastest by more than {SLOWER_LIMIT} times: {', '.join(slow)}")
    return lines


def _expression_row(label, cells, last):
    return f"  {label:<26}" + "".join(f" {cell:>10}" for cell in cells) + f"   {last}"


def _row(label, *cells):
    return f"  {label:<20}" + "".join(f" {cell:>{width}}" for cell, width in zip(cells, (12, 10, 15, 10, 10, 5)))


def _problem(variant):
    if "problem" not in variant:
        return []
    first, *more = variant["problem"].splitlines()
    return [f"  {variant['label']:<20} {first}", *(f"  {'':<20}   {line}" for line in more)]


def _ratios(record):
    found = [f"{name} = {_digits(ratio)}" for name, ratio in record["ratios"].items()]
    return ["  " + "   ".join(found)] if found else []


def _digits(x):
    """Three digits or more, without an exponent."""
    if x >= 100:
        return f"{x:,.0f}"
    decimals = 2 if x <= 0 else 2 - math.floor(math.log10(x))
    return f"{x:.{decimals}f}"
