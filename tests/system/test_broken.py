"""Captures with something wrong: a notice says what, and the rest is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles.storage.tables import TableStore
from tests.make.session import broken
from tests.make.session.description import Session
from tests.make.session.frames import event_frames
from tests.make.session.serving import small_session
from tests.make.session.write import write_session
from tests.system.runs import attributes, codes, document, processed, rows, written

FINE = {"system.clock_spread", "system.no_device_profile"}


def odd(session: Session, folder: Path) -> set[str]:
    return set(codes(written(session, folder))) - FINE


def test_a_sound_session_has_nothing_to_complain_of(tmp_path: Path) -> None:
    assert odd(small_session(), tmp_path) == set()


def test_a_span_without_an_end_is_drawn_to_the_end_of_the_trace(tmp_path: Path) -> None:
    run = written(broken.missing_stop(small_session()), tmp_path)
    assert codes(run)["system.unclosed_span"] == 1
    events = rows(run, "SystemProfileEvents")
    runtime = [e for e in events if e["trace_event_source"] != "framework"]
    first = next(e for e in runtime if e["name"] == "nrt_execute")
    assert first["end_ts"] == max(event["end_ts"] for event in runtime)
    text = " ".join(row["message"] for row in rows(run, "Warning"))
    assert "no end" in text


def test_an_end_without_a_start_is_counted_and_left_out(tmp_path: Path) -> None:
    session = broken.missing_start(small_session())
    run = written(session, tmp_path)
    found = codes(run)
    assert found["system.stop_without_start"] == 1
    assert found["system.lost_events"] == 1
    events = [e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] != "framework"]
    assert len(events) == len(session.processes[0].events) - 1


def test_in_a_trace_that_lost_events_only_time_tells_which_execution_a_file_holds(
    tmp_path: Path,
) -> None:
    found = rows(written(broken.missing_start(small_session()), tmp_path), "DeviceProfileLink")
    this = [row for row in found if row["relation"] == "this execution"]
    assert this
    assert all("covers the time of this execution" in row["evidence"] for row in this)
    timeless = [row for row in found if row["device_start_ns"] is None]
    assert {row["relation"] for row in timeless} <= {"candidate", "same program"}


def test_an_unknown_type_is_called_by_its_number_and_keeps_its_keys(tmp_path: Path) -> None:
    run = written(broken.unknown_kind(small_session()), tmp_path)
    name = f"type_{broken.UNKNOWN_KIND}"
    event = next(e for e in rows(run, "SystemProfileEvents") if e["name"] == name)
    assert attributes(event)["surprise_me"] == "yes"
    assert event["trace_event_source"] == "neuron_rt"
    assert codes(run)["system.unknown_type"] == 1


def test_unknown_fields_are_kept_among_the_attributes(tmp_path: Path) -> None:
    run = written(broken.unknown_fields(small_session()), tmp_path)
    events = [e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] != "framework"]
    key = f"field_{broken.UNKNOWN_FIELD}"
    assert {attributes(event)[key] for event in events} == {"4711"}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.5, 0.81, 0.999])
def test_a_cut_trace_gives_what_is_before_the_cut(tmp_path: Path, share: float) -> None:
    session = broken.events_cut(small_session(), share)
    run = written(session, tmp_path)
    whole = len(event_frames(small_session().processes[0]))
    if 0 < int(whole * share) < whole:
        assert "system.cut" in codes(run)
        assert any("at byte" in row["message"] for row in rows(run, "Warning"))
    assert run.manifest.duration_ns >= 0
    assert document(run)["kind"] == "system"


def test_without_events_the_samples_are_there(tmp_path: Path) -> None:
    run = written(broken.without_events(small_session()), tmp_path)
    assert "system.no_ntrace" in codes(run)
    assert len(rows(run, "HostMemUsage")) == len(small_session().processes[0].samples.memory)


def test_without_samples_the_events_are_there(tmp_path: Path) -> None:
    run = written(broken.without_host(small_session()), tmp_path)
    assert {"system.no_cpu_util", "system.no_host_mem"} <= set(codes(run))
    assert rows(run, "CpuUsage") == []
    assert rows(run, "SystemProfileEvents")


def test_without_trace_info_types_have_numbers_and_the_folder_names_the_process(
    tmp_path: Path,
) -> None:
    session = broken.without_info(small_session())
    run = written(session, tmp_path)
    events = [e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] != "framework"]
    assert "system.no_trace_info" in codes(run)
    assert all(event["name"].startswith("type_") for event in events)
    assert {event["process_id"] for event in events} == {session.processes[0].pid}
    assert {event["instance_id"] for event in events} == {session.processes[0].instance.name}


def test_processes_with_one_number_on_two_instances_stay_apart(tmp_path: Path) -> None:
    session = broken.same_pid(small_session())
    run = written(session, tmp_path)
    events = rows(run, "SystemProfileEvents")
    counts = {
        name: sum(event["instance_id"] == name for event in events)
        for name in {event["instance_id"] for event in events}
    }
    assert len(counts) == 2
    assert len(set(counts.values())) == 1
    assert len({track["attrs"]["instance"] for track in document(run)["tracks"]}) == 2
    assert (
        run.manifest.core_count
        == 2 * written(small_session(), tmp_path / "one").manifest.core_count
    )


def test_links_never_cross_instances(tmp_path: Path) -> None:
    run = written(broken.same_pid(small_session()), tmp_path)
    events = rows(run, "SystemProfileEvents")
    for link in rows(run, "DeviceProfileLink"):
        if link["relation"] == "this execution":
            assert events[link["event_row"]]["instance_id"] in link["device_profile_name"]


def test_a_directory_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    run = written(broken.twice(small_session()), tmp_path)
    once = written(small_session(), tmp_path / "once")
    assert codes(run)["system.repeated"] == 1
    for table in ("SystemProfileEvents", "SystemProfileHbmUsage", "CpuUsage"):
        assert rows(run, table) == rows(once, table)


@pytest.mark.parametrize("name", sorted(broken.BROKEN))
def test_every_way_to_be_broken_still_gives_a_run(tmp_path: Path, name: str) -> None:
    run = written(broken.BROKEN[name](small_session()), tmp_path)
    assert document(run)["levels"]
    assert rows(run, "SchemaFields")


@pytest.mark.parametrize("name", ["trace_info.pb", "ntrace.pb", "cpu_util.pb", "host_mem.pb"])
def test_one_file_of_noise_costs_its_own_part_only(tmp_path: Path, name: str) -> None:
    root = write_session(tmp_path / "capture", small_session())
    next(root.rglob(name)).write_bytes(b"\xff\x00\xff" * 50)
    run = processed(root, tmp_path / "store")
    assert set(codes(run)) & {"system.damaged_file", "system.cut", "system.damaged_record"}
    tables = {"SystemProfileEvents", "CpuUsage", "HostMemUsage"}
    assert len([table for table in tables if rows(run, table)]) >= 2


def test_an_empty_file_is_a_trace_without_events(tmp_path: Path) -> None:
    root = write_session(tmp_path / "capture", small_session(has_framework=False))
    next(root.rglob("ntrace.pb")).write_bytes(b"")
    run = processed(root, tmp_path / "store")
    assert "system.no_events" in codes(run)
    assert run.manifest.duration_ns == 0


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    folder = TableStore(tmp_path).new_run("s", 1)
    sources = [SourceRef("other", "notes.txt", path)]
    with pytest.raises(FormatError) as error:
        process_system(sources, folder, Options(), silent)
    assert error.value.code == "system.nothing"


def test_a_damaged_framework_trace_gives_what_can_be_read(tmp_path: Path) -> None:
    session = small_session()
    process = session.processes[0]
    name = process.framework[0].file_name
    size = len((write_session(tmp_path / "w", session) / process.folder / name).read_bytes())
    cut = replace(session, processes=(replace(process, cut={name: size // 2}),))
    run = written(cut, tmp_path)
    framework = [
        e for e in rows(run, "SystemProfileEvents") if e["trace_event_source"] == "framework"
    ]
    assert "system.damaged_file" in codes(run)
    assert 0 < len(framework) < len(process.framework[0].events)
