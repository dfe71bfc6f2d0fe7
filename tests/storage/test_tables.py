"""The store of tables: written once, published by the manifest, read without surprises."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from profiles.storage.manifest import Manifest, NoticeEntry, PartEntry, SourceEntry
from profiles.storage.tables import ReadableRun, RunFolder, RunMissingError, TableStore
from tests.storage.small_tables import SCHEMA, batches

PROFILE = "8f14e45f-ceea-467f-ab1e-3b4f4d5c6a7b"


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    return TableStore(tmp_path / "tables")


def manifest_of(folder: RunFolder) -> Manifest:
    return Manifest("7.4.0", "0.1.0", duration_ns=7, tables=tuple(folder.tables))


def published(store: TableStore, *sizes: int, part: int = 0, run: int = 1) -> ReadableRun:
    folder = store.new_run(PROFILE, run)
    folder.write_table("Instruction", part, SCHEMA, batches(*sizes))
    folder.publish(manifest_of(folder))
    return store.open_run(PROFILE, run)


def test_what_was_written_is_read(store: TableStore) -> None:
    run = published(store, 5, 3)
    entry = run.manifest.table("Instruction")
    assert entry is not None
    assert (entry.row_count, entry.size_bytes) == (8, run.table_path("Instruction").stat().st_size)
    assert run.row("Instruction", 0, 6) == {
        "start_ts": 6,
        "id": 6 * 0x9E3779B97F4A7C15 % 2**63,
        "opcode": "MATMUL",
        "rate": None,
    }


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 3, range(3)), (4, 3, range(4, 7)), (6, 100, range(6, 9)), (9, 5, ()), (3, 0, ())],
)
def test_rows_are_read_over_the_edges_of_groups(
    store: TableStore, offset: int, limit: int, expected: range
) -> None:
    run = published(store, 5, 3, 1)
    found = run.rows("Instruction", 0, offset=offset, limit=limit, columns=["start_ts"])
    assert found.column_names == ["start_ts"]
    assert found.column("start_ts").to_pylist() == list(expected)


def test_a_row_past_the_end_is_none(store: TableStore) -> None:
    assert published(store, 5).row("Instruction", 0, 5) is None


def test_the_tables_of_part_0_also_stand_at_the_run_s_root(store: TableStore) -> None:
    run = published(store, 5)
    also = run.path / "Instruction.parquet"
    assert also.samefile(run.table_path("Instruction"))
    assert [p.name for p in published(store, 5, part=1, run=2).path.glob("*.parquet")] == []


def test_without_hard_links_the_root_has_links_that_move_with_the_run(
    store: TableStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("no hard links here")

    monkeypatch.setattr("os.link", refused)
    run = published(store, 5)
    moved = run.path.rename(tmp_path / "elsewhere")
    assert (moved / "Instruction.parquet").is_symlink()
    assert (moved / "Instruction.parquet").read_bytes()[:4] == b"PAR1"


def test_a_table_or_part_that_is_not_there_is_said_so(store: TableStore) -> None:
    run = published(store, 5)
    for name, part in (("Throttle", 0), ("Instruction", 1)):
        with pytest.raises(RunMissingError):
            run.table_path(name, part)


def test_a_run_without_its_manifest_does_not_exist(store: TableStore) -> None:
    folder = store.new_run(PROFILE, 1)
    folder.write_table("Instruction", 0, SCHEMA, batches(5))
    with pytest.raises(RunMissingError):
        store.open_run(PROFILE, 1)
    assert store.runs_of(PROFILE) == [1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": "7"}', '{"parts": 3}'])
def test_a_damaged_manifest_is_no_run_and_no_crash(store: TableStore, text: str) -> None:
    run = published(store, 5)
    (run.path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunMissingError):
        store.open_run(PROFILE, 1)


def test_a_write_that_fails_leaves_no_file(store: TableStore) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches(5)
        raise OSError("no space left")

    folder = store.new_run(PROFILE, 1)
    with pytest.raises(OSError, match="no space"):
        folder.write_table("Instruction", 0, SCHEMA, failing())
    assert [path for path in folder.path.rglob("*") if path.is_file()] == []
    assert folder.tables == []


def test_a_new_try_starts_from_an_empty_folder(store: TableStore) -> None:
    earlier = store.new_run(PROFILE, 1)
    earlier.write_table("Instruction", 0, SCHEMA, batches(5))
    (earlier.path / ".Throttle.parquet.part").write_bytes(b"PAR1")
    again = store.new_run(PROFILE, 1)
    assert list(again.path.iterdir()) == []


def test_a_dropped_run_is_gone_and_the_others_stay(store: TableStore) -> None:
    published(store, 5, run=1)
    published(store, 6, run=2)
    store.drop_run(PROFILE, 1)
    with pytest.raises(RunMissingError):
        store.open_run(PROFILE, 1)
    assert store.open_run(PROFILE, 2).manifest.tables[0].row_count == 6
    store.drop_run(PROFILE, 2)
    assert store.profiles() == []


def test_dropping_what_is_not_there_is_no_error(store: TableStore) -> None:
    store.drop_run(PROFILE, 7)
    store.drop_profile(PROFILE)
    assert store.runs_of(PROFILE) == []


def test_a_dropped_profile_leaves_nothing(store: TableStore) -> None:
    published(store, 5, run=1)
    store.new_run(PROFILE, 2)
    store.drop_profile(PROFILE)
    assert store.profiles() == []


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "a\0", "ä", "a" * 101])
def test_names_never_lead_out_of_the_store(store: TableStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a name of the store"):
        store.run_path(name, 1)
    run = published(store, 1)
    with pytest.raises((ValueError, RunMissingError)):
        run.table_path(name)


def test_a_manifest_says_the_same_after_a_journey_as_text() -> None:
    manifest = Manifest(
        schema_version="7.4.0",
        explorer_version="0.1.0",
        duration_ns=54_276,
        core_count=2,
        record_count=9,
        instance_type="trn2.3xlarge",
        sources=(SourceEntry("ntff", "a.ntff", 12, 0, {"sha256": "ab"}),),
        parts=(PartEntry(0, "a.ntff", 54_276, (4, 5), str(2**62), 6),),
        notices=(NoticeEntry("ntff.no_dge", "…", 3),),
    )
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_a_manifest_knows_its_size_and_version(store: TableStore) -> None:
    folder = store.new_run(PROFILE, 1)
    folder.write_table("Instruction", 0, SCHEMA, batches(5))
    folder.write_table("Throttle", 0, SCHEMA, batches(2))
    manifest = manifest_of(folder)
    assert manifest.size_bytes == sum(p.stat().st_size for p in folder.path.glob("*.parquet"))
    assert manifest.ntff_version is None
    assert manifest.table("Instruction", 3) is None
