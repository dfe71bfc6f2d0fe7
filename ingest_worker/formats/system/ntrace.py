"""ntrace.pb: what the runtime recorded, frame by frame, with its attributes still as bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.system.frames import Frames
from ingest_worker.formats.system.messages import FieldColumn, Longs, Mask, read_columns
from ingest_worker.formats.wire import BYTES, VARINT

START, STOP, INSTANT = 1, 2, 3
PIECE_FRAMES = 131_072
LATEST_NS = (1 << 62) - 1
MOST_KEYS = 32_767
_NUMBERS = {2: "time_ns", 7: "kind", 9: "thread", 10: "event_id", 14: "phase", 15: "span_id"}
_ATTRIBUTE = 12
EXTRA_NAMES: Mapping[int, str] = {
    1: "type",
    3: "data",
    4: "nd_idx",
    5: "nc_idx_field",
    6: "hint",
    8: "duration",
    11: "parent_id",
    13: "status",
    16: "nrta_seq_id",
}
"""Fields that the session read here does not use; others are called by their number."""


@dataclass(frozen=True)
class Attributes:
    """Keys and values of all frames, sorted by frame; texts as places in the file."""

    frame: Longs
    key: npt.NDArray[np.int16]
    offset: Longs
    size: Longs


@dataclass(frozen=True)
class TraceFrames:
    """Frames in file order, damaged ones left out; shape (n,). Times are Unix ns.

    `offset` is the byte each begins at. `keys` are the texts of attribute keys by number.
    `extras` are further fields by frame.
    """

    data: npt.NDArray[np.uint8]
    time_ns: Longs
    kind: Longs
    thread: Longs
    event_id: Longs
    span_id: Longs
    phase: npt.NDArray[np.uint8]
    attributes: Attributes
    keys: Sequence[str]
    extras: Mapping[int, Mapping[str, str]]
    damaged: int
    first_damaged_at: int | None

    def __len__(self) -> int:
        return len(self.time_ns)


class _Keys:
    """Keys of attributes, each text once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[bytes, int] = {}

    def numbers(self, data: memoryview, offset: Longs, size: Longs) -> npt.NDArray[np.int16]:
        known = self._numbers
        found = np.empty(len(offset), np.int16)
        for place, (start, end) in enumerate(
            zip(offset.tolist(), (offset + size).tolist(), strict=True)
        ):
            raw = bytes(data[start:end])
            number = known.get(raw)
            found[place] = self._add(raw) if number is None else number
        return found

    def _add(self, raw: bytes) -> int:
        number = min(len(self.texts), MOST_KEYS)
        if number == len(self.texts):
            self.texts.append(raw.decode("utf-8", "replace"))
        self._numbers[raw] = number
        return number


def read_ntrace(frames: Frames) -> TraceFrames:
    """Every whole frame. What cannot be a message is left out and counted."""
    data = np.frombuffer(frames.data, np.uint8)
    keys = _Keys()
    pieces = [
        _piece(frames, data, first, keys) for first in range(0, len(frames), PIECE_FRAMES)
    ] or [_piece(frames, data, 0, keys)]
    damaged = np.concatenate([piece[2] for piece in pieces])
    numbers = {
        name: np.concatenate([piece[0][name] for piece in pieces])[~damaged]
        for name in _NUMBERS.values()
    }
    renumbered = np.cumsum(~damaged) - 1
    places = np.flatnonzero(damaged)
    extras = {
        int(renumbered[frame]): fields
        for piece in pieces
        for frame, fields in piece[3].items()
        if not damaged[frame]
    }
    return TraceFrames(
        data=data,
        time_ns=np.minimum(numbers["time_ns"], np.uint64(LATEST_NS)).astype(np.int64),
        kind=(numbers["kind"] & np.uint64(0xFFFF_FFFF)).astype(np.int64),
        thread=(numbers["thread"] & np.uint64(0x7FFF_FFFF_FFFF_FFFF)).astype(np.int64),
        event_id=numbers["event_id"].view(np.int64),
        span_id=numbers["span_id"].view(np.int64),
        phase=np.minimum(numbers["phase"], np.uint64(255)).astype(np.uint8),
        attributes=_attributes([piece[1] for piece in pieces], damaged, renumbered),
        keys=keys.texts,
        extras=extras,
        damaged=len(places),
        first_damaged_at=int(frames.start[places[0]]) if len(places) else None,
    )


