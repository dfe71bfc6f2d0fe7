"""The timeline of a device from the rows of its tables, whoever wrote them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest_worker.builders.slices import (
    ENGINE_TRACKS,
    GREY,
    RED,
    VIOLET,
    LabelBook,
    size_labels,
)
from ingest_worker.formats.isa.opcodes import COLOURS, opcode_name
from ingest_worker.imports.collective_tracks import CollectiveTracks
from ingest_worker.imports.track_rows import (
    Longs,
    TableRows,
    check_count,
    slug_of,
    table_rows,
)
from ingest_worker.tracks.catalogue import (
    TRANSPOSE_BIT,
    UNKNOWN_COLOUR,
    TrackGroup,
    TrackSlices,
)
from profiles.storage.layout import table_file

ENGINES_PER_CORE = 16
MOST_QUEUES = 10_000
SAMPLES: Mapping[str, str] = {
    **dict.fromkeys(("SbufUsage", "PsumUsage", "DmaUsage", "HbmUsage", "PendingDma"), "pcore_idx"),
    "SemaphoreUpdate": "id",
}
ENGINE_ORDER = [name for name, _, _ in ENGINE_TRACKS]
TRANSPOSE = "TRANSPOSE"
COLOUR_OF: Mapping[str, int] = {opcode_name(byte): colour for byte, colour in COLOURS.items()}

_RING = re.compile(r"(?:\A|-)(?:Q(\d+))?-?E\d+\Z")
"""`-Q1-E64` behind a queue's name, or `Q1-E64` where it has none."""


def _queue_names(folder: Path) -> dict[tuple[int, int], str]:
    """The name of a queue by its core and number, where the part tells exactly one."""
    path = folder / table_file("DmaQueuesInfo")
    names: dict[tuple[int, int], set[str]] = {}
    if path.is_file():
        rows = pq.read_table(path, columns=["pcore_idx", "idx", "name"]).slice(0, MOST_QUEUES)
        for row in rows.to_pylist():
            names.setdefault((row["pcore_idx"], row["idx"]), set()).add(row["name"])
    return {place: min(own) for place, own in names.items() if len(own) == 1}


def _core_names(folder: Path) -> dict[int, str]:
    """What is known of each core beside its place: its number on the device, its program."""
    path = folder / table_file("LegacyCore")
    if not path.is_file():
        return {}
    rows = pq.read_table(path, columns=["pcore_idx", "nc_idx", "sg_name"]).slice(0, MOST_QUEUES)
    return {row["pcore_idx"]: f"nc {row['nc_idx']} · {row['sg_name']}" for row in rows.to_pylist()}


def _check_samples(folder: Path) -> None:
    """Raise LimitExceeded for samples of more cores or semaphores than a device has."""
    for table, column in SAMPLES.items():
        path = folder / table_file(table)
        if path.is_file():
            found: Any = pq.read_table(path, columns=[column], memory_map=True).column(0)
            check_count(len(pc.unique(found)), table)


