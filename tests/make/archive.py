"""Packs members into a tar, compresses it and puts the NEFF's header before it.

Layout: notes on the NEFF, sections 1.1 to 1.3 and the recipe in section 7.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

BLOCK = 512
PAD_TO = 10240
HEADER = struct.Struct("<5Q128sI32s16s256sI64sQI468x")
FILE, HARD_LINK, LINK, FOLDER, PAX = b"0", b"1", b"2", b"5", b"x"


@dataclass(frozen=True)
class Member:
    """One member of the tar; `kind` is its type flag, `target` where a link leads."""

    name: str
    data: bytes = b""
    kind: bytes = FILE
    target: str = ""


def tar_header(member: Member, size: int) -> bytes:
    """512 bytes of ustar: mode 0664, owner nobody, time 0, and the sum over all of them."""
    name, prefix = _split(member.name)
    fields = struct.pack(
        "100s8s8s8s12s12s8s1s100s8s32s32s8s8s155s12x",
        name,
        b"000664 \0",
        b"001750 \0",
        b"001750 \0",
        b"%011o " % size,
        b"%011o " % 0,
        b" " * 8,
        member.kind,
        member.target.encode(),
        b"ustar\x0000",
        b"nobody",
        b"nobody",
        b"000000 \0",
        b"000000 \0",
        prefix,
    )
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def _split(name: str) -> tuple[bytes, bytes]:
    """A name over 100 bytes is split at a slash into prefix and name."""
    raw = name.encode()
    if len(raw) <= 100:
        return raw, b""
    place = raw.index(b"/", len(raw) - 101)
    return raw[place + 1 :], raw[:place]


def tar(members: Iterable[Member]) -> bytes:
    """The members in the order given, and the two empty blocks of the end."""
    out = bytearray()
    for member in members:
        out += tar_header(member, len(member.data))
        out += member.data + bytes(-len(member.data) % BLOCK)
    out += bytes(2 * BLOCK)
    return bytes(out) + bytes(-len(out) % PAD_TO)


def gzip(data: bytes, level: int = 1) -> bytes:
    """One gzip member with time 0."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def padded(data: bytes) -> bytes:
    """With zeros up to a multiple of 10240, which count as part of the payload."""
    return data + bytes(-len(data) % PAD_TO)


@dataclass(frozen=True)
class HeaderValues:
    """The values of the header that the payload does not give."""

    name: str
    uuid: bytes
    package: int = 2
    major: int = 2
    minor: int = 0
    build: str = ""
    core_count: int = 1
    requested: int = 1
    features: int = 0xC00
    lnc_size: int = 2
    is_hash_swapped: bool = True


def header(values: HeaderValues, payload: bytes) -> bytes:
    """1024 bytes; the hash is the payload's MD5, word by word reversed where asked for."""
    digest = hashlib.md5(payload, usedforsecurity=False).digest()
    if values.is_hash_swapped:
        digest = b"".join(digest[place : place + 4][::-1] for place in range(0, 16, 4))
    return HEADER.pack(
        values.package,
        HEADER.size,
        len(payload),
        values.major,
        values.minor,
        values.build.encode(),
        values.core_count,
        digest,
        values.uuid,
        values.name.encode()[:255],
        values.requested,
        b"\x01",
        values.features,
        values.lnc_size,
    )
