"""Every error of the API in one shape."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from profiles.error_codes import ErrorCode, error_code
from profiles.refusal import Refused
from profiles.storage.tables import RunMissingError

logger = logging.getLogger(__name__)

_CODES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (RunMissingError, "run.gone"),
    ((Http404, exceptions.NotFound), "request.not_found"),
    (exceptions.MethodNotAllowed, "request.method"),
    (RequestDataTooBig, "request.too_large"),
    ((SuspiciousOperation, UnreadablePostError, PermissionDenied), "request.malformed"),
)


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


def plain_answer(request: HttpRequest, code: str) -> JsonResponse:
    """An error answer from outside the API's views."""
    entry = error_code(code)
    body = document(entry, f"{entry.title}.", request_id_of(request))
    return JsonResponse(body, status=entry.status)


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler."""
    entry, detail, fields = _reading(error)
    if entry.code == "server.fault":
        logger.error("the API could not answer", exc_info=error)
    body = document(entry, detail, request_id_of(context.get("request")), fields)
    return Response(body, status=entry.status, content_type="application/json")


def _reading(error: Exception) -> tuple[ErrorCode, str, dict[str, Any] | None]:
    if isinstance(error, Refused):
        return error.entry, error.detail, error.fields
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            entry = error_code(code)
            return entry, f"{entry.title}.", None
    if isinstance(error, exceptions.APIException):
        return _malformed(error)
    entry = error_code("server.fault")
    return entry, f"{entry.title}.", None


def _malformed(error: exceptions.APIException) -> tuple[ErrorCode, str, dict[str, Any] | None]:
    entry = error_code("request.malformed")
    if not isinstance(error, exceptions.ValidationError):
        return entry, str(error.detail), None
    fields = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
    return entry, f"{entry.title}.", dict(fields)
