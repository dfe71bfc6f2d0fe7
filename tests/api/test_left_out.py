"""Files that were not sent with a directory: told with it, listed by the API and the page."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingest_worker.ingest import ingest
from profiles.left_out import MOST_LISTED
from profiles.models import Profile
from tests.api.conftest import error_of, nothing_is_kept, part
from tests.make.session.serving import small_session
from tests.make.session.write import session_files
from tests.pages.document import document
from tests.worker.capture_archives import packed

TOLD = {"count": 2000, "files": [["run/notes <b>.txt", 12], ["run/worker.log", 3]]}

pytestmark = pytest.mark.usefixtures("data_dir", "sent", "db")


def send(client: Client, left_out: str, files: dict[str, bytes]) -> Any:
    archive = part("run.tar", packed("tar", files))
    return client.post(
        "/api/v1/profiles/", {"directory": archive, "name": "run", "left_out": left_out}
    )


def test_what_was_kept_back_is_listed_with_what_came_and_is_not_read(client: Client) -> None:
    files = {**session_files(small_session()), "run/came.txt": b"hello"}
    profile = Profile.objects.get(pk=send(client, json.dumps(TOLD), files).json()["id"])
    ingest(profile.pk, worker="w")
    answer = client.get(f"/api/v1/profiles/{profile.pk}/ignored/").json()
    assert answer["total"] == 2001
    assert [(one["name"], one["size_bytes"]) for one in answer["files"]] == [
        ("run/came.txt", 5),
        ("run/notes <b>.txt", 12),
        ("run/worker.log", 3),
    ]
    page = document(client.get(f"/profiles/{profile.pk}/info/").content)
    card = page.one("section", aria_labelledby="ignored-title")
    assert [one.text for one in card.all("code")] == [one["name"] for one in answer["files"]]
    assert "The first 3 of them, by name:" in card.text


def test_a_profile_without_ignored_files_says_none(client: Client) -> None:
    profile = Profile.objects.create(name="pair")
    answer = client.get(f"/api/v1/profiles/{profile.pk}/ignored/")
    assert answer.json() == {"total": 0, "files": []}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "3",
        '{"count": 1}',
        '{"count": 0, "files": [["a", 1]]}',
        '{"count": true, "files": []}',
        '{"count": 1, "files": ["a"]}',
        '{"count": 1, "files": [["a", -1]]}',
        '{"count": 1, "files": [["", 1]]}',
        '{"count": 1, "files": [[1, 1]]}',
        json.dumps({"count": 5000, "files": [["a", 1]] * (MOST_LISTED + 1)}),
        json.dumps({"count": 1, "files": [["x" * 1001, 1]]}),
    ],
)
def test_what_tells_no_files_is_refused_and_nothing_is_kept(
    client: Client, data_dir: Path, text: str
) -> None:
    answer = send(client, text, {"run/a.txt": b"a" * 900})
    error = error_of(answer)
    assert (error["code"], set(error["fields"])) == ("request.malformed", {"left_out"})
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize("text", ["", " ", '{"count": 0, "files": []}'])
def test_nothing_kept_back_is_nothing_told(client: Client, text: str) -> None:
    answer = send(client, text, {"run/a.txt": b"a" * 900})
    assert answer.status_code == 201
    assert Profile.objects.get(pk=answer.json()["id"]).capture == {}
