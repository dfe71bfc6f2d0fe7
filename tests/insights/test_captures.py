"""Each rule on a capture written for it, through the whole decoder; and on one without a fault.

The sound kernel of `tests/make/kernel.py` gives no finding at all. Every other capture differs
from it in one thing, and the rule that looks for this thing speaks.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.finding import Finding
from profiles.metrics.insights.rules import RULES, findings
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.storage.tables import TableStore
from tests.insights.ruling import plain
from tests.make.description import Throttle
from tests.make.kernel import SOUND, TILE_BYTES, Kernel, write_kernel

FULL, HALF = Throttle(100_000, 0, 8, 8), Throttle(20_000_000, 1, 4, 8)
LIFTED = Throttle(60_000_000, 0, 8, 8)
HARDWARE_LOST = 1 << 30


@dataclass(frozen=True)
class Faulty:
    """A capture with one fault, the rule that finds it, what its title begins with, and the least
    it says could be saved, as a share of the profile.
    """

    rule: str
    kernel: Kernel
    title: str
    saved: float


FAULTS = (
    Faulty("hbm_traffic", Kernel(scratch_tiles=64), "HBM traffic is 2.74 × the minimum", 0.4),
    Faulty("small_transfers", Kernel(pieces=32), "99.2 % of packets are small", 0.005),
    Faulty("exposed_dma", Kernel(is_serial=True, speed=8.0, tiles=32), "DMA runs alone for", 0.1),
    Faulty("spill_reload", Kernel(spills=2, tiles=32), "66.7 % of HBM reads are spilled", 0.3),
    Faulty("spilled_tensors", Kernel(spills=2, tiles=32), "64.0 % of what SBUF receives", 0.3),
    Faulty("low_useful_share", Kernel(rate=3.0, tiles=24), "33.0 % of Tensor's busy time", 0.5),
    Faulty("transposes", Kernel(turns=2), "25.0 % of hardware FLOPs are transposes", 0.2),
    Faulty("small_matmuls", Kernel(moving=128, tiles=32), "100.0 % of matmul time does not", 0.0),
    Faulty("throttling", Kernel(limits=(FULL, HALF, LIFTED)), "Below full clock for 40.0 µs", 0.1),
    Faulty("table_loads", Kernel(tables=2), "Scalar loads its function tables 64 times", 0.2),
    Faulty("idle_gap", Kernel(pause_ps=15_000_000), "Scalar of core 0 idle for 17", 0.1),
    Faulty("start_up", Kernel(first_ps=20_000_000), "Start-up takes 22", 0.1),
    Faulty("drain", Kernel(is_slow_at_last=True), "Drain takes 36", 0.2),
    Faulty("core_difference", Kernel(idle_cores=1), "Core 1 does no kernel work", 0.5),
    Faulty("queue_imbalance", Kernel(even_tiles=7), "qSyncDynamicHW of core 0 carries", 0.1),
    Faulty("engine_imbalance", Kernel(uneven_bytes=60 * 4096), "DMA engine E64 works 2.5", 0.2),
    Faulty("reloaded_tensor", Kernel(reloads=5), "weights is loaded 5.00 × over", 0.001),
    Faulty("doubtful_data", Kernel(flags=HARDWARE_LOST), "Some of these numbers are too low", 0.0),
)
WITHOUT_CAPTURE = {
    "kernel_coverage": "the writer of captures has no debug information of a NKI kernel",
    "collective_outliers": "no public trace holds collectives, so their layout is not known",
}
"""Rules whose fault no capture can be written for; hand-made tables hold them to their numbers."""


@lru_cache(maxsize=4)
def processed(kernel: Kernel) -> DeviceRun:
    """The capture of a kernel, decoded."""
    folder = Path(mkdtemp(prefix="kernel-"))
    store = TableStore(folder / "tables")
    sources = [SourceRef(path.suffix[1:], path.name, path) for path in write_kernel(folder, kernel)]
    process(sources, store.new_run("kernel", 1), Options(), silent)
    return DeviceRun(store.open_run("kernel", 1), 0)


def found(kernel: Kernel) -> list[Finding]:
    return list(findings(Region(processed(kernel)), Thresholds()))


def test_the_sound_kernel_gives_no_finding() -> None:
    assert found(SOUND) == []


def test_the_sound_kernel_on_two_cores_gives_none_either() -> None:
    assert found(Kernel(cores=2, tiles=32)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_a_capture_with_the_fault_gives_the_finding(fault: Faulty) -> None:
    run = processed(fault.kernel)
    region = Region(run)
    own = [one for one in found(fault.kernel) if one.rule == fault.rule]
    assert own
    first = own[0]
    assert plain(first.title).startswith(fault.title)
    assert fault.saved * region.duration_ns <= first.saved_ns <= region.duration_ns
    assert all(0 <= start < end <= region.end_ns for start, end in first.ranges)
    entry = run.run.manifest.table(first.evidence.table)
    assert entry is not None or not first.evidence.rows
    assert all(0 <= row < (entry.row_count if entry else 0) for row in first.evidence.rows)


def test_every_rule_has_a_capture_or_a_reason() -> None:
    told = {fault.rule for fault in FAULTS} | set(WITHOUT_CAPTURE)
    named = {name for rule in RULES for name in _names(rule.__name__)}
    assert told == named


def _names(function: str) -> set[str]:
    """The names under which a rule's function speaks."""
    several = {"edges": {"start_up", "drain"}}
    renamed = {
        "traffic": "hbm_traffic",
        "small_shapes": "small_matmuls",
        "idle_gaps": "idle_gap",
        "reloaded_tensors": "reloaded_tensor",
    }
    return several.get(function, {renamed.get(function, function)})


def metric(kernel: Kernel, name: str) -> float:
    value = answer(Region(processed(kernel)), Thresholds())["metrics"][name]["value"]
    assert value is not None
    return float(value)


def test_the_numbers_of_the_sound_kernel_are_those_it_was_written_with() -> None:
    tiles = SOUND.tiles
    flops = 2 * 128 * 128 * 512 * 8 * tiles
    assert metric(SOUND, "hardware_flops") == flops
    assert metric(SOUND, "hbm_read_bytes") == tiles * TILE_BYTES
    assert metric(SOUND, "hbm_write_bytes") == tiles // 8 * TILE_BYTES
    assert metric(SOUND, "matmuls") == 8 * tiles
    assert 0.85 < metric(SOUND, "mfu") < 1
    assert metric(SOUND, "throttled") == 0


def test_a_pause_shows_on_the_critical_path_as_the_transfer_it_is() -> None:
    kernel = Kernel(pause_ps=15_000_000)
    path = answer(Region(processed(kernel)), Thresholds())["critical_path"]
    assert path["ns"] == pytest.approx(processed(kernel).span_ns[1], rel=0.02)
    waits: list[dict[str, Any]] = [one for one in path["links"] if one["name"] == "Sync"]
    assert waits[0]["ns"] > 10_000
    assert {one["kind"] for one in path["resources"]} >= {"work", "latency"}
