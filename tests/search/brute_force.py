"""A slow search that reads every row and asks it every question, apart from the real one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from profiles.timeline.search.fields import ALIASES, WORD_COLUMNS
from profiles.timeline.search.language import Term, parse

_UNITS = {
    "": 1,
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "B": 1,
    "KiB": 2**10,
    "k": 10**3,
    "kB/s": 10**3,
}


@dataclass(frozen=True)
class Event:
    """A drawn row, its columns and those of its transfer apart, and every track it lies on."""

    table: str
    part: int
    row: int
    start_ns: int
    end_ns: int
    label: str
    values: dict[str, Any]
    transfer: dict[str, Any]
    tracks: tuple[int, ...]
    lanes: tuple[int, ...]


def small_row_groups(run: ReadableRun, rows: int) -> None:
    """Write the tables of drawn rows again in small row groups, the contents as they were."""
    for path in run.path.glob("parts/*/*.parquet"):
        if path.stem in TABLE_TIMES or path.stem == "DmaPacketAggregated":
            table = pq.read_table(path)
            path.unlink()
            pq.write_table(table, path, row_group_size=rows)


def events(run: ReadableRun) -> list[Event]:
    """All drawn rows of a run."""
    timeline = Timeline(run.path)
    document = timeline.document
    found: dict[tuple[int, str, int], Event] = {}
    for track in document["tracks"]:
        part, table = track["part"], track["table"]
        entry = timeline.pyramid(part).directory["tracks"][track["place"]]
        if "queues" in entry:
            continue
        pyramid = timeline.pyramid(part)
        looks = {name: pyramid.column(entry["looks"][name]) for name in ("lane", "label")}
        look = pyramid.column(entry["look"])
        rows = _rows(run.path / "parts" / str(part) / f"{table}.parquet")
        for place in range(entry["rows"]):
            first = entry.get("first_row")
            row = first + place if first is not None else int(pyramid.column(entry["row"])[place])
            before = found.get((part, table, row))
            lane = int(looks["lane"][look[place]])
            if before is not None:
                found[part, table, row] = _also_on(before, track["id"], lane)
                continue
            start, end = _times(table, rows[row])
            found[part, table, row] = Event(
                table=table,
                part=part,
                row=row,
                start_ns=start,
                end_ns=end,
                label=document["labels"][str(part)][int(looks["label"][look[place]])],
                values=rows[row],
                transfer=_transfers(run.path / "parts" / str(part)).get(
                    rows[row].get("packet_aggregation_id"), {}
                ),
                tracks=(track["id"],),
                lanes=(lane,),
            )
    return list(found.values())


def _also_on(event: Event, track: int, lane: int) -> Event:
    both = {"tracks": (*event.tracks, track), "lanes": (*event.lanes, lane)}
    return Event(**{**vars(event), **both})


_READ: dict[Path, Any] = {}


def _rows(path: Path) -> list[dict[str, Any]]:
    if path not in _READ:
        _READ[path] = pq.read_table(path).to_pylist()
    found: list[dict[str, Any]] = _READ[path]
    return found


def _transfers(folder: Path) -> dict[Any, dict[str, Any]]:
    path = folder / "DmaPacketAggregated.parquet"
    key = path.with_suffix(".by-id")
    if key not in _READ:
        _READ[key] = {row["id"]: row for row in _rows(path)} if path.exists() else {}
    found: dict[Any, dict[str, Any]] = _READ[key]
    return found


def _times(table: str, row: dict[str, Any]) -> tuple[int, int]:
    names = TABLE_TIMES[table]
    start = row[names["start"]]
    end = row[names["end"]] if "end" in names else start
    if "length" in names:
        end = start + row[names["length"]]
    return max(start, 0), max(end, start, 0)


def matching(every: list[Event], query: str) -> list[Event]:
    """What a query asks for, in order of time."""
    terms = parse(query)
    found = [event for event in every if all(_holds(event, term) for term in terms)]
    order = {(event.part, event.table): n for n, event in reversed(list(enumerate(every)))}
    return sorted(found, key=lambda e: (e.start_ns, order[e.part, e.table], e.row))


def _holds(event: Event, term: Term) -> bool:
    found = any(_fits(value, term) for value in _values(event, term.field))
    return found != (term.is_negated != (term.operator == "!="))


def _values(event: Event, field: str) -> Iterator[Any]:
    if field in {"", "label"}:
        yield event.label
    if not field:
        yield from (event.values.get(name) for name in WORD_COLUMNS.get(event.table, ()))
        return
    names = [field] if field in event.values else ALIASES.get(field, ())
    if own := [name for name in names if name in event.values]:
        yield from (event.values[name] for name in own)
    elif event.table == "DmaPacket":
        names = [field] if field in event.transfer else ALIASES.get(field, ())
        yield from (event.transfer.get(name) for name in names)


def _fits(value: Any, term: Term) -> bool:
    if value is None:
        return False
    if isinstance(value, str):
        if term.is_pattern:
            return re.search(term.text, value, re.IGNORECASE) is not None
        if term.field and term.operator in {"=", "!="}:
            return value.lower() == term.text.lower()
        return term.text.lower() in value.lower()
    if isinstance(value, bool):
        return value == (term.text.lower() in {"true", "yes", "1"})
    number, unit = re.fullmatch(r"([-0-9.]+)(.*)", term.text).groups()  # type: ignore[union-attr]
    wanted = float(number) * _UNITS[unit]
    return {
        ":": value == wanted,
        "=": value == wanted,
        "!=": value == wanted,
        "<": value < wanted,
        "<=": value <= wanted,
        ">": value > wanted,
        ">=": value >= wanted,
    }[term.operator]


def covered_ns(found: list[Event]) -> int:
    """The time in which at least one of these is under way, nanosecond edges counted by sorting."""
    edges = sorted([(e.start_ns, 1) for e in found] + [(e.end_ns, -1) for e in found])
    open_now, since, total = 0, 0, 0
    for at, step in sorted(edges, key=lambda edge: (edge[0], -edge[1])):
        if open_now > 0:
            total += at - since
        open_now, since = open_now + step, at
    return total
