"""Reads the answer that holds the tiles of a view, as the page does."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.http import HttpResponse

HEAD = struct.Struct("<HHI")
TILE, UNREADABLE, OUTSIDE, LEFT_OUT, END = range(5)


@dataclass(frozen=True)
class Frame:
    """What is said of the tile at a place of the question."""

    place: int
    said: int
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])

    @property
    def facts(self) -> dict[str, str]:
        found = pa.ipc.open_stream(self.body).schema.metadata or {}
        return {key.decode(): value.decode() for key, value in found.items()}

    @property
    def columns(self) -> dict[str, Any]:
        """The columns, starts summed up from their steps."""
        table = pa.ipc.open_stream(self.body).read_all()
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        step = columns.pop("start_step_ns").astype(np.int64)
        return {**columns, "start_ns": int(self.facts["origin_ns"]) + np.cumsum(step)}


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def frames_in(body: bytes) -> Iterator[Frame]:
    at = 0
    while at < len(body):
        place, said, size = HEAD.unpack_from(body, at)
        yield Frame(place, said, body[at + HEAD.size : at + HEAD.size + size])
        at += HEAD.size + size + -size % 8
    assert at == len(body)
