"""Reads the JSON of the official tool: of a device, of a system, and its `summary-json`."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, NotThisFormat
from ingest_worker.formats.json_stream import JsonStream

Rows = list[dict[str, Any]]

SUMMARY = "summary"
MOST_TABLES = 500
_OF_A_PROFILE = re.compile(r"[ns]_[0-9A-Za-z_.-]{1,200}\Z")


def read_official(path: Path) -> Mapping[str, Rows]:
    """Table name to rows, all at once. Raises FormatError for a file that is no such document."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Malformed(
            "json.malformed", f"The file is not JSON: {error}.", file=path.name
        ) from error
    if not isinstance(document, dict) or not all(_is_table(v) for v in document.values()):
        raise NotThisFormat(
            "json.not_this_format", "The file is not a list of rows per table.", file=path.name
        )
    return document


def _is_table(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def official_rows(path: Path, most_bytes: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of the file with the name of its table, one after the other.

    Names ending the file's tables come in the order of the file. An object in place of a list is
    a table of one row; of a `summary-json` the rows are of the table `summary`. Raises Malformed
    after the rows before the damage, NotThisFormat for a file whose values are no tables.
    """
    try:
        with JsonStream(path, most_bytes, code="json.malformed", subject="The JSON text") as stream:
            if stream.sign() != "{":
                raise _not_tables(path.name)
            yield from _tables(stream, path.name)
    except FormatError as error:
        error.file = error.file or path.name
        raise


def _tables(stream: JsonStream, file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    count = 0
    while (name := stream.key()) is not None:
        count += 1
        if count > MOST_TABLES:
            text = f"The file holds more than {MOST_TABLES} tables."
            raise LimitExceeded("limit.records", text, stream.read_bytes)
        sign = stream.sign()
        if sign == "[":
            yield from _rows(stream, name, file)
        elif sign == "{":
            stream.back()
            row = stream.value()
            yield (SUMMARY if _OF_A_PROFILE.match(name) else name), row
        elif sign == "n":
            stream.back()
            stream.value()
        else:
            raise _not_tables(file)


def _rows(stream: JsonStream, name: str, file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    while stream.has_item():
        row = stream.value()
        if not isinstance(row, dict):
            raise _not_tables(file)
        yield name, row


def _not_tables(file: str) -> NotThisFormat:
    return NotThisFormat(
        "json.not_this_format", "The file is not a list of rows per table.", file=file
    )
