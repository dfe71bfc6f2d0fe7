"""A system run as a trace: processes, threads, arguments and counters in the real processor."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest_worker.exports.perfetto.grouping import Grouping
from ingest_worker.exports.perfetto.system import extra_columns, flow_columns
from ingest_worker.exports.perfetto.trace import TraceOptions, shift_ns
from ingest_worker.exports.perfetto.window import Window
from tests.exports.device_traces import trace_of
from tests.exports.system_runs import event, write_run
from tests.exports.trace_processor import TraceProcessor, trace_processor

RUNTIME: dict[str, Any] = {"worker_gid": 33, "nc_idx": 1, "thread_id": 3}
EVENTS = [
    event("nrt_execute", 0, 1000, 1, model_id=171, model_name="tp0_bk0", **RUNTIME),
    event("kbl_exec_pre", 100, 400, 2, **RUNTIME),
    event("nrt_model_submit", 600, 1200, 3, **RUNTIME),
    event("nc_exec_running", 200, 900, 1 << 51, **RUNTIME, trace_event_source="neuron_hw"),
    event("nrt_load", 50, 60, 5, nc_idx=0, thread_id=4),
    event("timestamp_sync_point", 70, 70, 6, process_id=72, worker_gid=2, nc_idx=0),
    event("forward", 10, 20, 7, trace_event_source="framework", instance_id="i-2"),
]
CPU = [
    {"timestamp": time, "util_percent": share, "cpu_id": cpu, "instance_id": "i-1"}
    for time, share in ((-5_000_000_000, 10.0), (500, 20.0), (9_000_000_000, 30.0))
    for cpu in ("0", "1")
]
MEMORY = [
    {"timestamp": time, "used_bytes": 1 << 40, "used_percent": 5.0, "instance_id": "i-1"}
    for time in (-1, 700, 9_000_000_000)
]


def hbm(time: int, total: int) -> dict[str, Any]:
    """A row of device memory."""
    from profiles.tables.registry import arrow_schema

    none = {field.name: 0 for field in arrow_schema("SystemProfileHbmUsage")}
    return {**none, "timestamp": time, "total_bytes": total, "hbm_idx": 2, "instance_id": "i-1"}


TABLES: dict[str, list[dict[str, Any]]] = {
    "SystemProfileEvents": EVENTS,
    "CpuUsage": CPU,
    "HostMemUsage": MEMORY,
    "SystemProfileHbmUsage": [hbm(0, 100), hbm(900, 1 << 34)],
    "DeviceProfileLink": [
        {"event_row": 0, "device_profile_name": "run_model_171", "relation": "same program"},
        {"event_row": 0, "device_profile_name": "run_other", "relation": "candidate"},
        {"event_row": 3, "device_profile_name": "run_model_171", "relation": "same program"},
    ],
}


@pytest.fixture(scope="module")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    run = write_run(tmp_path_factory.mktemp("system"), TABLES)
    with trace_processor(trace_of(run)) as found:
        yield found


def slices(processor: TraceProcessor) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in processor.arguments("t.name is not null")}


def counters(processor: TraceProcessor) -> list[tuple[str, str, int, float]]:
    rows = processor.rows(
        "select p.name process, t.name track, t.unit unit, c.ts ts, c.value value from counter c "
        "join process_counter_track t on c.track_id = t.id join process p using (upid) "
        "order by t.name, c.ts"
    )
    assert {row["process"] for row in rows} <= {"i-1"}
    return [(row["track"], row["unit"], row["ts"], row["value"]) for row in rows]


def test_every_event_is_a_slice_of_its_time_and_length(processor: TraceProcessor) -> None:
    assert processor.complaints() == []
    found = slices(processor)
    assert {name: (s["ts"], s["dur"]) for name, s in found.items()} == {
        row["name"]: (row["start_ts"], row["duration_ns"]) for row in EVENTS
    }


def test_processes_and_threads_are_named_by_what_groups_them(processor: TraceProcessor) -> None:
    found = {name: (s["process"], s["thread"]) for name, s in slices(processor).items()}
    assert found == {
        "nrt_execute": ("i-1-pid71", "gid33-nc1-tid3-neuron_rt"),
        "kbl_exec_pre": ("i-1-pid71", "gid33-nc1-tid3-neuron_rt"),
        "nrt_model_submit": ("i-1-pid71", "gid33-nc1-tid3-neuron_rt - Row 1"),
        "nc_exec_running": ("i-1-pid71", "gid33-nc1-tid3-neuron_hw"),
        "nrt_load": ("i-1-pid71", "nrt-nc0-tid4-neuron_rt"),
        "timestamp_sync_point": ("i-1-pid72", "gid2-nc0-tid9-neuron_rt"),
        "forward": ("i-2-pid71", "nrt-tid9-framework"),
    }


def test_what_lies_within_is_nested(processor: TraceProcessor) -> None:
    depths = {name: s["depth"] for name, s in slices(processor).items()}
    assert depths == {row["name"]: int(row["name"] == "kbl_exec_pre") for row in EVENTS}


def test_arguments_are_the_columns_and_every_attribute(processor: TraceProcessor) -> None:
    found = slices(processor)
    assert found["nrt_execute"]["arguments"] == {
        "id": 1,
        "name": "nrt_execute",
        "timestamp": 0,
        "duration": 1000,
        "timestamp_unit": "ns",
        "trace_event_source": "neuron_rt",
        "instance_id": "i-1",
        "process_id": 71,
        "thread_id": 3,
        "nc_idx": 1,
        "lnc_idx": 1,
        "worker_gid": 33,
        "model_id": 171,
        "model_name": "tp0_bk0",
        "device_profile": "run_model_171",
    }
    assert found["nc_exec_running"]["arguments"]["id"] == 1 << 51
    assert found["nc_exec_running"]["arguments"]["device_profile"] == "run_model_171"
    assert "device_profile" not in found["nrt_load"]["arguments"]
    assert "worker_gid" not in found["nrt_load"]["arguments"]


def test_samples_of_the_host_are_shown_while_something_happened(processor: TraceProcessor) -> None:
    assert counters(processor) == [
        ("CPU:0/host_cpu_util", "%", 500, 20.0),
        ("CPU:1/host_cpu_util", "%", 500, 20.0),
        ("Device:0/HBM:2/hbm_usage", "bytes", 0, 100.0),
        ("Device:0/HBM:2/hbm_usage", "bytes", 900, float(1 << 34)),
        ("host_mem_usage", "bytes", 700, float(1 << 40)),
    ]


def test_all_samples_of_the_host_are_shown_when_asked(tmp_path: Path) -> None:
    run = write_run(tmp_path, TABLES)
    options = TraceOptions(with_host=True)
    shift = shift_ns(run, with_host=True)
    with trace_processor(trace_of(run, options)) as found:
        assert found.complaints() == []
        samples = [(c[0], c[2] - shift) for c in counters(found) if "HBM" not in c[0]]
        assert slices(found)["nrt_execute"]["ts"] == shift == 5_000_000_000
    assert samples == [
        *(("CPU:0/host_cpu_util", row["timestamp"]) for row in CPU[::2]),
        *(("CPU:1/host_cpu_util", row["timestamp"]) for row in CPU[1::2]),
        *(("host_mem_usage", row["timestamp"]) for row in MEMORY),
    ]


def test_other_groupings_make_other_processes_and_threads(tmp_path: Path) -> None:
    run = write_run(tmp_path, TABLES)
    grouping = Grouping(("instance_id",), ("nc_idx",))
    with trace_processor(trace_of(run, TraceOptions(grouping=grouping))) as found:
        places = {(s["process"], s["thread"]) for s in found.arguments("t.name is not null")}
    assert places == {
        ("i-1", "nc1-neuron_rt"),
        ("i-1", "nc1-neuron_rt - Row 1"),
        ("i-1", "nc1-neuron_hw"),
        ("i-1", "nc0-neuron_rt"),
        ("i-2", "framework"),
    }


def test_no_primary_group_is_one_process(tmp_path: Path) -> None:
    run = write_run(tmp_path, TABLES)
    with trace_processor(trace_of(run, TraceOptions(grouping=Grouping((), ())))) as found:
        assert {s["process"] for s in found.arguments("t.name is not null")} == {"all"}


def test_events_of_one_flow_are_tied_when_asked(tmp_path: Path) -> None:
    rows = [
        event("forward", 0, 5, 1, flow_id=["12"]),
        event("nrt_execute", 10, 20, 2, flow_id=["12", "a text"], thread_id=1),
        event("running", 30, 40, 3, flow_id=["a text"], thread_id=2),
    ]
    run = write_run(tmp_path, {"SystemProfileEvents": rows})
    query = "select a.name a, b.name b from flow f join slice a on f.slice_out=a.id "
    query += "join slice b on f.slice_in=b.id order by a.ts"
    with trace_processor(trace_of(run, TraceOptions(flows=True))) as found:
        tied = [(row["a"], row["b"]) for row in found.rows(query)]
    with trace_processor(trace_of(run)) as found:
        assert found.one("select count(*) from flow") == 0
    assert tied == [("forward", "nrt_execute"), ("nrt_execute", "running")]


def test_a_range_keeps_what_touches_it(tmp_path: Path) -> None:
    run = write_run(tmp_path, TABLES)
    with trace_processor(trace_of(run, TraceOptions(Window(950, 1100)))) as found:
        assert set(slices(found)) == {"nrt_execute", "nrt_model_submit"}


def test_attributes_keep_their_kind_where_a_column_has_one() -> None:
    found = extra_columns(['{"a": 1, "b": "x", "c": true}', None, '{"a": 2, "b": 3, "d": [1]}'])
    assert found["a"].to_pylist() == [1, None, 2]
    assert found["b"].to_pylist() == ["x", None, "3"]
    assert found["c"].to_pylist() == [True, None, None]
    assert found["d"].to_pylist() == [None, None, "[1]"]


def test_numbers_too_large_for_the_format_are_text() -> None:
    found = extra_columns(['{"a": 18446744073709551615, "f": 1}', '{"f": 0.5}'])
    assert found["a"].to_pylist() == ["18446744073709551615", None]
    assert found["f"].to_pylist() == [1.0, 0.5]


def test_attributes_that_are_no_object_say_nothing() -> None:
    assert extra_columns(["[1]", "3"]) == {}


def test_an_event_may_be_in_several_flows() -> None:
    found = flow_columns(pa.array([["5"], None, ["6", "7"], []], pa.list_(pa.string())))
    assert [column.tolist() for column in found] == [[5, 0, 6, 0], [0, 0, 7, 0]]


def test_flow_ids_that_are_text_are_told_apart() -> None:
    first, *_ = flow_columns(pa.array([["a"], ["b"], ["a"]], pa.list_(pa.string())))
    assert first[0] == first[2] != first[1]
    assert (first > 0).all()
