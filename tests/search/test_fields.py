"""What a term about a field means, and what is said where it means nothing."""

import math
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.tables.registry import REGISTRY
from profiles.timeline.search.conditions import Holds, float_from, pattern_fault
from profiles.timeline.search.fields import Fields, measures_of
from profiles.timeline.search.language import SearchError, parse
from profiles.timeline.search.quantities import UNITS, Interval, interval, quantity

DEVICE = Fields(["Instruction", "DmaPacket", "Throttle", "Error"])


def refused(query: str, fields: Fields = DEVICE) -> SearchError:
    with pytest.raises(SearchError) as caught:
        fields.conditions(parse(query), {}, lambda condition: condition)
    return caught.value


@pytest.mark.parametrize(
    ("text", "measures", "value"),
    [
        ("2us", "time", 2000),
        ("2.5µs", "time", 2500),
        (".5ms", "time", 500_000),
        ("3", "time", 3),
        ("1s", "time", 10**9),
        ("1KiB", "bytes", 1024),
        ("1kb", "bytes", 1000),
        ("2MiB", "bytes", 2 << 20),
        ("10GB/s", "rate", 10**10),
        ("50%", "percent", 50),
        ("1.5M", "count", 1_500_000),
        ("-3", "count", -3),
        ("1e3", "count", 1000),
    ],
)
def test_numbers_have_units(text: str, measures: str, value: int) -> None:
    assert quantity(text, measures) == value


@pytest.mark.parametrize(
    ("text", "measures"), [("2us", "bytes"), ("1KiB", "time"), ("x", "time"), ("2 us", "time"),
                           ("", "count"), ("1e999", "count"), ("nan", "count")]
)  # fmt: skip
def test_a_unit_that_does_not_fit_is_no_number(text: str, measures: str) -> None:
    assert quantity(text, measures) is None


@given(
    st.sampled_from(["=", ">", ">=", "<", "<="]),
    st.fractions(-100, 100),
    st.integers(-101, 101),
)
def test_a_comparison_lets_through_what_it_says(
    operator: str, value: Fraction, number: int
) -> None:
    first, last = interval(operator, value).whole()
    said = {
        "=": number == value,
        ">": number > value,
        ">=": number >= value,
        "<": number < value,
        "<=": number <= value,
    }
    assert (first <= number <= last) == said[operator]


@given(st.fractions(-(10**12), 10**12))
def test_the_float_of_a_bound_is_the_first_within(value: Fraction) -> None:
    found = float_from(value)
    assert Fraction(found) >= value
    assert Fraction(math.nextafter(found, -math.inf)) < value


def test_an_interval_knows_what_it_touches() -> None:
    wanted = Interval(Fraction(5), math.inf)
    assert wanted.touches(0, 5)
    assert not wanted.touches(0, 4)


def test_every_number_column_has_a_unit_that_is_known() -> None:
    for table in REGISTRY.values():
        for field in table.fields:
            measures = measures_of(field)
            assert measures in {None, "text", "truth", *UNITS}, (table.name, field.name)
    instruction = REGISTRY["Instruction"].by_name
    assert measures_of(instruction["start_ts"]) == "time"
    assert measures_of(instruction["hbm_read_bytes"]) == "bytes"
    assert measures_of(REGISTRY["DmaPacket"].by_name["throughput"]) == "rate"


def test_an_unknown_field_is_told_with_its_place_and_names_near_it() -> None:
    error = refused("matmul lyer:attention")
    assert (error.code, error.position, error.length) == ("search.field", 7, 4)
    assert error.near[0] == "layer"
    assert refused("-zzzz > 1").position == 1
    assert "variable" in refused("variables:x").near
    assert "queue_name" in refused("queuename:x").near


@pytest.mark.parametrize(
    ("query", "code", "position"),
    [
        ("duration>2KiB", "search.value", 9),
        ("duration:fast", "search.value", 9),
        ("duration:/2/", "search.value", 9),
        ("opcode>3", "search.value", 0),
        ("label>3", "search.value", 0),
        ("is_transpose_mode:maybe", "search.value", 18),
        ("opcode:/(/", "search.pattern", 7),
        (r"/(?=a)b/", "search.pattern", 0),
        (r"/(a)\1/", "search.pattern", 0),
    ],
)
def test_a_value_that_does_not_fit_is_told(query: str, code: str, position: int) -> None:
    error = refused(query)
    assert (error.code, error.position) == (code, position)


def test_fields_of_other_runs_are_unknown_here() -> None:
    assert refused("opcode:x", Fields(["SystemProfileEvents"])).code == "search.field"
    assert "thread" in Fields(["SystemProfileEvents"]).names()
    assert "dest" in DEVICE.names()


def test_every_field_is_described_once_with_its_short_names() -> None:
    facts = DEVICE.described()
    names = [one.name for one in facts]
    assert len(set(names)) == len(names)
    duration = next(one for one in facts if one.name == "duration_ns")
    assert duration.aliases == ("duration",)
    assert duration.measures == "time"
    assert "Instruction" in duration.tables


def test_a_bad_expression_is_found_without_looking_at_a_text() -> None:
    assert pattern_fault("a|b") is None
    assert pattern_fault("(") is not None
    # A pattern that would take a backtracking engine for ever is no burden here.
    texts = pa.array(["a" * 5000])
    assert Holds("(a*)*b", "pattern")(texts).tolist() == [False]


def test_upper_and_lower_case_are_alike_and_no_text_never_passes() -> None:
    texts = pa.array(["MATMUL", "matmul x", None, "Größe"])
    assert Holds("Matmul", "holds")(texts).tolist() == [True, True, False, False]
    assert Holds("matmul", "equals")(texts).tolist() == [True, False, False, False]
    assert Holds("GRÖSSE|GRÖßE", "pattern")(texts).tolist() == [False, False, False, True]
    assert Holds("x", "holds")(pa.array([], pa.string())).tolist() == []
