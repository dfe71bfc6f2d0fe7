"""Whether first bytes can be those of a NEFF."""

HEADER_SIZE = 1024
NEWEST_PLAUSIBLE = 1 << 16


def looks_like_neff(head: bytes) -> bool:
    """A plausible package version (u64) and a header of 1024 bytes (u64); there is no magic."""
    if len(head) < 16:
        return False
    version = int.from_bytes(head[:8], "little")
    size = int.from_bytes(head[8:16], "little")
    return size == HEADER_SIZE and 0 < version < NEWEST_PLAUSIBLE
