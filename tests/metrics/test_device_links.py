"""From events to device profiles: links, calls, where the time of a call went."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.device_links import (
    Shown,
    device_calls,
    links_of,
    listed_devices,
    model_text,
    shown_executions,
    where_time_went,
)
from profiles.metrics.events import Events, events_of
from profiles.storage.manifest import Manifest, PartEntry
from profiles.storage.tables import ReadableRun, RunMissingError, TableStore
from tests.api.system_profile import whole_table
from tests.metrics.system_events import event, running

Rows = Sequence[dict[str, Any]]
MakeRun = Callable[..., ReadableRun]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """A published run with these tables: `make_run(SystemProfileEvents=[...])`."""

    def make(**tables: Rows) -> ReadableRun:
        store = TableStore(tmp_path / "tables")
        folder = store.new_run("system", 1)
        for name, rows in tables.items():
            table = whole_table(name, rows)
            folder.write_table(name, 0, table.schema, iter(table.combine_chunks().to_batches()))
        folder.publish(Manifest("7.4.0", "test", tables=tuple(folder.tables)))
        return store.open_run("system", 1)

    return make


def link(row: int, device: str, relation: str = "this execution") -> dict[str, Any]:
    return {
        "event_row": row,
        "device_profile_name": f"run_{device}",
        "device_profile_id": device,
        "relation": relation,
        "evidence": "Names agree.",
        "host_minus_device_ns": None,
        "device_start_ns": None,
        "device_end_ns": None,
    }


CALLS = [
    event("nrt_execute", 0, 100),
    event("nrt_execute", 200, 240),
    event("nc_exec_running", 20, 80),
    event("nrt_execute", 300, 310),
]


def test_links_are_those_of_the_row_in_their_order(make_run: MakeRun) -> None:
    links = [link(0, "a"), link(1, "a", "same program"), link(0, "b", "candidate")]
    run = make_run(SystemProfileEvents=CALLS, DeviceProfileLink=links)
    assert [(one.device_profile_id, one.relation) for one in links_of(run, 0)] == [
        ("a", "this execution"),
        ("b", "candidate"),
    ]
    assert links_of(run, 2) == []


def test_a_run_without_links_has_none(make_run: MakeRun) -> None:
    run = make_run(SystemProfileEvents=CALLS)
    assert links_of(run, 0) == []
    assert listed_devices(run) == {}
    assert device_calls(run, events_of(run)) == {}


def test_calls_of_a_device_profile_are_its_executions(make_run: MakeRun) -> None:
    links = [
        link(0, "a"),
        link(1, "a", "same program"),
        link(2, "a"),
        link(3, "b", "candidate"),
        link(3, "c", "same program"),
    ]
    run = make_run(SystemProfileEvents=CALLS, DeviceProfileLink=links)
    found = device_calls(run, events_of(run))
    assert {device: (d.count, d.sum_ns, d.median_ns) for device, d in found.items()} == {
        "a": (2, 140, 40),
        "c": (1, 10, 10),
    }


def test_the_list_is_by_name(make_run: MakeRun) -> None:
    rows = [
        {"device_profile_name": name, "instance_id": "i-1", "process_id": 1, "nc_id": nc}
        for nc, name in enumerate(("x", "y"))
    ]
    found = listed_devices(make_run(DeviceProfileList=rows))
    assert {name: row["nc_id"] for name, row in found.items()} == {"x": 0, "y": 1}
    assert found["x"]["session_id"] is None


def test_a_run_without_events_is_told_so(make_run: MakeRun) -> None:
    with pytest.raises(RunMissingError):
        events_of(make_run())


def test_columns_of_a_run_are_kept_for_the_next_question(make_run: MakeRun) -> None:
    run = make_run(SystemProfileEvents=CALLS)
    assert events_of(run) is events_of(run)


def test_columns_of_a_very_large_run_are_not_kept(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(SystemProfileEvents=CALLS)
    monkeypatch.setattr("profiles.metrics.events.MOST_KEPT_ROWS", 3)
    assert events_of(run) is not events_of(run)


def where(make_run: MakeRun, row: int, rows: Rows) -> list[int]:
    run = make_run(SystemProfileEvents=rows)
    return [one.ns for one in where_time_went(events_of(run), row)]


def test_the_parts_of_a_call_add_up_to_it(make_run: MakeRun) -> None:
    rows = [event("nrt_execute", 10, 110), running(30, 90, pcore=0), running(32, 95, pcore=1)]
    assert where(make_run, 0, rows) == [20, 65, 15]


def test_a_device_that_runs_on_after_the_call_counts_up_to_its_end(make_run: MakeRun) -> None:
    rows = [event("nrt_execute", 10, 110), running(60, 400)]
    assert where(make_run, 0, rows) == [50, 50, 0]


@pytest.mark.parametrize(
    "other",
    [
        running(30, 90, nc=1),
        running(30, 90, process=200),
        running(30, 90, instance="i-2"),
        running(0, 9),
        running(110, 120),
        event("nc_model_switch", 30, 90),
    ],
)
def test_another_core_process_host_or_time_says_nothing(
    make_run: MakeRun, other: dict[str, Any]
) -> None:
    assert where(make_run, 0, [event("nrt_execute", 10, 110), other]) == []


def test_a_later_execution_that_begins_within_the_call_is_not_counted(make_run: MakeRun) -> None:
    rows = [
        event("nrt_execute", 0, 100),
        running(10, 40, exec_id="1"),
        running(12, 42, pcore=1, exec_id="1"),
        running(60, 90, exec_id="2"),
    ]
    assert where(make_run, 0, rows) == [10, 32, 58]


def test_other_events_have_no_such_parts(make_run: MakeRun) -> None:
    rows = [event("nrt_load", 10, 110), running(30, 90), event("nrt_execute", 5, 5)]
    assert where(make_run, 0, rows) == []
    assert where(make_run, 1, rows) == []
    assert where(make_run, 2, rows) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("{}", None),
        ("not json", None),
        ('{"model_id": 7}', "model 7"),
        ('{"model_id": "171450338541704"}', "model 171450338541704"),
        ('{"model_id": 7, "model_name": "a/b"}', "a/b"),
        ('{"model_name": ""}', None),
        ('{"model_name": 5}', "5"),
    ],
)
def test_a_model_is_called_by_its_name_else_its_number(
    text: str | None, expected: str | None
) -> None:
    assert model_text(text) == expected


def test_columns_are_read_once(tmp_path: Path, make_run: MakeRun) -> None:
    events = Events(make_run(SystemProfileEvents=CALLS).table_path("SystemProfileEvents"))
    assert events.numbers("start_ts") is events.numbers("start_ts")
    assert events.coded("name") is events.coded("name")


def placed(row: int, device: str, relation: str = "this execution") -> dict[str, Any]:
    """A link to an execution on a device whose clock is 1000 behind Unix time."""
    return {**link(row, device, relation), "host_minus_device_ns": 1000}


def test_a_device_profile_is_placed_by_the_first_execution_it_shows(make_run: MakeRun) -> None:
    links = [
        placed(2, "a"),
        placed(1, "a"),
        placed(0, "a", "same program"),
        placed(1, "b", "same program"),
        placed(3, "c"),
        link(3, "d"),
        placed(0, "e"),
    ]
    run = make_run(SystemProfileEvents=CALLS, DeviceProfileLink=links)
    part = PartEntry(0, "trace", span_ns=120, device_zero_ns="470")
    parts = dict.fromkeys("abd", part) | {"c": PartEntry(0, "trace", span_ns=120)}
    assert shown_executions(run, parts) == [Shown(1, "a", 1470)]
    assert shown_executions(make_run(SystemProfileEvents=CALLS), parts) == []
