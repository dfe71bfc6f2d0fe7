"""`view -d DIR --output-file FOLDER`: the tables of every profile of a directory, a folder each."""

import argparse
import json
import sys
from pathlib import Path

from explorer_site.commands.capture import Capture, open_capture, process_capture
from explorer_site.commands.traces import chosen_events, plain_name
from explorer_site.export import StageBar, check_target, write_tables
from explorer_site.serve.refusal import Refusal
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options
from profiles.directory import DevicePlan

EXIT_PARTLY = 1
SYSTEM_FOLDER = "system_profile"


def export_directory_tables(options: argparse.Namespace, version: str) -> int:
    """Write the tables of a capture directory. Returns the exit code.

    A device profile that cannot be read is told and costs nothing but itself.
    """
    capture = open_capture(options.directory, options.display_name)
    target: Path = options.output_file.absolute()
    sources = capture.system_sources
    for device in capture.plan.devices:
        sources += capture.device_sources(device)
    check_target(target, sources, force=options.force)
    has_system = bool(capture.plan.processes) and not options.ignore_system_profile
    devices = () if options.ignore_device_profile else capture.plan.devices
    if not has_system and not devices:
        raise Refusal(f"Nothing of {options.directory} is left to write.")
    written: dict[str, str] = {}
    if has_system:
        chosen = chosen_events(options)
        write_tables(
            target / SYSTEM_FOLDER,
            lambda folder: process_capture(capture, folder, version, chosen),
        )
        written["system profile"] = str(target / SYSTEM_FOLDER)
    failed: dict[str, str] = {}
    for device in devices:
        folder = target / plain_name(device.name)
        try:
            _device(capture, device, folder, version)
            written[device.name] = str(folder)
        except Refusal as refusal:
            failed[device.name] = str(refusal)
    return _report(written, failed, as_json=options.json)


def _device(capture: Capture, device: DevicePlan, target: Path, version: str) -> None:
    options = Options(explorer_version=version, profile_name=device.name)
    with StageBar(device.name) as bar:
        write_tables(
            target, lambda folder: process(capture.device_sources(device), folder, options, bar)
        )


def _report(written: dict[str, str], failed: dict[str, str], *, as_json: bool) -> int:
    if as_json:
        found = {"written": written, "failed": failed}
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        for name, folder in written.items():
            sys.stdout.write(f"Wrote the tables of {name} to {folder}\n")
    for name, why in failed.items():
        sys.stderr.write(f"Not written: {name}. {why}\n")
    return EXIT_PARTLY if failed else 0
