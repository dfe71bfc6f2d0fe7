"""A real server in real processes, with its own folder and ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer_site import upload
from explorer_site.serve.takeover import recorded
from profiles.storage.lifeline import SUFFIX as LIFELINE
from tests.house.test_sizes import ROOT
from tests.serve.patience import is_alive, until

READY_WITHIN_S = 120.0


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def processes_with(data_dir: Path) -> dict[int, str]:
    """Every process whose environment names the data folder: pid and command line."""
    wanted = f"DATA_DIR={data_dir}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            if wanted in environment and is_alive(int(folder.name)):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(folder.name)] = command.strip()
        except OSError:
            continue
    return found


def parent_of(pid: int) -> int:
    """The parent's pid, 0 if the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@dataclass
class RunningServer:
    """`neuron-explorer serve` over a folder; settings of `environment` on top."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=lambda: free_ports(2))
    process: subprocess.Popen[str] | None = None
    line: str = ""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def pauses(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}-pauses"

    @property
    def api(self) -> upload.Server:
        return upload.Server(self.endpoint)

    def settings(self) -> dict[str, str]:
        """The environment the server runs in."""
        unset = {"REDIS_URL", "DJANGO_SETTINGS_MODULE"}
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        return {
            **inherited,
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.ports[0]),
            "API_PORT": str(self.ports[1]),
            "EXPLORER_PAUSE_FOLDER": str(self.pauses),
            "LEASE_S": "4",
            "SWEEP_INTERVAL_S": "1",
            **self.environment,
        }

    def start(self) -> "RunningServer":
        """Start and wait for the printed line."""
        self.pauses.mkdir(exist_ok=True)
        self.close_pipe()
        self.process = self.popen("serve")
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        assert self.line, f"no line was printed:\n{self.errors()}"
        return self

    @property
    def root(self) -> Path:
        return ROOT

    @staticmethod
    def command(*arguments: str) -> list[str]:
        """The command line of the program."""
        return [sys.executable, "-m", "explorer_site.cli", *arguments]

    def popen(self, *arguments: str) -> "subprocess.Popen[str]":
        """Run the command with this server's settings."""
        with self.error_path.open("a") as errors:
            return subprocess.Popen(
                self.command(*arguments),
                cwd=self.root,
                env=self.settings(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    @property
    def error_path(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.stderr"

    def errors(self) -> str:
        """What the supervisor and its children have complained about."""
        logs = [self.error_path, *sorted((self.data_dir / "logs").glob("*.log"))]
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in logs
            if path.exists()
        )

    def pid(self, name: str) -> int:
        """The pid of a service."""
        found = {one.name: one.pid for one in recorded(self.data_dir / "run" / "children.json")}
        return found.get(name, 0)

    def decoder(self) -> int:
        """The pid of the decoding child, 0 if none runs."""
        running = processes_with(self.data_dir)
        return next((pid for pid, line in running.items() if "ingest_worker.child" in line), 0)

    def pool_children(self) -> list[int]:
        """Pids of the worker's pool."""
        worker = self.pid("worker")
        return [pid for pid in processes_with(self.data_dir) if parent_of(pid) == worker]

    def is_whole(self) -> bool:
        """Whether every service runs and answers."""
        names = ("broker", "web", "api", "worker", "beat")
        return all(is_alive(self.pid(name)) for name in names) and self.is_ready()

    def is_ready(self) -> bool:
        """Whether the server says that all of it answers."""
        try:
            self.api.ask("GET", "readyz")
        except (OSError, upload.UploadError):
            return False
        return True

    def send(self, files: list[tuple[str, Path]], *, name: str, key: str = "") -> str:
        """Upload files; returns the profile's id."""
        form = upload.Form([("name", name)], [(role, upload.FileContent(p)) for role, p in files])
        answer = self.api.send(form, key or name, lambda _size: None)
        return str(answer["id"])

    def profile(self, profile_id: str) -> dict[str, Any]:
        """The profile as the API tells it."""
        answer: dict[str, Any] = self.api.ask("GET", f"api/v1/profiles/{profile_id}/")
        return answer

    def profiles(self) -> list[dict[str, Any]]:
        """All profiles."""
        answer: list[dict[str, Any]] = self.api.ask("GET", "api/v1/profiles/")["results"]
        return answer

    def final(self, profile_id: str, *, within_s: float = 90.0) -> dict[str, Any]:
        """The profile once its status is PROCESSED or FAILED, or as it is when time is up."""
        last: dict[str, Any] = {}

        def is_final() -> bool:
            nonlocal last
            try:
                last = self.profile(profile_id)
            except (OSError, upload.UploadError):
                return False
            return last["status"] in ("PROCESSED", "FAILED")

        until(is_final, within_s=within_s, every_s=0.1)
        return last

    def stop(self) -> float:
        """Ask to stop as Ctrl-C does; returns the seconds it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        return time.monotonic() - started

    def kill(self) -> None:
        """Kill the supervisor."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def close_pipe(self) -> None:
        """Close what the last process printed to."""
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def end(self) -> None:
        """Leave nothing running, whatever state the test left."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.close_pipe()
        for pid in processes_with(self.data_dir):
            os.kill(pid, signal.SIGKILL)

    def run_folders(self, profile_id: str) -> list[Path]:
        """Folders of runs that lie on the disk."""
        found = self.data_dir.glob(f"tables/**/{profile_id}/*")
        return sorted(path for path in found if path.is_dir())

    def leftovers(self) -> list[str]:
        """Files that a server with nothing to do must not keep: scratch and cut-off uploads."""
        places = (self.data_dir / "incoming", self.data_dir / "run" / "scratch")
        return [
            str(path.relative_to(self.data_dir))
            for place in places
            if place.exists()
            for path in place.rglob("*")
            if path.is_file() and path.suffix != LIFELINE
        ]


def manifest_of(folder: Path) -> dict[str, Any]:
    """A run's manifest."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found
