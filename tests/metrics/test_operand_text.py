"""What operands say, in the spelling of real captures."""

import pytest

from profiles.metrics.operand_text import (
    MatmulShape,
    Raise,
    Wait,
    element_bytes,
    matmul_shape,
    raises,
    waits,
)

MATMUL = (
    "S[5] (Tensor)++@complete acc_flags=3 src=bfloat16@0x36ff8[1,0,0][512,1,1] "
    "dst=0x2000800[1,0,0][512,1,1] 128*64 "
)
DMA = (
    "S[4] (Scalar)>=1 semaphore=40 sem_increment=16  src_elem_size=4096 dst_elem_size=2048 "
    "src_pattern=[262144,1][128,1] dst_pattern=[4096,1][128,1]"
)


def test_the_shape_of_a_multiplication_is_k_m_and_the_moving_columns() -> None:
    assert matmul_shape(MATMUL) == MatmulShape(128, 64, 512, "bfloat16")
    assert matmul_shape("src=fp32@0x0[1,512,0][4,8,2] dst=0x2[1][1] 32*128") == MatmulShape(
        32, 128, 64, "fp32"
    )


@pytest.mark.parametrize("text", ["", "128*128", "src=bfloat16@0x0[1][4]", DMA, "src=@[][] 1*"])
def test_what_is_no_multiplication_has_no_shape(text: str) -> None:
    assert matmul_shape(text) is None


def test_semaphores_that_are_waited_for_and_raised() -> None:
    assert waits(DMA) == (Wait(4, ">=", 1),)
    assert raises(DMA) == (Raise(40, 16, is_dma=True),)
    assert waits(MATMUL) == ()
    assert raises(MATMUL) == (Raise(5, 1),)
    assert waits("setter=0 $S[2]==8 $S[2]=0@complete") == (Wait(2, "==", 8),)
    assert raises("setter=0  $S[2]+=3@complete") == (Raise(2, 3),)


def test_events_are_no_semaphores() -> None:
    assert waits("$E[4]==1- cycle=1") == ()


def test_the_shorter_run_of_bytes_of_a_transfer_counts() -> None:
    assert element_bytes(DMA) == 2048
    assert element_bytes(MATMUL) is None
