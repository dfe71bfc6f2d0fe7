"""What is asked of a system run's events: found by name, counted over a range."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import system_shapes
from profiles.api.cells import documents
from profiles.api.parameters import offset_of, whole
from profiles.api.unreadable import TablesView
from profiles.metrics.events import TABLE, Events, Longs, events_of
from profiles.metrics.find import Hit, find
from profiles.metrics.range_statistics import Durations, NameOnCore, range_statistics
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun, RunMissingError
from profiles.tables.registry import REGISTRY
from profiles.timeline.query import NoSuchTileError, UnreadableError, timeline_of

MOST_GROUPS = 1000
MOST_NAMES = 100
MOST_HITS = 100


class FindView(TablesView):
    """Search among the events of a system run."""

    @extend_schema(
        summary="Find events by name",
        parameters=[
            OpenApiParameter("q", str, description="A part of the name."),
            OpenApiParameter("after_ns", int, description="The instant to go on from."),
            OpenApiParameter("after_row", int, description="Among events at it: the row."),
            OpenApiParameter("limit", int, description=f"So many hits, {MOST_HITS} at most."),
            OpenApiParameter("offset", int, description="Hits from this one on, from 0."),
            OpenApiParameter("names_offset", int, description="Names from this one on, from 0."),
        ],
        responses=system_shapes.FoundEvents,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """How many there are, the first and last, the ones around an instant, and a page of them.

        What is not given is counted, and can be had from an offset on.
        """
        opened = run_opened(profile_id, run)
        text = request.query_params.get("q", "")
        found = find(
            system_events(opened), text, whole(request, "after_ns"), whole(request, "after_row")
        )

        def document(hit: Hit | None) -> dict[str, Any] | None:
            return None if hit is None else {**event_document(opened, hit.row), "place": hit.place}

        return Response(
            {
                "count": found.count,
                "names": [{"name": n, "count": c} for n, c in _page(request, found.names)],
                "names_total": len(found.names),
                "hits": [
                    document(Hit(row, place + 1)) for place, row in _hits(request, found.rows)
                ],
                "first": document(found.first),
                "last": document(found.last),
                "previous": document(found.previous),
                "next": document(found.next),
            }
        )


class RangeStatisticsView(TablesView):
    """Events of a range, counted."""

    @extend_schema(
        summary="Count the events of a range",
        parameters=[
            OpenApiParameter("start_ns", int, description="From here; from the first if absent."),
            OpenApiParameter("end_ns", int, description="Up to here; to the last if absent."),
            OpenApiParameter("tracks", str, description="Keys with commas; all if absent."),
            OpenApiParameter("offset", int, description="Names and groups from this one on."),
        ],
        responses=system_shapes.RangeStatistics,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Count, sum, median and p99 by name and core, exact; the largest sums first.

        At most a thousand of each; `names` and `groups` count all.
        """
        opened = run_opened(profile_id, run)
        start_ns, end_ns = whole(request, "start_ns"), whole(request, "end_ns")
        first = offset_of(request, "offset")
        given = slice(first, first + MOST_GROUPS)
        found = range_statistics(system_events(opened), start_ns, end_ns, _rows(request, opened))
        return Response(
            {
                "start_ns": start_ns,
                "end_ns": end_ns,
                "events": found.event_count,
                "by_name": [_statistics(one) for one in found.by_name[given]],
                "by_name_and_core": [_statistics(one) for one in found.on_cores[given]],
                "names": len(found.by_name),
                "groups": len(found.on_cores),
            }
        )


def system_events(run: ReadableRun) -> Events:
    """The events of a run. Raises Refused for a run without any."""
    try:
        return events_of(run)
    except RunMissingError as error:
        raise Refused("table.missing", f"There is no table {TABLE} in this run.") from error


def _page(request: Request, names: list[tuple[str, int]]) -> list[tuple[str, int]]:
    first = offset_of(request, "names_offset")
    return names[first : first + MOST_NAMES]


def _hits(request: Request, rows: Longs) -> list[tuple[int, int]]:
    """The place from 0 and the row of each hit that is asked for."""
    first, limit = offset_of(request, "offset"), offset_of(request, "limit")
    return list(enumerate(rows[first : first + min(limit, MOST_HITS)].tolist(), first))


def event_document(run: ReadableRun, row: int) -> dict[str, Any]:
    """One event with all its columns and its row number."""
    found = run.rows(TABLE, 0, offset=row, limit=1)
    return {"row": row, **documents(found, dict(REGISTRY[TABLE].by_name))[0]}


def _rows(request: Request, run: ReadableRun) -> Longs | None:
    keys = [key for key in request.query_params.get("tracks", "").split(",") if key]
    if not keys:
        return None
    try:
        return timeline_of(run).rows_of(keys)
    except NoSuchTileError as error:
        raise Refused("tile.outside", f"{error}.") from error
    except (UnreadableError, OSError) as error:
        raise Refused("tile.unreadable", f"{error}.") from error


def _statistics(one: NameOnCore) -> dict[str, Any]:
    core = one.core
    return {
        "name": one.name,
        "instance_id": core.instance_id if core else None,
        "process_id": str(core.process_id) if core else None,
        "nc_idx": core.nc_idx if core else None,
        "pcore_idx": core.pcore_idx if core else None,
        "inside_ns": one.durations.inside_ns,
        **spread_document(one.durations),
    }


def spread_document(durations: Durations) -> dict[str, int]:
    """Durations counted."""
    return {
        "count": durations.count,
        "sum_ns": durations.sum_ns,
        "median_ns": durations.median_ns,
        "p99_ns": durations.p99_ns,
        "max_ns": durations.max_ns,
    }
