"""Colours of slices and cells in a mode, against the rows of the tables one by one."""

import random
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics.colour_codes import KEPT, MODES, NOTHING, TIME_NAMES, colour_codes
from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from profiles.timeline import query
from profiles.timeline.cell_colours import TileColours, tile_colours
from profiles.timeline.query import Timeline
from profiles.timeline.tiles import SLICES
from profiles.timeline.track import NO_BUCKET, Items, Longs, items
from tests.metrics.slow_device import rows_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    store = TableStore(tmp_path_factory.mktemp("sample") / "tables")
    sources = [SourceRef(role, path.name, path) for role, path in sample_files()]
    process(sources, store.new_run("made", 1), Options(), silent)
    return store.open_run("made", 1)


def colours_of(run: ReadableRun, mode: str, slug: str, level: int, index: int) -> TileColours:
    found = colour_codes(run, mode)

    def codes_of(track: dict[str, Any], rows: Longs) -> npt.NDArray[np.uint16]:
        return found.of(track["part"], track["table"], rows)

    return Timeline(run.path).colours(slug, level, index, codes_of)


COLUMN = {"opcode": "opcode", "operator": "hlo_name", "layer": "layer"}


@pytest.mark.parametrize("mode", sorted(COLUMN))
def test_every_row_has_the_name_that_its_table_says(run: ReadableRun, mode: str) -> None:
    found = colour_codes(run, mode)
    rows = rows_of(run, "Instruction")
    codes = found.of(0, "Instruction", np.arange(len(rows)))
    for row, code in zip(rows, codes.tolist(), strict=True):
        text = row[COLUMN[mode]]
        named = None if code == NOTHING else found.names[code].name
        assert named == (text if text and text != "Unknown" else None)
    counts = [name.count for name in found.names]
    assert counts == [codes.tolist().count(code) for code in range(len(counts))]
    sums = [name.sum_ns for name in found.names]
    assert sums == sorted(sums, reverse=True)
    expected = sum(
        row["end_ts"] - row["start_ts"]
        for row, code in zip(rows, codes.tolist(), strict=True)
        if code == 0
    )
    assert sums[0] == expected


def test_lines_durations_and_waits_are_those_of_the_rows(run: ReadableRun) -> None:
    rows = rows_of(run, "Instruction")
    place = np.arange(len(rows))
    line, duration, wait = (
        (colour_codes(run, mode), colour_codes(run, mode).of(0, "Instruction", place).tolist())
        for mode in ("line", "duration", "wait")
    )
    for row, own, length, waited in zip(rows, line[1], duration[1], wait[1], strict=True):
        text = row["nki_source_location"] or row["bir_debug_info_source_location"]
        assert (None if own == NOTHING else line[0].names[own].name) == (text or None)
        name = duration[0].names[length].name
        assert (row["end_ts"] - row["start_ts"] < 100) == (name == "under 100 ns")
        said = None if waited == NOTHING else wait[0].names[waited].name
        assert (said is None) == (row["evt_wait_time_ns"] is None)
        assert (said == "no wait") == (row["evt_wait_time_ns"] == 0)
    known = [name.name for name in duration[0].names]
    assert known == [name for name in TIME_NAMES if name in known]


def test_a_mode_that_says_nothing_of_a_table_gives_its_rows_no_code(run: ReadableRun) -> None:
    codes = colour_codes(run, "operator").of(0, "DmaPacket", np.arange(5))
    assert codes.tolist() == [NOTHING] * 5
    assert set(colour_codes(run, "duration").of(0, "DmaPacket", np.arange(99))) != {NOTHING}


def test_packets_have_the_name_of_their_queue(run: ReadableRun) -> None:
    timeline, found = Timeline(run.path), colour_codes(run, "queue")
    for track in timeline.document["tracks"]:
        if track["kind"] == "dma_queue":
            codes = found.of(0, "DmaPacket", timeline.rows_of([track["key"]]))
            assert {found.names[code].name for code in codes.tolist()} == {track["name"]}


def test_slices_have_the_code_of_their_row(run: ReadableRun) -> None:
    timeline = Timeline(run.path)
    found = colour_codes(run, "opcode")
    tile = timeline.tile("p0-c0", SLICES, 0)
    colours = colours_of(run, "opcode", "p0-c0", SLICES, 0)
    by_key = dict(
        zip(
            zip(colours.columns["track"].tolist(), colours.columns["row"].tolist(), strict=True),
            colours.columns["code"].tolist(),
            strict=True,
        )
    )
    rows = rows_of(run, "Instruction")
    assert tile.answer == "slices"
    assert len(by_key) == len(tile.columns["row"]) > 0
    for track, row in zip(
        tile.columns["track"].tolist(), tile.columns["row"].tolist(), strict=True
    ):
        assert found.names[by_key[track, row]].name == rows[row]["opcode"]


