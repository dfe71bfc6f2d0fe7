"""The official tool's folder names and links say what the database says."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from profiles import lifecycle, official_folder
from profiles.models import Profile
from profiles.storage.official_link import MOST_BYTES, folder_name
from tests.domain.conftest import Submit, write_run


def publish(profile: Profile) -> None:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    assert lifecycle.publish(run.pk, run.attempt, write_run(profile, run.number))


def links(data_dir: Path) -> dict[str, str]:
    folder = data_dir / "profiles" / "global"
    return {path.name: str(path.readlink()) for path in folder.iterdir() if path.is_symlink()}


def test_a_start_repairs_whatever_happened_to_the_links(submit: Submit, data_dir: Path) -> None:
    first, second = submit("a", ntff=b"1"), submit("b", ntff=b"2")
    publish(first)
    publish(second)
    right = links(data_dir)
    folder = data_dir / "profiles" / "global"
    (folder / "a@latest").unlink()
    (folder / "b@latest").unlink()
    (folder / "b@latest").symlink_to("elsewhere")
    (folder / "gone@latest").symlink_to("nowhere")
    (folder / ".half-made").symlink_to("nowhere")
    (folder / "notes.txt").write_text("a person's own file")
    assert official_folder.repair_all() == 4
    assert links(data_dir) == right
    assert (folder / "notes.txt").exists()
    assert official_folder.repair_all() == 0


def test_a_profile_without_a_run_has_no_link(submit: Submit, data_dir: Path) -> None:
    submit("a")
    official_folder.repair_all()
    assert links(data_dir) == {}


def test_the_link_follows_to_the_next_run(submit: Submit, data_dir: Path) -> None:
    profile = submit("a")
    publish(profile)
    before = links(data_dir)
    lifecycle.reprocess(profile.pk, without=[], partial=False)
    assert links(data_dir) == before
    publish(profile)
    assert links(data_dir)["a@latest"].endswith("/2")


def test_names_of_200_bytes_that_begin_alike_have_folders_of_their_own(submit: Submit) -> None:
    one = submit("ヒ" * 100 + "1", ntff=b"1")
    other = submit("ヒ" * 100 + "2", ntff=b"2")
    assert one.folder_name == "ヒ" * 66
    assert other.folder_name == f"{one.folder_name}~{str(other.pk)[:8]}"


@given(st.text(min_size=1, max_size=150))
def test_any_name_makes_a_harmless_folder_name(name: str) -> None:
    made = folder_name(name)
    assert len(made.encode()) <= MOST_BYTES
    assert not made.startswith(".")
    assert not set(made) & {"/", "\0", "\n"}
