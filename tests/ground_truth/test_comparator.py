"""The comparator sees one wrong cell in any column of any table, one row more and one less."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest_worker.exports.official_rows import SHAPES as EXPORTED
from ingest_worker.exports.official_rows import Rule
from ingest_worker.imports.compare_official import KEYS, Report, compare
from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import Sample

pytestmark = pytest.mark.ground_truth
NAME = "fused_bf16_s512"
SHAPES = {name: sources for name, sources in EXPORTED.items() if name in KEYS}
"""The program's own warnings are exported and not compared."""

REBUILT = {"DmaUsage"}
"""Without the rings the official tool leaves out this table is computed again."""


def columns_of(shape: Mapping[str, Rule]) -> set[str]:
    """The published columns that the fields of a JSON row are made from."""
    seen = _Asked()
    for rule in shape.values():
        if isinstance(rule, str):
            seen.names.add(rule)
        else:
            rule(seen)
    return seen.names


def columns_of_shapes() -> list[tuple[str, str]]:
    """Every published column that a field of the JSON is made from."""
    return sorted(
        {
            (table, name)
            for sources in SHAPES.values()
            for table, shape in sources
            for name in columns_of(shape)
        }
    )


class _Asked(dict[str, Any]):
    """A row that remembers which columns it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __missing__(self, key: str) -> Any:
        self.names.add(key)
        return 0


@pytest.fixture
def copied(decoded: dict[str, ReadableRun], tmp_path: Path) -> ReadableRun:
    """Published tables a test may spoil."""
    run = decoded[NAME]
    shutil.copytree(run.path, tmp_path / "run")
    return ReadableRun(tmp_path / "run", run.manifest)


def rewritten(run: ReadableRun, table: str, change: Any) -> None:
    path = run.table_path(table)
    changed = change(pq.read_table(path))
    path.unlink()
    pq.write_table(changed, path)


def spoiled(column: pa.ChunkedArray, row: int) -> pa.Array:
    values = column.to_pylist()
    old = values[row]
    match old:
        case bool():
            values[row] = not old
        case str():
            values[row] = old + "~"
        case None:
            values[row] = {"string": "~", "bool": True}.get(str(column.type), 1)
        case float():
            values[row] = old * 1.0000002 if old else 1.0
        case _:
            values[row] = old + 1
    return pa.array(values, column.type)


def last_row(run: ReadableRun, table: str) -> int:
    """The number of a row that the official view shows."""
    found = pq.read_table(run.table_path(table))
    return found.num_rows - 1


CASES = [
    (table, column)
    for table, column in columns_of_shapes()
    if table not in REBUILT | {"DmaPacketAggregated"}
]


@pytest.mark.parametrize(("table", "column"), CASES)
def test_one_wrong_cell_is_seen(
    table: str, column: str, copied: ReadableRun, kernels: dict[str, Sample]
) -> None:
    row = last_row(copied, table)

    def change(found: pa.Table) -> pa.Table:
        place = found.column_names.index(column)
        return found.set_column(place, found.schema.field(place), spoiled(found[column], row))

    rewritten(copied, table, change)
    assert not compare(copied, kernels[NAME].official).is_equal


def differing(report: Report) -> list[str]:
    return [table.name for table in report.tables if not table.is_equal]


@pytest.mark.parametrize("column", ["throughput", "transfer_bytes", "start_ts", "end_ts"])
def test_a_wrong_packet_shows_in_the_throughput_computed_from_it(
    column: str, copied: ReadableRun, kernels: dict[str, Sample]
) -> None:
    def change(found: pa.Table) -> pa.Table:
        place = found.column_names.index(column)
        values = found[column].to_pylist()
        values[0] = values[0] * 1.5 if column == "throughput" else values[0] + 64
        return found.set_column(
            place, found.schema.field(place), pa.array(values, found[column].type)
        )

    rewritten(copied, "DmaPacket", change)
    assert "dma_throughput" in differing(compare(copied, kernels[NAME].official))


@pytest.mark.parametrize("column", ["timestamp", "current_throughput", "total_transfer_bytes"])
def test_a_wrong_throughput_is_seen_where_no_packet_is_left_out(
    column: str, copied: ReadableRun, kernels: dict[str, Sample], tmp_path: Path
) -> None:
    """The rings that the official tool leaves out are taken off both sides first."""
    official = json.loads(kernels[NAME].official.read_text())

    def without(found: pa.Table) -> pa.Table:
        shown = {(p["subgraph"], p["dma_engine"], p["dma_queue"]) for p in official["dma"]}
        kept = [
            (f"sg{row['pcore_idx']:02d}", str(row["engine_idx"]), str(row["queue_idx"])) in shown
            for row in found.to_pylist()
        ]
        return found.filter(pa.array(kept))

    def usage(found: pa.Table) -> pa.Table:
        rows = [
            {
                "timestamp": row["timestamp"],
                "current_throughput": float(row["transfer_rate"]),
                "total_transfer_bytes": row["total_transfer_bytes"],
                "pcore_idx": int(row["subgraph"][2:]),
            }
            for row in official["dma_throughput"]
        ]
        return pa.Table.from_pylist(rows, found.schema)

    rewritten(copied, "DmaPacket", without)
    rewritten(copied, "DmaUsage", usage)
    assert compare(copied, kernels[NAME].official).is_equal

    def change(found: pa.Table) -> pa.Table:
        place = found.column_names.index(column)
        return found.set_column(place, found.schema.field(place), spoiled(found[column], 0))

    rewritten(copied, "DmaUsage", change)
    assert differing(compare(copied, kernels[NAME].official)) == ["dma_throughput"]


@pytest.mark.parametrize("table", sorted({table for table, _ in CASES}))
def test_a_missing_row_is_seen(table: str, copied: ReadableRun, kernels: dict[str, Sample]) -> None:
    rewritten(copied, table, lambda found: found.slice(0, found.num_rows - 1))
    assert not compare(copied, kernels[NAME].official).is_equal


@pytest.mark.parametrize("table", sorted({table for table, _ in CASES} - {"Instruction"}))
def test_a_row_too_many_is_seen(
    table: str, copied: ReadableRun, kernels: dict[str, Sample]
) -> None:
    rewritten(
        copied, table, lambda found: pa.concat_tables([found, found.slice(found.num_rows - 1)])
    )
    assert not compare(copied, kernels[NAME].official).is_equal


def official_fields() -> Iterator[tuple[str, str]]:
    for name, sources in SHAPES.items():
        for field in dict.fromkeys(field for _, shape in sources[:1] for field in shape):
            yield name, field


@pytest.mark.parametrize(("name", "field"), list(official_fields()))
def test_one_wrong_cell_of_the_official_side_is_seen(
    name: str,
    field: str,
    decoded: dict[str, ReadableRun],
    kernels: dict[str, Sample],
    tmp_path: Path,
) -> None:
    official = json.loads(kernels[NAME].official.read_text())
    official[name][0][field] = "something else"
    spoiled_json = tmp_path / "spoiled.json"
    spoiled_json.write_text(json.dumps(official))
    assert differing(compare(decoded[NAME], spoiled_json)) == [name]
