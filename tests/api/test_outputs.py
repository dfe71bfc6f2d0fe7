"""A run in the official tool's formats through the API: the same as on the command line."""

import io
import json
import tarfile
from uuid import uuid4

import pytest
from django.test import Client

from ingest_worker.exports.official_outputs import OUTPUTS, output_pieces
from profiles.models import Profile
from profiles.stores import table_store
from tests.api.conftest import error_of


def url(profile: Profile, kind: str, query: str = "") -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/output/{kind}/{query}"


@pytest.mark.parametrize("kind", OUTPUTS)
def test_every_format_is_streamed_as_a_file_of_the_profile_s_name(
    kind: str, client: Client, processed: Profile
) -> None:
    answer = client.get(url(processed, kind))
    assert answer.status_code == 200
    assert answer.streaming
    assert f"{processed.name}.{OUTPUTS[kind].ending}" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    run = table_store().open_run(str(processed.pk), 1)
    assert answer.getvalue() == b"".join(output_pieces(run, kind)[1])


def test_a_script_reads_the_json_as_it_reads_the_official_one(
    client: Client, processed: Profile
) -> None:
    found = json.loads(client.get(url(processed, "json")).getvalue())
    busy = sum(row["duration"] for row in found["instruction"] if row["subgroup"] == "Tensor")
    assert busy > 0
    assert found["summary"][0]["total_time"] > 0
    (summary,) = json.loads(client.get(url(processed, "summary-json")).getvalue()).values()
    assert summary["total_time"] == found["summary"][0]["total_time"]


def test_the_tar_holds_every_table(client: Client, processed: Profile) -> None:
    data = client.get(url(processed, "parquet")).getvalue()
    run = table_store().open_run(str(processed.pk), 1)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert len(archive.getnames()) == len(run.manifest.tables)


@pytest.mark.parametrize(
    ("kind", "query", "code"),
    [
        ("db", "", "output.unknown"),
        ("json", "?part=7", "table.missing"),
    ],
)
def test_what_is_not_there_has_a_code(
    kind: str, query: str, code: str, client: Client, processed: Profile
) -> None:
    assert error_of(client.get(url(processed, kind, query)))["code"] == code


def test_a_run_that_is_not_there_is_not_found(client: Client, processed: Profile) -> None:
    assert client.get(url(processed, "json").replace("/1/", "/9/")).status_code == 404
    assert client.get(f"/api/v1/profiles/{uuid4()}/runs/1/output/json/").status_code == 404


def test_the_info_page_links_them(client: Client, processed: Profile) -> None:
    page = client.get(f"/profiles/{processed.pk}/info/").content.decode()
    for kind in OUTPUTS:
        assert url(processed, kind) in page
