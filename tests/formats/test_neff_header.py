"""The header of a NEFF: every field read, every contradiction told."""

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_worker.formats.errors import (
    FormatError,
    Malformed,
    NotThisFormat,
    Truncated,
    Unsupported,
)
from ingest_worker.formats.neff.header import FEATURES, read_header
from ingest_worker.formats.neff.sniff import looks_like_neff
from tests.formats.neff_bytes import UUID, VALUES, codes, members, opened, packed
from tests.make import archive

GZIP = b"\x1f\x8b\x08" + bytes(509)


def header(**values: object) -> bytes:
    """1024 bytes by the layout of the container notes, section 1.1, and 512 behind them."""
    places = {
        "package": (0x000, "<Q", 2),
        "header_size": (0x008, "<Q", 1024),
        "data_size": (0x010, "<Q", 512),
        "major": (0x018, "<Q", 2),
        "minor": (0x020, "<Q", 1),
        "build": (0x028, "<128s", b"2.0.1%branch"),
        "cores": (0x0A8, "<I", 3),
        "hash": (0x0AC, "<32s", bytes(range(32))),
        "uuid": (0x0CC, "<16s", UUID),
        "name": (0x0DC, "<256s", b"a/b/kernel.neff"),
        "requested": (0x1DC, "<I", 4),
        "per_node": (0x1E0, "<64s", b"\x01"),
        "features": (0x220, "<Q", 0xC00),
        "lnc": (0x228, "<I", 2),
        "padding": (0x22C, "<468s", b""),
    }
    raw = bytearray(1024)
    for name, (place, layout, usual) in places.items():
        struct.pack_into(layout, raw, place, values.get(name, usual))
    return bytes(raw) + GZIP


def test_every_field_is_read_from_its_place() -> None:
    found = read_header(header(), 1536)
    assert (found.package_version, found.header_size, found.data_size) == (2, 1024, 512)
    assert (found.major, found.minor, found.build_version) == (2, 1, "2.0.1%branch")
    assert (found.core_count, found.requested_cores, found.logical_core_size) == (3, 4, 2)
    assert found.checksum == bytes(range(32))
    assert found.uuid == UUID
    assert found.name == "a/b/kernel.neff"
    assert found.cores_per_node == b"\x01" + bytes(63)
    assert found.features == 0xC00


def test_checksum_and_id_are_shown_as_stored() -> None:
    found = read_header(header(), 1536)
    assert found.checksum_text == "000102030405060708090a0b0c0d0e0f"
    assert found.uuid_text == "000102030405060708090a0b0c0d0e0f"


def test_features_are_named_in_bit_order() -> None:
    found = read_header(header(features=0x9C00), 1536)
    assert found.feature_names == ["virtual-core", "v3-2x-4x-dve-perf-mode", "dge", "dge-cast"]


def test_a_feature_without_a_name_keeps_its_number() -> None:
    assert read_header(header(features=1 << 24), 1536).feature_names == ["bit-24"]
    assert len(set(FEATURES.values())) == len(FEATURES)


def test_a_name_that_fills_its_field_is_whole() -> None:
    assert read_header(header(name=b"n" * 256), 1536).name == "n" * 256


def test_broken_text_is_replaced() -> None:
    assert read_header(header(name=b"\xff\xfe"), 1536).name == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("values", "size", "kind", "code", "offset"),
    [
        ({"package": 0}, 1536, NotThisFormat, "neff.not_this_format", 0),
        ({"package": 1 << 40}, 1536, NotThisFormat, "neff.not_this_format", 0),
        ({"header_size": 1023}, 1536, NotThisFormat, "neff.not_this_format", 0),
        ({"package": 3}, 1536, Unsupported, "neff.unsupported_version", 0),
        ({"major": 3}, 1536, Unsupported, "neff.unsupported_version", 24),
        ({"data_size": 0}, 1536, Malformed, "neff.malformed", 16),
        ({"data_size": 513}, 1536, Truncated, "neff.truncated", 1536),
        ({"data_size": (1 << 64) - 1}, 1536, Truncated, "neff.truncated", 1536),
    ],
)
def test_a_header_that_cannot_be_used_says_why(
    values: dict[str, int], size: int, kind: type[FormatError], code: str, offset: int
) -> None:
    with pytest.raises(kind) as caught:
        read_header(header(**values), size)
    assert (caught.value.code, caught.value.offset) == (code, offset)
    assert caught.value.hint


def test_a_header_that_is_cut_off_is_truncated() -> None:
    with pytest.raises(Truncated) as caught:
        read_header(header()[:1000], 1000)
    assert (caught.value.code, caught.value.offset) == ("neff.truncated", 1000)


def test_content_that_is_neither_gzip_nor_tar_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        read_header(header()[:1024] + bytes(512), 1536)
    assert (caught.value.code, caught.value.offset) == ("neff.malformed", 1024)


@pytest.mark.parametrize("head", [b"", b"\x02", bytes(1024), b"\x06" + bytes(1023)])
def test_bytes_of_other_files_do_not_look_like_a_neff(head: bytes) -> None:
    assert not looks_like_neff(head)
    with pytest.raises(NotThisFormat):
        read_header(head, len(head))


def test_a_version_to_come_still_looks_like_a_neff() -> None:
    assert looks_like_neff(header(package=9)[:16])


@pytest.mark.parametrize(("is_swapped", "state"), [(False, "ok"), (True, "ok-swapped")])
def test_both_forms_of_the_checksum_are_accepted(
    is_swapped: bool, state: str, tmp_path: Path
) -> None:
    data = packed(members(), replace(VALUES, is_hash_swapped=is_swapped))
    stored = hashlib.md5(data[1024:], usedforsecurity=False).digest()
    assert (data[0xAC:0xBC] == stored) is not is_swapped
    neff = opened(data, tmp_path)
    assert neff.checksum_state == state
    assert codes(neff) == []


def test_a_wrong_checksum_is_told_and_the_file_is_read(tmp_path: Path) -> None:
    data = bytearray(packed(members()))
    data[0xAC] ^= 1
    neff = opened(bytes(data), tmp_path)
    assert neff.checksum_state == "mismatch"
    assert codes(neff) == ["neff.checksum"]
    assert len(neff.subgraphs) == 1


def test_the_checksum_of_the_first_package_version_is_another_one(tmp_path: Path) -> None:
    data = bytearray(packed(members(), replace(VALUES, package=1)))
    data[0xAC] ^= 1
    assert codes(opened(bytes(data), tmp_path)) == []


def test_a_file_without_a_checksum_is_no_mismatch(tmp_path: Path) -> None:
    data = bytearray(packed(members()))
    data[0xAC:0xBC] = bytes(16)
    neff = opened(bytes(data), tmp_path)
    assert (neff.checksum_state, codes(neff)) == ("absent", [])


def test_bytes_behind_the_content_are_told(tmp_path: Path) -> None:
    neff = opened(packed(members()) + b"more", tmp_path)
    assert [(n.code, n.count) for n in neff.notices] == [("neff.trailing_bytes", 4)]


def test_features_and_fields_of_later_versions_are_told(tmp_path: Path) -> None:
    data = bytearray(packed(members(), replace(VALUES, features=1 << 40)))
    data[1000] = 1
    assert codes(opened(bytes(data), tmp_path)) == ["neff.unknown_feature", "neff.unknown_field"]


def test_the_content_begins_where_the_header_says(tmp_path: Path) -> None:
    data = packed(members())
    assert archive.HEADER.size == 1024
    assert len(opened(data, tmp_path).members) == len(members())
