"""Which file belongs to which process, and what is read when bytes change."""

import random
from pathlib import Path

import pytest

from ingest_worker.builders.system.spans import FAR_NS
from ingest_worker.pipeline.stage import Cancelled, Options, SourceRef
from ingest_worker.pipeline.system import process_system
from ingest_worker.pipeline.system_read import ProcessFiles, process_files
from profiles.capture_names import name_facts
from profiles.storage.tables import RunMissingError, TableStore
from tests.make import wire
from tests.make.session import broken
from tests.make.session.frames import framed
from tests.make.session.serving import small_session
from tests.make.session.write import write_session
from tests.system.runs import codes, document, processed, rows, system_sources, written

ONE, TWO = "i-0aaaaaaaaaaaaaaaa_pid_10", "i-0bbbbbbbbbbbbbbbb_pid_10"


def grouped(*names: str) -> dict[str, ProcessFiles]:
    sources = [SourceRef(name_facts(name).role, name, Path("nowhere")) for name in names]
    return {files.folder: files for files in process_files(sources)}


def framework_of(files: ProcessFiles) -> list[str]:
    return [source.name for source in files.framework]


def test_files_of_one_folder_are_one_process() -> None:
    names = [f"{ONE}/{name}" for name in ("trace_info.pb", "ntrace.pb", "cpu_util.pb")]
    found = grouped(*names, f"{TWO}/trace_info.pb")
    assert sorted(found) == [ONE, TWO]
    assert set(found[ONE].single) == {"trace_info", "ntrace", "cpu_util"}
    assert set(found[TWO].single) == {"trace_info"}


def test_a_process_may_have_a_folder_for_each_session() -> None:
    found = grouped(f"{ONE}/1700000000/trace_info.pb", f"{ONE}/1700000009/trace_info.pb")
    assert sorted(found) == [f"{ONE}/1700000000", f"{ONE}/1700000009"]


def test_files_at_the_root_are_a_process_too() -> None:
    assert sorted(grouped("trace_info.pb", "ntrace.pb")) == [""]


def test_a_framework_trace_belongs_to_the_nearest_folder_above() -> None:
    deep = f"{ONE}/plugins/profile/2026/host.trace.json.gz"
    found = grouped(f"{ONE}/trace_info.pb", f"{TWO}/trace_info.pb", deep, f"{TWO}/trace.json")
    assert framework_of(found[ONE]) == [deep]
    assert framework_of(found[TWO]) == [f"{TWO}/trace.json"]


def test_a_framework_trace_above_a_sessions_folder_belongs_to_the_process() -> None:
    found = grouped(f"{ONE}/1700000000/trace_info.pb", f"{TWO}/trace_info.pb", f"{ONE}/trace.json")
    assert framework_of(found[f"{ONE}/1700000000"]) == [f"{ONE}/trace.json"]


def test_a_framework_trace_elsewhere_belongs_to_the_only_process() -> None:
    found = grouped(f"{ONE}/trace_info.pb", "traces/trace.json")
    assert framework_of(found[ONE]) == ["traces/trace.json"]


def test_a_framework_trace_elsewhere_among_several_stands_alone() -> None:
    found = grouped(f"{ONE}/trace_info.pb", f"{TWO}/trace_info.pb", "traces/trace.json")
    assert framework_of(found["traces"]) == ["traces/trace.json"]


def test_other_files_are_nobodys() -> None:
    assert grouped("notes.txt", f"{ONE}/neff_1.neff") == {}


@pytest.mark.parametrize("seed", range(12))
def test_changed_bytes_anywhere_still_give_a_run(tmp_path: Path, seed: int) -> None:
    noise = random.Random(seed)
    root = write_session(tmp_path / "capture", small_session())
    for path in root.rglob("*.pb"):
        data = bytearray(path.read_bytes())
        for _ in range(noise.randrange(1, 20)):
            data[noise.randrange(len(data))] = noise.randrange(256)
        path.write_bytes(bytes(data))
    run = processed(root, tmp_path / "store")
    assert document(run)["kind"] == "system"
    assert 0 <= run.manifest.duration_ns < FAR_NS


