"""Debug files: what each instruction came from, layer by layer (container notes, section 4.1)."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.debug_wire import PLAIN, Splitter

NO_ID = -1
_NO_PARENT = (1 << 64) - 1
TYPES: Mapping[int, str] = MappingProxyType({0: "", 1: "REGULAR", 2: "SPILL", 3: "TRANSPOSE"})
DEPENDENCY_KINDS: Mapping[int, str] = MappingProxyType(
    {1: "ORDERED", 2: "ANTI_DEPENDENCE", 3: "OUTPUT_DEPENDENCE", 4: "FLOW_DEPENDENCE"}
)
_PARENT_FILE, _RECORD, _KERNEL_FILES, _KERNEL_FUNCTIONS = 2, 3, 5, 7
_ID, _NAME, _PARENTS, _TYPE, _ATTRS, _FRAME = 1, 2, 3, 6, 7, 8
_FLOW, _SCHEDULING, _FLOW_KINDS, _SCHEDULING_KINDS = 4, 5, 9, 10


@dataclass(frozen=True)
class Lists:
    """One list of whole numbers a record: list i is `values[starts[i]:starts[i + 1]]`."""

    starts: npt.NDArray[np.int64]
    values: npt.NDArray[np.int64]

    def of(self, record: int) -> list[int]:
        """The list of one record."""
        begin, end = self.starts[record], self.starts[record + 1]
        found: list[int] = self.values[begin:end].tolist()
        return found

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """The first number of each list, `NO_ID` for an empty one."""
        result = np.full(len(self.starts) - 1, NO_ID, np.int64)
        filled = np.flatnonzero(self.starts[:-1] < self.starts[1:])
        result[filled] = self.values[self.starts[:-1][filled]]
        return result


@dataclass(frozen=True)
class DebugRecords:
    """The records of one layer, column by column; ids are unique within a layer, mostly.

    `flow` and `scheduling` are the ids of predecessors, with their kinds beside them.
    `attrs` are pairs of key and value; `frame` is the number of a stack frame, 0 for none.
    """

    ids: npt.NDArray[np.int64]
    names: Sequence[str]
    types: npt.NDArray[np.uint8]
    frame: npt.NDArray[np.int64]
    attrs: Sequence[tuple[tuple[str, str], ...]]
    parents: Lists
    flow: Lists
    flow_kinds: Lists
    scheduling: Lists
    scheduling_kinds: Lists
    parent_file: str = ""
    kernel_files: tuple[str, ...] = ()
    kernel_functions: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def row_of(self) -> Mapping[int, int]:
        """Id to row. Of rows with the same id the last wins, names of operations (`%..`) before
        others: module, computation and first parameter of a program may share id 0.
        """
        rows: dict[int, int] = {}
        for row, own in enumerate(self.ids.tolist()):
            before = rows.get(own)
            is_lesser = before is not None and (
                self.names[before].startswith("%") and not self.names[row].startswith("%")
            )
            if not is_lesser:
                rows[own] = row
        return rows

    def rows_of(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The row of each id, -1 for one which is not there."""
        rows = self.row_of
        return np.array([rows.get(own, -1) for own in ids.tolist()], np.int32)

    def type_text(self, row: int) -> str:
        """`REGULAR`, `SPILL`, `TRANSPOSE`; empty when not told."""
        kind = int(self.types[row])
        return TYPES.get(kind, f"TYPE_{kind}")


