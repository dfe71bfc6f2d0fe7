"""Files of a directory that its sender kept to itself: named with the upload, never received."""

import json
from typing import Any

from profiles.refusal import Refused

FIELD = "left_out"
MOST_LISTED = 1000
LONGEST_NAME = 1000
LARGEST = 1 << 62


def left_out_in(text: str) -> dict[str, Any]:
    """How many files were kept back, and the first of them as name and size. Raises Refused.

    Nothing for an empty text.
    """
    if not text.strip():
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused("What was left out is not JSON.") from error
    files = given.get("files") if isinstance(given, dict) else None
    if not isinstance(files, list) or len(files) > MOST_LISTED:
        raise _refused(f"files is a list of at most {MOST_LISTED} names with sizes.")
    listed = [_file(one) for one in files]
    count = given.get("count")
    if not _is_number(count) or count < len(listed):
        raise _refused("count says how many files were left out.")
    return {"count": count, "files": listed} if count else {}


def _file(given: Any) -> list[Any]:
    is_pair = isinstance(given, list) and len(given) == 2
    name, size = given if is_pair else ("", None)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not _is_number(size):
        raise _refused("A file that was left out is a name and a size.")
    return [name.encode("utf-8", "replace").decode().replace("\0", ""), size]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _refused(text: str) -> Refused:
    return Refused("request.malformed", text, fields={FIELD: text})
