"""Profiles of several traces: each part has a summary of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile
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
