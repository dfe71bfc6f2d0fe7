"""The call stacks of the framework program, interned once a NEFF (container notes, section 4.1).

All ids are 1-based; a frame whose parent is 0 is the outermost call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.debug_wire import PLAIN, Splitter

_INDEX = 6
_FILE, _FUNCTION, _LOCATION, _FRAME = 1, 2, 3, 4


@dataclass(frozen=True)
class Location:
    """A line of a function in a file, by the 1-based ids of both."""

    file: int
    function: int
    line: int


@dataclass(frozen=True)
class Frame:
    """A call: where it is, and the frame that made it (0 for none)."""

    location: int
    parent: int


@dataclass(frozen=True)
class StackFrames:
    """The four lists of the index; entry i has the id i + 1."""

    files: Sequence[str] = ()
    functions: Sequence[str] = ()
    locations: Sequence[Location] = ()
    frames: Sequence[Frame] = ()


@dataclass
class _Draft:
    files: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


def read_stack_frames(member: str, data: bytes, limits: Limits) -> StackFrames:
    """The index of a debug file; empty when the file holds none.

    Raises FormatError `neff.malformed` with the member's name, or `limit.records`.
    """
    split = Splitter(data, member, limits.message_fields)
    draft = _Draft()
    for number, value, end in split.fields(0, len(data)):
        if number == _INDEX:
            if end == PLAIN:
                split.fail("The index of stack frames is a number.", 0)
            _read_index(split, draft, value, end)
    return StackFrames(draft.files, draft.functions, draft.locations, draft.frames)


def _read_index(split: Splitter, draft: _Draft, start: int, stop: int) -> None:
    for number, value, end in split.fields(start, stop):
        if number == _FILE:
            draft.files.append(split.text(value, end))
        elif number == _FUNCTION:
            draft.functions.append(split.text(value, end))
        elif number == _LOCATION:
            draft.locations.append(Location(*_numbers(split, value, end, 3)))
        elif number == _FRAME:
            draft.frames.append(Frame(*_numbers(split, value, end, 2)))


def _numbers(split: Splitter, start: int, stop: int, count: int) -> list[int]:
    """Fields 1 to `count` of a message of plain numbers; what is not there is 0."""
    if stop == PLAIN:
        split.fail("An entry of the index of stack frames is a number.", 0)
    found = [0] * count
    for number, value, end in split.fields(start, stop):
        if end == PLAIN and 1 <= number <= count:
            found[number - 1] = value & 0x7FFF_FFFF
    return found
