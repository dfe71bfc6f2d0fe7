"""The official tool's JSON of a device, `ntff.json`, row by row: nothing is held whole."""

import json
from collections.abc import Iterator
from typing import Any

from ingest_worker.exports.official_summary import plain, summary_rows
from ingest_worker.exports.official_tables import OfficialTables
from profiles.storage.tables import ReadableRun
from profiles.tables.registry import REGISTRY

PIECE_BYTES = 1 << 18
MADE_LAST = "metadata"
"""It counts the rows of the others."""

PROFILE_TYPE = "normal"
UNCOUNTED = frozenset({"terminology", "summary_groups", "summary_group_order"})


class _Writer:
    """Rows become text; a piece is handed out when it is large enough."""

    def __init__(self, indent: int | None) -> None:
        self._indent = indent
        self._parts: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)

    def row(self, row: Any) -> str:
        separators = None if self._indent else (",", ":")
        return json.dumps(
            plain(row), indent=self._indent, separators=separators, ensure_ascii=False
        )

    @property
    def is_full(self) -> bool:
        return self._size >= PIECE_BYTES

    def taken(self) -> bytes:
        piece = "".join(self._parts).encode("utf-8", "replace")
        self._parts, self._size = [], 0
        return piece


def json_pieces(run: ReadableRun, part: int = 0, *, indent: int | None = None) -> Iterator[bytes]:
    """The whole document in pieces, table after table in the order of their names."""
    writer = _Writer(indent)
    tables = OfficialTables(run, part)
    counted, edges = int((~tables.shown_instructions).sum()), 0
    writer.add("{")
    for place, (name, rows) in enumerate(_tables(tables)):
        writer.add(("," if place else "") + json.dumps(name) + ":[")
        for number, row in enumerate(rows):
            if name == MADE_LAST:
                row["total_point_count"] = counted + edges + 1
            writer.add(("," if number else "") + writer.row(row))
            counted += name not in UNCOUNTED
            edges += "predecessors" in row
            if writer.is_full:
                yield writer.taken()
        writer.add("]")
    writer.add("}\n")
    yield writer.taken()


def _tables(tables: OfficialTables) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Those made from published tables, then those kept from a JSON; `metadata` last."""
    kept = {
        entry.name
        for entry in tables.run.manifest.tables
        if entry.part == tables.part and entry.name not in {*REGISTRY, *tables.names}
    }
    made = set(tables.names) | {"summary", "profile_info"}
    for name in sorted((made | kept) - {MADE_LAST}):
        rows = _rows(tables, name, is_kept=name in kept)
        first = next(rows, None)
        if first is not None:
            yield name, _with(first, rows)
    yield MADE_LAST, tables.rows(MADE_LAST)


def _with(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rows


def _rows(tables: OfficialTables, name: str, *, is_kept: bool) -> Iterator[dict[str, Any]]:
    if name in tables.names:
        yield from tables.rows(name)
    elif name == "summary":
        yield from summary_rows(tables)
    elif name == "profile_info" and not is_kept:
        yield _profile_info(tables)
    if is_kept:
        for batch in tables.batches(name):
            for row in batch.to_pylist():
                yield {key: value for key, value in row.items() if value is not None}


def _profile_info(tables: OfficialTables) -> dict[str, Any]:
    """What the file was made from, and by which program."""
    manifest = tables.run.manifest
    part = next((one for one in manifest.parts if one.part == tables.part), None)
    name = part.name if part else ""
    return {
        "profile_name": name.removesuffix(".ntff"),
        "neff_name": "",
        "ntff_filename": name,
        "cc_only": False,
        "profile_type": PROFILE_TYPE,
        "profiler_version": manifest.explorer_version,
        "profiler_build_time": "",
    }
