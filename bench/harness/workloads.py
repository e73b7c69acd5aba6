# SPDX-License-Identifier: Apache-2.0
"""The jobs: what each engine runs, on how many rows, and what must come out.

A job has variants: one for each engine, or several where an engine has more than one spelling of the same job. A variant's
commands are names of files in bench/sql/ for the SQL engines, and a program with arguments for the limit. Placeholders
${…} in both are filled from the job's values and, for each run:

    ROWS      rows of this run             INPUT    the input file with so many rows
    OUTPUT    where results go

Sizes are chosen so that a run takes some tenths of a second or more on every engine; the speeds differ by a thousand, so
the sizes do.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variant:
    engine: str
    timed: tuple[str, ...]
    checked: tuple[str, ...]  # the same job with its results going to OUTPUT
    rows: int
    quick_rows: int
    spelling: str = ""

    @property
    def label(self):
        return f"{self.engine} {self.spelling}".strip()


@dataclass(frozen=True)
class Job:
    workload: str
    name: str
    title: str
    variants: tuple[Variant, ...]
    columns: dict[str, str]  # of the results: name to kind (results.py)
    input: str | None = None  # a kind of make_input
    in_memory: bool = False  # the input is in memory before the time counts
    conserved: bool = False  # the input is random: what is compared is how many rows come out
    check_rows: int = 0
    quick_check_rows: int = 0
    values: dict[str, str] = field(default_factory=dict)
    note: str = ""


M = 1_000_000
K = 1_000


def sql(engine, timed, checked, rows, quick_rows, spelling=""):
    return Variant(engine, tuple(timed.split()), tuple(checked.split()), rows, quick_rows, spelling)


def batch(engine, script, rows, quick_rows, spelling=""):
    """A batch engine keeps its results in a table or writes them itself, so the timed script is the checked one."""
    return sql(engine, script, script, rows, quick_rows, spelling)


W1 = Job(
    workload="W1",
    name="w1",
    title="generated rows of 11 sensors -> averages in 4 windows (10 s; 10 s by 2 s; event and processing time) -> dropped",
    variants=(
        sql("flott", "w1_sensors w1_four_windows", "w1_sensors w1_counts", 1000 * M, 5 * M),
        sql("flink", "w1_sensors w1_four_windows", "w1_sensors w1_counts", 2 * M, 600 * K),
        sql("limit", "limit_sensors ${ROWS}", "limit_sensors ${ROWS}", 400 * M, 100 * M),
    ),
    columns={"sensor_id": "number", "readings": "number", "average": "number"},
    conserved=True,
    check_rows=200 * K,
    quick_check_rows=50 * K,
    note="DuckDB and ClickHouse have neither the generator nor processing time.",
)

W1A = Job(
    workload="W1a",
    name="w1a",
    title="rows in memory, 11 sensors -> MIN MAX SUM COUNT in a tumbling window of 10 s",
    variants=(
        sql("flott", "w1a_readings w1a_tumble w1a_select", "w1a_readings w1a_tumble w1a_select", 20 * M, 4 * M),
        sql("flink", "w1a_readings w1a_tumble w1a_dropped", "w1a_readings w1a_tumble w1a_to_file", 4 * M, 800 * K),
        batch("duckdb", "w1a_duckdb_division", 20 * M, 4 * M, "division"),
        batch("duckdb", "w1a_duckdb_time_bucket", 20 * M, 4 * M, "time_bucket"),
        batch("chdb", "w1a_chdb_division", 20 * M, 4 * M, "division"),
        batch("chdb", "w1a_chdb_interval", 20 * M, 4 * M, "interval"),
        sql("limit", "limit_tumble ${INPUT}", "limit_tumble ${INPUT} ${OUTPUT}", 20 * M, 4 * M),
    ),
    columns={
        "sensor": "number",
        "least": "number",
        "greatest": "number",
        "total": "number",
        "readings": "number",
        "window_end": "time",
    },
    input="readings",
    in_memory=True,
    check_rows=4 * M,
    quick_check_rows=800 * K,
)

W2 = Job(
    workload="W2",
    name="w2",
    title="JSON lines -> least price by ticker in sliding windows of 10 s by 5 s -> JSON lines",
    variants=(
        sql("flott", "w2_ticker", "w2_ticker", 3 * M, 600 * K),
        sql("flink", "w2_ticker", "w2_ticker", 900 * K, 300 * K),
        batch("duckdb", "w2_duckdb", 3 * M, 600 * K),
        batch("chdb", "w2_chdb", 3 * M, 600 * K),
        sql("limit", "limit_ticker ${INPUT} ${OUTPUT}", "limit_ticker ${INPUT} ${OUTPUT}", 3 * M, 3 * M),
    ),
    columns={"ticker": "text", "price": "number", "event_time": "time"},
    input="ticks",
    check_rows=300 * K,
    quick_check_rows=100 * K,
)


def overlapping(windows, flott, legacy, tvf, in_memory, limit):
    """W5 with so many windows that a row lies in; sizes are pairs, of a full run and of a quick one."""
    slide_ms = 10_000 // windows

    def streaming(engine, spelling, size):
        timed, checked = f"w5_events w5_{spelling} w5_dropped", f"w5_events_from_file w5_{spelling} w5_to_file"
        return sql(engine, timed, checked, *size, spelling)

    return Job(
        workload="W5",
        name=f"w5_{windows}",
        title=f"generated rows, 100 keys, 1 each ms -> MIN SUM in windows of 10 s, {windows} at a time -> dropped",
        variants=(
            streaming("flott", "legacy", flott),
            streaming("flott", "tvf", flott),
            streaming("flink", "legacy", legacy),
            streaming("flink", "tvf", tvf),
            batch("duckdb", "w5_duckdb", *in_memory),
            batch("chdb", "w5_chdb", *in_memory),
            sql("limit", "limit_hop ${SLIDE_MS} ${ROWS}", "limit_hop ${SLIDE_MS} ${INPUT} ${OUTPUT}", *limit),
        ),
        columns={"k": "number", "least": "number", "total": "number", "window_end": "time"},
        input="events",
        check_rows=60 * K,
        quick_check_rows=20 * K,
        values={"WINDOWS": str(windows), "SLIDE_MS": str(slide_ms), "SLIDE": f"{slide_ms / 1000:g}"},
        note="DuckDB and ClickHouse have the rows in memory: no generator.",
    )


JOBS = (
    W1,
    W1A,
    W2,
    overlapping(1, (20 * M, 4 * M), (1500 * K, 400 * K), (1500 * K, 400 * K), (4 * M, 1 * M), (400 * M, 100 * M)),
    overlapping(10, (20 * M, 4 * M), (400 * K, 100 * K), (1500 * K, 400 * K), (4 * M, 1 * M), (300 * M, 100 * M)),
    overlapping(100, (5 * M, 1 * M), (40 * K, 20 * K), (600 * K, 200 * K), (1 * M, 200 * K), (100 * M, 30 * M)),
)
