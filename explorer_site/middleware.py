"""Every request: an id, the headers that fence a page in, and no orders from elsewhere."""

import re
import secrets
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from explorer_site.logs import log_context
from explorer_site.templatetags.modules import import_map_hash
from profiles.api.errors import plain_answer

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


class ContentPolicy(CSPMiddleware):
    """The content security policy of the settings with the import map's hash, in a fixed order."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header; the package leaves the order of directives to chance."""
        response._csp_update = {"script-src": [import_map_hash()]}  # type: ignore[attr-defined]
        response = super().process_response(request, response)
        order = list(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        parts = response.get(HEADER, "").split("; ")
        if parts != [""]:
            response[HEADER] = "; ".join(sorted(parts, key=lambda p: order.index(p.split()[0])))
        return response


class SecurityHeaders:
    """The fixed headers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers on it, whatever the answer is."""
        response = self._answer(request)
        for name, value in _HEADERS.items():
            response[name] = value
        if settings.PERFETTO_UI:
            # A page of another origin that this one opens is to get its trace as a message.
            response["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
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
            return plain_answer(request, "request.host_refused")
        if request.method not in _SAFE_METHODS and not _is_own(request, host):
            return plain_answer(request, "request.cross_site")
        return self._answer(request)


def _is_own(request: HttpRequest, host: str) -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "")
    return site in _OWN_SITES and origin in (None, f"{request.scheme}://{host}")
