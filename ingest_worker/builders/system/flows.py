"""Which events are of one flow: from the call on the host to what it made the device do."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from ingest_worker.builders.built import Array
from ingest_worker.builders.system.events import EXECUTE, RUNNING, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE

pc: Any = pyarrow.compute
lists: Any = pa.ListArray
OWN_KEY = "flow_id"


def flow_ids(events: Events, processes: Mapping[int, ProcessTrace]) -> Array:
    """A list of ids for each event, null where it is of no flow; `events` are in order of start.

    An id that an event carries itself, as native PyTorch profiling writes them, is its own. Every
    `nc_exec_running` has one more, which stands on the `nrt_execute` of the same execution too:
    a call has as many as it made cores run.
    """
    found: dict[int, list[str]] = {row: ids for row, ids in _carried(events) if ids}
    for call, ran in _executions(events):
        trace = processes[int(events.process[ran])]
        text = f"{trace.instance_id}/{trace.process_id}/{int(events.id[ran])}"
        for row in (call, ran):
            found.setdefault(row, []).append(text)
    rows = sorted(found)
    count = np.zeros(len(events), np.int64)
    count[rows] = [len(found[row]) for row in rows]
    offsets = np.append([0], np.cumsum(count)).astype(np.int32)
    texts = pa.array([text for row in rows for text in found[row]], pa.string())
    made: Array = lists.from_arrays(pa.array(offsets), texts, mask=pa.array(count == 0))
    return made


def _carried(events: Events) -> Iterator[tuple[int, list[str]]]:
    """Ids in the events' own attributes: one, or several as a JSON list."""
    has = pc.match_substring(events.extra, f'"{OWN_KEY}"').fill_null(False)  # noqa: FBT003
    for row in np.flatnonzero(has.to_numpy(zero_copy_only=False)).tolist():
        yield row, _ids(json.loads(events.extra[row].as_py()).get(OWN_KEY))


def _ids(value: object) -> list[str]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [str(value)]
    ids = value if isinstance(value, list) else [value]
    return [str(one) for one in ids if isinstance(one, str | int) and str(one)]


def _executions(events: Events) -> Iterator[tuple[int, int]]:
    """A call and what a core ran for it: the same core and number, the last call begun before.

    The first call where none began before: host and device clocks agree only so far.
    """
    calls: dict[tuple[int, int, int], list[int]] = {}
    for row in events.named(EXECUTE).tolist():
        calls.setdefault(_execution(events, row), []).append(row)
    for row in events.named(RUNNING).tolist():
        key = _execution(events, row)
        own = calls.get(key, [])
        if own and key[2] != NONE:
            before = bisect_right(own, row)
            yield own[max(before - 1, 0)], row


def _execution(events: Events, row: int) -> tuple[int, int, int]:
    return int(events.process[row]), int(events.nc[row]), int(events.exec_id[row])
