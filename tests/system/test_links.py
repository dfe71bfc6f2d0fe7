"""Which device profiles an execution belongs to, in what relation, and what is said of it."""

from dataclasses import replace

import pytest

from ingest_worker.builders.system.clocks import SyncPoint, clock_notices, sync_points
from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.builders.system.links import (
    CANDIDATE,
    SAME,
    THIS,
    Links,
    device_links,
    device_table,
    link_notices,
)
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE
from tests.system.frames_made import Recorder

MODEL = 171450338541704
OWN = DeviceRef("id", "own", "i-1", 100, 0, MODEL, None, f"p/neff_{MODEL}.neff", "The ids agree.")


def recorded(executions: int = 1, nc: int = 0) -> Recorder:
    recorder = Recorder()
    for number in range(executions):
        at = 1000 * number
        recorder.span("nrt_execute", at, at + 900, model_id=MODEL, nc=nc)
        recorder.span("kbl_exec_pre", at + 10, at + 20, model_id=MODEL, exec_id=number + 1, nc=nc)
        for core in (4, 5):
            recorder.span(
                "nc_exec_running", at + 100, at + 200 + core, exec_id=number + 1, nc=nc,
                device_core_idx=core, nc_timestamp_ns=at + 100 + core,
                stop={"nc_timestamp_ns": at + 200 + core},
            )  # fmt: skip
    return recorder


def links(
    *devices: DeviceRef,
    recorder: Recorder | None = None,
    models: dict[int, str] | None = None,
    points: tuple[SyncPoint, ...] = (),
    **info: object,
) -> Links:
    chosen = recorder or recorded()
    trace = chosen.trace(models, **info)
    return device_links(chosen.events(models), {0: trace}, devices, points)


def relations(found: Links) -> list[tuple[str, str]]:
    return [(row["device_profile_name"], row["relation"]) for row in found.rows]


def test_the_file_of_the_model_and_core_is_this_execution() -> None:
    found = links(OWN)
    assert relations(found) == [("own", THIS)] * 3
    assert {row["device_profile_id"] for row in found.rows} == {"id"}


def test_later_executions_are_the_same_program() -> None:
    found = links(OWN, recorder=recorded(3))
    assert [row["relation"] for row in found.rows].count(THIS) == 3
    assert [row["relation"] for row in found.rows].count(SAME) == 6
    later = next(row for row in found.rows if row["relation"] == SAME)
    assert "first execution" in later["evidence"]


def test_a_ring_that_lost_events_makes_the_first_one_a_candidate() -> None:
    found = links(OWN, event_count=100, stored_count=90)
    assert {row["relation"] for row in found.rows} == {CANDIDATE}
    assert "lost" in found.rows[0]["evidence"]


def test_two_files_that_fit_are_both_candidates() -> None:
    found = links(OWN, replace(OWN, name="again", profile_id="id2"))
    assert relations(found)[:2] == [("own", CANDIDATE), ("again", CANDIDATE)]
    assert "2 files fit" in found.rows[0]["evidence"]


@pytest.mark.parametrize(
    "change",
    [{"process_id": 101}, {"instance_id": "i-2"}, {"nc_id": 1}, {"process_id": None}],
)
def test_another_process_instance_or_core_is_never_this_execution(
    change: dict[str, object],
) -> None:
    found = links(replace(OWN, **change))
    assert {row["relation"] for row in found.rows} == {SAME}


def test_another_model_is_no_link() -> None:
    found = links(replace(OWN, model_id=5, neff_name="p/neff_5.neff"))
    assert found.rows == []
    assert found.missing == {f"model {MODEL}": 3}


def test_a_capture_beside_the_session_is_the_same_program_by_its_neff() -> None:
    beside = replace(OWN, process_id=723577, nc_id=None, model_id=MODEL)
    found = links(beside)
    assert relations(found) == [("own", SAME)] * 3
    assert "another execution" in found.rows[0]["evidence"]


def test_the_path_of_the_model_names_its_neff() -> None:
    beside = replace(OWN, process_id=9, nc_id=None, model_id=None, neff_name="x/model_a.neff")
    found = links(beside, models={MODEL: "/build/1/model_a.neff"})
    assert {row["relation"] for row in found.rows} == {SAME}
    assert "model_a.neff" in found.rows[0]["evidence"]


