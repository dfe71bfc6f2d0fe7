"""The event that shows a number on the timeline: of those it counts, the longest in the range.

An event counts where it starts in the range; where none does, one that reaches into it from before.
Of several of the same length the first one is shown.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from profiles.metrics.events import Longs
from profiles.metrics.insights.places import (
    clock_track,
    dma_engine_track,
    engine_track,
    queue_track,
)
from profiles.metrics.region import Region
from profiles.metrics.tally import Tally

Place = dict[str, Any]
"""`track` is the key of a row of the timeline, `row` the event's row in that row's table."""


def _place(track: str, row: int, start_ns: int, end_ns: int) -> Place:
    return {"track": track, "row": row, "start_ns": start_ns, "end_ns": end_ns}


def longest_instruction(region: Region, kinds: Sequence[int] | Longs) -> Place | None:
    """Of instructions of these kinds, by their numbers."""
    instructions = region.run.instructions
    found = _longest(instructions.tally, kinds, region)
    if found is None:
        return None
    kind = instructions.kinds[int(instructions.tally.kinds_at(found)[0])]
    track = engine_track(region, kind.core, kind.track)
    return _place(track, *_event(instructions.tally, found))


def longest_of_operator(region: Region, pairs: Sequence[int] | Longs) -> Place | None:
    """Of an operator's instructions: pairs of `Operators`, by their numbers."""
    instructions = region.run.instructions
    operators = instructions.operators
    found = None if operators is None else _longest(operators.tally, pairs, region)
    if operators is None or found is None:
        return None
    kind = instructions.kinds[int(operators.kind[operators.tally.kinds_at(found)[0]])]
    track = engine_track(region, kind.core, kind.track)
    return _place(track, *_event(operators.tally, found))


def longest_packet(
    region: Region, kinds: Sequence[int] | Longs, *, is_by_engine: bool = False
) -> Place | None:
    """Of packets of these kinds, on the row of their queue or of their DMA engine."""
    packets = region.run.packets
    found = _longest(packets.tally, kinds, region)
    if found is None:
        return None
    kind = packets.kinds[int(packets.tally.kinds_at(found)[0])]
    track = queue_track(region, kind.queue)
    if is_by_engine and kind.engine is not None:
        track = dma_engine_track(region, kind.queue.core, kind.engine)
    return _place(track, *_event(packets.tally, found))


def longest_limit(region: Region, core: int) -> Place | None:
    """Of the stretches below full clock of a core, as far as they lie in the range."""
    stretches, place = region.limit_stretches(core)
    if not len(place):
        return None
    at = int(np.argmax(stretches.end_ns - stretches.start_ns))
    limits = region.limits[core]
    number = int(place[at])
    start_ns, end_ns = int(limits.start_ns[number]), int(limits.end_ns[number])
    return _place(clock_track(region, core), int(limits.row[number]), start_ns, end_ns)


def _event(tally: Tally, at: Longs) -> tuple[int, int, int]:
    return int(tally.rows_at(at)[0]), int(tally.starts(at)[0]), int(tally.ends(at)[0])


def _longest(tally: Tally, kinds: Sequence[int] | Longs, region: Region) -> Longs | None:
    """The place of the event, alone in an array."""
    numbers = [int(number) for number in kinds]
    found = tally.longest_started(numbers, region.start_ns, region.end_ns)
    if found is not None:
        return np.array([found], np.int64)
    early = tally.across(region.start_ns)
    early = early[np.isin(tally.kinds_at(early), numbers)]
    if not len(early):
        return None
    return early[[np.argmax(tally.ends(early) - tally.starts(early))]]
