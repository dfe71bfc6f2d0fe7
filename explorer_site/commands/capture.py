"""A capture directory on the command line: what is in it, and its profiles without a workspace."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer_site.export import StageBar
from explorer_site.serve.refusal import Refusal
from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.capture_scan import scan_directory
from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import Options, SourceRef
from ingest_worker.pipeline.system import process_system
from profiles.capture_names import CPU_UTIL, FRAMEWORK, HOST_MEM, NEFF, NTFF, NTRACE, TRACE_INFO
from profiles.directory import CapturePlan, DevicePlan, FoundFile, plan
from profiles.storage.tables import ReadableRun, RunFolder, TableStore

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
        return [DeviceRef.of(device.name, device) for device in self.plan.devices]

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
    own_name = folder.name if folder.name not in {"", ".."} else folder.resolve().name
    planned = plan(files, name or own_name or "capture")
    if not planned.processes and not planned.devices:
        raise Refusal(f"{folder} holds no trace: no trace_info.pb and no NTFF.")
    return Capture(folder.absolute(), files, planned)


@dataclass(frozen=True)
class Chosen:
    """Which events of the system trace are processed; empty means all."""

    event_types: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    cores: tuple[int, ...] = ()


ALL_EVENTS = Chosen()


def process_capture(
    capture: Capture, folder: RunFolder, version: str, chosen: Chosen = ALL_EVENTS
) -> RunResult:
    """Process the system trace. Raises FormatError if nothing of it can be read."""
    options = Options(
        explorer_version=version,
        event_types=frozenset(chosen.event_types),
        instance_ids=frozenset(chosen.instances),
        neuron_cores=frozenset(chosen.cores),
    )
    with StageBar("system trace") as bar:
        return process_system(capture.system_sources, folder, options, bar, capture.device_refs)


@contextmanager
def system_run(
    capture: Capture, version: str, chosen: Chosen = ALL_EVENTS
) -> Iterator[ReadableRun]:
    """The published tables of the system trace, in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="capture-") as folder:
        store = TableStore(folder)
        try:
            process_capture(capture, store.new_run("system", 1), version, chosen)
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
