"""What is odd or missing in the data, what that means for the numbers, and the system it ran on."""

from typing import Any

import numpy as np

from profiles.metrics.column_reading import table_rows
from profiles.metrics.device_run import COVERED
from profiles.metrics.headline import dma_bandwidth_use, hbm_capacity, hfu, mbu, mfu_inst
from profiles.metrics.region import Region
from profiles.tables.registry import SCHEMA_VERSION

(
    NO_CHIP,
    NO_NEFF,
    NO_HLO,
    NO_PACKETS,
    NO_LIMITS,
    EMPTY_CORES,
    FEW_PACKETS,
    TOO_MUCH,
    FEW_TRANSFERS,
    NO_SOURCE,
    NO_EDGES,
    OTHER_SCHEMA,
    ABOVE_ONE,
    BYTES_AT_RUN_TIME,
) = (
    "chip_unknown",
    "no_neff",
    "no_hlo_statistics",
    "no_dma_records",
    "no_throttling_records",
    "empty_cores",
    "fewer_packets_than_instructions_moved",
    "more_than_possible",
    "few_transfers_known",
    "no_source_lines",
    "no_dependencies",
    "another_schema",
    "share_above_one",
    "bytes_made_at_run_time",
)
TRANSFERS_KNOWN = 0.5
"""And whole transfers this share of the bytes of packets that move data."""

SYSTEM = (
    ("instance_type", "Instance"),
    ("compiler_version", "Compiler"),
    ("explorer_version", "Explorer"),
    ("driver_version", "Driver"),
    ("runtime_version", "Runtime"),
    ("collectives_version", "Collectives"),
    ("ntff_version", "NTFF"),
    ("profile_schema_version", "Schema"),
    ("num_physical_cores", "Physical cores"),
)


def notices(region: Region) -> list[dict[str, Any]]:
    """Checks of the data first, then what the decoder and the official tables say."""
    found = [*_checks(region), *_decoder(region)]
    return [one for one in found if one is not None]


def _notice(code: str, title: str, detail: str, count: int = 1) -> dict[str, Any]:
    return {"code": code, "title": title, "detail": detail, "count": count}


def _checks(region: Region) -> list[dict[str, Any] | None]:
    run = region.run
    return [
        _notice(
            NO_CHIP,
            "The chip is not known.",
            "Shares of the peak and of bandwidths are left out; times, counts and bytes hold.",
        )
        if run.chip.peak_flops is None
        else None,
        _notice(
            NO_NEFF,
            "There is no NEFF.",
            "Bytes of device memory, tensors and names are left out.",
        )
        if not run.has_neff
        else None,
        _notice(
            NO_HLO,
            "No HLO statistics.",
            "MFU is taken from executed instructions.",
        )
        if run.has_neff and not run.summary.get("model_flops")
        else None,
        _notice(
            NO_PACKETS,
            "There are no DMA records.",
            "Busy time, queues and sizes of DMA are left out.",
        )
        if not run.has_packets
        else None,
        _notice(
            NO_LIMITS,
            "No throttling was recorded.",
            "The clock counts as full.",
        )
        if not run.limits
        else None,
        _empty_cores(region),
        _run_time_bytes(region),
        _few_packets(region),
        _few_transfers(region),
        _impossible(region),
        _above_one(region),
        *_names(region),
    ]


def _empty_cores(region: Region) -> dict[str, Any] | None:
    idle = [core for core in region.run.cores if core not in region.run.instructions.cores]
    if not idle:
        return None
    names = ", ".join(str(core) for core in idle)
    detail = "Shares of the peak count them all the same."
    return _notice(EMPTY_CORES, f"Core {names} recorded no instructions.", detail, len(idle))


def _run_time_bytes(region: Region) -> dict[str, Any] | None:
    """Bytes of device memory that no instruction tells, because it made the transfer as it ran."""
    run = region.run
    if not run.has_neff or run.tells_run_time_bytes:
        return None
    told, moved = run.run_time_bytes
    return _notice(
        BYTES_AT_RUN_TIME,
        f"Instructions tell {told / moved:.1%} of the bytes that were moved at run time.",
        "What crossed device memory is not known: HBM bandwidth, intensity and the roofline are "
        "left out, and the tables' hbm_*_bytes and the HBM row of the timeline are too low.",
    )


