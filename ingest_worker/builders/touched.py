"""Every access to on-chip memory as it ran: by executed instructions and prepared transfers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.moments import last_of_each
from ingest_worker.builders.occupancy import Flags, Ints, Touches
from ingest_worker.builders.part import CorePart, QueueDetail
from ingest_worker.builders.transfer import details_of
from ingest_worker.formats.isa.accesses import Accesses, joined_accesses
from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import column_of, set_aside


@dataclass(frozen=True)
class Executed:
    """Every access to one memory as it ran; `entry` numbers the accesses of `known`.

    `owner` is the instruction row of each access, or behind the last row the transfer.
    """

    instants_ps: Ints
    known: Accesses
    entry: npt.NDArray[np.int32]
    owner: npt.NDArray[np.int32]
    touches: Touches

    def at(self, partition: int) -> Flags:
        """Which of the known accesses touch a partition."""
        begin = self.known.partition
        result: Flags = (begin <= partition) & (partition < begin + self.known.partitions)
        return result


@dataclass(frozen=True)
class Runs:
    """What ran when, and which entry of the known accesses tells what it touched."""

    slot: Ints
    start_ps: Ints
    end_ps: Ints


def _runs(core: CorePart, codes: Ints) -> Runs:
    """Instructions by slot, then transfers by their details, numbered behind the slots."""
    transfers = core.movement.transfers
    return Runs(
        np.concatenate((core.slot.astype(np.int64), codes + len(core.slots.opcode))),
        np.concatenate((core.rows.start_ps, transfers.start_ps)),
        np.concatenate((core.rows.end_ps, transfers.end_ps)),
    )


def _of_transfers(details: Sequence[QueueDetail], first_slot: int) -> Accesses:
    """The bytes of the state buffer that prepared transfers touch, numbered from `first_slot`."""
    found = [
        (first_slot + number, region)
        for number, detail in enumerate(details)
        for region in detail.regions
    ]
    return Accesses(
        slot=np.array([slot for slot, _ in found], np.int64),
        is_write=np.array([region.is_write for _, region in found], np.bool_),
        is_psum=np.zeros(len(found), np.bool_),
        first=np.array([region.first for _, region in found], np.int64),
        last=np.array([region.last for _, region in found], np.int64),
        partition=np.array([region.partition for _, region in found], np.int64),
        partitions=np.array([region.partitions for _, region in found], np.int64),
    )


def pair_count(core: CorePart, *, is_psum: bool, limit: int) -> int:
    """How many (access, segment) pairs following the memory takes; cheap to tell beforehand."""
    details, codes = details_of(core)
    known = _known(core, details, is_psum=is_psum, limit=limit)
    edges = np.unique(np.concatenate((known.first, np.minimum(known.last, limit))))
    covered = np.searchsorted(edges, np.minimum(known.last, limit)) - np.searchsorted(
        edges, known.first
    )
    times = np.bincount(_runs(core, codes).slot, minlength=len(core.slots.opcode) + len(details))
    return int((covered * times[known.slot]).sum())


def _known(
    core: CorePart, details: Sequence[QueueDetail], *, is_psum: bool, limit: int
) -> Accesses:
    prepared = _of_transfers(details, len(core.slots.opcode))
    known = joined_accesses([core.slots.accesses, prepared])
    return known.take((known.is_psum == is_psum) & (known.first < limit))


def executed(core: CorePart, *, is_psum: bool, limit: int) -> Executed:
    """The accesses of every executed instruction and prepared transfer, in order of start.

    They are cut at `limit` bytes of a partition. Transfers built at run time are left out: what
    they touch is not in the files.
    """
    details, codes = details_of(core)
    slots = len(core.slots.opcode)
    known = _known(core, details, is_psum=is_psum, limit=limit)
    first = np.searchsorted(known.slot, np.arange(slots + len(details) + 1))
    runs = _runs(core, codes)
    rows = np.flatnonzero(np.diff(first)[runs.slot] > 0)
    rows = set_aside(rows[np.argsort(runs.start_ps[rows], kind="stable")])
    slot = set_aside(runs.slot[rows])
    each = np.diff(first)[slot]
    entry = np.arange(int(each.sum())) + np.repeat(first[slot] - (np.cumsum(each) - each), each)
    entry = set_aside(entry.astype(np.int32))
    times = set_aside(np.concatenate((runs.start_ps[rows], runs.end_ps[rows])))
    del runs
    instants, place = _numbered(times)
    touches = Touches(
        is_write=known.is_write[entry],
        start=np.repeat(place[: len(rows)], each),
        end=np.repeat(place[len(rows) :], each),
        first=known.first.astype(np.int32)[entry],
        last=np.minimum(known.last, limit).astype(np.int32)[entry],
    )
    order = np.argsort(touches.start.astype(np.int64) * 2 + touches.is_write, kind="stable")
    owner = np.repeat(rows.astype(np.int32), each)[order]
    return Executed(
        instants, known, set_aside(entry[order]), set_aside(owner), touches.take(order).set_aside()
    )


def _numbered(times: Ints) -> tuple[Ints, npt.NDArray[np.int32]]:
    """The distinct times in order, and each one's place among them."""
    instants = np.sort(times)
    instants = set_aside(instants[last_of_each(instants)])
    places = (np.searchsorted(instants, times[own]) for own in pieces(len(times)))
    return instants, column_of(places, np.int32)
