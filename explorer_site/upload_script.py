"""The page /upload.py: the uploader as one file, told which server it came from."""

import json
import re
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from explorer_site import upload, upload_content

FUTURE = "from __future__ import annotations\n"
IMPORTED = re.compile(r"from explorer_site\.upload_content import \([^)]*\)")
UNTOLD = "SERVER: str | None = None"


@cache
def one_file() -> str:
    """The uploader with what it imports of ours put in the place of the import."""
    script, content = (
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (upload, upload_content)
    )
    body = content.partition(FUTURE)[2].strip()
    return IMPORTED.sub(lambda _: body, script, count=1)


@require_safe
def upload_script(request: HttpRequest) -> HttpResponse:
    """The script with this server's address in it.

    `get_host` has checked the Host against the allowed ones, and a JSON string is a Python string
    too, so nothing of a request can become code.
    """
    address = json.dumps(f"{request.scheme}://{request.get_host()}")
    body = one_file().replace(UNTOLD, f"SERVER: str | None = {address}", 1)
    response = HttpResponse(body, content_type="text/x-python; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = 'inline; filename="upload.py"'
    return response
