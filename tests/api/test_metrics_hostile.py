"""The summary asked for in ways nobody should: bounds of numbers, other kinds of profiles."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of, process_now, sample
from tests.make.kernel import Kernel, write_kernel
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture

Answer = Any


def metrics(client: Client, profile: Profile, query: str = "") -> Answer:
    return client.get(f"/api/v1/profiles/{profile.pk}/metrics/{query}")


@pytest.mark.parametrize(
    "query",
    [
        "?start_ns=-999999999999999999",
        "?end_ns=999999999999999999",
        "?start_ns=-999999999999999999&end_ns=999999999999999999",
        "?start_ns=0&end_ns=1",
        "?start_ns=999999999999999998&end_ns=999999999999999999",
        "?start_ns=-5&end_ns=-4",
    ],
)
def test_any_range_of_whole_numbers_is_answered(
    client: Client, processed: Profile, query: str
) -> None:
    answer = metrics(client, processed, query)
    assert answer.status_code == 200
    found = answer.json()
    assert found["range"]["duration_ns"] > 0
    for core in found["tensor_flops"]["cores"]:
        assert all(-1e-9 <= part["share"] <= 1 + 1e-9 for part in core["parts"])
    assert all(0 <= row["active"] <= 1 for row in found["busy"] if row["active"] is not None)


@pytest.mark.parametrize(
    "query",
    [
        "?start_ns=1e3",
        "?end_ns=0x10",
        "?core=-1",
        "?core=99999999999999999999",
        "?core=zero",
        "?start_ns=9999999999999999999",
        "?part=one",
    ],
)
def test_what_is_no_whole_number_of_this_profile_is_refused(
    client: Client, processed: Profile, query: str
) -> None:
    answer = metrics(client, processed, query)
    assert answer.status_code == 400
    assert error_of(answer)["fields"]


def test_a_negative_part_is_not_there(client: Client, processed: Profile) -> None:
    answer = metrics(client, processed, "?part=-1")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")


def test_a_profile_of_a_neff_alone_has_no_summary(
    client: Client, upload: Callable[..., Answer]
) -> None:
    profile = process_now(upload(neff=sample("neff")).json()["id"])
    answer = metrics(client, profile)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")


def test_a_profile_that_waits_has_none_yet(client: Client, upload: Callable[..., Answer]) -> None:
    profile_id = upload(neff=sample("neff"), ntff=[sample("ntff")]).json()["id"]
    answer = client.get(f"/api/v1/profiles/{profile_id}/metrics/")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")


def test_a_trace_without_its_neff_says_what_is_missing(
    client: Client, upload: Callable[..., Answer]
) -> None:
    profile = process_now(upload(ntff=[make_ntff(small_capture())]).json()["id"])
    found = metrics(client, profile).json()
    assert "NEFF" in found["metrics"]["mbu"]["missing"]
    assert "NEFF" in found["hbm"]["missing"]
    assert found["metrics"]["dma_active"]["value"] > 0
    assert "no_neff" in {one["code"] for one in found["notices"]}


def test_every_version_of_the_format_is_answered(
    client: Client, upload: Callable[..., Answer]
) -> None:
    for version in (4, 5, 6):
        cores = 1 if version == 4 else 2
        ntff = make_ntff(small_capture(version, cores))
        profile = process_now(upload(name=f"v{version}", ntff=[ntff]).json()["id"])
        found = metrics(client, profile).json()
        generation = "trn1" if version == 4 else "trn2"
        assert found["machine"]["generation"] == generation
        assert found["machine"]["peak_flops"] == (91.750_4e12 if version == 4 else 78.643_2e12)
        assert len(found["range"]["cores"]) == cores


def test_names_out_of_a_file_come_through_as_they_are(
    client: Client, upload: Callable[..., Answer], tmp_path: Path
) -> None:
    neff, ntff = write_kernel(tmp_path, Kernel(tiles=8, reloads=5))
    profile = process_now(upload(neff=neff.read_bytes(), ntff=[ntff.read_bytes()]).json()["id"])
    answer = metrics(client, profile)
    assert answer.headers["Content-Type"] == "application/json"
    assert "weights is loaded" in json.dumps(answer.json()["findings"])


def test_ranges_drawn_at_random_all_answer(client: Client, processed: Profile) -> None:
    draw = random.Random(3)
    last = metrics(client, processed).json()["range"]["last_ns"]
    for _ in range(12):
        start = draw.randrange(-last, last)
        end = start + draw.randrange(1, 2 * last)
        core = draw.choice(["", "&core=0", "&core=1"])
        answer = metrics(client, processed, f"?start_ns={start}&end_ns={end}{core}")
        assert answer.status_code == 200
        found = answer.json()
        assert found["range"]["start_ns"] == start
        assert all(one["bound"]["saved_ns"] <= end - start for one in found["findings"])
