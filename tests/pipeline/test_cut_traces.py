"""Files of a process that end anywhere: what was whole before is there, and the end is told."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles.capture_names import name_facts
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.session.serving import small_session
from tests.make.session.write import process_files

NAMES = ("trace_info.pb", "ntrace.pb", "cpu_util.pb", "host_mem.pb")
CUTS = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Files(dict[str, bytes]):
    """Bytes by file name; a failing example names the files only."""

    def __repr__(self) -> str:
        return ", ".join(self)


@pytest.fixture(scope="module")
def files() -> Files:
    """The files of one process, whole."""
    (process,) = small_session().processes
    return Files((name, data) for name, data in process_files(process).items() if name in NAMES)


def processed(folder: Path, files: dict[str, bytes]) -> ReadableRun:
    """The run of a process with these files."""
    sources = []
    for name, data in files.items():
        path = folder / name
        path.write_bytes(data)
        sources.append(SourceRef(name_facts(name).role, f"i-0_pid_7/{name}", path))
    store = TableStore(folder / "tables")
    process_system(sources, store.new_run("one", 1), Options(), silent)
    return store.open_run("one", 1)


def whole_records(data: bytes) -> tuple[int, bool]:
    """How many records are whole, and whether the file ends between two."""
    at = count = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, at)
        if at + 4 + length > len(data):
            break
        at, count = at + 4 + length, count + 1
    return count, at == len(data)


def codes(run: ReadableRun) -> dict[str, int]:
    return {notice.code: notice.count for notice in run.manifest.notices}


def event_names(run: ReadableRun) -> list[str]:
    """The name of every event; a run without one has no table of them."""
    if run.manifest.table("SystemProfileEvents") is None:
        return []
    events = run.rows("SystemProfileEvents", 0, offset=0, limit=100_000)
    return [str(name) for name in events.column("name").to_pylist()]


@CUTS
@given(share=st.floats(0, 1))
def test_events_before_the_cut_are_there_wherever_it_is(
    files: Files, tmp_path: Path, share: float
) -> None:
    cut = files["ntrace.pb"][: int(share * len(files["ntrace.pb"]))]
    run = processed(tmp_path, {**files, "ntrace.pb": cut})
    records, is_between = whole_records(cut)
    assert run.manifest.record_count == records
    found = codes(run)
    assert ("system.cut" in found) is not is_between
    total, _ = whole_records(files["ntrace.pb"])
    assert ("system.fewer_records" in found) is (records < total)
    names = event_names(run)
    assert ("system.no_events" in found) is (not names)
    instants = names.count("timestamp_sync_point")
    open_spans = found.get("system.unclosed_span", 0)
    assert 2 * (len(names) - instants) - open_spans + instants == records


@pytest.mark.parametrize("garbage", [b"\xff" * 400, b"garbage, no trace at all\n" * 9])
def test_files_that_hold_nothing_but_garbage_are_refused(tmp_path: Path, garbage: bytes) -> None:
    with pytest.raises(FormatError) as refused:
        processed(tmp_path, dict.fromkeys(NAMES, garbage))
    assert refused.value.code == "system.malformed"
    assert "nothing in them can be read" in refused.value.message


def test_one_whole_file_among_garbage_is_enough(files: Files, tmp_path: Path) -> None:
    broken = dict.fromkeys(NAMES, b"\xff" * 400)
    run = processed(tmp_path, {**broken, "cpu_util.pb": files["cpu_util.pb"]})
    assert {"system.damaged_file", "system.no_events"} <= set(codes(run))


def test_files_without_a_byte_are_an_empty_capture_and_no_damage(tmp_path: Path) -> None:
    assert "system.no_events" in codes(processed(tmp_path, dict.fromkeys(NAMES, b"")))


@CUTS
@given(name=st.sampled_from(["trace_info.pb", "cpu_util.pb", "host_mem.pb"]), share=st.floats(0, 1))
def test_any_other_file_that_is_cut_costs_no_event(
    files: Files, tmp_path: Path, name: str, share: float
) -> None:
    cut = files[name][: int(share * len(files[name]))]
    run = processed(tmp_path, {**files, name: cut})
    assert run.manifest.record_count == whole_records(files["ntrace.pb"])[0]
    if name != "trace_info.pb":
        _, is_between = whole_records(cut)
        assert ("system.cut" in codes(run)) is not is_between


@CUTS
@given(place=st.floats(0, 1), byte=st.integers(1, 255), name=st.sampled_from(NAMES))
def test_a_changed_byte_gives_a_run_all_the_same(
    files: Files, tmp_path: Path, place: float, byte: int, name: str
) -> None:
    data = bytearray(files[name])
    data[int(place * (len(data) - 1))] ^= byte
    run = processed(tmp_path, {**files, name: bytes(data)})
    assert len(event_names(run)) <= whole_records(files["ntrace.pb"])[0]
    assert len(run.manifest.parts) == 1
