"""System profiles and their device profiles in the list and on the Info page."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, SourceFile, Status
from tests.pages.conftest import MakeProfile, processed_row
from tests.pages.document import Element, document

CAPTURE = {"processes": [["i-0aa", 7, "i-0aa_pid_7"], ["i-0aa", 8, "i-0aa_pid_8"]]}


@pytest.fixture
def page(client: Client, data_dir: Path, db: None) -> Any:
    def get(query: str = "") -> Element:
        answer = client.get(f"/profiles/{query}")
        assert answer.status_code == 200
        return document(answer.content)

    return get


@pytest.fixture
def serving(db: None) -> Profile:
    """A processed system profile with three device profiles, one of them ready."""
    parent = Profile.objects.create(
        name="serving", kind="system", capture=CAPTURE, size_bytes=5_000_000
    )
    statuses = (Status.PROCESSED, Status.PENDING, Status.FAILED)
    for number, status in enumerate(statuses):
        Profile.objects.create(
            name=f"serving_nc_{number}", parent=parent, status=status, size_bytes=1_000_000
        )
    return processed_row(parent, ntff_version=None, instance_type="trn2.3xlarge", core_count=4)


def names(found: Element) -> list[str]:
    return [link.text for link in found.all("a", class_="name__link")]


def test_device_profiles_are_folded_under_their_system_profile(page: Any, serving: Profile) -> None:
    found = page()
    assert names(found) == ["serving"]
    fold = found.one("a", class_="name__fold")
    assert fold.text == "1 of 3 device profiles ready, 1 failed"
    assert fold.attributes["aria-expanded"] == "false"
    assert fold.attributes["href"] == f"?open={serving.pk}"


def test_opened_they_stand_below_it(page: Any, serving: Profile, submit: MakeProfile) -> None:
    submit("later")
    found = page(f"?open={serving.pk}")
    assert names(found) == ["later", "serving", "serving_nc_0", "serving_nc_1", "serving_nc_2"]
    assert found.one("a", class_="name__fold").attributes["aria-expanded"] == "true"
    assert len(found.all("tr", class_="list__row--device")) == 3
    fields = [i.attributes for i in found.all("input")]
    assert [f["value"] for f in fields if f.get("name") == "open"] == [str(serving.pk)]


def test_a_system_row_says_processes_cores_and_its_own_kind(page: Any, serving: Profile) -> None:
    row = page().one("tr", class_="list__row")
    assert "System · 2 processes · 4 cores · trn2.3xlarge" in row.text
    assert "NEFF alone" not in row.text
    cells = [cell.text for cell in row.all("td")]
    assert cells[2] == ""
    assert cells[3].replace("\u202f", " ") == "102.7 µs"


def test_a_search_finds_device_profiles_by_themselves(page: Any, serving: Profile) -> None:
    assert names(page("?search=nc_1")) == ["serving_nc_1"]
    assert len(names(page(f"?parent={serving.pk}"))) == 3


def test_a_capture_counts_as_one_profile_and_its_files_once(page: Any, serving: Profile) -> None:
    assert page().one("span", class_="manager__total").text.startswith("1 profile · 5\u202fMB")


def test_the_list_stays_fresh_while_a_device_profile_is_waiting(
    page: Any, serving: Profile
) -> None:
    assert page().one("div", class_="list__facts").attributes["data-running"] == "yes"
    serving.devices.update(status=Status.PROCESSED)
    assert page().one("div", class_="list__facts").attributes["data-running"] == "no"


def test_deleting_says_that_the_device_profiles_go_too(page: Any, serving: Profile) -> None:
    assert "its 3 device profiles" in page().one("tr", class_="list__row").attributes["data-goes"]


def test_a_waiting_directory_is_called_one(page: Any, db: None, data_dir: Path) -> None:
    profile = Profile.objects.create(name="run", size_bytes=10)
    SourceFile.objects.create(profile=profile, role="archive", name="run.tar", size_bytes=10)
    assert "Capture directory" in page().one("tr", class_="list__row").text


def test_many_files_are_not_all_in_the_menu(page: Any, serving: Profile) -> None:
    SourceFile.objects.bulk_create(
        SourceFile(profile=serving, role="ntff", ordinal=n, name=f"a/{n}.ntff", size_bytes=1)
        for n in range(9)
    )
    assert "Download" not in page().one("tr", class_="list__row").text


def test_names_from_a_directory_stay_text(client: Client, serving: Profile, data_dir: Path) -> None:
    serving.capture = {**CAPTURE, "processes": [["<b>i</b>", 7, "<script>"]]}
    serving.name = "<script>alert(1)</script>"
    serving.save()
    content = client.get("/profiles/").content.decode()
    assert "<script>alert(1)" not in content
