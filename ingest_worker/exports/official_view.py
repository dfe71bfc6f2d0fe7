"""The published tables as the official tool shows them, with every row it leaves out named."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ingest_worker.builders.usage import usage_samples
from ingest_worker.exports.official_rows import SHAPES, in_shape
from ingest_worker.exports.predecessors import add_predecessors
from profiles.storage.tables import ReadableRun, RunMissingError

STORED_WINDOW_VERSION = 6
CROSSING_RULE = (
    "its ring has a packet across the edge of the window (6.1): the whole ring is dropped"
)
EARLY_RULE = "it starts before the origin (6.1)"
LABEL_RULE = "a later core has a row with the same label and start in ns (4)"
ID_RULE = "another row has the same id (4)"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class SetAside:
    """A published row the official tool does not show, by table and row number, and why."""

    table: str
    row: int
    rule: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.table} row {self.row} ({shown}): {self.rule}"


@dataclass
class OfficialView:
    """Rows by JSON table name, and what was set aside on the way."""

    tables: dict[str, Rows] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    duplicates: Rows = field(default_factory=list)


def official_view(run: ReadableRun, part: int = 0) -> OfficialView:
    """Applies the official tool's droppings to one part and recomputes what follows from them.

    Instructions with equal (label, start in ns) are shown once, that of the later core. DMA rings
    with a packet across the window's edge are not shown at all (version 6); before, packets that
    start before the origin are not. `DmaUsage` is computed again without them.
    """
    view = OfficialView()
    rows = {table: _rows(run, table, part) for table in _tables()}
    rows["Instruction"] = _without_duplicates(rows["Instruction"], view)
    kept = _kept_packets(rows, view)
    if len(kept) < len(rows["DmaPacket"]):
        exact = _rows(run, "DmaPacketPicoseconds", part)
        rows["DmaUsage"] = _usage_again(rows["DmaPacket"], exact, kept)
        rows["DmaPacket"] = [rows["DmaPacket"][number] for number in kept]
    for name, sources in SHAPES.items():
        view.tables[name] = [
            in_shape(row, shape) for table, shape in sources for row in rows[table]
        ]
    add_predecessors([*view.tables["instruction"], *view.duplicates], _rows(run, "Flow", part))
    return view


def _tables() -> list[str]:
    return [table for sources in SHAPES.values() for table, _ in sources]


def _rows(run: ReadableRun, table: str, part: int) -> Rows:
    try:
        with run.parquet(table, part) as file:
            found: Rows = file.read(use_threads=False).to_pylist()
    except RunMissingError:
        return []
    return found


def _without_duplicates(rows: Rows, view: OfficialView) -> Rows:
    """Of rows with one label and start the last one of the highest core stays."""
    last: dict[tuple[str, int], int] = {}
    for number, row in sorted(enumerate(rows), key=lambda pair: pair[1]["pcore_idx"]):
        last[row["timeline_track"], row["start_ts"]] = number
    kept = set(last.values())
    for number, row in enumerate(rows):
        if number not in kept:
            shown = {key: row[key] for key in ("pcore_idx", "timeline_track", "pc", "start_ts")}
            view.set_aside.append(SetAside("Instruction", number, LABEL_RULE, shown))
            view.duplicates.append(in_shape(row, SHAPES["instruction"][0][1]))
    return [row for number, row in enumerate(rows) if number in kept]


def repeated_ids(rows: Rows) -> set[int]:
    """Ids which more than one row of a JSON table carries."""
    return {number for number, count in Counter(row["id"] for row in rows).items() if count > 1}


def _kept_packets(rows: Mapping[str, Rows], view: OfficialView) -> list[int]:
    """Row numbers of the packets the official tool shows."""
    packets = rows["DmaPacket"]
    version = next((row["ntff_version"] for row in rows["Metadata"]), STORED_WINDOW_VERSION)
    if version < STORED_WINDOW_VERSION:
        dropped = {n: EARLY_RULE for n, row in enumerate(packets) if row["start_ts"] < 0}
    else:
        end_ts = max((row["last_hw_timestamp"] for row in rows["Metadata"]), default=0)
        broken = {_ring(row) for row in packets if row["start_ts"] < 0 or row["end_ts"] > end_ts}
        dropped = {n: CROSSING_RULE for n, row in enumerate(packets) if _ring(row) in broken}
    for number, rule in dropped.items():
        row = packets[number]
        shown = {key: row[key] for key in ("pcore_idx", "queue_name", "packet_idx", "start_ts")}
        view.set_aside.append(SetAside("DmaPacket", number, rule, shown))
    return [number for number in range(len(packets)) if number not in dropped]


def _ring(row: Mapping[str, Any]) -> tuple[int, int, int]:
    return row["pcore_idx"], row["engine_idx"], row["queue_idx"]


def _usage_again(packets: Rows, exact: Rows, kept: list[int]) -> Rows:
    """`DmaUsage` of some packets only, from nanoseconds and the picoseconds beyond them."""
    result: Rows = []
    for core in sorted({row["pcore_idx"] for row in packets}):
        own = [n for n in kept if packets[n]["pcore_idx"] == core and n < len(exact)]
        start = np.array([_ps(packets[n]["start_ts"], exact[n]["start_ps"]) for n in own], np.int64)
        end = np.array([_ps(packets[n]["end_ts"], exact[n]["end_ps"]) for n in own], np.int64)
        size = np.array([packets[n]["transfer_bytes"] for n in own], np.int64)
        rate = np.array([packets[n]["throughput"] for n in own], np.float32)
        moments, level, total = usage_samples(start, end, size, rate)
        result += [
            {
                "timestamp": moment // 1000,
                "current_throughput": float(throughput),
                "total_transfer_bytes": added,
                "pcore_idx": core,
            }
            for moment, throughput, added in zip(
                moments.tolist(), level, total.tolist(), strict=True
            )
        ]
    return result


def _ps(nanoseconds: int, rest: int) -> int:
    return nanoseconds * 1000 + rest
