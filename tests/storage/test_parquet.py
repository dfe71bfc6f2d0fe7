"""How tables are written: small, in groups, the same bytes for the same rows."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from profiles.storage.parquet import coded_schema, write_parquet
from tests.storage.small_tables import SCHEMA, batches


def test_every_row_comes_back_in_its_type(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(path, SCHEMA, batches(5, 3, 1))
    table = pq.read_table(path)
    assert table.schema.equals(SCHEMA)
    assert table.to_pylist() == pa.Table.from_batches(list(batches(5, 3, 1))).to_pylist()


def test_a_batch_is_a_row_group(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(path, SCHEMA, batches(5, 3, 1))
    facts = pq.read_metadata(path)
    assert [facts.row_group(n).num_rows for n in range(facts.num_row_groups)] == [5, 3, 1]


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(path, SCHEMA, iter(()))
    assert pq.read_table(path).schema.equals(SCHEMA)


def test_times_are_delta_coded_texts_are_named_once_and_ids_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(path, SCHEMA, batches(5000))
    group = pq.read_metadata(path).row_group(0)
    encodings = {group.column(n).path_in_schema: group.column(n).encodings for n in range(4)}
    assert "DELTA_BINARY_PACKED" in encodings["start_ts"]
    assert "RLE_DICTIONARY" in encodings["opcode"]
    assert "RLE_DICTIONARY" not in encodings["id"]
    assert "DELTA_BINARY_PACKED" not in encodings["id"]
    assert {group.column(n).compression for n in range(4)} == {"ZSTD"}
    statistics = group.column(0).statistics
    assert statistics is not None
    assert (statistics.min, statistics.max) == (0, 4999)
    assert group.column(0).has_offset_index
    assert group.column(0).has_column_index


def test_the_hash_tells_contents_and_nothing_else(tmp_path: Path) -> None:
    first = write_parquet(tmp_path / "a", SCHEMA, batches(50, 20))
    assert write_parquet(tmp_path / "b", SCHEMA, batches(50, 20)) == first
    other = write_parquet(tmp_path / "c", SCHEMA, batches(50, 20, opcode="MATMUL2"))
    shorter = write_parquet(tmp_path / "d", SCHEMA, batches(50, 19))
    renamed = SCHEMA.set(0, SCHEMA.field(0).with_name("begin_ts"))
    same_rows = (pa.RecordBatch.from_arrays(b.columns, schema=renamed) for b in batches(50, 20))
    assert len({first, other, shorter, write_parquet(tmp_path / "e", renamed, same_rows)}) == 4


def test_what_goes_wrong_while_rows_are_made_is_told(tmp_path: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches(5)
        raise OSError("no such device")

    with pytest.raises(OSError, match="no such device"):
        write_parquet(tmp_path / "t.parquet", SCHEMA, failing())


def test_what_goes_wrong_while_rows_are_written_is_told(tmp_path: Path) -> None:
    wrong = SCHEMA.set(0, pa.field("start_ts", pa.string()))
    with pytest.raises((pa.ArrowException, ValueError)):
        write_parquet(tmp_path / "t.parquet", wrong, batches(5, 5))


def test_rows_with_texts_as_codes_are_read_as_texts(tmp_path: Path) -> None:
    path, plain = tmp_path / "t.parquet", tmp_path / "p.parquet"
    schema = coded_schema(SCHEMA)
    coded = (batch.cast(schema) for batch in batches(50, 20))
    write_parquet(path, SCHEMA, coded)
    write_parquet(plain, SCHEMA, batches(50, 20))
    assert pq.read_table(path).schema.equals(SCHEMA)
    assert pq.read_table(path).equals(pq.read_table(plain))
    for each in (path, plain):
        statistics = pq.read_metadata(each).row_group(0).column(1).statistics
        assert statistics is not None


def test_the_hash_tells_apart_dictionaries_too(tmp_path: Path) -> None:
    schema = coded_schema(SCHEMA)
    found = {
        write_parquet(tmp_path / name, SCHEMA, (b.cast(schema) for b in batches(50, opcode=name)))
        for name in ("MATMUL", "NOP")
    }
    assert len(found) == 2
