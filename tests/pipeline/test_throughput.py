"""HbmUsage and DmaUsageSummary: by hand on written captures, and against the packets."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.builders import usage
from ingest_worker.builders.built import Once
from ingest_worker.pipeline.stage import Options
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model
from tests.pipeline.processed import Run


@pytest.fixture
def made(tmp_path: Path) -> Run:
    files = {"a.ntff": make_ntff(small_capture(6, 1)), "a.neff": make_neff(small_model(1))}
    return Run(tmp_path, files, Options())


def test_every_packet_of_a_known_transfer_to_or_from_memory_counts_its_bytes(made: Run) -> None:
    """Loads and the store each have one end in device memory, and semaphore writes none."""
    moved = sum(row["transfer_bytes"] for row in made.rows("DmaPacketAggregated"))
    samples = made.rows("HbmUsage")
    assert samples[-1]["total_transfer_bytes"] <= moved
    assert max(row["total_transfer_bytes"] for row in samples) == moved
    read_or_written = sum(
        (row["hbm_read_bytes"] or 0) + (row["hbm_write_bytes"] or 0)
        for row in made.rows("Instruction")
    )
    assert read_or_written == moved


def test_memory_never_moves_more_than_the_packets_do(made: Run) -> None:
    most = max(row["current_throughput"] for row in made.rows("DmaUsage"))
    for row in made.rows("HbmUsage"):
        assert 0 <= row["current_throughput"] <= most * (1 + 1e-6)


def test_without_the_program_nothing_is_said_of_memory(tmp_path: Path) -> None:
    alone = Run(tmp_path, {"a.ntff": make_ntff(small_capture(6, 1))}, Options())
    assert alone.rows("DmaUsage")
    assert not alone.rows("HbmUsage")


def test_buckets_hold_the_samples_of_their_stretch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MOST_BUCKETS", 8)
    made = Run(tmp_path, {"a.ntff": make_ntff(small_capture(6, 2))}, Options())
    rows = made.rows("DmaUsageSummary")
    (resolution,) = {row["bucket_resolution_ns"] for row in rows}
    assert resolution & (resolution - 1) == 0
    samples: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in made.rows("DmaUsage"):
        place = row["pcore_idx"], row["timestamp"] // resolution * resolution
        samples[place].append(row)
    assert {(row["pcore_idx"], row["timestamp"]) for row in rows} == set(samples)
    for row in rows:
        own = samples[row["pcore_idx"], row["timestamp"]]
        totals = [each["total_transfer_bytes"] for each in own]
        assert row["count"] == len(own)
        assert row["sum_total_transfer_bytes"] == sum(totals)
        assert row["max_total_transfer_bytes"] == max(totals)
        rates = sum(each["current_throughput"] for each in own)
        assert row["sum_current_throughput"] == pytest.approx(rates)
    assert max(len([row for row in rows if row["pcore_idx"] == core]) for core in (0, 1)) <= 9


def test_what_several_tables_share_is_made_once() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    once = Once(make)
    assert (once(), once(), made) == (1, 1, [1])
