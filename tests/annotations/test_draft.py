"""What a marker may hold: whole exact times, bounded text, nine colours; what is wrong is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.annotations.draft import (
    COLOURS,
    FIELDS,
    LAST_NS,
    LONGEST_NAME,
    LONGEST_NOTE,
    Draft,
    changed,
    draft_in,
    sorted_drafts,
)
from profiles.refusal import Refused
from tests.annotations.drafts import drafts, given_entries, outcome

GOOD = {"name": "softmax", "start_ns": 35_130}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def fields_wrong_in(given: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        draft_in(given)
    assert caught.value.code == "annotation.invalid"
    assert caught.value.detail
    return set(caught.value.fields or ())


def test_a_name_and_a_time_are_enough_for_a_marker() -> None:
    draft = draft_in(GOOD)
    assert draft == Draft("softmax", 35_130, None, "blue", "", None, "")
    assert draft.kind == "marker"


def test_what_has_an_end_is_a_region() -> None:
    draft = draft_in({**GOOD, "end_ns": 40_000, "kind": "region"})
    assert (draft.kind, draft.end_ns) == ("region", 40_000)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t\n\x00 "}, "name"),
        ({"name": "n" * (LONGEST_NAME + 1)}, "name"),
        ({"name": "n" * 10_000_000}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"start_ns": None}, "start_ns"),
        ({"start_ns": "35130"}, "start_ns"),
        ({"start_ns": 35.5}, "start_ns"),
        ({"start_ns": 5.0}, "start_ns"),
        ({"start_ns": True}, "start_ns"),
        ({"start_ns": -1}, "start_ns"),
        ({"start_ns": LAST_NS + 1}, "start_ns"),
        ({"start_ns": 10**400}, "start_ns"),
        ({"start_ns": float("nan")}, "start_ns"),
        ({"end_ns": 35_130}, "end_ns"),
        ({"end_ns": 35_129}, "end_ns"),
        ({"end_ns": []}, "end_ns"),
        ({"colour": "teal"}, "colour"),
        ({"colour": ["blue"]}, "colour"),
        ({"colour": "Blue"}, "colour"),
        ({"note": "n" * (LONGEST_NOTE + 1)}, "note"),
        ({"note": {}}, "note"),
        ({"part": -1}, "part"),
        ({"part": 10_000}, "part"),
        ({"row": "a b"}, "row"),
        ({"row": "p0\n"}, "row"),
        ({"row": "r" * 201}, "row"),
        ({"kind": "region"}, "kind"),
        ({"kind": "marker", "end_ns": 40_000}, "kind"),
        ({"kind": 5}, "kind"),
    ],
    ids=str,
)
def test_a_value_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    assert fields_wrong_in({**GOOD, **changes}) == {field}


def test_all_that_is_wrong_is_named_at_once() -> None:
    assert fields_wrong_in({"colour": "teal", "part": "x"}) == {
        "name",
        "start_ns",
        "colour",
        "part",
    }


@pytest.mark.parametrize("given", [None, 5, "x", [], [GOOD]])
def test_what_is_no_object_is_refused(given: Any) -> None:
    assert fields_wrong_in(given) == {"body"}


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("name", "  two \n words\t", "two words"),
        ("name", "<b>&amp;</b>", "<b>&amp;</b>"),
        ("name", "a\x00b\x07", "ab"),
        ("name", "lone \ud800 half", "lone ? half"),
        ("name", "ヒート 🔥", "ヒート 🔥"),
        ("note", "one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("note", "tab\tand\x1b[31m", "tab and[31m"),
        ("note", "n" * LONGEST_NOTE, "n" * LONGEST_NOTE),
    ],
)
def test_text_is_text_and_nothing_else(field: str, given: str, kept: str) -> None:
    assert getattr(draft_in({**GOOD, field: given}), field) == kept


@given(drafts())
def test_what_was_taken_in_is_taken_in_again_unchanged(draft: Draft) -> None:
    assert draft_in(json.loads(json.dumps(draft.document()))) == draft


@given(given_entries())
def test_any_text_is_kept_within_its_bounds_or_refused(given: dict[str, Any]) -> None:
    draft = outcome(draft_in, given)
    if isinstance(draft, Refused):
        assert set(draft.fields or ()) <= {"name", "note"}
        return
    assert 1 <= len(draft.name) <= LONGEST_NAME
    assert "\n" not in draft.name
    assert len(draft.note) <= LONGEST_NOTE
    assert "\r" not in draft.note
    assert draft.colour in COLOURS


@given(st.dictionaries(st.sampled_from([*FIELDS, "kind", "other"]), ANY))
def test_whatever_is_sent_is_a_draft_or_a_refusal(given: dict[str, Any]) -> None:
    found = outcome(draft_in, given)
    assert found.fields if isinstance(found, Refused) else isinstance(found, Draft)


def test_a_change_leaves_the_other_fields() -> None:
    region = draft_in({**GOOD, "end_ns": 40_000, "note": "why", "colour": "red"})
    moved = changed(region, {"start_ns": 36_000})
    assert moved == Draft("softmax", 36_000, 40_000, "red", "why", None, "")
    assert changed(region, {"end_ns": None}).kind == "marker"
    assert changed(region, {}) == region


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"start_ns": 50_000}, "end_ns"), ({"id": "x"}, "id"), ({"kind": "marker"}, "kind")],
)
def test_a_change_that_makes_no_sense_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        changed(draft_in({**GOOD, "end_ns": 40_000}), changes)
    assert list(caught.value.fields or ()) == [field]


def test_lists_are_by_time_and_a_region_stands_before_what_begins_with_it() -> None:
    inner, outer = Draft("b", 10, 20), Draft("a", 10, 90)
    marker, first = Draft("c", 10), Draft("z", 5)
    assert sorted_drafts([marker, inner, outer, first]) == [first, outer, inner, marker]
