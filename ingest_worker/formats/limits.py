"""How much a reader accepts before it stops: every cap on a hostile or runaway file."""

from dataclasses import dataclass

GB = 1_000_000_000
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Caps passed to every reader; the settings build one, tests make smaller ones.

    `file_bytes` and `records` bound one source file, `archive_*` the archive inside a NEFF:
    number of members, bytes of all members together, and the factor by which it may expand.
    `message_fields` bounds the fields kept of one protobuf message.
    """

    file_bytes: int = 20 * GB
    records: int = 500_000_000
    archive_members: int = 20_000
    archive_expanded_bytes: int = 4 * GB
    archive_ratio: int = 200
    message_fields: int = 2_000_000


DEFAULT_LIMITS = Limits()
