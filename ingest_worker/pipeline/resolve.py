"""Gives decoded records their meaning: slots, queues, transfers and names, core by core."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.buffers import too_fine
from ingest_worker.builders.part import CorePart, Movement, Part, SlotTable, UnknownRecords
from ingest_worker.builders.queue import queue_tracks
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.facts import ENGINE_NAMES, ENGINES
from ingest_worker.formats.ntff.faults import CUSTOM_SUBTYPE, Fault, custom_fault, read_faults
from ingest_worker.formats.ntff.instructions import (
    DYNAMIC_DMA_HINT,
    InstructionRows,
    InstructionTrace,
    RowColumns,
    read_instructions,
)
from ingest_worker.formats.ntff.packets import PacketColumns, PacketRows, read_packets
from ingest_worker.formats.ntff.reader import Ntff
from ingest_worker.formats.ntff.throttle import ThrottleRows, read_throttle
from ingest_worker.formats.ntff.transfers import (
    Trigger,
    join_transfers,
    ring_queues,
    ring_ranges,
)
from ingest_worker.formats.ntff.updates import read_updates
from ingest_worker.formats.ntff.window import (
    DMA,
    DMA_BLOCK,
    EVENTS,
    FAULTS,
    INSTRUCTIONS,
    NC_BLOCK,
    THROTTLE,
    Capture,
    Core,
    open_capture,
)
from ingest_worker.formats.runs import merged_runs, pieces
from ingest_worker.formats.spill import Column
from ingest_worker.pipeline.dependencies import slot_edges
from ingest_worker.pipeline.join import NeffJoin
from ingest_worker.pipeline.oddities import (
    foreign_traces,
    lost_records,
    unknown_notices,
    unknown_of,
)
from ingest_worker.pipeline.slots import MATMUL, slot_table
from profiles.metrics.chips import Chip, chip_of

DMA_DIRECT = 0xB8
TRACK_ORDER = ("GpSimd", "Scalar", "Sync", "Tensor", "TensorMatrix", "Vector")


def resolve_part(number: int, name: str, ntff: Ntff, join: NeffJoin) -> Part:
    """Everything one trace means, with the names of its NEFF where there is one."""
    capture = open_capture(ntff)
    chip = chip_of(ntff.facts.arch, ntff.facts.instance_type)
    notices: list[Notice] = [*ntff.notices, *capture.notices]
    if not chip.is_known:
        text = (
            f"The chip of {ntff.facts.instance_type or 'this trace'} is not known: times and "
            "counts are right, shares of its peaks and waits in nanoseconds are left out."
        )
        notices.append(Notice("ntff.unknown_chip", text))
    cores = [_core(capture, core, chip, join, notices) for core in capture.cores]
    part = Part(number, name, capture, chip, cores, tuple(notices))
    last = part.last_end_ps
    ended = [replace(core, throttle=_until(core.throttle, last)) for core in cores]
    return replace(part, cores=ended, notices=(*notices, *too_fine(part)))


def _until(rows: ThrottleRows, last_end_ps: int) -> ThrottleRows:
    """The last limit of a core lasts until the last instruction of any core ends."""
    if not len(rows):
        return rows
    end = rows.end_ps.copy()
    end[-1] = max(int(rows.start_ps[-1]), last_end_ps)
    return replace(rows, end_ps=end)


def _core(
    capture: Capture, core: Core, chip: Chip, join: NeffJoin, notices: list[Notice]
) -> CorePart:
    trace = read_instructions(capture, core)
    packet_trace = read_packets(capture, core)
    updates = read_updates(capture, core)
    throttle, throttle_records, throttle_unknown = read_throttle(capture, core, 0)
    faults, fault_records, fault_unknown = read_faults(capture, core)
    clocks = capture.clocks(core)
    engine, ring = clocks.engines[0], clocks.dma_ring(0)
    limits, failures = throttle_records[throttle_unknown], fault_records[fault_unknown]
    candidates = [
        unknown_of(trace.unknown, (INSTRUCTIONS, NC_BLOCK), engine, capture),
        unknown_of(updates.unknown, (EVENTS, NC_BLOCK), clocks.events, capture),
        unknown_of(packet_trace.unknown, (DMA, DMA_BLOCK), ring, capture),
        unknown_of(limits, (THROTTLE, NC_BLOCK), clocks.throttle, capture),
        unknown_of(failures, (FAULTS, NC_BLOCK), clocks.throttle, capture),
    ]
    unknown: list[UnknownRecords] = [kept for kept in candidates if kept]
    unknown += foreign_traces(capture, core)
    notices += [
        *trace.notices,
        *packet_trace.notices,
        *lost_records(capture, core),
        *unknown_notices(unknown, core),
    ]
    slot, slots, found = slot_table(capture, core, trace.rows, chip, join)
    notices += found
    rows, slot = _in_table_order(trace.rows, slot, slots)
    notices += _dge_notice(trace, slots, slot, core)
    movement = _movement(capture, core, trace, rows, slot, slots, packet_trace.rows, join)
    found_faults = [*faults, *_custom(capture, trace)]
    return CorePart(
        core=core,
        name=capture.name(core),
        rows=rows,
        slot=slot,
        slots=slots,
        movement=movement,
        details=join.queue_details(capture.name(core)),
        updates=updates.rows,
        semaphores=join.semaphore_names(capture.name(core)),
        throttle=throttle,
        faults=sorted(found_faults, key=lambda fault: fault.time_ps),
        unknown=unknown,
        event_count=updates.event_count,
        edges=slot_edges(join.graph(capture.name(core)), rows, slot, slots),
    )


def _custom(capture: Capture, trace: InstructionTrace) -> list[Fault]:
    """EXPLICIT records with subtype 6: notifications of the program itself."""
    rows = trace.explicit
    is_custom = (rows.hint != DYNAMIC_DMA_HINT) & ((rows.word >> 16) == CUSTOM_SUBTYPE)
    inside = capture.holding(rows.time_ps, rows.time_ps) >= 0
    chosen = np.flatnonzero(is_custom & inside)
    return [custom_fault(int(rows.word[n]), int(rows.time_ps[n])) for n in chosen.tolist()]


def _dge_notice(
    trace: InstructionTrace, slots: SlotTable, slot: npt.NDArray[np.int32], core: Core
) -> list[Notice]:
    has_dynamic = bool((slots.opcode[slot] == DMA_DIRECT).any())
    if not has_dynamic or bool((trace.explicit.hint == DYNAMIC_DMA_HINT).any()):
        return []
    text = (
        f"Core {core.index} ran dynamic DMAs and the capture holds no notifications of them: "
        "packets are not linked to instructions. Capture with --enable-dge-notifs or "
        "NEURON_RT_ENABLE_DGE_NOTIFICATIONS=1."
    )
    return [Notice("ntff.no_dge", text)]


def track_numbers(
    engine: npt.NDArray[np.uint8], opcode: npt.NDArray[np.int16]
) -> npt.NDArray[np.uint8]:
    """The place of each row's track in alphabetical order; MATMUL has a track of its own."""
    place = np.array([TRACK_ORDER.index(name) for name in ENGINE_NAMES], np.uint8)
    is_matrix = (engine == 0) & (opcode == MATMUL)
    matrix = np.uint8(TRACK_ORDER.index("TensorMatrix"))
    result: npt.NDArray[np.uint8] = np.where(is_matrix, matrix, place[engine])
    return result


