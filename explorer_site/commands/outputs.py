"""`view --output-format json | summary-json | summary-text`: as the official tool writes them."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer_site.commands.capture import device_run, open_capture, system_run
from explorer_site.commands.official import official_run
from explorer_site.commands.traces import chosen_events, device_files
from explorer_site.export import source_refs
from explorer_site.serve.refusal import Refusal
from ingest_worker.exports.official_outputs import OUTPUTS, PRETTY, output_text
from ingest_worker.exports.official_summary import plain, summaries
from ingest_worker.formats.errors import FormatError
from profiles.storage.tables import ReadableRun

JSON, SUMMARY_JSON, SUMMARY_TEXT = "json", "summary-json", "summary-text"
FORMATS = (JSON, SUMMARY_JSON, SUMMARY_TEXT)
PAIR_NAME, SYSTEM_NAME = "ntff.json", "system_profile.json"
EXIT_PARTLY = 1


def write_output(options: argparse.Namespace, version: str) -> int:
    """Write what the flags ask for. Returns the exit code.

    The JSON goes to files; a summary to standard output where no file is named.
    """
    if options.directory is not None:
        return _of_directory(options, version)
    with _run(options, version) as run:
        if options.output_format != JSON:
            return _say(
                options, output_text(run, options.output_format, is_pretty=_pretty(options))
            )
        target = options.output_file or Path(PAIR_NAME)
        for part in run.manifest.parts:
            _write_json(run, part.part, numbered(target, part.part), options)
    return 0


def numbered(target: Path, part: int) -> Path:
    """The file of a part: the first as it is named, others with their number."""
    return target if part == 0 else target.with_name(f"{target.stem}_{part}{target.suffix}")


@contextmanager
def _run(options: argparse.Namespace, version: str) -> Iterator[ReadableRun]:
    if options.official is not None:
        with official_run(options.official, version) as run:
            yield run
        return
    sources = source_refs(options.neff, options.ntff)
    try:
        with device_run(sources, version, sources[-1].path.stem) as run:
            yield run
    except FormatError as error:
        raise Refusal(f"{error} {error.hint}".rstrip()) from error


def _of_directory(options: argparse.Namespace, version: str) -> int:
    """Every profile of a directory: a JSON each, or one summary of all."""
    capture = open_capture(options.directory, options.display_name)
    folder = options.output_file or Path()
    devices = () if options.ignore_device_profile else capture.plan.devices
    failed = False
    found: dict[str, dict[str, object]] = {}
    if capture.plan.processes and not options.ignore_system_profile:
        with system_run(capture, version, chosen_events(options)) as run:
            _take(run, folder / SYSTEM_NAME, options, found)
    for device, name in zip(devices, device_files(devices), strict=True):
        try:
            with device_run(capture.device_sources(device), version, device.name) as run:
                _take(run, folder / f"{name.removesuffix('.pftrace')}.json", options, found)
        except (FormatError, OSError) as error:
            failed = True
            sys.stderr.write(f"Not written: {device.name}. {error}\n")
    if options.output_format == SUMMARY_JSON:
        text = json.dumps(plain(found), indent=PRETTY if _pretty(options) else None) + "\n"
        _say(options, text)
    return EXIT_PARTLY if failed else 0


def _take(
    run: ReadableRun,
    target: Path,
    options: argparse.Namespace,
    found: dict[str, dict[str, object]],
) -> None:
    if options.output_format == JSON:
        _write_json(run, 0, target, options)
    elif options.output_format == SUMMARY_TEXT:
        sys.stdout.write(output_text(run, SUMMARY_TEXT) + "\n")
    else:
        found |= summaries(run)


def _pretty(options: argparse.Namespace) -> bool:
    return bool(options.json_pretty_print)


def _say(options: argparse.Namespace, text: str) -> int:
    if options.output_file is None:
        sys.stdout.write(text)
        return 0
    with _draft(options.output_file, options) as draft:
        draft.write_text(text, encoding="utf-8")
    return 0


def _write_json(run: ReadableRun, part: int, target: Path, options: argparse.Namespace) -> None:
    indent = PRETTY if _pretty(options) else None
    with _draft(target, options) as draft, draft.open("wb") as file:
        for piece in OUTPUTS[JSON].pieces(run, part, indent):
            file.write(piece)
    sys.stderr.write(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB)\n")


@contextmanager
def _draft(target: Path, options: argparse.Namespace) -> Iterator[Path]:
    """A file beside the target that takes its place at the end: complete or not at all."""
    if target.is_dir():
        raise Refusal(f"{target} is a folder; --output-file names the file.")
    if target.exists() and not options.force:
        raise Refusal(f"{target} is there already; give --force to replace it.")
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        os.replace(draft, target)  # noqa: PTH105
    except OSError as error:
        raise Refusal(f"{target} could not be written ({error.strerror or error}).") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