class _Columns:
    """Records as they are read, column by column."""

    def __init__(self) -> None:
        self.ids, self.types, self.frames = array("Q"), bytearray(), array("Q")
        self.names: list[str] = []
        self.attrs: list[tuple[tuple[str, str], ...]] = []
        self.lists = {number: array("Q") for number in _LIST_FIELDS}
        self.starts = {number: array("Q", [0]) for number in _LIST_FIELDS}
        self.pairs: dict[bytes, tuple[str, str]] = {}
        self.parent_file = ""
        self.kernel_files: list[str] = []
        self.kernel_functions: list[str] = []

    def add(self, split: Splitter, start: int, stop: int) -> None:
        """One record."""
        own, kind, frame, name = 0, 0, 0, ""
        attrs: list[tuple[str, str]] = []
        for number, value, end in split.fields(start, stop):
            if number in self.lists:
                self.lists[number].extend(split.numbers(value, end))
            elif number == _NAME:
                name = split.text(value, end)
            elif number == _ATTRS:
                attrs.append(self.attr(split, value, end))
            elif end == PLAIN:
                own = value if number == _ID else own
                kind = value if number == _TYPE else kind
                frame = value if number == _FRAME else frame
        self.ids.append(own)
        self.types.append(min(kind, 255))
        self.frames.append(frame)
        self.names.append(name)
        self.attrs.append(tuple(attrs))
        for number, values in self.lists.items():
            self.starts[number].append(len(values))

    def attr(self, split: Splitter, start: int, stop: int) -> tuple[str, str]:
        """A map entry, 1 key and 2 value; the same few occur again and again."""
        if stop == PLAIN:
            split.fail("An attribute is a number.", 0)
        raw = split.data[start:stop]
        pair = self.pairs.get(raw)
        if pair is None:
            found = {1: "", 2: ""}
            for number, value, end in split.fields(start, stop):
                if number in found:
                    found[number] = split.text(value, end)
            pair = self.pairs[raw] = found[1], found[2]
        return pair

    def move_sources(self, first_record: int, files: int, functions: int) -> None:
        """Makes the attributes of the records of a later file point into the joined lists."""
        moved = {"kernel_file": files, "kernel_name": functions}
        for row in range(first_record, len(self.attrs)):
            self.attrs[row] = tuple(
                (key, str(int(value) + moved[key]))
                if key in moved and value.isdecimal()
                else (key, value)
                for key, value in self.attrs[row]
            )

    def list_of(self, number: int) -> Lists:
        """A list column as arrays."""
        return Lists(_as_signed(self.starts[number]), _as_signed(self.lists[number]))


_LIST_FIELDS = (_PARENTS, _FLOW, _SCHEDULING, _FLOW_KINDS, _SCHEDULING_KINDS)


def _as_signed(values: "array[int]") -> npt.NDArray[np.int64]:
    """Numbers of 64 bits as they lie in a signed column."""
    return np.array(values, np.uint64).view(np.int64)


def read_debug_files(files: Sequence[tuple[str, bytes]], limits: Limits) -> DebugRecords:
    """The records of a layer, whose files (member name, bytes) are read one after the other.

    Raises FormatError `neff.malformed` with the member's name, or `limit.records`.
    """
    columns = _Columns()
    for member, data in files:
        before = len(columns.names), len(columns.kernel_files), len(columns.kernel_functions)
        _read_file(columns, Splitter(data, member, limits.message_fields))
        if any(before[1:]):
            columns.move_sources(*before)
    return DebugRecords(
        ids=_as_signed(columns.ids),
        names=columns.names,
        types=np.frombuffer(bytes(columns.types), np.uint8),
        frame=_as_signed(columns.frames),
        attrs=columns.attrs,
        parents=columns.list_of(_PARENTS),
        flow=columns.list_of(_FLOW),
        flow_kinds=columns.list_of(_FLOW_KINDS),
        scheduling=columns.list_of(_SCHEDULING),
        scheduling_kinds=columns.list_of(_SCHEDULING_KINDS),
        parent_file=columns.parent_file,
        kernel_files=tuple(columns.kernel_files),
        kernel_functions=tuple(columns.kernel_functions),
    )


def _read_file(columns: _Columns, split: Splitter) -> None:
    texts = {_KERNEL_FILES: columns.kernel_files, _KERNEL_FUNCTIONS: columns.kernel_functions}
    for number, value, end in split.fields(0, len(split.data)):
        if number == _RECORD:
            if end == PLAIN:
                split.fail("A record is a number.", 0)
            columns.add(split, value, end)
        elif number == _PARENT_FILE:
            columns.parent_file = split.text(value, end)
        elif number in texts:
            texts[number].append(split.text(value, end))


def first_parents(files: Sequence[tuple[str, bytes]], limits: Limits) -> npt.NDArray[np.int64]:
    """The first parent of each record, `NO_ID` for none: all that slot-order files tell.

    Raises FormatError as `read_debug_files` does.
    """
    found = array("Q")
    for member, data in files:
        split = Splitter(data, member, limits.message_fields)
        for number, value, end in split.fields(0, len(data)):
            if number == _RECORD:
                found.append(_first_parent(split, value, end))
    return _as_signed(found)


def _first_parent(split: Splitter, start: int, stop: int) -> int:
    if stop == PLAIN:
        split.fail("A record is a number.", 0)
    first = _NO_PARENT
    for number, value, end in split.fields(start, stop):
        if number == _PARENTS and first == _NO_PARENT:
            parents = split.numbers(value, end)
            first = parents[0] if parents else _NO_PARENT
    return first
