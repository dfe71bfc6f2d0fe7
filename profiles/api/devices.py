"""The device profiles of a system profile, and the one that shows an event."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import system_shapes
from profiles.api.parameters import whole
from profiles.api.profiles import profile_or_404
from profiles.api.system import event_document, system_events
from profiles.api.unreadable import TablesView
from profiles.metrics.device_links import (
    SAME_PROGRAM,
    THIS_EXECUTION,
    Link,
    links_of,
    listed_devices,
    model_text,
    shown_executions,
    where_time_went,
)
from profiles.metrics.host_gaps import RUNNING
from profiles.metrics.model_name import model_name
from profiles.metrics.steps import EXECUTE
from profiles.models import Profile, Status
from profiles.presentation import device_documents, profile_links
from profiles.refusal import Refused
from profiles.selectors import device_profiles, part_of, run_opened
from profiles.storage.manifest import PartEntry
from profiles.storage.tables import ReadableRun

MOST_NAMED = 3
AROUND = 8
"""A link back shows the event with so much of its own length on both sides, in all."""


class DeviceListView(TablesView):
    """Device profiles made from the same directory."""

    @extend_schema(summary="List device profiles", responses=system_shapes.DeviceProfiles)
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """Each with its status as it is now, its files, and the calls that ran its program."""
        devices = device_documents(profile_or_404(profile_id))
        statuses = [one["status"] for one in devices]
        return Response(
            {
                "total": len(devices),
                "ready": statuses.count(Status.PROCESSED),
                "failed": statuses.count(Status.FAILED),
                "devices": devices,
            }
        )


class DeviceLinkView(TablesView):
    """From an event to its device profile."""

    @extend_schema(
        summary="Find the device profile of an event",
        parameters=[
            OpenApiParameter("row", int, description="Row of SystemProfileEvents.", required=True),
            OpenApiParameter("back", str, description="The page that the link leads back to."),
        ],
        responses=system_shapes.DeviceLink,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """The event, its model, where its time went, and every device profile it may be."""
        opened = run_opened(profile_id, run)
        events = system_events(opened)
        row = whole(request, "row")
        if row is None or not 0 <= row < events.row_count:
            raise Refused("table.missing", f"There is no event in row {row}.")
        event = event_document(opened, row)
        back = _back(request, profile_id, event)
        children = {str(one.pk): one for one in device_profiles(profile_id)}
        found = []
        for link in links_of(opened, row):
            child = children.get(link.device_profile_id)
            part = part_of(child) if child else None
            found.append((link, child, part))
        text = model_text(event["extra_attributes_json"])
        shares = where_time_went(events, row)
        return Response(
            {
                "event": event,
                "model": None if text is None else _model(text),
                "where": [{"label": one.label, "ns": one.ns, "share": one.share} for one in shares],
                "candidates": [_candidate(*one, opened, back) for one in found],
                "note": _note([link for link, _, _ in found]) or _why_none(event, opened),
            }
        )


class DeviceRowsView(TablesView):
    """Device profiles on the host's clock."""

    @extend_schema(
        summary="List device profiles that can be drawn on host time",
        responses=system_shapes.DeviceRows,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:  # noqa: ARG002
        """Of each that is processed the first execution it shows, and where its zero lies."""
        opened = run_opened(profile_id, run)
        events = system_events(opened)
        origin = next((part.origin_unix_ns for part in opened.manifest.parts), None)
        parts = {str(one.pk): part_of(one) for one in device_profiles(profile_id)}
        known = {key: part for key, part in parts.items() if part is not None}
        found = [] if origin is None else shown_executions(opened, known)
        _, cores = events.cores
        places = events.cores[0]
        return Response(
            {
                "rows": [
                    {
                        "profile_id": one.device_profile_id,
                        "row": one.row,
                        "instance_id": cores[int(places[one.row])].instance_id,
                        "process_id": str(cores[int(places[one.row])].process_id),
                        "nc_idx": cores[int(places[one.row])].nc_idx,
                        "device_zero_host_ns": one.zero_unix_ns - int(origin or 0),
                    }
                    for one in found
                ]
            }
        )


def _back(request: Request, profile_id: UUID, event: dict[str, Any]) -> str:
    """The page asked for if it is one of ours, else the timeline around the event.

    It only goes into addresses of pages, which a server without pages leaves out.
    """
    wanted = request.query_params.get("back", "")
    if wanted.startswith(f"/profiles/{profile_id}/"):
        return str(wanted)
    start, end = int(event["start_ts"]), int(event["end_ts"])
    around = max((end - start) * AROUND // 2, 1)
    return f"/profiles/{profile_id}/timeline/?t={start - around}-{end + around}"


def _model(text: str) -> dict[str, Any]:
    name = model_name(text)
    return {
        "name": name.name,
        "graph": name.graph,
        "role": name.role,
        "rank": name.rank,
        "bucket": name.bucket,
    }


def _note(links: list[Link]) -> str:
    """What a reader has to know before opening one."""
    relations = {link.relation for link in links}
    if not links:
        return ""
    if len(links) > 1:
        return f"{len(links)} device profiles fit this event; each says why."
    if relations == {SAME_PROGRAM}:
        return "It shows another execution of the same program, so it opens at its own beginning."
    if relations == {THIS_EXECUTION}:
        return "It shows this execution."
    return "It may show this execution; it says why."


def _why_none(event: dict[str, Any], run: ReadableRun) -> str:
    """Why an event has no device profile, with those that come nearest."""
    if event["name"] not in (EXECUTE, RUNNING):
        return f"Only {EXECUTE} and {RUNNING} have device profiles."
    listed = listed_devices(run)
    if not listed:
        return "The directory holds no device trace."
    place = (event["instance_id"], event["process_id"], event["nc_idx"])
    own = [
        name
        for name, row in listed.items()
        if (row["instance_id"], str(row["process_id"]), row["nc_id"]) == place
    ]
    many = f"None of the {len(listed)} device profiles" if len(listed) > 1 else "No device profile"
    text = f"{many} holds this execution or another one of its program."
    if not own:
        return f"{text} None is of its core."
    rest = f" and {len(own) - MOST_NAMED} more" if len(own) > MOST_NAMED else ""
    return f"{text} Of its core there is {', '.join(own[:MOST_NAMED])}{rest}."


def _candidate(
    link: Link, child: Profile | None, part: PartEntry | None, run: ReadableRun, back: str
) -> dict[str, Any]:
    zero_ns = None if part is None or part.device_zero_ns is None else int(part.device_zero_ns)
    span = None if zero_ns is None else _span(link, zero_ns)
    query = {"back": back} if span is None else {"t": span, "back": back}
    address = None if child is None else profile_links(child)["timeline"]
    return {
        "profile_id": link.device_profile_id or None,
        "name": child.name if child else link.device_profile_name,
        "status": child.status if child else None,
        "relation": link.relation,
        "evidence": link.evidence,
        "open_url": f"{address}?{urlencode(query, safe='/:,')}" if address else None,
        "at_same_instant": span is not None,
        "device_zero_host_ns": None if zero_ns is None else _on_host(link, zero_ns, run),
    }


def _span(link: Link, zero_ns: int) -> str | None:
    """The execution as a range of the device profile; None where it shows another one."""
    start_ns, end_ns = link.device_start_ns, link.device_end_ns
    if link.relation != THIS_EXECUTION or start_ns is None or end_ns is None:
        return None
    return f"{start_ns - zero_ns}-{max(end_ns, start_ns + 1) - zero_ns}"


def _on_host(link: Link, zero_ns: int, run: ReadableRun) -> int | None:
    """The device profile's zero, from the zero of the system profile."""
    origin = next((part.origin_unix_ns for part in run.manifest.parts), None)
    if link.relation != THIS_EXECUTION or link.host_minus_device_ns is None or origin is None:
        return None
    return zero_ns + link.host_minus_device_ns - int(origin)
