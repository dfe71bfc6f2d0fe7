"""The tables `SbufUsage` and `PsumUsage`: how full on-chip memory was, at every change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, Columns, joined, table_of
from ingest_worker.builders.occupancy import Ints, Places, live_changes
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.touched import Executed, executed, pair_count
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.spill import set_aside
from profiles.metrics.chips import PSUM_BANK_BYTES, PSUM_BANKS

SAMPLED = (0, 32, 64, 96)
"""The partitions that are looked at: the first of each quadrant, where every access begins."""
BANK_EDGES = np.arange(PSUM_BANKS + 1, dtype=np.int64) * PSUM_BANK_BYTES

MOST_PAIRS = 400_000_000
"""Half a minute of work; a program as compilers make them takes two or three an access."""

_FOLLOWING = Lock()

Shares = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Levels:
    """Live bytes by sampled partition and part of the memory, at the instants worth a row.

    `value_end` is the place in `executed.instants_ps` where the value of each write ends.
    """

    times_ps: Ints
    live: Mapping[int, Mapping[int, Ints]]
    executed: Executed
    value_end: Places


def levels(core: CorePart, edges: Ints, *, is_psum: bool) -> Levels:
    """A row at the start of every write and wherever the number of live bytes changes.

    One memory is followed at a time: it takes many columns as long as the accesses.
    """
    with _FOLLOWING:
        return _levels(core, edges, is_psum=is_psum)


def _levels(core: CorePart, edges: Ints, *, is_psum: bool) -> Levels:
    found = executed(core, is_psum=is_psum, limit=int(edges[-1]))
    count = len(found.instants_ps)
    is_row = np.zeros(count, bool)
    is_row[found.touches.start[found.touches.is_write]] = True
    live: dict[int, dict[int, Ints]] = {}
    done: dict[bytes, int] = {}
    value_end = found.touches.end.copy()
    for partition in SAMPLED:
        chosen = found.at(partition)
        alike = done.setdefault(chosen.tobytes(), partition)
        if alike != partition:
            live[partition] = live[alike]
            continue
        rows = np.flatnonzero(chosen[found.entry])
        own = found.touches if chosen.all() else found.touches.take(rows)
        ends = own.end.copy()
        live[partition] = {}
        for part, change in live_changes(own, count, edges, ends):
            is_row |= change != 0
            live[partition][part] = set_aside(np.cumsum(change))
        value_end[rows] = np.maximum(value_end[rows], ends)
    shown = np.flatnonzero(is_row)
    return Levels(
        set_aside(found.instants_ps[shown]),
        _at(live, shown),
        found,
        set_aside(value_end),
    )


def _at(live: Mapping[int, Mapping[int, Ints]], shown: npt.NDArray[np.intp]) -> dict[int, Any]:
    """The levels at some instants; partitions that are alike share them."""
    made: dict[int, dict[int, Ints]] = {}
    result = {}
    for partition, own in live.items():
        if id(own) not in made:
            made[id(own)] = {part: set_aside(level[shown]) for part, level in own.items()}
        result[partition] = made[id(own)]
    return result


def sbuf_levels(part: Part) -> list[Levels]:
    """What SBUF of every core held; none for an unknown chip or a program too fine to follow."""
    capacity = part.chip.sbuf_partition_bytes
    if capacity is None or too_fine(part):
        return []
    edges = np.array([0, capacity], np.int64)
    return [levels(core, edges, is_psum=False) for core in part.cores]


def too_fine(part: Part) -> list[Notice]:
    """The notice of a program whose accesses cut memory into too many pieces to follow."""
    capacity = part.chip.sbuf_partition_bytes
    if capacity is None or not any(_is_too_fine(core, capacity) for core in part.cores):
        return []
    text = (
        "The instructions cut SBUF or PSUM into so many pieces that following them would take "
        f"more than {MOST_PAIRS:,} steps: SbufUsage, PsumUsage and SbufAllocation are left out."
    )
    return [Notice("isa.occupancy_too_fine", text)]


def _is_too_fine(core: CorePart, capacity: int) -> bool:
    pairs = pair_count(core, is_psum=False, limit=capacity)
    pairs += pair_count(core, is_psum=True, limit=int(BANK_EDGES[-1]))
    return pairs > MOST_PAIRS


def sbuf_table(part: Part, found: Sequence[Levels]) -> BuiltTable:
    """Per core the live share of SBUF at the sampled partitions."""
    capacity = part.chip.sbuf_partition_bytes or 1
    own = zip(part.cores, found, strict=False)
    return joined("SbufUsage", [_sbuf(part, core, levels, capacity) for core, levels in own])


def _sbuf(part: Part, core: CorePart, found: Levels, capacity: int) -> BuiltTable:
    times = set_aside(part.ns(found.times_ps))
    nothing = np.zeros(len(times), np.int64)
    shares = {q: set_aside(share_of(found.live[q].get(0, nothing), capacity)) for q in SAMPLED}
    total = sum((shares[q].astype(np.float64) for q in SAMPLED), np.zeros(len(times)))
    mean = set_aside((total / len(SAMPLED)).astype(np.float32))

    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": times[start:stop],
            "avg_util_percent": mean[start:stop],
            **{f"partition_{q}_util_percent": shares[q][start:stop] for q in SAMPLED},
            "pcore_idx": core.core.index,
        }

    return table_of("SbufUsage", len(times), columns)


def share_of(live: Ints, capacity: int) -> Shares:
    """f32(live) * (f32(1) / f32(capacity)), every step in float32 as the official tool rounds."""
    one = np.float32(1) / np.float32(capacity)
    result: Shares = live.astype(np.float32) * one
    return result


def psum_table(part: Part) -> BuiltTable | None:
    """Per core whether each bank of PSUM holds a live value; None for an unknown chip."""
    if not part.chip.is_known or too_fine(part):
        return None
    return joined("PsumUsage", [_psum(part, core) for core in part.cores])


def _psum(part: Part, core: CorePart) -> BuiltTable:
    """Banks above the highest that was ever used are null."""
    found = levels(core, BANK_EDGES, is_psum=True)
    times = set_aside(part.ns(found.times_ps))
    used = {bank for own in found.live.values() for bank in own}
    is_live = {
        bank: set_aside(
            np.logical_or.reduce(
                [own[bank] > 0 for own in found.live.values() if bank in own], axis=0
            )
        )
        for bank in used
    }
    count = sum((is_live[bank].astype(np.int64) for bank in used), np.zeros(len(times), np.int64))
    mean = set_aside((count / PSUM_BANKS).astype(np.float32))
    shown = range(max(used, default=-1) + 1)
    nothing = np.zeros(len(times), bool)
    shares = {bank: set_aside(is_live.get(bank, nothing).astype(np.float32)) for bank in shown}

    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": times[start:stop],
            "avg_util_percent": mean[start:stop],
            **{f"bank_{bank}_util_percent": own[start:stop] for bank, own in shares.items()},
            "pcore_idx": core.core.index,
        }

    return table_of("PsumUsage", len(times), columns)
