"""Whatever is written into a NEFF comes back from its reader."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from tests.make import archive, slots
from tests.make.attention import attention_model
from tests.make.description import (
    FLOW,
    ORDERED,
    SPILL,
    TRANSPOSE,
    Instruction,
    Model,
    Move,
    Origin,
    Program,
    QueueSet,
    StaticBlock,
    Subgraph,
    Variable,
)
from tests.make.neff import make_neff, members_of, named, with_members
from tests.make.pair import UUID, small_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, data: bytes) -> Neff:
    path = folder / "written.neff"
    path.write_bytes(data)
    return read_neff(path, limits=DEFAULT_LIMITS)


def written(folder: Path, model: Model) -> Neff:
    return read(folder, make_neff(model))


@pytest.mark.parametrize("cores", [1, 2])
def test_the_header_returns(folder: Path, cores: int) -> None:
    neff = written(folder, small_model(cores))
    header = neff.header
    assert (header.package_version, header.major, header.minor) == (2, cores, 0)
    assert (header.uuid, header.name, header.logical_core_size) == (UUID, "small.neff", cores)
    assert header.features == (0xC00 if cores == 2 else 0)
    assert (header.core_count, header.requested_cores, header.header_size) == (1, 1, 1024)
    assert header.cores_per_node == bytes([1, *[0] * 63])
    assert neff.target == ("cayman" if cores == 2 else "sunda")
    assert neff.compiler_version == "2.23.1234.0+0123abcd"
    assert neff.hlo_macs == 128 * 256 * 128
    assert neff.node == 2


@pytest.mark.parametrize(
    ("is_swapped", "state"), [(True, "ok-swapped"), (False, "ok")], ids=["swapped", "plain"]
)
def test_both_forms_of_the_hash_are_known(folder: Path, is_swapped: bool, state: str) -> None:
    model = replace(small_model(), is_hash_swapped=is_swapped)
    assert written(folder, model).checksum_state == state


def test_an_archive_that_is_not_compressed_reads_alike(folder: Path) -> None:
    packed = written(folder, small_model())
    plain = written(folder, replace(small_model(), is_compressed=False))
    assert [m.name for m in plain.members] == [m.name for m in packed.members]
    assert plain.subgraphs[0].engines[0].slots.tobytes() == (
        packed.subgraphs[0].engines[0].slots.tobytes()
    )


def test_members_with_a_leading_dot_are_found(folder: Path) -> None:
    model = small_model()
    members = [archive.Member(f"./{m.name}", m.data) for m in named(members_of(model))]
    neff = read(folder, with_members(model, members))
    assert [graph.name for graph in neff.subgraphs] == ["sg00", "sg01"]
    assert len(neff.subgraphs[0].engines[0].slots) == 10 + 2


def check_programs(neff: Neff, model: Model) -> None:
    """Slots, ids, names, types and predecessors of every engine."""
    assert [graph.name for graph in neff.subgraphs] == [g.name for g in model.subgraphs]
    for found, graph in zip(neff.subgraphs, model.subgraphs, strict=True):
        for engine, program in graph.programs.items():
            own = found.engines[engine]
            assert own.slots.tobytes() == program.compiled
            assert own.bir_id.tolist() == [i.bir or -1 for i in program.instructions]
            firsts: dict[int, Instruction] = {}
            for instruction in program.instructions:
                if instruction.bir:
                    firsts.setdefault(instruction.bir, instruction)
            assert own.bir.ids.tolist() == list(firsts)
            for row, item in enumerate(firsts.values()):
                assert own.bir.names[row] == item.name
                assert own.bir.types[row] == item.kind
                assert own.bir.parents.of(row) == ([item.penguin] if item.penguin else [])
                pairs = zip(own.bir.flow.of(row), own.bir.flow_kinds.of(row), strict=True)
                assert tuple(pairs) == item.after
                kinds = own.bir.scheduling_kinds.of(row)
                assert tuple(zip(own.bir.scheduling.of(row), kinds, strict=True)) == item.bound
                assert own.bir.attrs[row] == item.attrs


@pytest.mark.parametrize("model", [small_model(), attention_model()], ids=["small", "sample"])
def test_every_instruction_and_its_names_return(folder: Path, model: Model) -> None:
    check_programs(written(folder, model), model)


def test_the_layers_above_return(folder: Path) -> None:
    model = attention_model()
    graph = written(folder, model).subgraphs[0]
    for found, expected in (
        (graph.penguin, model.penguin),
        (graph.hlo, model.hlo),
        (graph.framework, model.framework),
    ):
        assert found.ids.tolist() == [item.number for item in expected]
        assert list(found.names) == [item.name for item in expected]
        assert [tuple(attrs) for attrs in found.attrs] == [item.attrs for item in expected]
        parents = [found.parents.of(row) for row in range(len(found))]
        assert parents == [[item.parent] if item.parent else [] for item in expected]


def test_variables_queues_and_functions_return(folder: Path) -> None:
    model = attention_model()
    graph = written(folder, model).subgraphs[1]
    variables = {v.name: v for v in model.subgraphs[1].variables}
    assert set(graph.definition.variables) == set(variables)
    for name, variable in graph.definition.variables.items():
        expected = variables[name]
        assert (variable.var_id, variable.kind) == (expected.number, expected.kind)
        assert variable.size_bytes == (expected.size or None)
        assert variable.entries == expected.members
    assert graph.activation_names == {7: "EXP", 128: "COPY"}
    names = graph.semaphore_names
    assert {names[index] for index in range(8, 24)} == {"qSyncDynamicHW"}
    assert {names[index] for index in range(24, 40)} == {"qGpSimdDynamic"}
    assert (names[3], names[4], names[5], names[6]) == ("GpSimd", "Scalar", "Tensor", "Vector")


def test_tensors_return_with_shape_and_format(folder: Path) -> None:
    tensors = {t.name: t for t in written(folder, attention_model()).tensors}
    assert list(tensors) == ["key", "query", "value", "context", "identity"]
    query = tensors["query"]
    assert (query.type, query.size_bytes, query.shape) == ("IN", 1 << 20, "[8 512 128]")
    assert (query.format, query.dtype) == ("NHC", "bfloat16")
    assert tensors["context"].type == "OUT"
    identity = tensors["identity"]
    assert (identity.type, identity.shape) == ("WEIGHT", "[128 128 1 1]")


def test_a_static_block_returns_with_its_bytes_by_memory(folder: Path) -> None:
    block = written(folder, small_model()).subgraphs[0].blocks["qSPSpillReload0", 7]
    assert (block.name, block.semaphore) == ("load.identity-block-1", 40)
    assert (block.sources, block.targets) == (("identity",), ("SB",))
    assert block.read_bytes == {"hbm": 32768}
    assert block.write_bytes == {"sbuf": 32768}
    assert block.variable == "identity"


def test_the_bytes_of_all_moves_of_a_block_add_up(folder: Path) -> None:
    moves = (
        Move("left", "SB", (4000, 128), 0, 0, (1, 4000), (1, 262_144)),
        Move("left", "SB", (64, 2, 3), 512_000, 0, (1, 64, 128), (1, 64, 262_144)),
    )
    variables = (
        Variable("SB", "state-buffer"),
        Variable("left", "input", 600_000, 1, (300_000,)),
    )
    block = StaticBlock(4, 3, "qSPIO0", "load-block-1", 8, moves)
    graph = Subgraph(
        variables=variables, queues=(QueueSet("qSPIO0", "in", "sp", 8),), blocks=(block,)
    )
    found = written(folder, Model(uuid=UUID, subgraphs=(graph,))).subgraphs[0]
    own = found.blocks["qSPIO0", 3]
    assert own.read_bytes == {"hbm": 4000 * 128 + 64 * 6}
    assert own.write_bytes == {"sbuf": 4000 * 128 + 64 * 6}


def test_a_member_that_is_left_out_is_told_and_nothing_else_is_lost(folder: Path) -> None:
    gone = "sg00/debug_info_backend_PE.dbg"
    neff = written(folder, replace(small_model(), left_out=frozenset({gone})))
    assert [notice.code for notice in neff.notices] == ["neff.missing_member"]
    assert len(neff.subgraphs[0].engines[0].slots) == 12
    assert (neff.subgraphs[0].engines[0].bir_row == -1).all()
    assert (neff.subgraphs[1].engines[0].bir_row >= 0).sum() == 8


def test_further_members_are_listed_and_change_nothing(folder: Path) -> None:
    model = replace(small_model(), further=(("notes/readme.txt", b"hello"),))
    neff = written(folder, model)
    assert "notes/readme.txt" in {member.name for member in neff.members}
    check_programs(neff, model)


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
edges = st.lists(
    st.tuples(st.integers(1, 1 << 40), st.sampled_from((ORDERED, 2, 3, FLOW))), max_size=4
)
instructions = st.lists(
    st.tuples(
        st.binary(min_size=64, max_size=64), words, st.sampled_from((1, SPILL, TRANSPOSE)),
        edges, edges, st.integers(0, 1 << 31),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(instructions, st.lists(st.tuples(words, words), max_size=3), st.sampled_from(range(5)))
def test_any_program_returns(
    tmp_path_factory: pytest.TempPathFactory,
    found: list[tuple[bytes, str, int, list[tuple[int, int]], list[tuple[int, int]], int]],
    attrs: list[tuple[str, str]],
    engine: int,
) -> None:
    items = [
        Instruction(slot, bir, name or "x", kind, tuple(after), tuple(bound), penguin, tuple(attrs))
        for bir, (slot, name, kind, after, bound, penguin) in enumerate(found, 1)
    ]
    program = Program((Instruction(slots.raw(0xB1)), *items))
    graph = Subgraph(programs={engine: program})
    model = Model(uuid=UUID, subgraphs=(graph,), penguin=(Origin(1, "p"),))
    check_programs(written(tmp_path_factory.mktemp("neff"), model), model)
