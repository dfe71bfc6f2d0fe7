"""Which change of a semaphore let each instruction go on, and who made the change."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from profiles.metrics.column_reading import TableColumns
from profiles.metrics.events import Coded, Longs, Mask
from profiles.metrics.operand_text import Raise, Wait, raises, waits
from profiles.storage.tables import ReadableRun

TABLE = "SemaphoreUpdate"
TRANSFER_TABLE = "DmaPacketAggregated"
BY_DMA = "DMA or host"
NOBODY = -1
SLACK_NS = 2
"""Instants of one moment may be rounded down apart by this much."""

Reading = Callable[[str], Sequence[Wait | Raise]]

_ID = re.compile(r"(?:S\[)?([0-9]{1,4})\]?(?: \((.*)\))?\Z")
_VALUE_BITS = 32


@dataclass(frozen=True)
class Rows:
    """Instructions as the search needs them: int64 (n,) each, `operands` by code.

    `ready_ns` is when one goes on at the latest: its start, or its end where it only waits.
    """

    core: Longs
    engine: Coded
    operands: Coded
    start_ns: Longs
    end_ns: Longs
    ready_ns: Longs


@dataclass(frozen=True)
class Releases:
    """For waits of instructions: `row` waits, `time_ns` is when it was released, `by` the row of
    the instruction that did it (-1 where nobody is found), `is_dma` whether by a transfer that it
    started; `queue` is the code of the semaphore's name among `names`, where a transfer did it.
    """

    row: Longs
    time_ns: Longs
    by: Longs
    is_dma: Mask
    queue: Longs
    names: Sequence[str]


def releases(run: ReadableRun, part: int, rows: Rows) -> Releases:
    """Every wait whose semaphore's changes are on record. Raises OSError or ArrowException."""
    numbers = ("timestamp", "value", "pcore_idx")
    table = TableColumns(run, part, TABLE, ("id", "update_source"), numbers)
    ids, sources = table.coded("id"), table.coded("update_source")
    parsed = [_ID.match(str(text)) for text in ids.values]
    number = np.array([int(m.group(1)) if m else NOBODY for m in parsed], np.int64)[ids.codes]
    titles = [(m.group(2) or f"S[{m.group(1)}]") if m else "" for m in parsed]
    names = list(dict.fromkeys(titles))
    name = np.array([names.index(title) for title in titles], np.int64)[ids.codes]
    core, time, value = (table.numbers(n, 0) for n in ("pcore_idx", "timestamp", "value"))
    order = np.lexsort((time, number, core))
    waiting = _by_semaphore(rows, waits)
    raising = _with_triggers(_by_semaphore(rows, raises), run, part, rows)
    found: list[tuple[Longs, ...]] = []
    key = core[order] << 16 | np.maximum(number[order], 0)
    edges = np.flatnonzero(key[1:] != key[:-1]) + 1
    for own in np.split(order, edges) if len(key) else []:
        place = int(core[own[0]]), int(number[own[0]])
        if place in waiting:
            changes = _Changes(time[own], value[own], sources.codes[own], name[own])
            found.append(_released(changes, waiting[place], raising.get(place), rows, sources))
    columns = [np.concatenate(c) for c in zip(*found, strict=True)] if found else _nothing()
    return Releases(columns[0], columns[1], columns[2], columns[3] > 0, columns[4], names)


def _nothing() -> list[Longs]:
    return [np.zeros(0, np.int64) for _ in range(5)]


@dataclass(frozen=True)
class _Changes:
    """The changes of one semaphore in order of time."""

    time_ns: Longs
    value: Longs
    source: Longs
    name: Longs


@dataclass(frozen=True)
class _Users:
    """Instructions that wait for a semaphore or raise it: rows, amounts, whether by a transfer."""

    row: Longs
    amount: Longs
    is_dma: Longs


def _by_semaphore(rows: Rows, reading: Reading) -> dict[tuple[int, int], _Users]:
    """Rows by core and semaphore, as `reading` finds them in the operands."""
    by_code: dict[int, list[tuple[int, int, int]]] = {}
    for code, text in enumerate(rows.operands.values):
        kept = [use for one in reading(str(text)) if (use := _use(one)) is not None]
        if kept:
            by_code[code] = kept
    order = np.argsort(rows.operands.codes, kind="stable")
    codes = rows.operands.codes[order]
    found: dict[tuple[int, int], list[tuple[Longs, int, int]]] = defaultdict(list)
    for code, kept in by_code.items():
        first, last = np.searchsorted(codes, (code, code + 1)).tolist()
        own = order[first:last]
        for core in np.unique(rows.core[own]).tolist():
            of_core = own[rows.core[own] == core]
            for semaphore, amount, is_dma in kept:
                found[core, semaphore].append((of_core, amount, is_dma))
    return {key: _users(parts) for key, parts in found.items()}


