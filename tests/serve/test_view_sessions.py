"""The vendor's commands on whole capture directories, written and public, in a fresh folder."""

import json
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from explorer_site import cli
from explorer_site.commands.capture import Chosen, open_capture, system_run
from tests.exports.system_traces import check_events, check_memory
from tests.exports.trace_processor import trace_processor
from tests.make.session.sample import sample_session
from tests.make.session.serving import small_session
from tests.make.session.write import write_session

TRACE = "system_profile.pftrace"
SAMPLE = "nki-moe-megakernel/session"
MODEL = "171450338541704"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a written `neuron_profiles` in it."""
    monkeypatch.chdir(tmp_path)
    write_session(tmp_path / "neuron_profiles", small_session())
    return tmp_path


@pytest.fixture
def public(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the public session as `neuron_profiles`."""
    if not (samples / SAMPLE).is_dir():
        pytest.skip("there is no sample session; set SAMPLES")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neuron_profiles").symlink_to(samples / SAMPLE)
    return tmp_path


def call(*arguments: str) -> int:
    return cli.main(["view", *arguments])


def perfetto(*more: str) -> int:
    return call("-d", "./neuron_profiles", "--output-format", "perfetto", *more)


def test_the_host_alone_is_one_trace(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert perfetto("--ignore-device-profile") == 0
    assert capsys.readouterr().out.startswith(f"Wrote {TRACE} (")
    assert {path.name for path in here.iterdir()} == {"neuron_profiles", TRACE}


def test_a_written_session_is_the_same_in_the_trace_processor(here: Path) -> None:
    assert perfetto("--ignore-device-profile") == 0
    with (
        system_run(open_capture(here / "neuron_profiles"), "") as run,
        trace_processor((here / TRACE).read_bytes()) as found,
    ):
        assert found.complaints() == []
        assert check_events(run, found) > 20
        check_memory(run, found)


def test_the_sample_session_is_the_same_in_the_trace_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_session(tmp_path / "neuron_profiles", sample_session())
    assert perfetto("--ignore-device-profile") == 0
    with (
        system_run(open_capture(tmp_path / "neuron_profiles"), "") as run,
        trace_processor((tmp_path / TRACE).read_bytes()) as found,
    ):
        assert found.complaints() == []
        assert check_events(run, found) > 1000
        assert check_memory(run, found) > 10


def test_every_device_profile_is_a_trace_beside_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert perfetto("--json") == 0
    written = json.loads(capsys.readouterr().out)
    capture = open_capture(here / "neuron_profiles")
    assert capture.plan.devices
    assert len(written) == 1 + len(capture.plan.devices)
    for one in written:
        assert Path(one["file"]).stat().st_size == one["size_bytes"] > 0
        with trace_processor(Path(one["file"]).read_bytes()) as found:
            assert found.complaints() == []
    names = {Path(one["file"]).name for one in written[1:]}
    models = {device.model_id for device in capture.plan.devices}
    assert all(name.startswith("device_profile_model_") for name in names)
    assert {f"device_profile_model_{model}.pftrace" for model in models} <= names


def test_without_the_system_profile_only_devices_are_written(here: Path) -> None:
    assert perfetto("--ignore-system-profile") == 0
    assert not (here / TRACE).exists()
    assert list(here.glob("device_profile_model_*.pftrace"))


def test_device_profiles_are_listed_with_the_calls_of_their_model(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("-d", "neuron_profiles", "--list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed
    for one in listed:
        assert one["calls"] > 0
        assert 0 < one["median_ns"] <= one["total_ns"]
        assert (here / "neuron_profiles" / one["ntff"]).is_file()


def test_events_are_left_out_of_traces_and_tables_alike(here: Path) -> None:
    chosen = ("--system-trace-filter-event-type", "nrt_execute", "--ignore-device-profile")
    assert perfetto(*chosen) == 0
    assert call("-d", "neuron_profiles", "--output-file", "tables", *chosen) == 0
    table = pq.read_table(here / "tables" / "system_profile" / "SystemProfileEvents.parquet")
    rows = table.select(["name", "trace_event_source"]).to_pylist()
    assert {row["name"] for row in rows if row["trace_event_source"] != "framework"} == {
        "nrt_execute"
    }
    with trace_processor((here / TRACE).read_bytes()) as found:
        names = {row["name"] for row in found.rows("select distinct name from slice")}
        assert names == {row["name"] for row in rows}
        assert found.one("select count(*) from slice") == len(table)


def test_events_are_chosen_by_core(here: Path) -> None:
    capture = open_capture(here / "neuron_profiles")
    with (
        system_run(capture, "", Chosen(cores=(0,))) as run,
        run.parquet("SystemProfileEvents") as f,
    ):
        cores = set(f.read(["nc_idx"])["nc_idx"].to_pylist())
    assert cores <= {0, None}


def test_groupings_make_other_processes(here: Path) -> None:
    grouped = ("--system-trace-primary-group", "instance_id", "--ignore-device-profile")
    assert perfetto(*grouped, "--system-trace-secondary-group", "nc_idx") == 0
    with trace_processor((here / TRACE).read_bytes()) as found:
        processes = {s["process"] for s in found.arguments("t.name is not null")}
    assert all("pid" not in process for process in processes)


def test_the_public_session_has_837_spans_and_2_instants(public: Path) -> None:
    assert perfetto("--ignore-device-profile") == 0
    with (
        system_run(open_capture(public / "neuron_profiles"), "") as run,
        trace_processor((public / TRACE).read_bytes()) as found,
    ):
        assert found.complaints() == []
        assert check_events(run, found) == 839
        assert found.one("select count(*) from slice where dur > 0") == 837
        assert found.one("select count(*) from slice where dur = 0") == 2
        assert check_memory(run, found) == 402
        links = found.rows(
            "select distinct extract_arg(arg_set_id, 'debug.device_profile') name from slice "
            "where name = 'nrt_execute'"
        )
    assert [link["name"] for link in links] == ["neuron_profiles_profile_exec_2"]


def test_all_samples_of_the_public_host_are_shown_when_asked(public: Path) -> None:
    assert perfetto("--ignore-device-profile", "--show-perfetto-host-counters") == 0
    with trace_processor((public / TRACE).read_bytes()) as found:
        assert found.complaints() == []
        counted = {
            row["name"]: row["n"]
            for row in found.rows(
                "select case when t.name like 'CPU:%' then 'cpu' else t.name end name, "
                "count(*) n from counter c join counter_track t on c.track_id = t.id group by 1"
            )
        }
    assert counted["cpu"] == 7200
    assert counted["host_mem_usage"] == 600


def test_the_vendor_s_three_commands_work_as_printed(
    public: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Write the host's trace, look the model's files up, keep the directory in a workspace."""
    assert perfetto("--ignore-device-profile") == 0
    with trace_processor((public / TRACE).read_bytes()) as found:
        ids = found.rows(
            "select extract_arg(arg_set_id, 'debug.model_id') id from slice "
            "where name = 'nrt_execute'"
        )
    assert [row["id"] for row in ids] == [MODEL]
    looked = subprocess.run(
        f"find ./neuron_profiles/ -name \\*{MODEL}\\* | sort",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    (neff,) = looked.stdout.splitlines()
    assert neff.endswith(f"neff_{MODEL}.neff")
    capsys.readouterr()
    assert call("-d", "neuron_profiles", "--find", MODEL) == 0
    told = capsys.readouterr().out.splitlines()
    assert [Path(line).name for line in told] == [Path(neff).name, "profile_exec_2.ntff"]
    assert call("-n", told[0], "-s", told[1], "--output-format", "perfetto") == 0
    with trace_processor((public / "ntff.pftrace").read_bytes()) as found:
        assert found.complaints() == []
        assert found.one("select count(*) from slice") > 10_000
