"""Running totals of device memory: kept per physical core, counted in the order of the stops."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.make.session.description import Counter, Event, Process


@dataclass(frozen=True)
class Totals:
    """A counter behind an event: bytes for everything, and for the event's own usage."""

    counter: Counter
    total: int
    of_usage: int


def steps(process: Process) -> Iterator[tuple[Event, Totals, dict[str, int]]]:
    """Every change in time order, with the counter's bytes by usage behind it."""
    held = {counter: dict(start) for counter, start in process.baselines.items()}
    changes = [e for e in process.events if e.memory is not None and e.end_ns is not None]
    for event in sorted(changes, key=lambda event: event.end_ns or 0):
        memory = event.memory
        assert memory is not None
        own = held.setdefault(memory.counter, {})
        own[memory.usage] = own.get(memory.usage, 0) + memory.size
        assert own[memory.usage] >= 0, event
        yield event, Totals(memory.counter, sum(own.values()), own[memory.usage]), own


def totals(process: Process) -> dict[int, Totals]:
    """What each allocation and release reports; keyed by the identity of the event."""
    return {id(event): counted for event, counted, _ in steps(process)}


def in_use(process: Process) -> list[tuple[int, int, int, int, dict[str, int]]]:
    """(time, device, memory, total, bytes by usage) of each memory: the sum of its counters."""
    held = {counter: dict(start) for counter, start in process.baselines.items()}
    found = []
    for event, counted, own in steps(process):
        counter = counted.counter
        if event.memory is None or not event.memory.is_device:
            continue
        held[counter] = dict(own)
        by_usage: dict[str, int] = {}
        for other, usages in held.items():
            if (other.device, other.hbm) == (counter.device, counter.hbm):
                for usage, size in usages.items():
                    by_usage[usage] = by_usage.get(usage, 0) + size
        total = sum(by_usage.values())
        found.append((event.end_ns or 0, counter.device, counter.hbm, total, by_usage))
    return found
