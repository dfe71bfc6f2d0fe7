"""The Info page of a system profile and of its device profiles."""

from pathlib import Path

import pytest
from django.test import Client

from profiles.models import Profile, SourceFile
from tests.api.system_profile import system_profile
from tests.pages.document import Element, document

pytestmark = pytest.mark.usefixtures("data_dir", "db")
FOLDER = "run <1>/i-0aa_pid_7"


@pytest.fixture
def serving() -> Profile:
    """A system profile with a file of every kind."""
    profile = system_profile({"SystemProfileEvents": [{"event_name": "nrt_execute"}]})
    profile.capture = {
        "processes": [["i-0aa", 7, FOLDER]],
        "ignored": [["notes <b>.txt", 12], ["a/b.log", 3]],
        "ignored_count": 2,
    }
    profile.save()
    roles = ("trace_info", "ntrace", "cpu_util", "host_mem", "framework")
    for role in roles:
        SourceFile.objects.create(
            profile=profile, role=role, name=f"{FOLDER}/{role}.pb", size_bytes=5, place=f"x-{role}"
        )
    return profile


def info(client: Client, profile: Profile) -> Element:
    answer = client.get(f"/profiles/{profile.pk}/info/")
    assert answer.status_code == 200
    return document(answer.content)


def test_every_file_is_shown_as_what_it_is(client: Client, serving: Profile) -> None:
    files = {
        one.one("code").text: one.text for one in info(client, serving).all("div", class_="source")
    }
    assert set(files) == {
        f"{role}.pb" for role in ("trace_info", "ntrace", "cpu_util", "host_mem", "framework")
    }
    assert "events of the runtime" in files["ntrace.pb"]
    assert "samples of host memory" in files["host_mem.pb"]
    assert all(FOLDER in text for text in files.values())
    assert not any("not recognised" in text for text in files.values())
    assert files["framework.pb"].startswith("JSON")
    assert files["ntrace.pb"].startswith("PB")


def test_processes_take_the_place_of_traces(client: Client, serving: Profile) -> None:
    page = info(client, serving)
    heads = [h2.text for h2 in page.all("h2")]
    assert "Processes" in heads
    assert "Traces" not in heads
    assert FOLDER in page.one("section", aria_labelledby="processes-title").text


def test_files_that_were_left_out_are_listed(client: Client, serving: Profile) -> None:
    card = info(client, serving).one("section", aria_labelledby="ignored-title")
    assert "2 files of the directory are not read" in card.text
    assert "notes <b>.txt" in card.text
    assert "a/b.log" in card.text


def test_a_device_profile_says_whose_it_is_and_why(client: Client, serving: Profile) -> None:
    child = system_profile({"Metadata": [{}]}, name="serving_nc_0")
    child.kind = "device"
    child.parent = serving
    child.capture = {"device": {"evidence": "The ids inside agree."}}
    child.save()
    card = info(client, child).one("section", aria_labelledby="capture-title")
    assert "The ids inside agree." in card.text
    assert card.one("a").attributes["href"] == f"/profiles/{serving.pk}/"


def test_a_file_that_lies_elsewhere_is_downloaded_from_there(
    client: Client, serving: Profile, tmp_path: Path
) -> None:
    there = tmp_path / "ntrace.pb"
    there.write_bytes(b"bytes")
    original = serving.sources.get(role="ntrace")
    SourceFile.objects.filter(pk=original.pk).update(in_place=str(there), place="")
    child = Profile.objects.create(name="child", parent=serving)
    borrowed = SourceFile.objects.create(
        profile=child, role="ntrace", name="ntrace.pb", size_bytes=5, original=original
    )
    answer = client.get(f"/api/v1/profiles/{child.pk}/sources/{borrowed.pk}/file")
    assert b"".join(answer.streaming_content) == b"bytes"  # type: ignore[attr-defined]
    assert answer.headers["ETag"].strip('"')


def test_a_file_that_is_gone_is_not_found(client: Client, serving: Profile) -> None:
    source = serving.sources.get(role="ntrace")
    answer = client.get(f"/api/v1/profiles/{serving.pk}/sources/{source.pk}/file")
    assert answer.status_code == 404


def test_the_options_it_was_processed_with_are_shown(client: Client, serving: Profile) -> None:
    assert "Options" not in [h2.text for h2 in info(client, serving).all("h2")]
    chosen = {"event_types": ["nrt_execute", "<b>"], "neuron_cores": [3]}
    Profile.objects.filter(pk=serving.pk).update(options={**chosen, "ignore_device_profile": True})
    card = info(client, serving).one("section", aria_labelledby="options-title")
    assert [one.text for one in card.all("code")] == ["nrt_execute", "<b>", "3", "yes"]
    assert "Device profiles left out" in card.text
