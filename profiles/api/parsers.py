"""Bodies of requests."""

import io
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser

from profiles.annotations.exchange import MOST_BYTES
from profiles.refusal import Refused

MOST_SMALL_BYTES = 64 << 10


class JsonBody(JSONParser):
    """JSON, nested no deeper than it can be read."""

    most_bytes: ClassVar[int | None] = None
    """None leaves it to the server's bound for every request."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises ParseError, or Refused for a body that is too large."""
        body = stream
        if self.most_bytes is not None:
            body = io.BytesIO(bytes_within(stream, self.most_bytes))
        try:
            return super().parse(body, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


class SmallJson(JsonBody):
    """JSON of a marker's size."""

    most_bytes = MOST_SMALL_BYTES


class WholeFile(BaseParser):
    """A file of markers and regions as the body, whatever type the sender gives it."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Its bytes. Raises Refused for too many."""
        return bytes_within(stream, MOST_BYTES)


def bytes_within(stream: IO[Any], most: int) -> bytes:
    """All of a body. Raises Refused if there is more than `most`."""
    data: bytes = stream.read(most + 1)
    if len(data) > most:
        raise Refused("request.too_large", f"At most {most:,} bytes are taken here.")
    return data
