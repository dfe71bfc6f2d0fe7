"""The pyramid's file gives back its columns, and nothing outside of them."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.timeline.pyramid import MAGIC, SAME, VERSION, Pyramid, PyramidWriter, UnreadableError

COLUMNS = st.lists(st.lists(st.integers(0, 2**62), max_size=9), max_size=5)


def write(path: Path, columns: list[list[int]]) -> list[list[object]]:
    with PyramidWriter(path) as writer:
        entries = [writer.add(np.array(column, np.int64)) for column in columns]
        writer.finish({"columns": entries})
    return entries


@given(COLUMNS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_column_comes_back(tmp_path: Path, columns: list[list[int]]) -> None:
    path = tmp_path / "p"
    entries = write(path, columns)
    pyramid = Pyramid(path)
    assert pyramid.directory == {"columns": entries}
    assert [pyramid.column(entry).tolist() for entry in entries] == columns


@pytest.mark.parametrize(
    ("most", "kind"), [(255, "|u1"), (256, "<u2"), (65_536, "<u4"), (2**32, "<i8")]
)
def test_a_column_is_as_narrow_as_its_largest_value(tmp_path: Path, most: int, kind: str) -> None:
    (entry,) = write(tmp_path / "p", [[0, most]])
    assert entry == [0, kind, 2]


def test_a_column_of_equal_values_takes_no_room(tmp_path: Path) -> None:
    entries = write(tmp_path / "p", [[7] * 1000, []])
    assert entries == [[SAME, 7, 1000], [SAME, 0, 0]]
    assert (tmp_path / "p").stat().st_size < 100


def test_columns_are_read_only_and_begin_at_multiples_of_8(tmp_path: Path) -> None:
    entries = write(tmp_path / "p", [[1, 2, 3], [4, 5_000_000_000]])
    assert [entry[0] for entry in entries] == [0, 8]
    column = Pyramid(tmp_path / "p").column(entries[1])
    assert not column.flags.writeable
    assert not column.flags.owndata


def test_the_head_is_as_the_document_on_the_format_says(tmp_path: Path) -> None:
    write(tmp_path / "p", [[1, 2, 3]])
    data = (tmp_path / "p").read_bytes()
    magic, version, crc, columns_bytes, directory_bytes = struct.unpack_from("<8sIIQQ", data)
    assert (magic, version, columns_bytes) == (MAGIC, VERSION, 8)
    assert crc == zlib.crc32(data[32:])
    assert data[32:40] == bytes([1, 2, 3, 0, 0, 0, 0, 0])
    assert len(data) == 32 + columns_bytes + directory_bytes


@pytest.mark.parametrize(
    "entry", [[0, "<i8", 2], [-8, "|u1", 1], [8, "|u1", 1], [0, "<f8", 1], [0, "|O", 1]]
)
def test_an_entry_that_leads_outside_or_names_another_type_is_refused(
    tmp_path: Path, entry: list[object]
) -> None:
    write(tmp_path / "p", [[1, 2, 3]])
    with pytest.raises(UnreadableError):
        Pyramid(tmp_path / "p").column(entry)


@given(st.binary(max_size=200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_pyramid_or_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "p"
    path.write_bytes(data)
    with pytest.raises(UnreadableError):
        Pyramid(path)


@given(st.integers(0, 80), st.integers(1, 255))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_byte_anywhere_is_noticed(tmp_path: Path, place: int, flip: int) -> None:
    path = tmp_path / "p"
    write(path, [[1, 2, 3], [70_000, 9]])
    data = bytearray(path.read_bytes())
    data[min(place, len(data) - 1)] ^= flip
    path.write_bytes(data)
    with pytest.raises(UnreadableError):
        Pyramid(path)
