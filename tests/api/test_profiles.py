"""Profiles through the API: list, read, rename, delete, process again, runs, sources, tables."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow.parquet as pq
import pytest
from django.test import Client

from profiles import lifecycle
from profiles.models import Profile, Status
from profiles.stores import source_store, table_store
from tests.api.conftest import error_of, files_in, process_now, sample

Upload = Callable[..., Any]
JSON = "application/json"


def test_a_processed_profile_says_what_it_holds(client: Client, processed: Profile) -> None:
    document = client.get(f"/api/v1/profiles/{processed.pk}/").json()
    assert document["status"] == "PROCESSED"
    assert document["cores"] == 2
    assert document["duration_ns"] > 0
    assert document["run"] == 1
    assert document["failure"] is None
    assert document["stage"] is None


def test_the_list_filters_orders_and_pages(client: Client, upload: Upload) -> None:
    for name in ("attention a", "attention b", "conv"):
        upload(name=name, ntff=[sample("ntff")])

    def names(query: str) -> list[str]:
        found = client.get(f"/api/v1/profiles/?{query}").json()["results"]
        return [profile["name"] for profile in found]

    assert names("search=attention&ordering=name") == ["attention a", "attention b"]
    assert names("ordering=-name")[0] == "conv"
    assert names("status=PROCESSED") == []
    assert len(names("status=PENDING&status=FAILED")) == 3
    page = client.get("/api/v1/profiles/?page_size=2&page=2").json()
    assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)


def test_a_filter_that_makes_no_sense_is_an_error(client: Client, db: None) -> None:
    answer = client.get("/api/v1/profiles/?status=DONE")
    assert answer.status_code == 400
    assert "status" in error_of(answer)["fields"]


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_a_profile_that_is_not_there_is_404(client: Client, db: None, method: str) -> None:
    answer = getattr(client, method)(f"/api/v1/profiles/{uuid4()}/", content_type=JSON)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "request.not_found"


def test_renaming_moves_the_official_link(client: Client, processed: Profile) -> None:
    url = f"/api/v1/profiles/{processed.pk}/"
    answer = client.patch(url, {"name": "a/b"}, content_type=JSON)
    assert answer.json()["name"] == "a/b"
    folder = Path(table_store().root).parent / "profiles" / "global"
    assert [path.name for path in folder.iterdir()] == ["a%2Fb@latest"]
    assert (folder / "a%2Fb@latest" / "Instruction.parquet").is_file()


@pytest.mark.parametrize("body", [{"name": ""}, {"name": 5}, {}, {"name": "n" * 151}])
def test_a_bad_name_changes_nothing(client: Client, upload: Upload, body: dict[str, Any]) -> None:
    document = upload(name="good", ntff=[sample("ntff")]).json()
    answer = client.patch(document["links"]["self"], body, content_type=JSON)
    assert answer.status_code == 400
    error_of(answer)
    assert Profile.objects.get().name == "good"


def test_two_profiles_of_one_name_have_folders_of_their_own(upload: Upload) -> None:
    folders = []
    for _ in range(2):
        upload(name="same", ntff=[sample("ntff")])
        folders = sorted(Profile.objects.values_list("folder_name", flat=True))
    assert folders[0] == "same"
    assert folders[1].startswith("same~")
    assert len(folders[1]) == len("same~") + 8


def test_deleting_leaves_no_file_no_run_no_link(
    client: Client, processed: Profile, data_dir: Path
) -> None:
    assert client.delete(f"/api/v1/profiles/{processed.pk}/").status_code == 204
    assert Profile.objects.count() == 0
    assert files_in(data_dir) == []


def test_a_run_in_progress_notices_that_its_profile_is_gone(client: Client, upload: Upload) -> None:
    document = upload(ntff=[sample("ntff")]).json()
    run = lifecycle.claim(UUID(document["id"]), worker="w", lease_s=60)
    assert run is not None
    assert lifecycle.renew(run.pk, run.attempt, lease_s=60)
    client.delete(document["links"]["self"])
    assert not lifecycle.renew(run.pk, run.attempt, lease_s=60)
    assert not lifecycle.fail(run.pk, run.attempt, code="x", message="y")


def test_processing_again_takes_options_and_keeps_the_old_run(
    client: Client, processed: Profile
) -> None:
    url = f"/api/v1/profiles/{processed.pk}/reprocess/"
    answer = client.post(url, {"without": ["neff"], "partial": True}, content_type=JSON)
    assert answer.status_code == 202
    assert answer.json()["status"] == "PENDING"
    profile = Profile.objects.get()
    assert (profile.without, profile.partial) == (["neff"], True)
    assert answer.json()["run"] == 1
    again = client.post(url, {}, content_type=JSON)
    assert again.status_code == 409
    assert error_of(again)["code"] == "profile.busy"


@pytest.mark.parametrize("body", [{"without": "neff"}, {"without": ["x"]}, {"partial": 1}, []])
def test_options_that_make_no_sense_are_refused(
    client: Client, processed: Profile, body: Any
) -> None:
    url = f"/api/v1/profiles/{processed.pk}/reprocess/"
    answer = client.post(url, body, content_type=JSON)
    assert answer.status_code == 400
    error_of(answer)
    assert Profile.objects.get().status == Status.PROCESSED


def test_runs_tell_how_each_attempt_ended(client: Client, upload: Upload) -> None:
    document = upload(ntff=[sample("ntff")]).json()
    run = lifecycle.claim(UUID(document["id"]), worker="w", lease_s=60)
    assert run is not None
    lifecycle.fail(
        run.pk, run.attempt, code="ntff.truncated", message="Cut.", offset=5, file="a", log="{}"
    )
    (found,) = client.get(document["links"]["runs"]).json()
    assert found["outcome"] == "failed"
    assert found["error"]["code"] == "ntff.truncated"
    failure = client.get(document["links"]["self"]).json()["failure"]
    assert (failure["offset"], failure["file"]) == (5, "a")
    assert failure["hint"]


def test_sources_are_downloaded_as_they_came(client: Client, processed: Profile) -> None:
    sources = client.get(f"/api/v1/profiles/{processed.pk}/sources/").json()
    assert {source["role"] for source in sources} == {"neff", "ntff"}
    for source in sources:
        answer = client.get(source["file"])
        assert b"".join(answer.streaming_content) == sample(source["role"])  # type: ignore[attr-defined]
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_tables_are_listed_and_downloaded_as_parquet(client: Client, processed: Profile) -> None:
    tables = client.get(f"/api/v1/profiles/{processed.pk}/tables/").json()
    names = {table["name"] for table in tables}
    assert {"Instruction", "DmaPacket", "SemaphoreUpdate", "Metadata", "NeffHeader"} <= names
    entry = next(table for table in tables if table["name"] == "Instruction")
    body = b"".join(client.get(entry["file"]).streaming_content)  # type: ignore[attr-defined]
    assert pq.read_table(io.BytesIO(body)).num_rows == entry["rows"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-3", (206, slice(0, 4))),
        ("bytes=-4", (206, slice(-4, None))),
        ("bytes=4-", (206, slice(4, None))),
        ("bytes=1-2,5-6", (200, slice(None))),
        ("nonsense", (200, slice(None))),
    ],
)
def test_ranges_of_a_table_are_honoured(
    client: Client, processed: Profile, asked: str, expected: tuple[int, slice]
) -> None:
    url = f"/api/v1/profiles/{processed.pk}/tables/Metadata.parquet"
    whole = b"".join(client.get(url).streaming_content)  # type: ignore[attr-defined]
    answer = client.get(url, headers={"Range": asked})
    status, place = expected
    assert answer.status_code == status
    assert b"".join(answer.streaming_content) == whole[place]  # type: ignore[attr-defined]
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_beyond_the_file_is_416(client: Client, processed: Profile) -> None:
    url = f"/api/v1/profiles/{processed.pk}/tables/Metadata.parquet"
    answer = client.get(url, headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416
    assert error_of(answer)["code"] == "request.range"


def test_rows_are_addressed_by_part_table_and_number(client: Client, processed: Profile) -> None:
    base = f"/api/v1/profiles/{processed.pk}/tables/Instruction/rows/"
    page = client.get(f"{base}?offset=5&limit=3").json()
    assert page["row_numbers"] == [5, 6, 7]
    one = client.get(f"{base}?row=6").json()
    assert one["rows"] == [page["rows"][1]]
    assert isinstance(one["rows"][0]["id"], str)
    assert isinstance(one["rows"][0]["start_ts"], int)
    few = client.get(f"{base}?columns=opcode,start_ts&limit=1").json()
    assert set(few["rows"][0]) == {"opcode", "start_ts"}
    beyond = client.get(f"{base}?row=999999999").json()
    assert beyond["rows"] == []


def test_rows_of_an_older_run_stay_readable_by_its_number(
    client: Client, processed: Profile
) -> None:
    base = f"/api/v1/profiles/{processed.pk}/tables/"
    first = client.get(f"{base}NeffHeader/rows/?run=1").json()
    client.post(
        f"/api/v1/profiles/{processed.pk}/reprocess/",
        {"without": ["neff"]},
        content_type="application/json",
    )
    process_now(str(processed.pk))
    assert client.get(f"{base}NeffHeader/rows/?run=1").json() == first
    names = {table["name"] for table in client.get(f"{base}?run=2").json()}
    assert names == {table["name"] for table in client.get(base).json()}
    answer = client.get(f"{base}?run=3")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "run.gone"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Nothing/rows/", 404, "table.missing"),
        ("Instruction/rows/?part=9", 404, "table.missing"),
        ("Instruction/rows/?columns=opcode,nobody", 400, "table.column"),
        ("Instruction/rows/?offset=-1", 400, "request.malformed"),
        ("Instruction/rows/?limit=x", 400, "request.malformed"),
        ("Nothing.parquet", 404, "table.missing"),
    ],
)
def test_rows_that_are_not_there_are_told_so(
    client: Client, processed: Profile, path: str, status: int, code: str
) -> None:
    answer = client.get(f"/api/v1/profiles/{processed.pk}/tables/{path}")
    assert answer.status_code == status
    assert error_of(answer)["code"] == code


def test_tables_of_a_profile_without_a_run_are_gone(client: Client, upload: Upload) -> None:
    document = upload(ntff=[sample("ntff")]).json()
    answer = client.get(document["links"]["tables"])
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "run.gone"


def test_the_sample_is_made_once(client: Client, data_dir: Path, sent: list[str], db: None) -> None:
    ids = {client.post("/api/v1/profiles/sample/").json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert Profile.objects.get().is_sample
    assert source_store().free_bytes() > 0


def test_the_serving_sample_is_another_one(
    client: Client, data_dir: Path, sent: list[str], db: None
) -> None:
    made = [
        client.post(f"/api/v1/profiles/sample/{asked}").json()
        for asked in ("", "?which=serving", "?which=attention")
    ]
    assert [one["name"] for one in made] == [
        "Sample: attention block",
        "Sample: serving run",
        "Sample: attention block",
    ]
    wrong = client.post("/api/v1/profiles/sample/?which=nothing")
    assert wrong.status_code == 400
    assert "attention, serving" in wrong.content.decode()
