"""Every error of the API in one shape."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from profiles.error_codes import ErrorCode, error_code
from profiles.refusal import Refused
from profiles.storage.tables import RunMissingError

logger = logging.getLogger(__name__)


def document(
    entry: ErrorCode, detail: str, request_id: str, fields: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The body of an error answer."""
    error = {
        "code": entry.code,
        "title": entry.title,
        "detail": detail,
        "hint": entry.hint,
        "fields": fields,
        "request_id": request_id,
    }
    return {"error": error}


def request_id_of(request: Any) -> str:
    """The id the middleware gave the request."""
    return str(getattr(request, "META", {}).get("explorer.request_id", ""))


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler."""
    entry, detail, fields = _reading(error)
    if entry.status >= 500 and not isinstance(error, Refused):
        logger.error("the API could not answer", exc_info=error)
    body = document(entry, detail, request_id_of(context.get("request")), fields)
    return Response(body, status=entry.status, content_type="application/json")


def _reading(error: Exception) -> tuple[ErrorCode, str, dict[str, Any] | None]:
    if isinstance(error, Refused):
        return error.entry, error.detail, error.fields
    if isinstance(error, RunMissingError):
        return _plain("run.gone")
    if isinstance(error, Http404 | exceptions.NotFound):
        return _plain("request.not_found")
    if isinstance(error, exceptions.MethodNotAllowed):
        return _plain("request.method")
    if isinstance(error, exceptions.ValidationError):
        entry = error_code("request.malformed")
        fields = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
        return entry, f"{entry.title}.", dict(fields)
    if isinstance(error, exceptions.APIException | PermissionDenied):
        entry = error_code("request.malformed")
        return entry, str(getattr(error, "detail", entry.title)), None
    return _plain("server.fault")


def _plain(code: str) -> tuple[ErrorCode, str, None]:
    entry = error_code(code)
    return entry, f"{entry.title}.", None


def not_found(request: HttpRequest) -> JsonResponse:
    """An address under /api/ that leads nowhere."""
    entry = error_code("request.not_found")
    body = document(entry, f"{entry.title}.", request_id_of(request))
    return JsonResponse(body, status=entry.status)
