"""Which NEFF belongs to which NTFF: by the id inside the files, with the names as hints.

Layouts: `ntff.md` 1.1 and 2.1 (fields 2, 4, 15), `neff.md` 1.1. The same rules, with the same test
vectors (tests/vectors/pairing.json), stand in static/js/upload/.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NEFF_HEADER_BYTES = 1024
NEFF_UUID = slice(204, 220)
NTFF_PROTOBUF_AT = 128
ID_BYTES = 16

SAME = "same"
DIFFERENT = "different"
UNKNOWN = "unknown"

_NUMBER = re.compile(r"\d{6,}")


@dataclass(frozen=True)
class TraceIds:
    """Ids in an NTFF: whole ones of its executions, and the NEFF's as written at its head."""

    executions: tuple[bytes, ...] = ()
    stored: bytes = b""


def neff_id(head: bytes) -> bytes:
    """The 16-byte id in a NEFF's header; empty if the header is short or the id is all zero."""
    if len(head) < NEFF_HEADER_BYTES:
        return b""
    found = head[NEFF_UUID]
    return found if any(found) else b""


def trace_ids(protobuf: bytes) -> TraceIds:
    """Ids in the protobuf of an NTFF. Damage ends the search; what was found counts."""
    executions: list[bytes] = []
    stored = b""
    for number, value in _fields(protobuf):
        if number == 2:
            stored = value[:ID_BYTES]
        elif number == 15:
            executions += [uid for n, uid in _fields(value) if n == 1 and len(uid) == ID_BYTES]
    return TraceIds(tuple(uid for uid in executions if any(uid)), stored)


def compare(neff: bytes, trace: TraceIds) -> str:
    """SAME, DIFFERENT, or UNKNOWN where one of them carries no id.

    An execution's id decides; else the stored id, of which only its first min(16, stored) bytes
    count, because the runtime writes it like a C string.
    """
    if not neff:
        return UNKNOWN
    if trace.executions:
        return SAME if all(uid == neff for uid in trace.executions) else DIFFERENT
    if not trace.stored:
        return UNKNOWN
    return SAME if neff.startswith(trace.stored[:ID_BYTES]) else DIFFERENT


def shared_number(one: str, other: str) -> str | None:
    """The longest number of six or more digits that both names contain: a hint, no more."""
    common = set(_NUMBER.findall(one)) & set(_NUMBER.findall(other))
    return max(common, key=lambda digits: (len(digits), digits), default=None)


def default_name(names: Iterable[str]) -> str:
    """A name for a profile from the names of its files, the trace's first."""
    ordered = sorted(names, key=lambda name: not name.lower().endswith(".ntff"))
    stem = ordered[0].replace("\\", "/").rsplit("/", 1)[-1] if ordered else ""
    kinds = r"\.(neff|ntff|json(\.gz)?|zip|tgz|tar(\.(gz|zst))?)\Z"
    return re.sub(kinds, "", stem, flags=re.IGNORECASE)[:150] or "profile"


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Length-delimited fields of a message; others are passed over; damage ends the walk."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        wire = key & 7
        if wire == 0:
            _, place = _varint(data, place)
        elif wire == 2:
            length, place = _varint(data, place)
            if place < 0 or length > len(data) - place:
                return
            yield key >> 3, data[place : place + length]
            place += length
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        else:
            return
        if place < 0:
            return


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """The number at `place` and where it ends; (0, -1) when it is cut or too long."""
    value = 0
    if place < 0:
        return 0, -1
    for step in range(10):
        if place + step >= len(data):
            break
        byte = data[place + step]
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, place + step + 1
    return 0, -1
