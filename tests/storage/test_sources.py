"""Uploaded files: whole and on disk, or not there."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from profiles.storage.durable import write_text, written_whole
from profiles.storage.lifeline import Lifeline, drop_ended, is_alive
from profiles.storage.sources import SourceStore

PROFILE = "8f14e45f-ceea-467f-ab1e-3b4f4d5c6a7b"


@pytest.fixture
def store(tmp_path: Path) -> SourceStore:
    return SourceStore(tmp_path / "sources", tmp_path / "incoming")


def parts_in(store: SourceStore) -> list[Path]:
    return list(store.incoming.glob("*.part"))


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_pieces_become_one_file_with_its_size_and_hash(store: SourceStore) -> None:
    with store.receive() as incoming:
        for piece in (b"abc", b"", b"defgh"):
            incoming.append(piece)
        received = incoming.finish()
    assert received.path.read_bytes() == b"abcdefgh"
    assert received.size_bytes == 8
    assert received.sha256 == hashlib.sha256(b"abcdefgh").hexdigest()


def test_a_received_file_moves_to_its_own_place_under_no_name_of_the_user(
    store: SourceStore,
) -> None:
    with store.receive() as incoming:
        incoming.append(b"x")
        received = incoming.finish()
    path = store.adopt(received.path, PROFILE, "ntff", 1)
    assert path == store.path(PROFILE, "ntff", 1) == store.root / PROFILE / "ntff-1"
    assert path.read_bytes() == b"x"
    assert parts_in(store) == []
    assert store.profiles() == [PROFILE]


def test_what_breaks_off_leaves_nothing(store: SourceStore) -> None:
    def broken_off() -> None:
        with store.receive() as incoming:
            incoming.append(b"x")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken_off()
    assert parts_in(store) == []


def test_deleting_takes_all_files_of_a_profile_and_of_no_other(store: SourceStore) -> None:
    for profile in (PROFILE, "other"):
        with store.receive() as incoming:
            store.adopt(incoming.finish().path, profile, "neff", 0)
    store.delete_profile(PROFILE)
    store.delete_profile(PROFILE)
    assert store.profiles() == ["other"]


@pytest.mark.parametrize(("profile", "role"), [("../x", "neff"), (PROFILE, "a/b"), ("", "neff")])
def test_no_name_leads_out_of_the_store(store: SourceStore, profile: str, role: str) -> None:
    with pytest.raises(ValueError, match="not a name of the store"):
        store.path(profile, role, 0)


def test_old_pieces_of_this_process_are_kept_while_it_lives(store: SourceStore) -> None:
    incoming = store.receive()
    age(incoming.path, 10_000)
    assert store.drop_stale(older_than_s=60) == 0
    incoming.drop()
    assert parts_in(store) == []


def test_old_pieces_of_a_process_that_has_ended_are_removed(store: SourceStore) -> None:
    store.incoming.mkdir()
    for name, seconds in (("ended.1.part", 10_000), ("ended.2.part", 0)):
        (store.incoming / name).write_bytes(b"x")
        age(store.incoming / name, seconds)
    assert store.drop_stale(older_than_s=60) == 1
    assert [path.name for path in parts_in(store)] == ["ended.2.part"]


def test_nothing_stale_where_nothing_was_ever_received(store: SourceStore) -> None:
    assert store.drop_stale(older_than_s=0) == 0
    assert store.profiles() == []


def test_free_space_is_told_before_the_first_upload(store: SourceStore) -> None:
    assert store.free_bytes() > 0


def test_a_lifeline_is_alive_until_it_is_let_go(tmp_path: Path) -> None:
    line = Lifeline(tmp_path)
    token = line.token
    assert is_alive(tmp_path, token)
    del line
    assert not is_alive(tmp_path, token)
    age(tmp_path / f"{token}.alive", 100)
    drop_ended(tmp_path, older_than_s=60)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "first")

    def half_written() -> None:
        with written_whole(path) as draft:
            draft.write_text("half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_written()
    assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
