"""Waits of a range through the API."""

from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of


def ask(client: Client, profile: Profile, **query: int) -> dict[str, object]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/waits/", query)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def lengths(found: dict[str, object]) -> list[int]:
    rows = found["rows"]
    assert isinstance(rows, list)
    return [
        end - start
        for row in rows
        for start, end in zip(row["waits"][::2], row["waits"][1::2], strict=True)
    ]


def test_waits_lie_on_rows_of_the_timeline_and_overlap_no_instruction(
    client: Client, processed: Profile
) -> None:
    found = ask(client, processed)
    document = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/timeline/").json()
    rows = {(t["core"], t["name"]) for t in document["tracks"] if t["kind"] == "engine"}
    assert found["rows"]
    assert found["left_out"] == 0
    for row in found["rows"]:  # type: ignore[attr-defined]
        assert (row["core"], row["name"]) in rows
        times = row["waits"]
        assert all(start < end for start, end in zip(times[::2], times[1::2], strict=True))
        assert times[::2] == sorted(times[::2])


def test_short_ones_are_left_out_where_they_cannot_be_seen(
    client: Client, processed: Profile
) -> None:
    every = lengths(ask(client, processed))
    least = sorted(every)[len(every) // 2]
    long = lengths(ask(client, processed, least_ns=least))
    assert sorted(long) == sorted(one for one in every if one >= least)
    assert 0 < len(long) < len(every)


def test_a_range_holds_what_touches_it(client: Client, processed: Profile) -> None:
    every = ask(client, processed)
    inner = ask(client, processed, start_ns=30_000, end_ns=60_000)
    expected = [
        [row["core"], row["name"], start, end]
        for row in every["rows"]  # type: ignore[attr-defined]
        for start, end in zip(row["waits"][::2], row["waits"][1::2], strict=True)
        if start < 60_000 and end > 30_000
    ]
    assert (
        expected
        == [
            [row["core"], row["name"], start, end]
            for row in inner["rows"]  # type: ignore[attr-defined]
            for start, end in zip(row["waits"][::2], row["waits"][1::2], strict=True)
        ]
    )


def test_a_part_that_is_not_there_is_404(client: Client, processed: Profile) -> None:
    answer = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/waits/", {"part": 9})
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")
