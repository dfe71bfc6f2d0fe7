"""What is planned of written sessions, sound ones and those broken in each named way."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest_worker.capture_scan import scan_directory
from profiles.directory import CapturePlan, plan
from tests.make.session.broken import BROKEN, OTHER_INSTANCE
from tests.make.session.description import Session
from tests.make.session.serving import Serving, serving_session, small_session
from tests.make.session.write import write_session


@pytest.fixture(scope="module")
def sound() -> Session:
    return small_session()


def planned(folder: Path, session: Session) -> CapturePlan:
    return plan(scan_directory(write_session(folder, session)), "run")


def test_each_trace_gets_its_own_neff_core_model_and_name(tmp_path: Path) -> None:
    session = serving_session(Serving(cores=3, requests=1, decode_steps=1))
    (process,) = session.processes
    found = planned(tmp_path, session)
    neffs = {loaded.model_id: loaded.neff_name for loaded in process.models}
    expected = {
        (
            f"{process.folder}/{trace.file_name}",
            f"{process.folder}/{neffs[trace.model_id]}",
            trace.core,
            trace.model_id,
            f"run_{process.folder}_nc_{trace.core}_model_{trace.model_id}",
        )
        for trace in process.traces
    }
    assert {(d.ntff, d.neff, d.nc_id, d.model_id, d.name) for d in found.devices} == expected
    assert {(d.instance_id, d.process_id) for d in found.devices} == {
        (process.instance.name, process.pid)
    }
    assert (found.kind, found.others, found.notices) == ("system", (), ())


def test_session_mode_is_named_by_core_and_session(tmp_path: Path) -> None:
    session = small_session(mode="session")
    (process,) = session.processes
    found = planned(tmp_path, session)
    assert {d.session_id for d in found.devices} == {0, 1}
    for device in found.devices:
        assert device.name == f"run_{process.folder}_nc_0_session_{device.session_id}"
        assert device.neff is not None


def test_a_time_between_process_and_files_changes_nothing(tmp_path: Path) -> None:
    found = planned(tmp_path, small_session(stamp="1773237643508494611"))
    assert [device.process_id for device in found.devices] == [713_479] * 2
    assert all(device.neff for device in found.devices)


def codes(found: CapturePlan) -> list[str]:
    return [notice.code for notice in found.notices]


@pytest.mark.parametrize(
    ("name", "kind", "devices", "told"),
    [
        ("without_info", "device", 2, ["session.no_trace_info"]),
        ("without_events", "system", 2, []),
        ("without_host", "system", 2, []),
        ("without_neffs", "system", 2, ["pair.neff_missing"]),
        ("events_cut", "system", 2, []),
        ("empty_traces", "system", 2, []),
        ("broken_trace", "system", 2, []),
        ("missing_stop", "system", 2, []),
        ("missing_start", "system", 2, []),
        ("unknown_kind", "system", 2, []),
        ("unknown_fields", "system", 2, []),
        ("same_pid", "system", 4, []),
        ("twice", "system", 2, ["session.repeated"]),
        ("neffs_elsewhere", "system", 2, []),
        ("with_strangers", "system", 2, []),
    ],
)
def test_what_is_broken_costs_no_more_than_itself(
    name: str, kind: str, devices: int, told: list[str], sound: Session, tmp_path: Path
) -> None:
    found = planned(tmp_path, BROKEN[name](sound))
    assert found.kind == kind
    assert len(found.devices) == devices
    assert codes(found) == told


def test_every_broken_session_is_planned_above() -> None:
    marks = test_what_is_broken_costs_no_more_than_itself.pytestmark  # type: ignore[attr-defined]
    assert {given[0] for given in marks[0].args[1]} == set(BROKEN)


def test_two_instances_with_the_same_number_stay_apart(tmp_path: Path, sound: Session) -> None:
    found = planned(tmp_path, BROKEN["same_pid"](sound))
    assert {process.instance for process in found.processes} == {
        sound.processes[0].instance.name,
        OTHER_INSTANCE,
    }
    assert {process.process_id for process in found.processes} == {713_479}
    for device in found.devices:
        assert device.neff is not None
        assert device.neff.split("/")[0] == device.ntff.split("/")[0]
    assert len({device.name for device in found.devices}) == 4


def test_programs_beside_the_processes_are_found_by_the_id_inside(
    tmp_path: Path, sound: Session
) -> None:
    found = planned(tmp_path, BROKEN["neffs_elsewhere"](sound))
    assert {device.neff.split("/")[0] for device in found.devices if device.neff} == {"neffs"}
    assert len({device.neff for device in found.devices}) == 2


def test_strangers_are_listed(tmp_path: Path, sound: Session) -> None:
    found = planned(tmp_path, BROKEN["with_strangers"](sound))
    assert set(found.others) == {"notes.txt", "logs/worker 1 <b>.log", ".DS_Store"}


def test_the_number_inside_a_trace_wins_over_the_folders(tmp_path: Path, sound: Session) -> None:
    """A trace that another process has captured later is copied into the folder."""
    (process,) = sound.processes
    (other,) = small_session(pid=723_577).processes
    moved = replace(process, traces=other.traces)
    found = planned(tmp_path, replace(sound, processes=(moved,)))
    assert {device.process_id for device in found.devices} == {723_577}
    assert all("not by that of its folder" in device.evidence for device in found.devices)
