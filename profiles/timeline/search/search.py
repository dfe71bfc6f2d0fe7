"""A search that goes on a little with every call, and remembers what it has found."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from profiles.storage.layout import table_file
from profiles.timeline.pyramid import UnreadableError
from profiles.timeline.query import Timeline
from profiles.timeline.search.chunk import Chunk, Longs, Mask
from profiles.timeline.search.conditions import Condition, OfTransfer
from profiles.timeline.search.fields import TRANSFERS, Fields
from profiles.timeline.search.grid import Row, grid_bits
from profiles.timeline.search.language import Term
from profiles.timeline.search.pieces import Hit, Piece, piece_of
from profiles.timeline.search.tracks import DrawnTable, TrackRows

Span = tuple[int, int]

PIECE_BYTES = 1000
"""What the fixed parts of a piece take, about."""


@dataclass(frozen=True)
class Totals:
    """All hits so far: how many, their lengths added up, the first and the last to begin."""

    count: int = 0
    sum_ns: int = 0
    first: Hit | None = None
    last: Hit | None = None


@dataclass(frozen=True)
class EngineTrack:
    """A track of a DMA engine: the slices of these tracks that lie in one lane."""

    number: int
    lane: int
    queues: tuple[int, ...]


class Search:
    """What matches a query among all drawn rows of a run.

    `advance` reads on; everything else tells of what has been read. One thread at a time.
    """

    def __init__(self, timeline: Timeline, terms: Sequence[Term], near: Span | None = None) -> None:
        """Raises SearchError or UnreadableError. What lies `near` is read first."""
        document = timeline.document
        self.lock = threading.RLock()
        self.duration_ns = max(int(document["duration_ns"]), 1)
        self.labels: dict[str, list[str]] = document["labels"]
        self.tables, self.engines = _drawn(timeline)
        self.order = [track.number for table in self.tables for track in table.tracks]
        self.bits, self.buckets = grid_bits(self.duration_ns, len(self.order))
        self.grid: dict[int, Row] = {}
        self.pieces: dict[int, list[Piece]] = {}
        self.totals = Totals()
        self.rows = sum(table.facts.num_rows for table in self.tables)
        self.rows_read = 0
        self._conditions = [_conditions(self, table, terms) for table in self.tables]
        self._left = deque(_near_first(self.tables, near))

    @property
    def is_complete(self) -> bool:
        """Whether every row has been looked at."""
        return not self._left

    @property
    def size_bytes(self) -> int:
        """About how much it keeps in memory."""
        # Copies: another thread may be adding to them.
        pieces = [piece for own in list(self.pieces.values()) for piece in list(own)]
        rows = list(self.grid.values())
        return sum(piece.size_bytes + PIECE_BYTES for piece in pieces) + sum(
            row.size_bytes for row in rows
        )

    def advance(self, seconds: float, *, stop_at_first: bool = False) -> None:
        """Look at more rows: one row group at least, then on until the time is up.

        With `stop_at_first` also until there are hits where there were none.

        Raises OSError or pyarrow's errors for a table that is damaged.
        """
        until = time.perf_counter() + seconds
        with self.lock, ExitStack() as opened:
            waits_for_first = stop_at_first and not self.totals.count
            files: dict[int, pq.ParquetFile] = {}
            while self._left:
                place, group = self._left[0]
                if place not in files:
                    files[place] = opened.enter_context(_opened(self.tables[place]))
                self._look(place, Chunk(files[place], group, self.tables[place].firsts[group]))
                self._left.popleft()
                has_first = waits_for_first and self.totals.count
                if has_first or time.perf_counter() >= until:
                    break

    def _look(self, place: int, chunk: Chunk) -> None:
        mask = _matching(self._conditions[place], chunk)
        if mask is not None:
            self._take(self.tables[place], chunk, mask)
        self.rows_read += chunk.count

    def _take(self, table: DrawnTable, chunk: Chunk, mask: Mask) -> None:
        start_ns, end_ns = _times(table, chunk)
        for place in table.places(chunk.first, chunk.count):
            inside = place.inside
            piece = piece_of(
                table, place.track, place.index, mask[inside], start_ns[inside], end_ns[inside]
            )
            if piece is None:
                continue
            self.pieces.setdefault(place.track.number, []).append(piece)
            row = self.grid.setdefault(place.track.number, Row.empty(self.buckets))
            chosen = np.flatnonzero(mask[inside])
            at = inside[chosen]
            row.add(start_ns[at], end_ns[at], place.track.lanes(place.index[chosen]), self.bits)
            if place.track.is_primary:
                self.totals = _with(self.totals, piece)

    def label(self, hit: Hit) -> str:
        """What is written on a hit's bar."""
        texts = self.labels[str(hit.table.part)]
        return texts[int(hit.track.labels(np.array([hit.index], np.int64))[0])]


