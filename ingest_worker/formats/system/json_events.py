"""A Chrome trace as a stream: one event after the other, without holding the whole file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest_worker.formats.json_stream import JsonStream

_DECODER = json.JSONDecoder(parse_float=str)


class ChromeTrace:
    """Iterate for the events; `head` holds the other values of the file that were met so far.

    Numbers with a fraction are texts, so that no digit is lost. A damaged end raises Malformed
    after the events before it; `limit.bytes` for a file that unpacks to more than `most_bytes`.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.head: dict[str, Any] = {}
        self._path = path
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[dict[str, Any]]:
        stream = JsonStream(
            self._path,
            self._most_bytes,
            code="system.malformed",
            subject="The framework trace",
            decoder=_DECODER,
        )
        with stream:
            first = stream.sign()
            if first == "[":
                yield from _items(stream)
            elif first == "{":
                yield from self._members(stream)
            else:
                raise stream.wrong("does not begin like JSON")

    def _members(self, stream: JsonStream) -> Iterator[dict[str, Any]]:
        while (key := stream.key()) is not None:
            if key == "traceEvents":
                if stream.sign() == "[":
                    yield from _items(stream)
                    continue
                stream.back()
            self.head[key] = stream.value()


def _items(stream: JsonStream) -> Iterator[dict[str, Any]]:
    while stream.has_item():
        value = stream.value()
        if isinstance(value, dict):
            yield value