def test_the_same_files_give_the_same_tables(tmp_path: Path) -> None:
    root = write_session(tmp_path / "capture", small_session())
    one, two = processed(root, tmp_path / "one"), processed(root, tmp_path / "two")
    hashes = [{t.name: t.content_hash for t in run.manifest.tables} for run in (one, two)]
    assert hashes[0] == hashes[1]
    assert (one.path / "timeline.json").read_bytes() == (two.path / "timeline.json").read_bytes()


def test_the_order_of_the_sources_does_not_matter(tmp_path: Path) -> None:
    root = write_session(tmp_path / "capture", small_session())
    store = TableStore(tmp_path / "store")
    hashes = []
    for number, sources in enumerate((system_sources(root), system_sources(root)[::-1])):
        result = process_system(
            sources, store.new_run("s", number), Options(), lambda stage, done, total: None
        )
        hashes.append({t.name: t.content_hash for t in result.manifest.tables})
    assert hashes[0] == hashes[1]


def test_stages_are_told_in_order(tmp_path: Path) -> None:
    root = write_session(tmp_path / "capture", small_session())
    told: list[str] = []
    process_system(
        system_sources(root),
        TableStore(tmp_path).new_run("s", 1),
        Options(),
        lambda stage, done, total: told.append(stage),
    )
    stages = list(dict.fromkeys(told))
    assert stages == ["identify", "decode", "resolve", "build", "timeline", "publish"]


@pytest.mark.parametrize("at", ["decode", "resolve", "build", "timeline", "publish"])
def test_a_run_that_is_cancelled_is_never_readable(tmp_path: Path, at: str) -> None:
    root = write_session(tmp_path / "capture", small_session())
    store = TableStore(tmp_path / "store")

    def stop(stage: str, done: int, total: int) -> None:
        if stage == at:
            raise Cancelled

    with pytest.raises(Cancelled):
        process_system(system_sources(root), store.new_run("s", 1), Options(), stop)
    with pytest.raises(RunMissingError):
        store.open_run("s", 1)


def test_every_notice_is_a_row_of_the_warnings(tmp_path: Path) -> None:
    run = written(small_session(), tmp_path)
    assert len(rows(run, "Warning")) == len(run.manifest.notices) == len(codes(run))


def test_the_manifest_names_the_host_as_its_clock(tmp_path: Path) -> None:
    run = written(small_session(), tmp_path)
    (part,) = run.manifest.parts
    process = small_session().processes[0]
    assert part.clock == "host"
    assert part.instance_type == run.manifest.instance_type == process.instance.type
    assert run.manifest.record_count == process.frame_count + sum(
        len(trace.events) for trace in process.framework
    )
    assert {entry.role for entry in run.manifest.sources} == {
        "trace_info",
        "ntrace",
        "cpu_util",
        "host_mem",
        "framework",
    }


def test_an_event_whose_time_cannot_be_is_left_out_and_told(tmp_path: Path) -> None:
    session = small_session()
    root = write_session(tmp_path / "capture", session)
    path = next(root.rglob("ntrace.pb"))
    odd = framed([wire.uint(7, 3) + wire.uint(10, 5) + wire.uint(14, 3) + wire.uint(15, 5)])
    path.write_bytes(path.read_bytes() + odd)
    run = processed(root, tmp_path / "store")
    assert codes(run)["system.damaged_time"] == 1
    whole = written(session, tmp_path / "whole")
    assert rows(run, "SystemProfileEvents") == rows(whole, "SystemProfileEvents")


def test_a_span_without_an_end_keeps_its_start_when_another_time_is_odd(tmp_path: Path) -> None:
    root = write_session(tmp_path / "capture", broken.missing_stop(small_session()))
    path = next(root.rglob("ntrace.pb"))
    late = wire.uint(2, 1 << 61) + wire.uint(7, 3) + wire.uint(14, 3) + wire.uint(15, 5)
    path.write_bytes(path.read_bytes() + framed([late]))
    run = processed(root, tmp_path / "store")
    assert codes(run)["system.damaged_time"] == 1
    whole = written(broken.missing_stop(small_session()), tmp_path / "whole")
    assert rows(run, "SystemProfileEvents") == rows(whole, "SystemProfileEvents")
