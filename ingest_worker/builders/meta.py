"""The tables about a capture as a whole: `Metadata`, `ExecutionInfo`, `Warning`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part
from ingest_worker.formats.notice import Notice
from profiles.metrics.chips import DMA_ENGINES, PARTITIONS
from profiles.tables.registry import SCHEMA_VERSION

PICOSECONDS_PER_NS = 1000
EPOCH = "1970-01-01T00:00:00"


@dataclass(frozen=True)
class Provenance:
    """What the tables say of their makers: this program, the profile and the compiler."""

    explorer_version: str
    profile_name: str
    compiler_version: str | None
    neff_name: str | None


def moment_text(time_ns: int) -> str:
    """RFC 3339 text of so many ns after the epoch, without trailing zeros of the fraction."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    day = np.datetime64("1970-01-01", "D") + np.timedelta64(days, "D")
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{day}T{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}Z"


def last_timestamp_ns(part: Part) -> int:
    """The end of the last stored window, else the largest time of a decoded row.

    Throttling records are no measure: one can lie far behind the run (decoding notes, section 9).
    """
    last = part.capture.windows[-1].end_ps if part.capture.windows else None
    if last is not None:
        return (last - part.origin_ps) // PICOSECONDS_PER_NS
    latest = [part.origin_ps]
    for core in part.cores:
        for times in (core.rows.end_ps, core.movement.packets.end_ps, core.updates.time_ps):
            latest += [int(times.max())] if len(times) else []
    return (max(latest) - part.origin_ps) // PICOSECONDS_PER_NS


def metadata_table(part: Part, origin: Provenance) -> BuiltTable:
    """One row: versions, machine constants and the span of the trace."""
    facts, chip = part.capture.ntff.facts, part.chip
    last = last_timestamp_ns(part)
    first = facts.subgraphs[0] if facts.subgraphs else None
    server = facts.ultraserver
    is_alone = server.get("instance_index", 0xFFFF_FFFF) == 0xFFFF_FFFF
    row: dict[str, Any] = {
        "profile_schema_version": SCHEMA_VERSION,
        "ntff_version": part.capture.ntff.version,
        "num_physical_cores": len(part.cores),
        "vnc_enabled": len(part.cores) > 1,
        "first_hw_timestamp": 0,
        "last_hw_timestamp": last,
        "first_ts": moment_text(0),
        "last_ts": moment_text(last),
        "dma_ddr_bandwidth": chip.dma_bytes_per_s,
        "num_dma_engines_per_neuroncore": DMA_ENGINES,
        "hbm_ddr_bandwidth": chip.hbm_bytes_per_s,
        "tensor_engine_num_rows": chip.rows,
        "tensor_engine_num_cols": chip.columns,
        "tensor_engine_clock_freq": chip.tensor_ghz,
        "vector_engine_clock_freq": chip.other_ghz,
        "vector_engine_num_channels": PARTITIONS,
        "scalar_engine_clock_freq": chip.other_ghz,
        "scalar_engine_num_channels": PARTITIONS,
        "gpsimd_engine_clock_freq": chip.other_ghz,
        "gpsimd_engine_num_channels": PARTITIONS,
        "neuroncore_clock_freq": chip.other_ghz,
        "ticks_per_nanosec": PICOSECONDS_PER_NS,
        "instance_type": facts.instance_type or None,
        "runtime_version": str(facts.runtime),
        "collectives_version": str(facts.collectives),
        "driver_version": str(facts.driver),
        "explorer_version": origin.explorer_version or None,
        "compiler_version": origin.compiler_version,
        "neuroncore_idx": first.core if first else None,
        "neuron_device_idx": first.device if first else None,
        "ultraserver_id": None if is_alone else server.get("id"),
        "ultraserver_type": None if is_alone else str(server.get("type", 0)),
        "ultraserver_size": None if is_alone else server.get("size"),
        "ultraserver_instance_index": None if is_alone else server.get("instance_index"),
        "profile_name": origin.profile_name or None,
        "is_simulation": False,
    }
    return table_of_rows("Metadata", [row])


def execution_table(part: Part, origin: Provenance) -> BuiltTable:
    """One row an execution: its window in ns and how many instruction rows it has."""
    rows = []
    last = last_timestamp_ns(part)
    windows = part.capture.windows
    counts = np.zeros(len(windows), np.int64)
    for core in part.cores:
        counts += np.bincount(core.rows.execution, minlength=len(windows))
    for index, window in enumerate(windows):
        end = window.end_ps
        rows.append(
            {
                "execution_index": index,
                "neff_name": origin.neff_name or part.capture.ntff.facts.name or None,
                "execution_start_ts": (window.start_ps - part.origin_ps) // PICOSECONDS_PER_NS,
                "execution_end_ts": last
                if end is None
                else (end - part.origin_ps) // PICOSECONDS_PER_NS,
                "num_subgraphs": len(part.cores),
                "row_count": int(counts[index]),
            }
        )
    return table_of_rows("ExecutionInfo", rows)


CATEGORIES = {
    "ntff.overflow": "Lost Records",
    "ntff.unpaired": "Lost Records",
    "ntff.buffer": "Lost Records",
    "ntff.unknown": "Unknown Content",
    "isa.unknown": "Unknown Content",
    "neff.missing": "Missing Data",
    "system.cut": "Lost Records",
    "system.fewer_records": "Lost Records",
    "system.lost": "Lost Records",
    "system.unclosed": "Lost Records",
    "system.damaged": "Lost Records",
    "system.stop": "Lost Records",
    "system.no_": "Missing Data",
    "system.unknown": "Unknown Content",
    "ntff.no_dge": "Missing Data",
    "official.": "Imported Data",
    "official.no_events": "Missing Data",
    "official.tables_missing": "Missing Data",
    "official.rows_missing": "Missing Data",
    "official.columns_missing": "Missing Data",
}


def category_of(code: str) -> str:
    """The `Warning` category of a notice: by the longest known beginning of its code."""
    fitting = [start for start in CATEGORIES if code.startswith(start)]
    return CATEGORIES[max(fitting, key=len)] if fitting else "Data Quality"


def warning_rows(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Every notice as a row; one met more than once says how often."""
    return [
        {
            "message": f"{notice.message} (count: {notice.count})"
            if notice.count != 1
            else notice.message,
            "category": category_of(notice.code),
        }
        for notice in notices
    ]


def warning_table(notices: Iterable[Notice]) -> BuiltTable:
    """What is missing, odd or unknown in the data."""
    return table_of_rows("Warning", warning_rows(notices))
