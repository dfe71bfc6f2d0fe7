"""Where static transfers read and write, as columns."""

import numpy as np
import pytest

from ingest_worker.builders.ends import end_columns, partitions, range_text
from ingest_worker.builders.part import Part, QueueDetail
from ingest_worker.builders.transfer import aggregated_table
from ingest_worker.formats.neff.descriptors import End, Transposing
from ingest_worker.formats.neff.regions import Region
from tests.builders.sample_part import table_rows


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([5], "5"), ([0, 1, 2], "0-2"), ([0, 1, 7, 9, 10], "0-1, 7, 9-10")],
)
def test_partitions_are_written_as_ranges(numbers: list[int], text: str) -> None:
    assert range_text(numbers) == text


def test_partitions_of_one_way_are_joined() -> None:
    regions = [Region(True, 0, 8, 0, 2), Region(True, 8, 16, 1, 2), Region(False, 0, 8, 64, 1)]
    assert partitions(regions, is_write=True) == [0, 1, 2]
    assert partitions(regions, is_write=False) == [64]


def columns(*details: QueueDetail) -> dict[str, list[object]]:
    made = end_columns(details, np.arange(len(details)))
    return {name: values.to_pylist() for name, values in made.items()}  # type: ignore[union-attr]


def test_a_block_tells_both_its_ends() -> None:
    detail = QueueDetail(
        regions=(Region(True, 0, 8, 0, 128),),
        read_end=End("[256, 128]", "[1, 256]", "512"),
        write_end=End("[256, 128]", "[1, 262144]", ""),
    )
    found = {name: values[0] for name, values in columns(detail).items()}
    assert found["read_shape"] == found["write_shape"] == "[256, 128]"
    assert (found["read_offset"], found["write_offset"]) == ("512", "")
    assert (found["read_sbuf_partitions"], found["read_num_sbuf_partitions"]) == ("", 0)
    assert (found["write_sbuf_partitions"], found["write_num_sbuf_partitions"]) == ("0-127", 128)
    assert (found["is_transpose_mode"], found["transpose_shape"]) == (False, None)


def test_a_transposing_block_says_how() -> None:
    found = columns(
        QueueDetail(read_end=End(), write_end=End(), transposing=Transposing("2", "[2, 3]")),
        QueueDetail(read_end=End(), write_end=End(), transposing=Transposing()),
        QueueDetail(),
    )
    assert found["is_transpose_mode"] == [True, True, None]
    assert found["transpose_element_size"] == ["2", None, None]
    assert found["transpose_shape"] == ["[2, 3]", None, None]


def test_the_sample_s_constant_is_written_to_every_partition(sample: Part) -> None:
    rows = table_rows(aggregated_table(sample))
    (own,) = [row for row in rows if row["variable"] == "identity"][:1]
    assert own["write_sbuf_partitions"] == "0-127"
    assert own["read_shape"] == own["write_shape"] == "[256, 128]"
    assert (own["read_steps"], own["write_steps"]) == ("[1, 256]", "[1, 262144]")
    assert (own["read_offset"], own["write_offset"]) == ("0", "2048")
    assert own["is_transpose_mode"] is False
    dynamic = [row for row in rows if row["queue_type"].endswith("_dynamic")]
    assert dynamic
    assert {(row["read_shape"], row["is_transpose_mode"]) for row in dynamic} == {("", None)}
