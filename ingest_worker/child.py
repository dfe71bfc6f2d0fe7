"""The child process: one job from standard input, events as JSON lines on standard output."""

import contextlib
import json
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from ingest_worker.formats.errors import FormatError
from ingest_worker.job import OFFICIAL, SYSTEM, UNPACK, Job
from ingest_worker.pause import pause_at

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

HEADROOM_BYTES = 2**30
"""RLIMIT_DATA also counts what allocators reserve and never touch; the resident watch is exact."""

EXIT_OK = 0
EXIT_FAILED = 3


class EventWriter:
    """Writes events to the parent; the pipe is the only thing the parent reads."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    def send(self, event: str, **facts: Any) -> None:
        """Write one event as a JSON line."""
        self._file.write(json.dumps({"event": event, **facts}) + "\n")
        self._file.flush()


class Reporter:
    """The pipeline's progress as events, pausing where a kill test asks for it."""

    def __init__(self, events: EventWriter, job: Job) -> None:
        self._events = events
        self._job = job
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say how far `stage` is; total 0 means unknown."""
        self._events.send("progress", stage=stage, done=done, total=total)
        if stage != self._stage:
            self._stage = stage
            pause_at(self._job.pause, stage)


def limit_memory(limit_bytes: int) -> None:
    """Cap the process's private memory. Mapped files do not count (in RLIMIT_AS they would)."""
    if resource is not None and limit_bytes > 0:
        ceiling = limit_bytes + HEADROOM_BYTES
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))


def run(job: Job, events: EventWriter) -> int:
    """Process the job; say how it ended. Returns the exit code."""
    try:
        _process(job, events)
    except FormatError as error:
        # The readers' hints speak of a NEFF's archive; of a capture's the registry of codes does.
        hint = "" if job.kind == UNPACK else error.hint
        events.send(
            "failed",
            code=error.code,
            message=error.message,
            hint=hint,
            offset=error.offset,
            file=error.file or "",
        )
    except MemoryError:
        events.send("memory")
    except OSError as error:
        events.send("trouble", number=error.errno or 0, message=str(error), trace=_trace())
    except Exception as error:  # noqa: BLE001 (the last resort: a fault of ours must be recorded)
        events.send("fault", message=f"{type(error).__name__}: {error}", trace=_trace())
    else:
        return EXIT_OK
    return EXIT_FAILED


def _trace() -> str:
    return traceback.format_exc(limit=-12)


def _process(job: Job, events: EventWriter) -> None:
    for source in job.sources:
        if not Path(source.path).exists():
            text = f"{source.name} is no longer where it was read from."
            raise FormatError("source.gone", text, file=source.name)
    if job.kind == UNPACK:
        _unpack(job, events)
    else:
        _publish(job, events)


def _unpack(job: Job, events: EventWriter) -> None:
    from ingest_worker.unpack import Caps, listed_capture

    reporter = Reporter(events, job)

    def told(done: int, total: int) -> None:
        reporter("identify", done, total)

    told(0, 0)
    source = Path(job.sources[0].path)
    caps = Caps(job.archive, job.limits.file_bytes)
    refusals = Refusals()
    for listed in listed_capture(source, caps, told, refusals.add):
        events.send("file", **listed.to_event())
    pause_at(job.pause, "unpack")
    events.send("done", notices=refusals.notices())


WHAT_BECOMES = {
    "archive.unsafe_member": "It is left out.",
    "archive.duplicate_member": "The first one is read.",
    "archive.truncated": "What stands before is read.",
}


class Refusals:
    """What of an archive is left out: of each code the first member and how many there are."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def add(self, error: FormatError) -> None:
        """Take one in."""
        self._first.setdefault(error.code, error.message)
        self._count[error.code] = self._count.get(error.code, 0) + 1

    def notices(self) -> list[dict[str, Any]]:
        """One a code."""
        return [
            {
                "code": code,
                "message": f"{text} {WHAT_BECOMES.get(code, 'It is left out.')}",
                "count": self._count[code],
            }
            for code, text in self._first.items()
        ]


def _publish(job: Job, events: EventWriter) -> None:
    # Imported here, so that a failing import is reported as an event like any other fault.
    from ingest_worker.formats.notice import Notice
    from ingest_worker.pipeline.official import process_official
    from ingest_worker.pipeline.run import process
    from ingest_worker.pipeline.stage import Options, PartPlan, SourceRef
    from ingest_worker.pipeline.system import process_system
    from profiles.storage.tables import TableStore

    sources = [SourceRef(s.role, s.name, Path(s.path), s.ordinal) for s in job.sources]
    options = Options(
        limits=job.limits,
        without=frozenset(job.without),
        partial=job.partial,
        explorer_version=job.explorer_version,
        profile_name=job.profile_name,
        parts=tuple(PartPlan(*part) for part in job.parts),
        notices=tuple(Notice(*notice) for notice in job.notices),
        event_types=frozenset(job.filters.event_types),
        instance_ids=frozenset(job.filters.instance_ids),
        neuron_cores=frozenset(job.filters.neuron_cores),
    )
    folder = TableStore(job.tables).new_run(job.profile_id, job.run)
    reporter = Reporter(events, job)
    if job.kind == SYSTEM:
        result = process_system(sources, folder, options, reporter, job.devices)
    elif job.kind == OFFICIAL:
        result = process_official(sources, folder, options, reporter)
    else:
        result = process(sources, folder, options, reporter)
    events.send("done", notices=[{"code": n.code, "message": n.message} for n in result.notices])


class JsonLines(logging.Formatter):
    """Log records as JSON lines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: level, logger, message."""
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        return json.dumps(line)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def main() -> int:
    """Run one job: `python -m ingest_worker.child`."""
    # The events get a descriptor of their own; a library that prints goes to the log.
    events = EventWriter(os.dup(sys.stdout.fileno()))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _log_to_stderr()
    job = Job.from_json(sys.stdin.readline())
    limit_memory(job.memory_bytes)
    return run(job, events)


if __name__ == "__main__":
    sys.exit(main())
