"""The stage that gives every slice its place: pyramids of the parts, one document for the run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices, engine_tracks
from ingest_worker.tracks.pyramid import base_for, write_pyramid
from profiles.storage.durable import write_text
from profiles.storage.layout import PYRAMID, TIMELINE
from profiles.storage.manifest import PartEntry
from profiles.storage.tables import RunFolder
from profiles.timeline.tiles import SLICE_TILE_BUCKETS, TILE_BUCKETS, bucket_ns, level_count


@dataclass
class TimelineBuilder:
    """Takes the parts one by one; `finish` writes the document. The first part sets the base."""

    folder: RunFolder
    base_ns: int = 0
    groups: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    duration_ns: int = 0

    def add_part(
        self,
        part: int,
        groups: Sequence[TrackGroup],
        slices: Sequence[TrackSlices],
        labels: Sequence[str],
    ) -> None:
        """Write the part's pyramid and remember its groups and tracks."""
        groups, slices = _with_engines(groups, [s.sorted_by_start() for s in slices])
        self.base_ns = self.base_ns or base_for(slices)
        end_ns = max((int(s.end_ns.max()) for s in slices if len(s)), default=0)
        self.duration_ns = max(self.duration_ns, end_ns)
        path = self.folder.part_path(part) / PYRAMID
        facts = write_pyramid(path, slices, self.base_ns, end_ns)
        first = len(self.tracks)
        for place, (track, fact) in enumerate(zip(slices, facts, strict=True)):
            self.tracks.append(_track_document(first + place, place, track, fact))
        for group in groups:
            self.groups.append(self._group_document(group, first))
        self.labels[str(part)] = list(labels)

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

    def finish(self, parts: Sequence[PartEntry], notices: Sequence[Any]) -> None:
        """Write the document."""
        base_ns = self.base_ns or 8
        levels = level_count(base_ns, self.duration_ns)
        document = {
            "duration_ns": max(self.duration_ns, *(p.span_ns for p in parts), 0),
            "tile_buckets": TILE_BUCKETS,
            "row_tile_buckets": SLICE_TILE_BUCKETS,
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
        write_text(self.folder.path / TIMELINE, json.dumps(document, separators=(",", ":")))


def _with_engines(
    groups: Sequence[TrackGroup], slices: Sequence[TrackSlices]
) -> tuple[list[TrackGroup], list[TrackSlices]]:
    """Beside each group of queues the group of engines that served them."""
    all_groups, all_slices = [], list(slices)
    for group in groups:
        all_groups.append(group)
        queues = [s for s in slices if s.group == group.id and s.kind == "dma_queue"]
        engines = engine_tracks(queues)
        if engines:
            all_slices += engines
            all_groups.append(
                TrackGroup(
                    engines[0].group,
                    group.title,
                    "by engine",
                    "dma_engines",
                    group.part,
                    group.core,
                )
            )
    return all_groups, all_slices


def _track_document(
    number: int, place: int, track: TrackSlices, facts: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": number,
        "place": place,
        "key": track.key,
        "group": track.group,
        "kind": track.kind,
        "name": track.name,
        "part": track.part,
        "core": track.core,
        "table": track.table,
        "capacity": track.capacity,
        **facts,
    }
