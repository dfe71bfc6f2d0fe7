"""Runs and sources of a profile."""

from pathlib import Path
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.api import shapes
from profiles.api.profiles import profile_or_404
from profiles.api.ranges import ranged_file
from profiles.models import SourceFile
from profiles.presentation import profile_links, run_document
from profiles.stores import source_path

OCTETS = "application/octet-stream"


class RunListView(APIView):
    """Attempts to process a profile."""

    @extend_schema(summary="List runs", responses=shapes.Run(many=True))
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """All runs, newest first, with how they ended and their logs."""
        return Response([run_document(run) for run in profile_or_404(profile_id).runs.all()])


class SourceListView(APIView):
    """The uploaded files."""

    @extend_schema(summary="List source files", responses=shapes.Source(many=True))
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """Files with sizes and hashes."""
        profile = profile_or_404(profile_id)
        here = profile_links(profile)["sources"]
        return Response(
            [
                {
                    "id": source.pk,
                    "role": source.role,
                    "ordinal": source.ordinal,
                    "name": source.name,
                    "size_bytes": source.size_bytes,
                    "sha256": source.sha256,
                    "file": f"{here}{source.pk}/file",
                }
                for source in profile.sources.all()
            ]
        )


class IgnoredListView(APIView):
    """Files of a capture directory that are not read."""

    @extend_schema(summary="List ignored files", responses=shapes.IgnoredFiles)
    def get(self, request: Request, profile_id: UUID) -> Response:  # noqa: ARG002
        """How many there are, and the first thousand by name; a sender may have kept them."""
        capture = profile_or_404(profile_id).capture
        return Response(
            {
                "total": capture.get("ignored_count", 0),
                "files": [
                    {"name": name, "size_bytes": size} for name, size in capture.get("ignored", ())
                ],
            }
        )


class SourceFileView(APIView):
    """One uploaded file."""

    @extend_schema(
        summary="Download a source file", responses={(200, OCTETS): bytes, (206, OCTETS): bytes}
    )
    def get(self, request: Request, profile_id: UUID, source_id: int) -> HttpResponseBase:
        """The bytes as they came, as an attachment; ranges are honoured."""
        source = get_object_or_404(SourceFile, pk=source_id, profile_id=profile_id)
        path = source_path(source)
        name = source.name.rpartition("/")[2]
        return ranged_file(request._request, path, name, OCTETS, source.sha256 or _tag(path))


def _tag(path: Path) -> str:
    """What a file that was left where it is may be known by: when it was written."""
    try:
        facts = path.stat()
    except OSError as error:
        raise Http404 from error
    return f"{facts.st_size}-{facts.st_mtime_ns}"
