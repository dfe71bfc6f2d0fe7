"""Columns of whole numbers in one file, in blocks that are read only where they are asked for.

Layout: the blocks, an index as compressed JSON, and a tail that says where the index lies. A block
holds up to `BLOCK` values, less their least or, where they ascend, as steps from one to the next;
narrowed to as few bytes as they need, byte by byte of their places, compressed, with a checksum.
"""

import json
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock, local
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Longs = npt.NDArray[np.int64]

BLOCK = 16_384
MOST_CACHED_BYTES = 192 << 20
MAGIC = b"NECOLS01"
_TAIL = struct.Struct("<QII8s")
_WIDTHS: tuple[np.dtype[Any], ...] = tuple(np.dtype(f"u{size}") for size in (1, 2, 4, 8))


class DamagedColumnsError(OSError):
    """The file is not whole, or not what was written."""


_OWN = local()


def _codec() -> pa.Codec:
    """Each thread's own: making one takes as long as a block does."""
    found: pa.Codec | None = getattr(_OWN, "codec", None)
    if found is None:
        found = _OWN.codec = pa.Codec("zstd", compression_level=1)
    return found


class ColumnWriter:
    """Writes columns one after the other; `finish` writes the index, last."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._place = 0
        self._columns: dict[str, dict[str, Any]] = {}

    def add(self, name: str, values: npt.NDArray[Any]) -> None:
        """Writes a column of whole numbers that fit into 64 bits with a sign."""
        is_rising = bool((values[1:] >= values[:-1]).all()) if len(values) > 1 else False
        blocks = [
            self._block(values[first : first + BLOCK].astype(np.int64), is_rising=is_rising)
            for first in range(0, len(values), BLOCK)
        ]
        self._columns[name] = {"count": len(values), "rising": is_rising, "blocks": blocks}

    def _block(self, values: Longs, *, is_rising: bool) -> list[int]:
        base = int(values[0]) if is_rising else int(values.min())
        rest = np.diff(values, prepend=values[:1]) if is_rising else values - base
        most = int(rest.view(np.uint64).max())
        width = next(n for n, kind in enumerate(_WIDTHS) if most < 1 << 8 * kind.itemsize)
        narrow = rest.astype(_WIDTHS[width])
        planes = narrow.view(np.uint8).reshape(len(narrow), -1).T
        body = _codec().compress(planes.tobytes(), asbytes=True)
        self._file.write(body)
        entry = [self._place, len(body), zlib.crc32(body), base, width]
        self._place += len(body)
        return entry

    def finish(self, header: Mapping[str, Any]) -> None:
        """Writes what the file says of itself, and where its columns lie."""
        text = json.dumps({"header": header, "columns": self._columns}, allow_nan=False)
        body = zlib.compress(text.encode(), 1)
        self._file.write(body)
        self._file.write(_TAIL.pack(self._place, len(body), zlib.crc32(body), MAGIC))


class Column:
    """A column read block by block: by place or slice, by places, searched where it ascends."""

    def __init__(self, file: "ColumnFile", name: str, entry: Mapping[str, Any]) -> None:
        self._file = file
        self._name = name
        self._count = int(entry["count"])
        self._is_rising = bool(entry["rising"])
        self._blocks: list[list[int]] = entry["blocks"]
        self._bases = np.array([block[3] for block in self._blocks], np.int64)
        self._added = np.zeros_like(self._bases) if self._is_rising else self._bases

    def __len__(self) -> int:
        return self._count

    def at(self, place: int) -> int:
        """One value."""
        return int(self.block(place // BLOCK)[place % BLOCK])

    def slice(self, first: int, last: int) -> Longs:
        """The values at [first, last)."""
        first, last = max(first, 0), min(last, self._count)
        if first >= last:
            return np.zeros(0, np.int64)
        found = np.empty(last - first, np.int64)
        for number in range(first // BLOCK, -(-last // BLOCK)):
            begin = number * BLOCK
            own = self._narrow(number)[max(first - begin, 0) : last - begin]
            at = max(begin - first, 0)
            np.add(own, self._added[number], out=found[at : at + len(own)])
        return found

    def whole(self) -> Longs:
        """All values."""
        return self.slice(0, self._count)

    def __getitem__(self, places: Longs) -> Longs:
        """The values at these places."""
        found = np.empty(len(places), np.int64)
        for number, own in by_block(places):
            values = self._narrow(number)[places[own] - number * BLOCK]
            found[own] = values.astype(np.int64) + self._added[number]
        return found

    def search(self, value: int, side: str = "left") -> int:
        """Where a value belongs in a column that ascends, as `numpy.searchsorted` says."""
        if not self._count:
            return 0
        where: Any = side
        number = max(int(np.searchsorted(self._bases, value, where)) - 1, 0)
        return number * BLOCK + int(np.searchsorted(self.block(number), value, where))

    def block(self, number: int) -> Longs:
        """A block's values."""
        narrow = self._narrow(number)
        found: Longs = narrow if self._is_rising else narrow + self._added[number]
        return found

    def _narrow(self, number: int) -> Any:
        """A block's values without what is added to them; kept for the next who asks.

        So memory holds as few bytes a value as the file where values do not ascend.
        """
        return self._file.kept((self._name, number), lambda: self._decoded(number))

    def _decoded(self, number: int) -> Any:
        place, size, checksum, base, width = self._blocks[number]
        count = min(self._count - number * BLOCK, BLOCK)
        body = self._file.read(place, size)
        if zlib.crc32(body) != checksum:
            raise DamagedColumnsError(f"block {number} of {self._name} is damaged")
        kind = _WIDTHS[width]
        raw = _codec().decompress(body, count * kind.itemsize, asbytes=True)
        planes = np.frombuffer(raw, np.uint8).reshape(kind.itemsize, count)
        narrow = planes[0].astype(kind)
        for shift, plane in enumerate(planes[1:], 1):
            narrow |= plane.astype(kind) << np.array(8 * shift, kind)
        if self._is_rising:
            return base + np.cumsum(narrow, dtype=np.int64)
        # With 64 bits and no sign the sum would be a float; with one it comes round again.
        return narrow.view(np.int64) if kind.itemsize == _WIDTHS[-1].itemsize else narrow