def _in_table_order(
    rows: InstructionRows, slot: npt.NDArray[np.int32], slots: SlotTable
) -> tuple[InstructionRows, npt.NDArray[np.int32]]:
    """Rows by track, then start: a track is one range of rows. They come engine by engine."""
    columns, codes = RowColumns(), Column(np.int32)
    for engine in sorted(ENGINES, key=lambda number: TRACK_ORDER.index(ENGINE_NAMES[number])):
        begin, stop = np.searchsorted(rows.engine, (engine, engine + 1)).tolist()
        own, code = rows.take(slice(begin, stop)), slot[begin:stop]
        track = track_numbers(own.engine, slots.opcode[code])
        order = np.lexsort((own.slot, own.start_ps, track))
        columns.append(own.take(order))
        codes.append(code[order])
    return columns.done(), codes.done()


def _movement(
    capture: Capture,
    core: Core,
    trace: InstructionTrace,
    rows: InstructionRows,
    slot: npt.NDArray[np.int32],
    slots: SlotTable,
    packets: PacketRows,
    join: NeffJoin,
) -> Movement:
    """Packets in table order, with their tracks and the transfers they belong to."""
    queues = ring_queues(capture.graph_facts(core))
    graph = capture.graph(core, capture.windows[0])
    triggers = _triggers(capture.name(core), rows, slot, slots, join)
    transfers, owner = join_transfers(
        queues, packets, triggers, trace.explicit, rows, _first_slots(capture, graph)
    )
    used = _used(owner, len(transfers))
    renumber = np.full(len(transfers) + 1, -1, np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    tracks, of_ring = queue_tracks(queues, packets)
    columns, track, owners = PacketColumns(), Column(np.int32), Column(np.int32)
    for number, order in _by_track(packets, of_ring):
        columns.append(packets.take(order))
        track.append(np.full(len(order), number, np.int32))
        owners.append(renumber[owner[order]])
    return Movement(
        packets=columns.done(),
        track=track.done(),
        owner=owners.done(),
        tracks=tracks,
        queues=queues,
        transfers=transfers.take(used),
    )


def _used(owner: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int64]:
    """The transfers that own a packet."""
    is_used = np.zeros(count + 1, bool)
    for own in pieces(len(owner)):
        is_used[owner[own]] = True
    return np.flatnonzero(is_used[:-1])


def _by_track(
    packets: PacketRows, of_ring: npt.NDArray[np.int32]
) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """The places of packets by track, then start; rings of a track are merged some at a time."""
    places = ring_ranges(packets)
    track_of = {ring: int(of_ring[ring[0] * 16 + ring[1]]) for ring in places}
    for number in sorted(set(track_of.values())):
        own = [place for ring, place in places.items() if track_of[ring] == number]
        for order in merged_runs([packets.start_ps[place] for place in own], own):
            yield number, order


def _first_slots(capture: Capture, graph: int | None) -> dict[int, int]:
    if graph is None:
        return {}
    found = ((engine, capture.ntff.images.get((graph, engine))) for engine in ENGINES)
    return {engine: image.first_slot for engine, image in found if image}


def _triggers(
    name: str,
    rows: InstructionRows,
    slot: npt.NDArray[np.int32],
    slots: SlotTable,
    join: NeffJoin,
) -> list[Trigger]:
    """Executed static triggers in time order, with queue and block where the NEFF tells them."""
    found = np.flatnonzero(slots.is_trigger[slot])
    found = found[np.argsort(rows.start_ps[found], kind="stable")]
    return [
        Trigger(
            row,
            int(rows.start_ps[row]),
            *join.trigger_target(name, int(rows.engine[row]), int(slots.compiler_pc[slot[row]])),
        )
        for row in found.tolist()
    ]
