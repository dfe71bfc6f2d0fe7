"""The tables of an official Parquet folder: which files make which table, and how they open.

`neuron-explorer.md` 3.1: `<Table>.parquet`, or split as `<Table>_0.parquet`, `<Table>_1.parquet`;
a folder `<Table>/part-*.parquet` is read too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest_worker.formats.errors import LimitExceeded, Malformed
from profiles.tables.registry import REGISTRY

BATCH_ROWS = 65_536
MOST_COLUMNS = 2_000
MOST_TABLES = 500
OWN = frozenset({"TimelineTrack"})
"""Tables of ours that are made anew for every run."""

_SPLIT = re.compile(r"(.+?)[_-](\d{1,9})\Z")
_PIECE = re.compile(r"part[-_]?.*\Z", re.IGNORECASE)
_NAME = re.compile(r"[0-9A-Za-z_-]{1,100}\Z")
PARTS = re.compile(r"(?:^|/)parts/(\d{1,6})\Z")
"""The folder of a part in a run that this program wrote."""


@dataclass(frozen=True)
class Piece:
    """One file: the folder its table belongs to, the table, and its place among the pieces."""

    folder: str
    table: str
    order: tuple[int, str]
    path: Path


@dataclass
class TableSet:
    """The tables of one profile. `is_json` tells those that were spooled from a JSON, `empty` by
    table which of their columns hold nothing.
    """

    title: str
    tables: dict[str, list[Path]] = field(default_factory=dict)
    empty: dict[str, frozenset[str]] = field(default_factory=dict)
    is_json: bool = False


def piece_of(name: str, path: Path) -> Piece | None:
    """What a file's path in the upload says of it; None for a name that no table can have."""
    folders, _, base = name.rpartition("/")
    stem = base[: -len(".parquet")] if base.lower().endswith(".parquet") else base
    above, _, last = folders.rpartition("/")
    parent = last.removesuffix(".parquet")
    if parent and (parent in REGISTRY or _PIECE.match(stem)) and stem not in REGISTRY:
        return Piece(above, parent, (0, base), path) if _NAME.match(parent) else None
    split = None if stem in REGISTRY else _SPLIT.match(stem)
    table, number = (split[1], int(split[2])) if split else (stem, 0)
    return Piece(folders, table, (number, base), path) if _NAME.match(table) else None


def table_sets(files: Sequence[tuple[str, Path]]) -> tuple[list[TableSet], list[str]]:
    """The profiles in a folder of Parquet files, and the names of files that are no table.

    Every folder with tables is one. The first part of a run that this program wrote lies at its
    root and in its folder `parts/0`; it is taken once.
    """
    folders: dict[str, dict[str, list[Piece]]] = {}
    odd = []
    for name, path in files:
        piece = piece_of(name, path)
        if piece is None:
            odd.append(name)
        elif piece.table not in OWN:
            folders.setdefault(piece.folder, {}).setdefault(piece.table, []).append(piece)
    for folder in list(folders):
        found = PARTS.search(folder)
        root = folder[: found.start()] if found else ""
        if found and found[1] == "0" and folders.get(root, {}).keys() >= folders[folder].keys():
            del folders[folder]
    sets = []
    for folder, tables in sorted(folders.items()):
        pieces = {
            name: [one.path for one in sorted(own, key=lambda one: one.order)]
            for name, own in sorted(tables.items())
        }
        if len(pieces) > MOST_TABLES:
            raise LimitExceeded("limit.records", f"There are more than {MOST_TABLES} tables.")
        sets.append(TableSet(folder.rpartition("/")[2].removesuffix("@latest"), pieces))
    return sets, odd


@dataclass(frozen=True)
class OpenTable:
    """The pieces of a table that can be read. `empty` columns hold nothing in any row."""

    name: str
    paths: Sequence[Path]
    labels: Mapping[Path, str]
    row_count: int
    schema: pa.Schema
    empty: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """The name of its first file, as uploaded."""
        return self.labels.get(self.paths[0], self.paths[0].name)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Its rows, piece after piece, texts written out. Raises Malformed for damage."""
        for path in self.paths:
            try:
                with pq.ParquetFile(path, memory_map=True) as file:
                    own = [n for n in file.schema_arrow.names if columns is None or n in columns]
                    for batch in file.iter_batches(BATCH_ROWS, columns=own, use_threads=False):
                        batch.validate(full=True)
                        yield batch
            except (pa.ArrowException, OSError, ValueError) as error:
                raise damaged(self.labels.get(path, path.name), error) from error


def open_table(
    name: str,
    paths: Sequence[Path],
    labels: Mapping[Path, str],
    empty: frozenset[str] = frozenset(),
) -> OpenTable:
    """Read the footers of a table's pieces. Raises Malformed or LimitExceeded."""
    fields: dict[str, Any] = {}
    rows = 0
    for path in paths:
        label = labels.get(path, path.name)
        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                schema, count = file.schema_arrow, file.metadata.num_rows
            names = schema.names
        except (pa.ArrowException, OSError, ValueError) as error:
            raise damaged(label, error) from error
        if len(names) > MOST_COLUMNS or count < 0:
            text = f"The table has {len(names)} columns, {MOST_COLUMNS} can be read."
            raise LimitExceeded("limit.records", text, file=label)
        if len(set(names)) != len(names):
            raise Malformed("parquet.malformed", "Two columns have one name.", file=label)
        rows += count
        for column in schema:
            fields.setdefault(column.name, column)
    schema = pa.schema(list(fields.values()))
    return OpenTable(name, paths, labels, rows, schema, empty)


def damaged(name: str, error: Exception) -> Malformed:
    """The error for a file that Arrow cannot read."""
    said = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return Malformed("parquet.malformed", f"The table cannot be read ({said}).", file=name)
