"""The official tool's output formats, each as pieces of one file."""

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ingest_worker.exports.official_json import json_pieces
from ingest_worker.exports.official_summary import EVENTS, summary_json, summary_text
from ingest_worker.exports.official_system import system_pieces
from profiles.storage.layout import part_folder
from profiles.storage.tables import ReadableRun

PIECE_BYTES = 1 << 20
PRETTY = 4


@dataclass(frozen=True)
class Output:
    """A format: the ending of its files, their media type, and how a run becomes pieces."""

    ending: str
    media: str
    pieces: Callable[[ReadableRun, int, int | None], Iterator[bytes]]


def _json(run: ReadableRun, part: int, indent: int | None) -> Iterator[bytes]:
    if run.manifest.table(EVENTS) is not None:
        return system_pieces(run, indent=indent)
    return json_pieces(run, part, indent=indent)


def _summary_json(run: ReadableRun, _part: int, indent: int | None) -> Iterator[bytes]:
    yield summary_json(run, indent=indent).encode()


def _summary_text(run: ReadableRun, _part: int, _indent: int | None) -> Iterator[bytes]:
    yield summary_text(run).encode()


def _parquet(run: ReadableRun, _part: int, _indent: int | None) -> Iterator[bytes]:
    """A tar of the tables as the official tool lays them out, made while it is sent.

    The first part lies at the root, others in `parts/<n>`.
    """
    for entry in run.manifest.tables:
        path = run.table_path(entry.name, entry.part)
        folder = f"{part_folder(entry.part)}/" if entry.part else ""
        head = tarfile.TarInfo(f"{folder}{entry.name}.parquet")
        head.size = path.stat().st_size
        yield head.tobuf(tarfile.PAX_FORMAT)
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
        yield bytes(-head.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


OUTPUTS: Mapping[str, Output] = MappingProxyType(
    {
        "json": Output("json", "application/json", _json),
        "summary-json": Output("summary.json", "application/json", _summary_json),
        "summary-text": Output("summary.txt", "text/plain; charset=utf-8", _summary_text),
        "parquet": Output("tar", "application/x-tar", _parquet),
    }
)


def output_pieces(run: ReadableRun, name: str, part: int = 0) -> tuple[Output, Iterator[bytes]]:
    """A run in one of the formats. Raises KeyError for another name."""
    output = OUTPUTS[name]
    return output, output.pieces(run, part, None)


def output_text(run: ReadableRun, name: str, part: int = 0, *, is_pretty: bool = False) -> str:
    """A whole output as text: for what is small."""
    buffer = io.BytesIO()
    for piece in OUTPUTS[name].pieces(run, part, PRETTY if is_pretty else None):
        buffer.write(piece)
    return buffer.getvalue().decode()
