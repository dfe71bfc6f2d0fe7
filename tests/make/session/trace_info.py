"""trace_info.pb: what was captured where, and the string tables that travel with it.

Layout: notes on the capture session, section "trace_info.pb: one plain message".
"""

import struct
from collections.abc import Mapping

from tests.make import wire
from tests.make.session.description import KINDS, USAGES, Process

DATA_VERSION = 2


def trace_info(process: Process) -> bytes:
    """The whole message."""
    instance = process.instance
    return b"".join(
        (
            wire.uint(1, instance.arch),
            wire.uint(2, process.pid),
            wire.text(4, instance.name),
            _file(6, process, "ntrace.pb", 1, process.frame_count),
            _host(process),
            wire.uint(9, DATA_VERSION),
            *_tables(process),
            wire.uint(11, process.opened_ns),
            wire.uint(12, process.closed_ns),
            wire.text(13, instance.address),
            wire.uint(14, process.frame_count + process.lost),
            wire.text(15, instance.type),
            wire.uint(16, process.lnc_size),
            wire.text(17, instance.host_name),
            wire.message(18, wire.uint(4, instance.ultraserver_index)),
            process.extra_info,
        )
    )


def _file(number: int, process: Process, name: str, kind: int, count: int) -> bytes:
    path = f"./output/{process.folder}/{name}"
    return wire.message(number, wire.text(1, path), wire.uint(2, kind), wire.uint(3, count))


def _host(process: Process) -> bytes:
    """Sampling intervals are floats of seconds."""
    instance, count = process.instance, len(process.samples.ticks_ns)
    interval = b"".join(
        wire.tag(number, wire.FIXED32) + struct.pack("<f", 1.0) for number in (4, 5)
    )
    return wire.message(
        7,
        wire.uint(1, instance.cpus),
        wire.text(2, instance.cpu_model),
        wire.uint(3, instance.memory_bytes),
        interval,
        _file(6, process, "cpu_util.pb", 2, count),
        _file(7, process, "host_mem.pb", 3, count),
    )


def _table(name: str, rows: Mapping[int, str]) -> bytes:
    """A map of numbers to texts; like every map it is in no order."""
    return wire.message(
        10,
        wire.text(1, name),
        *(wire.message(2, wire.uint(1, n), wire.text(2, rows[n])) for n in sorted(rows)[::-1]),
    )


def _tables(process: Process) -> list[bytes]:
    names = {0: "invalid_interned_string"}
    names |= {loaded.model_id: loaded.path for loaded in process.models}
    return [
        _table("ntrace_inspect_type", dict(enumerate(KINDS))),
        _table("system_trace", names),
        _table("nrt_inspect_mem_usage_type", dict(enumerate(USAGES))),
        _table("nrt_inspect_mem_alloc_errno_type", {12: "OUT_OF_MEMORY", 0: "SUCCESS"}),
    ]
