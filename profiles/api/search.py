"""Search among all events of a run, a little with every request."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import search_shapes
from profiles.api.parameters import whole
from profiles.api.unreadable import TablesView
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.timeline.query import timeline_of
from profiles.timeline.search.caps import caps
from profiles.timeline.search.fields import Fields
from profiles.timeline.search.kept import search_of
from profiles.timeline.search.language import SearchError
from profiles.timeline.search.pieces import Hit
from profiles.timeline.search.quantities import UNIT_WORDS
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import TrackShare, shares
from profiles.timeline.search.steps import next_hit, place_of, previous_hit

WAIT_MS, MOST_WAIT_MS = 150, 1000
BUCKETS, MOST_BUCKETS = 1000, 4096
MOST_TRACKS = 500

_QUERY = OpenApiParameter("q", str, required=True, description="What is looked for.")
_WAIT = OpenApiParameter(
    "wait_ms",
    int,
    description=f"Read on for about so long, {MOST_WAIT_MS} at most; {WAIT_MS} if absent.",
)


class SearchView(TablesView):
    """A search, and how far it has come."""

    @extend_schema(
        summary="Search all events",
        parameters=[
            _QUERY,
            _WAIT,
            OpenApiParameter("start_ns", int, description="What lies near is read first: from"),
            OpenApiParameter("end_ns", int, description="and up to here."),
        ],
        responses=search_shapes.FoundHits,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Reads on for a moment and tells what was found so far.

        Ask again until `complete`; who stops asking stops the search. The first answer with hits
        comes as soon as there are any. `sum_ns` adds up the lengths
        of the hits as drawn.
        """
        search = _search(request, profile_id, run, stop_at_first=True)
        tracks = shares(search) if search.is_complete else []
        totals = search.totals
        return Response(
            {
                "complete": search.is_complete,
                "rows": search.rows,
                "rows_read": search.rows_read,
                "count": totals.count,
                "sum_ns": totals.sum_ns,
                "first": _hit(search, totals.first),
                "last": _hit(search, totals.last),
                "duration_ns": search.duration_ns,
                "tracks": [_share(search, one) for one in tracks[:MOST_TRACKS]],
                "tracks_total": len(tracks),
            }
        )