@pytest.mark.parametrize("slug", ["p0-c0", "p0-dma0", "p0-engines1", "p0-clock"])
def test_every_cell_and_bar_of_every_level_has_a_colour(run: ReadableRun, slug: str) -> None:
    timeline = Timeline(run.path)
    for level in range(len(timeline.document["levels"])):
        tile = timeline.tile(slug, level, 0).columns
        colours = colours_of(run, "duration", slug, level, 0).columns
        is_cell = tile["bucket"] != NO_BUCKET
        cells = set(
            zip(
                *(tile[name][is_cell].tolist() for name in ("track", "lane", "bucket")), strict=True
            )
        )
        own = colours["bucket"] != NO_BUCKET
        told = set(
            zip(*(colours[name][own].tolist() for name in ("track", "lane", "bucket")), strict=True)
        )
        assert cells <= told, level
        bars = set(zip(*(tile[n][~is_cell].tolist() for n in ("track", "row")), strict=True))
        assert bars == set(zip(*(colours[n][~own].tolist() for n in ("track", "row")), strict=True))


def slow_cells(
    slices: Items, codes: list[int], start_ns: int, size_ns: int, buckets: int
) -> dict[tuple[int, int, int], int]:
    """Cells by (track, lane, bucket) with the code that has most time in them."""
    times: dict[tuple[int, int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, code in enumerate(codes):
        start = int(slices["start_ns"][place]) - start_ns
        length = int(slices["duration_ns"][place])
        if length > size_ns:
            continue
        for bucket in range(start // size_ns, (start + length) // size_ns + 1):
            first, last = max(start, bucket * size_ns), min(start + length, (bucket + 1) * size_ns)
            busy = last - first
            if bucket == start // size_ns:
                busy = max(busy, 1)
            if busy > 0 and 0 <= bucket < buckets:
                key = int(slices["track"][place]), int(slices["lane"][place]), bucket
                times[key][code] += busy
    return {
        key: min(own, key=lambda code, of=own: (-of[code], code))  # type: ignore[misc]
        for key, own in times.items()
    }


@pytest.mark.parametrize("seed", range(20))
def test_a_cell_has_the_code_with_most_time_in_it(seed: int) -> None:
    draw = random.Random(seed)
    count, size_ns, buckets = draw.randint(1, 400), draw.choice([8, 32, 100]), 16
    start = [draw.randint(900, 1000 + size_ns * buckets) for _ in range(count)]
    length = [draw.choice([0, 1, draw.randint(0, 3 * size_ns)]) for _ in range(count)]
    slices = items(
        count,
        track=[draw.randint(3, 5) for _ in range(count)],
        count=0,
        colour=0,
        lane=[draw.randint(0, 3) for _ in range(count)],
        bucket=0,
        busy_ns=0,
        start_ns=start,
        duration_ns=length,
        row=range(count),
        label=0,
    )
    codes = np.array([draw.choice([0, 1, 2, 40, NOTHING]) for _ in range(count)], np.uint16)
    found = tile_colours(slices, codes, 1000, size_ns, buckets).columns
    is_cell = found["bucket"] != NO_BUCKET
    told = {
        (track, lane, bucket): code
        for track, lane, bucket, code in zip(
            *(found[name][is_cell].tolist() for name in ("track", "lane", "bucket", "code")),
            strict=True,
        )
    }
    assert told == slow_cells(slices, codes.tolist(), 1000, size_ns, buckets)
    bars = dict(zip(found["row"][~is_cell].tolist(), found["code"][~is_cell].tolist(), strict=True))
    assert bars == {row: codes[row] for row in range(count) if length[row] > size_ns}


def test_a_tile_of_too_many_rows_says_so_and_answers_nothing(
    run: ReadableRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_ROWS", 3)
    colours = colours_of(run, "opcode", "p0-c0", 2, 0)
    assert not colours.is_complete
    assert np.frombuffer(colours.encoded(), "<u4").tolist() == [0, 0]


def test_names_beyond_the_last_code_share_one(
    run: ReadableRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profiles.metrics.colour_codes.MOST_NAMES", 3)
    monkeypatch.setattr(KEPT, "_made", OrderedDict())
    found = colour_codes(run, "opcode")
    assert [name.name for name in found.names][3:] == ["all others"]
    rows = rows_of(run, "Instruction")
    assert sum(name.count for name in found.names) == len(rows)
    codes = found.of(0, "Instruction", np.arange(len(rows)))
    assert int((codes == 3).sum()) == found.names[3].count


def test_modes_are_those_that_are_offered() -> None:
    assert set(MODES) == {
        "opcode", "operator", "layer", "queue", "line", "duration", "wait",
    }  # fmt: skip


def test_answers_are_columns_one_after_another(run: ReadableRun, tmp_path: Path) -> None:
    colours = colours_of(run, "opcode", "p0-c0", 2, 0)
    body = colours.encoded()
    (tmp_path / "answer").write_bytes(body)
    count, complete = np.frombuffer(body, "<u4", 2).tolist()
    assert (count, complete) == (len(colours.columns["code"]), 1)
    assert len(body) == 8 + count * (4 + 2 + 2 + 2 + 1)
    code = np.frombuffer(body, "<u2", count, 8 + count * 8)
    assert code.tolist() == colours.columns["code"].tolist()
