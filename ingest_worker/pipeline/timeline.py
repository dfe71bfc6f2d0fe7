"""The stage that gives every slice its place: pyramids of the parts, one document for the run."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import pyarrow as pa

from ingest_worker.formats.errors import LimitExceeded
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices, engine_group, engine_tracks
from ingest_worker.tracks.loads import TileLoads
from ingest_worker.tracks.pyramid import LEAST_BASE_NS, PartPyramid, base_for, stacked
from profiles.storage.durable import write_text, written_whole
from profiles.storage.layout import PYRAMID, TIMELINE
from profiles.storage.manifest import PartEntry
from profiles.storage.tables import RunFolder
from profiles.tables.registry import arrow_schema
from profiles.timeline.tiles import (
    RATIO,
    SLICE_TILE_BUCKETS,
    TILE_BUCKETS,
    bucket_ns,
    level_count,
    levels_between,
)

MOST_TRACKS = 1 << 16


@dataclass
class TimelineBuilder:
    """Takes the parts one by one; `finish` writes the document.

    All parts share their levels. A part whose own base would be finer takes that of the parts
    before; one that needs a coarser base takes a level above theirs, and the document begins there.
    """

    folder: RunFolder
    base_ns: int = 0
    groups: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    loads: list[tuple[int, TileLoads]] = field(default_factory=list)
    duration_ns: int = 0
    kind: str = ""
    series: list[dict[str, Any]] = field(default_factory=list)

    def add_part(
        self,
        part: int,
        groups: Sequence[TrackGroup],
        slices: Iterable[TrackSlices],
        labels: Sequence[str],
    ) -> None:
        """Write the part's pyramid and remember its groups and tracks.

        Raises LimitExceeded for more tracks than the timeline can number.
        """
        tracks = [stacked(track) for track in slices]
        dma = [group for group in groups if _queues_of(tracks, group.id)]
        self._raise_base(tracks, dma)
        end_ns = max((int(track.end_ns.max()) for track in tracks if len(track)), default=0)
        self.duration_ns = max(self.duration_ns, end_ns)
        first = len(self.tracks)
        with written_whole(self.folder.part_path(part) / PYRAMID) as path:
            pyramid = PartPyramid.open(path, self.base_ns, end_ns)
            with pyramid.writer:
                for track in tracks:
                    self._remember(track, pyramid.add(track), first)
                for group in groups:
                    queues = [n for n, track in enumerate(tracks) if _is_queue(track, group.id)]
                    for engine, lane in engine_tracks(_queues_of(tracks, group.id)):
                        self._remember(engine, pyramid.add_engine(engine, queues, lane), first)
                pyramid.finish()
        self.loads.append((self.base_ns, pyramid.loads))
        self._write_tracks(part, first)
        for group in groups:
            self.groups.append(self._group_document(group, first))
            if group in dma:
                self.groups.append(self._group_document(_by_engine(group), first))
        self.labels[str(part)] = list(labels)

    def _write_tracks(self, part: int, first: int) -> None:
        columns = {
            "row_count": "rows",
            "lane_count": "lanes",
            "start_ts": "start_ns",
            "end_ts": "end_ns",
        }
        schema = arrow_schema("TimelineTrack")
        rows = [
            {name: track[columns.get(name, name)] for name in schema.names}
            for track in self.tracks[first:]
        ]
        if rows:
            batch = pa.RecordBatch.from_pylist(rows, schema=schema)
            self.folder.write_table("TimelineTrack", part, schema, iter([batch]))

    def _raise_base(self, tracks: list[TrackSlices], dma: list[TrackGroup]) -> None:
        engines = (
            engine for group in dma for engine, _ in engine_tracks(_queues_of(tracks, group.id))
        )
        needed = base_for(chain(tracks, engines), sum(map(len, tracks)))
        self.base_ns = self.base_ns or needed
        while self.base_ns < needed:
            self.base_ns *= RATIO

    def _remember(self, track: TrackSlices, facts: dict[str, Any], first: int) -> None:
        number = len(self.tracks)
        if number >= MOST_TRACKS:
            raise LimitExceeded("limit.records", f"There are more than {MOST_TRACKS} tracks.")
        self.tracks.append(
            {
                "id": number,
                "place": number - first,
                "key": track.key,
                "group": track.group,
                "kind": track.kind,
                "name": track.name,
                "part": track.part,
                "core": track.core,
                "table": track.table,
                "capacity": track.capacity,
                **facts,
                **({} if track.attrs is None else {"attrs": dict(track.attrs)}),
            }
        )

    def _group_document(self, group: TrackGroup, first: int) -> dict[str, Any]:
        own = [t for t in self.tracks[first:] if t["group"] == group.id]
        return {
            "id": group.id,
            "slug": group.slug,
            "title": group.title,
            "subtitle": group.subtitle,
            "kind": group.kind,
            "part": group.part,
            "core": group.core,
            "tracks": [track["id"] for track in own],
            "rows": sum(track["rows"] for track in own),
        }

    def _tile_buckets(self, base_ns: int) -> tuple[int, int]:
        """Widths of tiles of cells and of slices, in buckets: no tile may hold too much."""
        cells, slices = TILE_BUCKETS, SLICE_TILE_BUCKETS
        for own_base_ns, loads in self.loads:
            level = levels_between(own_base_ns, base_ns)
            cells = loads.cell_buckets(cells, level)
            slices = loads.slice_buckets(slices, level)
        return cells, slices

    def finish(self, parts: Sequence[PartEntry], notices: Sequence[Any]) -> None:
        """Write the document."""
        base_ns = self.base_ns or LEAST_BASE_NS
        cell_buckets, slice_buckets = self._tile_buckets(base_ns)
        levels = level_count(base_ns, self.duration_ns)
        document = {
            "duration_ns": max(self.duration_ns, *(p.span_ns for p in parts), 0),
            "tile_buckets": cell_buckets,
            "row_tile_buckets": slice_buckets,
            "levels": [{"level": n, "bucket_ns": bucket_ns(base_ns, n)} for n in range(levels)],
            "parts": [
                {"part": p.part, "name": p.name, "span_ns": p.span_ns, "clock": p.clock}
                for p in parts
            ],
            "groups": self.groups,
            "tracks": self.tracks,
            "labels": self.labels,
            "notices": [{"code": n.code, "message": n.message, "count": n.count} for n in notices],
        }
        if self.kind:
            document["kind"] = self.kind
        document["series"] = self.series
        write_text(self.folder.path / TIMELINE, json.dumps(document, separators=(",", ":")))


def _is_queue(track: TrackSlices, group: str) -> bool:
    return track.kind == "dma_queue" and track.group == group


def _queues_of(tracks: Sequence[TrackSlices], group: str) -> list[TrackSlices]:
    return [track for track in tracks if _is_queue(track, group)]


def _by_engine(group: TrackGroup) -> TrackGroup:
    """The group of the engines that served a group of queues."""
    return replace(group, id=engine_group(group.id), subtitle="by engine", kind="dma_engines")