class SearchCapsView(TablesView):
    """Where hits are drawn."""

    @extend_schema(
        summary="Read where the hits of a view lie",
        parameters=[
            _QUERY,
            _WAIT,
            OpenApiParameter("start_ns", int, description="The view begins here; 0 if absent,"),
            OpenApiParameter("end_ns", int, description="and ends here; at the end if absent."),
            OpenApiParameter(
                "buckets", int, description=f"Tell apart so many stretches, {MOST_BUCKETS} at most."
            ),
        ],
        responses=search_shapes.SearchCaps,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Every hit of the view is within a stretch of its track; stretches hold nothing else."""
        search = _search(request, profile_id, run)
        start_ns, end_ns = whole(request, "start_ns"), whole(request, "end_ns")
        buckets = min(max(whole(request, "buckets") or BUCKETS, 1), MOST_BUCKETS)
        end = search.duration_ns if end_ns is None else min(end_ns, search.duration_ns + 1)
        found = caps(search, min(start_ns or 0, search.duration_ns), end, buckets)
        tracks: dict[int, list[int | None]] = {}
        for run_ in found.runs:
            tracks.setdefault(run_.track, []).extend(
                (run_.first, run_.until, run_.lanes, run_.count)
            )
        return Response(
            {
                "complete": search.is_complete,
                "count": search.totals.count,
                "bucket_ns": found.bucket_ns,
                "tracks": [{"track": track, "runs": runs} for track, runs in tracks.items()],
            }
        )


class SearchStepView(TablesView):
    """From hit to hit."""

    @extend_schema(
        summary="Go to the next or previous hit",
        parameters=[
            _QUERY,
            _WAIT,
            OpenApiParameter("way", str, enum=["next", "previous"], description="next if absent."),
            OpenApiParameter("from_ns", int, description="From this instant; the first if absent."),
            OpenApiParameter("from_track", str, description="From the hit on this track"),
            OpenApiParameter("from_row", int, description="with this row number."),
        ],
        responses=search_shapes.SearchStep,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """The next hit begins at the instant or later, the previous one earlier.

        With a track and a row: the ones after and before that hit, also of those at the same
        instant. Hits are in order of their start.
        """
        search = _search(request, profile_id, run)
        way = request.query_params.get("way", "next")
        if way not in {"next", "previous"}:
            raise ValidationError({"way": ["next or previous is expected."]})
        key = _key(request, search)
        hit = (next_hit if way == "next" else previous_hit)(search, key)
        return Response(
            {
                "complete": search.is_complete,
                "count": search.totals.count,
                "hit": _hit(search, hit),
                "place": None if hit is None else place_of(search, hit),
            }
        )


class SearchFieldsView(TablesView):
    """What a search may ask about."""

    @extend_schema(summary="List the fields of a search", responses=search_shapes.SearchFields)
    def get(self, _request: Request, profile_id: UUID, run: int) -> Response:
        """Columns of the tables that are drawn, with the short names they also go by."""
        document = timeline_of(run_opened(profile_id, run)).document
        facts = Fields([track["table"] for track in document["tracks"]]).described()
        return Response(
            {
                "columns": [
                    {
                        "name": one.name,
                        "aliases": one.aliases,
                        "measures": one.measures,
                        "units": UNIT_WORDS.get(one.measures),
                        "tables": one.tables,
                        "description": one.description,
                    }
                    for one in facts
                ]
            }
        )


def _search(request: Request, profile_id: UUID, run: int, *, stop_at_first: bool = False) -> Search:
    """The search that a request names, a moment further. Raises Refused."""
    opened = run_opened(profile_id, run)
    start_ns, end_ns = whole(request, "start_ns"), whole(request, "end_ns")
    near = None if start_ns is None or end_ns is None else (start_ns, end_ns)
    wait = whole(request, "wait_ms")
    wait_ms = min(max(WAIT_MS if wait is None else wait, 0), MOST_WAIT_MS)
    try:
        search = search_of(opened, request.query_params.get("q", ""), near)
    except SearchError as error:
        raise _refused(error) from error
    search.advance(wait_ms / 1000, stop_at_first=stop_at_first)
    return search


def _refused(error: SearchError) -> Refused:
    fields = {
        "q": error.message,
        "position": str(error.position),
        "length": str(error.length),
        "near": ", ".join(error.near),
    }
    message = error.message if error.message.endswith(".") else f"{error.message}."
    return Refused(error.code, message, fields=fields)


def _key(request: Request, search: Search) -> tuple[int, int, int]:
    """Where a step begins, in the order of hits; in front of all rows of its instant if alone."""
    from_ns, row = whole(request, "from_ns"), whole(request, "from_row")
    if from_ns is None:
        way_back = request.query_params.get("way") == "previous"
        return (search.duration_ns + 1 if way_back else -1, -1, -1)
    track = request.query_params.get("from_track", "")
    orders = (
        table.order
        for table in search.tables
        if any(one.facts["key"] == track for one in table.tracks)
    )
    order = next(orders, -1)
    return (from_ns, order, -1 if row is None or order < 0 else row)


def _hit(search: Search, hit: Hit | None) -> dict[str, Any] | None:
    if hit is None:
        return None
    return {
        "track": hit.track.facts["key"],
        "part": hit.table.part,
        "table": hit.table.name,
        "row": hit.row,
        "start_ns": hit.start_ns,
        "end_ns": hit.end_ns,
        "label": search.label(hit),
    }


def _share(search: Search, one: TrackShare) -> dict[str, Any]:
    track = one.track
    return {
        "track": track["key"],
        "name": track["name"],
        "kind": track["kind"],
        "part": track["part"],
        "core": track["core"],
        "count": one.count,
        "sum_ns": one.sum_ns,
        "busy_ns": one.busy_ns,
        "busy_share": one.busy_ns / search.duration_ns,
    }
