"""Numbers are written as the design's table says, on the server and in the browser alike."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.templatetags import units
from tests.house.test_sizes import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "units.json").read_text("utf-8"))
CASES = [(name, value, text) for name, pairs in VECTORS.items() for value, text in pairs]


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(("name", "value", "text"), CASES)
def test_numbers_are_written_as_the_shared_vectors_say(name: str, value: int, text: str) -> None:
    assert plain(getattr(units, name)(value)) == text


@given(st.integers(0, 10**18))
def test_a_duration_is_short_and_near_the_truth(value: int) -> None:
    text = plain(units.duration(value))
    if "min" in text:
        minutes, _, seconds, _ = text.split()
        assert abs(int(minutes) * 60 + int(seconds) - value / 1e9) <= 0.5
        return
    number, unit = text.split()
    scale = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}[unit]
    assert float(number) * scale == pytest.approx(value, rel=1e-3)
    assert float(number) < 1000


@given(st.integers(0, 10**15))
def test_a_file_size_is_short_and_near_the_truth(value: int) -> None:
    number, unit = plain(units.file_size(value)).split()
    scale = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    assert float(number) * scale == pytest.approx(value, rel=6e-3)
    assert not number.endswith(".")


@pytest.mark.parametrize("name", ["duration", "file_size", "count", "ago", "exact_time"])
def test_what_is_not_known_is_a_dash(name: str) -> None:
    assert getattr(units, name)(None) == "–"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=18), "18 min ago"),
        (timedelta(hours=2, minutes=59), "2 h ago"),
        (timedelta(days=6, hours=23), "6 d ago"),
    ],
)
def test_ages_are_relative_for_a_week(age: timedelta, text: str) -> None:
    moment = datetime.now(UTC) - age
    assert plain(units.ago(moment)) == text
    assert plain(units.ago(moment.isoformat())) == text


def test_older_dates_name_the_day_and_other_years_too() -> None:
    assert units.ago(datetime(2019, 11, 12, tzinfo=UTC)) == "12 Nov 2019"


def test_exact_times_carry_their_zone() -> None:
    assert units.exact_time("2026-11-24T16:01:58+02:00") == "2026-11-24 14:01:58 UTC"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (121, "121st")],
)
def test_places_in_the_queue_are_ordinals(value: int, text: str) -> None:
    assert units.ordinal(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(41_202, "41 202"), (3_100_000, "3.1 M"), (2_500_000_000, "2.5 G")]
)
def test_counts_in_a_sentence_are_short_from_a_million(value: int, text: str) -> None:
    assert plain(units.prose_count(value)) == text
