"""How often and how long events of each name ran on each core, within a range of a system run."""

from dataclasses import dataclass

import numpy as np

from profiles.metrics.events import CoreKey, Events, Longs, Mask

MEDIAN = 0.5
P99 = 0.99


@dataclass(frozen=True)
class Durations:
    """Events counted: durations in ns, whole; `inside_ns` is the part of them in the range.

    Median and p99 are durations that occurred: the least one that so large a share do not exceed.
    """

    count: int
    sum_ns: int
    inside_ns: int
    median_ns: int
    p99_ns: int
    max_ns: int


@dataclass(frozen=True)
class NameOnCore:
    """A name, on one core; `core` is None for all cores together."""

    name: str
    core: CoreKey | None
    durations: Durations


@dataclass(frozen=True)
class RangeStatistics:
    """By name and core, and by name alone; those with the largest sum first."""

    event_count: int
    on_cores: list[NameOnCore]
    by_name: list[NameOnCore]


def range_statistics(
    events: Events,
    start_ns: int | None = None,
    end_ns: int | None = None,
    rows: Longs | None = None,
) -> RangeStatistics:
    """What touches [start, end), or all there is; of `rows` alone where they are given."""
    begins, ends = events.numbers("start_ts"), events.numbers("end_ts")
    chosen = touching(begins, ends, start_ns, end_ns)
    if rows is not None:
        wanted = np.zeros(events.row_count, np.bool_)
        wanted[rows] = True
        chosen &= wanted
    place = np.flatnonzero(chosen)
    begin = begins[place] if start_ns is None else np.maximum(begins[place], start_ns)
    end = ends[place] if end_ns is None else np.minimum(ends[place], end_ns)
    inside = np.maximum(end - begin, 0)
    duration = events.numbers("duration_ns")[place]
    name = events.coded("name")
    code, cores = events.cores
    both = name.codes[place] * max(len(cores), 1) + code[place]
    on_cores = [
        NameOnCore(name.values[key // len(cores)], cores[key % len(cores)], found)
        for key, found in grouped(both, duration, inside)
    ]
    by_name = [
        NameOnCore(name.values[key], None, found)
        for key, found in grouped(name.codes[place], duration, inside)
    ]
    return RangeStatistics(len(place), _largest_first(on_cores), _largest_first(by_name))


def touching(begins: Longs, ends: Longs, start_ns: int | None, end_ns: int | None) -> Mask:
    """Which events have a part in [start, end); instants count where they are."""
    chosen = np.ones(len(begins), np.bool_)
    if end_ns is not None:
        chosen &= begins < end_ns
    if start_ns is not None:
        chosen &= (ends > start_ns) | (begins >= start_ns)
    return chosen


def grouped(key: Longs, duration: Longs, inside: Longs) -> list[tuple[int, Durations]]:
    """The durations of each key, with the key; keys count from 0."""
    if not len(key):
        return []
    ordered, owner = _by_key_and_size(key, duration)
    first = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1])
    count = np.diff(np.append(first, len(owner)))
    within = np.zeros(int(key.max()) + 1, np.int64)
    np.add.at(within, key, inside)
    columns = (
        owner[first],
        count,
        np.add.reduceat(ordered, first),
        within[owner[first]],
        ordered[first + percentile_places(count, MEDIAN)],
        ordered[first + percentile_places(count, P99)],
        ordered[first + count - 1],
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(number, Durations(*figures)) for number, *figures in rows]


def _by_key_and_size(key: Longs, duration: Longs) -> tuple[Longs, Longs]:
    """Durations in order of key and size, and the key of each."""
    span = int(duration.max()) + 1
    if duration.min() < 0 or (int(key.max()) + 1) * span >= 1 << 62:
        order = np.lexsort((duration, key))
        return duration[order], key[order]
    # Sorting one number for both takes a fraction of the time.
    owner, ordered = np.divmod(np.sort(key * span + duration), span)
    return ordered, owner


def percentile_places(count: Longs, share: float) -> Longs:
    """The place, from 0, of a percentile among so many values in order, by nearest rank."""
    # Rounded first, so that 99 of 100 is not found to be a hair more.
    places = np.ceil(np.round(count * share, 6)).astype(np.int64) - 1
    return np.maximum(places, 0)


def durations_of(duration: Longs) -> Durations:
    """Figures of at least one duration, all of it in the range."""
    return grouped(np.zeros(len(duration), np.int64), duration, duration)[0][1]


def _largest_first(found: list[NameOnCore]) -> list[NameOnCore]:
    return sorted(found, key=lambda one: (-one.durations.sum_ns, one.name))
