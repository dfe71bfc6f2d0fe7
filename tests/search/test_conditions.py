"""What a term asks of a column, whatever the column's type, and what is not read at all."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from profiles.timeline.search.chunk import Chunk
from profiles.timeline.search.conditions import Holds, Never, Not, NumberIn, OfTransfer, TextIn
from profiles.timeline.search.quantities import interval, quantity

TABLE = pa.table(
    {
        "name": pa.array(["MATMUL", None, "matmul.1", "DRAIN", ""]),
        "coded": pa.array(["a", "b", None, "a", "c"]).dictionary_encode(),
        "nothing": pa.array([None] * 5, pa.string()),
        "wide": pa.array([1, None, 1 << 62, -5, 2], pa.int64()),
        "narrow": pa.array([1, 2, 3, None, 5], pa.int32()),
        "share": pa.array([0.5, None, float("nan"), 2.0, 1e300], pa.float64()),
        "single": pa.array([0.1, 0.2, None, 4.0, 5.0], pa.float32()),
        "flag": pa.array([True, False, None, True, False]),
        "packet_aggregation_id": pa.array([7, 8, 7, None, 9], pa.int64()),
        "listed": pa.array([["x"], [], None, ["y", "x"], ["z"]]),
    }
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "T.parquet"
    pq.write_table(TABLE, path, row_group_size=3)
    return path


@pytest.fixture(params=["as it is", "coded"])
def chunks(request: pytest.FixtureRequest, path: Path) -> Iterator[list[Chunk]]:
    """The two row groups, texts as they are or by dictionary."""
    texts = ["name", "nothing", "coded"] if request.param == "coded" else []
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        yield [Chunk(file, 0, 0), Chunk(file, 1, 3)]


def rows(chunks: list[Chunk], condition: object) -> list[int]:
    """Which rows of all chunks match."""
    found: list[int] = []
    for chunk in chunks:
        mask = condition.mask(chunk)  # type: ignore[attr-defined]
        assert len(mask) == chunk.count
        found += [chunk.first + place for place, hit in enumerate(mask.tolist()) if hit]
    return found


def number(operator: str, text: str, *columns: str, measures: str = "count") -> NumberIn:
    value = quantity(text, measures)
    assert value is not None
    return NumberIn(columns, interval(operator, value))


@pytest.mark.parametrize(
    ("columns", "test", "wanted"),
    [
        (["name"], Holds("matmul", "holds"), [0, 2]),
        (["name"], Holds("matmul", "equals"), [0]),
        (["name"], Holds("", "equals"), [4]),
        (["name"], Holds("^d|1$", "pattern"), [2, 3]),
        (["coded"], Holds("A", "equals"), [0, 3]),
        (["nothing"], Holds("", "holds"), []),
        (["name", "coded"], Holds("a", "holds"), [0, 2, 3]),
        (["name", "gone"], Holds("drain", "holds"), [3]),
        (["gone"], Holds("", "holds"), []),
    ],
)
def test_texts(chunks: list[Chunk], columns: list[str], test: Holds, wanted: list[int]) -> None:
    assert rows(chunks, TextIn(columns, test)) == wanted
    assert rows(chunks, Not(TextIn(columns, test))) == sorted(set(range(5)) - set(wanted))


@pytest.mark.parametrize(
    ("operator", "text", "column", "wanted"),
    [
        ("=", "1", "wide", [0]),
        (">", "1", "wide", [2, 4]),
        (">=", "1.5", "wide", [2, 4]),
        ("<", "1", "wide", [3]),
        ("=", "1.5", "wide", []),
        (">", "4611686018427387903", "wide", [2]),
        (">", "4611686018427387904", "wide", []),
        ("<", "99999999999999999999", "wide", [0, 2, 3, 4]),
        (">", "99999999999999999999", "wide", []),
        (">=", "2", "narrow", [1, 2, 4]),
        (">", "0.5", "share", [3, 4]),
        (">=", "0.5", "share", [0, 3, 4]),
        ("<=", "2", "share", [0, 3]),
        (">", "0.15", "single", [1, 3, 4]),
        ("=", "1", "flag", [0, 3]),
        ("=", "0", "flag", [1, 4]),
        (">", "0", "gone", []),
        (">", "0", "name", []),
    ],
)
def test_numbers(
    chunks: list[Chunk], operator: str, text: str, column: str, wanted: list[int]
) -> None:
    assert rows(chunks, number(operator, text, column)) == wanted


def test_any_of_several_columns_will_do(chunks: list[Chunk]) -> None:
    assert rows(chunks, number("=", "2", "wide", "narrow")) == [1, 4]


def test_a_field_that_is_not_there_never_matches_and_its_opposite_always(
    chunks: list[Chunk],
) -> None:
    assert rows(chunks, Never()) == []
    assert rows(chunks, Not(Never())) == [0, 1, 2, 3, 4]
    assert not any(Never().may_match(chunk) for chunk in chunks)


def test_least_and_largest_values_rule_a_row_group_out_unread(chunks: list[Chunk]) -> None:
    first, second = chunks
    assert first.bounds("narrow") == (1, 3)
    wanted = number(">", "3", "narrow")
    assert not wanted.may_match(first)
    assert wanted.may_match(second)
    # What is ruled out there is just what is wanted here.
    assert Not(wanted).may_match(first)
    # One of two columns may still match; of texts and unknown columns nothing is known.
    assert number(">", "3", "narrow", "wide").may_match(first)
    assert number(">", "3", "gone").may_match(first)
    assert first.bounds("name") is None
    assert first.bounds("gone") is None
    assert TextIn(["name"], Holds("x", "holds")).may_match(first)


def test_columns_are_read_once_and_only_when_asked_for(chunks: list[Chunk]) -> None:
    chunk = chunks[0]
    assert chunk.column("wide") is chunk.column("wide")
    assert chunk.column("gone") is None
    assert chunk.numbers("listed") is None
    assert set(chunk._read) == {"wide", "gone", "listed"}


def test_labels_count_like_a_column(chunks: list[Chunk]) -> None:
    def labels(chunk: Chunk, test: object) -> object:
        return TextIn(["coded"], test).mask(chunk)  # type: ignore[arg-type]

    both = TextIn(["name"], Holds("c", "holds"), labels)  # type: ignore[arg-type]
    assert rows(chunks, both) == [4]


def test_packets_are_found_by_their_transfers_which_are_read_once(chunks: list[Chunk]) -> None:
    asked = []

    def transfers(condition: object) -> object:
        asked.append(condition)
        return pa.array([7, 9]).to_numpy()

    condition = OfTransfer(Never(), transfers)  # type: ignore[arg-type]
    assert rows(chunks, condition) == [0, 2, 4]
    assert len(asked) == 1
    nothing = OfTransfer(Never(), lambda _: pa.array([], pa.int64()).to_numpy())
    assert rows(chunks, nothing) == []
    assert all(nothing.may_match(chunk) for chunk in chunks)


def test_an_interval_of_fractions_is_exact_at_its_edges(chunks: list[Chunk]) -> None:
    # 0.1 as 32 bits is a little more than a tenth.
    assert rows(chunks, NumberIn(["single"], interval("<=", Fraction(1, 10)))) == []
    assert rows(chunks, NumberIn(["single"], interval(">", Fraction(1, 10)))) == [0, 1, 3, 4]


def test_a_column_that_ends_early_is_no_answer(path: Path) -> None:
    with pq.ParquetFile(path) as file:
        chunk = Chunk(file, 0, 0)
        chunk.count = 4
        with pytest.raises(pa.ArrowInvalid, match="has 3 of 4 rows"):
            chunk.column("wide")