def test_one_session_of_the_core_is_this_execution_two_are_candidates() -> None:
    one = replace(OWN, model_id=None, session_id=0, neff_name=None)
    assert {row["relation"] for row in links(one).rows} == {THIS}
    two = links(one, replace(one, name="next", session_id=1))
    assert {row["relation"] for row in two.rows} == {CANDIDATE}
    assert "2 sessions fit" in two.rows[0]["evidence"]


SESSION = replace(OWN, name="s0", model_id=None, session_id=0)
NEXT = replace(SESSION, name="s1", session_id=1)


@pytest.mark.parametrize("window", [(104, 205), (100, 210), (150, 205), (104, 155)])
def test_of_two_sessions_the_one_that_covers_the_execution_is_this_one(
    window: tuple[int, int],
) -> None:
    found = links(
        replace(SESSION, windows_ns=((1, 50), window)),
        replace(NEXT, windows_ns=((900, 1100),), neff_name="p/neff_5.neff"),
    )
    assert relations(found) == [("s0", THIS)] * 3
    assert "2 sessions fit" in found.rows[0]["evidence"]
    assert "covers the time" in found.rows[0]["evidence"]


def test_a_session_of_the_same_program_at_another_time_is_another_execution() -> None:
    found = links(replace(SESSION, windows_ns=((2000, 3000),)))
    assert relations(found) == [("s0", SAME)] * 3
    assert "another time" in found.rows[0]["evidence"]


@pytest.mark.parametrize("neff", [None, "p/neff_5.neff"])
def test_a_session_of_another_time_and_of_no_known_program_is_no_link(neff: str | None) -> None:
    found = links(replace(SESSION, windows_ns=((2000, 3000),), neff_name=neff))
    assert found.rows == []
    assert found.missing == {f"model {MODEL}": 3}


def test_where_no_session_is_of_the_execution_captures_of_its_program_still_are() -> None:
    beside = replace(OWN, name="beside", process_id=723577, nc_id=None)
    found = links(replace(SESSION, windows_ns=((2000, 3000),), neff_name=None), beside)
    assert relations(found) == [("beside", SAME)] * 3


def test_sessions_without_a_clock_stay_candidates_that_say_so() -> None:
    found = links(SESSION, replace(NEXT, windows_ns=((2000, 3000),), neff_name=None))
    assert relations(found) == [("s0", CANDIDATE)] * 3
    assert "is not known" in found.rows[0]["evidence"]


def test_an_execution_without_stamps_is_not_decided_by_time() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 0, 900, model_id=MODEL)
    found = links(
        replace(SESSION, windows_ns=((1, 900),)), replace(NEXT, windows_ns=((1, 900),)),
        recorder=recorder,
    )  # fmt: skip
    assert relations(found) == [("s0", CANDIDATE), ("s1", CANDIDATE)]


def test_time_decides_over_the_order_of_executions_and_over_lost_events() -> None:
    late = replace(OWN, windows_ns=((2104, 2205),))
    found = links(late, recorder=recorded(3), event_count=100, stored_count=90)
    own = [row["event_row"] for row in found.rows if row["relation"] == THIS]
    assert len(own) == 3
    assert {row["device_start_ns"] // 1000 for row in found.rows if row["relation"] == THIS} == {2}
    assert {row["relation"] for row in found.rows} == {THIS, SAME}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1000, 2000, True), (950, 1450, True), (1500, 2500, True), (1501, 2501, False),
        (0, 999, False), (2500, 2900, False), (3000, 3010, True), (10_500, 10_900, True),
        (2100, 2100, False), (11_000, 12_000, False),
    ],
)  # fmt: skip
def test_half_of_an_execution_must_lie_in_one_window(
    start: int, end: int, *, expected: bool
) -> None:
    windows = ((1000, 2000), (3000, 4000), *((5000 + n, 5001 + n) for n in range(100)))
    device = replace(OWN, windows_ns=(*windows, (10_000, 11_000)))
    assert device.covers(start, end) is expected


def test_a_trace_without_windows_covers_nothing() -> None:
    assert not OWN.covers(0, 10**18)


