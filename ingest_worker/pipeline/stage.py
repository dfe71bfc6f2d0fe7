"""What a run is given, what it tells and what it hands from stage to stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest_worker.formats.limits import DEFAULT_LIMITS, Limits
from ingest_worker.formats.notice import Notice

STAGES = ("identify", "decode", "resolve", "build", "summarise", "timeline", "publish")


class Cancelled(Exception):  # noqa: N818
    """Raised by a `Progress` to stop a run whose profile is gone or claimed by another."""


@dataclass(frozen=True)
class SourceRef:
    """One uploaded file: its role ("neff" or "ntff"), name as uploaded, and where it lies."""

    role: str
    name: str
    path: Path
    ordinal: int = 0


@dataclass(frozen=True)
class PartPlan:
    """A trace of a directory of device files: its name there, its NEFF's, what it is called."""

    ntff: str
    neff: str | None
    title: str


@dataclass(frozen=True)
class Options:
    """How to process: caps, roles left out, whether a cut trace may be read up to the cut.

    `parts` are there for a directory of device files: each trace with a NEFF of its own. `notices`
    are what is already known of the sources. The last three choose events of a system trace; empty
    means all. Types are names, `hardware`, `software`, or a name with `^` before it to leave it
    out.
    """

    limits: Limits = DEFAULT_LIMITS
    without: frozenset[str] = field(default_factory=frozenset)
    partial: bool = False
    explorer_version: str = ""
    profile_name: str = ""
    parts: tuple[PartPlan, ...] = ()
    notices: tuple[Notice, ...] = ()
    event_types: frozenset[str] = field(default_factory=frozenset)
    instance_ids: frozenset[str] = field(default_factory=frozenset)
    neuron_cores: frozenset[int] = field(default_factory=frozenset)


class Progress(Protocol):
    """Told at the start of each stage and as it goes on; a `total` of 0 is not known yet.

    May raise `Cancelled`.
    """

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """A `Progress` that tells nobody."""


def in_order(sources: Sequence[SourceRef]) -> list[SourceRef]:
    """Sources by role, then by their place in the upload."""
    return sorted(sources, key=lambda source: (source.role, source.ordinal, source.name))
