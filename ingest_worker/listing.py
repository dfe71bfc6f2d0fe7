"""What the unpacking child reports of each file it found, as an event and back."""

from dataclasses import dataclass
from typing import Any

from profiles.directory import FoundFile
from profiles.pairing import TraceIds


@dataclass(frozen=True)
class ListedFile:
    """A file of the capture, its hash, and where it is kept.

    `place` is its key in the profile's source folder, `in_place` the path of a file that was left
    where it is; both are empty for a file that is not kept.
    """

    found: FoundFile
    sha256: str = ""
    place: str = ""
    in_place: str = ""

    def to_event(self) -> dict[str, Any]:
        """The facts of an event."""
        found = self.found
        return {
            "path": found.path,
            "size_bytes": found.size_bytes,
            "role": found.role,
            "program_id": found.program_id.hex(),
            "executions": [uid.hex() for uid in dict.fromkeys(found.trace.executions)],
            "stored": found.trace.stored.hex(),
            "instance_id": found.instance_id,
            "process_id": found.process_id,
            "session_id": found.session_id,
            "mark": found.mark,
            "windows_ns": found.windows_ns,
            "sha256": self.sha256,
            "place": self.place,
            "in_place": self.in_place,
        }

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "ListedFile":
        """What `to_event` wrote."""
        ids = TraceIds(
            tuple(map(bytes.fromhex, event["executions"])), bytes.fromhex(event["stored"])
        )
        found = FoundFile(
            path=event["path"],
            size_bytes=event["size_bytes"],
            role=event["role"],
            program_id=bytes.fromhex(event["program_id"]),
            trace=ids,
            instance_id=event["instance_id"],
            process_id=event["process_id"],
            session_id=event["session_id"],
            mark=event["mark"],
            windows_ns=tuple((start, end) for start, end in event["windows_ns"]),
        )
        return cls(found, event["sha256"], event["place"], event["in_place"])
