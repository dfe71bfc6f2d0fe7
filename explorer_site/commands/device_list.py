"""`view -d DIR --list` and `--find`: which device profiles a directory holds, and their files."""

import json
import statistics
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from explorer_site.commands.capture import Capture, open_capture, system_run
from explorer_site.serve.refusal import Refusal
from ingest_worker.exports.perfetto.system import extra_columns
from ingest_worker.exports.perfetto.window import Source, Window, numbers
from profiles.directory import DevicePlan
from profiles.storage.tables import ReadableRun

EXECUTION = "nrt_execute"
EVENT_COLUMNS = (
    "name",
    "instance_id",
    "process_id",
    "nc_idx",
    "duration_ns",
    "extra_attributes_json",
)
NONE = "–"

Calls = dict[tuple[str, int, int, int], list[int]]


@dataclass(frozen=True)
class Listed:
    """A device profile with its files, and the calls of its model on its core in the trace."""

    name: str
    ntff: str
    neff: str | None
    instance_id: str
    process_id: int | None
    nc_id: int | None
    model_id: int | None
    session_id: int | None
    calls: int | None
    total_ns: int | None
    median_ns: int | None
    evidence: str


def list_devices(folder: Path, *, as_json: bool, version: str) -> int:
    """Print the device profiles of a directory. Returns the exit code."""
    capture = open_capture(folder)
    listed = _listed(capture, version)
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in listed], indent=1) + "\n")
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("device profile", "core", "calls", "total", "median", "files"):
        table.add_column(title, justify="left" if title in ("device profile", "files") else "right")
    for one in listed:
        files = "\n".join(filter(None, (one.ntff, one.neff or "no NEFF")))
        core = NONE if one.nc_id is None else str(one.nc_id)
        calls = NONE if one.calls is None else str(one.calls)
        times = _time(one.total_ns), _time(one.median_ns)
        table.add_row(escape(one.name), core, calls, *times, escape(files))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 300).print(table)
    return 0


def find_device(folder: Path, wanted: str, *, as_json: bool) -> int:
    """Print the files of the device profiles that `wanted` names. Returns the exit code.

    A model's number, a device profile's name or the number at its end: what an event's argument
    `device_profile` says. Raises Refusal if there is none.
    """
    capture = open_capture(folder)
    found = [device for device in capture.plan.devices if _is_named(device, wanted)]
    if not found:
        raise Refusal(f"{folder} holds no device profile for {wanted}; --list shows them all.")
    pairs = [
        {
            "name": device.name,
            "neff": _path(capture, device.neff),
            "ntff": _path(capture, device.ntff),
        }
        for device in found
    ]
    if as_json:
        sys.stdout.write(json.dumps(pairs, indent=1) + "\n")
    else:
        for pair in pairs:
            sys.stdout.write("\n".join(filter(None, (pair["neff"], pair["ntff"]))) + "\n")
    return 0


def _pair(capture: Capture, device: DevicePlan) -> dict[str, str | None]:
    neff, ntff = _path(capture, device.neff), _path(capture, device.ntff)
    return {"name": device.name, "neff": neff, "ntff": ntff}


def _path(capture: Capture, name: str | None) -> str | None:
    return None if name is None else str(capture.folder / name)


def _is_named(device: DevicePlan, wanted: str) -> bool:
    numbers_of = (device.model_id, device.session_id)
    is_number = wanted.isdecimal() and int(wanted) in numbers_of
    files = [Path(name).stem.removeprefix("neff_") for name in (device.neff, device.ntff) if name]
    return (
        is_number
        or device.name == wanted
        or device.name.endswith(f"_{wanted}")
        or (wanted in files)
    )


def _listed(capture: Capture, version: str) -> list[Listed]:
    calls: Calls | None = None
    if capture.plan.processes:
        try:
            with system_run(capture, version) as run:
                calls = calls_of(run)
        except Refusal as refusal:
            # The files are there whatever became of the trace that tells their calls.
            sys.stderr.write(f"Without calls: {refusal}\n")
    return [_one(device, calls) for device in capture.plan.devices]


def _one(device: DevicePlan, calls: Calls | None) -> Listed:
    key = (
        device.instance_id,
        -1 if device.process_id is None else device.process_id,
        -1 if device.nc_id is None else device.nc_id,
        -1 if device.model_id is None else device.model_id,
    )
    own = None if calls is None or device.model_id is None else calls.get(key, [])
    return Listed(
        name=device.name,
        ntff=device.ntff,
        neff=device.neff,
        instance_id=device.instance_id,
        process_id=device.process_id,
        nc_id=device.nc_id,
        model_id=device.model_id,
        session_id=device.session_id,
        calls=None if own is None else len(own),
        total_ns=None if own is None else sum(own),
        median_ns=int(statistics.median(own)) if own else None,
        evidence=device.evidence,
    )


def calls_of(run: ReadableRun) -> Calls:
    """The durations of all executions by instance, process, core and model; -1 for any core."""
    found: Calls = defaultdict(list)
    source = Source(run, "SystemProfileEvents", 0, "start_ts", "end_ts")
    columns = [
        "name",
        "instance_id",
        "process_id",
        "nc_idx",
        "duration_ns",
        "extra_attributes_json",
    ]
    for _, batch in source.batches(Window(), columns):
        chosen = [
            place
            for place, name in enumerate(batch.column("name").to_pylist())
            if name == EXECUTION
        ]
        rows = batch.take(chosen)
        texts = rows.column("extra_attributes_json").to_pylist()
        models = extra_columns(str(text) if text else None for text in texts).get("model_id")
        for instance, process, core, length, model in zip(
            rows.column("instance_id").to_pylist(),
            numbers(rows, "process_id").tolist(),
            numbers(rows, "nc_idx").tolist(),
            numbers(rows, "duration_ns").tolist(),
            models.to_pylist() if models is not None else [None] * len(rows),
            strict=True,
        ):
            if model is not None:
                for one in (core, -1):
                    found[str(instance), process, one, int(str(model))].append(length)
    return dict(found)


def _time(ns: int | None) -> str:
    if ns is None:
        return NONE
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3f} {unit}"
    return f"{ns} ns"
