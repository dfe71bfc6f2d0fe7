"""Links and edges out of a kept file, by place in order of time, against those of the tables."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from profiles.metrics.compiled_edges import edges_of
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.kept.run import KeptRun
from profiles.metrics.stored import kept_run, write_answer
from tests.metrics.device_tables import device, instruction
from tests.metrics.kept_files import blocks_of
from tests.metrics.test_dependencies import edge, update

WAITS, RAISES = {"operands": "S[3]>=1"}, {"operands": "S[3]++"}
GATHERED = (
    "core", "engine_code", "opcode_code", "track_code", "start_ns", "end_ns", "ready_ns",
    "release_ns", "kind", "queue",
)  # fmt: skip


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[DeviceRun, KeptRun]]:
    """Two engines that hand over by a semaphore, and edges of the compiler among them."""
    rows = [instruction("Vector", at, 40, **RAISES) for at in range(0, 1000, 100)]
    rows += [
        instruction("Tensor", at + 7, 60, "EVENT_SEMAPHORE", **WAITS) for at in range(0, 1000, 100)
    ]
    rows += [instruction("Scalar", 5 + at, 90 + at % 70) for at in range(0, 1000, 170)]
    made = device(
        tmp_path,
        Instruction=rows,
        SemaphoreUpdate=[update(at + 41, at // 100 + 1) for at in range(0, 1000, 100)],
        Flow=[edge(0, 107), edge(100, 107, "ANTI_DEPENDENCE", 5), edge(7, 200), edge(9999, 300)],
    )
    with blocks_of(4):
        write_answer(made.run, 0, Thresholds())
        kept = kept_run(made.run, 0)
        assert kept is not None
        yield made, kept


def test_every_number_of_every_instruction_is_the_same(both: tuple[DeviceRun, KeptRun]) -> None:
    full, kept = (run.critical_links for run in both)
    rows = np.arange(len(full))
    places = np.array([kept.index_of(row) for row in rows.tolist()])
    assert kept.rows_of(places).tolist() == rows.tolist()
    for name in GATHERED:
        assert getattr(kept, name)[places].tolist() == getattr(full, name)[rows].tolist(), name
        assert int(getattr(kept, name)[int(places[3])]) == int(getattr(full, name)[3])
    for name in ("engine", "opcode", "track", "queues"):
        assert list(getattr(kept, name)) == list(getattr(full, name))


def test_who_let_whom_go_on_is_the_same_both_ways(both: tuple[DeviceRun, KeptRun]) -> None:
    full, kept = (run.critical_links for run in both)
    for row in range(len(full)):
        place = kept.index_of(row)
        parent = int(kept.parent[place])
        assert int(full.parent[row]) == (
            int(kept.rows_of(np.array([parent]))[0]) if parent >= 0 else -1
        )
        one, _ = full.children(np.array([row]))
        other, unseen = kept.children(np.array([place]))
        assert sorted(one.tolist()) == sorted(kept.rows_of(other).tolist())
        assert unseen == 0


def test_the_way_back_is_the_same_and_ends_where_the_range_begins(
    both: tuple[DeviceRun, KeptRun],
) -> None:
    full, kept = (run.critical_links for run in both)
    for row in range(len(full)):
        for start in (0, 450):
            way = kept.way_back(kept.index_of(row), start)
            assert kept.rows_of(way).tolist() == full.way_back(row, start).tolist()
    assert kept.way_back(-1, 0).tolist() == []


def test_idle_time_before_each_is_the_same_as_far_as_it_is_told(
    both: tuple[DeviceRun, KeptRun],
) -> None:
    full, kept = (run.critical_links for run in both)
    rows = np.arange(len(full))
    places = np.array([kept.index_of(row) for row in rows.tolist()])
    told = np.minimum(full.free_since_ns[rows], full.ready_ns[rows])
    assert kept.free_since_ns[places].tolist() == told.tolist()


@pytest.mark.parametrize("later", [True, False])
def test_edges_of_the_compiler_are_the_same(both: tuple[DeviceRun, KeptRun], later: bool) -> None:
    made, kept = both
    full, own = edges_of(made.run, 0), kept.compiled_edges
    assert full is not None
    assert own is not None
    assert list(own.kinds) == list(full.kinds)
    links = kept.critical_links
    for row in range(len(links)):
        one = full.around(np.array([row]), later=later)
        other = own.around(np.array([links.index_of(row)]), later=later)
        for name in ("before", "after"):
            rows = [
                int(links.rows_of(np.array([at]))[0]) if at >= 0 else -1
                for at in getattr(other, name).tolist()
            ]
            assert getattr(one, name).tolist() == rows
        assert (one.kind.tolist(), one.gap_ns.tolist()) == (
            other.kind.tolist(),
            other.gap_ns.tolist(),
        )


def test_more_edges_than_are_looked_at_are_counted(
    both: tuple[DeviceRun, KeptRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, kept = both
    monkeypatch.setattr("profiles.metrics.kept.links.MOST_EXPANDED", 1)
    own = kept.compiled_edges
    assert own is not None
    place = kept.critical_links.index_of(11)
    found = own.around(np.array([place]), later=False)
    assert (len(found.before), found.unseen) == (1, 1)


def test_a_run_without_edges_has_none(tmp_path: Path) -> None:
    made = device(tmp_path, Instruction=[instruction("Vector", 0, 5)])
    write_answer(made.run, 0, Thresholds())
    kept = kept_run(made.run, 0)
    assert kept is not None
    assert kept.compiled_edges is None
