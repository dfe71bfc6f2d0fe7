"""`TracePacket`s of slices, instants and counters, and of the tracks they lie on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.exports.perfetto.interning import (
    ARGUMENT_NAME,
    ARGUMENT_TEXT,
    EVENT_NAME,
    Interning,
)
from ingest_worker.exports.perfetto.wire import (
    FIXED64,
    LENGTH,
    VARINT,
    Bytes,
    Column,
    Mask,
    Messages,
    Numbers,
    block,
    doubles,
    filled,
    number,
    tag,
    text,
    varint,
    varints,
)

PACKET = tag(1, LENGTH)
TIMESTAMP, SEQUENCE, TRACK_EVENT, INTERNED, FLAGS, DESCRIPTOR = 8, 10, 11, 12, 13, 60
CLEARED, NEEDS_STATE = 1, 2
ARGUMENT, TYPE, NAME, TRACK, DOUBLE_VALUE, FLOW = 4, 9, 10, 11, 44, 47
BEGIN, END, INSTANT, COUNTER = 1, 2, 3, 4
BYTES_UNIT = 3
SEQUENCE_NUMBER = number(SEQUENCE, 1)


@dataclass(frozen=True)
class Process:
    """A process of the trace: a number that is made up, and its track."""

    pid: int
    uuid: int


@dataclass(frozen=True)
class Events:
    """Rows of one kind. `end` is absent for instants; a flow of 0 is none."""

    track: Numbers
    start: Numbers
    names: Column
    end: Numbers | None = None
    arguments: Mapping[str, Column] = field(default_factory=dict)
    flows: tuple[Numbers, ...] = ()


class TraceWriter:
    """Makes the bytes of a trace, piece by piece; holds names and numbers only."""

    def __init__(self, zero_ns: int = 0) -> None:
        """`zero_ns` is added to every time, since a trace has no negative ones."""
        self._zero_ns = zero_ns
        self._texts = Interning()
        self._uuids = 0
        self._pids = 0
        self._descriptors: list[bytes] = []

    def process(self, name: str) -> Process:
        """A new process."""
        self._pids += 1
        found = Process(self._pids, self._next_uuid())
        self._describe(found.uuid, block(3, number(1, found.pid) + text(6, name)))
        return found

    def thread(self, process: Process, name: str) -> int:
        """A new thread of a process; its track. Its number is made up and used once."""
        uuid = self._next_uuid()
        # Far above all processes: a thread with the number of its process would be its main thread.
        thread = number(1, process.pid) + number(2, (1 << 20) + uuid) + text(5, name)
        self._describe(uuid, block(4, thread))
        return uuid

    def lane(self, parent: int, name: str) -> int:
        """A new track that is no thread, under the track `parent`."""
        uuid = self._next_uuid()
        self._describe(uuid, text(2, name) + number(5, parent))
        return uuid

    def counter(self, process: Process, name: str, unit: str = "") -> int:
        """A new counter of a process."""
        uuid = self._next_uuid()
        kind = number(3, BYTES_UNIT) if unit == "bytes" else text(6, unit) if unit else b""
        self._describe(uuid, text(2, name) + number(5, process.uuid) + block(8, kind))
        return uuid

    def events(self, events: Events) -> bytes:
        """Slices or instants, with the tracks and texts that are new."""
        self._texts.make_room()
        body = Messages(len(events.start))
        body.put(number(TYPE, INSTANT if events.end is None else BEGIN))
        self._put_track(body, events.track)
        names = self._texts.numbers(EVENT_NAME, events.names)
        body.put(tag(NAME, VARINT), varints(names), where=names > 0)
        for flow in events.flows:
            body.put(tag(FLOW, FIXED64), _fixed(flow), where=flow != 0)
        for key, values in events.arguments.items():
            self._put_argument(body, key, values)
        self._close(body, events.start)
        if events.end is not None:
            ends = Messages(len(events.start))
            ends.put(number(TYPE, END))
            self._put_track(ends, events.track)
            self._close(ends, events.end)
            body.follow(ends)
        return self._head() + body.to_bytes()

    def samples(self, track: Numbers, times: Numbers, values: npt.NDArray[np.float64]) -> bytes:
        """Values of counters."""
        body = Messages(len(times))
        body.put(number(TYPE, COUNTER))
        self._put_track(body, track)
        body.put(tag(DOUBLE_VALUE, FIXED64), doubles(values))
        self._close(body, times)
        return self._head() + body.to_bytes()

    def rest(self) -> bytes:
        """Tracks that nothing was written on."""
        return self._head()

    def _next_uuid(self) -> int:
        self._uuids += 1
        return self._uuids

    def _describe(self, uuid: int, content: bytes) -> None:
        descriptor = SEQUENCE_NUMBER + block(DESCRIPTOR, number(1, uuid) + content)
        self._descriptors.append(block(1, descriptor))

    def _put_track(self, body: Messages, track: Numbers) -> None:
        body.put(tag(TRACK, VARINT), varints(track))

    def _close(self, body: Messages, times: Numbers) -> None:
        body.enclose(tag(TRACK_EVENT, LENGTH))
        body.put(SEQUENCE_NUMBER + number(FLAGS, NEEDS_STATE))
        body.put(tag(TIMESTAMP, VARINT), varints(times + self._zero_ns))
        body.enclose(PACKET)

    def _put_argument(self, body: Messages, key: str, values: Column) -> None:
        named = number(1, self._texts.number(ARGUMENT_NAME, key))
        kind, found, where = self._coded(values)
        if not where.any():
            return
        size = len(named) + len(kind) + found.shape[1]
        head = tag(ARGUMENT, LENGTH) + varint(size) + named + kind
        body.put(head, found, where=None if where.all() else where)

    def _coded(self, values: Column) -> tuple[bytes, Bytes, Mask]:
        """Tag and bytes of a column of arguments, and which rows have one."""
        if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type):
            numbers = self._texts.numbers(ARGUMENT_TEXT, values)
            return tag(17, VARINT), varints(numbers), numbers > 0
        where = values.is_valid().to_numpy(zero_copy_only=False)
        if pa.types.is_floating(values.type):
            return tag(5, FIXED64), doubles(filled(values, 0.0).astype(np.float64)), where
        kind = 2 if pa.types.is_boolean(values.type) else 4
        found = filled(values, pa.scalar(0).cast(values.type)).astype(np.int64)
        return tag(kind, VARINT), varints(found), where

    def _head(self) -> bytes:
        """Packets that must stand before a batch: new tracks, new texts."""
        found = b"".join(self._descriptors)
        self._descriptors.clear()
        is_fresh = self._texts.is_fresh
        content = self._texts.taken()
        if content or is_fresh:
            flags = number(FLAGS, CLEARED if is_fresh else NEEDS_STATE)
            found += block(1, SEQUENCE_NUMBER + flags + block(INTERNED, content))
        return found


def _fixed(values: Numbers) -> Bytes:
    return np.ascontiguousarray(values, "<i8").view(np.uint8).reshape(-1, 8)
