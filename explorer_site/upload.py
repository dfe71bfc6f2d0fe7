#!/usr/bin/env python3
"""Send a pair or a capture directory to a Neuron Explorer server; Python 3.8 or newer alone."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
import uuid
from pathlib import Path
from typing import IO, Any, Callable, Iterator, Union
from urllib.parse import urlencode, urljoin, urlsplit

from explorer_site.upload_content import (
    EXIT_FAILED,
    EXIT_USAGE,
    DirectoryContent,
    FileContent,
    UploadError,
    size_text,
)

SERVER: str | None = None  # the copy served at /upload.py carries its server's address here
DEFAULT_SERVER = "http://localhost:3001"
NAMESPACE = "global"
Content = Union[FileContent, DirectoryContent]

LONGEST_NAME = 150
TIMEOUT_S = 120.0
TRIES = 3
FIRST_POLL_S = 0.2
LONGEST_POLL_S = 2.0
SILENCE_S = 120.0

EXIT_OK = 0


class Screen:
    """Progress for people: one line redrawn on a terminal, plain lines elsewhere."""

    PLAIN_EVERY_S = 5.0

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._last_at = time.monotonic()
        self._last_text = ""
        self._width = 0

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self._wipe()
        self._stream.write(text + "\n")
        self._stream.flush()

    def passing(self, text: str, *, important: bool = False) -> None:
        """Show a state that the next one replaces; elsewhere now and then as a line."""
        now = time.monotonic()
        every_s = 0.1 if self._is_terminal else self.PLAIN_EVERY_S
        if text == self._last_text or not (important or now - self._last_at >= every_s):
            return
        self._last_at, self._last_text = now, text
        if self._is_terminal:
            self._wipe()
            self._stream.write(text)
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _wipe(self) -> None:
        if self._is_terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._width = 0


class Meter:
    """How much has been sent, how fast, and how long it still takes."""

    def __init__(self, total_bytes: int, screen: Screen) -> None:
        self.total_bytes = total_bytes
        self.sent_bytes = 0
        self._total = size_text(total_bytes)
        self._screen = screen
        self._started_at = time.monotonic()

    def add(self, size_bytes: int) -> None:
        """Count sent bytes and show them."""
        self.sent_bytes += size_bytes
        elapsed_s = max(time.monotonic() - self._started_at, 1e-3)
        rate = self.sent_bytes / elapsed_s
        left_s = (self.total_bytes - self.sent_bytes) / rate if rate else 0.0
        percent = 100 * self.sent_bytes // max(1, self.total_bytes)
        self._screen.passing(
            "Sending %3d %%  %s of %s" % (percent, size_text(self.sent_bytes), self._total)
            + "  %s/s  %d:%02d left" % (size_text(rate), left_s // 60, left_s % 60),
            important=self.sent_bytes == self.total_bytes,
        )


class Form:
    """A multipart form whose files are read piece by piece while they are sent."""

    def __init__(self, fields: list[tuple[str, str]], files: list[tuple[str, Content]]) -> None:
        """`files` pairs a field's name with what is sent in it."""
        self.boundary = uuid.uuid4().hex
        self._parts = [(self._head(name), value.encode()) for name, value in fields]
        self._files = [(self._head(name, content.name), content) for name, content in files]
        self._end = ("--%s--\r\n" % self.boundary).encode()

    def _head(self, name: str, filename: str | None = None) -> bytes:
        head = '--%s\r\nContent-Disposition: form-data; name="%s"' % (self.boundary, name)
        if filename is not None:
            safe = filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            head += '; filename="%s"\r\nContent-Type: application/octet-stream' % safe
        return (head + "\r\n\r\n").encode("utf-8", "surrogateescape")

    @property
    def size_bytes(self) -> int:
        """The body's exact length."""
        texts = sum(len(head) + len(value) + 2 for head, value in self._parts)
        files = sum(len(head) + content.size_bytes + 2 for head, content in self._files)
        return texts + files + len(self._end)

    def pieces(self) -> Iterator[bytes]:
        """The body in bounded pieces. Raises UploadError if a file changes meanwhile."""
        for head, value in self._parts:
            yield head + value + b"\r\n"
        for head, content in self._files:
            yield head
            yield from content.pieces()
            yield b"\r\n"
        yield self._end


