"""A program written out without loops: thousands of kinds, operators and operands."""

import random
from typing import Any

import pytest

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from tests.metrics.device_tables import device, instruction, matmul, packet
from tests.metrics.slow_device import SlowProfile
from tests.metrics.test_critical_path import update

COUNT = 1500
ENGINES = ("Vector", "Scalar", "GpSimd")


def program(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Multiplications and copies of ever other shapes, sizes, layers and semaphore values."""
    draw = random.Random(seed)
    rows, updates, packets = [], [], []
    time = 0
    for number in range(COUNT):
        time += draw.randrange(1, 60)
        length = draw.randrange(0, 90)
        layer = f"block.{number // 7}/op.{number % 7}"
        if draw.random() < 0.5:
            row = matmul(
                time, length, k=draw.randrange(1, 129), m=draw.randrange(1, 129),
                n=draw.randrange(1, 513), dtype=draw.choice(("bfloat16", "fp32", "fp8e4")),
                is_transpose=draw.random() < 0.2, layer=layer,
            )  # fmt: skip
            row["operands"] = f"S[5] (Tensor)++@complete {row['operands']}"
            updates.append(update(time + length + 9, 5, len(updates) + 1, "Tensor", "Tensor"))
        else:
            row = instruction(
                draw.choice(ENGINES), time, length, draw.choice(("COPY", "REDUCE", "DRAIN")),
                hbm_read_bytes=draw.choice((None, number)), layer=layer,
                operands=f"S[5] (Tensor)>={max(len(updates), 1)}",
            )  # fmt: skip
        rows.append(row)
        packets.append(packet(time, draw.randrange(1, 50), number + 1, engine_idx=64 + number % 16))
    return {"Instruction": rows, "SemaphoreUpdate": updates, "DmaPacket": packets}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> DeviceRun:
    return device(tmp_path_factory.mktemp("unrolled"), **program(4))


def answered(run: DeviceRun, first: int, last: int) -> dict[str, Any]:
    return answer(Region(run, first, last), Thresholds())


def test_nearly_every_instruction_is_a_kind_of_its_own(run: DeviceRun) -> None:
    assert len(run.instructions.kinds) > COUNT // 2
    assert len(run.packets.kinds) == COUNT
    operators = run.instructions.operators
    assert operators is not None
    assert len(operators.operator) == COUNT


@pytest.mark.parametrize(("first", "last"), [(0, 100_000), (3000, 3100), (10_000, 40_000)])
def test_its_numbers_are_those_of_the_slow_reading(run: DeviceRun, first: int, last: int) -> None:
    found = answered(run, first, last)
    slow = SlowProfile(run.run, first, last, (0,)).numbers()
    for name in ("hardware_flops", "useful_flops", "hbm_read_bytes", "compute_ns", "dma_bytes",
                 "dma_exposed_ns", "instructions", "mfu_inst"):  # fmt: skip
        assert found["metrics"][name]["value"] == pytest.approx(slow[name]), name


def test_operators_add_up_to_the_useful_work(run: DeviceRun) -> None:
    operators = run.instructions.operators
    assert operators is not None
    counted = operators.tally.over(0, 100_000)
    flops = run.instructions.amounts["raw_flops"][operators.kind]
    total = answered(run, 0, 100_000)["metrics"]["hardware_flops"]["value"]
    assert float((counted.executions * flops).sum()) == pytest.approx(total)


def test_sizes_of_all_kinds_fit_on_one_page(run: DeviceRun) -> None:
    sizes = answered(run, 0, 100_000)["dma"]["sizes"]
    assert len(sizes) <= 12
    assert sum(row["packets"] for row in sizes) == COUNT
    assert all(row["most_bytes"] >= row["least_bytes"] for row in sizes)


def test_the_path_is_whole_and_goes_through_semaphores(run: DeviceRun) -> None:
    path = answered(run, 0, 100_000)["critical_path"]
    assert path["ns"] == sum(row["ns"] for row in path["resources"])
    kinds = {row["kind"] for row in path["resources"]}
    assert {"work", "latency"} <= kinds
    assert {link["released_by"] for link in path["links"]} & {"semaphore", "engine order"}
