"""Options with an upload and with reprocessing: kept, shown, changed, refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, Status
from tests.api.conftest import error_of, nothing_is_kept, part
from tests.worker.capture_archives import packed

CHOSEN = {"event_types": ["nrt_execute <b>"], "neuron_cores": [3], "ignore_device_profile": True}

pytestmark = pytest.mark.usefixtures("data_dir", "sent", "db")


def send(client: Client, options: str, **headers: str) -> Any:
    archive = part("run.tar", packed("tar", {"run/a.txt": b"a" * 900}))
    form = {"directory": archive, "name": "run", "options": options}
    return client.post("/api/v1/profiles/", form, headers=headers)


@pytest.fixture
def profile(client: Client) -> Profile:
    """A processed profile that was sent with options."""
    found = Profile.objects.get(pk=send(client, json.dumps(CHOSEN)).json()["id"])
    Profile.objects.filter(pk=found.pk).update(status=Status.PROCESSED)
    return found


def reprocess(client: Client, profile: Profile, body: dict[str, Any]) -> Any:
    return client.post(
        f"/api/v1/profiles/{profile.pk}/reprocess/", body, content_type="application/json"
    )


def test_options_are_kept_and_told(client: Client) -> None:
    answer = send(client, json.dumps(CHOSEN))
    assert answer.status_code == 201
    assert answer.json()["options"] == CHOSEN
    assert send(client, "").json()["options"] == {}


@pytest.mark.parametrize("options", ["{", "[1]", '{"cores": [1]}', '{"neuron_cores": ["x"]}'])
def test_what_is_no_option_is_refused_and_nothing_is_kept(
    client: Client, data_dir: Path, options: str
) -> None:
    answer = send(client, options)
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (400, "request.malformed")
    assert set(error["fields"]) == {"options"}
    assert nothing_is_kept(data_dir)


def test_a_key_with_other_options_is_another_upload(client: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    assert send(client, json.dumps(CHOSEN), **key).status_code == 201
    assert send(client, json.dumps(CHOSEN), **key).status_code == 200
    assert error_of(send(client, "{}", **key))["code"] == "upload.key_reused"


def test_processing_again_keeps_the_options_it_is_not_given(
    client: Client, profile: Profile
) -> None:
    answer = reprocess(client, profile, {"partial": True})
    assert answer.status_code == 202
    assert answer.json()["options"] == CHOSEN


def test_filters_are_changed_by_processing_again(client: Client, profile: Profile) -> None:
    answer = reprocess(client, profile, {"options": {"instance_ids": ["i-1"]}})
    assert answer.json()["options"] == {"instance_ids": ["i-1"], "ignore_device_profile": True}


@pytest.mark.parametrize(
    "options", [{"ignore_device_profile": False}, {"cores": [1]}, "x", {"neuron_cores": [None]}]
)
def test_options_that_cannot_be_changed_are_refused(
    client: Client, profile: Profile, options: object
) -> None:
    answer = reprocess(client, profile, {"options": options})
    assert error_of(answer)["code"] == "request.malformed"
    profile.refresh_from_db()
    assert (profile.status, profile.options) == (Status.PROCESSED, CHOSEN)
