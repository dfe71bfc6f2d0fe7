"""The parent's end of a decoding process: starts it, reads its events, ends it."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ingest_worker.job import Job
from ingest_worker.resident import private_bytes
from ingest_worker.tether import tied_to

PIECE_BYTES = 65_536
LONGEST_LINE_BYTES = 2**20
GONE_WITHIN_S = 5.0
CHILD_COMMAND = (sys.executable, "-m", "ingest_worker.child")


class Lines:
    """Splits the pieces read from a pipe into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[str]:
        """The lines that `piece` completes; an over-long one is cut into several."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace") for line in whole if line]


class ChildProcess:
    """One running job. Use it as a context: on leaving, the process is gone."""

    def __init__(self, job: Job, scratch: Path) -> None:
        """Start the process with `scratch` as its folder for temporary files."""
        self.process = subprocess.Popen(
            CHILD_COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "TMPDIR": str(scratch)},
            preexec_fn=tied_to(os.getpid(), signal.SIGKILL),
        )
        self._selector = selectors.DefaultSelector()
        for name, pipe in (("event", self.process.stdout), ("said", self.process.stderr)):
            if pipe is not None:
                self._selector.register(pipe, selectors.EVENT_READ, (name, Lines()))
        self._send(job)

    def _send(self, job: Job) -> None:
        """Hand the job over; a child that died at once is found out when its events end."""
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self.process.stdin as pipe:
                pipe.write(job.to_json().encode() + b"\n")

    def __enter__(self) -> "ChildProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._selector.close()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_talking(self) -> bool:
        """Whether anything may still be read."""
        return bool(self._selector.get_map())

    def read(self, timeout_s: float) -> Iterator[tuple[str, Any]]:
        """What has arrived, waiting at most `timeout_s`: ("event", dict) or ("said", text)."""
        for key, _ in self._selector.select(timeout_s):
            name, lines = key.data
            piece = _read(key.fileobj)
            if not piece:
                self._selector.unregister(key.fileobj)
            for line in lines.feed(piece or b"\n"):
                yield _understood(name, line)

    def private_bytes(self) -> int:
        """Private memory held by the process."""
        return private_bytes(self.pid)

    def wait(self) -> int:
        """Wait for the end of a process that has said its last word; kill it if it lingers."""
        try:
            return self.process.wait(GONE_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait()

    def kill(self) -> None:
        """End the process at once."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _read(pipe: Any) -> bytes:
    stream: IO[bytes] = pipe
    return os.read(stream.fileno(), PIECE_BYTES)


def _understood(name: str, line: str) -> tuple[str, Any]:
    if name == "event":
        try:
            event = json.loads(line)
        except ValueError:
            return "said", line
        if isinstance(event, dict) and "event" in event:
            return "event", event
    return "said", line
