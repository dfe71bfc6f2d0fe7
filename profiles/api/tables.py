"""Tables of the current run: list, download, rows."""

import contextlib
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import shapes
from profiles.api.cells import documents, is_text
from profiles.api.profiles import profile_or_404
from profiles.api.ranges import ranged_file
from profiles.api.unreadable import TablesView
from profiles.models import Profile
from profiles.presentation import profile_links
from profiles.refusal import Refused
from profiles.selectors import current_run_opened, run_opened
from profiles.storage.layout import table_file
from profiles.storage.manifest import TableEntry
from profiles.storage.tables import ReadableRun, RunMissingError
from profiles.tables.kept_columns import table_described
from profiles.tables.registry import REGISTRY
from profiles.tables.schema import Table

MOST_ROWS = 1000
PARQUET = "application/vnd.apache.parquet"

_RUN = OpenApiParameter("run", int, description="Which run; the current one if absent.")
_PART = OpenApiParameter("part", int, description="Which trace of the profile; 0 is the first.")


class TableListView(TablesView):
    """What the profile's data became."""

    @extend_schema(summary="List tables", parameters=[_RUN], responses=shapes.Table(many=True))
    def get(self, request: Request, profile_id: UUID) -> Response:
        """Tables of the current run with rows, sizes, hashes and columns."""
        profile = profile_or_404(profile_id)
        here = profile_links(profile)["tables"]
        run = _run(request, profile)
        return Response([_document(run, entry, here) for entry in run.manifest.tables])


class TableFileView(TablesView):
    """One table as Parquet."""

    @extend_schema(
        summary="Download a table",
        parameters=[_RUN, _PART],
        responses={(200, PARQUET): bytes, (206, PARQUET): bytes},
    )
    def get(self, request: Request, profile_id: UUID, table: str) -> HttpResponseBase:
        """The Parquet file; ranges are honoured, so that query engines can read it in place."""
        part = _number(request, "part", 0)
        run = _run(request, profile_or_404(profile_id))
        path = _table_path(run, table, part)
        entry = run.manifest.table(table, part)
        tag = entry.content_hash if entry else table
        return ranged_file(request._request, path, table_file(table), PARQUET, tag)


class TableRowsView(TablesView):
    """Rows of one table."""

    @extend_schema(
        summary="Read rows of a table",
        parameters=[
            _RUN,
            _PART,
            OpenApiParameter("offset", int),
            OpenApiParameter("limit", int, description=f"At most {MOST_ROWS}."),
            OpenApiParameter("row", int, description="One row by its number."),
            OpenApiParameter("columns", str, description="Names with commas; all if absent."),
        ],
        responses=shapes.Rows,
    )
    def get(self, request: Request, profile_id: UUID, table: str) -> Response:
        """Rows in the table's own order, addressed by (part, table, row number)."""
        part = _number(request, "part", 0)
        run = _run(request, profile_or_404(profile_id))
        _table_path(run, table, part)
        described = _described(run, table, part)
        columns = _chosen(request, described)
        if "row" in request.query_params:
            offset, limit = _number(request, "row", 0), 1
        else:
            offset, limit = _number(request, "offset", 0), _number(request, "limit", 100)
        limit = min(limit, MOST_ROWS)
        found = run.rows(table, part, offset=offset, limit=limit, columns=columns)
        entry = run.manifest.table(table, part)
        return Response(
            {
                "columns": _columns(described, columns),
                "rows": documents(found, dict(described.by_name)),
                "row_numbers": list(range(offset, offset + found.num_rows)),
                "total": entry.row_count if entry else 0,
            }
        )


def _run(request: Request, profile: Profile) -> ReadableRun:
    """The run that is asked for, as long as it is kept, else the current one."""
    if request.query_params.get("run"):
        return run_opened(profile.pk, _number(request, "run", 0))
    return current_run_opened(profile)


def _table_path(run: ReadableRun, table: str, part: int) -> Any:
    with contextlib.suppress(RunMissingError):
        return run.table_path(table, part)
    raise Refused("table.missing", f"There is no table {table} in part {part}.")


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise ValidationError({name: ["A whole number from 0 up is expected."]})
    return int(text)


def _document(run: ReadableRun, entry: TableEntry, here: str) -> dict[str, Any]:
    described = _listed(run, entry)
    return {
        "name": entry.name,
        "part": entry.part,
        "rows": entry.row_count,
        "size_bytes": entry.size_bytes,
        "content_hash": entry.content_hash,
        "description": described.description,
        "file": f"{here}{entry.name}.parquet?part={entry.part}",
        "columns": _columns(described, None),
    }


def _listed(run: ReadableRun, entry: TableEntry) -> Table:
    """As in a list, which names a table whose file is damaged or gone all the same."""
    try:
        return _described(run, entry.name, entry.part)
    except (OSError, pa.ArrowException):
        known = REGISTRY.get(entry.name)
        return known or Table(entry.name, "A table that cannot be read.", (), official=False)


def _described(run: ReadableRun, table: str, part: int) -> Table:
    """The table with the columns that its file has."""
    with run.parquet(table, part) as file:
        return table_described(table, file.schema_arrow)


def _chosen(request: Request, table: Table) -> list[str] | None:
    text = request.query_params.get("columns", "")
    if not text:
        return None
    chosen = text.split(",")
    for name in chosen:
        if name not in table.by_name:
            raise Refused("table.column", f"{table.name} has no column {name!r}.")
    return chosen


def _columns(table: Table, chosen: list[str] | None) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "type": field.type,
            "json": "text" if is_text(field) else "value",
            "unit": field.unit,
            "required": field.required,
            "description": field.description,
        }
        for field in table.fields
        if chosen is None or field.name in chosen
    ]
