"""A capture directory on the command line: what is in it, and its profiles without a workspace."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from explorer_site.export import StageBar
from explorer_site.serve.refusal import Refusal
from ingest_worker.capture_scan import scan_directory
from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import DeviceRef, Options, SourceRef
from profiles.capture_names import CPU_UTIL, FRAMEWORK, HOST_MEM, NEFF, NTFF, NTRACE, TRACE_INFO
from profiles.directory import CapturePlan, DevicePlan, FoundFile, plan
from profiles.storage.tables import ReadableRun, TableStore

SYSTEM_ROLES = frozenset({TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM, FRAMEWORK})


@dataclass(frozen=True)
class Capture:
    """A directory, what lies in it and what that becomes."""

    folder: Path
    files: Sequence[FoundFile]
    plan: CapturePlan

    @property
    def system_sources(self) -> list[SourceRef]:
        """The files of the system trace, by their paths inside."""
        found = [file for file in self.files if file.role in SYSTEM_ROLES]
        left_out = set(self.plan.others)
        return [
            SourceRef(file.role, file.path, self.folder / file.path, number)
            for number, file in enumerate(file for file in found if file.path not in left_out)
        ]

    @property
    def device_refs(self) -> list[DeviceRef]:
        """The device profiles as the system trace names them."""
        return [
            DeviceRef(
                profile_id="",
                name=device.name,
                instance_id=device.instance_id,
                process_id=device.process_id,
                nc_id=device.nc_id,
                model_id=device.model_id,
                session_id=device.session_id,
                neff_name=device.neff,
                evidence=device.evidence,
            )
            for device in self.plan.devices
        ]

    def device_sources(self, device: DevicePlan) -> list[SourceRef]:
        """The pair of files of a device profile."""
        pair = [(NEFF, device.neff)] if device.neff else []
        pair.append((NTFF, device.ntff))
        return [SourceRef(role, Path(name).name, self.folder / name) for role, name in pair]


def open_capture(folder: Path, name: str = "") -> Capture:
    """Look through a directory. Raises Refusal if it cannot be read or holds no capture."""
    if not folder.is_dir():
        raise Refusal(f"{folder} is not a directory.")
    try:
        files = scan_directory(folder)
    except OSError as error:
        raise Refusal(f"{folder} cannot be read ({error.strerror or error}).") from error
    except FormatError as error:
        raise Refusal(str(error)) from error
    planned = plan(files, name or folder.resolve().name or "capture")
    if not planned.processes and not planned.devices:
        raise Refusal(f"{folder} holds no trace: no trace_info.pb and no NTFF.")
    return Capture(folder.absolute(), files, planned)


@contextmanager
def system_run(capture: Capture, version: str) -> Iterator[ReadableRun]:
    """The published tables of the system trace, in a folder that is gone afterwards."""
    system = system_pipeline()
    with TemporaryDirectory(prefix="capture-") as folder:
        store = TableStore(folder)
        options = Options(explorer_version=version)
        try:
            with StageBar("system trace") as bar:
                system(
                    capture.system_sources,
                    store.new_run("system", 1),
                    options,
                    bar,
                    devices=capture.device_refs,
                )
        except FormatError as error:
            raise Refusal(f"{capture.folder}: {error} {error.hint}".rstrip()) from error
        yield store.open_run("system", 1)


@contextmanager
def device_run(sources: Sequence[SourceRef], version: str, name: str = "") -> Iterator[ReadableRun]:
    """The published tables of a pair. Raises FormatError or OSError if it cannot be read."""
    with TemporaryDirectory(prefix="capture-") as folder:
        store = TableStore(folder)
        options = Options(explorer_version=version, profile_name=name)
        with StageBar(sources[-1].name) as bar:
            process(sources, store.new_run("device", 1), options, bar)
        yield store.open_run("device", 1)


def system_pipeline() -> Any:
    """The pipeline of system traces. Raises Refusal in an installation without one."""
    try:
        return import_module("ingest_worker.pipeline.system").process_system
    except ImportError as error:
        raise Refusal(
            "This version reads no system traces; give --ignore-system-profile."
        ) from error
