"""Sums of a range of the timeline over HTTP."""

from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile
from profiles.stores import table_store
from tests.api.conftest import error_of

Answer = Any


def selection(client: Client, profile: Profile, query: str = "") -> Answer:
    return client.get(f"/api/v1/profiles/{profile.pk}/runs/1/selection/{query}")


def test_without_a_range_all_rows_of_the_profile_are_summed(
    client: Client, processed: Profile
) -> None:
    found = selection(client, processed).json()
    document = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/timeline/").json()
    assert (found["start_ns"], found["end_ns"]) == (0, document["duration_ns"])
    [part] = found["parts"]
    rows = {group["kind"]: 0 for group in document["groups"]}
    for group in document["groups"]:
        rows[group["kind"]] += group["rows"]
    assert part["instructions"] == rows["core"]
    assert part["packets"] == rows["dma"]
    assert {row["kind"] for row in part["queues"]} == {"dma_queue"}


def test_a_box_holds_what_its_rows_hold(client: Client, processed: Profile) -> None:
    keys = "p0/c0/tensor,p0/c1/vector,p0/dma0/1-qsyncdynamichw,p0/c0/tensor"
    found = selection(client, processed, f"?start_ns=20000&end_ns=60000&tracks={keys}").json()
    [part] = found["parts"]
    assert found["duration_ns"] == 40_000
    assert part["rows"] == 3
    assert [row["key"] for row in part["engines"]] == ["p0/c0/tensor", "p0/c1/vector"]
    assert [row["key"] for row in part["queues"]] == ["p0/dma0/1-qsyncdynamichw"]
    assert part["instructions"] == sum(row["count"] for row in part["engines"])
    assert part["packets"] == part["queues"][0]["packets"] > 0


def test_selection_and_summary_of_a_range_agree(client: Client, processed: Profile) -> None:
    query = "?start_ns=20000&end_ns=60000"
    [part] = selection(client, processed, query).json()["parts"]
    summary = client.get(f"/api/v1/profiles/{processed.pk}/metrics/{query}").json()
    assert part["instructions"] == sum(row["count"] for row in summary["opcodes"])
    assert part["packets"] == summary["dma"]["packets"]
    assert part["packet_bytes"] == pytest.approx(summary["dma"]["bytes"])
    for unit in ("Vector", "Scalar", "GpSimd", "Sync"):
        own = sorted(r["active_ns"] for r in part["engines"] if r["name"] == unit)
        assert own == sorted(r["active_ns"] for r in summary["busy"] if r["unit"] == unit)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?start_ns=50&end_ns=50", "end_ns"),
        ("?start_ns=60&end_ns=50", "end_ns"),
        ("?start_ns=soon", "start_ns"),
        ("?end_ns=1e9", "end_ns"),
        ("?tracks=p0/c0/tensor,nobody", "tracks"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    client: Client, processed: Profile, query: str, field: str
) -> None:
    answer = selection(client, processed, query)
    assert answer.status_code == 400
    assert field in error_of(answer)["fields"]


def test_a_box_without_rows_holds_nothing(client: Client, processed: Profile) -> None:
    assert selection(client, processed, "?tracks=").json()["parts"] == []


def test_a_damaged_table_is_told(client: Client, processed: Profile) -> None:
    path = table_store().run_path(str(processed.pk), 1) / "parts" / "0" / "Instruction.parquet"
    path.write_bytes(path.read_bytes()[:-64])
    (path.parent / "metrics.columns").unlink()
    answer = selection(client, processed)
    assert answer.status_code == 503
    assert error_of(answer)["code"] == "table.unreadable"
