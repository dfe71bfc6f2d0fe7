"""The log of a run as lines to read, and as a report that names nobody."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from profiles.models import IngestRun, SourceFile
from profiles.templatetags.units import THIN

LINES_AROUND_STOP = 5
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][^\s/\\'\"]+){2,}[/\\]?")
_ADDRESS = re.compile(
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[\w-]+(?:\.[\w-]+)+\.(?:internal|local|com)\b"
)


@dataclass(frozen=True)
class LogLine:
    """A line: time of day, stage, text; `is_stop` where the run ended badly."""

    time: str
    stage: str
    text: str
    is_stop: bool


def log_lines(run: IngestRun) -> list[LogLine]:
    """All lines of a run. What is not one of our JSON lines is shown as it is."""
    return [_line(text) for text in run.log.splitlines() if text.strip()]


def _line(text: str) -> LogLine:
    try:
        facts = json.loads(text)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        return LogLine("", "", text, is_stop=False)
    time = str(facts.pop("at", ""))[11:23]
    stage = str(facts.pop("stage", ""))
    message = str(facts.pop("message", ""))
    if message == "failed":
        parts = [str(facts.pop(name)) for name in ("code", "reason") if name in facts]
        return LogLine(time, stage or "stop", "  ".join(parts), is_stop=True)
    if message == "stage done" and isinstance(facts.get("seconds"), int | float):
        return LogLine(time, stage, f"done in {took_text(facts['seconds'])}", is_stop=False)
    rest = "  ".join(f"{name} {value}" for name, value in facts.items())
    return LogLine(time, stage, f"{message}  {rest}".strip(), is_stop=False)


def around_stop(lines: list[LogLine]) -> list[LogLine]:
    """The lines before the stop and the stop itself; the last ones where there is none."""
    stop = next((place for place, line in enumerate(lines) if line.is_stop), len(lines) - 1)
    return lines[max(0, stop + 1 - LINES_AROUND_STOP) : stop + 1]


def stage_seconds(run: IngestRun) -> dict[str, float]:
    """How long each stage took, as far as the log says."""
    found: dict[str, float] = {}
    for text in run.log.splitlines():
        try:
            facts = json.loads(text)
        except ValueError:
            continue
        if isinstance(facts, dict) and isinstance(facts.get("seconds"), int | float):
            found[str(facts.get("stage", ""))] = float(facts["seconds"])
    return found


def took_text(seconds: float) -> str:
    """A time a person waits for: 41 ms, 1.7 s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}{THIN}ms"
    return f"{seconds:.1f}{THIN}s"


def report(
    run: IngestRun,
    failure: dict[str, Any],
    sources: Iterable[SourceFile],
    read_as: Iterable[str],
    version: str,
) -> str:
    """Code, versions, sizes and log: no contents, and no names of files, hosts or folders."""
    files = list(sources)
    names = {source.name: f"<{source.role} {source.ordinal}>" for source in files}
    names[run.worker] = "<worker>"
    lines = [
        f"Neuron Explorer {version}",
        f"Code {failure['code']}: {failure['title']}",
        f"Stage {failure['stage']}, attempt {run.attempt}, run {run.number}",
        f"Cause {_nameless(str(failure['message']), names)}",
    ]
    if failure["offset"] is not None:
        lines.append(f"Byte {failure['offset']}")
    for source, words in zip(files, read_as, strict=True):
        hash_text = f"SHA-256 {source.sha256[:8]}…"
        lines.append(
            f"{source.role} {source.ordinal}: {source.size_bytes} bytes, {words}, {hash_text}"
        )
    lines += [
        f"{line.time}  {line.stage}  {_nameless(line.text, names)}" for line in log_lines(run)
    ]
    return "\n".join(lines)


def _nameless(text: str, names: dict[str, str]) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, names[name])
    return _ADDRESS.sub("<host>", _PATH.sub("<path>", text))
