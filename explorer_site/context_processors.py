"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The program's version, the address of the page, and Perfetto's if it may be opened."""
    return {
        "explorer_version": settings.EXPLORER_VERSION,
        "perfetto_ui": settings.PERFETTO_UI,
        "origin": f"{request.scheme}://{request.get_host()}",
    }
