"""The server of a workspace, asked by the command line on the same machine."""

import argparse
import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from explorer_site import upload
from explorer_site.export import StageBar
from explorer_site.serve.refusal import Refusal
from explorer_site.upload_content import UploadError

POLL_S = 0.3
SILENCE_S = 120.0
FINAL = frozenset({"PROCESSED", "FAILED"})


def sent_pair(port: int, neff: Path | None, ntffs: Sequence[Path], name: str) -> str:
    """The id of the profile that the server made of the files.

    Raises Refusal with the server's code.
    """
    parser = argparse.ArgumentParser()
    upload.add_options(parser)
    arguments = ["--endpoint", _endpoint(port), "--name", name]
    for flag, path in [*([("--neff", neff)] if neff else []), *(("--ntff", p) for p in ntffs)]:
        arguments += [flag, str(path)]
    try:
        page = upload.upload(parser.parse_args(arguments), upload.Screen(sys.stderr))
    except UploadError as error:
        raise Refusal(": ".join(filter(None, (error.code, error.message)))) from error
    return page.rstrip("/").rpartition("/")[2]


def final_documents(port: int, profile_id: str) -> Iterator[dict[str, Any]]:
    """A profile and then its device profiles as the API tells them, each once it has ended.

    Raises Refusal if the server falls silent.
    """
    server = upload.Server(_endpoint(port))
    yield _final(server, profile_id)
    for device in _devices(server, profile_id):
        yield _final(server, device)


def _endpoint(port: int) -> str:
    return f"http://localhost:{port}"


def _devices(server: upload.Server, profile_id: str) -> list[str]:
    """Ids of the device profiles, by name."""
    found: list[dict[str, Any]] = []
    path = f"api/v1/profiles/?parent={profile_id}&ordering=name"
    while path:
        page = _asked(server, path)
        found += page["results"]
        following = page.get("next")
        path = f"api/v1/profiles/?{urlsplit(following).query}" if following else ""
    return [str(one["id"]) for one in found]


def _final(server: upload.Server, profile_id: str) -> dict[str, Any]:
    document = _asked(server, f"api/v1/profiles/{profile_id}/")
    with StageBar(document["name"]) as bar:
        while document["status"] not in FINAL:
            stage = document["stage"] or {"name": "waiting", "done": 0, "total": 0}
            bar(stage["name"], stage["done"], stage["total"])
            time.sleep(POLL_S)
            document = _asked(server, f"api/v1/profiles/{profile_id}/")
    return document


def _asked(server: upload.Server, path: str) -> dict[str, Any]:
    """The server's answer; a server that restarts is given time."""
    latest = time.monotonic() + SILENCE_S
    while True:
        try:
            answer: dict[str, Any] = server.ask("GET", path)
        except UploadError as error:
            raise Refusal(": ".join(filter(None, (error.code, error.message)))) from error
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > latest:
                raise Refusal(f"The server no longer answers ({error}).") from error
            time.sleep(POLL_S)
        else:
            return answer