class Server:
    """A server's REST API."""

    def __init__(self, endpoint: str) -> None:
        """Raises UploadError if `endpoint` is no http or https address."""
        self.endpoint = endpoint.rstrip("/") + "/"
        self._parts = urlsplit(self.endpoint)
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise UploadError(
                "%s is not a server's address, such as http://localhost:3001." % endpoint,
                exit_code=EXIT_USAGE,
            )

    def address(self, path: str) -> str:
        """The full address of a path that the server named."""
        return urljoin(self.endpoint, path)

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_S)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a small request; returns the JSON answer, None if empty."""
        connection = self._connect()
        try:
            headers = {"Accept": "application/json", "Content-Type": "application/json"}
            data = None if body is None else json.dumps(body)
            connection.request(method, self._parts.path + path, body=data, headers=headers)
            return _answer(connection)
        finally:
            connection.close()

    def send(self, form: Form, key: str, sent: Callable[[int], None]) -> Any:
        """Send the form; `sent` is told the size of each piece. Returns the JSON answer."""
        connection = self._connect()
        try:
            connection.putrequest("POST", self._parts.path + "api/v1/profiles/")
            connection.putheader("Accept", "application/json")
            connection.putheader("Content-Type", "multipart/form-data; boundary=%s" % form.boundary)
            connection.putheader("Content-Length", str(form.size_bytes))
            connection.putheader("Idempotency-Key", key)
            connection.endheaders()
            self._stream(connection, form, sent)
            return _answer(connection)
        finally:
            connection.close()

    def _stream(
        self, connection: http.client.HTTPConnection, form: Form, sent: Callable[[int], None]
    ) -> None:
        for piece in form.pieces():
            try:
                connection.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                # A server that refuses early answers and closes; its answer says why.
                return
            sent(len(piece))


def _answer(connection: http.client.HTTPConnection) -> Any:
    response = connection.getresponse()
    text = response.read()
    try:
        answer = json.loads(text or b"null")
    except ValueError:
        answer = None
    if response.status >= 400:
        raise _refusal(response.status, answer)
    return answer


def _refusal(status: int, answer: Any) -> UploadError:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return UploadError("The server answered %d." % status, "http.%d" % status)
    said = [error.get("title"), error.get("detail"), error.get("hint")]
    return UploadError(" ".join(str(text) for text in said if text), str(error.get("code", "")))


def send_with_retries(server: Server, form: Form, screen: Screen) -> Any:
    """Send the form, again if the connection breaks; the key makes two arrivals one profile."""
    key = str(uuid.uuid4())
    for attempt in range(1, TRIES + 1):
        meter = Meter(form.size_bytes, screen)
        try:
            return server.send(form, key, meter.add)
        except (OSError, http.client.HTTPException) as error:
            if attempt == TRIES:
                raise UploadError(
                    "%s cannot be reached (%s)." % (server.endpoint, error or type(error).__name__)
                ) from error
            screen.line("The connection broke (%s); trying again." % (error or "closed"))
            time.sleep(attempt)
    raise AssertionError("unreachable")


def wait_until_processed(server: Server, profile_id: str, screen: Screen) -> None:
    """Poll until the profile is PROCESSED. Raises UploadError with the code if it FAILED."""
    pause_s = FIRST_POLL_S
    heard_at = time.monotonic()
    while True:
        try:
            profile = server.ask("GET", "api/v1/profiles/%s/" % profile_id)
            heard_at = time.monotonic()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() - heard_at > SILENCE_S:
                raise UploadError("The server no longer answers (%s)." % error) from error
            profile = None
        if profile is not None and _is_finished(profile, screen):
            return
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.3, LONGEST_POLL_S)


def _is_finished(profile: Any, screen: Screen) -> bool:
    status = profile.get("status")
    if status == "PROCESSED":
        return True
    if status == "FAILED":
        failure = profile.get("failure") or {}
        said = [failure.get("message") or failure.get("title"), failure.get("hint")]
        raise UploadError(
            " ".join(str(text) for text in said if text) or "Processing failed.",
            str(failure.get("code") or "failed"),
        )
    stage = profile.get("stage") or {}
    done, total = stage.get("done") or 0, stage.get("total") or 0
    share = "  %d %%" % (100 * done // total) if total else ""
    screen.passing("%s  %s%s" % (status, stage.get("name") or "waiting", share))
    return False


def same_name(server: Server, name: str, keep: str) -> list[str]:
    """Ids of the other profiles called exactly `name`."""
    found = []
    path = "api/v1/profiles/?" + urlencode({"search": name})
    while path:
        page = server.ask("GET", path)
        found += [p["id"] for p in page["results"] if p["name"] == name and p["id"] != keep]
        following = page.get("next")
        path = "api/v1/profiles/?" + urlsplit(following).query if following else ""
    return found


def delete_others(server: Server, name: str, keep: str, screen: Screen) -> None:
    """Delete the other profiles called `name`; their folder's name becomes free."""
    others = same_name(server, name, keep)
    for profile_id in others:
        server.ask("DELETE", "api/v1/profiles/%s/" % profile_id)
        screen.line("Deleted the earlier profile %s." % profile_id)
    if others:
        server.ask("PATCH", "api/v1/profiles/%s/" % keep, {"name": name})


