"""Search through the API: what is found and drawn, from hit to hit, and what is refused."""

from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from profiles.models import Profile
from profiles.stores import table_store
from tests.api.conftest import error_of


def ask(client: Client, profile: Profile, path: str = "", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/search/{path}", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def to_end(client: Client, profile: Profile, query: str) -> dict[str, Any]:
    """The answer of a search that has come to its end."""
    for _ in range(20):
        found = ask(client, profile, q=query, wait_ms=1000)
        if found["complete"]:
            return found
    raise AssertionError("the search does not end")


def refused(client: Client, profile: Profile, query: str, path: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/search/{path}", {"q": query})
    assert answer.status_code == 400
    return error_of(answer)


def table_of(profile: Profile, name: str) -> list[dict[str, Any]]:
    path = table_store().open_run(str(profile.pk), 1).table_path(name)
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_a_search_tells_count_times_and_busy_shares(client: Client, processed: Profile) -> None:
    found = to_end(client, processed, "opcode=MATMUL duration>100ns")
    rows = [
        row
        for row in table_of(processed, "Instruction")
        if row["opcode"] == "MATMUL" and row["duration_ns"] > 100
    ]
    assert found["complete"]
    assert found["rows_read"] == found["rows"]
    assert found["count"] == len(rows) > 0
    assert found["first"]["start_ns"] == min(row["start_ts"] for row in rows)
    assert found["last"]["start_ns"] == max(row["start_ts"] for row in rows)
    assert found["first"]["label"] == "MATMUL"
    assert found["sum_ns"] == sum(row["end_ts"] - max(row["start_ts"], 0) for row in rows)
    assert sum(track["count"] for track in found["tracks"]) == len(rows)
    for track in found["tracks"]:
        assert (track["name"], track["kind"]) == ("TensorMatrix", "engine")
        assert track["busy_share"] == track["busy_ns"] / found["duration_ns"]
        assert 0 < track["busy_ns"] <= track["sum_ns"] <= found["sum_ns"]


def test_who_asks_for_no_time_gets_a_part_and_can_go_on(client: Client, processed: Profile) -> None:
    query = {"q": "/./ duration>=0", "wait_ms": 0}
    answers = [ask(client, processed, **query)]
    while not answers[-1]["complete"]:
        answers.append(ask(client, processed, **query))
        assert answers[-1]["rows_read"] > answers[-2]["rows_read"]
        assert len(answers) < 20
    assert len(answers) > 1
    assert answers[0]["tracks"] == []
    assert answers[-1]["tracks_total"] == len(answers[-1]["tracks"]) > 3


def test_hits_are_visited_one_by_one_and_back(client: Client, processed: Profile) -> None:
    query = "activate engine:scalar"
    total = to_end(client, processed, query)["count"]
    assert total > 2
    seen = []
    place: dict[str, Any] = {}
    while (step := ask(client, processed, "step/", q=query, **place))["hit"] is not None:
        hit = step["hit"]
        seen.append((hit["start_ns"], hit["track"], hit["row"]))
        assert step["place"] == len(seen) <= total
        place = {"from_ns": hit["start_ns"], "from_track": hit["track"], "from_row": hit["row"]}
    assert len(set(seen)) == total
    assert seen == sorted(seen)
    back = ask(client, processed, "step/", q=query, way="previous", **place)
    assert back["place"] == total - 1
    last = ask(client, processed, "step/", q=query, way="previous")
    assert (last["place"], last["hit"]["row"]) == (total, seen[-1][2])
    at = seen[1][0]
    here = ask(client, processed, "step/", q=query, from_ns=at)
    assert here["hit"]["start_ns"] == at
    before = ask(client, processed, "step/", q=query, way="previous", from_ns=at)
    assert before["hit"]["start_ns"] < at


def test_caps_say_where_hits_lie_also_on_the_rows_of_dma_engines(
    client: Client, processed: Profile
) -> None:
    document = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/timeline/").json()
    kinds = {track["id"]: track["kind"] for track in document["tracks"]}
    to_end(client, processed, "queue:/./")
    found = ask(client, processed, "caps/", q="queue:/./", buckets=500)
    assert found["complete"]
    by_kind: dict[str, int] = {}
    for entry in found["tracks"]:
        runs = entry["runs"]
        assert len(runs) % 4 == 0
        for first, until, lanes, count in zip(*[iter(runs)] * 4, strict=True):
            assert 0 <= first < until
            assert until <= document["duration_ns"] // found["bucket_ns"] + 1
            assert lanes > 0
            kind = kinds[entry["track"]]
            assert (count is None) == (kind == "dma_engine")
            by_kind[kind] = by_kind.get(kind, 0) + (count or 0)
    assert set(by_kind) == {"dma_queue", "dma_engine"}
    assert by_kind["dma_queue"] == found["count"] == len(table_of(processed, "DmaPacket"))
    narrow = ask(client, processed, "caps/", q="queue:/./", start_ns=20_000, end_ns=20_400)
    assert narrow["bucket_ns"] == 1


def test_fields_are_listed_with_units_and_short_names(client: Client, processed: Profile) -> None:
    columns = {one["name"]: one for one in ask(client, processed, "fields/")["columns"]}
    assert columns["label"]["measures"] == "text"
    assert columns["duration_ns"]["units"] == "ns, us, ms or s"
    assert columns["transfer_bytes"]["aliases"] == ["size", "bytes"]
    assert columns["opcode"]["tables"] == ["Instruction"]
    assert "thread_id" not in columns


@pytest.mark.parametrize("path", ["", "caps/", "step/"])
def test_what_cannot_be_read_is_told_with_place_and_names(
    client: Client, processed: Profile, path: str
) -> None:
    error = refused(client, processed, "matmul lyer:x", path)
    assert error["code"] == "search.field"
    assert "layer" in error["detail"]
    fields = error["fields"]
    assert (fields["position"], fields["length"]) == ("7", "4")
    assert fields["near"].startswith("layer")
    assert refused(client, processed, '"open', path)["code"] == "search.syntax"
    assert refused(client, processed, "", path)["code"] == "search.syntax"
    assert refused(client, processed, "duration>1KiB", path)["code"] == "search.value"
    assert refused(client, processed, "/(/", path)["code"] == "search.pattern"


def test_odd_parameters_are_refused_and_odd_ranges_answered(
    client: Client, processed: Profile
) -> None:
    base = f"/api/v1/profiles/{processed.pk}/runs/1/search/"
    odd = {"wait_ms": "soon"}, {"start_ns": "1e5"}
    for query in odd:
        assert client.get(base, {"q": "x", **query}).status_code == 400
    assert client.get(f"{base}step/", {"q": "x", "way": "up"}).status_code == 400
    for start, end in ((-5, -1), (10**16, 10**17), (50, 50), (60, 40)):
        found = ask(client, processed, "caps/", q="/./", start_ns=start, end_ns=end, buckets=-4)
        assert found["bucket_ns"] >= 1
    beyond = ask(client, processed, "step/", q="/./", from_ns=10**17)
    assert (beyond["hit"], beyond["place"]) == (None, None)
    nobody = ask(client, processed, "step/", q="/./", from_ns=0, from_track="nobody", from_row=3)
    assert nobody["hit"] == to_end(client, processed, "/./")["first"]


def test_a_damaged_table_is_told(client: Client, processed: Profile) -> None:
    run = table_store().open_run(str(processed.pk), 1)
    path = run.table_path("Instruction")
    body = bytearray(path.read_bytes())
    body[200 : len(body) // 2] = bytes(len(body) // 2 - 200)
    path.unlink()
    path.write_bytes(body)
    base = f"/api/v1/profiles/{processed.pk}/runs/1/search/"
    answer = client.get(base, {"q": "operands:x hlo_name:y", "wait_ms": 1000})
    assert answer.status_code >= 400
    assert error_of(answer)["code"] in {"table.unreadable", "tile.unreadable"}
    path.unlink()
    answer = client.get(base, {"q": "start>0", "wait_ms": 1000})
    assert error_of(answer)["code"] in {"table.unreadable", "tile.unreadable"}
