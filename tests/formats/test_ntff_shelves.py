"""Packets and instructions that were shelved ring by ring are those of a reading one by one."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.builders.queue import queue_tracks
from ingest_worker.formats import runs, spill
from ingest_worker.formats.ntff.packets import PacketColumns, PacketRows, read_packets
from ingest_worker.formats.ntff.transfers import ring_ranges
from tests.formats.test_ntff_packets import T0, begin, capture, finish

SMALL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
STREAM = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=60)


def stream_of(records: Sequence[tuple[int, int, bool]]) -> bytes:
    """One record after the other, each a nanosecond later, sizes telling them apart."""
    return b"".join(
        begin(engine, queue, 1000 * place)
        if is_start
        else finish(engine, queue, 1000 * place, size=place)
        for place, (engine, queue, is_start) in enumerate(records)
    )


def slowly(records: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, int, int]]:
    """Ring, start and end: each end closes the oldest open packet of its ring."""
    open_: dict[tuple[int, int], list[int]] = {}
    found = []
    for place, (engine, queue, is_start) in enumerate(records):
        ring = engine, queue
        if is_start:
            open_.setdefault(ring, []).append(place)
        elif open_.get(ring):
            found.append((engine, queue, open_[ring].pop(0), place))
    return sorted(found)


@SMALL
@given(STREAM, st.integers(1, 20))
def test_packets_are_those_of_a_reading_record_by_record(
    monkeypatch: pytest.MonkeyPatch, records: Sequence[tuple[int, int, bool]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    monkeypatch.setattr(spill, "LEAST_BYTES", 16)
    opened = capture(stream_of(records))
    found = read_packets(opened, opened.cores[0]).rows
    starts = ((found.start_ps - T0) // 1000).tolist()
    ends = ((found.end_ps - T0) // 1000).tolist()
    listed = zip(found.engine.tolist(), found.queue.tolist(), starts, ends, strict=True)
    assert sorted(listed) == slowly(records)
    assert found.size.tolist() == ends


@SMALL
@given(STREAM, st.integers(1, 20))
def test_records_without_a_partner_are_counted_over_all_rings(
    monkeypatch: pytest.MonkeyPatch, records: Sequence[tuple[int, int, bool]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    opened = capture(stream_of(records))
    lone = len(records) - 2 * len(slowly(records))
    notices = read_packets(opened, opened.cores[0]).notices
    assert [(notice.code, notice.count) for notice in notices] == (
        [("ntff.unpaired_dma", lone)] if lone else []
    )


def packets(*rings: tuple[int, int]) -> PacketRows:
    count = len(rings)
    columns = PacketColumns()
    columns.append(
        PacketRows(
            np.array([engine for engine, _ in rings], np.uint8),
            np.array([queue for _, queue in rings], np.uint8),
            np.arange(count),
            np.arange(count),
            np.zeros(count, np.uint32),
            np.zeros(count, np.uint16),
            np.zeros(count, np.int32),
            np.zeros(count, np.int32),
        )
    )
    return columns.done()


@SMALL
@given(st.lists(st.tuples(st.integers(0, 31), st.integers(0, 15))), st.integers(1, 5))
def test_a_ring_is_one_range_of_packets_wherever_pieces_are_cut(
    monkeypatch: pytest.MonkeyPatch, rings: Sequence[tuple[int, int]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    ordered = sorted(rings)
    found = ring_ranges(packets(*ordered))
    assert sorted(found) == sorted(set(rings))
    for ring, place in found.items():
        assert ordered[place] == [ring] * ordered.count(ring)


def test_a_ring_without_packets_has_no_track() -> None:
    tracks, of_ring = queue_tracks([], packets((1, 2), (1, 2), (4, 0)))
    assert [track.name for track in tracks] == ["Q0", "Q2"]
    assert np.flatnonzero(of_ring >= 0).tolist() == [1 * 16 + 2, 4 * 16]
