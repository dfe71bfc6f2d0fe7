"""The tracks of a system timeline: spans by process, source, core and thread or stream."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.slices import LabelBook
from ingest_worker.builders.system.events import FRAMEWORK, HARDWARE, RUNTIME, SOURCES, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE, Longs
from ingest_worker.tracks.catalogue import UNKNOWN_COLOUR, TrackGroup, TrackSlices
from ingest_worker.tracks.nesting import MOST_NESTED_LANES, nested_lanes

TABLE = "SystemProfileEvents"
SHORT = {FRAMEWORK: "fw", RUNTIME: "rt", HARDWARE: "hw"}
KINDS = {FRAMEWORK: "framework", RUNTIME: "runtime", HARDWARE: "hardware"}
COLOURS: Mapping[int, tuple[str, ...]] = {
    0: ("generic", "nrt_", "kmgr_", "kbl_exec_core", "kbl_exec_post", "hw_notify",
        "timestamp_sync_point", "numerical_err"),
    1: ("async_post_request", "nrt_model_submit", "kbl_exec_pre"),
    3: ("nrt_model_switch", "nc_model_switch"),
    4: ("nc_exec_running",),
    5: ("nrt_tensor_allocate", "nrt_tensor_free", "nrt_dma_mem_"),
    6: ("nrt_tensor_read", "nrt_tensor_write", "dmem_buf_"),
    7: ("nrt_load_collectives", "cc_", "enc_barrier"),
    8: ("kbl_exec_wait", "nrt_async_sema_wait", "tensor_block_while_exec", "exec_consume_",
        "notification_consume_"),
}  # fmt: skip
"""Colour classes by the beginning of a name; the longest one that fits counts."""

FRAMEWORK_COLOUR = 2
TO_DEVICE = ("dmem_buf_copyin", "dmem_buf_batch_copyin")
TO_HOST = ("dmem_buf_copyout", "dmem_buf_batch_copyout")
DIRECTIONS = (("host_to_device", TO_DEVICE), ("device_to_host", TO_HOST))


@dataclass
class SystemTracks:
    """Groups in the order in which they are shown, and all tracks."""

    groups: list[TrackGroup] = field(default_factory=list)
    tracks: list[TrackSlices] = field(default_factory=list)


def colour_of(name: str) -> int:
    """The colour class of a runtime event."""
    fitting = [
        (len(start), colour)
        for colour, starts in COLOURS.items()
        for start in starts
        if name.startswith(start)
    ]
    return max(fitting)[1] if fitting else UNKNOWN_COLOUR


def system_tracks(
    events: Events, processes: Mapping[int, ProcessTrace], labels: LabelBook
) -> SystemTracks:
    """Every event in one track, and transfers between host and device in one more."""
    looks = _Looks(events, labels)
    found = SystemTracks()
    order = np.lexsort((_place(events), events.nc, events.source, events.process))
    keys = np.stack(
        (events.process, events.source.astype(np.int64), events.nc, _place(events)), axis=1
    )[order]
    edges: Any = np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1 if len(keys) else []
    known: set[str] = set()
    for rows in np.split(order, edges) if len(order) else []:
        track = _track(events, np.sort(rows), processes, looks)
        if track.group not in known:
            known.add(track.group)
            found.groups.append(_group(events, int(rows[0]), processes, track.group))
        found.tracks.append(track)
    for group, tracks in _transfers(events, processes, looks):
        found.groups.append(group)
        found.tracks += tracks
    found.groups.sort(key=lambda group: int(group.id.partition("/")[0][1:]))
    return found


class _Looks:
    """Label and colour of each event."""

    def __init__(self, events: Events, labels: LabelBook) -> None:
        own = np.array([colour_of(name) for name in events.names], np.uint8)
        texts = labels.numbers(events.names)
        self.colour: npt.NDArray[np.uint8] = (
            np.where(events.source == FRAMEWORK, FRAMEWORK_COLOUR, own[events.name]).astype(
                np.uint8
            )
            if len(events)
            else np.zeros(0, np.uint8)
        )
        self.label = texts[events.name] if len(events) else np.zeros(0, np.uint16)


def _place(events: Events) -> Longs:
    """What tells tracks of a core apart: physical core, stream (counted below 0), or thread."""
    host = np.where(events.stream == NONE, events.thread, -2 - events.stream)
    found: Longs = np.where(events.source == HARDWARE, events.pcore, host)
    return found


def _attrs(events: Events, row: int, trace: ProcessTrace) -> dict[str, Any]:
    source = int(events.source[row])
    stream = int(events.stream[row])
    return {
        "instance": trace.instance_id,
        "process": trace.process_id,
        "source": SOURCES[source],
        "thread": None if source == HARDWARE or stream != NONE else int(events.thread[row]),
        "stream": None if stream == NONE else events.streams[stream],
        "nc": _known(int(events.nc[row])),
        "pcore": _known(int(events.pcore[row])) if source == HARDWARE else None,
    }


def _known(number: int) -> int | None:
    return None if number == NONE else number


def _track(
    events: Events, rows: Longs, processes: Mapping[int, ProcessTrace], looks: _Looks
) -> TrackSlices:
    row = int(rows[0])
    trace = processes[int(events.process[row])]
    attrs = _attrs(events, row, trace)
    source = int(events.source[row])
    host = re.sub(r"[^0-9A-Za-z._-]", "_", trace.instance_id)
    ends = [f"p{trace.number}", f"{host}_pid_{trace.process_id}", SHORT[source]]
    ends += [] if attrs["nc"] is None else [f"nc{attrs['nc']}"]
    ends += [_place_key(attrs, int(events.stream[row]))]
    return _slices(
        events, rows, looks, "/".join(ends), _group_id(trace, source, attrs["nc"]),
        _track_name(attrs, trace), attrs,
    )  # fmt: skip


def _place_key(attrs: Mapping[str, Any], stream: int) -> str:
    if attrs["stream"] is not None:
        return f"s{stream}"
    return f"t{attrs['thread']}" if attrs["thread"] is not None else f"c{attrs['pcore']}"


def _slices(
    events: Events,
    rows: Longs,
    looks: _Looks,
    key: str,
    group: str,
    name: str,
    attrs: Mapping[str, Any],
) -> TrackSlices:
    lane, deepest = nested_lanes(events.start_ns[rows], events.end_ns[rows])
    return TrackSlices(
        key=key,
        group=group,
        kind="span",
        name=name,
        part=0,
        core=attrs["nc"] or 0,
        table=TABLE,
        row=rows,
        start_ns=events.start_ns[rows],
        end_ns=events.end_ns[rows],
        colour=looks.colour[rows],
        label=looks.label[rows],
        lane=lane,
        deepest=deepest,
        most_lanes=MOST_NESTED_LANES,
        attrs=attrs,
    )


def _group_id(trace: ProcessTrace, source: int, core: int | None) -> str:
    suffix = f"/nc{core}" if source == HARDWARE and core is not None else ""
    return f"p{trace.number}/{SHORT[source]}{suffix}"


def _group(
    events: Events, row: int, processes: Mapping[int, ProcessTrace], group: str
) -> TrackGroup:
    trace = processes[int(events.process[row])]
    source, core = int(events.source[row]), _known(int(events.nc[row]))
    subtitle = f"process {trace.process_id}"
    if source == HARDWARE and core is not None:
        subtitle = f"logical core {core}"
    return TrackGroup(group, KINDS[source].capitalize(), subtitle, KINDS[source], 0, core or 0)


def _track_name(attrs: Mapping[str, Any], trace: ProcessTrace) -> str:
    if attrs["stream"] is not None:
        return f"Stream {attrs['stream']}"
    if attrs["thread"] is None:
        return "Core unknown" if attrs["pcore"] is None else f"Core {attrs['pcore']}"
    names = [one.thread_names.get(attrs["thread"]) for one in trace.framework]
    name = next((name for name in names if name), f"thread {attrs['thread']}")
    return name if attrs["nc"] is None else f"NC {attrs['nc']} · {name}"


def _transfers(
    events: Events, processes: Mapping[int, ProcessTrace], looks: _Looks
) -> Iterator[tuple[TrackGroup, list[TrackSlices]]]:
    """Copies between host and device once more, by logical core and direction."""
    every = events.named(*TO_DEVICE, *TO_HOST)
    pairs = np.stack((events.process[every], events.nc[every]), axis=1)
    for process, core in np.unique(pairs, axis=0).tolist() if len(every) else []:
        trace = processes[process]
        group = f"p{process}/io/nc{core}" if core != NONE else f"p{process}/io"
        tracks = []
        for direction, names in DIRECTIONS:
            rows = events.named(*names)
            rows = rows[(events.process[rows] == process) & (events.nc[rows] == core)]
            if len(rows):
                attrs = {
                    "instance": trace.instance_id,
                    "process": trace.process_id,
                    "source": SOURCES[RUNTIME],
                    "thread": None,
                    "stream": None,
                    "nc": _known(core),
                    "pcore": None,
                    "direction": direction,
                }
                title = "Host to device" if names is TO_DEVICE else "Device to host"
                tracks.append(
                    _slices(events, rows, looks, f"{group}/{direction}", group, title, attrs)
                )
        subtitle = f"logical core {core}" if core != NONE else f"process {trace.process_id}"
        yield TrackGroup(group, "Transfers", subtitle, "transfers", 0, max(core, 0)), tracks
