"""What is odd or missing in the data, what that means for the numbers, and the system it ran on."""

from typing import Any

from profiles.metrics.column_reading import table_rows
from profiles.metrics.headline import hbm_capacity
from profiles.metrics.region import Region

NO_CHIP, NO_NEFF, NO_HLO, NO_PACKETS, NO_LIMITS, EMPTY_CORES, FEW_PACKETS, TOO_MUCH = (
    "chip_unknown",
    "no_neff",
    "no_hlo_statistics",
    "no_dma_records",
    "no_throttling_records",
    "empty_cores",
    "fewer_packets_than_instructions_moved",
    "more_than_possible",
)
COVERED = 0.9
"""Packets should hold this share of the bytes that instructions say they moved."""

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
        _few_packets(region),
        _impossible(region),
    ]


def _empty_cores(region: Region) -> dict[str, Any] | None:
    idle = [core for core in region.run.cores if core not in region.run.instructions.cores]
    if not idle:
        return None
    names = ", ".join(str(core) for core in idle)
    detail = "Shares of the peak count them all the same."
    return _notice(EMPTY_CORES, f"Core {names} recorded no instructions.", detail, len(idle))


def _few_packets(region: Region) -> dict[str, Any] | None:
    """Bytes of packets against bytes that instructions moved, over the whole profile."""
    run = region.run
    if not run.has_packets or not region.has_hbm_bytes:
        return None
    whole = Region(run)
    packets = float((whole.counted_packets.executions * run.packets.size_bytes).sum())
    moved = max(whole.amount("hbm_read_bytes"), whole.amount("hbm_write_bytes"))
    if packets >= COVERED * moved:
        return None
    share = packets / moved
    return _notice(
        FEW_PACKETS,
        f"DMA records hold {share:.0%} of the bytes that instructions moved.",
        "Counts and busy time of DMA are too low; bytes of device memory hold.",
    )


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
