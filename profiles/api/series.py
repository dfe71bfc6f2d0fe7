"""Values over time of a run: samples of a range, and what holds at an instant."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.parameters import whole
from profiles.api.unreadable import TablesView
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.timeline.query import UnreadableError, timeline_of
from profiles.timeline.series import NoSuchSeriesError, SeriesReader

DEFAULT_POINTS = 1000
FURTHEST_NS = 1 << 62
MOST_SERIES = 64
RANGE_PARAMETERS = [
    OpenApiParameter("start_ns", int, description="From here; the first sample if absent."),
    OpenApiParameter("end_ns", int, description="Up to here; the last sample if absent."),
    OpenApiParameter("points", int, description="At most so many values; 1000 if absent."),
]


class SeriesView(TablesView):
    """A series of a run."""

    @extend_schema(
        summary="Read the samples of a series",
        parameters=RANGE_PARAMETERS,
        responses=dict,
    )
    def get(self, request: Request, profile_id: UUID, run: int, series: str) -> Response:
        """Time, least, most, mean and last value of each piece, and the samples around."""
        reader = _reader(profile_id, run)
        try:
            return Response(_samples(reader, series, request))
        except NoSuchSeriesError as error:
            raise Refused("series.unknown", f"{error}.") from error
        except UnreadableError as error:
            raise Refused("tile.unreadable", f"{error}.") from error


class SeriesListView(TablesView):
    """Several series of a run in one answer."""

    @extend_schema(
        operation_id="profiles_runs_series_list",
        summary="Read the samples of several series",
        parameters=[
            OpenApiParameter("id", str, many=True, required=True, description="Each series."),
            *RANGE_PARAMETERS,
        ],
        responses=dict,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """By series: time, least, most, mean and last value of each piece; or what is wrong."""
        names = list(dict.fromkeys(request.query_params.getlist("id")))
        if len(names) > MOST_SERIES:
            text = f"At most {MOST_SERIES} series are answered at a time, not {len(names)}."
            raise Refused("request.malformed", text)
        reader = _reader(profile_id, run)
        found: dict[str, Any] = {}
        for name in names:
            try:
                found[name] = _samples(reader, name, request)
            except NoSuchSeriesError as error:
                found[name] = {"code": "series.unknown", "error": f"{error}."}
            except UnreadableError as error:
                found[name] = {"code": "tile.unreadable", "error": f"{error}."}
        return Response({"series": found})


def _samples(reader: SeriesReader, name: str, request: Request) -> dict[str, Any]:
    first, last = reader.span_ns(name)
    start, end = _asked(request, "start_ns", first), _asked(request, "end_ns", last)
    seen = reader.window(name, start, end, _asked(request, "points", DEFAULT_POINTS))
    columns = ("start_ns", "min", "max", "mean", "last")
    return {
        **{column: getattr(seen, column).tolist() for column in columns},
        "nearest": {"before": _nearest(seen.before), "after": _nearest(seen.after)},
    }


class SeriesAtView(TablesView):
    """What a series holds at an instant."""

    @extend_schema(
        summary="Read a series at an instant",
        parameters=[OpenApiParameter("ns", int, required=True, description="The instant.")],
        responses=dict,
    )
    def get(self, request: Request, profile_id: UUID, run: int, series: str) -> Response:
        """The table's row that holds then, and of memory the kinds with their shares."""
        try:
            row = _reader(profile_id, run).row_at(series, _asked(request, "ns", 0))
        except NoSuchSeriesError as error:
            raise Refused("series.unknown", f"{error}.") from error
        except UnreadableError as error:
            raise Refused("tile.unreadable", f"{error}.") from error
        return Response({"row": row, "kinds": [] if row is None else kinds_of(row)})


def kinds_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of memory in use, largest first: name, bytes, share of the total."""
    total = row.get("total_bytes") or 0
    found = [
        {"kind": name.removesuffix("_bytes").replace("_", " "), "bytes": value}
        for name, value in row.items()
        if name.endswith("_bytes") and name != "total_bytes" and value
    ]
    found.sort(key=lambda kind: (-kind["bytes"], kind["kind"]))
    return [{**kind, "share": kind["bytes"] / total if total > 0 else 0.0} for kind in found]


def _reader(profile_id: UUID, run: int) -> SeriesReader:
    opened = run_opened(profile_id, run)
    return SeriesReader(timeline_of(opened), opened.path)


def _asked(request: Request, name: str, otherwise: int) -> int:
    found = whole(request, name)
    return otherwise if found is None else max(-FURTHEST_NS, min(found, FURTHEST_NS))


def _nearest(sample: tuple[int, float] | None) -> dict[str, Any] | None:
    return None if sample is None else {"start_ns": sample[0], "value": sample[1]}
