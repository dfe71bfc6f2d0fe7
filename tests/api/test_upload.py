"""The way in: what is accepted, what is refused at the door, and that a refusal keeps nothing."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, Status
from profiles.storage.sources import Incoming
from profiles.stores import source_store
from profiles.uploads.receive import PIECE_BYTES
from tests.api.conftest import error_of, nothing_is_kept, part, sample

Upload = Callable[..., Any]


def test_an_upload_becomes_a_pending_profile_that_is_sent_on_commit(
    upload: Upload, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(name="run-12", neff=sample("neff"), ntff=[sample("ntff")])
    assert answer.status_code == 201
    document = answer.json()
    assert (document["name"], document["status"]) == ("run-12", "PENDING")
    assert answer.headers["Location"] == document["links"]["self"]
    assert sent == [document["id"]]


def test_files_rest_under_names_of_ours_with_their_own_kept_as_text(upload: Upload) -> None:
    document = upload(neff=sample("neff"), ntff=[sample("ntff")]).json()
    profile = Profile.objects.get(pk=document["id"])
    for source in profile.sources.all():
        path = source_store().path(document["id"], source.role, source.ordinal)
        assert path.read_bytes() == sample(source.role)
        assert source.name in {"model.neff", "rank0.ntff"}
        assert source.size_bytes == path.stat().st_size
        assert len(source.sha256) == 64
    assert list(source_store().incoming.glob("*.part")) == []


def test_one_neff_and_several_traces_make_one_profile(upload: Upload) -> None:
    document = upload(neff=sample("neff"), ntff=[sample("ntff")] * 3).json()
    roles = Profile.objects.get(pk=document["id"]).sources.values_list("role", "ordinal")
    assert sorted(roles) == [("neff", 0), ("ntff", 0), ("ntff", 1), ("ntff", 2)]


@pytest.mark.parametrize("only", ["neff", "ntff"])
def test_either_file_alone_is_enough(upload: Upload, only: str) -> None:
    data = {"neff": sample("neff")} if only == "neff" else {"ntff": [sample("ntff")]}
    assert upload(**data).status_code == 201


def test_without_a_name_the_profile_is_named_after_its_trace(upload: Upload) -> None:
    document = upload(name=None, neff=sample("neff"), ntff=[sample("ntff")]).json()
    assert document["name"] == "rank0"


def test_markup_in_a_name_is_legal_and_stays_text(upload: Upload, client: Client) -> None:
    name = '<script>alert(1)</script> & "quotes"'
    document = upload(name=name, ntff=[sample("ntff")]).json()
    assert document["name"] == name
    page = client.get("/profiles/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "upload.missing_part"),
        ({"ntff": [b""]}, "upload.empty"),
        ({"name": "  ", "ntff": [b"\x06" + b"\x01" * 300]}, "ntff.not_this_format"),
        ({"neff": b"not a neff at all" * 30}, "neff.not_this_format"),
        ({"ntff": [b"PK\x03\x04" * 100]}, "ntff.not_this_format"),
    ],
)
def test_what_is_no_capture_is_refused_at_the_door(
    upload: Upload, data_dir: Path, fields: dict[str, Any], code: str
) -> None:
    answer = upload(**fields)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == code
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize(("name", "code"), [("   ", "name.empty"), ("n" * 151, "name.too_long")])
def test_names_have_1_to_150_characters(
    upload: Upload, data_dir: Path, name: str, code: str
) -> None:
    answer = upload(name=name, ntff=[sample("ntff")])
    assert answer.status_code == 400
    assert error_of(answer)["code"] == code
    assert nothing_is_kept(data_dir)


def test_swapped_files_are_told_apart(upload: Upload, data_dir: Path) -> None:
    answer = upload(neff=sample("ntff"), ntff=[sample("neff")])
    assert error_of(answer)["code"] == "pair.swapped"
    assert nothing_is_kept(data_dir)


def test_a_file_over_the_limit_is_refused(upload: Upload, data_dir: Path, settings: Any) -> None:
    settings.MAX_FILE_BYTES = 1000
    answer = upload(ntff=[sample("ntff")])
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "upload.too_large"
    assert nothing_is_kept(data_dir)


def test_a_full_disk_is_said_before_a_byte_is_taken(
    upload: Upload, data_dir: Path, settings: Any
) -> None:
    settings.MIN_FREE_BYTES = 10**18
    answer = upload(ntff=[sample("ntff")])
    assert answer.status_code == 507
    error = error_of(answer)
    assert error["code"] == "upload.no_space"
    assert "free" in error["detail"]
    assert nothing_is_kept(data_dir)


def test_a_disk_that_fills_up_on_the_way_keeps_nothing(
    upload: Upload, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("profiles.storage.sources.Incoming.append", full)
    answer = upload(ntff=[sample("ntff")])
    assert error_of(answer)["code"] == "upload.no_space"
    assert nothing_is_kept(data_dir)


def multipart(pieces: list[tuple[str, bytes]]) -> bytes:
    body = b""
    for head, data in pieces:
        body += f"--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
    return body + b"--cut--\r\n"


@pytest.mark.parametrize("kept_share", [0.1, 0.5, 0.99])
def test_a_body_that_is_cut_off_keeps_nothing(
    client: Client, data_dir: Path, sent: list[str], db: None, kept_share: float
) -> None:
    body = multipart([('name="ntff"; filename="a.ntff"', sample("ntff"))])
    cut = body[: int(len(body) * kept_share)]
    announced: dict[str, Any] = {"wsgi.input": io.BytesIO(cut), "CONTENT_LENGTH": str(len(body))}
    answer = client.generic(
        "POST",
        "/api/v1/profiles/",
        cut,
        content_type="multipart/form-data; boundary=cut",
        **announced,
    )
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "upload.incomplete"
    assert nothing_is_kept(data_dir)
    assert sent == []


def test_a_body_without_its_closing_line_is_incomplete(
    client: Client, data_dir: Path, db: None
) -> None:
    body = multipart([('name="ntff"; filename="a.ntff"', sample("ntff"))])[: -len("--cut--\r\n")]
    answer = client.generic(
        "POST", "/api/v1/profiles/", body, content_type="multipart/form-data; boundary=cut"
    )
    assert error_of(answer)["code"] == "upload.incomplete"
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    ],
)
def test_what_is_no_upload_is_answered_in_the_one_shape(
    client: Client, data_dir: Path, db: None, content_type: str, body: bytes
) -> None:
    answer = client.generic("POST", "/api/v1/profiles/", body, content_type=content_type)
    assert answer.status_code == 400
    assert error_of(answer)["code"].startswith("upload.")
    assert nothing_is_kept(data_dir)


def test_a_part_nobody_asked_for_is_refused(client: Client, data_dir: Path, db: None) -> None:
    answer = client.post("/api/v1/profiles/", {"other": part("a.ntff", sample("ntff"))})
    assert error_of(answer)["code"] == "upload.malformed"
    assert nothing_is_kept(data_dir)


def test_the_same_key_gives_the_same_profile_and_another_body_is_refused(upload: Upload) -> None:
    key = {"Idempotency-Key": "step-1"}
    first = upload(ntff=[sample("ntff")], headers=key)
    again = upload(ntff=[sample("ntff")], headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = upload(name="other", ntff=[sample("ntff")], headers=key)
    assert other.status_code == 409
    assert error_of(other)["code"] == "upload.key_reused"
    assert Profile.objects.count() == 1
    assert list(source_store().incoming.glob("*.part")) == []


def test_the_same_files_without_a_key_make_two_profiles(upload: Upload) -> None:
    ids = {upload(ntff=[sample("ntff")]).json()["id"] for _ in range(2)}
    assert len(ids) == 2


def test_more_files_than_allowed_are_refused(upload: Upload, data_dir: Path, settings: Any) -> None:
    settings.MAX_FILES = 2
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = upload(ntff=[sample("ntff")] * 3)
    assert error_of(answer)["code"] == "upload.too_many"
    assert nothing_is_kept(data_dir)


def test_pieces_go_to_disk_as_they_come(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = Incoming.append

    def watched(incoming: Any, piece: bytes) -> None:
        sizes.append(len(piece))
        real(incoming, piece)

    monkeypatch.setattr(Incoming, "append", watched)
    upload(ntff=[sample("ntff") + bytes(5_000_000)])
    assert len(sizes) > 3
    assert max(sizes) <= PIECE_BYTES


def test_a_broker_that_is_away_does_not_stop_an_upload(
    client: Client, data_dir: Path, transactional_db: None
) -> None:
    answer = client.post("/api/v1/profiles/", {"name": "a", "ntff": part("a.ntff", sample("ntff"))})
    assert answer.status_code == 201
    assert Profile.objects.get().status == Status.PENDING


def test_what_is_no_capture_is_refused_before_the_rest_of_it_travels(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def append(self: Incoming, piece: bytes) -> None:
        written.append(len(piece))

    monkeypatch.setattr(Incoming, "append", append)
    answer = upload(ntff=[b"#!/bin/sh\n" * 500_000])
    assert error_of(answer)["code"] == "ntff.not_this_format"
    assert written == []
