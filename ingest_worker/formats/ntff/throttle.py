"""Throttling records: how many of n cycles an engine may work, and until when."""

from dataclasses import dataclass

import numpy as np

from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.record import (
    THROTTLE_CODE,
    Bytes,
    Mask,
    Records,
    Times,
    type_codes,
)
from ingest_worker.formats.ntff.window import NC_BLOCK, THROTTLE, Capture, Core

NO_LIMIT_TYPE = 99


@dataclass(frozen=True)
class ThrottleRows:
    """Limits of one core in time order, [start, end) in device ps; `kind` 99 is no limit."""

    start_ps: Times
    end_ps: Times
    k: Bytes
    n: Bytes
    kind: Bytes

    def __len__(self) -> int:
        return len(self.start_ps)


def read_throttle(
    capture: Capture, core: Core, last_end_ps: int
) -> tuple[ThrottleRows, Records, Mask]:
    """Trace 5/0 inside the windows, and the records of unknown type (notes, 2.5 and 7).

    Each limit lasts until the next record, the last one until `last_end_ps`, the end of the last
    instruction; one that would end before it begins has no length.
    """
    records = capture.records(core, THROTTLE, NC_BLOCK)
    is_known = type_codes(records) == THROTTLE_CODE
    times = to_picoseconds(records["ts"], capture.clocks(core).throttle)
    inside = capture.holding(times, times) >= 0
    chosen = np.flatnonzero(inside & is_known & (times != NO_TIME))
    chosen = chosen[np.argsort(times[chosen], kind="stable")]
    own, start = records[chosen], times[chosen]
    end = np.append(start[1:], last_end_ps)[: len(start)]
    n = ((own["w0"] >> 16) & 0xFF).astype(np.uint8)
    is_free = n == 0
    rows = ThrottleRows(
        start_ps=start,
        end_ps=np.maximum(start, end),
        k=np.where(is_free, 1, own["w1"] & 0xFF).astype(np.uint8),
        n=np.where(is_free, 1, n).astype(np.uint8),
        kind=np.where(is_free, NO_LIMIT_TYPE, (own["w1"] >> 8) & 0xFF).astype(np.uint8),
    )
    return rows, records, ~is_known
