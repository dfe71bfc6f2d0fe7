"""The tables of a system run that follow from its events and samples row by row."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ingest_worker.builders.bandwidth import COPIES, TENSORS
from ingest_worker.builders.built import (
    Array,
    BuiltTable,
    Columns,
    joined,
    repeated,
    table_of,
    table_of_rows,
)
from ingest_worker.builders.meta import moment_text
from ingest_worker.builders.system.events import SOURCES, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE, Longs
from ingest_worker.formats.system.samples import CpuSamples, MemorySamples
from profiles.metrics.chips import BY_ARCHITECTURE
from profiles.tables.registry import arrow_schema


def _optional(values: Longs) -> Array:
    found: Array = pa.array(values, mask=values == NONE)
    return found


def event_table(
    events: Events,
    processes: Mapping[int, ProcessTrace],
    zero_ns: int,
    flows: Array | None = None,
) -> BuiltTable:
    """`SystemProfileEvents`, in order of start; `flows` are the ids of `flow_ids`."""
    instances = [processes[number].instance_id for number in sorted(processes)]
    pids = np.array([processes[number].process_id for number in sorted(processes)], np.int64)

    def columns(start: int, stop: int) -> Columns:
        rows = slice(start, stop)
        return {
            "id": events.id[rows],
            "name": repeated(events.names, events.name[rows]),
            "start_ts": events.start_ns[rows] - zero_ns,
            "end_ts": events.end_ns[rows] - zero_ns,
            "duration_ns": events.end_ns[rows] - events.start_ns[rows],
            "trace_event_source": repeated(SOURCES, events.source[rows].astype(np.int64)),
            "instance_id": repeated(instances, events.process[rows]),
            "process_id": pids[events.process[rows]],
            "thread_id": events.thread[rows],
            "nc_idx": _optional(events.nc[rows]),
            "pcore_idx": _optional(events.pcore[rows]),
            "worker_gid": _optional(events.worker[rows]),
            "flow_id": None if flows is None else flows.slice(start, stop - start),
            "framework_stream_id": repeated(events.streams, events.stream[rows], pa.string()),
            "extra_attributes_json": events.extra.slice(start, stop - start),
        }

    return table_of("SystemProfileEvents", len(events), columns)


def transfer_rows(events: Events, processes: Mapping[int, ProcessTrace], zero_ns: int) -> pa.Table:
    """The copies and tensor transfers among the events, with what their bandwidth follows from."""
    rows = events.named(*COPIES, *TENSORS)
    chosen = events.taken(rows)
    names = ("name", "instance_id", "nc_idx", "start_ts", "end_ts", "extra_attributes_json")
    batches = [b.select(list(names)) for b in event_table(chosen, processes, zero_ns).batches()]
    schema = pa.schema([arrow_schema("SystemProfileEvents").field(name) for name in names])
    return pa.Table.from_batches(batches, schema)


def cpu_table(processes: Sequence[ProcessTrace], zero_ns: int) -> BuiltTable:
    """`CpuUsage`: every sample of every CPU, host by host."""
    return joined("CpuUsage", [_cpu(t, t.cpu, zero_ns) for t in processes if t.cpu is not None])


def _cpu(trace: ProcessTrace, samples: CpuSamples, zero_ns: int) -> BuiltTable:
    order = np.lexsort((samples.cpu, samples.time_ns))
    numbers, code = np.unique(samples.cpu, return_inverse=True)
    texts = [str(number) for number in numbers.tolist()]

    def columns(start: int, stop: int) -> Columns:
        chosen = order[start:stop]
        return {
            "timestamp": samples.time_ns[chosen] - zero_ns,
            "util_percent": samples.percent[chosen],
            "cpu_id": repeated(texts, code[chosen]),
            **_host(trace),
        }

    return table_of("CpuUsage", len(order), columns)


def memory_table(processes: Sequence[ProcessTrace], zero_ns: int) -> BuiltTable:
    """`HostMemUsage`: every sample, host by host."""
    return joined(
        "HostMemUsage", [_memory(t, t.memory, zero_ns) for t in processes if t.memory is not None]
    )


def _memory(trace: ProcessTrace, samples: MemorySamples, zero_ns: int) -> BuiltTable:
    order = np.argsort(samples.time_ns, kind="stable")
    whole = trace.info.memory_bytes

    def columns(start: int, stop: int) -> Columns:
        used = samples.used_bytes[order[start:stop]]
        return {
            "timestamp": samples.time_ns[order[start:stop]] - zero_ns,
            "used_bytes": used,
            "used_percent": (100 * used / whole if whole else np.zeros(len(used))).astype(
                np.float32
            ),
            **_host(trace),
        }

    return table_of("HostMemUsage", len(order), columns)


def _host(trace: ProcessTrace) -> Columns:
    return {
        "instance_id": trace.instance_id,
        "ultraserver_id": trace.info.ultraserver_id,
        "ultraserver_instance_index": trace.info.ultraserver_index,
    }


def metadata_table(first_ns: int, last_ns: int, capacity_bytes: int) -> BuiltTable:
    """`SystemProfileMetadata`: one row, the span of the events.

    No file of a system trace tells an NTFF version, and its device traces may have several.
    """
    row = {
        "first_ts": moment_text(first_ns),
        "last_ts": moment_text(last_ns),
        "first_ts_ns": str(first_ns),
        "last_ts_ns": str(last_ns),
        "hbm_capacity_bytes": capacity_bytes,
    }
    return table_of_rows("SystemProfileMetadata", [row])


def hbm_capacity(processes: Sequence[ProcessTrace]) -> int:
    """Bytes of one memory of the chips, 0 for chips nobody knows."""
    chips = [BY_ARCHITECTURE.get(trace.info.arch) for trace in processes]
    return max((chip.hbm_stack_bytes or 0 for chip in chips if chip), default=0)
