"""Markers and regions by chance, as the product keeps them."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from profiles.annotations.draft import (
    COLOURS,
    LARGEST_PART,
    LAST_NS,
    LONGEST_NAME,
    LONGEST_NOTE,
    Draft,
    draft_in,
)
from profiles.refusal import Refused

ROWS = st.text("abcpqn019_/.|:-", max_size=20)
TEXTS = st.one_of(
    st.text(max_size=LONGEST_NAME),
    st.text("=+-@'\", \t\r\n;é\u202e\u2028\x00\x85", max_size=30),
)


@st.composite
def given_entries(draw: st.DrawFn) -> dict[str, Any]:
    """What somebody may send: good times, any text."""
    start = draw(st.integers(0, LAST_NS - 1))
    return {
        "name": draw(TEXTS),
        "start_ns": start,
        "end_ns": draw(st.none() | st.integers(start + 1, LAST_NS)),
        "colour": draw(st.sampled_from(COLOURS)),
        "note": draw(TEXTS | st.text(max_size=LONGEST_NOTE)),
        "part": draw(st.none() | st.integers(0, LARGEST_PART)),
        "row": draw(ROWS),
    }


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """One that was taken in."""
    given = draw(given_entries())
    try:
        return draft_in(given)
    except Refused:
        return draft_in({**given, "name": "a name"})


def outcome(read: Callable[..., Any], *given: Any) -> Any:
    """What comes of it: the answer, or the refusal."""
    try:
        return read(*given)
    except Refused as refusal:
        return refusal
