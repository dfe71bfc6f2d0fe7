"""The check at the door: do the first bytes look like what the file claims to be?

Shallow on purpose. The readers of the worker are the authority.
"""

import struct

HEAD_BYTES = 256
NEFF = "neff"
NTFF = "ntff"

_NEFF_HEADER_BYTES = 1024
_NEFF_NEWEST_PLAUSIBLE = 1 << 16
_NTFF_NEWEST_PLAUSIBLE = 30  # 31 begins every gzip file
_NTFF_LONGEST_PROTOBUF = 1 << 36


def looks_like(head: bytes) -> str | None:
    """`neff`, `ntff` or None, from a file's first 256 bytes."""
    if _is_neff(head):
        return NEFF
    if _is_ntff(head):
        return NTFF
    return None


def _is_neff(head: bytes) -> bool:
    """u64 package version, u64 header size: the second is 1024 in every NEFF."""
    if len(head) < 24:
        return False
    version, header_bytes = struct.unpack_from("<2Q", head)
    return bool(header_bytes == _NEFF_HEADER_BYTES and 0 < version < _NEFF_NEWEST_PLAUSIBLE)


def _is_ntff(head: bytes) -> bool:
    """u8 version, u64 length of the protobuf, which begins at byte 128."""
    if len(head) < 9:
        return False
    version, length = struct.unpack_from("<BQ", head)
    return bool(0 < version <= _NTFF_NEWEST_PLAUSIBLE and 0 < length < _NTFF_LONGEST_PROTOBUF)
