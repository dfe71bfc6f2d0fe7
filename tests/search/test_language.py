"""The language of a search: what is read as what, and what cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.timeline.search.language import (
    MOST_CHARACTERS,
    MOST_PATTERN_CHARACTERS,
    MOST_TERMS,
    SearchError,
    Term,
    parse,
    written,
)


def one(query: str) -> Term:
    (term,) = parse(query)
    return term


def meanings(query: str) -> list[tuple[str, str, str, bool, bool]]:
    return [term.meaning for term in parse(query)]


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("matmul", ("", ":", "matmul", False, False)),
        ('"dynamic dma"', ("", ":", "dynamic dma", False, False)),
        (r'"say \"a\" \\ b"', ("", ":", 'say "a" \\ b', False, False)),
        ("/^ACT.*EXP$/", ("", ":", "^ACT.*EXP$", True, False)),
        (r"/a\/b\d/", ("", ":", r"a/b\d", True, False)),
        ("-drain", ("", ":", "drain", False, True)),
        ("NOT drain", ("", ":", "drain", False, True)),
        ("NOT -drain", ("", ":", "drain", False, False)),
        ("engine:Vector", ("engine", ":", "Vector", False, False)),
        ("Engine:Vector", ("engine", ":", "Vector", False, False)),
        ('engine:"a b"', ("engine", ":", "a b", False, False)),
        ("name:/x y/", ("name", ":", "x y", True, False)),
        ("opcode=MATMUL", ("opcode", "=", "MATMUL", False, False)),
        ("opcode!=MATMUL", ("opcode", "!=", "MATMUL", False, False)),
        ("duration>2us", ("duration", ">", "2us", False, False)),
        ("duration >= 2us", ("duration", ">=", "2us", False, False)),
        ("size<=1KiB", ("size", "<=", "1KiB", False, False)),
        ("-layer:attention", ("layer", ":", "attention", False, True)),
        # What only looks like more is a word.
        ("file.py:12", ("", ":", "file.py:12", False, False)),
        ("p0/c0", ("", ":", "p0/c0", False, False)),
        ("a-b", ("", ":", "a-b", False, False)),
        ("NOTIFY", ("", ":", "NOTIFY", False, False)),
    ],
)
def test_a_term_is_read(query: str, meaning: tuple[str, str, str, bool, bool]) -> None:
    assert one(query).meaning == meaning


def test_terms_beside_each_other_all_count_and_and_says_nothing_more() -> None:
    assert meanings("a  b:c\t-d") == meanings("a AND b:c AND -d")
    assert len(parse("a b:c -d")) == 3


def test_a_term_knows_where_it_stands() -> None:
    term = parse("matmul duration >2us x")[1]
    assert (term.position, term.length, term.value_position) == (7, 13, 17)


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("engine:", 7),
        ("a engine: b", 9),
        ('a "open', 2),
        ("a /open", 2),
        ('""', 0),
        ("a OR b", 2),
        ("a NOT", 2),
        ("a - b", 2),
        ("x " * MOST_TERMS + "y", 2 * MOST_TERMS),
        ("x" * (MOST_CHARACTERS + 1), MOST_CHARACTERS),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(query: str, position: int) -> None:
    with pytest.raises(SearchError) as caught:
        parse(query)
    assert caught.value.code == "search.syntax"
    assert caught.value.position == position


def test_a_long_expression_is_refused_before_it_is_compiled() -> None:
    with pytest.raises(SearchError) as caught:
        parse("a /" + "x" * (MOST_PATTERN_CHARACTERS + 1) + "/")
    assert (caught.value.code, caught.value.position) == ("search.pattern", 2)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
patterns = st.lists(
    st.sampled_from(["a", "/", r"\d", r"\\", "|", '"', " "]), min_size=1, max_size=9
)
values = st.tuples(st.just(False), words) | st.tuples(st.just(True), patterns.map("".join))
fields = st.tuples(
    st.sampled_from(["engine", "duration_ns", "x2"]),
    st.sampled_from([":", "=", "!=", ">", ">=", "<", "<="]),
) | st.just(("", ":"))


@given(st.lists(st.tuples(fields, values, st.booleans()), min_size=1, max_size=5))
def test_what_is_written_is_read_as_the_same(
    said: list[tuple[tuple[str, str], tuple[bool, str], bool]],
) -> None:
    given_terms = [
        Term(field, operator, text, is_pattern, is_negated, 0, 0, 0, 0)
        for (field, operator), (is_pattern, text), is_negated in said
    ]
    found = parse(written(given_terms))
    assert [term.meaning for term in found] == [term.meaning for term in given_terms]


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_place_inside(query: str) -> None:
    found: tuple[Term, ...] = ()
    place = 0
    try:
        found = parse(query)
    except SearchError as error:
        place = error.position
    assert 0 <= place <= len(query)
    for term in found:
        assert term.text
        assert 0 <= term.position < term.position + term.length <= len(query)
        assert term.position <= term.value_position < term.position + term.length
