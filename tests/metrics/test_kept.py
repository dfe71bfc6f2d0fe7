"""What was kept beside the tables answers as the tables do, for every range, and knows its age."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics import stored
from profiles.metrics.dependencies import dependencies
from profiles.metrics.dependency_chain import dependency_chain
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.kept.run import KeptRun
from profiles.metrics.path_window import path_window
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.metrics.stored import COLUMNS, kept_run, write_answer
from profiles.storage.tables import TableStore
from tests.make.pair import write_pair
from tests.metrics.device_tables import device, instruction, limit, matmul, packet, tensor
from tests.metrics.kept_files import blocks_of


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks and scans so small that a small run has many."""
    with blocks_of(16):
        yield


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, small_blocks: None) -> tuple[DeviceRun, KeptRun]:
    """A processed capture, out of its tables and out of what was kept."""
    folder = tmp_path_factory.mktemp("kept")
    refs = [SourceRef(path.suffix[1:], path.name, path) for path in write_pair(folder)]
    store = TableStore(folder / "tables")
    process(refs, store.new_run("small", 1), Options(), silent)
    run = store.open_run("small", 1)
    kept = kept_run(run, 0)
    assert kept is not None
    return DeviceRun(run, 0), kept


def plain(document: object) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


def ranges(run: DeviceRun, count: int) -> list[tuple[int, int]]:
    """Ranges of all widths, single instants among them."""
    generator = np.random.default_rng(11)
    first, last = run.span_ns
    edges = generator.integers(first, last, (count, 2)).tolist()
    starts = run.instructions.tally.start_ns[:: max(len(run.instructions.tally) // count, 1)]
    pairs = [(min(a, b), max(a, b) + 1) for a, b in edges]
    return [*pairs, *((start, start + 1) for start in starts.tolist()), (first, last)]


@pytest.mark.parametrize("core", [None, 1])
def test_every_range_has_the_answer_of_the_tables(
    both: tuple[DeviceRun, KeptRun], core: int | None
) -> None:
    full, kept = both
    for start, end in ranges(full, 12):
        found = answer(Region(kept.between(start, end), start, end, core), Thresholds())
        assert plain(found) == plain(answer(Region(full, start, end, core), Thresholds()))


def test_the_whole_is_the_full_range_is_the_answer_that_was_kept(
    both: tuple[DeviceRun, KeptRun],
) -> None:
    full, kept = both
    first, last = kept.span_ns
    asked = plain(answer(Region(kept.between(first, last), first, last), Thresholds()))
    assert asked == plain(answer(Region(kept), Thresholds()))
    assert asked == stored.stored_answer(full.run, 0, Thresholds())


def test_dependencies_of_every_instruction_are_those_of_the_tables(
    both: tuple[DeviceRun, KeptRun],
) -> None:
    full, kept = both
    count = len(full.critical_links)
    assert len(kept.critical_links) == count
    for row in range(0, count, max(count // 60, 1)):
        assert plain(dependencies(kept, row)) == plain(dependencies(full, row))


@pytest.mark.parametrize("way", ["back", "forward"])
def test_chains_are_those_of_the_tables(both: tuple[DeviceRun, KeptRun], way: Any) -> None:
    full, kept = both
    for row in (3, len(full.critical_links) // 2, len(full.critical_links) - 1):
        one, other = (dependency_chain(run, row, way, 4) for run in (kept, full))
        assert {event["row"] for event in one["events"]} == {
            event["row"] for event in other["events"]
        }
        assert (one["cut"], len(one["edges"])) == (other["cut"], len(other["edges"]))


def test_the_path_in_a_window_is_that_of_the_tables(both: tuple[DeviceRun, KeptRun]) -> None:
    full, kept = both
    last = full.span_ns[1]
    assert path_window(kept, last // 3, last // 2) == path_window(full, last // 3, last // 2)


def test_tables_in_any_order_are_kept(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    starts = generator.permutation(200) * 400
    rows = [matmul(int(at), 100 + int(at) % 900) for at in starts[:100]]
    rows += [instruction("Vector", int(at), int(at) % 700) for at in starts[100:]]
    moved = [packet(int(at), 5 + int(at) % 300, size=64 << int(at) % 5) for at in starts]
    made = device(
        tmp_path,
        Instruction=rows,
        DmaPacket=moved,
        Throttle=[limit(0, 30_000)],
        TensorInfo=[tensor("a", "IN", 7000)],
    )
    assert write_answer(made.run, 0, Thresholds())
    kept = kept_run(made.run, 0)
    assert kept is not None
    for start, end in ranges(made, 6):
        found = answer(Region(kept.between(start, end), start, end), Thresholds())
        assert plain(found) == plain(answer(Region(made, start, end), Thresholds()))
    for row in range(0, 200, 17):
        assert plain(dependencies(kept, row)) == plain(dependencies(made, row))


def test_a_run_without_packets_or_with_one_instruction_is_kept(tmp_path: Path) -> None:
    made = device(tmp_path, Instruction=[instruction("Vector", 5, 0)])
    write_answer(made.run, 0, Thresholds())
    kept = kept_run(made.run, 0)
    assert kept is not None
    assert plain(answer(Region(kept), Thresholds())) == plain(answer(Region(made), Thresholds()))


def test_other_code_makes_it_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = device(tmp_path, Instruction=[instruction("Vector", 5, 10)])
    assert kept_run(made.run, 0) is None
    write_answer(made.run, 0, Thresholds())
    assert kept_run(made.run, 0) is not None
    monkeypatch.setattr(stored, "_code", lambda: "another")
    assert kept_run(made.run, 0) is None


@pytest.mark.parametrize("data", [b"", b"NECOLS01", b"\x00" * 200])
def test_a_file_that_is_damaged_is_not_used(tmp_path: Path, data: bytes) -> None:
    made = device(tmp_path, Instruction=[instruction("Vector", 5, 10)])
    write_answer(made.run, 0, Thresholds())
    (made.run.path / "parts" / "0" / COLUMNS).write_bytes(data)
    assert kept_run(made.run, 0) is None


def test_what_is_kept_is_small_beside_the_tables(both: tuple[DeviceRun, KeptRun]) -> None:
    run = both[0].run
    size = (run.path / "parts" / "0" / COLUMNS).stat().st_size
    assert size < run.manifest.size_bytes
