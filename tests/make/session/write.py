"""Puts a described session into a folder, as the runtime leaves it there."""

from pathlib import Path

from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.session.description import Process, Session
from tests.make.session.frames import cpu_frames, event_frames, memory_frames
from tests.make.session.framework import framework_file
from tests.make.session.trace_info import trace_info


def process_files(process: Process) -> dict[str, bytes]:
    """Name -> bytes of everything in a process folder."""
    files = {"trace_info.pb": trace_info(process), "ntrace.pb": event_frames(process)}
    if process.samples.cpu:
        files["cpu_util.pb"] = cpu_frames(process.samples)
    if process.samples.memory:
        files["host_mem.pb"] = memory_frames(process.samples)
    for trace in process.framework:
        files[trace.file_name] = framework_file(process, trace)
    for loaded in process.models:
        if loaded.is_written:
            files[loaded.neff_name] = make_neff(loaded.model)
    for found in process.traces:
        files[found.file_name] = b"" if found.is_empty else make_ntff(found.capture)
    return {
        name: data[: process.cut.get(name)]
        for name, data in files.items()
        if name not in process.left_out
    }


def session_files(session: Session) -> dict[str, bytes]:
    """Path inside the capture directory -> bytes."""
    found = {
        f"{process.folder}/{name}": data
        for process in session.processes
        for name, data in process_files(process).items()
    }
    return found | dict(session.further)


def write_session(folder: Path, session: Session) -> Path:
    """Writes the capture directory `folder`; returns it."""
    for process in session.processes:  # one process at a time: a large session does not fit
        for name, data in process_files(process).items():
            path = folder / process.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for place, data in session.further.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
