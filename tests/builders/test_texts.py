"""Texts kept once: every row has its own, and no dictionary holds what no row uses."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.built import BATCH_ROWS, joined, repeated, table_of
from ingest_worker.builders.texts import Texts, coded

VALUES = st.lists(st.sampled_from(["MATMUL", "", "NOP", None]), min_size=1, max_size=6)


@given(VALUES, st.lists(st.integers(-1, 5), max_size=20))
def test_every_row_has_the_text_of_its_code(values: list[str | None], codes: list[int]) -> None:
    own = [code % len(values) if code >= 0 else -1 for code in codes]
    found = Texts.of(values).at(np.array(own, np.int64))
    expected = [values[code] if code >= 0 else None for code in own]
    assert found.to_pylist() == expected


@given(VALUES, st.lists(st.integers(0, 5), max_size=20))
def test_a_dictionary_holds_each_used_text_once(values: list[str | None], codes: list[int]) -> None:
    own = np.array([code % len(values) for code in codes], np.int64)
    found = Texts.of(values).at(own)
    assert isinstance(found, pa.DictionaryArray)
    used = {values[code] for code in own.tolist()} - {None}
    assert sorted(found.dictionary.to_pylist()) == sorted(str(text) for text in used)


def test_no_texts_give_nulls_only() -> None:
    assert Texts.of([]).at(np.array([-1, -1])).to_pylist() == [None, None]


def test_columns_of_texts_of_any_kind_become_codes() -> None:
    for column in (pa.array(["a", None]), pa.nulls(2), repeated(["a", None], np.array([0, 1]))):
        found = coded(column)
        assert found.type == pa.dictionary(pa.int32(), pa.string())
        assert found.to_pylist() == column.to_pylist()


def test_rows_are_the_same_as_published_and_as_written() -> None:
    """Two cores, one without any text of a column, in batches that hold rows of both."""
    first = table_of(
        "SemaphoreUpdate",
        BATCH_ROWS + 3,
        lambda a, b: {
            "timestamp": np.arange(a, b),
            "id": repeated(["S[1]", "S[2]"], np.arange(a, b) % 2),
        },
    )
    second = table_of("SemaphoreUpdate", 5, lambda a, b: {"id": None, "update_source": "Tensor"})
    whole = joined("SemaphoreUpdate", [first, second])
    published = [row for batch in whole.batches() for row in batch.to_pylist()]
    written = [row for batch in whole.as_written() for row in batch.to_pylist()]
    assert published == written
    assert published[-1]["id"] == ""
    assert published[-1]["update_source"] == "Tensor"
    assert published[0]["update_source"] is None
    assert [batch.num_rows for batch in whole.as_written()] == [BATCH_ROWS, 8]
