"""Runs the tutorial's commands in order, in a fresh folder, beside a server of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_sizes import ROOT
from tests.processes.server import RunningServer
from tests.tutorial.document import RUNS, blocks
from tests.tutorial.reader import Reader

pytestmark = pytest.mark.processes

PAGES = "localhost:3001"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    started = RunningServer(tmp_path_factory.mktemp("tutorial-data") / "data").start()
    yield started
    started.end()


@pytest.fixture(scope="module")
def printed(
    server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], Path]:
    """First line of each block that is run -> what it printed; and the folder afterwards."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "profiles").symlink_to(ROOT / "profiles")
    pages = {PAGES: server.endpoint.removeprefix("http://")}
    reader = Reader(folder, {"DATA_DIR": str(folder / "unused")}, pages)
    found = [block for block in blocks() if block.remark == RUNS]
    return {b.text.splitlines()[0]: reader.types(b.text, b.language) for b in found}, folder


def of(told: dict[str, str], words: str) -> str:
    (found,) = [output for command, output in told.items() if words in command]
    return found


def test_the_sample_holds_what_the_page_says(printed: tuple[dict[str, str], Path]) -> None:
    listed = of(printed[0], "find ./neuron_profiles | sort").splitlines()
    names = [line.rpartition("/")[2] for line in listed]
    assert {"trace_info.pb", "ntrace.pb", "cpu_util.pb", "host_mem.pb", "trace.json"} <= set(names)
    of_number = of(printed[0], "find ./neuron_profiles -name").splitlines()
    assert len(of_number) == 9
    assert of_number == sorted(of_number)


def test_every_way_in_makes_a_system_profile_with_16_device_profiles(
    printed: tuple[dict[str, str], Path], server: RunningServer
) -> None:
    listed = server.api.ask("GET", "api/v1/profiles/?parent=none")["results"]
    made = {row["name"]: row for row in listed}
    assert {"serving", "serving-again", "serving-packed", "step-100"} <= set(made)
    for name in ("serving", "serving-again", "serving-packed", "step-100"):
        whole = server.final(made[name]["id"])
        assert whole["status"] == "PROCESSED", whole
        assert whole["kind"] == "system"
        children = server.api.ask("GET", f"api/v1/profiles/{whole['id']}/devices/")
        assert len(children["devices"]) == 16


def test_the_list_names_each_device_profile(printed: tuple[dict[str, str], Path]) -> None:
    told = of(printed[0], "--list")
    assert "171450338541704" in told
    assert "171450339065992_instid_0_vnc_7.ntff" in told


def test_perfetto_and_parquet_lie_where_the_page_says(
    printed: tuple[dict[str, str], Path],
) -> None:
    folder = printed[1]
    assert (folder / "system_profile.pftrace").stat().st_size > 10_000
    assert not list(folder.glob("device_profile_model_*.pftrace"))
    assert list((folder / "tables").rglob("SystemProfileEvents.parquet"))
    assert list((folder / "workspace").rglob("SystemProfileEvents.parquet"))


def test_the_archive_is_answered_with_the_profile(printed: tuple[dict[str, str], Path]) -> None:
    answer = json.loads(of(printed[0], "tar -czf"))
    assert answer["name"] == "serving-packed"
