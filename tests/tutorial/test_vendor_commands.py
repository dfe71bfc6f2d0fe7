"""The commands of the vendor's own tutorial, as printed there, in a fresh folder."""

import shutil
import signal
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from explorer_site import upload
from explorer_site.commands.capture import open_capture, system_run
from tests.exports.system_traces import check_events, check_memory
from tests.exports.trace_processor import trace_processor
from tests.house.test_sizes import ROOT
from tests.processes.server import free_ports
from tests.tutorial.reader import Reader

pytestmark = pytest.mark.processes

TRACE = "neuron-explorer view -d ./neuron_profiles --ignore-device-profile --output-format perfetto"
LOOK = r"find ./neuron_profiles -name \*{}\* | sort"
SERVE = "neuron-explorer view --data-path ./workspace --output-format parquet"
PUBLIC = "nki-moe-megakernel/session"


@dataclass(frozen=True)
class Desk:
    """Somebody with a capture directory and nothing else, and the port of their server."""

    reader: Reader
    port: int
    is_public: bool

    @property
    def folder(self) -> Path:
        return self.reader.folder


@pytest.fixture(params=["the written sample", "the public session"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    is_public = request.param == "the public session"
    if is_public:
        session = request.getfixturevalue("samples") / PUBLIC
        if not session.is_dir():
            pytest.skip("there is no sample session; set SAMPLES")
        shutil.copytree(session, tmp_path / "neuron_profiles")
    else:
        with tarfile.open(ROOT / "profiles" / "sample" / "serving.tar.gz") as archive:
            archive.extractall(tmp_path, filter="data")
    port, api_port = free_ports(2)
    settings = {"PORT": str(port), "API_PORT": str(api_port), "DATA_DIR": str(tmp_path / "unused")}
    return Desk(Reader(tmp_path, settings), port, is_public)


def number_of_the_graph(desk: Desk) -> str:
    """Write the trace of the host, and read off an `nrt_execute` which graph it ran."""
    before = {path.name for path in desk.folder.iterdir()}
    desk.reader.types(TRACE)
    assert {path.name for path in desk.folder.iterdir()} - before == {"system_profile.pftrace"}
    with (
        trace_processor((desk.folder / "system_profile.pftrace").read_bytes()) as found,
        system_run(open_capture(desk.folder / "neuron_profiles"), "") as run,
    ):
        assert found.complaints() == []
        counted = check_events(run, found)
        assert counted == found.one("select count(*) from slice")
        check_memory(run, found)
        if desk.is_public:
            assert counted == 837 + 2  # spans and instants of its 1,676 frames
        (panel, *_) = found.arguments("s.name = 'nrt_execute' and t.name is not null")
    said = panel["arguments"]
    assert said["device_profile"]
    if desk.is_public:
        return str(said["model_id"])  # its device trace was captured on its own, under any name
    return str(said["device_profile"]).rpartition("_")[2]


@pytest.fixture
def server(desk: Desk) -> Iterator[upload.Server]:
    process = desk.reader.starts(SERVE)
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line == f"View a list of profiles at http://localhost:{desk.port}/\n"
        yield upload.Server(f"http://localhost:{desk.port}")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        process.stdout.close()


def test_from_a_directory_to_a_graph_to_its_tables(desk: Desk, server: upload.Server) -> None:
    number = number_of_the_graph(desk)
    looked = desk.reader.types(LOOK.format(number)).splitlines()
    assert looked == sorted(looked)
    if desk.is_public:
        looked += [str(path) for path in (desk.folder / "neuron_profiles").rglob("*.ntff")]
    neff = next(name for name in looked if name.endswith(f"neff_{number}.neff"))
    ntff = next(name for name in looked if name.endswith(".ntff"))
    page = desk.reader.types(
        f"curl -s localhost:{desk.port}/upload.py | "
        f"python3 - --neff {neff} --ntff {ntff} --name graph --wait"
    )
    profile = server.ask("GET", f"api/v1{page.partition(str(desk.port))[2].strip()}")
    assert profile["status"] == "PROCESSED"
    kept = desk.folder / "workspace" / "profiles" / "global" / "graph@latest"
    tables = {path.stem: pq.read_metadata(path).num_rows for path in kept.glob("*.parquet")}
    assert tables["Instruction"] > 100
    desk.reader.types(f"neuron-explorer view -n {neff} -s {ntff} --output-format perfetto")
    with trace_processor((desk.folder / "ntff.pftrace").read_bytes()) as found:
        assert found.complaints() == []
        engines = "select count(*) from slice s join thread_track t on s.track_id = t.id join "
        engines += "thread using (utid) where thread.name like '%Engine - Row%' and "
        assert found.one(f"{engines} thread.name not like 'DMA%'") == tables["Instruction"]
