"""Measures what is asked of a large system run: its summary, ranges, searches, links.

Run by hand, on the run folder of a processed system profile:

    python -m tests.bench.system_run --run DATA_DIR/tables/<profile id>/<run>

or without one, on events that are made for it (`--events 1000000`, 64 cores in 16 processes, one
rank late in every step and one gap). Times are those of this process, without HTTP: `cold` with
nothing read before, `warm` with the columns in memory; `cpu` is what counts where other work
shares the machine.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from profiles.metrics.device_links import where_time_went
from profiles.metrics.events import Events
from profiles.metrics.find import find
from profiles.metrics.range_statistics import range_statistics
from profiles.metrics.system_summary import SystemSummary, system_summary
from profiles.storage.parquet import ROW_GROUP_ROWS, write_parquet
from profiles.tables.registry import arrow_schema
from tests.make.session import big
from tests.make.session.description import Session
from tests.metrics.written_session import rows_of

TABLE = "SystemProfileEvents"


def made_events(path: Path, events: int) -> big.Plan:
    """Writes the events of a large session as a table, process by process."""
    plan = big.Plan(events=events)
    taken = big.steps(plan)
    tables = []
    for host in range(len(big.INSTANCES)):
        for number in range(plan.processes):
            process = big.big_process(plan, taken, host, number)
            rows = list(rows_of(Session((process,)), big.OPENED_NS))
            tables.append(pa.Table.from_pylist(rows, schema=arrow_schema(TABLE)))
    whole = pa.concat_tables(tables).sort_by("start_ts").combine_chunks()
    write_parquet(path, whole.schema, iter(whole.to_batches(max_chunksize=ROW_GROUP_ROWS)))
    return plan


def measured(name: str, work: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """What the work gives, and its times in ms."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, {
        "what": name,
        "wall_ms": round((time.perf_counter() - wall) * 1000),
        "cpu_ms": round((time.process_time() - cpu) * 1000),
    }


def measurements(path: Path) -> Iterator[dict[str, Any]]:
    """One line a question, and what the summary found at the end."""
    summary, line = measured("summary, cold", lambda: system_summary(Events(path)))
    yield line
    _, line = measured("statistics of everything, cold", lambda: range_statistics(Events(path)))
    yield line
    events = Events(path)
    middle = (summary.first_ns + summary.last_ns) // 2
    yield measured("find, cold", lambda: find(events, "execute", middle, None))[1]
    found, line = measured("find, warm", lambda: find(events, "execute", middle, None))
    yield line
    range_statistics(events)
    yield measured("statistics of everything, warm", lambda: range_statistics(events))[1]
    yield measured(
        "statistics of a hundredth, warm",
        lambda: range_statistics(events, middle, middle + summary.wall_ns // 100),
    )[1]
    if found.next is not None:
        yield measured("where a call went", lambda: where_time_went(events, found.next.row))[1]
    yield faults(summary)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield {"events": events.row_count, "peak_mb": peak}


def faults(summary: SystemSummary) -> dict[str, Any]:
    """The rank that costs most and the longest gap, as the summary names them."""
    late = max(summary.stragglers, key=lambda one: one.ranks[0].cost_ns, default=None)
    gap = summary.gaps[0] if summary.gaps else None
    return {
        "late": late and [late.name, late.ranks[0].rank.worker_gid, late.ranks[0].cost_ns],
        "gap": gap and [gap.end_ns - gap.start_ns, gap.activities[0].name, gap.also],
    }


def main() -> None:
    """Reads the command line and prints a JSON line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="run folder of a system profile")
    parser.add_argument("--events", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (chosen.run or Path(folder)) / f"{TABLE}.parquet"
        if chosen.run is None:
            plan = made_events(path, chosen.events)
            print(json.dumps({"written": {"late": plan.straggler, "gap_ns": plan.gap_ns}}))
        for line in measurements(path):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
