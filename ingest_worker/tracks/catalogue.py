"""What a track and a group of tracks are, and the order in which a person meets them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import is_ascending, pieces
from ingest_worker.formats.spill import set_aside
from ingest_worker.tracks.depth import MOST_LANES

KINDS = (
    "engine",
    "dma_queue",
    "dma_engine",
    "clock",
    "error",
    "collective",
    "cc_core",
    "barrier",
    "span",
)
TRANSPOSE_BIT = 0x40
UNKNOWN_COLOUR = 255
TABLE_TIMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Instruction": {"start": "start_ts", "end": "end_ts"},
        "DmaPacket": {"start": "start_ts", "end": "end_ts"},
        "Throttle": {"start": "timestamp", "length": "duration"},
        "Error": {"start": "timestamp"},
        "CcOp": {"start": "start_ts", "end": "end_ts"},
        "CcInstruction": {"start": "start_ts", "end": "end_ts"},
        "CoreBarriers": {"start": "start_ts", "end": "end_ts"},
        "UnknownRecord": {"start": "timestamp"},
        "SystemProfileEvents": {"start": "start_ts", "end": "end_ts"},
    }
)
"""The columns that hold a slice's times: start and end, start and length, or an instant."""


@dataclass(frozen=True)
class TrackGroup:
    """Tracks shown together: the engines of a core, the queues of a core, ..."""

    id: str
    title: str
    subtitle: str
    kind: str
    part: int
    core: int

    @property
    def slug(self) -> str:
        """The group in an address."""
        return self.id.replace("/", "-")


@dataclass(frozen=True)
class TrackSlices:
    """All slices of one track, sorted by start.

    `row` int64 (n,) row numbers in `table`; `start_ns`, `end_ns` int64 (n,) ns from the part's
    zero; `colour` uint8 (n,) 0 to 8, 255 unknown, bit 0x40 transpose; `label` uint16 (n,) number
    of the text; `lane` uint8 (n,) fixed lanes, or None to stack what overlaps. `capacity` is how
    many slices can run at once: busy share = busy / (capacity x bucket). `engine_base` is the
    global number of the DMA engine in lane 0. `deepest` is how many lanes stacking would take
    without a limit, once that is known, and `most_lanes` how many there may be. `attrs` say where a
    span happened, so that tracks can be grouped in other ways.
    """

    key: str
    group: str
    kind: str
    name: str
    part: int
    core: int
    table: str
    row: npt.NDArray[np.int64]
    start_ns: npt.NDArray[np.int64]
    end_ns: npt.NDArray[np.int64]
    colour: npt.NDArray[np.uint8]
    label: npt.NDArray[np.uint16]
    lane: npt.NDArray[np.uint8] | None
    capacity: int = 1
    engine_base: int = 0
    deepest: int = 0
    most_lanes: int = MOST_LANES
    attrs: Mapping[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.start_ns)

    def sorted_by_start(self) -> "TrackSlices":
        """The same slices in order of start; ties keep their order."""
        if is_ascending(self.start_ns):
            return self
        order = np.argsort(self.start_ns, kind="stable")
        return replace(
            self,
            row=self.row[order],
            start_ns=self.start_ns[order],
            end_ns=self.end_ns[order],
            colour=self.colour[order],
            label=self.label[order],
            lane=None if self.lane is None else self.lane[order],
        )

    def set_aside(self) -> "TrackSlices":
        """The same slices, kept outside of memory if there are many."""
        names = ("row", "start_ns", "end_ns", "colour", "label")
        lane = None if self.lane is None else set_aside(self.lane)
        columns: dict[str, Any] = {name: set_aside(getattr(self, name)) for name in names}
        return replace(self, lane=lane, **columns)


def engine_group(queues: str) -> str:
    """The group of the engines that served a group of queues."""
    return queues.replace("/dma", "/engines")


def engine_tracks(queues: Sequence[TrackSlices]) -> Iterator[tuple[TrackSlices, int]]:
    """The packets of one core's queues again: the track of each DMA engine and its lane there."""
    if not queues:
        return
    first = queues[0]
    used = sum(np.bincount(_lanes(track), minlength=256) for track in queues)
    for engine in np.flatnonzero(used).tolist():
        chosen = [_in_lane(track, engine) for track in queues]
        columns: dict[str, Any] = {
            name: np.concatenate(
                [getattr(track, name)[own] for track, own in zip(queues, chosen, strict=True)]
            )
            for name in ("row", "start_ns", "end_ns", "colour", "label")
        }
        track = replace(
            first,
            key=f"{engine_group(first.group)}/e{engine:02d}",
            group=engine_group(first.group),
            kind="dma_engine",
            name=f"E{first.engine_base + engine}",
            lane=np.zeros(len(columns["row"]), np.uint8),
            capacity=1,
            deepest=1,
            **columns,
        )
        yield track.sorted_by_start(), engine


def _in_lane(track: TrackSlices, lane: int) -> npt.NDArray[np.int64]:
    """The places of a track's slices in one lane."""
    lanes = _lanes(track)
    found = [np.flatnonzero(lanes[own] == lane) + own.start for own in pieces(len(lanes))]
    return np.concatenate([np.zeros(0, np.int64), *found])


def _lanes(track: TrackSlices) -> npt.NDArray[np.uint8]:
    return np.zeros(len(track), np.uint8) if track.lane is None else track.lane
