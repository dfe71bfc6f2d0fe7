"""Which kind of archive begins like this: the check at the door, and the way to its reader."""

TAR, GZIP, ZSTD, ZIP = "tar", "gzip", "zstd", "zip"
ARCHIVE_HEAD_BYTES = 512
_CHECKSUM = slice(148, 156)


def archive_kind(head: bytes) -> str | None:
    """`tar`, `gzip`, `zstd`, `zip` or None, from the first 512 bytes."""
    if head.startswith(b"\x1f\x8b\x08"):
        return GZIP
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return ZSTD
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    return TAR if _is_tar(head) else None


def _is_tar(head: bytes) -> bool:
    """A header whose checksum, the sum of its bytes with the field blank, is right."""
    if len(head) < ARCHIVE_HEAD_BYTES or not any(head):
        return False
    digits = head[_CHECKSUM].split(b"\0", 1)[0].strip()
    total = sum(head[:ARCHIVE_HEAD_BYTES]) - sum(head[_CHECKSUM]) + 8 * ord(" ")
    return digits.isdigit() and int(digits, 10 if b"8" in digits or b"9" in digits else 8) == total
