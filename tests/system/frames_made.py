"""Frames put together by hand, for tests of single rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_worker.builders.system.events import Events, runtime_events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.spans import Spans, join_spans
from ingest_worker.formats.system.frames import find_frames
from ingest_worker.formats.system.ntrace import TraceFrames, read_ntrace
from ingest_worker.formats.system.trace_info import MODELS, TYPES, TraceInfo
from tests.make import wire
from tests.make.session.description import KINDS, NUMBERS
from tests.make.session.frames import INSTANT, START, STOP, framed


@dataclass
class Recorder:
    """Collects frames; times are given from a base so that they look like Unix times."""

    base_ns: int = 1_700_000_000_000_000_000
    bodies: list[bytes] = field(default_factory=list)
    last_id: int = 0

    def frame(
        self, name: str, phase: int, at: int, span: int, thread: int = 1, **keys: Any
    ) -> None:
        """One frame as it is."""
        self.last_id += 1
        self.bodies.append(
            wire.uint(2, self.base_ns + at)
            + wire.uint(7, NUMBERS[name])
            + wire.uint(9, thread)
            + wire.uint(10, span)
            + b"".join(
                wire.message(12, wire.text(1, key), wire.text(2, str(value)))
                for key, value in keys.items()
            )
            + wire.uint(14, phase)
            + wire.uint(15, span)
        )

    def span(
        self,
        name: str,
        start: int,
        end: int,
        *,
        stop: Mapping[str, Any] | None = None,
        thread: int = 1,
        nc: int = 0,
        **keys: Any,
    ) -> int:
        """A start and its stop; returns the span's id."""
        span = 1000 + self.last_id
        own = {"nc_idx": nc, "worker_gid": nc}
        self.frame(name, START, start, span, thread, **own, **keys)
        self.frame(name, STOP, end, span, thread, **own, **(stop or {}))
        return span

    def instant(self, name: str, at: int, *, nc: int = 0, **keys: Any) -> None:
        """An instant."""
        self.frame(name, INSTANT, at, 1000 + self.last_id, nc_idx=nc, worker_gid=nc, **keys)

    @property
    def frames(self) -> TraceFrames:
        """All frames as they are read."""
        return read_ntrace(find_frames(memoryview(framed(self.bodies)), 1_000_000))

    def trace(self, models: Mapping[int, str] | None = None, **facts: Any) -> ProcessTrace:
        """A process with these frames."""
        tables = {TYPES: dict(enumerate(KINDS)), MODELS: dict(models or {})}
        info = TraceInfo(
            tables=tables, logical_core_size=facts.pop("logical_core_size", 2), **facts
        )
        frames = self.frames
        return ProcessTrace(0, "p", "i-1", 100, info, frames, frame_count=len(frames))

    def events(self, models: Mapping[int, str] | None = None) -> Events:
        """The events of the frames."""
        trace = self.trace(models)
        return runtime_events(trace, self.spans)

    @property
    def spans(self) -> Spans:
        """The spans of the frames."""
        return join_spans(self.frames)


def named(events: Events, name: str, column: str) -> list[int]:
    """A column of the events with a name, in order of start."""
    rows: Sequence[int] = events.named(name)
    ordered = sorted(rows, key=lambda row: int(events.start_ns[row]))
    return [int(getattr(events, column)[row]) for row in ordered]
