"""Texts that repeat, kept once: columns as codes into a dictionary of what is used."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array: TypeAlias = pa.Array[Any]
else:  # the class takes parameters for type checkers only
    Array = pa.Array

NOTHING = -1


@dataclass(frozen=True)
class Texts:
    """Some texts, each distinct one once; `place` is where each is in `distinct`, -1 for null."""

    place: npt.NDArray[np.int32]
    distinct: Array

    @classmethod
    def of(cls, values: "Array | Sequence[str | None]") -> "Texts":
        """Texts, any number of them alike."""
        array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
        found: Any = array.dictionary_encode()
        place = found.indices.fill_null(NOTHING).to_numpy(zero_copy_only=False)
        return cls(place.astype(np.int32), found.dictionary)

    def at(self, codes: npt.NDArray[Any]) -> Array:
        """The text at each code, null for a negative one; its dictionary holds no other texts."""
        if not len(self.place):
            return coded(pa.nulls(len(codes), pa.string()))
        place = np.where(codes < 0, NOTHING, self.place[codes])
        is_used = np.zeros(len(self.distinct) + 1, bool)
        is_used[place] = True
        used = np.flatnonzero(is_used[:-1])
        renumber = np.zeros(len(is_used), np.int32)
        renumber[used] = np.arange(len(used), dtype=np.int32)
        is_none = place == NOTHING
        own: Any = pa.array(renumber[place], mask=is_none if is_none.any() else None)
        kept: Any = pa.array(used)
        made: Array = pa.DictionaryArray.from_arrays(own, self.distinct.take(kept))
        return made


def coded(values: Array) -> Array:
    """A column of texts as codes into a dictionary; as it is when it already is one."""
    if pa.types.is_dictionary(values.type):
        return values
    found: Array = values.cast(pa.string()).dictionary_encode()
    return found
