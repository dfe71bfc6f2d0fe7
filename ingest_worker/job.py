"""What the worker tells its child: one profile to unpack or to process, as a JSON line."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.formats.limits import DEFAULT_LIMITS, Limits
from ingest_worker.packed import ArchiveLimits
from profiles.processing import EventFilters

UNPACK, SYSTEM, DEVICE, OFFICIAL = "unpack", "system", "device", "official"


@dataclass(frozen=True)
class JobSource:
    """One source file: its role, its name when uploaded or in its directory, where it lies."""

    role: str
    name: str
    path: str
    ordinal: int


@dataclass(frozen=True)
class Job:
    """One run of one profile.

    `kind` says what is done: a directory or archive is listed ("unpack"), its system trace or
    device traces are processed, or what the official tool made of them is read. `devices` are the
    device profiles a system run links to, `parts` the NTFF, NEFF and name of each part of a
    directory of device files, `notices` what the plan of the directory says, `filters` the events
    of a system trace that are wanted.

    `tables` is the root address of the table store, `memory_bytes` the most private memory the
    child may hold (0: no limit), `pause_folder` the folder of `ingest_worker.pause` or empty.
    """

    profile_id: str
    run: int
    tables: str
    sources: tuple[JobSource, ...]
    profile_name: str = ""
    explorer_version: str = ""
    without: tuple[str, ...] = ()
    partial: bool = False
    limits: Limits = dataclasses.field(default_factory=lambda: DEFAULT_LIMITS)
    archive: ArchiveLimits = dataclasses.field(default_factory=ArchiveLimits)
    memory_bytes: int = 0
    pause_folder: str = ""
    kind: str = DEVICE
    devices: tuple[DeviceRef, ...] = ()
    parts: tuple[tuple[str, str | None, str], ...] = ()
    notices: tuple[tuple[str, str, int], ...] = ()
    filters: EventFilters = dataclasses.field(default_factory=EventFilters)

    @property
    def pause(self) -> Path | None:
        return Path(self.pause_folder) if self.pause_folder else None

    def to_json(self) -> str:
        """The job as one line of JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """The job that `to_json` wrote."""
        fields = json.loads(text)
        fields["sources"] = tuple(JobSource(**source) for source in fields["sources"])
        fields["without"] = tuple(fields["without"])
        fields["devices"] = tuple(map(_device, fields["devices"]))
        fields["parts"] = tuple((ntff, neff, name) for ntff, neff, name in fields["parts"])
        fields["notices"] = tuple((code, text, count) for code, text, count in fields["notices"])
        fields["limits"] = Limits(**fields["limits"])
        filters = fields["filters"].items()
        fields["filters"] = EventFilters(**{name: tuple(chosen) for name, chosen in filters})
        fields["archive"] = ArchiveLimits(**fields["archive"])
        return cls(**fields)


def _device(fields: dict[str, Any]) -> DeviceRef:
    windows = tuple((start, end) for start, end in fields["windows_ns"])
    return DeviceRef(**{**fields, "windows_ns": windows})
