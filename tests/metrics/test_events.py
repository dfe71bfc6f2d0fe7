"""Events as arrays: nulls, dictionaries, cores and attributes over the edges of row groups."""

from pathlib import Path

import numpy as np
import pytest

from profiles.metrics.events import NONE, CoreKey, Events, attributes_of
from tests.metrics.system_events import event, running, write_rows


@pytest.fixture(params=[2, 100])
def events(request: pytest.FixtureRequest, tmp_path: Path) -> Events:
    rows = [
        event("nrt_execute", 0, 9, model_id=7),
        event("forward", 1, 8, nc=None, source="framework"),
        running(3, 6, pcore=0, exec_id=1),
        running(4, 6, pcore=1, exec_id=1),
        event("nrt_execute", 12, 15, process=200, instance="i-2", model_id=8),
    ]
    return Events(write_rows(tmp_path / "e.parquet", "SystemProfileEvents", rows, request.param))


def test_a_null_number_is_told_apart(events: Events) -> None:
    assert events.row_count == 5
    assert events.numbers("nc_idx").tolist() == [0, NONE, 0, 0, 0]
    assert events.numbers("start_ts").tolist() == [0, 1, 3, 4, 12]


def test_codes_say_the_same_as_the_column(events: Events) -> None:
    for name, expected in {
        "name": ["nrt_execute", "forward", "nc_exec_running", "nc_exec_running", "nrt_execute"],
        "nc_idx": [0, None, 0, 0, 0],
        "process_id": [100, 100, 100, 100, 200],
    }.items():
        column = events.coded(name)
        assert [column.values[code] for code in column.codes.tolist()] == expected
        assert len(set(column.values)) == len(column.values)


def test_rows_with_a_value_are_found(events: Events) -> None:
    assert np.flatnonzero(events.coded("name").where("nrt_execute")).tolist() == [0, 4]
    assert not events.coded("name").where("no such event").any()


def test_a_core_is_host_process_and_both_numbers(events: Events) -> None:
    code, cores = events.cores
    assert [cores[n] for n in code.tolist()] == [
        CoreKey("i-1", 100, 0, None),
        CoreKey("i-1", 100, None, None),
        CoreKey("i-1", 100, 0, 0),
        CoreKey("i-1", 100, 0, 1),
        CoreKey("i-2", 200, 0, None),
    ]


def test_attributes_are_those_of_the_rows_asked_for(events: Events) -> None:
    found = events.attributes(np.array([0, 1, 3, 4]))
    assert found == [{"model_id": 7}, {}, {"exec_id": 1}, {"model_id": 8}]
    assert events.attributes(np.zeros(0, np.int64)) == []


@pytest.mark.parametrize("text", [None, "", "{", "[1]", '"a"', "null"])
def test_a_cell_without_an_object_has_no_attributes(text: str | None) -> None:
    assert attributes_of(text) == {}


def test_no_events_are_no_cores(tmp_path: Path) -> None:
    events = Events(write_rows(tmp_path / "e.parquet", "SystemProfileEvents", []))
    assert events.cores[1] == []
    assert events.coded("name").codes.tolist() == []
