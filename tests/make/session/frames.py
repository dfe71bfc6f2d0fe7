"""The frames of ntrace.pb, cpu_util.pb and host_mem.pb.

Layout: notes on the capture session, section "ntrace.pb, cpu_util.pb, host_mem.pb: frames".
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from tests.make import wire
from tests.make.session.description import Event, Process, Samples
from tests.make.session.memory import Totals, totals

START, STOP, INSTANT = 1, 2, 3
CORE_SHIFT = 50


def framed(messages: Iterable[bytes]) -> bytes:
    """Each message behind its length in four bytes."""
    return b"".join(struct.pack("<I", len(message)) + message for message in messages)


def event_frames(process: Process) -> bytes:
    """Core by core, each core's frames in the order they were recorded."""
    counted = totals(process)
    cores = sorted({event.core for event in process.events})
    return framed(
        frame + process.extra_frame for core in cores for frame in _of_core(process, core, counted)
    )


def numbered(process: Process, core: int) -> list[tuple[int, int, int, Event]]:
    """(event number, span number, phase, event) of a core's frames, in file order.

    A frame's number counts the frames of its core, with the core above bit 50. A start and an
    instant are their own span.
    """
    found: list[tuple[int, int, int, Event]] = []
    for place, event in enumerate(process.events):
        if event.core != core:
            continue
        if event.is_instant:
            found.append((event.recorded_ns or event.start_ns, INSTANT, place, event))
            continue
        if not event.is_start_lost:
            found.append((event.recorded_ns or event.start_ns, START, place, event))
        if event.end_ns is not None:
            found.append((event.recorded_ns or event.end_ns, STOP, place, event))
    found.sort(key=lambda item: item[0])
    spans: dict[int, int] = {}
    listed = []
    for count, (_, phase, place, event) in enumerate(found, 1):
        number = count + (core << CORE_SHIFT)
        span = spans.setdefault(place, number) if phase != STOP else spans.get(place, number)
        listed.append((number, span, phase, event))
    return listed


def _of_core(process: Process, core: int, counted: Mapping[int, Totals]) -> Iterator[bytes]:
    for number, span, phase, event in numbered(process, core):
        time_ns = event.end_ns if phase == STOP else event.start_ns
        assert time_ns is not None
        keys = {"nc_idx": str(core), "worker_gid": str(event.worker)}
        keys |= event.stop_keys if phase == STOP else event.keys
        if event.memory is not None:
            keys |= _memory_keys(event, phase, counted.get(id(event)))
        yield b"".join(
            (
                wire.uint(2, time_ns),
                wire.uint(7, event.kind),
                wire.uint(9, event.thread),
                wire.uint(10, number),
                *(_attribute(key, value) for key, value in keys.items()),
                wire.uint(14, phase),
                wire.uint(15, span),
            )
        )


@lru_cache(maxsize=4096)
def _attribute(key: str, value: str) -> bytes:
    return wire.message(12, wire.text(1, key), wire.text(2, value))


def _memory_keys(event: Event, phase: int, counted: Totals | None) -> dict[str, str]:
    memory = event.memory
    assert memory is not None
    if phase == START:
        keys = {
            "hbm_idx": str(memory.counter.hbm),
            "is_nc_hbm": str(int(memory.is_device)),
            "usage_type": memory.usage,
            "mla_idx": str(memory.counter.device),
        }
        place = (
            {"is_aligned": "0"} if memory.size > 0 else {"physical_address": memory_address(event)}
        )
        return keys | place
    assert counted is not None
    keys = {
        "total_bytes": str(counted.total),
        "usage_type_total_bytes": str(counted.of_usage),
    }
    if memory.size < 0:
        return {"freed_bytes": str(-memory.size)} | keys
    return keys | {
        "allocated_bytes": str(memory.size),
        "physical_address": memory_address(event),
        "return_code": str(memory.return_code),
    }


def memory_address(event: Event) -> str:
    """The address as the runtime writes it."""
    assert event.memory is not None
    return f"{event.memory.address:#x}"


def cpu_frames(samples: Samples) -> bytes:
    """At every tick one frame a CPU; a value or number of zero is left out."""
    return framed(
        (wire.tag(1, wire.FIXED32) + struct.pack("<f", percent) if percent else b"")
        + wire.uint(2, tick)
        + wire.uint(3, cpu)
        for tick, row in zip(samples.ticks_ns, samples.cpu, strict=False)
        for cpu, percent in enumerate(row)
    )


def memory_frames(samples: Samples) -> bytes:
    """At every tick the bytes the process has reserved."""
    return framed(
        wire.uint(1, used) + wire.uint(2, tick)
        for tick, used in zip(samples.ticks_ns, samples.memory, strict=False)
    )
