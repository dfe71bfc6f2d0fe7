"""Counts what is odd in the traces of a core: lost records, unknown types, full buffers."""

from collections.abc import Iterator

import numpy as np

from ingest_worker.builders.part import UnknownRecords
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.facts import Clock
from ingest_worker.formats.ntff.record import RECORD_SIZE, Records, overflows
from ingest_worker.formats.ntff.window import (
    DMA,
    DMA_BLOCK,
    EVENTS,
    FAULTS,
    INSTRUCTIONS,
    NC_BLOCK,
    THROTTLE,
    TOPSP_BLOCK,
    Capture,
    Core,
)
from ingest_worker.formats.runs import pieces

KNOWN_TRACES = frozenset(
    {(kind, NC_BLOCK) for kind in (INSTRUCTIONS, EVENTS, FAULTS, THROTTLE)} | {(DMA, DMA_BLOCK)}
)
NEARLY_FULL = 0.99


def lost_records(capture: Capture, core: Core) -> Iterator[Notice]:
    """Overflow bits and traces which fill their buffer: the profile may be incomplete."""
    software = hardware = 0
    for trace in capture.traces(core):
        for own in pieces(len(trace.records)):
            lost = overflows(trace.records[own])
            software, hardware = software + lost[0], hardware + lost[1]
        room = capture.ntff.facts.buffers.get((trace.block_type, trace.trace_type), 0)
        if room and len(trace.records) * RECORD_SIZE >= room * NEARLY_FULL:
            kind = f"{trace.trace_type}/{trace.block_type}"
            text = f"Trace {kind} of core {core.index} fills its buffer; later records are lost."
            yield Notice("ntff.buffer_full", text)
    if software:
        text = f"Records of core {core.index} say that software lost earlier ones."
        yield Notice("ntff.overflow_software", text, software)
    if hardware:
        text = f"Records of core {core.index} say that hardware lost later ones."
        yield Notice("ntff.overflow_hardware", text, hardware)


def unknown_of(
    own: Records, kind: tuple[int, int], clock: Clock, capture: Capture
) -> UnknownRecords | None:
    """Records with their times, those with a usable time inside a window only."""
    times = to_picoseconds(own["ts"], clock)
    inside = capture.holding(times, times) >= 0
    kept = np.flatnonzero(inside & (times != NO_TIME))
    kept = kept[np.argsort(times[kept], kind="stable")]
    return UnknownRecords(*kind, own[kept], times[kept]) if len(kept) else None


def foreign_traces(capture: Capture, core: Core) -> list[UnknownRecords]:
    """Records of traces no rule is known for, those of the collectives engines among them."""
    clocks = capture.clocks(core)
    found = []
    for trace in capture.traces(core):
        kind = (trace.trace_type, trace.block_type)
        if kind in KNOWN_TRACES or not len(trace.records):
            continue
        clock = clocks.topsp if trace.block_type == TOPSP_BLOCK else Clock()
        kept = unknown_of(trace.records, kind, clock, capture)
        found += [kept] if kept else []
    return found


def unknown_notices(unknown: list[UnknownRecords], core: Core) -> Iterator[Notice]:
    """One notice a trace with records of unknown type."""
    for kept in unknown:
        kind = f"{kept.trace_type}/{kept.block_type}"
        text = f"Records of unknown type in trace {kind} of core {core.index} are kept as they are."
        yield Notice("ntff.unknown_record", text, len(kept.records))
