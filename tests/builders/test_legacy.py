"""What the official tool counts in its own way, by hand."""

import pytest

from ingest_worker.builders.legacy import held_psum_bytes, published_psum_bytes


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("bfloat16", 1024), ("fp32", 2048), ("fp8e4", 512), ("fp4e2", 256), ("fp99", 2048)],
)
def test_results_of_a_product_count_in_the_type_of_its_source(dtype: str, expected: int) -> None:
    """512 elements of 4 bytes; a type nobody knows changes nothing."""
    operands = f"acc_flags=3 src={dtype}@0x100[1,0,0][512,1,1] dst=0x2000000[1,0,0][512,1,1] 1*1 "
    assert published_psum_bytes("MATMUL", operands, 2048) == expected
    assert held_psum_bytes("MATMUL", operands, expected) == 2048


@pytest.mark.parametrize(
    ("opcode", "operands", "size"),
    [
        ("ACTIVATE", " src=bfloat16@0x0[1][1]", 64),
        ("MATMUL", "", 64),
        ("MATMUL", "src=fp32@", None),
    ],
)
def test_all_else_counts_as_it_is(opcode: str, operands: str, size: int | None) -> None:
    assert published_psum_bytes(opcode, operands, size) == size
    if size is not None:
        assert held_psum_bytes(opcode, operands, size) == size
