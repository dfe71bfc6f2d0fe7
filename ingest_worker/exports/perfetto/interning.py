"""Texts of a trace, each written once and then named by its number."""

from typing import Any, cast

import numpy as np
import pyarrow as pa

from ingest_worker.exports.perfetto.wire import Column, Numbers, block, filled, number, text

EVENT_NAME, ARGUMENT_NAME, ARGUMENT_TEXT = 2, 3, 29
"""Fields of `InternedData`."""
MOST_TEXTS = 200_000


class Interning:
    """The numbers given so far; forgotten as a whole when there are too many to hold."""

    def __init__(self, most: int = MOST_TEXTS) -> None:
        self._most = most
        self._known: dict[tuple[int, str], int] = {}
        self._new: list[bytes] = []
        self.is_fresh = True

    def make_room(self) -> None:
        """Between two batches: start again if there are too many texts."""
        if len(self._known) > self._most:
            self._known.clear()
            self.is_fresh = True

    def number(self, kind: int, value: str) -> int:
        """The number of a text among those of its kind, from 1."""
        found = self._known.get((kind, value))
        if found is None:
            found = self._known[kind, value] = len(self._known) + 1
            self._new.append(block(kind, number(1, found) + text(2, value)))
        return found

    def numbers(self, kind: int, values: Column) -> Numbers:
        """The numbers of a column of texts; 0 where there is none or an empty one."""
        is_coded = pa.types.is_dictionary(values.type)
        coded = cast("Any", values if is_coded else values.dictionary_encode())
        own = [self.number(kind, value) if value else 0 for value in coded.dictionary.to_pylist()]
        codes = filled(coded.indices, len(own))
        found: Numbers = np.array([*own, 0], np.int64)[codes]
        return found

    def taken(self) -> bytes:
        """The content of `InternedData` for all texts that are new since the last call."""
        content = b"".join(self._new)
        self._new.clear()
        self.is_fresh = False
        return content
