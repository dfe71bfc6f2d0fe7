"""The first 1024 bytes of a NEFF: versions, sizes, checksum, id and name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from struct import Struct
from types import MappingProxyType

from ingest_worker.formats.errors import Malformed, NotThisFormat, Truncated, Unsupported
from ingest_worker.formats.neff.sniff import HEADER_SIZE, looks_like_neff
from ingest_worker.formats.notice import Notice

FORM = "neff"
# Container notes, section 1.1.
_LAYOUT = Struct("<5Q128sI32s16s256sI64sQI468s")
_PACKAGE_VERSIONS = (1, 2)
_NEWEST_MAJOR = 2
_GZIP, _USTAR, _USTAR_AT = b"\x1f\x8b\x08", b"ustar", 257
PAYLOAD_HEAD = 512

# Names the official tool prints first (decoding notes, section 1), then those of the feature
# list in a program's definition (container notes, section 1.4).
FEATURES: Mapping[int, str] = MappingProxyType(
    {
        0: "bin-weights",
        1: "collectives-offset",
        2: "custom-ops",
        3: "coalesced-ccops",
        4: "queue-set-instances",
        5: "functions",
        6: "dynamic-pwp",
        7: "indirect-memcpy-32b-sem-wait",
        8: "indirect-memcpy-bound-check",
        9: "dma-desc-higher-dim",
        10: "virtual-core",
        11: "v3-2x-4x-dve-perf-mode",
        12: "dge",
        13: "pool-rsqrt",
        14: "remote-sem",
        15: "dge-cast",
        16: "vector-dge",
        17: "embedding-stride32",
        20: "sqi-no-rearm",
        21: "hardware-dge",
        22: "partial-sb2sb-ccop",
        25: "large-tensor-support",
    }
)
_SUPPORTED_FEATURES = 0x7FFFFFF


@dataclass(frozen=True)
class Header:
    """Every field of the header; texts end at their first NUL, sizes are in bytes."""

    package_version: int
    header_size: int
    data_size: int
    major: int
    minor: int
    build_version: str
    core_count: int
    checksum: bytes
    uuid: bytes
    name: str
    requested_cores: int
    cores_per_node: bytes
    features: int
    logical_core_size: int
    padding: bytes

    @property
    def uuid_text(self) -> str:
        """32 hex digits, as the official tool shows it."""
        return self.uuid.hex()

    @property
    def checksum_text(self) -> str:
        """The first 16 bytes as 32 hex digits, exactly as stored."""
        return self.checksum[:16].hex()

    @property
    def feature_names(self) -> list[str]:
        """Names of the feature bits in bit order; `bit-24` for one without a name."""
        bits = [bit for bit in range(64) if self.features >> bit & 1]
        return [FEATURES.get(bit, f"bit-{bit}") for bit in bits]


def read_header(head: bytes, file_size: int) -> Header:
    """Reads the header from a file's first bytes and checks it against the file's size.

    `head` is the header and, where the file has them, the 512 bytes behind it. Raises
    FormatError with `neff.not_this_format`, `neff.truncated`, `neff.unsupported_version` or
    `neff.malformed`.
    """
    if not looks_like_neff(head):
        raise NotThisFormat(
            "neff.not_this_format", "The file does not begin like a NEFF.", offset=0
        )
    if file_size < HEADER_SIZE or len(head) < HEADER_SIZE:
        raise Truncated(
            "neff.truncated",
            f"The file has {file_size} bytes, the header alone has {HEADER_SIZE}.",
            offset=file_size,
        )
    header = _unpacked(head)
    _check_versions(header)
    _check_sizes(header, file_size)
    _check_payload(head[HEADER_SIZE:], header)
    return header


def _unpacked(head: bytes) -> Header:
    values = _LAYOUT.unpack_from(head)
    package, size, data_size, major, minor, build, count, checksum, uuid = values[:9]
    name, requested, per_node, features, lnc, padding = values[9:]
    return Header(
        package_version=package,
        header_size=size,
        data_size=data_size,
        major=major,
        minor=minor,
        build_version=_text(build),
        core_count=count,
        checksum=checksum,
        uuid=uuid,
        name=_text(name),
        requested_cores=requested,
        cores_per_node=per_node,
        features=features,
        logical_core_size=lnc,
        padding=padding,
    )


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")


def _check_versions(header: Header) -> None:
    if header.package_version not in _PACKAGE_VERSIONS:
        raise Unsupported(
            "neff.unsupported_version",
            f"The package has version {header.package_version}; 1 and 2 can be read.",
            offset=0,
        )
    if header.major > _NEWEST_MAJOR:
        raise Unsupported(
            "neff.unsupported_version",
            f"The NEFF has version {header.major}.{header.minor}; versions up to "
            f"{_NEWEST_MAJOR} can be read.",
            offset=24,
        )


def _check_sizes(header: Header, file_size: int) -> None:
    if header.data_size == 0:
        raise Malformed("neff.malformed", "The header announces no content.", offset=16)
    if header.data_size > file_size - header.header_size:
        raise Truncated(
            "neff.truncated",
            f"The header announces {header.data_size} bytes of content, the file holds "
            f"{file_size - header.header_size}.",
            offset=file_size,
        )


def _check_payload(payload: bytes, header: Header) -> None:
    if not is_gzip(payload) and not is_tar(payload):
        raise Malformed(
            "neff.malformed",
            "Behind the header lies neither a gzip stream nor a tar archive.",
            offset=header.header_size,
        )


def is_gzip(payload: bytes) -> bool:
    """Whether the content begins like a gzip stream."""
    return payload.startswith(_GZIP)


def is_tar(payload: bytes) -> bool:
    """Whether the content begins like an uncompressed tar archive."""
    return payload[_USTAR_AT : _USTAR_AT + len(_USTAR)] == _USTAR


def header_notices(header: Header, file_size: int) -> Iterator[Notice]:
    """What is odd in a header that can be used."""
    unknown = header.features & ~_SUPPORTED_FEATURES
    if unknown:
        text = f"The NEFF asks for features which are not known: {unknown:#x}."
        yield Notice("neff.unknown_feature", text, unknown.bit_count())
    if any(header.padding):
        yield Notice("neff.unknown_field", "The header has bytes where others have none.")
    extra = file_size - header.header_size - header.data_size
    if extra:
        yield Notice("neff.trailing_bytes", "Bytes behind the NEFF's content are not used.", extra)
