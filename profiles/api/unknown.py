"""Addresses under the API that lead nowhere."""

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from profiles.refusal import Refused


class UnknownView(APIView):
    """Whatever no other address matches."""

    @extend_schema(exclude=True)
    def get(self, request: Request, **_: object) -> HttpResponse:
        """To the same address with a slash at its end, if there is one; else 404."""
        if _leads_somewhere(f"{request.path_info}/"):
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{request.path}/{query and '?'}{query}")
        raise Refused("request.not_found")

    @extend_schema(exclude=True)
    def post(self, request: Request, **_: object) -> HttpResponse:
        """404 in the API's own shape; a body is not sent twice."""
        if _leads_somewhere(f"{request.path_info}/"):
            raise Refused("request.not_found", "The address needs a slash at its end.")
        raise Refused("request.not_found")

    put = patch = delete = post


def _leads_somewhere(path: str) -> bool:
    """Whether something other than this view answers at `path`, which this view matches too."""
    return getattr(resolve(path).func, "view_class", None) is not UnknownView
