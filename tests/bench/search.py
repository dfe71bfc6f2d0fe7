"""Measures search: time to the first hits, to all of them, of a step and of caps, and the memory.

Run by hand, on a run folder that `tests.bench.ingest` has left:

    python -m tests.bench.search --run /tmp/bench-ingest/10000000/tables --profile bench

Each query is asked in a process of its own, as the first one of a fresh server: the timeline is
opened, then read on in turns of 150 ms, as the API does. `first_ms` is the time until an answer
holds a hit, `complete_ms` until all rows were read; `turn_max_ms` the longest turn, which is how
long a request may take. `step_ms` and `caps_ms` are of the search that is complete: the next hit
after the middle with its place, and the caps of the second half, of a tenth and of a thousandth.
`first_cpu_ms` and `cpu_ms` are what counts where other work shares the machine. With `--check` a
search whose first hits take longer than `FIRST_MS` of its size ends with 1.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from profiles.storage.tables import TableStore
from profiles.timeline.search.caps import caps
from profiles.timeline.search.kept import search_of
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import shares
from profiles.timeline.search.steps import next_hit, place_of
from tests.bench.ingest import memory_mb

TURN_S = 0.15
FIRST_MS = ((20_000_000, 300), (200_000_000, 2000))
"""Events up to so many, and within how many ms the first hits are there."""

QUERIES = (
    "matmul",
    "opcode=MATMUL duration>100ns",
    "/^ACT.*EXP$/",
    "size>=1KiB",
    "duration>=0",
    "-engine:tensor start>20us",
    "nothinglikethis",
)


@dataclass(frozen=True)
class Reading:
    """ms until the first hits (None for none), also of the processor, and until the end; longest
    turn.
    """

    first: float | None
    first_cpu: float | None
    complete: float
    longest: float


def read_to_end(search: Search, begun: float, worked: float) -> Reading:
    """Reads on turn by turn."""
    first, first_cpu, longest = None, None, 0.0
    while True:
        turn = time.perf_counter()
        search.advance(TURN_S, stop_at_first=True)
        now = time.perf_counter()
        longest = max(longest, now - turn)
        if first is None and search.totals.count:
            first, first_cpu = (now - begun) * 1000, (time.process_time() - worked) * 1000
        if search.is_complete:
            return Reading(first, first_cpu, (now - begun) * 1000, longest * 1000)


def measure(folder: Path, profile: str, query: str) -> dict[str, Any]:
    """One query in this process."""
    run = TableStore(folder).open_run(profile, 1)
    before_mb = memory_mb("VmRSS:")
    begun, worked = time.perf_counter(), time.process_time()
    search = search_of(run, query)
    opened_ms = (time.perf_counter() - begun) * 1000
    read = read_to_end(search, begun, worked)
    cpu_s = time.process_time() - worked
    report: dict[str, Any] = {
        "query": query,
        "events": search.rows,
        "count": search.totals.count,
        "opened_ms": round(opened_ms),
        "first_ms": None if read.first is None else round(read.first),
        "first_cpu_ms": None if read.first_cpu is None else round(read.first_cpu),
        "complete_ms": round(read.complete),
        "cpu_ms": round(cpu_s * 1000),
        "turn_max_ms": round(read.longest),
    }
    report["shares_ms"] = _timed(lambda: shares(search))
    middle = search.duration_ns // 2
    report["step_ms"] = _timed(lambda: _step(search, middle))
    report["caps_ms"] = [
        _timed(partial(caps, search, middle, middle + search.duration_ns // part, 1000))
        for part in (2, 10, 1000)
    ]
    report["kept_kb"] = round(search.size_bytes / 1000)
    report["start_mb"], report["peak_mb"] = round(before_mb), round(memory_mb("VmHWM:"))
    return report


def _step(search: Search, at_ns: int) -> None:
    hit = next_hit(search, (at_ns, -1, -1))
    if hit is not None:
        place_of(search, hit)


def _timed(call: Any) -> float:
    begun = time.perf_counter()
    call()
    return round((time.perf_counter() - begun) * 1000, 1)


def is_soon(report: dict[str, Any]) -> bool:
    """Whether the first hits came in time; a search without any has nothing to show."""
    allowed = next((ms for events, ms in FIRST_MS if report["events"] <= events), None)
    return report["first_ms"] is None or allowed is None or report["first_ms"] <= allowed


def main() -> None:
    """Reads the command line and prints a document a query."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of tables")
    parser.add_argument("--profile", default="bench")
    parser.add_argument("--query", nargs="+", default=list(QUERIES))
    parser.add_argument("--check", action="store_true", help="end with 1 where hits come late")
    parser.add_argument("--once", action="store_true", help="ask in this process")
    chosen = parser.parse_args()
    if chosen.once:
        report = measure(chosen.run, chosen.profile, chosen.query[0])
        print(json.dumps(report), flush=True)
        sys.exit(int(chosen.check and not is_soon(report)))
    late = 0
    for query in chosen.query:
        command = [sys.executable, "-m", "tests.bench.search", "--once"]
        command += ["--run", str(chosen.run), "--profile", chosen.profile]
        command += ["--check"] if chosen.check else []
        # A query may begin with a minus.
        command.append(f"--query={query}")
        late += subprocess.run(command, check=False, env=os.environ).returncode
    sys.exit(int(late > 0))


if __name__ == "__main__":
    main()
