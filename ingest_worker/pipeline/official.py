"""Processes a result of the official tool, tables or JSON, to a published run."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ingest_worker.builders.slices import LabelBook
from ingest_worker.formats.errors import FormatError, LimitExceeded
from ingest_worker.formats.notice import Notice
from ingest_worker.imports import official_fixed as fixed
from ingest_worker.imports import official_notices as said
from ingest_worker.imports.conform import Conformed, Times, in_time_order
from ingest_worker.imports.device_tracks import DeviceTracks
from ingest_worker.imports.official_json import official_rows
from ingest_worker.imports.official_names import published
from ingest_worker.imports.official_span import PartFacts, has_picoseconds, part_facts
from ingest_worker.imports.parquet_folder import TableSet, open_table, table_sets
from ingest_worker.imports.staging import Staging
from ingest_worker.imports.system_rows import EVENTS, system_timeline, zero_of
from ingest_worker.pipeline.build import Maker, write_tables
from ingest_worker.pipeline.run import RunResult
from ingest_worker.pipeline.stage import Options, Progress, SourceRef, in_order
from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.series import table_series
from ingest_worker.tracks.values import device_series
from profiles.capture_names import OFFICIAL, PARQUET
from profiles.storage.manifest import Manifest, NoticeEntry, SourceEntry
from profiles.storage.tables import RunFolder
from profiles.tables.registry import SCHEMA_VERSION

STAGING = "staging"
SYSTEM, DEVICE = "system", "device"
MADE_HERE = frozenset({"Warning", "SchemaFields"})
"""Tables to which this program adds rows of its own, or that it writes where they are missing."""

PARENT_TABLES = frozenset({EVENTS, "SystemProfileMetadata", "CpuUsage", "HostMemUsage"})
SPAN_FREE = frozenset(
    {"Summary", "LegacySummary", "ThrottleSummary", "Metadata", "Warning", "SchemaFields"}
)
"""Tables a source may have without a single event."""


def process_official(
    sources: Sequence[SourceRef], folder: RunFolder, options: Options, progress: Progress
) -> RunResult:
    """Reads the tables of the sources, in order, and publishes them as a run of ours.

    Raises FormatError: of a file that cannot be read, `official.nothing` where no table is left,
    `official.mixed` for a system and devices in one upload.
    """
    progress("identify", 0, len(sources))
    staging = folder.path / STAGING
    try:
        found = _found(sources, staging, options, progress)
        run = _Run(folder, options, found, {one.path: one.name for one in sources})
        run.write(progress)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    progress("publish", 0, 0)
    manifest = run.manifest(sources)
    run.timeline.finish(manifest.parts, manifest.notices)
    folder.publish(manifest)
    return RunResult(manifest, run.notices)


@dataclass
class _Found:
    """The profiles in the sources, and what was odd about the files."""

    sets: list[TableSet] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def _found(
    sources: Sequence[SourceRef], staging: Path, options: Options, progress: Progress
) -> _Found:
    found = _Found(notices=list(options.notices))
    ordered = in_order(sources)
    tables = [(one.name, one.path) for one in ordered if one.role == PARQUET]
    found.sets, odd = table_sets(tables)
    found.notices += said.odd_names(odd)
    texts = [one for one in ordered if one.role == OFFICIAL]
    for number, source in enumerate(texts):
        progress("decode", number, len(texts))
        _take_json(source, staging / str(number), options, found)
    found.sets = _together(found.sets)
    if not found.sets:
        raise FormatError("official.nothing", "There is no table in what was sent.")
    kinds = {_kind(one) for one in found.sets}
    if len(kinds) > 1 or (kinds == {SYSTEM} and len(found.sets) > 1):
        raise FormatError("official.mixed", "A system and other profiles are in one upload.")
    return found


def _take_json(source: SourceRef, folder: Path, options: Options, found: _Found) -> None:
    """Spools one JSON; what has no name of a profile is left out beside tables that do."""
    with Staging(folder, options.limits.records) as staging:
        for name, row in official_rows(source.path, options.limits.file_bytes):
            staging.take(published(name, row))
        tables = staging.finish()
    found.notices += said.of_staging(staging)
    if tables:
        title = source.name.rpartition("/")[2].removesuffix(".gz").removesuffix(".json")
        found.sets.append(TableSet(title, tables, staging.empty(), is_json=True))


def _together(sets: Sequence[TableSet]) -> list[TableSet]:
    """A summary beside the one profile it is of is no profile of its own."""
    whole = [one for one in sets if not one.tables.keys() <= SPAN_FREE]
    if len(whole) != 1:
        return list(whole or sets)
    for one in sets:
        if one is not whole[0]:
            whole[0].empty = {**one.empty, **whole[0].empty}
            whole[0].tables = {**one.tables, **whole[0].tables}
    return whole


def _kind(one: TableSet) -> str:
    is_device = bool({"Instruction", "DmaPacket"} & one.tables.keys())
    return SYSTEM if PARENT_TABLES & one.tables.keys() and not is_device else DEVICE


class _Run:
    """The run being written."""

    def __init__(
        self, folder: RunFolder, options: Options, found: _Found, labels: Mapping[Path, str]
    ) -> None:
        self.folder = folder
        self.options = options
        self.sets = found.sets
        self.labels = labels
        self.notices = list(found.notices)
        self.kind = _kind(found.sets[0])
        self.parts: list[PartFacts] = []
        self.timeline = TimelineBuilder(folder, kind=SYSTEM if self.kind == SYSTEM else "")
        self._rows = 0
        self._done = 0

    def write(self, progress: Progress) -> None:
        """Writes part after part: its tables, then its place on the timeline."""
        total = sum(len(one.tables) for one in self.sets)
        for number, one in enumerate(self.sets):
            tables, times = _opened(one, self.labels)
            self._check_rows(tables)
            said_before = len(self.notices) if number else 0
            self.notices += said.of_source(one, list(tables.values()), _version(tables))
            for name, table in tables.items():
                progress("build", self._done, total)
                self._done += 1
                if table.source.row_count and name not in MADE_HERE:
                    self.folder.write_table(name, number, table.schema, in_time_order(table))
                self.notices += said.of_table(table)
            part = self.folder.part_path(number)
            facts = part_facts(part, number, one.title, times.zero_ns)
            self._write_fixed(tables, facts, self.notices[said_before:])
            self.parts.append(facts)
            self._place(facts)
        progress("timeline", 0, 0)

    def _check_rows(self, tables: Mapping[str, Conformed]) -> None:
        most = self.options.limits.records
        self._rows += sum(table.source.row_count for table in tables.values())
        if self._rows > most:
            raise LimitExceeded("limit.records", f"There are more than {most:,} rows.")

    def _write_fixed(
        self, tables: Mapping[str, Conformed], facts: PartFacts, notices: Sequence[Notice]
    ) -> None:
        makers: list[Maker] = [
            partial(fixed.warnings, notices, tables.get("Warning")),
            partial(fixed.fields, tables.get("SchemaFields")),
            partial(fixed.metadata, facts, self.options.profile_name),
        ]
        write_tables(self.folder, facts.number, makers, _nobody)

    def _place(self, facts: PartFacts) -> None:
        """The part on the timeline."""
        labels = LabelBook()
        number = facts.number
        part = self.folder.part_path(number)
        if self.kind == SYSTEM:
            shown = system_timeline(part, labels)
            self.timeline.series = table_series(part)
            self.timeline.add_part(number, shown.groups, shown.tracks, labels.texts)
            return
        device = DeviceTracks(part, number, labels)
        self.timeline.add_part(number, device.groups, device.tracks, labels.texts)
        self.timeline.series += device_series(part, number, facts.span_ns, facts.chip)

    def manifest(self, sources: Sequence[SourceRef]) -> Manifest:
        """What the run says of itself."""
        return Manifest(
            schema_version=SCHEMA_VERSION,
            explorer_version=self.options.explorer_version,
            duration_ns=max((part.span_ns for part in self.parts), default=0),
            core_count=sum(len(part.cores) for part in self.parts),
            record_count=self._rows,
            instance_type=next((p.instance_type for p in self.parts if p.instance_type), ""),
            sources=tuple(
                SourceEntry(s.role, s.name, s.path.stat().st_size, s.ordinal) for s in sources
            ),
            parts=tuple(part.entry(self.kind) for part in self.parts),
            tables=tuple(self.folder.tables),
            notices=tuple(NoticeEntry(n.code, n.message, n.count) for n in self.notices),
            kind=self.kind,
        )


def _opened(one: TableSet, labels: Mapping[Path, str]) -> tuple[dict[str, Conformed], Times]:
    """The tables of a profile, with the zero and the unit of their times."""
    sources = {
        name: open_table(name, paths, labels, one.empty.get(name, frozenset()))
        for name, paths in one.tables.items()
    }
    times = Times()
    events = sources.get(EVENTS)
    if events is not None and "start_ts" in events.schema.names:
        times = Times(zero_ns=zero_of(events))
    elif one.is_json and has_picoseconds(sources):
        times = Times(divisor=1000)
    return {name: Conformed(own, times, one.is_json) for name, own in sources.items()}, times


def _version(tables: Mapping[str, Conformed]) -> str:
    row = next(fixed.rows_of(tables.get("Metadata")), {})
    return str(row.get("profile_schema_version") or "")


def _nobody(_done: int, _total: int) -> None:
    """Tell nobody."""
