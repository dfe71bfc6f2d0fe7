"""What becomes of a capture directory, for the layouts and the damages there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.directory import CapturePlan, FoundFile, ProcessKey, name_facts, plan
from profiles.pairing import TraceIds

ONE, TWO = b"\1" * 16, b"\2" * 16
HOST = "i-0af76a70a6d3864dd"
OTHER_HOST = "i-0bbbbbbbbbbbbbbbb"
FOLDER = f"{HOST}_pid_7"


def found(path: str, **facts: object) -> FoundFile:
    role = name_facts(path).role
    return FoundFile(path, 100, role, **facts)  # type: ignore[arg-type]


def neff(path: str, program: bytes = b"") -> FoundFile:
    return found(path, program_id=program)


def ntff(path: str, program: bytes = b"", **facts: object) -> FoundFile:
    ids = TraceIds((program,) if program else ())
    return found(path, trace=ids, **facts)


def info(folder: str, **facts: object) -> FoundFile:
    return found(f"{folder}/trace_info.pb" if folder else "trace_info.pb", **facts)


def codes(result: CapturePlan) -> list[str]:
    return [notice.code for notice in result.notices]


def pairs(result: CapturePlan) -> dict[str, str | None]:
    return {device.ntff: device.neff for device in result.devices}


def test_model_mode_makes_a_device_profile_of_every_core() -> None:
    files = [info(FOLDER), neff(f"{FOLDER}/neff_12.neff", ONE)]
    files += [ntff(f"{FOLDER}/12_instid_0_vnc_{core}.ntff", ONE) for core in range(3)]
    result = plan(files, "run")
    assert result.kind == "system"
    assert result.processes == (ProcessKey(HOST, 7, FOLDER),)
    assert [device.name for device in result.devices] == [
        f"run_{HOST}_pid_7_nc_{core}_model_12" for core in range(3)
    ]
    assert {device.neff for device in result.devices} == {f"{FOLDER}/neff_12.neff"}
    assert [device.nc_id for device in result.devices] == [0, 1, 2]
    assert {device.model_id for device in result.devices} == {12}
    assert not result.notices


def test_session_mode_names_the_session() -> None:
    files = [
        info(FOLDER),
        neff(f"{FOLDER}/neff_12_vnc_0.neff", ONE),
        ntff(f"{FOLDER}/profile_nc_4_session_2.ntff", ONE),
    ]
    device = plan(files, "run").devices[0]
    assert device.name == f"run_{HOST}_pid_7_nc_4_session_2"
    assert (device.nc_id, device.session_id, device.model_id) == (4, 2, 12)


def test_a_capture_made_beside_a_session_is_named_by_its_file() -> None:
    files = [
        info(FOLDER),
        neff(f"{FOLDER}/neff_12.neff", ONE),
        ntff(f"{FOLDER}/profile_exec_2.ntff", ONE, instance_id=HOST, process_id=8),
    ]
    device = plan(files, "run").devices[0]
    assert device.name == "run_profile_exec_2"
    assert (device.process_id, device.model_id) == (8, 12)
    assert "captured by process 8" in device.evidence


def test_a_process_folder_dropped_by_itself_is_the_process() -> None:
    files = [info("", instance_id=HOST, process_id=7), ntff("profile.ntff", ONE, process_id=8)]
    result = plan(files, "run")
    assert result.processes == (ProcessKey(HOST, 7, ""),)
    assert "captured by process 8" in result.devices[0].evidence


def test_what_stands_inside_wins_over_the_folder_s_name() -> None:
    result = plan([info(FOLDER, instance_id=OTHER_HOST, process_id=9)], "run")
    assert result.processes == (ProcessKey(OTHER_HOST, 9, FOLDER),)


def test_ids_inside_win_over_names() -> None:
    files = [
        neff("neff_12.neff", TWO),
        neff("neff_13.neff", ONE),
        ntff("12_vnc_0.ntff", ONE),
    ]
    result = plan(files, "run")
    assert pairs(result) == {"12_vnc_0.ntff": "neff_13.neff"}
    assert codes(result) == ["pair.name_differs"]


def test_without_ids_names_pair() -> None:
    files = [neff("neff_12.neff"), neff("neff_13.neff"), ntff("12_vnc_0.ntff")]
    result = plan(files, "run")
    assert pairs(result) == {"12_vnc_0.ntff": "neff_12.neff"}
    assert "no id inside" in result.devices[0].evidence


def test_a_name_never_pairs_what_the_ids_keep_apart() -> None:
    result = plan([neff("neff_12.neff", TWO), ntff("12_vnc_0.ntff", ONE)], "run")
    assert pairs(result) == {"12_vnc_0.ntff": None}
    assert codes(result) == ["pair.neff_missing"]


def test_the_only_neff_beside_a_trace_without_ids_is_taken() -> None:
    result = plan([neff("a/x.neff"), neff("b/y.neff"), ntff("a/profile.ntff")], "run")
    assert pairs(result) == {"a/profile.ntff": "a/x.neff"}


def test_where_several_neffs_may_fit_the_candidates_are_said() -> None:
    result = plan([neff("x.neff"), neff("y.neff"), ntff("profile.ntff")], "run")
    assert pairs(result) == {"profile.ntff": None}
    assert "candidates are x.neff, y.neff" in result.devices[0].evidence


def test_a_trace_of_several_programs_has_no_one_neff() -> None:
    trace = found("profile_nc_0_session_0.ntff", trace=TraceIds((ONE, TWO)))
    result = plan([neff("neff_1.neff", ONE), neff("neff_2.neff", TWO), trace], "run")
    assert "several programs" in result.devices[0].evidence


def test_a_neff_elsewhere_in_the_tree_is_found_by_its_id() -> None:
    files = [
        info(f"out/{FOLDER}/1772500000000000000"),
        neff("neffs/graph_ab.neff", ONE),
        ntff(f"out/{FOLDER}/1772500000000000000/profile_nc_0_session_0.ntff", ONE),
    ]
    result = plan(files, "run")
    assert result.devices[0].neff == "neffs/graph_ab.neff"
    assert result.processes[0].folder.endswith("1772500000000000000")


def test_of_equal_neffs_that_of_the_own_process_is_taken() -> None:
    mine, theirs = FOLDER, f"{HOST}_pid_8"
    files = [
        info(mine),
        info(theirs),
        *(neff(f"{folder}/neff_12.neff", ONE) for folder in (mine, theirs)),
        *(ntff(f"{folder}/12_vnc_0.ntff", ONE) for folder in (mine, theirs)),
    ]
    result = plan(files, "run")
    assert pairs(result) == {
        f"{folder}/12_vnc_0.ntff": f"{folder}/neff_12.neff" for folder in (mine, theirs)
    }


def test_two_processes_with_the_same_id_on_two_instances_stay_apart() -> None:
    files = [
        file
        for host in (HOST, OTHER_HOST)
        for file in (info(f"{host}_pid_7"), ntff(f"{host}_pid_7/12_vnc_0.ntff", ONE))
    ]
    result = plan(files, "run")
    assert [process.instance for process in result.processes] == [HOST, OTHER_HOST]
    assert len({device.name for device in result.devices}) == 2


def test_a_directory_copied_into_itself_is_read_once() -> None:
    files = []
    for folder in (FOLDER, f"copy/{FOLDER}"):
        files += [
            info(folder, mark="a"),
            found(f"{folder}/ntrace.pb", mark="b"),
            neff(f"{folder}/neff_12.neff", ONE),
            ntff(f"{folder}/12_vnc_0.ntff", ONE, mark="d"),
        ]
    result = plan(files, "run")
    assert len(result.processes) == len(result.devices) == 1
    assert codes(result) == ["session.repeated"]
    assert result.notices[0].count == 3
    assert len(result.others) == 3


def test_two_models_with_one_name_get_two_profile_names() -> None:
    files = [info(FOLDER)]
    files += [ntff(f"{FOLDER}/12_instid_{n}_vnc_0.ntff", ONE) for n in (0, 1)]
    files += [ntff(f"{FOLDER}/{n}/profile.ntff", ONE) for n in "abc"]
    names = [device.name for device in plan(files, "run").devices]
    assert names == [
        f"run_{HOST}_pid_7_nc_0_model_12",
        f"run_{HOST}_pid_7_nc_0_model_12_instid_1",
        "run_profile",
        "run_profile_2",
        "run_profile_3",
    ]


def test_a_directory_of_device_files_is_one_profile_with_parts_by_rank_and_core() -> None:
    files = [
        neff("file.neff", ONE),
        ntff("profile_rank_0.ntff", ONE),
        ntff("profile_rank_1_exec_2.ntff", ONE),
        ntff("12_vnc_3.ntff", ONE),
        ntff("profile_nc_4_session_0.ntff", ONE),
        ntff("a/x.ntff", ONE),
        ntff("b/x.ntff", ONE),
    ]
    result = plan(files, "run")
    assert result.kind == "device"
    assert {device.ntff: device.name for device in result.devices} == {
        "12_vnc_3.ntff": "Core 3, model 12",
        "a/x.ntff": "x (a)",
        "b/x.ntff": "x (b)",
        "profile_nc_4_session_0.ntff": "Core 4, session 0",
        "profile_rank_0.ntff": "Rank 0",
        "profile_rank_1_exec_2.ntff": "Rank 1, execution 2",
    }


def test_without_trace_info_the_traces_are_device_profiles_and_it_is_said() -> None:
    files = [found(f"{FOLDER}/ntrace.pb"), neff(f"{FOLDER}/x.neff", ONE)]
    files.append(ntff(f"{FOLDER}/12_vnc_0.ntff", ONE))
    result = plan(files, "run")
    assert result.kind == "device"
    assert codes(result) == ["session.no_trace_info"]
    assert result.others == (f"{FOLDER}/ntrace.pb",)


def test_one_process_of_two_without_trace_info_is_said_too() -> None:
    result = plan([info(FOLDER), found(f"{HOST}_pid_8/ntrace.pb")], "run")
    assert result.kind == "system"
    assert codes(result) == ["session.no_trace_info"]


def test_files_nobody_knows_are_listed() -> None:
    result = plan([info(FOLDER), found("README.md"), found("trace.json")], "run")
    assert result.others == ("README.md",)


def test_an_empty_directory_is_a_plan_without_anything() -> None:
    assert plan([], "run") == CapturePlan("device", (), (), (), ())


def test_a_long_name_keeps_the_end_that_tells_profiles_apart() -> None:
    files = [info(FOLDER)]
    files += [ntff(f"{FOLDER}/{n}_instid_0_vnc_0.ntff") for n in (12, 13)]
    names = [device.name for device in plan(files, "x" * 150).devices]
    assert all(len(name) == 150 for name in names)
    assert names[0].endswith("_pid_7_nc_0_model_12")


PIECES = st.sampled_from(
    ["trace_info.pb", "ntrace.pb", "neff_1.neff", "1_vnc_0.ntff", "profile.ntff", "x.txt", "a.neff"]
)
FOLDERS = st.sampled_from(["", "a/", f"{FOLDER}/", f"{HOST}_pid_8/123456789012/", "b/c/d/"])


@given(
    st.lists(
        st.tuples(FOLDERS, PIECES, st.sampled_from([b"", ONE, TWO])), unique_by=lambda t: t[:2]
    )
)
def test_any_directory_has_a_plan_in_which_every_trace_is_told_apart(
    entries: list[tuple[str, str, bytes]],
) -> None:
    files = [
        FoundFile(
            folder + name,
            1,
            name_facts(name).role,
            program_id=program,
            trace=TraceIds((program,) if program else ()),
        )
        for folder, name, program in entries
    ]
    result = plan(files, "run")
    assert plan(files[::-1], "run") == result
    assert len(result.devices) == sum(file.role == "ntff" for file in files)
    assert len({device.name for device in result.devices}) == len(result.devices)
    by_path = {file.path: file for file in files}
    for device in result.devices:
        if device.neff is not None and by_path[device.ntff].trace.executions:
            assert by_path[device.neff].program_id in (b"", *by_path[device.ntff].trace.executions)


def traced(folder: str, place: str = "trace.json") -> list[FoundFile]:
    """A process with a framework trace somewhere in its folder, by one and the same content."""
    at = f"{folder}/" if folder else ""
    return [
        info(folder, mark="process"),
        found(f"{at}ntrace.pb", mark="events"),
        found(f"{at}{place}", mark="framework"),
    ]


@pytest.mark.parametrize("place", ["trace.json", "deep/plugins/x/rank.trace.json.gz"])
@pytest.mark.parametrize(("one", "two"), [("", "copy"), ("a", "b"), (FOLDER, f"copy/{FOLDER}")])
def test_the_framework_trace_of_a_copied_process_is_left_out_with_it(
    place: str, one: str, two: str
) -> None:
    result = plan([*traced(one, place), *traced(two, place)], "run")
    assert len(result.processes) == 1
    kept = result.processes[0].folder
    left_out = {file.path for file in traced(one if kept == two else two, place)}
    assert set(result.others) == left_out


def test_framework_traces_alike_of_two_processes_are_both_read() -> None:
    first, second = traced("a"), traced("b")
    second[0] = info("b", mark="another process")
    result = plan([*first, *second], "run")
    assert len(result.processes) == 2
    assert result.others == ()
