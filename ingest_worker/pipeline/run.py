"""Processes one profile from its sources to a published run folder."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ingest_worker.builders.meta import Provenance, last_timestamp_ns
from ingest_worker.builders.part import Part
from ingest_worker.builders.slices import LabelBook, part_groups, part_slices
from ingest_worker.builders.totals import PartSums
from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.spill import Pager
from ingest_worker.pipeline.build import (
    fixed_tables,
    neff_tables,
    part_tables,
    write_summary,
    write_tables,
)
from ingest_worker.pipeline.decode import Decoded, OpenedTrace, decode, skipped
from ingest_worker.pipeline.identify import Identified, identify
from ingest_worker.pipeline.join import NeffJoin
from ingest_worker.pipeline.resolve import resolve_part
from ingest_worker.pipeline.stage import Options, Progress, SourceRef
from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.values import device_series
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.stored import write_answer
from profiles.storage.manifest import Manifest, NoticeEntry, PartEntry, SourceEntry
from profiles.storage.tables import ReadableRun, RunFolder
from profiles.tables.registry import SCHEMA_VERSION

MOST_ANSWERED_ROWS = 5_500_000
"""Instructions and packets of a part whose answer is kept; with 5.1 million it takes 1.8 GB."""


@dataclass(frozen=True)
class RunResult:
    """What was published, and what was odd on the way."""

    manifest: Manifest
    notices: list[Notice] = field(default_factory=list)


@dataclass
class Summary:
    """What is known of the run when all parts are written."""

    timeline: TimelineBuilder
    parts: list[PartEntry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    cores: int = 0
    instance_type: str = ""

    def add(self, part: Part) -> None:
        """Takes in what the manifest says of a part."""
        facts = part.capture.ntff.facts
        zero = part.device_zero_ns
        self.parts.append(
            PartEntry(
                part=part.number,
                name=part.name,
                span_ns=last_timestamp_ns(part),
                cores=tuple(core.core.number for core in part.cores),
                ntff_version=part.capture.ntff.version,
                instance_type=facts.instance_type,
                device_zero_ns=None if zero is None else str(zero),
            )
        )
        self.notices += part.notices
        self.cores += len(part.cores)
        self.instance_type = self.instance_type or facts.instance_type


def process(
    sources: Sequence[SourceRef], folder: RunFolder, options: Options, progress: Progress
) -> RunResult:
    """Reads the sources, writes every table and publishes the folder.

    Raises FormatError for files that cannot be used, `pair.uuid_mismatch` among them; whatever
    `progress` raises passes through. The folder counts for nothing until its manifest is written.
    """
    progress("identify", 0, len(sources))
    found = identify(sources, options)
    with Pager():
        decoded = decode(found, options, progress)
        summary = _write_parts(decoded, folder, options, progress)
    progress("publish", 0, 0)
    manifest = _manifest(found, decoded, summary, folder, options)
    summary.timeline.finish(manifest.parts, manifest.notices)
    _keep_answers(folder, manifest, progress)
    folder.publish(manifest)
    return RunResult(manifest, summary.notices)


def _keep_answers(folder: RunFolder, manifest: Manifest, progress: Progress) -> None:
    """Beside the tables of each part what the summary page asks first: all of it in numbers.

    The answer holds a part's rows in memory; of a part with very many it is made when asked for.
    """
    run = ReadableRun(folder.path, manifest)
    for done, part in enumerate(manifest.parts):
        progress("publish", done, len(manifest.parts))
        tables = [manifest.table(name, part.part) for name in ("Instruction", "DmaPacket")]
        if sum(table.row_count for table in tables if table) <= MOST_ANSWERED_ROWS:
            write_answer(run, part.part, Thresholds())


def _write_parts(
    decoded: Decoded, folder: RunFolder, options: Options, progress: Progress
) -> Summary:
    """Resolves and writes part after part, so that only one is held at a time."""
    summary = Summary(TimelineBuilder(folder))
    summary.notices += [*options.notices, *decoded.notices]
    total = len(decoded.traces)
    for place, trace in enumerate(decoded.traces):
        if place == 0:
            progress("resolve", 0, total)

        def told(done: int, tables: int, before: int = place) -> None:
            progress("build", before * tables + done, tables * total)

        try:
            _write_part(trace, summary, options, told)
        except FormatError as error:
            if not options.parts or (place == total - 1 and not summary.parts):
                raise
            folder.drop_part(len(summary.parts))
            summary.notices.append(skipped(trace.title, error))
    if decoded.traces:
        progress("timeline", 0, 0)
    else:
        progress("build", 0, 0)
        join = NeffJoin(decoded.neff)
        tables = [*neff_tables(decoded.neff, None), *fixed_tables(join.notices)]
        write_tables(folder, 0, tables, lambda done, total: progress("build", done, total))
        summary.notices += join.notices
    return summary


def _write_part(
    trace: OpenedTrace, summary: Summary, options: Options, told: Callable[[int, int], None]
) -> None:
    """The tables of one part and its place on the timeline."""
    number = len(summary.parts)
    join = NeffJoin(trace.neff)
    origin = Provenance(
        options.explorer_version, options.profile_name, join.compiler_version, trace.neff_name
    )
    part = resolve_part(number, trace.title, trace.ntff, join)
    sums = PartSums(part, trace.neff)
    first = summary.notices if number == 0 else []
    tables = [
        *part_tables(sums, origin),
        *neff_tables(trace.neff, part),
        *fixed_tables([*first, *part.notices, *join.notices]),
    ]
    with ThreadPoolExecutor(1) as beside:
        placed = beside.submit(_place, summary.timeline, part)
        write_tables(summary.timeline.folder, number, tables, told)
        placed.result()
    write_summary(summary.timeline.folder, sums)
    span_ns = last_timestamp_ns(part)
    folder = summary.timeline.folder.part_path(number)
    summary.timeline.series += device_series(folder, number, span_ns, part.chip)
    summary.add(part)
    summary.notices += [one for one in join.notices if one not in summary.notices]


def _place(timeline: TimelineBuilder, part: Part) -> None:
    """Gives every slice of a part its place."""
    labels = LabelBook()
    timeline.add_part(part.number, part_groups(part), part_slices(part, labels), labels.texts)


def _manifest(
    found: Identified,
    decoded: Decoded,
    summary: Summary,
    folder: RunFolder,
    options: Options,
) -> Manifest:
    used = (*found.neffs, *found.traces)
    return Manifest(
        schema_version=SCHEMA_VERSION,
        explorer_version=options.explorer_version,
        duration_ns=max((part.span_ns for part in summary.parts), default=0),
        core_count=summary.cores,
        record_count=decoded.record_count,
        instance_type=summary.instance_type,
        sources=tuple(SourceEntry(s.role, s.name, s.path.stat().st_size, s.ordinal) for s in used),
        parts=tuple(summary.parts),
        tables=tuple(folder.tables),
        notices=tuple(NoticeEntry(n.code, n.message, n.count) for n in summary.notices),
    )
