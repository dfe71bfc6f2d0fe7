"""Every request: an id, the headers that fence a page in, and no orders from elsewhere."""

import re
import secrets
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse

from explorer_site.logs import log_context
from explorer_site.templatetags.modules import import_map_hash

Answer = Callable[[HttpRequest], HttpResponse]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"", "same-origin", "none"})
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{4,64}\Z")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestId:
    """Gives each request an id, in the logs and in the answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id as `X-Request-Id`."""
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(6)
        request.META["explorer.request_id"] = request_id
        with log_context(request=request_id):
            response = self._answer(request)
        response["X-Request-Id"] = request_id
        return response


class SecurityHeaders:
    """The fixed headers, and the import map's hash for the content security policy."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers on it, whatever the answer is."""
        response = self._answer(request)
        for name, value in _HEADERS.items():
            response[name] = value
        response._csp_update = {"script-src": [import_map_hash()]}  # type: ignore[attr-defined]
        return response


class SameOrigin:
    """Refuses a Host that is not ours and any change ordered by another site's page.

    The first stops a name that is pointed at this machine later (DNS rebinding). The second stands
    where a CSRF token would: browsers say where a request comes from, scripts say nothing.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse with 400 or 403."""
        try:
            host = request.get_host()
        except DisallowedHost:
            return _refusal(
                request,
                400,
                "request.host_refused",
                "This server does not answer under that name",
                "Use localhost, or add the name to ALLOWED_NAMES.",
            )
        if request.method not in _SAFE_METHODS and not _is_own(request, host):
            return _refusal(
                request,
                403,
                "request.cross_site",
                "A page of another site may not change anything here",
                "Send the request from the server's own pages or from a script.",
            )
        return self._answer(request)


def _is_own(request: HttpRequest, host: str) -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "")
    return site in _OWN_SITES and origin in (None, f"{request.scheme}://{host}")


def _refusal(request: HttpRequest, status: int, code: str, title: str, hint: str) -> JsonResponse:
    error = {
        "code": code,
        "title": title,
        "detail": title + ".",
        "hint": hint,
        "fields": None,
        "request_id": request.META.get("explorer.request_id", ""),
    }
    return JsonResponse({"error": error}, status=status)
