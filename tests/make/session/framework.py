"""Framework traces: the Chrome JSON that PyTorch and JAX write, with the clock they carry."""

import gzip
import json
from typing import Any

from tests.make.session.description import FrameworkEvent, FrameworkTrace, Process

BASE_NS = 1_700_000_000_000_000_000


def framework_file(process: Process, trace: FrameworkTrace) -> bytes:
    """The file; its name ends in .gz when it is compressed."""
    base = {"base": BASE_NS, "unix": 0, "none": min(e.start_ns for e in trace.events)}[trace.clock]
    head: dict[str, Any] = {"schemaVersion": 1, "displayTimeUnit": "ms"}
    if trace.clock == "base":
        head["baseTimeNanoseconds"] = BASE_NS
    rows = [_named(process.pid, thread, name) for thread, name in trace.thread_names.items()]
    rows += [_span(process.pid, event, base) for event in trace.events]
    data = json.dumps(head | {"traceEvents": rows}, separators=(",", ":")).encode()
    # Python's floats hold a Unix time in microseconds to a quarter of one; the text holds it all.
    data = data.replace(b'"#', b"").replace(b'#"', b"")
    return gzip.compress(data, mtime=0) if trace.file_name.endswith(".gz") else data


def _named(pid: int, thread: int, name: str) -> dict[str, Any]:
    return {"name": "thread_name", "ph": "M", "pid": pid, "tid": thread, "args": {"name": name}}


def _microseconds(time_ns: int) -> str:
    return f"#{time_ns // 1000}.{time_ns % 1000:03d}#"


def _span(pid: int, event: FrameworkEvent, base: int) -> dict[str, Any]:
    args: dict[str, Any] = dict(event.args)
    if event.stream is not None:
        args["stream"] = event.stream
    return {
        "ph": "X",
        "cat": event.category,
        "name": event.name,
        "pid": pid,
        "tid": event.thread,
        "ts": _microseconds(event.start_ns - base),
        "dur": _microseconds(event.end_ns - event.start_ns),
        "args": args,
    }
