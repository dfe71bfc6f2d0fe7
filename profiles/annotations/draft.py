"""What a marker or region may hold: every value from outside is read and bounded here."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from profiles.refusal import Refused

COLOURS = ("blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey")
"""The nine hues of the timeline, as its tokens are called."""
MARKER, REGION = "marker", "region"
LONGEST_NAME = 80
LONGEST_NOTE = 1000
LONGEST_ROW = 200
LAST_NS = 2**53 - 1
"""The last time that a number of JavaScript holds exactly, 104 days after the zero."""
LARGEST_PART = 9_999
MOST_ANNOTATIONS = 1000
MOST_SETS = 50

_ROW = re.compile(r"[\w/.|:-]*\Z")
FIELDS = ("name", "start_ns", "end_ns", "colour", "note", "part", "row")


@dataclass(frozen=True)
class Draft:
    """A marker (without `end_ns`) or a region. Times are ns from the zero of the profile's part.

    `part` and `row` (a track's key) say what it was put on; without them it is of all the profile.
    """

    name: str
    start_ns: int
    end_ns: int | None = None
    colour: str = COLOURS[0]
    note: str = ""
    part: int | None = None
    row: str = ""

    @property
    def kind(self) -> str:
        """In one word: what has an end is a region."""
        return MARKER if self.end_ns is None else REGION

    def document(self) -> dict[str, Any]:
        """As plain data, the kind first."""
        return {"kind": self.kind, **asdict(self)}


def draft_in(given: Mapping[str, Any]) -> Draft:
    """What a request or a file says; what `given` has beyond the known fields counts for nothing.

    Raises Refused, naming every field that is wrong.
    """
    if not isinstance(given, Mapping):
        raise refused({"body": "An object is expected."})
    wrong: dict[str, str] = {}
    values = {"name": "", "start_ns": None, **{k: given[k] for k in FIELDS if k in given}}
    read: dict[str, Any] = {}
    for field, value in values.items():
        try:
            read[field] = _READERS[field](value)
        except ValueError as error:
            wrong[field] = str(error)
    if wrong:
        raise refused(wrong)
    draft = Draft(**read)
    if draft.end_ns is not None and draft.end_ns <= draft.start_ns:
        raise refused({"end_ns": "A region must end after its start."})
    if given.get("kind", draft.kind) != draft.kind:
        raise refused({"kind": "A marker has no end_ns, a region has one."})
    return draft


def changed(draft: Draft, changes: Mapping[str, Any]) -> Draft:
    """The draft with some fields changed. Raises Refused for what it has not and what is wrong."""
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        raise refused({field[:LONGEST_NAME]: "There is no such field." for field in unknown[:10]})
    return draft_in({**asdict(draft), **changes})


def sorted_drafts(drafts: list[Draft]) -> list[Draft]:
    """By time, a region before what begins with it; the order of lists and files."""
    return sorted(drafts, key=lambda one: (one.start_ns, -(one.end_ns or one.start_ns), one.name))


def at_entry(refusal: Refused, place: int) -> Refused:
    """The same refusal, told of the n-th entry (from 1) of a file."""
    fields = {f"{place}.{name}": text for name, text in (refusal.fields or {}).items()}
    said = "; ".join(f"{name}: {text}" for name, text in (refusal.fields or {}).items())
    return Refused("annotation.file", f"Entry {place} cannot be read. {said}", fields=fields)


def refused(fields: Mapping[str, str]) -> Refused:
    """What is wrong with which field."""
    said = " ".join(f"{name}: {text}" for name, text in fields.items())
    return Refused("annotation.invalid", said, fields=dict(fields))


def line_of(value: object, *, longest: int = LONGEST_NAME) -> str:
    """Text of one line: controls dropped, white space as single spaces. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("Text is expected.")
    _not_longer(value, longest * 4)  # before any work is done on it
    text = " ".join(_plain(value).split())
    if not text:
        raise ValueError("It must not be empty.")
    return _not_longer(text, longest)


def whole_of(value: object, *, least: int = 0, most: int = LAST_NS) -> int:
    """A whole number within bounds. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("A whole number is expected.")
    if not least <= value <= most:
        raise ValueError(f"A whole number from {least} to {most} is expected.")
    return value


def _note_of(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("Text is expected.")
    _not_longer(value, LONGEST_NOTE * 4)
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _not_longer("\n".join(_plain(line) for line in lines).strip(), LONGEST_NOTE)


def _row_of(value: object) -> str:
    if not isinstance(value, str) or not _ROW.match(value):
        raise ValueError("The key of a row is expected.")
    return _not_longer(value, LONGEST_ROW)


def _colour_of(value: object) -> str:
    if value not in COLOURS:
        raise ValueError(f"One of {', '.join(COLOURS)} is expected.")
    return str(value)


def _plain(text: str) -> str:
    """Without control characters other than white space, and with whole characters only."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(
        " " if one.isspace() else one
        for one in whole
        if one.isspace() or unicodedata.category(one) != "Cc"
    )


def _not_longer(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"It has {len(text)} characters; {most} are allowed.")
    return text


def _optional_whole(value: object, *, most: int = LAST_NS) -> int | None:
    return None if value is None else whole_of(value, most=most)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": line_of,
    "start_ns": whole_of,
    "end_ns": _optional_whole,
    "colour": _colour_of,
    "note": _note_of,
    "part": lambda value: _optional_whole(value, most=LARGEST_PART),
    "row": _row_of,
}
