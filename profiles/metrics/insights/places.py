"""Where something happens: rows of tables, keys of the timeline's rows, stretches of time."""

import re
from functools import lru_cache

import numpy as np

from profiles.metrics.chips import DMA_ENGINES
from profiles.metrics.coverage import Coverage
from profiles.metrics.events import Longs, Mask
from profiles.metrics.insights.finding import MOST_ROWS, Evidence, rows_of
from profiles.metrics.instruction_kinds import TABLE as INSTRUCTION
from profiles.metrics.intervals import Stretches, union
from profiles.metrics.packet_kinds import TABLE as PACKET
from profiles.metrics.packet_kinds import Queue
from profiles.metrics.region import Region


@lru_cache(maxsize=4096)
def _slug(name: str) -> str:
    """As tracks spell a name in their keys."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def engine_track(region: Region, core: int, track: str) -> str:
    """The key of an engine's row on the timeline."""
    return f"p{region.run.part}/c{core}/{_slug(track)}"


def queue_track(region: Region, queue: Queue) -> str:
    """The key of a queue's row on the timeline."""
    return f"p{region.run.part}/dma{queue.core}/{queue.index}-{_slug(queue.name)}"


def dma_engine_track(region: Region, core: int, engine: int) -> str:
    """The key of a DMA engine's row on the timeline."""
    return f"p{region.run.part}/engines{core}/e{engine % DMA_ENGINES:02d}"


def stream_track(region: Region, stream: int) -> str:
    """The key of the row of a stream's collectives on the timeline."""
    return f"p{region.run.part}/collectives/stream{stream}"


def clock_track(region: Region, core: int) -> str:
    """The key of a core's clock on the timeline."""
    return f"p{region.run.part}/clock/c{core}"


def instruction_evidence(region: Region, kinds: Mask, noun: str) -> Evidence:
    """The instructions of these kinds that touch the range."""
    instructions = region.run.instructions
    tally = instructions.tally
    places, count = tally.longest(kinds, region.start_ns, region.end_ns, MOST_ROWS)
    used = [instructions.kinds[n] for n in _used(kinds, tally.kinds_at(places[:1]).tolist())]
    places_used = dict.fromkeys((kind.core, kind.track) for kind in used)
    tracks = tuple(engine_track(region, core, track) for core, track in places_used)
    return Evidence(INSTRUCTION, rows_of(tally.rows_at(places)), count, noun, tracks)


def packet_evidence(region: Region, kinds: Mask, noun: str) -> Evidence:
    """The packets of these kinds that touch the range."""
    packets = region.run.packets
    tally = packets.tally
    places, count = tally.longest(kinds, region.start_ns, region.end_ns, MOST_ROWS)
    used = [packets.kinds[n].queue for n in _used(kinds, tally.kinds_at(places[:1]).tolist())]
    tracks = tuple(queue_track(region, queue) for queue in dict.fromkeys(used))
    return Evidence(PACKET, rows_of(tally.rows_at(places)), count, noun, tracks)


def _used(kinds: Mask, first: list[int]) -> list[int]:
    """The chosen kinds, that of the first row first: its track is the one to show."""
    return [*first, *np.flatnonzero(kinds).tolist()]


def stretches_of_instructions(region: Region, kinds: Mask) -> Stretches:
    """The time these instructions cover within the range."""
    return region.run.instructions.tally.coverage(kinds).within(region.start_ns, region.end_ns)


def stretches_of_packets(region: Region, kinds: Mask) -> Stretches:
    """The time these packets cover within the range."""
    return region.run.packets.tally.coverage(kinds).within(region.start_ns, region.end_ns)


def stretches_at(region: Region, start_ns: Longs, end_ns: Longs) -> Stretches:
    """The union of intervals, cut at the range's edges."""
    return Coverage.of(union(start_ns, end_ns)).within(region.start_ns, region.end_ns)
