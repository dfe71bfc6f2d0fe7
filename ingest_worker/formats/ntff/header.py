"""The first 128 bytes of an NTFF file: its version and the length of the message behind it."""

from dataclasses import dataclass

from ingest_worker.formats.cursor import Cursor
from ingest_worker.formats.errors import NotThisFormat, Truncated, Unsupported

FORM = "ntff"
HEADER_SIZE = 128
OLDEST_VERSION, NEWEST_VERSION = 4, 6
LARGEST_MESSAGE = 1 << 40


@dataclass(frozen=True)
class Header:
    """Version byte, length of the message in bytes, and where the blob area begins."""

    version: int
    message_size: int

    @property
    def base(self) -> int:
        """File offset from which traces and images are counted."""
        return HEADER_SIZE + self.message_size


def read_header(data: memoryview) -> Header:
    """Version and message length, checked against the size of the file.

    Byte 0 is the version, bytes 1 to 8 the length P of the message at byte 128; the other 119
    bytes are left over from the writer's memory and ignored.
    """
    if len(data) == 0:
        raise Truncated(
            "ntff.truncated", "The file is empty: the capture saw no execution.", offset=0
        )
    cursor = Cursor(data, form=FORM)
    version = cursor.u8("the version")
    if version == 0 or (version > NEWEST_VERSION and len(data) <= HEADER_SIZE):
        raise _foreign(version)
    size = cursor.u64("the length of the message")
    if size == 0 or size > LARGEST_MESSAGE:
        raise _foreign(version)
    header = Header(version, size)
    is_known = OLDEST_VERSION <= version <= NEWEST_VERSION
    if not is_known and (header.base > len(data) or not _looks_like_message(data)):
        raise _foreign(version)
    if not is_known:
        raise Unsupported(
            "ntff.unsupported_version",
            f"The trace has version {version}; versions {OLDEST_VERSION} to "
            f"{NEWEST_VERSION} can be read.",
            offset=0,
        )
    if header.base > len(data):
        raise Truncated(
            "ntff.truncated",
            f"The description of the trace ends at byte {header.base}, "
            f"the file at byte {len(data)}: no record can be read.",
            offset=len(data),
        )
    return header


def _looks_like_message(data: memoryview) -> bool:
    """Whether byte 128 can begin a message: a field of number 1 to 31, length-delimited or not."""
    tag = data[HEADER_SIZE] if len(data) > HEADER_SIZE else 0
    return tag >= 8 and tag & 7 in {0, 1, 2, 5}


def _foreign(version: int) -> NotThisFormat:
    return NotThisFormat(
        "ntff.not_this_format", f"The file does not begin like a trace (byte 0 is {version}).", 0
    )
