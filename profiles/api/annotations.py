"""Markers and regions: list, put, change, remove, and as files."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.annotations.board import (
    ADD,
    REPLACE,
    annotation_change,
    annotation_create,
    annotation_delete,
    annotations_bring_in,
    annotations_clear,
)
from profiles.annotations.documents import annotation_document, board_document, drafts_on
from profiles.annotations.draft import FIELDS, draft_in, refused, sorted_drafts
from profiles.annotations.exchange import csv_text, drafts_in, json_text
from profiles.annotations.sets import set_drafts
from profiles.api import annotation_shapes as shapes
from profiles.api.parsers import SmallJson, WholeFile
from profiles.api.ranges import matches
from profiles.models import Annotation, Profile

LARGEST_COUNTER = 2**31 - 1

MODE = OpenApiParameter(
    "mode", str, enum=[ADD, REPLACE], description="Beside or instead of what is there; add."
)
REVISION = OpenApiParameter(
    "revision", int, description="The board's revision that was seen; needed to replace or clear."
)
VERSION = OpenApiParameter("version", int, required=True, description="The one that was seen.")
SET = OpenApiParameter("set", str, description="A saved set by its id; what is there if absent.")


def body_of(request: Request) -> dict[str, Any]:
    """The object a request holds. Raises ValidationError."""
    if not isinstance(request.data, dict):
        raise ValidationError({"body": ["An object is expected."]})
    return request.data


def counter(value: object, name: str) -> int:
    """A version or revision, from a body or an address. Raises ValidationError."""
    text = value if isinstance(value, str) else ""
    if text.isascii() and text.isdecimal() and len(text) < 11:
        value = int(text)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_COUNTER:
        raise ValidationError({name: ["A whole number is expected, as it was read."]})
    return value


def mode_and_revision(given: Mapping[str, Any]) -> tuple[str, int | None]:
    """How something is brought in. Raises ValidationError."""
    mode = given.get("mode", ADD)
    if mode not in (ADD, REPLACE):
        raise ValidationError({"mode": ["add or replace is expected."]})
    if mode == ADD:
        return ADD, None
    return REPLACE, counter(given.get("revision"), "revision")


class AnnotationListView(APIView):
    """All markers and regions of a profile."""

    parser_classes = (SmallJson,)

    @extend_schema(
        summary="List markers and regions",
        operation_id="annotations_list",
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="The ETag that was read: 304 while nothing has changed.",
            )
        ],
        responses={200: shapes.AnnotationBoard, 304: None},
    )
    def get(self, request: Request, profile_id: UUID) -> HttpResponse:
        """By time, with the saved sets. The ETag changes with the revision, so asking is cheap."""
        profile = get_object_or_404(Profile, pk=profile_id)
        tag = f"{profile_id}-{profile.annotation_revision}"
        is_known = matches(request.headers.get("If-None-Match", ""), tag)
        answer = Response(status=304) if is_known else Response(board_document(profile))
        answer["ETag"] = f'"{tag}"'
        answer["Cache-Control"] = "private, no-cache"
        return answer

    @extend_schema(
        summary="Put a marker or a region",
        request=shapes.AnnotationDraft,
        responses={201: shapes.Annotation},
    )
    def post(self, request: Request, profile_id: UUID) -> Response:
        """With an end it is a region. It stays when the profile is processed again."""
        body = body_of(request)
        unknown = sorted(set(body) - {"kind", *FIELDS})
        if unknown:
            raise refused({str(name)[:80]: "There is no such field." for name in unknown[:10]})
        made = annotation_create(profile_id, draft_in(body))
        return Response(annotation_document(made), status=201)

    @extend_schema(
        summary="Delete all markers and regions",
        operation_id="annotations_clear",
        parameters=[REVISION],
        responses=shapes.Cleared,
    )
    def delete(self, request: Request, profile_id: UUID) -> Response:
        """All at once, if nothing has changed since the revision; else 409. Sets stay."""
        revision = counter(request.query_params.get("revision"), "revision")
        return Response({"deleted": annotations_clear(profile_id, revision=revision)})


class AnnotationView(APIView):
    """One marker or region."""

    parser_classes = (SmallJson,)

    @extend_schema(summary="Read a marker or a region", responses=shapes.Annotation)
    def get(self, request: Request, profile_id: UUID, annotation_id: UUID) -> Response:  # noqa: ARG002
        """As it is now."""
        found = get_object_or_404(Annotation, profile_id=profile_id, pk=annotation_id)
        return Response(annotation_document(found))

    @extend_schema(
        summary="Change a marker or a region",
        request=shapes.AnnotationChange,
        responses=shapes.Annotation,
    )
    def patch(self, request: Request, profile_id: UUID, annotation_id: UUID) -> Response:
        """Fields that are given. With a version that is not the last, 409 with `fields.current`."""
        body = body_of(request)
        changes = {name: value for name, value in body.items() if name != "version"}
        done = annotation_change(
            profile_id,
            annotation_id,
            version=counter(body.get("version"), "version"),
            changes=changes,
        )
        return Response(annotation_document(done))

    @extend_schema(
        summary="Delete a marker or a region", parameters=[VERSION], responses={204: None}
    )
    def delete(self, request: Request, profile_id: UUID, annotation_id: UUID) -> Response:
        """If nobody has changed it since that version; else 409 with `fields.current`."""
        version = counter(request.query_params.get("version"), "version")
        annotation_delete(profile_id, annotation_id, version=version)
        return Response(status=204)


class AnnotationFileView(APIView):
    """Markers and regions as files."""

    @extend_schema(
        summary="Export markers and regions",
        parameters=[SET],
        responses={(200, "application/json"): shapes.AnnotationFile, (200, "text/csv"): str},
    )
    def get(self, request: Request, profile_id: UUID, ending: str) -> HttpResponse:
        """Those that are there, or those of a saved set, by time. `ending` is json or csv."""
        profile = get_object_or_404(Profile, pk=profile_id)
        chosen = request.query_params.get("set")
        drafts = drafts_on(profile_id) if chosen is None else set_drafts(profile_id, _uuid(chosen))
        drafts = sorted_drafts(drafts)
        if ending == "csv":
            text, kind = csv_text(drafts), "text/csv; charset=utf-8"
        else:
            about = {"id": str(profile.pk), "name": profile.name}
            text, kind = json_text(about, drafts), "application/json"
        answer = HttpResponse(text, content_type=kind)
        answer["Content-Disposition"] = f'attachment; filename="annotations.{ending}"'
        answer["Cache-Control"] = "private, no-cache"
        return answer


class AnnotationImportView(APIView):
    """Markers and regions from a file."""

    parser_classes = (WholeFile,)

    @extend_schema(
        summary="Import markers and regions",
        parameters=[MODE, REVISION],
        request={"application/json": shapes.AnnotationFile, "text/csv": str},
        responses=shapes.BroughtIn,
    )
    def post(self, request: Request, profile_id: UUID) -> Response:
        """All of a file of JSON or CSV or nothing of it; what is there already is not doubled."""
        mode, revision = mode_and_revision(request.query_params)
        data = request.data if isinstance(request.data, bytes) else b""
        drafts = drafts_in(data)
        return Response(annotations_bring_in(profile_id, drafts, mode=mode, revision=revision))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValidationError({"set": ["The id of a set is expected."]}) from error
