"""The formats a source can have, told apart by their first bytes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ingest_worker.formats.neff.sniff import looks_like_neff
from ingest_worker.formats.ntff.sniff import looks_like_trace

HEAD_BYTES = 1024

SIGNATURES: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {"neff": looks_like_neff, "ntff": looks_like_trace}
)


def role_of(head: bytes) -> str | None:
    """The role whose files begin like `head`, or None for bytes of no known format."""
    return next((role for role, accepts in SIGNATURES.items() if accepts(head)), None)
