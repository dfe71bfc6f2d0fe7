"""Numbered run folders of Parquet: written once, published by their manifest, then only read."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from profiles.storage import layout
from profiles.storage.durable import sync_folder, write_text, written_whole
from profiles.storage.manifest import Manifest, TableEntry
from profiles.storage.parquet import write_parquet


class RunMissingError(LookupError):
    """There is no published run at that place."""


class RunFolder:
    """A new run, being written. Without a manifest it counts for nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables: list[TableEntry] = []

    def part_path(self, part: int) -> Path:
        """The folder of a part, made if it is not there."""
        path = self.path / layout.part_folder(part)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def write_table(
        self, name: str, part: int, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
    ) -> TableEntry:
        """Write one table whole. Raises OSError when there is no room."""
        path = self.part_path(part) / layout.table_file(name)
        with written_whole(path) as draft:
            digest = write_parquet(draft, schema, batches)
        facts = pq.read_metadata(path)
        entry = TableEntry(part, name, facts.num_rows, path.stat().st_size, digest)
        self.tables.append(entry)
        if part == 0:
            _link(path, self.path / path.name)
        return entry

    def drop_part(self, part: int) -> None:
        """Forget what was written of a part that turned out to be unusable."""
        for entry in [entry for entry in self.tables if entry.part == part]:
            self.tables.remove(entry)
            if part == 0:
                (self.path / layout.table_file(entry.name)).unlink(missing_ok=True)
        shutil.rmtree(self.path / layout.part_folder(part), ignore_errors=True)

    def publish(self, manifest: Manifest) -> None:
        """Write the manifest, last: from here on the run is whole and is never changed."""
        for folder in {self.path, *(self.part_path(entry.part) for entry in self.tables)}:
            sync_folder(folder)
        write_text(self.path / layout.MANIFEST, manifest.to_json())
        for folder in (self.path.parent, self.path.parent.parent):
            sync_folder(folder)


def _link(path: Path, also: Path) -> None:
    """The tables of part 0 stand at the run's root too, as the official tool lays them out."""
    also.unlink(missing_ok=True)
    try:
        os.link(path, also)
    except OSError:
        also.symlink_to(os.path.relpath(path, also.parent))


class ReadableRun:
    """A published run. All that it gives is immutable."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    def table_path(self, name: str, part: int = 0) -> Path:
        """The Parquet file. Raises RunMissingError if the profile has no such table."""
        if self.manifest.table(name, part) is None:
            raise RunMissingError(f"no table {name} in part {part}")
        return self.path / layout.part_folder(part) / layout.table_file(name)

    def parquet(self, name: str, part: int = 0) -> pq.ParquetFile:
        """The opened Parquet file; the caller closes it."""
        return pq.ParquetFile(self.table_path(name, part), memory_map=True)

    def rows(
        self, name: str, part: int, *, offset: int, limit: int, columns: list[str] | None = None
    ) -> pa.Table:
        """Rows [offset, offset + limit), reading only the row groups that hold them."""
        with self.parquet(name, part) as file:
            first = 0
            found = []
            for index in range(file.num_row_groups):
                size = file.metadata.row_group(index).num_rows
                start, stop = max(offset - first, 0), min(offset + limit - first, size)
                if start < stop:
                    group = file.read_row_group(index, columns=columns, use_threads=False)
                    found.append(group.slice(start, stop - start))
                first += size
            if found:
                return pa.concat_tables(found)
            schema = file.schema_arrow
            kept = schema if columns is None else pa.schema([schema.field(c) for c in columns])
            return kept.empty_table()

    def row(self, name: str, part: int, number: int) -> dict[str, Any] | None:
        """One row by its number, or None past the end."""
        found = self.rows(name, part, offset=number, limit=1).to_pylist()
        return found[0] if found else None


class TableStore:
    """All runs of all profiles under one root folder."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def run_path(self, profile_id: str, run: int) -> Path:
        return self.root / layout.run_key(profile_id, run)

    def new_run(self, profile_id: str, run: int) -> RunFolder:
        """An empty folder for a run; what an earlier try left there is removed."""
        path = self.run_path(profile_id, run)
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return RunFolder(path)

    def open_run(self, profile_id: str, run: int) -> ReadableRun:
        """A published run. Raises RunMissingError if it is not there or was never finished."""
        path = self.run_path(profile_id, run)
        try:
            text = (path / layout.MANIFEST).read_text(encoding="utf-8")
            return ReadableRun(path, Manifest.from_json(text))
        except (OSError, ValueError) as error:
            raise RunMissingError(f"run {run} of {profile_id} cannot be opened: {error}") from error

    def runs_of(self, profile_id: str) -> list[int]:
        """Numbers of the run folders of a profile, finished or not."""
        folder = self.root / layout.checked(profile_id)
        if not folder.is_dir():
            return []
        return sorted(int(p.name) for p in folder.iterdir() if p.name.isdecimal())

    def profiles(self) -> list[str]:
        """Ids of the profiles that have a folder."""
        return sorted(p.name for p in self.root.iterdir()) if self.root.is_dir() else []

    def drop_run(self, profile_id: str, run: int) -> None:
        """Remove a run. The manifest goes first, so that half a run is never readable."""
        path = self.run_path(profile_id, run)
        (path / layout.MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()

    def drop_profile(self, profile_id: str) -> None:
        """Remove all runs of a profile."""
        for run in self.runs_of(profile_id):
            self.drop_run(profile_id, run)
        shutil.rmtree(self.root / layout.checked(profile_id), ignore_errors=True)
