"""What a written session holds is what the tables say: spans, joins, clocks, memory, links."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from profiles.storage.tables import ReadableRun
from tests.make.session.description import Session
from tests.make.session.memory import in_use
from tests.make.session.sample import sample_session
from tests.make.session.serving import Serving, serving_session
from tests.system.runs import attributes, codes, document, rows, written

SAMPLE = sample_session()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return written(SAMPLE, tmp_path_factory.mktemp("serving"))


@pytest.fixture(scope="module")
def events(run: ReadableRun) -> list[dict[str, object]]:
    return rows(run, "SystemProfileEvents")


def origin(run: ReadableRun) -> int:
    return int(run.manifest.parts[0].origin_unix_ns or 0)


def first_of_all(session: Session) -> int:
    framework = [span.start_ns for p in session.processes for t in p.framework for span in t.events]
    return min([session.zero_ns, *framework])


def test_the_zero_is_the_first_event_of_all(run: ReadableRun) -> None:
    assert origin(run) == first_of_all(SAMPLE)


def test_every_event_is_there_with_its_times(run: ReadableRun) -> None:
    zero = origin(run)
    expected = Counter(
        (event.name, event.start_ns - zero, (event.end_ns or event.start_ns) - zero, event.core,
         event.worker, event.thread)
        for _, event in SAMPLE.events
    )  # fmt: skip
    found = Counter(
        (row["name"], row["start_ts"], row["end_ts"], row["nc_idx"], row["worker_gid"],
         row["thread_id"])
        for row in rows(run, "SystemProfileEvents")
        if row["trace_event_source"] != "framework"
    )  # fmt: skip
    assert found == expected


def test_every_framework_span_is_there_on_the_hosts_clock(run: ReadableRun) -> None:
    zero = origin(run)
    expected = Counter(
        (span.name, span.start_ns - zero, span.end_ns - zero, span.thread)
        for process in SAMPLE.processes
        for trace in process.framework
        for span in trace.events
    )
    found = Counter(
        (row["name"], row["start_ts"], row["end_ts"], row["thread_id"])
        for row in rows(run, "SystemProfileEvents")
        if row["trace_event_source"] == "framework"
    )
    assert found == expected


def test_rows_are_sorted_by_start_the_longer_first(events: list[dict[str, int]]) -> None:
    keys = [(event["start_ts"], -event["end_ts"]) for event in events]
    assert keys == sorted(keys)
    assert all(event["duration_ns"] == event["end_ts"] - event["start_ts"] for event in events)


def test_keys_of_start_and_stop_are_attributes(run: ReadableRun) -> None:
    zero = origin(run)
    by_place = defaultdict(list)
    for row in rows(run, "SystemProfileEvents"):
        place = row["name"], row["start_ts"], row["nc_idx"], row["thread_id"]
        by_place[place].append(attributes(row))
    for _, event in SAMPLE.events:
        found = by_place[event.name, event.start_ns - zero, event.core, event.thread]
        renamed = {
            **{k.replace("nc_timestamp", "nc_start_timestamp"): v for k, v in event.keys.items()},
            **{
                k.replace("nc_timestamp", "nc_stop_timestamp"): v
                for k, v in event.stop_keys.items()
            },
        }
        assert any(renamed.items() <= own.items() for own in found)
        assert not any({"nc_idx", "worker_gid", "nc_timestamp_ns"} & set(own) for own in found)


def test_executions_have_their_number_and_model(run: ReadableRun) -> None:
    paths = {m.model_id: m.path for p in SAMPLE.processes for m in p.models}
    expected = Counter(
        (one.exec_id, one.model_id, one.core) for p in SAMPLE.processes for one in p.executions
    )
    for name, times in (("nrt_execute", 1), ("nc_exec_running", 2)):
        found: Counter[tuple[int, int, int]] = Counter()
        for row in rows(run, "SystemProfileEvents"):
            if row["name"] == name:
                own = attributes(row)
                found[int(own["exec_id"]), int(own["model_id"]), row["nc_idx"]] += 1
                assert own["model_name"] == paths[int(own["model_id"])]
        assert found == Counter({key: count * times for key, count in expected.items()})


def test_sync_points_belong_to_the_cores_they_were_taken_on(run: ReadableRun) -> None:
    expected = Counter(
        (one.core, sync.pcore, sync.exec_id, sync.host_ns, sync.device_ns)
        for process in SAMPLE.processes
        for one in process.executions
        for sync in one.syncs
    )
    found = Counter(
        (row["nc_idx"], row["pcore"], row["exec_id"], row["host_ns"], row["device_ns"])
        for row in rows(run, "SyncPoint")
    )
    assert found == expected


def test_memory_in_use_is_that_of_the_description(run: ReadableRun) -> None:
    zero = origin(run)
    expected = [
        (time - zero, device, hbm, total)
        for process in SAMPLE.processes
        for time, device, hbm, total, _ in in_use(process)
    ]
    found = rows(run, "SystemProfileHbmUsage")
    memories = {(row["device_idx"], row["hbm_idx"]) for row in found}
    changes = [
        (row["timestamp"], row["device_idx"], row["hbm_idx"], row["total_bytes"])
        for row in found[len(memories) :]
    ]
    assert changes == expected
    assert "system.memory_unmatched" not in codes(run)


def test_kinds_of_memory_that_changed_are_those_of_the_description(run: ReadableRun) -> None:
    found = rows(run, "SystemProfileHbmUsage")
    last = {(row["device_idx"], row["hbm_idx"]): row for row in found}
    final = {
        (device, hbm): usage
        for process in SAMPLE.processes
        for _, device, hbm, _, usage in in_use(process)
    }
    for place, usage in final.items():
        assert last[place]["weights_bytes"] == usage["weight"]
        assert last[place]["tensors_bytes"] == usage["tensor"]
        assert last[place]["total_bytes"] == sum(usage.values())


def test_the_first_execution_of_a_model_on_a_core_is_the_one_in_its_file(run: ReadableRun) -> None:
    events = rows(run, "SystemProfileEvents")
    seen: set[tuple[int, str]] = set()
    links = {link["event_row"]: link for link in rows(run, "DeviceProfileLink")}
    for number, event in enumerate(events):
        if event["name"] != "nrt_execute":
            continue
        model = attributes(event)["model_id"]
        key = event["nc_idx"], model
        link = links[number]
        assert link["relation"] == ("same program" if key in seen else "this execution")
        assert link["device_profile_name"].endswith(f"_nc_{event['nc_idx']}_model_{model}")
        seen.add(key)


def test_links_carry_the_execution_on_the_devices_clock(run: ReadableRun) -> None:
    executions = {(one.core, one.exec_id): one for p in SAMPLE.processes for one in p.executions}
    events = rows(run, "SystemProfileEvents")
    for link in rows(run, "DeviceProfileLink"):
        event = events[link["event_row"]]
        own = executions[event["nc_idx"], int(attributes(event)["exec_id"])]
        offsets = {sync.offset_ns for sync in own.syncs}
        assert link["host_minus_device_ns"] in offsets
        if event["name"] == "nrt_execute":
            host = link["device_start_ns"] + link["host_minus_device_ns"]
            assert own.start_ns <= host <= own.end_ns


def test_device_profiles_are_listed_by_their_official_names(run: ReadableRun) -> None:
    listed = rows(run, "DeviceProfileList")
    process = SAMPLE.processes[0]
    place = f"{process.instance.name}_pid_{process.pid}"
    assert {row["device_profile_name"] for row in listed} == {
        f"serving_{place}_nc_{trace.core}_model_{trace.model_id}" for trace in process.traces
    }


def test_samples_lie_where_they_were_taken_even_outside_the_run(run: ReadableRun) -> None:
    zero = origin(run)
    samples = SAMPLE.processes[0].samples
    found = rows(run, "CpuUsage")
    assert [row["timestamp"] + zero for row in found] == [
        tick for tick in samples.ticks_ns for _ in samples.cpu[0]
    ]
    assert [row["util_percent"] for row in found] == pytest.approx(
        [value for values in samples.cpu for value in values]
    )
    assert max(row["timestamp"] for row in found) > run.manifest.duration_ns
    assert document(run)["duration_ns"] == run.manifest.duration_ns


def test_a_share_of_the_hosts_memory_is_a_percentage(run: ReadableRun) -> None:
    whole = SAMPLE.processes[0].instance.memory_bytes
    for row in rows(run, "HostMemUsage"):
        assert row["used_percent"] == pytest.approx(100 * row["used_bytes"] / whole, rel=1e-5)


def test_the_metadata_spans_the_events(run: ReadableRun) -> None:
    (row,) = rows(run, "SystemProfileMetadata")
    assert row["first_ts_ns"] == str(origin(run))
    assert int(row["last_ts_ns"]) - int(row["first_ts_ns"]) == run.manifest.duration_ns
    assert row["hbm_capacity_bytes"] == 24 << 30
    assert row["first_ts"].endswith("Z")


@pytest.mark.parametrize(("clock", "is_said"), [("base", False), ("unix", False), ("none", True)])
def test_a_framework_trace_without_a_clock_is_aligned_and_said_so(
    tmp_path: Path, clock: str, *, is_said: bool
) -> None:
    session = serving_session(Serving(cores=1, requests=1, decode_steps=1, clock=clock))
    run = written(session, tmp_path)
    assert ("system.framework_aligned" in codes(run)) is is_said
    found = [e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] == "framework"]
    spans = sorted(s.start_ns for p in session.processes for t in p.framework for s in t.events)
    first = int(origin(run)) + min(event["start_ts"] for event in found)
    assert first == (session.zero_ns if is_said else spans[0])


def test_a_session_mode_capture_links_by_core(tmp_path: Path) -> None:
    session = serving_session(Serving(cores=2, requests=1, decode_steps=2, mode="session"))
    run = written(session, tmp_path)
    events = rows(run, "SystemProfileEvents")
    links = rows(run, "DeviceProfileLink")
    assert links
    for link in links:
        core = events[link["event_row"]]["nc_idx"]
        assert f"_nc_{core}_session_" in link["device_profile_name"]
        assert link["relation"] in {"this execution", "candidate"}


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"event_types": frozenset({"nrt_execute"})}, {"nrt_execute"}),
        ({"event_types": frozenset({"hardware"})}, {"neuron_hw"}),
        ({"event_types": frozenset({"software", "^nrt_load"})}, {"neuron_rt"}),
    ],
)
def test_only_chosen_types_are_processed(
    tmp_path: Path, chosen: dict[str, frozenset[str]], kept: set[str]
) -> None:
    session = serving_session(Serving(cores=2, requests=1, decode_steps=1))
    run = written(session, tmp_path, **chosen)
    found = [e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] != "framework"]
    assert found
    names, sources = {e["name"] for e in found}, {e["trace_event_source"] for e in found}
    assert kept in (names, sources)
    assert "^nrt_load" not in str(chosen) or "nrt_load" not in names


def test_only_chosen_cores_and_instances_are_processed(tmp_path: Path) -> None:
    session = serving_session(Serving(cores=3, requests=1, decode_steps=1))
    run = written(session, tmp_path, neuron_cores=frozenset({1}))
    cores = {event["nc_idx"] for event in rows(run, "SystemProfileEvents")}
    assert cores == {1, None}
    none = written(session, tmp_path / "b", instance_ids=frozenset({"i-other"}))
    assert rows(none, "SystemProfileEvents") == []
    assert "system.no_events" in codes(none)


def test_memory_does_not_depend_on_which_events_are_shown(tmp_path: Path) -> None:
    session = serving_session(Serving(cores=1, requests=1, decode_steps=1))
    whole = rows(written(session, tmp_path / "a"), "SystemProfileHbmUsage")
    chosen = written(session, tmp_path / "b", event_types=frozenset({"nrt_execute"}))
    totals = [row["total_bytes"] for row in rows(chosen, "SystemProfileHbmUsage")]
    assert totals == [row["total_bytes"] for row in whole]
