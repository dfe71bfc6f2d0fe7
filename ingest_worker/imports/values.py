"""Values of a JSON as values of a column: the type is the column's, what does not fit is null."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest_worker.builders.built import Array

LARGEST = 1 << 63
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})


_NONE = type(None)
_OWN_TYPES: tuple[tuple[Callable[[pa.DataType], bool], frozenset[type]], ...] = (
    (pa.types.is_string, frozenset({str, _NONE})),
    (pa.types.is_boolean, frozenset({bool, _NONE})),
    (pa.types.is_integer, frozenset({int, _NONE})),
    (pa.types.is_floating, frozenset({int, float, _NONE})),
)
"""What Python calls the values of a column; whole numbers are decimals too."""


class Unfit(Exception):  # noqa: N818
    """A value that is none of the column's type."""


def column_of(values: Sequence[Any], kind: pa.DataType) -> tuple[Array, int]:
    """The values as a column of a type, and how many did not fit it and are null.

    Values that have the type already, as nearly all have, are taken at once.
    """
    made = _at_once(values, kind)
    if made is not None:
        return made, 0
    fitted = []
    unfit = 0
    for value in values:
        try:
            fitted.append(None if value is None else fit(value, kind))
        except Unfit:
            fitted.append(None)
            unfit += 1
    each: Array = pa.array(fitted, kind)
    return each, unfit


def _at_once(values: Sequence[Any], kind: pa.DataType) -> Array | None:
    """The values as a column, where all of them are of its own type in Python; else None."""
    own = next((types for fits, types in _OWN_TYPES if fits(kind)), frozenset())
    if not set(map(type, values)) <= own:
        return None
    try:
        if not pa.types.is_floating(kind):
            plain: Array = pa.array(values, kind)
            return plain
        found: Any = pa.array(values, pa.float64())
        return found.cast(kind) if pc.all(pc.is_finite(found)).as_py() is not False else None
    except (pa.ArrowException, UnicodeError, OverflowError):
        return None


def fit(value: Any, kind: pa.DataType) -> Any:
    """A value in the type of a column; numbers may stand as text. Raises Unfit."""
    if pa.types.is_string(kind):
        return _text(value)
    if pa.types.is_boolean(kind):
        return _truth(value)
    if pa.types.is_integer(kind):
        return _whole(value, kind.bit_width)
    if pa.types.is_floating(kind):
        return _decimal(value)
    if pa.types.is_list(kind) and isinstance(value, list):
        return [None if item is None else fit(item, kind.value_type) for item in value]
    raise Unfit


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value, separators=(",", ":"))


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unfit


def _whole(value: Any, bits: int) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = int(text) if len(text) <= 20 else text
        except ValueError as error:
            raise Unfit from error
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int):
        raise Unfit
    most = 1 << (bits - 1)
    if not -most <= value < most:
        raise Unfit
    return int(value)


def _decimal(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value) if value.strip() else None
        except ValueError as error:
            raise Unfit from error
    if value is None:
        return None
    if not isinstance(value, int | float) or (isinstance(value, int) and abs(value) > LARGEST):
        raise Unfit
    number = float(value)
    return number if math.isfinite(number) else None


def type_of(values: Sequence[Any]) -> pa.DataType:
    """The narrowest type of a column that nobody described: whole numbers, decimals, else text."""
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return pa.bool_()
    if there and all(_is_whole(value) for value in there):
        return pa.int64()
    if there and all(isinstance(value, int | float) for value in there):
        return pa.float64()
    return pa.string()


def _is_whole(value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and -LARGEST <= value < LARGEST
