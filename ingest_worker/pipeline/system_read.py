"""Opens the files of a system capture, process by process; a broken one costs its own part only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ingest_worker.builders.system.process import ProcessTrace, lost_events
from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.system.frames import Frames, find_frames
from ingest_worker.formats.system.framework import FrameworkTrace, read_framework
from ingest_worker.formats.system.mapped import mapped
from ingest_worker.formats.system.ntrace import read_ntrace
from ingest_worker.formats.system.samples import read_cpu, read_memory
from ingest_worker.formats.system.trace_info import TYPES, TraceInfo, read_trace_info
from ingest_worker.pipeline.stage import Options, SourceRef
from profiles.capture_names import (
    CPU_UTIL,
    FRAMEWORK,
    HOST_MEM,
    NTRACE,
    TRACE_INFO,
    process_of,
)

FILES = (TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM)


@dataclass
class ProcessFiles:
    """The files of one process: those of its folder, and framework traces below it."""

    folder: str
    single: dict[str, SourceRef] = field(default_factory=dict)
    framework: list[SourceRef] = field(default_factory=list)


def process_files(sources: Sequence[SourceRef]) -> list[ProcessFiles]:
    """The files by process, in order of their folders.

    A framework trace belongs to the process whose folder is nearest above it; one that lies
    elsewhere to the only process, or else to a process of its own.
    """
    found: dict[str, ProcessFiles] = {}
    for source in sources:
        if source.role in FILES:
            folder = source.name.rpartition("/")[0]
            found.setdefault(folder, ProcessFiles(folder)).single[source.role] = source
    traced = list(found)
    for source in sources:
        if source.role == FRAMEWORK:
            folder = _folder_for(source.name, traced)
            found.setdefault(folder, ProcessFiles(folder)).framework.append(source)
    return [found[folder] for folder in sorted(found)]


def _folder_for(name: str, folders: Sequence[str]) -> str:
    own = process_of(name)
    above = [f for f in folders if not f or name.startswith(f"{f}/")]
    if not above and own is not None:
        above = [f for f in folders if f == own.folder or f.startswith(f"{own.folder}/")]
    if above:
        return max(above, key=len)
    return folders[0] if len(folders) == 1 else name.rpartition("/")[0]


def read_process(
    number: int, files: ProcessFiles, options: Options
) -> tuple[ProcessTrace, list[Notice]]:
    """Everything of one process that can be read, and what could not."""
    notices: list[Notice] = []
    info = _info(files, notices)
    named = process_of(f"{files.folder}/{TRACE_INFO}")
    process_id = info.process_id if info.process_id is not None else _named_id(files)
    trace = ProcessTrace(
        number=number,
        folder=files.folder,
        instance_id=info.instance_id or (named.instance if named else ""),
        process_id=process_id,
        info=info,
    )
    for role, name in ((NTRACE, "ntrace.pb"), (CPU_UTIL, "cpu_util.pb"), (HOST_MEM, "host_mem.pb")):
        frames = _frames(files, role, name, options, notices)
        if frames is not None:
            trace = _with(trace, role, files.single[role].name, frames, notices)
    if NTRACE in files.single and trace.frame_count < (info.stored_count or 0):
        text = (
            f"{files.single[NTRACE].name} holds {trace.frame_count:,} records; trace_info.pb "
            f"speaks of {info.stored_count:,}."
        )
        missing = (info.stored_count or 0) - trace.frame_count
        notices.append(Notice("system.fewer_records", text, missing))
    if lost := lost_events(info):
        text = f"The ring of process {process_id} was full: the oldest events were overwritten."
        notices.append(Notice("system.lost_events", text, lost))
    framework = tuple(_framework(source, options, notices) for source in files.framework)
    return replace(trace, framework=framework), notices


def _named_id(files: ProcessFiles) -> int:
    """The process id in the folder's name; 0 where there is none."""
    own = process_of(f"{files.folder}/{TRACE_INFO}")
    return own.process_id if own else 0


def _info(files: ProcessFiles, notices: list[Notice]) -> TraceInfo:
    source = files.single.get(TRACE_INFO)
    place = files.folder or "the capture"
    if source is None:
        text = f"There is no trace_info.pb in {place}: types and models have no names."
        notices.append(Notice("system.no_trace_info", text))
        return TraceInfo()
    try:
        info = read_trace_info(mapped(source.path))
    except FormatError as error:
        text = f"{source.name} cannot be read: {error.message}"
        notices.append(Notice("system.damaged_file", text))
        return TraceInfo()
    if not info.tables.get(TYPES):
        text = f"{source.name} has no names of event types; they are shown by number."
        notices.append(Notice("system.no_type_names", text))
    return info


def _frames(
    files: ProcessFiles, role: str, name: str, options: Options, notices: list[Notice]
) -> Frames | None:
    """The frames of a file, up to a cut."""
    source = files.single.get(role)
    if source is None:
        if TRACE_INFO in files.single:
            text = f"There is no {name} in {files.folder or 'the capture'}."
            notices.append(Notice(f"system.no_{role}", text))
        return None
    frames = find_frames(mapped(source.path), options.limits.records)
    if frames.cut_at is not None:
        text = f"{source.name} ends within a record at byte {frames.cut_at:,}; those before count."
        notices.append(Notice("system.cut", text))
    return frames


def _with(
    trace: ProcessTrace, role: str, name: str, frames: Frames, notices: list[Notice]
) -> ProcessTrace:
    """The process with what a file holds."""
    damaged = 0
    if role == NTRACE:
        read = read_ntrace(frames)
        damaged = read.damaged
        unknown = _unnamed(trace, np.unique(read.kind).tolist())
        if unknown:
            text = f"Types of {name} that no table names: {', '.join(unknown[:5])}."
            notices.append(Notice("system.unknown_type", text, len(unknown)))
        trace = replace(trace, frames=read, frame_count=len(read))
    elif role == CPU_UTIL:
        cpu = read_cpu(frames)
        damaged = cpu.damaged
        trace = replace(trace, cpu=cpu)
    else:
        memory = read_memory(frames)
        damaged = memory.damaged
        trace = replace(trace, memory=memory)
    if damaged:
        text = f"Records of {name} cannot be read and are left out."
        notices.append(Notice("system.damaged_record", text, damaged))
    return trace


def _unnamed(trace: ProcessTrace, kinds: Sequence[int]) -> list[str]:
    names = trace.info.tables.get(TYPES, {})
    return [f"type_{kind}" for kind in kinds if names and kind not in names]


def _framework(source: SourceRef, options: Options, notices: list[Notice]) -> FrameworkTrace:
    trace = read_framework(source.path, options.limits)
    if trace.fault is not None:
        text = f"{source.name} is read up to its fault: {trace.fault.message}"
        notices.append(Notice("system.damaged_file", text))
    if trace.unclosed or trace.skipped:
        text = f"Events of {source.name} have no start, no end or no time and are left out."
        notices.append(Notice("system.unclosed_framework", text, trace.unclosed + trace.skipped))
    return trace
