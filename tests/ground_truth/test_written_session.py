"""A written session has the fields and keys of the public one, kind by kind."""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.make.session.read_back import Frame, events, frames, table
from tests.make.session.serving import small_session
from tests.make.session.write import session_files
from tests.make.wire_edit import split

pytestmark = pytest.mark.ground_truth


@pytest.fixture(scope="module")
def public(samples: Path) -> Path:
    found = sorted((samples / "nki-moe-megakernel" / "session").glob("*_pid_*"))
    if not found:
        pytest.skip("there is no sample session; set SAMPLES")
    return found[0]


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    return {path.rpartition("/")[2]: data for path, data in session_files(small_session()).items()}


def keys(found: list[Frame]) -> dict[tuple[int, int], set[str]]:
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for frame in found:
        kinds[frame.place] |= set(frame.keys)
    return kinds


def numbers(message: bytes) -> set[tuple[int, int]]:
    """Number and wire type of each field."""
    return {(piece.number, piece.kind) for piece in split(message)}


def test_each_kind_of_event_has_the_keys_of_the_public_session(
    public: Path, written: dict[str, bytes]
) -> None:
    theirs = keys(events((public / "ntrace.pb").read_bytes()))
    ours = keys(events(written["ntrace.pb"]))
    assert {kind: ours.get(kind) for kind in theirs} == theirs


def test_frames_have_the_fields_of_the_public_session(
    public: Path, written: dict[str, bytes]
) -> None:
    for name in ("ntrace.pb", "cpu_util.pb", "host_mem.pb"):
        theirs = set[tuple[int, int]]().union(*map(numbers, frames((public / name).read_bytes())))
        ours = set[tuple[int, int]]().union(*map(numbers, frames(written[name])))
        assert ours == theirs, name


def test_trace_info_has_the_fields_and_tables_of_the_public_session(
    public: Path, written: dict[str, bytes]
) -> None:
    theirs = (public / "trace_info.pb").read_bytes()
    ours = written["trace_info.pb"]
    assert numbers(ours) == numbers(theirs)
    for name in (
        "ntrace_inspect_type",
        "nrt_inspect_mem_usage_type",
        "nrt_inspect_mem_alloc_errno_type",
    ):
        assert table(ours, name) == table(theirs, name), name


def test_nested_messages_of_trace_info_have_the_same_fields(
    public: Path, written: dict[str, bytes]
) -> None:
    def nested(info: bytes, number: int) -> set[tuple[int, int]]:
        (piece,) = [p for p in split(info) if p.number == number]
        assert isinstance(piece.value, bytes)
        return numbers(piece.value)

    theirs = (public / "trace_info.pb").read_bytes()
    for number in (6, 7, 18):
        assert nested(written["trace_info.pb"], number) == nested(theirs, number), number
