"""What a finding is made of: its bound, its ranges, its rows and the places on the timeline."""

from pathlib import Path

import numpy as np
import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.finding import (
    MOST_RANGES,
    MOST_ROWS,
    Evidence,
    Finding,
    document,
    ranges_of,
    rows_of,
)
from profiles.metrics.insights.places import (
    clock_track,
    engine_track,
    instruction_evidence,
    packet_evidence,
    queue_track,
    stretches_of_instructions,
    stretches_of_packets,
)
from profiles.metrics.intervals import Stretches
from profiles.metrics.region import Region
from profiles.storage.tables import TableStore
from profiles.timeline.query import timeline_of
from tests.make.kernel import Kernel, write_kernel
from tests.metrics.device_tables import device, instruction, packet

NOWHERE = Evidence("Instruction", (), 0, "row")


def finding(saved_ns: float) -> Finding:
    return Finding("rule", "title", "detail", "advice", saved_ns, "if", NOWHERE, ((1, 2),), 1)


@pytest.mark.parametrize(
    ("saved", "factor"), [(0, 1), (50, 2), (75, 4), (100, 100), (250, 100), (-10, 1)]
)
def test_the_factor_is_the_time_over_what_is_left_of_it(saved: float, factor: float) -> None:
    assert finding(saved).factor(100) == pytest.approx(factor)


def test_of_many_ranges_the_longest_are_kept_in_order_of_time() -> None:
    start = np.arange(0, 10_000, 100, np.int64)
    length = np.arange(100, 0, -1, np.int64) % 97 + 1
    kept, count = ranges_of(Stretches(start, start + length))
    assert count == 100
    assert len(kept) == MOST_RANGES
    assert list(kept) == sorted(kept)
    shortest = min(end - begin for begin, end in kept)
    left = sorted(length.tolist(), reverse=True)[MOST_RANGES:]
    assert shortest >= max(left)


def test_no_more_rows_than_a_page_can_show() -> None:
    assert rows_of(np.arange(1000)) == tuple(range(MOST_ROWS))


def test_a_document_is_plain_numbers_and_texts(tmp_path: Path) -> None:
    region = Region(device(tmp_path, Instruction=[instruction("Vector", 0, 5)]))
    found = document(finding(50_000), 3, region)
    assert found["rank"] == 3
    assert found["bound"] == {"factor": 2.0, "saved_ns": 50_000, "assumption": "if"}
    assert found["ranges"] == [[1, 2]]
    assert found["evidence"] == {
        "table": "Instruction", "rows": [], "count": 0, "noun": "row", "tracks": [],
    }  # fmt: skip


def test_evidence_are_the_longest_rows_that_touch_the_range(tmp_path: Path) -> None:
    rows = [instruction("Vector", 100 * n, 10 + n % 7) for n in range(30)]
    run = device(tmp_path, Instruction=rows, DmaPacket=[packet(100 * n, n + 1) for n in range(9)])
    region = Region(run, 350, 1010)
    kinds = np.ones(len(run.instructions.kinds), bool)
    found = instruction_evidence(region, kinds, "copy")
    assert found.count == 7
    assert found.rows[0] == 6
    assert set(found.rows) == {4, 5, 6, 7, 8, 9, 10}
    moved = packet_evidence(region, np.ones(len(run.packets.kinds), bool), "packet")
    assert (moved.count, moved.rows[0], moved.tracks) == (5, 8, ("p0/dma0/1-qload",))
    assert stretches_of_instructions(region, kinds).start_ns[0] == 400
    assert stretches_of_packets(region, ~region.own_packets).start_ns.tolist() == []


def test_every_place_is_a_row_of_the_timeline(tmp_path: Path) -> None:
    kernel = Kernel(tiles=8, cores=2, spills=1, scratch_tiles=2, even_tiles=6)
    sources = [
        SourceRef(path.suffix[1:], path.name, path) for path in write_kernel(tmp_path, kernel)
    ]
    store = TableStore(tmp_path / "tables")
    process(sources, store.new_run("kernel", 1), Options(), silent)
    opened = store.open_run("kernel", 1)
    keys = {track["key"] for track in timeline_of(opened).document["tracks"]}
    region = Region(DeviceRun(opened, 0))
    named = {engine_track(region, kind.core, kind.track) for kind in region.run.instructions.kinds}
    named |= {queue_track(region, queue) for queue in region.run.packets.queues}
    named |= {clock_track(region, core) for core in region.limits}
    assert named <= keys
    assert len(region.run.packets.queues) >= 6