def test_a_session_of_another_core_is_no_link() -> None:
    other = replace(OWN, nc_id=3, model_id=None, session_id=0, neff_name=None)
    assert links(other).rows == []


def test_an_execution_lies_on_the_devices_clock_over_all_its_cores() -> None:
    point = SyncPoint(0, 0, 0, 4, 1, host_ns=5000, device_ns=1000)
    found = links(OWN, points=(point,))
    (execute,) = [row for row in found.rows if row["event_row"] == 0]
    assert (execute["device_start_ns"], execute["device_end_ns"]) == (104, 205)
    assert execute["host_minus_device_ns"] == 4000


def test_a_core_has_its_own_times_and_its_own_sync_point() -> None:
    points = tuple(
        SyncPoint(0, 0, 0, core, 1, host_ns=core * 10_000, device_ns=0) for core in (4, 5)
    )
    found = links(OWN, points=points)
    running = [row for row in found.rows if row["event_row"] > 1]
    assert {(row["device_start_ns"], row["host_minus_device_ns"]) for row in running} == {
        (104, 40_000),
        (105, 50_000),
    }


def test_without_a_sync_point_there_is_no_offset() -> None:
    assert {row["host_minus_device_ns"] for row in links(OWN).rows} == {None}


def test_missing_device_profiles_are_told_with_those_there_are() -> None:
    devices = [replace(OWN, name=f"d{n}", model_id=5, neff_name=None) for n in range(5)]
    found = links(*devices)
    (notice,) = link_notices(found, devices)
    assert notice.code == "system.no_device_profile"
    assert notice.count == 3
    assert "d0, d1, d2 and 2 more" in notice.message
    assert str(MODEL) in notice.message
    assert "no device profile" in link_notices(found, [])[0].message


def test_nothing_missing_is_no_notice() -> None:
    assert link_notices(links(OWN), [OWN]) == []


def test_the_list_has_minus_one_where_a_number_is_not_known() -> None:
    table = device_table([replace(OWN, nc_id=None, process_id=None)])
    (row,) = next(iter(table.batches())).to_pylist()
    assert (row["nc_id"], row["process_id"], row["session_id"]) == (NONE, NONE, None)
    assert row["model_id"] == MODEL


def traced(**facts: int) -> dict[int, ProcessTrace]:
    trace = recorded().trace()
    return {0: replace(trace, **facts)}


def points(*offsets: int) -> list[SyncPoint]:
    return [SyncPoint(0, 0, 0, n, 1, 10_000 + offset, 10_000) for n, offset in enumerate(offsets)]


def test_clocks_that_agree_are_one_notice_with_the_spread() -> None:
    (notice,) = clock_notices(points(500, 2000), traced())
    assert (notice.code, notice.count) == ("system.clock_spread", 2)
    assert "1,500 ns" in notice.message


def test_clocks_that_do_not_agree_are_told_as_such() -> None:
    (notice,) = clock_notices(points(0, 5_000_000), traced())
    assert notice.code == "system.clocks_differ"


def test_a_process_without_sync_points_has_no_host_time() -> None:
    (notice,) = clock_notices([], traced())
    assert notice.code == "system.no_sync_point"
    assert clock_notices([], traced(frame_count=0)) == []


def test_a_sync_point_without_a_core_is_told() -> None:
    found = clock_notices([replace(points(1)[0], pcore=NONE)], traced())
    assert {notice.code for notice in found} == {"system.clock_spread", "system.sync_without_core"}


def test_offsets_of_different_executions_may_drift() -> None:
    drifting = [replace(points(0)[0], exec_id=n, host_ns=10_000 + 9_000_000 * n) for n in range(3)]
    (notice,) = clock_notices(drifting, traced())
    assert "within 0 ns" in notice.message


def test_sync_points_without_a_stamp_do_not_count() -> None:
    recorder = Recorder()
    recorder.instant("timestamp_sync_point", 5, exec_id=1, cpu_timestamp_ns=7)
    recorder.instant("timestamp_sync_point", 6, exec_id=1, nc_timestamp_ns=3, cpu_timestamp_ns=9)
    trace = recorder.trace()
    (point,) = sync_points(trace, recorder.events(), recorder.spans.start_frame)
    assert (point.host_ns, point.device_ns, point.offset_ns) == (9, 3, 6)