def _few_packets(region: Region) -> dict[str, Any] | None:
    """Bytes of packets against bytes that instructions moved, over the whole profile."""
    run = region.run
    if not run.has_packets or not region.has_hbm_bytes:
        return None
    packets, moved = run.whole_bytes
    if packets >= COVERED * moved:
        return None
    share = packets / moved
    return _notice(
        FEW_PACKETS,
        f"DMA records hold {share:.0%} of the bytes that instructions moved.",
        "Counts and busy time of DMA are too low; bytes of device memory hold.",
    )


def _few_transfers(region: Region) -> dict[str, Any] | None:
    """Bytes of whole transfers against those of packets that move data."""
    packets = region.run.packets
    is_data = np.array(
        [kind.queue.type != "instruction" and kind.size_bytes > 4 for kind in packets.kinds], bool
    )
    counted = Region(region.run).counted_packets
    moved = float((counted.executions * packets.size_bytes)[is_data].sum())
    known = float(region.run.transfers.size_bytes.sum())
    if not moved or known >= TRANSFERS_KNOWN * moved:
        return None
    return _notice(
        FEW_TRANSFERS,
        f"Whole transfers are known for {known / moved:.0%} of the bytes.",
        "Tensors that are loaded again, and spills by tensor, may be missing among the findings.",
    )


def _above_one(region: Region) -> dict[str, Any] | None:
    """Shares of the peak or of a bandwidth that cannot be."""
    found = {
        "MFU": mfu_inst(region).value,
        "HFU": hfu(region).value,
        "HBM bandwidth": mbu(region).value,
        "DMA bandwidth": dma_bandwidth_use(region).value,
    }
    above = [name for name, value in found.items() if value is not None and value > 1]
    if not above:
        return None
    return _notice(
        ABOVE_ONE,
        f"More than 100 %: {', '.join(above)}.",
        "The chip may run faster than its constants here say, or operands count work twice.",
        len(above),
    )


def _names(region: Region) -> list[dict[str, Any] | None]:
    """What names, sources and dependencies the profile lacks."""
    run = region.run
    schema = str(run.metadata.get("profile_schema_version") or SCHEMA_VERSION)
    is_own = schema.partition(".")[0] == SCHEMA_VERSION.partition(".")[0]
    has_edges = run.run.manifest.table("Flow", run.part) is not None
    return [
        _notice(
            NO_SOURCE,
            "No instruction has a source line.",
            "Compile with debug information to see which line an instruction comes from.",
        )
        if run.has_neff and not run.instructions.has_source
        else None,
        _notice(
            NO_EDGES,
            "No dependencies between instructions.",
            "What waited for what is told by semaphores and the engines' order alone.",
        )
        if run.has_neff and not has_edges
        else None,
        _notice(
            OTHER_SCHEMA,
            f"The tables are of schema {schema}; this program writes {SCHEMA_VERSION}.",
            "Columns that are not known here are kept and not used.",
        )
        if not is_own
        else None,
    ]


def _impossible(region: Region) -> dict[str, Any] | None:
    capacity = hbm_capacity(region).value
    moved = region.hbm_bytes
    if capacity is None or moved is None or moved <= capacity or not region.is_whole:
        return None
    return _notice(
        TOO_MUCH,
        "More bytes crossed device memory than its bandwidth allows.",
        "Bytes by operands are more than what was moved: patterns may read the same bytes again.",
    )


def _decoder(region: Region) -> list[dict[str, Any] | None]:
    run = region.run.run
    if run.manifest.notices:
        return [
            _notice(entry.code, entry.message, "", entry.count) for entry in run.manifest.notices
        ]
    rows = table_rows(run, region.run.part, "Warning")
    return [_notice("warning", str(row["message"]), str(row["category"])) for row in rows]


def system(region: Region) -> list[dict[str, Any]]:
    """Versions and machine, as the profile tells them; None for what it does not."""
    row = region.run.metadata
    return [
        {"id": name, "title": title, "value": None if row.get(name) in (None, "") else row[name]}
        for name, title in SYSTEM
    ]
