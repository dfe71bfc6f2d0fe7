"""One supervised process: started, watched, started again with growing pauses, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest_worker.tether import tied_to

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
HEALTHY_AFTER_S = 20.0
LOG_KEPT_BYTES = 10 * 2**20


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Service:
    """What to run and how to know that it runs."""

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[], bool]
    mark: str = ""
    """A text in the process's command line by which a later server knows it again."""
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] = nothing
    after_error: Callable[[], None] = nothing
    """Called when the process ended by itself with an error code, not when it was killed."""
    end_signal: int = signal.SIGTERM
    """Sent by the kernel when the supervisor is killed."""


class Child:
    """A service's process, over all its lives."""

    def __init__(self, service: Service, log_folder: Path) -> None:
        self.service = service
        self.log_path = log_folder / f"{service.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self._started_at = 0.0
        self._start_again_at = 0.0

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process in a group of its own, so that a terminal's Ctrl-C passes it by."""
        self.service.before_start()
        self._turn_log_over()
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.service.environment},
                start_new_session=True,
                preexec_fn=tied_to(os.getpid(), self.service.end_signal),
            )
        self._started_at = time.monotonic()

    def _turn_log_over(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log_path.stat().st_size > LOG_KEPT_BYTES:
                self.log_path.replace(self.log_path.with_suffix(".old.log"))

    def look_after(self) -> str | None:
        """Start the process again if it ended and its pause is over.

        Returns a sentence when it is found ended, once; None otherwise.
        """
        if self.is_running:
            return None
        now = time.monotonic()
        if self.process is not None:
            return self._plan_restart(now)
        if now >= self._start_again_at:
            self.start()
        return None

    def _plan_restart(self, now: float) -> str:
        code = self.process.returncode if self.process else 0
        self.end_group()
        self.process = None
        if code > 0:
            self.service.after_error()
        if now - self._started_at > HEALTHY_AFTER_S:
            self.failures = 0
        pause_s = min(FIRST_PAUSE_S * 2**self.failures, LONGEST_PAUSE_S)
        self.failures += 1
        self._start_again_at = now + pause_s
        return f"{self.name} ended ({_how(code)}); starting it again in {pause_s:.1f} s"

    def ask_to_stop(self) -> None:
        """Send SIGTERM, to the process only: it tells its own children."""
        if self.is_running and self.process:
            self.process.terminate()

    def end_group(self) -> None:
        """Kill whatever is left of the process and its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, until: float) -> bool:
        """Wait for the end, at most until the monotonic time `until`. False: it still runs."""
        if self.process is None:
            return True
        try:
            self.process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def log_tail(self, lines: int = 12) -> str:
        """The last lines of the log."""
        with contextlib.suppress(OSError):
            text = self.log_path.read_text(encoding="utf-8", errors="replace")
            return "\n".join(text.splitlines()[-lines:])
        return ""


def _how(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
