"""Profiles: list, submit, read, rename, delete, process again."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.api import shapes
from profiles.api.pagination import Pages
from profiles.filters import ProfileFilter
from profiles.left_out import left_out_in
from profiles.models import Profile
from profiles.presentation import profile_document
from profiles.processing import processing_in
from profiles.selectors import profiles_visible
from profiles.services import (
    SAMPLES,
    profile_delete,
    profile_rename,
    profile_reprocess,
    profile_submit,
    sample_open,
)
from profiles.stores import source_store
from profiles.uploads.receive import received_upload


def profile_or_404(profile_id: UUID) -> Profile:
    """The profile of an address."""
    found: Profile = get_object_or_404(profiles_visible(), pk=profile_id)
    return found


class ProfileListView(APIView):
    """All profiles, and the way in for new ones."""

    parser_classes = ()

    @extend_schema(
        summary="List profiles",
        operation_id="profiles_list",
        parameters=[
            OpenApiParameter("status", str, description="One of the four words; may be repeated."),
            OpenApiParameter(
                "parent", str, description="Id of a system profile, or none for what has no parent."
            ),
            OpenApiParameter("search", str, description="Words that stand in the name."),
            OpenApiParameter("ordering", str, description="A field; a minus turns it round."),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.ProfilePage,
    )
    def get(self, request: Request) -> Response:
        """One page of the profiles that match."""
        found = ProfileFilter(request.query_params, queryset=profiles_visible())
        if not found.is_valid():
            raise ValidationError({name: list(texts) for name, texts in found.errors.items()})
        pages = Pages()
        page: list[Profile] = pages.paginate_queryset(found.qs, request, view=self) or []
        return pages.get_paginated_response([profile_document(profile) for profile in page])

    @extend_schema(
        summary="Submit a profile",
        operation_id="profiles_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Up to 200 characters; the same upload sent twice makes one profile.",
            )
        ],
        request={"multipart/form-data": shapes.ProfileUpload},
        responses={201: shapes.Profile, 200: shapes.Profile},
    )
    def post(self, request: Request) -> Response:
        """Take files in. 201, or 200 when the Idempotency-Key has been seen with them before."""
        with received_upload(request._request, source_store()) as upload:
            profile, is_new = profile_submit(
                name=upload.fields.get("name"),
                files=upload.files,
                idempotency_key=request.headers.get("Idempotency-Key", ""),
                options=processing_in(upload.fields.get("options", "")),
                left_out=left_out_in(upload.fields.get("left_out", "")),
            )
        upload.drop()
        body = profile_document(profile_or_404(profile.pk))
        headers = {"Location": body["links"]["self"]}
        return Response(body, status=201 if is_new else 200, headers=headers)


class ProfileView(APIView):
    """One profile."""

    @extend_schema(summary="Read a profile", responses=shapes.Profile)
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """All that is known of it."""
        return Response(profile_document(profile_or_404(profile_id)))

    @extend_schema(summary="Rename a profile", request=shapes.Rename, responses=shapes.Profile)
    def patch(self, request: Request, profile_id: UUID) -> Response:
        """Change its name."""
        profile = profile_or_404(profile_id)
        name = _body(request).get("name")
        if not isinstance(name, str):
            raise ValidationError({"name": ["Text is expected."]})
        profile_rename(profile, name=name)
        return Response(profile_document(profile_or_404(profile_id)))

    @extend_schema(summary="Delete a profile", responses={204: None})
    def delete(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """Remove it with its files and tables. A run in progress is stopped."""
        profile_delete(profile_or_404(profile_id))
        return Response(status=204)


class ReprocessView(APIView):
    """Processing again."""

    @extend_schema(
        summary="Process a profile again",
        request=shapes.Reprocess,
        responses={202: shapes.Profile},
    )
    def post(self, request: Request, profile_id: UUID) -> Response:
        """Queue it, with `without` (roles to leave out), `partial` (read a cut trace), `options`.

        Options that are not given stay as they were.
        """
        profile = profile_or_404(profile_id)
        body = _body(request)
        without, partial = body.get("without", []), body.get("partial", False)
        if not isinstance(without, list) or not set(map(str, without)) <= {"neff", "ntff"}:
            raise ValidationError({"without": ["A list of roles: neff, ntff."]})
        if not isinstance(partial, bool):
            raise ValidationError({"partial": ["true or false."]})
        options = body.get("options")
        if options is not None and not isinstance(options, dict):
            raise ValidationError({"options": ["An object is expected."]})
        profile_reprocess(profile, without=without, partial=partial, options=options)
        return Response(profile_document(profile_or_404(profile_id)), status=202)


class SampleView(APIView):
    """The sample profiles."""

    @extend_schema(
        summary="Open a sample profile",
        request=None,
        parameters=[
            OpenApiParameter(
                "which", str, enum=list(SAMPLES), description="A kernel, or a serving run."
            )
        ],
        responses=shapes.Profile,
    )
    def post(self, request: Request) -> Response:
        """Give a sample profile, made at the first call."""
        which = request.query_params.get("which", "attention")
        if which not in SAMPLES:
            raise ValidationError({"which": [f"One of {', '.join(SAMPLES)}."]})
        return Response(profile_document(profile_or_404(sample_open(which).pk)))


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationError({"body": ["An object is expected."]})
    return request.data
