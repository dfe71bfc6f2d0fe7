"""Values of a JSON as values of a column: the type is the column's, what does not fit is null."""

import json
import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ingest_worker.builders.built import Array

LARGEST = 1 << 63
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})


class Unfit(Exception):  # noqa: N818
    """A value that is none of the column's type."""


def column_of(values: Sequence[Any], kind: pa.DataType) -> tuple[Array, int]:
    """The values as a column of a type, and how many did not fit it and are null."""
    fitted = []
    unfit = 0
    for value in values:
        try:
            fitted.append(None if value is None else fit(value, kind))
        except Unfit:
            fitted.append(None)
            unfit += 1
    made: Array = pa.array(fitted, kind)
    return made, unfit


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
