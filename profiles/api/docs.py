"""The API's page for people, made from the OpenAPI document by our own template."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

_METHODS = ("get", "post", "patch", "delete")


@cache
def operations() -> tuple[dict[str, Any], ...]:
    """Every operation: method, path, summary, description, parameters, answers."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return tuple(
        {"path": path, "method": method.upper(), **item[method]}
        for path, item in sorted(document["paths"].items())
        for method in _METHODS
        if method in item
    )


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters and answers."""
    return render(request, "profiles/api.html", {"operations": operations()})
