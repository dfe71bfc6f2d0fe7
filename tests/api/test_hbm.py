"""Device memory of a system run over the API."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event
from tests.metrics.test_hbm import ROWS, SECOND, held

EVENTS = [event("nrt_load", 0, 90)]
ABOUT = [{"hbm_capacity_bytes": 100}]


@pytest.fixture
def profile(db: None, data_dir: Path) -> Profile:
    tables = {
        "SystemProfileEvents": EVENTS,
        "SystemProfileHbmUsage": ROWS,
        "SystemProfileMetadata": ABOUT,
    }
    return system_profile(tables)


def asked(client: Client, profile: Profile, **query: Any) -> Any:
    return client.get(f"/api/v1/profiles/{profile.pk}/runs/1/hbm-usage/", query)


def test_kinds_that_are_used_come_largest_first(client: Client, profile: Profile) -> None:
    found = asked(client, profile).json()
    assert found == {
        "memories": [{"instance_id": "i-1", "device_idx": 0, "hbm_idx": n} for n in (0, 1)],
        "capacity_bytes": 200,
        "time_ns": [0, 20, 30, 40],
        "total_bytes": [15, 22, 17, 0],
        "peak": {"time_ns": 20, "bytes": 22},
        "kinds": [
            {"kind": "weights", "max_bytes": 15, "bytes": [15, 15, 10, 0]},
            {"kind": "tensors", "max_bytes": 7, "bytes": [0, 7, 7, 0]},
        ],
    }


def test_one_memory_has_its_own_capacity(client: Client, profile: Profile) -> None:
    found = asked(client, profile, memory=1).json()
    assert (found["capacity_bytes"], found["total_bytes"]) == (100, [5, 0])


def test_no_more_instants_than_asked_for(client: Client, profile: Profile) -> None:
    for points in (1, 2, 0, -5):
        found = asked(client, profile, points=points).json()
        assert len(found["time_ns"]) <= max(points, 1)
        assert max(found["total_bytes"]) == 22


@pytest.mark.parametrize("memory", [2, -1, 10**17])
def test_a_memory_that_is_not_there_is_refused(
    client: Client, profile: Profile, memory: int
) -> None:
    answer = asked(client, profile, memory=memory)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "table.missing"


def test_a_number_that_is_none_is_refused(client: Client, profile: Profile) -> None:
    assert asked(client, profile, memory="x").status_code == 400


@pytest.mark.parametrize("about", [[], [{"hbm_capacity_bytes": 0}]])
def test_an_unknown_capacity_is_null(
    client: Client, db: None, data_dir: Path, about: list[dict[str, Any]]
) -> None:
    tables = {
        "SystemProfileEvents": EVENTS,
        "SystemProfileHbmUsage": [held(0, 1, of=SECOND)],
        "SystemProfileMetadata": about,
    }
    found = asked(client, system_profile(tables)).json()
    assert (found["capacity_bytes"], len(found["memories"])) == (None, 1)


def test_a_run_without_allocations_is_empty(client: Client, db: None, data_dir: Path) -> None:
    found = asked(client, system_profile({"SystemProfileEvents": EVENTS})).json()
    assert (found["peak"], found["kinds"], found["memories"]) == (None, [], [])
