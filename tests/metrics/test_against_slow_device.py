"""Numbers of device profiles against a slow reading of their rules, over ranges drawn at random."""

import random
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.kernel import Kernel, write_kernel
from tests.make.pair import write_pair
from tests.metrics.slow_device import SlowProfile

RANGES = 6


def opened(folder: Path, sources: list[SourceRef]) -> ReadableRun:
    store = TableStore(folder / "tables")
    process(sources, store.new_run("made", 1), Options(), silent)
    return store.open_run("made", 1)


@pytest.fixture(scope="module", params=["sample", "small", "kernel"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    """The sample, the small pair on two cores, and a kernel with spills and a limit."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sample":
        sources = [SourceRef(role, path.name, path) for role, path in sample_files()]
    else:
        write = write_pair if request.param == "small" else _kernel
        sources = [SourceRef(path.suffix[1:], path.name, path) for path in write(folder)]
    return opened(folder, sources)


def _kernel(folder: Path) -> tuple[Path, Path]:
    return write_kernel(folder, Kernel(tiles=8, spills=1, turns=2, tables=1, pieces=3))


def ranges(run: DeviceRun) -> list[tuple[int, int]]:
    """All of it, and some drawn at random, always the same."""
    first, last = run.span_ns
    draw = random.Random(11)
    found = [(first, last)]
    for _ in range(RANGES):
        start, end = sorted(draw.sample(range(first, last), 2))
        found.append((start, end))
    return [*found, (last // 2, last // 2 + 1)]


def cores_of(run: DeviceRun) -> list[int | None]:
    return [None, *run.cores]


def answered(run: DeviceRun, span: tuple[int, int], core: int | None) -> dict[str, Any]:
    return answer(Region(run, *span, core), Thresholds())


def cases(run: ReadableRun) -> list[tuple[dict[str, Any], SlowProfile]]:
    """Answers, and what the slow reading finds for the same range and cores."""
    device = DeviceRun(run, 0)
    return [
        (
            answered(device, span, core),
            SlowProfile(run, *span, device.cores if core is None else (core,)),
        )
        for span in ranges(device)
        for core in cores_of(device)
    ]


def test_headline_numbers_are_those_of_the_slow_reading(run: ReadableRun) -> None:
    compared = 0
    for found, slow in cases(run):
        for name, expected in slow.numbers().items():
            value = found["metrics"][name]["value"]
            if value is None:
                continue
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-6), (name, found["range"])
            compared += 1
    assert compared > 15 * (RANGES + 1)


def test_opcodes_are_those_of_the_slow_reading(run: ReadableRun) -> None:
    for found, slow in cases(run):
        own: dict[tuple[Any, ...], tuple[int, float, int | None]] = {}
        for row in found["opcodes"]:
            key = (row["core"], row["engine"], row["opcode"], row["function"])
            assert key not in own
            own[key] = (row["count"], row["sum_ns"], row["median_ns"])
        assert own == slow.opcodes()


def test_queues_are_those_of_the_slow_reading(run: ReadableRun) -> None:
    for found, slow in cases(run):
        own = {
            (row["core"], row["index"]): (row["packets"], row["bytes"], row["active_ns"])
            for row in found["dma"]["queues"]
        }
        expected = slow.queues()
        assert set(own) == set(expected)
        for key, (packets, size, active) in own.items():
            assert (packets, active) == (expected[key][0], expected[key][2])
            assert size == pytest.approx(expected[key][1])


def test_parts_agree_with_each_other(run: ReadableRun) -> None:
    for found, _ in cases(run):
        dma = found["dma"]
        for part in ("types", "sources", "queues", "sizes"):
            assert sum(row["packets"] for row in dma[part]) == (dma["packets"] or 0)
            assert sum(row["bytes"] for row in dma[part]) == pytest.approx(dma["bytes"] or 0)
        for core in found["tensor_flops"]["cores"]:
            shares = [part["share"] for part in core["parts"]]
            assert sum(shares) - core["over"] == pytest.approx(1)
        instructions = sum(row["count"] for row in found["opcodes"])
        assert instructions == found["metrics"]["instructions"]["value"]
        path = found["critical_path"]
        assert sum(row["ns"] for row in path["resources"]) == path["ns"]
        assert path["ns"] <= found["range"]["duration_ns"]
