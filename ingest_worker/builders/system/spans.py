"""Starts and stops of frames joined to spans by their span id; instants as they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.system.values import NONE, Longs
from ingest_worker.formats.system.ntrace import INSTANT, START, STOP, TraceFrames

FAR_NS = 7 * 86_400 * 10**9
"""No trace is that long; the ring of a process holds minutes."""


def near(time_ns: Longs) -> npt.NDArray[np.bool_]:
    """Which times lie about where most do; others cannot be times of the same trace."""
    if not len(time_ns):
        return np.zeros(0, bool)
    found: npt.NDArray[np.bool_] = np.abs(time_ns - np.int64(np.median(time_ns))) < FAR_NS
    return found


@dataclass(frozen=True)
class Spans:
    """Spans and instants, shape (n,): the frames each was made of, `NONE` without a stop.

    `stop_place` is the place of the stop among all frames by which memory totals are counted.
    """

    start_frame: Longs
    stop_frame: Longs
    start_ns: Longs
    end_ns: Longs
    unclosed: int
    lonely_stops: int
    backward: int

    def __len__(self) -> int:
        return len(self.start_ns)


def join_spans(frames: TraceFrames) -> Spans:
    """Pairs the k-th start of a span id with its k-th stop, each counted in order of time.

    A start without a stop ends with the trace; a stop without a start is counted and left out.
    """
    starts = np.flatnonzero(frames.phase == START)
    stops = np.flatnonzero(frames.phase == STOP)
    others = np.flatnonzero((frames.phase != START) & (frames.phase != STOP))
    stop_of, lonely = _partners(frames, starts, stops)
    begun = frames.time_ns[starts]
    last = int(frames.time_ns[near(frames.time_ns)].max()) if len(frames) else 0
    ended = np.where(stop_of == NONE, last, frames.time_ns[stop_of] if len(frames) else last)
    is_backward = ended < begun
    start_frame = np.concatenate((starts, others))
    return Spans(
        start_frame=start_frame,
        stop_frame=np.concatenate((stop_of, np.full(len(others), NONE))),
        start_ns=frames.time_ns[start_frame],
        end_ns=np.concatenate((np.maximum(ended, begun), frames.time_ns[others])),
        unclosed=int(np.count_nonzero(stop_of == NONE)),
        lonely_stops=lonely,
        backward=int(np.count_nonzero(is_backward)),
    )


def unknown_phases(frames: TraceFrames) -> int:
    """Frames that are no start, no stop and no instant; they are shown as instants."""
    known = np.isin(frames.phase, np.array((START, STOP, INSTANT), np.uint8))
    return int(np.count_nonzero(~known))


def _partners(frames: TraceFrames, starts: Longs, stops: Longs) -> tuple[Longs, int]:
    """For each start the frame of its stop, and how many stops have no start."""
    found = np.full(len(starts), NONE, np.int64)
    if not len(starts) or not len(stops):
        return found, len(stops)
    _, code = np.unique(
        np.concatenate((frames.span_id[starts], frames.span_id[stops])), return_inverse=True
    )
    own, other = code[: len(starts)], code[len(starts) :]
    key_own = _ranked(own, frames.time_ns[starts], len(frames))
    key_other = _ranked(other, frames.time_ns[stops], len(frames))
    order = np.argsort(key_other)
    place = np.minimum(np.searchsorted(key_other[order], key_own), len(stops) - 1)
    is_pair = key_other[order][place] == key_own
    found[is_pair] = stops[order[place[is_pair]]]
    return found, len(stops) - int(np.count_nonzero(is_pair))


def _ranked(code: npt.NDArray[np.int64], time_ns: Longs, count: int) -> Longs:
    """The code with its rank among equal codes in order of time, as one number."""
    order = np.lexsort((time_ns, code))
    ordered = code[order]
    first = np.flatnonzero(np.append([True], ordered[1:] != ordered[:-1]))
    rank = np.arange(len(code)) - np.repeat(first, np.diff(np.append(first, len(code))))
    key = np.empty(len(code), np.int64)
    key[order] = ordered * (count + 1) + rank
    return key
