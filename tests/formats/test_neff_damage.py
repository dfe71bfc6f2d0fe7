"""However a NEFF is damaged, reading it gives data or a FormatError, and nothing else."""

import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.names import slot_names
from ingest_worker.formats.neff.program import Neff
from tests.formats.neff_bytes import VALUES, as_json, members, opened, packed
from tests.make import archive

LIMITS = replace(DEFAULT_LIMITS, archive_expanded_bytes=1 << 22, message_fields=10_000)
CODES = {
    "neff.not_this_format",
    "neff.malformed",
    "neff.truncated",
    "neff.unsupported_version",
    "archive.unsafe_member",
    "archive.duplicate_member",
    "archive.bomb",
    "limit.records",
    "limit.memory",
}
FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100
)


@cache
def sample() -> dict[str, bytes]:
    """Members with something of everything."""
    descriptor = {"op": "copy", "from": "x", "to": "SB", "from_sizes": [4], "to_sizes": [4]}
    block = {"#comment": "I-1", "id": 1, "queue": "qSPIO0", "semaphore": 24, "desc": [descriptor]}
    queue = {"type": "in", "owner": "sp", "num_queues": 16, "semaphore_set": [24]}
    found = members(
        act="Activation.json",
        dma_queue={"qSPIO0": queue},
        var={"SB": {"type": "state-buffer"}, "x": {"type": "input", "size": 4}},
    )
    functions = [{"func_id": 7, "func_name": "exp_400p"}]
    return found | {
        "sg00/DVE.json": as_json({"dma": [block]}),
        "sg00/Activation.json": as_json({"activation_function_sets": ["exp"]}),
        "sg00/exp.json": as_json({"profile_meta_data": functions}),
        "sg00/tensor_map.json": as_json({"x": {"dtype": "float32", "tf_shape": [1]}}),
    }


def use(neff: Neff) -> None:
    """Asks for everything a NEFF can answer."""
    assert neff.header.feature_names is not None
    assert all(tensor.name for tensor in neff.tensors)
    assert neff.hlo_macs >= -(1 << 63)
    for graph in neff.subgraphs:
        assert graph.semaphore_names
        assert graph.blocks is not None
        for engine in graph.engines.values():
            assert len(slot_names(graph, engine, engine.bir_row).bir_id) == len(engine.slots)


def outcome(data: bytes, folder: Path) -> str:
    """The code of the error, `ok` without one."""
    caught = None
    try:
        use(opened(data, folder, LIMITS))
    except FormatError as error:
        caught = error
    assert caught is None or (caught.code in CODES and caught.message)
    return caught.code if caught else "ok"


PLACES = st.integers(0, 1 << 14)


def damaged(raw: bytes, changes: list[tuple[int, int]], cut: int, extra: bytes) -> bytes:
    """Some bytes changed, the end cut off or lengthened."""
    data = bytearray(raw)
    for place, value in changes:
        data[place % len(data)] = value
    return bytes(data[: len(data) - cut % len(data)]) + extra


DAMAGE = st.tuples(
    st.lists(st.tuples(PLACES, st.integers(0, 255)), max_size=8),
    st.one_of(st.just(0), PLACES),
    st.binary(max_size=20),
)


@FOLDER
@given(DAMAGE)
def test_a_damaged_file(tmp_path: Path, damage: tuple[list[tuple[int, int]], int, bytes]) -> None:
    outcome(damaged(packed(sample()), *damage), tmp_path)


@FOLDER
@given(DAMAGE)
def test_a_damaged_archive(
    tmp_path: Path, damage: tuple[list[tuple[int, int]], int, bytes]
) -> None:
    raw = archive.tar([archive.Member(*member) for member in sample().items()])
    payload = archive.padded(archive.gzip(damaged(raw, *damage)))
    outcome(archive.header(VALUES, payload) + payload, tmp_path)


@FOLDER
@given(st.sampled_from(sorted(sample())), DAMAGE)
@example("sg00/asm.dbg", ([(30, 0xFF), (31, 0xFF)], 0, b""))
def test_a_damaged_member(
    tmp_path: Path, name: str, damage: tuple[list[tuple[int, int]], int, bytes]
) -> None:
    changed = damaged(sample()[name] or b"\0", *damage)
    outcome(packed(sample() | {name: changed}), tmp_path)


@FOLDER
@given(st.sampled_from(sorted(sample())), st.binary(max_size=300))
def test_a_member_replaced_by_anything(tmp_path: Path, name: str, data: bytes) -> None:
    outcome(packed(sample() | {name: data}), tmp_path)


KEYS = [
    "var",
    "dma_queue",
    "dma",
    "desc",
    "type",
    "size",
    "semaphore_set",
    "from_sizes",
    "to_sizes",
    "graphs",
    "definition",
    "name",
    "dve",
    "dve_dbg",
    "dve_asm_dbg",
    "dve_instr",
    "id",
    "nodes",
    "attrs",
    "kelf",
    "tf_shape",
    "func_id",
    "list",
]
VALUES_OF_JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["SB", "DVE.bin", "DVE.json", "bir.dbg", "state-buffer", "sg00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@FOLDER
@given(st.sampled_from([n for n in sorted(sample()) if n.endswith(".json")]), VALUES_OF_JSON)
def test_a_json_member_of_any_shape(tmp_path: Path, name: str, document: object) -> None:
    outcome(packed(sample() | {name: as_json(document)}), tmp_path)


@pytest.mark.parametrize("length", [0, 1, 15, 16, 100, 1023, 1024, 1025, 1500])
def test_a_file_cut_anywhere_is_truncated_or_unknown(length: int, tmp_path: Path) -> None:
    data = packed(sample())
    expected = "neff.truncated" if length >= 16 else "neff.not_this_format"
    assert outcome(data[:length], tmp_path) == expected


def test_the_sample_itself_is_whole(tmp_path: Path) -> None:
    assert outcome(packed(sample()), tmp_path) == "ok"


def test_a_stream_of_other_compression_is_refused(tmp_path: Path) -> None:
    payload = zlib.compress(b"x" * 2000)
    assert outcome(archive.header(VALUES, payload) + payload, tmp_path) == "neff.malformed"
