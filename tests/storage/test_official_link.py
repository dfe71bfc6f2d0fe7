"""Links to current runs under the names the official tool's users expect."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.storage.official_link import MOST_BYTES, OfficialLinks, folder_name, with_id

ID = "8f14e45f-ceea-467f-ab1e-3b4f4d5c6a7b"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("run-12", "run-12"),
        ("a b (3) <b>ü</b>%", "a b (3) <b>ü<%2Fb>%"),
        ("a/b", "a%2Fb"),
        (".hidden", "%2Ehidden"),
        ("..", "%2E."),
        ("a.b", "a.b"),
        ("tab\there\n", "tab%09here%0A"),
        ("nul\0", "nul%00"),
        ("c1\x85", "c1%C2%85"),
        ("del\x7f", "del%7F"),
    ],
)
def test_only_what_a_folder_cannot_be_called_is_encoded(name: str, folder: str) -> None:
    assert folder_name(name) == folder


@pytest.mark.parametrize(
    ("name", "length"), [("a" * 300, 200), ("ü" * 150, 200), ("€" * 150, 198), ("/" * 150, 198)]
)
def test_long_names_are_cut_between_characters_and_between_escapes(name: str, length: int) -> None:
    folder = folder_name(name)
    assert len(folder.encode()) == length
    assert folder in {name[: len(folder)], "%2F" * 66}


@given(st.text(min_size=1, max_size=150))
def test_any_name_is_a_single_folder_below_its_namespace(name: str) -> None:
    folder = folder_name(name)
    assert 0 < len(folder.encode()) <= MOST_BYTES
    assert "/" not in folder
    assert not folder.startswith(".")
    assert folder.isprintable() or all(ord(c) >= 0x20 for c in folder)


def test_a_lone_surrogate_is_no_crash() -> None:
    assert folder_name("a\ud800b") == "a?b"


def test_a_taken_name_gets_the_first_8_of_the_id() -> None:
    assert with_id("run-12", ID) == "run-12~8f14e45f"


@pytest.fixture
def links(tmp_path: Path) -> OfficialLinks:
    return OfficialLinks(tmp_path / "profiles")


def run_in(root: Path, number: int) -> Path:
    path = root / "tables" / ID / str(number)
    path.mkdir(parents=True)
    (path / "Instruction.parquet").write_text(str(number))
    return path


def read(links: OfficialLinks, folder: str) -> str:
    return (links.path(folder) / "Instruction.parquet").read_text()


def test_the_link_is_where_the_official_tool_puts_its_folder(
    links: OfficialLinks, tmp_path: Path
) -> None:
    links.point("run-12", run_in(tmp_path, 1))
    found = tmp_path / "profiles" / "global" / "run-12@latest" / "Instruction.parquet"
    assert found.read_text() == "1"


def test_the_link_follows_the_current_run(links: OfficialLinks, tmp_path: Path) -> None:
    links.point("run-12", run_in(tmp_path, 1))
    links.point("run-12", run_in(tmp_path, 2))
    assert read(links, "run-12") == "2"
    assert [path.name for path in links.folder.iterdir()] == ["run-12@latest"]


def test_a_workspace_may_be_moved_as_a_whole(links: OfficialLinks, tmp_path: Path) -> None:
    work = tmp_path / "work"
    OfficialLinks(work / "profiles").point("run-12", run_in(work, 1))
    moved = OfficialLinks(work.rename(tmp_path / "moved") / "profiles")
    assert read(moved, "run-12") == "1"


def test_a_swap_that_fails_leaves_no_draft(links: OfficialLinks, tmp_path: Path) -> None:
    links.path("run-12").mkdir(parents=True)
    with pytest.raises(OSError, match="run-12@latest"):
        links.point("run-12", run_in(tmp_path, 1))
    assert [path.name for path in links.folder.iterdir()] == ["run-12@latest"]


def test_removing_takes_links_only(links: OfficialLinks, tmp_path: Path) -> None:
    links.point("a", run_in(tmp_path, 1))
    links.path("b").mkdir()
    for folder in ("a", "b", "never"):
        links.remove(folder)
    assert [path.name for path in links.folder.iterdir()] == ["b@latest"]
    assert (tmp_path / "tables" / ID / "1").is_dir()


def test_repair_makes_what_is_missing_corrects_what_is_wrong_and_takes_the_rest_away(
    links: OfficialLinks, tmp_path: Path
) -> None:
    first, second = run_in(tmp_path, 1), run_in(tmp_path, 2)
    links.point("right", first)
    links.point("wrong", first)
    links.point("old", first)
    (links.folder / ".draft").symlink_to("nowhere")
    links.path("foreign").mkdir()
    wanted = {"right": first, "wrong": second, "missing": second, "foreign": second}
    assert links.repair(wanted) == 4
    assert links.repair(wanted) == 0
    assert {name: read(links, name) for name in ("right", "wrong", "missing")} == {
        "right": "1",
        "wrong": "2",
        "missing": "2",
    }
    assert sorted(path.name for path in links.folder.iterdir()) == [
        "foreign@latest",
        "missing@latest",
        "right@latest",
        "wrong@latest",
    ]