def _with_triggers(
    raising: dict[tuple[int, int], _Users], run: ReadableRun, part: int, rows: Rows
) -> dict[tuple[int, int], _Users]:
    """Also who started the compiler's transfers: their semaphore stands with the transfer."""
    table = TableColumns(run, part, TRANSFER_TABLE, ("semaphore_id",), ("pcore_idx", "trigger"))
    ids, core, trigger = table.coded("semaphore_id"), *_numbers(table)
    number = np.array([_whole(text) for text in ids.values], np.int64)[ids.codes]
    for place in np.unique(core << 16 | np.maximum(number, 0)).tolist():
        key = place >> 16, place & 0xFFFF
        own = (core == key[0]) & (number == key[1]) & (trigger >= 0)
        issued = np.flatnonzero((rows.core == key[0]) & np.isin(rows.start_ns, trigger[own]))
        issued = issued[_says_nothing_of(rows, issued)]
        if len(issued):
            added = (issued, 0, 1)
            before = raising.get(key)
            parts = [] if before is None else [before]
            raising[key] = _joined(parts, _users([added]))
    return raising


def _numbers(table: TableColumns) -> tuple[Longs, Longs]:
    return table.numbers("pcore_idx", 0), table.numbers("trigger")


def _whole(text: object) -> int:
    return int(str(text)) if str(text).isdecimal() else NOBODY


def _says_nothing_of(rows: Rows, own: Longs) -> Mask:
    """Those whose operands name no semaphore of a transfer: their transfer is the compiler's."""
    codes = rows.operands.codes[own]
    named = {
        code: any(one.is_dma for one in raises(str(rows.operands.values[code])))
        for code in np.unique(codes).tolist()
    }
    return np.array([not named[code] for code in codes.tolist()], bool)


def _joined(before: Sequence[_Users], added: _Users) -> _Users:
    every = [*before, added]
    return _Users(
        np.concatenate([one.row for one in every]),
        np.concatenate([one.amount for one in every]),
        np.concatenate([one.is_dma for one in every]),
    )


def _use(one: Wait | Raise) -> tuple[int, int, int] | None:
    if isinstance(one, Wait):
        return None if one.comparison.startswith("<") else (one.semaphore, _least(one), 0)
    return one.semaphore, one.amount, int(one.is_dma)


def _least(wait: Wait) -> int:
    """The least value that lets it go on."""
    return wait.value + 1 if wait.comparison == ">" else wait.value


def _users(parts: Sequence[tuple[Longs, int, int]]) -> _Users:
    row = np.concatenate([own for own, _, _ in parts])
    lengths = [len(own) for own, _, _ in parts]
    amount = np.repeat(np.array([amount for _, amount, _ in parts], np.int64), lengths)
    is_dma = np.repeat(np.array([is_dma for _, _, is_dma in parts], np.int64), lengths)
    return _Users(row, amount, is_dma)


def _released(
    changes: _Changes, waiting: _Users, raising: _Users | None, rows: Rows, sources: Coded
) -> tuple[Longs, ...]:
    """Since the semaphore was last lowered, the first change that reached the value waited for."""
    ready = rows.ready_ns[waiting.row]
    last = np.searchsorted(changes.time_ns, ready + SLACK_NS, "right") - 1
    falls = np.concatenate(([0], (changes.value[1:] < changes.value[:-1]).astype(np.int64)))
    run = np.cumsum(falls)
    level = run << _VALUE_BITS | np.maximum(changes.value, 0)
    wanted = run[np.maximum(last, 0)] << _VALUE_BITS | waiting.amount
    change = np.searchsorted(level, wanted)
    is_known = (last >= 0) & (change <= last)
    row, change = waiting.row[is_known], change[is_known]
    time = np.minimum(changes.time_ns[change], rows.ready_ns[row])
    is_dma_source = np.array([text == BY_DMA for text in sources.values], bool)
    is_dma = is_dma_source[changes.source[change]].astype(np.int64)
    by = _makers(changes, change, raising, rows, sources)
    return row, time, by, is_dma, changes.name[change]


def _makers(
    changes: _Changes, change: Longs, raising: _Users | None, rows: Rows, sources: Coded
) -> Longs:
    """The instruction behind each change: the last of its engine that had ended, or, for a
    transfer, the last that had started one for this semaphore.
    """
    by = np.full(len(change), NOBODY, np.int64)
    if raising is None:
        return by
    for source in np.unique(changes.source[change]).tolist():
        chosen = changes.source[change] == source
        text = sources.values[source]
        is_transfer = text == BY_DMA
        own = raising.row[raising.is_dma == int(is_transfer)]
        if not is_transfer:
            own = own[_engine_is(rows, own, str(text))]
        at = rows.start_ns[own] if is_transfer else rows.end_ns[own]
        order = np.argsort(at, kind="stable")
        place = np.searchsorted(at[order], changes.time_ns[change[chosen]] + SLACK_NS, "right") - 1
        if len(own):
            by[chosen] = np.where(place >= 0, own[order][np.maximum(place, 0)], NOBODY)
    return by


def _engine_is(rows: Rows, own: Longs, name: str) -> Mask:
    is_named = np.array([text == name for text in rows.engine.values], bool)
    result: Mask = is_named[rows.engine.codes[own]]
    return result
