"""Every slice keeps its look, and looks are few."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.tracks.looks import looks_of

LOOKS = st.lists(
    st.tuples(
        st.integers(0, 15), st.sampled_from([0, 3, 0x41, 255]), st.sampled_from([0, 1, 700, 65_535])
    ),
    max_size=60,
)


def columns(looks: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lane, colour, label = np.array(looks, np.int64).reshape(-1, 3).T
    return lane.astype(np.uint8), colour.astype(np.uint8), label.astype(np.uint16)


@given(LOOKS)
def test_the_number_of_a_look_leads_back_to_it(looks: list[tuple[int, int, int]]) -> None:
    found = looks_of(*columns(looks))
    kinds = list(zip(*(c.tolist() for c in (found.lane, found.colour, found.label)), strict=True))
    assert [kinds[code] for code in found.code.tolist()] == looks


@given(LOOKS)
def test_each_look_stands_once(looks: list[tuple[int, int, int]]) -> None:
    found = looks_of(*columns(looks))
    assert len(found.lane) == len(found.colour) == len(found.label) == len(set(looks))


def test_very_many_looks_are_numbered_too() -> None:
    count = 70_000
    label = (np.arange(count) % 65_536).astype(np.uint16)
    lane = (np.arange(count) % 16).astype(np.uint8)
    colour = (np.arange(count) % 251).astype(np.uint8)
    found = looks_of(lane, colour, label)
    assert (found.lane[found.code] == lane).all()
    assert (found.colour[found.code] == colour).all()
    assert (found.label[found.code] == label).all()
