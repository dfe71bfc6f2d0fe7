"""From the names of the official tool's JSON to the columns of the published tables.

Device files: `ntff-decoding.md` 12. System files: `neuron-explorer.md` 3.5.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ingest_worker.builders.legacy import held_psum_bytes
from profiles.tables.registry import REGISTRY

Row = Mapping[str, Any]
Found = tuple[str, dict[str, Any]]
"""A table and a row of it, by column; names that are no column stand beside the others."""

FRAMEWORK_TYPE = 99999
LARGEST = 1 << 48
"""Bytes of one instruction beyond this are no bytes."""

HARDWARE_EVENTS = frozenset(
    {
        *("nc_exec_running", "cc_running", "cc_exec_barrier", "hw_notify", "numerical_err"),
        *("timestamp_sync_point", "nc_model_switch"),
    }
)
_GRAPH = re.compile(r"/?sg(\d{1,6})\Z")
_THROTTLE = re.compile(
    r"throttle_(?:(?P<type>\w+?)_)?(?P<what>active_time|avg_util_limit|active)"
    r"_nc(?P<core>\d{1,4})_(?P<unit>percent|time_ns)\Z"
)
VERSIONS = ("instance_type", "runtime_version", "driver_version", "collectives_version")


@dataclass(frozen=True)
class Shape:
    """How rows of one JSON table become rows of a published one.

    `columns` are names with another column, `dropped` names that say nothing another column does
    not say.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()

    def row(self, row: Row) -> dict[str, Any]:
        """The row by column; names of the JSON that are no column keep their name."""
        found: dict[str, Any] = {}
        for name, value in row.items():
            if name in self.dropped:
                continue
            if name == "subgraph":
                found["pcore_idx"] = graph_number(value)
                continue
            found[self.columns.get(name, name)] = value
        return found


def graph_number(name: object) -> int | None:
    """`sg01` is the program of core 1."""
    found = _GRAPH.match(str(name))
    return int(found[1]) if found else None


_PACKETS = {
    "timestamp": "start_ts",
    "duration": "duration_ns",
    "dma_engine": "engine_idx",
    "dma_queue": "queue_idx",
    "subgroup": "queue_name",
    "transfer_size": "transfer_bytes",
    "read_size": "read_bytes",
    "write_size": "write_bytes",
    "transfer_rate": "throughput",
}
_ALWAYS_ALIKE = frozenset({"aggregated", "is_cc_dma", "duplicate"})
INSTRUCTION = Shape(
    "Instruction",
    {
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "subgroup": "engine",
        "label": "timeline_track",
        "evt_wait_time": "evt_wait_time_ns",
        "activation_fn": "scalar_activation_fn",
        "instruction_type": "tensor_instruction_type",
        "elements": "tensor_elements",
        "trigger": "dma_trigger_start_ts",
    },
    frozenset({"fully_qualified_subgraph", "is_psum_read_sbuf_write", "predecessors"}),
)
PACKET = Shape(
    "DmaPacket",
    _PACKETS,
    _ALWAYS_ALIKE | {"source", "dest", "op", "semaphore_id"},
)
TRANSFER = Shape(
    "DmaPacketAggregated",
    _PACKETS,
    _ALWAYS_ALIKE | {"dma_engine", "crc", "packet_aggregation_id"},
)
PLAIN: Mapping[str, Shape] = MappingProxyType(
    {
        "semaphore_update": Shape("SemaphoreUpdate"),
        "ham": Shape("Throttle"),
        "active_time": Shape("ActiveTime", dropped=frozenset({"subgraph"})),
        "pending_dma": Shape("PendingDma"),
        "nc_mem_usage": Shape(
            "HbmUsageSummaryByType",
            {"nd": "neuron_device_idx", "nc": "neuroncore_idx", "amount_bytes": "usage_bytes"},
        ),
        "neff_header": Shape(
            "NeffHeader",
            {
                "number_of_logical_neuroncores": "logical_neuroncore_count",
                "number_of_neuroncores_per_lnc": "pcore_count_per_lnc",
            },
        ),
        "dma_queues_info": Shape(
            "DmaQueuesInfo",
            {
                "q_name": "name",
                "q_type": "type",
                "q_idx": "idx",
                "q_eng_idx": "engine_idx",
                "q_axi_port": "axi_port",
                "q_dram_channel": "dram_channel",
            },
            dropped=frozenset({"q_event_id"}),
        ),
        "warnings": Shape("Warning"),
        "layer_summary": Shape("LegacyLayer"),
        "cc_ops": Shape(
            "CcOp",
            {"timestamp": "start_ts", "duration": "duration_ns", "cc_trigger": "trigger_start_ts"},
        ),
        "cc_stream": Shape("CcStream"),
        "stack_frame_function_name": Shape("StackFrameFunctionName"),
        "stack_frame_file_name": Shape("StackFrameFileName"),
        "stack_frame_file_location": Shape("StackFrameFileLocation"),
        "stack_frame": Shape("StackFrame"),
        "mem_usage": Shape(
            "HostMemUsage", {"usage": "used_bytes", "percent_usage": "used_percent"}
        ),
        "cpu_util": Shape("CpuUsage", {"util": "util_percent"}),
        "device_mem_usage": Shape("SystemProfileHbmUsage"),
    }
)
METADATA = Shape(
    "Metadata",
    {
        "pe_clock_freq": "tensor_engine_clock_freq",
        "pe_clock_others": "neuroncore_clock_freq",
        "pe_num_rows": "tensor_engine_num_rows",
        "pe_num_cols": "tensor_engine_num_cols",
    },
    dropped=frozenset({"num_subgraphs", "is_ext", "data_version", "total_point_count"}),
)
OTHER_CLOCKS = ("vector_engine", "scalar_engine", "gpsimd_engine")
_THROTTLE_COLUMNS = {
    ("active", "time_ns"): "throttle_active_time_ns",
    ("active_time", "percent"): "throttle_active_time_percent",
    ("avg_util_limit", "percent"): "max_achievable_util_with_throttling_percent",
}
ALL_TYPES = "all"
SUMMARY_OF = "summary_of"
"""Where the name of the profile of a `summary-json` is kept."""