def _drawn(timeline: Timeline) -> tuple[list[DrawnTable], list[EngineTrack]]:
    tracks: dict[tuple[int, str], list[TrackRows]] = {}
    engines: list[EngineTrack] = []
    document = timeline.document
    numbers = {(int(t["part"]), int(t["place"])): int(t["id"]) for t in document["tracks"]}
    for facts in document["tracks"]:
        part = int(facts["part"])
        entry = timeline.pyramid(part).directory["tracks"][facts["place"]]
        if "queues" in entry:
            queues = tuple(numbers[part, place] for place in entry["queues"])
            engines.append(EngineTrack(int(facts["id"]), int(entry["lane"]), queues))
        elif entry["rows"]:
            rows = TrackRows(facts, entry, timeline.pyramid(part))
            tracks.setdefault((part, str(facts["table"])), []).append(rows)
    tables = [
        DrawnTable(order, part, name, timeline.folder(part), own)
        for order, ((part, name), own) in enumerate(tracks.items())
    ]
    return tables, engines


def _conditions(search: Search, table: DrawnTable, terms: Sequence[Term]) -> list[Condition]:
    fields = Fields([one.name for one in search.tables])
    texts = search.labels[str(table.part)]
    labels = partial(table.where_label, texts)

    def of_transfers(condition: Condition) -> Condition:
        return OfTransfer(condition, partial(_transfers, table.folder / table_file(TRANSFERS)))

    return fields.conditions(terms, {table.name: labels}, of_transfers)[table.name]


def _transfers(path: Path, condition: Condition) -> Longs:
    """Sorted ids of the transfers that match."""
    found = [np.zeros(0, np.int64)]
    if path.exists():
        with pq.ParquetFile(path, memory_map=True, read_dictionary=_texts(path)) as file:
            for group in range(file.num_row_groups):
                chunk = Chunk(file, group, 0)
                read = chunk.numbers("id") if condition.may_match(chunk) else None
                if read is not None:
                    found.append(read[0].astype(np.int64)[condition.mask(chunk) & read[1]])
    return np.unique(np.concatenate(found))


def _near_first(tables: Sequence[DrawnTable], near: Span | None) -> list[tuple[int, int]]:
    """Every row group, as places of table and group; those that touch a span come first."""
    every = [(place, group) for place, table in enumerate(tables) for group in range(
        table.facts.num_row_groups)]  # fmt: skip
    if near is None:
        return every
    return sorted(every, key=lambda pair: not _touches(tables[pair[0]], pair[1], near))


def _touches(table: DrawnTable, group: int, near: Span) -> bool:
    facts = table.facts.row_group(group)
    names = table.facts.schema.names
    start = table.times["start"]
    statistics = facts.column(names.index(start)).statistics if start in names else None
    if statistics is None or not statistics.has_min_max:
        return True
    least: Any = statistics.min
    most: Any = statistics.max
    return bool(least < near[1] and most >= near[0])


def _opened(table: DrawnTable) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(
            table.path, metadata=table.facts, memory_map=True, read_dictionary=_texts(table.path)
        )
    except FileNotFoundError as error:
        raise UnreadableError(f"the table {table.name} is gone") from error


def _texts(path: Path) -> list[str]:
    return [field.name for field in pq.read_schema(path) if str(field.type) == "string"]


def _matching(conditions: Sequence[Condition], chunk: Chunk) -> Mask | None:
    """Rows for which all conditions hold; None for none."""
    if not all(condition.may_match(chunk) for condition in conditions):
        return None
    found: Mask | None = None
    for condition in conditions:
        mask = condition.mask(chunk)
        found = mask if found is None else found & mask
        if not found.any():
            return None
    return found


def _times(table: DrawnTable, chunk: Chunk) -> tuple[Longs, Longs]:
    """Start and end of every row as drawn, ns: what lies before the zero counts as it."""
    start = _whole(chunk, table.times["start"])
    end = start
    if "end" in table.times:
        end = _whole(chunk, table.times["end"])
    elif "length" in table.times:
        end = start + _whole(chunk, table.times["length"])
    shown: Longs = np.maximum(start, 0)
    return shown, np.maximum(end, shown)


def _whole(chunk: Chunk, name: str) -> Longs:
    read = chunk.numbers(name)
    if read is None:
        raise UnreadableError(f"the column {name} is gone")
    return read[0].astype(np.int64, copy=False)


def _with(totals: Totals, piece: Piece) -> Totals:
    first, last = totals.first, totals.last
    return Totals(
        totals.count + piece.count,
        totals.sum_ns + piece.sum_ns,
        piece.first if first is None or piece.first.key < first.key else first,
        piece.last if last is None or piece.last.key > last.key else last,
    )
