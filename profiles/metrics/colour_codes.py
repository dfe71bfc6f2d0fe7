"""What the timeline can be coloured by: for every row of a table a small number, and its name."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from profiles.metrics.column_reading import TableColumns, distinct
from profiles.metrics.events import NONE, Longs
from profiles.metrics.packet_kinds import queue_front, queue_names
from profiles.storage.tables import ReadableRun

Codes = npt.NDArray[np.uint16]
Coded = tuple[Longs, list[str]]

NOTHING = 0xFFFF
"""The code of a row that the mode says nothing of."""

MOST_NAMES = 4_000
"""Names that have a code of their own, those with the most time; the others share `REST`."""

REST = "all others"
MOST_KEPT_ROWS = 64_000_000
"""Rows whose codes stay in memory, 2 bytes each."""

TIME_EDGES_NS = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
TIME_NAMES = (
    "under 100 ns", "100 ns to 1 µs", "1 to 10 µs", "10 to 100 µs", "100 µs to 1 ms", "1 to 10 ms",
    "10 ms and more",
)  # fmt: skip
_UNNAMED = re.compile(r"(unknown|none)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Mode:
    """A mode: the tables it speaks of, and how their rows get a code; -1 where there is none."""

    tables: tuple[str, ...]
    code: Callable[[ReadableRun, int, str], Coded]
    has_order: bool = False


@dataclass(frozen=True)
class Name:
    """A name, with the summed durations of its rows and how many there are."""

    name: str
    sum_ns: int
    count: int


@dataclass(frozen=True)
class ColourCodes:
    """Codes by part and table, uint16 (rows,), `NOTHING` where there is none; names by code.

    Names come with the most time first, or in their own order where they have one.
    """

    names: tuple[Name, ...]
    codes: Mapping[tuple[int, str], Codes]

    def of(self, part: int, table: str, rows: Longs) -> Codes:
        """The codes of rows of a table; `NOTHING` for a table that the mode does not speak of."""
        own = self.codes.get((part, table))
        if own is None:
            return np.full(len(rows), NOTHING, np.uint16)
        return own[rows]


def _text(*columns: str) -> Callable[[ReadableRun, int, str], Coded]:
    """The first of these columns that says something of a row."""

    def code(run: ReadableRun, part: int, table: str) -> Coded:
        read = TableColumns(run, part, table, columns, ())
        names: list[str] = []
        found: Longs = np.full(read.row_count, -1, np.int64)
        for column in columns:
            coded = read.coded(column)
            texts = [str(value or "") for value in coded.values]
            place = np.array(
                [-1 if _UNNAMED.match(text) else len(names) + at for at, text in enumerate(texts)],
                np.int64,
            )
            found = np.where(found < 0, place[coded.codes], found)
            names += texts
        return found, names

    return code


def _queue(run: ReadableRun, part: int, table: str) -> Coded:
    """A packet's queue, by the name that the timeline gives it."""
    numbers = ("pcore_idx", "queue_idx")
    read = TableColumns(run, part, table, ("queue_name",), numbers)
    text = read.coded("queue_name")
    code, found = distinct([*(read.numbers(name) for name in numbers), text.codes])
    known = queue_names(run, part)
    rows = zip(*(column.tolist() for column in found), strict=True)
    return code, [
        queue_front(str(text.values[name])) or known.get((max(core, 0), index)) or f"Q{index}"
        for core, index, name in rows
    ]


def _duration(run: ReadableRun, part: int, table: str) -> Coded:
    start, end = _times(run, part, table)
    return np.searchsorted(TIME_EDGES_NS, end - start, "right").astype(np.int64), [*TIME_NAMES]


def _wait(run: ReadableRun, part: int, table: str) -> Coded:
    """How long an instruction waited for semaphores before it ran, as the trace reports it."""
    read = TableColumns(run, part, table, (), ("evt_wait_time_ns",))
    wait = read.numbers("evt_wait_time_ns")
    code = np.searchsorted(TIME_EDGES_NS, wait, "right").astype(np.int64) + 1
    code = np.where(wait == 0, 0, code)
    return np.where(wait == NONE, -1, code), ["no wait", *TIME_NAMES]


