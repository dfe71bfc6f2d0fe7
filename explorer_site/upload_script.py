"""The page /upload.py: the one-file uploader, told which server it came from."""

import json
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from explorer_site import upload

UNTOLD = "SERVER: str | None = None"


@cache
def _script() -> str:
    return Path(upload.__file__).read_text(encoding="utf-8")


@require_safe
def upload_script(request: HttpRequest) -> HttpResponse:
    """The script with this server's address in it.

    `get_host` has checked the Host against the allowed ones, and a JSON string is a Python string
    too, so nothing of a request can become code.
    """
    address = json.dumps(f"{request.scheme}://{request.get_host()}")
    body = _script().replace(UNTOLD, f"SERVER: str | None = {address}", 1)
    response = HttpResponse(body, content_type="text/x-python; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = 'inline; filename="upload.py"'
    return response
