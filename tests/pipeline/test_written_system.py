"""The tables of a system run say what the written session was told to hold, value for value."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles.capture_names import name_facts
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.session.broken import BROKEN, UNKNOWN_KIND, events_cut
from tests.make.session.description import Event, Process, Session
from tests.make.session.frames import numbered
from tests.make.session.memory import in_use
from tests.make.session.serving import Serving, serving_session, small_session
from tests.make.session.write import write_session

HARDWARE = {6, 7, 8, 13, 24, 25, 26}


@dataclass(frozen=True)
class Processed:
    """A session and its run."""

    session: Session
    run: ReadableRun

    @property
    def process(self) -> Process:
        return self.session.processes[0]

    def rows(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run.parquet(name).read().to_pylist()
        return found

    @property
    def zero_ns(self) -> int:
        (about,) = self.rows("SystemProfileMetadata")
        return int(about["first_ts_ns"])


def devices_of(session: Session) -> list[DeviceRef]:
    return [
        DeviceRef(
            profile_id=f"id-{process.pid}-{trace.file_name}",
            name=f"run_{process.folder}_nc_{trace.core}_model_{trace.model_id}",
            instance_id=process.instance.name,
            process_id=process.pid,
            nc_id=trace.core,
            model_id=trace.model_id if trace.session is None else None,
            session_id=trace.session,
            neff_name=f"{process.folder}/neff_{trace.model_id}.neff",
            evidence="The ids inside agree.",
        )
        for process in session.processes
        for trace in process.traces
    ]


def processed(folder: Path, session: Session) -> Processed:
    directory = write_session(folder / "session", session)
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    names = [path.relative_to(directory).as_posix() for path in paths]
    sources = [
        SourceRef(name_facts(name).role, name, path, ordinal)
        for ordinal, (name, path) in enumerate(zip(names, paths, strict=True))
        if name_facts(name).role not in ("neff", "ntff", "other")
    ]
    store = TableStore(folder / "tables")
    process_system(sources, store.new_run("one", 1), Options(), silent, devices_of(session))
    return Processed(session, store.open_run("one", 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Processed:
    plan = Serving(cores=3, requests=1, decode_steps=3, ticks=4)
    return processed(tmp_path_factory.mktemp("whole"), serving_session(plan))


def told(process: Process) -> dict[int, Event]:
    """Every event by the number of its start."""
    return {
        number: event
        for core in {event.core for event in process.events}
        for number, span, phase, event in numbered(process, core)
        if phase != 2
    }


def of_runtime(found: Processed) -> list[dict[str, Any]]:
    rows = found.rows("SystemProfileEvents")
    return [row for row in rows if row["trace_event_source"] != "framework"]


def test_every_event_is_a_row_with_its_times_and_its_place(whole: Processed) -> None:
    expected = told(whole.process)
    rows = of_runtime(whole)
    assert {row["id"] for row in rows} == set(expected)
    assert len(rows) == len(expected)
    for row in rows:
        event = expected[row["id"]]
        end_ns = event.start_ns if event.end_ns is None else event.end_ns
        assert row["name"] == event.name
        assert row["start_ts"] + whole.zero_ns == event.start_ns
        assert row["end_ts"] + whole.zero_ns == end_ns
        assert row["duration_ns"] == end_ns - event.start_ns
        assert (row["nc_idx"], row["worker_gid"]) == (event.core, event.worker)
        assert row["thread_id"] == event.thread
        source = "neuron_hw" if event.kind in HARDWARE else "neuron_rt"
        assert row["trace_event_source"] == source
        assert row["instance_id"] == whole.process.instance.name
        assert row["process_id"] == whole.process.pid


def test_rows_are_in_order_of_their_starts(whole: Processed) -> None:
    starts = [row["start_ts"] for row in whole.rows("SystemProfileEvents")]
    assert starts == sorted(starts)
    assert starts[0] == 0


def test_attributes_of_start_and_stop_are_all_kept(whole: Processed) -> None:
    renamed = {"nc_timestamp_ns"}
    expected = told(whole.process)
    for row in of_runtime(whole):
        event = expected[row["id"]]
        kept = json.loads(row["extra_attributes_json"] or "{}")
        for key, value in {**event.keys, **event.stop_keys}.items():
            if key not in renamed:
                assert str(kept[key]) == value, (event.name, key)
        if event.name in ("nc_exec_running", "nc_model_switch"):
            assert str(kept["nc_start_timestamp_ns"]) == event.keys["nc_timestamp_ns"]
            assert str(kept["nc_stop_timestamp_ns"]) == event.stop_keys["nc_timestamp_ns"]


def test_each_call_flows_to_what_the_cores_ran_for_it(whole: Processed) -> None:
    rows = [row for row in of_runtime(whole) if row["flow_id"]]
    by_flow: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for flow in row["flow_id"]:
            by_flow[flow].append(row)
    ran = [row for row in rows if row["name"] == "nc_exec_running"]
    assert len(ran) == len(by_flow) == 2 * len(whole.process.executions)
    for call, run in (sorted(tied, key=lambda row: row["name"] != "nrt_execute")
                      for tied in by_flow.values()):  # fmt: skip
        assert (call["name"], run["name"]) == ("nrt_execute", "nc_exec_running")
        numbers = [json.loads(row["extra_attributes_json"])["exec_id"] for row in (call, run)]
        assert numbers[0] == numbers[1]
        assert call["nc_idx"] == run["nc_idx"]


def test_executions_carry_model_name_and_number_of_the_execution(whole: Processed) -> None:
    paths = {str(loaded.model_id): loaded.path for loaded in whole.process.models}
    calls = [row for row in of_runtime(whole) if row["name"] == "nrt_execute"]
    expected = {(e.core, e.exec_id): str(e.model_id) for e in whole.process.executions}
    seen = {}
    for row in calls:
        kept = json.loads(row["extra_attributes_json"])
        assert kept["model_name"] == paths[str(kept["model_id"])]
        seen[row["nc_idx"], int(kept["exec_id"])] = str(kept["model_id"])
    assert seen == expected
    for row in of_runtime(whole):
        if row["name"] == "nc_exec_running":
            kept = json.loads(row["extra_attributes_json"])
            assert str(kept["model_id"]) == expected[row["nc_idx"], int(kept["exec_id"])]


def test_framework_spans_are_on_the_same_clock(whole: Processed) -> None:
    (trace,) = whole.process.framework
    expected = Counter((e.name, e.start_ns, e.end_ns) for e in trace.events)
    rows = [
        row for row in whole.rows("SystemProfileEvents") if row["trace_event_source"] == "framework"
    ]
    zero = whole.zero_ns
    assert Counter((r["name"], r["start_ts"] + zero, r["end_ts"] + zero) for r in rows) == expected
    assert zero == min(min(e.start_ns for e in trace.events), whole.session.zero_ns)


def test_samples_of_the_host_are_all_there(whole: Processed) -> None:
    samples = whole.process.samples
    rows = [row for row in whole.rows("CpuUsage") if row["cpu_id"] != "average"]
    found = {
        (row["timestamp"] + whole.zero_ns, int(row["cpu_id"])): row["util_percent"] for row in rows
    }
    assert len(rows) == len(found) == len(samples.ticks_ns) * whole.process.instance.cpus
    for tick, values in zip(samples.ticks_ns, samples.cpu, strict=True):
        for cpu, percent in enumerate(values):
            assert found[tick, cpu] == pytest.approx(percent, abs=1e-3)
    memory = {
        row["timestamp"] + whole.zero_ns: (row["used_bytes"], row["used_percent"])
        for row in whole.rows("HostMemUsage")
    }
    capacity = whole.process.instance.memory_bytes
    for tick, used in zip(samples.ticks_ns, samples.memory, strict=True):
        assert memory[tick] == (used, pytest.approx(100 * used / capacity, rel=1e-4))


def test_device_memory_in_use_is_what_was_told_at_every_change(whole: Processed) -> None:
    expected: dict[tuple[int, int], dict[int, tuple[int, dict[str, int]]]] = defaultdict(dict)
    for time_ns, device, hbm, total, usages in in_use(whole.process):
        expected[device, hbm][time_ns] = total, usages
    rows = {
        (row["device_idx"], row["hbm_idx"], row["timestamp"] + whole.zero_ns): row
        for row in whole.rows("SystemProfileHbmUsage")
    }
    assert len(expected) == 3
    for (device, hbm), changes in expected.items():
        for time_ns, (total, usages) in changes.items():
            row = rows[device, hbm, time_ns]
            assert row["total_bytes"] == total
            assert row["weights_bytes"] == usages.get("weight", 0)
            assert row["tensors_bytes"] == usages.get("tensor", 0)
            assert row["dma_rings_io_bytes"] == usages.get("dma rings io", 0)


def test_sync_points_are_those_of_every_execution_and_physical_core(whole: Processed) -> None:
    expected = {
        (e.core, sync.pcore, sync.exec_id, sync.host_ns, sync.device_ns, sync.offset_ns)
        for e in whole.process.executions
        for sync in e.syncs
    }
    rows = whole.rows("SyncPoint")
    assert len(rows) == len(expected)
    columns = ("nc_idx", "exec_id", "host_ns", "device_ns", "offset_ns")
    found = {tuple(row[c] for c in columns) for row in rows}
    assert found == {(core, exec_id, *times) for core, _, exec_id, *times in expected}


def test_the_first_execution_of_a_model_is_linked_as_this_execution(whole: Processed) -> None:
    """And its times on the device's clock are those at which the device trace begins and ends."""
    rows = whole.rows("SystemProfileEvents")
    links = [r for r in whole.rows("DeviceProfileLink") if r["relation"] == "this execution"]
    linked = defaultdict(set)
    for link in links:
        linked[link["device_profile_id"]].add(rows[link["event_row"]]["name"])
    traces = {f"id-{whole.process.pid}-{t.file_name}": t for t in whole.process.traces}
    assert set(linked) == set(traces)
    assert all(names == {"nrt_execute", "nc_exec_running"} for names in linked.values())
    for link in links:
        (execution,) = traces[link["device_profile_id"]].executions
        assert link["device_start_ns"] == execution.device_start_ns
        assert link["device_end_ns"] == execution.device_end_ns
        offsets = {sync.offset_ns for sync in execution.syncs}
        assert link["host_minus_device_ns"] in offsets
        row = rows[link["event_row"]]
        assert row["nc_idx"] == execution.core
        if row["name"] == "nc_exec_running":
            starts = {start_ns for _, start_ns, _ in execution.running}
            assert row["start_ts"] + whole.zero_ns in starts


