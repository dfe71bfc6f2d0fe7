"""Device profiles of a system profile, and the way from an event to one of them."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from profiles.models import Profile, SourceFile
from profiles.storage.manifest import PartEntry
from tests.api.conftest import error_of
from tests.api.system_profile import ORIGIN_UNIX_NS, publish_run
from tests.metrics.system_events import event, running

DEVICE_ZERO_NS = 257_063_241_000_000
HOST_MINUS_DEVICE_NS = ORIGIN_UNIX_NS - DEVICE_ZERO_NS + 1500
NAME = "serving_i-1_pid_100_nc_0_model_7"
DECODE = "token_generation_model/_tp3_bk1"


def child_of(parent: Profile, name: str = NAME, *, zero: int | None = DEVICE_ZERO_NS) -> Profile:
    """A processed device profile of a system profile."""
    child = Profile.objects.create(name=name, parent=parent)
    SourceFile.objects.create(
        profile=child, role="ntff", name="i-1_pid_100/7_vnc_0.ntff", size_bytes=9, sha256="0"
    )
    text = None if zero is None else str(zero)
    publish_run(child, {}, parts=[PartEntry(0, "7_vnc_0.ntff", 5000, device_zero_ns=text)])
    child.refresh_from_db()
    return child


def link(row: int, child: Profile | None, relation: str = "this execution") -> dict[str, Any]:
    is_this = relation == "this execution"
    return {
        "event_row": row,
        "device_profile_name": NAME,
        "device_profile_id": str(child.pk) if child else "",
        "relation": relation,
        "evidence": "The numbers in the names agree.",
        "host_minus_device_ns": HOST_MINUS_DEVICE_NS if is_this else None,
        "device_start_ns": DEVICE_ZERO_NS + 200 if is_this else None,
        "device_end_ns": DEVICE_ZERO_NS + 900 if is_this else None,
    }


EVENTS = [
    event("nrt_load", 0, 50),
    event("nrt_execute", 1000, 3000, model_id=7, model_name=DECODE),
    running(1700, 2400, pcore=0, exec_id="1"),
    running(1701, 2410, pcore=1, exec_id="1"),
    running(2900, 3100, pcore=0, exec_id="2"),
    event("nrt_execute", 4000, 4400, model_id=7, model_name=DECODE),
]
LISTED = {
    "device_profile_name": NAME,
    "instance_id": "i-1",
    "process_id": 100,
    "nc_id": 0,
    "model_id": 171_450_338_541_704,
}


@pytest.fixture
def parent(db: None, data_dir: Path) -> Profile:
    return Profile.objects.create(name="serving", kind="system")


def publish(
    parent: Profile, links: list[dict[str, Any]], listed: list[dict[str, Any]] | None = None
) -> None:
    part = PartEntry(0, "serving", 4400, origin_unix_ns=str(ORIGIN_UNIX_NS))
    tables = {
        "SystemProfileEvents": EVENTS,
        "DeviceProfileList": [LISTED] if listed is None else listed,
    }
    if links:
        tables["DeviceProfileLink"] = links
    publish_run(parent, tables, parts=[part])


def linked(client: Client, parent: Profile, row: int, **query: str) -> Any:
    url = f"/api/v1/profiles/{parent.pk}/runs/1/device-link/"
    return client.get(url, {"row": row, **query})


def test_an_execution_opens_its_device_profile_at_the_same_instant(
    client: Client, parent: Profile
) -> None:
    child = child_of(parent)
    publish(parent, [link(1, child)])
    found = linked(client, parent, 1).json()
    (one,) = found["candidates"]
    back = f"/profiles/{parent.pk}/timeline/?t=-7000-11000"
    assert one["at_same_instant"]
    assert one["open_url"].startswith(f"/profiles/{child.pk}/timeline/?t=200-900&back=")
    assert one["open_url"].endswith(back.replace("?", "%3F").replace("=", "%3D"))
    assert one["device_zero_host_ns"] == 1500
    assert (one["status"], one["relation"]) == ("PROCESSED", "this execution")
    assert found["model"] == {
        "name": DECODE,
        "graph": "token_generation_model",
        "role": "decode",
        "rank": 3,
        "bucket": 1,
    }
    assert found["note"] == "It shows this execution."


def test_the_time_before_while_and_after_the_devices_run_adds_up(
    client: Client, parent: Profile
) -> None:
    publish(parent, [])
    where = linked(client, parent, 1).json()["where"]
    assert [(one["ns"], one["share"]) for one in where] == [
        (700, 0.35),
        (710, 0.355),
        (590, 0.295),
    ]
    assert [linked(client, parent, row).json()["where"] for row in (0, 2, 5)] == [[], [], []]


def test_the_same_program_opens_without_a_jump_and_says_so(client: Client, parent: Profile) -> None:
    child = child_of(parent)
    publish(parent, [link(5, child, "same program")])
    found = linked(client, parent, 5).json()
    (one,) = found["candidates"]
    assert one["open_url"].startswith(f"/profiles/{child.pk}/timeline/?back=")
    assert (one["at_same_instant"], one["device_zero_host_ns"]) == (False, None)
    assert "another execution of the same program" in found["note"]


def test_where_several_fit_all_are_given_with_their_reasons(
    client: Client, parent: Profile
) -> None:
    first, second = child_of(parent, "a"), child_of(parent, "b")
    publish(parent, [link(1, first, "candidate"), link(1, second, "candidate")])
    found = linked(client, parent, 1).json()
    assert [one["name"] for one in found["candidates"]] == ["a", "b"]
    assert all(one["evidence"] for one in found["candidates"])
    assert found["note"].startswith("2 device profiles fit")


def test_an_event_without_a_device_profile_says_so(client: Client, parent: Profile) -> None:
    publish(parent, [])
    found = linked(client, parent, 0).json()
    assert (found["candidates"], found["model"]) == ([], None)
    assert found["note"] == "Only nrt_execute and nc_exec_running have device profiles."


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], "The directory holds no device trace."),
        ([LISTED], f"No device profile holds this execution or another one of its program. "
                   f"Of its core there is {NAME}."),
        ([{**LISTED, "nc_id": 5}, {**LISTED, "process_id": 9, "device_profile_name": "x"}],
         "None of the 2 device profiles holds this execution or another one of its program. "
         "None is of its core."),
        ([{**LISTED, "device_profile_name": f"d{n}"} for n in range(5)],
         "None of the 5 device profiles holds this execution or another one of its program. "
         "Of its core there is d0, d1, d2 and 2 more."),
    ],
    ids=["no trace", "one of the core", "other cores", "many of the core"],
)  # fmt: skip
def test_an_execution_without_a_device_profile_says_why_and_what_comes_nearest(
    client: Client, parent: Profile, listed: list[dict[str, Any]], expected: str
) -> None:
    publish(parent, [], listed)
    found = linked(client, parent, 1).json()
    assert (found["candidates"], found["note"]) == ([], expected)


def test_a_device_profile_that_was_deleted_or_left_out_cannot_be_opened(
    client: Client, parent: Profile
) -> None:
    publish(parent, [link(1, None)])
    (one,) = linked(client, parent, 1).json()["candidates"]
    assert (one["open_url"], one["status"], one["name"]) == (None, None, NAME)


def test_a_trace_without_the_device_clock_opens_at_its_beginning(
    client: Client, parent: Profile
) -> None:
    publish(parent, [link(1, child_of(parent, zero=None))])
    (one,) = linked(client, parent, 1).json()["candidates"]
    assert not one["at_same_instant"]
    assert "t=" not in one["open_url"].split("back=")[0]


@pytest.mark.parametrize(
    ("asked", "is_taken"),
    [("/profiles/{}/timeline/?sel=a:1", True), ("https://example.com/", False), ("//x", False)],
)
def test_the_way_back_stays_on_the_profile(
    client: Client, parent: Profile, asked: str, is_taken: bool
) -> None:
    publish(parent, [link(1, child_of(parent))])
    answer = linked(client, parent, 1, back=asked.format(parent.pk)).json()
    url = answer["candidates"][0]["open_url"]
    assert ("sel%3Da:1" in url) is is_taken
    assert "example.com" not in url


def test_a_row_that_is_not_there_is_refused(client: Client, parent: Profile) -> None:
    publish(parent, [])
    for row in ("99", "-1", ""):
        answer = client.get(f"/api/v1/profiles/{parent.pk}/runs/1/device-link/", {"row": row})
        assert error_of(answer)["code"] == "table.missing"


def test_the_list_has_calls_files_and_the_status_of_now(client: Client, parent: Profile) -> None:
    child = child_of(parent)
    waiting = Profile.objects.create(name="serving_other", parent=parent)
    Profile.objects.create(name="somebody else's")
    publish(parent, [link(1, child), link(5, child, "same program"), link(2, child)])
    found = client.get(f"/api/v1/profiles/{parent.pk}/devices/").json()
    assert (found["total"], found["ready"], found["failed"]) == (2, 1, 0)
    one, other = found["devices"]
    assert (one["id"], one["status"]) == (str(child.pk), "PROCESSED")
    assert (one["calls"], one["total_ns"], one["median_ns"]) == (2, 2400, 400)
    assert (one["model_id"], one["nc"], one["process"]) == ("171450338541704", 0, "100")
    assert one["files"] == [{"role": "ntff", "name": "i-1_pid_100/7_vnc_0.ntff", "size_bytes": 9}]
    assert (one["mfu"], bool(one["reason"])) == (None, True)
    assert one["links"]["timeline"] == f"/profiles/{child.pk}/timeline/"
    assert (other["id"], other["status"], other["calls"]) == (str(waiting.pk), "PENDING", 0)


def test_device_profiles_are_listed_before_the_system_part_is_done(
    client: Client, parent: Profile
) -> None:
    child_of(parent)
    found = client.get(f"/api/v1/profiles/{parent.pk}/devices/").json()
    assert (found["total"], found["ready"]) == (1, 1)
    assert found["devices"][0]["total_ns"] is None


def test_the_plan_says_what_a_device_profile_is_whatever_it_is_called_now(
    client: Client, parent: Profile
) -> None:
    plan = {**LISTED, "name": NAME, "session_id": 2, "nc_id": 3}
    child = Profile.objects.create(name="renamed", parent=parent, capture={"device": plan})
    url = f"/api/v1/profiles/{parent.pk}/devices/"
    before = client.get(url).json()["devices"]
    publish(parent, [])
    assert client.get(url).json()["devices"] == before
    (one,) = before
    assert (one["id"], one["name"], one["nc"], one["session"]) == (
        str(child.pk),
        "renamed",
        3,
        "2",
    )


def test_device_profiles_stand_as_people_count(client: Client, parent: Profile) -> None:
    for core in (10, 2, 1):
        Profile.objects.create(name=f"run_nc_{core}_model_7", parent=parent)
    found = client.get(f"/api/v1/profiles/{parent.pk}/devices/").json()["devices"]
    assert [one["name"] for one in found] == [f"run_nc_{n}_model_7" for n in (1, 2, 10)]


def test_a_listed_device_profile_that_was_not_made_has_no_id(
    client: Client, parent: Profile
) -> None:
    publish(parent, [])
    (one,) = client.get(f"/api/v1/profiles/{parent.pk}/devices/").json()["devices"]
    assert (one["name"], one["id"], one["status"], one["links"]) == (NAME, None, None, None)


def test_a_profile_of_one_device_has_no_further_ones(client: Client, processed: Profile) -> None:
    found = client.get(f"/api/v1/profiles/{processed.pk}/devices/").json()
    assert found == {"total": 0, "ready": 0, "failed": 0, "devices": []}
    assert client.get(f"/api/v1/profiles/{uuid4()}/devices/").status_code == 404


def test_a_device_profile_is_drawn_on_host_time_where_both_clocks_are_known(
    client: Client, parent: Profile
) -> None:
    child, other = child_of(parent), child_of(parent, "serving_nc_1", zero=None)
    publish(parent, [link(1, child), link(1, other), link(5, child)])
    found = client.get(f"/api/v1/profiles/{parent.pk}/runs/1/device-rows/").json()
    assert found["rows"] == [
        {
            "profile_id": str(child.pk),
            "row": 1,
            "instance_id": "i-1",
            "process_id": "100",
            "nc_idx": 0,
            "device_zero_host_ns": 1500,
        }
    ]


def test_without_links_no_device_profile_is_drawn(client: Client, parent: Profile) -> None:
    publish(parent, [])
    answer = client.get(f"/api/v1/profiles/{parent.pk}/runs/1/device-rows/")
    assert answer.json() == {"rows": []}
