"""A tiny server that speaks just enough of the REST API to try the uploader against it."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PROFILE = re.compile(r"^/api/v1/profiles/([^/?]+)/$")


@dataclass
class Received:
    """One upload as it arrived."""

    key: str
    fields: dict[str, str]
    files: list[tuple[str, str, bytes]]


@dataclass
class FakeServer:
    """What the server does next, and what it got."""

    statuses: list[dict[str, Any]] = field(default_factory=lambda: [{"status": "PROCESSED"}])
    refusal: tuple[int, Any] | None = None
    drop_first: int = 0
    answer_before_body: bool = False
    others: list[dict[str, str]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    renamed: list[tuple[str, Any]] = field(default_factory=list)
    polls: int = 0
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def parse_form(content_type: str, body: bytes) -> tuple[dict[str, str], list[Any]]:
    """Fields and files of a multipart body, by the letter of RFC 7578."""
    boundary = content_type.partition("boundary=")[2].encode()
    fields: dict[str, str] = {}
    files = []
    assert body.endswith(b"--" + boundary + b"--\r\n")
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part[2:].partition(b"\r\n\r\n")
        assert value.endswith(b"\r\n")
        text = head.decode()
        name = re.search(r' name="([^"]*)"', text)
        filename = re.search(r' filename="([^"]*)"', text)
        assert name
        if filename:
            files.append((name[1], filename[1], value[:-2]))
        else:
            fields[name[1]] = value[:-2].decode()
    return fields, files


class Handler(http.server.BaseHTTPRequestHandler):
    """Does what `state` says."""

    protocol_version = "HTTP/1.1"
    state: FakeServer

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: Any) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def do_POST(self) -> None:
        if self.state.drop_first > 0:
            self.state.drop_first -= 1
            self.rfile.read(10)
            self.close_connection = True
            return
        if self.state.answer_before_body and self.state.refusal:
            self.answer(*self.state.refusal)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fields, files = parse_form(self.headers["Content-Type"], body)
        self.state.received.append(Received(self.headers["Idempotency-Key"], fields, files))
        if self.state.refusal:
            self.answer(*self.state.refusal)
            return
        self.answer(201, {"id": "abc", "status": "PENDING", "links": {"page": "/profiles/abc/"}})

    def do_GET(self) -> None:
        if PROFILE.match(self.path):
            facts = self.state.statuses[min(self.state.polls, len(self.state.statuses) - 1)]
            self.state.polls += 1
            self.answer(200, {"id": "abc", **facts})
        else:
            self.answer(200, {"results": self.state.others, "next": None})

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.renamed.append((self.path, body))
        self.answer(200, {})

    def do_DELETE(self) -> None:
        match = PROFILE.match(self.path)
        assert match
        self.state.deleted.append(match[1])
        self.answer(204, None)


@contextmanager
def fake_server(**behaviour: Any) -> Iterator[FakeServer]:
    """A running fake server."""
    state = FakeServer(**behaviour)
    handler = type("Bound", (Handler,), {"state": state})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()
