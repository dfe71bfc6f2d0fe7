"""The answer kept with a run is the one that asking would give, or it is not used."""

import json
from pathlib import Path

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics import stored
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.metrics.stored import stored_answer, write_answer
from profiles.storage.tables import TableStore
from tests.make.pair import write_pair
from tests.metrics.device_tables import device, instruction, limit, matmul, packet


@pytest.fixture
def run(tmp_path: Path) -> DeviceRun:
    return device(
        tmp_path,
        Instruction=[matmul(0, 900), instruction("Vector", 50, 9000)],
        DmaPacket=[packet(0, 90)],
        Throttle=[limit(0, 500)],
    )


def test_what_is_kept_is_what_asking_for_the_full_range_gives(run: DeviceRun) -> None:
    assert stored_answer(run.run, 0, Thresholds()) is None
    assert write_answer(run.run, 0, Thresholds())
    asked = answer(Region(run, *run.span_ns), Thresholds())
    assert stored_answer(run.run, 0, Thresholds()) == json.loads(json.dumps(asked))


def test_other_thresholds_or_other_code_make_it_stale(
    run: DeviceRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_answer(run.run, 0, Thresholds())
    assert stored_answer(run.run, 0, Thresholds(transpose_share=0.5)) is None
    monkeypatch.setattr(stored, "_code", lambda: "another")
    assert stored_answer(run.run, 0, Thresholds()) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"made_with": 1}', "null"])
def test_a_kept_answer_that_cannot_be_read_is_not_used(run: DeviceRun, text: str) -> None:
    write_answer(run.run, 0, Thresholds())
    (run.run.path / "parts" / "0" / stored.FILE).write_text(text)
    assert stored_answer(run.run, 0, Thresholds()) is None


def test_a_part_without_instructions_keeps_nothing(tmp_path: Path) -> None:
    run = device(tmp_path, DmaPacket=[packet(0, 90)])
    assert not write_answer(run.run, 0, Thresholds())


def test_every_processed_capture_keeps_its_answer(tmp_path: Path) -> None:
    paths = write_pair(tmp_path)
    refs = [SourceRef(path.suffix[1:], path.name, path) for path in paths]
    store = TableStore(tmp_path / "tables")
    process(refs, store.new_run("small", 1), Options(), silent)
    found = store.open_run("small", 1)
    kept = stored_answer(found, 0, Thresholds())
    assert kept is not None
    assert kept == json.loads(json.dumps(answer(Region(DeviceRun(found, 0)), Thresholds())))
