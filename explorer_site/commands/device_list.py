"""`view -d DIR --list` and `--find`: which device profiles a directory holds, and their files."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from explorer_site.commands.capture import Capture, open_capture, system_run
from explorer_site.serve.refusal import Refusal
from profiles.directory import DevicePlan
from profiles.metrics.device_links import device_calls
from profiles.metrics.events import events_of
from profiles.storage.tables import RunMissingError

if TYPE_CHECKING:
    from profiles.metrics.range_statistics import Durations

NONE = "–"


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
    calls: dict[str, Durations] | None = None
    if capture.plan.processes:
        try:
            with system_run(capture, version) as run:
                calls = device_calls(run, events_of(run))
        except (Refusal, RunMissingError) as error:
            # The files are there whatever became of the trace that tells their calls.
            sys.stderr.write(f"Without calls: {error}\n")
    return [_one(device, calls) for device in capture.plan.devices]


def _one(device: DevicePlan, calls: "dict[str, Durations] | None") -> Listed:
    own = None if calls is None else calls.get(device.name)
    none = None if calls is None else 0
    return Listed(
        name=device.name,
        ntff=device.ntff,
        neff=device.neff,
        instance_id=device.instance_id,
        process_id=device.process_id,
        nc_id=device.nc_id,
        model_id=device.model_id,
        session_id=device.session_id,
        calls=own.count if own else none,
        total_ns=own.sum_ns if own else none,
        median_ns=own.median_ns if own else None,
        evidence=device.evidence,
    )


def _time(ns: int | None) -> str:
    if ns is None:
        return NONE
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3f} {unit}"
    return f"{ns} ns"
