"""The critical path of runs that can be worked out by hand, and of the samples of the formats."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.critical_path import critical_path
from profiles.metrics.region import Region
from tests.metrics.device_tables import instruction, packet, region


def update(at_ns: int, number: int, value: int, source: str, name: str = "") -> dict[str, Any]:
    """A row of SemaphoreUpdate on core 0."""
    return {
        "timestamp": at_ns,
        "id": f"S[{number}] ({name})" if name else str(number),
        "value": value,
        "update_source": source,
        "pcore_idx": 0,
    }


def spent(of: Region) -> dict[tuple[str, str], int]:
    return {(row["kind"], row["name"]): row["ns"] for row in critical_path(of)["resources"]}


TENSOR = "S[5] (Tensor)++@complete"
LOAD = "semaphore=24 sem_increment=16 src_elem_size=256 dst_elem_size=256"


@pytest.fixture
def chain(tmp_path: Path) -> Region:
    """Sync issues a load, Tensor waits for it, Vector for Tensor; Scalar is never waited for."""
    return region(
        tmp_path,
        Instruction=[
            instruction("Sync", 1000, 100, "DMA_DIRECT2D", operands=LOAD),
            instruction("Tensor", 9050, 950, operands=f"S[24] (qSync)>=16 {TENSOR}"),
            instruction("Tensor", 10_000, 2000, operands=TENSOR),
            instruction("Vector", 12_060, 940, operands="S[5] (Tensor)>=2"),
            instruction("Scalar", 0, 12_500),
        ],
        SemaphoreUpdate=[
            *(update(8000 + 50 * n, 24, n + 1, "DMA or host", "qSync") for n in range(16)),
            update(10_010, 5, 1, "Tensor", "Tensor"),
            update(12_010, 5, 2, "Tensor", "Tensor"),
        ],
        DmaPacket=[packet(1200, 7000, queue_name="qSync-Q1-E64")],
    )


def test_the_way_back_goes_through_semaphores_transfers_and_engine_order(chain: Region) -> None:
    found = critical_path(chain)
    assert spent(chain) == {
        ("work", "Vector"): 940,
        ("work", "Tensor"): 2950,
        ("work", "Sync"): 100,
        ("transfer", "qSync"): 8750 - 1100,
        # 12,000 to 12,060 until Vector goes on, 8,750 to 9,050 until Tensor does.
        ("latency", "Vector"): 60,
        ("latency", "Tensor"): 300,
        ("unexplained", "before the first instruction"): 1000,
    }
    assert found["ns"] == 13_000
    assert found["share"] == pytest.approx(0.13)


def test_the_longest_links_name_both_ends_and_where_they_lie(chain: Region) -> None:
    longest = critical_path(chain)["links"][0]
    assert longest == {
        "kind": "transfer",
        "core": 0,
        "name": "qSync",
        "start_ns": 1100,
        "end_ns": 8750,
        "ns": 7650,
        "row": 0,
        "opcode": "DMA_DIRECT2D",
        "after_row": 1,
        "after_opcode": "COPY",
        "released_by": "transfer",
        "track": "p0/dma0/1-qsync",
    }


def test_stretches_follow_each_other_without_a_hole(chain: Region) -> None:
    segments = critical_path(chain)["segments"]
    assert segments[0]["start_ns"] == 0
    for before, after in itertools.pairwise(segments):
        assert before["end_ns"] == after["start_ns"]
    assert segments[-1]["end_ns"] == 13_000
    assert segments[-1]["track"] == "p0/c0/vector"


def test_a_range_cuts_the_path_at_its_edges(chain: Region) -> None:
    part = Region(chain.run, 9500, 11_000)
    assert spent(part) == {("work", "Tensor"): 1500}
    before = Region(chain.run, 2000, 9500)
    assert spent(before) == {
        ("work", "Tensor"): 450,
        ("latency", "Tensor"): 300,
        ("transfer", "qSync"): 6750,
    }


def test_who_is_ready_before_the_engine_is_free_waits_for_the_engine(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 100, operands=TENSOR),
            instruction("Vector", 50, 500),
            instruction("Vector", 560, 100, operands="S[5] (Tensor)>=1"),
        ],
        SemaphoreUpdate=[update(105, 5, 1, "Tensor")],
    )
    assert spent(of) == {
        ("work", "Vector"): 600,
        ("latency", "Vector"): 10,
        ("unexplained", "before the first instruction"): 50,
    }


def test_waiting_in_its_own_time_is_no_work(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 1000, operands=TENSOR),
            instruction("Vector", 10, 1020, "EVENT_SEMAPHORE", operands="S[5] (Tensor)>=1"),
            instruction("Vector", 1040, 60),
        ],
        SemaphoreUpdate=[update(1004, 5, 1, "Tensor")],
    )
    assert spent(of) == {
        ("work", "Vector"): 60,
        # 1,000 to 1,030 until the wait is over, 1,030 to 1,040 until the next one starts.
        ("latency", "Vector"): 40,
        ("work", "Tensor"): 1000,
    }


def test_a_semaphore_that_was_cleared_counts_from_there(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 100, operands=TENSOR),
            instruction("Tensor", 500, 100, operands=TENSOR),
            instruction("Vector", 700, 100, operands="S[5] (Tensor)>=1"),
        ],
        SemaphoreUpdate=[
            update(101, 5, 1, "Tensor"),
            update(300, 5, 0, "Sync"),
            update(601, 5, 1, "Tensor"),
        ],
    )
    path = critical_path(of)
    assert path["links"][0]["ns"] == 400  # between the two of Tensor
    assert spent(of)[("latency", "Vector")] == 100


def test_a_transfer_nobody_is_known_to_have_started_ends_nothing(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 100),
            instruction("Tensor", 900, 100, operands="S[24] (qSync)>=16"),
        ],
        SemaphoreUpdate=[update(890, 24, 16, "DMA or host", "qSync")],
    )
    assert spent(of) == {("work", "Tensor"): 200, ("latency", "Tensor"): 800}


def test_instructions_that_wait_for_each_other_at_one_instant_do_not_go_round(
    tmp_path: Path,
) -> None:
    both = "$S[2]>=1 $S[2]++@complete"
    of = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 100, "EVENT_SEMAPHORE", operands=both),
            instruction("Vector", 0, 100, "EVENT_SEMAPHORE", operands=both),
        ],
        SemaphoreUpdate=[update(100, 2, 1, "Tensor"), update(100, 2, 2, "Vector")],
    )
    assert critical_path(of)["ns"] <= 100


def test_a_range_without_instructions_has_no_path(chain: Region) -> None:
    found = critical_path(Region(chain.run, 50_000, 60_000))
    assert found["resources"] == []
    assert "instructions" in found["missing"]


def test_a_transfer_of_the_compiler_is_found_by_its_own_semaphore(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Sync", 100, 60, "WRITE"),
            instruction("Sync", 200, 60, "WRITE"),
            instruction("Tensor", 900, 100, operands="S[56] (qSpill)>=16"),
        ],
        SemaphoreUpdate=[update(880, 56, 16, "DMA or host", "qSpill")],
        DmaPacketAggregated=[
            {"start_ts": 300, "end_ts": 870, "pcore_idx": 0, "semaphore_id": "56", "trigger": 200},
            {"start_ts": 300, "end_ts": 500, "pcore_idx": 0, "semaphore_id": "-1", "trigger": 100},
        ],
    )
    assert spent(of) == {
        ("work", "Tensor"): 100,
        ("latency", "Tensor"): 20,
        ("transfer", "qSpill"): 880 - 260,
        ("work", "Sync"): 120,
        ("latency", "Sync"): 40,
        ("unexplained", "before the first instruction"): 100,
    }
