"""The timeline through the API: one document, tiles that never change, addresses that last."""

import gzip
from uuid import uuid4

import pyarrow as pa
import pytest
from django.test import Client

from profiles.models import Profile
from profiles.stores import table_store
from tests.api.conftest import error_of


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1"


def test_the_document_names_groups_tracks_levels_and_labels(
    client: Client, processed: Profile
) -> None:
    document = client.get(f"{base(processed)}/timeline/").json()
    assert document["profile"] == str(processed.pk)
    kinds = {group["kind"] for group in document["groups"]}
    assert {"core", "dma", "dma_engines", "clock", "errors"} <= kinds
    for track in document["tracks"]:
        assert track["id"] == document["tracks"].index(track)
    assert document["levels"][0]["bucket_ns"] >= 8
    assert "MATMUL" in document["labels"]["0"]


def test_every_slice_of_the_profile_is_in_its_tiles(client: Client, processed: Profile) -> None:
    document = client.get(f"{base(processed)}/timeline/").json()
    top = len(document["levels"]) - 1
    span = document["levels"][top]["bucket_ns"] * document["tile_buckets"]
    for group in document["groups"]:
        seen: set[tuple[int, int]] = set()
        counted = 0
        for index in range(document["duration_ns"] // span + 1):
            answer = client.get(f"{base(processed)}/tiles/{group['slug']}/{top}/{index}")
            table = pa.ipc.open_stream(answer.content).read_all()
            for row in table.to_pylist():
                counted += row["count"]
                if row["bucket"] == 65_535:
                    seen.add((row["track"], row["row"]))
        assert counted + len(seen) == group["rows"], group["slug"]


def test_tiles_are_immutable_and_tell_a_client_that_has_them(
    client: Client, processed: Profile
) -> None:
    url = f"{base(processed)}/tiles/p0-c0/0/0"
    answer = client.get(url)
    assert answer.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = client.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tiles_are_compressed_for_clients_that_take_it(client: Client, processed: Profile) -> None:
    url = f"{base(processed)}/tiles/p0-dma0/1/0"
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)


@pytest.mark.parametrize("path", ["nobody/0/0", "p0-c0/99/0", "p0-c0/0/99999999"])
def test_tiles_that_are_not_there_are_404(client: Client, processed: Profile, path: str) -> None:
    answer = client.get(f"{base(processed)}/tiles/{path}")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "tile.outside"


def test_a_run_that_is_gone_is_404(client: Client, processed: Profile) -> None:
    for url in (f"/api/v1/profiles/{uuid4()}/runs/1/timeline/", f"{base(processed)}9/timeline/"):
        answer = client.get(url)
        assert answer.status_code == 404
        assert error_of(answer)["code"] == "run.gone"


def test_a_damaged_pyramid_is_told_and_harms_nothing_else(
    client: Client, processed: Profile
) -> None:
    path = table_store().run_path(str(processed.pk), 1) / "parts" / "0" / "timeline.pyramid"
    path.write_bytes(path.read_bytes()[:-16])
    answer = client.get(f"{base(processed)}/tiles/p0-c0/0/0")
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "tile.unreadable"
    assert client.get(f"/api/v1/profiles/{processed.pk}/tables/").status_code == 200
