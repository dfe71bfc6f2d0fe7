"""Rows of a table page by page: each once, in order, and the same however they are asked for."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.models import Profile
from profiles.storage.layout import part_folder, table_file
from profiles.stores import table_store
from tests.api.conftest import error_of

TABLE = "Instruction"
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows(client: Client, profile: Profile, query: dict[str, Any], table: str = TABLE) -> Any:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/tables/{table}/rows/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def file(processed: Profile) -> Path:
    """The Parquet file of the table."""
    return table_store().run_path(str(processed.pk), 1) / part_folder(0) / table_file(TABLE)


def test_pages_of_any_size_hold_every_row_once_and_in_order(
    client: Client, processed: Profile, file: Path
) -> None:
    wanted = pq.read_table(file, columns=["start_ts", "opcode"]).slice(0, 300).to_pylist()
    for limit in (7, 64, 299):
        found: list[dict[str, Any]] = []
        while len(found) < len(wanted):
            query = {"offset": len(found), "limit": limit, "columns": "start_ts,opcode"}
            page = rows(client, processed, query)
            assert page["row_numbers"] == [len(found) + n for n in range(len(page["rows"]))]
            assert page["rows"]
            found += page["rows"]
        assert found[: len(wanted)] == wanted


@QUICK
@given(st.integers(0, 4000), st.integers(0, 1200))
def test_a_page_is_never_longer_than_asked_allowed_or_there(
    client: Client, processed: Profile, offset: int, limit: int
) -> None:
    page = rows(client, processed, {"offset": offset, "limit": limit, "columns": "id"})
    left = max(page["total"] - offset, 0)
    assert len(page["rows"]) == min(limit, left, 1000)


@QUICK
@given(st.integers(0, 2000))
def test_a_row_by_its_number_is_the_one_of_its_page(
    client: Client, processed: Profile, number: int
) -> None:
    alone = rows(client, processed, {"row": number})
    page = rows(client, processed, {"offset": number, "limit": 1})
    assert alone == page


def test_columns_come_as_they_were_asked_for_or_all(client: Client, processed: Profile) -> None:
    every = rows(client, processed, {"limit": 1})
    names = [column["name"] for column in every["columns"]]
    assert set(every["rows"][0]) == set(names)
    some = rows(client, processed, {"limit": 1, "columns": "opcode,end_ts"})
    assert set(some["rows"][0]) == {"opcode", "end_ts"}
    assert [column["name"] for column in some["columns"]] == [
        name for name in names if name in ("opcode", "end_ts")
    ]
    for name in ("opcode", "end_ts"):
        assert some["rows"][0][name] == every["rows"][0][name]


@pytest.mark.parametrize("columns", ["nobody", "opcode,nobody", "opcode,", ",", " opcode", "*"])
def test_a_column_that_is_not_there_is_named(
    client: Client, processed: Profile, columns: str
) -> None:
    answer = client.get(
        f"/api/v1/profiles/{processed.pk}/tables/{TABLE}/rows/", {"columns": columns}
    )
    assert error_of(answer)["code"] == "table.column"


def test_every_table_that_is_listed_can_be_paged_and_fetched(
    client: Client, processed: Profile
) -> None:
    base = f"/api/v1/profiles/{processed.pk}/tables/"
    listed = client.get(base).json()
    assert len({(one["name"], one["part"]) for one in listed}) == len(listed)
    for one in listed:
        page = rows(client, processed, {"limit": 3, "part": one["part"]}, one["name"])
        assert page["total"] == one["rows"]
        assert len(page["rows"]) == min(3, one["rows"])
        assert page["columns"] == one["columns"]
        answer = client.get(one["file"])
        assert answer.status_code == 200
        assert len(b"".join(answer.streaming_content)) == one["size_bytes"]
        assert one["content_hash"] in answer.headers["ETag"]


def test_ids_are_text_in_every_row_and_said_to_be(client: Client, processed: Profile) -> None:
    page = rows(client, processed, {"limit": 50})
    texts = {column["name"] for column in page["columns"] if column["json"] == "text"}
    assert "id" in texts
    for row in page["rows"]:
        for name in texts:
            assert row[name] is None or isinstance(row[name], str)


# Ranges of bytes of a file, against cutting its bytes.


def fetched(client: Client, profile: Profile, **headers: str) -> tuple[Any, bytes]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/tables/{TABLE}.parquet", headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, body


@QUICK
@given(st.data())
def test_a_range_of_bytes_is_what_cutting_the_file_gives(
    client: Client, processed: Profile, file: Path, data: st.DataObject
) -> None:
    whole = file.read_bytes()
    size = len(whole)
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size + 50))
    answer, body = fetched(client, processed, Range=f"bytes={first}-{last}")
    assert body == whole[first : last + 1]
    if len(body) < size:
        assert answer.status_code == 206
        shown = min(last, size - 1)
        assert answer.headers["Content-Range"] == f"bytes {first}-{shown}/{size}"
    assert answer.headers["Content-Length"] == str(len(body))


@QUICK
@given(st.integers(1, 1 << 40))
def test_the_last_bytes_are_the_end_of_the_file(
    client: Client, processed: Profile, file: Path, count: int
) -> None:
    _, body = fetched(client, processed, Range=f"bytes=-{count}")
    assert body == file.read_bytes()[-count:]


def test_a_range_behind_the_end_is_refused_with_the_size(
    client: Client, processed: Profile, file: Path
) -> None:
    size = file.stat().st_size
    for asked in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=5-3"):
        answer, _ = fetched(client, processed, Range=asked)
        assert answer.status_code == 416
        assert error_of(answer)["code"] == "request.range"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "items=0-5", "bytes=a-b", "bytes", ""])
def test_what_is_not_one_simple_range_is_the_whole_file(
    client: Client, processed: Profile, file: Path, asked: str
) -> None:
    answer, body = fetched(client, processed, Range=asked)
    assert answer.status_code == 200
    assert body == file.read_bytes()


def test_who_has_the_file_is_told_so_and_a_range_of_another_version_is_the_whole(
    client: Client, processed: Profile, file: Path
) -> None:
    answer, _ = fetched(client, processed)
    tag = answer.headers["ETag"]
    answer, body = fetched(client, processed, **{"If-None-Match": f'"other", {tag}'})
    assert (answer.status_code, body) == (304, b"")
    answer, body = fetched(client, processed, **{"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (answer.status_code, body) == (200, file.read_bytes())
    answer, body = fetched(client, processed, **{"Range": "bytes=0-3", "If-Range": tag})
    assert (answer.status_code, body) == (206, b"PAR1")


def test_profiles_of_equal_value_are_paged_without_one_twice(client: Client, db: None) -> None:
    for number in range(9):
        Profile.objects.create(name=f"same {number % 2}")
    for ordering in ("status", "-name", "size_bytes", "duration_ns,name", ",,", ",name"):
        found: list[str] = []
        for page in (1, 2, 3):
            query = {"ordering": ordering, "page": page, "page_size": 3}
            found += [one["id"] for one in client.get("/api/v1/profiles/", query).json()["results"]]
        assert len(set(found)) == 9, ordering