def upload(options: argparse.Namespace, screen: Screen) -> str:
    """Do what the options say; the profile's page. Raises UploadError."""
    files = [("neff", Path(path)) for path in options.neff]
    files += [("ntff", Path(path)) for path in options.ntff]
    files += [("official", Path(path)) for path in options.official]
    check(options, files)
    contents: list[tuple[str, Content]] = [(role, FileContent(path)) for role, path in files]
    if options.directory:
        contents.append(("directory", DirectoryContent(Path(options.directory))))
    name = options.name or contents[-1][1].name.rpartition(".")[0][:LONGEST_NAME]
    server = Server(options.endpoint)
    accepted = send_with_retries(server, Form([("name", name)], contents), screen)
    profile_id = str(accepted["id"])
    links = accepted.get("links") or {}
    # A server without pages has none of the profile; the API's document of it is there.
    page = links.get("page") or links.get("self") or "profiles/%s/" % profile_id
    screen.line("Uploaded; %s" % accepted.get("status", "PENDING"))
    if options.wait:
        wait_until_processed(server, profile_id, screen)
        screen.line("PROCESSED")
    if options.overwrite:
        delete_others(server, name, profile_id, screen)
    return server.address(page)


def check(options: argparse.Namespace, files: list[tuple[str, Path]]) -> None:
    """Raises UploadError for what can be seen before anything is sent."""
    if bool(files) == bool(options.directory):
        raise UploadError(
            "Give a file with --neff, --ntff or --official, or a directory with -d.",
            exit_code=EXIT_USAGE,
        )
    if options.directory and not Path(options.directory).is_dir():
        raise UploadError("%s is not a directory." % options.directory, exit_code=EXIT_USAGE)
    if len(options.neff) > 1:
        raise UploadError("A profile has one NEFF; give --neff once.", exit_code=EXIT_USAGE)
    if options.namespace != NAMESPACE:
        raise UploadError(
            "There is no namespace %s on this server; the only one is %s."
            % (options.namespace, NAMESPACE),
            exit_code=EXIT_USAGE,
        )
    for _, path in files:
        try:
            path.open("rb").close()
        except OSError as error:
            raise UploadError(
                "%s cannot be read (%s)." % (path, error.strerror or error), exit_code=EXIT_USAGE
            ) from error


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options to a parser."""
    parser.add_argument("--neff", action="append", default=[], metavar="FILE")
    parser.add_argument(
        "--ntff", action="append", default=[], metavar="FILE", help="may be given several times"
    )
    parser.add_argument(
        *("-d", "--profile-directory", "--session-dir"),
        dest="directory",
        metavar="DIR",
        help="a capture directory or a folder of tables, sent as an archive made on the way",
    )
    parser.add_argument(
        "--official", action="append", default=[], metavar="FILE", help="the official tool's JSON"
    )
    parser.add_argument("--name", default="", help="the profile's name (default: the file's)")
    parser.add_argument(
        "--wait", action="store_true", help="exit 0 only when the profile is PROCESSED"
    )
    parser.add_argument("--endpoint", default=SERVER or DEFAULT_SERVER, help="default: %(default)s")
    parser.add_argument("--namespace", default=NAMESPACE, help="default: %(default)s")
    parser.add_argument(
        "--overwrite", action="store_true", help="delete earlier profiles of the same name"
    )


def run(options: argparse.Namespace) -> int:
    """Upload as the parsed options say. Returns the exit code."""
    screen = Screen(sys.stderr)
    try:
        sys.stdout.write(upload(options, screen) + "\n")
    except UploadError as error:
        screen.line((error.code + ": " if error.code else "") + error.message)
        return error.exit_code
    except (OSError, http.client.HTTPException) as error:
        screen.line("The server cannot be reached (%s)." % error)
        return EXIT_FAILED
    except KeyboardInterrupt:
        screen.line("Stopped.")
        return 130
    return EXIT_OK


def main() -> int:
    """The command line of the file when it is run by itself."""
    parser = argparse.ArgumentParser(prog="upload.py", description=__doc__)
    add_options(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
