"""Names and numbers of a trace are untrusted text: answers stay answers, pages stay pages."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.metrics.events import Events
from profiles.metrics.system_summary import system_summary
from profiles.models import Profile
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event, running, write_rows

MARKUP = '"><script>alert(1)</script>'
HUGE = (1 << 63) - 1
QUESTIONS = ("find/?q=e", "range-statistics/", "system-summary/", "device-link/?row=0")


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/"


def answers(client: Client, profile: Profile) -> list[dict[str, Any]]:
    """Every question's answer, which must be JSON that a strict reader takes."""
    found = []
    for question in QUESTIONS:
        answer = client.get(base(profile) + question)
        assert answer.status_code == 200, answer.content
        assert answer.headers["Content-Type"] == "application/json"
        found.append(json.loads(answer.content, parse_constant=pytest.fail))
    return found


@pytest.mark.parametrize(
    "name", [MARKUP, "", "\0", "\u202e reversed", "e" * 10_000, "nrt_execute\n", "é́", "💥"]
)
def test_names_come_back_as_they_are(client: Client, db: None, data_dir: Path, name: str) -> None:
    profile = system_profile({"SystemProfileEvents": [event(name, 0, 5), running(1, 4)]})
    found = answers(client, profile)[1]
    assert name in {one["name"] for one in found["by_name"]}


@pytest.mark.parametrize(
    "text", [MARKUP, "[", "[]", "null", '{"model_id": {}}', '{"model_id": 1e400}', '{"a": ' * 500]
)
def test_attributes_that_are_no_attributes_harm_nothing(
    client: Client, db: None, data_dir: Path, text: str
) -> None:
    row = {**event("nrt_execute", 0, 5), "extra_attributes_json": text}
    answers(client, system_profile({"SystemProfileEvents": [row]}))


@pytest.mark.parametrize("model", [MARKUP, "../../etc/passwd", "_tp" * 2000, 7, None, ["a"]])
def test_model_names_are_only_text(client: Client, db: None, data_dir: Path, model: object) -> None:
    row = event("nrt_execute", 0, 5, model_name=model)
    summary, link = answers(client, system_profile({"SystemProfileEvents": [row]}))[2:]
    expected = "unknown" if model is None else str(model)
    assert summary["steps"][0]["graph"] == expected
    assert link["model"] is None if model is None else link["model"]["name"] == expected


def test_times_at_the_edge_of_64_bits_are_numbers_or_text(
    client: Client, db: None, data_dir: Path
) -> None:
    rows = [
        event("early", -(1 << 62), -(1 << 62) + 5, process=HUGE, worker=HUGE, nc=HUGE),
        running(0, 1 << 61),
        event("nrt_execute", 5, 1 << 61, model_id=HUGE),
    ]
    found = answers(client, system_profile({"SystemProfileEvents": rows}))
    assert found[0]["count"] == 3
    assert {one["process_id"] for one in found[2]["processes"]} == {"100", str(HUGE)}


def test_events_that_end_before_they_begin_count_as_instants(tmp_path: Path) -> None:
    rows = [event("nrt_execute", 50, 10), running(60, 20), running(100, 110)]
    path = write_rows(tmp_path / "e.parquet", "SystemProfileEvents", rows)
    assert system_summary(Events(path)).events == 3


@pytest.mark.parametrize("query", ["q=%00", "q=" + "a" * 2000, "q=%E2%80%AE", "q=%ff%fe"])
def test_any_text_may_be_searched(client: Client, db: None, data_dir: Path, query: str) -> None:
    profile = system_profile({"SystemProfileEvents": [event("a", 0, 1)]})
    answer = client.get(f"{base(profile)}find/?{query}")
    assert answer.status_code == 200
    assert answer.json()["count"] == 0


@pytest.mark.parametrize(
    "back",
    [
        "javascript:alert(1)",
        "//evil.example/",
        "/profiles/",
        "/profiles/00000000-0000-0000-0000-000000000000/timeline/",
        "https://evil.example/profiles/",
        MARKUP,
    ],
)
def test_a_way_back_never_leaves_the_profile(
    client: Client, db: None, data_dir: Path, back: str
) -> None:
    link = {
        "event_row": 0,
        "device_profile_name": "x",
        "relation": "candidate",
        "evidence": "",
        "host_minus_device_ns": None,
        "device_start_ns": None,
        "device_end_ns": None,
    }
    profile = Profile.objects.create(name="serving", kind="system")
    child = Profile.objects.create(name="x", parent=profile)
    made = {
        "SystemProfileEvents": [event("nrt_execute", 0, 5)],
        "DeviceProfileLink": [{**link, "device_profile_id": str(child.pk)}],
    }
    other = system_profile(made)
    Profile.objects.filter(pk=child.pk).update(parent=other)
    found = client.get(f"{base(other)}device-link/", {"row": 0, "back": back}).json()
    url = found["candidates"][0]["open_url"]
    assert url.startswith(f"/profiles/{child.pk}/timeline/?back=/profiles/{other.pk}/timeline/")


def test_a_link_to_somebody_elses_profile_cannot_be_opened(
    client: Client, db: None, data_dir: Path
) -> None:
    stranger = Profile.objects.create(name="not of this capture")
    link = {
        "event_row": 0,
        "device_profile_name": "x",
        "device_profile_id": str(stranger.pk),
        "relation": "this execution",
        "evidence": "",
    }
    tables = {"SystemProfileEvents": [event("nrt_execute", 0, 5)], "DeviceProfileLink": [link]}
    profile = system_profile(tables)
    (one,) = client.get(f"{base(profile)}device-link/", {"row": 0}).json()["candidates"]
    assert (one["open_url"], one["status"]) == (None, None)


ROWS = st.lists(
    st.builds(
        event,
        st.sampled_from(["nrt_execute", "nc_exec_running", "cc_exec_barrier", "x"]),
        st.integers(-1000, 1000),
        st.integers(-1000, 1000),
        nc=st.none() | st.integers(0, 2),
        pcore=st.none() | st.integers(0, 1),
        process=st.integers(1, 2),
        worker=st.none() | st.integers(0, 2),
        source=st.sampled_from(["neuron_hw", "neuron_rt", "framework"]),
    ),
    max_size=25,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_any_events_have_a_summary(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = write_rows(tmp_path / "e.parquet", "SystemProfileEvents", rows)
    found = system_summary(Events(path))
    assert found.events == len(rows)
    assert sum(one.events for one in found.processes) == len(rows)
    for late in found.stragglers:
        assert all(meeting.spread_ns >= meeting.cost_ns >= 0 for meeting in late.meetings)
    for gap in found.gaps:
        assert sum(one.ns for one in gap.activities) == gap.end_ns - gap.start_ns
