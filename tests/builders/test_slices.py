"""Tracks of the timeline hold every row once, in order, with its colour and label."""

import numpy as np
import pytest

from ingest_worker.builders.part import Part
from ingest_worker.builders.slices import (
    MOST_LABELS,
    LabelBook,
    part_groups,
    part_slices,
    size_labels,
    size_text,
)
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.pipeline.join import NeffJoin
from ingest_worker.pipeline.resolve import resolve_part
from ingest_worker.tracks.catalogue import TrackSlices
from tests.pipeline.capture_files import trace_bytes


@pytest.fixture(scope="module")
def part() -> Part:
    ntff = parse_ntff(memoryview(trace_bytes(cores=2)), limits=DEFAULT_LIMITS)
    return resolve_part(3, "a.ntff", ntff, NeffJoin())


@pytest.fixture(scope="module")
def labels() -> LabelBook:
    return LabelBook()


@pytest.fixture(scope="module")
def tracks(part: Part, labels: LabelBook) -> dict[str, TrackSlices]:
    return {track.key: track for track in part_slices(part, labels)}


def texts(track: TrackSlices, labels: LabelBook) -> list[str]:
    return [labels.texts[number] for number in track.label.tolist()]


def test_every_engine_of_every_core_has_its_track(tracks: dict[str, TrackSlices]) -> None:
    names = [t.name for t in tracks.values() if t.group == "p3/c1"]
    assert names == ["Sync", "Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd"]


@pytest.mark.parametrize(
    "table", ["Instruction", "DmaPacket", "Throttle", "Error", "UnknownRecord"]
)
def test_each_row_of_a_table_lies_on_one_track(
    table: str, part: Part, tracks: dict[str, TrackSlices]
) -> None:
    rows = np.concatenate([t.row for t in tracks.values() if t.table == table])
    expected = {
        "Instruction": sum(len(core.rows) for core in part.cores),
        "DmaPacket": sum(len(core.movement.packets) for core in part.cores),
        "Throttle": sum(len(core.throttle) for core in part.cores),
        "Error": sum(len(core.faults) for core in part.cores),
        "UnknownRecord": sum(len(u.records) for core in part.cores for u in core.unknown),
    }[table]
    assert sorted(rows.tolist()) == list(range(expected))
    assert expected > 0


def test_slices_are_sorted_and_end_after_they_begin(tracks: dict[str, TrackSlices]) -> None:
    for track in tracks.values():
        assert (np.diff(track.start_ns) >= 0).all()
        assert (track.end_ns >= track.start_ns).all()
        assert (track.start_ns >= 0).all()


def test_matmuls_have_a_track_and_a_colour_of_their_own(
    tracks: dict[str, TrackSlices], labels: LabelBook
) -> None:
    assert texts(tracks["p3/c0/tensormatrix"], labels) == ["MATMUL"]
    assert tracks["p3/c0/tensormatrix"].colour.tolist() == [0]
    assert texts(tracks["p3/c0/tensor"], labels) == ["NOP", "OP_0x1D", "NOP"]
    assert tracks["p3/c0/tensor"].colour.tolist()[1] == 255


def test_a_queue_s_track_has_a_lane_an_engine(
    tracks: dict[str, TrackSlices], labels: LabelBook
) -> None:
    track = tracks["p3/dma0/1-qgpsimddynamic"]
    assert (track.kind, track.capacity, track.engine_base) == ("dma_queue", 16, 0)
    assert track.lane is not None
    assert track.lane.tolist() == [1, 0]
    assert texts(track, labels) == ["4 B", "512 B"]
    assert tracks["p3/dma0/14-q14"].start_ns.tolist() == [0]


def test_limits_and_errors_are_labelled(tracks: dict[str, TrackSlices], labels: LabelBook) -> None:
    assert texts(tracks["p3/clock/c0"], labels) == ["4/8 activity_0"]
    assert texts(tracks["p3/errors/c1-errors"], labels) == ["NaN"]
    unknown = tracks["p3/errors/c0-unknown-records-of-0-0"]
    assert texts(unknown, labels) == ["record 0x02 of 0/0"]
    assert unknown.colour.tolist() == [255]


def test_groups_name_core_number_and_program(part: Part) -> None:
    groups = {group.id: group for group in part_groups(part)}
    assert list(groups) == ["p3/c0", "p3/c1", "p3/dma0", "p3/dma1", "p3/clock", "p3/errors"]
    assert (groups["p3/c1"].title, groups["p3/c1"].subtitle) == ("Core 1", "nc 1 · sg01")


def test_every_track_belongs_to_a_group(part: Part, tracks: dict[str, TrackSlices]) -> None:
    assert {track.group for track in tracks.values()} == {group.id for group in part_groups(part)}


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (512, "512 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1 << 20, "1 MiB"),
     (1023 * 1024, "1023 KiB"), ((1 << 20) - 513, "1023 KiB"), ((1 << 20) - 512, "1 MiB")],
)  # fmt: skip
def test_sizes_are_said_in_binary_units(size: int, text: str) -> None:
    assert size_text(size) == text


def test_very_many_sizes_become_powers_of_two() -> None:
    book = LabelBook()
    found = size_labels(np.arange(1, 5_000, dtype=np.uint32), book)
    assert len(book.texts) == 13
    assert book.texts[found[4_998]] == "from 4 KiB"
    assert book.texts[found[0]] == "from 1 B"


def test_labels_never_need_more_than_16_bits() -> None:
    book = LabelBook()
    numbers = book.numbers([str(n) for n in range(MOST_LABELS + 10)])
    assert len(book.texts) == MOST_LABELS
    assert int(numbers.max()) == MOST_LABELS - 1
