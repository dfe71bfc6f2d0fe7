"""Measures a whole session: directory to system timeline, to all device profiles, and the memory.

Run by hand, on a session as `tests/make/session/big.py` writes it:

    python -m tests.bench.session --events 1000000
    python -m tests.bench.session --directory DIR --pages

The directory is read where it lies by a server of its own, as `neuron-explorer view -d` does, so
that no time of a network is counted. Printed: the seconds until the system profile and until the
last device profile was processed, and the largest resident memory of any process that decoded.
With `--pages` the system timeline is then panned in a real Chromium (`tests.bench.frame_time`).
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer_site import upload
from tests.bench.frame_time import report
from tests.make.session.big import Plan, write_big_session
from tests.processes.server import RunningServer, processes_with

DECODER = "ingest_worker.child"
LOOK_EVERY_S = 0.25
WITHIN_S = 3600
FINAL = ("PROCESSED", "FAILED")


@dataclass
class Peaks:
    """The largest resident memory seen of each kind of process of a server."""

    server: RunningServer
    megabytes: dict[str, float] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Looks again and again until it is over."""
        while not self.is_over.wait(LOOK_EVERY_S):
            for pid, line in processes_with(self.server.data_dir).items():
                kind = "decoder" if DECODER in line else "other"
                self.megabytes[kind] = max(self.megabytes.get(kind, 0), high_water_mb(pid))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watches while the block runs."""
        thread = threading.Thread(target=self.watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            thread.join()


def high_water_mb(pid: int) -> float:
    """The most memory a process has had resident, in MB; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    marks = [line for line in lines if line.startswith("VmHWM:")]
    return int(marks[0].split()[1]) / 1000 if marks else 0


def all_done(server: RunningServer, parent: str) -> list[dict[str, Any]] | None:
    """The device profiles of a system profile once each is processed or has failed."""
    found = server.api.ask("GET", f"api/v1/profiles/{parent}/devices/")["devices"]
    return found if found and all(one["status"] in FINAL for one in found) else None


def measure(server: RunningServer, directory: Path) -> tuple[str, dict[str, Any]]:
    """Sends the directory and waits; the system profile's id and the figures."""
    peaks = Peaks(server)
    with peaks.watched():
        begun = time.perf_counter()
        sent = server.popen("upload", "-d", str(directory), "--endpoint", server.endpoint,
                            "--name", "bench")  # fmt: skip
        told, _ = sent.communicate()
        sent_s = time.perf_counter() - begun
        assert sent.returncode == 0, told
        made = next(row["id"] for row in server.profiles() if row["name"] == "bench")
        system = server.final(made, within_s=WITHIN_S)
        system_s = time.perf_counter() - begun
        children: list[dict[str, Any]] | None = None
        while children is None and time.perf_counter() - begun < WITHIN_S:
            children = all_done(server, made)
            time.sleep(LOOK_EVERY_S)
        devices_s = time.perf_counter() - begun
    failed = [child["name"] for child in children or [] if child["status"] != "PROCESSED"]
    return made, {
        "status": system["status"],
        "sent_s": round(sent_s, 1),
        "system_s": round(system_s, 1),
        "devices_s": round(devices_s, 1),
        "devices": len(children or []),
        "failed": failed,
        "peak_mb": {kind: round(value) for kind, value in peaks.megabytes.items()},
        "load_1min": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    """Measures what the command line asks for. Returns 0 if everything was processed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, help="a session that is there already")
    parser.add_argument("--pages", action="store_true", help="pan the system timeline afterwards")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        directory = chosen.directory
        if directory is None:
            directory = folder / "session"
            count = write_big_session(directory, Plan(chosen.events))
            print(f"written: {count} events", file=sys.stderr)
        server = RunningServer(folder / "data").start()
        try:
            made, figures = measure(server, directory)
            print(json.dumps(figures, indent=1), flush=True)
            if chosen.pages:
                report(f"{server.endpoint}/profiles/{made}/timeline/")
        except upload.UploadError as error:
            print(error.message, server.errors(), file=sys.stderr)
            return 1
        finally:
            server.end()
    return int(figures["status"] != "PROCESSED" or bool(figures["failed"]))


if __name__ == "__main__":
    sys.exit(main())
