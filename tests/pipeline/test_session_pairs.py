"""The device files of a written session are sound pairs, on the clock of the device."""

from pathlib import Path

import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import read_ntff
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.session.description import Process
from tests.make.session.serving import Serving, serving_process
from tests.make.session.write import process_files


def written(folder: Path, plan: Serving) -> Process:
    described = serving_process(plan)
    for name, data in process_files(described).items():
        (folder / name).write_bytes(data)
    return described


def decoded(folder: Path, neff: str, ntff: str) -> ReadableRun:
    store = TableStore(folder / "tables")
    sources = [
        SourceRef("neff", neff, folder / neff),
        SourceRef("ntff", ntff, folder / ntff),
    ]
    process(sources, store.new_run("one", 1), Options(), silent)
    return store.open_run("one", 1)


@pytest.mark.parametrize("mode", ["model", "session"])
def test_every_pair_is_decoded_without_a_notice(tmp_path: Path, mode: str) -> None:
    plan = Serving(cores=1, requests=1, decode_steps=3, mode=mode, is_single=True)
    described = written(tmp_path, plan)
    names = {loaded.model_id: loaded.neff_name for loaded in described.models}
    assert len(described.traces) == 2
    for number, trace in enumerate(described.traces):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in (names[trace.model_id], trace.file_name):
            (folder / name).write_bytes((tmp_path / name).read_bytes())
        run = decoded(folder, names[trace.model_id], trace.file_name)
        assert run.manifest.notices == ()
        assert run.parquet("Instruction").metadata.num_rows > 100
        first = trace.executions[0]
        assert run.manifest.duration_ns >= first.device_end_ns - first.device_start_ns


def test_the_windows_in_a_file_are_the_executions_on_the_devices_clock(tmp_path: Path) -> None:
    plan = Serving(cores=1, requests=1, decode_steps=4, mode="session", is_single=True)
    described = written(tmp_path, plan)
    for trace in described.traces:
        opened = read_ntff(tmp_path / trace.file_name, limits=DEFAULT_LIMITS)
        windows = [(e.start_ps, e.end_ps) for e in opened.facts.executions]
        assert windows == [
            (e.device_start_ns * 1000, e.device_end_ns * 1000) for e in trace.executions
        ]


def test_records_of_both_physical_cores_lie_in_the_window(tmp_path: Path) -> None:
    described = written(tmp_path, Serving(cores=1, requests=1, decode_steps=1, is_single=True))
    for trace in described.traces:
        opened = read_ntff(tmp_path / trace.file_name, limits=DEFAULT_LIMITS)
        (window,) = opened.facts.executions
        moved = [found for found in opened.traces if found.trace_type == 4 and len(found.records)]
        assert {found.core for found in moved} == {0, 1}
        for found in moved:
            assert window.start_ps <= int(found.records["ts"].min())
            assert int(found.records["ts"].max()) <= window.end_ps
