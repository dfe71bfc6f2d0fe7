"""Collectives on the timeline, where a source holds them: operations, CC cores and barriers.

An operation lies on the row of its stream, which names the CC cores that serve it (`CcStream`); a
CC core's row holds what its firmware did (`CcInstruction`); a core's barriers show which of its
engines waited for the other core (`CoreBarriers`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from ingest_worker.builders.slices import GREY, RED, VIOLET, LabelBook
from ingest_worker.imports.track_rows import Longs, TableRows, check_count, table_rows
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices
from profiles.storage.layout import table_file

MOST_STREAMS = 10_000
TIMES = ("start_ts", "end_ts", "")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class _Look:
    """What the rows of one table are drawn as: kind of track, column of the label, colour."""

    kind: str
    table: str
    label: str
    colour: int


OPERATIONS = _Look("collective", "CcOp", "operation", RED)
FIRMWARE = _Look("cc_core", "CcInstruction", "description", VIOLET)
BARRIERS = _Look("barrier", "CoreBarriers", "engine_name", GREY)


@dataclass(frozen=True)
class CollectiveTracks:
    """The tracks of a part's collectives, from the tables written to its folder."""

    folder: Path
    part: int
    labels: LabelBook

    @property
    def group(self) -> TrackGroup:
        """The group that holds all of them."""
        name = f"p{self.part}/collectives"
        return TrackGroup(name, "Collectives", "", "collectives", self.part, 0)

    def tracks(self) -> Iterator[TrackSlices]:
        """Streams, then CC cores, then the barriers of each core; none where there are no rows."""
        streams = self._stream_names()
        for stream, own, rows in self._by(OPERATIONS, "stream_id", ["operation", "stream_id"]):
            name = streams.get(stream, f"Stream {stream}")
            yield self._track(OPERATIONS, rows, own, f"stream{stream}", name, 0)
        for core, own, rows in self._by(FIRMWARE, "core_idx", ["description", "core_idx"]):
            yield self._track(FIRMWARE, rows, own, f"cc{core}", f"CC core {core}", 0)
        for core, own, rows in self._by(BARRIERS, "pcore_idx", ["engine_name", "pcore_idx"]):
            yield self._track(
                BARRIERS, rows, own, f"barriers{core}", f"Barriers, core {core}", core
            )

    def _by(
        self, look: _Look, column: str, names: list[str]
    ) -> Iterator[tuple[int, Longs, TableRows]]:
        """The rows of a table by the values of a column, in their order."""
        rows = table_rows(self.folder, look.table, TIMES, names, core="")
        if rows is None:
            return
        values = rows.numbers(column)
        found = np.unique(values).tolist()
        check_count(len(found), look.table)
        for value in found:
            yield value, np.flatnonzero(values == value), rows

    def _track(
        self, look: _Look, rows: TableRows, own: Longs, slug: str, name: str, core: int
    ) -> TrackSlices:
        texts, text = rows.codes(look.label)
        label = self.labels.numbers([words or look.table for words in texts])
        made = TrackSlices(
            key=f"p{self.part}/collectives/{slug}",
            group=self.group.id,
            kind=look.kind,
            name=name,
            part=self.part,
            core=core,
            table=look.table,
            row=own,
            start_ns=rows.start_ns[own],
            end_ns=rows.end_ns[own],
            colour=np.full(len(own), look.colour, np.uint8),
            label=label[text][own],
            lane=None,
        )
        return made.sorted_by_start()

    def _stream_names(self) -> dict[int, str]:
        """`Stream 3 (CC 8, 9)`: by its id the stream with the CC cores that serve it."""
        path = self.folder / table_file("CcStream")
        if not path.is_file():
            return {}
        columns = ["stream_id", "cc_core_ids"]
        found: dict[int, str] = {}
        for row in pq.read_table(path, columns=columns).slice(0, MOST_STREAMS).to_pylist():
            cores = ", ".join(_NUMBER.findall(str(row["cc_core_ids"] or "")))
            stream = int(row["stream_id"] or 0)
            found[stream] = f"Stream {stream} (CC {cores})" if cores else f"Stream {stream}"
        return found
