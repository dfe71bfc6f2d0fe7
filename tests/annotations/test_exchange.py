"""Files of markers: written and read back the same; a hostile one is refused with its place."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.annotations.draft import LAST_NS, LONGEST_NOTE, MOST_ANNOTATIONS, Draft
from profiles.annotations.exchange import (
    COLUMNS,
    MOST_BYTES,
    csv_text,
    drafts_in,
    drafts_of,
    json_text,
)
from profiles.refusal import Refused
from tests.annotations.drafts import drafts, outcome

ABOUT = {"id": "an-id", "name": "run 12"}
FEW = st.lists(drafts(), max_size=8)


def refusal_of(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        drafts_in(data)
    assert caught.value.code == "annotation.file"
    return caught.value


@given(FEW)
def test_json_is_read_back_the_same(there: list[Draft]) -> None:
    assert drafts_in(json_text(ABOUT, there).encode()) == there


@given(FEW)
def test_csv_is_read_back_the_same(there: list[Draft]) -> None:
    assert drafts_in(csv_text(there).encode()) == there


@given(FEW)
def test_no_cell_of_a_csv_is_a_formula(there: list[Draft]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(there), newline="")))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == len(there) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_the_largest_board_fits_into_a_file() -> None:
    there = [
        Draft("名" * 80, LAST_NS - 1, LAST_NS, "yellow", "\\" * LONGEST_NOTE, 9999, "r" * 200)
        for _ in range(MOST_ANNOTATIONS)
    ]
    for text in (json_text(ABOUT, there), csv_text(there)):
        assert len(text.encode()) < MOST_BYTES
        assert drafts_in(text.encode()) == there


def test_the_columns_and_the_words_of_both_files() -> None:
    region = Draft("=cmd()", 1, 2_000, "red", 'two\nlines, "quoted"', 1, "p1-c0/Tensor")
    assert csv_text([region]) == (
        "kind,name,start_ns,end_ns,colour,note,part,row\r\n"
        'region,\'=cmd(),1,2000,red,"two\nlines, ""quoted""",1,p1-c0/Tensor\r\n'
    )
    assert json.loads(json_text(ABOUT, [Draft("ü", 3)])) == {
        "format": "neuron-explorer-annotations",
        "version": 1,
        "profile": ABOUT,
        "annotations": [
            {
                "kind": "marker", "name": "ü", "start_ns": 3, "end_ns": None,
                "colour": "blue", "note": "", "part": None, "row": "",
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"name,start_ns\na,5\n",
        b"\xef\xbb\xbfname,start_ns\r\na,5\r\n\r\n",
        b"start_ns , name ,colour,mine\n 5 , a ,,x\n,,,\n",
        b'[{"name": "a", "start_ns": 5}]',
        b' \n{"annotations": [{"name": "a", "start_ns": 5, "id": "x", "version": 3}]}',
    ],
)
def test_files_written_by_hand_are_read(data: bytes) -> None:
    assert drafts_in(data) == [Draft("a", 5)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no column name"),
        (b"\x00\x00\x00", "no column"),
        (b"name,colour\na,blue\n", "no column start_ns"),
        (b"name,start_ns\nok,1\nbad,1.5\n", "Entry 2"),
        (b"name,start_ns\nok,1\n,7\n", "Entry 2"),
        (b"name,start_ns\nok,1\nbad,-1\n", "Entry 2"),
        (b"name,start_ns\nbad," + b"9" * 5000 + b"\n", "Entry 1"),
        ("name,start_ns\nbad,٣\n".encode(), "Entry 1"),
        (b"name,start_ns,end_ns\nbad,5,5\n", "Entry 1 cannot be read. end_ns: "),
        (b'name,start_ns\n"open,5\n', "Line"),
        (b"name,start_ns\n" + b"n" * 200_000 + b",5\n", "Line 2"),
        (b"name,start_ns\n\xff,5\n", "Byte 14 is not UTF-8"),
        (b"{", "not well-formed JSON"),
        (b"[" * 100_000, "not well-formed JSON"),
        (b"[" + b"9" * 50_000 + b"]", "not well-formed JSON"),
        (b"{}", "list is expected"),
        (b'{"annotations": {}}', "list is expected"),
        (b'{"version": 2, "annotations": []}', "version is 2"),
        (b"[1]", "Entry 1"),
        (b'[{"name": "a", "start_ns": NaN}]', "Entry 1"),
        (b'[{"name": "a", "start_ns": 1e300}]', "Entry 1"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_file_that_cannot_be_read_says_where(data: bytes, said: str) -> None:
    assert said in refusal_of(data).detail


def test_too_much_is_refused_before_it_is_read() -> None:
    assert "8 MiB" in refusal_of(b" " * (MOST_BYTES + 1)).detail
    lines = b"name,start_ns\n" + b"a,1\n" * 500_000
    assert "more than 1000" in refusal_of(lines).detail
    entry: Any = {"name": "a", "start_ns": 1}
    with pytest.raises(Refused, match="more than 1000"):
        drafts_of([entry] * (MOST_ANNOTATIONS + 1))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_drafts_or_a_refusal(data: bytes) -> None:
    found = outcome(drafts_in, data)
    if isinstance(found, Refused):
        assert found.code == "annotation.file"
    else:
        assert all(isinstance(one, Draft) for one in found)


@given(FEW.filter(bool), st.data())
def test_a_damaged_file_is_drafts_or_a_refusal(there: list[Draft], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([json_text(ABOUT, there), csv_text(there)])).encode()
    at = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255))
    for damaged in (text[:at] + bytes([byte]) + text[at + 1 :], text[:at]):
        found = outcome(drafts_in, damaged)
        assert found.code == "annotation.file" if isinstance(found, Refused) else found is not None
