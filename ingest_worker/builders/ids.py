"""Row ids of the official tool: FNV-1a over little-endian numbers, with the top bit cleared.

Decoding notes, section 10. The ids are data for comparison and never addresses: packet ids repeat
from profile to profile, instruction ids change from run to run.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

OFFSET_BASIS = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(1099511628211)
TOP_BIT_CLEAR = np.uint64(0x7FFF_FFFF_FFFF_FFFF)

Hash = npt.NDArray[np.uint64]
Column = tuple[npt.NDArray[Any] | int, int]


def _with_number(state: Hash, values: npt.NDArray[Any] | int, width: int) -> Hash:
    """Hashes numbers of `width` bytes; high bytes that are 0 in all of them cost one step."""
    numbers = np.asarray(values).astype(np.int64).view(np.uint64)
    used = (int(numbers.max(initial=0)).bit_length() + 7) // 8
    for place in range(min(used, width)):
        state = state ^ ((numbers >> np.uint64(8 * place)) & np.uint64(0xFF))
        state *= PRIME
    if used < width:
        state = state * np.uint64(pow(int(PRIME), width - used, 1 << 64))
    return state


def fnv63(columns: Sequence[Column], text: str = "", *, length: int) -> npt.NDArray[np.int64]:
    """One id a row from columns of (values, width in bytes), then `text` in ASCII.

    Values may be an array of `length` or one number for all rows.
    """
    state = np.full(length, OFFSET_BASIS)
    with np.errstate(over="ignore"):
        for values, width in columns:
            state = _with_number(state, values, width)
        for byte in text.encode("ascii", "replace"):
            state = (state ^ np.uint64(byte)) * PRIME
    return (state & TOP_BIT_CLEAR).view(np.int64)


def instruction_ids(
    start_ps: npt.NDArray[np.int64], compiler_pc: npt.NDArray[Any], engine: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """u64 START in device picoseconds, i64 compiler pc or -1, u32 engine 0 to 4."""
    columns: list[Column] = [(start_ps, 8), (compiler_pc, 8), (engine, 4)]
    return fnv63(columns, length=len(start_ps))


def packet_ids(
    packet_idx: npt.NDArray[Any], engine: npt.NDArray[Any], queue: npt.NDArray[Any], graph: str
) -> npt.NDArray[np.int64]:
    """u64 packet number in the ring, u32 global engine, u32 queue, name of the subgraph."""
    columns: list[Column] = [(packet_idx, 8), (engine, 4), (queue, 4)]
    return fnv63(columns, graph, length=len(packet_idx))


def transfer_ids(
    block_id: npt.NDArray[Any], queue: npt.NDArray[Any], graph: str
) -> npt.NDArray[np.int64]:
    """u64 descriptor block (0 for packets of none), u32 queue, name of the subgraph."""
    return fnv63([(block_id, 8), (queue, 4)], graph, length=len(block_id))
