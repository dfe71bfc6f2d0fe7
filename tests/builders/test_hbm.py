"""Bytes of device memory: each packet has the share its transfer has."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ingest_worker.builders.hbm import hbm_throughput
from ingest_worker.formats.ntff.packets import PacketRows

SECOND_PS = 10**12


def part_of(
    *,
    moved: list[tuple[int, int, int]],
    owner: list[int],
    size: list[int],
    columns: dict[str, list[int | None]],
) -> Any:
    """One core; `moved` are transfers (row, bytes, slot of the row), packets take a second each."""
    count = len(size)
    start = np.arange(count, dtype=np.int64) * 2 * SECOND_PS
    nothing = np.zeros(count, np.uint8)
    packets = PacketRows(
        nothing,
        nothing,
        start,
        start + SECOND_PS,
        np.array(size, np.uint32),
        nothing.astype(np.uint16),
        nothing.astype(np.int32),
        nothing.astype(np.int32),
    )
    transfers = SimpleNamespace(
        row=np.array([row for row, _, _ in moved], np.int64),
        size=np.array([total for _, total, _ in moved], np.int64),
    )
    slots = SimpleNamespace(
        opcode=np.zeros(3, np.int16),
        columns={name: pa.array(values, pa.int64()) for name, values in columns.items()},
    )
    core = SimpleNamespace(
        core=SimpleNamespace(index=0),
        slot=np.array([slot for _, _, slot in moved], np.int32),
        slots=slots,
        movement=SimpleNamespace(
            packets=packets, owner=np.array(owner, np.int32), transfers=transfers
        ),
    )
    return SimpleNamespace(cores=[core], ns=lambda times: times // 1000)


READ, WRITTEN = "hbm_read_bytes", "hbm_write_bytes"


@pytest.mark.parametrize(
    ("columns", "factor"),
    [
        ({READ: [1000, None, None], WRITTEN: [0, None, None]}, 1),
        ({READ: [1000, None, None], WRITTEN: [1000, None, None]}, 2),
        ({READ: [500, None, None]}, 0.5),
    ],
)
def test_packets_carry_the_bytes_their_transfer_reads_and_writes(
    columns: dict[str, list[int | None]], factor: float
) -> None:
    part = part_of(moved=[(0, 1000, 0)], owner=[0, 0], size=[600, 400], columns=columns)
    (found,) = hbm_throughput(part)
    assert found.total.tolist()[-1] == 1000 * factor
    assert found.rate.tolist() == pytest.approx([600 * factor, 0, 400 * factor, 0])


def test_semaphore_writes_and_packets_of_nobody_carry_none() -> None:
    columns: dict[str, list[int | None]] = {READ: [1000, None, None]}
    part = part_of(moved=[(0, 1000, 0)], owner=[0, 0, -1], size=[1000, 4, 512], columns=columns)
    (found,) = hbm_throughput(part)
    assert found.total.tolist() == [1000, 1000]


@pytest.mark.parametrize("moved", [[(0, 1000, 1)], [(-1, 1000, 0)], [(0, 0, 0)]])
def test_a_transfer_that_tells_nothing_carries_none(moved: list[tuple[int, int, int]]) -> None:
    """Its instruction has no bytes, is not known, or the transfer moved nothing."""
    part = part_of(moved=moved, owner=[0], size=[512], columns={READ: [1000, None, None]})
    (found,) = hbm_throughput(part)
    assert len(found.total) == 0
