"""What the official tool wrote, through the door: taken, refused, and read back as tables."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingest_worker.pipeline.official import process_official
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles import lifecycle
from profiles.models import Profile, Status
from profiles.stores import source_store, table_store
from tests.api.conftest import claimed, error_of, nothing_is_kept, part, sample

DOCUMENT = {
    "instruction": [
        {
            "timestamp": 5,
            "duration": 4,
            "subgroup": "Tensor",
            "label": "Tensor",
            "opcode": "MATMUL",
            "id": (1 << 62) + 1,
            "subgraph": "sg00",
            "new_field": 3,
        }
    ],
    "compiler_facts": [{"name": "/sg00", "start": 5}],
}

pytestmark = pytest.mark.usefixtures("data_dir", "sent", "db")


def send(client: Client, text: str, name: str = "ntff.json", **fields: Any) -> Any:
    return client.post("/api/v1/profiles/", {"official": part(name, text.encode()), **fields})


def processed(client: Client, document: Any = DOCUMENT) -> Profile:
    answer = send(client, json.dumps(document))
    assert answer.status_code == 201
    profile_id = answer.json()["id"]
    run = claimed(profile_id)
    source = run.profile.sources.get()
    path = source_store().path(profile_id, source.role, 0)
    folder = table_store().new_run(profile_id, run.number)
    result = process_official(
        [SourceRef(source.role, source.name, path)], folder, Options(), silent
    )
    assert lifecycle.publish(run.pk, run.attempt, result.manifest)
    return Profile.objects.get(pk=profile_id)


def test_a_json_becomes_a_pending_profile_named_after_it(client: Client) -> None:
    answer = send(client, json.dumps(DOCUMENT), "step_12.json")
    assert answer.status_code == 201
    profile = Profile.objects.get(pk=answer.json()["id"])
    assert (profile.name, profile.status) == ("step_12", Status.PENDING)
    assert [source.role for source in profile.sources.all()] == ["official"]


@pytest.mark.parametrize("text", ["hello", "[1, 2]", "PAR1"])
def test_what_is_no_json_of_tables_is_refused(text: str, client: Client, data_dir: Path) -> None:
    error = error_of(send(client, text * 200))
    assert (error["code"], error["fields"]) == (
        "json.not_this_format",
        {"official": "ntff.json"},
    )
    assert nothing_is_kept(data_dir)


def test_a_json_is_sent_without_a_capture(client: Client, data_dir: Path) -> None:
    answer = send(client, json.dumps(DOCUMENT), ntff=part("x.ntff", sample("ntff")))
    assert error_of(answer)["code"] == "upload.too_many"
    assert nothing_is_kept(data_dir)


def test_tables_and_columns_that_are_not_known_are_served(client: Client) -> None:
    profile = processed(client)
    here = f"/api/v1/profiles/{profile.pk}/tables/"
    tables = {table["name"]: table for table in client.get(here).json()}
    assert "Kept from the file" in tables["compiler_facts"]["description"]
    assert [column["name"] for column in tables["compiler_facts"]["columns"]] == ["name", "start"]
    answer = client.get(f"{here}Instruction/rows/?columns=id,new_field").json()
    assert answer["rows"] == [{"id": str((1 << 62) + 1), "new_field": 3}]
    assert answer["columns"][1]["type"] == "int64"
    assert client.get(f"{here}compiler_facts/rows/").json()["rows"] == [
        {"name": "/sg00", "start": 5}
    ]
    assert error_of(client.get(f"{here}Instruction/rows/?columns=none"))["code"] == "table.column"


def test_its_pages_say_what_it_is(client: Client) -> None:
    profile = processed(client)
    assert profile.kind == "device"
    info = client.get(f"/profiles/{profile.pk}/info/").content.decode()
    assert "JSON of the official tool" in info
    assert "nothing was decoded here" in info
    timeline = client.get(f"/profiles/{profile.pk}/timeline/")
    assert timeline.status_code == 200
    assert b"no timeline" not in timeline.content


def test_a_summary_alone_has_no_timeline_tab(client: Client) -> None:
    profile = processed(client, {"n_12": {"total_time": 1.5}})
    page = client.get(f"/profiles/{profile.pk}/").content.decode()
    assert "a summary alone has no timeline" in page
    assert "Headline numbers" in page
    assert "<code>total_time</code>" in page
    row = client.get("/profiles/").content.decode()
    assert "Summary alone" in row
