"""Activity pictures say what the tracks say, counted slice by slice."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.tracks.catalogue import TrackSlices
from profiles.timeline.activity import COLUMNS, GREY, LANES, Lane, activity_of
from profiles.timeline.query import timeline_of
from tests.timeline.make_run import make_queue, make_run, make_track

SPAN_NS = 960_000
COLUMN_NS = SPAN_NS // COLUMNS


def track(name: str, slices: Sequence[tuple[int, int, int]], group: str = "p0/c0") -> TrackSlices:
    """An engine's track from (start, duration, colour), sorted, and one that ends the span."""
    ordered = sorted([*slices, (SPAN_NS - 1, 1, GREY)])
    made = make_track(
        [start for start, _, _ in ordered],
        [length for _, length, _ in ordered],
        name=name,
        group=group,
    )
    return replace(made, colour=np.array([colour for *_, colour in ordered], np.uint8))


def lanes_of(folder: Path, *tracks: TrackSlices) -> dict[str, Lane]:
    lanes = activity_of(timeline_of(make_run(folder, list(tracks))))
    assert [lane.name for lane in lanes] == list(LANES)
    assert all(len(lane.busy) == len(lane.colour) == COLUMNS for lane in lanes)
    return {lane.name: lane for lane in lanes}


def test_a_slice_fills_the_columns_it_covers_in_its_colour(tmp_path: Path) -> None:
    lane = lanes_of(tmp_path, track("Vector", [(10 * COLUMN_NS, 3 * COLUMN_NS, 2)]))["Vector"]
    assert lane.busy[9:14] == pytest.approx([0, 1, 1, 1, 0], abs=0.02)
    assert lane.colour[10:13] == [2, 2, 2]


def test_half_a_column_is_half_busy(tmp_path: Path) -> None:
    lane = lanes_of(tmp_path, track("Scalar", [(40 * COLUMN_NS, COLUMN_NS // 2, 4)]))["Scalar"]
    assert lane.busy[40] == pytest.approx(0.5, abs=0.02)


def test_the_colour_is_that_with_most_time(tmp_path: Path) -> None:
    start = 20 * COLUMN_NS
    slices = [(start, 2000, 0), (start + 2000, 6000, 5)]
    assert lanes_of(tmp_path, track("GpSimd", slices))["GpSimd"].colour[20] == 5


def test_control_shows_only_where_nothing_else_runs(tmp_path: Path) -> None:
    slices = [(0, 10 * COLUMN_NS, GREY), (10 * COLUMN_NS, COLUMN_NS // 4, 3)]
    slices += [(10 * COLUMN_NS + COLUMN_NS // 4, COLUMN_NS // 2, GREY)]
    lane = lanes_of(tmp_path, track("Sync", slices))["Sync"]
    assert lane.colour[5] == GREY
    assert lane.busy[5] == pytest.approx(1, abs=0.02)
    assert lane.colour[10] == 3
    assert lane.busy[10] == pytest.approx(0.25, abs=0.02)


def test_both_tensor_tracks_are_one_lane(tmp_path: Path) -> None:
    loads = track("Tensor", [(0, COLUMN_NS, 1)])
    products = track("TensorMatrix", [(COLUMN_NS, COLUMN_NS, 0)])
    lane = lanes_of(tmp_path, loads, products)["Tensor"]
    assert lane.colour[:2] == [1, 0]
    assert lane.busy[:2] == pytest.approx([1, 1], abs=0.02)


def test_transposed_and_unknown_opcodes_have_a_colour(tmp_path: Path) -> None:
    slices = [(0, COLUMN_NS, 0x40), (COLUMN_NS, COLUMN_NS, 255)]
    assert lanes_of(tmp_path, track("Tensor", slices))["Tensor"].colour[:2] == [0, GREY]


def test_queues_share_sixteen_engines(tmp_path: Path) -> None:
    starts, lengths = [0] * 8, [COLUMN_NS] * 8
    one = make_queue(starts, lengths, list(range(8)), name="qIn")
    lane = lanes_of(tmp_path, track("Vector", []), one)["DMA"]
    assert lane.busy[0] == pytest.approx(0.5, abs=0.02)
    assert lane.colour[0] == 6


def test_no_tracks_give_six_empty_lanes(tmp_path: Path) -> None:
    lanes = activity_of(timeline_of(make_run(tmp_path, [])))
    assert [sum(lane.busy) for lane in lanes] == [0.0] * 6


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, SPAN_NS - 1), st.integers(1, 60_000), st.integers(0, 7)),
        max_size=60,
    )
)
def test_the_picture_equals_counting_slice_by_slice(
    tmp_path: Path, slices: list[tuple[int, int, int]]
) -> None:
    apart = []
    end = 0
    for start, length, colour in sorted(slices):
        begin = max(start, end)
        if begin < SPAN_NS - 1:
            end = min(begin + length, SPAN_NS - 1)
            apart.append((begin, end - begin, colour))
    apart = [one for one in apart if one[1] > 0]
    lane = lanes_of(tmp_path, track("Vector", apart))["Vector"]
    edges = np.linspace(0, SPAN_NS, COLUMNS + 1)
    expected = np.zeros(COLUMNS)
    for start, length, _ in apart:
        expected += np.diff(np.clip(edges, start, start + length)) / COLUMN_NS
    # A cell spreads its time over its bucket, which may reach over a column's edge.
    drift = np.abs(np.cumsum(np.array(lane.busy) * (np.array(lane.colour) != GREY) - expected))
    assert drift.max(initial=0) < 1
