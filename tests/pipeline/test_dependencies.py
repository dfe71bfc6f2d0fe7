"""What comes before what: from debug records to executed slots, and in the table of a whole run."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from ingest_worker.builders.part import NO_EDGES, SlotEdges
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.debug_info import DebugRecords, read_debug_files
from ingest_worker.pipeline.dependencies import predecessors, ranges, slot_edges
from tests.formats.neff_bytes import layer, record
from tests.make import wire
from tests.make.pair import small_model
from tests.pipeline.test_run_pairs import ALONE, rows, run, sources


def read(*records: bytes) -> DebugRecords:
    return read_debug_files([("a.dbg", layer("", *records))], DEFAULT_LIMITS)


def links_of(records: DebugRecords, *places: int) -> list[tuple[int, int, int]]:
    found = predecessors(records, np.array(places, np.int64))
    columns = found.owner.tolist(), found.before.tolist(), found.kind.tolist()
    return list(zip(*columns, strict=True))


def test_ranges_count_up_from_each_start() -> None:
    found = ranges(np.array([5, 9, 2], np.int64), np.array([2, 0, 3], np.int64))
    assert found.tolist() == [5, 6, 2, 3, 4]
    assert ranges(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_dataflow_comes_first_and_no_predecessor_twice() -> None:
    own = record(7, "a", flow=[(9, 4), (3, 2), (9, 1)], scheduling=[(3, 1), (1, 1), (9, 3)])
    assert links_of(read(own), 0) == [(0, 9, 4), (0, 3, 2), (0, 1, 1)]


def test_records_are_taken_in_the_order_asked_for() -> None:
    records = read(record(1, "a", flow=[(5, 4)]), record(2, "b"), record(3, "c", flow=[(1, 2)]))
    assert links_of(records, 2, 1, 0) == [(0, 1, 2), (2, 5, 4)]


def test_kinds_that_are_not_told_are_unknown() -> None:
    """Compilers up to 2.18 wrote none."""
    bare = wire.uint(1, 7) + wire.packed(4, [5, 6]) + wire.packed(9, [4])
    assert links_of(read(bare), 0) == [(0, 5, 4), (0, 6, 0)]


def edges(
    bir: DebugRecords,
    bir_ids: list[int],
    ran: list[tuple[int, int]],
    graphs: tuple[int, ...] = (),
) -> SlotEdges:
    """`ran` are (slot, start) in table order; entry i of the slots is compiled slot i."""
    ids = np.array(bir_ids, np.int64)
    engine = SimpleNamespace(bir=bir, bir_id=ids, bir_row=bir.rows_of(ids))
    program = SimpleNamespace(engines={0: engine})
    slot = np.array([place for place, _ in ran], np.int32)
    executed = SimpleNamespace(
        engine=np.zeros(len(ran), np.uint8),
        graph=np.array([graphs[place] if graphs else 0 for place, _ in ran], np.int16),
        start_ps=np.array([start for _, start in ran], np.int64),
    )
    slots = SimpleNamespace(compiler_pc=np.arange(len(bir_ids), dtype=np.int32))
    return slot_edges(cast("Any", program), cast("Any", executed), slot, cast("Any", slots))


def before(found: SlotEdges, slot: int) -> list[int]:
    return found.before[found.starts[slot] : found.starts[slot + 1]].tolist()


CHAIN = read(record(1, "load"), record(2, "use", flow=[(1, 4), (8, 4)]), record(8, "never ran"))


def test_a_predecessor_is_every_slot_that_ran_it_the_earlier_first() -> None:
    found = edges(CHAIN, [1, 1, 2], [(1, 10), (0, 20), (2, 30)])
    assert before(found, 2) == [1, 0]
    assert found.kind.tolist() == [4, 4]


def test_what_did_not_run_is_left_out() -> None:
    assert before(edges(CHAIN, [1, 2], [(0, 1), (1, 2)]), 1) == [0]
    assert edges(CHAIN, [2], [(0, 1)]).before.tolist() == []


def test_slots_of_the_runtime_have_no_dependencies() -> None:
    found = edges(CHAIN, [1, -1, 2], [(0, 1), (1, 2), (2, 3)])
    assert (before(found, 0), before(found, 1), before(found, 2)) == ([], [], [0])


def test_dependencies_stay_within_one_image() -> None:
    """Two programs hold the same compiled slots: each has its own edges."""
    ran = [(0, 1), (1, 2), (2, 11), (3, 12)]
    found = edges(CHAIN, [1, 2, 1, 2], ran, graphs=(0, 0, 1, 1))
    assert (before(found, 1), before(found, 3)) == ([0], [2])


def test_without_a_program_there_are_none() -> None:
    nothing = cast("Any", SimpleNamespace(compiler_pc=np.zeros(2, np.int32)))
    rows_ = cast("Any", SimpleNamespace())
    assert slot_edges(None, rows_, np.zeros(2, np.int32), nothing) is NO_EDGES


def test_the_table_holds_the_dependencies_the_program_was_written_with(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path))
    names = {row["id"]: (row["pcore_idx"], row["raw_bir_id"] & 0xFFFF_FFFF)
             for row in rows(published, "Instruction")}  # fmt: skip
    kinds = {1: "ORDERED", 2: "ANTI_DEPENDENCE", 3: "OUTPUT_DEPENDENCE", 4: "FLOW_DEPENDENCE"}
    expected = set()
    for index, graph in enumerate(small_model().subgraphs):
        for program in graph.programs.values():
            firsts = {own.bir: own for own in reversed(program.instructions) if own.bir}
            for own in firsts.values():
                for other, kind in (*own.after, *own.bound):
                    expected.add(((index, other), (index, own.bir), kinds[kind]))
    ran = set(names.values())
    found = {
        (names[row["in_id"]], names[row["out_id"]], row["dependency_type"])
        for row in rows(published, "Flow")
    }
    assert found == {edge for edge in expected if edge[0] in ran and edge[1] in ran}
    assert len(found) > 10


def test_a_trace_alone_has_no_table_of_dependencies(tmp_path: Path) -> None:
    result, _ = run(tmp_path, sources(tmp_path), ALONE)
    assert "Flow" not in {table.name for table in result.manifest.tables}
