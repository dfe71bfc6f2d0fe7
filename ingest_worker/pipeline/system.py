"""Processes the traces of a capture's processes to one published run of a system profile."""

from collections.abc import Sequence
from functools import partial

from ingest_worker.builders.bandwidth import bandwidth_table
from ingest_worker.builders.slices import LabelBook
from ingest_worker.builders.system.clocks import clock_notices, sync_table
from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.builders.system.events import Events
from ingest_worker.builders.system.flows import flow_ids
from ingest_worker.builders.system.hbm import HbmUsage, hbm_table, hbm_usage
from ingest_worker.builders.system.links import (
    device_links,
    device_table,
    link_notices,
    link_table,
)
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.slices import system_tracks
from ingest_worker.builders.system.tables import (
    cpu_table,
    event_table,
    hbm_capacity,
    memory_table,
    metadata_table,
    transfer_rows,
)
from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.notice import Notice
from ingest_worker.pipeline.build import Maker, fixed_tables, write_tables
from ingest_worker.pipeline.run import RunResult
from ingest_worker.pipeline.stage import Options, Progress, SourceRef
from ingest_worker.pipeline.system_events import Gathered
from ingest_worker.pipeline.system_read import ProcessFiles, process_files, read_process
from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.series import table_series
from profiles.storage.manifest import Manifest, NoticeEntry, PartEntry, SourceEntry
from profiles.storage.tables import RunFolder
from profiles.tables.registry import SCHEMA_VERSION


def process_system(
    sources: Sequence[SourceRef],
    folder: RunFolder,
    options: Options,
    progress: Progress,
    devices: Sequence[DeviceRef] = (),
) -> RunResult:
    """Reads the traces of all processes, writes every table and publishes the folder.

    Raises FormatError where nothing can be read at all; whatever `progress` raises passes through.
    """
    progress("identify", 0, len(sources))
    files = [one for one in process_files(sources) if one.single or one.framework]
    if not files:
        raise FormatError("system.nothing", "The capture holds no trace of a process.")
    gathered = _gather(files, options, progress)
    if not devices:
        _check_read(gathered)
    progress("resolve", 0, 0)
    run = _Run(gathered, gathered.merged(options), devices)
    run.write(folder, progress)
    progress("publish", 0, 0)
    manifest = run.manifest(sources, folder, options)
    run.timeline.finish(manifest.parts, manifest.notices)
    folder.publish(manifest)
    return RunResult(manifest, run.notices)


def _gather(files: Sequence[ProcessFiles], options: Options, progress: Progress) -> Gathered:
    """Reads process after process, so that the records of only one are held at a time."""
    gathered = Gathered(notices=list(options.notices))
    known: dict[tuple[str, int, int, int], str] = {}
    for done, own in enumerate(files):
        progress("decode", done, len(files))
        trace, notices = read_process(len(gathered.processes), own, options)
        mark = (trace.instance_id, trace.process_id, trace.info.start_ns, trace.frame_count)
        if trace.info.start_ns and mark in known:
            text = f"{own.folder} holds the same trace as {known[mark]} and is left out."
            gathered.notices.append(Notice("system.repeated", text))
            continue
        known[mark] = own.folder
        gathered.notices += notices
        gathered.add(trace)
    return gathered


DAMAGES = ("system.damaged", "system.cut")


def _check_read(gathered: Gathered) -> None:
    """Raise FormatError where every file has its name right and nothing in it can be read.

    A file that is empty is no damage: a process may have recorded nothing.
    """
    damages = [one for one in gathered.notices if one.code.startswith(DAMAGES)]
    if damages and all(trace.is_empty for trace in gathered.processes):
        text = "The files are named as those of a capture, and nothing in them can be read."
        raise FormatError("system.malformed", f"{text} {damages[0].message}")


