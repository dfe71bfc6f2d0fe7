"""A small system run for the browser: events as a serving step leaves them, written by hand."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices
from profiles import lifecycle
from profiles.models import Profile
from profiles.storage.layout import TIMELINE
from profiles.storage.manifest import Manifest, PartEntry
from profiles.stores import table_store
from profiles.tables.registry import arrow_schema

TABLE = "SystemProfileEvents"
HOST, PROCESS = "i-0d9", 713479
ORIGIN_UNIX_NS = 1_772_000_000_000_000_000
MS = 1_000_000


@dataclass(frozen=True)
class Span:
    """An event; times in microseconds."""

    name: str
    start_us: float
    length_us: float
    depth: int
    colour: int


@dataclass(frozen=True)
class Lane:
    """A track of the document: its key, where it comes from, and its events."""

    key: str
    group: str
    name: str
    source: str
    spans: tuple[Span, ...]
    thread: int | None = None
    nc: int | None = None
    pcore: int | None = None


@dataclass(frozen=True)
class Group:
    """What tiles are fetched by."""

    id: str
    title: str
    subtitle: str
    kind: str


@dataclass
class System:
    """A system run as a test describes it."""

    groups: tuple[Group, ...]
    lanes: tuple[Lane, ...]
    series: tuple[dict[str, Any], ...] = ()
    sync: tuple[dict[str, Any], ...] = ()
    names: list[str] = field(default_factory=list)

    def publish(self, profile: Profile) -> Profile:
        """Make this the current run of a profile."""
        run = lifecycle.claim(UUID(str(profile.pk)), worker="test", lease_s=60)
        assert run is not None
        folder = table_store().new_run(str(profile.pk), run.number)
        builder = TimelineBuilder(folder)
        rows: list[dict[str, Any]] = []
        tracks = [self._track(lane, rows) for lane in self.lanes]
        schema = arrow_schema(TABLE)
        batch = pa.RecordBatch.from_pylist(rows, schema=schema)
        folder.write_table(TABLE, 0, schema, iter([batch]))
        groups = [TrackGroup(g.id, g.title, g.subtitle, g.kind, 0, 0) for g in self.groups]
        builder.add_part(0, groups, tracks, self.names)
        part = PartEntry(
            0, "system", span_ns=builder.duration_ns, origin_unix_ns=str(ORIGIN_UNIX_NS)
        )
        builder.finish([part], ())
        self._complete(folder.path / TIMELINE)
        folder.publish(
            Manifest(
                "7.4.0", "0", duration_ns=builder.duration_ns, parts=(part,), tables=folder.tables
            )
        )
        manifest = table_store().open_run(str(profile.pk), run.number).manifest
        assert lifecycle.publish(run.pk, run.attempt, manifest)
        Profile.objects.filter(pk=profile.pk).update(kind="system")
        return Profile.objects.get(pk=profile.pk)

    def _track(self, lane: Lane, rows: list[dict[str, Any]]) -> TrackSlices:
        spans = sorted(lane.spans, key=lambda span: span.start_us)
        first = len(rows)
        for span in spans:
            start, length = round(span.start_us * 1000), round(span.length_us * 1000)
            rows.append(
                {
                    "id": len(rows),
                    "name": span.name,
                    "start_ts": start,
                    "end_ts": start + length,
                    "duration_ns": length,
                    "trace_event_source": lane.source,
                    "instance_id": HOST,
                    "process_id": PROCESS,
                    "thread_id": lane.thread or 0,
                    "nc_idx": lane.nc,
                    "pcore_idx": lane.pcore,
                    "extra_attributes_json": json.dumps({"exec_id": 1, "bytes": 16}),
                }
            )
            if span.name not in self.names:
                self.names.append(span.name)
        own = rows[first:]
        return TrackSlices(
            key=lane.key,
            group=lane.group,
            kind="span",
            name=lane.name,
            part=0,
            core=lane.nc or 0,
            table=TABLE,
            row=np.arange(first, len(rows), dtype=np.int64),
            start_ns=np.array([row["start_ts"] for row in own], np.int64),
            end_ns=np.array([row["end_ts"] for row in own], np.int64),
            colour=np.array([span.colour for span in spans], np.uint8),
            label=np.array([self.names.index(span.name) for span in spans], np.uint16),
            lane=np.array([span.depth for span in spans], np.uint8),
            deepest=max(span.depth for span in spans) + 1,
        )

    def _complete(self, path: Any) -> None:
        document = json.loads(path.read_text())
        of = {lane.key: lane for lane in self.lanes}
        for track in document["tracks"]:
            lane = of[track["key"]]
            track["attrs"] = {
                "instance": HOST,
                "process": PROCESS,
                "source": lane.source,
                "thread": lane.thread,
                "stream": None,
                "nc": lane.nc,
                "pcore": lane.pcore,
            }
            track["lanes"] = track["deepest"]
        document |= {
            "kind": "system",
            "series": list(self.series),
            "origin_unix_ns": str(ORIGIN_UNIX_NS),
        }
        path.write_text(json.dumps(document))


def serving_step() -> System:
    """One decode step: framework, runtime threads, two cores, transfers, memory and host CPU."""
    prefix = f"p0/{HOST}_pid_{PROCESS}"
    groups = (
        Group(f"{prefix}/fw", "Framework", "", "framework"),
        Group(f"{prefix}/rt", "Runtime", "", "runtime"),
        Group(f"{prefix}/hw0", "Hardware", "logical core 0", "hardware"),
        Group(f"{prefix}/tr0", "Transfers", "", "transfers"),
    )
    framework = (
        Span("serve.py: generate", 14786, 1460, 0, 2),
        Span("decode_step", 14790, 1445, 1, 2),
        Span("model.forward", 14850, 1250, 2, 2),
        Span("neuron::execute", 14851, 1242, 3, 2),
        Span("sample_tokens", 16105, 125, 2, 2),
    )
    execute = (
        Span("nrt_load", 0, 12200, 0, 0),
        Span("nrt_execute", 14852, 1240, 0, 0),
        Span("nrt_model_submit", 14855, 168, 1, 1),
        Span("kmgr_exec_core", 14964, 1128, 2, 0),
        *(Span("nrt_dma_mem_alloc", 14890 + 4 * n, 2, 3, 5) for n in range(24)),
    )
    wait = (Span("kbl_exec_wait", 15035, 1010, 0, 8), Span("kbl_exec_post", 16050, 20, 0, 1))
    core4 = (
        Span("nc_model_switch", 15014, 8, 0, 3),
        Span("nc_exec_running", 15023, 983, 0, 4),
    )
    core5 = (Span("nc_model_switch", 15014, 8, 0, 3), Span("nc_exec_running", 15023, 12, 0, 4))
    writes = tuple(Span("dmem_buf_copyin", 14890 + 40 * n, 9, 0, 6) for n in range(4))
    own: dict[str, Any] = {"nc": 0}
    lanes = (
        Lane(f"{prefix}/fw/t1", groups[0].id, "main thread", "framework", framework, 1),
        Lane(f"{prefix}/rt/nc0/t7", groups[1].id, "thread 7", "neuron_rt", execute, 7, **own),
        Lane(f"{prefix}/rt/nc0/t8", groups[1].id, "thread 8", "neuron_rt", wait, 8, **own),
        Lane(f"{prefix}/hw/nc0/c4", groups[2].id, "Core 4", "neuron_hw", core4, pcore=4, **own),
        Lane(f"{prefix}/hw/nc0/c5", groups[2].id, "Core 5", "neuron_hw", core5, pcore=5, **own),
        Lane(f"{prefix}/tr/h2d", groups[3].id, "Host to device", "neuron_rt", writes, **own),
    )
    attrs = {"instance": HOST, "process": PROCESS}
    series = (
        {
            "id": "hbm-2",
            "group": "memory",
            "title": "HBM 2 in use",
            "subtitle": "by kind",
            "unit": "bytes",
            "attrs": attrs,
            "count": 398,
            "interval_ns": None,
            "max": 500_000_000,
            "capacity": 24 << 30,
            "shape": "step",
        },
        {
            "id": "cpu",
            "group": "host",
            "title": "Host CPU",
            "subtitle": "1 s samples",
            "unit": "percent",
            "attrs": {"instance": HOST},
            "count": 600,
            "interval_ns": 1000 * MS,
            "max": 100,
            "capacity": 100,
            "shape": "sampled",
        },
    )
    return System(groups, lanes, series)
