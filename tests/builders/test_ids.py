"""Row ids are the official ones: FNV-1a with the top bit cleared."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.ids import fnv63, instruction_ids, packet_ids, transfer_ids


def slowly(data: bytes) -> int:
    state = 0xCBF29CE484222325
    for byte in data:
        state = ((state ^ byte) * 1099511628211) % (1 << 64)
    return state % (1 << 63)


def test_the_worked_example_of_an_aggregation_id() -> None:
    found = transfer_ids(np.array([0]), np.array([0]), "sg00")
    assert found.tolist() == [3161790117270724135]


@given(st.integers(0, (1 << 63) - 1), st.integers(-1, 1 << 40), st.integers(0, 4))
def test_instruction_ids_hash_start_compiler_pc_and_engine(
    start: int, compiler_pc: int, engine: int
) -> None:
    data = start.to_bytes(8, "little") + compiler_pc.to_bytes(8, "little", signed=True)
    expected = slowly(data + engine.to_bytes(4, "little"))
    found = instruction_ids(np.array([start]), np.array([compiler_pc]), np.array([engine]))
    assert found.tolist() == [expected]


@given(
    st.integers(0, 1 << 31), st.integers(0, 500), st.integers(0, 15), st.text("sg019", max_size=5)
)
def test_packet_ids_hash_number_engine_queue_and_name(
    number: int, engine: int, queue: int, graph: str
) -> None:
    data = number.to_bytes(8, "little") + engine.to_bytes(4, "little") + queue.to_bytes(4, "little")
    found = packet_ids(np.array([number]), np.array([engine]), np.array([queue]), graph)
    assert found.tolist() == [slowly(data + graph.encode())]


def test_ids_never_are_negative() -> None:
    numbers = np.arange(1000)
    assert (fnv63([(numbers, 8)], length=1000) >= 0).all()


def test_a_name_outside_ascii_does_no_harm() -> None:
    assert len(transfer_ids(np.array([0]), np.array([0]), "sgß")) == 1
