"""A capture directory through the door: what is taken, what is refused, what is said of it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, Status
from tests.api.conftest import error_of, nothing_is_kept, part, sample
from tests.worker.capture_archives import KINDS, packed

FILES = {"run/a.txt": b"a" * 900}

pytestmark = pytest.mark.usefixtures("data_dir", "sent", "db")


def send(client: Client, data: bytes, name: str = "run.tar", **fields: Any) -> Any:
    return client.post("/api/v1/profiles/", {"directory": part(name, data), **fields})


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_becomes_one_pending_profile(kind: str, client: Client) -> None:
    answer = send(client, packed(kind, FILES), name="run")
    assert answer.status_code == 201
    profile = Profile.objects.get(pk=answer.json()["id"])
    assert profile.status == Status.PENDING
    assert [source.role for source in profile.sources.all()] == ["archive"]


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.zst", ".zip", ".tgz"])
def test_without_a_name_it_is_named_after_the_archive(ending: str, client: Client) -> None:
    assert send(client, packed("tar", FILES), f"neuron_profiles{ending}").json()["name"] == (
        "neuron_profiles"
    )


@pytest.mark.parametrize("data", [b"hello" * 200, b"short", bytes(2000)])
def test_what_is_no_archive_is_refused(data: bytes, client: Client, data_dir: Path) -> None:
    answer = send(client, data)
    assert answer.status_code == 400
    error = error_of(answer)
    assert (error["code"], error["fields"]) == (
        "archive.not_this_format",
        {"directory": "run.tar"},
    )
    assert nothing_is_kept(data_dir)


def test_an_archive_is_sent_by_itself(client: Client, data_dir: Path) -> None:
    answer = send(client, packed("tar", FILES), ntff=part("x.ntff", sample("ntff")))
    assert error_of(answer)["code"] == "upload.too_many"
    assert nothing_is_kept(data_dir)


def test_an_archive_that_would_not_fit_unpacked_is_refused(
    client: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiles.storage.sources import SourceStore

    data = packed("tar", {"a.txt": bytes(300_000)})
    from django.conf import settings

    free = settings.MIN_FREE_BYTES + len(data) + 100_000
    monkeypatch.setattr(SourceStore, "free_bytes", lambda _: free)
    assert error_of(send(client, data))["code"] == "upload.no_space"
    assert nothing_is_kept(data_dir)


def test_a_parent_says_how_many_device_profiles_are_ready(client: Client) -> None:
    parent = Profile.objects.create(name="serving", kind="system")
    for number, status in enumerate([Status.PROCESSED, Status.PROCESSED, Status.FAILED]):
        Profile.objects.create(name=f"d{number}", parent=parent, status=status)
    Profile.objects.create(name="alone")
    document = client.get(f"/api/v1/profiles/{parent.pk}/").json()
    assert document["devices"] == {"total": 3, "ready": 2, "failed": 1}
    assert document["parent"] is None

    def names(parent_id: object) -> set[str]:
        page = client.get("/api/v1/profiles/", {"parent": parent_id}).json()
        return {row["name"] for row in page["results"]}

    assert names(parent.pk) == {"d0", "d1", "d2"}
    assert names("none") == {"serving", "alone"}
    assert names("no-id") == set()