def test_later_executions_are_of_the_same_program(whole: Processed) -> None:
    rows = whole.rows("SystemProfileEvents")
    calls = [
        link
        for link in whole.rows("DeviceProfileLink")
        if rows[link["event_row"]]["name"] == "nrt_execute"
    ]
    relations = Counter(link["relation"] for link in calls)
    assert relations == {"this execution": 3 * 2, "same program": 3 * 2}


def test_the_list_of_device_profiles_is_complete(whole: Processed) -> None:
    rows = whole.rows("DeviceProfileList")
    assert {(row["nc_id"], row["model_id"]) for row in rows} == {
        (trace.core, trace.model_id) for trace in whole.process.traces
    }


def notices(found: Processed) -> dict[str, int]:
    return {notice.code: notice.count for notice in found.run.manifest.notices}


def test_of_a_sound_session_only_the_spread_of_the_clocks_is_noticed(whole: Processed) -> None:
    assert set(notices(whole)) == {"system.clock_spread"}


def test_spans_without_an_end_last_until_the_end_and_are_counted(tmp_path: Path) -> None:
    found = processed(tmp_path, BROKEN["missing_stop"](small_session()))
    process = found.process
    last_ns = max(e.end_ns or e.start_ns for e in process.events)
    (event,) = [e for e in process.events if e.end_ns is None and not e.is_instant]
    (row,) = [
        r for r in of_runtime(found) if r["start_ts"] + found.zero_ns == event.start_ns
        and r["name"] == event.name
    ]  # fmt: skip
    assert row["end_ts"] + found.zero_ns >= last_ns
    assert 1 in notices(found).values()


