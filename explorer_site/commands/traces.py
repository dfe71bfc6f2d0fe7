"""`view --output-format perfetto`: traces written beside each other, without a server."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer_site.commands.capture import Capture, Chosen, device_run, open_capture, system_run
from explorer_site.commands.official import official_run
from explorer_site.export import source_refs
from explorer_site.serve.refusal import Refusal
from ingest_worker.exports.perfetto.grouping import Grouping
from ingest_worker.exports.perfetto.trace import TraceOptions, trace_pieces
from ingest_worker.formats.errors import FormatError
from profiles.directory import DevicePlan
from profiles.storage.tables import ReadableRun

PAIR_NAME, SYSTEM_NAME = "ntff.pftrace", "system_profile.pftrace"
EXIT_PARTLY = 1


@dataclass(frozen=True)
class Written:
    """A trace that was written, or why it was not."""

    profile: str
    file: str = ""
    size_bytes: int = 0
    error: str = ""


def trace_options(options: argparse.Namespace) -> TraceOptions:
    """What the flags say of the traces."""
    return TraceOptions(
        flows=options.show_perfetto_flows,
        with_host=options.show_perfetto_host_counters,
        grouping=Grouping(options.system_trace_primary_group, options.system_trace_secondary_group),
    )


def chosen_events(options: argparse.Namespace) -> Chosen:
    """What the flags say of the system trace's events."""
    return Chosen(
        options.system_trace_filter_event_type,
        options.system_trace_filter_instance_id,
        options.system_trace_filter_neuron_core,
    )


def export_pair(options: argparse.Namespace, version: str) -> int:
    """Write the trace of the files given. Returns the exit code."""
    sources = source_refs(options.neff, options.ntff)
    target = options.output_file or Path(PAIR_NAME)
    check_file(target, force=options.force)
    try:
        with device_run(sources, version, sources[-1].path.stem) as run:
            written = write_trace(run, target, trace_options(options), sources[-1].name)
    except FormatError as error:
        raise Refusal(" ".join(filter(None, (str(error), error.hint)))) from error
    return report([written], as_json=options.json)


def export_official(options: argparse.Namespace, version: str) -> int:
    """Write the trace of what the official tool wrote. Returns the exit code."""
    target = options.output_file or Path(PAIR_NAME)
    check_file(target, force=options.force)
    with official_run(options.official, version) as run:
        written = write_trace(run, target, trace_options(options), options.official.name)
    return report([written], as_json=options.json)


def export_directory(options: argparse.Namespace, version: str) -> int:
    """Write the traces of a capture directory. Returns the exit code.

    A device profile that cannot be read is told and costs nothing but itself.
    """
    capture = open_capture(options.directory, options.display_name)
    folder = options.output_file or Path()
    has_system = bool(capture.plan.processes) and not options.ignore_system_profile
    devices = () if options.ignore_device_profile else capture.plan.devices
    if not has_system and not devices:
        raise Refusal(f"Nothing of {options.directory} is left to write.")
    names = device_files(devices)
    for name in [*names, *([SYSTEM_NAME] if has_system else [])]:
        check_file(folder / name, force=options.force)
    chosen = trace_options(options)
    written = []
    if has_system:
        with system_run(capture, version, chosen_events(options)) as run:
            written.append(write_trace(run, folder / SYSTEM_NAME, chosen, "system profile"))
    for device, name in zip(devices, names, strict=True):
        written.append(_device(capture, device, folder / name, chosen, version))
    return report(written, as_json=options.json)


def _device(
    capture: Capture, device: DevicePlan, target: Path, chosen: TraceOptions, version: str
) -> Written:
    try:
        with device_run(capture.device_sources(device), version, device.name) as run:
            return write_trace(run, target, chosen, device.name)
    except (FormatError, OSError) as error:
        return Written(device.name, error=f"{device.ntff}: {error}")


def device_files(devices: Iterable[DevicePlan]) -> list[str]:
    """A file name for each device profile: by its model, with more where that is not enough."""
    taken: set[str] = set()
    found = []
    for device in devices:
        model = device.model_id if device.model_id is not None else plain_name(device.name)
        for name in _candidates(f"device_profile_model_{model}", device):
            if name not in taken:
                break
        taken.add(name)
        found.append(name)
    return found


def _candidates(start: str, device: DevicePlan) -> Iterator[str]:
    yield f"{start}.pftrace"
    if device.nc_id is not None:
        start = f"{start}_nc_{device.nc_id}"
        yield f"{start}.pftrace"
    if device.process_id is not None:
        start = f"{start}_pid_{device.process_id}"
        yield f"{start}.pftrace"
    number = 1
    while True:
        number += 1
        yield f"{start}_{number}.pftrace"


def plain_name(name: str) -> str:
    """A name from a file, as part of a file name."""
    return "".join(c if c.isalnum() or c in "-._" else "_" for c in name)[:150]


def check_file(target: Path, *, force: bool) -> None:
    """Raise Refusal if `target` must not be written."""
    if target.is_dir():
        raise Refusal(f"{target} is a folder; --output-file names the trace's file.")
    if target.exists() and not force:
        raise Refusal(f"{target} is there already; give --force to replace it.")


def write_trace(run: ReadableRun, target: Path, options: TraceOptions, profile: str) -> Written:
    """Write one trace: complete or not at all. Raises Refusal if there is no room."""
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            for piece in trace_pieces(run, options):
                file.write(piece)
        os.replace(draft, target)  # noqa: PTH105
    except OSError as error:
        raise Refusal(f"{target} could not be written ({error.strerror or error}).") from error
    finally:
        draft.unlink(missing_ok=True)
    return Written(profile, str(target), target.stat().st_size)


def report(written: Sequence[Written], *, as_json: bool) -> int:
    """Tell what was written and what was not. Returns the exit code."""
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in written], indent=1) + "\n")
    for one in written:
        if one.error:
            sys.stderr.write(f"Not written: {one.profile}. {one.error}\n")
        elif not as_json:
            sys.stdout.write(f"Wrote {one.file} ({one.size_bytes / 1e6:.1f} MB)\n")
    return EXIT_PARTLY if any(one.error for one in written) else 0
