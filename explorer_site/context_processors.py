"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The version of the program and the address the page was asked under."""
    return {
        "explorer_version": settings.EXPLORER_VERSION,
        "origin": f"{request.scheme}://{request.get_host()}",
    }
