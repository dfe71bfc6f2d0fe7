"""Saved sets of markers and regions."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.annotations.documents import set_document, set_documents
from profiles.annotations.sets import set_change, set_delete, set_found, set_load, set_save
from profiles.api import annotation_shapes as shapes
from profiles.api.annotations import VERSION, body_of, counter, mode_and_revision
from profiles.api.parsers import SmallJson
from profiles.models import Profile


class AnnotationSetListView(APIView):
    """All sets of a profile."""

    parser_classes = (SmallJson,)

    @extend_schema(
        summary="List saved sets",
        operation_id="annotation_sets_list",
        responses=shapes.AnnotationSet(many=True),
    )
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """By name."""
        get_object_or_404(Profile, pk=profile_id)
        return Response(set_documents(profile_id))

    @extend_schema(
        summary="Save a set", request=shapes.SetName, responses={201: shapes.AnnotationSet}
    )
    def post(self, request: Request, profile_id: UUID) -> Response:
        """Keep the markers and regions that are there under a name; 409 if it is taken."""
        made = set_save(profile_id, name=body_of(request).get("name"))
        return Response(set_document(made), status=201)


class AnnotationSetView(APIView):
    """One set."""

    parser_classes = (SmallJson,)

    @extend_schema(summary="Read a saved set", responses=shapes.AnnotationSet)
    def get(self, request: Request, profile_id: UUID, set_id: UUID) -> Response:  # noqa: ARG002
        """Its name and how many it holds; what it holds, the export with `set` gives."""
        return Response(set_document(set_found(profile_id, set_id)))

    @extend_schema(
        summary="Rename a set or save over it",
        request=shapes.SetChange,
        responses=shapes.AnnotationSet,
    )
    def patch(self, request: Request, profile_id: UUID, set_id: UUID) -> Response:
        """With a version that is not the last, 409 with `fields.current`."""
        body = body_of(request)
        is_saved_over = body.get("save_over", False)
        if not isinstance(is_saved_over, bool):
            raise ValidationError({"save_over": ["true or false."]})
        done = set_change(
            profile_id,
            set_id,
            version=counter(body.get("version"), "version"),
            name=body.get("name"),
            is_saved_over=is_saved_over,
        )
        return Response(set_document(done))

    @extend_schema(summary="Delete a saved set", parameters=[VERSION], responses={204: None})
    def delete(self, request: Request, profile_id: UUID, set_id: UUID) -> Response:
        """What was loaded from it stays."""
        version = counter(request.query_params.get("version"), "version")
        set_delete(profile_id, set_id, version=version)
        return Response(status=204)


class AnnotationSetLoadView(APIView):
    """A set, brought back."""

    parser_classes = (SmallJson,)

    @extend_schema(summary="Load a saved set", request=shapes.SetLoad, responses=shapes.BroughtIn)
    def post(self, request: Request, profile_id: UUID, set_id: UUID) -> Response:
        """Beside what is there, or instead of it if nothing has changed since the revision."""
        mode, revision = mode_and_revision(body_of(request))
        return Response(set_load(profile_id, set_id, mode=mode, revision=revision))
