"""A JSON walked value by value is what it is read at once, however it is cut, packed or damaged."""

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats import json_stream
from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.json_stream import JsonStream

MOST = 1 << 20
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def stream(path: Path, most: int = MOST) -> JsonStream:
    return JsonStream(path, most, code="trace.malformed", subject="The file")


def walked(path: Path, most: int = MOST) -> dict[str, Any]:
    """An object whose values are walked: lists item by item, everything else whole."""
    found: dict[str, Any] = {}
    with stream(path, most) as own:
        assert own.sign() == "{"
        while (name := own.key()) is not None:
            if own.sign() == "[":
                found[name] = []
                while own.has_item():
                    found[name].append(own.value())
            else:
                own.back()
                found[name] = own.value()
    return found


@QUICK
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.integers(1, 40), st.booleans())
def test_any_object_is_read_the_same_in_pieces_of_any_size(
    tmp_path: Path, value: dict[str, Any], piece: int, is_packed: bool
) -> None:
    text = json.dumps(value, ensure_ascii=piece % 2 == 0, indent=piece % 3 or None).encode(
        "utf-8", "surrogatepass"
    )
    if b"\xed" in text:
        text = json.dumps(value).encode()
    path = tmp_path / "a.json"
    path.write_bytes(gzip.compress(text, 1) if is_packed else text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "PIECE_BYTES", piece)
        assert walked(path) == value


@QUICK
@given(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), st.data())
def test_a_text_cut_anywhere_is_told_as_damaged_with_the_place(
    tmp_path: Path, value: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(value).encode()
    cut = data.draw(st.integers(1, len(text) - 1))
    path = tmp_path / "a.json"
    path.write_bytes(text[:cut])
    with pytest.raises(Malformed) as caught:
        walked(path)
    assert caught.value.code == "trace.malformed"
    assert caught.value.offset == cut


@QUICK
@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{" + data)
    with contextlib.suppress(Malformed, LimitExceeded):
        assert all(isinstance(name, str) for name in walked(path))


@QUICK
@given(st.integers(0, 60), st.integers(0, 255))
def test_a_packed_text_damaged_in_one_byte_never_reads_as_another(
    tmp_path: Path, place: int, byte: int
) -> None:
    value = {"rows": [{"id": n, "name": f"n{n}"} for n in range(20)]}
    packed = bytearray(gzip.compress(json.dumps(value).encode(), 9, mtime=0))
    packed[place % len(packed)] = byte
    path = tmp_path / "a.json"
    path.write_bytes(packed)
    try:
        found = walked(path)
    except (Malformed, LimitExceeded, AssertionError):
        return
    assert found == value


def test_a_packed_text_that_ends_early_cannot_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(gzip.compress(b'{"a": [1, 2, 3]}')[:-9])
    with pytest.raises(Malformed, match="cannot be unpacked"):
        walked(path)


def test_a_text_that_unpacks_to_more_than_allowed_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.json"
    path.write_bytes(gzip.compress(b'{"a": "' + b" " * 5_000_000 + b'"}'))
    assert path.stat().st_size < 10_000
    with pytest.raises(LimitExceeded) as caught:
        walked(path, most=1_000_000)
    assert caught.value.code == "limit.bytes"


def test_one_value_larger_than_is_held_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "PIECE_BYTES", 64)
    monkeypatch.setattr(json_stream, "LARGEST_VALUE", 500)
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"a": "x" * 400}))
    assert len(walked(path)["a"]) == 400
    path.write_text(json.dumps({"a": "x" * 4000}))
    with pytest.raises(Malformed, match="cannot be read"):
        walked(path)


def test_values_nested_deeper_than_can_be_read_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": {"b": ' + "[" * 200_000 + "]" * 200_000 + "}}")
    with pytest.raises(Malformed):
        walked(path)


def test_a_mark_of_the_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert walked(path) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a" 1}', "without a value"),
        ("{1: 2}", "no name"),
        ('{"a": ', "early"),
        ('{"a": [1', "cannot be read|early"),
        ('{"a": nul}', "cannot be read"),
        ("{", "early"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(Malformed, match=what):
        walked(path)


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_a_number_cut_between_two_pieces_is_one_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(json_stream, "PIECE_BYTES", piece)
    path = tmp_path / "a.json"
    path.write_text('{"a": [1234567890, -12.5e3, 7], "b": 1234}')
    assert walked(path) == {"a": [1234567890, -12500.0, 7], "b": 1234}
