"""Which change of a semaphore let an instruction go on, against a slow reading of the rule."""

import random
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.column_reading import TableColumns
from profiles.metrics.critical_links import ORDER, SEMAPHORE, TRANSFER, critical_links
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.semaphore_releases import NOBODY, Rows, releases
from tests.metrics.device_tables import device, instruction
from tests.metrics.test_critical_path import LOAD, update

Row = dict[str, Any]


def found(run: DeviceRun) -> dict[tuple[int, int], int]:
    """By waiting row and instant of the change: the row that made it."""
    texts = ("engine", "operands")
    table = TableColumns(run.run, 0, "Instruction", texts, ("start_ts", "end_ts", "pcore_idx"))
    start, end = table.numbers("start_ts"), table.numbers("end_ts")
    rows = Rows(
        table.numbers("pcore_idx"),
        table.coded("engine"),
        table.coded("operands"),
        start,
        end,
        start,
    )
    own = releases(run.run, 0, rows)
    pairs = zip(own.row.tolist(), own.time_ns.tolist(), own.by.tolist(), strict=True)
    return {(row, time): by for row, time, by in pairs}


def slow(instructions: list[Row], updates: list[Row]) -> dict[tuple[int, int], int]:
    """The same, change by change: since the value last fell, the first that is high enough."""
    expected = {}
    for row, one in enumerate(instructions):
        if ">=" not in one["operands"]:
            continue
        wanted = int(one["operands"].split(">=")[1].split()[0])
        number = int(one["operands"].split("S[")[1].split("]")[0])
        change = None
        value = 0
        for each in sorted(updates, key=lambda u: u["timestamp"]):
            if each["id"].split("]")[0] != f"S[{number}" or each["timestamp"] > one["start_ts"] + 2:
                continue
            if each["value"] < value:
                change = None
            value = each["value"]
            if change is None and value >= wanted:
                change = each
        if change is None:
            continue
        made = [
            (other["end_ts"], place)
            for place, other in enumerate(instructions)
            if f"S[{number}] (x)++" in other["operands"]
            and other["engine"] == change["update_source"]
            and other["end_ts"] <= change["timestamp"] + 2
        ]
        by = max(made)[1] if made else NOBODY
        expected[row, min(change["timestamp"], one["start_ts"])] = by
    return expected


@pytest.mark.parametrize("seed", range(8))
def test_releases_are_those_of_the_slow_reading(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    instructions, updates = [], []
    time = 0
    values = {5: 0, 6: 0}
    for _ in range(60):
        time += draw.randrange(5, 40)
        number = draw.choice((5, 6))
        if draw.random() < 0.5:
            length = draw.randrange(1, 20)
            engine = draw.choice(("Tensor", "Vector"))
            instructions.append(
                instruction(engine, time, length, operands=f"S[{number}] (x)++@complete")
            )
            time += length + 3
            values[number] = 0 if draw.random() < 0.1 else values[number] + 1
            updates.append(update(time, number, values[number], engine, "x"))
        else:
            wanted = max(values[number] + draw.choice((-1, 0, 0, 1)), 1)
            instructions.append(
                instruction("Scalar", time, 4, operands=f"S[{number}] (x)>={wanted}")
            )
    run = device(tmp_path, Instruction=instructions, SemaphoreUpdate=updates)
    expected = slow(instructions, updates)
    assert expected
    assert found(run) == expected


def links_of(tmp_path: Path, **tables: Any) -> Any:
    return critical_links(device(tmp_path, **tables).run, 0)


def test_a_wait_on_another_core_is_not_mixed_up(tmp_path: Path) -> None:
    raised = "S[5] (Tensor)++@complete"
    links = links_of(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 50, operands=raised),
            instruction("Tensor", 0, 90, operands=raised, pcore_idx=1),
            instruction("Vector", 200, 10, operands="S[5] (Tensor)>=1"),
            instruction("Vector", 200, 10, operands="S[5] (Tensor)>=1", pcore_idx=1),
        ],
        SemaphoreUpdate=[update(51, 5, 1, "Tensor"), update(91, 5, 1, "Tensor") | {"pcore_idx": 1}],
    )
    assert links.parent.tolist()[2:] == [0, 1]
    assert links.release_ns.tolist()[2:] == [51, 91]
    assert links.kind.tolist()[2:] == [SEMAPHORE, SEMAPHORE]


def test_of_two_waits_the_later_one_counts(tmp_path: Path) -> None:
    links = links_of(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 50, operands="S[5] (Tensor)++@complete"),
            instruction("Scalar", 0, 90, operands="S[4] (Scalar)++@complete"),
            instruction("Vector", 200, 10, operands="S[5] (Tensor)>=1 S[4] (Scalar)>=1"),
        ],
        SemaphoreUpdate=[update(51, 5, 1, "Tensor"), update(91, 4, 1, "Scalar")],
    )
    assert int(links.parent[2]) == 1
    assert int(links.release_ns[2]) == 91


def test_a_value_that_is_never_seen_leaves_the_engines_order(tmp_path: Path) -> None:
    links = links_of(
        tmp_path,
        Instruction=[
            instruction("Vector", 0, 50),
            instruction("Vector", 200, 10, operands="S[5] (Tensor)>=9"),
        ],
        SemaphoreUpdate=[update(51, 5, 1, "Tensor")],
    )
    assert (int(links.parent[1]), int(links.kind[1])) == (0, ORDER)


def test_of_two_transfers_the_one_issued_last_before_the_change_is_meant(tmp_path: Path) -> None:
    links = links_of(
        tmp_path,
        Instruction=[
            instruction("Sync", 0, 10, "DMA_DIRECT2D", operands=LOAD),
            instruction("Sync", 100, 10, "DMA_DIRECT2D", operands=LOAD),
            instruction("Sync", 900, 10, "DMA_DIRECT2D", operands=LOAD),
            instruction("Vector", 1000, 10, operands="S[24] (qSync)>=32"),
        ],
        SemaphoreUpdate=[
            update(500, 24, 16, "DMA or host", "qSync"),
            update(800, 24, 32, "DMA or host", "qSync"),
        ],
    )
    assert (int(links.parent[3]), int(links.kind[3])) == (1, TRANSFER)
    assert links.queues[int(links.queue[3])] == "qSync"


@pytest.mark.parametrize("text", ["", "S[", "S[99999] (x)", "-3", "S[5", "event 5"])
def test_a_semaphore_of_another_spelling_releases_nobody(tmp_path: Path, text: str) -> None:
    links = links_of(
        tmp_path,
        Instruction=[instruction("Vector", 200, 10, operands="S[5] (Tensor)>=1")],
        SemaphoreUpdate=[update(51, 5, 1, "Tensor") | {"id": text}],
    )
    assert links.parent.tolist() == [NOBODY]
