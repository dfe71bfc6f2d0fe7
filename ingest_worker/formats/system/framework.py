"""Framework traces of PyTorch and JAX: spans of the program's own, in Chrome's JSON format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ingest_worker.formats.errors import FormatError, LimitExceeded
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.system.json_events import ChromeTrace

EARLIEST_UNIX_NS = 10**18
"""Times from 2001 on are Unix times; smaller ones count from a start that nobody told."""

LATEST_NS = (1 << 62) - 1
BASE_KEY = "baseTimeNanoseconds"


@dataclass(frozen=True)
class FrameworkSpan:
    """A span, or an instant of no length; `stream` is None for one on the host."""

    name: str
    start_ns: int
    end_ns: int
    process_id: int | None
    thread: int
    stream: str | None
    attributes: str | None


@dataclass
class FrameworkTrace:
    """Spans in file order. `has_clock`: times are Unix ns, else they count from an unknown start.

    `fault` is the error that ended the reading early, if any.
    """

    spans: list[FrameworkSpan] = field(default_factory=list)
    thread_names: dict[int, str] = field(default_factory=dict)
    has_clock: bool = False
    unclosed: int = 0
    skipped: int = 0
    fault: FormatError | None = None


@dataclass
class _Reading:
    trace: FrameworkTrace
    limits: Limits
    open_spans: dict[tuple[Any, Any], list[dict[str, Any]]] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        phase = event.get("ph")
        if phase == "M":
            self._name(event)
        elif phase == "X":
            start = _ns(event.get("ts"))
            self._add(event, start, None if start is None else start + (_ns(event.get("dur")) or 0))
        elif phase in ("i", "I", "n"):
            self._add(event, _ns(event.get("ts")), _ns(event.get("ts")))
        elif phase == "B":
            self.open_spans.setdefault(_thread_key(event), []).append(dict(event))
        elif phase == "E":
            self._close(event)

    def _close(self, event: Mapping[str, Any]) -> None:
        waiting = self.open_spans.get(_thread_key(event))
        if not waiting:
            self.trace.skipped += 1
            return
        begun = waiting.pop()
        self._add(begun, _ns(begun.get("ts")), _ns(event.get("ts")))

    def _name(self, event: Mapping[str, Any]) -> None:
        args = event.get("args")
        if event.get("name") == "thread_name" and isinstance(args, dict):
            self.trace.thread_names[_whole(event.get("tid")) or 0] = str(args.get("name", ""))[:200]

    def _add(self, event: Mapping[str, Any], start: int | None, end: int | None) -> None:
        if start is None or end is None or end < start:
            self.trace.skipped += 1
            return
        if len(self.trace.spans) >= self.limits.records:
            raise LimitExceeded(
                "limit.records", f"There are more than {self.limits.records} spans."
            )
        args = event.get("args")
        known = dict(args) if isinstance(args, dict) else {}
        stream = known.get("stream", known.get("Stream"))
        if event.get("cat"):
            known.setdefault("category", event["cat"])
        self.trace.spans.append(
            FrameworkSpan(
                name=_clean(str(event.get("name", ""))),
                start_ns=start,
                end_ns=end,
                process_id=_whole(event.get("pid")),
                thread=_whole(event.get("tid")) or 0,
                stream=None if stream is None else _clean(str(stream)),
                attributes=_clean(json.dumps(known, separators=(",", ":"))) if known else None,
            )
        )


def read_framework(path: Path, limits: Limits) -> FrameworkTrace:
    """Every span. A damaged file gives what can be read, with the fault."""
    trace = FrameworkTrace()
    chrome = ChromeTrace(path, limits.archive_expanded_bytes)
    reading = _Reading(trace, limits)
    try:
        for event in chrome:
            reading.take(event)
    except FormatError as error:
        trace.fault = error
    trace.unclosed = sum(map(len, reading.open_spans.values()))
    base = _whole(chrome.head.get(BASE_KEY)) or 0
    first = min((span.start_ns for span in trace.spans), default=0)
    trace.has_clock = first + base >= EARLIEST_UNIX_NS
    if base:
        trace.spans = [_moved(span, base) for span in trace.spans]
    return trace


def _moved(span: FrameworkSpan, by_ns: int) -> FrameworkSpan:
    start, end = min(span.start_ns + by_ns, LATEST_NS), min(span.end_ns + by_ns, LATEST_NS)
    return FrameworkSpan(
        span.name, start, end, span.process_id, span.thread, span.stream, span.attributes
    )


def _thread_key(event: Mapping[str, Any]) -> tuple[str, str]:
    return str(event.get("pid")), str(event.get("tid"))


def _ns(microseconds: object) -> int | None:
    """Microseconds, a number or the text of one, as whole nanoseconds."""
    if isinstance(microseconds, bool) or not isinstance(microseconds, int | str):
        return None
    try:
        value = Decimal(microseconds) * 1000
        found = int(value) if value.is_finite() and abs(value) <= LATEST_NS else None
    except (InvalidOperation, ValueError):
        return None
    return found


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) <= LATEST_NS else None
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) <= 18:
        return int(value)
    return None


def _clean(text: str) -> str:
    """Without halves of surrogate pairs, which cannot be written anywhere."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
