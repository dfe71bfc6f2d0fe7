"""What the operands of an instruction say: shape of a multiplication, semaphores, DMA pattern."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

_SIZE = re.compile(r"(?:^|\s)([0-9]{1,6})\*([0-9]{1,6})\s*$")
_SOURCE = re.compile(r"(?:^|\s)src=([a-zA-Z0-9_]+)?@[^\[\s]*\[[-0-9,]*\]\[([0-9,]+)\]")
_WAIT = re.compile(r"(?:^|\s)\$?S\[([0-9]{1,4})\](?: \([^)]*\))?\s*(>=|==|>|<=|<)\s*([0-9]{1,9})")
_RAISED = re.compile(r"(?:^|\s)\$?S\[([0-9]{1,4})\](?: \([^)]*\))?(\+\+|\+=[0-9]{1,9})")
_DMA = re.compile(r"(?:^|\s)semaphore=([0-9]{1,4})\s+sem_increment=([0-9]{1,9})")
_ELEMENT = re.compile(r"(src|dst)_elem_size=([0-9]{1,9})")


@dataclass(frozen=True)
class MatmulShape:
    """A multiplication of K x M weights with N moving columns of one type."""

    k: int
    m: int
    n: int
    dtype: str


@dataclass(frozen=True)
class Wait:
    """What a semaphore must show before the instruction goes on."""

    semaphore: int
    comparison: str
    value: int


@dataclass(frozen=True)
class Raise:
    """What an instruction adds to a semaphore; `is_dma` where its transfer does so at its end."""

    semaphore: int
    amount: int
    is_dma: bool = False


@lru_cache(maxsize=65_536)
def matmul_shape(operands: str) -> MatmulShape | None:
    """K and M close the text, N is the product of the source's counts (inventory, appendix B)."""
    size, source = _SIZE.search(operands), _SOURCE.search(operands)
    if size is None or source is None:
        return None
    counts = [int(part) for part in source.group(2).split(",") if part]
    return MatmulShape(
        int(size.group(1)), int(size.group(2)), math.prod(counts), source.group(1) or ""
    )


@lru_cache(maxsize=65_536)
def waits(operands: str) -> tuple[Wait, ...]:
    """The semaphores an instruction waits for."""
    return tuple(
        Wait(int(number), comparison, int(value))
        for number, comparison, value in _WAIT.findall(operands)
    )


@lru_cache(maxsize=65_536)
def raises(operands: str) -> tuple[Raise, ...]:
    """The semaphores an instruction, or the transfer it starts, adds to."""
    own = [
        Raise(int(number), 1 if text == "++" else int(text[2:]))
        for number, text in _RAISED.findall(operands)
    ]
    by_dma = [
        Raise(int(number), int(amount), is_dma=True) for number, amount in _DMA.findall(operands)
    ]
    return (*own, *by_dma)


def element_bytes(operands: str) -> int | None:
    """The shorter contiguous run, in bytes, of a dynamic DMA's two sides."""
    sizes = [int(size) for _, size in _ELEMENT.findall(operands)]
    return min(sizes) if sizes else None
