"""Semaphore and event updates: what was set, by whom and to which value."""

from dataclasses import dataclass

import numpy as np

from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.record import (
    AXI_CODE,
    EVENT,
    RECORD,
    Bytes,
    Mask,
    Records,
    Times,
    Words,
    engine_kinds,
    type_codes,
)
from ingest_worker.formats.ntff.window import EVENTS, NC_BLOCK, Capture, Core
from ingest_worker.formats.spill import Column

AXI_SOURCE = 5


@dataclass(frozen=True)
class UpdateRows:
    """Semaphore updates of one core in its windows, in stream order; times in device ps.

    `source` is the engine 0 to 4, or 5 for a write over AXI by a DMA or the host. `mode` is the
    raw byte of the update mode.
    """

    time_ps: Times
    semaphore: Bytes
    value: Words
    mode: Bytes
    source: Bytes
    is_double: Mask

    def __len__(self) -> int:
        return len(self.time_ps)


@dataclass(frozen=True)
class UpdateTrace:
    """Semaphore rows, how many records lie in the windows at all, and the unknown ones."""

    rows: UpdateRows
    event_count: int
    unknown: Records


COLUMNS = {
    "time_ps": np.int64,
    "semaphore": np.uint8,
    "value": np.uint32,
    "mode": np.uint8,
    "source": np.uint8,
    "is_double": np.bool_,
}


def read_updates(capture: Capture, core: Core) -> UpdateTrace:
    """Every record of trace 1/0 with bit 8 set and inside a window (decoding notes, 2.3 and 5).

    Records without bit 8 are events; they are counted, not listed. `event_count` follows the
    official count: inside the window where the file stores one, else all records of the trace.
    """
    columns = {name: Column(kind) for name, kind in COLUMNS.items()}
    odd = [np.zeros(0, RECORD)]
    count = 0
    for records in capture.record_pieces(core, EVENTS, NC_BLOCK):
        codes = type_codes(records)
        is_engine, engine, kind = engine_kinds(codes)
        is_known = (codes == AXI_CODE) | (is_engine & (kind == EVENT))
        times = to_picoseconds(records["ts"], capture.clocks(core).events)
        inside = capture.holding(times, times) >= 0
        inside &= times != NO_TIME
        count += int(np.count_nonzero(inside)) if capture.is_windowed else len(records)
        chosen = np.flatnonzero(inside & is_known & ((records["w0"] >> 8) & 1 == 1))
        own = records[chosen]
        columns["time_ps"].append(times[chosen])
        columns["semaphore"].append(own["w0"] & 0xFF)
        columns["value"].append(own["w1"])
        columns["mode"].append((own["w0"] >> 16) & 0xFF)
        source = np.where(codes[chosen] == AXI_CODE, AXI_SOURCE, engine[chosen])
        columns["source"].append(source)
        columns["is_double"].append((own["w0"] >> 9) & 1)
        odd.append(records[~is_known])
    rows = UpdateRows(**{name: column.done() for name, column in columns.items()})
    return UpdateTrace(rows, count, np.concatenate(odd))
