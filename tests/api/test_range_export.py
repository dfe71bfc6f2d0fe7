"""A range of the timeline as a file over HTTP."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from ingest_worker.exports import range_export as exports
from profiles.models import Profile
from tests.api.conftest import error_of

Answer = Any


def export(client: Client, profile: Profile, query: str = "") -> Answer:
    return client.get(f"/api/v1/profiles/{profile.pk}/runs/1/export/{query}")


def test_a_range_comes_as_csv_with_its_rows_counted(client: Client, processed: Profile) -> None:
    answer = export(client, processed, "?start_ns=20000&end_ns=60000")
    text = b"".join(answer.streaming_content).decode()
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert answer.headers["X-Row-Count"] == str(len(found))
    assert answer.headers["X-Complete"] == "true"
    assert 'filename="run 1_20000-60000ns.csv"' in answer.headers["Content-Disposition"]
    selection = client.get(
        f"/api/v1/profiles/{processed.pk}/runs/1/selection/?start_ns=20000&end_ns=60000"
    ).json()["parts"][0]
    events = [line for line in found if line["table"] in {"Instruction", "DmaPacket"}]
    began = selection["instructions"] + selection["packets"]
    assert len(events) == began + selection["running_before"]


@pytest.mark.parametrize(("kind", "ending"), [("parquet", "tar"), ("perfetto", "pftrace")])
def test_other_formats_hold_the_chosen_rows(
    client: Client, processed: Profile, kind: str, ending: str
) -> None:
    answer = export(client, processed, f"?format={kind}&tracks=p0/c0/vector")
    assert answer.status_code == 200
    assert f'ns.{ending}"' in answer.headers["Content-Disposition"]
    assert len(b"".join(answer.streaming_content)) > 1000
    document = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/timeline/").json()
    rows = next(t["rows"] for t in document["tracks"] if t["key"] == "p0/c0/vector")
    assert answer.headers["X-Row-Count"] == str(rows)


def test_the_count_can_be_had_alone(client: Client, processed: Profile) -> None:
    address = f"/api/v1/profiles/{processed.pk}/runs/1/export/?start_ns=20000&end_ns=60000"
    head = client.head(address)
    assert head.status_code == 200
    assert head.headers["X-Row-Count"] == client.get(address).headers["X-Row-Count"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?format=xlsx", "format"),
        ("?start_ns=9&end_ns=9", "end_ns"),
        ("?tracks=nobody", "tracks"),
        ("?start_ns=x", "start_ns"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    client: Client, processed: Profile, query: str, field: str
) -> None:
    answer = export(client, processed, query)
    assert answer.status_code == 400
    assert field in error_of(answer)["fields"]


def test_too_many_rows_are_refused_with_their_number(
    client: Client, processed: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 10)
    answer = export(client, processed)
    assert answer.status_code == 413
    error = error_of(answer)
    assert error["code"] == "export.too_large"
    assert "of 10 at most" in error["detail"]
