"""The formats a source can have, told apart by their first bytes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ingest_worker.formats.neff.sniff import looks_like_neff
from ingest_worker.formats.ntff.header import HEADER_SIZE, LARGEST_MESSAGE

HEAD_BYTES = 1024


def looks_like_trace(head: bytes) -> bool:
    """Version 1 to 15, a plausible message length, and behind the header a field of a message."""
    if len(head) <= HEADER_SIZE:
        return False
    size = int.from_bytes(head[1:9], "little")
    is_field = head[HEADER_SIZE] >= 8 and head[HEADER_SIZE] & 7 in {0, 1, 2, 5}
    return 1 <= head[0] <= 15 and 0 < size < LARGEST_MESSAGE and is_field


SIGNATURES: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {"neff": looks_like_neff, "ntff": looks_like_trace}
)


def role_of(head: bytes) -> str | None:
    """The role whose files begin like `head`, or None for bytes of no known format."""
    return next((role for role, accepts in SIGNATURES.items() if accepts(head)), None)
