"""Reads the complete decoded output of the official tool, one JSON document a trace."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest_worker.formats.errors import Malformed, NotThisFormat

Rows = list[dict[str, Any]]


def read_official(path: Path) -> Mapping[str, Rows]:
    """Table name to rows. Raises FormatError for a file that is not such a document."""
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
