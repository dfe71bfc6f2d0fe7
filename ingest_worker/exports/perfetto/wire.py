"""Protocol buffer bytes of many messages of one shape at once.

A message is put together from columns: each adds the same number of bytes to every row it is in, so
that a batch is written column by column instead of packet by packet. Numbers are padded to the
widest of their column, which the format allows: a varint may carry leading zero groups.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Column: TypeAlias = "pa.Array[Any]"

VARINT, FIXED64, LENGTH = 0, 1, 2
MORE = 0x80


def varint(number: int) -> bytes:
    """One number, as short as can be; a negative one as its two's complement."""
    number &= (1 << 64) - 1
    found = bytearray()
    while number >= MORE:
        found.append(number & 0x7F | MORE)
        number >>= 7
    found.append(number)
    return bytes(found)


def tag(field: int, kind: int) -> bytes:
    """What stands in front of a field's value."""
    return varint(field << 3 | kind)


def number(field: int, value: int) -> bytes:
    """A field with a number."""
    return tag(field, VARINT) + varint(value)


def block(field: int, content: bytes) -> bytes:
    """A field with a length: a message or bytes."""
    return tag(field, LENGTH) + varint(len(content)) + content


def text(field: int, value: str) -> bytes:
    """A field with text; what UTF-8 cannot say is replaced."""
    return block(field, value.encode("utf-8", "replace"))


def varints(values: Numbers) -> Bytes:
    """Each number as a varint, all of the width that the largest takes, shape (n, width)."""
    rest = values.astype(np.uint64)
    width = len(varint(int(rest.max()))) if len(rest) else 1
    found = np.empty((len(rest), width), np.uint8)
    for place in range(width):
        found[:, place] = (rest & np.uint64(0x7F)).astype(np.uint8)
        rest >>= np.uint64(7)
    found[:, :-1] |= MORE
    return found


def doubles(values: npt.NDArray[np.float64]) -> Bytes:
    """Each number as eight bytes, shape (n, 8)."""
    return np.ascontiguousarray(values, "<f8").view(np.uint8).reshape(-1, 8)


def filled(column: Column, value: Any) -> npt.NDArray[Any]:
    """A column's values, `value` where there is none."""
    found: npt.NDArray[Any] = column.fill_null(value).to_numpy(zero_copy_only=False)
    return found


class Messages:
    """One message a row, put together from front to back."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._columns: list[tuple[Bytes, Mask | None]] = []
        self._lengths: Numbers = np.zeros(count, np.int64)

    def put(self, *pieces: bytes | Bytes, where: Mask | None = None) -> None:
        """Add the pieces, to the rows of `where` only if it is given.

        Arrays have a row for each message, also for those not in `where`.
        """
        for piece in pieces:
            found = np.frombuffer(piece, np.uint8)[None] if isinstance(piece, bytes) else piece
            self._columns.append((found, where))
            self._lengths = self._lengths + (
                found.shape[1] if where is None else where * found.shape[1]
            )

    def enclose(self, head: bytes) -> None:
        """Make what there is of each row the content of a field whose tag is `head`."""
        lengths = varints(self._lengths)
        front = [(np.frombuffer(head, np.uint8)[None], None), (lengths, None)]
        self._columns[:0] = front
        self._lengths = self._lengths + len(head) + lengths.shape[1]

    def follow(self, other: "Messages") -> None:
        """Put the messages of `other` behind those of the same row."""
        self._columns += other._columns
        self._lengths = self._lengths + other._lengths

    def to_bytes(self) -> bytes:
        """All rows, one after the other."""
        place = np.cumsum(self._lengths) - self._lengths
        found = np.empty(int(self._lengths.sum()), np.uint8)
        for column, where in self._columns:
            rows = slice(None) if where is None else np.flatnonzero(where)
            at = place[rows]
            values = column if len(column) == 1 else column[rows]
            for index in range(column.shape[1]):
                found[at + index] = values[:, index]
            place[rows] += column.shape[1]
        return found.tobytes()
