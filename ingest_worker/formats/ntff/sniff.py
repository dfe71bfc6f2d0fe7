"""Whether first bytes can be those of a trace."""

from ingest_worker.formats.ntff.header import HEADER_SIZE, LARGEST_MESSAGE


def looks_like_trace(head: bytes) -> bool:
    """Version 1 to 15, a plausible message length, and behind the header a field of a message."""
    if len(head) <= HEADER_SIZE:
        return False
    size = int.from_bytes(head[1:9], "little")
    tag = head[HEADER_SIZE]
    is_field = tag >= 8 and tag & 7 in {0, 1, 2, 5}
    return 1 <= head[0] <= 15 and 0 < size < LARGEST_MESSAGE and is_field
