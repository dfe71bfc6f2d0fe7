"""What the worker tells its decoding child: one profile, as a JSON line."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from ingest_worker.formats.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True)
class JobSource:
    """One source file: its role ("neff" or "ntff"), its name when uploaded, where it lies."""

    role: str
    name: str
    path: str
    ordinal: int


@dataclass(frozen=True)
class Job:
    """One run of one profile.

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
    memory_bytes: int = 0
    pause_folder: str = ""

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
        fields["limits"] = Limits(**fields["limits"])
        return cls(**fields)
