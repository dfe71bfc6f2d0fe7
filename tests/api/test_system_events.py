"""Finding and counting the events of a system run over the API."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile
from profiles.timeline.query import NoSuchTileError, Timeline
from tests.api.conftest import error_of
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event, running

EVENTS = [
    event("nrt_load", 0, 90, process=1 << 60),
    event("nrt_execute", 100, 200, model_id=7),
    running(120, 180, pcore=0, exec_id=1),
    running(121, 170, pcore=1, exec_id=1),
    event("nrt_execute", 300, 340, model_id=7),
]


@pytest.fixture
def profile(db: None, data_dir: Path) -> Profile:
    return system_profile({"SystemProfileEvents": EVENTS})


def asked(client: Client, profile: Profile, what: str, **query: Any) -> Any:
    return client.get(f"/api/v1/profiles/{profile.pk}/runs/1/{what}/", query)


def test_find_gives_the_events_around_an_instant(client: Client, profile: Profile) -> None:
    found = asked(client, profile, "find", q="EXEC", after_ns=120, after_row=2).json()
    assert found["count"] == 4
    assert found["names"] == [
        {"name": "nc_exec_running", "count": 2},
        {"name": "nrt_execute", "count": 2},
    ]
    assert [found[k]["row"] for k in ("first", "previous", "next", "last")] == [1, 1, 3, 4]
    assert [found[k]["place"] for k in ("first", "previous", "next", "last")] == [1, 1, 3, 4]
    assert (found["next"]["start_ts"], found["next"]["pcore_idx"]) == (121, 1)


def test_a_search_without_matches_is_an_answer(client: Client, profile: Profile) -> None:
    found = asked(client, profile, "find", q="<b>").json()
    assert (found["count"], found["names"], found["next"]) == (0, [], None)
    assert (found["names_total"], found["hits"]) == (0, [])


def test_hits_are_given_by_page_in_order_of_time(client: Client, profile: Profile) -> None:
    found = asked(client, profile, "find", q="exec", limit=3).json()
    assert [(hit["row"], hit["place"]) for hit in found["hits"]] == [(1, 1), (2, 2), (3, 3)]
    rest = asked(client, profile, "find", q="exec", limit=3, offset=3).json()
    assert [(hit["row"], hit["place"]) for hit in rest["hits"]] == [(4, 4)]
    assert rest["hits"][0]["name"] == "nrt_execute"
    assert asked(client, profile, "find", q="exec", limit=3, offset=9).json()["hits"] == []
    assert asked(client, profile, "find", q="exec").json()["hits"] == []


def test_what_a_cap_leaves_out_is_counted_and_can_be_had(
    client: Client, db: None, data_dir: Path
) -> None:
    events = [event(f"e{number:04}", number, number + 1) for number in range(1203)]
    made = system_profile({"SystemProfileEvents": events})
    found = asked(client, made, "find", q="e", limit=10_000).json()
    assert (found["count"], found["names_total"]) == (1203, 1203)
    assert (len(found["names"]), len(found["hits"])) == (100, 100)
    rest = asked(client, made, "find", q="e", names_offset=1200).json()
    assert [one["name"] for one in rest["names"]] == ["e1200", "e1201", "e1202"]
    first = asked(client, made, "range-statistics").json()
    assert (first["names"], first["groups"], len(first["by_name"])) == (1203, 1203, 1000)
    last = asked(client, made, "range-statistics", offset=1000).json()
    assert (len(last["by_name"]), len(last["by_name_and_core"])) == (203, 203)
    names = {one["name"] for one in (*first["by_name"], *last["by_name"])}
    assert len(names) == 1203


@pytest.mark.parametrize("query", [{"offset": -5, "limit": -1}, {"names_offset": -1}])
def test_a_page_before_the_first_is_the_first(
    client: Client, profile: Profile, query: dict[str, int]
) -> None:
    found = asked(client, profile, "find", q="exec", **query).json()
    assert (len(found["names"]), found["hits"]) == (2, [])


def test_long_numbers_of_an_event_stand_as_text(client: Client, profile: Profile) -> None:
    assert asked(client, profile, "find", q="load").json()["first"]["process_id"] == str(1 << 60)


def test_a_range_is_counted_by_name_and_core(client: Client, profile: Profile) -> None:
    found = asked(client, profile, "range-statistics", start_ns=90, end_ns=150).json()
    assert (found["events"], found["groups"]) == (3, 3)
    assert [(one["name"], one["count"], one["sum_ns"]) for one in found["by_name"]] == [
        ("nc_exec_running", 2, 109),
        ("nrt_execute", 1, 100),
    ]
    core = next(one for one in found["by_name_and_core"] if one["pcore_idx"] == 1)
    assert {k: core[k] for k in ("instance_id", "process_id", "nc_idx")} == {
        "instance_id": "i-1",
        "process_id": "100",
        "nc_idx": 0,
    }
    assert (core["inside_ns"], core["median_ns"], core["p99_ns"], core["max_ns"]) == (
        29,
        49,
        49,
        49,
    )


def test_without_a_range_everything_is_counted(client: Client, profile: Profile) -> None:
    assert asked(client, profile, "range-statistics").json()["events"] == len(EVENTS)


def test_tracks_limit_what_is_counted(
    client: Client, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tracks:
        def rows_of(self, keys: list[str]) -> list[int]:
            if keys != ["p0/rt", "p0/hw"]:
                raise NoSuchTileError(f"there is no track {keys[0]}")
            return [2, 4]

    monkeypatch.setattr("profiles.api.system.timeline_of", lambda run: Tracks())
    found = asked(client, profile, "range-statistics", tracks="p0/rt,p0/hw").json()
    assert [(one["name"], one["count"]) for one in found["by_name"]] == [
        ("nc_exec_running", 1),
        ("nrt_execute", 1),
    ]
    answer = asked(client, profile, "range-statistics", tracks="nobody")
    assert error_of(answer)["code"] == "tile.outside"


@pytest.mark.parametrize("what", ["find", "range-statistics"])
def test_a_run_without_events_says_so(client: Client, processed: Profile, what: str) -> None:
    answer = asked(client, processed, what, q="a")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "table.missing"


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("find", {"after_ns": "soon"}),
        ("find", {"after_row": "1.5"}),
        ("range-statistics", {"start_ns": "9" * 30}),
        ("range-statistics", {"end_ns": "1e9"}),
    ],
)
def test_a_time_that_is_none_is_refused(
    client: Client, profile: Profile, what: str, query: dict[str, str]
) -> None:
    answer = asked(client, profile, what, **query)
    assert answer.status_code == 400
    assert list(error_of(answer)["fields"]) == list(query)


def test_times_before_the_zero_are_times(client: Client, profile: Profile) -> None:
    assert asked(client, profile, "range-statistics", start_ns=-5, end_ns=0).json()["events"] == 0


def test_a_run_that_is_not_there_is_404(client: Client, profile: Profile) -> None:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/9/find/?q=a")
    assert error_of(answer)["code"] == "run.gone"


def test_the_rows_of_tracks_are_those_of_their_tiles(processed: Profile, data_dir: Path) -> None:
    timeline = Timeline(data_dir / "tables" / str(processed.pk) / "1")
    tracks = [t for t in timeline.document["tracks"] if t["kind"] == "engine" and t["rows"]][:2]
    rows = timeline.rows_of([track["key"] for track in tracks])
    assert len(rows) == sum(track["rows"] for track in tracks)
    assert len(set(rows.tolist())) == len(rows)
    with pytest.raises(NoSuchTileError, match="nobody"):
        timeline.rows_of(["nobody"])


def test_the_summary_names_steps_the_late_rank_and_what_the_host_did(
    client: Client, db: None, data_dir: Path
) -> None:
    rows = []
    for step in range(2):
        zero = 10_000 * step
        for rank, late in enumerate((0, 4, 500)):
            name = f"token_generation_model/_tp{rank}_bk0"
            rows.append(
                event(
                    "nrt_execute",
                    zero + late,
                    zero + 4000,
                    nc=rank,
                    worker=rank,
                    model_id=rank,
                    model_name=name,
                )
            )
            rows.append(running(zero + 1000, zero + 3900, nc=rank, worker=rank))
    rows.append(event("detokenize", 4100, 9900, nc=None, source="framework"))
    found = asked(client, system_profile({"SystemProfileEvents": rows}), "system-summary").json()
    (steps,) = found["steps"]
    assert (steps["role"], steps["ranks"], steps["count"]) == ("decode", 3, 2)
    assert (steps["median_ns"], steps["p99_ns"]) == (4000, 4000)
    (process,) = found["processes"]
    assert process["running_share"] == pytest.approx(5800 / 14_000)
    (late,) = found["stragglers"]
    worst = late["costs_most"]
    assert (worst["rank"]["worker_gid"], worst["times_last"], worst["cost_ns"]) == (2, 2, 992)
    assert worst["share_of_steps"] == pytest.approx(992 / 8000)
    assert [one["after_first_ns"] for one in late["worst"][0]["arrivals"]] == [0, 4, 500]
    (gap,) = found["gaps"]
    assert (gap["duration_ns"], gap["host"][0]["name"]) == (7100, "detokenize")
    assert sum(one["ns"] for one in gap["host"]) + gap["host_other_ns"] == 7100


def test_a_summary_of_a_run_without_events_is_refused(client: Client, processed: Profile) -> None:
    assert error_of(asked(client, processed, "system-summary"))["code"] == "table.missing"


def test_an_event_is_followed_from_host_to_device(client: Client, data_dir: Path, db: None) -> None:
    own: dict[str, Any] = {"model_id": 7, "exec_id": 1}
    events = [
        event("neuron::execute", 0, 400, nc=None, source="framework"),
        event("nrt_execute", 100, 200, worker=3, **own),
        running(120, 180, pcore=4, **own),
        event("nrt_execute", 150, 250, nc=1, worker=4, process=1 << 60, **own),
    ]
    found = asked(client, system_profile({"SystemProfileEvents": events}), "flow", row=2).json()
    assert [(one["row"], one["reason"], one["cause_row"]) for one in found["flow"]] == [
        (0, "time", None),
        (1, "execution id", 0),
        (2, "execution id", 1),
    ]
    assert (found["flow"][1]["worker_gid"], found["flow"][2]["pcore_idx"]) == (3, 4)
    profile = system_profile({"SystemProfileEvents": events})
    beside = asked(client, profile, "flow", row=1).json()
    assert beside["beside_count"] == 1
    assert (beside["beside"][0]["row"], beside["beside"][0]["shared_ns"]) == (3, 50)
    assert beside["beside"][0]["process_id"] == str(1 << 60)


@pytest.mark.parametrize("row", ["", "-1", "5", "99999999999999"])
def test_a_flow_of_a_row_that_is_not_there_is_refused(
    client: Client, profile: Profile, row: str
) -> None:
    assert error_of(asked(client, profile, "flow", row=row))["code"] == "table.missing"
