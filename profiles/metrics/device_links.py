"""From events of a system run to the device profiles that show them."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from profiles.metrics.events import Events, Longs, attributes_of
from profiles.metrics.host_gaps import RUNNING
from profiles.metrics.range_statistics import Durations, grouped
from profiles.metrics.steps import EXECUTE
from profiles.storage.manifest import PartEntry
from profiles.storage.tables import ReadableRun

LINKS = "DeviceProfileLink"
LISTED = "DeviceProfileList"
THIS_EXECUTION = "this execution"
SAME_PROGRAM = "same program"


@dataclass(frozen=True)
class Link:
    """A device profile that an event may belong to, and why.

    `host_minus_device_ns` leads from the device's clock to Unix time; start and end are those of
    the execution on the device's clock. All three are None where they are not known.
    """

    event_row: int
    device_profile_name: str
    device_profile_id: str
    relation: str
    evidence: str
    host_minus_device_ns: int | None
    device_start_ns: int | None
    device_end_ns: int | None


@dataclass(frozen=True)
class Share:
    """A part of an event's time."""

    label: str
    ns: int
    share: float


def links_of(run: ReadableRun, row: int) -> list[Link]:
    """The device profiles of one event; none for a run without the table."""
    if run.manifest.table(LINKS) is None:
        return []
    table = pq.read_table(
        run.table_path(LINKS),
        columns=[field.name for field in fields(Link)],
        filters=[("event_row", "==", row)],
        memory_map=True,
    )
    return [Link(**one) for one in table.to_pylist()]


def listed_devices(run: ReadableRun) -> dict[str, dict[str, Any]]:
    """What the run says of its device profiles, by name."""
    if run.manifest.table(LISTED) is None:
        return {}
    rows = pq.read_table(run.table_path(LISTED), memory_map=True).to_pylist()
    return {str(row["device_profile_name"]): row for row in rows}


def device_calls(run: ReadableRun, events: Events) -> dict[str, Durations]:
    """Calls of nrt_execute by the id of the device profile whose program they ran."""
    if run.manifest.table(LINKS) is None:
        return {}
    table = pq.read_table(
        run.table_path(LINKS),
        columns=["event_row", "device_profile_id", "relation"],
        filters=[("relation", "in", [THIS_EXECUTION, SAME_PROGRAM])],
        memory_map=True,
    )
    device: Any = table.column("device_profile_id").combine_chunks().dictionary_encode()
    row: Longs = table.column("event_row").to_numpy()
    is_call = events.coded("name").where(EXECUTE)[row]
    code = device.indices.to_numpy().astype(np.int64)[is_call]
    duration = events.numbers("duration_ns")[row[is_call]]
    names = device.dictionary.to_pylist()
    return {names[place]: found for place, found in grouped(code, duration, duration)}


def where_time_went(events: Events, row: int) -> list[Share]:
    """An nrt_execute before, while and after its devices run; nothing where that is not known."""
    name = events.coded("name")
    if name.values[int(name.codes[row])] != EXECUTE:
        return []
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    start, end = int(starts[row]), int(ends[row])
    ran = _runs_within(events, row, start, end)
    if not len(ran) or end <= start:
        return []
    begun = int(starts[ran].min())
    done = min(int(ends[ran].max()), end)
    parts = (
        ("Submit, before the device starts", begun - start),
        ("Device running", done - begun),
        ("After the device stops", end - done),
    )
    return [Share(label, ns, ns / (end - start)) for label, ns in parts]


def _runs_within(events: Events, row: int, start: int, end: int) -> Longs:
    """Executions on the same core that begin within the call; of several, the first one."""
    starts, nc_idx = events.numbers("start_ts"), events.numbers("nc_idx")
    process, instance = events.coded("process_id").codes, events.coded("instance_id").codes
    rows = np.flatnonzero(
        events.coded("name").where(RUNNING)
        & (starts >= start)
        & (starts < end)
        & (nc_idx == nc_idx[row])
        & (process == process[row])
        & (instance == instance[row])
    )
    if not len(rows):
        return rows
    execution = [one.get("exec_id") for one in events.attributes(rows)]
    first = execution[int(np.argmin(starts[rows]))]
    chosen: Longs = rows[np.array([one == first for one in execution])]
    return chosen


def model_text(attributes_json: str | None) -> str | None:
    """The model's name in an event's attributes; its number where there is no name."""
    attributes = attributes_of(attributes_json)
    if attributes.get("model_name"):
        return str(attributes["model_name"])
    return f"model {attributes['model_id']}" if "model_id" in attributes else None


@dataclass(frozen=True)
class Shown:
    """An execution that a device profile shows: its row, and the profile's zero as Unix ns."""

    row: int
    device_profile_id: str
    zero_unix_ns: int


def shown_executions(run: ReadableRun, parts: dict[str, PartEntry]) -> list[Shown]:
    """Of every device profile the first execution it shows, by row.

    `parts` are the profiles' traces by id. Left out is what has no clock in common with the host.
    """
    if run.manifest.table(LINKS) is None:
        return []
    table = pq.read_table(
        run.table_path(LINKS),
        columns=["event_row", "device_profile_id", "host_minus_device_ns"],
        filters=[("relation", "==", THIS_EXECUTION)],
        memory_map=True,
    ).sort_by("event_row")
    shown: dict[str, Shown] = {}
    columns = [table.column(name).to_pylist() for name in table.column_names]
    for row, device, offset_ns in zip(*columns, strict=True):
        part = parts.get(device)
        if device in shown or part is None or part.device_zero_ns is None or offset_ns is None:
            continue
        shown[device] = Shown(row, device, int(part.device_zero_ns) + offset_ns)
    return sorted(shown.values(), key=lambda one: one.row)
