"""Which NEFF belongs to which trace: the same vectors as the browser's."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.ntff.facts import ExecutionFacts, Facts, VersionText
from ingest_worker.pipeline.pair import check_pair
from profiles import pairing
from profiles.pairing import TraceIds
from profiles.uploads.sniff import HEAD_BYTES, looks_like

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "pairing.json").read_text(encoding="utf-8")
)
IDS = st.binary(min_size=16, max_size=16).filter(any)


def named(kind: str, key: str = "what") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[kind], ids=lambda v: str(v[key]))


def head_of(vector: dict[str, Any]) -> bytes:
    head = bytearray(vector["length"])
    for offset, text in vector["writes"]:
        piece = bytes.fromhex(text)
        head[offset : offset + len(piece)] = piece
    return bytes(head[: vector["length"]])


@named("heads")
def test_a_role_is_known_by_the_first_bytes(vector: dict[str, Any]) -> None:
    assert looks_like(head_of(vector)[:HEAD_BYTES]) == vector["role"]


@named("heads")
def test_an_id_is_read_from_a_neff_s_header(vector: dict[str, Any]) -> None:
    if vector["role"] == "neff":
        assert pairing.neff_id(head_of(vector)).hex() == vector["id"]


@named("protobufs")
def test_ids_are_read_from_a_trace_s_protobuf(vector: dict[str, Any]) -> None:
    found = pairing.trace_ids(bytes.fromhex(vector["hex"]))
    assert [uid.hex() for uid in found.executions] == vector["executions"]
    assert found.stored.hex() == vector["stored"]


def ids_of(vector: dict[str, Any]) -> TraceIds:
    return TraceIds(
        tuple(map(bytes.fromhex, vector["executions"])), bytes.fromhex(vector["stored"])
    )


@named("comparisons")
def test_ids_are_compared(vector: dict[str, Any]) -> None:
    assert pairing.compare(bytes.fromhex(vector["neff"]), ids_of(vector)) == vector["verdict"]


@named("comparisons")
def test_the_worker_compares_as_the_door_does(vector: dict[str, Any]) -> None:
    ids = ids_of(vector)
    facts = Facts(
        name="",
        uuid=ids.stored,
        arch=0,
        instance_type="",
        runtime=VersionText(),
        driver=VersionText(),
        collectives=VersionText(),
        ultraserver={},
        executions=tuple(ExecutionFacts(uid, 0, 1) for uid in ids.executions),
        subgraphs=(),
        traces=(),
        buffers={},
    )
    neff = bytes.fromhex(vector["neff"]) or bytes(16)
    if vector["verdict"] == "different":
        with pytest.raises(FormatError) as caught:
            check_pair(neff, "a.neff", facts, "b.ntff")
        assert caught.value.code == "pair.uuid_mismatch"
    else:
        check_pair(neff, "a.neff", facts, "b.ntff")


@named("numbers", "one")
def test_a_shared_number_in_the_names_is_a_hint(vector: dict[str, Any]) -> None:
    assert pairing.shared_number(vector["one"], vector["other"]) == vector["shared"]
    assert pairing.shared_number(vector["other"], vector["one"]) == vector["shared"]


@named("names", "name")
def test_a_profile_is_named_after_its_files(vector: dict[str, Any]) -> None:
    assert pairing.default_name(vector["names"]) == vector["name"]


def test_a_default_name_is_never_too_long() -> None:
    assert len(pairing.default_name(["n" * 400 + ".ntff"])) == 150


@given(IDS, st.integers(1, 16))
def test_any_cut_of_the_own_id_is_the_same(own: bytes, length: int) -> None:
    assert pairing.compare(own, TraceIds(stored=own[:length])) == pairing.SAME


@given(IDS, IDS)
def test_two_whole_ids_are_the_same_only_if_they_are_equal(one: bytes, other: bytes) -> None:
    expected = pairing.SAME if one == other else pairing.DIFFERENT
    assert pairing.compare(one, TraceIds(stored=other)) == expected
    assert pairing.compare(one, TraceIds(executions=(other,))) == expected


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_search(data: bytes) -> None:
    found = pairing.trace_ids(data)
    assert len(found.stored) <= 16
    assert all(len(uid) == 16 for uid in found.executions)


@given(st.binary(max_size=300))
def test_no_head_stops_the_door(head: bytes) -> None:
    assert looks_like(head) in {"neff", "ntff", None}
    assert len(pairing.neff_id(head)) in {0, 16}