@dataclass
class DeviceTracks:
    """The groups and tracks of a part, from the tables written to its folder."""

    folder: Path
    part: int
    labels: LabelBook

    def __post_init__(self) -> None:
        _check_samples(self.folder)
        self._cores = _core_names(self.folder)
        self.groups: list[TrackGroup] = []
        self.tracks: list[TrackSlices] = [
            *self._engines(),
            *self._queues(),
            *self._clocks(),
            *self._errors(),
            *self._collectives(),
        ]
        order = ["core", "collectives", "dma", "clock", "errors"]
        self.groups.sort(key=lambda group: order.index(group.kind))

    def _group(self, kind: str, core: int, title: str, subtitle: str, slug: str) -> str:
        name = f"p{self.part}/{slug}"
        if all(group.id != name for group in self.groups):
            self.groups.append(TrackGroup(name, title, subtitle, kind, self.part, core))
        return name

    def _track(self, rows: TableRows, chosen: Longs, facts: Mapping[str, Any]) -> TrackSlices:
        track = TrackSlices(
            part=self.part,
            row=chosen,
            start_ns=rows.start_ns[chosen],
            end_ns=rows.end_ns[chosen],
            lane=facts.get("lane"),
            **{name: value for name, value in facts.items() if name != "lane"},
        )
        return track.sorted_by_start()

    def _engines(self) -> Iterator[TrackSlices]:
        rows = table_rows(
            self.folder,
            "Instruction",
            ("start_ts", "end_ts", ""),
            ["timeline_track", "opcode", "tensor_instruction_type", "scalar_activation_fn"],
        )
        if rows is None:
            return
        names, track = rows.codes("timeline_track")
        check_count(len(names) + len(np.unique(rows.core)), "Instruction")
        colour, label = self._looks(rows)
        order = sorted(range(len(names)), key=lambda n: (_place(names[n]), names[n]))
        for core in np.unique(rows.core).tolist():
            group = self._group("core", core, f"Core {core}", self._cores.get(core, ""), f"c{core}")
            for number in order:
                chosen = np.flatnonzero((rows.core == core) & (track == number))
                if not len(chosen):
                    continue
                name = names[number] or "Engine unknown"
                yield self._track(
                    rows,
                    chosen,
                    {
                        "key": f"{group}/{slug_of(name)}",
                        "group": group,
                        "kind": "engine",
                        "name": name,
                        "core": core,
                        "table": "Instruction",
                        "colour": colour[chosen],
                        "label": label[chosen],
                    },
                )

    def _looks(self, rows: TableRows) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
        """Colour and label of each instruction, by its opcode and function."""
        opcodes, opcode = rows.codes("opcode")
        functions, function = rows.codes("scalar_activation_fn")
        kinds, kind = rows.codes("tensor_instruction_type")
        own = np.array([COLOUR_OF.get(text, UNKNOWN_COLOUR) for text in opcodes], np.uint8)
        colour = own[opcode]
        turned = np.array([text == TRANSPOSE for text in kinds])[kind]
        colour = np.where(turned & (colour != UNKNOWN_COLOUR), colour | TRANSPOSE_BIT, colour)
        pairs, code = np.unique(opcode * len(functions) + function, return_inverse=True)
        texts = [
            f"{opcodes[pair // len(functions)]} {functions[pair % len(functions)]}".strip()
            for pair in pairs.tolist()
        ]
        return colour.astype(np.uint8), self.labels.numbers(texts)[code]

    def _queues(self) -> Iterator[TrackSlices]:
        rows = table_rows(
            self.folder,
            "DmaPacket",
            ("start_ts", "end_ts", ""),
            ["queue_name", "queue_idx", "engine_idx", "transfer_bytes"],
        )
        if rows is None:
            return
        known = _queue_names(self.folder)
        full, code = rows.codes("queue_name")
        check_count(len(np.unique(rows.core)), "DmaPacket")
        names = sorted({_RING.sub("", name) for name in full})
        queue = np.array([names.index(_RING.sub("", name)) for name in full])[code]
        engine, index = rows.numbers("engine_idx"), rows.numbers("queue_idx")
        size = np.clip(rows.numbers("transfer_bytes"), 0, (1 << 32) - 1).astype(np.uint32)
        label = size_labels(size, self.labels)
        for core in np.unique(rows.core).tolist():
            own = rows.core == core
            group = self._group("dma", core, f"DMA of core {core}", "by queue", f"dma{core}")
            base = int(engine[own].min()) // ENGINES_PER_CORE * ENGINES_PER_CORE
            keys = np.unique(np.stack((index[own], queue[own]), axis=1), axis=0)
            check_count(len(keys), "DmaPacket")
            for number, place in keys.tolist():
                chosen = np.flatnonzero(own & (queue == place) & (index == number))
                name = names[place] or known.get((core, number), f"Q{number}")
                shade = RED if "SpillReload" in name else VIOLET
                yield self._track(
                    rows,
                    chosen,
                    {
                        "key": f"{group}/{number}-{slug_of(name)}",
                        "group": group,
                        "kind": "dma_queue",
                        "name": name,
                        "core": core,
                        "table": "DmaPacket",
                        "colour": np.full(len(chosen), shade, np.uint8),
                        "label": label[chosen],
                        "lane": (engine[chosen] % ENGINES_PER_CORE).astype(np.uint8),
                        "capacity": ENGINES_PER_CORE,
                        "engine_base": base,
                    },
                )

    def _clocks(self) -> Iterator[TrackSlices]:
        rows = table_rows(
            self.folder, "Throttle", ("timestamp", "", "duration"), ["k", "n", "type"]
        )
        if rows is None:
            return
        check_count(len(np.unique(rows.core)), "Throttle")
        limit, whole = rows.numbers("k"), rows.numbers("n")
        kinds, kind = rows.codes("type")
        for core in np.unique(rows.core).tolist():
            group = self._group("clock", 0, "Clock limit", "k of n cycles", "clock")
            chosen = np.flatnonzero(rows.core == core)
            texts = [
                f"{limit[row]}/{whole[row]} {kinds[kind[row]]}".removesuffix(" unknown")
                for row in chosen.tolist()
            ]
            yield self._track(
                rows,
                chosen,
                {
                    "key": f"{group}/c{core}",
                    "group": group,
                    "kind": "clock",
                    "name": f"Core {core}",
                    "core": core,
                    "table": "Throttle",
                    "colour": np.where(limit < whole, RED, GREY).astype(np.uint8)[chosen],
                    "label": self.labels.numbers(texts),
                },
            )

    def _collectives(self) -> list[TrackSlices]:
        made = CollectiveTracks(self.folder, self.part, self.labels)
        found = list(made.tracks())
        if found:
            self.groups.append(made.group)
        return found

    def _errors(self) -> Iterator[TrackSlices]:
        rows = table_rows(self.folder, "Error", ("timestamp", "", ""), ["description"])
        if rows is None:
            return
        check_count(len(np.unique(rows.core)), "Error")
        texts, text = rows.codes("description")
        label = self.labels.numbers(texts)[text]
        for core in np.unique(rows.core).tolist():
            group = self._group("errors", 0, "Errors", "", "errors")
            chosen = np.flatnonzero(rows.core == core)
            yield self._track(
                rows,
                chosen,
                {
                    "key": f"{group}/c{core}-errors",
                    "group": group,
                    "kind": "error",
                    "name": f"Errors of core {core}",
                    "core": core,
                    "table": "Error",
                    "colour": np.full(len(chosen), RED, np.uint8),
                    "label": label[chosen],
                },
            )


def _place(name: str) -> int:
    return ENGINE_ORDER.index(name) if name in ENGINE_ORDER else len(ENGINE_ORDER)
