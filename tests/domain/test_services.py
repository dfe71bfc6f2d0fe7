"""Submitting, renaming, deleting and processing again: rows, files, links and messages agree."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from profiles import lifecycle, services
from profiles.models import Profile, SourceFile, Status
from profiles.refusal import Refused
from profiles.services import (
    clean_name,
    profile_delete,
    profile_rename,
    profile_reprocess,
    profile_submit,
    sample_open,
)
from profiles.storage.sources import SourceStore
from profiles.storage.tables import TableStore
from tests.domain.conftest import Submit, received, write_run


def files_below(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
    return [path for path in found if path.suffix != ".alive"]


def processed(profile: Profile) -> Profile:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    assert lifecycle.publish(run.pk, run.attempt, write_run(profile, run.number))
    return Profile.objects.select_related("current_run").get(pk=profile.pk)


def link_of(data_dir: Path, folder: str) -> Path:
    return data_dir / "profiles" / "global" / f"{folder}@latest"


def test_a_submitted_profile_has_its_rows_and_its_files(
    submit: Submit, sources: SourceStore
) -> None:
    profile = submit("run 1", neff=b"program", ntff=b"trace!")
    assert (profile.status, profile.size_bytes) == (Status.PENDING, 13)
    for source in profile.sources.all():
        data = sources.path(str(profile.pk), source.role, source.ordinal).read_bytes()
        assert source.sha256 == hashlib.sha256(data).hexdigest()
        assert source.size_bytes == len(data)
    assert list(sources.incoming.glob("*.part")) == []


@pytest.mark.django_db(transaction=True)
def test_the_message_leaves_when_the_rows_are_there(submit: Submit, sent: list[str]) -> None:
    profile = submit()
    assert sent == [str(profile.pk)]


@pytest.mark.django_db(transaction=True)
def test_a_submission_that_fails_sends_nothing_and_keeps_nothing(
    submit: Submit, sent: list[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_files: Any) -> None:
        raise DatabaseError("the disk is gone")

    monkeypatch.setattr(SourceFile.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError):
        submit()
    assert (Profile.objects.count(), sent) == (0, [])
    assert files_below(data_dir / "sources") == []


def test_the_same_key_and_content_give_the_same_profile(submit: Submit, sent: list[str]) -> None:
    first = submit("a", key="k1", ntff=b"trace")
    again = submit("a", key="k1", ntff=b"trace")
    assert again == first
    assert Profile.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"name": "b"}, {"ntff": b"another"}, {"ntff": b"trace", "neff": b"program"}]
)
def test_the_same_key_with_something_else_is_refused(submit: Submit, other: dict[str, Any]) -> None:
    submit("a", key="k1", ntff=b"trace")
    with pytest.raises(Refused) as caught:
        submit(**{"name": "a", "key": "k1", "ntff": b"trace", **other})
    assert caught.value.code == "upload.key_reused"
    assert Profile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_at_once_makes_one_profile(
    data_dir: Path, sent: list[str], sources: SourceStore
) -> None:
    found: list[Profile] = []
    start = threading.Barrier(4)

    def send() -> None:
        file = received("ntff", "a.ntff", b"trace")
        start.wait()
        try:
            found.append(profile_submit(name="a", files=[file], idempotency_key="k")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({profile.pk for profile in found}) == Profile.objects.count() == 1
    assert sources.profiles() == [str(found[0].pk)]
    assert sent == [str(found[0].pk)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  run 12\n", "run 12"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("a\0b", "ab"),
        ("ヒート 🔥", "ヒート 🔥"),
        ("n" * 150, "n" * 150),
        ("lone \ud800 half", "lone ? half"),
    ],
)
def test_names_are_text_and_nothing_else(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("name", "code"), [("", "name.empty"), (" \t\n\0 ", "name.empty"), ("n" * 151, "name.too_long")]
)
def test_names_that_are_none_are_refused(name: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_name(name)
    assert caught.value.code == code
    assert caught.value.fields is not None


def test_nobody_else_s_upload_changes_a_link(submit: Submit, data_dir: Path) -> None:
    mine = processed(submit("run 1", ntff=b"mine"))
    target = link_of(data_dir, "run 1").readlink()
    other = processed(submit("run 1", ntff=b"other"))
    assert other.folder_name == f"run 1~{str(other.pk)[:8]}"
    assert link_of(data_dir, "run 1").readlink() == target
    assert link_of(data_dir, other.folder_name).is_symlink()
    profile_delete(other)
    assert link_of(data_dir, "run 1").readlink() == target
    assert mine.folder_name == "run 1"


def test_a_renamed_profile_takes_its_link_along(submit: Submit, data_dir: Path) -> None:
    profile = processed(submit("before"))
    profile_rename(profile, name=" after/all ")
    assert Profile.objects.get().name == "after/all"
    assert not link_of(data_dir, "before").is_symlink()
    assert link_of(data_dir, "after%2Fall").is_symlink()


def test_a_name_that_became_free_can_be_taken(submit: Submit, data_dir: Path) -> None:
    first, second = processed(submit("a")), processed(submit("a", ntff=b"2"))
    profile_delete(first)
    profile_rename(second, name="a")
    assert Profile.objects.get().folder_name == "a"
    assert link_of(data_dir, "a").is_symlink()
    assert len(list((data_dir / "profiles" / "global").iterdir())) == 1


def test_a_refused_name_changes_nothing(submit: Submit) -> None:
    profile = submit("a")
    with pytest.raises(Refused):
        profile_rename(profile, name="  ")
    assert Profile.objects.get().name == "a"


def test_a_deleted_profile_leaves_nothing(submit: Submit, data_dir: Path) -> None:
    profile_delete(processed(submit("a", neff=b"1", ntff=b"2")))
    assert Profile.objects.count() == SourceFile.objects.count() == 0
    assert files_below(data_dir) == []


def test_a_profile_can_be_deleted_while_it_is_processed(
    submit: Submit, data_dir: Path, tables: TableStore
) -> None:
    profile = submit("a")
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    tables.new_run(str(profile.pk), run.number)
    profile_delete(profile)
    assert not lifecycle.renew(run.pk, run.attempt, lease_s=60)
    assert tables.profiles() == []


def test_deleting_what_is_gone_is_no_error(submit: Submit) -> None:
    profile = submit("a")
    profile_delete(profile)
    profile_delete(profile)
    assert Profile.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_processing_again_sends_a_message_with_the_options_kept(
    submit: Submit, sent: list[str]
) -> None:
    profile = processed(submit("a"))
    profile_reprocess(profile, without=["neff"], partial=True)
    profile.refresh_from_db()
    assert (profile.status, profile.without, profile.partial) == (Status.PENDING, ["neff"], True)
    assert sent == [str(profile.pk)] * 2


def test_a_busy_profile_is_not_processed_again(submit: Submit) -> None:
    with pytest.raises(Refused) as caught:
        profile_reprocess(submit("a"))
    assert (caught.value.code, caught.value.entry.status) == ("profile.busy", 409)


def test_processing_again_without_every_source_is_refused(submit: Submit) -> None:
    profile = processed(submit("a", ntff=b"trace"))
    with pytest.raises(Refused) as caught:
        profile_reprocess(profile, without=["ntff"])
    assert caught.value.code == "upload.missing_part"
    assert Profile.objects.get().status == Status.PROCESSED


def test_the_sample_is_there_once_and_again_after_its_deletion(
    db: None, data_dir: Path, sent: list[str]
) -> None:
    first = sample_open()
    assert sample_open() == first
    assert (first.is_sample, first.name) == (True, services.SAMPLES["attention"].name)
    assert {source.role for source in first.sources.all()} == {"neff", "ntff"}
    profile_delete(first)
    assert sample_open().pk != first.pk
    assert Profile.objects.count() == 1


def test_the_samples_are_kept_apart(db: None, data_dir: Path, sent: list[str]) -> None:
    made = {which: sample_open(which) for which in services.SAMPLES}
    assert {which: sample_open(which).pk for which in made} == {w: p.pk for w, p in made.items()}
    assert made["serving"].name == "Sample: serving run"
    assert [source.role for source in made["serving"].sources.all()] == ["archive"]
    assert Profile.objects.filter(is_sample=True).count() == 2


def test_a_failed_sample_is_processed_again_when_it_is_opened(
    db: None, data_dir: Path, sent: list[str]
) -> None:
    first = sample_open()
    run = lifecycle.claim(first.pk, worker="w", lease_s=60)
    assert run is not None
    lifecycle.fail(run.pk, run.attempt, code="store.full", message="no")
    again = sample_open()
    assert (again.pk, again.status) == (first.pk, Status.PENDING)
