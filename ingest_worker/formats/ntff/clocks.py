"""Raw counters to picoseconds, exactly and in 64 bits."""

import numpy as np

from ingest_worker.formats.ntff.facts import Clock
from ingest_worker.formats.ntff.record import Mask, Times

Cycles = np.ndarray[tuple[int], np.dtype[np.uint16]]

FARTHEST_PS = 1 << 62
NO_TIME = np.int64(np.iinfo(np.int64).min)


def to_picoseconds(raw: np.ndarray[tuple[int], np.dtype[np.uint64]], clock: Clock) -> Times:
    """floor((raw - init) * expected / actual) as int64; `NO_TIME` where it would not fit.

    With k, r = divmod(raw - init, actual) the result is k * expected + r * expected // actual,
    which never needs more than 64 bits for times below 2**62 ps (53 days).
    """
    is_far = raw >= np.uint64(FARTHEST_PS)
    init = min(clock.init, FARTHEST_PS)
    ticks = raw.astype(np.int64) - np.int64(init)
    if clock.is_plain:
        return _marked(ticks, is_far)
    whole, rest = np.divmod(ticks, np.int64(clock.actual))
    is_far |= np.abs(whole) > FARTHEST_PS // clock.expected
    part = rest.astype(np.uint64) * np.uint64(clock.expected) // np.uint64(clock.actual)
    with np.errstate(over="ignore"):
        result = whole * np.int64(clock.expected) + part.astype(np.int64)
    return _marked(result, is_far)


def _marked(times: Times, is_far: Mask) -> Times:
    if is_far.any():
        times[is_far] = NO_TIME
    return times


def floor_ns(picoseconds: Times) -> Times:
    """Picoseconds from the origin to whole nanoseconds, rounded down."""
    result: Times = picoseconds // 1000
    return result


def wait_ns(cycles: Cycles, clock_ghz: float) -> Times:
    """Cycles waited, as the official tool rounds them: every step in float32, then floor.

    floor(f32(cycles) * 1000 / f32(clock) / 1000), clock in GHz (decoding notes, section 4).
    """
    thousand = np.float32(1000)
    steps = cycles.astype(np.float32) * thousand / np.float32(clock_ghz) / thousand
    result: Times = np.floor(steps).astype(np.int64)
    return result