def by_block(places: Longs) -> Iterator[tuple[int, Any]]:
    """The blocks that hold places, and which of the places each holds."""
    if len(places) < 2:
        yield from ((int(place) // BLOCK, slice(None)) for place in places)
        return
    numbers = places // BLOCK
    step = np.diff(numbers)
    edges = np.flatnonzero(step)
    if not len(edges):
        yield int(numbers[0]), slice(None)
        return
    # Places come in order of time, or backwards, as a rule: then they lie block by block.
    if bool((step[edges] > 0).all()) or bool((step[edges] < 0).all()):
        order = None
    else:
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        edges = np.flatnonzero(np.diff(numbers))
    begins = [0, *(edges + 1).tolist()]
    for first, last in zip(begins, [*begins[1:], len(places)], strict=True):
        yield int(numbers[first]), slice(first, last) if order is None else order[first:last]


class ColumnFile:
    """An opened file; blocks that were read stay in memory up to a bound."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, or DamagedColumnsError for anything but a whole file."""
        self._path = path
        self._lock = Lock()
        self._cache: OrderedDict[tuple[str, int], Longs] = OrderedDict()
        self._cached_bytes = 0
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _TAIL.size, 0))
            tail = file.read(_TAIL.size)
        if len(tail) != _TAIL.size:
            raise DamagedColumnsError("the file is too short")
        place, length, checksum, magic = _TAIL.unpack(tail)
        if magic != MAGIC or place + length + _TAIL.size != size:
            raise DamagedColumnsError("the file is not whole")
        self._map = np.memmap(path, np.uint8, "r")
        body = self.read(place, length)
        if zlib.crc32(body) != checksum:
            raise DamagedColumnsError("the index is damaged")
        document = json.loads(zlib.decompress(body))
        self.header: dict[str, Any] = document["header"]
        self._columns = {
            name: Column(self, name, entry) for name, entry in document["columns"].items()
        }

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def column(self, name: str) -> Column:
        """A column by its name. Raises DamagedColumnsError for one that is not there."""
        if name not in self._columns:
            raise DamagedColumnsError(f"there is no column {name}")
        return self._columns[name]

    def read(self, place: int, size: int) -> bytes:
        """Bytes of the file."""
        return self._map[place : place + size].tobytes()

    def kept(self, key: tuple[str, int], make: Any) -> Longs:
        """A block out of memory, or made and kept; those used longest ago are let go."""
        with self._lock:
            found = self._cache.pop(key, None)
            if found is not None:
                self._cache[key] = found
                return found
        made: Longs = make()
        made.flags.writeable = False
        with self._lock:
            if key not in self._cache:
                self._cache[key] = made
                self._cached_bytes += made.nbytes
            while self._cached_bytes > MOST_CACHED_BYTES and len(self._cache) > 1:
                _, gone = self._cache.popitem(last=False)
                self._cached_bytes -= gone.nbytes
        return made