def _times(run: ReadableRun, part: int, table: str) -> tuple[Longs, Longs]:
    read = TableColumns(run, part, table, (), ("start_ts", "end_ts"))
    start = read.numbers("start_ts")
    return start, np.maximum(read.numbers("end_ts"), start)


INSTRUCTIONS, PACKETS, EVENTS = "Instruction", "DmaPacket", "SystemProfileEvents"
MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "opcode": Mode((INSTRUCTIONS,), _text("opcode")),
        "operator": Mode((INSTRUCTIONS,), _text("hlo_name")),
        "layer": Mode((INSTRUCTIONS,), _text("layer")),
        "line": Mode(
            (INSTRUCTIONS,), _text("nki_source_location", "bir_debug_info_source_location")
        ),
        "queue": Mode((PACKETS,), _queue),
        "duration": Mode((INSTRUCTIONS, PACKETS, EVENTS), _duration, has_order=True),
        "wait": Mode((INSTRUCTIONS,), _wait, has_order=True),
    }
)


def colour_codes(run: ReadableRun, mode: str) -> ColourCodes:
    """The codes of a run in a mode, out of memory if they were asked for before.

    Raises KeyError for an unknown mode, OSError or ArrowException for tables that cannot be read.
    """
    return KEPT.codes(run, mode)


def _made(run: ReadableRun, mode: Mode) -> ColourCodes:
    places: dict[str, int] = {}
    sums, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    found: dict[tuple[int, str], Longs] = {}
    for entry in run.manifest.tables:
        if entry.name not in mode.tables:
            continue
        code, names = mode.code(run, entry.part, entry.name)
        own = np.array([places.setdefault(name, len(places)) for name in names] or [0], np.int64)
        code = np.where(code < 0, -1, own[code])
        start, end = _times(run, entry.part, entry.name)
        has = code >= 0
        grown = np.zeros((2, len(places)), np.int64)
        grown[0, : len(sums)], grown[1, : len(counts)] = sums, counts
        grown[0] += np.bincount(code[has], (end - start)[has], len(places)).astype(np.int64)
        grown[1] += np.bincount(code[has], minlength=len(places))
        sums, counts = grown
        found[entry.part, entry.name] = code
    return _ranked(list(places), sums, counts, found, has_order=mode.has_order)


def _ranked(
    texts: list[str],
    sums: Longs,
    counts: Longs,
    found: Mapping[tuple[int, str], Longs],
    *,
    has_order: bool,
) -> ColourCodes:
    """Codes as ranks: what no row has is left out, what comes after the last code shares one."""
    order = np.arange(len(texts)) if has_order else np.lexsort((np.arange(len(texts)), -sums))
    order = order[counts[order] > 0]
    rank: Longs = np.full(len(texts) + 1, NOTHING, np.int64)
    rank[order] = np.minimum(np.arange(len(order)), MOST_NAMES)
    names = [Name(texts[at], int(sums[at]), int(counts[at])) for at in order[:MOST_NAMES].tolist()]
    rest = order[MOST_NAMES:]
    if len(rest):
        names.append(Name(REST, int(sums[rest].sum()), int(counts[rest].sum())))
    # The code -1 takes the last place.
    codes = {key: rank[code].astype(np.uint16) for key, code in found.items()}
    return ColourCodes(tuple(names), MappingProxyType(codes))


class _Kept:
    """Codes that were made, the last used ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[tuple[object, ...], ColourCodes] = OrderedDict()

    def codes(self, run: ReadableRun, mode: str) -> ColourCodes:
        """Runs never change: path and mode say which they are, the folder's identity guards it."""
        facts = run.path.stat()
        key = (run.path, facts.st_ino, facts.st_mtime_ns, mode)
        with self._lock:
            found = self._made.pop(key, None) or _made(run, MODES[mode])
            self._made[key] = found
            while len(self._made) > 1 and self._rows() > MOST_KEPT_ROWS:
                self._made.popitem(last=False)
        return found

    def _rows(self) -> int:
        return sum(len(code) for one in self._made.values() for code in one.codes.values())


KEPT = _Kept()