def published(name: str, row: Row) -> Iterator[Found]:
    """Rows of the published tables that a row of the JSON table `name` becomes."""
    special: Mapping[str, Callable[[Row], Iterator[Found]]] = {
        "instruction": _instruction,
        "dma": _movement,
        "dma_throughput": _throughput,
        "instruction_usage": _occupancy,
        "neff_node": _tensor,
        "model_info": _core,
        "metadata": _metadata,
        "summary": _summary,
        "trace_events": _event,
    }
    if name in special:
        yield from special[name](row)
    elif name in PLAIN:
        yield PLAIN[name].table, _typed_limit(name, PLAIN[name].row(row))
    else:
        yield name, dict(row)


def _typed_limit(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Throttle types are numbers in the JSON: 0 is `activity_0`, 99 no limit."""
    kind = row.get("type")
    if name == "ham" and isinstance(kind, int):
        row["type"] = "unknown" if kind == 99 else f"activity_{kind}"
    return row


def _instruction(row: Row) -> Iterator[Found]:
    found = INSTRUCTION.row(row)
    elements = found.get("tensor_elements")
    if isinstance(elements, int):
        found.setdefault("raw_flops", 2 * elements)
        if kind := row.get("instruction_type"):
            turned = elements if kind == "TRANSPOSE" else 0
            found.setdefault("tensor_elements_transpose", turned)
            found.setdefault("flops_transpose", 2 * turned)
    written = found.get("psum_write_bytes")
    if isinstance(written, int) and 0 <= written < LARGEST:
        texts = str(found.get("opcode") or ""), str(found.get("operands") or "")
        found["psum_write_bytes"] = held_psum_bytes(*texts, written)
    yield INSTRUCTION.table, found
    edges = row.get("predecessors")
    for edge in edges if isinstance(edges, list) else ():
        if isinstance(edge, dict):
            yield (
                "Flow",
                {
                    "in_id": edge.get("id"),
                    "out_id": row.get("id"),
                    "in_table": "Instruction",
                    "out_table": "Instruction",
                    "dependency_type": edge.get("type"),
                },
            )


def _movement(row: Row) -> Iterator[Found]:
    if row.get("aggregated") != "yes":
        yield PACKET.table, PACKET.row(row)
        return
    found = TRANSFER.row(row)
    for name in ("source", "dest"):
        if isinstance(found.get(name), list):
            found[name] = json.dumps(found[name], separators=(",", ":"))
    yield TRANSFER.table, found


def _throughput(row: Row) -> Iterator[Found]:
    """All bytes, and those of the device memory where the file knows them (`uses_hbm`)."""
    place = {"timestamp": row.get("timestamp"), "pcore_idx": graph_number(row.get("subgraph"))}
    names = ("transfer_rate", "total_transfer_bytes")
    for table, front in (("DmaUsage", ""), ("HbmUsage", "hbm_")):
        if front and str(row.get("uses_hbm", "false")).lower() != "true":
            continue
        rate, total = (row.get(f"{front}{name}") for name in names)
        yield table, {**place, "current_throughput": rate, "total_transfer_bytes": total}


def _occupancy(row: Row) -> Iterator[Found]:
    is_psum = row.get("type") == "psum"
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "subgraph":
            found["pcore_idx"] = graph_number(value)
        elif name.endswith("_usage"):
            found[f"{name.removesuffix('_usage')}_util_percent"] = value
        elif name == "usage_avg":
            found["avg_util_percent"] = value
        elif name != "type":
            found[name] = value
    yield "PsumUsage" if is_psum else "SbufUsage", found


def _tensor(row: Row) -> Iterator[Found]:
    """Rows without a type only name the node of each core's program."""
    if row.get("type"):
        found = {name: value for name, value in row.items() if name != "sg_name"}
        yield "TensorInfo", found
    else:
        yield "neff_node", dict(row)


def _core(row: Row) -> Iterator[Found]:
    yield "LegacyCore", {**row, "pcore_idx": graph_number(row.get("sg_name"))}


def _metadata(row: Row) -> Iterator[Found]:
    found = METADATA.row(row)
    for engine in OTHER_CLOCKS:
        found.setdefault(f"{engine}_clock_freq", row.get("pe_clock_others"))
    yield METADATA.table, found


def _summary(row: Row) -> Iterator[Found]:
    own: dict[str, Any] = {}
    limits: dict[tuple[int, str], dict[str, Any]] = {}
    versions: dict[str, Any] = {}
    for name, value in row.items():
        limit = _THROTTLE.match(name)
        column = _THROTTLE_COLUMNS.get((limit["what"], limit["unit"])) if limit else None
        if limit and column:
            key = (int(limit["core"]), limit["type"] or ALL_TYPES)
            limits.setdefault(key, {})[column] = value
        elif name in VERSIONS or name == "compiler_version":
            versions[name] = value
        else:
            own[name] = value
    yield "Summary", own
    yield from (("LegacySummary", one) for one in _exact(row))
    for (core, kind), columns in limits.items():
        yield "ThrottleSummary", {"nc_idx": core, "throttle_type": kind, **columns}
    if versions:
        yield "Metadata", versions


def _exact(row: Row) -> Iterator[dict[str, Any]]:
    """Every number as it stands: columns of `Summary` hold fewer digits."""
    for name, value in row.items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        kind = "text" if isinstance(value, str) else "whole"
        yield {"key": name, "number" if isinstance(value, float) else kind: value}


def _event(row: Row) -> Iterator[Found]:
    """An event of a system file; what is no column stands in its attributes."""
    shape = REGISTRY["SystemProfileEvents"].by_name
    named = {
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "lnc_idx": "nc_idx",
        "group": "worker_gid",
    }
    found: dict[str, Any] = {"trace_event_source": _source(row)}
    rest: dict[str, Any] = {}
    for name, value in row.items():
        column = named.get(name, name)
        if column in shape and (column != "worker_gid" or isinstance(value, int)):
            found[column] = value
        else:
            rest[name] = value
    if rest:
        found["extra_attributes_json"] = json.dumps(rest, separators=(",", ":"), sort_keys=True)
    yield "SystemProfileEvents", found


def _source(row: Row) -> str:
    if row.get("type") == FRAMEWORK_TYPE:
        return "framework"
    return "neuron_hw" if row.get("name") in HARDWARE_EVENTS else "neuron_rt"
