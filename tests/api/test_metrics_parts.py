"""Profiles of several traces: each part has a summary of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.models import Profile
from profiles.selectors import current_run_opened
from tests.api.conftest import process_now
from tests.make.kernel import Kernel, write_kernel

Answer = Any


@pytest.fixture
def two_ranks(upload: Callable[..., Answer], tmp_path: Path) -> Profile:
    """The traces of two ranks of one kernel, the second twice as slow."""
    written = []
    for name, kernel in (("a", Kernel(tiles=8)), ("b", Kernel(tiles=8, rate=2.0))):
        folder = tmp_path / name
        folder.mkdir()
        written.append(write_kernel(folder, kernel))
    neff = written[0][0].read_bytes()
    traces = [ntff.read_bytes() for _, ntff in written]
    return process_now(upload(neff=neff, ntff=traces).json()["id"])


def metrics(client: Client, profile: Profile, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/metrics/{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_each_part_is_answered_by_its_number(client: Client, two_ranks: Profile) -> None:
    first, second = metrics(client, two_ranks), metrics(client, two_ranks, "?part=1")
    assert first["metrics"]["total_time"]["value"] < second["metrics"]["total_time"]["value"]
    assert first["metrics"]["mfu"]["value"] > second["metrics"]["mfu"]["value"]
    flops = "hardware_flops"
    assert first["metrics"][flops] == second["metrics"][flops]


def test_places_name_the_part_they_lie_in(client: Client, two_ranks: Profile) -> None:
    second = metrics(client, two_ranks, "?part=1")
    tracks = [segment["track"] for segment in second["critical_path"]["segments"]]
    assert all(track is None or track.startswith("p1/") for track in tracks)
    assert any(tracks)
    timeline = client.get(f"/api/v1/profiles/{two_ranks.pk}/runs/1/timeline/").json()
    keys = {track["key"] for track in timeline["tracks"]}
    named = {t for one in second["findings"] for t in one["evidence"]["tracks"]}
    assert named | {track for track in tracks if track} <= keys


def test_a_range_of_a_part_is_that_parts_own(client: Client, two_ranks: Profile) -> None:
    whole = metrics(client, two_ranks, "?part=1")["range"]
    half = metrics(client, two_ranks, f"?part=1&end_ns={whole['last_ns'] // 2}")
    assert half["range"]["last_ns"] == whole["last_ns"]
    assert not half["range"]["is_whole"]


def places_in(document: Any) -> list[dict[str, Any]]:
    """Every place of an event, wherever it stands in an answer."""
    if isinstance(document, list):
        return [place for one in document for place in places_in(one)]
    if not isinstance(document, dict):
        return []
    own = [document["longest"]] if document.get("longest") else []
    return [*own, *places_in(list(document.values()))]


@pytest.mark.parametrize("part", [0, 1])
def test_the_event_that_shows_a_number_lies_on_its_row_at_its_time(
    client: Client, two_ranks: Profile, part: int
) -> None:
    places = places_in(metrics(client, two_ranks, f"?part={part}"))
    assert len(places) > 20
    timeline = client.get(f"/api/v1/profiles/{two_ranks.pk}/runs/1/timeline/").json()
    tracks = {track["key"]: track for track in timeline["tracks"]}
    run = current_run_opened(two_ranks)
    for place in places:
        track = tracks[place["track"]]
        assert track["part"] == part
        table = pq.read_table(run.table_path(track["table"], part)).slice(place["row"], 1)
        (row,) = table.to_pylist()
        times = TABLE_TIMES[track["table"]]
        assert row[times["start"]] == place["start_ns"]
        end = row[times["end"]] if "end" in times else place["start_ns"] + row[times["length"]]
        assert end == place["end_ns"]
        if track["kind"] == "engine":
            assert row["timeline_track"] == track["name"]
        if track["kind"] == "dma_engine":
            assert f"E{row['engine_idx']}" == track["name"]
