"""Device profiles written as rows of tables, so that a test says every number it starts from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest_worker.builders.built import table_of_rows
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.region import Region
from profiles.storage.manifest import Manifest, NoticeEntry
from profiles.storage.tables import TableStore
from profiles.tables.registry import SCHEMA_VERSION, arrow_schema

Row = dict[str, Any]

TRN2: Row = {
    "profile_schema_version": SCHEMA_VERSION,
    "instance_type": "trn2.3xlarge",
    "num_physical_cores": 1,
    "last_hw_timestamp": 100_000,
    "tensor_engine_num_rows": 128,
    "tensor_engine_num_cols": 128,
    "tensor_engine_clock_freq": 2.4,
    "neuroncore_clock_freq": 1.2,
    "hbm_ddr_bandwidth": 716e9,
    "dma_ddr_bandwidth": 435e9,
    "num_dma_engines_per_neuroncore": 16,
}
"""The machine of a run of 100 µs on one core of a trn2: peak 78,643.2 FLOP/ns."""


def instruction(
    engine: str, start_ns: int, length_ns: int, opcode: str = "COPY", **more: Any
) -> Row:
    """A row of Instruction on core 0."""
    row: Row = {
        "start_ts": start_ns,
        "end_ts": start_ns + length_ns,
        "duration_ns": length_ns,
        "engine": engine,
        "timeline_track": engine,
        "pcore_idx": 0,
        "opcode": opcode,
        "operands": "",
        "id": start_ns,
        "pc": 0,
        "bir_id": "",
    }
    return row | more


def matmul(
    start_ns: int, length_ns: int, *, k: int = 128, m: int = 128, n: int = 512,
    dtype: str = "bfloat16", is_transpose: bool = False, **more: Any,
) -> Row:  # fmt: skip
    """A row of a multiplication, with its FLOPs."""
    flops = 2 * k * m * n
    row = instruction("Tensor", start_ns, length_ns, "MATMUL")
    row |= {
        "timeline_track": "TensorMatrix",
        "operands": f"src={dtype}@0x0[1,0,0][{n},1,1] dst=0x2000000[1,0,0][{n},1,1] {k}*{m} ",
        "raw_flops": flops,
        "tensor_instruction_type": "TRANSPOSE" if is_transpose else "REGULAR",
        "flops_transpose": flops if is_transpose else 0,
    }
    return row | more


def packet(start_ns: int, length_ns: int, size: int = 4096, **more: Any) -> Row:
    """A row of DmaPacket of queue 1, by descriptors of the compiler, on engine 64."""
    row: Row = {
        "start_ts": start_ns,
        "end_ts": start_ns + length_ns,
        "duration_ns": length_ns,
        "pcore_idx": 0,
        "engine_idx": 64,
        "transfer_bytes": size,
        "read_bytes": size,
        "write_bytes": size,
        "queue_type": "data",
        "queue_name": "qLoad-Q1-E64",
        "queue_idx": 1,
    }
    return row | more


def limit(start_ns: int, length_ns: int, k: int = 4, n: int = 8, core: int = 0) -> Row:
    """A row of Throttle."""
    return {
        "timestamp": start_ns,
        "duration": length_ns,
        "k": k,
        "n": n,
        "type": "activity_1",
        "pcore_idx": core,
    }


def tensor(name: str, kind: str, size: int, **more: Any) -> Row:
    """A row of TensorInfo; `kind` is IN, OUT or WEIGHT."""
    return {"variable_name": name, "type": kind, "size": size} | more


def device(
    folder: Path,
    *,
    metadata: Row | None = None,
    notices: Sequence[NoticeEntry] = (),
    has_neff: bool = True,
    **tables: Sequence[Row],
) -> DeviceRun:
    """A published run with these tables, opened anew each time."""
    store = TableStore(folder)
    number = len(store.runs_of("made")) + 1 if (folder / "made").is_dir() else 1
    run = store.new_run("made", number)
    rows: Mapping[str, Sequence[Row]] = {
        "Metadata": [TRN2 | (metadata or {})],
        **({"NeffHeader": [{"network_name": "made"}]} if has_neff else {}),
        **tables,
    }
    for name, own in rows.items():
        if own:
            table = table_of_rows(name, list(own))
            run.write_table(name, 0, arrow_schema(name), table.batches())
    run.publish(Manifest(SCHEMA_VERSION, "test", tables=tuple(run.tables), notices=tuple(notices)))
    return DeviceRun(store.open_run("made", number), 0)


def region(folder: Path, **tables: Any) -> Region:
    """The whole of such a run."""
    return Region(device(folder, **tables))
