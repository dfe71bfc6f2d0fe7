"""Large captures: as many records as asked for, in the proportions of real ones."""

import struct
from pathlib import Path

import numpy as np
import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import Ntff, read_ntff
from tests.make.big import FETCHING, WHOLE, records_for, write_big


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    _, ntff, count = write_big(tmp_path_factory.mktemp("big"), 120_000)
    return ntff, count


@pytest.fixture(scope="module")
def opened(written: tuple[Path, int]) -> Ntff:
    return read_ntff(written[0], limits=DEFAULT_LIMITS)


def test_there_are_as_many_records_as_asked_for_and_not_many_more(
    written: tuple[Path, int], opened: Ntff
) -> None:
    assert 120_000 <= written[1] < 140_000
    assert opened.record_count == written[1]
    assert not opened.notices


def test_kinds_stand_in_the_proportions_of_the_public_captures(opened: Ntff) -> None:
    counts: dict[int, int] = {}
    for trace in opened.traces:
        counts[trace.trace_type] = counts.get(trace.trace_type, 0) + len(trace.records)
    shares = {kind: count / opened.record_count for kind, count in counts.items()}
    assert shares[0] == pytest.approx(0.132, abs=0.01)
    assert shares[1] == pytest.approx(0.101, abs=0.01)
    assert shares[4] == pytest.approx(0.767, abs=0.01)


def test_both_cores_execute_the_same_slots_again_and_again(opened: Ntff) -> None:
    for core in (4, 5):
        records = next(t.records for t in opened.traces if (t.trace_type, t.core) == (0, core))
        starts = records[(records["w0"] >> 24 & 31) == 4]["w0"] & 0xFFFFF
        _, counts = np.unique(starts, return_counts=True)
        assert np.median(counts) >= 7


def test_every_ring_has_its_three_kinds_in_time_order(opened: Ntff) -> None:
    for trace in opened.traces:
        if trace.trace_type != 4:
            continue
        records = trace.records
        keys = (records["w0"] >> 24 & 31) << 8 | records["w1"] & 0xFF
        for key in np.unique(keys):
            times = records["ts"][keys == key].astype(np.int64)
            assert (np.diff(times) >= 0).all()


def test_the_same_number_gives_the_same_bytes(written: tuple[Path, int], tmp_path: Path) -> None:
    neff, ntff, _ = write_big(tmp_path, 120_000)
    assert ntff.read_bytes() == written[0].read_bytes()
    assert neff.read_bytes() == written[0].with_suffix(".neff").read_bytes()


def test_the_window_holds_all_rounds(opened: Ntff) -> None:
    execution = opened.facts.executions[0]
    moving = [trace for trace in opened.traces if trace.trace_type == 4]
    times = np.concatenate([trace.records["ts"] for trace in moving])
    assert execution.start_ps <= int(times.min())
    assert int(times.max()) <= execution.end_ps
    assert execution.end_ps - execution.start_ps > 1_000_000_000


def test_the_file_ends_with_its_last_record(written: tuple[Path, int], opened: Ntff) -> None:
    size = struct.unpack_from("<Q", written[0].read_bytes(), 1)[0]
    images = sum(image.slots.size for image in opened.images.values())
    assert written[0].stat().st_size == 128 + size + images + 16 * opened.record_count


def rings_of(opened: Ntff, core: int) -> dict[tuple[int, int], np.ndarray]:
    """The DMA records of a core by engine and queue."""
    found: dict[tuple[int, int], np.ndarray] = {}
    for trace in opened.traces:
        if (trace.trace_type, trace.core) != (4, core):
            continue
        engine = trace.records["w0"] >> 24 & 15
        queue = trace.records["w1"] >> 4 & 15
        for key in sorted(set(zip(engine.tolist(), queue.tolist(), strict=True))):
            found[key] = trace.records[(engine == key[0]) & (queue == key[1])]
    return found


@pytest.mark.parametrize("core", [4, 5])
def test_every_engine_of_a_core_moves_packets_of_fifteen_queues(opened: Ntff, core: int) -> None:
    rings = rings_of(opened, core)
    assert len(rings) == 16 * 15
    assert {queue for _, queue in rings} == {0, 1, 2, *FETCHING, WHOLE}


@pytest.mark.parametrize("core", [4, 5])
def test_one_packet_a_ring_lasts_as_long_as_the_capture(opened: Ntff, core: int) -> None:
    whole = opened.facts.executions[0]
    for (_, queue), records in rings_of(opened, core).items():
        kinds = (records["w1"] & 15).tolist()
        assert kinds.count(1) == kinds.count(5) == kinds.count(6)
        if queue == WHOLE:
            assert kinds == [1, 5, 6]
            length = int(records["ts"][1] - records["ts"][0])
            assert length > 0.99 * (whole.end_ps - whole.start_ps)


def test_some_packets_last_about_as_long_as_a_round(opened: Ntff) -> None:
    records = rings_of(opened, 4)[0, FETCHING[0]]
    kinds = records["w1"] & 15
    starts, ends = (records["ts"][kinds == kind].astype(np.int64) for kind in (1, 5))
    rounds = np.diff(starts)
    assert np.median(ends - starts) > 0.8 * np.median(rounds)


def test_so_many_events_take_about_three_records_each() -> None:
    assert 300_000_000 < records_for(100_000_000) < 320_000_000
