"""Chains of dependencies and the critical path through the API."""

from collections import deque

import pytest
from django.test import Client

from profiles.models import Profile
from tests.api.conftest import Answer, error_of


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/"


def rows_of(client: Client, profile: Profile, table: str, columns: str) -> list[dict[str, int]]:
    """All rows of a small table."""
    found: list[dict[str, int]] = []
    address = f"/api/v1/profiles/{profile.pk}/tables/{table}/rows/"
    while True:
        query = {"limit": 1000, "offset": len(found), "columns": columns}
        page: Answer = client.get(address, query).json()
        found += page["rows"]
        if not page["rows"] or len(found) >= page["total"]:
            return found


@pytest.mark.parametrize("way", ["back", "forward"])
def test_a_chain_of_the_sample_is_what_flow_says_edge_by_edge(
    client: Client, processed: Profile, way: str
) -> None:
    ids = [one["id"] for one in rows_of(client, processed, "Instruction", "id")]
    row_of = {value: row for row, value in reversed(list(enumerate(ids)))}
    flow = rows_of(client, processed, "Flow", "in_id,out_id")
    edges = {(row_of[one["in_id"]], row_of[one["out_id"]]) for one in flow}
    steps: dict[int, set[int]] = {}
    for before, after in edges:
        here, there = (after, before) if way == "back" else (before, after)
        steps.setdefault(here, set()).add(there)
    begin = max(steps, key=lambda row: len(steps[row]))
    distance, queue = {begin: 0}, deque([begin])
    while queue:
        now = queue.popleft()
        for other in sorted(steps.get(now, ())):
            if other not in distance and distance[now] < 4:
                distance[other] = distance[now] + 1
                queue.append(other)
    query = {"row": begin, "way": way, "depth": 4, "limit": 2000}
    found = client.get(
        f"{base(processed)}dependencies/chain/", query | {"kinds": "flow,anti,output,order,unknown"}
    ).json()
    rows = [one["row"] for one in found["events"]]
    assert {one["row"]: one["depth"] for one in found["events"]} == distance
    pairs = {(rows[one["before"]], rows[one["after"]]) for one in found["edges"]}
    assert pairs <= edges
    assert len(distance) > 5


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"way": "sideways"}, "way"),
        ({"depth": "0"}, "depth"),
        ({"depth": "1001"}, "depth"),
        ({"depth": "many"}, "depth"),
        ({"limit": "2001"}, "limit"),
        ({"kinds": "flow,friendship"}, "kinds"),
        ({"table": "Summary"}, "table"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    client: Client, processed: Profile, query: dict[str, str], field: str
) -> None:
    answer = client.get(f"{base(processed)}dependencies/chain/", {"row": 0, **query})
    assert answer.status_code == 400
    assert list(error_of(answer)["fields"]) == [field]


@pytest.mark.parametrize("query", [{}, {"row": 10_000_000}, {"row": 0, "part": 7}])
def test_a_chain_of_what_is_not_there_is_404(
    client: Client, processed: Profile, query: dict[str, int]
) -> None:
    answer = client.get(f"{base(processed)}dependencies/chain/", query)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")


def test_the_critical_path_in_a_window_is_a_part_of_the_whole_one(
    client: Client, processed: Profile
) -> None:
    address = f"{base(processed)}critical-path/"
    every = client.get(address).json()
    assert every["segment_count"] >= len(every["segments"]) > 10
    first, last = every["segments"][0]["start_ns"], every["segments"][-1]["end_ns"]
    middle = (first + last) // 2
    later = client.get(address, {"start_ns": middle}).json()
    assert later["path_ns"] == every["path_ns"]
    assert 0 < later["ns"] < every["ns"]
    assert all(one["end_ns"] > middle for one in later["segments"])


def test_a_part_that_is_not_there_has_no_critical_path(client: Client, processed: Profile) -> None:
    answer = client.get(f"{base(processed)}critical-path/", {"part": 9})
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")
