"""Every broken session differs from the sound one in the one way its name says."""

import struct

import pytest

from tests.make.session import broken
from tests.make.session.description import Session
from tests.make.session.read_back import events
from tests.make.session.serving import small_session
from tests.make.session.write import session_files
from tests.make.wire_edit import split

FOLDER = "i-0a11ce5e55104e550_pid_713479"
NTRACE = f"{FOLDER}/ntrace.pb"


@pytest.fixture(scope="module")
def sound() -> Session:
    return small_session()


@pytest.fixture(scope="module")
def files(sound: Session) -> dict[str, bytes]:
    return session_files(sound)


@pytest.mark.parametrize("name", sorted(broken.BROKEN))
def test_each_way_changes_something_and_can_be_written(
    name: str, sound: Session, files: dict[str, bytes]
) -> None:
    assert session_files(broken.BROKEN[name](sound)) != files


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("without_info", {"trace_info.pb"}),
        ("without_events", {"ntrace.pb"}),
        ("without_host", {"cpu_util.pb", "host_mem.pb"}),
    ],
)
def test_files_are_left_out(
    name: str, gone: set[str], sound: Session, files: dict[str, bytes]
) -> None:
    left = session_files(broken.BROKEN[name](sound))
    assert set(files) - set(left) == {f"{FOLDER}/{one}" for one in gone}
    assert all(files[path] == data for path, data in left.items())


def test_a_cut_file_is_the_beginning_of_the_sound_one(
    sound: Session, files: dict[str, bytes]
) -> None:
    cut = session_files(broken.events_cut(sound, 0.3))[NTRACE]
    assert files[NTRACE].startswith(cut)
    assert len(cut) == int(0.3 * len(files[NTRACE]))


def test_a_missing_stop_is_one_frame_less(sound: Session, files: dict[str, bytes]) -> None:
    whole = events(files[NTRACE])
    for name, phase in (("missing_stop", 2), ("missing_start", 1)):
        found = events(session_files(broken.BROKEN[name](sound))[NTRACE])
        assert len(found) == len(whole) - 1
        count = sum(frame.place == (3, phase) for frame in whole)
        assert sum(frame.place == (3, phase) for frame in found) == count - 1


def test_the_unknown_is_in_the_file(sound: Session) -> None:
    odd = events(session_files(broken.unknown_kind(sound))[NTRACE])
    (start,) = [f for f in odd if f.place == (broken.UNKNOWN_KIND, 1)]
    assert start.keys["surprise_me"] == "yes"
    later = session_files(broken.unknown_fields(sound))
    for name in (NTRACE, f"{FOLDER}/trace_info.pb"):
        data = later[name]
        message = data[4 : 4 + struct.unpack_from("<I", data)[0]] if name == NTRACE else data
        assert broken.UNKNOWN_FIELD in {piece.number for piece in split(message)}


def test_empty_and_cut_traces_have_their_sizes(sound: Session, files: dict[str, bytes]) -> None:
    empty = session_files(broken.empty_traces(sound))
    sizes = {len(data) for path, data in empty.items() if path.endswith(".ntff")}
    assert sizes == {0}
    cut = session_files(broken.broken_trace(sound))
    assert sorted(len(cut[path]) == len(files[path]) for path in files) == [
        False,
        *[True] * (len(files) - 1),
    ]


def test_copies_and_neighbours_lie_where_they_should(
    sound: Session, files: dict[str, bytes]
) -> None:
    again = session_files(broken.twice(sound))
    assert len(again) == 2 * len(files)
    instances = {path.split("/")[0] for path in session_files(broken.same_pid(sound))}
    assert instances == {FOLDER, f"{broken.OTHER_INSTANCE}_pid_713479"}
    elsewhere = session_files(broken.neffs_elsewhere(sound))
    assert all(path.startswith("neffs/") for path in elsewhere if path.endswith(".neff"))
    assert sum(path.endswith(".neff") for path in elsewhere) == 2
    strangers = set(session_files(broken.with_strangers(sound))) - set(files)
    assert "notes.txt" in strangers
