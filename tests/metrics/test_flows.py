"""The execution an event is a part of, and what other cores did at the same time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.events import Events
from profiles.metrics.flows import REACH_NS, beside, flow_of
from tests.metrics.system_events import event, running, write_rows

MODEL = {"model_id": "7"}
FIRST = {**MODEL, "exec_id": "1"}
SECOND = {**MODEL, "exec_id": "2"}

STEP = [
    event("decode_step", 0, 1000, nc=None, source="framework"),
    event("neuron::execute", 5, 600, nc=None, source="framework", thread=9),
    event("nrt_execute", 10, 500, **FIRST),
    event("nrt_model_submit", 11, 60, **MODEL),
    event("dmem_buf_copyin", 20, 30, mem_handle="1"),
    event("nc_model_switch", 65, 70, pcore=0, source="neuron_hw", **FIRST),
    running(80, 400, pcore=0, **FIRST),
    running(80, 390, pcore=1, **FIRST),
    event("kbl_exec_wait", 70, 450, thread=2, **FIRST),
    event("timestamp_sync_point", 81, 81, pcore=0, source="neuron_hw", **FIRST),
    event("nrt_execute", 520, 590, **SECOND),
    running(530, 580, **SECOND),
    event("nrt_execute", 12, 480, nc=1, **FIRST),
    running(90, 300, nc=1, pcore=2, **FIRST),
]


def events_from(path: Path, rows: Sequence[dict[str, Any]]) -> Events:
    return Events(write_rows(path / "events.parquet", "SystemProfileEvents", rows))


@pytest.fixture
def step(tmp_path: Path) -> Events:
    """Two executions on core 0 and one on core 1."""
    return events_from(tmp_path, STEP)


@pytest.mark.parametrize("row", [2, 3, 5, 6, 7, 8])
def test_every_event_of_an_execution_leads_to_the_same_flow(step: Events, row: int) -> None:
    assert [one.row for one in flow_of(step, row)] == [1, 2, 3, 5, 8, 6, 7]


def test_a_flow_says_how_each_event_is_known_and_what_it_follows_from(step: Events) -> None:
    found = {one.row: (one.reason, one.cause) for one in flow_of(step, 6)}
    assert found[1] == ("time", None)
    assert found[2] == ("execution id", 1)
    assert found[3] == ("inside the call", 2)
    assert found[6] == found[7] == ("execution id", 2)


def test_another_execution_or_core_is_no_part_of_it(step: Events) -> None:
    assert [one.row for one in flow_of(step, 11)] == [1, 10, 11]
    assert [one.row for one in flow_of(step, 13)] == [1, 12, 13]


def test_the_innermost_event_of_the_framework_leads_to_its_calls(step: Events) -> None:
    assert [(one.row, one.cause) for one in flow_of(step, 1)] == [
        (1, None),
        (2, 1),
        (10, 1),
        (12, 1),
    ]
    assert flow_of(step, 0) == []


def test_an_event_without_a_call_has_no_flow(step: Events, tmp_path: Path) -> None:
    assert flow_of(step, 4) == []
    alone = events_from(tmp_path, [running(0, 10, **FIRST), event("nrt_load", 0, 5, **MODEL)])
    assert flow_of(alone, 0) == []
    assert flow_of(alone, 1) == []


def test_an_id_that_comes_again_later_or_for_another_model_is_another_execution(
    tmp_path: Path,
) -> None:
    later = 2 * REACH_NS
    rows = [
        event("nrt_execute", 0, 10, **FIRST),
        running(2, 8, **FIRST),
        running(3, 8, pcore=1, model_id="8", exec_id="1"),
        event("nrt_execute", later, later + 10, **FIRST),
        running(later + 2, later + 8, **FIRST),
    ]
    found = events_from(tmp_path, rows)
    assert [one.row for one in flow_of(found, 1)] == [0, 1]
    assert [one.row for one in flow_of(found, 4)] == [3, 4]
    assert flow_of(found, 2) == []


def test_events_without_ids_are_never_joined(tmp_path: Path) -> None:
    rows = [event("nrt_execute", 0, 10), running(2, 8), event("kbl_exec_wait", 3, 9)]
    assert [one.row for one in flow_of(events_from(tmp_path, rows), 0)] == [0]


def test_beside_an_event_is_the_one_of_its_name_on_every_other_core(step: Events) -> None:
    assert [(one.row, one.shared_ns, one.has_same_name) for one in beside(step, 2)] == [
        (12, 468, True)
    ]
    assert [(one.row, one.shared_ns) for one in beside(step, 6)] == [(7, 310), (13, 210)]


def test_where_a_core_did_something_else_it_is_what_it_did_longest(tmp_path: Path) -> None:
    rows = [
        event("nrt_execute", 0, 100),
        event("nrt_tensor_read", 0, 20, nc=1),
        event("nrt_load", 30, 99, nc=1),
        event("nrt_execute", 100, 200, nc=2),
        event("nrt_execute", 90, 200, nc=3, process=200),
        event("nrt_load", 0, 100, nc=3, process=200),
    ]
    found = beside(events_from(tmp_path, rows), 0)
    assert [(one.row, one.shared_ns, one.has_same_name) for one in found] == [
        (2, 69, False),
        (4, 10, True),
    ]


def test_beside_the_framework_are_other_processes_only(tmp_path: Path) -> None:
    rows = [
        event("step", 0, 100, nc=None, source="framework"),
        event("other", 0, 90, nc=None, source="framework", thread=5),
        event("step", 50, 150, nc=None, source="framework", process=200),
        event("step", 50, 150, nc=None, source="framework", instance="i-2"),
    ]
    assert [one.row for one in beside(events_from(tmp_path, rows), 0)] == [2, 3]