class _Run:
    """The run being written."""

    def __init__(self, gathered: Gathered, events: Events, devices: Sequence[DeviceRef]) -> None:
        self.gathered = gathered
        self.events = events
        self.devices = devices
        self.processes = {trace.number: trace for trace in gathered.processes}
        starts = [trace.info.start_ns for trace in gathered.processes if trace.info.start_ns]
        self.zero_ns = int(events.start_ns.min()) if len(events) else min(starts, default=0)
        self.last_ns = int(events.end_ns.max()) if len(events) else self.zero_ns
        self.hbm: HbmUsage = hbm_usage(gathered.changes, self.zero_ns)
        self.capacity = hbm_capacity(gathered.processes)
        self.links = device_links(events, self.processes, devices, gathered.points)
        self.notices = self._notices()
        self.timeline: TimelineBuilder

    def _notices(self) -> list[Notice]:
        found = [
            *self.gathered.notices,
            *clock_notices(self.gathered.points, self.processes),
            *link_notices(self.links, self.devices),
        ]
        if not len(self.events):
            found.append(Notice("system.no_events", "The capture holds no event."))
        if self.hbm.unfitting:
            text = "Changes of device memory fit no counter; their memory's use is uncertain."
            found.append(Notice("system.memory_unmatched", text, self.hbm.unfitting))
        if self.hbm.memories and not self.capacity:
            text = "The size of the device memory of this chip is not known."
            found.append(Notice("system.no_capacity", text))
        return found

    def write(self, folder: RunFolder, progress: Progress) -> None:
        """Writes the tables, the timeline and its series."""
        order = self.gathered.processes
        makers: list[Maker] = [
            lambda: event_table(
                self.events, self.processes, self.zero_ns, flow_ids(self.events, self.processes)
            ),
            lambda: bandwidth_table(transfer_rows(self.events, self.processes, self.zero_ns)),
            partial(hbm_table, self.hbm, self.zero_ns),
            partial(cpu_table, order, self.zero_ns),
            partial(memory_table, order, self.zero_ns),
            partial(metadata_table, self.zero_ns, self.last_ns, self.capacity),
            partial(device_table, self.devices),
            partial(link_table, self.links),
            partial(sync_table, self.gathered.points, self.processes),
            *fixed_tables(self.notices),
        ]
        write_tables(folder, 0, makers, lambda done, total: progress("build", done, total))
        progress("timeline", 0, 0)
        self.timeline = TimelineBuilder(folder, kind="system")
        labels = LabelBook()
        shown = self.events.from_zero(self.zero_ns)
        found = system_tracks(shown, self.processes, labels)
        self.timeline.add_part(0, found.groups, found.tracks, labels.texts)
        self.timeline.series = table_series(folder.part_path(0))

    def manifest(
        self, sources: Sequence[SourceRef], folder: RunFolder, options: Options
    ) -> Manifest:
        """What the run says of itself."""
        events = self.events
        cores = sorted(set(zip(events.process.tolist(), events.nc.tolist(), strict=True)))
        count = sum(core >= 0 for _, core in cores)
        kinds = [trace.info.instance_type for trace in self.gathered.processes]
        kind = next((text for text in kinds if text), "")
        span = self.last_ns - self.zero_ns
        part = PartEntry(
            part=0,
            name=options.profile_name,
            span_ns=span,
            cores=tuple(sorted({core for _, core in cores if core >= 0})),
            origin_unix_ns=str(self.zero_ns),
            instance_type=kind,
            clock="host",
        )
        return Manifest(
            schema_version=SCHEMA_VERSION,
            explorer_version=options.explorer_version,
            duration_ns=span,
            core_count=count,
            record_count=_records(self.gathered.processes),
            instance_type=kind,
            sources=tuple(
                SourceEntry(s.role, s.name, s.path.stat().st_size, s.ordinal) for s in sources
            ),
            parts=(part,),
            tables=tuple(folder.tables),
            notices=tuple(NoticeEntry(n.code, n.message, n.count) for n in self.notices),
        )


def _records(processes: Sequence[ProcessTrace]) -> int:
    """Records of the runtime and spans of the framework."""
    return sum(t.frame_count + sum(len(one.spans) for one in t.framework) for t in processes)