def test_an_unknown_kind_is_named_by_its_number_and_keeps_its_keys(tmp_path: Path) -> None:
    found = processed(tmp_path, BROKEN["unknown_kind"](small_session()))
    (row,) = [r for r in of_runtime(found) if r["name"] == f"type_{UNKNOWN_KIND}"]
    assert json.loads(row["extra_attributes_json"])["surprise_me"] == "yes"


@pytest.mark.parametrize("share", [0.0, 0.001, 0.37, 0.9999])
def test_of_a_cut_file_the_whole_frames_are_read(share: float, tmp_path: Path) -> None:
    sound = small_session()
    found = processed(tmp_path, events_cut(sound, share))
    assert len(of_runtime(found)) <= len(told(sound.processes[0]))
    assert set(notices(found)) - {"system.clock_spread"}
    assert found.rows("CpuUsage")


def test_two_instances_with_the_same_number_stay_apart(tmp_path: Path) -> None:
    found = processed(tmp_path, BROKEN["same_pid"](small_session()))
    rows = of_runtime(found)
    counts = Counter((row["instance_id"], row["process_id"]) for row in rows)
    assert len(counts) == 2
    assert len(set(counts.values())) == 1
    assert {row["instance_id"] for row in found.rows("CpuUsage")} == {i for i, _ in counts}


@pytest.mark.parametrize("name", ["without_host", "missing_start", "unknown_fields"])
def test_what_else_is_broken_costs_no_event_but_its_own(name: str, tmp_path: Path) -> None:
    sound = small_session()
    found = processed(tmp_path, BROKEN[name](sound))
    lost = int(name == "missing_start")
    assert len(of_runtime(found)) >= len(sound.processes[0].events) - lost