_Piece = tuple[dict[str, npt.NDArray[np.uint64]], list[Attributes], Mask, dict[int, dict[str, str]]]


def _piece(frames: Frames, data: npt.NDArray[np.uint8], first: int, keys: _Keys) -> _Piece:
    """The frames from `first` on, some at a time, so that the steps stay in the cache."""
    start = frames.start[first : first + PIECE_FRAMES]
    end = frames.end[first : first + PIECE_FRAMES]
    damaged = np.zeros(len(start), bool)
    numbers = {name: np.zeros(len(start), np.uint64) for name in _NUMBERS.values()}
    found: list[Attributes] = []
    extras: dict[int, dict[str, str]] = {}
    for column in read_columns(data, start, end, damaged):
        rest = np.ones(len(column.owner), bool)
        for number, name in _NUMBERS.items():
            own = column.of(number, VARINT)
            numbers[name][column.owner[own]] = column.value[own]
            rest &= ~own
        own = column.of(_ATTRIBUTE, BYTES)
        if own.any():
            found.append(_entries(frames, data, column, own, first, damaged, keys))
        _keep_extras(frames.data, column, rest & ~own, first, extras)
    return numbers, found, damaged, extras


def _entries(
    frames: Frames,
    data: npt.NDArray[np.uint8],
    column: FieldColumn,
    own: Mask,
    first: int,
    damaged: Mask,
    keys: _Keys,
) -> Attributes:
    """Map entries: 1 key, 2 value; an absent one is empty."""
    owner = column.owner[own]
    start = column.value[own].astype(np.int64)
    texts = {n: (start.copy(), np.zeros(len(owner), np.int64)) for n in (1, 2)}
    is_bad = np.zeros(len(owner), bool)
    for inner in read_columns(data, start, start + column.size[own], is_bad):
        for number, (offset, size) in texts.items():
            chosen = inner.of(number, BYTES)
            offset[inner.owner[chosen]] = inner.value[chosen].astype(np.int64)
            size[inner.owner[chosen]] = inner.size[chosen]
    damaged[owner[is_bad]] = True
    key = keys.numbers(frames.data, *texts[1])
    return Attributes(owner + first, key, *texts[2])


def _keep_extras(
    data: memoryview,
    column: FieldColumn,
    chosen: Mask,
    first: int,
    extras: dict[int, dict[str, str]],
) -> None:
    for place in np.flatnonzero(chosen).tolist():
        number = int(column.number[place])
        value = int(column.value[place])
        if column.kind[place] == BYTES:
            raw = bytes(data[value : value + int(column.size[place])])
            text = raw.decode("utf-8", "replace")
        else:
            text = str(value)
        name = EXTRA_NAMES.get(number, f"field_{number}")
        extras.setdefault(first + int(column.owner[place]), {})[name] = text


def _attributes(pieces: list[list[Attributes]], damaged: Mask, renumbered: Longs) -> Attributes:
    every = [attributes for piece in pieces for attributes in piece]
    if not every:
        none = np.zeros(0, np.int64)
        return Attributes(none, none.astype(np.int16), none, none)
    frame = np.concatenate([one.frame for one in every])
    kept = np.flatnonzero(~damaged[frame])
    order = kept[np.argsort(frame[kept], kind="stable")]
    return Attributes(
        renumbered[frame[order]],
        np.concatenate([one.key for one in every])[order],
        np.concatenate([one.offset for one in every])[order],
        np.concatenate([one.size for one in every])[order],
    )
