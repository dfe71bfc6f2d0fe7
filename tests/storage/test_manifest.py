"""What a run says of itself is read as it was written, and anything else is told apart from it."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.storage import layout
from profiles.storage.manifest import Manifest, NoticeEntry, PartEntry, SourceEntry, TableEntry

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
WHOLE = st.integers(0, 1 << 62)
SOURCES = st.builds(
    SourceEntry, TEXT, TEXT, WHOLE, st.integers(0, 99), st.dictionaries(TEXT, TEXT, max_size=2)
)
PARTS = st.builds(
    PartEntry,
    st.integers(0, 99),
    TEXT,
    WHOLE,
    st.lists(st.integers(0, 127), max_size=3).map(tuple),
    st.none() | WHOLE.map(str),
    st.none() | st.integers(1, 9),
    TEXT,
    TEXT,
    st.none() | WHOLE.map(str),
)
TABLES = st.builds(TableEntry, st.integers(0, 3), TEXT, WHOLE, WHOLE, TEXT)
NOTICES = st.builds(NoticeEntry, TEXT, TEXT, WHOLE)
MANIFESTS = st.builds(
    Manifest,
    TEXT,
    TEXT,
    WHOLE,
    WHOLE,
    WHOLE,
    TEXT,
    st.lists(SOURCES, max_size=3).map(tuple),
    st.lists(PARTS, max_size=3).map(tuple),
    st.lists(TABLES, max_size=4).map(tuple),
    st.lists(NOTICES, max_size=3).map(tuple),
    kind=st.sampled_from(["", "device", "system"]),
)
SMALL = Manifest("7.4.0", "test", tables=(TableEntry(0, "Instruction", 5, 100, "abc"),))


@given(MANIFESTS)
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    assert Manifest.from_json(manifest.to_json()) == manifest


@given(MANIFESTS)
def test_the_same_manifest_is_always_the_same_text(manifest: Manifest) -> None:
    again = Manifest.from_json(manifest.to_json())
    assert again.to_json() == manifest.to_json()


@given(MANIFESTS)
def test_a_table_is_found_by_name_and_part_and_the_size_is_that_of_all(manifest: Manifest) -> None:
    for wanted in manifest.tables:
        found = manifest.table(wanted.name, wanted.part)
        assert found is not None
        assert (found.name, found.part) == (wanted.name, wanted.part)
    assert manifest.table("no table of this name") is None
    assert manifest.size_bytes == sum(one.size_bytes for one in manifest.tables)


def test_a_manifest_of_an_earlier_version_without_a_kind_is_read() -> None:
    document = json.loads(SMALL.to_json())
    del document["kind"]
    assert Manifest.from_json(json.dumps(document)) == SMALL


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"x"', "{}", '{"tables": []}'])
def test_what_is_no_manifest_is_no_manifest(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Manifest.from_json(text)


FIELDS = sorted(field.name for field in dataclasses.fields(Manifest) if field.name != "kind")


@pytest.mark.parametrize("missing", FIELDS)
def test_a_manifest_that_lacks_a_field_is_none(missing: str) -> None:
    document = json.loads(SMALL.to_json())
    del document[missing]
    with pytest.raises(ValueError, match=r"manifest"):
        Manifest.from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tables", None),
        ("tables", [{"nobody": 1}]),
        ("parts", [{"part": 0, "name": "x"}]),
        ("parts", [7]),
        ("sources", "text"),
        ("notices", {"a": 1}),
    ],
)
def test_a_manifest_whose_entries_are_none_is_none(name: str, value: Any) -> None:
    document = {**json.loads(SMALL.to_json()), name: value}
    with pytest.raises(ValueError, match=r"manifest"):
        Manifest.from_json(json.dumps(document))


# Names in a store.

HARMLESS = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1, max_size=100
)


@given(HARMLESS, st.integers(0, 10**9), HARMLESS)
def test_the_same_thing_has_the_same_place_and_no_other_thing_has_it(
    profile: str, number: int, role: str
) -> None:
    places = [
        layout.run_key(profile, number),
        layout.source_key(profile, role, number),
        layout.table_file(profile),
        layout.value_grid_file(profile),
    ]
    assert len(set(places)) == 4
    for place in places:
        assert not place.startswith("/")
        assert ".." not in place.split("/")
        assert place.isascii()


@given(st.text(max_size=12))
def test_whatever_could_lead_elsewhere_is_no_name(name: str) -> None:
    is_plain = bool(name) and all(
        sign.isascii() and (sign.isalnum() or sign in "_-") for sign in name
    )
    if is_plain:
        assert layout.checked(name) == name
        return
    for place in (layout.checked, layout.table_file, layout.value_grid_file):
        with pytest.raises(ValueError, match="not a name"):
            place(name)


@pytest.mark.parametrize("name", ["a\n", "a/b", "..", ".", "", "a" * 101, "ä", "a b", "٣", "a\0"])
def test_names_that_are_nearly_harmless_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        layout.checked(name)
