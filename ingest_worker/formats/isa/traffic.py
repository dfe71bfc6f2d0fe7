"""What an instruction computes and moves: elements and bytes by memory (section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.opcodes import DMA_DIRECT2D, MATMUL, PSEUDO_DMA_DIRECT2D
from ingest_worker.formats.isa.patterns import Numbers, Slots, access_patterns, product

NONE = -1
ACCUMULATOR_BYTES = 4
"""What a result of the Tensor engine takes in PSUM, whatever it was made of."""
COLUMNS = (
    "sbuf_read_bytes",
    "sbuf_write_bytes",
    "psum_read_bytes",
    "psum_write_bytes",
    "psum_read_sbuf_write_bytes",
    "hbm_read_bytes",
    "hbm_write_bytes",
    "tensor_elements",
)
_STATE_BUFFER_ID, _VARIABLE_MARK, _TABLE_MARK = 0, 0x10, 0x20


@dataclass(frozen=True)
class Traffic:
    """Int64 columns by name, one value a slot; -1 where a column does not apply.

    Bytes of compute instructions are per partition, those of DMA are totals.
    """

    columns: Mapping[str, Numbers]

    def column(self, name: str) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """Values, and where they are absent."""
        values = self.columns[name]
        return values, values == NONE


def traffic(slots: Slots, neff_slots: Slots | None = None) -> Traffic:
    """Counts for executed slots (n, 64).

    `neff_slots`, the same slots as compiled, tell which memory a DMA reads and writes; rows
    that are not a compiled DMA leave the DMA columns absent.
    """
    columns = {name: np.full(len(slots), NONE, np.int64) for name in COLUMNS}
    for pattern in access_patterns(slots):
        place = "psum", "sbuf"
        way = "write" if pattern.is_write else "read"
        is_accumulated = pattern.is_write & (slots[pattern.slot, 0] == MATMUL)
        size = np.where(is_accumulated, pattern.elements * ACCUMULATOR_BYTES, pattern.size_bytes)
        for memory, chosen in zip(place, (pattern.is_psum, ~pattern.is_psum), strict=True):
            _add(columns[f"{memory}_{way}_bytes"], pattern.slot[chosen], size[chosen])
    _multiply(slots, columns)
    is_both = (columns["psum_read_bytes"] != NONE) & (columns["sbuf_write_bytes"] != NONE)
    columns["psum_read_sbuf_write_bytes"][is_both] = columns["sbuf_write_bytes"][is_both]
    if neff_slots is not None:
        _dma(neff_slots, columns)
    return Traffic(columns)


def _add(column: Numbers, rows: Numbers, amounts: Numbers) -> None:
    column[rows] = np.where(column[rows] == NONE, 0, column[rows]) + amounts


def _multiply(slots: Slots, columns: Mapping[str, Numbers]) -> None:
    """Elements of a MATMUL: rows times columns of the weights times the moving elements."""
    rows = np.flatnonzero(slots[:, 0] == MATMUL)
    if not len(rows):
        return
    counts = np.ascontiguousarray(slots[rows, 26:32]).view("<u2").astype(np.int64)
    size = slots[rows, 38].astype(np.int64) * slots[rows, 39]
    columns["tensor_elements"][rows] = product(np.column_stack((counts, size)))


def _dma(slots: Slots, columns: Mapping[str, Numbers]) -> None:
    """Count times element size at both ends; variable 0 is the state buffer."""
    rows = np.flatnonzero(np.isin(slots[:, 0], (DMA_DIRECT2D, PSEUDO_DMA_DIRECT2D)))
    if not len(rows):
        return
    for way, address, counts, element in (("read", 16, 32, 36), ("write", 40, 56, 60)):
        own = np.ascontiguousarray(slots[rows, counts : counts + 4]).view("<u2").astype(np.int64)
        size = np.ascontiguousarray(slots[rows, element : element + 2]).view("<u2")[:, 0]
        amount = own.prod(axis=1) * size
        mark = slots[rows, address + 7]
        index = slots[rows, address + 4 : address + 7].any(axis=1)
        is_sbuf = (mark == _VARIABLE_MARK) & (index == _STATE_BUFFER_ID)
        is_hbm = (mark == _TABLE_MARK) | ((mark == _VARIABLE_MARK) & ~is_sbuf)
        _add(columns[f"sbuf_{way}_bytes"], rows[is_sbuf], amount[is_sbuf])
        _add(columns[f"hbm_{way}_bytes"], rows[is_hbm], amount[is_hbm])
