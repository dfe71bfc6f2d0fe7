"""Rows of published tables in the names and shapes of the official tool's JSON."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ingest_worker.builders.legacy import published_psum_bytes
from profiles.tables.registry import REGISTRY

Row = Mapping[str, Any]
Rule = str | Callable[[Row], Any]

NO_LIMIT = 99


def graph_name(row: Row) -> str:
    """`sg00` for the first core: the name the compiler gives the program of each core."""
    return f"sg{row['pcore_idx'] or 0:02d}"


def constant(value: object) -> Callable[[Row], Any]:
    """A field that the official tool always fills alike."""
    return lambda _row: value


def text(column: str, missing: str = "") -> Callable[[Row], Any]:
    """A number as decimal text, a missing one as `missing`."""
    return lambda row: missing if row[column] is None else str(row[column])


def filled(column: str, missing: Any) -> Callable[[Row], Any]:
    """A column whose null is written as `missing`."""
    return lambda row: missing if row[column] is None else row[column]


def limit_type(row: Row) -> int | str:
    """`activity_0` is type 0; no limit, `unknown`, is type 99; another name stays as it is."""
    name = str(row["type"])
    number = name.removeprefix("activity_")
    if name == "unknown":
        return NO_LIMIT
    return int(number) if number.isdecimal() else name


def psum_written(row: Row) -> int | None:
    """Bytes written to PSUM, those of products in the data type of their source."""
    return published_psum_bytes(row["opcode"], row["operands"], row["psum_write_bytes"])


def is_psum_to_sbuf(row: Row) -> bool | None:
    """Set where an instruction reads PSUM and writes SBUF, absent elsewhere."""
    return True if row["psum_read_sbuf_write_bytes"] is not None else None


INSTRUCTION: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "fully_qualified_subgraph": lambda row: f"/{graph_name(row)}",
        "id": "id",
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "subgroup": "engine",
        "label": "timeline_track",
        "pc": "pc",
        "compiler_pc": "compiler_pc",
        "opcode": "opcode",
        "operands": "operands",
        "compiler_opcode": "compiler_opcode",
        "compiler_operands": "compiler_operands",
        "activation_fn": filled("scalar_activation_fn", ""),
        "instruction_type": filled("tensor_instruction_type", ""),
        "evt_wait_time": "evt_wait_time_ns",
        "crc_in": "crc_in",
        "crc_out": "crc_out",
        "bir_id": "bir_id",
        "raw_bir_id": filled("raw_bir_id", 0),
        "bir_instruction_name": filled("bir_instruction_name", ""),
        "penguin_id": filled("penguin_id", ""),
        "raw_penguin_id": filled("raw_penguin_id", 0),
        "hlo_name": filled("hlo_name", ""),
        "hlo_attrs": filled("hlo_attrs", ""),
        "layer": filled("layer", ""),
        "elements": "tensor_elements",
        "hbm_read_bytes": "hbm_read_bytes",
        "hbm_write_bytes": "hbm_write_bytes",
        "sbuf_read_bytes": "sbuf_read_bytes",
        "sbuf_write_bytes": "sbuf_write_bytes",
        "psum_read_bytes": "psum_read_bytes",
        "psum_write_bytes": psum_written,
        "is_psum_read_sbuf_write": is_psum_to_sbuf,
        "psum_read_sbuf_write_bytes": "psum_read_sbuf_write_bytes",
        "spill_save_bytes": "spill_save_bytes",
        "spill_reload_bytes": "spill_reload_bytes",
        "weight_queue_bytes": "weight_queue_bytes",
        "trigger": "dma_trigger_start_ts",
    }
)

PACKET: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "aggregated": constant("no"),
        "id": "id",
        "packet_idx": "packet_idx",
        "packet_aggregation_id": "packet_aggregation_id",
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "dma_engine": text("engine_idx"),
        "dma_queue": text("queue_idx"),
        "subgroup": "queue_name",
        "queue_type": "queue_type",
        "transfer_size": "transfer_bytes",
        "read_size": "read_bytes",
        "write_size": "write_bytes",
        "transfer_rate": "throughput",
        "crc": "crc",
        "variable": filled("variable", "unknown"),
        "source": constant([["unknown"]]),
        "dest": constant(["unknown"]),
        "op": constant(""),
        "semaphore_id": constant("-1"),
        "is_cc_dma": constant("no"),
        "duplicate": constant("no"),
    }
)

TRANSFER: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "aggregated": constant("yes"),
        "id": "id",
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "dma_queue": text("queue_idx"),
        "subgroup": "queue_name",
        "queue_type": "queue_type",
        "packet_aggregation_id": "id",
        "transfer_size": "transfer_bytes",
        "read_size": "read_bytes",
        "write_size": "write_bytes",
        "transfer_rate": "throughput",
        "variable": "variable",
        "op": "op",
        "semaphore_id": "semaphore_id",
        "trigger": "trigger",
        "is_cc_dma": constant("no"),
        "duplicate": constant("no"),
    }
)

SEMAPHORE: Mapping[str, Rule] = MappingProxyType(
    {"subgraph": graph_name, "timestamp": "timestamp", "id": "id", "value": "value"}
)

LIMIT: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "timestamp": "timestamp",
        "duration": "duration",
        "k": "k",
        "n": "n",
        "type": limit_type,
    }
)

ACTIVE: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "engine": "engine",
        "start_ts": "start_ts",
        "end_ts": "end_ts",
        "duration_ns": "duration_ns",
        "pcore_idx": "pcore_idx",
    }
)

PENDING: Mapping[str, Rule] = MappingProxyType(
    {"subgraph": graph_name, "timestamp": "timestamp", "value": "value"}
)

USAGE: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "timestamp": "timestamp",
        "transfer_rate": "current_throughput",
        "total_transfer_bytes": "total_transfer_bytes",
        "hbm_transfer_rate": constant(0),
        "hbm_total_transfer_bytes": constant(0),
        "uses_hbm": constant("false"),
    }
)

QUEUE: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "q_name": "name",
        "q_type": "type",
        "q_idx": "idx",
        "q_eng_idx": "engine_idx",
        "q_axi_port": "axi_port",
        "q_dram_channel": "dram_channel",
        "q_event_id": constant(-1),
    }
)

HEADER: Mapping[str, Rule] = MappingProxyType(
    {
        "network_name": filled("network_name", ""),
        "uuid": filled("uuid", ""),
        "hash": filled("hash", ""),
        "enabled_features": filled("enabled_features", ""),
        "header_size": text("header_size"),
        "data_size": text("data_size"),
        "major_version": text("major_version"),
        "minor_version": text("minor_version"),
        "package_version": text("package_version"),
        "build_version": filled("build_version", ""),
        "number_of_logical_neuroncores": text("logical_neuroncore_count"),
        "number_of_neuroncores_per_lnc": text("pcore_count_per_lnc"),
    }
)

METADATA: Mapping[str, Rule] = MappingProxyType(
    {
        "ntff_version": "ntff_version",
        "num_physical_cores": "num_physical_cores",
        "num_subgraphs": "num_physical_cores",
        "vnc_enabled": "vnc_enabled",
        "first_hw_timestamp": "first_hw_timestamp",
        "last_hw_timestamp": "last_hw_timestamp",
        "first_ts": "first_ts",
        "last_ts": "last_ts",
        "dma_ddr_bandwidth": "dma_ddr_bandwidth",
        "hbm_ddr_bandwidth": "hbm_ddr_bandwidth",
        "pe_num_rows": "tensor_engine_num_rows",
        "pe_num_cols": "tensor_engine_num_cols",
        "pe_clock_freq": "tensor_engine_clock_freq",
        "pe_clock_others": "neuroncore_clock_freq",
        "ticks_per_nanosec": "ticks_per_nanosec",
        "is_simulation": filled("is_simulation", missing=False),
        "is_ext": constant(value=True),
        "data_version": constant(8),
    }
)

NC_MEMORY: Mapping[str, Rule] = MappingProxyType(
    {
        "nd": "neuron_device_idx",
        "nc": "neuroncore_idx",
        "usage_type": "usage_type",
        "amount_bytes": "usage_bytes",
    }
)

SBUF: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "type": constant("sb"),
        "timestamp": "timestamp",
        "usage_avg": "avg_util_percent",
        **{f"partition_{n}_usage": f"partition_{n}_util_percent" for n in (0, 32, 64, 96)},
    }
)

PSUM: Mapping[str, Rule] = MappingProxyType(
    {
        "subgraph": graph_name,
        "type": constant("psum"),
        "timestamp": "timestamp",
        "usage_avg": "avg_util_percent",
        **{f"bank_{n}_usage": f"bank_{n}_util_percent" for n in range(8)},
    }
)

TENSOR: Mapping[str, Rule] = MappingProxyType(
    {
        "variable_name": filled("variable_name", ""),
        "type": filled("type", ""),
        "format": filled("format", ""),
        "shape": filled("shape", ""),
        "size": text("size"),
        "sg_name": constant(""),
        "load_to_sbuf_avg_size_bytes": "load_to_sbuf_avg_size_bytes",
        "load_to_sbuf_total_size_bytes": "load_to_sbuf_total_size_bytes",
        "load_to_sbuf_dma_count": "load_to_sbuf_dma_count",
        "load_to_sbuf_repeat_factor": "load_to_sbuf_repeat_factor",
    }
)

WARNING: Mapping[str, Rule] = MappingProxyType({"message": "message", "category": "category"})


def same_names(table: str, without: tuple[str, ...] = ()) -> Mapping[str, Rule]:
    """The columns of a table under their own names."""
    names = [name for name in REGISTRY[table].by_name if name not in without]
    return MappingProxyType({name: name for name in names})


SHAPES: Mapping[str, tuple[tuple[str, Mapping[str, Rule]], ...]] = MappingProxyType(
    {
        "instruction": (("Instruction", INSTRUCTION),),
        "semaphore_update": (("SemaphoreUpdate", SEMAPHORE),),
        "dma": (("DmaPacket", PACKET), ("DmaPacketAggregated", TRANSFER)),
        "ham": (("Throttle", LIMIT),),
        "active_time": (("ActiveTime", ACTIVE),),
        "pending_dma": (("PendingDma", PENDING),),
        "dma_throughput": (("DmaUsage", USAGE),),
        "dma_queues_info": (("DmaQueuesInfo", QUEUE),),
        "instruction_usage": (("SbufUsage", SBUF), ("PsumUsage", PSUM)),
        "nc_mem_usage": (("HbmUsageSummaryByType", NC_MEMORY),),
        "neff_node": (("TensorInfo", TENSOR),),
        "model_info": (("LegacyCore", same_names("LegacyCore", ("pcore_idx",))),),
        "layer_summary": (("LegacyLayer", same_names("LegacyLayer")),),
        "warnings": (("Warning", WARNING),),
        "neff_header": (("NeffHeader", HEADER),),
        "metadata": (("Metadata", METADATA),),
    }
)


def in_shape(row: Row, shape: Mapping[str, Rule]) -> dict[str, Any]:
    """One row with the fields of the JSON; a null is an absent field."""
    found = {
        name: row[rule] if isinstance(rule, str) else rule(row) for name, rule in shape.items()
    }
    return {name: value for name, value in found.items() if value is not None}
