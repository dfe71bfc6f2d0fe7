"""What the head of a source file says of itself, for a page about a profile that failed.

Shallow, as the check at the door is: a few hundred bytes, and of a trace at most a megabyte of its
protobuf. Nothing is decoded. Layouts: `neff.md` 1.1, `ntff.md` 1.1 and 2.1.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from profiles import pairing
from profiles.uploads.sniff import HEAD_BYTES, NEFF, NTFF, looks_like

MOST_PROTOBUF_BYTES = 1 << 20
_NEFF_BUILD = slice(40, 168)
_NEFF_CORES_AT = 168


@dataclass(frozen=True)
class SourceHead:
    """`read_as` in words; `ids` are program ids as hexadecimal, none if the file carries none."""

    read_as: str
    ids: tuple[str, ...]


def source_head(path: Path) -> SourceHead:
    """What a file's head says. Never fails: what cannot be read is said in words."""
    try:
        with path.open("rb") as file:
            head = file.read(pairing.NEFF_HEADER_BYTES)
            found = looks_like(head[:HEAD_BYTES])
            if found == NEFF:
                return _neff_head(head)
            if found == NTFF:
                file.seek(pairing.NTFF_PROTOBUF_AT)
                version, length = struct.unpack_from("<BQ", head)
                return _ntff_head(version, file.read(min(length, MOST_PROTOBUF_BYTES)))
    except OSError:
        return SourceHead("the file cannot be read", ())
    return SourceHead("not recognised by its first bytes" if head else "empty", ())


def _neff_head(head: bytes) -> SourceHead:
    (version,) = struct.unpack_from("<Q", head)
    words = [f"package version {version}"]
    if len(head) == pairing.NEFF_HEADER_BYTES:
        build = head[_NEFF_BUILD].split(b"\0")[0].decode("ascii", "replace").strip()
        (cores,) = struct.unpack_from("<I", head, _NEFF_CORES_AT)
        words += [f"compiler {build}"] if build.isprintable() and build else []
        words += [f"{cores} core{'' if cores == 1 else 's'}"] if 0 < cores <= 4096 else []
    own = pairing.neff_id(head)
    return SourceHead(" · ".join(words), (own.hex(),) if own else ())


def _ntff_head(version: int, protobuf: bytes) -> SourceHead:
    found = pairing.trace_ids(protobuf)
    ids = found.executions or ((found.stored,) if any(found.stored) else ())
    return SourceHead(f"version {version}", tuple(dict.fromkeys(one.hex() for one in ids)))
