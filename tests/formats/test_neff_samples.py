"""Real NEFFs say what the official tool says of them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest_worker.builders.legacy import published_psum_bytes
from ingest_worker.formats.isa.disassembler import compiler_text, disassemble
from ingest_worker.formats.isa.opcodes import is_known
from ingest_worker.formats.isa.traffic import traffic
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.debug_info import DEPENDENCY_KINDS, DebugRecords
from ingest_worker.formats.neff.names import slot_names
from ingest_worker.formats.neff.program import Engine, Neff, Subgraph
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.ntff.instructions import compiler_slots
from ingest_worker.formats.ntff.reader import Image, read_ntff

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / os.environ.get("SAMPLES", "../shared/samples")
NAME_COLUMNS = (
    "bir_id",
    "raw_bir_id",
    "bir_instruction_name",
    "instruction_type",
    "penguin_id",
    "raw_penguin_id",
    "hlo_name",
    "hlo_attrs",
    "layer",
)
HEADER_COLUMNS = {
    "network_name": "name",
    "uuid": "uuid_text",
    "hash": "checksum_text",
    "package_version": "package_version",
    "header_size": "header_size",
    "data_size": "data_size",
    "major_version": "major",
    "minor_version": "minor",
    "build_version": "build_version",
    "number_of_logical_neuroncores": "requested_cores",
    "number_of_neuroncores_per_lnc": "logical_core_size",
}

pytestmark = [
    pytest.mark.ground_truth,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="there are no sample captures; set SAMPLES"),
]
PAIRS = sorted(SAMPLES.rglob("*_profile_full.json"))
NEFFS = sorted(SAMPLES.rglob("*.neff"))


def own_name(path: Path) -> str:
    """The folder of a sample."""
    return path.parent.name


@pytest.fixture(params=PAIRS, ids=own_name)
def official(request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    """What the official tool says, and the folder of its files."""
    path: Path = request.param
    return path.parent, json.loads(path.read_text())


def neff_in(folder: Path) -> Neff:
    return read_neff(next(folder.glob("*.neff")), limits=DEFAULT_LIMITS)


def images(folder: Path, neff: Neff) -> Iterator[tuple[Subgraph, Engine, Image]]:
    """Every executed image with the program it was made from."""
    ntff = read_ntff(next(folder.glob("*.ntff")), limits=DEFAULT_LIMITS)
    for (number, engine), image in ntff.images.items():
        graph = neff.subgraph(ntff.facts.subgraphs[number].name)
        assert graph is not None
        yield graph, graph.engines[engine], image


def test_the_samples_are_complete() -> None:
    assert len(PAIRS) == 4
    assert len(NEFFS) == 7


@pytest.mark.parametrize("path", NEFFS, ids=own_name)
def test_every_sample_reads_with_all_its_names(path: Path) -> None:
    neff = read_neff(path, limits=DEFAULT_LIMITS)
    assert neff.checksum_state == "ok-swapped"
    assert neff.subgraphs
    assert {notice.code for notice in neff.notices} <= {"neff.missing_member"}
    for graph in neff.subgraphs:
        for engine in graph.engines.values():
            assert ((engine.bir_row >= 0) == (engine.bir_id >= 0)).all()
            assert all(is_known(byte) for byte in np.unique(engine.slots[:, 0]).tolist())


def test_the_header_is_the_official_one(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    header = neff_in(folder).header
    found = {name: str(getattr(header, own)) for name, own in HEADER_COLUMNS.items()}
    found["enabled_features"] = ", ".join(header.feature_names)
    assert [found] == said["neff_header"]


def test_tensors_are_the_official_ones(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    neff = neff_in(folder)
    found = [(t.name, t.type, t.format, t.shape, str(t.size_bytes)) for t in neff.tensors]
    names = ("variable_name", "type", "format", "shape", "size")
    assert found == [tuple(r[n] for n in names) for r in said["neff_node"] if r["type"]]
    nodes = [(row["node"], row["sg_name"]) for row in said["neff_node"] if not row["type"]]
    assert sorted(nodes) == [(str(neff.node), graph.name) for graph in neff.subgraphs]


def test_queues_have_their_official_names(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    graphs = neff_in(folder).subgraphs
    found = {queue.display_name for graph in graphs for queue in graph.definition.queues.values()}
    assert found <= {row["q_name"] for row in said["dma_queues_info"]}
    assert found


def test_the_compiler_is_the_official_one(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    neff = neff_in(folder)
    assert neff.compiler_version == said["summary"][0]["compiler_version"]
    weights = sum(t.size_bytes or 0 for t in neff.tensors if t.type == "WEIGHT")
    assert weights == said["summary"][0]["weight_size_bytes"]


def executed(said: dict[str, Any], graph: str, engine: int) -> list[dict[str, Any]]:
    """The official rows of one engine."""
    name = ENGINE_NAMES[engine]
    rows = said["instruction"]
    return [r for r in rows if (r["subgraph"], r["subgroup"]) == (graph, name)]


def test_operands_are_the_official_ones(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    compared = 0
    for graph, engine, image in images(folder, neff_in(folder)):
        text = disassemble(
            image.slots,
            semaphore_names=graph.semaphore_names,
            activation_names=graph.activation_names,
            generation="trn2",
        )
        for row in executed(said, graph.name, engine.number):
            pc = row["pc"]
            found = (text.opcode[pc], text.operands[pc], text.activation_fn[pc])
            assert found == (row["opcode"], row["operands"], row["activation_fn"])
            compared += 1
    assert compared == len(said["instruction"])


def test_names_are_the_official_ones(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    compared = 0
    for graph, engine, image in images(folder, neff_in(folder)):
        names = slot_names(graph, engine, compiler_slots(image))
        for row in executed(said, graph.name, engine.number):
            found = {column: getattr(names, column)[row["pc"]] for column in NAME_COLUMNS}
            assert found == {column: row[column] for column in NAME_COLUMNS}
            compared += 1
    assert compared == len(said["instruction"])


def test_compiler_text_and_counts_are_the_official_ones(
    official: tuple[Path, dict[str, Any]],
) -> None:
    folder, said = official
    for graph, engine, image in images(folder, neff_in(folder)):
        places = compiler_slots(image)
        compiled = image.slots.copy()
        compiled[places >= 0] = engine.slots[places[places >= 0]]
        counts = traffic(image.slots, compiled).columns
        opcodes, operands = compiler_text(
            compiled,
            image.slots,
            semaphore_names=graph.semaphore_names,
            activation_names=graph.activation_names,
            generation="trn2",
        )
        for row in executed(said, graph.name, engine.number):
            pc = row["pc"]
            assert opcodes[pc] == row.get("compiler_opcode")
            assert operands[pc] == row.get("compiler_operands")
            found = {n: int(v[pc]) for n, v in counts.items() if v[pc] >= 0}
            if "psum_write_bytes" in found:
                # The official tool counts a product in the data type of its source.
                found["psum_write_bytes"] = published_psum_bytes(
                    row["opcode"], row["operands"], found["psum_write_bytes"]
                )
            assert found == {
                "tensor_elements" if name == "elements" else name: value
                for name, value in row.items()
                if name == "elements" or name.endswith("_bytes")
            }


def predecessors(bir: DebugRecords, row: int) -> Iterator[tuple[int, int]]:
    """Ids and kinds: dataflow first, then scheduling, each id once (section 6.4)."""
    seen = set()
    pairs = [
        *zip(bir.flow.of(row), bir.flow_kinds.of(row), strict=True),
        *zip(bir.scheduling.of(row), bir.scheduling_kinds.of(row), strict=True),
    ]
    for own, kind in pairs:
        if own not in seen:
            yield own, kind
        seen.add(own)


def test_predecessors_are_the_official_ones(official: tuple[Path, dict[str, Any]]) -> None:
    folder, said = official
    neff = neff_in(folder)
    by_id: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(said["instruction"], key=lambda own: int(own["timestamp"])):
        by_id.setdefault((row["subgraph"], row["bir_id"]), []).append(row)
    compared = 0
    for row in said["instruction"]:
        if not row["bir_id"]:
            continue
        graph = neff.subgraph(row["subgraph"])
        assert graph is not None
        engine = graph.engines[ENGINE_NAMES.index(row["subgroup"])]
        found = [
            {"id": before["id"], "type": DEPENDENCY_KINDS[kind]}
            for own, kind in predecessors(engine.bir, int(engine.bir_row[row["compiler_pc"]]))
            for before in by_id.get((graph.name, f"sg{graph.number:04d}:{own}"), [])
        ]
        assert found == row.get("predecessors", [])
        compared += 1
    assert compared > 100
