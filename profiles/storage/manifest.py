"""What a published run says of itself; written last, and then nothing of the run changes."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

MANIFEST_VERSION = 1


INFORMATION = frozenset({"system.clock_spread"})
"""Codes of notices that say how good the data is where nothing is wrong with it."""


@dataclass(frozen=True)
class SourceEntry:
    """A file the run was made from."""

    role: str
    name: str
    size_bytes: int
    ordinal: int = 0
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartEntry:
    """One trace: its own zero, its span, its cores. Unix times are decimal text.

    `device_zero_ns` is what the device's clock showed at the zero, decimal text too; None where
    the trace does not keep that clock.
    """

    part: int
    name: str
    span_ns: int = 0
    cores: tuple[int, ...] = ()
    origin_unix_ns: str | None = None
    ntff_version: int | None = None
    instance_type: str = ""
    clock: str = "own zero"
    device_zero_ns: str | None = None


@dataclass(frozen=True)
class TableEntry:
    """A written table; `content_hash` is over its rows, not over the file."""

    part: int
    name: str
    row_count: int
    size_bytes: int
    content_hash: str


@dataclass(frozen=True)
class NoticeEntry:
    """Something missing, odd or unknown in the data; or only how good it is."""

    code: str
    message: str
    count: int = 1

    @property
    def only_informs(self) -> bool:
        """Whether nothing is wrong with the data; `notices.js` has the same codes."""
        return self.code in INFORMATION


@dataclass(frozen=True)
class Manifest:
    """The table of contents of a run.

    `kind`, "device" or "system", is there for a run whose sources alone say which it is.
    """

    schema_version: str
    explorer_version: str
    duration_ns: int = 0
    core_count: int = 0
    record_count: int = 0
    instance_type: str = ""
    sources: tuple[SourceEntry, ...] = ()
    parts: tuple[PartEntry, ...] = ()
    tables: tuple[TableEntry, ...] = ()
    notices: tuple[NoticeEntry, ...] = ()
    version: int = MANIFEST_VERSION
    kind: str = ""

    @property
    def size_bytes(self) -> int:
        return sum(table.size_bytes for table in self.tables)

    @property
    def ntff_version(self) -> int | None:
        return next((part.ntff_version for part in self.parts), None)

    def table(self, name: str, part: int = 0) -> TableEntry | None:
        """The entry of a table, or None if the profile has no rows of that kind."""
        return next((t for t in self.tables if t.name == name and t.part == part), None)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises ValueError for text that no version of this program has written."""
        document = json.loads(text)
        if not isinstance(document, dict) or "schema_version" not in document:
            raise ValueError("not a manifest")
        try:
            return cls._of(document)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a manifest: {error}") from error

    @classmethod
    def _of(cls, document: dict[str, Any]) -> "Manifest":
        return cls(
            schema_version=document["schema_version"],
            explorer_version=document["explorer_version"],
            duration_ns=document["duration_ns"],
            core_count=document["core_count"],
            record_count=document["record_count"],
            instance_type=document["instance_type"],
            sources=_entries(SourceEntry, document["sources"]),
            parts=tuple(
                PartEntry(**{**entry, "cores": tuple(entry["cores"])})
                for entry in document["parts"]
            ),
            tables=_entries(TableEntry, document["tables"]),
            notices=_entries(NoticeEntry, document["notices"]),
            version=document["version"],
            kind=document.get("kind", ""),
        )


def _entries(kind: Any, documents: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**document) for document in documents)
