"""Colour modes over tables whose every row a test wrote."""

from pathlib import Path

import numpy as np
import pytest

from profiles.metrics.colour_codes import NOTHING, colour_codes
from tests.metrics.device_tables import device, instruction, packet


def named(folder: Path, mode: str, table: str, rows: int, **tables: object) -> list[str | None]:
    """The name that each row of a table has in a mode."""
    run = device(folder, **tables).run  # type: ignore[arg-type]
    found = colour_codes(run, mode)
    codes = found.of(0, table, np.arange(rows)).tolist()
    return [None if code == NOTHING else found.names[code].name for code in codes]


def test_names_with_most_time_come_first(tmp_path: Path) -> None:
    own = [
        instruction("Vector", 0, 10, "COPY"),
        instruction("Vector", 20, 50, "CAST"),
        instruction("Scalar", 30, 15, "COPY"),
    ]
    found = colour_codes(device(tmp_path, Instruction=own).run, "opcode")
    assert [(n.name, n.sum_ns, n.count) for n in found.names] == [("CAST", 50, 1), ("COPY", 25, 2)]


def test_what_says_nothing_has_no_name(tmp_path: Path) -> None:
    layers = ["Block/mlp", "", "Unknown", None]
    own = [instruction("Vector", 10 * n, 5, layer=one) for n, one in enumerate(layers)]
    assert named(tmp_path, "layer", "Instruction", 4, Instruction=own) == ["Block/mlp", *[None] * 3]


def test_the_line_of_the_kernel_goes_before_that_of_the_compiler(tmp_path: Path) -> None:
    own = [
        instruction("Vector", 0, 5, nki_source_location="k.py:3"),
        instruction("Vector", 9, 5, bir_debug_info_source_location="m.py:7"),
        instruction(
            *("Vector", 20, 5),
            nki_source_location="k.py:3",
            bir_debug_info_source_location="m.py:7",
        ),
        instruction("Vector", 30, 5),
    ]
    lines = named(tmp_path, "line", "Instruction", 4, Instruction=own)
    assert lines == ["k.py:3", "m.py:7", "k.py:3", None]


@pytest.mark.parametrize(
    ("length", "name"),
    [
        (0, "under 100 ns"),
        (99, "under 100 ns"),
        (100, "100 ns to 1 µs"),
        (9_999, "1 to 10 µs"),
        (10_000, "10 to 100 µs"),
        (10_000_000, "10 ms and more"),
    ],
)
def test_durations_fall_into_decades(tmp_path: Path, length: int, name: str) -> None:
    own = [instruction("Vector", 5, length)]
    assert named(tmp_path, "duration", "Instruction", 1, Instruction=own) == [name]


def test_waits_are_those_that_the_trace_reports(tmp_path: Path) -> None:
    waits = [0, 40, 2_900, None]
    own = [instruction("Vector", 10 * n, 5, evt_wait_time_ns=w) for n, w in enumerate(waits)]
    assert named(tmp_path, "wait", "Instruction", 4, Instruction=own) == [
        *("no wait", "under 100 ns", "1 to 10 µs", None)
    ]


def test_queues_are_named_as_their_rows_are(tmp_path: Path) -> None:
    own = [packet(0, 5), packet(9, 5, queue_name="", queue_idx=4)]
    info = [{"idx": 4, "name": "qSave", "pcore_idx": 0}]
    names = named(tmp_path, "queue", "DmaPacket", 2, DmaPacket=own, DmaQueuesInfo=info)
    assert names == ["qLoad", "qSave"]
