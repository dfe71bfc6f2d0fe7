"""All attributes of each span as one JSON object, put together column-wise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from ingest_worker.builders.built import Array
from ingest_worker.builders.system.spans import Spans
from ingest_worker.builders.system.values import NONE, Longs
from ingest_worker.formats.system.ntrace import TraceFrames

pc: Any = pyarrow.compute
PIECE_SPANS = 131_072
IN_COLUMNS = frozenset({"nc_idx", "worker_gid"})
DEVICE_TIME = "nc_timestamp_ns"
_ESCAPED = r'["\\\x00-\x1f]'


@dataclass(frozen=True)
class Added:
    """An attribute from elsewhere: the value of `name` for some spans, in rising order."""

    name: str
    span: Longs
    text: Array


def attributes_json(frames: TraceFrames, spans: Spans, added: Sequence[Added]) -> Array:
    """A JSON object for each span, values as the texts they are; null where there are none.

    What a start and a stop both tell is the stop's; what is added comes last and wins.
    """
    bounds = np.searchsorted(frames.attributes.frame, np.arange(len(frames) + 1))
    made = [
        _piece(frames, spans, added, bounds, first, min(first + PIECE_SPANS, len(spans)))
        for first in range(0, len(spans), PIECE_SPANS)
    ]
    return pa.concat_arrays(made) if made else pa.array([], pa.string())


class _Labels:
    """Names under which keys appear, each once."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text)


def _piece(
    frames: TraceFrames,
    spans: Spans,
    added: Sequence[Added],
    bounds: Longs,
    first: int,
    last: int,
) -> Array:
    labels = _Labels()
    spans_of: list[Longs] = []
    label_of: list[Longs] = []
    values: list[Array] = []
    for frame, is_stop in ((spans.start_frame, False), (spans.stop_frame, True)):
        span, entry = _entries(bounds, frame[first:last])
        label = _shown(frames.keys, labels, is_stop=is_stop)[frames.attributes.key[entry]]
        kept = np.flatnonzero(label != NONE)
        spans_of.append(span[kept])
        label_of.append(label[kept])
        values.append(_texts(frames, entry[kept]))
        for name, place, text in _extras(frames, frame[first:last]):
            spans_of.append(np.array([place]))
            label_of.append(np.array([labels.number(name)]))
            values.append(pa.array([text]))
    for one in added:
        begin, end = np.searchsorted(one.span, (first, last)).tolist()
        spans_of.append(one.span[begin:end] - first)
        label_of.append(np.full(end - begin, labels.number(one.name)))
        values.append(one.text.slice(begin, end - begin))
    return _objects(
        np.concatenate(spans_of),
        np.concatenate(label_of),
        pa.concat_arrays(values),
        labels.texts,
        last - first,
    )


def _entries(bounds: Longs, frame: Longs) -> tuple[Longs, Longs]:
    """Every attribute of each span's frame: the span's place, and the entry's."""
    has = np.flatnonzero(frame != NONE)
    begin, end = bounds[frame[has]], bounds[frame[has] + 1]
    count = end - begin
    span = np.repeat(has, count)
    behind = np.cumsum(count) - count
    return span, np.arange(len(span)) - np.repeat(behind - begin, count)


def _shown(keys: Sequence[str], labels: _Labels, *, is_stop: bool) -> Longs:
    """The label of each key, `NONE` for those that have columns of their own."""
    found = np.full(max(len(keys), 1), NONE, np.int64)
    for number, key in enumerate(keys):
        if key == DEVICE_TIME:
            found[number] = labels.number(
                "nc_stop_timestamp_ns" if is_stop else "nc_start_timestamp_ns"
            )
        elif key not in IN_COLUMNS:
            found[number] = labels.number(key)
    return found


def _extras(frames: TraceFrames, frame: Longs) -> list[tuple[str, int, str]]:
    if not frames.extras:
        return []
    known = np.isin(frame, np.fromiter(frames.extras, np.int64))
    return [
        (name, span, text)
        for span in np.flatnonzero(known).tolist()
        for name, text in frames.extras[int(frame[span])].items()
    ]


def _texts(frames: TraceFrames, entry: Longs) -> Array:
    """The values as texts, with broken UTF-8 replaced."""
    size = frames.attributes.size[entry]
    ends = np.cumsum(size)
    offset = frames.attributes.offset[entry]
    place = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(offset - (ends - size), size)
    raw = frames.data[place].tobytes()
    offsets = np.append([0], ends).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(raw)]
    binary: Any = pa.Array.from_buffers(pa.binary(), len(entry), buffers)
    try:
        raw.decode("utf-8")
        text: Array = binary.cast(pa.string())
    except (UnicodeDecodeError, pa.ArrowInvalid):
        text = pa.array([value.decode("utf-8", "replace") for value in binary.to_pylist()])
    return text.cast(pa.string())


def _objects(span: Longs, label: Longs, value: Array, names: Sequence[str], count: int) -> Array:
    """Objects of `count` spans out of their members; of equal names the last one counts."""
    order = np.lexsort((np.arange(len(span)), label, span))
    span, label = span[order], label[order]
    is_last = np.append((span[1:] != span[:-1]) | (label[1:] != label[:-1]), [True])[: len(span)]
    order, span, label = order[is_last], span[is_last], label[is_last]
    begins: Any = pa.array([f'{json.dumps(name)}:"' for name in names], pa.string())
    members = pc.binary_join_element_wise(
        begins.take(pa.array(label)), _escaped(_taken(value, order)), pa.scalar('"'), ""
    )
    offsets = np.searchsorted(span, np.arange(count + 1)).astype(np.int32)
    lists = _lists(pa.array(offsets), members)
    inside = pc.binary_join(lists, ",")
    objects: Any = pc.binary_join_element_wise(pa.scalar("{"), inside, pa.scalar("}"), "")
    empty = pa.array(offsets[1:] == offsets[:-1])
    found: Array = pc.if_else(empty, pa.scalar(None, pa.string()), objects)
    return found


def _lists(offsets: Any, members: Any) -> Any:
    return pa.ListArray.from_arrays(offsets, members)


def _taken(values: Any, place: Longs) -> Any:
    return values.take(pa.array(place))


def _escaped(value: Array) -> Array:
    odd = np.flatnonzero(pc.match_substring_regex(value, _ESCAPED).to_numpy(zero_copy_only=False))
    if not len(odd):
        return value
    mask = np.zeros(len(value), bool)
    mask[odd] = True
    texts = [json.dumps(text)[1:-1] for text in _taken(value, odd).to_pylist()]
    found: Array = pc.replace_with_mask(value, pa.array(mask), pa.array(texts, pa.string()))
    return found
